/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_PLAN_H
#define _FMIP_PLAN_H

#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>

#include "gate.h"

struct fmip_net;
struct fmip_standin;
struct fmip_tunnel;

/**
 * struct fmip_link - a link target
 * @dev: interface.  No reference is held: when the device is unregistered the
 *	binding goes before the notifier returns, and a grace period follows.
 * @standin: what inner hooks see as the route, or NULL; read under RCU
 * @has_lladdr: @lladdr is to be used, without Neighbour Discovery
 * @lladdr: link-layer address
 */
struct fmip_link {
	struct net_device *dev;
	struct fmip_standin __rcu *standin;
	bool has_lladdr;
	u8 lladdr[MAX_ADDR_LEN];
};

/**
 * struct fmip_target - where a binding's packets go
 * @type: enum fmip_target_type
 * @has_key: @key is sent
 * @has_end: it is used until @end only
 * @key: of the encapsulation
 * @tunnel: for a tunnel; the plan holds a use of it
 * @link: for a link; in the plan's own allocation
 * @end: jiffies
 */
struct fmip_target {
	u8 type;
	bool has_key;
	bool has_end;
	u32 key;
	union {
		struct fmip_tunnel *tunnel;
		struct fmip_link *link;
	};
	unsigned long end;
};

/**
 * struct fmip_accept - what a binding accepts out of a tunnel
 * @tunnel: the tunnel; the plan holds a use of it
 * @key: that the packet must have, if @has_key; else it must have none
 * @direction: whether the inner source or destination must match the binding
 * @has_key: see @key
 * @has_end: it holds until @end only
 * @end: jiffies
 */
struct fmip_accept {
	struct fmip_tunnel *tunnel;
	u32 key;
	u8 direction;
	bool has_key;
	bool has_end;
	unsigned long end;
};

/**
 * struct fmip_attach - what counts as the node's arrival
 * @ifindex: where; 0 if nothing does
 * @on: FMIP_ATTACH_ON_*
 * @action: enum fmip_attach_action
 * @has_lladdr: only with this link-layer address
 * @lladdr: the address
 */
struct fmip_attach {
	u32 ifindex;
	u32 on;
	u8 action;
	bool has_lladdr;
	u8 lladdr[MAX_ADDR_LEN];
};

/**
 * struct fmip_policy - how a binding buffers, and what it waits for
 * @attach: arrival
 * @pace: how the queue is released
 * @limit_packets: most packets buffered
 * @limit_bytes: most truesize buffered
 * @limit_age: ms that a packet may wait; 0 is unlimited
 * @hold_time: ms; 0 is unlimited
 * @guard_idle: ms; 0 is unlimited
 * @overflow: enum fmip_overflow
 * @hold_expiry: enum fmip_expiry
 */
struct fmip_policy {
	struct fmip_attach attach;
	struct fmip_pace_policy pace;
	u32 limit_packets;
	u32 limit_bytes;
	u32 limit_age;
	u32 hold_time;
	u32 guard_idle;
	u8 overflow;
	u8 hold_expiry;
};

/**
 * struct fmip_shared_policy - a policy and how many plans have it
 * @node: in fmip_net.policies
 * @users: plans, under the namespace's lock
 * @policy: the policy; never changed
 * @rcu: freed after a grace period
 */
struct fmip_shared_policy {
	struct rhash_head node;
	u32 users;
	struct fmip_policy policy;
	struct rcu_head rcu;
};

/**
 * struct fmip_plan - what a binding does with packets
 * @node: in fmip_net.plans, if @shared
 * @policy: how it buffers
 * @rcu: the packet path reads plans under RCU
 * @users: bindings, and requests that remember it, under the namespace's lock
 * @n_targets: how many of @target there are
 * @n_accepts: how many accepts there are, behind the targets
 * @n_links: how many of the targets are links; those are behind the accepts
 * @local: also for what the router itself sends
 * @has_end: a target or an accept has
 * @shared: in fmip_net.plans
 * @target: in the order given
 *
 * Never changed once it is in use.  Bindings that would do the same share one,
 * which is most of what makes a million of them fit.
 */
struct fmip_plan {
	struct rhash_head node;
	const struct fmip_policy *policy;
	struct rcu_head rcu;
	u32 users;
	u8 n_targets;
	u8 n_accepts;
	u8 n_links : 4;
	bool local : 1;
	bool has_end : 1;
	bool shared : 1;
	struct fmip_target target[];
};

/**
 * fmip_plan_accepts() - the accepts of a plan
 * @plan: plan
 *
 * Return: the first of fmip_plan.n_accepts.
 */
static inline struct fmip_accept *fmip_plan_accepts(const struct fmip_plan *plan)
{
	return (struct fmip_accept *)&plan->target[plan->n_targets];
}

int fmip_plan_tables_init(struct fmip_net *fn);
void fmip_plan_tables_destroy(struct fmip_net *fn);
struct fmip_plan *fmip_plan_make(struct fmip_net *fn,
				 const struct fmip_plan *draft,
				 const struct fmip_policy *policy);
void fmip_plan_get(struct fmip_net *fn, struct fmip_plan *plan);
void fmip_plan_put(struct fmip_net *fn, struct fmip_plan *plan);
bool fmip_plan_names_dev(const struct fmip_plan *plan,
			 const struct net_device *dev);
bool fmip_plan_names_tunnel(const struct fmip_plan *plan, u32 id);

#endif /* _FMIP_PLAN_H */
