// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "args.h"
#include "iface.h"
#include "value.h"

enum outcome args_value(struct args *args, const char *what, const char **value)
{
	*value = args_next(args);
	if (!*value)
		return wrong("'%s' needs a value", what);
	return DONE;
}

enum outcome args_name(struct args *args, const char *what,
		       const struct name *table, int *value)
{
	char list[256];
	const char *word;

	if (args_value(args, what, &word))
		return WRONG;
	*value = name_value(table, word);
	if (*value >= 0)
		return DONE;
	return wrong("\"%s\" is %s '%s', which takes %s", word,
		     *value == NAME_AMBIGUOUS ? "ambiguous for" : "nothing for",
		     what, name_list(table, list, sizeof(list)));
}

enum outcome args_u32(struct args *args, const char *what, uint32_t *number)
{
	const char *word;

	if (args_value(args, what, &word))
		return WRONG;
	return value_u32(word, what, number);
}

enum outcome args_time(struct args *args, const char *what, uint32_t *ms)
{
	const char *word;

	if (args_value(args, what, &word))
		return WRONG;
	return value_time(word, what, ms);
}

enum outcome args_iface(struct args *args, const char *what, uint32_t *index)
{
	const char *word;

	if (args_value(args, what, &word))
		return WRONG;
	return iface_index(word, index);
}

int args_keyword(const struct args *args, const struct name *table)
{
	const char *word = args_peek(args);

	return word ? name_value(table, word) : NAME_UNKNOWN;
}

enum outcome args_unknown(const struct args *args, const struct name *table)
{
	const char *word = args_peek(args);
	int value = name_value(table, word);

	if (value == NAME_AMBIGUOUS)
		return wrong("\"%s\" is ambiguous", word);
	if (value == NAME_UNKNOWN)
		return wrong("\"%s\" is unknown, see 'help'", word);
	return wrong("\"%s\" is out of place, see 'help'", word);
}

enum outcome args_verb(struct args *args, const char *object, const struct name *verbs,
		       int *verb)
{
	report_command(object, NULL);
	if (args_peek(args)) {
		*verb = args_keyword(args, verbs);
		if (*verb < 0)
			return args_unknown(args, verbs);
		args_next(args);
	}
	report_command(object, name_of(verbs, *verb));
	return DONE;
}

enum outcome args_words(struct args *args, const struct name *words,
			enum outcome (*put)(struct json_object *request, int word,
					    const char *value),
			struct json_object *request, unsigned int *given)
{
	const char *value;
	int word;

	*given = 0;
	while (args_peek(args)) {
		word = args_keyword(args, words);
		if (word < 0)
			return args_unknown(args, words);
		args_next(args);
		if (*given & 1u << word)
			return wrong("'%s' is given twice", name_of(words, word));
		*given |= 1u << word;
		if (args_value(args, name_of(words, word), &value) ||
		    put(request, word, value))
			return WRONG;
	}
	return DONE;
}

enum outcome args_end(const struct args *args)
{
	if (args_peek(args))
		return wrong("\"%s\" is too much, see 'help'", args_peek(args));
	return DONE;
}
