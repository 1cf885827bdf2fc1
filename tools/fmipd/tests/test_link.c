// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is made of rtnetlink, with a kernel that is not there.
 */
#include <net/if.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "kernel.h"
#include "link.h"
#include "test.h"

#define STATION		7
#define BRIDGE		8
#define MTU		1492
#define UP		(IFF_UP | IFF_RUNNING)

static const struct lla own = { 6, { 2, 0, 0, 0, 0, 7 } };

static struct link *watched;
/* What the kernel tells next. */
static struct nl_msg *next;
static unsigned int changes;

__typeof__(netlink_receive) __wrap_netlink_receive;
__typeof__(netlink_ask) __wrap_netlink_ask;

static struct nl_msg *message(void)
{
	struct ifinfomsg ifi = { .ifi_index = STATION, .ifi_flags = UP };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);

	assert_non_null(msg);
	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, "wlan0");
	return msg;
}

static struct nl_msg *whole(void)
{
	struct nl_msg *msg = message();

	nla_put_u32(msg, IFLA_MTU, MTU);
	nla_put_u32(msg, IFLA_MASTER, BRIDGE);
	nla_put(msg, IFLA_ADDRESS, own.len, own.bytes);
	return msg;
}

static void give(struct nl_msg *msg, netlink_reader reader, void *arg)
{
	reader(nlmsg_hdr(msg), arg);
	nlmsg_free(msg);
}

/* Of all that it has there is only the interface. */
int __wrap_netlink_ask(struct nl_sock *sock, struct nl_msg *msg, netlink_reader reader,
		       void *arg)
{
	bool links = nlmsg_hdr(msg)->nlmsg_type == RTM_GETLINK;

	(void)sock;
	nlmsg_free(msg);
	if (links)
		give(whole(), reader, arg);
	return 0;
}

int __wrap_netlink_receive(struct nl_sock *sock, netlink_reader reader, void *arg)
{
	(void)sock;
	give(next, reader, arg);
	return 0;
}

static void on_appeared(void *arg, unsigned int ifindex)
{
	(void)arg;
	(void)ifindex;
	changes++;
}

static void on_changed(void *arg, const struct link_event *event)
{
	(void)arg;
	(void)event;
	changes++;
}

static int set_up(void **state)
{
	static const struct link_ops ops = {
		.appeared = on_appeared,
		.changed = on_changed,
	};

	(void)state;
	changes = 0;
	return link_open(NULL, &ops, NULL, &watched);
}

static int tear_down(void **state)
{
	(void)state;
	link_close(watched);
	return 0;
}

static void expect(unsigned int mtu, unsigned int master)
{
	struct lla lla;

	assert_int_equal(link_own_lla(watched, STATION, &lla), 0);
	assert_true(lla_equal(&lla, &own));
	assert_int_equal(link_mtu(watched, STATION), mtu);
	assert_int_equal(link_master(watched, STATION), master);
	assert_int_equal(link_ifindex(watched, "wlan0"), STATION);
	assert_true(link_is_up(watched, STATION));
	assert_int_equal(changes, 0);
}

static void what_is_listed_is_known(void **state)
{
	(void)state;
	expect(MTU, BRIDGE);
}

static void an_interface_leaves_its_bridge(void **state)
{
	(void)state;
	next = message();
	nla_put_u32(next, IFLA_MTU, MTU + 1);
	nla_put(next, IFLA_ADDRESS, own.len, own.bytes);
	kernel_tells();
	expect(MTU + 1, 0);
}

/* As rtnetlink_ifinfo_prep() and wireless_send_event() of the kernel make it. */
static void a_wireless_event_has_nothing_of_the_interface(void **state)
{
	static const uint8_t scanned[16] = { sizeof(scanned), 0, 0x19, 0x8b };

	(void)state;
	next = message();
	nla_put(next, IFLA_WIRELESS, sizeof(scanned), scanned);
	kernel_tells();
	expect(MTU, BRIDGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(what_is_listed_is_known),
		TEST(an_interface_leaves_its_bridge),
		TEST(a_wireless_event_has_nothing_of_the_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
