/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences between the kernels that fmip builds on, and the only place
 * that knows of them.
 */
#ifndef _FMIP_COMPAT_H
#define _FMIP_COMPAT_H

#include <linux/netdevice.h>
#include <net/genetlink.h>

#ifdef FMIP_HAVE_LINUX_UNALIGNED_H
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif
#ifdef FMIP_HAVE_NET_GSO_H
#include <net/gso.h>
#endif
#ifdef FMIP_HAVE_KUNIT_STATIC_STUB_H
#include <kunit/static_stub.h>
#include <kunit/visibility.h>
#else
#define KUNIT_STATIC_STUB_REDIRECT(...) do {} while (0)
#define EXPORT_SYMBOL_IF_KUNIT(...)
#endif

/**
 * fmip_compat_netdev_private() - make a device lockless and bound to its
 *	namespace
 * @dev: the device, not yet registered
 */
static inline void fmip_compat_netdev_private(struct net_device *dev)
{
#ifdef NETIF_F_LLTX
	dev->features |= NETIF_F_LLTX | NETIF_F_NETNS_LOCAL;
#else
	dev->lltx = true;
#if defined(FMIP_HAVE_NETNS_IMMUTABLE)
	dev->netns_immutable = true;
#else
	dev->netns_local = true;
#endif
#endif
}

/**
 * fmip_compat_dump_attrs() - the attributes of the request of a dump
 * @cb: dump
 *
 * Return: them by type.
 */
static inline struct nlattr **
fmip_compat_dump_attrs(struct netlink_callback *cb)
{
#ifdef FMIP_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/**
 * fmip_compat_has_ingress() - does tc or netfilter look at what a device
 *	receives?
 * @dev: device
 *
 * Context: RCU.
 * Return: true if so.
 */
static inline bool fmip_compat_has_ingress(const struct net_device *dev)
{
#ifdef CONFIG_NETFILTER_INGRESS
	if (rcu_access_pointer(dev->nf_hooks_ingress))
		return true;
#endif
#if defined(CONFIG_NET_XGRESS)
	return rcu_access_pointer(dev->tcx_ingress);
#elif defined(CONFIG_NET_CLS_ACT)
	return rcu_access_pointer(dev->miniq_ingress);
#else
	return false;
#endif
}

#endif /* _FMIP_COMPAT_H */
