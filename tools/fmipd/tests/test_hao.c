// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "hao.h"
#include "test.h"

#define PCOA_TEXT	"20010db8 00010000 00000000 00000010"

static struct hao hao;

static struct fault parse(struct fault (*parser)(const uint8_t *, size_t,
						 struct hao *),
			  const char *text)
{
	uint8_t data[128];

	return parser(data, hex(text, data, sizeof(data)), &hao);
}

static void built(void **state)
{
	struct in6_addr pcoa = address("2001:db8:1::10");
	uint8_t data[HAO_SIZE];

	(void)state;
	hao_build(data, IPPROTO_MH, &pcoa);
	assert_octets(data, sizeof(data), "87 02 01020000 c910" PCOA_TEXT);
	assert_fault(hao_parse(data, sizeof(data), &hao), FAULT_NONE, 0);
	assert_true(hao.present);
	assert_int_equal(hao.next_header, IPPROTO_MH);
	assert_int_equal(hao.size, HAO_SIZE);
	assert_memory_equal(&hao.home, &pcoa, sizeof(pcoa));

	rh2_build(data, IPPROTO_ESP, &pcoa);
	assert_octets(data, sizeof(data), "32 02 02 01 00000000" PCOA_TEXT);
	assert_fault(rh2_parse(data, sizeof(data), &hao), FAULT_NONE, 0);
	assert_true(hao.present);
	assert_int_equal(hao.next_header, IPPROTO_ESP);
	assert_memory_equal(&hao.home, &pcoa, sizeof(pcoa));
}

static void options(void **state)
{
	static const struct {
		const char *text;
		enum fault_kind kind;
		size_t offset;
		bool present;
	} cases[] = {
		/* none; unknown ones around it; anything behind the header */
		{ "87 00 0104 00000000", FAULT_NONE, 0, false },
		{ "87 03 1e02 ffff c910" PCOA_TEXT "0104 00000000 0000",
		  FAULT_NONE, 0, true },
		{ "87 02 01020000 c910" PCOA_TEXT "ffffff", FAULT_NONE, 0, true },
		/* RFC 8200 4.2: 01, 10 and 11 in front forbid to go on */
		{ "87 00 4404 00000000", FAULT_OPTION_TYPE, 2, false },
		{ "87 00 8404 00000000", FAULT_OPTION_TYPE, 2, false },
		{ "87 00 00 c403 000000", FAULT_OPTION_TYPE, 3, false },
		/* the header, and options in it, that are cut off */
		{ "", FAULT_TRUNCATED, 0, false },
		{ "87", FAULT_TRUNCATED, 1, false },
		{ "87 02 01020000 c910", FAULT_TRUNCATED, 1, false },
		{ "87 00 0000000000 01", FAULT_OPTION_OVERRUN, 7, false },
		{ "87 00 01020000 c910" PCOA_TEXT, FAULT_OPTION_OVERRUN, 6, false },
		/* RFC 6275 9.3.1, 6.3: length, unicast, at most one */
		{ "87 02 01020000 c90f" PCOA_TEXT, FAULT_OPTION_LENGTH, 7, false },
		{ "87 02 01020000 c910 ff020000000000000000000000000001",
		  FAULT_ADDRESS, 8, false },
		{ "87 02 01020000 c910 fe800000000000000000000000000001",
		  FAULT_ADDRESS, 8, false },
		{ "87 02 01020000 c910 00000000000000000000000000000000",
		  FAULT_ADDRESS, 8, false },
		{ "87 02 01020000 c910 00000000000000000000000000000001",
		  FAULT_ADDRESS, 8, false },
		{ "87 05 01020000 c910" PCOA_TEXT "01040000 0000 c910" PCOA_TEXT,
		  FAULT_OPTION_ORDER, 30, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_fault(parse(hao_parse, cases[i].text), cases[i].kind,
			     cases[i].offset);
		assert_int_equal(hao.present, cases[i].present);
	}
}

static void routing(void **state)
{
	static const struct {
		const char *text;
		enum fault_kind kind;
		size_t offset;
	} cases[] = {
		{ "87 02 02 01 00000000" PCOA_TEXT, FAULT_NONE, 0 },
		{ "87 02 02 00 ffffffff" PCOA_TEXT "ee", FAULT_NONE, 0 },
		{ "87 02 02 02 00000000" PCOA_TEXT, FAULT_OPTION_VALUE, 3 },
		{ "87 02 00 01 00000000" PCOA_TEXT, FAULT_TYPE, 2 },
		{ "87 02 04 01 00000000" PCOA_TEXT, FAULT_TYPE, 2 },
		{ "87 04 02 01 00000000" PCOA_TEXT PCOA_TEXT,
		  FAULT_OPTION_LENGTH, 1 },
		{ "87 00 02 01 00000000", FAULT_OPTION_LENGTH, 1 },
		{ "87 02 02 01 00000000", FAULT_TRUNCATED, 1 },
		{ "87 02 02 01 00000000 ff020000000000000000000000000001",
		  FAULT_ADDRESS, 8 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_fault(parse(rh2_parse, cases[i].text), cases[i].kind,
			     cases[i].offset);
		assert_int_equal(hao.present, !cases[i].kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built),
		cmocka_unit_test(options),
		cmocka_unit_test(routing),
	};

	return cmocka_run_group_tests_name("Home Address", tests, NULL, NULL);
}
