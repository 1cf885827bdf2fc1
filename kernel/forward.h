/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_FORWARD_H
#define _FMIP_FORWARD_H

#include <linux/types.h>

struct fmip_binding;
struct fmip_from;
struct fmip_match;
struct fmip_net;
struct net;
struct sk_buff;
struct sock;

struct fmip_match *fmip_forward_find(struct fmip_net *fn, struct sk_buff *skb,
				     u8 family, const struct fmip_from *from);
void fmip_forward(struct fmip_binding *b, struct sk_buff *skb, u8 family,
		  const struct fmip_from *from);
int fmip_forward_ok(struct net *net, struct sock *sk, struct sk_buff *skb);
int fmip_postrouting_ok(struct net *net, struct sock *sk, struct sk_buff *skb);
void fmip_forward_local(struct fmip_binding *b, struct sk_buff *skb,
			u8 family);

#endif /* _FMIP_FORWARD_H */
