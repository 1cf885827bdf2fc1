// SPDX-License-Identifier: GPL-2.0-only
/*
 * A new access router, and a PAR that asks it all kinds of things.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mh.h"
#include "nar.h"
#include "sim.h"
#include "test.h"

#define PAR	"2001:db8:1::1"
#define NAR	"2001:db8:2::1"
#define PCOA	"2001:db8:1::10"
#define STRANGER	"2001:db8:9::1"
#define NCOA	"2001:db8:2::10"
#define MN_LLA	0x10

static struct config_prefix prefix, par_prefix;
static struct config_neighbour par;
static struct config_interface interface;
static struct config config;

/* The router, who asks it, and what it has answered. */
struct scene {
	struct sim sim;
	struct sim_node *nar;
	struct sim_node *par;
	struct sim_node *mn;
	unsigned int hacks;
	struct mh hack;
	unsigned int naacks;
	struct ndopt_naack naack;
	struct message ra;
	uint16_t lifetime;
};

static struct scene scene;

static void par_got(struct sim_node *node, const struct message *m)
{
	(void)node;
	assert_int_equal(mh_decode(m->data, m->len, &m->ends, &scene.hack).kind, FAULT_NONE);
	assert_int_equal(scene.hack.type, MH_HACK);
	scene.hacks++;
}

static void mn_got(struct sim_node *node, const struct message *m)
{
	struct nd_link link = { &m->ends, m->hop_limit, 6 };
	const struct ndopt *option;
	struct nd nd;

	(void)node;
	assert_int_equal(nd_decode(m->data, m->len, &link, &nd).kind, FAULT_NONE);
	assert_int_equal(nd.type, ND_RA);
	option = ndopts_find(&nd.options, NDOPT_NAACK);
	assert_non_null(option);
	scene.naack = option->naack;
	scene.lifetime = nd.ra.lifetime;
	scene.ra = *m;
	scene.naacks++;
}

static int set_up(void **state)
{
	prefix = (struct config_prefix){ 64, address("2001:db8:2::") };
	par_prefix = (struct config_prefix){ 64, address("2001:db8:1::") };
	par = (struct config_neighbour){
		.name = "par", .address = address(PAR), .prefixes = &par_prefix,
		.prefixes_count = 1, .fmip = true,
	};
	interface = (struct config_interface){
		.name = "link2",
		.prefixes = &prefix,
		.prefixes_count = 1,
		.pool = { 112, address("2001:db8:2::aa:0") },
		.dad_wait = 1000,
	};
	config = (struct config){
		.roles = CONFIG_AR,
		.ipsec = CONFIG_IPSEC_OFF,
		.interfaces = &interface,
		.interfaces_count = 1,
		.neighbours = &par,
		.neighbours_count = 1,
		.ar = {
			.address = address(NAR),
			.buffer = { 1000, 4 << 20, 0 },
			.hold = 5000,
			.lifetime_max = 60,
			.unusable = CONFIG_UNUSABLE_OTHER,
			.proxy_nd_lifetime = 1500,
			.una_memory = 5000,
			.linger = 1000,
		},
		.limits = { .nodes = 2, .addresses = 2, .una = 4 },
	};
	memset(&scene, 0, sizeof(scene));
	sim_init(&scene.sim);
	scene.nar = sim_add(&scene.sim, "nar", &config);
	scene.par = sim_add(&scene.sim, "par", NULL);
	scene.mn = sim_add(&scene.sim, "mn", NULL);
	scene.par->received = par_got;
	scene.mn->received = mn_got;
	sim_address(scene.nar, 2, NAR, 2);
	sim_address(scene.nar, 2, "fe80::2", 2);
	sim_address(scene.par, 1, PAR, 1);
	*state = &scene;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sim_end(&scene.sim);
	return 0;
}

/* The PCoA that is in a HI. */
static const char *asked_pcoa = PCOA;

/* A HI from an address, with the options that are not NULL or 0. */
static void send_hi_of(const char *from, const char *home, const struct mh_handover *hi,
		       const char *ncoa, uint8_t lla)
{
	struct mh mh = { .type = MH_HI, .hi = *hi };
	struct mobopts *o = &mh.options;
	uint8_t data[256];
	struct message m = {
		.ends = { address(from), address(NAR) },
		.next_header = IPPROTO_MH,
		.data = data,
	};

	if (lla)
		o->option[o->count++] = (struct mobopt){
			.type = MOBOPT_LLA, .lla = { LLA_MN, sim_lla(lla) },
		};
	o->option[o->count++] = (struct mobopt){
		.type = MOBOPT_ADDRESS,
		.address = { ADDRESS_PCOA, 128, address(asked_pcoa) },
	};
	if (ncoa)
		o->option[o->count++] = (struct mobopt){
			.type = MOBOPT_ADDRESS, .address = { ADDRESS_NCOA, 128, address(ncoa) },
		};
	if (home) {
		m.has_home = true;
		m.home = address(home);
	}
	assert_int_equal(mh_encode(&mh, data, sizeof(data), &m.len), FAULT_NONE);
	mh_set_checksum(data, m.len, &m.ends);
	sim_send(scene.par, &m);
	sim_run(&scene.sim, 20);
}

static void send_hi(const char *from, const struct mh_handover *hi, const char *ncoa,
		    uint8_t lla)
{
	send_hi_of(from, NULL, hi, ncoa, lla);
}

static void ask(uint16_t sequence, const char *ncoa)
{
	send_hi(PAR, &(struct mh_handover){ sequence, MH_HI_U, 0 }, ncoa, MN_LLA);
}

static void expect_hack(uint16_t sequence, uint8_t code)
{
	assert_true(scene.hacks);
	assert_int_equal(scene.hack.hack.sequence, sequence);
	assert_int_equal(scene.hack.hack.code, code);
}

static const struct in6_addr *hack_ncoa(void)
{
	return mobopts_address(&scene.hack.options, ADDRESS_NCOA);
}

/* An unsolicited advertisement on a link. */
static void announce_on(unsigned int ifindex, const char *text, uint8_t lla)
{
	struct nd nd = { .type = ND_NA, .neighbour = { 0, address(text) } };
	uint8_t data[128];
	struct message m = {
		.ends = { address(text), address(NAR) },
		.ifindex = ifindex,
		.next_header = IPPROTO_ICMPV6,
		.hop_limit = 255,
		.data = data,
	};

	ndopts_add(&nd.options, NDOPT_TARGET_LLA)->link = sim_lla(lla);
	assert_int_equal(nd_encode(&nd, data, sizeof(data), &m.len), FAULT_NONE);
	nd_set_checksum(data, m.len, &m.ends);
	sim_send(scene.mn, &m);
	sim_run(&scene.sim, 20);
}

static void announce(const char *text, uint8_t lla)
{
	announce_on(2, text, lla);
}

static void a_usable_one_is_let(void **state)
{
	struct path *path;

	(void)state;
	ask(7, NCOA);
	expect_hack(7, MH_HACK_NCOA_VALID);
	path = sim_path(scene.nar, NCOA);
	assert_non_null(path);
	assert_int_equal(path->gate, PATH_HOLD);
	assert_int_equal(path->buffer.packets, 1000);
	assert_int_equal(path->hold, 5000);
}

static void who_does_not_ask_gets_no_buffer(void **state)
{
	(void)state;
	send_hi(PAR, &(struct mh_handover){ 7, 0, 0 }, NCOA, MN_LLA);
	expect_hack(7, MH_HACK_NCOA_VALID);
	assert_int_equal(sim_path(scene.nar, NCOA)->buffer.packets, 1);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
}

static void what_comes_twice_is_answered_twice(void **state)
{
	(void)state;
	ask(7, NCOA);
	ask(7, NCOA);
	assert_int_equal(scene.hacks, 2);
	ask(8, NCOA);
	expect_hack(8, MH_HACK_NCOA_VALID);
	assert_int_equal(sim_path(scene.nar, NCOA)->id, 1);
}

static void one_in_use_is_replaced(void **state)
{
	(void)state;
	sim_address(scene.mn, 2, NCOA, 0x33);
	ask(7, NCOA);
	expect_hack(7, MH_HACK_NCOA_INVALID);
	assert_non_null(hack_ncoa());
	assert_memory_equal(hack_ncoa(), &(struct in6_addr[]){ address("2001:db8:2::aa:0") },
			    14);
	assert_null(sim_path(scene.nar, NCOA));
}

static void one_in_use_is_refused_by_policy(void **state)
{
	(void)state;
	config.ar.unusable = CONFIG_UNUSABLE_NONE;
	sim_address(scene.mn, 2, NCOA, 0x33);
	ask(7, NCOA);
	expect_hack(7, MH_HACK_NCOA_INVALID);
	assert_null(hack_ncoa());
}

static void its_own_is_no_conflict(void **state)
{
	(void)state;
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	ask(7, NCOA);
	expect_hack(7, MH_HACK_NCOA_VALID);
}

static void the_routers_own_is_not_let(void **state)
{
	(void)state;
	ask(7, NAR);
	expect_hack(7, MH_HACK_NCOA_INVALID);
}

static void two_nodes_do_not_get_one(void **state)
{
	(void)state;
	ask(7, NCOA);
	send_hi(PAR, &(struct mh_handover){ 8, MH_HI_U, 0 }, NCOA, 0x33);
	expect_hack(8, MH_HACK_NCOA_INVALID);
	assert_memory_not_equal(hack_ncoa(), &(struct in6_addr[]){ address(NCOA) }, 16);
	assert_int_equal(sim_path(scene.nar, NCOA)->lla.bytes[5], MN_LLA);
	assert_int_equal(scene.nar->report[0].kind, REPORT_ALARM);
}

static void one_is_assigned_that_is_asked_for(void **state)
{
	(void)state;
	send_hi(PAR, &(struct mh_handover){ 7, MH_HI_S | MH_HI_U, 0 }, NCOA, MN_LLA);
	expect_hack(7, MH_HACK_NCOA_ASSIGNED);
	assert_non_null(hack_ncoa());
}

static void without_a_pool_none_is_assigned(void **state)
{
	(void)state;
	interface.pool.len = 0;
	send_hi(PAR, &(struct mh_handover){ 7, MH_HI_S | MH_HI_U, 0 }, NCOA, MN_LLA);
	expect_hack(7, MH_HACK_NO_RESOURCES);
	assert_null(hack_ncoa());
}

static void the_pcoa_goes_on(void **state)
{
	struct path *path;

	(void)state;
	config.ar.addressing = CONFIG_NCOA_PCOA;
	ask(7, NCOA);
	expect_hack(7, MH_HACK_USE_PCOA);
	path = sim_path(scene.nar, PCOA);
	assert_non_null(path);
	assert_int_equal(path->accepts, 1);
	assert_int_equal(path->proxies, 0);
	assert_int_equal(scene.nar->path[1].target, PATH_TUNNEL);
	assert_true(scene.nar->path[1].match[0].source);
	assert_int_equal(scene.nar->path[1].match[0].ifindex, 2);
}

static void another_prefix_is_refused(void **state)
{
	(void)state;
	ask(7, "2001:db8:3::10");
	expect_hack(7, MH_HACK_REFUSED);
}

/* The prefix of an address that the operator has given to the interface, since or ever. */
static void a_prefix_of_the_routers_own_address_is_known(void **state)
{
	(void)state;
	sim_address(scene.nar, 3, "2001:db8:3::1", 2);
	ask(7, "2001:db8:3::10");
	expect_hack(7, MH_HACK_REFUSED);
	sim_address(scene.nar, 2, "2001:db8:4::1", 2);
	ask(8, "2001:db8:4::10");
	expect_hack(8, MH_HACK_NCOA_VALID);
	assert_int_equal(sim_path(scene.nar, "2001:db8:4::10")->ifindex, 2);
}

static void strangers_are_refused(void **state)
{
	(void)state;
	sim_address(scene.par, 1, "2001:db8:9::1", 9);
	send_hi("2001:db8:9::1", &(struct mh_handover){ 7, MH_HI_U, 0 }, NCOA, MN_LLA);
	expect_hack(7, MH_HACK_PROHIBITED);
	assert_int_equal(scene.nar->engine.count[COUNT_STRANGER], 1);
	assert_null(sim_path(scene.nar, NCOA));
	/* That there is something missing is not for them to know. */
	send_hi("2001:db8:9::1", &(struct mh_handover){ 8, MH_HI_U, 0 }, NULL, 0);
	expect_hack(8, MH_HACK_PROHIBITED);
	assert_int_equal(scene.nar->engine.count[COUNT_INCOMPLETE], 0);
}

static void cleartext_is_not_answered(void **state)
{
	(void)state;
	config.ipsec = CONFIG_IPSEC_REQUIRED;
	ask(7, NCOA);
	assert_int_equal(scene.hacks, 0);
	assert_int_equal(scene.nar->engine.count[COUNT_CLEARTEXT], 1);
}

/* XFRM has looked at the home address, and let it in. */
static void a_router_has_no_home_address(void **state)
{
	unsigned int i;

	(void)state;
	config.limits.messages = 5;
	for (i = 0; i < 10; i++)
		send_hi_of(PAR, "2001:db8:9::1", &(struct mh_handover){ 7, MH_HI_U, 0 },
			   NCOA, MN_LLA);
	assert_int_equal(scene.hacks, 0);
	assert_int_equal(scene.nar->engine.count[COUNT_UNWANTED], 10);
	assert_null(sim_path(scene.nar, NCOA));
	/* Nor was the PAR kept out by that. */
	ask(8, NCOA);
	expect_hack(8, MH_HACK_NCOA_VALID);
}

static void without_who_it_is_it_is_refused(void **state)
{
	(void)state;
	send_hi(PAR, &(struct mh_handover){ 7, MH_HI_U, 0 }, NCOA, 0);
	expect_hack(7, MH_HACK_REFUSED);
}

static const struct in6_addr *at(const char *text)
{
	static struct in6_addr kept;

	kept = address(text);
	return &kept;
}

static void expect_cause(const char *text)
{
	const struct report *last;

	assert_true(scene.nar->reports);
	last = &scene.nar->report[scene.nar->reports - 1];
	assert_int_equal(last->kind, REPORT_REFUSED);
	assert_string_equal(last->role, "nar");
	assert_string_equal(last->text, text);
}

static void expect_refused(const char *text)
{
	const struct report *last;

	expect_cause(text);
	last = &scene.nar->report[scene.nar->reports - 1];
	if (last->peer)
		assert_string_equal(last->peer, "par");
	else
		assert_true(IN6_ARE_ADDR_EQUAL(&last->from, at(STRANGER)));
}

static void validate(uint16_t sequence, const char *ncoa)
{
	send_hi(PAR, &(struct mh_handover){ sequence, 0, MH_HI_FROM_ELSEWHERE }, ncoa, 0);
}

/* Whoever reads the log need not guess. */
static void refusals_have_a_cause(void **state)
{
	(void)state;
	ask(1, "2001:db8:3::10");
	expect_refused("the NCoA is of no link of this router");
	validate(2, "2001:db8:3::11");
	expect_refused("the NCoA is of no link of this router");
	validate(3, NCOA);
	expect_refused("no node with the NCoA is known");
	send_hi(PAR, &(struct mh_handover){ 4, MH_HI_U, 0 }, NCOA, 0);
	expect_refused("a HI without an option that it needs");
	scene.nar->path_errno = -ENOSPC;
	ask(5, NCOA);
	expect_refused("no resources here");
	scene.nar->path_errno = 0;
	interface.pool.len = 0;
	send_hi(PAR, &(struct mh_handover){ 6, MH_HI_S, 0 }, NULL, MN_LLA);
	expect_refused("not exactly one link has a pool to assign an address from");
	ask(7, NAR);
	expect_refused("no pool to assign an address from");
	interface.pool = (struct config_prefix){ 128, address(NAR) };
	ask(8, NAR);
	expect_refused("no free address in the pool");
	config.ar.unusable = CONFIG_UNUSABLE_NONE;
	ask(9, NAR);
	expect_refused("the NCoA cannot be used here");
	config.ar.unusable = CONFIG_UNUSABLE_PCOA;
	asked_pcoa = "2001:db8:9::10";
	ask(10, NAR);
	asked_pcoa = PCOA;
	expect_refused("the PCoA cannot be used here");
	config.limits.nodes = 0;
	ask(11, NCOA);
	expect_refused("no room for another address");
	send_hi(STRANGER, &(struct mh_handover){ 12, MH_HI_U, 0 }, NCOA, MN_LLA);
	expect_refused("the router is no neighbour");
	config.ipsec = CONFIG_IPSEC_REQUIRED;
	ask(13, NCOA);
	expect_refused("a HI that IPsec does not protect");
}

/* All are counted; who reads of them is not flooded. */
static void strangers_do_not_fill_the_log(void **state)
{
	uint16_t i;

	(void)state;
	for (i = 0; i < 20; i++)
		send_hi(STRANGER, &(struct mh_handover){ i, MH_HI_U, 0 }, NCOA, MN_LLA);
	assert_int_equal(scene.nar->engine.count[COUNT_STRANGER], 20);
	assert_int_equal(scene.nar->reports, 1);
	ask(20, "2001:db8:3::10");
	assert_int_equal(scene.nar->reports, 2);
	sim_run(&scene.sim, 1000);
	send_hi(STRANGER, &(struct mh_handover){ 21, MH_HI_U, 0 }, NCOA, MN_LLA);
	assert_int_equal(scene.nar->reports, 3);
	expect_refused("the router is no neighbour");
}

static void there_is_an_end_to_what_is_kept(void **state)
{
	(void)state;
	ask(7, NCOA);
	ask(8, "2001:db8:2::11");
	ask(9, "2001:db8:2::12");
	expect_hack(9, MH_HACK_NO_RESOURCES);
	sim_run(&scene.sim, 5000);
	ask(10, "2001:db8:2::12");
	expect_hack(10, MH_HACK_NCOA_VALID);
}

static void who_came_before_is_let_in(void **state)
{
	(void)state;
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	announce(NCOA, MN_LLA);
	ask(7, NCOA);
	expect_hack(7, MH_HACK_NCOA_VALID);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_OPEN);
}

/* Whoever has said so: it may have been another, with that link-layer address. */
static void who_may_have_come_before_is_asked(void **state)
{
	const struct lla lla = sim_lla(MN_LLA), other = sim_lla(0x33);

	(void)state;
	announce(NCOA, MN_LLA);
	/* Of that the neighbour cache has an entry now. */
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	announce(NCOA, MN_LLA);
	ask(7, NCOA);
	expect_hack(7, MH_HACK_NCOA_VALID);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
	assert_int_equal(scene.nar->probes, 1);
	engine_probed(&scene.nar->engine, 2, at(NCOA), &other);
	engine_probed(&scene.nar->engine, 2, at(NCOA), NULL);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
	engine_probed(&scene.nar->engine, 2, at(NCOA), &lla);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_OPEN);
}

/* Its UNA is for an address of which nothing else is known. */
static void who_may_keep_his_pcoa_is_awaited_with_that(void **state)
{
	(void)state;
	config.ar.addressing = CONFIG_NCOA_PCOA;
	ask(7, NCOA);
	announce(NCOA, MN_LLA);
	assert_int_equal(scene.nar->engine.nar->nodes->state, NAR_EXPECTED);
	assert_int_equal(sim_path(scene.nar, PCOA)->gate, PATH_HOLD);
}

static void who_came_long_before_is_not(void **state)
{
	(void)state;
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	announce(NCOA, MN_LLA);
	sim_run(&scene.sim, 5000);
	ask(7, NCOA);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
}

static void reacting(uint8_t lla)
{
	send_hi(PAR, &(struct mh_handover){ 7, 0, MH_HI_FROM_ELSEWHERE }, NCOA, lla);
}

static void who_has_come_is_confirmed(void **state)
{
	(void)state;
	announce(NCOA, MN_LLA);
	reacting(MN_LLA);
	expect_hack(7, MH_HACK_NCOA_VALID);
	assert_null(sim_path(scene.nar, NCOA));
}

static void another_who_has_come_is_not(void **state)
{
	(void)state;
	announce(NCOA, 0x33);
	reacting(MN_LLA);
	expect_hack(7, MH_HACK_PROHIBITED);
	assert_int_equal(scene.nar->report[0].kind, REPORT_ALARM);
}

/* The PAR does not know who it is, but this router does, or nobody. */
static void who_is_not_named_is_known_by_its_una(void **state)
{
	(void)state;
	reacting(0);
	expect_hack(7, MH_HACK_REFUSED);
	announce(NCOA, MN_LLA);
	reacting(0);
	expect_hack(7, MH_HACK_NCOA_VALID);
}

static void to_router(uint16_t sequence, uint8_t lla)
{
	send_hi(PAR, &(struct mh_handover){ sequence, 0, MH_HI_FROM_ELSEWHERE }, NAR, lla);
}

/* Status 3 has it ask for that: it is here, and its PCoA is. */
static void who_binds_to_the_router_has_the_pcoa_here(void **state)
{
	const struct path *path;

	(void)state;
	config.ar.unusable = CONFIG_UNUSABLE_PCOA;
	to_router(7, MN_LLA);
	expect_hack(7, MH_HACK_USE_PCOA);
	assert_null(hack_ncoa());
	path = sim_path(scene.nar, PCOA);
	assert_int_equal(path->gate, PATH_OPEN);
	/* The answer was lost; and the PAR has begun anew. */
	to_router(7, MN_LLA);
	assert_int_equal(scene.hacks, 2);
	expect_hack(7, MH_HACK_USE_PCOA);
	to_router(8, MN_LLA);
	expect_hack(8, MH_HACK_USE_PCOA);
	assert_int_equal(HASH_COUNT(scene.nar->engine.nar->nodes), 1);
	assert_int_equal(path->gate, PATH_OPEN);
	/* Nobody else has that PCoA. */
	to_router(9, 0x33);
	expect_hack(9, MH_HACK_REFUSED);
	assert_int_equal(path->lla.bytes[5], MN_LLA);
}

static void nobody_binds_to_the_router_if_so_decided(void **state)
{
	(void)state;
	config.ar.unusable = CONFIG_UNUSABLE_NONE;
	to_router(7, MN_LLA);
	expect_hack(7, MH_HACK_PROHIBITED);
	assert_null(sim_path(scene.nar, PCOA));
}

static void a_lost_una_does_no_harm(void **state)
{
	(void)state;
	reacting(MN_LLA);
	expect_hack(7, MH_HACK_NCOA_VALID);
}

static void who_was_given_another_is_told(void **state)
{
	struct in6_addr given;

	(void)state;
	sim_address(scene.mn, 2, NCOA, 0x33);
	ask(7, NCOA);
	given = *hack_ncoa();
	announce(NCOA, MN_LLA);
	assert_int_equal(scene.naacks, 1);
	assert_int_equal(scene.naack.status, NAACK_USE_SUPPLIED);
	assert_memory_equal(&scene.naack.address, &given, sizeof(given));
	assert_int_equal(scene.ra.lla.bytes[5], MN_LLA);
	assert_int_equal(scene.lifetime, 1800);
}

/* What is not known of its advertisements is not made up; the operator hears of it. */
static void nobody_is_told_by_a_router_that_is_silent(void **state)
{
	const struct engine *e = &scene.nar->engine;

	(void)state;
	scene.nar->silent = true;
	sim_address(scene.mn, 2, NCOA, 0x33);
	ask(7, NCOA);
	announce(NCOA, MN_LLA);
	announce(NCOA, MN_LLA);
	assert_int_equal(scene.naacks, 0);
	assert_int_equal(e->count[COUNT_UNTOLD], 2);
	assert_int_equal(scene.nar->reports, 1);
	expect_cause("no NAACK can be sent: this router advertises nothing on the link");
	scene.nar->silent = false;
	announce(NCOA, MN_LLA);
	assert_int_equal(scene.naacks, 1);
	assert_int_equal(e->count[COUNT_UNTOLD], 2);
}

static void who_keeps_his_pcoa_is_told(void **state)
{
	(void)state;
	config.ar.addressing = CONFIG_NCOA_PCOA;
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	ask(7, NCOA);
	announce(NCOA, MN_LLA);
	assert_int_equal(scene.naack.status, NAACK_PCOA);
	assert_memory_equal(&scene.naack.address, &(struct in6_addr[]){ address(PCOA) }, 16);
}

static void who_is_not_the_one_is_told(void **state)
{
	(void)state;
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	ask(7, NCOA);
	announce(NCOA, 0x33);
	assert_int_equal(scene.naack.status, NAACK_LLA_UNKNOWN);
	assert_false(scene.naack.supplied);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
}

static void tell(enum path_change change, const char *address)
{
	struct path_event event = {
		.change = change,
		.id = sim_path(scene.nar, address)->id,
		.ns = scene.sim.now,
	};

	engine_path(&scene.nar->engine, &event);
}

static void a_late_hi_does_not_close_the_gate(void **state)
{
	(void)state;
	ask(0xfffe, NCOA);
	ask(0xffff, NCOA);
	ask(2, NCOA);
	tell(PATH_ATTACHED, NCOA);
	sim_path(scene.nar, NCOA)->gate = PATH_OPEN;
	ask(0xfffe, NCOA);
	expect_hack(0xfffe, MH_HACK_NCOA_VALID);
	assert_int_equal(scene.nar->engine.nar->nodes->state, NAR_ARRIVED);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_OPEN);
	/* Nor is it what the next one is compared with. */
	ask(2, NCOA);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_OPEN);
	ask(3, NCOA);
	expect_hack(3, MH_HACK_NCOA_VALID);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
}

/* Whom nobody has announced, either. */
static void who_takes_anothers_is_told(void **state)
{
	(void)state;
	sim_address(scene.mn, 2, NCOA, 0x33);
	announce(NCOA, MN_LLA);
	assert_int_equal(scene.naack.status, NAACK_USE_SUPPLIED);
	assert_memory_equal(&scene.naack.address,
			    &(struct in6_addr[]){ address("2001:db8:2::aa:0") }, 14);
	assert_int_equal(scene.ra.lla.bytes[5], MN_LLA);
	config.ar.unusable = CONFIG_UNUSABLE_PCOA;
	announce(NCOA, MN_LLA);
	assert_int_equal(scene.naack.status, NAACK_USE_NAR);
	assert_false(scene.naack.supplied);
	config.ar.unusable = CONFIG_UNUSABLE_NONE;
	announce(NCOA, MN_LLA);
	assert_int_equal(scene.naack.status, NAACK_AUTOCONFIGURE);
	assert_false(scene.naack.supplied);
	/* It is not remembered as the one that has come. */
	reacting(MN_LLA);
	expect_hack(7, MH_HACK_PROHIBITED);
	scene.naacks = 0;
	announce(NCOA, 0x33);
	assert_int_equal(scene.naacks, 0);
}

static void who_has_arrived_is_left_alone(void **state)
{
	(void)state;
	ask(7, NCOA);
	tell(PATH_ATTACHED, NCOA);
	tell(PATH_RELEASED, NCOA);
	sim_run(&scene.sim, 999);
	assert_non_null(sim_path(scene.nar, NCOA));
	sim_run(&scene.sim, 1);
	assert_null(sim_path(scene.nar, NCOA));
}

/* The kernel delivers first, and tells then: of a short queue the end before the rest. */
static void what_is_out_may_be_told_first(void **state)
{
	(void)state;
	ask(7, NCOA);
	sim_run(&scene.sim, 10);
	tell(PATH_RELEASED, NCOA);
	tell(PATH_ATTACHED, NCOA);
	sim_run(&scene.sim, 999);
	assert_non_null(sim_path(scene.nar, NCOA));
	sim_run(&scene.sim, 1);
	assert_null(sim_path(scene.nar, NCOA));
}

/* What was buffered for long is released for long. */
static void what_is_released_is_waited_for(void **state)
{
	(void)state;
	ask(7, NCOA);
	tell(PATH_ATTACHED, NCOA);
	sim_run(&scene.sim, 3000);
	assert_non_null(sim_path(scene.nar, NCOA));
	tell(PATH_RELEASED, NCOA);
	assert_null(sim_path(scene.nar, NCOA));
	assert_int_equal(scene.nar->report[scene.nar->reports - 1].kind, REPORT_DONE);
}

/* It was let in by the data path while the router asked that for more patience. */
static void a_gate_is_not_closed_behind_a_node(void **state)
{
	struct path_event event = { .change = PATH_ATTACHED };

	(void)state;
	ask(7, NCOA);
	event.id = sim_path(scene.nar, NCOA)->id;
	event.ns = scene.sim.now;
	sim_run(&scene.sim, 1);
	ask(8, NCOA);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
	engine_path(&scene.nar->engine, &event);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_OPEN);
}

/* It was here, has gone back, and comes again before it was forgotten. */
static void who_comes_again_is_awaited_again(void **state)
{
	(void)state;
	ask(7, NCOA);
	tell(PATH_ATTACHED, NCOA);
	ask(7, NCOA);
	assert_int_equal(scene.nar->engine.nar->nodes->state, NAR_ARRIVED);
	ask(8, NCOA);
	expect_hack(8, MH_HACK_NCOA_VALID);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
	tell(PATH_ATTACHED, NCOA);
	/* That is late. */
	ask(7, NCOA);
	expect_hack(7, MH_HACK_NCOA_VALID);
	assert_int_equal(scene.nar->engine.nar->nodes->state, NAR_ARRIVED);
}

#define OTHER_PCOA	"2001:db8:1::11"

static void send_for(const char *pcoa, uint16_t sequence, uint8_t flags, const char *ncoa,
		     uint8_t lla)
{
	asked_pcoa = pcoa;
	send_hi(PAR, &(struct mh_handover){ sequence, flags, 0 }, ncoa, lla);
	asked_pcoa = PCOA;
}

static void two_pcoas_share_an_ncoa(void **state)
{
	(void)state;
	ask(7, NCOA);
	sim_run(&scene.sim, 2000);
	send_for(OTHER_PCOA, 8, MH_HI_U, NCOA, MN_LLA);
	expect_hack(8, MH_HACK_NCOA_VALID);
	assert_int_equal(sim_path(scene.nar, NCOA)->id, 1);
	/* The first one's time is over. */
	sim_run(&scene.sim, 3000);
	assert_int_equal(HASH_COUNT(scene.nar->engine.nar->nodes), 1);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
	tell(PATH_ATTACHED, NCOA);
	assert_int_equal(scene.nar->engine.nar->nodes->state, NAR_ARRIVED);
	tell(PATH_RELEASED, NCOA);
	sim_run(&scene.sim, 1000);
	assert_null(sim_path(scene.nar, NCOA));
	assert_null(scene.nar->engine.nar->visitors);
}

/* With all that it takes with it, whichever of them says so first. */
static void both_are_awaited_again(void **state)
{
	unsigned int before;

	(void)state;
	ask(7, NCOA);
	send_for(OTHER_PCOA, 8, MH_HI_U, NCOA, MN_LLA);
	tell(PATH_ATTACHED, NCOA);
	tell(PATH_RELEASED, NCOA);
	before = scene.nar->reports;
	ask(9, NCOA);
	/* Longer than who has come is kept. */
	sim_run(&scene.sim, 1500);
	assert_int_equal(HASH_COUNT(scene.nar->engine.nar->nodes), 2);
	assert_int_equal(scene.nar->reports, before);
	tell(PATH_ATTACHED, NCOA);
	assert_int_equal(scene.nar->reports, before + 2);
}

/* It has what it had, and can ask once more. */
static void what_cannot_be_awaited_again_goes_on(void **state)
{
	(void)state;
	ask(7, NCOA);
	tell(PATH_ATTACHED, NCOA);
	scene.nar->path_errno = -ENOBUFS;
	ask(8, NCOA);
	scene.nar->path_errno = 0;
	expect_hack(8, MH_HACK_NO_RESOURCES);
	assert_int_equal(scene.nar->engine.nar->nodes->state, NAR_ARRIVED);
	assert_true(scene.nar->engine.nar->places->arrived);
	ask(8, NCOA);
	expect_hack(8, MH_HACK_NCOA_VALID);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
}

/* Nor is any more kept for it than what was let. */
static void what_was_refused_is_asked_for_no_more(void **state)
{
	(void)state;
	send_for(PCOA, 7, 0, NCOA, MN_LLA);
	scene.nar->path_errno = -ENOBUFS;
	send_for(PCOA, 8, MH_HI_U, NCOA, MN_LLA);
	expect_hack(8, MH_HACK_NO_RESOURCES);
	send_for(OTHER_PCOA, 9, MH_HI_U, NCOA, MN_LLA);
	expect_hack(9, MH_HACK_NO_RESOURCES);
	scene.nar->path_errno = 0;
	send_for(PCOA, 10, 0, NCOA, MN_LLA);
	expect_hack(10, MH_HACK_NCOA_VALID);
	assert_int_equal(sim_path(scene.nar, NCOA)->buffer.packets, 1);
}

static void refuse_from_now_on(struct sim_node *node, unsigned int number,
			       const struct path *path)
{
	(void)number;
	(void)path;
	node->path_errno = -ENOBUFS;
}

/* Where it has two of them, the one for its packets is not closed for want of the other. */
static void what_cannot_be_had_both_ways_goes_on(void **state)
{
	(void)state;
	config.ar.addressing = CONFIG_NCOA_PCOA;
	ask(7, NCOA);
	tell(PATH_ATTACHED, PCOA);
	/* The kernel has opened it. */
	sim_path(scene.nar, PCOA)->gate = PATH_OPEN;
	scene.sim.sets = refuse_from_now_on;
	ask(9, NCOA);
	expect_hack(9, MH_HACK_NO_RESOURCES);
	assert_int_equal(sim_path(scene.nar, PCOA)->gate, PATH_OPEN);
}

static void two_pcoas_are_given_the_same(void **state)
{
	struct in6_addr given;

	(void)state;
	send_for(PCOA, 7, MH_HI_S | MH_HI_U, NCOA, MN_LLA);
	given = *hack_ncoa();
	send_for(OTHER_PCOA, 8, MH_HI_S | MH_HI_U, NCOA, MN_LLA);
	expect_hack(8, MH_HACK_NCOA_ASSIGNED);
	assert_memory_equal(hack_ncoa(), &given, sizeof(given));
}

static void each_pcoa_goes_on_by_itself(void **state)
{
	(void)state;
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	config.ar.addressing = CONFIG_NCOA_PCOA;
	config.ar.lifetime_max = 10;
	ask(7, NCOA);
	sim_run(&scene.sim, 5000);
	send_for(OTHER_PCOA, 8, MH_HI_U, NCOA, MN_LLA);
	expect_hack(8, MH_HACK_USE_PCOA);
	assert_non_null(sim_path(scene.nar, PCOA));
	assert_non_null(sim_path(scene.nar, OTHER_PCOA));
	announce(NCOA, MN_LLA);
	assert_int_equal(scene.naack.status, NAACK_PCOA);
	assert_int_equal(sim_path(scene.nar, PCOA)->gate, PATH_OPEN);
	assert_int_equal(sim_path(scene.nar, OTHER_PCOA)->gate, PATH_OPEN);
	tell(PATH_EXPIRED, PCOA);
	assert_int_equal(HASH_COUNT(scene.nar->engine.nar->nodes), 1);
	assert_non_null(sim_path(scene.nar, OTHER_PCOA));
}

/* Nor is what comes from there, or is here, given to who only asks for it. */
static void expect_no_use_of(const char *pcoa)
{
	send_for(pcoa, 7, MH_HI_U, NCOA, MN_LLA);
	expect_hack(7, MH_HACK_REFUSED);
	assert_null(sim_path(scene.nar, pcoa));
	assert_null(scene.nar->engine.nar->nodes);
}

static void only_its_own_pcoas_are_used(void **state)
{
	(void)state;
	config.ar.addressing = CONFIG_NCOA_PCOA;
	expect_no_use_of("2001:db8:9::10");
	expect_no_use_of("2001:db8:2::77");
	expect_no_use_of(NAR);
	sim_address(scene.mn, 2, OTHER_PCOA, 0x33);
	expect_no_use_of(OTHER_PCOA);
	sim_address(scene.nar, 3, "2001:db8:1::99", 2);
	expect_no_use_of("2001:db8:1::99");
	ask(8, NCOA);
	expect_hack(8, MH_HACK_USE_PCOA);
}

static void pcoas_of_a_node_are_bounded(void **state)
{
	(void)state;
	ask(7, NCOA);
	send_for(OTHER_PCOA, 8, MH_HI_U, NCOA, MN_LLA);
	send_for("2001:db8:1::12", 9, MH_HI_U, NCOA, MN_LLA);
	expect_hack(9, MH_HACK_NO_RESOURCES);
}

/* Both are told when the link has not objected. */
static void two_pcoas_share_a_probe(void **state)
{
	(void)state;
	interface.dad_probe = true;
	ask(7, NCOA);
	send_for(OTHER_PCOA, 8, MH_HI_U, NCOA, MN_LLA);
	assert_int_equal(scene.hacks, 0);
	assert_int_equal(scene.nar->probes, 1);
	engine_probed(&scene.nar->engine, 2, at(NCOA), NULL);
	sim_run(&scene.sim, 20);
	assert_int_equal(scene.hacks, 2);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
}

static void a_link_that_cannot_be_asked_does_not_object(void **state)
{
	(void)state;
	interface.dad_probe = true;
	scene.nar->deaf = true;
	ask(7, NCOA);
	expect_hack(7, MH_HACK_NCOA_VALID);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
}

/* Without room, it must not be touched once it is refused. */
static void a_link_that_cannot_be_asked_is_of_no_use(void **state)
{
	(void)state;
	interface.dad_probe = true;
	scene.nar->deaf = true;
	scene.nar->path_errno = -ENOSPC;
	ask(7, NCOA);
	expect_hack(7, MH_HACK_NO_RESOURCES);
	assert_null(scene.nar->engine.nar->visitors);
}

static void the_link_objects(void **state)
{
	struct lla other = sim_lla(0x33);

	(void)state;
	interface.dad_probe = true;
	config.ar.unusable = CONFIG_UNUSABLE_NONE;
	ask(7, NCOA);
	engine_probed(&scene.nar->engine, 2, at(NCOA),
		      &other);
	sim_run(&scene.sim, 20);
	expect_hack(7, MH_HACK_NCOA_INVALID);
	assert_null(scene.nar->engine.nar->visitors);
}

/* SIGHUP may take the link away, and frees the old configuration. */
static void the_configuration_changes_during_a_probe(void **state)
{
	struct config other = config;

	(void)state;
	interface.dad_probe = true;
	ask(7, NCOA);
	other.interfaces_count = 0;
	other.limits.una = 1;
	engine_configure(&scene.nar->engine, &other);
	memset(&interface, 0xa5, sizeof(interface));
	memset(&config, 0xa5, sizeof(config));
	engine_probed(&scene.nar->engine, 2, at(NCOA), NULL);
	sim_run(&scene.sim, 20);
	expect_hack(7, MH_HACK_REFUSED);
	engine_stop(&scene.nar->engine);
	scene.nar->engine.config = NULL;
}

static void the_memory_of_unas_follows_the_configuration(void **state)
{
	struct config other = config;

	(void)state;
	announce("2001:db8:2::21", 0x21);
	announce("2001:db8:2::22", 0x22);
	announce("2001:db8:2::23", 0x23);
	other.limits.una = 2;
	engine_configure(&scene.nar->engine, &other);
	assert_null(nar_recent(&scene.nar->engine, at("2001:db8:2::21")));
	assert_non_null(nar_recent(&scene.nar->engine, at("2001:db8:2::22")));
	announce("2001:db8:2::24", 0x24);
	assert_null(nar_recent(&scene.nar->engine, at("2001:db8:2::22")));
	engine_configure(&scene.nar->engine, &config);
	announce("2001:db8:2::25", 0x25);
	assert_int_equal(HASH_COUNT(scene.nar->engine.nar->una), 3);
}

/* Its UNA was lost, and it has asked again from here. */
static void who_says_so_later_is_let_in(void **state)
{
	(void)state;
	ask(7, NCOA);
	reacting(MN_LLA);
	expect_hack(7, MH_HACK_NCOA_VALID);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_OPEN);
}

static void who_is_awaited_is_not_another(void **state)
{
	(void)state;
	ask(7, NCOA);
	reacting(0x33);
	expect_hack(7, MH_HACK_PROHIBITED);
	assert_int_equal(sim_path(scene.nar, NCOA)->gate, PATH_HOLD);
	assert_int_equal(scene.nar->report[0].kind, REPORT_ALARM);
}

static void revive(void)
{
	sim_kill(scene.nar);
	sim_run(&scene.sim, 100);
	sim_revive(scene.nar);
}

static void what_is_held_survives(void **state)
{
	struct path before;

	(void)state;
	ask(7, NCOA);
	before = *sim_path(scene.nar, NCOA);
	revive();
	assert_memory_equal(sim_path(scene.nar, NCOA), &before, sizeof(before));
	/* The PAR has had no answer. */
	ask(7, NCOA);
	expect_hack(7, MH_HACK_NCOA_VALID);
	assert_memory_equal(sim_path(scene.nar, NCOA), &before, sizeof(before));
	announce(NCOA, 0x33);
	assert_int_equal(scene.nar->report[scene.nar->reports - 1].kind, REPORT_ALARM);
	tell(PATH_ATTACHED, NCOA);
	tell(PATH_RELEASED, NCOA);
	sim_run(&scene.sim, 1000);
	assert_null(sim_path(scene.nar, NCOA));
}

static void nobody_comes_after_a_restart(void **state)
{
	(void)state;
	ask(7, NCOA);
	sim_run(&scene.sim, 3000);
	revive();
	sim_run(&scene.sim, 1800);
	assert_non_null(sim_path(scene.nar, NCOA));
	sim_run(&scene.sim, 100);
	assert_null(sim_path(scene.nar, NCOA));
}

/* As the kernel has let it in while nobody listened. */
static void who_came_meanwhile_has_come(void **state)
{
	(void)state;
	ask(7, NCOA);
	sim_kill(scene.nar);
	sim_path(scene.nar, NCOA)->gate = PATH_OPEN;
	sim_revive(scene.nar);
	assert_int_equal(scene.nar->engine.nar->nodes->state, NAR_ARRIVED);
}

static void what_was_given_is_given_again(void **state)
{
	struct in6_addr given;

	(void)state;
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	send_for(PCOA, 7, MH_HI_S | MH_HI_U, NCOA, MN_LLA);
	given = *hack_ncoa();
	revive();
	announce(NCOA, MN_LLA);
	assert_int_equal(scene.naack.status, NAACK_USE_SUPPLIED);
	assert_memory_equal(&scene.naack.address, &given, sizeof(given));
	scene.hacks = 0;
	send_for(PCOA, 7, MH_HI_S | MH_HI_U, NCOA, MN_LLA);
	expect_hack(7, MH_HACK_NCOA_ASSIGNED);
	assert_memory_equal(hack_ncoa(), &given, sizeof(given));
	assert_int_equal(HASH_COUNT(scene.nar->engine.nar->nodes), 1);
}

static void used_pcoas_survive(void **state)
{
	struct path before[SIM_PATHS];

	(void)state;
	config.ar.addressing = CONFIG_NCOA_PCOA;
	ask(7, NCOA);
	send_for(OTHER_PCOA, 8, MH_HI_U, NCOA, MN_LLA);
	memcpy(before, scene.nar->path, sizeof(before));
	revive();
	assert_memory_equal(scene.nar->path, before, sizeof(before));
	ask(7, NCOA);
	expect_hack(7, MH_HACK_USE_PCOA);
	send_for(OTHER_PCOA, 8, MH_HI_U, NCOA, MN_LLA);
	expect_hack(8, MH_HACK_USE_PCOA);
	assert_memory_equal(scene.nar->path, before, sizeof(before));
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	announce(NCOA, MN_LLA);
	assert_int_equal(sim_path(scene.nar, PCOA)->gate, PATH_OPEN);
	assert_int_equal(scene.nar->engine.nar->nodes->state, NAR_ARRIVED);
}

/* Whichever of the two comes first. */
static void an_uplink_waits_for_the_other(void **state)
{
	struct path path;

	(void)state;
	config.ar.addressing = CONFIG_NCOA_PCOA;
	ask(7, NCOA);
	path = scene.nar->path[0];
	scene.nar->path[0] = scene.nar->path[1];
	scene.nar->path[1] = path;
	revive();
	assert_int_equal(scene.nar->path[0].id, 2);
	assert_int_equal(scene.nar->path[1].id, 1);
	assert_null(scene.nar->engine.nar->orphans);
	ask(9, NCOA);
	expect_hack(9, MH_HACK_USE_PCOA);
	assert_int_equal(scene.nar->path[2].id, 0);
}

/* It asks for what it was given, as it is told to. */
static void what_was_given_is_asked_for(void **state)
{
	char text[INET6_ADDRSTRLEN];

	(void)state;
	sim_address(scene.mn, 2, NCOA, 0x33);
	ask(7, NCOA);
	expect_hack(7, MH_HACK_NCOA_INVALID);
	inet_ntop(AF_INET6, hack_ncoa(), text, sizeof(text));
	ask(8, text);
	expect_hack(8, MH_HACK_NCOA_VALID);
	tell(PATH_ATTACHED, text);
	tell(PATH_RELEASED, text);
	sim_run(&scene.sim, 10000);
	assert_null(sim_path(scene.nar, text));
	assert_null(scene.nar->engine.nar->visitors);
}

static void what_it_was_like_is_recorded(void **state)
{
	(void)state;
	ask(7, NCOA);
	scene.nar->figures = (struct path_figures){ 100, 40, 30, 28, 2, 3 };
	tell(PATH_OVERFLOW, NCOA);
	tell(PATH_ATTACHED, NCOA);
	tell(PATH_RELEASED, NCOA);
	sim_run(&scene.sim, 1000);
	assert_int_equal(scene.nar->record.packets.buffered, 40);
	assert_int_equal(scene.nar->record.packets.buffered_most, 30);
	assert_int_equal(scene.nar->record.packets.released, 28);
	assert_int_equal(scene.nar->record.packets.overflow, 2);
	assert_string_equal(scene.nar->record.mode, "predictive");
	assert_true(sim_has_step(&scene.nar->record, "hi"));
	assert_true(sim_has_step(&scene.nar->record, "expected"));
	assert_true(sim_has_step(&scene.nar->record, "hack"));
	assert_true(sim_has_step(&scene.nar->record, "overflow"));
	assert_true(sim_has_step(&scene.nar->record, "arrived"));
	assert_true(sim_has_step(&scene.nar->record, "released"));
}

/* One that it hears of every 20 ms is too much for a router that wants 10 in a second. */
static void who_floods_is_heard_less(void **state)
{
	struct config_neighbour both[] = { par, par };
	unsigned int i;

	(void)state;
	both[1].address = address("2001:db8:9::1");
	config.neighbours = both;
	config.neighbours_count = 2;
	config.limits.messages = 10;
	config.limits.strangers = 10;
	sim_address(scene.par, 1, "2001:db8:9::1", 9);
	for (i = 0; i < 50; i++)
		ask(7, NCOA);
	/* A second's worth at once, and that of the second that it has taken. */
	assert_in_range(scene.hacks, 19, 21);
	assert_int_equal(scene.nar->engine.count[COUNT_FLOOD], 50 - scene.hacks);
	send_hi("2001:db8:9::1", &(struct mh_handover){ 8, MH_HI_U, 0 }, "2001:db8:2::11",
		0x11);
	expect_hack(8, MH_HACK_NCOA_VALID);
	sim_run(&scene.sim, 1000);
	ask(9, NCOA);
	expect_hack(9, MH_HACK_NCOA_VALID);
	config.neighbours = &par;
	config.neighbours_count = 1;
}

/* Nobody who is known has to do with how many strangers there are. */
static void strangers_flood_each_other_only(void **state)
{
	char text[INET6_ADDRSTRLEN];
	unsigned int i;

	(void)state;
	config.limits.messages = 10;
	config.limits.strangers = 10;
	config.ar.addressing = CONFIG_NCOA_PCOA;
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	ask(7, NCOA);
	for (i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "2001:db8:2::1:%x", i);
		announce(text, 0x80 + i);
	}
	assert_in_range(scene.nar->engine.count[COUNT_FLOOD], 65, 75);
	assert_true(HASH_COUNT(scene.nar->engine.nar->una) <= config.limits.una);
	announce(NCOA, MN_LLA);
	assert_int_equal(scene.naack.status, NAACK_PCOA);
	ask(8, NCOA);
	expect_hack(8, MH_HACK_USE_PCOA);
}

/* Nor have those of other links, or those who send something else. */
static void strangers_flood_one_link_only(void **state)
{
	unsigned int i;
	char text[INET6_ADDRSTRLEN];

	(void)state;
	config.limits.strangers = 10;
	sim_address(scene.par, 1, "2001:db8:9::1", 9);
	sim_address(scene.nar, 3, NAR, 2);
	for (i = 0; i < 50; i++) {
		snprintf(text, sizeof(text), "2001:db8:2::1:%x", i);
		announce(text, 0x80 + i);
	}
	i = scene.nar->engine.count[COUNT_FLOOD];
	assert_in_range(i, 25, 35);
	send_hi("2001:db8:9::1", &(struct mh_handover){ 7, MH_HI_U, 0 }, NCOA, MN_LLA);
	expect_hack(7, MH_HACK_PROHIBITED);
	announce_on(3, NCOA, MN_LLA);
	assert_int_equal(scene.nar->engine.count[COUNT_FLOOD], i);
	for (i = 0; i < 50; i++)
		send_hi("2001:db8:9::1", &(struct mh_handover){ 7, 0, 0 }, NCOA, MN_LLA);
	assert_in_range(scene.hacks, 15, 25);
}

/* As long as it is not protected, it can be from anybody. */
static void cleartext_is_not_the_routers(void **state)
{
	unsigned int i;

	(void)state;
	config.ipsec = CONFIG_IPSEC_REQUIRED;
	config.limits.messages = 10;
	config.limits.strangers = 5;
	for (i = 0; i < 10; i++)
		ask(7, NCOA);
	assert_null(scene.nar->engine.routers);
	assert_in_range(scene.nar->engine.count[COUNT_CLEARTEXT], 5, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_usable_one_is_let),
		TEST(who_does_not_ask_gets_no_buffer),
		TEST(what_comes_twice_is_answered_twice),
		TEST(one_in_use_is_replaced),
		TEST(one_in_use_is_refused_by_policy),
		TEST(its_own_is_no_conflict),
		TEST(the_routers_own_is_not_let),
		TEST(two_nodes_do_not_get_one),
		TEST(one_is_assigned_that_is_asked_for),
		TEST(without_a_pool_none_is_assigned),
		TEST(the_pcoa_goes_on),
		TEST(another_prefix_is_refused),
		TEST(a_prefix_of_the_routers_own_address_is_known),
		TEST(strangers_are_refused),
		TEST(cleartext_is_not_answered),
		TEST(a_router_has_no_home_address),
		TEST(a_late_hi_does_not_close_the_gate),
		TEST(without_who_it_is_it_is_refused),
		TEST(refusals_have_a_cause),
		TEST(strangers_do_not_fill_the_log),
		TEST(there_is_an_end_to_what_is_kept),
		TEST(who_came_before_is_let_in),
		TEST(who_may_have_come_before_is_asked),
		TEST(who_may_keep_his_pcoa_is_awaited_with_that),
		TEST(who_came_long_before_is_not),
		TEST(who_has_come_is_confirmed),
		TEST(another_who_has_come_is_not),
		TEST(who_is_not_named_is_known_by_its_una),
		TEST(who_binds_to_the_router_has_the_pcoa_here),
		TEST(nobody_binds_to_the_router_if_so_decided),
		TEST(a_lost_una_does_no_harm),
		TEST(who_was_given_another_is_told),
		TEST(nobody_is_told_by_a_router_that_is_silent),
		TEST(who_keeps_his_pcoa_is_told),
		TEST(who_is_not_the_one_is_told),
		TEST(who_takes_anothers_is_told),
		TEST(who_has_arrived_is_left_alone),
		TEST(what_is_out_may_be_told_first),
		TEST(what_is_released_is_waited_for),
		TEST(a_gate_is_not_closed_behind_a_node),
		TEST(who_comes_again_is_awaited_again),
		TEST(two_pcoas_share_an_ncoa),
		TEST(both_are_awaited_again),
		TEST(what_cannot_be_awaited_again_goes_on),
		TEST(what_was_refused_is_asked_for_no_more),
		TEST(what_cannot_be_had_both_ways_goes_on),
		TEST(two_pcoas_are_given_the_same),
		TEST(each_pcoa_goes_on_by_itself),
		TEST(only_its_own_pcoas_are_used),
		TEST(pcoas_of_a_node_are_bounded),
		TEST(two_pcoas_share_a_probe),
		TEST(the_link_objects),
		TEST(a_link_that_cannot_be_asked_does_not_object),
		TEST(a_link_that_cannot_be_asked_is_of_no_use),
		TEST(the_configuration_changes_during_a_probe),
		TEST(the_memory_of_unas_follows_the_configuration),
		TEST(who_says_so_later_is_let_in),
		TEST(who_is_awaited_is_not_another),
		TEST(what_is_held_survives),
		TEST(nobody_comes_after_a_restart),
		TEST(who_came_meanwhile_has_come),
		TEST(what_was_given_is_given_again),
		TEST(used_pcoas_survive),
		TEST(an_uplink_waits_for_the_other),
		TEST(what_was_given_is_asked_for),
		TEST(what_it_was_like_is_recorded),
		TEST(who_floods_is_heard_less),
		TEST(strangers_flood_each_other_only),
		TEST(strangers_flood_one_link_only),
		TEST(cleartext_is_not_the_routers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
