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

void show_binding(FILE *out, const struct binding *binding, bool stats);
void show_tunnel(FILE *out, const struct tunnel *tunnel, bool stats);
void show_config(FILE *out, const struct config *config);
void show_stats(FILE *out, const struct stats *stats, const char *indent);
void show_event(FILE *out, const struct event *event, bool stats);

#endif
