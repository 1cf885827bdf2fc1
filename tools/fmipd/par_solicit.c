// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a node is told of the routers around (RFC 5568 sections 4 and 6.1).
 */
#include <string.h>

#include "nar.h"
#include "par.h"
#include "tuple.h"

#define IP6_HEADER	40

/* An answer that is being put together. */
struct answer {
	struct engine *engine;
	unsigned int ifindex;
	struct nd nd;
	unsigned int known;
	unsigned int others;
	unsigned int by_dhcp;
	bool plain;
	bool dhcp;
	bool partial;
};

const struct config_interface *par_interface_at(struct engine *e, unsigned int ifindex)
{
	size_t i;

	for (i = 0; ifindex && i < e->config->interfaces_count; i++)
		if (e->ops->ifindex_of(e->world, e->config->interfaces[i].name) == ifindex)
			return &e->config->interfaces[i];
	return NULL;
}

static bool is_here(const struct config_interface *interface, const struct lla *ap)
{
	size_t i;

	for (i = 0; interface && i < interface->aps_count; i++)
		if (lla_equal(&interface->aps[i], ap))
			return true;
	return false;
}

static bool fits(const struct answer *a)
{
	uint8_t data[ENGINE_MESSAGE_MAX];
	size_t len;

	return !nd_encode(&a->nd, data, sizeof(data), &len) &&
	       len + IP6_HEADER <= a->engine->ops->mtu(a->engine->world, a->ifindex);
}

/* False if there is no more room; then nothing is added. */
static bool add_tuple(struct answer *a, const struct lla *ap, enum lla_code code,
		      const struct config_neighbour *nar)
{
	unsigned int before = a->nd.options.count;
	struct coded_lla coded = { code, *ap }, nar_lla;
	struct coded_address address, prefix;
	struct tuple tuple = { .ap = &coded };

	if (nar) {
		nar_lla = (struct coded_lla){ LLA_NAR, nar->lla };
		address = (struct coded_address){
			ADDRESS_NAR, nar->prefixes[0].len, nar->address,
		};
		prefix = (struct coded_address){
			ADDRESS_NAR_PREFIX, nar->prefixes[0].len, nar->prefixes[0].address,
		};
		tuple.nar_lla = nar->lla.len ? &nar_lla : NULL;
		tuple.nar = &address;
		tuple.prefix = &prefix;
	}
	if (!tuple_add(&a->nd.options, &tuple) && fits(a))
		return true;
	a->nd.options.count = before;
	return false;
}

static bool add_known(struct answer *a, const struct lla *ap,
		      const struct config_neighbour *nar)
{
	if (!add_tuple(a, ap, LLA_NEW_AP, nar))
		return false;
	a->known++;
	a->by_dhcp += nar->dhcp;
	return true;
}

/* What can be said of an access point; with the router where there is one. */
static enum lla_code code_of(const struct answer *a, const struct lla *ap,
			     const struct config_neighbour **nar)
{
	struct engine *e = a->engine;

	*nar = NULL;
	if (is_here(par_interface_at(e, a->ifindex), ap))
		return LLA_AP_SAME;
	*nar = config_neighbour_at(e->config, ap);
	if (!*nar)
		return LLA_AP_UNKNOWN;
	return (*nar)->fmip ? LLA_NEW_AP : LLA_AP_NO_SUPPORT;
}

/*
 * Nobody can say in one message that addresses come by DHCP at some of them only: who
 * has asked about both hears of the others, and can ask again about these.
 */
static bool add_asked(struct answer *a, const struct lla *ap)
{
	const struct config_neighbour *nar;
	enum lla_code code = code_of(a, ap, &nar);

	if (code == LLA_NEW_AP && (nar->dhcp && a->plain))
		a->partial = true;
	else if (code == LLA_NEW_AP)
		return add_known(a, ap, nar);
	else if (a->dhcp && !a->plain)
		a->partial = true;
	else if (add_tuple(a, ap, code, NULL))
		a->others++;
	else
		return false;
	return true;
}

static void add_all(struct answer *a)
{
	const struct config *config = a->engine->config;
	const struct config_neighbour *nar;
	bool plain = false;
	size_t i, j;

	for (i = 0; i < config->neighbours_count; i++)
		plain |= config->neighbours[i].fmip && !config->neighbours[i].dhcp;
	for (i = 0; i < config->neighbours_count; i++) {
		nar = &config->neighbours[i];
		if (!nar->fmip || (plain && nar->dhcp))
			continue;
		for (j = 0; j < nar->aps_count; j++)
			if (!add_known(a, &nar->aps[j], nar))
				return;
	}
}

static uint8_t solicited_code(const struct answer *a)
{
	if (!a->known)
		return PRRTADV_NOTHING;
	if (a->by_dhcp)
		return PRRTADV_DHCP;
	return a->others || a->partial ? PRRTADV_PARTIAL : PRRTADV_SOLICITED;
}

static void begin_answer(struct answer *a, struct engine *e, unsigned int ifindex)
{
	struct ndopt *own;

	*a = (struct answer){ .engine = e, .ifindex = ifindex };
	a->nd.type = ND_PRRTADV;
	own = ndopts_add(&a->nd.options, NDOPT_LLA);
	own->lla.code = LLA_SENDER;
	if (e->ops->own_lla(e->world, ifindex, &own->lla.lla))
		a->nd.options.count = 0;
}

static void send_answer(struct answer *a, const struct in6_addr *to, const struct lla *lla)
{
	struct engine *e = a->engine;
	struct message m = { .ends.destination = *to, .ifindex = a->ifindex };

	if (lla)
		m.lla = *lla;
	if (!e->ops->own_address(e->world, a->ifindex, false, &m.ends.source))
		engine_send_nd(e, &m, &a->nd);
}

/* RFC 5568 6.4.3: a wildcard and names do not go together. */
static bool is_wildcard(const struct nd *nd)
{
	return ndopts_lla(&nd->options, LLA_WILDCARD);
}

/* Of one option after the other: the next access point that is named, or NULL. */
static const struct lla *next_named(const struct nd *nd, unsigned int *i)
{
	const struct ndopt *option;

	while (*i < nd->options.count) {
		option = &nd->options.option[(*i)++];
		if (option->type == NDOPT_LLA && option->lla.code == LLA_NEW_AP)
			return &option->lla.lla;
	}
	return NULL;
}

static bool add_named(struct answer *a, const struct nd *nd)
{
	const struct config_neighbour *nar;
	const struct lla *ap;
	unsigned int i = 0;

	while ((ap = next_named(nd, &i)))
		if (code_of(a, ap, &nar) == LLA_NEW_AP) {
			a->plain |= !nar->dhcp;
			a->dhcp |= nar->dhcp;
		}
	i = 0;
	while ((ap = next_named(nd, &i)))
		if (!add_asked(a, ap)) {
			a->partial = true;
			break;
		}
	return a->known || a->others;
}

uint64_t par_told(const struct par_station *station, uint16_t identifier)
{
	const struct par_told *told;

	for (told = station->told; told < station->told + PAR_TOLD_MAX; told++)
		if (told->ns && told->identifier == identifier)
			return told->ns;
	return 0;
}

/*
 * Each answer to a question that comes again has the same number: the first counts.  Anybody
 * on the link can ask in the node's name, and with its number: that is not to make it a
 * later one.
 */
static void note_answer(struct engine *e, unsigned int ifindex, const struct lla *sender,
			uint16_t identifier)
{
	struct par_station *station = sender ? par_station(e, ifindex, sender) : NULL;

	if (!station || par_told(station, identifier))
		return;
	station->told[station->next_told++ % PAR_TOLD_MAX] = (struct par_told){
		identifier, e->ops->now(e->world),
	};
}

void par_solicited(struct engine *e, const struct message *m, const struct nd *nd)
{
	const struct lla *sender = ndopts_lla(&nd->options, LLA_SENDER);
	struct answer a;

	if (!par_interface_at(e, m->ifindex) || IN6_IS_ADDR_UNSPECIFIED(&m->ends.source))
		return;
	begin_answer(&a, e, m->ifindex);
	if (is_wildcard(nd)) {
		add_all(&a);
	} else if (!add_named(&a, nd)) {
		e->count[COUNT_INCOMPLETE]++;
		return;
	}
	a.nd.proxy.identifier = nd->proxy.identifier;
	a.nd.proxy.code = solicited_code(&a);
	note_answer(e, m->ifindex, sender, nd->proxy.identifier);
	send_answer(&a, &m->ends.source, sender);
	if (sender)
		par_may_leave(e, m->ifindex, sender);
}

int par_advertise(struct engine *e, unsigned int ifindex, const struct in6_addr *to,
		  const struct config_neighbour *nar, const struct lla *ap, bool move,
		  const struct in6_addr *ncoa)
{
	struct ndopt *option;
	struct answer a;

	begin_answer(&a, e, ifindex);
	if (!add_known(&a, ap, nar))
		return -1;
	if (ncoa) {
		option = ndopts_add(&a.nd.options, NDOPT_ADDRESS);
		option->address = (struct coded_address){ ADDRESS_NCOA, 128, *ncoa };
	}
	a.nd.proxy.code = move ? PRRTADV_HANDOVER : PRRTADV_NEIGHBOURHOOD;
	send_answer(&a, to, NULL);
	return 0;
}

int par_advertise_all(struct engine *e, unsigned int ifindex, const struct in6_addr *to)
{
	struct answer a;

	begin_answer(&a, e, ifindex);
	add_all(&a);
	if (!a.known)
		return -1;
	a.nd.proxy.code = PRRTADV_NEIGHBOURHOOD;
	send_answer(&a, to, NULL);
	return 0;
}
