/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the packet path asks of any packet, be it IPv6 or IPv4.
 */
#ifndef _FMIP_PACKET_H
#define _FMIP_PACKET_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <net/ip.h>
#include <net/route.h>

/**
 * fmip_packet_family() - which protocol is it?
 * @skb: packet, network header at its IP header, of which the first byte is
 *	in the linear part
 *
 * Return: AF_INET6 or AF_INET.
 */
static inline u8 fmip_packet_family(const struct sk_buff *skb)
{
	return ip_hdr(skb)->version == 6 ? AF_INET6 : AF_INET;
}

/**
 * fmip_packet_ip4() - an IPv4 address as the lookup table has it
 * @addr: result
 * @ip4: address
 */
static inline void fmip_packet_ip4(struct in6_addr *addr, __be32 ip4)
{
	*addr = (struct in6_addr) { .s6_addr32 = { ip4 } };
}

/**
 * fmip_packet_type4() - what an IPv4 address is to the router
 * @net: namespace
 * @dev: interface by whose VRF to judge, or NULL
 * @ip4: address
 *
 * Where the router has no IPv4 address at all there may be no table to ask, and
 * the answer is that everything is for broadcast, even what can never be.
 *
 * Return: RTN_UNICAST, RTN_LOCAL, RTN_BROADCAST or RTN_MULTICAST.
 */
static inline unsigned int
fmip_packet_type4(struct net *net, const struct net_device *dev, __be32 ip4)
{
	unsigned int type = inet_addr_type_dev_table(net, dev, ip4);

	if (likely(type != RTN_BROADCAST) || ipv4_is_zeronet(ip4) ||
	    ipv4_is_lbcast(ip4))
		return type;
	return inet_addr_type_dev_table(net, dev, htonl(INADDR_LOOPBACK)) ==
	       RTN_BROADCAST ? RTN_UNICAST : RTN_BROADCAST;
}

/**
 * fmip_packet_daddr() - the destination as the lookup table has it
 * @skb: packet
 * @family: AF_INET6 or AF_INET
 * @addr: room for an IPv4 address
 *
 * Return: the address, in the packet or @addr.
 */
static inline const struct in6_addr *
fmip_packet_daddr(const struct sk_buff *skb, u8 family, struct in6_addr *addr)
{
	if (likely(family == AF_INET6))
		return &ipv6_hdr(skb)->daddr;
	fmip_packet_ip4(addr, ip_hdr(skb)->daddr);
	return addr;
}

/**
 * fmip_packet_saddr() - the source as the lookup table has it
 * @skb: packet
 * @family: AF_INET6 or AF_INET
 * @addr: room for an IPv4 address
 *
 * Return: the address, in the packet or @addr.
 */
static inline const struct in6_addr *
fmip_packet_saddr(const struct sk_buff *skb, u8 family, struct in6_addr *addr)
{
	if (likely(family == AF_INET6))
		return &ipv6_hdr(skb)->saddr;
	fmip_packet_ip4(addr, ip_hdr(skb)->saddr);
	return addr;
}

/**
 * fmip_packet_plain_addr() - is an address neither special nor link-local?
 * @addr: address
 *
 * Return: true in 2000::/3 and fc00::/7.
 */
static inline bool fmip_packet_plain_addr(const struct in6_addr *addr)
{
	return (addr->s6_addr[0] & 0xe0) == 0x20 ||
	       (addr->s6_addr[0] & 0xfe) == 0xfc;
}

/**
 * fmip_packet_scrub() - what skb_scrub_packet() does to what belongs to a packet
 *	of one layer only; its route and interface are the caller's
 * @skb: packet on its way into or out of a tunnel
 */
static inline void fmip_packet_scrub(struct sk_buff *skb)
{
	skb_ext_reset(skb);
	nf_reset_ct(skb);
	nf_reset_trace(skb);
	ipvs_reset(skb);
#ifdef CONFIG_NET_SWITCHDEV
	skb->offload_fwd_mark = 0;
	skb->offload_l3_fwd_mark = 0;
#endif
}

/**
 * struct fmip_packet_cb - lives in skb->cb, behind what the stack has there,
 *	while a packet is on its way through the inner hooks
 * @tunnel: id of the tunnel that it came out of, or 0
 * @key: the key that it came with, if @has_key
 * @has_key: see @key
 * @depth: out of how many tunnels it came, also from there, or from PREROUTING
 *	on the fmip device, to INPUT
 *
 * A packet that a hook has queued to user space is looked up afresh when it
 * comes back, and that is the only one who knows where it came from.
 */
struct fmip_packet_cb {
	u32 tunnel;
	u32 key;
	bool has_key;
	u8 depth;
};

/**
 * fmip_packet_cb() - where a packet came from
 * @skb: packet on its way through the inner hooks
 *
 * Return: it, in the packet.
 */
static inline struct fmip_packet_cb *fmip_packet_cb(struct sk_buff *skb)
{
	const size_t offset = sizeof(skb->cb) - sizeof(struct fmip_packet_cb);

	BUILD_BUG_ON(sizeof(struct inet6_skb_parm) > offset);
	BUILD_BUG_ON(sizeof(struct inet_skb_parm) > offset);
	return (struct fmip_packet_cb *)(skb->cb + offset);
}

#endif /* _FMIP_PACKET_H */
