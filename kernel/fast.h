/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_FAST_H
#define _FMIP_FAST_H

#include <linux/types.h>

struct fmip_from;
struct fmip_net;
struct sk_buff;

/**
 * enum fmip_fast - what the short way has done with a packet
 * @FMIP_FAST_NOT_OURS: nothing: no binding is for it
 * @FMIP_FAST_UNUSUAL: nothing: it has to go the long way
 * @FMIP_FAST_TAKEN: consumed it
 */
enum fmip_fast {
	FMIP_FAST_NOT_OURS,
	FMIP_FAST_UNUSUAL,
	FMIP_FAST_TAKEN,
};

enum fmip_fast fmip_fast_ip6(struct fmip_net *fn, struct sk_buff *skb,
			     const struct fmip_from *from);
bool fmip_fast_decap(struct fmip_net *fn, struct sk_buff *skb);

#endif /* _FMIP_FAST_H */
