/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_ARGS_H
#define FMIPCTL_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "names.h"
#include "report.h"

/* The words of a command that have not been read yet; argv ends with NULL. */
struct args {
	char **argv;
};

/* The next word, or NULL; it stays the next one. */
static inline const char *args_peek(const struct args *args)
{
	return *args->argv;
}

/* The next word, which is passed, or NULL. */
static inline const char *args_next(struct args *args)
{
	return *args->argv ? *args->argv++ : NULL;
}

/* The value behind the word @what, which has been passed. */
enum outcome args_value(struct args *args, const char *what, const char **value);

/* The same for one name of a table, for numbers and for interfaces. */
enum outcome args_name(struct args *args, const char *what,
		       const struct name *table, int *value);
enum outcome args_u32(struct args *args, const char *what, uint32_t *number);
enum outcome args_time(struct args *args, const char *what, uint32_t *ms);
enum outcome args_iface(struct args *args, const char *what, uint32_t *index);

/* The next word as a keyword, or what is negative in names.h; not passed. */
int args_keyword(const struct args *args, const struct name *table);

/* Says why the next word is no keyword of @table. */
enum outcome args_unknown(const struct args *args, const struct name *table);

/* Refuses words that are left over. */
enum outcome args_end(const struct args *args);

#endif
