// SPDX-License-Identifier: GPL-2.0-only
/*
 * The new access router: who is to come, with which address, and what becomes of
 * them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "nar.h"
#include "par.h"

/* So often an address is drawn that turns out to be another's. */
#define DRAWS	16

static void make_key(struct nar_key *key, const struct nar_request *request)
{
	memset(key, 0, sizeof(*key));
	key->par = request->par;
	key->pcoa = request->pcoa;
	key->ncoa = request->ncoa;
	lla_copy(&key->lla, &request->lla);
}

struct nar_place *nar_find(struct engine *e, const struct in6_addr *address)
{
	struct nar_place *place;

	HASH_FIND(hh, e->nar->places, address, sizeof(*address), place);
	return place;
}

struct nar_visitor *nar_visitor(struct engine *e, const struct in6_addr *ncoa,
				const struct lla *lla)
{
	struct nar_visitor_key key = { .ncoa = *ncoa };
	struct nar_visitor *visitor;

	lla_copy(&key.lla, lla);
	HASH_FIND(hh, e->nar->visitors, &key, sizeof(key), visitor);
	return visitor;
}

struct nar_visitor *nar_known(struct engine *e, const struct in6_addr *address,
			      const struct lla *lla)
{
	struct nar_place *place = nar_find(e, address);

	if (place && lla_equal(&place->visitor->key.lla, lla))
		return place->visitor;
	return nar_visitor(e, address, lla);
}

static struct nar_node *find(struct engine *e, const struct nar_key *key)
{
	struct nar_node *n;

	HASH_FIND(hh, e->nar->nodes, key, sizeof(*key), n);
	return n;
}

/* A PCoA of a node of whom not all is known, if it may be the one that is asked for. */
static struct nar_node *guess(struct nar_visitor *visitor,
			      const struct nar_request *request)
{
	struct nar_node *n;

	if (!visitor)
		return NULL;
	DL_FOREACH(visitor->nodes, n) {
		if (!n->adopted)
			continue;
		if (n->request.has_pcoa ?
		    IN6_ARE_ADDR_EQUAL(&n->request.pcoa, &request->pcoa) :
		    n->code == MH_HACK_NCOA_VALID ||
		    n->request.sequence == request->sequence)
			return n;
	}
	return NULL;
}

/*
 * What a node proposes, or who asks for it, has become known.  All others of the same
 * node go with it.
 */
static void rename_node(struct nar_node *n, const struct nar_request *request)
{
	struct nar_visitor *visitor = n->visitor;
	struct nar *nar = n->engine->nar;
	uint16_t sequence = n->request.sequence;

	HASH_DEL(nar->nodes, n);
	make_key(&n->key, request);
	HASH_ADD(hh, nar->nodes, key, sizeof(n->key), n);
	n->request = *request;
	n->request.sequence = sequence;
	n->adopted = false;
	if (IN6_ARE_ADDR_EQUAL(&visitor->key.ncoa, &request->ncoa) ||
	    nar_visitor(n->engine, &request->ncoa, &request->lla))
		return;
	HASH_DEL(nar->visitors, visitor);
	visitor->key.ncoa = request->ncoa;
	HASH_ADD(hh, nar->visitors, key, sizeof(visitor->key), visitor);
}

struct nar_node *nar_same(struct engine *e, const struct nar_request *request)
{
	struct nar_node *n;
	struct nar_key key;

	make_key(&key, request);
	n = find(e, &key);
	if (n)
		return n;
	n = guess(nar_visitor(e, &request->ncoa, &request->lla), request) ?:
	    guess(nar_visitor(e, &in6addr_any, &request->lla), request);
	if (n)
		rename_node(n, request);
	return n;
}

static struct nar_visitor *get_visitor(struct engine *e, const struct in6_addr *ncoa,
				       const struct lla *lla, unsigned int ifindex)
{
	struct nar_visitor *visitor = nar_known(e, ncoa, lla);

	if (visitor || HASH_COUNT(e->nar->visitors) >= e->config->limits.nodes)
		return visitor;
	visitor = calloc(1, sizeof(*visitor));
	if (!visitor)
		return NULL;
	visitor->key.ncoa = *ncoa;
	lla_copy(&visitor->key.lla, lla);
	visitor->ifindex = ifindex;
	HASH_ADD(hh, e->nar->visitors, key, sizeof(visitor->key), visitor);
	return visitor;
}

static void leave_visitor(struct nar_node *n)
{
	struct nar_visitor *visitor = n->visitor;

	DL_DELETE(visitor->nodes, n);
	if (--visitor->count)
		return;
	HASH_DEL(n->engine->nar->visitors, visitor);
	free(visitor);
}

static void nobody_came(struct alarm *alarm)
{
	struct nar_node *n = (struct nar_node *)((char *)alarm -
						 offsetof(struct nar_node, end));
	struct engine *e = n->engine;

	if (n->state != NAR_ARRIVED || !n->place || n->place->released || n->lingers) {
		nar_over(n);
		return;
	}
	/* What is released as slowly as it came takes as long as it came. */
	n->lingers = true;
	e->ops->alarm_set(e->world, &n->end, e->ops->now(e->world) +
			  e->config->ar.lifetime_max * 1000000000ull);
}

struct nar_node *nar_make(struct engine *e, const struct nar_request *request,
			  unsigned int ifindex)
{
	struct nar_visitor *visitor;
	struct nar_node *n;

	visitor = get_visitor(e, &request->ncoa, &request->lla, ifindex);
	if (!visitor || visitor->count >= e->config->limits.addresses)
		return NULL;
	n = calloc(1, sizeof(*n));
	if (n) {
		n->engine = e;
		n->request = *request;
		n->ncoa = request->ncoa;
		n->ifindex = visitor->ifindex;
		n->end.ring = nobody_came;
		n->visitor = visitor;
		make_key(&n->key, request);
		visitor->count++;
		DL_APPEND(visitor->nodes, n);
		HASH_ADD(hh, e->nar->nodes, key, sizeof(n->key), n);
	} else if (!visitor->count) {
		HASH_DEL(e->nar->visitors, visitor);
		free(visitor);
	}
	return n;
}

static void leave_place(struct nar_node *n)
{
	struct nar_place *place = n->place;
	struct engine *e = n->engine;

	n->place = NULL;
	if (!place || --place->users)
		return;
	if (place->path_id)
		e->ops->path_end(e->world, place->path_id);
	if (place->up_id)
		e->ops->path_end(e->world, place->up_id);
	nar_bind(e, place, 0, 0);
	HASH_DEL(e->nar->places, place);
	free(place);
}

void nar_drop(struct engine *e, struct nar_place *place)
{
	nar_bind(e, place, 0, 0);
	HASH_DEL(e->nar->orphans, place);
	free(place);
}

/* What is there from before a restart is made use of. */
static void take_uplink(struct engine *e, struct nar_place *place)
{
	struct nar_place *orphan;
	uint32_t up_id;

	HASH_FIND(hh, e->nar->orphans, &place->address, sizeof(place->address), orphan);
	if (!orphan)
		return;
	up_id = orphan->up_id;
	nar_drop(e, orphan);
	nar_bind(e, place, place->path_id, up_id);
}

struct nar_place *nar_settle(struct nar_node *n, const struct in6_addr *address,
			     bool narrow)
{
	struct nar_place *place = nar_find(n->engine, address);

	if (!place) {
		place = calloc(1, sizeof(*place));
		if (!place)
			return NULL;
		place->address = *address;
		place->visitor = n->visitor;
		place->narrow = narrow;
		HASH_ADD(hh, n->engine->nar->places, address, sizeof(place->address), place);
		if (narrow)
			take_uplink(n->engine, place);
	}
	if (n->place != place) {
		leave_place(n);
		place->users++;
		n->place = place;
	}
	if (narrow)
		place->uplink = (struct ip6_ends){ n->request.own, n->request.par };
	n->ncoa = *address;
	return place;
}

void nar_forget(struct nar_node *n)
{
	struct engine *e = n->engine;

	e->ops->alarm_stop(e->world, &n->end);
	leave_place(n);
	leave_visitor(n);
	HASH_DEL(e->nar->nodes, n);
	free(n);
}

static void report(struct nar_node *n, enum report_kind kind, const char *text)
{
	const struct config_neighbour *par = config_peer(n->engine->config, &n->request.par);
	struct report r = {
		.kind = kind,
		.role = "nar",
		.text = text,
		.pcoa = n->request.pcoa,
		.ncoa = n->ncoa,
		.peer = par ? par->name : NULL,
		.record = kind == REPORT_DONE ? &n->record : NULL,
	};

	engine_report(n->engine, &r);
}

void nar_over(struct nar_node *n)
{
	engine_close_record(n->engine, &n->record, n->place ? n->place->path_id : 0,
			    &n->request.par);
	report(n, REPORT_DONE, n->state == NAR_ARRIVED ? "arrived" : "nobody came");
	nar_forget(n);
}

/* As long as a node has its PCoA here there is no other way to it. */
void nar_wait(struct nar_node *n)
{
	const struct config_ar *ar = &n->engine->config->ar;
	uint64_t ms = ar->lifetime_max * 1000ull;
	struct engine *e = n->engine;

	if (n->code != MH_HACK_USE_PCOA && n->state == NAR_ARRIVED)
		ms = ar->linger;
	else if (n->code != MH_HACK_USE_PCOA && ar->hold)
		ms = ar->hold;
	n->lingers = false;
	e->ops->alarm_set(e->world, &n->end, e->ops->now(e->world) + ms * 1000000);
}

static void arrives(struct nar_node *n, uint64_t ns, const struct nar_place *opened)
{
	struct nar_place *place = n->place;
	struct engine *e = n->engine;

	n->state = NAR_ARRIVED;
	record_step(&n->record, ns, "arrived", false);
	nar_wait(n);
	if (place && !place->arrived) {
		place->arrived = true;
		e->ops->neighbour_set(e->world, n->ifindex, &place->address,
				      &n->request.lla);
		/* If that fails the gate opens by itself for who says it again. */
		if (place != opened)
			nar_path(e, place);
	}
	report(n, REPORT_STATE, "arrived");
}

void nar_arrived(struct engine *e, struct nar_visitor *visitor, uint64_t ns,
		 const struct nar_place *opened)
{
	struct nar_node *n;

	(void)e;
	DL_FOREACH(visitor->nodes, n)
		if (n->state == NAR_EXPECTED)
			arrives(n, ns, opened);
}

void nar_is_here(struct engine *e, const struct in6_addr *address)
{
	struct nar_place *place = nar_find(e, address);

	if (place)
		nar_arrived(e, place->visitor, e->ops->now(e->world), NULL);
}

void nar_contested(struct engine *e, const struct nar_request *request,
		   const char *text)
{
	const struct config_neighbour *par = config_peer(e->config, &request->par);
	struct report r = {
		.kind = REPORT_ALARM,
		.role = "nar",
		.text = text,
		.pcoa = request->pcoa,
		.ncoa = request->ncoa,
		.peer = par ? par->name : NULL,
	};

	e->count[COUNT_CONFLICT]++;
	engine_report(e, &r);
}

static bool is_on_link(struct engine *e, const struct config_interface *interface,
		       const struct in6_addr *address)
{
	unsigned int ifindex = e->ops->ifindex_of(e->world, interface->name);

	return ifindex && e->ops->is_on_link(e->world, ifindex, address);
}

const struct config_interface *nar_interface_of(struct engine *e,
						const struct in6_addr *address)
{
	const struct config_interface *interface;
	size_t i, j;

	for (i = 0; i < e->config->interfaces_count; i++) {
		interface = &e->config->interfaces[i];
		for (j = 0; j < interface->prefixes_count; j++)
			if (config_prefix_has(&interface->prefixes[j], address))
				return interface;
	}
	for (i = 0; i < e->config->interfaces_count; i++)
		if (is_on_link(e, &e->config->interfaces[i], address))
			return &e->config->interfaces[i];
	return NULL;
}

bool nar_is_peers(struct engine *e, const struct in6_addr *par,
		  const struct in6_addr *address)
{
	const struct config_neighbour *peer = config_peer(e->config, par);
	size_t i;

	if (!peer || nar_interface_of(e, address))
		return false;
	for (i = 0; i < peer->prefixes_count; i++)
		if (config_prefix_has(&peer->prefixes[i], address))
			return true;
	return false;
}

bool nar_is_usable(struct engine *e, unsigned int ifindex,
		   const struct in6_addr *address, const struct nar_request *request)
{
	const struct nar_place *place = nar_find(e, address);
	const struct lla *lla = &request->lla;
	struct lla known;

	if (e->ops->is_own(e->world, address) || !par_gives_way(e, address, request) ||
	    (place && !lla_equal(&place->visitor->key.lla, lla)))
		return false;
	return e->ops->lla_of(e->world, ifindex, address, &known) || lla_equal(&known, lla);
}

int nar_choose(struct engine *e, const struct config_interface *interface,
	       unsigned int ifindex, const struct lla *lla, struct in6_addr *address)
{
	const struct nar_request request = { .lla = *lla };
	struct in6_addr drawn, kept;
	int i, draws;

	if (!interface->pool.len)
		return -ENOSPC;
	for (draws = 0; draws < DRAWS; draws++) {
		e->ops->random(e->world, &drawn, sizeof(drawn));
		kept = drawn;
		prefix_clear(&kept, interface->pool.len);
		for (i = 0; i < 16; i++)
			address->s6_addr[i] = interface->pool.address.s6_addr[i] |
					      (drawn.s6_addr[i] ^ kept.s6_addr[i]);
		if (!nar_find(e, address) && nar_is_usable(e, ifindex, address, &request))
			return 0;
	}
	return -ENOSPC;
}

static int start(struct engine *e)
{
	e->nar = calloc(1, sizeof(*e->nar));
	if (!e->nar)
		return -ENOMEM;
	e->ops->random(e->world, &e->nar->sequence, sizeof(e->nar->sequence));
	return 0;
}

static void stop(struct engine *e)
{
	struct nar_place *orphan, *next_orphan;
	struct nar_node *n, *next;

	HASH_ITER(hh, e->nar->nodes, n, next)
		nar_forget(n);
	HASH_ITER(hh, e->nar->orphans, orphan, next_orphan) {
		e->ops->path_end(e->world, orphan->up_id);
		nar_drop(e, orphan);
	}
	nar_una_forget(e, 0);
	free(e->nar);
	e->nar = NULL;
}

static void configure(struct engine *e)
{
	nar_una_forget(e, e->config->limits.una);
}

/* A node that is to come may announce itself whatever others do on its link. */
static struct bucket *payer(struct engine *e, const struct message *m, const struct mh *mh,
			    const struct nd *nd)
{
	const struct mobopt *lla = mh ? mobopts_find(&mh->options, MOBOPT_LLA) : NULL;
	const struct ndopt *link = nd ? ndopts_find(&nd->options, NDOPT_TARGET_LLA) : NULL;
	struct nar_visitor *visitor = NULL;

	if (nd && nd->type == ND_NA && link)
		visitor = nar_known(e, &nd->neighbour.target, &link->link);
	else if (mh && mh->type == MH_FNA && lla)
		visitor = nar_known(e, &m->ends.source, &lla->lla.lla);
	return visitor ? &visitor->bucket : NULL;
}

static const struct mh_handler mh_handlers[] = {
	{ MH_HI, nar_hi },
	{ MH_FNA, nar_fna },
	{}
};

static const struct nd_handler nd_handlers[] = {
	{ ND_NA, nar_na },
	{}
};

const struct role role_nar = {
	.roles = CONFIG_AR,
	.name = "nar",
	.mh = mh_handlers,
	.nd = nd_handlers,
	.start = start,
	.stop = stop,
	.configure = configure,
	.path = nar_path_tells,
	.probed = nar_probed,
	.payer = payer,
	.adopt = nar_adopt,
	.order = nar_order,
	.show = nar_show,
};
