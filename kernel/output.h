/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_OUTPUT_H
#define _FMIP_OUTPUT_H

#include <linux/fmip.h>

struct dst_entry;
struct fmip_net;
struct fmip_path;
struct net;
struct sk_buff;
struct sock;

enum fmip_drop fmip_output_verdict(int err);
int fmip_output_postrouting_ok(struct net *net, struct sock *sk,
			       struct sk_buff *skb);
enum fmip_drop fmip_output(struct fmip_net *fn, struct fmip_path *path,
			   struct dst_entry *dst, struct sk_buff *skb);
enum fmip_drop fmip_output_routed(struct fmip_net *fn, struct sk_buff *skb);

#endif /* _FMIP_OUTPUT_H */
