/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_BINDING_H
#define _FMIP_BINDING_H

#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#include "gate.h"
#include "match.h"
#include "stats.h"

struct fmip_net;
struct fmip_proxy;
struct fmip_queue;
struct fmip_tunnel;

/**
 * struct fmip_target - where a binding's packets go
 * @type: enum fmip_target_type
 * @tunnel: for a tunnel; the binding holds a use of it
 * @dev: for a link.  No reference is held: when the device is unregistered the
 *	binding goes before the notifier returns, and a grace period follows.
 * @lladdr: for a link, if @has_lladdr
 * @has_lladdr: @lladdr is to be used, without Neighbour Discovery
 */
struct fmip_target {
	u8 type;
	bool has_lladdr;
	u8 lladdr[MAX_ADDR_LEN];
	struct fmip_tunnel *tunnel;
	struct net_device *dev;
};

/**
 * struct fmip_accept - what a binding accepts out of a tunnel
 * @tunnel: the tunnel; the binding holds a use of it
 * @direction: whether the inner source or destination must match the binding
 */
struct fmip_accept {
	struct fmip_tunnel *tunnel;
	u8 direction;
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
 * struct fmip_plan - what a binding does with packets; replaced as a whole
 * @rcu: the packet path reads plans under RCU
 * @flags: FMIP_BINDING_F_*
 * @n_targets: how many of @target there are
 * @n_accepts: how many of @accept there are
 * @accept: in the order given; behind @target in the same allocation
 * @attach: arrival
 * @pace: how the queue is released
 * @limit_packets: most packets buffered
 * @limit_bytes: most truesize buffered
 * @limit_age: ms that a packet may wait; 0 is unlimited
 * @hold_time: ms; 0 is unlimited
 * @overflow: enum fmip_overflow
 * @hold_expiry: enum fmip_expiry
 * @target: in the order given
 */
struct fmip_plan {
	struct rcu_head rcu;
	u32 flags;
	u8 n_targets;
	u8 n_accepts;
	struct fmip_accept *accept;
	struct fmip_attach attach;
	struct fmip_pace_policy pace;
	u32 limit_packets;
	u32 limit_bytes;
	u32 limit_age;
	u32 hold_time;
	u8 overflow;
	u8 hold_expiry;
	struct fmip_target target[];
};

/**
 * struct fmip_binding - one gate, one queue, and what belongs to them
 * @plan: what to do with packets; written under the namespace's lock
 * @gate: enum fmip_gate; written under @lock.  Read without it by the packet
 *	path, which only trusts FMIP_GATE_OPEN and pairs with a store-release.
 * @dying: written once, under @lock; whoever sets it owns @queue's packets
 * @id: the control plane's name for it
 * @fn: namespace
 * @queue: made with the first hold, under @lock; gone with the binding
 * @lock: @gate, @dying, @queue and its packets, the deadlines, arming timers
 * @timer: runs for the earlier of the deadlines
 * @lifetime_end: jiffies, if @has_lifetime
 * @hold_end: jiffies, if @has_hold_end
 * @has_lifetime: the binding expires
 * @has_hold_end: the hold expires
 * @reap_reason: enum fmip_drop for what is still buffered at the end
 * @reap_timer: enum fmip_timer, if that is FMIP_DROP_EXPIRED
 * @cookie: the control plane's own
 * @matches: its matches; under the namespace's lock
 * @proxies: the addresses that it proxies; under the namespace's lock
 * @count: by &enum fmip_count
 * @drops: by reason
 * @drops_unnamed: those for which @drops could not be allocated
 * @reap: in fmip_net.reap_bindings
 * @rcu: freed after a grace period
 *
 * Reached through the match table or a proxy under RCU, through the id under
 * the namespace's lock.  Nothing else refers to one.
 */
struct fmip_binding {
	struct fmip_plan __rcu *plan;
	u8 gate;
	bool dying;
	u32 id;
	struct fmip_net *fn;
	struct fmip_queue *queue;
	spinlock_t lock; /* the gate, the queue, the deadlines */
	struct timer_list timer;
	unsigned long lifetime_end;
	unsigned long hold_end;
	bool has_lifetime;
	bool has_hold_end;
	u8 reap_reason;
	u8 reap_timer;
	u64 cookie;
	struct fmip_match_list *matches;
	struct list_head proxies;
	atomic64_t count[FMIP_COUNT_MAX];
	struct fmip_drops *drops;
	atomic64_t drops_unnamed;
	struct llist_node reap;
	struct rcu_head rcu;
};

struct fmip_plan *fmip_plan_alloc(unsigned int n_targets,
				  unsigned int n_accepts);
void fmip_plan_free(struct fmip_plan *plan);

struct fmip_binding *fmip_binding_alloc(struct fmip_net *fn);
void fmip_binding_free(struct fmip_binding *b);
int fmip_binding_publish(struct fmip_binding *b, u32 id,
			 struct netlink_ext_ack *extack);
void fmip_binding_set_plan(struct fmip_binding *b, struct fmip_plan *plan);
void fmip_binding_die(struct fmip_binding *b, enum fmip_drop reason,
		      enum fmip_timer timer);
bool fmip_binding_remove(struct fmip_binding *b, enum fmip_drop reason);
void fmip_binding_reap(struct fmip_net *fn);
void fmip_binding_flush(struct fmip_net *fn, enum fmip_drop reason);
void fmip_binding_forget_dev(struct fmip_net *fn, struct net_device *dev);

#endif /* _FMIP_BINDING_H */
