/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines for an operator, and for the programs that read them: "kind=... key=value".
 *
 * What happens often is written so many times a second, and no more; the first line
 * of its kind after that says how many were left out.
 */
#ifndef FMIPD_LOG_H
#define FMIPD_LOG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

/*
 * What does not fit into a line is left out, and the line ends with "cut=yes".  A
 * handover with all the steps that a record can have fits.
 */
#define LOG_LINE_MAX	2560

/**
 * struct log_line - a line that is being written
 * @priority: of syslog(3)
 * @wanted: it is not one too many
 * @cut: something did not fit
 * @len: octets of @text
 * @text: what is there so far
 */
struct log_line {
	int priority;
	bool wanted;
	bool cut;
	size_t len;
	char text[LOG_LINE_MAX];
};

/**
 * log_to() - say where lines go; until then it is stderr
 * @write: is given each
 */
void log_to(void (*write)(int priority, const char *text));

/**
 * log_stderr() - write a line to stderr, with what journald takes for a priority
 * @priority: of syslog(3)
 * @text: the line
 */
void log_stderr(int priority, const char *text);

/**
 * log_syslog() - write a line to syslog
 * @priority: of syslog(3)
 * @text: the line
 */
void log_syslog(int priority, const char *text);

/**
 * log_limit() - bound the lines of each kind
 * @per_second: that many at most; 0 for any
 */
void log_limit(uint32_t per_second);

/**
 * log_begin() - begin a line
 * @line: the line
 * @priority: of syslog(3)
 * @kind: what it is about; a string that stays
 * @now: the time, in nanoseconds
 */
void log_begin(struct log_line *line, int priority, const char *kind, uint64_t now);

/**
 * log_text() - add a text, in quotes if need be
 * @line: the line
 * @key: what it is
 * @value: the text; NULL adds nothing
 */
void log_text(struct log_line *line, const char *key, const char *value);

/**
 * log_number() - add a number
 * @line: the line
 * @key: what it is
 * @value: the number
 */
void log_number(struct log_line *line, const char *key, int64_t value);

/**
 * log_address() - add an address
 * @line: the line
 * @key: whose it is
 * @value: the address; the unspecified one adds nothing
 */
void log_address(struct log_line *line, const char *key, const struct in6_addr *value);

/**
 * log_end() - write it
 * @line: the line
 */
void log_end(struct log_line *line);

/**
 * log_error() - say that something has failed
 * @kind: what; a string that stays
 * @text: of what, or NULL
 * @error: a negative errno
 */
void log_error(const char *kind, const char *text, int error);

#endif
