// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decapsulation.  It is done from the hook, and not as a protocol handler, so
 * that ip6_tunnel and others keep working beside us.  What the stack does on
 * the way to a handler is therefore done here: the packet must be for this
 * router, its XFRM policy and INPUT must let it pass.  The inner packet is then
 * received on the fmip device and takes the usual way from there.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <net/inet_ecn.h>
#include <net/ip6_fib.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
#include <net/xfrm.h>

#include "binding.h"
#include "decap.h"
#include "device.h"
#include "net.h"
#include "tunnel.h"

/* Where the inner header is, or a negative number if there is none. */
static int inner_offset(const struct sk_buff *skb)
{
	u8 nexthdr = ipv6_hdr(skb)->nexthdr;
	int offset = sizeof(struct ipv6hdr);
	__be16 frag_off = 0;

	/* The encapsulation limit of RFC 2473 is a destination option. */
	if (nexthdr == NEXTHDR_DEST)
		offset = ipv6_skip_exthdr(skb, offset, &nexthdr, &frag_off);
	if (nexthdr != IPPROTO_IPV6 || frag_off)
		return -EINVAL;
	return offset;
}

static struct fmip_path *find_path(struct fmip_net *fn,
				   const struct sk_buff *skb)
{
	struct fmip_path_key key = {
		.local = ipv6_hdr(skb)->daddr,
		.remote = ipv6_hdr(skb)->saddr,
	};
	struct fmip_path *path = fmip_path_find(fn, &key);

	return path && READ_ONCE(path->tunnel->accepts) ? path : NULL;
}

static struct fmip_binding *accepts(struct fmip_net *fn,
				    const struct fmip_tunnel *t,
				    const struct in6_addr *addr,
				    enum fmip_direction direction)
{
	struct fmip_match *m;
	struct fmip_plan *plan;
	int i;

	m = fmip_match_lookup(&fn->matches, addr, FMIP_DIRECTION_DST);
	if (!m || READ_ONCE(m->binding->dying))
		return NULL;
	plan = rcu_dereference(m->binding->plan);
	for (i = 0; i < plan->n_accepts; i++)
		if (plan->accept[i].tunnel == t &&
		    plan->accept[i].direction == direction)
			return m->binding;
	return NULL;
}

/* The binding that accepts a packet out of a tunnel (RFC 5568 section 4). */
static struct fmip_binding *find_acceptor(struct fmip_net *fn,
					  const struct fmip_tunnel *t,
					  const struct ipv6hdr *inner)
{
	return accepts(fn, t, &inner->saddr, FMIP_DIRECTION_SRC) ?:
	       accepts(fn, t, &inner->daddr, FMIP_DIRECTION_DST);
}

/* Take the outer headers off. */
static enum fmip_drop strip(struct sk_buff *skb, int offset,
			    struct net_device *dev)
{
	struct ipv6hdr outer = *ipv6_hdr(skb);

	if (__iptunnel_pull_header(skb, offset, htons(ETH_P_IPV6), true, false))
		return FMIP_DROP_MALFORMED;
	skb_reset_network_header(skb);
	skb_reset_mac_header(skb);
	memset(skb->cb, 0, sizeof(skb->cb));
	skb->dev = dev;
	if (IP6_ECN_decapsulate(&outer, skb) > 1)
		return FMIP_DROP_ECN;
	return FMIP_DROP_NONE;
}

/* The outer packet has passed INPUT. */
static enum fmip_drop receive(struct fmip_net *fn, struct sk_buff *skb)
{
	struct net_device *dev = rcu_dereference(fn->dev);
	struct fmip_binding *b;
	struct fmip_path *path;
	struct ipv6hdr *inner;
	enum fmip_drop why;
	unsigned int len;
	int offset;

	path = find_path(fn, skb);
	if (!path || !dev)
		return FMIP_DROP_NOT_ACCEPTED;
	offset = inner_offset(skb);
	if (offset < 0 || !pskb_may_pull(skb, offset + sizeof(*inner)))
		return FMIP_DROP_MALFORMED;
	inner = (struct ipv6hdr *)(skb_network_header(skb) + offset);
	if (inner->version != 6)
		return FMIP_DROP_MALFORMED;
	b = find_acceptor(fn, path->tunnel, inner);
	if (!b)
		return FMIP_DROP_NOT_ACCEPTED;
	why = strip(skb, offset, dev);
	if (why)
		return why;
	len = skb->len;
	if (fmip_device_receive(dev, skb) == NET_RX_SUCCESS)
		fmip_stats_packet(fn, b, FMIP_COUNT_DECAP, len);
	else
		fmip_stats_drop(fn, NULL, FMIP_DROP_NOT_ACCEPTED, 1);
	return FMIP_DROP_NONE;
}

static int input_ok(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct fmip_net *fn = fmip_net(net);
	enum fmip_drop why;

	rcu_read_lock();
	local_bh_disable();
	why = receive(fn, skb);
	if (why)
		fmip_drop(fn, NULL, skb, why);
	local_bh_enable();
	rcu_read_unlock();
	return 0;
}

static bool for_this_router(struct sk_buff *skb)
{
	if (!ipv6_stub->ipv6_route_input(skb) &&
	    container_of(skb_dst(skb), struct rt6_info, dst)->rt6i_flags &
	    RTF_LOCAL)
		return true;
	skb_dst_drop(skb);
	return false;
}

/**
 * fmip_decap() - decapsulate a packet, if it comes out of a tunnel of ours
 * @fn: namespace
 * @skb: packet in PREROUTING
 * @in: where it came in
 *
 * Packets of a tunnel from which no binding accepts anything are left to the
 * stack, so that another tunnel driver may have the same two ends.
 *
 * Context: RCU, bottom halves off.
 * Return: true if @skb was consumed.
 */
bool fmip_decap(struct fmip_net *fn, struct sk_buff *skb, struct net_device *in)
{
	if (inner_offset(skb) < 0 || !find_path(fn, skb) ||
	    !for_this_router(skb))
		return false;

	if (!xfrm6_policy_check(NULL, XFRM_POLICY_IN, skb)) {
		fmip_drop(fn, NULL, skb, FMIP_DROP_NOT_ACCEPTED);
		return true;
	}
	if (nf_hook(NFPROTO_IPV6, NF_INET_LOCAL_IN, fn->net, NULL, skb, in,
		    NULL, input_ok) == 1)
		input_ok(fn->net, NULL, skb);
	return true;
}
