// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a PAR asks of the new router, and what that answers (RFC 5568 section 6.2.1).
 */
#include <utlist.h>

#include "nar.h"
#include "par.h"

/* RFC 4861 section 10: RETRANS_TIMER. */
#define ASK_MS	1000

/* False if an option is missing that must be there. */
static bool read_request(const struct message *m, const struct mh *mh,
			 struct nar_request *request)
{
	const struct in6_addr *pcoa = mobopts_address(&mh->options, ADDRESS_PCOA);
	const struct in6_addr *ncoa = mobopts_address(&mh->options, ADDRESS_NCOA);
	const struct mobopt *lla = mobopts_find(&mh->options, MOBOPT_LLA);

	*request = (struct nar_request){
		.par = m->ends.source,
		.own = m->ends.destination,
		.sequence = mh->hi.sequence,
		.flags = mh->hi.flags,
		.code = mh->hi.code,
		.has_pcoa = pcoa,
	};
	if (pcoa)
		request->pcoa = *pcoa;
	if (ncoa)
		request->ncoa = *ncoa;
	if (lla)
		request->lla = lla->lla.lla;
	return (lla || request->code != MH_HI_FROM_PCOA) && (ncoa || request->flags & MH_HI_S) &&
	       (!ncoa || address_is_unicast(ncoa)) && (!pcoa || address_is_unicast(pcoa));
}

static void nar_hack(struct engine *e, const struct nar_request *request, uint8_t code,
		     const struct in6_addr *ncoa)
{
	struct message m = { .ends = { request->own, request->par } };
	struct mh mh = { .type = MH_HACK };

	mh.hack.sequence = request->sequence;
	mh.hack.code = code;
	if (ncoa)
		mh.options.option[mh.options.count++] = (struct mobopt){
			.type = MOBOPT_ADDRESS,
			.address = { ADDRESS_NCOA, 128, *ncoa },
		};
	engine_send_mh(e, &m, &mh, NULL, NULL);
}

/* C-21: it has a number of its own, and says whom it means. */
void nar_invite(struct engine *e, const struct in6_addr *par, const struct in6_addr *pcoa,
		const struct lla *lla)
{
	struct message m = { .ends = { e->config->ar.address, *par } };
	struct mh mh = {
		.type = MH_HACK,
		.options = { 2, {
			{ .type = MOBOPT_LLA, .lla = { LLA_MN, *lla } },
			{ .type = MOBOPT_ADDRESS, .address = { ADDRESS_PCOA, 128, *pcoa } },
		} },
	};

	mh.hack.sequence = ++e->nar->sequence;
	mh.hack.code = MH_HACK_UNSOLICITED;
	engine_send_mh(e, &m, &mh, NULL, NULL);
}

static void answer(struct nar_node *n, const struct nar_request *request)
{
	bool tells = n->code == MH_HACK_NCOA_ASSIGNED || n->code == MH_HACK_NCOA_INVALID ||
		     (n->code == MH_HACK_NCOA_VALID && request->flags & MH_HI_S);

	record_step(&n->record, n->engine->ops->now(n->engine->world), "hack", true);
	nar_hack(n->engine, request, n->code, tells ? &n->ncoa : NULL);
}

/* Why link_of() gives none. */
static const char *no_link(const struct nar_request *request)
{
	return IN6_IS_ADDR_UNSPECIFIED(&request->ncoa) ?
	       "not exactly one link has a pool to assign an address from" :
	       "the NCoA is of no link of this router";
}

/*
 * The link that a node is to come to.  Who proposes nothing comes to the only one that
 * has addresses to assign.
 */
static const struct config_interface *link_of(struct engine *e,
					      const struct nar_request *request)
{
	const struct config_interface *interface, *found = NULL;
	size_t i;

	if (!IN6_IS_ADDR_UNSPECIFIED(&request->ncoa))
		return nar_interface_of(e, &request->ncoa);
	for (i = 0; i < e->config->interfaces_count; i++) {
		interface = &e->config->interfaces[i];
		if (!interface->pool.len)
			continue;
		if (found)
			return NULL;
		found = interface;
	}
	return found;
}

static struct report refusal(struct engine *e, const struct nar_request *request,
			     const char *why)
{
	const struct config_neighbour *par = config_peer(e->config, &request->par);

	return (struct report){
		.kind = REPORT_REFUSED,
		.role = "nar",
		.text = why,
		.pcoa = request->pcoa,
		.ncoa = request->ncoa,
		.peer = par ? par->name : NULL,
		.from = par ? in6addr_any : request->par,
	};
}

/* It is somebody who is believed, and nothing is known of the node. */
static void decline(struct engine *e, const struct nar_request *request, uint8_t code,
		    const char *why)
{
	const struct report r = refusal(e, request, why);

	engine_report(e, &r);
	nar_hack(e, request, code, NULL);
}

/* The same where it may be anybody, or come too often. */
static void decline_any(struct engine *e, const struct nar_request *request, uint8_t code,
			enum engine_count kind, const char *why)
{
	const struct report r = refusal(e, request, why);

	engine_refuse(e, kind, &r);
	nar_hack(e, request, code, NULL);
}

static void refuse(struct nar_node *n, uint8_t code, const char *why)
{
	decline(n->engine, &n->request, code, why);
	nar_forget(n);
}

/* The lower half of a cookie: see nar_adopt(). */
static uint32_t note_of(const struct nar_node *n)
{
	return (uint32_t)n->place->flags << 24 | (uint32_t)n->code << 16 |
	       n->request.sequence;
}

/* What others have asked for at that place is as it was if this cannot be had. */
static int set_path(struct nar_node *n)
{
	struct nar_place *place = n->place;
	uint8_t flags = place->flags;
	uint32_t note = place->note;
	int err;

	place->flags |= n->request.flags;
	place->note = note_of(n);
	err = nar_path(n->engine, place);
	if (!err)
		return 0;
	place->flags = flags;
	place->note = note;
	return err;
}

/* The way is prepared before the PAR is told to send. */
static void prepared(struct nar_node *n)
{
	struct nar_place *place = n->place;

	n->state = place->arrived ? NAR_ARRIVED : NAR_EXPECTED;
	record_step(&n->record, n->engine->ops->now(n->engine->world),
		    place->arrived ? "arrived" : "expected", false);
	if (set_path(n)) {
		refuse(n, MH_HACK_NO_RESOURCES, "no resources here");
		return;
	}
	nar_wait(n);
	answer(n, &n->request);
}

/*
 * Anybody on the link can have sent a UNA with that link-layer address.  If nothing else
 * says that the node is here it is asked, and comes in when it has answered.
 */
static void expect(struct nar_node *n, uint8_t code, const struct in6_addr *address)
{
	const struct nar_una *una = nar_recent(n->engine, address);
	struct nar_place *place = nar_settle(n, address, code == MH_HACK_USE_PCOA);
	struct engine *e = n->engine;
	unsigned int ask = 0;

	if (!place) {
		refuse(n, MH_HACK_NO_RESOURCES, "no resources here");
		return;
	}
	n->code = code;
	if (una && lla_equal(&una->lla, &n->request.lla)) {
		place->arrived = una->known;
		ask = una->known ? 0 : una->ifindex;
		nar_una_used(e, una);
	}
	prepared(n);
	if (ask)
		e->ops->probe(e->world, ask, address, ASK_MS);
}

static void assign(struct nar_node *n, const struct config_interface *interface,
		   uint8_t code)
{
	struct in6_addr address;

	if (nar_choose(n->engine, interface, n->ifindex, &n->request.lla, &address))
		refuse(n, MH_HACK_NO_RESOURCES, interface->pool.len ?
		       "no free address in the pool" : "no pool to assign an address from");
	else
		expect(n, code, &address);
}

/*
 * What has that address for its source goes to the PAR, and the PAR says what it is: it
 * can speak for addresses of its own links only, and not for who is here with one.
 */
static bool may_use_pcoa(const struct nar_node *n)
{
	const struct nar_request *request = &n->request;
	struct engine *e = n->engine;

	return request->has_pcoa && nar_is_peers(e, &request->par, &request->pcoa) &&
	       !nar_find(e, &request->pcoa) &&
	       nar_is_usable(e, n->ifindex, &request->pcoa, request);
}

static void let_use_pcoa(struct nar_node *n)
{
	struct in6_addr pcoa = n->request.pcoa;

	if (may_use_pcoa(n))
		expect(n, MH_HACK_USE_PCOA, &pcoa);
	else
		refuse(n, MH_HACK_REFUSED, "the PCoA cannot be used here");
}

/* Who has the address now, by its UNA, or as far as is known; of no length if nobody. */
static struct lla holder_of(struct engine *e, unsigned int ifindex,
			    const struct in6_addr *address)
{
	const struct nar_una *una = nar_recent(e, address);
	struct lla known;

	if (una)
		return una->lla;
	if (e->ops->lla_of(e->world, ifindex, address, &known))
		known.len = 0;
	return known;
}

/* Of a node that is awaited with that address nobody else may have come. */
static bool is_anothers(struct engine *e, const struct nar_request *request,
			const struct lla *known)
{
	const struct nar_place *place = nar_find(e, &request->ncoa);
	struct nar_request who = *request;

	if (!who.lla.len)
		who.lla = *known;
	if (e->ops->is_own(e->world, &request->ncoa) ||
	    !par_agrees(e, &request->ncoa, &who))
		return true;
	if (!request->lla.len)
		return false;
	return (known->len && !lla_equal(known, &request->lla)) ||
	       (place && !lla_equal(&place->visitor->key.lla, &request->lla));
}

/*
 * A node that was told so by Status 3 of a NAACK binds its PCoA to this router (section
 * 6.4.6, C-23).  Then that is the address which it has here.
 */
static bool binds_to_router(struct engine *e, const struct nar_request *request)
{
	const struct config_ar *ar = &e->config->ar;

	return e->ops->is_own(e->world, &request->ncoa) && request->has_pcoa &&
	       request->lla.len && (ar->unusable == CONFIG_UNUSABLE_PCOA ||
				    ar->addressing == CONFIG_NCOA_PCOA);
}

static void take_in(struct engine *e, const struct nar_request *request,
		    unsigned int ifindex)
{
	struct nar_node *n = nar_same(e, request);
	struct nar_visitor *visitor;

	if (n) {
		n->request.sequence = request->sequence;
		answer(n, request);
		return;
	}
	n = nar_make(e, request, ifindex);
	if (!n) {
		decline_any(e, request, MH_HACK_NO_RESOURCES, COUNT_LIMIT,
			    "no room for another address");
		return;
	}
	n->record.mode = "reactive";
	record_step(&n->record, e->ops->now(e->world), "hi", false);
	let_use_pcoa(n);
	visitor = nar_known(e, &request->pcoa, &request->lla);
	if (visitor)
		nar_arrived(e, visitor, e->ops->now(e->world), NULL);
}

/*
 * The node is here already, so that there is nothing to prepare; but who it is can be
 * told from its UNA, and if that was lost, from this.  Then what was prepared for it
 * is still waiting.
 */
static void validate(struct engine *e, const struct nar_request *request)
{
	const struct config_interface *interface = nar_interface_of(e, &request->ncoa);
	struct nar_visitor *visitor;
	unsigned int ifindex;
	struct lla known;

	if (!interface) {
		decline(e, request, MH_HACK_REFUSED, no_link(request));
		return;
	}
	ifindex = e->ops->ifindex_of(e->world, interface->name);
	if (binds_to_router(e, request)) {
		take_in(e, request, ifindex);
		return;
	}
	known = holder_of(e, ifindex, &request->ncoa);
	if (is_anothers(e, request, &known)) {
		nar_contested(e, request, "another node has the NCoA");
		nar_hack(e, request, MH_HACK_PROHIBITED, NULL);
		return;
	}
	if (!known.len)
		known = request->lla;
	if (!known.len) {
		decline(e, request, MH_HACK_REFUSED, "no node with the NCoA is known");
		return;
	}
	e->ops->neighbour_set(e->world, ifindex, &request->ncoa, &known);
	par_is_back(e, &request->ncoa);
	visitor = nar_known(e, &request->ncoa, &known);
	if (visitor)
		nar_arrived(e, visitor, e->ops->now(e->world), NULL);
	nar_hack(e, request, MH_HACK_NCOA_VALID, NULL);
}

/* The link may have gone from the configuration while it was asked. */
static void decide(struct nar_node *n, bool usable)
{
	const struct config_ar *ar = &n->engine->config->ar;
	const struct config_interface *interface;
	struct in6_addr ncoa = n->request.ncoa;

	interface = link_of(n->engine, &n->request);
	if (!interface)
		refuse(n, MH_HACK_REFUSED, no_link(&n->request));
	else if (ar->addressing == CONFIG_NCOA_PCOA)
		let_use_pcoa(n);
	else if (ar->addressing == CONFIG_NCOA_ASSIGNED || n->request.flags & MH_HI_S)
		assign(n, interface, MH_HACK_NCOA_ASSIGNED);
	else if (usable)
		expect(n, MH_HACK_NCOA_VALID, &ncoa);
	else if (ar->unusable == CONFIG_UNUSABLE_OTHER)
		assign(n, interface, MH_HACK_NCOA_INVALID);
	else if (ar->unusable == CONFIG_UNUSABLE_PCOA)
		let_use_pcoa(n);
	else
		refuse(n, MH_HACK_NCOA_INVALID, "the NCoA cannot be used here");
}

/* Another PCoA of the node's whose NCoA it can have, too. */
static struct nar_node *companion(const struct nar_node *n)
{
	struct nar_node *other;

	DL_FOREACH(n->visitor->nodes, other)
		if (other != n && other->place && !other->place->narrow &&
		    other->state != NAR_PROBING)
			return other;
	return NULL;
}

static void settle(struct nar_node *n, bool usable)
{
	struct nar_node *other = companion(n);

	if (!other) {
		decide(n, usable);
		return;
	}
	nar_settle(n, &other->ncoa, false);
	n->code = IN6_ARE_ADDR_EQUAL(&n->ncoa, &n->request.ncoa) ? MH_HACK_NCOA_VALID :
								   other->code;
	prepared(n);
}

static bool is_probed(const struct nar_node *n)
{
	struct nar_node *other;

	DL_FOREACH(n->visitor->nodes, other)
		if (other != n && other->state == NAR_PROBING && other->place)
			return true;
	return false;
}

static bool probe(struct nar_node *n)
{
	const struct config_interface *interface;
	struct engine *e = n->engine;
	bool asked = is_probed(n);

	interface = link_of(e, &n->request);
	if (!interface->dad_probe || e->config->ar.addressing != CONFIG_NCOA_PROPOSED ||
	    n->request.flags & MH_HI_S || companion(n) || !nar_settle(n, &n->request.ncoa, false))
		return false;
	n->state = NAR_PROBING;
	record_step(&n->record, e->ops->now(e->world), "probing", false);
	if (!asked)
		e->ops->probe(e->world, n->ifindex, &n->request.ncoa,
			      interface->dad_wait);
	return true;
}

/* Of a node that is waited for it is only asked whether it is the one that has come. */
static bool is_waited_for(const struct nar_visitor *visitor)
{
	struct nar_node *n;

	DL_FOREACH(visitor->nodes, n)
		if (n->state == NAR_PROBING)
			return false;
	return true;
}

void nar_probed(struct engine *e, unsigned int ifindex, const struct in6_addr *address,
		const struct lla *lla)
{
	struct nar_place *place = nar_find(e, address);
	struct nar_node *n, *next;
	bool usable;

	if (!place || place->visitor->ifindex != ifindex)
		return;
	usable = !lla || lla_equal(lla, &place->visitor->key.lla);
	if (is_waited_for(place->visitor)) {
		if (lla && usable)
			nar_arrived(e, place->visitor, e->ops->now(e->world), NULL);
		return;
	}
	/* The last to be refused takes the place and the visitor with it. */
	DL_FOREACH_SAFE(place->visitor->nodes, n, next)
		if (n->state == NAR_PROBING)
			settle(n, usable);
}

/* If that fails all is as it was, but for this number, which may come once more. */
static void await_again(struct nar_node *n, const struct nar_request *request)
{
	struct nar_request before = n->request;
	struct nar_place *place = n->place;
	bool arrived = place->arrived;
	struct engine *e = n->engine;
	struct nar_node *other;

	n->request = *request;
	place->arrived = false;
	if (set_path(n)) {
		n->request = before;
		place->arrived = arrived;
		nar_hack(e, request, MH_HACK_NO_RESOURCES, NULL);
		return;
	}
	record_step(&n->record, e->ops->now(e->world), "expected", false);
	DL_FOREACH(n->visitor->nodes, other)
		if (other->place == place) {
			other->state = NAR_EXPECTED;
			nar_wait(other);
		}
	answer(n, request);
}

/*
 * The same once more is answered as it was, and so is one that is older: it is late, or
 * somebody has kept it.  One that is newer is about a node that has turned round before
 * it came, or has been here and gone back: it is awaited anew, by all its PCoAs that
 * have that address.
 */
static void again(struct nar_node *n, const struct nar_request *request)
{
	struct engine *e = n->engine;
	bool newer = mh_is_newer(request->sequence, n->request.sequence);

	record_step(&n->record, e->ops->now(e->world), "hi again", false);
	if (n->state == NAR_PROBING)
		n->request = newer ? *request : n->request;
	else if (newer)
		await_again(n, request);
	else
		answer(n, request);
}

static void begin(struct engine *e, const struct nar_request *request)
{
	const struct config_interface *interface;
	struct nar_node *n = nar_same(e, request);
	const struct nar_place *place;

	if (n) {
		again(n, request);
		return;
	}
	interface = link_of(e, request);
	if (!interface) {
		decline(e, request, MH_HACK_REFUSED, no_link(request));
		return;
	}
	place = nar_find(e, &request->ncoa);
	if (place && !lla_equal(&place->visitor->key.lla, &request->lla))
		nar_contested(e, request, "two nodes are to have one NCoA");
	n = nar_make(e, request, e->ops->ifindex_of(e->world, interface->name));
	if (!n) {
		decline_any(e, request, MH_HACK_NO_RESOURCES, COUNT_LIMIT,
			    "no room for another address");
		return;
	}
	n->record.mode = "predictive";
	record_step(&n->record, e->ops->now(e->world), "hi", false);
	if (!nar_is_usable(e, n->ifindex, &n->request.ncoa, &n->request))
		settle(n, false);
	else if (!probe(n))
		settle(n, true);
}

void nar_hi(struct engine *e, const struct message *m, const struct mh *mh)
{
	struct nar_request request;
	bool complete = read_request(m, mh, &request);

	if (e->config->ipsec == CONFIG_IPSEC_REQUIRED && !m->protected) {
		const struct report r = refusal(e, &request,
						"a HI that IPsec does not protect");

		engine_refuse(e, COUNT_CLEARTEXT, &r);
		return;
	}
	if (!config_peer(e->config, &request.par)) {
		decline_any(e, &request, MH_HACK_PROHIBITED, COUNT_STRANGER,
			    "the router is no neighbour");
	} else if (!complete) {
		decline_any(e, &request, MH_HACK_REFUSED, COUNT_INCOMPLETE,
			    "a HI without an option that it needs");
	} else if (request.code == MH_HI_FROM_PCOA) {
		begin(e, &request);
	} else {
		validate(e, &request);
	}
}
