// SPDX-License-Identifier: GPL-2.0-only
/*
 * Encapsulation: IPv6 and IPv4 packets in IPv6 (RFC 2473), in IPv4 (RFC 2003,
 * RFC 4213), in GRE over both (RFC 2784, RFC 2890), in UDP over IPv4 (RFC 5844)
 * and in UDP with the TLV header (RFC 5845 section 7).
 */
#include <linux/icmpv6.h>
#include <linux/ip6_tunnel.h>
#include <linux/skbuff.h>
#include <net/dsfield.h>
#include <net/dst.h>
#include <net/gre.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/udp.h>

#include "compat.h"
#include "encap.h"
#include "icmp.h"
#include "net.h"
#include "output.h"
#include "packet.h"
#include "plan.h"
#include "tlv.h"
#include "tunnel.h"

/**
 * struct outer - what goes around a packet
 * @path: where it goes
 * @dst: its route
 * @key: of GRE, if @has_key
 * @flowlabel: of the outer IPv6 header
 * @has_key: see @key
 * @dsfield: outer DSCP and ECN
 * @encaplimit: to be sent, or FMIP_ENCAPLIMIT_NONE
 * @proto: IPPROTO_IPV6 or IPPROTO_IPIP: what the packet is
 */
struct outer {
	struct fmip_path *path;
	struct dst_entry *dst;
	u32 key;
	__be32 flowlabel;
	bool has_key;
	u8 dsfield;
	u8 encaplimit;
	u8 proto;
};

/* Inner packets up to this long fit any IPv6 path, whatever goes around them. */
#define FITS_ALWAYS	(IPV6_MIN_MTU - 64)

/* RFC 6040 section 4.1: the ECN field is copied, congestion included. */
static u8 outer_dsfield(const struct fmip_path *path, u8 inner)
{
	u8 dscp = path->dscp == FMIP_DSCP_INHERIT ? inner : path->dscp << 2;

	return (dscp & ~INET_ECN_MASK) | (inner & INET_ECN_MASK);
}

static __be32 outer_flowlabel(const struct fmip_path *path,
			      struct sk_buff *skb, u8 family)
{
	if (likely(!(path->flags & (FMIP_TUNNEL_F_FLOW_INHERIT |
				    FMIP_TUNNEL_F_FLOW_HASH))))
		return path->flowlabel;
	if (path->flags & FMIP_TUNNEL_F_FLOW_HASH)
		return htonl(skb_get_hash(skb)) & IPV6_FLOWLABEL_MASK;
	return family == AF_INET6 ? ip6_flowlabel(ipv6_hdr(skb)) : 0;
}

static __be16 ether_type(u8 proto)
{
	return proto == IPPROTO_IPV6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
}

/* RFC 2473 section 4.1.1, with the padding that its format asks for. */
static u8 push_encaplimit(struct sk_buff *skb, u8 limit, u8 proto)
{
	u8 *opt = skb_push(skb, 8);

	opt[0] = proto;
	opt[1] = 0;
	opt[2] = IPV6_TLV_TNL_ENCAP_LIMIT;
	opt[3] = 1;
	opt[4] = limit;
	opt[5] = IPV6_TLV_PADN;
	opt[6] = 1;
	opt[7] = 0;
	return NEXTHDR_DEST;
}

static void push_ip6(struct sk_buff *skb, const struct outer *o, u8 proto)
{
	const struct fmip_path *path = o->path;
	struct ipv6hdr *ip6h;

	if (o->encaplimit != FMIP_ENCAPLIMIT_NONE)
		proto = push_encaplimit(skb, o->encaplimit, proto);
	ip6h = skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6h, o->dsfield, o->flowlabel);
	ip6h->payload_len = 0;
	ip6h->nexthdr = proto;
	ip6h->hop_limit = path->ttl ?: ip6_dst_hoplimit(o->dst);
	ip6h->saddr = path->key.local;
	ip6h->daddr = path->key.remote;
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
}

/*
 * RFC 4213 section 3.2.1: an IPv6 packet of the least size that every link takes
 * goes through, in fragments if it must.
 */
static bool dont_fragment(const struct sk_buff *skb, const struct outer *o)
{
	return !(o->path->flags & FMIP_TUNNEL_F_FRAGMENT) &&
	       (skb->len <= IPV4_MIN_MTU || skb_is_gso(skb) ||
		skb->len <= dst_mtu(o->dst));
}

static void push_ip4(struct fmip_net *fn, struct sk_buff *skb,
		     const struct outer *o, u8 proto)
{
	const struct fmip_path *path = o->path;
	struct iphdr *iph = skb_push(skb, sizeof(*iph));

	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) >> 2;
	iph->tos = o->dsfield;
	iph->frag_off = dont_fragment(skb, o) ? htons(IP_DF) : 0;
	iph->ttl = path->ttl ?: ip4_dst_hoplimit(o->dst);
	iph->protocol = proto;
	iph->saddr = path->key.local.s6_addr32[0];
	iph->daddr = path->key.remote.s6_addr32[0];
	/* RFC 6864: a packet that is never fragmented needs no identity. */
	if (iph->frag_off && !skb_is_gso(skb))
		iph->id = 0;
	else
		__ip_select_ident(fn->net, iph, skb_shinfo(skb)->gso_segs ?: 1);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
}

static void push_gre(struct sk_buff *skb, const struct outer *o)
{
	struct gre_base_hdr *greh;

	if (o->has_key)
		*(__be32 *)skb_push(skb, 4) = htonl(o->key);
	greh = skb_push(skb, sizeof(*greh));
	greh->flags = o->has_key ? GRE_KEY : 0;
	greh->protocol = ether_type(o->proto);
	skb_reset_transport_header(skb);
}

static void push_udp(struct sk_buff *skb, const struct outer *o)
{
	const struct fmip_path *path = o->path;
	struct udphdr *uh = skb_push(skb, sizeof(*uh));

	skb_reset_transport_header(skb);
	uh->source = path->key.sport;
	uh->dest = path->key.dport;
	uh->len = htons(skb->len);
	udp_set_csum(!(path->flags & FMIP_TUNNEL_F_UDP_CSUM), skb,
		     path->key.local.s6_addr32[0],
		     path->key.remote.s6_addr32[0], skb->len);
}

/* RFC 5845 section 7: a key needs GRE, and GRE over UDP needs the TLV header. */
static void push_tlv(struct sk_buff *skb, const struct outer *o)
{
	struct fmip_tlv *tlv;
	u8 proto = o->proto;

	if (o->has_key) {
		push_gre(skb, o);
		proto = IPPROTO_GRE;
	}
	tlv = skb_push(skb, sizeof(*tlv));
	tlv->type = 0;
	tlv->nexthdr = proto;
	tlv->length = htons(skb->len - sizeof(*tlv));
}

static void push(struct fmip_net *fn, struct sk_buff *skb,
		 const struct outer *o)
{
	switch (o->path->encap) {
	case FMIP_ENCAP_IP6:
		push_ip6(skb, o, o->proto);
		break;
	case FMIP_ENCAP_GRE6:
		push_gre(skb, o);
		push_ip6(skb, o, IPPROTO_GRE);
		break;
	case FMIP_ENCAP_IP4:
		push_ip4(fn, skb, o, o->proto);
		break;
	case FMIP_ENCAP_GRE4:
		push_gre(skb, o);
		push_ip4(fn, skb, o, IPPROTO_GRE);
		break;
	case FMIP_ENCAP_TLV4:
		push_tlv(skb, o);
		fallthrough;
	case FMIP_ENCAP_UDP4:
		push_udp(skb, o);
		push_ip4(fn, skb, o, IPPROTO_UDP);
		break;
	}
}

static int gso_type(const struct fmip_path *path)
{
	switch (path->encap) {
	case FMIP_ENCAP_IP6:
		return SKB_GSO_IPXIP6;
	case FMIP_ENCAP_IP4:
		return SKB_GSO_IPXIP4;
	case FMIP_ENCAP_GRE6:
	case FMIP_ENCAP_GRE4:
		return SKB_GSO_GRE;
	default:
		return path->flags & FMIP_TUNNEL_F_UDP_CSUM ?
			SKB_GSO_UDP_TUNNEL_CSUM : SKB_GSO_UDP_TUNNEL;
	}
}

/* Where the inner headers are, for who segments or checksums behind us. */
static int prepare_offloads(struct sk_buff *skb, const struct outer *o)
{
	int err;

	if (likely(!skb_is_gso(skb) && skb->ip_summed != CHECKSUM_PARTIAL)) {
		skb->ip_summed = CHECKSUM_NONE;
		skb->encapsulation = 0;
		return 0;
	}
	err = iptunnel_handle_offloads(skb, gso_type(o->path));
	if (err)
		return err;
	skb_set_inner_mac_header(skb, skb_network_offset(skb));
	skb_set_inner_network_header(skb, skb_network_offset(skb));
	if (o->path->key.carrier == FMIP_CARRIER_IP)
		skb_set_inner_ipproto(skb, o->proto);
	else
		skb_set_inner_protocol(skb, ether_type(o->proto));
	return 0;
}

/*
 * RFC 2473 section 4.1.1: the limit of a packet that is a tunnel packet itself
 * counts for those around it.  Returns the limit to send, or -1 if it allows no
 * more.
 */
static int inherited_limit(const struct sk_buff *skb, u8 limit)
{
	u8 buf[8], *opt;

	if (likely(ipv6_hdr(skb)->nexthdr != NEXTHDR_DEST))
		return limit;
	opt = skb_header_pointer(skb, skb_network_offset(skb) +
				 sizeof(struct ipv6hdr), sizeof(buf), buf);
	if (!opt || opt[2] != IPV6_TLV_TNL_ENCAP_LIMIT || opt[3] != 1)
		return limit;
	return opt[4] - 1;
}

static enum fmip_drop describe(struct fmip_net *fn, struct outer *o,
			       struct sk_buff *skb)
{
	struct fmip_path *path = o->path;
	u8 family = fmip_packet_family(skb);
	int limit = path->encaplimit;

	o->proto = family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	o->dsfield = outer_dsfield(path, family == AF_INET6 ?
				   ipv6_get_dsfield(ipv6_hdr(skb)) :
				   ip_hdr(skb)->tos);
	if (path->key.family == AF_INET)
		return FMIP_DROP_NONE;
	o->flowlabel = outer_flowlabel(path, skb, family);
	if (family == AF_INET6)
		limit = inherited_limit(skb, limit);
	if (unlikely(limit < 0)) {
		fmip_icmp_encaplimit(fn, skb);
		return FMIP_DROP_NESTING;
	}
	o->encaplimit = limit;
	return FMIP_DROP_NONE;
}

static enum fmip_drop send_one(struct fmip_net *fn, struct outer *o,
			       struct sk_buff *skb)
{
	struct net_device *dev = o->dst->dev;
	/* An encapsulation limit may have come with the packet. */
	unsigned int room = LL_RESERVED_SPACE(dev) + o->dst->header_len + 8 +
			    fmip_path_overhead(o->path, o->has_key);

	if (skb_cow_head(skb, room) || prepare_offloads(skb, o)) {
		kfree_skb(skb);
		return FMIP_DROP_NO_MEMORY;
	}
	skb_scrub_packet(skb, false);
	skb_dst_set_noref(skb, o->dst);
	push(fn, skb, o);
	/* What is no larger than 1280 bytes is fragmented outside. */
	skb->ignore_df = 1;
	skb->dev = dev;
	skb->mark = o->path->mark;
	return fmip_output(fn, o->path, o->dst, skb);
}

/* The TLV header says how long a packet is, which no offload knows of. */
static enum fmip_drop send_segments(struct fmip_net *fn, struct outer *o,
				    struct sk_buff *skb)
{
	struct sk_buff *segs = skb_gso_segment(skb, 0), *next;
	enum fmip_drop why = FMIP_DROP_NONE, one;

	if (IS_ERR_OR_NULL(segs)) {
		kfree_skb(skb);
		return FMIP_DROP_NO_MEMORY;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		one = send_one(fn, o, skb);
		if (one)
			why = one;
	}
	return why;
}

/**
 * fmip_encap_xmit() - send a packet into a tunnel
 * @fn: namespace
 * @target: a tunnel target
 * @skb: packet, network header and data at its IP header; consumed
 *
 * Context: RCU, bottom halves off.
 * Return: FMIP_DROP_NONE, or why the packet was freed.
 */
enum fmip_drop fmip_encap_xmit(struct fmip_net *fn,
			       const struct fmip_target *target,
			       struct sk_buff *skb)
{
	struct outer o = {
		.path = rcu_dereference(target->tunnel->path),
		.key = target->key,
		.has_key = target->has_key,
	};
	enum fmip_drop why;

	o.dst = fmip_path_route(fn, o.path);
	if (unlikely(!o.dst)) {
		fmip_icmp_unreachable(fn, skb);
		why = FMIP_DROP_NO_ROUTE;
	} else if (unlikely((skb->len > FITS_ALWAYS ||
			     o.path->key.family == AF_INET) &&
			    fmip_icmp_too_big(fn, skb,
					      fmip_path_mtu(o.path, o.dst,
							    o.has_key)))) {
		why = FMIP_DROP_TOO_BIG;
	} else {
		why = describe(fn, &o, skb);
	}
	if (unlikely(why)) {
		kfree_skb(skb);
		return why;
	}
	if (unlikely(skb_is_gso(skb) && o.path->encap == FMIP_ENCAP_TLV4))
		return send_segments(fn, &o, skb);
	return send_one(fn, &o, skb);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_encap_xmit);
