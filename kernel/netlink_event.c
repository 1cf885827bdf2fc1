// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events to the control plane.  They tell what has happened already, and cost
 * nothing while nobody listens.
 */
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>

#include "binding.h"
#include "net.h"
#include "netlink.h"

/**
 * struct event - what an event carries
 * @event: what it is
 * @timer: for FMIP_EVENT_EXPIRED
 * @ifindex: interface, or 0
 * @on: FMIP_ATTACH_ON_*, or 0
 * @family: of @addr
 * @addr: address, or NULL
 * @lladdr: link-layer address, or NULL
 * @lladdr_len: its length
 * @time_ns: when
 */
struct event {
	enum fmip_event event;
	enum fmip_timer timer;
	u32 ifindex;
	u32 on;
	u8 family;
	const struct in6_addr *addr;
	const u8 *lladdr;
	unsigned int lladdr_len;
	u64 time_ns;
};

static int put_event(struct sk_buff *skb, struct fmip_binding *b,
		     const struct event *e)
{
	if (nla_put_u8(skb, FMIP_EVENT_A_EVENT, e->event) ||
	    nla_put_u64_64bit(skb, FMIP_EVENT_A_TIME_NS, e->time_ns,
			      FMIP_EVENT_A_PAD) ||
	    nla_put_u32(skb, FMIP_EVENT_A_BINDING, b->id) ||
	    nla_put_u64_64bit(skb, FMIP_EVENT_A_COOKIE, READ_ONCE(b->cookie),
			      FMIP_EVENT_A_PAD))
		return -EMSGSIZE;
	if (e->event == FMIP_EVENT_EXPIRED &&
	    nla_put_u8(skb, FMIP_EVENT_A_TIMER, e->timer))
		return -EMSGSIZE;
	if (e->addr && fmip_netlink_put_addr(skb, FMIP_EVENT_A_ADDR, e->family,
					     e->addr))
		return -EMSGSIZE;
	if (e->lladdr &&
	    nla_put(skb, FMIP_EVENT_A_LLADDR, e->lladdr_len, e->lladdr))
		return -EMSGSIZE;
	if (e->ifindex && nla_put_u32(skb, FMIP_EVENT_A_IFINDEX, e->ifindex))
		return -EMSGSIZE;
	if (e->on && fmip_netlink_put_bits(skb, FMIP_EVENT_A_ON, e->on))
		return -EMSGSIZE;
	return fmip_netlink_put_stats(skb, FMIP_EVENT_A_STATS, b);
}

/* Any context but hard interrupts; @b under RCU or owned, its lock not held. */
static void send(struct fmip_binding *b, struct event *e)
{
	struct net *net = b->fn->net;
	struct sk_buff *skb;
	void *hdr;

	if (!genl_has_listeners(&fmip_genl_family, net, 0))
		return;
	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &fmip_genl_family, 0, FMIP_CMD_EVENT);
	if (!e->time_ns)
		e->time_ns = ktime_get_ns();
	if (!hdr || put_event(skb, b, e)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast_netns(&fmip_genl_family, net, skb, 0, 0, GFP_ATOMIC);
}

/**
 * fmip_netlink_attached() - the node has arrived
 * @b: binding
 * @dev: where
 * @family: of @addr
 * @addr: its address
 * @lladdr: its link-layer address, as long as the interface's, or NULL
 * @on: FMIP_ATTACH_ON_*, what has shown it
 * @now_ns: when that was seen
 *
 * Context: RCU, softirq.
 */
void fmip_netlink_attached(struct fmip_binding *b, struct net_device *dev,
			   u8 family, const struct in6_addr *addr,
			   const u8 *lladdr, u32 on, u64 now_ns)
{
	struct event e = {
		.event = FMIP_EVENT_ATTACHED,
		.ifindex = dev->ifindex,
		.on = on,
		.family = family,
		.addr = addr,
		.lladdr = lladdr,
		.lladdr_len = dev->addr_len,
		.time_ns = now_ns,
	};

	send(b, &e);
}

/**
 * fmip_netlink_rejected() - evidence of arrival disagrees with the binding
 * @b: binding
 * @dev: where
 * @family: of @addr
 * @addr: the address that it is about
 * @lladdr: the link-layer address that it gives, or NULL
 * @on: FMIP_ATTACH_ON_*, what it is
 *
 * Context: RCU, softirq.
 */
void fmip_netlink_rejected(struct fmip_binding *b, struct net_device *dev,
			   u8 family, const struct in6_addr *addr,
			   const u8 *lladdr, u32 on)
{
	struct event e = {
		.event = FMIP_EVENT_REJECTED,
		.ifindex = dev->ifindex,
		.on = on,
		.family = family,
		.addr = addr,
		.lladdr = lladdr,
		.lladdr_len = dev->addr_len,
	};

	send(b, &e);
}

/**
 * fmip_netlink_duplicate() - somebody claims an address that is proxied
 * @b: binding
 * @dev: where
 * @family: of @addr
 * @addr: the address
 * @lladdr: the link-layer address of who claims it, or NULL
 *
 * Context: RCU, softirq.
 */
void fmip_netlink_duplicate(struct fmip_binding *b, struct net_device *dev,
			    u8 family, const struct in6_addr *addr,
			    const u8 *lladdr)
{
	struct event e = {
		.event = FMIP_EVENT_DUPLICATE,
		.ifindex = dev->ifindex,
		.family = family,
		.addr = addr,
		.lladdr = lladdr,
		.lladdr_len = dev->addr_len,
	};

	send(b, &e);
}

/**
 * fmip_netlink_released() - the queue is empty and the gate open
 * @b: binding
 *
 * Context: RCU.
 */
void fmip_netlink_released(struct fmip_binding *b)
{
	struct event e = { .event = FMIP_EVENT_RELEASED };

	send(b, &e);
}

/**
 * fmip_netlink_overflow() - the first packet that a hold could not buffer
 * @b: binding
 *
 * Context: RCU.
 */
void fmip_netlink_overflow(struct fmip_binding *b)
{
	struct event e = { .event = FMIP_EVENT_OVERFLOW };

	send(b, &e);
}

/**
 * fmip_netlink_expired() - a timer of a binding has ended
 * @b: binding
 * @timer: which
 *
 * Context: RCU, or @b is owned.
 */
void fmip_netlink_expired(struct fmip_binding *b, enum fmip_timer timer)
{
	struct event e = { .event = FMIP_EVENT_EXPIRED, .timer = timer };

	send(b, &e);
}

/**
 * fmip_netlink_proxy_expired() - an address is no longer defended
 * @b: binding
 * @family: of @addr
 * @addr: address
 * @ifindex: where
 *
 * Context: RCU.
 */
void fmip_netlink_proxy_expired(struct fmip_binding *b, u8 family,
				const struct in6_addr *addr, u32 ifindex)
{
	struct event e = {
		.event = FMIP_EVENT_EXPIRED,
		.timer = FMIP_TIMER_PROXY,
		.family = family,
		.addr = addr,
		.ifindex = ifindex,
	};

	send(b, &e);
}

/**
 * fmip_netlink_removed() - a binding has gone with its interface
 * @b: binding
 *
 * Context: @b is owned.
 */
void fmip_netlink_removed(struct fmip_binding *b)
{
	struct event e = { .event = FMIP_EVENT_REMOVED };

	send(b, &e);
}
