// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "attrs.h"

static bool put_address(struct nl_msg *msg, int attr,
			const struct address *address)
{
	return !nla_put(msg, attr, address->len, address->bytes);
}

static bool put_lladdr(struct nl_msg *msg, int attr,
		       const struct lladdr *lladdr)
{
	return !nla_put(msg, attr, lladdr->len, lladdr->bytes);
}

static bool put_flags(struct nl_msg *msg, int attr, uint32_t value,
		      uint32_t selector)
{
	struct nla_bitfield32 flags = { value, selector };

	return !nla_put(msg, attr, sizeof(flags), &flags);
}

/* What was not given is as good as put. */
#define PUT_U8(attr, value) \
	(!(given & GIVEN(attr)) || !nla_put_u8(msg, attr, value))
#define PUT_U16(attr, value) \
	(!(given & GIVEN(attr)) || !nla_put_u16(msg, attr, value))
#define PUT_U32(attr, value) \
	(!(given & GIVEN(attr)) || !nla_put_u32(msg, attr, value))
#define PUT_U64(attr, value) \
	(!(given & GIVEN(attr)) || !nla_put_u64(msg, attr, value))
#define PUT_ADDRESS(attr, value) \
	(!(given & GIVEN(attr)) || put_address(msg, attr, value))
#define PUT_LLADDR(attr, value) \
	(!(given & GIVEN(attr)) || put_lladdr(msg, attr, value))

static bool put_match(struct nl_msg *msg, int attr, const struct match *match)
{
	struct nlattr *nest = nla_nest_start(msg, NLA_F_NESTED | (attr));
	uint64_t given = match->given;

	if (!nest ||
	    !PUT_U8(FMIP_MATCH_A_DIRECTION, match->direction) ||
	    !PUT_ADDRESS(FMIP_MATCH_A_ADDR, &match->address) ||
	    !PUT_U8(FMIP_MATCH_A_PREFIXLEN, match->prefixlen) ||
	    !PUT_U8(FMIP_MATCH_A_SCOPE, match->scope) ||
	    !PUT_U32(FMIP_MATCH_A_IFINDEX, match->ifindex) ||
	    !PUT_U32(FMIP_MATCH_A_TUNNEL, match->tunnel) ||
	    !PUT_U32(FMIP_MATCH_A_KEY, match->key))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

static bool put_target(struct nl_msg *msg, int attr,
		       const struct target *target)
{
	struct nlattr *nest = nla_nest_start(msg, NLA_F_NESTED | (attr));
	uint64_t given = target->given;

	if (!nest ||
	    !PUT_U8(FMIP_TARGET_A_TYPE, target->type) ||
	    !PUT_U32(FMIP_TARGET_A_TUNNEL, target->tunnel) ||
	    !PUT_U32(FMIP_TARGET_A_KEY, target->key) ||
	    !PUT_U32(FMIP_TARGET_A_IFINDEX, target->ifindex) ||
	    !PUT_LLADDR(FMIP_TARGET_A_LLADDR, &target->lladdr) ||
	    !PUT_U32(FMIP_TARGET_A_LIFETIME, target->lifetime))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

static bool put_accept(struct nl_msg *msg, int attr,
		       const struct accept *accept)
{
	struct nlattr *nest = nla_nest_start(msg, NLA_F_NESTED | (attr));
	uint64_t given = accept->given;

	if (!nest ||
	    !PUT_U32(FMIP_ACCEPT_A_TUNNEL, accept->tunnel) ||
	    !PUT_U32(FMIP_ACCEPT_A_KEY, accept->key) ||
	    !PUT_U8(FMIP_ACCEPT_A_DIRECTION, accept->direction) ||
	    !PUT_U32(FMIP_ACCEPT_A_LIFETIME, accept->lifetime))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

static bool put_proxy(struct nl_msg *msg, int attr, const struct proxy *proxy)
{
	struct nlattr *nest = nla_nest_start(msg, NLA_F_NESTED | (attr));
	uint64_t given = proxy->given;

	if (!nest ||
	    !PUT_ADDRESS(FMIP_PROXY_A_ADDR, &proxy->address) ||
	    !PUT_U32(FMIP_PROXY_A_IFINDEX, proxy->ifindex) ||
	    !PUT_U32(FMIP_PROXY_A_LIFETIME, proxy->lifetime))
		return false;
	if (given & GIVEN(FMIP_PROXY_A_FLAGS) &&
	    !put_flags(msg, FMIP_PROXY_A_FLAGS, proxy->flags, proxy->flags))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

static bool put_attach(struct nl_msg *msg, const struct attach *attach)
{
	/* Exactly these: "attach na" must not leave the default "una" on. */
	const uint32_t all = FMIP_ATTACH_ON_UNA | FMIP_ATTACH_ON_NA |
			     FMIP_ATTACH_ON_DAD_NS | FMIP_ATTACH_ON_DATA;
	struct nlattr *nest = nla_nest_start(msg, NLA_F_NESTED |
						  FMIP_BINDING_A_ATTACH);
	uint64_t given = attach->given;

	if (!nest ||
	    !PUT_U32(FMIP_ATTACH_A_IFINDEX, attach->ifindex) ||
	    !PUT_LLADDR(FMIP_ATTACH_A_LLADDR, &attach->lladdr) ||
	    !PUT_U8(FMIP_ATTACH_A_ACTION, attach->action))
		return false;
	if (given & GIVEN(FMIP_ATTACH_A_ON) &&
	    !put_flags(msg, FMIP_ATTACH_A_ON, attach->on, all))
		return false;

	/* nla_nest_end() takes an empty nest away; here it means "none". */
	nla_nest_end_keep_empty(msg, nest);
	return true;
}

#define PUT_LIST(msg, binding, attr, array, n, put_member)		\
({									\
	bool put = true;						\
									\
	if ((binding)->given & GIVEN(attr)) {				\
		struct nlattr *list = nla_nest_start(msg, NLA_F_NESTED | (attr));	\
		unsigned int i;						\
									\
		put = list;						\
		for (i = 0; put && i < (n); i++)			\
			put = put_member(msg, i + 1, &(array)[i]);	\
		if (put)						\
			nla_nest_end_keep_empty(msg, list);		\
	}								\
	put;								\
})

static bool put_lists(struct nl_msg *msg, const struct binding *b)
{
	return PUT_LIST(msg, b, FMIP_BINDING_A_MATCHES, b->matches,
			b->n_matches, put_match) &&
	       PUT_LIST(msg, b, FMIP_BINDING_A_TARGETS, b->targets,
			b->n_targets, put_target) &&
	       PUT_LIST(msg, b, FMIP_BINDING_A_ACCEPTS, b->accepts,
			b->n_accepts, put_accept) &&
	       PUT_LIST(msg, b, FMIP_BINDING_A_PROXIES, b->proxies,
			b->n_proxies, put_proxy);
}

bool attrs_put_binding(struct nl_msg *msg, const struct binding *b)
{
	uint64_t given = b->given;

	if (given & GIVEN(FMIP_BINDING_A_MATCH) &&
	    !put_match(msg, FMIP_BINDING_A_MATCH, &b->match))
		return false;
	if (given & GIVEN(FMIP_BINDING_A_FLAGS) &&
	    !put_flags(msg, FMIP_BINDING_A_FLAGS, b->flags,
		       FMIP_BINDING_F_LOCAL))
		return false;
	if (given & GIVEN(FMIP_BINDING_A_ATTACH) &&
	    !put_attach(msg, &b->attach))
		return false;
	return PUT_U32(FMIP_BINDING_A_ID, b->id) &&
	       PUT_U64(FMIP_BINDING_A_COOKIE, b->cookie) &&
	       put_lists(msg, b) &&
	       PUT_U8(FMIP_BINDING_A_GATE, b->gate) &&
	       PUT_U8(FMIP_BINDING_A_RELEASE, b->release) &&
	       PUT_U32(FMIP_BINDING_A_SPEEDUP, b->speedup) &&
	       PUT_U32(FMIP_BINDING_A_RATE, b->rate) &&
	       PUT_U32(FMIP_BINDING_A_LIMIT_PACKETS, b->limit_packets) &&
	       PUT_U32(FMIP_BINDING_A_LIMIT_BYTES, b->limit_bytes) &&
	       PUT_U32(FMIP_BINDING_A_LIMIT_AGE, b->limit_age) &&
	       PUT_U8(FMIP_BINDING_A_OVERFLOW, b->overflow) &&
	       PUT_U32(FMIP_BINDING_A_LIFETIME, b->lifetime) &&
	       PUT_U32(FMIP_BINDING_A_HOLD_TIME, b->hold_time) &&
	       PUT_U8(FMIP_BINDING_A_HOLD_EXPIRY, b->hold_expiry);
}

bool attrs_put_tunnel(struct nl_msg *msg, const struct tunnel *t)
{
	uint64_t given = t->given;

	return PUT_U32(FMIP_TUNNEL_A_ID, t->id) &&
	       PUT_U8(FMIP_TUNNEL_A_ENCAP, t->encap) &&
	       PUT_ADDRESS(FMIP_TUNNEL_A_LOCAL, &t->local) &&
	       PUT_ADDRESS(FMIP_TUNNEL_A_REMOTE, &t->remote) &&
	       PUT_U16(FMIP_TUNNEL_A_SPORT, t->sport) &&
	       PUT_U16(FMIP_TUNNEL_A_DPORT, t->dport) &&
	       PUT_U32(FMIP_TUNNEL_A_IFINDEX, t->ifindex) &&
	       PUT_U32(FMIP_TUNNEL_A_MARK, t->mark) &&
	       PUT_U8(FMIP_TUNNEL_A_TTL, t->ttl) &&
	       PUT_U8(FMIP_TUNNEL_A_DSCP, t->dscp) &&
	       PUT_U8(FMIP_TUNNEL_A_ENCAPLIMIT, t->encaplimit);
}

bool attrs_put_config(struct nl_msg *msg, const struct config *c)
{
	uint64_t given = c->given;

	return PUT_U64(FMIP_CONFIG_A_NETNS_BYTES, c->netns_bytes) &&
	       PUT_U64(FMIP_CONFIG_A_MODULE_BYTES, c->module_bytes) &&
	       PUT_U32(FMIP_CONFIG_A_EXEMPT_MARK, c->exempt_mark) &&
	       PUT_U32(FMIP_CONFIG_A_EXEMPT_MASK, c->exempt_mask) &&
	       PUT_U32(FMIP_CONFIG_A_PROXIES_MAX, c->proxies_max);
}

#define POLICY_U8(attr)		[attr] = { .type = NLA_U8 }
#define POLICY_U16(attr)	[attr] = { .type = NLA_U16 }
#define POLICY_U32(attr)	[attr] = { .type = NLA_U32 }
#define POLICY_U64(attr)	[attr] = { .type = NLA_U64 }
#define POLICY_NEST(attr)	[attr] = { .type = NLA_NESTED }
#define POLICY_ADDRESS(attr)	[attr] = { .minlen = 4, .maxlen = 16 }
#define POLICY_LLADDR(attr)	[attr] = { .maxlen = FMIP_LLADDR_MAX }
#define POLICY_FLAGS(attr) \
	[attr] = { .minlen = sizeof(struct nla_bitfield32) }

/* These leave what is absent as it is, and mark what is present as given. */
static void get_u8(struct nlattr **tb, int attr, uint64_t *given, uint8_t *value)
{
	if (tb[attr]) {
		*value = nla_get_u8(tb[attr]);
		*given |= GIVEN(attr);
	}
}

static void get_u16(struct nlattr **tb, int attr, uint64_t *given,
		    uint16_t *value)
{
	if (tb[attr]) {
		*value = nla_get_u16(tb[attr]);
		*given |= GIVEN(attr);
	}
}

static void get_u32(struct nlattr **tb, int attr, uint64_t *given,
		    uint32_t *value)
{
	if (tb[attr]) {
		*value = nla_get_u32(tb[attr]);
		*given |= GIVEN(attr);
	}
}

static void get_u64(struct nlattr **tb, int attr, uint64_t *given,
		    uint64_t *value)
{
	if (tb[attr]) {
		*value = nla_get_u64(tb[attr]);
		*given |= GIVEN(attr);
	}
}

static void get_flags(struct nlattr **tb, int attr, uint64_t *given,
		      uint32_t *value)
{
	struct nla_bitfield32 flags;

	if (tb[attr]) {
		memcpy(&flags, nla_data(tb[attr]), sizeof(flags));
		*value = flags.value;
		*given |= GIVEN(attr);
	}
}

static bool get_address(struct nlattr **tb, int attr, uint64_t *given,
			struct address *address)
{
	int len;

	if (!tb[attr])
		return true;
	len = nla_len(tb[attr]);
	if (len != 4 && len != 16)
		return false;
	address->len = len;
	memcpy(address->bytes, nla_data(tb[attr]), len);
	*given |= GIVEN(attr);
	return true;
}

static void get_lladdr(struct nlattr **tb, int attr, uint64_t *given,
		       struct lladdr *lladdr)
{
	if (!tb[attr])
		return;
	lladdr->len = nla_len(tb[attr]);
	memcpy(lladdr->bytes, nla_data(tb[attr]), lladdr->len);
	*given |= GIVEN(attr);
}

static bool get_match(struct nlattr *nest, struct match *match)
{
	static struct nla_policy policy[FMIP_MATCH_A_MAX + 1] = {
		POLICY_U8(FMIP_MATCH_A_DIRECTION),
		POLICY_ADDRESS(FMIP_MATCH_A_ADDR),
		POLICY_U8(FMIP_MATCH_A_PREFIXLEN),
		POLICY_U8(FMIP_MATCH_A_SCOPE),
		POLICY_U32(FMIP_MATCH_A_IFINDEX),
		POLICY_U32(FMIP_MATCH_A_TUNNEL),
		POLICY_U32(FMIP_MATCH_A_KEY),
	};
	struct nlattr *tb[FMIP_MATCH_A_MAX + 1];

	memset(match, 0, sizeof(*match));
	if (nla_parse_nested(tb, FMIP_MATCH_A_MAX, nest, policy) < 0 ||
	    !get_address(tb, FMIP_MATCH_A_ADDR, &match->given, &match->address))
		return false;
	match->prefixlen = 8 * match->address.len;
	get_u8(tb, FMIP_MATCH_A_DIRECTION, &match->given, &match->direction);
	get_u8(tb, FMIP_MATCH_A_PREFIXLEN, &match->given, &match->prefixlen);
	get_u8(tb, FMIP_MATCH_A_SCOPE, &match->given, &match->scope);
	get_u32(tb, FMIP_MATCH_A_IFINDEX, &match->given, &match->ifindex);
	get_u32(tb, FMIP_MATCH_A_TUNNEL, &match->given, &match->tunnel);
	get_u32(tb, FMIP_MATCH_A_KEY, &match->given, &match->key);
	return true;
}

static bool get_target(struct nlattr *nest, struct target *target)
{
	static struct nla_policy policy[FMIP_TARGET_A_MAX + 1] = {
		POLICY_U8(FMIP_TARGET_A_TYPE),
		POLICY_U32(FMIP_TARGET_A_TUNNEL),
		POLICY_U32(FMIP_TARGET_A_KEY),
		POLICY_U32(FMIP_TARGET_A_IFINDEX),
		POLICY_LLADDR(FMIP_TARGET_A_LLADDR),
		POLICY_U32(FMIP_TARGET_A_LIFETIME),
	};
	struct nlattr *tb[FMIP_TARGET_A_MAX + 1];
	uint64_t *given = &target->given;

	memset(target, 0, sizeof(*target));
	if (nla_parse_nested(tb, FMIP_TARGET_A_MAX, nest, policy) < 0)
		return false;
	get_u8(tb, FMIP_TARGET_A_TYPE, given, &target->type);
	get_u32(tb, FMIP_TARGET_A_TUNNEL, given, &target->tunnel);
	get_u32(tb, FMIP_TARGET_A_KEY, given, &target->key);
	get_u32(tb, FMIP_TARGET_A_IFINDEX, given, &target->ifindex);
	get_lladdr(tb, FMIP_TARGET_A_LLADDR, given, &target->lladdr);
	get_u32(tb, FMIP_TARGET_A_LIFETIME, given, &target->lifetime);
	return true;
}

static bool get_accept(struct nlattr *nest, struct accept *accept)
{
	static struct nla_policy policy[FMIP_ACCEPT_A_MAX + 1] = {
		POLICY_U32(FMIP_ACCEPT_A_TUNNEL),
		POLICY_U32(FMIP_ACCEPT_A_KEY),
		POLICY_U8(FMIP_ACCEPT_A_DIRECTION),
		POLICY_U32(FMIP_ACCEPT_A_LIFETIME),
	};
	struct nlattr *tb[FMIP_ACCEPT_A_MAX + 1];
	uint64_t *given = &accept->given;

	memset(accept, 0, sizeof(*accept));
	if (nla_parse_nested(tb, FMIP_ACCEPT_A_MAX, nest, policy) < 0)
		return false;
	get_u32(tb, FMIP_ACCEPT_A_TUNNEL, given, &accept->tunnel);
	get_u32(tb, FMIP_ACCEPT_A_KEY, given, &accept->key);
	get_u8(tb, FMIP_ACCEPT_A_DIRECTION, given, &accept->direction);
	get_u32(tb, FMIP_ACCEPT_A_LIFETIME, given, &accept->lifetime);
	return true;
}

static bool get_proxy(struct nlattr *nest, struct proxy *proxy)
{
	static struct nla_policy policy[FMIP_PROXY_A_MAX + 1] = {
		POLICY_ADDRESS(FMIP_PROXY_A_ADDR),
		POLICY_U32(FMIP_PROXY_A_IFINDEX),
		POLICY_FLAGS(FMIP_PROXY_A_FLAGS),
		POLICY_U32(FMIP_PROXY_A_LIFETIME),
	};
	struct nlattr *tb[FMIP_PROXY_A_MAX + 1];
	uint64_t *given = &proxy->given;

	memset(proxy, 0, sizeof(*proxy));
	if (nla_parse_nested(tb, FMIP_PROXY_A_MAX, nest, policy) < 0 ||
	    !get_address(tb, FMIP_PROXY_A_ADDR, given, &proxy->address))
		return false;
	get_u32(tb, FMIP_PROXY_A_IFINDEX, given, &proxy->ifindex);
	get_flags(tb, FMIP_PROXY_A_FLAGS, given, &proxy->flags);
	get_u32(tb, FMIP_PROXY_A_LIFETIME, given, &proxy->lifetime);
	return true;
}

static bool get_attach(struct nlattr *nest, struct attach *attach)
{
	static struct nla_policy policy[FMIP_ATTACH_A_MAX + 1] = {
		POLICY_U32(FMIP_ATTACH_A_IFINDEX),
		POLICY_LLADDR(FMIP_ATTACH_A_LLADDR),
		POLICY_FLAGS(FMIP_ATTACH_A_ON),
		POLICY_U8(FMIP_ATTACH_A_ACTION),
	};
	struct nlattr *tb[FMIP_ATTACH_A_MAX + 1];
	uint64_t *given = &attach->given;

	if (nla_parse_nested(tb, FMIP_ATTACH_A_MAX, nest, policy) < 0)
		return false;
	get_u32(tb, FMIP_ATTACH_A_IFINDEX, given, &attach->ifindex);
	get_lladdr(tb, FMIP_ATTACH_A_LLADDR, given, &attach->lladdr);
	get_flags(tb, FMIP_ATTACH_A_ON, given, &attach->on);
	get_u8(tb, FMIP_ATTACH_A_ACTION, given, &attach->action);
	return true;
}

#define GET_LIST(tb, binding, attr, array, n, get_member)		\
({									\
	bool got = true;						\
									\
	if ((tb)[attr]) {						\
		struct nlattr *member;					\
		int rest;						\
									\
		(binding)->given |= GIVEN(attr);			\
		nla_for_each_nested(member, (tb)[attr], rest) {		\
			got = *(n) < sizeof(array) / sizeof((array)[0]) && \
			      get_member(member, &(array)[*(n)]);	\
			if (!got)					\
				break;					\
			++*(n);						\
		}							\
	}								\
	got;								\
})

static bool get_lists(struct nlattr **tb, struct binding *b)
{
	return GET_LIST(tb, b, FMIP_BINDING_A_MATCHES, b->matches,
			&b->n_matches, get_match) &&
	       GET_LIST(tb, b, FMIP_BINDING_A_TARGETS, b->targets,
			&b->n_targets, get_target) &&
	       GET_LIST(tb, b, FMIP_BINDING_A_ACCEPTS, b->accepts,
			&b->n_accepts, get_accept) &&
	       GET_LIST(tb, b, FMIP_BINDING_A_PROXIES, b->proxies,
			&b->n_proxies, get_proxy);
}

static bool get_dropped(struct nlattr *list, struct stats *stats)
{
	static struct nla_policy policy[FMIP_DROPPED_A_MAX + 1] = {
		POLICY_U8(FMIP_DROPPED_A_REASON),
		POLICY_U64(FMIP_DROPPED_A_PACKETS),
	};
	struct nlattr *tb[FMIP_DROPPED_A_MAX + 1], *member;
	int rest;

	nla_for_each_nested(member, list, rest) {
		if (nla_parse_nested(tb, FMIP_DROPPED_A_MAX, member,
				     policy) < 0 ||
		    !tb[FMIP_DROPPED_A_REASON] || !tb[FMIP_DROPPED_A_PACKETS])
			return false;
		stats->dropped[nla_get_u8(tb[FMIP_DROPPED_A_REASON])] =
			nla_get_u64(tb[FMIP_DROPPED_A_PACKETS]);
	}
	stats->given |= GIVEN(FMIP_STATS_A_DROPPED);
	return true;
}

static struct nla_policy stats_policy[FMIP_STATS_A_MAX + 1] = {
	POLICY_U64(FMIP_STATS_A_RECEIVED_PACKETS),
	POLICY_U64(FMIP_STATS_A_RECEIVED_BYTES),
	POLICY_U64(FMIP_STATS_A_SENT_PACKETS),
	POLICY_U64(FMIP_STATS_A_SENT_BYTES),
	POLICY_U64(FMIP_STATS_A_BUFFERED_PACKETS),
	POLICY_U64(FMIP_STATS_A_BUFFERED_BYTES),
	POLICY_U64(FMIP_STATS_A_PEAK_PACKETS),
	POLICY_U64(FMIP_STATS_A_PEAK_BYTES),
	POLICY_U64(FMIP_STATS_A_RELEASED_PACKETS),
	POLICY_U64(FMIP_STATS_A_DECAP_PACKETS),
	POLICY_U64(FMIP_STATS_A_DECAP_BYTES),
	POLICY_NEST(FMIP_STATS_A_DROPPED),
	POLICY_U64(FMIP_STATS_A_ATTACHED),
	POLICY_U64(FMIP_STATS_A_REJECTED),
	POLICY_U64(FMIP_STATS_A_PROXY_ANSWERS),
	POLICY_U32(FMIP_STATS_A_BINDINGS),
	POLICY_U32(FMIP_STATS_A_TUNNELS),
	POLICY_U64(FMIP_STATS_A_FIRST_RELEASE_NS),
};

static bool get_stats(struct nlattr **tb, struct stats *s)
{
	uint64_t *g = &s->given;

	get_u64(tb, FMIP_STATS_A_RECEIVED_PACKETS, g, &s->received_packets);
	get_u64(tb, FMIP_STATS_A_RECEIVED_BYTES, g, &s->received_bytes);
	get_u64(tb, FMIP_STATS_A_SENT_PACKETS, g, &s->sent_packets);
	get_u64(tb, FMIP_STATS_A_SENT_BYTES, g, &s->sent_bytes);
	get_u64(tb, FMIP_STATS_A_BUFFERED_PACKETS, g, &s->buffered_packets);
	get_u64(tb, FMIP_STATS_A_BUFFERED_BYTES, g, &s->buffered_bytes);
	get_u64(tb, FMIP_STATS_A_PEAK_PACKETS, g, &s->peak_packets);
	get_u64(tb, FMIP_STATS_A_PEAK_BYTES, g, &s->peak_bytes);
	get_u64(tb, FMIP_STATS_A_RELEASED_PACKETS, g, &s->released_packets);
	get_u64(tb, FMIP_STATS_A_DECAP_PACKETS, g, &s->decap_packets);
	get_u64(tb, FMIP_STATS_A_DECAP_BYTES, g, &s->decap_bytes);
	get_u64(tb, FMIP_STATS_A_ATTACHED, g, &s->attached);
	get_u64(tb, FMIP_STATS_A_REJECTED, g, &s->rejected);
	get_u64(tb, FMIP_STATS_A_PROXY_ANSWERS, g, &s->proxy_answers);
	get_u32(tb, FMIP_STATS_A_BINDINGS, g, &s->bindings);
	get_u32(tb, FMIP_STATS_A_TUNNELS, g, &s->tunnels);
	get_u64(tb, FMIP_STATS_A_FIRST_RELEASE_NS, g, &s->first_release_ns);
	return !tb[FMIP_STATS_A_DROPPED] ||
	       get_dropped(tb[FMIP_STATS_A_DROPPED], s);
}

static bool get_nested_stats(struct nlattr *nest, struct stats *stats)
{
	struct nlattr *tb[FMIP_STATS_A_MAX + 1];

	return nla_parse_nested(tb, FMIP_STATS_A_MAX, nest,
				stats_policy) >= 0 && get_stats(tb, stats);
}

bool attrs_get_stats(struct nlmsghdr *nlh, struct stats *stats)
{
	struct nlattr *tb[FMIP_STATS_A_MAX + 1];

	memset(stats, 0, sizeof(*stats));
	return genlmsg_parse(nlh, 0, tb, FMIP_STATS_A_MAX, stats_policy) >= 0 &&
	       get_stats(tb, stats);
}

static void get_binding_numbers(struct nlattr **tb, struct binding *b)
{
	uint64_t *g = &b->given;

	get_u32(tb, FMIP_BINDING_A_ID, g, &b->id);
	get_u64(tb, FMIP_BINDING_A_COOKIE, g, &b->cookie);
	get_flags(tb, FMIP_BINDING_A_FLAGS, g, &b->flags);
	get_u8(tb, FMIP_BINDING_A_GATE, g, &b->gate);
	get_u8(tb, FMIP_BINDING_A_RELEASE, g, &b->release);
	get_u32(tb, FMIP_BINDING_A_SPEEDUP, g, &b->speedup);
	get_u32(tb, FMIP_BINDING_A_RATE, g, &b->rate);
	get_u32(tb, FMIP_BINDING_A_LIMIT_PACKETS, g, &b->limit_packets);
	get_u32(tb, FMIP_BINDING_A_LIMIT_BYTES, g, &b->limit_bytes);
	get_u32(tb, FMIP_BINDING_A_LIMIT_AGE, g, &b->limit_age);
	get_u8(tb, FMIP_BINDING_A_OVERFLOW, g, &b->overflow);
	get_u32(tb, FMIP_BINDING_A_LIFETIME, g, &b->lifetime);
	get_u32(tb, FMIP_BINDING_A_HOLD_TIME, g, &b->hold_time);
	get_u8(tb, FMIP_BINDING_A_HOLD_EXPIRY, g, &b->hold_expiry);
	get_u32(tb, FMIP_BINDING_A_HOLD_LEFT, g, &b->hold_left);
}

bool attrs_get_binding(struct nlmsghdr *nlh, struct binding *b)
{
	static struct nla_policy policy[FMIP_BINDING_A_MAX + 1] = {
		POLICY_U32(FMIP_BINDING_A_ID),
		POLICY_U64(FMIP_BINDING_A_COOKIE),
		POLICY_FLAGS(FMIP_BINDING_A_FLAGS),
		POLICY_NEST(FMIP_BINDING_A_MATCHES),
		POLICY_NEST(FMIP_BINDING_A_MATCH),
		POLICY_NEST(FMIP_BINDING_A_TARGETS),
		POLICY_NEST(FMIP_BINDING_A_ACCEPTS),
		POLICY_NEST(FMIP_BINDING_A_PROXIES),
		POLICY_NEST(FMIP_BINDING_A_ATTACH),
		POLICY_U8(FMIP_BINDING_A_GATE),
		POLICY_U8(FMIP_BINDING_A_RELEASE),
		POLICY_U32(FMIP_BINDING_A_SPEEDUP),
		POLICY_U32(FMIP_BINDING_A_RATE),
		POLICY_U32(FMIP_BINDING_A_LIMIT_PACKETS),
		POLICY_U32(FMIP_BINDING_A_LIMIT_BYTES),
		POLICY_U32(FMIP_BINDING_A_LIMIT_AGE),
		POLICY_U8(FMIP_BINDING_A_OVERFLOW),
		POLICY_U32(FMIP_BINDING_A_LIFETIME),
		POLICY_U32(FMIP_BINDING_A_HOLD_TIME),
		POLICY_U8(FMIP_BINDING_A_HOLD_EXPIRY),
		POLICY_U32(FMIP_BINDING_A_HOLD_LEFT),
		POLICY_NEST(FMIP_BINDING_A_STATS),
	};
	struct nlattr *tb[FMIP_BINDING_A_MAX + 1];

	memset(b, 0, sizeof(*b));
	if (genlmsg_parse(nlh, 0, tb, FMIP_BINDING_A_MAX, policy) < 0)
		return false;
	get_binding_numbers(tb, b);
	if (tb[FMIP_BINDING_A_ATTACH]) {
		b->given |= GIVEN(FMIP_BINDING_A_ATTACH);
		if (!get_attach(tb[FMIP_BINDING_A_ATTACH], &b->attach))
			return false;
	}
	if (tb[FMIP_BINDING_A_STATS]) {
		b->given |= GIVEN(FMIP_BINDING_A_STATS);
		if (!get_nested_stats(tb[FMIP_BINDING_A_STATS], &b->stats))
			return false;
	}
	return get_lists(tb, b);
}

bool attrs_get_tunnel(struct nlmsghdr *nlh, struct tunnel *t)
{
	static struct nla_policy policy[FMIP_TUNNEL_A_MAX + 1] = {
		POLICY_U32(FMIP_TUNNEL_A_ID),
		POLICY_U8(FMIP_TUNNEL_A_ENCAP),
		POLICY_ADDRESS(FMIP_TUNNEL_A_LOCAL),
		POLICY_ADDRESS(FMIP_TUNNEL_A_REMOTE),
		POLICY_U16(FMIP_TUNNEL_A_SPORT),
		POLICY_U16(FMIP_TUNNEL_A_DPORT),
		POLICY_U32(FMIP_TUNNEL_A_IFINDEX),
		POLICY_U32(FMIP_TUNNEL_A_MARK),
		POLICY_U8(FMIP_TUNNEL_A_TTL),
		POLICY_U8(FMIP_TUNNEL_A_DSCP),
		POLICY_U8(FMIP_TUNNEL_A_ENCAPLIMIT),
		POLICY_U32(FMIP_TUNNEL_A_USERS),
		POLICY_U32(FMIP_TUNNEL_A_MTU),
	};
	struct nlattr *tb[FMIP_TUNNEL_A_MAX + 1];
	uint64_t *g = &t->given;

	memset(t, 0, sizeof(*t));
	if (genlmsg_parse(nlh, 0, tb, FMIP_TUNNEL_A_MAX, policy) < 0 ||
	    !get_address(tb, FMIP_TUNNEL_A_LOCAL, g, &t->local) ||
	    !get_address(tb, FMIP_TUNNEL_A_REMOTE, g, &t->remote))
		return false;
	get_u32(tb, FMIP_TUNNEL_A_ID, g, &t->id);
	get_u8(tb, FMIP_TUNNEL_A_ENCAP, g, &t->encap);
	get_u16(tb, FMIP_TUNNEL_A_SPORT, g, &t->sport);
	get_u16(tb, FMIP_TUNNEL_A_DPORT, g, &t->dport);
	get_u32(tb, FMIP_TUNNEL_A_IFINDEX, g, &t->ifindex);
	get_u32(tb, FMIP_TUNNEL_A_MARK, g, &t->mark);
	get_u8(tb, FMIP_TUNNEL_A_TTL, g, &t->ttl);
	get_u8(tb, FMIP_TUNNEL_A_DSCP, g, &t->dscp);
	get_u8(tb, FMIP_TUNNEL_A_ENCAPLIMIT, g, &t->encaplimit);
	get_u32(tb, FMIP_TUNNEL_A_USERS, g, &t->users);
	get_u32(tb, FMIP_TUNNEL_A_MTU, g, &t->mtu);
	return true;
}

bool attrs_get_config(struct nlmsghdr *nlh, struct config *c)
{
	static struct nla_policy policy[FMIP_CONFIG_A_MAX + 1] = {
		POLICY_U64(FMIP_CONFIG_A_NETNS_BYTES),
		POLICY_U64(FMIP_CONFIG_A_MODULE_BYTES),
		POLICY_U32(FMIP_CONFIG_A_EXEMPT_MARK),
		POLICY_U32(FMIP_CONFIG_A_EXEMPT_MASK),
		POLICY_U32(FMIP_CONFIG_A_PROXIES_MAX),
	};
	struct nlattr *tb[FMIP_CONFIG_A_MAX + 1];
	uint64_t *g = &c->given;

	memset(c, 0, sizeof(*c));
	if (genlmsg_parse(nlh, 0, tb, FMIP_CONFIG_A_MAX, policy) < 0)
		return false;
	get_u64(tb, FMIP_CONFIG_A_NETNS_BYTES, g, &c->netns_bytes);
	get_u64(tb, FMIP_CONFIG_A_MODULE_BYTES, g, &c->module_bytes);
	get_u32(tb, FMIP_CONFIG_A_EXEMPT_MARK, g, &c->exempt_mark);
	get_u32(tb, FMIP_CONFIG_A_EXEMPT_MASK, g, &c->exempt_mask);
	get_u32(tb, FMIP_CONFIG_A_PROXIES_MAX, g, &c->proxies_max);
	return true;
}

bool attrs_get_event(struct nlmsghdr *nlh, struct event *e)
{
	static struct nla_policy policy[FMIP_EVENT_A_MAX + 1] = {
		POLICY_U8(FMIP_EVENT_A_EVENT),
		POLICY_U64(FMIP_EVENT_A_TIME_NS),
		POLICY_U32(FMIP_EVENT_A_BINDING),
		POLICY_U64(FMIP_EVENT_A_COOKIE),
		POLICY_U8(FMIP_EVENT_A_TIMER),
		POLICY_ADDRESS(FMIP_EVENT_A_ADDR),
		POLICY_LLADDR(FMIP_EVENT_A_LLADDR),
		POLICY_U32(FMIP_EVENT_A_IFINDEX),
		POLICY_NEST(FMIP_EVENT_A_STATS),
	};
	struct nlattr *tb[FMIP_EVENT_A_MAX + 1];
	uint64_t *g = &e->given;

	memset(e, 0, sizeof(*e));
	if (genlmsg_parse(nlh, 0, tb, FMIP_EVENT_A_MAX, policy) < 0 ||
	    !tb[FMIP_EVENT_A_EVENT] ||
	    !get_address(tb, FMIP_EVENT_A_ADDR, g, &e->address))
		return false;
	get_u8(tb, FMIP_EVENT_A_EVENT, g, &e->event);
	get_u64(tb, FMIP_EVENT_A_TIME_NS, g, &e->time_ns);
	get_u32(tb, FMIP_EVENT_A_BINDING, g, &e->binding);
	get_u64(tb, FMIP_EVENT_A_COOKIE, g, &e->cookie);
	get_u8(tb, FMIP_EVENT_A_TIMER, g, &e->timer);
	get_lladdr(tb, FMIP_EVENT_A_LLADDR, g, &e->lladdr);
	get_u32(tb, FMIP_EVENT_A_IFINDEX, g, &e->ifindex);
	if (!tb[FMIP_EVENT_A_STATS])
		return true;
	*g |= GIVEN(FMIP_EVENT_A_STATS);
	return get_nested_stats(tb[FMIP_EVENT_A_STATS], &e->stats);
}
