// SPDX-License-Identifier: GPL-2.0-only
/*
 * What RFC 5568 asks of a previous access router: what it says, octet for octet, to a
 * node and to a new router that say what each test has them say.
 */
#include <stdio.h>
#include <string.h>

#include "badf.h"
#include "par.h"
#include "sent.h"
#include "test.h"

#define PAR		"2001:db8:1::1"
#define PAR_SECOND	"2001:db8:1::2"
#define PAR_LINK	"fe80::1"
#define NAR		"2001:db8:2::1"
#define MN_LINK		"fe80::10"
#define PCOA		"2001:db8:1::10"
#define NCOA		"2001:db8:2::10"
#define OTHER		"2001:db8:2::77"
#define MN_LLA		0x10
#define AP(n)		{ 6, { 2, 0, 0, 0, 0xaa, n } }

#define PCOA_TEXT	"20010db8 00010000 00000000 00000010"
#define NCOA_TEXT	"20010db8 00020000 00000000 00000010"
#define OTHER_TEXT	"20010db8 00020000 00000000 00000077"
#define NO_MAC		"000000000000000000000000"

/* What its random numbers are here: the first HI has the next one. */
#define RANDOM		0x5a5a
#define FIRST		(RANDOM + 1)

static struct lla par_ap = AP(1), nar_ap = AP(2);
static const struct lla nowhere = AP(9);
static struct config_prefix par_prefix, nar_prefix;
static struct config_interface interface;
static struct config_neighbour nar;
static struct config_key key;
static struct config config;

struct scene {
	struct sim sim;
	const char *par;
	struct sim_node *router;
	struct sim_node *mn;
	struct sent sent;
	uint16_t sequence;
};

static struct scene scene;

static void configure(void)
{
	par_prefix = (struct config_prefix){ 64, address("2001:db8:1::") };
	nar_prefix = (struct config_prefix){ 64, address("2001:db8:2::") };
	interface = (struct config_interface){
		.name = "link1", .aps = &par_ap, .aps_count = 1,
		.prefixes = &par_prefix, .prefixes_count = 1,
	};
	nar = (struct config_neighbour){
		.name = "nar", .address = address(NAR), .lla = sim_lla(2),
		.aps = &nar_ap, .aps_count = 1,
		.prefixes = &nar_prefix, .prefixes_count = 1, .fmip = true,
	};
	key = (struct config_key){ .pcoa = { 64, address("2001:db8:1::") },
				   .spi = 0x100, .len = 20,
				   .bytes = "twenty octets of key" };
	config = (struct config){
		.roles = CONFIG_AR,
		.ipsec = CONFIG_IPSEC_OFF,
		.interfaces = &interface,
		.interfaces_count = 1,
		.neighbours = &nar,
		.neighbours_count = 1,
		.keys = &key,
		.keys_count = 1,
		.ar = {
			.address = address(PAR),
			.hi = { 100, 3, 0 },
			.copying = CONFIG_COPY_RTSOLPR,
			.window = { 500, 1 << 20, 500 },
			.buffer = { 1000, 4 << 20, 0 },
			.hold = 10000,
			.speedup = 200,
			.lifetime_max = 60,
			.fback_to_pcoa = true,
			.ask_to_buffer = true,
		},
		.limits = { 100, 4, 16, 0, 0 },
	};
}

static int set_up(void **state)
{
	configure();
	memset(&scene, 0, sizeof(scene));
	sim_init(&scene.sim);
	scene.router = sim_add(&scene.sim, "par", &config);
	scene.mn = sim_add(&scene.sim, "mn", NULL);
	sim_address(scene.router, 1, PAR_LINK, 1);
	sim_address(scene.router, 1, PAR, 1);
	scene.par = PAR;
	sim_address(scene.mn, 1, PCOA, MN_LLA);
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

static void give_mh(const char *source, const struct mh *mh, const char *home,
		    const struct badf_ends *signs)
{
	struct badf_key k = { key.mac, key.len, (const uint8_t *)"twenty octets of key" };
	uint8_t data[256];
	struct message m = {
		.ends = { address(source), address(scene.par) },
		.ifindex = strcmp(source, PCOA) ? 0 : 1,
		.next_header = IPPROTO_MH,
		.has_home = home,
		.home = address(home ?: "::"),
		.data = data,
	};
	struct ip6_ends ends = m.ends;

	assert_int_equal(mh_encode(mh, data, sizeof(data), &m.len), FAULT_NONE);
	if (signs)
		assert_int_equal(badf_sign(data, m.len, &k, signs), 0);
	if (home)
		ends.source = m.home;
	mh_set_checksum(data, m.len, &ends);
	engine_receive(&scene.router->engine, &m);
}

static void give_fbu(const char *from, const char *ncoa, uint16_t lifetime, bool with_lla)
{
	struct badf_ends signs = { address(lifetime ? ncoa : PCOA), address(scene.par) };
	struct mh mh = {
		.type = MH_FBU,
		.fbu = { ++scene.sequence, MH_FBU_A | MH_FBU_H, lifetime },
	};
	struct mobopts *o = &mh.options;

	o->option[o->count++] = (struct mobopt){
		.type = MOBOPT_ALTCOA, .care_of = address(ncoa),
	};
	if (with_lla)
		o->option[o->count++] = (struct mobopt){
			.type = MOBOPT_LLA, .lla = { LLA_MN, sim_lla(MN_LLA) },
		};
	o->option[o->count++] = (struct mobopt){
		.type = MOBOPT_BADF, .badf = { .spi = 0x100, .len = 12 },
	};
	give_mh(from, &mh, PCOA, &signs);
}

static void ask(void)
{
	give_fbu(PCOA, NCOA, 30, false);
}

static void give_hack(uint8_t code, uint16_t sequence, const char *ncoa)
{
	struct mh mh = { .type = MH_HACK, .hack = { .sequence = sequence, .code = code } };

	if (ncoa)
		mh.options.option[mh.options.count++] = (struct mobopt){
			.type = MOBOPT_ADDRESS,
			.address = { ADDRESS_NCOA, 128, address(ncoa) },
		};
	give_mh(NAR, &mh, NULL, NULL);
}

static void give_rtsolpr(const struct lla *ap)
{
	struct nd nd = { .type = ND_RTSOLPR, .proxy.identifier = 0x1234 };
	uint8_t data[128];
	struct message m = {
		.ends = { address(MN_LINK), address("ff02::2") },
		.ifindex = 1,
		.next_header = IPPROTO_ICMPV6,
		.hop_limit = ND_HOP_LIMIT,
		.data = data,
	};

	ndopts_add(&nd.options, NDOPT_LLA)->lla =
		(struct coded_lla){ LLA_SENDER, sim_lla(MN_LLA) };
	ndopts_add(&nd.options, NDOPT_LLA)->lla = (struct coded_lla){ LLA_NEW_AP, *ap };
	assert_int_equal(nd_encode(&nd, data, sizeof(data), &m.len), FAULT_NONE);
	nd_set_checksum(data, m.len, &m.ends);
	engine_receive(&scene.router->engine, &m);
}

static bool is_redirected(void)
{
	struct path *path = sim_path(scene.router, PCOA);

	return path && path->target == PATH_TUNNEL;
}

static void expect_tunnel(const char *source, const char *destination)
{
	struct path *path = sim_path(scene.router, PCOA);

	assert_true(is_redirected());
	assert_address(&path->tunnel.source, source);
	assert_address(&path->tunnel.destination, destination);
	/* the way back: from there only, and of this node only (section 4) */
	assert_int_equal(path->accepts, 1);
	assert_true(path->accept[0].source);
	assert_address(&path->accept[0].tunnel.source, source);
	assert_address(&path->accept[0].tunnel.destination, destination);
}

static void expect_signed(const struct sent_message *fback, const char *care_of)
{
	struct badf_ends signs = { address(care_of), address(PAR) };
	struct badf_key k = { key.mac, key.len, key.bytes };

	assert_int_equal(badf_verify(fback->data, fback->m.len, &k, &signs), 0);
}

#define SENDER_TEXT	"1302 04 020000000001 00000000000000"
#define ROUTER_TEXT	"1302 01 02000000aa02 00000000000000" \
			"1302 03 020000000002 00000000000000" \
			"1103 0340 00000000 20010db8 00020000 00000000 00000001" \
			"1103 0440 00000000 20010db8 00020000 00000000 00000000"

static void an_answer_tells_of_the_router_in_order(void **state)
{
	(void)state;
	give_rtsolpr(&nar_ap);
	assert_sent(sent(SENT_PRRTADV, 0), "9a00 0000 0300 1234" SENDER_TEXT ROUTER_TEXT);
	assert_ends(sent(SENT_PRRTADV, 0), PAR_LINK, MN_LINK);
	assert_int_equal(sent(SENT_PRRTADV, 0)->m.hop_limit, 255);
}

static void an_unknown_one_is_named_as_such(void **state)
{
	(void)state;
	give_rtsolpr(&nowhere);
	assert_sent(sent(SENT_PRRTADV, 0), "9a02 0000 0300 1234" SENDER_TEXT
		    "1302 06 02000000aa09 00000000000000");
}

static void one_on_this_link_has_no_prefix(void **state)
{
	(void)state;
	give_rtsolpr(&par_ap);
	assert_sent(sent(SENT_PRRTADV, 0), "9a02 0000 0300 1234" SENDER_TEXT
		    "1302 05 02000000aa01 00000000000000");
}

static void who_asks_leaves_no_state(void **state)
{
	(void)state;
	give_rtsolpr(&nar_ap);
	assert_null(scene.router->engine.par->nodes);
	assert_null(sim_path(scene.router, PCOA));
}

/* Section 3.3: it is delivered to as before until it has asked for something else. */
static void who_is_told_to_move_gets_his_packets_here(void **state)
{
	const struct in6_addr node = address(MN_LINK), pcoa = address(PCOA), ncoa = address(NCOA);
	const struct lla lla = sim_lla(MN_LLA);

	(void)state;
	engine_neighbour(&scene.router->engine, 1, &pcoa, &lla);
	assert_int_equal(par_advertise(&scene.router->engine, 1, &node, &nar, &nar_ap, true,
				       &ncoa), 0);
	assert_sent(sent(SENT_PRRTADV, 0), "9a01 0000 0300 0000" SENDER_TEXT ROUTER_TEXT
		    "1103 0280 00000000" NCOA_TEXT);
	assert_ends(sent(SENT_PRRTADV, 0), PAR_LINK, MN_LINK);
	assert_null(sim_path(scene.router, PCOA));
	ask();
	give_hack(MH_HACK_NCOA_VALID, FIRST, NULL);
	expect_tunnel(PAR, NCOA);
}

static void all_are_told_of_the_neighbourhood(void **state)
{
	const struct in6_addr nodes = address("ff02::1");

	(void)state;
	par_advertise(&scene.router->engine, 1, &nodes, &nar, &nar_ap, false, NULL);
	assert_sent(sent(SENT_PRRTADV, 0), "9a04 0000 0300 0000" SENDER_TEXT ROUTER_TEXT);
	assert_ends(sent(SENT_PRRTADV, 0), PAR_LINK, "ff02::1");
}

static void expect_cause(const char *text)
{
	const struct report *last;

	assert_true(scene.router->reports);
	last = &scene.router->report[scene.router->reports - 1];
	assert_int_equal(last->kind, REPORT_REFUSED);
	assert_string_equal(last->text, text);
	assert_true(IN6_ARE_ADDR_EQUAL(&last->from, &(struct in6_addr[]){ address(PCOA) }));
	sim_run(&scene.sim, 1000);
}

/*
 * Without a key, without a home address, or with another's: nothing is done or said, but
 * to the operator.
 */
static void who_has_no_key_changes_nothing(void **state)
{
	struct badf_ends signs = { address(NCOA), address(PAR) };
	struct mh mh = {
		.type = MH_FBU, .fbu = { 1, MH_FBU_A | MH_FBU_H, 30 },
		.options = { 2, {
			{ .type = MOBOPT_ALTCOA, .care_of = address(NCOA) },
			{ .type = MOBOPT_BADF, .badf = { .spi = 0x101, .len = 12 } },
		} },
	};

	(void)state;
	give_mh(PCOA, &mh, PCOA, &signs);
	assert_int_equal(scene.router->engine.count[COUNT_NO_KEY], 1);
	expect_cause("no key for this address");
	mh.options.option[1].badf.spi = 0x100;
	give_mh(PCOA, &mh, NULL, &signs);
	assert_int_equal(scene.router->engine.count[COUNT_NO_HOME], 1);
	expect_cause("an FBU without a home address");
	give_mh(PCOA, &mh, "2001:db8:7::10", &signs);
	assert_int_equal(scene.router->engine.count[COUNT_NO_KEY], 2);
	expect_cause("no key for this address");
	mh.options.count = 1;
	give_mh(PCOA, &mh, PCOA, NULL);
	assert_int_equal(scene.router->engine.count[COUNT_BAD_AUTH], 1);
	expect_cause("no authenticator");
	mh.options.count = 2;
	mh.fbu.sequence = 2;
	signs.care_of = address(OTHER);
	give_mh(PCOA, &mh, PCOA, &signs);
	assert_int_equal(scene.router->engine.count[COUNT_BAD_AUTH], 2);
	expect_cause("wrong authenticator");
	assert_int_equal(scene.sent.count, 0);
	assert_null(sim_path(scene.router, PCOA));
}

/* All of it, in the order of the figure of section 6.2.1.1. */
#define HI_TEXT(sequence, flags, code) \
	"3b07 0e 00 0000 " sequence flags code "0707 02 020000000010 00" \
	"2212 0180" PCOA_TEXT "0102 0000 2212 0280" NCOA_TEXT

static void expect_hi(const char *text)
{
	assert_sent(sent(SENT_HI, 0), text);
	assert_ends(sent(SENT_HI, 0), PAR, NAR);
	assert_false(sent(SENT_HI, 0)->m.has_home);
}

static void hi_tells_all_of_the_node(void **state)
{
	(void)state;
	ask();
	expect_hi(HI_TEXT("5a5b", "40", "00"));
}

static void hi_asks_for_an_address_if_so_decided(void **state)
{
	(void)state;
	config.ar.assign = true;
	ask();
	expect_hi(HI_TEXT("5a5b", "c0", "00"));
}

static void hi_says_that_the_node_has_left(void **state)
{
	(void)state;
	config.ar.assign = true;
	sim_leave(scene.mn, 1);
	give_fbu(NCOA, NCOA, 30, true);
	expect_hi(HI_TEXT("5a5b", "00", "01"));
}

/* Section 6.2.1.1 wants it in each HI, or the new router would not know the node. */
static void without_a_link_layer_address_nobody_is_asked(void **state)
{
	(void)state;
	sim_leave(scene.mn, 1);
	give_fbu(PCOA, NCOA, 30, false);
	assert_int_equal(count(SENT_HI), 0);
	assert_sent(sent(SENT_FBACK, 0), "3b03 09 00 0000 80 00 0001 0000 0100 "
		    "1510 00000100" NO_MAC);
	assert_string_equal(scene.router->report[0].text,
			    "nothing tells its link-layer address");
	assert_null(sim_path(scene.router, PCOA));
}

/* It is on no link that this daemon has seen; but the link knows it. */
static void the_link_is_asked_for_its_link_layer_address(void **state)
{
	(void)state;
	give_fbu(NCOA, NCOA, 30, false);
	expect_hi(HI_TEXT("5a5b", "00", "01"));
}

/* Who is there already can be known by its UNA. */
static void who_has_left_is_asked_for_all_the_same(void **state)
{
	const struct sent_message *hi;
	struct mh mh;

	(void)state;
	sim_leave(scene.mn, 1);
	give_fbu(NCOA, NCOA, 30, false);
	hi = sent(SENT_HI, 0);
	assert_int_equal(mh_decode(hi->data, hi->m.len, NULL, &mh).kind, FAULT_NONE);
	assert_int_equal(mh.hi.code, MH_HI_FROM_ELSEWHERE);
	assert_null(mobopts_find(&mh.options, MOBOPT_LLA));
	assert_non_null(mobopts_address(&mh.options, ADDRESS_NCOA));
}

static void nothing_is_redirected_or_said_before_the_answer(void **state)
{
	(void)state;
	ask();
	sim_run(&scene.sim, 1000);
	assert_false(is_redirected());
	assert_int_equal(count(SENT_FBACK), 0);
	give_hack(MH_HACK_NCOA_VALID, FIRST + 1, NULL);
	assert_false(is_redirected());
	assert_int_equal(count(SENT_FBACK), 0);
	give_hack(MH_HACK_NCOA_VALID, FIRST, NULL);
	expect_tunnel(PAR, NCOA);
	assert_int_equal(count(SENT_FBACK), 2);
}

/* Section 10: not even by who is asked, and to the right number. */
static void a_hack_in_cleartext_is_none(void **state)
{
	(void)state;
	config.ipsec = CONFIG_IPSEC_REQUIRED;
	ask();
	give_hack(MH_HACK_NCOA_VALID, FIRST, NULL);
	assert_false(is_redirected());
	assert_int_equal(count(SENT_FBACK), 0);
	assert_int_equal(scene.router->engine.count[COUNT_CLEARTEXT], 1);
	config.ipsec = CONFIG_IPSEC_OFF;
	give_hack(MH_HACK_NCOA_VALID, FIRST, NULL);
	expect_tunnel(PAR, NCOA);
}

static void hi_backs_off(void **state)
{
	unsigned int i;

	(void)state;
	ask();
	sim_run(&scene.sim, 20000);
	assert_int_equal(count(SENT_HI), 4);
	for (i = 0; i < 4; i++) {
		assert_int_equal((sent(SENT_HI, i)->ns - sent(SENT_HI, 0)->ns) / MS,
				 ((1 << i) - 1) * 100);
		assert_memory_equal(sent(SENT_HI, i)->data, sent(SENT_HI, 0)->data, 64);
	}
	/* whoever has not answered then is not asked any more, and the node is told */
	assert_int_equal((sent(SENT_FBACK, 0)->ns - sent(SENT_HI, 0)->ns) / MS, 1500);
	assert_sent(sent(SENT_FBACK, 0), "3b03 09 00 0000 80 00 0001 0000 0100 "
		    "1510 00000100" NO_MAC);
	assert_false(is_redirected());
}

static void the_node_is_told_where_it_is_and_will_be(void **state)
{
	unsigned int i;

	(void)state;
	ask();
	give_hack(MH_HACK_NCOA_VALID, FIRST, NULL);
	assert_int_equal(count(SENT_FBACK), 2);
	assert_ends(sent(SENT_FBACK, 0), PAR, PCOA);
	assert_int_equal(sent(SENT_FBACK, 0)->m.ifindex, 1);
	assert_ends(sent(SENT_FBACK, 1), PAR, NCOA);
	for (i = 0; i < 2; i++) {
		assert_sent(sent(SENT_FBACK, i), "3b03 09 00 0000 00 00 0001 001e 0100 "
			    "1510 00000100" NO_MAC);
		expect_signed(sent(SENT_FBACK, i), NCOA);
		assert_false(sent(SENT_FBACK, i)->m.routed);
	}
}

static void a_routing_header_is_sent_if_so_decided(void **state)
{
	(void)state;
	config.ar.rh2 = true;
	ask();
	give_hack(MH_HACK_NCOA_VALID, FIRST, NULL);
	assert_false(sent(SENT_FBACK, 0)->m.routed);
	assert_true(sent(SENT_FBACK, 1)->m.routed);
	assert_address(&sent(SENT_FBACK, 1)->m.home, PCOA);
}

/* Section 4: a router with several addresses has told the node one of them. */
static void the_tunnel_begins_where_the_fbu_went_to(void **state)
{
	(void)state;
	sim_address(scene.router, 1, PAR_SECOND, 1);
	scene.par = PAR_SECOND;
	ask();
	assert_ends(sent(SENT_HI, 0), PAR, NAR);
	scene.par = PAR;
	give_hack(MH_HACK_NCOA_VALID, FIRST, NULL);
	expect_tunnel(PAR_SECOND, NCOA);
	assert_ends(sent(SENT_FBACK, 1), PAR_SECOND, NCOA);
}

static void expect_supplied(uint8_t code)
{
	ask();
	give_hack(code, FIRST, OTHER);
	expect_tunnel(PAR, OTHER);
	assert_ends(sent(SENT_FBACK, 0), PAR, PCOA);
	assert_ends(sent(SENT_FBACK, 1), PAR, OTHER);
	assert_sent(sent(SENT_FBACK, 0), "3b06 09 00 0000 01 00 0001 001e 0100 0310"
		    OTHER_TEXT "0104 00000000 1510 00000100" NO_MAC);
	expect_signed(sent(SENT_FBACK, 0), OTHER);
}

static void another_address_is_passed_on(void **state)
{
	(void)state;
	expect_supplied(MH_HACK_NCOA_INVALID);
}

static void an_assigned_address_is_passed_on(void **state)
{
	(void)state;
	expect_supplied(MH_HACK_NCOA_ASSIGNED);
}

/* C-02: who was asked for an address, and has taken the text by its word. */
static void an_assigned_address_may_have_code_3(void **state)
{
	(void)state;
	config.ar.assign = true;
	expect_supplied(MH_HACK_USE_PCOA);
}

static void without_a_new_address_the_tunnel_is_to_the_router(void **state)
{
	(void)state;
	ask();
	give_hack(MH_HACK_USE_PCOA, FIRST, NULL);
	expect_tunnel(PAR, NAR);
	assert_int_equal(count(SENT_FBACK), 1);
	assert_ends(sent(SENT_FBACK, 0), PAR, PCOA);
	assert_sent(sent(SENT_FBACK, 0), "3b06 09 00 0000 01 00 0001 001e 0100 0310"
		    PCOA_TEXT "0104 00000000 1510 00000100" NO_MAC);
}

static void a_refusal_is_passed_on(void **state)
{
	static const struct {
		uint8_t code;
		const char *text;
	} cases[] = {
		{ MH_HACK_REFUSED, "3b03 09 00 0000 80 00 0001 0000 0100" },
		{ MH_HACK_PROHIBITED, "3b03 09 00 0000 81 00 0001 0000 0100" },
		{ MH_HACK_NO_RESOURCES, "3b03 09 00 0000 82 00 0001 0000 0100" },
		/* no address is left to be told (C-07) */
		{ MH_HACK_NCOA_INVALID, "3b03 09 00 0000 80 00 0001 0000 0100" },
	};
	char text[128];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask();
		give_hack(cases[i].code, FIRST, NULL);
		assert_false(is_redirected());
		snprintf(text, sizeof(text), "%s 1510 00000100" NO_MAC, cases[i].text);
		assert_int_equal(count(SENT_FBACK), 1);
		assert_sent(sent(SENT_FBACK, 0), text);
		tear_down(state);
		set_up(state);
	}
}

static void a_lifetime_is_granted_up_to_a_limit(void **state)
{
	(void)state;
	give_fbu(PCOA, NCOA, 65535, false);
	give_hack(MH_HACK_NCOA_VALID, FIRST, NULL);
	assert_sent(sent(SENT_FBACK, 0), "3b03 09 00 0000 00 00 0001 003c 0100 "
		    "1510 00000100" NO_MAC);
	sim_run(&scene.sim, 59999);
	assert_true(is_redirected());
	sim_run(&scene.sim, 1);
	assert_false(is_redirected());
}

/* Section 5.6: it has come to another router, or address, than it had thought. */
static void a_later_request_replaces_the_one_before(void **state)
{
	(void)state;
	ask();
	give_hack(MH_HACK_NCOA_VALID, FIRST, NULL);
	expect_tunnel(PAR, NCOA);
	sent_clear(&scene.sent);
	give_fbu(OTHER, OTHER, 20, true);
	assert_int_equal(count(SENT_HI), 1);
	give_hack(MH_HACK_NCOA_VALID, FIRST + 1, NULL);
	expect_tunnel(PAR, OTHER);
	assert_ends(sent(SENT_FBACK, 0), PAR, OTHER);
	sim_run(&scene.sim, 20000);
	assert_false(is_redirected());
}

static void who_is_back_is_delivered_to_here(void **state)
{
	(void)state;
	ask();
	give_hack(MH_HACK_NCOA_VALID, FIRST, NULL);
	sent_clear(&scene.sent);
	give_fbu(PCOA, NCOA, 0, false);
	assert_false(is_redirected());
	assert_int_equal(count(SENT_HI), 0);
	assert_sent(sent(SENT_FBACK, 0), "3b03 09 00 0000 00 00 0002 0000 0100 "
		    "1510 00000100" NO_MAC);
	expect_signed(sent(SENT_FBACK, 0), PCOA);
}

/* What is delivered is copied, and delivered all the same. */
static void copies_are_no_detour(void **state)
{
	const struct in6_addr pcoa = address(PCOA);
	const struct lla lla = sim_lla(MN_LLA);
	struct path *path;

	(void)state;
	engine_neighbour(&scene.router->engine, 1, &pcoa, &lla);
	give_rtsolpr(&nar_ap);
	path = sim_path(scene.router, PCOA);
	assert_non_null(path);
	assert_int_equal(path->gate, PATH_COPY);
	assert_int_equal(path->target, PATH_ROUTE);
	ask();
	path = sim_path(scene.router, PCOA);
	assert_int_equal(path->gate, PATH_COPY);
	assert_int_equal(path->target, PATH_ROUTE);
}

/* RFC 6275 9.2: whoever asks for what nobody here understands is told so. */
static void an_unknown_message_is_answered_with_an_error(void **state)
{
	struct ip6_ends ends = { address(PCOA), address(PAR) };
	uint8_t data[16];
	struct message m = {
		.ends = ends, .ifindex = 1, .next_header = IPPROTO_MH, .data = data,
	};

	(void)state;
	m.len = hex("3b01 63 00 0000 0000 0000 0000 0102 0000", data, sizeof(data));
	mh_set_checksum(data, m.len, &ends);
	engine_receive(&scene.router->engine, &m);
	assert_sent(sent(SENT_BE, 0), "3b02 07 00 0000 02 00 "
		    "00000000 00000000 00000000 00000000");
	assert_ends(sent(SENT_BE, 0), PAR, PCOA);
}

static void give_unknown(const char *text, const char *to)
{
	struct ip6_ends ends = { address(PCOA), address(to) };
	uint8_t data[16];
	struct message m = {
		.ends = ends, .ifindex = 1, .next_header = IPPROTO_MH, .data = data,
	};

	m.len = hex(text, data, sizeof(data));
	mh_set_checksum(data, m.len, &ends);
	engine_receive(&scene.router->engine, &m);
}

/* Types 0 to 6 are what RFC 6275 itself has: a daemon of its own answers them, if any. */
static void what_is_anothers_is_not_answered(void **state)
{
	const char *update = "3b01 05 00 0000 0001 c000 003c 0102 0000";
	const char *reply = "3b01 06 00 0000 0000 0001 003c 0102 0000";
	const char *unknown = "3b01 63 00 0000 0000 0000 0000 0102 0000";

	(void)state;
	give_unknown(update, PAR);
	give_unknown(reply, PAR);
	give_unknown(unknown, PAR);
	assert_int_equal(count(SENT_BE), 3);
	sent_clear(&scene.sent);
	config.binding_errors = CONFIG_ERRORS_OTHERS;
	give_unknown(update, PAR);
	give_unknown(reply, PAR);
	assert_int_equal(count(SENT_BE), 0);
	give_unknown(unknown, PAR);
	assert_int_equal(count(SENT_BE), 1);
	config.binding_errors = CONFIG_ERRORS_NONE;
	give_unknown(update, PAR);
	give_unknown(unknown, PAR);
	assert_int_equal(count(SENT_BE), 1);
	assert_int_equal(scene.router->engine.count[COUNT_MALFORMED], 8);
	/* What is of a type that it knows is not silenced. */
	give_unknown("3b00 0e 00 0000 1234", PAR);
	assert_int_equal(count(SENT_PROBLEM), 1);
}

/* RFC 4443 section 2.4 (e): one message would have many answers. */
static void what_is_for_many_is_not_answered(void **state)
{
	(void)state;
	give_unknown("3b01 63 00 0000 0000 0000 0000 0102 0000", "ff02::1");
	give_unknown("3b00 0e 00 0000 1234", "ff02::1");
	assert_int_equal(scene.router->engine.count[COUNT_MALFORMED], 2);
	assert_int_equal(scene.sent.count, 0);
}

/* Who is answered may not be who has asked: RFC 4443 section 2.4 (f). */
static void there_is_an_end_to_errors(void **state)
{
	struct ip6_ends ends = { address(PCOA), address(PAR) };
	uint8_t data[16];
	struct message m = {
		.ends = ends, .ifindex = 1, .next_header = IPPROTO_MH, .data = data,
	};
	unsigned int i;

	(void)state;
	m.len = hex("3b01 63 00 0000 0000 0000 0000 0102 0000", data, sizeof(data));
	mh_set_checksum(data, m.len, &ends);
	for (i = 0; i < 40; i++)
		engine_receive(&scene.router->engine, &m);
	assert_int_equal(count(SENT_BE), 10);
	sim_run(&scene.sim, 1000);
	engine_receive(&scene.router->engine, &m);
	assert_int_equal(count(SENT_BE), 11);
}

static void give_octets(const char *text, bool has_home)
{
	uint8_t data[16];
	struct message m = {
		.ends = { address(OTHER), address(PAR) },
		.ifindex = 1,
		.next_header = IPPROTO_MH,
		.hop_limit = 63,
		.has_home = has_home,
		.home = address(PCOA),
		.data = data,
	};

	m.len = hex(text, data, sizeof(data));
	engine_receive(&scene.router->engine, &m);
}

/* The Header Len of what the kernel does not know is for the daemon to complain of. */
static void a_message_that_is_too_short_is_answered_with_an_error(void **state)
{
	(void)state;
	give_octets("3b00 0e 00 0000 1234", false);
	assert_sent(sent(SENT_PROBLEM, 0), "0400 0000 00000029 60000000 0008 87 3f"
		    OTHER_TEXT "20010db8 00010000 00000000 00000001 "
		    "3b00 0e 00 0000 1234");
	assert_ends(sent(SENT_PROBLEM, 0), PAR, OTHER);
	sent_clear(&scene.sent);
	give_octets("3b00 08 00 0000 1234", true);
	assert_sent(sent(SENT_PROBLEM, 0), "0400 0000 00000041 60000000 0020 3c 3f"
		    OTHER_TEXT "20010db8 00010000 00000000 00000001 "
		    "8702 0102 0000 c910" PCOA_TEXT "3b00 08 00 0000 1234");
	sent_clear(&scene.sent);
	give_octets("3b01 08 00 0000 1234 c000 001e 0102 0000", true);
	assert_int_equal(scene.sent.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(an_answer_tells_of_the_router_in_order),
		TEST(an_unknown_one_is_named_as_such),
		TEST(one_on_this_link_has_no_prefix),
		TEST(who_asks_leaves_no_state),
		TEST(who_is_told_to_move_gets_his_packets_here),
		TEST(all_are_told_of_the_neighbourhood),
		TEST(who_has_no_key_changes_nothing),
		TEST(hi_tells_all_of_the_node),
		TEST(hi_asks_for_an_address_if_so_decided),
		TEST(hi_says_that_the_node_has_left),
		TEST(without_a_link_layer_address_nobody_is_asked),
		TEST(the_link_is_asked_for_its_link_layer_address),
		TEST(who_has_left_is_asked_for_all_the_same),
		TEST(nothing_is_redirected_or_said_before_the_answer),
		TEST(a_hack_in_cleartext_is_none),
		TEST(hi_backs_off),
		TEST(the_node_is_told_where_it_is_and_will_be),
		TEST(a_routing_header_is_sent_if_so_decided),
		TEST(the_tunnel_begins_where_the_fbu_went_to),
		TEST(another_address_is_passed_on),
		TEST(an_assigned_address_is_passed_on),
		TEST(an_assigned_address_may_have_code_3),
		TEST(without_a_new_address_the_tunnel_is_to_the_router),
		TEST(a_refusal_is_passed_on),
		TEST(a_lifetime_is_granted_up_to_a_limit),
		TEST(a_later_request_replaces_the_one_before),
		TEST(who_is_back_is_delivered_to_here),
		TEST(copies_are_no_detour),
		TEST(an_unknown_message_is_answered_with_an_error),
		TEST(what_is_anothers_is_not_answered),
		TEST(what_is_for_many_is_not_answered),
		TEST(there_is_an_end_to_errors),
		TEST(a_message_that_is_too_short_is_answered_with_an_error),
	};

	return cmocka_run_group_tests_name("RFC 5568, PAR", tests, NULL, NULL);
}
