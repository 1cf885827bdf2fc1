/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_HOOKS_H
#define _FMIP_HOOKS_H

#include <linux/types.h>

struct fmip_from;
struct fmip_net;
struct nf_hook_state;
struct sk_buff;

/* What a namespace has to see; a hook costs every packet that passes it. */
#define FMIP_HOOKS_IP6		1	/* received IPv6 */
#define FMIP_HOOKS_IP6_LOCAL	2	/* the router's own IPv6 */
#define FMIP_HOOKS_IP4		4	/* received IPv4 */
#define FMIP_HOOKS_IP4_LOCAL	8	/* the router's own IPv4 */
#define FMIP_HOOKS_ARP		16	/* received ARP */
#define FMIP_HOOKS_SETS		5	/* how many of them there are */

unsigned int fmip_hooks_prerouting6(struct sk_buff *skb,
				    const struct nf_hook_state *state);
bool fmip_hooks_take(struct fmip_net *fn, struct sk_buff *skb, u8 family,
		     const struct fmip_from *from);
int fmip_hooks_register(struct fmip_net *fn, u8 wanted);
void fmip_hooks_unregister(struct fmip_net *fn);

#endif /* _FMIP_HOOKS_H */
