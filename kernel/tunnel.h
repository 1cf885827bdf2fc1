/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_TUNNEL_H
#define _FMIP_TUNNEL_H

#include <linux/fmip.h>
#include <linux/in6.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>

struct dst_entry;
struct fmip_net;
struct fmip_standin;
struct fmip_tunnel;
struct neighbour;
struct netlink_ext_ack;
struct sk_buff;

/**
 * enum fmip_carrier - what the outer packet says that it carries
 * @FMIP_CARRIER_IP: an IP packet
 * @FMIP_CARRIER_GRE: GRE
 * @FMIP_CARRIER_UDP: UDP
 */
enum fmip_carrier {
	FMIP_CARRIER_IP,
	FMIP_CARRIER_GRE,
	FMIP_CARRIER_UDP,
};

/**
 * struct fmip_path_key - what the tunnel of an outer packet is found by
 * @local: this router's address; IPv4 in the first four bytes
 * @remote: the other end's
 * @sport: this router's UDP port, or 0
 * @dport: the other end's, or 0
 * @family: AF_INET6 or AF_INET
 * @carrier: enum fmip_carrier
 */
struct fmip_path_key {
	struct in6_addr local;
	struct in6_addr remote;
	__be16 sport;
	__be16 dport;
	u16 family;
	u16 carrier;
};

/**
 * struct fmip_path - what a tunnel is at one time; replaced as a whole
 * @node: in fmip_net.paths
 * @key: its ends
 * @tunnel: the tunnel
 * @ifindex: interface of the underlay, or 0
 * @mark: of the outer packet
 * @flowlabel: of the outer IPv6 header
 * @encap: enum fmip_encap
 * @ttl: outer hop limit; 0 is the route's
 * @dscp: outer code point, or FMIP_DSCP_INHERIT
 * @encaplimit: RFC 2473 section 4.1, or FMIP_ENCAPLIMIT_NONE
 * @flags: FMIP_TUNNEL_F_*
 * @direct: a packet with the route @dst may be given to @neigh
 * @dst: cached route to @key.remote, or NULL; read under RCU
 * @neigh: cached neighbour entry of the next hop, or NULL; read under RCU
 * @standin: what inner hooks see as the route, or NULL; read under RCU
 * @cookie: says whether @dst is still valid
 * @sernum: of the namespace's routes when @dst was last found to be valid
 * @checked: jiffies, then
 * @room: what goes in front of an inner packet, link-layer header included
 * @addresses: fmip_net.addresses when @key.local was last found to be ours
 * @dst_lock: serialises the writers of @dst, @neigh, @cookie and @direct
 * @rcu: freed after a grace period
 */
struct fmip_path {
	struct rhash_head node;
	struct fmip_path_key key;
	struct fmip_tunnel *tunnel;
	u32 ifindex;
	u32 mark;
	__be32 flowlabel;
	u8 encap;
	u8 ttl;
	u8 dscp;
	u8 encaplimit;
	u8 flags;
	bool direct;
	struct dst_entry __rcu *dst;
	struct neighbour __rcu *neigh;
	struct fmip_standin __rcu *standin;
	u32 cookie;
	u32 sernum;
	u32 checked;
	u16 room;
	u32 addresses;
	spinlock_t dst_lock; /* writing the cached route */
	struct rcu_head rcu;
};

/**
 * struct fmip_tunnel - a tunnel, shared by the bindings that use it
 * @path: where it goes; read under RCU, written under the namespace's lock
 * @id: the control plane's name for it
 * @users: targets, accepts and matches of bindings that name it, under the
 *	namespace's lock
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

int fmip_tunnel_cache_init(void);
void fmip_tunnel_cache_destroy(void);
int fmip_tunnel_table_init(struct fmip_net *fn);
void fmip_tunnel_table_destroy(struct fmip_net *fn);

int fmip_path_cache_init(void);
void fmip_path_cache_destroy(void);
int fmip_path_table_init(struct fmip_net *fn);
void fmip_path_table_destroy(struct fmip_net *fn);
struct fmip_path *fmip_path_alloc(void);
void fmip_path_free(struct fmip_path *path);
int fmip_path_insert(struct fmip_net *fn, struct fmip_path *path);
int fmip_path_replace(struct fmip_net *fn, struct fmip_path *old,
		      struct fmip_path *new);
void fmip_path_remove(struct fmip_net *fn, struct fmip_path *path);
void fmip_path_forget(struct fmip_path *path);
struct fmip_path *fmip_path_find(struct fmip_net *fn,
				 const struct fmip_path_key *key);
struct dst_entry *fmip_path_route(struct fmip_net *fn, struct fmip_path *path);
bool fmip_path_ready(struct fmip_net *fn, struct fmip_path *path, bool patient);
struct neighbour *fmip_path_neigh(struct fmip_path *path,
				  struct dst_entry *dst);
struct fmip_standin *fmip_path_standin(struct fmip_net *fn,
				       struct fmip_path *path,
				       unsigned int mtu);
unsigned int fmip_path_overhead(const struct fmip_path *path, bool has_key);
unsigned int fmip_path_mtu(const struct fmip_path *path,
			   const struct dst_entry *dst, bool has_key);
bool fmip_path_is_direct(const struct dst_entry *dst);
bool fmip_path_is_local(struct fmip_net *fn, struct fmip_path *path);
bool fmip_encap_has_key(u8 encap);
u8 fmip_encap_family(u8 encap);
u8 fmip_encap_carrier(u8 encap);

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
void fmip_tunnel_get_accept(struct fmip_net *fn, struct fmip_tunnel *t);
void fmip_tunnel_put_accept(struct fmip_net *fn, struct fmip_tunnel *t);

#endif /* _FMIP_TUNNEL_H */
