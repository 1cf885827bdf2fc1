// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies of others that go before fmipd's.
 */
#include <string.h>

#include <linux/xfrm.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "rival.h"

static bool covers(const xfrm_address_t *prefix, unsigned int len,
		   const struct in6_addr *address)
{
	const uint8_t *a = (const uint8_t *)prefix, *b = address->s6_addr;
	unsigned int whole = len / 8, bits = len % 8;

	if (len > 128)
		return false;
	return !memcmp(a, b, whole) && (!bits || !((a[whole] ^ b[whole]) >> (8 - bits)));
}

static bool is_for(const struct xfrm_userpolicy_info *info, const struct in6_addr *peer)
{
	switch (info->dir) {
	case XFRM_POLICY_IN:
		return covers(&info->sel.saddr, info->sel.prefixlen_s, peer);
	case XFRM_POLICY_OUT:
		return covers(&info->sel.daddr, info->sel.prefixlen_d, peer);
	default:
		return false;
	}
}

/*
 * A tunnel ends at a gateway, and who is behind that is not the router; nor is whoever
 * else has a security association here, and can write what it likes into a source address.
 */
static bool demands_esp(struct nlmsghdr *nlh, uint32_t reqid)
{
	const struct nlattr *attr = nlmsg_find_attr(nlh, sizeof(struct xfrm_userpolicy_info),
						    XFRMA_TMPL);
	const struct xfrm_user_tmpl *template = attr ? nla_data(attr) : NULL;
	size_t i, count = attr ? nla_len(attr) / sizeof(*template) : 0;

	for (i = 0; i < count; i++)
		if (template[i].id.proto == IPPROTO_ESP && !template[i].optional &&
		    template[i].mode == XFRM_MODE_TRANSPORT &&
		    (!reqid || template[i].reqid == reqid))
			return true;
	return false;
}

bool rival_lets_pass(struct nlmsghdr *nlh, const struct in6_addr *peer, uint32_t reqid)
{
	const struct xfrm_userpolicy_info *info = nlmsg_data(nlh);

	return nlmsg_datalen(nlh) >= (int)sizeof(*info) &&
	       info->action == XFRM_POLICY_ALLOW && !info->priority &&
	       info->sel.family == AF_INET6 &&
	       (!info->sel.proto || info->sel.proto == IPPROTO_MH) &&
	       is_for(info, peer) && !demands_esp(nlh, reqid);
}
