// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a mobile node that has come to a link waits for its new address, with a kernel
 * that is not there.
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>

#include "loop.h"
#include "netlink.h"
#include "stay.h"
#include "sysctl.h"
#include "test.h"

#define LINK	7
#define NCOA	"2001:db8:2::10"
#define MS	1000000ull

/* Its processors are busy for so many changes of routes. */
static unsigned int busy;
/* It finds out whether others have the address, but has it used meanwhile. */
static bool optimistic;
/* Whether it tells of other changes in the meantime. */
static bool talks;
static bool has_address;

static unsigned int told, heard;
static uint64_t now;
static struct stays *stays;
static struct stay stay;

__typeof__(netlink_open) __wrap_netlink_open;
__typeof__(netlink_listen) __wrap_netlink_listen;
__typeof__(netlink_do) __wrap_netlink_do;
__typeof__(netlink_ask) __wrap_netlink_ask;
__typeof__(netlink_receive) __wrap_netlink_receive;
__typeof__(rtnl_addr_alloc_cache) __wrap_rtnl_addr_alloc_cache;
__typeof__(rtnl_link_alloc_cache) __wrap_rtnl_link_alloc_cache;
__typeof__(rtnl_route_alloc_cache) __wrap_rtnl_route_alloc_cache;
__typeof__(rtnl_rule_alloc_cache) __wrap_rtnl_rule_alloc_cache;
__typeof__(if_nametoindex) __wrap_if_nametoindex;
__typeof__(sysctl_read) __wrap_sysctl_read;
__typeof__(sysctl_write) __wrap_sysctl_write;
__typeof__(link_name) __wrap_link_name;
__typeof__(link_asks) __wrap_link_asks;
__typeof__(loop_watch) __wrap_loop_watch;
__typeof__(loop_forget) __wrap_loop_forget;
__typeof__(loop_now) __wrap_loop_now;
__typeof__(poll) __wrap_poll;

int __wrap_netlink_open(int protocol, struct nl_sock **sock)
{
	(void)protocol;
	*sock = nl_socket_alloc();
	return *sock ? 0 : -ENOMEM;
}

int __wrap_netlink_listen(int protocol, const int *groups, struct nl_sock **sock)
{
	assert_int_equal(groups[0], RTNLGRP_IPV6_ROUTE);
	return __wrap_netlink_open(protocol, sock);
}

/* It does what it is asked for, as far as that is looked at here. */
int __wrap_netlink_do(struct nl_sock *sock, int built, struct nl_msg **msg)
{
	(void)sock;
	assert_int_equal(built, 0);
	has_address |= nlmsg_hdr(*msg)->nlmsg_type == RTM_NEWADDR;
	nlmsg_free(*msg);
	return 0;
}

static bool is_local(void)
{
	return has_address && told >= busy;
}

int __wrap_netlink_ask(struct nl_sock *sock, struct nl_msg *msg, netlink_reader reader,
		       void *arg)
{
	struct rtmsg rtm = { .rtm_type = is_local() ? RTN_LOCAL : RTN_UNICAST };
	struct nlattr *to = nlmsg_find_attr(nlmsg_hdr(msg), sizeof(rtm), RTA_DST);
	struct nl_msg *answer = nlmsg_alloc_simple(RTM_NEWROUTE, 0);

	(void)sock;
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_type, RTM_GETROUTE);
	assert_memory_equal(nla_data(to), &stay.ncoa, sizeof(stay.ncoa));
	assert_int_equal(nlmsg_append(answer, &rtm, sizeof(rtm), NLMSG_ALIGNTO), 0);
	reader(nlmsg_hdr(answer), arg);
	nlmsg_free(answer);
	nlmsg_free(msg);
	return 0;
}

int __wrap_netlink_receive(struct nl_sock *sock, netlink_reader reader, void *arg)
{
	(void)sock;
	(void)reader;
	(void)arg;
	heard = told;
	return 0;
}

int __wrap_rtnl_addr_alloc_cache(struct nl_sock *sock, struct nl_cache **cache)
{
	struct nl_addr *local = netlink_address(&stay.ncoa, 64);
	struct rtnl_addr *a = rtnl_addr_alloc();

	(void)sock;
	assert_int_equal(nl_cache_alloc_name("route/addr", cache), 0);
	rtnl_addr_set_ifindex(a, LINK);
	rtnl_addr_set_local(a, local);
	rtnl_addr_set_flags(a, optimistic ? IFA_F_OPTIMISTIC : 0);
	assert_int_equal(nl_cache_add(*cache, (struct nl_object *)a), 0);
	rtnl_addr_put(a);
	nl_addr_put(local);
	return 0;
}

int __wrap_rtnl_link_alloc_cache(struct nl_sock *sock, int family, struct nl_cache **cache)
{
	(void)sock;
	(void)family;
	return nl_cache_alloc_name("route/link", cache);
}

int __wrap_rtnl_route_alloc_cache(struct nl_sock *sock, int family, int flags,
				  struct nl_cache **cache)
{
	(void)sock;
	(void)family;
	(void)flags;
	return nl_cache_alloc_name("route/route", cache);
}

int __wrap_rtnl_rule_alloc_cache(struct nl_sock *sock, int family, struct nl_cache **cache)
{
	(void)sock;
	(void)family;
	return nl_cache_alloc_name("route/rule", cache);
}

unsigned int __wrap_if_nametoindex(const char *name)
{
	(void)name;
	return LINK + 1;
}

int __wrap_sysctl_read(const char *interface, const char *name, char *value, size_t size)
{
	(void)interface;
	(void)name;
	strncpy(value, "0", size);
	return 0;
}

int __wrap_sysctl_write(const char *interface, const char *name, const char *value)
{
	(void)interface;
	(void)name;
	(void)value;
	return 0;
}

const char *__wrap_link_name(const struct link *link, unsigned int ifindex)
{
	(void)link;
	assert_int_equal(ifindex, LINK);
	return "wlan0";
}

void __wrap_link_asks(struct link *link, unsigned int ifindex, const struct in6_addr *address,
		      uint8_t prefix_len)
{
	(void)link;
	(void)ifindex;
	(void)address;
	(void)prefix_len;
}

struct loop_watch *__wrap_loop_watch(struct loop *loop, int fd, void (*ready)(void *arg),
				     void *arg)
{
	static int watched;

	(void)loop;
	(void)fd;
	(void)ready;
	(void)arg;
	return (struct loop_watch *)&watched;
}

void __wrap_loop_forget(struct loop_watch *watch)
{
	(void)watch;
}

uint64_t __wrap_loop_now(void)
{
	return now;
}

/* It comes to something else each millisecond, or to nothing. */
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	assert_int_equal(n, 1);
	assert_int_equal(fds->events, POLLIN);
	assert_in_range(timeout, 1, 60000);
	/* It would be told of the same for ever. */
	assert_int_equal(heard, told);
	now += talks ? MS : timeout * MS;
	told += talks;
	return talks;
}

static int set_up(void **state)
{
	(void)state;
	busy = 0;
	optimistic = true;
	talks = true;
	has_address = false;
	told = 0;
	heard = 0;
	now = 1000000 * MS;
	stay = (struct stay){
		.ifindex = LINK, .ncoa = address(NCOA), .prefix_len = 64,
		.router = address("fe80::1"),
	};
	return stays_open(NULL, NULL, 0, &stays);
}

static int tear_down(void **state)
{
	(void)state;
	stays_close(stays);
	return 0;
}

/* To the link, in so many milliseconds. */
static unsigned int comes(void)
{
	uint64_t before = now;

	assert_int_equal(stays_set(stays, &stay), 0);
	return (now - before) / MS;
}

static void waits_until_packets_are_taken(void **state)
{
	(void)state;
	busy = 5;
	assert_int_equal(comes(), 5);
	assert_true(is_local());
}

static void does_not_wait_for_what_is_there(void **state)
{
	(void)state;
	assert_int_equal(comes(), 0);
	assert_true(is_local());
}

static void waits_for_a_second_at_most(void **state)
{
	(void)state;
	busy = 1000000;
	assert_int_equal(comes(), 1000);
	stays_undo(stays);
	talks = false;
	assert_in_range(comes(), 1000, 1001);
}

/* It is of no use before the kernel has found out, which takes seconds. */
static void does_not_wait_for_one_that_may_not_be_used(void **state)
{
	(void)state;
	busy = 1000000;
	optimistic = false;
	assert_int_equal(comes(), 0);
}

static void does_not_wait_for_none(void **state)
{
	(void)state;
	busy = 1000000;
	stay.ncoa = in6addr_any;
	assert_int_equal(comes(), 0);
	assert_false(has_address);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(waits_until_packets_are_taken),
		TEST(does_not_wait_for_what_is_there),
		TEST(waits_for_a_second_at_most),
		TEST(does_not_wait_for_one_that_may_not_be_used),
		TEST(does_not_wait_for_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
