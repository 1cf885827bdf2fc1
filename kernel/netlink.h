/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_NETLINK_H
#define _FMIP_NETLINK_H

#include <linux/fmip.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <net/genetlink.h>

struct fmip_binding;
struct fmip_net;
struct fmip_tunnel;
struct net_device;

extern struct genl_family fmip_genl_family;
extern const struct nla_policy fmip_binding_policy[];
extern const struct nla_policy fmip_tunnel_policy[];
extern const struct nla_policy fmip_config_policy[];

/* Bindings or tunnels that are looked at before others get the lock. */
#define FMIP_NETLINK_BATCH	256

/**
 * struct fmip_op - a request, or one entry of a list of requests
 * @fn: namespace
 * @attrs: by type
 * @named: bit by type: which there are
 * @extack: says why not
 * @scratch: fmip_op_kind.scratch bytes, zeroed before the first use
 * @object: result: what it was about, if it still is there
 * @id: result: the id of that
 * @cmd: FMIP_CMD_*
 */
struct fmip_op {
	struct fmip_net *fn;
	struct nlattr **attrs;
	u64 named;
	struct netlink_ext_ack *extack;
	void *scratch;
	void *object;
	u32 id;
	u8 cmd;
};

/**
 * struct fmip_op_kind - a kind of request that may come alone or in a list
 * @run: do it, or refuse it and change nothing; the namespace's lock held, and
 *	RTNL if @rtnl
 * @end: give back what @run has kept in fmip_op.scratch, under the same locks;
 *	or NULL
 * @put: say what fmip_op.object is, for who wants to be told; or NULL
 * @scratch: bytes that @run needs
 * @max: highest attribute type
 * @entries: attribute that has the list
 * @results: attribute that answers it
 * @get: command of a message that @put has filled
 * @rtnl: takes RTNL
 */
struct fmip_op_kind {
	int (*run)(struct fmip_op *op);
	void (*end)(struct fmip_op *op);
	int (*put)(struct sk_buff *skb, struct fmip_net *fn, void *object);
	size_t scratch;
	u16 max;
	u16 entries;
	u16 results;
	u8 get;
	bool rtnl;
};

/**
 * struct fmip_filter - what a dump or a flush selects
 * @addr: prefix; IPv4 in the first four bytes
 * @cookie_min: least cookie
 * @cookie_max: largest cookie
 * @tunnel: id of a tunnel that is named, or 0
 * @ifindex: interface that is named, or 0
 * @family: of @addr, or 0
 * @prefixlen: of @addr
 * @gate: enum fmip_gate, if @has_gate
 * @scope: enum fmip_scope, if @has_scope
 * @has_gate: see @gate
 * @has_scope: see @scope
 */
struct fmip_filter {
	struct in6_addr addr;
	u64 cookie_min;
	u64 cookie_max;
	u32 tunnel;
	u32 ifindex;
	u8 family;
	u8 prefixlen;
	u8 gate;
	u8 scope;
	bool has_gate;
	bool has_scope;
};

int fmip_netlink_init(void);
void fmip_netlink_exit(void);

/* netlink.c */
int fmip_netlink_refuse(struct netlink_ext_ack *extack,
			const struct nlattr *attr, const char *why, int err);
int fmip_netlink_validate_addr(const struct nlattr *attr,
			       struct netlink_ext_ack *extack);
u8 fmip_netlink_get_addr(const struct nlattr *attr, struct in6_addr *addr);
int fmip_netlink_put_addr(struct sk_buff *skb, int type, u8 family,
			  const struct in6_addr *addr);
int fmip_netlink_put_bits(struct sk_buff *skb, int type, u32 value);
struct sk_buff *fmip_netlink_answer(struct genl_info *info, void **hdr,
				    u8 cmd);
void fmip_netlink_breathe(struct fmip_net *fn);

/**
 * fmip_netlink_parse() - sort the attributes of a nest
 * @attrs: result, by type; what is absent stays as it is
 * @nest: the nest
 * @extack: says why not
 *
 * The core has looked into it already, down to the last byte, and knows all
 * types.  Only members of lists have not had to say that they are nests.
 *
 * Return: 0 or -EINVAL.
 */
static inline int fmip_netlink_parse(struct nlattr **attrs,
				     const struct nlattr *nest,
				     struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int rem;

	if (unlikely(!(nest->nla_type & NLA_F_NESTED)))
		return fmip_netlink_refuse(extack, nest,
					   "NLA_F_NESTED is missing", -EINVAL);
	nla_for_each_nested(attr, nest, rem)
		attrs[nla_type(attr)] = attr;
	return 0;
}

/* netlink_bulk.c */
int fmip_netlink_run(struct genl_info *info, const struct fmip_op_kind *kind);

/* netlink_filter.c */
int fmip_filter_read_dump(struct fmip_filter *f, struct netlink_callback *cb,
			  bool tunnels);
int fmip_filter_read_flush(struct fmip_filter *f, struct genl_info *info,
			   bool tunnels);
bool fmip_filter_binding(const struct fmip_filter *f, struct fmip_binding *b);
bool fmip_filter_tunnel(const struct fmip_filter *f, struct fmip_net *fn,
			const struct fmip_tunnel *t);

/* netlink_stats.c */
int fmip_netlink_put_stats(struct sk_buff *skb, int type,
			   struct fmip_binding *b);
int fmip_netlink_stats_get(struct sk_buff *skb, struct genl_info *info);

/* netlink_config.c */
int fmip_netlink_config_get(struct sk_buff *skb, struct genl_info *info);
int fmip_netlink_config_set(struct sk_buff *skb, struct genl_info *info);

/* netlink_put.c */
int fmip_netlink_put_binding(struct sk_buff *skb, struct fmip_net *fn,
			     void *object);

/* netlink_binding.c */
int fmip_netlink_binding_new(struct sk_buff *skb, struct genl_info *info);
int fmip_netlink_binding_set(struct sk_buff *skb, struct genl_info *info);
int fmip_netlink_binding_del(struct sk_buff *skb, struct genl_info *info);
int fmip_netlink_binding_get(struct sk_buff *skb, struct genl_info *info);
int fmip_netlink_binding_dump(struct sk_buff *skb,
			      struct netlink_callback *cb);
int fmip_netlink_binding_flush(struct sk_buff *skb, struct genl_info *info);

/* netlink_tunnel.c */
int fmip_netlink_tunnel_new(struct sk_buff *skb, struct genl_info *info);
int fmip_netlink_tunnel_set(struct sk_buff *skb, struct genl_info *info);
int fmip_netlink_tunnel_del(struct sk_buff *skb, struct genl_info *info);
int fmip_netlink_tunnel_get(struct sk_buff *skb, struct genl_info *info);
int fmip_netlink_tunnel_dump(struct sk_buff *skb, struct netlink_callback *cb);
int fmip_netlink_tunnel_flush(struct sk_buff *skb, struct genl_info *info);

/* netlink_event.c */
void fmip_netlink_attached(struct fmip_binding *b, struct net_device *dev,
			   u8 family, const struct in6_addr *addr,
			   const u8 *lladdr, u32 on, u64 now_ns);
void fmip_netlink_rejected(struct fmip_binding *b, struct net_device *dev,
			   u8 family, const struct in6_addr *addr,
			   const u8 *lladdr, u32 on);
void fmip_netlink_duplicate(struct fmip_binding *b, struct net_device *dev,
			    u8 family, const struct in6_addr *addr,
			    const u8 *lladdr);
void fmip_netlink_released(struct fmip_binding *b);
void fmip_netlink_overflow(struct fmip_binding *b);
void fmip_netlink_expired(struct fmip_binding *b, enum fmip_timer timer);
void fmip_netlink_proxy_expired(struct fmip_binding *b, u8 family,
				const struct in6_addr *addr, u32 ifindex);
void fmip_netlink_removed(struct fmip_binding *b);

#endif /* _FMIP_NETLINK_H */
