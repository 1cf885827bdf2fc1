// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that are not meant: a sensible one with one thing wrong, what only the
 * policy allows, and noise.
 */
#include "fuzz.h"

#define SPOTS_MAX	4096

/**
 * struct spot - an attribute of a message
 * @offset: where it begins
 * @outer: the spot of the nest that it is in, or -1
 * @policy: what it may be, or NULL
 */
struct spot {
	size_t offset;
	int outer;
	const struct attr_policy *policy;
};

static struct spot spots[SPOTS_MAX];
static int n_spots;

static const struct policy *inside(const struct attr_policy *attr)
{
	return attr->type == NL_ATTR_TYPE_NESTED || attr->type == NL_ATTR_TYPE_NESTED_ARRAY ?
	       &family.policy[attr->nested] : NULL;
}

/* Members of a list have no policy of their own: LIST says what is in them. */
static void find_spots(const uint8_t *data, size_t begin, size_t end, int outer,
		       const struct policy *policy, const struct policy *list)
{
	const struct nlattr *attr;
	size_t offset;
	int spot;

	for_each_attr(attr, data + begin, end - begin) {
		if (n_spots == SPOTS_MAX)
			return;
		offset = (const uint8_t *)attr - data;
		spot = n_spots++;
		spots[spot] = (struct spot) { .offset = offset, .outer = outer };
		if (list) {
			find_spots(data, offset + NLA_HDRLEN, offset + attr->nla_len, spot, list,
				   NULL);
			continue;
		}
		if (attr_type(attr) >= ATTRS_MAX)
			continue;
		spots[spot].policy = &policy->attr[attr_type(attr)];
		if (!inside(spots[spot].policy))
			continue;
		if (spots[spot].policy->type == NL_ATTR_TYPE_NESTED)
			find_spots(data, offset + NLA_HDRLEN, offset + attr->nla_len, spot,
				   inside(spots[spot].policy), NULL);
		else
			find_spots(data, offset + NLA_HDRLEN, offset + attr->nla_len, spot, NULL,
				   inside(spots[spot].policy));
	}
}

/* Make room of LEN bytes at OFFSET, or take them out if LEN is negative. */
static bool shift(struct request *req, const struct spot *spot, size_t offset, ssize_t len)
{
	size_t from = len < 0 ? offset - len : offset, outer;

	if (req->len + len > sizeof(req->data) || from > req->len)
		return false;
	memmove(req->data + from + len, req->data + from, req->len - from);
	req->len += len;
	for (int i = spot->outer; i >= 0; i = spots[i].outer) {
		outer = spots[i].offset;
		attr_at(req->data, outer)->nla_len += len;
	}
	return true;
}

static void spoil_length(struct nlattr *attr)
{
	static const int by[] = { -1, 1, -4, 4, -2, 8 };

	switch (below(4)) {
	case 0:
		attr->nla_len = below(NLA_HDRLEN + 1);
		break;
	case 1:
		attr->nla_len = chance();
		break;
	default:
		attr->nla_len += by[below(6)];
	}
}

static void spoil_type(struct nlattr *attr)
{
	switch (below(3)) {
	case 0:
		attr->nla_type ^= 1 << below(16);
		break;
	case 1:
		attr->nla_type = (attr->nla_type & ~NLA_TYPE_MASK) | below(ATTRS_MAX);
		break;
	default:
		attr->nla_type++;
	}
}

/* Off by one, at a limit and beyond it, or anything. */
static void spoil_value(struct nlattr *attr, const struct attr_policy *policy)
{
	size_t len = attr_len(attr);
	uint64_t value = attr_u64(attr);

	if (!len)
		return;
	if (len > sizeof(value) || one_in(4)) {
		((uint8_t *)attr_data(attr))[below(len)] ^= 1 << below(8);
		return;
	}
	switch (below(5)) {
	case 0:
		value++;
		break;
	case 1:
		value--;
		break;
	case 2:
		value = policy ? policy->max + 1 : 0;
		break;
	case 3:
		value = policy ? policy->min - 1 : ~0ull;
		break;
	default:
		value = chance();
	}
	memcpy(attr_data(attr), &value, len);
}

static void drop(struct request *req, const struct spot *spot)
{
	shift(req, spot, spot->offset, -NLA_ALIGN(attr_at(req->data, spot->offset)->nla_len));
}

static void repeat(struct request *req, const struct spot *spot)
{
	size_t len = NLA_ALIGN(attr_at(req->data, spot->offset)->nla_len);

	if (shift(req, spot, spot->offset, len))
		memmove(req->data + spot->offset, req->data + spot->offset + len, len);
}

/* Some bytes more or less of a value, in a message that is in order. */
static void resize(struct request *req, const struct spot *spot)
{
	static const int by[] = { -4, 4, -8, 8, -1, -2, -3, 1 };
	struct nlattr *attr = attr_at(req->data, spot->offset);
	int old = attr->nla_len, new = old + by[below(8)], end;

	if (new < NLA_HDRLEN)
		new = NLA_HDRLEN;
	end = spot->offset + (new < old ? NLA_ALIGN(new) : NLA_ALIGN(old));
	if (!shift(req, spot, end, NLA_ALIGN(new) - NLA_ALIGN(old)))
		return;
	attr->nla_len = new;
	if (new > old)
		memset(req->data + spot->offset + old, 0, NLA_ALIGN(new) - old);
}

/* An attribute of any policy; behind it there may be bytes too few. */
static void add_stranger(struct request *req)
{
	const struct policy *policy = &family.policy[below(family.policies)];
	size_t before = req->len;

	value_put(req, policy, below(policy->max + 1), 2);
	if (one_in(8) && req->len > before)
		req->len -= 1 + below(3);
}

static void spoil_attribute(struct request *req)
{
	struct spot *spot = &spots[below(n_spots)];
	struct nlattr *attr = attr_at(req->data, spot->offset);

	switch (below(8)) {
	case 0:
		spoil_length(attr);
		break;
	case 1:
		spoil_type(attr);
		break;
	case 2:
	case 3:
		spoil_value(attr, spot->policy);
		break;
	case 4:
		drop(req, spot);
		break;
	case 5:
		repeat(req, spot);
		break;
	case 6:
		resize(req, spot);
		break;
	default:
		attr->nla_type ^= one_in(4) ? NLA_F_NET_BYTEORDER : NLA_F_NESTED;
	}
}

/* Headers that are wrong, but for the length of the message. */
static void spoil_header(struct request *req)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)req->data;
	struct genlmsghdr *genlh = NLMSG_DATA(nlh);

	req->bad_header = true;
	switch (below(4)) {
	case 0:
		genlh->version = chance();
		break;
	case 1:
		genlh->reserved = 1 << below(16);
		break;
	case 2:
		nlh->nlmsg_flags |= 1 << below(16);
		break;
	default:
		nlh->nlmsg_flags ^= one_in(2) ? NLM_F_DUMP : NLM_F_ECHO;
	}
}

/* What the kernel takes for the next message then is anything. */
static void spoil_message_length(struct request *req)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)req->data;

	req->bad_header = true;
	req->last = true;
	if (one_in(3))
		nlh->nlmsg_len = below(NLMSG_HDRLEN + GENL_HDRLEN + 1);
	else
		nlh->nlmsg_len += (int)below(17) - 8;
}

/* A sensible request, with one thing wrong. */
void request_spoil(struct request *req)
{
	uint8_t *cmd = request_cmd(req);
	int policy = family.command[*cmd].policy;
	size_t begin = NLMSG_HDRLEN + GENL_HDRLEN;

	req->mutated = true;
	n_spots = 0;
	if (policy >= 0)
		find_spots(req->data, begin, req->len, -1, &family.policy[policy], NULL);
	switch (below(24)) {
	case 0:
		spoil_header(req);
		break;
	case 1:
		*cmd = below(COMMANDS_MAX + 2);
		break;
	case 2:
		add_stranger(req);
		break;
	case 3:
		spoil_message_length(req);
		return;
	default:
		if (n_spots)
			spoil_attribute(req);
	}
	request_end(req);
}

/* What the policy allows, whether it makes sense or not. */
void request_by_policy(struct request *req)
{
	uint8_t cmd = 1 + below(FMIP_CMD_MAX - 1);
	const struct command *command = &family.command[cmd];

	request_begin(req, cmd, command->dump && one_in(4) ? NLM_F_DUMP : 0);
	req->mutated = true;
	if (command->policy >= 0)
		for (uint32_t n = below(6); n; n--) {
			const struct policy *policy = &family.policy[command->policy];

			value_put(req, policy, 1 + below(policy->max + 1), 0);
		}
	request_end(req);
}

/* Bytes. */
void request_noise(struct request *req)
{
	uint8_t byte;
	size_t len;

	request_begin(req, below(COMMANDS_MAX + 2), 0);
	req->mutated = true;
	len = below(one_in(8) ? 4096 : 64);
	for (size_t i = 0; i < len; i++) {
		byte = one_in(2) ? below(32) : chance();
		req->data[req->len++] = byte;
	}
	request_end(req);
}
