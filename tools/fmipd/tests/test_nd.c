// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "nd.h"
#include "samples.h"
#include "test.h"
#include "tuple.h"

#define ADDRESS_TEXT	"20010db8 00020000 00000000 00000010"
#define RTSOLPR_TEXT	"9a00 0000 0200 0001"
#define RA_TEXT		"8600 0000 40 00 0000 00000000 00000000"

static struct nd nd;

static struct fault decode_on(const char *text, uint8_t lla_len)
{
	const struct nd_link link = { NULL, ND_HOP_LIMIT, lla_len };
	uint8_t data[2048];

	return nd_decode(data, hex(text, data, sizeof(data)), &link, &nd);
}

static struct fault decode(const char *text)
{
	return decode_on(text, 6);
}

static void assert_encoded(const char *text)
{
	uint8_t data[2048];
	size_t len;

	assert_int_equal(nd_encode(&nd, data, sizeof(data), &len), FAULT_NONE);
	assert_octets(data, len, text);
}

static void envelope(void **state)
{
	const struct sample *s = sample_find("prrtadv");
	struct ip6_ends ends = sample_ends(s);
	struct nd_link link = { &ends, ND_HOP_LIMIT, 6 };
	uint8_t data[SAMPLE_SIZE];
	size_t i, len = sample_encode(s, data);

	(void)state;
	assert_fault(nd_decode(data, len, &link, &nd), FAULT_NONE, 0);
	assert_fault(nd_decode(NULL, 0, &link, &nd), FAULT_TOO_SHORT, 0);
	assert_fault(nd_decode(data, 7, &link, &nd), FAULT_TOO_SHORT, 7);
	for (i = 0; i < len; i++) {
		data[i] ^= 1;
		assert_fault(nd_decode(data, len, &link, &nd), FAULT_CHECKSUM, 2);
		data[i] ^= 1;
	}
	link.hop_limit = 254;
	assert_fault(nd_decode(data, len, &link, &nd), FAULT_HOP_LIMIT, 0);
}

static void types_and_codes(void **state)
{
	static const struct {
		const char *text;
		enum fault_kind kind;
		size_t offset;
		enum nd_number type;
	} cases[] = {
		{ "9a00 0000 0200 0001", FAULT_NONE, 0, ND_RTSOLPR },
		{ "9a01 0000 0200 0001", FAULT_CODE, 1, 0 },
		{ "9a00 0000 0300 0001", FAULT_NONE, 0, ND_PRRTADV },
		{ "9a05 0000 0300 0001", FAULT_NONE, 0, ND_PRRTADV },
		{ "9a06 0000 0300 0001", FAULT_CODE, 1, 0 },
		/* RFC 5568 6.1: HI and HAck in ICMPv6 are gone */
		{ "9a00 0000 0400 0001", FAULT_TYPE, 0, 0 },
		{ "9a00 0000 0500 0001", FAULT_TYPE, 0, 0 },
		{ "9a00 0000 0000 0001", FAULT_TYPE, 0, 0 },
		{ "8500 0000 0000 0000", FAULT_TYPE, 0, 0 },
		{ "8800 0000 0000 0000" ADDRESS_TEXT, FAULT_NONE, 0, ND_NA },
		{ "8801 0000 0000 0000" ADDRESS_TEXT, FAULT_CODE, 1, 0 },
		{ "8800 0000 0000 0000 20010db8 00020000 00000000 000000",
		  FAULT_TOO_SHORT, 23, 0 },
		{ "8800 0000 0000 0000 ff020000 00000000 00000000 00000001",
		  FAULT_ADDRESS, 8, 0 },
		{ "8700 0000 0000 0000" ADDRESS_TEXT, FAULT_NONE, 0, ND_NS },
		{ "8700 0000 0000 0000 ff020000 00000000 00000000 00000001",
		  FAULT_ADDRESS, 8, 0 },
		{ RA_TEXT, FAULT_NONE, 0, ND_RA },
		{ "8600 0000 40 00 0000 00000000 000000", FAULT_TOO_SHORT, 15, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_fault(decode(cases[i].text), cases[i].kind,
			     cases[i].offset);
		if (!cases[i].kind)
			assert_int_equal(nd.type, cases[i].type);
	}
}

static void options(void **state)
{
	static const struct {
		const char *text;
		enum fault_kind kind;
		size_t offset;
		unsigned int count;
	} cases[] = {
		/* RFC 4861 4.6: length 0 ends it all; unknown ones do not */
		{ "0100 000000000000", FAULT_OPTION_LENGTH, 9, 0 },
		{ "c800 000000000000", FAULT_OPTION_LENGTH, 9, 0 },
		{ "c801 000000000000", FAULT_NONE, 0, 0 },
		{ "c802 000000000000", FAULT_OPTION_OVERRUN, 9, 0 },
		{ "01", FAULT_OPTION_OVERRUN, 8, 0 },
		{ "0101 02005e005301 c801 000000000000 0501 0000 000005dc",
		  FAULT_NONE, 0, 2 },
		{ "0201 02005e005301", FAULT_NONE, 0, 1 },
		/* an address of another length than the link's */
		{ "0102 02005e005301 0000000000000000", FAULT_OPTION_LENGTH, 9, 0 },
		{ "0304 40c0 00000001 00000002 00000000" ADDRESS_TEXT,
		  FAULT_NONE, 0, 1 },
		{ "0304 81c0 00000001 00000002 00000000" ADDRESS_TEXT,
		  FAULT_OPTION_VALUE, 10, 0 },
		{ "0303 40c0 00000001 00000002 00000000 0000000000000000",
		  FAULT_OPTION_LENGTH, 9, 0 },
		{ "0502 0000 000005dc 0000000000000000", FAULT_OPTION_LENGTH, 9, 0 },
		{ "1103 0380 00000000" ADDRESS_TEXT, FAULT_NONE, 0, 1 },
		{ "1103 0381 00000000" ADDRESS_TEXT, FAULT_OPTION_VALUE, 11, 0 },
		{ "1102 0380 00000000 0000000000000000", FAULT_OPTION_LENGTH, 9, 0 },
		{ "1104 0380 00000000" ADDRESS_TEXT "0000000000000000",
		  FAULT_OPTION_LENGTH, 9, 0 },
		/* RFC 5568 6.4.3: padding, any of it, is not looked at */
		{ "1302 01 02005e0053a1 ffffffffffffff", FAULT_NONE, 0, 1 },
		{ "1303 01 02005e0053a1 00000000000000 0000000000000000",
		  FAULT_NONE, 0, 1 },
		{ "1301 01 02005e0053", FAULT_OPTION_LENGTH, 9, 0 },
		{ "1301 00 0000000000", FAULT_NONE, 0, 1 },
		{ "1402 0001 00000000 0000000000000000", FAULT_OPTION_LENGTH, 9, 0 },
		{ "1405 0001 00000000 0000000000000000 0000000000000000 "
		  "0000000000000000 0000000000000000", FAULT_OPTION_LENGTH, 9, 0 },
		{ "1404 0002 00000000 1203 0280 00000000" ADDRESS_TEXT,
		  FAULT_OPTION_VALUE, 16, 0 },
		{ "1404 0002 00000000 1102 0280 00000000" ADDRESS_TEXT,
		  FAULT_OPTION_VALUE, 17, 0 },
	};
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), RTSOLPR_TEXT "%s", cases[i].text);
		assert_fault(decode(text), cases[i].kind, cases[i].offset);
		if (!cases[i].kind)
			assert_int_equal(nd.options.count, cases[i].count);
	}
}

/* The length of an address is the link's, which no option tells. */
static void lla_lengths(void **state)
{
	static const struct {
		uint8_t len;
		const char *text;
	} cases[] = {
		{ 0, "1301 01 0000000000" },
		{ 1, "1301 01 0200000000" },
		{ 5, "1301 01 02005e0053" },
		{ 6, "1302 01 02005e0053a1 00000000000000" },
		{ 8, "1302 01 02005efffe0053a1 0000000000" },
		{ 13, "1302 01 000102030405060708090a0b0c" },
		{ 14, "1303 01 000102030405060708090a0b0c0d 00000000000000" },
		{ 20, "1303 01 0001020304050607 08090a0b0c0d0e0f 10111213 00" },
		{ 32, "1305 01 0001020304050607 08090a0b0c0d0e0f 1011121314151617 "
		      "18191a1b1c1d1e1f 0000000000" },
	};
	static const struct {
		uint8_t len;
		const char *text;
	} link_cases[] = {
		{ 0, "0101 000000000000" },
		{ 6, "0101 02005e005301" },
		{ 7, "0102 02005e00530107 00000000000000" },
		{ 8, "0102 02005efffe005301 000000000000" },
		{ 14, "0102 000102030405060708090a0b0c0d" },
	};
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), RTSOLPR_TEXT "%s", cases[i].text);
		assert_fault(decode_on(text, cases[i].len), FAULT_NONE, 0);
		assert_int_equal(nd.options.option[0].lla.lla.len, cases[i].len);
		assert_encoded(text);
	}
	for (i = 0; i < sizeof(link_cases) / sizeof(link_cases[0]); i++) {
		snprintf(text, sizeof(text), RTSOLPR_TEXT "%s",
			 link_cases[i].text);
		assert_fault(decode_on(text, link_cases[i].len), FAULT_NONE, 0);
		assert_int_equal(nd.options.option[0].link.len,
				 link_cases[i].len);
		assert_encoded(text);
	}
	/* too short for the link, by one */
	assert_fault(decode_on(RTSOLPR_TEXT "0201 02005e005301", 7),
		     FAULT_OPTION_LENGTH, 9);
	assert_fault(decode_on(RTSOLPR_TEXT "1301 01 02005e0053", 6),
		     FAULT_OPTION_LENGTH, 9);
}

/* The three forms in which RFC 5568 6.4.6 can be read, and no address. */
static void naack_forms(void **state)
{
	static const struct {
		const char *text;
		bool has_address;
	} cases[] = {
		{ "1403 0002 00000000" ADDRESS_TEXT, true },
		{ "1404 0002 00000000 1103 0280 00000000" ADDRESS_TEXT, true },
		{ "1401 0002 00000000 1103 0280 00000000" ADDRESS_TEXT, true },
		{ "1401 0002 00000000 0501 0000 000005dc "
		  "1103 0280 00000000" ADDRESS_TEXT, true },
		{ "1401 0002 00000000", false },
		{ "1401 0002 00000000 1103 0380 00000000" ADDRESS_TEXT, false },
		{ "1103 0280 00000000" ADDRESS_TEXT "1401 0002 00000000", false },
		{ "1103 0280 00000000" ADDRESS_TEXT, false },
	};
	struct in6_addr ncoa = address("2001:db8:2::10");
	const struct in6_addr *found;
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), RA_TEXT "%s", cases[i].text);
		assert_fault(decode(text), FAULT_NONE, 0);
		found = ndopts_naack_address(&nd.options);
		assert_int_equal(!!found, cases[i].has_address);
		if (found)
			assert_memory_equal(found, &ncoa, sizeof(ncoa));
	}
	/* sent as the first of them */
	decode(RA_TEXT "1404 0002 00000000 1103 0280 00000000" ADDRESS_TEXT);
	assert_encoded(RA_TEXT "1403 0002 00000000" ADDRESS_TEXT);
}

/* What is reserved is neither taken nor sent. */
static void reserved_bits(void **state)
{
	static const struct {
		const char *full;
		const char *kept;
	} cases[] = {
		{ "9a00 0000 02ff 0001 1302 00 ffffffffffff ffffffffffffff",
		  "9a00 0000 0200 0001 1302 00 000000000000 00000000000000" },
		{ "9a00 0000 03ff 0001 1103 0480 ffffffff" ADDRESS_TEXT,
		  "9a00 0000 0380 0001 1103 0480 00000000" ADDRESS_TEXT },
		{ "8800 0000 ffffffff" ADDRESS_TEXT,
		  "8800 0000 e0000000" ADDRESS_TEXT },
		{ "8700 0000 ffffffff" ADDRESS_TEXT,
		  "8700 0000 00000000" ADDRESS_TEXT },
		{ "8600 0000 40 ff 0708 00000001 00000002 1401 ff03 ffffffff",
		  "8600 0000 40 fc 0708 00000001 00000002 1401 0003 00000000" },
		{ RA_TEXT "0304 20df 00000001 00000002 ffffffff" ADDRESS_TEXT
		  "0501 ffff 000005dc",
		  RA_TEXT "0304 20c0 00000001 00000002 00000000 "
		  "20010db8 00000000 00000000 00000000 0501 0000 000005dc" },
		/* with R the whole address counts (RFC 6275 7.2) */
		{ RA_TEXT "0304 20ff 00000001 00000002 00000000" ADDRESS_TEXT,
		  RA_TEXT "0304 20e0 00000001 00000002 00000000" ADDRESS_TEXT },
		/* NAR's prefix ends where it says; its address does not */
		{ RTSOLPR_TEXT "1103 0420 00000000" ADDRESS_TEXT,
		  RTSOLPR_TEXT "1103 0420 00000000 "
		  "20010db8 00000000 00000000 00000000" },
		{ RTSOLPR_TEXT "1103 0320 00000000" ADDRESS_TEXT,
		  RTSOLPR_TEXT "1103 0320 00000000" ADDRESS_TEXT },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_fault(decode(cases[i].full), FAULT_NONE, 0);
		assert_encoded(cases[i].kept);
	}
}

static void values(void **state)
{
	struct in6_addr ncoa = address("2001:db8:2::10");

	(void)state;
	decode("8600 0000 40 a0 0708 00007530 000003e8");
	assert_int_equal(nd.ra.hop_limit, 64);
	assert_int_equal(nd.ra.flags, ND_RA_MANAGED | ND_RA_HOME_AGENT);
	assert_int_equal(nd.ra.lifetime, 1800);
	assert_int_equal(nd.ra.reachable, 30000);
	assert_int_equal(nd.ra.retrans, 1000);

	decode("8800 0000 60000000" ADDRESS_TEXT);
	assert_int_equal(nd.neighbour.flags, ND_NA_SOLICITED | ND_NA_OVERRIDE);
	assert_memory_equal(&nd.neighbour.target, &ncoa, sizeof(ncoa));

	decode("9a04 0000 0380 beef");
	assert_int_equal(nd.proxy.code, PRRTADV_NEIGHBOURHOOD);
	assert_true(nd.proxy.multicast);
	assert_int_equal(nd.proxy.identifier, 0xbeef);
}

static void una_on_the_wire(void **state)
{
	const struct sample *s = sample_find("una");
	uint8_t data[SAMPLE_SIZE];
	size_t len;

	(void)state;
	assert_int_equal(nd_encode(&s->nd, data, sizeof(data), &len), FAULT_NONE);
	assert_octets(data, len, "8800 0000 00000000" ADDRESS_TEXT
		      "0201 02005e005301");
}

static void count(void **state)
{
	uint8_t data[8 + 8 * (NDOPTS_MAX + 1)] = { 154, 0, 0, 0, 2 };
	const struct nd_link link = { NULL, ND_HOP_LIMIT, 6 };
	size_t i, len;

	(void)state;
	for (i = 0; i <= NDOPTS_MAX; i++) {
		data[8 + 8 * i] = NDOPT_MTU;
		data[8 + 8 * i + 1] = 1;
	}
	assert_fault(nd_decode(data, sizeof(data) - 8, &link, &nd),
		     FAULT_NONE, 0);
	assert_int_equal(nd.options.count, NDOPTS_MAX);
	assert_null(ndopts_add(&nd.options, NDOPT_MTU));
	assert_fault(nd_decode(data, sizeof(data), &link, &nd),
		     FAULT_OPTION_COUNT, 8 + 8 * NDOPTS_MAX);
	nd.options.count = NDOPTS_MAX + 1;
	assert_int_equal(nd_encode(&nd, data, sizeof(data), &len),
			 FAULT_OPTION_COUNT);
}

static enum fault_kind encode_option(struct ndopt option)
{
	static uint8_t data[256];
	size_t len;

	nd.type = ND_RTSOLPR;
	nd.options.count = 1;
	nd.options.option[0] = option;
	return nd_encode(&nd, data, sizeof(data), &len);
}

static void not_sent(void **state)
{
	uint8_t data[256];
	size_t len;

	(void)state;
	assert_int_equal(encode_option((struct ndopt){ .type = 200 }),
			 FAULT_OPTION_TYPE);
	assert_int_equal(encode_option((struct ndopt){ .type = NDOPT_TARGET_LLA,
				       .link = { .len = LLA_MAX + 1 } }),
			 FAULT_OPTION_LENGTH);
	assert_int_equal(encode_option((struct ndopt){ .type = NDOPT_LLA,
				       .lla = { 1, { .len = LLA_MAX + 1 } } }),
			 FAULT_OPTION_LENGTH);
	assert_int_equal(encode_option((struct ndopt){ .type = NDOPT_ADDRESS,
				       .address = { .prefixlen = 129 } }),
			 FAULT_OPTION_VALUE);
	assert_int_equal(encode_option((struct ndopt){ .type = NDOPT_PREFIX,
				       .prefix = { .len = 129 } }),
			 FAULT_OPTION_VALUE);
	nd.options.count = 0;
	nd.type = ND_PRRTADV;
	nd.proxy.code = PRRTADV_DHCP + 1;
	assert_int_equal(nd_encode(&nd, data, sizeof(data), &len), FAULT_CODE);
	nd.type = 77;
	assert_int_equal(nd_encode(&nd, data, sizeof(data), &len), FAULT_TYPE);
}

static void space(void **state)
{
	const struct sample *s = sample_find("prrtadv");
	uint8_t data[SAMPLE_SIZE];
	size_t size, len, whole = sample_encode(s, data);

	(void)state;
	for (size = 0; size < whole; size++) {
		memset(data, 0xee, sizeof(data));
		assert_int_equal(nd_encode(&s->nd, data, size, &len),
				 FAULT_SPACE);
		assert_int_equal(data[size], 0xee);
	}
}

static void assert_tuple(const struct tuple *tuple, uint8_t code, uint8_t last,
			 const char *nar, const char *prefix, const char *ncoa)
{
	const struct coded_address *found[] = {
		tuple->nar, tuple->prefix, tuple->ncoa
	};
	const char *const wanted[] = { nar, prefix, ncoa };
	struct in6_addr a;
	size_t i;

	assert_int_equal(tuple->ap->code, code);
	assert_int_equal(tuple->ap->lla.bytes[5], last);
	assert_int_equal(!tuple->nar_lla, !nar);
	for (i = 0; i < 3; i++) {
		assert_int_equal(!found[i], !wanted[i]);
		if (!found[i])
			continue;
		a = address(wanted[i]);
		assert_memory_equal(&found[i]->address, &a, sizeof(a));
	}
}

static void tuples(void **state)
{
	struct tuple t[4];

	(void)state;
	assert_int_equal(tuples_read(&sample_find("prrtadv")->nd.options, t, 4),
			 2);
	assert_tuple(&t[0], LLA_NEW_AP, 0xa1, "2001:db8:2::1", "2001:db8:2::",
		     NULL);
	assert_int_equal(t[0].nar_lla->lla.bytes[5], 0xfe);
	assert_tuple(&t[1], LLA_NEW_AP, 0xa2, "2001:db8:3::1", "2001:db8:3::",
		     NULL);
	assert_int_equal(t[1].nar_lla->lla.bytes[5], 0xff);
	assert_int_equal(t[1].prefix->prefixlen, 60);
	assert_int_equal(tuples_read(&sample_find("prrtadv")->nd.options, t, 1),
			 1);
	assert_int_equal(t[0].nar_lla->lla.bytes[5], 0xfe);

	assert_int_equal(tuples_read(&sample_find("prrtadv-handover")->nd.options,
				     t, 4), 1);
	assert_tuple(&t[0], LLA_NEW_AP, 0xa1, "2001:db8:2::1", "2001:db8:2::",
		     "2001:db8:2::10");

	assert_int_equal(tuples_read(&sample_find("prrtadv-partial")->nd.options,
				     t, 4), 3);
	assert_tuple(&t[0], LLA_AP_NO_SUPPORT, 0xa3, NULL, NULL, NULL);
	assert_tuple(&t[1], LLA_NEW_AP, 0xa1, "2001:db8:2::1", "2001:db8:2::",
		     NULL);
	assert_tuple(&t[2], LLA_AP_UNKNOWN, 0xa2, NULL, NULL, NULL);
	assert_int_equal(tuples_read(&sample_find("una")->nd.options, t, 4), 0);
}

/* An address before any access point, each kind twice, and what is no part. */
static void odd_tuples(void **state)
{
	struct tuple t[2];

	(void)state;
	assert_fault(decode("9a00 0000 0300 0001 "
			    "1103 0380 00000000 20010db8000900000000000000000009 "
			    "1302 03 02005e0053ee 00000000000000 "
			    "1302 01 02005e0053a1 00000000000000 "
			    "1302 03 02005e0053fe 00000000000000 "
			    "1302 03 02005e0053ff 00000000000000 "
			    "1302 02 02005e005301 00000000000000 "
			    "1103 0180 00000000 20010db8000100000000000000000010 "
			    "1103 0380 00000000 20010db8000200000000000000000001 "
			    "1103 0380 00000000 20010db8000300000000000000000001 "
			    "0501 0000 000005dc "), FAULT_NONE, 0);
	assert_int_equal(nd.options.count, 10);
	assert_int_equal(tuples_read(&nd.options, t, 2), 1);
	assert_tuple(&t[0], LLA_NEW_AP, 0xa1, "2001:db8:2::1", NULL, NULL);
	assert_int_equal(t[0].nar_lla->lla.bytes[5], 0xfe);
}

/* What was read is put back in the order of RFC 5568 6.1.2, and only whole. */
static void tuples_added(void **state)
{
	const struct sample *s = sample_find("prrtadv-handover");
	uint8_t data[SAMPLE_SIZE], again[SAMPLE_SIZE];
	static struct ndopts written;
	size_t len, again_len;
	struct tuple t[1];

	(void)state;
	tuples_read(&s->nd.options, t, 1);
	written.count = 0;
	ndopts_add(&written, NDOPT_LLA)->lla = s->nd.options.option[0].lla;
	assert_int_equal(tuple_add(&written, &t[0]), FAULT_NONE);
	nd = s->nd;
	nd.options = written;
	nd_encode(&s->nd, data, sizeof(data), &len);
	nd_encode(&nd, again, sizeof(again), &again_len);
	assert_int_equal(len, again_len);
	assert_memory_equal(data, again, len);

	written.count = NDOPTS_MAX - 4;
	assert_int_equal(tuple_add(&written, &t[0]), FAULT_OPTION_COUNT);
	assert_int_equal(written.count, NDOPTS_MAX - 4);
	written.count--;
	assert_int_equal(tuple_add(&written, &t[0]), FAULT_NONE);
	assert_int_equal(written.count, NDOPTS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(envelope),
		cmocka_unit_test(types_and_codes),
		cmocka_unit_test(options),
		cmocka_unit_test(lla_lengths),
		cmocka_unit_test(naack_forms),
		cmocka_unit_test(reserved_bits),
		cmocka_unit_test(values),
		cmocka_unit_test(una_on_the_wire),
		cmocka_unit_test(count),
		cmocka_unit_test(not_sent),
		cmocka_unit_test(space),
		cmocka_unit_test(tuples),
		cmocka_unit_test(odd_tuples),
		cmocka_unit_test(tuples_added),
	};

	return cmocka_run_group_tests_name("Neighbour Discovery", tests, NULL, NULL);
}
