// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mobile node goes to and fro between two routers, and has the same address at each
 * whenever it comes there: what redirects an address is to receive it, and the other way
 * round.
 */
#include <string.h>

#include "par.h"
#include "nar.h"
#include "roam.h"
#include "test.h"
#include "traffic.h"

/* Made of the same link-layer address, as those of the other links. */
#define HOME	ROAM_NCOA(1)
#define AWAY	ROAM_NCOA(2)
#define FAR	ROAM_NCOA(3)

static struct roam r;
static struct traffic t;

static void always_copies(struct roam *roam)
{
	int i;

	for (i = 0; i < ROAM_ROUTERS; i++)
		roam->router_config[i].ar.copying = CONFIG_COPY_ALWAYS;
}

static int set_up(void **state)
{
	(void)state;
	roam_begin(&r, always_copies);
	sim_leave(r.mn, 1);
	sim_address(r.mn, 1, "fe80::10", ROAM_LLA);
	sim_address(r.mn, 1, HOME, ROAM_LLA);
	traffic_begin(&t, &r, HOME);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	roam_end(&r);
	return 0;
}

/* Which of its bindings a router has for an address. */
static const struct path *at(int router, const char *text)
{
	return sim_path(r.router[router], text);
}

static bool redirects(int router, const char *text)
{
	const struct path *path = at(router, text);

	return path && path->target == PATH_TUNNEL;
}

static void complete(void)
{
	mn_complete(r.mn->engine.mn);
}

static void expect_nothing_lost(void)
{
	sim_run(&r.sim, 500);
	traffic_end(&t);
	assert_all_arrived(&t);
	assert_int_equal(t.answered, t.answers);
}

/* Nor is one before another that was sent before it. */
static void expect_order(void)
{
	expect_nothing_lost();
	assert_in_order(&t);
}

/* What the first router redirects it awaits, before it has anything to say to the node. */
static void the_way_back_is_prepared(void **state)
{
	const struct in6_addr home = address(HOME);
	const struct path *path;
	uint32_t id;

	(void)state;
	roam_move(&r, 1, true);
	id = at(0, HOME)->id;
	assert_true(redirects(0, HOME));
	complete();
	roam_learn(&r);
	roam_leave(&r, 0);
	path = at(0, HOME);
	assert_int_equal(path->id, id);
	assert_int_equal(path->target, PATH_LINK);
	assert_int_equal(path->gate, PATH_HOLD);
	assert_int_equal(path->lla.bytes[5], ROAM_LLA);
	assert_true(path->attach.open);
	assert_int_equal(par_find(&r.router[0]->engine, &home)->state, PAR_KNOWN);
	assert_true(redirects(1, AWAY));
	assert_memory_equal(&at(1, AWAY)->tunnel.destination, &home, sizeof(home));
	/* It is over at the first router, and tells so with what it has counted. */
	assert_int_equal(r.router[0]->report[1].kind, REPORT_DONE);
	assert_string_equal(r.router[0]->report[1].text, "returned");
	assert_true(r.router[0]->record.counted);
}

static void to_and_fro(bool completes)
{
	int i;

	for (i = 0; i < 5; i++) {
		roam_move(&r, 1, true);
		assert_true(redirects(0, HOME));
		if (completes)
			complete();
		sim_run(&r.sim, 200);
		roam_move(&r, 0, true);
		assert_false(redirects(0, HOME));
		if (completes)
			complete();
		sim_run(&r.sim, 200);
	}
	expect_order();
}

static void to_and_fro_for_good(void **state)
{
	(void)state;
	to_and_fro(true);
}

static void to_and_fro_with_both_addresses(void **state)
{
	(void)state;
	to_and_fro(false);
}

/*
 * No router has anything of it but where it is.  What is on its way by the second when
 * the third has an answer from the first comes after what the first has held meanwhile.
 */
static void round_by_a_third(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		roam_move(&r, 1, true);
		complete();
		sim_run(&r.sim, 100);
		roam_move(&r, 2, true);
		complete();
		sim_run(&r.sim, 100);
		roam_move(&r, 0, true);
		sim_run(&r.sim, 100);
		assert_false(redirects(0, HOME));
		complete();
	}
	expect_nothing_lost();
}

/* Nobody has said that it goes back. */
static void back_by_surprise(bool completes)
{
	int i;

	for (i = 0; i < 3; i++) {
		roam_move(&r, 1, false);
		assert_true(redirects(0, HOME));
		if (completes)
			complete();
		sim_run(&r.sim, 200);
		roam_move(&r, 0, false);
		assert_false(redirects(0, HOME));
		if (completes)
			complete();
		sim_run(&r.sim, 200);
	}
}

static void back_by_surprise_for_good(void **state)
{
	(void)state;
	back_by_surprise(true);
	traffic_end(&t);
	assert_all_arrived(&t);
}

static void back_by_surprise_with_both_addresses(void **state)
{
	(void)state;
	back_by_surprise(false);
}

/* What the first router has answered last. */
static uint8_t answer;

static enum sim_fate look_for_hack(void *context, unsigned int number,
				   const struct message *m)
{
	struct mh mh;

	(void)context;
	(void)number;
	if (m->next_header == IPPROTO_MH &&
	    !mh_decode(m->data, m->len, &m->ends, &mh).kind && mh.type == MH_HACK)
		answer = mh.hack.code;
	return SIM_ARRIVES;
}

/* The second router says that a node comes, or has come, with the address of another. */
static void claim(uint8_t code, const char *pcoa, uint8_t lla, uint8_t flags)
{
	struct message m = { .ends = { address("2001:db8:2::1"), address("2001:db8:1::1") } };
	struct mh mh = {
		.type = MH_HI,
		.hi = { .sequence = 0x7000, .flags = flags, .code = code },
		.options = { lla ? 3 : 2, {
			{ .type = MOBOPT_ADDRESS, .address = { ADDRESS_PCOA, 128, address(pcoa) } },
			{ .type = MOBOPT_ADDRESS, .address = { ADDRESS_NCOA, 128, address(HOME) } },
			{ .type = MOBOPT_LLA, .lla = { LLA_MN, sim_lla(lla) } },
		} },
	};

	r.sim.fate = look_for_hack;
	answer = 0xff;
	engine_send_mh(&r.router[1]->engine, &m, &mh, NULL, NULL);
	sim_run(&r.sim, 20);
}

static void announce(void)
{
	struct message m = { .ends = { address(HOME), address("ff02::1") }, .ifindex = 1 };
	struct nd nd = { .type = ND_NA, .neighbour.target = address(HOME) };

	ndopts_add(&nd.options, NDOPT_TARGET_LLA)->link = sim_lla(ROAM_LLA);
	engine_send_nd(&r.mn->engine, &m, &nd);
}

static void nobody_else_takes_it(void **state)
{
	const struct in6_addr away = address(AWAY);

	(void)state;
	roam_move(&r, 1, true);
	claim(MH_HI_FROM_PCOA, "2001:db8:2::77", 0x77, MH_HI_U);
	/* There is none for it but its own there. */
	assert_int_equal(answer, MH_HACK_NCOA_INVALID);
	assert_true(redirects(0, HOME));
	/* Nor does the neighbour cache tell anything of it any more. */
	complete();
	claim(MH_HI_FROM_ELSEWHERE, "2001:db8:2::77", 0x77, 0);
	assert_int_equal(answer, MH_HACK_PROHIBITED);
	assert_true(redirects(0, HOME));
	assert_memory_equal(&at(0, HOME)->tunnel.destination, &away, sizeof(away));
	assert_int_equal(r.router[0]->engine.count[COUNT_CONFLICT], 1);
}

/* It has another link-layer address each time, but is the one that went there. */
static void who_it_is_is_told_by_where_it_is(void **state)
{
	(void)state;
	roam_move(&r, 1, true);
	complete();
	claim(MH_HI_FROM_PCOA, AWAY, 0x77, MH_HI_U);
	assert_int_equal(answer, MH_HACK_NCOA_VALID);
	assert_false(redirects(0, HOME));
	assert_int_equal(at(0, HOME)->lla.bytes[5], 0x77);
}

static enum sim_fate no_fbu_arrives(void *context, unsigned int number,
				    const struct message *m)
{
	(void)context;
	(void)number;
	return m->next_header == IPPROTO_MH && m->data[2] == MH_FBU ? SIM_LOST : SIM_ARRIVES;
}

static enum sim_fate no_hi_arrives(void *context, unsigned int number,
				   const struct message *m)
{
	(void)context;
	(void)number;
	return m->next_header == IPPROTO_MH && m->data[2] == MH_HI ? SIM_LOST : SIM_ARRIVES;
}

/* Nobody says who it is, but it has announced itself. */
static void who_it_is_is_told_by_itself(void **state)
{
	(void)state;
	roam_move(&r, 1, true);
	roam_detach(&r);
	r.sim.fate = no_fbu_arrives;
	roam_attach(&r, 0, true);
	announce();
	sim_run(&r.sim, 10);
	assert_true(redirects(0, HOME));
	claim(MH_HI_FROM_ELSEWHERE, FAR, 0, 0);
	assert_int_equal(answer, MH_HACK_NCOA_VALID);
	assert_false(redirects(0, HOME));
}

/* It has asked to go elsewhere, which is not decided. */
static void what_is_asked_for_is_not_taken(void **state)
{
	(void)state;
	roam_learn(&r);
	r.sim.fate = no_hi_arrives;
	roam_leave(&r, 2);
	claim(MH_HI_FROM_PCOA, AWAY, ROAM_LLA, MH_HI_U);
	assert_int_equal(answer, MH_HACK_NCOA_INVALID);
	assert_int_equal(at(0, HOME)->target, PATH_ROUTE);
}

/* Who it is does not depend on that: it is there, and the other router may end it. */
static void who_it_is_is_told_while_it_asks(void **state)
{
	const struct in6_addr home = address(HOME);

	(void)state;
	roam_learn(&r);
	r.sim.fate = no_hi_arrives;
	roam_leave(&r, 2);
	claim(MH_HI_FROM_ELSEWHERE, AWAY, ROAM_LLA, 0);
	assert_int_equal(answer, MH_HACK_NCOA_VALID);
	assert_int_equal(r.router[0]->engine.count[COUNT_CONFLICT], 0);
	/* What it asks for it takes back itself. */
	assert_int_equal(par_find(&r.router[0]->engine, &home)->state, PAR_ASKING);
	claim(MH_HI_FROM_ELSEWHERE, AWAY, 0x77, 0);
	assert_int_equal(answer, MH_HACK_PROHIBITED);
	assert_int_equal(r.router[0]->engine.count[COUNT_CONFLICT], 1);
}

/* Its link-layer address is another one each time; where it was before is known. */
static void who_it_is_is_told_by_where_it_was(void **state)
{
	const struct in6_addr home = address(HOME);

	(void)state;
	roam_move(&r, 1, true);
	roam_learn(&r);
	r.sim.fate = no_hi_arrives;
	roam_move(&r, 2, false);
	complete();
	assert_int_equal(par_find(&r.router[0]->engine, &home)->state, PAR_ASKING);
	claim(MH_HI_FROM_ELSEWHERE, AWAY, 0x77, 0);
	assert_int_equal(answer, MH_HACK_NCOA_VALID);
	claim(MH_HI_FROM_ELSEWHERE, FAR, 0x77, 0);
	assert_int_equal(answer, MH_HACK_PROHIBITED);
}

/* What has been held for it is, whoever asks, and for how much. */
static void what_is_held_waits_for_it(void **state)
{
	(void)state;
	roam_learn(&r);
	roam_detach(&r);
	assert_int_equal(at(0, HOME)->gate, PATH_HOLD);
	claim(MH_HI_FROM_PCOA, AWAY, ROAM_LLA, 0);
	assert_int_equal(answer, MH_HACK_NCOA_VALID);
	assert_int_equal(at(0, HOME)->target, PATH_LINK);
	assert_int_equal(at(0, HOME)->buffer.packets, r.router_config[0].ar.buffer.packets);
	/* The end of something that was released before is told late. */
	engine_path(&r.router[0]->engine, &(struct path_event){
		.change = PATH_RELEASED, .id = at(0, HOME)->id, .ns = r.sim.now - 100 * MS,
	});
	sim_run(&r.sim, 150);
	roam_attach(&r, 0, true);
	claim(MH_HI_FROM_ELSEWHERE, AWAY, ROAM_LLA, 0);
	expect_order();
}

/* It takes longer to be released than anything else is waited for. */
static void what_is_held_for_who_is_there_is_released(void **state)
{
	(void)state;
	roam_learn(&r);
	roam_detach(&r);
	sim_run(&r.sim, 200);
	roam_attach(&r, 0, true);
	announce();
	sim_run(&r.sim, 10);
	assert_int_equal(at(0, HOME)->gate, PATH_HOLD);
	claim(MH_HI_FROM_PCOA, AWAY, ROAM_LLA, MH_HI_U);
	assert_int_equal(answer, MH_HACK_NCOA_VALID);
	expect_order();
}

/* Whoever comes after it knows in which tunnel the node still sends. */
static void it_sends_while_the_router_is_killed(void **state)
{
	(void)state;
	roam_move(&r, 1, true);
	roam_learn(&r);
	roam_leave(&r, 0);
	assert_int_equal(at(0, HOME)->accepts, 1);
	sim_kill(r.router[0]);
	sim_run(&r.sim, 50);
	sim_revive(r.router[0]);
	claim(MH_HI_FROM_PCOA, AWAY, ROAM_LLA, MH_HI_U);
	assert_int_equal(answer, MH_HACK_NCOA_VALID);
	assert_int_equal(at(0, HOME)->accepts, 1);
	assert_int_equal(at(0, HOME)->gate, PATH_HOLD);
	sim_run(&r.sim, 50);
	assert_int_equal(t.answered, t.answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(the_way_back_is_prepared),
		TEST(to_and_fro_for_good),
		TEST(to_and_fro_with_both_addresses),
		TEST(round_by_a_third),
		TEST(back_by_surprise_for_good),
		TEST(back_by_surprise_with_both_addresses),
		TEST(nobody_else_takes_it),
		TEST(who_it_is_is_told_by_where_it_is),
		TEST(who_it_is_is_told_by_itself),
		TEST(what_is_asked_for_is_not_taken),
		TEST(who_it_is_is_told_while_it_asks),
		TEST(who_it_is_is_told_by_where_it_was),
		TEST(what_is_held_waits_for_it),
		TEST(what_is_held_for_who_is_there_is_released),
		TEST(it_sends_while_the_router_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
