// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <string.h>

#include "log.h"
#include "test.h"

#define SECOND	1000000000ull

static char last[LOG_LINE_MAX];
static unsigned int lines;

static void keep(int priority, const char *text)
{
	(void)priority;
	strcpy(last, text);
	lines++;
}

static int begin(void **state)
{
	(void)state;
	log_to(keep);
	log_limit(0);
	lines = 0;
	return 0;
}

static void writes_fields(void **state)
{
	struct in6_addr pcoa = address("2001:db8:1::10"), none = {};
	struct log_line line;

	(void)state;
	log_begin(&line, LOG_INFO, "fields", SECOND);
	log_text(&line, "plain", "north");
	log_text(&line, "quoted", "a \"b\"\n\\");
	log_text(&line, "empty", "");
	log_text(&line, "none", NULL);
	log_number(&line, "number", -7);
	log_address(&line, "pcoa", &pcoa);
	log_address(&line, "ncoa", &none);
	log_end(&line);
	assert_string_equal(last, "kind=fields plain=north quoted=\"a \\\"b\\\"\\x0a\\\\\" "
			    "empty=\"\" number=-7 pcoa=2001:db8:1::10");
}

static void cuts_long_lines(void **state)
{
	char text[2 * LOG_LINE_MAX];
	struct log_line line;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_begin(&line, LOG_INFO, "long", SECOND);
	log_text(&line, "text", text);
	log_number(&line, "more", 1);
	log_end(&line);
	assert_string_equal(last, "kind=long cut=yes");
	log_begin(&line, LOG_INFO, "long", SECOND);
	text[LOG_LINE_MAX / 2] = '\0';
	log_text(&line, "half", text);
	log_text(&line, "another", text);
	/* There would be room for it, but behind what is missing. */
	log_number(&line, "more", 1);
	log_end(&line);
	assert_int_equal(strlen(last), strlen("kind=long half= cut=yes") + LOG_LINE_MAX / 2);
	assert_string_equal(last + strlen(last) - strlen("xx cut=yes"), "xx cut=yes");
}

/* All that fits is there, to the last octet. */
static void leaves_room_for_the_mark(void **state)
{
	char text[LOG_LINE_MAX] = "";
	struct log_line line;
	size_t most = LOG_LINE_MAX - 1 - strlen("kind=long t= cut=yes");

	(void)state;
	memset(text, 'x', most);
	log_begin(&line, LOG_INFO, "long", SECOND);
	log_text(&line, "t", text);
	log_end(&line);
	assert_int_equal(strlen(last), strlen("kind=long t=") + most);
	log_begin(&line, LOG_INFO, "long", SECOND);
	log_text(&line, "t", text);
	log_number(&line, "n", 1);
	log_end(&line);
	assert_int_equal(strlen(last), LOG_LINE_MAX - 1);
	assert_string_equal(last + strlen(last) - strlen("x cut=yes"), "x cut=yes");
}

static void one(const char *kind, uint64_t now)
{
	struct log_line line;

	log_begin(&line, LOG_INFO, kind, now);
	log_end(&line);
}

static void bounds_each_kind(void **state)
{
	unsigned int i;

	(void)state;
	log_limit(3);
	for (i = 0; i < 10; i++)
		one("often", 5 * SECOND + i);
	assert_int_equal(lines, 3);
	one("seldom", 5 * SECOND + 20);
	assert_int_equal(lines, 4);
	one("often", 6 * SECOND);
	assert_string_equal(last, "kind=often left_out=7");
	one("often", 6 * SECOND + 1);
	assert_string_equal(last, "kind=often");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(writes_fields, begin),
		cmocka_unit_test_setup(cuts_long_lines, begin),
		cmocka_unit_test_setup(leaves_room_for_the_mark, begin),
		cmocka_unit_test_setup(bounds_each_kind, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
