// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events to the control plane.  They tell what has happened already, and cost
 * nothing while nobody listens.
 */
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>

#include "binding.h"
#include "nd.h"
#include "net.h"
#include "netlink.h"

/**
 * struct event - what an event carries
 * @event: what it is
 * @timer: for FMIP_EVENT_EXPIRED
 * @ifindex: interface, or 0
 * @addr: address, or NULL
 * @lladdr: link-layer address, or NULL
 * @lladdr_len: its length
 * @time_ns: when
 */
struct event {
	enum fmip_event event;
	enum fmip_timer timer;
	u32 ifindex;
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
	if (e->addr && nla_put_in6_addr(skb, FMIP_EVENT_A_ADDR, e->addr))
		return -EMSGSIZE;
	if (e->lladdr &&
	    nla_put(skb, FMIP_EVENT_A_LLADDR, e->lladdr_len, e->lladdr))
		return -EMSGSIZE;
	if (e->ifindex && nla_put_u32(skb, FMIP_EVENT_A_IFINDEX, e->ifindex))
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

static void send_nd(struct fmip_binding *b, enum fmip_event event,
		    struct net_device *dev, const struct fmip_nd *nd,
		    u64 time_ns)
{
	struct event e = {
		.event = event,
		.ifindex = dev->ifindex,
		.addr = &nd->target,
		.lladdr = nd->lladdr,
		.lladdr_len = dev->addr_len,
		.time_ns = time_ns,
	};

	send(b, &e);
}

/**
 * fmip_netlink_attached() - the node has arrived
 * @b: binding
 * @dev: where
 * @nd: its advertisement
 * @now_ns: when that was seen
 *
 * Context: RCU, softirq.
 */
void fmip_netlink_attached(struct fmip_binding *b, struct net_device *dev,
			   const struct fmip_nd *nd, u64 now_ns)
{
	send_nd(b, FMIP_EVENT_ATTACHED, dev, nd, now_ns);
}

/**
 * fmip_netlink_rejected() - evidence of arrival disagrees with the binding
 * @b: binding
 * @dev: where
 * @nd: the advertisement
 *
 * Context: RCU, softirq.
 */
void fmip_netlink_rejected(struct fmip_binding *b, struct net_device *dev,
			   const struct fmip_nd *nd)
{
	send_nd(b, FMIP_EVENT_REJECTED, dev, nd, 0);
}

/**
 * fmip_netlink_duplicate() - somebody claims an address that is proxied
 * @b: binding
 * @dev: where
 * @nd: the advertisement
 *
 * Context: RCU, softirq.
 */
void fmip_netlink_duplicate(struct fmip_binding *b, struct net_device *dev,
			    const struct fmip_nd *nd)
{
	send_nd(b, FMIP_EVENT_DUPLICATE, dev, nd, 0);
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
 * @addr: address
 * @ifindex: where
 *
 * Context: RCU.
 */
void fmip_netlink_proxy_expired(struct fmip_binding *b,
				const struct in6_addr *addr, u32 ifindex)
{
	struct event e = {
		.event = FMIP_EVENT_EXPIRED,
		.timer = FMIP_TIMER_PROXY,
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
