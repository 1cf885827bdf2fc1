/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last sequence numbers of FBUs, on disk: an old FBU that somebody has kept is
 * no newer after a restart than before.
 *
 * A file of records, each written in one piece where it has its place.  It survives
 * the end of the daemon however that comes about; what was written in the last
 * seconds before a power failure it may lack.
 */
#ifndef FMIPD_STORE_H
#define FMIPD_STORE_H

#include "config.h"

/* More nodes than this are not remembered: 32 MiB. */
#define STORE_RECORDS_MAX	(1u << 20)

struct store;

/**
 * store_open() - read it, or make an empty one
 * @directory: where; it is made if need be
 * @store: becomes the store
 *
 * Records that are damaged are left out, and their places used again.
 *
 * Return: 0; -EBUSY if another process has it; -EINVAL if the file is not such a
 *	store; or another negative errno.
 */
int store_open(const char *directory, struct store **store);

/**
 * store_close() - write it to the disk
 * @store: the store, or NULL
 */
void store_close(struct store *store);

/**
 * store_file() - for who puts on the disk what is written there
 * @store: the store
 *
 * Return: the file, which is the store's.
 */
int store_file(const struct store *store);

/**
 * store_set() - remember a number
 * @store: the store
 * @pcoa: of the node
 * @spi: of its key
 * @sequence: the number
 *
 * Return: 0 or a negative errno; -ENOSPC if there are too many.
 */
int store_set(struct store *store, const struct in6_addr *pcoa, uint32_t spi,
	      uint16_t sequence);

/**
 * store_get() - recall a number
 * @store: the store
 * @pcoa: of the node
 * @spi: of its key
 * @sequence: becomes the number
 *
 * Return: 0 or -ENOENT.
 */
int store_get(const struct store *store, const struct in6_addr *pcoa, uint32_t spi,
	      uint16_t *sequence);

/**
 * store_forget() - forget the numbers of a key that is deleted
 * @store: the store
 * @config: has it no more
 * @key: the key
 *
 * Those of nodes with a key of their own beside it stay, and those of nodes whose key
 * was not given since the daemon has started: it may be yet.
 */
void store_forget(struct store *store, const struct config *config,
		  const struct config_key *key);

/**
 * store_forget_changed() - forget the numbers of keys that another configuration has
 * not, or has others in place of
 * @store: the store
 * @old: the configuration until now
 * @config: the other one
 */
void store_forget_changed(struct store *store, const struct config *old,
			  const struct config *config);

#endif
