// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the nodes of a PAR may take of it is bounded by its configuration.
 */
#include <string.h>

#include "badf.h"
#include "par.h"
#include "sent.h"
#include "test.h"

#define PAR		"2001:db8:1::1"
#define NAR		"2001:db8:2::1"
#define NODES		2
#define ADDRESSES	3

static struct config_prefix here, there;
static struct config_interface interface;
static struct config_neighbour nar;
static struct config_key keys[2];
static struct config config;

static struct sim sim;
static struct sim_node *par;
static struct sent sent;

static int set_up(void **state)
{
	(void)state;
	here = (struct config_prefix){ 64, address("2001:db8:1::") };
	there = (struct config_prefix){ 64, address("2001:db8:2::") };
	interface = (struct config_interface){
		.name = "link1", .prefixes = &here, .prefixes_count = 1,
	};
	nar = (struct config_neighbour){
		.name = "nar", .address = address(NAR),
		.prefixes = &there, .prefixes_count = 1, .fmip = true,
	};
	keys[0] = (struct config_key){ .pcoa = here, .spi = 0x100, .len = 20 };
	keys[1] = (struct config_key){ .pcoa = here, .spi = 0x101, .len = 20 };
	config = (struct config){
		.roles = CONFIG_AR,
		.ipsec = CONFIG_IPSEC_OFF,
		.interfaces = &interface, .interfaces_count = 1,
		.neighbours = &nar, .neighbours_count = 1,
		.keys = keys, .keys_count = 2,
		.ar = {
			.address = address(PAR),
			.hi = { 100, 1, 0 },
			.copying = CONFIG_COPY_RTSOLPR,
			.hold = 10000,
			.lifetime_max = 60,
		},
		.limits = { .nodes = NODES, .addresses = ADDRESSES, .una = 1 },
	};
	sim_init(&sim);
	par = sim_add(&sim, "par", &config);
	sim_address(par, 1, PAR, 1);
	sent_begin(&sent, &sim);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sim_end(&sim);
	return 0;
}

static struct in6_addr numbered(const char *prefix, uint8_t n)
{
	struct in6_addr a = address(prefix);

	a.s6_addr[15] = n;
	return a;
}

static void send_fbu(uint8_t n, uint32_t spi, const struct message *from,
		     const struct lla *lla)
{
	static uint16_t sequence;
	const struct in6_addr ncoa = numbered("2001:db8:2::", n);
	struct badf_key k = { keys[0].mac, keys[0].len, keys[0].bytes };
	struct badf_ends signs = { ncoa, address(PAR) };
	struct message m = *from;
	uint8_t data[256];
	struct mh mh = {
		.type = MH_FBU,
		.fbu = { ++sequence, MH_FBU_A | MH_FBU_H, 30 },
		.options = { 2, {
			{ .type = MOBOPT_ALTCOA, .care_of = ncoa },
			{ .type = MOBOPT_BADF, .badf = { .spi = spi, .len = 12 } },
		} },
	};

	if (lla) {
		mh.options.option[2] = mh.options.option[1];
		mh.options.option[1] = (struct mobopt){
			.type = MOBOPT_LLA, .lla = { LLA_MN, *lla },
		};
		mh.options.count++;
	}
	m.ends.destination = address(PAR);
	m.next_header = IPPROTO_MH;
	m.has_home = true;
	m.home = numbered("2001:db8:1::", n);
	m.data = data;
	assert_int_equal(mh_encode(&mh, data, sizeof(data), &m.len), FAULT_NONE);
	assert_int_equal(badf_sign(data, m.len, &k, &signs), 0);
	engine_receive(&par->engine, &m);
}

/* From the new link, and about an address of the old one. */
static void fbu(uint8_t n, uint32_t spi)
{
	send_fbu(n, spi, &(struct message){ .ends.source = numbered("2001:db8:2::", n) }, NULL);
}

/* From the old one, with a link-layer address. */
static void claim(uint8_t n, uint8_t node)
{
	const struct lla lla = sim_lla(node);
	const struct message from = {
		.ends.source = numbered("2001:db8:1::", n), .ifindex = 1,
	};

	send_fbu(n, 0x100, &from, &lla);
}

static void meet(uint8_t n, uint8_t node)
{
	const struct in6_addr a = numbered("2001:db8:1::", n);
	const struct lla lla = sim_lla(node);

	engine_neighbour(&par->engine, 1, &a, &lla);
}

static unsigned int refused(void)
{
	return par->engine.count[COUNT_LIMIT];
}

static unsigned int bindings(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < SIM_PATHS; i++)
		n += !!par->path[i].id;
	return n;
}

/* Who can sign for a prefix cannot have all that there is by saying so. */
static void a_key_has_so_many_addresses(void **state)
{
	uint8_t n;

	(void)state;
	for (n = 0x10; n < 0x10 + ADDRESSES + 1; n++)
		fbu(n, 0x100);
	assert_int_equal(sent_count(&sent, SENT_HI), ADDRESSES);
	assert_int_equal(refused(), 1);
	/* Another key has its own, and a node that a link has shown is none of them. */
	fbu(0x20, 0x101);
	meet(0x30, 0x30);
	fbu(0x30, 0x100);
	assert_int_equal(sent_count(&sent, SENT_HI), ADDRESSES + 2);
	assert_int_equal(refused(), 1);
	/* What has come to nothing makes room. */
	sim_run(&sim, 1000);
	sent_clear(&sent);
	fbu(0x10 + ADDRESSES, 0x100);
	assert_int_equal(sent_count(&sent, SENT_HI), 1);
	assert_int_equal(refused(), 1);
}

/* The one that nothing was heard of for the longest time goes. */
static void there_are_so_many_addresses(void **state)
{
	uint8_t n;

	(void)state;
	for (n = 0; n < NODES * ADDRESSES + 1; n++)
		meet(0x10 + n, 0x10 + n);
	for (n = 0; n < NODES * ADDRESSES + 1; n++) {
		const struct lla lla = sim_lla(0x10 + n);

		par_may_leave(&par->engine, 1, &lla);
	}
	assert_int_equal(bindings(), NODES * ADDRESSES);
	assert_null(sim_path(par, "2001:db8:1::10"));
	assert_non_null(sim_path(par, "2001:db8:1::11"));
}

/* But none that is leaving. */
static void who_leaves_is_not_forgotten(void **state)
{
	uint8_t n;

	(void)state;
	for (n = 0x10; n < 0x10 + NODES * ADDRESSES; n++) {
		meet(n, n);
		fbu(n, 0x100);
	}
	assert_int_equal(sent_count(&sent, SENT_HI), NODES * ADDRESSES);
	meet(0x40, 0x40);
	fbu(0x40, 0x100);
	assert_int_equal(sent_count(&sent, SENT_HI), NODES * ADDRESSES);
	assert_int_equal(refused(), 1);
}

static void a_node_has_so_many_addresses(void **state)
{
	struct sim_node *node = sim_add(&sim, "node", NULL);
	const struct lla lla = sim_lla(0x10);
	uint8_t n;

	(void)state;
	sim_address(node, 1, "2001:db8:1::10", 0x10);
	sim_address(node, 1, "2001:db8:1::11", 0x10);
	sim_address(node, 1, "2001:db8:1::12", 0x10);
	sim_address(node, 1, "2001:db8:1::13", 0x10);
	for (n = 0x10; n < 0x10 + ADDRESSES + 1; n++)
		meet(n, 0x10);
	par_may_leave(&par->engine, 1, &lla);
	assert_int_equal(bindings(), ADDRESSES);
	assert_null(sim_path(par, "2001:db8:1::13"));
}

/* An address that its link has shown counts for the node there, and not for the key. */
static void who_is_shown_counts_for_no_key(void **state)
{
	uint8_t n;

	(void)state;
	for (n = 0x10; n < 0x10 + ADDRESSES; n++)
		fbu(n, 0x100);
	for (n = 0x10; n < 0x10 + ADDRESSES; n++)
		meet(n, n);
	fbu(0x20, 0x100);
	assert_int_equal(sent_count(&sent, SENT_HI), ADDRESSES + 1);
	assert_int_equal(refused(), 0);
}

/* Nor does the key make room with it. */
static void who_is_shown_is_not_forgotten_for_a_key(void **state)
{
	const struct lla lla = sim_lla(0x10);
	uint8_t n;

	(void)state;
	fbu(0x10, 0x100);
	sim_run(&sim, 1000);
	meet(0x10, 0x10);
	for (n = 0x20; n < 0x20 + ADDRESSES; n++)
		fbu(n, 0x100);
	par_may_leave(&par->engine, 1, &lla);
	assert_non_null(sim_path(par, "2001:db8:1::10"));
}

/* But a node cannot have more than it may by way of a key. */
static void what_a_node_may_not_have_counts_for_the_key(void **state)
{
	uint8_t n;

	(void)state;
	for (n = 0x10; n < 0x10 + ADDRESSES; n++)
		meet(n, 0x10);
	for (n = 0x20; n < 0x20 + ADDRESSES; n++) {
		fbu(n, 0x100);
		meet(n, 0x10);
	}
	fbu(0x30, 0x100);
	assert_int_equal(sent_count(&sent, SENT_HI), ADDRESSES);
	assert_int_equal(refused(), 1);
}

/* Temporary addresses come and go: one that the link has no more is no share of its node. */
static void an_address_that_is_gone_makes_room(void **state)
{
	struct sim_node *node = sim_add(&sim, "node", NULL);
	const struct lla lla = sim_lla(0x10);
	uint8_t n;

	(void)state;
	sim_address(node, 1, "2001:db8:1::10", 0x10);
	sim_address(node, 1, "2001:db8:1::12", 0x10);
	for (n = 0x10; n < 0x10 + ADDRESSES + 1; n++)
		meet(n, 0x10);
	par_may_leave(&par->engine, 1, &lla);
	assert_int_equal(bindings(), ADDRESSES);
	assert_non_null(sim_path(par, "2001:db8:1::10"));
	assert_null(sim_path(par, "2001:db8:1::11"));
	assert_non_null(sim_path(par, "2001:db8:1::13"));
}

/* What was held for it while it was away is on its way to it. */
static void who_has_just_come_back_is_not_forgotten(void **state)
{
	const struct link_event down = {
		.change = LINK_DOWN, .ifindex = 1, .lla = sim_lla(0x10), .ns = sim.now,
	};
	const struct link_event up = {
		.change = LINK_UP, .ifindex = 1, .lla = sim_lla(0x10), .ns = sim.now,
	};
	uint8_t n;

	(void)state;
	for (n = 0x10; n < 0x10 + NODES * ADDRESSES; n++) {
		const struct lla lla = sim_lla(n);

		meet(n, n);
		par_may_leave(&par->engine, 1, &lla);
	}
	engine_link(&par->engine, &down);
	engine_link(&par->engine, &up);
	for (n = 0x11; n < 0x10 + NODES * ADDRESSES; n++) {
		const struct lla lla = sim_lla(n);

		par_may_leave(&par->engine, 1, &lla);
	}
	fbu(0x40, 0x100);
	assert_int_equal(sent_count(&sent, SENT_HI), 1);
	assert_non_null(sim_path(par, "2001:db8:1::10"));
	assert_null(sim_path(par, "2001:db8:1::11"));
}

/* Who says that he is another node has no part of that, nor takes any of it. */
static void who_claims_to_be_another_is_not(void **state)
{
	const struct link_event down = {
		.change = LINK_DOWN, .ifindex = 1, .lla = sim_lla(0x10), .ns = sim.now,
	};
	const struct lla lla = sim_lla(0x10);
	uint8_t n;

	(void)state;
	for (n = 0x20; n < 0x20 + ADDRESSES; n++)
		claim(n, 0x10);
	assert_int_equal(sent_count(&sent, SENT_HI), ADDRESSES);
	meet(0x10, 0x10);
	par_may_leave(&par->engine, 1, &lla);
	assert_non_null(sim_path(par, "2001:db8:1::10"));
	engine_link(&par->engine, &down);
	assert_int_equal(sim_path(par, "2001:db8:1::10")->gate, PATH_HOLD);
	assert_int_equal(sim_path(par, "2001:db8:1::20")->gate, PATH_COPY);
}

/* But the link shows it, when it does: then it is as any other address. */
static void who_claims_to_be_another_is_shown(void **state)
{
	const struct link_event down = {
		.change = LINK_DOWN, .ifindex = 1, .lla = sim_lla(0x20), .ns = sim.now,
	};

	(void)state;
	claim(0x20, 0x10);
	meet(0x20, 0x20);
	engine_link(&par->engine, &down);
	assert_int_equal(sim_path(par, "2001:db8:1::20")->gate, PATH_HOLD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_key_has_so_many_addresses),
		TEST(there_are_so_many_addresses),
		TEST(who_leaves_is_not_forgotten),
		TEST(a_node_has_so_many_addresses),
		TEST(who_is_shown_counts_for_no_key),
		TEST(who_is_shown_is_not_forgotten_for_a_key),
		TEST(what_a_node_may_not_have_counts_for_the_key),
		TEST(an_address_that_is_gone_makes_room),
		TEST(who_has_just_come_back_is_not_forgotten),
		TEST(who_claims_to_be_another_is_not),
		TEST(who_claims_to_be_another_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
