// SPDX-License-Identifier: GPL-2.0-only
/*
 * What RFC 5568 asks of a mobile node: what it says, octet for octet, to routers that
 * say what each test has them say.
 */
#include <string.h>

#include "badf.h"
#include "mn.h"
#include "sent.h"
#include "settings.h"
#include "test.h"
#include "tuple.h"

#define PAR		"2001:db8:1::1"
#define PAR_LINK	"fe80::1"
#define NAR		"2001:db8:2::1"
#define NAR_LINK	"fe80::2"
#define MN_LINK		"fe80::10"
#define PCOA		"2001:db8:1::10"
#define NCOA		"2001:db8:2::ff:fe00:10"
#define OTHER		"2001:db8:2::77"
#define MN_LLA		0x10
#define AP(n)		{ 6, { 2, 0, 0, 0, 0xaa, n } }

#define PCOA_TEXT	"20010db8 00010000 00000000 00000010"
#define NCOA_TEXT	"20010db8 00020000 000000ff fe000010"
#define OTHER_TEXT	"20010db8 00020000 00000000 00000077"
#define NAR_TEXT	"20010db8 00020000 00000000 00000001"

/* What its random numbers are here: the first FBU has the next one. */
#define RANDOM		0x5a5a
#define FIRST		(RANDOM + 1)

static const struct lla par_ap = AP(1), nar_ap = AP(2), third_ap = AP(3);
static struct config_interface interface;
static struct config_key key;
static struct config config;

struct scene {
	struct sim sim;
	struct sim_node *node;
	struct mn *mn;
	struct sent sent;
};

static struct scene scene;

static void link_event(enum link_change change, const struct lla *ap)
{
	struct link_event event = { .change = change, .ifindex = 1, .ns = scene.sim.now };

	if (ap)
		event.ap = *ap;
	engine_link(&scene.node->engine, &event);
}

static void configure(void)
{
	interface = (struct config_interface){ .name = "link1" };
	key = (struct config_key){ .pcoa = { 64, address("2001:db8:1::") },
				   .spi = 0x100, .len = 20,
				   .bytes = "twenty octets of key" };
	config = settings_node(PAR, &interface, &key);
}

static int set_up(void **state)
{
	configure();
	memset(&scene, 0, sizeof(scene));
	sim_init(&scene.sim);
	scene.node = sim_add(&scene.sim, "mn", &config);
	scene.mn = scene.node->engine.mn;
	sim_address(scene.node, 1, MN_LINK, MN_LLA);
	sim_address(scene.node, 1, PCOA, MN_LLA);
	link_event(LINK_UP, &par_ap);
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

/* Milliseconds between two messages of a kind, the second of which is number @n. */
static unsigned int after(enum sent_kind kind, unsigned int n)
{
	return (sent(kind, n)->ns - sent(kind, 0)->ns) / MS;
}

static void give_nd(const char *source, const char *destination, const struct nd *nd)
{
	uint8_t data[ENGINE_MESSAGE_MAX];
	struct message m = {
		.ends = { address(source), address(destination) },
		.ifindex = 1,
		.next_header = IPPROTO_ICMPV6,
		.hop_limit = ND_HOP_LIMIT,
		.data = data,
	};

	assert_int_equal(nd_encode(nd, data, sizeof(data), &m.len), FAULT_NONE);
	nd_set_checksum(data, m.len, &m.ends);
	engine_receive(&scene.node->engine, &m);
}

/* What a router says of an access point: all there is if @code is LLA_NEW_AP. */
static void add_ap(struct nd *nd, const struct lla *ap, enum lla_code code, const char *ncoa)
{
	struct coded_lla coded = { code, *ap }, nar_lla = { LLA_NAR, sim_lla(2) };
	struct coded_address nar = { ADDRESS_NAR, 64, address(NAR) };
	struct coded_address prefix = { ADDRESS_NAR_PREFIX, 64, address("2001:db8:2::") };
	struct coded_address given = { ADDRESS_NCOA, 128, address(ncoa ?: "::") };
	struct tuple tuple = { .ap = &coded };

	if (code == LLA_NEW_AP) {
		tuple.nar_lla = &nar_lla;
		tuple.nar = &nar;
		tuple.prefix = &prefix;
		tuple.ncoa = ncoa ? &given : NULL;
	}
	assert_int_equal(tuple_add(&nd->options, &tuple), FAULT_NONE);
}

static struct nd prrtadv(uint8_t code, uint16_t identifier)
{
	struct nd nd = { .type = ND_PRRTADV };

	nd.proxy.code = code;
	nd.proxy.identifier = identifier;
	return nd;
}

/* The node asks, and is told of one access point. */
static void learn(uint8_t code, const struct lla *ap, enum lla_code ap_code)
{
	struct nd nd = prrtadv(code, RANDOM);

	mn_solicit(scene.mn, NULL);
	add_ap(&nd, ap, ap_code, NULL);
	give_nd(PAR_LINK, MN_LINK, &nd);
	sent_clear(&scene.sent);
}

static void leave(void)
{
	const struct mn_candidate *to = mn_candidate_at(scene.mn, &nar_ap);

	assert_non_null(to);
	mn_move(scene.mn, to);
}

static void arrive(const struct lla *ap)
{
	link_event(LINK_DOWN, NULL);
	sim_run(&scene.sim, 50);
	link_event(LINK_UP, ap);
}

/* The answer to an FBU; with an address instead, if there is one. */
static struct mh fback(uint8_t status, uint16_t sequence, const char *altcoa)
{
	struct mh mh = { .type = MH_FBACK };
	struct mobopts *o = &mh.options;

	mh.fback.status = status;
	mh.fback.sequence = sequence;
	mh.fback.lifetime = 30;
	if (altcoa)
		o->option[o->count++] = (struct mobopt){
			.type = MOBOPT_ALTCOA, .care_of = address(altcoa),
		};
	o->option[o->count++] = (struct mobopt){
		.type = MOBOPT_BADF, .badf = { .spi = 0x100, .len = 12 },
	};
	return mh;
}

static void give_signed(const struct mh *mh, const char *care_of, const uint8_t *bytes)
{
	struct badf_ends signs = { address(care_of), address(PAR) };
	struct badf_key k = { key.mac, key.len, bytes };
	uint8_t data[256];
	struct message m = {
		.ends = { address(PAR), address(PCOA) },
		.ifindex = 1,
		.next_header = IPPROTO_MH,
		.data = data,
	};

	assert_int_equal(mh_encode(mh, data, sizeof(data), &m.len), FAULT_NONE);
	assert_int_equal(badf_sign(data, m.len, &k, &signs), 0);
	mh_set_checksum(data, m.len, &m.ends);
	engine_receive(&scene.node->engine, &m);
}

static void give_fback(const struct mh *mh, const char *care_of)
{
	give_signed(mh, care_of, key.bytes);
}

static void answer(uint8_t status, uint16_t sequence, const char *altcoa)
{
	struct mh mh = fback(status, sequence, altcoa);

	give_fback(&mh, altcoa ?: NCOA);
}

static void expect_signed(const struct sent_message *fbu, const char *care_of)
{
	struct badf_ends signs = { address(care_of), address(PAR) };
	struct badf_key k = { key.mac, key.len, key.bytes };
	struct ip6_ends ends = fbu->m.ends;
	struct mh mh;

	assert_int_equal(badf_verify(fbu->data, fbu->m.len, &k, &signs), 0);
	/* RFC 6275 6.1.1: the checksum covers the home address. */
	ends.source = address(PCOA);
	assert_fault(mh_decode(fbu->data, fbu->m.len, &ends, &mh), FAULT_NONE, 0);
	assert_true(fbu->m.has_home);
	assert_address(&fbu->m.home, PCOA);
}

/* The whole of an FBU, but for the sequence number. */
#define FBU_TEXT(sequence, lifetime, care_of) \
	"3b07 08 00 0000 " sequence " c000 " lifetime " 0100 0310 " care_of \
	"0707 02 020000000010 0103 000000 1510 00000100 000000000000000000000000"

static void expect_fbu(const struct sent_message *fbu, const char *from, const char *text)
{
	assert_ends(fbu, from, PAR);
	assert_sent(fbu, text);
}

static void a_solicitation_names_all_or_some(void **state)
{
	(void)state;
	mn_solicit(scene.mn, NULL);
	assert_sent(sent(SENT_RTSOLPR, 0), "9a00 0000 0200 5a5a "
		    "1302 04 020000000010 00000000000000 "
		    "1302 00 000000000000 00000000000000");
	assert_ends(sent(SENT_RTSOLPR, 0), MN_LINK, "ff02::2");
	assert_int_equal(sent(SENT_RTSOLPR, 0)->m.hop_limit, 255);
	sent_clear(&scene.sent);
	mn_solicit(scene.mn, &nar_ap);
	assert_sent(sent(SENT_RTSOLPR, 0), "9a00 0000 0200 5a5b "
		    "1302 04 020000000010 00000000000000 "
		    "1302 01 02000000aa02 00000000000000");
}

static void an_answer_has_the_number_of_the_question(void **state)
{
	struct nd nd = prrtadv(PRRTADV_SOLICITED, RANDOM + 1);

	(void)state;
	add_ap(&nd, &nar_ap, LLA_NEW_AP, NULL);
	mn_solicit(scene.mn, NULL);
	give_nd(PAR_LINK, MN_LINK, &nd);
	assert_null(mn_candidate_at(scene.mn, &nar_ap));
	sim_run(&scene.sim, 100);
	assert_int_equal(count(SENT_RTSOLPR), 2);
	nd.proxy.identifier = RANDOM;
	give_nd(PAR_LINK, MN_LINK, &nd);
	assert_non_null(mn_candidate_at(scene.mn, &nar_ap));
	sim_run(&scene.sim, 5000);
	assert_int_equal(count(SENT_RTSOLPR), 2);
}

/* C-12: twice as long each time, and not more than three in any second. */
static void solicitations_back_off(void **state)
{
	(void)state;
	mn_solicit(scene.mn, NULL);
	sim_run(&scene.sim, 20000);
	assert_int_equal(count(SENT_RTSOLPR), 4);
	assert_int_equal(after(SENT_RTSOLPR, 1), 100);
	assert_int_equal(after(SENT_RTSOLPR, 2), 300);
	assert_int_equal(after(SENT_RTSOLPR, 3), 1000);
}

static void a_link_that_fades_is_a_trigger(void **state)
{
	(void)state;
	link_event(LINK_FADES, NULL);
	assert_int_equal(count(SENT_RTSOLPR), 1);
}

/* However often it is answered, and has another reason to ask. */
static void no_more_is_asked_than_three_times_a_second(void **state)
{
	struct nd nd = prrtadv(PRRTADV_SOLICITED, RANDOM);
	unsigned int i;

	(void)state;
	add_ap(&nd, &nar_ap, LLA_NEW_AP, NULL);
	for (i = 0; i < 6; i++) {
		link_event(LINK_FADES, NULL);
		nd.proxy.identifier = scene.mn->identifier;
		give_nd(PAR_LINK, MN_LINK, &nd);
		sim_run(&scene.sim, 20);
	}
	assert_int_equal(count(SENT_RTSOLPR), 3);
	sim_run(&scene.sim, 1000 - 6 * 20);
	link_event(LINK_FADES, NULL);
	assert_int_equal(count(SENT_RTSOLPR), 4);
}

static void advertise_itself(const char *prefix, const char *router)
{
	struct nd nd = { .type = ND_RA, .ra.lifetime = 1800 };

	ndopts_add(&nd.options, NDOPT_PREFIX)->prefix = (struct ndopt_prefix){
		.len = 64, .flags = NDOPT_PREFIX_A | NDOPT_PREFIX_L,
		.valid = 86400, .preferred = 14400, .prefix = address(prefix),
	};
	give_nd(router, "ff02::1", &nd);
}

/* Sections 6.1.1 and 6.2.2: from an address of the new link, and without a UNA. */
static void who_was_told_nothing_binds_from_the_new_link(void **state)
{
	(void)state;
	arrive(&nar_ap);
	assert_int_equal(count(SENT_FBU), 0);
	advertise_itself("2001:db8:2::", NAR_LINK);
	expect_fbu(sent(SENT_FBU, 0), NCOA, FBU_TEXT("5a5b", "001e", NCOA_TEXT));
	assert_int_equal(count(SENT_NA), 0);
}

static void give_trigger(uint8_t code, const char *ncoa)
{
	struct nd nd = prrtadv(code, 0);

	add_ap(&nd, &nar_ap, LLA_NEW_AP, ncoa);
	give_nd(PAR_LINK, MN_LINK, &nd);
}

static void who_is_told_to_move_binds_before(void **state)
{
	(void)state;
	give_trigger(PRRTADV_HANDOVER, NULL);
	expect_fbu(sent(SENT_FBU, 0), PCOA, FBU_TEXT("5a5b", "001e", NCOA_TEXT));
	assert_int_equal(sent(SENT_FBU, 0)->ns, scene.sim.now);
	assert_false(scene.node->stays);
}

static void who_is_given_an_address_proposes_it(void **state)
{
	(void)state;
	give_trigger(PRRTADV_HANDOVER, OTHER);
	expect_fbu(sent(SENT_FBU, 0), PCOA, FBU_TEXT("5a5b", "001e", OTHER_TEXT));
}

/* One that comes with an answer is proposed, too (section 5.2). */
static void who_is_told_an_address_proposes_it(void **state)
{
	struct nd nd = prrtadv(PRRTADV_SOLICITED, RANDOM);

	(void)state;
	mn_solicit(scene.mn, NULL);
	add_ap(&nd, &nar_ap, LLA_NEW_AP, OTHER);
	give_nd(PAR_LINK, MN_LINK, &nd);
	leave();
	expect_fbu(sent(SENT_FBU, 0), PCOA, FBU_TEXT("5a5b", "001e", OTHER_TEXT));
}

/* One that is not asked for, and says that it is an answer, is none. */
static void nobody_else_tells_it_to_move(void **state)
{
	struct nd nd = prrtadv(PRRTADV_HANDOVER, RANDOM);

	(void)state;
	add_ap(&nd, &nar_ap, LLA_NEW_AP, NULL);
	give_nd(PAR_LINK, MN_LINK, &nd);
	nd.proxy.identifier = 0;
	give_nd("2001:db8:1::66", MN_LINK, &nd);
	assert_int_equal(count(SENT_FBU), 0);
}

static void neighbourhood_is_no_trigger(void **state)
{
	(void)state;
	give_trigger(PRRTADV_NEIGHBOURHOOD, NULL);
	assert_int_equal(count(SENT_FBU), 0);
	leave();
	expect_fbu(sent(SENT_FBU, 0), PCOA, FBU_TEXT("5a5b", "001e", NCOA_TEXT));
}

static void expect_no_handover_to(enum lla_code code)
{
	learn(PRRTADV_NOTHING, &nar_ap, code);
	leave();
	sim_run(&scene.sim, 2000);
	assert_int_equal(scene.sent.count, 0);
}

static void the_same_link_is_no_handover(void **state)
{
	(void)state;
	expect_no_handover_to(LLA_AP_SAME);
}

/* C-05: nothing is said on this link, but on the next. */
static void an_unknown_one_is_not_prepared_for(void **state)
{
	(void)state;
	expect_no_handover_to(LLA_AP_UNKNOWN);
	arrive(&nar_ap);
	assert_int_equal(scene.sent.count, 0);
	advertise_itself("2001:db8:2::", NAR_LINK);
	expect_fbu(sent(SENT_FBU, 0), NCOA, FBU_TEXT("5a5b", "001e", NCOA_TEXT));
}

static void one_without_support_is_not_prepared_for(void **state)
{
	(void)state;
	expect_no_handover_to(LLA_AP_NO_SUPPORT);
}

static void a_mixed_answer_is_read_one_by_one(void **state)
{
	const struct lla none = AP(4), here = AP(5);
	struct nd nd = prrtadv(PRRTADV_PARTIAL, RANDOM);

	(void)state;
	mn_solicit(scene.mn, NULL);
	add_ap(&nd, &third_ap, LLA_AP_UNKNOWN, NULL);
	add_ap(&nd, &none, LLA_AP_NO_SUPPORT, NULL);
	add_ap(&nd, &nar_ap, LLA_NEW_AP, NULL);
	add_ap(&nd, &here, LLA_AP_SAME, NULL);
	give_nd(PAR_LINK, MN_LINK, &nd);
	mn_move(scene.mn, mn_candidate_at(scene.mn, &third_ap));
	mn_move(scene.mn, mn_candidate_at(scene.mn, &none));
	mn_move(scene.mn, mn_candidate_at(scene.mn, &here));
	assert_int_equal(count(SENT_FBU), 0);
	leave();
	assert_int_equal(count(SENT_FBU), 1);
}

/* Sections 3.1 and 6.1.2: the address that it makes is for signalling only. */
static void by_dhcp_an_address_is_for_the_fbu(void **state)
{
	(void)state;
	learn(PRRTADV_DHCP, &nar_ap, LLA_NEW_AP);
	leave();
	expect_fbu(sent(SENT_FBU, 0), PCOA, FBU_TEXT("5a5b", "001e", NCOA_TEXT));
	answer(MH_FBACK_ACCEPTED, FIRST, NULL);
	arrive(&nar_ap);
	assert_true(scene.node->stay.dhcp);
	assert_address(&scene.node->stay.pcoa[0], PCOA);
	assert_true(scene.node->stay.into[0]);
	assert_string_equal(scene.node->report[scene.node->reports - 1].text,
			    "addresses are had by DHCP here");
}

static void an_fbu_is_signed_and_has_a_home(void **state)
{
	(void)state;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	leave();
	expect_fbu(sent(SENT_FBU, 0), PCOA, FBU_TEXT("5a5b", "001e", NCOA_TEXT));
	expect_signed(sent(SENT_FBU, 0), NCOA);
}

static void from_the_new_link_it_has_the_new_source(void **state)
{
	(void)state;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	arrive(&nar_ap);
	expect_fbu(sent(SENT_FBU, 0), NCOA, FBU_TEXT("5a5b", "001e", NCOA_TEXT));
	expect_signed(sent(SENT_FBU, 0), NCOA);
}

/* Each has a later number than the one before, and there is an end to them. */
static void fbus_end_without_an_answer(void **state)
{
	unsigned int i;

	(void)state;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	leave();
	sim_run(&scene.sim, 20000);
	assert_int_equal(count(SENT_FBU), 4);
	for (i = 0; i < 4; i++)
		assert_int_equal(sent(SENT_FBU, i)->data[6] << 8 | sent(SENT_FBU, i)->data[7],
				 FIRST + i);
	assert_int_equal(after(SENT_FBU, 1), 100);
	assert_int_equal(after(SENT_FBU, 2), 300);
	assert_int_equal(after(SENT_FBU, 3), 1000);
}

static void numbers_go_on_after_the_last(void **state)
{
	(void)state;
	scene.node->number[scene.node->numbers++] = (struct sim_number){
		address(PCOA), 0x100, 0xfffe,
	};
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	leave();
	sim_run(&scene.sim, 300);
	assert_int_equal(count(SENT_FBU), 3);
	expect_fbu(sent(SENT_FBU, 0), PCOA, FBU_TEXT("ffff", "001e", NCOA_TEXT));
	expect_fbu(sent(SENT_FBU, 1), PCOA, FBU_TEXT("0000", "001e", NCOA_TEXT));
	expect_fbu(sent(SENT_FBU, 2), PCOA, FBU_TEXT("0001", "001e", NCOA_TEXT));
	answer(MH_FBACK_ACCEPTED, 1, NULL);
	sim_run(&scene.sim, 5000);
	assert_int_equal(count(SENT_FBU), 3);
}

/* Nothing is said of what is not believed, and nothing done. */
static void only_a_true_answer_is_one(void **state)
{
	struct mh mh = fback(MH_FBACK_ACCEPTED, FIRST, NULL);

	(void)state;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	leave();
	give_signed(&mh, NCOA, (const uint8_t *)"another twenty octets");
	answer(MH_FBACK_ACCEPTED, FIRST + 1, NULL);
	sim_run(&scene.sim, 100);
	assert_int_equal(count(SENT_FBU), 2);
	assert_int_equal(scene.sent.count, 2);
	assert_int_equal(scene.node->engine.count[COUNT_BAD_AUTH], 1);
	assert_int_equal(scene.node->engine.count[COUNT_UNMATCHED], 1);
	answer(MH_FBACK_ACCEPTED, FIRST + 1, NULL);
	sim_run(&scene.sim, 5000);
	assert_int_equal(count(SENT_FBU), 2);
}

static void an_answer_supplies_an_address(void **state)
{
	(void)state;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	leave();
	answer(MH_FBACK_USE_ALTCOA, FIRST, OTHER);
	arrive(&nar_ap);
	assert_ends(sent(SENT_NA, 0), OTHER, "ff02::1");
	assert_address(&scene.node->stay.ncoa, OTHER);
	assert_address(&scene.node->stay.tunnel.source, OTHER);
	assert_int_equal(count(SENT_FBU), 1);
}

static void who_is_refused_has_no_tunnel(void **state)
{
	(void)state;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	leave();
	answer(MH_FBACK_NO_RESOURCES, FIRST, NULL);
	arrive(&nar_ap);
	answer(MH_FBACK_UNSPECIFIED, FIRST + 1, NULL);
	assert_false(scene.node->stays);
	sim_run(&scene.sim, 5000);
	assert_int_equal(count(SENT_FBU), 2);
}

static void who_is_accepted_has_a_tunnel_to_the_par(void **state)
{
	(void)state;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	leave();
	answer(MH_FBACK_ACCEPTED, FIRST, NULL);
	arrive(&nar_ap);
	assert_true(scene.node->stay.tunnelled);
	assert_address(&scene.node->stay.tunnel.source, NCOA);
	assert_address(&scene.node->stay.tunnel.destination, PAR);
	assert_int_equal(scene.node->stay.pcoas, 1);
	assert_address(&scene.node->stay.pcoa[0], PCOA);
}

static void a_una_is_sent_at_once(void **state)
{
	(void)state;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	arrive(&nar_ap);
	assert_int_equal(sent(SENT_NA, 0)->ns, scene.sim.now);
	assert_sent(sent(SENT_NA, 0), "8800 0000 00000000" NCOA_TEXT "0201 020000000010");
	assert_ends(sent(SENT_NA, 0), NCOA, "ff02::1");
	assert_int_equal(sent(SENT_NA, 0)->m.hop_limit, 255);
	/* and the FBU, which is not answered, right behind it */
	assert_int_equal(sent(SENT_FBU, 0)->ns, scene.sim.now);
	assert_int_equal(sent(SENT_FBU, 0)->number, sent(SENT_NA, 0)->number + 1);
}

static void a_una_goes_to_the_router_if_so_decided(void **state)
{
	(void)state;
	config.mn.una_to = CONFIG_UNA_NAR;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	arrive(&nar_ap);
	assert_ends(sent(SENT_NA, 0), NCOA, NAR);
}

static void a_una_is_sent_again_as_often_as_decided(void **state)
{
	(void)state;
	config.mn.una.retries = 2;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	arrive(&nar_ap);
	sim_run(&scene.sim, 20000);
	assert_int_equal(count(SENT_NA), 3);
	assert_true(after(SENT_NA, 1) >= 1000);
}

static void give_naack(uint8_t status, const char *supplied)
{
	struct nd nd = { .type = ND_RA, .ra.lifetime = 1800 };
	struct ndopt *option = ndopts_add(&nd.options, NDOPT_NAACK);

	option->naack.status = status;
	option->naack.supplied = supplied;
	if (supplied)
		option->naack.address = address(supplied);
	sent_clear(&scene.sent);
	give_nd(NAR_LINK, NCOA, &nd);
}

/* It has come to the new link, and has an answer to its FBU. */
static void be_there(void)
{
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	arrive(&nar_ap);
	answer(MH_FBACK_ACCEPTED, FIRST, NULL);
	assert_true(scene.node->stay.tunnelled);
}

static void an_address_that_is_supplied_is_bound(void **state)
{
	struct mh mh = fback(MH_FBACK_ACCEPTED, FIRST + 1, NULL);

	(void)state;
	be_there();
	give_naack(NAACK_USE_SUPPLIED, OTHER);
	expect_fbu(sent(SENT_FBU, 0), OTHER, FBU_TEXT("5a5c", "001e", OTHER_TEXT));
	assert_address(&scene.node->stay.ncoa, OTHER);
	assert_false(scene.node->stay.tunnelled);
	answer(MH_FBACK_ACCEPTED, FIRST + 1, NULL);
	assert_false(scene.node->stay.tunnelled);
	give_fback(&mh, OTHER);
	assert_true(scene.node->stay.tunnelled);
}

static void who_keeps_his_pcoa_binds_nothing_more(void **state)
{
	(void)state;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	arrive(&nar_ap);
	give_naack(NAACK_PCOA, PCOA);
	sim_run(&scene.sim, 5000);
	assert_int_equal(count(SENT_FBU), 0);
	assert_false(scene.node->stay.tunnelled);
	assert_int_equal(scene.node->stay.pcoas, 1);
	assert_address(&scene.node->stay.pcoa[0], PCOA);
}

static void an_invalid_address_is_formed_anew(void **state)
{
	(void)state;
	be_there();
	give_naack(NAACK_AUTOCONFIGURE, NULL);
	assert_int_equal(count(SENT_FBU), 1);
	assert_memory_equal(&scene.node->stay.ncoa,
			    &(struct in6_addr[]){ address("2001:db8:2::") }, 8);
	assert_memory_not_equal(&scene.node->stay.ncoa,
				&(struct in6_addr[]){ address(NCOA) }, 16);
	assert_memory_equal(&sent(SENT_FBU, 0)->data[16], &scene.node->stay.ncoa, 16);
}

static void the_routers_address_is_bound_if_so_told(void **state)
{
	(void)state;
	be_there();
	give_naack(NAACK_USE_NAR, NULL);
	assert_memory_equal(&sent(SENT_FBU, 0)->data[16],
			    &(struct in6_addr[]){ address(NAR) }, 16);
}

static void give_router(const char *source, const char *router)
{
	struct nd nd = { .type = ND_RA, .ra.lifetime = 1800 };
	struct ndopt *option = ndopts_add(&nd.options, NDOPT_PREFIX);

	option->prefix = (struct ndopt_prefix){
		.len = 64, .flags = NDOPT_PREFIX_R, .valid = 1800, .prefix = address(router),
	};
	give_nd(source, "ff02::1", &nd);
}

/* Not one that is somewhere else, either. */
static void no_address_of_another_link_is_used(void **state)
{
	(void)state;
	be_there();
	give_naack(NAACK_USE_SUPPLIED, "2001:db8:9::77");
	assert_address(&scene.node->stay.ncoa, NCOA);
	assert_int_equal(scene.sent.count, 0);
}

static void only_the_router_steers_a_node(void **state)
{
	struct nd naack = { .type = ND_RA, .ra.lifetime = 1800 };

	(void)state;
	be_there();
	give_router(NAR_LINK, NAR);
	sent_clear(&scene.sent);
	ndopts_add(&naack.options, NDOPT_NAACK)->naack.status = NAACK_AUTOCONFIGURE;
	give_nd("fe80::66", NCOA, &naack);
	assert_address(&scene.node->stay.ncoa, NCOA);
	assert_int_equal(scene.sent.count, 0);
	give_nd(NAR_LINK, NCOA, &naack);
	assert_memory_not_equal(&scene.node->stay.ncoa,
				&(struct in6_addr[]){ address(NCOA) }, 16);
}

static void only_the_router_tells_it_to_move(void **state)
{
	struct nd nd = prrtadv(PRRTADV_HANDOVER, 0);

	(void)state;
	give_router(PAR_LINK, PAR);
	add_ap(&nd, &nar_ap, LLA_NEW_AP, NULL);
	give_nd("fe80::66", MN_LINK, &nd);
	assert_int_equal(count(SENT_FBU), 0);
	give_nd(PAR_LINK, MN_LINK, &nd);
	assert_int_equal(count(SENT_FBU), 1);
}

/* Who has been there for long is known. */
static void nobody_is_sent_away_later(void **state)
{
	(void)state;
	be_there();
	sim_run(&scene.sim, 20000);
	give_naack(NAACK_LLA_UNKNOWN, NULL);
	assert_address(&scene.node->stay.ncoa, NCOA);
	assert_int_equal(scene.node->stay.pcoas, 1);
	assert_int_equal(scene.sent.count, 0);
}

/* Section 4: when it has turned out that nobody else has the address. */
static void who_is_alone_with_an_address_says_so(void **state)
{
	const struct in6_addr ncoa = address(NCOA), pcoa = address(PCOA);

	(void)state;
	be_there();
	sent_clear(&scene.sent);
	engine_probed(&scene.node->engine, 1, &pcoa, NULL);
	assert_int_equal(scene.sent.count, 0);
	engine_probed(&scene.node->engine, 1, &ncoa, NULL);
	assert_sent(sent(SENT_NA, 0), "8800 0000 20000000" NCOA_TEXT "0201 020000000010");
	assert_ends(sent(SENT_NA, 0), NCOA, "ff02::1");
	assert_int_equal(scene.sent.count, 1);
}

/* Status 128: neither of the addresses is any good here. */
static void who_is_not_known_uses_no_address(void **state)
{
	(void)state;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	arrive(&nar_ap);
	give_naack(NAACK_LLA_UNKNOWN, NULL);
	sim_run(&scene.sim, 5000);
	/* But another one at once, which it announces. */
	assert_int_equal(scene.sent.count, 1);
	assert_memory_not_equal(&scene.node->stay.ncoa,
				&(struct in6_addr[]){ address(NCOA) }, 16);
	assert_int_equal(scene.node->stay.pcoas, 0);
	assert_false(scene.node->stay.tunnelled);
}

/* Section 5.6 and C-15: with the address as it was, and signed for the PCoA. */
static void who_is_back_releases(void **state)
{
	(void)state;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	leave();
	answer(MH_FBACK_ACCEPTED, FIRST, NULL);
	sent_clear(&scene.sent);
	arrive(&par_ap);
	expect_fbu(sent(SENT_FBU, 0), PCOA, FBU_TEXT("5a5c", "0000", NCOA_TEXT));
	expect_signed(sent(SENT_FBU, 0), PCOA);
	assert_int_equal(count(SENT_NA), 0);
}

/* A wire tells no access point: the router tells which link this is. */
static void who_is_back_on_a_wire_releases(void **state)
{
	(void)state;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	leave();
	answer(MH_FBACK_ACCEPTED, FIRST, NULL);
	arrive(NULL);
	sent_clear(&scene.sent);
	advertise_itself("2001:db8:1::", PAR_LINK);
	expect_fbu(sent(SENT_FBU, 0), PCOA, FBU_TEXT("5a5c", "0000", NCOA_TEXT));
	expect_signed(sent(SENT_FBU, 0), PCOA);
}

/* Who is answered may not be who has asked: RFC 4443 section 2.4 (f). */
static void there_is_an_end_to_errors(void **state)
{
	struct ip6_ends ends = { address(OTHER), address(PCOA) };
	uint8_t data[16];
	struct message m = {
		.ends = ends, .ifindex = 1, .next_header = IPPROTO_MH, .data = data,
	};
	unsigned int i;

	(void)state;
	m.len = hex("3b01 63 00 0000 0000 0000 0000 0102 0000", data, sizeof(data));
	mh_set_checksum(data, m.len, &ends);
	for (i = 0; i < 40; i++)
		engine_receive(&scene.node->engine, &m);
	assert_int_equal(count(SENT_BE), 10);
	sim_run(&scene.sim, 1000);
	engine_receive(&scene.node->engine, &m);
	assert_int_equal(count(SENT_BE), 11);
}

/* By the Identifier of a question that is open its answer is known. */
static void strangers_flood_each_other_only(void **state)
{
	struct nd other = prrtadv(PRRTADV_SOLICITED, 7);
	unsigned int i;

	(void)state;
	config.limits.strangers = 10;
	config.limits.messages = 10;
	for (i = 0; i < 50; i++)
		give_nd("fe80::66", MN_LINK, &other);
	assert_int_equal(scene.node->engine.count[COUNT_FLOOD], 40);
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	assert_non_null(mn_candidate_at(scene.mn, &nar_ap));
	assert_int_equal(scene.node->engine.count[COUNT_FLOOD], 40);
}

/* So many as they and the PAR may send are verified, and it is heard until then. */
static void who_says_it_is_the_par_is_heard_less(void **state)
{
	struct mh forged = fback(MH_FBACK_ACCEPTED, FIRST, NULL);
	unsigned int i;

	(void)state;
	config.limits.strangers = 10;
	config.limits.messages = 10;
	learn(PRRTADV_SOLICITED, &nar_ap, LLA_NEW_AP);
	leave();
	for (i = 0; i < 15; i++)
		give_signed(&forged, NCOA, (const uint8_t *)"octets of another key");
	assert_int_equal(scene.node->engine.count[COUNT_BAD_AUTH], 15);
	answer(MH_FBACK_ACCEPTED, FIRST, NULL);
	assert_string_equal(scene.node->report[0].text, "ready to leave");
	for (i = 0; i < 50; i++)
		give_signed(&forged, NCOA, (const uint8_t *)"octets of another key");
	assert_int_equal(scene.node->engine.count[COUNT_FLOOD], 65 + 1 - 20);
	sim_run(&scene.sim, 1000);
	i = scene.node->engine.count[COUNT_RECEIVED];
	give_fback(&forged, NCOA);
	assert_int_equal(scene.node->engine.count[COUNT_FLOOD], 65 + 1 - 20);
	assert_int_equal(scene.node->engine.count[COUNT_RECEIVED], i + 1);
}

/* Section 5.6: it was accepted for another place than that where it is. */
static void who_lands_elsewhere_binds_that(void **state)
{
	struct nd nd = prrtadv(PRRTADV_SOLICITED, RANDOM);

	(void)state;
	mn_solicit(scene.mn, NULL);
	add_ap(&nd, &nar_ap, LLA_NEW_AP, NULL);
	add_ap(&nd, &third_ap, LLA_NEW_AP, OTHER);
	give_nd(PAR_LINK, MN_LINK, &nd);
	leave();
	answer(MH_FBACK_ACCEPTED, FIRST, NULL);
	sent_clear(&scene.sent);
	arrive(&third_ap);
	assert_ends(sent(SENT_NA, 0), OTHER, "ff02::1");
	expect_fbu(sent(SENT_FBU, 0), OTHER, FBU_TEXT("5a5c", "001e", OTHER_TEXT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_solicitation_names_all_or_some),
		TEST(an_answer_has_the_number_of_the_question),
		TEST(solicitations_back_off),
		TEST(no_more_is_asked_than_three_times_a_second),
		TEST(a_link_that_fades_is_a_trigger),
		TEST(who_was_told_nothing_binds_from_the_new_link),
		TEST(who_is_told_to_move_binds_before),
		TEST(who_is_given_an_address_proposes_it),
		TEST(who_is_told_an_address_proposes_it),
		TEST(nobody_else_tells_it_to_move),
		TEST(neighbourhood_is_no_trigger),
		TEST(the_same_link_is_no_handover),
		TEST(an_unknown_one_is_not_prepared_for),
		TEST(one_without_support_is_not_prepared_for),
		TEST(a_mixed_answer_is_read_one_by_one),
		TEST(by_dhcp_an_address_is_for_the_fbu),
		TEST(an_fbu_is_signed_and_has_a_home),
		TEST(from_the_new_link_it_has_the_new_source),
		TEST(fbus_end_without_an_answer),
		TEST(numbers_go_on_after_the_last),
		TEST(only_a_true_answer_is_one),
		TEST(an_answer_supplies_an_address),
		TEST(who_is_refused_has_no_tunnel),
		TEST(who_is_accepted_has_a_tunnel_to_the_par),
		TEST(a_una_is_sent_at_once),
		TEST(a_una_goes_to_the_router_if_so_decided),
		TEST(a_una_is_sent_again_as_often_as_decided),
		TEST(an_address_that_is_supplied_is_bound),
		TEST(who_keeps_his_pcoa_binds_nothing_more),
		TEST(an_invalid_address_is_formed_anew),
		TEST(the_routers_address_is_bound_if_so_told),
		TEST(no_address_of_another_link_is_used),
		TEST(only_the_router_steers_a_node),
		TEST(only_the_router_tells_it_to_move),
		TEST(nobody_is_sent_away_later),
		TEST(who_is_alone_with_an_address_says_so),
		TEST(who_is_not_known_uses_no_address),
		TEST(who_is_back_releases),
		TEST(who_is_back_on_a_wire_releases),
		TEST(there_is_an_end_to_errors),
		TEST(strangers_flood_each_other_only),
		TEST(who_says_it_is_the_par_is_heard_less),
		TEST(who_lands_elsewhere_binds_that),
	};

	return cmocka_run_group_tests_name("RFC 5568, mobile node", tests, NULL, NULL);
}
