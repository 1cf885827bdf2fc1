// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run.h"
#include "value.h"

static void times(void **state)
{
	static const struct {
		const char *word;
		uint32_t ms;
	} good[] = {
		{ "0", 0 }, { "300", 300 }, { "300ms", 300 }, { "2s", 2000 },
		{ "1.5s", 1500 }, { "0.001s", 1 }, { "4294967295", UINT32_MAX },
		{ "4294967.295s", UINT32_MAX }, { "1.000ms", 1 }, { "3sec", 3000 },
	};
	static const char *const bad[] = {
		"", "s", "-1", " 1", "1h", "1.s", ".5s", "1.5", "0.0001s",
		"1..5s", "4294967296", "4294967.296s", "99999999999999999999s",
	};
	uint32_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(value_time(good[i].word, "t", &ms), DONE);
		assert_int_equal(ms, good[i].ms);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(value_time(bad[i], "t", &ms), WRONG);
}

static void moments(void **state)
{
	static const struct {
		const char *word;
		uint64_t ns;
	} good[] = {
		{ "@0", 0 }, { "@1.5", 1500000000 }, { "@1.000000001", 1000000001 },
		{ "@1795341600", 1795341600000000000 },
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-22T10:00:00Z", 1795341600000000000 },
		{ "2026-11-22T10:00:00.25Z", 1795341600250000000 },
		{ "2026-11-22T12:30:00+02:30", 1795341600000000000 },
		{ "2026-11-22T07:00:00-0300", 1795341600000000000 },
		/* The zone of the test is three hours west. */
		{ "2026-11-22T07:00:00", 1795341600000000000 },
	};
	static const char *const bad[] = {
		"", "now", "@", "@-1", "@1.", "@1.0000000001", "@1x", "@9223372036854775808",
		"@99999999999999999999", "+", "+1h", "+-1", "1795341600", "2026-11-22",
		"2026-11-22 10:00:00", "2026-11-22T10:00", "2026-02-29T10:00:00Z",
		"2026-13-01T10:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T10:00:00z",
		"2026-11-22T10:00:00.Z", "2026-11-22T10:00:00+2", "2026-11-22T10:00:00+15:00",
		"2026-11-22T10:00:00+01:60", "2026-11-22T10:00:00+01:00x",
		"1969-12-31T23:59:59Z", "2263-01-01T00:00:00Z",
	};
	char text[TEXT_SIZE];
	uint64_t ns, before;
	size_t i;

	(void)state;
	setenv("TZ", "TEST3", 1);
	tzset();
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(value_moment(good[i].word, "at", &ns), DONE);
		assert_int_equal(ns, good[i].ns);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (value_moment(bad[i], "at", &ns) != WRONG)
			fail_msg("\"%s\" is taken", bad[i]);
	assert_string_equal(text_moment(1795341600250000000, text),
			    "2026-11-22T10:00:00.250000000Z");
	assert_int_equal(value_moment("+0", "at", &before), DONE);
	assert_int_equal(value_moment("+1.5s", "at", &ns), DONE);
	assert_in_range(ns - before, 1500000000, 60000000000);
}

static void sizes(void **state)
{
	static const struct {
		const char *word;
		uint64_t bytes;
	} good[] = {
		{ "0", 0 }, { "4096", 4096 }, { "64k", 65536 }, { "4M", 4194304 },
		{ "1g", 1073741824 }, { "0x10", 16 },
		{ "18446744073709551615", UINT64_MAX },
	};
	static const char *const bad[] = {
		"", "k", "-1", "1kb", "1.5k", "18446744073709551616",
		"17179869184G",
	};
	char text[TEXT_SIZE];
	uint64_t bytes, again;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(value_size(good[i].word, "s", UINT64_MAX,
					    &bytes), DONE);
		assert_true(bytes == good[i].bytes);
		assert_int_equal(value_size(text_size(bytes, text), "s",
					    UINT64_MAX, &again), DONE);
		assert_true(bytes == again);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(value_size(bad[i], "s", UINT64_MAX, &bytes),
				 WRONG);
	assert_int_equal(value_size("4G", "s", UINT32_MAX, &bytes), WRONG);
	assert_int_equal(value_size("4194303k", "s", UINT32_MAX, &bytes), DONE);
}

static void speedups(void **state)
{
	static const struct {
		const char *word;
		uint32_t percent;
		const char *text;
	} good[] = {
		{ "2", 200, "2" }, { "1.5", 150, "1.5" }, { "1.05", 105, "1.05" },
		{ "100", 10000, "100" }, { "0", 0, "0" },
	};
	static const char *const bad[] = { "", "x", "-2", "1.005", "2x", "1." };
	char text[TEXT_SIZE];
	uint32_t percent;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(value_speedup(good[i].word, &percent), DONE);
		assert_int_equal(percent, good[i].percent);
		assert_string_equal(text_speedup(percent, text), good[i].text);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(value_speedup(bad[i], &percent), WRONG);
}

static void prefixes(void **state)
{
	static const struct {
		const char *word;
		const char *text;
	} good[] = {
		{ "2001:db8::1", "2001:db8::1/128" },
		{ "2001:DB8:0::/48", "2001:db8::/48" },
		{ "2001:db8::80/121", "2001:db8::80/121" },
		{ "::/0", "::/0" },
		{ "192.0.2.1", "192.0.2.1/32" },
		{ "192.0.2.128/25", "192.0.2.128/25" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
	};
	static const char *const bad[] = {
		"", "/64", "x", "2001:db8::1/", "2001:db8::/129",
		"2001:db8::1/64", "2001:db8::80/120", "192.0.2.1/31",
		"192.0.2.0/33", "2001:db8::/-1", "2001:db8::/ 1",
		"2001:db8::/4294967296", "2001:db8::/18446744073709551616",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/1",
	};
	struct address address;
	char text[TEXT_SIZE];
	uint8_t len;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(value_prefix(good[i].word, &address, &len),
				 DONE);
		assert_string_equal(text_prefix(&address, len, text),
				    good[i].text);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(value_prefix(bad[i], &address, &len), WRONG);
}

static void lladdrs(void **state)
{
	static const struct {
		const char *word;
		const char *text;
	} good[] = {
		{ "02:00:00:00:00:10", "02:00:00:00:00:10" },
		{ "2:0:0:0:0:A", "02:00:00:00:00:0a" },
		{ "00:11:22:33:44:55:66:77", "00:11:22:33:44:55:66:77" },
		{ "ff", "ff" },
	};
	static const char *const bad[] = {
		"", ":", "02:", "02::10", "02:00:00:00:00:1000", "02-00", "g",
		"0:1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:0:1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:0",
	};
	struct lladdr lladdr;
	char text[TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(value_lladdr(good[i].word, &lladdr), DONE);
		assert_string_equal(text_lladdr(&lladdr, text), good[i].text);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(value_lladdr(bad[i], &lladdr), WRONG);
}

static void longest_lladdr(void **state)
{
	struct lladdr lladdr = { .len = FMIP_LLADDR_MAX }, again;
	char text[TEXT_SIZE];

	(void)state;
	memset(lladdr.bytes, 0xee, FMIP_LLADDR_MAX);
	assert_int_equal(value_lladdr(text_lladdr(&lladdr, text), &again),
			 DONE);
	assert_int_equal(again.len, FMIP_LLADDR_MAX);
	assert_memory_equal(again.bytes, lladdr.bytes, FMIP_LLADDR_MAX);
}

static void numbers(void **state)
{
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "1x", "4294967296", "0x100000000",
		"99999999999999999999999",
	};
	uint32_t number;
	size_t i;

	(void)state;
	assert_int_equal(value_u32("0xffffffff", "n", &number), DONE);
	assert_int_equal(number, UINT32_MAX);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(value_u32(bad[i], "n", &number), WRONG);
}

/* What is wrong is said too, which would bury the results. */
static int silence(void **state)
{
	(void)state;
	stderr = fopen("/dev/null", "w");
	return stderr ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),
		cmocka_unit_test(moments),
		cmocka_unit_test(sizes),
		cmocka_unit_test(speedups),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(lladdrs),
		cmocka_unit_test(longest_lladdr),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests_name("values", tests, silence, NULL);
}
