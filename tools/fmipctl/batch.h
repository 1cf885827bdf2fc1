/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_BATCH_H
#define FMIPCTL_BATCH_H

#include <stdbool.h>

#include "report.h"

/**
 * batch_run() - run the commands of a file, one a line
 * @fd: the file
 * @name: what it is called in messages
 * @force: go on after one that fails
 *
 * Commands that follow one another and are of one kind are sent together, but what has
 * been read is sent before more of it is waited for.
 *
 * Return: what the first that failed returned, or DONE.
 */
enum outcome batch_run(int fd, const char *name, bool force);

/**
 * batch_split() - cut a line into words in place, with quotes and a comment
 * @line: the line
 * @words: become them
 * @max: how many may be
 *
 * Return: how many there are; -1 if a quote is not closed or there are more.
 */
int batch_split(char *line, char **words, int max);

#endif
