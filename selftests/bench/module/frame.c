// SPDX-License-Identifier: GPL-2.0-only
/* Frames as a driver hands them up. */
#include <linux/etherdevice.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "bench.h"

#define HOP_LIMIT	64
#define SOURCE_PORT	1024

static void address(struct in6_addr *addr, u32 second, u32 last)
{
	ipv6_addr_set(addr, htonl(0x20010db8), htonl(second << 16), 0, htonl(last));
}

static struct ipv6hdr *put_ip6(struct sk_buff *skb, u32 payload, u8 nexthdr, u8 hop_limit)
{
	struct ipv6hdr *ip6h = skb_put_zero(skb, sizeof(*ip6h));

	ip6h->version = 6;
	ip6h->payload_len = htons(payload);
	ip6h->nexthdr = nexthdr;
	ip6h->hop_limit = hop_limit;
	return ip6h;
}

/* As the far router encapsulates: 2001:db8:f::2 to 2001:db8:f::1. */
static void put_outer(struct sk_buff *skb, u32 inner)
{
	struct ipv6hdr *ip6h = put_ip6(skb, inner, IPPROTO_IPV6, HOP_LIMIT);

	address(&ip6h->saddr, 0xf, 2);
	address(&ip6h->daddr, 0xf, 1);
}

static struct ipv6hdr *put_inner(struct sk_buff *skb, const struct bench_shape *shape, u64 index,
				 u32 payload)
{
	struct ipv6hdr *ip6h = put_ip6(skb, payload, shape->tcp ? IPPROTO_TCP : IPPROTO_UDP,
				       HOP_LIMIT);

	if (shape->from_host) {
		bench_host_addr(&ip6h->saddr, index);
		address(&ip6h->daddr, 3, index + 1);
	} else {
		address(&ip6h->saddr, 2, 1);
		bench_host_addr(&ip6h->daddr, index);
	}
	return ip6h;
}

/* The sequence number is the payload, by which the sink knows the order. */
static void put_udp(struct sk_buff *skb, const struct ipv6hdr *ip6h, u64 index, u64 sequence)
{
	u32 len = ntohs(ip6h->payload_len);
	struct udphdr *uh = skb_put_zero(skb, len);

	uh->source = htons(SOURCE_PORT + (index & 0x3fff));
	uh->dest = htons(BENCH_PORT);
	uh->len = htons(len);
	memcpy(uh + 1, &sequence, sizeof(sequence));
	uh->check = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, IPPROTO_UDP,
				    csum_partial(uh, len, 0));
	if (!uh->check)
		uh->check = CSUM_MANGLED_0;
	skb->ip_summed = CHECKSUM_UNNECESSARY;	/* the NIC has looked */
}

static struct tcphdr *put_tcp(struct sk_buff *skb, u64 index, u64 sequence)
{
	struct tcphdr *th = skb_put_zero(skb, sizeof(*th));

	th->source = htons(SOURCE_PORT + (index & 0x3fff));
	th->dest = htons(BENCH_PORT);
	th->seq = htonl(sequence);
	th->ack_seq = htonl(1);
	th->doff = sizeof(*th) / 4;
	th->ack = 1;
	th->window = htons(0xffff);
	return th;
}

/* One segment, as long as the packets are to be. */
static void put_segment(struct sk_buff *skb, const struct ipv6hdr *ip6h, u64 index, u64 sequence)
{
	u32 len = ntohs(ip6h->payload_len);
	struct tcphdr *th = put_tcp(skb, index, sequence);

	skb_put_zero(skb, len - sizeof(*th));
	th->check = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, IPPROTO_TCP,
				    csum_partial(th, len, 0));
	skb->ip_summed = CHECKSUM_UNNECESSARY;
}

/* What GRO, or a guest's device, hands up: many segments in one packet. */
static bool put_gso(struct sk_buff *skb, const struct ipv6hdr *ip6h,
		    const struct bench_shape *shape, u64 index, u64 sequence)
{
	u32 len = ntohs(ip6h->payload_len), left = shape->gso;
	struct tcphdr *th = put_tcp(skb, index, sequence);
	int i;

	for (i = 0; left; i++) {
		u32 part = min_t(u32, left, PAGE_SIZE);
		struct page *page = i < MAX_SKB_FRAGS ? alloc_page(GFP_KERNEL | __GFP_ZERO) : NULL;

		if (!page)
			return false;
		skb_add_rx_frag(skb, i, page, 0, part, PAGE_SIZE);
		left -= part;
	}
	th->check = ~csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, IPPROTO_TCP, 0);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (unsigned char *)th - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6;
	skb_shinfo(skb)->gso_size = shape->size - sizeof(*ip6h) - sizeof(*th);
	skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(shape->gso, skb_shinfo(skb)->gso_size);
	return true;
}

static struct sk_buff *frame(struct net_device *dev, u32 headroom, u32 len)
{
	/* This leaves NET_SKB_PAD, as most drivers do. */
	struct sk_buff *skb = netdev_alloc_skb(dev, headroom + ETH_HLEN + len);
	struct ethhdr *eth;

	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	eth = skb_put(skb, ETH_HLEN);
	ether_addr_copy(eth->h_dest, dev->dev_addr);
	u64_to_ether_addr(0x020000000001ull, eth->h_source);
	eth->h_proto = htons(ETH_P_IPV6);
	return skb;
}

struct sk_buff *bench_frame(const struct bench_shape *shape, u64 index, u64 sequence)
{
	u32 inner = shape->gso ? sizeof(struct ipv6hdr) + sizeof(struct tcphdr) : shape->size;
	u32 payload = inner - sizeof(struct ipv6hdr) + shape->gso;
	u32 outer = shape->outer ? sizeof(struct ipv6hdr) : 0;
	struct sk_buff *skb = frame(bench_in, shape->headroom, outer + inner);
	struct ipv6hdr *ip6h;

	if (!skb)
		return NULL;
	if (outer)
		put_outer(skb, payload + sizeof(*ip6h));
	ip6h = put_inner(skb, shape, index, payload);
	if (!shape->tcp) {
		put_udp(skb, ip6h, index, sequence);
	} else if (!shape->gso) {
		put_segment(skb, ip6h, index, sequence);
	} else if (!put_gso(skb, ip6h, shape, index, sequence)) {
		kfree_skb(skb);
		return NULL;
	}
	skb->protocol = eth_type_trans(skb, bench_in);
	return skb;
}

/* "I am here", to all nodes: with the O flag clear, RFC 5568 section 6.3. */
struct sk_buff *bench_frame_una(u64 index)
{
	u32 len = sizeof(struct nd_msg) + 8;
	struct sk_buff *skb = frame(bench_out, 0, sizeof(struct ipv6hdr) + len);
	struct ipv6hdr *ip6h;
	struct nd_msg *na;

	if (!skb)
		return NULL;
	ipv6_eth_mc_map(&in6addr_linklocal_allnodes, ((struct ethhdr *)skb->data)->h_dest);
	ip6h = put_ip6(skb, len, IPPROTO_ICMPV6, 255);
	bench_host_addr(&ip6h->saddr, index);
	ip6h->daddr = in6addr_linklocal_allnodes;
	na = skb_put_zero(skb, len);
	na->icmph.icmp6_type = NDISC_NEIGHBOUR_ADVERTISEMENT;
	na->target = ip6h->saddr;
	na->opt[0] = ND_OPT_TARGET_LL_ADDR;
	na->opt[1] = 1;
	u64_to_ether_addr(0x020000000001ull, na->opt + 2);
	na->icmph.icmp6_cksum = csum_ipv6_magic(&ip6h->saddr, &ip6h->daddr, len, IPPROTO_ICMPV6,
						csum_partial(na, len, 0));
	skb->protocol = eth_type_trans(skb, bench_out);
	return skb;
}
