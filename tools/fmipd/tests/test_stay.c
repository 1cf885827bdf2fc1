// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a mobile node has its host do with what it sends while it has no link, and what
 * becomes of a handover if the host cannot.
 */
#include <errno.h>
#include <string.h>

#include "roam.h"
#include "test.h"

/* At the first router, too. */
#define SECOND	"2001:db8:1::7777"

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

static bool has_reported(const char *text)
{
	unsigned int i;

	for (i = 0; i < r.mn->reports; i++)
		if (!strcmp(r.mn->report[i].text, text))
			return true;
	return false;
}

static void assert_same(const struct in6_addr *a, const char *text)
{
	const struct in6_addr wanted = address(text);

	assert_memory_equal(a, &wanted, sizeof(wanted));
}

static void leave(bool predicted)
{
	roam_learn(&r);
	if (predicted)
		roam_leave(&r, 1);
	roam_detach(&r);
	sim_run(&r.sim, 50);
}

static void assert_waits(const char *source)
{
	assert_int_equal(r.mn->waits.pcoas, 1);
	assert_same(&r.mn->waits.pcoa[0], ROAM_PCOA);
	assert_same(&r.mn->waits.via[0].source, source);
	assert_same(&r.mn->waits.via[0].destination, "2001:db8:1::1");
	assert_true(r.mn->waits.waits[0]);
}

/* Behind the UNA, by which the router knows that it is there. */
static void waits_for_its_link(void **state)
{
	unsigned int sent;

	(void)state;
	leave(true);
	assert_waits(ROAM_NCOA(2));
	assert_int_equal(r.mn->releases, 0);
	sent = r.sim.sent;
	roam_attach(&r, 1, true);
	assert_int_equal(r.mn->releases, 1);
	assert_true(r.mn->first_stay.waits[0]);
	assert_int_equal(r.mn->released_after, sent + 1);
	assert_true(r.mn->stay.into[0]);
	assert_false(r.mn->stay.waits[0]);
}

/* The PAR takes nothing out of a tunnel to which it has not agreed. */
static void waits_for_its_par(void **state)
{
	(void)state;
	leave(false);
	assert_waits("::");
	roam_attach(&r, 1, true);
	assert_true(r.mn->stay.waits[0]);
	sim_run(&r.sim, 50);
	assert_true(r.mn->stay.into[0]);
	assert_false(r.mn->stay.waits[0]);
}

static enum sim_fate nothing_arrives(void *context, unsigned int number,
				     const struct message *m)
{
	(void)context;
	(void)number;
	(void)m;
	return SIM_LOST;
}

static void does_not_wait_for_ever(void **state)
{
	(void)state;
	leave(false);
	roam_attach(&r, 1, true);
	r.sim.fate = nothing_arrives;
	assert_true(r.mn->stay.waits[0]);
	sim_run(&r.sim, 10000);
	assert_int_equal(mn()->state, MN_THERE);
	assert_false(r.mn->stay.waits[0]);
	assert_false(r.mn->stay.into[0]);
}

static enum sim_fate second_is_not_answered(void *context, unsigned int number,
					    const struct message *m)
{
	const struct in6_addr second = address(SECOND);

	(void)context;
	(void)number;
	return m->has_home && IN6_ARE_ADDR_EQUAL(&m->home, &second) ? SIM_LOST : SIM_ARRIVES;
}

static bool waits(const char *pcoa)
{
	const struct in6_addr wanted = address(pcoa);
	unsigned int i;

	for (i = 0; i < r.mn->stay.pcoas; i++)
		if (IN6_ARE_ADDR_EQUAL(&r.mn->stay.pcoa[i], &wanted))
			return r.mn->stay.waits[i];
	fail();
	return false;
}

static void move_with_two(enum sim_fate (*fate)(void *, unsigned int, const struct message *))
{
	sim_address(r.mn, 1, SECOND, ROAM_LLA);
	leave(false);
	assert_int_equal(r.mn->waits.pcoas, 2);
	r.sim.fate = fate;
	roam_attach(&r, 1, true);
	assert_true(waits(ROAM_PCOA));
	assert_true(waits(SECOND));
}

/* They wait before one tunnel, so that both may have to be let go. */
static void is_not_held_up_by_another(void **state)
{
	(void)state;
	move_with_two(second_is_not_answered);
	/* The other answer may yet come, as soon as this one. */
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
	assert_true(waits(SECOND));
	sim_run(&r.sim, 60);
	assert_false(waits(ROAM_PCOA));
	assert_false(waits(SECOND));
	r.sim.fate = NULL;
	sim_run(&r.sim, 300);
	assert_true(roam_is_bound(&r, SECOND, 0, ROAM_NCOA(2)));
}

/* Nobody is held up. */
static void two_wait_for_their_par(void **state)
{
	(void)state;
	move_with_two(nothing_arrives);
	sim_run(&r.sim, 200);
	assert_true(waits(ROAM_PCOA));
	assert_true(waits(SECOND));
	r.sim.fate = second_is_not_answered;
	sim_run(&r.sim, 200);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
	assert_false(waits(SECOND));
}

static void waits_while_it_asks_for_another(void **state)
{
	const struct in6_addr another = address("2001:db8:2::77");
	unsigned int sent;

	(void)state;
	leave(true);
	roam_attach(&r, 1, true);
	sim_run(&r.sim, 50);
	sent = r.sim.sent;
	mn_use(mn(), &another);
	assert_true(r.mn->stay.waits[0]);
	assert_true(r.mn->released_after > sent);
	sim_run(&r.sim, 50);
	assert_true(r.mn->stay.into[0]);
	assert_false(r.mn->stay.waits[0]);
}

static void waits_again_on_the_way(void **state)
{
	(void)state;
	roam_move(&r, 1, true);
	roam_learn(&r);
	roam_detach(&r);
	assert_int_equal(r.mn->waits.pcoas, 2);
	/* Nobody knows yet where it will be. */
	assert_same(&r.mn->waits.via[1].source, "::");
	assert_true(r.mn->waits.waits[0]);
	assert_true(r.mn->waits.waits[1]);
	sim_run(&r.sim, 50);
	roam_attach(&r, 2, true);
	sim_run(&r.sim, 50);
	assert_false(r.mn->stay.waits[0]);
	assert_false(r.mn->stay.waits[1]);
}

static void without_a_tunnel_nothing_waits(void **state)
{
	(void)state;
	r.config.mn.reverse_tunnel = false;
	leave(true);
	assert_false(r.mn->waits.waits[0]);
	roam_attach(&r, 1, true);
	assert_false(r.mn->stay.waits[0]);
}

static void uses_the_pcoa(struct roam *roam)
{
	roam->router_config[1].ar.addressing = CONFIG_NCOA_PCOA;
}

/* As the NAR has said before: what waits for a tunnel would be lost. */
static void nothing_waits_for_a_link_without_one(void **state)
{
	(void)state;
	roam_end(&r);
	roam_begin(&r, uses_the_pcoa);
	leave(true);
	assert_int_equal(r.mn->waits.pcoas, 1);
	assert_false(r.mn->waits.waits[0]);
}

static bool has_step(const char *what)
{
	unsigned int i;

	for (i = 0; i < mn()->record.steps; i++)
		if (!strcmp(mn()->record.step[i].what, what))
			return true;
	return false;
}

/* No UNA says that it is there, no FBU has the PAR send to what is not there. */
static void cannot_live_there(void **state)
{
	unsigned int sent;

	(void)state;
	leave(false);
	r.mn->stay_errno = -ENOBUFS;
	sent = r.sim.sent;
	roam_attach(&r, 1, true);
	assert_int_equal(r.sim.sent, sent);
	assert_int_equal(mn()->state, MN_HERE);
	assert_false(r.mn->stays);
	assert_true(has_reported("no address or no tunnel can be had on this link"));
	assert_string_equal(r.mn->report[r.mn->reports - 1].text, "failed");
	assert_true(has_step("cannot live here"));
}

static void cannot_live_there_any_more(void **state)
{
	const struct in6_addr another = address("2001:db8:2::77");
	unsigned int sent;

	(void)state;
	leave(true);
	roam_attach(&r, 1, true);
	sim_run(&r.sim, 50);
	r.mn->stay_errno = -ENOBUFS;
	sent = r.sim.sent;
	mn_use(mn(), &another);
	assert_int_equal(r.sim.sent, sent);
	assert_int_equal(mn()->state, MN_HERE);
	assert_false(r.mn->stays);
}

/* The FBU for that would go where the detour leads. */
static void is_back_before_it_says_so(void **state)
{
	unsigned int sent;

	(void)state;
	roam_move(&r, 1, true);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	sent = r.sim.sent;
	roam_attach(&r, 0, true);
	assert_false(r.mn->stays);
	assert_int_equal(r.mn->back_after, sent);
	assert_true(r.sim.sent > sent);
}

static void was_not_where_it_was_thought(void **state)
{
	struct link_event named = { .change = LINK_UP, .ifindex = 1 };

	(void)state;
	leave(true);
	roam_attach(&r, 0, false);
	assert_int_equal(mn()->state, MN_THERE);
	named.ap = r.ap[0];
	engine_link(&r.mn->engine, &named);
	assert_int_equal(mn()->state, MN_HERE);
	assert_true(has_reported("returned"));
}

static void was_where_it_was_thought(void **state)
{
	struct link_event named = { .change = LINK_UP, .ifindex = 1 };
	unsigned int sent;

	(void)state;
	leave(true);
	roam_attach(&r, 1, false);
	sent = r.sim.sent;
	named.ap = r.ap[1];
	engine_link(&r.mn->engine, &named);
	assert_int_equal(mn()->state, MN_THERE);
	assert_int_equal(r.sim.sent, sent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(waits_for_its_link),
		TEST(waits_for_its_par),
		TEST(does_not_wait_for_ever),
		TEST(is_not_held_up_by_another),
		TEST(two_wait_for_their_par),
		TEST(waits_while_it_asks_for_another),
		TEST(waits_again_on_the_way),
		TEST(without_a_tunnel_nothing_waits),
		TEST(nothing_waits_for_a_link_without_one),
		TEST(cannot_live_there),
		TEST(cannot_live_there_any_more),
		TEST(is_back_before_it_says_so),
		TEST(was_not_where_it_was_thought),
		TEST(was_where_it_was_thought),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
