// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a request wants of a binding, as a whole.  Everything is checked, and
 * what can fail for want of memory is allocated, before anything is changed.
 */
#include <net/netlink.h>

#include "binding.h"
#include "hooks.h"
#include "net.h"
#include "netlink.h"
#include "proxy.h"
#include "queue.h"
#include "request.h"
#include "tunnel.h"

/**
 * fmip_request_begin() - begin with a request
 * @req: result; fmip_request_end() in any case
 * @op: request
 * @b: binding that exists, or NULL
 * @replace: what is not named gets its default, and is not taken from @b
 */
void fmip_request_begin(struct fmip_request *req, struct fmip_op *op,
			struct fmip_binding *b, bool replace)
{
	const struct nlattr *proxies = op->attrs[FMIP_BINDING_A_PROXIES];

	req->op = op;
	req->b = b;
	req->replace = replace;
	req->n_proxies = proxies ? fmip_request_count(proxies) : 0;
	req->list = NULL;
	req->plan = NULL;
	INIT_LIST_HEAD(&req->proxies);
}

static int read_gate(struct fmip_request *req)
{
	const struct nlattr *attr = req->op->attrs[FMIP_BINDING_A_GATE];

	req->has_gate = attr || req->replace;
	req->gate = attr ? nla_get_u8(attr) : FMIP_GATE_OPEN;
	if (req->gate != FMIP_GATE_DRAINING)
		return 0;
	return fmip_netlink_refuse(req->op->extack, attr,
				   "draining is what a gate does, not what it is told",
				   -EINVAL);
}

static int read_replay(struct fmip_request *req)
{
	const struct nlattr *attr = req->op->attrs[FMIP_BINDING_A_REPLAY_NS];

	req->replay_ns = FMIP_REPLAY_NONE;
	if (!attr)
		return 0;
	if (!req->b || READ_ONCE(req->b->gate) != FMIP_GATE_COPY)
		return fmip_netlink_refuse(req->op->extack, attr,
					   "there is nothing to replay",
					   -EINVAL);
	if (!req->has_gate || (req->gate != FMIP_GATE_OPEN &&
			       req->gate != FMIP_GATE_HOLD))
		return fmip_netlink_refuse(req->op->extack, attr,
					   "a replay needs the gate to open or to hold",
					   -EINVAL);
	req->replay_ns = nla_get_u64(attr);
	return 0;
}

/* Where the gate will be. */
static u8 gate_of(const struct fmip_request *req)
{
	if (req->has_gate)
		return req->gate;
	return req->b ? READ_ONCE(req->b->gate) : FMIP_GATE_OPEN;
}

static int check_gate(const struct fmip_request *req)
{
	const struct fmip_policy *policy = &req->policy;
	struct netlink_ext_ack *extack = req->op->extack;
	const struct fmip_plan *draft = &req->draft;
	struct nlattr **a = req->op->attrs;
	u8 gate = gate_of(req);

	if (gate != FMIP_GATE_HOLD && !draft->n_targets)
		return fmip_netlink_refuse(extack, a[FMIP_BINDING_A_GATE] ?:
					   a[FMIP_BINDING_A_TARGETS],
					   "a gate that is not on hold needs a target",
					   -EINVAL);
	if (gate == FMIP_GATE_GUARD && !draft->n_accepts)
		return fmip_netlink_refuse(extack, a[FMIP_BINDING_A_GATE] ?:
					   a[FMIP_BINDING_A_ACCEPTS],
					   "a guard needs an accept, for whose packets it waits",
					   -EINVAL);
	if (policy->hold_time && policy->hold_expiry == FMIP_EXPIRY_OPEN &&
	    !draft->n_targets)
		return fmip_netlink_refuse(extack,
					   a[FMIP_BINDING_A_HOLD_EXPIRY] ?:
					   a[FMIP_BINDING_A_TARGETS],
					   "a hold that ends with an open gate needs a target",
					   -EINVAL);
	return 0;
}

static const struct fmip_link *link_on(const struct fmip_plan *draft,
				       u32 ifindex)
{
	int i;

	for (i = 0; i < draft->n_targets; i++)
		if (draft->target[i].type == FMIP_TARGET_LINK &&
		    draft->target[i].link->dev->ifindex == ifindex)
			return draft->target[i].link;
	return NULL;
}

/* An arrival that opens the gate tells where the node is. */
static int check_attach(const struct fmip_request *req)
{
	const struct fmip_attach *attach = &req->policy.attach;
	struct nlattr **a = req->op->attrs;
	const struct fmip_link *link;
	const char *why = NULL;

	if (!attach->ifindex || attach->action == FMIP_ATTACH_EVENT)
		return 0;
	link = link_on(&req->draft, attach->ifindex);
	if (!link)
		why = "attach with action open needs a link target on the same interface";
	else if (attach->has_lladdr && link->has_lladdr &&
		 memcmp(attach->lladdr, link->lladdr, MAX_ADDR_LEN))
		why = "attach and target name different link-layer addresses";
	return why ? fmip_netlink_refuse(req->op->extack,
					 a[FMIP_BINDING_A_ATTACH] ?:
					 a[FMIP_BINDING_A_TARGETS],
					 why, -EINVAL) : 0;
}

static int check_attrs(const struct fmip_request *req)
{
	struct nlattr **a = req->op->attrs;

	if (likely(!(req->op->named & (BIT_ULL(FMIP_BINDING_A_HOLD_LEFT) |
				       BIT_ULL(FMIP_BINDING_A_FILTER)))))
		return 0;
	if (a[FMIP_BINDING_A_HOLD_LEFT])
		return fmip_netlink_refuse(req->op->extack,
					   a[FMIP_BINDING_A_HOLD_LEFT],
					   "this attribute is output only",
					   -EINVAL);
	return fmip_netlink_refuse(req->op->extack, a[FMIP_BINDING_A_FILTER],
				   "only a dump and a flush take a filter",
				   -EINVAL);
}

/**
 * fmip_request_read() - read and check all but the proxied addresses
 * @req: request
 *
 * Context: process, RTNL and the namespace's lock held.
 * Return: 0 or a negative error.
 */
int fmip_request_read(struct fmip_request *req)
{
	int err;

	err = check_attrs(req);
	if (err)
		return err;
	err = fmip_request_read_matches(req);
	if (err)
		return err;
	err = fmip_request_read_plan(req);
	if (err)
		return err;
	err = fmip_request_read_policy(req);
	if (err)
		return err;
	err = read_gate(req) ?: read_replay(req);
	if (err)
		return err;
	return check_gate(req) ?: check_attach(req);
}

/* Accepts are matches, too, so that a change of either makes a new list. */
static int make_list(struct fmip_request *req)
{
	const struct nlattr *accepts = req->op->attrs[FMIP_BINDING_A_ACCEPTS];
	const struct fmip_match *own = req->match;
	unsigned int n = req->n_matches;

	if (req->b ? !req->has_matches && !accepts && !req->replace :
		     n == 1 && !req->draft.n_accepts)
		return 0;
	if (!req->has_matches)
		own = fmip_binding_matches(req->b, &n);
	req->list = fmip_binding_match_list(own, n, &req->draft);
	return req->list ? 0 : -ENOMEM;
}

/* One tunnel, and all else as it is by default. */
static bool is_plain(const struct fmip_request *req)
{
	const struct fmip_plan *draft = &req->draft;

	return req->plain && draft->n_targets == 1 && !draft->n_accepts &&
	       draft->target[0].type == FMIP_TARGET_TUNNEL &&
	       !draft->target[0].has_end;
}

static bool same_as_last(const struct fmip_request *req)
{
	const struct fmip_target *a = &req->draft.target[0];
	const struct fmip_target *b = &req->last->target[0];

	return req->draft.local == req->last->local && a->tunnel == b->tunnel &&
	       a->has_key == b->has_key && a->key == b->key;
}

/* Remember a plan, in place of what was remembered before. */
static void remember(struct fmip_request *req, struct fmip_plan *plan)
{
	fmip_plan_put(req->op->fn, req->last);
	req->last = plan;
	if (plan)
		fmip_plan_get(req->op->fn, plan);
}

static int make_plan(struct fmip_request *req)
{
	bool plain = is_plain(req);
	struct fmip_plan *plan;

	if (plain && req->last && same_as_last(req)) {
		fmip_plan_get(req->op->fn, req->last);
		req->plan = req->last;
		return 0;
	}
	plan = fmip_plan_make(req->op->fn, &req->draft, &req->policy);
	if (IS_ERR_OR_NULL(plan))
		return -ENOMEM;
	req->plan = plan;
	if (plain)
		remember(req, plan);
	return 0;
}

/**
 * fmip_request_make() - make the plan and the list of matches
 * @req: request that has been read
 *
 * Context: process, the namespace's lock held.
 * Return: 0 or -ENOMEM.
 */
int fmip_request_make(struct fmip_request *req)
{
	return make_list(req) ?: make_plan(req);
}

/**
 * fmip_request_forget() - give back what was remembered for later requests
 * @op: the last of them
 *
 * Context: process, the namespace's lock held.
 */
void fmip_request_forget(struct fmip_op *op)
{
	struct fmip_request *req = op->scratch;

	if (!req->last)
		return;
	req->op = op;
	remember(req, NULL);
}

static u8 hooks_of_tunnel(struct fmip_net *fn, const struct fmip_tunnel *t)
{
	struct fmip_path *path;

	path = rcu_dereference_protected(t->path, lockdep_is_held(&fn->lock));
	return path->key.family == AF_INET6 ? FMIP_HOOKS_IP6 : FMIP_HOOKS_IP4;
}

static u8 hooks_of_plan(const struct fmip_request *req)
{
	const struct fmip_accept *accept = fmip_plan_accepts(&req->draft);
	const struct fmip_plan *draft = &req->draft;
	u8 hooks = 0;
	int i;

	for (i = 0; i < draft->n_targets; i++)
		if (draft->target[i].type == FMIP_TARGET_TUNNEL)
			hooks |= hooks_of_tunnel(req->op->fn,
						 draft->target[i].tunnel);
	for (i = 0; i < draft->n_accepts; i++)
		hooks |= hooks_of_tunnel(req->op->fn, accept[i].tunnel);
	return hooks;
}

static u8 hooks_of_matches(const struct fmip_match *m, unsigned int n,
			   bool local)
{
	unsigned int i;
	u8 hooks = 0;

	for (i = 0; i < n; i++)
		hooks |= m[i].key.family == AF_INET6 ? FMIP_HOOKS_IP6 :
			 FMIP_HOOKS_IP4;
	if (local && hooks & FMIP_HOOKS_IP6)
		hooks |= FMIP_HOOKS_IP6_LOCAL;
	if (local && hooks & FMIP_HOOKS_IP4)
		hooks |= FMIP_HOOKS_IP4_LOCAL;
	return hooks;
}

static u8 hooks_of_proxies(const struct fmip_request *req)
{
	const struct fmip_proxy *p;
	u8 hooks = 0;

	list_for_each_entry(p, &req->proxies, list)
		hooks |= p->key.family == AF_INET6 ? FMIP_HOOKS_IP6 :
			 FMIP_HOOKS_IP4 | FMIP_HOOKS_ARP;
	return hooks;
}

/**
 * fmip_request_hooks() - what the namespace must see for the binding to work
 * @req: request that has been read, proxied addresses included
 *
 * Context: process, the namespace's lock held.
 * Return: FMIP_HOOKS_*.
 */
u8 fmip_request_hooks(const struct fmip_request *req)
{
	const struct fmip_match *m = req->match;
	unsigned int n = req->n_matches;
	u8 hooks;

	if (!req->has_matches)
		m = fmip_binding_matches(req->b, &n);
	hooks = hooks_of_matches(m, n, req->draft.local);
	/* What announces an IPv4 address is ARP. */
	if (req->policy.attach.ifindex && hooks & FMIP_HOOKS_IP4)
		hooks |= FMIP_HOOKS_ARP;
	return hooks | hooks_of_plan(req) | hooks_of_proxies(req);
}

/**
 * fmip_request_end() - give back what was not taken over
 * @req: request
 *
 * Context: process, the namespace's lock held, and RTNL if there are proxies.
 */
void fmip_request_end(struct fmip_request *req)
{
	struct fmip_net *fn = req->op->fn;

	/* Other bindings' packets may be looking past one that was put back. */
	if (req->list)
		kfree_rcu(req->list, rcu);
	if (req->plan)
		fmip_plan_put(fn, req->plan);
	if (!list_empty(&req->proxies))
		fmip_proxy_list_drop(fn, &req->proxies);
}
