/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What must hold of any octets: what is decoded can be encoded, and is the
 * same when it is decoded again.
 */
#ifndef FMIPD_STABLE_H
#define FMIPD_STABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mh.h"
#include "nd.h"

/**
 * mh_same() - whether two messages are the same
 * @a: a message that mh_decode() gave
 * @b: another one
 *
 * Return: whether they are.
 */
bool mh_same(const struct mh *a, const struct mh *b);

/**
 * nd_same() - whether two messages are the same
 * @a: a message that nd_decode() gave
 * @b: another one
 *
 * Return: whether they are.
 */
bool nd_same(const struct nd *a, const struct nd *b);

/**
 * mh_unstable() - what does not hold of a Mobility Header
 * @data: octets, right or wrong; their checksum is not looked at
 * @len: how many
 *
 * The codec sees a copy of them of just this length, so that a sanitizer finds
 * what it reads beyond.
 *
 * Return: what does not hold, or NULL.
 */
const char *mh_unstable(const uint8_t *data, size_t len);

/**
 * nd_unstable() - what does not hold of a message of Neighbour Discovery
 * @data: octets, right or wrong; their checksum is not looked at
 * @len: how many
 * @lla_len: of the link
 *
 * Return: as mh_unstable() does.
 */
const char *nd_unstable(const uint8_t *data, size_t len, uint8_t lla_len);

#endif
