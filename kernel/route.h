/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_ROUTE_H
#define _FMIP_ROUTE_H

#include <linux/types.h>

struct fmip_net;
struct net_device;
struct sk_buff;

void fmip_route_init(struct fmip_net *fn);
void fmip_route_destroy(struct fmip_net *fn);
void fmip_route_forget_dev(struct fmip_net *fn, struct net_device *dev);
bool fmip_route_set(struct fmip_net *fn, struct sk_buff *skb,
		    struct net_device *dev, unsigned int mtu);

#endif /* _FMIP_ROUTE_H */
