// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an operator wants of a NAR: to ask for a node (RFC 5568 section 6.2.1, HAck with
 * Code 4), or to see what it knows of nodes.
 */
#include <errno.h>

#include "nar.h"

static int refuse(int err, const char *sentence, const char **why)
{
	*why = sentence;
	return err;
}

static int invite(struct engine *e, const struct engine_order *order, const char **why)
{
	if (!config_peer(e->config, &order->router))
		return refuse(-ENOENT, "no neighbour that speaks RFC 5568 has that address",
			      why);
	if (nar_interface_of(e, &order->node))
		return refuse(-EINVAL, "the node's address is of a link of this router", why);
	nar_invite(e, &order->router, &order->node, &order->lla);
	return 0;
}

int nar_order(struct engine *e, const struct engine_order *order, const char **why)
{
	return order->kind == ORDER_INVITE ? invite(e, order, why) : -EOPNOTSUPP;
}

static void show(const struct nar_node *n, struct engine_visitor *visitor)
{
	static const char *const states[] = {
		[NAR_PROBING] = "probing",
		[NAR_EXPECTED] = "expected",
		[NAR_ARRIVED] = "arrived",
	};
	const struct engine_handover h = {
		.role = "nar",
		.state = states[n->state],
		.pcoa = n->request.pcoa,
		.ncoa = n->ncoa,
		.par = n->request.par,
		.ifindex = n->ifindex,
		.lla = n->request.lla,
		.record = &n->record,
	};

	visitor->visit(visitor, &h);
}

void nar_show(struct engine *e, struct engine_visitor *visitor)
{
	struct nar_node *n, *next;

	HASH_ITER(hh, e->nar->nodes, n, next)
		if (engine_is_wanted(visitor, &n->request.pcoa) ||
		    engine_is_wanted(visitor, &n->ncoa))
			show(n, visitor);
}
