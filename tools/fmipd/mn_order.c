// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an operator, or who controls the radio, wants of a mobile node.
 */
#include <errno.h>

#include "mn.h"
#include "nar.h"

static int refuse(int err, const char *sentence, const char **why)
{
	*why = sentence;
	return err;
}

static bool has_bindable_address(struct mn *mn)
{
	struct in6_addr address[WORLD_PCOAS_MAX];
	struct engine *e = mn->engine;
	unsigned int i, n;

	n = e->ops->own_globals(e->world, mn->ifindex, address, WORLD_PCOAS_MAX);
	for (i = 0; i < n; i++)
		if (config_key_any(e->config, &address[i]))
			return true;
	return false;
}

static int go(struct mn *mn, const struct mn_candidate *to, const char **why)
{
	if (to->same)
		return refuse(-EALREADY, "the access point is on the link of this node", why);
	if (!to->usable)
		return refuse(-EPROTONOSUPPORT, "no router that speaks RFC 5568 is known "
			      "behind the access point", why);
	mn_move(mn, to);
	if (mn->state != MN_LEAVING)
		return refuse(-EADDRNOTAVAIL, "no address can be made for the link of the "
			      "access point", why);
	return 0;
}

static int start(struct mn *mn, const struct lla *ap, const char **why)
{
	const struct mn_candidate *to = mn_candidate_at(mn, ap);

	if (mn->state == MN_LEAVING || mn->state == MN_AWAY)
		return refuse(-EBUSY, "a handover of this node is under way", why);
	if (!has_bindable_address(mn))
		return refuse(-ENOKEY, "there is no key for any address of this node", why);
	mn->ordered.len = 0;
	if (to)
		return go(mn, to, why);
	mn_solicit(mn, ap);
	mn->ordered = *ap;
	mn->ordered_identifier = mn->identifier;
	return 0;
}

static void report(struct mn *mn, const char *text)
{
	engine_report(mn->engine, &(struct report){
		.kind = REPORT_REFUSED,
		.role = "mn",
		.text = text,
	});
}

void mn_order_answered(struct engine *e, const struct message *m, const struct nd *nd)
{
	const struct mn_candidate *to;
	struct mn *mn = e->mn;
	const char *why;

	(void)m;
	if (!mn->ordered.len || nd->proxy.identifier != mn->ordered_identifier)
		return;
	to = mn_candidate_at(mn, &mn->ordered);
	if (!to)
		return;
	mn->ordered.len = 0;
	if ((mn->state == MN_HERE || mn->state == MN_THERE) && go(mn, to, &why))
		report(mn, why);
}

void mn_order_unanswered(struct mn *mn)
{
	if (mn->ordered.len && mn->identifier == mn->ordered_identifier)
		report(mn, "no router has told of the access point");
	mn->ordered.len = 0;
}

int mn_order(struct engine *e, const struct engine_order *order, const char **why)
{
	struct mn *mn = e->mn;

	switch (order->kind) {
	case ORDER_START:
		if (!IN6_IS_ADDR_UNSPECIFIED(&order->node) &&
		    !e->ops->is_own(e->world, &order->node))
			return refuse(-ENOENT, "this node has no such address", why);
		return start(mn, &order->ap, why);
	case ORDER_COMPLETE:
		if (mn->state != MN_THERE)
			return refuse(-ENOENT, "there is no handover to complete", why);
		mn_complete(mn);
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static bool is_wanted(const struct engine_visitor *visitor, struct mn *mn)
{
	struct mn_binding *b;

	mn_each(mn, b)
		if (engine_is_wanted(visitor, &b->pcoa))
			return true;
	return engine_is_wanted(visitor, &mn->ncoa);
}

/* Where it is going to, or has come to. */
static void show_move(const struct mn *mn, struct engine_handover *h)
{
	bool there = mn->state == MN_THERE;

	h->ncoa = there ? mn->ncoa : mn->proposed;
	h->nar = there ? mn->place.router : mn->target.router;
	h->ap = there ? mn->place.ap : mn->target.ap;
	h->record = &mn->record;
}

void mn_show(struct engine *e, struct engine_visitor *visitor)
{
	static const char *const states[] = {
		[MN_HERE] = "here",
		[MN_LEAVING] = "leaving",
		[MN_AWAY] = "away",
		[MN_THERE] = "there",
	};
	struct mn *mn = e->mn;
	const struct mn_binding *b = mn_binding_next(mn, NULL);
	struct engine_handover h = {
		.role = "mn",
		.state = states[mn->state],
		.par = mn->router.address,
		.ifindex = mn->ifindex,
	};

	if (!is_wanted(visitor, mn))
		return;
	if (mn->state != MN_HERE && b) {
		h.par = b->par;
		h.pcoa = b->pcoa;
	}
	if (mn->state != MN_HERE)
		show_move(mn, &h);
	visitor->visit(visitor, &h);
}
