// SPDX-License-Identifier: GPL-2.0-only
/* Which bindings, or tunnels, are listed or flushed: from words to attributes. */
#include <arpa/inet.h>
#include <string.h>

#include <linux/fmip.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "fake_genl.h"
#include "run.h"

static struct nlattr *tb[FMIP_FILTER_A_MAX + 1];

/* The filter @attr, with @n_attrs in it, is all that is sent. */
static void sends(const char *line, int cmd, int flags, int attr,
		  unsigned int n_attrs)
{
	struct nlattr *all[64];
	struct nlmsghdr *nlh;
	unsigned int i, n = 0;

	fake_reset();
	assert_int_equal(run(line), DONE);
	assert_string_equal(run_err, "");
	assert_int_equal(fake_requests, 1);
	nlh = nlmsg_hdr(fake_sent);
	assert_int_equal(((struct genlmsghdr *)nlmsg_data(nlh))->cmd, cmd);
	assert_int_equal(nlh->nlmsg_flags, flags);
	assert_int_equal(genlmsg_parse(nlh, 0, all, 63, NULL), 0);
	for (i = 0; i < 64; i++)
		n += !!all[i];
	assert_int_equal(n, 1);
	assert_non_null(all[attr]);
	assert_true(all[attr]->nla_type & NLA_F_NESTED);
	assert_int_equal(nla_parse_nested(tb, FMIP_FILTER_A_MAX, all[attr],
					  NULL), 0);
	for (i = 0, n = 0; i <= FMIP_FILTER_A_MAX; i++)
		n += !!tb[i];
	assert_int_equal(n, n_attrs);
}

static void shows(const char *line, unsigned int n_attrs)
{
	sends(line, FMIP_CMD_BINDING_GET, NLM_F_DUMP, FMIP_BINDING_A_FILTER,
	      n_attrs);
}

static void everything(void **state)
{
	static const uint8_t prefix[] = { 0x20, 1, 0xd, 0xb8, [15] = 0 };

	(void)state;
	shows("binding show tunnel 3 gate hold dev eth1 scope vrf cookie 5-9\n"
	      "within 2001:db8::/32", 8);
	assert_int_equal(nla_get_u32(tb[FMIP_FILTER_A_TUNNEL]), 3);
	assert_int_equal(nla_len(tb[FMIP_FILTER_A_GATE]), 1);
	assert_int_equal(nla_get_u8(tb[FMIP_FILTER_A_GATE]), FMIP_GATE_HOLD);
	assert_int_equal(nla_get_u32(tb[FMIP_FILTER_A_IFINDEX]), 11);
	assert_int_equal(nla_len(tb[FMIP_FILTER_A_SCOPE]), 1);
	assert_int_equal(nla_get_u8(tb[FMIP_FILTER_A_SCOPE]), FMIP_SCOPE_VRF);
	assert_int_equal(nla_len(tb[FMIP_FILTER_A_COOKIE_MIN]), 8);
	assert_int_equal(nla_get_u64(tb[FMIP_FILTER_A_COOKIE_MIN]), 5);
	assert_int_equal(nla_get_u64(tb[FMIP_FILTER_A_COOKIE_MAX]), 9);
	assert_int_equal(nla_len(tb[FMIP_FILTER_A_ADDR]), 16);
	assert_memory_equal(nla_data(tb[FMIP_FILTER_A_ADDR]), prefix, 16);
	assert_int_equal(nla_get_u8(tb[FMIP_FILTER_A_PREFIXLEN]), 32);
}

static void cookies(void **state)
{
	(void)state;
	shows("binding show cookie 7", 2);
	assert_int_equal(nla_get_u64(tb[FMIP_FILTER_A_COOKIE_MIN]), 7);
	assert_int_equal(nla_get_u64(tb[FMIP_FILTER_A_COOKIE_MAX]), 7);
	shows("binding show cookie 7-", 1);
	assert_int_equal(nla_get_u64(tb[FMIP_FILTER_A_COOKIE_MIN]), 7);
	shows("binding show cookie -7", 1);
	assert_int_equal(nla_get_u64(tb[FMIP_FILTER_A_COOKIE_MAX]), 7);
	shows("binding show cookie 0-18446744073709551615", 2);
	assert_true(nla_get_u64(tb[FMIP_FILTER_A_COOKIE_MAX]) == UINT64_MAX);
}

static void flushes(void **state)
{
	static const uint8_t net[] = { 10, 0, 0, 0 };

	(void)state;
	sends("binding flush within 10.0.0.0/8", FMIP_CMD_BINDING_FLUSH, 0,
	      FMIP_BINDING_A_FILTER, 2);
	assert_int_equal(nla_len(tb[FMIP_FILTER_A_ADDR]), 4);
	assert_memory_equal(nla_data(tb[FMIP_FILTER_A_ADDR]), net, 4);
	assert_int_equal(nla_get_u8(tb[FMIP_FILTER_A_PREFIXLEN]), 8);
	sends("binding flush g drain", FMIP_CMD_BINDING_FLUSH, 0,
	      FMIP_BINDING_A_FILTER, 1);
	assert_int_equal(nla_get_u8(tb[FMIP_FILTER_A_GATE]),
			 FMIP_GATE_DRAINING);
}

static void tunnels(void **state)
{
	(void)state;
	sends("tunnel show dev eth2 within 2001:db8::1", FMIP_CMD_TUNNEL_GET,
	      NLM_F_DUMP, FMIP_TUNNEL_A_FILTER, 3);
	assert_int_equal(nla_get_u32(tb[FMIP_FILTER_A_IFINDEX]), 12);
	assert_int_equal(nla_get_u8(tb[FMIP_FILTER_A_PREFIXLEN]), 128);
	sends("tunnel flush dev eth2", FMIP_CMD_TUNNEL_FLUSH, 0,
	      FMIP_TUNNEL_A_FILTER, 1);
}

static void wrong_filters(void **state)
{
	(void)state;
	assert_wrong("binding show target", "binding show: \"target\" is unknown, see 'help'");
	assert_wrong("binding show gate hold id 1",
		     "binding show: \"id\" is unknown, see 'help'");
	assert_wrong("binding show id 1 gate hold",
		     "binding show: \"gate\" is too much, 'id', 'dst' or 'src' is enough");
	assert_wrong("binding show gate ajar",
		     "binding show: \"ajar\" is nothing for 'gate', which takes open, hold, draining, copy, guard");
	assert_wrong("binding show scope local",
		     "binding show: \"local\" is nothing for 'scope', which takes any, vrf, interface, tunnel");
	assert_wrong("binding show gate", "binding show: 'gate' needs a value");
	assert_wrong("binding show tunnel x", "binding show: \"x\" is not a number for 'tunnel'");
	assert_wrong("binding show dev wlan9", "binding show: there is no interface \"wlan9\"");
	assert_wrong("binding show dev eth0 dev eth1", "binding show: 'dev' is given twice");
	assert_wrong("binding flush within 2001:db8::1/32",
		     "binding flush: \"2001:db8::1/32\" has bits set beyond its length");
	assert_wrong("binding flush within ::/0 within ::/0",
		     "binding flush: 'within' is given twice");
	assert_wrong("tunnel show gate hold", "tunnel show: \"gate\" is unknown, see 'help'");
	assert_wrong("tunnel show id 1 dev eth0",
		     "tunnel show: \"dev\" is too much, 'id' is enough");
}

static void wrong_cookies(void **state)
{
	(void)state;
	assert_wrong("binding show cookie", "binding show: 'cookie' needs a value");
	assert_wrong("binding show cookie x", "binding show: \"x\" is not a number for 'cookie'");
	assert_wrong("binding show cookie -", "binding show: \"\" is not a number for 'cookie'");
	assert_wrong("binding show cookie 1-2-3",
		     "binding show: \"2-3\" is not a number for 'cookie'");
	assert_wrong("binding show cookie 9-5", "binding show: \"9-5\" ends before it begins");
	assert_wrong("binding show cookie 1 cookie 2", "binding show: 'cookie' is given twice");
	assert_wrong("binding show cookie 18446744073709551616",
		     "binding show: \"18446744073709551616\" is too large for 'cookie', which ends at 18446744073709551615");
	assert_wrong("binding show cookie 000000000000000000000000000000001-2",
		     "binding show: \"000000000000000000000000000000001-2\" is not a number for 'cookie'");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, run_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything),
		TEST(cookies),
		TEST(flushes),
		TEST(tunnels),
		TEST(wrong_filters),
		TEST(wrong_cookies),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
