// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "address.h"
#include "config.h"
#include "mh.h"
#include "ndopt.h"
#include "test.h"

static void addresses_of_one_node(void **state)
{
	static const char *const unicast[] = { "2001:db8::1", "fd00::1", "2001::", "fec0::1" };
	static const char *const others[] = { "::", "::1", "fe80::1", "ff02::1", "ff0e::1" };
	struct in6_addr a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(unicast) / sizeof(unicast[0]); i++) {
		a = address(unicast[i]);
		assert_true(address_is_unicast(&a));
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		a = address(others[i]);
		assert_false(address_is_unicast(&a));
	}
}

static void prefixes(void **state)
{
	static const struct {
		const char *prefix;
		uint8_t len;
		const char *in;
		const char *out;
	} cases[] = {
		{ "2001:db8:1::", 64, "2001:db8:1::ffff:0:0:1", "2001:db8:1:1::" },
		{ "2001:db8:1::", 63, "2001:db8:1:1::", "2001:db8:1:2::" },
		{ "2001:db8:1::1", 128, "2001:db8:1::1", "2001:db8:1::" },
		{ "2000::", 3, "3fff::", "4000::" },
	};
	struct config_prefix prefix;
	struct in6_addr a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		prefix = (struct config_prefix){ cases[i].len, address(cases[i].prefix) };
		a = address(cases[i].in);
		assert_true(config_prefix_has(&prefix, &a));
		a = address(cases[i].out);
		assert_false(config_prefix_has(&prefix, &a));
	}
	a = address("ff::1");
	assert_true(config_prefix_has(&(struct config_prefix){}, &a));
}

/* What is behind it counts in keys, and nowhere else. */
static void link_layer_addresses(void **state)
{
	struct lla a = { 6, { 2, 0, 0, 0, 0, 1, 0x77 } }, b = { 6, { 2, 0, 0, 0, 0, 1 } }, c;

	(void)state;
	assert_true(lla_equal(&a, &b));
	memset(&c, 0xa5, sizeof(c));
	lla_copy(&c, &a);
	assert_memory_equal(&c, &b, sizeof(b));
	b.len = 7;
	assert_false(lla_equal(&a, &b));
	c.bytes[5] = 2;
	assert_false(lla_equal(&a, &c));
	assert_true(lla_equal(&(struct lla){}, &(struct lla){}));
}

/* RFC 6275 section 9.5.1. */
static void numbers(void **state)
{
	(void)state;
	assert_true(mh_is_newer(1, 0));
	assert_true(mh_is_newer(0, 65535));
	assert_true(mh_is_newer(32767, 0));
	assert_false(mh_is_newer(32768, 0));
	assert_false(mh_is_newer(65535, 0));
	assert_false(mh_is_newer(7, 7));
}

static void options_of_a_kind(void **state)
{
	struct ndopts options = {};

	(void)state;
	assert_null(ndopts_lla(&options, LLA_SENDER));
	ndopts_add(&options, NDOPT_TARGET_LLA)->link = (struct lla){ 6, { 1 } };
	ndopts_add(&options, NDOPT_LLA)->lla = (struct coded_lla){ LLA_NEW_AP, { 6, { 2 } } };
	ndopts_add(&options, NDOPT_LLA)->lla = (struct coded_lla){ LLA_SENDER, { 6, { 3 } } };
	ndopts_add(&options, NDOPT_LLA)->lla = (struct coded_lla){ LLA_SENDER, { 6, { 4 } } };
	assert_int_equal(ndopts_lla(&options, LLA_SENDER)->bytes[0], 3);
	assert_int_equal(ndopts_lla(&options, LLA_NEW_AP)->bytes[0], 2);
	assert_null(ndopts_lla(&options, LLA_WILDCARD));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_of_one_node),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(link_layer_addresses),
		cmocka_unit_test(numbers),
		cmocka_unit_test(options_of_a_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
