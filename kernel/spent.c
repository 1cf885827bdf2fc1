// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies of which the whole window is of no use any more.  There may be many, so
 * that somebody frees them who may sleep.  Until then they are memory, and count as
 * such: whoever opens and closes windows faster than they are freed finds no room.
 */
#include <linux/skbuff.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "gate.h"
#include "net.h"
#include "room.h"
#include "spent.h"

/* Free some, and give back their room. */
static void free_some(struct fmip_net *fn, struct sk_buff_head *skbs)
{
	struct sk_buff *skb;
	long bytes = 0;
	int n;

	for (n = 0; n < FMIP_GATE_BUDGET; n++) {
		skb = __skb_dequeue(skbs);
		if (!skb)
			break;
		bytes += skb->truesize;
		consume_skb(skb);
	}
	atomic_long_sub(bytes, &fn->buffered_bytes);
	local_bh_disable();
	fmip_room_give(&fn->room, bytes);
	local_bh_enable();
}

static void free_all(struct fmip_spent *spent)
{
	struct fmip_net *fn = container_of(spent, struct fmip_net, spent);
	struct sk_buff_head skbs;

	__skb_queue_head_init(&skbs);
	spin_lock_bh(&spent->skbs.lock);
	skb_queue_splice_init(&spent->skbs, &skbs);
	spin_unlock_bh(&spent->skbs.lock);
	while (!skb_queue_empty(&skbs)) {
		free_some(fn, &skbs);
		cond_resched();
	}
}

static void run(struct work_struct *work)
{
	free_all(container_of(work, struct fmip_spent, work));
}

/**
 * fmip_spent_init() - begin without any
 * @spent: those of a namespace
 *
 * Context: process.
 */
void fmip_spent_init(struct fmip_spent *spent)
{
	skb_queue_head_init(&spent->skbs);
	INIT_WORK(&spent->work, run);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_spent_init);

/**
 * fmip_spent_add() - have copies freed
 * @spent: those of the namespace
 * @skbs: copies, whose room is taken of what is shared; empty afterwards
 *
 * Context: bottom halves off.
 */
void fmip_spent_add(struct fmip_spent *spent, struct sk_buff_head *skbs)
{
	spin_lock(&spent->skbs.lock);
	skb_queue_splice_tail_init(skbs, &spent->skbs);
	spin_unlock(&spent->skbs.lock);
	queue_work(system_unbound_wq, &spent->work);
}

/**
 * fmip_spent_end() - free what is left
 * @spent: those of a namespace, to which nothing is added any more
 *
 * Context: process.
 */
void fmip_spent_end(struct fmip_spent *spent)
{
	cancel_work_sync(&spent->work);
	free_all(spent);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_spent_end);
