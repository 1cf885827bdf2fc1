// SPDX-License-Identifier: GPL-2.0-only
/*
 * Defending the addresses of nodes that are away (RFC 5568 section 4, RFC 4861
 * section 7.2.8): solicitations for them are answered, until somebody says
 * stop, the time is up, or the node itself is there.
 *
 * An end may come in softirq, but leaving the solicited-node group sleeps.  An
 * ended proxy answers no more, and is taken apart by the reaper under RTNL.
 */
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ipv6_stubs.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include "binding.h"
#include "expiry.h"
#include "nd.h"
#include "net.h"
#include "netlink.h"
#include "proxy.h"

static const struct rhashtable_params proxy_params = {
	.key_len = sizeof(struct fmip_proxy_key),
	.key_offset = offsetof(struct fmip_proxy, key),
	.head_offset = offsetof(struct fmip_proxy, node),
	.automatic_shrinking = true,
};

/**
 * fmip_proxy_table_init() - make a namespace ready for proxied addresses
 * @fn: namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int fmip_proxy_table_init(struct fmip_net *fn)
{
	return rhashtable_init(&fn->proxies, &proxy_params);
}

/**
 * fmip_proxy_table_destroy() - undo fmip_proxy_table_init()
 * @fn: namespace without proxied addresses
 *
 * Context: process.
 */
void fmip_proxy_table_destroy(struct fmip_net *fn)
{
	rhashtable_destroy(&fn->proxies);
}

static void timer_run(struct timer_list *timer)
{
	struct fmip_proxy *p = from_timer(p, timer, timer);
	unsigned long now = jiffies;

	rcu_read_lock();
	if (time_before(now, p->end))
		mod_timer(&p->timer, now + fmip_expiry_delay(p->end, now));
	else if (fmip_proxy_end(p))
		fmip_netlink_proxy_expired(p->binding, &p->key.addr,
					   p->key.ifindex);
	rcu_read_unlock();
}

/**
 * fmip_proxy_create() - make a proxy that does not answer yet
 * @b: binding
 * @addr: address
 * @dev: interface
 * @flags: FMIP_PROXY_F_*
 * @lifetime_ms: for how long, or 0
 *
 * The solicited-node group is joined already: once the address is defended no
 * solicitation may be missed.
 *
 * Context: process, RTNL and the namespace's lock held.
 * Return: the proxy, or ERR_PTR(-ENOMEM), or what joining the group returned.
 */
struct fmip_proxy *fmip_proxy_create(struct fmip_binding *b,
				     const struct in6_addr *addr,
				     struct net_device *dev, u32 flags,
				     u32 lifetime_ms)
{
	struct in6_addr group;
	struct fmip_proxy *p;
	int err;

	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return ERR_PTR(-ENOMEM);
	addrconf_addr_solict_mult(addr, &group);
	err = ipv6_dev_mc_inc(dev, &group);
	if (err) {
		kfree(p);
		return ERR_PTR(err);
	}
	p->key.addr = *addr;
	p->key.ifindex = dev->ifindex;
	p->binding = b;
	p->dev = dev;
	netdev_hold(dev, &p->tracker, GFP_KERNEL);
	p->flags = flags;
	p->has_end = lifetime_ms;
	p->end = jiffies + fmip_expiry_jiffies(lifetime_ms);
	timer_setup(&p->timer, timer_run, 0);
	b->fn->n_proxies++;
	return p;
}

/* It is in the table: answer, and say so if asked to. */
static void start(struct fmip_binding *b, struct fmip_proxy *p)
{
	unsigned long now = jiffies;

	p->linked = true;
	if (p->has_end)
		mod_timer(&p->timer, now + fmip_expiry_delay(p->end, now));
	if (p->flags & FMIP_PROXY_F_ANNOUNCE)
		ipv6_stub->ndisc_send_na(p->dev, &in6addr_linklocal_allnodes,
					 &p->key.addr, false, false,
					 p->flags & FMIP_PROXY_F_OVERRIDE, true);
}

static struct fmip_proxy *same_key(struct list_head *list,
				   const struct fmip_proxy *p)
{
	struct fmip_proxy *q;

	list_for_each_entry(q, list, list)
		if (q->key.ifindex == p->key.ifindex &&
		    ipv6_addr_equal(&q->key.addr, &p->key.addr))
			return q;
	return NULL;
}

static int link_proxy(struct fmip_binding *b, struct fmip_proxy *p)
{
	struct rhashtable *table = &b->fn->proxies;
	struct fmip_proxy *was = same_key(&b->proxies, p);
	int err;

	if (was && was->linked) {
		err = rhashtable_replace_fast(table, &was->node, &p->node,
					      proxy_params);
		if (!err)
			was->linked = false;
		return err;
	}
	return rhashtable_lookup_insert_fast(table, &p->node, proxy_params);
}

static void unlink_proxy(struct fmip_binding *b, struct fmip_proxy *p)
{
	struct rhashtable *table = &b->fn->proxies;
	struct fmip_proxy *back = same_key(&b->proxies, p);

	if (back && !rhashtable_replace_fast(table, &p->node, &back->node,
					     proxy_params))
		back->linked = true;
	else
		rhashtable_remove_fast(table, &p->node, proxy_params);
}

/**
 * fmip_proxy_list_swap() - replace the proxied addresses of a binding
 * @b: binding
 * @new: list of proxies from fmip_proxy_create(); empty afterwards if this
 *	succeeds, else the caller gives it to fmip_proxy_list_drop()
 *
 * Context: process, RTNL and the namespace's lock held.
 * Return: 0; -EEXIST if another binding proxies one of them; -ENOMEM.
 */
int fmip_proxy_list_swap(struct fmip_binding *b, struct list_head *new)
{
	struct fmip_proxy *p;
	int err;

	list_for_each_entry(p, new, list) {
		err = link_proxy(b, p);
		if (err)
			goto undo;
	}
	fmip_proxy_list_end(b->fn, &b->proxies);
	list_splice_init(new, &b->proxies);
	list_for_each_entry(p, &b->proxies, list)
		start(b, p);
	return 0;

undo:
	list_for_each_entry_continue_reverse(p, new, list)
		unlink_proxy(b, p);
	return err;
}

/**
 * fmip_proxy_list_drop() - free proxies that never answered
 * @fn: namespace
 * @list: list of proxies from fmip_proxy_create()
 *
 * Context: process, RTNL and the namespace's lock held.
 */
void fmip_proxy_list_drop(struct fmip_net *fn, struct list_head *list)
{
	fmip_proxy_list_end(fn, list);
	fmip_proxy_reap(fn);
}

/**
 * fmip_proxy_list_end() - end the proxies of a binding
 * @fn: namespace
 * @list: list of proxies; empty afterwards
 *
 * When this returns none of them refers to its binding any more.
 *
 * Context: process, the namespace's lock held.
 */
void fmip_proxy_list_end(struct fmip_net *fn, struct list_head *list)
{
	struct fmip_proxy *p, *next;

	lockdep_assert_held(&fn->lock);
	list_for_each_entry_safe(p, next, list, list) {
		list_del_init(&p->list);
		if (p->linked)
			rhashtable_remove_fast(&fn->proxies, &p->node,
					       proxy_params);
		p->linked = false;
		timer_shutdown_sync(&p->timer);
		fmip_proxy_end(p);
	}
}

/**
 * fmip_proxy_list_names() - does one of the proxies use a device?
 * @list: list of proxies
 * @dev: device
 *
 * Context: process, the namespace's lock held.
 * Return: true if so.
 */
bool fmip_proxy_list_names(const struct list_head *list,
			   const struct net_device *dev)
{
	const struct fmip_proxy *p;

	list_for_each_entry(p, list, list)
		if (p->dev == dev)
			return true;
	return false;
}

/**
 * fmip_proxy_find() - find the proxy of an address
 * @fn: namespace
 * @addr: address
 * @ifindex: interface
 *
 * Context: RCU.
 * Return: the proxy, valid for the RCU section, or NULL.
 */
struct fmip_proxy *fmip_proxy_find(struct fmip_net *fn,
				   const struct in6_addr *addr, u32 ifindex)
{
	struct fmip_proxy_key key = { .addr = *addr, .ifindex = ifindex };

	return rhashtable_lookup(&fn->proxies, &key, proxy_params);
}

/**
 * fmip_proxy_live() - does a proxy still answer?
 * @p: proxy
 *
 * Return: true if so.
 */
bool fmip_proxy_live(const struct fmip_proxy *p)
{
	return !test_bit(0, &p->ended);
}

/**
 * fmip_proxy_end() - stop defending an address
 * @p: proxy
 *
 * Context: any but hard interrupts, RCU or the namespace's lock.
 * Return: false if it had ended before.
 */
bool fmip_proxy_end(struct fmip_proxy *p)
{
	struct fmip_net *fn = fmip_net(dev_net(p->dev));

	if (test_and_set_bit(0, &p->ended))
		return false;
	llist_add(&p->reap, &fn->reap_proxies);
	queue_work(system_unbound_wq, &fn->reap_work);
	return true;
}

/* RFC 4861 section 7.2.3: learn where the answer goes. */
static void learn_sender(struct net_device *dev, const struct fmip_nd *nd)
{
	struct neighbour *neigh;

	if (!nd->lladdr)
		return;
	neigh = __neigh_lookup(&nd_tbl, &nd->saddr, dev, 1);
	if (!neigh)
		return;
	neigh_update(neigh, nd->lladdr, NUD_STALE,
		     NEIGH_UPDATE_F_WEAK_OVERRIDE | NEIGH_UPDATE_F_OVERRIDE, 0);
	neigh_release(neigh);
}

/* Is it the node itself that asks? */
static bool from_node(const struct fmip_proxy *p, const struct fmip_nd *nd)
{
	const struct fmip_plan *plan = rcu_dereference(p->binding->plan);
	const struct fmip_attach *attach = &plan->attach;

	return attach->has_lladdr && nd->sender &&
	       attach->ifindex == p->key.ifindex &&
	       !memcmp(attach->lladdr, nd->sender, p->dev->addr_len);
}

/**
 * fmip_proxy_solicited() - answer a solicitation, if its target is proxied
 * @fn: namespace
 * @dev: where it came in
 * @nd: the solicitation
 *
 * The node's own probe for duplicates is not answered: it would lose its
 * address to us.
 *
 * Context: RCU, softirq.
 * Return: true if it was answered.
 */
bool fmip_proxy_solicited(struct fmip_net *fn, struct net_device *dev,
			  const struct fmip_nd *nd)
{
	bool dad = ipv6_addr_any(&nd->saddr);
	struct fmip_proxy *p;

	p = fmip_proxy_find(fn, &nd->target, dev->ifindex);
	if (!p || !fmip_proxy_live(p) || from_node(p, nd))
		return false;
	if (!dad)
		learn_sender(dev, nd);
	ipv6_stub->ndisc_send_na(dev, dad ? &in6addr_linklocal_allnodes :
				 &nd->saddr, &nd->target, false, !dad,
				 p->flags & FMIP_PROXY_F_OVERRIDE, true);
	fmip_stats_add(fn, p->binding, FMIP_COUNT_PROXY, 1);
	return true;
}

/**
 * fmip_proxy_reap() - take apart what has ended
 * @fn: namespace
 *
 * Context: process, RTNL and the namespace's lock held.
 */
void fmip_proxy_reap(struct fmip_net *fn)
{
	struct llist_node *ended = llist_del_all(&fn->reap_proxies);
	struct fmip_proxy *p, *next;
	struct in6_addr group;

	ASSERT_RTNL();
	lockdep_assert_held(&fn->lock);
	llist_for_each_entry_safe(p, next, ended, reap) {
		timer_shutdown_sync(&p->timer);
		if (p->linked) {
			rhashtable_remove_fast(&fn->proxies, &p->node,
					       proxy_params);
			list_del(&p->list);
		}
		addrconf_addr_solict_mult(&p->key.addr, &group);
		ipv6_dev_mc_dec(p->dev, &group);
		netdev_put(p->dev, &p->tracker);
		fn->n_proxies--;
		kfree_rcu(p, rcu);
	}
}
