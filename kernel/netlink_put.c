// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an answer says of a binding.
 */
#include <linux/netdevice.h>
#include <net/genetlink.h>

#include "binding.h"
#include "expiry.h"
#include "net.h"
#include "netlink.h"
#include "proxy.h"
#include "tunnel.h"

static int put_key(struct sk_buff *skb, int type, bool has_key, u32 key)
{
	return has_key ? nla_put_u32(skb, type, key) : 0;
}

static int put_left(struct sk_buff *skb, int type, bool has_end,
		    unsigned long end)
{
	return has_end ? nla_put_u32(skb, type, fmip_expiry_left_ms(end)) : 0;
}

static int put_scope(struct sk_buff *skb, const struct fmip_match_key *key)
{
	bool has_key = key->scope == FMIP_SCOPE_KEY;
	u8 scope = has_key ? FMIP_SCOPE_TUNNEL : key->scope;
	int err;

	err = nla_put_u8(skb, FMIP_MATCH_A_SCOPE, scope);
	if (err || scope == FMIP_SCOPE_ANY)
		return err;
	if (scope != FMIP_SCOPE_TUNNEL)
		return nla_put_u32(skb, FMIP_MATCH_A_IFINDEX, key->scope_id);
	err = nla_put_u32(skb, FMIP_MATCH_A_TUNNEL, key->scope_id);
	return err ?: put_key(skb, FMIP_MATCH_A_KEY, has_key, key->key);
}

static int put_match(struct sk_buff *skb, const struct fmip_match_key *key)
{
	if (nla_put_u8(skb, FMIP_MATCH_A_DIRECTION, key->direction) ||
	    fmip_netlink_put_addr(skb, FMIP_MATCH_A_ADDR, key->family,
				  &key->addr) ||
	    nla_put_u8(skb, FMIP_MATCH_A_PREFIXLEN, key->prefixlen))
		return -EMSGSIZE;
	return put_scope(skb, key);
}

static int put_link(struct sk_buff *skb, const struct fmip_link *link)
{
	if (nla_put_u32(skb, FMIP_TARGET_A_IFINDEX, link->dev->ifindex))
		return -EMSGSIZE;
	return link->has_lladdr ? nla_put(skb, FMIP_TARGET_A_LLADDR,
					  link->dev->addr_len, link->lladdr) :
	       0;
}

static int put_target(struct sk_buff *skb, const struct fmip_target *target)
{
	int err;

	err = nla_put_u8(skb, FMIP_TARGET_A_TYPE, target->type);
	if (err)
		return err;
	if (target->type == FMIP_TARGET_TUNNEL)
		err = nla_put_u32(skb, FMIP_TARGET_A_TUNNEL,
				  target->tunnel->id) ?:
		      put_key(skb, FMIP_TARGET_A_KEY, target->has_key,
			      target->key);
	else if (target->type == FMIP_TARGET_LINK)
		err = put_link(skb, target->link);
	return err ?: put_left(skb, FMIP_TARGET_A_LIFETIME, target->has_end,
			       target->end);
}

static int put_accept(struct sk_buff *skb, const struct fmip_accept *accept)
{
	if (nla_put_u32(skb, FMIP_ACCEPT_A_TUNNEL, accept->tunnel->id) ||
	    put_key(skb, FMIP_ACCEPT_A_KEY, accept->has_key, accept->key) ||
	    nla_put_u8(skb, FMIP_ACCEPT_A_DIRECTION, accept->direction))
		return -EMSGSIZE;
	return put_left(skb, FMIP_ACCEPT_A_LIFETIME, accept->has_end,
			accept->end);
}

/* Those that accepts have been made into are not of the contract. */
static int put_matches(struct sk_buff *skb, struct fmip_binding *b)
{
	struct nlattr *list = nla_nest_start(skb, FMIP_BINDING_A_MATCHES);
	const struct fmip_match *m;
	struct nlattr *item;
	unsigned int i, n;
	int type = 0;

	if (!list)
		return -EMSGSIZE;
	m = fmip_binding_matches(b, &n);
	for (i = 0; i < n; i++) {
		if (fmip_match_is_accept(&m[i].key))
			continue;
		item = nla_nest_start(skb, ++type);
		if (!item || put_match(skb, &m[i].key))
			return -EMSGSIZE;
		nla_nest_end(skb, item);
	}
	nla_nest_end(skb, list);
	return 0;
}

static int put_targets(struct sk_buff *skb, const struct fmip_plan *plan)
{
	struct nlattr *list = nla_nest_start(skb, FMIP_BINDING_A_TARGETS);
	struct nlattr *item;
	int i;

	if (!list)
		return -EMSGSIZE;
	for (i = 0; i < plan->n_targets; i++) {
		item = nla_nest_start(skb, i + 1);
		if (!item || put_target(skb, &plan->target[i]))
			return -EMSGSIZE;
		nla_nest_end(skb, item);
	}
	nla_nest_end(skb, list);
	return 0;
}

static int put_accepts(struct sk_buff *skb, const struct fmip_plan *plan)
{
	struct nlattr *list = nla_nest_start(skb, FMIP_BINDING_A_ACCEPTS);
	struct nlattr *item;
	int i;

	if (!list)
		return -EMSGSIZE;
	for (i = 0; i < plan->n_accepts; i++) {
		item = nla_nest_start(skb, i + 1);
		if (!item || put_accept(skb, &fmip_plan_accepts(plan)[i]))
			return -EMSGSIZE;
		nla_nest_end(skb, item);
	}
	nla_nest_end(skb, list);
	return 0;
}

static int put_proxy(struct sk_buff *skb, const struct fmip_proxy *p)
{
	if (fmip_netlink_put_addr(skb, FMIP_PROXY_A_ADDR, p->key.family,
				  &p->key.addr) ||
	    nla_put_u32(skb, FMIP_PROXY_A_IFINDEX, p->key.ifindex) ||
	    fmip_netlink_put_bits(skb, FMIP_PROXY_A_FLAGS, p->flags))
		return -EMSGSIZE;
	return put_left(skb, FMIP_PROXY_A_LIFETIME, p->has_end, p->end);
}

static int put_proxies(struct sk_buff *skb, struct fmip_binding *b)
{
	struct nlattr *list = nla_nest_start(skb, FMIP_BINDING_A_PROXIES);
	const struct fmip_proxy *p;
	struct nlattr *item;
	int i = 0;

	if (!list)
		return -EMSGSIZE;
	if (!b->more)
		goto end;
	list_for_each_entry(p, &b->more->proxies, list) {
		if (!fmip_proxy_live(p))
			continue;
		item = nla_nest_start(skb, ++i);
		if (!item || put_proxy(skb, p))
			return -EMSGSIZE;
		nla_nest_end(skb, item);
	}
end:
	nla_nest_end(skb, list);
	return 0;
}

static int put_attach(struct sk_buff *skb, struct net *net,
		      const struct fmip_attach *attach)
{
	struct net_device *dev;
	struct nlattr *nest;
	int err = 0;

	if (!attach->ifindex)
		return 0;
	nest = nla_nest_start(skb, FMIP_BINDING_A_ATTACH);
	if (!nest || nla_put_u32(skb, FMIP_ATTACH_A_IFINDEX, attach->ifindex) ||
	    fmip_netlink_put_bits(skb, FMIP_ATTACH_A_ON, attach->on) ||
	    nla_put_u8(skb, FMIP_ATTACH_A_ACTION, attach->action))
		return -EMSGSIZE;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, attach->ifindex);
	if (dev && attach->has_lladdr)
		err = nla_put(skb, FMIP_ATTACH_A_LLADDR, dev->addr_len,
			      attach->lladdr);
	rcu_read_unlock();
	nla_nest_end(skb, nest);
	return err;
}

static int put_release(struct sk_buff *skb, const struct fmip_policy *policy)
{
	if (nla_put_u8(skb, FMIP_BINDING_A_RELEASE, policy->pace.release) ||
	    nla_put_u32(skb, FMIP_BINDING_A_SPEEDUP, policy->pace.speedup))
		return -EMSGSIZE;
	return policy->pace.rate ?
	       nla_put_u32(skb, FMIP_BINDING_A_RATE, policy->pace.rate) : 0;
}

static int put_limits(struct sk_buff *skb, const struct fmip_policy *policy)
{
	if (nla_put_u32(skb, FMIP_BINDING_A_LIMIT_PACKETS,
			policy->limit_packets) ||
	    nla_put_u32(skb, FMIP_BINDING_A_LIMIT_BYTES, policy->limit_bytes) ||
	    nla_put_u32(skb, FMIP_BINDING_A_LIMIT_AGE, policy->limit_age) ||
	    nla_put_u8(skb, FMIP_BINDING_A_OVERFLOW, policy->overflow) ||
	    nla_put_u32(skb, FMIP_BINDING_A_HOLD_TIME, policy->hold_time) ||
	    nla_put_u8(skb, FMIP_BINDING_A_HOLD_EXPIRY, policy->hold_expiry) ||
	    nla_put_u32(skb, FMIP_BINDING_A_GUARD_IDLE, policy->guard_idle))
		return -EMSGSIZE;
	return 0;
}

/* What of a binding changes by itself. */
static int put_state(struct sk_buff *skb, struct fmip_binding *b)
{
	bool has_lifetime = false, has_hold_end = false;
	unsigned long lifetime_end = 0, hold_end = 0;
	u8 gate;

	spin_lock_bh(&b->lock);
	gate = b->gate;
	if (b->more) {
		has_lifetime = b->more->has_lifetime;
		lifetime_end = b->more->lifetime_end;
		has_hold_end = b->more->has_hold_end;
		hold_end = b->more->hold_end;
	}
	spin_unlock_bh(&b->lock);
	if (nla_put_u8(skb, FMIP_BINDING_A_GATE, gate) ||
	    put_left(skb, FMIP_BINDING_A_LIFETIME, has_lifetime, lifetime_end))
		return -EMSGSIZE;
	return put_left(skb, FMIP_BINDING_A_HOLD_LEFT, has_hold_end, hold_end);
}

/**
 * fmip_netlink_put_binding() - put a binding into a message
 * @skb: message
 * @fn: namespace
 * @object: the binding
 *
 * Context: process, the namespace's lock held.
 * Return: 0 or -EMSGSIZE.
 */
int fmip_netlink_put_binding(struct sk_buff *skb, struct fmip_net *fn,
			     void *object)
{
	struct fmip_binding *b = object;
	const struct fmip_policy *policy;
	const struct fmip_plan *plan;

	plan = rcu_dereference_protected(b->plan, lockdep_is_held(&fn->lock));
	policy = plan->policy;
	if (nla_put_u32(skb, FMIP_BINDING_A_ID, b->id) ||
	    nla_put_u64_64bit(skb, FMIP_BINDING_A_COOKIE, b->cookie,
			      FMIP_BINDING_A_PAD) ||
	    fmip_netlink_put_bits(skb, FMIP_BINDING_A_FLAGS, plan->local ?
				  FMIP_BINDING_F_LOCAL : 0) ||
	    put_matches(skb, b) || put_targets(skb, plan) ||
	    put_accepts(skb, plan) || put_proxies(skb, b) ||
	    put_attach(skb, fn->net, &policy->attach) || put_state(skb, b) ||
	    put_release(skb, policy) || put_limits(skb, policy))
		return -EMSGSIZE;
	return fmip_netlink_put_stats(skb, FMIP_BINDING_A_STATS, b);
}
