// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines for an operator.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "loop.h"

/* There are fewer; if there are not, the last ones share their limit. */
#define KINDS	64

#define SECOND	1000000000ull

static const char cut[] = " cut=yes";

struct kind {
	const char *name;
	uint64_t since;
	uint32_t lines;
	uint64_t left_out;
};

static struct kind kinds[KINDS];
static void (*writer)(int priority, const char *text) = log_stderr;
static uint32_t limit;

void log_to(void (*write)(int priority, const char *text))
{
	writer = write;
}

void log_stderr(int priority, const char *text)
{
	fprintf(stderr, "<%d>%s\n", priority, text);
}

void log_syslog(int priority, const char *text)
{
	syslog(priority, "%s", text);
}

void log_limit(uint32_t per_second)
{
	limit = per_second;
}

static struct kind *find_kind(const char *name)
{
	unsigned int i;

	for (i = 0; i < KINDS - 1; i++)
		if (!kinds[i].name || !strcmp(kinds[i].name, name))
			break;
	kinds[i].name = name;
	return &kinds[i];
}

static void __attribute__((format(printf, 2, 3)))
add(struct log_line *line, const char *format, ...)
{
	size_t room = sizeof(line->text) - sizeof(cut) + 1 - line->len;
	va_list args;
	int len;

	if (line->cut)
		return;
	va_start(args, format);
	len = vsnprintf(line->text + line->len, room, format, args);
	va_end(args);
	line->cut = len < 0 || (size_t)len >= room;
	if (!line->cut)
		line->len += len;
}

/* A field is there as a whole or not at all. */
static void end_field(struct log_line *line, size_t before)
{
	if (!line->cut)
		return;
	line->len = before;
	line->text[before] = '\0';
}

void log_begin(struct log_line *line, int priority, const char *kind, uint64_t now)
{
	struct kind *k = find_kind(kind);
	uint64_t left_out = 0;

	if (!k->since || now - k->since >= SECOND) {
		left_out = k->left_out;
		k->since = now;
		k->lines = 0;
		k->left_out = 0;
	}
	line->priority = priority;
	line->wanted = !limit || k->lines < limit;
	line->cut = false;
	line->len = 0;
	line->text[0] = '\0';
	if (!line->wanted) {
		k->left_out++;
		return;
	}
	k->lines++;
	add(line, "kind=%s", kind);
	if (left_out)
		add(line, " left_out=%llu", (unsigned long long)left_out);
}

static bool is_plain(const char *value)
{
	const char *p;

	for (p = value; *p; p++)
		if (!isgraph((unsigned char)*p) || *p == '"' || *p == '=' || *p == '\\')
			return false;
	return p != value;
}

static void add_quoted(struct log_line *line, const char *value)
{
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			add(line, "\\%c", *value);
		else if (isprint((unsigned char)*value))
			add(line, "%c", *value);
		else
			add(line, "\\x%02x", (unsigned char)*value);
	}
}

void log_text(struct log_line *line, const char *key, const char *value)
{
	size_t before = line->len;

	if (!line->wanted || !value)
		return;
	add(line, " %s=", key);
	if (is_plain(value)) {
		add(line, "%s", value);
	} else {
		add(line, "\"");
		add_quoted(line, value);
		add(line, "\"");
	}
	end_field(line, before);
}

void log_number(struct log_line *line, const char *key, int64_t value)
{
	size_t before = line->len;

	if (!line->wanted)
		return;
	add(line, " %s=%lld", key, (long long)value);
	end_field(line, before);
}

void log_address(struct log_line *line, const char *key, const struct in6_addr *value)
{
	char text[INET6_ADDRSTRLEN];
	size_t before = line->len;

	if (!line->wanted || IN6_IS_ADDR_UNSPECIFIED(value))
		return;
	inet_ntop(AF_INET6, value, text, sizeof(text));
	add(line, " %s=%s", key, text);
	end_field(line, before);
}

void log_end(struct log_line *line)
{
	if (line->cut)
		strcpy(line->text + line->len, cut);
	if (line->wanted)
		writer(line->priority, line->text);
}

void log_error(const char *kind, const char *text, int error)
{
	struct log_line line;

	log_begin(&line, LOG_ERR, kind, loop_now());
	log_text(&line, "what", text);
	log_text(&line, "error", strerror(-error));
	log_end(&line);
}
