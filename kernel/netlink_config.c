// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests about the settings of a namespace and of the module.
 */
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "net.h"
#include "netlink.h"

static int put_config(struct sk_buff *skb, struct fmip_net *fn)
{
	if (nla_put_u64_64bit(skb, FMIP_CONFIG_A_NETNS_BYTES,
			      READ_ONCE(fn->room.limit), FMIP_CONFIG_A_PAD) ||
	    nla_put_u64_64bit(skb, FMIP_CONFIG_A_MODULE_BYTES,
			      fmip_room_module_limit(), FMIP_CONFIG_A_PAD) ||
	    nla_put_u64_64bit(skb, FMIP_CONFIG_A_GUARANTEE,
			      READ_ONCE(fn->room.guarantee),
			      FMIP_CONFIG_A_PAD) ||
	    nla_put_u32(skb, FMIP_CONFIG_A_EXEMPT_MARK, READ_ONCE(fn->exempt_mark)) ||
	    nla_put_u32(skb, FMIP_CONFIG_A_EXEMPT_MASK, READ_ONCE(fn->exempt_mask)) ||
	    nla_put_u32(skb, FMIP_CONFIG_A_PROXIES_MAX, READ_ONCE(fn->proxies_max)))
		return -EMSGSIZE;
	return 0;
}

/**
 * fmip_netlink_config_get() - FMIP_CMD_CONFIG_GET
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_config_get(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	void *hdr;

	skb = fmip_netlink_answer(info, &hdr, FMIP_CMD_CONFIG_GET);
	if (!skb)
		return -ENOMEM;
	if (put_config(skb, fn)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

static int check_bytes(const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	u64 bytes;

	if (!attr)
		return 0;
	bytes = nla_get_u64(attr);
	if (bytes && bytes <= LONG_MAX)
		return 0;
	return fmip_netlink_refuse(extack, attr, bytes ?
				   "the limit is too large" :
				   "with a limit of 0 nothing could be buffered",
				   -EINVAL);
}

/* What a request says, or 0. */
static u64 get_bytes(const struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

/* The other half is shared. */
static int check_guarantee(struct fmip_net *fn, struct nlattr **a,
			   struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = a[FMIP_CONFIG_A_GUARANTEE];
	u64 limit = get_bytes(a[FMIP_CONFIG_A_NETNS_BYTES]) ?:
		    READ_ONCE(fn->room.limit);

	if (!attr)
		return 0;
	if (!get_bytes(attr))
		return fmip_netlink_refuse(extack, attr,
					   "a guarantee of 0 would be none",
					   -EINVAL);
	if (get_bytes(attr) <= limit / 2)
		return 0;
	return fmip_netlink_refuse(extack, attr,
				   "at most half of what the namespace may buffer can be guaranteed",
				   -EINVAL);
}

/* Against what is set now. */
static int config_check(struct fmip_net *fn, struct sk_buff *skb,
			struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	int err;

	lockdep_assert_held(&fn->lock);
	err = check_bytes(a[FMIP_CONFIG_A_NETNS_BYTES], info->extack) ?:
	      check_bytes(a[FMIP_CONFIG_A_MODULE_BYTES], info->extack) ?:
	      check_guarantee(fn, a, info->extack);
	if (err)
		return err;
	if (a[FMIP_CONFIG_A_MODULE_BYTES] && fn->net != &init_net)
		return fmip_netlink_refuse(info->extack,
					   a[FMIP_CONFIG_A_MODULE_BYTES],
					   "only the initial namespace sets this limit",
					   -EPERM);
	/* What a namespace buffers is the host's memory. */
	if (a[FMIP_CONFIG_A_NETNS_BYTES] &&
	    nla_get_u64(a[FMIP_CONFIG_A_NETNS_BYTES]) >
	    READ_ONCE(fn->room.limit) &&
	    !netlink_capable(skb, CAP_NET_ADMIN))
		return fmip_netlink_refuse(info->extack,
					   a[FMIP_CONFIG_A_NETNS_BYTES],
					   "only the host's administrator raises this limit",
					   -EPERM);
	if (a[FMIP_CONFIG_A_EXEMPT_MARK] && !a[FMIP_CONFIG_A_EXEMPT_MASK])
		return fmip_netlink_refuse(info->extack,
					   a[FMIP_CONFIG_A_EXEMPT_MARK],
					   "a mark needs a mask", -EINVAL);
	return 0;
}

static void set_exempt(struct fmip_net *fn, struct nlattr **a)
{
	u32 mask, mark = 0;

	if (!a[FMIP_CONFIG_A_EXEMPT_MASK])
		return;
	mask = nla_get_u32(a[FMIP_CONFIG_A_EXEMPT_MASK]);
	if (a[FMIP_CONFIG_A_EXEMPT_MARK])
		mark = nla_get_u32(a[FMIP_CONFIG_A_EXEMPT_MARK]);
	WRITE_ONCE(fn->exempt_mask, 0);
	WRITE_ONCE(fn->exempt_mark, mark & mask);
	WRITE_ONCE(fn->exempt_mask, mask);
}

static void config_write(struct fmip_net *fn, struct nlattr **a)
{
	lockdep_assert_held(&fn->lock);
	if (a[FMIP_CONFIG_A_MODULE_BYTES])
		fmip_room_set_module(nla_get_u64(a[FMIP_CONFIG_A_MODULE_BYTES]));
	fmip_room_set(&fn->room, get_bytes(a[FMIP_CONFIG_A_NETNS_BYTES]),
		      get_bytes(a[FMIP_CONFIG_A_GUARANTEE]));
	set_exempt(fn, a);
	if (a[FMIP_CONFIG_A_PROXIES_MAX])
		WRITE_ONCE(fn->proxies_max,
			   nla_get_u32(a[FMIP_CONFIG_A_PROXIES_MAX]));
}

/**
 * fmip_netlink_config_set() - FMIP_CMD_CONFIG_SET
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_config_set(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	int err;

	mutex_lock(&fn->lock);
	err = config_check(fn, skb, info);
	if (!err)
		config_write(fn, info->attrs);
	mutex_unlock(&fn->lock);
	return err;
}
