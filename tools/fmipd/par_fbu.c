// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a node asks of its PAR, and what that answers (RFC 5568 sections 6.2.2 and
 * 6.2.3).  Nothing of an FBU is believed before its authenticator is right.
 */
#include <string.h>

#include "flood.h"
#include "par.h"

/* The clocks of a node and a router are apart by less than this part of what they show. */
#define CLOCK_DRIFT	1000

static const struct mobopt_badf *authenticator(const struct mh *mh)
{
	const struct mobopt *option = mobopts_find(&mh->options, MOBOPT_BADF);

	return option ? &option->badf : NULL;
}

static void refuse(struct engine *e, const struct message *m, enum engine_count kind,
		   const char *why)
{
	engine_refuse(e, kind, &(struct report){
		.kind = REPORT_REFUSED,
		.role = "par",
		.text = why,
		.pcoa = m->has_home ? m->home : in6addr_any,
		.from = m->ends.source,
	});
}

/* Who has sent it, if anybody who may; else it is counted, and told, why not. */
static bool is_authentic(struct engine *e, const struct message *m, const struct mh *mh)
{
	const struct mobopt_badf *badf = authenticator(mh);
	const struct config_key *key;
	struct badf_ends signs;

	if (!m->has_home || !address_is_unicast(&m->home)) {
		refuse(e, m, COUNT_NO_HOME, "an FBU without a home address");
		return false;
	}
	if (!badf) {
		refuse(e, m, COUNT_BAD_AUTH, "no authenticator");
		return false;
	}
	key = config_key_of(e->config, &m->home, badf->spi);
	if (!key) {
		refuse(e, m, COUNT_NO_KEY, "no key for this address");
		return false;
	}
	signs.care_of = *badf_fbu_care_of(mh, &m->ends.source, &m->home);
	signs.par = m->ends.destination;
	if (badf_verify(m->data, m->len,
			&(struct badf_key){ key->mac, key->len, key->bytes }, &signs)) {
		refuse(e, m, COUNT_BAD_AUTH, "wrong authenticator");
		return false;
	}
	return true;
}

static struct par_request requested(struct engine *e, const struct message *m,
				    const struct mh *mh)
{
	const struct mobopt *care_of = mobopts_find(&mh->options, MOBOPT_ALTCOA);
	const struct mobopt_badf *badf = authenticator(mh);
	bool from_pcoa = IN6_ARE_ADDR_EQUAL(&m->ends.source, &m->home);

	return (struct par_request){
		.sequence = mh->fbu.sequence,
		.spi = badf->spi,
		.lifetime = mh->fbu.lifetime,
		.par = m->ends.destination,
		.source = m->ends.source,
		.ncoa = care_of ? care_of->care_of : m->ends.source,
		.from_pcoa = from_pcoa,
		.on_link = from_pcoa && par_interface_at(e, m->ifindex),
		.silent = !(mh->fbu.flags & MH_FBU_A),
		.bare_length = badf->bare_length,
	};
}

/* Numbers are of a key: a node that gets another one begins anew. */
static void learn_sequence(struct par_node *n, uint32_t spi)
{
	struct engine *e = n->engine;

	if (n->has_sequence && n->sequence_spi == spi)
		return;
	n->sequence_spi = spi;
	n->has_sequence = !e->ops->recall(e->world, &n->pcoa, spi, &n->sequence);
}

static void accept_sequence(struct par_node *n, const struct par_request *request)
{
	struct engine *e = n->engine;

	n->has_sequence = true;
	n->sequence = request->sequence;
	e->ops->remember(e->world, &n->pcoa, request->spi, request->sequence);
}

static void begin_record(struct par_node *n, uint64_t ns)
{
	n->record = (struct record){
		.mode = n->request.from_pcoa ? "predictive" : "reactive",
	};
	engine_open_record(n->engine, &n->record, n->path_id);
	if (n->down_ns > PAR_DOWN_UNSEEN)
		record_step(&n->record, n->down_ns, "link down", false);
	record_step(&n->record, ns, "fbu", false);
}

/* The same handover still: the newest number is the one to answer. */
static bool is_again(const struct par_node *n, const struct par_request *request)
{
	return IN6_ARE_ADDR_EQUAL(&n->request.ncoa, &request->ncoa) &&
	       IN6_ARE_ADDR_EQUAL(&n->request.par, &request->par);
}

/* Nobody saw it leave: it was there yet when it asked from there. */
static void suppose_left(struct par_node *n)
{
	n->down_ns = PAR_DOWN_UNSEEN;
	n->left_ns = par_was_here(n);
}

/* Section 5.6: what the new router has got cannot come back, but there are copies. */
static void end(struct par_node *n, const struct par_request *request)
{
	struct engine *e = n->engine;

	n->request = *request;
	n->granted = 0;
	record_step(&n->record, e->ops->now(e->world), "returned", false);
	if (n->state > PAR_HOLDING && !n->down_ns)
		suppose_left(n);
	par_return(n);
	if (request->on_link)
		nar_is_here(e, &n->pcoa);
	par_answer(n, MH_FBACK_ACCEPTED);
}

static void grant(struct par_node *n)
{
	uint16_t most = n->engine->config->ar.lifetime_max;

	n->granted = n->request.lifetime < most ? n->request.lifetime : most;
}

/* What there is of an earlier handover goes on. */
static void unknown_router(struct par_node *n, const struct par_request *request)
{
	const struct report r = {
		.kind = REPORT_REFUSED,
		.role = "par",
		.text = "the NCoA is of no router of the neighbourhood",
		.pcoa = n->pcoa,
		.ncoa = request->ncoa,
	};
	struct par_request before = n->request;
	struct engine *e = n->engine;

	engine_report(e, &r);
	n->request = *request;
	par_answer(n, MH_FBACK_UNSPECIFIED);
	n->request = before;
	if (n->state != PAR_ASKING)
		return;
	e->ops->alarm_stop(e->world, &n->retry);
	n->invited = false;
	par_go_back(n);
}

/* It may bind its PCoA to the router itself (section 6.4.6, Status 3). */
static const struct config_neighbour *router_of(const struct par_node *n,
						const struct in6_addr *ncoa)
{
	const struct config *config = n->engine->config;
	const struct config_neighbour *nar;

	if (!address_is_unicast(ncoa) || IN6_ARE_ADDR_EQUAL(ncoa, &n->pcoa))
		return NULL;
	nar = config_peer(config, ncoa) ?: config_neighbour_of(config, ncoa);
	return nar && nar->fmip ? nar : NULL;
}

/* If it is refused, what there was goes on, and is counted from here on. */
static void begin(struct par_node *n, const struct par_request *request)
{
	const struct config_neighbour *nar = router_of(n, &request->ncoa);
	struct engine *e = n->engine;

	if (!nar) {
		unknown_router(n, request);
		return;
	}
	if (n->state == PAR_REDIRECTED)
		par_record(n, "superseded");
	e->ops->alarm_stop(e->world, &n->retry);
	n->invited = false;
	n->request = *request;
	grant(n);
	begin_record(n, e->ops->now(e->world));
	par_ask(n, nar);
}

static void go_on(struct par_node *n, const struct par_request *request)
{
	struct engine *e = n->engine;

	record_step(&n->record, e->ops->now(e->world), "fbu again", false);
	n->request = *request;
	grant(n);
	if (n->state == PAR_REDIRECTED)
		par_accept(n);
	else if (par_path(n))
		par_refuse(n, MH_FBACK_NO_RESOURCES, "no resources here");
}

static void obey(struct par_node *n, const struct par_request *request)
{
	bool busy = (n->state == PAR_ASKING && !n->invited) || n->state == PAR_REDIRECTED;

	if (!request->lifetime)
		end(n, request);
	else if (busy && is_again(n, request))
		go_on(n, request);
	else
		begin(n, request);
}

/* The link knows better than the node itself who has sent what came from it. */
static void learn_node(struct par_node *n, const struct message *m, bool on_link,
		       const struct lla *lla)
{
	unsigned int ifindex = on_link ? m->ifindex : n->ifindex;
	struct engine *e = n->engine;
	struct lla known;

	if (on_link && !e->ops->lla_of(e->world, ifindex, &n->pcoa, &known))
		par_shown(n, ifindex, &known);
	else
		par_claimed(n, ifindex, lla);
}

/*
 * It has told how long after a PrRtAdv its link went down.  That was sent before it
 * came, so that this is too early by what it took on the link; what was on that link
 * when it went down has not come.  To send a little too much again does less harm than
 * to miss something.
 */
static void learn_down(struct par_node *n, const struct mh *mh)
{
	const struct par_station *station = n->station;
	struct engine *e = n->engine;
	struct mobopt_down down;
	uint64_t told_ns, after;

	if ((n->down_ns && n->state != PAR_REDIRECTED) || !station ||
	    !mobopts_down(&mh->options, e->config->vendor_id, &down))
		return;
	told_ns = par_told(station, down.identifier);
	after = down.ms * 1000000ull;
	after -= after / CLOCK_DRIFT;
	after -= after < PAR_IN_FLIGHT_NS ? after : PAR_IN_FLIGHT_NS;
	/* Who says that it is still to come is wrong about one of the two. */
	if (!told_ns || told_ns + after > e->ops->now(e->world))
		return;
	n->left_ns = told_ns + after;
	n->down_ns = n->left_ns;
}

/*
 * What comes twice is answered as it was, or will be.  Who has forgotten his numbers is
 * told the last one, and whoever has not knows by it that it was accepted.
 */
static void answer_stale(struct par_node *n, const struct par_request *request)
{
	struct par_request before = n->request;

	if (request->sequence == n->sequence) {
		if (n->state != PAR_REDIRECTED || !is_again(n, request) ||
		    (n->request.spi != request->spi && !n->request.adopted))
			return;
		/* The number is on disk, so that this is what was accepted. */
		if (n->request.adopted)
			n->request = *request;
		par_answer(n, par_status(n));
		return;
	}
	n->request = *request;
	n->request.sequence = n->sequence;
	par_answer(n, MH_FBACK_BAD_SEQUENCE);
	n->request = before;
}

void par_fbu(struct engine *e, const struct message *m, const struct mh *mh)
{
	const struct mobopt *lla = mobopts_find(&mh->options, MOBOPT_LLA);
	struct par_request request;
	struct par_node *n;

	if (!is_authentic(e, m, mh)) {
		flood_forged(e, m, par_payer(e, m));
		return;
	}
	/* A key may be that of a whole link. */
	if (e->ops->is_own(e->world, &m->home)) {
		e->count[COUNT_CONFLICT]++;
		return;
	}
	request = requested(e, m, mh);
	n = par_admit(e, &m->home, config_key_of(e->config, &m->home, request.spi));
	if (!n) {
		refuse(e, m, COUNT_LIMIT, "no room for another address");
		return;
	}
	learn_sequence(n, request.spi);
	if (n->has_sequence && !mh_is_newer(request.sequence, n->sequence)) {
		e->count[COUNT_STALE]++;
		answer_stale(n, &request);
		return;
	}
	accept_sequence(n, &request);
	learn_node(n, m, request.on_link, lla ? &lla->lla.lla : NULL);
	learn_down(n, mh);
	if (request.on_link && request.lifetime && n->state != PAR_REDIRECTED)
		n->asked_ns = e->ops->now(e->world);
	obey(n, &request);
}

static void send_fback(struct par_node *n, const struct mh *mh,
		       const struct in6_addr *care_of, const struct in6_addr *to)
{
	struct engine *e = n->engine;
	struct badf_ends signs = { *care_of, n->request.par };
	const struct config_key *key = config_key_of(e->config, &n->pcoa, n->request.spi);
	bool to_pcoa = IN6_ARE_ADDR_EQUAL(to, &n->pcoa);
	bool on_link = to_pcoa && n->request.on_link;
	struct message m = {
		.ends = { n->request.par, *to },
		.ifindex = on_link ? n->ifindex : 0,
		.routed = !to_pcoa && e->config->ar.rh2,
		.home = n->pcoa,
	};

	if (!key)
		return;
	if (on_link)
		m.lla = n->lla;
	record_step(&n->record, e->ops->now(e->world), "fback", true);
	engine_send_mh(e, &m, mh, &(struct badf_key){ key->mac, key->len, key->bytes },
		       &signs);
}

void par_answer(struct par_node *n, uint8_t status)
{
	const struct config_key *key = config_key_of(n->engine->config, &n->pcoa,
						     n->request.spi);
	bool accepted = status < MH_FBACK_UNSPECIFIED;
	struct mh mh = { .type = MH_FBACK };
	const struct in6_addr *care_of = &n->request.ncoa;

	if (!key || n->request.silent)
		return;
	mh.fback.status = status;
	mh.fback.sequence = n->request.sequence;
	mh.fback.lifetime = accepted ? n->granted : 0;
	if (status == MH_FBACK_USE_ALTCOA) {
		care_of = n->code == MH_HACK_USE_PCOA ? &n->pcoa : &n->ncoa;
		mh.options.option[mh.options.count++] = (struct mobopt){
			.type = MOBOPT_ALTCOA,
			.care_of = *care_of,
		};
	}
	mh.options.option[mh.options.count++] = (struct mobopt){
		.type = MOBOPT_BADF,
		.badf = {
			.spi = n->request.spi,
			.bare_length = n->engine->config->ar.badf_bare_length,
			.len = badf_size(key->mac),
		},
	};
	if (!n->request.lifetime)
		care_of = &n->pcoa;
	if (!accepted || !n->request.lifetime) {
		send_fback(n, &mh, care_of, &n->request.source);
		return;
	}
	/* Where the node is, and where it is going to be if that is elsewhere. */
	if (n->request.from_pcoa &&
	    (n->engine->config->ar.fback_to_pcoa || n->code == MH_HACK_USE_PCOA))
		send_fback(n, &mh, care_of, &n->pcoa);
	if (!n->request.from_pcoa)
		send_fback(n, &mh, care_of, &n->request.source);
	else if (n->code != MH_HACK_USE_PCOA)
		send_fback(n, &mh, care_of, &n->ncoa);
}
