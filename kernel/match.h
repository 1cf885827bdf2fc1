/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_MATCH_H
#define _FMIP_MATCH_H

#include <linux/bitmap.h>
#include <linux/fmip.h>
#include <linux/in6.h>
#include <linux/rhashtable.h>

struct fmip_binding;
struct netlink_ext_ack;

#define FMIP_MATCH_PREFIXLENS	129

/**
 * struct fmip_match_key - what the lookup table is keyed by
 * @addr: the prefix; bits beyond @prefixlen are zero
 * @prefixlen: 0 to 128
 * @direction: enum fmip_direction
 * @scope: enum fmip_scope
 * @family: AF_INET6
 */
struct fmip_match_key {
	struct in6_addr addr;
	u8 prefixlen;
	u8 direction;
	u8 scope;
	u8 family;
};

/**
 * struct fmip_match - one match of one binding
 * @node: in fmip_match_table.nodes
 * @key: what it matches
 * @binding: whose it is
 */
struct fmip_match {
	struct rhash_head node;
	struct fmip_match_key key;
	struct fmip_binding *binding;
};

/**
 * struct fmip_match_list - all matches of one binding
 * @rcu: readers find @match through the table
 * @n: how many
 * @match: the matches
 *
 * Replaced as a whole, under the namespace's lock.
 */
struct fmip_match_list {
	struct rcu_head rcu;
	unsigned int n;
	struct fmip_match match[];
};

/**
 * struct fmip_match_table - finds the binding of an address
 * @nodes: every match of the namespace; read under RCU
 * @used: bit i is set while a prefix of length 128 - i is in @nodes, so that
 *	the longest comes first; read without a lock
 * @users: matches of each length, under the namespace's lock
 */
struct fmip_match_table {
	struct rhashtable nodes;
	DECLARE_BITMAP(used, FMIP_MATCH_PREFIXLENS);
	u32 users[FMIP_MATCH_PREFIXLENS];
};

int fmip_match_table_init(struct fmip_match_table *t);
void fmip_match_table_destroy(struct fmip_match_table *t);
struct fmip_match_list *fmip_match_list_alloc(unsigned int n);
struct fmip_match *fmip_match_find(struct fmip_match_table *t,
				   const struct fmip_match_key *key);
struct fmip_match *fmip_match_lookup(struct fmip_match_table *t,
				     const struct in6_addr *addr,
				     enum fmip_direction direction);
int fmip_match_list_swap(struct fmip_match_table *t,
			 struct fmip_match_list *old,
			 struct fmip_match_list *new);

#endif /* _FMIP_MATCH_H */
