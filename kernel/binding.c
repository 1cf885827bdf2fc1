// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a binding.
 *
 * It ends in phases.  Whoever sets its dying bit under its lock has won; from
 * then on no timer is set, nothing is buffered or released.  Then, in process
 * context and under the namespace's lock, it is taken out of the tables, its
 * timers are waited for and its packets freed.  A grace period later, when no
 * packet can be looking at it, its memory goes.
 */
#include <linux/slab.h>

#include "attach.h"
#include "binding.h"
#include "compat.h"
#include "expiry.h"
#include "net.h"
#include "netlink.h"
#include "proxy.h"
#include "queue.h"
#include "trace.h"
#include "tunnel.h"

/* Bindings that are taken apart before others get the namespace's lock. */
#define REAP_BATCH	64

static struct kmem_cache *cache;

/**
 * fmip_binding_cache_init() - make room for bindings
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int fmip_binding_cache_init(void)
{
	/* What a packet touches is two cache lines, so they begin with one. */
	cache = KMEM_CACHE(fmip_binding, SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT);
	return cache ? 0 : -ENOMEM;
}

/**
 * fmip_binding_cache_destroy() - undo fmip_binding_cache_init()
 *
 * Context: process; the last grace period is over.
 */
void fmip_binding_cache_destroy(void)
{
	kmem_cache_destroy(cache);
}

/**
 * fmip_binding_alloc() - make a binding that nobody can see yet
 * @fn: namespace
 *
 * Context: process.
 * Return: the binding, which the caller owns; NULL if there
 * is no memory.
 */
struct fmip_binding *fmip_binding_alloc(struct fmip_net *fn)
{
	struct fmip_binding *b = kmem_cache_zalloc(cache, GFP_KERNEL);

	BUILD_BUG_ON(offsetof(struct fmip_binding, first));
	if (!b)
		return NULL;
	b->fn = fn;
	b->gate = FMIP_GATE_OPEN;
	spin_lock_init(&b->lock);
	timer_setup(&b->timer, fmip_expiry_run, 0);
	return b;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_binding_alloc);

/**
 * fmip_binding_more() - what only some bindings have
 * @b: binding
 * @gfp: how to make it, if there is none
 *
 * Context: process, or any but hard interrupts with GFP_ATOMIC.
 * Return: it; NULL if there is no memory.
 */
struct fmip_more *fmip_binding_more(struct fmip_binding *b, gfp_t gfp)
{
	struct fmip_more *more = READ_ONCE(b->more), *won;

	if (likely(more))
		return more;
	more = kzalloc(sizeof(*more), gfp | __GFP_NOWARN);
	if (!more)
		return NULL;
	more->binding = b;
	INIT_LIST_HEAD(&more->proxies);
	won = cmpxchg(&b->more, NULL, more);
	if (won) {
		kfree(more);
		return won;
	}
	return more;
}

static void free_rcu(struct rcu_head *rcu)
{
	struct fmip_binding *b = container_of(rcu, struct fmip_binding, rcu);

	if (b->more) {
		kfree(b->more->list);
		kfree(b->more);
	}
	kfree(b->queue);
	kmem_cache_free(cache, b);
}

static void set_dying(struct fmip_binding *b)
{
	lockdep_assert_held(&b->lock);
	WRITE_ONCE(b->dying, true);
}

static struct fmip_plan *plan_of(struct fmip_binding *b)
{
	return rcu_dereference_protected(b->plan,
					 lockdep_is_held(&b->fn->lock));
}

/* A tunnel that a match names is in use. */
static void get_tunnels(struct fmip_net *fn, const struct fmip_match *m,
			unsigned int n, bool get)
{
	struct fmip_tunnel *t;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (m[i].key.scope != FMIP_SCOPE_TUNNEL &&
		    m[i].key.scope != FMIP_SCOPE_KEY)
			continue;
		t = xa_load(&fn->tunnels, m[i].key.scope_id);
		if (WARN_ON_ONCE(!t))
			continue;
		if (get)
			fmip_tunnel_get(t);
		else
			fmip_tunnel_put(t);
	}
}

/**
 * fmip_binding_matches() - the matches of a binding, accepts included
 * @b: binding
 * @n: how many
 *
 * Context: process, the namespace's lock held or @b owned.
 * Return: the first of them.
 */
struct fmip_match *fmip_binding_matches(struct fmip_binding *b,
					unsigned int *n)
{
	struct fmip_match_list *l = b->more ? b->more->list : NULL;

	*n = l ? l->n : 1;
	return l ? l->match : &b->first;
}

static bool listed(const struct fmip_match_list *l,
		   const struct fmip_match_key *key)
{
	unsigned int i;

	for (i = 0; i < l->n; i++)
		if (!memcmp(&l->match[i].key, key, sizeof(*key)))
			return true;
	return false;
}

/* What an accept lets in for one of the binding's matches, as a match. */
static void list_accept(struct fmip_match_list *l, struct fmip_match_key key,
			const struct fmip_accept *accept)
{
	key.scope = accept->has_key ? FMIP_SCOPE_ACCEPT_KEY : FMIP_SCOPE_ACCEPT;
	key.scope_id = accept->tunnel->id;
	key.key = accept->key;
	key.direction = accept->direction;
	if (!listed(l, &key))
		l->match[l->n++].key = key;
}

/**
 * fmip_binding_match_list() - what the lookup table is to hold for a binding
 * @match: its matches; those that accepts have been made into are left out
 * @n: how many
 * @plan: whose accepts are to be made into matches
 *
 * Context: process, the namespace's lock held.
 * Return: the list, which the caller owns; NULL if there is no memory.
 */
struct fmip_match_list *
fmip_binding_match_list(const struct fmip_match *match, unsigned int n,
			const struct fmip_plan *plan)
{
	struct fmip_match_list *l;
	unsigned int i, own = 0;
	int j;

	for (i = 0; i < n; i++)
		own += !fmip_match_is_accept(&match[i].key);
	l = fmip_match_list_alloc(own * (1 + plan->n_accepts));
	if (!l)
		return NULL;
	l->n = 0;
	for (i = 0; i < n; i++)
		if (!fmip_match_is_accept(&match[i].key))
			l->match[l->n++].key = match[i].key;
	for (i = 0; i < own; i++)
		for (j = 0; j < plan->n_accepts; j++)
			list_accept(l, l->match[i].key,
				    &fmip_plan_accepts(plan)[j]);
	return l;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_binding_match_list);

/**
 * fmip_binding_set_matches() - replace a binding's matches
 * @b: binding that packets find
 * @list: the new ones, accepts included; the binding's if this succeeds
 *
 * Context: process, the namespace's lock held.
 * Return: 0 or what fmip_match_swap() returns.
 */
int fmip_binding_set_matches(struct fmip_binding *b,
			     struct fmip_match_list *list)
{
	struct fmip_more *more = fmip_binding_more(b, GFP_KERNEL_ACCOUNT);
	struct fmip_net *fn = b->fn;
	struct fmip_match *old;
	unsigned int i, n_old;
	int err;

	lockdep_assert_held(&fn->lock);
	if (!more)
		return -ENOMEM;
	for (i = 0; i < list->n; i++)
		list->match[i].binding = b;
	old = fmip_binding_matches(b, &n_old);
	err = fmip_match_swap(&fn->matches, old, n_old, list->match, list->n);
	if (err)
		return err;
	get_tunnels(fn, list->match, list->n, true);
	get_tunnels(fn, old, n_old, false);
	if (more->list)
		kfree_rcu(more->list, rcu);
	more->list = list;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_binding_set_matches);

/**
 * fmip_binding_free() - free a binding whose publication failed, or was not
 *	tried
 * @b: binding; its use of its plan ends
 *
 * A packet may have found it by the first of its matches.
 *
 * Context: process, the namespace's lock held.
 */
void fmip_binding_free(struct fmip_binding *b)
{
	spin_lock_bh(&b->lock);
	set_dying(b);
	if (b->more)
		b->more->reap_reason = FMIP_DROP_DELETED;
	spin_unlock_bh(&b->lock);
	timer_shutdown_sync(&b->timer);
	fmip_queue_end(b);
	fmip_plan_put(b->fn, plan_of(b));
	call_rcu(&b->rcu, free_rcu);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_binding_free);

static int insert_id(struct fmip_binding *b, u32 id)
{
	struct xarray *xa = &b->fn->bindings;
	int err;

	if (id)
		err = xa_insert(xa, id, b, GFP_KERNEL_ACCOUNT);
	else
		err = xa_alloc_cyclic(xa, &id, b, XA_LIMIT(1, U32_MAX),
				      &b->fn->next_binding, GFP_KERNEL_ACCOUNT);
	if (err < 0)
		return err;
	b->id = id;
	return 0;
}

/**
 * fmip_binding_publish() - let packets find a binding
 * @b: binding, complete
 * @id: its id, which is free, or 0 for the kernel to choose
 * @extack: says why not
 *
 * Context: process, the namespace's lock held.
 * Return: 0, -EEXIST, -ENOMEM, -EBUSY; the caller then still owns @b.
 */
int fmip_binding_publish(struct fmip_binding *b, u32 id,
			 struct netlink_ext_ack *extack)
{
	struct fmip_net *fn = b->fn;
	struct fmip_match *m;
	unsigned int i, n;
	int err;

	lockdep_assert_held(&fn->lock);
	err = insert_id(b, id);
	if (err)
		return err;
	m = fmip_binding_matches(b, &n);
	for (i = 0; i < n; i++)
		m[i].binding = b;
	err = fmip_match_swap(&fn->matches, NULL, 0, m, n);
	if (err) {
		xa_erase(&fn->bindings, b->id);
		if (err == -EEXIST)
			NL_SET_ERR_MSG(extack,
				       "a match belongs to another binding");
		return err;
	}
	get_tunnels(fn, m, n, true);
	fmip_attach_counted(fn, NULL, &plan_of(b)->policy->attach);
	fn->n_bindings++;
	trace_binding(b, true);
	if (!b->more)
		return 0;
	spin_lock_bh(&b->lock);
	fmip_expiry_plan(b);
	fmip_expiry_arm(b);
	spin_unlock_bh(&b->lock);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_binding_publish);

/**
 * fmip_binding_set_plan() - replace the plan of a binding that packets find
 * @b: binding
 * @plan: the new plan, now the binding's
 *
 * Context: process, the namespace's lock held.
 */
void fmip_binding_set_plan(struct fmip_binding *b, struct fmip_plan *plan)
{
	struct fmip_plan *old;

	old = rcu_replace_pointer(b->plan, plan,
				  lockdep_is_held(&b->fn->lock));
	fmip_attach_counted(b->fn, &old->policy->attach,
			    &plan->policy->attach);
	fmip_plan_put(b->fn, old);
	if (!b->more)
		return;
	spin_lock_bh(&b->lock);
	fmip_expiry_plan(b);
	fmip_expiry_arm(b);
	spin_unlock_bh(&b->lock);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_binding_set_plan);

/**
 * fmip_binding_die() - end a binding from a context that cannot take it apart
 * @b: binding with a deadline that is not dying
 * @reason: for the packets that it still has
 * @timer: which timer, if @reason is FMIP_DROP_EXPIRED
 *
 * Context: @b->lock held, bottom halves off.
 */
void fmip_binding_die(struct fmip_binding *b, enum fmip_drop reason,
		      enum fmip_timer timer)
{
	struct fmip_net *fn = b->fn;

	set_dying(b);
	b->more->reap_reason = reason;
	b->more->reap_timer = timer;
	/* Under the lock: who finds it dying finds it in the list. */
	llist_add(&b->more->reap, &fn->reap_bindings);
	queue_work(system_unbound_wq, &fn->reap_work);
}

/* Take out of bindings what has ended: targets and accepts. */
static void prune_all(struct fmip_net *fn)
{
	struct llist_node *list = llist_del_all(&fn->prune_bindings);
	struct fmip_more *more, *next;

	llist_for_each_entry_safe(more, next, list, prune) {
		/* From here on it may be put into the list again. */
		clear_bit(0, &more->pruning);
		/* What ends after this puts it there. */
		smp_mb__after_atomic();
		if (!READ_ONCE(more->binding->dying))
			fmip_expiry_prune(more->binding);
		cond_resched();
	}
}

/* Tell of an end that nobody has asked for. */
static void tell_end(struct fmip_binding *b, enum fmip_drop reason)
{
	if (reason == FMIP_DROP_EXPIRED)
		fmip_netlink_expired(b, b->more->reap_timer);
	else if (reason == FMIP_DROP_DEVICE)
		fmip_netlink_removed(b);
}

/* Take a dying binding apart.  The namespace's lock is held. */
static void take_apart(struct fmip_binding *b, enum fmip_drop reason)
{
	struct fmip_net *fn = b->fn;
	struct fmip_match *m;
	unsigned int n;

	lockdep_assert_held(&fn->lock);
	m = fmip_binding_matches(b, &n);
	fmip_match_swap(&fn->matches, m, n, NULL, 0);
	get_tunnels(fn, m, n, false);
	xa_erase(&fn->bindings, b->id);
	fn->n_bindings--;
	trace_binding(b, false);
	if (b->more) {
		if (test_bit(0, &b->more->pruning))
			prune_all(fn);
		fmip_proxy_list_end(fn, &b->more->proxies);
		timer_shutdown_sync(&b->timer);
		fmip_queue_end(b);
	}
	tell_end(b, reason);
	fmip_attach_counted(fn, &plan_of(b)->policy->attach, NULL);
	fmip_plan_put(fn, plan_of(b));
	call_rcu(&b->rcu, free_rcu);
	if (!fn->n_bindings)
		fmip_net_idle(fn);
}

/**
 * fmip_binding_remove() - end a binding now
 * @b: binding
 * @reason: for the packets that it still has
 *
 * Context: process, the namespace's lock held.
 * Return: false if it was dying already; whoever won it has it taken apart.
 */
bool fmip_binding_remove(struct fmip_binding *b, enum fmip_drop reason)
{
	bool won;

	spin_lock_bh(&b->lock);
	won = !b->dying;
	if (won) {
		set_dying(b);
		if (b->more)
			b->more->reap_reason = reason;
	}
	spin_unlock_bh(&b->lock);
	if (won)
		take_apart(b, reason);
	return won;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_binding_remove);

/**
 * fmip_binding_prune_later() - have ended targets and accepts taken out
 * @b: binding with a deadline that is not dying
 *
 * Context: @b->lock held, bottom halves off.
 */
void fmip_binding_prune_later(struct fmip_binding *b)
{
	struct fmip_net *fn = b->fn;

	if (test_and_set_bit(0, &b->more->pruning))
		return;
	llist_add(&b->more->prune, &fn->prune_bindings);
	queue_work(system_unbound_wq, &fn->reap_work);
}

/**
 * fmip_binding_reap_some() - take apart some of what has been buried, or has
 *	ended in part
 * @fn: namespace
 *
 * Context: process, the namespace's lock held.
 * Return: whether there is more.
 */
bool fmip_binding_reap_some(struct fmip_net *fn)
{
	struct fmip_more *more;
	unsigned int n;

	lockdep_assert_held(&fn->lock);
	prune_all(fn);
	for (n = 0; n < REAP_BATCH; n++) {
		if (!fn->reaping)
			fn->reaping = llist_del_all(&fn->reap_bindings);
		if (!fn->reaping)
			return false;
		more = llist_entry(fn->reaping, struct fmip_more, reap);
		fn->reaping = fn->reaping->next;
		take_apart(more->binding, more->reap_reason);
	}
	return true;
}

/**
 * fmip_binding_reap() - take apart all of it
 * @fn: namespace
 *
 * Context: process, the namespace's lock held.
 */
void fmip_binding_reap(struct fmip_net *fn)
{
	while (fmip_binding_reap_some(fn))
		cond_resched();
}

/**
 * fmip_binding_flush() - end every binding of a namespace
 * @fn: namespace
 * @reason: for the packets that they still have
 *
 * Context: process, the namespace's lock held.
 */
void fmip_binding_flush(struct fmip_net *fn, enum fmip_drop reason)
{
	struct fmip_binding *b;
	unsigned long id;

	fmip_binding_reap(fn);
	xa_for_each(&fn->bindings, id, b) {
		fmip_binding_remove(b, reason);
		cond_resched();
	}
	fmip_binding_reap(fn);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_binding_flush);

static bool matches_name_dev(struct fmip_binding *b,
			     const struct net_device *dev)
{
	struct fmip_match *m;
	unsigned int i, n;

	m = fmip_binding_matches(b, &n);
	for (i = 0; i < n; i++)
		if ((m[i].key.scope == FMIP_SCOPE_INTERFACE ||
		     m[i].key.scope == FMIP_SCOPE_VRF) &&
		    m[i].key.scope_id == dev->ifindex)
			return true;
	return false;
}

/**
 * fmip_binding_forget_dev() - end every binding that names a device
 * @fn: namespace
 * @dev: device that is being unregistered
 *
 * Context: process, RTNL and the namespace's lock held.
 */
void fmip_binding_forget_dev(struct fmip_net *fn, struct net_device *dev)
{
	struct fmip_binding *b;
	unsigned long id;

	xa_for_each(&fn->bindings, id, b) {
		if (fmip_plan_names_dev(plan_of(b), dev) ||
		    matches_name_dev(b, dev) ||
		    (b->more && fmip_proxy_list_names(&b->more->proxies, dev)))
			fmip_binding_remove(b, FMIP_DROP_DEVICE);
		cond_resched();
	}
	fmip_binding_reap(fn);
}
