// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the generic netlink core checks before a request reaches us.  It looks
 * into every nest, so nothing here needs to be checked again.
 */
#include <net/genetlink.h>

#include "netlink.h"

#define ADDR_POLICY							\
	NLA_POLICY_VALIDATE_FN(NLA_BINARY, fmip_netlink_validate_addr,	\
			       sizeof(struct in6_addr))

static const struct nla_policy match_policy[FMIP_MATCH_A_MAX + 1] = {
	[FMIP_MATCH_A_DIRECTION] = NLA_POLICY_MAX(NLA_U8, FMIP_DIRECTION_SRC),
	[FMIP_MATCH_A_ADDR] = ADDR_POLICY,
	[FMIP_MATCH_A_PREFIXLEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[FMIP_MATCH_A_SCOPE] = NLA_POLICY_MAX(NLA_U8, FMIP_SCOPE_TUNNEL),
	[FMIP_MATCH_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[FMIP_MATCH_A_TUNNEL] = NLA_POLICY_MIN(NLA_U32, 1),
	[FMIP_MATCH_A_KEY] = { .type = NLA_U32 },
};

static const struct nla_policy target_policy[FMIP_TARGET_A_MAX + 1] = {
	[FMIP_TARGET_A_TYPE] = NLA_POLICY_MAX(NLA_U8, FMIP_TARGET_ROUTE),
	[FMIP_TARGET_A_TUNNEL] = NLA_POLICY_MIN(NLA_U32, 1),
	[FMIP_TARGET_A_KEY] = { .type = NLA_U32 },
	[FMIP_TARGET_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[FMIP_TARGET_A_LLADDR] = { .type = NLA_BINARY,
				   .len = FMIP_LLADDR_MAX },
	[FMIP_TARGET_A_LIFETIME] = { .type = NLA_U32 },
};

static const struct nla_policy accept_policy[FMIP_ACCEPT_A_MAX + 1] = {
	[FMIP_ACCEPT_A_TUNNEL] = NLA_POLICY_MIN(NLA_U32, 1),
	[FMIP_ACCEPT_A_KEY] = { .type = NLA_U32 },
	[FMIP_ACCEPT_A_DIRECTION] = NLA_POLICY_MAX(NLA_U8, FMIP_DIRECTION_SRC),
	[FMIP_ACCEPT_A_LIFETIME] = { .type = NLA_U32 },
};

static const struct nla_policy proxy_policy[FMIP_PROXY_A_MAX + 1] = {
	[FMIP_PROXY_A_ADDR] = ADDR_POLICY,
	[FMIP_PROXY_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[FMIP_PROXY_A_FLAGS] = NLA_POLICY_BITFIELD32(FMIP_PROXY_F_OVERRIDE |
						     FMIP_PROXY_F_ANNOUNCE),
	[FMIP_PROXY_A_LIFETIME] = { .type = NLA_U32 },
};

static const struct nla_policy attach_policy[FMIP_ATTACH_A_MAX + 1] = {
	[FMIP_ATTACH_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[FMIP_ATTACH_A_LLADDR] = { .type = NLA_BINARY,
				   .len = FMIP_LLADDR_MAX },
	[FMIP_ATTACH_A_ON] = NLA_POLICY_BITFIELD32(FMIP_ATTACH_ON_UNA |
						   FMIP_ATTACH_ON_NA |
						   FMIP_ATTACH_ON_DAD_NS |
						   FMIP_ATTACH_ON_DATA),
	[FMIP_ATTACH_A_ACTION] = NLA_POLICY_MAX(NLA_U8, FMIP_ATTACH_EVENT),
};

static const struct nla_policy filter_policy[FMIP_FILTER_A_MAX + 1] = {
	[FMIP_FILTER_A_TUNNEL] = NLA_POLICY_MIN(NLA_U32, 1),
	[FMIP_FILTER_A_GATE] = NLA_POLICY_MAX(NLA_U8, FMIP_GATE_GUARD),
	[FMIP_FILTER_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[FMIP_FILTER_A_SCOPE] = NLA_POLICY_MAX(NLA_U8, FMIP_SCOPE_TUNNEL),
	[FMIP_FILTER_A_COOKIE_MIN] = { .type = NLA_U64 },
	[FMIP_FILTER_A_COOKIE_MAX] = { .type = NLA_U64 },
	[FMIP_FILTER_A_ADDR] = ADDR_POLICY,
	[FMIP_FILTER_A_PREFIXLEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

#define BINDING_POLICIES						\
	[FMIP_BINDING_A_ID] = NLA_POLICY_MIN(NLA_U32, 1),		\
	[FMIP_BINDING_A_COOKIE] = { .type = NLA_U64 },			\
	[FMIP_BINDING_A_FLAGS] =					\
		NLA_POLICY_BITFIELD32(FMIP_BINDING_F_LOCAL),		\
	[FMIP_BINDING_A_MATCHES] = NLA_POLICY_NESTED_ARRAY(match_policy), \
	[FMIP_BINDING_A_MATCH] = NLA_POLICY_NESTED(match_policy),	\
	[FMIP_BINDING_A_TARGETS] = NLA_POLICY_NESTED_ARRAY(target_policy), \
	[FMIP_BINDING_A_ACCEPTS] = NLA_POLICY_NESTED_ARRAY(accept_policy), \
	[FMIP_BINDING_A_PROXIES] = NLA_POLICY_NESTED_ARRAY(proxy_policy), \
	[FMIP_BINDING_A_ATTACH] = NLA_POLICY_NESTED(attach_policy),	\
	[FMIP_BINDING_A_GATE] = NLA_POLICY_MAX(NLA_U8, FMIP_GATE_GUARD), \
	[FMIP_BINDING_A_RELEASE] =					\
		NLA_POLICY_MAX(NLA_U8, FMIP_RELEASE_RATE),		\
	[FMIP_BINDING_A_SPEEDUP] = NLA_POLICY_RANGE(NLA_U32, 101, 10000), \
	[FMIP_BINDING_A_RATE] = NLA_POLICY_MIN(NLA_U32, 1),		\
	[FMIP_BINDING_A_LIMIT_PACKETS] = { .type = NLA_U32 },		\
	[FMIP_BINDING_A_LIMIT_BYTES] = { .type = NLA_U32 },		\
	[FMIP_BINDING_A_LIMIT_AGE] = { .type = NLA_U32 },		\
	[FMIP_BINDING_A_OVERFLOW] =					\
		NLA_POLICY_MAX(NLA_U8, FMIP_OVERFLOW_HEAD),		\
	[FMIP_BINDING_A_LIFETIME] = { .type = NLA_U32 },		\
	[FMIP_BINDING_A_HOLD_TIME] = { .type = NLA_U32 },		\
	[FMIP_BINDING_A_HOLD_EXPIRY] =					\
		NLA_POLICY_MAX(NLA_U8, FMIP_EXPIRY_NOTIFY),		\
	[FMIP_BINDING_A_HOLD_LEFT] = { .type = NLA_U32 },		\
	[FMIP_BINDING_A_REPLAY_NS] = { .type = NLA_U64 },		\
	[FMIP_BINDING_A_GUARD_IDLE] = { .type = NLA_U32 }

static const struct nla_policy binding_entry_policy[FMIP_BINDING_A_MAX + 1] = {
	BINDING_POLICIES,
};

const struct nla_policy fmip_binding_policy[FMIP_BINDING_A_MAX + 1] = {
	BINDING_POLICIES,
	[FMIP_BINDING_A_ENTRIES] =
		NLA_POLICY_NESTED_ARRAY(binding_entry_policy),
	[FMIP_BINDING_A_FILTER] = NLA_POLICY_NESTED(filter_policy),
};

/* Linux 6.1 wants it writable. */
static struct netlink_range_validation flowlabel_range = {
	.max = 0xfffff,
};

#define TUNNEL_POLICIES							\
	[FMIP_TUNNEL_A_ID] = NLA_POLICY_MIN(NLA_U32, 1),		\
	[FMIP_TUNNEL_A_ENCAP] = NLA_POLICY_MAX(NLA_U8, FMIP_ENCAP_TLV4), \
	[FMIP_TUNNEL_A_LOCAL] = ADDR_POLICY,				\
	[FMIP_TUNNEL_A_REMOTE] = ADDR_POLICY,				\
	[FMIP_TUNNEL_A_SPORT] = NLA_POLICY_MIN(NLA_U16, 1),		\
	[FMIP_TUNNEL_A_DPORT] = NLA_POLICY_MIN(NLA_U16, 1),		\
	[FMIP_TUNNEL_A_IFINDEX] = { .type = NLA_U32 },			\
	[FMIP_TUNNEL_A_MARK] = { .type = NLA_U32 },			\
	[FMIP_TUNNEL_A_TTL] = { .type = NLA_U8 },			\
	[FMIP_TUNNEL_A_DSCP] = { .type = NLA_U8 },			\
	[FMIP_TUNNEL_A_ENCAPLIMIT] = { .type = NLA_U8 },		\
	[FMIP_TUNNEL_A_USERS] = { .type = NLA_U32 },			\
	[FMIP_TUNNEL_A_MTU] = { .type = NLA_U32 },			\
	[FMIP_TUNNEL_A_FLAGS] =						\
		NLA_POLICY_BITFIELD32(FMIP_TUNNEL_F_FRAGMENT |		\
				      FMIP_TUNNEL_F_UDP_CSUM |		\
				      FMIP_TUNNEL_F_FLOW_INHERIT |	\
				      FMIP_TUNNEL_F_FLOW_HASH),		\
	[FMIP_TUNNEL_A_FLOWLABEL] =					\
		NLA_POLICY_FULL_RANGE(NLA_U32, &flowlabel_range)

static const struct nla_policy tunnel_entry_policy[FMIP_TUNNEL_A_MAX + 1] = {
	TUNNEL_POLICIES,
};

const struct nla_policy fmip_tunnel_policy[FMIP_TUNNEL_A_MAX + 1] = {
	TUNNEL_POLICIES,
	[FMIP_TUNNEL_A_ENTRIES] = NLA_POLICY_NESTED_ARRAY(tunnel_entry_policy),
	[FMIP_TUNNEL_A_FILTER] = NLA_POLICY_NESTED(filter_policy),
};

const struct nla_policy fmip_config_policy[FMIP_CONFIG_A_MAX + 1] = {
	[FMIP_CONFIG_A_NETNS_BYTES] = { .type = NLA_U64 },
	[FMIP_CONFIG_A_MODULE_BYTES] = { .type = NLA_U64 },
	[FMIP_CONFIG_A_EXEMPT_MARK] = { .type = NLA_U32 },
	[FMIP_CONFIG_A_EXEMPT_MASK] = { .type = NLA_U32 },
	[FMIP_CONFIG_A_PROXIES_MAX] = { .type = NLA_U32 },
	[FMIP_CONFIG_A_GUARANTEE] = { .type = NLA_U64 },
};
