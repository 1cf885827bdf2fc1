/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mobile node's tunnels to its PARs, and what waits before them.
 *
 * To make a device takes longer than all the rest of a handover, so that they are made
 * ahead: one that nobody uses yet has ends that nobody has.  Each has a qdisc of the kind
 * "plug": what is sent while the node has no link waits there, and goes, in that order,
 * when the tunnel leads where it shall.  Where nothing shall wait there is none: it would
 * hold what is sent into a tunnel until it is told otherwise, and lose that.
 */
#ifndef FMIPD_STAY_TUNNEL_H
#define FMIPD_STAY_TUNNEL_H

#include "loop.h"
#include "world.h"

struct nl_sock;
struct tunnels;

/**
 * struct tunnel - a device
 * @number: of those that there are
 * @ifindex: of the device; 0 if there is none
 * @plug: it has a qdisc that holds packets
 * @used: somebody uses it
 * @holds: what is sent into it waits
 * @par: the router to which it leads, or will
 * @ends: of it; unspecified ones are those that nobody has
 */
struct tunnel {
	unsigned int number;
	unsigned int ifindex;
	bool plug;
	bool used;
	bool holds;
	struct in6_addr par;
	struct ip6_ends ends;
};

/**
 * tunnels_open() - have some ahead, and none that a killed daemon has left
 * @loop: makes others when there is time for it
 * @ask: rtnetlink, which outlives them
 * @bytes: of packets may wait before each; 0 if none shall
 * @tunnels: become the tunnels
 *
 * That nothing can wait is logged, if something shall.
 *
 * Return: 0 or a negative errno.
 */
int tunnels_open(struct loop *loop, struct nl_sock *ask, uint32_t bytes,
		 struct tunnels **tunnels);

/**
 * tunnels_close() - end all
 * @tunnels: the tunnels, or NULL
 */
void tunnels_close(struct tunnels *tunnels);

/**
 * tunnels_limit() - have more or fewer packets wait from now on
 * @tunnels: the tunnels
 * @bytes: as for tunnels_open()
 *
 * What waits already goes on to do so.
 */
void tunnels_limit(struct tunnels *tunnels, uint32_t bytes);

/**
 * tunnels_can_wait() - whether packets may wait before tunnels
 * @tunnels: the tunnels
 *
 * Return: whether the kernel can, and the operator wants it.
 */
bool tunnels_can_wait(const struct tunnels *tunnels);

/**
 * tunnels_next() - go through those that are used
 * @tunnels: the tunnels
 * @t: the last one, or NULL for the first
 *
 * Return: the next one, or NULL.
 */
struct tunnel *tunnels_next(struct tunnels *tunnels, struct tunnel *t);

#define tunnels_each(tunnels, t) \
	for ((t) = tunnels_next(tunnels, NULL); (t); (t) = tunnels_next(tunnels, t))

/**
 * tunnels_find() - find the one with these ends
 * @tunnels: the tunnels
 * @ends: its ends
 *
 * Return: the tunnel or NULL.
 */
struct tunnel *tunnels_find(struct tunnels *tunnels, const struct ip6_ends *ends);

/**
 * tunnels_take() - use one that nobody uses
 * @tunnels: the tunnels
 * @par: the router to which it will lead
 *
 * What is sent into it waits, if it can.
 *
 * Return: the tunnel, or NULL if there is none, and none can be made: that is logged.
 */
struct tunnel *tunnels_take(struct tunnels *tunnels, const struct in6_addr *par);

/**
 * tunnels_aim() - give a tunnel its ends
 * @tunnels: the tunnels
 * @t: the one; what waits before it goes on to wait
 * @ifindex: the link on which the other end is reached
 * @ends: the ends
 *
 * Return: 0 or a negative errno.
 */
int tunnels_aim(struct tunnels *tunnels, struct tunnel *t, unsigned int ifindex,
		const struct ip6_ends *ends);

/**
 * tunnels_hold() - let what is sent into a tunnel wait
 * @tunnels: the tunnels
 * @t: the one
 *
 * Return: 0 or a negative errno.
 */
int tunnels_hold(struct tunnels *tunnels, struct tunnel *t);

/**
 * tunnels_release() - let go what waits, and whatever comes after it
 * @tunnels: the tunnels
 * @t: the one
 *
 * Return: 0 or a negative errno.
 */
int tunnels_release(struct tunnels *tunnels, struct tunnel *t);

/**
 * tunnels_discard() - lose what waits, and log how much that was
 * @tunnels: the tunnels
 * @t: the one; what is sent into it waits from now on, if it can
 */
void tunnels_discard(struct tunnels *tunnels, struct tunnel *t);

/**
 * tunnels_put_back() - use a tunnel no more: what waits there is lost
 * @tunnels: the tunnels
 * @t: the one
 */
void tunnels_put_back(struct tunnels *tunnels, struct tunnel *t);

#endif
