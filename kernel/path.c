// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paths: what tunnels are at one time, and what is cached for their packets:
 * the route, the neighbour entry of its next hop, and the stand-in route that
 * inner hooks see.  A route is used for as long as the routing code says that
 * it holds, a neighbour entry until it is dead.
 */
#include <linux/bitops.h>
#include <linux/inetdevice.h>
#include <linux/jhash.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/lwtunnel.h>
#include <net/route.h>

#include "compat.h"
#include "link.h"
#include "net.h"
#include "route.h"
#include "tunnel.h"

/*
 * Only the control plane adds ends to the table, and the address of neither may
 * cancel out that of the other.
 */
static u32 hash(const struct fmip_path_key *key, u32 seed)
{
	const u32 *l = (__force const u32 *)key->local.s6_addr32;
	const u32 *r = (__force const u32 *)key->remote.s6_addr32;

	seed ^= key->family ^ key->carrier << 8 ^
		((__force u32)key->sport << 16 | (__force u32)key->dport);
	return jhash_3words(r[3], r[2] ^ rol32(l[1] ^ l[3], 16),
			    r[0] ^ r[1] ^ rol32(l[0] ^ l[2], 16), seed);
}

static u32 hash_key(const void *data, u32 len, u32 seed)
{
	return hash(data, seed);
}

static u32 hash_path(const void *data, u32 len, u32 seed)
{
	return hash(&((const struct fmip_path *)data)->key, seed);
}

static int compare(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct fmip_path *path = obj;
	const struct fmip_path_key *a = &path->key, *b = arg->key;

	BUILD_BUG_ON(sizeof(*a) != 40);
	return !ipv6_addr_equal(&a->remote, &b->remote) ||
	       !ipv6_addr_equal(&a->local, &b->local) ||
	       a->sport != b->sport || a->dport != b->dport ||
	       a->family != b->family || a->carrier != b->carrier;
}

static const struct rhashtable_params path_params = {
	.key_len = sizeof(struct fmip_path_key),
	.key_offset = offsetof(struct fmip_path, key),
	.head_offset = offsetof(struct fmip_path, node),
	.hashfn = hash_key,
	.obj_hashfn = hash_path,
	.obj_cmpfn = compare,
	.automatic_shrinking = true,
};

static struct kmem_cache *cache;

/**
 * fmip_path_cache_init() - make room for paths
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int fmip_path_cache_init(void)
{
	cache = KMEM_CACHE(fmip_path, SLAB_ACCOUNT);
	return cache ? 0 : -ENOMEM;
}

/**
 * fmip_path_cache_destroy() - undo fmip_path_cache_init()
 *
 * Context: process; the last grace period is over.
 */
void fmip_path_cache_destroy(void)
{
	kmem_cache_destroy(cache);
}

/**
 * fmip_path_table_init() - make a namespace ready for paths
 * @fn: namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int fmip_path_table_init(struct fmip_net *fn)
{
	return rhashtable_init(&fn->paths, &path_params);
}

/**
 * fmip_path_table_destroy() - undo fmip_path_table_init()
 * @fn: namespace without paths
 *
 * Context: process.
 */
void fmip_path_table_destroy(struct fmip_net *fn)
{
	rhashtable_destroy(&fn->paths);
}

/**
 * fmip_path_alloc() - make a path that nobody can see yet
 *
 * Context: process.
 * Return: the path, which the caller owns, or NULL.
 */
struct fmip_path *fmip_path_alloc(void)
{
	struct fmip_path *path = kmem_cache_zalloc(cache, GFP_KERNEL);

	if (!path)
		return NULL;
	path->dscp = FMIP_DSCP_INHERIT;
	path->encaplimit = FMIP_ENCAPLIMIT_NONE;
	spin_lock_init(&path->dst_lock);
	return path;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_path_alloc);

/* Replace what is cached, all at once; @dst comes with a reference. */
static void set_route(struct fmip_path *path, struct dst_entry *dst, u32 cookie,
		      bool direct)
{
	struct neighbour *old_neigh;
	struct dst_entry *old;

	spin_lock_bh(&path->dst_lock);
	old_neigh = rcu_replace_pointer(path->neigh, NULL,
					lockdep_is_held(&path->dst_lock));
	RCU_INIT_POINTER(path->standin, NULL);
	/* It never shrinks: who has the old neighbour still may read the new room. */
	if (dst)
		WRITE_ONCE(path->room,
			   max_t(unsigned int, path->room,
				 LL_RESERVED_SPACE(dst->dev) + dst->header_len +
				 fmip_path_overhead(path, true)));
	old = rcu_replace_pointer(path->dst, dst,
				  lockdep_is_held(&path->dst_lock));
	WRITE_ONCE(path->cookie, cookie);
	WRITE_ONCE(path->direct, direct);
	spin_unlock_bh(&path->dst_lock);
	dst_release(old);
	if (old_neigh)
		neigh_release(old_neigh);
}

/**
 * fmip_path_forget() - drop what is cached for a path
 * @path: path
 *
 * Context: process or softirq.
 */
void fmip_path_forget(struct fmip_path *path)
{
	set_route(path, NULL, 0, false);
}

static void free_rcu(struct rcu_head *rcu)
{
	struct fmip_path *path = container_of(rcu, struct fmip_path, rcu);

	fmip_path_forget(path);
	kmem_cache_free(cache, path);
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
		call_rcu(&path->rcu, free_rcu);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_path_free);

/**
 * fmip_path_insert() - let received packets find a path
 * @fn: namespace
 * @path: path
 *
 * Context: process, the namespace's lock held.
 * Return: 0; -EEXIST if another has the same ends; -ENOMEM.
 */
int fmip_path_insert(struct fmip_net *fn, struct fmip_path *path)
{
	return rhashtable_lookup_insert_key(&fn->paths, &path->key, &path->node,
					    path_params);
}

/**
 * fmip_path_replace() - put a path in another's place
 * @fn: namespace
 * @old: path in the table
 * @new: path with the same ends
 *
 * Context: process, the namespace's lock held.
 * Return: 0 or a negative error.
 */
int fmip_path_replace(struct fmip_net *fn, struct fmip_path *old,
		      struct fmip_path *new)
{
	return rhashtable_replace_fast(&fn->paths, &old->node, &new->node,
				       path_params);
}

/**
 * fmip_path_remove() - let received packets find a path no longer
 * @fn: namespace
 * @path: path
 *
 * Context: process, the namespace's lock held.
 */
void fmip_path_remove(struct fmip_net *fn, struct fmip_path *path)
{
	rhashtable_remove_fast(&fn->paths, &path->node, path_params);
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
EXPORT_SYMBOL_IF_KUNIT(fmip_path_find);

/**
 * fmip_encap_family() - the family of an encapsulation's outer header
 * @encap: enum fmip_encap
 *
 * Return: AF_INET6 or AF_INET.
 */
u8 fmip_encap_family(u8 encap)
{
	return encap == FMIP_ENCAP_IP6 || encap == FMIP_ENCAP_GRE6 ? AF_INET6 :
								     AF_INET;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_encap_family);

/**
 * fmip_encap_carrier() - what an encapsulation's outer header carries
 * @encap: enum fmip_encap
 *
 * Return: enum fmip_carrier.
 */
u8 fmip_encap_carrier(u8 encap)
{
	switch (encap) {
	case FMIP_ENCAP_GRE6:
	case FMIP_ENCAP_GRE4:
		return FMIP_CARRIER_GRE;
	case FMIP_ENCAP_UDP4:
	case FMIP_ENCAP_TLV4:
		return FMIP_CARRIER_UDP;
	default:
		return FMIP_CARRIER_IP;
	}
}
EXPORT_SYMBOL_IF_KUNIT(fmip_encap_carrier);

/**
 * fmip_encap_has_key() - can an encapsulation have a key?
 * @encap: enum fmip_encap
 *
 * Return: true if so.
 */
bool fmip_encap_has_key(u8 encap)
{
	return encap == FMIP_ENCAP_GRE6 || encap == FMIP_ENCAP_GRE4 ||
	       encap == FMIP_ENCAP_TLV4;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_encap_has_key);

/* With a source address given, the routing code takes an interface as a hint. */
static bool over_underlay(const struct fmip_path *path,
			  const struct net_device *dev)
{
	return !path->ifindex || dev->ifindex == path->ifindex ||
	       l3mdev_master_ifindex_rcu(dev) == path->ifindex;
}

static u8 outer_proto(const struct fmip_path *path)
{
	switch (path->key.carrier) {
	case FMIP_CARRIER_GRE:
		return IPPROTO_GRE;
	case FMIP_CARRIER_UDP:
		return IPPROTO_UDP;
	default:
		return IPPROTO_IPV6;
	}
}

static struct dst_entry *look_up_ip6(struct fmip_net *fn,
				     const struct fmip_path *path)
{
	struct flowi6 fl6 = {
		.saddr = path->key.local,
		.daddr = path->key.remote,
		.flowi6_oif = path->ifindex,
		.flowi6_mark = path->mark,
		.flowi6_proto = outer_proto(path),
	};

	return ip6_dst_lookup_flow(fn->net, NULL, &fl6, NULL);
}

static struct dst_entry *look_up_ip4(struct fmip_net *fn,
				     const struct fmip_path *path)
{
	struct flowi4 fl4 = {
		.saddr = path->key.local.s6_addr32[0],
		.daddr = path->key.remote.s6_addr32[0],
		.flowi4_oif = path->ifindex,
		.flowi4_mark = path->mark,
		.flowi4_proto = outer_proto(path),
		.fl4_sport = path->key.sport,
		.fl4_dport = path->key.dport,
	};
	struct rtable *rt = ip_route_output_flow(fn->net, &fl4, NULL);

	if (IS_ERR(rt))
		return ERR_CAST(rt);
	if (rt->rt_type == RTN_UNICAST)
		return &rt->dst;
	ip_rt_put(rt);
	return ERR_PTR(-ENETUNREACH);
}

static struct dst_entry *look_up_route(struct fmip_net *fn,
				       const struct fmip_path *path)
{
	struct dst_entry *dst;

	dst = path->key.family == AF_INET6 ? look_up_ip6(fn, path) :
					     look_up_ip4(fn, path);
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
 * fmip_path_is_direct() - is sending by a route nothing but giving the packet
 *	to the next hop, once the hooks have seen it?
 * @dst: route
 *
 * Return: false with IPsec, lightweight tunnels and VRFs.
 */
bool fmip_path_is_direct(const struct dst_entry *dst)
{
	return (dst->output == ip6_output || dst->output == ip_output) &&
	       !dst_xfrm(dst) && !dst->lwtstate &&
	       !netif_is_l3_master(dst->dev) && !netif_is_l3_slave(dst->dev);
}

static struct dst_entry *refresh(struct fmip_net *fn, struct fmip_path *path)
{
	struct dst_entry *dst = look_up_route(fn, path);
	u32 cookie = 0;

	if (!dst) {
		fmip_path_forget(path);
		return NULL;
	}
	if (dst->ops->family == AF_INET6)
		cookie = rt6_get_cookie(container_of(dst, struct rt6_info,
						     dst));
	set_route(path, dst, cookie, fmip_path_is_direct(dst));
	return dst;
}

/**
 * fmip_path_route() - the route to the other end
 * @fn: namespace
 * @path: path
 *
 * Context: RCU, bottom halves off.
 * Return: a route, valid for the RCU section, or NULL.
 */
struct dst_entry *fmip_path_route(struct fmip_net *fn, struct fmip_path *path)
{
	struct dst_entry *dst = rcu_dereference(path->dst);
	u32 sernum = atomic_read(&fn->net->ipv6.fib6_sernum);

	if (unlikely(!dst || !dst_check(dst, READ_ONCE(path->cookie)))) {
		dst = refresh(fn, path);
		if (!dst)
			return NULL;
	}
	/* What has changed since it was read shows the next time. */
	WRITE_ONCE(path->checked, (u32)jiffies);
	WRITE_ONCE(path->sernum, sernum);
	return dst;
}

static struct neighbour *look_up_neigh(const struct fmip_path *path,
				       const struct dst_entry *dst)
{
	const struct rtable *rt;

	if (path->key.family == AF_INET6)
		return ip_neigh_gw6(dst->dev,
				    rt6_nexthop(container_of(dst, const struct rt6_info, dst),
						&path->key.remote));
	rt = container_of(dst, const struct rtable, dst);
	if (rt->rt_gw_family == AF_INET)
		return ip_neigh_gw4(dst->dev, rt->rt_gw4);
	if (rt->rt_gw_family == AF_INET6)
		return ip_neigh_gw6(dst->dev, &rt->rt_gw6);
	return ip_neigh_gw4(dst->dev, path->key.remote.s6_addr32[0]);
}

static void cache_neigh(struct fmip_path *path, const struct dst_entry *dst,
			struct neighbour *neigh)
{
	struct neighbour *old = neigh;

	if (!refcount_inc_not_zero(&neigh->refcnt))
		return;
	spin_lock_bh(&path->dst_lock);
	if (rcu_access_pointer(path->dst) == dst)
		old = rcu_replace_pointer(path->neigh, neigh,
					  lockdep_is_held(&path->dst_lock));
	spin_unlock_bh(&path->dst_lock);
	if (old)
		neigh_release(old);
}

/**
 * fmip_path_neigh() - the neighbour entry of a route's next hop
 * @path: path
 * @dst: its route, for which fmip_path.direct holds
 *
 * Context: RCU, bottom halves off.
 * Return: the entry, valid for the RCU section; NULL if there can be none.
 */
struct neighbour *fmip_path_neigh(struct fmip_path *path,
				  struct dst_entry *dst)
{
	struct neighbour *neigh = rcu_dereference(path->neigh);

	if (likely(neigh && !READ_ONCE(neigh->dead) && neigh->dev == dst->dev))
		return neigh;
	neigh = look_up_neigh(path, dst);
	if (IS_ERR(neigh))
		return NULL;
	cache_neigh(path, dst, neigh);
	return neigh;
}

/**
 * fmip_path_ready() - would a packet leave for the other end at once?
 * @fn: namespace
 * @path: path
 * @patient: a next hop that has been asked is waited for
 *
 * If all that is missing is an answer of the next hop's, it is asked for one.
 *
 * Context: RCU, bottom halves off.
 * Return: true if so, or if waiting would be of no use.
 */
bool fmip_path_ready(struct fmip_net *fn, struct fmip_path *path, bool patient)
{
	struct dst_entry *dst = fmip_path_route(fn, path);
	struct neighbour *neigh;

	if (!dst || !READ_ONCE(path->direct))
		return true;
	if (!fmip_link_up(dst->dev))
		return false;
	neigh = patient ? fmip_path_neigh(path, dst) : NULL;
	return !neigh || fmip_link_resolved(neigh);
}

/**
 * fmip_path_standin() - the route that inner hooks see
 * @fn: namespace
 * @path: path
 * @mtu: largest inner packet
 *
 * Context: RCU, bottom halves off.
 * Return: the stand-in, valid for the RCU section; NULL if there is no memory.
 */
struct fmip_standin *fmip_path_standin(struct fmip_net *fn,
				       struct fmip_path *path,
				       unsigned int mtu)
{
	struct fmip_standin *s = rcu_dereference(path->standin);

	if (likely(s && s->mtu == mtu))
		return s;
	s = fmip_route_standin(fn, rcu_dereference(fn->dev), mtu);
	spin_lock_bh(&path->dst_lock);
	rcu_assign_pointer(path->standin, s);
	spin_unlock_bh(&path->dst_lock);
	return s;
}

/**
 * fmip_path_overhead() - what is put in front of an inner packet
 * @path: path
 * @has_key: with a key
 *
 * Return: bytes.
 */
unsigned int fmip_path_overhead(const struct fmip_path *path, bool has_key)
{
	unsigned int key = has_key ? 4 : 0;
	unsigned int option = path->encaplimit == FMIP_ENCAPLIMIT_NONE ? 0 : 8;

	switch (path->encap) {
	case FMIP_ENCAP_IP6:
		return sizeof(struct ipv6hdr) + option;
	case FMIP_ENCAP_GRE6:
		return sizeof(struct ipv6hdr) + option + 4 + key;
	case FMIP_ENCAP_IP4:
		return sizeof(struct iphdr);
	case FMIP_ENCAP_GRE4:
		return sizeof(struct iphdr) + 4 + key;
	case FMIP_ENCAP_UDP4:
		return sizeof(struct iphdr) + sizeof(struct udphdr);
	default:
		return sizeof(struct iphdr) + sizeof(struct udphdr) + 4 +
		       (has_key ? 8 : 0);
	}
}
EXPORT_SYMBOL_IF_KUNIT(fmip_path_overhead);

static unsigned int underlay_mtu(const struct fmip_path *path,
				 const struct dst_entry *dst)
{
	if (path->flags & FMIP_TUNNEL_F_FRAGMENT)
		return IP_MAX_MTU;
	/* What ip6_mtu() comes to, without the calls. */
	if (path->key.family == AF_INET6 && READ_ONCE(path->direct))
		return ip6_dst_mtu_maybe_forward(dst, false);
	return dst_mtu(dst);
}

/**
 * fmip_path_mtu() - the largest inner packet that fits a route
 * @path: path
 * @dst: its route
 * @has_key: with a key
 *
 * Context: RCU.
 * Return: bytes; less than IPV6_MIN_MTU means that an IPv6 packet is fragmented
 * outside (RFC 2473 section 7.1).
 */
unsigned int fmip_path_mtu(const struct fmip_path *path,
			   const struct dst_entry *dst, bool has_key)
{
	unsigned int mtu = underlay_mtu(path, dst);
	unsigned int overhead = fmip_path_overhead(path, has_key);

	return mtu > overhead + IPV4_MIN_MTU ? mtu - overhead : IPV4_MIN_MTU;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_path_mtu);

static bool has_local(struct fmip_net *fn, const struct fmip_path *path)
{
	struct net_device *dev = NULL;

	if (path->key.family == AF_INET6)
		return ipv6_chk_addr(fn->net, &path->key.local, NULL, 0);
	if (path->ifindex)
		dev = dev_get_by_index_rcu(fn->net, path->ifindex);
	return inet_addr_type_dev_table(fn->net, dev,
					path->key.local.s6_addr32[0]) ==
	       RTN_LOCAL;
}

/**
 * fmip_path_is_local() - is the local end an address of this router?
 * @fn: namespace
 * @path: path
 *
 * Asked again only after some address has come or gone.
 *
 * Context: RCU.
 * Return: true if so.
 */
bool fmip_path_is_local(struct fmip_net *fn, struct fmip_path *path)
{
	u32 now = READ_ONCE(fn->addresses);

	if (likely(READ_ONCE(path->addresses) == now))
		return true;
	/* Pairs with address_changed(): an older answer is not kept for @now. */
	smp_rmb();
	if (!has_local(fn, path))
		return false;
	WRITE_ONCE(path->addresses, now);
	return true;
}
