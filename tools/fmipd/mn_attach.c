// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mobile node on its new link, or on its old one again (RFC 5568 sections 4, 5.6,
 * 6.3 and 6.4.6).
 */
#include <string.h>

#include "mn.h"
#include "nar.h"

static const struct in6_addr all_nodes = { { { 0xff, 2, [15] = 1 } } };

/* Packets come for it by way of its PAR, now or once that has been asked. */
static bool is_foreign(const struct mn_binding *b)
{
	return !b->here && !b->over;
}

/* From here it can be reached: directly, or through a tunnel of another address. */
static bool is_bound_here(struct mn *mn, const struct mn_binding *b)
{
	struct mn_binding *other;

	if (IN6_ARE_ADDR_EQUAL(&b->bound, &mn->ncoa))
		return true;
	mn_each(mn, other)
		if (other != b && IN6_ARE_ADDR_EQUAL(&other->pcoa, &b->bound))
			return IN6_ARE_ADDR_EQUAL(&other->bound, &mn->ncoa);
	return false;
}

/*
 * What waits before one tunnel goes at one time: who was not answered at once does not hold
 * up who was.
 */
static bool holds_up(struct mn *mn, const struct mn_binding *b)
{
	struct mn_binding *other;

	if (b->sent.count < 2)
		return false;
	mn_each(mn, other)
		if (is_foreign(other) && !other->narrow &&
		    IN6_ARE_ADDR_EQUAL(&other->par, &b->par) &&
		    IN6_ARE_ADDR_EQUAL(&other->bound, &mn->ncoa))
			return true;
	return false;
}

static void add_pcoa(struct mn *mn, struct stay *stay, const struct mn_binding *b)
{
	bool bound = is_bound_here(mn, b);
	unsigned int i = stay->pcoas++;

	stay->pcoa[i] = b->pcoa;
	if (b->narrow)
		return;
	/* What is tunnelled may be here before the answer that says so. */
	stay->via[i] = (struct ip6_ends){ bound ? b->bound : mn->ncoa, b->par };
	stay->into[i] = mn->engine->config->mn.reverse_tunnel && bound;
	stay->waits[i] = mn->engine->config->mn.reverse_tunnel &&
			 (mn->asking ||
			  (b->outstanding && !bound && !holds_up(mn, b)));
	if (IN6_IS_ADDR_UNSPECIFIED(&stay->tunnel.source) ||
	    (stay->into[i] && !stay->tunnelled)) {
		stay->tunnel = stay->via[i];
		stay->tunnelled = stay->into[i];
	}
}

void mn_prepare(struct mn *mn)
{
	struct stay stay = { .ifindex = mn->ifindex, .ncoa = mn->proposed };
	struct engine *e = mn->engine;
	struct mn_binding *b;

	mn_each(mn, b) {
		stay.pcoa[stay.pcoas] = b->pcoa;
		stay.via[stay.pcoas++] = (struct ip6_ends){ mn->proposed, b->par };
	}
	e->ops->prepare(e->world, &stay);
}

/* Where the other end will be is not known for certain yet. */
static bool will_be_narrow(const struct mn *mn, const struct mn_binding *b)
{
	return mn->predicted && b->agreed &&
	       IN6_ARE_ADDR_EQUAL(&b->care_of, &mn->proposed);
}

void mn_wait(struct mn *mn)
{
	struct stay stay = { .ifindex = mn->ifindex };
	struct engine *e = mn->engine;
	struct mn_binding *b;
	unsigned int i;

	mn_each(mn, b) {
		i = stay.pcoas++;
		stay.pcoa[i] = b->pcoa;
		stay.via[i].destination = b->par;
		if (mn->predicted)
			stay.via[i].source = mn->proposed;
		stay.waits[i] = e->config->mn.reverse_tunnel && !b->over &&
				!will_be_narrow(mn, b);
	}
	e->ops->away(e->world, &stay);
}

static struct stay describe(struct mn *mn)
{
	struct stay stay = {
		.ifindex = mn->ifindex,
		.ncoa = mn->ncoa,
		.prefix_len = mn->place.prefix.len,
		.router = mn->place.router,
		.router_lla = mn->place.router_lla,
		.dhcp = mn->place.dhcp,
	};
	struct mn_binding *b;

	mn_each(mn, b)
		if (is_foreign(b))
			add_pcoa(mn, &stay, b);
	return stay;
}

/* Nobody can be told where it is, or nothing comes or goes there. */
static bool is_possible(struct mn *mn, int err)
{
	struct engine *e = mn->engine;

	if (!err)
		return true;
	record_step(&mn->record, e->ops->now(e->world), "cannot live here", false);
	mn_report(mn, REPORT_ALARM, "no address or no tunnel can be had on this link");
	mn_finish(mn, "failed");
	return false;
}

bool mn_stay(struct mn *mn)
{
	struct stay stay = describe(mn);

	return is_possible(mn, mn->engine->ops->stay(mn->engine->world, &stay));
}

void mn_release(struct mn *mn)
{
	struct stay stay = describe(mn);

	is_possible(mn, mn->engine->ops->release(mn->engine->world, &stay));
}

/* After what the routers wait for. */
static void tell_others(struct mn *mn)
{
	struct stay stay = describe(mn);

	if (mn->state == MN_THERE)
		mn->engine->ops->arrived(mn->engine->world, &stay);
}

/* An answer to it comes at once, or never. */
static bool is_announcing(const struct mn *mn)
{
	struct engine *e = mn->engine;

	return mn->announced_ns && e->ops->now(e->world) - mn->announced_ns <=
				   e->config->mn.una.first * 1000000ull;
}

static void send_na(struct mn *mn, const struct in6_addr *target, uint8_t flags,
		    const struct in6_addr *to)
{
	struct engine *e = mn->engine;
	struct message m = { .ends = { *target, *to }, .ifindex = mn->ifindex };
	struct nd nd = { .type = ND_NA, .neighbour = { flags, *target } };
	struct ndopt *lla = ndopts_add(&nd.options, NDOPT_TARGET_LLA);

	if (e->ops->own_lla(e->world, mn->ifindex, &lla->link))
		return;
	record_step(&mn->record, e->ops->now(e->world), flags ? "na" : "una", true);
	engine_send_nd(e, &m, &nd);
}

/* Who uses its PCoA here is waited for with that (section 4, step 3). */
static void announce(struct mn *mn)
{
	const struct config_mn *config = &mn->engine->config->mn;
	const struct in6_addr *to = config->una_to == CONFIG_UNA_NAR ? &mn->place.router :
								       &all_nodes;
	struct mn_binding *b;
	bool narrow = false;

	if (!engine_attempt(mn->engine, &mn->announced, &config->una, &mn->una))
		return;
	mn->announced_ns = mn->engine->ops->now(mn->engine->world);
	mn_each(mn, b)
		if (is_foreign(b) && b->narrow) {
			narrow = true;
			send_na(mn, &b->pcoa, 0, to);
		}
	if (!narrow)
		send_na(mn, &mn->ncoa, 0, to);
}

void mn_announce_anew(struct mn *mn)
{
	mn->announced = (struct attempts){};
	announce(mn);
}

void mn_announce_again(struct alarm *alarm)
{
	announce((struct mn *)((char *)alarm - offsetof(struct mn, una)));
}

/* What is not sent here yet is asked for anew from here. */
static void bind_all(struct mn *mn, const struct in6_addr *care_of)
{
	struct mn_binding *b;

	mn_each(mn, b)
		if (is_foreign(b) && !b->narrow && !IN6_ARE_ADDR_EQUAL(&b->bound, care_of) &&
		    !mn_is_refused(b, care_of))
			mn_bind(mn, b, care_of, mn->engine->config->mn.lifetime);
}

/*
 * What has waited since the link was lost is not to be there before the routers know what
 * to do with it.
 */
static void ask_all(struct mn *mn, bool announce)
{
	bool possible;

	mn->asking = true;
	possible = mn_stay(mn);
	mn->asking = false;
	if (!possible)
		return;
	if (announce)
		mn_announce_anew(mn);
	bind_all(mn, &mn->ncoa);
	mn_release(mn);
}

static bool is_anything_foreign(struct mn *mn)
{
	struct mn_binding *b;

	mn_each(mn, b)
		if (is_foreign(b))
			return true;
	return false;
}

/* What was agreed on holds for the link that it was about. */
static void narrow(struct mn *mn)
{
	struct mn_binding *b;

	mn_each(mn, b)
		b->narrow = b->agreed && IN6_ARE_ADDR_EQUAL(&b->care_of, &mn->proposed);
}

static void change_link(struct mn *mn)
{
	mn->heards = 0;
	mn->announced_ns = 0;
	mn->deaf = false;
	mn_candidates_moved(mn);
}

void mn_arrive(struct mn *mn)
{
	change_link(mn);
	mn->place = mn->target;
	mn->router = (struct mn_router){};
	if (mn_is_global(&mn->place.router))
		mn->router = (struct mn_router){ MN_TOLD, mn->place.router, {} };
	if (!is_anything_foreign(mn)) {
		mn->state = MN_HERE;
		mn->engine->ops->settle(mn->engine->world);
		return;
	}
	mn->state = MN_THERE;
	if (mn->place.mute) {
		mn_finish(mn, "not supported");
		return;
	}
	mn->ncoa = mn->proposed;
	narrow(mn);
	/* Who was never told of the router cannot know whether it waits for a UNA. */
	ask_all(mn, mn->place.usable);
	/* Who configures the host otherwise starts a client. */
	if (mn->place.dhcp && mn->state == MN_THERE)
		mn_report(mn, REPORT_STATE, "addresses are had by DHCP here");
	mn_answered(mn);
	tell_others(mn);
}

/* As far as is known it is not redirected, nor has that been asked. */
static bool is_untouched(const struct mn_binding *b)
{
	return !b->outstanding && IN6_IS_ADDR_UNSPECIFIED(&b->bound) &&
	       (b->answered || !b->numbers || !b->lifetime);
}

static bool is_any_touched(struct mn *mn)
{
	struct mn_binding *b;

	mn_each(mn, b)
		if (!is_untouched(b))
			return true;
	return false;
}

static void come_home(struct mn *mn, struct mn_binding *b)
{
	b->here = true;
	b->ap = mn->ap;
	b->over = false;
	b->narrow = false;
}

static void unbind(struct mn *mn, const struct in6_addr *par)
{
	struct mn_binding *b;

	mn_each(mn, b)
		if (IN6_ARE_ADDR_EQUAL(&b->par, par) && !is_untouched(b))
			mn_bind(mn, b, &b->care_of, 0);
}

/*
 * Section 5.6: what was redirected is wanted here again.  Of the addresses that were
 * made since nobody has been told, or the handover would be complete.
 */
void mn_return(struct mn *mn, const struct mn_binding *home)
{
	struct in6_addr par = home->par, own = home->pcoa;
	struct engine *e = mn->engine;
	struct mn_binding *b;

	change_link(mn);
	if (is_any_touched(mn))
		mn_report(mn, REPORT_DONE, "returned");
	if (!IN6_ARE_ADDR_EQUAL(&mn->router.address, &par))
		mn->router = (struct mn_router){ MN_TOLD, par, {} };
	e->ops->alarm_stop(e->world, &mn->una);
	mn_each(mn, b)
		if (IN6_ARE_ADDR_EQUAL(&b->par, &par))
			come_home(mn, b);
		else if (b->age > home->age)
			mn_drop(b);
	if (!is_anything_foreign(mn)) {
		mn->state = MN_HERE;
		/* By then what it sends goes to that link again. */
		e->ops->back(e->world);
		unbind(mn, &par);
		return;
	}
	/* What was made on yet another link comes by way of this one again. */
	mn->state = MN_THERE;
	mn->ncoa = own;
	mn->place = (struct mn_candidate){ .ap = mn->ap, .router = par, .prefix.len = 64 };
	ask_all(mn, false);
	unbind(mn, &par);
	mn_answered(mn);
	tell_others(mn);
}

void mn_use(struct mn *mn, const struct in6_addr *ncoa)
{
	mn->ncoa = *ncoa;
	ask_all(mn, true);
	tell_others(mn);
}

static void use_another(struct mn *mn)
{
	struct in6_addr another;

	if (mn_form_another(mn, &mn->place.prefix, &another))
		mn_report(mn, REPORT_ALARM, "no address is usable on this link");
	else
		mn_use(mn, &another);
}

/* Status 3: the router takes what comes for the PCoAs, and gives it to them. */
static void use_router(struct mn *mn)
{
	struct mn_binding *b;

	if (!mn_is_global(&mn->place.router)) {
		use_another(mn);
		return;
	}
	mn_each(mn, b)
		if (is_foreign(b) && !b->narrow) {
			b->narrow = true;
			mn_bind(mn, b, &mn->place.router, mn->engine->config->mn.lifetime);
		}
	mn_stay(mn);
}

/* Status 4: no more FBU is sent. */
static void use_pcoas(struct mn *mn, const struct in6_addr *pcoa)
{
	struct engine *e = mn->engine;
	bool known = false;
	struct mn_binding *b;

	mn_each(mn, b)
		known |= is_foreign(b) && IN6_ARE_ADDR_EQUAL(&b->pcoa, pcoa);
	if (!known) {
		e->count[COUNT_UNMATCHED]++;
		return;
	}
	mn_each(mn, b)
		if (is_foreign(b)) {
			e->ops->alarm_stop(e->world, &b->retry);
			b->outstanding = false;
			b->bound = mn->ncoa;
			b->narrow = true;
		}
	if (mn_stay(mn))
		mn_announce_anew(mn);
}

/* Status 128: neither the old addresses nor this one may be used here. */
static void begin_anew(struct mn *mn)
{
	struct engine *e = mn->engine;
	struct in6_addr another;
	struct mn_binding *b;

	mn_each(mn, b)
		b->over = !b->here;
	mn->ncoa = in6addr_any;
	if (!mn_form_another(mn, &mn->place.prefix, &another))
		mn->ncoa = another;
	mn_report(mn, REPORT_REFUSED, "link-layer address not recognized");
	if (mn_stay(mn))
		mn_finish(mn, "refused");
	if (!IN6_IS_ADDR_UNSPECIFIED(&mn->ncoa))
		send_na(mn, &mn->ncoa, 0, &all_nodes);
	e->ops->alarm_stop(e->world, &mn->una);
}

/* Section 6.4.6: this router knows better which address is to be used. */
void mn_naack(struct mn *mn, const struct ndopts *options, uint8_t status)
{
	const struct in6_addr *supplied = ndopts_naack_address(options);
	struct engine *e = mn->engine;

	if (supplied && !mn_is_global(supplied))
		supplied = NULL;
	switch (status) {
	case NAACK_AUTOCONFIGURE:
		use_another(mn);
		break;
	case NAACK_USE_SUPPLIED:
		if (!supplied)
			use_another(mn);
		else if (mn_in_prefix(&mn->place.prefix, supplied))
			mn_use(mn, supplied);
		else
			e->count[COUNT_UNMATCHED]++;
		break;
	case NAACK_USE_NAR:
		e->ops->alarm_stop(e->world, &mn->una);
		use_router(mn);
		break;
	case NAACK_PCOA:
		if (supplied)
			use_pcoas(mn, supplied);
		else
			e->count[COUNT_INCOMPLETE]++;
		break;
	case NAACK_LLA_UNKNOWN:
		if (is_announcing(mn))
			begin_anew(mn);
		else
			e->count[COUNT_UNMATCHED]++;
		break;
	default:
		e->count[COUNT_UNWANTED]++;
	}
}

/* RFC 4862 section 5.4, and RFC 5568 section 4 for the one that is alone. */
void mn_probed(struct engine *e, unsigned int ifindex, const struct in6_addr *address,
	       const struct lla *lla)
{
	struct mn *mn = e->mn;

	if (ifindex != mn->ifindex || mn->state != MN_THERE ||
	    !IN6_ARE_ADDR_EQUAL(address, &mn->ncoa))
		return;
	if (!lla) {
		send_na(mn, &mn->ncoa, ND_NA_OVERRIDE, &all_nodes);
		return;
	}
	e->count[COUNT_CONFLICT]++;
	use_another(mn);
}
