// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many packets the timers of all bindings release in one run of their
 * softirq.
 *
 * The kernel runs all timers that have expired one after another, so that with
 * many bindings a limit for each of them is none for the processor.  What one
 * run may still send is kept for each processor.  A run looks at the clock once,
 * before its first timer, and runs only what has expired by then: a timer that
 * has expired after the budget was made full is of another run.
 */
#include <linux/ktime.h>
#include <linux/percpu.h>

#include "budget.h"
#include "gate.h"

/* So many that are put off are put off to the same moment. */
#define PUT_OFF_TOGETHER	(FMIP_GATE_BUDGET / FMIP_GATE_BURST / 2)

/**
 * struct run - what the timers of one processor have sent
 * @since_ns: when @left was made full
 * @left: packets that may still be sent
 * @put_off: timers that were put off since
 *
 * Bottom halves are off.
 */
struct run {
	u64 since_ns;
	u32 left;
	u32 put_off;
};

static DEFINE_PER_CPU(struct run, run);

/**
 * fmip_budget_left() - what the timer of a queue may send
 * @expired_ns: when it was to run, CLOCK_MONOTONIC
 * @later_ns: result, if that is nothing: for how long to put it off
 *
 * Those that are put off are spread, or each run would only find them and put
 * them off again.
 *
 * Context: softirq.
 * Return: packets, at most FMIP_GATE_BUDGET.
 */
u32 fmip_budget_left(u64 expired_ns, u64 *later_ns)
{
	struct run *r = this_cpu_ptr(&run);

	if (expired_ns > r->since_ns) {
		r->since_ns = ktime_get_ns();
		r->left = FMIP_GATE_BUDGET;
		r->put_off = 0;
	}
	if (!r->left)
		*later_ns = FMIP_GATE_TICK_NS *
			    (1 + r->put_off++ / PUT_OFF_TOGETHER);
	return r->left;
}

/**
 * fmip_budget_spend() - a timer has sent packets
 * @packets: how many, at most what fmip_budget_left() returned
 *
 * Context: softirq, in the same run.
 */
void fmip_budget_spend(u32 packets)
{
	this_cpu_ptr(&run)->left -= packets;
}
