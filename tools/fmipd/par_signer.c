// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses that a PAR knows by an FBU alone, and how many of them a key may have.
 */
#include <stdlib.h>

#include <utlist.h>

#include "par.h"

static struct par_signer_key key_of(const struct config_key *key)
{
	return (struct par_signer_key){ key->pcoa.address, key->pcoa.len, key->spi };
}

static struct par_signer *find(struct engine *e, const struct config_key *key)
{
	struct par_signer_key wanted = key_of(key);
	struct par_signer *signer;

	HASH_FIND(hh, e->par->signers, &wanted, sizeof(wanted), signer);
	return signer;
}

static struct par_signer *get(struct engine *e, const struct config_key *key)
{
	struct par_signer *signer = find(e, key);

	if (signer)
		return signer;
	signer = calloc(1, sizeof(*signer));
	if (!signer)
		return NULL;
	signer->key = key_of(key);
	HASH_ADD(hh, e->par->signers, key, sizeof(signer->key), signer);
	return signer;
}

/* One without a handover makes room; the signer may be gone with it. */
static bool make_room(struct engine *e, const struct config_key *key)
{
	struct par_signer *signer = find(e, key);
	struct par_node *n;

	if (!signer || signer->count < e->config->limits.addresses)
		return true;
	DL_FOREACH2(signer->nodes, n, signer_next)
		if (par_is_spare(n)) {
			par_forget(n);
			return true;
		}
	return false;
}

static struct par_node *make(struct engine *e, const struct in6_addr *pcoa,
			     const struct config_key *key)
{
	struct par_node *n = par_get(e, pcoa);
	struct par_signer *signer = n ? get(e, key) : NULL;

	if (!signer) {
		if (n)
			par_forget(n);
		return NULL;
	}
	n->signer = signer;
	signer->count++;
	DL_APPEND2(signer->nodes, n, signer_prev, signer_next);
	return n;
}

struct par_node *par_admit(struct engine *e, const struct in6_addr *pcoa,
			   const struct config_key *key)
{
	struct par_node *n = par_find(e, pcoa);

	if (n || !make_room(e, key))
		return n;
	return make(e, pcoa, key);
}

void par_dismiss(struct par_node *n)
{
	struct par_signer *signer = n->signer;

	if (!signer)
		return;
	n->signer = NULL;
	DL_DELETE2(signer->nodes, n, signer_prev, signer_next);
	if (--signer->count)
		return;
	HASH_DEL(n->engine->par->signers, signer);
	free(signer);
}
