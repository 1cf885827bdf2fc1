/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets for a mobile node among the routers of roam.h, and what their data paths make
 * of them: the kernel's gates, in short.
 *
 * A packet comes in each millisecond, to the router of the address that it is for.  It is
 * on a link at once, and in a tunnel as long as a message is.
 */
#ifndef FMIPD_TRAFFIC_H
#define FMIPD_TRAFFIC_H

#include "roam.h"

/* More than a test sends. */
#define TRAFFIC_MAX	8000

/* In the tunnels of so many routers a packet can be at once. */
#define TRAFFIC_DEPTH	4

/**
 * struct traffic_packet - a packet
 * @number: which of all that were sent
 * @ns: when it came to the router that it is at; where it is in a tunnel, when it will
 * @to: where it goes: the outermost destination
 * @depth: in how many tunnels it has been
 */
struct traffic_packet {
	unsigned int number;
	uint64_t ns;
	struct in6_addr to;
	unsigned int depth;
};

/**
 * struct traffic_queue - packets in their order
 * @packet: the packets
 * @count: how many
 */
struct traffic_queue {
	struct traffic_packet packet[TRAFFIC_MAX];
	unsigned int count;
};

/**
 * struct traffic - all of it
 * @roam: the world
 * @tick: rings each millisecond
 * @to: the address that packets are for
 * @sends: they come
 * @sent: how many have come
 * @held: what each data path of each router buffers
 * @copies: what it keeps copies of
 * @releases: it has opened, and not told yet that all is out
 * @flying: what is in tunnels
 * @arrived: the numbers of what the node has got, in that order
 * @arrivals: how many
 * @answers: packets that the node has sent, as long as it has the address
 * @answered: those of them that were let out of a tunnel, or came off their own link
 */
struct traffic {
	struct roam *roam;
	struct alarm tick;
	struct in6_addr to;
	bool sends;
	unsigned int sent;
	struct traffic_queue held[ROAM_ROUTERS][SIM_PATHS];
	struct traffic_queue copies[ROAM_ROUTERS][SIM_PATHS];
	bool releases[ROAM_ROUTERS][SIM_PATHS];
	struct traffic_queue flying;
	unsigned int arrived[TRAFFIC_MAX];
	unsigned int arrivals;
	unsigned int answers;
	unsigned int answered;
};

/**
 * traffic_begin() - packets come from now on
 * @t: the packets
 * @r: the world, which has no other
 * @to: the address that they are for
 */
void traffic_begin(struct traffic *t, struct roam *r, const char *to);

/**
 * traffic_end() - no more come; those that are under way arrive
 * @t: the packets
 */
void traffic_end(struct traffic *t);

/**
 * assert_all_arrived() - all have, once, or the test fails
 * @t: the packets, of which no more come
 */
void assert_all_arrived(const struct traffic *t);

/**
 * assert_in_order() - they have, in the order in which they came, or the test fails
 * @t: the packets
 */
void assert_in_order(const struct traffic *t);

#endif
