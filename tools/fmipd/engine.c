// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all roles have in common: messages are read, and given to who wants them.
 */
#include <errno.h>
#include <string.h>

#include "badf.h"
#include "engine.h"
#include "flood.h"
#include "problem.h"

static const struct role *const roles[] = { &role_par, &role_nar, &role_mn };

#define NS_PER_MS	1000000ull

/* In a second; RFC 4443 section 2.4 (f) wants a limit. */
#define COMPLAINTS	10

/* In a second, of each kind: they must not keep out what matters more. */
#define REFUSALS	1

/* Of the types up to this one RFC 6275 section 6.1 has all, and of those behind it one. */
#define LAST_OF_RFC6275	6

#define TYPE_AT		2

#define N_ROLES	(sizeof(roles) / sizeof(roles[0]))

static bool plays(const struct engine *e, const struct role *role)
{
	return e->config->roles & role->roles;
}

int engine_start(struct engine *e, const struct config *config,
		 const struct world_ops *ops, void *world)
{
	size_t i;
	int err;

	*e = (struct engine){ .config = config, .ops = ops, .world = world };
	for (i = 0; i < N_ROLES; i++) {
		err = plays(e, roles[i]) ? roles[i]->start(e) : 0;
		if (err)
			goto undo;
	}
	return 0;

undo:
	while (i--)
		if (plays(e, roles[i]))
			roles[i]->stop(e);
	return err;
}

void engine_stop(struct engine *e)
{
	size_t i = N_ROLES;

	while (i--)
		if (plays(e, roles[i]))
			roles[i]->stop(e);
	flood_forget(e);
}

void engine_configure(struct engine *e, const struct config *config)
{
	size_t i;

	e->config = config;
	flood_forget(e);
	for (i = 0; i < N_ROLES; i++)
		if (plays(e, roles[i]) && roles[i]->configure)
			roles[i]->configure(e);
}

static bool give_mh(struct engine *e, const struct message *m, const struct mh *mh)
{
	const struct mh_handler *handler;
	bool wanted = false;
	size_t i;

	for (i = 0; i < N_ROLES; i++) {
		if (!plays(e, roles[i]))
			continue;
		for (handler = roles[i]->mh; handler->type; handler++) {
			if (handler->type != mh->type)
				continue;
			handler->receive(e, m, mh);
			wanted = true;
		}
	}
	return wanted;
}

static bool is_admitted(struct engine *e, const struct message *m, const struct mh *mh,
			const struct nd *nd)
{
	struct bucket *node = NULL;
	bool limited = false;
	size_t i;

	for (i = 0; i < N_ROLES; i++) {
		if (!plays(e, roles[i]) || !roles[i]->payer)
			continue;
		limited = true;
		if (!node && (mh || nd))
			node = roles[i]->payer(e, m, mh, nd);
	}
	return !limited || flood_admits(e, m, node);
}

/* RFC 6275 section 6.1.9: the home address is that of the message, or none. */
static void send_binding_error(struct engine *e, const struct message *m)
{
	struct message answer = {
		.ends = { m->ends.destination, m->ends.source },
		.ifindex = m->ifindex,
	};
	struct mh mh = { .type = MH_BE, .be.status = MH_BE_UNKNOWN_TYPE };

	if (m->has_home)
		mh.be.home = m->home;
	engine_send_mh(e, &answer, &mh, NULL, NULL);
}

static bool is_for_others(const struct engine *e, const struct message *m)
{
	switch (e->config->binding_errors) {
	case CONFIG_ERRORS_OTHERS:
		return m->data[TYPE_AT] <= LAST_OF_RFC6275;
	case CONFIG_ERRORS_NONE:
		return true;
	default:
		return false;
	}
}

/* RFC 4443 section 2.4 (e). */
static bool has_one_sender(const struct message *m)
{
	return !IN6_IS_ADDR_MULTICAST(&m->ends.destination) &&
	       !IN6_IS_ADDR_MULTICAST(&m->ends.source) &&
	       !IN6_IS_ADDR_UNSPECIFIED(&m->ends.source);
}

/*
 * The kernel sees to the Payload Proto, and to the lengths of what RFC 6275 has: it
 * passes nothing of that on.
 */
static void complain(struct engine *e, const struct message *m, const struct fault *fault)
{
	enum mh_reply reply = mh_reply(fault);

	if (reply == MH_REPLY_NONE || !has_one_sender(m) ||
	    (reply == MH_REPLY_BINDING_ERROR && is_for_others(e, m)) ||
	    !bucket_take(&e->complaints, e->ops->now(e->world), COMPLAINTS))
		return;
	switch (reply) {
	case MH_REPLY_BINDING_ERROR:
		send_binding_error(e, m);
		break;
	case MH_REPLY_PARAMETER_PROBLEM:
		problem_send(e, m, fault->offset);
		break;
	case MH_REPLY_NONE:
		break;
	}
}

/*
 * A router has no other address than that in the header, and XFRM looks at the one that
 * a Home Address option names: who sends such a thing is somebody else.
 */
static bool is_disguised(const struct message *m, const struct mh *mh)
{
	return m->has_home && (mh->type == MH_HI || mh->type == MH_HACK);
}

static void receive_mh(struct engine *e, const struct message *m)
{
	struct fault fault;
	struct mh mh;

	fault = mh_decode(m->data, m->len, NULL, &mh);
	/* At nobody's cost, as it is not of who it says. */
	if (!fault.kind && is_disguised(m, &mh)) {
		e->count[COUNT_UNWANTED]++;
		return;
	}
	if (!is_admitted(e, m, fault.kind ? NULL : &mh, NULL))
		return;
	if (fault.kind) {
		e->count[COUNT_MALFORMED]++;
		complain(e, m, &fault);
		return;
	}
	if (!give_mh(e, m, &mh))
		e->count[COUNT_UNWANTED]++;
}

static bool give_nd(struct engine *e, const struct message *m, const struct nd *nd)
{
	const struct nd_handler *handler;
	bool wanted = false;
	size_t i;

	for (i = 0; i < N_ROLES; i++) {
		if (!plays(e, roles[i]))
			continue;
		for (handler = roles[i]->nd; handler->receive; handler++) {
			if (handler->type != nd->type)
				continue;
			handler->receive(e, m, nd);
			wanted = true;
		}
	}
	return wanted;
}

static void receive_nd(struct engine *e, const struct message *m)
{
	struct nd_link link = { .hop_limit = m->hop_limit };
	struct fault fault;
	struct lla own;
	struct nd nd;

	if (!e->ops->own_lla(e->world, m->ifindex, &own))
		link.lla_len = own.len;
	fault = nd_decode(m->data, m->len, &link, &nd);
	if (!is_admitted(e, m, NULL, fault.kind ? NULL : &nd))
		return;
	if (fault.kind)
		e->count[COUNT_MALFORMED]++;
	else if (!give_nd(e, m, &nd))
		e->count[COUNT_UNWANTED]++;
}

void engine_receive(struct engine *e, const struct message *m)
{
	e->count[COUNT_RECEIVED]++;
	if (m->next_header == IPPROTO_MH)
		receive_mh(e, m);
	else
		receive_nd(e, m);
}

void engine_link(struct engine *e, const struct link_event *event)
{
	size_t i;

	for (i = 0; i < N_ROLES; i++)
		if (plays(e, roles[i]) && roles[i]->link)
			roles[i]->link(e, event);
}

void engine_neighbour(struct engine *e, unsigned int ifindex,
		      const struct in6_addr *address, const struct lla *lla)
{
	size_t i;

	for (i = 0; i < N_ROLES; i++)
		if (plays(e, roles[i]) && roles[i]->neighbour)
			roles[i]->neighbour(e, ifindex, address, lla);
}

void engine_path(struct engine *e, const struct path_event *event)
{
	size_t i;

	for (i = 0; i < N_ROLES; i++)
		if (plays(e, roles[i]) && roles[i]->path(e, event))
			return;
}

void engine_probed(struct engine *e, unsigned int ifindex,
		   const struct in6_addr *address, const struct lla *lla)
{
	size_t i;

	for (i = 0; i < N_ROLES; i++)
		if (plays(e, roles[i]) && roles[i]->probed)
			roles[i]->probed(e, ifindex, address, lla);
}

bool engine_adopt(struct engine *e, const struct path *path)
{
	size_t i;

	if (path->id > e->last_id)
		e->last_id = path->id;
	for (i = 0; i < N_ROLES; i++)
		if (plays(e, roles[i]) && roles[i]->adopt && roles[i]->adopt(e, path))
			return true;
	return false;
}

int engine_order(struct engine *e, const struct engine_order *order, const char **why)
{
	int err, refusal = -EOPNOTSUPP;
	const char *reason;
	size_t i;

	*why = "this node has no role that could do so";
	for (i = 0; i < N_ROLES; i++) {
		if (!plays(e, roles[i]) || !roles[i]->order)
			continue;
		err = roles[i]->order(e, order, &reason);
		if (!err)
			return 0;
		if (err == -EOPNOTSUPP || refusal != -EOPNOTSUPP)
			continue;
		refusal = err;
		*why = reason;
	}
	return refusal;
}

void engine_show(struct engine *e, struct engine_visitor *visitor)
{
	size_t i;

	for (i = 0; i < N_ROLES; i++)
		if (plays(e, roles[i]))
			roles[i]->show(e, visitor);
}

bool engine_is_wanted(const struct engine_visitor *visitor,
		      const struct in6_addr *address)
{
	return IN6_IS_ADDR_UNSPECIFIED(&visitor->node) ||
	       IN6_ARE_ADDR_EQUAL(&visitor->node, address);
}

uint32_t engine_path_id(struct engine *e)
{
	if (!++e->last_id)
		e->last_id = 1;
	return e->last_id;
}

void engine_send_mh(struct engine *e, struct message *m, const struct mh *mh,
		    const struct badf_key *key, const struct badf_ends *signs)
{
	struct ip6_ends ends = m->ends;
	uint8_t data[ENGINE_MESSAGE_MAX];

	if (mh_encode(mh, data, sizeof(data), &m->len) ||
	    (key && badf_sign(data, m->len, key, signs))) {
		e->count[COUNT_MALFORMED]++;
		return;
	}
	/* RFC 6275 section 6.1.1: of the addresses without the extension headers. */
	if (m->has_home)
		ends.source = m->home;
	if (m->routed)
		ends.destination = m->home;
	mh_set_checksum(data, m->len, &ends);
	m->next_header = IPPROTO_MH;
	m->data = data;
	e->count[COUNT_SENT]++;
	e->ops->send(e->world, m);
}

void engine_send_nd(struct engine *e, struct message *m, const struct nd *nd)
{
	uint8_t data[ENGINE_MESSAGE_MAX];

	if (nd_encode(nd, data, sizeof(data), &m->len)) {
		e->count[COUNT_MALFORMED]++;
		return;
	}
	nd_set_checksum(data, m->len, &m->ends);
	m->next_header = IPPROTO_ICMPV6;
	m->hop_limit = ND_HOP_LIMIT;
	m->data = data;
	e->count[COUNT_SENT]++;
	e->ops->send(e->world, m);
}

bool engine_attempt(struct engine *e, struct attempts *sent,
		    const struct config_retry *retry, struct alarm *alarm)
{
	uint64_t now = e->ops->now(e->world), at, earliest;

	if (sent->count > retry->retries)
		return false;
	if (!sent->count)
		sent->first_ns = now;
	else
		e->count[COUNT_AGAIN]++;
	at = now + ((uint64_t)retry->first << sent->count) * NS_PER_MS;
	sent->count++;
	if (retry->per_second) {
		earliest = sent->first_ns +
			   sent->count / retry->per_second * 1000 * NS_PER_MS;
		at = at > earliest ? at : earliest;
	}
	e->ops->alarm_set(e->world, alarm, at);
	return true;
}

static bool read_packets(struct engine *e, uint32_t path_id, struct record_packets *packets)
{
	struct path_figures figures;

	if (!path_id || e->ops->path_figures(e->world, path_id, &figures))
		return false;
	*packets = (struct record_packets){
		.received = figures.received,
		.buffered = figures.buffered,
		.buffered_most = figures.buffered_most,
		.released = figures.released,
		.overflow = figures.overflow,
		.dropped = figures.dropped,
	};
	return true;
}

void engine_open_record(struct engine *e, struct record *record, uint32_t path_id)
{
	if (!read_packets(e, path_id, &record->before))
		record->before = (struct record_packets){};
}

void engine_count(struct engine *e, struct record *record, uint32_t path_id)
{
	struct record_packets now;

	if (!read_packets(e, path_id, &now))
		return;
	record->counted = true;
	record->packets = (struct record_packets){
		.received = now.received - record->before.received,
		.buffered = now.buffered - record->before.buffered,
		.buffered_most = now.buffered_most,
		.released = now.released - record->before.released,
		.overflow = now.overflow - record->before.overflow,
		.dropped = now.dropped - record->before.dropped,
	};
}

void engine_close_record(struct engine *e, struct record *record, uint32_t path_id,
			 const struct in6_addr *peer)
{
	record->peer = *peer;
	engine_count(e, record, path_id);
}

void engine_report(struct engine *e, const struct report *report)
{
	e->ops->report(e->world, report);
}

void engine_refuse(struct engine *e, enum engine_count kind, const struct report *report)
{
	e->count[kind]++;
	if (bucket_take(&e->refusals[kind], e->ops->now(e->world), REFUSALS))
		engine_report(e, report);
}
