// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys that were given while the daemon runs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "keyring.h"

/* What names a key; it has no gaps. */
struct name {
	struct in6_addr address;
	uint32_t len;
	uint32_t spi;
};

struct entry {
	UT_hash_handle hh;
	struct name name;
	struct config_key key;
};

struct keyring {
	struct entry *entries;
	/* How many there are with a prefix of each length. */
	unsigned int of_len[129];
};

struct keyring *keyring_open(void)
{
	return calloc(1, sizeof(struct keyring));
}

static void end(struct keyring *keyring, struct entry *entry)
{
	HASH_DEL(keyring->entries, entry);
	keyring->of_len[entry->name.len]--;
	explicit_bzero(&entry->key, sizeof(entry->key));
	free(entry);
}

void keyring_close(struct keyring *keyring)
{
	struct entry *entry, *next;

	if (!keyring)
		return;
	HASH_ITER(hh, keyring->entries, entry, next)
		end(keyring, entry);
	free(keyring);
}

unsigned int keyring_count(const struct keyring *keyring)
{
	return HASH_COUNT(keyring->entries);
}

static struct entry *find(const struct keyring *keyring, const struct config_prefix *pcoa,
			  uint32_t spi)
{
	struct name name = { pcoa->address, pcoa->len, spi };
	struct entry *entry;

	HASH_FIND(hh, keyring->entries, &name, sizeof(name), entry);
	return entry;
}

const struct config_key *keyring_at(const struct keyring *keyring,
				    const struct config_prefix *pcoa, uint32_t spi)
{
	const struct entry *entry = find(keyring, pcoa, spi);

	return entry ? &entry->key : NULL;
}

const struct config_key *keyring_of(const struct keyring *keyring,
				    const struct in6_addr *pcoa, uint32_t spi)
{
	struct config_prefix prefix = { .address = *pcoa };
	const struct config_key *key = NULL;
	int len;

	if (!keyring)
		return NULL;
	for (len = 128; len && !key; len--) {
		if (!keyring->of_len[len])
			continue;
		prefix.len = len;
		prefix_clear(&prefix.address, len);
		key = keyring_at(keyring, &prefix, spi);
	}
	return key;
}

const struct config_key *keyring_any(const struct keyring *keyring,
				     const struct in6_addr *pcoa)
{
	const struct config_key *found = NULL;
	struct entry *entry, *next;
	const struct config_prefix *nodes;

	if (!keyring)
		return NULL;
	HASH_ITER(hh, keyring->entries, entry, next) {
		nodes = &entry->key.pcoa;
		if (config_prefix_has(nodes, pcoa) &&
		    (!found || nodes->len > found->pcoa.len))
			found = &entry->key;
	}
	return found;
}

int keyring_set(struct keyring *keyring, const struct config_key *key)
{
	struct entry *entry = find(keyring, &key->pcoa, key->spi);

	if (entry) {
		explicit_bzero(&entry->key, sizeof(entry->key));
		entry->key = *key;
		return 0;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->name = (struct name){ key->pcoa.address, key->pcoa.len, key->spi };
	entry->key = *key;
	HASH_ADD(hh, keyring->entries, name, sizeof(entry->name), entry);
	keyring->of_len[entry->name.len]++;
	return 0;
}

int keyring_remove(struct keyring *keyring, const struct config_prefix *pcoa,
		   uint32_t spi)
{
	struct entry *entry = find(keyring, pcoa, spi);

	if (!entry)
		return -ENOENT;
	end(keyring, entry);
	return 0;
}
