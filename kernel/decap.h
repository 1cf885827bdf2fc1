/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_DECAP_H
#define _FMIP_DECAP_H

#include <linux/types.h>

struct fmip_from;
struct fmip_net;
struct nf_hook_state;
struct sk_buff;

bool fmip_decap(struct fmip_net *fn, struct sk_buff *skb, u8 family, u8 depth,
		const struct nf_hook_state *state);
void fmip_decap_go_on(struct fmip_net *fn, struct sk_buff *skb, u8 family,
		      const struct fmip_from *from);
void fmip_decap_route(struct sk_buff *skb, u8 family);
void fmip_decap_origin(const struct sk_buff *skb, struct fmip_from *from);

#endif /* _FMIP_DECAP_H */
