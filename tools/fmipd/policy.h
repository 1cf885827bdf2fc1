/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What XFRM must do for signalling: let FBUs with a Home Address option come in, or FBacks
 * with a type 2 routing header, and demand ESP for all Mobility Headers of neighbours,
 * which are HI and HAck (RFC 5568 section 10).  The security associations themselves are
 * an IKE daemon's.
 */
#ifndef FMIPD_POLICY_H
#define FMIPD_POLICY_H

#include "config.h"
#include "loop.h"

struct policies;

/**
 * policies_open() - put them into the kernel, and back whenever somebody changes them
 * @loop: waits for that
 * @config: says for which routers, and whether this is a node
 * @exposed: is called when they are back, or there are more, or when a policy of others
 *	goes before them or does so no more: what is in a socket by then may have come in
 *	without them
 * @arg: for @exposed
 * @policies: become them
 *
 * Return: 0 or a negative errno, and then there are none.
 */
int policies_open(struct loop *loop, const struct config *config,
		  void (*exposed)(void *arg), void *arg, struct policies **policies);

/**
 * policies_configure() - change them for another configuration
 * @policies: those that are there
 * @config: the other one
 *
 * Those that are in both are never absent.
 *
 * Return: 0 or a negative errno, and then those of some routers are missing.
 */
int policies_configure(struct policies *policies, const struct config *config);

/**
 * policies_close() - take them away
 * @policies: what there is, or NULL
 */
void policies_close(struct policies *policies);

/**
 * policies_protect() - whether the kernel lets nothing pass, from and to a router, but ESP
 * @policies: what there is
 * @peer: the router
 *
 * Return: whether it does, and has since this was asked before.
 */
bool policies_protect(struct policies *policies, const struct in6_addr *peer);

/**
 * policies_apply() - have them apply to what a socket receives, come what may
 * @fd: the socket, of IPv6
 *
 * Where an interface has net.ipv6.conf.*.disable_policy the kernel asks none but for
 * sockets that have a policy of their own, and then it goes on to all others.
 *
 * Return: 0 or a negative errno.
 */
int policies_apply(int fd);

#endif
