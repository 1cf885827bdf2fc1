// SPDX-License-Identifier: GPL-2.0-only
/* Tunnels and the configuration: from words to attributes. */
#include <stdio.h>
#include <string.h>

#include <linux/fmip.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "fake_genl.h"
#include "object.h"
#include "run.h"

static struct nlattr *tb[32];

static void sends(const char *line, int cmd, int flags, unsigned int n_attrs)
{
	struct nlmsghdr *nlh;
	unsigned int i, n = 0;

	fake_reset();
	assert_int_equal(run(line), DONE);
	assert_string_equal(run_err, "");
	assert_int_equal(fake_requests, 1);
	nlh = nlmsg_hdr(fake_sent);
	assert_int_equal(((struct genlmsghdr *)nlmsg_data(nlh))->cmd, cmd);
	assert_int_equal(nlh->nlmsg_flags, flags);
	assert_int_equal(genlmsg_parse(nlh, 0, tb, 31, NULL), 0);
	for (i = 0; i < 32; i++)
		n += !!tb[i];
	assert_int_equal(n, n_attrs);
}

static void assert_flags(uint32_t value, uint32_t selector)
{
	struct nla_bitfield32 flags;

	assert_non_null(tb[FMIP_TUNNEL_A_FLAGS]);
	assert_int_equal(nla_len(tb[FMIP_TUNNEL_A_FLAGS]), sizeof(flags));
	memcpy(&flags, nla_data(tb[FMIP_TUNNEL_A_FLAGS]), sizeof(flags));
	assert_int_equal(flags.value, value);
	assert_int_equal(flags.selector, selector);
}

static void everything(void **state)
{
	static const char line[] =
		"tunnel add id 3 local 2001:db8::1 remote 2001:db8::2 encap gre6 dev eth3\n"
		"mark 0x10 ttl 64 dscp 46 encaplimit 4 sport 1 dport 65535 fragment on\n"
		"udp-csum off flowlabel 0xabcde";
	static const uint8_t local[] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	static const uint8_t remote[] = { 0x20, 1, 0xd, 0xb8, [15] = 2 };

	(void)state;
	sends(line, FMIP_CMD_TUNNEL_NEW, 0, 13);
	assert_int_equal(nla_get_u32(tb[FMIP_TUNNEL_A_ID]), 3);
	assert_int_equal(nla_len(tb[FMIP_TUNNEL_A_LOCAL]), 16);
	assert_memory_equal(nla_data(tb[FMIP_TUNNEL_A_LOCAL]), local, 16);
	assert_memory_equal(nla_data(tb[FMIP_TUNNEL_A_REMOTE]), remote, 16);
	assert_int_equal(nla_len(tb[FMIP_TUNNEL_A_ENCAP]), 1);
	assert_int_equal(nla_get_u8(tb[FMIP_TUNNEL_A_ENCAP]), FMIP_ENCAP_GRE6);
	assert_int_equal(nla_get_u32(tb[FMIP_TUNNEL_A_IFINDEX]), 13);
	assert_int_equal(nla_get_u32(tb[FMIP_TUNNEL_A_MARK]), 16);
	assert_int_equal(nla_get_u8(tb[FMIP_TUNNEL_A_TTL]), 64);
	assert_int_equal(nla_get_u8(tb[FMIP_TUNNEL_A_DSCP]), 46);
	assert_int_equal(nla_get_u8(tb[FMIP_TUNNEL_A_ENCAPLIMIT]), 4);
	assert_int_equal(nla_len(tb[FMIP_TUNNEL_A_SPORT]), 2);
	assert_int_equal(nla_get_u16(tb[FMIP_TUNNEL_A_SPORT]), 1);
	assert_int_equal(nla_get_u16(tb[FMIP_TUNNEL_A_DPORT]), 65535);
	assert_int_equal(nla_get_u32(tb[FMIP_TUNNEL_A_FLOWLABEL]), 0xabcde);
	assert_flags(FMIP_TUNNEL_F_FRAGMENT, 0xf);
}

static void encapsulations(void **state)
{
	static const struct {
		const char *word;
		uint8_t encap;
	} all[] = {
		{ "ip6", FMIP_ENCAP_IP6 }, { "ip4", FMIP_ENCAP_IP4 },
		{ "gre6", FMIP_ENCAP_GRE6 }, { "gre4", FMIP_ENCAP_GRE4 },
		{ "udp4", FMIP_ENCAP_UDP4 }, { "tlv4", FMIP_ENCAP_TLV4 },
	};
	char line[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(line, sizeof(line),
			 "tunnel add local 192.0.2.1 remote 192.0.2.2 encap %s",
			 all[i].word);
		sends(line, FMIP_CMD_TUNNEL_NEW, 0, 3);
		assert_int_equal(nla_get_u8(tb[FMIP_TUNNEL_A_ENCAP]),
				 all[i].encap);
	}
}

/* Each says what is wanted of its own flags, and leaves the others. */
static void flags(void **state)
{
	(void)state;
	sends("tunnel change id 1 fragment off", FMIP_CMD_TUNNEL_SET, 0, 2);
	assert_flags(0, FMIP_TUNNEL_F_FRAGMENT);
	sends("tunnel change id 1 udp-csum on", FMIP_CMD_TUNNEL_SET, 0, 2);
	assert_flags(FMIP_TUNNEL_F_UDP_CSUM, FMIP_TUNNEL_F_UDP_CSUM);
	sends("tunnel change id 1 flowlabel inherit", FMIP_CMD_TUNNEL_SET, 0, 2);
	assert_flags(FMIP_TUNNEL_F_FLOW_INHERIT, FLOW_FLAGS);
	sends("tunnel change id 1 flowlabel hash", FMIP_CMD_TUNNEL_SET, 0, 2);
	assert_flags(FMIP_TUNNEL_F_FLOW_HASH, FLOW_FLAGS);
	sends("tunnel change id 1 flowlabel 0", FMIP_CMD_TUNNEL_SET, 0, 3);
	assert_flags(0, FLOW_FLAGS);
	assert_int_equal(nla_get_u32(tb[FMIP_TUNNEL_A_FLOWLABEL]), 0);
}

static void defaults_by_name(void **state)
{
	static const char line[] =
		"tunnel replace local 192.0.2.1 remote 192.0.2.2 encap ip4 ttl route\n"
		"dscp inherit encaplimit none";

	(void)state;
	sends(line, FMIP_CMD_TUNNEL_REPLACE, 0, 6);
	assert_int_equal(nla_len(tb[FMIP_TUNNEL_A_LOCAL]), 4);
	assert_int_equal(nla_get_u8(tb[FMIP_TUNNEL_A_TTL]), 0);
	assert_int_equal(nla_get_u8(tb[FMIP_TUNNEL_A_DSCP]), FMIP_DSCP_INHERIT);
	assert_int_equal(nla_get_u8(tb[FMIP_TUNNEL_A_ENCAPLIMIT]),
			 FMIP_ENCAPLIMIT_NONE);
	sends("tunnel change id 1 ttl auto", FMIP_CMD_TUNNEL_SET, 0, 2);
	assert_int_equal(nla_get_u8(tb[FMIP_TUNNEL_A_TTL]), 0);
}

static void others(void **state)
{
	(void)state;
	sends("tunnel change id 3 remote 2001:db8::9", FMIP_CMD_TUNNEL_SET, 0, 2);
	sends("tunnel del id 3", FMIP_CMD_TUNNEL_DEL, 0, 1);
	sends("tunnel show id 3", FMIP_CMD_TUNNEL_GET, 0, 1);
	sends("tunnel show", FMIP_CMD_TUNNEL_GET, NLM_F_DUMP, 0);
	sends("t f", FMIP_CMD_TUNNEL_FLUSH, 0, 0);
	run_with(true, false, false);
	sends("tunnel add local ::1 remote ::2", FMIP_CMD_TUNNEL_NEW,
	      NLM_F_ECHO, 2);
}

static void wrong_tunnels(void **state)
{
	(void)state;
	assert_wrong("tunnel add remote ::2", "tunnel add: 'local' is missing");
	assert_wrong("tunnel add local ::2", "tunnel add: 'remote' is missing");
	assert_wrong("tunnel add local ::2 local ::3",
		     "tunnel add: 'local' is given twice");
	assert_wrong("tunnel add local 2001:db8::x",
		     "tunnel add: \"2001:db8::x\" is not an address for 'local'");
	assert_wrong("tunnel add local ::1 remote ::2 encap ipip",
		     "tunnel add: \"ipip\" is nothing for 'encap', which takes ip6, ip4, gre6, gre4, udp4, tlv4");
	assert_wrong("tunnel add local ::1 remote ::2 ttl 256",
		     "tunnel add: \"256\" is too large for 'ttl', which ends at 255");
	assert_wrong("tunnel add local ::1 remote ::2 sport 65536",
		     "tunnel add: \"65536\" is too large for 'sport', which ends at 65535");
	assert_wrong("tunnel add local ::1 remote ::2 key 7",
		     "tunnel add: \"key\" is unknown, see 'help'");
	assert_wrong("tunnel add local ::1 remote ::2 dscp",
		     "tunnel add: 'dscp' needs a value");
	assert_wrong("tunnel change remote ::2", "tunnel change: 'id' is missing");
	assert_wrong("tunnel del id 1 remote ::2",
		     "tunnel del: \"remote\" is too much, 'id' is enough");
	assert_wrong("tunnel del id 1 ttl auto",
		     "tunnel del: \"ttl\" is too much, 'id' is enough");
	assert_wrong("tunnel flush 1", "tunnel flush: \"1\" is unknown, see 'help'");
}

static void wrong_outer(void **state)
{
	(void)state;
	assert_wrong("tunnel change id 1 dscp 64",
		     "tunnel change: \"64\" is too large for 'dscp', which ends at 63");
	assert_wrong("tunnel change id 1 dscp hash",
		     "tunnel change: \"hash\" is not a number for 'dscp'");
	assert_wrong("tunnel change id 1 dscp 1 dscp inherit",
		     "tunnel change: 'dscp' is given twice");
	assert_wrong("tunnel change id 1 encaplimit 255",
		     "tunnel change: \"255\" is too large for 'encaplimit', which ends at 254");
	assert_wrong("tunnel change id 1 flowlabel 0x100000",
		     "tunnel change: \"0x100000\" is too large for 'flowlabel', which ends at 1048575");
	assert_wrong("tunnel change id 1 flowlabel red",
		     "tunnel change: \"red\" is not a number for 'flowlabel'");
	assert_wrong("tunnel change id 1 flowlabel hash flowlabel 1",
		     "tunnel change: 'flowlabel' is given twice");
	assert_wrong("tunnel change id 1 flowlabel",
		     "tunnel change: 'flowlabel' needs a value");
	assert_wrong("tunnel change id 1 fragment yes",
		     "tunnel change: \"yes\" is nothing for 'fragment', which takes off, on");
	assert_wrong("tunnel change id 1 udp-csum",
		     "tunnel change: 'udp-csum' needs a value");
	assert_wrong("tunnel change id 1 udp-csum on udp-csum on",
		     "tunnel change: 'udp-csum' is given twice");
}

static void settings(void **state)
{
	(void)state;
	sends("config", FMIP_CMD_CONFIG_GET, 0, 0);
	sends("config show", FMIP_CMD_CONFIG_GET, 0, 0);
	sends("config set netns-bytes 64M module-bytes 8G guarantee 48k "
	      "exempt-mark 0x10/0xf0 proxies-max 9",
	      FMIP_CMD_CONFIG_SET, 0, 6);
	assert_int_equal(nla_len(tb[FMIP_CONFIG_A_NETNS_BYTES]), 8);
	assert_true(nla_get_u64(tb[FMIP_CONFIG_A_NETNS_BYTES]) == 64 << 20);
	assert_true(nla_get_u64(tb[FMIP_CONFIG_A_MODULE_BYTES]) == 8ULL << 30);
	assert_true(nla_get_u64(tb[FMIP_CONFIG_A_GUARANTEE]) == 48 << 10);
	assert_int_equal(nla_get_u32(tb[FMIP_CONFIG_A_EXEMPT_MARK]), 0x10);
	assert_int_equal(nla_get_u32(tb[FMIP_CONFIG_A_EXEMPT_MASK]), 0xf0);
	assert_int_equal(nla_get_u32(tb[FMIP_CONFIG_A_PROXIES_MAX]), 9);
	sends("config set exempt-mark 1", FMIP_CMD_CONFIG_SET, 0, 2);
	assert_int_equal(nla_get_u32(tb[FMIP_CONFIG_A_EXEMPT_MASK]), UINT32_MAX);
	sends("stats", FMIP_CMD_STATS_GET, 0, 0);
	sends("stats show", FMIP_CMD_STATS_GET, 0, 0);
}

static void wrong_config(void **state)
{
	(void)state;
	assert_wrong("config set", "config set: what is to be set? see 'help'");
	assert_wrong("config set netns-bytes lots",
		     "config set: \"lots\" is not a size for 'netns-bytes', such as 4096, 64k or 4M");
	assert_wrong("config set exempt-mark 1/",
		     "config set: \"\" is not a number for 'exempt-mark'");
	assert_wrong("config set exempt-mark x/1",
		     "config set: \"x\" is not a number for 'exempt-mark'");
	assert_wrong("config set exempt-mark",
		     "config set: 'exempt-mark' needs a value");
	assert_wrong("config show all", "config show: \"all\" is too much, see 'help'");
	assert_wrong("config frob", "config: \"frob\" is unknown, see 'help'");
	assert_wrong("stats reset", "stats: \"reset\" is unknown, see 'help'");
	assert_wrong("version 2", "version: \"2\" is too much, see 'help'");
}

static void usage(void **state)
{
	static const char *const objects[] = {
		"tunnel", "stats", "config", "monitor", "version",
	};
	char line[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		snprintf(line, sizeof(line), "%s help", objects[i]);
		assert_int_equal(run(line), DONE);
		snprintf(line, sizeof(line), "Usage: fmipctl %s", objects[i]);
		assert_int_equal(strncmp(run_out, line, strlen(line)), 0);
		assert_int_equal(fake_requests, 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, run_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything),
		TEST(encapsulations),
		TEST(flags),
		TEST(defaults_by_name),
		TEST(others),
		TEST(wrong_tunnels),
		TEST(wrong_outer),
		TEST(settings),
		TEST(wrong_config),
		TEST(usage),
	};

	return cmocka_run_group_tests_name("tunnel, config", tests, NULL, NULL);
}
