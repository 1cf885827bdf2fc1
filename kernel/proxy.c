// SPDX-License-Identifier: GPL-2.0-only
/*
 * Defending the addresses of nodes that are away (RFC 5568 section 4, RFC 4861
 * section 7.2.8; for IPv4 RFC 5944 section 4.6): whoever asks for them is
 * answered, until somebody says stop, the time is up, or the node itself is
 * there.
 *
 * An end may come in softirq, but leaving the solicited-node group sleeps.  An
 * ended proxy answers no more, and is taken apart by the reaper under RTNL.
 */
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ipv6_stubs.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include "arp.h"
#include "attach.h"
#include "binding.h"
#include "expiry.h"
#include "nd.h"
#include "net.h"
#include "netlink.h"
#include "proxy.h"
#include "trace.h"

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
	if (time_before(now, p->end)) {
		mod_timer(&p->timer, now + fmip_expiry_delay(p->end, now));
	} else if (fmip_proxy_end(p)) {
		trace_expiry(p->binding, FMIP_TIMER_PROXY);
		fmip_netlink_proxy_expired(p->binding, p->key.family,
					   &p->key.addr, p->key.ifindex);
	}
	rcu_read_unlock();
}

/* IPv4 needs no group: every node of the link gets ARP's broadcasts. */
static int join(struct net_device *dev, const struct fmip_proxy_key *key)
{
	struct in6_addr group;

	if (key->family == AF_INET)
		return fmip_arp_spoken(dev) ? 0 : -EINVAL;
	addrconf_addr_solict_mult(&key->addr, &group);
	return ipv6_dev_mc_inc(dev, &group);
}

static void leave(struct net_device *dev, const struct fmip_proxy_key *key)
{
	struct in6_addr group;

	if (key->family == AF_INET)
		return;
	addrconf_addr_solict_mult(&key->addr, &group);
	ipv6_dev_mc_dec(dev, &group);
}

/**
 * fmip_proxy_create() - make a proxy that does not answer yet
 * @b: binding
 * @family: AF_INET6 or AF_INET
 * @addr: address; IPv4 in the first four bytes, the others zero
 * @dev: interface
 * @flags: FMIP_PROXY_F_*
 * @lifetime_ms: for how long, or 0
 *
 * The solicited-node group is joined already: once the address is defended no
 * solicitation may be missed.
 *
 * Context: process, RTNL and the namespace's lock held.
 * Return: the proxy, or ERR_PTR(-ENOMEM), ERR_PTR(-EINVAL) if the interface
 * does not speak ARP, or what joining the group returned.
 */
struct fmip_proxy *fmip_proxy_create(struct fmip_binding *b, u8 family,
				     const struct in6_addr *addr,
				     struct net_device *dev, u32 flags,
				     u32 lifetime_ms)
{
	struct fmip_proxy *p;
	int err;

	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return ERR_PTR(-ENOMEM);
	p->key.addr = *addr;
	p->key.ifindex = dev->ifindex;
	p->key.family = family;
	err = join(dev, &p->key);
	if (err) {
		kfree(p);
		return ERR_PTR(err);
	}
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

/* The O flag has no counterpart in ARP. */
static void announce(const struct fmip_proxy *p)
{
	if (p->key.family == AF_INET)
		fmip_arp_announce(p->dev, p->key.addr.s6_addr32[0]);
	else
		ipv6_stub->ndisc_send_na(p->dev, &in6addr_linklocal_allnodes,
					 &p->key.addr, false, false,
					 p->flags & FMIP_PROXY_F_OVERRIDE, true);
}

/* It is in the table: answer, and say so if asked to. */
static void start(struct fmip_proxy *p)
{
	unsigned long now = jiffies;

	p->linked = true;
	if (p->has_end)
		mod_timer(&p->timer, now + fmip_expiry_delay(p->end, now));
	if (p->flags & FMIP_PROXY_F_ANNOUNCE)
		announce(p);
}

static struct fmip_proxy *same_key(struct list_head *list,
				   const struct fmip_proxy *p)
{
	struct fmip_proxy *q;

	list_for_each_entry(q, list, list)
		if (!memcmp(&q->key, &p->key, sizeof(q->key)))
			return q;
	return NULL;
}

/* Put @p into the table; if @was, with the same key, is there, in its place. */
static int link_proxy(struct rhashtable *table, struct fmip_proxy *p,
		      struct fmip_proxy *was)
{
	int err;

	if (!was || !was->linked)
		return rhashtable_lookup_insert_fast(table, &p->node,
						     proxy_params);
	err = rhashtable_replace_fast(table, &was->node, &p->node,
				      proxy_params);
	if (!err)
		was->linked = false;
	return err;
}

static void unlink_proxy(struct rhashtable *table, struct fmip_proxy *p,
			 struct fmip_proxy *back)
{
	if (back && !rhashtable_replace_fast(table, &p->node, &back->node,
					     proxy_params))
		back->linked = true;
	else
		rhashtable_remove_fast(table, &p->node, proxy_params);
}

/* Take out again those of @new that come before @p in the list. */
static void unlink_before(struct fmip_binding *b, struct list_head *new,
			  struct fmip_proxy *p)
{
	list_for_each_entry_continue_reverse(p, new, list)
		unlink_proxy(&b->fn->proxies, p, same_key(&b->more->proxies, p));
}

/**
 * fmip_proxy_list_link() - put the new proxied addresses of a binding into the
 *	table
 * @b: binding with fmip_binding.more
 * @new: list of proxies from fmip_proxy_create()
 *
 * All that can fail is done then.  fmip_proxy_list_commit() or
 * fmip_proxy_list_unlink() must follow, without letting go of the lock.
 *
 * Context: process, RTNL and the namespace's lock held.
 * Return: 0; -EEXIST if another binding proxies one of them; -ENOMEM.  The table
 * is then as it was.
 */
int fmip_proxy_list_link(struct fmip_binding *b, struct list_head *new)
{
	struct fmip_proxy *p;
	int err;

	list_for_each_entry(p, new, list) {
		err = link_proxy(&b->fn->proxies, p,
				 same_key(&b->more->proxies, p));
		if (err) {
			unlink_before(b, new, p);
			return err;
		}
	}
	return 0;
}

/**
 * fmip_proxy_list_unlink() - undo fmip_proxy_list_link()
 * @b: binding
 * @new: the same list
 *
 * Context: process, RTNL and the namespace's lock held.
 */
void fmip_proxy_list_unlink(struct fmip_binding *b, struct list_head *new)
{
	unlink_before(b, new, list_entry(new, struct fmip_proxy, list));
}

/**
 * fmip_proxy_list_commit() - end the old proxied addresses of a binding, and
 *	begin with the new ones
 * @b: binding
 * @new: what fmip_proxy_list_link() was given; empty afterwards
 *
 * Context: process, RTNL and the namespace's lock held.
 */
void fmip_proxy_list_commit(struct fmip_binding *b, struct list_head *new)
{
	struct fmip_more *more = b->more;
	struct fmip_proxy *p;

	fmip_proxy_list_end(b->fn, &more->proxies);
	list_splice_init(new, &more->proxies);
	list_for_each_entry(p, &more->proxies, list)
		start(p);
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
 * @family: AF_INET6 or AF_INET
 * @addr: address; IPv4 in the first four bytes, the others zero
 * @ifindex: interface
 *
 * Context: RCU.
 * Return: the proxy, valid for the RCU section, or NULL.
 */
struct fmip_proxy *fmip_proxy_find(struct fmip_net *fn, u8 family,
				   const struct in6_addr *addr, u32 ifindex)
{
	struct fmip_proxy_key key = {
		.addr = *addr,
		.ifindex = ifindex,
		.family = family,
	};

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
 * fmip_proxy_stop() - stop defending an address, and take it apart another time
 * @p: proxy
 *
 * Context: any but hard interrupts, RCU or the namespace's lock.
 * Return: false if it had ended before; else fmip_proxy_reap_soon() must follow.
 */
bool fmip_proxy_stop(struct fmip_proxy *p)
{
	if (test_and_set_bit(0, &p->ended))
		return false;
	llist_add(&p->reap, &fmip_net(dev_net(p->dev))->reap_proxies);
	return true;
}

/**
 * fmip_proxy_reap_soon() - have taken apart what has ended
 * @fn: namespace
 *
 * Context: any.
 */
void fmip_proxy_reap_soon(struct fmip_net *fn)
{
	queue_work(system_unbound_wq, &fn->reap_work);
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

	if (!fmip_proxy_stop(p))
		return false;
	fmip_proxy_reap_soon(fn);
	return true;
}

/* Is it the node itself that asks, or an echo of ourselves? */
static bool not_another(const struct fmip_proxy *p, const u8 *sender)
{
	const struct fmip_plan *plan = rcu_dereference(p->binding->plan);
	const struct fmip_attach *attach = &plan->policy->attach;

	if (!sender)
		return false;
	if (!memcmp(p->dev->dev_addr, sender, p->dev->addr_len))
		return true;
	return attach->has_lladdr && attach->ifindex == p->key.ifindex &&
	       !memcmp(attach->lladdr, sender, p->dev->addr_len);
}

/**
 * fmip_proxy_asked() - who is to answer when somebody asks for an address?
 * @fn: namespace
 * @family: AF_INET6 or AF_INET
 * @addr: address; IPv4 in the first four bytes, the others zero
 * @dev: where it was asked
 * @sender: link-layer address of who asks, or NULL
 *
 * The node's own probe for duplicates is not answered: it would lose its
 * address to us.
 *
 * Context: RCU.
 * Return: the proxy, valid for the RCU section; NULL if we are not to.
 */
struct fmip_proxy *fmip_proxy_asked(struct fmip_net *fn, u8 family,
				    const struct in6_addr *addr,
				    const struct net_device *dev,
				    const u8 *sender)
{
	struct fmip_proxy *p = fmip_proxy_find(fn, family, addr, dev->ifindex);

	return p && fmip_proxy_live(p) && !not_another(p, sender) ? p : NULL;
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

/**
 * fmip_proxy_solicited() - answer a solicitation, if its target is proxied
 * @fn: namespace
 * @dev: where it came in
 * @nd: the solicitation
 *
 * A probe for duplicates may be the node's arrival.
 *
 * Context: RCU, bottom halves off.
 * Return: true if it was answered.
 */
bool fmip_proxy_solicited(struct fmip_net *fn, struct net_device *dev,
			  const struct fmip_nd *nd)
{
	bool dad = ipv6_addr_any(&nd->saddr);
	struct fmip_proxy *p;

	if (dad && fmip_attach_probed(fn, dev, nd))
		return false;
	p = fmip_proxy_asked(fn, AF_INET6, &nd->target, dev, nd->sender);
	if (!p)
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

	ASSERT_RTNL();
	lockdep_assert_held(&fn->lock);
	llist_for_each_entry_safe(p, next, ended, reap) {
		timer_shutdown_sync(&p->timer);
		if (p->linked) {
			rhashtable_remove_fast(&fn->proxies, &p->node,
					       proxy_params);
			list_del(&p->list);
		}
		leave(p->dev, &p->key);
		netdev_put(p->dev, &p->tracker);
		fn->n_proxies--;
		kfree_rcu(p, rcu);
	}
}
