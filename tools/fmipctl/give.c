// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "give.h"

enum outcome give(uint64_t *given, unsigned int attr, const char *word)
{
	if (*given & GIVEN(attr))
		return wrong("'%s' is given twice", word);
	*given |= GIVEN(attr);
	return DONE;
}

enum outcome give_u32(struct args *args, const char *word,
		      uint64_t *given, unsigned int attr, uint32_t *value)
{
	args_next(args);
	if (give(given, attr, word))
		return WRONG;
	return args_u32(args, word, value);
}

enum outcome give_time(struct args *args, const char *word,
		       uint64_t *given, unsigned int attr, uint32_t *ms)
{
	args_next(args);
	if (give(given, attr, word))
		return WRONG;
	if (args_peek(args) && !strcmp(args_peek(args), "none")) {
		args_next(args);
		*ms = 0;
		return DONE;
	}
	return args_time(args, word, ms);
}

enum outcome give_iface(struct args *args, const char *word,
			uint64_t *given, unsigned int attr, uint32_t *index)
{
	args_next(args);
	if (give(given, attr, word))
		return WRONG;
	return args_iface(args, word, index);
}

enum outcome give_name(struct args *args, const char *word,
		       uint64_t *given, unsigned int attr,
		       const struct name *table, uint8_t *value)
{
	int number;

	args_next(args);
	if (give(given, attr, word) || args_name(args, word, table, &number))
		return WRONG;
	*value = number;
	return DONE;
}

enum outcome give_lladdr(struct args *args, uint64_t *given,
			 unsigned int attr, struct lladdr *lladdr)
{
	const char *word;

	args_next(args);
	if (give(given, attr, "lladdr") || args_value(args, "lladdr", &word))
		return WRONG;
	return value_lladdr(word, lladdr);
}

enum outcome give_address(struct args *args, const char *word,
			  uint64_t *given, unsigned int attr,
			  struct address *address)
{
	const char *text;

	args_next(args);
	if (give(given, attr, word) || args_value(args, word, &text))
		return WRONG;
	return value_address(text, word, address);
}

enum outcome give_number(struct args *args, const char *word, uint64_t *given,
			 unsigned int attr, uint64_t max, uint64_t *number)
{
	const char *text;

	args_next(args);
	if (give(given, attr, word) || args_value(args, word, &text))
		return WRONG;
	return value_number(text, word, max, number);
}
