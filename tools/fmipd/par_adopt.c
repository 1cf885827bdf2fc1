// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a PAR makes of a binding that it finds when it starts: the daemon before it was
 * killed, and the kernel has gone on by itself.
 *
 * A redirection is whole: its tunnel, its lifetime and the code of the HAck are there.
 * What the node had asked for is not, but for what can be seen from these; the next
 * FBU says it again.  That has a number that is greater than the one on disk, so that
 * none is accepted that was accepted before.
 *
 * A HI that was outstanding is not: neither its number, which would match a HAck, nor
 * what is to be answered to the node.  The handover is then where it was before the
 * FBU, and the node, which has no answer, asks again; its packets are held or copied
 * meanwhile.  A new router that gets a second HI answers it from its own state.
 *
 * When the node has left its link is not kept.  What came later than that waits
 * already where the gate holds, and has been sent where it is redirected.  Should the
 * node return, all copies are sent once more: too much of it does less harm than too
 * little.  If the node has left while nobody saw it, the link is found to be down.
 */
#include "cookie.h"
#include "nar.h"
#include "par.h"

static void locate(struct par_node *n, const struct path *path)
{
	struct engine *e = n->engine;
	const struct config_interface *interface;
	unsigned int ifindex = 0;
	struct lla lla = {};

	interface = nar_interface_of(e, &n->pcoa);
	if (path->proxies)
		ifindex = path->proxy[0].ifindex;
	else if (interface)
		ifindex = e->ops->ifindex_of(e->world, interface->name);
	if (ifindex && e->ops->lla_of(e->world, ifindex, &n->pcoa, &lla))
		lla.len = 0;
	par_locate(n, ifindex, &lla);
}

static void redirected(struct par_node *n, const struct path *path)
{
	const struct config_neighbour *nar;
	struct engine *e = n->engine;
	uint32_t left = path->lifetime ?: e->config->ar.lifetime_max * 1000u;

	n->code = cookie_note(path->cookie) >> 16;
	n->tunnelled = true;
	n->tunnel = path->tunnel;
	n->nar = path->tunnel.destination;
	n->request.adopted = true;
	if (n->code != MH_HACK_USE_PCOA) {
		n->request.par = path->tunnel.source;
		n->ncoa = path->tunnel.destination;
		nar = config_neighbour_of(e->config, &n->ncoa);
		n->nar = nar ? nar->address : in6addr_any;
	}
	if (n->code == MH_HACK_NCOA_VALID)
		n->request.ncoa = n->ncoa;
	n->granted = (left + 999) / 1000;
	n->end_ns = e->ops->now(e->world) + left * 1000000ull;
	e->ops->alarm_set(e->world, &n->end, n->end_ns);
	par_enter(n, PAR_REDIRECTED);
	par_keep(n);
}

bool par_adopt(struct engine *e, const struct path *path)
{
	uint64_t now = e->ops->now(e->world);
	struct par_node *n;

	if (!cookie_is_of(path->cookie, COOKIE_PAR) || path->matches != 1 ||
	    path->match[0].source || path->match[0].prefix.len != 128)
		return false;
	n = par_get(e, &path->match[0].prefix.address);
	if (!n || n->path_id)
		return false;
	par_bind(n, path->id);
	locate(n, path);
	n->record = (struct record){ .mode = "unknown" };
	record_step(&n->record, now, "adopted", false);
	if (path->proxies || path->gate == PATH_HOLD)
		n->down_ns = PAR_DOWN_UNSEEN;
	n->held = path->gate == PATH_HOLD || path->gate == PATH_DRAINING;
	n->copies = path->gate == PATH_COPY;
	if (path->target == PATH_TUNNEL)
		redirected(n, path);
	else
		par_enter(n, path->gate == PATH_HOLD ? PAR_HOLDING : PAR_COPYING);
	return true;
}
