/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policies of others that go before fmipd's.
 */
#ifndef FMIPD_RIVAL_H
#define FMIPD_RIVAL_H

#include <netinet/in.h>
#include <stdbool.h>

#include <linux/netlink.h>

/**
 * rival_lets_pass() - whether a policy lets pass what one of priority 0 is to stop
 * @nlh: XFRM_MSG_NEWPOLICY or XFRM_MSG_UPDPOLICY, with the policy
 * @peer: with whom Mobility Headers are to be exchanged in ESP only
 * @reqid: of the security associations that it must be, or 0 if any will do
 *
 * Of two policies of one priority the kernel takes the older one, and there is no
 * priority before 0.
 *
 * Return: whether it lets in or out some of them without that ESP, and may be taken first.
 */
bool rival_lets_pass(struct nlmsghdr *nlh, const struct in6_addr *peer, uint32_t reqid);

#endif
