/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_NET_H
#define _FMIP_NET_H

#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/ratelimit.h>
#include <linux/rhashtable.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "hooks.h"
#include "match.h"
#include "room.h"
#include "spent.h"
#include "stats.h"

/**
 * struct fmip_net - everything of one network namespace
 * @net: the namespace
 * @lock: serialises all changes.  Outside it RTNL where devices are named,
 *	inside it the locks of single bindings.
 * @bindings: by id, under @lock
 * @tunnels: by id, under @lock
 * @next_binding: where to look for a free id, under @lock
 * @next_tunnel: the same for tunnels, under @lock
 * @n_bindings: how many there are, under @lock
 * @n_tunnels: how many there are, under @lock
 * @matches: the lookup table
 * @paths: tunnels by their outer addresses, read under RCU
 * @proxies: proxied addresses by interface and address, read under RCU
 * @n_proxies: how many there are, under @lock
 * @dev: the fmip device, from the first tunnel or binding on; read under RCU,
 *	written under RTNL
 * @plans: plans that bindings share, under @lock
 * @policies: policies that plans share, under @lock
 * @tunnel_routes: stand-in routes by inner MTU
 * @link_routes: stand-in routes by interface index
 * @addresses: changes with every change of the host's addresses
 * @receivers: how many accepts there are; read without a lock
 * @data_attaches: bindings that wait for a node's packets
 * @stats: counters
 * @exempt_mark: packets with this mark pass by
 * @exempt_mask: the bits of the mark that count; 0 if none do
 * @proxies_max: most addresses proxied
 * @reap_bindings: dying, to be taken apart under @lock
 * @reaping: those of them that are next, under @lock
 * @prune_bindings: with targets or accepts that have ended
 * @reap_proxies: ended, to be taken apart under RTNL
 * @reap_work: does all that
 * @hooked: FMIP_HOOKS_* that are registered, under @lock
 * @hook_ops: what has been registered, by the bits of @hooked
 * @deaf: the hooks take nothing, because they are about to go
 * @idle_work: unregisters them after a while without bindings
 * @rejected_limit: holds back events about what is rejected
 * @closing: the namespace goes, under @lock
 * @buffered_packets: packets buffered in the namespace
 * @buffered_bytes: their truesize
 * @room: what they may take
 * @spent: copies that are not needed any more, to be freed
 */
struct fmip_net {
	struct net *net;
	struct mutex lock; /* all changes */
	struct xarray bindings;
	struct xarray tunnels;
	u32 next_binding;
	u32 next_tunnel;
	u32 n_bindings;
	u32 n_tunnels;
	struct fmip_match_table matches;
	struct rhashtable paths;
	struct rhashtable proxies;
	u32 n_proxies;
	struct net_device __rcu *dev;
	struct rhashtable plans;
	struct rhashtable policies;
	struct xarray tunnel_routes;
	struct xarray link_routes;
	u32 addresses;
	u32 receivers;
	atomic_t data_attaches;
	struct fmip_pcpu_stats __percpu *stats;
	u32 exempt_mark;
	u32 exempt_mask;
	u32 proxies_max;
	struct llist_head reap_bindings;
	struct llist_node *reaping;
	struct llist_head prune_bindings;
	struct llist_head reap_proxies;
	struct work_struct reap_work;
	u8 hooked;
	struct nf_hook_ops *hook_ops[FMIP_HOOKS_SETS];
	bool deaf;
	struct delayed_work idle_work;
	struct ratelimit_state rejected_limit;
	bool closing;
	/* Written for what is buffered; much of the above is read for all packets. */
	atomic_long_t buffered_packets ____cacheline_aligned_in_smp;
	atomic_long_t buffered_bytes;
	struct fmip_room room;
	struct fmip_spent spent;
};

extern unsigned int fmip_net_id;

static inline struct fmip_net *fmip_net(const struct net *net)
{
	return net_generic(net, fmip_net_id);
}

int fmip_net_init(void);
void fmip_net_exit(void);
void fmip_net_idle(struct fmip_net *fn);

#endif /* _FMIP_NET_H */
