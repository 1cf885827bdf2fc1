// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delivery on an interface.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include <net/sch_generic.h>

#include "binding.h"
#include "icmp.h"
#include "link.h"
#include "packet.h"
#include "route.h"

static int xmit_lladdr(const struct fmip_link *link, struct sk_buff *skb)
{
	if (dev_hard_header(skb, skb->dev, ntohs(skb->protocol), link->lladdr,
			    NULL, skb->len) < 0) {
		kfree_skb(skb);
		return NET_XMIT_DROP;
	}
	return dev_queue_xmit(skb);
}

static struct neighbour *find_neigh(struct net_device *dev,
				    const struct sk_buff *skb)
{
	if (fmip_packet_family(skb) == AF_INET6)
		return ip_neigh_gw6(dev, &ipv6_hdr(skb)->daddr);
	return ip_neigh_gw4(dev, ip_hdr(skb)->daddr);
}

static int xmit_neigh(struct sk_buff *skb)
{
	struct neighbour *neigh = find_neigh(skb->dev, skb);

	if (IS_ERR(neigh)) {
		kfree_skb(skb);
		return NET_XMIT_DROP;
	}
	return neigh_output(neigh, skb, false);
}

/**
 * fmip_link_mtu() - the largest packet that an interface takes
 * @dev: interface
 * @family: of the packet
 *
 * Context: RCU.
 * Return: bytes.
 */
unsigned int fmip_link_mtu(const struct net_device *dev, u8 family)
{
	struct inet6_dev *idev;

	if (family == AF_INET)
		return READ_ONCE(dev->mtu);
	idev = __in6_dev_get(dev);
	return idev ? READ_ONCE(idev->cnf.mtu6) : READ_ONCE(dev->mtu);
}

/**
 * fmip_link_standin() - the route that inner hooks see
 * @fn: namespace
 * @link: a link target
 * @mtu: largest packet
 *
 * Context: RCU, bottom halves off.
 * Return: the stand-in, valid for the RCU section; NULL if there is no memory.
 */
struct fmip_standin *fmip_link_standin(struct fmip_net *fn,
				       struct fmip_link *link,
				       unsigned int mtu)
{
	struct fmip_standin *s = rcu_dereference(link->standin);

	if (likely(s && s->mtu == mtu))
		return s;
	s = fmip_route_standin(fn, link->dev, mtu);
	rcu_assign_pointer(link->standin, s);
	return s;
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
 * fmip_link_resolved() - can a neighbour be sent to without waiting for it?
 * @neigh: its entry
 *
 * If not, it is asked for an answer, but not here.
 *
 * Context: RCU, bottom halves off; nothing is sent.
 * Return: true if so, or if it does not answer.
 */
bool fmip_link_resolved(struct neighbour *neigh)
{
	if (READ_ONCE(neigh->nud_state) & (NUD_VALID | NUD_FAILED))
		return true;
	/* By its timer: where the link is a tunnel, we might see the question. */
	neigh_event_send_probe(neigh, NULL, false);
	return READ_ONCE(neigh->nud_state) & NUD_VALID;
}

/**
 * fmip_link_ready() - would a packet go out at once, if it were sent now?
 * @link: a link target
 * @skb: packet
 * @patient: a neighbour that has been asked is waited for
 *
 * Context: RCU, bottom halves off.
 * Return: true if so, or if waiting would be of no use.
 */
bool fmip_link_ready(const struct fmip_link *link, struct sk_buff *skb,
		     bool patient)
{
	struct neighbour *neigh;

	if (!fmip_link_up(link->dev))
		return false;
	if (link->has_lladdr || !patient)
		return true;
	neigh = find_neigh(link->dev, skb);
	return IS_ERR(neigh) || fmip_link_resolved(neigh);
}

/**
 * fmip_link_xmit() - send a packet on an interface
 * @fn: namespace
 * @link: a link target
 * @skb: packet, network header and data at its IP header; consumed
 *
 * Context: RCU, bottom halves off.
 * Return: FMIP_DROP_NONE, or why the packet was freed.
 */
enum fmip_drop fmip_link_xmit(struct fmip_net *fn,
			      const struct fmip_link *link,
			      struct sk_buff *skb)
{
	struct net_device *dev = link->dev;
	u8 family = fmip_packet_family(skb);
	enum fmip_drop why;
	int err;

	if (!fmip_link_up(dev)) {
		why = FMIP_DROP_XMIT;
		goto drop;
	}
	if (fmip_icmp_too_big(fn, skb, fmip_link_mtu(dev, family))) {
		why = FMIP_DROP_TOO_BIG;
		goto drop;
	}
	skb->dev = dev;
	if (skb_cow_head(skb, LL_RESERVED_SPACE(dev))) {
		why = FMIP_DROP_NO_MEMORY;
		goto drop;
	}
	skb_dst_drop(skb);
	skb->protocol = family == AF_INET6 ? htons(ETH_P_IPV6) :
					     htons(ETH_P_IP);
	err = link->has_lladdr ? xmit_lladdr(link, skb) : xmit_neigh(skb);
	return net_xmit_eval(err) ? FMIP_DROP_XMIT : FMIP_DROP_NONE;

drop:
	kfree_skb(skb);
	return why;
}

static struct neighbour *make_neigh(struct net_device *dev, u8 family,
				    const struct in6_addr *addr)
{
	if (family == AF_INET6)
		return __neigh_lookup(&nd_tbl, addr, dev, 1);
	return __neigh_lookup(&arp_tbl, &addr->s6_addr32[0], dev, 1);
}

/**
 * fmip_link_knows() - is there a neighbour entry of a node already?
 * @node: the node
 *
 * It may be one that the operator made, which says something else.
 *
 * Context: RCU, bottom halves off.
 * Return: true if so.
 */
bool fmip_link_knows(const struct fmip_node *node)
{
	if (node->family == AF_INET6)
		return __ipv6_neigh_lookup_noref(node->dev, node->addr);
	return __ipv4_neigh_lookup_noref(node->dev,
					 (__force u32)node->addr->s6_addr32[0]);
}

/**
 * fmip_link_learn() - install the neighbour entry of a node that has arrived
 * @node: the node
 *
 * The entry is made if there is none, and replaced in whatever state it is;
 * the stack would ignore an unsolicited advertisement in most of them.
 *
 * Context: RCU, bottom halves off.
 * Return: 0; -ENOBUFS if the table is full.
 */
int fmip_link_learn(const struct fmip_node *node)
{
	u32 flags = NEIGH_UPDATE_F_OVERRIDE |
		    (node->vouched ? NEIGH_UPDATE_F_ADMIN : 0);
	struct neighbour *neigh;
	int err;

	neigh = make_neigh(node->dev, node->family, node->addr);
	if (!neigh)
		return -ENOBUFS;
	err = neigh_update(neigh, node->lladdr, NUD_STALE, flags, 0);
	neigh_release(neigh);
	return err;
}
