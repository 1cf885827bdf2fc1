// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests about tunnels.
 */
#include <linux/netdevice.h>
#include <net/dst.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "binding.h"
#include "hooks.h"
#include "net.h"
#include "netlink.h"
#include "request.h"
#include "tunnel.h"

static struct fmip_path *path_of(struct fmip_net *fn,
				 const struct fmip_tunnel *t)
{
	return rcu_dereference_protected(t->path, lockdep_is_held(&fn->lock));
}

static int put_ends(struct sk_buff *skb, const struct fmip_path *path)
{
	const struct fmip_path_key *key = &path->key;

	if (nla_put_u8(skb, FMIP_TUNNEL_A_ENCAP, path->encap) ||
	    fmip_netlink_put_addr(skb, FMIP_TUNNEL_A_LOCAL, key->family,
				  &key->local) ||
	    fmip_netlink_put_addr(skb, FMIP_TUNNEL_A_REMOTE, key->family,
				  &key->remote))
		return -EMSGSIZE;
	if (key->carrier != FMIP_CARRIER_UDP)
		return 0;
	if (nla_put_u16(skb, FMIP_TUNNEL_A_SPORT, ntohs(key->sport)) ||
	    nla_put_u16(skb, FMIP_TUNNEL_A_DPORT, ntohs(key->dport)))
		return -EMSGSIZE;
	return 0;
}

/* What is as it is by default is left out. */
static int put_header(struct sk_buff *skb, const struct fmip_path *path)
{
	if ((path->ifindex &&
	     nla_put_u32(skb, FMIP_TUNNEL_A_IFINDEX, path->ifindex)) ||
	    (path->mark && nla_put_u32(skb, FMIP_TUNNEL_A_MARK, path->mark)) ||
	    (path->ttl && nla_put_u8(skb, FMIP_TUNNEL_A_TTL, path->ttl)) ||
	    (path->dscp != FMIP_DSCP_INHERIT &&
	     nla_put_u8(skb, FMIP_TUNNEL_A_DSCP, path->dscp)) ||
	    (path->encaplimit != FMIP_ENCAPLIMIT_NONE &&
	     nla_put_u8(skb, FMIP_TUNNEL_A_ENCAPLIMIT, path->encaplimit)) ||
	    (path->flowlabel &&
	     nla_put_u32(skb, FMIP_TUNNEL_A_FLOWLABEL,
			 ntohl(path->flowlabel))))
		return -EMSGSIZE;
	return fmip_netlink_put_bits(skb, FMIP_TUNNEL_A_FLAGS, path->flags);
}

static int put_mtu(struct sk_buff *skb, struct fmip_net *fn,
		   struct fmip_path *path)
{
	struct dst_entry *dst;
	unsigned int mtu = 0;

	rcu_read_lock();
	local_bh_disable();
	dst = fmip_path_route(fn, path);
	if (dst)
		mtu = fmip_path_mtu(path, dst, false);
	local_bh_enable();
	rcu_read_unlock();
	return mtu ? nla_put_u32(skb, FMIP_TUNNEL_A_MTU, mtu) : 0;
}

static int put_tunnel(struct sk_buff *skb, struct fmip_net *fn, void *object)
{
	struct fmip_tunnel *t = object;
	struct fmip_path *path = path_of(fn, t);

	if (nla_put_u32(skb, FMIP_TUNNEL_A_ID, t->id) ||
	    nla_put_u32(skb, FMIP_TUNNEL_A_USERS, t->users) ||
	    put_ends(skb, path) || put_header(skb, path))
		return -EMSGSIZE;
	return put_mtu(skb, fn, path);
}

static struct fmip_tunnel *find(struct fmip_net *fn, struct nlattr **attrs,
				struct netlink_ext_ack *extack)
{
	struct nlattr *id = attrs[FMIP_TUNNEL_A_ID];
	struct fmip_tunnel *t;
	int err;

	if (!id) {
		NL_SET_ERR_ATTR_MISS(extack, NULL, FMIP_TUNNEL_A_ID);
		err = fmip_netlink_refuse(extack, NULL,
					  "which tunnel?  The id is missing",
					  -EINVAL);
		return ERR_PTR(err);
	}
	t = xa_load(&fn->tunnels, nla_get_u32(id));
	if (t)
		return t;
	err = fmip_netlink_refuse(extack, id, "no such tunnel", -ENOENT);
	return ERR_PTR(err);
}

/* What only names a tunnel says nothing else. */
static int check_named(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	int i;

	for (i = 1; i <= FMIP_TUNNEL_A_MAX; i++)
		if (attrs[i] && i != FMIP_TUNNEL_A_ID)
			return fmip_netlink_refuse(extack, attrs[i],
						   "this request only takes an id",
						   -EINVAL);
	return 0;
}

static int check_new(const struct fmip_op *op)
{
	int missing;

	if (op->attrs[FMIP_TUNNEL_A_LOCAL] && op->attrs[FMIP_TUNNEL_A_REMOTE])
		return 0;
	missing = op->attrs[FMIP_TUNNEL_A_LOCAL] ? FMIP_TUNNEL_A_REMOTE :
		  FMIP_TUNNEL_A_LOCAL;
	NL_SET_ERR_ATTR_MISS(op->extack, NULL, missing);
	return fmip_netlink_refuse(op->extack, NULL,
				   "a tunnel needs a local and a remote address",
				   -EINVAL);
}

static bool uses_key(struct fmip_binding *b, const struct fmip_plan *plan,
		     const struct fmip_tunnel *t)
{
	const struct fmip_accept *accept = fmip_plan_accepts(plan);
	const struct fmip_match *m;
	unsigned int i, n;

	for (i = 0; i < plan->n_targets; i++)
		if (plan->target[i].type == FMIP_TARGET_TUNNEL &&
		    plan->target[i].tunnel == t && plan->target[i].has_key)
			return true;
	for (i = 0; i < plan->n_accepts; i++)
		if (accept[i].tunnel == t && accept[i].has_key)
			return true;
	m = fmip_binding_matches(b, &n);
	for (i = 0; i < n; i++)
		if (m[i].key.scope == FMIP_SCOPE_KEY &&
		    m[i].key.scope_id == t->id)
			return true;
	return false;
}

/* Keys cannot go where there is no room for them. */
static int check_keys(const struct fmip_op *op, const struct fmip_tunnel *t,
		      const struct fmip_path *path)
{
	struct fmip_net *fn = op->fn;
	struct fmip_binding *b;
	unsigned long id;

	if (!t->users || fmip_encap_has_key(path->encap) ||
	    !fmip_encap_has_key(path_of(fn, t)->encap))
		return 0;
	xa_for_each(&fn->bindings, id, b) {
		const struct fmip_plan *plan;

		plan = rcu_dereference_protected(b->plan,
						 lockdep_is_held(&fn->lock));
		if (uses_key(b, plan, t))
			return fmip_netlink_refuse(op->extack,
						   op->attrs[FMIP_TUNNEL_A_ENCAP],
						   "bindings use keys with this tunnel",
						   -EBUSY);
		cond_resched();
	}
	return 0;
}

/* Give a tunnel another path. */
static int move(const struct fmip_op *op, struct fmip_tunnel *t,
		struct fmip_path *path)
{
	u8 family = path->key.family;
	int err;

	err = check_keys(op, t, path);
	if (err)
		return err;
	if (t->users) {
		err = fmip_hooks_register(op->fn, family == AF_INET6 ?
					  FMIP_HOOKS_IP6 : FMIP_HOOKS_IP4);
		if (err)
			return err;
	}
	err = fmip_tunnel_move(op->fn, t, path, op->extack);
	if (err)
		NL_SET_BAD_ATTR(op->extack, op->attrs[FMIP_TUNNEL_A_REMOTE]);
	return err;
}

static struct fmip_tunnel *create(const struct fmip_op *op,
				  struct fmip_path *path)
{
	struct nlattr *id = op->attrs[FMIP_TUNNEL_A_ID];
	struct fmip_tunnel *t;

	t = fmip_tunnel_create(op->fn, id ? nla_get_u32(id) : 0, path,
			       op->extack);
	if (IS_ERR(t))
		NL_SET_BAD_ATTR(op->extack, op->attrs[FMIP_TUNNEL_A_REMOTE]);
	return t;
}

static int make_tunnel(struct fmip_op *op)
{
	struct nlattr *id = op->attrs[FMIP_TUNNEL_A_ID];
	struct fmip_tunnel *t = NULL;
	struct fmip_path *path;
	int err;

	err = check_new(op);
	if (err)
		return err;
	fmip_binding_reap(op->fn);
	if (id)
		t = xa_load(&op->fn->tunnels, nla_get_u32(id));
	if (t && op->cmd == FMIP_CMD_TUNNEL_NEW)
		return fmip_netlink_refuse(op->extack, id,
					   "a tunnel with this id exists",
					   -EEXIST);
	path = fmip_request_path(op, NULL);
	if (IS_ERR(path))
		return PTR_ERR(path);
	if (t) {
		err = move(op, t, path);
	} else {
		t = create(op, path);
		err = PTR_ERR_OR_ZERO(t);
	}
	if (err) {
		fmip_path_free(path);
		return err;
	}
	op->object = t;
	op->id = t->id;
	return 0;
}

static int change_tunnel(struct fmip_op *op)
{
	struct fmip_path *path;
	struct fmip_tunnel *t;
	int err;

	t = find(op->fn, op->attrs, op->extack);
	if (IS_ERR(t))
		return PTR_ERR(t);
	op->id = t->id;
	path = fmip_request_path(op, path_of(op->fn, t));
	if (IS_ERR(path))
		return PTR_ERR(path);
	err = move(op, t, path);
	if (err)
		fmip_path_free(path);
	return err;
}

static int delete_tunnel(struct fmip_op *op)
{
	struct fmip_tunnel *t;
	int err;

	err = check_named(op->attrs, op->extack);
	if (err)
		return err;
	fmip_binding_reap(op->fn);
	t = find(op->fn, op->attrs, op->extack);
	if (IS_ERR(t))
		return PTR_ERR(t);
	op->id = t->id;
	if (t->users)
		return fmip_netlink_refuse(op->extack,
					   op->attrs[FMIP_TUNNEL_A_ID],
					   "bindings use this tunnel", -EBUSY);
	fmip_tunnel_destroy(op->fn, t);
	return 0;
}

static const struct fmip_op_kind making = {
	.run = make_tunnel,
	.put = put_tunnel,
	.max = FMIP_TUNNEL_A_MAX,
	.entries = FMIP_TUNNEL_A_ENTRIES,
	.results = FMIP_TUNNEL_A_RESULTS,
	.get = FMIP_CMD_TUNNEL_GET,
	.rtnl = true,
};

static const struct fmip_op_kind changing = {
	.run = change_tunnel,
	.max = FMIP_TUNNEL_A_MAX,
	.entries = FMIP_TUNNEL_A_ENTRIES,
	.results = FMIP_TUNNEL_A_RESULTS,
	.rtnl = true,
};

static const struct fmip_op_kind deleting = {
	.run = delete_tunnel,
	.max = FMIP_TUNNEL_A_MAX,
	.entries = FMIP_TUNNEL_A_ENTRIES,
	.results = FMIP_TUNNEL_A_RESULTS,
};

/**
 * fmip_netlink_tunnel_new() - FMIP_CMD_TUNNEL_NEW and _REPLACE
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_tunnel_new(struct sk_buff *skb, struct genl_info *info)
{
	return fmip_netlink_run(info, &making);
}

/**
 * fmip_netlink_tunnel_set() - FMIP_CMD_TUNNEL_SET
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_tunnel_set(struct sk_buff *skb, struct genl_info *info)
{
	return fmip_netlink_run(info, &changing);
}

/**
 * fmip_netlink_tunnel_del() - FMIP_CMD_TUNNEL_DEL
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_tunnel_del(struct sk_buff *skb, struct genl_info *info)
{
	return fmip_netlink_run(info, &deleting);
}

/**
 * fmip_netlink_tunnel_get() - FMIP_CMD_TUNNEL_GET about one
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_tunnel_get(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	struct fmip_tunnel *t;
	void *hdr;
	int err;

	err = check_named(info->attrs, info->extack);
	if (err)
		return err;
	skb = fmip_netlink_answer(info, &hdr, FMIP_CMD_TUNNEL_GET);
	if (!skb)
		return -ENOMEM;
	mutex_lock(&fn->lock);
	t = find(fn, info->attrs, info->extack);
	err = IS_ERR(t) ? PTR_ERR(t) : put_tunnel(skb, fn, t);
	mutex_unlock(&fn->lock);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    struct fmip_net *fn, struct fmip_tunnel *t)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &fmip_genl_family,
				NLM_F_MULTI, FMIP_CMD_TUNNEL_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (put_tunnel(skb, fn, t)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * fmip_netlink_tunnel_dump() - FMIP_CMD_TUNNEL_GET about many
 * @skb: answer
 * @cb: dump; args[0] is one less than the id to go on from
 *
 * Return: bytes put into @skb, or a negative error.
 */
int fmip_netlink_tunnel_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct fmip_net *fn = fmip_net(sock_net(skb->sk));
	unsigned long id = cb->args[0];
	struct fmip_filter filter;
	struct fmip_tunnel *t;
	unsigned int n = 0;
	int err;

	err = fmip_filter_read_dump(&filter, cb, true);
	if (err)
		return err;
	mutex_lock(&fn->lock);
	while ((t = xa_find_after(&fn->tunnels, &id, U32_MAX, XA_PRESENT))) {
		if (fmip_filter_tunnel(&filter, fn, t))
			err = dump_one(skb, cb, fn, t);
		if (err)
			break;
		cb->args[0] = id;
		if (++n % FMIP_NETLINK_BATCH == 0)
			fmip_netlink_breathe(fn);
	}
	mutex_unlock(&fn->lock);
	return skb->len ?: err;
}

/**
 * fmip_netlink_tunnel_flush() - FMIP_CMD_TUNNEL_FLUSH
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_tunnel_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	struct fmip_filter filter;
	struct fmip_tunnel *t;
	unsigned int n = 0;
	unsigned long id;
	int err;

	err = fmip_filter_read_flush(&filter, info, true);
	if (err)
		return err;
	mutex_lock(&fn->lock);
	fmip_binding_reap(fn);
	xa_for_each(&fn->tunnels, id, t) {
		if (!t->users && fmip_filter_tunnel(&filter, fn, t))
			fmip_tunnel_destroy(fn, t);
		if (++n % FMIP_NETLINK_BATCH == 0)
			fmip_netlink_breathe(fn);
	}
	mutex_unlock(&fn->lock);
	return 0;
}
