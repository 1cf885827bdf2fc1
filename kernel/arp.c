// SPDX-License-Identifier: GPL-2.0-only
/*
 * What nd.c, and the Neighbour Discovery of attach.c and proxy.c, are for IPv4:
 * ARP (RFC 826), its probes and announcements (RFC 5227).
 */
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/arp.h>

#include "arp.h"
#include "attach.h"
#include "binding.h"
#include "nd.h"
#include "net.h"
#include "proxy.h"

/**
 * struct arp - an ARP packet
 * @request: it asks; else it is a reply
 * @sha: link-layer address of its sender; points into the packet
 * @framed: @sha is that of the frame, too
 * @sip: address of its sender; 0 in a probe
 * @tip: the address that is asked for
 */
struct arp {
	bool request;
	u8 *sha;
	bool framed;
	__be32 sip;
	__be32 tip;
};

/**
 * fmip_arp_spoken() - can IPv4 addresses be defended on an interface?
 * @dev: interface
 *
 * ARP of other kinds of link looks differently, or its frames do.
 *
 * Return: true if so.
 */
bool fmip_arp_spoken(const struct net_device *dev)
{
	return dev->type == ARPHRD_ETHER && !(dev->flags & IFF_NOARP);
}

/**
 * fmip_arp_announce() - tell the link that an address is here
 * @dev: interface
 * @addr: address
 *
 * RFC 5227 section 2.3.
 *
 * Context: any but hard interrupts.
 */
void fmip_arp_announce(struct net_device *dev, __be32 addr)
{
	arp_send(ARPOP_REQUEST, ETH_P_ARP, addr, dev, addr, NULL, dev->dev_addr,
		 NULL);
}

/* As arp_process() would have it for Ethernet. */
static bool known_kind(const struct arphdr *hdr, const struct net_device *dev)
{
	return (hdr->ar_hrd == htons(ARPHRD_ETHER) ||
		hdr->ar_hrd == htons(ARPHRD_IEEE802)) &&
	       hdr->ar_pro == htons(ETH_P_IP) && hdr->ar_pln == 4 &&
	       hdr->ar_hln == dev->addr_len &&
	       (hdr->ar_op == htons(ARPOP_REQUEST) ||
		hdr->ar_op == htons(ARPOP_REPLY));
}

static bool is_host(__be32 addr)
{
	return !ipv4_is_zeronet(addr) && !ipv4_is_loopback(addr) &&
	       !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr);
}

/* False if it is none that we know, or its addresses cannot be. */
static bool parse(struct sk_buff *skb, const struct net_device *dev,
		  struct arp *arp)
{
	const struct arphdr *hdr;
	const u8 *sender;
	u8 *body;

	if (!fmip_arp_spoken(dev) || !pskb_may_pull(skb, arp_hdr_len(dev)))
		return false;
	hdr = arp_hdr(skb);
	if (!known_kind(hdr, dev))
		return false;
	body = (u8 *)(hdr + 1);
	sender = fmip_nd_sender(skb, dev);
	arp->request = hdr->ar_op == htons(ARPOP_REQUEST);
	arp->sha = body;
	arp->framed = sender && !memcmp(sender, body, dev->addr_len);
	memcpy(&arp->sip, body + dev->addr_len, sizeof(arp->sip));
	memcpy(&arp->tip, body + 2 * dev->addr_len + sizeof(arp->sip),
	       sizeof(arp->tip));
	return (!arp->sip || is_host(arp->sip)) && is_host(arp->tip);
}

/* What it says about a node; false if that is nothing. */
static bool read_sign(const struct arp *arp, struct fmip_sign *sign)
{
	*sign = (struct fmip_sign){
		.lladdr = arp->sha,
		.family = AF_INET,
		.named = arp->framed && arp->sip,
	};
	sign->addr.s6_addr32[0] = arp->sip ?: arp->tip;
	if (arp->sip)
		sign->on = FMIP_ATTACH_ON_NA;
	else if (arp->request)
		sign->on = FMIP_ATTACH_ON_DAD_NS;
	if (arp->request && arp->sip == arp->tip)
		sign->on |= FMIP_ATTACH_ON_UNA;
	if (arp->framed)
		sign->sound = sign->on;
	return sign->on;
}

/* As arp_process() answers; a probe has no address to learn. */
static bool answer(struct fmip_net *fn, struct net_device *dev,
		   struct arp *arp)
{
	struct in6_addr addr = { .s6_addr32[0] = arp->tip };
	struct neighbour *neigh;
	struct fmip_proxy *p;

	p = fmip_proxy_asked(fn, AF_INET, &addr, dev,
			     arp->framed ? arp->sha : NULL);
	if (!p)
		return false;
	if (arp->sip) {
		neigh = neigh_event_ns(&arp_tbl, arp->sha, &arp->sip, dev);
		if (neigh)
			neigh_release(neigh);
	}
	arp_send(ARPOP_REPLY, ETH_P_ARP, arp->sip, dev, arp->tip, arp->sha,
		 dev->dev_addr, arp->sha);
	fmip_stats_add(fn, p->binding, FMIP_COUNT_PROXY, 1);
	return true;
}

/**
 * fmip_arp_receive() - look at an ARP packet
 * @fn: namespace
 * @skb: packet, network header and data at its ARP header
 * @dev: where it came in
 *
 * It may be a sign of a node that arrives, and ask for an address that we
 * defend.
 *
 * Context: RCU, bottom halves off.
 * Return: NF_ACCEPT, or NF_STOLEN if it was answered and is consumed.
 */
unsigned int fmip_arp_receive(struct fmip_net *fn, struct sk_buff *skb,
			      struct net_device *dev)
{
	struct fmip_sign sign;
	struct arp arp;
	bool arrived;

	if (!parse(skb, dev, &arp))
		return NF_ACCEPT;
	arrived = read_sign(&arp, &sign) && fmip_attach_seen(fn, dev, &sign);
	/* Who announces an address, or arrives with it, does not ask for it. */
	if (!arp.request || arp.sip == arp.tip || (arrived && !arp.sip) ||
	    !answer(fn, dev, &arp))
		return NF_ACCEPT;
	consume_skb(skb);
	return NF_STOLEN;
}
