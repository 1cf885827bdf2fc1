/* SPDX-License-Identifier: GPL-2.0-only */
/* What fmipd tells, in words. */
#ifndef FMIPCTL_AGENT_SHOW_H
#define FMIPCTL_AGENT_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include <json-c/json.h>

/**
 * show_handover() - print a handover, or something that has happened
 * @out: where to
 * @handover: as fmipd tells of it
 * @steps: each of its steps, too
 */
void show_handover(FILE *out, struct json_object *handover, bool steps);

/**
 * show_neighbor() - print a router near the one that fmipd is on
 * @out: where to
 * @neighbor: as fmipd tells of it
 */
void show_neighbor(FILE *out, struct json_object *neighbor);

/**
 * show_numbers() - print numbers, one a line
 * @out: where to
 * @numbers: an object of numbers
 */
void show_numbers(FILE *out, struct json_object *numbers);

#endif
