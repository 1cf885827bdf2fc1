// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an operator wants of a PAR: to send a node elsewhere (RFC 5568 section 3.3), to
 * tell of the routers around (section 6.1.2, Code 4), or to see what it knows of nodes.
 */
#include <errno.h>

#include "nar.h"
#include "par.h"

static const char does_not_fit[] =
	"what the node must be told does not fit into a packet of its link";

/* RFC 4291 section 2.7.1. */
static const struct in6_addr all_nodes = { { { 0xff, 0x02, [15] = 1 } } };

/* A node, and the link that it is on. */
struct place {
	unsigned int ifindex;
	struct lla lla;
};

static int refuse(int err, const char *sentence, const char **why)
{
	*why = sentence;
	return err;
}

static bool is_own_ap(const struct config *config, const struct lla *ap)
{
	size_t i, j;

	for (i = 0; i < config->interfaces_count; i++)
		for (j = 0; j < config->interfaces[i].aps_count; j++)
			if (lla_equal(&config->interfaces[i].aps[j], ap))
				return true;
	return false;
}

static int find_on_links(struct engine *e, const struct in6_addr *pcoa,
			 struct place *place)
{
	size_t i;

	for (i = 0; i < e->config->interfaces_count; i++) {
		place->ifindex = e->ops->ifindex_of(e->world,
						    e->config->interfaces[i].name);
		if (place->ifindex &&
		    !e->ops->lla_of(e->world, place->ifindex, pcoa, &place->lla))
			return 0;
	}
	return -ENOENT;
}

static int find_node(struct engine *e, const struct in6_addr *pcoa, struct place *place,
		     const char **why)
{
	const struct par_node *n = par_find(e, pcoa);

	if (!n) {
		if (!find_on_links(e, pcoa, place))
			return 0;
		return refuse(-ENOENT, "no link of this router has a node with that address",
			      why);
	}
	if (n->state == PAR_ASKING || n->state == PAR_REDIRECTED)
		return refuse(-EBUSY, "a handover of the node is under way", why);
	if (n->down_ns)
		return refuse(-EHOSTDOWN, "the node has left its link", why);
	*place = (struct place){ n->ifindex, n->lla };
	return 0;
}

static int find_nar(struct engine *e, const struct lla *ap,
		    const struct config_neighbour **nar, const char **why)
{
	*nar = config_neighbour_at(e->config, ap);
	if (is_own_ap(e->config, ap))
		return refuse(-EINVAL, "the access point is one of this router's own", why);
	if (!*nar)
		return refuse(-ENOENT, "no neighbour has that access point", why);
	if (!(*nar)->fmip)
		return refuse(-EPROTONOSUPPORT, "the neighbour with that access point does "
			      "not speak RFC 5568", why);
	return 0;
}

static int send_away(struct engine *e, const struct engine_order *order, const char **why)
{
	const struct config_neighbour *nar;
	struct place place;
	int err;

	err = find_node(e, &order->node, &place, why);
	if (!err)
		err = find_nar(e, &order->ap, &nar, why);
	if (err)
		return err;
	if (par_advertise(e, place.ifindex, &order->node, nar, &order->ap, true, NULL))
		return refuse(-EMSGSIZE, does_not_fit, why);
	if (place.lla.len)
		par_may_leave(e, place.ifindex, &place.lla);
	return 0;
}

static int advertise_to(struct engine *e, const struct engine_order *order,
			unsigned int ifindex, const struct in6_addr *to, const char **why)
{
	const struct config_neighbour *nar;
	int err;

	if (!order->ap.len)
		return par_advertise_all(e, ifindex, to) ?
		       refuse(-ENOENT, "there is no neighbour with an access point that "
			      "speaks RFC 5568", why) : 0;
	err = find_nar(e, &order->ap, &nar, why);
	if (!err && par_advertise(e, ifindex, to, nar, &order->ap, false, NULL))
		return refuse(-EMSGSIZE, does_not_fit, why);
	return err;
}

static int advertise(struct engine *e, const struct engine_order *order, const char **why)
{
	bool all = IN6_IS_ADDR_UNSPECIFIED(&order->node);
	struct place place = { .ifindex = order->ifindex };
	struct in6_addr own;
	int err;

	err = all ? 0 : find_node(e, &order->node, &place, why);
	if (err)
		return err;
	if (e->ops->own_address(e->world, place.ifindex, false, &own))
		return refuse(-EADDRNOTAVAIL, "this router has no link-local address on the "
			      "link", why);
	return advertise_to(e, order, place.ifindex, all ? &all_nodes : &order->node, why);
}

/* The next FBU recalls what is still remembered. */
static void forget_sequences(struct engine *e, const struct config_prefix *nodes)
{
	struct par_node *n, *next;

	HASH_ITER(hh, e->par->nodes, n, next)
		if (config_prefix_has(nodes, &n->pcoa))
			n->has_sequence = false;
}

int par_order(struct engine *e, const struct engine_order *order, const char **why)
{
	if (order->kind == ORDER_START && !IN6_IS_ADDR_UNSPECIFIED(&order->node))
		return send_away(e, order, why);
	if (order->kind == ORDER_ADVERTISE)
		return advertise(e, order, why);
	if (order->kind != ORDER_KEY_CHANGED)
		return -EOPNOTSUPP;
	forget_sequences(e, &order->nodes);
	return 0;
}

static void show(const struct par_node *n, struct engine_visitor *visitor)
{
	static const char *const states[] = {
		[PAR_KNOWN] = "known",
		[PAR_COPYING] = "copying",
		[PAR_HOLDING] = "holding",
		[PAR_ASKING] = "asking",
		[PAR_REDIRECTED] = "redirected",
	};
	const struct engine_handover h = {
		.role = "par",
		.state = states[n->state],
		.pcoa = n->pcoa,
		.ncoa = n->ncoa,
		.nar = n->nar,
		.ifindex = n->ifindex,
		.lla = n->lla,
		.record = &n->record,
	};

	visitor->visit(visitor, &h);
}

/* Most are only known, and there are as many as there is room for. */
void par_show(struct engine *e, struct engine_visitor *visitor)
{
	bool one = !IN6_IS_ADDR_UNSPECIFIED(&visitor->node);
	struct par_node *n, *next;

	HASH_ITER(hh, e->par->nodes, n, next)
		if ((one || visitor->all || n->state != PAR_KNOWN) &&
		    (engine_is_wanted(visitor, &n->pcoa) ||
		     engine_is_wanted(visitor, &n->ncoa)))
			show(n, visitor);
}
