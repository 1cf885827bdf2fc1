// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mobile node's tunnels to its PARs, and what waits before them.
 */
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ip6_tunnel.h>
#include <netlink/route/link.h>
#include <netlink/route/link/ip6tnl.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/qdisc/plug.h>
#include <netlink/route/tc.h>

#include "log.h"
#include "netlink.h"
#include "sysctl.h"
#include "stay_tunnel.h"

/* With a number behind it. */
#define NAME		"fmip-par"
#define KIND		"ip6tnl"
#define PLUG		"plug"

/* One for the next handover, and one if that is not over when another one begins. */
#define AHEAD		2

/* Not while a handover is under way, if that can be helped. */
#define LATER_NS	2000000000ull

/* Names that are another's are passed over. */
#define NAMES		4

#define HANDLE		TC_HANDLE(0x5568, 0)

/**
 * struct tunnels - all of them
 * @loop: wakes @later
 * @ask: rtnetlink
 * @bytes: of packets may wait before each
 * @can_wait: the kernel has the qdisc; not known as long as nothing shall wait
 * @tunnel: the tunnels
 * @later: when others are made
 */
struct tunnels {
	struct loop *loop;
	struct nl_sock *ask;
	uint32_t bytes;
	bool can_wait;
	struct tunnel tunnel[WORLD_PCOAS_MAX];
	struct alarm later;
};

static const struct ip6_ends no_ends;

/* RFC 6666: nobody has such an address, and a router discards what is sent to it. */
static struct ip6_ends unused_ends(const struct tunnel *t)
{
	struct ip6_ends ends = {
		.source.s6_addr = { 1, [15] = 1 },
		.destination.s6_addr = { 1, [15] = 2 + t->number },
	};

	return ends;
}

static void complain(const char *what, int err)
{
	if (err)
		log_error("stay", what, err);
}

/* What waits. */

static struct rtnl_qdisc *plug_of(const struct tunnel *t)
{
	struct rtnl_qdisc *q = rtnl_qdisc_alloc();

	if (!q)
		return NULL;
	rtnl_tc_set_ifindex(TC_CAST(q), t->ifindex);
	rtnl_tc_set_parent(TC_CAST(q), TC_H_ROOT);
	rtnl_tc_set_handle(TC_CAST(q), HANDLE);
	if (!rtnl_tc_set_kind(TC_CAST(q), PLUG))
		return q;
	rtnl_qdisc_put(q);
	return NULL;
}

/* One that is new holds what comes. */
static int add_plug(struct tunnels *s, struct tunnel *t)
{
	struct rtnl_qdisc *q = plug_of(t);
	struct nl_msg *msg = NULL;
	int err;

	if (!q)
		return -ENOMEM;
	rtnl_qdisc_plug_set_limit(q, s->bytes);
	err = netlink_do(s->ask, rtnl_qdisc_build_add_request(q, NLM_F_CREATE | NLM_F_EXCL,
							      &msg), &msg);
	rtnl_qdisc_put(q);
	t->plug = !err;
	t->holds = !err;
	return err;
}

static int remove_plug(struct tunnels *s, struct tunnel *t)
{
	struct rtnl_qdisc *q = plug_of(t);
	struct nl_msg *msg = NULL;
	int err = q ? netlink_do(s->ask, rtnl_qdisc_build_delete_request(q, &msg), &msg) :
		      -ENOMEM;

	rtnl_qdisc_put(q);
	if (!err) {
		t->plug = false;
		t->holds = false;
	}
	return err;
}

static int change_plug(struct tunnels *s, struct tunnel *t,
		       int (*change)(struct rtnl_qdisc *))
{
	struct rtnl_qdisc *q = plug_of(t);
	struct nl_msg *msg = NULL;
	int err = -ENOMEM;

	if (q && !change(q))
		err = netlink_do(s->ask, rtnl_qdisc_build_update_request(q, q, 0, &msg), &msg);
	rtnl_qdisc_put(q);
	return err;
}

static int limit_plug(struct tunnels *s, struct tunnel *t, int bytes)
{
	struct rtnl_qdisc *q = plug_of(t);
	struct nl_msg *msg = NULL;
	int err = -ENOMEM;

	if (q && !rtnl_qdisc_plug_set_limit(q, bytes))
		err = netlink_do(s->ask, rtnl_qdisc_build_update_request(q, q, 0, &msg), &msg);
	rtnl_qdisc_put(q);
	return err;
}

int tunnels_hold(struct tunnels *s, struct tunnel *t)
{
	int err;

	if (t->holds)
		return 0;
	if (!t->plug)
		return -EOPNOTSUPP;
	err = change_plug(s, t, rtnl_qdisc_plug_buffer);
	t->holds = !err;
	return err ?: limit_plug(s, t, s->bytes);
}

/* The limit is one of what does not wait, too, of which one packet may be large. */
int tunnels_release(struct tunnels *s, struct tunnel *t)
{
	int err;

	if (!t->holds)
		return 0;
	err = limit_plug(s, t, INT_MAX);
	if (!err)
		err = change_plug(s, t, rtnl_qdisc_plug_release_indefinite);
	t->holds = err;
	return err;
}

/* Those that there was no room for, and those that wait. */
static int count_lost(struct tunnels *s, const struct tunnel *t, uint64_t *lost)
{
	struct rtnl_qdisc *q;
	struct nl_cache *cache;

	if (rtnl_qdisc_alloc_cache(s->ask, &cache))
		return -EIO;
	q = rtnl_qdisc_get_by_parent(cache, t->ifindex, TC_H_ROOT);
	if (q)
		*lost = rtnl_tc_get_stat(TC_CAST(q), RTNL_TC_QLEN) +
			rtnl_tc_get_stat(TC_CAST(q), RTNL_TC_DROPS);
	nl_cache_free(cache);
	if (!q)
		return -ENOENT;
	rtnl_qdisc_put(q);
	return 0;
}

static void log_lost(const struct tunnel *t, uint64_t lost)
{
	struct log_line line;

	log_begin(&line, LOG_NOTICE, "lost", loop_now());
	log_text(&line, "what", "packets that waited for a tunnel");
	log_address(&line, "par", &t->par);
	log_number(&line, "packets", lost);
	log_end(&line);
}

/* A plug that remains still does what its flags say. */
void tunnels_discard(struct tunnels *s, struct tunnel *t)
{
	uint64_t lost = 0;
	int err;

	if (!t->plug)
		return;
	err = count_lost(s, t, &lost);
	complain("how many packets are lost is not known", err);
	if (lost)
		log_lost(t, lost);
	if (!err && !lost && t->holds && tunnels_can_wait(s))
		return;
	err = remove_plug(s, t);
	complain("old packets remain", err);
	if (!err && tunnels_can_wait(s))
		complain("what is sent into a tunnel cannot wait", add_plug(s, t));
}

/* Devices. */

static struct rtnl_link *describe(unsigned int ifindex, const struct ip6_ends *ends)
{
	struct in6_addr local = ends->source, remote = ends->destination;
	struct rtnl_link *link = rtnl_link_ip6_tnl_alloc();

	if (!link)
		return NULL;
	rtnl_link_ip6_tnl_set_link(link, ifindex);
	rtnl_link_ip6_tnl_set_local(link, &local);
	rtnl_link_ip6_tnl_set_remote(link, &remote);
	rtnl_link_ip6_tnl_set_proto(link, IPPROTO_IPV6);
	rtnl_link_ip6_tnl_set_flags(link, IP6_TNL_F_IGN_ENCAP_LIMIT);
	return link;
}

static int add_device(struct tunnels *s, const char *name, const struct ip6_ends *ends)
{
	struct rtnl_link *link = describe(0, ends);
	struct nl_msg *msg = NULL;
	int err;

	if (!link)
		return -ENOMEM;
	rtnl_link_set_name(link, name);
	err = netlink_do(s->ask, rtnl_link_build_add_request(link, NLM_F_CREATE | NLM_F_EXCL,
							     &msg), &msg);
	rtnl_link_put(link);
	return err;
}

static int change_device(struct tunnels *s, unsigned int ifindex, struct rtnl_link *change)
{
	struct rtnl_link *which = rtnl_link_alloc();
	struct nl_msg *msg = NULL;
	int err = -ENOMEM;

	if (which && change) {
		rtnl_link_set_ifindex(which, ifindex);
		err = netlink_do(s->ask, rtnl_link_build_change_request(which, change, 0, &msg),
				 &msg);
	}
	rtnl_link_put(change);
	rtnl_link_put(which);
	return err;
}

static int raise_device(struct tunnels *s, unsigned int ifindex)
{
	struct rtnl_link *up = rtnl_link_alloc();

	if (up)
		rtnl_link_set_flags(up, IFF_UP);
	return change_device(s, ifindex, up);
}

/* One whose number could not be had has its name yet. */
static int remove_device(struct tunnels *s, unsigned int ifindex, const char *name)
{
	struct rtnl_link *link = rtnl_link_alloc();
	struct nl_msg *msg = NULL;
	int err;

	if (!link)
		return -ENOMEM;
	if (ifindex)
		rtnl_link_set_ifindex(link, ifindex);
	else
		rtnl_link_set_name(link, name);
	err = netlink_do(s->ask, rtnl_link_build_delete_request(link, &msg), &msg);
	rtnl_link_put(link);
	return err;
}

/* It has no address, and asks nobody for one (it would, with another link's). */
static int set_up(struct tunnels *s, struct tunnel *t, const char *name)
{
	int err;

	sysctl_write(name, "addr_gen_mode", "1");
	sysctl_write(name, "router_solicitations", "0");
	sysctl_write(name, "accept_ra", "0");
	t->ifindex = if_nametoindex(name);
	err = t->ifindex ? raise_device(s, t->ifindex) : -errno;
	if (!err && tunnels_can_wait(s))
		complain("what is sent into a tunnel cannot wait", add_plug(s, t));
	return err;
}

static int make(struct tunnels *s, struct tunnel *t)
{
	const struct ip6_ends ends = unused_ends(t);
	unsigned int i, number = t->number;
	char name[IFNAMSIZ];
	int err = -EEXIST;

	for (i = 0; i < NAMES && err == -EEXIST; i++) {
		snprintf(name, sizeof(name), NAME "%u", number);
		err = add_device(s, name, &ends);
		number += WORLD_PCOAS_MAX;
	}
	if (err)
		return err;
	err = set_up(s, t, name);
	if (err) {
		complain("an old tunnel remains", remove_device(s, t->ifindex, name));
		t->ifindex = 0;
	}
	return err;
}

/* A tunnel of another name, or another device of that name, is somebody else's. */
static bool is_ours(struct rtnl_link *link)
{
	const char *name = rtnl_link_get_name(link), *kind = rtnl_link_get_type(link);
	const char *number;

	if (!name || !kind || strncmp(name, NAME, strlen(NAME)) || strcmp(kind, KIND))
		return false;
	number = name + strlen(NAME);
	return *number && !number[strspn(number, "0123456789")];
}

static void remove_old(struct tunnels *s)
{
	struct nl_cache *cache;
	struct rtnl_link *link;
	struct nl_object *o;
	int err;

	if (rtnl_link_alloc_cache(s->ask, AF_UNSPEC, &cache))
		return;
	for (o = nl_cache_get_first(cache); o; o = nl_cache_get_next(o)) {
		link = (struct rtnl_link *)o;
		if (!is_ours(link))
			continue;
		err = remove_device(s, rtnl_link_get_ifindex(link), NULL);
		complain("an old tunnel remains", err);
	}
	nl_cache_free(cache);
}

/* Those that nobody uses. */

static struct tunnel *unused(struct tunnels *s)
{
	struct tunnel *t;

	for (t = s->tunnel; t < s->tunnel + WORLD_PCOAS_MAX; t++)
		if (t->ifindex && !t->used)
			return t;
	return NULL;
}

static int make_another(struct tunnels *s)
{
	struct tunnel *t;
	int err;

	for (t = s->tunnel; t < s->tunnel + WORLD_PCOAS_MAX; t++) {
		if (t->ifindex)
			continue;
		err = make(s, t);
		complain(err == -EOPNOTSUPP ? "tunnel: is there an ip6_tunnel module?" :
					      "tunnel", err);
		return err;
	}
	return -ENOSPC;
}

static bool is_anything_held(struct tunnels *s)
{
	struct tunnel *t;

	tunnels_each(s, t)
		if (t->holds)
			return true;
	return false;
}

static void make_later(struct tunnels *s)
{
	loop_alarm_set(s->loop, &s->later, loop_now() + LATER_NS);
}

static void on_later(struct alarm *alarm)
{
	struct tunnels *s = (struct tunnels *)((char *)alarm - offsetof(struct tunnels, later));

	if (unused(s))
		return;
	if (is_anything_held(s))
		make_later(s);
	else
		make_another(s);
}

struct tunnel *tunnels_next(struct tunnels *s, struct tunnel *t)
{
	for (t = t ? t + 1 : s->tunnel; t < s->tunnel + WORLD_PCOAS_MAX; t++)
		if (t->used)
			return t;
	return NULL;
}

struct tunnel *tunnels_find(struct tunnels *s, const struct ip6_ends *ends)
{
	struct tunnel *t;

	tunnels_each(s, t)
		if (!memcmp(&t->ends, ends, sizeof(*ends)))
			return t;
	return NULL;
}

struct tunnel *tunnels_take(struct tunnels *s, const struct in6_addr *par)
{
	struct tunnel *t = unused(s);

	if (!t && !make_another(s))
		t = unused(s);
	if (!t)
		return NULL;
	t->used = true;
	t->par = *par;
	if (!unused(s))
		make_later(s);
	return t;
}

int tunnels_aim(struct tunnels *s, struct tunnel *t, unsigned int ifindex,
		const struct ip6_ends *ends)
{
	int err = change_device(s, t->ifindex, describe(ifindex, ends));

	if (!err)
		t->ends = *ends;
	return err;
}

void tunnels_put_back(struct tunnels *s, struct tunnel *t)
{
	const struct ip6_ends ends = unused_ends(t);

	tunnels_discard(s, t);
	if (memcmp(&t->ends, &no_ends, sizeof(no_ends)))
		complain("the ends of an old tunnel remain", tunnels_aim(s, t, 0, &ends));
	t->ends = no_ends;
	t->par = in6addr_any;
	t->used = false;
}

bool tunnels_can_wait(const struct tunnels *s)
{
	return s->can_wait && s->bytes;
}

/* What goes into a tunnel that is used goes on to do so. */
static int add_open_plug(struct tunnels *s, struct tunnel *t)
{
	int err = add_plug(s, t);

	return err || !t->used ? err : tunnels_release(s, t);
}

/* The first device tells whether the kernel has the qdisc. */
static void try_plug(struct tunnels *s)
{
	int err = add_open_plug(s, s->tunnel);

	s->can_wait = !err;
	if (err)
		log_error("sch_plug", "what is sent while there is no link is lost", err);
}

static void add_plugs(struct tunnels *s)
{
	struct tunnel *t;

	if (!s->can_wait)
		try_plug(s);
	for (t = s->tunnel; t < s->tunnel + WORLD_PCOAS_MAX && s->can_wait; t++)
		if (t->ifindex && !t->plug)
			complain("what is sent into a tunnel cannot wait",
				 add_open_plug(s, t));
}

/* What waits already for a tunnel that is used is let go when its time comes. */
static void remove_plugs(struct tunnels *s)
{
	struct tunnel *t;

	for (t = s->tunnel; t < s->tunnel + WORLD_PCOAS_MAX; t++)
		if (t->plug && !t->used)
			tunnels_discard(s, t);
}

void tunnels_limit(struct tunnels *s, uint32_t bytes)
{
	bool none = !s->bytes;
	struct tunnel *t;

	s->bytes = bytes;
	if (!bytes) {
		remove_plugs(s);
		return;
	}
	for (t = s->tunnel; t < s->tunnel + WORLD_PCOAS_MAX; t++)
		if (t->holds)
			complain("how much may wait", limit_plug(s, t, bytes));
	if (none)
		add_plugs(s);
}

static int make_first(struct tunnels *s)
{
	int err = make_another(s);

	if (!err && s->bytes)
		try_plug(s);
	return err;
}

int tunnels_open(struct loop *loop, struct nl_sock *ask, uint32_t bytes,
		 struct tunnels **tunnels)
{
	struct tunnels *s = calloc(1, sizeof(*s));
	unsigned int i;
	int err;

	if (!s)
		return -ENOMEM;
	s->loop = loop;
	s->ask = ask;
	s->bytes = bytes;
	s->later.ring = on_later;
	for (i = 0; i < WORLD_PCOAS_MAX; i++)
		s->tunnel[i].number = i;
	remove_old(s);
	err = make_first(s);
	for (i = 1; i < AHEAD && !err; i++)
		err = make_another(s);
	if (err) {
		tunnels_close(s);
		return err;
	}
	*tunnels = s;
	return 0;
}

void tunnels_close(struct tunnels *s)
{
	struct tunnel *t;

	if (!s)
		return;
	loop_alarm_stop(&s->later);
	for (t = s->tunnel; t < s->tunnel + WORLD_PCOAS_MAX; t++)
		if (t->ifindex)
			complain("an old tunnel remains", remove_device(s, t->ifindex, NULL));
	free(s);
}
