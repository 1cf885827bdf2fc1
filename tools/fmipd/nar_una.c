// SPDX-License-Identifier: GPL-2.0-only
/*
 * A node says that it has come (RFC 5568 sections 6.3 and 6.4.6).  Who is expected
 * has been let in by the data path already; here are those who come before they are
 * expected, and those who have not heard that they shall have another address.
 */
#include <stdlib.h>

#include <utlist.h>

#include "nar.h"

static struct nar_una *find(struct engine *e, const struct in6_addr *address)
{
	struct nar_una *una;

	HASH_FIND(hh, e->nar->una, address, sizeof(*address), una);
	return una;
}

static void forget(struct engine *e, struct nar_una *una)
{
	HASH_DEL(e->nar->una, una);
	free(una);
}

/* A table is in the order in which it was filled. */
void nar_una_forget(struct engine *e, unsigned int most)
{
	while (HASH_COUNT(e->nar->una) > most)
		forget(e, e->nar->una);
}

void nar_una_used(struct engine *e, const struct nar_una *una)
{
	forget(e, find(e, &una->address));
}

static void remember(struct engine *e, const struct nar_una *heard)
{
	struct nar_una *una = find(e, &heard->address);
	bool known = heard->known && (!una || una->known);

	if (una)
		forget(e, una);
	nar_una_forget(e, e->config->limits.una - 1);
	una = malloc(sizeof(*una));
	if (!una)
		return;
	*una = *heard;
	/* What the neighbour cache has from the one before confirms nothing. */
	una->known = known;
	HASH_ADD(hh, e->nar->una, address, sizeof(una->address), una);
}

const struct nar_una *nar_recent(struct engine *e, const struct in6_addr *address)
{
	const struct nar_una *una = find(e, address);

	if (!una || e->ops->now(e->world) - una->ns > e->config->ar.una_memory * 1000000ull)
		return NULL;
	return una;
}

static void cannot_tell(struct engine *e, const struct nar_una *una)
{
	engine_refuse(e, COUNT_UNTOLD, &(struct report){
		.kind = REPORT_REFUSED,
		.role = "nar",
		.text = "no NAACK can be sent: this router advertises nothing on the link",
		.ncoa = una->address,
	});
}

/*
 * Only to who has said it, wherever that address is otherwise.  It says what this router
 * advertises otherwise, too: a lifetime of 0, or one that is made up, would take the
 * router from the default routers of who has it there, or put it among them (RFC 4861
 * section 6.3.4).
 */
static void send_naack(struct engine *e, const struct nar_una *una, uint8_t status,
		       const struct in6_addr *address)
{
	struct nd nd = { .type = ND_RA };
	struct message m = {
		.ends.destination = una->address,
		.ifindex = una->ifindex,
		.lla = una->lla,
	};
	struct ndopt *option;

	if (e->ops->own_address(e->world, una->ifindex, false, &m.ends.source) ||
	    e->ops->router(e->world, una->ifindex, &nd.ra)) {
		cannot_tell(e, una);
		return;
	}
	option = ndopts_add(&nd.options, NDOPT_NAACK);
	option->naack.status = status;
	option->naack.supplied = address;
	if (address)
		option->naack.address = *address;
	engine_send_nd(e, &m, &nd);
}

static const struct nar_node *settled(const struct nar_visitor *visitor)
{
	const struct nar_node *n;

	DL_FOREACH(visitor->nodes, n)
		if (n->place && n->state != NAR_PROBING)
			return n;
	return NULL;
}

/*
 * It was given another address, and cannot know: section 6.4.6.  Where it is let to
 * use its PCoA it has come to that, whatever address it has announced, if the neighbour
 * cache agrees that it is the one; else it is for the data path to see who announces the
 * PCoA, as it is told to do.
 */
static void redirect(struct engine *e, struct nar_visitor *visitor,
		     const struct nar_una *una)
{
	const struct nar_node *n = settled(visitor);

	if (!n)
		return;
	if (!n->place->narrow) {
		send_naack(e, una, NAACK_USE_SUPPLIED, &n->ncoa);
		return;
	}
	if (una->known)
		nar_arrived(e, visitor, una->ns, NULL);
	send_naack(e, una, NAACK_PCOA, &n->ncoa);
}

/* False if it is somebody that this router has nothing to do with yet. */
static bool is_expected(struct engine *e, const struct nar_una *una)
{
	const struct nar_place *place = nar_find(e, &una->address);
	struct nar_visitor *visitor;

	if (place && place->visitor->ifindex == una->ifindex) {
		if (lla_equal(&place->visitor->key.lla, &una->lla))
			return true;
		nar_contested(e, &place->visitor->nodes->request,
			      "another node announces the NCoA");
		send_naack(e, una, NAACK_LLA_UNKNOWN, NULL);
		return true;
	}
	visitor = nar_visitor(e, &una->address, &una->lla) ?:
		  nar_visitor(e, &in6addr_any, &una->lla);
	if (!visitor || visitor->ifindex != una->ifindex)
		return false;
	redirect(e, visitor, una);
	return true;
}

/* What it can bind to instead is on the same link, as far as other routers are told. */
static bool has_router(struct engine *e, const struct nar_una *una)
{
	const struct in6_addr *own = &e->config->ar.address;

	return e->ops->is_own(e->world, own) &&
	       nar_interface_of(e, own) == nar_interface_of(e, &una->address);
}

/*
 * It has an address that is another's on this link, and nothing is known of it: it is
 * given one out of the pool, or binds its PCoA to this router, or makes another itself.
 * Nothing is kept for it, since it could be anybody; the HI that follows its FBU says
 * whether it can have that.
 */
static void offer_another(struct engine *e, const struct nar_una *una)
{
	const struct config_interface *interface = nar_interface_of(e, &una->address);
	enum config_unusable unusable = e->config->ar.unusable;
	struct in6_addr address;

	if (unusable == CONFIG_UNUSABLE_OTHER &&
	    !nar_choose(e, interface, una->ifindex, &una->lla, &address))
		send_naack(e, una, NAACK_USE_SUPPLIED, &address);
	else if (unusable == CONFIG_UNUSABLE_PCOA && has_router(e, una))
		send_naack(e, una, NAACK_USE_NAR, NULL);
	else
		send_naack(e, una, NAACK_AUTOCONFIGURE, NULL);
}

static void heard(struct engine *e, const struct nar_una *una)
{
	struct lla known;

	if (is_expected(e, una))
		return;
	if (!e->ops->lla_of(e->world, una->ifindex, &una->address, &known) &&
	    !lla_equal(&known, &una->lla)) {
		e->count[COUNT_CONFLICT]++;
		offer_another(e, una);
		return;
	}
	remember(e, una);
	/* As RFC 9131 has it: a packet that comes now need not ask. */
	if (e->ops->lla_of(e->world, una->ifindex, &una->address, &known))
		e->ops->neighbour_set(e->world, una->ifindex, &una->address, &una->lla);
}

static bool is_known(struct engine *e, const struct nar_una *una)
{
	struct lla known;

	return !e->ops->lla_of(e->world, una->ifindex, &una->address, &known) &&
	       lla_equal(&known, &una->lla);
}

static bool is_for_nodes(struct engine *e, unsigned int ifindex,
			 const struct in6_addr *address)
{
	const struct config_interface *interface = nar_interface_of(e, address);

	return interface && !e->ops->is_own(e->world, address) &&
	       e->ops->ifindex_of(e->world, interface->name) == ifindex;
}

void nar_na(struct engine *e, const struct message *m, const struct nd *nd)
{
	const struct ndopt *lla = ndopts_find(&nd->options, NDOPT_TARGET_LLA);
	struct nar_una una = {
		.address = nd->neighbour.target,
		.ifindex = m->ifindex,
		.ns = e->ops->now(e->world),
	};

	if (!lla || nd->neighbour.flags ||
	    !IN6_ARE_ADDR_EQUAL(&m->ends.source, &nd->neighbour.target) ||
	    !is_for_nodes(e, m->ifindex, &una.address))
		return;
	una.lla = lla->link;
	una.known = is_known(e, &una);
	heard(e, &una);
}

/* It can come from anywhere: its hop limit is not one that no router lets through. */
void nar_fna(struct engine *e, const struct message *m, const struct mh *mh)
{
	const struct mobopt *lla = mobopts_find(&mh->options, MOBOPT_LLA);
	struct nar_una una = {
		.address = m->ends.source,
		.ifindex = m->ifindex,
		.ns = e->ops->now(e->world),
	};
	struct nar_place *place;

	if (!e->config->ar.accept_fna || !lla ||
	    !is_for_nodes(e, m->ifindex, &una.address))
		return;
	una.lla = lla->lla.lla;
	una.known = is_known(e, &una);
	if (!una.known) {
		e->count[COUNT_UNMATCHED]++;
		return;
	}
	place = nar_find(e, &una.address);
	if (place && lla_equal(&place->visitor->key.lla, &una.lla))
		nar_arrived(e, place->visitor, una.ns, NULL);
	else
		heard(e, &una);
}
