/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_ND_H
#define _FMIP_ND_H

#include <linux/in6.h>
#include <linux/types.h>

struct net_device;
struct sk_buff;

/**
 * struct fmip_nd - a Neighbour Solicitation or Advertisement
 * @type: NDISC_NEIGHBOUR_SOLICITATION or NDISC_NEIGHBOUR_ADVERTISEMENT
 * @router: R flag
 * @solicited: S flag
 * @override: O flag
 * @saddr: IPv6 source
 * @daddr: IPv6 destination
 * @target: target
 * @lladdr: source (solicitation) or target (advertisement) link-layer address,
 *	as long as the interface's, or NULL; points into the packet
 * @sender: link-layer source of the frame, or NULL if the link has none; points
 *	into the packet
 */
struct fmip_nd {
	u8 type;
	bool router;
	bool solicited;
	bool override;
	struct in6_addr saddr;
	struct in6_addr daddr;
	struct in6_addr target;
	const u8 *lladdr;
	const u8 *sender;
};

bool fmip_nd_is(const struct sk_buff *skb);
const u8 *fmip_nd_sender(const struct sk_buff *skb,
			 const struct net_device *dev);
bool fmip_nd_parse(struct sk_buff *skb, const struct net_device *dev,
		   struct fmip_nd *nd);

#endif /* _FMIP_ND_H */
