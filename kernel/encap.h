/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_ENCAP_H
#define _FMIP_ENCAP_H

#include <linux/fmip.h>

struct fmip_net;
struct fmip_target;
struct sk_buff;

enum fmip_drop fmip_encap_xmit(struct fmip_net *fn,
			       const struct fmip_target *target,
			       struct sk_buff *skb);

#endif /* _FMIP_ENCAP_H */
