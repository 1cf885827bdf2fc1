/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_REPORT_H
#define FMIPCTL_REPORT_H

/* What a command, and the program, ends with. */
enum outcome {
	DONE,		/* it did what was asked */
	WRONG,		/* the request was wrong, or could not be sent */
	REFUSED,	/* the kernel refused it */
};

/**
 * wrong() - say on stderr what is wrong, with the place that has been set
 * @format: as in printf()
 *
 * Return: WRONG.
 */
enum outcome wrong(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/**
 * warn() - say on stderr what is wrong and ends nothing
 * @format: as in printf()
 */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * struct place - where the words come from, and which command they are for
 * @file: of a batch, or NULL
 * @line: of it
 * @last_line: where several are meant, or 0
 * @object: that the command is about
 * @command: its verb
 */
struct place {
	const char *file;
	unsigned int line;
	unsigned int last_line;
	const char *object;
	const char *command;
};

/**
 * report_place() - set the line of a batch file from which the words are
 * @file: its name, or NULL
 * @line: the line
 */
void report_place(const char *file, unsigned int line);

/**
 * report_command() - set which command the words are for
 * @object: its object, or NULL
 * @command: its verb, or NULL
 */
void report_command(const char *object, const char *command);

/**
 * report_take() - take the place that has been set
 *
 * Return: all of it; it may be given back later.
 */
struct place report_take(void);

/**
 * report_give() - give a place back
 * @given: what report_take() returned
 */
void report_give(const struct place *given);

#endif
