// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "mobopt.h"
#include "test.h"

/* Where the options of HI begin. */
#define START	10

static struct mobopts options;

static struct fault decode(const char *text)
{
	static uint8_t data[2048];
	struct reader r;

	reader_init(&r, data, hex(text, data, sizeof(data)));
	return mobopts_decode(&r, &options);
}

/* What is written behind so many octets of a message. */
static enum fault_kind encode_at(size_t start, uint8_t *data, size_t size,
				 size_t *len)
{
	enum fault_kind kind;
	struct writer w;

	writer_init(&w, data, size);
	writer_zeros(&w, start);
	kind = mobopts_encode(&w, &options);
	*len = w.pos;
	return kind;
}

static void assert_encoded(size_t start, const char *text)
{
	uint8_t data[2048];
	size_t len;

	assert_int_equal(encode_at(start, data, sizeof(data), &len), FAULT_NONE);
	assert_octets(data + start, len - start, text);
}

static struct mobopt *option(uint8_t type)
{
	struct mobopt *o = &options.option[options.count++];

	memset(o, 0, sizeof(*o));
	o->type = type;
	return o;
}

static int empty(void **state)
{
	(void)state;
	memset(&options, 0, sizeof(options));
	return 0;
}

#define ADDRESS_TEXT	"20010db8 00020000 00000000 00000010"

/* RFC 6275 6.2.5: AltCoA at 8n + 6, from every place that it may come at. */
static void altcoa_alignment(void **state)
{
	static const char *const padding[8] = {
		"0104 00000000", "0103 000000", "0102 0000", "0101 00",
		"0100", "00", "", "0105 0000000000",
	};
	char text[128];
	size_t start;

	(void)state;
	for (start = 0; start < 8; start++) {
		empty(NULL);
		option(MOBOPT_ALTCOA)->care_of = address("2001:db8:2::10");
		snprintf(text, sizeof(text), "%s 0310 %s", padding[start],
			 ADDRESS_TEXT);
		assert_encoded(start, text);
	}
}

/* RFC 5568 6.4.2: at 8n + 4. */
static void address_alignment(void **state)
{
	static const char *const padding[8] = {
		"0102 0000", "0101 00", "0100", "00", "",
		"0105 0000000000", "0104 00000000", "0103 000000",
	};
	char text[128];
	size_t start;

	(void)state;
	for (start = 0; start < 8; start++) {
		empty(NULL);
		option(MOBOPT_ADDRESS)->address = (struct coded_address){
			ADDRESS_NCOA, 128, address("2001:db8:2::10")
		};
		snprintf(text, sizeof(text), "%s 2212 02 80 %s", padding[start],
			 ADDRESS_TEXT);
		assert_encoded(start, text);
	}
}

/* RFC 5568 6.4.4: the MH-LLA goes anywhere; what follows it is padding. */
static void lla_alignment(void **state)
{
	static const char *const padding[8] = {
		"0105 0000000000", "0104 00000000", "0103 000000", "0102 0000",
		"0101 00", "0100", "00", "",
	};
	char text[128];
	size_t start;

	(void)state;
	for (start = 0; start < 8; start++) {
		empty(NULL);
		option(MOBOPT_LLA)->lla = (struct coded_lla){
			LLA_MN, { 6, { 2, 0, 0x5e, 0, 0x53, 1 } }
		};
		snprintf(text, sizeof(text), "0707 02 02005e005301 %s",
			 padding[start]);
		assert_encoded(start, text);
	}
}

/* RFC 6275 6.2.7: BADF ends where the message does, whatever its length. */
static void badf_ends_the_message(void **state)
{
	uint8_t data[128];
	size_t start, len;
	uint8_t size;
	struct mobopt *badf;

	(void)state;
	for (size = BADF_AUTH_MIN; size <= BADF_AUTH_MAX; size++) {
		for (start = 0; start < 8; start++) {
			empty(NULL);
			badf = option(MOBOPT_BADF);
			badf->badf.len = size;
			memset(badf->badf.authenticator, 0xaa, size);
			assert_int_equal(encode_at(start, data, sizeof(data),
						   &len), FAULT_NONE);
			assert_int_equal(len % 8, 0);
			assert_int_equal(data[len - size - 6], MOBOPT_BADF);
			assert_int_equal(data[len - size - 5], 4 + size);
			assert_int_equal(data[len - 1], 0xaa);
		}
	}
}

/*
 * RFC 5568 6.4.5 has Option Length count the authenticator; RFC 6275 6.2.1
 * counts all that follows.  Either is read, and told from the other by where
 * the message ends.
 */
static void badf_lengths(void **state)
{
	static const struct {
		const char *text;
		bool bare;
		uint8_t len;
		size_t start;
	} cases[] = {
		{ "1510 00000100 000102030405060708090a0b", false, 12, 6 },
		{ "150c 00000100 000102030405060708090a0b", true, 12, 6 },
		{ "1514 00000100 000102030405060708090a0b0c0d0e0f", false, 16, 2 },
		{ "1510 00000100 000102030405060708090a0b0c0d0e0f", true, 16, 2 },
	};
	const struct mobopt_badf *badf = &options.option[0].badf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_fault(decode(cases[i].text), FAULT_NONE, 0);
		assert_int_equal(options.count, 1);
		assert_int_equal(badf->bare_length, cases[i].bare);
		assert_int_equal(badf->len, cases[i].len);
		assert_int_equal(badf->spi, 0x100);
		assert_octets(badf->authenticator, 12, "000102030405060708090a0b");
		assert_encoded(cases[i].start, cases[i].text);
	}
}

static void decoded_values(void **state)
{
	struct in6_addr wanted = address("2001:db8:2::10");

	(void)state;
	assert_fault(decode("0310 " ADDRESS_TEXT "0707 02 02005e005301 00 "
			    "2212 02 80" ADDRESS_TEXT "0100 c803 a1a2a3"),
		     FAULT_NONE, 0);
	assert_int_equal(options.count, 4);
	assert_int_equal(options.option[0].type, MOBOPT_ALTCOA);
	assert_memory_equal(&options.option[0].care_of, &wanted, 16);
	assert_int_equal(options.option[1].lla.code, LLA_MN);
	assert_octets(options.option[1].lla.lla.bytes,
		      options.option[1].lla.lla.len, "02005e005301");
	assert_int_equal(options.option[2].address.prefixlen, 128);
	assert_int_equal(options.option[3].type, 200);
	assert_octets(options.option[3].raw.data, options.option[3].raw.len,
		      "a1a2a3");

	assert_ptr_equal(mobopts_find(&options, MOBOPT_LLA), &options.option[1]);
	assert_null(mobopts_find(&options, MOBOPT_BADF));
	assert_ptr_equal(mobopts_address(&options, ADDRESS_NCOA),
			 &options.option[2].address.address);
	assert_null(mobopts_address(&options, ADDRESS_PCOA));
}

/* RFC 5568 6.4.2: the bits behind a prefix; but NAR's address keeps its own. */
static void prefix_bits(void **state)
{
	struct in6_addr prefix = address("2001:db8::");
	struct in6_addr whole = address("2001:db8:2::10");

	(void)state;
	assert_fault(decode("2212 04 20" ADDRESS_TEXT), FAULT_NONE, 0);
	assert_memory_equal(&options.option[0].address.address, &prefix, 16);
	assert_fault(decode("2212 03 20" ADDRESS_TEXT), FAULT_NONE, 0);
	assert_memory_equal(&options.option[0].address.address, &whole, 16);

	options.option[0].address.code = ADDRESS_NAR_PREFIX;
	assert_encoded(4, "2212 04 20 20010db8 00000000 00000000 00000000");
	options.option[0].address.code = ADDRESS_NAR;
	assert_encoded(4, "2212 03 20 " ADDRESS_TEXT);
}

/* RFC 7411 5.3 counts in words; what follows must be found all the same. */
static void multicast_is_passed_over(void **state)
{
	(void)state;
	assert_fault(decode("3c02 0200 11111111 22222222 3d00 0001 "
			    "0707 02 02005e005301"), FAULT_NONE, 0);
	assert_int_equal(options.count, 1);
	assert_int_equal(options.option[0].type, MOBOPT_LLA);
	assert_fault(decode("3c02 0200 11111111 222222"), FAULT_OPTION_OVERRUN, 1);
}

/* RFC 5568 6.4.2 says 17, which is DNS-UPDATE; 11 assigns 34. */
static void option_17_is_unknown(void **state)
{
	(void)state;
	assert_fault(decode("1112 02 80" ADDRESS_TEXT), FAULT_NONE, 0);
	assert_int_equal(options.count, 1);
	assert_int_equal(options.option[0].raw.len, 18);
	assert_null(mobopts_address(&options, ADDRESS_NCOA));
}

/* RFC 5094 section 3: the option is aligned to 4n + 2. */
static void since_when_the_link_is_down(void **state)
{
	struct mobopt_down down = {};

	(void)state;
	assert_fault(decode("130b 00007ed9 01 5678 000004d2"), FAULT_NONE, 0);
	assert_int_equal(options.option[0].vendor.id, 32473);
	assert_true(mobopts_down(&options, 32473, &down));
	assert_int_equal(down.identifier, 0x5678);
	assert_int_equal(down.ms, 1234);
	assert_false(mobopts_down(&options, 32474, &down));
	assert_encoded(2, "130b 00007ed9 01 5678 000004d2 00");
	/* Another vendor, another option, and one with more in it. */
	assert_fault(decode("130b 00007eda 01 5678 000004d2 130b 00007ed9 02 5678 000004d2 "
			    "130c 00007ed9 01 5678 000004d200 1305 00007ed9 01"), FAULT_NONE, 0);
	assert_int_equal(options.count, 4);
	assert_false(mobopts_down(&options, 32473, &down));
	assert_fault(decode("1304 00007ed9"), FAULT_OPTION_LENGTH, 1);
}

static void faults(void **state)
{
	static const struct {
		const char *text;
		enum fault_kind kind;
		size_t offset;
	} cases[] = {
		{ "", FAULT_NONE, 0 },
		{ "00", FAULT_NONE, 0 },
		{ "00 01", FAULT_OPTION_OVERRUN, 1 },
		{ "0101", FAULT_OPTION_OVERRUN, 1 },
		{ "00 c802 01", FAULT_OPTION_OVERRUN, 2 },
		{ "c800", FAULT_NONE, 0 },
		{ "030f 000000000000000000000000000000", FAULT_OPTION_LENGTH, 1 },
		{ "0311 0000000000000000000000000000000000",
		  FAULT_OPTION_LENGTH, 1 },
		{ "0100 0310 00000000", FAULT_OPTION_OVERRUN, 3 },
		{ "0701 02", FAULT_OPTION_LENGTH, 1 },
		{ "0700", FAULT_OPTION_LENGTH, 1 },
		{ "0702 02 01", FAULT_NONE, 0 },
		{ "2211 02 80 000000000000000000000000000000",
		  FAULT_OPTION_LENGTH, 1 },
		{ "00 2212 02 81" ADDRESS_TEXT, FAULT_OPTION_VALUE, 4 },
		{ "2212 02 80" ADDRESS_TEXT, FAULT_NONE, 0 },
		/* BADF: another option, padding, and too little behind it */
		{ "1510 00000100 000102030405060708090a0b 0701",
		  FAULT_OPTION_ORDER, 1 },
		{ "1510 00000100 000102030405060708090a0b 00",
		  FAULT_OPTION_ORDER, 1 },
		{ "00 1510 00000100 000102030405060708090a",
		  FAULT_OPTION_OVERRUN, 2 },
		{ "150f 00000100 000102030405060708090a", FAULT_OPTION_LENGTH, 1 },
		{ "150b 00000100 000102030405060708090a", FAULT_OPTION_LENGTH, 1 },
		{ "1525 00000100 0001020304050607 08090a0b0c0d0e0f "
		  "1011121314151617 18191a1b1c1d1e1f 20", FAULT_OPTION_LENGTH, 1 },
		{ "1524 00000100 0001020304050607 08090a0b0c0d0e0f "
		  "1011121314151617 18191a1b1c1d1e1f", FAULT_NONE, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_fault(decode(cases[i].text), cases[i].kind,
			     cases[i].offset);
}

static void longest_lla(void **state)
{
	uint8_t data[64] = { MOBOPT_LLA, 1 + LLA_MAX, LLA_MN };
	struct reader r;

	(void)state;
	data[2 + LLA_MAX] = 0xee;
	reader_init(&r, data, 3 + LLA_MAX);
	assert_fault(mobopts_decode(&r, &options), FAULT_NONE, 0);
	assert_int_equal(options.option[0].lla.lla.len, LLA_MAX);
	assert_int_equal(options.option[0].lla.lla.bytes[LLA_MAX - 1], 0xee);

	data[1]++;
	reader_init(&r, data, 4 + LLA_MAX);
	assert_fault(mobopts_decode(&r, &options), FAULT_OPTION_LENGTH, 1);
}

/* Padding does not count; the one option too many is refused. */
static void count(void **state)
{
	uint8_t data[4 * MOBOPTS_MAX + 8] = { 0 };
	struct reader r;
	size_t i, len;

	(void)state;
	for (i = 0; i <= MOBOPTS_MAX; i++)
		data[4 * i] = 200;
	reader_init(&r, data, 4 * MOBOPTS_MAX);
	assert_fault(mobopts_decode(&r, &options), FAULT_NONE, 0);
	assert_int_equal(options.count, MOBOPTS_MAX);
	reader_init(&r, data, 4 * MOBOPTS_MAX + 2);
	assert_fault(mobopts_decode(&r, &options), FAULT_OPTION_COUNT,
		     4 * MOBOPTS_MAX);

	options.count = MOBOPTS_MAX + 1;
	assert_int_equal(encode_at(0, data, sizeof(data), &len),
			 FAULT_OPTION_COUNT);
}

static enum fault_kind encode(void)
{
	uint8_t data[128];
	size_t len;

	return encode_at(START, data, sizeof(data), &len);
}

/* What cannot be sent is refused, not put right. */
static void not_sent(void **state)
{
	(void)state;
	option(MOBOPT_PADN);
	assert_int_equal(encode(), FAULT_OPTION_TYPE);
	empty(NULL);
	option(MOBOPT_PAD1);
	assert_int_equal(encode(), FAULT_OPTION_TYPE);
	empty(NULL);
	option(MOBOPT_MULTICAST);
	assert_int_equal(encode(), FAULT_OPTION_TYPE);
	empty(NULL);
	option(MOBOPT_LLA);
	assert_int_equal(encode(), FAULT_OPTION_LENGTH);
	options.option[0].lla.lla.len = LLA_MAX + 1;
	assert_int_equal(encode(), FAULT_OPTION_LENGTH);
	empty(NULL);
	option(MOBOPT_ADDRESS)->address.prefixlen = 129;
	assert_int_equal(encode(), FAULT_OPTION_VALUE);
	empty(NULL);
	option(MOBOPT_BADF)->badf.len = BADF_AUTH_MIN - 1;
	assert_int_equal(encode(), FAULT_OPTION_LENGTH);
	options.option[0].badf.len = BADF_AUTH_MAX + 1;
	assert_int_equal(encode(), FAULT_OPTION_LENGTH);
	options.option[0].badf.len = BADF_AUTH_MIN;
	assert_int_equal(encode(), FAULT_NONE);
	option(MOBOPT_ALTCOA);
	assert_int_equal(encode(), FAULT_OPTION_ORDER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(altcoa_alignment, empty),
		cmocka_unit_test_setup(address_alignment, empty),
		cmocka_unit_test_setup(lla_alignment, empty),
		cmocka_unit_test_setup(badf_ends_the_message, empty),
		cmocka_unit_test_setup(badf_lengths, empty),
		cmocka_unit_test_setup(decoded_values, empty),
		cmocka_unit_test_setup(prefix_bits, empty),
		cmocka_unit_test_setup(multicast_is_passed_over, empty),
		cmocka_unit_test_setup(option_17_is_unknown, empty),
		cmocka_unit_test_setup(since_when_the_link_is_down, empty),
		cmocka_unit_test_setup(faults, empty),
		cmocka_unit_test_setup(longest_lla, empty),
		cmocka_unit_test_setup(count, empty),
		cmocka_unit_test_setup(not_sent, empty),
	};

	return cmocka_run_group_tests_name("mobility options", tests, NULL, NULL);
}
