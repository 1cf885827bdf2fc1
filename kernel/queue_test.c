// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a binding buffers: which packets, in which order, and that all that they
 * take is accounted for and given back, to the byte.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <net/dst.h>
#include <net/ipv6.h>

#include "binding.h"
#include "queue.h"
#include "testbed.h"
#include "tunnel.h"

#define LEN	100
#define LARGE	IPV6_MIN_MTU
#define MS	NSEC_PER_MSEC

static void pass(struct kunit *test, struct fmip_binding *b, u32 number)
{
	testbed_pass(test, b, testbed_ip6(test, number, LEN));
}

static void pass_some(struct kunit *test, struct fmip_binding *b, u32 first, u32 n)
{
	while (n--)
		pass(test, b, first++);
}

/* What a packet of a length takes. */
static u32 size(struct kunit *test, unsigned int len)
{
	struct sk_buff *skb = testbed_ip6(test, 0, len);
	u32 truesize = skb->truesize;

	kfree_skb(skb);
	return truesize;
}

/*
 * What the namespace's queues have been guaranteed, and what of the rest they need;
 * one may have twice as much ahead of its needs, or two chunks if that is less.
 */
static void expect_room(struct kunit *test, long guaranteed, long shared)
{
	struct testbed *bed = test->priv;
	long spare = 2 * min(shared, FMIP_QUEUE_CHUNK);

	KUNIT_EXPECT_EQ(test, bed->fn.room.guaranteed, guaranteed);
	KUNIT_EXPECT_GE(test, bed->fn.room.shared, shared);
	KUNIT_EXPECT_LE(test, bed->fn.room.shared, shared + spare);
}

/* What the only binding holds, and takes. */
static void expect_held(struct kunit *test, struct fmip_binding *b, u64 packets,
			long bytes)
{
	struct testbed *bed = test->priv;

	KUNIT_EXPECT_EQ(test, atomic_long_read(&bed->fn.buffered_packets), packets);
	KUNIT_EXPECT_EQ(test, b->queue->bytes, bytes);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&bed->fn.buffered_bytes), bytes);
	expect_room(test, b->queue->guaranteed, max(bytes - b->queue->guaranteed, 0L));
}

/* All that was dropped, and all of it for one reason. */
static void expect_dropped(struct kunit *test, enum fmip_drop why, u64 n)
{
	struct testbed *bed = test->priv;
	struct fmip_stats stats;
	u64 all = 0;
	int i;

	fmip_stats_read_net(&bed->fn, &stats);
	for (i = 0; i < __FMIP_DROP_MAX; i++)
		all += stats.dropped[i];
	KUNIT_EXPECT_EQ(test, stats.dropped[why], n);
	KUNIT_EXPECT_EQ(test, all, n);
}

static u64 counted(struct fmip_binding *b, enum fmip_count what)
{
	struct fmip_stats stats;

	fmip_stats_read_binding(b, &stats);
	return stats.count[what];
}

static struct fmip_binding *held(struct kunit *test, const struct fmip_policy *policy)
{
	struct fmip_binding *b = testbed_binding(test, policy);

	testbed_hold(b);
	return b;
}

static struct fmip_binding *copying(struct kunit *test, const struct fmip_policy *policy)
{
	struct fmip_binding *b = testbed_binding(test, policy);

	rcu_read_lock();
	fmip_queue_copy(b);
	rcu_read_unlock();
	return b;
}

static void what_is_buffered_is_accounted_for(struct kunit *test)
{
	static const unsigned int lens[] = { 44, 100, 300, 700, 1280 };
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = held(test, &policy);
	u64 bytes = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		testbed_pass(test, b, testbed_ip6(test, i, lens[i]));
		bytes += size(test, lens[i]);
		expect_held(test, b, i + 1, bytes);
	}
	testbed_expect_sent(test, 0, 0);
	testbed_open(b);
	testbed_expect_sent(test, 0, ARRAY_SIZE(lens));
	expect_held(test, b, 0, 0);
	KUNIT_EXPECT_EQ(test, b->queue->peak_packets, ARRAY_SIZE(lens));
	KUNIT_EXPECT_EQ(test, b->queue->peak_bytes, bytes);
	KUNIT_EXPECT_EQ(test, counted(b, FMIP_COUNT_SENT), ARRAY_SIZE(lens));
	KUNIT_EXPECT_EQ(test, counted(b, FMIP_COUNT_RELEASED), ARRAY_SIZE(lens));
	expect_dropped(test, FMIP_DROP_NONE, 0);
}

static void a_buffered_packet_keeps_no_route(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = held(test, &policy);
	struct sk_buff *skb = testbed_ip6(test, 0, LEN);
	struct testbed *bed = test->priv;
	int before;

	/* What earlier tests have left gives its own up. */
	rcu_barrier();
	before = rcuref_read(&bed->dst6->__rcuref);
	skb_dst_set(skb, dst_clone(bed->dst6));
	testbed_pass(test, b, skb);
	KUNIT_EXPECT_PTR_EQ(test, skb_peek(&b->queue->skbs), skb);
	KUNIT_EXPECT_EQ(test, rcuref_read(&bed->dst6->__rcuref), before);
	KUNIT_EXPECT_NULL(test, skb->dev);
	KUNIT_EXPECT_NULL(test, skb_dst(skb));
}

static void the_newest_go_at_the_tail(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b;

	policy.limit_packets = 3;
	policy.overflow = FMIP_OVERFLOW_TAIL;
	b = held(test, &policy);
	pass_some(test, b, 0, 5);
	expect_held(test, b, 3, 3 * size(test, LEN));
	expect_dropped(test, FMIP_DROP_LIMIT_PACKETS, 2);
	testbed_open(b);
	testbed_expect_sent(test, 0, 3);
	expect_held(test, b, 0, 0);
}

static void the_oldest_go_at_the_head(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b;

	policy.limit_packets = 3;
	policy.overflow = FMIP_OVERFLOW_HEAD;
	b = held(test, &policy);
	pass_some(test, b, 0, 5);
	expect_held(test, b, 3, 3 * size(test, LEN));
	expect_dropped(test, FMIP_DROP_LIMIT_PACKETS, 2);
	testbed_open(b);
	testbed_expect_sent(test, 2, 3);
	expect_held(test, b, 0, 0);
}

static void the_last_byte_still_fits(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b;
	u32 one = size(test, LEN);

	policy.limit_bytes = 3 * one;
	b = held(test, &policy);
	pass_some(test, b, 0, 3);
	expect_held(test, b, 3, 3 * one);
	expect_dropped(test, FMIP_DROP_NONE, 0);
	pass(test, b, 3);
	expect_held(test, b, 3, 3 * one);
	expect_dropped(test, FMIP_DROP_LIMIT_BYTES, 1);
}

static void a_byte_too_many_does_not_fit(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b;
	u32 one = size(test, LEN);

	policy.limit_bytes = 3 * one - 1;
	policy.overflow = FMIP_OVERFLOW_HEAD;
	b = held(test, &policy);
	pass_some(test, b, 0, 3);
	expect_held(test, b, 2, 2 * one);
	expect_dropped(test, FMIP_DROP_LIMIT_BYTES, 1);
	testbed_open(b);
	testbed_expect_sent(test, 1, 2);
}

static void a_large_packet_displaces_as_many_as_it_needs(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	u32 one = size(test, LEN), large = size(test, LARGE);
	u32 displaced = DIV_ROUND_UP(large, one);
	struct fmip_binding *b;

	KUNIT_ASSERT_GT(test, displaced, 1);
	policy.limit_bytes = (displaced + 2) * one;
	policy.overflow = FMIP_OVERFLOW_HEAD;
	b = held(test, &policy);
	pass_some(test, b, 0, displaced + 2);
	expect_dropped(test, FMIP_DROP_NONE, 0);
	testbed_pass(test, b, testbed_ip6(test, displaced + 2, LARGE));
	expect_held(test, b, 3, 2 * one + large);
	expect_dropped(test, FMIP_DROP_LIMIT_BYTES, displaced);
	testbed_open(b);
	testbed_expect_sent(test, displaced, 3);
}

static void what_can_never_fit_displaces_none(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	u32 one = size(test, LEN);
	struct fmip_binding *b;

	policy.limit_bytes = 2 * one;
	policy.overflow = FMIP_OVERFLOW_HEAD;
	KUNIT_ASSERT_GT(test, size(test, 9000), policy.limit_bytes);
	b = held(test, &policy);
	pass_some(test, b, 0, 2);
	testbed_pass(test, b, testbed_ip6(test, 2, 9000));
	expect_held(test, b, 2, 2 * one);
	expect_dropped(test, FMIP_DROP_LIMIT_BYTES, 1);
}

static void replace_policy(struct kunit *test, struct fmip_binding *b,
			   const struct fmip_policy *policy)
{
	struct testbed *bed = test->priv;
	struct fmip_plan *plan;

	plan = testbed_plan(test, policy, xa_load(&bed->fn.tunnels, 1), NULL);
	mutex_lock(&bed->fn.lock);
	fmip_binding_set_plan(b, plan);
	mutex_unlock(&bed->fn.lock);
}

/* No arrival may keep the processor from other things. */
static void one_arrival_displaces_no_more_than_a_budget(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = held(test, &policy);
	const u32 before = FMIP_GATE_BUDGET + 36;
	u32 one = size(test, LEN);

	pass_some(test, b, 0, before);
	policy.limit_packets = 10;
	policy.overflow = FMIP_OVERFLOW_HEAD;
	replace_policy(test, b, &policy);
	/* That was not enough, so that what has come goes, too. */
	pass(test, b, before);
	expect_held(test, b, 36, 36 * one);
	expect_dropped(test, FMIP_DROP_LIMIT_PACKETS, FMIP_GATE_BUDGET + 1);
	pass(test, b, before + 1);
	expect_held(test, b, 10, 10 * one);
	expect_dropped(test, FMIP_DROP_LIMIT_PACKETS, before - 9 + 1);
}

static void a_hold_is_guaranteed_room_until_it_has_drained(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = testbed_binding(test, &policy);
	struct testbed *bed = test->priv;
	u32 one = size(test, LEN);

	fmip_room_set(&bed->fn.room, 0, 2 * one);
	expect_room(test, 0, 0);
	testbed_hold(b);
	expect_room(test, 2 * one, 0);
	pass_some(test, b, 0, 2);
	expect_room(test, 2 * one, 0);
	pass_some(test, b, 2, 3);
	expect_room(test, 2 * one, 3 * one);
	/* Another hold, or guard, has no other guarantee. */
	testbed_hold(b);
	expect_room(test, 2 * one, 3 * one);
	testbed_open(b);
	testbed_expect_sent(test, 0, 5);
	expect_room(test, 0, 0);
	rcu_read_lock();
	fmip_queue_guard(b);
	rcu_read_unlock();
	expect_room(test, 2 * one, 0);
	/* There is nothing to be drained. */
	testbed_open(b);
	expect_room(test, 0, 0);
}

static void a_release_that_goes_on_keeps_its_guarantee(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct testbed *bed = test->priv;
	u32 one = size(test, LEN);
	struct fmip_binding *b;

	policy.pace.release = FMIP_RELEASE_RATE;
	b = testbed_binding(test, &policy);
	fmip_room_set(&bed->fn.room, 0, 2 * one);
	testbed_hold(b);
	pass_some(test, b, 0, FMIP_GATE_BURST + 3);
	expect_room(test, 2 * one, (FMIP_GATE_BURST + 1) * one);
	/* The timer is the stack's, and far away: it does not run. */
	local_bh_disable();
	testbed_open(b);
	testbed_expect_sent(test, 0, FMIP_GATE_BURST);
	expect_held(test, b, 3, 3 * one);
	expect_room(test, 2 * one, one);
	hrtimer_cancel(&b->queue->timer);
	local_bh_enable();
}

static void no_more_is_guaranteed_than_may_be_buffered(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b;

	policy.limit_bytes = 1000;
	b = held(test, &policy);
	expect_room(test, 1000, 0);
	testbed_open(b);
	expect_room(test, 0, 0);
}

static void the_namespace_is_limited_to_the_byte(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct testbed *bed = test->priv;
	u32 one = size(test, LEN);
	struct fmip_binding *b;

	/* One packet is guaranteed, and a second one fits into the shared half. */
	fmip_room_set(&bed->fn.room, 2 * (2 * one - 1), one);
	b = held(test, &policy);
	pass_some(test, b, 0, 3);
	expect_held(test, b, 2, 2 * one);
	expect_dropped(test, FMIP_DROP_LIMIT_NETNS, 1);
	fmip_room_set(&bed->fn.room, 2 * (2 * one), 0);
	pass_some(test, b, 2, 2);
	expect_held(test, b, 3, 3 * one);
	expect_room(test, one, 2 * one);
	expect_dropped(test, FMIP_DROP_LIMIT_NETNS, 2);
	testbed_open(b);
	testbed_expect_sent(test, 0, 3);
	expect_room(test, 0, 0);
}

static void the_module_is_limited_to_the_byte(struct kunit *test)
{
	struct fmip_room *others = testbed_room(test, false);
	struct fmip_policy policy = testbed_policy();
	struct testbed *bed = test->priv;
	struct fmip_room *room = &bed->fn.room;
	long one = size(test, LEN), share, left;
	struct fmip_binding *b;

	fmip_room_set(room, LONG_MAX, one);
	fmip_room_set(others, LONG_MAX, 0);
	/* What is left of the namespace's own share, and of all others'. */
	share = room->share / 2;
	left = bed->module_left - (2 * one - 1);
	KUNIT_ASSERT_GT(test, share, 0);
	KUNIT_ASSERT_EQ(test, testbed_take(room, share), FMIP_DROP_NONE);
	KUNIT_ASSERT_EQ(test, testbed_take(others, left), FMIP_DROP_NONE);
	b = held(test, &policy);
	pass_some(test, b, 0, 3);
	KUNIT_EXPECT_EQ(test, b->queue->bytes, 2 * one);
	expect_room(test, one, share + one);
	expect_dropped(test, FMIP_DROP_LIMIT_MODULE, 1);
	testbed_give(others, 1);
	pass_some(test, b, 2, 2);
	KUNIT_EXPECT_EQ(test, b->queue->bytes, 3 * one);
	expect_room(test, one, share + 2 * one);
	expect_dropped(test, FMIP_DROP_LIMIT_MODULE, 2);
	KUNIT_EXPECT_EQ(test, testbed_module_left(test), 0);
	testbed_open(b);
	testbed_expect_sent(test, 0, 3);
	expect_room(test, 0, share);
	KUNIT_EXPECT_EQ(test, testbed_module_left(test), 2 * one);
	testbed_give(others, left - 1);
	testbed_give(room, share);
}

static void a_flood_leaves_other_bindings_their_guarantee(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = testbed_binding(test, &policy), *other;
	struct testbed *bed = test->priv;
	u32 one = size(test, LEN);

	other = testbed_second_binding(test, &policy);
	fmip_room_set(&bed->fn.room, 2 * (2 * one), one);
	testbed_hold(b);
	pass_some(test, b, 0, 10);
	KUNIT_EXPECT_EQ(test, b->queue->bytes, 3 * one);
	expect_dropped(test, FMIP_DROP_LIMIT_NETNS, 7);
	testbed_hold(other);
	expect_room(test, 2 * one, 2 * one);
	pass_some(test, other, 10, 2);
	KUNIT_EXPECT_EQ(test, other->queue->bytes, one);
	expect_dropped(test, FMIP_DROP_LIMIT_NETNS, 8);
	/* Opening the one makes room for the other. */
	testbed_open(b);
	testbed_expect_sent(test, 0, 3);
	expect_room(test, one, 0);
	pass_some(test, other, 11, 3);
	KUNIT_EXPECT_EQ(test, other->queue->bytes, 3 * one);
	expect_room(test, one, 2 * one);
	expect_dropped(test, FMIP_DROP_LIMIT_NETNS, 9);
	testbed_open(other);
	testbed_expect_sent(test, 10, 3);
	expect_room(test, 0, 0);
}

static void a_hold_too_many_has_what_is_shared(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = testbed_binding(test, &policy), *other;
	struct testbed *bed = test->priv;
	u32 one = size(test, LEN);

	other = testbed_second_binding(test, &policy);
	/* A second guarantee would be a byte more than there is. */
	fmip_room_set(&bed->fn.room, 2 * (2 * one - 1), one);
	testbed_hold(b);
	testbed_hold(other);
	KUNIT_EXPECT_EQ(test, b->queue->guaranteed, one);
	KUNIT_EXPECT_EQ(test, other->queue->guaranteed, 0);
	expect_room(test, one, 0);
	pass_some(test, other, 0, 2);
	KUNIT_EXPECT_EQ(test, other->queue->bytes, one);
	expect_room(test, one, one);
	expect_dropped(test, FMIP_DROP_LIMIT_NETNS, 1);
	/* Where the first has ended, the next hold has one. */
	testbed_open(b);
	testbed_hold(other);
	expect_room(test, one, 0);
	pass(test, other, 1);
	expect_room(test, one, one);
	testbed_open(other);
	testbed_expect_sent(test, 0, 2);
	expect_room(test, 0, 0);
}

static void what_is_too_old_goes(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct testbed *bed = test->priv;
	u32 one = size(test, LEN);
	struct fmip_binding *b;

	policy.limit_age = 5;
	b = held(test, &policy);
	pass(test, b, 0);
	bed->now += 5 * MS;
	pass(test, b, 1);
	expect_held(test, b, 2, 2 * one);
	expect_dropped(test, FMIP_DROP_NONE, 0);
	bed->now++;
	pass(test, b, 2);
	expect_held(test, b, 2, 2 * one);
	expect_dropped(test, FMIP_DROP_AGED, 1);
	/* What becomes too old while nothing comes is not sent, either. */
	bed->now += 5 * MS;
	testbed_open(b);
	testbed_expect_sent(test, 2, 1);
	expect_dropped(test, FMIP_DROP_AGED, 2);
	expect_held(test, b, 0, 0);
}

static void without_an_age_nothing_is_too_old(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = held(test, &policy);
	struct testbed *bed = test->priv;

	pass(test, b, 0);
	bed->now += (u64)U32_MAX * NSEC_PER_SEC;
	pass(test, b, 1);
	testbed_open(b);
	testbed_expect_sent(test, 0, 2);
	expect_dropped(test, FMIP_DROP_NONE, 0);
}

static void one_arrival_drops_no_more_than_a_budget(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	const u32 before = FMIP_GATE_BUDGET + 36;
	struct testbed *bed = test->priv;
	u32 one = size(test, LEN);
	struct fmip_binding *b;

	policy.limit_age = 5;
	b = held(test, &policy);
	pass_some(test, b, 0, before);
	bed->now += 6 * MS;
	pass(test, b, before);
	expect_held(test, b, 37, 37 * one);
	expect_dropped(test, FMIP_DROP_AGED, FMIP_GATE_BUDGET);
	pass(test, b, before + 1);
	expect_held(test, b, 2, 2 * one);
	expect_dropped(test, FMIP_DROP_AGED, before);
}

/* Returns how many packets were sent on the spot. */
static u32 let_in(struct kunit *test, struct fmip_binding *b, u64 now_ns)
{
	struct testbed *bed = test->priv;
	u32 sent;

	rcu_read_lock();
	local_bh_disable();
	sent = skb_queue_len(&bed->sent);
	KUNIT_EXPECT_TRUE(test, fmip_queue_let_in(b, now_ns, NULL));
	sent = skb_queue_len(&bed->sent) - sent;
	local_bh_enable();
	rcu_read_unlock();
	return sent;
}

/* However many nodes arrive at once, a processor sends no more for them in one go. */
static void arrivals_share_a_budget(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = testbed_binding(test, &policy);
	u64 now_ns;
	u32 n;

	/* The timer is run by hand: what another task would run, the test would miss. */
	local_bh_disable();
	/* The budget is one of a processor, and this is the clock that it has. */
	mdelay(2);
	now_ns = ktime_get_ns();
	for (n = 0; n < FMIP_GATE_RUN; n += FMIP_GATE_BUDGET) {
		testbed_hold(b);
		pass_some(test, b, n, FMIP_GATE_BUDGET);
		KUNIT_EXPECT_EQ(test, let_in(test, b, now_ns), FMIP_GATE_BUDGET);
	}
	testbed_hold(b);
	pass(test, b, n);
	KUNIT_EXPECT_EQ(test, let_in(test, b, now_ns), 0);
	KUNIT_EXPECT_TRUE(test, hrtimer_active(&b->queue->timer));
	testbed_run_timer(b);
	hrtimer_cancel(&b->queue->timer);
	local_bh_enable();
	testbed_expect_sent(test, 0, n + 1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(b->gate), FMIP_GATE_OPEN);
}

static void the_end_of_a_binding_gives_everything_back(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct testbed *bed = test->priv;
	u32 one = size(test, LEN);
	struct fmip_binding *b;

	fmip_room_set(&bed->fn.room, 0, one);
	b = held(test, &policy);
	pass_some(test, b, 0, 10);
	testbed_pass(test, b, testbed_ip6(test, 10, 9000));
	expect_room(test, one, 9 * one + size(test, 9000));
	mutex_lock(&bed->fn.lock);
	KUNIT_EXPECT_TRUE(test, fmip_binding_remove(b, FMIP_DROP_DELETED));
	mutex_unlock(&bed->fn.lock);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&bed->fn.buffered_packets), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&bed->fn.buffered_bytes), 0);
	expect_room(test, 0, 0);
	expect_dropped(test, FMIP_DROP_DELETED, 11);
	testbed_expect_sent(test, 0, 0);
}

static void copies_are_memory_but_no_packets(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = copying(test, &policy);
	struct testbed *bed = test->priv;

	pass_some(test, b, 0, 4);
	testbed_expect_sent(test, 0, 4);
	expect_held(test, b, 0, 4 * size(test, LEN));
	/* Only who waits is guaranteed anything. */
	expect_room(test, 0, 4 * size(test, LEN));
	testbed_hold(b);
	flush_work(&bed->fn.spent.work);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&bed->fn.spent.skbs));
	expect_held(test, b, 0, 0);
	KUNIT_EXPECT_EQ(test, counted(b, FMIP_COUNT_COPIED), 0);
	expect_dropped(test, FMIP_DROP_NONE, 0);
}

static void nobody_frees(struct work_struct *work)
{
}

static void copies_are_memory_until_they_are_freed(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = copying(test, &policy);
	struct testbed *bed = test->priv;
	struct work_struct *work = &bed->fn.spent.work;
	const u32 many = FMIP_GATE_BUDGET + 1;
	work_func_t frees = work->func;
	long one = size(test, LEN);

	work->func = nobody_frees;
	pass_some(test, b, 0, many);
	testbed_expect_sent(test, 0, many);
	testbed_open(b);
	flush_work(work);
	KUNIT_EXPECT_EQ(test, b->queue->bytes, 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&bed->fn.buffered_bytes), many * one);
	KUNIT_EXPECT_EQ(test, bed->fn.room.shared, many * one);
	/* So there is no room for what comes then. */
	fmip_room_set(&bed->fn.room, 2 * (many * one), 1);
	testbed_hold(b);
	pass(test, b, many);
	KUNIT_EXPECT_EQ(test, b->queue->bytes, 0);
	expect_dropped(test, FMIP_DROP_LIMIT_NETNS, 1);
	work->func = frees;
	queue_work(system_unbound_wq, work);
	flush_work(work);
	expect_held(test, b, 0, 0);
	testbed_open(b);
}

static void of_copies_the_latest_are_kept(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct testbed *bed = test->priv;
	u32 one = size(test, LEN);
	struct fmip_binding *b;

	policy.limit_packets = 3;
	b = copying(test, &policy);
	pass_some(test, b, 0, 5);
	expect_held(test, b, 0, 3 * one);
	/* Where the namespace has no more room for others, too. */
	fmip_room_set(&bed->fn.room, 2 * (20 * one), 0);
	policy.limit_packets = 100;
	replace_policy(test, b, &policy);
	pass_some(test, b, 5, 30);
	testbed_expect_sent(test, 0, 35);
	expect_held(test, b, 0, 20 * one);
	expect_dropped(test, FMIP_DROP_NONE, 0);
	rcu_read_lock();
	fmip_queue_hold(b, 0);
	rcu_read_unlock();
	expect_held(test, b, 20, 20 * one);
	testbed_open(b);
	testbed_expect_sent(test, 15, 20);
	expect_held(test, b, 0, 0);
}

static void copies_newer_than_a_moment_are_replayed(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = copying(test, &policy);
	struct testbed *bed = test->priv;
	u64 moment = 0;
	u32 i;

	for (i = 0; i < 5; i++) {
		pass(test, b, i);
		if (i == 2)
			moment = bed->now;
		bed->now += MS;
	}
	testbed_expect_sent(test, 0, 5);
	rcu_read_lock();
	fmip_queue_hold(b, moment);
	rcu_read_unlock();
	expect_held(test, b, 2, 2 * size(test, LEN));
	KUNIT_EXPECT_EQ(test, counted(b, FMIP_COUNT_COPIED), 2);
	pass(test, b, 5);
	testbed_open(b);
	testbed_expect_sent(test, 3, 3);
	expect_held(test, b, 0, 0);
}

static void copies_that_are_to_be_sent_become_guaranteed(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = copying(test, &policy);
	struct testbed *bed = test->priv;
	u32 one = size(test, LEN);

	fmip_room_set(&bed->fn.room, 0, 3 * one);
	pass_some(test, b, 0, 2);
	testbed_expect_sent(test, 0, 2);
	expect_room(test, 0, 2 * one);
	rcu_read_lock();
	fmip_queue_hold(b, 0);
	rcu_read_unlock();
	expect_room(test, 3 * one, 0);
	pass_some(test, b, 2, 2);
	expect_room(test, 3 * one, one);
	testbed_open(b);
	testbed_expect_sent(test, 0, 4);
	expect_room(test, 0, 0);
}

/* However many there are. */
static void copies_up_to_a_moment_are_trimmed(struct kunit *test)
{
	const u32 old = 2 * FMIP_GATE_BUDGET + 1;
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = copying(test, &policy);
	struct testbed *bed = test->priv;
	u32 one = size(test, LEN);
	u64 moment = bed->now;

	pass_some(test, b, 0, old);
	bed->now++;
	pass_some(test, b, old, 3);
	testbed_expect_sent(test, 0, old + 3);
	expect_held(test, b, 0, (old + 3) * one);
	fmip_queue_trim(b, moment);
	expect_held(test, b, 0, 3 * one);
	rcu_read_lock();
	fmip_queue_hold(b, moment);
	rcu_read_unlock();
	expect_held(test, b, 3, 3 * one);
	/* What waits is no copy any more. */
	fmip_queue_trim(b, U64_MAX);
	testbed_open(b);
	testbed_expect_sent(test, old, 3);
	expect_held(test, b, 0, 0);
	expect_dropped(test, FMIP_DROP_NONE, 0);
}

static void a_guard_lets_pass_the_old_path_only(struct kunit *test)
{
	struct fmip_tunnel *t = testbed_tunnel(test, FMIP_ENCAP_IP6);
	struct fmip_policy policy = testbed_policy();
	struct fmip_plan *plan = testbed_plan(test, &policy, t, t);
	struct fmip_binding *b = testbed_unpublished(test, plan, 2);
	struct testbed *bed = test->priv;
	int err;

	mutex_lock(&bed->fn.lock);
	err = fmip_binding_publish(b, 0, NULL);
	mutex_unlock(&bed->fn.lock);
	KUNIT_ASSERT_EQ(test, err, 0);
	rcu_read_lock();
	fmip_queue_guard(b);
	local_bh_disable();
	fmip_queue_pass(b, testbed_ip6(test, 3, LEN), 0);
	fmip_queue_pass(b, testbed_ip6(test, 1, LEN), t->id);
	fmip_queue_pass(b, testbed_ip6(test, 4, LEN), t->id + 1);
	fmip_queue_pass(b, testbed_ip6(test, 2, LEN), t->id);
	local_bh_enable();
	rcu_read_unlock();
	testbed_expect_sent(test, 1, 2);
	expect_held(test, b, 2, 2 * size(test, LEN));
	testbed_open(b);
	testbed_expect_sent(test, 3, 2);
	expect_held(test, b, 0, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_is_buffered_is_accounted_for),
	KUNIT_CASE(a_buffered_packet_keeps_no_route),
	KUNIT_CASE(the_newest_go_at_the_tail),
	KUNIT_CASE(the_oldest_go_at_the_head),
	KUNIT_CASE(the_last_byte_still_fits),
	KUNIT_CASE(a_byte_too_many_does_not_fit),
	KUNIT_CASE(a_large_packet_displaces_as_many_as_it_needs),
	KUNIT_CASE(what_can_never_fit_displaces_none),
	KUNIT_CASE(one_arrival_displaces_no_more_than_a_budget),
	KUNIT_CASE(a_hold_is_guaranteed_room_until_it_has_drained),
	KUNIT_CASE(a_release_that_goes_on_keeps_its_guarantee),
	KUNIT_CASE(no_more_is_guaranteed_than_may_be_buffered),
	KUNIT_CASE(the_namespace_is_limited_to_the_byte),
	KUNIT_CASE(the_module_is_limited_to_the_byte),
	KUNIT_CASE(a_flood_leaves_other_bindings_their_guarantee),
	KUNIT_CASE(a_hold_too_many_has_what_is_shared),
	KUNIT_CASE(what_is_too_old_goes),
	KUNIT_CASE(without_an_age_nothing_is_too_old),
	KUNIT_CASE(one_arrival_drops_no_more_than_a_budget),
	KUNIT_CASE(arrivals_share_a_budget),
	KUNIT_CASE(the_end_of_a_binding_gives_everything_back),
	KUNIT_CASE(copies_are_memory_but_no_packets),
	KUNIT_CASE(copies_are_memory_until_they_are_freed),
	KUNIT_CASE(of_copies_the_latest_are_kept),
	KUNIT_CASE(copies_newer_than_a_moment_are_replayed),
	KUNIT_CASE(copies_that_are_to_be_sent_become_guaranteed),
	KUNIT_CASE(copies_up_to_a_moment_are_trimmed),
	KUNIT_CASE(a_guard_lets_pass_the_old_path_only),
	{}
};

static struct kunit_suite queue_suite = {
	.name = "fmip_queue",
	.suite_init = testbed_suite_init,
	.suite_exit = testbed_suite_exit,
	.init = testbed_init,
	.exit = testbed_exit,
	.test_cases = cases,
};

kunit_test_suite(queue_suite);
