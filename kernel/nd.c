// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading Neighbour Discovery messages (RFC 4861 section 7.1).
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "nd.h"

/**
 * fmip_nd_is() - is a packet Neighbour Discovery?
 * @skb: packet, network header at its IPv6 header
 *
 * With extension headers or a hop limit that says that it has been forwarded
 * it is none, whatever its type.
 *
 * Return: true if so.
 */
bool fmip_nd_is(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	const struct icmp6hdr *hdr;
	struct icmp6hdr buf;

	if (ip6h->nexthdr != IPPROTO_ICMPV6 || ip6h->hop_limit != 255)
		return false;
	hdr = skb_header_pointer(skb, skb_network_offset(skb) + sizeof(*ip6h),
				 sizeof(buf), &buf);
	return hdr && hdr->icmp6_type >= NDISC_ROUTER_SOLICITATION &&
	       hdr->icmp6_type <= NDISC_REDIRECT;
}

/*
 * The link-layer address in option @type; false if the options are malformed.
 * Every option is at least 8 bytes, so that this ends.
 */
static bool find_lladdr(const u8 *opt, int len, u8 type,
			const struct net_device *dev, const u8 **lladdr)
{
	*lladdr = NULL;
	while (len) {
		int size = len < 8 ? 0 : opt[1] << 3;

		if (!size || size > len)
			return false;
		if (opt[0] == type && !*lladdr) {
			if (size != ALIGN(dev->addr_len + 2, 8))
				return false;
			*lladdr = opt + 2;
		}
		opt += size;
		len -= size;
	}
	return true;
}

/* RFC 4861 sections 7.1.1 and 7.1.2, as far as the addresses go. */
static bool addresses_valid(const struct fmip_nd *nd)
{
	if (nd->type == NDISC_NEIGHBOUR_ADVERTISEMENT)
		return !nd->solicited || !ipv6_addr_is_multicast(&nd->daddr);
	return !ipv6_addr_any(&nd->saddr) ||
	       (ipv6_addr_is_solict_mult(&nd->daddr) && !nd->lladdr);
}

static void read_flags(struct fmip_nd *nd, const struct nd_msg *msg)
{
	bool na = nd->type == NDISC_NEIGHBOUR_ADVERTISEMENT;

	nd->router = na && msg->icmph.icmp6_router;
	nd->solicited = na && msg->icmph.icmp6_solicited;
	nd->override = na && msg->icmph.icmp6_override;
}

/**
 * fmip_nd_sender() - who sent a frame?
 * @skb: packet as it was received
 * @dev: where it came in
 *
 * Only Ethernet's header is read.
 *
 * Return: the link-layer address, which points into the packet, or NULL.
 */
const u8 *fmip_nd_sender(const struct sk_buff *skb,
			 const struct net_device *dev)
{
	if (dev->type != ARPHRD_ETHER || !skb_mac_header_was_set(skb))
		return NULL;
	return eth_hdr(skb)->h_source;
}

/**
 * fmip_nd_parse() - read a solicitation or an advertisement
 * @skb: packet for which fmip_nd_is() holds
 * @dev: where it came in
 * @nd: result
 *
 * Context: softirq.
 * Return: false if it is neither, or not valid.
 */
bool fmip_nd_parse(struct sk_buff *skb, const struct net_device *dev,
		   struct fmip_nd *nd)
{
	int off = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	int len = ntohs(ipv6_hdr(skb)->payload_len);
	const struct nd_msg *msg;
	u8 opt;

	if (len < (int)sizeof(*msg) || !pskb_may_pull(skb, off + len))
		return false;
	msg = (const struct nd_msg *)(skb->data + off);
	nd->type = msg->icmph.icmp6_type;
	if (nd->type == NDISC_NEIGHBOUR_SOLICITATION)
		opt = ND_OPT_SOURCE_LL_ADDR;
	else if (nd->type == NDISC_NEIGHBOUR_ADVERTISEMENT)
		opt = ND_OPT_TARGET_LL_ADDR;
	else
		return false;
	if (msg->icmph.icmp6_code || ipv6_addr_is_multicast(&msg->target) ||
	    nf_ip6_checksum(skb, NF_INET_LOCAL_IN, off, IPPROTO_ICMPV6))
		return false;
	if (!find_lladdr(msg->opt, len - (int)sizeof(*msg), opt, dev,
			 &nd->lladdr))
		return false;
	nd->saddr = ipv6_hdr(skb)->saddr;
	nd->daddr = ipv6_hdr(skb)->daddr;
	nd->target = msg->target;
	nd->sender = fmip_nd_sender(skb, dev);
	read_flags(nd, msg);
	return addresses_valid(nd);
}
