/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_NETLINK_H
#define _FMIP_NETLINK_H

#include <linux/fmip.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <net/genetlink.h>

struct fmip_binding;
struct fmip_nd;
struct fmip_net;
struct net_device;

extern struct genl_family fmip_genl_family;
extern const struct nla_policy fmip_binding_policy[];
extern const struct nla_policy fmip_tunnel_policy[];

int fmip_netlink_init(void);
void fmip_netlink_exit(void);

/* netlink.c */
int fmip_netlink_validate_addr(const struct nlattr *attr,
			       struct netlink_ext_ack *extack);
bool fmip_netlink_get_addr(const struct nlattr *attr, struct in6_addr *addr,
			   struct netlink_ext_ack *extack);
int fmip_netlink_dump_args(struct netlink_callback *cb);
int fmip_netlink_no_filter(struct genl_info *info);
int fmip_netlink_put_stats(struct sk_buff *skb, int type,
			   struct fmip_binding *b);
struct sk_buff *fmip_netlink_answer(struct genl_info *info, void **hdr,
				    u8 cmd);

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
			   const struct fmip_nd *nd, u64 now_ns);
void fmip_netlink_rejected(struct fmip_binding *b, struct net_device *dev,
			   const struct fmip_nd *nd);
void fmip_netlink_duplicate(struct fmip_binding *b, struct net_device *dev,
			    const struct fmip_nd *nd);
void fmip_netlink_released(struct fmip_binding *b);
void fmip_netlink_overflow(struct fmip_binding *b);
void fmip_netlink_expired(struct fmip_binding *b, enum fmip_timer timer);
void fmip_netlink_proxy_expired(struct fmip_binding *b,
				const struct in6_addr *addr, u32 ifindex);
void fmip_netlink_removed(struct fmip_binding *b);

#endif /* _FMIP_NETLINK_H */
