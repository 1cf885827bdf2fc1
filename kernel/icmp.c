// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors to the sender of an inner packet.
 */
#include <linux/icmpv6.h>
#include <linux/skbuff.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>

#include "compat.h"
#include "icmp.h"
#include "net.h"

/* Is a packet too big to be forwarded as it is?  As ip6_forward() asks. */
static bool over_mtu(const struct sk_buff *skb, unsigned int mtu)
{
	if (skb->len <= mtu)
		return false;
	/* Conntrack has put fragments together; what counts is the largest. */
	if (IP6CB(skb)->frag_max_size && IP6CB(skb)->frag_max_size > mtu)
		return true;
	if (skb->ignore_df)
		return false;
	return !(skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu));
}

/* A buffered packet has no device; an answer needs the one that it came by. */
static void restore_dev(struct fmip_net *fn, struct sk_buff *skb)
{
	if (skb->dev)
		return;
	skb->dev = dev_get_by_index_rcu(fn->net, skb->skb_iif);
	if (!skb->dev)
		skb->dev = rcu_dereference(fn->dev);
}

/**
 * fmip_icmp_too_big() - refuse a packet over the MTU, and tell its sender
 * @fn: namespace
 * @skb: inner packet
 * @mtu: largest that fits; less than IPV6_MIN_MTU counts as that, because the
 *	outer packet can be fragmented (RFC 2473 section 7.1)
 *
 * Context: RCU, bottom halves off.
 * Return: true if it is too big; the caller still owns it.
 */
bool fmip_icmp_too_big(struct fmip_net *fn, struct sk_buff *skb,
		       unsigned int mtu)
{
	mtu = max_t(unsigned int, mtu, IPV6_MIN_MTU);
	if (likely(!over_mtu(skb, mtu)))
		return false;
	restore_dev(fn, skb);
	icmpv6_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
	return true;
}

/**
 * fmip_icmp_unreachable() - tell a packet's sender that there is no way
 * @fn: namespace
 * @skb: inner packet; the caller still owns it
 *
 * Context: RCU, bottom halves off.
 */
void fmip_icmp_unreachable(struct fmip_net *fn, struct sk_buff *skb)
{
	restore_dev(fn, skb);
	icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
}
