/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_TARGET_H
#define _FMIP_TARGET_H

#include <linux/types.h>

struct fmip_binding;
struct fmip_node;
struct fmip_plan;
struct fmip_standin;
struct net_device;
struct sk_buff;

/**
 * struct fmip_way - how a packet leaves, as the inner hooks are told
 * @dev: the fmip device for a tunnel, else the interface
 * @standin: the route that they see; NULL if the packet has one of its own
 * @mtu: largest inner packet
 * @headroom: what is going to be put in front of it
 */
struct fmip_way {
	struct net_device *dev;
	struct fmip_standin *standin;
	unsigned int mtu;
	unsigned int headroom;
};

int fmip_target_way(struct fmip_binding *b, const struct fmip_plan *plan,
		    struct sk_buff *skb, struct fmip_way *way);
bool fmip_target_ready(struct fmip_net *fn, const struct fmip_plan *plan,
		       struct sk_buff *skb, bool patient);
void fmip_target_xmit_by(struct fmip_binding *b, const struct fmip_plan *plan,
			 struct sk_buff *skb, bool released);
void fmip_target_xmit(struct fmip_binding *b, struct sk_buff *skb,
		      bool released);
bool fmip_target_reaches(const struct fmip_plan *plan,
			 const struct fmip_node *node, struct sk_buff *skb);
void fmip_target_xmit_node(struct fmip_binding *b, const struct fmip_node *node,
			   struct sk_buff *skb);
bool fmip_target_nested(const struct fmip_binding *b);

#endif /* _FMIP_TARGET_H */
