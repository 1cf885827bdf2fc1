// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "fake_genl.h"
#include "run.h"

static char *batch_err;

static enum outcome batch(const char *text, bool force)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	FILE *real = stderr;
	enum outcome outcome;
	size_t size;

	free(batch_err);
	fake_reset();
	stderr = open_memstream(&batch_err, &size);
	outcome = batch_run(file, "setup", force);
	fclose(stderr);
	stderr = real;
	fclose(file);
	return outcome;
}

static void assert_split(const char *line, int n, const char *const *expected)
{
	char copy[128], *words[5];
	int i;

	strcpy(copy, line);
	assert_int_equal(batch_split(copy, words, 5), n);
	for (i = 0; i < n; i++)
		assert_string_equal(words[i], expected[i]);
}

static void split(void **state)
{
	(void)state;
	assert_split("", 0, NULL);
	assert_split(" \t\r\n", 0, NULL);
	assert_split("# all of it", 0, NULL);
	assert_split("a b", 2, (const char *[]){ "a", "b" });
	assert_split(" a\tb # c\n", 2, (const char *[]){ "a", "b" });
	assert_split("a#b", 1, (const char *[]){ "a#b" });
	assert_split("\"a b\" 'c \"d' '' \"#\"", 4,
		     (const char *[]){ "a b", "c \"d", "", "#" });
	assert_split("a b c d e", 5, (const char *[]){ "a", "b", "c", "d", "e" });
	assert_split("a b c d e f", -1, NULL);
	assert_split("a \"b", -1, NULL);
}

static void in_order(void **state)
{
	static const char text[] =
		"# a comment\n"
		"\n"
		"binding add dst 2001:db8::1\n"
		"tunnel flush # another\n"
		"  stats";

	(void)state;
	assert_int_equal(batch(text, false), DONE);
	assert_int_equal(fake_requests, 3);
	assert_string_equal(batch_err, "");
}

static void joined(void **state)
{
	(void)state;
	assert_int_equal(batch("binding add \\\n dst \\\n2001:db8::1\nfrob\n", true),
			 WRONG);
	assert_int_equal(fake_requests, 1);
	assert_string_equal(batch_err, "fmipctl: setup:4: \"frob\" is unknown, see 'help'\n");
	/* Nothing follows that could be joined. */
	assert_int_equal(batch("binding flush \\\n", false), WRONG);
	assert_int_equal(fake_requests, 0);
}

/* Many lines joined to one that is longer than what getline() gave at first. */
static void joined_long(void **state)
{
	char text[4096] = "binding add";
	int i;

	(void)state;
	for (i = 0; i < 16; i++)
		sprintf(text + strlen(text), " \\\n   dst 2001:db8:%x::/64   \\\n", i);
	strcat(text, "gate hold");
	assert_int_equal(batch(text, false), DONE);
	assert_int_equal(fake_requests, 1);
}

static void first_error(void **state)
{
	static const char text[] =
		"binding flush\nbinding add dst 2001:db8::1/64\nbinding flush\n";

	(void)state;
	assert_int_equal(batch(text, false), WRONG);
	assert_int_equal(fake_requests, 1);
	assert_string_equal(batch_err,
			    "fmipctl: setup:2: binding add: \"2001:db8::1/64\" has bits set beyond its length\n");
	assert_int_equal(batch(text, true), WRONG);
	assert_int_equal(fake_requests, 2);
	assert_int_equal(batch("binding del \"id\n", false), WRONG);
	assert_string_equal(batch_err,
			    "fmipctl: setup:1: a quote is not closed, or there are too many words\n");
}

static int teardown(void **state)
{
	free(batch_err);
	batch_err = NULL;
	return run_teardown(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(split),
		TEST(in_order),
		TEST(joined),
		TEST(joined_long),
		TEST(first_error),
	};

	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
