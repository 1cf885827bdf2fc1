/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this node's Router Advertisements say.
 *
 * Those are sent by another program, such as radvd.  They are listened to, since a
 * Router Advertisement of this daemon's that carries a NAACK and says anything else
 * would change what hosts have learned from the others.
 */
#ifndef FMIPD_ROUTER_H
#define FMIPD_ROUTER_H

#include "link.h"
#include "nd.h"
#include "rawsock.h"

struct router;

/**
 * router_open() - know nothing yet
 *
 * Return: what is known, or NULL without memory.
 */
struct router *router_open(void);

/**
 * router_close() - forget it
 * @router: what is known, or NULL
 */
void router_close(struct router *router);

/**
 * router_ask() - have the other program advertise soon
 * @rawsock: sends
 * @link: knows this node's address
 * @ifindex: the link
 *
 * It is asked as hosts ask it; without an address on the link, as yet, it is not.
 */
void router_ask(struct rawsock *rawsock, const struct link *link, unsigned int ifindex);

/**
 * router_heard() - look for an advertisement of this node
 * @router: what is known
 * @link: knows this node's addresses
 * @m: a message of ICMPv6
 */
void router_heard(struct router *router, const struct link *link,
		  const struct message *m);

/**
 * router_advertises() - what is said on a link
 * @router: what is known
 * @ifindex: the link
 * @ra: becomes that
 *
 * Return: 0, or -ENOENT if nothing has been said for longer than routers may be
 *	silent (RFC 4861 6.2.1).
 */
int router_advertises(const struct router *router, unsigned int ifindex,
		      struct nd_ra *ra);

#endif
