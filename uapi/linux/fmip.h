/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * fmip: in-kernel fast handovers for mobile IP access routers.
 *
 * Generic netlink family "fmip", version 1.  It is per network namespace.
 * Documentation/netlink.rst is the contract in words and
 * Documentation/netlink/specs/fmip.yaml the same for programs.
 *
 * Attributes are in host byte order, addresses excepted.  All times are in
 * milliseconds and relative, unless a name ends in _NS (nanoseconds of
 * CLOCK_MONOTONIC).  A list is a nest whose members are nests; the type of a
 * member is ignored on input and counts from 1 on output.  A list that is
 * present replaces the whole list, one that is present and empty clears it.
 *
 * Every refusal carries an extack message, and the offending attribute where
 * there is one, and has changed nothing.
 *
 * FMIP_CMD_BINDING_NEW (needs CAP_NET_ADMIN, as every change does)
 *	Makes a binding; -EEXIST if the id, or one of the matches, is taken.
 *	FMIP_BINDING_A_ID		chosen by the kernel when absent
 *	FMIP_BINDING_A_MATCHES		at least one
 *	and any of the others that are not marked "output only".
 *	With NLM_F_ECHO the answer is the binding as FMIP_CMD_BINDING_GET has it.
 *
 *	Or FMIP_BINDING_A_ENTRIES, and nothing beside it: many at once, here and
 *	in _REPLACE, _SET and _DEL.  Each is done, or refused, by itself, in
 *	order.  The answer is messages of the same command, as many as it takes,
 *	with FMIP_BINDING_A_RESULTS, in all a result for each entry, and then the
 *	acknowledgment, if it was asked for; the error of the request itself is
 *	0 then.
 *
 * FMIP_CMD_BINDING_REPLACE
 *	The same, but the binding that FMIP_BINDING_A_ID, or without it the
 *	first match, names gets exactly what the request says, at once; its
 *	queue and counters stay.  A new one is made if there is none.
 *
 * FMIP_CMD_BINDING_SET
 *	FMIP_BINDING_A_ID		or one match in FMIP_BINDING_A_MATCH
 *	What is absent stays as it is.
 *	FMIP_BINDING_A_REPLAY_NS	leaving FMIP_GATE_COPY: the kept packets
 *					that came later are sent once more
 *
 * FMIP_CMD_BINDING_DEL
 *	FMIP_BINDING_A_ID		or one match in FMIP_BINDING_A_MATCH
 *
 * FMIP_CMD_BINDING_GET
 *	FMIP_BINDING_A_ID		or one match in FMIP_BINDING_A_MATCH
 *	As a dump it lists all, in the order of their ids, or those that
 *	FMIP_BINDING_A_FILTER selects.  A binding that is there from the start
 *	to the end of the dump is listed exactly once.
 *
 * FMIP_CMD_BINDING_FLUSH
 *	Deletes every binding of the namespace, or those that
 *	FMIP_BINDING_A_FILTER selects.
 *
 * FMIP_CMD_TUNNEL_NEW, _REPLACE, _SET, _DEL, _GET, _FLUSH
 *	The same for tunnels, which FMIP_TUNNEL_A_ID names.  _DEL refuses with
 *	-EBUSY, and _FLUSH passes over, a tunnel that a binding uses.
 *
 * FMIP_CMD_STATS_GET
 *	What the namespace has counted, in FMIP_STATS_A_*.
 *
 * FMIP_CMD_CONFIG_GET, FMIP_CMD_CONFIG_SET
 *	FMIP_CONFIG_A_*
 *
 * FMIP_CMD_EVENT
 *	Sent to the multicast group "events": FMIP_EVENT_A_*.
 */
#ifndef _UAPI_LINUX_FMIP_H
#define _UAPI_LINUX_FMIP_H

#define FMIP_GENL_NAME		"fmip"
#define FMIP_GENL_VERSION	1
#define FMIP_GENL_MCGRP_EVENTS	"events"

/* Longest link-layer address that an attribute may carry. */
#define FMIP_LLADDR_MAX		32

/* Most members in each list of one binding. */
#define FMIP_MATCHES_MAX	16
#define FMIP_TARGETS_MAX	4
#define FMIP_ACCEPTS_MAX	8
#define FMIP_PROXIES_MAX	8

/* Most entries in one request. */
#define FMIP_ENTRIES_MAX	1024

/* UDP port of RFC 5844 and RFC 5845, where a tunnel names none. */
#define FMIP_UDP_PORT		5437

/* FMIP_TUNNEL_A_DSCP: the inner packet's. */
#define FMIP_DSCP_INHERIT	255

/* FMIP_TUNNEL_A_ENCAPLIMIT: the option is not sent. */
#define FMIP_ENCAPLIMIT_NONE	255

enum fmip_cmd {
	FMIP_CMD_UNSPEC,
	FMIP_CMD_BINDING_NEW,
	FMIP_CMD_BINDING_REPLACE,
	FMIP_CMD_BINDING_SET,
	FMIP_CMD_BINDING_DEL,
	FMIP_CMD_BINDING_GET,
	FMIP_CMD_BINDING_FLUSH,
	FMIP_CMD_TUNNEL_NEW,
	FMIP_CMD_TUNNEL_REPLACE,
	FMIP_CMD_TUNNEL_SET,
	FMIP_CMD_TUNNEL_DEL,
	FMIP_CMD_TUNNEL_GET,
	FMIP_CMD_TUNNEL_FLUSH,
	FMIP_CMD_STATS_GET,
	FMIP_CMD_CONFIG_GET,
	FMIP_CMD_CONFIG_SET,
	FMIP_CMD_EVENT,

	__FMIP_CMD_MAX
};

#define FMIP_CMD_MAX (__FMIP_CMD_MAX - 1)

/**
 * enum fmip_direction - which inner address a match or an accept looks at
 * @FMIP_DIRECTION_DST: the inner destination (downlink, towards the node)
 * @FMIP_DIRECTION_SRC: the inner source (uplink, from the node)
 */
enum fmip_direction {
	FMIP_DIRECTION_DST,
	FMIP_DIRECTION_SRC,
};

/**
 * enum fmip_scope - where a packet must come from for a match to apply
 * @FMIP_SCOPE_ANY: from anywhere
 * @FMIP_SCOPE_VRF: FMIP_MATCH_A_IFINDEX is a VRF device
 * @FMIP_SCOPE_INTERFACE: FMIP_MATCH_A_IFINDEX is the input interface
 * @FMIP_SCOPE_TUNNEL: out of FMIP_MATCH_A_TUNNEL, with FMIP_MATCH_A_KEY
 */
enum fmip_scope {
	FMIP_SCOPE_ANY,
	FMIP_SCOPE_VRF,
	FMIP_SCOPE_INTERFACE,
	FMIP_SCOPE_TUNNEL,
};

/**
 * enum fmip_target_type - what a target is
 * @FMIP_TARGET_TUNNEL: FMIP_TARGET_A_TUNNEL, with FMIP_TARGET_A_KEY
 * @FMIP_TARGET_LINK: FMIP_TARGET_A_IFINDEX, to FMIP_TARGET_A_LLADDR if given
 * @FMIP_TARGET_ROUTE: as the routing table says at that moment
 */
enum fmip_target_type {
	FMIP_TARGET_TUNNEL,
	FMIP_TARGET_LINK,
	FMIP_TARGET_ROUTE,
};

/**
 * enum fmip_gate - what happens to a packet that has passed the firewall
 * @FMIP_GATE_OPEN: it goes to the target
 * @FMIP_GATE_HOLD: it is buffered
 * @FMIP_GATE_DRAINING: it is buffered behind those that are being released
 *	(output only)
 * @FMIP_GATE_COPY: it goes to the target, and a copy is kept: no older than
 *	FMIP_BINDING_A_LIMIT_AGE, no more than FMIP_BINDING_A_LIMIT_PACKETS and
 *	FMIP_BINDING_A_LIMIT_BYTES, the oldest going first
 * @FMIP_GATE_GUARD: one that came out of a tunnel of FMIP_BINDING_A_ACCEPTS
 *	goes to the target, any other is buffered, until the gate is opened,
 *	nothing has come out of those tunnels for FMIP_BINDING_A_GUARD_IDLE, or
 *	FMIP_BINDING_A_HOLD_TIME has passed
 */
enum fmip_gate {
	FMIP_GATE_OPEN,
	FMIP_GATE_HOLD,
	FMIP_GATE_DRAINING,
	FMIP_GATE_COPY,
	FMIP_GATE_GUARD,
};

/**
 * enum fmip_release - how buffered packets are released
 * @FMIP_RELEASE_RFC5568: at most 5 at once, then at the rate at which they
 *	arrived times FMIP_BINDING_A_SPEEDUP (RFC 5568 section 5.4)
 * @FMIP_RELEASE_IMMEDIATE: one after another
 * @FMIP_RELEASE_RATE: FMIP_BINDING_A_RATE packets per second
 */
enum fmip_release {
	FMIP_RELEASE_RFC5568,
	FMIP_RELEASE_IMMEDIATE,
	FMIP_RELEASE_RATE,
};

/**
 * enum fmip_overflow - which packet a full queue drops
 * @FMIP_OVERFLOW_TAIL: the one that arrives
 * @FMIP_OVERFLOW_HEAD: the oldest
 */
enum fmip_overflow {
	FMIP_OVERFLOW_TAIL,
	FMIP_OVERFLOW_HEAD,
};

/**
 * enum fmip_expiry - what happens when FMIP_BINDING_A_HOLD_TIME has passed
 * @FMIP_EXPIRY_DELETE: the binding is deleted, with what it holds
 * @FMIP_EXPIRY_OPEN: the gate opens
 * @FMIP_EXPIRY_NOTIFY: an event is sent, and that is all
 */
enum fmip_expiry {
	FMIP_EXPIRY_DELETE,
	FMIP_EXPIRY_OPEN,
	FMIP_EXPIRY_NOTIFY,
};

/**
 * enum fmip_binding_flags - FMIP_BINDING_A_FLAGS
 * @FMIP_BINDING_F_LOCAL: also for what the router itself sends
 */
enum fmip_binding_flags {
	FMIP_BINDING_F_LOCAL = 1,
};

/**
 * enum fmip_proxy_flags - FMIP_PROXY_A_FLAGS
 * @FMIP_PROXY_F_OVERRIDE: advertise with the O flag
 * @FMIP_PROXY_F_ANNOUNCE: advertise at once, unasked
 */
enum fmip_proxy_flags {
	FMIP_PROXY_F_OVERRIDE = 1,
	FMIP_PROXY_F_ANNOUNCE = 2,
};

/**
 * enum fmip_attach_on - FMIP_ATTACH_A_ON: what counts as the node's arrival
 * @FMIP_ATTACH_ON_UNA: an unsolicited Neighbour Advertisement (RFC 5568
 *	section 6.3); in IPv4 an ARP announcement (RFC 5227 section 2.3)
 * @FMIP_ATTACH_ON_NA: any Neighbour Advertisement; in IPv4 any ARP packet with
 *	the address as its sender's
 * @FMIP_ATTACH_ON_DAD_NS: its own probe for a duplicate address; in IPv4 an
 *	ARP probe (RFC 5227 section 2.1)
 * @FMIP_ATTACH_ON_DATA: a packet from it
 */
enum fmip_attach_on {
	FMIP_ATTACH_ON_UNA = 1,
	FMIP_ATTACH_ON_NA = 2,
	FMIP_ATTACH_ON_DAD_NS = 4,
	FMIP_ATTACH_ON_DATA = 8,
};

/**
 * enum fmip_attach_action - what an arrival does
 * @FMIP_ATTACH_OPEN: install the neighbour, stop proxying, open the gate, and
 *	then tell
 * @FMIP_ATTACH_EVENT: tell
 */
enum fmip_attach_action {
	FMIP_ATTACH_OPEN,
	FMIP_ATTACH_EVENT,
};

/**
 * enum fmip_encap - what a tunnel puts around a packet
 * @FMIP_ENCAP_IP6: an IPv6 header (RFC 2473)
 * @FMIP_ENCAP_IP4: an IPv4 header (RFC 2003, RFC 4213)
 * @FMIP_ENCAP_GRE6: IPv6 and GRE (RFC 2784, RFC 2890)
 * @FMIP_ENCAP_GRE4: IPv4 and GRE (RFC 2784, RFC 2890)
 * @FMIP_ENCAP_UDP4: IPv4 and UDP (RFC 5844)
 * @FMIP_ENCAP_TLV4: IPv4, UDP and the TLV header (RFC 5845 section 7), and GRE
 *	where there is a key
 *
 * Both IPv6 and IPv4 packets go into each.
 */
enum fmip_encap {
	FMIP_ENCAP_IP6,
	FMIP_ENCAP_IP4,
	FMIP_ENCAP_GRE6,
	FMIP_ENCAP_GRE4,
	FMIP_ENCAP_UDP4,
	FMIP_ENCAP_TLV4,
};

/**
 * enum fmip_tunnel_flags - FMIP_TUNNEL_A_FLAGS
 * @FMIP_TUNNEL_F_FRAGMENT: over IPv4, leave DF clear: what is too big is
 *	fragmented outside, and its sender is not told
 * @FMIP_TUNNEL_F_UDP_CSUM: send a UDP checksum
 * @FMIP_TUNNEL_F_FLOW_INHERIT: the outer flow label is the inner one
 * @FMIP_TUNNEL_F_FLOW_HASH: the outer flow label is made from a hash of the
 *	inner flow (RFC 6438)
 */
enum fmip_tunnel_flags {
	FMIP_TUNNEL_F_FRAGMENT = 1,
	FMIP_TUNNEL_F_UDP_CSUM = 2,
	FMIP_TUNNEL_F_FLOW_INHERIT = 4,
	FMIP_TUNNEL_F_FLOW_HASH = 8,
};

/**
 * enum fmip_event - what an event tells
 * @FMIP_EVENT_ATTACHED: the node has arrived
 * @FMIP_EVENT_RELEASED: the queue is empty and the gate open
 * @FMIP_EVENT_EXPIRED: a timer has ended, FMIP_EVENT_A_TIMER says which
 * @FMIP_EVENT_OVERFLOW: a queue drops for the first time since it holds
 * @FMIP_EVENT_REJECTED: evidence of arrival that disagrees with the binding
 * @FMIP_EVENT_DUPLICATE: another node claims an address that is proxied
 * @FMIP_EVENT_REMOVED: the binding is gone because its interface is
 */
enum fmip_event {
	FMIP_EVENT_ATTACHED,
	FMIP_EVENT_RELEASED,
	FMIP_EVENT_EXPIRED,
	FMIP_EVENT_OVERFLOW,
	FMIP_EVENT_REJECTED,
	FMIP_EVENT_DUPLICATE,
	FMIP_EVENT_REMOVED,
};

/**
 * enum fmip_timer - which timer has ended
 * @FMIP_TIMER_BINDING: FMIP_BINDING_A_LIFETIME; the binding is gone
 * @FMIP_TIMER_HOLD: FMIP_BINDING_A_HOLD_TIME; see &enum fmip_expiry
 * @FMIP_TIMER_PROXY: FMIP_PROXY_A_LIFETIME; the address is no longer defended
 * @FMIP_TIMER_TARGET: FMIP_TARGET_A_LIFETIME; the target is no longer used
 * @FMIP_TIMER_ACCEPT: FMIP_ACCEPT_A_LIFETIME; no longer accepted
 */
enum fmip_timer {
	FMIP_TIMER_BINDING,
	FMIP_TIMER_HOLD,
	FMIP_TIMER_PROXY,
	FMIP_TIMER_TARGET,
	FMIP_TIMER_ACCEPT,
};

/**
 * enum fmip_drop - why a packet went no further
 * @FMIP_DROP_NONE: it did go further; never reported
 * @FMIP_DROP_NOT_FORWARDING: forwarding is off, or the packet is not one that
 *	may be forwarded
 * @FMIP_DROP_HOP_LIMIT: hop limit exceeded
 * @FMIP_DROP_SOURCE: its source must not be forwarded
 * @FMIP_DROP_XFRM: an XFRM policy forbids it
 * @FMIP_DROP_TOO_BIG: over the path MTU; the sender has been told
 * @FMIP_DROP_FIREWALL: the verdict of a netfilter hook
 * @FMIP_DROP_LIMIT_PACKETS: FMIP_BINDING_A_LIMIT_PACKETS
 * @FMIP_DROP_LIMIT_BYTES: FMIP_BINDING_A_LIMIT_BYTES
 * @FMIP_DROP_LIMIT_NETNS: FMIP_CONFIG_A_NETNS_BYTES
 * @FMIP_DROP_LIMIT_MODULE: FMIP_CONFIG_A_MODULE_BYTES
 * @FMIP_DROP_AGED: FMIP_BINDING_A_LIMIT_AGE
 * @FMIP_DROP_EXPIRED: buffered when the binding expired
 * @FMIP_DROP_DELETED: buffered when the binding was deleted
 * @FMIP_DROP_DEVICE: buffered when the interface was removed
 * @FMIP_DROP_NO_TARGET: there is no target to send it to
 * @FMIP_DROP_NO_ROUTE: no route to the far end of the tunnel
 * @FMIP_DROP_NESTING: a loop, back into the tunnel that it came out of, or
 *	encapsulated too often
 * @FMIP_DROP_XMIT: the interface, or its queue, refused it
 * @FMIP_DROP_NO_MEMORY: out of memory
 * @FMIP_DROP_NOT_ACCEPTED: came out of a tunnel, and no binding accepts it
 * @FMIP_DROP_MALFORMED: came out of a tunnel, and is not a packet
 * @FMIP_DROP_ECN: came out of a tunnel, with the one combination of ECN marks
 *	that RFC 6040 section 4.2 has dropped
 * @FMIP_DROP_ND: Neighbour Discovery that is not to be forwarded
 * @FMIP_DROP_CHECKSUM: came out of a tunnel, and the checksum of GRE or UDP was
 *	wrong
 * @FMIP_DROP_FRAGMENT: a fragment of a tunnel packet that was never completed,
 *	or overlapped
 */
enum fmip_drop {
	FMIP_DROP_NONE,
	FMIP_DROP_NOT_FORWARDING,
	FMIP_DROP_HOP_LIMIT,
	FMIP_DROP_SOURCE,
	FMIP_DROP_XFRM,
	FMIP_DROP_TOO_BIG,
	FMIP_DROP_FIREWALL,
	FMIP_DROP_LIMIT_PACKETS,
	FMIP_DROP_LIMIT_BYTES,
	FMIP_DROP_LIMIT_NETNS,
	FMIP_DROP_LIMIT_MODULE,
	FMIP_DROP_AGED,
	FMIP_DROP_EXPIRED,
	FMIP_DROP_DELETED,
	FMIP_DROP_DEVICE,
	FMIP_DROP_NO_TARGET,
	FMIP_DROP_NO_ROUTE,
	FMIP_DROP_NESTING,
	FMIP_DROP_XMIT,
	FMIP_DROP_NO_MEMORY,
	FMIP_DROP_NOT_ACCEPTED,
	FMIP_DROP_MALFORMED,
	FMIP_DROP_ECN,
	FMIP_DROP_ND,
	FMIP_DROP_CHECKSUM,
	FMIP_DROP_FRAGMENT,

	/* private: */
	__FMIP_DROP_MAX
};

enum fmip_binding_attrs {
	FMIP_BINDING_A_UNSPEC,
	FMIP_BINDING_A_PAD,
	FMIP_BINDING_A_ID,		/* u32, not 0 */
	FMIP_BINDING_A_COOKIE,		/* u64, the control plane's own */
	FMIP_BINDING_A_FLAGS,		/* bitfield32, FMIP_BINDING_F_* */
	FMIP_BINDING_A_MATCHES,		/* list, FMIP_MATCH_A_* */
	FMIP_BINDING_A_MATCH,		/* nest, FMIP_MATCH_A_*: names a binding */
	FMIP_BINDING_A_TARGETS,		/* list, FMIP_TARGET_A_* */
	FMIP_BINDING_A_ACCEPTS,		/* list, FMIP_ACCEPT_A_* */
	FMIP_BINDING_A_PROXIES,		/* list, FMIP_PROXY_A_* */
	FMIP_BINDING_A_ATTACH,		/* nest, FMIP_ATTACH_A_*; empty: none */
	FMIP_BINDING_A_GATE,		/* u8, enum fmip_gate; default open */
	FMIP_BINDING_A_RELEASE,		/* u8, enum fmip_release */
	FMIP_BINDING_A_SPEEDUP,		/* u32, percent, 101 to 10000; default 200 */
	FMIP_BINDING_A_RATE,		/* u32, packets per second, not 0 */
	FMIP_BINDING_A_LIMIT_PACKETS,	/* u32, not 0; default 1000 */
	FMIP_BINDING_A_LIMIT_BYTES,	/* u32, truesize, not 0; default 4 MiB */
	FMIP_BINDING_A_LIMIT_AGE,	/* u32, ms; default 0, unlimited */
	FMIP_BINDING_A_OVERFLOW,	/* u8, enum fmip_overflow; default tail */
	FMIP_BINDING_A_LIFETIME,	/* u32, ms; on output what is left; 0 ends it: unlimited */
	FMIP_BINDING_A_HOLD_TIME,	/* u32, ms, from each hold; default 0, unlimited */
	FMIP_BINDING_A_HOLD_EXPIRY,	/* u8, enum fmip_expiry */
	FMIP_BINDING_A_HOLD_LEFT,	/* u32, ms, output only: until FMIP_TIMER_HOLD */
	FMIP_BINDING_A_STATS,		/* nest, FMIP_STATS_A_*, output only */
	FMIP_BINDING_A_ENTRIES,		/* list, FMIP_BINDING_A_*: many bindings */
	FMIP_BINDING_A_RESULTS,		/* list, FMIP_RESULT_A_*, output only */
	FMIP_BINDING_A_FILTER,		/* nest, FMIP_FILTER_A_*: dump and flush */
	FMIP_BINDING_A_REPLAY_NS,	/* u64, CLOCK_MONOTONIC, with _SET and _REPLACE */
	FMIP_BINDING_A_GUARD_IDLE,	/* u32, ms; default 0, only the hold time counts */

	__FMIP_BINDING_A_MAX
};

#define FMIP_BINDING_A_MAX (__FMIP_BINDING_A_MAX - 1)

enum fmip_match_attrs {
	FMIP_MATCH_A_UNSPEC,
	FMIP_MATCH_A_DIRECTION,		/* u8, enum fmip_direction; default dst */
	FMIP_MATCH_A_ADDR,		/* binary, 4 or 16 bytes */
	FMIP_MATCH_A_PREFIXLEN,		/* u8, bits; default the whole address */
	FMIP_MATCH_A_SCOPE,		/* u8, enum fmip_scope; default any */
	FMIP_MATCH_A_IFINDEX,		/* u32 */
	FMIP_MATCH_A_TUNNEL,		/* u32, FMIP_TUNNEL_A_ID */
	FMIP_MATCH_A_KEY,		/* u32; absent: came without a key */

	__FMIP_MATCH_A_MAX
};

#define FMIP_MATCH_A_MAX (__FMIP_MATCH_A_MAX - 1)

enum fmip_target_attrs {
	FMIP_TARGET_A_UNSPEC,
	FMIP_TARGET_A_TYPE,		/* u8, enum fmip_target_type */
	FMIP_TARGET_A_TUNNEL,		/* u32, FMIP_TUNNEL_A_ID */
	FMIP_TARGET_A_KEY,		/* u32, sent in the encapsulation */
	FMIP_TARGET_A_IFINDEX,		/* u32 */
	FMIP_TARGET_A_LLADDR,		/* binary, as long as the interface's */
	FMIP_TARGET_A_LIFETIME,		/* u32, ms; on output what is left */

	__FMIP_TARGET_A_MAX
};

#define FMIP_TARGET_A_MAX (__FMIP_TARGET_A_MAX - 1)

enum fmip_accept_attrs {
	FMIP_ACCEPT_A_UNSPEC,
	FMIP_ACCEPT_A_TUNNEL,		/* u32, FMIP_TUNNEL_A_ID */
	FMIP_ACCEPT_A_KEY,		/* u32, demanded; absent: there must be none */
	FMIP_ACCEPT_A_DIRECTION,	/* u8, enum fmip_direction: what must match */
	FMIP_ACCEPT_A_LIFETIME,		/* u32, ms; on output what is left */

	__FMIP_ACCEPT_A_MAX
};

#define FMIP_ACCEPT_A_MAX (__FMIP_ACCEPT_A_MAX - 1)

enum fmip_proxy_attrs {
	FMIP_PROXY_A_UNSPEC,
	FMIP_PROXY_A_ADDR,		/* binary, 4 or 16 bytes */
	FMIP_PROXY_A_IFINDEX,		/* u32 */
	FMIP_PROXY_A_FLAGS,		/* bitfield32, FMIP_PROXY_F_* */
	FMIP_PROXY_A_LIFETIME,		/* u32, ms; on output what is left */

	__FMIP_PROXY_A_MAX
};

#define FMIP_PROXY_A_MAX (__FMIP_PROXY_A_MAX - 1)

enum fmip_attach_attrs {
	FMIP_ATTACH_A_UNSPEC,
	FMIP_ATTACH_A_IFINDEX,		/* u32 */
	FMIP_ATTACH_A_LLADDR,		/* binary; absent: any */
	FMIP_ATTACH_A_ON,		/* bitfield32, FMIP_ATTACH_ON_*; default una */
	FMIP_ATTACH_A_ACTION,		/* u8, enum fmip_attach_action */

	__FMIP_ATTACH_A_MAX
};

#define FMIP_ATTACH_A_MAX (__FMIP_ATTACH_A_MAX - 1)

enum fmip_tunnel_attrs {
	FMIP_TUNNEL_A_UNSPEC,
	FMIP_TUNNEL_A_PAD,
	FMIP_TUNNEL_A_ID,		/* u32, not 0 */
	FMIP_TUNNEL_A_ENCAP,		/* u8, enum fmip_encap */
	FMIP_TUNNEL_A_LOCAL,		/* binary, 4 or 16 bytes */
	FMIP_TUNNEL_A_REMOTE,		/* binary, 4 or 16 bytes */
	FMIP_TUNNEL_A_SPORT,		/* u16, not 0; default FMIP_UDP_PORT */
	FMIP_TUNNEL_A_DPORT,		/* u16, not 0; default FMIP_UDP_PORT */
	FMIP_TUNNEL_A_IFINDEX,		/* u32, the underlay's interface */
	FMIP_TUNNEL_A_MARK,		/* u32, of the outer packet */
	FMIP_TUNNEL_A_TTL,		/* u8, outer hop limit; 0, the default: the route's */
	FMIP_TUNNEL_A_DSCP,		/* u8, 0 to 63 or FMIP_DSCP_INHERIT, the default */
	FMIP_TUNNEL_A_ENCAPLIMIT,	/* u8, RFC 2473 section 4.1; default FMIP_ENCAPLIMIT_NONE */
	FMIP_TUNNEL_A_USERS,		/* u32, output only: targets, accepts, matches */
	FMIP_TUNNEL_A_MTU,		/* u32, output only: largest inner packet, if known */
	FMIP_TUNNEL_A_FLAGS,		/* bitfield32, FMIP_TUNNEL_F_* */
	FMIP_TUNNEL_A_FLOWLABEL,	/* u32, 0 to 0xfffff, of the outer IPv6 header */
	FMIP_TUNNEL_A_ENTRIES,		/* list, FMIP_TUNNEL_A_*: many tunnels */
	FMIP_TUNNEL_A_RESULTS,		/* list, FMIP_RESULT_A_*, output only */
	FMIP_TUNNEL_A_FILTER,		/* nest, FMIP_FILTER_A_*: dump and flush */

	__FMIP_TUNNEL_A_MAX
};

#define FMIP_TUNNEL_A_MAX (__FMIP_TUNNEL_A_MAX - 1)

/**
 * enum fmip_result_attrs - what became of an entry of a list of requests
 *
 * Results come in the order of the entries.
 */
enum fmip_result_attrs {
	FMIP_RESULT_A_UNSPEC,
	FMIP_RESULT_A_ERROR,		/* s32, 0 or a negative errno */
	FMIP_RESULT_A_ID,		/* u32, of the binding or tunnel, if there is one */
	FMIP_RESULT_A_MESSAGE,		/* string, why not */
	FMIP_RESULT_A_ATTR,		/* u16, which FMIP_*_A_* of the entry is to blame */

	__FMIP_RESULT_A_MAX
};

#define FMIP_RESULT_A_MAX (__FMIP_RESULT_A_MAX - 1)

/**
 * enum fmip_filter_attrs - selects bindings, or tunnels; all that is named must
 *	hold
 */
enum fmip_filter_attrs {
	FMIP_FILTER_A_UNSPEC,
	FMIP_FILTER_A_PAD,
	FMIP_FILTER_A_TUNNEL,		/* u32, a match, target or accept names it */
	FMIP_FILTER_A_GATE,		/* u8, enum fmip_gate */
	FMIP_FILTER_A_IFINDEX,		/* u32, named anywhere; a tunnel's underlay */
	FMIP_FILTER_A_SCOPE,		/* u8, enum fmip_scope of a match */
	FMIP_FILTER_A_COOKIE_MIN,	/* u64 */
	FMIP_FILTER_A_COOKIE_MAX,	/* u64 */
	FMIP_FILTER_A_ADDR,		/* binary, 4 or 16 bytes: a match lies within */
	FMIP_FILTER_A_PREFIXLEN,	/* u8; a tunnel's remote address lies within */

	__FMIP_FILTER_A_MAX
};

#define FMIP_FILTER_A_MAX (__FMIP_FILTER_A_MAX - 1)

/*
 * Packets and bytes (of inner packets) of a binding, or of the namespace.
 * RECEIVED_PACKETS = SENT_PACKETS + BUFFERED_PACKETS + all of DROPPED, where
 * DROPPED leaves out the reasons of packets that came out of a tunnel and did
 * not reach a binding (NOT_ACCEPTED, MALFORMED, ECN, CHECKSUM, FRAGMENT).  A
 * copy, for a second target or replayed, is a packet of its own.
 */
enum fmip_stats_attrs {
	FMIP_STATS_A_UNSPEC,
	FMIP_STATS_A_PAD,
	FMIP_STATS_A_RECEIVED_PACKETS,	/* u64 */
	FMIP_STATS_A_RECEIVED_BYTES,	/* u64 */
	FMIP_STATS_A_SENT_PACKETS,	/* u64 */
	FMIP_STATS_A_SENT_BYTES,	/* u64 */
	FMIP_STATS_A_BUFFERED_PACKETS,	/* u64, now */
	FMIP_STATS_A_BUFFERED_BYTES,	/* u64, truesize, now */
	FMIP_STATS_A_PEAK_PACKETS,	/* u64, most ever buffered */
	FMIP_STATS_A_PEAK_BYTES,	/* u64, truesize */
	FMIP_STATS_A_RELEASED_PACKETS,	/* u64, sent after having been buffered */
	FMIP_STATS_A_DECAP_PACKETS,	/* u64, accepted out of a tunnel */
	FMIP_STATS_A_DECAP_BYTES,	/* u64 */
	FMIP_STATS_A_DROPPED,		/* list, FMIP_DROPPED_A_*; what is 0 is left out */
	FMIP_STATS_A_ATTACHED,		/* u64, arrivals that were believed */
	FMIP_STATS_A_REJECTED,		/* u64, arrivals that were not */
	FMIP_STATS_A_PROXY_ANSWERS,	/* u64, advertisements sent for nodes */
	FMIP_STATS_A_BINDINGS,		/* u32, namespace only */
	FMIP_STATS_A_TUNNELS,		/* u32, namespace only */
	FMIP_STATS_A_FIRST_RELEASE_NS,	/* u64, last arrival to first packet out; binding only */
	FMIP_STATS_A_COPIED_PACKETS,	/* u64, those of RECEIVED that are copies */
	FMIP_STATS_A_WINDOW_PACKETS,	/* u64, copies kept now; binding only */
	FMIP_STATS_A_GUARANTEED_BYTES,	/* u64, truesize that holds are guaranteed */

	__FMIP_STATS_A_MAX
};

#define FMIP_STATS_A_MAX (__FMIP_STATS_A_MAX - 1)

enum fmip_dropped_attrs {
	FMIP_DROPPED_A_UNSPEC,
	FMIP_DROPPED_A_PAD,
	FMIP_DROPPED_A_REASON,		/* u8, enum fmip_drop */
	FMIP_DROPPED_A_PACKETS,		/* u64 */

	__FMIP_DROPPED_A_MAX
};

#define FMIP_DROPPED_A_MAX (__FMIP_DROPPED_A_MAX - 1)

enum fmip_config_attrs {
	FMIP_CONFIG_A_UNSPEC,
	FMIP_CONFIG_A_PAD,
	FMIP_CONFIG_A_NETNS_BYTES,	/* u64, truesize buffered in the namespace */
	FMIP_CONFIG_A_MODULE_BYTES,	/* u64, in all; set from the initial namespace */
	FMIP_CONFIG_A_EXEMPT_MARK,	/* u32: packets with this mark pass by */
	FMIP_CONFIG_A_EXEMPT_MASK,	/* u32; 0, the default: none do */
	FMIP_CONFIG_A_PROXIES_MAX,	/* u32, addresses proxied in the namespace */
	FMIP_CONFIG_A_GUARANTEE,	/* u64, truesize that each hold is guaranteed */

	__FMIP_CONFIG_A_MAX
};

#define FMIP_CONFIG_A_MAX (__FMIP_CONFIG_A_MAX - 1)

enum fmip_event_attrs {
	FMIP_EVENT_A_UNSPEC,
	FMIP_EVENT_A_PAD,
	FMIP_EVENT_A_EVENT,		/* u8, enum fmip_event */
	FMIP_EVENT_A_TIME_NS,		/* u64 */
	FMIP_EVENT_A_BINDING,		/* u32, FMIP_BINDING_A_ID */
	FMIP_EVENT_A_COOKIE,		/* u64 */
	FMIP_EVENT_A_TIMER,		/* u8, enum fmip_timer */
	FMIP_EVENT_A_ADDR,		/* binary, 4 or 16 bytes */
	FMIP_EVENT_A_LLADDR,		/* binary */
	FMIP_EVENT_A_IFINDEX,		/* u32 */
	FMIP_EVENT_A_STATS,		/* nest, FMIP_STATS_A_* */
	FMIP_EVENT_A_ON,		/* bitfield32, FMIP_ATTACH_ON_*: evidence of arrival */

	__FMIP_EVENT_A_MAX
};

#define FMIP_EVENT_A_MAX (__FMIP_EVENT_A_MAX - 1)

#endif /* _UAPI_LINUX_FMIP_H */
