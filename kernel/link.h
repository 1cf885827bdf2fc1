/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_LINK_H
#define _FMIP_LINK_H

#include <linux/fmip.h>

struct fmip_net;
struct fmip_link;
struct fmip_standin;
struct in6_addr;
struct net_device;
struct sk_buff;

/**
 * struct fmip_node - where a node is
 * @dev: interface
 * @addr: its address; IPv4 in the first four bytes, the others zero
 * @lladdr: its link-layer address
 * @family: AF_INET6 or AF_INET
 * @vouched: the control plane named @lladdr, so that it may replace a neighbour
 *	entry that the operator made
 */
struct fmip_node {
	struct net_device *dev;
	const struct in6_addr *addr;
	const u8 *lladdr;
	u8 family;
	bool vouched;
};

unsigned int fmip_link_mtu(const struct net_device *dev, u8 family);
struct fmip_standin *fmip_link_standin(struct fmip_net *fn,
				       struct fmip_link *link,
				       unsigned int mtu);
bool fmip_link_up(const struct net_device *dev);
bool fmip_link_resolved(struct neighbour *neigh);
bool fmip_link_ready(const struct fmip_link *link, struct sk_buff *skb,
		     bool patient);
enum fmip_drop fmip_link_xmit(struct fmip_net *fn,
			      const struct fmip_link *link,
			      struct sk_buff *skb);
bool fmip_link_knows(const struct fmip_node *node);
int fmip_link_learn(const struct fmip_node *node);

#endif /* _FMIP_LINK_H */
