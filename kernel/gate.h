/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gate of a binding: its transitions, and how buffered packets are paced.
 * Pure arithmetic on what the caller hands in, so that it also builds and is
 * tested outside the kernel.
 */
#ifndef _FMIP_GATE_H
#define _FMIP_GATE_H

#include <linux/fmip.h>
#include <linux/types.h>

/* RFC 5568 section 5.4: how many may be sent one after another. */
#define FMIP_GATE_BURST		5

/* No timer runs more often; a faster release sends more at a time. */
#define FMIP_GATE_TICK_NS	100000ULL

/* For so long the processor has other things to do between two batches. */
#define FMIP_GATE_PAUSE_NS	10000ULL

/*
 * Most packets that are sent, or dropped, without letting go of the processor, by
 * one request, or for one packet.
 */
#define FMIP_GATE_BUDGET	64

/*
 * The same by the timers of all bindings in one run of their softirq: nearly as many
 * as the stack takes in one of its own (net.core.netdev_budget), or what comes would
 * be more than what goes where the processor has no time for more.
 */
#define FMIP_GATE_RUN		256

/**
 * enum fmip_gate_step - what moves a gate
 * @FMIP_GATE_STEP_HOLD: buffer from now on
 * @FMIP_GATE_STEP_OPEN: release what is buffered, then let pass
 * @FMIP_GATE_STEP_COPY: release what is buffered, then let pass and keep copies
 * @FMIP_GATE_STEP_GUARD: buffer what does not come by the old path
 * @FMIP_GATE_STEP_EMPTY: the queue is empty and its last packets have left
 */
enum fmip_gate_step {
	FMIP_GATE_STEP_HOLD,
	FMIP_GATE_STEP_OPEN,
	FMIP_GATE_STEP_COPY,
	FMIP_GATE_STEP_GUARD,
	FMIP_GATE_STEP_EMPTY,
};

/**
 * struct fmip_pace_policy - how a binding releases
 * @speedup: percent of the arrival rate, for FMIP_RELEASE_RFC5568
 * @rate: packets per second, for FMIP_RELEASE_RATE
 * @release: enum fmip_release
 */
struct fmip_pace_policy {
	u32 speedup;
	u32 rate;
	u8 release;
};

/**
 * struct fmip_pace - where a release has got to
 * @start_ns: when it began
 * @first_ns: when the first packet of it had arrived
 * @ran_ns: when packets were last allowed
 * @sent: how many have been allowed
 * @left: how many more might have been, the last time
 * @extra: what is added because timers keep being late
 * @started: it has begun
 */
struct fmip_pace {
	u64 start_ns;
	u64 first_ns;
	u64 ran_ns;
	u64 sent;
	u32 left;
	u32 extra;
	bool started;
};

enum fmip_gate fmip_gate_next(enum fmip_gate gate, enum fmip_gate_step step,
			      bool idle, enum fmip_gate then);
void fmip_pace_begin(struct fmip_pace *pace, u64 now_ns, u64 first_ns);
u32 fmip_pace_most(const struct fmip_pace_policy *policy,
		   struct fmip_pace *pace, u64 now_ns, u64 arrived,
		   u64 over_ns);
bool fmip_pace_take(const struct fmip_pace_policy *policy,
		    struct fmip_pace *pace, u64 now_ns, u64 since_ns);
u64 fmip_pace_wait(const struct fmip_pace_policy *policy,
		   const struct fmip_pace *pace, u64 now_ns, u64 since_ns);

#endif /* _FMIP_GATE_H */
