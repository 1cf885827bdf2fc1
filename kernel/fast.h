/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_FAST_H
#define _FMIP_FAST_H

#include <linux/types.h>

struct fmip_from;
struct fmip_match;
struct fmip_net;
struct nf_hook_state;
struct sk_buff;

bool fmip_fast_ip6(struct fmip_net *fn, struct fmip_match *m,
		   struct sk_buff *skb, const struct fmip_from *from);
unsigned int fmip_fast_prerouting6(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state);
bool fmip_fast_decap(struct fmip_net *fn, struct sk_buff *skb);

#endif /* _FMIP_FAST_H */
