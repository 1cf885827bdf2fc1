/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_LINK_H
#define _FMIP_LINK_H

#include <linux/fmip.h>

struct fmip_net;
struct fmip_target;
struct in6_addr;
struct net_device;
struct sk_buff;

unsigned int fmip_link_mtu(const struct net_device *dev);
bool fmip_link_up(const struct net_device *dev);
enum fmip_drop fmip_link_xmit(struct fmip_net *fn,
			      const struct fmip_target *target,
			      struct sk_buff *skb);
int fmip_link_learn(struct net_device *dev, const struct in6_addr *addr,
		    const u8 *lladdr, bool vouched);

#endif /* _FMIP_LINK_H */
