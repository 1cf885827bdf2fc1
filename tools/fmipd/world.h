/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the state machines do, and are told: all that is not their own.
 *
 * The daemon stands behind it with sockets, netlink and an event loop, a test with
 * links that lose, repeat and reorder, in virtual time.
 *
 * Moments are nanoseconds of CLOCK_MONOTONIC, durations milliseconds unless a name
 * says otherwise.
 */
#ifndef FMIPD_WORLD_H
#define FMIPD_WORLD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "checksum.h"
#include "config.h"
#include "nd.h"
#include "record.h"

/* One of each is enough for every binding that is made so far. */
#define WORLD_MATCHES_MAX	4
#define WORLD_ACCEPTS_MAX	2
#define WORLD_PROXIES_MAX	2

/* The addresses that a mobile node takes with it. */
#define WORLD_PCOAS_MAX		8

/**
 * struct message - what is on the wire behind the IPv6 header
 * @ends: the addresses in that header
 * @ifindex: the link; of one that is sent, 0 leaves that to the routing table
 * @next_header: IPPROTO_MH or IPPROTO_ICMPV6
 * @hop_limit: of that header; of one that is sent, 0 is for the usual one
 * @has_home: there is a Home Address option
 * @routed: of one that is sent: there is a type 2 routing header
 * @home: the address in either
 * @lla: of the node to which it is sent, if it shall not be asked for: else its
 *	length is 0
 * @protected: of one that was received: it came in ESP
 * @data: the Mobility Header, or the ICMPv6 message, with its checksum
 * @len: octets
 */
struct message {
	struct ip6_ends ends;
	unsigned int ifindex;
	uint8_t next_header;
	uint8_t hop_limit;
	bool has_home;
	bool routed;
	struct in6_addr home;
	struct lla lla;
	bool protected;
	const uint8_t *data;
	size_t len;
};

/**
 * enum path_target - where the packets of a binding go
 * @PATH_LINK: to a node on a link, without asking where it is
 * @PATH_TUNNEL: into a tunnel
 * @PATH_ROUTE: where the routing table says
 */
enum path_target {
	PATH_LINK,
	PATH_TUNNEL,
	PATH_ROUTE,
};

/**
 * enum path_gate - what happens to them: FMIP_GATE_* of uapi/linux/fmip.h
 * @PATH_OPEN: they go there
 * @PATH_HOLD: they are buffered
 * @PATH_COPY: they go there, and copies are kept
 * @PATH_DRAINING: what was buffered goes there; this is not asked for, but found
 */
enum path_gate {
	PATH_OPEN,
	PATH_HOLD,
	PATH_COPY,
	PATH_DRAINING,
};

/**
 * struct path_match - which packets
 * @source: those with that source, else those with that destination
 * @prefix: the addresses
 * @ifindex: only those that come in there, if it is not 0
 */
struct path_match {
	bool source;
	struct config_prefix prefix;
	unsigned int ifindex;
};

/**
 * struct path_accept - what may come out of a tunnel
 * @source: the inner source must match the binding, else the inner destination
 * @tunnel: from this end to that one
 */
struct path_accept {
	bool source;
	struct ip6_ends tunnel;
};

/**
 * struct path_proxy - an address that is defended on a link
 * @address: the address
 * @ifindex: the link
 * @lifetime: for how long; 0 for as long as the binding lives
 * @announce: say so at once, with the O flag
 */
struct path_proxy {
	struct in6_addr address;
	unsigned int ifindex;
	uint32_t lifetime;
	bool announce;
};

/**
 * struct path_attach - what counts as the node's arrival
 * @ifindex: the link; 0 if nothing does
 * @lla: who must say so; any node if its length is 0
 * @open: the gate opens then, without asking here
 * @data: a packet from it will do, too
 */
struct path_attach {
	unsigned int ifindex;
	struct lla lla;
	bool open;
	bool data;
};

/**
 * struct path - what the data path does with the packets of a node: a binding of
 *	the kernel's, all of it
 * @id: its number, not 0; the engine's choice
 * @cookie: given back with it after a restart
 * @match: which packets
 * @matches: how many of @match
 * @target: where they go
 * @ifindex: of PATH_LINK
 * @lla: of PATH_LINK; of no length if it is not known yet
 * @tunnel: of PATH_TUNNEL
 * @accept: what may come out of tunnels for it
 * @accepts: how many of @accept
 * @proxy: what is defended for it
 * @proxies: how many of @proxy
 * @attach: what counts as arrival
 * @gate: what happens to them
 * @replay_ns: when a gate that copied opens or holds: the copies that came later
 *	are sent once more; UINT64_MAX for none
 * @buffer: bounds of what is kept
 * @speedup: of the release, percent
 * @hold: for how long they are buffered at most; what is left is then dropped with
 *	the binding.  0 for as long as that lives.
 * @lifetime: of the binding; 0 until it is deleted
 */
struct path {
	uint32_t id;
	uint64_t cookie;
	struct path_match match[WORLD_MATCHES_MAX];
	unsigned int matches;
	enum path_target target;
	unsigned int ifindex;
	struct lla lla;
	struct ip6_ends tunnel;
	struct path_accept accept[WORLD_ACCEPTS_MAX];
	unsigned int accepts;
	struct path_proxy proxy[WORLD_PROXIES_MAX];
	unsigned int proxies;
	struct path_attach attach;
	enum path_gate gate;
	uint64_t replay_ns;
	struct config_buffer buffer;
	uint32_t speedup;
	uint32_t hold;
	uint32_t lifetime;
};

/**
 * struct path_figures - what a binding has counted
 * @received: packets that reached it
 * @buffered: those that were buffered, whatever became of them
 * @buffered_most: the most that were at once
 * @released: those of the buffered ones that were sent
 * @overflow: those that there was no room for
 * @dropped: all that were dropped
 */
struct path_figures {
	uint64_t received;
	uint64_t buffered;
	uint64_t buffered_most;
	uint64_t released;
	uint64_t overflow;
	uint64_t dropped;
};

/**
 * struct alarm - a moment at which a state machine wants to be called
 * @ring: is called then; it may set the alarm again, or free what that is in
 * @handle: the world's own; NULL until it is first set
 */
struct alarm {
	void (*ring)(struct alarm *alarm);
	void *handle;
};

/**
 * struct stay - how a mobile node lives on a link that it has come to
 * @ifindex: the link
 * @ncoa: its address there, to be used before it is known to be unique (RFC 4429);
 *	the unspecified one if it has none
 * @prefix_len: of the link's prefix
 * @router: that of the link
 * @router_lla: its link-layer address; of no length if it is to be asked for
 * @pcoa: its addresses from before, which it keeps
 * @pcoas: how many
 * @tunnel: from the NCoA to the PAR, of which packets for a PCoA may come out;
 *	unspecified if there is none
 * @tunnelled: what has a PCoA for its source goes into it, else to @router as it is
 * @via: of each of @pcoa, the tunnel that its packets may come out of, from this node
 *	to the PAR of that address; with unspecified ends if they come as they are.
 *	@tunnel is one of them.
 * @into: of each, what has it for its source goes into that tunnel; else it goes to
 *	@router as it is
 * @waits: of each, what has it for its source waits before that tunnel, whatever @into
 *	says, until a later stay, or a release, says otherwise
 * @dhcp: @ncoa is for signalling and tunnels; other addresses of the link are had by
 *	DHCP
 */
struct stay {
	unsigned int ifindex;
	struct in6_addr ncoa;
	uint8_t prefix_len;
	struct in6_addr router;
	struct lla router_lla;
	struct in6_addr pcoa[WORLD_PCOAS_MAX];
	unsigned int pcoas;
	struct ip6_ends tunnel;
	bool tunnelled;
	struct ip6_ends via[WORLD_PCOAS_MAX];
	bool into[WORLD_PCOAS_MAX];
	bool waits[WORLD_PCOAS_MAX];
	bool dhcp;
};

/**
 * enum report_kind - what has happened
 * @REPORT_ALARM: somebody claims what is another's
 * @REPORT_STATE: a handover has come to another state
 * @REPORT_DONE: a handover is over; there is a record of it
 * @REPORT_REFUSED: a request was refused
 */
enum report_kind {
	REPORT_ALARM,
	REPORT_STATE,
	REPORT_DONE,
	REPORT_REFUSED,
};

/**
 * struct report - what has happened
 * @kind: of what kind it is
 * @role: as whom: "par", "nar" or "mn"
 * @text: what, in words that do not change
 * @pcoa: the node's address, or the unspecified one
 * @ncoa: its new address, or the unspecified one
 * @peer: the name of the other router, or NULL
 * @from: who has sent what was refused, where there is no name for it, or the
 *	unspecified address
 * @record: of REPORT_DONE
 */
struct report {
	enum report_kind kind;
	const char *role;
	const char *text;
	struct in6_addr pcoa;
	struct in6_addr ncoa;
	const char *peer;
	struct in6_addr from;
	const struct record *record;
};

/**
 * struct world_ops - what can be done
 * @now: what time it is
 * @send: send a message, or lose it: the state machines send again what matters
 * @path_set: have the data path do this with these packets from now on, at once and
 *	whatever it did before; 0 or a negative errno, and then nothing has changed
 * @path_end: have it do nothing with them any more; what it has buffered is lost
 * @path_figures: what it has counted for them, or a negative errno
 * @alarm_set: ring at that moment, and at no other that was set before
 * @alarm_stop: do not ring; the world keeps nothing of the alarm
 * @lla_of: who has an address on a link, as far as this node knows: 0, or -ENOENT
 * @ifindex_of: the link with a name: its index, or 0
 * @is_own: whether an address is one of this node
 * @own_address: this node's address on a link, global or link-local: 0 or -ENOENT
 * @is_on_link: whether an address is in a prefix of one of this node's own on a link
 * @own_lla: this node's link-layer address on a link: 0 or -ENOENT
 * @mtu: of a link, in octets
 * @neighbour_set: say who has an address on a link, not confirmed (STALE)
 * @router: what this node's Router Advertisements say on a link: 0 or -ENOENT, and
 *	then it sends none
 * @probe: ask the link who has an address; engine_probed() is told, after @ms at the
 *	latest; if it cannot be asked, before this returns
 * @remember: the last sequence number of a node's FBUs, to be known again after a
 *	restart
 * @recall: the number remembered: 0 or -ENOENT
 * @random: octets that nobody can guess
 * @secret: such octets that are the same after a restart, and only here: 0 or a
 *	negative errno
 * @own_globals: this node's global addresses on a link, the preferred ones first, and
 *	how many they are
 * @prepare: have ready what takes long of how it may live soon: the tunnels
 * @away: there is no link: what has an address for its source waits, for which @waits
 *	says so; where it was before is all that is known of the node then
 * @stay: live on a link so from now on: 0; or a negative errno if the new address cannot
 *	be had, or a way for what comes and goes for the old ones
 * @release: live so, as the last stay has said but for what waits: 0 or a negative errno
 * @arrived: this node has come to another link, and has told the routers so: tell others
 *	how it lives there
 * @settle: keep nothing of what was before that link: no tunnel, no old address
 * @back: be on the link that was before that, with the addresses from there as they were
 * @report: tell the operator about something that has happened
 */
struct world_ops {
	uint64_t (*now)(void *world);
	void (*send)(void *world, const struct message *m);
	int (*path_set)(void *world, const struct path *path);
	void (*path_end)(void *world, uint32_t id);
	int (*path_figures)(void *world, uint32_t id, struct path_figures *figures);
	void (*alarm_set)(void *world, struct alarm *alarm, uint64_t at_ns);
	void (*alarm_stop)(void *world, struct alarm *alarm);
	int (*lla_of)(void *world, unsigned int ifindex, const struct in6_addr *address,
		      struct lla *lla);
	unsigned int (*ifindex_of)(void *world, const char *name);
	bool (*is_own)(void *world, const struct in6_addr *address);
	int (*own_address)(void *world, unsigned int ifindex, bool global,
			   struct in6_addr *address);
	bool (*is_on_link)(void *world, unsigned int ifindex,
			   const struct in6_addr *address);
	int (*own_lla)(void *world, unsigned int ifindex, struct lla *lla);
	unsigned int (*mtu)(void *world, unsigned int ifindex);
	void (*neighbour_set)(void *world, unsigned int ifindex,
			      const struct in6_addr *address, const struct lla *lla);
	int (*router)(void *world, unsigned int ifindex, struct nd_ra *ra);
	void (*probe)(void *world, unsigned int ifindex, const struct in6_addr *address,
		      uint32_t ms);
	void (*remember)(void *world, const struct in6_addr *pcoa, uint32_t spi,
			 uint16_t sequence);
	int (*recall)(void *world, const struct in6_addr *pcoa, uint32_t spi,
		      uint16_t *sequence);
	void (*random)(void *world, void *octets, size_t len);
	int (*secret)(void *world, void *octets, size_t len);
	unsigned int (*own_globals)(void *world, unsigned int ifindex,
				    struct in6_addr *addresses, unsigned int max);
	void (*prepare)(void *world, const struct stay *stay);
	void (*away)(void *world, const struct stay *stay);
	int (*stay)(void *world, const struct stay *stay);
	int (*release)(void *world, const struct stay *stay);
	void (*arrived)(void *world, const struct stay *stay);
	void (*settle)(void *world);
	void (*back)(void *world);
	void (*report)(void *world, const struct report *report);
};

#endif
