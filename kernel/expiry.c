// SPDX-License-Identifier: GPL-2.0-only
/*
 * The deadlines of bindings.  Each has one timer, for the earliest of them; the
 * kernel's timer wheel does the rest in constant time.
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/timer.h>

#include "binding.h"
#include "budget.h"
#include "expiry.h"
#include "net.h"
#include "netlink.h"
#include "plan.h"
#include "queue.h"

/**
 * fmip_expiry_delay() - for how long to set a timer
 * @end: the deadline, in jiffies
 * @now: the time, in jiffies
 *
 * The wheel may run a far timer late by an eighth of its delay.  Those are set
 * that much early, and set again when they run.
 *
 * Return: jiffies.
 */
unsigned long fmip_expiry_delay(unsigned long end, unsigned long now)
{
	unsigned long delay = time_after(end, now) ? end - now : 0;

	return delay < 64 ? delay : delay - (delay >> 3);
}

/**
 * fmip_expiry_left_ms() - what is left until a deadline
 * @end: the deadline, in jiffies
 *
 * Return: milliseconds, at least 1.
 */
u32 fmip_expiry_left_ms(unsigned long end)
{
	unsigned long now = jiffies;

	if (!time_after(end, now))
		return 1;
	return clamp_t(u64, div_u64((u64)(end - now) * MSEC_PER_SEC, HZ), 1,
		       U32_MAX);
}

/* The earlier of two deadlines, of which the first may not have been set. */
static void earlier(bool *has, unsigned long *end, bool has_other,
		    unsigned long other)
{
	if (!has_other || (*has && time_before(*end, other)))
		return;
	*has = true;
	*end = other;
}

/**
 * fmip_expiry_arm() - set a binding's timer for its earliest deadline
 * @b: binding that has deadlines, or had
 *
 * Context: @b->lock held.  The timer of a binding that is dying, or that nobody
 * can find yet, is left alone.
 */
void fmip_expiry_arm(struct fmip_binding *b)
{
	struct fmip_more *more = b->more;
	unsigned long end = 0, now = jiffies;
	bool has = false;

	lockdep_assert_held(&b->lock);
	if (!more || b->dying || !b->id)
		return;
	earlier(&has, &end, more->has_lifetime, more->lifetime_end);
	earlier(&has, &end, more->has_hold_end, more->hold_end);
	earlier(&has, &end, more->has_plan_end, more->plan_end);
	if (has)
		mod_timer(&b->timer, now + fmip_expiry_delay(end, now));
	else
		del_timer(&b->timer);
}

/**
 * fmip_expiry_plan() - note when the first target or accept of a plan ends
 * @b: binding that has a new plan
 *
 * Context: process, the namespace's lock and @b->lock held.
 */
void fmip_expiry_plan(struct fmip_binding *b)
{
	struct fmip_more *more = b->more;
	const struct fmip_plan *plan;
	int i;

	lockdep_assert_held(&b->lock);
	plan = rcu_dereference_protected(b->plan,
					 lockdep_is_held(&b->fn->lock));
	more->has_plan_end = false;
	for (i = 0; i < plan->n_targets; i++)
		earlier(&more->has_plan_end, &more->plan_end,
			plan->target[i].has_end, plan->target[i].end);
	for (i = 0; i < plan->n_accepts; i++)
		earlier(&more->has_plan_end, &more->plan_end,
			fmip_plan_accepts(plan)[i].has_end,
			fmip_plan_accepts(plan)[i].end);
}

static bool over(bool has_end, unsigned long end, unsigned long now)
{
	return has_end && time_after_eq(now, end);
}

/* Copy @plan without what has ended; returns how much that was. */
static int copy_live(struct fmip_plan *draft, const struct fmip_plan *plan,
		     unsigned long now, int *targets)
{
	const struct fmip_accept *accept = fmip_plan_accepts(plan);
	int i, n = 0;

	*draft = *plan;
	draft->n_targets = 0;
	draft->n_accepts = 0;
	draft->n_links = 0;
	for (i = 0; i < plan->n_targets; i++) {
		if (over(plan->target[i].has_end, plan->target[i].end, now))
			continue;
		draft->n_links += plan->target[i].type == FMIP_TARGET_LINK;
		draft->target[draft->n_targets++] = plan->target[i];
	}
	*targets = plan->n_targets - draft->n_targets;
	for (i = 0; i < plan->n_accepts; i++) {
		if (over(accept[i].has_end, accept[i].end, now))
			continue;
		fmip_plan_accepts(draft)[draft->n_accepts++] = accept[i];
	}
	n = plan->n_accepts - draft->n_accepts;
	return *targets + n;
}

/* Set the plan, and the matches that its accepts have been made into. */
static bool replace(struct fmip_binding *b, struct fmip_plan *plan, bool accepts)
{
	struct fmip_match_list *list;
	struct fmip_match *old;
	unsigned int n;

	if (accepts) {
		old = fmip_binding_matches(b, &n);
		list = fmip_binding_match_list(old, n, plan);
		if (!list)
			return false;
		if (fmip_binding_set_matches(b, list)) {
			/* Other bindings' packets may be looking past it. */
			kfree_rcu(list, rcu);
			return false;
		}
	}
	fmip_binding_set_plan(b, plan);
	return true;
}

/**
 * fmip_expiry_prune() - take out of a binding the targets and accepts that have
 *	ended, and tell
 * @b: binding that is not dying
 *
 * They have not been used since; without memory they stay for a while longer.
 *
 * Context: process, the namespace's lock held.
 */
void fmip_expiry_prune(struct fmip_binding *b)
{
	struct fmip_plan *plan, *draft, *new;
	int ended, targets = 0;

	plan = rcu_dereference_protected(b->plan,
					 lockdep_is_held(&b->fn->lock));
	draft = kzalloc(struct_size(draft, target, plan->n_targets) +
			plan->n_accepts * sizeof(struct fmip_accept),
			GFP_KERNEL);
	if (!draft)
		return;
	ended = copy_live(draft, plan, jiffies, &targets);
	if (ended) {
		new = fmip_plan_make(b->fn, draft, plan->policy);
		if (!IS_ERR(new) && !replace(b, new, ended > targets)) {
			fmip_plan_put(b->fn, new);
			new = ERR_PTR(-ENOMEM);
		}
		if (!IS_ERR(new) && targets)
			fmip_netlink_expired(b, FMIP_TIMER_TARGET);
		if (!IS_ERR(new) && ended > targets)
			fmip_netlink_expired(b, FMIP_TIMER_ACCEPT);
	}
	kfree(draft);
}

/* What is left to do without the lock when a timer has run. */
enum after {
	NOTHING,
	TELL_HOLD,
	OPEN_HOLD,
};

static enum after hold_expired(struct fmip_binding *b)
{
	const struct fmip_policy *policy = rcu_dereference(b->plan)->policy;
	unsigned long later;

	if (!fmip_budget_hold_end(&later)) {
		b->more->hold_end = jiffies + later;
		fmip_expiry_arm(b);
		return NOTHING;
	}
	b->more->has_hold_end = false;
	if (policy->hold_expiry == FMIP_EXPIRY_DELETE &&
	    b->gate == FMIP_GATE_HOLD) {
		fmip_binding_die(b, FMIP_DROP_EXPIRED, FMIP_TIMER_HOLD);
		return NOTHING;
	}
	fmip_expiry_arm(b);
	/* A guard never drops: it has only waited for others to be through. */
	if (b->gate != FMIP_GATE_GUARD &&
	    (policy->hold_expiry != FMIP_EXPIRY_OPEN ||
	     b->gate != FMIP_GATE_HOLD))
		return TELL_HOLD;
	if (fmip_queue_start_open(b, ktime_get_ns(), FMIP_REPLAY_NONE))
		return OPEN_HOLD;
	/* Many may expire at once, and all of their timers run in one softirq. */
	fmip_queue_release_soon(b);
	return TELL_HOLD;
}

/* Called with @b->lock held. */
static enum after expired(struct fmip_binding *b, unsigned long now)
{
	struct fmip_more *more = b->more;

	if (b->dying)
		return NOTHING;
	if (more->has_lifetime && time_after_eq(now, more->lifetime_end)) {
		fmip_binding_die(b, FMIP_DROP_EXPIRED, FMIP_TIMER_BINDING);
		return NOTHING;
	}
	if (more->has_plan_end && time_after_eq(now, more->plan_end)) {
		more->has_plan_end = false;
		fmip_binding_prune_later(b);
	}
	if (more->has_hold_end && time_after_eq(now, more->hold_end))
		return hold_expired(b);
	fmip_expiry_arm(b);
	return NOTHING;
}

/**
 * fmip_expiry_run() - a binding's timer has run
 * @timer: the timer
 *
 * Context: softirq.
 */
void fmip_expiry_run(struct timer_list *timer)
{
	struct fmip_binding *b = from_timer(b, timer, timer);
	enum after after;

	rcu_read_lock();
	spin_lock(&b->lock);
	after = expired(b, jiffies);
	spin_unlock(&b->lock);
	if (after == OPEN_HOLD)
		fmip_queue_finish_open(b, true);
	if (after != NOTHING)
		fmip_netlink_expired(b, FMIP_TIMER_HOLD);
	rcu_read_unlock();
}
