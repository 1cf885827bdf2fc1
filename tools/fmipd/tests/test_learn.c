// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a mobile node learns of routers and access points, and from whom.
 */
#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

#include "roam.h"
#include "test.h"
#include "tuple.h"

static struct roam r;

/* What the next digests begin with: nobody finds a secret that makes these. */
static const uint8_t *digests;
static unsigned int n_digests;

__typeof__(EVP_Digest) __real_EVP_Digest, __wrap_EVP_Digest;

int __wrap_EVP_Digest(const void *data, size_t len, unsigned char *digest, unsigned int *size,
		      const EVP_MD *type, ENGINE *engine)
{
	int done = __real_EVP_Digest(data, len, digest, size, type, engine);

	if (done && n_digests) {
		memcpy(digest, digests, 8);
		digests += 8;
		n_digests--;
	}
	return done;
}

static int set_up(void **state)
{
	(void)state;
	roam_begin(&r, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	n_digests = 0;
	roam_end(&r);
	return 0;
}

static struct mn *mn(void)
{
	return r.mn->engine.mn;
}

static void assert_router(const char *wanted)
{
	assert_memory_equal(&mn()->router.address, &(struct in6_addr[]){ address(wanted) },
			    16);
}

/* The address of the PAR. */

static struct nd ra(const char *own)
{
	struct nd nd = { .type = ND_RA, .ra.lifetime = 1800 };

	ndopts_add(&nd.options, NDOPT_PREFIX)->prefix = (struct ndopt_prefix){
		64, NDOPT_PREFIX_A | NDOPT_PREFIX_R, 86400, 14400, address(own),
	};
	return nd;
}

static void the_operator_knows_it_first(void **state)
{
	(void)state;
	assert_router("2001:db8:1::1");
	assert_int_equal(mn()->router.source, MN_CONFIGURED);
}

static void a_router_knows_its_own(void **state)
{
	struct nd nd = ra("2001:db8:1::99");

	(void)state;
	roam_send(&r, &nd, "fe80::1", "ff02::1", 255);
	assert_router("2001:db8:1::99");
	/* It changes its mind; another one does not do that for it. */
	nd = ra("2001:db8:1::88");
	roam_send(&r, &nd, "fe80::1", "ff02::1", 255);
	assert_router("2001:db8:1::88");
	nd = ra("2001:db8:1::77");
	roam_send(&r, &nd, "fe80::7", "ff02::1", 255);
	assert_router("2001:db8:1::88");
}

static void who_may_not_be_believed(void **state)
{
	struct nd nd = ra("2001:db8:1::99");

	(void)state;
	roam_send(&r, &nd, "fe80::1", "ff02::1", 254);
	assert_int_equal(r.mn->engine.count[COUNT_MALFORMED], 1);
	roam_send(&r, &nd, "2001:db8:1::99", "ff02::1", 255);
	assert_int_equal(r.mn->engine.count[COUNT_UNMATCHED], 1);
	nd.options.option[0].prefix.prefix = address("ff02::1");
	roam_send(&r, &nd, "fe80::1", "ff02::1", 255);
	nd.options.option[0].prefix.prefix = address("fe80::99");
	roam_send(&r, &nd, "fe80::1", "ff02::1", 255);
	nd = ra("2001:db8:1::99");
	nd.options.option[0].prefix.valid = 0;
	roam_send(&r, &nd, "fe80::1", "ff02::1", 255);
	assert_router("2001:db8:1::1");
}

/* Of two routers of the link it is the one that answers. */
static void who_answers_is_the_one(void **state)
{
	struct nd nd = ra("2001:db8:1::77");

	(void)state;
	roam_send(&r, &nd, "fe80::7", "ff02::1", 255);
	nd = ra("2001:db8:1::1");
	roam_send(&r, &nd, "fe80::1", "ff02::1", 255);
	assert_router("2001:db8:1::77");
	roam_learn(&r);
	assert_router("2001:db8:1::1");
}

static void who_told_of_the_next_one(void **state)
{
	struct nd nd = ra("2001:db8:2::99");

	(void)state;
	roam_move(&r, 1, true);
	assert_router("2001:db8:2::1");
	assert_int_equal(mn()->router.source, MN_TOLD);
	roam_send(&r, &nd, "fe80::2", "ff02::1", 255);
	assert_router("2001:db8:2::99");
}

/* Its link was up before it was told of any router. */
static void nobody_knows_it(struct roam *roam)
{
	roam->config.mn.par = in6addr_any;
}

static void without_a_router_nothing_is_asked(void **state)
{
	struct nd nd = ra("2001:db8:1::1");

	(void)state;
	roam_end(&r);
	roam_begin(&r, nobody_knows_it);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 0, true);
	assert_int_equal(mn()->state, MN_HERE);
	roam_send(&r, &nd, "fe80::1", "ff02::1", 255);
	roam_move(&r, 1, true);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
}

/* RtSolPr. */

static struct nd seen;
static unsigned int seen_solicitations;
static uint64_t seen_at[64];

static enum sim_fate only_looked_at(void *context, unsigned int number,
				    const struct message *m)
{
	const struct nd_link link = { &m->ends, m->hop_limit, 6 };

	(void)context;
	(void)number;
	if (m->next_header == IPPROTO_ICMPV6 &&
	    !nd_decode(m->data, m->len, &link, &seen).kind && seen.type == ND_RTSOLPR)
		seen_at[seen_solicitations++ % 64] = r.sim.now;
	return SIM_LOST;
}

static void look(void)
{
	r.sim.fate = only_looked_at;
	seen_solicitations = 0;
}

static void asks_about_all(void **state)
{
	(void)state;
	look();
	mn_solicit(mn(), NULL);
	assert_int_equal(seen.options.count, 2);
	assert_int_equal(seen.options.option[0].lla.code, LLA_SENDER);
	assert_int_equal(seen.options.option[0].lla.lla.bytes[5], ROAM_LLA);
	assert_int_equal(seen.options.option[1].lla.code, LLA_WILDCARD);
	assert_int_not_equal(seen.proxy.identifier, 0);
}

static void asks_about_one(void **state)
{
	(void)state;
	look();
	mn_solicit(mn(), &r.ap[2]);
	assert_int_equal(seen.options.count, 2);
	assert_int_equal(seen.options.option[1].lla.code, LLA_NEW_AP);
	assert_memory_equal(&seen.options.option[1].lla.lla, &r.ap[2], sizeof(r.ap[2]));
}

/* C-12: at 0, 100, 300 and 1000 ms. */
static void asks_less_and_less_often(void **state)
{
	(void)state;
	look();
	mn_solicit(mn(), NULL);
	sim_run(&r.sim, 10000);
	assert_int_equal(seen_solicitations, 4);
	assert_int_equal(seen_at[1] - seen_at[0], 100 * MS);
	assert_int_equal(seen_at[2] - seen_at[0], 300 * MS);
	assert_int_equal(seen_at[3] - seen_at[0], 1000 * MS);
}

/* However often somebody wants to know something else. */
static void never_asks_more_than_three_times_a_second(void **state)
{
	unsigned int i;

	(void)state;
	look();
	for (i = 0; i < 100; i++) {
		mn_solicit(mn(), i % 2 ? NULL : &r.ap[1 + i / 2 % 2]);
		sim_run(&r.sim, 50);
	}
	assert_in_range(seen_solicitations, 12, 16);
	for (i = 3; i < seen_solicitations; i++)
		assert_true(seen_at[i] - seen_at[i - 3] >= 1000 * MS);
}

static void fade(void)
{
	const struct link_event event = { .change = LINK_FADES, .ifindex = 1 };

	engine_link(&r.mn->engine, &event);
	sim_run(&r.sim, 5000);
}

/* Section 5.1: such a router does not speak it; the next one may. */
static void gives_up_until_the_next_link(void **state)
{
	(void)state;
	look();
	fade();
	assert_int_equal(seen_solicitations, 4);
	fade();
	assert_int_equal(seen_solicitations, 4);
	r.sim.fate = NULL;
	roam_learn(&r);
	roam_move(&r, 1, true);
	look();
	fade();
	assert_int_equal(seen_solicitations, 4);
}

static void is_not_asked_twice_at_once(void **state)
{
	(void)state;
	look();
	mn_solicit(mn(), NULL);
	mn_solicit(mn(), NULL);
	assert_int_equal(seen_solicitations, 1);
}

/* PrRtAdv. */

static struct nd prrtadv(uint8_t code)
{
	struct nd nd = { .type = ND_PRRTADV, .proxy.code = code };

	if (code != PRRTADV_HANDOVER && code != PRRTADV_NEIGHBOURHOOD)
		nd.proxy.identifier = mn()->identifier;
	ndopts_add(&nd.options, NDOPT_LLA)->lla = (struct coded_lla){ LLA_SENDER, sim_lla(1) };
	return nd;
}

static void add(struct nd *nd, const struct lla *ap, enum lla_code code, bool known)
{
	ndopts_add(&nd->options, NDOPT_LLA)->lla = (struct coded_lla){ code, *ap };
	if (!known)
		return;
	ndopts_add(&nd->options, NDOPT_LLA)->lla = (struct coded_lla){ LLA_NAR, sim_lla(2) };
	ndopts_add(&nd->options, NDOPT_ADDRESS)->address = (struct coded_address){
		ADDRESS_NAR, 64, address("2001:db8:2::1"),
	};
}

static void is_told(const struct nd *nd)
{
	roam_send(&r, nd, "fe80::1", "fe80::10", 255);
}

static void ask(void)
{
	look();
	mn_solicit(mn(), NULL);
}

static const struct mn_candidate *at(int i)
{
	return mn_candidate_at(mn(), &r.ap[i]);
}

/* F-PAR-05: the prefix is that of the address if there is none. */
static void an_answer(void **state)
{
	struct nd nd;

	(void)state;
	ask();
	nd = prrtadv(PRRTADV_SOLICITED);
	add(&nd, &r.ap[1], LLA_NEW_AP, true);
	add(&nd, &r.ap[2], LLA_NEW_AP, false);
	is_told(&nd);
	assert_false(mn()->soliciting);
	assert_true(at(1)->usable);
	assert_memory_equal(&at(1)->prefix, &r.prefix[1], sizeof(r.prefix[1]));
	assert_int_equal(at(1)->router_lla.bytes[5], 2);
	/* Without a router it is of no use; nor may it have that of the one before. */
	assert_false(at(2)->usable);
	assert_int_equal(mn()->state, MN_HERE);
}

static void not_an_answer(void **state)
{
	struct nd nd;

	(void)state;
	ask();
	nd = prrtadv(PRRTADV_SOLICITED);
	add(&nd, &r.ap[1], LLA_NEW_AP, true);
	nd.proxy.identifier++;
	is_told(&nd);
	nd.proxy.identifier = 0;
	is_told(&nd);
	assert_int_equal(r.mn->engine.count[COUNT_UNMATCHED], 2);
	nd.proxy.identifier = mn()->identifier;
	roam_send(&r, &nd, "2001:db8:1::1", "fe80::10", 255);
	assert_int_equal(r.mn->engine.count[COUNT_UNMATCHED], 3);
	roam_send(&r, &nd, "fe80::1", "fe80::10", 254);
	assert_int_equal(r.mn->engine.count[COUNT_MALFORMED], 1);
	assert_true(mn()->soliciting);
	assert_null(at(1));
	is_told(&nd);
	assert_non_null(at(1));
	/* It comes twice. */
	is_told(&nd);
	assert_int_equal(r.mn->engine.count[COUNT_UNMATCHED], 4);
}

static void each_for_itself(uint8_t code)
{
	struct nd nd;

	ask();
	nd = prrtadv(code);
	add(&nd, &r.ap[2], LLA_AP_NO_SUPPORT, false);
	if (code == PRRTADV_PARTIAL)
		add(&nd, &r.ap[1], LLA_NEW_AP, true);
	else
		add(&nd, &r.ap[1], LLA_AP_UNKNOWN, false);
	is_told(&nd);
	assert_true(at(2)->mute);
	assert_false(at(2)->usable);
	assert_int_equal(at(1)->usable, code == PRRTADV_PARTIAL);
	assert_false(at(1)->mute);
}

static void partly_known(void **state)
{
	(void)state;
	each_for_itself(PRRTADV_PARTIAL);
}

static void not_known(void **state)
{
	(void)state;
	each_for_itself(PRRTADV_NOTHING);
}

/* F-MN-16: an NCoA for signalling only, which the world is told. */
static void by_dhcp(void **state)
{
	struct nd nd;

	(void)state;
	ask();
	nd = prrtadv(PRRTADV_DHCP);
	add(&nd, &r.ap[1], LLA_NEW_AP, true);
	is_told(&nd);
	assert_true(at(1)->dhcp);
	r.sim.fate = NULL;
	roam_leave(&r, 1);
	roam_detach(&r);
	roam_attach(&r, 1, true);
	assert_true(r.mn->stay.dhcp);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
}

static void told_to_move(void **state)
{
	struct nd nd = prrtadv(PRRTADV_HANDOVER);

	(void)state;
	add(&nd, &r.ap[1], LLA_NEW_AP, true);
	ndopts_add(&nd.options, NDOPT_ADDRESS)->address = (struct coded_address){
		ADDRESS_NCOA, 128, address("2001:db8:2::5555"),
	};
	is_told(&nd);
	sim_run(&r.sim, 50);
	assert_int_equal(mn()->state, MN_LEAVING);
	/* It comes twice, and is obeyed once. */
	is_told(&nd);
	roam_detach(&r);
	roam_attach(&r, 1, true);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, "2001:db8:2::5555"));
}

static void not_told_to_move(void **state)
{
	struct nd nd = prrtadv(PRRTADV_NEIGHBOURHOOD);

	(void)state;
	add(&nd, &r.ap[1], LLA_NEW_AP, true);
	is_told(&nd);
	assert_int_equal(mn()->state, MN_HERE);
	assert_true(at(1)->usable);
	/* A trigger comes unasked, from the link, and from this one. */
	nd = prrtadv(PRRTADV_HANDOVER);
	add(&nd, &r.ap[1], LLA_NEW_AP, true);
	nd.proxy.identifier = 7;
	is_told(&nd);
	nd.proxy.identifier = 0;
	roam_send(&r, &nd, "2001:db8:1::1", "fe80::10", 255);
	roam_send(&r, &nd, "fe80::1", "fe80::10", 64);
	assert_int_equal(mn()->state, MN_HERE);
	/* Nor to where it is. */
	nd = prrtadv(PRRTADV_HANDOVER);
	add(&nd, &r.ap[0], LLA_NEW_AP, true);
	is_told(&nd);
	assert_int_equal(mn()->state, MN_HERE);
}

static void come_to(int i, enum lla_code code)
{
	struct nd nd;

	ask();
	nd = prrtadv(PRRTADV_NOTHING);
	add(&nd, &r.ap[i], code, false);
	is_told(&nd);
	r.sim.fate = NULL;
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, i, true);
	roam_advertise(&r, i, NDOPT_PREFIX_A | NDOPT_PREFIX_R);
	sim_run(&r.sim, 50);
}

/* F-MN-13: it asks from there. */
static void an_unknown_access_point(void **state)
{
	(void)state;
	come_to(1, LLA_AP_UNKNOWN);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
}

/* F-MN-14: there it does not. */
static void an_access_point_without_support(void **state)
{
	unsigned int i;

	(void)state;
	come_to(1, LLA_AP_NO_SUPPORT);
	assert_int_equal(mn()->state, MN_HERE);
	assert_false(r.mn->stays);
	for (i = 0; i < mn()->record.steps; i++)
		assert_string_not_equal(mn()->record.step[i].what, "fbu");
}

/* F-MN-12. */
static void another_access_point_of_the_link(void **state)
{
	const struct lla other = { 6, { 2, 0, 0, 0, 0xbb, 1 } };
	struct link_event event = { .change = LINK_UP, .ifindex = 1, .ap = other };
	unsigned int sent;
	struct nd nd;

	(void)state;
	ask();
	nd = prrtadv(PRRTADV_NOTHING);
	add(&nd, &other, LLA_AP_SAME, false);
	is_told(&nd);
	roam_detach(&r);
	sent = r.sim.sent;
	engine_link(&r.mn->engine, &event);
	sim_run(&r.sim, 5000);
	assert_int_equal(mn()->state, MN_HERE);
	assert_int_equal(r.sim.sent, sent);
	assert_memory_equal(&mn()->ap, &other, sizeof(other));
}

/* What was on its link is elsewhere once it is on another. */
static void the_link_before_is_another(void **state)
{
	const struct lla other = { 6, { 2, 0, 0, 0, 0xbb, 1 } };
	struct nd nd;

	(void)state;
	ask();
	nd = prrtadv(PRRTADV_NOTHING);
	add(&nd, &other, LLA_AP_SAME, false);
	is_told(&nd);
	r.sim.fate = NULL;
	roam_move(&r, 1, true);
	mn_complete(mn());
	roam_detach(&r);
	sim_run(&r.sim, 50);
	r.ap[0] = other;
	roam_attach(&r, 0, true);
	roam_advertise(&r, 0, NDOPT_PREFIX_A);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_NCOA(2), 1, ROAM_NCOA(1)));
}

/* Addresses. */

static void eui64(void **state)
{
	struct in6_addr formed;

	(void)state;
	assert_int_equal(mn_form(mn(), &r.prefix[1], &formed), 0);
	assert_memory_equal(&formed, &(struct in6_addr[]){ address(ROAM_NCOA(2)) }, 16);
}

static void stable(struct roam *roam)
{
	roam->config.mn.iid = CONFIG_IID_STABLE;
}

static void begin_stable(void)
{
	roam_end(&r);
	roam_begin(&r, stable);
}

/* RFC 7217: the same here for ever, and another one everywhere else. */
static void stable_addresses(void **state)
{
	struct in6_addr first, again, elsewhere, another;

	(void)state;
	begin_stable();
	assert_int_equal(mn_form(mn(), &r.prefix[1], &first), 0);
	assert_true(mn_in_prefix(&r.prefix[1], &first));
	assert_int_equal(mn_form(mn(), &r.prefix[2], &elsewhere), 0);
	assert_memory_not_equal(&first.s6_addr[8], &elsewhere.s6_addr[8], 8);
	assert_int_equal(mn_form_another(mn(), &r.prefix[1], &another), 0);
	assert_memory_not_equal(&first, &another, 16);
	begin_stable();
	assert_int_equal(mn_form(mn(), &r.prefix[1], &again), 0);
	assert_memory_equal(&first, &again, 16);
}

/* RFC 5453: first of each range, last, and what is just outside. */
static const uint8_t reserved[][8] = {
	{ 0 },
	{ 2, 0, 0x5e, 0xff, 0xfe },
	{ 2, 0, 0x5e, 0xff, 0xfe, 0, 0x52, 0x13 },
	{ 2, 0, 0x5e, 0xff, 0xfe, 255, 255, 255 },
	{ 0xfd, 255, 255, 255, 255, 255, 255, 0x80 },
	{ 0xfd, 255, 255, 255, 255, 255, 255, 255 },
}, usable[][8] = {
	{ 0, 0, 0, 0, 0, 0, 0, 1 },
	{ 2, 0, 0x5e, 0xff, 0xfd, 255, 255, 255 },
	{ 2, 0, 0x5e, 0xff, 0xff },
	{ 0xfd, 255, 255, 255, 255, 255, 255, 0x7f },
	{ 0xfe, 0, 0, 0, 0, 0, 0, 0x80 },
};

static void reserved_identifiers(void **state)
{
	struct in6_addr next, formed;
	unsigned int i;

	(void)state;
	begin_stable();
	assert_int_equal(mn_form_another(mn(), &r.prefix[1], &next), 0);
	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		begin_stable();
		digests = reserved[i];
		n_digests = 1;
		assert_int_equal(mn_form(mn(), &r.prefix[1], &formed), 0);
		assert_int_equal(n_digests, 0);
		assert_memory_equal(&formed, &next, 16);
	}
	for (i = 0; i < sizeof(usable) / sizeof(usable[0]); i++) {
		begin_stable();
		digests = usable[i];
		n_digests = 1;
		assert_int_equal(mn_form(mn(), &r.prefix[1], &formed), 0);
		assert_memory_equal(&formed.s6_addr[8], usable[i], 8);
	}
}

/* It does not look for one for ever. */
static void nothing_but_reserved_identifiers(void **state)
{
	struct in6_addr formed;

	(void)state;
	begin_stable();
	digests = reserved[0];
	n_digests = 4;
	assert_int_equal(mn_form(mn(), &r.prefix[1], &formed), -EADDRINUSE);
	assert_int_equal(n_digests, 0);
}

static void a_stable_handover(void **state)
{
	struct in6_addr ncoa;

	(void)state;
	begin_stable();
	roam_move(&r, 1, true);
	assert_int_equal(mn_form(mn(), &r.prefix[1], &ncoa), 0);
	assert_memory_equal(&r.mn->stay.ncoa, &ncoa, 16);
	assert_true(r.mn->stay.tunnelled);
}

static void only_so_many_tries(void **state)
{
	struct in6_addr address;
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(mn_form_another(mn(), &r.prefix[1], &address), 0);
	assert_true(mn_form_another(mn(), &r.prefix[1], &address) < 0);
	/* On another link that counts for nothing. */
	roam_move(&r, 1, true);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
}

static void no_address_in_a_prefix_of_another_length(void **state)
{
	struct config_prefix prefix = { 60, address("2001:db8:2::") };
	struct in6_addr address;

	(void)state;
	assert_true(mn_form(mn(), &prefix, &address) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(the_operator_knows_it_first),
		TEST(a_router_knows_its_own),
		TEST(who_may_not_be_believed),
		TEST(who_answers_is_the_one),
		TEST(who_told_of_the_next_one),
		TEST(without_a_router_nothing_is_asked),
		TEST(asks_about_all),
		TEST(asks_about_one),
		TEST(asks_less_and_less_often),
		TEST(never_asks_more_than_three_times_a_second),
		TEST(gives_up_until_the_next_link),
		TEST(is_not_asked_twice_at_once),
		TEST(an_answer),
		TEST(not_an_answer),
		TEST(partly_known),
		TEST(not_known),
		TEST(by_dhcp),
		TEST(told_to_move),
		TEST(not_told_to_move),
		TEST(an_unknown_access_point),
		TEST(an_access_point_without_support),
		TEST(another_access_point_of_the_link),
		TEST(the_link_before_is_another),
		TEST(eui64),
		TEST(stable_addresses),
		TEST(reserved_identifiers),
		TEST(nothing_but_reserved_identifiers),
		TEST(a_stable_handover),
		TEST(only_so_many_tries),
		TEST(no_address_in_a_prefix_of_another_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
