// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netfilter hooks, and the only place that decides whether a packet is for
 * a binding.
 */
#include <linux/inetdevice.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/dst_metadata.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "arp.h"
#include "attach.h"
#include "binding.h"
#include "decap.h"
#include "fast.h"
#include "foreign.h"
#include "forward.h"
#include "hooks.h"
#include "icmp.h"
#include "link.h"
#include "match.h"
#include "nd.h"
#include "net.h"
#include "packet.h"
#include "proxy.h"
#include "route.h"
#include "target.h"
#include "tunnel.h"

static unsigned int local_in4(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state);

static bool exempt(const struct fmip_net *fn, const struct sk_buff *skb)
{
	u32 mask = READ_ONCE(fn->exempt_mask);

	return mask && (skb->mark & mask) == READ_ONCE(fn->exempt_mark);
}

/* Destinations that are never forwarded. */
static bool stays6(const struct in6_addr *daddr)
{
	/* Global unicast, which is most of what there is. */
	if (likely((daddr->s6_addr[0] & 0xe0) == 0x20))
		return false;
	return ipv6_addr_is_multicast(daddr) ||
	       ipv6_addr_type(daddr) & (IPV6_ADDR_LINKLOCAL |
					IPV6_ADDR_LOOPBACK);
}

static bool stays4(__be32 daddr)
{
	return ipv4_is_multicast(daddr) || ipv4_is_lbcast(daddr) ||
	       ipv4_is_loopback(daddr) || ipv4_is_zeronet(daddr) ||
	       (daddr & htonl(0xffff0000)) == htonl(0xa9fe0000);
}

static bool stays(const struct sk_buff *skb, u8 family)
{
	return family == AF_INET6 ? stays6(&ipv6_hdr(skb)->daddr) :
				    stays4(ip_hdr(skb)->daddr);
}

/* Options that are for the stack to act upon, or to refuse. */
static bool stack_option4(u8 type)
{
	return type == IPOPT_RA || type == IPOPT_LSRR || type == IPOPT_SSRR;
}

/* Such an option, or anything that is not one. */
static bool needs_stack4(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	int i = 0, len = iph->ihl * 4 - sizeof(*iph);
	u8 buf[40], *opt;

	if (likely(len <= 0))
		return false;
	opt = skb_header_pointer(skb, skb_network_offset(skb) + sizeof(*iph),
				 len, buf);
	if (!opt)
		return true;
	while (i < len && opt[i] != IPOPT_END) {
		if (opt[i] == IPOPT_NOOP) {
			i++;
			continue;
		}
		if (stack_option4(opt[i]) || i + 1 >= len || opt[i + 1] < 2)
			return true;
		i += opt[i + 1];
	}
	return i > len;
}

/* RFC 2711, RFC 2113: for whoever on this router asked for such packets. */
static bool needs_stack(const struct sk_buff *skb, u8 family)
{
	if (family == AF_INET6)
		return IP6CB(skb)->flags & IP6SKB_ROUTERALERT;
	return needs_stack4(skb);
}

/*
 * A prefix may hold addresses of the router itself, and broadcast ones: those of
 * the VRF of @dev, if it is in one.
 */
static bool own(struct net *net, const struct sk_buff *skb, u8 family,
		const struct net_device *dev)
{
	if (family == AF_INET6)
		return ipv6_chk_addr(net, &ipv6_hdr(skb)->daddr, dev, 0);
	return fmip_packet_type4(net, dev, ip_hdr(skb)->daddr) != RTN_UNICAST;
}

static bool is_own(struct net *net, const struct sk_buff *skb, u8 family,
		   const struct fmip_match *m, const struct net_device *dev)
{
	if (likely(fmip_match_whole(&m->key) &&
		   m->key.direction == FMIP_DIRECTION_DST))
		return false;
	return own(net, skb, family, dev);
}

static int nd_not_for_us(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct fmip_net *fn = fmip_net(net);

	local_bh_disable();
	fmip_stats_packet(fn, NULL, FMIP_COUNT_RECEIVED, skb->len);
	fmip_drop(fn, NULL, skb, FMIP_DROP_ND);
	local_bh_enable();
	return 0;
}

/*
 * Neighbour Discovery for a bound address that is not ours: it is never
 * forwarded, but a unicast solicitation is for whoever defends the address.
 * INPUT decides first, with our hook at its end.
 */
static void nd_unicast(struct fmip_net *fn, struct sk_buff *skb,
		       struct net_device *in)
{
	struct fmip_standin *standin;

	standin = fmip_route_standin(fn, in, fmip_link_mtu(in, AF_INET6));
	if (standin)
		fmip_route_set(skb, standin, AF_INET6);
	if (!standin ||
	    nf_hook(NFPROTO_IPV6, NF_INET_LOCAL_IN, fn->net, NULL, skb, in,
		    NULL, nd_not_for_us) == 1)
		nd_not_for_us(fn->net, NULL, skb);
}

/*
 * What was forwarded to us for its destination must not go back to where it came
 * from: two routers disagree about where the node is.  What came for its source
 * may: another node may be behind the same router.
 */
static bool turns_back(const struct fmip_binding *b,
		       const struct fmip_from *from)
{
	const struct fmip_plan *plan;
	int i;

	if (likely(!from->tunnel) || !from->by_dst)
		return false;
	plan = rcu_dereference(b->plan);
	for (i = 0; i < plan->n_targets; i++)
		if (plan->target[i].type == FMIP_TARGET_TUNNEL &&
		    plan->target[i].tunnel->id == from->tunnel)
			return true;
	return false;
}

/**
 * fmip_hooks_take() - take a packet that a binding is for
 * @fn: namespace
 * @skb: packet, skb->dev is where it came in
 * @family: AF_INET6 or AF_INET
 * @from: where it came from
 *
 * Context: RCU, bottom halves off.
 * Return: true if @skb was consumed.
 */
bool fmip_hooks_take(struct fmip_net *fn, struct sk_buff *skb, u8 family,
		     const struct fmip_from *from)
{
	struct fmip_match *m;

	if (unlikely(READ_ONCE(fn->deaf)) || stays(skb, family) ||
	    needs_stack(skb, family))
		return false;
	if (unlikely(atomic_read(&fn->data_attaches)))
		fmip_attach_data(fn, skb, (struct net_device *)from->in,
				 family);
	m = fmip_forward_find(fn, skb, family, from);
	if (!m || is_own(fn->net, skb, family, m, from->in))
		return false;
	if (family == AF_INET6 && unlikely(fmip_nd_is(skb))) {
		nd_unicast(fn, skb, (struct net_device *)from->in);
	} else if (unlikely(turns_back(m->binding, from))) {
		fmip_stats_packet(fn, m->binding, FMIP_COUNT_RECEIVED,
				  skb->len);
		fmip_drop(fn, m->binding, skb, FMIP_DROP_NESTING);
	} else {
		fmip_forward(m->binding, skb, family, from);
	}
	return true;
}

/*
 * May a packet for this router be decapsulated without a route, and before
 * INPUT?  Only if nobody is there to see it, and nothing of what the routing
 * code would have checked is asked for: in a VRF, an address of this router need
 * not be for this router.
 */
static bool nobody_minds(struct fmip_net *fn, struct sk_buff *skb, u8 family,
			 const struct net_device *in)
{
	struct in_device *in_dev;

	if (fmip_hooks_foreign(fn, family, NF_INET_LOCAL_IN) ||
	    secpath_exists(skb) || netif_is_l3_slave(in) ||
	    netif_is_l3_master(in))
		return false;
	if (family == AF_INET6)
		return true;
	/* Nor has anybody looked at its options, which may be a source route. */
	if (ip_hdr(skb)->ihl != 5)
		return false;
	in_dev = __in_dev_get_rcu(in);
	return in_dev && !IN_DEV_RPFILTER(in_dev);
}

static unsigned int discover(struct fmip_net *fn, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	struct fmip_nd nd;

	/* What the stack will drop counts for nothing. */
	if (!fmip_nd_parse(skb, state->in, &nd) ||
	    !xfrm6_policy_check(NULL, XFRM_POLICY_IN, skb))
		return NF_ACCEPT;
	if (nd.type == NDISC_NEIGHBOUR_ADVERTISEMENT) {
		fmip_attach_advertised(fn, state->in, &nd);
		return NF_ACCEPT;
	}
	if (!fmip_proxy_solicited(fn, state->in, &nd))
		return NF_ACCEPT;
	consume_skb(skb);
	return NF_STOLEN;
}

/*
 * An advertisement to all nodes is for this router.  Where nobody else listens at
 * INPUT there is nothing that it would have to pass before it is looked at.
 */
static bool is_early(struct fmip_net *fn, const struct sk_buff *skb)
{
	return skb->pkt_type == PACKET_MULTICAST &&
	       ipv6_addr_equal(&ipv6_hdr(skb)->daddr,
			       &in6addr_linklocal_allnodes) &&
	       !fmip_hooks_foreign(fn, AF_INET6, NF_INET_LOCAL_IN) &&
	       fmip_nd_is(skb);
}

static unsigned int route_or_take(struct sk_buff *skb, u8 family,
				  const struct nf_hook_state *state)
{
	struct fmip_net *fn = fmip_net(state->net);
	struct fmip_from from = { .in = state->in };

	if (family == AF_INET6 && is_early(fn, skb) && !READ_ONCE(fn->deaf))
		return discover(fn, skb, state);
	if (state->in == rcu_access_pointer(fn->dev)) {
		fmip_decap_origin(skb, &from);
		/* What says so gives way to a route. */
		fmip_packet_cb(skb)->depth = from.depth;
	}
	if (skb->pkt_type != PACKET_HOST || skb->sk || skb_valid_dst(skb) ||
	    READ_ONCE(fn->deaf) || exempt(fn, skb))
		return NF_ACCEPT;
	if (READ_ONCE(fn->receivers) && nobody_minds(fn, skb, family, state->in) &&
	    fmip_decap(fn, skb, family, from.depth, state))
		return NF_STOLEN;
	return fmip_hooks_take(fn, skb, family, &from) ? NF_STOLEN : NF_ACCEPT;
}

/* A packet that comes back from an NFQUEUE comes with bottom halves on. */
static __always_inline unsigned int
prerouting(struct sk_buff *skb, u8 family, const struct nf_hook_state *state)
{
	unsigned int verdict;

	if (likely(in_softirq()))
		return route_or_take(skb, family, state);
	local_bh_disable();
	verdict = route_or_take(skb, family, state);
	local_bh_enable();
	return verdict;
}

/**
 * fmip_hooks_prerouting6() - the long way of a received IPv6 packet
 * @skb: packet
 * @state: of the hook
 *
 * Context: RCU.
 * Return: NF_ACCEPT, or NF_STOLEN if it was consumed.
 */
unsigned int fmip_hooks_prerouting6(struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	return prerouting(skb, AF_INET6, state);
}

static unsigned int prerouting4(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	return prerouting(skb, AF_INET, state);
}

/* What the router sends by itself about the node, and never to it. */
static bool signalling(const struct sk_buff *skb, u8 family)
{
	__be16 frag_off;
	u8 nexthdr;

	if (family == AF_INET)
		return false;
	nexthdr = ipv6_hdr(skb)->nexthdr;
	ipv6_skip_exthdr(skb, skb_network_offset(skb) + sizeof(struct ipv6hdr),
			 &nexthdr, &frag_off);
	return nexthdr == IPPROTO_MH || fmip_nd_is(skb);
}

static bool has_policy(const struct sk_buff *skb)
{
	return skb_dst(skb) && dst_xfrm(skb_dst(skb));
}

static unsigned int take_local(struct sk_buff *skb, u8 family,
			       const struct nf_hook_state *state)
{
	struct fmip_net *fn = fmip_net(state->net);
	struct fmip_from from = {};
	struct fmip_plan *plan;
	struct fmip_match *m;

	/* With a policy it comes by again when that has been applied. */
	if (READ_ONCE(fn->deaf) || stays(skb, family) || exempt(fn, skb) ||
	    signalling(skb, family) || has_policy(skb))
		return NF_ACCEPT;
	m = fmip_forward_find(fn, skb, family, &from);
	plan = m ? rcu_dereference(m->binding->plan) : NULL;
	if (!plan || !plan->local || fmip_target_nested(m->binding) ||
	    is_own(state->net, skb, family, m, state->out))
		return NF_ACCEPT;
	fmip_forward_local(m->binding, skb, family);
	return NF_STOLEN;
}

static unsigned int local_out6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = take_local(skb, AF_INET6, state);
	local_bh_enable();
	return verdict;
}

static unsigned int local_out4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = take_local(skb, AF_INET, state);
	local_bh_enable();
	return verdict;
}

/*
 * Out of how many tunnels has it come?  In a VRF it is received once more, by the
 * VRF's device, but what says where it came in first stays.
 */
static u8 known_depth(const struct fmip_net *fn, struct sk_buff *skb, u8 family)
{
	const struct net_device *dev = rcu_dereference(fn->dev);
	int iif = family == AF_INET6 ? IP6CB(skb)->iif : IPCB(skb)->iif;

	return dev && iif == dev->ifindex ? fmip_packet_cb(skb)->depth : 0;
}

/* What is for this router, and has passed INPUT. */
static unsigned int deliver(struct sk_buff *skb, u8 family,
			    const struct nf_hook_state *state)
{
	struct fmip_net *fn = fmip_net(state->net);

	if (READ_ONCE(fn->deaf))
		return NF_ACCEPT;
	if (family == AF_INET6 && fmip_nd_is(skb))
		return is_early(fn, skb) ? NF_ACCEPT :
					   discover(fn, skb, state);
	if (fmip_icmp_outer_error(fn, skb, family))
		return NF_ACCEPT;
	if (!READ_ONCE(fn->receivers) || exempt(fn, skb))
		return NF_ACCEPT;
	return fmip_decap(fn, skb, family, known_depth(fn, skb, family),
			  state) ? NF_STOLEN : NF_ACCEPT;
}

static unsigned int local_in6(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = deliver(skb, AF_INET6, state);
	local_bh_enable();
	return verdict;
}

/*
 * IPv4's conntrack confirms at the priority that we have, and who came first is
 * behind.  What follows us must not miss what we may take.
 */
static int pass_rest4(struct fmip_net *fn, struct sk_buff *skb,
		      const struct nf_hook_state *state)
{
	struct nf_hook_entries *e;
	struct nf_hook_state rest = *state;
	unsigned int i;

	e = rcu_dereference(fn->net->nf.hooks_ipv4[NF_INET_LOCAL_IN]);
	for (i = 0; e && i < e->num_hook_entries; i++)
		if (e->hooks[i].hook == local_in4)
			break;
	if (!e || i + 1 >= e->num_hook_entries || !READ_ONCE(fn->receivers))
		return 1;
	return nf_hook_slow(skb, &rest, e, i + 1);
}

static unsigned int local_in4(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	unsigned int verdict;

	if (pass_rest4(priv, skb, state) != 1)
		return NF_STOLEN;
	local_bh_disable();
	verdict = deliver(skb, AF_INET, state);
	local_bh_enable();
	return verdict;
}

static unsigned int arp_in(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	struct fmip_net *fn = fmip_net(state->net);
	unsigned int verdict;

	if (READ_ONCE(fn->deaf))
		return NF_ACCEPT;
	local_bh_disable();
	verdict = fmip_arp_receive(fn, skb, state->in);
	local_bh_enable();
	return verdict;
}

#define HOOK(_hook, _pf, _hooknum) {		\
	.hook = _hook,				\
	.pf = _pf,				\
	.hooknum = _hooknum,			\
	.priority = INT_MAX,			\
}

/* Templates: each namespace has its own, which know it. */
static const struct nf_hook_ops ip6_ops[] = {
	HOOK(fmip_fast_prerouting6, NFPROTO_IPV6, NF_INET_PRE_ROUTING),
	HOOK(local_in6, NFPROTO_IPV6, NF_INET_LOCAL_IN),
};

static const struct nf_hook_ops ip6_local_ops[] = {
	HOOK(local_out6, NFPROTO_IPV6, NF_INET_LOCAL_OUT),
};

static const struct nf_hook_ops ip4_ops[] = {
	HOOK(prerouting4, NFPROTO_IPV4, NF_INET_PRE_ROUTING),
	HOOK(local_in4, NFPROTO_IPV4, NF_INET_LOCAL_IN),
};

static const struct nf_hook_ops ip4_local_ops[] = {
	HOOK(local_out4, NFPROTO_IPV4, NF_INET_LOCAL_OUT),
};

static const struct nf_hook_ops arp_ops[] = {
	HOOK(arp_in, NFPROTO_ARP, NF_ARP_IN),
};

/* By the bits of FMIP_HOOKS_*. */
static const struct {
	const struct nf_hook_ops *ops;
	unsigned int n;
} hook_sets[FMIP_HOOKS_SETS] = {
	{ ip6_ops, ARRAY_SIZE(ip6_ops) },
	{ ip6_local_ops, ARRAY_SIZE(ip6_local_ops) },
	{ ip4_ops, ARRAY_SIZE(ip4_ops) },
	{ ip4_local_ops, ARRAY_SIZE(ip4_local_ops) },
	{ arp_ops, ARRAY_SIZE(arp_ops) },
};

static int register_set(struct fmip_net *fn, unsigned int i)
{
	unsigned int n = hook_sets[i].n, j;
	struct nf_hook_ops *ops;
	int err;

	ops = kmemdup(hook_sets[i].ops, n * sizeof(*ops), GFP_KERNEL_ACCOUNT);
	if (!ops)
		return -ENOMEM;
	for (j = 0; j < n; j++)
		ops[j].priv = fn;
	err = nf_register_net_hooks(fn->net, ops, n);
	if (err)
		kfree(ops);
	else
		fn->hook_ops[i] = ops;
	return err;
}

static void unregister_set(struct fmip_net *fn, unsigned int i)
{
	nf_unregister_net_hooks(fn->net, fn->hook_ops[i], hook_sets[i].n);
	/* Packets that are in the hooks still know them. */
	kfree_rcu_mightsleep(fn->hook_ops[i]);
	fn->hook_ops[i] = NULL;
}

/**
 * fmip_hooks_register() - see packets from now on
 * @fn: namespace
 * @wanted: FMIP_HOOKS_*; those that there are stay
 *
 * Context: process, the namespace's lock held.
 * Return: 0 or a negative error.
 */
int fmip_hooks_register(struct fmip_net *fn, u8 wanted)
{
	int i, err;

	lockdep_assert_held(&fn->lock);
	WRITE_ONCE(fn->deaf, false);
	for (i = 0; i < ARRAY_SIZE(hook_sets); i++) {
		if (!(wanted & BIT(i)) || fn->hooked & BIT(i))
			continue;
		err = register_set(fn, i);
		if (err)
			return err;
		/* After the hook: until then it counts as somebody else's. */
		WRITE_ONCE(fn->hooked, fn->hooked | BIT(i));
	}
	return 0;
}

/**
 * fmip_hooks_unregister() - see no more packets
 * @fn: namespace
 *
 * Every NFQUEUE of the namespace is flushed by this, and with it the packets
 * that wait to come back to us.  None may be queued after that: first the hooks
 * stop taking packets, and those that are in them are waited for.
 *
 * Context: process, the namespace's lock held.
 */
void fmip_hooks_unregister(struct fmip_net *fn)
{
	int i;

	lockdep_assert_held(&fn->lock);
	if (!fn->hooked)
		return;
	WRITE_ONCE(fn->deaf, true);
	synchronize_net();
	for (i = 0; i < ARRAY_SIZE(hook_sets); i++)
		if (fn->hooked & BIT(i))
			unregister_set(fn, i);
	WRITE_ONCE(fn->hooked, 0);
}
