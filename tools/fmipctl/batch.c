// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "bulk.h"
#include "command.h"

/* A binding with all its lists full has fewer. */
#define WORDS_MAX	512

#define READ_BYTES	(64 << 10)

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

/* What has been read of the file and not been run, and where it stands. */
struct reader {
	int fd;
	char *buf;
	size_t size;
	size_t start;
	size_t end;
	unsigned int line;
	int error;
};

/* Whoever writes the commands one by one waits for each to be carried out. */
static void send_before_waiting(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	if (!poll(&poll_fd, 1, 0))
		bulk_flush();
}

/* Makes room for more, one byte beyond it included. */
static bool make_room(struct reader *r)
{
	size_t used = r->end - r->start;
	char *buf;

	memmove(r->buf, r->buf + r->start, used);
	r->start = 0;
	r->end = used;
	if (used + READ_BYTES < r->size)
		return true;
	buf = realloc(r->buf, 2 * r->size);
	if (!buf) {
		r->error = ENOMEM;
		return false;
	}
	r->buf = buf;
	r->size *= 2;
	return true;
}

/* False at the end of the file. */
static bool read_more(struct reader *r)
{
	ssize_t n;

	if (!make_room(r))
		return false;
	send_before_waiting(r->fd);
	do
		n = read(r->fd, r->buf + r->end, READ_BYTES);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		r->error = errno;
	if (n <= 0)
		return false;
	r->end += n;
	return true;
}

/*
 * How long the line is, of which @from characters are known to be within it;
 * false if the file ends before the line does.
 */
static bool find_end(struct reader *r, size_t from, size_t *len)
{
	for (;;) {
		char *line = r->buf + r->start;
		char *end = memchr(line + from, '\n', r->end - r->start - from);

		*len = end ? (size_t)(end - line) : r->end - r->start;
		if (end)
			return true;
		from = *len;
		if (!read_more(r))
			return false;
	}
}

/*
 * The next line, to which those are joined that follow a backslash; NULL at
 * the end.
 */
static char *read_line(struct reader *r)
{
	size_t len;
	bool ended = find_end(r, 0, &len);
	char *line;

	if (!ended && !len)
		return NULL;
	for (r->line++; ended && len; r->line++) {
		if (r->buf[r->start + len - 1] != '\\' ||
		    (r->start + len + 1 == r->end && !read_more(r)))
			break;
		memcpy(r->buf + r->start + len - 1, "  ", 2);
		ended = find_end(r, len + 1, &len);
	}
	line = r->buf + r->start;
	line[len] = '\0';
	r->start += len + ended;
	return line;
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

static void run_all(struct reader *reader, const char *name)
{
	while (!bulk_stopped()) {
		char *line = read_line(reader);
		enum outcome outcome;

		if (!line || bulk_stopped())
			return;
		report_place(name, reader->line);
		report_command(NULL, NULL);
		outcome = run_line(line);
		if (!outcome)
			continue;
		/* Those before it come first. */
		bulk_flush();
		bulk_fail(outcome);
	}
}

enum outcome batch_run(int fd, const char *name, bool force)
{
	struct reader reader = { .fd = fd, .size = 2 * READ_BYTES };
	enum outcome outcome;

	reader.buf = malloc(reader.size);
	if (!reader.buf)
		return wrong("out of memory");
	bulk_start(force);
	run_all(&reader, name);
	outcome = bulk_end();
	report_place(NULL, 0);
	report_command(NULL, NULL);
	if (reader.error && !outcome)
		outcome = wrong("%s: %s", name, strerror(reader.error));
	free(reader.buf);
	return outcome;
}
