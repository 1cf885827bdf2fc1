/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_ARP_H
#define _FMIP_ARP_H

#include <linux/types.h>

struct fmip_net;
struct net_device;
struct sk_buff;

bool fmip_arp_spoken(const struct net_device *dev);
void fmip_arp_announce(struct net_device *dev, __be32 addr);
unsigned int fmip_arp_receive(struct fmip_net *fn, struct sk_buff *skb,
			      struct net_device *dev);

#endif /* _FMIP_ARP_H */
