// SPDX-License-Identifier: GPL-2.0-only
/* From words to the attributes that are sent, read back with libnl alone. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <linux/fmip.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "fake_genl.h"
#include "run.h"

static struct nlattr *tb[FMIP_BINDING_A_MAX + 1];

static void sends(const char *line, int cmd, int flags)
{
	struct nlmsghdr *nlh;

	assert_int_equal(run(line), DONE);
	assert_string_equal(run_err, "");
	assert_int_equal(fake_requests, 1);
	nlh = nlmsg_hdr(fake_sent);
	assert_int_equal(((struct genlmsghdr *)nlmsg_data(nlh))->cmd, cmd);
	assert_int_equal(nlh->nlmsg_flags, flags);
	assert_int_equal(genlmsg_parse(nlh, 0, tb, FMIP_BINDING_A_MAX, NULL), 0);
}

static unsigned int count_attrs(void)
{
	unsigned int i, n = 0;

	for (i = 0; i <= FMIP_BINDING_A_MAX; i++)
		n += !!tb[i];
	return n;
}

static void assert_u8(struct nlattr *attr, uint8_t value)
{
	assert_non_null(attr);
	assert_int_equal(nla_len(attr), 1);
	assert_int_equal(nla_get_u8(attr), value);
}

static void assert_u32(struct nlattr *attr, uint32_t value)
{
	assert_non_null(attr);
	assert_int_equal(nla_len(attr), 4);
	assert_int_equal(nla_get_u32(attr), value);
}

static void assert_flags(struct nlattr *attr, uint32_t value, uint32_t selector)
{
	struct nla_bitfield32 flags;

	assert_non_null(attr);
	assert_int_equal(nla_len(attr), sizeof(flags));
	memcpy(&flags, nla_data(attr), sizeof(flags));
	assert_int_equal(flags.value, value);
	assert_int_equal(flags.selector, selector);
}

static void assert_address(struct nlattr *attr, const char *text)
{
	uint8_t bytes[16];

	assert_non_null(attr);
	assert_int_equal(nla_len(attr), strchr(text, ':') ? 16 : 4);
	inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, bytes);
	assert_memory_equal(nla_data(attr), bytes, nla_len(attr));
}

/* The @n-th member, from 1, of a list that has @of. */
static void parse_member(int list, int n, int of, struct nlattr **member_tb,
			 int max)
{
	struct nlattr *member, *found = NULL;
	int rest, i = 0;

	assert_non_null(tb[list]);
	assert_true(tb[list]->nla_type & NLA_F_NESTED);
	nla_for_each_nested(member, tb[list], rest) {
		assert_true(member->nla_type & NLA_F_NESTED);
		if (++i == n)
			found = member;
	}
	assert_int_equal(i, of);
	assert_int_equal(nla_parse_nested(member_tb, max, found, NULL), 0);
}

static void smallest(void **state)
{
	struct nlattr *match[FMIP_MATCH_A_MAX + 1];

	(void)state;
	sends("binding add dst 2001:db8:1::10", FMIP_CMD_BINDING_NEW,
	      0);
	assert_int_equal(count_attrs(), 1);
	parse_member(FMIP_BINDING_A_MATCHES, 1, 1, match, FMIP_MATCH_A_MAX);
	assert_u8(match[FMIP_MATCH_A_DIRECTION], FMIP_DIRECTION_DST);
	assert_address(match[FMIP_MATCH_A_ADDR], "2001:db8:1::10");
	assert_u8(match[FMIP_MATCH_A_PREFIXLEN], 128);
	assert_null(match[FMIP_MATCH_A_SCOPE]);
	assert_null(match[FMIP_MATCH_A_IFINDEX]);
}

static void matches(void **state)
{
	static const char line[] =
		"binding add dst 2001:db8:a::/64 vrf eth4 src 192.0.2.0/24 dev eth1 dst\n"
		"192.0.2.7 from-tunnel 3 key 0xffffffff dst 2001:db8::/32 scope-any";
	struct nlattr *match[FMIP_MATCH_A_MAX + 1];

	(void)state;
	sends(line, FMIP_CMD_BINDING_NEW, 0);

	parse_member(FMIP_BINDING_A_MATCHES, 1, 4, match, FMIP_MATCH_A_MAX);
	assert_u8(match[FMIP_MATCH_A_PREFIXLEN], 64);
	assert_u8(match[FMIP_MATCH_A_SCOPE], FMIP_SCOPE_VRF);
	assert_u32(match[FMIP_MATCH_A_IFINDEX], 14);

	parse_member(FMIP_BINDING_A_MATCHES, 2, 4, match, FMIP_MATCH_A_MAX);
	assert_u8(match[FMIP_MATCH_A_DIRECTION], FMIP_DIRECTION_SRC);
	assert_address(match[FMIP_MATCH_A_ADDR], "192.0.2.0");
	assert_u8(match[FMIP_MATCH_A_PREFIXLEN], 24);
	assert_u8(match[FMIP_MATCH_A_SCOPE], FMIP_SCOPE_INTERFACE);
	assert_u32(match[FMIP_MATCH_A_IFINDEX], 11);

	parse_member(FMIP_BINDING_A_MATCHES, 3, 4, match, FMIP_MATCH_A_MAX);
	assert_u8(match[FMIP_MATCH_A_PREFIXLEN], 32);
	assert_u8(match[FMIP_MATCH_A_SCOPE], FMIP_SCOPE_TUNNEL);
	assert_u32(match[FMIP_MATCH_A_TUNNEL], 3);
	assert_u32(match[FMIP_MATCH_A_KEY], 0xffffffff);
	assert_null(match[FMIP_MATCH_A_IFINDEX]);

	parse_member(FMIP_BINDING_A_MATCHES, 4, 4, match, FMIP_MATCH_A_MAX);
	assert_u8(match[FMIP_MATCH_A_SCOPE], FMIP_SCOPE_ANY);
}

/* The words that may stand, and need not, where nothing else can. */
static void spelt_out(void **state)
{
	static const char line[] =
		"binding add match src 192.0.2.1/32 dev eth0 match dst 10.0.0.1 tunnel 3\n"
		"key 7 accept tunnel 4 key 5 src lifetime 9 src 10.1.0.0/16 vrf eth2";
	struct nlattr *match[FMIP_MATCH_A_MAX + 1];
	struct nlattr *accept[FMIP_ACCEPT_A_MAX + 1];

	(void)state;
	sends(line, FMIP_CMD_BINDING_NEW, 0);
	parse_member(FMIP_BINDING_A_MATCHES, 1, 3, match, FMIP_MATCH_A_MAX);
	assert_u8(match[FMIP_MATCH_A_DIRECTION], FMIP_DIRECTION_SRC);
	assert_u8(match[FMIP_MATCH_A_SCOPE], FMIP_SCOPE_INTERFACE);
	parse_member(FMIP_BINDING_A_MATCHES, 2, 3, match, FMIP_MATCH_A_MAX);
	assert_u8(match[FMIP_MATCH_A_DIRECTION], FMIP_DIRECTION_DST);
	assert_u8(match[FMIP_MATCH_A_SCOPE], FMIP_SCOPE_TUNNEL);
	assert_u32(match[FMIP_MATCH_A_TUNNEL], 3);
	assert_u32(match[FMIP_MATCH_A_KEY], 7);
	parse_member(FMIP_BINDING_A_MATCHES, 3, 3, match, FMIP_MATCH_A_MAX);
	assert_u8(match[FMIP_MATCH_A_DIRECTION], FMIP_DIRECTION_SRC);
	assert_u8(match[FMIP_MATCH_A_SCOPE], FMIP_SCOPE_VRF);
	parse_member(FMIP_BINDING_A_ACCEPTS, 1, 1, accept, FMIP_ACCEPT_A_MAX);
	assert_u32(accept[FMIP_ACCEPT_A_TUNNEL], 4);
	assert_u32(accept[FMIP_ACCEPT_A_KEY], 5);
	assert_u8(accept[FMIP_ACCEPT_A_DIRECTION], FMIP_DIRECTION_SRC);
	assert_u32(accept[FMIP_ACCEPT_A_LIFETIME], 9);
}

static void new_router(void **state)
{
	static const char line[] =
		"binding add dst 2001:db8:2::10 gate hold target link dev eth0 lladdr\n"
		"02:00:00:00:00:10 proxy 2001:db8:2::10 dev eth0 override announce\n"
		"lifetime 1500 attach una,dad-ns dev eth0 lladdr 02:00:00:00:00:10 action\n"
		"open";
	static const uint8_t mac[] = { 2, 0, 0, 0, 0, 0x10 };
	struct nlattr *target[FMIP_TARGET_A_MAX + 1];
	struct nlattr *proxy[FMIP_PROXY_A_MAX + 1];
	struct nlattr *attach[FMIP_ATTACH_A_MAX + 1];

	(void)state;
	sends(line, FMIP_CMD_BINDING_NEW, 0);
	assert_int_equal(count_attrs(), 5);
	assert_u8(tb[FMIP_BINDING_A_GATE], FMIP_GATE_HOLD);

	parse_member(FMIP_BINDING_A_TARGETS, 1, 1, target, FMIP_TARGET_A_MAX);
	assert_u8(target[FMIP_TARGET_A_TYPE], FMIP_TARGET_LINK);
	assert_u32(target[FMIP_TARGET_A_IFINDEX], 10);
	assert_int_equal(nla_len(target[FMIP_TARGET_A_LLADDR]), 6);
	assert_memory_equal(nla_data(target[FMIP_TARGET_A_LLADDR]), mac, 6);
	assert_null(target[FMIP_TARGET_A_TUNNEL]);

	parse_member(FMIP_BINDING_A_PROXIES, 1, 1, proxy, FMIP_PROXY_A_MAX);
	assert_address(proxy[FMIP_PROXY_A_ADDR], "2001:db8:2::10");
	assert_u32(proxy[FMIP_PROXY_A_IFINDEX], 10);
	assert_flags(proxy[FMIP_PROXY_A_FLAGS],
		     FMIP_PROXY_F_OVERRIDE | FMIP_PROXY_F_ANNOUNCE,
		     FMIP_PROXY_F_OVERRIDE | FMIP_PROXY_F_ANNOUNCE);
	assert_u32(proxy[FMIP_PROXY_A_LIFETIME], 1500);

	nla_parse_nested(attach, FMIP_ATTACH_A_MAX, tb[FMIP_BINDING_A_ATTACH],
			 NULL);
	assert_u32(attach[FMIP_ATTACH_A_IFINDEX], 10);
	assert_memory_equal(nla_data(attach[FMIP_ATTACH_A_LLADDR]), mac, 6);
	assert_flags(attach[FMIP_ATTACH_A_ON],
		     FMIP_ATTACH_ON_UNA | FMIP_ATTACH_ON_DAD_NS, 0xf);
	assert_u8(attach[FMIP_ATTACH_A_ACTION], FMIP_ATTACH_OPEN);
}

static void old_router(void **state)
{
	static const char line[] =
		"binding add id 5 cookie 18446744073709551615 dst 2001:db8:1::10 local\n"
		"lifetime 3s target tunnel 1 key 9 lifetime 2s target route accept tunnel\n"
		"1 from src accept tunnel 2 key 0 from dst lifetime 10";
	struct nlattr *target[FMIP_TARGET_A_MAX + 1];
	struct nlattr *accept[FMIP_ACCEPT_A_MAX + 1];

	(void)state;
	sends(line, FMIP_CMD_BINDING_NEW, 0);
	assert_int_equal(count_attrs(), 7);
	assert_u32(tb[FMIP_BINDING_A_ID], 5);
	assert_int_equal(nla_len(tb[FMIP_BINDING_A_COOKIE]), 8);
	assert_true(nla_get_u64(tb[FMIP_BINDING_A_COOKIE]) == UINT64_MAX);
	assert_flags(tb[FMIP_BINDING_A_FLAGS], FMIP_BINDING_F_LOCAL,
		     FMIP_BINDING_F_LOCAL);
	assert_u32(tb[FMIP_BINDING_A_LIFETIME], 3000);

	parse_member(FMIP_BINDING_A_TARGETS, 1, 2, target, FMIP_TARGET_A_MAX);
	assert_u8(target[FMIP_TARGET_A_TYPE], FMIP_TARGET_TUNNEL);
	assert_u32(target[FMIP_TARGET_A_TUNNEL], 1);
	assert_u32(target[FMIP_TARGET_A_KEY], 9);
	assert_u32(target[FMIP_TARGET_A_LIFETIME], 2000);
	parse_member(FMIP_BINDING_A_TARGETS, 2, 2, target, FMIP_TARGET_A_MAX);
	assert_u8(target[FMIP_TARGET_A_TYPE], FMIP_TARGET_ROUTE);

	parse_member(FMIP_BINDING_A_ACCEPTS, 1, 2, accept, FMIP_ACCEPT_A_MAX);
	assert_u32(accept[FMIP_ACCEPT_A_TUNNEL], 1);
	assert_null(accept[FMIP_ACCEPT_A_KEY]);
	assert_u8(accept[FMIP_ACCEPT_A_DIRECTION], FMIP_DIRECTION_SRC);
	parse_member(FMIP_BINDING_A_ACCEPTS, 2, 2, accept, FMIP_ACCEPT_A_MAX);
	assert_u32(accept[FMIP_ACCEPT_A_KEY], 0);
	assert_u8(accept[FMIP_ACCEPT_A_DIRECTION], FMIP_DIRECTION_DST);
	assert_u32(accept[FMIP_ACCEPT_A_LIFETIME], 10);
}

static void queue(void **state)
{
	static const char line[] =
		"binding replace dst 2001:db8::1 release rate 500 speedup 1.5 limit\n"
		"packets 7 limit bytes 64k limit age 300ms overflow head hold-time 2s\n"
		"hold-expiry notify lifetime none";

	(void)state;
	sends(line, FMIP_CMD_BINDING_REPLACE, 0);
	assert_int_equal(count_attrs(), 11);
	assert_u8(tb[FMIP_BINDING_A_RELEASE], FMIP_RELEASE_RATE);
	assert_u32(tb[FMIP_BINDING_A_RATE], 500);
	assert_u32(tb[FMIP_BINDING_A_SPEEDUP], 150);
	assert_u32(tb[FMIP_BINDING_A_LIMIT_PACKETS], 7);
	assert_u32(tb[FMIP_BINDING_A_LIMIT_BYTES], 65536);
	assert_u32(tb[FMIP_BINDING_A_LIMIT_AGE], 300);
	assert_u8(tb[FMIP_BINDING_A_OVERFLOW], FMIP_OVERFLOW_HEAD);
	assert_u32(tb[FMIP_BINDING_A_HOLD_TIME], 2000);
	assert_u8(tb[FMIP_BINDING_A_HOLD_EXPIRY], FMIP_EXPIRY_NOTIFY);
	assert_u32(tb[FMIP_BINDING_A_LIFETIME], 0);
}

static void ipv4_node(void **state)
{
	static const char line[] =
		"binding add dst 192.0.2.7 gate guard guard-idle 20ms proxy 192.0.2.7 dev\n"
		"eth0 attach una,na,dad-ns,data dev eth0";
	struct nlattr *proxy[FMIP_PROXY_A_MAX + 1];
	struct nlattr *attach[FMIP_ATTACH_A_MAX + 1];

	(void)state;
	sends(line, FMIP_CMD_BINDING_NEW, 0);
	assert_u8(tb[FMIP_BINDING_A_GATE], FMIP_GATE_GUARD);
	assert_u32(tb[FMIP_BINDING_A_GUARD_IDLE], 20);
	parse_member(FMIP_BINDING_A_PROXIES, 1, 1, proxy, FMIP_PROXY_A_MAX);
	assert_address(proxy[FMIP_PROXY_A_ADDR], "192.0.2.7");
	nla_parse_nested(attach, FMIP_ATTACH_A_MAX, tb[FMIP_BINDING_A_ATTACH],
			 NULL);
	assert_flags(attach[FMIP_ATTACH_A_ON], 0xf, 0xf);
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static void once_more(void **state)
{
	uint64_t before, ns;

	(void)state;
	sends("binding change id 1 gate open replay since 12345678901",
	      FMIP_CMD_BINDING_SET, 0);
	assert_int_equal(count_attrs(), 3);
	assert_int_equal(nla_len(tb[FMIP_BINDING_A_REPLAY_NS]), 8);
	assert_true(nla_get_u64(tb[FMIP_BINDING_A_REPLAY_NS]) == 12345678901);

	fake_reset();
	before = monotonic_ns();
	sends("binding replace dst 2001:db8::1 target route replay last 1.5s",
	      FMIP_CMD_BINDING_REPLACE, 0);
	ns = nla_get_u64(tb[FMIP_BINDING_A_REPLAY_NS]) + 1500000000;
	assert_true(ns >= before && ns <= monotonic_ns());

	/* Longer ago than the clock has run. */
	fake_reset();
	sends("binding change id 1 replay last 4294967295", FMIP_CMD_BINDING_SET, 0);
	ns = nla_get_u64(tb[FMIP_BINDING_A_REPLAY_NS]);
	assert_true(ns == 0 || ns <= monotonic_ns() - 4294967295000000ULL);
}

static void change_by_prefix(void **state)
{
	struct nlattr *match[FMIP_MATCH_A_MAX + 1];

	(void)state;
	sends("binding change src 2001:db8::/64 dev eth2 gate open local off",
	      FMIP_CMD_BINDING_SET, 0);
	assert_int_equal(count_attrs(), 3);
	nla_parse_nested(match, FMIP_MATCH_A_MAX, tb[FMIP_BINDING_A_MATCH],
			 NULL);
	assert_u8(match[FMIP_MATCH_A_DIRECTION], FMIP_DIRECTION_SRC);
	assert_u32(match[FMIP_MATCH_A_IFINDEX], 12);
	assert_u8(tb[FMIP_BINDING_A_GATE], FMIP_GATE_OPEN);
	assert_flags(tb[FMIP_BINDING_A_FLAGS], 0, FMIP_BINDING_F_LOCAL);
}

static void change_prefixes(void **state)
{
	struct nlattr *match[FMIP_MATCH_A_MAX + 1];

	(void)state;
	sends("binding change id 4 dst 2001:db8::1 dst 2001:db8::2",
	      FMIP_CMD_BINDING_SET, 0);
	assert_int_equal(count_attrs(), 2);
	assert_u32(tb[FMIP_BINDING_A_ID], 4);
	parse_member(FMIP_BINDING_A_MATCHES, 2, 2, match, FMIP_MATCH_A_MAX);
	assert_address(match[FMIP_MATCH_A_ADDR], "2001:db8::2");
}

static void empty_lists(void **state)
{
	static const int lists[] = {
		FMIP_BINDING_A_TARGETS, FMIP_BINDING_A_ACCEPTS,
		FMIP_BINDING_A_PROXIES, FMIP_BINDING_A_ATTACH,
	};
	size_t i;

	(void)state;
	sends("binding change id 4 targets none accepts none proxies none attach none",
	      FMIP_CMD_BINDING_SET, 0);
	assert_int_equal(count_attrs(), 5);
	for (i = 0; i < 4; i++) {
		assert_non_null(tb[lists[i]]);
		assert_true(tb[lists[i]]->nla_type & NLA_F_NESTED);
		assert_int_equal(nla_len(tb[lists[i]]), 0);
	}
}

static void named(void **state)
{
	(void)state;
	sends("binding del id 9", FMIP_CMD_BINDING_DEL, 0);
	assert_int_equal(count_attrs(), 1);
	assert_u32(tb[FMIP_BINDING_A_ID], 9);
	fake_reset();
	sends("binding del dst 2001:db8::/64", FMIP_CMD_BINDING_DEL, 0);
	assert_int_equal(count_attrs(), 1);
	assert_non_null(tb[FMIP_BINDING_A_MATCH]);
	fake_reset();
	sends("binding show id 9", FMIP_CMD_BINDING_GET, 0);
	assert_u32(tb[FMIP_BINDING_A_ID], 9);
	fake_reset();
	sends("binding show dst 2001:db8::1", FMIP_CMD_BINDING_GET, 0);
	assert_non_null(tb[FMIP_BINDING_A_MATCH]);
	fake_reset();
	sends("binding", FMIP_CMD_BINDING_GET, NLM_F_DUMP);
	assert_int_equal(count_attrs(), 0);
	fake_reset();
	sends("binding flush", FMIP_CMD_BINDING_FLUSH, 0);
	assert_int_equal(count_attrs(), 0);
}

static void abbreviations(void **state)
{
	(void)state;
	sends("b a dst 2001:db8::1 ga h lim pack 3 lim by 4k spe 2", FMIP_CMD_BINDING_NEW,
	      0);
	assert_u8(tb[FMIP_BINDING_A_GATE], FMIP_GATE_HOLD);
	assert_u32(tb[FMIP_BINDING_A_LIMIT_PACKETS], 3);
	assert_u32(tb[FMIP_BINDING_A_LIMIT_BYTES], 4096);
	assert_u32(tb[FMIP_BINDING_A_SPEEDUP], 200);
	fake_reset();
	sends("bind de id 1", FMIP_CMD_BINDING_DEL, 0);
	fake_reset();
	sends("b l", FMIP_CMD_BINDING_GET, NLM_F_DUMP);
}

static void echo(void **state)
{
	(void)state;
	run_with(true, false, false);
	sends("binding add dst 2001:db8::1", FMIP_CMD_BINDING_NEW,
	      NLM_F_ECHO);
	fake_reset();
	sends("binding change id 1 gate hold", FMIP_CMD_BINDING_SET, 0);
	fake_reset();
	sends("binding del id 1", FMIP_CMD_BINDING_DEL, 0);
}

/* Sixteen prefixes, and all else there can be, fit into a request. */
static void largest(void **state)
{
	struct nlattr *nest[FMIP_MATCH_A_MAX + 1];
	char line[8192] = "binding add id 1 cookie 1";
	size_t used = strlen(line);
	int i;

	(void)state;
	for (i = 0; i < FMIP_MATCHES_MAX; i++)
		used += sprintf(line + used, " src 2001:db8::%x from-tunnel 1 key 2", i);
	for (i = 0; i < FMIP_TARGETS_MAX; i++)
		used += sprintf(line + used,
				" target link dev eth0 lladdr 1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:0:1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:0 lifetime 1");
	for (i = 0; i < FMIP_ACCEPTS_MAX; i++)
		used += sprintf(line + used, " accept tunnel 1 key 1 from src lifetime 1");
	for (i = 0; i < FMIP_PROXIES_MAX; i++)
		used += sprintf(line + used, " proxy 2001:db8::%x dev eth0 override lifetime 1", i);
	sends(line, FMIP_CMD_BINDING_NEW, 0);
	parse_member(FMIP_BINDING_A_MATCHES, 16, 16, nest, FMIP_MATCH_A_MAX);
	assert_address(nest[FMIP_MATCH_A_ADDR], "2001:db8::f");

	sprintf(line + used, " dst 2001:db8::");
	assert_wrong(line, "binding add: more than 16 prefixes");
}

static void wrong_words(void **state)
{
	(void)state;
	assert_wrong("bogus", "\"bogus\" is unknown, see 'help'");
	assert_wrong("binding bogus", "binding: \"bogus\" is unknown, see 'help'");
	assert_wrong("binding add", "binding add: no prefix is given, 'dst' or 'src' is needed");
	assert_wrong("binding add gate hold",
		     "binding add: no prefix is given, 'dst' or 'src' is needed");
	assert_wrong("binding add dst", "binding add: 'dst' needs a value");
	assert_wrong("binding add dst 2001:db8::g",
		     "binding add: \"2001:db8::g\" is not a prefix");
	assert_wrong("binding add dst 2001:db8::1/64",
		     "binding add: \"2001:db8::1/64\" has bits set beyond its length");
	assert_wrong("binding add dst 2001:db8::/129",
		     "binding add: \"2001:db8::/129\" is longer than the 128 bits of its address");
	assert_wrong("binding add dst 2001:db8::1 dev wlan9",
		     "binding add: there is no interface \"wlan9\"");
	assert_wrong("binding add dst 2001:db8::1 frob",
		     "binding add: \"frob\" is unknown, see 'help'");
	assert_wrong("binding add dst 2001:db8::1 l 1", "binding add: \"l\" is ambiguous");
	assert_wrong("binding add dst 2001:db8::1 gate ajar",
		     "binding add: \"ajar\" is nothing for 'gate', which takes open, hold, draining, copy, guard");
	assert_wrong("binding add dst 2001:db8::1 gate hold gate hold",
		     "binding add: 'gate' is given twice");
	assert_wrong("binding add dst 2001:db8::1 override",
		     "binding add: \"override\" is out of place, see 'help'");
	assert_wrong("binding add dst 2001:db8::1 packets 3",
		     "binding add: \"packets\" needs 'limit' before it");
	assert_wrong("binding add dst 2001:db8::1 limit 3",
		     "binding add: 'limit' takes packets, bytes or age");
	assert_wrong("binding add dst 2001:db8::1 limit packets -1",
		     "binding add: \"-1\" is not a number for 'limit packets'");
	assert_wrong("binding add dst 2001:db8::1 limit bytes 4G",
		     "binding add: \"4G\" is too large a size for 'limit bytes'");
	assert_wrong("binding add dst 2001:db8::1 lifetime soon",
		     "binding add: \"soon\" is not a time for 'lifetime', such as 300ms or 1.5s");
}

static void wrong_lists(void **state)
{
	(void)state;
	assert_wrong("binding add dst 2001:db8::1 dev eth0 vrf eth1",
		     "binding add: a prefix takes one of scope-any, dev, vrf and from-tunnel");
	assert_wrong("binding add dst 2001:db8::1 key 1",
		     "binding add: 'key' of a prefix needs 'from-tunnel' before it");
	assert_wrong("binding add dst 2001:db8::1 target link",
		     "binding add: 'target link' needs 'dev'");
	assert_wrong("binding add dst 2001:db8::1 target tunnel x",
		     "binding add: \"x\" is not a number for 'target tunnel'");
	assert_wrong("binding add dst 2001:db8::1 target route dev eth0",
		     "binding add: only 'target link' takes 'dev'");
	assert_wrong("binding add dst 2001:db8::1 target link dev eth0 key 1",
		     "binding add: only 'target tunnel' takes 'key'");
	assert_wrong("binding add dst 2001:db8::1 target link dev eth0 lladdr zz",
		     "binding add: \"zz\" is not a link-layer address");
	assert_wrong("binding add dst 2001:db8::1 accept from src",
		     "binding add: 'accept' needs 'tunnel'");
	assert_wrong("binding add dst 2001:db8::1 accept tunnel 1",
		     "binding add: 'accept' needs 'from src' or 'from dst'");
	assert_wrong("binding add dst 2001:db8::1 proxy 2001:db8::1",
		     "binding add: 'proxy' needs 'dev'");
	assert_wrong("binding add dst 2001:db8::1 proxy eth0",
		     "binding add: \"eth0\" is not an address for 'proxy'");
	assert_wrong("binding add dst 2001:db8::1 proxy 2001:db8::1 override override",
		     "binding add: 'override' is given twice");
	assert_wrong("binding add dst 2001:db8::1 attach una",
		     "binding add: 'attach' needs 'dev'");
	assert_wrong("binding add dst 2001:db8::1 attach una,smoke dev eth0",
		     "binding add: \"smoke\" is nothing for 'attach', which takes none or una, na, dad-ns, data");
	assert_wrong("binding add match 2001:db8::1",
		     "binding add: 'match' needs 'dst' or 'src' behind it");
	assert_wrong("binding add dst 2001:db8::1 match",
		     "binding add: 'match' needs 'dst' or 'src' behind it");
	assert_wrong("binding add dst 10.0.0.0/33",
		     "binding add: \"10.0.0.0/33\" is longer than the 32 bits of its address");
	assert_wrong("binding add dst 10.0.0.1 tunnel 3 dev eth0",
		     "binding add: a prefix takes one of scope-any, dev, vrf and from-tunnel");
	assert_wrong("binding add dst 10.0.0.1 tunnel red",
		     "binding add: \"red\" is not a number for 'from-tunnel'");
	assert_wrong("binding add dst 10.0.0.1 target route key 3",
		     "binding add: only 'target tunnel' takes 'key'");
	assert_wrong("binding change id 1 targets some",
		     "binding change: 'targets' takes none");
}

static void wrong_timers(void **state)
{
	(void)state;
	assert_wrong("binding add dst 2001:db8::1 guard-idle soon",
		     "binding add: \"soon\" is not a time for 'guard-idle', such as 300ms or 1.5s");
	assert_wrong("binding add dst 2001:db8::1 guard-idle 1 guard-idle 2",
		     "binding add: 'guard-idle' is given twice");
	assert_wrong("binding add dst 2001:db8::1 replay last 1s",
		     "binding add: 'replay' is for 'change' and 'replace'");
	assert_wrong("binding change id 1 replay",
		     "binding change: 'replay' needs a value");
	assert_wrong("binding change id 1 replay 300ms",
		     "binding change: \"300ms\" is nothing for 'replay', which takes since, last");
	assert_wrong("binding change id 1 replay since",
		     "binding change: 'replay since' needs a value");
	assert_wrong("binding change id 1 replay since 1s",
		     "binding change: \"1s\" is not a number for 'replay since'");
	assert_wrong("binding change id 1 replay last long",
		     "binding change: \"long\" is not a time for 'replay last', such as 300ms or 1.5s");
	assert_wrong("binding change id 1 replay last 1 replay last 1",
		     "binding change: 'replay' is given twice");
}

static void wrong_names(void **state)
{
	(void)state;
	assert_wrong("binding del", "binding del: which binding? 'id', 'dst' or 'src' is needed");
	assert_wrong("binding del id 1 dst 2001:db8::1",
		     "binding del: takes 'id' or a prefix, not both");
	assert_wrong("binding del id 1 gate hold",
		     "binding del: \"gate\" is too much, 'id', 'dst' or 'src' is enough");
	assert_wrong("binding change gate hold",
		     "binding change: which binding? 'id', 'dst' or 'src' is needed");
	assert_wrong("binding change dst 2001:db8::1 dst 2001:db8::2 gate hold",
		     "binding change: one prefix names the binding; to change them, name it by 'id'");
	assert_wrong("binding flush all", "binding flush: \"all\" is unknown, see 'help'");
	assert_wrong("binding show dst 2001:db8::1 dst 2001:db8::2",
		     "binding show: one prefix names the binding; to change them, name it by 'id'");
}

static void usage(void **state)
{
	(void)state;
	assert_int_equal(run("binding help"), DONE);
	assert_non_null(strstr(run_out, "Usage: fmipctl binding"));
	assert_int_equal(fake_requests, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, run_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(smallest),
		TEST(matches),
		TEST(spelt_out),
		TEST(new_router),
		TEST(old_router),
		TEST(queue),
		TEST(ipv4_node),
		TEST(once_more),
		TEST(change_by_prefix),
		TEST(change_prefixes),
		TEST(empty_lists),
		TEST(named),
		TEST(abbreviations),
		TEST(echo),
		TEST(largest),
		TEST(wrong_words),
		TEST(wrong_lists),
		TEST(wrong_timers),
		TEST(wrong_names),
		TEST(usage),
	};

	return cmocka_run_group_tests_name("binding", tests, NULL, NULL);
}
