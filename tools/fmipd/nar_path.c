// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the data path of a NAR does for an address of a node that is to come
 * (RFC 5568 section 4), and what it tells.
 */
#include <utlist.h>

#include "cookie.h"
#include "nar.h"
#include "par.h"

void nar_bind(struct engine *e, struct nar_place *place, uint32_t path_id, uint32_t up_id)
{
	if (place->path_id)
		HASH_DELETE(by_path, e->nar->paths, place);
	place->path_id = path_id;
	if (path_id)
		HASH_ADD(by_path, e->nar->paths, path_id, sizeof(path_id), place);
	if (place->up_id)
		HASH_DELETE(by_up, e->nar->ups, place);
	place->up_id = up_id;
	if (up_id)
		HASH_ADD(by_up, e->nar->ups, up_id, sizeof(up_id), place);
}

static struct config_buffer buffer_of(const struct engine *e, const struct nar_place *place)
{
	if (place->flags & MH_HI_U)
		return e->config->ar.buffer;
	/* Nobody has asked for it, and before the node says where it is none may go. */
	return (struct config_buffer){ .packets = 1, .bytes = 1, .age = 1 };
}

static struct path downlink(const struct engine *e, const struct nar_place *place)
{
	const struct config_ar *ar = &e->config->ar;
	const struct nar_visitor *visitor = place->visitor;
	struct path path = {
		.cookie = cookie_make(COOKIE_NAR, place->note),
		.match = { { .prefix = { 128, place->address } } },
		.matches = 1,
		.target = PATH_LINK,
		.ifindex = visitor->ifindex,
		.lla = visitor->key.lla,
		.gate = place->arrived ? PATH_OPEN : PATH_HOLD,
		.replay_ns = UINT64_MAX,
		.buffer = buffer_of(e, place),
		.speedup = ar->speedup,
		.lifetime = ar->lifetime_max * 1000u,
	};

	if (place->arrived)
		return path;
	path.attach = (struct path_attach){ visitor->ifindex, visitor->key.lla, true, false };
	path.hold = ar->hold;
	if (!IN6_IS_ADDR_UNSPECIFIED(&place->away.source))
		path.accept[path.accepts++] = (struct path_accept){ true, place->away };
	return path;
}

/* RFC 5568 section 4, step 1: nobody else shall take the address meanwhile. */
static void defend(const struct engine *e, const struct nar_place *place,
		   struct path *path)
{
	path->proxy[path->proxies++] = (struct path_proxy){
		.address = place->address,
		.ifindex = place->visitor->ifindex,
		.lifetime = e->config->ar.proxy_nd_lifetime,
	};
}

/* The same, step 3: what has the PCoA for its source goes back to the PAR. */
static int set_uplink(struct engine *e, struct nar_place *place)
{
	struct path path = {
		.id = place->up_id ?: engine_path_id(e),
		.cookie = cookie_make(COOKIE_NAR, place->note),
		.match = { { true, { 128, place->address }, place->visitor->ifindex } },
		.matches = 1,
		.target = PATH_TUNNEL,
		.tunnel = place->uplink,
		.gate = PATH_OPEN,
		.replay_ns = UINT64_MAX,
		.buffer = e->config->ar.buffer,
		.speedup = e->config->ar.speedup,
		.lifetime = e->config->ar.lifetime_max * 1000u,
	};
	int err = e->ops->path_set(e->world, &path);

	if (!err)
		nar_bind(e, place, place->path_id, path.id);
	return err;
}

/*
 * A node comes back with an address that is redirected, or waited for, here: there is a
 * binding already, and what is in it has the room that it had.
 */
static uint32_t offered(struct engine *e, struct nar_place *place, bool *holds)
{
	const struct par_node *n = par_offer(e, &place->address);

	*holds = n && n->held;
	if (!n)
		return 0;
	if (n->tunnelled)
		place->away = n->tunnel;
	if (n->held) {
		place->flags |= MH_HI_U;
		place->note |= (uint32_t)MH_HI_U << 24;
	}
	return n->path_id;
}

static int set_downlink(struct engine *e, struct nar_place *place)
{
	bool holds = place->path_id;
	uint32_t id = place->path_id ? 0 : offered(e, place, &holds);
	struct path path = downlink(e, place);
	int err;

	if (place->narrow)
		path.accept[path.accepts++] = (struct path_accept){ false, place->uplink };
	else if (!place->arrived)
		defend(e, place, &path);
	path.id = place->path_id ?: id ?: engine_path_id(e);
	err = e->ops->path_set(e->world, &path);
	if (err)
		return err;
	if (id)
		par_yield(e, &place->address);
	place->set_ns = e->ops->now(e->world);
	/* A gate that is open from the beginning has nothing to release. */
	place->released = place->arrived && (place->released || !holds);
	nar_bind(e, place, path.id, place->up_id);
	return 0;
}

/* An uplink that there is goes first: to be set anew does it no harm. */
static int set_both(struct engine *e, struct nar_place *place)
{
	bool first = place->up_id;
	int err = first ? set_uplink(e, place) : 0;

	if (!err)
		err = set_downlink(e, place);
	return err || first || !place->narrow ? err : set_uplink(e, place);
}

int nar_path(struct engine *e, struct nar_place *place)
{
	struct ip6_ends away = place->away;
	uint8_t flags = place->flags;
	uint32_t note = place->note;
	int err = set_both(e, place);

	if (!err)
		return 0;
	place->away = away;
	place->flags = flags;
	place->note = note;
	return err;
}

static struct nar_place *find(struct engine *e, uint32_t id)
{
	struct nar_place *place;

	HASH_FIND(by_path, e->nar->paths, &id, sizeof(id), place);
	if (!place)
		HASH_FIND(by_up, e->nar->ups, &id, sizeof(id), place);
	return place;
}

/* The binding may be gone when the handover is over. */
static void step(struct engine *e, struct nar_place *place, uint64_t ns, const char *what)
{
	struct nar_node *n;

	DL_FOREACH(place->visitor->nodes, n) {
		if (n->place != place)
			continue;
		record_step(&n->record, ns, what, false);
		engine_count(e, &n->record, place->path_id);
	}
}

/* Whose end has come already need not wait any more. */
static void released(struct engine *e, struct nar_place *place, uint64_t ns)
{
	struct nar_node *n, *next;

	step(e, place, ns, "released");
	place->released = true;
	DL_FOREACH_SAFE(place->visitor->nodes, n, next)
		if (n->place == place && n->lingers)
			nar_over(n);
}

/* The last to go takes the place and the visitor with it, and is the last one here. */
static void expired(struct engine *e, struct nar_place *place, uint32_t id)
{
	bool up = place->up_id == id;
	struct nar_node *n, *next;

	nar_bind(e, place, up ? place->path_id : 0, up ? 0 : place->up_id);
	DL_FOREACH_SAFE(place->visitor->nodes, n, next)
		if (n->place == place)
			nar_over(n);
}

uint32_t nar_offer(struct engine *e, const struct in6_addr *address, bool leaves,
		   bool *holds)
{
	struct nar_place *place = e->nar ? nar_find(e, address) : NULL;
	uint32_t id = place ? place->path_id : 0;

	if (!id || place->narrow || !place->visitor || (!leaves && !place->arrived))
		return 0;
	*holds = !place->released;
	return id;
}

void nar_yield(struct engine *e, const struct in6_addr *address)
{
	struct nar_place *place = nar_find(e, address);
	struct nar_node *n;

	/* By then the binding is another's. */
	DL_FOREACH(place->visitor->nodes, n)
		if (n->place == place)
			engine_count(e, &n->record, place->path_id);
	expired(e, place, place->path_id);
}

/*
 * What was set after the node had come, and before this was heard of, has closed the
 * gate behind it.
 */
static void attached(struct engine *e, struct nar_place *place, uint64_t ns)
{
	bool current = ns >= place->set_ns;

	nar_arrived(e, place->visitor, ns, current ? place : NULL);
	if (current && place->out_ns >= place->set_ns)
		released(e, place, place->out_ns);
}

static void contested(struct engine *e, struct nar_place *place, const char *text)
{
	struct nar_node *n;

	DL_FOREACH(place->visitor->nodes, n)
		if (n->place == place) {
			nar_contested(e, &n->request, text);
			return;
		}
}

bool nar_path_tells(struct engine *e, const struct path_event *event)
{
	struct nar_place *place = find(e, event->id);

	if (!place)
		return false;
	if (!place->visitor) {
		if (event->change == PATH_EXPIRED)
			nar_drop(e, place);
		return true;
	}
	switch (event->change) {
	case PATH_ATTACHED:
		attached(e, place, event->ns);
		break;
	case PATH_RELEASED:
		/* The kernel tells that before it tells who has come, or it was held since. */
		if (place->arrived)
			released(e, place, event->ns);
		else
			place->out_ns = event->ns;
		break;
	case PATH_OVERFLOW:
		step(e, place, event->ns, "overflow");
		break;
	case PATH_REJECTED:
		contested(e, place, "another node claims to be the one that is to come");
		break;
	case PATH_DUPLICATE:
		contested(e, place, "another node claims the NCoA");
		break;
	case PATH_EXPIRED:
		expired(e, place, event->id);
		break;
	}
	return true;
}
