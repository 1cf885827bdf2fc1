/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_MATCH_H
#define _FMIP_MATCH_H

#include <linux/fmip.h>
#include <linux/in6.h>
#include <linux/rhashtable.h>

struct fmip_binding;
struct net_device;

/*
 * Scopes beyond enum fmip_scope, in the order of their precedence.  An accept
 * is a match, too: of what comes out of a tunnel, before it is let in.
 */
#define FMIP_SCOPE_KEY		4	/* out of a tunnel, with a key */
#define FMIP_SCOPE_ACCEPT	5	/* to come out of a tunnel, without a key */
#define FMIP_SCOPE_ACCEPT_KEY	6	/* to come out of a tunnel, with a key */

/**
 * struct fmip_match_key - what the lookup table is keyed by
 * @addr: the prefix; bits beyond @prefixlen are zero.  IPv4 is in the first
 *	four bytes.
 * @scope_id: interface index or tunnel id, as @scope says
 * @key: of the tunnel's encapsulation
 * @prefixlen: bits of the address
 * @direction: enum fmip_direction
 * @scope: enum fmip_scope or FMIP_SCOPE_*
 * @family: AF_INET6 or AF_INET
 * @kind: these four as one
 */
struct fmip_match_key {
	struct in6_addr addr;
	u32 scope_id;
	u32 key;
	union {
		struct {
			u8 prefixlen;
			u8 direction;
			u8 scope;
			u8 family;
		};
		u32 kind;
	};
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
 * struct fmip_probe - one kind of match that is in use
 * @mask: of the address
 * @users: matches of this kind, under the namespace's lock
 * @prefixlen: as in &struct fmip_match_key, as all that follows
 * @direction: class of the table
 * @scope: narrows the match
 * @family: class of the table
 * @kind: these four as one
 */
struct fmip_probe {
	u64 mask[2];
	u32 users;
	union {
		struct {
			u8 prefixlen;
			u8 direction;
			u8 scope;
			u8 family;
		};
		u32 kind;
	};
};

/**
 * struct fmip_probes - the kinds of match to look for, in their precedence
 * @rcu: read under RCU, replaced as a whole under the namespace's lock
 * @n: how many
 * @probe: the longest prefix first, the narrowest scope first within it
 */
struct fmip_probes {
	struct rcu_head rcu;
	unsigned int n;
	struct fmip_probe probe[];
};

/* Matches and accepts are looked up apart, by direction and family. */
#define FMIP_MATCH_CLASSES	8

/**
 * struct fmip_match_table - finds the binding of a packet
 * @nodes: every match of the namespace; read under RCU
 * @probes: by class; NULL if there is no such match
 * @changes: how often matches of a binding have gone of which others took the place
 */
struct fmip_match_table {
	struct rhashtable nodes;
	struct fmip_probes __rcu *probes[FMIP_MATCH_CLASSES];
	u32 changes;
};

/**
 * struct fmip_from - where a packet came from
 * @in: the interface; the fmip device for what came out of a tunnel
 * @tunnel: id of the tunnel that it came out of; 0 if it did not
 * @key: the key that it came with
 * @has_key: there was one
 * @by_dst: it was accepted for its destination, not for its source
 * @depth: how many tunnels it came out of on this router, one within the other
 */
struct fmip_from {
	const struct net_device *in;
	u32 tunnel;
	u32 key;
	bool has_key;
	bool by_dst;
	u8 depth;
};

int fmip_match_table_init(struct fmip_match_table *t);
void fmip_match_table_destroy(struct fmip_match_table *t);
struct fmip_match_list *fmip_match_list_alloc(unsigned int n);
struct fmip_match *fmip_match_find(struct fmip_match_table *t,
				   const struct fmip_match_key *key);
struct fmip_match *fmip_match_lookup(struct fmip_match_table *t, u8 family,
				     const struct in6_addr *addr,
				     enum fmip_direction direction,
				     const struct fmip_from *from);
struct fmip_match *fmip_match_accept(struct fmip_match_table *t, u8 family,
				     const struct in6_addr *addr,
				     enum fmip_direction direction,
				     const struct fmip_from *from);
int fmip_match_swap(struct fmip_match_table *t, struct fmip_match *old,
		    unsigned int n_old, struct fmip_match *new,
		    unsigned int n_new);
bool fmip_match_in_use(const struct fmip_match_table *t, u8 family,
		       enum fmip_direction direction);

/**
 * fmip_match_is_accept() - is a match what an accept has been made into?
 * @key: its key
 *
 * Return: true if so.
 */
static inline bool fmip_match_is_accept(const struct fmip_match_key *key)
{
	return key->scope >= FMIP_SCOPE_ACCEPT;
}

/**
 * fmip_match_whole() - does a match say the whole address?
 * @key: its key
 *
 * Return: true if so.
 */
static inline bool fmip_match_whole(const struct fmip_match_key *key)
{
	return key->prefixlen == (key->family == AF_INET6 ? 128 : 32);
}

#endif /* _FMIP_MATCH_H */
