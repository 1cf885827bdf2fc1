// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gate transitions and release pacing (RFC 5568 section 5.4).
 *
 * The rate of a release comes from the packets that are still buffered: they
 * arrived over @span, so @queued / @span is the rate at which they arrived,
 * smoothed over just the window that has yet to be sent.  Released at that
 * rate times s, the oldest packet's arrival time advances by s seconds a
 * second while the clock, and with it the newest packet, advances by one.  The
 * two meet after hold time / (s - 1), whatever the pattern of arrivals.
 */
#include "gate.h"

#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>
#endif

/**
 * fmip_gate_next() - where a step takes a gate
 * @gate: where it stands
 * @step: what happens
 * @idle: nothing is buffered, and nothing that was is still being sent
 *
 * A link that is lost again while draining takes the gate back to hold; that
 * the last packets of the interrupted release leave later changes nothing.
 *
 * Return: where it stands then.
 */
enum fmip_gate fmip_gate_next(enum fmip_gate gate, enum fmip_gate_step step,
			      bool idle)
{
	switch (step) {
	case FMIP_GATE_STEP_HOLD:
		return FMIP_GATE_HOLD;
	case FMIP_GATE_STEP_OPEN:
		return idle || gate == FMIP_GATE_OPEN ? FMIP_GATE_OPEN :
							FMIP_GATE_DRAINING;
	case FMIP_GATE_STEP_EMPTY:
		return gate == FMIP_GATE_DRAINING && idle ?
			FMIP_GATE_OPEN : gate;
	}
	return gate;
}

/**
 * fmip_pace_interval() - the time that one packet is given
 * @policy: how to release
 * @queued: packets still buffered
 * @span_ns: from the arrival of the oldest to that of the newest of them
 *
 * Return: nanoseconds; 0 means that nothing is to be paced.
 */
u64 fmip_pace_interval(const struct fmip_pace_policy *policy, u32 queued,
		       u64 span_ns)
{
	switch (policy->release) {
	case FMIP_RELEASE_RATE:
		return div_u64(NSEC_PER_SEC, policy->rate);
	case FMIP_RELEASE_RFC5568:
		if (!queued)
			return 1;
		return max_t(u64, 1, div64_u64(span_ns * 100,
					       (u64)queued * policy->speedup));
	default:
		return 0;
	}
}

/**
 * fmip_pace_due() - how many packets may be sent now
 * @pace: state of the release; advanced by what is returned
 * @now_ns: the time
 * @interval_ns: what fmip_pace_interval() says
 *
 * The first call allows the burst of RFC 5568.  Later ones allow what has come
 * due since, never more than that burst unless packets are due faster than
 * timers run.  What a late timer leaves undone is not made up for at once.
 *
 * Return: a number of packets, at most FMIP_GATE_BUDGET.
 */
u32 fmip_pace_due(struct fmip_pace *pace, u64 now_ns, u64 interval_ns)
{
	u32 most = FMIP_GATE_BURST;
	u64 due;

	if (!pace->started) {
		pace->started = true;
		pace->last_ns = now_ns;
		return interval_ns ? FMIP_GATE_BURST : FMIP_GATE_BUDGET;
	}
	if (!interval_ns)
		return FMIP_GATE_BUDGET;
	if (interval_ns * FMIP_GATE_BURST < FMIP_GATE_TICK_NS)
		most = min_t(u64, div64_u64(FMIP_GATE_TICK_NS, interval_ns) + 1,
			     FMIP_GATE_BUDGET);
	due = div64_u64(now_ns - pace->last_ns, interval_ns);
	if (due > most) {
		pace->last_ns = now_ns;
		return most;
	}
	pace->last_ns += due * interval_ns;
	return due;
}

/**
 * fmip_pace_wait() - how long until the next packet is due
 * @pace: state of the release
 * @now_ns: the time
 * @interval_ns: what fmip_pace_interval() says
 *
 * Return: nanoseconds from @now_ns; 0 if it is due.
 */
u64 fmip_pace_wait(const struct fmip_pace *pace, u64 now_ns, u64 interval_ns)
{
	u64 next;

	if (!interval_ns)
		return 0;
	next = pace->last_ns + max_t(u64, interval_ns, FMIP_GATE_TICK_NS);
	return next > now_ns ? next - now_ns : 0;
}
