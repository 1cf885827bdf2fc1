/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_OBJECT_H
#define FMIPCTL_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/fmip.h>

#include "value.h"

/* A bit for each attribute that was given, or that the kernel has sent. */
#define GIVEN(attr)	(1ULL << (attr))

/* The flags of a tunnel of which one at most is set. */
#define FLOW_FLAGS	(FMIP_TUNNEL_F_FLOW_INHERIT | FMIP_TUNNEL_F_FLOW_HASH)

/**
 * struct stats - statistics of a binding, or of a namespace
 * @received_packets: that matched
 * @received_bytes: the same
 * @sent_packets: to targets
 * @sent_bytes: the same
 * @buffered_packets: that are now
 * @buffered_bytes: the same
 * @peak_packets: that were buffered at most
 * @peak_bytes: the same
 * @released_packets: that were sent out of the buffer
 * @decap_packets: that came out of tunnels
 * @decap_bytes: the same
 * @dropped: packets, by enum fmip_drop
 * @attached: arrivals that were believed
 * @rejected: arrivals that were not
 * @proxy_answers: that were given for proxied addresses
 * @bindings: that there are
 * @tunnels: that there are
 * @first_release_ns: from the arrival to the first packet
 * @copied_packets: for later
 * @window_packets: copies that are kept now
 * @guaranteed_bytes: of memory
 * @given: a bit for each attribute that is there
 */
struct stats {
	uint64_t received_packets;
	uint64_t received_bytes;
	uint64_t sent_packets;
	uint64_t sent_bytes;
	uint64_t buffered_packets;
	uint64_t buffered_bytes;
	uint64_t peak_packets;
	uint64_t peak_bytes;
	uint64_t released_packets;
	uint64_t decap_packets;
	uint64_t decap_bytes;
	uint64_t dropped[256];
	uint64_t attached;
	uint64_t rejected;
	uint64_t proxy_answers;
	uint32_t bindings;
	uint32_t tunnels;
	uint64_t first_release_ns;
	uint64_t copied_packets;
	uint64_t window_packets;
	uint64_t guaranteed_bytes;
	uint64_t given;
};

/**
 * struct match - which packets are meant
 * @direction: by source or by destination
 * @scope: of the match
 * @prefixlen: of @address
 * @address: that they have
 * @ifindex: by which they come
 * @tunnel: out of which they come
 * @key: of GRE, with which they come
 * @given: a bit for each attribute that is there
 */
struct match {
	uint8_t direction;
	uint8_t scope;
	uint8_t prefixlen;
	struct address address;
	uint32_t ifindex;
	uint32_t tunnel;
	uint32_t key;
	uint64_t given;
};

/**
 * struct target - where packets go
 * @type: a link, a tunnel or the stack
 * @tunnel: its id
 * @key: of GRE
 * @ifindex: of the link
 * @lladdr: of the node there
 * @lifetime: in milliseconds
 * @given: a bit for each attribute that is there
 */
struct target {
	uint8_t type;
	uint32_t tunnel;
	uint32_t key;
	uint32_t ifindex;
	struct lladdr lladdr;
	uint32_t lifetime;
	uint64_t given;
};

/**
 * struct accept - what may come out of a tunnel
 * @tunnel: its id
 * @key: of GRE
 * @direction: which address the binding has
 * @lifetime: in milliseconds
 * @given: a bit for each attribute that is there
 */
struct accept {
	uint32_t tunnel;
	uint32_t key;
	uint8_t direction;
	uint32_t lifetime;
	uint64_t given;
};

/**
 * struct proxy - an address that is defended
 * @address: which
 * @ifindex: the link on which it is
 * @flags: of the proxy
 * @lifetime: in milliseconds
 * @given: a bit for each attribute that is there
 */
struct proxy {
	struct address address;
	uint32_t ifindex;
	uint32_t flags;
	uint32_t lifetime;
	uint64_t given;
};

/**
 * struct attach - what counts as an arrival; nothing, if nothing is given
 * @ifindex: by which it must come
 * @lladdr: from which it must come
 * @on: the kinds of evidence
 * @action: what is done then
 * @given: a bit for each attribute that is there
 */
struct attach {
	uint32_t ifindex;
	struct lladdr lladdr;
	uint32_t on;
	uint8_t action;
	uint64_t given;
};

/**
 * struct binding - a binding, as it is asked for, and as the kernel tells of it
 * @id: of the binding
 * @cookie: of who made it
 * @flags: of the binding
 * @match: names the binding that is meant
 * @matches: which packets it is for
 * @targets: where they go
 * @accepts: what may come back
 * @proxies: addresses that it defends
 * @n_matches: how many these are
 * @n_targets: how many these are
 * @n_accepts: how many these are
 * @n_proxies: how many these are
 * @attach: what opens it
 * @gate: whether it holds
 * @release: how it lets go
 * @speedup: in percent
 * @rate: packets in a second
 * @limit_packets: that it may buffer
 * @limit_bytes: that it may buffer
 * @limit_age: in milliseconds
 * @overflow: which packet goes when it is full
 * @lifetime: in milliseconds
 * @hold_time: for how long it may hold, in milliseconds
 * @hold_expiry: what is done after that
 * @hold_left: of that time, in milliseconds
 * @replay_ns: since when copies are sent once more
 * @guard_idle: for how long the tunnels of a guard must be silent, in milliseconds
 * @stats: what became of packets
 * @given: a bit for each attribute that is there
 */
struct binding {
	uint32_t id;
	uint64_t cookie;
	uint32_t flags;
	struct match match;
	struct match matches[FMIP_MATCHES_MAX];
	struct target targets[FMIP_TARGETS_MAX];
	struct accept accepts[FMIP_ACCEPTS_MAX];
	struct proxy proxies[FMIP_PROXIES_MAX];
	unsigned int n_matches;
	unsigned int n_targets;
	unsigned int n_accepts;
	unsigned int n_proxies;
	struct attach attach;
	uint8_t gate;
	uint8_t release;
	uint32_t speedup;
	uint32_t rate;
	uint32_t limit_packets;
	uint32_t limit_bytes;
	uint32_t limit_age;
	uint8_t overflow;
	uint32_t lifetime;
	uint32_t hold_time;
	uint8_t hold_expiry;
	uint32_t hold_left;
	uint64_t replay_ns;
	uint32_t guard_idle;
	struct stats stats;
	uint64_t given;
};

/**
 * struct tunnel - a tunnel, as it is asked for, and as the kernel tells of it
 * @id: of the tunnel
 * @encap: what is around the packets
 * @local: its address here
 * @remote: its other end
 * @sport: of UDP
 * @dport: of UDP
 * @ifindex: of the device below
 * @mark: for the route to @remote
 * @ttl: of outer packets
 * @dscp: of outer packets
 * @encaplimit: of RFC 2473
 * @users: bindings that use it
 * @mtu: of inner packets
 * @flags: of the tunnel
 * @flags_selector: which of them are asked for
 * @flowlabel: of outer packets
 * @given: a bit for each attribute that is there
 */
struct tunnel {
	uint32_t id;
	uint8_t encap;
	struct address local;
	struct address remote;
	uint16_t sport;
	uint16_t dport;
	uint32_t ifindex;
	uint32_t mark;
	uint8_t ttl;
	uint8_t dscp;
	uint8_t encaplimit;
	uint32_t users;
	uint32_t mtu;
	uint32_t flags;
	uint32_t flags_selector;
	uint32_t flowlabel;
	uint64_t given;
};

/**
 * struct filter - which bindings, or tunnels, are listed or flushed
 * @tunnel: that they use
 * @gate: that they have
 * @ifindex: that they name
 * @scope: of their matches
 * @cookie_min: the least
 * @cookie_max: the largest
 * @address: within which they are
 * @prefixlen: of @address
 * @given: a bit for each attribute that is there
 */
struct filter {
	uint32_t tunnel;
	uint8_t gate;
	uint32_t ifindex;
	uint8_t scope;
	uint64_t cookie_min;
	uint64_t cookie_max;
	struct address address;
	uint8_t prefixlen;
	uint64_t given;
};

/**
 * struct result - what became of one of many requests
 * @error: 0 or a negative errno
 * @message: "" if there is none
 * @attr: that is to blame, 0 if none is
 */
struct result {
	int error;
	char message[256];
	uint16_t attr;
};

/**
 * struct config - settings of a namespace, and of the module
 * @netns_bytes: that may be buffered here
 * @module_bytes: that may be buffered in all
 * @guarantee: bytes for each hold
 * @exempt_mark: of packets that are let alone
 * @exempt_mask: what of the mark counts
 * @proxies_max: that there may be
 * @given: a bit for each attribute that is there
 */
struct config {
	uint64_t netns_bytes;
	uint64_t module_bytes;
	uint64_t guarantee;
	uint32_t exempt_mark;
	uint32_t exempt_mask;
	uint32_t proxies_max;
	uint64_t given;
};

/**
 * struct event - something that has happened
 * @event: what
 * @time_ns: when
 * @binding: its id
 * @cookie: of the binding
 * @timer: that has expired
 * @address: of the node
 * @lladdr: of the node
 * @ifindex: by which it came
 * @on: the kind of evidence
 * @stats: at that moment
 * @given: a bit for each attribute that is there
 */
struct event {
	uint8_t event;
	uint64_t time_ns;
	uint32_t binding;
	uint64_t cookie;
	uint8_t timer;
	struct address address;
	struct lladdr lladdr;
	uint32_t ifindex;
	uint32_t on;
	struct stats stats;
	uint64_t given;
};

#endif
