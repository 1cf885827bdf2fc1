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

#include "binding.h"
#include "expiry.h"
#include "net.h"
#include "netlink.h"
#include "proxy.h"
#include "queue.h"
#include "tunnel.h"

/**
 * fmip_plan_alloc() - make an empty plan
 * @n_targets: room for that many targets
 * @n_accepts: room for that many accepts
 *
 * Context: process.
 * Return: the plan, which the caller owns; NULL if there is
 * no memory.
 */
struct fmip_plan *fmip_plan_alloc(unsigned int n_targets,
				  unsigned int n_accepts)
{
	struct fmip_plan *plan;

	plan = kzalloc(struct_size(plan, target, n_targets) +
		       n_accepts * sizeof(*plan->accept), GFP_KERNEL_ACCOUNT);
	if (plan)
		plan->accept = (struct fmip_accept *)&plan->target[n_targets];
	return plan;
}

static void plan_put_tunnels(struct fmip_plan *plan)
{
	int i;

	for (i = 0; i < plan->n_targets; i++)
		if (plan->target[i].tunnel)
			fmip_tunnel_put(plan->target[i].tunnel);
	for (i = 0; i < plan->n_accepts; i++)
		fmip_tunnel_put_accept(plan->accept[i].tunnel);
}

/**
 * fmip_plan_free() - free a plan once no packet looks at it
 * @plan: plan, or NULL; its uses of tunnels end
 *
 * Context: process, the namespace's lock held.
 */
void fmip_plan_free(struct fmip_plan *plan)
{
	if (!plan)
		return;
	plan_put_tunnels(plan);
	kfree_rcu(plan, rcu);
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
	struct fmip_binding *b = kzalloc(sizeof(*b), GFP_KERNEL_ACCOUNT);

	if (!b)
		return NULL;
	b->fn = fn;
	b->gate = FMIP_GATE_OPEN;
	spin_lock_init(&b->lock);
	timer_setup(&b->timer, fmip_expiry_run, 0);
	INIT_LIST_HEAD(&b->proxies);
	return b;
}

static void free_rcu(struct rcu_head *rcu)
{
	struct fmip_binding *b = container_of(rcu, struct fmip_binding, rcu);

	kfree(rcu_dereference_protected(b->plan, true));
	kfree(b->matches);
	kfree(b->queue);
	kfree(b->drops);
	kfree(b);
}

static void set_dying(struct fmip_binding *b, enum fmip_drop reason)
{
	lockdep_assert_held(&b->lock);
	WRITE_ONCE(b->dying, true);
	b->reap_reason = reason;
}

/**
 * fmip_binding_free() - free a binding whose publication failed, or was not
 *	tried
 * @b: binding; its plan's uses of tunnels end
 *
 * A packet may have found it by the first of its matches.
 *
 * Context: process, the namespace's lock held.
 */
void fmip_binding_free(struct fmip_binding *b)
{
	struct fmip_plan *plan = rcu_dereference_protected(b->plan, true);

	spin_lock_bh(&b->lock);
	set_dying(b, FMIP_DROP_DELETED);
	spin_unlock_bh(&b->lock);
	timer_shutdown_sync(&b->timer);
	fmip_queue_end(b);
	if (plan)
		plan_put_tunnels(plan);
	call_rcu(&b->rcu, free_rcu);
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
	int err;

	lockdep_assert_held(&fn->lock);
	if (id)
		err = xa_insert(&fn->bindings, id, b, GFP_KERNEL_ACCOUNT);
	else
		err = xa_alloc(&fn->bindings, &id, b,
			       XA_LIMIT(1, U32_MAX), GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	b->id = id;

	err = fmip_match_list_swap(&fn->matches, NULL, b->matches);
	if (err) {
		xa_erase(&fn->bindings, id);
		if (err == -EEXIST)
			NL_SET_ERR_MSG(extack,
				       "a match belongs to another binding");
		return err;
	}
	fn->n_bindings++;
	spin_lock_bh(&b->lock);
	fmip_expiry_arm(b);
	spin_unlock_bh(&b->lock);
	return 0;
}

/**
 * fmip_binding_set_plan() - replace a binding's plan
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
	fmip_plan_free(old);
}

/**
 * fmip_binding_die() - end a binding from a context that cannot take it apart
 * @b: binding that is not dying
 * @reason: for the packets that it still has
 * @timer: which timer, if @reason is FMIP_DROP_EXPIRED
 *
 * Context: @b->lock held, bottom halves off.
 */
void fmip_binding_die(struct fmip_binding *b, enum fmip_drop reason,
		      enum fmip_timer timer)
{
	struct fmip_net *fn = b->fn;

	set_dying(b, reason);
	b->reap_timer = timer;
	/* Under the lock: who finds it dying finds it in the list. */
	llist_add(&b->reap, &fn->reap_bindings);
	queue_work(system_unbound_wq, &fn->reap_work);
}

/* Take a dying binding apart.  The namespace's lock is held. */
static void take_apart(struct fmip_binding *b)
{
	struct fmip_net *fn = b->fn;

	lockdep_assert_held(&fn->lock);
	fmip_match_list_swap(&fn->matches, b->matches, NULL);
	xa_erase(&fn->bindings, b->id);
	fn->n_bindings--;
	fmip_proxy_list_end(fn, &b->proxies);
	timer_shutdown_sync(&b->timer);
	fmip_queue_end(b);
	if (b->reap_reason == FMIP_DROP_EXPIRED)
		fmip_netlink_expired(b, b->reap_timer);
	else if (b->reap_reason == FMIP_DROP_DEVICE)
		fmip_netlink_removed(b);
	plan_put_tunnels(rcu_dereference_protected(b->plan,
						   lockdep_is_held(&fn->lock)));
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
	if (won)
		set_dying(b, reason);
	spin_unlock_bh(&b->lock);
	if (won)
		take_apart(b);
	return won;
}

/**
 * fmip_binding_reap() - take apart what has been buried
 * @fn: namespace
 *
 * Context: process, the namespace's lock held.
 */
void fmip_binding_reap(struct fmip_net *fn)
{
	struct llist_node *list = llist_del_all(&fn->reap_bindings);
	struct fmip_binding *b, *next;

	lockdep_assert_held(&fn->lock);
	llist_for_each_entry_safe(b, next, list, reap) {
		take_apart(b);
		cond_resched();
	}
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

	xa_for_each(&fn->bindings, id, b) {
		fmip_binding_remove(b, reason);
		cond_resched();
	}
	fmip_binding_reap(fn);
}

static bool plan_names(const struct fmip_plan *plan,
		       const struct net_device *dev)
{
	int i;

	for (i = 0; i < plan->n_targets; i++)
		if (plan->target[i].dev == dev)
			return true;
	return plan->attach.ifindex == dev->ifindex;
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
		struct fmip_plan *plan;

		plan = rcu_dereference_protected(b->plan,
						 lockdep_is_held(&fn->lock));
		if (plan_names(plan, dev) ||
		    fmip_proxy_list_names(&b->proxies, dev))
			fmip_binding_remove(b, FMIP_DROP_DEVICE);
		cond_resched();
	}
	fmip_binding_reap(fn);
}
