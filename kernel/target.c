// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a packet goes once the gate lets it.  The target is the one of that
 * moment, not the one of when the packet came.
 */
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ipv6.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>

#include "binding.h"
#include "device.h"
#include "encap.h"
#include "icmp.h"
#include "link.h"
#include "net.h"
#include "output.h"
#include "packet.h"
#include "route.h"
#include "target.h"
#include "tunnel.h"

/* How often a packet may be put into a tunnel on its way through one router. */
#define NESTING_MAX	4

/**
 * struct nesting - the bindings whose packets are being sent on this CPU
 * @depth: how many
 * @on: which
 *
 * Sending into a tunnel runs the output hooks for the outer packet, which may
 * match again.  Bottom halves are off.
 */
struct nesting {
	unsigned int depth;
	const struct fmip_binding *on[NESTING_MAX];
};

static DEFINE_PER_CPU(struct nesting, nesting);

static bool nesting_enter(const struct fmip_binding *b)
{
	struct nesting *n = this_cpu_ptr(&nesting);

	if (n->depth >= NESTING_MAX)
		return false;
	n->on[n->depth++] = b;
	return true;
}

static void nesting_leave(void)
{
	this_cpu_ptr(&nesting)->depth--;
}

/**
 * fmip_target_nested() - is a packet of this binding being sent right now?
 * @b: binding
 *
 * Context: bottom halves off.
 * Return: true if the outer packet must not match it again.
 */
bool fmip_target_nested(const struct fmip_binding *b)
{
	struct nesting *n = this_cpu_ptr(&nesting);
	unsigned int i;

	for (i = 0; i < n->depth; i++)
		if (n->on[i] == b)
			return true;
	return false;
}

static bool live(const struct fmip_target *target)
{
	return !target->has_end || time_before(jiffies, target->end);
}

static int tunnel_way(struct fmip_net *fn, const struct fmip_target *target,
		      struct fmip_way *way)
{
	struct fmip_path *path = rcu_dereference(target->tunnel->path);
	struct dst_entry *dst = fmip_path_route(fn, path);

	if (unlikely(!dst))
		return FMIP_DROP_NO_ROUTE;
	way->dev = rcu_dereference(fn->dev);
	way->mtu = fmip_path_mtu(path, dst, target->has_key);
	way->headroom = LL_RESERVED_SPACE(dst->dev) + dst->header_len +
			fmip_path_overhead(path, target->has_key);
	way->standin = fmip_path_standin(fn, path, way->mtu);
	return way->standin ? FMIP_DROP_NONE : FMIP_DROP_NO_MEMORY;
}

static int link_way(struct fmip_net *fn, struct fmip_link *link, u8 family,
		    struct fmip_way *way)
{
	way->dev = link->dev;
	way->mtu = fmip_link_mtu(link->dev, family);
	way->headroom = LL_RESERVED_SPACE(link->dev);
	way->standin = fmip_link_standin(fn, link, way->mtu);
	return way->standin ? FMIP_DROP_NONE : FMIP_DROP_NO_MEMORY;
}

/* Nobody knows yet; as far as anybody can tell it is going to be a tunnel. */
static int unknown_way(struct fmip_net *fn, struct fmip_way *way)
{
	way->dev = rcu_dereference(fn->dev);
	way->mtu = READ_ONCE(way->dev->mtu);
	way->headroom = LL_MAX_HEADER + sizeof(struct ipv6hdr);
	way->standin = fmip_route_standin(fn, way->dev, way->mtu);
	return way->standin ? FMIP_DROP_NONE : FMIP_DROP_NO_MEMORY;
}

/* The packet's own route, as the routing table says. */
static bool find_route(struct fmip_net *fn, struct sk_buff *skb)
{
	const struct iphdr *iph;

	if (!skb->dev)
		skb->dev = dev_get_by_index_rcu(fn->net, skb->skb_iif) ?:
			   rcu_dereference(fn->dev);
	skb_dst_drop(skb);
	if (fmip_packet_family(skb) == AF_INET6) {
		ipv6_stub->ipv6_route_input(skb);
	} else {
		iph = ip_hdr(skb);
		if (ip_route_input_noref(skb, iph->daddr, iph->saddr, iph->tos,
					 skb->dev))
			return false;
	}
	return skb_dst(skb) && !skb_dst(skb)->error &&
	       !(skb_dst(skb)->dev->flags & IFF_LOOPBACK);
}

static int routed_way(struct fmip_net *fn, struct sk_buff *skb,
		      struct fmip_way *way)
{
	struct dst_entry *dst;

	if (!find_route(fn, skb))
		return FMIP_DROP_NO_ROUTE;
	dst = skb_dst(skb);
	way->dev = dst->dev;
	way->mtu = fmip_packet_family(skb) == AF_INET6 ?
		   ip6_dst_mtu_maybe_forward(dst, true) :
		   ip_dst_mtu_maybe_forward(dst, true);
	way->headroom = LL_RESERVED_SPACE(dst->dev) + dst->header_len;
	way->standin = NULL;
	return FMIP_DROP_NONE;
}

static int way_of(struct fmip_binding *b, const struct fmip_target *target,
		  struct sk_buff *skb, struct fmip_way *way)
{
	switch (target->type) {
	case FMIP_TARGET_TUNNEL:
		return tunnel_way(b->fn, target, way);
	case FMIP_TARGET_LINK:
		return link_way(b->fn, target->link, fmip_packet_family(skb),
				way);
	default:
		return routed_way(b->fn, skb, way);
	}
}

/* What fits all of several targets. */
static void narrow(struct fmip_binding *b, const struct fmip_plan *plan,
		   struct sk_buff *skb, struct fmip_way *way)
{
	struct fmip_way other;
	int i;

	for (i = 1; i < plan->n_targets; i++) {
		if (plan->target[i].type == FMIP_TARGET_ROUTE ||
		    way_of(b, &plan->target[i], skb, &other))
			continue;
		way->mtu = min(way->mtu, other.mtu);
		way->headroom = max(way->headroom, other.headroom);
	}
}

/**
 * fmip_target_way() - how a packet of a binding would leave now
 * @b: binding
 * @plan: its plan
 * @skb: packet; it has its own route afterwards if that is how it would leave
 * @way: result
 *
 * While the gate holds packets there need not be a target, nor a route to it.
 *
 * Context: RCU, bottom halves off.
 * Return: 0, or enum fmip_drop.
 */
int fmip_target_way(struct fmip_binding *b, const struct fmip_plan *plan,
		    struct sk_buff *skb, struct fmip_way *way)
{
	int why;

	if (unlikely(!plan->n_targets))
		return unknown_way(b->fn, way);
	why = way_of(b, &plan->target[0], skb, way);
	if (unlikely(why && READ_ONCE(b->gate) != FMIP_GATE_OPEN))
		return unknown_way(b->fn, way);
	if (unlikely(!why && plan->n_targets > 1))
		narrow(b, plan, skb, way);
	return why;
}

static bool target_ready(struct fmip_net *fn, const struct fmip_target *target,
			 struct sk_buff *skb, bool patient)
{
	switch (target->type) {
	case FMIP_TARGET_LINK:
		return fmip_link_ready(target->link, skb, patient);
	case FMIP_TARGET_TUNNEL:
		return fmip_path_ready(fn, rcu_dereference(target->tunnel->path),
				       patient);
	default:
		return true;
	}
}

/**
 * fmip_target_ready() - is it of use to send to a binding's target now?
 * @fn: namespace
 * @plan: the binding's plan
 * @skb: the packet that would go first
 * @patient: neighbours that have been asked are waited for
 *
 * Context: RCU, bottom halves off.
 * Return: false while there is nothing but links that are down, or neighbours
 * that have not answered yet: in the queues of both packets would be lost, or
 * overtaken.
 */
bool fmip_target_ready(struct fmip_net *fn, const struct fmip_plan *plan,
		       struct sk_buff *skb, bool patient)
{
	int i;

	for (i = 0; i < plan->n_targets; i++)
		if (target_ready(fn, &plan->target[i], skb, patient))
			return true;
	return !plan->n_targets;
}

static enum fmip_drop send_routed(struct fmip_net *fn, struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);

	if ((!dst || dst->output == dst_discard_out) && !find_route(fn, skb)) {
		fmip_icmp_unreachable(fn, skb);
		kfree_skb(skb);
		return FMIP_DROP_NO_ROUTE;
	}
	return fmip_output_routed(fn, skb);
}

static enum fmip_drop send_whole(struct fmip_binding *b,
				 const struct fmip_target *target,
				 struct sk_buff *skb)
{
	enum fmip_drop why;

	if (target->type == FMIP_TARGET_LINK)
		return fmip_link_xmit(b->fn, target->link, skb);
	if (target->type == FMIP_TARGET_ROUTE)
		return send_routed(b->fn, skb);
	if (unlikely(!nesting_enter(b))) {
		kfree_skb(skb);
		return FMIP_DROP_NESTING;
	}
	why = fmip_encap_xmit(b->fn, target, skb);
	nesting_leave();
	return why;
}

/**
 * struct fragmenting - the packet that this CPU is sending in fragments
 * @b: its binding
 * @target: where they go
 * @why: why one of them was not sent
 *
 * Bottom halves are off.  Sending into a tunnel may come here again for another
 * packet, so that who begins restores what was there.
 */
struct fragmenting {
	struct fmip_binding *b;
	const struct fmip_target *target;
	enum fmip_drop why;
};

static DEFINE_PER_CPU(struct fragmenting, fragmenting);

static int send_fragment(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct fragmenting *f = this_cpu_ptr(&fragmenting);
	enum fmip_drop why;

	why = send_whole(f->b, f->target, skb);
	if (why)
		f->why = why;
	return 0;
}

/*
 * Conntrack has put fragments together; they leave as they came.  Or the router
 * itself sends a datagram that its own output would have fragmented, or an IPv4
 * packet may be fragmented by anybody.
 */
static enum fmip_drop send_fragments(struct fmip_binding *b,
				     const struct fmip_target *target,
				     struct sk_buff *skb,
				     const struct fmip_way *way)
{
	struct fragmenting *f = this_cpu_ptr(&fragmenting), outer = *f;
	u8 family = fmip_packet_family(skb);
	enum fmip_drop why;
	int err;

	if (way->standin)
		fmip_route_set(skb, way->standin, family);
	*f = (struct fragmenting) { .b = b, .target = target };
	skb->dev = way->dev;
	err = family == AF_INET6 ?
	      ipv6_stub->ipv6_fragment(b->fn->net, NULL, skb, send_fragment) :
	      ip_do_fragment(b->fn->net, NULL, skb, send_fragment);
	if (err && !f->why)
		f->why = FMIP_DROP_NO_MEMORY;
	why = f->why;
	*f = outer;
	return why;
}

static bool may_fragment(const struct sk_buff *skb, unsigned int mtu)
{
	if (skb->len <= mtu || skb_is_gso(skb))
		return false;
	if (fmip_packet_family(skb) == AF_INET6)
		return skb->ignore_df && IP6CB(skb)->frag_max_size <= mtu;
	return skb->ignore_df || !(ip_hdr(skb)->frag_off & htons(IP_DF));
}

static enum fmip_drop send(struct fmip_binding *b,
			   const struct fmip_target *target,
			   struct sk_buff *skb)
{
	struct fmip_way way;

	if (unlikely(skb->ignore_df || skb->len > IPV6_MIN_MTU ||
		     skb->protocol == htons(ETH_P_IP)) &&
	    !way_of(b, target, skb, &way) && may_fragment(skb, way.mtu))
		return send_fragments(b, target, skb, &way);
	return send_whole(b, target, skb);
}

/* Returns whether it was sent; what became of it is counted. */
static bool send_counted(struct fmip_binding *b,
			 const struct fmip_target *target, struct sk_buff *skb)
{
	struct net_device *dev = target->type == FMIP_TARGET_TUNNEL ?
				 rcu_dereference(b->fn->dev) : NULL;
	unsigned int len = skb->len;
	enum fmip_drop why;

	if (dev)
		fmip_device_capture(dev, skb);
	why = send(b, target, skb);
	if (unlikely(why)) {
		fmip_stats_drop(b->fn, b, why, 1);
		return false;
	}
	fmip_stats_packet(b->fn, b, FMIP_COUNT_SENT, len);
	if (dev)
		fmip_device_sent(dev, len);
	return true;
}

/* A copy for each target but the last; each is a packet of its own. */
static void send_copies(struct fmip_binding *b, const struct fmip_plan *plan,
			struct sk_buff *skb, int last)
{
	struct sk_buff *copy;
	int i;

	for (i = 0; i < last; i++) {
		if (!live(&plan->target[i]))
			continue;
		fmip_stats_packet(b->fn, b, FMIP_COUNT_RECEIVED, skb->len);
		fmip_stats_add(b->fn, b, FMIP_COUNT_COPIED, 1);
		copy = skb_clone(skb, GFP_ATOMIC);
		if (copy)
			send_counted(b, &plan->target[i], copy);
		else
			fmip_stats_drop(b->fn, b, FMIP_DROP_NO_MEMORY, 1);
	}
}

/* The last target that has not ended, or -1. */
static int last_live(const struct fmip_plan *plan)
{
	int i = plan->n_targets - 1;

	while (unlikely(i >= 0 && !live(&plan->target[i])))
		i--;
	return i;
}

/**
 * fmip_target_xmit_by() - send a packet to where a plan says
 * @b: binding
 * @plan: its plan, or the one that it had a moment ago
 * @skb: packet, network header and data at its IP header; consumed
 * @released: it had been buffered
 *
 * Context: RCU, bottom halves off.
 */
void fmip_target_xmit_by(struct fmip_binding *b, const struct fmip_plan *plan,
			 struct sk_buff *skb, bool released)
{
	int last = last_live(plan);

	if (unlikely(last < 0)) {
		fmip_drop(b->fn, b, skb, FMIP_DROP_NO_TARGET);
		return;
	}
	if (unlikely(last > 0))
		send_copies(b, plan, skb, last);
	if (send_counted(b, &plan->target[last], skb) && released)
		fmip_stats_add(b->fn, b, FMIP_COUNT_RELEASED, 1);
}

/**
 * fmip_target_xmit() - send a packet to where its binding says
 * @b: binding
 * @skb: packet, network header and data at its IP header; consumed
 * @released: it had been buffered
 *
 * Context: RCU, bottom halves off.
 */
void fmip_target_xmit(struct fmip_binding *b, struct sk_buff *skb,
		      bool released)
{
	fmip_target_xmit_by(b, rcu_dereference(b->plan), skb, released);
}

/**
 * fmip_target_reaches() - is a packet for a node that has just said where it is?
 * @plan: the binding's plan
 * @node: the node
 * @skb: packet
 *
 * Context: RCU, bottom halves off.
 * Return: true if fmip_target_xmit_node() sends it where the plan says.
 */
bool fmip_target_reaches(const struct fmip_plan *plan,
			 const struct fmip_node *node, struct sk_buff *skb)
{
	const struct fmip_target *target = &plan->target[0];
	u8 family = fmip_packet_family(skb);
	struct in6_addr buf;

	return plan->n_targets == 1 && target->type == FMIP_TARGET_LINK &&
	       !target->has_end && !target->link->has_lladdr &&
	       target->link->dev == node->dev && fmip_link_up(node->dev) &&
	       node->family == family &&
	       ipv6_addr_equal(fmip_packet_daddr(skb, family, &buf),
			       node->addr);
}

/**
 * fmip_target_xmit_node() - send a packet that had been buffered to a node,
 *	without looking for the node's neighbour entry
 * @b: binding
 * @node: the node
 * @skb: packet for which fmip_target_reaches() holds; consumed
 *
 * Context: RCU, bottom halves off.
 */
void fmip_target_xmit_node(struct fmip_binding *b, const struct fmip_node *node,
			   struct sk_buff *skb)
{
	struct fmip_link link = {
		.dev = node->dev,
		.has_lladdr = true,
	};
	struct fmip_target target = {
		.type = FMIP_TARGET_LINK,
		.link = &link,
	};

	memcpy(link.lladdr, node->lladdr, node->dev->addr_len);
	if (send_counted(b, &target, skb))
		fmip_stats_add(b->fn, b, FMIP_COUNT_RELEASED, 1);
}
