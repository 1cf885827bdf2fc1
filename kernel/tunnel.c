// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tunnels.  What packets need is in a path, which is replaced as a whole, so
 * that a new remote takes effect for all bindings of the tunnel at once.
 */
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>

#include "net.h"
#include "tunnel.h"

static const struct rhashtable_params path_params = {
	.key_len = sizeof(struct fmip_path_key),
	.key_offset = offsetof(struct fmip_path, key),
	.head_offset = offsetof(struct fmip_path, node),
	.automatic_shrinking = true,
};

/**
 * fmip_tunnel_table_init() - make a namespace ready for tunnels
 * @fn: namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int fmip_tunnel_table_init(struct fmip_net *fn)
{
	xa_init_flags(&fn->tunnels, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	return rhashtable_init(&fn->paths, &path_params);
}

/**
 * fmip_tunnel_table_destroy() - undo fmip_tunnel_table_init()
 * @fn: namespace without tunnels
 *
 * Context: process.
 */
void fmip_tunnel_table_destroy(struct fmip_net *fn)
{
	rhashtable_destroy(&fn->paths);
	xa_destroy(&fn->tunnels);
}

/**
 * fmip_path_alloc() - make a path that nobody can see yet
 *
 * Context: process.
 * Return: the path, which the caller owns, or NULL.
 */
struct fmip_path *fmip_path_alloc(void)
{
	struct fmip_path *path = kzalloc(sizeof(*path), GFP_KERNEL_ACCOUNT);

	if (!path)
		return NULL;
	path->dscp = FMIP_DSCP_INHERIT;
	spin_lock_init(&path->dst_lock);
	return path;
}

static void set_dst(struct fmip_path *path, struct dst_entry *dst, u32 cookie)
{
	struct dst_entry *old;

	spin_lock_bh(&path->dst_lock);
	old = rcu_replace_pointer(path->dst, dst,
				  lockdep_is_held(&path->dst_lock));
	WRITE_ONCE(path->cookie, cookie);
	spin_unlock_bh(&path->dst_lock);
	dst_release(old);
}

static void path_free_rcu(struct rcu_head *rcu)
{
	struct fmip_path *path = container_of(rcu, struct fmip_path, rcu);

	dst_release(rcu_dereference_protected(path->dst, true));
	kfree(path);
}

/**
 * fmip_path_free() - free a path once no packet looks at it
 * @path: path, or NULL
 *
 * Context: any.
 */
void fmip_path_free(struct fmip_path *path)
{
	if (path)
		call_rcu(&path->rcu, path_free_rcu);
}

/**
 * fmip_path_find() - find a path by its ends
 * @fn: namespace
 * @key: the ends
 *
 * Context: RCU.
 * Return: the path, valid for the RCU section, or NULL.
 */
struct fmip_path *fmip_path_find(struct fmip_net *fn,
				 const struct fmip_path_key *key)
{
	return rhashtable_lookup(&fn->paths, key, path_params);
}

/* With a source address given, the routing code takes an interface as a hint. */
static bool over_underlay(const struct fmip_path *path,
			  const struct net_device *dev)
{
	return !path->ifindex || dev->ifindex == path->ifindex ||
	       l3mdev_master_ifindex_rcu(dev) == path->ifindex;
}

static struct dst_entry *look_up_route(struct fmip_net *fn,
				       struct fmip_path *path)
{
	struct flowi6 fl6 = {
		.saddr = path->key.local,
		.daddr = path->key.remote,
		.flowi6_oif = path->ifindex,
		.flowi6_mark = path->mark,
		.flowi6_proto = IPPROTO_IPV6,
	};
	struct dst_entry *dst;

	dst = ip6_dst_lookup_flow(fn->net, NULL, &fl6, NULL);
	if (IS_ERR(dst))
		return NULL;
	/* Into ourselves, or back into a tunnel of ours: a loop. */
	if (dst->dev->flags & IFF_LOOPBACK ||
	    dst->dev == rcu_access_pointer(fn->dev) ||
	    !over_underlay(path, dst->dev)) {
		dst_release(dst);
		return NULL;
	}
	return dst;
}

/**
 * fmip_path_route() - the route to the other end
 * @fn: namespace
 * @path: path
 *
 * The route is cached until the routing code says that it no longer holds.
 *
 * Context: RCU, bottom halves off.
 * Return: a route with a reference for the caller, or NULL.
 */
struct dst_entry *fmip_path_route(struct fmip_net *fn, struct fmip_path *path)
{
	struct dst_entry *dst = rcu_dereference(path->dst);

	if (likely(dst) && dst_check(dst, READ_ONCE(path->cookie)) &&
	    dst_hold_safe(dst))
		return dst;

	dst = look_up_route(fn, path);
	if (!dst) {
		set_dst(path, NULL, 0);
		return NULL;
	}
	dst_hold(dst);
	set_dst(path, dst, rt6_get_cookie(container_of(dst, struct rt6_info,
						       dst)));
	return dst;
}

/**
 * fmip_path_mtu() - the largest inner packet that fits a route
 * @dst: route to the other end
 *
 * Return: bytes; less than IPV6_MIN_MTU means that the outer packet is
 * fragmented (RFC 2473 section 7.1).
 */
unsigned int fmip_path_mtu(const struct dst_entry *dst)
{
	return dst_mtu(dst) - sizeof(struct ipv6hdr);
}

static int insert_path(struct fmip_net *fn, struct fmip_path *path,
		       struct netlink_ext_ack *extack)
{
	int err = rhashtable_lookup_insert_fast(&fn->paths, &path->node, path_params);

	if (err == -EEXIST)
		NL_SET_ERR_MSG(extack,
			       "another tunnel has these two addresses");
	return err;
}

/**
 * fmip_tunnel_create() - make a tunnel
 * @fn: namespace
 * @id: its id, which is free, or 0 for the kernel to choose
 * @path: where it goes; the tunnel's from now on if this succeeds
 * @extack: says why not
 *
 * Context: process, the namespace's lock held.
 * Return: the tunnel, or ERR_PTR(-EEXIST), ERR_PTR(-ENOMEM).
 */
struct fmip_tunnel *fmip_tunnel_create(struct fmip_net *fn, u32 id,
				       struct fmip_path *path,
				       struct netlink_ext_ack *extack)
{
	struct fmip_tunnel *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	int err;

	lockdep_assert_held(&fn->lock);
	if (!t)
		return ERR_PTR(-ENOMEM);
	path->tunnel = t;
	rcu_assign_pointer(t->path, path);

	if (id)
		err = xa_insert(&fn->tunnels, id, t, GFP_KERNEL_ACCOUNT);
	else
		err = xa_alloc(&fn->tunnels, &id, t, XA_LIMIT(1, U32_MAX),
			       GFP_KERNEL_ACCOUNT);
	if (err)
		goto err_free;
	t->id = id;

	err = insert_path(fn, path, extack);
	if (err)
		goto err_erase;
	fn->n_tunnels++;
	return t;

err_erase:
	xa_erase(&fn->tunnels, id);
err_free:
	kfree(t);
	return ERR_PTR(err);
}

/**
 * fmip_tunnel_move() - replace a tunnel's path
 * @fn: namespace
 * @t: tunnel
 * @path: where it goes; the tunnel's from now on if this succeeds
 * @extack: says why not
 *
 * Context: process, the namespace's lock held.
 * Return: 0, -EEXIST or -ENOMEM.
 */
int fmip_tunnel_move(struct fmip_net *fn, struct fmip_tunnel *t,
		     struct fmip_path *path, struct netlink_ext_ack *extack)
{
	struct fmip_path *old;
	int err;

	old = rcu_dereference_protected(t->path, lockdep_is_held(&fn->lock));
	path->tunnel = t;
	if (!memcmp(&old->key, &path->key, sizeof(path->key))) {
		err = rhashtable_replace_fast(&fn->paths, &old->node,
					      &path->node, path_params);
		if (err)
			return err;
		rcu_assign_pointer(t->path, path);
	} else {
		err = insert_path(fn, path, extack);
		if (err)
			return err;
		rcu_assign_pointer(t->path, path);
		rhashtable_remove_fast(&fn->paths, &old->node, path_params);
	}
	fmip_path_free(old);
	return 0;
}

/**
 * fmip_tunnel_destroy() - end a tunnel
 * @fn: namespace
 * @t: tunnel without users
 *
 * Context: process, the namespace's lock held.
 */
void fmip_tunnel_destroy(struct fmip_net *fn, struct fmip_tunnel *t)
{
	struct fmip_path *path;

	WARN_ON_ONCE(t->users);
	path = rcu_dereference_protected(t->path, lockdep_is_held(&fn->lock));
	rhashtable_remove_fast(&fn->paths, &path->node, path_params);
	xa_erase(&fn->tunnels, t->id);
	fn->n_tunnels--;
	fmip_path_free(path);
	kfree_rcu(t, rcu);
}

/**
 * fmip_tunnel_flush() - end every tunnel that no binding uses
 * @fn: namespace
 *
 * Context: process, the namespace's lock held.
 */
void fmip_tunnel_flush(struct fmip_net *fn)
{
	struct fmip_tunnel *t;
	unsigned long id;

	xa_for_each(&fn->tunnels, id, t) {
		if (!t->users)
			fmip_tunnel_destroy(fn, t);
		cond_resched();
	}
}

/**
 * fmip_tunnel_forget_routes() - drop every cached route
 * @fn: namespace
 *
 * Context: process, the namespace's lock held.
 */
void fmip_tunnel_forget_routes(struct fmip_net *fn)
{
	struct fmip_tunnel *t;
	unsigned long id;

	xa_for_each(&fn->tunnels, id, t) {
		set_dst(rcu_dereference_protected(t->path,
						  lockdep_is_held(&fn->lock)),
			NULL, 0);
		cond_resched();
	}
}

/**
 * fmip_tunnel_get() - a target names a tunnel
 * @t: tunnel
 *
 * Context: process, the namespace's lock held.
 */
void fmip_tunnel_get(struct fmip_tunnel *t)
{
	t->users++;
}

/**
 * fmip_tunnel_put() - a target no longer names a tunnel
 * @t: tunnel
 *
 * Context: process, the namespace's lock held.
 */
void fmip_tunnel_put(struct fmip_tunnel *t)
{
	t->users--;
}

/**
 * fmip_tunnel_get_accept() - an accept names a tunnel
 * @t: tunnel
 *
 * Context: process, the namespace's lock held.
 */
void fmip_tunnel_get_accept(struct fmip_tunnel *t)
{
	t->users++;
	WRITE_ONCE(t->accepts, t->accepts + 1);
}

/**
 * fmip_tunnel_put_accept() - an accept no longer names a tunnel
 * @t: tunnel
 *
 * Context: process, the namespace's lock held.
 */
void fmip_tunnel_put_accept(struct fmip_tunnel *t)
{
	t->users--;
	WRITE_ONCE(t->accepts, t->accepts - 1);
}
