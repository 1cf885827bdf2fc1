/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences between the kernels that fmip builds on, and the only place
 * that knows of them.
 */
#ifndef _FMIP_COMPAT_H
#define _FMIP_COMPAT_H

#include <linux/netdevice.h>

#ifdef FMIP_HAVE_NET_GSO_H
#include <net/gso.h>
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

#endif /* _FMIP_COMPAT_H */
