/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_DECAP_H
#define _FMIP_DECAP_H

#include <linux/types.h>

struct fmip_net;
struct net_device;
struct sk_buff;

bool fmip_decap(struct fmip_net *fn, struct sk_buff *skb,
		struct net_device *in);

#endif /* _FMIP_DECAP_H */
