/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_TUNNEL_H
#define _FMIP_TUNNEL_H

#include <linux/fmip.h>
#include <linux/in6.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>

struct dst_entry;
struct fmip_net;
struct fmip_tunnel;
struct netlink_ext_ack;

/* fmip_tunnel_opts.dscp: the inner packet's */
#define FMIP_DSCP_INHERIT	0xff

/**
 * struct fmip_path_key - the two ends of a tunnel
 * @local: this router's address
 * @remote: the other end's
 */
struct fmip_path_key {
	struct in6_addr local;
	struct in6_addr remote;
};

/**
 * struct fmip_path - what a tunnel is at one time; replaced as a whole
 * @node: in fmip_net.paths
 * @key: its ends
 * @tunnel: the tunnel
 * @ifindex: interface of the underlay, or 0
 * @mark: of the outer packet
 * @ttl: outer hop limit; 0 is the route's
 * @dscp: outer code point, or FMIP_DSCP_INHERIT
 * @dst: cached route to @key.remote, or NULL; read under RCU
 * @cookie: says whether @dst is still valid
 * @dst_lock: serialises the writers of @dst and @cookie
 * @rcu: freed after a grace period
 */
struct fmip_path {
	struct rhash_head node;
	struct fmip_path_key key;
	struct fmip_tunnel *tunnel;
	u32 ifindex;
	u32 mark;
	u8 ttl;
	u8 dscp;
	struct dst_entry __rcu *dst;
	u32 cookie;
	spinlock_t dst_lock; /* writing dst and cookie */
	struct rcu_head rcu;
};

/**
 * struct fmip_tunnel - a tunnel, shared by the bindings that use it
 * @path: where it goes; read under RCU, written under the namespace's lock
 * @id: the control plane's name for it
 * @users: targets and accepts that name it, under the namespace's lock
 * @accepts: how many of those are accepts; read without a lock
 * @rcu: freed after a grace period
 */
struct fmip_tunnel {
	struct fmip_path __rcu *path;
	u32 id;
	u32 users;
	u32 accepts;
	struct rcu_head rcu;
};

int fmip_tunnel_table_init(struct fmip_net *fn);
void fmip_tunnel_table_destroy(struct fmip_net *fn);

struct fmip_path *fmip_path_alloc(void);
void fmip_path_free(struct fmip_path *path);
struct fmip_path *fmip_path_find(struct fmip_net *fn,
				 const struct fmip_path_key *key);
struct dst_entry *fmip_path_route(struct fmip_net *fn, struct fmip_path *path);
unsigned int fmip_path_mtu(const struct dst_entry *dst);

struct fmip_tunnel *fmip_tunnel_create(struct fmip_net *fn, u32 id,
				       struct fmip_path *path,
				       struct netlink_ext_ack *extack);
int fmip_tunnel_move(struct fmip_net *fn, struct fmip_tunnel *t,
		     struct fmip_path *path, struct netlink_ext_ack *extack);
void fmip_tunnel_destroy(struct fmip_net *fn, struct fmip_tunnel *t);
void fmip_tunnel_flush(struct fmip_net *fn);
void fmip_tunnel_forget_routes(struct fmip_net *fn);
void fmip_tunnel_get(struct fmip_tunnel *t);
void fmip_tunnel_put(struct fmip_tunnel *t);
void fmip_tunnel_get_accept(struct fmip_tunnel *t);
void fmip_tunnel_put_accept(struct fmip_tunnel *t);

#endif /* _FMIP_TUNNEL_H */
