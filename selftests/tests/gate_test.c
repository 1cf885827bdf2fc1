// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel/gate.c as it is: each transition, and whole releases in virtual time.
 *
 * A release is run as kernel/queue.c runs it: take what is due, set the timer
 * for the next, take again when it fires.  Sending takes no time.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "gate.h"

#define US	1000ULL
#define MS	(1000 * US)
#define SEC	(1000 * MS)

#define NEVER	UINT64_MAX
#define PACKETS	(1 << 20)

static const u32 rates[] = {
	10, 50, 100, 1000, 5000, 10000, 20000, 50000, 100000, 200000,
};

static const u32 speedups[] = { 110, 150, 200, 400 };

#define for_each_of(i, array)	for (i = 0; i < sizeof(array) / sizeof((array)[0]); i++)

/* When each packet arrived, and left. */
static u64 arrival[PACKETS], sent[PACKETS];

/*
 * @n packets arrive.  The gate is on hold from 0 and is told to open at @hold;
 * a timer runs up to @late after its time, and one in @stall_every is late by
 * @stall.
 */
struct run {
	size_t n;
	u64 hold;
	u64 late;
	u64 stall;
	u32 stall_every;
	struct fmip_pace_policy policy;

	size_t released;
	u64 opened;
	u32 first_burst;
	u32 largest_burst;
};

/* Small, and the same everywhere. */
static u64 random_below(u64 limit)
{
	static u64 state = 1;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return limit ? (state >> 33) % limit : 0;
}

static size_t arrived_by(const struct run *r, size_t from, u64 now)
{
	while (from < r->n && arrival[from] <= now)
		from++;
	return from;
}

static u64 lateness(const struct run *r, u32 wakeup)
{
	if (r->stall_every && wakeup % r->stall_every == r->stall_every - 1)
		return r->stall;
	return random_below(r->late);
}

static void note_burst(struct run *r, u32 wakeup, u32 n)
{
	if (!wakeup)
		r->first_burst = n;
	else if (n > r->largest_burst)
		r->largest_burst = n;
}

/* Until the queue is empty, or until @end: then r->opened is NEVER. */
static void release(struct run *r, u64 end)
{
	struct fmip_pace pace = { 0 };
	size_t head = 0, tail = 0;
	u64 now = r->hold, wait;
	u32 wakeup;

	r->opened = NEVER;
	for (wakeup = 0; now < end; wakeup++) {
		size_t before = head;
		u32 most;

		tail = arrived_by(r, tail, now);
		if (!pace.started)
			fmip_pace_begin(&pace, now, arrival[head]);
		most = fmip_pace_most(&r->policy, &pace, now, tail, now - arrival[0]);
		while (most-- && head < tail &&
		       fmip_pace_take(&r->policy, &pace, now, arrival[head]))
			sent[head++] = now;
		note_burst(r, wakeup, head - before);
		r->released = head;
		if (head == tail) {
			r->opened = now;
			return;
		}
		wait = fmip_pace_wait(&r->policy, &pace, now, arrival[head]);
		assert_true(wait >= (r->policy.release == FMIP_RELEASE_IMMEDIATE ?
				     FMIP_GATE_PAUSE_NS : FMIP_GATE_TICK_NS));
		now += wait + lateness(r, wakeup);
	}
}

/* Packets at an even rate, from 0 until @end. */
static void steady(struct run *r, u32 rate, u64 end)
{
	size_t i;

	r->n = end / SEC * rate + end % SEC * rate / SEC + 1;
	assert_in_range(r->n, 1, PACKETS);
	for (i = 0; i < r->n; i++)
		arrival[i] = i * SEC / rate;
}

static struct run rfc5568(u32 speedup, u64 hold)
{
	return (struct run){
		.hold = hold,
		.policy = { .speedup = speedup, .release = FMIP_RELEASE_RFC5568 },
	};
}

static void at_each_rate(void (*test)(u32 rate, u32 speedup))
{
	size_t i, j;

	for_each_of(i, rates)
		for_each_of(j, speedups)
			test(rates[i], speedups[j]);
}

/* Long enough for some packets to be there. */
static u64 hold_for(u32 rate)
{
	return rate < 1000 ? 3 * SEC : rate < 20000 ? 300 * MS : 100 * MS;
}

/* The speed-up in percent that the timer and the budget leave of it. */
static u64 possible_speedup(u32 speedup, u32 rate)
{
	u64 most = FMIP_GATE_BUDGET * (SEC / FMIP_GATE_TICK_NS) * 100 / rate;

	return speedup < most ? speedup : most;
}

/* What the design promises, and some per cent. */
static u64 allowed(u64 hold, u64 speedup)
{
	return hold * 100 / (speedup - 100) * 105 / 100 + MS;
}

/* Runs @r, and says which it was if it does not open in time. */
static void opens_within(struct run *r, u64 bound, u64 rate, const char *what)
{
	release(r, r->hold + 10 * bound);
	if (r->opened >= r->hold && r->opened <= r->hold + bound)
		return;
	if (r->opened == NEVER)
		fail_msg("speed-up %u, %s %lu: not open after %lu ms, %lu allowed",
			 r->policy.speedup, what, rate, 10 * bound / MS, bound / MS);
	fail_msg("speed-up %u, %s %lu: open after %lu ms, %lu allowed",
		 r->policy.speedup, what, rate, (r->opened - r->hold) / MS, bound / MS);
}

#define LAST_GATE	FMIP_GATE_GUARD
#define LAST_STEP	FMIP_GATE_STEP_EMPTY

/* What the release had been told before. */
#define AS_TOLD		(LAST_GATE + 1)

/* Where each step takes each gate, with something in the queue and without. */

static const struct {
	int busy, idle;
} next[LAST_STEP + 1][LAST_GATE + 1] = {
	[FMIP_GATE_STEP_HOLD] = {
		[FMIP_GATE_OPEN] = { FMIP_GATE_HOLD, FMIP_GATE_HOLD },
		[FMIP_GATE_HOLD] = { FMIP_GATE_HOLD, FMIP_GATE_HOLD },
		[FMIP_GATE_DRAINING] = { FMIP_GATE_HOLD, FMIP_GATE_HOLD },
		[FMIP_GATE_COPY] = { FMIP_GATE_HOLD, FMIP_GATE_HOLD },
		[FMIP_GATE_GUARD] = { FMIP_GATE_HOLD, FMIP_GATE_HOLD },
	},
	[FMIP_GATE_STEP_OPEN] = {
		[FMIP_GATE_OPEN] = { FMIP_GATE_OPEN, FMIP_GATE_OPEN },
		[FMIP_GATE_HOLD] = { FMIP_GATE_DRAINING, FMIP_GATE_OPEN },
		[FMIP_GATE_DRAINING] = { FMIP_GATE_DRAINING, FMIP_GATE_OPEN },
		[FMIP_GATE_COPY] = { FMIP_GATE_DRAINING, FMIP_GATE_OPEN },
		[FMIP_GATE_GUARD] = { FMIP_GATE_DRAINING, FMIP_GATE_OPEN },
	},
	[FMIP_GATE_STEP_COPY] = {
		[FMIP_GATE_OPEN] = { FMIP_GATE_COPY, FMIP_GATE_COPY },
		[FMIP_GATE_HOLD] = { FMIP_GATE_DRAINING, FMIP_GATE_COPY },
		[FMIP_GATE_DRAINING] = { FMIP_GATE_DRAINING, FMIP_GATE_COPY },
		[FMIP_GATE_COPY] = { FMIP_GATE_DRAINING, FMIP_GATE_COPY },
		[FMIP_GATE_GUARD] = { FMIP_GATE_DRAINING, FMIP_GATE_COPY },
	},
	[FMIP_GATE_STEP_GUARD] = {
		[FMIP_GATE_OPEN] = { FMIP_GATE_GUARD, FMIP_GATE_GUARD },
		[FMIP_GATE_HOLD] = { FMIP_GATE_GUARD, FMIP_GATE_GUARD },
		[FMIP_GATE_DRAINING] = { FMIP_GATE_GUARD, FMIP_GATE_GUARD },
		[FMIP_GATE_COPY] = { FMIP_GATE_GUARD, FMIP_GATE_GUARD },
		[FMIP_GATE_GUARD] = { FMIP_GATE_GUARD, FMIP_GATE_GUARD },
	},
	[FMIP_GATE_STEP_EMPTY] = {
		[FMIP_GATE_OPEN] = { FMIP_GATE_OPEN, FMIP_GATE_OPEN },
		[FMIP_GATE_HOLD] = { FMIP_GATE_HOLD, FMIP_GATE_HOLD },
		[FMIP_GATE_DRAINING] = { FMIP_GATE_DRAINING, AS_TOLD },
		[FMIP_GATE_COPY] = { FMIP_GATE_COPY, FMIP_GATE_COPY },
		[FMIP_GATE_GUARD] = { FMIP_GATE_GUARD, FMIP_GATE_GUARD },
	},
};

static void goes_to(int gate, int step, bool idle, int then, int wanted)
{
	int got = fmip_gate_next(gate, step, idle, then);

	if (got != (wanted == AS_TOLD ? then : wanted))
		fail_msg("gate %d, step %d, %s, told %d: %d", gate, step,
			 idle ? "idle" : "busy", then, got);
}

static void transitions(void **state)
{
	static const int then[] = { FMIP_GATE_OPEN, FMIP_GATE_COPY };
	int gate, step;
	size_t i;

	(void)state;
	for (step = 0; step <= LAST_STEP; step++)
		for (gate = 0; gate <= LAST_GATE; gate++)
			for_each_of(i, then) {
				goes_to(gate, step, false, then[i], next[step][gate].busy);
				goes_to(gate, step, true, then[i], next[step][gate].idle);
			}
}

static bool lets_pass(int gate)
{
	return gate == FMIP_GATE_OPEN || gate == FMIP_GATE_COPY;
}

/* A gate that begins to let pass has nothing left that could be overtaken. */
static void opens_only_when_idle(void **state)
{
	int gate, step;

	(void)state;
	for (gate = 0; gate <= LAST_GATE; gate++)
		for (step = 0; step <= LAST_STEP; step++) {
			if (lets_pass(gate))
				continue;
			assert_false(lets_pass(fmip_gate_next(gate, step, false, FMIP_GATE_OPEN)));
			assert_false(lets_pass(fmip_gate_next(gate, step, false, FMIP_GATE_COPY)));
		}
}

static void first_burst_at(u32 rate, u32 speedup)
{
	struct run r = rfc5568(speedup, hold_for(rate));

	steady(&r, rate, r.hold);
	release(&r, NEVER);
	assert_in_range(r.first_burst, 1, 5);
}

/* RFC 5568: "A maximum of 5 packets MAY be sent one after another". */
static void first_burst(void **state)
{
	(void)state;
	at_each_rate(first_burst_at);
}

/* Packet @k has gone at most as early as the rate allows. */
static void not_early(const struct run *r, size_t k, double per_ns, double tick)
{
	double most = 5 + tick + (sent[k] - r->hold) * per_ns;

	assert_true(k <= most * 1.03);
}

static void spacing_at(u32 rate, u32 speedup)
{
	struct run r = rfc5568(speedup, hold_for(rate));
	double per_ns = rate * speedup / 100.0 / SEC;
	double tick = per_ns * FMIP_GATE_TICK_NS + 1;
	size_t k;
	u64 took;

	if (possible_speedup(speedup, rate) < speedup)
		return;
	steady(&r, rate, r.hold);
	release(&r, NEVER);
	assert_int_equal(r.released, r.n);
	/* The last few are metered by few. */
	for (k = 0; k + 50 < r.n; k++)
		not_early(&r, k, per_ns, tick);
	took = r.opened - r.hold;
	assert_true(took <= r.n / per_ns * 1.03 + MS);
	if (r.n > 500)
		assert_true(took >= (r.n - 5) / per_ns * 0.95 - MS);
	assert_true(r.largest_burst <= (tick < 5 ? 5 : tick + 1));
}

/*
 * "... all subsequent packets SHOULD use a sending rate that is determined by
 * metering": at no time have more been sent than the first five, what the
 * metered rate times the speed-up allows since, and what one tick of the timer
 * may bring; and the whole takes about as long as that rate says.
 */
static void spacing(void **state)
{
	(void)state;
	at_each_rate(spacing_at);
}

static void opens_under_steady_traffic_at(u32 rate, u32 speedup)
{
	struct run r = rfc5568(speedup, hold_for(rate));
	u64 bound = allowed(r.hold, possible_speedup(speedup, rate));

	steady(&r, rate, r.hold + 2 * bound);
	opens_within(&r, bound, rate, "packets a second");
}

/* The gate opens under steady traffic, within hold / (speed-up - 1). */
static void opens_under_steady_traffic(void **state)
{
	(void)state;
	at_each_rate(opens_under_steady_traffic_at);
}

/* In order, each once, none before it came. */
static void order_is_kept(void **state)
{
	struct run r = rfc5568(150, 300 * MS);
	size_t i;

	(void)state;
	steady(&r, 10000, r.hold + 2 * SEC);
	release(&r, NEVER);
	assert_true(r.released > 3000);
	for (i = 0; i < r.released; i++) {
		assert_true(sent[i] >= r.hold && sent[i] >= arrival[i]);
		assert_true(!i || sent[i] >= sent[i - 1]);
	}
}

/* @burst packets at once, and again every @period. */
static void bursts(struct run *r, u32 burst, u64 period, u64 end)
{
	size_t i;

	r->n = (end / period + 1) * burst;
	assert_in_range(r->n, 1, PACKETS);
	for (i = 0; i < r->n; i++)
		arrival[i] = i / burst * period;
}

static void opens_between_bursts(void **state)
{
	static const struct {
		u32 burst;
		u64 period;
	} table[] = {
		{ 10, 10 * MS }, { 100, 20 * MS }, { 500, 50 * MS }, { 2, MS },
	};
	struct run r;
	size_t i, j;
	u64 bound;

	(void)state;
	for_each_of(i, table)
		for_each_of(j, speedups) {
			r = rfc5568(speedups[j], 500 * MS);
			bound = allowed(r.hold, speedups[j]) + table[i].period;
			bursts(&r, table[i].burst, table[i].period, r.hold + 2 * bound);
			opens_within(&r, bound, table[i].burst, "bursts of");
		}
}

/* @on of each @period at @rate, the rest of it silent. */
static void on_off(struct run *r, u32 rate, u64 on, u64 period, u64 end)
{
	size_t n = on * rate / SEC, i;

	r->n = (end / period + 1) * n;
	assert_in_range(r->n, 1, PACKETS);
	for (i = 0; i < r->n; i++)
		arrival[i] = i / n * period + i % n * SEC / rate;
}

static void opens_with_on_off_arrivals(void **state)
{
	static const struct {
		u32 rate;
		u64 on, period;
	} table[] = {
		{ 1000, 50 * MS, 100 * MS }, { 10000, 10 * MS, 100 * MS },
		{ 10000, 90 * MS, 100 * MS }, { 2000, 100 * MS, 400 * MS },
	};
	struct run r;
	size_t i, j;
	u64 bound;

	(void)state;
	for_each_of(i, table)
		for_each_of(j, speedups) {
			r = rfc5568(speedups[j], 800 * MS);
			bound = allowed(r.hold, speedups[j]) + table[i].period;
			on_off(&r, table[i].rate, table[i].on, table[i].period,
			       r.hold + 2 * bound);
			opens_within(&r, bound, table[i].rate, "in turns at");
		}
}

#define TYPING	(50 * MS)

/* @burst packets, 10 us apart, and then one each TYPING. */
static void burst_and_little(struct run *r, u32 burst, u64 end)
{
	size_t i;

	r->n = burst + end / TYPING;
	for (i = 0; i < r->n; i++)
		arrival[i] = i < burst ? i * 10 * US : (i - burst + 1) * TYPING;
}

/*
 * A window's worth of packets when the hold begins, and little from then on: a
 * download that waits for acknowledgements, and somebody who types.
 */
static void opens_after_a_burst(void **state)
{
	static const u32 sizes[] = { 20, 100, 1000 };
	struct run r;
	size_t i, j;
	u64 bound;

	(void)state;
	for_each_of(i, sizes)
		for_each_of(j, speedups) {
			r = rfc5568(speedups[j], 300 * MS);
			bound = allowed(r.hold, speedups[j]) + TYPING;
			burst_and_little(&r, sizes[i], r.hold + 10 * bound);
			opens_within(&r, bound, sizes[i], "a burst of");
		}
}

/* How the timers are late; one in @every by @stall. */
struct lateness {
	const char *what;
	u64 late, stall;
	u32 every;
};

static void opens_with_timers(const struct lateness *l, u32 rate)
{
	struct run r = rfc5568(200, hold_for(rate));
	u64 bound = 2 * allowed(r.hold, 200) + 20 * MS;
	u64 between = FMIP_GATE_TICK_NS + l->late / 2;

	if (l->every)
		between += l->stall / l->every;
	if (2 * rate * between / SEC > FMIP_GATE_BUDGET)
		return;
	r.late = l->late;
	r.stall = l->stall;
	r.stall_every = l->every;
	steady(&r, rate, r.hold + 3 * bound);
	opens_within(&r, bound, rate, l->what);
}

/*
 * Timers are late, as they are on a busy machine: all of them by a little, or
 * some of them by much.  As long as the packets that come due in the meantime
 * are no more than a run of the timer may send, the gate opens all the same.
 */
static void opens_with_late_timers(void **state)
{
	static const struct lateness table[] = {
		{ "timers late by 50 us, packets a second", 50 * US, 0, 0 },
		{ "timers late by 500 us, packets a second", 500 * US, 0, 0 },
		{ "timers late by 2 ms, packets a second", 2 * MS, 0, 0 },
		{ "one timer in 100 late by 10 ms, packets a second", 50 * US, 10 * MS, 100 },
	};
	size_t i, j;

	(void)state;
	for_each_of(i, table)
		for_each_of(j, rates)
			opens_with_timers(&table[i], rates[j]);
}

/* What a late timer leaves undone is not made up for in one go. */
static void late_timers_send_no_flood(void **state)
{
	struct run r = rfc5568(200, 300 * MS);

	(void)state;
	r.late = 10 * US;
	r.stall = 20 * MS;
	r.stall_every = 500;
	steady(&r, 5000, r.hold);
	release(&r, NEVER);
	assert_int_equal(r.released, r.n);
	assert_in_range(r.largest_burst, 1, 5);
}

/* So many packets a second, however they came. */
static void at_a_rate(void **state)
{
	static const u32 out[] = { 1, 100, 2000, 40000 };
	size_t i, k;

	(void)state;
	for_each_of(i, out) {
		struct run r = { .hold = 100 * MS };

		r.policy.release = FMIP_RELEASE_RATE;
		r.policy.rate = out[i];
		steady(&r, 1000, r.hold);
		release(&r, NEVER);
		assert_int_equal(r.first_burst, 5);
		for (k = 5; k < r.n; k++) {
			u64 due = r.hold + (k - 4) * (SEC / out[i]);

			assert_true(sent[k] + FMIP_GATE_TICK_NS >= due);
			assert_true(sent[k] <= due + FMIP_GATE_TICK_NS);
		}
	}
}

static void immediately(void **state)
{
	struct run r = { .hold = SEC };
	size_t i;

	(void)state;
	r.policy.release = FMIP_RELEASE_IMMEDIATE;
	steady(&r, 1000, r.hold);
	release(&r, NEVER);
	assert_int_equal(r.released, r.n);
	for (i = 0; i < r.n; i++)
		assert_int_equal(sent[i], r.hold + i / FMIP_GATE_BUDGET * FMIP_GATE_PAUSE_NS);
	assert_int_equal(r.opened, sent[r.n - 1]);
	assert_int_equal(r.largest_burst, FMIP_GATE_BUDGET);
}

static void one_packet(void **state)
{
	struct run r = rfc5568(200, 10 * SEC);

	(void)state;
	steady(&r, 1, 0);
	release(&r, NEVER);
	assert_int_equal(r.opened, r.hold);
}

/* Nothing overflows, and nothing divides by zero, at either end of the scale. */
static void extremes(void **state)
{
	struct fmip_pace_policy policy = {
		.speedup = 10000, .release = FMIP_RELEASE_RFC5568,
	};
	struct fmip_pace pace = { 0 };
	const u64 day = 86400 * SEC;

	(void)state;
	fmip_pace_begin(&pace, day, 0);
	assert_int_equal(fmip_pace_most(&policy, &pace, day, 0, 0), 5);
	while (pace.sent < 5)
		assert_true(fmip_pace_take(&policy, &pace, day, 0));
	assert_in_range(fmip_pace_most(&policy, &pace, day, UINT32_MAX, 0), 5,
			FMIP_GATE_BUDGET);
	policy.speedup = 101;
	assert_false(fmip_pace_take(&policy, &pace, day, day));
	assert_in_range(fmip_pace_wait(&policy, &pace, day, day),
			day * 98 / 100, day);
	assert_int_equal(fmip_pace_wait(&policy, &pace, 3 * day, day), 0);
	assert_true(fmip_pace_take(&policy, &pace, 2 * day, day));
}

/* A guard lets go first what came last: then the rest is due, and at once. */
static void what_came_before_the_first(void **state)
{
	struct fmip_pace_policy policy = {
		.release = FMIP_RELEASE_RFC5568,
		.speedup = 200,
	};
	struct fmip_pace pace = {};

	(void)state;
	fmip_pace_begin(&pace, 10 * SEC, 2 * SEC);
	fmip_pace_most(&policy, &pace, 10 * SEC, 10, SEC);
	while (pace.sent < 5)
		assert_true(fmip_pace_take(&policy, &pace, 10 * SEC, 2 * SEC));
	assert_in_range(fmip_pace_wait(&policy, &pace, 10 * SEC, SEC), 0,
			FMIP_GATE_TICK_NS);
	fmip_pace_most(&policy, &pace, 11 * SEC, 10, SEC);
	assert_true(fmip_pace_take(&policy, &pace, 11 * SEC, SEC));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transitions),
		cmocka_unit_test(opens_only_when_idle),
		cmocka_unit_test(first_burst),
		cmocka_unit_test(spacing),
		cmocka_unit_test(opens_under_steady_traffic),
		cmocka_unit_test(order_is_kept),
		cmocka_unit_test(opens_between_bursts),
		cmocka_unit_test(opens_with_on_off_arrivals),
		cmocka_unit_test(opens_after_a_burst),
		cmocka_unit_test(opens_with_late_timers),
		cmocka_unit_test(late_timers_send_no_flood),
		cmocka_unit_test(at_a_rate),
		cmocka_unit_test(what_came_before_the_first),
		cmocka_unit_test(immediately),
		cmocka_unit_test(one_packet),
		cmocka_unit_test(extremes),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
