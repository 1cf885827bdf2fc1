// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mobile node goes from one router to the next, comes back, goes elsewhere than it
 * has said, and loses its way.
 */
#include <errno.h>
#include <string.h>

#include <netinet/icmp6.h>

#include "par.h"
#include "nar.h"
#include "roam.h"
#include "sent.h"
#include "test.h"

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

static bool has_address(const char *text)
{
	const struct in6_addr wanted = address(text);
	unsigned int i;

	for (i = 0; i < r.mn->addresses; i++)
		if (IN6_ARE_ADDR_EQUAL(&r.mn->address[i].address, &wanted))
			return true;
	return false;
}

static const char *last_report(void)
{
	return r.mn->reports ? r.mn->report[r.mn->reports - 1].text : "";
}

/* Nothing is redirected at any router any more. */
static bool is_quiet(void)
{
	unsigned int i, j;

	for (i = 0; i < ROAM_ROUTERS; i++)
		for (j = 0; j < SIM_PATHS; j++)
			if (r.router[i]->path[j].id &&
			    r.router[i]->path[j].target == PATH_TUNNEL)
				return false;
	return true;
}

static void forth_and_back(bool predicted)
{
	roam_move(&r, 1, predicted);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 0, true);
	sim_run(&r.sim, 50);
	assert_int_equal(mn()->state, MN_HERE);
	assert_false(r.mn->stays);
	assert_true(is_quiet());
	assert_false(has_address(ROAM_NCOA(2)));
	assert_true(has_address(ROAM_PCOA));
	assert_string_equal(last_report(), "returned");
}

static void back_after_prediction(void **state)
{
	(void)state;
	forth_and_back(true);
}

static void back_after_surprise(void **state)
{
	(void)state;
	forth_and_back(false);
}

/* It has said that it goes, and never was there. */
static void does_not_arrive(void **state)
{
	(void)state;
	roam_move(&r, 0, false);
	roam_learn(&r);
	roam_leave(&r, 1);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 0, true);
	sim_run(&r.sim, 50);
	assert_int_equal(mn()->state, MN_HERE);
	assert_true(is_quiet());
}

static void nothing_is_said_of_a_link_that_flaps(void **state)
{
	unsigned int before;

	(void)state;
	before = r.sim.sent;
	roam_detach(&r);
	roam_attach(&r, 0, true);
	sim_run(&r.sim, 5000);
	assert_int_equal(r.sim.sent, before);
	assert_int_equal(mn()->state, MN_HERE);
}

static void arrives_elsewhere(void **state)
{
	(void)state;
	roam_learn(&r);
	roam_leave(&r, 1);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 2, true);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(3)));
	assert_false(has_address(ROAM_NCOA(2)));
}

static void is_sent_elsewhere_before_it_leaves(void **state)
{
	(void)state;
	roam_learn(&r);
	roam_leave(&r, 1);
	roam_leave(&r, 2);
	assert_int_equal(mn()->state, MN_LEAVING);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 2, true);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(3)));
}

/* Both addresses come to where it is, each by way of the PAR of its own link. */
static void goes_on(bool predicted)
{
	roam_move(&r, 1, predicted);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
	roam_move(&r, 2, predicted);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(3)));
	assert_true(roam_is_bound(&r, ROAM_NCOA(2), 1, ROAM_NCOA(3)));
	assert_memory_equal(&mn()->router.address,
			    &(struct in6_addr[]){ address("2001:db8:3::1") }, 16);
	mn_complete(mn());
	assert_false(r.mn->stays);
	assert_false(has_address(ROAM_PCOA));
	assert_false(has_address(ROAM_NCOA(2)));
	assert_true(has_address(ROAM_NCOA(3)));
	/* What it has left is what it takes along from here on. */
	roam_move(&r, 0, predicted);
	assert_true(roam_is_bound(&r, ROAM_NCOA(3), 2, ROAM_NCOA(1)));
}

static void goes_on_predicted(void **state)
{
	(void)state;
	goes_on(true);
}

static void goes_on_surprised(void **state)
{
	(void)state;
	goes_on(false);
}

static enum sim_fate no_una_arrives(void *context, unsigned int number,
				    const struct message *m)
{
	(void)context;
	(void)number;
	return m->next_header == IPPROTO_ICMPV6 && m->data[0] == ND_NEIGHBOR_ADVERT ?
		       SIM_LOST : SIM_ARRIVES;
}

/* That it leaves, with a signature, says as well that it has come. */
static void goes_on_unheard(void **state)
{
	const struct path *path;

	(void)state;
	r.sim.fate = no_una_arrives;
	roam_move(&r, 1, true);
	assert_int_equal(sim_path(r.router[1], ROAM_NCOA(2))->gate, PATH_HOLD);
	roam_learn(&r);
	roam_leave(&r, 2);
	path = sim_path(r.router[1], ROAM_NCOA(2));
	assert_int_equal(path->target, PATH_TUNNEL);
	assert_int_equal(path->gate, PATH_COPY);
	/* What is still to be released has no less room than it had. */
	assert_int_equal(path->buffer.packets, r.router_config[1].ar.buffer.packets);
	engine_path(&r.router[1]->engine, &(struct path_event){
		.change = PATH_RELEASED, .id = path->id, .ns = r.sim.now,
	});
	assert_int_equal(path->buffer.packets, r.router_config[1].ar.window.packets);
}

static enum sim_fate nothing_arrives(void *context, unsigned int number,
				     const struct message *m)
{
	(void)context;
	(void)number;
	(void)m;
	return SIM_LOST;
}

/* Until the first PAR knows of the second move there is one tunnel in the other. */
static void one_tunnel_in_the_other(void **state)
{
	const struct in6_addr before = address(ROAM_NCOA(2)), pcoa = address(ROAM_PCOA);
	unsigned int i = 0;

	(void)state;
	roam_move(&r, 1, true);
	roam_learn(&r);
	roam_leave(&r, 2);
	r.sim.fate = nothing_arrives;
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 2, true);
	while (!IN6_ARE_ADDR_EQUAL(&r.mn->stay.pcoa[i], &pcoa))
		i++;
	assert_true(r.mn->stay.into[i]);
	assert_memory_equal(&r.mn->stay.via[i].source, &before, 16);
	assert_true(has_address(ROAM_NCOA(2)));
}

static void goes_one_step_back(void **state)
{
	(void)state;
	roam_move(&r, 1, true);
	roam_move(&r, 2, true);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 1, true);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
	assert_int_equal(r.mn->stay.pcoas, 1);
	assert_int_not_equal(sim_path(r.router[1], ROAM_NCOA(2))->target, PATH_TUNNEL);
}

static void goes_round(void **state)
{
	(void)state;
	roam_move(&r, 1, true);
	roam_move(&r, 2, true);
	roam_move(&r, 0, true);
	assert_int_equal(mn()->state, MN_HERE);
	assert_int_not_equal(sim_path(r.router[0], ROAM_PCOA)->target, PATH_TUNNEL);
	assert_false(r.mn->stays);
	assert_true(has_address(ROAM_PCOA));
}

static void ends_with_the_lifetime(void **state)
{
	(void)state;
	roam_move(&r, 1, true);
	sim_run(&r.sim, 29800);
	assert_int_equal(mn()->state, MN_THERE);
	sim_run(&r.sim, 300);
	assert_int_equal(mn()->state, MN_HERE);
	assert_false(r.mn->stays);
	assert_string_equal(last_report(), "expired");
	assert_true(is_quiet());
}

static void does_not_leave(void **state)
{
	(void)state;
	roam_learn(&r);
	roam_leave(&r, 1);
	assert_int_equal(mn()->state, MN_LEAVING);
	sim_run(&r.sim, 30100);
	assert_int_equal(mn()->state, MN_HERE);
	assert_string_equal(last_report(), "did not leave");
	roam_leave(&r, 2);
	assert_int_equal(mn()->state, MN_LEAVING);
}

static void completes_while_it_leaves(void **state)
{
	(void)state;
	roam_move(&r, 1, true);
	roam_learn(&r);
	roam_leave(&r, 2);
	mn_complete(mn());
	assert_false(has_address(ROAM_PCOA));
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 2, true);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_NCOA(2), 1, ROAM_NCOA(3)));
	assert_int_equal(r.mn->stay.pcoas, 1);
}

/* A wired interface says that there is a carrier, and no more. */
static void an_access_point_without_a_name(void **state)
{
	(void)state;
	roam_learn(&r);
	roam_leave(&r, 1);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 1, false);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
	roam_advertise(&r, 1, NDOPT_PREFIX_A);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
}

static void not_where_it_was_thought(void **state)
{
	(void)state;
	roam_learn(&r);
	roam_leave(&r, 1);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 2, false);
	sim_run(&r.sim, 50);
	roam_advertise(&r, 2, NDOPT_PREFIX_A);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(3)));
	assert_false(has_address(ROAM_NCOA(2)));
}

static void still_where_it_was(void **state)
{
	(void)state;
	roam_learn(&r);
	roam_leave(&r, 1);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 0, false);
	sim_run(&r.sim, 50);
	roam_advertise(&r, 0, NDOPT_PREFIX_A);
	sim_run(&r.sim, 50);
	assert_int_equal(mn()->state, MN_HERE);
	assert_true(is_quiet());
}

/* There is a carrier at first, and who controls the radio says the rest. */
static void leaves_and_is_told_later(int to)
{
	roam_learn(&r);
	roam_leave(&r, 1);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, to, false);
	sim_run(&r.sim, 20);
	roam_name(&r);
	sim_run(&r.sim, 50);
}

static void told_later_that_it_is_there(void **state)
{
	unsigned int i, announced = 0;

	(void)state;
	leaves_and_is_told_later(1);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
	for (i = 0; i < mn()->record.steps; i++)
		announced += !strcmp(mn()->record.step[i].what, "una");
	assert_int_equal(announced, 1);
}

static void told_later_that_it_is_elsewhere(void **state)
{
	(void)state;
	leaves_and_is_told_later(2);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(3)));
	assert_false(has_address(ROAM_NCOA(2)));
}

static void told_later_that_it_is_back(void **state)
{
	(void)state;
	leaves_and_is_told_later(0);
	assert_int_equal(mn()->state, MN_HERE);
	assert_true(is_quiet());
	assert_string_equal(last_report(), "returned");
}

/* F-MN-08: no UNA, as nobody has told whether the router knows what that is. */
static void nobody_has_told_of_it(void **state)
{
	unsigned int i;

	(void)state;
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 1, true);
	sim_run(&r.sim, 50);
	assert_false(r.mn->stays);
	roam_advertise(&r, 1, NDOPT_PREFIX_A | NDOPT_PREFIX_R);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
	for (i = 0; i < mn()->record.steps; i++)
		assert_string_not_equal(mn()->record.step[i].what, "una");
	mn_complete(mn());
	/* The next handover has this router for its PAR. */
	roam_move(&r, 2, true);
	assert_true(roam_is_bound(&r, ROAM_NCOA(2), 1, ROAM_NCOA(3)));
}

/* Of its router it was told, but not that it would come there. */
static void a_prefix_that_it_knows(void **state)
{
	unsigned int i, announced = 0;

	(void)state;
	roam_learn(&r);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 1, false);
	roam_advertise(&r, 1, NDOPT_PREFIX_A);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
	for (i = 0; i < mn()->record.steps; i++)
		announced += !strcmp(mn()->record.step[i].what, "una");
	assert_int_equal(announced, 1);
}

/* It changes the access point, and its interface never says that it was away. */
static void roams_without_a_word(void **state)
{
	(void)state;
	roam_learn(&r);
	r.at = -1;
	roam_attach(&r, 1, true);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
}

/* What the new router has not got yet stays where it was. */
static void what_cannot_be_taken_over_is_kept(void **state)
{
	struct in6_addr ncoa = address(ROAM_NCOA(2));
	struct nar_place *place;

	(void)state;
	roam_move(&r, 1, true);
	place = nar_find(&r.router[1]->engine, &ncoa);
	assert_non_null(place);
	assert_int_equal(sim_path(r.router[1], ROAM_NCOA(2))->target, PATH_LINK);
	r.router[1]->path_errno = -ENOBUFS;
	roam_learn(&r);
	r.router[1]->path_errno = 0;
	assert_ptr_equal(nar_find(&r.router[1]->engine, &ncoa), place);
	assert_int_equal(sim_path(r.router[1], ROAM_NCOA(2))->target, PATH_LINK);
}

static void is_away(uint64_t since, bool late)
{
	struct link_event event = {
		.change = LINK_DOWN, .ifindex = 1, .ns = since, .late = late,
	};

	engine_link(&r.mn->engine, &event);
}

/* The router sees nothing of the link; so it is the node that says since when. */
static void leave_unseen(bool late)
{
	sim_leave(r.router[0], 1);
	sim_address(r.router[0], 9, "2001:db8:1::1", 1);
	is_away(r.sim.now, late);
	sim_run(&r.sim, 333);
	roam_attach(&r, 1, true);
}

static void says_since_when(bool late)
{
	uint64_t left;

	roam_learn(&r);
	sim_run(&r.sim, 990);
	left = r.sim.now;
	/* However long it takes until it can be said. */
	r.sim.latency = 150 * MS;
	if (late)
		is_away(r.sim.now + 20 * MS, true);
	leave_unseen(false);
	sim_run(&r.sim, 1000);
	/*
	 * 5 ms of the PrRtAdv, 50 ms for packets that take longer, and a thousandth of the
	 * second since.
	 */
	assert_int_equal(r.router[0]->replayed_ns, left - 56 * MS);
}

static void says_since_when_it_was_away(void **state)
{
	(void)state;
	says_since_when(false);
}

/* The kernel sees that it is; somebody else knows since when. */
static void hears_since_when_it_was_away(void **state)
{
	(void)state;
	says_since_when(true);
}

static void expect_all_held(void)
{
	assert_int_equal(sim_path(r.router[0], ROAM_PCOA)->gate, PATH_HOLD);
	assert_int_equal(sim_path(r.router[0], ROAM_PCOA)->replay_ns, 0);
}

/* To say it was later than it was would cost what came before that. */
static void does_not_know_since_when(void **state)
{
	(void)state;
	roam_learn(&r);
	leave_unseen(true);
	sim_run(&r.sim, 7);
	expect_all_held();
}

/* It asked for the new link on the old one: what came before that it has. */
static void comes_back_unseen(void **state)
{
	uint64_t asked;

	(void)state;
	r.config.mn.tell_link_down = false;
	roam_learn(&r);
	asked = r.sim.now + 5 * MS;
	roam_leave(&r, 1);
	sim_leave(r.router[0], 1);
	sim_address(r.router[0], 9, "2001:db8:1::1", 1);
	is_away(r.sim.now, false);
	sim_run(&r.sim, 50);
	r.router[0]->replayed_ns = UINT64_MAX;
	roam_attach(&r, 0, true);
	sim_run(&r.sim, 50);
	assert_int_equal(mn()->state, MN_HERE);
	assert_int_equal(r.router[0]->replayed_ns, asked - 50 * MS);
}

/* Its radio has gone from one access point to the other, and told only then. */
static void did_not_see_its_link_go_down(void **state)
{
	(void)state;
	roam_learn(&r);
	sim_leave(r.router[0], 1);
	sim_address(r.router[0], 9, "2001:db8:1::1", 1);
	sim_run(&r.sim, 300);
	roam_attach(&r, 1, true);
	sim_run(&r.sim, 7);
	expect_all_held();
}

static enum sim_fate no_prrtadv_arrives(void *context, unsigned int number,
					const struct message *m)
{
	(void)context;
	(void)number;
	return m->next_header == IPPROTO_ICMPV6 && m->data[0] == 154 && m->data[4] == 3 ?
		       SIM_LOST : SIM_ARRIVES;
}

/* The router has sent another one since: it cannot know which one came when. */
static void says_since_another_prrtadv(void **state)
{
	uint64_t left;

	(void)state;
	roam_learn(&r);
	r.sim.fate = no_prrtadv_arrives;
	roam_learn(&r);
	r.sim.fate = NULL;
	left = r.sim.now;
	leave_unseen(false);
	sim_run(&r.sim, 1000);
	assert_in_range(r.router[0]->replayed_ns, left - 60 * MS, left);
}

static void solicit(uint16_t identifier)
{
	struct message m = { .ends = { address("fe80::66"), address("ff02::2") }, .ifindex = 1 };
	struct nd nd = { .type = ND_RTSOLPR, .proxy.identifier = identifier };
	struct ndopt *option = ndopts_add(&nd.options, NDOPT_LLA);

	option->lla.code = LLA_SENDER;
	option->lla.lla = sim_lla(ROAM_LLA);
	option = ndopts_add(&nd.options, NDOPT_LLA);
	option->lla.code = LLA_WILDCARD;
	option->lla.lla = sim_lla(0);
	sim_address(r.mn, 1, "fe80::66", ROAM_LLA);
	engine_send_nd(&r.mn->engine, &m, &nd);
	sim_run(&r.sim, 6);
}

/* Whoever asks in its name does not make later what it was told. */
static void somebody_asks_in_its_name(void **state)
{
	uint64_t left;

	(void)state;
	roam_learn(&r);
	sim_run(&r.sim, 2000);
	solicit(mn()->told + 1);
	solicit(mn()->told);
	left = r.sim.now;
	leave_unseen(false);
	sim_run(&r.sim, 1000);
	assert_in_range(r.router[0]->replayed_ns, left - 60 * MS, left);
}

/* Once it is redirected, what comes for it is not on this link, though it asks again. */
static void asks_again_while_redirected(void **state)
{
	uint64_t asked;

	(void)state;
	r.config.mn.tell_link_down = false;
	roam_learn(&r);
	asked = r.sim.now + 5 * MS;
	roam_leave(&r, 1);
	sim_run(&r.sim, 200);
	mn_bind(mn(), &mn()->binding[0], &mn()->proposed, 30);
	sim_run(&r.sim, 50);
	sim_leave(r.router[0], 1);
	sim_address(r.router[0], 9, "2001:db8:1::1", 1);
	is_away(r.sim.now, false);
	sim_run(&r.sim, 50);
	r.router[0]->replayed_ns = UINT64_MAX;
	roam_attach(&r, 0, true);
	sim_run(&r.sim, 50);
	assert_int_equal(r.router[0]->replayed_ns, asked - 50 * MS);
}

static void does_not_say_since_when(void **state)
{
	(void)state;
	r.config.mn.tell_link_down = false;
	roam_learn(&r);
	leave_unseen(false);
	sim_run(&r.sim, 7);
	/* Then it is all that there is. */
	expect_all_held();
}

static void its_address_is_anothers(struct roam *roam)
{
	sim_address(sim_add(&roam->sim, "stranger", NULL), 1, ROAM_NCOA(2), 0x77);
	roam->router_config[1].ar.unusable = CONFIG_UNUSABLE_PCOA;
}

static void expect_ends(const struct ip6_ends *ends, const char *source,
			const char *destination)
{
	const struct ip6_ends wanted = { address(source), address(destination) };

	assert_memory_equal(ends, &wanted, sizeof(wanted));
}

static struct par_node *first_par(void)
{
	const struct in6_addr pcoa = address(ROAM_PCOA);

	return par_find(&r.router[0]->engine, &pcoa);
}

static void lets_it_use_its_address(struct roam *roam)
{
	roam->router_config[1].ar.addressing = CONFIG_NCOA_PCOA;
	roam->config.mn.tell_link_down = false;
}

static enum sim_fate no_hi_arrives(void *context, unsigned int number,
				   const struct message *m)
{
	(void)context;
	(void)number;
	return m->next_header == IPPROTO_MH && m->data[2] == MH_HI ? SIM_LOST : SIM_ARRIVES;
}

/* The FBU has the PCoA for its source, and comes out of the reverse tunnel. */
static void asks_from_a_router_that_lets_it_use_its_address(void **state)
{
	const struct path *path;
	uint64_t asked_ns;

	tear_down(state);
	roam_begin(&r, lets_it_use_its_address);
	roam_move(&r, 1, true);
	assert_int_equal(first_par()->state, PAR_REDIRECTED);
	asked_ns = first_par()->asked_ns;
	roam_learn(&r);
	r.sim.fate = no_hi_arrives;
	roam_leave(&r, 2);
	assert_int_equal(first_par()->state, PAR_ASKING);
	assert_int_equal(first_par()->ifindex, 1);
	assert_int_equal(first_par()->asked_ns, asked_ns);
	path = sim_path(r.router[0], ROAM_PCOA);
	assert_int_equal(path->gate, PATH_HOLD);
	assert_int_equal(path->proxies, 1);
	assert_int_equal(path->proxy[0].ifindex, 1);
}

/* The same where nobody has seen it leave. */
static void asks_from_afar_unseen(void **state)
{
	tear_down(state);
	roam_begin(&r, lets_it_use_its_address);
	roam_learn(&r);
	roam_leave(&r, 1);
	leave_unseen(false);
	sim_run(&r.sim, 50);
	assert_int_equal(first_par()->state, PAR_REDIRECTED);
	assert_int_equal(first_par()->down_ns, 0);
	roam_learn(&r);
	r.sim.fate = no_hi_arrives;
	roam_leave(&r, 2);
	assert_int_equal(first_par()->state, PAR_ASKING);
	assert_int_equal(sim_path(r.router[0], ROAM_PCOA)->gate, PATH_HOLD);
}

static struct sent answers;

/* It is still asked to prepare for a node that is to come: section 6.2.1.1, Code 0. */
static void goes_on_from_a_router_that_lets_it_use_its_address(void **state)
{
	const struct sent_message *fback;

	tear_down(state);
	roam_begin(&r, lets_it_use_its_address);
	roam_move(&r, 1, true);
	roam_learn(&r);
	sent_begin(&answers, &r.sim);
	roam_leave(&r, 2);
	assert_int_equal(sent_get(&answers, SENT_HI, 0)->m.data[9], MH_HI_FROM_PCOA);
	fback = sent_get(&answers, SENT_FBACK, 0);
	expect_ends(&fback->m.ends, "2001:db8:1::1", ROAM_PCOA);
	/* It is on no link of that router: the way there is that of its packets. */
	assert_int_equal(fback->m.ifindex, 0);
	assert_int_equal(fback->m.lla.len, 0);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 2, true);
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(3)));
}

/* Section 6.4.6, Status 3: what is for its PCoA comes by way of its new router. */
static void binds_to_the_router(void **state)
{
	const struct in6_addr pcoa = address(ROAM_PCOA);
	const struct path *path;
	unsigned int i, uplinks = 0;

	tear_down(state);
	roam_begin(&r, its_address_is_anothers);
	roam_move(&r, 1, false);
	path = sim_path(r.router[0], ROAM_PCOA);
	assert_int_equal(path->target, PATH_TUNNEL);
	expect_ends(&path->tunnel, "2001:db8:1::1", "2001:db8:2::1");
	path = sim_path(r.router[1], ROAM_PCOA);
	assert_int_equal(path->target, PATH_LINK);
	assert_int_equal(path->lla.bytes[5], ROAM_LLA);
	assert_int_equal(path->gate, PATH_OPEN);
	expect_ends(&path->accept[0].tunnel, "2001:db8:2::1", "2001:db8:1::1");
	for (i = 0; i < SIM_PATHS; i++) {
		path = &r.router[1]->path[i];
		if (!path->id || !path->match[0].source)
			continue;
		uplinks++;
		assert_memory_equal(&path->match[0].prefix.address, &pcoa, 16);
		expect_ends(&path->tunnel, "2001:db8:2::1", "2001:db8:1::1");
	}
	assert_int_equal(uplinks, 1);
	/* It knows that, and has no tunnel of its own. */
	assert_false(mn_binding_next(mn(), NULL)->outstanding);
	assert_int_equal(mn()->state, MN_THERE);
	assert_int_equal(r.mn->stay.pcoas, 1);
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&r.mn->stay.via[0].source));
	sim_run(&r.sim, 5000);
	assert_int_equal(mn()->state, MN_THERE);
	assert_non_null(sim_path(r.router[1], ROAM_PCOA));
}

/* What another vendor has agreed on with himself is passed over. */
static void says_so_to_who_understands(void **state)
{
	(void)state;
	r.config.vendor_id = 4711;
	roam_learn(&r);
	leave_unseen(false);
	sim_run(&r.sim, 7);
	expect_all_held();
	sim_run(&r.sim, 50);
	assert_true(roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)));
}

static void the_router_knows_better(void **state)
{
	uint64_t left;

	(void)state;
	roam_learn(&r);
	left = r.sim.now;
	roam_detach(&r);
	sim_run(&r.sim, 200);
	roam_attach(&r, 1, true);
	sim_run(&r.sim, 50);
	assert_int_equal(r.router[0]->replayed_ns, left);
}

static void see_at(enum link_change change, unsigned int port)
{
	const struct link_event event = {
		.change = change, .ifindex = 1, .lla = sim_lla(ROAM_LLA),
		.ns = r.sim.now, .late = true, .port = port,
	};

	engine_link(&r.router[0]->engine, &event);
}

/* The access points are ports of one bridge. */
static void between_access_points_of_a_link_nobody_leaves(void **state)
{
	const struct path *path;

	(void)state;
	roam_learn(&r);
	path = sim_path(r.router[0], ROAM_PCOA);
	see_at(LINK_UP, 4);
	see_at(LINK_UP, 5);
	see_at(LINK_DOWN, 4);
	assert_int_equal(path->gate, PATH_COPY);
	see_at(LINK_DOWN, 5);
	assert_int_equal(path->gate, PATH_HOLD);
	see_at(LINK_UP, 4);
	assert_int_not_equal(path->gate, PATH_HOLD);
	see_at(LINK_DOWN, 4);
	assert_int_equal(path->gate, PATH_HOLD);
}

/* As long as the node is away, its router answers who asks for its PCoA there. */
static void who_is_away_is_defended(void **state)
{
	const struct in6_addr pcoa = address(ROAM_PCOA);

	(void)state;
	roam_learn(&r);
	assert_int_equal(sim_path(r.router[0], ROAM_PCOA)->proxies, 0);
	roam_detach(&r);
	sim_run(&r.sim, 50);
	assert_int_equal(sim_path(r.router[0], ROAM_PCOA)->proxies, 1);
	roam_attach(&r, 1, true);
	sim_run(&r.sim, 500);
	assert_int_equal(sim_path(r.router[0], ROAM_PCOA)->target, PATH_TUNNEL);
	assert_int_equal(sim_path(r.router[0], ROAM_PCOA)->proxies, 1);
	assert_true(IN6_ARE_ADDR_EQUAL(&sim_path(r.router[0], ROAM_PCOA)->proxy[0].address, &pcoa));
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, 0, true);
	sim_run(&r.sim, 500);
	assert_int_equal(sim_path(r.router[0], ROAM_PCOA)->proxies, 0);
}

static void see_late(void)
{
	const struct link_event event = {
		.change = LINK_DOWN, .ifindex = 1, .lla = sim_lla(ROAM_LLA),
		.ns = r.sim.now, .late = true,
	};

	engine_link(&r.router[0]->engine, &event);
}

/* What the kernel tells of a link, it tells late: all copies may be needed. */
static void the_router_sees_it_late(void **state)
{
	(void)state;
	roam_learn(&r);
	see_late();
	expect_all_held();
	assert_int_equal(first_par()->down_ns, r.sim.now);
}

/* But none of what had come before it asked: it was there then. */
static void the_router_sees_it_late_while_it_asks(void **state)
{
	uint64_t asked;

	(void)state;
	roam_learn(&r);
	r.sim.fate = no_hi_arrives;
	asked = r.sim.now + 5 * MS;
	roam_leave(&r, 1);
	see_late();
	assert_int_equal(sim_path(r.router[0], ROAM_PCOA)->gate, PATH_HOLD);
	assert_int_equal(sim_path(r.router[0], ROAM_PCOA)->replay_ns, asked - 50 * MS);
}

/* Nor when it comes back at once. */
static void the_router_sees_late_that_it_has_left(void **state)
{
	uint64_t asked;

	(void)state;
	r.config.mn.tell_link_down = false;
	roam_learn(&r);
	asked = r.sim.now + 5 * MS;
	roam_leave(&r, 1);
	assert_int_equal(first_par()->state, PAR_REDIRECTED);
	see_late();
	sim_leave(r.router[0], 1);
	sim_address(r.router[0], 9, "2001:db8:1::1", 1);
	is_away(r.sim.now, false);
	sim_run(&r.sim, 50);
	roam_attach(&r, 0, true);
	sim_run(&r.sim, 50);
	assert_int_equal(r.router[0]->replayed_ns, asked - 50 * MS);
}

/* The first one was not answered, and nobody has seen it leave. */
static void asks_again_from_elsewhere(void **state)
{
	uint64_t asked;

	(void)state;
	r.config.mn.tell_link_down = false;
	roam_learn(&r);
	r.sim.fate = no_hi_arrives;
	asked = r.sim.now + 5 * MS;
	roam_leave(&r, 1);
	leave_unseen(false);
	sim_run(&r.sim, 7);
	assert_int_equal(sim_path(r.router[0], ROAM_PCOA)->gate, PATH_HOLD);
	assert_int_equal(sim_path(r.router[0], ROAM_PCOA)->replay_ns, asked - 50 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(back_after_prediction),
		TEST(back_after_surprise),
		TEST(does_not_arrive),
		TEST(nothing_is_said_of_a_link_that_flaps),
		TEST(arrives_elsewhere),
		TEST(is_sent_elsewhere_before_it_leaves),
		TEST(goes_on_predicted),
		TEST(goes_on_surprised),
		TEST(goes_on_unheard),
		TEST(one_tunnel_in_the_other),
		TEST(goes_one_step_back),
		TEST(goes_round),
		TEST(ends_with_the_lifetime),
		TEST(does_not_leave),
		TEST(completes_while_it_leaves),
		TEST(an_access_point_without_a_name),
		TEST(not_where_it_was_thought),
		TEST(still_where_it_was),
		TEST(told_later_that_it_is_there),
		TEST(told_later_that_it_is_elsewhere),
		TEST(told_later_that_it_is_back),
		TEST(nobody_has_told_of_it),
		TEST(a_prefix_that_it_knows),
		TEST(roams_without_a_word),
		TEST(says_since_when_it_was_away),
		TEST(hears_since_when_it_was_away),
		TEST(does_not_say_since_when),
		TEST(does_not_know_since_when),
		TEST(comes_back_unseen),
		TEST(did_not_see_its_link_go_down),
		TEST(says_since_another_prrtadv),
		TEST(somebody_asks_in_its_name),
		TEST(asks_again_while_redirected),
		TEST(says_so_to_who_understands),
		TEST(asks_from_a_router_that_lets_it_use_its_address),
		TEST(asks_from_afar_unseen),
		TEST(goes_on_from_a_router_that_lets_it_use_its_address),
		TEST(binds_to_the_router),
		TEST(the_router_knows_better),
		TEST(between_access_points_of_a_link_nobody_leaves),
		TEST(who_is_away_is_defended),
		TEST(the_router_sees_it_late),
		TEST(the_router_sees_it_late_while_it_asks),
		TEST(the_router_sees_late_that_it_has_left),
		TEST(asks_again_from_elsewhere),
		TEST(what_cannot_be_taken_over_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
