// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a NAR makes of a binding that it finds when it starts: the daemon before it was
 * killed, and the kernel has gone on by itself, with its timers and its eye on who
 * arrives.
 *
 * The binding has the node's address here and its link-layer address; the cookie the
 * number of the HI, the code of the HAck, and the flags.  Who had asked is known only
 * where there is a tunnel to it, the PCoA only where that is the address.  The rest
 * comes with the next HI, if there is one, since whoever got no answer asks again: it
 * is about this node if it has the same link-layer address, and the same NCoA, or the
 * PCoA, or, of a node that was given another address, the same number.  A HI that
 * is not recognised gets an address like that of any other node; nothing is lost by
 * that, as no PAR sends to one of which it has not heard.
 *
 * A gate that is open is that of a node that has come, and if it does not drain all is
 * released already: neither is told again.  A link that was being asked who has an
 * address is asked again at the next HI: there is no binding before that.
 */
#include <stdlib.h>

#include "cookie.h"
#include "nar.h"

static bool is_one(const struct path *path)
{
	return cookie_is_of(path->cookie, COOKIE_NAR) && path->matches == 1 &&
	       path->match[0].prefix.len == 128;
}

static struct nar_request request_of(const struct path *path, uint8_t code)
{
	struct nar_request request = {
		.sequence = cookie_note(path->cookie),
		.flags = cookie_note(path->cookie) >> 24,
		.lla = path->lla,
	};

	if (code == MH_HACK_USE_PCOA) {
		request.has_pcoa = true;
		request.pcoa = path->match[0].prefix.address;
	} else if (code == MH_HACK_NCOA_VALID) {
		request.ncoa = path->match[0].prefix.address;
	}
	return request;
}

/*
 * Nothing but the address tells which node one is that was given another, so that there
 * is one of these for each link-layer address; others are as if they had proposed it.
 */
static struct nar_node *make(struct engine *e, const struct path *path, uint8_t code)
{
	struct nar_request request = request_of(path, code);
	struct nar_node *n;

	if (code != MH_HACK_USE_PCOA && nar_visitor(e, &request.ncoa, &request.lla))
		request.ncoa = path->match[0].prefix.address;
	if (path->accepts && !path->accept[0].source) {
		request.own = path->accept[0].tunnel.source;
		request.par = path->accept[0].tunnel.destination;
	}
	n = nar_make(e, &request, path->ifindex);
	if (n) {
		n->adopted = true;
		n->code = code;
	}
	return n;
}

/* In milliseconds; the daemon's own time is what was to be waited from the beginning. */
static uint32_t left(const struct engine *e, const struct path *path)
{
	uint32_t ms = path->lifetime ?: e->config->ar.lifetime_max * 1000u;

	return path->gate == PATH_HOLD && path->hold && path->hold < ms ? path->hold : ms;
}

static void go_on(struct nar_node *n, const struct path *path)
{
	struct engine *e = n->engine;
	uint64_t now = e->ops->now(e->world);

	n->record = (struct record){ .mode = "unknown" };
	record_step(&n->record, now, "adopted", false);
	n->state = NAR_EXPECTED;
	e->ops->alarm_set(e->world, &n->end, now + left(e, path) * 1000000ull);
	if (path->gate == PATH_HOLD)
		return;
	/* That was not heard by the one before, or not finished. */
	n->place->released = path->gate != PATH_DRAINING;
	nar_arrived(e, n->visitor, now, n->place);
}

static bool adopt_downlink(struct engine *e, const struct path *path)
{
	uint8_t code = cookie_note(path->cookie) >> 16;
	const struct in6_addr *address = &path->match[0].prefix.address;
	struct nar_place *place;
	struct nar_node *n;

	if (path->target != PATH_LINK || nar_find(e, address))
		return false;
	n = make(e, path, code);
	if (!n)
		return false;
	place = nar_settle(n, address, code == MH_HACK_USE_PCOA);
	if (!place) {
		nar_forget(n);
		return false;
	}
	place->flags = n->request.flags;
	place->note = cookie_note(path->cookie);
	if (path->accepts && path->accept[0].source)
		place->away = path->accept[0].tunnel;
	nar_bind(e, place, path->id, place->up_id);
	go_on(n, path);
	return true;
}

/* It may come before the other one, which has more to say. */
static bool adopt_uplink(struct engine *e, const struct path *path)
{
	const struct in6_addr *address = &path->match[0].prefix.address;
	struct nar_place *place = nar_find(e, address);

	if (place && (!place->narrow || place->up_id))
		return false;
	if (!place) {
		place = calloc(1, sizeof(*place));
		if (!place)
			return false;
		place->address = *address;
		HASH_ADD(hh, e->nar->orphans, address, sizeof(place->address), place);
	}
	nar_bind(e, place, place->path_id, path->id);
	return true;
}

bool nar_adopt(struct engine *e, const struct path *path)
{
	if (!is_one(path))
		return false;
	return path->match[0].source ? adopt_uplink(e, path) : adopt_downlink(e, path);
}
