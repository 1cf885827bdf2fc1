// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mobile node: where it is, and where it goes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mn.h"
#include "nar.h"

void mn_report(struct mn *mn, enum report_kind kind, const char *text)
{
	struct mn_binding *b = mn_binding_next(mn, NULL);
	struct report r = {
		.kind = kind,
		.role = "mn",
		.text = text,
		.pcoa = b ? b->pcoa : in6addr_any,
		.ncoa = mn->state == MN_THERE ? mn->ncoa : mn->proposed,
		.record = kind == REPORT_DONE ? &mn->record : NULL,
	};

	if (kind == REPORT_DONE)
		engine_close_record(mn->engine, &mn->record, 0,
				    b ? &b->par : &mn->router.address);
	engine_report(mn->engine, &r);
}

static bool has_foreign(struct mn *mn)
{
	struct mn_binding *b;

	mn_each(mn, b)
		if (!b->here)
			return true;
	return false;
}

/* Who has come from elsewhere, and goes on before that is complete, ends it so. */
static void begin(struct mn *mn, const char *mode)
{
	if (mn->state == MN_THERE)
		mn_report(mn, REPORT_DONE, "moved on");
	mn->record = (struct record){ .mode = mode };
	mn_take_along(mn);
}

static bool is_going_there(struct mn *mn, const struct mn_candidate *to)
{
	struct mn_binding *b;

	if (mn->state != MN_LEAVING || !lla_equal(&to->ap, &mn->target.ap))
		return false;
	mn_each(mn, b)
		if (b->outstanding || IN6_ARE_ADDR_EQUAL(&b->bound, &mn->proposed))
			return true;
	return false;
}

/* An address that was made elsewhere can ask only from where it is used. */
static bool may_ask_here(const struct mn_binding *b)
{
	return !b->over && (b->here || b->narrow);
}

void mn_move(struct mn *mn, const struct mn_candidate *to)
{
	struct engine *e = mn->engine;
	struct mn_binding *b;

	if (mn->state == MN_AWAY || to->same || !to->usable || is_going_there(mn, to))
		return;
	mn->target = *to;
	if (mn_choose(mn))
		return;
	if (mn->state != MN_LEAVING)
		begin(mn, "predictive");
	mn->state = MN_LEAVING;
	e->ops->alarm_set(e->world, &mn->stays, e->ops->now(e->world) +
			  e->config->mn.fback_wait * 1000000ull);
	mn_each(mn, b)
		if (may_ask_here(b))
			mn_bind(mn, b, &mn->proposed, e->config->mn.lifetime);
	mn_prepare(mn);
	mn_answered(mn);
}

void mn_stay_put(struct mn *mn, enum report_kind kind, const char *why)
{
	struct engine *e = mn->engine;

	e->ops->alarm_stop(e->world, &mn->stays);
	mn_report(mn, kind, why);
	mn->state = has_foreign(mn) ? MN_THERE : MN_HERE;
}

static void stayed_long_enough(struct alarm *alarm)
{
	mn_report((struct mn *)((char *)alarm - offsetof(struct mn, stays)),
		  REPORT_STATE, "leaves without an answer");
}

void mn_finish(struct mn *mn, const char *why)
{
	struct engine *e = mn->engine;
	struct mn_binding *b;

	if (mn->state == MN_THERE)
		mn_report(mn, REPORT_DONE, why);
	mn_each(mn, b)
		if (!b->here)
			mn_drop(b);
	if (mn->state == MN_AWAY)
		return;
	if (mn->state == MN_THERE) {
		e->ops->alarm_stop(e->world, &mn->una);
		mn->state = MN_HERE;
	}
	e->ops->settle(e->world);
}

void mn_complete(struct mn *mn)
{
	if (has_foreign(mn))
		mn_finish(mn, "complete");
}

/* The PAR has stopped to send, or would have by now if it had begun. */
void mn_ended(struct alarm *alarm)
{
	struct mn_binding *b = (struct mn_binding *)((char *)alarm -
						     offsetof(struct mn_binding, end));
	struct mn *mn = b->engine->mn;

	b->engine->ops->alarm_stop(b->engine->world, &b->retry);
	b->over = !b->here;
	b->outstanding = false;
	b->numbers = 0;
	b->bound = in6addr_any;
	if (mn->state == MN_LEAVING && b->here)
		mn_stay_put(mn, REPORT_STATE, "did not leave");
	else if (b->over && mn->state != MN_AWAY)
		mn_stay(mn);
	mn_answered(mn);
}

/* Who says too late when it was would not get what came before that. */
static void note_leaving(struct mn *mn, const struct link_event *event)
{
	uint64_t ms = event->ns > mn->told_ns ? (event->ns - mn->told_ns) / 1000000 : 0;

	mn->left = (struct mn_left){
		.par = mn->router.address,
		.known = mn->told_ns && !event->late && ms <= UINT32_MAX,
		.down = { mn->told, ms },
	};
}

static void goes_down(struct mn *mn, const struct link_event *event)
{
	struct engine *e = mn->engine;
	struct mn_binding *b;

	if (mn->state == MN_AWAY) {
		/* The kernel may have been faster than who knows when it was. */
		if (!mn->left.known)
			note_leaving(mn, event);
		return;
	}
	mn->predicted = mn->state == MN_LEAVING;
	if (!mn->predicted)
		begin(mn, "reactive");
	mn_wait(mn);
	record_step(&mn->record, event->ns, "link down", false);
	note_leaving(mn, event);
	mn_each(mn, b) {
		e->ops->alarm_stop(e->world, &b->retry);
		b->here = false;
	}
	e->ops->alarm_stop(e->world, &mn->stays);
	e->ops->alarm_stop(e->world, &mn->una);
	e->ops->alarm_stop(e->world, &mn->solicit);
	mn->soliciting = false;
	mn_order_unanswered(mn);
	mn->lost = false;
	mn->state = MN_AWAY;
}

static const struct mn_binding *home_at(struct mn *mn, const struct lla *ap)
{
	const struct mn_candidate *c = mn_candidate_at(mn, ap);
	struct mn_binding *b;

	mn_each(mn, b)
		if (lla_equal(&b->ap, ap) ||
		    (c && c->same && lla_equal(&b->ap, &mn->ap)))
			return b;
	return NULL;
}

/* Which link this is, a router will tell, which tells of itself. */
static void look_around(struct mn *mn, const struct lla *ap)
{
	const struct mn_candidate *c = ap->len ? mn_candidate_at(mn, ap) : NULL;

	mn->unasked = c && c->mute;
	mn->lost = true;
}

static void comes_to(struct mn *mn, const struct lla *ap)
{
	const struct mn_binding *home = home_at(mn, ap);
	const struct mn_candidate *c = mn_candidate_at(mn, ap);
	bool same = lla_equal(ap, &mn->ap) || (c && c->same);
	bool as_told = mn->predicted && lla_equal(ap, &mn->target.ap);

	if (home || (same && !has_foreign(mn))) {
		mn->ap = *ap;
		if (home)
			mn_return(mn, home);
		else
			mn->state = MN_HERE;
		return;
	}
	if (!as_told && c && c->usable) {
		mn->target = *c;
		as_told = !mn_choose(mn);
	}
	mn->ap = *ap;
	if (as_told)
		mn_arrive(mn);
	else
		look_around(mn, ap);
}

/* An interface that does not name its access point: most likely it is the one meant. */
static void comes_somewhere(struct mn *mn)
{
	mn->ap = (struct lla){};
	if (!mn->predicted) {
		look_around(mn, &mn->ap);
		return;
	}
	mn->guessed = true;
	mn_arrive(mn);
}

/* The interface names it at last, or who controls the radio does. */
static void learn_ap(struct mn *mn, const struct lla *ap)
{
	bool there = !mn->guessed || lla_equal(ap, &mn->target.ap);

	mn->guessed = false;
	if (there)
		mn->ap = *ap;
	else
		comes_to(mn, ap);
}

static void comes_up(struct mn *mn, const struct link_event *event)
{
	const struct lla *ap = &event->ap;

	if (mn->state != MN_AWAY) {
		if (!ap->len || lla_equal(ap, &mn->ap))
			return;
		if (!mn->ap.len) {
			learn_ap(mn, ap);
			return;
		}
		/* It has changed the access point without a word. */
		goes_down(mn, &(struct link_event){ .ns = event->ns, .late = true });
	}
	record_step(&mn->record, event->ns, "link up", false);
	mn->told_ns = 0;
	mn->guessed = false;
	mn->unasked = false;
	if (ap->len)
		comes_to(mn, ap);
	else
		comes_somewhere(mn);
}

static bool is_mine(struct mn *mn, unsigned int ifindex)
{
	struct engine *e = mn->engine;

	mn->ifindex = e->ops->ifindex_of(e->world, e->config->interfaces[0].name);
	return ifindex && ifindex == mn->ifindex;
}

static void link_changes(struct engine *e, const struct link_event *event)
{
	struct mn *mn = e->mn;

	if (!is_mine(mn, event->ifindex))
		return;
	switch (event->change) {
	case LINK_UP:
		comes_up(mn, event);
		break;
	case LINK_DOWN:
		goes_down(mn, event);
		break;
	case LINK_FADES:
		if ((mn->state == MN_HERE || mn->state == MN_THERE) && !mn->deaf)
			mn_solicit(mn, NULL);
		break;
	}
}

/* On its link: a router that it has heard, or that knows what it has just asked. */
static struct bucket *payer(struct engine *e, const struct message *m, const struct mh *mh,
			    const struct nd *nd)
{
	struct mn *mn = e->mn;

	if (mh)
		return mn_par_bucket(mn, m);
	if ((mn->heards && mn_is_router(mn, &m->ends.source)) ||
	    (nd->type == ND_PRRTADV && mn->soliciting &&
	     nd->proxy.identifier == mn->identifier))
		return &mn->buckets[0];
	return NULL;
}

static bool path_tells(struct engine *e, const struct path_event *event)
{
	(void)e;
	(void)event;
	return false;
}

/* The operator's word is of the first link; on another one it means that if it changes. */
static void configure(struct engine *e)
{
	const struct in6_addr *par = &e->config->mn.par;
	struct mn *mn = e->mn;

	if (IN6_ARE_ADDR_EQUAL(par, &mn->par))
		return;
	mn->par = *par;
	if (mn->router.source > MN_CONFIGURED)
		return;
	mn->router = (struct mn_router){};
	if (mn_is_global(par))
		mn->router = (struct mn_router){ MN_CONFIGURED, *par, {} };
}

static int start(struct engine *e)
{
	struct mn *mn = calloc(1, sizeof(*mn));
	int err;

	if (!mn)
		return -ENOMEM;
	err = e->ops->secret(e->world, mn->secret, sizeof(mn->secret));
	if (err) {
		free(mn);
		return err;
	}
	mn->engine = e;
	mn->ifindex = e->ops->ifindex_of(e->world, e->config->interfaces[0].name);
	mn->solicit.ring = mn_solicit_again;
	mn->stays.ring = stayed_long_enough;
	mn->una.ring = mn_announce_again;
	e->mn = mn;
	configure(e);
	return 0;
}

static void stop(struct engine *e)
{
	struct mn *mn = e->mn;
	struct mn_binding *b;

	mn_each(mn, b)
		mn_drop(b);
	e->ops->alarm_stop(e->world, &mn->solicit);
	e->ops->alarm_stop(e->world, &mn->stays);
	e->ops->alarm_stop(e->world, &mn->una);
	free(mn);
	e->mn = NULL;
}

static const struct mh_handler mh_handlers[] = {
	{ MH_FBACK, mn_fback },
	{}
};

static const struct nd_handler nd_handlers[] = {
	{ ND_PRRTADV, mn_told },
	{ ND_PRRTADV, mn_order_answered },
	{ ND_RA, mn_ra },
	{}
};

const struct role role_mn = {
	.roles = CONFIG_MN,
	.name = "mn",
	.mh = mh_handlers,
	.nd = nd_handlers,
	.start = start,
	.stop = stop,
	.configure = configure,
	.link = link_changes,
	.path = path_tells,
	.probed = mn_probed,
	.payer = payer,
	.order = mn_order,
	.show = mn_show,
};
