/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_BATCH_H
#define FMIPCTL_BATCH_H

#include <stdbool.h>

#include "report.h"

/*
 * Runs the commands of a file, one a line, up to the first that fails, or all
 * of them if @force; returns what the first that failed returned.  Those that
 * follow one another and are of one kind are sent together, but what has been
 * read is sent before more of it is waited for.
 */
enum outcome batch_run(int fd, const char *name, bool force);

/*
 * Cuts a line into words in place, with quotes and a comment, and returns how
 * many there are; -1 if a quote is not closed or there are more than @max.
 */
int batch_split(char *line, char **words, int max);

#endif
