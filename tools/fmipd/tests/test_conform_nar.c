// SPDX-License-Identifier: GPL-2.0-only
/*
 * What RFC 5568 asks of a new access router: what it says, octet for octet, to a PAR
 * and to nodes that say what each test has them say.
 */
#include <string.h>

#include "mh.h"
#include "nar.h"
#include "sent.h"
#include "test.h"

#define PAR		"2001:db8:1::1"
#define NAR		"2001:db8:2::1"
#define NAR_LINK	"fe80::2"
#define PCOA		"2001:db8:1::10"
#define NCOA		"2001:db8:2::10"
#define OTHER		"2001:db8:2::77"
/* The only one of the pool. */
#define POOLED		"2001:db8:2::5a5a"
#define MN_LLA		0x10

#define PCOA_TEXT	"20010db8 00010000 00000000 00000010"
#define POOLED_TEXT	"20010db8 00020000 00000000 00005a5a"

static struct config_prefix prefix, par_prefix;
static struct config_neighbour par;
static struct config_interface interface;
static struct config config;

/* The router, and what it has asked the kernel for. */
struct scene {
	struct sim sim;
	struct sim_node *router;
	struct sim_node *others;
	struct world_ops ops;
	struct sent sent;
	unsigned int probes;
	struct in6_addr probed;
	unsigned int neighbours;
	struct in6_addr neighbour;
	struct lla lla;
};

static struct scene scene;

static void probe(void *world, unsigned int ifindex, const struct in6_addr *address,
		  uint32_t ms)
{
	(void)world;
	assert_int_equal(ifindex, 2);
	assert_int_equal(ms, 700);
	scene.probed = *address;
	scene.probes++;
}

static void neighbour_set(void *world, unsigned int ifindex, const struct in6_addr *address,
			  const struct lla *lla)
{
	(void)world;
	assert_int_equal(ifindex, 2);
	scene.neighbour = *address;
	scene.lla = *lla;
	scene.neighbours++;
}

static void configure(void)
{
	prefix = (struct config_prefix){ 64, address("2001:db8:2::") };
	par_prefix = (struct config_prefix){ 64, address("2001:db8:1::") };
	par = (struct config_neighbour){
		.name = "par", .address = address(PAR), .prefixes = &par_prefix,
		.prefixes_count = 1, .fmip = true,
	};
	interface = (struct config_interface){
		.name = "link2", .prefixes = &prefix, .prefixes_count = 1,
		.pool = { 128, address(POOLED) }, .dad_wait = 700,
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
		.limits = { .nodes = 4, .addresses = 2, .una = 4 },
	};
}

static int set_up(void **state)
{
	configure();
	memset(&scene, 0, sizeof(scene));
	sim_init(&scene.sim);
	scene.router = sim_add(&scene.sim, "nar", &config);
	scene.others = sim_add(&scene.sim, "others", NULL);
	scene.ops = *scene.router->engine.ops;
	scene.ops.probe = probe;
	scene.ops.neighbour_set = neighbour_set;
	scene.router->engine.ops = &scene.ops;
	sim_address(scene.router, 2, NAR_LINK, 2);
	sim_address(scene.router, 2, NAR, 2);
	sent_begin(&scene.sent, &scene.sim);
	*state = &scene;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sim_end(&scene.sim);
	return 0;
}

static const struct sent_message *sent(enum sent_kind kind, unsigned int n)
{
	return sent_get(&scene.sent, kind, n);
}

static unsigned int count(enum sent_kind kind)
{
	return sent_count(&scene.sent, kind);
}

static void give(struct message *m, uint8_t *data)
{
	m->next_header = IPPROTO_MH;
	m->data = data;
	mh_set_checksum(data, m->len, &m->ends);
	engine_receive(&scene.router->engine, m);
}

static void give_hi(const struct mh_handover *hi, const char *ncoa)
{
	struct mh mh = { .type = MH_HI, .hi = *hi };
	struct mobopts *o = &mh.options;
	uint8_t data[256];
	struct message m = { .ends = { address(PAR), address(NAR) } };

	o->option[o->count++] = (struct mobopt){
		.type = MOBOPT_LLA, .lla = { LLA_MN, sim_lla(MN_LLA) },
	};
	o->option[o->count++] = (struct mobopt){
		.type = MOBOPT_ADDRESS, .address = { ADDRESS_PCOA, 128, address(PCOA) },
	};
	o->option[o->count++] = (struct mobopt){
		.type = MOBOPT_ADDRESS, .address = { ADDRESS_NCOA, 128, address(ncoa) },
	};
	assert_int_equal(mh_encode(&mh, data, sizeof(data), &m.len), FAULT_NONE);
	give(&m, data);
}

static void ask(void)
{
	give_hi(&(struct mh_handover){ 0x1234, MH_HI_U, MH_HI_FROM_PCOA }, NCOA);
}

static void give_una_on(unsigned int ifindex, const char *from, uint8_t lla)
{
	struct nd nd = { .type = ND_NA, .neighbour.target = address(from) };
	uint8_t data[128];
	struct message m = {
		.ends = { address(from), address("ff02::1") },
		.ifindex = ifindex,
		.next_header = IPPROTO_ICMPV6,
		.hop_limit = ND_HOP_LIMIT,
		.data = data,
	};

	ndopts_add(&nd.options, NDOPT_TARGET_LLA)->link = sim_lla(lla);
	assert_int_equal(nd_encode(&nd, data, sizeof(data), &m.len), FAULT_NONE);
	nd_set_checksum(data, m.len, &m.ends);
	engine_receive(&scene.router->engine, &m);
}

static void give_una(const char *from, uint8_t lla)
{
	give_una_on(2, from, lla);
}

static void in_use(const char *text)
{
	sim_address(scene.others, 2, text, 0x33);
}

static void expect_hack(const char *text)
{
	assert_int_equal(count(SENT_HACK), 1);
	assert_sent(sent(SENT_HACK, 0), text);
	assert_ends(sent(SENT_HACK, 0), NAR, PAR);
	assert_false(sent(SENT_HACK, 0)->m.has_home);
}

static void expect_neighbour(unsigned int times, const char *text, uint8_t lla)
{
	assert_int_equal(scene.neighbours, times);
	assert_address(&scene.neighbour, text);
	assert_int_equal(scene.lla.len, 6);
	assert_int_equal(scene.lla.bytes[5], lla);
}

/* Accepted, refused, assigned: it comes from where HI went to, with its number. */
static void each_hi_is_answered(void **state)
{
	(void)state;
	ask();
	expect_hack("3b01 0f 00 0000 1234 00 00 0104 00000000");
	sent_clear(&scene.sent);
	give_hi(&(struct mh_handover){ 0xffff, 0, MH_HI_FROM_PCOA }, "2001:db8:9::1");
	expect_hack("3b01 0f 00 0000 ffff 00 80 0104 00000000");
}

static void an_assigned_address_is_told_and_defended(void **state)
{
	struct path *path;

	(void)state;
	give_hi(&(struct mh_handover){ 7, MH_HI_S | MH_HI_U, MH_HI_FROM_PCOA }, NCOA);
	expect_hack("3b03 0f 00 0000 0007 00 02 0100 2212 0280" POOLED_TEXT);
	path = sim_path(scene.router, POOLED);
	assert_non_null(path);
	assert_int_equal(path->proxies, 1);
	assert_address(&path->proxy[0].address, POOLED);
	assert_int_equal(path->proxy[0].ifindex, 2);
	assert_int_equal(path->gate, PATH_HOLD);
	assert_null(sim_path(scene.router, NCOA));
}

static void one_in_use_is_replaced(void **state)
{
	(void)state;
	in_use(NCOA);
	ask();
	expect_hack("3b03 0f 00 0000 1234 00 01 0100 2212 0280" POOLED_TEXT);
}

/* Until the link has answered nobody is answered, and nothing defended. */
static void a_probe_comes_first(void **state)
{
	const struct in6_addr ncoa = address(NCOA);

	(void)state;
	interface.dad_probe = true;
	ask();
	assert_int_equal(scene.probes, 1);
	assert_address(&scene.probed, NCOA);
	assert_int_equal(count(SENT_HACK), 0);
	assert_null(sim_path(scene.router, NCOA));
	/* HI comes again meanwhile, and is one with the first */
	give_hi(&(struct mh_handover){ 0x1235, MH_HI_U, MH_HI_FROM_PCOA }, NCOA);
	assert_int_equal(scene.probes, 1);
	assert_int_equal(count(SENT_HACK), 0);
	engine_probed(&scene.router->engine, 2, &ncoa, NULL);
	expect_hack("3b01 0f 00 0000 1235 00 00 0104 00000000");
	assert_int_equal(sim_path(scene.router, NCOA)->proxies, 1);
}

static void who_answers_a_probe_has_the_address(void **state)
{
	const struct in6_addr ncoa = address(NCOA);
	const struct lla another = sim_lla(0x33);

	(void)state;
	interface.dad_probe = true;
	ask();
	engine_probed(&scene.router->engine, 2, &ncoa, &another);
	expect_hack("3b03 0f 00 0000 1234 00 01 0100 2212 0280" POOLED_TEXT);
	assert_null(sim_path(scene.router, NCOA));
}

static void without_a_probe_nobody_is_asked(void **state)
{
	(void)state;
	ask();
	assert_int_equal(scene.probes, 0);
	assert_int_equal(sim_path(scene.router, NCOA)->proxy[0].lifetime, 1500);
}

/* A node that is here already: whatever is decided of others, that is all it is told. */
static void who_is_here_is_only_confirmed(void **state)
{
	static const enum config_addressing ways[] = {
		CONFIG_NCOA_PROPOSED, CONFIG_NCOA_ASSIGNED, CONFIG_NCOA_PCOA,
	};
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		config.ar.addressing = ways[i];
		interface.dad_probe = true;
		give_una(NCOA, MN_LLA);
		give_hi(&(struct mh_handover){ 9, MH_HI_U | MH_HI_S, MH_HI_FROM_ELSEWHERE },
			NCOA);
		expect_hack("3b01 0f 00 0000 0009 00 00 0104 00000000");
		expect_neighbour(2, NCOA, MN_LLA);
		assert_int_equal(scene.probes, 0);
		assert_null(sim_path(scene.router, NCOA));
		tear_down(state);
		set_up(state);
	}
}

static void who_was_not_heard_becomes_a_neighbour(void **state)
{
	(void)state;
	give_hi(&(struct mh_handover){ 9, 0, MH_HI_FROM_ELSEWHERE }, NCOA);
	expect_hack("3b01 0f 00 0000 0009 00 00 0104 00000000");
	expect_neighbour(1, NCOA, MN_LLA);
}

static void another_who_has_the_address_stays_the_neighbour(void **state)
{
	(void)state;
	in_use(NCOA);
	give_hi(&(struct mh_handover){ 9, 0, MH_HI_FROM_ELSEWHERE }, NCOA);
	expect_hack("3b01 0f 00 0000 0009 00 81 0104 00000000");
	assert_int_equal(scene.neighbours, 0);
}

/* C-17: RFC 4861 would pass over it, and packets would wait for a solicitation. */
static void who_was_not_expected_becomes_a_neighbour(void **state)
{
	(void)state;
	give_una(NCOA, MN_LLA);
	expect_neighbour(1, NCOA, MN_LLA);
	assert_int_equal(scene.sent.count, 0);
}

static void no_una_is_believed_that_is_not_one(void **state)
{
	(void)state;
	/* of another link, on another link, and of the router itself */
	give_una("2001:db8:3::10", MN_LLA);
	give_una_on(3, NCOA, MN_LLA);
	sim_address(scene.router, 5, OTHER, 2);
	give_una(OTHER, MN_LLA);
	assert_int_equal(scene.sent.count, 0);
	/* known as another's: it is told, and nothing else happens */
	in_use(NCOA);
	give_una(NCOA, MN_LLA);
	assert_int_equal(scene.neighbours, 0);
	assert_int_equal(scene.sent.count, 1);
}

/* Section 6.4.6: to the address, and to the node, that has said it; nothing is kept. */
static void who_shall_have_another_is_told_alone(void **state)
{
	(void)state;
	in_use(NCOA);
	ask();
	assert_null(sim_path(scene.router, NCOA));
	give_una(NCOA, MN_LLA);
	assert_int_equal(count(SENT_RA), 1);
	assert_ends(sent(SENT_RA, 0), NAR_LINK, NCOA);
	assert_int_equal(sent(SENT_RA, 0)->m.ifindex, 2);
	assert_int_equal(sent(SENT_RA, 0)->m.lla.len, 6);
	assert_int_equal(sent(SENT_RA, 0)->m.lla.bytes[5], MN_LLA);
	assert_int_equal(sent(SENT_RA, 0)->m.hop_limit, 255);
	assert_sent(sent(SENT_RA, 0), "8600 0000 00 00 0708 00000000 00000000 "
		    "1403 0002 00000000" POOLED_TEXT);
}

static void who_keeps_the_pcoa_is_told_that(void **state)
{
	(void)state;
	config.ar.addressing = CONFIG_NCOA_PCOA;
	ask();
	expect_hack("3b01 0f 00 0000 1234 00 03 0104 00000000");
	give_una(NCOA, MN_LLA);
	assert_sent(sent(SENT_RA, 0), "8600 0000 00 00 0708 00000000 00000000 "
		    "1403 0004 00000000" PCOA_TEXT);
}

/* Who it is, is told by both of its addresses. */
static void who_has_only_the_address_is_not_the_one(void **state)
{
	(void)state;
	ask();
	give_una(NCOA, 0x33);
	assert_sent(sent(SENT_RA, 0), "8600 0000 00 00 0708 00000000 00000000 "
		    "1401 0080 00000000");
	assert_int_equal(sent(SENT_RA, 0)->m.lla.bytes[5], 0x33);
	assert_int_equal(sim_path(scene.router, NCOA)->gate, PATH_HOLD);
	assert_int_equal(scene.neighbours, 0);
}

/* RFC 4068 6.3.2 */
static void give_fna(void)
{
	uint8_t data[64];
	struct message m = { .ends = { address(NCOA), address(NAR) }, .ifindex = 2 };

	m.len = hex("3b02 0a 00 0000 0000 0707 02 020000000010 0105 0000000000", data,
		    sizeof(data));
	give(&m, data);
}

static void an_fna_is_as_good(void **state)
{
	(void)state;
	config.ar.accept_fna = true;
	sim_address(scene.others, 2, NCOA, MN_LLA);
	ask();
	give_fna();
	assert_int_equal(sim_path(scene.router, NCOA)->gate, PATH_OPEN);
	assert_int_equal(sim_path(scene.router, NCOA)->proxies, 0);
	expect_neighbour(1, NCOA, MN_LLA);
}

static void an_fna_is_none_if_so_decided(void **state)
{
	(void)state;
	sim_address(scene.others, 2, NCOA, MN_LLA);
	ask();
	give_fna();
	assert_int_equal(sim_path(scene.router, NCOA)->gate, PATH_HOLD);
}

/* It may be forged, and from anywhere. */
static void an_fna_is_none_from_who_is_not_known(void **state)
{
	(void)state;
	config.ar.accept_fna = true;
	ask();
	give_fna();
	assert_int_equal(sim_path(scene.router, NCOA)->gate, PATH_HOLD);
	assert_int_equal(scene.neighbours, 0);
}

/* Nor is it kept for the HI that comes after it. */
static void an_early_fna_is_none_from_who_is_not_known(void **state)
{
	(void)state;
	config.ar.accept_fna = true;
	give_fna();
	ask();
	assert_int_equal(sim_path(scene.router, NCOA)->gate, PATH_HOLD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(each_hi_is_answered),
		TEST(an_assigned_address_is_told_and_defended),
		TEST(one_in_use_is_replaced),
		TEST(a_probe_comes_first),
		TEST(who_answers_a_probe_has_the_address),
		TEST(without_a_probe_nobody_is_asked),
		TEST(who_is_here_is_only_confirmed),
		TEST(who_was_not_heard_becomes_a_neighbour),
		TEST(another_who_has_the_address_stays_the_neighbour),
		TEST(who_was_not_expected_becomes_a_neighbour),
		TEST(no_una_is_believed_that_is_not_one),
		TEST(who_shall_have_another_is_told_alone),
		TEST(who_keeps_the_pcoa_is_told_that),
		TEST(who_has_only_the_address_is_not_the_one),
		TEST(an_fna_is_as_good),
		TEST(an_fna_is_none_if_so_decided),
		TEST(an_fna_is_none_from_who_is_not_known),
		TEST(an_early_fna_is_none_from_who_is_not_known),
	};

	return cmocka_run_group_tests_name("RFC 5568, NAR", tests, NULL, NULL);
}
