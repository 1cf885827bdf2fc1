// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests about bindings.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "binding.h"
#include "device.h"
#include "expiry.h"
#include "hooks.h"
#include "net.h"
#include "netlink.h"
#include "proxy.h"
#include "queue.h"
#include "request.h"

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

	err = fmip_request_read_key(&key, nest, fn, false, extack);
	if (err)
		return ERR_PTR(err);
	m = fmip_match_find(&fn->matches, &key);
	return m ? find_id(fn, m->binding->id) : NULL;
}

/* The binding that a request names, or why there is none. */
static struct fmip_binding *find(struct fmip_net *fn, struct nlattr **attrs,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *id = attrs[FMIP_BINDING_A_ID];
	struct nlattr *match = attrs[FMIP_BINDING_A_MATCH];
	struct fmip_binding *b;
	int err;

	if (!id == !match) {
		err = fmip_netlink_refuse(extack, NULL,
					  "name the binding, either by its id or by a match",
					  -EINVAL);
		return ERR_PTR(err);
	}
	b = id ? find_id(fn, nla_get_u32(id)) : find_match(fn, match, extack);
	if (b)
		return b;
	err = fmip_netlink_refuse(extack, id ?: match, "no such binding",
				  -ENOENT);
	return ERR_PTR(err);
}

/* What only names a binding says nothing else. */
static int check_named(struct nlattr **attrs, struct netlink_ext_ack *extack)
{
	int i;

	for (i = 1; i <= FMIP_BINDING_A_MAX; i++)
		if (attrs[i] && i != FMIP_BINDING_A_ID &&
		    i != FMIP_BINDING_A_MATCH)
			return fmip_netlink_refuse(extack, attrs[i],
						   "this request only takes an id or a match",
						   -EINVAL);
	return 0;
}

/* The lifetime that a request asks for; absent, what there is stays. */
static void set_lifetime(struct fmip_binding *b, const struct fmip_request *req)
{
	const struct nlattr *attr = req->op->attrs[FMIP_BINDING_A_LIFETIME];
	u32 ms = attr ? nla_get_u32(attr) : 0;

	if (!b->more || (!attr && !req->replace))
		return;
	spin_lock_bh(&b->lock);
	b->more->has_lifetime = ms;
	b->more->lifetime_end = jiffies + fmip_expiry_jiffies(ms);
	fmip_expiry_arm(b);
	spin_unlock_bh(&b->lock);
}

/* A new hold time counts from now, if the gate is waiting. */
static void set_hold_time(struct fmip_binding *b,
			  const struct fmip_request *req)
{
	const struct nlattr *attr = req->op->attrs[FMIP_BINDING_A_HOLD_TIME];
	u32 ms = attr ? nla_get_u32(attr) : 0;

	if (!b->more || (!attr && !req->replace))
		return;
	spin_lock_bh(&b->lock);
	b->more->has_hold_end = ms && (b->gate == FMIP_GATE_HOLD ||
				       b->gate == FMIP_GATE_GUARD);
	b->more->hold_end = jiffies + fmip_expiry_jiffies(ms);
	fmip_expiry_arm(b);
	spin_unlock_bh(&b->lock);
}

/* A new idle time counts from what last came by the old path. */
static void set_guard_idle(struct fmip_binding *b,
			   const struct fmip_request *req)
{
	if (!req->replace &&
	    !(req->op->named & BIT_ULL(FMIP_BINDING_A_GUARD_IDLE)))
		return;
	rcu_read_lock();
	fmip_queue_reguard(b);
	rcu_read_unlock();
}

static void set_cookie(struct fmip_binding *b, const struct fmip_request *req)
{
	const struct nlattr *attr = req->op->attrs[FMIP_BINDING_A_COOKIE];

	if (attr || req->replace)
		WRITE_ONCE(b->cookie, attr ? nla_get_u64(attr) : 0);
}

static void set_gate(struct fmip_binding *b, const struct fmip_request *req)
{
	if (!req->has_gate || READ_ONCE(b->gate) == req->gate)
		return;
	rcu_read_lock();
	switch (req->gate) {
	case FMIP_GATE_HOLD:
		fmip_queue_hold(b, req->replay_ns);
		break;
	case FMIP_GATE_COPY:
		fmip_queue_copy(b);
		break;
	case FMIP_GATE_GUARD:
		fmip_queue_guard(b);
		break;
	default:
		fmip_queue_open(b, ktime_get_ns(), req->replay_ns);
	}
	rcu_read_unlock();
}

/*
 * A packet that is going to be held, or sent once more, must not go to a new
 * target before.
 */
static void hold_first(struct fmip_binding *b, const struct fmip_request *req)
{
	if (!req->has_gate || READ_ONCE(b->gate) == FMIP_GATE_HOLD ||
	    (req->gate != FMIP_GATE_HOLD &&
	     req->replay_ns == FMIP_REPLAY_NONE))
		return;
	rcu_read_lock();
	fmip_queue_hold(b, req->replay_ns);
	rcu_read_unlock();
}

static bool wants_queue(const struct fmip_request *req)
{
	return req->has_gate && req->gate != FMIP_GATE_OPEN;
}

/* Copies are counted there: a count that is not kept would be missed. */
static bool wants_more(const struct fmip_request *req)
{
	const struct nlattr *lifetime =
		req->op->attrs[FMIP_BINDING_A_LIFETIME];

	return req->list || req->n_proxies || req->plan->has_end ||
	       req->plan->n_targets > 1 || wants_queue(req) ||
	       (lifetime && nla_get_u32(lifetime));
}

static int register_hooks(struct fmip_request *req)
{
	u8 wanted = fmip_request_hooks(req);

	if (wanted & FMIP_HOOKS_ARP && !IS_ENABLED(CONFIG_NETFILTER_FAMILY_ARP)) {
		NL_SET_ERR_MSG(req->op->extack,
			       "this kernel has no hooks for ARP");
		return -EOPNOTSUPP;
	}
	return fmip_hooks_register(req->op->fn, wanted);
}

/* Make all that the binding lacks, and that it does not matter to have. */
static int make_parts(struct fmip_binding *b, struct fmip_request *req)
{
	int err;

	if (wants_more(req) && !fmip_binding_more(b, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;
	if (wants_queue(req)) {
		err = fmip_queue_make(b);
		if (err)
			return err;
	}
	err = fmip_request_read_proxies(req, b);
	if (err)
		return err;
	return register_hooks(req);
}

static int swap_matches(struct fmip_binding *b, struct fmip_request *req)
{
	int err;

	if (!req->list)
		return 0;
	err = fmip_binding_set_matches(b, req->list);
	if (err)
		return fmip_request_blame(req, b, err);
	req->list = NULL;
	return 0;
}

/* Replace matches and proxies, or neither. */
static int swap_lists(struct fmip_binding *b, struct fmip_request *req)
{
	bool proxies = b->more && (req->op->attrs[FMIP_BINDING_A_PROXIES] ||
				   req->replace);
	int err;

	if (!proxies)
		return swap_matches(b, req);
	err = fmip_proxy_list_link(b, &req->proxies);
	if (err)
		return err;
	err = swap_matches(b, req);
	if (err)
		fmip_proxy_list_unlink(b, &req->proxies);
	else
		fmip_proxy_list_commit(b, &req->proxies);
	return err;
}

static bool changes_pace(const struct fmip_request *req)
{
	return req->replace ||
	       req->op->named & (BIT_ULL(FMIP_BINDING_A_RELEASE) |
				 BIT_ULL(FMIP_BINDING_A_SPEEDUP) |
				 BIT_ULL(FMIP_BINDING_A_RATE));
}

/* Change a binding that packets find; nothing fails once something changed. */
static int apply(struct fmip_binding *b, struct fmip_request *req)
{
	int err;

	err = fmip_request_make(req) ?: make_parts(b, req) ?:
	      swap_lists(b, req);
	if (err)
		return err;
	if (req->replay_ns != FMIP_REPLAY_NONE)
		fmip_queue_trim(b, req->replay_ns);
	hold_first(b, req);
	fmip_binding_set_plan(b, req->plan);
	req->plan = NULL;
	if (changes_pace(req))
		fmip_queue_repace(b);
	set_cookie(b, req);
	set_lifetime(b, req);
	set_hold_time(b, req);
	set_guard_idle(b, req);
	set_gate(b, req);
	fmip_proxy_reap(b->fn);
	return 0;
}

/* Everything about a new binding that needs no publication. */
static int prepare(struct fmip_binding *b, struct fmip_request *req)
{
	int err;

	err = fmip_request_make(req);
	if (err)
		return err;
	rcu_assign_pointer(b->plan, req->plan);
	err = make_parts(b, req);
	/* Whatever comes, the plan is given back with the binding. */
	req->plan = NULL;
	if (err)
		return err;
	b->first.key = req->match[0].key;
	if (req->list)
		b->more->list = req->list;
	set_cookie(b, req);
	set_lifetime(b, req);
	set_gate(b, req);
	return 0;
}

static int publish(struct fmip_binding *b, struct fmip_request *req)
{
	const struct nlattr *id = req->op->attrs[FMIP_BINDING_A_ID];
	int err;

	err = fmip_binding_publish(b, id ? nla_get_u32(id) : 0,
				   req->op->extack);
	if (err)
		err = fmip_request_blame(req, b, err);
	/* The list goes with the binding. */
	req->list = NULL;
	return err;
}

static int create(struct fmip_request *req, struct fmip_binding **made)
{
	struct fmip_net *fn = req->op->fn;
	struct fmip_binding *b;
	int err;

	b = fmip_binding_alloc(fn);
	if (!b)
		return -ENOMEM;
	err = prepare(b, req) ?: publish(b, req);
	if (err) {
		fmip_binding_free(b);
		if (!fn->n_bindings)
			fmip_net_idle(fn);
		return err;
	}
	if (!list_empty(&req->proxies)) {
		err = fmip_proxy_list_link(b, &req->proxies);
		if (err) {
			fmip_binding_remove(b, FMIP_DROP_DELETED);
			return err;
		}
		fmip_proxy_list_commit(b, &req->proxies);
	}
	*made = b;
	return 0;
}

/* MATCH names a binding; what is made has MATCHES. */
static int check_new(const struct fmip_op *op)
{
	if (op->attrs[FMIP_BINDING_A_MATCH])
		return fmip_netlink_refuse(op->extack,
					   op->attrs[FMIP_BINDING_A_MATCH],
					   "a match here names no binding",
					   -EINVAL);
	if (op->attrs[FMIP_BINDING_A_MATCHES])
		return 0;
	NL_SET_ERR_ATTR_MISS(op->extack, NULL, FMIP_BINDING_A_MATCHES);
	return fmip_netlink_refuse(op->extack, NULL, "a binding needs a match",
				   -EINVAL);
}

/* The binding that REPLACE means: by its id, or else by its first match. */
static struct fmip_binding *find_replaced(const struct fmip_op *op)
{
	struct nlattr *id = op->attrs[FMIP_BINDING_A_ID];
	struct nlattr *matches = op->attrs[FMIP_BINDING_A_MATCHES];

	if (op->cmd != FMIP_CMD_BINDING_REPLACE)
		return NULL;
	if (id)
		return find_id(op->fn, nla_get_u32(id));
	if (!nla_ok(nla_data(matches), nla_len(matches)))
		return NULL;
	return find_match(op->fn, nla_data(matches), op->extack);
}

static int read_new(struct fmip_request *req, struct fmip_op *op)
{
	struct nlattr *id = op->attrs[FMIP_BINDING_A_ID];
	struct fmip_binding *b = find_replaced(op);

	if (IS_ERR(b))
		return PTR_ERR(b);
	if (!b && id && xa_load(&op->fn->bindings, nla_get_u32(id)))
		return fmip_netlink_refuse(op->extack, id,
					   "a binding with this id exists",
					   -EEXIST);
	fmip_request_begin(req, op, b, op->cmd == FMIP_CMD_BINDING_REPLACE);
	return fmip_request_read(req);
}

/*
 * The first binding needs the fmip device, and is only asked for once the
 * request is not going to be refused.  It is made without the lock, because if
 * that fails it is unregistered, and who is told of that takes the lock.
 */
static int read_new_and_make_device(struct fmip_request *req,
				    struct fmip_op *op)
{
	struct fmip_net *fn = op->fn;
	int err;

	err = read_new(req, op);
	if (err || likely(rtnl_dereference(fn->dev)))
		return err;
	mutex_unlock(&fn->lock);
	err = fmip_device_create(fn);
	mutex_lock(&fn->lock);
	return err ?: read_new(req, op);
}

static int make_binding(struct fmip_op *op)
{
	struct fmip_request *req = op->scratch;
	struct fmip_binding *b;
	int err;

	err = check_new(op);
	if (err)
		return err;
	fmip_binding_reap(op->fn);
	fmip_proxy_reap(op->fn);
	err = read_new_and_make_device(req, op);
	if (err)
		return err;
	b = req->b;
	if (b)
		op->id = b->id;
	err = b ? apply(b, req) : create(req, &b);
	fmip_request_end(req);
	if (err)
		return err;
	op->object = b;
	op->id = b->id;
	return 0;
}

static int change_binding(struct fmip_op *op)
{
	struct fmip_request *req = op->scratch;
	struct fmip_binding *b;
	int err;

	fmip_binding_reap(op->fn);
	fmip_proxy_reap(op->fn);
	b = find(op->fn, op->attrs, op->extack);
	if (IS_ERR(b))
		return PTR_ERR(b);
	op->id = b->id;
	fmip_request_begin(req, op, b, false);
	err = fmip_request_read(req) ?: apply(b, req);
	fmip_request_end(req);
	return err;
}

static int delete_binding(struct fmip_op *op)
{
	struct nlattr *named = op->attrs[FMIP_BINDING_A_ID] ?:
			       op->attrs[FMIP_BINDING_A_MATCH];
	struct fmip_binding *b;
	int err;

	err = check_named(op->attrs, op->extack);
	if (err)
		return err;
	fmip_binding_reap(op->fn);
	b = find(op->fn, op->attrs, op->extack);
	if (IS_ERR(b))
		return PTR_ERR(b);
	op->id = b->id;
	if (fmip_binding_remove(b, FMIP_DROP_DELETED))
		return 0;
	return fmip_netlink_refuse(op->extack, named,
				   "the binding has just expired", -ENOENT);
}

static const struct fmip_op_kind making = {
	.run = make_binding,
	.end = fmip_request_forget,
	.put = fmip_netlink_put_binding,
	.scratch = FMIP_REQUEST_SIZE,
	.max = FMIP_BINDING_A_MAX,
	.entries = FMIP_BINDING_A_ENTRIES,
	.results = FMIP_BINDING_A_RESULTS,
	.get = FMIP_CMD_BINDING_GET,
	.rtnl = true,
};

static const struct fmip_op_kind changing = {
	.run = change_binding,
	.end = fmip_request_forget,
	.scratch = FMIP_REQUEST_SIZE,
	.max = FMIP_BINDING_A_MAX,
	.entries = FMIP_BINDING_A_ENTRIES,
	.results = FMIP_BINDING_A_RESULTS,
	.rtnl = true,
};

static const struct fmip_op_kind deleting = {
	.run = delete_binding,
	.max = FMIP_BINDING_A_MAX,
	.entries = FMIP_BINDING_A_ENTRIES,
	.results = FMIP_BINDING_A_RESULTS,
};

/**
 * fmip_netlink_binding_new() - FMIP_CMD_BINDING_NEW and _REPLACE
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_binding_new(struct sk_buff *skb, struct genl_info *info)
{
	return fmip_netlink_run(info, &making);
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
	return fmip_netlink_run(info, &changing);
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
	return fmip_netlink_run(info, &deleting);
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
	void *hdr;
	int err;

	err = check_named(info->attrs, info->extack);
	if (err)
		return err;
	skb = fmip_netlink_answer(info, &hdr, FMIP_CMD_BINDING_GET);
	if (!skb)
		return -ENOMEM;
	mutex_lock(&fn->lock);
	b = find(fn, info->attrs, info->extack);
	err = IS_ERR(b) ? PTR_ERR(b) : fmip_netlink_put_binding(skb, fn, b);
	mutex_unlock(&fn->lock);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    struct fmip_binding *b)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &fmip_genl_family,
				NLM_F_MULTI, FMIP_CMD_BINDING_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (fmip_netlink_put_binding(skb, b->fn, b)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * fmip_netlink_binding_dump() - FMIP_CMD_BINDING_GET about many
 * @skb: answer
 * @cb: dump; args[0] is one less than the id to go on from
 *
 * Return: bytes put into @skb, or a negative error.
 */
int fmip_netlink_binding_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct fmip_net *fn = fmip_net(sock_net(skb->sk));
	unsigned long id = cb->args[0];
	struct fmip_filter filter;
	struct fmip_binding *b;
	unsigned int n = 0;
	int err;

	err = fmip_filter_read_dump(&filter, cb, false);
	if (err)
		return err;
	mutex_lock(&fn->lock);
	while ((b = xa_find_after(&fn->bindings, &id, U32_MAX, XA_PRESENT))) {
		if (!READ_ONCE(b->dying) && fmip_filter_binding(&filter, b))
			err = dump_one(skb, cb, b);
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
 * fmip_netlink_binding_flush() - FMIP_CMD_BINDING_FLUSH
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_binding_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	struct fmip_filter filter;
	struct fmip_binding *b;
	unsigned int n = 0;
	unsigned long id;
	int err;

	err = fmip_filter_read_flush(&filter, info, false);
	if (err)
		return err;
	mutex_lock(&fn->lock);
	fmip_binding_reap(fn);
	xa_for_each(&fn->bindings, id, b) {
		if (fmip_filter_binding(&filter, b))
			fmip_binding_remove(b, FMIP_DROP_DELETED);
		if (++n % FMIP_NETLINK_BATCH == 0)
			fmip_netlink_breathe(fn);
	}
	fmip_binding_reap(fn);
	mutex_unlock(&fn->lock);
	return 0;
}
