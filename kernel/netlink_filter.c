// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a dump or a flush selects.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "binding.h"
#include "compat.h"
#include "net.h"
#include "netlink.h"
#include "proxy.h"
#include "tunnel.h"

static int read_prefix(struct fmip_filter *f, struct nlattr **a,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *len = a[FMIP_FILTER_A_PREFIXLEN];

	if (!a[FMIP_FILTER_A_ADDR])
		return len ? fmip_netlink_refuse(extack, len,
						 "a length needs an address",
						 -EINVAL) : 0;
	f->family = fmip_netlink_get_addr(a[FMIP_FILTER_A_ADDR], &f->addr);
	f->prefixlen = f->family == AF_INET6 ? 128 : 32;
	if (!len)
		return 0;
	if (nla_get_u8(len) > f->prefixlen)
		return fmip_netlink_refuse(extack, len,
					   "an IPv4 prefix has at most 32 bits",
					   -EINVAL);
	f->prefixlen = nla_get_u8(len);
	return 0;
}

static int read_cookies(struct fmip_filter *f, struct nlattr **a,
			struct netlink_ext_ack *extack)
{
	f->cookie_max = U64_MAX;
	if (a[FMIP_FILTER_A_COOKIE_MIN])
		f->cookie_min = nla_get_u64(a[FMIP_FILTER_A_COOKIE_MIN]);
	if (a[FMIP_FILTER_A_COOKIE_MAX])
		f->cookie_max = nla_get_u64(a[FMIP_FILTER_A_COOKIE_MAX]);
	if (f->cookie_min <= f->cookie_max)
		return 0;
	return fmip_netlink_refuse(extack, a[FMIP_FILTER_A_COOKIE_MIN],
				   "the least cookie is larger than the largest",
				   -EINVAL);
}

/* A tunnel has no cookie, no gate and no matches. */
static int check_tunnel(struct nlattr **a, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = a[FMIP_FILTER_A_TUNNEL] ?:
				    a[FMIP_FILTER_A_GATE] ?:
				    a[FMIP_FILTER_A_SCOPE] ?:
				    a[FMIP_FILTER_A_COOKIE_MIN] ?:
				    a[FMIP_FILTER_A_COOKIE_MAX];

	return attr ? fmip_netlink_refuse(extack, attr,
					  "tunnels cannot be selected by this",
					  -EINVAL) : 0;
}

static int read_filter(struct fmip_filter *f, const struct nlattr *nest,
		       bool tunnels, struct netlink_ext_ack *extack)
{
	struct nlattr *a[FMIP_FILTER_A_MAX + 1] = {};
	int err;

	err = fmip_netlink_parse(a, nest, extack);
	if (!err && tunnels)
		err = check_tunnel(a, extack);
	if (err)
		return err;
	if (a[FMIP_FILTER_A_TUNNEL])
		f->tunnel = nla_get_u32(a[FMIP_FILTER_A_TUNNEL]);
	if (a[FMIP_FILTER_A_IFINDEX])
		f->ifindex = nla_get_u32(a[FMIP_FILTER_A_IFINDEX]);
	f->has_gate = a[FMIP_FILTER_A_GATE];
	if (f->has_gate)
		f->gate = nla_get_u8(a[FMIP_FILTER_A_GATE]);
	f->has_scope = a[FMIP_FILTER_A_SCOPE];
	if (f->has_scope)
		f->scope = nla_get_u8(a[FMIP_FILTER_A_SCOPE]);
	return read_cookies(f, a, extack) ?: read_prefix(f, a, extack);
}

static int read_attrs(struct fmip_filter *f, struct nlattr **attrs,
		      bool tunnels, struct netlink_ext_ack *extack)
{
	int attr = tunnels ? FMIP_TUNNEL_A_FILTER : FMIP_BINDING_A_FILTER;
	int max = tunnels ? FMIP_TUNNEL_A_MAX : FMIP_BINDING_A_MAX;
	int i;

	memset(f, 0, sizeof(*f));
	f->cookie_max = U64_MAX;
	for (i = 1; i <= max; i++)
		if (attrs[i] && i != attr)
			return fmip_netlink_refuse(extack, attrs[i],
						   "this request only takes a filter",
						   -EINVAL);
	return attrs[attr] ? read_filter(f, attrs[attr], tunnels, extack) : 0;
}

/**
 * fmip_filter_read_dump() - read what a dump selects
 * @f: result
 * @cb: dump
 * @tunnels: of tunnels, else of bindings
 *
 * Return: 0 or a negative error.
 */
int fmip_filter_read_dump(struct fmip_filter *f, struct netlink_callback *cb,
			  bool tunnels)
{
	return read_attrs(f, fmip_compat_dump_attrs(cb), tunnels, cb->extack);
}

/**
 * fmip_filter_read_flush() - read what a flush selects
 * @f: result
 * @info: request, parsed
 * @tunnels: of tunnels, else of bindings
 *
 * Return: 0 or a negative error.
 */
int fmip_filter_read_flush(struct fmip_filter *f, struct genl_info *info,
			   bool tunnels)
{
	return read_attrs(f, info->attrs, tunnels, info->extack);
}

static bool within(const struct fmip_filter *f, u8 family,
		   const struct in6_addr *addr, unsigned int prefixlen)
{
	__be32 differ;

	if (family != f->family || prefixlen < f->prefixlen)
		return false;
	if (family == AF_INET6)
		return ipv6_prefix_equal(addr, &f->addr, f->prefixlen);
	differ = addr->s6_addr32[0] ^ f->addr.s6_addr32[0];
	return !(differ & inet_make_mask(f->prefixlen));
}

static bool has_tunnel_scope(const struct fmip_match_key *key)
{
	return key->scope == FMIP_SCOPE_TUNNEL || key->scope == FMIP_SCOPE_KEY;
}

static bool match_scope(const struct fmip_match_key *key, u8 scope)
{
	return scope == FMIP_SCOPE_TUNNEL ? has_tunnel_scope(key) :
	       key->scope == scope;
}

static bool match_names_dev(const struct fmip_match_key *key, u32 ifindex)
{
	return (key->scope == FMIP_SCOPE_INTERFACE ||
		key->scope == FMIP_SCOPE_VRF) && key->scope_id == ifindex;
}

/**
 * struct seen - what the matches of a binding have of what is looked for
 * @scope: one has the scope
 * @addr: one lies within the prefix
 * @dev: one names the interface
 * @tunnel: one names the tunnel
 */
struct seen {
	bool scope;
	bool addr;
	bool dev;
	bool tunnel;
};

static struct seen look_at_matches(const struct fmip_filter *f,
				   struct fmip_binding *b)
{
	const struct fmip_match *m;
	struct seen seen = {};
	unsigned int i, n;

	m = fmip_binding_matches(b, &n);
	for (i = 0; i < n; i++) {
		const struct fmip_match_key *key = &m[i].key;

		if (fmip_match_is_accept(key))
			continue;
		seen.scope |= match_scope(key, f->scope);
		seen.addr |= within(f, key->family, &key->addr, key->prefixlen);
		seen.dev |= match_names_dev(key, f->ifindex);
		seen.tunnel |= has_tunnel_scope(key) &&
			       key->scope_id == f->tunnel;
	}
	return seen;
}

static bool names_dev(struct fmip_binding *b, const struct fmip_plan *plan,
		      u32 ifindex)
{
	const struct fmip_proxy *p;
	int i;

	if (plan->policy->attach.ifindex == ifindex)
		return true;
	for (i = 0; i < plan->n_targets; i++)
		if (plan->target[i].type == FMIP_TARGET_LINK &&
		    plan->target[i].link->dev->ifindex == ifindex)
			return true;
	if (!b->more)
		return false;
	list_for_each_entry(p, &b->more->proxies, list)
		if (p->key.ifindex == ifindex && fmip_proxy_live(p))
			return true;
	return false;
}

/**
 * fmip_filter_binding() - is a binding selected?
 * @f: filter
 * @b: binding
 *
 * Context: process, the namespace's lock held.
 * Return: true if so.
 */
bool fmip_filter_binding(const struct fmip_filter *f, struct fmip_binding *b)
{
	const struct fmip_plan *plan;
	struct seen seen;

	if ((f->has_gate && READ_ONCE(b->gate) != f->gate) ||
	    b->cookie < f->cookie_min || b->cookie > f->cookie_max)
		return false;
	if (!f->family && !f->has_scope && !f->ifindex && !f->tunnel)
		return true;
	plan = rcu_dereference_protected(b->plan,
					 lockdep_is_held(&b->fn->lock));
	seen = look_at_matches(f, b);
	return (!f->family || seen.addr) && (!f->has_scope || seen.scope) &&
	       (!f->ifindex || seen.dev || names_dev(b, plan, f->ifindex)) &&
	       (!f->tunnel || seen.tunnel ||
		fmip_plan_names_tunnel(plan, f->tunnel));
}

/**
 * fmip_filter_tunnel() - is a tunnel selected?
 * @f: filter
 * @fn: namespace
 * @t: tunnel
 *
 * Context: process, the namespace's lock held.
 * Return: true if so.
 */
bool fmip_filter_tunnel(const struct fmip_filter *f, struct fmip_net *fn,
			const struct fmip_tunnel *t)
{
	const struct fmip_path *path;

	path = rcu_dereference_protected(t->path, lockdep_is_held(&fn->lock));
	if (f->ifindex && path->ifindex != f->ifindex)
		return false;
	return !f->family || within(f, path->key.family, &path->key.remote,
				    path->key.family == AF_INET6 ? 128 : 32);
}
