// SPDX-License-Identifier: GPL-2.0-only
/*
 * tc/eBPF as a peer: IPv6 in IPv6 for the hosts in a hash map, on receive.
 *
 *	tc_bpf_fib	the FIB is asked for the outer header of each packet
 *	tc_bpf_neigh	the neighbour's entry is used, the interface is known
 *	tc_bpf_mac	interface and MAC addresses come out of a map
 *
 * All go around netfilter, the counters of IPv6 and ICMP errors.  Hosts that are
 * not in the map, and packets over the MTU, go to the stack as they are.
 */
#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "peer.h"

#define AF_INET6	10
#define HOP_LIMIT	64
#define OUTER_LEN	((int)sizeof(struct ipv6hdr))
#define CLASS_MASK	0xfff00000

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct in6_addr);
	__type(value, struct outer);
	__uint(max_entries, 1);		/* the loader sets it */
} hosts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct egress);
	__uint(max_entries, 1);
} egresses SEC(".maps");

/* What is to be known of the packet when its data has moved. */
struct job {
	struct outer *outer;
	__be32 class;
	__u16 len;
};

static __always_inline void *data(const struct __sk_buff *skb)
{
	return (void *)(long)skb->data;
}

static __always_inline void *end(const struct __sk_buff *skb)
{
	return (void *)(long)skb->data_end;
}

/* Is this packet ours, and does it fit?  The hop limit is counted down then. */
static __always_inline int ours(struct __sk_buff *skb, const struct egress *e, struct job *job)
{
	struct ethhdr *eth = data(skb);
	struct ipv6hdr *ip6h = data(skb) + ETH_HLEN;

	if ((void *)(ip6h + 1) > end(skb) || eth->h_proto != bpf_htons(ETH_P_IPV6))
		return 0;
	job->outer = bpf_map_lookup_elem(&hosts, &ip6h->daddr);
	if (!job->outer || ip6h->hop_limit <= 1)
		return 0;
	job->class = *(__be32 *)ip6h & bpf_htonl(CLASS_MASK);
	job->len = bpf_ntohs(ip6h->payload_len) + sizeof(*ip6h);
	if (job->len + OUTER_LEN > e->mtu)
		return 0;
	ip6h->hop_limit--;
	return 1;
}

static __always_inline struct egress *egress(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&egresses, &key);
}

/* Returns the Ethernet header, which is for the caller to fill in. */
static __always_inline struct ethhdr *encapsulate(struct __sk_buff *skb, const struct job *job)
{
	struct ethhdr *eth;
	struct ipv6hdr *ip6h;

	if (bpf_skb_change_head(skb, OUTER_LEN, 0))
		return 0;
	eth = data(skb);
	ip6h = (struct ipv6hdr *)(eth + 1);
	if ((void *)(ip6h + 1) > end(skb))
		return 0;
	eth->h_proto = bpf_htons(ETH_P_IPV6);
	*(__be32 *)ip6h = job->class;
	ip6h->payload_len = bpf_htons(job->len);
	ip6h->nexthdr = IPPROTO_IPV6;
	ip6h->hop_limit = HOP_LIMIT;
	ip6h->saddr = job->outer->src;
	ip6h->daddr = job->outer->dst;
	return eth;
}

static __always_inline int fib(struct __sk_buff *skb, const struct job *job,
			       struct bpf_fib_lookup *f)
{
	__builtin_memset(f, 0, sizeof(*f));
	f->family = AF_INET6;
	f->l4_protocol = IPPROTO_IPV6;
	f->tot_len = job->len + OUTER_LEN;
	f->ifindex = skb->ifindex;
	*(struct in6_addr *)f->ipv6_src = job->outer->src;
	*(struct in6_addr *)f->ipv6_dst = job->outer->dst;
	return bpf_fib_lookup(skb, f, sizeof(*f), 0);
}

SEC("tc")
int tc_bpf_fib(struct __sk_buff *skb)
{
	struct egress *e = egress();
	struct bpf_fib_lookup f;
	struct ethhdr *eth;
	struct job job;

	if (!e || !ours(skb, e, &job))
		return TC_ACT_OK;
	if (fib(skb, &job, &f) != BPF_FIB_LKUP_RET_SUCCESS)
		return TC_ACT_SHOT;
	eth = encapsulate(skb, &job);
	if (!eth)
		return TC_ACT_SHOT;
	__builtin_memcpy(eth->h_dest, f.dmac, ETH_ALEN);
	__builtin_memcpy(eth->h_source, f.smac, ETH_ALEN);
	return bpf_redirect(f.ifindex, 0);
}

SEC("tc")
int tc_bpf_neigh(struct __sk_buff *skb)
{
	struct bpf_redir_neigh next = { .nh_family = AF_INET6 };
	struct egress *e = egress();
	struct job job;

	if (!e || !ours(skb, e, &job))
		return TC_ACT_OK;
	if (!encapsulate(skb, &job))
		return TC_ACT_SHOT;
	*(struct in6_addr *)next.ipv6_nh = job.outer->dst;
	return bpf_redirect_neigh(e->ifindex, &next, sizeof(next), 0);
}

SEC("tc")
int tc_bpf_mac(struct __sk_buff *skb)
{
	struct egress *e = egress();
	struct ethhdr *eth;
	struct job job;

	if (!e || !ours(skb, e, &job))
		return TC_ACT_OK;
	eth = encapsulate(skb, &job);
	if (!eth)
		return TC_ACT_SHOT;
	__builtin_memcpy(eth->h_dest, e->dst, 2 * ETH_ALEN);
	return bpf_redirect(e->ifindex, 0);
}

char _license[] SEC("license") = "GPL";
