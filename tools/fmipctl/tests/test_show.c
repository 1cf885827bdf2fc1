// SPDX-License-Identifier: GPL-2.0-only
/* From messages, built here with libnl, to what is printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/fmip.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "fake_genl.h"
#include "output.h"
#include "run.h"

static const uint8_t node[16] = { 0x20, 1, 0xd, 0xb8, 0, 2, [15] = 0x10 };
static const uint8_t net[4] = { 192, 0, 2, 0 };
static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 0x10 };

static void put_flags(struct nl_msg *msg, int attr, uint32_t value)
{
	struct nla_bitfield32 flags = { value, ~0U };

	nla_put(msg, attr, sizeof(flags), &flags);
}

static void put_matches(struct nl_msg *msg)
{
	struct nlattr *list = nla_nest_start(msg, FMIP_BINDING_A_MATCHES), *nest;

	nest = nla_nest_start(msg, 1);
	nla_put_u8(msg, FMIP_MATCH_A_DIRECTION, FMIP_DIRECTION_DST);
	nla_put(msg, FMIP_MATCH_A_ADDR, 16, node);
	nla_put_u8(msg, FMIP_MATCH_A_PREFIXLEN, 128);
	nla_put_u8(msg, FMIP_MATCH_A_SCOPE, FMIP_SCOPE_ANY);
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, 2);
	nla_put_u8(msg, FMIP_MATCH_A_DIRECTION, FMIP_DIRECTION_SRC);
	nla_put(msg, FMIP_MATCH_A_ADDR, 4, net);
	nla_put_u8(msg, FMIP_MATCH_A_PREFIXLEN, 24);
	nla_put_u8(msg, FMIP_MATCH_A_SCOPE, FMIP_SCOPE_INTERFACE);
	nla_put_u32(msg, FMIP_MATCH_A_IFINDEX, 11);
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, 3);
	nla_put_u8(msg, FMIP_MATCH_A_DIRECTION, FMIP_DIRECTION_DST);
	nla_put(msg, FMIP_MATCH_A_ADDR, 4, net);
	nla_put_u8(msg, FMIP_MATCH_A_PREFIXLEN, 24);
	nla_put_u8(msg, FMIP_MATCH_A_SCOPE, FMIP_SCOPE_TUNNEL);
	nla_put_u32(msg, FMIP_MATCH_A_TUNNEL, 4);
	nla_put_u32(msg, FMIP_MATCH_A_KEY, 5);
	nla_nest_end(msg, nest);
	nla_nest_end(msg, list);
}

static void put_targets(struct nl_msg *msg)
{
	struct nlattr *list = nla_nest_start(msg, FMIP_BINDING_A_TARGETS), *nest;

	nest = nla_nest_start(msg, 1);
	nla_put_u8(msg, FMIP_TARGET_A_TYPE, FMIP_TARGET_LINK);
	nla_put_u32(msg, FMIP_TARGET_A_IFINDEX, 10);
	nla_put(msg, FMIP_TARGET_A_LLADDR, 6, mac);
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, 2);
	nla_put_u8(msg, FMIP_TARGET_A_TYPE, FMIP_TARGET_TUNNEL);
	nla_put_u32(msg, FMIP_TARGET_A_TUNNEL, 7);
	nla_put_u32(msg, FMIP_TARGET_A_KEY, 8);
	nla_put_u32(msg, FMIP_TARGET_A_LIFETIME, 1500);
	nla_nest_end(msg, nest);
	nla_nest_end(msg, list);
}

static void put_others(struct nl_msg *msg)
{
	struct nlattr *list, *nest;

	list = nla_nest_start(msg, FMIP_BINDING_A_ACCEPTS);
	nest = nla_nest_start(msg, 1);
	nla_put_u32(msg, FMIP_ACCEPT_A_TUNNEL, 7);
	nla_put_u8(msg, FMIP_ACCEPT_A_DIRECTION, FMIP_DIRECTION_SRC);
	nla_put_u32(msg, FMIP_ACCEPT_A_LIFETIME, 250);
	nla_nest_end(msg, nest);
	nla_nest_end(msg, list);

	list = nla_nest_start(msg, FMIP_BINDING_A_PROXIES);
	nest = nla_nest_start(msg, 1);
	nla_put(msg, FMIP_PROXY_A_ADDR, 16, node);
	nla_put_u32(msg, FMIP_PROXY_A_IFINDEX, 10);
	put_flags(msg, FMIP_PROXY_A_FLAGS, FMIP_PROXY_F_OVERRIDE);
	nla_nest_end(msg, nest);
	nla_nest_end(msg, list);

	nest = nla_nest_start(msg, FMIP_BINDING_A_ATTACH);
	nla_put_u32(msg, FMIP_ATTACH_A_IFINDEX, 10);
	put_flags(msg, FMIP_ATTACH_A_ON, FMIP_ATTACH_ON_UNA | FMIP_ATTACH_ON_NA);
	nla_put_u8(msg, FMIP_ATTACH_A_ACTION, FMIP_ATTACH_EVENT);
	nla_nest_end(msg, nest);
}

static void put_stats(struct nl_msg *msg)
{
	struct nlattr *list, *nest;
	int attr;

	/* The u64 attributes up to the drops, each with a number of its own. */
	for (attr = FMIP_STATS_A_RECEIVED_PACKETS; attr < FMIP_STATS_A_DROPPED; attr++)
		nla_put_u64(msg, attr, 1000 + attr);
	list = nla_nest_start(msg, FMIP_STATS_A_DROPPED);
	nest = nla_nest_start(msg, 1);
	nla_put_u8(msg, FMIP_DROPPED_A_REASON, FMIP_DROP_HOP_LIMIT);
	nla_put_u64(msg, FMIP_DROPPED_A_PACKETS, 3);
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, 2);
	nla_put_u8(msg, FMIP_DROPPED_A_REASON, 200);
	nla_put_u64(msg, FMIP_DROPPED_A_PACKETS, UINT64_MAX);
	nla_nest_end(msg, nest);
	nla_nest_end(msg, list);
	nla_put_u64(msg, FMIP_STATS_A_ATTACHED, 21);
	nla_put_u64(msg, FMIP_STATS_A_REJECTED, 22);
	nla_put_u64(msg, FMIP_STATS_A_PROXY_ANSWERS, 23);
}

static struct nl_msg *full_binding(void)
{
	struct nl_msg *msg = fake_message(FMIP_CMD_BINDING_GET);
	struct nlattr *nest;

	nla_put_u32(msg, FMIP_BINDING_A_ID, 3);
	nla_put_u64(msg, FMIP_BINDING_A_COOKIE, UINT64_MAX);
	put_flags(msg, FMIP_BINDING_A_FLAGS, FMIP_BINDING_F_LOCAL);
	put_matches(msg);
	put_targets(msg);
	put_others(msg);
	nla_put_u8(msg, FMIP_BINDING_A_GATE, FMIP_GATE_DRAINING);
	nla_put_u8(msg, FMIP_BINDING_A_RELEASE, FMIP_RELEASE_RFC5568);
	nla_put_u32(msg, FMIP_BINDING_A_SPEEDUP, 110);
	nla_put_u32(msg, FMIP_BINDING_A_LIMIT_PACKETS, 1000);
	nla_put_u32(msg, FMIP_BINDING_A_LIMIT_BYTES, 4 << 20);
	nla_put_u32(msg, FMIP_BINDING_A_LIMIT_AGE, 0);
	nla_put_u8(msg, FMIP_BINDING_A_OVERFLOW, FMIP_OVERFLOW_TAIL);
	nla_put_u32(msg, FMIP_BINDING_A_LIFETIME, 2999);
	nla_put_u32(msg, FMIP_BINDING_A_HOLD_TIME, 2000);
	nla_put_u8(msg, FMIP_BINDING_A_HOLD_EXPIRY, FMIP_EXPIRY_OPEN);
	nla_put_u32(msg, FMIP_BINDING_A_HOLD_LEFT, 1234);
	nla_put_u32(msg, FMIP_BINDING_A_GUARD_IDLE, 20);
	nest = nla_nest_start(msg, FMIP_BINDING_A_STATS);
	put_stats(msg);
	nla_put_u64(msg, FMIP_STATS_A_FIRST_RELEASE_NS, 24);
	nla_put_u64(msg, FMIP_STATS_A_COPIED_PACKETS, 25);
	nla_put_u64(msg, FMIP_STATS_A_WINDOW_PACKETS, 26);
	nla_put_u64(msg, FMIP_STATS_A_GUARANTEED_BYTES, 27);
	nla_nest_end(msg, nest);
	/* From a kernel that is newer than this program. */
	nla_put_u32(msg, FMIP_BINDING_A_MAX + 1, 1);
	return msg;
}

#define FULL_TEXT \
	"id 3 cookie 18446744073709551615 dst 2001:db8:2::10/128 " \
	"src 192.0.2.0/24 dev eth1 dst 192.0.2.0/24 from-tunnel 4 key 5 " \
	"local gate draining lifetime 2999ms " \
	"target link dev eth0 lladdr 02:00:00:00:00:10 " \
	"target tunnel 7 key 8 lifetime 1500ms " \
	"accept tunnel 7 from src lifetime 250ms " \
	"proxy 2001:db8:2::10 dev eth0 override " \
	"attach una,na dev eth0 action event " \
	"release rfc5568 speedup 1.1 limit packets 1000 limit bytes 4M " \
	"limit age none overflow tail hold-time 2s hold-expiry open guard-idle 20ms\n"

#define STATS_TEXT \
	"    received packets 1002 bytes 1003\n" \
	"    sent packets 1004 bytes 1005 released 1010\n" \
	"    buffered packets 1006 bytes 1007 peak-packets 1008 peak-bytes 1009 guaranteed 27\n" \
	"    decap packets 1011 bytes 1012\n"

static void binding_text(void **state)
{
	(void)state;
	fake_answer(full_binding());
	assert_int_equal(run("binding show"), DONE);
	assert_string_equal(run_out, FULL_TEXT);
	assert_string_equal(run_err, "");
}

static void binding_stats(void **state)
{
	(void)state;
	run_with(false, false, true);
	fake_answer(full_binding());
	assert_int_equal(run("binding show"), DONE);
	assert_string_equal(run_out, FULL_TEXT
		"    hold-left 1234ms\n" STATS_TEXT
		"    attached 21 rejected 22 proxy-answers 23 first-release 24ns\n"
		"    copied packets 25 window 26\n"
		"    dropped hop-limit 3 200 18446744073709551615\n");
}

#define FULL_JSON \
	"{\"id\":3,\"cookie\":18446744073709551615,\"matches\":[" \
	"{\"direction\":\"dst\",\"prefix\":\"2001:db8:2::10/128\",\"scope\":\"any\"}," \
	"{\"direction\":\"src\",\"prefix\":\"192.0.2.0/24\",\"scope\":\"interface\"," \
	"\"dev\":\"eth1\"}," \
	"{\"direction\":\"dst\",\"prefix\":\"192.0.2.0/24\",\"scope\":\"tunnel\"," \
	"\"tunnel\":4,\"key\":5}]," \
	"\"local\":true,\"gate\":\"draining\",\"lifetime\":2999,\"targets\":[" \
	"{\"type\":\"link\",\"dev\":\"eth0\",\"lladdr\":\"02:00:00:00:00:10\"}," \
	"{\"type\":\"tunnel\",\"tunnel\":7,\"key\":8,\"lifetime\":1500}]," \
	"\"accepts\":[{\"tunnel\":7,\"from\":\"src\",\"lifetime\":250}]," \
	"\"proxies\":[{\"address\":\"2001:db8:2::10\",\"dev\":\"eth0\",\"override\":true}]," \
	"\"attach\":{\"on\":[\"una\",\"na\"],\"dev\":\"eth0\",\"action\":\"event\"}," \
	"\"release\":\"rfc5568\",\"speedup\":1.1," \
	"\"limit\":{\"packets\":1000,\"bytes\":4194304,\"age\":0},\"overflow\":\"tail\"," \
	"\"hold_time\":2000,\"hold_expiry\":\"open\",\"hold_left\":1234,\"guard_idle\":20"

#define STATS_JSON \
	"{\"received\":{\"packets\":1002,\"bytes\":1003}," \
	"\"sent\":{\"packets\":1004,\"bytes\":1005}," \
	"\"buffered\":{\"packets\":1006,\"bytes\":1007}," \
	"\"peak\":{\"packets\":1008,\"bytes\":1009},\"released\":1010," \
	"\"decap\":{\"packets\":1011,\"bytes\":1012}," \
	"\"dropped\":{\"hop-limit\":3,\"200\":18446744073709551615}," \
	"\"attached\":21,\"rejected\":22,\"proxy_answers\":23"

static void binding_json(void **state)
{
	(void)state;
	run_with(true, false, false);
	fake_answer(full_binding());
	assert_int_equal(run("binding show"), DONE);
	assert_string_equal(run_out, "[" FULL_JSON "}]\n");
	run_with(true, false, true);
	fake_answer(full_binding());
	assert_int_equal(run("binding show id 3"), DONE);
	assert_string_equal(run_out, "[" FULL_JSON ",\"stats\":" STATS_JSON
			    ",\"first_release_ns\":24,\"copied\":25,\"window\":26,\"guaranteed\":27}}]\n");
}

static void echoed(void **state)
{
	(void)state;
	run_with(true, false, false);
	fake_answer(full_binding());
	assert_int_equal(run("binding add dst 2001:db8::1"), DONE);
	assert_string_equal(run_out, FULL_JSON "}\n");
	run_with(false, false, false);
	fake_answer(full_binding());
	assert_int_equal(run("binding add dst 2001:db8::1"), DONE);
	assert_string_equal(run_out, "");
}

static struct nl_msg *small_binding(uint32_t id)
{
	struct nl_msg *msg = fake_message(FMIP_CMD_BINDING_GET);

	nla_put_u32(msg, FMIP_BINDING_A_ID, id);
	return msg;
}

static void lists(void **state)
{
	static const char rest[] =
		"\"matches\":[],\"targets\":[],\"accepts\":[],\"proxies\":[],\"limit\":{}}";
	char expected[512];

	(void)state;
	fake_answer(small_binding(1));
	fake_answer(small_binding(2));
	assert_int_equal(run("binding show"), DONE);
	assert_string_equal(run_out, "id 1\nid 2\n");

	run_with(true, false, false);
	assert_int_equal(run("binding show"), DONE);
	assert_string_equal(run_out, "[]\n");
	fake_answer(small_binding(1));
	fake_answer(small_binding(2));
	assert_int_equal(run("binding show"), DONE);
	snprintf(expected, sizeof(expected), "[{\"id\":1,%s,\n{\"id\":2,%s]\n",
		 rest, rest);
	assert_string_equal(run_out, expected);
}

static void refused(void **state)
{
	(void)state;
	fake_outcome = REFUSED;
	assert_int_equal(run("binding show id 1"), REFUSED);
	assert_string_equal(run_out, "");
	run_with(true, false, false);
	assert_int_equal(run("binding show id 1"), REFUSED);
	assert_string_equal(run_out, "[]\n");
	assert_int_equal(run("binding add dst 2001:db8::1"), REFUSED);
	assert_string_equal(run_out, "");
}

static void pretty(void **state)
{
	(void)state;
	run_with(true, true, false);
	fake_answer(small_binding(1));
	assert_int_equal(run("binding show"), DONE);
	assert_int_equal(strncmp(run_out, "[\n{\n  \"id\": 1,\n", 15), 0);
	assert_string_equal(run_out + strlen(run_out) - 5, "\n}\n]\n");
}

/* A list that is longer than the contract allows is not cut in silence. */
static void too_many(void **state)
{
	struct nl_msg *msg = fake_message(FMIP_CMD_BINDING_GET);
	struct nlattr *list, *nest;
	int i;

	(void)state;
	list = nla_nest_start(msg, FMIP_BINDING_A_TARGETS);
	for (i = 0; i <= FMIP_TARGETS_MAX; i++) {
		nest = nla_nest_start(msg, i + 1);
		nla_put_u8(msg, FMIP_TARGET_A_TYPE, FMIP_TARGET_ROUTE);
		nla_nest_end(msg, nest);
	}
	nla_nest_end(msg, list);
	fake_answer(msg);
	assert_int_equal(run("binding show"), WRONG);
	assert_string_equal(run_err,
			    "fmipctl: binding show: the kernel's binding makes no sense to this fmipctl\n");
}

static struct nl_msg *full_tunnel(void)
{
	struct nl_msg *msg = fake_message(FMIP_CMD_TUNNEL_GET);

	nla_put_u32(msg, FMIP_TUNNEL_A_ID, 1);
	nla_put_u8(msg, FMIP_TUNNEL_A_ENCAP, FMIP_ENCAP_UDP4);
	nla_put(msg, FMIP_TUNNEL_A_LOCAL, 4, net);
	nla_put(msg, FMIP_TUNNEL_A_REMOTE, 16, node);
	nla_put_u16(msg, FMIP_TUNNEL_A_SPORT, 5);
	nla_put_u16(msg, FMIP_TUNNEL_A_DPORT, 6);
	nla_put_u32(msg, FMIP_TUNNEL_A_IFINDEX, 12);
	nla_put_u32(msg, FMIP_TUNNEL_A_MARK, 0x2a);
	nla_put_u8(msg, FMIP_TUNNEL_A_TTL, 64);
	nla_put_u8(msg, FMIP_TUNNEL_A_DSCP, 46);
	nla_put_u8(msg, FMIP_TUNNEL_A_ENCAPLIMIT, 4);
	nla_put_u32(msg, FMIP_TUNNEL_A_USERS, 2);
	nla_put_u32(msg, FMIP_TUNNEL_A_MTU, 1460);
	put_flags(msg, FMIP_TUNNEL_A_FLAGS,
		  FMIP_TUNNEL_F_FRAGMENT | FMIP_TUNNEL_F_UDP_CSUM);
	nla_put_u32(msg, FMIP_TUNNEL_A_FLOWLABEL, 0xbeef);
	return msg;
}

#define TUNNEL_TEXT \
	"id 1 local 192.0.2.0 remote 2001:db8:2::10 encap udp4 dev eth2 mark 0x2a " \
	"ttl 64 dscp 46 encaplimit 4 flowlabel 0x0beef fragment on udp-csum on " \
	"sport 5 dport 6\n"

static void tunnels(void **state)
{
	(void)state;
	fake_answer(full_tunnel());
	assert_int_equal(run("tunnel show"), DONE);
	assert_string_equal(run_out, TUNNEL_TEXT);
	run_with(false, false, true);
	fake_answer(full_tunnel());
	assert_int_equal(run("tunnel show"), DONE);
	assert_string_equal(run_out, TUNNEL_TEXT "    users 2 mtu 1460\n");
	run_with(true, false, false);
	fake_answer(full_tunnel());
	assert_int_equal(run("tunnel show"), DONE);
	assert_string_equal(run_out,
			    "[{\"id\":1,\"local\":\"192.0.2.0\",\"remote\":\"2001:db8:2::10\",\"encap\":\"udp4\",\"dev\":\"eth2\",\"mark\":42,\"ttl\":64,\"dscp\":46,\"encaplimit\":4,\"flowlabel\":48879,\"fragment\":true,\"udp_csum\":true,\"sport\":5,\"dport\":6,\"users\":2,\"mtu\":1460}]\n");
}

/* What is as it is by default goes unsaid, whether the kernel says it or not. */
static struct nl_msg *plain_tunnel(uint32_t flags)
{
	struct nl_msg *msg = fake_message(FMIP_CMD_TUNNEL_GET);

	nla_put_u32(msg, FMIP_TUNNEL_A_ID, 1);
	nla_put_u8(msg, FMIP_TUNNEL_A_ENCAP, FMIP_ENCAP_IP6);
	nla_put(msg, FMIP_TUNNEL_A_LOCAL, 16, node);
	nla_put(msg, FMIP_TUNNEL_A_REMOTE, 16, node);
	nla_put_u32(msg, FMIP_TUNNEL_A_IFINDEX, 0);
	nla_put_u32(msg, FMIP_TUNNEL_A_MARK, 0);
	nla_put_u8(msg, FMIP_TUNNEL_A_TTL, 0);
	nla_put_u8(msg, FMIP_TUNNEL_A_DSCP, FMIP_DSCP_INHERIT);
	nla_put_u8(msg, FMIP_TUNNEL_A_ENCAPLIMIT, FMIP_ENCAPLIMIT_NONE);
	put_flags(msg, FMIP_TUNNEL_A_FLAGS, flags);
	nla_put_u32(msg, FMIP_TUNNEL_A_FLOWLABEL, 0);
	return msg;
}

static void tunnel_defaults(void **state)
{
	(void)state;
	fake_answer(plain_tunnel(0));
	assert_int_equal(run("tunnel show id 1"), DONE);
	assert_string_equal(run_out,
			    "id 1 local 2001:db8:2::10 remote 2001:db8:2::10 encap ip6\n");
	fake_answer(plain_tunnel(FMIP_TUNNEL_F_FLOW_HASH));
	assert_int_equal(run("tunnel show"), DONE);
	assert_string_equal(run_out,
			    "id 1 local 2001:db8:2::10 remote 2001:db8:2::10 encap ip6 flowlabel hash\n");
	run_with(true, false, false);
	fake_answer(plain_tunnel(FMIP_TUNNEL_F_FLOW_INHERIT));
	assert_int_equal(run("tunnel show"), DONE);
	assert_string_equal(run_out,
			    "[{\"id\":1,\"local\":\"2001:db8:2::10\",\"remote\":\"2001:db8:2::10\",\"encap\":\"ip6\",\"flowlabel\":\"inherit\"}]\n");
}

static struct nl_msg *netns_stats(void)
{
	struct nl_msg *msg = fake_message(FMIP_CMD_STATS_GET);

	put_stats(msg);
	nla_put_u32(msg, FMIP_STATS_A_BINDINGS, 2);
	nla_put_u32(msg, FMIP_STATS_A_TUNNELS, 1);
	return msg;
}

static void stats(void **state)
{
	(void)state;
	fake_answer(netns_stats());
	assert_int_equal(run("stats"), DONE);
	assert_string_equal(run_out,
			    "received packets 1002 bytes 1003\n"
			    "sent packets 1004 bytes 1005 released 1010\n"
			    "buffered packets 1006 bytes 1007 peak-packets 1008 peak-bytes 1009\n"
			    "decap packets 1011 bytes 1012\n"
			    "attached 21 rejected 22 proxy-answers 23\n"
			    "bindings 2 tunnels 1\n"
			    "dropped hop-limit 3 200 18446744073709551615\n");
	run_with(true, false, false);
	fake_answer(netns_stats());
	assert_int_equal(run("stats"), DONE);
	assert_string_equal(run_out, STATS_JSON ",\"bindings\":2,\"tunnels\":1}\n");
}

static void stats_prometheus(void **state)
{
	(void)state;
	fake_answer(netns_stats());
	assert_int_equal(run("stats --prometheus"), DONE);
	assert_non_null(strstr(run_out, "\nfmip_packets_total{stage=\"received\"} 1002\n"));
	fake_answer(netns_stats());
	assert_int_equal(run("stats -p"), DONE);
	assert_non_null(strstr(run_out, "\nfmip_bindings 2\n"));
	output.netns = "nar";
	fake_answer(netns_stats());
	assert_int_equal(run("stats --prom"), DONE);
	assert_non_null(strstr(run_out, "\nfmip_bindings{netns=\"nar\"} 2\n"));
	run_with(true, false, false);
	assert_wrong("stats --prometheus",
		     "stats show: JSON and the format of Prometheus exclude each other");
	assert_wrong("stats --prometheus now",
		     "stats show: \"now\" is too much, see 'help'");
}

static struct nl_msg *full_config(void)
{
	struct nl_msg *msg = fake_message(FMIP_CMD_CONFIG_GET);

	nla_put_u64(msg, FMIP_CONFIG_A_NETNS_BYTES, 64 << 20);
	nla_put_u64(msg, FMIP_CONFIG_A_MODULE_BYTES, 8ULL << 30);
	nla_put_u64(msg, FMIP_CONFIG_A_GUARANTEE, 48 << 10);
	nla_put_u32(msg, FMIP_CONFIG_A_EXEMPT_MARK, 16);
	nla_put_u32(msg, FMIP_CONFIG_A_EXEMPT_MASK, 0xffffffff);
	nla_put_u32(msg, FMIP_CONFIG_A_PROXIES_MAX, 1024);
	return msg;
}

static void settings(void **state)
{
	(void)state;
	fake_answer(full_config());
	assert_int_equal(run("config"), DONE);
	assert_string_equal(run_out,
			    "netns-bytes 64M module-bytes 8G guarantee 48k exempt-mark 0x10/0xffffffff proxies-max 1024\n");
	run_with(true, false, false);
	fake_answer(full_config());
	assert_int_equal(run("config"), DONE);
	assert_string_equal(run_out,
			    "{\"netns_bytes\":67108864,\"module_bytes\":8589934592,\"guarantee\":49152,\"exempt_mark\":16,\"exempt_mask\":4294967295,\"proxies_max\":1024}\n");
}

static struct nl_msg *event(uint8_t kind, uint32_t binding)
{
	struct nl_msg *msg = fake_message(FMIP_CMD_EVENT);

	nla_put_u8(msg, FMIP_EVENT_A_EVENT, kind);
	nla_put_u64(msg, FMIP_EVENT_A_TIME_NS, 12000000034);
	nla_put_u32(msg, FMIP_EVENT_A_BINDING, binding);
	return msg;
}

static void monitor_count(void **state)
{
	struct nl_msg *msg = event(FMIP_EVENT_ATTACHED, 3);

	(void)state;
	nla_put_u64(msg, FMIP_EVENT_A_COOKIE, 9);
	nla_put(msg, FMIP_EVENT_A_ADDR, 16, node);
	nla_put(msg, FMIP_EVENT_A_LLADDR, 6, mac);
	nla_put_u32(msg, FMIP_EVENT_A_IFINDEX, 10);
	put_flags(msg, FMIP_EVENT_A_ON, FMIP_ATTACH_ON_DATA);
	fake_answer(msg);
	msg = event(FMIP_EVENT_EXPIRED, 3);
	nla_put_u8(msg, FMIP_EVENT_A_TIMER, FMIP_TIMER_PROXY);
	fake_answer(msg);
	fake_answer(event(FMIP_EVENT_RELEASED, 3));
	assert_int_equal(run("monitor count 2"), DONE);
	assert_string_equal(run_out,
			    "attached time 12.000000034 binding 3 cookie 9 addr 2001:db8:2::10 dev eth0 lladdr 02:00:00:00:00:10 on data\n"
			    "expired time 12.000000034 binding 3 timer proxy\n");
}

static void monitor_until(void **state)
{
	struct nl_msg *attached = event(FMIP_EVENT_ATTACHED, 3);

	(void)state;
	run_with(true, false, false);
	put_flags(attached, FMIP_EVENT_A_ON, FMIP_ATTACH_ON_NA | FMIP_ATTACH_ON_DAD_NS);
	fake_answer(event(FMIP_EVENT_RELEASED, 2));
	fake_answer(attached);
	fake_answer(event(FMIP_EVENT_RELEASED, 3));
	fake_answer(event(FMIP_EVENT_REMOVED, 3));
	assert_int_equal(run("monitor until released binding 3 timeout 5s"), DONE);
	assert_string_equal(run_out,
			    "{\"event\":\"released\",\"time_ns\":12000000034,\"binding\":2}\n"
			    "{\"event\":\"attached\",\"time_ns\":12000000034,\"binding\":3,\"on\":[\"na\",\"dad-ns\"]}\n"
			    "{\"event\":\"released\",\"time_ns\":12000000034,\"binding\":3}\n");
}

static void monitor_timeout(void **state)
{
	(void)state;
	assert_int_equal(run("monitor until released timeout 10ms"), WRONG);
	assert_string_equal(run_out, "");
	assert_string_equal(run_err,
			    "fmipctl: monitor: what was waited for has not come within 10ms\n");
	assert_int_equal(run("monitor timeout 1ms"), DONE);
	assert_string_equal(run_err, "");
}

static void monitor_wrong(void **state)
{
	(void)state;
	assert_wrong("monitor binding 3", "monitor: 'binding' needs 'until' before it");
	assert_wrong("monitor until sunset",
		     "monitor: \"sunset\" is nothing for 'until', which takes attached, released, expired, overflow, rejected, duplicate, removed");
	assert_wrong("monitor count", "monitor: 'count' needs a value");
	assert_wrong("monitor for ever", "monitor: \"for\" is unknown, see 'help'");
	assert_wrong("monitor ready-fd 4294967295", "monitor: there is no descriptor 4294967295");
	assert_wrong("monitor ready-fd 999 timeout 1",
		     "monitor: ready-fd 999: Bad file descriptor");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, run_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(binding_text),
		TEST(binding_stats),
		TEST(binding_json),
		TEST(echoed),
		TEST(lists),
		TEST(refused),
		TEST(pretty),
		TEST(too_many),
		TEST(tunnels),
		TEST(tunnel_defaults),
		TEST(stats),
		TEST(stats_prometheus),
		TEST(settings),
		TEST(monitor_count),
		TEST(monitor_until),
		TEST(monitor_timeout),
		TEST(monitor_wrong),
	};

	return cmocka_run_group_tests_name("show", tests, NULL, NULL);
}
