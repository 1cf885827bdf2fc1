/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The addresses of a mobile node on its interface: new ones, and old ones that it keeps.
 */
#ifndef FMIPD_STAY_ADDRESS_H
#define FMIPD_STAY_ADDRESS_H

#include "world.h"

struct nl_sock;
struct rtnl_addr;

/**
 * address_add() - have the new address of a stay
 * @ask: rtnetlink
 * @interface: the name of its interface
 * @stay: has it
 *
 * It is used before it is known to be unique (RFC 4429).
 *
 * Return: 0 or a negative errno.
 */
int address_add(struct nl_sock *ask, const char *interface, const struct stay *stay);

/**
 * address_remove() - have the new address of a stay no more
 * @ask: rtnetlink
 * @stay: has it
 *
 * Return: 0 or a negative errno; it is no error if it is not there.
 */
int address_remove(struct nl_sock *ask, const struct stay *stay);

/**
 * address_remove_kept() - have an old address no more
 * @ask: rtnetlink
 * @was: as it was
 *
 * Return: as address_remove().
 */
int address_remove_kept(struct nl_sock *ask, struct rtnl_addr *was);

/**
 * address_read() - read an address as the kernel has it
 * @ask: rtnetlink
 * @ifindex: of its interface
 * @address: the address
 *
 * Return: what there is to know of it, for rtnl_addr_put(), or NULL.
 */
struct rtnl_addr *address_read(struct nl_sock *ask, unsigned int ifindex,
			       const struct in6_addr *address);

/**
 * address_keep() - keep an address on a link that it is not of
 * @ask: rtnetlink
 * @was: as it was
 * @deprecated: there is another one for all that is new
 *
 * Return: 0 or a negative errno.
 */
int address_keep(struct nl_sock *ask, struct rtnl_addr *was, bool deprecated);

/**
 * address_restore() - have an address as it was, on its own link again
 * @ask: rtnetlink
 * @was: as it was; its lifetimes become what is left of them
 * @seconds: how long ago
 *
 * Return: 0 or a negative errno.
 */
int address_restore(struct nl_sock *ask, struct rtnl_addr *was, uint64_t seconds);

#endif
