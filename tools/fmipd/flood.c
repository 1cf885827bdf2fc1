// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who pays for a message to be looked at.
 */
#include <stdlib.h>

#include "flood.h"

/* Where a Mobility Header has its type (RFC 6275 section 6.1.1). */
#define MH_TYPE_AT	2

static struct engine_router *find(struct engine *e, const struct in6_addr *address)
{
	struct engine_router *router;

	HASH_FIND(hh, e->routers, address, sizeof(*address), router);
	return router;
}

static struct engine_router *get(struct engine *e, const struct in6_addr *address)
{
	struct engine_router *router = find(e, address);

	if (router)
		return router;
	router = calloc(1, sizeof(*router));
	if (!router)
		return NULL;
	router->address = *address;
	HASH_ADD(hh, e->routers, address, sizeof(router->address), router);
	return router;
}

/* What routers send each other: all else is a node's, whatever its source. */
static bool is_routers(const struct message *m)
{
	return m->next_header == IPPROTO_MH && m->len > MH_TYPE_AT &&
	       (m->data[MH_TYPE_AT] == MH_HI || m->data[MH_TYPE_AT] == MH_HACK);
}

/* Anybody can say so in a message that is not protected, where it should be. */
static struct bucket *router_of(struct engine *e, const struct message *m)
{
	struct engine_router *router;

	if (!is_routers(m) ||
	    (e->config->ipsec == CONFIG_IPSEC_REQUIRED && !m->protected) ||
	    !config_peer(e->config, &m->ends.source))
		return NULL;
	router = get(e, &m->ends.source);
	return router ? &router->bucket : NULL;
}

/* Links whose numbers are that far apart share one; nothing is kept of any. */
static struct bucket *strangers_of(struct engine *e, const struct message *m)
{
	return &e->strangers[m->ifindex % ENGINE_STRANGERS][m->next_header == IPPROTO_MH];
}

bool flood_admits(struct engine *e, const struct message *m, struct bucket *node)
{
	const struct config_limits *limits = &e->config->limits;
	struct bucket *bucket = router_of(e, m) ?: node;
	uint64_t now = e->ops->now(e->world);

	if (bucket ? bucket_take(bucket, now, limits->messages) :
		     bucket_take(strangers_of(e, m), now, limits->strangers))
		return true;
	e->count[COUNT_FLOOD]++;
	return false;
}

void flood_forged(struct engine *e, const struct message *m, struct bucket *node)
{
	const struct config_limits *limits = &e->config->limits;

	if (node && bucket_take(strangers_of(e, m), e->ops->now(e->world), limits->strangers))
		bucket_give(node, limits->messages);
}

void flood_forget(struct engine *e)
{
	struct engine_router *router, *next;

	HASH_ITER(hh, e->routers, router, next) {
		HASH_DEL(e->routers, router);
		free(router);
	}
}
