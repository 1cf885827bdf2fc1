// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies as the kernel tells of them, one difference at a time from one that lets
 * pass what must be in ESP.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/xfrm.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "rival.h"
#include "test.h"

static const struct xfrm_userpolicy_info lets_all_pass = {
	.sel.family = AF_INET6,
	.dir = XFRM_POLICY_IN,
	.action = XFRM_POLICY_ALLOW,
};

/* Which security associations are the peer's. */
static uint32_t reqid;

static bool lets_pass(const struct xfrm_userpolicy_info *info,
		      const struct xfrm_user_tmpl *templates, size_t count)
{
	struct in6_addr peer = address("2001:db8:1::1");
	struct nl_msg *msg = nlmsg_alloc_simple(XFRM_MSG_NEWPOLICY, 0);
	bool found;

	assert_non_null(msg);
	assert_int_equal(nlmsg_append(msg, (void *)info, sizeof(*info), NLMSG_ALIGNTO), 0);
	if (count)
		assert_int_equal(nla_put(msg, XFRMA_TMPL, count * sizeof(*templates),
					 templates), 0);
	found = rival_lets_pass(nlmsg_hdr(msg), &peer, reqid);
	nlmsg_free(msg);
	return found;
}

static bool lets_pass_from(const char *source, unsigned int len)
{
	struct xfrm_userpolicy_info info = lets_all_pass;
	struct in6_addr a = address(source);

	memcpy(&info.sel.saddr, &a, sizeof(a));
	info.sel.prefixlen_s = len;
	return lets_pass(&info, NULL, 0);
}

static bool lets_pass_to(const char *destination, unsigned int len)
{
	struct xfrm_userpolicy_info info = lets_all_pass;
	struct in6_addr a = address(destination);

	info.dir = XFRM_POLICY_OUT;
	memcpy(&info.sel.daddr, &a, sizeof(a));
	info.sel.prefixlen_d = len;
	return lets_pass(&info, NULL, 0);
}

static void it_lets_pass_what_is_not_in_esp(void **state)
{
	struct xfrm_userpolicy_info info = lets_all_pass;

	(void)state;
	assert_true(lets_pass(&info, NULL, 0));
	info.sel.proto = IPPROTO_MH;
	assert_true(lets_pass(&info, NULL, 0));
}

static void another_protocol_is_no_matter(void **state)
{
	struct xfrm_userpolicy_info info = lets_all_pass;

	(void)state;
	info.sel.proto = IPPROTO_UDP;
	assert_false(lets_pass(&info, NULL, 0));
	info = lets_all_pass;
	info.sel.family = AF_INET;
	assert_false(lets_pass(&info, NULL, 0));
}

static void one_behind_is_no_matter(void **state)
{
	struct xfrm_userpolicy_info info = lets_all_pass;

	(void)state;
	info.priority = 1;
	assert_false(lets_pass(&info, NULL, 0));
}

static void one_for_what_is_forwarded_is_no_matter(void **state)
{
	struct xfrm_userpolicy_info info = lets_all_pass;

	(void)state;
	info.dir = XFRM_POLICY_FWD;
	assert_false(lets_pass(&info, NULL, 0));
}

static void one_that_blocks_lets_nothing_pass(void **state)
{
	struct xfrm_userpolicy_info info = lets_all_pass;

	(void)state;
	info.action = XFRM_POLICY_BLOCK;
	assert_false(lets_pass(&info, NULL, 0));
}

static void only_its_sources_count(void **state)
{
	(void)state;
	assert_true(lets_pass_from("2001:db8:1::1", 128));
	assert_false(lets_pass_from("2001:db8:1::2", 128));
	assert_true(lets_pass_from("2001:db8:1::", 64));
	assert_false(lets_pass_from("2001:db8:2::", 64));
	assert_true(lets_pass_from("2001:db8:1::", 127));
	assert_false(lets_pass_from("2001:db8:1::2", 127));
	assert_true(lets_pass_from("2001:db9::", 31));
	assert_false(lets_pass_from("2001:db9::", 32));
}

static void only_its_destinations_count(void **state)
{
	(void)state;
	assert_true(lets_pass_to("::", 0));
	assert_true(lets_pass_to("2001:db8:1::1", 128));
	assert_false(lets_pass_to("2001:db8:1::2", 128));
}

static void one_that_demands_esp_is_as_good(void **state)
{
	struct xfrm_user_tmpl templates[] = {
		{ .id.proto = IPPROTO_COMP, .family = AF_INET6 },
		{ .id.proto = IPPROTO_ESP, .family = AF_INET6 },
	};

	(void)state;
	assert_false(lets_pass(&lets_all_pass, templates, 2));
	assert_true(lets_pass(&lets_all_pass, templates, 1));
	templates[1].optional = 1;
	assert_true(lets_pass(&lets_all_pass, templates, 2));
	templates[1].optional = 0;
	templates[1].mode = XFRM_MODE_TUNNEL;
	assert_true(lets_pass(&lets_all_pass, templates, 2));
}

/* What comes by those of anybody else can have any source. */
static void esp_of_others_is_none(void **state)
{
	struct xfrm_user_tmpl template = {
		.id.proto = IPPROTO_ESP, .family = AF_INET6, .reqid = 8,
	};

	(void)state;
	assert_false(lets_pass(&lets_all_pass, &template, 1));
	reqid = 7;
	assert_true(lets_pass(&lets_all_pass, &template, 1));
	template.reqid = 0;
	assert_true(lets_pass(&lets_all_pass, &template, 1));
	template.reqid = 7;
	assert_false(lets_pass(&lets_all_pass, &template, 1));
	reqid = 0;
}

static void a_message_that_is_too_short_is_none(void **state)
{
	struct in6_addr peer = address("2001:db8:1::1");
	struct nlmsghdr *nlh = malloc(NLMSG_HDRLEN);

	(void)state;
	assert_non_null(nlh);
	*nlh = (struct nlmsghdr){ NLMSG_HDRLEN, XFRM_MSG_NEWPOLICY, 0, 0, 0 };
	assert_false(rival_lets_pass(nlh, &peer, 0));
	free(nlh);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_lets_pass_what_is_not_in_esp),
		cmocka_unit_test(another_protocol_is_no_matter),
		cmocka_unit_test(one_behind_is_no_matter),
		cmocka_unit_test(one_for_what_is_forwarded_is_no_matter),
		cmocka_unit_test(one_that_blocks_lets_nothing_pass),
		cmocka_unit_test(only_its_sources_count),
		cmocka_unit_test(only_its_destinations_count),
		cmocka_unit_test(one_that_demands_esp_is_as_good),
		cmocka_unit_test(esp_of_others_is_none),
		cmocka_unit_test(a_message_that_is_too_short_is_none),
	};

	return cmocka_run_group_tests_name("policies of others", tests, NULL, NULL);
}
