/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_BINDING_H
#define _FMIP_BINDING_H

#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#include "match.h"
#include "plan.h"
#include "stats.h"

struct fmip_net;
struct fmip_queue;

/**
 * struct fmip_more - what only some bindings have
 * @binding: whose it is
 * @list: the matches, if they are not just fmip_binding.first
 * @proxies: the addresses that it proxies; under the namespace's lock
 * @lifetime_end: jiffies, if @has_lifetime
 * @hold_end: jiffies, if @has_hold_end
 * @plan_end: jiffies, if @has_plan_end: when the first target or accept ends
 * @has_lifetime: the binding expires
 * @has_hold_end: the hold expires
 * @has_plan_end: see @plan_end
 * @reap_reason: enum fmip_drop for what is still buffered at the end
 * @reap_timer: enum fmip_timer, if that is FMIP_DROP_EXPIRED
 * @pruning: bit 0: in fmip_net.prune_bindings
 * @reap: in fmip_net.reap_bindings
 * @prune: in fmip_net.prune_bindings
 * @count: by &enum fmip_count, from FMIP_COUNT_HOT on
 * @drops: by &enum fmip_drop
 *
 * The deadlines are under the binding's lock.
 */
struct fmip_more {
	struct fmip_binding *binding;
	struct fmip_match_list *list;
	struct list_head proxies;
	unsigned long lifetime_end;
	unsigned long hold_end;
	unsigned long plan_end;
	bool has_lifetime;
	bool has_hold_end;
	bool has_plan_end;
	u8 reap_reason;
	u8 reap_timer;
	unsigned long pruning;
	struct llist_node reap;
	struct llist_node prune;
	atomic64_t count[FMIP_COUNT_MAX - FMIP_COUNT_HOT];
	atomic64_t drops[__FMIP_DROP_MAX];
};

/**
 * struct fmip_binding - one gate, one queue, and what belongs to them
 * @first: its match, or the first of fmip_more.list.  Must be the first member.
 * @plan: what to do with packets; written under the namespace's lock
 * @gate: enum fmip_gate; written under @lock.  Read without it by the packet
 *	path, which only trusts FMIP_GATE_OPEN and pairs with a store-release.
 * @dying: written once, under @lock; whoever sets it owns @queue's packets
 * @drops_unnamed: drops that could not be counted by reason
 * @count: by &enum fmip_count, up to FMIP_COUNT_HOT
 * @lock: @gate, @dying, @queue and its packets, the deadlines, arming timers
 * @id: the control plane's name for it
 * @fn: namespace
 * @queue: made with the first hold or copy, under @lock; gone with the binding
 * @more: made when it is needed, and gone with the binding
 * @timer: runs for the earliest of the deadlines
 * @cookie: the control plane's own
 * @rcu: freed after a grace period
 *
 * Reached through the match table or a proxy under RCU, through the id under
 * the namespace's lock.  Nothing else refers to one.
 *
 * What a packet reads is in the first cache line, what it writes in the second;
 * the third is for requests and timers.
 */
struct fmip_binding {
	struct fmip_match first;
	struct fmip_plan __rcu *plan;
	u8 gate;
	bool dying;
	atomic_t drops_unnamed;

	atomic64_t count[FMIP_COUNT_HOT];
	spinlock_t lock; /* the gate, the queue, the deadlines */
	u32 id;
	struct fmip_net *fn;
	struct fmip_queue *queue;
	struct fmip_more *more;

	struct timer_list timer;
	u64 cookie;
	struct rcu_head rcu;
};

/**
 * fmip_binding_reason() - why packets of a dying binding are dropped
 * @b: binding that is dying
 *
 * Return: enum fmip_drop.
 */
static inline enum fmip_drop fmip_binding_reason(const struct fmip_binding *b)
{
	return b->more && b->more->reap_reason ? b->more->reap_reason :
						 FMIP_DROP_DELETED;
}

int fmip_binding_cache_init(void);
void fmip_binding_cache_destroy(void);

struct fmip_binding *fmip_binding_alloc(struct fmip_net *fn);
void fmip_binding_free(struct fmip_binding *b);
struct fmip_more *fmip_binding_more(struct fmip_binding *b, gfp_t gfp);
int fmip_binding_publish(struct fmip_binding *b, u32 id,
			 struct netlink_ext_ack *extack);
struct fmip_match *fmip_binding_matches(struct fmip_binding *b,
					unsigned int *n);
struct fmip_match_list *
fmip_binding_match_list(const struct fmip_match *match, unsigned int n,
			const struct fmip_plan *plan);
int fmip_binding_set_matches(struct fmip_binding *b,
			     struct fmip_match_list *list);
void fmip_binding_set_plan(struct fmip_binding *b, struct fmip_plan *plan);
void fmip_binding_die(struct fmip_binding *b, enum fmip_drop reason,
		      enum fmip_timer timer);
bool fmip_binding_remove(struct fmip_binding *b, enum fmip_drop reason);
bool fmip_binding_reap_some(struct fmip_net *fn);
void fmip_binding_reap(struct fmip_net *fn);
void fmip_binding_prune_later(struct fmip_binding *b);
void fmip_binding_flush(struct fmip_net *fn, enum fmip_drop reason);
void fmip_binding_forget_dev(struct fmip_net *fn, struct net_device *dev);

#endif /* _FMIP_BINDING_H */
