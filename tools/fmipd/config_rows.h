/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that may be set.
 */
#ifndef FMIPD_CONFIG_ROWS_H
#define FMIPD_CONFIG_ROWS_H

#include "config_value.h"

/* Of struct config. */
extern const struct setting config_rows[];

/* Of struct config_key: what is in a file of the directory of keys. */
extern const struct setting config_key_rows[];

#endif
