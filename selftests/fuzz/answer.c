// SPDX-License-Identifier: GPL-2.0-only
/* Judges the kernel's answers, and notes what it has accepted. */
#include "fuzz.h"

#include <limits.h>

struct tally tally;

static struct policy *policy_of(const uint8_t *message)
{
	uint8_t cmd = message[NLMSG_HDRLEN];
	int policy = cmd < COMMANDS_MAX ? family.command[cmd].policy : -1;

	return policy < 0 ? NULL : &family.policy[policy];
}

/* What an attribute may be; what no policy has may be nothing. */
static struct attr_policy *known_as(struct policy *policy, const struct nlattr *attr)
{
	return &policy->attr[attr_type(attr) < ATTRS_MAX ? attr_type(attr) : 0];
}

static bool is_entry(enum kind kind)
{
	return kind == KIND_BINDING_ENTRY || kind == KIND_TUNNEL_ENTRY;
}

/* Note all attributes; but each entry of a list of requests has a result of its own. */
static void note(struct policy *policy, const void *data, size_t len)
{
	const struct nlattr *attr, *item;

	for_each_attr(attr, data, len) {
		struct attr_policy *known = known_as(policy, attr);
		struct policy *inner = &family.policy[known->nested];

		known->accepted++;
		if (known->type == NL_ATTR_TYPE_NESTED)
			note(inner, attr_data(attr), attr_len(attr));
		else if (known->type == NL_ATTR_TYPE_NESTED_ARRAY && !is_entry(inner->kind))
			for_each_attr(item, attr_data(attr), attr_len(attr))
				note(inner, attr_data(item), attr_len(item));
	}
}

/* MESSAGE was accepted as a whole. */
void answer_accepted(const uint8_t *message, size_t len)
{
	struct policy *policy = policy_of(message);

	tally.accepted++;
	if (policy)
		note(policy, message + NLMSG_HDRLEN + GENL_HDRLEN,
		     len - NLMSG_HDRLEN - GENL_HDRLEN);
}

static void count_error(int error, bool told, bool placed)
{
	unsigned int n = error < 0 && error > -256 ? -error : 255;

	tally.error[n]++;
	if (!told)
		tally.untold[n]++;
	else if (!placed)
		tally.placeless[n]++;
}

/*
 * A request of SENT bytes was refused, with what ATTRS say; it may be that nothing
 * was to be expected.  False if the place that they name does not lie in it, behind
 * its headers.
 */
bool answer_refused(int error, const struct nlattr *attrs, size_t len, size_t sent, bool silent)
{
	bool told = silent, placed = false, right = true;
	const struct nlattr *attr;

	for_each_attr(attr, attrs, len) {
		switch (attr_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			told |= attr_len(attr) > 1;
			break;
		case NLMSGERR_ATTR_OFFS:
			placed = true;
			right = attr_u32(attr) >= NLMSG_HDRLEN + GENL_HDRLEN &&
				attr_u32(attr) < sent;
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			placed = true;
			break;
		}
	}
	count_error(error, told, placed);
	return right;
}

/* The list of entries of MESSAGE; of several the last, as the kernel sees it. */
static const struct nlattr *entries_of(const uint8_t *message, size_t len, struct policy **entry)
{
	struct policy *policy = policy_of(message);
	const struct nlattr *attr, *found = NULL;

	if (!policy)
		return NULL;
	for_each_attr(attr, message + NLMSG_HDRLEN + GENL_HDRLEN,
		      len - NLMSG_HDRLEN - GENL_HDRLEN) {
		const struct attr_policy *known = known_as(policy, attr);

		if (known->type != NL_ATTR_TYPE_NESTED_ARRAY ||
		    !is_entry(family.policy[known->nested].kind))
			continue;
		found = attr;
		*entry = &family.policy[known->nested];
	}
	return found;
}

unsigned int answer_entries(const uint8_t *message, size_t len)
{
	struct policy *policy;
	const struct nlattr *list = entries_of(message, len, &policy), *entry;
	unsigned int n = 0;

	if (list)
		for_each_attr(entry, attr_data(list), attr_len(list))
			n++;
	return n;
}

/* What became of one entry. */
static void judge_result(const struct nlattr *result, struct policy *policy,
			 const struct nlattr *entry)
{
	bool told = false, placed = false;
	const struct nlattr *attr;
	int error = 0;

	for_each_attr(attr, attr_data(result), attr_len(result)) {
		switch (attr_type(attr)) {
		case FMIP_RESULT_A_ERROR:
			error = attr_u32(attr);
			break;
		case FMIP_RESULT_A_MESSAGE:
			told = attr_len(attr) > 1;
			break;
		case FMIP_RESULT_A_ATTR:
			placed = true;
			break;
		}
	}
	if (error)
		count_error(error, told, placed);
	else
		note(policy, attr_data(entry), attr_len(entry));
}

/*
 * ANSWER has results of entries of MESSAGE, the first of them that of entry number
 * FROM.  How many have been seen then; UINT_MAX if there are more than entries.
 */
unsigned int answer_results(const uint8_t *message, size_t len, const struct nlmsghdr *answer,
			    unsigned int from)
{
	const struct nlattr *attr, *result, *entry;
	struct policy *policy;
	const struct nlattr *list = entries_of(message, len, &policy);
	size_t rest = list ? attr_len(list) : 0;

	entry = list ? attr_data(list) : NULL;
	for (unsigned int i = 0; i < from && attr_ok(entry, rest); i++) {
		rest -= rest < attr_total(entry) ? rest : attr_total(entry);
		entry = attr_at(entry, attr_total(entry));
	}
	for_each_attr(attr, (const uint8_t *)NLMSG_DATA(answer) + GENL_HDRLEN,
		      answer->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN) {
		for_each_attr(result, attr_data(attr), attr_len(attr)) {
			if (!rest || !attr_ok(entry, rest))
				return UINT_MAX;
			judge_result(result, policy, entry);
			from++;
			rest -= rest < attr_total(entry) ? rest : attr_total(entry);
			entry = attr_at(entry, attr_total(entry));
		}
	}
	return from;
}
