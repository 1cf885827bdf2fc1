// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queue of a binding, and who may take packets out of it.
 *
 * Order is kept by two rules.  One drainer at a time: it takes packets under
 * the lock, marks the queue as draining, sends them without the lock, and only
 * then takes more or lets another.  And FMIP_GATE_OPEN is published only when
 * the queue is empty and the drainer's last packets have returned from being
 * sent, so that a CPU that sees it can send at once and not overtake.
 */
#include <linux/ktime.h>
#include <linux/slab.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "binding.h"
#include "budget.h"
#include "compat.h"
#include "expiry.h"
#include "link.h"
#include "net.h"
#include "netlink.h"
#include "packet.h"
#include "queue.h"
#include "spent.h"
#include "target.h"
#include "trace.h"

/* How often to look whether a link that a release waits for is there again. */
#define LINK_RETRY_NS	(10 * NSEC_PER_MSEC)

/*
 * For so long does a release wait for neighbours, in all: until each has been asked
 * twice, as a rule.  Behind a prefix there may be addresses that nobody has, and
 * whoever sends to them must not keep others waiting.
 */
#define PATIENCE_NS	(1500 * NSEC_PER_MSEC)

/**
 * struct parked - lives in skb->cb while a packet is buffered
 * @since_ns: when it came
 * @frag_max_size: the largest fragment that it was put together from, or 0
 */
struct parked {
	u64 since_ns;
	u16 frag_max_size;
};

static struct parked *parked(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct parked) > sizeof(skb->cb));
	return (struct parked *)skb->cb;
}

/**
 * fmip_queue_now() - the time by which packets wait
 *
 * Context: any.
 * Return: nanoseconds of CLOCK_MONOTONIC; a test has a clock of its own.
 */
u64 fmip_queue_now(void)
{
	KUNIT_STATIC_STUB_REDIRECT(fmip_queue_now);
	return ktime_get_ns();
}
EXPORT_SYMBOL_IF_KUNIT(fmip_queue_now);

static u32 drain(struct fmip_binding *b, u32 most);
static u32 end_guard(struct fmip_binding *b, u32 most);

/* This run of the softirq has sent enough. */
static void put_off(struct fmip_binding *b, u64 until_ns)
{
	spin_lock(&b->lock);
	if (!b->dying)
		hrtimer_start(&b->queue->timer, ns_to_ktime(until_ns),
			      HRTIMER_MODE_ABS_SOFT);
	spin_unlock(&b->lock);
}

/* When the timer of a queue was to run; others may be setting it anew. */
static u64 expired_ns(struct fmip_binding *b)
{
	u64 ns;

	spin_lock(&b->lock);
	ns = hrtimer_get_expires_ns(&b->queue->timer);
	spin_unlock(&b->lock);
	return ns;
}

static enum hrtimer_restart timer_run(struct hrtimer *timer)
{
	struct fmip_queue *q = container_of(timer, struct fmip_queue, timer);
	struct fmip_binding *b = q->binding;
	u64 until = 0;
	u32 most;

	rcu_read_lock();
	most = fmip_budget_left(expired_ns(b), &until);
	if (!most)
		put_off(b, until);
	else if (READ_ONCE(b->gate) == FMIP_GATE_GUARD && !READ_ONCE(q->before))
		fmip_budget_spend(end_guard(b, most));
	else
		fmip_budget_spend(drain(b, most));
	rcu_read_unlock();
	return HRTIMER_NORESTART;
}

/**
 * fmip_queue_make() - give a binding a queue, if it has none
 * @b: binding
 *
 * Context: process, the namespace's lock held.
 * Return: 0 or -ENOMEM.
 */
int fmip_queue_make(struct fmip_binding *b)
{
	struct fmip_queue *q;

	lockdep_assert_held(&b->fn->lock);
	if (b->queue)
		return 0;
	if (!fmip_binding_more(b, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;
	q = kzalloc(sizeof(*q), GFP_KERNEL_ACCOUNT);
	if (!q)
		return -ENOMEM;
	__skb_queue_head_init(&q->skbs);
	hrtimer_init(&q->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	q->timer.function = timer_run;
	q->binding = b;
	q->then = FMIP_GATE_OPEN;

	fmip_room_join(&b->fn->room);
	spin_lock_bh(&b->lock);
	/* An arrival looks into it without the lock. */
	smp_store_release(&b->queue, q);
	spin_unlock_bh(&b->lock);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_queue_make);

static bool idle(const struct fmip_queue *q)
{
	return !q || (skb_queue_empty(&q->skbs) && !q->draining);
}

/* Copies are memory, but not packets that anybody waits for. */
static void account(struct fmip_binding *b, const struct sk_buff *skb)
{
	struct fmip_queue *q = b->queue;

	q->len += skb->len;
	q->bytes += skb->truesize;
	q->peak_bytes = max_t(u64, q->peak_bytes, q->bytes);
	atomic_long_add(skb->truesize, &b->fn->buffered_bytes);
	if (q->copies)
		return;
	q->peak_packets = max_t(u64, q->peak_packets, skb_queue_len(&q->skbs));
	atomic_long_inc(&b->fn->buffered_packets);
}

/* What of @bytes goes beyond the guarantee. */
static long beyond(const struct fmip_queue *q, long bytes)
{
	return max(bytes - q->guaranteed, 0L);
}

/*
 * How much more than @shared may be taken: so little of a queue that has little that
 * many of them do not keep others from what they do not need.
 */
static long ahead(long shared)
{
	return min(shared, FMIP_QUEUE_CHUNK);
}

/* Give back what is shared but for a chunk; of a queue that needs none of it, all. */
static void give_back(struct fmip_binding *b)
{
	struct fmip_queue *q = b->queue;
	long shared = beyond(q, q->bytes), keep = shared + ahead(shared);

	if (q->shared <= keep)
		return;
	fmip_room_give(&b->fn->room, q->shared - keep);
	q->shared = keep;
}

/* Give back the room of so many packets, which are out of the queue. */
static void unaccount(struct fmip_binding *b, unsigned int packets, long bytes)
{
	struct fmip_queue *q = b->queue;
	long shared;

	q->bytes -= bytes;
	if (!q->copies)
		atomic_long_sub(packets, &b->fn->buffered_packets);
	atomic_long_sub(bytes, &b->fn->buffered_bytes);
	shared = beyond(q, q->bytes);
	if (q->shared - shared > 2 * ahead(shared))
		give_back(b);
}

static struct sk_buff *take(struct fmip_binding *b)
{
	struct fmip_queue *q = b->queue;
	struct sk_buff *skb = __skb_dequeue(&q->skbs);

	if (!skb)
		return NULL;
	if (skb == q->before)
		WRITE_ONCE(q->before, NULL);
	q->len -= skb->len;
	unaccount(b, 1, skb->truesize);
	return skb;
}

/* Have @shared of what is shared, and a chunk more if there is that much left. */
static noinline enum fmip_drop take_shared(struct fmip_binding *b, long shared)
{
	struct fmip_queue *q = b->queue;
	long more = shared + ahead(shared);
	enum fmip_drop why;

	if (!fmip_room_take(&b->fn->room, more - q->shared)) {
		q->shared = more;
		return FMIP_DROP_NONE;
	}
	why = fmip_room_take(&b->fn->room, shared - q->shared);
	if (!why)
		q->shared = shared;
	return why;
}

/* Take room for @skb: what is guaranteed first, then of what is shared. */
static __always_inline enum fmip_drop reserve(struct fmip_binding *b,
					      const struct sk_buff *skb)
{
	struct fmip_queue *q = b->queue;
	long shared = beyond(q, q->bytes + skb->truesize);

	return likely(shared <= q->shared) ? FMIP_DROP_NONE :
					     take_shared(b, shared);
}

/* Packets are going to wait, beginning with those that there are. */
static void guarantee(struct fmip_binding *b, const struct fmip_policy *policy)
{
	struct fmip_queue *q = b->queue;

	if (q->guaranteed)
		return;
	q->guaranteed = fmip_room_guarantee(&b->fn->room, policy->limit_bytes,
					    q->shared);
	q->shared -= min(q->guaranteed, q->shared);
}

/* None waits any more. */
static void end_guarantee(struct fmip_binding *b)
{
	struct fmip_queue *q = b->queue;

	if (!q || !q->guaranteed)
		return;
	fmip_room_end_guarantee(&b->fn->room, q->guaranteed);
	q->guaranteed = 0;
}

/* Does @skb fit within the binding's own limits? */
static enum fmip_drop fits(const struct fmip_queue *q,
			   const struct fmip_policy *policy,
			   const struct sk_buff *skb)
{
	if (unlikely(skb_queue_len(&q->skbs) >= policy->limit_packets))
		return FMIP_DROP_LIMIT_PACKETS;
	if (unlikely(q->bytes + (long)skb->truesize > policy->limit_bytes))
		return FMIP_DROP_LIMIT_BYTES;
	return FMIP_DROP_NONE;
}

/* A copy that is no longer kept is no loss. */
static void discard(struct fmip_binding *b, struct sk_buff *skb,
		    enum fmip_drop why)
{
	if (b->queue->copies)
		consume_skb(skb);
	else
		fmip_drop(b->fn, b, skb, why);
}

/* Drop what has waited for too long, but no more than @left, which it counts. */
static __always_inline void drop_aged(struct fmip_binding *b,
				      const struct fmip_policy *policy,
				      u64 now, u32 *left)
{
	u64 age = policy->limit_age * (u64)NSEC_PER_MSEC;
	struct sk_buff *skb;

	if (!age)
		return;
	while (*left && (skb = skb_peek(&b->queue->skbs)) &&
	       now - parked(skb)->since_ns > age) {
		discard(b, take(b), FMIP_DROP_AGED);
		--*left;
	}
}

/*
 * Make room for @skb where the oldest go first, but no more than @left of them: it
 * may be large, or the limit may have been lowered.
 */
static enum fmip_drop make_room(struct fmip_binding *b,
				const struct fmip_policy *policy,
				const struct sk_buff *skb, enum fmip_drop why,
				u32 *left)
{
	struct fmip_queue *q = b->queue;

	if (skb->truesize > policy->limit_bytes)
		return why;
	for (; why && *left && !skb_queue_empty(&q->skbs); --*left) {
		discard(b, take(b), why);
		q->overflowed = !q->copies;
		why = fits(q, policy, skb);
	}
	return why;
}

/* Of copies the latest are kept also where there is no more room for others. */
static __always_inline enum fmip_drop
reserve_for(struct fmip_binding *b, const struct sk_buff *skb, u32 *left)
{
	enum fmip_drop why = reserve(b, skb);

	for (; unlikely(why) && b->queue->copies && *left &&
	     !skb_queue_empty(&b->queue->skbs); --*left) {
		discard(b, take(b), why);
		why = reserve(b, skb);
	}
	return why;
}

/* To the end, or where a guard lets go on what came by the old path. */
static void put(struct fmip_queue *q, struct sk_buff *skb, bool old_path)
{
	if (likely(!old_path)) {
		__skb_queue_tail(&q->skbs, skb);
		return;
	}
	if (q->before)
		__skb_queue_after(&q->skbs, q->before, skb);
	else
		__skb_queue_head(&q->skbs, skb);
	WRITE_ONCE(q->before, skb);
}

/*
 * Queue @skb, or say why it cannot be.  @old_path is for a guard that cannot let
 * it pass yet.  Called with @b->lock held.
 */
static __always_inline enum fmip_drop
enqueue(struct fmip_binding *b, struct sk_buff *skb, bool old_path)
{
	const struct fmip_policy *policy = rcu_dereference(b->plan)->policy;
	struct fmip_queue *q = b->queue;
	u64 now = fmip_queue_now();
	u32 left = FMIP_GATE_BUDGET;
	enum fmip_drop why;

	drop_aged(b, policy, now, &left);
	why = fits(q, policy, skb);
	if (unlikely(why &&
		     (q->copies || policy->overflow == FMIP_OVERFLOW_HEAD)))
		why = make_room(b, policy, skb, why, &left);
	if (likely(!why))
		why = reserve_for(b, skb, &left);
	if (unlikely(why)) {
		q->overflowed = !q->copies;
		return why;
	}
	*parked(skb) = (struct parked) {
		.since_ns = now,
		.frag_max_size = fmip_packet_family(skb) == AF_INET6 ?
				 IP6CB(skb)->frag_max_size :
				 IPCB(skb)->frag_max_size,
	};
	put(q, skb, old_path);
	account(b, skb);
	if (!q->arrived++)
		q->first_ns = now;
	return FMIP_DROP_NONE;
}

/* Let go of all that may not outlive the moment, but for the input interface. */
static __always_inline void strip(struct sk_buff *skb)
{
	skb_orphan(skb);
	nf_reset_ct(skb);
	skb_dst_drop(skb);
	skb_ext_reset(skb);
	skb->dev = NULL;
}

/* Keep a copy of a packet that is going to be sent, if there is room for it. */
static void keep_copy(struct fmip_binding *b, struct sk_buff *skb)
{
	struct sk_buff *copy = skb_clone(skb, GFP_ATOMIC);

	lockdep_assert_held(&b->lock);
	if (!copy)
		return;
	strip(copy);
	if (enqueue(b, copy, false))
		consume_skb(copy);
}

/* Did a packet come by the path that a guard waits for? */
static bool by_old_path(struct fmip_binding *b, u32 tunnel)
{
	const struct fmip_plan *plan = rcu_dereference(b->plan);
	int i;

	for (i = 0; tunnel && i < plan->n_accepts; i++)
		if (fmip_plan_accepts(plan)[i].tunnel->id == tunnel)
			return true;
	return false;
}

/* May what comes by the old path be sent, or does it wait for others of it? */
static bool guard_passes(struct fmip_binding *b)
{
	struct fmip_queue *q = b->queue;

	q->guarded_ns = fmip_queue_now();
	return !q->before && !q->draining;
}

/* Is a packet to be sent at once?  Called with @b->lock held. */
static bool passes(struct fmip_binding *b, struct sk_buff *skb, bool old_path)
{
	if (b->dying)
		return false;
	switch (b->gate) {
	case FMIP_GATE_OPEN:
		return true;
	case FMIP_GATE_COPY:
		keep_copy(b, skb);
		return true;
	case FMIP_GATE_GUARD:
		return old_path && guard_passes(b);
	default:
		return false;
	}
}

static void park(struct fmip_binding *b, struct sk_buff *skb, u32 tunnel)
{
	struct fmip_plan *plan;
	enum fmip_drop why;
	bool before, first, old_path;

	spin_lock(&b->lock);
	old_path = b->gate == FMIP_GATE_GUARD && by_old_path(b, tunnel);
	if (unlikely(passes(b, skb, old_path))) {
		/* What a copy is kept of goes to the target of this moment. */
		plan = rcu_dereference(b->plan);
		spin_unlock(&b->lock);
		fmip_target_xmit_by(b, plan, skb, false);
		return;
	}
	if (unlikely(b->dying)) {
		spin_unlock(&b->lock);
		fmip_drop(b->fn, b, skb, fmip_binding_reason(b));
		return;
	}
	before = b->queue->overflowed;
	strip(skb);
	why = enqueue(b, skb, old_path);
	first = !before && b->queue->overflowed;
	spin_unlock(&b->lock);
	if (unlikely(why))
		fmip_drop(b->fn, b, skb, why);
	if (unlikely(first))
		fmip_netlink_overflow(b);
}

/**
 * fmip_queue_pass() - a packet of a binding has passed the firewall
 * @b: binding
 * @skb: packet; consumed
 * @tunnel: id of the tunnel that it came out of, or 0
 *
 * Context: RCU, bottom halves off.
 */
void fmip_queue_pass(struct fmip_binding *b, struct sk_buff *skb, u32 tunnel)
{
	/* Pairs with set_gate(): the last buffered packet is out. */
	if (likely(smp_load_acquire(&b->gate) == FMIP_GATE_OPEN))
		fmip_target_xmit(b, skb, false);
	else
		park(b, skb, tunnel);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_queue_pass);

/* Pairs with fmip_queue_pass(). */
static void set_gate(struct fmip_binding *b, enum fmip_gate gate)
{
	lockdep_assert_held(&b->lock);
	if (gate != b->gate)
		trace_gate(b, gate, b->queue ? skb_queue_len(&b->queue->skbs) : 0);
	/* The packets sent before are sent for whoever sees the gate open. */
	smp_store_release(&b->gate, gate);
}

/* Is anything of the queue to be sent?  Called with @b->lock held. */
static bool releases(const struct fmip_binding *b)
{
	return b->gate == FMIP_GATE_DRAINING ||
	       (b->gate == FMIP_GATE_GUARD && b->queue->before);
}

/* When the oldest packet came.  There is one. */
static u64 oldest_ns(const struct fmip_queue *q)
{
	return parked(skb_peek(&q->skbs))->since_ns;
}

static void take_some(struct fmip_binding *b, const struct fmip_policy *policy,
		      u64 now, u32 most, struct sk_buff_head *batch)
{
	struct fmip_queue *q = b->queue;
	u32 n;

	if (!q->pace.started)
		fmip_pace_begin(&q->pace, now, oldest_ns(q));
	n = min(most, fmip_pace_most(&policy->pace, &q->pace, now, q->arrived,
				     now - q->first_ns));
	while (n-- && !skb_queue_empty(&q->skbs) && releases(b) &&
	       fmip_pace_take(&policy->pace, &q->pace, now, oldest_ns(q)))
		__skb_queue_tail(batch, take(b));
}

/* Is it of use to send the first packet now?  There is one. */
static bool ready(struct fmip_binding *b, const struct fmip_plan *plan, u64 now)
{
	struct fmip_queue *q = b->queue;
	struct sk_buff *skb = skb_peek(&q->skbs);

	if (fmip_target_ready(b->fn, plan, skb, true)) {
		if (q->asked_ns)
			q->waited_ns += now - q->asked_ns;
		q->asked_ns = 0;
		return true;
	}
	if (!fmip_target_ready(b->fn, plan, skb, false)) {
		q->asked_ns = 0;
		return false;
	}
	if (!q->asked_ns)
		q->asked_ns = now;
	return q->waited_ns + now - q->asked_ns > PATIENCE_NS;
}

/*
 * Take what may be sent now, no more than @left, which it counts, and of what is
 * for a @node the first; false if that is nothing although there is something.
 * What waits for a link that is down stays.  Called with @b->lock held.
 */
static bool take_due(struct fmip_binding *b, const struct fmip_node *node,
		     u32 *left, struct sk_buff_head *batch)
{
	struct fmip_plan *plan = rcu_dereference(b->plan);
	struct fmip_queue *q = b->queue;
	u64 now = fmip_queue_now();

	drop_aged(b, plan->policy, now, left);
	if (skb_queue_empty(&q->skbs))
		return true;
	if (!*left)
		return false;
	if (node ? !fmip_target_reaches(plan, node, skb_peek(&q->skbs)) :
		   !ready(b, plan, now)) {
		/* It begins anew when the link is there again. */
		q->pace.started = false;
		return false;
	}
	take_some(b, plan->policy, now, node ? 1 : *left, batch);
	*left -= skb_queue_len(batch);
	return !skb_queue_empty(batch);
}

/* How long until the next packet may go.  Called with @b->lock held. */
static u64 wait_ns(struct fmip_binding *b)
{
	struct fmip_plan *plan = rcu_dereference(b->plan);
	struct fmip_queue *q = b->queue;
	u64 now = fmip_queue_now();

	if (skb_queue_empty(&q->skbs))
		return 0;
	if (!ready(b, plan, now))
		return LINK_RETRY_NS;
	if (!q->pace.started)
		return FMIP_GATE_PAUSE_NS;
	return fmip_pace_wait(&plan->policy->pace, &q->pace, now, oldest_ns(q));
}

/* Bring a packet back into the state in which it was queued. */
static void unpark(struct sk_buff *skb)
{
	u16 frag_max_size = parked(skb)->frag_max_size;

	memset(skb->cb, 0, sizeof(skb->cb));
	if (fmip_packet_family(skb) == AF_INET6)
		IP6CB(skb)->frag_max_size = frag_max_size;
	else
		IPCB(skb)->frag_max_size = frag_max_size;
}

/* Returns when the first of them was out. */
static u64 send_batch(struct fmip_binding *b, const struct fmip_node *node,
		      struct sk_buff_head *batch)
{
	u64 first_ns = 0;
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(batch))) {
		unpark(skb);
		if (node)
			fmip_target_xmit_node(b, node, skb);
		else
			fmip_target_xmit(b, skb, true);
		if (!first_ns)
			first_ns = fmip_queue_now();
	}
	return first_ns;
}

/* When a guard is to be looked at again, or 0 if it may end. */
static u64 guard_left(const struct fmip_binding *b, u64 now)
{
	const struct fmip_policy *policy = rcu_dereference(b->plan)->policy;
	u64 end = b->queue->guarded_ns + policy->guard_idle * (u64)NSEC_PER_MSEC;

	return end > now ? end - now : 0;
}

/* Set the timer of a guard: for its release, or else for its end. */
static void arm_guard(struct fmip_binding *b)
{
	const struct fmip_policy *policy = rcu_dereference(b->plan)->policy;
	struct fmip_queue *q = b->queue;
	u64 ns;

	if (q->draining || (!q->before && !policy->guard_idle))
		return;
	ns = q->before ? wait_ns(b) : guard_left(b, fmip_queue_now());
	hrtimer_start(&q->timer, ns_to_ktime(ns), HRTIMER_MODE_REL_SOFT);
}

/*
 * What comes after a batch.  Called with @b->lock held.  Returns whether the
 * gate has opened.
 */
static bool settle(struct fmip_binding *b)
{
	if (!b->dying && b->gate == FMIP_GATE_GUARD)
		arm_guard(b);
	if (b->dying || b->gate != FMIP_GATE_DRAINING)
		return false;
	if (!idle(b->queue)) {
		hrtimer_start(&b->queue->timer,
			      ns_to_ktime(wait_ns(b) + fmip_budget_turn()),
			      HRTIMER_MODE_REL_SOFT);
		return false;
	}
	set_gate(b, fmip_gate_next(b->gate, FMIP_GATE_STEP_EMPTY, true,
				   b->queue->then));
	b->queue->copies = b->gate == FMIP_GATE_COPY;
	end_guarantee(b);
	return true;
}

/*
 * Send what is due; for a @node the first packet, and only then learn where it
 * is.  No more than @left, which it counts.  Called with @b->lock held, and nobody
 * draining.  Returns whether the gate has opened.
 */
static bool drain_locked(struct fmip_binding *b, const struct fmip_node *node,
			 u32 *left)
	__must_hold(&b->lock)
{
	struct fmip_queue *q = b->queue;
	struct sk_buff_head batch;
	u64 opened_ns, first_ns;

	__skb_queue_head_init(&batch);
	if (take_due(b, node, left, &batch) || node) {
		opened_ns = q->opened_ns;
		if (!skb_queue_empty(&batch))
			q->opened_ns = 0;
		q->draining = true;
		spin_unlock(&b->lock);
		trace_release(b, skb_queue_len(&batch));
		first_ns = send_batch(b, node, &batch);
		if (node)
			fmip_link_learn(node);
		spin_lock(&b->lock);
		q->draining = false;
		if (opened_ns && first_ns)
			q->first_release_ns = first_ns - opened_ns;
	}
	return settle(b);
}

/*
 * Send what is due, and drop what is too old, but no more than @most.  Returns how
 * much that was.  RCU, bottom halves off.
 */
static u32 drain(struct fmip_binding *b, u32 most)
{
	bool opened = false;
	u32 left = most;

	spin_lock(&b->lock);
	if (!b->dying && releases(b) && !b->queue->draining)
		opened = drain_locked(b, NULL, &left);
	else if (!b->dying && b->gate == FMIP_GATE_GUARD)
		arm_guard(b); /* What was to be released has been dropped. */
	spin_unlock(&b->lock);
	if (opened)
		fmip_netlink_released(b);
	return most - left;
}

/**
 * fmip_queue_repace() - begin the pace of a release anew
 * @b: binding whose way to release has changed
 *
 * Context: process.
 */
void fmip_queue_repace(struct fmip_binding *b)
{
	struct fmip_queue *q;

	spin_lock_bh(&b->lock);
	q = b->queue;
	if (q)
		q->pace.started = false;
	if (q && !q->draining && !b->dying && b->gate == FMIP_GATE_DRAINING)
		hrtimer_start(&q->timer, 0, HRTIMER_MODE_REL_SOFT);
	spin_unlock_bh(&b->lock);
}

/* Take all packets out of the queue at once.  Called with @b->lock held. */
static void take_all(struct fmip_binding *b, struct sk_buff_head *all)
{
	struct fmip_queue *q = b->queue;
	unsigned int packets = skb_queue_len(&q->skbs);

	skb_queue_splice_tail_init(&q->skbs, all);
	WRITE_ONCE(q->before, NULL);
	q->len = 0;
	unaccount(b, packets, q->bytes);
}

/* The whole window is of no use.  Copies had no guarantee. */
static void spend(struct fmip_binding *b)
{
	struct fmip_queue *q = b->queue;
	struct sk_buff_head window;

	if (skb_queue_empty(&q->skbs))
		return;
	__skb_queue_head_init(&window);
	skb_queue_splice_tail_init(&q->skbs, &window);
	fmip_room_give(&b->fn->room, q->shared - q->bytes);
	q->shared = 0;
	q->bytes = 0;
	q->len = 0;
	fmip_spent_add(&b->fn->spent, &window);
}

/*
 * Let go of copies that came by @replay_ns or are too old, but no more than a few.
 * As long as they are copies, being too old is no loss.  Called with @b->lock held.
 * Returns whether there are more.
 */
static bool trim(struct fmip_binding *b, u64 replay_ns)
{
	const struct fmip_policy *policy = rcu_dereference(b->plan)->policy;
	u32 left = FMIP_GATE_BUDGET;
	struct sk_buff *skb;

	drop_aged(b, policy, fmip_queue_now(), &left);
	for (; left && (skb = skb_peek(&b->queue->skbs)) &&
	     parked(skb)->since_ns <= replay_ns; left--)
		consume_skb(take(b));
	return !left;
}

/**
 * fmip_queue_trim() - let go of the copies that are not going to be sent
 * @b: binding
 * @replay_ns: what fmip_queue_hold(), or what opens the gate, is going to be told
 *
 * There may be many, and the processor has other things to do.
 *
 * Context: process.
 */
void fmip_queue_trim(struct fmip_binding *b, u64 replay_ns)
{
	bool more;

	do {
		rcu_read_lock();
		spin_lock_bh(&b->lock);
		more = b->queue && b->queue->copies && trim(b, replay_ns);
		spin_unlock_bh(&b->lock);
		rcu_read_unlock();
		cond_resched();
	} while (more);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_queue_trim);

/*
 * The window of a copy ends.  What is newer than @replay_ns is sent once more:
 * each of those is a packet of its own.  Called with @b->lock held, and before that
 * fmip_queue_trim() if there is anything to be sent.
 */
static void end_copying(struct fmip_binding *b, u64 replay_ns)
{
	struct fmip_queue *q = b->queue;

	if (!q || !q->copies)
		return;
	if (replay_ns == FMIP_REPLAY_NONE)
		spend(b);
	else
		trim(b, replay_ns);
	q->copies = false;
	q->arrived = skb_queue_len(&q->skbs);
	if (!q->arrived)
		return;
	q->first_ns = parked(skb_peek(&q->skbs))->since_ns;
	q->peak_packets = max_t(u64, q->peak_packets, q->arrived);
	atomic_long_add(q->arrived, &b->fn->buffered_packets);
	fmip_stats_add(b->fn, b, FMIP_COUNT_COPIED, q->arrived);
	fmip_stats_add(b->fn, b, FMIP_COUNT_RECEIVED, q->arrived);
	fmip_stats_add(b->fn, b, FMIP_COUNT_RECEIVED_BYTES, q->len);
}

static void start_hold_timer(struct fmip_binding *b,
			     const struct fmip_policy *policy)
{
	b->more->has_hold_end = policy->hold_time;
	b->more->hold_end = jiffies + fmip_expiry_jiffies(policy->hold_time);
	fmip_expiry_arm(b);
}

/* A new release owes nothing to the one before. */
static void renew_release(struct fmip_queue *q)
{
	q->pace.started = false;
	q->asked_ns = 0;
	q->waited_ns = 0;
	WRITE_ONCE(q->before, NULL);
}

/* Packets are going to wait from now on.  Called with @b->lock held. */
static void begin_waiting(struct fmip_binding *b, enum fmip_gate_step step)
{
	const struct fmip_policy *policy = rcu_dereference(b->plan)->policy;
	struct fmip_queue *q = b->queue;

	renew_release(q);
	if (idle(q))
		q->arrived = 0;
	set_gate(b, fmip_gate_next(b->gate, step, idle(q), q->then));
	q->overflowed = false;
	guarantee(b, policy);
	start_hold_timer(b, policy);
}

/**
 * fmip_queue_hold() - buffer from now on
 * @b: binding with a queue
 * @replay_ns: copies that are newer go first, CLOCK_MONOTONIC;
 *	FMIP_REPLAY_NONE if none do
 *
 * A release that is under way ends with the packets that are being sent.
 *
 * Context: process or softirq, RCU.
 */
void fmip_queue_hold(struct fmip_binding *b, u64 replay_ns)
{
	spin_lock_bh(&b->lock);
	if (!b->dying) {
		end_copying(b, replay_ns);
		begin_waiting(b, FMIP_GATE_STEP_HOLD);
	}
	spin_unlock_bh(&b->lock);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_queue_hold);

static bool guard_over(const struct fmip_binding *b, u64 now)
{
	const struct fmip_queue *q = b->queue;

	return rcu_dereference(b->plan)->policy->guard_idle && !q->before &&
	       !q->draining && !guard_left(b, now);
}

/* What fmip_queue_finish_open() does, and how many packets that was. */
static u32 go_on(struct fmip_binding *b, bool empty, u32 most)
{
	if (!empty)
		return drain(b, most);
	fmip_netlink_released(b);
	return 0;
}

/*
 * Nothing came by the old path for a while: let go what waits for that, but at
 * first no more than @most.  Returns how much that was.
 */
static u32 end_guard(struct fmip_binding *b, u32 most)
{
	bool opened, empty = false;
	u64 now = fmip_queue_now();

	spin_lock(&b->lock);
	opened = !b->dying && b->gate == FMIP_GATE_GUARD && guard_over(b, now);
	if (opened)
		empty = fmip_queue_start_open(b, now, FMIP_REPLAY_NONE);
	else if (!b->dying && b->gate == FMIP_GATE_GUARD)
		arm_guard(b);
	spin_unlock(&b->lock);
	return opened ? go_on(b, empty, most) : 0;
}

/**
 * fmip_queue_guard() - buffer what does not come by the old path
 * @b: binding with a queue
 *
 * What is buffered already came before the change of path: it is released, and
 * what comes by the old path goes behind it and before all else.
 *
 * Context: process, RCU.
 */
void fmip_queue_guard(struct fmip_binding *b)
{
	struct fmip_queue *q = b->queue;

	spin_lock_bh(&b->lock);
	if (!b->dying) {
		end_copying(b, FMIP_REPLAY_NONE);
		q->guarded_ns = fmip_queue_now();
		begin_waiting(b, FMIP_GATE_STEP_GUARD);
		WRITE_ONCE(q->before, skb_peek_tail(&q->skbs));
		arm_guard(b);
	}
	spin_unlock_bh(&b->lock);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_queue_guard);

/**
 * fmip_queue_reguard() - the time after which a guard ends has changed
 * @b: binding
 *
 * Context: process, RCU.
 */
void fmip_queue_reguard(struct fmip_binding *b)
{
	spin_lock_bh(&b->lock);
	if (!b->dying && b->gate == FMIP_GATE_GUARD)
		arm_guard(b);
	spin_unlock_bh(&b->lock);
}

/* Called with @b->lock held; returns what fmip_queue_finish_open() is told. */
static bool start(struct fmip_binding *b, enum fmip_gate_step step,
		  enum fmip_gate then, u64 since_ns)
{
	struct fmip_queue *q = b->queue;
	bool empty = idle(q);

	if (q) {
		renew_release(q);
		q->opened_ns = since_ns;
		q->then = then;
		q->copies = empty && then == FMIP_GATE_COPY;
	}
	if (b->more) {
		b->more->has_hold_end = false;
		fmip_expiry_arm(b);
	}
	set_gate(b, fmip_gate_next(b->gate, step, empty, then));
	if (empty)
		end_guarantee(b);
	return empty;
}

/**
 * fmip_queue_start_open() - move the gate of a binding towards open
 * @b: binding
 * @since_ns: when the reason for it was seen, CLOCK_MONOTONIC
 * @replay_ns: as for fmip_queue_hold()
 *
 * Context: @b->lock held.
 * Return: what fmip_queue_finish_open() is to be told, without the lock.
 */
bool fmip_queue_start_open(struct fmip_binding *b, u64 since_ns, u64 replay_ns)
{
	end_copying(b, replay_ns);
	return start(b, FMIP_GATE_STEP_OPEN, FMIP_GATE_OPEN, since_ns);
}

/**
 * fmip_queue_finish_open() - send the first of what is buffered
 * @b: binding whose gate fmip_queue_start_open() has moved
 * @empty: what that returned
 *
 * Context: RCU, bottom halves off.
 */
void fmip_queue_finish_open(struct fmip_binding *b, bool empty)
{
	go_on(b, empty, FMIP_GATE_BUDGET);
}

/**
 * fmip_queue_release_soon() - send the first of what is buffered, but not here
 * @b: binding whose gate fmip_queue_start_open() has moved, and that has something
 *
 * Context: @b->lock held.
 */
void fmip_queue_release_soon(struct fmip_binding *b)
{
	lockdep_assert_held(&b->lock);
	if (!b->queue->draining)
		hrtimer_start(&b->queue->timer, 0, HRTIMER_MODE_REL_SOFT);
}

/**
 * fmip_queue_copy() - let pass and keep copies, once what is buffered is out
 * @b: binding with a queue
 *
 * Context: process, RCU.
 */
void fmip_queue_copy(struct fmip_binding *b)
{
	bool moved, empty = false;

	local_bh_disable();
	spin_lock(&b->lock);
	moved = !b->dying && b->gate != FMIP_GATE_COPY;
	if (moved)
		empty = start(b, FMIP_GATE_STEP_COPY, FMIP_GATE_COPY,
			      fmip_queue_now());
	spin_unlock(&b->lock);
	if (moved && !empty)
		drain(b, FMIP_GATE_BUDGET);
	local_bh_enable();
}
EXPORT_SYMBOL_IF_KUNIT(fmip_queue_copy);

/* Has a gate to be moved for its binding to be open in the end? */
static bool opens(const struct fmip_binding *b)
{
	if (b->dying || b->gate == FMIP_GATE_OPEN)
		return false;
	return b->gate != FMIP_GATE_DRAINING ||
	       b->queue->then != FMIP_GATE_OPEN;
}

/**
 * fmip_queue_open() - release what is buffered, then let pass
 * @b: binding
 * @since_ns: when the reason for it was seen, CLOCK_MONOTONIC
 * @replay_ns: as for fmip_queue_hold()
 *
 * The first packets have been sent when this returns.
 *
 * Context: process or softirq, RCU.
 * Return: whether there was anything to open.
 */
bool fmip_queue_open(struct fmip_binding *b, u64 since_ns, u64 replay_ns)
{
	bool moved, empty = false;

	local_bh_disable();
	spin_lock(&b->lock);
	moved = opens(b);
	if (moved)
		empty = fmip_queue_start_open(b, since_ns, replay_ns);
	spin_unlock(&b->lock);
	if (moved)
		fmip_queue_finish_open(b, empty);
	local_bh_enable();
	return moved;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_queue_open);

/* A node that is there, as far as its binding knows, has not been away. */
static bool lets_in(const struct fmip_binding *b)
{
	return opens(b) && b->gate != FMIP_GATE_COPY &&
	       (b->gate != FMIP_GATE_DRAINING ||
		b->queue->then != FMIP_GATE_COPY);
}

/* Go on with the first packets, here if there is a budget for it. */
static void release_arrived(struct fmip_binding *b, u32 most)
{
	if (most) {
		fmip_budget_spend(drain(b, most));
		return;
	}
	spin_lock(&b->lock);
	if (!b->dying)
		fmip_queue_release_soon(b);
	spin_unlock(&b->lock);
}

/**
 * fmip_queue_let_in() - open the gate for a node that has just said where it is
 * @b: binding
 * @since_ns: when that was, CLOCK_MONOTONIC
 * @node: what there is to learn of it, or NULL
 *
 * The first packet need not wait until there is a neighbour entry, if there is
 * none yet.  But there must be one before the gate is open, or what passes then
 * would wait in it, and be overtaken.
 *
 * Context: RCU, bottom halves off.
 * Return: whether there was anything to open.
 */
bool fmip_queue_let_in(struct fmip_binding *b, u64 since_ns,
		       const struct fmip_node *node)
{
	bool moved, empty = false, opened = false;
	u32 most = min_t(u32, fmip_budget_arrival(since_ns), FMIP_GATE_BUDGET);
	u32 left = most;

	if (node && (!READ_ONCE(b->queue) ||
		     skb_queue_empty_lockless(&b->queue->skbs) ||
		     fmip_link_knows(node))) {
		fmip_link_learn(node);
		node = NULL;
	}
	spin_lock(&b->lock);
	moved = lets_in(b);
	if (moved)
		empty = fmip_queue_start_open(b, since_ns, FMIP_REPLAY_NONE);
	if (moved && node && most && !empty && !b->queue->draining) {
		opened = drain_locked(b, node, &left);
		fmip_budget_spend(most - left);
		node = NULL;
	}
	spin_unlock(&b->lock);
	if (node)
		fmip_link_learn(node);
	if (empty || opened)
		fmip_netlink_released(b);
	else if (moved)
		release_arrived(b, left);
	return moved;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_queue_let_in);

/**
 * fmip_queue_end() - free what a dying binding buffers
 * @b: binding; it is dying, so that nothing is added or sent any more
 *
 * Context: process.
 */
void fmip_queue_end(struct fmip_binding *b)
{
	struct sk_buff_head rest;

	if (!b->queue)
		return;
	hrtimer_cancel(&b->queue->timer);
	__skb_queue_head_init(&rest);
	spin_lock_bh(&b->lock);
	take_all(b, &rest);
	end_guarantee(b);
	spin_unlock_bh(&b->lock);
	while (!skb_queue_empty(&rest)) {
		discard(b, __skb_dequeue(&rest), fmip_binding_reason(b));
		cond_resched();
	}
}
