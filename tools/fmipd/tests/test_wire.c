// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "address.h"
#include "checksum.h"
#include "test.h"
#include "wire.h"

static void numbers(void **state)
{
	static const uint8_t data[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	uint8_t two[2], out[sizeof(data)];
	struct reader r;
	struct writer w;

	(void)state;
	reader_init(&r, data, sizeof(data));
	assert_int_equal(reader_u8(&r), 0x01);
	assert_int_equal(reader_u16(&r), 0x0203);
	assert_int_equal(reader_u32(&r), 0x04050607);
	reader_bytes(&r, two, sizeof(two));
	assert_octets(two, sizeof(two), "0809");
	assert_int_equal(reader_left(&r), 0);
	assert_false(r.overrun);

	writer_init(&w, out, sizeof(out));
	writer_u8(&w, 0x01);
	writer_u16(&w, 0x0203);
	writer_u32(&w, 0x04050607);
	writer_bytes(&w, two, sizeof(two));
	assert_octets(out, w.pos, "010203040506070809");
	assert_false(w.overrun);
}

/* Not one octet is read beyond the end, and nothing is read after that. */
static void reading_ends(void **state)
{
	static const uint8_t data[] = { 1, 2, 3, 4, 5 };
	uint8_t three[3] = { 9, 9, 9 };
	struct reader r, part;

	(void)state;
	reader_init(&r, data, 3);
	assert_int_equal(reader_u32(&r), 0);
	assert_true(r.overrun);
	assert_int_equal(reader_left(&r), 0);
	assert_int_equal(reader_u8(&r), 0);
	reader_bytes(&r, three, sizeof(three));
	assert_octets(three, sizeof(three), "000000");

	reader_init(&r, data, 5);
	reader_skip(&r, 1);
	part = reader_part(&r, 2);
	assert_int_equal(part.pos, 1);
	assert_int_equal(reader_left(&part), 2);
	assert_int_equal(reader_u32(&part), 0);
	assert_true(part.overrun);
	assert_false(r.overrun);
	assert_int_equal(reader_u16(&r), 0x0405);
	part = reader_part(&r, 1);
	assert_true(part.overrun && r.overrun);

	reader_init(&r, NULL, 0);
	reader_bytes(&r, three, 0);
	assert_false(r.overrun);
	reader_skip(&r, SIZE_MAX);
	assert_true(r.overrun);
}

static void writing_ends(void **state)
{
	uint8_t data[5];
	struct writer w;

	(void)state;
	memset(data, 0xee, sizeof(data));
	writer_init(&w, data, 4);
	writer_u8(&w, 1);
	writer_u32(&w, 2);
	assert_true(w.overrun);
	writer_u8(&w, 3);
	writer_zeros(&w, 1);
	writer_bytes(&w, data, 1);
	assert_int_equal(w.pos, 1);
	assert_octets(data, sizeof(data), "01eeeeeeee");

	writer_change(&w, 0, 7);
	writer_change(&w, 1, 8);
	assert_octets(data, sizeof(data), "07eeeeeeee");
}

/* The example of RFC 1071 3, and an odd length. */
static void checksums(void **state)
{
	static const struct ip6_ends none;
	struct ip6_ends ends;
	uint8_t data[32];

	(void)state;
	assert_int_equal(ip6_checksum(&none, 0, data,
				      hex("0001f203f4f5f6f7", data, 8)),
			 (uint16_t)~(0xddf2 + 8));
	assert_int_equal(ip6_checksum(&none, 0, data, hex("0102 03", data, 8)),
			 (uint16_t)~(0x0102 + 0x0300 + 3));
	ends.source = address("2001:db8::1");
	ends.destination = address("::ffff");
	assert_int_equal(ip6_checksum(&ends, 58, data, 0),
			 (uint16_t)~(0x2001 + 0xdb8 + 1 + 0 + 58));
}

static void prefixes(void **state)
{
	static const struct {
		uint8_t len;
		const char *text;
	} cases[] = {
		{ 0, "::" }, { 1, "8000::" }, { 7, "fe00::" }, { 8, "ff00::" },
		{ 64, "ffff:ffff:ffff:ffff::" },
		{ 65, "ffff:ffff:ffff:ffff:8000::" },
		{ 127, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe" },
		{ 128, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};
	struct in6_addr a, wanted;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&a, 0xff, sizeof(a));
		prefix_clear(&a, cases[i].len);
		wanted = address(cases[i].text);
		assert_memory_equal(&a, &wanted, sizeof(a));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(reading_ends),
		cmocka_unit_test(writing_ends),
		cmocka_unit_test(checksums),
		cmocka_unit_test(prefixes),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
