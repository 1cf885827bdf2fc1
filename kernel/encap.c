// SPDX-License-Identifier: GPL-2.0-only
/*
 * Encapsulation: IPv6 in IPv6 (RFC 2473).
 */
#include <linux/skbuff.h>
#include <net/dsfield.h>
#include <net/dst.h>
#include <net/inet_ecn.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>

#include "encap.h"
#include "icmp.h"
#include "net.h"
#include "tunnel.h"

/* RFC 6040 section 4.1: the ECN field is copied, congestion included. */
static u8 outer_dsfield(const struct fmip_path *path, u8 inner)
{
	u8 dscp = path->dscp == FMIP_DSCP_INHERIT ? inner : path->dscp << 2;

	return (dscp & ~INET_ECN_MASK) | (inner & INET_ECN_MASK);
}

static void push_ip6(struct sk_buff *skb, const struct fmip_path *path,
		     struct dst_entry *dst, u8 dsfield)
{
	struct ipv6hdr *ip6h;

	skb_set_inner_network_header(skb, skb_network_offset(skb));
	skb_set_inner_ipproto(skb, IPPROTO_IPV6);
	skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	ip6h = ipv6_hdr(skb);
	ip6_flow_hdr(ip6h, dsfield, 0);
	ip6h->payload_len = 0;	/* ip6_local_out() fills it in */
	ip6h->nexthdr = IPPROTO_IPV6;
	ip6h->hop_limit = path->ttl ?: ip6_dst_hoplimit(dst);
	ip6h->saddr = path->key.local;
	ip6h->daddr = path->key.remote;
}

/* Give the packet to the output hooks and the underlay. */
static enum fmip_drop send(struct net *net, struct sk_buff *skb)
{
	int err = ip6_local_out(net, NULL, skb);

	if (!net_xmit_eval(err))
		return FMIP_DROP_NONE;
	return err == -EPERM ? FMIP_DROP_FIREWALL : FMIP_DROP_XMIT;
}

static enum fmip_drop prepare(struct fmip_net *fn, struct sk_buff *skb,
			      const struct dst_entry *dst)
{
	unsigned int room = LL_RESERVED_SPACE(dst->dev) + dst->header_len +
			    sizeof(struct ipv6hdr);

	if (fmip_icmp_too_big(fn, skb, fmip_path_mtu(dst)))
		return FMIP_DROP_TOO_BIG;
	if (skb_cow_head(skb, room) ||
	    iptunnel_handle_offloads(skb, SKB_GSO_IPXIP6))
		return FMIP_DROP_NO_MEMORY;
	return FMIP_DROP_NONE;
}

/**
 * fmip_encap_xmit() - send a packet into a tunnel
 * @fn: namespace
 * @t: tunnel
 * @skb: packet, network header and data at its IPv6 header; consumed
 *
 * Context: RCU, bottom halves off.
 * Return: FMIP_DROP_NONE, or why the packet was freed.
 */
enum fmip_drop fmip_encap_xmit(struct fmip_net *fn, struct fmip_tunnel *t,
			       struct sk_buff *skb)
{
	struct fmip_path *path = rcu_dereference(t->path);
	struct dst_entry *dst = fmip_path_route(fn, path);
	enum fmip_drop why;
	u8 dsfield;

	if (!dst) {
		fmip_icmp_unreachable(fn, skb);
		kfree_skb(skb);
		return FMIP_DROP_NO_ROUTE;
	}
	why = prepare(fn, skb, dst);
	if (why) {
		dst_release(dst);
		kfree_skb(skb);
		return why;
	}
	dsfield = outer_dsfield(path, ipv6_get_dsfield(ipv6_hdr(skb)));
	skb_scrub_packet(skb, false);
	skb_dst_set(skb, dst);
	push_ip6(skb, path, dst, dsfield);
	/* What is no larger than 1280 bytes is fragmented outside. */
	skb->ignore_df = 1;
	skb->dev = dst->dev;
	skb->mark = path->mark;
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	return send(fn->net, skb);
}
