// SPDX-License-Identifier: GPL-2.0-only
/*
 * What others do to policies, and what comes of it, with a kernel that is not there.
 */
#include <errno.h>
#include <string.h>

#include <linux/xfrm.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "kernel.h"
#include "policy.h"
#include "test.h"

#define PEER	"2001:db8:1::1"
#define MAX	16

static struct config_neighbour neighbour;
static struct config config;
static struct policies *policies;
static struct alarm *alarm_set;
static unsigned int asked, exposed;

/* What the kernel has told, and nobody has read. */
static struct nl_msg *told[MAX];
static unsigned int count;
static bool lost;
/* It has a policy that goes before, and cannot list any. */
static bool has_rival, mute;

__typeof__(netlink_receive) __wrap_netlink_receive;
__typeof__(netlink_ask) __wrap_netlink_ask;
__typeof__(loop_alarm_set) __wrap_loop_alarm_set;
__typeof__(loop_alarm_stop) __wrap_loop_alarm_stop;

void __wrap_loop_alarm_set(struct loop *loop, struct alarm *alarm, uint64_t at_ns)
{
	(void)loop;
	(void)at_ns;
	alarm_set = alarm;
}

void __wrap_loop_alarm_stop(struct alarm *alarm)
{
	(void)alarm;
	alarm_set = NULL;
}

/* One that lets in all, as far as it is not changed after that. */
static struct xfrm_userpolicy_info any(void)
{
	return (struct xfrm_userpolicy_info){
		.sel.family = AF_INET6, .dir = XFRM_POLICY_IN, .action = XFRM_POLICY_ALLOW,
	};
}

static struct nl_msg *message(int type, const struct xfrm_userpolicy_info *info)
{
	struct xfrm_userpolicy_id id = { .sel = info->sel, .dir = info->dir };
	struct nl_msg *msg = nlmsg_alloc_simple(type, 0);

	assert_non_null(msg);
	nlmsg_hdr(msg)->nlmsg_pid = 1;
	if (type == XFRM_MSG_DELPOLICY) {
		assert_int_equal(nlmsg_append(msg, &id, sizeof(id), NLMSG_ALIGNTO), 0);
		assert_int_equal(nla_put(msg, XFRMA_POLICY, sizeof(*info), info), 0);
	} else {
		assert_int_equal(nlmsg_append(msg, (void *)info, sizeof(*info),
					      NLMSG_ALIGNTO), 0);
	}
	return msg;
}

static void tell(int type, const struct xfrm_userpolicy_info *info)
{
	assert_true(count < MAX);
	told[count++] = message(type, info);
}

int __wrap_netlink_receive(struct nl_sock *sock, netlink_reader reader, void *arg)
{
	bool loses = lost;
	unsigned int i;

	(void)sock;
	for (i = 0; i < count; i++) {
		reader(nlmsg_hdr(told[i]), arg);
		nlmsg_free(told[i]);
	}
	count = 0;
	lost = false;
	return loses ? -ENOBUFS : 0;
}

int __wrap_netlink_ask(struct nl_sock *sock, struct nl_msg *msg, netlink_reader reader,
		       void *arg)
{
	struct xfrm_userpolicy_info rival = any();
	struct nl_msg *listed;

	(void)sock;
	asked++;
	if (reader && !mute && has_rival) {
		listed = message(XFRM_MSG_NEWPOLICY, &rival);
		reader(nlmsg_hdr(listed), arg);
		nlmsg_free(listed);
	}
	nlmsg_free(msg);
	return reader && mute ? -ENOMEM : 0;
}

static void on_exposed(void *arg)
{
	(void)arg;
	exposed++;
}

static void ring(void)
{
	struct alarm *alarm = alarm_set;

	assert_non_null(alarm);
	alarm_set = NULL;
	alarm->ring(alarm);
}

static bool is_protected(void)
{
	struct in6_addr peer = address(PEER);

	return policies_protect(policies, &peer);
}

static int set_up(void **state)
{
	int err;

	(void)state;
	neighbour = (struct config_neighbour){ .address = address(PEER), .fmip = true };
	config = (struct config){
		.roles = CONFIG_AR, .ipsec = CONFIG_IPSEC_REQUIRED,
		.neighbours = &neighbour, .neighbours_count = 1,
	};
	alarm_set = NULL;
	has_rival = false;
	mute = false;
	lost = false;
	err = policies_open(NULL, &config, on_exposed, NULL, &policies);
	asked = 0;
	exposed = 0;
	return err;
}

static int tear_down(void **state)
{
	(void)state;
	policies_close(policies);
	return 0;
}

/* While there is a rival, or not: what others do to others is no reason to lose a message. */
static void what_others_do_loses_nothing(void **state)
{
	struct xfrm_userpolicy_info rival = any(), other = any();
	unsigned int i;

	(void)state;
	assert_true(is_protected());
	has_rival = true;
	tell(XFRM_MSG_NEWPOLICY, &rival);
	assert_false(is_protected());
	assert_int_equal(exposed, 1);
	other.priority = 10;
	other.sel.dport = 5;
	for (i = 0; i < 3; i++) {
		tell(XFRM_MSG_NEWPOLICY, &other);
		tell(XFRM_MSG_DELPOLICY, &other);
		assert_false(is_protected());
	}
	assert_int_equal(exposed, 1);
	assert_int_equal(asked, 0);
	ring();
	assert_int_equal(exposed, 1);
	assert_int_equal(asked, 1);
	assert_false(is_protected());
}

/* Who speaks Mobile IPv6 has policies for that, too. */
static void mobility_headers_of_others_are_no_matter(void **state)
{
	struct xfrm_userpolicy_info other = any();
	struct in6_addr home = address("2001:db8:9::1");

	(void)state;
	other.priority = 10;
	other.sel.proto = IPPROTO_MH;
	other.sel.prefixlen_s = 128;
	memcpy(&other.sel.saddr, &home, sizeof(home));
	tell(XFRM_MSG_NEWPOLICY, &other);
	tell(XFRM_MSG_DELPOLICY, &other);
	assert_true(is_protected());
	assert_int_equal(exposed, 0);
	assert_int_equal(asked, 0);
}

/* What has come in while there was one must not be taken for protected after that. */
static void a_rival_that_goes_exposes(void **state)
{
	struct xfrm_userpolicy_info rival = any();

	(void)state;
	has_rival = true;
	tell(XFRM_MSG_NEWPOLICY, &rival);
	assert_false(is_protected());
	has_rival = false;
	tell(XFRM_MSG_DELPOLICY, &rival);
	assert_false(is_protected());
	assert_int_equal(exposed, 1);
	ring();
	assert_int_equal(exposed, 2);
	assert_true(is_protected());
}

/* It was there and is gone before anybody has looked. */
static void a_rival_for_a_moment_exposes(void **state)
{
	struct xfrm_userpolicy_info rival = any();

	(void)state;
	tell(XFRM_MSG_NEWPOLICY, &rival);
	tell(XFRM_MSG_DELPOLICY, &rival);
	assert_false(is_protected());
	assert_int_equal(exposed, 1);
	ring();
	assert_int_equal(exposed, 2);
	assert_true(is_protected());
}

/* Nor when it goes just before the configuration is read again. */
static void a_rival_that_goes_with_a_configuration_exposes(void **state)
{
	struct xfrm_userpolicy_info rival = any();

	(void)state;
	tell(XFRM_MSG_NEWPOLICY, &rival);
	assert_false(is_protected());
	assert_int_equal(policies_configure(policies, &config), 0);
	assert_int_equal(exposed, 2);
}

static void what_cannot_be_listed_may_be_one(void **state)
{
	struct xfrm_userpolicy_info rival = any();

	(void)state;
	tell(XFRM_MSG_NEWPOLICY, &rival);
	assert_false(is_protected());
	mute = true;
	ring();
	assert_false(is_protected());
	mute = false;
	ring();
	assert_true(is_protected());
}

/* Nobody else changes anything meanwhile. */
static void a_configuration_without_a_list_is_not_the_end(void **state)
{
	(void)state;
	assert_true(is_protected());
	mute = true;
	assert_int_not_equal(policies_configure(policies, &config), 0);
	assert_false(is_protected());
	mute = false;
	ring();
	assert_true(is_protected());
}

/* The kernel tells those who listen to policies nothing of that. */
static void a_rival_that_expires_is_missed(void **state)
{
	struct xfrm_userpolicy_info rival = any();

	(void)state;
	has_rival = true;
	tell(XFRM_MSG_NEWPOLICY, &rival);
	assert_false(is_protected());
	ring();
	assert_false(is_protected());
	has_rival = false;
	ring();
	assert_true(is_protected());
}

static void ours_are_put_back(void **state)
{
	struct xfrm_userpolicy_info ours = any();
	struct in6_addr peer = address(PEER);

	(void)state;
	ours.sel.proto = IPPROTO_MH;
	ours.sel.prefixlen_s = 128;
	memcpy(&ours.sel.saddr, &peer, sizeof(peer));
	tell(XFRM_MSG_DELPOLICY, &ours);
	/* Not for what has been read before. */
	assert_false(is_protected());
	assert_int_equal(exposed, 1);
	assert_int_not_equal(asked, 0);
	assert_true(is_protected());
	ours.sel = (struct xfrm_selector){ .family = AF_INET6, .proto = IPPROTO_MH };
	ours.priority = 20;
	tell(XFRM_MSG_UPDPOLICY, &ours);
	assert_false(is_protected());
	assert_int_equal(exposed, 2);
	lost = true;
	assert_false(is_protected());
	assert_int_equal(exposed, 3);
	assert_true(is_protected());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_others_do_loses_nothing),
		TEST(mobility_headers_of_others_are_no_matter),
		TEST(a_rival_that_goes_exposes),
		TEST(a_rival_for_a_moment_exposes),
		TEST(a_rival_that_goes_with_a_configuration_exposes),
		TEST(what_cannot_be_listed_may_be_one),
		TEST(a_configuration_without_a_list_is_not_the_end),
		TEST(a_rival_that_expires_is_missed),
		TEST(ours_are_put_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
