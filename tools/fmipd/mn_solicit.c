// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mobile node asks about access points, and hears of them (RFC 5568 section 6.1).
 */
#include <string.h>

#include "mn.h"
#include "nar.h"
#include "tuple.h"

#define NS_PER_S	1000000000ull

static const struct in6_addr all_routers = { { { 0xff, 2, [15] = 2 } } };

static void send_solicitation(struct mn *mn)
{
	struct engine *e = mn->engine;
	struct message m = { .ends.destination = all_routers, .ifindex = mn->ifindex };
	struct nd nd = { .type = ND_RTSOLPR, .proxy.identifier = mn->identifier };
	struct lla own;

	if (e->ops->own_address(e->world, mn->ifindex, false, &m.ends.source) ||
	    e->ops->own_lla(e->world, mn->ifindex, &own))
		return;
	ndopts_add(&nd.options, NDOPT_LLA)->lla = (struct coded_lla){ LLA_SENDER, own };
	ndopts_add(&nd.options, NDOPT_LLA)->lla =
		mn->asked.len ? (struct coded_lla){ LLA_NEW_AP, mn->asked } :
				(struct coded_lla){ LLA_WILDCARD, { own.len, {} } };
	record_step(&mn->record, e->ops->now(e->world), "rtsolpr", true);
	engine_send_nd(e, &m, &nd);
}

/* Section 9: MAX_RTSOLPR_RATE is of all that are sent, whatever they ask. */
static uint64_t earliest(const struct mn *mn)
{
	const uint32_t rate = mn->engine->config->mn.rtsolpr.per_second;

	if (!rate || rate > MN_RATE_MAX || mn->solicitations < rate)
		return 0;
	return mn->solicited_ns[(mn->solicitations - rate) % MN_RATE_MAX] + NS_PER_S;
}

/* Section 5.1: a router that never answers does not speak it. */
static void try(struct mn *mn)
{
	struct engine *e = mn->engine;
	uint64_t now = e->ops->now(e->world);

	if (now < earliest(mn) && mn->solicited.count <= e->config->mn.rtsolpr.retries) {
		e->ops->alarm_set(e->world, &mn->solicit, earliest(mn));
		return;
	}
	mn->soliciting = engine_attempt(e, &mn->solicited, &e->config->mn.rtsolpr,
					&mn->solicit);
	mn->deaf = !mn->soliciting;
	if (mn->deaf) {
		mn_order_unanswered(mn);
		return;
	}
	mn->solicited_ns[mn->solicitations++ % MN_RATE_MAX] = now;
	send_solicitation(mn);
}

static bool is_asking(const struct mn *mn, const struct lla *ap)
{
	return mn->soliciting && (ap ? lla_equal(ap, &mn->asked) : !mn->asked.len);
}

void mn_solicit(struct mn *mn, const struct lla *ap)
{
	struct engine *e = mn->engine;
	uint16_t before = mn->identifier;

	if (mn->state == MN_AWAY || is_asking(mn, ap))
		return;
	e->ops->random(e->world, &mn->identifier, sizeof(mn->identifier));
	/* 0 is for what nobody has asked. */
	while (!mn->identifier || mn->identifier == before)
		mn->identifier++;
	mn->asked = ap ? *ap : (struct lla){};
	mn->solicited = (struct attempts){};
	mn->soliciting = true;
	try(mn);
}

void mn_solicit_again(struct alarm *alarm)
{
	try((struct mn *)((char *)alarm - offsetof(struct mn, solicit)));
}

static struct mn_candidate *place_for(struct mn *mn, const struct lla *ap)
{
	struct mn_candidate *c;
	unsigned int i;

	for (i = 0; i < mn->candidates; i++)
		if (lla_equal(&mn->candidate[i].ap, ap))
			return &mn->candidate[i];
	c = &mn->candidate[mn->next];
	mn->next = (mn->next + 1) % MN_CANDIDATES_MAX;
	if (mn->candidates < MN_CANDIDATES_MAX)
		mn->candidates++;
	return c;
}

const struct mn_candidate *mn_candidate_at(const struct mn *mn, const struct lla *ap)
{
	unsigned int i;

	for (i = 0; i < mn->candidates; i++)
		if (lla_equal(&mn->candidate[i].ap, ap))
			return &mn->candidate[i];
	return NULL;
}

const struct mn_candidate *mn_candidate_with(const struct mn *mn,
					     const struct config_prefix *prefix)
{
	unsigned int i;

	for (i = 0; i < mn->candidates; i++)
		if (mn->candidate[i].usable && mn->candidate[i].prefix.len == prefix->len &&
		    IN6_ARE_ADDR_EQUAL(&mn->candidate[i].prefix.address, &prefix->address))
			return &mn->candidate[i];
	return NULL;
}

/* Which access points are on one's own link depends on where that is. */
void mn_candidates_moved(struct mn *mn)
{
	unsigned int i;

	for (i = 0; i < mn->candidates; i++)
		if (mn->candidate[i].same)
			mn->candidate[i] = (struct mn_candidate){};
}

/* F-PAR-05: the prefix may be left out that the address of the router tells. */
static struct config_prefix prefix_of(const struct tuple *t)
{
	const struct coded_address *from = t->prefix ?: t->nar;
	struct config_prefix prefix = { from->prefixlen, from->address };

	prefix_clear(&prefix.address, prefix.len);
	return prefix;
}

/* Where an address can be had, and a router be told of it. */
static bool is_usable(const struct tuple *t)
{
	if (t->ap->code != LLA_NEW_AP || !t->nar || !mn_is_global(&t->nar->address))
		return false;
	return t->ncoa ? mn_is_global(&t->ncoa->address) : prefix_of(t).len == 64;
}

static void learn(struct mn *mn, const struct tuple *t, uint8_t code)
{
	struct mn_candidate *c;

	if (!t->ap->lla.len)
		return;
	c = place_for(mn, &t->ap->lla);
	*c = (struct mn_candidate){
		.ap = t->ap->lla,
		.same = t->ap->code == LLA_AP_SAME,
		.mute = t->ap->code == LLA_AP_NO_SUPPORT,
		.usable = is_usable(t),
		.dhcp = code == PRRTADV_DHCP,
	};
	if (!c->usable)
		return;
	c->router = t->nar->address;
	c->prefix = prefix_of(t);
	if (t->nar_lla)
		c->router_lla = t->nar_lla->lla;
	c->has_ncoa = t->ncoa;
	if (t->ncoa)
		c->ncoa = t->ncoa->address;
}

/*
 * An answer has the number of the question; what nobody has asked for has none, and is
 * for a router of the link to say.
 */
static bool is_expected(struct mn *mn, const struct message *m, const struct nd *nd)
{
	if (nd->proxy.code == PRRTADV_HANDOVER || nd->proxy.code == PRRTADV_NEIGHBOURHOOD)
		return !nd->proxy.identifier && mn_is_router(mn, &m->ends.source);
	return mn->soliciting && nd->proxy.identifier == mn->identifier;
}

/* The first of them to which there is a way. */
static void obey(struct mn *mn, const struct tuple *tuple, unsigned int n)
{
	const struct mn_candidate *c;
	unsigned int i;

	for (i = 0; i < n; i++) {
		c = mn_candidate_at(mn, &tuple[i].ap->lla);
		if (!c || !c->usable || lla_equal(&c->ap, &mn->ap))
			continue;
		mn_move(mn, c);
		return;
	}
}

void mn_told(struct engine *e, const struct message *m, const struct nd *nd)
{
	struct tuple tuple[NDOPTS_MAX];
	struct mn *mn = e->mn;
	unsigned int i, n;

	if (!IN6_IS_ADDR_LINKLOCAL(&m->ends.source) || m->ifindex != mn->ifindex ||
	    mn->state == MN_AWAY || !is_expected(mn, m, nd)) {
		e->count[COUNT_UNMATCHED]++;
		return;
	}
	if (nd->proxy.identifier) {
		mn->told_ns = e->ops->now(e->world);
		mn->told = nd->proxy.identifier;
		mn->soliciting = false;
		e->ops->alarm_stop(e->world, &mn->solicit);
	}
	mn->deaf = false;
	mn_spoke(mn, &m->ends.source);
	record_step(&mn->record, e->ops->now(e->world), "prrtadv", false);
	n = tuples_read(&nd->options, tuple, NDOPTS_MAX);
	for (i = 0; i < n; i++)
		learn(mn, &tuple[i], nd->proxy.code);
	if (nd->proxy.code == PRRTADV_HANDOVER)
		obey(mn, tuple, n);
}
