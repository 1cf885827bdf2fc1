// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include <linux/fmip.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "extack.h"

/* The names of the attributes of a nest, and what is nested in them. */
struct attr_set {
	const struct attr_name *names;
	unsigned int max;
};

struct attr_name {
	const char *name;
	const struct attr_set *nest;
	bool list;		/* of such nests, rather than one */
};

#define SET(names)		{ names, sizeof(names) / sizeof((names)[0]) - 1 }

static const struct attr_name match_names[] = {
	[FMIP_MATCH_A_DIRECTION] = { "FMIP_MATCH_A_DIRECTION" },
	[FMIP_MATCH_A_ADDR] = { "FMIP_MATCH_A_ADDR" },
	[FMIP_MATCH_A_PREFIXLEN] = { "FMIP_MATCH_A_PREFIXLEN" },
	[FMIP_MATCH_A_SCOPE] = { "FMIP_MATCH_A_SCOPE" },
	[FMIP_MATCH_A_IFINDEX] = { "FMIP_MATCH_A_IFINDEX" },
	[FMIP_MATCH_A_TUNNEL] = { "FMIP_MATCH_A_TUNNEL" },
	[FMIP_MATCH_A_KEY] = { "FMIP_MATCH_A_KEY" },
};

static const struct attr_name target_names[] = {
	[FMIP_TARGET_A_TYPE] = { "FMIP_TARGET_A_TYPE" },
	[FMIP_TARGET_A_TUNNEL] = { "FMIP_TARGET_A_TUNNEL" },
	[FMIP_TARGET_A_KEY] = { "FMIP_TARGET_A_KEY" },
	[FMIP_TARGET_A_IFINDEX] = { "FMIP_TARGET_A_IFINDEX" },
	[FMIP_TARGET_A_LLADDR] = { "FMIP_TARGET_A_LLADDR" },
	[FMIP_TARGET_A_LIFETIME] = { "FMIP_TARGET_A_LIFETIME" },
};

static const struct attr_name accept_names[] = {
	[FMIP_ACCEPT_A_TUNNEL] = { "FMIP_ACCEPT_A_TUNNEL" },
	[FMIP_ACCEPT_A_KEY] = { "FMIP_ACCEPT_A_KEY" },
	[FMIP_ACCEPT_A_DIRECTION] = { "FMIP_ACCEPT_A_DIRECTION" },
	[FMIP_ACCEPT_A_LIFETIME] = { "FMIP_ACCEPT_A_LIFETIME" },
};

static const struct attr_name proxy_names[] = {
	[FMIP_PROXY_A_ADDR] = { "FMIP_PROXY_A_ADDR" },
	[FMIP_PROXY_A_IFINDEX] = { "FMIP_PROXY_A_IFINDEX" },
	[FMIP_PROXY_A_FLAGS] = { "FMIP_PROXY_A_FLAGS" },
	[FMIP_PROXY_A_LIFETIME] = { "FMIP_PROXY_A_LIFETIME" },
};

static const struct attr_name attach_names[] = {
	[FMIP_ATTACH_A_IFINDEX] = { "FMIP_ATTACH_A_IFINDEX" },
	[FMIP_ATTACH_A_LLADDR] = { "FMIP_ATTACH_A_LLADDR" },
	[FMIP_ATTACH_A_ON] = { "FMIP_ATTACH_A_ON" },
	[FMIP_ATTACH_A_ACTION] = { "FMIP_ATTACH_A_ACTION" },
};

static const struct attr_name filter_names[] = {
	[FMIP_FILTER_A_TUNNEL] = { "FMIP_FILTER_A_TUNNEL" },
	[FMIP_FILTER_A_GATE] = { "FMIP_FILTER_A_GATE" },
	[FMIP_FILTER_A_IFINDEX] = { "FMIP_FILTER_A_IFINDEX" },
	[FMIP_FILTER_A_SCOPE] = { "FMIP_FILTER_A_SCOPE" },
	[FMIP_FILTER_A_COOKIE_MIN] = { "FMIP_FILTER_A_COOKIE_MIN" },
	[FMIP_FILTER_A_COOKIE_MAX] = { "FMIP_FILTER_A_COOKIE_MAX" },
	[FMIP_FILTER_A_ADDR] = { "FMIP_FILTER_A_ADDR" },
	[FMIP_FILTER_A_PREFIXLEN] = { "FMIP_FILTER_A_PREFIXLEN" },
};

static const struct attr_set match_set = SET(match_names);
static const struct attr_set target_set = SET(target_names);
static const struct attr_set accept_set = SET(accept_names);
static const struct attr_set proxy_set = SET(proxy_names);
static const struct attr_set attach_set = SET(attach_names);
static const struct attr_set filter_set = SET(filter_names);

static const struct attr_name binding_names[] = {
	[FMIP_BINDING_A_ID] = { "FMIP_BINDING_A_ID" },
	[FMIP_BINDING_A_COOKIE] = { "FMIP_BINDING_A_COOKIE" },
	[FMIP_BINDING_A_FLAGS] = { "FMIP_BINDING_A_FLAGS" },
	[FMIP_BINDING_A_MATCHES] = { "FMIP_BINDING_A_MATCHES", &match_set, .list = true },
	[FMIP_BINDING_A_MATCH] = { "FMIP_BINDING_A_MATCH", &match_set },
	[FMIP_BINDING_A_TARGETS] = { "FMIP_BINDING_A_TARGETS", &target_set, .list = true },
	[FMIP_BINDING_A_ACCEPTS] = { "FMIP_BINDING_A_ACCEPTS", &accept_set, .list = true },
	[FMIP_BINDING_A_PROXIES] = { "FMIP_BINDING_A_PROXIES", &proxy_set, .list = true },
	[FMIP_BINDING_A_ATTACH] = { "FMIP_BINDING_A_ATTACH", &attach_set },
	[FMIP_BINDING_A_GATE] = { "FMIP_BINDING_A_GATE" },
	[FMIP_BINDING_A_RELEASE] = { "FMIP_BINDING_A_RELEASE" },
	[FMIP_BINDING_A_SPEEDUP] = { "FMIP_BINDING_A_SPEEDUP" },
	[FMIP_BINDING_A_RATE] = { "FMIP_BINDING_A_RATE" },
	[FMIP_BINDING_A_LIMIT_PACKETS] = { "FMIP_BINDING_A_LIMIT_PACKETS" },
	[FMIP_BINDING_A_LIMIT_BYTES] = { "FMIP_BINDING_A_LIMIT_BYTES" },
	[FMIP_BINDING_A_LIMIT_AGE] = { "FMIP_BINDING_A_LIMIT_AGE" },
	[FMIP_BINDING_A_OVERFLOW] = { "FMIP_BINDING_A_OVERFLOW" },
	[FMIP_BINDING_A_LIFETIME] = { "FMIP_BINDING_A_LIFETIME" },
	[FMIP_BINDING_A_HOLD_TIME] = { "FMIP_BINDING_A_HOLD_TIME" },
	[FMIP_BINDING_A_HOLD_EXPIRY] = { "FMIP_BINDING_A_HOLD_EXPIRY" },
	[FMIP_BINDING_A_ENTRIES] = { "FMIP_BINDING_A_ENTRIES" },
	[FMIP_BINDING_A_FILTER] = { "FMIP_BINDING_A_FILTER", &filter_set },
	[FMIP_BINDING_A_REPLAY_NS] = { "FMIP_BINDING_A_REPLAY_NS" },
	[FMIP_BINDING_A_GUARD_IDLE] = { "FMIP_BINDING_A_GUARD_IDLE" },
};

static const struct attr_name tunnel_names[] = {
	[FMIP_TUNNEL_A_ID] = { "FMIP_TUNNEL_A_ID" },
	[FMIP_TUNNEL_A_ENCAP] = { "FMIP_TUNNEL_A_ENCAP" },
	[FMIP_TUNNEL_A_LOCAL] = { "FMIP_TUNNEL_A_LOCAL" },
	[FMIP_TUNNEL_A_REMOTE] = { "FMIP_TUNNEL_A_REMOTE" },
	[FMIP_TUNNEL_A_SPORT] = { "FMIP_TUNNEL_A_SPORT" },
	[FMIP_TUNNEL_A_DPORT] = { "FMIP_TUNNEL_A_DPORT" },
	[FMIP_TUNNEL_A_IFINDEX] = { "FMIP_TUNNEL_A_IFINDEX" },
	[FMIP_TUNNEL_A_MARK] = { "FMIP_TUNNEL_A_MARK" },
	[FMIP_TUNNEL_A_TTL] = { "FMIP_TUNNEL_A_TTL" },
	[FMIP_TUNNEL_A_DSCP] = { "FMIP_TUNNEL_A_DSCP" },
	[FMIP_TUNNEL_A_ENCAPLIMIT] = { "FMIP_TUNNEL_A_ENCAPLIMIT" },
	[FMIP_TUNNEL_A_FLAGS] = { "FMIP_TUNNEL_A_FLAGS" },
	[FMIP_TUNNEL_A_FLOWLABEL] = { "FMIP_TUNNEL_A_FLOWLABEL" },
	[FMIP_TUNNEL_A_ENTRIES] = { "FMIP_TUNNEL_A_ENTRIES" },
	[FMIP_TUNNEL_A_FILTER] = { "FMIP_TUNNEL_A_FILTER", &filter_set },
};

static const struct attr_name config_names[] = {
	[FMIP_CONFIG_A_NETNS_BYTES] = { "FMIP_CONFIG_A_NETNS_BYTES" },
	[FMIP_CONFIG_A_MODULE_BYTES] = { "FMIP_CONFIG_A_MODULE_BYTES" },
	[FMIP_CONFIG_A_EXEMPT_MARK] = { "FMIP_CONFIG_A_EXEMPT_MARK" },
	[FMIP_CONFIG_A_EXEMPT_MASK] = { "FMIP_CONFIG_A_EXEMPT_MASK" },
	[FMIP_CONFIG_A_PROXIES_MAX] = { "FMIP_CONFIG_A_PROXIES_MAX" },
	[FMIP_CONFIG_A_GUARANTEE] = { "FMIP_CONFIG_A_GUARANTEE" },
};

static const struct attr_set binding_set = SET(binding_names);
static const struct attr_set tunnel_set = SET(tunnel_names);
static const struct attr_set config_set = SET(config_names);

static const struct attr_set *request_set(uint8_t cmd)
{
	switch (cmd) {
	case FMIP_CMD_BINDING_NEW:
	case FMIP_CMD_BINDING_REPLACE:
	case FMIP_CMD_BINDING_SET:
	case FMIP_CMD_BINDING_DEL:
	case FMIP_CMD_BINDING_GET:
	case FMIP_CMD_BINDING_FLUSH:
		return &binding_set;
	case FMIP_CMD_TUNNEL_NEW:
	case FMIP_CMD_TUNNEL_REPLACE:
	case FMIP_CMD_TUNNEL_SET:
	case FMIP_CMD_TUNNEL_DEL:
	case FMIP_CMD_TUNNEL_GET:
	case FMIP_CMD_TUNNEL_FLUSH:
		return &tunnel_set;
	case FMIP_CMD_CONFIG_SET:
		return &config_set;
	default:
		return NULL;
	}
}

const char *extack_name(uint8_t cmd, unsigned int attr)
{
	const struct attr_set *set = request_set(cmd);

	return set && attr <= set->max ? set->names[attr].name : NULL;
}

static bool append(struct refusal *refusal, const struct attr_set *set,
		   unsigned int attr)
{
	size_t used = strlen(refusal->path);

	if (attr > set->max || !set->names[attr].name)
		return false;
	snprintf(refusal->path + used, sizeof(refusal->path) - used, "%s%s",
		 used ? "/" : "", set->names[attr].name);
	return true;
}

/* The attribute of a stream that @place is in, NULL if it is in none. */
static struct nlattr *attr_around(struct nlattr *head, int len,
				  const char *place)
{
	struct nlattr *attr;
	int rest;

	nla_for_each_attr(attr, head, len, rest) {
		char *start = (char *)attr;

		if (place >= start && place < start + nla_total_size(nla_len(attr)))
			return attr;
	}
	return NULL;
}

/*
 * Appends the names on the way down to @place, and returns the set of what is
 * in it, if it is a nest.
 */
static const struct attr_set *walk(struct refusal *refusal,
				   const struct attr_set *set,
				   struct nlattr *head, int len,
				   const char *place)
{
	const struct attr_name *name;
	struct nlattr *attr;
	bool member = false;

	while (set) {
		attr = attr_around(head, len, place);
		if (!attr)
			return NULL;
		if (member) {
			member = false;
		} else {
			if (!append(refusal, set, nla_type(attr)))
				return NULL;
			name = &set->names[nla_type(attr)];
			member = name->list;
			set = name->nest;
		}
		if ((char *)attr == place)
			return set;
		head = nla_data(attr);
		len = nla_len(attr);
	}
	return NULL;
}

/* The offsets that the kernel gives count from the start of the request. */
static const struct attr_set *walk_to(struct refusal *refusal,
				      struct nlmsghdr *request,
				      uint32_t offset)
{
	struct genlmsghdr *genl = nlmsg_data(request);

	if (offset >= request->nlmsg_len)
		return NULL;
	return walk(refusal, request_set(genl->cmd), genlmsg_attrdata(genl, 0),
		    genlmsg_attrlen(genl, 0), (char *)request + offset);
}

static void read_missing(struct nlattr **tb, struct nlmsghdr *request,
			 struct refusal *refusal)
{
	struct genlmsghdr *genl = nlmsg_data(request);
	const struct attr_set *set = request_set(genl->cmd);

	if (tb[NLMSGERR_ATTR_MISS_NEST])
		set = walk_to(refusal, request,
			      nla_get_u32(tb[NLMSGERR_ATTR_MISS_NEST]));
	refusal->missing = set &&
			   append(refusal, set,
				  nla_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE]));
}

static void read_attrs(struct nlattr *head, int len, struct nlmsghdr *request,
		       struct refusal *refusal)
{
	static struct nla_policy policy[NLMSGERR_ATTR_MAX + 1] = {
		[NLMSGERR_ATTR_MSG] = { .type = NLA_STRING },
		[NLMSGERR_ATTR_OFFS] = { .type = NLA_U32 },
		[NLMSGERR_ATTR_MISS_TYPE] = { .type = NLA_U32 },
		[NLMSGERR_ATTR_MISS_NEST] = { .type = NLA_U32 },
	};
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	if (nla_parse(tb, NLMSGERR_ATTR_MAX, head, len, policy) < 0)
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		nla_strlcpy(refusal->text, tb[NLMSGERR_ATTR_MSG],
			    sizeof(refusal->text));
	if (tb[NLMSGERR_ATTR_OFFS])
		walk_to(refusal, request, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]));
	else if (tb[NLMSGERR_ATTR_MISS_TYPE])
		read_missing(tb, request, refusal);
}

/* Where the attributes of an answer start: behind the echoed request, if any. */
static size_t attrs_offset(const struct nlmsghdr *nlh,
			   const struct nlmsgerr *error)
{
	if (nlh->nlmsg_type == NLMSG_DONE)
		return NLMSG_ALIGN(sizeof(int));
	if (nlh->nlmsg_flags & NLM_F_CAPPED)
		return sizeof(*error);
	return sizeof(*error) - sizeof(error->msg) +
	       NLMSG_ALIGN(error->msg.nlmsg_len);
}

bool extack_read(struct nlmsghdr *nlh, struct nlmsghdr *request,
		 struct refusal *refusal)
{
	size_t len = nlmsg_datalen(nlh);
	char *data = nlmsg_data(nlh);
	size_t offset;
	int error;

	memset(refusal, 0, sizeof(*refusal));
	if (len < (nlh->nlmsg_type == NLMSG_DONE ? sizeof(int)
						 : sizeof(struct nlmsgerr)))
		return false;
	memcpy(&error, data, sizeof(error));
	if (error >= 0)
		return false;
	refusal->error = -error;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return true;

	offset = attrs_offset(nlh, (struct nlmsgerr *)data);
	if (offset < len)
		read_attrs((struct nlattr *)(data + offset), len - offset,
			   request, refusal);
	return true;
}
