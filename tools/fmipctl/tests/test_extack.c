// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel blames is named, in whatever shape its answer comes. */
#include <errno.h>
#include <string.h>

#include <linux/fmip.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "extack.h"
#include "fake_genl.h"
#include "run.h"

static struct nlmsghdr *request;
static struct nl_msg *answer;
static struct refusal refusal;

/* Sends the line, so that a request is there to be refused. */
static void ask(const char *line)
{
	assert_int_equal(run(line), DONE);
	request = nlmsg_hdr(fake_sent);
}

static void answer_start(int error, bool capped)
{
	struct nlmsgerr body = { .error = error, .msg = *request };
	size_t len = capped ? sizeof(body)
			    : sizeof(body) - sizeof(body.msg) + request->nlmsg_len;

	nlmsg_free(answer);
	answer = nlmsg_alloc_size(8192);
	nlmsg_put(answer, 0, 0, NLMSG_ERROR, 0,
		  NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0));
	nlmsg_append(answer, &body, sizeof(body), 0);
	if (len > sizeof(body))
		nlmsg_append(answer, request + 1, len - sizeof(body),
			     NLMSG_ALIGNTO);
}

static void read_answer(const char *path, bool missing)
{
	assert_true(extack_read(nlmsg_hdr(answer), request, &refusal));
	assert_string_equal(refusal.path, path);
	assert_int_equal(refusal.missing, missing);
}

static struct nlattr *find(struct nlattr *nest, int type)
{
	struct nlattr *found = nest ? nla_find(nla_data(nest), nla_len(nest), type)
				    : nlmsg_find_attr(request, GENL_HDRLEN, type);

	assert_non_null(found);
	return found;
}

static uint32_t offset_of(struct nlattr *attr)
{
	return (char *)attr - (char *)request;
}

static void blame(struct nlattr *attr, bool capped, const char *path)
{
	answer_start(-EINVAL, capped);
	nla_put_string(answer, NLMSGERR_ATTR_MSG, "no good");
	nla_put_u32(answer, NLMSGERR_ATTR_OFFS, offset_of(attr));
	read_answer(path, false);
	assert_int_equal(refusal.error, EINVAL);
	assert_string_equal(refusal.text, "no good");
}

static void offsets(void **state)
{
	static const char line[] =
		"binding add id 7 dst 2001:db8::1 target route target tunnel 4 key 5\n"
		"attach una dev eth0";
	struct nlattr *list, *member;
	int capped;

	(void)state;
	ask(line);
	for (capped = 0; capped < 2; capped++) {
		blame(find(NULL, FMIP_BINDING_A_ID), capped, "FMIP_BINDING_A_ID");
		list = find(NULL, FMIP_BINDING_A_TARGETS);
		blame(list, capped, "FMIP_BINDING_A_TARGETS");
		member = find(list, 2);
		blame(member, capped, "FMIP_BINDING_A_TARGETS");
		blame(find(member, FMIP_TARGET_A_TUNNEL), capped,
		      "FMIP_BINDING_A_TARGETS/FMIP_TARGET_A_TUNNEL");
		blame(find(member, FMIP_TARGET_A_KEY), capped,
		      "FMIP_BINDING_A_TARGETS/FMIP_TARGET_A_KEY");
		blame(find(find(NULL, FMIP_BINDING_A_ATTACH), FMIP_ATTACH_A_ON),
		      capped, "FMIP_BINDING_A_ATTACH/FMIP_ATTACH_A_ON");
	}
	fake_reset();
	ask("binding del dst 2001:db8::");
	blame(find(find(NULL, FMIP_BINDING_A_MATCH), FMIP_MATCH_A_PREFIXLEN),
	      true, "FMIP_BINDING_A_MATCH/FMIP_MATCH_A_PREFIXLEN");
	fake_reset();
	ask("tunnel add local ::1 remote ::2");
	blame(find(NULL, FMIP_TUNNEL_A_REMOTE), true, "FMIP_TUNNEL_A_REMOTE");
	fake_reset();
	ask("config set proxies-max 0");
	blame(find(NULL, FMIP_CONFIG_A_PROXIES_MAX), true,
	      "FMIP_CONFIG_A_PROXIES_MAX");
}

static void missing(void **state)
{
	struct nlattr *list;

	(void)state;
	ask("binding change id 1 targets none gate hold");
	answer_start(-EINVAL, true);
	nla_put_u32(answer, NLMSGERR_ATTR_MISS_TYPE, FMIP_BINDING_A_MATCHES);
	read_answer("FMIP_BINDING_A_MATCHES", true);
	assert_string_equal(refusal.text, "");

	fake_reset();
	ask("binding add dst ::1 target route");
	list = find(NULL, FMIP_BINDING_A_TARGETS);
	answer_start(-EINVAL, false);
	nla_put_u32(answer, NLMSGERR_ATTR_MISS_TYPE, FMIP_TARGET_A_TUNNEL);
	nla_put_u32(answer, NLMSGERR_ATTR_MISS_NEST, offset_of(find(list, 1)));
	read_answer("FMIP_BINDING_A_TARGETS/FMIP_TARGET_A_TUNNEL", true);

	/* A type that nothing is known of has no name. */
	answer_start(-EINVAL, false);
	nla_put_u32(answer, NLMSGERR_ATTR_MISS_TYPE, 4711);
	read_answer("", false);
}

static void poor_answers(void **state)
{
	uint32_t offset;

	(void)state;
	ask("binding add dst ::1");

	/* As of a kernel without extended answers. */
	answer_start(-EPERM, false);
	nlmsg_hdr(answer)->nlmsg_flags = 0;
	read_answer("", false);
	assert_int_equal(refusal.error, EPERM);
	assert_string_equal(refusal.text, "");

	answer_start(0, true);
	assert_false(extack_read(nlmsg_hdr(answer), request, &refusal));

	/* Offsets into the header, between attributes, behind the end. */
	for (offset = 0; offset < request->nlmsg_len + 64; offset++) {
		answer_start(-EINVAL, true);
		nla_put_u32(answer, NLMSGERR_ATTR_OFFS, offset);
		assert_true(extack_read(nlmsg_hdr(answer), request, &refusal));
		if (offset < NLMSG_HDRLEN + GENL_HDRLEN ||
		    offset >= request->nlmsg_len)
			assert_string_equal(refusal.path, "");
	}
	answer_start(-EINVAL, true);
	nla_put_u32(answer, NLMSGERR_ATTR_OFFS, UINT32_MAX);
	read_answer("", false);
}

static void end_of_dump(void **state)
{
	int error = -EBUSY;

	(void)state;
	ask("binding show");
	nlmsg_free(answer);
	answer = nlmsg_alloc_size(512);
	nlmsg_put(answer, 0, 0, NLMSG_DONE, 0, NLM_F_MULTI | NLM_F_ACK_TLVS);
	nlmsg_append(answer, &error, sizeof(error), NLMSG_ALIGNTO);
	nla_put_string(answer, NLMSGERR_ATTR_MSG, "gone");
	read_answer("", false);
	assert_int_equal(refusal.error, EBUSY);
	assert_string_equal(refusal.text, "gone");

	nlmsg_free(answer);
	answer = nlmsg_alloc_size(512);
	error = 0;
	nlmsg_put(answer, 0, 0, NLMSG_DONE, 0, NLM_F_MULTI);
	nlmsg_append(answer, &error, sizeof(error), NLMSG_ALIGNTO);
	assert_false(extack_read(nlmsg_hdr(answer), request, &refusal));
}

/* A text longer than what is kept for it is cut, not spilt. */
static void long_text(void **state)
{
	char text[400];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ask("binding add dst ::1");
	answer_start(-EINVAL, true);
	nla_put_string(answer, NLMSGERR_ATTR_MSG, text);
	read_answer("", false);
	assert_int_equal(strlen(refusal.text), sizeof(refusal.text) - 1);
}

static int teardown(void **state)
{
	nlmsg_free(answer);
	answer = NULL;
	return run_teardown(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(offsets),
		TEST(missing),
		TEST(poor_answers),
		TEST(end_of_dump),
		TEST(long_text),
	};

	return cmocka_run_group_tests_name("extack", tests, NULL, NULL);
}
