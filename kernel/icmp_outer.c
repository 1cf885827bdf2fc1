// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors about outer packets, from routers within a tunnel's path.
 */
#include <linux/skbuff.h>

#include "icmp.h"

/**
 * fmip_icmp_outer_error() - look at an error about an outer packet
 * @fn: namespace
 * @skb: packet for this router
 * @family: AF_INET6 or AF_INET
 *
 * Context: RCU, bottom halves off.
 * Return: true if it was one about a packet of ours.
 */
bool fmip_icmp_outer_error(struct fmip_net *fn, struct sk_buff *skb, u8 family)
{
	return false;
}
