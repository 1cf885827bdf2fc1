/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a mobile node lives on a link: its addresses, routes and the tunnels to its PARs.
 *
 * What is made for it is marked, so that nothing of it outlives a daemon that was
 * killed but the addresses: routes and rules have a protocol of their own, and the
 * tunnels have names.
 */
#ifndef FMIPD_STAY_H
#define FMIPD_STAY_H

#include "link.h"
#include "loop.h"
#include "world.h"

struct stays;

/**
 * stays_open() - begin, with nothing of what a killed daemon has left
 * @loop: tells of routes
 * @link: has neighbours
 * @bytes: of packets may wait before each tunnel; 0 if none shall
 * @stays: becomes what is kept
 *
 * The one thing that is left is a default route, if there is no other.
 *
 * Return: 0 or a negative errno.
 */
int stays_open(struct loop *loop, struct link *link, uint32_t bytes, struct stays **stays);

/**
 * stays_close() - end it
 * @stays: what is kept, or NULL
 *
 * Nobody would end the detour by way of the PAR: the node keeps to the new link.
 */
void stays_close(struct stays *stays);

/**
 * stays_limit() - have more or fewer packets wait from now on
 * @stays: what is kept
 * @bytes: as for stays_open()
 */
void stays_limit(struct stays *stays, uint32_t bytes);

/**
 * stays_prepare() - have the tunnels of a stay that may come
 * @stays: what is kept
 * @stay: has them
 */
void stays_prepare(struct stays *stays, const struct stay *stay);

/**
 * stays_away() - have no link, and let wait what has an address for its source
 * @stays: what is kept
 * @stay: says which addresses
 *
 * What cannot wait is lost as it would be without this.
 */
void stays_away(struct stays *stays, const struct stay *stay);

/**
 * stays_set() - live on a link so from now on
 * @stays: what is kept
 * @stay: how
 *
 * What fails is logged, and the rest is done all the same.
 *
 * Return: 0; or a negative errno if the new address, a tunnel or a way into it cannot be
 *	had.
 */
int stays_set(struct stays *stays, const struct stay *stay);

/**
 * stays_release() - live as the last stay has said, but for what waits
 * @stays: what is kept
 * @stay: the same, with other @into and @waits
 *
 * Return: as stays_set().
 */
int stays_release(struct stays *stays, const struct stay *stay);

/**
 * stays_settle() - keep nothing of what was before the link: no tunnel, no old address
 * @stays: what is kept
 *
 * The daemon's own default route goes when a router of the link has advertised itself.
 */
void stays_settle(struct stays *stays);

/**
 * stays_undo() - be where the node was before, with its old addresses as they were
 * @stays: what is kept
 *
 * What waits for a tunnel is lost: nobody is at its other end.
 */
void stays_undo(struct stays *stays);

#endif
