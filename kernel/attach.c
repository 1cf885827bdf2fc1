// SPDX-License-Identifier: GPL-2.0-only
/*
 * Evidence that a node has arrived: the Unsolicited Neighbour Advertisement of
 * RFC 5568 section 6.3.  It is not authenticated, so that all that it says must
 * agree with what the control plane told the binding.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/ktime.h>
#include <net/ipv6.h>

#include "attach.h"
#include "binding.h"
#include "link.h"
#include "nd.h"
#include "net.h"
#include "netlink.h"
#include "proxy.h"
#include "queue.h"

static struct fmip_binding *find_binding(struct fmip_net *fn,
					 struct fmip_proxy *p,
					 const struct fmip_nd *nd)
{
	struct fmip_match *m;

	if (p)
		return p->binding;
	m = fmip_match_lookup(&fn->matches, &nd->target, FMIP_DIRECTION_DST);
	return m ? m->binding : NULL;
}

static bool is_una(const struct fmip_nd *nd)
{
	return !nd->router && !nd->solicited && !nd->override && nd->lladdr;
}

static bool unicast_lladdr(const struct net_device *dev, const u8 *lladdr)
{
	return dev->type != ARPHRD_ETHER || is_valid_ether_addr(lladdr);
}

static bool lladdr_agrees(const struct fmip_attach *attach,
			  const struct net_device *dev, const u8 *lladdr)
{
	return !attach->has_lladdr ||
	       !memcmp(attach->lladdr, lladdr, dev->addr_len);
}

/* Does a UNA agree with what the binding expects? */
static bool believed(const struct fmip_attach *attach,
		     const struct net_device *dev, const struct fmip_nd *nd)
{
	return attach->ifindex == dev->ifindex &&
	       ipv6_addr_equal(&nd->saddr, &nd->target) &&
	       unicast_lladdr(dev, nd->lladdr) &&
	       lladdr_agrees(attach, dev, nd->lladdr);
}

/* The node is there: deliver, and only then tell. */
static void arrive(struct fmip_binding *b, struct net_device *dev,
		   struct fmip_proxy *p, const struct fmip_nd *nd, u64 now)
{
	struct fmip_plan *plan = rcu_dereference(b->plan);
	bool changed = false;

	if (plan->attach.action == FMIP_ATTACH_OPEN) {
		fmip_link_learn(dev, &nd->target, nd->lladdr,
				plan->attach.has_lladdr);
		changed = p && fmip_proxy_end(p);
		changed |= fmip_queue_open(b, now);
	}
	fmip_stats_add(b->fn, b, FMIP_COUNT_ATTACHED, 1);
	/* A retransmitted UNA that changes nothing is no news. */
	if (changed || plan->attach.action == FMIP_ATTACH_EVENT)
		fmip_netlink_attached(b, dev, nd, now);
}

static void reject(struct fmip_binding *b, struct net_device *dev,
		   const struct fmip_nd *nd)
{
	fmip_stats_add(b->fn, b, FMIP_COUNT_REJECTED, 1);
	if (__ratelimit(&b->fn->rejected_limit))
		fmip_netlink_rejected(b, dev, nd);
}

/*
 * An advertisement that is no UNA, for an address that we defend: the node has
 * announced itself (RFC 5568 section 4 has it send one with the O flag), or
 * another node claims the address.
 */
static void announced(struct fmip_binding *b, struct net_device *dev,
		      struct fmip_proxy *p, const struct fmip_nd *nd)
{
	const struct fmip_plan *plan = rcu_dereference(b->plan);
	const struct fmip_attach *attach = &plan->attach;

	if (nd->lladdr && attach->ifindex == dev->ifindex &&
	    attach->action == FMIP_ATTACH_OPEN &&
	    unicast_lladdr(dev, nd->lladdr) &&
	    lladdr_agrees(attach, dev, nd->lladdr))
		fmip_proxy_end(p);
	else if (__ratelimit(&b->fn->rejected_limit))
		fmip_netlink_duplicate(b, dev, nd);
}

/**
 * fmip_attach_advertised() - look at an advertisement
 * @fn: namespace
 * @dev: where it came in
 * @nd: the advertisement
 *
 * The stack goes on with it afterwards.
 *
 * Context: RCU, softirq.
 */
void fmip_attach_advertised(struct fmip_net *fn, struct net_device *dev,
			    const struct fmip_nd *nd)
{
	u64 now = ktime_get_ns();
	struct fmip_binding *b;
	struct fmip_plan *plan;
	struct fmip_proxy *p;

	p = fmip_proxy_find(fn, &nd->target, dev->ifindex);
	b = find_binding(fn, p, nd);
	if (!b)
		return;
	plan = rcu_dereference(b->plan);
	if (p && !fmip_proxy_live(p))
		p = NULL;
	if (!is_una(nd) || !(plan->attach.on & FMIP_ATTACH_ON_UNA)) {
		if (p)
			announced(b, dev, p, nd);
		return;
	}
	if (believed(&plan->attach, dev, nd))
		arrive(b, dev, p, nd, now);
	else
		reject(b, dev, nd);
}
