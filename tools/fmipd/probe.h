/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asking a link who has an address (RFC 4862 5.4, without the random delay: many
 * nodes do not come at once, and a node is waiting).
 *
 * Only an advertisement counts.  A solicitation of somebody else's cannot be told
 * from that of the node for which the address is asked for.
 */
#ifndef FMIPD_PROBE_H
#define FMIPD_PROBE_H

#include "loop.h"

struct probes;

/**
 * probes_open() - make room for them
 * @loop: ends them
 * @probed: is told who has an address, or NULL if nobody has said so
 * @arg: for @probed
 * @probes: becomes the room
 *
 * Return: 0 or a negative errno.
 */
int probes_open(struct loop *loop,
		void (*probed)(void *arg, unsigned int ifindex,
			       const struct in6_addr *address, const struct lla *lla),
		void *arg, struct probes **probes);

/**
 * probes_close() - end them
 * @probes: the room, or NULL
 */
void probes_close(struct probes *probes);

/**
 * probe_start() - ask for an address
 * @probes: the room
 * @ifindex: the link
 * @address: the address
 * @ms: how long to wait
 *
 * One that is being asked for already goes on as it is.
 *
 * Return: 0 or a negative errno, and then nobody is told anything.
 */
int probe_start(struct probes *probes, unsigned int ifindex,
		const struct in6_addr *address, uint32_t ms);

/**
 * probe_heard() - look for an answer
 * @probes: the room
 * @m: a message of ICMPv6
 * @lla_len: the length of addresses of its link
 */
void probe_heard(struct probes *probes, const struct message *m, uint8_t lla_len);

#endif
