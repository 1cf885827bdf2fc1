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
	uint64_t dropped[256];		/* by enum fmip_drop */
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

struct target {
	uint8_t type;
	uint32_t tunnel;
	uint32_t key;
	uint32_t ifindex;
	struct lladdr lladdr;
	uint32_t lifetime;
	uint64_t given;
};

struct accept {
	uint32_t tunnel;
	uint32_t key;
	uint8_t direction;
	uint32_t lifetime;
	uint64_t given;
};

struct proxy {
	struct address address;
	uint32_t ifindex;
	uint32_t flags;
	uint32_t lifetime;
	uint64_t given;
};

/* Nothing given: nothing counts as an arrival. */
struct attach {
	uint32_t ifindex;
	struct lladdr lladdr;
	uint32_t on;
	uint8_t action;
	uint64_t given;
};

/* As it is asked for, and as the kernel tells of it. */
struct binding {
	uint32_t id;
	uint64_t cookie;
	uint32_t flags;
	struct match match;		/* names the binding that is meant */
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
	uint32_t flags_selector;	/* which of them are asked for */
	uint32_t flowlabel;
	uint64_t given;
};

/* Which bindings, or tunnels, are listed or flushed. */
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

/* What became of one of many requests. */
struct result {
	int error;		/* 0 or a negative errno */
	char message[256];	/* "" if there is none */
	uint16_t attr;		/* that is to blame, 0 if none is */
};

struct config {
	uint64_t netns_bytes;
	uint64_t module_bytes;
	uint64_t guarantee;
	uint32_t exempt_mark;
	uint32_t exempt_mask;
	uint32_t proxies_max;
	uint64_t given;
};

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
