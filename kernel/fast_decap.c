// SPDX-License-Identifier: GPL-2.0-only
/*
 * The short way of a received packet out of a tunnel over IPv6: what decap.c does,
 * in one piece, for a packet about which nothing is unusual, and where nobody
 * listens to what it would pass by.
 */
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/gre.h>
#include <net/inet_ecn.h>
#include <net/ipv6.h>
#include <net/xfrm.h>

#include "binding.h"
#include "decap.h"
#include "device.h"
#include "fast.h"
#include "foreign.h"
#include "match_lookup.h"
#include "net.h"
#include "packet.h"
#include "tunnel.h"

/**
 * struct opened - a tunnel packet, looked into
 * @inner: header of the inner packet
 * @offset: from the outer header to it
 * @from: the tunnel
 * @carrier: enum fmip_carrier
 */
struct opened {
	const struct ipv6hdr *inner;
	unsigned int offset;
	struct fmip_from from;
	u16 carrier;
};

/* Without any option but a key. */
static __always_inline bool open_gre(const struct sk_buff *skb,
				     struct opened *o)
{
	const struct gre_base_hdr *greh;

	greh = (const void *)(skb->data + sizeof(struct ipv6hdr));
	o->carrier = FMIP_CARRIER_GRE;
	o->from.has_key = greh->flags == GRE_KEY;
	o->from.key = o->from.has_key ? ntohl(*(const __be32 *)(greh + 1)) : 0;
	o->offset += sizeof(*greh) + (o->from.has_key ? sizeof(__be32) : 0);
	return (o->from.has_key || !greh->flags) &&
	       greh->protocol == htons(ETH_P_IPV6);
}

/* All headers are where they are without options. */
static __always_inline bool open(const struct sk_buff *skb, struct opened *o)
{
	const struct ipv6hdr *outer = ipv6_hdr(skb);

	if (skb_headlen(skb) < 2 * sizeof(struct ipv6hdr) +
			       sizeof(struct gre_base_hdr) + sizeof(__be32))
		return false;
	o->offset = sizeof(*outer);
	o->carrier = FMIP_CARRIER_IP;
	o->from.has_key = false;
	o->from.key = 0;
	if (outer->nexthdr != IPPROTO_IPV6 &&
	    (outer->nexthdr != IPPROTO_GRE || !open_gre(skb, o)))
		return false;
	o->inner = (const struct ipv6hdr *)(skb->data + o->offset);
	return true;
}

/* What ip6_rcv() would not object to, or do anything about; nor GRO. */
static __always_inline bool plain_inner(const struct sk_buff *skb,
					const struct opened *o)
{
	const struct ipv6hdr *inner = o->inner;

	return inner->version == 6 && inner->payload_len &&
	       ntohs(inner->payload_len) + sizeof(*inner) ==
	       skb->len - o->offset &&
	       inner->nexthdr != NEXTHDR_HOP && inner->nexthdr != IPPROTO_TCP &&
	       fmip_packet_plain_addr(&inner->saddr) &&
	       fmip_packet_plain_addr(&inner->daddr);
}

/* RFC 6040: does the outer header say what the inner says, or nothing? */
static __always_inline bool same_ecn(const struct sk_buff *skb,
				     const struct opened *o)
{
	u8 outer = ipv6_get_dsfield(ipv6_hdr(skb)) & INET_ECN_MASK;

	return !outer ||
	       outer == (ipv6_get_dsfield(o->inner) & INET_ECN_MASK);
}

/* Is there anybody who would see the packet on the long way? */
static __always_inline bool watched(struct fmip_net *fn,
				    struct net_device *dev)
{
	return fmip_hooks_foreign(fn, AF_INET6, NF_INET_LOCAL_IN) ||
	       fmip_hooks_foreign(fn, AF_INET6, NF_INET_PRE_ROUTING) ||
	       fmip_device_watched(dev);
}

/* There, an address of this router need not be for this router. */
static __always_inline bool in_vrf(const struct net_device *dev)
{
	return dev->priv_flags & (IFF_L3MDEV_SLAVE | IFF_L3MDEV_MASTER);
}

static __always_inline struct fmip_path *find_path(struct fmip_net *fn,
						   const struct sk_buff *skb,
						   const struct opened *o)
{
	const struct ipv6hdr *outer = ipv6_hdr(skb);
	struct fmip_path_key key = {
		.local = outer->daddr,
		.remote = outer->saddr,
		.family = AF_INET6,
		.carrier = o->carrier,
	};
	struct fmip_path *path = fmip_path_find(fn, &key);

	if (!path || !READ_ONCE(path->tunnel->accepts) ||
	    !fmip_path_is_local(fn, path))
		return NULL;
	return path;
}

static __always_inline struct fmip_match *accepts(struct fmip_net *fn,
						  const struct in6_addr *addr,
						  u8 direction,
						  const struct fmip_from *from)
{
	struct fmip_match_table *t = &fn->matches;
	struct fmip_probes *probes;
	struct fmip_match *m;
	unsigned int i;

	probes = rcu_dereference(t->probes[fmip_match_class(AF_INET6, direction, true)]);
	for (i = 0; probes && i < probes->n; i++) {
		m = fmip_match_out_of_tunnel(t, &probes->probe[i], addr, from);
		if (m)
			return m;
	}
	return NULL;
}

/* The binding that accepts the packet, if it does so without an end. */
static __always_inline struct fmip_binding *find_acceptor(struct fmip_net *fn,
							  struct opened *o)
{
	const struct in6_addr *addr = &o->inner->saddr;
	u8 direction = FMIP_DIRECTION_SRC;
	struct fmip_match *m;

	/* A loop, so that there is one lookup, and it is inlined. */
	while (!(m = accepts(fn, addr, direction, &o->from)) &&
	       direction == FMIP_DIRECTION_SRC) {
		direction = FMIP_DIRECTION_DST;
		addr = &o->inner->daddr;
	}
	if (!m || READ_ONCE(m->binding->dying) ||
	    rcu_dereference(m->binding->plan)->has_end)
		return NULL;
	o->from.by_dst = direction == FMIP_DIRECTION_DST;
	return m->binding;
}

/* What __iptunnel_pull_header() and ip6_rcv() do. */
static __always_inline void strip(struct sk_buff *skb, const struct opened *o,
				  struct net_device *dev)
{
	skb_pull_rcsum(skb, o->offset);
	skb_reset_network_header(skb);
	skb_reset_mac_header(skb);
	skb_set_transport_header(skb, sizeof(struct ipv6hdr));
	skb_clear_hash_if_not_l4(skb);
	__vlan_hwaccel_clear_tag(skb);
	skb_set_queue_mapping(skb, 0);
	fmip_packet_scrub(skb);
	skb->ignore_df = 0;
	skb->dev = dev;
	skb->skb_iif = dev->ifindex;
	memset(skb->cb, 0, sizeof(skb->cb));
	fmip_packet_cb(skb)->depth = o->from.depth;
	IP6CB(skb)->iif = dev->ifindex;
	IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
}

/**
 * fmip_fast_decap() - the short way out of a tunnel
 * @fn: namespace
 * @skb: packet in PREROUTING, for this host by its link-layer address, without
 *	a route, that has not been in a tunnel before
 *
 * Context: RCU, bottom halves off.
 * Return: true if @skb was consumed, else it is as it was.
 */
bool fmip_fast_decap(struct fmip_net *fn, struct sk_buff *skb)
{
	struct net_device *dev = rcu_dereference(fn->dev);
	struct opened o;
	struct fmip_path *path;
	struct fmip_binding *b;
	struct fmip_match *m;

	if (unlikely(!dev || in_vrf(skb->dev) || secpath_exists(skb) ||
		     skb_is_gso(skb) || skb->encapsulation ||
		     skb_cloned(skb) || !open(skb, &o) ||
		     !plain_inner(skb, &o) || !same_ecn(skb, &o)))
		return false;
	path = find_path(fn, skb, &o);
	if (!path || unlikely(watched(fn, dev)))
		return false;
	o.from.in = dev;
	o.from.depth = 1;
	o.from.tunnel = path->tunnel->id;
	b = find_acceptor(fn, &o);
	if (unlikely(!b || !xfrm6_policy_check(NULL, XFRM_POLICY_IN, skb)))
		return false;
	strip(skb, &o, dev);
	fmip_stats_packet(fn, b, FMIP_COUNT_DECAP, skb->len);
	fmip_device_received(dev, skb->len);
	m = fmip_match_plain(&fn->matches, &ipv6_hdr(skb)->daddr);
	if (!m)
		fmip_decap_route(skb, AF_INET6);
	else if (!fmip_fast_ip6(fn, m, skb, &o.from))
		fmip_decap_go_on(fn, skb, AF_INET6, &o.from);
	return true;
}
