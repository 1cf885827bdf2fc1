// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is made of nl80211 when it could not be heard for a while, with a kernel that is
 * not there.
 */
#include <errno.h>

#include <linux/nl80211.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/family.h>
#include <netlink/genl/genl.h>

#include "kernel.h"
#include "test.h"
#include "wifi.h"

#define FAMILY	0x23
#define STATION	7	/* an interface that is one */
#define AP	8	/* one that is an access point */
#define MAX	4

static struct wifi *wifi;
static struct link_event change[MAX];
static unsigned int changes;

/* What the kernel has. */
static struct lla station[MAX];
static unsigned int stations;
static struct lla bss;
/* Somebody comes while they are listed: once, with that one listed before it goes. */
static bool interrupted;
/* The interface that is an access point has been taken away. */
static bool gone;
/* What it has told, and nobody has read, before something was lost. */
static struct lla heard;
static uint8_t heard_command;
static bool lost;

__typeof__(netlink_receive) __wrap_netlink_receive;
__typeof__(netlink_ask) __wrap_netlink_ask;
__typeof__(genl_ctrl_resolve_grp) __wrap_genl_ctrl_resolve_grp;
__typeof__(genl_ctrl_alloc_cache) __wrap_genl_ctrl_alloc_cache;
__typeof__(genl_ctrl_search_by_name) __wrap_genl_ctrl_search_by_name;
__typeof__(genl_family_get_id) __wrap_genl_family_get_id;
__typeof__(genl_family_put) __wrap_genl_family_put;
__typeof__(nl_cache_free) __wrap_nl_cache_free;
__typeof__(poll) __wrap_poll;

int __wrap_genl_ctrl_resolve_grp(struct nl_sock *sock, const char *name, const char *group)
{
	(void)sock;
	(void)name;
	(void)group;
	return 1;
}

int __wrap_genl_ctrl_alloc_cache(struct nl_sock *sock, struct nl_cache **cache)
{
	(void)sock;
	*cache = NULL;
	return 0;
}

struct genl_family *__wrap_genl_ctrl_search_by_name(struct nl_cache *cache, const char *name)
{
	(void)cache;
	(void)name;
	return (struct genl_family *)&wifi;
}

unsigned int __wrap_genl_family_get_id(struct genl_family *family)
{
	(void)family;
	return FAMILY;
}

void __wrap_genl_family_put(struct genl_family *family)
{
	(void)family;
}

void __wrap_nl_cache_free(struct nl_cache *cache)
{
	(void)cache;
}

int __wrap_poll(struct pollfd *fds, unsigned long count, int timeout)
{
	(void)fds;
	(void)count;
	(void)timeout;
	return heard.len > 0;
}

static struct nl_msg *message(uint8_t command, unsigned int ifindex, const struct lla *lla)
{
	struct nl_msg *msg = nlmsg_alloc();

	assert_non_null(msg);
	assert_non_null(genlmsg_put(msg, 0, 0, FAMILY, 0, 0, command, 1));
	nla_put_u32(msg, NL80211_ATTR_IFINDEX, ifindex);
	if (lla)
		nla_put(msg, NL80211_ATTR_MAC, lla->len, lla->bytes);
	return msg;
}

static void give(struct nl_msg *msg, netlink_reader reader, void *arg)
{
	reader(nlmsg_hdr(msg), arg);
	nlmsg_free(msg);
}

/* What is lost is told of first. */
int __wrap_netlink_receive(struct nl_sock *sock, netlink_reader reader, void *arg)
{
	struct lla lla = heard;

	(void)sock;
	if (lost) {
		lost = false;
		return -ENOBUFS;
	}
	heard.len = 0;
	if (lla.len)
		give(message(heard_command, AP, &lla), reader, arg);
	return 0;
}

static void give_interface(unsigned int ifindex, uint32_t type, netlink_reader reader,
			   void *arg)
{
	struct nl_msg *msg = message(NL80211_CMD_NEW_INTERFACE, ifindex, NULL);

	nla_put_u32(msg, NL80211_ATTR_IFTYPE, type);
	give(msg, reader, arg);
}

static void give_bss(netlink_reader reader, void *arg)
{
	struct nl_msg *msg = message(NL80211_CMD_NEW_SCAN_RESULTS, STATION, NULL);
	struct nlattr *nest = nla_nest_start(msg, NL80211_ATTR_BSS);

	nla_put(msg, NL80211_BSS_BSSID, bss.len, bss.bytes);
	nla_put_u32(msg, NL80211_BSS_STATUS, NL80211_BSS_STATUS_ASSOCIATED);
	nla_nest_end(msg, nest);
	give(msg, reader, arg);
}

static int list(netlink_reader reader, void *arg)
{
	unsigned int i;

	for (i = 0; i < stations; i++)
		give(message(NL80211_CMD_NEW_STATION, AP, &station[i]), reader, arg);
	if (!interrupted)
		return 0;
	interrupted = false;
	stations--;
	return -EINTR;
}

static int answer(struct nlmsghdr *nlh, netlink_reader reader, void *arg)
{
	struct nlattr *attr = nlmsg_find_attr(nlh, GENL_HDRLEN, NL80211_ATTR_IFINDEX);
	unsigned int ifindex = attr ? nla_get_u32(attr) : 0;

	switch (genlmsg_hdr(nlh)->cmd) {
	case NL80211_CMD_GET_INTERFACE:
		assert_int_equal(!!(nlh->nlmsg_flags & NLM_F_DUMP), !ifindex);
		if (!ifindex || ifindex == STATION)
			give_interface(STATION, NL80211_IFTYPE_STATION, reader, arg);
		if (!gone && (!ifindex || ifindex == AP))
			give_interface(AP, NL80211_IFTYPE_AP, reader, arg);
		return 0;
	case NL80211_CMD_GET_SCAN:
		if (bss.len)
			give_bss(reader, arg);
		return 0;
	case NL80211_CMD_GET_STATION:
		assert_int_equal(ifindex, AP);
		return list(reader, arg);
	default:
		fail_msg("nobody asks for %u", genlmsg_hdr(nlh)->cmd);
		return -EINVAL;
	}
}

int __wrap_netlink_ask(struct nl_sock *sock, struct nl_msg *msg, netlink_reader reader,
		       void *arg)
{
	int err = answer(nlmsg_hdr(msg), reader, arg);

	(void)sock;
	nlmsg_free(msg);
	return err;
}

static void on_change(void *arg, const struct link_event *event)
{
	(void)arg;
	assert_true(changes < MAX);
	change[changes++] = *event;
}

static struct lla lla(uint8_t last)
{
	return (struct lla){ 6, { 2, 0, 0, 0, 0, last } };
}

static int set_up(void **state)
{
	(void)state;
	station[0] = lla(1);
	station[1] = lla(2);
	stations = 2;
	bss = (struct lla){};
	heard = (struct lla){};
	heard_command = NL80211_CMD_NEW_STATION;
	gone = false;
	lost = false;
	interrupted = false;
	changes = 0;
	return wifi_open(NULL, on_change, NULL, &wifi);
}

static int tear_down(void **state)
{
	(void)state;
	wifi_close(wifi);
	return 0;
}

static void lose(void)
{
	changes = 0;
	lost = true;
	kernel_tells();
}

static void expect(unsigned int n, enum link_change wanted, uint8_t last)
{
	assert_true(n < changes);
	assert_int_equal(change[n].change, wanted);
	assert_int_equal(change[n].ifindex, AP);
	assert_int_equal(change[n].lla.bytes[5], last);
	assert_int_not_equal(change[n].ns, 0);
}

static void who_was_there_before_is_no_news(void **state)
{
	(void)state;
	assert_int_equal(changes, 0);
	lose();
	assert_int_equal(changes, 0);
}

/* One of them from before this daemon was there. */
static void who_has_left_unheard_is_told_of(void **state)
{
	(void)state;
	heard = lla(3);
	station[2] = heard;
	stations = 3;
	kernel_tells();
	assert_int_equal(changes, 1);
	expect(0, LINK_UP, 3);
	station[0] = lla(2);
	stations = 1;
	lose();
	assert_int_equal(changes, 2);
	expect(0, LINK_DOWN, 1);
	expect(1, LINK_DOWN, 3);
	lose();
	assert_int_equal(changes, 0);
}

static void who_has_come_unheard_is_told_of(void **state)
{
	(void)state;
	station[stations++] = lla(3);
	lose();
	assert_int_equal(changes, 1);
	expect(0, LINK_UP, 3);
	lose();
	assert_int_equal(changes, 0);
}

/* It came before something was lost, which was that it went. */
static void what_was_told_before_is_older(void **state)
{
	(void)state;
	heard = lla(3);
	lose();
	assert_int_equal(changes, 2);
	expect(0, LINK_UP, 3);
	expect(1, LINK_DOWN, 3);
}

static void a_list_that_changes_is_begun_again(void **state)
{
	(void)state;
	interrupted = true;
	lose();
	assert_int_equal(changes, 1);
	expect(0, LINK_DOWN, 2);
}

/* Nor is it taken for one that is still there when there is another of that number. */
static void an_access_point_that_is_gone_has_no_stations(void **state)
{
	(void)state;
	gone = true;
	lose();
	assert_int_equal(changes, 2);
	expect(0, LINK_DOWN, 1);
	expect(1, LINK_DOWN, 2);
	lose();
	assert_int_equal(changes, 0);
	gone = false;
	stations = 1;
	lose();
	assert_int_equal(changes, 1);
	expect(0, LINK_UP, 1);
}

/* When that is heard it cannot be asked any more what it was. */
static void who_goes_with_an_access_point_is_told_of(void **state)
{
	(void)state;
	gone = true;
	heard = lla(2);
	heard_command = NL80211_CMD_DEL_STATION;
	kernel_tells();
	assert_int_equal(changes, 1);
	expect(0, LINK_DOWN, 2);
}

/* And of itself, with which access point it is. */
static void a_station_finds_its_access_point(void **state)
{
	struct link_event up = { .change = LINK_UP, .ifindex = STATION, .ns = 1 };

	(void)state;
	bss = lla(0xa1);
	assert_true(wifi_carrier(wifi, &up));
	assert_int_equal(changes, 1);
	assert_int_equal(change[0].ap.bytes[5], 0xa1);
	bss = lla(0xa2);
	lose();
	assert_int_equal(changes, 2);
	assert_int_equal(change[0].change, LINK_DOWN);
	assert_int_equal(change[1].change, LINK_UP);
	assert_int_equal(change[1].ifindex, STATION);
	assert_int_equal(change[1].ap.bytes[5], 0xa2);
	bss.len = 0;
	lose();
	assert_int_equal(changes, 1);
	assert_int_equal(change[0].change, LINK_DOWN);
	bss = lla(0xa2);
	lose();
	assert_int_equal(changes, 1);
	assert_int_equal(change[0].change, LINK_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(who_was_there_before_is_no_news),
		TEST(who_has_left_unheard_is_told_of),
		TEST(who_has_come_unheard_is_told_of),
		TEST(what_was_told_before_is_older),
		TEST(a_list_that_changes_is_begun_again),
		TEST(an_access_point_that_is_gone_has_no_stations),
		TEST(who_goes_with_an_access_point_is_told_of),
		TEST(a_station_finds_its_access_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
