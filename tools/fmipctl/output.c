// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "output.h"

struct output output;

static bool first;

static void print(struct json_object *object)
{
	int flags = output.pretty ? JSON_C_TO_STRING_PRETTY |
				    JSON_C_TO_STRING_SPACED
				  : JSON_C_TO_STRING_PLAIN;

	fputs(json_object_to_json_string_ext(object, flags |
					     JSON_C_TO_STRING_NOSLASHESCAPE),
	      stdout);
	json_object_put(object);
}

void output_object(struct json_object *object)
{
	print(object);
	putchar('\n');
}

void output_list_start(void)
{
	first = true;
	putchar('[');
}

void output_list_member(struct json_object *object)
{
	if (!first)
		putchar(',');
	if (!first || output.pretty)
		putchar('\n');
	first = false;
	print(object);
}

void output_list_end(void)
{
	fputs(output.pretty && !first ? "\n]\n" : "]\n", stdout);
}
