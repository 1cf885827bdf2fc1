// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delivery on an interface.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include <net/sch_generic.h>

#include "binding.h"
#include "icmp.h"
#include "link.h"

static int xmit_lladdr(const struct fmip_target *target, struct sk_buff *skb)
{
	if (dev_hard_header(skb, skb->dev, ETH_P_IPV6, target->lladdr, NULL,
			    skb->len) < 0) {
		kfree_skb(skb);
		return NET_XMIT_DROP;
	}
	return dev_queue_xmit(skb);
}

static int xmit_neigh(struct sk_buff *skb)
{
	const struct in6_addr *daddr = &ipv6_hdr(skb)->daddr;
	struct neighbour *neigh;

	neigh = __ipv6_neigh_lookup_noref(skb->dev, daddr);
	if (!neigh)
		neigh = __neigh_create(&nd_tbl, daddr, skb->dev, false);
	if (IS_ERR(neigh)) {
		kfree_skb(skb);
		return NET_XMIT_DROP;
	}
	return neigh_output(neigh, skb, false);
}

/**
 * fmip_link_mtu() - the largest IPv6 packet that an interface takes
 * @dev: interface
 *
 * Context: RCU.
 * Return: bytes.
 */
unsigned int fmip_link_mtu(const struct net_device *dev)
{
	struct inet6_dev *idev = __in6_dev_get(dev);

	return idev ? READ_ONCE(idev->cnf.mtu6) : READ_ONCE(dev->mtu);
}

/**
 * fmip_link_up() - does an interface send?
 * @dev: interface
 *
 * Without a carrier its queue takes packets and frees them, and goes on to for a
 * while when it has one again.
 *
 * Return: true if so.
 */
bool fmip_link_up(const struct net_device *dev)
{
	return dev->flags & IFF_UP && netif_carrier_ok(dev) &&
	       !qdisc_tx_is_noop(dev);
}

/**
 * fmip_link_xmit() - send a packet on an interface
 * @fn: namespace
 * @target: a link target
 * @skb: packet, network header and data at its IPv6 header; consumed
 *
 * Context: RCU, bottom halves off.
 * Return: FMIP_DROP_NONE, or why the packet was freed.
 */
enum fmip_drop fmip_link_xmit(struct fmip_net *fn,
			      const struct fmip_target *target,
			      struct sk_buff *skb)
{
	struct net_device *dev = target->dev;
	enum fmip_drop why;
	int err;

	if (!fmip_link_up(dev)) {
		why = FMIP_DROP_XMIT;
		goto drop;
	}
	if (fmip_icmp_too_big(fn, skb, fmip_link_mtu(dev))) {
		why = FMIP_DROP_TOO_BIG;
		goto drop;
	}
	skb->dev = dev;
	if (skb_cow_head(skb, LL_RESERVED_SPACE(dev))) {
		why = FMIP_DROP_NO_MEMORY;
		goto drop;
	}
	skb_dst_drop(skb);
	skb->protocol = htons(ETH_P_IPV6);
	err = target->has_lladdr ? xmit_lladdr(target, skb) : xmit_neigh(skb);
	return net_xmit_eval(err) ? FMIP_DROP_XMIT : FMIP_DROP_NONE;

drop:
	kfree_skb(skb);
	return why;
}

/**
 * fmip_link_learn() - install the neighbour entry of a node that has arrived
 * @dev: interface
 * @addr: address
 * @lladdr: its link-layer address
 * @vouched: the control plane named @lladdr, so that it may replace an entry
 *	that the operator made
 *
 * The entry is made if there is none, and replaced in whatever state it is;
 * the stack would ignore an unsolicited advertisement in most of them.
 *
 * Context: RCU, bottom halves off.
 * Return: 0; -ENOBUFS if the table is full.
 */
int fmip_link_learn(struct net_device *dev, const struct in6_addr *addr,
		    const u8 *lladdr, bool vouched)
{
	u32 flags = NEIGH_UPDATE_F_OVERRIDE | (vouched ? NEIGH_UPDATE_F_ADMIN : 0);
	struct neighbour *neigh;
	int err;

	neigh = __neigh_lookup(&nd_tbl, addr, dev, 1);
	if (!neigh)
		return -ENOBUFS;
	err = neigh_update(neigh, lladdr, NUD_STALE, flags, 0);
	neigh_release(neigh);
	return err;
}
