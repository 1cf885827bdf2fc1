// SPDX-License-Identifier: GPL-2.0-only
/*
 * radio - move a mobile node's radio link from one access point to another
 *
 *	radio move --port IF --to BRIDGE [--netns NAME] [--gap MS] [--log FILE]
 *		   [--on-line] [--echo NETNS,IF,ADDR] [--tell-down SOCKET,TEXT]...
 *		   [--carrier NETNS,IF | --ask NETNS,IF,ADDR[,FROM] |
 *		    --route NETNS,ADDR,GATEWAY,IF | --tell SOCKET,TEXT]...
 *
 * The far end IF of the mobile node's link leaves its bridge and goes down, so
 * that the node loses its carrier.  MS milliseconds after that is done
 * (default 0) IF joins BRIDGE and comes up.  --on-line waits for a line on
 * standard input first.  --echo then has ADDR answer an echo request, so that
 * all that was sent over the old link before has arrived.  What follows happens
 * when the link is up, in the order in which it is given: --carrier waits until the
 * node can use its end of it; --ask has ADDR answer an echo request, sent from FROM,
 * and waits for that, as a node waits for an answer of any kind; --route replaces
 * the route to ADDR (or "default") of a network namespace; --tell writes the line
 * TEXT to a UNIX socket, as who controls radios tells a daemon of them.  --tell-down
 * does that when the link is down.  A "%" in TEXT becomes the time of the event.
 *
 * The events "detach", "link-down", "link-up" and "routes-switched" are logged, and
 * written to standard output, at the time at which the kernel has confirmed them,
 * but for "detach", which is when that begins, before --echo: what is sent later may
 * be lost.
 */
#include "tool.h"

#include <getopt.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <netinet/icmp6.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <sys/un.h>

#define STEPS_MAX	8

/**
 * struct step - something that is done when the link has changed
 * @take: does it; is given when that was
 * @sk: rtnetlink, where it is needed
 * @msg: a request
 * @ifindex: an interface
 * @known: the next two are
 * @ups: how often its carrier has come up
 * @running: it can be used
 * @fd: a socket, to a node or a daemon
 * @text: what that is told
 */
struct step {
	void (*take)(struct step *step, int64_t when);
	struct nl_sock *sk;
	struct nl_msg *msg;
	unsigned int ifindex;
	bool known;
	uint32_t ups;
	bool running;
	int fd;
	const char *text;
};

struct steps {
	struct step step[STEPS_MAX];
	int n;
};

struct move {
	const char *netns;
	const char *port;
	const char *to;
	const char *log;
	int64_t gap_ns;
	int on_line;
	struct steps down;
	struct steps up;
	int echo;	/* raw socket, or -1 */
};

static void usage(FILE *to)
{
	fputs("Usage: radio move --port IF --to BRIDGE [--netns NAME] [--gap MS] [--log FILE]\n"
	      "                  [--on-line] [--echo NETNS,IF,ADDR] [--tell-down SOCKET,TEXT]...\n"
	      "                  [--carrier NETNS,IF | --ask NETNS,IF,ADDR[,FROM] |\n"
	      "                   --route NETNS,ADDR,GATEWAY,IF | --tell SOCKET,TEXT]...\n",
	      to);
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

/* TEXT is "NETNS,IF,ADDR", or "NETNS,IF,ADDR,FROM". */
static int open_echo(const char *option, char *text)
{
	const char *netns = strsep(&text, ","), *dev = strsep(&text, ",");
	const char *addr = strsep(&text, ",");
	const struct timeval patience = { .tv_sec = 5 };
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	struct sockaddr_in6 from = { .sin6_family = AF_INET6 };
	struct icmp6_filter filter;
	int home, fd;

	if (!addr)
		die("%s is not NETNS,IF,ADDR", option);
	to.sin6_addr = parse_address(option, addr);
	if (text)
		from.sin6_addr = parse_address(option, text);
	home = leave_home(netns);
	to.sin6_scope_id = parse_device(option, dev);
	fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
	if (fd < 0 || (text && bind(fd, (struct sockaddr *)&from, sizeof(from))) ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		die("%s: %s", option, strerror(errno));
	return_home(home);
	return fd;
}

static void exchange_echo(int fd)
{
	struct icmp6_hdr request = { .icmp6_type = ICMP6_ECHO_REQUEST }, reply = { };

	request.icmp6_id = htons(getpid());
	if (send(fd, &request, sizeof(request), 0) < 0)
		die("echo: %s", strerror(errno));
	while (reply.icmp6_id != request.icmp6_id)
		if (recv(fd, &reply, sizeof(reply), 0) < 0)
			die("echo: no answer: %s", strerror(errno));
	close(fd);
}

static struct step *add_step(struct steps *steps, void (*take)(struct step *, int64_t))
{
	struct step *step = &steps->step[steps->n];

	if (steps->n++ == STEPS_MAX)
		die("more than %d things to do when the link has changed", STEPS_MAX);
	step->take = take;
	return step;
}

static void ask(struct step *step, int64_t when)
{
	(void)when;
	exchange_echo(step->fd);
}

static void prepare_ask(struct move *move, char *text)
{
	add_step(&move->up, ask)->fd = open_echo("--ask", text);
}

static void switch_route(struct step *step, int64_t when)
{
	int err = nl_send_sync(step->sk, step->msg);

	(void)when;
	if (err < 0)
		die("--route: %s", nl_geterror(err));
	nl_socket_free(step->sk);
}

static void prepare_route(struct move *move, char *text)
{
	const char *netns = strsep(&text, ","), *to = strsep(&text, ",");
	const char *gateway = strsep(&text, ","), *dev = strsep(&text, ",");
	struct step *step = add_step(&move->up, switch_route);
	int home;

	if (!dev || text)
		die("--route is not NETNS,ADDR,GATEWAY,IF");
	home = leave_home(netns);
	step->sk = open_rtnetlink();
	step->msg = route_message(to, gateway, dev);
	return_home(home);
}

/* Until it is running, an interface throws away what is sent. */
static int on_link(struct nl_msg *msg, void *arg)
{
	const unsigned int running = IFF_RUNNING | IFF_LOWER_UP;
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct nlattr *tb[IFLA_MAX + 1];
	struct step *step = arg;
	struct ifinfomsg *ifi;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(nlh, sizeof(*ifi), tb, IFLA_MAX, NULL))
		return NL_OK;
	ifi = nlmsg_data(nlh);
	if ((unsigned int)ifi->ifi_index != step->ifindex || !tb[IFLA_CARRIER_UP_COUNT])
		return NL_OK;
	step->known = true;
	step->ups = nla_get_u32(tb[IFLA_CARRIER_UP_COUNT]);
	step->running = (ifi->ifi_flags & running) == running;
	return NL_OK;
}

static void ask_link(struct step *step)
{
	struct ifinfomsg ifi = { .ifi_index = step->ifindex };
	int err = nl_send_simple(step->sk, RTM_GETLINK, 0, &ifi, sizeof(ifi));

	if (err < 0)
		die("--carrier: %s", nl_geterror(err));
}

static void read_link(struct step *step)
{
	int err = nl_recvmsgs_default(step->sk);

	if (err == -NLE_NOMEM)		/* events were lost: ask */
		ask_link(step);
	else if (err < 0)
		die("--carrier: %s", nl_geterror(err));
}

/* The count of ups tells a carrier that came back from one that never went. */
static void wait_carrier(struct step *step, int64_t when)
{
	uint32_t ups = step->ups;

	(void)when;
	while (step->ups == ups || !step->running)
		read_link(step);
	nl_socket_free(step->sk);
}

static void prepare_carrier(struct move *move, char *text)
{
	const char *netns = strsep(&text, ","), *dev = strsep(&text, ",");
	struct step *step = add_step(&move->up, wait_carrier);
	int home, err;

	if (!dev || text)
		die("--carrier is not NETNS,IF");
	home = leave_home(netns);
	step->ifindex = parse_device("--carrier", dev);
	step->sk = open_rtnetlink();
	return_home(home);
	nl_socket_disable_seq_check(step->sk);
	nl_socket_modify_cb(step->sk, NL_CB_VALID, NL_CB_CUSTOM, on_link, step);
	err = nl_socket_add_membership(step->sk, RTNLGRP_LINK);
	if (err)
		die("link events: %s", nl_geterror(err));
	ask_link(step);
	while (!step->known)
		read_link(step);
}

static void tell_daemon(struct step *step, int64_t when)
{
	const char *time = strchr(step->text, '%');
	int len = time ? time - step->text : (int)strlen(step->text), n;

	if (time)
		n = dprintf(step->fd, "%.*s%" PRId64 "%s\n", len, step->text, when, time + 1);
	else
		n = dprintf(step->fd, "%s\n", step->text);
	if (n < 0)
		die("\"%s\" cannot be told: %s", step->text, strerror(errno));
}

static void prepare_tell(struct steps *steps, const char *option, char *text)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = strsep(&text, ",");
	struct step *step = add_step(steps, tell_daemon);

	if (!text || strlen(path) >= sizeof(to.sun_path))
		die("%s is not SOCKET,TEXT", option);
	strcpy(to.sun_path, path);
	step->text = text;
	step->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (step->fd < 0 || connect(step->fd, (struct sockaddr *)&to, sizeof(to)))
		die("%s: %s: %s", option, path, strerror(errno));
}

/* Who was told answers with a line, which has the word if it is an error. */
static void read_answers(struct steps *steps)
{
	char answer[1024];
	struct step *step;
	ssize_t n;

	for (step = steps->step; step < steps->step + steps->n; step++) {
		if (step->take != tell_daemon)
			continue;
		n = read(step->fd, answer, sizeof(answer) - 1);
		answer[n > 0 ? n : 0] = '\0';
		if (n <= 0 || strstr(answer, "\"error\""))
			die("\"%s\" is answered with \"%s\"", step->text, answer);
		close(step->fd);
	}
}

static void take_steps(struct steps *steps, int64_t when)
{
	struct step *step;

	for (step = steps->step; step < steps->step + steps->n; step++)
		step->take(step, when);
}

static void tell(const struct move *move, int64_t when, const char *event)
{
	log_event(move->log, when, event);
	printf("%" PRId64 " %s\n", when, event);
	fflush(stdout);
}

static bool switches_routes(const struct move *move)
{
	for (int i = 0; i < move->up.n; i++)
		if (move->up.step[i].take == switch_route)
			return true;
	return false;
}

static void run(struct move *move)
{
	unsigned int port, bridge;
	struct nl_sock *sk;
	int64_t detach, down, up, switched;

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
	detach = now_ns();
	if (move->echo >= 0)
		exchange_echo(move->echo);
	set_link(sk, port, 0, 0);
	down = now_ns();
	take_steps(&move->down, detach);
	tell(move, detach, "detach");
	tell(move, down, "link-down");
	sleep_until_ns(down + move->gap_ns);
	set_link(sk, port, bridge, 1);
	up = now_ns();
	take_steps(&move->up, up);
	switched = now_ns();
	tell(move, up, "link-up");
	if (switches_routes(move))
		tell(move, switched, "routes-switched");
	read_answers(&move->down);
	read_answers(&move->up);
	nl_socket_free(sk);
}

static void take_step(struct move *move, int option)
{
	switch (option) {
	case 'a':
		prepare_ask(move, optarg);
		break;
	case 'c':
		prepare_carrier(move, optarg);
		break;
	case 'r':
		prepare_route(move, optarg);
		break;
	case 'd':
		prepare_tell(&move->down, "--tell-down", optarg);
		break;
	case 'u':
		prepare_tell(&move->up, "--tell", optarg);
		break;
	}
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
		{ "tell-down", required_argument, NULL, 'd' },
		{ "carrier", required_argument, NULL, 'c' },
		{ "ask", required_argument, NULL, 'a' },
		{ "route", required_argument, NULL, 'r' },
		{ "tell", required_argument, NULL, 'u' },
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
			move.echo = open_echo("--echo", optarg);
			break;
		case 'h':
			usage(stdout);
			return 0;
		case '?':
			usage(stderr);
			return 1;
		default:
			take_step(&move, c);
		}
	}
	if (argc - optind != 1 || strcmp(argv[optind], "move") || !move.port || !move.to) {
		usage(stderr);
		return 1;
	}
	run(&move);
	return 0;
}
