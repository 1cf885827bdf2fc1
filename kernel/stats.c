// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters.  The namespace's are per CPU.  A binding's are plain atomics: with
 * a million bindings a copy per CPU would cost more than the bindings.
 */
#include <linux/cpumask.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "binding.h"
#include "net.h"
#include "stats.h"

/**
 * fmip_stats_add() - count something other than a packet and its bytes
 * @fn: namespace
 * @b: binding, or NULL
 * @what: what
 * @n: how many
 *
 * Context: any but hard interrupts; @b under RCU or owned.
 */
void fmip_stats_add(struct fmip_net *fn, struct fmip_binding *b,
		    enum fmip_count what, u64 n)
{
	struct fmip_pcpu_stats *s;

	local_bh_disable();
	s = this_cpu_ptr(fn->stats);
	u64_stats_update_begin(&s->syncp);
	u64_stats_add(&s->count[what], n);
	u64_stats_update_end(&s->syncp);
	local_bh_enable();
	if (b)
		atomic64_add(n, &b->count[what]);
}

/**
 * fmip_stats_packet() - count a packet and its bytes
 * @fn: namespace
 * @b: binding, or NULL
 * @what: RECEIVED, SENT or DECAP; the bytes go into the counter after it
 * @len: bytes of the inner packet
 *
 * Context: bottom halves off; @b under RCU or owned.
 */
void fmip_stats_packet(struct fmip_net *fn, struct fmip_binding *b,
		       enum fmip_count what, unsigned int len)
{
	struct fmip_pcpu_stats *s = this_cpu_ptr(fn->stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_inc(&s->count[what]);
	u64_stats_add(&s->count[what + 1], len);
	u64_stats_update_end(&s->syncp);
	if (b) {
		atomic64_inc(&b->count[what]);
		atomic64_add(len, &b->count[what + 1]);
	}
}

/* Where a binding's drops are counted; NULL if there is no memory for it. */
static struct fmip_drops *drops_of(struct fmip_binding *b)
{
	struct fmip_drops *d = READ_ONCE(b->drops), *won;

	if (likely(d))
		return d;
	d = kzalloc(sizeof(*d), GFP_ATOMIC | __GFP_NOWARN);
	if (!d)
		return NULL;
	won = cmpxchg(&b->drops, NULL, d);
	if (won) {
		kfree(d);
		return won;
	}
	return d;
}

/**
 * fmip_stats_drop() - count packets that have been, or will be, freed
 * @fn: namespace
 * @b: binding, or NULL
 * @why: reason
 * @n: how many
 *
 * Context: any but hard interrupts; @b under RCU or owned.
 */
void fmip_stats_drop(struct fmip_net *fn, struct fmip_binding *b,
		     enum fmip_drop why, u64 n)
{
	struct fmip_pcpu_stats *s;
	struct fmip_drops *d;

	local_bh_disable();
	s = this_cpu_ptr(fn->stats);
	u64_stats_update_begin(&s->syncp);
	u64_stats_add(&s->dropped[why], n);
	u64_stats_update_end(&s->syncp);
	local_bh_enable();
	if (!b)
		return;
	d = drops_of(b);
	if (d)
		atomic64_add(n, &d->reason[why]);
	else
		atomic64_add(n, &b->drops_unnamed);
}

/**
 * fmip_drop() - count a packet and free it
 * @fn: namespace
 * @b: binding that it reached, or NULL
 * @skb: packet
 * @why: reason
 *
 * Context: any but hard interrupts; @b under RCU or owned.
 */
void fmip_drop(struct fmip_net *fn, struct fmip_binding *b,
	       struct sk_buff *skb, enum fmip_drop why)
{
	fmip_stats_drop(fn, b, why, 1);
	kfree_skb(skb);
}

/**
 * fmip_stats_read_net() - sum up a namespace's counters
 * @fn: namespace
 * @s: result
 *
 * Context: any.
 */
void fmip_stats_read_net(struct fmip_net *fn, struct fmip_stats *s)
{
	unsigned int start;
	int cpu, i;

	memset(s, 0, sizeof(*s));
	for_each_possible_cpu(cpu) {
		struct fmip_pcpu_stats *p = per_cpu_ptr(fn->stats, cpu);
		struct fmip_stats one;

		do {
			start = u64_stats_fetch_begin(&p->syncp);
			for (i = 0; i < FMIP_COUNT_MAX; i++)
				one.count[i] = u64_stats_read(&p->count[i]);
			for (i = 0; i < __FMIP_DROP_MAX; i++)
				one.dropped[i] = u64_stats_read(&p->dropped[i]);
		} while (u64_stats_fetch_retry(&p->syncp, start));
		for (i = 0; i < FMIP_COUNT_MAX; i++)
			s->count[i] += one.count[i];
		for (i = 0; i < __FMIP_DROP_MAX; i++)
			s->dropped[i] += one.dropped[i];
	}
}

/**
 * fmip_stats_read_binding() - read a binding's counters
 * @b: binding
 * @s: result
 *
 * Context: @b under RCU or owned.
 */
void fmip_stats_read_binding(struct fmip_binding *b, struct fmip_stats *s)
{
	struct fmip_drops *d = READ_ONCE(b->drops);
	int i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < FMIP_COUNT_MAX; i++)
		s->count[i] = atomic64_read(&b->count[i]);
	for (i = 0; d && i < __FMIP_DROP_MAX; i++)
		s->dropped[i] = atomic64_read(&d->reason[i]);
	s->dropped[FMIP_DROP_NO_MEMORY] += atomic64_read(&b->drops_unnamed);
}
