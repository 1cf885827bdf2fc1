// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PAR asks the new router (RFC 5568 section 6.2.1).
 */
#include <string.h>

#include "nar.h"
#include "par.h"

static void add_address(struct mh *mh, enum address_code code,
			const struct in6_addr *address)
{
	mh->options.option[mh->options.count++] = (struct mobopt){
		.type = MOBOPT_ADDRESS,
		.address = { .code = code, .prefixlen = 128, .address = *address },
	};
}

/* The daemon may have been started since the node was on its link. */
static unsigned int link_of(const struct par_node *n)
{
	const struct config_interface *interface = nar_interface_of(n->engine, &n->pcoa);

	if (n->ifindex || !interface)
		return n->ifindex;
	return n->engine->ops->ifindex_of(n->engine->world, interface->name);
}

static bool find_lla(struct par_node *n)
{
	struct engine *e = n->engine;
	unsigned int ifindex;
	struct lla lla;

	if (n->station)
		return true;
	ifindex = link_of(n);
	/* Then it may have said so itself. */
	if (!ifindex || e->ops->lla_of(e->world, ifindex, &n->pcoa, &lla))
		return n->lla.len;
	par_shown(n, ifindex, &lla);
	return true;
}

static void send_hi(struct par_node *n)
{
	const struct config_ar *ar = &n->engine->config->ar;
	struct message m = { .ends = { ar->address, n->nar } };
	struct mh mh = { .type = MH_HI };

	mh.hi.sequence = n->hi_sequence;
	mh.hi.code = n->request.from_pcoa ? MH_HI_FROM_PCOA : MH_HI_FROM_ELSEWHERE;
	if (n->request.from_pcoa)
		mh.hi.flags = (ar->ask_to_buffer ? MH_HI_U : 0) |
			      (ar->assign || n->invited ? MH_HI_S : 0);
	if (n->lla.len)
		mh.options.option[mh.options.count++] = (struct mobopt){
			.type = MOBOPT_LLA,
			.lla = { LLA_MN, n->lla },
		};
	add_address(&mh, ADDRESS_PCOA, &n->pcoa);
	if (!n->invited)
		add_address(&mh, ADDRESS_NCOA, &n->request.ncoa);
	record_step(&n->record, n->engine->ops->now(n->engine->world),
		    n->asked.count > 1 ? "hi again" : "hi", true);
	engine_send_mh(n->engine, &m, &mh, NULL, NULL);
}

static void try(struct par_node *n)
{
	const struct config_neighbour *nar = config_peer(n->engine->config, &n->nar);
	struct config_retry retry = n->engine->config->ar.hi;

	if (nar && nar->hi_timeout)
		retry.first = nar->hi_timeout;
	if (engine_attempt(n->engine, &n->asked, &retry, &n->retry))
		send_hi(n);
	else
		par_refuse(n, MH_FBACK_UNSPECIFIED, "no answer");
}

/* False if each number is that of a HI that is outstanding. */
static bool take_number(struct par_node *n)
{
	struct engine *e = n->engine;
	unsigned int left = 1 << 16;

	do
		n->hi_sequence = ++e->par->hi_sequence;
	while (par_asking(e, &n->nar, n->hi_sequence) && --left);
	return left;
}

void par_ask(struct par_node *n, const struct config_neighbour *nar)
{
	bool knows = find_lla(n);

	if (n->state != PAR_ASKING)
		n->before = n->state;
	/* Without it the new router cannot know who is meant, but by the UNA if it is there. */
	if (!knows && n->request.from_pcoa) {
		par_refuse(n, MH_FBACK_UNSPECIFIED, "nothing tells its link-layer address");
		return;
	}
	/* It is found by who is asked, and which number that has. */
	par_enter(n, PAR_KNOWN);
	n->nar = nar->address;
	if (!take_number(n)) {
		par_refuse(n, MH_FBACK_NO_RESOURCES, "too many are asked for there");
		return;
	}
	par_enter(n, PAR_ASKING);
	n->asked = (struct attempts){};
	if (par_path(n))
		par_refuse(n, MH_FBACK_NO_RESOURCES, "no resources here");
	else
		try(n);
}

void par_ask_again(struct alarm *alarm)
{
	try((struct par_node *)((char *)alarm - offsetof(struct par_node, retry)));
}

/* C-02: that it is assigned is what S asked for, whichever number says so. */
static uint8_t understood(const struct par_node *n, const struct mh *mh, bool has_ncoa)
{
	if (mh->hack.code == MH_HACK_USE_PCOA && has_ncoa &&
	    (n->invited || n->engine->config->ar.assign) && n->request.from_pcoa)
		return MH_HACK_NCOA_ASSIGNED;
	return mh->hack.code;
}

/* C-07: what is refused with has a number of its own in each kind of message. */
static void refused(struct par_node *n, uint8_t code)
{
	switch (code) {
	case MH_HACK_PROHIBITED:
		par_refuse(n, MH_FBACK_PROHIBITED, "prohibited");
		break;
	case MH_HACK_NO_RESOURCES:
		par_refuse(n, MH_FBACK_NO_RESOURCES, "no resources there");
		break;
	case MH_HACK_NCOA_INVALID:
	case MH_HACK_NCOA_ASSIGNED:
		par_refuse(n, MH_FBACK_UNSPECIFIED, "no usable NCoA");
		break;
	default:
		par_refuse(n, MH_FBACK_UNSPECIFIED, "refused");
	}
}

/* To the node from where it knows the router; or to a router, as that knows it. */
static struct ip6_ends tunnel_of(const struct par_node *n)
{
	if (n->code == MH_HACK_USE_PCOA)
		return (struct ip6_ends){ n->engine->config->ar.address, n->nar };
	return (struct ip6_ends){ n->request.par, n->ncoa };
}

static void accepted(struct par_node *n, uint8_t code, const struct in6_addr *ncoa)
{
	n->code = code;
	n->ncoa = ncoa ? *ncoa : n->request.ncoa;
	n->tunnel = tunnel_of(n);
	par_accept(n);
}

/*
 * The new router has made room for a node that knows nothing of it yet: it is told to
 * go there (section 3.3), and nothing else happens before its FBU.
 */
static void advertise(struct par_node *n, const struct in6_addr *ncoa)
{
	const struct config_neighbour *nar = config_peer(n->engine->config, &n->nar);

	n->invited = false;
	par_go_back(n);
	if (nar && nar->aps_count)
		par_advertise(n->engine, n->ifindex, &n->pcoa, nar, &nar->aps[0], true,
			      ncoa);
}

/* Section 10: a router lets packets be sent to where its own nodes are, only. */
static bool is_there(const struct par_node *n, const struct in6_addr *ncoa)
{
	const struct config_neighbour *nar = config_neighbour_of(n->engine->config, ncoa);

	return nar && IN6_ARE_ADDR_EQUAL(&nar->address, &n->nar);
}

static void take(struct par_node *n, uint8_t code, const struct in6_addr *ncoa)
{
	bool needs = code == MH_HACK_NCOA_INVALID || code == MH_HACK_NCOA_ASSIGNED;

	if (code > MH_HACK_USE_PCOA || (needs && !ncoa))
		refused(n, code);
	else if (ncoa && !is_there(n, ncoa))
		refused(n, MH_HACK_NCOA_INVALID);
	else if (n->invited)
		advertise(n, ncoa);
	else
		accepted(n, code, ncoa);
}

static void refuse(struct engine *e, const struct message *m, enum engine_count kind,
		   const char *why)
{
	const struct config_neighbour *nar = config_peer(e->config, &m->ends.source);

	engine_refuse(e, kind, &(struct report){
		.kind = REPORT_REFUSED,
		.role = "par",
		.text = why,
		.peer = nar ? nar->name : NULL,
		.from = nar ? in6addr_any : m->ends.source,
	});
}

/*
 * C-21: a router asks for a node (section 6.2.1.2, Code 4).  It has no HI to answer, so
 * that it says whom it means, and only a node that is on a link here, and is not on its
 * way already, can be meant.
 */
static void invited(struct engine *e, const struct message *m, const struct mh *mh)
{
	const struct config_neighbour *nar = config_peer(e->config, &m->ends.source);
	const struct in6_addr *pcoa = mobopts_address(&mh->options, ADDRESS_PCOA);
	const struct mobopt *lla = mobopts_find(&mh->options, MOBOPT_LLA);
	struct par_node *n = pcoa ? par_find(e, pcoa) : NULL;

	if (!nar) {
		refuse(e, m, COUNT_STRANGER, "the router is no neighbour");
		return;
	}
	if (!n || !n->station || n->state > PAR_COPYING || n->down_ns ||
	    (lla && !lla_equal(&lla->lla.lla, &n->lla))) {
		e->count[COUNT_UNMATCHED]++;
		return;
	}
	n->request = (struct par_request){ .par = e->config->ar.address,
					   .from_pcoa = true, .on_link = true };
	n->record = (struct record){ .mode = "predictive" };
	record_step(&n->record, e->ops->now(e->world), "hack", false);
	n->invited = true;
	par_ask(n, nar);
}

void par_hack(struct engine *e, const struct message *m, const struct mh *mh)
{
	struct par_node *n;

	if (e->config->ipsec == CONFIG_IPSEC_REQUIRED && !m->protected) {
		refuse(e, m, COUNT_CLEARTEXT, "a HAck that IPsec does not protect");
		return;
	}
	if (mh->hack.code == MH_HACK_UNSOLICITED) {
		invited(e, m, mh);
		return;
	}
	n = par_asking(e, &m->ends.source, mh->hack.sequence);
	if (!n) {
		e->count[COUNT_UNMATCHED]++;
		return;
	}
	record_step(&n->record, e->ops->now(e->world), "hack", false);
	e->ops->alarm_stop(e->world, &n->retry);
	take(n, understood(n, mh, mobopts_address(&mh->options, ADDRESS_NCOA)),
	     mobopts_address(&mh->options, ADDRESS_NCOA));
}
