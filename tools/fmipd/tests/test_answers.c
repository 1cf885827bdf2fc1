// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a mobile node makes of what routers answer, and of what only looks like it.
 */
#include <string.h>

#include "badf.h"
#include "roam.h"
#include "test.h"

#define TEMPORARY	"2001:db8:1::7777"
#define OTHER		"2001:db8:2::4242"

static struct roam r;

static int set_up(void **state)
{
	(void)state;
	roam_begin(&r, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	roam_end(&r);
	return 0;
}

static struct mn *mn(void)
{
	return r.mn->engine.mn;
}

static struct mn_binding *binding(const char *pcoa)
{
	const struct in6_addr wanted = address(pcoa);
	struct mn_binding *b;

	mn_each(mn(), b)
		if (IN6_ARE_ADDR_EQUAL(&b->pcoa, &wanted))
			return b;
	fail_msg("no binding for %s", pcoa);
	return NULL;
}

static void assert_address(const struct in6_addr *got, const char *wanted)
{
	assert_memory_equal(got, &(struct in6_addr[]){ address(wanted) }, 16);
}

static unsigned int steps_of(const char *what)
{
	unsigned int i, n = 0;

	for (i = 0; i < mn()->record.steps; i++)
		n += !strcmp(mn()->record.step[i].what, what);
	return n;
}

/* From here on no message arrives unless a test brings it. */
static enum sim_fate nothing_arrives(void *context, unsigned int number,
				     const struct message *m)
{
	(void)context;
	(void)number;
	(void)m;
	return SIM_LOST;
}

static void go_deaf(void)
{
	r.sim.fate = nothing_arrives;
}

/* The FBU is sent from the old link, and not answered. */
static void leave(void)
{
	roam_learn(&r);
	go_deaf();
	roam_leave(&r, 1);
}

static void arrive(void)
{
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 1, true);
}

static struct mh_fback answer(uint8_t status, int16_t since, uint16_t lifetime)
{
	return (struct mh_fback){ .status = status, .sequence = since, .lifetime = lifetime };
}

static void is_sent_again_with_a_new_number(void **state)
{
	uint16_t first;

	(void)state;
	leave();
	first = binding(ROAM_PCOA)->sequence;
	sim_run(&r.sim, 5000);
	/* C-13: at 0, 100, 300 and, as no more than three may go in a second, 1000 ms. */
	assert_int_equal(steps_of("fbu"), 4);
	assert_int_equal((uint16_t)(binding(ROAM_PCOA)->sequence - first), 3);
	assert_int_equal(mn()->record.step[3].ns - mn()->record.step[0].ns, 1000 * MS);
	assert_false(binding(ROAM_PCOA)->outstanding);
}

/* The answer to any of them is an answer, and the newest one counts. */
static void an_older_number_is_an_answer(void **state)
{
	(void)state;
	leave();
	sim_run(&r.sim, 150);
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, -1, 30), NULL);
	assert_false(binding(ROAM_PCOA)->outstanding);
	assert_address(&binding(ROAM_PCOA)->bound, ROAM_NCOA(2));
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, -1, 30), NULL);
	assert_int_equal(r.mn->engine.count[COUNT_UNMATCHED], 1);
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_USE_ALTCOA, 0, 30), OTHER);
	assert_address(&r.mn->prepared.via[0].source, OTHER);
	assert_address(&binding(ROAM_PCOA)->bound, OTHER);
	assert_address(&mn()->proposed, OTHER);
	/* What comes late says what was true before. */
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_NO_RESOURCES, -1, 0), NULL);
	assert_address(&binding(ROAM_PCOA)->bound, OTHER);
}

static void a_number_that_was_never_sent_is_none(void **state)
{
	(void)state;
	leave();
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, 5, 30), NULL);
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, -5, 30), NULL);
	assert_true(binding(ROAM_PCOA)->outstanding);
	assert_int_equal(r.mn->engine.count[COUNT_UNMATCHED], 2);
}

/* To a request before this one: it wants another address. */
static void an_answer_to_something_else(void **state)
{
	struct mn_binding before;

	(void)state;
	leave();
	before = *binding(ROAM_PCOA);
	roam_leave(&r, 2);
	roam_fback(&r, &before, answer(MH_FBACK_ACCEPTED, 0, 30), NULL);
	assert_int_equal(r.mn->engine.count[COUNT_UNMATCHED], 1);
	assert_true(binding(ROAM_PCOA)->outstanding);
}

static void who_does_not_know_the_key(void **state)
{
	struct config_key mine = r.key;

	(void)state;
	leave();
	mine.bytes[0] ^= 1;
	r.config.keys = &mine;
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, 0, 30), NULL);
	assert_int_equal(r.mn->engine.count[COUNT_BAD_AUTH], 1);
	assert_true(binding(ROAM_PCOA)->outstanding);
	r.config.keys = &r.key;
}

static void from_another_router(void **state)
{
	struct mn_binding b;

	(void)state;
	leave();
	b = *binding(ROAM_PCOA);
	b.par = address("2001:db8:3::1");
	roam_fback(&r, &b, answer(MH_FBACK_ACCEPTED, 0, 30), NULL);
	assert_int_equal(r.mn->engine.count[COUNT_UNMATCHED], 1);
	assert_true(binding(ROAM_PCOA)->outstanding);
}

static void an_address_is_named_but_not_told(void **state)
{
	(void)state;
	leave();
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_USE_ALTCOA, 0, 30), NULL);
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_USE_ALTCOA, 0, 30), "ff02::1");
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, 0, 0), NULL);
	assert_int_equal(r.mn->engine.count[COUNT_INCOMPLETE], 3);
	assert_true(binding(ROAM_PCOA)->outstanding);
}

/* F-MN-27, whatever the status. */
static void the_address_of_the_answer_is_used(void **state)
{
	(void)state;
	leave();
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, 0, 30), OTHER);
	arrive();
	assert_address(&r.mn->stay.ncoa, OTHER);
	assert_address(&r.mn->stay.via[0].source, OTHER);
	assert_true(r.mn->stay.into[0]);
	assert_int_equal(steps_of("fbu"), 1);
}

static void another_address_after_arrival(void **state)
{
	(void)state;
	leave();
	arrive();
	assert_false(r.mn->stay.tunnelled);
	assert_int_equal(steps_of("una"), 1);
	assert_int_equal(steps_of("fbu"), 2);
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_USE_ALTCOA, 0, 30), OTHER);
	assert_address(&r.mn->stay.ncoa, OTHER);
	assert_true(r.mn->stay.tunnelled);
	/* The router waits for that one now. */
	assert_int_equal(steps_of("una"), 2);
	assert_int_equal(steps_of("fbu"), 2);
}

static void the_answer_comes_behind_the_node(void **state)
{
	(void)state;
	leave();
	arrive();
	/* That to the FBU from the old link, which was forwarded. */
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, -1, 30), NULL);
	assert_true(r.mn->stay.tunnelled);
}

static void there_is_no_tunnel_before_the_answer(void **state)
{
	(void)state;
	leave();
	arrive();
	assert_false(r.mn->stay.tunnelled);
	/* But what the PAR sends at once may come before it. */
	assert_address(&r.mn->stay.via[0].source, ROAM_NCOA(2));
	assert_address(&r.mn->stay.via[0].destination, "2001:db8:1::1");
}

static void refused_before_it_leaves(uint8_t status, bool asks_again)
{
	leave();
	roam_fback(&r, binding(ROAM_PCOA), answer(status, 0, 0), NULL);
	assert_int_equal(mn()->state, MN_HERE);
	assert_int_equal(r.mn->report[0].kind, REPORT_REFUSED);
	arrive();
	assert_int_equal(steps_of("fbu"), asks_again);
	assert_int_equal(mn()->state, asks_again ? MN_THERE : MN_HERE);
	assert_false(r.mn->stays && r.mn->stay.tunnelled);
}

static void unspecified(void **state)
{
	(void)state;
	refused_before_it_leaves(MH_FBACK_UNSPECIFIED, true);
}

static void prohibited(void **state)
{
	(void)state;
	refused_before_it_leaves(MH_FBACK_PROHIBITED, false);
}

static void no_resources(void **state)
{
	(void)state;
	refused_before_it_leaves(MH_FBACK_NO_RESOURCES, true);
}

static void iid_length(void **state)
{
	(void)state;
	refused_before_it_leaves(MH_FBACK_IID_LENGTH, false);
}

static void refused_after_arrival(void **state)
{
	(void)state;
	leave();
	arrive();
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_NO_RESOURCES, 0, 0), NULL);
	assert_int_equal(mn()->state, MN_HERE);
	assert_false(r.mn->stays);
	assert_string_equal(r.mn->report[r.mn->reports - 1].text, "refused");
}

/* It is here, and says so to who sends its packets away all the same. */
static void accepted_after_it_was_refused(void **state)
{
	(void)state;
	leave();
	sim_run(&r.sim, 150);
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_UNSPECIFIED, -1, 0), NULL);
	assert_int_equal(mn()->state, MN_HERE);
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, 0, 30), NULL);
	assert_true(binding(ROAM_PCOA)->outstanding);
	assert_int_equal(binding(ROAM_PCOA)->lifetime, 0);
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, 0, 0), NULL);
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&binding(ROAM_PCOA)->bound));
	/* So that there is nothing to be ended by a return. */
	roam_detach(&r);
	roam_attach(&r, 0, true);
	assert_false(binding(ROAM_PCOA)->outstanding);
}

/* What it had forgotten it is told, and goes on from there. */
static void forgotten_numbers(void **state)
{
	uint16_t before;

	(void)state;
	leave();
	before = binding(ROAM_PCOA)->sequence;
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_BAD_SEQUENCE, 1000, 0), NULL);
	assert_int_equal((uint16_t)(binding(ROAM_PCOA)->sequence - before), 1001);
	assert_true(binding(ROAM_PCOA)->outstanding);
	/* Its own number is one that was accepted. */
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_BAD_SEQUENCE, 0, 0), NULL);
	assert_true(binding(ROAM_PCOA)->outstanding);
}

static void less_time_is_granted(void **state)
{
	(void)state;
	leave();
	arrive();
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, 0, 7), NULL);
	sim_run(&r.sim, 6990);
	assert_int_equal(mn()->state, MN_THERE);
	sim_run(&r.sim, 20);
	assert_int_equal(mn()->state, MN_HERE);
}

static void the_pcoa_on_the_new_link(void **state)
{
	(void)state;
	leave();
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_USE_ALTCOA, 0, 30), ROAM_PCOA);
	arrive();
	assert_int_equal(steps_of("fbu"), 1);
	assert_false(r.mn->stay.tunnelled);
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&r.mn->stay.via[0].source));
	assert_int_equal(r.mn->stay.pcoas, 1);
	assert_int_equal(mn()->state, MN_THERE);
}

/* Several addresses. */

static void two_addresses(bool key_for_both)
{
	sim_address(r.mn, 1, TEMPORARY, ROAM_LLA);
	if (!key_for_both)
		r.key.pcoa = (struct config_prefix){ 128, address(ROAM_PCOA) };
}

static void all_addresses_are_taken_along(void **state)
{
	(void)state;
	two_addresses(true);
	roam_move(&r, 1, true);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
	assert_true(roam_is_bound(&r, TEMPORARY, 0, ROAM_NCOA(2)));
	assert_int_equal(r.mn->stay.pcoas, 2);
}

static void numbers_of_two_addresses_differ(void **state)
{
	(void)state;
	two_addresses(true);
	leave();
	sim_run(&r.sim, 5000);
	assert_int_equal(steps_of("fbu"), 8);
	assert_int_not_equal(binding(ROAM_PCOA)->sequence, binding(TEMPORARY)->sequence);
	roam_fback(&r, binding(TEMPORARY), answer(MH_FBACK_ACCEPTED, 0, 30), NULL);
	assert_address(&binding(TEMPORARY)->bound, ROAM_NCOA(2));
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&binding(ROAM_PCOA)->bound));
}

static void one_has_no_key(void **state)
{
	(void)state;
	two_addresses(false);
	roam_move(&r, 1, true);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
	assert_int_equal(r.mn->stay.pcoas, 1);
}

static void one_is_refused(void **state)
{
	(void)state;
	two_addresses(true);
	leave();
	arrive();
	roam_fback(&r, binding(TEMPORARY), answer(MH_FBACK_PROHIBITED, 0, 0), NULL);
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, 0, 30), NULL);
	assert_int_equal(mn()->state, MN_THERE);
	assert_true(r.mn->stay.tunnelled);
	assert_int_equal(r.mn->stay.into[0] + r.mn->stay.into[1], 1);
}

/* NAACK. */

static void naack_to(const char *to, uint8_t status, const char *supplied)
{
	struct nd nd = { .type = ND_RA };
	struct ndopt *option = ndopts_add(&nd.options, NDOPT_NAACK);

	option->naack.status = status;
	option->naack.supplied = supplied;
	if (supplied)
		option->naack.address = address(supplied);
	roam_send(&r, &nd, "fe80::2", to, 255);
}

/* On the new link, and not answered. */
static void come(void)
{
	leave();
	arrive();
	assert_int_equal(steps_of("una"), 1);
	assert_int_equal(steps_of("fbu"), 2);
}

static void naack_autoconfigure(void **state)
{
	struct in6_addr first;

	(void)state;
	come();
	first = r.mn->stay.ncoa;
	naack_to(ROAM_NCOA(2), NAACK_AUTOCONFIGURE, NULL);
	assert_memory_not_equal(&r.mn->stay.ncoa, &first, 16);
	assert_true(mn_in_prefix(&r.prefix[1], &r.mn->stay.ncoa));
	assert_memory_equal(&binding(ROAM_PCOA)->care_of, &r.mn->stay.ncoa, 16);
	assert_int_equal(steps_of("una"), 2);
	assert_int_equal(steps_of("fbu"), 3);
	/* It comes twice: nobody has that address any more. */
	naack_to(ROAM_NCOA(2), NAACK_AUTOCONFIGURE, NULL);
	assert_int_equal(steps_of("fbu"), 3);
}

static void naack_use_supplied(void **state)
{
	(void)state;
	come();
	naack_to(ROAM_NCOA(2), NAACK_USE_SUPPLIED, OTHER);
	assert_address(&r.mn->stay.ncoa, OTHER);
	assert_address(&binding(ROAM_PCOA)->care_of, OTHER);
	assert_int_equal(steps_of("una"), 2);
	assert_int_equal(steps_of("fbu"), 3);
}

static void naack_use_nar(void **state)
{
	(void)state;
	come();
	naack_to(ROAM_NCOA(2), NAACK_USE_NAR, NULL);
	assert_address(&binding(ROAM_PCOA)->care_of, "2001:db8:2::1");
	assert_false(r.mn->stay.tunnelled);
	roam_fback(&r, binding(ROAM_PCOA), answer(MH_FBACK_ACCEPTED, 0, 30), NULL);
	assert_false(r.mn->stay.tunnelled);
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&r.mn->stay.via[0].source));
	naack_to(ROAM_NCOA(2), NAACK_USE_NAR, NULL);
	assert_int_equal(steps_of("fbu"), 3);
}

static void naack_pcoa(void **state)
{
	(void)state;
	come();
	naack_to(ROAM_NCOA(2), NAACK_PCOA, ROAM_PCOA);
	assert_int_equal(steps_of("una"), 2);
	sim_run(&r.sim, 5000);
	assert_int_equal(steps_of("fbu"), 2);
	assert_false(r.mn->stay.tunnelled);
	assert_address(&r.mn->stay.pcoa[0], ROAM_PCOA);
	assert_int_equal(mn()->state, MN_THERE);
}

static void naack_pcoa_of_somebody_else(void **state)
{
	(void)state;
	come();
	naack_to(ROAM_NCOA(2), NAACK_PCOA, OTHER);
	naack_to(ROAM_NCOA(2), NAACK_PCOA, NULL);
	assert_true(binding(ROAM_PCOA)->outstanding);
}

/* F-MN-39: neither address, and another one at once. */
static void naack_lla_unknown(void **state)
{
	struct in6_addr ncoa = address(ROAM_NCOA(2));
	unsigned int i, sent;

	(void)state;
	come();
	naack_to(ROAM_NCOA(2), NAACK_LLA_UNKNOWN, NULL);
	assert_int_equal(mn()->state, MN_HERE);
	sent = r.sim.sent;
	sim_run(&r.sim, 5000);
	assert_int_equal(r.sim.sent, sent);
	for (i = 0; i < r.mn->addresses; i++)
		if (IN6_ARE_ADDR_EQUAL(&r.mn->address[i].address, &ncoa))
			fail_msg("it has the NCoA still");
	assert_true(mn_in_prefix(&r.prefix[1], &mn()->ncoa));
	assert_memory_not_equal(&mn()->ncoa, &ncoa, 16);
}

static void naack_of_no_known_kind(void **state)
{
	(void)state;
	come();
	naack_to(ROAM_NCOA(2), 77, NULL);
	assert_address(&r.mn->stay.ncoa, ROAM_NCOA(2));
	assert_int_equal(r.mn->engine.count[COUNT_UNWANTED], 1);
}

static void naack_for_somebody_else(void **state)
{
	(void)state;
	come();
	naack_to(OTHER, NAACK_LLA_UNKNOWN, NULL);
	naack_to("ff02::1", NAACK_LLA_UNKNOWN, NULL);
	assert_int_equal(mn()->state, MN_THERE);
}

/* The one to the UNA is lost; so it is repeated, and there is none: nothing is wrong. */
static void an_announcement_is_repeated(void **state)
{
	(void)state;
	come();
	sim_run(&r.sim, 990);
	assert_int_equal(steps_of("una"), 1);
	sim_run(&r.sim, 20);
	assert_int_equal(steps_of("una"), 2);
	sim_run(&r.sim, 5000);
	assert_int_equal(steps_of("una"), 3);
}

/* F-MN-35. */
static void an_address_of_its_own(void **state)
{
	struct in6_addr ncoa = address(ROAM_NCOA(2));

	(void)state;
	come();
	engine_probed(&r.mn->engine, 1, &ncoa, NULL);
	assert_int_equal(steps_of("na"), 1);
	assert_address(&r.mn->stay.ncoa, ROAM_NCOA(2));
}

static void an_address_of_somebody_else(void **state)
{
	const struct lla nobody = {};
	struct in6_addr ncoa;
	int i;

	(void)state;
	come();
	for (i = 0; i < 3; i++) {
		ncoa = mn()->ncoa;
		engine_probed(&r.mn->engine, 1, &ncoa, &nobody);
		assert_memory_not_equal(&r.mn->stay.ncoa, &ncoa, 16);
		assert_memory_equal(&binding(ROAM_PCOA)->care_of, &r.mn->stay.ncoa, 16);
	}
	/* RFC 7217: after three more it gives up. */
	ncoa = mn()->ncoa;
	engine_probed(&r.mn->engine, 1, &ncoa, &nobody);
	assert_memory_equal(&r.mn->stay.ncoa, &ncoa, 16);
	assert_int_equal(r.mn->report[r.mn->reports - 1].kind, REPORT_ALARM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(is_sent_again_with_a_new_number),
		TEST(an_older_number_is_an_answer),
		TEST(a_number_that_was_never_sent_is_none),
		TEST(an_answer_to_something_else),
		TEST(who_does_not_know_the_key),
		TEST(from_another_router),
		TEST(an_address_is_named_but_not_told),
		TEST(the_address_of_the_answer_is_used),
		TEST(another_address_after_arrival),
		TEST(the_answer_comes_behind_the_node),
		TEST(there_is_no_tunnel_before_the_answer),
		TEST(unspecified),
		TEST(prohibited),
		TEST(no_resources),
		TEST(iid_length),
		TEST(refused_after_arrival),
		TEST(accepted_after_it_was_refused),
		TEST(forgotten_numbers),
		TEST(less_time_is_granted),
		TEST(the_pcoa_on_the_new_link),
		TEST(all_addresses_are_taken_along),
		TEST(numbers_of_two_addresses_differ),
		TEST(one_has_no_key),
		TEST(one_is_refused),
		TEST(naack_autoconfigure),
		TEST(naack_use_supplied),
		TEST(naack_use_nar),
		TEST(naack_pcoa),
		TEST(naack_pcoa_of_somebody_else),
		TEST(naack_lla_unknown),
		TEST(naack_of_no_known_kind),
		TEST(naack_for_somebody_else),
		TEST(an_announcement_is_repeated),
		TEST(an_address_of_its_own),
		TEST(an_address_of_somebody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
