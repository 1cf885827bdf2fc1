/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects as text, a line each, in the words that make them: what is printed
 * of a binding or a tunnel can be given to "add", that of the configuration
 * to "set".  With @stats there are further lines, indented, which cannot.
 */
#ifndef FMIPCTL_SHOW_H
#define FMIPCTL_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "object.h"

/**
 * show_binding() - print a binding
 * @out: where to
 * @binding: what is printed
 * @stats: further lines with its statistics
 */
void show_binding(FILE *out, const struct binding *binding, bool stats);

/**
 * show_tunnel() - print a tunnel
 * @out: where to
 * @tunnel: what is printed
 * @stats: a further line with what cannot be set
 */
void show_tunnel(FILE *out, const struct tunnel *tunnel, bool stats);

/**
 * show_config() - print settings
 * @out: where to
 * @config: what is printed
 */
void show_config(FILE *out, const struct config *config);

/**
 * show_stats() - print statistics
 * @out: where to
 * @stats: what is printed
 * @indent: what each line begins with
 */
void show_stats(FILE *out, const struct stats *stats, const char *indent);

/**
 * show_event() - print an event
 * @out: where to
 * @event: what is printed
 * @stats: further lines with the statistics that came with it
 */
void show_event(FILE *out, const struct event *event, bool stats);

#endif
