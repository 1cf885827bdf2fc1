/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_PROMETHEUS_H
#define FMIPCTL_PROMETHEUS_H

#include <stdio.h>

#include "object.h"

/**
 * prometheus_stats() - print the statistics of a namespace in the text format of
 *	Prometheus, 0.0.4
 * @out: where to
 * @stats: the statistics
 * @netns: the label of that name of every sample, unless it is NULL
 */
void prometheus_stats(FILE *out, const struct stats *stats, const char *netns);

#endif
