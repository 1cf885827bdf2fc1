// SPDX-License-Identifier: GPL-2.0-only
/*
 * nodes - bindings of very many nodes, and their packets
 *
 *	nodes add --netns NAME [--first N] --count N [--matches N] [--hold]
 *		  [--lifetime MS] (--tunnel ID | --dev NAME [--una])
 *	nodes dump --netns NAME
 *	nodes handovers --netns NAME [--first N] --count N --from NAME --local ADDR
 *	nodes una --dev NAME [--first N] --count N
 *	nodes send [--first N] --count N --packets N
 *	nodes recv --count N --packets N
 *
 * Node N has the address 2001:db8:a::N, in hexadecimal digits, 16 bits a group, and
 * with --matches so many prefixes of 128 bits, that differ in the fifth group.
 *
 * add makes a binding for each of them, with id N, in lists of many.  dump counts
 * those that there are, and prints how many.  handovers makes for each a tunnel from
 * --local to 2001:db8:4::N and a binding that holds for it, has every tenth sent two
 * packets by the namespace --from, opens the gate, and deletes both.
 *
 * una announces the nodes, one after another, from the device's address.  send sends
 * each a packet, then each the next.  recv writes "ready" to standard output, takes
 * what comes for any of them until it has all, or nothing has come for 2 seconds, and
 * prints "received N duplicated N reordered N", the latter for each node by itself.
 */
#include "tool.h"

#include <getopt.h>
#include <linux/fmip.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define REQUEST_MAX	61440
#define BATCH		500		/* entries of a request */
#define PORT		17000
#define IDLE_MS		2000
#define ANSWERS		(4 << 20)	/* room for answers to a request */
#define PATIENCE_NS	(60 * NSEC_PER_SEC)

struct args {
	const char *netns, *from, *dev;
	struct in6_addr local;
	uint32_t first, count, matches, lifetime, tunnel, packets;
	bool hold, una;
};

/* ---- netlink ------------------------------------------------------------ */

static struct {
	int fd;
	uint16_t family;
	uint32_t seq;
	union {
		struct nlmsghdr nlh;
		char bytes[65536];
	} request;
	char answer[65536];
} nl;

static void *end(void)
{
	return nl.request.bytes + nl.request.nlh.nlmsg_len;
}

static void begin(uint16_t type, uint16_t flags, uint8_t cmd)
{
	struct genlmsghdr *genl = NLMSG_DATA(&nl.request.nlh);

	nl.request.nlh = (struct nlmsghdr) {
		.nlmsg_len = NLMSG_LENGTH(sizeof(*genl)),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | flags,
		.nlmsg_seq = ++nl.seq,
	};
	*genl = (struct genlmsghdr) { .cmd = cmd, .version = FMIP_GENL_VERSION };
}

static void put(uint16_t type, const void *data, uint16_t len)
{
	struct nlattr *attr = end();

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memset(attr + 1, 0, NLA_ALIGN(len));
	if (len)
		memcpy(attr + 1, data, len);
	nl.request.nlh.nlmsg_len += NLA_HDRLEN + NLA_ALIGN(len);
}

static void put_u32(uint16_t type, uint32_t value)
{
	put(type, &value, sizeof(value));
}

static void put_u8(uint16_t type, uint8_t value)
{
	put(type, &value, sizeof(value));
}

static struct nlattr *nest(uint16_t type)
{
	struct nlattr *attr = end();

	put(type | NLA_F_NESTED, NULL, 0);
	return attr;
}

static void nest_end(struct nlattr *attr)
{
	attr->nla_len = (char *)end() - (char *)attr;
}

static struct nlattr *find(const struct nlmsghdr *nlh, uint16_t type)
{
	char *at = (char *)NLMSG_DATA(nlh) + GENL_HDRLEN;
	const char *last = (const char *)nlh + nlh->nlmsg_len;
	struct nlattr *attr;

	for (; at + NLA_HDRLEN <= last; at += NLA_ALIGN(attr->nla_len)) {
		attr = (struct nlattr *)at;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
	}
	return NULL;
}

static void check_results(const struct nlmsghdr *nlh, uint16_t type)
{
	struct nlattr *list = find(nlh, type), *item, *attr;
	char *at;

	for (at = list ? (char *)(list + 1) : NULL; at && at < (char *)list + list->nla_len;
	     at += NLA_ALIGN(item->nla_len)) {
		item = (struct nlattr *)at;
		attr = item + 1;
		if (attr->nla_type == FMIP_RESULT_A_ERROR && *(int32_t *)(attr + 1))
			die("refused: %s", strerror(-*(int32_t *)(attr + 1)));
	}
}

/* Sends what has been put together, and reads the answers to their end. */
static uint64_t ask(void (*reader)(const struct nlmsghdr *nlh, uint64_t *result))
{
	uint64_t result = 0;
	struct nlmsghdr *nlh;
	ssize_t len;

	if (send(nl.fd, &nl.request, nl.request.nlh.nlmsg_len, 0) < 0)
		die("netlink: %s", strerror(errno));
	for (;;) {
		len = recv(nl.fd, nl.answer, sizeof(nl.answer), 0);
		if (len < 0)
			die("netlink: %s", strerror(errno));
		for (nlh = (struct nlmsghdr *)nl.answer; NLMSG_OK(nlh, len);
		     nlh = NLMSG_NEXT(nlh, len)) {
			if (nlh->nlmsg_type == NLMSG_DONE)
				return result;
			if (nlh->nlmsg_type != NLMSG_ERROR) {
				reader(nlh, &result);
				continue;
			}
			if (*(int *)NLMSG_DATA(nlh))
				die("refused: %s", strerror(-*(int *)NLMSG_DATA(nlh)));
			return result;
		}
	}
}

static void read_family(const struct nlmsghdr *nlh, uint64_t *result)
{
	struct nlattr *attr = find(nlh, CTRL_ATTR_FAMILY_ID);

	if (attr)
		*result = *(uint16_t *)(attr + 1);
}

static void read_results(const struct nlmsghdr *nlh, uint64_t *result)
{
	(void)result;
	check_results(nlh, FMIP_BINDING_A_RESULTS);
	check_results(nlh, FMIP_TUNNEL_A_RESULTS);
}

static void count_one(const struct nlmsghdr *nlh, uint64_t *result)
{
	(void)nlh;
	++*result;
}

static void read_received(const struct nlmsghdr *nlh, uint64_t *result)
{
	struct nlattr *attr = find(nlh, FMIP_STATS_A_RECEIVED_PACKETS);

	if (attr)
		memcpy(result, attr + 1, sizeof(*result));
}

static void open_netlink(const char *netns)
{
	int room = ANSWERS;

	if (netns)
		enter_netns(netns);
	nl.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (nl.fd < 0 || setsockopt(nl.fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		die("netlink: %s", strerror(errno));
	begin(GENL_ID_CTRL, NLM_F_ACK, CTRL_CMD_GETFAMILY);
	put(CTRL_ATTR_FAMILY_NAME, FMIP_GENL_NAME, sizeof(FMIP_GENL_NAME));
	nl.family = ask(read_family);
}

/* ---- what nodes are made of ---------------------------------------------- */

static struct in6_addr address(uint16_t net, uint32_t node, uint16_t match)
{
	struct in6_addr addr = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb8, net >> 8, net } };

	addr.s6_addr[8] = match >> 8;
	addr.s6_addr[9] = match;
	addr.s6_addr32[3] = htonl(node);
	return addr;
}

static void put_address(uint16_t type, struct in6_addr addr)
{
	put(type, &addr, sizeof(addr));
}

/* Many entries of a command; @entry puts one. */
static void many(uint8_t cmd, uint16_t entries, const struct args *args, uint32_t first,
		 uint32_t count, void (*entry)(const struct args *args, uint32_t node))
{
	struct nlattr *list, *item;
	uint32_t n, node = first;

	while (node < first + count) {
		begin(nl.family, NLM_F_ACK, cmd);
		list = nest(entries);
		for (n = 0; n < BATCH && node < first + count &&
		     nl.request.nlh.nlmsg_len < REQUEST_MAX; n++) {
			item = nest(1);
			entry(args, node++);
			nest_end(item);
		}
		nest_end(list);
		ask(read_results);
	}
}

static void many_bindings(uint8_t cmd, const struct args *args, uint32_t first, uint32_t count,
			  void (*entry)(const struct args *args, uint32_t node))
{
	many(cmd, FMIP_BINDING_A_ENTRIES, args, first, count, entry);
}

static void put_matches(const struct args *args, uint32_t node)
{
	struct nlattr *list = nest(FMIP_BINDING_A_MATCHES), *item;
	uint32_t i;

	for (i = 0; i < args->matches; i++) {
		item = nest(1);
		put_address(FMIP_MATCH_A_ADDR, address(0xa, node, i));
		nest_end(item);
	}
	nest_end(list);
}

static void put_target(const struct args *args)
{
	struct nlattr *list = nest(FMIP_BINDING_A_TARGETS), *item = nest(1);

	put_u8(FMIP_TARGET_A_TYPE, args->tunnel ? FMIP_TARGET_TUNNEL : FMIP_TARGET_LINK);
	if (args->tunnel)
		put_u32(FMIP_TARGET_A_TUNNEL, args->tunnel);
	else
		put_u32(FMIP_TARGET_A_IFINDEX, parse_device("device", args->dev));
	nest_end(item);
	nest_end(list);
}

static void put_attach(const struct args *args)
{
	struct nlattr *list = nest(FMIP_BINDING_A_ATTACH);

	put_u32(FMIP_ATTACH_A_IFINDEX, parse_device("device", args->dev));
	nest_end(list);
}

static void put_binding(const struct args *args, uint32_t node)
{
	put_u32(FMIP_BINDING_A_ID, node);
	put_matches(args, node);
	put_target(args);
	if (args->hold)
		put_u8(FMIP_BINDING_A_GATE, FMIP_GATE_HOLD);
	if (args->lifetime)
		put_u32(FMIP_BINDING_A_LIFETIME, args->lifetime);
	if (args->una)
		put_attach(args);
}

static void put_id(const struct args *args, uint32_t node)
{
	(void)args;
	put_u32(FMIP_BINDING_A_ID, node);
}

static void put_open(const struct args *args, uint32_t node)
{
	put_id(args, node);
	put_u8(FMIP_BINDING_A_GATE, FMIP_GATE_OPEN);
}

static void put_tunnel(const struct args *args, uint32_t node)
{
	put_u32(FMIP_TUNNEL_A_ID, node);
	put_address(FMIP_TUNNEL_A_LOCAL, args->local);
	put_address(FMIP_TUNNEL_A_REMOTE, address(0x4, node, 0));
}

static void put_tunnel_id(const struct args *args, uint32_t node)
{
	(void)args;
	put_u32(FMIP_TUNNEL_A_ID, node);
}

static void put_handover(const struct args *args, uint32_t node)
{
	struct args one = *args;

	one.tunnel = node;
	one.hold = true;
	put_binding(&one, node);
}

/* ---- packets ------------------------------------------------------------- */

/* What is in a packet, in the byte order of this machine. */
struct payload {
	uint32_t node;
	uint32_t number;
};

static int udp_socket(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("UDP: %s", strerror(errno));
	return fd;
}

static void send_packet(int fd, uint32_t node, uint32_t number)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(PORT),
		.sin6_addr = address(0xa, node, 0),
	};
	struct payload payload = { .node = node, .number = number };

	if (sendto(fd, &payload, sizeof(payload), 0, (void *)&to, sizeof(to)) < 0)
		die("UDP: %s", strerror(errno));
}

static void send_packets(const struct args *args)
{
	uint32_t node, number;
	int fd = udp_socket();

	for (number = 0; number < args->packets; number++)
		for (node = args->first; node < args->first + args->count; node++)
			send_packet(fd, node, number);
}

/* What has arrived of a node. */
struct arrivals {
	uint32_t next;		/* one more than the highest number */
	uint8_t *seen;		/* by number */
};

static void recv_packets(const struct args *args)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	uint64_t received = 0, duplicated = 0, reordered = 0;
	struct arrivals *nodes = calloc(args->count, sizeof(*nodes)), *a;
	struct payload p;
	int room = 64 << 20, fd = udp_socket();
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	uint32_t i;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (void *)&any, sizeof(any)))
		die("UDP: %s", strerror(errno));
	for (i = 0; nodes && i < args->count; i++) {
		nodes[i].seen = calloc(args->packets, 1);
		if (!nodes[i].seen)
			die("out of memory");
	}
	puts("ready");
	fflush(stdout);
	while (received < (uint64_t)args->count * args->packets &&
	       poll(&poller, 1, received ? IDLE_MS : -1) > 0) {
		if (recv(fd, &p, sizeof(p), 0) != sizeof(p) || p.node < args->first ||
		    p.node - args->first >= args->count || p.number >= args->packets)
			die("a strange packet");
		a = &nodes[p.node - args->first];
		if (a->seen[p.number]++) {
			duplicated++;
			continue;
		}
		received++;
		reordered += p.number < a->next;
		a->next = p.number < a->next ? a->next : p.number + 1;
	}
	printf("received %" PRIu64 " duplicated %" PRIu64 " reordered %" PRIu64 "\n",
	       received, duplicated, reordered);
	for (i = 0; nodes && i < args->count; i++)
		free(nodes[i].seen);
	free(nodes);
}

struct announcement {
	struct ethhdr eth;
	struct ip6_hdr ip;
	struct nd_neighbor_advert na;
	struct nd_opt_hdr opt;
	uint8_t mac[ETH_ALEN];
} __attribute__((packed));

static uint16_t checksum(const struct announcement *a)
{
	const uint8_t *byte = (const uint8_t *)&a->ip.ip6_src;
	uint32_t sum = IPPROTO_ICMPV6 + ntohs(a->ip.ip6_plen);

	for (; byte < (const uint8_t *)(a + 1); byte += 2)
		sum += byte[0] << 8 | byte[1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static void announce(const struct args *args)
{
	struct announcement a = {
		.eth = { .h_dest = { 0x33, 0x33, 0, 0, 0, 1 }, .h_proto = htons(ETH_P_IPV6) },
		.ip = { .ip6_dst = IN6ADDR_LOOPBACK_INIT },
		.na = { .nd_na_type = ND_NEIGHBOR_ADVERT },
		.opt = { .nd_opt_type = ND_OPT_TARGET_LINKADDR, .nd_opt_len = 1 },
	};
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = ETH_ALEN };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { 0 };
	uint32_t node;

	to.sll_ifindex = parse_device("device", args->dev);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", args->dev);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &ifr))
		die("%s: %s", args->dev, strerror(errno));
	memcpy(a.eth.h_source, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	memcpy(a.mac, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	a.ip.ip6_flow = htonl(6U << 28);
	a.ip.ip6_plen = htons(sizeof(a) - offsetof(struct announcement, na));
	a.ip.ip6_nxt = IPPROTO_ICMPV6;
	a.ip.ip6_hlim = 255;
	a.ip.ip6_dst.s6_addr[0] = 0xff;
	a.ip.ip6_dst.s6_addr[1] = 0x02;
	for (node = args->first; node < args->first + args->count; node++) {
		a.ip.ip6_src = address(0xa, node, 0);
		a.na.nd_na_target = a.ip.ip6_src;
		a.na.nd_na_cksum = 0;
		a.na.nd_na_cksum = checksum(&a);
		if (sendto(fd, &a, sizeof(a), 0, (void *)&to, sizeof(to)) < 0)
			die("%s: %s", args->dev, strerror(errno));
	}
}

/* ---- handovers ------------------------------------------------------------ */

static uint64_t received(void)
{
	begin(nl.family, NLM_F_ACK, FMIP_CMD_STATS_GET);
	return ask(read_received);
}

/* Every tenth of them gets two packets, which are held when this returns. */
static void some_packets(int udp, uint32_t first, uint32_t count)
{
	uint64_t wanted = received();
	int64_t until = now_ns() + PATIENCE_NS;
	uint32_t node;

	for (node = first; node < first + count; node += 10) {
		send_packet(udp, node, 0);
		send_packet(udp, node, 1);
		wanted += 2;
	}
	while (received() < wanted)
		if (now_ns() > until)
			die("packets get lost on their way to the router");
}

static void handovers(const struct args *args)
{
	uint32_t first, n;
	int udp;

	enter_netns(args->from);
	udp = udp_socket();
	open_netlink(args->netns);
	for (first = args->first; first < args->first + args->count; first += n) {
		n = args->first + args->count - first;
		n = n < BATCH ? n : BATCH;
		many(FMIP_CMD_TUNNEL_NEW, FMIP_TUNNEL_A_ENTRIES, args, first, n, put_tunnel);
		many_bindings(FMIP_CMD_BINDING_NEW, args, first, n, put_handover);
		some_packets(udp, first, n);
		many_bindings(FMIP_CMD_BINDING_SET, args, first, n, put_open);
		many_bindings(FMIP_CMD_BINDING_DEL, args, first, n, put_id);
		many(FMIP_CMD_TUNNEL_DEL, FMIP_TUNNEL_A_ENTRIES, args, first, n, put_tunnel_id);
	}
}

/* ---- the command line ----------------------------------------------------- */

/* Returns false if the option is none of these. */
static bool parse_name(struct args *args, int option, const char *value)
{
	switch (option) {
	case 'n':
		args->netns = value;
		return true;
	case 'f':
		args->from = value;
		return true;
	case 'd':
		args->dev = value;
		return true;
	case 'l':
		args->local = parse_address("local", value);
		return true;
	case 'h':
		args->hold = true;
		return true;
	case 'u':
		args->una = true;
		return true;
	}
	return false;
}

static bool parse_count(struct args *args, int option, const char *value)
{
	switch (option) {
	case '1':
		args->first = parse_number("first", value, 1, UINT32_MAX);
		return true;
	case 'c':
		args->count = parse_number("count", value, 1, 1 << 24);
		return true;
	case 'm':
		args->matches = parse_number("matches", value, 1, FMIP_MATCHES_MAX);
		return true;
	case 't':
		args->lifetime = parse_number("lifetime", value, 1, UINT32_MAX);
		return true;
	case 'i':
		args->tunnel = parse_number("tunnel", value, 1, UINT32_MAX);
		return true;
	case 'p':
		args->packets = parse_number("packets", value, 1, 1 << 16);
		return true;
	}
	return false;
}

static void parse(struct args *args, int argc, char **argv)
{
	static const struct option options[] = {
		{ "netns", required_argument, NULL, 'n' },
		{ "from", required_argument, NULL, 'f' },
		{ "dev", required_argument, NULL, 'd' },
		{ "local", required_argument, NULL, 'l' },
		{ "first", required_argument, NULL, '1' },
		{ "count", required_argument, NULL, 'c' },
		{ "matches", required_argument, NULL, 'm' },
		{ "lifetime", required_argument, NULL, 't' },
		{ "tunnel", required_argument, NULL, 'i' },
		{ "packets", required_argument, NULL, 'p' },
		{ "hold", no_argument, NULL, 'h' },
		{ "una", no_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 }
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!parse_name(args, option, optarg) && !parse_count(args, option, optarg))
			exit(1);
}

int main(int argc, char **argv)
{
	struct args args = { .first = 1, .count = 1, .matches = 1, .packets = 1 };
	const char *verb = argc > 1 ? argv[1] : "";

	parse(&args, argc, argv);
	if (!strcmp(verb, "add")) {
		open_netlink(args.netns);
		many_bindings(FMIP_CMD_BINDING_NEW, &args, args.first, args.count, put_binding);
	} else if (!strcmp(verb, "dump")) {
		open_netlink(args.netns);
		begin(nl.family, NLM_F_DUMP, FMIP_CMD_BINDING_GET);
		printf("%" PRIu64 "\n", ask(count_one));
	} else if (!strcmp(verb, "handovers")) {
		handovers(&args);
	} else if (!strcmp(verb, "una")) {
		announce(&args);
	} else if (!strcmp(verb, "send")) {
		send_packets(&args);
	} else if (!strcmp(verb, "recv")) {
		recv_packets(&args);
	} else {
		die("what is to be done? see the head of the source");
	}
	return 0;
}
