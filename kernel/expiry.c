// SPDX-License-Identifier: GPL-2.0-only
/*
 * The deadlines of bindings.  Each has one timer, for the earliest of them; the
 * kernel's timer wheel does the rest in constant time.
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/timer.h>

#include "binding.h"
#include "expiry.h"
#include "netlink.h"
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

/**
 * fmip_expiry_arm() - set a binding's timer for its earliest deadline
 * @b: binding
 *
 * Context: @b->lock held.  The timer of a binding that is dying, or that nobody
 * can find yet, is left alone.
 */
void fmip_expiry_arm(struct fmip_binding *b)
{
	unsigned long end, now = jiffies;

	lockdep_assert_held(&b->lock);
	if (b->dying || !b->id)
		return;
	if (b->has_lifetime && b->has_hold_end)
		end = time_before(b->hold_end, b->lifetime_end) ?
			b->hold_end : b->lifetime_end;
	else if (b->has_lifetime)
		end = b->lifetime_end;
	else if (b->has_hold_end)
		end = b->hold_end;
	else
		end = 0;

	if (b->has_lifetime || b->has_hold_end)
		mod_timer(&b->timer, now + fmip_expiry_delay(end, now));
	else
		del_timer(&b->timer);
}

/* What is left to do without the lock when a timer has run. */
enum after {
	NOTHING,
	TELL_HOLD,
	OPEN_HOLD,
	OPEN_EMPTY_HOLD,
};

static enum after hold_expired(struct fmip_binding *b)
{
	struct fmip_plan *plan = rcu_dereference(b->plan);

	b->has_hold_end = false;
	if (plan->hold_expiry == FMIP_EXPIRY_DELETE) {
		fmip_binding_die(b, FMIP_DROP_EXPIRED, FMIP_TIMER_HOLD);
		return NOTHING;
	}
	fmip_expiry_arm(b);
	if (plan->hold_expiry != FMIP_EXPIRY_OPEN || b->gate != FMIP_GATE_HOLD)
		return TELL_HOLD;
	return fmip_queue_start_open(b, ktime_get_ns()) ? OPEN_EMPTY_HOLD :
							  OPEN_HOLD;
}

/* Called with @b->lock held. */
static enum after expired(struct fmip_binding *b, unsigned long now)
{
	if (b->dying)
		return NOTHING;
	if (b->has_lifetime && time_after_eq(now, b->lifetime_end)) {
		fmip_binding_die(b, FMIP_DROP_EXPIRED, FMIP_TIMER_BINDING);
		return NOTHING;
	}
	if (b->has_hold_end && time_after_eq(now, b->hold_end))
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
	if (after == OPEN_HOLD || after == OPEN_EMPTY_HOLD)
		fmip_queue_finish_open(b, after == OPEN_EMPTY_HOLD);
	if (after != NOTHING)
		fmip_netlink_expired(b, FMIP_TIMER_HOLD);
	rcu_read_unlock();
}
