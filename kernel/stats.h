/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_STATS_H
#define _FMIP_STATS_H

#include <linux/atomic.h>
#include <linux/fmip.h>
#include <linux/u64_stats_sync.h>

struct fmip_binding;
struct fmip_net;
struct sk_buff;

/**
 * enum fmip_count - what is counted, per binding and per namespace
 * @FMIP_COUNT_RECEIVED: packets that reached a binding, the verdict known
 * @FMIP_COUNT_RECEIVED_BYTES: the same in bytes
 * @FMIP_COUNT_SENT: packets that were handed on to the stack or a device
 * @FMIP_COUNT_SENT_BYTES: the same in bytes
 * @FMIP_COUNT_HOT: those before this one change with most packets
 * @FMIP_COUNT_RELEASED: those of them that had been buffered
 * @FMIP_COUNT_DECAP: packets accepted out of a tunnel
 * @FMIP_COUNT_DECAP_BYTES: the same in bytes
 * @FMIP_COUNT_ATTACHED: evidence of arrival that was believed
 * @FMIP_COUNT_REJECTED: evidence of arrival that was not
 * @FMIP_COUNT_PROXY: advertisements sent on behalf of nodes
 * @FMIP_COUNT_COPIED: received packets that are copies
 * @FMIP_COUNT_MAX: how many there are
 */
enum fmip_count {
	FMIP_COUNT_RECEIVED,
	FMIP_COUNT_RECEIVED_BYTES,
	FMIP_COUNT_SENT,
	FMIP_COUNT_SENT_BYTES,
	FMIP_COUNT_HOT,
	FMIP_COUNT_RELEASED = FMIP_COUNT_HOT,
	FMIP_COUNT_DECAP,
	FMIP_COUNT_DECAP_BYTES,
	FMIP_COUNT_ATTACHED,
	FMIP_COUNT_REJECTED,
	FMIP_COUNT_PROXY,
	FMIP_COUNT_COPIED,
	FMIP_COUNT_MAX
};

/**
 * struct fmip_pcpu_stats - a namespace's counters on one CPU
 * @count: by &enum fmip_count
 * @dropped: by &enum fmip_drop
 * @syncp: makes the 64-bit counters readable on 32-bit machines; writers have
 *	bottom halves off
 */
struct fmip_pcpu_stats {
	u64_stats_t count[FMIP_COUNT_MAX];
	u64_stats_t dropped[__FMIP_DROP_MAX];
	struct u64_stats_sync syncp;
};

/**
 * struct fmip_stats - counters summed up for a reader
 * @count: by &enum fmip_count
 * @dropped: by &enum fmip_drop
 */
struct fmip_stats {
	u64 count[FMIP_COUNT_MAX];
	u64 dropped[__FMIP_DROP_MAX];
};

void fmip_stats_add(struct fmip_net *fn, struct fmip_binding *b,
		    enum fmip_count what, u64 n);
void fmip_stats_packet(struct fmip_net *fn, struct fmip_binding *b,
		       enum fmip_count what, unsigned int len);
void fmip_stats_drop(struct fmip_net *fn, struct fmip_binding *b,
		     enum fmip_drop why, u64 n);
void fmip_drop(struct fmip_net *fn, struct fmip_binding *b,
	       struct sk_buff *skb, enum fmip_drop why);
void fmip_stats_read_net(struct fmip_net *fn, struct fmip_stats *s);
void fmip_stats_read_binding(struct fmip_binding *b, struct fmip_stats *s);

#endif /* _FMIP_STATS_H */
