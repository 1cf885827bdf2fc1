// SPDX-License-Identifier: GPL-2.0-only
/*
 * The routes that FORWARD and POSTROUTING see on a redirected packet.
 *
 * Rules look at a packet's route: TCPMSS at its MTU, nft's "rt" at its next
 * hop.  No entry of the routing table says what a binding says, so there is a
 * stand-in, a route with the outgoing device and the right MTU: one for each
 * device and MTU.  Nothing is sent by it.  It stays until the device goes, so
 * that whatever lives no longer than that may keep a pointer to it.
 */
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <net/addrconf.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

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

/* Packets may have the routes; packets may be looking at @s. */
static void put(struct fmip_standin *s)
{
	if (s->rt6) {
		dst_dev_put(&s->rt6->dst);
		dst_release(&s->rt6->dst);
	}
	if (s->rt4) {
		dst_dev_put(&s->rt4->dst);
		dst_release(&s->rt4->dst);
	}
	kfree_rcu(s, rcu);
}

static void put_all(struct fmip_standin *s)
{
	struct fmip_standin *older;

	for (; s; s = older) {
		older = s->older;
		put(s);
	}
}

static void forget_all(struct xarray *xa)
{
	struct fmip_standin *s;
	unsigned long i;

	xa_for_each(xa, i, s) {
		xa_erase_bh(xa, i);
		put_all(s);
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

static bool is_tunnel(struct fmip_net *fn, const struct net_device *dev)
{
	return dev == rcu_access_pointer(fn->dev);
}

static struct fmip_standin *find(struct fmip_standin *s, unsigned int mtu)
{
	while (unlikely(s && s->mtu != mtu))
		s = s->older;
	return s;
}

/**
 * fmip_route_forget_dev() - drop the stand-in routes of a device
 * @fn: namespace
 * @dev: device that is being unregistered
 *
 * Context: process; no path refers to one of them any more.
 */
void fmip_route_forget_dev(struct fmip_net *fn, struct net_device *dev)
{
	put_all(xa_erase_bh(&fn->link_routes, dev->ifindex));
	/* At the module's end the device stays for a while, and so do tunnels. */
	if (is_tunnel(fn, dev) && dev->reg_state != NETREG_REGISTERED)
		forget_all(&fn->tunnel_routes);
}

static void make_rt6(struct fmip_standin *s, struct fmip_net *fn,
		     struct net_device *dev)
{
	struct rt6_info *rt = ip6_dst_alloc(fn->net, dev, DST_NOCOUNT);

	if (!rt)
		return;
	rt->dst.input = dst_discard;
	rt->dst.output = dst_discard_out;
	rt->rt6i_idev = in6_dev_get(dev);
	rt->rt6i_flags = RTF_UP | RTF_NONEXTHOP;
	dst_metric_set(&rt->dst, RTAX_MTU,
		       max_t(unsigned int, s->mtu, IPV6_MIN_MTU));
	s->rt6 = rt;
}

/* IPv4 routes do not have metrics of their own, they share those of the FIB. */
static bool set_mtu4(struct rtable *rt, unsigned int mtu)
{
	struct dst_metrics *metrics = kzalloc(sizeof(*metrics), GFP_ATOMIC);

	if (!metrics)
		return false;
	metrics->metrics[RTAX_MTU - 1] = mtu;
	refcount_set(&metrics->refcnt, 1);
	ip_dst_init_metrics(&rt->dst, metrics);
	/* The route has its own use of them, and is the only one. */
	refcount_dec(&metrics->refcnt);
	return true;
}

static void make_rt4(struct fmip_standin *s, struct net_device *dev)
{
	struct rtable *rt = rt_dst_alloc(dev, 0, RTN_UNICAST, false);

	if (!rt)
		return;
	rt->dst.input = dst_discard;
	rt->dst.output = dst_discard_out;
	/* Whoever keeps it must not find that it still holds. */
	rt->dst.obsolete = DST_OBSOLETE_DEAD;
	if (set_mtu4(rt, s->mtu)) {
		s->rt4 = rt;
		return;
	}
	dst_dev_put(&rt->dst);
	dst_release(&rt->dst);
}

static struct fmip_standin *make(struct fmip_net *fn, struct net_device *dev,
				 unsigned int mtu)
{
	struct fmip_standin *s = kzalloc(sizeof(*s), GFP_ATOMIC);

	if (!s)
		return NULL;
	s->mtu = mtu;
	make_rt6(s, fn, dev);
	make_rt4(s, dev);
	if (s->rt6 && s->rt4)
		return s;
	put(s);
	return NULL;
}

/**
 * fmip_route_standin() - find or make the stand-in route for a way to leave
 * @fn: namespace
 * @dev: device by which packets leave
 * @mtu: largest inner packet
 *
 * Context: RCU, bottom halves off.
 * Return: it, valid until @dev is unregistered and a grace period has passed;
 * NULL if there is no memory.
 */
struct fmip_standin *fmip_route_standin(struct fmip_net *fn,
					struct net_device *dev,
					unsigned int mtu)
{
	bool tunnel = is_tunnel(fn, dev);
	struct xarray *xa = tunnel ? &fn->tunnel_routes : &fn->link_routes;
	unsigned long index = tunnel ? mtu : dev->ifindex;
	struct fmip_standin *latest = xa_load(xa, index), *was;
	struct fmip_standin *s = find(latest, mtu);

	if (likely(s))
		return s;
	/* Nobody would drop it any more. */
	if (dev->reg_state != NETREG_REGISTERED)
		return NULL;
	s = make(fn, dev, mtu);
	if (!s)
		return NULL;
	for (;;) {
		s->older = latest;
		was = xa_cmpxchg_bh(xa, index, latest, s, GFP_ATOMIC);
		if (was == latest)
			return s;
		if (xa_is_err(was) || find(was, mtu)) {
			put(s);
			return xa_is_err(was) ? NULL : find(was, mtu);
		}
		latest = was;
	}
}

/**
 * fmip_route_set() - give a packet the route that the hooks shall see
 * @skb: packet; the route that it has is dropped
 * @standin: the route
 * @family: of the packet
 *
 * No reference is taken: who keeps the packet beyond the RCU section, as a
 * queue to user space does, takes one.
 *
 * Context: RCU, bottom halves off.
 */
void fmip_route_set(struct sk_buff *skb, const struct fmip_standin *standin,
		    u8 family)
{
	skb_dst_drop(skb);
	if (family == AF_INET6)
		skb_dst_set_noref(skb, &standin->rt6->dst);
	else
		skb_dst_set_noref(skb, &standin->rt4->dst);
}
