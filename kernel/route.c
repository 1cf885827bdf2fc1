// SPDX-License-Identifier: GPL-2.0-only
/*
 * The routes that FORWARD and POSTROUTING see on a redirected packet.
 *
 * Rules look at a packet's route: TCPMSS at its MTU, nft's "rt" at its next
 * hop.  No entry of the routing table says what a binding says, so there is a
 * stand-in, a route with the outgoing device and the right MTU: one per inner
 * MTU for tunnels, one per interface for links.  Nothing is sent by it.
 */
#include <linux/skbuff.h>
#include <linux/xarray.h>
#include <net/addrconf.h>
#include <net/dst.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>

#include "net.h"
#include "route.h"

/**
 * fmip_route_init() - make a namespace ready for stand-in routes
 * @fn: namespace
 */
void fmip_route_init(struct fmip_net *fn)
{
	xa_init_flags(&fn->tunnel_routes, XA_FLAGS_LOCK_BH);
	xa_init_flags(&fn->link_routes, XA_FLAGS_LOCK_BH);
}

static void put(struct rt6_info *rt)
{
	dst_dev_put(&rt->dst);
	dst_release(&rt->dst);
}

static void forget_all(struct xarray *xa)
{
	struct rt6_info *rt;
	unsigned long i;

	xa_for_each(xa, i, rt) {
		xa_erase_bh(xa, i);
		put(rt);
	}
}

/**
 * fmip_route_destroy() - drop all stand-in routes
 * @fn: namespace
 *
 * Context: process; no packet is on its way through the hooks any more.
 */
void fmip_route_destroy(struct fmip_net *fn)
{
	forget_all(&fn->tunnel_routes);
	forget_all(&fn->link_routes);
}

/**
 * fmip_route_forget_dev() - drop the stand-in routes of a device
 * @fn: namespace
 * @dev: device that is being unregistered
 *
 * Context: process.
 */
void fmip_route_forget_dev(struct fmip_net *fn, struct net_device *dev)
{
	struct rt6_info *rt = xa_erase_bh(&fn->link_routes, dev->ifindex);

	if (rt)
		put(rt);
	if (dev == rcu_access_pointer(fn->dev))
		forget_all(&fn->tunnel_routes);
}

static struct rt6_info *make(struct fmip_net *fn, struct net_device *dev,
			     unsigned int mtu)
{
	struct rt6_info *rt = ip6_dst_alloc(fn->net, dev, DST_NOCOUNT);

	if (!rt)
		return NULL;
	rt->dst.input = dst_discard;
	rt->dst.output = dst_discard_out;
	rt->rt6i_idev = in6_dev_get(dev);
	rt->rt6i_flags = RTF_UP | RTF_NONEXTHOP;
	dst_metric_set(&rt->dst, RTAX_MTU, mtu);
	return rt;
}

/* Find or make the stand-in at @index of @xa; the caller is under RCU. */
static struct rt6_info *get(struct fmip_net *fn, struct xarray *xa,
			    unsigned long index, struct net_device *dev,
			    unsigned int mtu)
{
	struct rt6_info *rt = xa_load(xa, index), *was;

	if (likely(rt) && dst_metric_raw(&rt->dst, RTAX_MTU) == mtu)
		return rt;
	if (rt) {
		/* The interface's MTU has changed; packets may still have it. */
		if (xa_cmpxchg_bh(xa, index, rt, NULL, 0) == rt)
			dst_release(&rt->dst);
	}
	rt = make(fn, dev, mtu);
	if (!rt)
		return NULL;
	was = xa_cmpxchg_bh(xa, index, NULL, rt, GFP_ATOMIC);
	if (!was)
		return rt;
	put(rt);
	return xa_is_err(was) ? NULL : was;
}

static bool is_tunnel(struct fmip_net *fn, const struct net_device *dev)
{
	return dev == rcu_access_pointer(fn->dev);
}

/**
 * fmip_route_set() - give a packet the route that the hooks shall see
 * @fn: namespace
 * @skb: packet; the route that it has is dropped
 * @dev: device by which it leaves
 * @mtu: largest inner packet
 *
 * Context: RCU, bottom halves off.
 * Return: false if there is no memory.
 */
bool fmip_route_set(struct fmip_net *fn, struct sk_buff *skb,
		    struct net_device *dev, unsigned int mtu)
{
	struct rt6_info *rt;

	mtu = max_t(unsigned int, mtu, IPV6_MIN_MTU);
	if (is_tunnel(fn, dev))
		rt = get(fn, &fn->tunnel_routes, mtu, dev, mtu);
	else
		rt = get(fn, &fn->link_routes, dev->ifindex, dev, mtu);
	if (!rt || !dst_hold_safe(&rt->dst))
		return false;
	skb_dst_drop(skb);
	skb_dst_set(skb, &rt->dst);
	return true;
}
