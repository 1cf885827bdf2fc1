// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a request of the control socket says.
 */
#include <inttypes.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

/* No name is quoted any further. */
#define NAME_MAX_SHOWN	40

static void ns_format(uint64_t number, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu64, number);
}

static bool ns_parse(const struct setting *row, const char *text, void *field, char *wrong)
{
	/* One below 0 is too large then. */
	uint64_t number = strtoull(text, NULL, 10);
	char range[64];

	if (number >= row->min && number <= row->max) {
		memcpy(field, &number, sizeof(number));
		return true;
	}
	value_range(row, range, sizeof(range));
	snprintf(wrong, WRONG_SIZE, "%.40s is out of range, which is %s", text, range);
	return false;
}

const struct value_type value_ns = {
	.name = "nanoseconds", .expected = "a whole number", .kind = CONFIG_TYPE_INT64,
	.parse = ns_parse, .format = ns_format,
};

static const struct setting *find(const struct setting *rows, const char *name)
{
	for (; rows->name; rows++)
		if (!strcmp(rows->name, name))
			return rows;
	return NULL;
}

static bool is_of_type(const struct setting *row, struct json_object *value)
{
	if (row->type->kind == CONFIG_TYPE_STRING)
		return json_object_is_type(value, json_type_string) &&
		       strlen(json_object_get_string(value)) ==
		       (size_t)json_object_get_string_len(value);
	return json_object_is_type(value, row->type->kind == CONFIG_TYPE_BOOL ?
				   json_type_boolean : json_type_int);
}

static bool parse(const struct setting *row, const char *text, void *base, char *wrong)
{
	char reason[WRONG_SIZE] = "";

	if (row->type->parse(row, text, (char *)base + row->offset, reason))
		return true;
	if (*reason)
		snprintf(wrong, REQUEST_WRONG, "%s: %s", row->name, reason);
	else
		snprintf(wrong, REQUEST_WRONG, "%s: expected %s", row->name,
			 row->type->expected);
	return false;
}

static bool read_member(const struct setting *row, struct json_object *value, void *base,
			char *wrong)
{
	if (!is_of_type(row, value)) {
		snprintf(wrong, REQUEST_WRONG, "%s: expected %s", row->name,
			 row->type->expected);
		return false;
	}
	return parse(row, json_object_get_string(value), base, wrong);
}

/* What was not given is as by default; the offset says nothing of that. */
static bool read_rest(struct json_object *request, const struct setting *row, void *base,
		      char *wrong)
{
	for (; row->name; row++) {
		if (json_object_object_get_ex(request, row->name, NULL))
			continue;
		if (row->required) {
			snprintf(wrong, REQUEST_WRONG, "\"%s\" is missing", row->name);
			return false;
		}
		if (row->fallback && !parse(row, row->fallback, base, wrong))
			return false;
	}
	return true;
}

static void wipe(struct json_object *request, const struct setting *row)
{
	struct json_object *value;

	for (; row->name; row++)
		if (row->type->secret &&
		    json_object_object_get_ex(request, row->name, &value) &&
		    json_object_is_type(value, json_type_string))
			explicit_bzero((char *)json_object_get_string(value),
				       json_object_get_string_len(value));
}

static bool read_all(struct json_object *request, const struct setting *rows, void *base,
		     char *wrong)
{
	const struct setting *row;

	json_object_object_foreach(request, name, value) {
		if (!strcmp(name, "command"))
			continue;
		row = find(rows, name);
		if (!row) {
			snprintf(wrong, REQUEST_WRONG, "\"%.*s\": there is no such argument",
				 NAME_MAX_SHOWN, name);
			return false;
		}
		if (!read_member(row, value, base, wrong))
			return false;
	}
	return read_rest(request, rows, base, wrong);
}

bool request_read(struct json_object *request, const struct setting *rows, void *base,
		  char wrong[REQUEST_WRONG])
{
	bool good = read_all(request, rows, base, wrong);

	wipe(request, rows);
	return good;
}
