/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The routes and rules of a mobile node.
 *
 * Those that are made for it have a protocol of their own.  No route of another one is
 * changed, but for those that the node knows to be of a link that it has left.
 */
#ifndef FMIPD_STAY_ROUTE_H
#define FMIPD_STAY_ROUTE_H

#include "link.h"
#include "world.h"

struct nl_sock;
struct rtnl_addr;
struct rtnl_route;

/* Of which a link may have several. */
#define STAY_ROUTERS_MAX	8

/**
 * struct stay_routers - those that have advertised themselves on a link
 * @n: how many
 * @address: of each
 * @lla: of each; of no length if it is not known
 */
struct stay_routers {
	unsigned int n;
	struct in6_addr address[STAY_ROUTERS_MAX];
	struct lla lla[STAY_ROUTERS_MAX];
};

/**
 * route_set() - have a route, and none of the daemon's own in the place of it
 * @ask: rtnetlink
 * @to: to this address, or to any if it is unspecified
 * @ifindex: by this interface
 * @via: and this router, or NULL
 * @table: in this table
 *
 * It is better than what is learned, and than what somebody else has made so good.
 *
 * Return: 0 or a negative errno.
 */
int route_set(struct nl_sock *ask, const struct in6_addr *to, unsigned int ifindex,
	      const struct in6_addr *via, uint32_t table);

/**
 * routes_remove() - remove all routes of the daemon's own from some tables
 * @ask: rtnetlink
 * @first: the first table
 * @last: the last one
 */
void routes_remove(struct nl_sock *ask, uint32_t first, uint32_t last);

/**
 * routes_remove_hosts() - remove the daemon's routes to addresses from the main table
 * @ask: rtnetlink
 * @keep: to other ends of tunnels the routes stay
 * @n: how many of @keep
 */
void routes_remove_hosts(struct nl_sock *ask, const struct ip6_ends *keep, unsigned int n);

/**
 * route_default() - the default route of the daemon's own in the main table
 * @ask: rtnetlink
 * @ifindex: becomes its interface
 * @via: becomes its router
 *
 * Return: whether there is one.
 */
bool route_default(struct nl_sock *ask, unsigned int *ifindex, struct in6_addr *via);

/**
 * route_is_learned() - whether a Router Advertisement has made a default route
 * @ask: rtnetlink
 * @ifindex: by this interface
 *
 * Return: whether there is one.
 */
bool route_is_learned(struct nl_sock *ask, unsigned int ifindex);

/**
 * route_remove_default() - have the default route of the daemon's own no more
 * @ask: rtnetlink
 */
void route_remove_default(struct nl_sock *ask);

/**
 * routes_note_routers() - list who has advertised himself on a link
 * @ask: rtnetlink
 * @link: knows neighbours
 * @ifindex: the link
 * @routers: becomes the list
 */
void routes_note_routers(struct nl_sock *ask, const struct link *link, unsigned int ifindex,
			 struct stay_routers *routers);

/**
 * routes_forget_routers() - remove the routes by routers of a link that was left
 * @ask: rtnetlink
 * @link: knows neighbours
 * @ifindex: the interface
 * @routers: as it was before
 *
 * One that has the same address here, but is another, is not forgotten: many a router
 * is called fe80::1.
 */
void routes_forget_routers(struct nl_sock *ask, const struct link *link,
			   unsigned int ifindex, const struct stay_routers *routers);

/**
 * route_take_prefix() - remove the route to the neighbours that have an address's prefix
 * @ask: rtnetlink
 * @address: the address
 *
 * Return: the route, for route_put_prefix(), or NULL if there was none.
 */
struct rtnl_route *route_take_prefix(struct nl_sock *ask, struct rtnl_addr *address);

/**
 * route_put_prefix() - have that route again, unless there is one
 * @ask: rtnetlink
 * @route: of route_take_prefix()
 * @seconds: for how long; UINT32_MAX for ever
 *
 * Return: 0 or a negative errno.
 */
int route_put_prefix(struct nl_sock *ask, struct rtnl_route *route, uint32_t seconds);

/**
 * rule_add() - have what has an address for its source looked up in a table
 * @ask: rtnetlink
 * @source: the address
 * @table: the table
 *
 * Return: 0 or a negative errno; it is no error if it is so already.
 */
int rule_add(struct nl_sock *ask, const struct in6_addr *source, uint32_t table);

/**
 * rule_remove() - end that
 * @ask: rtnetlink
 * @source: the address
 * @table: the table
 *
 * Return: 0 or a negative errno.
 */
int rule_remove(struct nl_sock *ask, const struct in6_addr *source, uint32_t table);

/**
 * route_is_local() - whether what comes for an address is taken
 * @ask: rtnetlink
 * @address: the address
 *
 * Return: whether it is.
 */
bool route_is_local(struct nl_sock *ask, const struct in6_addr *address);

/**
 * rules_remove() - remove all rules of the daemon's own that lead to some tables
 * @ask: rtnetlink
 * @first: the first table
 * @last: the last one
 */
void rules_remove(struct nl_sock *ask, uint32_t first, uint32_t last);

#endif
