// SPDX-License-Identifier: GPL-2.0-only
/*
 * radio - move a mobile node's radio link from one access point to another
 *
 *	radio move --port IF --to BRIDGE [--netns NAME] [--gap MS] [--log FILE]
 *		   [--on-line] [--echo NETNS,IF,ADDR]
 *		   [--route NETNS,ADDR,GATEWAY,IF]...
 *
 * The far end IF of the mobile node's link leaves its bridge and goes down, so
 * that the node loses its carrier.  MS milliseconds after that is done
 * (default 0) IF joins BRIDGE and comes up.  --on-line waits for a line on
 * standard input first.  --echo then has ADDR answer an echo request, so that
 * all that was sent over the old link before has arrived.  --route replaces, at
 * the moment at which the link is up, the route to ADDR (or "default") of a
 * network namespace.
 *
 * The events "link-down", "link-up" and "routes-switched" are logged, and
 * written to standard output, at the time at which the kernel has confirmed
 * them.
 */
#include "tool.h"

#include <getopt.h>
#include <linux/rtnetlink.h>
#include <netinet/icmp6.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#define ROUTES_MAX	4

struct route {
	struct nl_sock *sk;
	struct nl_msg *msg;
};

struct move {
	const char *netns;
	const char *port;
	const char *to;
	const char *log;
	int64_t gap_ns;
	int on_line;
	struct route routes[ROUTES_MAX];
	int n_routes;
	int echo;	/* raw socket, or -1 */
};

static void usage(FILE *to)
{
	fputs("Usage: radio move --port IF --to BRIDGE [--netns NAME] [--gap MS] [--log FILE]\n"
	      "                  [--on-line] [--echo NETNS,IF,ADDR]\n"
	      "                  [--route NETNS,ADDR,GATEWAY,IF]...\n", to);
}

static struct nl_sock *open_rtnetlink(void)
{
	struct nl_sock *sk = nl_socket_alloc();
	int err = sk ? nl_connect(sk, NETLINK_ROUTE) : -NLE_NOMEM;

	if (err)
		die("rtnetlink: %s", nl_geterror(err));
	return sk;
}

/* One request, so that the change of bridge and of state are one step. */
static void set_link(struct nl_sock *sk, unsigned int ifindex, unsigned int master, int up)
{
	struct ifinfomsg ifi = {
		.ifi_index = ifindex,
		.ifi_flags = up ? IFF_UP : 0,
		.ifi_change = IFF_UP,
	};
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);
	int err = -NLE_NOMEM;

	if (msg && !nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO) &&
	    !nla_put_u32(msg, IFLA_MASTER, master))
		err = nl_send_sync(sk, msg);
	if (err < 0)
		die("interface %u %s: %s", ifindex, up ? "up" : "down", nl_geterror(err));
}

static struct nl_msg *route_message(const char *to, const char *gateway, const char *dev)
{
	struct rtmsg rtm = {
		.rtm_family = AF_INET6,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	struct in6_addr addr, via = parse_address("--route: gateway", gateway);
	unsigned int ifindex = parse_device("--route", dev);
	struct nl_msg *msg;
	int is_default = !strcmp(to, "default");

	if (!is_default) {
		addr = parse_address("--route", to);
		rtm.rtm_dst_len = 128;
	}
	msg = nlmsg_alloc_simple(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
	if (!msg || nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO) ||
	    (!is_default && nla_put(msg, RTA_DST, sizeof(addr), &addr)) ||
	    nla_put(msg, RTA_GATEWAY, sizeof(via), &via) || nla_put_u32(msg, RTA_OIF, ifindex))
		die("out of memory");
	return msg;
}

/* A socket keeps the network namespace in which it was made. */
static int leave_home(const char *netns)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (home < 0)
		die("network namespace: %s", strerror(errno));
	enter_netns(netns);
	return home;
}

static void return_home(int home)
{
	if (setns(home, CLONE_NEWNET))
		die("network namespace: %s", strerror(errno));
	close(home);
}

static void prepare_echo(struct move *move, char *text)
{
	const char *netns = strsep(&text, ","), *dev = strsep(&text, ",");
	const struct timeval patience = { .tv_sec = 5 };
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	struct icmp6_filter filter;
	int home;

	if (!text)
		die("--echo is not NETNS,IF,ADDR");
	to.sin6_addr = parse_address("--echo", text);
	home = leave_home(netns);
	to.sin6_scope_id = parse_device("--echo", dev);
	move->echo = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
	if (move->echo < 0 || connect(move->echo, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(move->echo, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) ||
	    setsockopt(move->echo, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		die("--echo: %s", strerror(errno));
	return_home(home);
}

static void exchange_echo(int fd)
{
	struct icmp6_hdr request = { .icmp6_type = ICMP6_ECHO_REQUEST }, reply = { };

	request.icmp6_id = htons(getpid());
	if (send(fd, &request, sizeof(request), 0) < 0)
		die("--echo: %s", strerror(errno));
	while (reply.icmp6_id != request.icmp6_id)
		if (recv(fd, &reply, sizeof(reply), 0) < 0)
			die("--echo: no answer: %s", strerror(errno));
	close(fd);
}

static void prepare_route(struct move *move, char *text)
{
	const char *netns = strsep(&text, ","), *to = strsep(&text, ",");
	const char *gateway = strsep(&text, ","), *dev = strsep(&text, ",");
	struct route *route = &move->routes[move->n_routes];
	int home;

	if (!dev || text)
		die("--route is not NETNS,ADDR,GATEWAY,IF");
	if (move->n_routes++ == ROUTES_MAX)
		die("--route: more than %d", ROUTES_MAX);
	home = leave_home(netns);
	route->sk = open_rtnetlink();
	route->msg = route_message(to, gateway, dev);
	return_home(home);
}

static void switch_routes(struct move *move)
{
	int err;

	for (struct route *route = move->routes; route < move->routes + move->n_routes; route++) {
		err = nl_send_sync(route->sk, route->msg);
		if (err < 0)
			die("--route: %s", nl_geterror(err));
		nl_socket_free(route->sk);
	}
}

static void tell(const struct move *move, int64_t when, const char *event)
{
	log_event(move->log, when, event);
	printf("%" PRId64 " %s\n", when, event);
	fflush(stdout);
}

static void run(struct move *move)
{
	unsigned int port, bridge;
	struct nl_sock *sk;
	int64_t down, up, switched;

	if (move->netns)
		enter_netns(move->netns);
	port = parse_device("--port", move->port);
	bridge = parse_device("--to", move->to);
	sk = open_rtnetlink();
	run_before_others();
	if (move->on_line) {
		puts("ready");
		fflush(stdout);
		for (int c = getchar(); c != '\n'; c = getchar())
			if (c == EOF)
				die("standard input ended before a line came");
	}
	if (move->echo >= 0)
		exchange_echo(move->echo);
	set_link(sk, port, 0, 0);
	down = now_ns();
	tell(move, down, "link-down");
	sleep_until_ns(down + move->gap_ns);
	set_link(sk, port, bridge, 1);
	up = now_ns();
	switch_routes(move);
	switched = now_ns();
	tell(move, up, "link-up");
	if (move->n_routes)
		tell(move, switched, "routes-switched");
	nl_socket_free(sk);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "netns", required_argument, NULL, 'n' },
		{ "port", required_argument, NULL, 'p' },
		{ "to", required_argument, NULL, 't' },
		{ "gap", required_argument, NULL, 'g' },
		{ "log", required_argument, NULL, 'l' },
		{ "on-line", no_argument, NULL, 'o' },
		{ "echo", required_argument, NULL, 'e' },
		{ "route", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	struct move move = { .echo = -1 };
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'n':
			move.netns = optarg;
			break;
		case 'p':
			move.port = optarg;
			break;
		case 't':
			move.to = optarg;
			break;
		case 'g':
			move.gap_ns = parse_number("--gap", optarg, 0, 3600000) * NSEC_PER_MSEC;
			break;
		case 'l':
			move.log = optarg;
			break;
		case 'o':
			move.on_line = 1;
			break;
		case 'e':
			prepare_echo(&move, optarg);
			break;
		case 'r':
			prepare_route(&move, optarg);
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 1;
		}
	}
	if (argc - optind != 1 || strcmp(argv[optind], "move") || !move.port || !move.to) {
		usage(stderr);
		return 1;
	}
	run(&move);
	return 0;
}
