// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mobile node finds out which router is on its link: that of which it was told, or
 * another (RFC 5568 sections 4 and 5.6, RFC 6275 section 7.2).
 */
#include "mn.h"

/* Its own word counts for more than another's, and that for more than the operator's. */
static void choose(struct mn *mn, const struct mn_router *router)
{
	if (router->source > mn->router.source ||
	    IN6_ARE_ADDR_EQUAL(&router->link_local, &mn->router.link_local))
		mn->router = *router;
}

static void hear(struct mn *mn, const struct mn_router *router)
{
	unsigned int i;

	for (i = 0; i < mn->heards; i++)
		if (IN6_ARE_ADDR_EQUAL(&mn->heard[i].link_local, &router->link_local))
			break;
	if (i < MN_ROUTERS_MAX)
		mn->heard[i] = *router;
	if (i == mn->heards && i < MN_ROUTERS_MAX)
		mn->heards++;
	choose(mn, router);
}

void mn_spoke(struct mn *mn, const struct in6_addr *link_local)
{
	unsigned int i;

	for (i = 0; i < mn->heards; i++)
		if (IN6_ARE_ADDR_EQUAL(&mn->heard[i].link_local, link_local))
			mn->router = mn->heard[i];
}

bool mn_is_router(const struct mn *mn, const struct in6_addr *link_local)
{
	unsigned int i;

	for (i = 0; i < mn->heards; i++)
		if (IN6_ARE_ADDR_EQUAL(&mn->heard[i].link_local, link_local))
			return true;
	return !mn->heards;
}

/* Of one option after the other; NULL for the first, and after the last. */
static const struct ndopt_prefix *next_prefix(const struct nd *nd, unsigned int *i)
{
	const struct ndopt *option;

	while (*i < nd->options.count) {
		option = &nd->options.option[(*i)++];
		if (option->type == NDOPT_PREFIX && option->prefix.valid &&
		    mn_is_global(&option->prefix.prefix))
			return &option->prefix;
	}
	return NULL;
}

static void learn_address(struct mn *mn, const struct message *m, const struct nd *nd)
{
	const struct ndopt_prefix *prefix;
	unsigned int i = 0;

	while ((prefix = next_prefix(nd, &i)))
		if (prefix->flags & NDOPT_PREFIX_R) {
			hear(mn, &(struct mn_router){
				MN_ADVERTISED, prefix->prefix, m->ends.source,
			});
			return;
		}
}

static struct config_prefix prefix_of(const struct ndopt_prefix *prefix)
{
	struct config_prefix of = { prefix->len, prefix->prefix };

	prefix_clear(&of.address, of.len);
	return of;
}

static const struct mn_binding *home_with(struct mn *mn, const struct config_prefix *prefix)
{
	struct mn_binding *b;

	mn_each(mn, b)
		if (!b->here && mn_in_prefix(prefix, &b->pcoa))
			return b;
	return NULL;
}

/* Nobody has told of this one, so that no UNA is of use to it (section 6.2.2). */
static struct mn_candidate stranger(const struct mn *mn, const struct message *m,
				    const struct nd *nd, const struct config_prefix *prefix)
{
	const struct ndopt *lla = ndopts_find(&nd->options, NDOPT_SOURCE_LLA);
	struct mn_candidate c = {
		.ap = mn->ap,
		.mute = mn->unasked,
		.router = m->ends.source,
		.prefix = *prefix,
	};

	if (lla)
		c.router_lla = lla->link;
	return c;
}

static void settle_on(struct mn *mn, const struct mn_candidate *c)
{
	mn->guessed = false;
	mn->target = *c;
	if (mn_choose(mn))
		return;
	mn->lost = false;
	mn_arrive(mn);
}

/* By what it says of its link a router tells which one that is. */
static bool recognize(struct mn *mn, const struct message *m, const struct nd *nd,
		      const struct config_prefix *prefix, bool autonomous)
{
	const struct mn_binding *home = home_with(mn, prefix);
	const struct mn_candidate *c = mn_candidate_with(mn, prefix);
	struct mn_candidate other;

	if (mn->guessed && mn_in_prefix(&mn->place.prefix, &prefix->address)) {
		mn->guessed = false;
		return true;
	}
	if (home) {
		mn->guessed = false;
		mn->lost = false;
		mn_return(mn, home);
		return true;
	}
	if (c && !mn->unasked) {
		settle_on(mn, c);
		return true;
	}
	if (!autonomous || prefix->len != 64)
		return false;
	other = stranger(mn, m, nd, prefix);
	settle_on(mn, &other);
	return true;
}

static void find_place(struct mn *mn, const struct message *m, const struct nd *nd)
{
	const struct ndopt_prefix *option;
	struct config_prefix prefix;
	unsigned int i = 0;

	while ((option = next_prefix(nd, &i))) {
		prefix = prefix_of(option);
		if (recognize(mn, m, nd, &prefix, option->flags & NDOPT_PREFIX_A))
			return;
	}
}

void mn_ra(struct engine *e, const struct message *m, const struct nd *nd)
{
	const struct ndopt *naack = ndopts_find(&nd->options, NDOPT_NAACK);
	struct mn *mn = e->mn;
	bool known;

	if (m->ifindex != mn->ifindex || !IN6_IS_ADDR_LINKLOCAL(&m->ends.source)) {
		e->count[COUNT_UNMATCHED]++;
		return;
	}
	if (mn->lost || mn->guessed)
		find_place(mn, m, nd);
	if (mn->state == MN_AWAY)
		return;
	/* Nobody becomes a router by the message that steers the node. */
	known = mn_is_router(mn, &m->ends.source);
	learn_address(mn, m, nd);
	if (naack && !known) {
		e->count[COUNT_UNMATCHED]++;
		return;
	}
	if (!naack || mn->state != MN_THERE)
		return;
	record_step(&mn->record, e->ops->now(e->world), "naack", false);
	if (IN6_ARE_ADDR_EQUAL(&m->ends.destination, &mn->ncoa))
		mn_naack(mn, &nd->options, naack->naack.status);
}
