/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_PROXY_H
#define _FMIP_PROXY_H

#include <linux/in6.h>
#include <linux/llist.h>
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <linux/timer.h>

struct fmip_binding;
struct fmip_nd;
struct fmip_net;

/**
 * struct fmip_proxy_key - what proxied addresses are found by
 * @addr: address; IPv4 in the first four bytes, the others zero
 * @ifindex: interface
 * @family: AF_INET6 or AF_INET
 */
struct fmip_proxy_key {
	struct in6_addr addr;
	u32 ifindex;
	u32 family;
};

/**
 * struct fmip_proxy - an address that is defended on an interface
 * @node: in fmip_net.proxies, while @linked
 * @key: address and interface
 * @binding: whose it is; read under RCU by who found this in the table
 * @dev: the interface, with a reference
 * @tracker: of that reference
 * @flags: FMIP_PROXY_F_*
 * @ended: bit 0: no longer defended, waits to be reaped
 * @linked: in the table and in @list, under the namespace's lock
 * @has_end: @end holds
 * @end: jiffies
 * @timer: runs at @end
 * @list: in fmip_more.proxies
 * @reap: in fmip_net.reap_proxies
 * @rcu: freed after a grace period
 */
struct fmip_proxy {
	struct rhash_head node;
	struct fmip_proxy_key key;
	struct fmip_binding *binding;
	struct net_device *dev;
	netdevice_tracker tracker;
	u32 flags;
	unsigned long ended;
	bool linked;
	bool has_end;
	unsigned long end;
	struct timer_list timer;
	struct list_head list;
	struct llist_node reap;
	struct rcu_head rcu;
};

int fmip_proxy_table_init(struct fmip_net *fn);
void fmip_proxy_table_destroy(struct fmip_net *fn);
struct fmip_proxy *fmip_proxy_create(struct fmip_binding *b, u8 family,
				     const struct in6_addr *addr,
				     struct net_device *dev, u32 flags,
				     u32 lifetime_ms);
int fmip_proxy_list_link(struct fmip_binding *b, struct list_head *new);
void fmip_proxy_list_unlink(struct fmip_binding *b, struct list_head *new);
void fmip_proxy_list_commit(struct fmip_binding *b, struct list_head *new);
void fmip_proxy_list_drop(struct fmip_net *fn, struct list_head *list);
void fmip_proxy_list_end(struct fmip_net *fn, struct list_head *list);
bool fmip_proxy_list_names(const struct list_head *list,
			   const struct net_device *dev);
struct fmip_proxy *fmip_proxy_find(struct fmip_net *fn, u8 family,
				   const struct in6_addr *addr, u32 ifindex);
bool fmip_proxy_live(const struct fmip_proxy *p);
bool fmip_proxy_stop(struct fmip_proxy *p);
void fmip_proxy_reap_soon(struct fmip_net *fn);
bool fmip_proxy_end(struct fmip_proxy *p);
struct fmip_proxy *fmip_proxy_asked(struct fmip_net *fn, u8 family,
				    const struct in6_addr *addr,
				    const struct net_device *dev,
				    const u8 *sender);
bool fmip_proxy_solicited(struct fmip_net *fn, struct net_device *dev,
			  const struct fmip_nd *nd);
void fmip_proxy_reap(struct fmip_net *fn);

#endif /* _FMIP_PROXY_H */
