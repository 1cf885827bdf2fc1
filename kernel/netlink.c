// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: what the requests share, statistics and
 * configuration.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "binding.h"
#include "net.h"
#include "netlink.h"
#include "queue.h"

static const struct nla_policy config_policy[FMIP_CONFIG_A_MAX + 1] = {
	[FMIP_CONFIG_A_NETNS_BYTES] = { .type = NLA_U64 },
	[FMIP_CONFIG_A_MODULE_BYTES] = { .type = NLA_U64 },
	[FMIP_CONFIG_A_EXEMPT_MARK] = { .type = NLA_U32 },
	[FMIP_CONFIG_A_EXEMPT_MASK] = { .type = NLA_U32 },
	[FMIP_CONFIG_A_PROXIES_MAX] = { .type = NLA_U32 },
};

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
	NL_SET_ERR_MSG_ATTR(extack, attr, "an address has 4 or 16 bytes");
	return -EINVAL;
}

/**
 * fmip_netlink_get_addr() - read an IPv6 address
 * @attr: attribute, validated
 * @addr: result
 * @extack: says why not
 *
 * Return: false if it is an IPv4 address.
 */
bool fmip_netlink_get_addr(const struct nlattr *attr, struct in6_addr *addr,
			   struct netlink_ext_ack *extack)
{
	if (nla_len(attr) == sizeof(*addr)) {
		*addr = nla_get_in6_addr(attr);
		return true;
	}
	NL_SET_ERR_MSG_ATTR(extack, attr, "IPv4 is not supported yet");
	return false;
}

/**
 * fmip_netlink_dump_args() - check the request of a dump
 * @cb: dump
 *
 * Return: 0, or -EOPNOTSUPP if it asks for a selection.
 */
int fmip_netlink_dump_args(struct netlink_callback *cb)
{
	if (cb->nlh->nlmsg_len <= nlmsg_msg_size(GENL_HDRLEN))
		return 0;
	NL_SET_ERR_MSG(cb->extack, "filters on dumps are not supported yet");
	return -EOPNOTSUPP;
}

/**
 * fmip_netlink_no_filter() - check the request of a flush
 * @info: request, parsed
 *
 * Return: 0, or -EOPNOTSUPP if it asks for a selection.
 */
int fmip_netlink_no_filter(struct genl_info *info)
{
	if (info->nlhdr->nlmsg_len <= nlmsg_msg_size(GENL_HDRLEN))
		return 0;
	NL_SET_ERR_MSG(info->extack, "filters on flush are not supported yet");
	return -EOPNOTSUPP;
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

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, FMIP_STATS_A_PAD);
}

static int put_counts(struct sk_buff *skb, const struct fmip_stats *s)
{
	static const u8 attr[FMIP_COUNT_MAX] = {
		[FMIP_COUNT_RECEIVED] = FMIP_STATS_A_RECEIVED_PACKETS,
		[FMIP_COUNT_RECEIVED_BYTES] = FMIP_STATS_A_RECEIVED_BYTES,
		[FMIP_COUNT_SENT] = FMIP_STATS_A_SENT_PACKETS,
		[FMIP_COUNT_SENT_BYTES] = FMIP_STATS_A_SENT_BYTES,
		[FMIP_COUNT_RELEASED] = FMIP_STATS_A_RELEASED_PACKETS,
		[FMIP_COUNT_DECAP] = FMIP_STATS_A_DECAP_PACKETS,
		[FMIP_COUNT_DECAP_BYTES] = FMIP_STATS_A_DECAP_BYTES,
		[FMIP_COUNT_ATTACHED] = FMIP_STATS_A_ATTACHED,
		[FMIP_COUNT_REJECTED] = FMIP_STATS_A_REJECTED,
		[FMIP_COUNT_PROXY] = FMIP_STATS_A_PROXY_ANSWERS,
	};
	int i;

	for (i = 0; i < FMIP_COUNT_MAX; i++)
		if (put_u64(skb, attr[i], s->count[i]))
			return -EMSGSIZE;
	return 0;
}

static int put_dropped(struct sk_buff *skb, const struct fmip_stats *s)
{
	struct nlattr *list, *item;
	int i, n = 0;

	list = nla_nest_start(skb, FMIP_STATS_A_DROPPED);
	if (!list)
		return -EMSGSIZE;
	for (i = 0; i < __FMIP_DROP_MAX; i++) {
		if (!s->dropped[i])
			continue;
		item = nla_nest_start(skb, ++n);
		if (!item || nla_put_u8(skb, FMIP_DROPPED_A_REASON, i) ||
		    nla_put_u64_64bit(skb, FMIP_DROPPED_A_PACKETS,
				      s->dropped[i], FMIP_DROPPED_A_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, item);
	}
	nla_nest_end(skb, list);
	return 0;
}

static int put_buffered(struct sk_buff *skb, u64 packets, u64 bytes)
{
	if (put_u64(skb, FMIP_STATS_A_BUFFERED_PACKETS, packets) ||
	    put_u64(skb, FMIP_STATS_A_BUFFERED_BYTES, bytes))
		return -EMSGSIZE;
	return 0;
}

static int put_queue(struct sk_buff *skb, struct fmip_binding *b)
{
	u64 packets = 0, bytes = 0, peak_packets = 0, peak_bytes = 0, first = 0;
	struct fmip_queue *q;

	spin_lock_bh(&b->lock);
	q = b->queue;
	if (q) {
		packets = skb_queue_len(&q->skbs);
		bytes = q->bytes;
		peak_packets = q->peak_packets;
		peak_bytes = q->peak_bytes;
		first = q->first_release_ns;
	}
	spin_unlock_bh(&b->lock);
	if (put_buffered(skb, packets, bytes) ||
	    put_u64(skb, FMIP_STATS_A_PEAK_PACKETS, peak_packets) ||
	    put_u64(skb, FMIP_STATS_A_PEAK_BYTES, peak_bytes) ||
	    put_u64(skb, FMIP_STATS_A_FIRST_RELEASE_NS, first))
		return -EMSGSIZE;
	return 0;
}

/**
 * fmip_netlink_put_stats() - put a binding's counters into a message
 * @skb: message
 * @type: attribute to nest them in
 * @b: binding, under RCU or owned, its lock not held
 *
 * Context: any but hard interrupts.
 * Return: 0 or -EMSGSIZE.
 */
int fmip_netlink_put_stats(struct sk_buff *skb, int type,
			   struct fmip_binding *b)
{
	struct fmip_stats s;
	struct nlattr *nest;

	fmip_stats_read_binding(b, &s);
	nest = nla_nest_start(skb, type);
	if (!nest || put_counts(skb, &s) || put_queue(skb, b) ||
	    put_dropped(skb, &s))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_net_stats(struct sk_buff *skb, struct fmip_net *fn)
{
	struct fmip_stats s;

	fmip_stats_read_net(fn, &s);
	if (put_counts(skb, &s) ||
	    put_buffered(skb, atomic_long_read(&fn->buffered_packets),
			 atomic_long_read(&fn->buffered_bytes)) ||
	    nla_put_u32(skb, FMIP_STATS_A_BINDINGS, READ_ONCE(fn->n_bindings)) ||
	    nla_put_u32(skb, FMIP_STATS_A_TUNNELS, READ_ONCE(fn->n_tunnels)))
		return -EMSGSIZE;
	return put_dropped(skb, &s);
}

static int put_config(struct sk_buff *skb, struct fmip_net *fn)
{
	if (nla_put_u64_64bit(skb, FMIP_CONFIG_A_NETNS_BYTES,
			      READ_ONCE(fn->limit_bytes), FMIP_CONFIG_A_PAD) ||
	    nla_put_u64_64bit(skb, FMIP_CONFIG_A_MODULE_BYTES,
			      READ_ONCE(fmip_module_limit),
			      FMIP_CONFIG_A_PAD) ||
	    nla_put_u32(skb, FMIP_CONFIG_A_EXEMPT_MARK, fn->exempt_mark) ||
	    nla_put_u32(skb, FMIP_CONFIG_A_EXEMPT_MASK, fn->exempt_mask) ||
	    nla_put_u32(skb, FMIP_CONFIG_A_PROXIES_MAX, fn->proxies_max))
		return -EMSGSIZE;
	return 0;
}

static int answer_with(struct genl_info *info, u8 cmd,
		       int (*put)(struct sk_buff *, struct fmip_net *))
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	struct sk_buff *skb;
	void *hdr;

	skb = fmip_netlink_answer(info, &hdr, cmd);
	if (!skb)
		return -ENOMEM;
	if (put(skb, fn)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

static int stats_get(struct sk_buff *skb, struct genl_info *info)
{
	return answer_with(info, FMIP_CMD_STATS_GET, put_net_stats);
}

static int config_get(struct sk_buff *skb, struct genl_info *info)
{
	return answer_with(info, FMIP_CMD_CONFIG_GET, put_config);
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
	if (bytes)
		NL_SET_ERR_MSG_ATTR(extack, attr, "the limit is too large");
	else
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "with a limit of 0 nothing could be buffered");
	return -EINVAL;
}

static int config_check(struct fmip_net *fn, struct sk_buff *skb,
			struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	int err;

	err = check_bytes(a[FMIP_CONFIG_A_NETNS_BYTES], info->extack) ?:
	      check_bytes(a[FMIP_CONFIG_A_MODULE_BYTES], info->extack);
	if (err)
		return err;
	if (a[FMIP_CONFIG_A_MODULE_BYTES] && fn->net != &init_net) {
		NL_SET_ERR_MSG_ATTR(info->extack, a[FMIP_CONFIG_A_MODULE_BYTES],
				    "only the initial namespace sets this limit");
		return -EPERM;
	}
	/* What a namespace buffers is the host's memory. */
	if (a[FMIP_CONFIG_A_NETNS_BYTES] &&
	    nla_get_u64(a[FMIP_CONFIG_A_NETNS_BYTES]) >
	    READ_ONCE(fn->limit_bytes) &&
	    !netlink_capable(skb, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG_ATTR(info->extack, a[FMIP_CONFIG_A_NETNS_BYTES],
				    "only the host's administrator raises this limit");
		return -EPERM;
	}
	if (a[FMIP_CONFIG_A_EXEMPT_MARK] && !a[FMIP_CONFIG_A_EXEMPT_MASK]) {
		NL_SET_ERR_MSG_ATTR(info->extack, a[FMIP_CONFIG_A_EXEMPT_MARK],
				    "a mark needs a mask");
		return -EINVAL;
	}
	return 0;
}

static int config_set(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	struct nlattr **a = info->attrs;
	int err;

	err = config_check(fn, skb, info);
	if (err)
		return err;
	mutex_lock(&fn->lock);
	if (a[FMIP_CONFIG_A_NETNS_BYTES])
		WRITE_ONCE(fn->limit_bytes,
			   nla_get_u64(a[FMIP_CONFIG_A_NETNS_BYTES]));
	if (a[FMIP_CONFIG_A_MODULE_BYTES])
		WRITE_ONCE(fmip_module_limit,
			   nla_get_u64(a[FMIP_CONFIG_A_MODULE_BYTES]));
	if (a[FMIP_CONFIG_A_EXEMPT_MASK]) {
		u32 mask = nla_get_u32(a[FMIP_CONFIG_A_EXEMPT_MASK]), mark = 0;

		if (a[FMIP_CONFIG_A_EXEMPT_MARK])
			mark = nla_get_u32(a[FMIP_CONFIG_A_EXEMPT_MARK]);
		WRITE_ONCE(fn->exempt_mask, 0);
		WRITE_ONCE(fn->exempt_mark, mark & mask);
		WRITE_ONCE(fn->exempt_mask, mask);
	}
	if (a[FMIP_CONFIG_A_PROXIES_MAX])
		fn->proxies_max = nla_get_u32(a[FMIP_CONFIG_A_PROXIES_MAX]);
	mutex_unlock(&fn->lock);
	return 0;
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
		.doit = stats_get,
	}, {
		.cmd = FMIP_CMD_CONFIG_GET,
		.doit = config_get,
	}, {
		.cmd = FMIP_CMD_CONFIG_SET,
		.doit = config_set,
		.policy = config_policy,
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
