// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <libconfig.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_value.h"

static void store(void *field, uint32_t number)
{
	memcpy(field, &number, sizeof(number));
}

static bool in_range(const struct setting *row, uint64_t number, const char *text,
		     char *wrong)
{
	char range[64];

	if (number >= row->min && number <= row->max)
		return true;
	value_range(row, range, sizeof(range));
	snprintf(wrong, WRONG_SIZE, "%.40s is out of range, which is %s", text, range);
	return false;
}

static bool flag_parse(const struct setting *row, const char *text, void *field,
		       char *wrong)
{
	bool on = !strcmp(text, "true");

	(void)row;
	(void)wrong;
	memcpy(field, &on, sizeof(on));
	return true;
}

static bool number_parse(const struct setting *row, const char *text, void *field,
			 char *wrong)
{
	/* One below 0 is too large then. */
	uint64_t number = strtoull(text, NULL, 10);

	if (!in_range(row, number, text, wrong))
		return false;
	store(field, number);
	return true;
}

static void number_format(uint64_t number, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu64, number);
}

/*
 * Digits with at most @places decimal places, which a double would not keep: the
 * number times 10 to the power of @places.  NULL if there is none, else its end.
 */
static const char *decimal(const char *text, unsigned int places, uint64_t *number)
{
	bool point = false;

	*number = 0;
	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text) || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		if ((point && !places--) || *number > UINT32_MAX * 1000ULL)
			return NULL;
		*number = *number * 10 + (*text - '0');
	}
	if (text[-1] == '.')
		return NULL;
	while (places--)
		*number *= 10;
	return text;
}

/* In milliseconds. */
static bool parse_time(const char *text, uint64_t *ms)
{
	const char *unit = decimal(text, 3, ms);

	if (unit && !strcmp(unit, "s"))
		return true;
	/* What is finer is not passed over. */
	if (!unit || strcmp(unit, "ms") || *ms % 1000)
		return false;
	*ms /= 1000;
	return true;
}

static bool time_parse(const struct setting *row, const char *text, void *field,
		       char *wrong)
{
	uint64_t ms;

	if (!parse_time(text, &ms) || !in_range(row, ms, text, wrong))
		return false;
	store(field, ms);
	return true;
}

static void time_format(uint64_t ms, char *text, size_t size)
{
	if (ms % 1000)
		snprintf(text, size, "%" PRIu64 "ms", ms);
	else
		snprintf(text, size, "%" PRIu64 "s", ms / 1000);
}

static bool seconds_parse(const struct setting *row, const char *text, void *field,
			  char *wrong)
{
	uint16_t seconds;
	uint64_t ms;

	if (!parse_time(text, &ms) || ms % 1000 ||
	    !in_range(row, ms / 1000, text, wrong))
		return false;
	seconds = ms / 1000;
	memcpy(field, &seconds, sizeof(seconds));
	return true;
}

static void seconds_format(uint64_t seconds, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu64 "s", seconds);
}

static const char size_units[] = "kMG";

static bool size_parse(const struct setting *row, const char *text, void *field,
		       char *wrong)
{
	const char *end, *unit;
	uint64_t number;

	end = decimal(text, 0, &number);
	if (!end)
		return false;
	if (*end) {
		unit = strchr(size_units, *end);
		if (!unit || end[1])
			return false;
		number <<= 10 * (unit - size_units + 1);
	}
	if (!in_range(row, number, text, wrong))
		return false;
	store(field, number);
	return true;
}

static void size_format(uint64_t number, char *text, size_t size)
{
	unsigned int unit = 0;

	while (number && !(number % 1024) && size_units[unit]) {
		number /= 1024;
		unit++;
	}
	snprintf(text, size, "%" PRIu64 "%.*s", number, !!unit,
		 unit ? &size_units[unit - 1] : "");
}

static bool word_parse(const struct setting *row, const char *text, void *field,
		       char *wrong)
{
	char words[128];
	unsigned int i;

	for (i = 0; row->words[i]; i++) {
		if (!strcmp(row->words[i], text)) {
			store(field, i);
			return true;
		}
	}
	value_words(row, "\"", ", ", " or ", words, sizeof(words));
	snprintf(wrong, WRONG_SIZE, "expected %s, not \"%.40s\"", words, text);
	return false;
}

static bool keep(const struct setting *row, const char *text, void *field, char *wrong)
{
	char *copy;

	if (row->max && strlen(text) > row->max) {
		snprintf(wrong, WRONG_SIZE, "is longer than %" PRIu64 " characters",
			 row->max);
		return false;
	}
	copy = strdup(text);
	if (!copy) {
		snprintf(wrong, WRONG_SIZE, "out of memory");
		return false;
	}
	memcpy(field, &copy, sizeof(copy));
	return true;
}

static bool name_parse(const struct setting *row, const char *text, void *field,
		       char *wrong)
{
	const char *c;

	for (c = text; *c; c++)
		if (!isgraph((unsigned char)*c))
			return false;
	return *text && keep(row, text, field, wrong);
}

static bool path_parse(const struct setting *row, const char *text, void *field,
		       char *wrong)
{
	return *text == '/' && text[1] && keep(row, text, field, wrong);
}

static bool program_parse(const struct setting *row, const char *text, void *field,
			  char *wrong)
{
	if (*text != '/')
		return false;
	if (access(text, X_OK)) {
		snprintf(wrong, WRONG_SIZE, "%.200s cannot be run: %s", text,
			 strerror(errno));
		return false;
	}
	return keep(row, text, field, wrong);
}

/* What Linux takes for one. */
static bool interface_parse(const struct setting *row, const char *text, void *field,
			    char *wrong)
{
	const char *c;

	(void)row;
	(void)wrong;
	if (!*text || strlen(text) >= IFNAMSIZ || !strcmp(text, ".") ||
	    !strcmp(text, ".."))
		return false;
	for (c = text; *c; c++)
		if (*c == '/' || *c == ':' || isspace((unsigned char)*c))
			return false;
	memcpy(field, text, strlen(text) + 1);
	return true;
}

const struct value_type value_flag = {
	.name = "flag", .expected = "true or false", .kind = CONFIG_TYPE_BOOL,
	.parse = flag_parse,
};

const struct value_type value_number = {
	.name = "number", .expected = "a whole number", .kind = CONFIG_TYPE_INT64,
	.parse = number_parse, .format = number_format,
};

const struct value_type value_time = {
	.name = "time", .expected = "a time such as \"100ms\" or \"1.5s\"",
	.kind = CONFIG_TYPE_STRING, .parse = time_parse, .format = time_format,
};

const struct value_type value_seconds = {
	.name = "seconds", .expected = "a time in whole seconds such as \"30s\"",
	.kind = CONFIG_TYPE_STRING, .parse = seconds_parse, .format = seconds_format,
};

const struct value_type value_size = {
	.name = "size", .expected = "a size such as \"512k\" or \"4M\"",
	.kind = CONFIG_TYPE_STRING, .parse = size_parse, .format = size_format,
};

const struct value_type value_word = {
	.name = "word", .expected = "a word in quotes", .kind = CONFIG_TYPE_STRING,
	.parse = word_parse,
};

const struct value_type value_name = {
	.name = "name", .expected = "a name without spaces",
	.kind = CONFIG_TYPE_STRING, .allocated = true,
	.parse = name_parse,
};

const struct value_type value_path = {
	.name = "path", .expected = "a path that begins with \"/\"",
	.kind = CONFIG_TYPE_STRING, .allocated = true,
	.parse = path_parse,
};

const struct value_type value_program = {
	.name = "program", .expected = "the path of a program, which begins with \"/\"",
	.kind = CONFIG_TYPE_STRING, .allocated = true,
	.parse = program_parse,
};

const struct value_type value_interface = {
	.name = "interface", .expected = "the name of an interface",
	.kind = CONFIG_TYPE_STRING, .parse = interface_parse,
};

void value_range(const struct setting *row, char *text, size_t size)
{
	char min[32], max[32];

	row->type->format(row->min, min, sizeof(min));
	row->type->format(row->max, max, sizeof(max));
	snprintf(text, size, "%s to %s", min, max);
}

void value_words(const struct setting *row, const char *quote, const char *between,
		 const char *last, char *text, size_t size)
{
	const char *before = "";
	size_t len = 0;
	unsigned int i;

	*text = '\0';
	for (i = 0; row->words[i] && len < size; i++) {
		len += snprintf(text + len, size - len, "%s%s%s%s", before, quote,
				row->words[i], quote);
		before = row->words[i + 1] && row->words[i + 2] ? between : last;
	}
}
