// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters.  The namespace's are per CPU.  A binding's are plain atomics: with
 * a million bindings a copy per CPU would cost more than the bindings.
 */
#include <linux/cpumask.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "binding.h"
#include "compat.h"
#include "net.h"
#include "stats.h"
#include "trace.h"

/* What is rare is counted where most bindings have nothing. */
static void count(struct fmip_binding *b, enum fmip_count what, u64 n)
{
	struct fmip_more *more;

	if (what < FMIP_COUNT_HOT) {
		atomic64_add(n, &b->count[what]);
		return;
	}
	more = fmip_binding_more(b, GFP_ATOMIC);
	if (more)
		atomic64_add(n, &more->count[what - FMIP_COUNT_HOT]);
}

/**
 * fmip_stats_add() - count something other than a packet and its bytes
 * @fn: namespace
 * @b: binding, or NULL
 * @what: what
 * @n: how many
 *
 * Context: bottom halves off; @b under RCU or owned.
 */
void fmip_stats_add(struct fmip_net *fn, struct fmip_binding *b,
		    enum fmip_count what, u64 n)
{
	struct fmip_pcpu_stats *s = this_cpu_ptr(fn->stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_add(&s->count[what], n);
	u64_stats_update_end(&s->syncp);
	if (b)
		count(b, what, n);
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
		count(b, what, 1);
		count(b, what + 1, len);
	}
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
	struct fmip_more *more;

	trace_drop(fn, b, why, n);
	local_bh_disable();
	s = this_cpu_ptr(fn->stats);
	u64_stats_update_begin(&s->syncp);
	u64_stats_add(&s->dropped[why], n);
	u64_stats_update_end(&s->syncp);
	local_bh_enable();
	if (!b)
		return;
	more = fmip_binding_more(b, GFP_ATOMIC);
	if (more)
		atomic64_add(n, &more->drops[why]);
	else
		atomic_add(n, &b->drops_unnamed);
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
EXPORT_SYMBOL_IF_KUNIT(fmip_stats_read_net);

/**
 * fmip_stats_read_binding() - read a binding's counters
 * @b: binding
 * @s: result
 *
 * Context: @b under RCU or owned.
 */
void fmip_stats_read_binding(struct fmip_binding *b, struct fmip_stats *s)
{
	struct fmip_more *more = READ_ONCE(b->more);
	int i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < FMIP_COUNT_HOT; i++)
		s->count[i] = atomic64_read(&b->count[i]);
	for (; more && i < FMIP_COUNT_MAX; i++)
		s->count[i] = atomic64_read(&more->count[i - FMIP_COUNT_HOT]);
	for (i = 0; more && i < __FMIP_DROP_MAX; i++)
		s->dropped[i] = atomic64_read(&more->drops[i]);
	s->dropped[FMIP_DROP_NO_MEMORY] += atomic_read(&b->drops_unnamed);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_stats_read_binding);
