// SPDX-License-Identifier: GPL-2.0-only
/*
 * The proxied addresses of a request.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/ip_fib.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "binding.h"
#include "net.h"
#include "netlink.h"
#include "packet.h"
#include "proxy.h"
#include "request.h"

/* What the binding proxies now is going to be replaced, and does not count. */
static bool proxies_full(struct fmip_binding *b)
{
	size_t own = b->more ? list_count_nodes(&b->more->proxies) : 0;

	return b->fn->n_proxies >= (u64)b->fn->proxies_max + own;
}

static bool proxy_taken(struct fmip_binding *b, u8 family,
			const struct in6_addr *addr,
			const struct net_device *dev)
{
	struct fmip_proxy *p;
	bool taken;

	rcu_read_lock();
	p = fmip_proxy_find(b->fn, family, addr, dev->ifindex);
	taken = p && p->binding != b;
	rcu_read_unlock();
	return taken;
}

/* Why an address cannot be proxied, or NULL. */
static const char *wrong_addr6(const struct in6_addr *addr, struct net *net)
{
	if (ipv6_addr_any(addr) || ipv6_addr_loopback(addr) ||
	    ipv6_addr_is_multicast(addr))
		return "only a unicast address can be proxied";
	return ipv6_chk_addr(net, addr, NULL, 0) ?
	       "the address is this router's own" : NULL;
}

static const char *wrong_addr4(__be32 addr, struct net *net,
			       const struct net_device *dev)
{
	unsigned int type = fmip_packet_type4(net, dev, addr);

	if (ipv4_is_loopback(addr) || ipv4_is_zeronet(addr) ||
	    type == RTN_MULTICAST || type == RTN_BROADCAST)
		return "only a unicast address can be proxied";
	return type == RTN_LOCAL ? "the address is this router's own" : NULL;
}

/* Why there can be no proxying on an interface, or NULL. */
static const char *wrong_dev(const struct net_device *dev, u8 family)
{
	if (family == AF_INET6)
		return dev->flags & IFF_NOARP || !__in6_dev_get(dev) ?
		       "there is no Neighbour Discovery on this interface" :
		       NULL;
	return dev->flags & IFF_NOARP || !__in_dev_get_rtnl(dev) ?
	       "there is no ARP on this interface" : NULL;
}

static int check_proxy(struct fmip_binding *b, u8 family,
		       const struct in6_addr *addr,
		       const struct net_device *dev, struct nlattr **a,
		       struct netlink_ext_ack *extack)
{
	struct net *net = b->fn->net;
	const char *why;

	why = family == AF_INET6 ? wrong_addr6(addr, net) :
	      wrong_addr4(addr->s6_addr32[0], net, dev);
	if (why)
		return fmip_netlink_refuse(extack, a[FMIP_PROXY_A_ADDR], why,
					   -EINVAL);
	why = wrong_dev(dev, family);
	if (why)
		return fmip_netlink_refuse(extack, a[FMIP_PROXY_A_IFINDEX], why,
					   -EINVAL);
	if (proxies_full(b))
		return fmip_netlink_refuse(extack, a[FMIP_PROXY_A_ADDR],
					   "too many addresses are proxied already",
					   -ENOSPC);
	if (proxy_taken(b, family, addr, dev))
		return fmip_netlink_refuse(extack, a[FMIP_PROXY_A_ADDR],
					   "another binding proxies this address",
					   -EEXIST);
	return 0;
}

static bool named_twice(const struct fmip_request *req, u8 family,
			const struct in6_addr *addr,
			const struct net_device *dev)
{
	const struct fmip_proxy *p;

	list_for_each_entry(p, &req->proxies, list)
		if (p->dev == dev && p->key.family == family &&
		    ipv6_addr_equal(&p->key.addr, addr))
			return true;
	return false;
}

static int make_proxy(struct fmip_request *req, struct fmip_binding *b,
		      u8 family, const struct in6_addr *addr,
		      struct net_device *dev, struct nlattr **a)
{
	u32 flags = 0, lifetime = 0;
	struct nla_bitfield32 f;
	struct fmip_proxy *p;

	if (a[FMIP_PROXY_A_FLAGS]) {
		f = nla_get_bitfield32(a[FMIP_PROXY_A_FLAGS]);
		flags = f.value & f.selector;
	}
	if (a[FMIP_PROXY_A_LIFETIME])
		lifetime = nla_get_u32(a[FMIP_PROXY_A_LIFETIME]);
	p = fmip_proxy_create(b, family, addr, dev, flags, lifetime);
	if (IS_ERR(p))
		return PTR_ERR(p);
	list_add_tail(&p->list, &req->proxies);
	return 0;
}

static int read_proxy(struct fmip_request *req, struct fmip_binding *b,
		      const struct nlattr *nest)
{
	struct netlink_ext_ack *extack = req->op->extack;
	struct nlattr *a[FMIP_PROXY_A_MAX + 1] = {};
	struct net_device *dev;
	struct in6_addr addr;
	u8 family;
	int err;

	err = fmip_netlink_parse(a, nest, extack);
	if (err)
		return err;
	if (!a[FMIP_PROXY_A_ADDR])
		return fmip_netlink_refuse(extack, nest,
					   "a proxy needs an address", -EINVAL);
	family = fmip_netlink_get_addr(a[FMIP_PROXY_A_ADDR], &addr);
	dev = fmip_request_dev(b->fn, a[FMIP_PROXY_A_IFINDEX], nest, extack);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	if (named_twice(req, family, &addr, dev))
		return fmip_netlink_refuse(extack, a[FMIP_PROXY_A_ADDR],
					   "an address is named twice",
					   -EINVAL);
	err = check_proxy(b, family, &addr, dev, a, extack);
	return err ?: make_proxy(req, b, family, &addr, dev, a);
}

/**
 * fmip_request_read_proxies() - make the proxied addresses, that do not answer
 *	yet
 * @req: request; fmip_request.proxies is set
 * @b: binding, with fmip_binding.more
 *
 * Context: process, RTNL and the namespace's lock held.
 * Return: 0 or a negative error.
 */
int fmip_request_read_proxies(struct fmip_request *req, struct fmip_binding *b)
{
	const struct nlattr *list = req->op->attrs[FMIP_BINDING_A_PROXIES];
	const struct nlattr *item;
	int rem, err;

	if (!list)
		return 0;
	if (req->n_proxies > FMIP_PROXIES_MAX)
		return fmip_netlink_refuse(req->op->extack, list,
					   "too many proxied addresses",
					   -E2BIG);
	nla_for_each_nested(item, list, rem) {
		err = read_proxy(req, b, item);
		if (err)
			return err;
	}
	return 0;
}
