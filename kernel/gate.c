// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gate transitions and release pacing (RFC 5568 section 5.4).
 *
 * A release replays what arrived, faster: a packet that came t after the first
 * one is due t / s after the release began, s being the speed-up.  So the rate
 * is the one at which packets entered the buffer, times s, at every moment.  New
 * packets queue behind.  They are due when the replay has caught up with the
 * clock, which takes hold time / (s - 1), whatever the pattern of arrivals.
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
 * @then: FMIP_GATE_OPEN or FMIP_GATE_COPY, for FMIP_GATE_STEP_EMPTY: what it
 *	had been told before
 *
 * A link that is lost again while draining takes the gate back to hold; that
 * the last packets of the interrupted release leave later changes nothing.
 *
 * Return: where it stands then.
 */
enum fmip_gate fmip_gate_next(enum fmip_gate gate, enum fmip_gate_step step,
			      bool idle, enum fmip_gate then)
{
	switch (step) {
	case FMIP_GATE_STEP_HOLD:
		return FMIP_GATE_HOLD;
	case FMIP_GATE_STEP_GUARD:
		return FMIP_GATE_GUARD;
	case FMIP_GATE_STEP_OPEN:
		return idle || gate == FMIP_GATE_OPEN ? FMIP_GATE_OPEN :
							FMIP_GATE_DRAINING;
	case FMIP_GATE_STEP_COPY:
		return idle || gate == FMIP_GATE_OPEN ? FMIP_GATE_COPY :
							FMIP_GATE_DRAINING;
	case FMIP_GATE_STEP_EMPTY:
		return gate == FMIP_GATE_DRAINING && idle ? then : gate;
	}
	return gate;
}

/**
 * fmip_pace_begin() - begin a release
 * @pace: state of the release
 * @now_ns: the time
 * @first_ns: when the oldest packet had arrived
 */
void fmip_pace_begin(struct fmip_pace *pace, u64 now_ns, u64 first_ns)
{
	*pace = (struct fmip_pace) {
		.start_ns = now_ns,
		.first_ns = first_ns,
		.started = true,
	};
}

/* What may be sent one after another while timers are on time. */
static u64 on_time(const struct fmip_pace_policy *policy,
		   const struct fmip_pace *pace, u64 arrived, u64 over_ns)
{
	u64 in_a_tick;

	if (!pace->sent)
		return FMIP_GATE_BURST;
	if (policy->release == FMIP_RELEASE_RATE)
		in_a_tick = div_u64(policy->rate * FMIP_GATE_TICK_NS,
				    NSEC_PER_SEC);
	else
		in_a_tick = div64_u64(arrived * policy->speedup *
				      (FMIP_GATE_TICK_NS / 100), over_ns + 1);
	return max_t(u64, 2 * in_a_tick + 1, FMIP_GATE_BURST);
}

/* One late timer is made up for in bursts; late timers make them larger. */
static u32 extra(const struct fmip_pace *pace, u64 now_ns)
{
	if (now_ns - pace->ran_ns < 2 * FMIP_GATE_TICK_NS)
		return pace->extra / 2;
	if (!pace->sent || pace->left)
		return pace->extra;
	return min_t(u32, pace->extra * 2 + FMIP_GATE_BURST, FMIP_GATE_BUDGET);
}

/**
 * fmip_pace_most() - how many packets may be sent one after another now
 * @policy: how to release
 * @pace: state of the release
 * @now_ns: the time
 * @arrived: packets that arrived since the hold began
 * @over_ns: the time that they took
 *
 * No more than RFC 5568 allows, unless timers cannot keep up with that: then
 * what is metered to arrive in a tick, times the speed-up, and more if timers
 * keep being late.  The gate must open.
 *
 * Return: a number of packets, at most FMIP_GATE_BUDGET.
 */
u32 fmip_pace_most(const struct fmip_pace_policy *policy,
		   struct fmip_pace *pace, u64 now_ns, u64 arrived,
		   u64 over_ns)
{
	if (policy->release == FMIP_RELEASE_IMMEDIATE)
		return FMIP_GATE_BUDGET;
	pace->extra = extra(pace, now_ns);
	pace->left = min_t(u64, on_time(policy, pace, arrived, over_ns) +
			   pace->extra, FMIP_GATE_BUDGET);
	pace->ran_ns = now_ns;
	return pace->left;
}

/* When a packet is due that arrived at @since_ns; 0 if it always is. */
static u64 due_ns(const struct fmip_pace_policy *policy,
		  const struct fmip_pace *pace, u64 since_ns)
{
	if (pace->sent < FMIP_GATE_BURST)
		return 0;
	switch (policy->release) {
	case FMIP_RELEASE_RFC5568:
		/* A guard has put what came later in front. */
		if (since_ns <= pace->first_ns)
			return pace->start_ns;
		return pace->start_ns +
		       div_u64((since_ns - pace->first_ns) * 100,
			       policy->speedup);
	case FMIP_RELEASE_RATE:
		return pace->start_ns +
		       div_u64((pace->sent + 1 - FMIP_GATE_BURST) *
			       NSEC_PER_SEC, policy->rate);
	default:
		return 0;
	}
}

/**
 * fmip_pace_take() - may the oldest packet go now?
 * @policy: how to release
 * @pace: state of the release; counts the packet if it may
 * @now_ns: the time
 * @since_ns: when the packet had arrived
 *
 * Return: true if so.
 */
bool fmip_pace_take(const struct fmip_pace_policy *policy,
		    struct fmip_pace *pace, u64 now_ns, u64 since_ns)
{
	if (due_ns(policy, pace, since_ns) > now_ns)
		return false;
	pace->sent++;
	pace->left--;
	return true;
}

/**
 * fmip_pace_wait() - how long until the oldest packet may go
 * @policy: how to release
 * @pace: state of the release
 * @now_ns: the time
 * @since_ns: when the packet had arrived
 *
 * Between two batches the processor has other things to do, also where packets
 * are released one after another.
 *
 * Return: nanoseconds from @now_ns; 0 if it may go at once.
 */
u64 fmip_pace_wait(const struct fmip_pace_policy *policy,
		   const struct fmip_pace *pace, u64 now_ns, u64 since_ns)
{
	u64 next;

	if (policy->release == FMIP_RELEASE_IMMEDIATE)
		return FMIP_GATE_PAUSE_NS;
	next = max_t(u64, due_ns(policy, pace, since_ns),
		     pace->ran_ns + FMIP_GATE_TICK_NS);
	return next > now_ns ? next - now_ns : 0;
}
