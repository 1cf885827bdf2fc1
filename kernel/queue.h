/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_QUEUE_H
#define _FMIP_QUEUE_H

#include <linux/hrtimer.h>
#include <linux/skbuff.h>

#include "gate.h"

struct fmip_binding;
struct fmip_net;
struct fmip_node;

/* No packet that is kept is to be sent once more. */
#define FMIP_REPLAY_NONE	U64_MAX

/* Of what is shared a queue takes this much at a time: the lock is everybody's. */
#define FMIP_QUEUE_CHUNK	(8L << 10)

/**
 * struct fmip_queue - what a binding buffers
 * @skbs: the packets, oldest first, each without a device, a route, a socket
 *	or a conntrack entry
 * @len: their length
 * @bytes: their truesize
 * @guaranteed: so much of it needs no room of what is shared; from the beginning
 *	of a hold until the queue has drained
 * @shared: what it has of the room that is shared; no less than what of @bytes is
 *	not guaranteed, and beyond that at most twice as much, or two chunks
 * @peak_packets: most there ever were
 * @peak_bytes: most truesize there ever was
 * @first_release_ns: from the last opening to the first packet out
 * @opened_ns: when the gate was last told to open, or 0 once a packet is out
 * @asked_ns: since when the release has been waiting for a neighbour, or 0
 * @waited_ns: for how long it had to wait for others before
 * @arrived: packets queued since the hold began
 * @first_ns: when the first of them came
 * @pace: of the release
 * @timer: runs when the next packet is due
 * @guarded_ns: when a packet last came out of one of the accepted tunnels
 * @before: the last packet of @skbs that a guard does not keep waiting: it came
 *	before the guard, or by the old path; NULL if there is none
 * @then: enum fmip_gate, where the gate stands when the queue has drained
 * @copies: @skbs are copies of packets that have been sent
 * @draining: somebody is sending packets taken from @skbs, without the lock;
 *	nobody else may take any
 * @overflowed: a packet has been refused since the hold began
 * @binding: whose it is
 *
 * All under the binding's lock.
 */
struct fmip_queue {
	struct sk_buff_head skbs;
	u64 len;
	long bytes;
	long guaranteed;
	long shared;
	u64 peak_packets;
	u64 peak_bytes;
	u64 first_release_ns;
	u64 opened_ns;
	u64 asked_ns;
	u64 waited_ns;
	u64 arrived;
	u64 first_ns;
	struct fmip_pace pace;
	struct hrtimer timer;
	u64 guarded_ns;
	struct sk_buff *before;
	u8 then;
	bool copies;
	bool draining;
	bool overflowed;
	struct fmip_binding *binding;
};

u64 fmip_queue_now(void);
int fmip_queue_make(struct fmip_binding *b);
void fmip_queue_pass(struct fmip_binding *b, struct sk_buff *skb, u32 tunnel);
void fmip_queue_repace(struct fmip_binding *b);
void fmip_queue_trim(struct fmip_binding *b, u64 replay_ns);
void fmip_queue_hold(struct fmip_binding *b, u64 replay_ns);
void fmip_queue_copy(struct fmip_binding *b);
void fmip_queue_guard(struct fmip_binding *b);
void fmip_queue_reguard(struct fmip_binding *b);
bool fmip_queue_open(struct fmip_binding *b, u64 since_ns, u64 replay_ns);
bool fmip_queue_let_in(struct fmip_binding *b, u64 since_ns,
		       const struct fmip_node *node);
bool fmip_queue_start_open(struct fmip_binding *b, u64 since_ns,
			   u64 replay_ns);
void fmip_queue_finish_open(struct fmip_binding *b, bool empty);
void fmip_queue_release_soon(struct fmip_binding *b);
void fmip_queue_end(struct fmip_binding *b);

#endif /* _FMIP_QUEUE_H */
