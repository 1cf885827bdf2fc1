// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "config_reader.h"
#include "keyring.h"

int prefix_compare(const struct config_prefix *a, const struct config_prefix *b)
{
	if (a->len != b->len)
		return a->len > b->len ? -1 : 1;
	return memcmp(&a->address, &b->address, sizeof(a->address));
}

int key_compare(const struct config_key *a, const struct config_key *b)
{
	int order = prefix_compare(&a->pcoa, &b->pcoa);

	if (order || a->spi == b->spi)
		return order;
	return a->spi < b->spi ? -1 : 1;
}

static int by_key(const void *a, const void *b)
{
	return key_compare(a, b);
}

void keys_sort(struct config *config)
{
	/* Not qsort(), which may leave copies of them behind. */
	struct config_key *keys = config->keys, key;
	size_t i, j, gap;

	for (gap = config->keys_count / 2; gap; gap /= 2) {
		for (i = gap; i < config->keys_count; i++) {
			key = keys[i];
			for (j = i; j >= gap && key_compare(&keys[j - gap], &key) > 0; j -= gap)
				keys[j] = keys[j - gap];
			keys[j] = key;
		}
	}
	explicit_bzero(&key, sizeof(key));
}

bool config_prefix_has(const struct config_prefix *prefix, const struct in6_addr *address)
{
	struct in6_addr clear = *address;

	prefix_clear(&clear, prefix->len);
	return IN6_ARE_ADDR_EQUAL(&clear, &prefix->address);
}

const struct config_neighbour *config_neighbour_of(const struct config *config,
						   const struct in6_addr *address)
{
	const struct config_neighbour *neighbour, *found = NULL;
	const struct config_prefix *prefix;
	uint8_t longest = 0;
	size_t i, j;

	for (i = 0; i < config->neighbours_count; i++) {
		neighbour = &config->neighbours[i];
		for (j = 0; j < neighbour->prefixes_count; j++) {
			prefix = &neighbour->prefixes[j];
			if (prefix->len > longest && config_prefix_has(prefix, address)) {
				longest = prefix->len;
				found = neighbour;
			}
		}
	}
	return found;
}

const struct config_neighbour *config_neighbour_at(const struct config *config,
						   const struct lla *ap)
{
	const struct config_neighbour *neighbour;
	size_t i, j;

	for (i = 0; i < config->neighbours_count; i++) {
		neighbour = &config->neighbours[i];
		for (j = 0; j < neighbour->aps_count; j++)
			if (lla_equal(&neighbour->aps[j], ap))
				return neighbour;
	}
	return NULL;
}

const struct config_neighbour *config_peer(const struct config *config,
					   const struct in6_addr *address)
{
	size_t i;

	/* One that does not speak RFC 5568 is no peer, and may have no address. */
	for (i = 0; i < config->neighbours_count; i++)
		if (config->neighbours[i].fmip &&
		    IN6_ARE_ADDR_EQUAL(&config->neighbours[i].address, address))
			return &config->neighbours[i];
	return NULL;
}

/* Behind the last key from @first on with a prefix of this length. */
static size_t end_of_length(const struct config *config, size_t first, uint8_t len)
{
	size_t end = config->keys_count, middle;

	while (first < end) {
		middle = first + (end - first) / 2;
		if (config->keys[middle].pcoa.len < len)
			end = middle;
		else
			first = middle + 1;
	}
	return end;
}

static const struct config_key *read_key_of(const struct config *config,
					    const struct in6_addr *pcoa, uint32_t spi)
{
	struct config_key wanted = { .spi = spi };
	const struct config_key *found;
	size_t first, end;

	/* Those of one length at a time, the longest first: see key_compare(). */
	for (first = 0; first < config->keys_count; first = end) {
		wanted.pcoa.len = config->keys[first].pcoa.len;
		wanted.pcoa.address = *pcoa;
		prefix_clear(&wanted.pcoa.address, wanted.pcoa.len);
		end = end_of_length(config, first, wanted.pcoa.len);
		found = bsearch(&wanted, &config->keys[first], end - first,
				sizeof(wanted), by_key);
		if (found)
			return found;
	}
	return NULL;
}

static const struct config_key *longest(const struct config_key *given,
					const struct config_key *read)
{
	return !given || (read && read->pcoa.len > given->pcoa.len) ? read : given;
}

const struct config_key *config_key_of(const struct config *config,
				       const struct in6_addr *pcoa, uint32_t spi)
{
	return longest(keyring_of(config->keyring, pcoa, spi),
		       read_key_of(config, pcoa, spi));
}

const struct config_key *config_key_at(const struct config *config,
				       const struct config_prefix *pcoa, uint32_t spi)
{
	struct config_key wanted = { .pcoa = *pcoa, .spi = spi };

	if (!config->keys_count)
		return NULL;
	return bsearch(&wanted, config->keys, config->keys_count, sizeof(wanted), by_key);
}

bool config_key_same(const struct config_key *a, const struct config_key *b)
{
	return a->mac == b->mac && a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

const struct config_key *config_key_any(const struct config *config,
					const struct in6_addr *pcoa)
{
	const struct config_key *read = NULL;
	size_t i;

	/* The longest prefixes are the first. */
	for (i = 0; i < config->keys_count && !read; i++)
		if (config_prefix_has(&config->keys[i].pcoa, pcoa))
			read = &config->keys[i];
	return longest(keyring_any(config->keyring, pcoa), read);
}

size_t config_key_least(enum badf_mac mac, const char **source)
{
	bool sha1 = mac == BADF_HMAC_SHA1_96;

	*source = sha1 ? "RFC 6275 section 5.2.5" : "RFC 4868 section 2.1.1";
	return sha1 ? 20 : 32;
}

const char *config_fixed(const struct config *old, const struct config *config)
{
	if (config->roles != old->roles)
		return "roles";
	if (strcmp(config->state, old->state))
		return "state";
	if (strcmp(config->control, old->control))
		return "control";
	/* All that a mobile node knows is of its link. */
	if (config->roles & CONFIG_MN &&
	    strcmp(config->interfaces[0].name, old->interfaces[0].name))
		return "interfaces[0].name";
	return NULL;
}
