/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_PROMETHEUS_H
#define FMIPCTL_PROMETHEUS_H

#include <stdio.h>

#include "object.h"

/*
 * The statistics of a namespace in the text format of Prometheus, version
 * 0.0.4.  Every sample has the label "netns" with that name, unless it is NULL.
 */
void prometheus_stats(FILE *out, const struct stats *stats, const char *netns);

#endif
