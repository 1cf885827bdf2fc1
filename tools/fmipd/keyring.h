/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys that were given while the daemon runs, by who derives them from something
 * else.  They are in memory only, and outlive a configuration.
 */
#ifndef FMIPD_KEYRING_H
#define FMIPD_KEYRING_H

#include "config.h"

struct keyring;

/**
 * keyring_open() - make room for keys
 *
 * Return: the keys, of which there are none, or NULL without memory.
 */
struct keyring *keyring_open(void);

/**
 * keyring_close() - forget them all
 * @keyring: the keys, or NULL
 */
void keyring_close(struct keyring *keyring);

/**
 * keyring_count() - how many there are
 * @keyring: the keys
 *
 * Return: how many.
 */
unsigned int keyring_count(const struct keyring *keyring);

/**
 * keyring_at() - the key for exactly these nodes
 * @keyring: the keys
 * @pcoa: addresses of the nodes
 * @spi: its index
 *
 * Return: the key or NULL.
 */
const struct config_key *keyring_at(const struct keyring *keyring,
				    const struct config_prefix *pcoa, uint32_t spi);

/**
 * keyring_of() - the key of a node
 * @keyring: the keys, or NULL
 * @pcoa: the node's address
 * @spi: its index
 *
 * Return: that with the longest prefix, or NULL.
 */
const struct config_key *keyring_of(const struct keyring *keyring,
				    const struct in6_addr *pcoa, uint32_t spi);

/**
 * keyring_any() - any key of a node
 * @keyring: the keys, or NULL
 * @pcoa: the node's address
 *
 * Return: one with the longest prefix, or NULL.
 */
const struct config_key *keyring_any(const struct keyring *keyring,
				     const struct in6_addr *pcoa);

/**
 * keyring_set() - take a key, in place of the one for the same nodes and index
 * @keyring: the keys
 * @key: is copied
 *
 * Return: 0 or -ENOMEM, and then nothing has changed.
 */
int keyring_set(struct keyring *keyring, const struct config_key *key);

/**
 * keyring_remove() - forget a key
 * @keyring: the keys
 * @pcoa: addresses of the nodes that it is for, exactly
 * @spi: its index
 *
 * Return: 0 or -ENOENT.
 */
int keyring_remove(struct keyring *keyring, const struct config_prefix *pcoa,
		   uint32_t spi);

#endif
