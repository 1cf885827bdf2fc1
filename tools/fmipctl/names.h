/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_NAMES_H
#define FMIPCTL_NAMES_H

#include <stddef.h>

/**
 * struct name - a name of a value, in a table that ends with a NULL name
 * @name: several may have one value
 * @value: what it stands for
 */
struct name {
	const char *name;
	int value;
};

#define NAME_UNKNOWN	-1
#define NAME_AMBIGUOUS	-2

/**
 * name_value() - find what a word stands for
 * @table: the names
 * @word: one of them, or a beginning of it that fits one value only
 *
 * Return: the value, or NAME_UNKNOWN or NAME_AMBIGUOUS.
 */
int name_value(const struct name *table, const char *word);

/**
 * name_of() - find the first name of a value
 * @table: the names
 * @value: what it stands for
 *
 * Return: it, or NULL if there is none.
 */
const char *name_of(const struct name *table, int value);

/**
 * name_or_number() - find the first name of a value, or write it as a number
 * @table: the names
 * @value: what it stands for
 * @buf: for the number, of 16 at least
 *
 * Return: the name, or @buf.
 */
const char *name_or_number(const struct name *table, int value, char *buf);

/**
 * name_list() - write all names, separated by commas
 * @table: the names
 * @buf: where to
 * @size: of @buf
 *
 * Return: @buf.
 */
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
