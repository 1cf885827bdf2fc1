// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host routes by rtnetlink, as a daemon adds them: dev=DEV, with via=ADDR, or
 * encap=seg6 to=ADDR, or instead nexthop=ID.
 */
#include "bench.h"

#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <linux/seg6_iptunnel.h>
#include <net/if.h>

#define SEND_SIZE	32768
#define ENCAP_RED	3	/* SEG6_IPTUN_MODE_ENCAP_RED, younger than Debian's header */

struct spec {
	uint32_t oif, nexthop;
	bool has_via, seg6;
	struct in6_addr via, to;
};

static void put_seg6(struct requests *r, const struct in6_addr *to)
{
	struct {
		int mode;
		struct ipv6_sr_hdr srh;
		struct in6_addr segment;
	} __attribute__((packed)) encap = {
		.mode = ENCAP_RED,
		.srh = { .hdrlen = 2, .type = 4 },
		.segment = *to,
	};
	uint16_t type = LWTUNNEL_ENCAP_SEG6;
	struct nlattr *nest = nl_nest(r, RTA_ENCAP);

	nl_put(r, SEG6_IPTUNNEL_SRH, &encap, sizeof(encap));
	nl_nest_end(r, nest);
	nl_put(r, RTA_ENCAP_TYPE, &type, sizeof(type));
}

static void put_route(struct requests *r, const struct spec *s, uint64_t index)
{
	struct rtmsg rtm = {
		.rtm_family = AF_INET6,
		.rtm_dst_len = 128,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	struct in6_addr host;

	nl_begin(r, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &rtm, sizeof(rtm));
	host_addr(&host, index);
	nl_put(r, RTA_DST, &host, sizeof(host));
	if (s->nexthop)
		nl_put_u32(r, RTA_NH_ID, s->nexthop);
	else
		nl_put_u32(r, RTA_OIF, s->oif);
	if (s->has_via)
		nl_put(r, RTA_GATEWAY, &s->via, sizeof(s->via));
	if (s->seg6)
		put_seg6(r, &s->to);
}

int command_route(uint64_t first, uint64_t count, char **args)
{
	static struct requests r;
	const char *dev = value_of(args, "dev");
	struct spec s = {
		.oif = dev ? if_nametoindex(dev) : 0,
		.nexthop = number_of(args, "nexthop", 0),
		.has_via = value_of(args, "via"),
		.seg6 = value_of(args, "encap"),
	};
	uint64_t i, start;

	if (!s.oif && !s.nexthop)
		die("dev= or nexthop=");
	if (s.has_via)
		address_of(args, "via", &s.via);
	if (s.seg6)
		address_of(args, "to", &s.to);
	nl_open(&r, NETLINK_ROUTE);
	start = begin_ops();
	for (i = first; i < first + count; i++) {
		put_route(&r, &s, i);
		if (nl_full(&r, SEND_SIZE) || i + 1 == first + count) {
			nl_send(&r);
			nl_check(&r);
		}
	}
	end_ops(count, start);
	return 0;
}
