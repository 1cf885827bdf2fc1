// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of a packet to the driver, once its last header is on it.
 *
 * An outer packet passes OUTPUT and POSTROUTING, as any that the router sends.
 * Where its route asks for no more than that, it is then given to the neighbour
 * entry that the path has cached, else to the stack.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <net/arp.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include <net/route.h>

#include "compat.h"
#include "net.h"
#include "output.h"
#include "tunnel.h"

/**
 * fmip_output_verdict() - what became of a packet
 * @err: what the function that has consumed it returned
 *
 * Return: FMIP_DROP_NONE, or why it was freed.
 */
enum fmip_drop fmip_output_verdict(int err)
{
	if (likely(!net_xmit_eval(err)))
		return FMIP_DROP_NONE;
	return err == -EPERM ? FMIP_DROP_FIREWALL : FMIP_DROP_XMIT;
}

/* A verdict other than to go on: @err is negative if the hook dropped. */
static enum fmip_drop verdict(int err)
{
	return err < 0 ? FMIP_DROP_FIREWALL : FMIP_DROP_NONE;
}

/* The next hop of a packet with an ordinary route. */
static struct neighbour *find_neigh(const struct sk_buff *skb,
				    bool *skip_cache)
{
	const struct dst_entry *dst = skb_dst(skb);
	const struct rtable *rt;

	*skip_cache = false;
	if (dst->ops->family == AF_INET6)
		return ip_neigh_gw6(dst->dev,
				    rt6_nexthop(container_of(dst, const struct rt6_info, dst),
						&ipv6_hdr(skb)->daddr));
	rt = container_of(dst, const struct rtable, dst);
	if (rt->rt_gw_family == AF_INET6) {
		/* Its cached header says IPv6. */
		*skip_cache = true;
		return ip_neigh_gw6(dst->dev, &rt->rt_gw6);
	}
	return ip_neigh_gw4(dst->dev, rt->rt_gw_family == AF_INET ?
			    rt->rt_gw4 : ip_hdr(skb)->daddr);
}

static int give_to_neigh(struct sk_buff *skb)
{
	struct neighbour *neigh;
	bool skip_cache;

	neigh = find_neigh(skb, &skip_cache);
	if (IS_ERR(neigh)) {
		kfree_skb(skb);
		return NET_XMIT_DROP;
	}
	return neigh_output(neigh, skb, skip_cache);
}

/*
 * NAT has changed the packet in POSTROUTING, and there is a policy for what it is
 * now: the stack applies it, as __ip6_finish_output() and ip_finish_output() do.
 */
static int output_again(struct net *net, struct sk_buff *skb)
{
	if (skb_dst(skb)->ops->family == AF_INET6)
		IP6CB(skb)->flags |= IP6SKB_REROUTED;
	else
		IPCB(skb)->flags |= IPSKB_REROUTED;
	return dst_output(net, NULL, skb);
}

/**
 * fmip_output_postrouting_ok() - an outer packet is back from user space, and
 *	has passed POSTROUTING
 * @net: namespace
 * @sk: unused
 * @skb: packet; consumed
 *
 * Context: any but hard interrupts.
 * Return: what sending it returned.
 */
int fmip_output_postrouting_ok(struct net *net, struct sock *sk,
			       struct sk_buff *skb)
{
	int err;

	rcu_read_lock();
	local_bh_disable();
	err = dst_xfrm(skb_dst(skb)) ? output_again(net, skb) :
				       give_to_neigh(skb);
	local_bh_enable();
	rcu_read_unlock();
	return err;
}

/* Does it leave whole, without the stack's help? */
static bool fits(const struct fmip_path *path, const struct dst_entry *dst,
		 const struct sk_buff *skb)
{
	unsigned int mtu;

	if (likely(skb->len <= IPV6_MIN_MTU && path->key.family == AF_INET6))
		return true;
	mtu = dst_mtu(dst);
	return skb->len <= mtu ||
	       (skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu));
}

static void finish_header(struct net *net, const struct dst_entry *dst,
			  struct sk_buff *skb, u8 family)
{
	unsigned int len = skb->len - sizeof(struct ipv6hdr);
	struct iphdr *iph;

	if (family == AF_INET6) {
		ipv6_hdr(skb)->payload_len = htons(len > IPV6_MAXPLEN ? 0 : len);
		skb->protocol = htons(ETH_P_IPV6);
		IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
		IP6_UPD_PO_STATS(net, ip6_dst_idev((struct dst_entry *)dst),
				 IPSTATS_MIB_OUT, skb->len);
		return;
	}
	iph = ip_hdr(skb);
	iph->tot_len = htons(skb->len);
	ip_send_check(iph);
	skb->protocol = htons(ETH_P_IP);
	IP_UPD_PO_STATS(net, IPSTATS_MIB_OUT, skb->len);
}

static bool has_ipv6(const struct dst_entry *dst)
{
	struct inet6_dev *idev = ip6_dst_idev((struct dst_entry *)dst);

	return idev && !READ_ONCE(idev->cnf.disable_ipv6);
}

static enum fmip_drop send_direct(struct fmip_net *fn, struct fmip_path *path,
				  struct dst_entry *dst, struct sk_buff *skb)
{
	u8 family = path->key.family;
	u8 pf = family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	struct net_device *dev = dst->dev;
	struct neighbour *neigh;
	int ret;

	finish_header(fn->net, dst, skb, family);
	ret = nf_hook(pf, NF_INET_LOCAL_OUT, fn->net, NULL, skb, NULL, dev,
		      dst_output);
	if (unlikely(ret != 1))
		return verdict(ret);
	/* A rule may have marked it, and that may have changed its route. */
	if (unlikely(skb_dst(skb) != dst))
		return fmip_output_verdict(dst_output(fn->net, NULL, skb));
	skb->dev = dev;
	ret = nf_hook(pf, NF_INET_POST_ROUTING, fn->net, NULL, skb, NULL, dev,
		      fmip_output_postrouting_ok);
	if (unlikely(ret != 1))
		return verdict(ret);
	if (unlikely(dst_xfrm(skb_dst(skb))))
		return fmip_output_verdict(output_again(fn->net, skb));
	neigh = fmip_path_neigh(path, dst);
	if (unlikely(!neigh)) {
		kfree_skb(skb);
		return FMIP_DROP_XMIT;
	}
	return fmip_output_verdict(neigh_output(neigh, skb, family == AF_INET &&
				    neigh->tbl->family == AF_INET6));
}

/**
 * fmip_output() - send an outer packet
 * @fn: namespace
 * @path: path that it belongs to
 * @dst: the path's route
 * @skb: packet that has @dst; its lengths and checksum are filled in; consumed
 *
 * Context: RCU, bottom halves off.
 * Return: FMIP_DROP_NONE, or why the packet was freed.
 */
enum fmip_drop fmip_output(struct fmip_net *fn, struct fmip_path *path,
			   struct dst_entry *dst, struct sk_buff *skb)
{
	if (likely(READ_ONCE(path->direct) && fits(path, dst, skb)) &&
	    (path->key.family == AF_INET || has_ipv6(dst)))
		return send_direct(fn, path, dst, skb);
	/* What is on its way for longer than this moment has its own route. */
	if (!skb_dst_force(skb)) {
		kfree_skb(skb);
		return FMIP_DROP_NO_ROUTE;
	}
	if (path->key.family == AF_INET6)
		return fmip_output_verdict(ip6_local_out(fn->net, NULL, skb));
	return fmip_output_verdict(ip_local_out(fn->net, NULL, skb));
}

/**
 * fmip_output_routed() - send a packet that has passed POSTROUTING
 * @fn: namespace
 * @skb: packet with the route by which it leaves; consumed
 *
 * Context: RCU, bottom halves off.
 * Return: FMIP_DROP_NONE, or why the packet was freed.
 */
enum fmip_drop fmip_output_routed(struct fmip_net *fn, struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);
	struct net_device *dev = dst->dev;

	skb->dev = dev;
	if (!fmip_path_is_direct(dst))
		return fmip_output_verdict(dst_output(fn->net, NULL, skb));
	if (skb_cow_head(skb, LL_RESERVED_SPACE(dev))) {
		kfree_skb(skb);
		return FMIP_DROP_NO_MEMORY;
	}
	return fmip_output_verdict(give_to_neigh(skb));
}
