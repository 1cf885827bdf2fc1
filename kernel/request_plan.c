// SPDX-License-Identifier: GPL-2.0-only
/*
 * The targets and accepts of a request, as the draft of a plan.
 */
#include <linux/netdevice.h>
#include <net/netlink.h>

#include "binding.h"
#include "net.h"
#include "netlink.h"
#include "request.h"
#include "tunnel.h"

static int read_tunnel_target(struct fmip_target *target, struct fmip_net *fn,
			      struct nlattr **a, const struct nlattr *nest,
			      struct netlink_ext_ack *extack)
{
	struct fmip_tunnel *t;

	if (a[FMIP_TARGET_A_IFINDEX] || a[FMIP_TARGET_A_LLADDR])
		return fmip_netlink_refuse(extack, a[FMIP_TARGET_A_IFINDEX] ?:
					   a[FMIP_TARGET_A_LLADDR],
					   "a tunnel target has no interface of its own",
					   -EINVAL);
	t = fmip_request_tunnel(fn, a[FMIP_TARGET_A_TUNNEL], nest,
				a[FMIP_TARGET_A_KEY], extack);
	if (IS_ERR(t))
		return PTR_ERR(t);
	target->tunnel = t;
	if (a[FMIP_TARGET_A_KEY]) {
		target->has_key = true;
		target->key = nla_get_u32(a[FMIP_TARGET_A_KEY]);
	}
	return 0;
}

static int read_link_target(struct fmip_target *target, struct fmip_link *link,
			    struct fmip_net *fn, struct nlattr **a,
			    const struct nlattr *nest,
			    struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	if (a[FMIP_TARGET_A_TUNNEL] || a[FMIP_TARGET_A_KEY])
		return fmip_netlink_refuse(extack, a[FMIP_TARGET_A_TUNNEL] ?:
					   a[FMIP_TARGET_A_KEY],
					   "a link target has no tunnel",
					   -EINVAL);
	dev = fmip_request_dev(fn, a[FMIP_TARGET_A_IFINDEX], nest, extack);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	memset(link, 0, sizeof(*link));
	link->dev = dev;
	target->link = link;
	return fmip_request_lladdr(a[FMIP_TARGET_A_LLADDR], dev, link->lladdr,
				   &link->has_lladdr, extack);
}

static int read_route_target(struct nlattr **a, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = a[FMIP_TARGET_A_TUNNEL] ?:
				    a[FMIP_TARGET_A_KEY] ?:
				    a[FMIP_TARGET_A_IFINDEX] ?:
				    a[FMIP_TARGET_A_LLADDR];

	return attr ? fmip_netlink_refuse(extack, attr,
					  "a route target is nothing but that",
					  -EINVAL) : 0;
}

static int read_target(struct fmip_target *target, struct fmip_link *link,
		       struct fmip_net *fn, const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *a[FMIP_TARGET_A_MAX + 1] = {};
	int err;

	err = fmip_netlink_parse(a, nest, extack);
	if (err)
		return err;
	if (!a[FMIP_TARGET_A_TYPE])
		return fmip_netlink_refuse(extack, nest,
					   "a target needs a type", -EINVAL);
	memset(target, 0, sizeof(*target));
	target->type = nla_get_u8(a[FMIP_TARGET_A_TYPE]);
	fmip_request_end_of(a[FMIP_TARGET_A_LIFETIME], &target->has_end,
			    &target->end);
	switch (target->type) {
	case FMIP_TARGET_TUNNEL:
		return read_tunnel_target(target, fn, a, nest, extack);
	case FMIP_TARGET_LINK:
		return read_link_target(target, link, fn, a, nest, extack);
	default:
		return read_route_target(a, extack);
	}
}

static bool same_target(const struct fmip_target *a,
			const struct fmip_target *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == FMIP_TARGET_TUNNEL)
		return a->tunnel == b->tunnel && a->has_key == b->has_key &&
		       a->key == b->key;
	return a->type == FMIP_TARGET_ROUTE ||
	       (a->link->dev == b->link->dev &&
		a->link->has_lladdr == b->link->has_lladdr &&
		!memcmp(a->link->lladdr, b->link->lladdr, MAX_ADDR_LEN));
}

/* Each packet would be sent twice to the same place. */
static int check_unique(const struct fmip_plan *draft, int i,
			const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	int j;

	for (j = 0; j < i; j++)
		if (same_target(&draft->target[j], &draft->target[i]))
			return fmip_netlink_refuse(extack, attr,
						   "a target is named twice",
						   -EINVAL);
	return 0;
}

static int read_targets(struct fmip_request *req, const struct nlattr *list)
{
	struct netlink_ext_ack *extack = req->op->extack;
	struct fmip_plan *draft = &req->draft;
	const struct nlattr *item;
	int i = 0, rem, err;

	draft->n_links = 0;
	nla_for_each_nested(item, list, rem) {
		if (i == FMIP_TARGETS_MAX)
			return fmip_netlink_refuse(extack, list,
						   "too many targets", -E2BIG);
		err = read_target(&draft->target[i], &req->link[i], req->op->fn,
				  item, extack) ?:
		      check_unique(draft, i, item, extack);
		if (err)
			return err;
		draft->n_links += draft->target[i++].type == FMIP_TARGET_LINK;
	}
	draft->n_targets = i;
	return 0;
}

static int read_accept(struct fmip_accept *accept, struct fmip_net *fn,
		       const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *a[FMIP_ACCEPT_A_MAX + 1] = {};
	struct fmip_tunnel *t;
	int err;

	err = fmip_netlink_parse(a, nest, extack);
	if (err)
		return err;
	if (!a[FMIP_ACCEPT_A_DIRECTION])
		return fmip_netlink_refuse(extack, nest,
					   "an accept needs a direction",
					   -EINVAL);
	t = fmip_request_tunnel(fn, a[FMIP_ACCEPT_A_TUNNEL], nest,
				a[FMIP_ACCEPT_A_KEY], extack);
	if (IS_ERR(t))
		return PTR_ERR(t);
	memset(accept, 0, sizeof(*accept));
	accept->tunnel = t;
	accept->direction = nla_get_u8(a[FMIP_ACCEPT_A_DIRECTION]);
	if (a[FMIP_ACCEPT_A_KEY]) {
		accept->has_key = true;
		accept->key = nla_get_u32(a[FMIP_ACCEPT_A_KEY]);
	}
	fmip_request_end_of(a[FMIP_ACCEPT_A_LIFETIME], &accept->has_end,
			    &accept->end);
	return 0;
}

/* After the targets: the accepts lie behind them. */
static int read_accepts(struct fmip_request *req, const struct nlattr *list)
{
	struct fmip_accept *accept = fmip_plan_accepts(&req->draft);
	struct netlink_ext_ack *extack = req->op->extack;
	const struct nlattr *item;
	int i = 0, rem, err;

	nla_for_each_nested(item, list, rem) {
		if (i == FMIP_ACCEPTS_MAX)
			return fmip_netlink_refuse(extack, list,
						   "too many accepts", -E2BIG);
		err = read_accept(&accept[i], req->op->fn, item, extack);
		if (err)
			return err;
		req->accept_attr[i++] = item;
	}
	req->draft.n_accepts = i;
	return 0;
}

static void copy_targets(struct fmip_plan *draft, const struct fmip_plan *old)
{
	draft->n_targets = old->n_targets;
	draft->n_links = old->n_links;
	memcpy(draft->target, old->target,
	       old->n_targets * sizeof(*draft->target));
}

static void copy_accepts(struct fmip_request *req, const struct fmip_plan *old)
{
	req->draft.n_accepts = old->n_accepts;
	memcpy(fmip_plan_accepts(&req->draft), fmip_plan_accepts(old),
	       old->n_accepts * sizeof(struct fmip_accept));
	memset(req->accept_attr, 0, sizeof(req->accept_attr));
}

static void read_flags(struct fmip_plan *draft, const struct nlattr *attr)
{
	struct nla_bitfield32 flags;

	if (!attr)
		return;
	flags = nla_get_bitfield32(attr);
	if (flags.selector & FMIP_BINDING_F_LOCAL)
		draft->local = flags.value & FMIP_BINDING_F_LOCAL;
}

/**
 * fmip_request_read_plan() - read the targets, the accepts and the flags
 * @req: request; fmip_request.draft is set, for fmip_plan_make()
 *
 * What is not named is what the binding has, or nothing.
 *
 * Context: process, RTNL and the namespace's lock held.
 * Return: 0 or a negative error.
 */
int fmip_request_read_plan(struct fmip_request *req)
{
	struct nlattr **a = req->op->attrs;
	struct fmip_plan *draft = &req->draft;
	const struct fmip_plan *old = NULL;
	int err = 0;

	if (req->b && !req->replace)
		old = rcu_dereference_protected(req->b->plan,
						lockdep_is_held(&req->op->fn->lock));
	draft->local = old && old->local;
	draft->n_targets = 0;
	draft->n_accepts = 0;
	draft->n_links = 0;
	read_flags(draft, a[FMIP_BINDING_A_FLAGS]);
	if (a[FMIP_BINDING_A_TARGETS])
		err = read_targets(req, a[FMIP_BINDING_A_TARGETS]);
	else if (old)
		copy_targets(draft, old);
	if (err)
		return err;
	if (a[FMIP_BINDING_A_ACCEPTS])
		err = read_accepts(req, a[FMIP_BINDING_A_ACCEPTS]);
	else if (old)
		copy_accepts(req, old);
	return err;
}
