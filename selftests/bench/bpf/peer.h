/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program and its loader agree on. */
#ifndef FMIP_BENCH_PEER_H
#define FMIP_BENCH_PEER_H

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/types.h>

/* Of a host: the outer addresses. */
struct outer {
	struct in6_addr src, dst;
};

/* What a control plane would keep up to date. */
struct egress {
	__u32 ifindex, mtu;
	__u8 dst[ETH_ALEN], src[ETH_ALEN];
};

#endif
