// SPDX-License-Identifier: GPL-2.0-only
/*
 * ndsend - send one Neighbour Discovery message, right or wrong
 *
 *	ndsend una|na|ns|dad --dev IF --target ADDR [OPTION]...
 *
 * una	unsolicited advertisement as RFC 5568 section 6.3 has it: from the
 *	target, to all nodes, no flags, with the target link-layer address
 * na	solicited advertisement: to --dst, with the flags S and O
 * ns	solicitation: to the target's solicited-node group
 * dad	the same from the unspecified address, without a link-layer address
 *
 *	--src ADDR, --dst ADDR, --eth-src MAC, --eth-dst MAC
 *	--lladdr MAC		in the option; default: the interface's own
 *	--no-lladdr		without the option
 *	--flags [r][s][o]	of an advertisement; "" for none
 *	--hop-limit N		default 255
 *	--bad-checksum
 *	--truncate N		only the first N bytes of the ICMPv6 message
 *	--wait-carrier		first wait until the carrier comes up: "ready" on
 *				standard output says that no coming up from then
 *				on is missed
 *	--unplug IF		afterwards, let go what a plug qdisc on IF holds
 *	--log FILE		the events "carrier-up", "NAME-sent", "unplugged"
 */
#include "tool.h"

#include <getopt.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <sys/ioctl.h>

#define OPTION_SIZE	8
#define MESSAGE_MAX	(sizeof(struct nd_neighbor_advert) + OPTION_SIZE)

/* The gap aligns the headers; the frame begins after it. */
struct frame {
	uint8_t gap[2];
	struct ethhdr eth;
	struct ip6_hdr ip6;
	union {
		uint8_t message[MESSAGE_MAX];
		struct icmp6_hdr icmp6;
		struct nd_neighbor_advert nd;
	};
};

struct request {
	const char *name;
	const char *dev;
	const char *log;
	const char *unplug;
	struct in6_addr target, src, dst;
	uint8_t lladdr[ETH_ALEN], eth_src[ETH_ALEN], eth_dst[ETH_ALEN];
	bool has_target, has_src, has_dst, has_lladdr, has_eth_src, has_eth_dst;
	bool no_lladdr, bad_checksum, wait_carrier, has_flags;
	uint32_t flags;
	unsigned int hop_limit;
	unsigned int truncate;
	unsigned int ifindex;
};

/* Interface state as a link message tells it. */
struct carrier {
	unsigned int ifindex;
	bool known;
	bool running;
	uint32_t ups;
};

static void usage(FILE *to)
{
	fputs("Usage: ndsend una|na|ns|dad --dev IF --target ADDR [--src ADDR] [--dst ADDR]\n"
	      "       [--eth-src MAC] [--eth-dst MAC] [--lladdr MAC | --no-lladdr] [--flags [r][s][o]]\n"
	      "       [--hop-limit N] [--bad-checksum] [--truncate N] [--wait-carrier] [--unplug IF]\n"
	      "       [--log FILE]\n", to);
}

static void parse_mac(const char *what, const char *text, uint8_t *mac)
{
	char more;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5], &more) != 6)
		die("%s \"%s\" is not a link-layer address", what, text);
}

static uint32_t parse_flags(const char *text)
{
	uint32_t flags = 0;

	for (; *text; text++) {
		if (*text == 'r')
			flags |= ND_NA_FLAG_ROUTER;
		else if (*text == 's')
			flags |= ND_NA_FLAG_SOLICITED;
		else if (*text == 'o')
			flags |= ND_NA_FLAG_OVERRIDE;
		else
			die("--flags: \"%c\" is none of r, s and o", *text);
	}
	return flags;
}

static struct nl_sock *open_rtnetlink(void)
{
	struct nl_sock *sk = nl_socket_alloc();
	int err = sk ? nl_connect(sk, NETLINK_ROUTE) : -NLE_NOMEM;

	if (err)
		die("rtnetlink: %s", nl_geterror(err));
	return sk;
}

static int on_link(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct nlattr *tb[IFLA_MAX + 1];
	struct carrier *carrier = arg;
	struct ifinfomsg *ifi;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(nlh, sizeof(*ifi), tb, IFLA_MAX, NULL))
		return NL_OK;
	ifi = nlmsg_data(nlh);
	if ((unsigned int)ifi->ifi_index != carrier->ifindex || !tb[IFLA_CARRIER_UP_COUNT])
		return NL_OK;
	carrier->known = true;
	carrier->ups = nla_get_u32(tb[IFLA_CARRIER_UP_COUNT]);
	/*
	 * Carrier alone is too early: until the interface is running, its
	 * queueing discipline throws away what is sent.
	 */
	carrier->running = (ifi->ifi_flags & (IFF_RUNNING | IFF_LOWER_UP)) ==
			   (IFF_RUNNING | IFF_LOWER_UP);
	return NL_OK;
}

static void ask_link(struct nl_sock *sk, unsigned int ifindex)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex };
	int err = nl_send_simple(sk, RTM_GETLINK, 0, &ifi, sizeof(ifi));

	if (err < 0)
		die("interface %u: %s", ifindex, nl_geterror(err));
}

/* The count of ups tells a carrier that came back from one that never went. */
static void wait_carrier(const struct request *req)
{
	struct carrier carrier = { .ifindex = req->ifindex };
	struct nl_sock *sk = open_rtnetlink();
	bool ready = false;
	uint32_t ups = 0;
	int err;

	run_before_others();
	nl_socket_disable_seq_check(sk);
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, on_link, &carrier);
	err = nl_socket_add_membership(sk, RTNLGRP_LINK);
	if (err)
		die("link events: %s", nl_geterror(err));
	ask_link(sk, req->ifindex);
	while (!ready || carrier.ups == ups || !carrier.running) {
		err = nl_recvmsgs_default(sk);
		if (err == -NLE_NOMEM)		/* events were lost: ask */
			ask_link(sk, req->ifindex);
		else if (err < 0)
			die("link events: %s", nl_geterror(err));
		if (!ready && carrier.known) {
			ready = true;
			ups = carrier.ups;
			puts("ready");
			fflush(stdout);
		}
	}
	log_event(req->log, now_ns(), "carrier-up");
	nl_socket_free(sk);
}

static void unplug(const struct request *req)
{
	struct tcmsg tcm = {
		.tcm_ifindex = parse_device("--unplug", req->unplug),
		.tcm_parent = TC_H_ROOT,
	};
	struct tc_plug_qopt qopt = { .action = TCQ_PLUG_RELEASE_INDEFINITE };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWQDISC, 0);
	struct nl_sock *sk = open_rtnetlink();
	int err = -NLE_NOMEM;

	if (msg && !nlmsg_append(msg, &tcm, sizeof(tcm), NLMSG_ALIGNTO) &&
	    !nla_put_string(msg, TCA_KIND, "plug") &&
	    !nla_put(msg, TCA_OPTIONS, sizeof(qopt), &qopt))
		err = nl_send_sync(sk, msg);
	if (err < 0)
		die("plug qdisc on %s: %s", req->unplug, nl_geterror(err));
	log_event(req->log, now_ns(), "unplugged");
	nl_socket_free(sk);
}

static uint32_t sum16(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? p[i] : p[i] << 8;
	return sum;
}

static uint16_t icmp6_checksum(const struct ip6_hdr *ip6, const void *message, size_t len)
{
	uint32_t sum = sum16(0, &ip6->ip6_src, 32);

	sum = sum16(sum + len + IPPROTO_ICMPV6, message, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static struct in6_addr solicited_node(const struct in6_addr *target)
{
	struct in6_addr group = { .s6_addr = { 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff } };

	memcpy(&group.s6_addr[13], &target->s6_addr[13], 3);
	return group;
}

static void fill_defaults(struct request *req)
{
	bool is_una = !strcmp(req->name, "una"), is_na = !strcmp(req->name, "na");
	struct ifreq ifr = { };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", req->dev);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &ifr))
		die("--dev \"%s\": %s", req->dev, strerror(errno));
	close(fd);
	if (!req->has_eth_src)
		memcpy(req->eth_src, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	if (!req->has_lladdr)
		memcpy(req->lladdr, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	if (!strcmp(req->name, "dad"))
		req->no_lladdr = true;
	else if (!req->has_src && (is_una || is_na))
		req->src = req->target;
	else if (!req->has_src)
		die("ns: --src is missing");
	if (!req->has_dst && is_una)
		req->dst = parse_address("all nodes", "ff02::1");
	else if (!req->has_dst && !is_na)
		req->dst = solicited_node(&req->target);
	else if (!req->has_dst)
		die("na: --dst is missing");
	if (!req->has_flags && is_na)
		req->flags = ND_NA_FLAG_SOLICITED | ND_NA_FLAG_OVERRIDE;
	if (!req->has_eth_dst && !IN6_IS_ADDR_MULTICAST(&req->dst))
		die("--eth-dst is missing, and the destination is not multicast");
	if (!req->has_eth_dst) {
		req->eth_dst[0] = 0x33;
		req->eth_dst[1] = 0x33;
		memcpy(req->eth_dst + 2, &req->dst.s6_addr[12], 4);
	}
}

/* Returns the length of the ICMPv6 message. */
static size_t build_message(const struct request *req, struct frame *frame)
{
	bool is_ns = !strcmp(req->name, "ns") || !strcmp(req->name, "dad");
	size_t len = sizeof(frame->nd);

	frame->nd.nd_na_type = is_ns ? ND_NEIGHBOR_SOLICIT : ND_NEIGHBOR_ADVERT;
	frame->nd.nd_na_flags_reserved = is_ns ? 0 : req->flags;
	frame->nd.nd_na_target = req->target;
	if (!req->no_lladdr) {
		frame->message[len] = is_ns ? ND_OPT_SOURCE_LINKADDR : ND_OPT_TARGET_LINKADDR;
		frame->message[len + 1] = 1;
		memcpy(frame->message + len + 2, req->lladdr, ETH_ALEN);
		len += OPTION_SIZE;
	}
	return req->truncate < len ? req->truncate : len;
}

/* Returns the length of the IPv6 packet. */
static size_t build_frame(const struct request *req, struct frame *frame)
{
	size_t len;

	memset(frame, 0, sizeof(*frame));
	len = build_message(req, frame);
	memcpy(frame->eth.h_dest, req->eth_dst, ETH_ALEN);
	memcpy(frame->eth.h_source, req->eth_src, ETH_ALEN);
	frame->eth.h_proto = htons(ETH_P_IPV6);
	frame->ip6.ip6_vfc = 0x60;
	frame->ip6.ip6_plen = htons(len);
	frame->ip6.ip6_nxt = IPPROTO_ICMPV6;
	frame->ip6.ip6_hlim = req->hop_limit;
	frame->ip6.ip6_src = req->src;
	frame->ip6.ip6_dst = req->dst;
	frame->icmp6.icmp6_cksum = icmp6_checksum(&frame->ip6, frame->message, len) ^
				   (req->bad_checksum ? 0xffff : 0);
	return sizeof(frame->ip6) + len;
}

static void send_message(const struct request *req)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = req->ifindex };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct frame frame;
	size_t len = build_frame(req, &frame);
	int64_t when = now_ns();
	char event[16];

	if (fd < 0 || sendto(fd, &frame.eth, sizeof(frame.eth) + len, 0,
			     (struct sockaddr *)&to, sizeof(to)) < 0)
		die("--dev \"%s\": %s", req->dev, strerror(errno));
	close(fd);
	snprintf(event, sizeof(event), "%s-sent", req->name);
	log_event(req->log, when, event);
}

enum {
	OPT_DEV = 256, OPT_TARGET, OPT_SRC, OPT_DST, OPT_ETH_SRC, OPT_ETH_DST, OPT_LLADDR,
	OPT_NO_LLADDR, OPT_FLAGS, OPT_HOP_LIMIT, OPT_BAD_CHECKSUM, OPT_TRUNCATE,
	OPT_WAIT_CARRIER, OPT_UNPLUG, OPT_LOG,
};

static const struct option options[] = {
	{ "dev", required_argument, NULL, OPT_DEV },
	{ "target", required_argument, NULL, OPT_TARGET },
	{ "src", required_argument, NULL, OPT_SRC },
	{ "dst", required_argument, NULL, OPT_DST },
	{ "eth-src", required_argument, NULL, OPT_ETH_SRC },
	{ "eth-dst", required_argument, NULL, OPT_ETH_DST },
	{ "lladdr", required_argument, NULL, OPT_LLADDR },
	{ "no-lladdr", no_argument, NULL, OPT_NO_LLADDR },
	{ "flags", required_argument, NULL, OPT_FLAGS },
	{ "hop-limit", required_argument, NULL, OPT_HOP_LIMIT },
	{ "bad-checksum", no_argument, NULL, OPT_BAD_CHECKSUM },
	{ "truncate", required_argument, NULL, OPT_TRUNCATE },
	{ "wait-carrier", no_argument, NULL, OPT_WAIT_CARRIER },
	{ "unplug", required_argument, NULL, OPT_UNPLUG },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static void take_address_option(struct request *req, int option)
{
	switch (option) {
	case OPT_TARGET:
		req->target = parse_address("--target", optarg);
		req->has_target = true;
		break;
	case OPT_SRC:
		req->src = parse_address("--src", optarg);
		req->has_src = true;
		break;
	case OPT_DST:
		req->dst = parse_address("--dst", optarg);
		req->has_dst = true;
		break;
	case OPT_ETH_SRC:
		parse_mac("--eth-src", optarg, req->eth_src);
		req->has_eth_src = true;
		break;
	case OPT_ETH_DST:
		parse_mac("--eth-dst", optarg, req->eth_dst);
		req->has_eth_dst = true;
		break;
	case OPT_LLADDR:
		parse_mac("--lladdr", optarg, req->lladdr);
		req->has_lladdr = true;
		break;
	}
}

static void take_option(struct request *req, int option)
{
	switch (option) {
	case OPT_DEV:
		req->dev = optarg;
		break;
	case OPT_NO_LLADDR:
		req->no_lladdr = true;
		break;
	case OPT_FLAGS:
		req->flags = parse_flags(optarg);
		req->has_flags = true;
		break;
	case OPT_HOP_LIMIT:
		req->hop_limit = parse_number("--hop-limit", optarg, 0, 255);
		break;
	case OPT_BAD_CHECKSUM:
		req->bad_checksum = true;
		break;
	case OPT_TRUNCATE:
		req->truncate = parse_number("--truncate", optarg, 0, MESSAGE_MAX);
		break;
	case OPT_WAIT_CARRIER:
		req->wait_carrier = true;
		break;
	case OPT_UNPLUG:
		req->unplug = optarg;
		break;
	case OPT_LOG:
		req->log = optarg;
		break;
	default:
		take_address_option(req, option);
	}
}

static bool is_message(const char *name)
{
	return !strcmp(name, "una") || !strcmp(name, "na") || !strcmp(name, "ns") ||
	       !strcmp(name, "dad");
}

int main(int argc, char **argv)
{
	struct request req = { .hop_limit = 255, .truncate = MESSAGE_MAX };
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h' || c == '?') {
			usage(c == 'h' ? stdout : stderr);
			return c == '?';
		}
		take_option(&req, c);
	}
	if (argc - optind != 1 || !is_message(argv[optind]) || !req.dev || !req.has_target) {
		usage(stderr);
		return 1;
	}
	req.name = argv[optind];
	req.ifindex = parse_device("--dev", req.dev);
	fill_defaults(&req);
	if (req.wait_carrier)
		wait_carrier(&req);
	send_message(&req);
	if (req.unplug)
		unplug(&req);
	return 0;
}
