// SPDX-License-Identifier: GPL-2.0-only
/* Moments of CLOCK_REALTIME, to and from text. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "value.h"

#define SECOND	1000000000ULL

/* Later than that no clock of Linux can be. */
#define SECONDS_MAX	(INT64_MAX / SECOND)

/* ".5" and the like; NULL if there is a point and no digit, or there are too many. */
static const char *read_fraction(const char *text, uint64_t *ns)
{
	uint64_t place = SECOND;

	*ns = 0;
	if (*text != '.')
		return text;
	if (!isdigit((unsigned char)*++text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++) {
		place /= 10;
		if (!place)
			return NULL;
		*ns += place * (*text - '0');
	}
	return text;
}

static bool read_seconds(const char *text, uint64_t *ns)
{
	uint64_t seconds = 0, fraction;

	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++) {
		if (seconds > SECONDS_MAX)
			return false;
		seconds = seconds * 10 + (*text - '0');
	}
	text = read_fraction(text, &fraction);
	if (!text || *text || seconds >= SECONDS_MAX)
		return false;
	*ns = seconds * SECOND + fraction;
	return true;
}

static int two_digits(const char *text)
{
	if (!isdigit((unsigned char)text[0]) || !isdigit((unsigned char)text[1]))
		return -1;
	return (text[0] - '0') * 10 + text[1] - '0';
}

/* "Z", "+01:00" or "+0100" to the end; @local if there is none. */
static bool read_zone(const char *text, bool *local, int *offset)
{
	int sign = *text == '-' ? -1 : 1, hours, minutes;

	*offset = 0;
	*local = !*text;
	if (*local || !strcmp(text, "Z"))
		return true;
	if (*text != '+' && *text != '-')
		return false;
	hours = two_digits(++text);
	if (hours < 0 || hours > 14)
		return false;
	text += 2;
	if (*text == ':')
		text++;
	minutes = two_digits(text);
	if (minutes < 0 || minutes > 59 || text[2])
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* There is no 31st of April, though mktime() knows what it could mean. */
static bool is_date(const struct tm *given, const struct tm *made)
{
	return given->tm_mon == made->tm_mon && given->tm_mday == made->tm_mday &&
	       given->tm_hour == made->tm_hour && given->tm_min == made->tm_min &&
	       given->tm_sec == made->tm_sec;
}

static bool read_iso(const char *text, uint64_t *ns)
{
	struct tm given = { .tm_isdst = -1 }, made;
	uint64_t fraction;
	time_t seconds;
	int offset;
	bool local;

	text = strptime(text, "%Y-%m-%dT%H:%M:%S", &given);
	if (!text)
		return false;
	text = read_fraction(text, &fraction);
	if (!text || !read_zone(text, &local, &offset))
		return false;
	made = given;
	seconds = local ? mktime(&made) : timegm(&made);
	if (!is_date(&given, &made) || seconds - offset < 0 ||
	    seconds - offset >= (time_t)SECONDS_MAX)
		return false;
	*ns = (seconds - offset) * SECOND + fraction;
	return true;
}

enum outcome value_moment(const char *word, const char *what, uint64_t *ns)
{
	struct timespec now;
	uint32_t ms;

	if (*word == '+') {
		if (value_time(word + 1, what, &ms))
			return WRONG;
		clock_gettime(CLOCK_REALTIME, &now);
		*ns = now.tv_sec * SECOND + now.tv_nsec + ms * 1000000ULL;
		return DONE;
	}
	if (*word == '@' ? read_seconds(word + 1, ns) : read_iso(word, ns))
		return DONE;
	return wrong("\"%s\" is not a moment for '%s', such as +90s, @1795341600.5 or "
		     "2026-11-22T10:00:00Z", word, what);
}

const char *text_moment(uint64_t ns, char *buf)
{
	time_t seconds = ns / SECOND;
	struct tm tm;
	size_t len;

	gmtime_r(&seconds, &tm);
	len = strftime(buf, TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + len, TEXT_SIZE - len, ".%09" PRIu64 "Z", (uint64_t)(ns % SECOND));
	return buf;
}
