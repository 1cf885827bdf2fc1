// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the binding to its gate: what ip6_forward() and ip_forward() do to a
 * packet, and the inner packet's FORWARD and POSTROUTING hooks, without which
 * the firewall would be passed by and conntrack would never confirm the flow.
 *
 * A packet counts as received when the verdict is known: one that a hook has
 * queued to user space is not ours until it comes back, and then the binding
 * is looked up afresh.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/inetdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/xfrm.h>

#include "binding.h"
#include "forward.h"
#include "icmp.h"
#include "net.h"
#include "packet.h"
#include "queue.h"
#include "route.h"
#include "target.h"

static u8 proto_of(u8 family)
{
	return family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
}

/**
 * fmip_forward_find() - find the match of a packet
 * @fn: namespace
 * @skb: packet
 * @family: AF_INET6 or AF_INET
 * @from: where it came from
 *
 * The destination goes before the source.
 *
 * Context: RCU.
 * Return: the match, valid for the RCU section, or NULL.
 */
struct fmip_match *fmip_forward_find(struct fmip_net *fn, struct sk_buff *skb,
				     u8 family, const struct fmip_from *from)
{
	struct in6_addr buf;
	struct fmip_match *m;

	m = fmip_match_lookup(&fn->matches, family,
			      fmip_packet_daddr(skb, family, &buf),
			      FMIP_DIRECTION_DST, from);
	if (!m && fmip_match_in_use(&fn->matches, family, FMIP_DIRECTION_SRC))
		m = fmip_match_lookup(&fn->matches, family,
				      fmip_packet_saddr(skb, family, &buf),
				      FMIP_DIRECTION_SRC, from);
	return m && !READ_ONCE(m->binding->dying) ? m : NULL;
}

static void received(struct fmip_binding *b, unsigned int len)
{
	fmip_stats_packet(b->fn, b, FMIP_COUNT_RECEIVED, len);
}

/* Receive a packet only to drop it. */
static void refuse(struct fmip_binding *b, struct sk_buff *skb,
		   enum fmip_drop why)
{
	received(b, skb->len);
	fmip_drop(b->fn, b, skb, why);
}

static int after_postrouting(struct fmip_binding *b, struct sk_buff *skb)
{
	/* NAT has changed it, and a policy wants it transformed now. */
	if (unlikely(dst_xfrm(skb_dst(skb)))) {
		refuse(b, skb, FMIP_DROP_XFRM);
		return 0;
	}
	received(b, skb->len);
	fmip_queue_pass(b, skb, fmip_packet_cb(skb)->tunnel);
	return 0;
}

/* A verdict other than to go on: @err is negative if the hook dropped. */
static void not_passed(struct fmip_binding *b, unsigned int len, int err)
{
	if (err >= 0)
		return;
	received(b, len);
	fmip_stats_drop(b->fn, b, FMIP_DROP_FIREWALL, 1);
}

static int after_forward(struct fmip_binding *b, struct sk_buff *skb)
{
	struct net_device *out = skb_dst(skb)->dev, *in = skb->dev;
	unsigned int len = skb->len;
	int ret;

	skb->dev = out;
	ret = nf_hook(proto_of(fmip_packet_family(skb)), NF_INET_POST_ROUTING,
		      b->fn->net, NULL, skb, in, out, fmip_postrouting_ok);
	if (likely(ret == 1))
		return after_postrouting(b, skb);
	not_passed(b, len, ret);
	return ret;
}

/* A packet is back from user space; much may have changed. */
static int reinjected(struct net *net, struct sk_buff *skb,
		      int (*go_on)(struct fmip_binding *, struct sk_buff *))
{
	const struct fmip_packet_cb *cb = fmip_packet_cb(skb);
	struct fmip_from from = {
		.tunnel = cb->tunnel,
		.key = cb->key,
		.has_key = cb->has_key,
	};
	struct fmip_net *fn = fmip_net(net);
	struct fmip_match *m = NULL;
	int ret = 0;

	rcu_read_lock();
	local_bh_disable();
	from.in = dev_get_by_index_rcu(net, skb->skb_iif);
	if (!READ_ONCE(fn->deaf))
		m = fmip_forward_find(fn, skb, fmip_packet_family(skb), &from);
	if (m) {
		ret = go_on(m->binding, skb);
	} else {
		fmip_stats_packet(fn, NULL, FMIP_COUNT_RECEIVED, skb->len);
		fmip_drop(fn, NULL, skb, FMIP_DROP_NO_TARGET);
	}
	local_bh_enable();
	rcu_read_unlock();
	return ret;
}

/**
 * fmip_forward_ok() - a packet is back from user space, and has passed FORWARD
 * @net: namespace
 * @sk: unused
 * @skb: packet; consumed
 *
 * Context: any but hard interrupts.
 * Return: 0 or a negative error.
 */
int fmip_forward_ok(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return reinjected(net, skb, after_forward);
}

/**
 * fmip_postrouting_ok() - the same for POSTROUTING
 * @net: namespace
 * @sk: unused
 * @skb: packet; consumed
 *
 * Context: any but hard interrupts.
 * Return: 0 or a negative error.
 */
int fmip_postrouting_ok(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return reinjected(net, skb, after_postrouting);
}

/* RFC 4443 section 3.3, and what must not leave its scope. */
static enum fmip_drop check_ip6(struct net *net, struct inet6_dev *idev,
				struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	int source;

	if (unlikely(ip6h->hop_limit <= 1)) {
		icmpv6_send(skb, ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT, 0);
		__IP6_INC_STATS(net, idev, IPSTATS_MIB_INHDRERRORS);
		return FMIP_DROP_HOP_LIMIT;
	}
	/* Global unicast, which is most of what there is. */
	if (likely((ip6h->saddr.s6_addr[0] & 0xe0) == 0x20))
		return FMIP_DROP_NONE;
	source = ipv6_addr_type(&ip6h->saddr);
	if (source == IPV6_ADDR_ANY ||
	    source & (IPV6_ADDR_MULTICAST | IPV6_ADDR_LOOPBACK)) {
		__IP6_INC_STATS(net, idev, IPSTATS_MIB_INADDRERRORS);
		return FMIP_DROP_SOURCE;
	}
	if (source & IPV6_ADDR_LINKLOCAL) {
		icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_NOT_NEIGHBOUR, 0);
		__IP6_INC_STATS(net, idev, IPSTATS_MIB_INADDRERRORS);
		return FMIP_DROP_SOURCE;
	}
	return FMIP_DROP_NONE;
}

/* Does somebody else send by an address of this router, or of this VRF of it? */
static bool is_martian(struct net *net, struct in_device *in_dev,
		       __be32 saddr)
{
	return !IN_DEV_ACCEPT_LOCAL(in_dev) &&
	       fmip_packet_type4(net, in_dev->dev, saddr) == RTN_LOCAL;
}

/* What ip_route_input() and ip_forward() ask of the header. */
static enum fmip_drop check_ip4(struct net *net, struct in_device *in_dev,
				struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (unlikely(iph->ttl <= 1)) {
		icmp_send(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, 0);
		__IP_INC_STATS(net, IPSTATS_MIB_INHDRERRORS);
		return FMIP_DROP_HOP_LIMIT;
	}
	if (unlikely(ipv4_is_multicast(iph->saddr) ||
		     ipv4_is_lbcast(iph->saddr) ||
		     ipv4_is_zeronet(iph->saddr) ||
		     ipv4_is_loopback(iph->saddr) ||
		     is_martian(net, in_dev, iph->saddr))) {
		__IP_INC_STATS(net, IPSTATS_MIB_INADDRERRORS);
		return FMIP_DROP_SOURCE;
	}
	return FMIP_DROP_NONE;
}

/*
 * The policies must let the inner packet through as it is: one that wants it
 * transformed cannot be met on the way into a binding.
 */
static bool xfrm_allows6(struct net *net, struct inet6_dev *idev,
			 struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);

	if (!READ_ONCE(net->ipv6.devconf_all->disable_policy) &&
	    (!idev || !READ_ONCE(idev->cnf.disable_policy)) &&
	    !xfrm6_policy_check(NULL, XFRM_POLICY_FWD, skb))
		return false;
	return xfrm6_route_forward(skb) && skb_dst(skb) == dst;
}

static bool xfrm_allows4(struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);

	return xfrm4_policy_check(NULL, XFRM_POLICY_FWD, skb) &&
	       xfrm4_route_forward(skb) && skb_dst(skb) == dst;
}

/* What ip6_forward() does before the hook, in its order. */
static enum fmip_drop forward_ip6(struct fmip_net *fn, struct sk_buff *skb,
				  const struct fmip_way *way)
{
	struct inet6_dev *idev = __in6_dev_get(skb->dev);
	struct net *net = fn->net;
	enum fmip_drop why;

	if (unlikely(!READ_ONCE(net->ipv6.devconf_all->forwarding))) {
		__IP6_INC_STATS(net, idev, IPSTATS_MIB_INADDRERRORS);
		return FMIP_DROP_NOT_FORWARDING;
	}
	if (skb_warn_if_lro(skb)) {
		__IP6_INC_STATS(net, idev, IPSTATS_MIB_INDISCARDS);
		return FMIP_DROP_NOT_FORWARDING;
	}
	if (!xfrm_allows6(net, idev, skb)) {
		__IP6_INC_STATS(net, idev, IPSTATS_MIB_INDISCARDS);
		return FMIP_DROP_XFRM;
	}
	skb_forward_csum(skb);
	why = check_ip6(net, idev, skb);
	if (unlikely(why))
		return why;
	__IP6_INC_STATS(net, ip6_dst_idev(skb_dst(skb)),
			IPSTATS_MIB_OUTFORWDATAGRAMS);
	if (unlikely(fmip_icmp_too_big(fn, skb, way->mtu))) {
		__IP6_INC_STATS(net, idev, IPSTATS_MIB_INTOOBIGERRORS);
		__IP6_INC_STATS(net, ip6_dst_idev(skb_dst(skb)),
				IPSTATS_MIB_FRAGFAILS);
		return FMIP_DROP_TOO_BIG;
	}
	if (unlikely(skb_cow(skb, way->headroom))) {
		__IP6_INC_STATS(net, ip6_dst_idev(skb_dst(skb)),
				IPSTATS_MIB_OUTDISCARDS);
		return FMIP_DROP_NO_MEMORY;
	}
	ipv6_hdr(skb)->hop_limit--;
	return FMIP_DROP_NONE;
}

/* What ip_forward() does before the hook, in its order. */
static enum fmip_drop forward_ip4(struct fmip_net *fn, struct sk_buff *skb,
				  const struct fmip_way *way)
{
	struct in_device *in_dev = __in_dev_get_rcu(skb->dev);
	struct net *net = fn->net;
	enum fmip_drop why;

	if (unlikely(!in_dev || !IN_DEV_FORWARD(in_dev))) {
		__IP_INC_STATS(net, IPSTATS_MIB_INADDRERRORS);
		return FMIP_DROP_NOT_FORWARDING;
	}
	if (skb_warn_if_lro(skb)) {
		__IP_INC_STATS(net, IPSTATS_MIB_INDISCARDS);
		return FMIP_DROP_NOT_FORWARDING;
	}
	if (!xfrm_allows4(skb)) {
		__IP_INC_STATS(net, IPSTATS_MIB_INDISCARDS);
		return FMIP_DROP_XFRM;
	}
	skb_forward_csum(skb);
	why = check_ip4(net, in_dev, skb);
	if (unlikely(why))
		return why;
	__IP_INC_STATS(net, IPSTATS_MIB_OUTFORWDATAGRAMS);
	if (unlikely(fmip_icmp_too_big(fn, skb, way->mtu))) {
		__IP_INC_STATS(net, IPSTATS_MIB_FRAGFAILS);
		return FMIP_DROP_TOO_BIG;
	}
	if (unlikely(skb_cow(skb, way->headroom))) {
		__IP_INC_STATS(net, IPSTATS_MIB_OUTDISCARDS);
		return FMIP_DROP_NO_MEMORY;
	}
	ip_decrease_ttl(ip_hdr(skb));
	return FMIP_DROP_NONE;
}

/* How the packet would leave, and the route that shows it to the hooks. */
static enum fmip_drop find_way(struct fmip_binding *b, struct sk_buff *skb,
			       u8 family, struct fmip_way *way)
{
	enum fmip_drop why;

	why = fmip_target_way(b, rcu_dereference(b->plan), skb, way);
	if (unlikely(why == FMIP_DROP_NO_ROUTE))
		fmip_icmp_unreachable(b->fn, skb);
	if (unlikely(why))
		return why;
	if (likely(way->standin))
		fmip_route_set(skb, way->standin, family);
	return FMIP_DROP_NONE;
}

static void remember(struct sk_buff *skb, const struct fmip_from *from)
{
	*fmip_packet_cb(skb) = (struct fmip_packet_cb) {
		.tunnel = from->tunnel,
		.key = from->key,
		.has_key = from->has_key,
	};
}

/**
 * fmip_forward() - forward a received packet to its binding
 * @b: binding
 * @skb: packet, skb->dev is where it came in; consumed
 * @family: AF_INET6 or AF_INET
 * @from: where it came from
 *
 * Context: RCU, bottom halves off.
 */
void fmip_forward(struct fmip_binding *b, struct sk_buff *skb, u8 family,
		  const struct fmip_from *from)
{
	unsigned int len = skb->len;
	struct fmip_way way;
	enum fmip_drop why;
	int ret;

	why = find_way(b, skb, family, &way);
	if (likely(!why))
		why = family == AF_INET6 ? forward_ip6(b->fn, skb, &way) :
					   forward_ip4(b->fn, skb, &way);
	if (unlikely(why)) {
		refuse(b, skb, why);
		return;
	}
	skb_clear_tstamp(skb);
	remember(skb, from);

	ret = nf_hook(proto_of(family), NF_INET_FORWARD, b->fn->net, NULL, skb,
		      skb->dev, way.dev, fmip_forward_ok);
	if (likely(ret == 1))
		after_forward(b, skb);
	else
		not_passed(b, len, ret);
}

/**
 * fmip_forward_local() - forward a packet of the router's own to a binding
 * @b: binding
 * @skb: packet that has passed OUTPUT; consumed
 * @family: AF_INET6 or AF_INET
 *
 * Context: RCU, bottom halves off.
 */
void fmip_forward_local(struct fmip_binding *b, struct sk_buff *skb, u8 family)
{
	static const struct fmip_from nowhere;
	unsigned int len = skb->len;
	struct fmip_way way;
	enum fmip_drop why;
	int ret;

	why = find_way(b, skb, family, &way);
	if (!why && fmip_icmp_too_big(b->fn, skb, way.mtu))
		why = FMIP_DROP_TOO_BIG;
	if (!why && skb_cow(skb, way.headroom))
		why = FMIP_DROP_NO_MEMORY;
	if (why) {
		refuse(b, skb, why);
		return;
	}
	remember(skb, &nowhere);
	skb->dev = way.dev;
	skb->protocol = family == AF_INET6 ? htons(ETH_P_IPV6) :
					     htons(ETH_P_IP);
	ret = nf_hook(proto_of(family), NF_INET_POST_ROUTING, b->fn->net,
		      skb->sk, skb, NULL, way.dev, fmip_postrouting_ok);
	if (likely(ret == 1))
		after_postrouting(b, skb);
	else
		not_passed(b, len, ret);
}
