// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a node is told that asks about access points.
 */
#include <string.h>

#include "nd.h"
#include "par.h"
#include "sim.h"
#include "test.h"
#include "tuple.h"

#define ROUTER	"fe80::1"
#define NODE	"fe80::10"
#define AP(n)	{ 6, { 2, 0, 0, 0, 0xaa, n } }
#define MANY	40

static struct lla here[] = { AP(1), AP(2) };
static struct lla there[] = { AP(3) };
static struct lla old[] = { AP(4) };
static struct lla dhcp[] = { AP(5) };
static struct lla many[MANY];
static const struct lla nowhere = AP(6);
static struct config_prefix prefix, there_prefix, dhcp_prefix, many_prefix;
static struct config_neighbour neighbours[4];
static struct config_interface interface;
static struct config config;

struct scene {
	struct sim sim;
	struct sim_node *par;
	struct sim_node *mn;
	unsigned int answers;
	struct nd answer;
	struct message message;
	struct tuple tuple[MANY];
	unsigned int tuples;
};

static struct scene scene;

static void got(struct sim_node *node, const struct message *m)
{
	struct nd_link link = { &m->ends, m->hop_limit, 6 };

	(void)node;
	assert_int_equal(nd_decode(m->data, m->len, &link, &scene.answer).kind, FAULT_NONE);
	assert_int_equal(scene.answer.type, ND_PRRTADV);
	scene.tuples = tuples_read(&scene.answer.options, scene.tuple, MANY);
	scene.message = *m;
	scene.answers++;
}

static struct config_neighbour neighbour(const char *own, struct lla *aps, size_t n,
					 struct config_prefix *its)
{
	return (struct config_neighbour){
		.address = address(own),
		.lla = AP(0x77),
		.aps = aps,
		.aps_count = n,
		.prefixes = its,
		.prefixes_count = 1,
		.fmip = true,
	};
}

static int set_up(void **state)
{
	int i;

	for (i = 0; i < MANY; i++)
		many[i] = (struct lla)AP(0x80 + i);
	prefix = (struct config_prefix){ 64, address("2001:db8:1::") };
	there_prefix = (struct config_prefix){ 64, address("2001:db8:2::") };
	dhcp_prefix = (struct config_prefix){ 64, address("2001:db8:3::") };
	many_prefix = (struct config_prefix){ 64, address("2001:db8:4::") };
	neighbours[0] = neighbour("2001:db8:2::1", there, 1, &there_prefix);
	neighbours[1] = neighbour("2001:db8:9::1", old, 1, &there_prefix);
	neighbours[1].fmip = false;
	neighbours[2] = neighbour("2001:db8:3::1", dhcp, 1, &dhcp_prefix);
	neighbours[2].dhcp = true;
	neighbours[3] = neighbour("2001:db8:4::1", many, MANY, &many_prefix);
	interface = (struct config_interface){
		.name = "link1", .aps = here, .aps_count = 2,
		.prefixes = &prefix, .prefixes_count = 1,
	};
	config = (struct config){
		.roles = CONFIG_AR,
		.interfaces = &interface,
		.interfaces_count = 1,
		.neighbours = neighbours,
		.neighbours_count = 3,
		.ar = { .copying = CONFIG_COPY_RTSOLPR, .lifetime_max = 60 },
		.limits = { .nodes = 4, .addresses = 2, .una = 4 },
	};
	memset(&scene, 0, sizeof(scene));
	sim_init(&scene.sim);
	scene.par = sim_add(&scene.sim, "par", &config);
	scene.mn = sim_add(&scene.sim, "mn", NULL);
	scene.mn->received = got;
	sim_address(scene.par, 1, ROUTER, 1);
	sim_address(scene.mn, 1, NODE, 0x10);
	*state = &scene;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sim_end(&scene.sim);
	return 0;
}

/* Asks about access points; about all of them if @n is 0. */
static void ask(const struct lla *const *aps, unsigned int n, uint8_t hop_limit)
{
	struct nd nd = { .type = ND_RTSOLPR, .proxy = { .identifier = 0x1234 } };
	uint8_t data[512];
	struct message m = {
		.ends = { address(NODE), address(ROUTER) },
		.ifindex = 1,
		.next_header = IPPROTO_ICMPV6,
		.hop_limit = hop_limit,
		.data = data,
	};
	unsigned int i;

	ndopts_add(&nd.options, NDOPT_LLA)->lla = (struct coded_lla){ LLA_SENDER, sim_lla(0x10) };
	for (i = 0; i < n; i++)
		ndopts_add(&nd.options, NDOPT_LLA)->lla = (struct coded_lla){ LLA_NEW_AP, *aps[i] };
	if (!n)
		ndopts_add(&nd.options, NDOPT_LLA)->lla =
			(struct coded_lla){ LLA_WILDCARD, { 6, {} } };
	assert_int_equal(nd_encode(&nd, data, sizeof(data), &m.len), FAULT_NONE);
	nd_set_checksum(data, m.len, &m.ends);
	sim_send(scene.mn, &m);
	sim_run(&scene.sim, 20);
}

static void ask_one(const struct lla *ap)
{
	ask(&ap, 1, 255);
}

static void expect_one(uint8_t code, enum lla_code ap)
{
	assert_int_equal(scene.answers, 1);
	assert_int_equal(scene.answer.proxy.code, code);
	assert_int_equal(scene.answer.proxy.identifier, 0x1234);
	assert_int_equal(scene.tuples, 1);
	assert_int_equal(scene.tuple[0].ap->code, ap);
}

static void known(void **state)
{
	const struct in6_addr nar = address("2001:db8:2::1"), net = address("2001:db8:2::");

	(void)state;
	ask_one(&there[0]);
	expect_one(PRRTADV_SOLICITED, LLA_NEW_AP);
	assert_int_equal(scene.tuple[0].nar_lla->lla.bytes[5], 0x77);
	assert_memory_equal(&scene.tuple[0].nar->address, &nar, sizeof(nar));
	assert_memory_equal(&scene.tuple[0].prefix->address, &net, sizeof(net));
	assert_int_equal(scene.tuple[0].prefix->prefixlen, 64);
	assert_int_equal(scene.message.hop_limit, 255);
	assert_memory_equal(&scene.message.ends.source, &(struct in6_addr[]){ address(ROUTER) },
			    16);
	assert_int_equal(scene.answer.options.option[0].lla.code, LLA_SENDER);
}

static void the_same_link(void **state)
{
	(void)state;
	ask_one(&here[1]);
	expect_one(PRRTADV_NOTHING, LLA_AP_SAME);
	assert_null(scene.tuple[0].prefix);
}

static void unknown(void **state)
{
	(void)state;
	ask_one(&nowhere);
	expect_one(PRRTADV_NOTHING, LLA_AP_UNKNOWN);
}

static void without_support(void **state)
{
	(void)state;
	ask_one(&old[0]);
	expect_one(PRRTADV_NOTHING, LLA_AP_NO_SUPPORT);
}

static void by_dhcp(void **state)
{
	(void)state;
	ask_one(&dhcp[0]);
	expect_one(PRRTADV_DHCP, LLA_NEW_AP);
}

static void mixed(void **state)
{
	const struct lla *aps[] = { &there[0], &nowhere, &old[0], &here[0] };

	(void)state;
	ask(aps, 4, 255);
	assert_int_equal(scene.answer.proxy.code, PRRTADV_PARTIAL);
	assert_int_equal(scene.tuples, 4);
	assert_int_equal(scene.tuple[0].ap->code, LLA_NEW_AP);
	assert_int_equal(scene.tuple[1].ap->code, LLA_AP_UNKNOWN);
	assert_int_equal(scene.tuple[2].ap->code, LLA_AP_NO_SUPPORT);
	assert_int_equal(scene.tuple[3].ap->code, LLA_AP_SAME);
}

/* Only one of the two kinds can be told of at a time: first those without DHCP. */
static void dhcp_and_others(void **state)
{
	const struct lla *aps[] = { &dhcp[0], &there[0] };

	(void)state;
	ask(aps, 2, 255);
	expect_one(PRRTADV_PARTIAL, LLA_NEW_AP);
	assert_int_equal(scene.tuple[0].ap->lla.bytes[5], 3);
}

static void dhcp_and_none(void **state)
{
	const struct lla *aps[] = { &nowhere, &dhcp[0], &old[0] };

	(void)state;
	ask(aps, 3, 255);
	expect_one(PRRTADV_DHCP, LLA_NEW_AP);
	assert_int_equal(scene.tuple[0].ap->lla.bytes[5], 5);
}

/* What there was no room for is not told, nor is it said that nothing is known of it. */
static void more_names_than_fit(void **state)
{
	const struct lla *aps[20];
	unsigned int i;

	(void)state;
	config.neighbours_count = 4;
	for (i = 0; i < 20; i++)
		aps[i] = &many[i];
	ask(aps, 20, 255);
	assert_int_equal(scene.answer.proxy.code, PRRTADV_PARTIAL);
	assert_int_equal(scene.tuples, (1500 - 40 - 24) / 80);
	assert_true(scene.message.len <= 1460);
}

static void expect_advertised(uint8_t code)
{
	assert_int_equal(scene.answers, 1);
	assert_int_equal(scene.answer.proxy.code, code);
	assert_int_equal(scene.answer.proxy.identifier, 0);
	assert_int_equal(scene.message.hop_limit, 255);
	assert_memory_equal(&scene.message.ends.source, &(struct in6_addr[]){ address(ROUTER) },
			    16);
	assert_int_equal(scene.tuples, 1);
	assert_int_equal(scene.tuple[0].ap->code, LLA_NEW_AP);
	assert_non_null(scene.tuple[0].nar_lla);
	assert_non_null(scene.tuple[0].nar);
	assert_non_null(scene.tuple[0].prefix);
}

/* RFC 5568 section 3.3, with the address to have there. */
static void told_to_move(void **state)
{
	const struct in6_addr node = address(NODE), ncoa = address("2001:db8:2::10");

	(void)state;
	assert_int_equal(par_advertise(&scene.par->engine, 1, &node, &neighbours[0], &there[0],
				       true, &ncoa), 0);
	sim_run(&scene.sim, 20);
	expect_advertised(PRRTADV_HANDOVER);
	assert_memory_equal(&scene.tuple[0].ncoa->address, &ncoa, 16);
}

static void told_of_the_neighbourhood(void **state)
{
	const struct in6_addr all_nodes = address("ff02::1");

	(void)state;
	assert_int_equal(par_advertise(&scene.par->engine, 1, &all_nodes, &neighbours[0],
				       &there[0], false, NULL), 0);
	sim_run(&scene.sim, 20);
	expect_advertised(PRRTADV_NEIGHBOURHOOD);
	assert_null(scene.tuple[0].ncoa);
}

static void all(void **state)
{
	(void)state;
	ask(NULL, 0, 255);
	expect_one(PRRTADV_SOLICITED, LLA_NEW_AP);
	assert_int_equal(scene.tuple[0].ap->lla.bytes[5], 3);
}

/* Those of 40 that a link of 1500 octets takes: each has 80, and there are 24 before. */
static void as_many_as_fit(void **state)
{
	(void)state;
	config.neighbours_count = 4;
	ask(NULL, 0, 255);
	assert_int_equal(scene.tuples, (1500 - 40 - 24) / 80);
	assert_true(scene.message.len <= 1460);
}

static void from_elsewhere(void **state)
{
	const struct lla *ap = &there[0];

	(void)state;
	ask(&ap, 1, 254);
	assert_int_equal(scene.answers, 0);
	assert_int_equal(scene.par->engine.count[COUNT_MALFORMED], 1);
}

/* Who asks is about to leave. */
static void who_asks_is_copied_for(void **state)
{
	const struct in6_addr pcoa = address("2001:db8:1::10");
	const struct lla node = sim_lla(0x10);
	struct path *path;

	(void)state;
	engine_neighbour(&scene.par->engine, 1, &pcoa, &node);
	assert_null(sim_path(scene.par, "2001:db8:1::10"));
	ask(NULL, 0, 255);
	path = sim_path(scene.par, "2001:db8:1::10");
	assert_non_null(path);
	assert_int_equal(path->gate, PATH_COPY);
	assert_int_equal(path->target, PATH_ROUTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(known),
		TEST(the_same_link),
		TEST(unknown),
		TEST(without_support),
		TEST(by_dhcp),
		TEST(mixed),
		TEST(dhcp_and_others),
		TEST(dhcp_and_none),
		TEST(more_names_than_fit),
		TEST(told_to_move),
		TEST(told_of_the_neighbourhood),
		TEST(all),
		TEST(as_many_as_fit),
		TEST(from_elsewhere),
		TEST(who_asks_is_copied_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
