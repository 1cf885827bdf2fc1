// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mobile node and its PAR (RFC 5568 sections 6.2.2 and 6.2.3).
 */
#include <string.h>

#include "badf.h"
#include "flood.h"
#include "mn.h"

static const struct config_key *key_of(const struct mn *mn, const struct mn_binding *b)
{
	return config_key_of(mn->engine->config, &b->pcoa, b->spi);
}

/* Where it is used an address may ask for itself; elsewhere that of this link does. */
static const struct in6_addr *source_of(const struct mn *mn, const struct mn_binding *b)
{
	return b->here || (b->narrow && mn->state == MN_LEAVING) ? &b->pcoa : &mn->ncoa;
}

/* An answer says only which number it is to, not for which address it is. */
static bool is_in_use(struct mn *mn, uint16_t sequence)
{
	struct mn_binding *b;
	unsigned int i;

	mn_each(mn, b)
		for (i = 0; i < b->numbers && i < MN_NUMBERS_MAX; i++)
			if (b->number[i] == sequence)
				return true;
	return false;
}

static void take_number(struct mn *mn, struct mn_binding *b)
{
	do
		b->sequence++;
	while (is_in_use(mn, b->sequence));
	b->number[b->numbers++ % MN_NUMBERS_MAX] = b->sequence;
}

/* Only the node itself may know when it left; from there on it may miss something. */
static bool add_down(const struct mn *mn, const struct mn_binding *b, uint16_t lifetime,
		     struct mobopt *option, uint8_t *octets)
{
	const struct config *config = mn->engine->config;

	if (!config->mn.tell_link_down || !mn->left.known || (b->here && lifetime) ||
	    !IN6_ARE_ADDR_EQUAL(&mn->left.par, &b->par))
		return false;
	mobopt_set_down(option, config->vendor_id, octets, &mn->left.down);
	return true;
}

static void send_fbu(struct mn *mn, struct mn_binding *b, uint16_t lifetime)
{
	const struct config_key *key = key_of(mn, b);
	struct badf_ends signs = { .par = b->par };
	struct message m = {
		.ends = { *source_of(mn, b), b->par },
		.has_home = true,
		.home = b->pcoa,
	};
	struct mh mh = {
		.type = MH_FBU,
		.fbu = { .flags = MH_FBU_A | MH_FBU_H, .lifetime = lifetime },
		.options = { 1, { { .type = MOBOPT_ALTCOA, .care_of = b->care_of } } },
	};
	struct engine *e = mn->engine;
	struct mobopt *option = &mh.options.option[1];
	uint8_t down[MOBOPT_DOWN_SIZE];

	if (!key)
		return;
	take_number(mn, b);
	mh.fbu.sequence = b->sequence;
	if (!e->ops->own_lla(e->world, mn->ifindex, &option->lla.lla)) {
		option->type = MOBOPT_LLA;
		option->lla.code = LLA_MN;
		option++;
	}
	if (add_down(mn, b, lifetime, option, down))
		option++;
	*option = (struct mobopt){
		.type = MOBOPT_BADF,
		.badf = {
			.spi = b->spi,
			.bare_length = e->config->mn.badf_bare_length,
			.len = badf_size(key->mac),
		},
	};
	mh.options.count = option + 1 - mh.options.option;
	signs.care_of = *badf_fbu_care_of(&mh, &m.ends.source, &b->pcoa);
	e->ops->remember(e->world, &b->pcoa, b->spi, b->sequence);
	record_step(&mn->record, e->ops->now(e->world), "fbu", true);
	engine_send_mh(e, &m, &mh, &(struct badf_key){ key->mac, key->len, key->bytes },
		       &signs);
}

static void end_after(struct mn_binding *b, uint16_t seconds)
{
	struct engine *e = b->engine;

	e->ops->alarm_set(e->world, &b->end,
			  e->ops->now(e->world) + seconds * 1000000000ull);
}

/* RFC 5568 section 4: a PAR that never answers does not speak it. */
static void try(struct mn *mn, struct mn_binding *b)
{
	struct engine *e = mn->engine;

	if (engine_attempt(e, &b->sent, &e->config->mn.fbu, &b->retry)) {
		send_fbu(mn, b, b->lifetime);
		return;
	}
	b->outstanding = false;
	/* What has waited for the answer waits no more. */
	if (mn->state == MN_THERE)
		mn_release(mn);
	mn_answered(mn);
}

static void ask_anew(struct mn_binding *b, const struct in6_addr *care_of,
		     uint16_t lifetime)
{
	b->care_of = *care_of;
	b->lifetime = lifetime;
	b->numbers = 0;
	b->answered = false;
	b->agreed = false;
	b->status = MH_FBACK_ACCEPTED;
}

void mn_bind(struct mn *mn, struct mn_binding *b, const struct in6_addr *care_of,
	     uint16_t lifetime)
{
	if (!IN6_ARE_ADDR_EQUAL(&b->care_of, care_of) || b->lifetime != lifetime ||
	    b->answered)
		ask_anew(b, care_of, lifetime);
	b->outstanding = true;
	b->sent = (struct attempts){};
	/* The answer may be lost, and yet the PAR send. */
	end_after(b, lifetime ?: mn->engine->config->mn.lifetime);
	try(mn, b);
}

void mn_bind_again(struct alarm *alarm)
{
	struct mn_binding *b = (struct mn_binding *)((char *)alarm -
						     offsetof(struct mn_binding, retry));
	struct mn *mn = b->engine->mn;

	try(mn, b);
	/* Who waits with it may have been answered. */
	if (b->outstanding && mn->state == MN_THERE)
		mn_release(mn);
}

static struct mn_binding *find_asking(struct mn *mn, const struct message *m,
				      uint16_t sequence)
{
	struct mn_binding *b;
	unsigned int i;

	mn_each(mn, b)
		for (i = 0; i < b->numbers && i < MN_NUMBERS_MAX; i++)
			if (b->number[i] == sequence && !b->over &&
			    IN6_ARE_ADDR_EQUAL(&b->par, &m->ends.source))
				return b;
	return NULL;
}

/* C-14: the text leaves open which address is meant where another is supplied. */
static bool is_authentic(struct mn *mn, const struct mn_binding *b,
			 const struct message *m, const struct mh *mh)
{
	const struct mobopt *altcoa = mobopts_find(&mh->options, MOBOPT_ALTCOA);
	const struct config_key *key = key_of(mn, b);
	struct badf_ends signs = { b->lifetime ? b->care_of : b->pcoa, b->par };
	struct badf_key k;

	if (!key)
		return false;
	k = (struct badf_key){ key->mac, key->len, key->bytes };
	if (!badf_verify(m->data, m->len, &k, &signs))
		return true;
	if (!altcoa)
		return false;
	signs.care_of = altcoa->care_of;
	return !badf_verify(m->data, m->len, &k, &signs);
}

/* It was forgotten how far the numbers had come. */
static bool catch_up(struct mn *mn, struct mn_binding *b, const struct message *m,
		     const struct mh *mh)
{
	if (!b->outstanding || !IN6_ARE_ADDR_EQUAL(&b->par, &m->ends.source) ||
	    mh->fback.status != MH_FBACK_BAD_SEQUENCE ||
	    !mh_is_newer(mh->fback.sequence, b->sequence) || !is_authentic(mn, b, m, mh))
		return false;
	b->sequence = mh->fback.sequence;
	try(mn, b);
	return true;
}

static bool any_catches_up(struct mn *mn, const struct message *m, const struct mh *mh)
{
	struct mn_binding *b;

	mn_each(mn, b)
		if (catch_up(mn, b, m, mh))
			return true;
	return false;
}

/*
 * Whoever it was that chose the address, what is bound is what the answer says.  The
 * PCoA in the place of it is used itself, as is what the router takes for it.
 */
static void accepted(struct mn *mn, struct mn_binding *b, const struct mh *mh)
{
	const struct mobopt *altcoa = mobopts_find(&mh->options, MOBOPT_ALTCOA);
	bool proposed = mn->state == MN_LEAVING &&
			IN6_ARE_ADDR_EQUAL(&b->care_of, &mn->proposed);

	b->bound = b->lifetime ? b->care_of : in6addr_any;
	if (!b->lifetime)
		return;
	end_after(b, mh->fback.lifetime);
	b->agreed = altcoa && IN6_ARE_ADDR_EQUAL(&altcoa->care_of, &b->pcoa);
	if (altcoa && !b->agreed)
		b->bound = altcoa->care_of;
	if (proposed && altcoa && !b->agreed) {
		mn->proposed = altcoa->care_of;
		mn_prepare(mn);
	}
	if (!proposed)
		b->narrow = b->agreed ||
			    IN6_ARE_ADDR_EQUAL(&b->care_of, &mn->place.router);
}

/* It has changed its mind, and is here. */
static bool is_wanted(const struct mn *mn, const struct mn_binding *b)
{
	return !b->lifetime || !b->here || mn->state == MN_LEAVING;
}

/* On the new link: what it is sent, and how, is known better now. */
static void live_so(struct mn *mn, const struct mn_binding *b, bool was_narrow)
{
	if (b->status < MH_FBACK_UNSPECIFIED && !b->narrow && mn->state == MN_THERE &&
	    !IN6_ARE_ADDR_EQUAL(&b->bound, &mn->ncoa)) {
		mn_use(mn, &b->bound);
		return;
	}
	if (mn_stay(mn) && b->narrow && !was_narrow)
		mn_announce_anew(mn);
}

static void take_answer(struct mn *mn, struct mn_binding *b, const struct mh *mh)
{
	struct engine *e = mn->engine;
	bool narrow = b->narrow;

	record_step(&mn->record, e->ops->now(e->world), "fback", false);
	b->outstanding = false;
	b->answered = true;
	b->answer = mh->fback.sequence;
	b->status = mh->fback.status;
	e->ops->alarm_stop(e->world, &b->retry);
	if (b->status < MH_FBACK_UNSPECIFIED)
		accepted(mn, b, mh);
	else if (IN6_ARE_ADDR_EQUAL(&b->bound, &b->care_of))
		b->bound = in6addr_any;
	if (!b->here)
		live_so(mn, b, narrow);
	else if (!IN6_IS_ADDR_UNSPECIFIED(&b->bound) && !is_wanted(mn, b))
		mn_bind(mn, b, &b->care_of, 0);
}

/* What is granted for no time is not; and who is to use another address is told it. */
static bool is_complete(const struct mn_binding *b, const struct mh *mh)
{
	const struct mobopt *altcoa = mobopts_find(&mh->options, MOBOPT_ALTCOA);

	if (mh->fback.status >= MH_FBACK_UNSPECIFIED || !b->lifetime)
		return true;
	return mh->fback.lifetime && (!altcoa || mn_is_global(&altcoa->care_of)) &&
	       (altcoa || mh->fback.status != MH_FBACK_USE_ALTCOA);
}

struct bucket *mn_par_bucket(struct mn *mn, const struct message *m)
{
	struct mn_binding *b;

	mn_each(mn, b)
		if (IN6_ARE_ADDR_EQUAL(&b->par, &m->ends.source))
			return &mn->buckets[1];
	return NULL;
}

void mn_fback(struct engine *e, const struct message *m, const struct mh *mh)
{
	struct mn *mn = e->mn;
	struct mn_binding *b = find_asking(mn, m, mh->fback.sequence);

	if (!b || (b->answered && !mh_is_newer(mh->fback.sequence, b->answer))) {
		if (any_catches_up(mn, m, mh))
			return;
		e->count[COUNT_UNMATCHED]++;
		flood_forged(e, m, mn_par_bucket(mn, m));
		return;
	}
	if (!is_authentic(mn, b, m, mh)) {
		e->count[COUNT_BAD_AUTH]++;
		flood_forged(e, m, mn_par_bucket(mn, m));
		return;
	}
	/* That number was accepted: the answer to it is under way, or was lost. */
	if (mh->fback.status == MH_FBACK_BAD_SEQUENCE)
		return;
	if (!is_complete(b, mh)) {
		e->count[COUNT_INCOMPLETE]++;
		return;
	}
	take_answer(mn, b, mh);
	mn_answered(mn);
}

bool mn_is_refused(const struct mn_binding *b, const struct in6_addr *care_of)
{
	return b->answered && IN6_ARE_ADDR_EQUAL(&b->care_of, care_of) &&
	       (b->status == MH_FBACK_PROHIBITED || b->status == MH_FBACK_IID_LENGTH);
}

/* What became of all that was asked. */
struct outcome {
	unsigned int asked;
	unsigned int outstanding;
	unsigned int bound;
	unsigned int unanswered;
};

static struct outcome outcome_of(struct mn *mn)
{
	struct outcome o = {};
	struct mn_binding *b;

	mn_each(mn, b) {
		if (b->over || (mn->state == MN_LEAVING ? !b->here && !b->narrow : b->here))
			continue;
		o.asked++;
		o.outstanding += b->outstanding;
		o.bound += !IN6_IS_ADDR_UNSPECIFIED(&b->bound);
		o.unanswered += !b->answered;
	}
	return o;
}

static void leaves(struct mn *mn, const struct outcome *o)
{
	struct engine *e = mn->engine;

	if (!o->bound && !o->unanswered && o->asked) {
		mn_stay_put(mn, REPORT_REFUSED, "refused");
		return;
	}
	e->ops->alarm_stop(e->world, &mn->stays);
	mn_report(mn, REPORT_STATE, "ready to leave");
}

void mn_answered(struct mn *mn)
{
	struct outcome o = outcome_of(mn);

	if (o.outstanding)
		return;
	if (mn->state == MN_LEAVING)
		leaves(mn, &o);
	/* Who has not been answered may still be sent what comes. */
	else if (mn->state == MN_THERE && !o.bound && !o.unanswered)
		mn_finish(mn, o.asked ? "refused" : "expired");
}
