/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fmip_bench: packets into the router at bench0, and out of it at bench1, where
 * they are counted and freed.
 *
 * Commands, written to /proc/fmip_bench; what is then read is the answer:
 *
 *	run KEY=VALUE...	see bench_inject(): sends and times
 *	una KEY=VALUE...	see bench_attach(): a node arrives on bench1
 *	sink KEY=VALUE...	see bench_sink_set(): clears the counters
 *	stat			what the sink has seen
 *	drop on=0|1		a PREROUTING hook that drops what comes from bench0
 *	begin, end		what a program does in between is profiled
 *	offload on=0|1		whether bench1 segments what is in a tunnel
 */
#ifndef FMIP_BENCH_H
#define FMIP_BENCH_H

#include <linux/in6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <asm/msr.h>

/* Where the plugin of the profile begins to count, ends, clears, and reports. */
#define BENCH_MARK_START	1
#define BENCH_MARK_STOP		2
#define BENCH_MARK_CLEAR	3
#define BENCH_MARK_REPORT	4

/*
 * An instruction that does nothing, and that nothing else contains: a nop with
 * a displacement that is the mark and "BAL".
 */
static __always_inline void bench_mark(const int mark)
{
	asm volatile(".byte 0x0f, 0x1f, 0x80, %c0, 0x42, 0x41, 0x4c" : : "i" (mark) : "memory");
}

#define BENCH_PORT	9	/* discard */

struct bench_reply {
	char text[1024];
	size_t len;
};

/**
 * struct bench_shape - what is injected
 * @size:	of the inner packet; of a segment's, for TCP
 * @gso:	TCP payload of one GSO packet; 0: UDP, or single segments
 * @headroom:	beyond what every driver leaves
 * @outer:	encapsulated in IPv6, from the far router to this one
 * @from_host:	the host is the source, and its correspondent the destination
 * @tcp:	TCP segments that follow one another
 */
struct bench_shape {
	u32 size;
	u32 gso;
	u32 headroom;
	bool outer;
	bool from_host;
	bool tcp;
};

extern struct net_device *bench_in, *bench_out;
extern unsigned int bench_runs;

u64 bench_arg(const char *command, const char *key, u64 otherwise);
void bench_reply(struct bench_reply *r, const char *format, ...) __printf(2, 3);

u64 bench_random(u64 *state);
void bench_host_addr(struct in6_addr *addr, u64 index);
bool bench_host_index(const struct in6_addr *addr, u64 *index);

struct sk_buff *bench_frame(const struct bench_shape *shape, u64 index, u64 sequence);
struct sk_buff *bench_frame_una(u64 index);

int bench_inject(struct bench_reply *r, const char *command);
int bench_attach(struct bench_reply *r, const char *command);
void bench_inject_init(void);
void bench_inject_exit(void);

void bench_sink_set(const char *command);
void bench_sink_stat(struct bench_reply *r);
netdev_tx_t bench_sink_xmit(struct sk_buff *skb, struct net_device *dev);

#endif
