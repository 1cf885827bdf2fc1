// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a mobile node lives on a link.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/route.h>

#include "log.h"
#include "netlink.h"
#include "stay.h"
#include "stay_address.h"
#include "stay_route.h"
#include "stay_tunnel.h"

/*
 * What has an old address for its source is looked up in a table of that address, before
 * the main one: TABLE and those that follow.
 */
#define TABLE		5568
#define TABLE_LAST	(TABLE + WORLD_PCOAS_MAX - 1)

#define NS_PER_S	1000000000ull
#define NS_PER_MS	1000000ull

/* The kernel's own work is done by then, or it is too busy for a handover. */
#define LOCAL_MS	1000

/**
 * struct kept - an address from before, whose routes are in a table of their own
 * @used: there is one
 * @address: the address
 * @was: as it was; NULL as long as it is still so
 * @prefix: the route to its neighbours that there was, or NULL
 * @since_ns: when it was so
 * @link: the how manyth link it is of
 * @led: what has it for its source is looked up in the table
 * @tunnel: where that leads, or NULL if to the router of the link
 * @waits: what is sent there is to wait
 */
struct kept {
	bool used;
	struct in6_addr address;
	struct rtnl_addr *was;
	struct rtnl_route *prefix;
	uint64_t since_ns;
	unsigned int link;
	bool led;
	struct tunnel *tunnel;
	bool waits;
};

/**
 * struct stays - what is kept
 * @ask: rtnetlink
 * @told: of routes
 * @watch: of @told
 * @link: has neighbours
 * @tunnels: to the PARs
 * @now: how the node lives
 * @lives: @now says that, and not that it is where it has always been
 * @links: on how many it has been since then
 * @kept: addresses from before
 * @routers: of the link from before
 * @has_default: there is a default route of the daemon's own
 * @ifindex: of the link that @router is on
 * @router: to which the default route leads
 * @had_default: the same, from before: where the node has always been
 * @router_before: to which that led
 */
struct stays {
	struct nl_sock *ask;
	struct nl_sock *told;
	struct loop_watch *watch;
	struct link *link;
	struct tunnels *tunnels;
	struct stay now;
	bool lives;
	unsigned int links;
	struct kept kept[WORLD_PCOAS_MAX];
	struct stay_routers routers;
	bool has_default;
	unsigned int ifindex;
	struct in6_addr router;
	bool had_default;
	struct in6_addr router_before;
};

/* What one step after the other has come to. */
static int first(int err, int next, const char *what)
{
	if (next)
		log_error("stay", what, next);
	return err ?: next;
}

/* Old addresses. */

static struct kept *kept_next(struct stays *s, struct kept *kept)
{
	for (kept = kept ? kept + 1 : s->kept; kept < s->kept + WORLD_PCOAS_MAX; kept++)
		if (kept->used)
			return kept;
	return NULL;
}

#define each_kept(s, kept) \
	for ((kept) = kept_next(s, NULL); (kept); (kept) = kept_next(s, kept))

static struct kept *find_kept(struct stays *s, const struct in6_addr *address)
{
	struct kept *kept;

	each_kept(s, kept)
		if (IN6_ARE_ADDR_EQUAL(&kept->address, address))
			return kept;
	return NULL;
}

static struct kept *find_or_add(struct stays *s, const struct in6_addr *address)
{
	struct kept *kept = find_kept(s, address);

	if (kept)
		return kept;
	for (kept = s->kept; kept < s->kept + WORLD_PCOAS_MAX; kept++)
		if (!kept->used) {
			*kept = (struct kept){ .used = true, .address = *address };
			return kept;
		}
	return NULL;
}

static uint32_t table_of(const struct stays *s, const struct kept *kept)
{
	return TABLE + (kept - s->kept);
}

static int keep(struct stays *s, const struct stay *stay, struct kept *kept)
{
	int err;

	if (kept->was)
		return s->now.dhcp == stay->dhcp ? 0 :
		       address_keep(s->ask, kept->was, !stay->dhcp);
	kept->was = address_read(s->ask, stay->ifindex, &kept->address);
	if (!kept->was)
		return -EADDRNOTAVAIL;
	kept->since_ns = loop_now();
	kept->link = s->links;
	err = address_keep(s->ask, kept->was, !stay->dhcp);
	kept->prefix = route_take_prefix(s->ask, kept->was);
	return err;
}

static void forget(struct kept *kept)
{
	rtnl_addr_put(kept->was);
	rtnl_route_put(kept->prefix);
	*kept = (struct kept){};
}

static void end_detour(struct stays *s, struct kept *kept)
{
	uint32_t table = table_of(s, kept);

	if (!kept->led)
		return;
	first(0, rule_remove(s->ask, &kept->address, table), "an old rule remains");
	routes_remove(s->ask, table, table);
}

static void leave_pcoa(struct stays *s, struct kept *kept)
{
	end_detour(s, kept);
	if (kept->was)
		first(0, address_remove_kept(s->ask, kept->was), "an old address remains");
	forget(kept);
}

/* It is at home again. */
static void come_home(struct stays *s, struct kept *kept)
{
	uint64_t seconds = (loop_now() - kept->since_ns) / NS_PER_S;

	end_detour(s, kept);
	if (kept->was)
		first(0, address_restore(s->ask, kept->was, seconds),
		      "an address is not as it was");
	if (kept->prefix)
		first(0, route_put_prefix(s->ask, kept->prefix,
					  rtnl_addr_get_valid_lifetime(kept->was)),
		      "the neighbours of an address cannot be reached");
	forget(kept);
}

static bool is_pcoa(const struct stay *stay, const struct in6_addr *address)
{
	unsigned int i;

	for (i = 0; i < stay->pcoas; i++)
		if (IN6_ARE_ADDR_EQUAL(&stay->pcoa[i], address))
			return true;
	return false;
}

/* What is not among the old addresses any more. */
static void leave_pcoas(struct stays *s, const struct stay *stay)
{
	struct kept *kept;

	each_kept(s, kept) {
		if (is_pcoa(stay, &kept->address))
			continue;
		if (IN6_ARE_ADDR_EQUAL(&kept->address, &stay->ncoa))
			come_home(s, kept);
		else
			leave_pcoa(s, kept);
	}
}

static void keep_pcoas(struct stays *s, const struct stay *stay)
{
	struct kept *kept;
	unsigned int i;

	for (i = 0; i < stay->pcoas; i++) {
		kept = find_or_add(s, &stay->pcoa[i]);
		first(0, kept ? keep(s, stay, kept) : -ENOSPC, "old address");
	}
}

/* The new address. */

/* One that was refused; or else it is one of those from before now. */
static int leave_ncoa(struct stays *s, const struct stay *stay)
{
	if (!s->lives || IN6_IS_ADDR_UNSPECIFIED(&s->now.ncoa) ||
	    IN6_ARE_ADDR_EQUAL(&s->now.ncoa, &stay->ncoa) || is_pcoa(stay, &s->now.ncoa))
		return 0;
	return address_remove(s->ask, &s->now);
}

/* The kernel asks on the link for it, by which the router knows that it is here. */
static int add_ncoa(struct stays *s, const struct stay *stay)
{
	int err;

	if (IN6_IS_ADDR_UNSPECIFIED(&stay->ncoa))
		return 0;
	err = address_add(s->ask, link_name(s->link, stay->ifindex), stay);
	if (!err)
		link_asks(s->link, stay->ifindex, &stay->ncoa, stay->prefix_len);
	return err;
}

/* Tunnels. */

static bool is_none(const struct ip6_ends *ends)
{
	return IN6_IS_ADDR_UNSPECIFIED(&ends->source) ||
	       IN6_IS_ADDR_UNSPECIFIED(&ends->destination);
}

static bool is_wanted(const struct stay *stay, const struct tunnel *t)
{
	unsigned int i;

	for (i = 0; i < stay->pcoas; i++)
		if (!memcmp(&stay->via[i], &t->ends, sizeof(t->ends)))
			return true;
	return false;
}

/* One to that PAR whose other end is not what is wanted now. */
static struct tunnel *find_old(struct stays *s, const struct stay *stay,
			       const struct in6_addr *par)
{
	struct tunnel *t;

	tunnels_each(s->tunnels, t)
		if (IN6_ARE_ADDR_EQUAL(&t->par, par) && !is_wanted(stay, t))
			return t;
	return NULL;
}

/*
 * What the old routers have advertised is believed for some time yet, of their prefix
 * that it is this link's: they would be asked for here.
 */
static int add_par(struct stays *s, const struct stay *stay, const struct ip6_ends *ends)
{
	if (IN6_IS_ADDR_UNSPECIFIED(&stay->router))
		return 0;
	return route_set(s->ask, &ends->destination, stay->ifindex, &stay->router,
			 RT_TABLE_MAIN);
}

static int add_tunnel(struct stays *s, const struct stay *stay, const struct ip6_ends *ends)
{
	struct tunnel *t;

	if (tunnels_find(s->tunnels, ends))
		return 0;
	t = find_old(s, stay, &ends->destination) ?:
	    tunnels_take(s->tunnels, &ends->destination);
	return t ? tunnels_aim(s->tunnels, t, stay->ifindex, ends) : -ENOSPC;
}

static int add_tunnels(struct stays *s, const struct stay *stay)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < stay->pcoas; i++) {
		if (is_none(&stay->via[i]))
			continue;
		first(0, add_par(s, stay, &stay->via[i]), "route to an old router");
		err = first(err, add_tunnel(s, stay, &stay->via[i]), "tunnel");
	}
	return err;
}

static void put_back_tunnels(struct stays *s, const struct stay *stay)
{
	struct tunnel *t;

	tunnels_each(s->tunnels, t)
		if (!is_wanted(stay, t))
			tunnels_put_back(s->tunnels, t);
}

/* Where what has an old address for its source goes. */

static int lead(struct stays *s, struct kept *kept, struct tunnel *t,
		const struct stay *stay)
{
	uint32_t table = table_of(s, kept);
	int err = 0;

	if (!t)
		err = route_set(s->ask, &in6addr_any, stay->ifindex, &stay->router, table);
	else if (kept->tunnel != t)
		err = route_set(s->ask, &in6addr_any, t->ifindex, NULL, table);
	if (err)
		return err;
	kept->tunnel = t;
	if (!kept->led)
		err = rule_add(s->ask, &kept->address, table);
	kept->led = !err;
	return err;
}

static int lead_as_said(struct stays *s, const struct stay *stay, unsigned int i)
{
	struct kept *kept = find_kept(s, &stay->pcoa[i]);
	struct tunnel *t = is_none(&stay->via[i]) ? NULL :
						    tunnels_find(s->tunnels, &stay->via[i]);

	if (!kept)
		return 0;
	kept->waits = t && stay->waits[i] && tunnels_can_wait(s->tunnels) &&
		      !tunnels_hold(s->tunnels, t);
	return lead(s, kept, kept->waits || stay->into[i] ? t : NULL, stay);
}

static bool is_used(struct stays *s, const struct tunnel *t)
{
	struct kept *kept;

	each_kept(s, kept)
		if (kept->tunnel == t)
			return true;
	return false;
}

static bool is_waited_for(struct stays *s, const struct tunnel *t)
{
	struct kept *kept;

	each_kept(s, kept)
		if (kept->tunnel == t && kept->waits)
			return true;
	return false;
}

/* Into a tunnel that nobody is led to any more nothing goes, nor what waits for it. */
static int let_go(struct stays *s)
{
	struct tunnel *t;
	int err = 0;

	tunnels_each(s->tunnels, t) {
		if (!t->holds || is_waited_for(s, t))
			continue;
		if (is_used(s, t))
			err = first(err, tunnels_release(s->tunnels, t), "what waits");
		else
			tunnels_discard(s->tunnels, t);
	}
	return err;
}

static int lead_all(struct stays *s, const struct stay *stay)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < stay->pcoas; i++)
		err = first(err, lead_as_said(s, stay, i), "detour of an old address");
	return err;
}

static struct tunnel *tunnel_for(struct stays *s, const struct kept *kept,
				 const struct ip6_ends *via)
{
	struct tunnel *t = kept->tunnel ?: tunnels_find(s->tunnels, via);

	if (t)
		return t;
	tunnels_each(s->tunnels, t)
		if (IN6_ARE_ADDR_EQUAL(&t->par, &via->destination))
			return t;
	return tunnels_take(s->tunnels, &via->destination);
}

static int let_wait(struct stays *s, const struct stay *stay, unsigned int i)
{
	struct kept *kept = find_or_add(s, &stay->pcoa[i]);
	struct tunnel *t = kept ? tunnel_for(s, kept, &stay->via[i]) : NULL;
	int err;

	if (!t)
		return -ENOSPC;
	err = tunnels_hold(s->tunnels, t);
	kept->waits = !err;
	return err ?: lead(s, kept, t, stay);
}

void stays_away(struct stays *s, const struct stay *stay)
{
	unsigned int i;

	for (i = 0; i < stay->pcoas && tunnels_can_wait(s->tunnels); i++)
		if (stay->waits[i])
			first(0, let_wait(s, stay, i), "what is sent cannot wait");
	if (!s->lives)
		routes_note_routers(s->ask, s->link, stay->ifindex, &s->routers);
}

/* The default route. */

static int set_default(struct stays *s, const struct stay *stay)
{
	int err = route_set(s->ask, &in6addr_any, stay->ifindex, &stay->router,
			    RT_TABLE_MAIN);

	if (err)
		return err;
	s->has_default = true;
	s->ifindex = stay->ifindex;
	s->router = stay->router;
	return 0;
}

static void note_default(struct stays *s)
{
	s->had_default = s->has_default;
	s->router_before = s->router;
}

/* As it was before the node has left. */
static void restore_default(struct stays *s)
{
	struct stay before = { .ifindex = s->now.ifindex, .router = s->router_before };

	if (s->had_default) {
		first(0, set_default(s, &before), "default route");
		return;
	}
	route_remove_default(s->ask);
	s->has_default = false;
}

/* What a router says of itself is better, as soon as it is heard. */
static void leave_default(struct stays *s)
{
	if (!s->has_default || s->lives || !route_is_learned(s->ask, s->ifindex))
		return;
	route_remove_default(s->ask);
	s->has_default = false;
}

static void note_learned(struct nlmsghdr *nlh, void *arg)
{
	const struct rtmsg *rtm = nlmsg_data(nlh);

	if (nlh->nlmsg_type == RTM_NEWROUTE && nlmsg_valid_hdr(nlh, sizeof(*rtm)) &&
	    rtm->rtm_protocol == RTPROT_RA && !rtm->rtm_dst_len)
		*(bool *)arg = true;
}

static void on_routes(void *arg)
{
	struct stays *s = arg;
	bool learned = false;
	int err = netlink_receive(s->told, note_learned, &learned);

	if (learned || err)
		leave_default(s);
}

/* The new address takes packets. */

static bool is_optimistic(struct stays *s, const struct stay *stay)
{
	struct rtnl_addr *a = address_read(s->ask, stay->ifindex, &stay->ncoa);
	bool optimistic = a && rtnl_addr_get_flags(a) & IFA_F_OPTIMISTIC;

	rtnl_addr_put(a);
	return optimistic;
}

/*
 * An optimistic address is there when the kernel has answered, and can be sent from, but
 * what comes for it is taken only after work that waits for a processor.  The router sends
 * what it holds at once when it is told that the node is here.
 */
static void await_ncoa(struct stays *s, const struct stay *stay)
{
	struct pollfd told = { .fd = nl_socket_get_fd(s->told), .events = POLLIN };
	uint64_t now = loop_now(), end = now + LOCAL_MS * NS_PER_MS;

	if (IN6_IS_ADDR_UNSPECIFIED(&stay->ncoa))
		return;
	while (now < end && !route_is_local(s->ask, &stay->ncoa) &&
	       is_optimistic(s, stay)) {
		poll(&told, 1, (end - now) / NS_PER_MS + 1);
		on_routes(s);
		now = loop_now();
	}
}

/* All of it. */

void stays_prepare(struct stays *s, const struct stay *stay)
{
	struct tunnel *t;
	unsigned int i;

	for (i = 0; i < stay->pcoas; i++) {
		t = find_old(s, stay, &stay->via[i].destination);
		/* What is used now is aimed at another end when it is no more. */
		if (t && s->lives && is_wanted(&s->now, t))
			continue;
		first(0, add_tunnel(s, stay, &stay->via[i]), "tunnel");
	}
}

int stays_set(struct stays *s, const struct stay *stay)
{
	int err = 0;

	if (!s->lives)
		note_default(s);
	if (!s->lives || !IN6_ARE_ADDR_EQUAL(&s->now.router, &stay->router))
		s->links++;
	first(0, leave_ncoa(s, stay), "address that may not be used");
	leave_pcoas(s, stay);
	if (stay->router_lla.len)
		first(0, link_neighbour_set(s->link, stay->ifindex, &stay->router,
					    &stay->router_lla), "router's neighbour entry");
	err = first(err, add_tunnels(s, stay), "tunnels");
	err = first(err, add_ncoa(s, stay), "new address");
	keep_pcoas(s, stay);
	/* Before there is a way without a detour. */
	err = first(err, lead_all(s, stay), "old addresses");
	first(0, set_default(s, stay), "default route");
	err = first(err, let_go(s), "old addresses");
	put_back_tunnels(s, stay);
	routes_remove_hosts(s->ask, stay->via, stay->pcoas);
	s->now = *stay;
	s->lives = true;
	await_ncoa(s, stay);
	return err;
}

int stays_release(struct stays *s, const struct stay *stay)
{
	int err = lead_all(s, stay);

	err = first(err, let_go(s), "old addresses");
	s->now = *stay;
	return err;
}

void stays_settle(struct stays *s)
{
	struct kept *kept;

	each_kept(s, kept)
		leave_pcoa(s, kept);
	put_back_tunnels(s, &(struct stay){});
	if (!s->lives)
		return;
	routes_remove_hosts(s->ask, NULL, 0);
	routes_forget_routers(s->ask, s->link, s->now.ifindex, &s->routers);
	s->lives = false;
	leave_default(s);
}

/* The first one from which there is an address yet. */
static unsigned int first_link(struct stays *s)
{
	unsigned int link = UINT_MAX;
	struct kept *kept;

	each_kept(s, kept)
		if (kept->was && kept->link < link)
			link = kept->link;
	return link;
}

void stays_undo(struct stays *s)
{
	unsigned int link = first_link(s);
	struct kept *kept;

	each_kept(s, kept) {
		if (!kept->was || kept->link == link)
			come_home(s, kept);
		else
			leave_pcoa(s, kept);
	}
	put_back_tunnels(s, &(struct stay){});
	if (!s->lives)
		return;
	routes_remove_hosts(s->ask, NULL, 0);
	restore_default(s);
	if (!IN6_IS_ADDR_UNSPECIFIED(&s->now.ncoa))
		first(0, address_remove(s->ask, &s->now), "the address of another link remains");
	s->lives = false;
	leave_default(s);
}

void stays_limit(struct stays *s, uint32_t bytes)
{
	tunnels_limit(s->tunnels, bytes);
}

/* A killed daemon's; its default route may be the only one. */
static void clean(struct stays *s)
{
	rules_remove(s->ask, TABLE, TABLE_LAST);
	routes_remove(s->ask, TABLE, TABLE_LAST);
	routes_remove_hosts(s->ask, NULL, 0);
	s->has_default = route_default(s->ask, &s->ifindex, &s->router);
	leave_default(s);
}

static int open_sockets(struct stays *s, struct loop *loop)
{
	static const int groups[] = { RTNLGRP_IPV6_ROUTE, 0 };
	int err = netlink_open(NETLINK_ROUTE, &s->ask);

	if (!err)
		err = netlink_listen(NETLINK_ROUTE, groups, &s->told);
	if (err)
		return err;
	s->watch = loop_watch(loop, nl_socket_get_fd(s->told), on_routes, s);
	return s->watch ? 0 : -ENOMEM;
}

static void free_stays(struct stays *s)
{
	tunnels_close(s->tunnels);
	loop_forget(s->watch);
	nl_socket_free(s->told);
	nl_socket_free(s->ask);
	free(s);
}

int stays_open(struct loop *loop, struct link *link, uint32_t bytes, struct stays **stays)
{
	struct stays *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->link = link;
	err = open_sockets(s, loop);
	if (!err) {
		clean(s);
		err = tunnels_open(loop, s->ask, bytes, &s->tunnels);
	}
	if (err) {
		free_stays(s);
		return err;
	}
	*stays = s;
	return 0;
}

void stays_close(struct stays *stays)
{
	if (!stays)
		return;
	stays_settle(stays);
	free_stays(stays);
}
