// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests about tunnels.
 */
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "binding.h"
#include "net.h"
#include "netlink.h"
#include "tunnel.h"

const struct nla_policy fmip_tunnel_policy[FMIP_TUNNEL_A_MAX + 1] = {
	[FMIP_TUNNEL_A_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[FMIP_TUNNEL_A_ENCAP] = NLA_POLICY_MAX(NLA_U8, FMIP_ENCAP_TLV4),
	[FMIP_TUNNEL_A_LOCAL] =
		NLA_POLICY_VALIDATE_FN(NLA_BINARY, fmip_netlink_validate_addr,
				       sizeof(struct in6_addr)),
	[FMIP_TUNNEL_A_REMOTE] =
		NLA_POLICY_VALIDATE_FN(NLA_BINARY, fmip_netlink_validate_addr,
				       sizeof(struct in6_addr)),
	[FMIP_TUNNEL_A_SPORT] = { .type = NLA_U16 },
	[FMIP_TUNNEL_A_DPORT] = { .type = NLA_U16 },
	[FMIP_TUNNEL_A_IFINDEX] = { .type = NLA_U32 },
	[FMIP_TUNNEL_A_MARK] = { .type = NLA_U32 },
	[FMIP_TUNNEL_A_TTL] = NLA_POLICY_MIN(NLA_U8, 1),
	[FMIP_TUNNEL_A_DSCP] = NLA_POLICY_MAX(NLA_U8, 63),
	[FMIP_TUNNEL_A_ENCAPLIMIT] = { .type = NLA_U8 },
	[FMIP_TUNNEL_A_USERS] = { .type = NLA_U32 },
	[FMIP_TUNNEL_A_MTU] = { .type = NLA_U32 },
};

/* What is part of the contract, and not of this version. */
static int check_supported(struct nlattr **a, struct netlink_ext_ack *extack)
{
	if (a[FMIP_TUNNEL_A_ENCAP] &&
	    nla_get_u8(a[FMIP_TUNNEL_A_ENCAP]) != FMIP_ENCAP_IP6) {
		NL_SET_ERR_MSG_ATTR(extack, a[FMIP_TUNNEL_A_ENCAP],
				    "this encapsulation is not supported yet");
		return -EOPNOTSUPP;
	}
	if (a[FMIP_TUNNEL_A_SPORT] || a[FMIP_TUNNEL_A_DPORT]) {
		NL_SET_ERR_MSG_ATTR(extack, a[FMIP_TUNNEL_A_SPORT] ?:
				    a[FMIP_TUNNEL_A_DPORT],
				    "this encapsulation has no ports");
		return -EINVAL;
	}
	if (a[FMIP_TUNNEL_A_ENCAPLIMIT]) {
		NL_SET_ERR_MSG_ATTR(extack, a[FMIP_TUNNEL_A_ENCAPLIMIT],
				    "sending an encapsulation limit is not supported yet");
		return -EOPNOTSUPP;
	}
	if (a[FMIP_TUNNEL_A_USERS] || a[FMIP_TUNNEL_A_MTU]) {
		NL_SET_ERR_MSG_ATTR(extack, a[FMIP_TUNNEL_A_USERS] ?:
				    a[FMIP_TUNNEL_A_MTU],
				    "this attribute is output only");
		return -EINVAL;
	}
	return 0;
}

static int read_end(const struct nlattr *attr, struct in6_addr *addr,
		    struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	if (!fmip_netlink_get_addr(attr, addr, extack))
		return -EOPNOTSUPP;
	if (ipv6_addr_any(addr) || ipv6_addr_loopback(addr) ||
	    ipv6_addr_is_multicast(addr) ||
	    ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a tunnel ends at a global unicast address");
		return -EINVAL;
	}
	return 0;
}

static int check_ends(struct net *net, const struct fmip_path *path,
		      struct genl_info *info)
{
	const struct nlattr *remote = info->attrs[FMIP_TUNNEL_A_REMOTE];

	if (ipv6_addr_equal(&path->key.local, &path->key.remote)) {
		NL_SET_ERR_MSG_ATTR(info->extack, remote,
				    "a tunnel cannot lead to itself");
		return -EINVAL;
	}
	if (ipv6_chk_addr(net, &path->key.remote, NULL, 0)) {
		NL_SET_ERR_MSG_ATTR(info->extack, remote,
				    "the remote address is this router's own");
		return -EINVAL;
	}
	return 0;
}

static int read_underlay(struct net *net, struct fmip_path *path,
			 struct genl_info *info)
{
	struct nlattr **a = info->attrs;

	if (a[FMIP_TUNNEL_A_IFINDEX]) {
		path->ifindex = nla_get_u32(a[FMIP_TUNNEL_A_IFINDEX]);
		if (path->ifindex && !__dev_get_by_index(net, path->ifindex)) {
			NL_SET_ERR_MSG_ATTR(info->extack,
					    a[FMIP_TUNNEL_A_IFINDEX],
					    "no such interface");
			return -ENODEV;
		}
	}
	if (a[FMIP_TUNNEL_A_MARK])
		path->mark = nla_get_u32(a[FMIP_TUNNEL_A_MARK]);
	if (a[FMIP_TUNNEL_A_TTL])
		path->ttl = nla_get_u8(a[FMIP_TUNNEL_A_TTL]);
	if (a[FMIP_TUNNEL_A_DSCP])
		path->dscp = nla_get_u8(a[FMIP_TUNNEL_A_DSCP]);
	return 0;
}

/* A path as the request wants it; what it does not say is taken from @old. */
static struct fmip_path *read_path(struct net *net, struct genl_info *info,
				   const struct fmip_path *old)
{
	struct nlattr **a = info->attrs;
	struct fmip_path *path;
	int err;

	path = fmip_path_alloc();
	if (!path)
		return ERR_PTR(-ENOMEM);
	if (old) {
		path->key = old->key;
		path->ifindex = old->ifindex;
		path->mark = old->mark;
		path->ttl = old->ttl;
		path->dscp = old->dscp;
	}
	err = check_supported(a, info->extack) ?:
	      read_end(a[FMIP_TUNNEL_A_LOCAL], &path->key.local,
		       info->extack) ?:
	      read_end(a[FMIP_TUNNEL_A_REMOTE], &path->key.remote,
		       info->extack) ?:
	      check_ends(net, path, info) ?:
	      read_underlay(net, path, info);
	if (err) {
		fmip_path_free(path);
		return ERR_PTR(err);
	}
	return path;
}

static int put_underlay(struct sk_buff *skb, struct fmip_net *fn,
			struct fmip_path *path)
{
	struct dst_entry *dst;
	unsigned int mtu = 0;

	if (path->ifindex &&
	    nla_put_u32(skb, FMIP_TUNNEL_A_IFINDEX, path->ifindex))
		return -EMSGSIZE;
	if (path->mark && nla_put_u32(skb, FMIP_TUNNEL_A_MARK, path->mark))
		return -EMSGSIZE;
	if (path->ttl && nla_put_u8(skb, FMIP_TUNNEL_A_TTL, path->ttl))
		return -EMSGSIZE;
	if (path->dscp != FMIP_DSCP_INHERIT &&
	    nla_put_u8(skb, FMIP_TUNNEL_A_DSCP, path->dscp))
		return -EMSGSIZE;
	rcu_read_lock();
	local_bh_disable();
	dst = fmip_path_route(fn, path);
	if (dst)
		mtu = fmip_path_mtu(dst);
	dst_release(dst);
	local_bh_enable();
	rcu_read_unlock();
	return mtu ? nla_put_u32(skb, FMIP_TUNNEL_A_MTU, mtu) : 0;
}

static int put_tunnel(struct sk_buff *skb, struct fmip_net *fn,
		      struct fmip_tunnel *t)
{
	struct fmip_path *path;

	path = rcu_dereference_protected(t->path, lockdep_is_held(&fn->lock));
	if (nla_put_u32(skb, FMIP_TUNNEL_A_ID, t->id) ||
	    nla_put_u8(skb, FMIP_TUNNEL_A_ENCAP, FMIP_ENCAP_IP6) ||
	    nla_put_in6_addr(skb, FMIP_TUNNEL_A_LOCAL, &path->key.local) ||
	    nla_put_in6_addr(skb, FMIP_TUNNEL_A_REMOTE, &path->key.remote) ||
	    nla_put_u32(skb, FMIP_TUNNEL_A_USERS, t->users))
		return -EMSGSIZE;
	return put_underlay(skb, fn, path);
}

static int answer(struct genl_info *info, struct fmip_net *fn,
		  struct fmip_tunnel *t)
{
	struct sk_buff *skb;
	void *hdr;

	skb = fmip_netlink_answer(info, &hdr, FMIP_CMD_TUNNEL_GET);
	if (!skb)
		return -ENOMEM;
	if (put_tunnel(skb, fn, t)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

static struct fmip_tunnel *find(struct fmip_net *fn, struct genl_info *info)
{
	struct nlattr *id = info->attrs[FMIP_TUNNEL_A_ID];
	struct fmip_tunnel *t;

	if (!id) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, FMIP_TUNNEL_A_ID);
		NL_SET_ERR_MSG(info->extack, "which tunnel?  The id is missing");
		return ERR_PTR(-EINVAL);
	}
	t = xa_load(&fn->tunnels, nla_get_u32(id));
	if (!t) {
		NL_SET_ERR_MSG_ATTR(info->extack, id, "no such tunnel");
		return ERR_PTR(-ENOENT);
	}
	return t;
}

/* What only names a tunnel says nothing else. */
static int check_named(struct genl_info *info)
{
	int i;

	for (i = 1; i <= FMIP_TUNNEL_A_MAX; i++) {
		if (!info->attrs[i] || i == FMIP_TUNNEL_A_ID)
			continue;
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[i],
				    "this request only takes an id");
		return -EINVAL;
	}
	return 0;
}

static int check_new(struct genl_info *info)
{
	int missing = 0;

	if (!info->attrs[FMIP_TUNNEL_A_LOCAL])
		missing = FMIP_TUNNEL_A_LOCAL;
	else if (!info->attrs[FMIP_TUNNEL_A_REMOTE])
		missing = FMIP_TUNNEL_A_REMOTE;
	if (!missing)
		return 0;
	NL_SET_ERR_ATTR_MISS(info->extack, NULL, missing);
	NL_SET_ERR_MSG(info->extack,
		       "a tunnel needs a local and a remote address");
	return -EINVAL;
}

/* The tunnel that REPLACE means, or NULL if it is to be made. */
static struct fmip_tunnel *find_replaced(struct fmip_net *fn,
					 struct genl_info *info)
{
	struct nlattr *id = info->attrs[FMIP_TUNNEL_A_ID];

	if (info->genlhdr->cmd != FMIP_CMD_TUNNEL_REPLACE || !id)
		return NULL;
	return xa_load(&fn->tunnels, nla_get_u32(id));
}

static int make(struct fmip_net *fn, struct genl_info *info)
{
	struct nlattr *id = info->attrs[FMIP_TUNNEL_A_ID];
	struct fmip_tunnel *t = find_replaced(fn, info);
	struct fmip_path *path;
	int err;

	if (!t && id && xa_load(&fn->tunnels, nla_get_u32(id))) {
		NL_SET_ERR_MSG_ATTR(info->extack, id,
				    "a tunnel with this id exists");
		return -EEXIST;
	}
	path = read_path(fn->net, info, NULL);
	if (IS_ERR(path))
		return PTR_ERR(path);
	if (t) {
		err = fmip_tunnel_move(fn, t, path, info->extack);
		if (err)
			goto err_path;
	} else {
		t = fmip_tunnel_create(fn, id ? nla_get_u32(id) : 0, path,
				       info->extack);
		if (IS_ERR(t)) {
			err = PTR_ERR(t);
			goto err_path;
		}
	}
	if (info->nlhdr->nlmsg_flags & NLM_F_ECHO)
		return answer(info, fn, t);
	return 0;

err_path:
	fmip_path_free(path);
	NL_SET_BAD_ATTR(info->extack, info->attrs[FMIP_TUNNEL_A_REMOTE]);
	return err;
}

/**
 * fmip_netlink_tunnel_new() - FMIP_CMD_TUNNEL_NEW and _REPLACE
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_tunnel_new(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	int err = check_new(info);

	if (err)
		return err;
	rtnl_lock();
	mutex_lock(&fn->lock);
	fmip_binding_reap(fn);
	err = make(fn, info);
	mutex_unlock(&fn->lock);
	rtnl_unlock();
	return err;
}

static int change(struct fmip_net *fn, struct genl_info *info)
{
	struct fmip_tunnel *t = find(fn, info);
	struct fmip_path *path;
	int err;

	if (IS_ERR(t))
		return PTR_ERR(t);
	path = read_path(fn->net, info,
			 rcu_dereference_protected(t->path,
						   lockdep_is_held(&fn->lock)));
	if (IS_ERR(path))
		return PTR_ERR(path);
	err = fmip_tunnel_move(fn, t, path, info->extack);
	if (err) {
		fmip_path_free(path);
		NL_SET_BAD_ATTR(info->extack,
				info->attrs[FMIP_TUNNEL_A_REMOTE]);
	}
	return err;
}

/**
 * fmip_netlink_tunnel_set() - FMIP_CMD_TUNNEL_SET
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_tunnel_set(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	int err;

	rtnl_lock();
	mutex_lock(&fn->lock);
	err = change(fn, info);
	mutex_unlock(&fn->lock);
	rtnl_unlock();
	return err;
}

/**
 * fmip_netlink_tunnel_del() - FMIP_CMD_TUNNEL_DEL
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_tunnel_del(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	struct fmip_tunnel *t;
	int err = check_named(info);

	if (err)
		return err;
	mutex_lock(&fn->lock);
	fmip_binding_reap(fn);
	t = find(fn, info);
	if (IS_ERR(t)) {
		err = PTR_ERR(t);
	} else if (t->users) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[FMIP_TUNNEL_A_ID],
				    "bindings use this tunnel");
		err = -EBUSY;
	} else {
		fmip_tunnel_destroy(fn, t);
	}
	mutex_unlock(&fn->lock);
	return err;
}

/**
 * fmip_netlink_tunnel_get() - FMIP_CMD_TUNNEL_GET about one
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_tunnel_get(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	struct fmip_tunnel *t;
	int err = check_named(info);

	if (err)
		return err;
	mutex_lock(&fn->lock);
	t = find(fn, info);
	err = IS_ERR(t) ? PTR_ERR(t) : answer(info, fn, t);
	mutex_unlock(&fn->lock);
	return err;
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    struct fmip_net *fn, struct fmip_tunnel *t)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &fmip_genl_family,
				NLM_F_MULTI, FMIP_CMD_TUNNEL_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (put_tunnel(skb, fn, t)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * fmip_netlink_tunnel_dump() - FMIP_CMD_TUNNEL_GET about all
 * @skb: answer
 * @cb: dump; args[0] is the id to go on from
 *
 * Return: bytes put into @skb, or a negative error.
 */
int fmip_netlink_tunnel_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct fmip_net *fn = fmip_net(sock_net(skb->sk));
	struct fmip_tunnel *t;
	unsigned long id;
	int err;

	err = fmip_netlink_dump_args(cb);
	if (err)
		return err;
	mutex_lock(&fn->lock);
	xa_for_each_start(&fn->tunnels, id, t, cb->args[0]) {
		err = dump_one(skb, cb, fn, t);
		if (err)
			break;
		cb->args[0] = id + 1;
	}
	mutex_unlock(&fn->lock);
	return skb->len ?: err;
}

/**
 * fmip_netlink_tunnel_flush() - FMIP_CMD_TUNNEL_FLUSH
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative error.
 */
int fmip_netlink_tunnel_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct fmip_net *fn = fmip_net(genl_info_net(info));
	int err = fmip_netlink_no_filter(info);

	if (err)
		return err;
	mutex_lock(&fn->lock);
	fmip_binding_reap(fn);
	fmip_tunnel_flush(fn);
	mutex_unlock(&fn->lock);
	return 0;
}
