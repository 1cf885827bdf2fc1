/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_ROUTE_H
#define _FMIP_ROUTE_H

#include <linux/rcupdate.h>
#include <linux/types.h>

struct fmip_net;
struct net_device;
struct rt6_info;
struct rtable;
struct sk_buff;

/**
 * struct fmip_standin - what the hooks see as the route of inner packets
 * @mtu: largest inner packet
 * @rt6: for IPv6
 * @rt4: for IPv4
 * @older: the one that the same device had with another MTU, or NULL
 * @rcu: freed after a grace period
 */
struct fmip_standin {
	unsigned int mtu;
	struct rt6_info *rt6;
	struct rtable *rt4;
	struct fmip_standin *older;
	struct rcu_head rcu;
};

void fmip_route_init(struct fmip_net *fn);
void fmip_route_destroy(struct fmip_net *fn);
void fmip_route_forget_dev(struct fmip_net *fn, struct net_device *dev);
struct fmip_standin *fmip_route_standin(struct fmip_net *fn,
					struct net_device *dev,
					unsigned int mtu);
void fmip_route_set(struct sk_buff *skb, const struct fmip_standin *standin,
		    u8 family);

#endif /* _FMIP_ROUTE_H */
