// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table that finds the binding of a packet: one hash table, probed once for
 * each distinct prefix length and scope in use, in the order of precedence.
 */
#include <linux/slab.h>

#include <net/ipv6.h>
#include <net/l3mdev.h>

#include "binding.h"
#include "compat.h"
#include "match.h"
#include "match_lookup.h"

/**
 * fmip_match_table_init() - make an empty table
 * @t: table
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int fmip_match_table_init(struct fmip_match_table *t)
{
	return rhashtable_init(&t->nodes, &fmip_match_params);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_match_table_init);

/**
 * fmip_match_table_destroy() - free an empty table
 * @t: table
 *
 * Context: process, no reader is left.
 */
void fmip_match_table_destroy(struct fmip_match_table *t)
{
	int i;

	rhashtable_destroy(&t->nodes);
	for (i = 0; i < FMIP_MATCH_CLASSES; i++)
		kfree(rcu_dereference_protected(t->probes[i], true));
}
EXPORT_SYMBOL_IF_KUNIT(fmip_match_table_destroy);

/**
 * fmip_match_list_alloc() - make a list for a binding
 * @n: how many matches
 *
 * Context: process.
 * Return: the list, which the caller owns; NULL if there is
 * no memory.
 */
struct fmip_match_list *fmip_match_list_alloc(unsigned int n)
{
	struct fmip_match_list *l;

	l = kzalloc(struct_size(l, match, n), GFP_KERNEL_ACCOUNT);
	if (l)
		l->n = n;
	return l;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_match_list_alloc);

/**
 * fmip_match_find() - find a match by exactly its key
 * @t: table
 * @key: key
 *
 * Context: RCU or the namespace's lock.
 * Return: the match or NULL.
 */
struct fmip_match *fmip_match_find(struct fmip_match_table *t,
				   const struct fmip_match_key *key)
{
	return rhashtable_lookup_fast(&t->nodes, key, fmip_match_params);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_match_find);

static unsigned int class_of_key(const struct fmip_match_key *key)
{
	return fmip_match_class(key->family, key->direction,
				fmip_match_is_accept(key));
}

/* What a packet from there has in an interface's scope, or 0. */
static u32 interface_scope(u8 scope, const struct fmip_from *from)
{
	if (!from->in)
		return 0;
	return scope == FMIP_SCOPE_INTERFACE ?
	       from->in->ifindex : l3mdev_master_ifindex_rcu(from->in);
}

static struct fmip_match *probe(struct fmip_match_table *t,
				const struct fmip_probe *p,
				const struct in6_addr *addr,
				const struct fmip_from *from)
{
	u32 scope_id;

	if (likely(p->scope == FMIP_SCOPE_ANY))
		return fmip_match_probe(t, p, 0, 0, addr);
	if (p->scope != FMIP_SCOPE_INTERFACE && p->scope != FMIP_SCOPE_VRF)
		return fmip_match_out_of_tunnel(t, p, addr, from);
	scope_id = interface_scope(p->scope, from);
	return scope_id ? fmip_match_probe(t, p, scope_id, 0, addr) : NULL;
}

static struct fmip_match *probe_all(struct fmip_match_table *t,
				    unsigned int class,
				    const struct in6_addr *addr,
				    const struct fmip_from *from)
{
	struct fmip_probes *probes = rcu_dereference(t->probes[class]);
	struct fmip_match *m = NULL;
	unsigned int i;

	for (i = 0; probes && i < probes->n && !m; i++)
		m = probe(t, &probes->probe[i], addr, from);
	return m;
}

static struct fmip_match *lookup(struct fmip_match_table *t,
				 unsigned int class,
				 const struct in6_addr *addr,
				 const struct fmip_from *from)
{
	struct fmip_match *m;
	u32 changes;

	do {
		/* Pairs with tell_lookups(). */
		changes = smp_load_acquire(&t->changes);
		m = probe_all(t, class, addr, from);
	} while (fmip_match_changed(t, changes));
	return m;
}

/**
 * fmip_match_lookup() - find the match of a packet that goes before all others
 * @t: table
 * @family: of the packet
 * @addr: the address that @direction names; IPv4 in the first four bytes, the
 *	others zero
 * @direction: whether it is the inner destination or the inner source
 * @from: where the packet came from
 *
 * The longest prefix goes before the others, within it the narrowest scope.
 *
 * Context: RCU.
 * Return: the match, valid for the RCU section, or NULL.
 */
struct fmip_match *fmip_match_lookup(struct fmip_match_table *t, u8 family,
				     const struct in6_addr *addr,
				     enum fmip_direction direction,
				     const struct fmip_from *from)
{
	return lookup(t, fmip_match_class(family, direction, false), addr,
		      from);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_match_lookup);

/**
 * fmip_match_accept() - find who accepts a packet out of a tunnel
 * @t: table
 * @family: of the inner packet
 * @addr: the address that @direction names; IPv4 in the first four bytes, the
 *	others zero
 * @direction: whether it is the inner destination or the inner source
 * @from: the tunnel, and the key that the packet has
 *
 * Context: RCU.
 * Return: the match, valid for the RCU section, or NULL.
 */
struct fmip_match *fmip_match_accept(struct fmip_match_table *t, u8 family,
				     const struct in6_addr *addr,
				     enum fmip_direction direction,
				     const struct fmip_from *from)
{
	return lookup(t, fmip_match_class(family, direction, true), addr, from);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_match_accept);

/**
 * fmip_match_in_use() - is there any match of a kind?
 * @t: table
 * @family: AF_INET6 or AF_INET
 * @direction: of the matches
 *
 * Return: true if so.
 */
bool fmip_match_in_use(const struct fmip_match_table *t, u8 family,
		       enum fmip_direction direction)
{
	return rcu_access_pointer(t->probes[fmip_match_class(family, direction,
						       false)]);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_match_in_use);

static struct fmip_probes *probes_of(struct fmip_match_table *t,
				     unsigned int class)
{
	/* Under the namespace's lock, which this file does not know. */
	return rcu_dereference_protected(t->probes[class], true);
}

static struct fmip_probe *find_probe(struct fmip_probes *probes,
				     const struct fmip_match_key *key)
{
	unsigned int i;

	for (i = 0; probes && i < probes->n; i++)
		if (probes->probe[i].kind == key->kind)
			return &probes->probe[i];
	return NULL;
}

static bool goes_before(const struct fmip_probe *p,
			const struct fmip_match_key *key)
{
	return p->prefixlen > key->prefixlen ||
	       (p->prefixlen == key->prefixlen && p->scope > key->scope);
}

static void set_probe(struct fmip_probe *p, const struct fmip_match_key *key)
{
	struct in6_addr ones, mask;

	memset(&ones, 0xff, sizeof(ones));
	ipv6_addr_prefix(&mask, &ones, key->prefixlen);
	memcpy(p->mask, &mask, sizeof(p->mask));
	p->users = 0;
	p->kind = key->kind;
}

/* Probe for matches of @key's kind, too. */
static int add_probe(struct fmip_match_table *t,
		     const struct fmip_match_key *key)
{
	unsigned int class = class_of_key(key), i = 0, n, before = 0;
	struct fmip_probes *old = probes_of(t, class), *new;

	n = old ? old->n : 0;
	new = kmalloc(struct_size(new, probe, n + 1), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	new->n = n + 1;
	while (before < n && goes_before(&old->probe[before], key))
		before++;
	for (i = 0; i < n; i++)
		new->probe[i + (i >= before)] = old->probe[i];
	set_probe(&new->probe[before], key);
	rcu_assign_pointer(t->probes[class], new);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/* Probe for them no more; if there is no memory it is done another time. */
static void drop_probes(struct fmip_match_table *t, unsigned int class)
{
	struct fmip_probes *old = probes_of(t, class), *new = NULL;
	unsigned int i, n = 0;

	for (i = 0; i < old->n; i++)
		n += !!old->probe[i].users;
	if (n) {
		new = kmalloc(struct_size(new, probe, n),
			      GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!new)
			return;
		new->n = 0;
		for (i = 0; i < old->n; i++)
			if (old->probe[i].users)
				new->probe[new->n++] = old->probe[i];
	}
	rcu_assign_pointer(t->probes[class], new);
	kfree_rcu(old, rcu);
}

static int get_probe(struct fmip_match_table *t,
		     const struct fmip_match_key *key)
{
	unsigned int class = class_of_key(key);
	struct fmip_probe *p = find_probe(probes_of(t, class), key);
	int err;

	if (!p) {
		err = add_probe(t, key);
		if (err)
			return err;
		p = find_probe(probes_of(t, class), key);
	}
	p->users++;
	return 0;
}

static void put_probe(struct fmip_match_table *t,
		      const struct fmip_match_key *key)
{
	unsigned int class = class_of_key(key);
	struct fmip_probe *p = find_probe(probes_of(t, class), key);

	if (!--p->users)
		drop_probes(t, class);
}

static struct fmip_match *find_same(struct fmip_match *list, unsigned int n,
				    const struct fmip_match_key *key)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (fmip_match_same(&list[i].key, key))
			return &list[i];
	return NULL;
}

/* Put @m in; where @was has the same key, in its place. */
static int insert(struct fmip_match_table *t, struct fmip_match *m,
		  struct fmip_match *was)
{
	int err;

	if (was)
		return rhashtable_replace_fast(&t->nodes, &was->node, &m->node,
					       fmip_match_params);
	/* The probe first: a lookup that finds the match must have probed. */
	err = get_probe(t, &m->key);
	if (err)
		return err;
	err = rhashtable_lookup_insert_key(&t->nodes, &m->key, &m->node,
					   fmip_match_params);
	if (err)
		put_probe(t, &m->key);
	return err;
}

/* Take @m out; where @back has the same key, put that in its place. */
static void remove(struct fmip_match_table *t, struct fmip_match *m,
		   struct fmip_match *back)
{
	if (back) {
		rhashtable_replace_fast(&t->nodes, &m->node, &back->node,
					fmip_match_params);
		return;
	}
	rhashtable_remove_fast(&t->nodes, &m->node, fmip_match_params);
	put_probe(t, &m->key);
}

/* What is new is there: whoever misses the old from here on looks again. */
static void tell_lookups(struct fmip_match_table *t)
{
	/* Pairs with the acquire of a lookup: who has this finds the new. */
	smp_store_release(&t->changes, t->changes + 1);
	/* Pairs with fmip_match_changed(): who misses the old has this. */
	smp_wmb();
}

/**
 * fmip_match_swap() - replace the matches of a binding
 * @t: table
 * @old: what is in the table
 * @n_old: how many
 * @new: what shall be
 * @n_new: how many
 *
 * The new go in before the old go out, what is in both is replaced in one step,
 * and a lookup that is under way looks again, so that no packet misses the binding.
 * The caller frees @old after a grace period, or @new if this fails.
 *
 * Context: process, the namespace's lock held.
 * Return: 0; -EEXIST if another binding has one of the matches; -ENOMEM,
 * -E2BIG or -EBUSY if the table cannot grow.  The table is then as it was.
 */
int fmip_match_swap(struct fmip_match_table *t, struct fmip_match *old,
		    unsigned int n_old, struct fmip_match *new,
		    unsigned int n_new)
{
	unsigned int i;
	int err;

	for (i = 0; i < n_new; i++) {
		err = insert(t, &new[i], find_same(old, n_old, &new[i].key));
		if (err)
			goto undo;
	}
	if (n_old && n_new)
		tell_lookups(t);
	for (i = 0; i < n_old; i++)
		if (!find_same(new, n_new, &old[i].key))
			remove(t, &old[i], NULL);
	return 0;

undo:
	while (i--)
		remove(t, &new[i], find_same(old, n_old, &new[i].key));
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_match_swap);
