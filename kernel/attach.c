// SPDX-License-Identifier: GPL-2.0-only
/*
 * Evidence that a node has arrived: the Unsolicited Neighbour Advertisement of
 * RFC 5568 section 6.3, and others that a binding may ask for.  None of it is
 * authenticated, so that all that it says must agree with what the control
 * plane told the binding.
 */
#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/if_arp.h>
#include <linux/ip.h>
#include <linux/ktime.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "attach.h"
#include "binding.h"
#include "link.h"
#include "match.h"
#include "nd.h"
#include "net.h"
#include "netlink.h"
#include "proxy.h"
#include "queue.h"
#include "trace.h"

/* A node that sends is told of so often, if that is all that happens. */
#define DATA_EVENT_INTERVAL	(HZ / 10)

#define ATTACH_HASH_BITS	8

/*
 * Bindings that wait for data, by a hash of the interface where they do: what
 * comes in elsewhere costs no more than to look here.
 */
static atomic_t data_attaches[1 << ATTACH_HASH_BITS];

/* The last event about data, by a hash of the binding. */
static struct {
	const struct fmip_binding *binding;
	unsigned long when;
} data_events[1 << ATTACH_HASH_BITS];

static atomic_t *data_attaches_on(const struct fmip_net *fn, u32 ifindex)
{
	return &data_attaches[hash_64((unsigned long)fn + ifindex,
				     ATTACH_HASH_BITS)];
}

static const struct fmip_attach *attach_of(const struct fmip_binding *b)
{
	const struct fmip_plan *plan = rcu_dereference(b->plan);

	return &plan->policy->attach;
}

static bool own_address(struct fmip_net *fn, struct net_device *dev,
			const struct fmip_sign *sign)
{
	if (sign->family == AF_INET6)
		return ipv6_chk_addr(fn->net, &sign->addr, NULL, 0);
	return inet_addr_type_dev_table(fn->net, dev,
					sign->addr.s6_addr32[0]) == RTN_LOCAL;
}

static struct fmip_binding *by_match(struct fmip_net *fn,
				     struct net_device *dev,
				     const struct fmip_sign *sign,
				     enum fmip_direction direction)
{
	struct fmip_from from = { .in = dev };
	struct fmip_match *m;

	m = fmip_match_lookup(&fn->matches, sign->family, &sign->addr,
			      direction, &from);
	/* A prefix may hold addresses of the router itself. */
	if (!m || (!fmip_match_whole(&m->key) && own_address(fn, dev, sign)))
		return NULL;
	return m->binding;
}

/* Who waits for such a sign here; or, if nobody does, at another place? */
static struct fmip_binding *find_binding(struct fmip_net *fn,
					 struct net_device *dev,
					 const struct fmip_proxy *p,
					 const struct fmip_sign *sign)
{
	struct fmip_binding *b[] = {
		p ? p->binding : NULL,
		by_match(fn, dev, sign, FMIP_DIRECTION_DST),
		by_match(fn, dev, sign, FMIP_DIRECTION_SRC),
	};
	struct fmip_binding *elsewhere = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(b); i++) {
		const struct fmip_attach *attach;

		if (!b[i] || READ_ONCE(b[i]->dying))
			continue;
		attach = attach_of(b[i]);
		if (!attach->ifindex || !(attach->on & sign->on))
			continue;
		if (attach->ifindex == dev->ifindex)
			return b[i];
		elsewhere = elsewhere ?: b[i];
	}
	return elsewhere;
}

static bool unicast_lladdr(const struct net_device *dev, const u8 *lladdr)
{
	return dev->type != ARPHRD_ETHER || is_valid_ether_addr(lladdr);
}

static bool same_lladdr(const struct net_device *dev, const u8 *lladdr,
			const u8 *other)
{
	return lladdr && dev->addr_len && !memcmp(lladdr, other, dev->addr_len);
}

static bool lladdr_agrees(const struct fmip_attach *attach,
			  const struct net_device *dev,
			  const struct fmip_sign *sign)
{
	if (sign->lladdr && !unicast_lladdr(dev, sign->lladdr))
		return false;
	if (!attach->has_lladdr)
		return true;
	/* Nobody else shall speak for the node that has been named. */
	return same_lladdr(dev, sign->lladdr, attach->lladdr) &&
	       (!sign->sender ||
		same_lladdr(dev, sign->sender, attach->lladdr));
}

/* Does a sign agree with what the binding expects? */
static bool believed(const struct fmip_attach *attach,
		     const struct net_device *dev,
		     const struct fmip_sign *sign)
{
	return attach->ifindex == dev->ifindex &&
	       attach->on & sign->sound &&
	       lladdr_agrees(attach, dev, sign);
}

/* The narrowest of all that it counts as. */
static u32 counts_as(u32 on)
{
	return on & -on;
}

/* Not for every packet of a node that nobody lets in. */
static bool event_due(const struct fmip_binding *b)
{
	unsigned int i = hash_ptr(b, ATTACH_HASH_BITS);
	unsigned long now = jiffies, due;

	due = READ_ONCE(data_events[i].when) + DATA_EVENT_INTERVAL;
	if (READ_ONCE(data_events[i].binding) == b && time_before(now, due))
		return false;
	WRITE_ONCE(data_events[i].when, now);
	WRITE_ONCE(data_events[i].binding, b);
	return true;
}

/* What a node says again and again is for the stack to make use of. */
static bool teaches(const struct fmip_binding *b, const struct fmip_proxy *p,
		    const struct fmip_sign *sign)
{
	return sign->lladdr && (p || READ_ONCE(b->gate) != FMIP_GATE_OPEN ||
				sign->on & FMIP_ATTACH_ON_UNA);
}

/* Returns whether anything has changed by that. */
static bool let_in(struct fmip_binding *b, struct net_device *dev,
		   struct fmip_proxy *p, const struct fmip_sign *sign, u64 now)
{
	struct fmip_node node = {
		.dev = dev,
		.addr = &sign->addr,
		.lladdr = sign->lladdr,
		.family = sign->family,
		.vouched = attach_of(b)->has_lladdr,
	};
	bool changed, ended;

	/* The node is still there, and has not been away. */
	if (READ_ONCE(b->gate) == FMIP_GATE_COPY)
		return false;
	ended = p && fmip_proxy_stop(p);
	changed = fmip_queue_let_in(b, now, teaches(b, p, sign) ? &node : NULL);
	/* Waking a worker takes as long as sending the first packet. */
	if (ended)
		fmip_proxy_reap_soon(b->fn);
	return changed || ended;
}

/* The node is there: deliver, and only then tell. */
static void arrive(struct fmip_binding *b, struct net_device *dev,
		   struct fmip_proxy *p, const struct fmip_sign *sign, u64 now)
{
	const struct fmip_attach *attach = attach_of(b);
	u32 on = counts_as(attach->on & sign->sound);
	bool news;

	/* A sign that is repeated, and changes nothing, is no news. */
	if (attach->action == FMIP_ATTACH_OPEN)
		news = let_in(b, dev, p, sign, now);
	else
		news = on != FMIP_ATTACH_ON_DATA || event_due(b);
	trace_attach(b, on, true);
	fmip_stats_add(b->fn, b, FMIP_COUNT_ATTACHED, 1);
	if (news)
		fmip_netlink_attached(b, dev, sign->family, &sign->addr,
				      sign->lladdr, on, now);
}

static void reject(struct fmip_binding *b, struct net_device *dev,
		   const struct fmip_sign *sign)
{
	u32 on = counts_as(attach_of(b)->on & sign->on);

	trace_attach(b, on, false);
	fmip_stats_add(b->fn, b, FMIP_COUNT_REJECTED, 1);
	if (__ratelimit(&b->fn->rejected_limit))
		fmip_netlink_rejected(b, dev, sign->family, &sign->addr,
				      sign->lladdr, on);
}

/*
 * It counts for nothing, but is about an address that we defend: the node has
 * announced itself (RFC 5568 section 4 has it send an advertisement with the O
 * flag), or another node claims the address.
 */
static void claimed(struct fmip_proxy *p, struct net_device *dev,
		    const struct fmip_sign *sign)
{
	struct fmip_binding *b = p->binding;
	const struct fmip_attach *attach = attach_of(b);
	bool here = attach->ifindex == dev->ifindex;

	if (here && attach->action == FMIP_ATTACH_OPEN && sign->named &&
	    lladdr_agrees(attach, dev, sign)) {
		fmip_proxy_end(p);
		return;
	}
	if (here && attach->has_lladdr && sign->sound &&
	    lladdr_agrees(attach, dev, sign))
		return;
	if (__ratelimit(&b->fn->rejected_limit))
		fmip_netlink_duplicate(b, dev, sign->family, &sign->addr,
				       sign->lladdr);
}

/**
 * fmip_attach_seen() - look at what may be a sign of a node
 * @fn: namespace
 * @dev: where it came in
 * @sign: the sign
 *
 * Context: RCU, bottom halves off.
 * Return: true if a binding takes it for the arrival of its node.
 */
bool fmip_attach_seen(struct fmip_net *fn, struct net_device *dev,
		      const struct fmip_sign *sign)
{
	u64 now = ktime_get_ns();
	struct fmip_binding *b;
	struct fmip_proxy *p;

	/* Access points may send back to us what we have said ourselves. */
	if (same_lladdr(dev, sign->lladdr, dev->dev_addr))
		return false;
	p = fmip_proxy_find(fn, sign->family, &sign->addr, dev->ifindex);
	b = find_binding(fn, dev, p, sign);
	if (p && !fmip_proxy_live(p))
		p = NULL;
	if (!b) {
		if (p)
			claimed(p, dev, sign);
		return false;
	}
	if (!believed(attach_of(b), dev, sign)) {
		reject(b, dev, sign);
		return false;
	}
	arrive(b, dev, p, sign, now);
	return true;
}

static bool is_una(const struct fmip_nd *nd)
{
	return !nd->router && !nd->solicited && !nd->override && nd->lladdr;
}

/**
 * fmip_attach_advertised() - look at an advertisement
 * @fn: namespace
 * @dev: where it came in
 * @nd: the advertisement
 *
 * The stack goes on with it afterwards.
 *
 * Context: RCU, bottom halves off.
 */
void fmip_attach_advertised(struct fmip_net *fn, struct net_device *dev,
			    const struct fmip_nd *nd)
{
	struct fmip_sign sign = {
		.addr = nd->target,
		.lladdr = nd->lladdr ?: nd->sender,
		.sender = nd->sender,
		.family = AF_INET6,
		.on = FMIP_ATTACH_ON_NA,
		.sound = FMIP_ATTACH_ON_NA,
		.named = nd->lladdr,
	};

	if (is_una(nd)) {
		sign.on |= FMIP_ATTACH_ON_UNA;
		if (ipv6_addr_equal(&nd->saddr, &nd->target))
			sign.sound |= FMIP_ATTACH_ON_UNA;
	}
	fmip_attach_seen(fn, dev, &sign);
}

/**
 * fmip_attach_probed() - look at a probe for a duplicate address
 * @fn: namespace
 * @dev: where it came in
 * @nd: a solicitation from the unspecified address
 *
 * Context: RCU, bottom halves off.
 * Return: true if it is that of a node that has arrived, which needs no answer.
 */
bool fmip_attach_probed(struct fmip_net *fn, struct net_device *dev,
			const struct fmip_nd *nd)
{
	struct fmip_sign sign = {
		.addr = nd->target,
		.lladdr = nd->sender,
		.family = AF_INET6,
		.on = FMIP_ATTACH_ON_DAD_NS,
	};
	struct in6_addr group;

	addrconf_addr_solict_mult(&nd->target, &group);
	if (ipv6_addr_equal(&nd->daddr, &group))
		sign.sound = FMIP_ATTACH_ON_DAD_NS;
	return fmip_attach_seen(fn, dev, &sign);
}

/* The source of a packet; false if it says nothing about a node. */
static bool read_source(const struct sk_buff *skb, struct fmip_sign *sign)
{
	if (sign->family == AF_INET) {
		sign->addr.s6_addr32[0] = ip_hdr(skb)->saddr;
		return !ipv4_is_zeronet(ip_hdr(skb)->saddr) &&
		       !ipv4_is_multicast(ip_hdr(skb)->saddr) &&
		       !ipv4_is_lbcast(ip_hdr(skb)->saddr);
	}
	sign->addr = ipv6_hdr(skb)->saddr;
	return (ipv6_addr_type(&sign->addr) &
		(IPV6_ADDR_UNICAST | IPV6_ADDR_LINKLOCAL)) == IPV6_ADDR_UNICAST;
}

static bool awaits_node(const struct fmip_binding *b)
{
	u8 gate = READ_ONCE(b->gate);

	return gate == FMIP_GATE_HOLD || gate == FMIP_GATE_GUARD;
}

static void look_at_data(struct fmip_net *fn, const struct sk_buff *skb,
			 struct net_device *in, u8 family)
{
	struct fmip_sign sign = {
		.lladdr = fmip_nd_sender(skb, in),
		.family = family,
		.on = FMIP_ATTACH_ON_DATA,
		.sound = FMIP_ATTACH_ON_DATA,
	};
	struct fmip_binding *b;
	struct fmip_proxy *p;

	if (!read_source(skb, &sign))
		return;
	p = fmip_proxy_find(fn, family, &sign.addr, in->ifindex);
	b = find_binding(fn, in, p, &sign);
	if (!b || attach_of(b)->ifindex != in->ifindex || !awaits_node(b))
		return;
	if (p && !fmip_proxy_live(p))
		p = NULL;
	if (believed(attach_of(b), in, &sign))
		arrive(b, in, p, &sign, ktime_get_ns());
	else
		reject(b, in, &sign);
}

/**
 * fmip_attach_data() - look at who has sent a packet
 * @fn: namespace
 * @skb: packet, network header at its IP header; it goes on afterwards
 * @in: where it came in
 * @family: AF_INET6 or AF_INET
 *
 * A packet by another interface is no sign of anything: what a node has sent
 * before it left may still be on its way.
 *
 * Context: RCU, bottom halves off.
 */
void fmip_attach_data(struct fmip_net *fn, struct sk_buff *skb,
		      struct net_device *in, u8 family)
{
	if (atomic_read(data_attaches_on(fn, in->ifindex)))
		look_at_data(fn, skb, in, family);
}

static void count_data(struct fmip_net *fn, const struct fmip_attach *attach,
		       int n)
{
	if (!attach || !attach->ifindex || !(attach->on & FMIP_ATTACH_ON_DATA))
		return;
	atomic_add(n, data_attaches_on(fn, attach->ifindex));
	atomic_add(n, &fn->data_attaches);
}

/**
 * fmip_attach_counted() - a binding waits for something else from now on
 * @fn: namespace
 * @old: what it waited for, or NULL
 * @new: what it waits for, or NULL
 *
 * Context: any, the namespace's lock held.
 */
void fmip_attach_counted(struct fmip_net *fn, const struct fmip_attach *old,
			 const struct fmip_attach *new)
{
	count_data(fn, new, 1);
	count_data(fn, old, -1);
}
