/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: every drop and every change of state, as fmip:NAME.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM fmip

#if !defined(_FMIP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _FMIP_TRACE_H

#include <linux/tracepoint.h>

#include "binding.h"
#include "net.h"
#include "tunnel.h"

/* In the order of enum fmip_gate. */
#define FMIP_TRACE_GATES			\
	{ FMIP_GATE_OPEN, "open" },		\
	{ FMIP_GATE_HOLD, "hold" },		\
	{ FMIP_GATE_DRAINING, "draining" },	\
	{ FMIP_GATE_COPY, "copy" },		\
	{ FMIP_GATE_GUARD, "guard" }

#define FMIP_TRACE_DROPS				\
	{ FMIP_DROP_NOT_FORWARDING, "not-forwarding" },	\
	{ FMIP_DROP_HOP_LIMIT, "hop-limit" },		\
	{ FMIP_DROP_SOURCE, "source" },			\
	{ FMIP_DROP_XFRM, "xfrm" },			\
	{ FMIP_DROP_TOO_BIG, "too-big" },		\
	{ FMIP_DROP_FIREWALL, "firewall" },		\
	{ FMIP_DROP_LIMIT_PACKETS, "limit-packets" },	\
	{ FMIP_DROP_LIMIT_BYTES, "limit-bytes" },	\
	{ FMIP_DROP_LIMIT_NETNS, "limit-netns" },	\
	{ FMIP_DROP_LIMIT_MODULE, "limit-module" },	\
	{ FMIP_DROP_AGED, "aged" },			\
	{ FMIP_DROP_EXPIRED, "expired" },		\
	{ FMIP_DROP_DELETED, "deleted" },		\
	{ FMIP_DROP_DEVICE, "device" },			\
	{ FMIP_DROP_NO_TARGET, "no-target" },		\
	{ FMIP_DROP_NO_ROUTE, "no-route" },		\
	{ FMIP_DROP_NESTING, "nesting" },		\
	{ FMIP_DROP_XMIT, "xmit" },			\
	{ FMIP_DROP_NO_MEMORY, "no-memory" },		\
	{ FMIP_DROP_NOT_ACCEPTED, "not-accepted" },	\
	{ FMIP_DROP_MALFORMED, "malformed" },		\
	{ FMIP_DROP_ECN, "ecn" },			\
	{ FMIP_DROP_ND, "nd" },				\
	{ FMIP_DROP_CHECKSUM, "checksum" },		\
	{ FMIP_DROP_FRAGMENT, "fragment" }

#define FMIP_TRACE_TIMERS			\
	{ FMIP_TIMER_BINDING, "binding" },	\
	{ FMIP_TIMER_HOLD, "hold" },		\
	{ FMIP_TIMER_PROXY, "proxy" },		\
	{ FMIP_TIMER_TARGET, "target" },	\
	{ FMIP_TIMER_ACCEPT, "accept" }

/* binding is 0 for packets that reached none. */
TRACE_EVENT(drop,
	TP_PROTO(const struct fmip_net *fn, const struct fmip_binding *b,
		 u8 why, u64 packets),
	TP_ARGS(fn, b, why, packets),
	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u32, binding)
		__field(u64, packets)
		__field(u8, reason)
	),
	TP_fast_assign(
		__entry->netns = fn->net->ns.inum;
		__entry->binding = b ? b->id : 0;
		__entry->packets = packets;
		__entry->reason = why;
	),
	TP_printk("netns=%u binding=%u reason=%s packets=%llu",
		  __entry->netns, __entry->binding,
		  __print_symbolic(__entry->reason, FMIP_TRACE_DROPS),
		  __entry->packets)
);

/* What is sent of a queue at once. */
TRACE_EVENT(release,
	TP_PROTO(const struct fmip_binding *b, u32 packets),
	TP_ARGS(b, packets),
	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u32, binding)
		__field(u32, packets)
	),
	TP_fast_assign(
		__entry->netns = b->fn->net->ns.inum;
		__entry->binding = b->id;
		__entry->packets = packets;
	),
	TP_printk("netns=%u binding=%u packets=%u",
		  __entry->netns, __entry->binding, __entry->packets)
);

TRACE_EVENT(gate,
	TP_PROTO(const struct fmip_binding *b, u8 to, u32 queued),
	TP_ARGS(b, to, queued),
	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u32, binding)
		__field(u32, queued)
		__field(u8, was)
		__field(u8, now)
	),
	TP_fast_assign(
		__entry->netns = b->fn->net->ns.inum;
		__entry->binding = b->id;
		__entry->queued = queued;
		__entry->was = b->gate;
		__entry->now = to;
	),
	TP_printk("netns=%u binding=%u was=%s now=%s queued=%u",
		  __entry->netns, __entry->binding,
		  __print_symbolic(__entry->was, FMIP_TRACE_GATES),
		  __print_symbolic(__entry->now, FMIP_TRACE_GATES),
		  __entry->queued)
);

TRACE_EVENT(binding,
	TP_PROTO(const struct fmip_binding *b, bool made),
	TP_ARGS(b, made),
	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u32, binding)
		__field(u64, cookie)
		__field(bool, made)
	),
	TP_fast_assign(
		__entry->netns = b->fn->net->ns.inum;
		__entry->binding = b->id;
		__entry->cookie = b->cookie;
		__entry->made = made;
	),
	TP_printk("netns=%u binding=%u cookie=%llu %s",
		  __entry->netns, __entry->binding, __entry->cookie,
		  __entry->made ? "made" : "gone")
);

TRACE_EVENT(tunnel,
	TP_PROTO(const struct fmip_net *fn, u32 id,
		 const struct fmip_path *was, const struct fmip_path *now),
	TP_ARGS(fn, id, was, now),
	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u32, tunnel)
		__field(bool, had)
		__field(bool, has)
		__array(u8, remote, 16)
	),
	TP_fast_assign(
		__entry->netns = fn->net->ns.inum;
		__entry->tunnel = id;
		__entry->had = was;
		__entry->has = now;
		memcpy(__entry->remote, now ? &now->key.remote :
		       &was->key.remote, 16);
	),
	TP_printk("netns=%u tunnel=%u remote=%pI6 %s",
		  __entry->netns, __entry->tunnel, __entry->remote,
		  !__entry->has ? "gone" : __entry->had ? "moved" : "made")
);

TRACE_EVENT(attach,
	TP_PROTO(const struct fmip_binding *b, u8 on, bool believed),
	TP_ARGS(b, on, believed),
	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u32, binding)
		__field(u8, on)
		__field(bool, believed)
	),
	TP_fast_assign(
		__entry->netns = b->fn->net->ns.inum;
		__entry->binding = b->id;
		__entry->on = on;
		__entry->believed = believed;
	),
	TP_printk("netns=%u binding=%u on=%s %s",
		  __entry->netns, __entry->binding,
		  __print_symbolic(__entry->on,
				   { FMIP_ATTACH_ON_UNA, "una" },
				   { FMIP_ATTACH_ON_NA, "na" },
				   { FMIP_ATTACH_ON_DAD_NS, "dad-ns" },
				   { FMIP_ATTACH_ON_DATA, "data" }),
		  __entry->believed ? "believed" : "rejected")
);

TRACE_EVENT(expiry,
	TP_PROTO(const struct fmip_binding *b, u8 timer),
	TP_ARGS(b, timer),
	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u32, binding)
		__field(u8, timer)
	),
	TP_fast_assign(
		__entry->netns = b->fn->net->ns.inum;
		__entry->binding = b->id;
		__entry->timer = timer;
	),
	TP_printk("netns=%u binding=%u timer=%s",
		  __entry->netns, __entry->binding,
		  __print_symbolic(__entry->timer, FMIP_TRACE_TIMERS))
);

#endif /* _FMIP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
