// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading what a request wants of a binding.  Everything is checked, and what
 * can fail for want of memory is allocated, before anything is changed.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "binding.h"
#include "net.h"
#include "netlink.h"
#include "proxy.h"
#include "request.h"
#include "tunnel.h"

#define DEFAULT_SPEEDUP		200
#define DEFAULT_LIMIT_PACKETS	1000
#define DEFAULT_LIMIT_BYTES	(4U << 20)

static const struct nla_policy match_policy[FMIP_MATCH_A_MAX + 1] = {
	[FMIP_MATCH_A_DIRECTION] = NLA_POLICY_MAX(NLA_U8, FMIP_DIRECTION_SRC),
	[FMIP_MATCH_A_ADDR] =
		NLA_POLICY_VALIDATE_FN(NLA_BINARY, fmip_netlink_validate_addr,
				       sizeof(struct in6_addr)),
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
	[FMIP_PROXY_A_ADDR] =
		NLA_POLICY_VALIDATE_FN(NLA_BINARY, fmip_netlink_validate_addr,
				       sizeof(struct in6_addr)),
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

const struct nla_policy fmip_binding_policy[FMIP_BINDING_A_MAX + 1] = {
	[FMIP_BINDING_A_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[FMIP_BINDING_A_COOKIE] = { .type = NLA_U64 },
	[FMIP_BINDING_A_FLAGS] = NLA_POLICY_BITFIELD32(FMIP_BINDING_F_LOCAL),
	[FMIP_BINDING_A_MATCHES] = NLA_POLICY_NESTED_ARRAY(match_policy),
	[FMIP_BINDING_A_MATCH] = NLA_POLICY_NESTED(match_policy),
	[FMIP_BINDING_A_TARGETS] = NLA_POLICY_NESTED_ARRAY(target_policy),
	[FMIP_BINDING_A_ACCEPTS] = NLA_POLICY_NESTED_ARRAY(accept_policy),
	[FMIP_BINDING_A_PROXIES] = NLA_POLICY_NESTED_ARRAY(proxy_policy),
	[FMIP_BINDING_A_ATTACH] = NLA_POLICY_NESTED(attach_policy),
	[FMIP_BINDING_A_GATE] = NLA_POLICY_MAX(NLA_U8, FMIP_GATE_GUARD),
	[FMIP_BINDING_A_RELEASE] = NLA_POLICY_MAX(NLA_U8, FMIP_RELEASE_RATE),
	[FMIP_BINDING_A_SPEEDUP] = NLA_POLICY_RANGE(NLA_U32, 101, 10000),
	[FMIP_BINDING_A_RATE] = NLA_POLICY_MIN(NLA_U32, 1),
	[FMIP_BINDING_A_LIMIT_PACKETS] = { .type = NLA_U32 },
	[FMIP_BINDING_A_LIMIT_BYTES] = { .type = NLA_U32 },
	[FMIP_BINDING_A_LIMIT_AGE] = { .type = NLA_U32 },
	[FMIP_BINDING_A_OVERFLOW] = NLA_POLICY_MAX(NLA_U8, FMIP_OVERFLOW_HEAD),
	[FMIP_BINDING_A_LIFETIME] = { .type = NLA_U32 },
	[FMIP_BINDING_A_HOLD_TIME] = { .type = NLA_U32 },
	[FMIP_BINDING_A_HOLD_EXPIRY] =
		NLA_POLICY_MAX(NLA_U8, FMIP_EXPIRY_NOTIFY),
	[FMIP_BINDING_A_HOLD_LEFT] = { .type = NLA_U32 },
};

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  const char *why, int err)
{
	NL_SET_BAD_ATTR(extack, attr);
	if (extack)
		extack->_msg = why;
	return err;
}

static unsigned int count(const struct nlattr *list)
{
	const struct nlattr *item;
	unsigned int n = 0;
	int rem;

	nla_for_each_nested(item, list, rem)
		n++;
	return n;
}

static struct net_device *find_dev(struct net *net, const struct nlattr *attr,
				   const struct nlattr *nest,
				   struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	if (!attr) {
		refuse(extack, nest, "an interface is missing", -EINVAL);
		return ERR_PTR(-EINVAL);
	}
	dev = __dev_get_by_index(net, nla_get_u32(attr));
	if (!dev) {
		refuse(extack, attr, "no such interface", -ENODEV);
		return ERR_PTR(-ENODEV);
	}
	if (dev->flags & IFF_LOOPBACK ||
	    dev == rtnl_dereference(fmip_net(net)->dev)) {
		refuse(extack, attr, "no node is on this interface", -EINVAL);
		return ERR_PTR(-EINVAL);
	}
	return dev;
}

/* Copy a link-layer address of @dev, if there is one. */
static int read_lladdr(const struct nlattr *attr, const struct net_device *dev,
		       u8 *lladdr, bool *has, struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	if (nla_len(attr) != dev->addr_len || !dev->addr_len)
		return refuse(extack, attr,
			      "the link-layer address does not fit the interface",
			      -EINVAL);
	if (dev->type == ARPHRD_ETHER && !is_valid_ether_addr(nla_data(attr)))
		return refuse(extack, attr,
			      "the link-layer address is not a unicast one",
			      -EINVAL);
	nla_memcpy(lladdr, attr, MAX_ADDR_LEN);
	*has = true;
	return 0;
}

static int check_scope(struct nlattr **a, struct netlink_ext_ack *extack)
{
	if (a[FMIP_MATCH_A_SCOPE] &&
	    nla_get_u8(a[FMIP_MATCH_A_SCOPE]) != FMIP_SCOPE_ANY)
		return refuse(extack, a[FMIP_MATCH_A_SCOPE],
			      "scopes are not supported yet", -EOPNOTSUPP);
	if (a[FMIP_MATCH_A_IFINDEX] || a[FMIP_MATCH_A_TUNNEL] ||
	    a[FMIP_MATCH_A_KEY])
		return refuse(extack, a[FMIP_MATCH_A_IFINDEX] ?:
			      a[FMIP_MATCH_A_TUNNEL] ?: a[FMIP_MATCH_A_KEY],
			      "scope any has no interface, tunnel or key",
			      -EINVAL);
	return 0;
}

static int check_prefix(const struct fmip_match_key *key, struct net *net,
			const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	struct in6_addr masked;
	int type;

	ipv6_addr_prefix(&masked, &key->addr, key->prefixlen);
	if (!ipv6_addr_equal(&masked, &key->addr))
		return refuse(extack, attr,
			      "the prefix has bits set beyond its length",
			      -EINVAL);
	type = ipv6_addr_type(&key->addr);
	if ((key->prefixlen >= 8 && ipv6_addr_is_multicast(&key->addr)) ||
	    (key->prefixlen >= 10 && type & IPV6_ADDR_LINKLOCAL))
		return refuse(extack, attr,
			      "link-local and multicast packets are never forwarded",
			      -EINVAL);
	if (key->prefixlen < 128)
		return 0;
	if (ipv6_addr_any(&key->addr) || ipv6_addr_loopback(&key->addr) ||
	    ipv6_chk_addr(net, &key->addr, NULL, 0))
		return refuse(extack, attr,
			      "the address is this router's own", -EINVAL);
	return 0;
}

/**
 * fmip_request_read_key() - read a match
 * @key: result
 * @nest: attribute with FMIP_MATCH_A_*
 * @net: namespace
 * @new: the match is to be made, and not only to be found
 * @extack: says why not
 *
 * Return: 0 or a negative error.
 */
int fmip_request_read_key(struct fmip_match_key *key,
			  const struct nlattr *nest, struct net *net,
			  bool new, struct netlink_ext_ack *extack)
{
	struct nlattr *a[FMIP_MATCH_A_MAX + 1];
	int err;

	err = nla_parse_nested(a, FMIP_MATCH_A_MAX, nest, match_policy, extack);
	if (err)
		return err;
	memset(key, 0, sizeof(*key));
	key->family = AF_INET6;
	key->prefixlen = 128;
	if (a[FMIP_MATCH_A_DIRECTION] &&
	    nla_get_u8(a[FMIP_MATCH_A_DIRECTION]) != FMIP_DIRECTION_DST)
		return refuse(extack, a[FMIP_MATCH_A_DIRECTION],
			      "matching the source is not supported yet",
			      -EOPNOTSUPP);
	err = check_scope(a, extack);
	if (err)
		return err;
	if (!a[FMIP_MATCH_A_ADDR])
		return refuse(extack, nest, "a match needs an address",
			      -EINVAL);
	if (!fmip_netlink_get_addr(a[FMIP_MATCH_A_ADDR], &key->addr, extack))
		return -EOPNOTSUPP;
	if (a[FMIP_MATCH_A_PREFIXLEN])
		key->prefixlen = nla_get_u8(a[FMIP_MATCH_A_PREFIXLEN]);
	return new ? check_prefix(key, net, a[FMIP_MATCH_A_ADDR], extack) : 0;
}

/* Nobody else may have the match, and the request must not name it twice. */
static int check_unique(struct fmip_net *fn, struct fmip_binding *b,
			const struct fmip_match_list *l, unsigned int i,
			const struct nlattr *item,
			struct netlink_ext_ack *extack)
{
	struct fmip_match *m;
	unsigned int j;

	for (j = 0; j < i; j++)
		if (!memcmp(&l->match[j].key, &l->match[i].key,
			    sizeof(struct fmip_match_key)))
			return refuse(extack, item, "a match is named twice",
				      -EINVAL);
	m = fmip_match_find(&fn->matches, &l->match[i].key);
	if (m && m->binding != b)
		return refuse(extack, item,
			      "this match belongs to another binding",
			      -EEXIST);
	return 0;
}

static int read_matches(struct fmip_request *req, struct fmip_net *fn,
			struct fmip_binding *b, const struct nlattr *list,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *item;
	unsigned int i = 0, n;
	int rem, err;

	n = count(list);
	if (!n)
		return refuse(extack, list, "a binding needs a match", -EINVAL);
	if (n > FMIP_MATCHES_MAX)
		return refuse(extack, list, "too many matches", -E2BIG);
	req->matches = fmip_match_list_alloc(n);
	if (!req->matches)
		return -ENOMEM;
	nla_for_each_nested(item, list, rem) {
		err = fmip_request_read_key(&req->matches->match[i].key, item,
					    fn->net, true, extack) ?:
		      check_unique(fn, b, req->matches, i, item, extack);
		if (err)
			return err;
		i++;
	}
	return 0;
}

static struct fmip_tunnel *find_tunnel(struct fmip_net *fn,
				       const struct nlattr *attr,
				       const struct nlattr *nest,
				       struct netlink_ext_ack *extack)
{
	struct fmip_tunnel *t;

	if (!attr) {
		refuse(extack, nest, "a tunnel is missing", -EINVAL);
		return ERR_PTR(-EINVAL);
	}
	t = xa_load(&fn->tunnels, nla_get_u32(attr));
	if (!t) {
		refuse(extack, attr, "no such tunnel", -ENOENT);
		return ERR_PTR(-ENOENT);
	}
	return t;
}

static int read_tunnel_target(struct fmip_target *target, struct fmip_net *fn,
			      struct nlattr **a, const struct nlattr *nest,
			      struct netlink_ext_ack *extack)
{
	struct fmip_tunnel *t;

	if (a[FMIP_TARGET_A_IFINDEX] || a[FMIP_TARGET_A_LLADDR])
		return refuse(extack, a[FMIP_TARGET_A_IFINDEX] ?:
			      a[FMIP_TARGET_A_LLADDR],
			      "a tunnel target has no interface of its own",
			      -EINVAL);
	if (a[FMIP_TARGET_A_KEY])
		return refuse(extack, a[FMIP_TARGET_A_KEY],
			      "the tunnel's encapsulation has no key", -EINVAL);
	t = find_tunnel(fn, a[FMIP_TARGET_A_TUNNEL], nest, extack);
	if (IS_ERR(t))
		return PTR_ERR(t);
	target->tunnel = t;
	fmip_tunnel_get(t);
	return 0;
}

static int read_link_target(struct fmip_target *target, struct fmip_net *fn,
			    struct nlattr **a, const struct nlattr *nest,
			    struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	if (a[FMIP_TARGET_A_TUNNEL] || a[FMIP_TARGET_A_KEY])
		return refuse(extack, a[FMIP_TARGET_A_TUNNEL] ?:
			      a[FMIP_TARGET_A_KEY],
			      "a link target has no tunnel", -EINVAL);
	dev = find_dev(fn->net, a[FMIP_TARGET_A_IFINDEX], nest, extack);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	target->dev = dev;
	return read_lladdr(a[FMIP_TARGET_A_LLADDR], dev, target->lladdr,
			   &target->has_lladdr, extack);
}

static int read_target(struct fmip_target *target, struct fmip_net *fn,
		       const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *a[FMIP_TARGET_A_MAX + 1];
	int err;

	err = nla_parse_nested(a, FMIP_TARGET_A_MAX, nest, target_policy,
			       extack);
	if (err)
		return err;
	if (!a[FMIP_TARGET_A_TYPE])
		return refuse(extack, nest, "a target needs a type", -EINVAL);
	if (a[FMIP_TARGET_A_LIFETIME])
		return refuse(extack, a[FMIP_TARGET_A_LIFETIME],
			      "lifetimes of targets are not supported yet",
			      -EOPNOTSUPP);
	target->type = nla_get_u8(a[FMIP_TARGET_A_TYPE]);
	switch (target->type) {
	case FMIP_TARGET_TUNNEL:
		return read_tunnel_target(target, fn, a, nest, extack);
	case FMIP_TARGET_LINK:
		return read_link_target(target, fn, a, nest, extack);
	default:
		return refuse(extack, a[FMIP_TARGET_A_TYPE],
			      "target route is not supported yet", -EOPNOTSUPP);
	}
}

static int read_targets(struct fmip_plan *plan, struct fmip_net *fn,
			const struct nlattr *list,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *item;
	int rem, err;

	nla_for_each_nested(item, list, rem) {
		err = read_target(&plan->target[plan->n_targets], fn, item,
				  extack);
		if (err)
			return err;
		plan->n_targets++;
	}
	return 0;
}

static int read_accept(struct fmip_accept *accept, struct fmip_net *fn,
		       const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *a[FMIP_ACCEPT_A_MAX + 1];
	struct fmip_tunnel *t;
	int err;

	err = nla_parse_nested(a, FMIP_ACCEPT_A_MAX, nest, accept_policy,
			       extack);
	if (err)
		return err;
	if (a[FMIP_ACCEPT_A_LIFETIME])
		return refuse(extack, a[FMIP_ACCEPT_A_LIFETIME],
			      "lifetimes of accepts are not supported yet",
			      -EOPNOTSUPP);
	if (a[FMIP_ACCEPT_A_KEY])
		return refuse(extack, a[FMIP_ACCEPT_A_KEY],
			      "the tunnel's encapsulation has no key", -EINVAL);
	if (!a[FMIP_ACCEPT_A_DIRECTION])
		return refuse(extack, nest, "an accept needs a direction",
			      -EINVAL);
	t = find_tunnel(fn, a[FMIP_ACCEPT_A_TUNNEL], nest, extack);
	if (IS_ERR(t))
		return PTR_ERR(t);
	accept->direction = nla_get_u8(a[FMIP_ACCEPT_A_DIRECTION]);
	accept->tunnel = t;
	fmip_tunnel_get_accept(t);
	return 0;
}

static int read_accepts(struct fmip_plan *plan, struct fmip_net *fn,
			const struct nlattr *list,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *item;
	int rem, err;

	nla_for_each_nested(item, list, rem) {
		err = read_accept(&plan->accept[plan->n_accepts], fn, item,
				  extack);
		if (err)
			return err;
		plan->n_accepts++;
	}
	return 0;
}

static int read_attach(struct fmip_attach *attach, struct net *net,
		       const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *a[FMIP_ATTACH_A_MAX + 1];
	struct net_device *dev;
	int err;

	memset(attach, 0, sizeof(*attach));
	if (!nla_len(nest))
		return 0;
	err = nla_parse_nested(a, FMIP_ATTACH_A_MAX, nest, attach_policy,
			       extack);
	if (err)
		return err;
	dev = find_dev(net, a[FMIP_ATTACH_A_IFINDEX], nest, extack);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	attach->ifindex = dev->ifindex;
	attach->on = FMIP_ATTACH_ON_UNA;
	if (a[FMIP_ATTACH_A_ON]) {
		struct nla_bitfield32 on;

		on = nla_get_bitfield32(a[FMIP_ATTACH_A_ON]);
		attach->on = on.value & on.selector;
	}
	if (attach->on != FMIP_ATTACH_ON_UNA)
		return refuse(extack, a[FMIP_ATTACH_A_ON],
			      "only una is supported yet", -EOPNOTSUPP);
	if (a[FMIP_ATTACH_A_ACTION])
		attach->action = nla_get_u8(a[FMIP_ATTACH_A_ACTION]);
	return read_lladdr(a[FMIP_ATTACH_A_LLADDR], dev, attach->lladdr,
			   &attach->has_lladdr, extack);
}

static void get_u32(u32 *value, const struct nlattr *attr)
{
	if (attr)
		*value = nla_get_u32(attr);
}

static void get_u8(u8 *value, const struct nlattr *attr)
{
	if (attr)
		*value = nla_get_u8(attr);
}

static int read_limits(struct fmip_plan *plan, struct nlattr **a,
		       struct netlink_ext_ack *extack)
{
	get_u32(&plan->limit_packets, a[FMIP_BINDING_A_LIMIT_PACKETS]);
	get_u32(&plan->limit_bytes, a[FMIP_BINDING_A_LIMIT_BYTES]);
	get_u32(&plan->limit_age, a[FMIP_BINDING_A_LIMIT_AGE]);
	get_u8(&plan->overflow, a[FMIP_BINDING_A_OVERFLOW]);
	if (!plan->limit_packets || !plan->limit_bytes)
		return refuse(extack, plan->limit_packets ?
			      a[FMIP_BINDING_A_LIMIT_BYTES] :
			      a[FMIP_BINDING_A_LIMIT_PACKETS],
			      "with a limit of 0 nothing could be buffered",
			      -EINVAL);
	return 0;
}

static int read_release(struct fmip_plan *plan, struct nlattr **a,
			struct netlink_ext_ack *extack)
{
	get_u8(&plan->pace.release, a[FMIP_BINDING_A_RELEASE]);
	get_u32(&plan->pace.speedup, a[FMIP_BINDING_A_SPEEDUP]);
	get_u32(&plan->pace.rate, a[FMIP_BINDING_A_RATE]);
	if (plan->pace.release == FMIP_RELEASE_RATE && !plan->pace.rate)
		return refuse(extack, a[FMIP_BINDING_A_RELEASE],
			      "release rate needs a rate", -EINVAL);
	return 0;
}

static int read_scalars(struct fmip_plan *plan, struct nlattr **a,
			struct netlink_ext_ack *extack)
{
	if (a[FMIP_BINDING_A_FLAGS]) {
		struct nla_bitfield32 f;

		f = nla_get_bitfield32(a[FMIP_BINDING_A_FLAGS]);
		plan->flags = (plan->flags & ~f.selector) |
			      (f.value & f.selector);
	}
	get_u32(&plan->hold_time, a[FMIP_BINDING_A_HOLD_TIME]);
	get_u8(&plan->hold_expiry, a[FMIP_BINDING_A_HOLD_EXPIRY]);
	return read_limits(plan, a, extack) ?: read_release(plan, a, extack);
}

static void set_defaults(struct fmip_plan *plan)
{
	plan->pace.speedup = DEFAULT_SPEEDUP;
	plan->limit_packets = DEFAULT_LIMIT_PACKETS;
	plan->limit_bytes = DEFAULT_LIMIT_BYTES;
}

/* Take everything from @old that is no list. */
static void copy_scalars(struct fmip_plan *plan, const struct fmip_plan *old)
{
	plan->flags = old->flags;
	plan->attach = old->attach;
	plan->pace = old->pace;
	plan->limit_packets = old->limit_packets;
	plan->limit_bytes = old->limit_bytes;
	plan->limit_age = old->limit_age;
	plan->hold_time = old->hold_time;
	plan->overflow = old->overflow;
	plan->hold_expiry = old->hold_expiry;
}

static void copy_targets(struct fmip_plan *plan, const struct fmip_plan *old)
{
	int i;

	for (i = 0; i < old->n_targets; i++) {
		plan->target[i] = old->target[i];
		if (plan->target[i].tunnel)
			fmip_tunnel_get(plan->target[i].tunnel);
	}
	plan->n_targets = old->n_targets;
}

static void copy_accepts(struct fmip_plan *plan, const struct fmip_plan *old)
{
	int i;

	for (i = 0; i < old->n_accepts; i++) {
		plan->accept[i] = old->accept[i];
		fmip_tunnel_get_accept(plan->accept[i].tunnel);
	}
	plan->n_accepts = old->n_accepts;
}

static int check_lists(struct nlattr **a, struct netlink_ext_ack *extack)
{
	if (a[FMIP_BINDING_A_TARGETS] && count(a[FMIP_BINDING_A_TARGETS]) > 1)
		return refuse(extack, a[FMIP_BINDING_A_TARGETS],
			      "more than one target is not supported yet",
			      -EOPNOTSUPP);
	if (a[FMIP_BINDING_A_ACCEPTS] &&
	    count(a[FMIP_BINDING_A_ACCEPTS]) > FMIP_ACCEPTS_MAX)
		return refuse(extack, a[FMIP_BINDING_A_ACCEPTS],
			      "too many accepts", -E2BIG);
	return 0;
}

/* The plan that the request wants; lists it does not name are from @old. */
static int read_plan(struct fmip_request *req, struct fmip_net *fn,
		     const struct fmip_plan *old, struct genl_info *info)
{
	struct nlattr *targets = info->attrs[FMIP_BINDING_A_TARGETS];
	struct nlattr *accepts = info->attrs[FMIP_BINDING_A_ACCEPTS];
	struct nlattr *attach = info->attrs[FMIP_BINDING_A_ATTACH];
	struct fmip_plan *plan;
	int err;

	err = check_lists(info->attrs, info->extack);
	if (err)
		return err;
	plan = fmip_plan_alloc(targets ? count(targets) :
			       old ? old->n_targets : 0,
			       accepts ? count(accepts) :
			       old ? old->n_accepts : 0);
	if (!plan)
		return -ENOMEM;
	req->plan = plan;
	if (old)
		copy_scalars(plan, old);
	else
		set_defaults(plan);
	if (targets)
		err = read_targets(plan, fn, targets, info->extack);
	else if (old)
		copy_targets(plan, old);
	if (!err && accepts)
		err = read_accepts(plan, fn, accepts, info->extack);
	else if (!err && old)
		copy_accepts(plan, old);
	if (!err && attach)
		err = read_attach(&plan->attach, fn->net, attach,
				  info->extack);
	return err ?: read_scalars(plan, info->attrs, info->extack);
}

static int read_gate(struct fmip_request *req, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	req->gate = nla_get_u8(attr);
	req->has_gate = true;
	switch (req->gate) {
	case FMIP_GATE_OPEN:
	case FMIP_GATE_HOLD:
		return 0;
	case FMIP_GATE_DRAINING:
		return refuse(extack, attr,
			      "draining is what a gate does, not what it is told",
			      -EINVAL);
	default:
		return refuse(extack, attr, "this gate is not supported yet",
			      -EOPNOTSUPP);
	}
}

/* What each part may say, and all of them together may not. */
static int check_consistent(const struct fmip_request *req,
			    const struct fmip_binding *b,
			    struct genl_info *info)
{
	u8 gate = req->has_gate ? req->gate : b ? READ_ONCE(b->gate) :
		  FMIP_GATE_OPEN;
	const struct fmip_plan *plan = req->plan;
	struct nlattr **a = info->attrs;

	if (gate != FMIP_GATE_HOLD && !plan->n_targets)
		return refuse(info->extack, a[FMIP_BINDING_A_GATE] ?:
			      a[FMIP_BINDING_A_TARGETS],
			      "a gate that is not on hold needs a target",
			      -EINVAL);
	if (plan->hold_time && plan->hold_expiry == FMIP_EXPIRY_OPEN &&
	    !plan->n_targets)
		return refuse(info->extack, a[FMIP_BINDING_A_HOLD_EXPIRY] ?:
			      a[FMIP_BINDING_A_TARGETS],
			      "a hold that ends with an open gate needs a target",
			      -EINVAL);
	if (!plan->attach.ifindex || plan->attach.action == FMIP_ATTACH_EVENT)
		return 0;
	if (!plan->n_targets || plan->target[0].type != FMIP_TARGET_LINK ||
	    plan->target[0].dev->ifindex != plan->attach.ifindex)
		return refuse(info->extack, a[FMIP_BINDING_A_ATTACH] ?:
			      a[FMIP_BINDING_A_TARGETS],
			      "attach with action open needs a link target on the same interface",
			      -EINVAL);
	if (plan->attach.has_lladdr && plan->target[0].has_lladdr &&
	    memcmp(plan->attach.lladdr, plan->target[0].lladdr, MAX_ADDR_LEN))
		return refuse(info->extack, a[FMIP_BINDING_A_ATTACH] ?:
			      a[FMIP_BINDING_A_TARGETS],
			      "attach and target name different link-layer addresses",
			      -EINVAL);
	return 0;
}

static int check_output_only(struct nlattr **a, struct netlink_ext_ack *extack)
{
	if (a[FMIP_BINDING_A_HOLD_LEFT] || a[FMIP_BINDING_A_STATS])
		return refuse(extack, a[FMIP_BINDING_A_HOLD_LEFT] ?:
			      a[FMIP_BINDING_A_STATS],
			      "this attribute is output only", -EINVAL);
	return 0;
}

/**
 * fmip_request_read() - read and check all but the proxied addresses
 * @req: result; fmip_request_free() in any case
 * @fn: namespace
 * @b: binding that exists, or NULL
 * @replace: what is not named gets its default, and is not taken from @b
 * @info: request
 *
 * Context: process, RTNL and the namespace's lock held.
 * Return: 0 or a negative error.
 */
int fmip_request_read(struct fmip_request *req, struct fmip_net *fn,
		      struct fmip_binding *b, bool replace,
		      struct genl_info *info)
{
	const struct fmip_plan *old = NULL;
	int err;

	memset(req, 0, sizeof(*req));
	INIT_LIST_HEAD(&req->proxies);
	if (b && !replace)
		old = rcu_dereference_protected(b->plan,
						lockdep_is_held(&fn->lock));
	err = check_output_only(info->attrs, info->extack);
	if (!err && info->attrs[FMIP_BINDING_A_MATCHES])
		err = read_matches(req, fn, b,
				   info->attrs[FMIP_BINDING_A_MATCHES],
				   info->extack);
	err = err ?: read_plan(req, fn, old, info) ?:
	      read_gate(req, info->attrs[FMIP_BINDING_A_GATE], info->extack);
	if (!err && replace && !req->has_gate) {
		req->gate = FMIP_GATE_OPEN;
		req->has_gate = true;
	}
	return err ?: check_consistent(req, b, info);
}

/* What the binding proxies now is going to be replaced, and does not count. */
static bool proxies_full(struct fmip_binding *b)
{
	return b->fn->n_proxies >= (u64)b->fn->proxies_max +
				   list_count_nodes(&b->proxies);
}

static bool proxy_taken(struct fmip_binding *b, const struct in6_addr *addr,
			const struct net_device *dev)
{
	struct fmip_proxy *p;
	bool taken;

	rcu_read_lock();
	p = fmip_proxy_find(b->fn, addr, dev->ifindex);
	taken = p && p->binding != b;
	rcu_read_unlock();
	return taken;
}

static int check_proxy(struct fmip_binding *b, const struct in6_addr *addr,
		       const struct net_device *dev, struct nlattr **a,
		       struct netlink_ext_ack *extack)
{
	struct fmip_net *fn = b->fn;

	if (ipv6_addr_any(addr) || ipv6_addr_loopback(addr) ||
	    ipv6_addr_is_multicast(addr))
		return refuse(extack, a[FMIP_PROXY_A_ADDR],
			      "only a unicast address can be proxied", -EINVAL);
	if (ipv6_chk_addr(fn->net, addr, NULL, 0))
		return refuse(extack, a[FMIP_PROXY_A_ADDR],
			      "the address is this router's own", -EINVAL);
	if (dev->flags & IFF_NOARP || !__in6_dev_get(dev))
		return refuse(extack, a[FMIP_PROXY_A_IFINDEX],
			      "there is no Neighbour Discovery on this interface",
			      -EINVAL);
	if (proxies_full(b))
		return refuse(extack, a[FMIP_PROXY_A_ADDR],
			      "too many addresses are proxied already",
			      -ENOSPC);
	if (proxy_taken(b, addr, dev))
		return refuse(extack, a[FMIP_PROXY_A_ADDR],
			      "another binding proxies this address", -EEXIST);
	return 0;
}

static int read_proxy(struct fmip_request *req, struct fmip_binding *b,
		      const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *a[FMIP_PROXY_A_MAX + 1];
	struct net_device *dev;
	struct in6_addr addr;
	struct fmip_proxy *p;
	u32 lifetime = 0;
	u32 flags = 0;
	int err;

	err = nla_parse_nested(a, FMIP_PROXY_A_MAX, nest, proxy_policy, extack);
	if (err)
		return err;
	if (!a[FMIP_PROXY_A_ADDR])
		return refuse(extack, nest, "a proxy needs an address",
			      -EINVAL);
	if (!fmip_netlink_get_addr(a[FMIP_PROXY_A_ADDR], &addr, extack))
		return -EOPNOTSUPP;
	dev = find_dev(b->fn->net, a[FMIP_PROXY_A_IFINDEX], nest, extack);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	list_for_each_entry(p, &req->proxies, list)
		if (p->dev == dev && ipv6_addr_equal(&p->key.addr, &addr))
			return refuse(extack, a[FMIP_PROXY_A_ADDR],
				      "an address is named twice", -EINVAL);
	err = check_proxy(b, &addr, dev, a, extack);
	if (err)
		return err;
	if (a[FMIP_PROXY_A_FLAGS]) {
		struct nla_bitfield32 f;

		f = nla_get_bitfield32(a[FMIP_PROXY_A_FLAGS]);
		flags = f.value & f.selector;
	}
	get_u32(&lifetime, a[FMIP_PROXY_A_LIFETIME]);
	p = fmip_proxy_create(b, &addr, dev, flags, lifetime);
	if (IS_ERR(p))
		return PTR_ERR(p);
	list_add_tail(&p->list, &req->proxies);
	return 0;
}

/**
 * fmip_request_read_proxies() - read the proxied addresses
 * @req: result
 * @b: binding
 * @info: request
 *
 * Context: process, RTNL and the namespace's lock held.
 * Return: 0 or a negative error.
 */
int fmip_request_read_proxies(struct fmip_request *req, struct fmip_binding *b,
			      struct genl_info *info)
{
	const struct nlattr *list = info->attrs[FMIP_BINDING_A_PROXIES], *item;
	int rem, err;

	if (!list)
		return 0;
	req->has_proxies = true;
	if (count(list) > FMIP_PROXIES_MAX)
		return refuse(info->extack, list, "too many proxied addresses",
			      -E2BIG);
	nla_for_each_nested(item, list, rem) {
		err = read_proxy(req, b, item, info->extack);
		if (err)
			return err;
	}
	return 0;
}

/**
 * fmip_request_free() - give back what was not taken over
 * @req: request
 * @fn: namespace
 *
 * Context: process, RTNL and the namespace's lock held.
 */
void fmip_request_free(struct fmip_request *req, struct fmip_net *fn)
{
	/* Other bindings' packets may be looking past one that was put back. */
	if (req->matches)
		kfree_rcu(req->matches, rcu);
	fmip_plan_free(req->plan);
	fmip_proxy_list_drop(fn, &req->proxies);
}
