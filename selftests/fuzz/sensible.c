// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that could be meant: most are granted, so that bindings, tunnels and
 * buffers come to be, change and go.
 */
#include "fuzz.h"

#define MANY	24

/**
 * struct site - where the node of a binding is, for all that the binding says of it
 * @ifindex: on this interface
 * @lladdr: with this link-layer address
 * @link: one of the targets is that
 */
struct site {
	uint32_t ifindex;
	uint8_t lladdr[6];
	bool link;
};

static void put(struct request *req, const struct policy *policy, uint16_t type)
{
	value_put(req, policy, type, 0);
}

static void maybe(struct request *req, const struct policy *policy, uint16_t type, uint32_t n)
{
	if (one_in(n))
		put(req, policy, type);
}

/* What is in an attribute that is a nest, or a list. */
static const struct policy *inside(const struct policy *policy, uint16_t type)
{
	return &family.policy[policy->attr[type].nested];
}

static void put_prefix(struct request *req)
{
	static const uint8_t lengths6[] = { 0, 32, 48, 60, 64, 124, 128 };
	static const uint8_t lengths4[] = { 0, 16, 24, 28, 30, 31, 32 };
	uint8_t addr[16], len;
	size_t bytes;

	bytes = value_node(addr);
	if (!one_in(5)) {
		request_put(req, FMIP_MATCH_A_ADDR, addr, bytes);
		return;
	}
	len = (bytes == 16 ? lengths6 : lengths4)[below(7)];
	for (size_t bit = len; bit < bytes * 8; bit++)
		addr[bit / 8] &= ~(0x80 >> bit % 8);
	request_put(req, FMIP_MATCH_A_ADDR, addr, bytes);
	request_put_u8(req, FMIP_MATCH_A_PREFIXLEN, len);
}

static void put_match(struct request *req, const struct policy *policy)
{
	uint8_t scope = one_in(2) ? FMIP_SCOPE_ANY : below(FMIP_SCOPE_TUNNEL + 1);

	put_prefix(req);
	if (scope || one_in(4))
		request_put_u8(req, FMIP_MATCH_A_SCOPE, scope);
	if (scope == FMIP_SCOPE_TUNNEL) {
		put(req, policy, FMIP_MATCH_A_TUNNEL);
		maybe(req, policy, FMIP_MATCH_A_KEY, 2);
	} else if (scope) {
		put(req, policy, FMIP_MATCH_A_IFINDEX);
	}
	if (scope > FMIP_SCOPE_VRF)
		maybe(req, policy, FMIP_MATCH_A_DIRECTION, 2);
}

static void put_target(struct request *req, const struct policy *policy, struct site *site)
{
	uint8_t type = one_in(8) ? FMIP_TARGET_ROUTE : below(2);

	request_put_u8(req, FMIP_TARGET_A_TYPE, type);
	if (type == FMIP_TARGET_TUNNEL) {
		put(req, policy, FMIP_TARGET_A_TUNNEL);
		maybe(req, policy, FMIP_TARGET_A_KEY, 3);
	} else if (type == FMIP_TARGET_LINK) {
		site->link = true;
		request_put_u32(req, FMIP_TARGET_A_IFINDEX, site->ifindex);
		if (one_in(2))
			request_put(req, FMIP_TARGET_A_LLADDR, site->lladdr, sizeof(site->lladdr));
	}
	maybe(req, policy, FMIP_TARGET_A_LIFETIME, 4);
}

static void put_accept(struct request *req, const struct policy *policy)
{
	put(req, policy, FMIP_ACCEPT_A_TUNNEL);
	put(req, policy, FMIP_ACCEPT_A_DIRECTION);
	maybe(req, policy, FMIP_ACCEPT_A_KEY, 3);
	maybe(req, policy, FMIP_ACCEPT_A_LIFETIME, 4);
}

static void put_proxy(struct request *req, const struct policy *policy, const struct site *site)
{
	put(req, policy, FMIP_PROXY_A_ADDR);
	request_put_u32(req, FMIP_PROXY_A_IFINDEX, site->ifindex);
	maybe(req, policy, FMIP_PROXY_A_FLAGS, 2);
	maybe(req, policy, FMIP_PROXY_A_LIFETIME, 3);
}

static void put_attach(struct request *req, const struct policy *policy, const struct site *site)
{
	size_t nest = request_nest(req, FMIP_BINDING_A_ATTACH);

	if (!one_in(6)) {
		request_put_u32(req, FMIP_ATTACH_A_IFINDEX, site->ifindex);
		if (one_in(2))
			request_put(req, FMIP_ATTACH_A_LLADDR, site->lladdr, sizeof(site->lladdr));
		maybe(req, inside(policy, FMIP_BINDING_A_ATTACH), FMIP_ATTACH_A_ON, 2);
		request_put_u8(req, FMIP_ATTACH_A_ACTION,
			       site->link ? below(2) : FMIP_ATTACH_EVENT);
	}
	request_nest_end(req, nest);
}

static void put_list(struct request *req, const struct policy *policy, uint16_t type, uint32_t n,
		     struct site *site)
{
	const struct policy *inner = inside(policy, type);
	size_t nest = request_nest(req, type), item;

	while (n--) {
		item = request_nest(req, n + 1);
		if (type == FMIP_BINDING_A_MATCHES)
			put_match(req, inner);
		else if (type == FMIP_BINDING_A_TARGETS)
			put_target(req, inner, site);
		else if (type == FMIP_BINDING_A_ACCEPTS)
			put_accept(req, inner);
		else
			put_proxy(req, inner, site);
		request_nest_end(req, item);
	}
	request_nest_end(req, nest);
}

/* How packets are buffered: each now and then. */
static void put_policy(struct request *req, const struct policy *policy)
{
	static const uint16_t types[] = {
		FMIP_BINDING_A_COOKIE, FMIP_BINDING_A_FLAGS, FMIP_BINDING_A_SPEEDUP,
		FMIP_BINDING_A_RATE, FMIP_BINDING_A_LIMIT_PACKETS, FMIP_BINDING_A_LIMIT_BYTES,
		FMIP_BINDING_A_LIMIT_AGE, FMIP_BINDING_A_OVERFLOW, FMIP_BINDING_A_LIFETIME,
		FMIP_BINDING_A_HOLD_TIME, FMIP_BINDING_A_HOLD_EXPIRY, FMIP_BINDING_A_GUARD_IDLE,
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		maybe(req, policy, types[i], 12);
	if (one_in(8)) {
		put(req, policy, FMIP_BINDING_A_RELEASE);
		put(req, policy, FMIP_BINDING_A_RATE);
	}
}

static uint8_t any_gate(void)
{
	static const uint8_t gates[] = { FMIP_GATE_OPEN, FMIP_GATE_HOLD, FMIP_GATE_HOLD,
					 FMIP_GATE_COPY, FMIP_GATE_GUARD };

	return gates[below(sizeof(gates))];
}

static void choose_site(struct site *site)
{
	site->ifindex = value_ifindex();
	site->link = false;
	value_lladdr(site->lladdr);
}

/* What NEW and REPLACE say. */
static void put_binding(struct request *req, const struct policy *policy)
{
	uint8_t gate = any_gate();
	struct site site;

	choose_site(&site);
	if (!one_in(5))
		put(req, policy, FMIP_BINDING_A_ID);
	put_list(req, policy, FMIP_BINDING_A_MATCHES, one_in(3) ? 1 + below(3) : 1, &site);
	if (gate != FMIP_GATE_OPEN || one_in(2))
		request_put_u8(req, FMIP_BINDING_A_GATE, gate);
	if (gate != FMIP_GATE_HOLD || one_in(2))
		put_list(req, policy, FMIP_BINDING_A_TARGETS, one_in(4) ? 2 : 1, &site);
	if (gate == FMIP_GATE_GUARD || one_in(3))
		put_list(req, policy, FMIP_BINDING_A_ACCEPTS, 1 + one_in(3), &site);
	if (one_in(4))
		put_list(req, policy, FMIP_BINDING_A_PROXIES, 1 + below(2), &site);
	if (one_in(4))
		put_attach(req, policy, &site);
	put_policy(req, policy);
}

static void put_name(struct request *req, const struct policy *policy)
{
	size_t nest;

	if (!one_in(4)) {
		put(req, policy, FMIP_BINDING_A_ID);
		return;
	}
	nest = request_nest(req, FMIP_BINDING_A_MATCH);
	put_match(req, inside(policy, FMIP_BINDING_A_MATCH));
	request_nest_end(req, nest);
}

/* What SET says. */
static void put_change(struct request *req, const struct policy *policy)
{
	bool replay = one_in(5);
	struct site site;

	choose_site(&site);
	put_name(req, policy);
	if (replay) {
		put(req, policy, FMIP_BINDING_A_REPLAY_NS);
		request_put_u8(req, FMIP_BINDING_A_GATE, below(FMIP_GATE_HOLD + 1));
	} else if (one_in(2)) {
		request_put_u8(req, FMIP_BINDING_A_GATE, any_gate());
	}
	if (one_in(6))
		put_list(req, policy, FMIP_BINDING_A_MATCHES, 1 + below(3), &site);
	if (one_in(3))
		put_list(req, policy, FMIP_BINDING_A_TARGETS, 1 + below(2), &site);
	if (one_in(6))
		put_list(req, policy, FMIP_BINDING_A_ACCEPTS, below(3), &site);
	if (one_in(8))
		put_list(req, policy, FMIP_BINDING_A_PROXIES, below(3), &site);
	if (one_in(8))
		put_attach(req, policy, &site);
	put_policy(req, policy);
}

static void put_end(struct request *req, bool local, bool ip6)
{
	uint8_t addr[16];
	size_t len = value_end(addr, local, ip6);

	request_put(req, local ? FMIP_TUNNEL_A_LOCAL : FMIP_TUNNEL_A_REMOTE, addr, len);
}

static void put_tunnel_flags(struct request *req, bool ip6, bool udp)
{
	struct nla_bitfield32 flags = { .selector = FMIP_TUNNEL_F_FRAGMENT };

	if (udp && one_in(2))
		flags.selector = FMIP_TUNNEL_F_UDP_CSUM;
	if (ip6)
		flags.selector = one_in(2) ? FMIP_TUNNEL_F_FLOW_HASH : FMIP_TUNNEL_F_FLOW_INHERIT;
	flags.value = one_in(2) ? flags.selector : 0;
	request_put(req, FMIP_TUNNEL_A_FLAGS, &flags, sizeof(flags));
}

/* What NEW, REPLACE and SET say. */
static void put_tunnel(struct request *req, const struct policy *policy, uint8_t cmd)
{
	uint8_t encap = below(FMIP_ENCAP_TLV4 + 1);
	bool ip6 = encap == FMIP_ENCAP_IP6 || encap == FMIP_ENCAP_GRE6;
	bool udp = encap >= FMIP_ENCAP_UDP4;

	if (cmd == FMIP_CMD_TUNNEL_SET || !one_in(5))
		put(req, policy, FMIP_TUNNEL_A_ID);
	if (cmd != FMIP_CMD_TUNNEL_SET || one_in(2)) {
		request_put_u8(req, FMIP_TUNNEL_A_ENCAP, encap);
		put_end(req, true, ip6);
		put_end(req, false, ip6);
	}
	if (udp) {
		maybe(req, policy, FMIP_TUNNEL_A_SPORT, 3);
		maybe(req, policy, FMIP_TUNNEL_A_DPORT, 3);
	}
	maybe(req, policy, FMIP_TUNNEL_A_IFINDEX, 8);
	maybe(req, policy, FMIP_TUNNEL_A_MARK, 6);
	maybe(req, policy, FMIP_TUNNEL_A_TTL, 6);
	if (one_in(6))
		request_put_u8(req, FMIP_TUNNEL_A_DSCP, one_in(4) ? FMIP_DSCP_INHERIT : below(64));
	if (ip6)
		maybe(req, policy, FMIP_TUNNEL_A_ENCAPLIMIT, 6);
	if (one_in(6))
		put_tunnel_flags(req, ip6, udp);
	else if (ip6)
		maybe(req, policy, FMIP_TUNNEL_A_FLOWLABEL, 6);
}

/* What one request about one object, or one of many entries, says. */
static void put_content(struct request *req, const struct policy *policy, uint8_t cmd)
{
	switch (cmd) {
	case FMIP_CMD_BINDING_NEW:
	case FMIP_CMD_BINDING_REPLACE:
		put_binding(req, policy);
		break;
	case FMIP_CMD_BINDING_SET:
		put_change(req, policy);
		break;
	case FMIP_CMD_BINDING_DEL:
	case FMIP_CMD_BINDING_GET:
		put_name(req, policy);
		break;
	case FMIP_CMD_TUNNEL_DEL:
	case FMIP_CMD_TUNNEL_GET:
		put(req, policy, FMIP_TUNNEL_A_ID);
		break;
	default:
		put_tunnel(req, policy, cmd);
	}
}

static bool about_bindings(uint8_t cmd)
{
	return cmd <= FMIP_CMD_BINDING_FLUSH;
}

static void put_entries(struct request *req, const struct policy *policy, uint8_t cmd)
{
	uint16_t type = about_bindings(cmd) ? FMIP_BINDING_A_ENTRIES : FMIP_TUNNEL_A_ENTRIES;
	uint32_t n = one_in(400) ? FMIP_ENTRIES_MAX - 1 + below(3) : below(MANY);
	size_t nest = request_nest(req, type), item;

	while (n--) {
		item = request_nest(req, n + 1);
		put_content(req, inside(policy, type), cmd);
		request_nest_end(req, item);
	}
	request_nest_end(req, nest);
}

static void put_filter(struct request *req, const struct policy *policy, uint8_t cmd)
{
	static const uint16_t of_both[] = { FMIP_FILTER_A_IFINDEX, FMIP_FILTER_A_ADDR };
	static const uint16_t of_bindings[] = {
		FMIP_FILTER_A_TUNNEL, FMIP_FILTER_A_GATE, FMIP_FILTER_A_SCOPE,
		FMIP_FILTER_A_COOKIE_MIN, FMIP_FILTER_A_COOKIE_MAX,
	};
	bool bindings = about_bindings(cmd);
	uint16_t type = bindings ? FMIP_BINDING_A_FILTER : FMIP_TUNNEL_A_FILTER, what;
	const struct policy *inner = inside(policy, type);
	size_t nest = request_nest(req, type);

	for (uint32_t n = 1 + below(2); n; n--) {
		what = bindings && !one_in(4) ? of_bindings[below(5)] : of_both[below(2)];
		put(req, inner, what);
		if (what == FMIP_FILTER_A_ADDR)
			maybe(req, inner, FMIP_FILTER_A_PREFIXLEN, 2);
	}
	request_nest_end(req, nest);
}

static void put_config(struct request *req, const struct policy *policy)
{
	maybe(req, policy, FMIP_CONFIG_A_NETNS_BYTES, 3);
	maybe(req, policy, FMIP_CONFIG_A_MODULE_BYTES, 4);
	maybe(req, policy, FMIP_CONFIG_A_PROXIES_MAX, 3);
	if (!one_in(3))
		return;
	put(req, policy, FMIP_CONFIG_A_EXEMPT_MARK);
	put(req, policy, FMIP_CONFIG_A_EXEMPT_MASK);
}

static const struct policy *policy_of(uint8_t cmd)
{
	static const struct policy none;
	int policy = family.command[cmd].policy;

	return policy < 0 ? &none : &family.policy[policy];
}

/* A list of all, or of some; or the end of some, or all. */
static void request_many(struct request *req, uint8_t cmd, uint32_t all)
{
	request_begin(req, cmd, family.command[cmd].dump ? NLM_F_DUMP : 0);
	if (!one_in(all))
		put_filter(req, policy_of(cmd), cmd);
	request_end(req);
}

static uint8_t any_command(void)
{
	static const struct {
		uint8_t cmd;
		uint8_t weight;
	} weights[] = {
		{ FMIP_CMD_BINDING_NEW, 30 },
		{ FMIP_CMD_BINDING_REPLACE, 14 },
		{ FMIP_CMD_BINDING_SET, 24 },
		{ FMIP_CMD_BINDING_DEL, 6 },
		{ FMIP_CMD_BINDING_GET, 4 },
		{ FMIP_CMD_TUNNEL_NEW, 6 },
		{ FMIP_CMD_TUNNEL_REPLACE, 3 },
		{ FMIP_CMD_TUNNEL_SET, 6 },
		{ FMIP_CMD_TUNNEL_DEL, 1 },
		{ FMIP_CMD_TUNNEL_GET, 2 },
		{ FMIP_CMD_STATS_GET, 1 },
		{ FMIP_CMD_CONFIG_GET, 1 },
		{ FMIP_CMD_CONFIG_SET, 2 },
	};
	uint32_t n = below(100);

	for (size_t i = 0; i < sizeof(weights) / sizeof(*weights); i++) {
		if (n < weights[i].weight)
			return weights[i].cmd;
		n -= weights[i].weight;
	}
	return FMIP_CMD_BINDING_NEW;
}

static bool takes_entries(uint8_t cmd)
{
	return (cmd >= FMIP_CMD_BINDING_NEW && cmd <= FMIP_CMD_BINDING_DEL) ||
	       (cmd >= FMIP_CMD_TUNNEL_NEW && cmd <= FMIP_CMD_TUNNEL_DEL);
}

/* Lists, and flushes, as they go on beside the requests of others. */
void request_reading(struct request *req)
{
	if (one_in(40))
		request_many(req, one_in(3) ? FMIP_CMD_TUNNEL_FLUSH : FMIP_CMD_BINDING_FLUSH, 4);
	else
		request_many(req, one_in(3) ? FMIP_CMD_TUNNEL_GET : FMIP_CMD_BINDING_GET, 3);
}

void request_sensible(struct request *req)
{
	uint8_t cmd = any_command();
	const struct policy *policy = policy_of(cmd);

	if (one_in(150)) {
		request_many(req, one_in(3) ? FMIP_CMD_TUNNEL_FLUSH : FMIP_CMD_BINDING_FLUSH, 6);
		return;
	}
	if (one_in(60)) {
		request_many(req, one_in(3) ? FMIP_CMD_TUNNEL_GET : FMIP_CMD_BINDING_GET, 3);
		return;
	}
	request_begin(req, cmd, one_in(6) ? NLM_F_ECHO : 0);
	if (takes_entries(cmd) && one_in(16))
		put_entries(req, policy, cmd);
	else if (cmd == FMIP_CMD_CONFIG_SET)
		put_config(req, policy);
	else if (cmd != FMIP_CMD_STATS_GET && cmd != FMIP_CMD_CONFIG_GET)
		put_content(req, policy, cmd);
	request_end(req);
}
