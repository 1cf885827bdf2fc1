/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_IFACE_H
#define FMIPCTL_IFACE_H

#include <stdint.h>

#include "report.h"

/* "if7" stands for index 7 where no interface has that name, as in ip(8). */
enum outcome iface_index(const char *name, uint32_t *index);

/* The pointer is good until the next call. */
const char *iface_name(uint32_t index);

#endif
