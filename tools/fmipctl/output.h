/* SPDX-License-Identifier: GPL-2.0-only */
/* How the program was asked to print, and lists of JSON objects. */
#ifndef FMIPCTL_OUTPUT_H
#define FMIPCTL_OUTPUT_H

#include <stdbool.h>

#include <json-c/json.h>

struct output {
	bool json;
	bool pretty;
	bool stats;
	const char *netns;	/* NULL for that which fmipctl was started in */
};

extern struct output output;

/* Prints an object on a line of its own, or lines if pretty, and puts it. */
void output_object(struct json_object *object);

/* The members of a list are printed as they come: it may be very long. */
void output_list_start(void);
void output_list_member(struct json_object *object);
void output_list_end(void);

#endif
