/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_DEVICE_H
#define _FMIP_DEVICE_H

#include <linux/types.h>

struct fmip_net;
struct list_head;
struct net_device;
struct sk_buff;

int fmip_device_init(void);
void fmip_device_exit(void);
int fmip_device_create(struct fmip_net *fn);
void fmip_device_destroy(struct fmip_net *fn, struct list_head *kill);
void fmip_device_capture(struct net_device *dev, struct sk_buff *skb);
void fmip_device_sent(struct net_device *dev, unsigned int len);
bool fmip_device_watched(const struct net_device *dev);
void fmip_device_received(struct net_device *dev, unsigned int len);
int fmip_device_receive(struct net_device *dev, struct sk_buff *skb);

#endif /* _FMIP_DEVICE_H */
