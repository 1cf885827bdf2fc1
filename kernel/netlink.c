// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family, and what its requests share.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <net/genetlink.h>

#include "net.h"
#include "netlink.h"

/**
 * fmip_netlink_refuse() - say why a request is refused
 * @extack: where to say it
 * @attr: the attribute that is to blame, or NULL
 * @why: a constant string
 * @err: negative error
 *
 * Return: @err.
 */
int fmip_netlink_refuse(struct netlink_ext_ack *extack,
			const struct nlattr *attr, const char *why, int err)
{
	if (!extack)
		return err;
	NL_SET_BAD_ATTR(extack, attr);
	extack->_msg = why;
	return err;
}

/**
 * fmip_netlink_validate_addr() - is an attribute as long as an address?
 * @attr: attribute
 * @extack: says why not
 *
 * Return: 0 or -EINVAL.
 */
int fmip_netlink_validate_addr(const struct nlattr *attr,
			       struct netlink_ext_ack *extack)
{
	if (nla_len(attr) == sizeof(struct in_addr) ||
	    nla_len(attr) == sizeof(struct in6_addr))
		return 0;
	return fmip_netlink_refuse(extack, attr, "an address has 4 or 16 bytes",
				   -EINVAL);
}

/**
 * fmip_netlink_get_addr() - read an address
 * @attr: attribute, validated
 * @addr: result; IPv4 is in the first four bytes, the others are zero
 *
 * Return: AF_INET6 or AF_INET.
 */
u8 fmip_netlink_get_addr(const struct nlattr *attr, struct in6_addr *addr)
{
	if (nla_len(attr) == sizeof(*addr)) {
		memcpy(addr, nla_data(attr), sizeof(*addr));
		return AF_INET6;
	}
	*addr = (struct in6_addr){ .s6_addr32[0] = nla_get_in_addr(attr) };
	return AF_INET;
}

/**
 * fmip_netlink_put_addr() - put an address into a message
 * @skb: message
 * @type: of the attribute
 * @family: AF_INET6 or AF_INET
 * @addr: address; IPv4 is in the first four bytes
 *
 * Return: 0 or -EMSGSIZE.
 */
int fmip_netlink_put_addr(struct sk_buff *skb, int type, u8 family,
			  const struct in6_addr *addr)
{
	return family == AF_INET6 ? nla_put_in6_addr(skb, type, addr) :
	       nla_put_in_addr(skb, type, addr->s6_addr32[0]);
}

/**
 * fmip_netlink_put_bits() - put flags into a message
 * @skb: message
 * @type: of the attribute
 * @value: the flags that are set
 *
 * Return: 0 or -EMSGSIZE.
 */
int fmip_netlink_put_bits(struct sk_buff *skb, int type, u32 value)
{
	return nla_put_bitfield32(skb, type, value, value);
}

/**
 * fmip_netlink_answer() - begin the answer to a request
 * @info: request
 * @hdr: where its header is, for genlmsg_end()
 * @cmd: command of the answer
 *
 * Context: process.
 * Return: the message, or NULL if there is no memory.
 */
struct sk_buff *fmip_netlink_answer(struct genl_info *info, void **hdr, u8 cmd)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &fmip_genl_family, 0, cmd);
	if (!*hdr) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

/**
 * fmip_netlink_breathe() - let others have the lock during something long
 * @fn: namespace
 *
 * Context: process, the namespace's lock held; it is let go of and taken again.
 */
void fmip_netlink_breathe(struct fmip_net *fn)
{
	mutex_unlock(&fn->lock);
	cond_resched();
	mutex_lock(&fn->lock);
}

#define BINDING_OP(_cmd, _doit)						\
	.cmd = FMIP_CMD_BINDING_##_cmd,					\
	.doit = _doit,							\
	.policy = fmip_binding_policy,					\
	.maxattr = FMIP_BINDING_A_MAX

#define TUNNEL_OP(_cmd, _doit)						\
	.cmd = FMIP_CMD_TUNNEL_##_cmd,					\
	.doit = _doit,							\
	.policy = fmip_tunnel_policy,					\
	.maxattr = FMIP_TUNNEL_A_MAX

static const struct genl_ops fmip_genl_ops[] = {
	{
		BINDING_OP(NEW, fmip_netlink_binding_new),
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		BINDING_OP(REPLACE, fmip_netlink_binding_new),
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		BINDING_OP(SET, fmip_netlink_binding_set),
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		BINDING_OP(DEL, fmip_netlink_binding_del),
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		BINDING_OP(GET, fmip_netlink_binding_get),
		.dumpit = fmip_netlink_binding_dump,
	}, {
		BINDING_OP(FLUSH, fmip_netlink_binding_flush),
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		TUNNEL_OP(NEW, fmip_netlink_tunnel_new),
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		TUNNEL_OP(REPLACE, fmip_netlink_tunnel_new),
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		TUNNEL_OP(SET, fmip_netlink_tunnel_set),
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		TUNNEL_OP(DEL, fmip_netlink_tunnel_del),
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		TUNNEL_OP(GET, fmip_netlink_tunnel_get),
		.dumpit = fmip_netlink_tunnel_dump,
	}, {
		TUNNEL_OP(FLUSH, fmip_netlink_tunnel_flush),
		.flags = GENL_UNS_ADMIN_PERM,
	}, {
		.cmd = FMIP_CMD_STATS_GET,
		.doit = fmip_netlink_stats_get,
	}, {
		.cmd = FMIP_CMD_CONFIG_GET,
		.doit = fmip_netlink_config_get,
	}, {
		.cmd = FMIP_CMD_CONFIG_SET,
		.doit = fmip_netlink_config_set,
		.policy = fmip_config_policy,
		.maxattr = FMIP_CONFIG_A_MAX,
		.flags = GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group fmip_genl_groups[] = {
	{ .name = FMIP_GENL_MCGRP_EVENTS },
};

struct genl_family fmip_genl_family __ro_after_init = {
	.name = FMIP_GENL_NAME,
	.version = FMIP_GENL_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = fmip_genl_ops,
	.n_ops = ARRAY_SIZE(fmip_genl_ops),
	.mcgrps = fmip_genl_groups,
	.n_mcgrps = ARRAY_SIZE(fmip_genl_groups),
};

/**
 * fmip_netlink_init() - take requests
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int __init fmip_netlink_init(void)
{
	return genl_register_family(&fmip_genl_family);
}

/**
 * fmip_netlink_exit() - take no more
 *
 * Context: process.
 */
void fmip_netlink_exit(void)
{
	genl_unregister_family(&fmip_genl_family);
}
