// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters in answers and events.
 */
#include <net/genetlink.h>

#include "binding.h"
#include "net.h"
#include "netlink.h"
#include "queue.h"
#include "stats.h"

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, FMIP_STATS_A_PAD);
}

static int put_counts(struct sk_buff *skb, const struct fmip_stats *s)
{
	static const u8 attr[FMIP_COUNT_MAX] = {
		[FMIP_COUNT_RECEIVED] = FMIP_STATS_A_RECEIVED_PACKETS,
		[FMIP_COUNT_RECEIVED_BYTES] = FMIP_STATS_A_RECEIVED_BYTES,
		[FMIP_COUNT_SENT] = FMIP_STATS_A_SENT_PACKETS,
		[FMIP_COUNT_SENT_BYTES] = FMIP_STATS_A_SENT_BYTES,
		[FMIP_COUNT_RELEASED] = FMIP_STATS_A_RELEASED_PACKETS,
		[FMIP_COUNT_DECAP] = FMIP_STATS_A_DECAP_PACKETS,
		[FMIP_COUNT_DECAP_BYTES] = FMIP_STATS_A_DECAP_BYTES,
		[FMIP_COUNT_ATTACHED] = FMIP_STATS_A_ATTACHED,
		[FMIP_COUNT_REJECTED] = FMIP_STATS_A_REJECTED,
		[FMIP_COUNT_PROXY] = FMIP_STATS_A_PROXY_ANSWERS,
		[FMIP_COUNT_COPIED] = FMIP_STATS_A_COPIED_PACKETS,
	};
	int i;

	for (i = 0; i < FMIP_COUNT_MAX; i++)
		if (put_u64(skb, attr[i], s->count[i]))
			return -EMSGSIZE;
	return 0;
}

static int put_dropped(struct sk_buff *skb, const struct fmip_stats *s)
{
	struct nlattr *list, *item;
	int i, n = 0;

	list = nla_nest_start(skb, FMIP_STATS_A_DROPPED);
	if (!list)
		return -EMSGSIZE;
	for (i = 0; i < __FMIP_DROP_MAX; i++) {
		if (!s->dropped[i])
			continue;
		item = nla_nest_start(skb, ++n);
		if (!item || nla_put_u8(skb, FMIP_DROPPED_A_REASON, i) ||
		    nla_put_u64_64bit(skb, FMIP_DROPPED_A_PACKETS,
				      s->dropped[i], FMIP_DROPPED_A_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, item);
	}
	nla_nest_end(skb, list);
	return 0;
}

static int put_buffered(struct sk_buff *skb, u64 packets, u64 bytes)
{
	if (put_u64(skb, FMIP_STATS_A_BUFFERED_PACKETS, packets) ||
	    put_u64(skb, FMIP_STATS_A_BUFFERED_BYTES, bytes))
		return -EMSGSIZE;
	return 0;
}

/* Copies have been sent already: they take room, and are not waiting. */
static int put_queue(struct sk_buff *skb, struct fmip_binding *b)
{
	u64 packets = 0, window = 0, bytes = 0, peak_packets = 0;
	u64 peak_bytes = 0, first = 0, guaranteed = 0;
	struct fmip_queue *q;

	spin_lock_bh(&b->lock);
	q = b->queue;
	if (q) {
		*(q->copies ? &window : &packets) = skb_queue_len(&q->skbs);
		bytes = q->bytes;
		peak_packets = q->peak_packets;
		peak_bytes = q->peak_bytes;
		first = q->first_release_ns;
		guaranteed = q->guaranteed;
	}
	spin_unlock_bh(&b->lock);
	if (put_buffered(skb, packets, bytes) ||
	    put_u64(skb, FMIP_STATS_A_WINDOW_PACKETS, window) ||
	    put_u64(skb, FMIP_STATS_A_PEAK_PACKETS, peak_packets) ||
	    put_u64(skb, FMIP_STATS_A_PEAK_BYTES, peak_bytes) ||
	    put_u64(skb, FMIP_STATS_A_FIRST_RELEASE_NS, first) ||
	    put_u64(skb, FMIP_STATS_A_GUARANTEED_BYTES, guaranteed))
		return -EMSGSIZE;
	return 0;
}

/**
 * fmip_netlink_put_stats() - put a binding's counters into a message
 * @skb: message
 * @type: attribute to nest them in
 * @b: binding, under RCU or owned, its lock not held
 *
 * Context: any but hard interrupts.
 * Return: 0 or -EMSGSIZE.
 */
int fmip_netlink_put_stats(struct sk_buff *skb, int type,
			   struct fmip_binding *b)
{
	struct fmip_stats s;
	struct nlattr *nest;

	fmip_stats_read_binding(b, &s);
	nest = nla_nest_start(skb, type);
	if (!nest || put_counts(skb, &s) || put_queue(skb, b) ||
	    put_dropped(skb, &s))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_net_stats(struct sk_buff *skb, struct fmip_net *fn)
{
	struct fmip_stats s;

	fmip_stats_read_net(fn, &s);
	if (put_counts(skb, &s) ||
	    put_buffered(skb, atomic_long_read(&fn->buffered_packets),
			 atomic_long_read(&fn->buffered_bytes)) ||
	    put_u64(skb, FMIP_STATS_A_GUARANTEED_BYTES,
		    READ_ONCE(fn->room.guaranteed)) ||
	    nla_put_u32(skb, FMIP_STATS_A_BINDINGS, READ_ONCE(fn->n_bindings)) ||
	    nla_put_u32(skb, FMIP_STATS_A_TUNNELS, READ_ONCE(fn->n_tunnels)))
		return -EMSGSIZE;
	return put_dropped(skb, &s);
}

/**
 * fmip_netlink_stats_get() - FMIP_CMD_STATS_GET
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	void *hdr;

	skb = fmip_netlink_answer(info, &hdr, FMIP_CMD_STATS_GET);
	if (!skb)
		return -ENOMEM;
	if (put_net_stats(skb, fn)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}
