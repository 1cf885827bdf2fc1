// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of every packet.  While a figure is taken it only counts; beforehand
 * it takes packets apart and tells whether they are what the row claims.
 */
#include <linux/etherdevice.h>
#include <linux/percpu.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "bench.h"

struct seen {
	u64 packets;
	u64 bytes;
	u64 good, bad;		/* the rest only if asked to look */
	u64 sum;		/* of the hosts' indices */
	u64 payload;		/* of TCP */
	u64 disorder;		/* sequence numbers below one seen before */
	u64 last;
	u64 gso;		/* packets of several segments */
	u64 ends;		/* sum of the last words of the outer destinations */
	u64 first_at, last_at;
};

static DEFINE_PER_CPU(struct seen, seen);

static bool look;		/* take packets apart */
static bool stamp;		/* note when they came */
static u64 hosts;
static u64 want;		/* with stamp: the last one for the plugin */
static const char *kind;	/* of the first packet, and so of all */
static char first_good[256];
static char first_bad[160];

/* What is around the inner packet. */
struct around {
	const char *kind;
	int len;
};

static u8 *skip_gre(u8 *at, struct around *a)
{
	if (at[2] != 0x86 || at[3] != 0xdd)
		return NULL;
	a->kind = at[0] & 0x20 ? "gre+key" : "gre";
	return at + 4 + (at[0] & 0x20 ? 4 : 0) + (at[0] & 0x10 ? 4 : 0);
}

/* The inner IPv6 header, or NULL if this is nothing that is known. */
static struct ipv6hdr *find_inner(struct sk_buff *skb, struct around *a)
{
	u8 *at = skb->data + ETH_HLEN, *end = skb->data + skb_headlen(skb);
	struct ipv6hdr *ip6h = (struct ipv6hdr *)at;
	u8 nexthdr = ip6h->nexthdr;

	*a = (struct around){ .kind = "plain" };
	if (ntohs(ip6h->payload_len) != skb->len - ETH_HLEN - sizeof(*ip6h))
		return NULL;
	if (nexthdr == IPPROTO_UDP || nexthdr == IPPROTO_TCP)
		return ip6h;
	a->kind = "ip6ip6";
	at += sizeof(*ip6h);
	if (nexthdr == IPPROTO_DSTOPTS && at + 8 <= end) {
		a->kind = "ip6ip6+opt";
		nexthdr = at[0];
		at += (at[1] + 1) * 8;
	} else if (nexthdr == IPPROTO_GRE && at + 12 <= end) {
		at = skip_gre(at, a);
		nexthdr = IPPROTO_IPV6;
	}
	if (!at || nexthdr != IPPROTO_IPV6 || at + sizeof(*ip6h) + sizeof(struct udphdr) > end)
		return NULL;
	a->len = at - (u8 *)ip6h;
	return (struct ipv6hdr *)at;
}

static bool host_of(const struct ipv6hdr *ip6h, u64 *index)
{
	return (bench_host_index(&ip6h->daddr, index) || bench_host_index(&ip6h->saddr, index)) &&
	       *index < hosts;
}

static bool udp_good(const struct ipv6hdr *ip6h, struct seen *s)
{
	const struct udphdr *uh = (const struct udphdr *)(ip6h + 1);
	u64 sequence;

	if (uh->dest != htons(BENCH_PORT) || uh->len != ip6h->payload_len)
		return false;
	memcpy(&sequence, uh + 1, sizeof(sequence));
	if (sequence < s->last)
		s->disorder++;
	s->last = max(s->last, sequence);
	return true;
}

static bool tcp_good(const struct ipv6hdr *ip6h, struct sk_buff *skb, struct seen *s)
{
	const struct tcphdr *th = (const struct tcphdr *)(ip6h + 1);

	if (th->dest != htons(BENCH_PORT))
		return false;
	/* Who leaves a packet in one piece says how it is to be cut. */
	if (skb_is_gso(skb))
		s->gso++;
	else if (skb->len - ETH_HLEN > skb->dev->mtu)
		return false;
	s->payload += ntohs(ip6h->payload_len) - th->doff * 4;
	return true;
}

static bool inner_good(struct sk_buff *skb, struct seen *s)
{
	struct ipv6hdr *outer = (struct ipv6hdr *)(skb->data + ETH_HLEN);
	struct around a;
	struct ipv6hdr *ip6h = find_inner(skb, &a);
	u64 index;

	if (!ip6h || ip6h->version != 6 || !host_of(ip6h, &index) ||
	    (kind && kind != a.kind) ||
	    ntohs(ip6h->payload_len) + sizeof(*ip6h) + a.len != skb->len - ETH_HLEN)
		return false;
	if (ip6h->nexthdr == IPPROTO_UDP ? !udp_good(ip6h, s) : !tcp_good(ip6h, skb, s))
		return false;
	s->sum += index;
	s->ends += ntohl(outer->daddr.s6_addr32[3]);
	kind = a.kind;
	if (!first_good[0])
		snprintf(first_good, sizeof(first_good),
			 "kind=%s from=%pI6c to=%pI6c hops=%u inner_to=%pI6c inner_hops=%u mac=%pM",
			 a.kind, &outer->saddr, &outer->daddr, outer->hop_limit, &ip6h->daddr,
			 ip6h->hop_limit, skb->data);
	return true;
}

static void inspect(struct sk_buff *skb, struct seen *s)
{
	if (((struct ethhdr *)skb->data)->h_proto == htons(ETH_P_IPV6) && inner_good(skb, s)) {
		s->good++;
		return;
	}
	s->bad++;
	if (!first_bad[0])
		snprintf(first_bad, sizeof(first_bad), "bad_packet=%*phN",
			 (int)min(skb_headlen(skb), 64u), skb->data);
}

/* The plugin counts from the first packet, or from a UNA, to the last one. */
static void note_time(struct seen *s)
{
	s->last_at = rdtsc();
	if (!s->first_at) {
		s->first_at = s->last_at;
		bench_mark(BENCH_MARK_START);
	}
	if (s->packets == want) {
		bench_mark(BENCH_MARK_STOP);
		bench_runs++;
		bench_mark(BENCH_MARK_REPORT);
	}
}

netdev_tx_t bench_sink_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct seen *s = this_cpu_ptr(&seen);

	/* What is sent to a group is the router's own. */
	if (likely(dev == bench_out && !is_multicast_ether_addr(skb->data))) {
		s->packets++;
		s->bytes += skb->len;
		if (unlikely(stamp))
			note_time(s);
		if (unlikely(look))
			inspect(skb, s);
	}
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

/* look=1 hosts=N: take packets apart; stamp=1 want=N: note when they came */
void bench_sink_set(const char *command)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&seen, cpu), 0, sizeof(struct seen));
	kind = NULL;
	first_good[0] = 0;
	first_bad[0] = 0;
	hosts = bench_arg(command, "hosts", 1);
	want = bench_arg(command, "want", 0);
	stamp = bench_arg(command, "stamp", 0);
	look = bench_arg(command, "look", 0);
	/* The counters of the run that the sink ends begin at 0. */
	if (stamp)
		bench_mark(BENCH_MARK_CLEAR);
}

static void add(struct seen *t, const struct seen *s)
{
	t->packets += s->packets;
	t->bytes += s->bytes;
	t->good += s->good;
	t->bad += s->bad;
	t->sum += s->sum;
	t->payload += s->payload;
	t->disorder += s->disorder;
	t->gso += s->gso;
	t->ends += s->ends;
	if (s->first_at && (!t->first_at || s->first_at < t->first_at))
		t->first_at = s->first_at;
	t->last_at = max(t->last_at, s->last_at);
}

void bench_sink_stat(struct bench_reply *r)
{
	struct seen t = {};
	int cpu;

	for_each_possible_cpu(cpu)
		add(&t, per_cpu_ptr(&seen, cpu));
	bench_reply(r,
		    "packets=%llu bytes=%llu good=%llu bad=%llu sum=%llu payload=%llu disorder=%llu gso=%llu ends=%llu first=%llu last=%llu run=%u %s %s\n",
		    t.packets, t.bytes, t.good, t.bad, t.sum, t.payload, t.disorder, t.gso,
		    t.ends, t.first_at, t.last_at, bench_runs, first_good, first_bad);
}
