// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a request wants packets to be buffered, and what it waits for.
 */
#include <linux/netdevice.h>
#include <net/netlink.h>

#include "binding.h"
#include "net.h"
#include "netlink.h"
#include "request.h"

static const struct fmip_policy defaults = {
	.pace.speedup = 200,
	.limit_packets = 1000,
	.limit_bytes = 4 << 20,
};

/* What says something of the policy. */
#define NAMED								\
	(BIT_ULL(FMIP_BINDING_A_ATTACH) | BIT_ULL(FMIP_BINDING_A_RELEASE) | \
	 BIT_ULL(FMIP_BINDING_A_SPEEDUP) | BIT_ULL(FMIP_BINDING_A_RATE) | \
	 BIT_ULL(FMIP_BINDING_A_LIMIT_PACKETS) |			\
	 BIT_ULL(FMIP_BINDING_A_LIMIT_BYTES) |				\
	 BIT_ULL(FMIP_BINDING_A_LIMIT_AGE) |				\
	 BIT_ULL(FMIP_BINDING_A_OVERFLOW) |				\
	 BIT_ULL(FMIP_BINDING_A_HOLD_TIME) |				\
	 BIT_ULL(FMIP_BINDING_A_HOLD_EXPIRY) |				\
	 BIT_ULL(FMIP_BINDING_A_GUARD_IDLE))

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

static u32 get_on(const struct nlattr *attr)
{
	struct nla_bitfield32 on;

	if (!attr)
		return FMIP_ATTACH_ON_UNA;
	on = nla_get_bitfield32(attr);
	return on.value & on.selector;
}

static int read_attach(struct fmip_attach *attach, struct fmip_net *fn,
		       const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *a[FMIP_ATTACH_A_MAX + 1] = {};
	struct net_device *dev;
	int err;

	memset(attach, 0, sizeof(*attach));
	if (!nla_len(nest))
		return 0;
	err = fmip_netlink_parse(a, nest, extack);
	if (err)
		return err;
	dev = fmip_request_dev(fn, a[FMIP_ATTACH_A_IFINDEX], nest, extack);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	attach->ifindex = dev->ifindex;
	attach->on = get_on(a[FMIP_ATTACH_A_ON]);
	if (!attach->on)
		return fmip_netlink_refuse(extack, a[FMIP_ATTACH_A_ON],
					   "nothing would count as an arrival",
					   -EINVAL);
	get_u8(&attach->action, a[FMIP_ATTACH_A_ACTION]);
	return fmip_request_lladdr(a[FMIP_ATTACH_A_LLADDR], dev, attach->lladdr,
				   &attach->has_lladdr, extack);
}

static int read_limits(struct fmip_policy *policy, struct nlattr **a,
		       struct netlink_ext_ack *extack)
{
	get_u32(&policy->limit_packets, a[FMIP_BINDING_A_LIMIT_PACKETS]);
	get_u32(&policy->limit_bytes, a[FMIP_BINDING_A_LIMIT_BYTES]);
	get_u32(&policy->limit_age, a[FMIP_BINDING_A_LIMIT_AGE]);
	get_u8(&policy->overflow, a[FMIP_BINDING_A_OVERFLOW]);
	if (policy->limit_packets && policy->limit_bytes)
		return 0;
	return fmip_netlink_refuse(extack, policy->limit_packets ?
				   a[FMIP_BINDING_A_LIMIT_BYTES] :
				   a[FMIP_BINDING_A_LIMIT_PACKETS],
				   "with a limit of 0 nothing could be buffered",
				   -EINVAL);
}

static int read_release(struct fmip_policy *policy, struct nlattr **a,
			struct netlink_ext_ack *extack)
{
	get_u8(&policy->pace.release, a[FMIP_BINDING_A_RELEASE]);
	get_u32(&policy->pace.speedup, a[FMIP_BINDING_A_SPEEDUP]);
	get_u32(&policy->pace.rate, a[FMIP_BINDING_A_RATE]);
	if (policy->pace.release != FMIP_RELEASE_RATE || policy->pace.rate)
		return 0;
	return fmip_netlink_refuse(extack, a[FMIP_BINDING_A_RELEASE],
				   "release rate needs a rate", -EINVAL);
}

/**
 * fmip_request_read_policy() - read how to buffer
 * @req: request; fmip_request.policy is set
 *
 * What is not named is what the binding has, or the default.
 *
 * Context: process, RTNL and the namespace's lock held.
 * Return: 0 or a negative error.
 */
int fmip_request_read_policy(struct fmip_request *req)
{
	struct nlattr *attach = req->op->attrs[FMIP_BINDING_A_ATTACH];
	struct netlink_ext_ack *extack = req->op->extack;
	const struct fmip_policy *old = &defaults;
	struct fmip_policy *policy = &req->policy;
	struct nlattr **a = req->op->attrs;
	const struct fmip_plan *plan;
	int err = 0;

	if (req->b && !req->replace) {
		plan = rcu_dereference_protected(req->b->plan,
						 lockdep_is_held(&req->op->fn->lock));
		old = plan->policy;
	}
	if (old != &defaults || !req->plain || req->op->named & NAMED) {
		/* Policies are compared with their padding. */
		memcpy(policy, old, sizeof(*policy));
		req->plain = old == &defaults;
	}
	if (!(req->op->named & NAMED))
		return 0;
	req->plain = false;
	get_u32(&policy->hold_time, a[FMIP_BINDING_A_HOLD_TIME]);
	get_u8(&policy->hold_expiry, a[FMIP_BINDING_A_HOLD_EXPIRY]);
	get_u32(&policy->guard_idle, a[FMIP_BINDING_A_GUARD_IDLE]);
	if (attach)
		err = read_attach(&policy->attach, req->op->fn, attach, extack);
	return err ?: read_limits(policy, a, extack) ?:
	       read_release(policy, a, extack);
}
