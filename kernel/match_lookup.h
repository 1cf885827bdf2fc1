/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inner loop of the lookup, for those who call it with every packet.
 */
#ifndef _FMIP_MATCH_LOOKUP_H
#define _FMIP_MATCH_LOOKUP_H

#include <linux/err.h>
#include <linux/jhash.h>
#include <linux/rhashtable.h>

#include "compat.h"
#include "match.h"

/*
 * A node chooses the lower half of its address, and all that it shares with
 * others is in the upper half: that may be folded.
 */
static inline u32 fmip_match_hash(const struct fmip_match_key *key, u32 seed)
{
	const u32 *a = (__force const u32 *)key->addr.s6_addr32;

	return jhash_3words(a[2] ^ key->scope_id, a[3] ^ key->key,
			    a[0] ^ a[1], seed ^ key->kind);
}

static inline u32 fmip_match_hash_key(const void *data, u32 len, u32 seed)
{
	return fmip_match_hash(data, seed);
}

static inline u32 fmip_match_hash_object(const void *data, u32 len, u32 seed)
{
	return fmip_match_hash(&((const struct fmip_match *)data)->key, seed);
}

/* A call to memcmp() would cost more than all the rest of a lookup. */
static inline bool fmip_match_same(const struct fmip_match_key *a,
				   const struct fmip_match_key *b)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;

	BUILD_BUG_ON(sizeof(*a) != 28);
	return !((get_unaligned(&x[1]) ^ get_unaligned(&y[1])) |
		 (get_unaligned(&x[0]) ^ get_unaligned(&y[0])) |
		 (get_unaligned(&x[2]) ^ get_unaligned(&y[2])) |
		 (((const u32 *)a)[6] ^ ((const u32 *)b)[6]));
}

static inline int fmip_match_compare(struct rhashtable_compare_arg *arg,
				     const void *obj)
{
	const struct fmip_match *m = obj;

	return !fmip_match_same(&m->key, arg->key);
}

static const struct rhashtable_params fmip_match_params = {
	.key_len = sizeof(struct fmip_match_key),
	.key_offset = offsetof(struct fmip_match, key),
	.head_offset = offsetof(struct fmip_match, node),
	.hashfn = fmip_match_hash_key,
	.obj_hashfn = fmip_match_hash_object,
	.obj_cmpfn = fmip_match_compare,
	.automatic_shrinking = true,
};

/* The index into fmip_match_table.probes. */
static inline unsigned int fmip_match_class(u8 family, u8 direction,
					    bool accept)
{
	return (family == AF_INET6) | (direction == FMIP_DIRECTION_SRC) << 1 |
	       accept << 2;
}

/**
 * fmip_match_probe() - look for one kind of match
 * @t: table
 * @p: the kind
 * @scope_id: what the packet has in the scope
 * @gre_key: likewise
 * @addr: address; a header may lie at an odd place
 *
 * Context: RCU.
 * Return: the match, valid for the RCU section, or NULL.
 */
static __always_inline struct fmip_match *
fmip_match_probe(struct fmip_match_table *t, const struct fmip_probe *p,
		 u32 scope_id, u32 gre_key, const struct in6_addr *addr)
{
	u64 high = get_unaligned((const u64 *)addr) & p->mask[0];
	u64 low = get_unaligned((const u64 *)addr + 1) & p->mask[1];
	struct fmip_match_key key;

	put_unaligned(high, (u64 *)&key.addr);
	put_unaligned(low, (u64 *)&key.addr + 1);
	key.scope_id = scope_id;
	key.key = gre_key;
	key.kind = p->kind;
	return rhashtable_lookup(&t->nodes, &key, fmip_match_params);
}

/**
 * fmip_match_changed() - was a match taken out while one was looked for?
 * @t: table
 * @changes: what fmip_match_table.changes was before, read with an acquire
 *
 * What has taken its place may have been looked for before it was there, and the
 * one that has gone after that: then neither has been found.
 *
 * Context: RCU.
 * Return: true if so; it takes another look.
 */
static __always_inline bool
fmip_match_changed(const struct fmip_match_table *t, u32 changes)
{
	/* Pairs with fmip_match_swap(): who misses the old sees the change. */
	smp_rmb();
	return unlikely(READ_ONCE(t->changes) != changes);
}

/**
 * fmip_match_plain() - find the match of an IPv6 packet by its destination
 * @t: table
 * @daddr: the destination
 *
 * Context: RCU.
 * Return: the match, valid for the RCU section; NULL if there is none; an
 * ERR_PTR() if it takes more than a destination to find out.
 */
static __always_inline struct fmip_match *
fmip_match_plain(struct fmip_match_table *t, const struct in6_addr *daddr)
{
	unsigned int dst = fmip_match_class(AF_INET6, FMIP_DIRECTION_DST, false);
	unsigned int src = fmip_match_class(AF_INET6, FMIP_DIRECTION_SRC, false);
	/* Pairs with tell_lookups() in match.c. */
	u32 changes = smp_load_acquire(&t->changes);
	const struct fmip_probe *p, *end;
	struct fmip_probes *probes;
	struct fmip_match *m;

	probes = rcu_dereference(t->probes[dst]);
	p = probes ? probes->probe : NULL;
	end = probes ? p + probes->n : NULL;
	for (; p != end; p++) {
		if (unlikely(p->scope != FMIP_SCOPE_ANY))
			return ERR_PTR(-EAGAIN);
		m = fmip_match_probe(t, p, 0, 0, daddr);
		if (likely(m))
			return fmip_match_changed(t, changes) ?
			       ERR_PTR(-EAGAIN) : m;
	}
	if (fmip_match_changed(t, changes) ||
	    unlikely(rcu_access_pointer(t->probes[src])))
		return ERR_PTR(-EAGAIN);
	return NULL;
}

/**
 * fmip_match_out_of_tunnel() - look for one kind of match in a tunnel's scope
 * @t: table
 * @p: the kind, of which the scope is one of a tunnel or an accept
 * @addr: address
 * @from: where the packet came from
 *
 * Context: RCU.
 * Return: the match, valid for the RCU section, or NULL.
 */
static __always_inline struct fmip_match *
fmip_match_out_of_tunnel(struct fmip_match_table *t, const struct fmip_probe *p,
			 const struct in6_addr *addr,
			 const struct fmip_from *from)
{
	if (!from->tunnel || from->has_key != (p->scope == FMIP_SCOPE_KEY ||
					       p->scope == FMIP_SCOPE_ACCEPT_KEY))
		return NULL;
	return fmip_match_probe(t, p, from->tunnel, from->key, addr);
}

#endif /* _FMIP_MATCH_LOOKUP_H */
