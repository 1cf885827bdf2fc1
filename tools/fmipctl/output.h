/* SPDX-License-Identifier: GPL-2.0-only */
/* How the program was asked to print, and lists of JSON objects. */
#ifndef FMIPCTL_OUTPUT_H
#define FMIPCTL_OUTPUT_H

#include <stdbool.h>

#include <json-c/json.h>

/**
 * struct output - how the program was asked to print
 * @json: as JSON
 * @pretty: over several lines
 * @stats: with statistics
 * @netns: NULL for that which fmipctl was started in
 */
struct output {
	bool json;
	bool pretty;
	bool stats;
	const char *netns;
};

extern struct output output;

/**
 * output_object() - print an object on a line of its own, or lines if pretty
 * @object: what is printed, and put
 */
void output_object(struct json_object *object);

/**
 * output_list_start() - begin a list, whose members are printed as they come: it may be
 *	very long
 */
void output_list_start(void);

/**
 * output_list_member() - print a member of the list
 * @object: what is printed, and put
 */
void output_list_member(struct json_object *object);

/**
 * output_list_end() - end the list
 */
void output_list_end(void);

#endif
