// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many packets the timers of all bindings release in one run of their
 * softirq.
 *
 * The kernel runs all timers that have expired one after another, so that with
 * many bindings a limit for each of them is none for the processor.  What one
 * run may still send is kept for each processor.  A run looks at the clock once,
 * before its first timer, and runs only what has expired by then: a timer that
 * has expired after the budget was made full is of another run, or another
 * processor has set it meanwhile.
 *
 * Those that have expired first run first.  Who has sent something comes after all who
 * had to be put off, so that nobody is put off for ever.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/percpu.h>

#include "budget.h"
#include "gate.h"

/* So many are put off to the next run: it may find a budget for each of them. */
#define PUT_OFF_TOGETHER	FMIP_GATE_RUN

/**
 * struct run - what the timers of one processor have sent
 * @since_ns: when @left was made full
 * @left: packets that may still be sent
 * @put_off: timers that were put off since
 * @waiting: those that were put off before
 *
 * Bottom halves are off.
 */
struct run {
	u64 since_ns;
	u32 left;
	u32 put_off;
	u32 waiting;
};

static DEFINE_PER_CPU(struct run, run);

/**
 * struct ends - the holds that have ended on one processor
 * @when: the jiffy
 * @n: how many in it
 *
 * Bottom halves are off.
 */
struct ends {
	unsigned long when;
	u32 n;
};

static DEFINE_PER_CPU(struct ends, ends);

static void refill(struct run *r, u64 now_ns)
{
	r->since_ns = now_ns;
	r->left = FMIP_GATE_RUN;
	r->waiting = r->put_off;
	r->put_off = 0;
}

/* A nanosecond after whoever was put off before; the others in later runs. */
static u64 put_off(struct run *r)
{
	u32 n = r->put_off++;

	return r->since_ns + FMIP_GATE_PAUSE_NS + n +
	       n / PUT_OFF_TOGETHER * FMIP_GATE_TICK_NS;
}

/**
 * fmip_budget_left() - what the timer of a queue may send
 * @expired_ns: when it was to run, CLOCK_MONOTONIC
 * @until_ns: result, if that is nothing: until when to put it off
 *
 * Context: softirq.
 * Return: packets, at most FMIP_GATE_RUN.
 */
u32 fmip_budget_left(u64 expired_ns, u64 *until_ns)
{
	struct run *r = this_cpu_ptr(&run);

	if (expired_ns > r->since_ns)
		refill(r, ktime_get_ns());
	if (!r->left)
		*until_ns = put_off(r);
	return r->left;
}

/**
 * fmip_budget_arrival() - may what has been buffered be sent for an arrival?
 * @now_ns: the time, CLOCK_MONOTONIC
 *
 * Arrivals come many at a time, too.  They share what there is for timers, which
 * is made full for them once a millisecond.
 *
 * Context: bottom halves off.
 * Return: packets, at most FMIP_GATE_RUN.
 */
u32 fmip_budget_arrival(u64 now_ns)
{
	struct run *r = this_cpu_ptr(&run);

	if (now_ns - r->since_ns > NSEC_PER_MSEC)
		refill(r, now_ns);
	return r->left;
}

/**
 * fmip_budget_spend() - packets have been sent
 * @packets: how many, at most what fmip_budget_left() or fmip_budget_arrival()
 *	returned
 *
 * Context: bottom halves off since then.
 */
void fmip_budget_spend(u32 packets)
{
	struct run *r = this_cpu_ptr(&run);

	/* What is sent may be received at once, and let others send meanwhile. */
	r->left -= min(packets, r->left);
}

/**
 * fmip_budget_turn() - how long do others need who were put off?
 *
 * Context: bottom halves off.
 * Return: nanoseconds for which who has sent something lets them go first.
 */
u64 fmip_budget_turn(void)
{
	const struct run *r = this_cpu_ptr(&run);
	u32 waiting = max(r->waiting, r->put_off);

	return waiting ? (waiting / PUT_OFF_TOGETHER + 1) * FMIP_GATE_TICK_NS : 0;
}

/**
 * fmip_budget_hold_end() - may the time of a hold be over in this jiffy?
 * @later: result, if not: how many jiffies later it may
 *
 * All that have been set for one jiffy run in one softirq, and whoever listens is
 * told of each.
 *
 * Context: softirq.
 * Return: true if so.
 */
bool fmip_budget_hold_end(unsigned long *later)
{
	struct ends *e = this_cpu_ptr(&ends);
	unsigned long now = jiffies;

	if (e->when != now) {
		e->when = now;
		e->n = 0;
	}
	*later = e->n++ / FMIP_GATE_BUDGET;
	return !*later;
}
