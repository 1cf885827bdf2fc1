/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A secret that this node keeps for itself, on disk: who has it can foretell the
 * addresses that are made from it (RFC 7217 section 5).
 */
#ifndef FMIPD_SECRET_H
#define FMIPD_SECRET_H

#include <stddef.h>
#include <stdint.h>

/**
 * secret_get() - read it, or draw one and write it
 * @directory: where its file is
 * @secret: becomes the secret
 * @len: octets; always as many
 *
 * Only the daemon's user can read the file.  One that is damaged is not replaced: all
 * addresses would change with it.
 *
 * Return: 0; -EINVAL if the file holds something else; or another negative errno.
 */
int secret_get(const char *directory, uint8_t *secret, size_t len);

#endif
