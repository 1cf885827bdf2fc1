// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors to the sender of an inner packet.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/skbuff.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>

#include "compat.h"
#include "icmp.h"
#include "net.h"
#include "packet.h"
#include "route.h"

static bool fits_in_segments(const struct sk_buff *skb, unsigned int mtu)
{
	return skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu);
}

/* Is a packet too big to be forwarded as it is?  As ip6_forward() asks. */
static bool over_mtu6(const struct sk_buff *skb, unsigned int mtu)
{
	if (skb->len <= mtu)
		return false;
	/* Conntrack has put fragments together; what counts is the largest. */
	if (IP6CB(skb)->frag_max_size && IP6CB(skb)->frag_max_size > mtu)
		return true;
	return !skb->ignore_df && !fits_in_segments(skb, mtu);
}

/* The same for IPv4, as ip_forward() asks. */
static bool over_mtu4(const struct sk_buff *skb, unsigned int mtu)
{
	if (skb->len <= mtu || !(ip_hdr(skb)->frag_off & htons(IP_DF)))
		return false;
	if (IPCB(skb)->frag_max_size > mtu)
		return true;
	return !skb->ignore_df && !fits_in_segments(skb, mtu);
}

/*
 * A buffered packet has no device and no route; an answer needs both: the one
 * that it came by, and any.
 */
static void restore(struct fmip_net *fn, struct sk_buff *skb, u8 family)
{
	struct fmip_standin *standin;

	if (!skb->dev)
		skb->dev = dev_get_by_index_rcu(fn->net, skb->skb_iif);
	if (!skb->dev)
		skb->dev = rcu_dereference(fn->dev);
	if (skb_dst(skb))
		return;
	standin = fmip_route_standin(fn, rcu_dereference(fn->dev),
				     IPV6_MIN_MTU);
	if (standin)
		fmip_route_set(skb, standin, family);
}

/**
 * fmip_icmp_tell_mtu() - tell a packet's sender what would fit
 * @fn: namespace
 * @skb: inner packet; the caller still owns it
 * @mtu: bytes; for IPv6 IPV6_MIN_MTU at least
 *
 * Context: RCU, bottom halves off.
 */
void fmip_icmp_tell_mtu(struct fmip_net *fn, struct sk_buff *skb,
			unsigned int mtu)
{
	u8 family = fmip_packet_family(skb);

	KUNIT_STATIC_STUB_REDIRECT(fmip_icmp_tell_mtu, fn, skb, mtu);
	restore(fn, skb, family);
	if (family == AF_INET6)
		icmpv6_send(skb, ICMPV6_PKT_TOOBIG, 0,
			    max_t(unsigned int, mtu, IPV6_MIN_MTU));
	else
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
}
EXPORT_SYMBOL_IF_KUNIT(fmip_icmp_tell_mtu);

static bool too_big6(struct fmip_net *fn, struct sk_buff *skb,
		     unsigned int mtu)
{
	mtu = max_t(unsigned int, mtu, IPV6_MIN_MTU);
	if (likely(!over_mtu6(skb, mtu)))
		return false;
	fmip_icmp_tell_mtu(fn, skb, mtu);
	return true;
}

static bool too_big4(struct fmip_net *fn, struct sk_buff *skb,
		     unsigned int mtu)
{
	if (likely(!over_mtu4(skb, mtu)))
		return false;
	fmip_icmp_tell_mtu(fn, skb, mtu);
	return true;
}

/**
 * fmip_icmp_too_big() - refuse a packet over the MTU, and tell its sender
 * @fn: namespace
 * @skb: inner packet
 * @mtu: largest that fits; for IPv6 less than IPV6_MIN_MTU counts as that,
 *	because the outer packet can be fragmented (RFC 2473 section 7.1)
 *
 * Context: RCU, bottom halves off.
 * Return: true if it is too big; the caller still owns it.
 */
bool fmip_icmp_too_big(struct fmip_net *fn, struct sk_buff *skb,
		       unsigned int mtu)
{
	if (likely(skb->len <= mtu))
		return false;
	return fmip_packet_family(skb) == AF_INET6 ? too_big6(fn, skb, mtu) :
						     too_big4(fn, skb, mtu);
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
	u8 family = fmip_packet_family(skb);

	restore(fn, skb, family);
	if (family == AF_INET6)
		icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
	else
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
}

/**
 * fmip_icmp_encaplimit() - tell a packet's sender that it allows no tunnel
 *	around it (RFC 2473 section 4.1.1)
 * @fn: namespace
 * @skb: inner IPv6 packet; the caller still owns it
 *
 * Context: RCU, bottom halves off.
 */
void fmip_icmp_encaplimit(struct fmip_net *fn, struct sk_buff *skb)
{
	restore(fn, skb, AF_INET6);
	icmpv6_send(skb, ICMPV6_PARAMPROB, ICMPV6_HDR_FIELD,
		    sizeof(struct ipv6hdr) + 4);
}
