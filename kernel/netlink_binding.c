// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests about bindings.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "binding.h"
#include "device.h"
#include "expiry.h"
#include "hooks.h"
#include "net.h"
#include "netlink.h"
#include "proxy.h"
#include "queue.h"
#include "request.h"
#include "tunnel.h"

static int put_bits(struct sk_buff *skb, int type, u32 value)
{
	return nla_put_bitfield32(skb, type, value, value);
}

static int put_match(struct sk_buff *skb, const struct fmip_match_key *key)
{
	if (nla_put_u8(skb, FMIP_MATCH_A_DIRECTION, key->direction) ||
	    nla_put_in6_addr(skb, FMIP_MATCH_A_ADDR, &key->addr) ||
	    nla_put_u8(skb, FMIP_MATCH_A_PREFIXLEN, key->prefixlen) ||
	    nla_put_u8(skb, FMIP_MATCH_A_SCOPE, key->scope))
		return -EMSGSIZE;
	return 0;
}

static int put_target(struct sk_buff *skb, const struct fmip_target *target)
{
	if (nla_put_u8(skb, FMIP_TARGET_A_TYPE, target->type))
		return -EMSGSIZE;
	if (target->type == FMIP_TARGET_TUNNEL)
		return nla_put_u32(skb, FMIP_TARGET_A_TUNNEL,
				   target->tunnel->id);
	if (nla_put_u32(skb, FMIP_TARGET_A_IFINDEX, target->dev->ifindex))
		return -EMSGSIZE;
	if (target->has_lladdr &&
	    nla_put(skb, FMIP_TARGET_A_LLADDR, target->dev->addr_len,
		    target->lladdr))
		return -EMSGSIZE;
	return 0;
}

static int put_accept(struct sk_buff *skb, const struct fmip_accept *accept)
{
	if (nla_put_u32(skb, FMIP_ACCEPT_A_TUNNEL, accept->tunnel->id) ||
	    nla_put_u8(skb, FMIP_ACCEPT_A_DIRECTION, accept->direction))
		return -EMSGSIZE;
	return 0;
}

static int put_matches(struct sk_buff *skb, const struct fmip_match_list *l)
{
	struct nlattr *list = nla_nest_start(skb, FMIP_BINDING_A_MATCHES);
	struct nlattr *item;
	unsigned int i;

	if (!list)
		return -EMSGSIZE;
	for (i = 0; i < l->n; i++) {
		item = nla_nest_start(skb, i + 1);
		if (!item || put_match(skb, &l->match[i].key))
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
		if (!item || put_accept(skb, &plan->accept[i]))
			return -EMSGSIZE;
		nla_nest_end(skb, item);
	}
	nla_nest_end(skb, list);
	return 0;
}

static int put_proxy(struct sk_buff *skb, const struct fmip_proxy *p)
{
	if (nla_put_in6_addr(skb, FMIP_PROXY_A_ADDR, &p->key.addr) ||
	    nla_put_u32(skb, FMIP_PROXY_A_IFINDEX, p->key.ifindex) ||
	    put_bits(skb, FMIP_PROXY_A_FLAGS, p->flags))
		return -EMSGSIZE;
	if (p->has_end && nla_put_u32(skb, FMIP_PROXY_A_LIFETIME,
				      fmip_expiry_left_ms(p->end)))
		return -EMSGSIZE;
	return 0;
}

static int put_proxies(struct sk_buff *skb, struct fmip_binding *b)
{
	struct nlattr *list = nla_nest_start(skb, FMIP_BINDING_A_PROXIES);
	const struct fmip_proxy *p;
	struct nlattr *item;
	int i = 0;

	if (!list)
		return -EMSGSIZE;
	list_for_each_entry(p, &b->proxies, list) {
		if (!fmip_proxy_live(p))
			continue;
		item = nla_nest_start(skb, ++i);
		if (!item || put_proxy(skb, p))
			return -EMSGSIZE;
		nla_nest_end(skb, item);
	}
	nla_nest_end(skb, list);
	return 0;
}

static int put_attach(struct sk_buff *skb, struct net *net,
		      const struct fmip_attach *attach)
{
	struct net_device *dev;
	struct nlattr *nest;

	if (!attach->ifindex)
		return 0;
	nest = nla_nest_start(skb, FMIP_BINDING_A_ATTACH);
	if (!nest || nla_put_u32(skb, FMIP_ATTACH_A_IFINDEX, attach->ifindex) ||
	    put_bits(skb, FMIP_ATTACH_A_ON, attach->on) ||
	    nla_put_u8(skb, FMIP_ATTACH_A_ACTION, attach->action))
		return -EMSGSIZE;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, attach->ifindex);
	if (dev && attach->has_lladdr &&
	    nla_put(skb, FMIP_ATTACH_A_LLADDR, dev->addr_len, attach->lladdr)) {
		rcu_read_unlock();
		return -EMSGSIZE;
	}
	rcu_read_unlock();
	nla_nest_end(skb, nest);
	return 0;
}

static int put_release(struct sk_buff *skb, const struct fmip_plan *plan)
{
	if (nla_put_u8(skb, FMIP_BINDING_A_RELEASE, plan->pace.release) ||
	    nla_put_u32(skb, FMIP_BINDING_A_SPEEDUP, plan->pace.speedup))
		return -EMSGSIZE;
	return plan->pace.rate ?
		nla_put_u32(skb, FMIP_BINDING_A_RATE, plan->pace.rate) : 0;
}

static int put_limits(struct sk_buff *skb, const struct fmip_plan *plan)
{
	if (nla_put_u32(skb, FMIP_BINDING_A_LIMIT_PACKETS,
			plan->limit_packets) ||
	    nla_put_u32(skb, FMIP_BINDING_A_LIMIT_BYTES, plan->limit_bytes) ||
	    nla_put_u32(skb, FMIP_BINDING_A_LIMIT_AGE, plan->limit_age) ||
	    nla_put_u8(skb, FMIP_BINDING_A_OVERFLOW, plan->overflow) ||
	    nla_put_u32(skb, FMIP_BINDING_A_HOLD_TIME, plan->hold_time) ||
	    nla_put_u8(skb, FMIP_BINDING_A_HOLD_EXPIRY, plan->hold_expiry))
		return -EMSGSIZE;
	return 0;
}

/* What of a binding changes by itself. */
static int put_state(struct sk_buff *skb, struct fmip_binding *b)
{
	bool has_lifetime, has_hold_end;
	u32 lifetime, hold;
	u8 gate;

	spin_lock_bh(&b->lock);
	gate = b->gate;
	has_lifetime = b->has_lifetime;
	lifetime = fmip_expiry_left_ms(b->lifetime_end);
	has_hold_end = b->has_hold_end;
	hold = fmip_expiry_left_ms(b->hold_end);
	spin_unlock_bh(&b->lock);
	if (nla_put_u8(skb, FMIP_BINDING_A_GATE, gate))
		return -EMSGSIZE;
	if (has_lifetime && nla_put_u32(skb, FMIP_BINDING_A_LIFETIME, lifetime))
		return -EMSGSIZE;
	return has_hold_end ?
		nla_put_u32(skb, FMIP_BINDING_A_HOLD_LEFT, hold) : 0;
}

static int put_binding(struct sk_buff *skb, struct fmip_binding *b)
{
	struct fmip_net *fn = b->fn;
	struct fmip_plan *plan;

	plan = rcu_dereference_protected(b->plan, lockdep_is_held(&fn->lock));
	if (nla_put_u32(skb, FMIP_BINDING_A_ID, b->id) ||
	    nla_put_u64_64bit(skb, FMIP_BINDING_A_COOKIE, b->cookie,
			      FMIP_BINDING_A_PAD) ||
	    put_bits(skb, FMIP_BINDING_A_FLAGS, plan->flags) ||
	    put_matches(skb, b->matches) || put_targets(skb, plan) ||
	    put_accepts(skb, plan) || put_proxies(skb, b) ||
	    put_attach(skb, fn->net, &plan->attach) || put_state(skb, b) ||
	    put_release(skb, plan) || put_limits(skb, plan))
		return -EMSGSIZE;
	return fmip_netlink_put_stats(skb, FMIP_BINDING_A_STATS, b);
}

static int answer(struct genl_info *info, struct fmip_binding *b)
{
	struct sk_buff *skb;
	void *hdr;

	skb = fmip_netlink_answer(info, &hdr, FMIP_CMD_BINDING_GET);
	if (!skb)
		return -ENOMEM;
	if (put_binding(skb, b)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

static struct fmip_binding *find_id(struct fmip_net *fn, u32 id)
{
	struct fmip_binding *b = xa_load(&fn->bindings, id);

	return b && !READ_ONCE(b->dying) ? b : NULL;
}

static struct fmip_binding *find_match(struct fmip_net *fn,
				       const struct nlattr *nest,
				       struct netlink_ext_ack *extack)
{
	struct fmip_match_key key;
	struct fmip_match *m;
	int err;

	err = fmip_request_read_key(&key, nest, fn->net, false, extack);
	if (err)
		return ERR_PTR(err);
	m = fmip_match_find(&fn->matches, &key);
	return m ? find_id(fn, m->binding->id) : NULL;
}

/* The binding that a request names, or why there is none. */
static struct fmip_binding *find(struct fmip_net *fn, struct genl_info *info)
{
	struct nlattr *id = info->attrs[FMIP_BINDING_A_ID];
	struct nlattr *match = info->attrs[FMIP_BINDING_A_MATCH];
	struct fmip_binding *b;

	if (!id == !match) {
		NL_SET_ERR_MSG(info->extack,
			       "name the binding, either by its id or by a match");
		return ERR_PTR(-EINVAL);
	}
	b = id ? find_id(fn, nla_get_u32(id)) :
		 find_match(fn, match, info->extack);
	if (b)
		return b;
	NL_SET_ERR_MSG_ATTR(info->extack, id ?: match, "no such binding");
	return ERR_PTR(-ENOENT);
}

/* What only names a binding says nothing else. */
static int check_named(struct genl_info *info)
{
	int i;

	for (i = 1; i <= FMIP_BINDING_A_MAX; i++) {
		if (!info->attrs[i] || i == FMIP_BINDING_A_ID ||
		    i == FMIP_BINDING_A_MATCH)
			continue;
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[i],
				    "this request only takes an id or a match");
		return -EINVAL;
	}
	return 0;
}

/* The lifetime that a request asks for; absent, what there is stays. */
static void set_lifetime(struct fmip_binding *b, const struct nlattr *attr,
			 bool replace)
{
	u32 ms = attr ? nla_get_u32(attr) : 0;

	if (!attr && !replace)
		return;
	spin_lock_bh(&b->lock);
	b->has_lifetime = ms;
	b->lifetime_end = jiffies + fmip_expiry_jiffies(ms);
	fmip_expiry_arm(b);
	spin_unlock_bh(&b->lock);
}

/* A new hold time counts from now, if the gate is on hold. */
static void set_hold_time(struct fmip_binding *b, const struct nlattr *attr,
			  bool replace)
{
	u32 ms = attr ? nla_get_u32(attr) : 0;

	if (!attr && !replace)
		return;
	spin_lock_bh(&b->lock);
	b->has_hold_end = ms && b->gate == FMIP_GATE_HOLD;
	b->hold_end = jiffies + fmip_expiry_jiffies(ms);
	fmip_expiry_arm(b);
	spin_unlock_bh(&b->lock);
}

static void set_gate(struct fmip_binding *b, const struct fmip_request *req)
{
	if (!req->has_gate)
		return;
	rcu_read_lock();
	if (req->gate == FMIP_GATE_OPEN)
		fmip_queue_open(b, ktime_get_ns());
	else if (READ_ONCE(b->gate) != FMIP_GATE_HOLD)
		fmip_queue_hold(b);
	rcu_read_unlock();
}

static void own_matches(struct fmip_binding *b, struct fmip_match_list *l)
{
	unsigned int i;

	for (i = 0; l && i < l->n; i++)
		l->match[i].binding = b;
}

static int swap_matches(struct fmip_binding *b, struct fmip_request *req)
{
	struct fmip_match_list *old = b->matches;
	int err;

	if (!req->matches)
		return 0;
	own_matches(b, req->matches);
	err = fmip_match_list_swap(&b->fn->matches, old, req->matches);
	if (err)
		return err;
	b->matches = req->matches;
	req->matches = NULL;
	kfree_rcu(old, rcu);
	return 0;
}

/* Change a binding that packets find; nothing fails once something changed. */
static int apply(struct fmip_binding *b, struct fmip_request *req,
		 bool replace, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	int err;

	err = fmip_request_read_proxies(req, b, info);
	if (err)
		return err;
	if (req->has_gate && req->gate == FMIP_GATE_HOLD) {
		err = fmip_queue_make(b);
		if (err)
			return err;
	}
	err = fmip_hooks_register(b->fn,
				  req->plan->flags & FMIP_BINDING_F_LOCAL);
	if (err)
		return err;
	err = swap_matches(b, req);
	if (err)
		return err;
	if (req->has_proxies || replace) {
		err = fmip_proxy_list_swap(b, &req->proxies);
		if (err)
			return err;
	}
	fmip_binding_set_plan(b, req->plan);
	req->plan = NULL;
	if (a[FMIP_BINDING_A_RELEASE] || a[FMIP_BINDING_A_SPEEDUP] ||
	    a[FMIP_BINDING_A_RATE] || replace)
		fmip_queue_repace(b);
	if (a[FMIP_BINDING_A_COOKIE] || replace)
		WRITE_ONCE(b->cookie, a[FMIP_BINDING_A_COOKIE] ?
			   nla_get_u64(a[FMIP_BINDING_A_COOKIE]) : 0);
	set_lifetime(b, a[FMIP_BINDING_A_LIFETIME], replace);
	set_hold_time(b, a[FMIP_BINDING_A_HOLD_TIME], replace);
	set_gate(b, req);
	fmip_proxy_reap(b->fn);
	return 0;
}

/* Everything about a new binding that needs no publication. */
static int prepare(struct fmip_binding *b, struct fmip_request *req,
		   struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	int err;

	err = fmip_request_read_proxies(req, b, info);
	if (err)
		return err;
	own_matches(b, req->matches);
	b->matches = req->matches;
	req->matches = NULL;
	rcu_assign_pointer(b->plan, req->plan);
	req->plan = NULL;
	if (a[FMIP_BINDING_A_COOKIE])
		b->cookie = nla_get_u64(a[FMIP_BINDING_A_COOKIE]);
	set_lifetime(b, a[FMIP_BINDING_A_LIFETIME], false);
	if (req->gate != FMIP_GATE_HOLD)
		return 0;
	err = fmip_queue_make(b);
	if (err)
		return err;
	rcu_read_lock();
	fmip_queue_hold(b);
	rcu_read_unlock();
	return 0;
}

static int create(struct fmip_net *fn, struct fmip_request *req,
		  struct genl_info *info, struct fmip_binding **made)
{
	struct nlattr *id = info->attrs[FMIP_BINDING_A_ID];
	bool local = req->plan->flags & FMIP_BINDING_F_LOCAL;
	struct fmip_binding *b;
	int err;

	if (id && xa_load(&fn->bindings, nla_get_u32(id))) {
		NL_SET_ERR_MSG_ATTR(info->extack, id,
				    "a binding with this id exists");
		return -EEXIST;
	}
	b = fmip_binding_alloc(fn);
	if (!b)
		return -ENOMEM;
	err = prepare(b, req, info);
	if (err)
		goto err_free;
	err = fmip_hooks_register(fn, local);
	if (err)
		goto err_free;
	err = fmip_binding_publish(b, id ? nla_get_u32(id) : 0, info->extack);
	if (err)
		goto err_free;
	err = fmip_proxy_list_swap(b, &req->proxies);
	if (err) {
		fmip_binding_remove(b, FMIP_DROP_DELETED);
		return err;
	}
	*made = b;
	return 0;

err_free:
	fmip_binding_free(b);
	if (!fn->n_bindings)
		fmip_net_idle(fn);
	return err;
}

/* The binding that REPLACE means: by its id, or else by its first match. */
static struct fmip_binding *find_replaced(struct fmip_net *fn,
					  struct genl_info *info)
{
	struct nlattr *id = info->attrs[FMIP_BINDING_A_ID];
	struct nlattr *matches = info->attrs[FMIP_BINDING_A_MATCHES];

	if (info->genlhdr->cmd != FMIP_CMD_BINDING_REPLACE)
		return NULL;
	if (id)
		return find_id(fn, nla_get_u32(id));
	if (!nla_ok(nla_data(matches), nla_len(matches)))
		return NULL;
	return find_match(fn, nla_data(matches), info->extack);
}

static int make(struct fmip_net *fn, struct genl_info *info)
{
	struct fmip_binding *b = find_replaced(fn, info);
	struct fmip_request req;
	int err;

	if (IS_ERR(b))
		return PTR_ERR(b);
	err = fmip_request_read(&req, fn, b, true, info);
	if (!err)
		err = b ? apply(b, &req, true, info) :
			  create(fn, &req, info, &b);
	fmip_request_free(&req, fn);
	if (!err && info->nlhdr->nlmsg_flags & NLM_F_ECHO)
		err = answer(info, b);
	return err;
}

/*
 * The first binding needs the fmip device.  That is made without the lock,
 * because if it fails it is unregistered, and who is told of that takes the
 * lock; and only if the request is one that is not going to be refused.
 */
static int need_device(struct fmip_net *fn, struct genl_info *info)
{
	struct fmip_request req;
	int err;

	if (rtnl_dereference(fn->dev))
		return 0;
	mutex_lock(&fn->lock);
	err = fmip_request_read(&req, fn, NULL, true, info);
	fmip_request_free(&req, fn);
	mutex_unlock(&fn->lock);
	return err ?: fmip_device_create(fn);
}

/* MATCH names a binding; what is made has MATCHES. */
static int check_new(struct genl_info *info)
{
	struct nlattr *match = info->attrs[FMIP_BINDING_A_MATCH];

	if (match) {
		NL_SET_ERR_MSG_ATTR(info->extack, match,
				    "a match here names no binding");
		return -EINVAL;
	}
	if (info->attrs[FMIP_BINDING_A_MATCHES])
		return 0;
	NL_SET_ERR_ATTR_MISS(info->extack, NULL, FMIP_BINDING_A_MATCHES);
	NL_SET_ERR_MSG(info->extack, "a binding needs a match");
	return -EINVAL;
}

/**
 * fmip_netlink_binding_new() - FMIP_CMD_BINDING_NEW and _REPLACE
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_binding_new(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	int err = check_new(info);

	if (err)
		return err;
	rtnl_lock();
	err = need_device(fn, info);
	if (err)
		goto unlock;
	mutex_lock(&fn->lock);
	fmip_binding_reap(fn);
	fmip_proxy_reap(fn);
	err = make(fn, info);
	mutex_unlock(&fn->lock);
unlock:
	rtnl_unlock();
	return err;
}

static int change(struct fmip_net *fn, struct genl_info *info)
{
	struct fmip_binding *b = find(fn, info);
	struct fmip_request req;
	int err;

	if (IS_ERR(b))
		return PTR_ERR(b);
	err = fmip_request_read(&req, fn, b, false, info);
	if (!err)
		err = apply(b, &req, false, info);
	fmip_request_free(&req, fn);
	return err;
}

/**
 * fmip_netlink_binding_set() - FMIP_CMD_BINDING_SET
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_binding_set(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	int err;

	rtnl_lock();
	mutex_lock(&fn->lock);
	fmip_binding_reap(fn);
	fmip_proxy_reap(fn);
	err = change(fn, info);
	mutex_unlock(&fn->lock);
	rtnl_unlock();
	return err;
}

/**
 * fmip_netlink_binding_del() - FMIP_CMD_BINDING_DEL
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_binding_del(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	struct fmip_binding *b;
	int err = check_named(info);

	if (err)
		return err;
	mutex_lock(&fn->lock);
	fmip_binding_reap(fn);
	b = find(fn, info);
	if (IS_ERR(b))
		err = PTR_ERR(b);
	else if (!fmip_binding_remove(b, FMIP_DROP_DELETED))
		err = -ENOENT;
	mutex_unlock(&fn->lock);
	return err;
}

/**
 * fmip_netlink_binding_get() - FMIP_CMD_BINDING_GET about one
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_binding_get(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	struct fmip_binding *b;
	int err = check_named(info);

	if (err)
		return err;
	mutex_lock(&fn->lock);
	b = find(fn, info);
	err = IS_ERR(b) ? PTR_ERR(b) : answer(info, b);
	mutex_unlock(&fn->lock);
	return err;
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    struct fmip_binding *b)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &fmip_genl_family,
				NLM_F_MULTI, FMIP_CMD_BINDING_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (put_binding(skb, b)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * fmip_netlink_binding_dump() - FMIP_CMD_BINDING_GET about all
 * @skb: answer
 * @cb: dump; args[0] is the id to go on from
 *
 * Return: bytes put into @skb, or a negative error.
 */
int fmip_netlink_binding_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct fmip_net *fn = fmip_net(sock_net(skb->sk));
	struct fmip_binding *b;
	unsigned long id;
	int err;

	err = fmip_netlink_dump_args(cb);
	if (err)
		return err;
	mutex_lock(&fn->lock);
	xa_for_each_start(&fn->bindings, id, b, cb->args[0]) {
		err = READ_ONCE(b->dying) ? 0 : dump_one(skb, cb, b);
		if (err)
			break;
		cb->args[0] = id + 1;
	}
	mutex_unlock(&fn->lock);
	return skb->len ?: err;
}

/**
 * fmip_netlink_binding_flush() - FMIP_CMD_BINDING_FLUSH
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_binding_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	int err = fmip_netlink_no_filter(info);

	if (err)
		return err;
	mutex_lock(&fn->lock);
	fmip_binding_flush(fn, FMIP_DROP_DELETED);
	mutex_unlock(&fn->lock);
	return 0;
}
