// SPDX-License-Identifier: GPL-2.0-only
/*
 * A release, with real packets and in virtual time: the gate, its pace, the
 * budget and the queue together.  The arithmetic of the pace has tests of its own, in user
 * space: selftests/tests/gate_test.c.
 *
 * The timer of the queue is run by hand, when the test's clock says so.
 */
#include <kunit/test.h>

#include "binding.h"
#include "queue.h"
#include "testbed.h"

#define LEN	100
#define PACKETS	20
#define BURST	5	/* RFC 5568 section 5.4 */
#define TICK	FMIP_GATE_TICK_NS
#define MS	NSEC_PER_MSEC
#define MINUTE	(60 * NSEC_PER_SEC)
#define YEAR	(365 * 24 * 60 * MINUTE)

/**
 * struct pace_case - a release at the pace of RFC 5568
 * @name: of the test
 * @speedup: percent
 * @start: where the clock stands
 */
struct pace_case {
	const char *name;
	u32 speedup;
	u64 start;
};

static const struct pace_case pace_cases[] = {
	{ "1.5 times as fast", 150, NSEC_PER_SEC },
	{ "twice as fast", 200, NSEC_PER_SEC },
	{ "10 times as fast", 1000, NSEC_PER_SEC },
	{ "past 32 bits", 200, BIT_ULL(32) - 20 * MS },
	{ "past 63 bits", 200, BIT_ULL(63) - 20 * MS },
};

static void case_name(const struct pace_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pace, pace_cases, case_name);

/*
 * A binding that holds, from the time on that its case says.  Until
 * release_done() its timer does not run by itself.
 */
static struct fmip_binding *hold(struct kunit *test, struct fmip_policy policy)
{
	struct fmip_binding *b = testbed_binding(test, &policy);

	testbed_hold(b);
	local_bh_disable();
	return b;
}

static void release_done(struct fmip_binding *b)
{
	hrtimer_cancel(&b->queue->timer);
	local_bh_enable();
}

static struct fmip_policy rfc5568(u32 speedup)
{
	struct fmip_policy policy = testbed_policy();

	policy.pace.release = FMIP_RELEASE_RFC5568;
	policy.pace.speedup = speedup;
	return policy;
}

/* @n packets come, one @every so often, the first of them now. */
static void arrive(struct kunit *test, struct fmip_binding *b, u32 n, u64 every)
{
	struct testbed *bed = test->priv;
	u32 i;

	for (i = 0; i < n; i++) {
		testbed_pass(test, b, testbed_ip6(test, i, LEN));
		bed->now += every;
	}
}

static unsigned int sent(struct kunit *test)
{
	struct testbed *bed = test->priv;

	return skb_queue_len(&bed->sent);
}

/* Run the timer each tick until the gate is open; how many ticks? */
static unsigned int run_until_open(struct kunit *test, struct fmip_binding *b,
				   unsigned int most)
{
	struct testbed *bed = test->priv;
	unsigned int n = 0;

	while (b->gate != FMIP_GATE_OPEN && n++ < most) {
		bed->now += TICK;
		testbed_run_timer(b);
	}
	return n;
}

static void at_most_five_leave_at_once(struct kunit *test)
{
	const struct pace_case *c = test->param_value;
	struct fmip_binding *b = hold(test, rfc5568(c->speedup));
	struct testbed *bed = test->priv;
	unsigned int before, most = 0;

	bed->now = c->start;
	arrive(test, b, PACKETS, MS);
	testbed_open(b);
	KUNIT_EXPECT_EQ(test, sent(test), BURST);
	KUNIT_EXPECT_EQ(test, b->gate, FMIP_GATE_DRAINING);
	/* Nor do any more before a tick is over. */
	testbed_run_timer(b);
	KUNIT_EXPECT_EQ(test, sent(test), BURST);
	while (b->gate != FMIP_GATE_OPEN && bed->now < c->start + MINUTE) {
		before = sent(test);
		bed->now += TICK;
		testbed_run_timer(b);
		most = max(most, sent(test) - before);
	}
	KUNIT_EXPECT_EQ(test, b->gate, FMIP_GATE_OPEN);
	KUNIT_EXPECT_LE(test, most, BURST);
	testbed_expect_sent(test, 0, PACKETS);
	release_done(b);
}

static void each_leaves_when_the_rate_times_the_speedup_says(struct kunit *test)
{
	const struct pace_case *c = test->param_value;
	struct fmip_binding *b = hold(test, rfc5568(c->speedup));
	struct testbed *bed = test->priv;
	u64 opened, due, left;
	struct sk_buff *skb;
	u32 i;

	bed->now = c->start;
	arrive(test, b, PACKETS, MS);
	opened = bed->now;
	testbed_open(b);
	run_until_open(test, b, 10000);
	for (i = 0; (skb = skb_dequeue(&bed->sent)); i++) {
		due = opened + i * MS * 100 / c->speedup;
		left = ktime_to_ns(skb->tstamp);
		KUNIT_EXPECT_EQ(test, testbed_number(skb), i);
		if (i < BURST)
			KUNIT_EXPECT_EQ(test, left, opened);
		else
			KUNIT_EXPECT_TRUE_MSG(test, left >= due && left < due + TICK,
					      "packet %u is due at %llu, and left at %llu",
					      i, due, left);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, i, PACKETS);
	release_done(b);
}

/* Packets keep coming at the rate at which they came. */
static void the_gate_opens_in_time_under_traffic(struct kunit *test)
{
	const struct pace_case *c = test->param_value;
	struct fmip_binding *b = hold(test, rfc5568(c->speedup));
	struct testbed *bed = test->priv;
	u64 opened, held = PACKETS * MS, bound;
	u32 n = PACKETS;

	bed->now = c->start;
	arrive(test, b, n, MS);
	opened = bed->now;
	bound = held * 100 / (c->speedup - 100) + MS + TICK;
	testbed_open(b);
	while (b->gate != FMIP_GATE_OPEN && bed->now - opened <= bound) {
		testbed_pass(test, b, testbed_ip6(test, n++, LEN));
		run_until_open(test, b, MS / TICK);
	}
	KUNIT_EXPECT_EQ(test, b->gate, FMIP_GATE_OPEN);
	KUNIT_EXPECT_LE(test, bed->now - opened, bound);
	/* Then they pass at once, and behind all others. */
	testbed_pass(test, b, testbed_ip6(test, n++, LEN));
	testbed_expect_sent(test, 0, n);
	release_done(b);
}

/* A hold that ends again, with what is left, before all is out. */
static void order_is_kept_when_the_link_is_lost_again(struct kunit *test)
{
	struct fmip_binding *b = hold(test, rfc5568(200));
	struct testbed *bed = test->priv;

	arrive(test, b, PACKETS, MS);
	testbed_open(b);
	bed->now += 3 * MS;
	testbed_run_timer(b);
	testbed_expect_sent(test, 0, 7);
	testbed_hold(b);
	bed->now += 10 * MS;
	testbed_run_timer(b);
	testbed_expect_sent(test, 0, 0);
	testbed_pass(test, b, testbed_ip6(test, PACKETS, LEN));
	testbed_open(b);
	KUNIT_EXPECT_EQ(test, sent(test), BURST);
	run_until_open(test, b, 10000);
	testbed_expect_sent(test, 7, PACKETS + 1 - 7);
	KUNIT_EXPECT_EQ(test, b->gate, FMIP_GATE_OPEN);
	release_done(b);
}

/* The processor was away for an hour: what is due then is no flood. */
static void a_clock_that_jumps_sends_no_flood(struct kunit *test)
{
	struct fmip_binding *b = hold(test, rfc5568(200));
	struct testbed *bed = test->priv;
	unsigned int before, runs = 0, most = 0;

	arrive(test, b, 100, MS);
	testbed_open(b);
	bed->now += 60 * MINUTE;
	while (b->gate != FMIP_GATE_OPEN && runs++ < 100) {
		before = sent(test);
		testbed_run_timer(b);
		most = max(most, sent(test) - before);
		bed->now += TICK;
	}
	KUNIT_EXPECT_EQ(test, b->gate, FMIP_GATE_OPEN);
	/* One late timer is made up for by one more burst. */
	KUNIT_EXPECT_LE(test, most, 2 * BURST);
	testbed_expect_sent(test, 0, 100);
	release_done(b);
}

/* What came over half a year goes out over a quarter, to the nanosecond. */
static void a_hold_may_take_half_a_year(struct kunit *test)
{
	static const u64 came[] = {
		0, 1, 2, 3, 4, U32_MAX - 1, BIT_ULL(32), BIT_ULL(32) + 2,
		BIT_ULL(53), YEAR / 2,
	};
	struct fmip_binding *b = hold(test, rfc5568(200));
	struct testbed *bed = test->priv;
	u64 start = bed->now, opened;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(came); i++) {
		bed->now = start + came[i];
		testbed_pass(test, b, testbed_ip6(test, i, LEN));
	}
	opened = bed->now;
	testbed_open(b);
	for (i = BURST; i < ARRAY_SIZE(came); i++) {
		bed->now = opened + came[i] / 2 - 1;
		testbed_run_timer(b);
		KUNIT_EXPECT_EQ_MSG(test, sent(test), i, "before packet %u is due", i);
		bed->now++;
		testbed_run_timer(b);
		KUNIT_EXPECT_EQ_MSG(test, sent(test), i + 1, "when packet %u is due", i);
	}
	KUNIT_EXPECT_EQ(test, b->gate, FMIP_GATE_OPEN);
	testbed_expect_sent(test, 0, ARRAY_SIZE(came));
	release_done(b);
}

static void a_fixed_rate_is_kept(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct testbed *bed = test->priv;
	struct fmip_binding *b;
	u64 opened;
	u32 i;

	policy.pace.release = FMIP_RELEASE_RATE;
	policy.pace.rate = 100;
	b = hold(test, policy);
	arrive(test, b, PACKETS, 1);
	opened = bed->now;
	testbed_open(b);
	KUNIT_EXPECT_EQ(test, sent(test), BURST);
	for (i = BURST; i < PACKETS; i++) {
		bed->now = opened + (i + 1 - BURST) * 10 * MS - 1;
		testbed_run_timer(b);
		KUNIT_EXPECT_EQ(test, sent(test), i);
		bed->now++;
		testbed_run_timer(b);
		KUNIT_EXPECT_EQ(test, sent(test), i + 1);
	}
	KUNIT_EXPECT_EQ(test, b->gate, FMIP_GATE_OPEN);
	testbed_expect_sent(test, 0, PACKETS);
	release_done(b);
}

static void at_once_still_lets_go_of_the_processor(struct kunit *test)
{
	struct fmip_binding *b = hold(test, testbed_policy());
	u64 before;

	arrive(test, b, 3 * FMIP_GATE_BUDGET + 1, 0);
	before = ktime_get_ns();
	testbed_open(b);
	KUNIT_EXPECT_EQ(test, sent(test), FMIP_GATE_BUDGET);
	/* By the clock of timers, which is not the test's. */
	KUNIT_EXPECT_GE(test, hrtimer_get_expires_ns(&b->queue->timer),
			before + FMIP_GATE_PAUSE_NS);
	testbed_run_timer(b);
	KUNIT_EXPECT_EQ(test, sent(test), 2 * FMIP_GATE_BUDGET);
	testbed_run_timer(b);
	KUNIT_EXPECT_EQ(test, b->gate, FMIP_GATE_DRAINING);
	testbed_run_timer(b);
	KUNIT_EXPECT_EQ(test, b->gate, FMIP_GATE_OPEN);
	testbed_expect_sent(test, 0, 3 * FMIP_GATE_BUDGET + 1);
	release_done(b);
}

/* As if the timer had expired with those that have run since the last run. */
static void run_timer_too(struct fmip_binding *b)
{
	hrtimer_cancel(&b->queue->timer);
	hrtimer_set_expires(&b->queue->timer, 0);
	testbed_run_timer(b);
}

static void timers_of_one_run_share_a_budget(struct kunit *test)
{
	const u32 first = 40, share = FMIP_GATE_RUN - first, rest = 16;
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = testbed_binding(test, &policy);
	struct fmip_binding *other = testbed_second_binding(test, &policy);
	u32 i, n;

	testbed_hold(b);
	testbed_hold(other);
	local_bh_disable();
	for (i = 0; i < FMIP_GATE_BUDGET + first; i++)
		testbed_pass(test, b, testbed_ip6(test, i, LEN));
	for (i = 0; i < FMIP_GATE_BUDGET + share + rest; i++)
		testbed_pass(test, other, testbed_ip6(test, 1000 + i, LEN));
	testbed_open(b);
	testbed_expect_sent(test, 0, FMIP_GATE_BUDGET);
	testbed_open(other);
	testbed_expect_sent(test, 1000, FMIP_GATE_BUDGET);
	testbed_run_timer(b);
	testbed_expect_sent(test, FMIP_GATE_BUDGET, first);
	KUNIT_EXPECT_EQ(test, b->gate, FMIP_GATE_OPEN);
	for (i = 0; i < share; i += n) {
		n = min_t(u32, share - i, FMIP_GATE_BUDGET);
		run_timer_too(other);
		testbed_expect_sent(test, 1000 + FMIP_GATE_BUDGET + i, n);
	}
	run_timer_too(other);
	testbed_expect_sent(test, 0, 0);
	KUNIT_EXPECT_EQ(test, other->gate, FMIP_GATE_DRAINING);
	/* It was put off to another run. */
	KUNIT_EXPECT_TRUE(test, hrtimer_active(&other->queue->timer));
	testbed_run_timer(other);
	testbed_expect_sent(test, 1000 + FMIP_GATE_BUDGET + share, rest);
	KUNIT_EXPECT_EQ(test, other->gate, FMIP_GATE_OPEN);
	hrtimer_cancel(&b->queue->timer);
	release_done(other);
}

/* Who is put off goes before who has sent something. */
static void who_is_put_off_is_next(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = testbed_binding(test, &policy);
	struct fmip_binding *other = testbed_second_binding(test, &policy);
	u32 i;

	testbed_hold(b);
	testbed_hold(other);
	local_bh_disable();
	for (i = 0; i < FMIP_GATE_RUN + 2 * FMIP_GATE_BUDGET; i++)
		testbed_pass(test, b, testbed_ip6(test, i, LEN));
	for (i = 0; i < 2 * FMIP_GATE_BUDGET; i++)
		testbed_pass(test, other, testbed_ip6(test, 1000 + i, LEN));
	testbed_open(b);
	testbed_open(other);
	testbed_run_timer(b);
	for (i = FMIP_GATE_BUDGET; i < FMIP_GATE_RUN; i += FMIP_GATE_BUDGET)
		run_timer_too(b);
	KUNIT_EXPECT_EQ(test, b->gate, FMIP_GATE_DRAINING);
	run_timer_too(other);
	KUNIT_EXPECT_EQ(test, other->gate, FMIP_GATE_DRAINING);
	KUNIT_EXPECT_LT(test, hrtimer_get_expires_ns(&other->queue->timer),
			hrtimer_get_expires_ns(&b->queue->timer));
	testbed_run_timer(other);
	KUNIT_EXPECT_EQ(test, other->gate, FMIP_GATE_OPEN);
	testbed_run_timer(b);
	KUNIT_EXPECT_EQ(test, b->gate, FMIP_GATE_OPEN);
	skb_queue_purge(&((struct testbed *)test->priv)->sent);
	hrtimer_cancel(&other->queue->timer);
	release_done(b);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(at_most_five_leave_at_once, pace_gen_params),
	KUNIT_CASE_PARAM(each_leaves_when_the_rate_times_the_speedup_says, pace_gen_params),
	KUNIT_CASE_PARAM(the_gate_opens_in_time_under_traffic, pace_gen_params),
	KUNIT_CASE(order_is_kept_when_the_link_is_lost_again),
	KUNIT_CASE(a_clock_that_jumps_sends_no_flood),
	KUNIT_CASE(a_hold_may_take_half_a_year),
	KUNIT_CASE(a_fixed_rate_is_kept),
	KUNIT_CASE(at_once_still_lets_go_of_the_processor),
	KUNIT_CASE(timers_of_one_run_share_a_budget),
	KUNIT_CASE(who_is_put_off_is_next),
	{}
};

static struct kunit_suite pace_suite = {
	.name = "fmip_pace",
	.suite_init = testbed_suite_init,
	.suite_exit = testbed_suite_exit,
	.init = testbed_init,
	.exit = testbed_exit,
	.test_cases = cases,
};

kunit_test_suite(pace_suite);
