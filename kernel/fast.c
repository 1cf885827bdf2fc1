// SPDX-License-Identifier: GPL-2.0-only
/*
 * The short way of a received IPv6 packet to its binding, through the gate, and
 * into tunnels over IPv6 or to a link.
 *
 * It does what hooks.c, forward.c, target.c, encap.c and output.c do, in one
 * piece, for a packet about which nothing is unusual; with the first thing that
 * is, and before anything has been changed, it leaves the packet to them.  The
 * hooks that have entries see the packet here as there.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/dst.h>
#include <net/gre.h>
#include <net/inet_ecn.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include <net/xfrm.h>

#include "binding.h"
#include "device.h"
#include "fast.h"
#include "forward.h"
#include "link.h"
#include "match_lookup.h"
#include "net.h"
#include "output.h"
#include "packet.h"
#include "queue.h"
#include "route.h"
#include "target.h"
#include "tunnel.h"

/* With whatever goes around them, such packets fit any IPv6 path. */
#define FITS_ALWAYS	(IPV6_MIN_MTU - 64)

/**
 * struct fast - a packet on the short way
 * @fn: namespace
 * @skb: packet
 * @from: where it came from
 * @b: its binding
 * @plan: that of the binding
 * @target: the target that is looked at
 * @path: of its tunnel, or NULL for a link
 * @dst: route of the path
 * @neigh: neighbour entry of its next hop
 * @dev: the fmip device, or the link's
 * @room: that the packet must have in front of it
 * @mtu: largest inner packet
 */
struct fast {
	struct fmip_net *fn;
	struct sk_buff *skb;
	const struct fmip_from *from;
	struct fmip_binding *b;
	const struct fmip_plan *plan;
	const struct fmip_target *target;
	struct fmip_path *path;
	struct dst_entry *dst;
	struct neighbour *neigh;
	struct net_device *dev;
	unsigned int room;
	unsigned int mtu;
};

static __always_inline struct nf_hook_entries *entries(const struct net *net,
						       unsigned int hook)
{
	return rcu_dereference(net->nf.hooks_ipv6[hook]);
}

/* 2000::/3 */
static __always_inline bool is_global(const struct in6_addr *addr)
{
	return (addr->s6_addr[0] & 0xe0) == 0x20;
}

static __always_inline bool plain_packet(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);

	return is_global(&ip6h->daddr) && is_global(&ip6h->saddr) &&
	       ip6h->hop_limit > 1 && ip6h->nexthdr != IPPROTO_ICMPV6 &&
	       !(IP6CB(skb)->flags & IP6SKB_ROUTERALERT) &&
	       !IP6CB(skb)->frag_max_size && !skb->ignore_df &&
	       skb->len <= FITS_ALWAYS && !skb_is_gso(skb) &&
	       skb->ip_summed != CHECKSUM_PARTIAL && !skb_cloned(skb) &&
	       !skb->encapsulation && !secpath_exists(skb);
}

static __always_inline bool forwards(const struct net *net)
{
	if (!READ_ONCE(net->ipv6.devconf_all->forwarding))
		return false;
#ifdef CONFIG_XFRM
	return !READ_ONCE(net->xfrm.policy_count[XFRM_POLICY_FWD]) &&
	       !READ_ONCE(net->xfrm.policy_count[XFRM_POLICY_OUT]) &&
	       READ_ONCE(net->xfrm.policy_default[XFRM_POLICY_FWD]) ==
	       XFRM_USERPOLICY_ACCEPT &&
	       READ_ONCE(net->xfrm.policy_default[XFRM_POLICY_OUT]) ==
	       XFRM_USERPOLICY_ACCEPT;
#else
	return true;
#endif
}

static __always_inline unsigned int link_mtu(const struct net_device *dev)
{
	const struct inet6_dev *idev = __in6_dev_get(dev);

	return idev ? READ_ONCE(idev->cnf.mtu6) : READ_ONCE(dev->mtu);
}

/* What ip6_mtu() comes to. */
static __always_inline unsigned int underlay_mtu(const struct dst_entry *dst)
{
	unsigned int mtu = dst_metric_raw(dst, RTAX_MTU);
	struct inet6_dev *idev;

	if (mtu)
		return min_t(unsigned int, mtu, IP6_MAX_MTU);
	idev = __in6_dev_get(dst->dev);
	return idev ? READ_ONCE(idev->cnf.mtu6) : IPV6_MIN_MTU;
}

static __always_inline unsigned int overhead(const struct fast *f)
{
	if (f->path->encap == FMIP_ENCAP_IP6)
		return sizeof(struct ipv6hdr);
	return sizeof(struct ipv6hdr) + sizeof(struct gre_base_hdr) +
	       f->target->has_key * sizeof(__be32);
}

/* The tunnel's route and next hop, if they are known and still hold. */
static __always_inline bool find_path(struct fast *f)
{
	struct fmip_path *path = rcu_dereference(f->target->tunnel->path);

	if (path->key.family != AF_INET6 || !READ_ONCE(path->direct) ||
	    path->encaplimit != FMIP_ENCAPLIMIT_NONE ||
	    path->flags & (FMIP_TUNNEL_F_FLOW_INHERIT | FMIP_TUNNEL_F_FLOW_HASH))
		return false;
	f->path = path;
	/* A change of routes shows at once, what only time changes soon. */
	f->dst = rcu_dereference(path->dst);
	if (unlikely(READ_ONCE(path->checked) != (u32)jiffies ||
		     READ_ONCE(path->sernum) !=
		     atomic_read(&f->fn->net->ipv6.fib6_sernum))) {
		f->dst = fmip_path_route(f->fn, path);
		if (!READ_ONCE(path->direct))
			return false;
	}
	f->neigh = rcu_dereference(path->neigh);
	if (unlikely(!f->dst || !f->neigh || READ_ONCE(f->neigh->dead) ||
		     f->neigh->dev != f->dst->dev || !ip6_dst_idev(f->dst)))
		return false;
	f->dev = rcu_dereference(f->fn->dev);
	/* Pairs with set_route() in path.c: the neighbour comes after the room. */
	smp_rmb();
	f->room = READ_ONCE(path->room);
	return true;
}

static __always_inline bool find_target(struct fast *f)
{
	if (likely(f->target->type == FMIP_TARGET_TUNNEL)) {
		if (!find_path(f))
			return false;
		f->mtu = underlay_mtu(f->dst) - overhead(f);
		return true;
	}
	if (f->target->type != FMIP_TARGET_LINK)
		return false;
	f->path = NULL;
	f->dev = f->target->link->dev;
	f->mtu = link_mtu(f->dev);
	f->room = LL_RESERVED_SPACE(f->dev);
	return true;
}

/* The route that the inner hooks see, if there are any to see it. */
static __always_inline bool set_standin(struct fast *f)
{
	struct fmip_standin *s;

	if (likely(f->path))
		s = rcu_dereference(f->path->standin);
	else
		s = rcu_dereference(f->target->link->standin);
	if (unlikely(!s || s->mtu != f->mtu))
		s = f->path ? fmip_path_standin(f->fn, f->path, f->mtu) :
			      fmip_link_standin(f->fn, f->target->link, f->mtu);
	if (unlikely(!s))
		return false;
	skb_dst_set_noref(f->skb, &s->rt6->dst);
	return true;
}

static __always_inline void count(struct fast *f, enum fmip_count what,
				  unsigned int len)
{
	struct fmip_pcpu_stats *s = this_cpu_ptr(f->fn->stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_inc(&s->count[what]);
	u64_stats_add(&s->count[what + 1], len);
	u64_stats_update_end(&s->syncp);
	atomic64_inc(&f->b->count[what]);
	atomic64_add(len, &f->b->count[what + 1]);
}

/* Received and sent. */
static __always_inline void count_both(struct fast *f, unsigned int len)
{
	struct fmip_pcpu_stats *s = this_cpu_ptr(f->fn->stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_inc(&s->count[FMIP_COUNT_RECEIVED]);
	u64_stats_add(&s->count[FMIP_COUNT_RECEIVED_BYTES], len);
	u64_stats_inc(&s->count[FMIP_COUNT_SENT]);
	u64_stats_add(&s->count[FMIP_COUNT_SENT_BYTES], len);
	u64_stats_update_end(&s->syncp);
	atomic64_inc(&f->b->count[FMIP_COUNT_RECEIVED]);
	atomic64_add(len, &f->b->count[FMIP_COUNT_RECEIVED_BYTES]);
	atomic64_inc(&f->b->count[FMIP_COUNT_SENT]);
	atomic64_add(len, &f->b->count[FMIP_COUNT_SENT_BYTES]);
}

static __always_inline int hook(struct fast *f, struct nf_hook_entries *e,
				unsigned int hook, struct net_device *in,
				struct net_device *out,
				int (*okfn)(struct net *, struct sock *,
					    struct sk_buff *))
{
	struct nf_hook_state state = {
		.hook = hook,
		.pf = NFPROTO_IPV6,
		.in = in,
		.out = out,
		.net = f->fn->net,
		.okfn = okfn,
	};

	return e ? nf_hook_slow(f->skb, &state, e, 0) : 1;
}

/* The inner packet's hooks; false if one of them has kept it. */
static __always_inline bool inner_hooks(struct fast *f, unsigned int len,
					struct nf_hook_entries *forward,
					struct nf_hook_entries *post)
{
	struct net_device *in = f->skb->dev;
	int ret;

	*fmip_packet_cb(f->skb) = (struct fmip_packet_cb) {
		.tunnel = f->from->tunnel,
		.key = f->from->key,
		.has_key = f->from->has_key,
	};
	ret = hook(f, forward, NF_INET_FORWARD, in, f->dev, fmip_forward_ok);
	if (likely(ret == 1)) {
		f->skb->dev = f->dev;
		ret = hook(f, post, NF_INET_POST_ROUTING, in, f->dev,
			   fmip_postrouting_ok);
	}
	if (likely(ret == 1))
		return true;
	if (ret < 0) {
		count(f, FMIP_COUNT_RECEIVED, len);
		fmip_stats_drop(f->fn, f->b, FMIP_DROP_FIREWALL, 1);
	}
	return false;
}

static __always_inline u8 dsfield(const struct fmip_path *path,
				  const struct ipv6hdr *inner)
{
	u8 was = ipv6_get_dsfield(inner);

	if (path->dscp == FMIP_DSCP_INHERIT)
		return was;
	return path->dscp << 2 | (was & INET_ECN_MASK);
}

static __always_inline u8 hop_limit(const struct fast *f)
{
	struct inet6_dev *idev;
	u32 limit = f->path->ttl ?: dst_metric_raw(f->dst, RTAX_HOPLIMIT);

	if (limit)
		return limit;
	idev = ip6_dst_idev(f->dst);
	return READ_ONCE(idev->cnf.hop_limit);
}

static __always_inline void push(struct fast *f)
{
	const struct fmip_path *path = f->path;
	struct sk_buff *skb = f->skb;
	u8 ds = dsfield(path, ipv6_hdr(skb)), proto = IPPROTO_IPV6;
	struct gre_base_hdr *greh;
	struct ipv6hdr *ip6h;

	if (path->encap == FMIP_ENCAP_GRE6) {
		if (f->target->has_key)
			*(__be32 *)__skb_push(skb, 4) = htonl(f->target->key);
		greh = __skb_push(skb, sizeof(*greh));
		greh->flags = f->target->has_key ? GRE_KEY : 0;
		greh->protocol = htons(ETH_P_IPV6);
		skb_reset_transport_header(skb);
		proto = IPPROTO_GRE;
	}
	ip6h = __skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6h, ds, path->flowlabel);
	ip6h->payload_len = htons(skb->len - sizeof(*ip6h));
	ip6h->nexthdr = proto;
	ip6h->hop_limit = hop_limit(f);
	ip6h->saddr = path->key.local;
	ip6h->daddr = path->key.remote;
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
}

/* The outer packet's hooks, and then the neighbour entry that the path has. */
static __always_inline enum fmip_drop send(struct fast *f)
{
	struct net *net = f->fn->net;
	struct sk_buff *skb = f->skb;
	struct net_device *dev = f->dst->dev;
	int ret;

	ret = hook(f, entries(net, NF_INET_LOCAL_OUT), NF_INET_LOCAL_OUT, NULL,
		   dev, dst_output);
	if (likely(ret == 1)) {
		if (unlikely(skb_dst(skb) != f->dst))
			return fmip_output_verdict(dst_output(net, NULL, skb));
		skb->dev = dev;
		ret = hook(f, entries(net, NF_INET_POST_ROUTING),
			   NF_INET_POST_ROUTING, NULL, dev,
			   fmip_output_postrouting_ok);
	}
	if (unlikely(ret != 1))
		return ret < 0 ? FMIP_DROP_FIREWALL : FMIP_DROP_NONE;
	ret = neigh_output(f->neigh, skb, false);
	return likely(!ret) ? FMIP_DROP_NONE : fmip_output_verdict(ret);
}

/* Put it into the tunnel, and count it as received as well. */
static __always_inline void encapsulate(struct fast *f, unsigned int len)
{
	struct sk_buff *skb = f->skb;
	enum fmip_drop why;

	if (unlikely(dev_nit_active(f->dev)))
		fmip_device_capture(f->dev, skb);
	skb->ip_summed = CHECKSUM_NONE;
	skb->skb_iif = 0;
	fmip_packet_scrub(skb);
	/* NAT may have looked up the stand-in anew, with a reference. */
	skb_dst_drop(skb);
	skb_dst_set_noref(skb, f->dst);
	push(f);
	skb->ignore_df = 1;
	skb->mark = f->path->mark;
	IP6_UPD_PO_STATS(f->fn->net, ip6_dst_idev(f->dst), IPSTATS_MIB_OUT,
			 skb->len);
	why = send(f);
	if (unlikely(why)) {
		count(f, FMIP_COUNT_RECEIVED, len);
		fmip_stats_drop(f->fn, f->b, why, 1);
		return;
	}
	count_both(f, len);
	dev_sw_netstats_tx_add(f->dev, 1, len);
}

static noinline void send_to_link(struct fmip_binding *b,
				  const struct fmip_link *link,
				  struct sk_buff *skb)
{
	unsigned int len = skb->len;
	enum fmip_drop why;

	fmip_stats_packet(b->fn, b, FMIP_COUNT_RECEIVED, len);
	why = fmip_link_xmit(b->fn, link, skb);
	if (likely(!why))
		fmip_stats_packet(b->fn, b, FMIP_COUNT_SENT, len);
	else
		fmip_stats_drop(b->fn, b, why, 1);
}

/* What ip6_forward() does, and the hooks; false if a hook has kept the packet. */
static __always_inline bool pass_hooks(struct fast *f, unsigned int len,
				       struct nf_hook_entries *forward,
				       struct nf_hook_entries *post)
{
	struct sk_buff *skb = f->skb;

	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	__IP6_INC_STATS(f->fn->net, __in6_dev_get(f->dev),
			IPSTATS_MIB_OUTFORWDATAGRAMS);
	ipv6_hdr(skb)->hop_limit--;
	skb_clear_tstamp(skb);
	return (!forward && !post) || inner_hooks(f, len, forward, post);
}

/* The gate is not open, or something has changed: on by the long way. */
static __always_inline void wait(struct fast *f, unsigned int len)
{
	count(f, FMIP_COUNT_RECEIVED, len);
	fmip_queue_pass(f->b, f->skb, f->from->tunnel);
}

/* Have the hooks left it as it was?  NAT's helpers may write into it. */
static __always_inline bool untouched(const struct sk_buff *skb,
				      unsigned int len)
{
	return skb->ip_summed != CHECKSUM_PARTIAL && skb->len == len &&
	       !skb_cloned(skb);
}

/* Does the gate let it pass, to the targets that it had when it came? */
static __always_inline bool is_open(const struct fast *f)
{
	/* Pairs with set_gate() in queue.c; the plan may have changed before. */
	return smp_load_acquire(&f->b->gate) == FMIP_GATE_OPEN &&
	       rcu_access_pointer(f->b->plan) == f->plan;
}

/* Nothing is going to turn out to be unusual from here on. */
static __always_inline void forward(struct fast *f,
				    struct nf_hook_entries *forward,
				    struct nf_hook_entries *post)
{
	unsigned int len = f->skb->len;

	if (!pass_hooks(f, len, forward, post))
		return;
	if (unlikely(!is_open(f) || !untouched(f->skb, len)))
		wait(f, len);
	else if (likely(f->path))
		encapsulate(f, len);
	else
		send_to_link(f->b, f->target->link, f->skb);
}

static __always_inline bool take(struct fast *f)
{
	struct nf_hook_entries *hooks, *post;

	hooks = entries(f->fn->net, NF_INET_FORWARD);
	post = entries(f->fn->net, NF_INET_POST_ROUTING);
	if ((hooks || post) && !set_standin(f))
		return false;
	forward(f, hooks, post);
	return true;
}

/* What has come out of a tunnel because of where it goes may not go back there. */
static __always_inline bool turns_back(const struct fast *f)
{
	return f->from->by_dst && f->path;
}

/**
 * struct way - how a packet gets to one of several tunnels
 * @path: as in &struct fast
 * @dst: likewise
 * @neigh: likewise
 */
struct way {
	struct fmip_path *path;
	struct dst_entry *dst;
	struct neighbour *neigh;
};

/* What fits all of several tunnels, and how much room all of them need. */
static __always_inline bool find_tunnels(struct fast *f, struct way *way)
{
	unsigned int mtu = UINT_MAX, room = 0;
	int i;

	for (i = 0; i < f->plan->n_targets; i++) {
		f->target = &f->plan->target[i];
		if (!find_target(f) || !f->path)
			return false;
		mtu = min(mtu, f->mtu);
		room = max(room, f->room);
		way[i].path = f->path;
		way[i].dst = f->dst;
		way[i].neigh = f->neigh;
	}
	f->mtu = mtu;
	f->room = room;
	return f->plan->n_targets;
}

/* What skb_copy() does, from what drivers allocate received packets from. */
static struct sk_buff *copy_linear(const struct sk_buff *skb)
{
	unsigned int room = skb_headroom(skb), size;
	struct sk_buff *copy;
	void *head;

	size = SKB_DATA_ALIGN(room + skb->len) +
	       SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	head = napi_alloc_frag(size);
	if (unlikely(!head))
		return NULL;
	copy = napi_build_skb(head, size);
	if (unlikely(!copy)) {
		skb_free_frag(head);
		return NULL;
	}
	skb_reserve(copy, room);
	skb_put_data(copy, skb->data, skb->len);
	skb_copy_header(copy, skb);
	return copy;
}

/* A copy is a packet of its own. */
static __always_inline struct sk_buff *copy(struct fast *f, struct sk_buff *skb)
{
	struct sk_buff *copy = skb_is_nonlinear(skb) ?
			       skb_copy(skb, GFP_ATOMIC) : copy_linear(skb);

	fmip_stats_add(f->fn, f->b, FMIP_COUNT_COPIED, 1);
	if (likely(copy))
		return copy;
	count(f, FMIP_COUNT_RECEIVED, skb->len);
	fmip_stats_drop(f->fn, f->b, FMIP_DROP_NO_MEMORY, 1);
	return NULL;
}

/* The last target gets the packet itself. */
static __always_inline void send_to_all(struct fast *f, const struct way *way)
{
	struct sk_buff *skb = f->skb;
	unsigned int len = skb->len;
	int i, last = f->plan->n_targets - 1;

	for (i = 0; i <= last; i++) {
		f->target = &f->plan->target[i];
		f->path = way[i].path;
		f->dst = way[i].dst;
		f->neigh = way[i].neigh;
		f->skb = i < last ? copy(f, skb) : skb;
		if (likely(f->skb))
			encapsulate(f, len);
	}
}

/* As fmip_fast_ip6(), for several tunnels. */
static noinline bool take_many(struct fmip_net *fn, struct sk_buff *skb,
			       const struct fmip_from *from,
			       struct fmip_binding *b,
			       const struct fmip_plan *plan)
{
	struct nf_hook_entries *hooks = entries(fn->net, NF_INET_FORWARD);
	struct nf_hook_entries *post = entries(fn->net, NF_INET_POST_ROUTING);
	struct way way[FMIP_TARGETS_MAX];
	unsigned int len;
	struct fast f;

	f.fn = fn;
	f.skb = skb;
	f.from = from;
	f.b = b;
	f.plan = plan;
	if (!find_tunnels(&f, way) || turns_back(&f) ||
	    skb_headroom(skb) < f.room ||
	    ((hooks || post) && !set_standin(&f)))
		return false;
	len = skb->len;
	if (!pass_hooks(&f, len, hooks, post))
		return true;
	if (likely(is_open(&f) && untouched(skb, len)))
		send_to_all(&f, way);
	else
		wait(&f, len);
	return true;
}

static __always_inline bool take_ip6(struct fmip_net *fn, struct fmip_match *m,
				     struct sk_buff *skb,
				     const struct fmip_from *from)
{
	struct fast f;

	if (IS_ERR(m))
		return false;
	f.fn = fn;
	f.skb = skb;
	f.from = from;
	f.b = m->binding;
	f.plan = rcu_dereference(f.b->plan);
	if (unlikely(READ_ONCE(f.b->dying) || !fmip_match_whole(&m->key) ||
		     !plain_packet(skb) || !forwards(fn->net) ||
		     f.plan->has_end || f.plan->local))
		return false;
	f.target = &f.plan->target[0];
	if (unlikely(f.plan->n_targets != 1))
		return take_many(fn, skb, from, f.b, f.plan);
	if (unlikely(!find_target(&f) || turns_back(&f) ||
		     skb_headroom(skb) < f.room))
		return false;
	return take(&f);
}

/**
 * fmip_fast_ip6() - the short way of a packet out of a tunnel
 * @fn: namespace
 * @m: what fmip_match_plain() has found for its destination, not NULL
 * @skb: packet without a route
 * @from: where it came from
 *
 * Context: RCU, bottom halves off.
 * Return: true if @skb was consumed; else it is as it was, for the long way.
 */
bool fmip_fast_ip6(struct fmip_net *fn, struct fmip_match *m,
		   struct sk_buff *skb, const struct fmip_from *from)
{
	return take_ip6(fn, m, skb, from);
}

/* What cannot go the short way: all but what has just come in from a link. */
static __always_inline bool unusual(const struct fmip_net *fn,
				    const struct sk_buff *skb)
{
	return skb->pkt_type != PACKET_HOST || skb->sk || skb->_skb_refdst ||
	       READ_ONCE(fn->exempt_mask) || atomic_read(&fn->data_attaches) ||
	       !in_softirq() || READ_ONCE(fn->deaf);
}

/* Is it a packet that might have to be decapsulated? */
static __always_inline bool from_tunnel(const struct fmip_net *fn, u8 nexthdr)
{
	return nexthdr != IPPROTO_UDP && nexthdr != IPPROTO_TCP &&
	       READ_ONCE(fn->receivers);
}

/**
 * fmip_fast_prerouting6() - the hook where IPv6 packets are received
 * @priv: namespace
 * @skb: packet
 * @state: of the hook
 *
 * Context: RCU.
 * Return: NF_ACCEPT, or NF_STOLEN if @skb was consumed.
 */
unsigned int fmip_fast_prerouting6(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	static const struct fmip_from from_a_link;
	struct fmip_net *fn = priv;
	struct fmip_match *m;

	if (unlikely(unusual(fn, skb)))
		return fmip_hooks_prerouting6(skb, state);
	if (from_tunnel(fn, ipv6_hdr(skb)->nexthdr))
		return fmip_fast_decap(fn, skb) ?
		       NF_STOLEN : fmip_hooks_prerouting6(skb, state);
	m = fmip_match_plain(&fn->matches, &ipv6_hdr(skb)->daddr);
	if (!m)
		return NF_ACCEPT;
	return take_ip6(fn, m, skb, &from_a_link) ?
	       NF_STOLEN : fmip_hooks_prerouting6(skb, state);
}
