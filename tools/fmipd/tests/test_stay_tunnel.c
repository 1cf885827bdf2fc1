// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mobile node's tunnels and what waits before them, with a kernel that is not there.
 */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/route/link.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/tc.h>

#include "loop.h"
#include "netlink.h"
#include "stay_tunnel.h"
#include "sysctl.h"
#include "test.h"

#define DEVICES	16
#define BYTES	1000

/* Its devices: those without a name are not there.  Their numbers begin at 1. */
static struct device {
	char name[IFNAMSIZ];
	const char *kind;
	bool up;
	bool plug;
	bool throttled;
	uint32_t limit;
	uint64_t queued;
} kernel[DEVICES];

/* What it refuses. */
static bool raises, numbers, removes_plugs, dumps_plugs, has_plugs;

static struct loop *loop;
static struct tunnels *tunnels;
static struct nl_sock *ask;

__typeof__(netlink_do) __wrap_netlink_do;
__typeof__(if_nametoindex) __wrap_if_nametoindex;
__typeof__(sysctl_write) __wrap_sysctl_write;
__typeof__(rtnl_link_alloc_cache) __wrap_rtnl_link_alloc_cache;
__typeof__(rtnl_qdisc_alloc_cache) __wrap_rtnl_qdisc_alloc_cache;
__typeof__(rtnl_tc_get_stat) __wrap_rtnl_tc_get_stat;

static struct device *find(const char *name)
{
	struct device *d;

	for (d = kernel; d < kernel + DEVICES; d++)
		if (*d->name && !strcmp(d->name, name))
			return d;
	return NULL;
}

static struct device *add(const char *name, const char *kind)
{
	struct device *d = kernel;

	while (*d->name)
		d++;
	assert_true(d < kernel + DEVICES);
	*d = (struct device){ .kind = kind };
	strcpy(d->name, name);
	return d;
}

static unsigned int number_of(const struct device *d)
{
	return d - kernel + 1;
}

static struct device *device_of(const struct tunnel *t)
{
	assert_in_range(t->ifindex, 1, DEVICES);
	return &kernel[t->ifindex - 1];
}

static int new_link(struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = nlmsg_data(nlh);
	struct nlattr *name = nlmsg_find_attr(nlh, sizeof(*ifi), IFLA_IFNAME);

	if (!ifi->ifi_index) {
		assert_non_null(name);
		if (find(nla_get_string(name)))
			return -EEXIST;
		add(nla_get_string(name), "ip6tnl");
		return 0;
	}
	if (!(ifi->ifi_flags & IFF_UP))
		return 0;
	if (!raises)
		return -ENOBUFS;
	kernel[ifi->ifi_index - 1].up = true;
	return 0;
}

static int delete_link(struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = nlmsg_data(nlh);
	struct nlattr *name = nlmsg_find_attr(nlh, sizeof(*ifi), IFLA_IFNAME);
	struct device *d = ifi->ifi_index ? &kernel[ifi->ifi_index - 1] :
			   name ? find(nla_get_string(name)) : NULL;

	if (!d || !*d->name)
		return -ENODEV;
	*d = (struct device){};
	return 0;
}

static void change_plug(struct device *d, const struct tc_plug_qopt *how)
{
	if (how->action == TCQ_PLUG_BUFFER)
		d->throttled = true;
	else if (how->action == TCQ_PLUG_RELEASE_INDEFINITE)
		d->throttled = false;
	else if (how->action == TCQ_PLUG_LIMIT)
		d->limit = how->limit;
	if (!d->throttled)
		d->queued = 0;
}

static int new_qdisc(struct nlmsghdr *nlh)
{
	const struct tcmsg *tcm = nlmsg_data(nlh);
	struct nlattr *options = nlmsg_find_attr(nlh, sizeof(*tcm), TCA_OPTIONS);
	const struct tc_plug_qopt *how = options ? nla_data(options) : NULL;
	struct device *d = &kernel[tcm->tcm_ifindex - 1];

	assert_non_null(how);
	if (!has_plugs)
		return -ENOENT;
	if (!(nlh->nlmsg_flags & NLM_F_CREATE)) {
		assert_true(d->plug);
		change_plug(d, how);
		return 0;
	}
	if (d->plug)
		return -EEXIST;
	d->plug = true;
	d->throttled = true;
	d->limit = how->limit;
	d->queued = 0;
	return 0;
}

static int delete_qdisc(struct nlmsghdr *nlh)
{
	const struct tcmsg *tcm = nlmsg_data(nlh);
	struct device *d = &kernel[tcm->tcm_ifindex - 1];

	if (!removes_plugs)
		return -ENOBUFS;
	assert_true(d->plug);
	d->plug = false;
	d->throttled = false;
	d->queued = 0;
	return 0;
}

int __wrap_netlink_do(struct nl_sock *sock, int built, struct nl_msg **msg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(*msg);
	int err = -EOPNOTSUPP;

	assert_ptr_equal(sock, ask);
	assert_int_equal(built, 0);
	if (nlh->nlmsg_type == RTM_NEWLINK)
		err = new_link(nlh);
	else if (nlh->nlmsg_type == RTM_DELLINK)
		err = delete_link(nlh);
	else if (nlh->nlmsg_type == RTM_NEWQDISC)
		err = new_qdisc(nlh);
	else if (nlh->nlmsg_type == RTM_DELQDISC)
		err = delete_qdisc(nlh);
	nlmsg_free(*msg);
	return err;
}

unsigned int __wrap_if_nametoindex(const char *name)
{
	struct device *d = find(name);

	errno = numbers ? ENODEV : EMFILE;
	return d && numbers ? number_of(d) : 0;
}

int __wrap_sysctl_write(const char *interface, const char *name, const char *value)
{
	(void)interface, (void)name, (void)value;
	return 0;
}

int __wrap_rtnl_link_alloc_cache(struct nl_sock *sock, int family, struct nl_cache **cache)
{
	struct rtnl_link *link;
	struct device *d;

	(void)sock;
	(void)family;
	assert_int_equal(nl_cache_alloc_name("route/link", cache), 0);
	for (d = kernel; d < kernel + DEVICES; d++) {
		if (!*d->name)
			continue;
		link = rtnl_link_alloc();
		rtnl_link_set_ifindex(link, number_of(d));
		rtnl_link_set_name(link, d->name);
		assert_int_equal(rtnl_link_set_type(link, d->kind), 0);
		assert_int_equal(nl_cache_add(*cache, (struct nl_object *)link), 0);
		rtnl_link_put(link);
	}
	return 0;
}

int __wrap_rtnl_qdisc_alloc_cache(struct nl_sock *sock, struct nl_cache **cache)
{
	struct rtnl_qdisc *q;
	struct device *d;

	(void)sock;
	if (!dumps_plugs)
		return -NLE_NOMEM;
	assert_int_equal(nl_cache_alloc_name("route/qdisc", cache), 0);
	for (d = kernel; d < kernel + DEVICES; d++) {
		if (!d->plug)
			continue;
		q = rtnl_qdisc_alloc();
		rtnl_tc_set_ifindex(TC_CAST(q), number_of(d));
		rtnl_tc_set_parent(TC_CAST(q), TC_H_ROOT);
		rtnl_tc_set_handle(TC_CAST(q), TC_HANDLE(0x5568, 0));
		assert_int_equal(nl_cache_add(*cache, (struct nl_object *)q), 0);
		rtnl_qdisc_put(q);
	}
	return 0;
}

uint64_t __wrap_rtnl_tc_get_stat(struct rtnl_tc *tc, enum rtnl_tc_stat which)
{
	return which == RTNL_TC_QLEN ? kernel[rtnl_tc_get_ifindex(tc) - 1].queued : 0;
}

static int set_up(void **state)
{
	(void)state;
	memset(kernel, 0, sizeof(kernel));
	raises = true;
	numbers = true;
	removes_plugs = true;
	dumps_plugs = true;
	has_plugs = true;
	tunnels = NULL;
	loop = loop_open();
	ask = nl_socket_alloc();
	return !loop || !ask;
}

static int tear_down(void **state)
{
	(void)state;
	tunnels_close(tunnels);
	nl_socket_free(ask);
	loop_close(loop);
	return 0;
}

static void begin(uint32_t bytes)
{
	assert_int_equal(tunnels_open(loop, ask, bytes, &tunnels), 0);
}

static struct tunnel *take(void)
{
	const struct in6_addr par = { .s6_addr = { 0x20, 1, 0xd, 0xb8, [15] = 1 } };

	return tunnels_take(tunnels, &par);
}

static unsigned int devices(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < DEVICES; i++)
		n += *kernel[i].name != 0;
	return n;
}

/* All that are ahead are used. */
static void use_up(void)
{
	begin(BYTES);
	assert_int_equal(devices(), 2);
	assert_non_null(take());
	assert_non_null(take());
}

static void one_that_cannot_be_raised_is_not_used(void **state)
{
	(void)state;
	use_up();
	raises = false;
	assert_null(take());
	assert_null(take());
	assert_int_equal(devices(), 2);
	raises = true;
	assert_true(device_of(take())->up);
}

static void one_that_has_no_number_does_not_remain(void **state)
{
	(void)state;
	use_up();
	numbers = false;
	assert_null(take());
	assert_int_equal(devices(), 2);
	numbers = true;
	assert_non_null(take());
}

static void only_its_own_are_removed(void **state)
{
	(void)state;
	add("fmip-paris", "ip6tnl");
	add("fmip-par1a", "ip6tnl");
	add("fmip-par", "ip6tnl");
	add("fmip-par7", "bridge");
	add("fmip-par12", "ip6tnl");
	begin(BYTES);
	assert_non_null(find("fmip-paris"));
	assert_non_null(find("fmip-par1a"));
	assert_non_null(find("fmip-par"));
	assert_non_null(find("fmip-par7"));
	assert_null(find("fmip-par12"));
}

static void what_shall_not_wait_is_not_held(void **state)
{
	struct tunnel *t;

	(void)state;
	begin(0);
	assert_false(tunnels_can_wait(tunnels));
	t = take();
	assert_false(device_of(t)->plug);
	assert_false(device_of(take())->plug);
	assert_false(device_of(take())->plug);
	tunnels_put_back(tunnels, t);
	assert_false(device_of(t)->plug);
}

static void what_shall_wait_after_all_does(void **state)
{
	struct tunnel *used, *next;

	(void)state;
	begin(0);
	used = take();
	tunnels_limit(tunnels, BYTES);
	assert_true(tunnels_can_wait(tunnels));
	assert_true(device_of(used)->plug);
	assert_false(device_of(used)->throttled);
	next = take();
	assert_true(device_of(next)->throttled);
	assert_int_equal(device_of(next)->limit, BYTES);
	assert_int_equal(tunnels_hold(tunnels, used), 0);
	assert_true(device_of(used)->throttled);
}

static void what_waits_may_do_so_to_the_end(void **state)
{
	struct tunnel *used, *next;

	(void)state;
	begin(BYTES);
	used = take();
	device_of(used)->queued = 3;
	tunnels_limit(tunnels, 0);
	assert_int_equal(device_of(used)->queued, 3);
	assert_int_equal(device_of(used)->limit, BYTES);
	next = take();
	assert_false(device_of(next)->plug);
	tunnels_limit(tunnels, 2 * BYTES);
	assert_true(device_of(used)->throttled);
	assert_int_equal(device_of(used)->limit, 2 * BYTES);
	assert_false(device_of(next)->throttled);
}

static void a_kernel_without_a_plug_is_asked_once(void **state)
{
	(void)state;
	has_plugs = false;
	begin(BYTES);
	assert_false(tunnels_can_wait(tunnels));
	has_plugs = true;
	assert_false(device_of(take())->plug);
	tunnels_limit(tunnels, 0);
	tunnels_limit(tunnels, BYTES);
	assert_true(tunnels_can_wait(tunnels));
}

static void a_plug_that_remains_can_be_released(void **state)
{
	struct tunnel *t;

	(void)state;
	begin(BYTES);
	t = take();
	device_of(t)->queued = 3;
	removes_plugs = false;
	tunnels_discard(tunnels, t);
	assert_int_equal(tunnels_release(tunnels, t), 0);
	assert_false(device_of(t)->throttled);
	assert_int_equal(tunnels_hold(tunnels, t), 0);
	assert_true(device_of(t)->throttled);
}

static void what_cannot_be_counted_is_lost_too(void **state)
{
	struct tunnel *t;

	(void)state;
	begin(BYTES);
	t = take();
	device_of(t)->queued = 3;
	dumps_plugs = false;
	tunnels_put_back(tunnels, t);
	assert_int_equal(device_of(t)->queued, 0);
	assert_true(device_of(t)->throttled);
}

static void what_waits_is_lost_with_its_tunnel(void **state)
{
	struct tunnel *t;

	(void)state;
	begin(BYTES);
	t = take();
	device_of(t)->queued = 3;
	tunnels_put_back(tunnels, t);
	assert_int_equal(device_of(t)->queued, 0);
	assert_true(device_of(t)->throttled);
	assert_ptr_equal(take(), t);
	assert_int_equal(tunnels_release(tunnels, t), 0);
	tunnels_put_back(tunnels, t);
	assert_true(device_of(t)->throttled);
	assert_int_equal(device_of(t)->limit, BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(one_that_cannot_be_raised_is_not_used),
		TEST(one_that_has_no_number_does_not_remain),
		TEST(only_its_own_are_removed),
		TEST(what_shall_not_wait_is_not_held),
		TEST(what_shall_wait_after_all_does),
		TEST(what_waits_may_do_so_to_the_end),
		TEST(a_kernel_without_a_plug_is_asked_once),
		TEST(a_plug_that_remains_can_be_released),
		TEST(what_cannot_be_counted_is_lost_too),
		TEST(what_waits_is_lost_with_its_tunnel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
