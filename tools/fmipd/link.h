/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Links, addresses and neighbours, as rtnetlink tells of them.
 *
 * All is kept in tables: a router with many nodes must not go through lists for
 * every message.
 */
#ifndef FMIPD_LINK_H
#define FMIPD_LINK_H

#include "engine.h"
#include "loop.h"

/**
 * struct link_ops - who is told about changes
 * @appeared: an interface is there, or is up, now
 * @changed: a link, or a node on it, has come or gone
 * @neighbour: a node with a global address is known on a link
 * @probed: whether an address of this node is one of another node's, too, is known
 */
struct link_ops {
	void (*appeared)(void *arg, unsigned int ifindex);
	void (*changed)(void *arg, const struct link_event *event);
	void (*neighbour)(void *arg, unsigned int ifindex,
			  const struct in6_addr *address, const struct lla *lla);
	void (*probed)(void *arg, unsigned int ifindex, const struct in6_addr *address,
		       bool duplicate);
};

struct link;

/**
 * link_open() - begin to listen, and read what is there
 * @loop: waits for changes
 * @ops: who is told; not before this returns
 * @arg: for them
 * @link: becomes the tables
 *
 * Return: 0 or a negative errno.
 */
int link_open(struct loop *loop, const struct link_ops *ops, void *arg,
	      struct link **link);

/**
 * link_close() - end it
 * @link: the tables, or NULL
 */
void link_close(struct link *link);

/**
 * link_ifindex() - find an interface
 * @link: the tables
 * @name: what it is called
 *
 * Return: its index or 0.
 */
unsigned int link_ifindex(const struct link *link, const char *name);

/**
 * link_name() - find the name of an interface
 * @link: the tables
 * @ifindex: the interface
 *
 * Return: its name or NULL.
 */
const char *link_name(const struct link *link, unsigned int ifindex);

/**
 * link_master() - find the bridge that an interface is a port of
 * @link: the tables
 * @ifindex: the interface
 *
 * Return: the bridge, or what else has interfaces in it, or 0.
 */
unsigned int link_master(const struct link *link, unsigned int ifindex);

/**
 * link_is_up() - whether an interface can be used
 * @link: the tables
 * @ifindex: the interface
 *
 * Return: whether it can.
 */
bool link_is_up(const struct link *link, unsigned int ifindex);

/**
 * link_is_plain() - whether XFRM asks for what comes by an interface the usual policies
 * @link: the tables
 * @ifindex: the interface
 *
 * Return: false for an interface of XFRM, whose policies are those with its number, and
 *	for one that is not known.
 */
bool link_is_plain(const struct link *link, unsigned int ifindex);

/**
 * link_mtu() - how large a packet may be
 * @link: the tables
 * @ifindex: the interface
 *
 * Return: octets; 1280 for an interface that is not there.
 */
unsigned int link_mtu(const struct link *link, unsigned int ifindex);

/**
 * link_own_lla() - what the link-layer address of an interface is
 * @link: the tables
 * @ifindex: the interface
 * @lla: becomes the address
 *
 * Return: 0 or -ENOENT.
 */
int link_own_lla(const struct link *link, unsigned int ifindex, struct lla *lla);

/**
 * link_is_own() - whether an address is one of this node
 * @link: the tables
 * @address: the address
 *
 * Return: whether it is.
 */
bool link_is_own(const struct link *link, const struct in6_addr *address);

/**
 * link_own_address() - an address of this node on a link
 * @link: the tables
 * @ifindex: the link
 * @global: a global one, else the link-local one
 * @address: becomes the address
 *
 * None that is tentative, or a duplicate; of several the one that is not deprecated.
 *
 * Return: 0 or -ENOENT.
 */
int link_own_address(const struct link *link, unsigned int ifindex, bool global,
		     struct in6_addr *address);

/**
 * link_is_on() - whether an address is in a prefix of one of this node's own on a link
 * @link: the tables
 * @ifindex: the link
 * @address: the address
 *
 * Link-local ones do not count.
 *
 * Return: whether it is.
 */
bool link_is_on(const struct link *link, unsigned int ifindex,
		const struct in6_addr *address);

/**
 * link_asks() - note that the kernel asks on a link who has an address
 * @link: the tables; @link_ops.probed is told how that ends
 * @ifindex: the link
 * @address: the address, which is new and optimistic
 * @prefix_len: of its prefix
 *
 * Of such an address the kernel itself tells only when it has asked.
 */
void link_asks(struct link *link, unsigned int ifindex, const struct in6_addr *address,
	       uint8_t prefix_len);

/**
 * link_own_globals() - the global addresses of this node on a link
 * @link: the tables
 * @ifindex: the link
 * @addresses: become those, the preferred ones first
 * @max: how many there is room for
 *
 * None that may not be used yet, or is a duplicate.
 *
 * Return: how many.
 */
unsigned int link_own_globals(const struct link *link, unsigned int ifindex,
			      struct in6_addr *addresses, unsigned int max);

/**
 * link_lla_of() - who has an address
 * @link: the tables
 * @ifindex: on which link
 * @address: the address
 * @lla: becomes the link-layer address
 *
 * Return: 0 or -ENOENT.
 */
int link_lla_of(const struct link *link, unsigned int ifindex,
		const struct in6_addr *address, struct lla *lla);

/**
 * link_neighbour_set() - say who has an address, not confirmed
 * @link: the tables
 * @ifindex: on which link
 * @address: the address
 * @lla: the link-layer address
 *
 * Return: 0 or a negative errno.
 */
int link_neighbour_set(struct link *link, unsigned int ifindex,
		       const struct in6_addr *address, const struct lla *lla);

/**
 * link_each_neighbour() - go through the nodes that are known
 * @link: the tables
 * @each: is called for every one
 * @arg: for @each
 */
void link_each_neighbour(const struct link *link,
			 void (*each)(void *arg, unsigned int ifindex,
				      const struct in6_addr *address,
				      const struct lla *lla),
			 void *arg);

#endif
