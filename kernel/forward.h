/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_FORWARD_H
#define _FMIP_FORWARD_H

struct fmip_binding;
struct sk_buff;

void fmip_forward(struct fmip_binding *b, struct sk_buff *skb);
void fmip_forward_local(struct fmip_binding *b, struct sk_buff *skb);

#endif /* _FMIP_FORWARD_H */
