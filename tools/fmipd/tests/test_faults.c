// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whichever two messages of a handover are lost, come twice or come late: it ends as
 * it would have without.  How many messages it has is counted, not assumed.
 */
#include "par.h"
#include "roam.h"
#include "test.h"
#include "traffic.h"

/* Those after which a fault may be: they are tried one after the other. */
struct faults {
	unsigned int begin;
	unsigned int number[2];
	enum sim_fate fate[2];
};

static struct roam r;
static struct faults faults;
static struct traffic traffic;

static enum sim_fate fate(void *context, unsigned int number, const struct message *m)
{
	const struct faults *f = context;
	int i;

	(void)m;
	for (i = 0; i < 2; i++)
		if (f->begin + f->number[i] == number)
			return f->fate[i];
	return SIM_ARRIVES;
}

static void go_wrong(void)
{
	faults.begin = r.sim.sent;
	r.sim.fate = fate;
	r.sim.context = &faults;
}

/* A message that is lost may be one about access points: then it asks once more. */
static void learn(void)
{
	unsigned int i;

	for (i = 0; i < 3 && !mn_candidate_at(r.mn->engine.mn, &r.ap[2]); i++) {
		roam_learn(&r);
		sim_run(&r.sim, 1500);
	}
}

static void leave(int to)
{
	roam_leave(&r, to);
	sim_run(&r.sim, 1500);
}

static void go(int to)
{
	roam_detach(&r);
	sim_run(&r.sim, 50);
	roam_attach(&r, to, true);
}

static bool is_open(int router, const char *ncoa)
{
	const struct in6_addr wanted = address(ncoa);
	unsigned int i;

	for (i = 0; i < SIM_PATHS; i++)
		if (r.router[router]->path[i].id &&
		    IN6_ARE_ADDR_EQUAL(&r.router[router]->path[i].match[0].prefix.address,
				       &wanted) &&
		    r.router[router]->path[i].gate == PATH_HOLD)
			return false;
	return true;
}

static bool is_redirected(int router, const char *pcoa)
{
	const struct path *path = sim_path(r.router[router], pcoa);

	return path && path->target == PATH_TUNNEL;
}

static bool is_home(void)
{
	return r.mn->engine.mn->state == MN_HERE && !r.mn->stays &&
	       !is_redirected(0, ROAM_PCOA);
}

static bool predictive(void)
{
	go_wrong();
	learn();
	leave(1);
	go(1);
	sim_run(&r.sim, 4000);
	return roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)) && is_open(1, ROAM_NCOA(2));
}

/* The same with packets for the node: all arrive, once, in the order of being sent. */
static bool carries(void (*depart)(void))
{
	learn();
	traffic_begin(&traffic, &r, ROAM_PCOA);
	sim_run(&r.sim, 20);
	go_wrong();
	depart();
	go(1);
	sim_run(&r.sim, 4000);
	traffic_end(&traffic);
	assert_all_arrived(&traffic);
	assert_in_order(&traffic);
	return roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)) && is_open(1, ROAM_NCOA(2));
}

static void depart_when_told(void)
{
	leave(1);
}

static bool carried(void)
{
	return carries(depart_when_told);
}

static void depart_at_once(void)
{
	roam_leave(&r, 1);
}

static bool carried_at_once(void)
{
	return carries(depart_at_once);
}

/* What has come since it left is copied, and comes after it. */
static void depart_unseen(void)
{
}

static bool carried_reactive(void)
{
	return carries(depart_unseen);
}

static bool at_once(void)
{
	learn();
	go_wrong();
	roam_leave(&r, 1);
	go(1);
	sim_run(&r.sim, 4000);
	return roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)) && is_open(1, ROAM_NCOA(2));
}

static bool reactive(void)
{
	go_wrong();
	learn();
	go(1);
	sim_run(&r.sim, 4000);
	return roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(2)) && is_open(1, ROAM_NCOA(2));
}

static bool there_and_back(void)
{
	go_wrong();
	learn();
	leave(1);
	go(1);
	sim_run(&r.sim, 300);
	go(0);
	sim_run(&r.sim, 4000);
	return is_home();
}

static bool not_even_there(void)
{
	go_wrong();
	learn();
	roam_leave(&r, 1);
	go(0);
	sim_run(&r.sim, 4000);
	return is_home();
}

static bool elsewhere(void)
{
	go_wrong();
	learn();
	leave(1);
	go(2);
	sim_run(&r.sim, 4000);
	return roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(3)) && is_open(2, ROAM_NCOA(3));
}

static bool on_and_on(void)
{
	go_wrong();
	learn();
	leave(1);
	go(1);
	sim_run(&r.sim, 2000);
	roam_learn(&r);
	sim_run(&r.sim, 1500);
	leave(2);
	go(2);
	sim_run(&r.sim, 4000);
	return roam_is_bound(&r, ROAM_PCOA, 0, ROAM_NCOA(3)) &&
	       roam_is_bound(&r, ROAM_NCOA(2), 1, ROAM_NCOA(3)) && is_open(2, ROAM_NCOA(3));
}

/* The PAR believes that the prefix is there; the NAR has none of it. */
static void another_prefix(struct roam *roam)
{
	static struct config_prefix other;

	other = (struct config_prefix){ 64, address("2001:db8:99::") };
	roam->neighbour[0][0].prefixes = &other;
}

static bool refused(void)
{
	go_wrong();
	learn();
	leave(1);
	if (r.mn->engine.mn->state != MN_HERE || is_redirected(0, ROAM_PCOA))
		return false;
	go(1);
	sim_run(&r.sim, 4000);
	return is_home();
}

static bool run(bool (*scenario)(void), void (*configure)(struct roam *),
		unsigned int *messages)
{
	bool well;

	roam_begin(&r, configure);
	well = scenario();
	*messages = r.sim.sent - faults.begin;
	roam_end(&r);
	return well;
}

static void try_pair(bool (*scenario)(void), void (*configure)(struct roam *),
		     unsigned int first, unsigned int second)
{
	unsigned int n, messages;

	for (n = 0; n < 9; n++) {
		faults = (struct faults){
			.number = { first, second },
			.fate = { SIM_LOST + n / 3, SIM_LOST + n % 3 },
		};
		if (!run(scenario, configure, &messages))
			fail_msg("messages %u and %u, faults %d and %d", first, second,
				 faults.fate[0], faults.fate[1]);
	}
}

static void any_two(bool (*scenario)(void), void (*configure)(struct roam *))
{
	unsigned int i, j, messages;

	faults = (struct faults){};
	assert_true(run(scenario, configure, &messages));
	assert_in_range(messages, 4, 60);
	/* Two more: those that are sent again for the first fault. */
	for (i = 0; i < messages; i++)
		for (j = i; j < messages + 2; j++)
			try_pair(scenario, configure, i, j);
}

#define SCENARIO(name, configure) \
	static void two_faults_##name(void **state) \
	{ \
		(void)state; \
		any_two(name, configure); \
	}

SCENARIO(predictive, NULL)
SCENARIO(carried, NULL)
SCENARIO(carried_at_once, NULL)
SCENARIO(carried_reactive, NULL)
SCENARIO(at_once, NULL)
SCENARIO(reactive, NULL)
SCENARIO(there_and_back, NULL)
SCENARIO(not_even_there, NULL)
SCENARIO(elsewhere, NULL)
SCENARIO(on_and_on, NULL)
SCENARIO(refused, another_prefix)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_faults_predictive),
		cmocka_unit_test(two_faults_carried),
		cmocka_unit_test(two_faults_carried_at_once),
		cmocka_unit_test(two_faults_carried_reactive),
		cmocka_unit_test(two_faults_at_once),
		cmocka_unit_test(two_faults_reactive),
		cmocka_unit_test(two_faults_there_and_back),
		cmocka_unit_test(two_faults_not_even_there),
		cmocka_unit_test(two_faults_elsewhere),
		cmocka_unit_test(two_faults_on_and_on),
		cmocka_unit_test(two_faults_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
