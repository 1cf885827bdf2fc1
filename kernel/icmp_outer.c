// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors about outer packets, from routers within a tunnel's path: what they
 * say of its MTU is learned, and the sender of the inner packet is told as far
 * as enough of it is quoted (RFC 2473 section 8, RFC 2003 section 4, RFC 4213
 * section 3.4).
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/gre.h>
#include <net/ip.h>
#include <net/ip6_tunnel.h>
#include <net/ipv6.h>
#include <net/udp.h>

#include "icmp.h"
#include "net.h"
#include "packet.h"
#include "tlv.h"
#include "tunnel.h"

/* Where the limit is in an outer packet that has one: see push_encaplimit(). */
#define ENCAPLIMIT_AT	(sizeof(struct ipv6hdr) + 4)

/**
 * enum complaint - what an error means for a tunnel
 * @COMPLAINT_NONE: nothing
 * @COMPLAINT_TOO_BIG: the packet did not fit
 * @COMPLAINT_UNREACHABLE: the packet cannot get to the other end
 */
enum complaint {
	COMPLAINT_NONE,
	COMPLAINT_TOO_BIG,
	COMPLAINT_UNREACHABLE,
};

/**
 * struct report - an error about an outer packet
 * @path: the path that the packet was sent by
 * @complaint: what it means
 * @mtu: with COMPLAINT_TOO_BIG
 * @icmp: offset of the ICMP header
 * @outer: offset of the outer packet, which it quotes
 * @carried: offset of what follows its IP header, or 0 if that is not quoted
 * @proto: IP protocol of that
 * @has_key: it has a GRE key
 *
 * Offsets are from skb->data.
 */
struct report {
	struct fmip_path *path;
	enum complaint complaint;
	u32 mtu;
	int icmp;
	int outer;
	int carried;
	u8 proto;
	bool has_key;
};

static bool points_at_limit(const struct sk_buff *skb, const struct report *r,
			    u32 pointer)
{
	u8 buf, *type;

	type = skb_header_pointer(skb, r->outer + ENCAPLIMIT_AT - 2, 1, &buf);
	return pointer == ENCAPLIMIT_AT && type &&
	       *type == IPV6_TLV_TNL_ENCAP_LIMIT;
}

static bool read_icmp6(const struct sk_buff *skb, struct report *r)
{
	const struct icmp6hdr *icmph;
	struct icmp6hdr buf;
	__be16 frag_off;
	u8 proto = ipv6_hdr(skb)->nexthdr;

	r->icmp = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	if (unlikely(proto != IPPROTO_ICMPV6)) {
		r->icmp = ipv6_skip_exthdr(skb, r->icmp, &proto, &frag_off);
		if (r->icmp < 0 || proto != IPPROTO_ICMPV6 || frag_off)
			return false;
	}
	icmph = skb_header_pointer(skb, r->icmp, sizeof(buf), &buf);
	if (!icmph)
		return false;
	r->outer = r->icmp + sizeof(*icmph);
	switch (icmph->icmp6_type) {
	case ICMPV6_PKT_TOOBIG:
		r->complaint = COMPLAINT_TOO_BIG;
		r->mtu = ntohl(icmph->icmp6_mtu);
		return true;
	case ICMPV6_DEST_UNREACH:
		r->complaint = COMPLAINT_UNREACHABLE;
		return true;
	case ICMPV6_TIME_EXCEED:
		if (icmph->icmp6_code == ICMPV6_EXC_HOPLIMIT)
			r->complaint = COMPLAINT_UNREACHABLE;
		return true;
	case ICMPV6_PARAMPROB:
		if (icmph->icmp6_code == ICMPV6_HDR_FIELD &&
		    points_at_limit(skb, r, ntohl(icmph->icmp6_pointer)))
			r->complaint = COMPLAINT_UNREACHABLE;
		return true;
	default:
		return false;
	}
}

static bool read_icmp4(const struct sk_buff *skb, struct report *r)
{
	const struct icmphdr *icmph;
	struct icmphdr buf;

	if (ip_hdr(skb)->protocol != IPPROTO_ICMP)
		return false;
	r->icmp = skb_network_offset(skb) + ip_hdrlen(skb);
	icmph = skb_header_pointer(skb, r->icmp, sizeof(buf), &buf);
	if (!icmph)
		return false;
	r->outer = r->icmp + sizeof(*icmph);
	switch (icmph->type) {
	case ICMP_DEST_UNREACH:
		if (icmph->code == ICMP_FRAG_NEEDED)
			r->complaint = COMPLAINT_TOO_BIG;
		else if (icmph->code != ICMP_SR_FAILED)
			r->complaint = COMPLAINT_UNREACHABLE;
		r->mtu = ntohs(icmph->un.frag.mtu);
		return true;
	case ICMP_TIME_EXCEEDED:
		if (icmph->code == ICMP_EXC_TTL)
			r->complaint = COMPLAINT_UNREACHABLE;
		return true;
	default:
		return false;
	}
}

static bool set_carrier(struct fmip_path_key *key, const struct sk_buff *skb,
			const struct report *r)
{
	const __be16 *ports;
	__be16 buf[2];

	switch (r->proto) {
	case IPPROTO_IPV6:
	case IPPROTO_IPIP:
		key->carrier = FMIP_CARRIER_IP;
		return true;
	case IPPROTO_GRE:
		key->carrier = FMIP_CARRIER_GRE;
		return true;
	case IPPROTO_UDP:
		ports = r->carried ? skb_header_pointer(skb, r->carried,
							sizeof(buf), buf) :
				     NULL;
		if (!ports)
			return false;
		key->carrier = FMIP_CARRIER_UDP;
		key->sport = ports[0];
		key->dport = ports[1];
		return true;
	default:
		return false;
	}
}

/* The outer packet, which may be a fragment. */
static bool read_outer6(const struct sk_buff *skb, struct report *r,
			struct fmip_path_key *key)
{
	const struct ipv6hdr *ip6h;
	struct ipv6hdr buf;
	__be16 frag_off;
	u8 next, *byte;

	ip6h = skb_header_pointer(skb, r->outer, sizeof(buf), &buf);
	if (!ip6h)
		return false;
	key->family = AF_INET6;
	key->local = ip6h->saddr;
	key->remote = ip6h->daddr;
	r->proto = ip6h->nexthdr;
	r->carried = ipv6_skip_exthdr(skb, r->outer + sizeof(*ip6h), &r->proto,
				      &frag_off);
	if (r->carried < 0)
		return false;
	if (!(frag_off & htons(IP6_OFFSET)))
		return true;
	byte = skb_header_pointer(skb, r->carried, 1, &next);
	if (!byte)
		return false;
	r->proto = *byte;
	r->carried = 0;
	return true;
}

static bool read_outer4(const struct sk_buff *skb, struct report *r,
			struct fmip_path_key *key)
{
	const struct iphdr *iph;
	struct iphdr buf;

	iph = skb_header_pointer(skb, r->outer, sizeof(buf), &buf);
	if (!iph)
		return false;
	key->family = AF_INET;
	fmip_packet_ip4(&key->local, iph->saddr);
	fmip_packet_ip4(&key->remote, iph->daddr);
	r->proto = iph->protocol;
	if (!(iph->frag_off & htons(IP_OFFSET)))
		r->carried = r->outer + iph->ihl * 4;
	return true;
}

/* A packet that we have sent has no other fields than these. */
static int skip_gre(const struct sk_buff *skb, struct report *r, int at)
{
	const struct gre_base_hdr *greh;
	struct gre_base_hdr buf;

	greh = skb_header_pointer(skb, at, sizeof(buf), &buf);
	if (!greh)
		return -1;
	r->has_key = !!(greh->flags & GRE_KEY);
	return at + sizeof(*greh) + (r->has_key ? 4 : 0);
}

static int skip_tlv(const struct sk_buff *skb, struct report *r, int at)
{
	const struct fmip_tlv *tlv;
	struct fmip_tlv buf;

	tlv = skb_header_pointer(skb, at, sizeof(buf), &buf);
	if (!tlv)
		return -1;
	at += sizeof(*tlv);
	return tlv->nexthdr == IPPROTO_GRE ? skip_gre(skb, r, at) : at;
}

/* Where the inner packet is; -1 if it is not quoted. */
static int find_inner(const struct sk_buff *skb, struct report *r)
{
	if (!r->carried)
		return -1;
	switch (r->path->encap) {
	case FMIP_ENCAP_GRE6:
	case FMIP_ENCAP_GRE4:
		return skip_gre(skb, r, r->carried);
	case FMIP_ENCAP_UDP4:
		return r->carried + sizeof(struct udphdr);
	case FMIP_ENCAP_TLV4:
		return skip_tlv(skb, r, r->carried + sizeof(struct udphdr));
	default:
		return r->carried;
	}
}

/* A part of the error as a packet by itself, with @need bytes at least. */
static struct sk_buff *quoted(struct sk_buff *skb, int offset, int need)
{
	struct sk_buff *part = skb_clone(skb, GFP_ATOMIC);

	if (!part)
		return NULL;
	if (!pskb_may_pull(part, offset + need)) {
		consume_skb(part);
		return NULL;
	}
	skb_pull(part, offset);
	skb_reset_network_header(part);
	skb_reset_transport_header(part);
	skb_scrub_packet(part, false);
	memset(part->cb, 0, sizeof(part->cb));
	part->ip_summed = CHECKSUM_NONE;
	return part;
}

/* The routing code keeps it for the path's route, which then is another one. */
static void learn_mtu(struct fmip_net *fn, const struct report *r,
		      struct sk_buff *skb)
{
	struct dst_entry *dst = fmip_path_route(fn, r->path);
	struct sk_buff *part;

	if (!dst || (r->path->key.family == AF_INET &&
		     READ_ONCE(fn->net->ipv4.sysctl_ip_no_pmtu_disc)))
		return;
	part = quoted(skb, r->outer, r->path->key.family == AF_INET6 ?
				     sizeof(struct ipv6hdr) :
				     sizeof(struct iphdr));
	if (!part)
		return;
	part->dev = dst->dev;
	part->mark = r->path->mark;
	dst->ops->update_pmtu(dst, NULL, part, r->mtu, false);
	consume_skb(part);
}

/* The inner packet, if enough of it is quoted to answer it. */
static struct sk_buff *inner_packet(struct fmip_net *fn, struct report *r,
				    struct sk_buff *skb)
{
	int at = find_inner(skb, r);
	u8 buf, *first;
	struct sk_buff *inner;
	bool ip6;

	if (at < 0)
		return NULL;
	first = skb_header_pointer(skb, at, 1, &buf);
	if (!first || (*first >> 4 != 6 && *first >> 4 != 4))
		return NULL;
	ip6 = *first >> 4 == 6;
	inner = quoted(skb, at, ip6 ? sizeof(struct ipv6hdr) :
				      sizeof(struct iphdr));
	if (!inner)
		return NULL;
	inner->protocol = ip6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
	inner->dev = rcu_dereference(fn->dev);
	if (inner->dev)
		return inner;
	consume_skb(inner);
	return NULL;
}

/* Only what cannot be fragmented, inside or outside (RFC 2473 section 8). */
static bool must_shrink(const struct sk_buff *inner, unsigned int mtu)
{
	if (fmip_packet_family(inner) == AF_INET6)
		return ntohs(ipv6_hdr(inner)->payload_len) +
		       sizeof(struct ipv6hdr) > max_t(unsigned int, mtu,
						      IPV6_MIN_MTU);
	return ip_hdr(inner)->frag_off & htons(IP_DF) &&
	       ntohs(ip_hdr(inner)->tot_len) > mtu;
}

static void tell_sender(struct fmip_net *fn, struct report *r,
			struct sk_buff *skb)
{
	struct sk_buff *inner = inner_packet(fn, r, skb);
	struct dst_entry *dst;
	unsigned int mtu;

	if (!inner)
		return;
	if (r->complaint == COMPLAINT_UNREACHABLE) {
		fmip_icmp_unreachable(fn, inner);
	} else {
		dst = fmip_path_route(fn, r->path);
		mtu = dst ? fmip_path_mtu(r->path, dst, r->has_key) : IP_MAX_MTU;
		if (must_shrink(inner, mtu))
			fmip_icmp_tell_mtu(fn, inner, mtu);
	}
	consume_skb(inner);
}

/**
 * fmip_icmp_outer_error() - look at an error about an outer packet
 * @fn: namespace
 * @skb: packet for this router
 * @family: AF_INET6 or AF_INET
 *
 * Context: RCU, bottom halves off.
 * Return: true if it was one about a packet of ours.
 */
bool fmip_icmp_outer_error(struct fmip_net *fn, struct sk_buff *skb, u8 family)
{
	struct fmip_path_key key = {};
	struct report r = {};
	u8 proto;

	if (family == AF_INET6) {
		if (!read_icmp6(skb, &r) || !read_outer6(skb, &r, &key))
			return false;
		proto = IPPROTO_ICMPV6;
	} else {
		if (!read_icmp4(skb, &r) || !read_outer4(skb, &r, &key))
			return false;
		proto = IPPROTO_ICMP;
	}
	if (!set_carrier(&key, skb, &r))
		return false;
	r.path = fmip_path_find(fn, &key);
	if (!r.path || nf_checksum(skb, NF_INET_LOCAL_IN, r.icmp, proto, family))
		return false;
	if (r.complaint == COMPLAINT_TOO_BIG)
		learn_mtu(fn, &r, skb);
	if (r.complaint != COMPLAINT_NONE)
		tell_sender(fn, &r, skb);
	return true;
}
