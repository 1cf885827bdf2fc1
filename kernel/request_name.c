// SPDX-License-Identifier: GPL-2.0-only
/*
 * What several parts of a request name: interfaces, link-layer addresses,
 * tunnels, times.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <linux/xarray.h>
#include <net/netlink.h>

#include "expiry.h"
#include "net.h"
#include "netlink.h"
#include "request.h"
#include "tunnel.h"

/**
 * fmip_request_count() - how many members does a list have?
 * @list: attribute
 *
 * Return: that many.
 */
unsigned int fmip_request_count(const struct nlattr *list)
{
	const struct nlattr *item;
	unsigned int n = 0;
	int rem;

	nla_for_each_nested(item, list, rem)
		n++;
	return n;
}

/**
 * fmip_request_dev() - the interface that an attribute names
 * @fn: namespace
 * @attr: attribute, or NULL if it is missing
 * @nest: where it should have been
 * @extack: says why not
 *
 * Context: process, RTNL held.
 * Return: the interface, or an ERR_PTR() if there can be no node on it.
 */
struct net_device *fmip_request_dev(struct fmip_net *fn,
				    const struct nlattr *attr,
				    const struct nlattr *nest,
				    struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	int err = 0;

	if (!attr) {
		err = fmip_netlink_refuse(extack, nest,
					  "an interface is missing", -EINVAL);
		return ERR_PTR(err);
	}
	dev = __dev_get_by_index(fn->net, nla_get_u32(attr));
	if (!dev)
		err = fmip_netlink_refuse(extack, attr, "no such interface",
					  -ENODEV);
	else if (dev->flags & IFF_LOOPBACK || dev == rtnl_dereference(fn->dev))
		err = fmip_netlink_refuse(extack, attr,
					  "no node is on this interface",
					  -EINVAL);
	return err ? ERR_PTR(err) : dev;
}

/**
 * fmip_request_lladdr() - read a link-layer address
 * @attr: attribute, or NULL
 * @dev: the interface whose kind of address it has to be
 * @lladdr: result, MAX_ADDR_LEN bytes
 * @has: result: there is one
 * @extack: says why not
 *
 * Return: 0 or -EINVAL.
 */
int fmip_request_lladdr(const struct nlattr *attr,
			const struct net_device *dev, u8 *lladdr, bool *has,
			struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	if (nla_len(attr) != dev->addr_len || !dev->addr_len)
		return fmip_netlink_refuse(extack, attr,
					   "the link-layer address does not fit the interface",
					   -EINVAL);
	if (dev->type == ARPHRD_ETHER && !is_valid_ether_addr(nla_data(attr)))
		return fmip_netlink_refuse(extack, attr,
					   "the link-layer address is not a unicast one",
					   -EINVAL);
	nla_memcpy(lladdr, attr, MAX_ADDR_LEN);
	*has = true;
	return 0;
}

/**
 * fmip_request_tunnel() - the tunnel that an attribute names
 * @fn: namespace
 * @attr: attribute, or NULL if it is missing
 * @nest: where it should have been
 * @key: attribute with the key that is to be used with it, or NULL
 * @extack: says why not
 *
 * Context: process, the namespace's lock held.
 * Return: the tunnel, or an ERR_PTR().
 */
struct fmip_tunnel *fmip_request_tunnel(struct fmip_net *fn,
					const struct nlattr *attr,
					const struct nlattr *nest,
					const struct nlattr *key,
					struct netlink_ext_ack *extack)
{
	struct fmip_path *path;
	struct fmip_tunnel *t;
	int err = 0;

	if (!attr) {
		err = fmip_netlink_refuse(extack, nest, "a tunnel is missing",
					  -EINVAL);
		return ERR_PTR(err);
	}
	t = xa_load(&fn->tunnels, nla_get_u32(attr));
	if (!t) {
		err = fmip_netlink_refuse(extack, attr, "no such tunnel",
					  -ENOENT);
		return ERR_PTR(err);
	}
	if (!key)
		return t;
	path = rcu_dereference_protected(t->path, lockdep_is_held(&fn->lock));
	if (!fmip_encap_has_key(path->encap))
		err = fmip_netlink_refuse(extack, key,
					  "the tunnel's encapsulation has no key",
					  -EINVAL);
	return err ? ERR_PTR(err) : t;
}

/**
 * fmip_request_end_of() - when does a lifetime end that begins now?
 * @attr: attribute, or NULL
 * @has_end: result: it does
 * @end: result, jiffies
 */
void fmip_request_end_of(const struct nlattr *attr, bool *has_end,
			 unsigned long *end)
{
	u32 ms = attr ? nla_get_u32(attr) : 0;

	*has_end = ms;
	*end = ms ? jiffies + fmip_expiry_jiffies(ms) : 0;
}
