// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a packet goes once the gate lets it.  The target is the one of that
 * moment, not the one of when the packet came.
 */
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>

#include "binding.h"
#include "device.h"
#include "encap.h"
#include "link.h"
#include "net.h"
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

static int tunnel_way(struct fmip_net *fn, struct fmip_tunnel *t,
		      struct fmip_way *way)
{
	struct fmip_path *path = rcu_dereference(t->path);
	struct dst_entry *dst = fmip_path_route(fn, path);

	if (!dst)
		return FMIP_DROP_NO_ROUTE;
	way->dev = rcu_dereference(fn->dev);
	way->mtu = fmip_path_mtu(dst);
	way->headroom = LL_RESERVED_SPACE(dst->dev) + dst->header_len +
			sizeof(struct ipv6hdr);
	dst_release(dst);
	return FMIP_DROP_NONE;
}

static int link_way(struct net_device *dev, struct fmip_way *way)
{
	way->dev = dev;
	way->mtu = fmip_link_mtu(dev);
	way->headroom = LL_RESERVED_SPACE(dev);
	return FMIP_DROP_NONE;
}

/* Nobody knows yet; as far as anybody can tell it is going to be a tunnel. */
static int unknown_way(struct fmip_net *fn, struct fmip_way *way)
{
	way->dev = rcu_dereference(fn->dev);
	way->mtu = READ_ONCE(way->dev->mtu);
	way->headroom = LL_MAX_HEADER + sizeof(struct ipv6hdr);
	return FMIP_DROP_NONE;
}

/**
 * fmip_target_way() - how a packet of a binding would leave now
 * @b: binding
 * @plan: its plan
 * @way: result
 *
 * While the gate holds packets there need not be a target, nor a route to it.
 *
 * Context: RCU, bottom halves off.
 * Return: 0, or enum fmip_drop.
 */
int fmip_target_way(struct fmip_binding *b, const struct fmip_plan *plan,
		    struct fmip_way *way)
{
	int why;

	if (!plan->n_targets)
		return unknown_way(b->fn, way);
	if (plan->target[0].type == FMIP_TARGET_LINK)
		return link_way(plan->target[0].dev, way);
	why = tunnel_way(b->fn, plan->target[0].tunnel, way);
	if (why && READ_ONCE(b->gate) != FMIP_GATE_OPEN)
		return unknown_way(b->fn, way);
	return why;
}

/**
 * fmip_target_ready() - is it of use to send to a binding's target now?
 * @plan: the binding's plan
 *
 * Context: RCU.
 * Return: false while its link is down.
 */
bool fmip_target_ready(const struct fmip_plan *plan)
{
	return !plan->n_targets || plan->target[0].type != FMIP_TARGET_LINK ||
	       fmip_link_up(plan->target[0].dev);
}

static enum fmip_drop send_one(struct fmip_binding *b,
			       const struct fmip_target *target,
			       struct sk_buff *skb)
{
	enum fmip_drop why;

	if (target->type == FMIP_TARGET_LINK)
		return fmip_link_xmit(b->fn, target, skb);
	if (!nesting_enter(b)) {
		kfree_skb(skb);
		return FMIP_DROP_NESTING;
	}
	why = fmip_encap_xmit(b->fn, target->tunnel, skb);
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

	why = send_one(f->b, f->target, skb);
	if (why)
		f->why = why;
	return 0;
}

/*
 * Conntrack has put fragments together; they leave as they came.  Or the router
 * itself sends a datagram that its own output would have fragmented.
 */
static enum fmip_drop send_fragments(struct fmip_binding *b,
				     const struct fmip_target *target,
				     struct sk_buff *skb,
				     const struct fmip_way *way)
{
	struct fragmenting *f = this_cpu_ptr(&fragmenting), outer = *f;
	enum fmip_drop why;

	if (!fmip_route_set(b->fn, skb, way->dev, way->mtu)) {
		kfree_skb(skb);
		return FMIP_DROP_NO_MEMORY;
	}
	*f = (struct fragmenting) { .b = b, .target = target };
	skb->dev = way->dev;
	if (ipv6_stub->ipv6_fragment(b->fn->net, NULL, skb, send_fragment) &&
	    !f->why)
		f->why = FMIP_DROP_NO_MEMORY;
	why = f->why;
	*f = outer;
	return why;
}

static enum fmip_drop send(struct fmip_binding *b,
			   const struct fmip_plan *plan, struct sk_buff *skb)
{
	struct fmip_way way;

	if (unlikely(skb->ignore_df) && !skb_is_gso(skb) &&
	    !fmip_target_way(b, plan, &way) && skb->len > way.mtu &&
	    IP6CB(skb)->frag_max_size <= way.mtu)
		return send_fragments(b, &plan->target[0], skb, &way);
	return send_one(b, &plan->target[0], skb);
}

/**
 * fmip_target_xmit() - send a packet to where its binding says
 * @b: binding
 * @skb: packet, network header and data at its IPv6 header; consumed
 * @released: it had been buffered
 *
 * Context: RCU, bottom halves off.
 */
void fmip_target_xmit(struct fmip_binding *b, struct sk_buff *skb,
		      bool released)
{
	struct fmip_plan *plan = rcu_dereference(b->plan);
	unsigned int len = skb->len;
	enum fmip_drop why;

	if (!plan->n_targets) {
		fmip_drop(b->fn, b, skb, FMIP_DROP_NO_TARGET);
		return;
	}
	why = send(b, plan, skb);
	if (why) {
		fmip_stats_drop(b->fn, b, why, 1);
		return;
	}
	fmip_stats_packet(b->fn, b, FMIP_COUNT_SENT, len);
	if (plan->target[0].type == FMIP_TARGET_TUNNEL)
		fmip_device_sent(rcu_dereference(b->fn->dev), len);
	if (released)
		fmip_stats_add(b->fn, b, FMIP_COUNT_RELEASED, 1);
}
