// SPDX-License-Identifier: GPL-2.0-only
/*
 * The routes and rules of a mobile node.
 */
#include <errno.h>
#include <string.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>

#include "log.h"
#include "netlink.h"
#include "stay_route.h"

/* In /etc/iproute2/rt_protos if it shall have a name. */
#define PROTOCOL	102

/* Before the main table. */
#define PRIORITY	5568

/* Better than what is learned from Router Advertisements; and how much better at most. */
#define METRIC		64
#define METRICS		16

#define FOREVER		UINT32_MAX

static void complain(const char *what, int err)
{
	if (err)
		log_error("stay", what, err);
}

/* Goes through all routes. */
static void each_route(struct nl_sock *ask, void (*look)(struct rtnl_route *r, void *arg),
		       void *arg)
{
	struct nl_cache *cache;
	struct nl_object *o;

	if (rtnl_route_alloc_cache(ask, AF_INET6, 0, &cache))
		return;
	for (o = nl_cache_get_first(cache); o; o = nl_cache_get_next(o))
		look((struct rtnl_route *)o, arg);
	nl_cache_free(cache);
}

static int remove_route(struct nl_sock *ask, struct rtnl_route *r)
{
	struct nl_msg *msg = NULL;

	return netlink_do(ask, rtnl_route_build_del_request(r, 0, &msg), &msg);
}

static unsigned int length_of(struct rtnl_route *r)
{
	struct nl_addr *dst = rtnl_route_get_dst(r);

	return dst ? nl_addr_get_prefixlen(dst) : 0;
}

static unsigned int interface_of(struct rtnl_route *r)
{
	struct rtnl_nexthop *hop = rtnl_route_nexthop_n(r, 0);

	return hop ? rtnl_route_nh_get_ifindex(hop) : 0;
}

static const struct in6_addr *gateway_of(struct rtnl_route *r)
{
	struct rtnl_nexthop *hop = rtnl_route_nexthop_n(r, 0);
	struct nl_addr *gateway = hop ? rtnl_route_nh_get_gateway(hop) : NULL;

	return gateway && nl_addr_get_len(gateway) == sizeof(struct in6_addr) ?
	       nl_addr_get_binary_addr(gateway) : NULL;
}

static bool is_ours(struct rtnl_route *r)
{
	return rtnl_route_get_protocol(r) == PROTOCOL;
}

static bool is_main(struct rtnl_route *r)
{
	return rtnl_route_get_table(r) == RT_TABLE_MAIN;
}

static bool leads_to(struct rtnl_route *r, const struct in6_addr *to)
{
	struct nl_addr *dst = rtnl_route_get_dst(r);

	if (IN6_IS_ADDR_UNSPECIFIED(to))
		return !length_of(r);
	return length_of(r) == 128 && !memcmp(nl_addr_get_binary_addr(dst), to, sizeof(*to));
}

/* To have one. */

static struct rtnl_nexthop *make_hop(unsigned int ifindex, const struct in6_addr *via)
{
	struct nl_addr *gateway = via ? netlink_address(via, 128) : NULL;
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();

	if (hop && (gateway || !via)) {
		rtnl_route_nh_set_ifindex(hop, ifindex);
		if (gateway)
			rtnl_route_nh_set_gateway(hop, gateway);
		/* Also where no prefix says so: the router's address may be a global one. */
		rtnl_route_nh_set_flags(hop, gateway ? RTNH_F_ONLINK : 0);
	} else if (hop) {
		rtnl_route_nh_free(hop);
		hop = NULL;
	}
	nl_addr_put(gateway);
	return hop;
}

static struct rtnl_route *make_route(const struct in6_addr *to, unsigned int ifindex,
				     const struct in6_addr *via, uint32_t table)
{
	struct nl_addr *dst = netlink_address(to, IN6_IS_ADDR_UNSPECIFIED(to) ? 0 : 128);
	struct rtnl_nexthop *hop = make_hop(ifindex, via);
	struct rtnl_route *r = rtnl_route_alloc();

	if (r && hop && dst && !rtnl_route_set_dst(r, dst)) {
		rtnl_route_add_nexthop(r, hop);
		rtnl_route_set_table(r, table);
		rtnl_route_set_protocol(r, PROTOCOL);
	} else {
		rtnl_route_put(r);
		if (hop)
			rtnl_route_nh_free(hop);
		r = NULL;
	}
	nl_addr_put(dst);
	return r;
}

static int add_route(struct nl_sock *ask, struct rtnl_route *r, unsigned int metric,
		     int flags)
{
	struct nl_msg *msg = NULL;

	rtnl_route_set_priority(r, metric);
	return netlink_do(ask, rtnl_route_build_add_request(r, NLM_F_CREATE | flags, &msg),
			  &msg);
}

/* The metric of the one of ours, if there is one. */
struct place {
	const struct in6_addr *to;
	uint32_t table;
	unsigned int metric;
};

static void look_for_place(struct rtnl_route *r, void *arg)
{
	struct place *place = arg;

	if (is_ours(r) && rtnl_route_get_table(r) == place->table && leads_to(r, place->to))
		place->metric = rtnl_route_get_priority(r);
}

/* A route of ours is the only one with its metric: another one of that is not replaced. */
int route_set(struct nl_sock *ask, const struct in6_addr *to, unsigned int ifindex,
	      const struct in6_addr *via, uint32_t table)
{
	struct rtnl_route *r = make_route(to, ifindex, via, table);
	struct place place = { .to = to, .table = table };
	unsigned int i;
	int err = r ? add_route(ask, r, METRIC, NLM_F_EXCL) : -ENOMEM;

	if (err == -EEXIST) {
		each_route(ask, look_for_place, &place);
		if (place.metric)
			err = add_route(ask, r, place.metric, NLM_F_REPLACE);
	}
	for (i = 1; i < METRICS && err == -EEXIST; i++)
		err = add_route(ask, r, METRIC - i, NLM_F_EXCL);
	rtnl_route_put(r);
	return err;
}

/* To have one no more. */

struct removal {
	struct nl_sock *ask;
	uint32_t first;
	uint32_t last;
	const struct ip6_ends *keep;
	unsigned int n;
};

static void remove_from(struct rtnl_route *r, void *arg)
{
	const struct removal *removal = arg;

	if (is_ours(r) && rtnl_route_get_table(r) >= removal->first &&
	    rtnl_route_get_table(r) <= removal->last)
		complain("an old route remains", remove_route(removal->ask, r));
}

void routes_remove(struct nl_sock *ask, uint32_t first, uint32_t last)
{
	struct removal removal = { .ask = ask, .first = first, .last = last };

	each_route(ask, remove_from, &removal);
}

static void remove_host(struct rtnl_route *r, void *arg)
{
	const struct removal *removal = arg;
	unsigned int i;

	if (!is_ours(r) || !is_main(r) || length_of(r) != 128)
		return;
	for (i = 0; i < removal->n; i++)
		if (leads_to(r, &removal->keep[i].destination))
			return;
	complain("a route to an old router remains", remove_route(removal->ask, r));
}

void routes_remove_hosts(struct nl_sock *ask, const struct ip6_ends *keep, unsigned int n)
{
	struct removal removal = { .ask = ask, .keep = keep, .n = n };

	each_route(ask, remove_host, &removal);
}

static void remove_default(struct rtnl_route *r, void *arg)
{
	const struct removal *removal = arg;

	if (is_ours(r) && is_main(r) && !length_of(r))
		complain("an old default route remains", remove_route(removal->ask, r));
}

void route_remove_default(struct nl_sock *ask)
{
	struct removal removal = { .ask = ask };

	each_route(ask, remove_default, &removal);
}

/* Defaults: the daemon's own, and those that are learned. */

struct found {
	bool there;
	unsigned int ifindex;
	struct in6_addr via;
};

static void look_for_default(struct rtnl_route *r, void *arg)
{
	const struct in6_addr *gateway = gateway_of(r);
	struct found *found = arg;

	if (!is_ours(r) || !is_main(r) || length_of(r) || !gateway)
		return;
	*found = (struct found){ true, interface_of(r), *gateway };
}

bool route_default(struct nl_sock *ask, unsigned int *ifindex, struct in6_addr *via)
{
	struct found found = {};

	each_route(ask, look_for_default, &found);
	*ifindex = found.ifindex;
	*via = found.via;
	return found.there;
}

/* The router of a route that a Router Advertisement has made, or NULL. */
static const struct in6_addr *advertised_by(struct rtnl_route *r, unsigned int ifindex)
{
	return rtnl_route_get_protocol(r) == RTPROT_RA && interface_of(r) == ifindex ?
	       gateway_of(r) : NULL;
}

static void look_for_learned(struct rtnl_route *r, void *arg)
{
	struct found *found = arg;

	if (is_main(r) && !length_of(r) && advertised_by(r, found->ifindex))
		found->there = true;
}

bool route_is_learned(struct nl_sock *ask, unsigned int ifindex)
{
	struct found found = { .ifindex = ifindex };

	each_route(ask, look_for_learned, &found);
	return found.there;
}

/* Routers of the link from before. */

struct old_link {
	struct nl_sock *ask;
	const struct link *link;
	unsigned int ifindex;
	struct stay_routers *note;
	const struct stay_routers *forget;
};

static int find_router(const struct stay_routers *routers, const struct in6_addr *address)
{
	unsigned int i;

	for (i = 0; i < routers->n; i++)
		if (IN6_ARE_ADDR_EQUAL(&routers->address[i], address))
			return i;
	return -ENOENT;
}

static void note_router(struct rtnl_route *r, void *arg)
{
	const struct old_link *old = arg;
	const struct in6_addr *gateway = advertised_by(r, old->ifindex);
	struct stay_routers *routers = old->note;

	if (!gateway || routers->n == STAY_ROUTERS_MAX || find_router(routers, gateway) >= 0)
		return;
	routers->address[routers->n] = *gateway;
	if (link_lla_of(old->link, old->ifindex, gateway, &routers->lla[routers->n]))
		routers->lla[routers->n].len = 0;
	routers->n++;
}

void routes_note_routers(struct nl_sock *ask, const struct link *link, unsigned int ifindex,
			 struct stay_routers *routers)
{
	struct old_link old = {
		.ask = ask, .link = link, .ifindex = ifindex, .note = routers,
	};

	routers->n = 0;
	each_route(ask, note_router, &old);
}

static bool is_another(const struct lla *one, const struct lla *other)
{
	return one->len && other->len && !lla_equal(one, other);
}

static void forget_router(struct rtnl_route *r, void *arg)
{
	const struct old_link *old = arg;
	const struct in6_addr *gateway = advertised_by(r, old->ifindex);
	int i = gateway ? find_router(old->forget, gateway) : -ENOENT;
	struct lla now = {};

	if (i < 0)
		return;
	if (link_lla_of(old->link, old->ifindex, gateway, &now))
		now.len = 0;
	if (!is_another(&now, &old->forget->lla[i]))
		complain("a route of an old router remains", remove_route(old->ask, r));
}

void routes_forget_routers(struct nl_sock *ask, const struct link *link,
			   unsigned int ifindex, const struct stay_routers *routers)
{
	struct old_link old = {
		.ask = ask, .link = link, .ifindex = ifindex, .forget = routers,
	};

	each_route(ask, forget_router, &old);
}

/* Neighbours. */

struct prefix {
	struct nl_sock *ask;
	struct rtnl_addr *address;
	struct rtnl_route *taken;
};

static bool is_prefix_of(struct rtnl_route *r, struct rtnl_addr *address)
{
	struct nl_addr *dst = rtnl_route_get_dst(r);
	int len = rtnl_addr_get_prefixlen(address);

	return is_main(r) && dst && len < 128 && !gateway_of(r) &&
	       (int)interface_of(r) == rtnl_addr_get_ifindex(address) &&
	       (int)nl_addr_get_prefixlen(dst) == len &&
	       !nl_addr_cmp_prefix(dst, rtnl_addr_get_local(address));
}

static void take(struct rtnl_route *r, void *arg)
{
	struct prefix *prefix = arg;

	if (!is_prefix_of(r, prefix->address))
		return;
	complain("the prefix of an old link remains", remove_route(prefix->ask, r));
	if (!prefix->taken)
		prefix->taken = (struct rtnl_route *)nl_object_clone((struct nl_object *)r);
}

/* The kernel keeps it for an address with an end: a router may have advertised it, too. */
struct rtnl_route *route_take_prefix(struct nl_sock *ask, struct rtnl_addr *address)
{
	struct prefix prefix = { .ask = ask, .address = address };

	each_route(ask, take, &prefix);
	return prefix.taken;
}

int route_put_prefix(struct nl_sock *ask, struct rtnl_route *route, uint32_t seconds)
{
	struct nl_msg *msg = NULL;
	int err, built = rtnl_route_build_add_request(route, NLM_F_CREATE | NLM_F_EXCL, &msg);

	/* Of which libnl-route has no word. */
	if (!built && seconds != FOREVER)
		nla_put_u32(msg, RTA_EXPIRES, seconds);
	err = netlink_do(ask, built, &msg);
	return err == -EEXIST ? 0 : err;
}

static void note_type(struct nlmsghdr *nlh, void *arg)
{
	const struct rtmsg *rtm = nlmsg_data(nlh);

	if (nlh->nlmsg_type == RTM_NEWROUTE && nlmsg_valid_hdr(nlh, sizeof(*rtm)))
		*(uint8_t *)arg = rtm->rtm_type;
}

bool route_is_local(struct nl_sock *ask, const struct in6_addr *address)
{
	struct rtmsg rtm = { .rtm_family = AF_INET6, .rtm_dst_len = 128 };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETROUTE, 0);
	uint8_t type = RTN_UNSPEC;

	if (msg && (nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO) ||
		    nla_put(msg, RTA_DST, sizeof(*address), address))) {
		nlmsg_free(msg);
		return false;
	}
	return !netlink_ask(ask, msg, note_type, &type) && type == RTN_LOCAL;
}

/* Rules. */

static struct rtnl_rule *make_rule(const struct in6_addr *source, uint32_t table)
{
	struct nl_addr *from = netlink_address(source, 128);
	struct rtnl_rule *rule = rtnl_rule_alloc();

	if (from && rule && !rtnl_rule_set_src(rule, from)) {
		rtnl_rule_set_family(rule, AF_INET6);
		rtnl_rule_set_action(rule, FR_ACT_TO_TBL);
		rtnl_rule_set_table(rule, table);
		rtnl_rule_set_prio(rule, PRIORITY);
		rtnl_rule_set_protocol(rule, PROTOCOL);
	} else {
		rtnl_rule_put(rule);
		rule = NULL;
	}
	nl_addr_put(from);
	return rule;
}

int rule_add(struct nl_sock *ask, const struct in6_addr *source, uint32_t table)
{
	struct rtnl_rule *rule = make_rule(source, table);
	struct nl_msg *msg = NULL;
	int err;

	if (!rule)
		return -ENOMEM;
	err = netlink_do(ask, rtnl_rule_build_add_request(rule, NLM_F_EXCL, &msg), &msg);
	rtnl_rule_put(rule);
	return err == -EEXIST ? 0 : err;
}

static int remove_rule(struct nl_sock *ask, struct rtnl_rule *rule)
{
	struct nl_msg *msg = NULL;

	return netlink_do(ask, rtnl_rule_build_delete_request(rule, 0, &msg), &msg);
}

int rule_remove(struct nl_sock *ask, const struct in6_addr *source, uint32_t table)
{
	struct rtnl_rule *rule = make_rule(source, table);
	int err = rule ? remove_rule(ask, rule) : -ENOMEM;

	rtnl_rule_put(rule);
	return err;
}

static bool is_rule_of_ours(struct rtnl_rule *rule, uint32_t first, uint32_t last)
{
	uint32_t table = rtnl_rule_get_table(rule);
	uint8_t protocol = 0;

	return !rtnl_rule_get_protocol(rule, &protocol) && protocol == PROTOCOL &&
	       table >= first && table <= last;
}

void rules_remove(struct nl_sock *ask, uint32_t first, uint32_t last)
{
	struct nl_cache *cache;
	struct nl_object *o;

	if (rtnl_rule_alloc_cache(ask, AF_INET6, &cache))
		return;
	for (o = nl_cache_get_first(cache); o; o = nl_cache_get_next(o))
		if (is_rule_of_ours((struct rtnl_rule *)o, first, last))
			complain("an old rule remains",
				 remove_rule(ask, (struct rtnl_rule *)o));
	nl_cache_free(cache);
}
