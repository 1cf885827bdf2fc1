// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "command.h"

/* A binding with all its lists full has fewer. */
#define WORDS_MAX	512

static const char blanks[] = " \t\r\n";

int batch_split(char *line, char **words, int max)
{
	int n = 0;

	for (;;) {
		char *end;

		line += strspn(line, blanks);
		if (!*line || *line == '#')
			return n;
		if (n == max)
			return -1;
		if (*line == '"' || *line == '\'') {
			end = strchr(line + 1, *line);
			if (!end)
				return -1;
			line++;
		} else {
			end = line + strcspn(line, blanks);
		}
		words[n++] = line;
		if (!*end)
			return n;
		*end = '\0';
		line = end + 1;
	}
}

/* Joins the line that follows if this one ends with a backslash. */
static ssize_t read_line(FILE *file, char **line, size_t *size,
			 unsigned int *number)
{
	ssize_t len = getline(line, size, file), more;
	char *next = NULL;
	size_t next_size = 0;

	if (len < 0)
		return len;
	++*number;
	while (len >= 2 && !strcmp(*line + len - 2, "\\\n")) {
		more = getline(&next, &next_size, file);
		if (more < 0)
			break;
		++*number;
		if ((size_t)(len + more) > *size) {
			char *longer = realloc(*line, len + more);

			if (!longer)
				break;
			*line = longer;
			*size = len + more;
		}
		(*line)[len - 2] = ' ';
		memcpy(*line + len - 1, next, more + 1);
		len += more - 1;
	}
	free(next);
	return len;
}

static enum outcome run_line(char *line)
{
	char *words[WORDS_MAX + 1];
	struct args args = { .argv = words };
	int n = batch_split(line, words, WORDS_MAX);

	if (n < 0)
		return wrong("a quote is not closed, or there are too many words");
	if (!n)
		return DONE;
	words[n] = NULL;
	return command_run(&args);
}

enum outcome batch_run(FILE *file, const char *name, bool force)
{
	enum outcome first = DONE, outcome;
	unsigned int number = 0;
	char *line = NULL;
	size_t size = 0;

	while (read_line(file, &line, &size, &number) >= 0) {
		report_place(name, number);
		report_command(NULL, NULL);
		outcome = run_line(line);
		if (!first)
			first = outcome;
		if (outcome && !force)
			break;
	}
	report_place(NULL, 0);
	report_command(NULL, NULL);
	if (ferror(file) && !first)
		first = wrong("%s: %s", name, strerror(errno));
	free(line);
	return first;
}
