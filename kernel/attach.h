/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_ATTACH_H
#define _FMIP_ATTACH_H

#include <linux/in6.h>
#include <linux/types.h>

struct fmip_attach;
struct fmip_nd;
struct fmip_net;
struct net_device;
struct sk_buff;

/**
 * struct fmip_sign - what a packet says about where a node is
 * @addr: the node's address; IPv4 in the first four bytes, the others zero
 * @lladdr: its link-layer address, or NULL if the link has none; points into
 *	the packet
 * @sender: that of the frame, or NULL; points into the packet
 * @family: AF_INET6 or AF_INET
 * @on: FMIP_ATTACH_ON_*, all that it may count as
 * @sound: those of them as which it does not contradict itself
 * @named: the message names @lladdr; else it is that of the frame only
 */
struct fmip_sign {
	struct in6_addr addr;
	const u8 *lladdr;
	const u8 *sender;
	u8 family;
	u8 on;
	u8 sound;
	bool named;
};

bool fmip_attach_seen(struct fmip_net *fn, struct net_device *dev,
		      const struct fmip_sign *sign);
void fmip_attach_advertised(struct fmip_net *fn, struct net_device *dev,
			    const struct fmip_nd *nd);
bool fmip_attach_probed(struct fmip_net *fn, struct net_device *dev,
			const struct fmip_nd *nd);
void fmip_attach_data(struct fmip_net *fn, struct sk_buff *skb,
		      struct net_device *in, u8 family);
void fmip_attach_counted(struct fmip_net *fn, const struct fmip_attach *old,
			 const struct fmip_attach *new);

#endif /* _FMIP_ATTACH_H */
