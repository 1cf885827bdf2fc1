// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "badf.h"
#include "par.h"
#include "roam.h"
#include "test.h"

/* A link without the node has a number of its own. */
#define EMPTY	9

static struct in6_addr numbered(const char *format, int n)
{
	char text[64];

	snprintf(text, sizeof(text), format, n + 1);
	return address(text);
}

static void configure_neighbours(struct roam *r, int i)
{
	struct config *config = &r->router_config[i];
	int j, n = 0;

	for (j = 0; j < ROAM_ROUTERS; j++) {
		if (j == i)
			continue;
		r->neighbour[i][n++] = (struct config_neighbour){
			.name = "neighbour",
			.address = numbered("2001:db8:%d::1", j),
			.lla = sim_lla(j + 1),
			.aps = &r->ap[j],
			.aps_count = 1,
			.prefixes = &r->prefix[j],
			.prefixes_count = 1,
			.fmip = true,
		};
	}
	config->neighbours = r->neighbour[i];
	config->neighbours_count = n;
}

static void configure_router(struct roam *r, int i)
{
	r->ap[i] = (struct lla){ 6, { 2, 0, 0, 0, 0xaa, i + 1 } };
	r->prefix[i] = (struct config_prefix){ 64, numbered("2001:db8:%d::", i) };
	r->interface[i] = (struct config_interface){
		.name = "link1",
		.aps = &r->ap[i],
		.aps_count = 1,
		.prefixes = &r->prefix[i],
		.prefixes_count = 1,
		.pool = { 112, numbered("2001:db8:%d::aa:0", i) },
	};
	r->router_config[i] = (struct config){
		.roles = CONFIG_AR,
		.ipsec = CONFIG_IPSEC_OFF,
		.interfaces = &r->interface[i],
		.interfaces_count = 1,
		.keys = &r->key,
		.keys_count = 1,
		.ar = {
			.address = numbered("2001:db8:%d::1", i),
			.hi = { 100, 3, 0 },
			.copying = CONFIG_COPY_RTSOLPR,
			.buffer = { 1000, 4 << 20, 0 },
			.window = { 500, 1 << 20, 500 },
			.speedup = 200,
			.lifetime_max = 60,
			.proxy_nd_lifetime = 1500,
			.una_memory = 5000,
			.fback_to_pcoa = true,
			.ask_to_buffer = true,
			.defend_pcoa = true,
			.linger = 10,
		},
		.limits = { 100, 4, 16, 0, 0 },
	};
	configure_neighbours(r, i);
}

static void configure_node(struct roam *r)
{
	r->key = (struct config_key){
		.pcoa = { 32, address("2001:db8::") },
		.spi = 0x100,
		.len = 20,
		.bytes = "twenty octets of key",
	};
	r->interface[ROAM_ROUTERS] = (struct config_interface){ .name = "link1" };
	r->config = (struct config){
		.roles = CONFIG_MN,
		.interfaces = &r->interface[ROAM_ROUTERS],
		.interfaces_count = 1,
		.keys = &r->key,
		.keys_count = 1,
		.mn = {
			.rtsolpr = { 100, 3, 3 },
			.fbu = { 100, 3, 3 },
			.una = { 1000, 2, 0 },
			.lifetime = 30,
			.iid = CONFIG_IID_EUI64,
			.par = address("2001:db8:1::1"),
			.reverse_tunnel = true,
			.fback_wait = 1000,
			.tell_link_down = true,
		},
	};
}

static void place(struct roam *r, int i, unsigned int ifindex)
{
	char link_local[16], global[32];

	snprintf(link_local, sizeof(link_local), "fe80::%d", i + 1);
	snprintf(global, sizeof(global), "2001:db8:%d::1", i + 1);
	r->router[i]->addresses = 0;
	sim_address(r->router[i], ifindex, link_local, i + 1);
	sim_address(r->router[i], ifindex, global, i + 1);
}

void roam_begin(struct roam *r, void (*configure)(struct roam *r))
{
	int i;

	*r = (struct roam){};
	sim_init(&r->sim);
	r->sim.faithful = true;
	for (i = 0; i < ROAM_ROUTERS; i++)
		configure_router(r, i);
	configure_node(r);
	if (configure)
		configure(r);
	for (i = 0; i < ROAM_ROUTERS; i++) {
		r->router[i] = sim_add(&r->sim, "router", &r->router_config[i]);
		place(r, i, EMPTY + i);
	}
	r->mn = sim_add(&r->sim, "mn", &r->config);
	sim_address(r->mn, 1, "fe80::10", ROAM_LLA);
	sim_address(r->mn, 1, ROAM_PCOA, ROAM_LLA);
	roam_attach(r, 0, true);
}

void roam_end(struct roam *r)
{
	sim_end(&r->sim);
}

static void known_here(struct roam *r)
{
	const struct lla lla = sim_lla(ROAM_LLA);
	unsigned int i;

	for (i = 0; i < r->mn->addresses; i++)
		if (!IN6_IS_ADDR_LINKLOCAL(&r->mn->address[i].address) &&
		    mn_in_prefix(&r->prefix[r->at], &r->mn->address[i].address))
			engine_neighbour(&r->router[r->at]->engine, 1,
					 &r->mn->address[i].address, &lla);
}

void roam_learn(struct roam *r)
{
	known_here(r);
	mn_solicit(r->mn->engine.mn, NULL);
	sim_run(&r->sim, 20);
}

void roam_leave(struct roam *r, int to)
{
	mn_move(r->mn->engine.mn, mn_candidate_at(r->mn->engine.mn, &r->ap[to]));
	sim_run(&r->sim, 40);
}

static void tell(struct sim_node *node, enum link_change change, const struct lla *ap)
{
	struct link_event event = { .change = change, .ifindex = 1, .ns = node->sim->now };

	if (!node->engine.mn)
		event.lla = sim_lla(ROAM_LLA);
	else if (ap)
		event.ap = *ap;
	engine_link(&node->engine, &event);
}

void roam_detach(struct roam *r)
{
	tell(r->router[r->at], LINK_DOWN, NULL);
	place(r, r->at, EMPTY + r->at);
	r->at = -1;
	tell(r->mn, LINK_DOWN, NULL);
}

void roam_attach(struct roam *r, int to, bool named)
{
	place(r, to, 1);
	r->at = to;
	tell(r->mn, LINK_UP, named ? &r->ap[to] : NULL);
}

void roam_name(struct roam *r)
{
	tell(r->mn, LINK_UP, &r->ap[r->at]);
}

void roam_move(struct roam *r, int to, bool predicted)
{
	roam_learn(r);
	if (predicted)
		roam_leave(r, to);
	roam_detach(r);
	sim_run(&r->sim, 50);
	roam_attach(r, to, true);
	sim_run(&r->sim, 50);
}

void roam_send(struct roam *r, const struct nd *nd, const char *from, const char *to,
	       uint8_t hop_limit)
{
	uint8_t data[ENGINE_MESSAGE_MAX];
	struct message m = {
		.ends = { address(from), address(to) },
		.ifindex = 1,
		.next_header = IPPROTO_ICMPV6,
		.hop_limit = hop_limit,
		.data = data,
	};

	assert_int_equal(nd_encode(nd, data, sizeof(data), &m.len), FAULT_NONE);
	nd_set_checksum(data, m.len, &m.ends);
	engine_receive(&r->mn->engine, &m);
}

void roam_advertise(struct roam *r, int from, uint8_t flags)
{
	struct nd nd = { .type = ND_RA, .ra.lifetime = 1800 };
	char link_local[16];

	snprintf(link_local, sizeof(link_local), "fe80::%d", from + 1);
	ndopts_add(&nd.options, NDOPT_SOURCE_LLA)->link = sim_lla(from + 1);
	ndopts_add(&nd.options, NDOPT_PREFIX)->prefix = (struct ndopt_prefix){
		64, flags, 86400, 14400,
		numbered(flags & NDOPT_PREFIX_R ? "2001:db8:%d::1" : "2001:db8:%d::", from),
	};
	roam_send(r, &nd, link_local, "ff02::1", 255);
}

void roam_fback(struct roam *r, const struct mn_binding *b, struct mh_fback fback,
		const char *altcoa)
{
	struct mh mh = { .type = MH_FBACK, .fback = fback };
	struct badf_key key = { r->key.mac, r->key.len, r->key.bytes };
	struct badf_ends signs = { b->lifetime ? b->care_of : b->pcoa, b->par };
	uint8_t data[ENGINE_MESSAGE_MAX];
	struct message m = {
		.ends = { b->par, b->care_of },
		.next_header = IPPROTO_MH,
		.data = data,
	};

	mh.fback.sequence += b->sequence;
	if (altcoa) {
		signs.care_of = address(altcoa);
		mh.options.option[mh.options.count++] = (struct mobopt){
			.type = MOBOPT_ALTCOA, .care_of = signs.care_of,
		};
	}
	mh.options.option[mh.options.count++] = (struct mobopt){
		.type = MOBOPT_BADF,
		.badf = { .spi = b->spi, .len = badf_size(r->key.mac) },
	};
	assert_int_equal(mh_encode(&mh, data, sizeof(data), &m.len), FAULT_NONE);
	assert_int_equal(badf_sign(data, m.len, &key, &signs), 0);
	mh_set_checksum(data, m.len, &m.ends);
	engine_receive(&r->mn->engine, &m);
}

bool roam_is_bound(struct roam *r, const char *pcoa, int par, const char *ncoa)
{
	const struct in6_addr from = address(pcoa), to = address(ncoa);
	const struct path *path = sim_path(r->router[par], pcoa);
	const struct stay *stay = &r->mn->stay;
	unsigned int i;

	if (!path || path->target != PATH_TUNNEL || !r->mn->stays ||
	    !IN6_ARE_ADDR_EQUAL(&path->tunnel.destination, &to))
		return false;
	for (i = 0; i < stay->pcoas; i++)
		if (IN6_ARE_ADDR_EQUAL(&stay->pcoa[i], &from))
			return stay->into[i] &&
			       IN6_ARE_ADDR_EQUAL(&stay->via[i].source, &to) &&
			       IN6_ARE_ADDR_EQUAL(&stay->via[i].destination,
						  &path->tunnel.source);
	return false;
}
