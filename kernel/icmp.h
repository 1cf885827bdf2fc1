/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_ICMP_H
#define _FMIP_ICMP_H

#include <linux/types.h>

struct fmip_net;
struct sk_buff;

bool fmip_icmp_too_big(struct fmip_net *fn, struct sk_buff *skb,
		       unsigned int mtu);
void fmip_icmp_tell_mtu(struct fmip_net *fn, struct sk_buff *skb,
			unsigned int mtu);
bool fmip_icmp_outer_error(struct fmip_net *fn, struct sk_buff *skb, u8 family);
void fmip_icmp_unreachable(struct fmip_net *fn, struct sk_buff *skb);
void fmip_icmp_encaplimit(struct fmip_net *fn, struct sk_buff *skb);

#endif /* _FMIP_ICMP_H */
