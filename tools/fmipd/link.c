// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links, addresses and neighbours.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <uthash.h>
#include <utlist.h>

#include "link.h"
#include "log.h"
#include "netlink.h"

/* Of IPv6: every link can carry that much. */
#define MTU_MIN		1280

/* A port that loses its carrier has lost its nodes just before that. */
#define GONE_NS		1000000000ull

#define DUMP_TRIES	5

#define NUD_KNOWN	(NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT)

struct own {
	struct own *next;
	struct in6_addr address;
	uint8_t prefix_len;
	uint32_t flags;
	uint64_t round;
};

struct interface {
	UT_hash_handle hh;
	UT_hash_handle by_name;
	unsigned int ifindex;
	char name[IFNAMSIZ];
	unsigned int mtu;
	unsigned int master;
	struct lla lla;
	bool up;
	bool xfrm;
	struct own *own;
	uint64_t round;
};

/* How many interfaces have it. */
struct owned {
	UT_hash_handle hh;
	struct in6_addr address;
	unsigned int count;
};

struct node_key {
	struct in6_addr address;
	unsigned int ifindex;
};

struct node {
	UT_hash_handle hh;
	struct node_key key;
	struct lla lla;
	uint64_t round;
};

struct station_key {
	unsigned int port;
	struct lla lla;
};

/* Behind a port of a bridge; one that is gone is kept for GONE_NS. */
struct station {
	UT_hash_handle hh;
	struct station_key key;
	uint64_t gone_ns;
	struct station *prev;
	struct station *next;
	uint64_t round;
};

struct link {
	struct nl_sock *ask;
	struct nl_sock *told;
	struct loop_watch *watch;
	const struct link_ops *ops;
	void *arg;
	bool quiet;
	uint64_t round;
	struct interface *interfaces;
	struct interface *names;
	struct owned *owned;
	struct node *nodes;
	struct station *stations;
	struct station *gone;
};

static struct interface *find_interface(const struct link *link, unsigned int ifindex)
{
	struct interface *i;

	HASH_FIND(hh, link->interfaces, &ifindex, sizeof(ifindex), i);
	return i;
}

static struct interface *find_name(const struct link *link, const char *name)
{
	struct interface *i;

	HASH_FIND(by_name, link->names, name, strlen(name), i);
	return i;
}

static struct owned *find_owned(const struct link *link, const struct in6_addr *address)
{
	struct owned *o;

	HASH_FIND(hh, link->owned, address, sizeof(*address), o);
	return o;
}

static struct node *find_node(const struct link *link, unsigned int ifindex,
			      const struct in6_addr *address)
{
	struct node_key key;
	struct node *n;

	memset(&key, 0, sizeof(key));
	key.address = *address;
	key.ifindex = ifindex;
	HASH_FIND(hh, link->nodes, &key, sizeof(key), n);
	return n;
}

/* Addresses of this node. */

static void disown(struct link *link, const struct in6_addr *address)
{
	struct owned *o = find_owned(link, address);

	if (!o || --o->count)
		return;
	HASH_DEL(link->owned, o);
	free(o);
}

static int own(struct link *link, const struct in6_addr *address)
{
	struct owned *o = find_owned(link, address);

	if (!o) {
		o = calloc(1, sizeof(*o));
		if (!o)
			return -ENOMEM;
		o->address = *address;
		HASH_ADD(hh, link->owned, address, sizeof(o->address), o);
	}
	o->count++;
	return 0;
}

static struct own *find_own(const struct interface *i, const struct in6_addr *address)
{
	struct own *o;

	LL_FOREACH(i->own, o)
		if (IN6_ARE_ADDR_EQUAL(&o->address, address))
			return o;
	return NULL;
}

static void remove_own(struct link *link, struct interface *i, struct own *o)
{
	disown(link, &o->address);
	LL_DELETE(i->own, o);
	free(o);
}

static struct own *add_own(struct link *link, struct interface *i,
			   const struct in6_addr *address)
{
	struct own *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->address = *address;
	if (own(link, address)) {
		free(o);
		return NULL;
	}
	LL_APPEND(i->own, o);
	return o;
}

/* The kernel's own question has been answered, or never will be. */
static void set_flags(struct link *link, const struct interface *i, struct own *o,
		      uint32_t flags)
{
	bool asked = o->flags & IFA_F_TENTATIVE && !(o->flags & IFA_F_DADFAILED);
	bool asks = flags & IFA_F_TENTATIVE && !(flags & IFA_F_DADFAILED);
	struct in6_addr address = o->address;

	o->flags = flags;
	if (asked && !asks && !link->quiet)
		link->ops->probed(link->arg, i->ifindex, &address, flags & IFA_F_DADFAILED);
}

static void on_address(struct link *link, struct nlmsghdr *nlh)
{
	struct ifaddrmsg *ifa = nlmsg_data(nlh);
	struct nlattr *attrs[IFA_MAX + 1];
	struct in6_addr address;
	struct interface *i;
	struct nlattr *attr;
	struct own *o;

	if (nlmsg_parse(nlh, sizeof(*ifa), attrs, IFA_MAX, NULL) ||
	    ifa->ifa_family != AF_INET6)
		return;
	/* The own end of a point-to-point address. */
	attr = attrs[IFA_LOCAL] ?: attrs[IFA_ADDRESS];
	i = find_interface(link, ifa->ifa_index);
	if (!i || !attr || nla_len(attr) != sizeof(address))
		return;
	memcpy(&address, nla_data(attr), sizeof(address));
	o = find_own(i, &address);
	if (nlh->nlmsg_type == RTM_DELADDR) {
		if (o)
			remove_own(link, i, o);
		return;
	}
	o = o ?: add_own(link, i, &address);
	if (!o)
		return;
	o->round = link->round;
	o->prefix_len = ifa->ifa_prefixlen;
	set_flags(link, i, o, attrs[IFA_FLAGS] ? nla_get_u32(attrs[IFA_FLAGS]) :
						  ifa->ifa_flags);
}

void link_asks(struct link *link, unsigned int ifindex, const struct in6_addr *address,
	       uint8_t prefix_len)
{
	struct interface *i = find_interface(link, ifindex);
	struct own *o;

	if (!i || find_own(i, address))
		return;
	o = add_own(link, i, address);
	if (!o)
		return;
	o->round = link->round;
	o->prefix_len = prefix_len;
	o->flags = IFA_F_TENTATIVE | IFA_F_OPTIMISTIC;
}

/* Nodes behind the ports of a bridge. */

/* The kernel does not say when it was, and may wait for a second until it tells. */
static void tell(struct link *link, enum link_change change, unsigned int ifindex,
		 const struct lla *lla)
{
	struct link_event event = {
		.change = change,
		.ifindex = ifindex,
		.ns = loop_now(),
		.late = true,
	};

	if (lla)
		event.lla = *lla;
	if (!link->quiet)
		link->ops->changed(link->arg, &event);
}

static void free_station(struct link *link, struct station *s)
{
	if (s->gone_ns)
		DL_DELETE(link->gone, s);
	HASH_DEL(link->stations, s);
	free(s);
}

static void forget_gone(struct link *link, uint64_t now)
{
	while (link->gone && now - link->gone->gone_ns > GONE_NS)
		free_station(link, link->gone);
}

static void station_gone(struct link *link, struct station *s)
{
	if (s->gone_ns)
		return;
	s->gone_ns = loop_now();
	DL_APPEND(link->gone, s);
}

static struct station *station_here(struct link *link, const struct station_key *key)
{
	struct station *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->key = *key;
	HASH_ADD(hh, link->stations, key, sizeof(s->key), s);
	return s;
}

/* It is there again where it has been, or where it has come to. */
static void on_station(struct link *link, struct nlmsghdr *nlh, const struct ndmsg *ndm,
		       struct nlattr **attrs)
{
	struct interface *port = find_interface(link, ndm->ndm_ifindex);
	struct station_key key;
	struct station *s;

	forget_gone(link, loop_now());
	/* The permanent ones are the bridge's own. */
	if (!port || !port->master || ndm->ndm_state & (NUD_PERMANENT | NUD_NOARP))
		return;
	memset(&key, 0, sizeof(key));
	key.port = ndm->ndm_ifindex;
	netlink_lla(attrs[NDA_LLADDR], &key.lla);
	HASH_FIND(hh, link->stations, &key, sizeof(key), s);
	if (nlh->nlmsg_type == RTM_DELNEIGH) {
		if (s)
			station_gone(link, s);
		return;
	}
	if (s && s->gone_ns) {
		free_station(link, s);
		s = NULL;
	}
	if (!s) {
		s = station_here(link, &key);
		if (s)
			tell(link, LINK_UP, port->master, &key.lla);
	}
	if (s)
		s->round = link->round;
}

static void port_down(struct link *link, const struct interface *port)
{
	struct station *s, *next;
	struct lla lla;

	forget_gone(link, loop_now());
	HASH_ITER(hh, link->stations, s, next) {
		if (s->key.port != port->ifindex)
			continue;
		lla = s->key.lla;
		free_station(link, s);
		tell(link, LINK_DOWN, port->master, &lla);
	}
}

/* Interfaces. */

static void remove_interface(struct link *link, struct interface *i)
{
	struct own *o, *next;

	LL_FOREACH_SAFE(i->own, o, next)
		remove_own(link, i, o);
	HASH_DELETE(hh, link->interfaces, i);
	HASH_DELETE(by_name, link->names, i);
	free(i);
}

static void set_name(struct link *link, struct interface *i, const char *name)
{
	if (!strcmp(i->name, name))
		return;
	if (i->name[0])
		HASH_DELETE(by_name, link->names, i);
	strncpy(i->name, name, sizeof(i->name) - 1);
	HASH_ADD_KEYPTR(by_name, link->names, i->name, strlen(i->name), i);
}

static void set_up(struct link *link, struct interface *i, bool up)
{
	if (i->up == up)
		return;
	i->up = up;
	if (up && !link->quiet)
		link->ops->appeared(link->arg, i->ifindex);
	tell(link, up ? LINK_UP : LINK_DOWN, i->ifindex, NULL);
	if (!up && i->master)
		port_down(link, i);
}

static struct interface *add_interface(struct link *link, unsigned int ifindex,
				       const char *name)
{
	struct interface *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	i->ifindex = ifindex;
	HASH_ADD(hh, link->interfaces, ifindex, sizeof(i->ifindex), i);
	set_name(link, i, name);
	return i;
}

static bool is_xfrm(struct nlattr *linkinfo)
{
	struct nlattr *attrs[IFLA_INFO_MAX + 1];

	return linkinfo && !nla_parse_nested(attrs, IFLA_INFO_MAX, linkinfo, NULL) &&
	       attrs[IFLA_INFO_KIND] && !strcmp(nla_get_string(attrs[IFLA_INFO_KIND]), "xfrm");
}

static void on_interface(struct link *link, struct nlmsghdr *nlh)
{
	struct ifinfomsg *ifi = nlmsg_data(nlh);
	struct nlattr *attrs[IFLA_MAX + 1];
	unsigned int master;
	struct interface *i;

	/* That of a bridge about its port says less, and so do the Wireless Extensions. */
	if (nlmsg_parse(nlh, sizeof(*ifi), attrs, IFLA_MAX, NULL) ||
	    ifi->ifi_family != AF_UNSPEC || attrs[IFLA_WIRELESS])
		return;
	i = find_interface(link, ifi->ifi_index);
	if (nlh->nlmsg_type == RTM_DELLINK) {
		if (i) {
			set_up(link, i, false);
			remove_interface(link, i);
		}
		return;
	}
	if (!attrs[IFLA_IFNAME])
		return;
	i = i ?: add_interface(link, ifi->ifi_index, nla_get_string(attrs[IFLA_IFNAME]));
	if (!i)
		return;
	i->round = link->round;
	set_name(link, i, nla_get_string(attrs[IFLA_IFNAME]));
	i->mtu = attrs[IFLA_MTU] ? nla_get_u32(attrs[IFLA_MTU]) : MTU_MIN;
	netlink_lla(attrs[IFLA_ADDRESS], &i->lla);
	i->xfrm = is_xfrm(attrs[IFLA_LINKINFO]);
	master = attrs[IFLA_MASTER] ? nla_get_u32(attrs[IFLA_MASTER]) : 0;
	/* While it is a port still, its nodes are that bridge's. */
	set_up(link, i, (ifi->ifi_flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING));
	i->master = master;
}

/* Neighbours. */

static void remove_node(struct link *link, struct node *n)
{
	HASH_DEL(link->nodes, n);
	free(n);
}

static struct node *add_node(struct link *link, unsigned int ifindex,
			     const struct in6_addr *address)
{
	struct node *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->key.address = *address;
	n->key.ifindex = ifindex;
	HASH_ADD(hh, link->nodes, key, sizeof(n->key), n);
	return n;
}

static void node_here(struct link *link, struct node *n, const struct lla *lla)
{
	bool same = lla_equal(&n->lla, lla);
	struct node_key key = n->key;

	n->round = link->round;
	n->lla = *lla;
	if (!same && !link->quiet && !IN6_IS_ADDR_LINKLOCAL(&key.address))
		link->ops->neighbour(link->arg, key.ifindex, &key.address, lla);
}

static void on_neighbour(struct link *link, struct nlmsghdr *nlh)
{
	struct ndmsg *ndm = nlmsg_data(nlh);
	struct nlattr *attrs[NDA_MAX + 1];
	struct in6_addr address;
	struct node *n;
	struct lla lla;

	if (nlmsg_parse(nlh, sizeof(*ndm), attrs, NDA_MAX, NULL))
		return;
	if (ndm->ndm_family == AF_BRIDGE) {
		on_station(link, nlh, ndm, attrs);
		return;
	}
	if (ndm->ndm_family != AF_INET6 || ndm->ndm_flags & NTF_PROXY || !attrs[NDA_DST] ||
	    nla_len(attrs[NDA_DST]) != sizeof(address))
		return;
	memcpy(&address, nla_data(attrs[NDA_DST]), sizeof(address));
	n = find_node(link, ndm->ndm_ifindex, &address);
	netlink_lla(attrs[NDA_LLADDR], &lla);
	if (nlh->nlmsg_type == RTM_DELNEIGH || !(ndm->ndm_state & NUD_KNOWN) || !lla.len) {
		if (n)
			remove_node(link, n);
		return;
	}
	n = n ?: add_node(link, ndm->ndm_ifindex, &address);
	if (n)
		node_here(link, n, &lla);
}

static void on_message(struct nlmsghdr *nlh, void *arg)
{
	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		on_interface(arg, nlh);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		on_address(arg, nlh);
		break;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		on_neighbour(arg, nlh);
		break;
	}
}

/* All of it. */

/* What was listed.  It is told when all is read, as who is told may have to ask. */
struct listing {
	char *data;
	size_t len;
	size_t room;
	bool complete;
	int err;
};

static void collect(struct nlmsghdr *nlh, void *arg)
{
	struct listing *all = arg;
	size_t len = NLMSG_ALIGN(nlh->nlmsg_len), room = 2 * (all->len + len);
	char *data;

	if (all->len + len > all->room) {
		data = realloc(all->data, room);
		if (!data) {
			all->err = -ENOMEM;
			return;
		}
		all->data = data;
		all->room = room;
	}
	memcpy(all->data + all->len, nlh, nlh->nlmsg_len);
	all->len += len;
}

static int dump(struct link *link, int type, void *header, size_t len,
		struct listing *all)
{
	size_t start = all->len;
	struct nl_msg *msg;
	int err, left = DUMP_TRIES;

	do {
		all->len = start;
		msg = nlmsg_alloc_simple(type, NLM_F_DUMP);
		if (msg && nlmsg_append(msg, header, len, NLMSG_ALIGNTO)) {
			nlmsg_free(msg);
			msg = NULL;
		}
		err = netlink_ask(link->ask, msg, collect, all);
	} while (err == -EINTR && --left);
	if (err && err != -EINTR)
		return err;
	/* What changes all the time is told of, too, but more may be missing. */
	all->complete = all->complete && !err;
	return all->err;
}

static int dump_all(struct link *link, struct listing *all)
{
	struct ifinfomsg interfaces = { .ifi_family = AF_UNSPEC };
	struct ifaddrmsg addresses = { .ifa_family = AF_INET6 };
	struct ndmsg nodes = { .ndm_family = AF_INET6 };
	struct ifinfomsg stations = { .ifi_family = AF_BRIDGE };
	int err = dump(link, RTM_GETLINK, &interfaces, sizeof(interfaces), all);

	if (!err)
		err = dump(link, RTM_GETADDR, &addresses, sizeof(addresses), all);
	if (!err)
		err = dump(link, RTM_GETNEIGH, &nodes, sizeof(nodes), all);
	if (!err)
		err = dump(link, RTM_GETNEIGH, &stations, sizeof(stations), all);
	return err;
}

static void remove_old(struct link *link)
{
	struct interface *i, *next_i;
	struct station *s, *next_s;
	struct node *n, *next_n;
	struct own *o, *next_o;

	HASH_ITER(hh, link->nodes, n, next_n)
		if (n->round != link->round)
			remove_node(link, n);
	HASH_ITER(hh, link->stations, s, next_s)
		if (s->round != link->round)
			station_gone(link, s);
	HASH_ITER(hh, link->interfaces, i, next_i) {
		LL_FOREACH_SAFE(i->own, o, next_o)
			if (o->round != link->round)
				remove_own(link, i, o);
		if (i->round == link->round)
			continue;
		set_up(link, i, false);
		remove_interface(link, i);
	}
}

static void tell_all(struct link *link, const struct listing *all)
{
	struct nlmsghdr *nlh = (void *)all->data;
	int left = all->len;

	for (; left && nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left))
		on_message(nlh, link);
}

static int read_all(struct link *link)
{
	struct listing all = { .complete = true };
	int err = dump_all(link, &all);

	if (!err) {
		link->round++;
		tell_all(link, &all);
		if (all.complete)
			remove_old(link);
	}
	free(all.data);
	return err;
}

static void on_told(void *arg)
{
	struct link *link = arg;
	int err = netlink_receive(link->told, on_message, link);

	if (err == -ENOBUFS)
		err = read_all(link);
	if (err)
		log_error("rtnetlink", NULL, err);
}

int link_open(struct loop *loop, const struct link_ops *ops, void *arg, struct link **link)
{
	static const int groups[] = {
		RTNLGRP_LINK, RTNLGRP_IPV6_IFADDR, RTNLGRP_NEIGH, 0,
	};
	struct link *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	l->ops = ops;
	l->arg = arg;
	l->quiet = true;
	err = netlink_open(NETLINK_ROUTE, &l->ask);
	if (!err)
		err = netlink_listen(NETLINK_ROUTE, groups, &l->told);
	if (!err)
		err = read_all(l);
	if (err)
		goto undo;
	l->watch = loop_watch(loop, nl_socket_get_fd(l->told), on_told, l);
	if (!l->watch) {
		err = -ENOMEM;
		goto undo;
	}
	l->quiet = false;
	*link = l;
	return 0;

undo:
	link_close(l);
	return err;
}

void link_close(struct link *link)
{
	struct interface *i, *next_i;
	struct station *s, *next_s;
	struct node *n, *next_n;

	if (!link)
		return;
	loop_forget(link->watch);
	nl_socket_free(link->told);
	nl_socket_free(link->ask);
	HASH_ITER(hh, link->nodes, n, next_n)
		remove_node(link, n);
	HASH_ITER(hh, link->stations, s, next_s)
		free_station(link, s);
	HASH_ITER(hh, link->interfaces, i, next_i)
		remove_interface(link, i);
	free(link);
}

unsigned int link_ifindex(const struct link *link, const char *name)
{
	const struct interface *i = find_name(link, name);

	return i ? i->ifindex : 0;
}

const char *link_name(const struct link *link, unsigned int ifindex)
{
	const struct interface *i = find_interface(link, ifindex);

	return i ? i->name : NULL;
}

unsigned int link_master(const struct link *link, unsigned int ifindex)
{
	const struct interface *i = find_interface(link, ifindex);

	return i ? i->master : 0;
}

bool link_is_up(const struct link *link, unsigned int ifindex)
{
	const struct interface *i = find_interface(link, ifindex);

	return i && i->up;
}

bool link_is_plain(const struct link *link, unsigned int ifindex)
{
	const struct interface *i = find_interface(link, ifindex);

	return i && !i->xfrm;
}

unsigned int link_mtu(const struct link *link, unsigned int ifindex)
{
	const struct interface *i = find_interface(link, ifindex);

	return i ? i->mtu : MTU_MIN;
}

int link_own_lla(const struct link *link, unsigned int ifindex, struct lla *lla)
{
	const struct interface *i = find_interface(link, ifindex);

	if (!i || !i->lla.len)
		return -ENOENT;
	*lla = i->lla;
	return 0;
}

bool link_is_own(const struct link *link, const struct in6_addr *address)
{
	return find_owned(link, address);
}

/* A tentative one may be used if it is optimistic (RFC 4429). */
static bool is_usable(const struct own *o)
{
	return !(o->flags & IFA_F_DADFAILED) &&
	       (!(o->flags & IFA_F_TENTATIVE) || o->flags & IFA_F_OPTIMISTIC);
}

unsigned int link_own_globals(const struct link *link, unsigned int ifindex,
			      struct in6_addr *addresses, unsigned int max)
{
	const struct interface *i = find_interface(link, ifindex);
	unsigned int n = 0, old;
	const struct own *o;

	for (old = 0; i && old < 2; old++)
		LL_FOREACH(i->own, o)
			if (n < max && is_usable(o) && !IN6_IS_ADDR_LINKLOCAL(&o->address) &&
			    !!(o->flags & IFA_F_DEPRECATED) == old)
				addresses[n++] = o->address;
	return n;
}

static bool in_prefix_of(const struct own *o, const struct in6_addr *address)
{
	struct config_prefix prefix = { o->prefix_len, o->address };

	prefix_clear(&prefix.address, prefix.len);
	return config_prefix_has(&prefix, address);
}

bool link_is_on(const struct link *link, unsigned int ifindex,
		const struct in6_addr *address)
{
	const struct interface *i = find_interface(link, ifindex);
	const struct own *o;

	for (o = i ? i->own : NULL; o; o = o->next)
		if (!IN6_IS_ADDR_LINKLOCAL(&o->address) && in_prefix_of(o, address))
			return true;
	return false;
}

int link_own_address(const struct link *link, unsigned int ifindex, bool global,
		     struct in6_addr *address)
{
	const struct interface *i = find_interface(link, ifindex);
	const struct own *o, *found = NULL;

	if (!i)
		return -ENOENT;
	LL_FOREACH(i->own, o) {
		if (!!IN6_IS_ADDR_LINKLOCAL(&o->address) == global ||
		    o->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED))
			continue;
		if (!found || (found->flags & IFA_F_DEPRECATED &&
			       !(o->flags & IFA_F_DEPRECATED)))
			found = o;
	}
	if (!found)
		return -ENOENT;
	*address = found->address;
	return 0;
}

int link_lla_of(const struct link *link, unsigned int ifindex,
		const struct in6_addr *address, struct lla *lla)
{
	const struct node *n = find_node(link, ifindex, address);

	if (!n)
		return -ENOENT;
	*lla = n->lla;
	return 0;
}

int link_neighbour_set(struct link *link, unsigned int ifindex,
		       const struct in6_addr *address, const struct lla *lla)
{
	struct ndmsg ndm = {
		.ndm_family = AF_INET6,
		.ndm_ifindex = ifindex,
		.ndm_state = NUD_STALE,
	};
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);

	if (msg && (nlmsg_append(msg, &ndm, sizeof(ndm), NLMSG_ALIGNTO) ||
		    nla_put(msg, NDA_DST, sizeof(*address), address) ||
		    nla_put(msg, NDA_LLADDR, lla->len, lla->bytes))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return netlink_ask(link->ask, msg, NULL, NULL);
}

void link_each_neighbour(const struct link *link,
			 void (*each)(void *arg, unsigned int ifindex,
				      const struct in6_addr *address,
				      const struct lla *lla),
			 void *arg)
{
	struct node *n, *next;

	HASH_ITER(hh, link->nodes, n, next)
		each(arg, n->key.ifindex, &n->key.address, &n->lla);
}
