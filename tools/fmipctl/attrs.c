// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "attrs.h"

/* What was not given is as good as put. */
static bool put_u8(struct nl_msg *msg, int attr, uint64_t given, uint8_t value)
{
	return !(given & GIVEN(attr)) || !nla_put_u8(msg, attr, value);
}

static bool put_u16(struct nl_msg *msg, int attr, uint64_t given,
		    uint16_t value)
{
	return !(given & GIVEN(attr)) || !nla_put_u16(msg, attr, value);
}

static bool put_u32(struct nl_msg *msg, int attr, uint64_t given,
		    uint32_t value)
{
	return !(given & GIVEN(attr)) || !nla_put_u32(msg, attr, value);
}

static bool put_u64(struct nl_msg *msg, int attr, uint64_t given,
		    uint64_t value)
{
	return !(given & GIVEN(attr)) || !nla_put_u64(msg, attr, value);
}

static bool put_flags(struct nl_msg *msg, int attr, uint64_t given,
		      uint32_t value, uint32_t selector)
{
	struct nla_bitfield32 flags = { value, selector };

	return !(given & GIVEN(attr)) ||
	       !nla_put(msg, attr, sizeof(flags), &flags);
}

static bool put_address(struct nl_msg *msg, int attr, uint64_t given,
			const struct address *address)
{
	return !(given & GIVEN(attr)) ||
	       !nla_put(msg, attr, address->len, address->bytes);
}

static bool put_lladdr(struct nl_msg *msg, int attr, uint64_t given,
		       const struct lladdr *lladdr)
{
	return !(given & GIVEN(attr)) ||
	       !nla_put(msg, attr, lladdr->len, lladdr->bytes);
}

static bool put_match(struct nl_msg *msg, int attr, const void *member)
{
	const struct match *match = member;
	struct nlattr *nest = nla_nest_start(msg, NLA_F_NESTED | (attr));
	uint64_t given = match->given;

	if (!nest ||
	    !put_u8(msg, FMIP_MATCH_A_DIRECTION, given, match->direction) ||
	    !put_address(msg, FMIP_MATCH_A_ADDR, given, &match->address) ||
	    !put_u8(msg, FMIP_MATCH_A_PREFIXLEN, given, match->prefixlen) ||
	    !put_u8(msg, FMIP_MATCH_A_SCOPE, given, match->scope) ||
	    !put_u32(msg, FMIP_MATCH_A_IFINDEX, given, match->ifindex) ||
	    !put_u32(msg, FMIP_MATCH_A_TUNNEL, given, match->tunnel) ||
	    !put_u32(msg, FMIP_MATCH_A_KEY, given, match->key))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

static bool put_target(struct nl_msg *msg, int attr, const void *member)
{
	const struct target *target = member;
	struct nlattr *nest = nla_nest_start(msg, NLA_F_NESTED | (attr));
	uint64_t given = target->given;

	if (!nest ||
	    !put_u8(msg, FMIP_TARGET_A_TYPE, given, target->type) ||
	    !put_u32(msg, FMIP_TARGET_A_TUNNEL, given, target->tunnel) ||
	    !put_u32(msg, FMIP_TARGET_A_KEY, given, target->key) ||
	    !put_u32(msg, FMIP_TARGET_A_IFINDEX, given, target->ifindex) ||
	    !put_lladdr(msg, FMIP_TARGET_A_LLADDR, given, &target->lladdr) ||
	    !put_u32(msg, FMIP_TARGET_A_LIFETIME, given, target->lifetime))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

static bool put_accept(struct nl_msg *msg, int attr, const void *member)
{
	const struct accept *accept = member;
	struct nlattr *nest = nla_nest_start(msg, NLA_F_NESTED | (attr));
	uint64_t given = accept->given;

	if (!nest ||
	    !put_u32(msg, FMIP_ACCEPT_A_TUNNEL, given, accept->tunnel) ||
	    !put_u32(msg, FMIP_ACCEPT_A_KEY, given, accept->key) ||
	    !put_u8(msg, FMIP_ACCEPT_A_DIRECTION, given, accept->direction) ||
	    !put_u32(msg, FMIP_ACCEPT_A_LIFETIME, given, accept->lifetime))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

static bool put_proxy(struct nl_msg *msg, int attr, const void *member)
{
	const struct proxy *proxy = member;
	struct nlattr *nest = nla_nest_start(msg, NLA_F_NESTED | (attr));
	uint64_t given = proxy->given;

	if (!nest ||
	    !put_address(msg, FMIP_PROXY_A_ADDR, given, &proxy->address) ||
	    !put_u32(msg, FMIP_PROXY_A_IFINDEX, given, proxy->ifindex) ||
	    !put_flags(msg, FMIP_PROXY_A_FLAGS, given, proxy->flags,
		       proxy->flags) ||
	    !put_u32(msg, FMIP_PROXY_A_LIFETIME, given, proxy->lifetime))
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
	    !put_u32(msg, FMIP_ATTACH_A_IFINDEX, given, attach->ifindex) ||
	    !put_lladdr(msg, FMIP_ATTACH_A_LLADDR, given, &attach->lladdr) ||
	    !put_flags(msg, FMIP_ATTACH_A_ON, given, attach->on, all) ||
	    !put_u8(msg, FMIP_ATTACH_A_ACTION, given, attach->action))
		return false;

	/* nla_nest_end() takes an empty nest away; here it means "none". */
	nla_nest_end_keep_empty(msg, nest);
	return true;
}

static bool put_list(struct nl_msg *msg, int attr, uint64_t given,
		     const void *members, size_t size, unsigned int n,
		     bool (*put)(struct nl_msg *msg, int attr,
				 const void *member))
{
	struct nlattr *list;
	unsigned int i;

	if (!(given & GIVEN(attr)))
		return true;
	list = nla_nest_start(msg, NLA_F_NESTED | attr);
	if (!list)
		return false;
	for (i = 0; i < n; i++)
		if (!put(msg, i + 1, (const char *)members + i * size))
			return false;
	nla_nest_end_keep_empty(msg, list);
	return true;
}

static bool put_lists(struct nl_msg *msg, const struct binding *b)
{
	return put_list(msg, FMIP_BINDING_A_MATCHES, b->given, b->matches,
			sizeof(b->matches[0]), b->n_matches, put_match) &&
	       put_list(msg, FMIP_BINDING_A_TARGETS, b->given, b->targets,
			sizeof(b->targets[0]), b->n_targets, put_target) &&
	       put_list(msg, FMIP_BINDING_A_ACCEPTS, b->given, b->accepts,
			sizeof(b->accepts[0]), b->n_accepts, put_accept) &&
	       put_list(msg, FMIP_BINDING_A_PROXIES, b->given, b->proxies,
			sizeof(b->proxies[0]), b->n_proxies, put_proxy);
}

bool attrs_put_binding(struct nl_msg *msg, const struct binding *b)
{
	uint64_t given = b->given;

	if (given & GIVEN(FMIP_BINDING_A_MATCH) &&
	    !put_match(msg, FMIP_BINDING_A_MATCH, &b->match))
		return false;
	if (given & GIVEN(FMIP_BINDING_A_ATTACH) &&
	    !put_attach(msg, &b->attach))
		return false;
	return put_u32(msg, FMIP_BINDING_A_ID, given, b->id) &&
	       put_u64(msg, FMIP_BINDING_A_COOKIE, given, b->cookie) &&
	       put_flags(msg, FMIP_BINDING_A_FLAGS, given, b->flags,
			 FMIP_BINDING_F_LOCAL) &&
	       put_lists(msg, b) &&
	       put_u8(msg, FMIP_BINDING_A_GATE, given, b->gate) &&
	       put_u8(msg, FMIP_BINDING_A_RELEASE, given, b->release) &&
	       put_u32(msg, FMIP_BINDING_A_SPEEDUP, given, b->speedup) &&
	       put_u32(msg, FMIP_BINDING_A_RATE, given, b->rate) &&
	       put_u32(msg, FMIP_BINDING_A_LIMIT_PACKETS, given, b->limit_packets) &&
	       put_u32(msg, FMIP_BINDING_A_LIMIT_BYTES, given, b->limit_bytes) &&
	       put_u32(msg, FMIP_BINDING_A_LIMIT_AGE, given, b->limit_age) &&
	       put_u8(msg, FMIP_BINDING_A_OVERFLOW, given, b->overflow) &&
	       put_u32(msg, FMIP_BINDING_A_LIFETIME, given, b->lifetime) &&
	       put_u32(msg, FMIP_BINDING_A_HOLD_TIME, given, b->hold_time) &&
	       put_u8(msg, FMIP_BINDING_A_HOLD_EXPIRY, given, b->hold_expiry) &&
	       put_u64(msg, FMIP_BINDING_A_REPLAY_NS, given, b->replay_ns) &&
	       put_u32(msg, FMIP_BINDING_A_GUARD_IDLE, given, b->guard_idle);
}

bool attrs_put_tunnel(struct nl_msg *msg, const struct tunnel *t)
{
	uint64_t given = t->given;

	return put_u32(msg, FMIP_TUNNEL_A_ID, given, t->id) &&
	       put_u8(msg, FMIP_TUNNEL_A_ENCAP, given, t->encap) &&
	       put_address(msg, FMIP_TUNNEL_A_LOCAL, given, &t->local) &&
	       put_address(msg, FMIP_TUNNEL_A_REMOTE, given, &t->remote) &&
	       put_u16(msg, FMIP_TUNNEL_A_SPORT, given, t->sport) &&
	       put_u16(msg, FMIP_TUNNEL_A_DPORT, given, t->dport) &&
	       put_u32(msg, FMIP_TUNNEL_A_IFINDEX, given, t->ifindex) &&
	       put_u32(msg, FMIP_TUNNEL_A_MARK, given, t->mark) &&
	       put_u8(msg, FMIP_TUNNEL_A_TTL, given, t->ttl) &&
	       put_u8(msg, FMIP_TUNNEL_A_DSCP, given, t->dscp) &&
	       put_u8(msg, FMIP_TUNNEL_A_ENCAPLIMIT, given, t->encaplimit) &&
	       put_flags(msg, FMIP_TUNNEL_A_FLAGS, given, t->flags,
			 t->flags_selector) &&
	       put_u32(msg, FMIP_TUNNEL_A_FLOWLABEL, given, t->flowlabel);
}

bool attrs_put_filter(struct nl_msg *msg, int attr, const struct filter *f)
{
	struct nlattr *nest = nla_nest_start(msg, NLA_F_NESTED | attr);
	uint64_t given = f->given;

	if (!nest ||
	    !put_u32(msg, FMIP_FILTER_A_TUNNEL, given, f->tunnel) ||
	    !put_u8(msg, FMIP_FILTER_A_GATE, given, f->gate) ||
	    !put_u32(msg, FMIP_FILTER_A_IFINDEX, given, f->ifindex) ||
	    !put_u8(msg, FMIP_FILTER_A_SCOPE, given, f->scope) ||
	    !put_u64(msg, FMIP_FILTER_A_COOKIE_MIN, given, f->cookie_min) ||
	    !put_u64(msg, FMIP_FILTER_A_COOKIE_MAX, given, f->cookie_max) ||
	    !put_address(msg, FMIP_FILTER_A_ADDR, given, &f->address) ||
	    !put_u8(msg, FMIP_FILTER_A_PREFIXLEN, given, f->prefixlen))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

bool attrs_put_config(struct nl_msg *msg, const struct config *c)
{
	uint64_t given = c->given;

	return put_u64(msg, FMIP_CONFIG_A_NETNS_BYTES, given, c->netns_bytes) &&
	       put_u64(msg, FMIP_CONFIG_A_MODULE_BYTES, given, c->module_bytes) &&
	       put_u64(msg, FMIP_CONFIG_A_GUARANTEE, given, c->guarantee) &&
	       put_u32(msg, FMIP_CONFIG_A_EXEMPT_MARK, given, c->exempt_mark) &&
	       put_u32(msg, FMIP_CONFIG_A_EXEMPT_MASK, given, c->exempt_mask) &&
	       put_u32(msg, FMIP_CONFIG_A_PROXIES_MAX, given, c->proxies_max);
}

#define U8	{ .type = NLA_U8 }
#define U16	{ .type = NLA_U16 }
#define U32	{ .type = NLA_U32 }
#define U64	{ .type = NLA_U64 }
#define NEST	{ .type = NLA_NESTED }
#define FLAGS	{ .minlen = sizeof(struct nla_bitfield32) }
#define ADDRESS	{ .minlen = 4, .maxlen = 16 }
#define LLADDR	{ .maxlen = FMIP_LLADDR_MAX }

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

static bool get_match(struct nlattr *nest, void *member)
{
	static struct nla_policy policy[FMIP_MATCH_A_MAX + 1] = {
		[FMIP_MATCH_A_DIRECTION] = U8,
		[FMIP_MATCH_A_ADDR] = ADDRESS,
		[FMIP_MATCH_A_PREFIXLEN] = U8,
		[FMIP_MATCH_A_SCOPE] = U8,
		[FMIP_MATCH_A_IFINDEX] = U32,
		[FMIP_MATCH_A_TUNNEL] = U32,
		[FMIP_MATCH_A_KEY] = U32,
	};
	struct nlattr *tb[FMIP_MATCH_A_MAX + 1];
	struct match *match = member;

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

static bool get_target(struct nlattr *nest, void *member)
{
	static struct nla_policy policy[FMIP_TARGET_A_MAX + 1] = {
		[FMIP_TARGET_A_TYPE] = U8,
		[FMIP_TARGET_A_TUNNEL] = U32,
		[FMIP_TARGET_A_KEY] = U32,
		[FMIP_TARGET_A_IFINDEX] = U32,
		[FMIP_TARGET_A_LLADDR] = LLADDR,
		[FMIP_TARGET_A_LIFETIME] = U32,
	};
	struct nlattr *tb[FMIP_TARGET_A_MAX + 1];
	struct target *target = member;
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

static bool get_accept(struct nlattr *nest, void *member)
{
	static struct nla_policy policy[FMIP_ACCEPT_A_MAX + 1] = {
		[FMIP_ACCEPT_A_TUNNEL] = U32,
		[FMIP_ACCEPT_A_KEY] = U32,
		[FMIP_ACCEPT_A_DIRECTION] = U8,
		[FMIP_ACCEPT_A_LIFETIME] = U32,
	};
	struct nlattr *tb[FMIP_ACCEPT_A_MAX + 1];
	struct accept *accept = member;
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

static bool get_proxy(struct nlattr *nest, void *member)
{
	static struct nla_policy policy[FMIP_PROXY_A_MAX + 1] = {
		[FMIP_PROXY_A_ADDR] = ADDRESS,
		[FMIP_PROXY_A_IFINDEX] = U32,
		[FMIP_PROXY_A_FLAGS] = FLAGS,
		[FMIP_PROXY_A_LIFETIME] = U32,
	};
	struct nlattr *tb[FMIP_PROXY_A_MAX + 1];
	struct proxy *proxy = member;
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
		[FMIP_ATTACH_A_IFINDEX] = U32,
		[FMIP_ATTACH_A_LLADDR] = LLADDR,
		[FMIP_ATTACH_A_ON] = FLAGS,
		[FMIP_ATTACH_A_ACTION] = U8,
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

static bool get_list(struct nlattr **tb, int attr, uint64_t *given,
		     void *members, size_t size, unsigned int max,
		     unsigned int *n,
		     bool (*get)(struct nlattr *nest, void *member))
{
	struct nlattr *nest;
	int rest;

	if (!tb[attr])
		return true;
	*given |= GIVEN(attr);
	nla_for_each_nested(nest, tb[attr], rest) {
		if (*n == max || !get(nest, (char *)members + *n * size))
			return false;
		++*n;
	}
	return true;
}

static bool get_lists(struct nlattr **tb, struct binding *b)
{
	return get_list(tb, FMIP_BINDING_A_MATCHES, &b->given, b->matches,
			sizeof(b->matches[0]), FMIP_MATCHES_MAX,
			&b->n_matches, get_match) &&
	       get_list(tb, FMIP_BINDING_A_TARGETS, &b->given, b->targets,
			sizeof(b->targets[0]), FMIP_TARGETS_MAX,
			&b->n_targets, get_target) &&
	       get_list(tb, FMIP_BINDING_A_ACCEPTS, &b->given, b->accepts,
			sizeof(b->accepts[0]), FMIP_ACCEPTS_MAX,
			&b->n_accepts, get_accept) &&
	       get_list(tb, FMIP_BINDING_A_PROXIES, &b->given, b->proxies,
			sizeof(b->proxies[0]), FMIP_PROXIES_MAX,
			&b->n_proxies, get_proxy);
}

static bool get_dropped(struct nlattr *list, struct stats *stats)
{
	static struct nla_policy policy[FMIP_DROPPED_A_MAX + 1] = {
		[FMIP_DROPPED_A_REASON] = U8,
		[FMIP_DROPPED_A_PACKETS] = U64,
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
	[FMIP_STATS_A_RECEIVED_PACKETS] = U64,
	[FMIP_STATS_A_RECEIVED_BYTES] = U64,
	[FMIP_STATS_A_SENT_PACKETS] = U64,
	[FMIP_STATS_A_SENT_BYTES] = U64,
	[FMIP_STATS_A_BUFFERED_PACKETS] = U64,
	[FMIP_STATS_A_BUFFERED_BYTES] = U64,
	[FMIP_STATS_A_PEAK_PACKETS] = U64,
	[FMIP_STATS_A_PEAK_BYTES] = U64,
	[FMIP_STATS_A_RELEASED_PACKETS] = U64,
	[FMIP_STATS_A_DECAP_PACKETS] = U64,
	[FMIP_STATS_A_DECAP_BYTES] = U64,
	[FMIP_STATS_A_DROPPED] = NEST,
	[FMIP_STATS_A_ATTACHED] = U64,
	[FMIP_STATS_A_REJECTED] = U64,
	[FMIP_STATS_A_PROXY_ANSWERS] = U64,
	[FMIP_STATS_A_BINDINGS] = U32,
	[FMIP_STATS_A_TUNNELS] = U32,
	[FMIP_STATS_A_FIRST_RELEASE_NS] = U64,
	[FMIP_STATS_A_COPIED_PACKETS] = U64,
	[FMIP_STATS_A_WINDOW_PACKETS] = U64,
	[FMIP_STATS_A_GUARANTEED_BYTES] = U64,
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
	get_u64(tb, FMIP_STATS_A_COPIED_PACKETS, g, &s->copied_packets);
	get_u64(tb, FMIP_STATS_A_WINDOW_PACKETS, g, &s->window_packets);
	get_u64(tb, FMIP_STATS_A_GUARANTEED_BYTES, g, &s->guaranteed_bytes);
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
	get_u32(tb, FMIP_BINDING_A_GUARD_IDLE, g, &b->guard_idle);
}

bool attrs_get_binding(struct nlmsghdr *nlh, struct binding *b)
{
	static struct nla_policy policy[FMIP_BINDING_A_MAX + 1] = {
		[FMIP_BINDING_A_ID] = U32,
		[FMIP_BINDING_A_COOKIE] = U64,
		[FMIP_BINDING_A_FLAGS] = FLAGS,
		[FMIP_BINDING_A_MATCHES] = NEST,
		[FMIP_BINDING_A_MATCH] = NEST,
		[FMIP_BINDING_A_TARGETS] = NEST,
		[FMIP_BINDING_A_ACCEPTS] = NEST,
		[FMIP_BINDING_A_PROXIES] = NEST,
		[FMIP_BINDING_A_ATTACH] = NEST,
		[FMIP_BINDING_A_GATE] = U8,
		[FMIP_BINDING_A_RELEASE] = U8,
		[FMIP_BINDING_A_SPEEDUP] = U32,
		[FMIP_BINDING_A_RATE] = U32,
		[FMIP_BINDING_A_LIMIT_PACKETS] = U32,
		[FMIP_BINDING_A_LIMIT_BYTES] = U32,
		[FMIP_BINDING_A_LIMIT_AGE] = U32,
		[FMIP_BINDING_A_OVERFLOW] = U8,
		[FMIP_BINDING_A_LIFETIME] = U32,
		[FMIP_BINDING_A_HOLD_TIME] = U32,
		[FMIP_BINDING_A_HOLD_EXPIRY] = U8,
		[FMIP_BINDING_A_HOLD_LEFT] = U32,
		[FMIP_BINDING_A_STATS] = NEST,
		[FMIP_BINDING_A_GUARD_IDLE] = U32,
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
		[FMIP_TUNNEL_A_ID] = U32,
		[FMIP_TUNNEL_A_ENCAP] = U8,
		[FMIP_TUNNEL_A_LOCAL] = ADDRESS,
		[FMIP_TUNNEL_A_REMOTE] = ADDRESS,
		[FMIP_TUNNEL_A_SPORT] = U16,
		[FMIP_TUNNEL_A_DPORT] = U16,
		[FMIP_TUNNEL_A_IFINDEX] = U32,
		[FMIP_TUNNEL_A_MARK] = U32,
		[FMIP_TUNNEL_A_TTL] = U8,
		[FMIP_TUNNEL_A_DSCP] = U8,
		[FMIP_TUNNEL_A_ENCAPLIMIT] = U8,
		[FMIP_TUNNEL_A_USERS] = U32,
		[FMIP_TUNNEL_A_MTU] = U32,
		[FMIP_TUNNEL_A_FLAGS] = FLAGS,
		[FMIP_TUNNEL_A_FLOWLABEL] = U32,
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
	get_flags(tb, FMIP_TUNNEL_A_FLAGS, g, &t->flags);
	get_u32(tb, FMIP_TUNNEL_A_FLOWLABEL, g, &t->flowlabel);
	return true;
}

bool attrs_get_config(struct nlmsghdr *nlh, struct config *c)
{
	static struct nla_policy policy[FMIP_CONFIG_A_MAX + 1] = {
		[FMIP_CONFIG_A_NETNS_BYTES] = U64,
		[FMIP_CONFIG_A_MODULE_BYTES] = U64,
		[FMIP_CONFIG_A_EXEMPT_MARK] = U32,
		[FMIP_CONFIG_A_EXEMPT_MASK] = U32,
		[FMIP_CONFIG_A_PROXIES_MAX] = U32,
		[FMIP_CONFIG_A_GUARANTEE] = U64,
	};
	struct nlattr *tb[FMIP_CONFIG_A_MAX + 1];
	uint64_t *g = &c->given;

	memset(c, 0, sizeof(*c));
	if (genlmsg_parse(nlh, 0, tb, FMIP_CONFIG_A_MAX, policy) < 0)
		return false;
	get_u64(tb, FMIP_CONFIG_A_NETNS_BYTES, g, &c->netns_bytes);
	get_u64(tb, FMIP_CONFIG_A_MODULE_BYTES, g, &c->module_bytes);
	get_u64(tb, FMIP_CONFIG_A_GUARANTEE, g, &c->guarantee);
	get_u32(tb, FMIP_CONFIG_A_EXEMPT_MARK, g, &c->exempt_mark);
	get_u32(tb, FMIP_CONFIG_A_EXEMPT_MASK, g, &c->exempt_mask);
	get_u32(tb, FMIP_CONFIG_A_PROXIES_MAX, g, &c->proxies_max);
	return true;
}

bool attrs_get_event(struct nlmsghdr *nlh, struct event *e)
{
	static struct nla_policy policy[FMIP_EVENT_A_MAX + 1] = {
		[FMIP_EVENT_A_EVENT] = U8,
		[FMIP_EVENT_A_TIME_NS] = U64,
		[FMIP_EVENT_A_BINDING] = U32,
		[FMIP_EVENT_A_COOKIE] = U64,
		[FMIP_EVENT_A_TIMER] = U8,
		[FMIP_EVENT_A_ADDR] = ADDRESS,
		[FMIP_EVENT_A_LLADDR] = LLADDR,
		[FMIP_EVENT_A_IFINDEX] = U32,
		[FMIP_EVENT_A_STATS] = NEST,
		[FMIP_EVENT_A_ON] = FLAGS,
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
	get_flags(tb, FMIP_EVENT_A_ON, g, &e->on);
	if (!tb[FMIP_EVENT_A_STATS])
		return true;
	*g |= GIVEN(FMIP_EVENT_A_STATS);
	return get_nested_stats(tb[FMIP_EVENT_A_STATS], &e->stats);
}

static bool get_result(struct nlattr *nest, struct result *result)
{
	static struct nla_policy policy[FMIP_RESULT_A_MAX + 1] = {
		[FMIP_RESULT_A_ERROR] = { .minlen = sizeof(int32_t) },
		[FMIP_RESULT_A_ID] = U32,
		[FMIP_RESULT_A_MESSAGE] = { .type = NLA_STRING },
		[FMIP_RESULT_A_ATTR] = U16,
	};
	struct nlattr *tb[FMIP_RESULT_A_MAX + 1];

	memset(result, 0, sizeof(*result));
	if (nla_parse_nested(tb, FMIP_RESULT_A_MAX, nest, policy) < 0 ||
	    !tb[FMIP_RESULT_A_ERROR])
		return false;
	result->error = nla_get_s32(tb[FMIP_RESULT_A_ERROR]);
	if (tb[FMIP_RESULT_A_MESSAGE])
		nla_strlcpy(result->message, tb[FMIP_RESULT_A_MESSAGE],
			    sizeof(result->message));
	if (tb[FMIP_RESULT_A_ATTR])
		result->attr = nla_get_u16(tb[FMIP_RESULT_A_ATTR]);
	return true;
}

bool attrs_get_results(struct nlmsghdr *nlh, int attr,
		       bool (*each)(const struct result *result, void *arg),
		       void *arg)
{
	struct nlattr *list = nlmsg_find_attr(nlh, GENL_HDRLEN, attr), *member;
	struct result result;
	int rest;

	if (!list)
		return false;
	nla_for_each_nested(member, list, rest)
		if (!get_result(member, &result) || !each(&result, arg))
			return false;
	return true;
}
