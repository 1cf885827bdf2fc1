// SPDX-License-Identifier: GPL-2.0-only
/*
 * The previous access router: its nodes, and what becomes of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "par.h"

/* So many are looked at for one that can be forgotten. */
#define SPARE_TRIES	16

/* The number of a HI counts for who it was sent to only. */
struct hi_key {
	struct in6_addr nar;
	uint16_t sequence;
};

#define HI_KEY_SIZE	(offsetof(struct hi_key, sequence) + sizeof(uint16_t))
_Static_assert(offsetof(struct par_node, hi_sequence) - offsetof(struct par_node, nar) ==
	       offsetof(struct hi_key, sequence), "a node has a HI's key in it");

struct par_node *par_find(struct engine *e, const struct in6_addr *pcoa)
{
	struct par_node *n;

	HASH_FIND(hh, e->par->nodes, pcoa, sizeof(*pcoa), n);
	return n;
}

struct par_node *par_asking(struct engine *e, const struct in6_addr *nar,
			    uint16_t sequence)
{
	struct hi_key key = { *nar, sequence };
	struct par_node *n;

	HASH_FIND(by_hi, e->par->asking, &key, HI_KEY_SIZE, n);
	return n;
}

struct par_station *par_station(struct engine *e, unsigned int ifindex,
				const struct lla *lla)
{
	struct par_station_key key = { .ifindex = ifindex };
	struct par_station *station;

	if (lla->len > sizeof(key.lla.bytes))
		return NULL;
	lla_copy(&key.lla, lla);
	HASH_FIND(hh, e->par->stations, &key, sizeof(key), station);
	return station;
}

/*
 * Nobody has to leave because he has said so: it is not waited for longer than for any.
 * Who has come back is there as others are once all is out that came while he was away.
 */
static void time_copies(struct par_node *n, enum par_state state)
{
	const struct config_ar *ar = &n->engine->config->ar;
	uint64_t ms = n->lingers && !n->held ? ar->linger : ar->lifetime_max * 1000ull;
	struct engine *e = n->engine;

	if (state == PAR_COPYING)
		e->ops->alarm_set(e->world, &n->end, e->ops->now(e->world) + ms * 1000000);
	else if (n->state == PAR_COPYING)
		e->ops->alarm_stop(e->world, &n->end);
}

void par_enter(struct par_node *n, enum par_state state)
{
	static const char *const steps[] = {
		[PAR_HOLDING] = "holding",
		[PAR_ASKING] = "asking",
		[PAR_REDIRECTED] = "redirected",
	};
	struct par *par = n->engine->par;
	struct engine *e = n->engine;

	if (state != n->state && steps[state])
		record_step(&n->record, e->ops->now(e->world), steps[state], false);
	n->lingers &= state == PAR_COPYING;
	time_copies(n, state);
	if (n->state <= PAR_COPYING)
		DL_DELETE2(par->spare[n->state], n, spare_prev, spare_next);
	if (n->state == PAR_ASKING)
		HASH_DELETE(by_hi, par->asking, n);
	n->state = state;
	if (state <= PAR_COPYING)
		DL_APPEND2(par->spare[state], n, spare_prev, spare_next);
	if (state == PAR_ASKING)
		HASH_ADD(by_hi, par->asking, nar, HI_KEY_SIZE, n);
}

void par_bind(struct par_node *n, uint32_t path_id)
{
	struct par *par = n->engine->par;

	if (n->path_id)
		HASH_DELETE(by_path, par->paths, n);
	n->path_id = path_id;
	if (path_id)
		HASH_ADD(by_path, par->paths, path_id, sizeof(n->path_id), n);
}

void par_unbind(struct par_node *n)
{
	par_bind(n, 0);
	n->held = false;
	n->copies = false;
	n->tunnelled = false;
}

static struct par_station *get_station(struct engine *e, unsigned int ifindex,
				       const struct lla *lla)
{
	struct par_station *station = par_station(e, ifindex, lla);

	if (station)
		return station;
	station = calloc(1, sizeof(*station));
	if (!station)
		return NULL;
	station->key.ifindex = ifindex;
	lla_copy(&station->key.lla, lla);
	HASH_ADD(hh, e->par->stations, key, sizeof(station->key), station);
	return station;
}

static void leave_station(struct par_node *n)
{
	struct par_station *station = n->station;

	if (!station)
		return;
	n->station = NULL;
	DL_DELETE(station->nodes, n);
	if (--station->count)
		return;
	HASH_DEL(n->engine->par->stations, station);
	free(station);
}

void par_locate(struct par_node *n, unsigned int ifindex, const struct lla *lla)
{
	struct par_station *station = NULL;

	n->ifindex = ifindex;
	n->lla = *lla;
	if (ifindex && lla->len)
		station = get_station(n->engine, ifindex, lla);
	if (station && station == n->station)
		return;
	leave_station(n);
	n->station = station;
	if (!station)
		return;
	station->count++;
	DL_APPEND(station->nodes, n);
}

/* Over what the node may have, the address counts for the key as before, if for any. */
void par_shown(struct par_node *n, unsigned int ifindex, const struct lla *lla)
{
	par_locate(n, ifindex, lla);
	if (n->station && n->station->count <= n->engine->config->limits.addresses)
		par_dismiss(n);
}

void par_claimed(struct par_node *n, unsigned int ifindex, const struct lla *lla)
{
	if (n->station && n->ifindex == ifindex)
		return;
	leave_station(n);
	n->ifindex = ifindex;
	if (lla)
		n->lla = *lla;
}

static bool is_still_there(const struct par_node *n)
{
	struct engine *e = n->engine;
	struct lla lla;

	return n->ifindex && !e->ops->lla_of(e->world, n->ifindex, &n->pcoa, &lla);
}

/* The kernel has to know it, too. */
static void go_on_copying(struct par_node *n)
{
	n->lingers = false;
	par_enter(n, PAR_COPYING);
	par_path(n);
}

static void time_is_over(struct alarm *alarm)
{
	struct par_node *n = (struct par_node *)((char *)alarm -
						 offsetof(struct par_node, end));

	if (n->state == PAR_COPYING && is_still_there(n) &&
	    n->engine->config->ar.copying == CONFIG_COPY_ALWAYS)
		go_on_copying(n);
	else
		par_over(n, "expired");
}

void par_forget(struct par_node *n)
{
	struct engine *e = n->engine;

	e->ops->alarm_stop(e->world, &n->retry);
	e->ops->alarm_stop(e->world, &n->end);
	if (n->path_id)
		e->ops->path_end(e->world, n->path_id);
	par_bind(n, 0);
	par_locate(n, 0, &(struct lla){});
	par_dismiss(n);
	par_enter(n, PAR_KNOWN);
	DL_DELETE2(e->par->spare[PAR_KNOWN], n, spare_prev, spare_next);
	HASH_DEL(e->par->nodes, n);
	free(n);
}

bool par_is_spare(const struct par_node *n)
{
	return n->state <= PAR_COPYING && !n->held;
}

/* One whose packets are on their way out has been heard of: it goes to the end. */
static struct par_node *find_spare(struct par *par, enum par_state state)
{
	struct par_node *n;
	int left;

	for (left = SPARE_TRIES; left && (n = par->spare[state]); left--) {
		if (par_is_spare(n))
			return n;
		DL_DELETE2(par->spare[state], n, spare_prev, spare_next);
		DL_APPEND2(par->spare[state], n, spare_prev, spare_next);
	}
	return NULL;
}

/*
 * Only those without a handover are worth less than one that is to begin, and only
 * those of whom nothing is kept less than one that may never leave.
 */
static bool make_room(struct engine *e, enum par_state least)
{
	uint64_t most = (uint64_t)e->config->limits.nodes * e->config->limits.addresses;
	struct par_node *n = NULL;
	enum par_state state;

	if (HASH_COUNT(e->par->nodes) < most)
		return true;
	for (state = PAR_KNOWN; !n && state <= least; state++)
		n = find_spare(e->par, state);
	if (n)
		par_forget(n);
	return n;
}

static struct par_node *make(struct engine *e, const struct in6_addr *pcoa,
			     enum par_state least)
{
	struct par_node *n;

	if (!make_room(e, least))
		return NULL;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->engine = e;
	n->pcoa = *pcoa;
	n->retry.ring = par_ask_again;
	n->end.ring = time_is_over;
	HASH_ADD(hh, e->par->nodes, pcoa, sizeof(n->pcoa), n);
	DL_APPEND2(e->par->spare[PAR_KNOWN], n, spare_prev, spare_next);
	return n;
}

struct par_node *par_get(struct engine *e, const struct in6_addr *pcoa)
{
	return par_find(e, pcoa) ?: make(e, pcoa, PAR_COPYING);
}

static void report(struct par_node *n, enum report_kind kind, const char *text)
{
	const struct config_neighbour *nar = config_peer(n->engine->config, &n->nar);
	struct report r = {
		.kind = kind,
		.role = "par",
		.text = text,
		.pcoa = n->pcoa,
		.ncoa = n->request.ncoa,
		.peer = nar ? nar->name : NULL,
		.record = kind == REPORT_DONE ? &n->record : NULL,
	};

	if (kind == REPORT_DONE)
		engine_close_record(n->engine, &n->record, n->path_id, &n->nar);
	engine_report(n->engine, &r);
}

uint8_t par_status(const struct par_node *n)
{
	return n->code == MH_HACK_NCOA_VALID &&
	       IN6_ARE_ADDR_EQUAL(&n->ncoa, &n->request.ncoa) ? MH_FBACK_ACCEPTED :
								MH_FBACK_USE_ALTCOA;
}

void par_record(struct par_node *n, const char *why)
{
	report(n, REPORT_DONE, why);
}

void par_keep(struct par_node *n)
{
	n->before = PAR_REDIRECTED;
	n->kept = (struct par_redirection){
		.request = n->request,
		.nar = n->nar,
		.code = n->code,
		.ncoa = n->ncoa,
		.tunnel = n->tunnel,
		.granted = n->granted,
		.end_ns = n->end_ns,
	};
}

static void put_back(struct par_node *n)
{
	n->request = n->kept.request;
	n->nar = n->kept.nar;
	n->code = n->kept.code;
	n->ncoa = n->kept.ncoa;
	n->tunnel = n->kept.tunnel;
	n->granted = n->kept.granted;
	n->end_ns = n->kept.end_ns;
}

/* Whether it is on its link may have changed meanwhile. */
static enum par_state state_before(const struct par_node *n)
{
	if (n->before == PAR_COPYING && n->down_ns)
		return PAR_HOLDING;
	if (n->before == PAR_HOLDING && !n->down_ns)
		return PAR_COPYING;
	return n->before;
}

void par_go_back(struct par_node *n)
{
	par_enter(n, state_before(n));
	if (n->state == PAR_REDIRECTED)
		put_back(n);
	par_path(n);
}

void par_accept(struct par_node *n)
{
	struct engine *e = n->engine;
	bool first = n->state != PAR_REDIRECTED;

	n->end_ns = e->ops->now(e->world) + n->granted * 1000000000ull;
	par_enter(n, PAR_REDIRECTED);
	if (par_path(n)) {
		par_refuse(n, MH_FBACK_NO_RESOURCES, "no resources here");
		return;
	}
	par_keep(n);
	e->ops->alarm_set(e->world, &n->end, n->end_ns);
	if (first)
		report(n, REPORT_STATE, "redirected");
	par_answer(n, par_status(n));
}

void par_refuse(struct par_node *n, uint8_t status, const char *why)
{
	struct engine *e = n->engine;

	e->ops->alarm_stop(e->world, &n->retry);
	record_step(&n->record, e->ops->now(e->world), "refused", false);
	report(n, REPORT_REFUSED, why);
	if (!n->invited)
		par_answer(n, status);
	n->invited = false;
	par_go_back(n);
}

/* What has been asked for since goes on, but has nothing to go back to. */
void par_over(struct par_node *n, const char *why)
{
	struct engine *e = n->engine;

	e->ops->alarm_stop(e->world, &n->end);
	if (n->state == PAR_ASKING) {
		n->before = PAR_KNOWN;
		return;
	}
	if (n->state == PAR_REDIRECTED)
		report(n, REPORT_DONE, why);
	par_enter(n, PAR_KNOWN);
	par_path(n);
	n->down_ns = 0;
}

void par_return(struct par_node *n)
{
	struct engine *e = n->engine;

	e->ops->alarm_stop(e->world, &n->retry);
	e->ops->alarm_stop(e->world, &n->end);
	n->invited = false;
	if (n->state == PAR_REDIRECTED)
		report(n, REPORT_DONE, "returned");
	par_enter(n, n->path_id ? PAR_COPYING : PAR_KNOWN);
	par_path(n);
	n->lingers = n->state == PAR_COPYING && e->config->ar.copying != CONFIG_COPY_ALWAYS;
	time_copies(n, n->state);
	n->down_ns = 0;
}

uint64_t par_was_here(const struct par_node *n)
{
	return n->asked_ns < PAR_IN_FLIGHT_NS ? 0 : n->asked_ns - PAR_IN_FLIGHT_NS;
}

static void copy(struct par_node *n)
{
	if (n->state == PAR_COPYING)
		go_on_copying(n);
	if (n->state != PAR_KNOWN)
		return;
	par_enter(n, PAR_COPYING);
	if (par_path(n))
		par_enter(n, PAR_KNOWN);
}

void par_may_leave(struct engine *e, unsigned int ifindex, const struct lla *lla)
{
	struct par_station *station = par_station(e, ifindex, lla);
	struct par_node *n;

	if (e->config->ar.copying != CONFIG_COPY_RTSOLPR || !station)
		return;
	DL_FOREACH(station->nodes, n)
		copy(n);
}

static void leaves(struct par_node *n, const struct link_event *event)
{
	if (n->down_ns)
		return;
	n->down_ns = event->ns ?: PAR_DOWN_UNSEEN;
	n->left_ns = event->late ? par_was_here(n) : event->ns;
	if (n->state == PAR_COPYING)
		par_enter(n, PAR_HOLDING);
	if (event->ns)
		record_step(&n->record, event->ns, "link down", false);
	par_path(n);
}

/* It says itself that it is back, if it was redirected (section 5.6). */
static void comes(struct par_node *n)
{
	if (n->state == PAR_HOLDING) {
		par_return(n);
	} else if (n->state == PAR_ASKING && n->before != PAR_REDIRECTED) {
		n->down_ns = 0;
		par_path(n);
	} else if (n->state <= PAR_COPYING) {
		n->down_ns = 0;
	}
}

static void node_changes(struct par_node *n, const struct link_event *event)
{
	if (event->change == LINK_DOWN)
		leaves(n, event);
	else
		comes(n);
}

static void station_changes(struct par_station *station, const struct link_event *event)
{
	struct par_node *n;

	DL_FOREACH(station->nodes, n)
		node_changes(n, event);
}

/*
 * That a link is up when the daemon starts says nothing of who had left it before by
 * himself.  Only those of whom the kernel knows nothing any more have left with the link.
 */
static void whole_link_changes(struct engine *e, const struct link_event *event)
{
	struct par_station *station, *next;
	struct par_node *n, *next_n;

	HASH_ITER(hh, e->par->nodes, n, next_n)
		if (!n->station && n->ifindex == event->ifindex)
			node_changes(n, event);
	if (event->change == LINK_UP && !event->ns)
		return;
	HASH_ITER(hh, e->par->stations, station, next)
		if (station->key.ifindex == event->ifindex)
			station_changes(station, event);
}

/* An access point forgets it after another one of the same link has it already. */
static bool has_only_moved(struct par_station *station, const struct link_event *event)
{
	if (event->change == LINK_UP) {
		station->port = event->port;
		return false;
	}
	return station->port && event->port && station->port != event->port;
}

static void link_changes(struct engine *e, const struct link_event *event)
{
	struct par_station *station;

	if (event->change == LINK_FADES) {
		par_may_leave(e, event->ifindex, &event->lla);
		return;
	}
	if (!event->lla.len) {
		whole_link_changes(e, event);
		return;
	}
	station = par_station(e, event->ifindex, &event->lla);
	if (station && !has_only_moved(station, event))
		station_changes(station, event);
}

/* An address that a node has no more makes room; the station may be gone with it. */
static bool may_have_another(struct engine *e, struct par_station *station)
{
	struct par_node *n;

	if (!station || station->count < e->config->limits.addresses)
		return true;
	DL_FOREACH(station->nodes, n)
		if (n->state == PAR_KNOWN && !is_still_there(n)) {
			par_forget(n);
			return true;
		}
	return false;
}

/* Addresses of one node are bounded, or it would be all of them. */
static struct par_node *meet(struct engine *e, unsigned int ifindex,
			     const struct in6_addr *address, const struct lla *lla)
{
	if (!may_have_another(e, par_station(e, ifindex, lla)))
		return NULL;
	return make(e, address, PAR_KNOWN);
}

static void neighbour_seen(struct engine *e, unsigned int ifindex,
			   const struct in6_addr *address, const struct lla *lla)
{
	struct par_node *n = par_find(e, address) ?: meet(e, ifindex, address, lla);

	if (!n || (n->state != PAR_KNOWN && n->station))
		return;
	par_shown(n, ifindex, lla);
	if (n->state != PAR_KNOWN)
		return;
	par_enter(n, PAR_KNOWN);
	if (e->config->ar.copying == CONFIG_COPY_ALWAYS)
		copy(n);
}

/* Copies of a node that is there are wanted nevertheless: the daemon was away for long. */
static void path_expires(struct par_node *n)
{
	bool copies = n->state == PAR_COPYING;

	par_unbind(n);
	par_over(n, "expired");
	if (copies && n->engine->config->ar.copying == CONFIG_COPY_ALWAYS && is_still_there(n))
		copy(n);
}

static bool path_tells(struct engine *e, const struct path_event *event)
{
	struct par_node *n;

	HASH_FIND(by_path, e->par->paths, &event->id, sizeof(event->id), n);
	if (!n)
		return false;
	if (event->change == PATH_EXPIRED) {
		path_expires(n);
	} else if (event->change == PATH_RELEASED) {
		record_step(&n->record, event->ns, "released", false);
		engine_count(e, &n->record, n->path_id);
		par_released(n, event->ns);
	} else if (event->change == PATH_OVERFLOW) {
		record_step(&n->record, event->ns, "overflow", false);
	}
	return true;
}

static int start(struct engine *e)
{
	e->par = calloc(1, sizeof(*e->par));
	if (!e->par)
		return -ENOMEM;
	e->ops->random(e->world, &e->par->hi_sequence, sizeof(e->par->hi_sequence));
	return 0;
}

static void stop(struct engine *e)
{
	struct par_node *n, *next;

	HASH_ITER(hh, e->par->nodes, n, next)
		par_forget(n);
	free(e->par);
	e->par = NULL;
}

static const struct lla *sender_of(const struct nd *nd)
{
	const struct ndopt *option = ndopts_find(&nd->options, NDOPT_TARGET_LLA);

	return option ? &option->link : ndopts_lla(&nd->options, LLA_SENDER);
}

struct bucket *par_payer(struct engine *e, const struct message *m)
{
	struct par_node *n = m->has_home ? par_find(e, &m->home) : NULL;

	return n ? &n->buckets[m->ifindex != n->ifindex] : NULL;
}

/* On the link, by who it says it is there; else by the address that is at stake. */
static struct bucket *payer(struct engine *e, const struct message *m, const struct mh *mh,
			    const struct nd *nd)
{
	const struct lla *lla = nd ? sender_of(nd) : NULL;
	struct par_station *station;

	if (nd) {
		station = lla ? par_station(e, m->ifindex, lla) : NULL;
		return station ? &station->bucket : NULL;
	}
	return mh->type == MH_FBU ? par_payer(e, m) : NULL;
}

static const struct mh_handler mh_handlers[] = {
	{ MH_FBU, par_fbu },
	{ MH_HACK, par_hack },
	{}
};

static const struct nd_handler nd_handlers[] = {
	{ ND_RTSOLPR, par_solicited },
	{}
};

const struct role role_par = {
	.roles = CONFIG_AR,
	.name = "par",
	.mh = mh_handlers,
	.nd = nd_handlers,
	.start = start,
	.stop = stop,
	.link = link_changes,
	.neighbour = neighbour_seen,
	.path = path_tells,
	.payer = payer,
	.adopt = par_adopt,
	.order = par_order,
	.show = par_show,
};
