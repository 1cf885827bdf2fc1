/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_REPORT_H
#define FMIPCTL_REPORT_H

/* What a command, and the program, ends with. */
enum outcome {
	DONE,		/* it did what was asked */
	WRONG,		/* the request was wrong, or could not be sent */
	REFUSED,	/* the kernel refused it */
};

/* Says on stderr what is wrong, with the place set below; returns WRONG. */
enum outcome wrong(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* The same for something that ends nothing. */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Where the words come from, and which command they are for. */
struct place {
	const char *file;	/* of a batch, or NULL */
	unsigned int line;
	unsigned int last_line;	/* where several are meant, or 0 */
	const char *object;
	const char *command;
};

/* A line of a batch file, or NULL. */
void report_place(const char *file, unsigned int line);

/* Which command the words are for; either may be NULL. */
void report_command(const char *object, const char *command);

/* All of it; a place that has been taken may be given back later. */
struct place report_take(void);
void report_give(const struct place *given);

#endif
