// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table that finds the binding of an address: one hash table, probed once
 * for each distinct prefix length in use, the longest first.
 */
#include <linux/slab.h>
#include <net/ipv6.h>

#include "binding.h"
#include "match.h"

static const struct rhashtable_params match_params = {
	.key_len = sizeof(struct fmip_match_key),
	.key_offset = offsetof(struct fmip_match, key),
	.head_offset = offsetof(struct fmip_match, node),
	.automatic_shrinking = true,
};

/**
 * fmip_match_table_init() - make an empty table
 * @t: table
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int fmip_match_table_init(struct fmip_match_table *t)
{
	return rhashtable_init(&t->nodes, &match_params);
}

/**
 * fmip_match_table_destroy() - free an empty table
 * @t: table
 *
 * Context: process, no reader is left.
 */
void fmip_match_table_destroy(struct fmip_match_table *t)
{
	rhashtable_destroy(&t->nodes);
}

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
	return rhashtable_lookup_fast(&t->nodes, key, match_params);
}

/**
 * fmip_match_lookup() - find the longest match of an address
 * @t: table
 * @addr: address
 * @direction: whether it is an inner destination or an inner source
 *
 * Context: RCU.
 * Return: the match, valid for the RCU section, or NULL.
 */
struct fmip_match *fmip_match_lookup(struct fmip_match_table *t,
				     const struct in6_addr *addr,
				     enum fmip_direction direction)
{
	struct fmip_match_key key = {
		.direction = direction,
		.scope = FMIP_SCOPE_ANY,
		.family = AF_INET6,
	};
	struct fmip_match *m;
	unsigned int i;

	for_each_set_bit(i, t->used, FMIP_MATCH_PREFIXLENS) {
		key.prefixlen = 128 - i;
		ipv6_addr_prefix(&key.addr, addr, key.prefixlen);
		m = rhashtable_lookup(&t->nodes, &key, match_params);
		if (m)
			return m;
	}
	return NULL;
}

static void length_get(struct fmip_match_table *t, unsigned int prefixlen)
{
	if (!t->users[prefixlen]++)
		set_bit(128 - prefixlen, t->used);
}

static void length_put(struct fmip_match_table *t, unsigned int prefixlen)
{
	if (!--t->users[prefixlen])
		clear_bit(128 - prefixlen, t->used);
}

static struct fmip_match *same_key(struct fmip_match_list *l,
				   const struct fmip_match_key *key)
{
	unsigned int i;

	for (i = 0; l && i < l->n; i++)
		if (!memcmp(&l->match[i].key, key, sizeof(*key)))
			return &l->match[i];
	return NULL;
}

/* Put @m in; where @old has the same key, in its place. */
static int insert(struct fmip_match_table *t, struct fmip_match *m,
		  struct fmip_match_list *old)
{
	struct fmip_match *was = same_key(old, &m->key);
	int err;

	if (was)
		return rhashtable_replace_fast(&t->nodes, &was->node, &m->node,
					       match_params);
	/* The length first: a lookup that finds the match must have probed. */
	length_get(t, m->key.prefixlen);
	err = rhashtable_lookup_insert_fast(&t->nodes, &m->node, match_params);
	if (err)
		length_put(t, m->key.prefixlen);
	return err;
}

/* Take @m out; where @other has the same key, put that in its place. */
static void remove(struct fmip_match_table *t, struct fmip_match *m,
		   struct fmip_match_list *other)
{
	struct fmip_match *back = same_key(other, &m->key);

	if (back) {
		rhashtable_replace_fast(&t->nodes, &m->node, &back->node,
					match_params);
		return;
	}
	rhashtable_remove_fast(&t->nodes, &m->node, match_params);
	length_put(t, m->key.prefixlen);
}

/**
 * fmip_match_list_swap() - replace the matches of a binding
 * @t: table
 * @old: what is in the table, or NULL
 * @new: what shall be, or NULL
 *
 * The new go in before the old go out, and what is in both is replaced in one
 * step, so that no packet misses the binding.  The caller frees @old after a
 * grace period, or @new if this fails.
 *
 * Context: process, the namespace's lock held.
 * Return: 0; -EEXIST if another binding has one of the matches; -ENOMEM,
 * -E2BIG or -EBUSY if the table cannot grow.  The table is then as it was.
 */
int fmip_match_list_swap(struct fmip_match_table *t,
			 struct fmip_match_list *old,
			 struct fmip_match_list *new)
{
	unsigned int i;
	int err;

	for (i = 0; new && i < new->n; i++) {
		err = insert(t, &new->match[i], old);
		if (err)
			goto undo;
	}
	for (i = 0; old && i < old->n; i++)
		if (!same_key(new, &old->match[i].key))
			remove(t, &old->match[i], NULL);
	return 0;

undo:
	while (i--)
		remove(t, &new->match[i], old);
	return err;
}
