// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "badf.h"
#include "mh.h"
#include "samples.h"
#include "test.h"

#define UNKNOWN_TYPE	99

/* An FBU from the old link and one from the new, octet for octet. */
static void vectors(void **state)
{
	static const struct {
		const char *name;
		const char *text;
	} cases[] = {
		{ "fbu-par-link",
		  "3b060800f8d40001c000000a01000310 20010db8000200000000000000000010 "
		  "010400000000151000000100cbd03bfa 77ddfaadb4853009" },
		{ "fbu-nar-link",
		  "3b030800594b0002c000000a01001510 0000010012b20c643c8d6603d0da9de6" },
	};
	uint8_t data[SAMPLE_SIZE];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		len = sample_encode(sample_find(cases[i].name), data);
		assert_octets(data, len, cases[i].text);
	}
}

/* Where each option is, and the padding before it. */
static void places(void **state)
{
	static const struct {
		const char *name;
		size_t len;
		struct {
			size_t at;
			uint16_t octets;	/* type and length */
		} option[6];
	} cases[] = {
		{ "fbu-par-link", 56, { { 12, 0x0100 }, { 14, 0x0310 },
			{ 32, 0x0104 }, { 38, 0x1510 } } },
		{ "fbu-par-link-lla", 64, { { 12, 0x0100 }, { 14, 0x0310 },
			{ 32, 0x0707 }, { 41, 0x0103 }, { 46, 0x1510 } } },
		{ "fbu-nar-link", 32, { { 12, 0x0100 }, { 14, 0x1510 } } },
		{ "fbu-bare-length", 32, { { 12, 0x0100 }, { 14, 0x150c } } },
		{ "fbu-sha256-128", 56, { { 14, 0x0310 }, { 32, 0x0100 },
			{ 34, 0x1514 } } },
		{ "fbu-sha256", 72, { { 14, 0x0310 }, { 32, 0x0100 },
			{ 34, 0x1524 } } },
		{ "fback-accepted", 32, { { 12, 0x0100 }, { 14, 0x1510 } } },
		{ "fback-altcoa", 56, { { 12, 0x0100 }, { 14, 0x0310 },
			{ 32, 0x0104 }, { 38, 0x1510 } } },
		{ "hi", 64, { { 10, 0x0707 }, { 19, 0x0022 }, { 20, 0x2212 },
			{ 40, 0x0102 }, { 44, 0x2212 } } },
		{ "hack", 16, { { 10, 0x0104 } } },
		{ "hack-assigned", 32, { { 10, 0x0100 }, { 12, 0x2212 } } },
		{ "be", 24, { { 6, 0x0200 } } },
	};
	uint8_t data[SAMPLE_SIZE];
	size_t i, n, len, at;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		len = sample_encode(sample_find(cases[i].name), data);
		assert_int_equal(len, cases[i].len);
		assert_int_equal(data[1], len / 8 - 1);
		for (n = 0; cases[i].option[n].at; n++) {
			at = cases[i].option[n].at;
			assert_int_equal(data[at] << 8 | data[at + 1],
					 cases[i].option[n].octets);
		}
	}
}

static size_t encoded(const char *name, uint8_t *data, struct ip6_ends *ends)
{
	const struct sample *s = sample_find(name);

	*ends = sample_ends(s);
	return sample_encode(s, data);
}

/* RFC 6275 9.2, each check and the order of them. */
static void envelope(void **state)
{
	uint8_t data[SAMPLE_SIZE];
	struct ip6_ends ends;
	struct mh mh;
	size_t len = encoded("hi", data, &ends);

	(void)state;
	assert_fault(mh_decode(data, len, &ends, &mh), FAULT_NONE, 0);
	assert_fault(mh_decode(NULL, 0, &ends, &mh), FAULT_TRUNCATED, 0);
	assert_fault(mh_decode(data, 7, &ends, &mh), FAULT_TRUNCATED, 7);
	assert_fault(mh_decode(data, len - 1, &ends, &mh), FAULT_TRUNCATED, 1);

	/* RFC 8200 4.7: octets behind no next header are ignored. */
	data[len] = 0xff;
	assert_fault(mh_decode(data, len + 1, &ends, &mh), FAULT_NONE, 0);

	/* With a wrong checksum nothing else is told, or answered. */
	data[0] = 58;
	data[2] = UNKNOWN_TYPE;
	assert_fault(mh_decode(data, len, &ends, &mh), FAULT_CHECKSUM, 4);
	assert_fault(mh_decode(data, len, NULL, &mh), FAULT_TYPE, 2);
	mh_set_checksum(data, len, &ends);
	assert_fault(mh_decode(data, len, &ends, &mh), FAULT_TYPE, 2);
	data[2] = MH_HI;
	assert_fault(mh_decode(data, len, NULL, &mh), FAULT_PROTO, 0);
	data[1] = 0;
	assert_fault(mh_decode(data, len, NULL, &mh), FAULT_PROTO, 0);
	data[0] = IPPROTO_NONE;
	assert_fault(mh_decode(data, len, NULL, &mh), FAULT_TOO_SHORT, 1);
}

/* A checksum covers everything: any wrong bit anywhere shows. */
static void checksum_covers_all(void **state)
{
	uint8_t data[SAMPLE_SIZE];
	struct ip6_ends ends, other;
	struct mh mh;
	size_t i, len = encoded("fbu-nar-link", data, &ends);

	(void)state;
	for (i = 0; i < len; i++) {
		if (i == 1)	/* the length is told before */
			continue;
		data[i] ^= 0x10;
		assert_fault(mh_decode(data, len, &ends, &mh), FAULT_CHECKSUM, 4);
		data[i] ^= 0x10;
	}
	for (i = 0; i < sizeof(ends); i++) {
		other = ends;
		((uint8_t *)&other)[i] ^= 0x10;
		assert_fault(mh_decode(data, len, &other, &mh), FAULT_CHECKSUM, 4);
	}
	/* that of the packet is the NCoA, which is not what counts */
	other = sample_find("fbu-nar-link")->ip;
	assert_fault(mh_decode(data, len, &other, &mh), FAULT_CHECKSUM, 4);
}

static void too_short(void **state)
{
	static const uint8_t types[] = { MH_FBU, MH_FBACK, MH_HI, MH_HACK };
	uint8_t data[16] = { IPPROTO_NONE };
	struct mh mh;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types); i++) {
		data[1] = 0;
		data[2] = types[i];
		assert_fault(mh_decode(data, sizeof(data), NULL, &mh),
			     FAULT_TOO_SHORT, 1);
		data[1] = 1;
		assert_fault(mh_decode(data, sizeof(data), NULL, &mh),
			     FAULT_NONE, 0);
	}
	data[2] = MH_BE;
	assert_fault(mh_decode(data, sizeof(data), NULL, &mh), FAULT_TOO_SHORT, 1);
}

static void replies(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < FAULT_KINDS; i++) {
		struct fault fault = { i, 0 };
		enum mh_reply wanted = MH_REPLY_NONE;

		if (i == FAULT_TYPE)
			wanted = MH_REPLY_BINDING_ERROR;
		if (i == FAULT_PROTO || i == FAULT_TOO_SHORT)
			wanted = MH_REPLY_PARAMETER_PROBLEM;
		assert_int_equal(mh_reply(&fault), wanted);
	}
}

/* What is reserved is neither taken nor sent (RFC 5568 6.2). */
static void reserved_bits(void **state)
{
	static const struct {
		const char *full;
		const char *kept;
	} cases[] = {
		{ "3b 01 08 ff 0000 0001 ffff 000a 01020000",
		  "3b 01 08 00 0000 0001 f000 000a 01020000" },
		{ "3b 01 09 ff 0000 00 ff 0001 000a 01020000",
		  "3b 01 09 00 0000 00 80 0001 000a 01020000" },
		{ "3b 01 0e ff 0000 0001 ff 00 0104 00000000",
		  "3b 01 0e 00 0000 0001 f0 00 0104 00000000" },
		{ "3b 01 0f ff 0000 0001 ff 00 0104 00000000",
		  "3b 01 0f 00 0000 0001 e0 00 0104 00000000" },
		{ "3b 02 07 ff 0000 02 ff 20010db8000200000000000000000010",
		  "3b 02 07 00 0000 02 00 20010db8000200000000000000000010" },
	};
	uint8_t data[64];
	struct mh mh;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		len = hex(cases[i].full, data, sizeof(data));
		assert_fault(mh_decode(data, len, NULL, &mh), FAULT_NONE, 0);
		if (mh.type == MH_FBU)
			assert_int_equal(mh.fbu.flags, MH_FBU_FLAGS);
		assert_int_equal(mh_encode(&mh, data, sizeof(data), &len),
				 FAULT_NONE);
		assert_octets(data, len, cases[i].kept);
		/* nor by who sets them in the struct */
		mh.hi.flags |= 0x0f;
		mh.fbu.flags |= mh.type == MH_FBU ? 0x0fff : 0;
		mh_encode(&mh, data, sizeof(data), &len);
		if (mh.type != MH_BE && mh.type != MH_FBACK)
			assert_octets(data, len, cases[i].kept);
	}
}

static void values(void **state)
{
	uint8_t data[SAMPLE_SIZE];
	struct ip6_ends ends;
	struct mh mh;
	size_t len = encoded("fbu-par-link-lla", data, &ends);

	(void)state;
	assert_fault(mh_decode(data, len, &ends, &mh), FAULT_NONE, 0);
	assert_int_equal(mh.type, MH_FBU);
	assert_int_equal(mh.fbu.sequence, 65535);
	assert_int_equal(mh.fbu.lifetime, 65535);
	assert_int_equal(mh.fbu.flags, MH_FBU_FLAGS);
	assert_int_equal(mh.options.count, 3);

	len = encoded("hi-proxy-flags", data, &ends);
	assert_fault(mh_decode(data, len, &ends, &mh), FAULT_NONE, 0);
	assert_int_equal(data[8], 0x30);
	assert_int_equal(mh.hi.flags, MH_HI_P | MH_HI_F);

	len = encoded("hack-proxy-flags", data, &ends);
	assert_fault(mh_decode(data, len, &ends, &mh), FAULT_NONE, 0);
	assert_int_equal(data[8], 0xe0);
	assert_int_equal(mh.hack.flags, MH_HACK_U | MH_HACK_P | MH_HACK_F);
	assert_int_equal(mh.hack.code, 5);

	len = encoded("fback-refused", data, &ends);
	assert_fault(mh_decode(data, len, &ends, &mh), FAULT_NONE, 0);
	assert_int_equal(mh.fback.status, 130);
	assert_int_equal(mh.fback.flags, MH_FBACK_K);
}

/* RFC 4068: a packet may follow, and only an FNA may have one. */
static void fna(void **state)
{
	uint8_t data[32];
	struct mh mh;
	size_t len;

	(void)state;
	len = hex("29 02 0a 00 0000 0000 0707 02 02005e005301 0105 0000000000",
		  data, sizeof(data));
	assert_fault(mh_decode(data, len, NULL, &mh), FAULT_NONE, 0);
	assert_int_equal(mh.type, MH_FNA);
	assert_octets(mh.options.option[0].lla.lla.bytes, 6, "02005e005301");
	assert_int_equal(mh_encode(&mh, data, sizeof(data), &len),
			 FAULT_NOT_SENT);
	data[2] = MH_HI;
	assert_fault(mh_decode(data, len, NULL, &mh), FAULT_PROTO, 0);
	data[2] = MH_FNA;
	data[0] = 58;
	assert_fault(mh_decode(data, len, NULL, &mh), FAULT_PROTO, 0);
}

/* Room for less than the message, in all sizes, is noticed and not exceeded. */
static void space(void **state)
{
	const struct sample *s = sample_find("fbu-par-link-lla");
	uint8_t data[SAMPLE_SIZE];
	size_t size, len, whole = sample_encode(s, data);

	(void)state;
	for (size = 0; size < whole; size++) {
		memset(data, 0xee, sizeof(data));
		len = 12345;
		assert_int_equal(mh_encode(&s->mh, data, size, &len),
				 FAULT_SPACE);
		assert_int_equal(len, 12345);
		assert_int_equal(data[size], 0xee);
	}
	assert_int_equal(mh_encode(&s->mh, data, whole, &len), FAULT_NONE);
	assert_int_equal(len, whole);
}

/* Header Len ends at 255, whatever room there is. */
static void longest(void **state)
{
	static const uint8_t octets[255];
	uint8_t data[2 * MH_SIZE_MAX];
	struct mh mh = { .type = MH_HI }, again;
	size_t i, len;

	(void)state;
	mh.options.count = 8;
	for (i = 0; i < 8; i++)
		mh.options.option[i] = (struct mobopt){
			/* 6 * 255 + 2 * 254 octets, behind the first 10 */
			.type = 200, .raw = { i < 6 ? 253 : 252, octets }
		};
	assert_int_equal(mh_encode(&mh, data, sizeof(data), &len), FAULT_NONE);
	assert_int_equal(len, MH_SIZE_MAX);
	assert_int_equal(data[1], 255);
	assert_fault(mh_decode(data, len, NULL, &again), FAULT_NONE, 0);
	mh.options.option[7].raw.len++;
	assert_int_equal(mh_encode(&mh, data, sizeof(data), &len), FAULT_SPACE);
}

static void unknown(void **state)
{
	struct mh mh = { .type = UNKNOWN_TYPE };
	uint8_t data[64];
	size_t len;

	(void)state;
	assert_int_equal(mh_encode(&mh, data, sizeof(data), &len), FAULT_TYPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(places),
		cmocka_unit_test(envelope),
		cmocka_unit_test(checksum_covers_all),
		cmocka_unit_test(too_short),
		cmocka_unit_test(replies),
		cmocka_unit_test(reserved_bits),
		cmocka_unit_test(values),
		cmocka_unit_test(fna),
		cmocka_unit_test(space),
		cmocka_unit_test(longest),
		cmocka_unit_test(unknown),
	};

	return cmocka_run_group_tests_name("Mobility Header", tests, NULL, NULL);
}
