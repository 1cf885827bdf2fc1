/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_IFACE_H
#define FMIPCTL_IFACE_H

#include <stdint.h>

#include "report.h"

/**
 * iface_index() - find an interface by its name
 * @name: its name; "if7" stands for index 7 where none is called so, as in ip(8)
 * @index: becomes its index
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome iface_index(const char *name, uint32_t *index);

/**
 * iface_name() - find the name of an interface
 * @index: its index
 *
 * Return: its name; good until the next call.
 */
const char *iface_name(uint32_t index);

#endif
