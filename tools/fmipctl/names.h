/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_NAMES_H
#define FMIPCTL_NAMES_H

#include <stddef.h>

/* A table ends with a NULL name.  Several names may have one value. */
struct name {
	const char *name;
	int value;
};

#define NAME_UNKNOWN	-1
#define NAME_AMBIGUOUS	-2

/* The value of a word or of a beginning of it that fits one value only. */
int name_value(const struct name *table, const char *word);

/* The first name of a value, NULL if there is none. */
const char *name_of(const struct name *table, int value);

/* As name_of(), but a number in @buf (of at least 16) rather than NULL. */
const char *name_or_number(const struct name *table, int value, char *buf);

/* Writes the names, separated by commas, and returns @buf. */
char *name_list(const struct name *table, char *buf, size_t size);

extern const struct name names_direction[];
extern const struct name names_scope[];
extern const struct name names_target[];
extern const struct name names_gate[];
extern const struct name names_release[];
extern const struct name names_overflow[];
extern const struct name names_expiry[];
extern const struct name names_evidence[];
extern const struct name names_action[];
extern const struct name names_encap[];
extern const struct name names_flowlabel[];
extern const struct name names_event[];
extern const struct name names_timer[];
extern const struct name names_drop[];
extern const struct name names_switch[];

#endif
