// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tunnels.  What packets need is in a path, which is replaced as a whole, so
 * that a new remote takes effect for all bindings of the tunnel at once.
 */
#include <linux/slab.h>
#include <net/ipv6.h>

#include "compat.h"
#include "net.h"
#include "trace.h"
#include "tunnel.h"

static struct kmem_cache *cache;

/**
 * fmip_tunnel_cache_init() - make room for tunnels
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int fmip_tunnel_cache_init(void)
{
	cache = KMEM_CACHE(fmip_tunnel, SLAB_ACCOUNT);
	return cache ? 0 : -ENOMEM;
}

/**
 * fmip_tunnel_cache_destroy() - undo fmip_tunnel_cache_init()
 *
 * Context: process; the last grace period is over.
 */
void fmip_tunnel_cache_destroy(void)
{
	kmem_cache_destroy(cache);
}

static void free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(cache, container_of(rcu, struct fmip_tunnel, rcu));
}

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
	return fmip_path_table_init(fn);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_tunnel_table_init);

/**
 * fmip_tunnel_table_destroy() - undo fmip_tunnel_table_init()
 * @fn: namespace without tunnels
 *
 * Context: process.
 */
void fmip_tunnel_table_destroy(struct fmip_net *fn)
{
	fmip_path_table_destroy(fn);
	xa_destroy(&fn->tunnels);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_tunnel_table_destroy);

static int insert_path(struct fmip_net *fn, struct fmip_path *path,
		       struct netlink_ext_ack *extack)
{
	int err = fmip_path_insert(fn, path);

	if (err == -EEXIST)
		NL_SET_ERR_MSG(extack,
			       "another tunnel has these two ends");
	return err;
}

static int insert_id(struct fmip_net *fn, struct fmip_tunnel *t, u32 id)
{
	int err;

	if (id)
		err = xa_insert(&fn->tunnels, id, t, GFP_KERNEL_ACCOUNT);
	else
		err = xa_alloc_cyclic(&fn->tunnels, &id, t,
				      XA_LIMIT(1, U32_MAX), &fn->next_tunnel,
				      GFP_KERNEL_ACCOUNT);
	if (err < 0)
		return err;
	t->id = id;
	return 0;
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
	struct fmip_tunnel *t = kmem_cache_zalloc(cache, GFP_KERNEL);
	int err;

	lockdep_assert_held(&fn->lock);
	if (!t)
		return ERR_PTR(-ENOMEM);
	path->tunnel = t;
	rcu_assign_pointer(t->path, path);

	err = insert_id(fn, t, id);
	if (err)
		goto err_free;
	err = insert_path(fn, path, extack);
	if (err)
		goto err_erase;
	fn->n_tunnels++;
	trace_tunnel(fn, t->id, NULL, path);
	return t;

err_erase:
	xa_erase(&fn->tunnels, t->id);
err_free:
	kmem_cache_free(cache, t);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_tunnel_create);

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
		err = fmip_path_replace(fn, old, path);
		if (err)
			return err;
		rcu_assign_pointer(t->path, path);
	} else {
		err = insert_path(fn, path, extack);
		if (err)
			return err;
		rcu_assign_pointer(t->path, path);
		fmip_path_remove(fn, old);
	}
	trace_tunnel(fn, t->id, old, path);
	fmip_path_free(old);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_tunnel_move);

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
	fmip_path_remove(fn, path);
	xa_erase(&fn->tunnels, t->id);
	fn->n_tunnels--;
	trace_tunnel(fn, t->id, path, NULL);
	fmip_path_free(path);
	call_rcu(&t->rcu, free_rcu);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_tunnel_destroy);

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
EXPORT_SYMBOL_IF_KUNIT(fmip_tunnel_flush);

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
		fmip_path_forget(rcu_dereference_protected(t->path,
							   lockdep_is_held(&fn->lock)));
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
 * @fn: namespace
 * @t: tunnel
 *
 * Context: process, the namespace's lock held.
 */
void fmip_tunnel_get_accept(struct fmip_net *fn, struct fmip_tunnel *t)
{
	t->users++;
	WRITE_ONCE(t->accepts, t->accepts + 1);
	WRITE_ONCE(fn->receivers, fn->receivers + 1);
}

/**
 * fmip_tunnel_put_accept() - an accept no longer names a tunnel
 * @fn: namespace
 * @t: tunnel
 *
 * Context: process, the namespace's lock held.
 */
void fmip_tunnel_put_accept(struct fmip_net *fn, struct fmip_tunnel *t)
{
	t->users--;
	WRITE_ONCE(t->accepts, t->accepts - 1);
	WRITE_ONCE(fn->receivers, fn->receivers - 1);
}
