// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "report.h"

static struct place place;

void report_place(const char *file, unsigned int line)
{
	place.file = file;
	place.line = line;
	place.last_line = 0;
}

void report_command(const char *object, const char *command)
{
	place.object = object;
	place.command = command;
}

struct place report_take(void)
{
	return place;
}

void report_give(const struct place *given)
{
	place = *given;
}

static void say(const char *format, va_list ap)
{
	/* So that it stands after what has been printed already. */
	fflush(stdout);

	fprintf(stderr, "fmipctl: ");
	if (place.file && place.last_line)
		fprintf(stderr, "%s:%u-%u: ", place.file, place.line,
			place.last_line);
	else if (place.file)
		fprintf(stderr, "%s:%u: ", place.file, place.line);
	if (place.object && place.command)
		fprintf(stderr, "%s %s: ", place.object, place.command);
	else if (place.object)
		fprintf(stderr, "%s: ", place.object);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
}

enum outcome wrong(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(format, ap);
	va_end(ap);
	return WRONG;
}

void warn(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(format, ap);
	va_end(ap);
}
