// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netfilter hooks, and the only place that decides whether a packet is for
 * a binding.
 */
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/dst_metadata.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "attach.h"
#include "binding.h"
#include "decap.h"
#include "forward.h"
#include "hooks.h"
#include "link.h"
#include "match.h"
#include "nd.h"
#include "net.h"
#include "proxy.h"
#include "route.h"
#include "target.h"

static bool exempt(const struct fmip_net *fn, const struct sk_buff *skb)
{
	u32 mask = READ_ONCE(fn->exempt_mask);

	return mask && (skb->mark & mask) == READ_ONCE(fn->exempt_mark);
}

/* Destinations that are never forwarded. */
static bool stays(const struct in6_addr *daddr)
{
	return ipv6_addr_is_multicast(daddr) ||
	       ipv6_addr_type(daddr) & (IPV6_ADDR_LINKLOCAL |
					IPV6_ADDR_LOOPBACK);
}

static struct fmip_match *match(struct fmip_net *fn, const struct sk_buff *skb)
{
	struct fmip_match *m;

	m = fmip_match_lookup(&fn->matches, &ipv6_hdr(skb)->daddr,
			      FMIP_DIRECTION_DST);
	return m && !READ_ONCE(m->binding->dying) ? m : NULL;
}

static int nd_not_for_us(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct fmip_net *fn = fmip_net(net);

	fmip_stats_packet(fn, NULL, FMIP_COUNT_RECEIVED, skb->len);
	fmip_drop(fn, NULL, skb, FMIP_DROP_ND);
	return 0;
}

/*
 * Neighbour Discovery for a bound address that is not ours: it is never
 * forwarded, but a unicast solicitation is for whoever defends the address.
 * INPUT decides first, with our hook at its end.
 */
static void nd_unicast(struct fmip_binding *b, struct sk_buff *skb,
		       struct net_device *in)
{
	struct fmip_net *fn = b->fn;

	if (!fmip_route_set(fn, skb, in, fmip_link_mtu(in)) ||
	    nf_hook(NFPROTO_IPV6, NF_INET_LOCAL_IN, fn->net, NULL, skb, in,
		    NULL, nd_not_for_us) == 1)
		nd_not_for_us(fn->net, NULL, skb);
}

static unsigned int route_or_take(struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct fmip_net *fn = fmip_net(state->net);
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct fmip_match *m;

	if (READ_ONCE(fn->deaf) || skb->pkt_type != PACKET_HOST || skb->sk || skb_valid_dst(skb) ||
	    IP6CB(skb)->flags & IP6SKB_ROUTERALERT || stays(&ip6h->daddr) ||
	    exempt(fn, skb))
		return NF_ACCEPT;
	if (fmip_decap(fn, skb, state->in))
		return NF_STOLEN;
	m = match(fn, skb);
	if (!m)
		return NF_ACCEPT;
	/* A prefix may hold addresses of the router itself. */
	if (m->key.prefixlen < 128 &&
	    ipv6_chk_addr(state->net, &ipv6_hdr(skb)->daddr, NULL, 0))
		return NF_ACCEPT;
	if (fmip_nd_is(skb))
		nd_unicast(m->binding, skb, state->in);
	else
		fmip_forward(m->binding, skb);
	return NF_STOLEN;
}

/* A packet that comes back from an NFQUEUE comes with bottom halves on. */
static unsigned int prerouting(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = route_or_take(skb, state);
	local_bh_enable();
	return verdict;
}

/* What the router sends by itself about the node, and never to it. */
static bool signalling(const struct sk_buff *skb)
{
	u8 nexthdr = ipv6_hdr(skb)->nexthdr;
	__be16 frag_off;

	ipv6_skip_exthdr(skb, skb_network_offset(skb) + sizeof(struct ipv6hdr),
			 &nexthdr, &frag_off);
	return nexthdr == IPPROTO_MH || fmip_nd_is(skb);
}

static unsigned int local_out(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct fmip_net *fn = fmip_net(state->net);
	struct fmip_match *m;
	struct fmip_plan *plan;
	bool taken = false;

	if (READ_ONCE(fn->deaf) || stays(&ipv6_hdr(skb)->daddr) ||
	    exempt(fn, skb) || signalling(skb))
		return NF_ACCEPT;
#ifdef CONFIG_XFRM
	/* It comes by again when the policy has been applied. */
	if (skb_dst(skb) && skb_dst(skb)->xfrm)
		return NF_ACCEPT;
#endif
	local_bh_disable();
	m = match(fn, skb);
	plan = m ? rcu_dereference(m->binding->plan) : NULL;
	if (plan && plan->flags & FMIP_BINDING_F_LOCAL &&
	    !fmip_target_nested(m->binding) &&
	    !(m->key.prefixlen < 128 &&
	      ipv6_chk_addr(state->net, &ipv6_hdr(skb)->daddr, NULL, 0))) {
		fmip_forward_local(m->binding, skb);
		taken = true;
	}
	local_bh_enable();
	return taken ? NF_STOLEN : NF_ACCEPT;
}

static unsigned int discover(struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	struct fmip_net *fn = fmip_net(state->net);
	struct fmip_nd nd;

	if (READ_ONCE(fn->deaf) || !fmip_nd_parse(skb, state->in, &nd))
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

static unsigned int local_in(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	unsigned int verdict;

	if (likely(!fmip_nd_is(skb)))
		return NF_ACCEPT;
	local_bh_disable();
	verdict = discover(skb, state);
	local_bh_enable();
	return verdict;
}

static const struct nf_hook_ops input_ops[] = {
	{
		.hook = prerouting,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_LAST,
	}, {
		.hook = local_in,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_LAST,
	},
};

static const struct nf_hook_ops local_ops = {
	.hook = local_out,
	.pf = NFPROTO_IPV6,
	.hooknum = NF_INET_LOCAL_OUT,
	.priority = NF_IP6_PRI_LAST,
};

/**
 * fmip_hooks_register() - see packets from now on
 * @fn: namespace
 * @local: also those that the router itself sends
 *
 * Context: process, the namespace's lock held.
 * Return: 0 or a negative error.
 */
int fmip_hooks_register(struct fmip_net *fn, bool local)
{
	int err;

	lockdep_assert_held(&fn->lock);
	WRITE_ONCE(fn->deaf, false);
	if (!fn->hooked) {
		err = nf_register_net_hooks(fn->net, input_ops,
					    ARRAY_SIZE(input_ops));
		if (err)
			return err;
		fn->hooked = true;
	}
	if (local && !fn->hooked_local) {
		err = nf_register_net_hook(fn->net, &local_ops);
		if (err)
			return err;
		fn->hooked_local = true;
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
	lockdep_assert_held(&fn->lock);
	if (!fn->hooked)
		return;
	WRITE_ONCE(fn->deaf, true);
	synchronize_net();
	if (fn->hooked_local)
		nf_unregister_net_hook(fn->net, &local_ops);
	nf_unregister_net_hooks(fn->net, input_ops, ARRAY_SIZE(input_ops));
	fn->hooked_local = false;
	fn->hooked = false;
}
