// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mobile node and two routers, none of which does anything by order of a test but
 * to move.
 */
#include <string.h>

#include "mn.h"
#include "nar.h"
#include "par.h"
#include "settings.h"
#include "sim.h"
#include "test.h"

#define PAR	"2001:db8:1::1"
#define NAR	"2001:db8:2::1"
#define PCOA	"2001:db8:1::10"
#define MN_LLA	0x10
#define AP(n)	{ 6, { 2, 0, 0, 0, 0xaa, n } }

static struct lla par_ap = AP(1), nar_ap = AP(2);
static struct config_prefix par_prefix, nar_prefix;
static struct config_neighbour par_neighbour, nar_neighbour;
static struct config_interface par_interface, nar_interface, mn_interface;
static struct config_key node_key;
static struct config par_config, nar_config, mn_config;

struct scene {
	struct sim sim;
	struct sim_node *par;
	struct sim_node *nar;
	struct sim_node *mn;
	struct in6_addr ncoa;
};

static struct scene scene;

static struct config_neighbour neighbour(const char *name, const char *own,
					 struct lla *ap, struct config_prefix *prefix)
{
	return (struct config_neighbour){
		.name = name,
		.address = address(own),
		.lla = sim_lla(own[9]),
		.aps = ap,
		.aps_count = 1,
		.prefixes = prefix,
		.prefixes_count = 1,
		.fmip = true,
	};
}

static struct config_interface link(const char *name, struct lla *ap,
				    struct config_prefix *prefix)
{
	struct config_interface interface = { .aps = ap, .aps_count = 1 };

	strcpy(interface.name, name);
	interface.prefixes = prefix;
	interface.prefixes_count = 1;
	return interface;
}

static void configure(void)
{
	par_prefix = (struct config_prefix){ 64, address("2001:db8:1::") };
	nar_prefix = (struct config_prefix){ 64, address("2001:db8:2::") };
	par_neighbour = neighbour("par", PAR, &par_ap, &par_prefix);
	nar_neighbour = neighbour("nar", NAR, &nar_ap, &nar_prefix);
	par_interface = link("link1", &par_ap, &par_prefix);
	nar_interface = link("link1", &nar_ap, &nar_prefix);
	nar_interface.pool = (struct config_prefix){ 112, address("2001:db8:2::aa:0") };
	mn_interface = (struct config_interface){ .name = "link1" };
	node_key = (struct config_key){ .pcoa = { 64, address("2001:db8:1::") },
					.spi = 0x100, .len = 20, .bytes = "twenty octets of key" };
	par_config = settings_router(PAR, &par_interface, &nar_neighbour, 1, &node_key);
	nar_config = settings_router(NAR, &nar_interface, &par_neighbour, 1, &node_key);
	mn_config = settings_node(PAR, &mn_interface, &node_key);
}

static int set_up(void **state)
{
	configure();
	memset(&scene, 0, sizeof(scene));
	sim_init(&scene.sim);
	scene.par = sim_add(&scene.sim, "par", &par_config);
	scene.nar = sim_add(&scene.sim, "nar", &nar_config);
	scene.mn = sim_add(&scene.sim, "mn", &mn_config);
	/* The one interface of the node is link 1 wherever it is: so are theirs. */
	sim_address(scene.par, 1, "fe80::1", 1);
	sim_address(scene.par, 1, PAR, 1);
	sim_address(scene.mn, 1, "fe80::10", MN_LLA);
	sim_address(scene.mn, 1, PCOA, MN_LLA);
	sim_address(scene.nar, 9, NAR, 2);
	scene.ncoa = address("2001:db8:2::ff:fe00:10");
	engine_link(&scene.mn->engine, &(struct link_event){
		.change = LINK_UP, .ifindex = 1, .ap = par_ap, .ns = scene.sim.now,
	});
	*state = &scene;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sim_end(&scene.sim);
	return 0;
}

static void link_event(struct sim_node *node, enum link_change change, const struct lla *ap)
{
	struct link_event event = {
		.change = change,
		.ifindex = 1,
		.ns = scene.sim.now,
	};

	if (node != scene.mn)
		event.lla = sim_lla(MN_LLA);
	else if (ap)
		event.ap = *ap;
	engine_link(&node->engine, &event);
}

static void detach(void)
{
	sim_leave(scene.par, 1);
	sim_address(scene.par, 9, PAR, 1);
	link_event(scene.par, LINK_DOWN, NULL);
	link_event(scene.mn, LINK_DOWN, NULL);
}

static void attach(const struct lla *ap)
{
	bool there = ap == &nar_ap;

	sim_leave(scene.nar, there ? 9 : 1);
	sim_leave(scene.par, there ? 1 : 9);
	sim_address(scene.nar, there ? 1 : 9, "fe80::2", 2);
	sim_address(scene.nar, there ? 1 : 9, NAR, 2);
	sim_address(scene.par, there ? 9 : 1, "fe80::1", 1);
	sim_address(scene.par, there ? 9 : 1, PAR, 1);
	sim_leave(scene.mn, 1);
	sim_address(scene.mn, 1, "fe80::10", MN_LLA);
	if (there)
		scene.mn->address[scene.mn->addresses++] = (struct sim_address){
			scene.ncoa, 1, sim_lla(MN_LLA),
		};
	sim_address(scene.mn, 1, PCOA, MN_LLA);
	link_event(scene.mn, LINK_UP, ap);
}

static void learn(void)
{
	const struct in6_addr pcoa = address(PCOA);
	const struct lla node = sim_lla(MN_LLA);

	engine_neighbour(&scene.par->engine, 1, &pcoa, &node);
	mn_solicit(scene.mn->engine.mn, NULL);
	sim_run(&scene.sim, 20);
	assert_non_null(mn_candidate_at(scene.mn->engine.mn, &nar_ap));
}

static void leave(void)
{
	mn_move(scene.mn->engine.mn, mn_candidate_at(scene.mn->engine.mn, &nar_ap));
	sim_run(&scene.sim, 40);
}

static void expect_tunnelled(void)
{
	struct path *path = sim_path(scene.par, PCOA);
	struct stay *stay = &scene.mn->stay;

	assert_non_null(path);
	assert_int_equal(path->target, PATH_TUNNEL);
	assert_memory_equal(&path->tunnel.destination, &scene.ncoa, sizeof(scene.ncoa));
	assert_true(scene.mn->stays);
	assert_memory_equal(&stay->ncoa, &scene.ncoa, sizeof(scene.ncoa));
	assert_memory_equal(&stay->router, &(struct in6_addr[]){ address(NAR) }, 16);
	assert_true(stay->tunnelled);
	assert_memory_equal(&stay->tunnel.source, &scene.ncoa, sizeof(scene.ncoa));
	assert_memory_equal(&stay->tunnel.destination, &path->tunnel.source, 16);
	assert_int_equal(stay->pcoas, 1);
}

/* What the simulated data path of the NAR does not do by itself. */
static void una_opens(void)
{
	struct path_event event = { .change = PATH_ATTACHED, .ns = scene.sim.now };

	event.id = scene.nar->path[0].id;
	engine_path(&scene.nar->engine, &event);
}

static void predictive(void **state)
{
	struct stay prepared;

	(void)state;
	learn();
	leave();
	assert_string_equal(scene.mn->report[0].text, "ready to leave");
	assert_int_equal(scene.nar->path[0].gate, PATH_HOLD);
	assert_memory_equal(&scene.nar->path[0].match[0].prefix.address, &scene.ncoa, 16);
	prepared = scene.mn->prepared;
	detach();
	sim_run(&scene.sim, 50);
	attach(&nar_ap);
	una_opens();
	sim_run(&scene.sim, 50);
	expect_tunnelled();
	/* Nothing that takes long is left for then. */
	assert_int_equal(prepared.pcoas, 1);
	assert_memory_equal(&prepared.via[0], &scene.mn->stay.via[0], sizeof(prepared.via[0]));
	assert_int_equal(scene.mn->engine.count[COUNT_AGAIN], 0);
	mn_complete(scene.mn->engine.mn);
	assert_false(scene.mn->stays);
}

static void reactive(void **state)
{
	struct path *path;

	(void)state;
	learn();
	detach();
	path = sim_path(scene.par, PCOA);
	assert_non_null(path);
	assert_int_equal(path->gate, PATH_HOLD);
	assert_int_equal(path->replay_ns, scene.sim.now);
	sim_run(&scene.sim, 50);
	attach(&nar_ap);
	sim_run(&scene.sim, 50);
	expect_tunnelled();
}

static void reload(const char *par)
{
	static struct config config[2];
	struct config *other = scene.mn->engine.config == config ? config + 1 : config;

	*other = *scene.mn->engine.config;
	other->mn.par = *par ? address(par) : in6addr_any;
	engine_configure(&scene.mn->engine, other);
}

static void the_operator_names_the_router_later(void **state)
{
	(void)state;
	reload("");
	assert_int_equal(scene.mn->engine.mn->router.source, MN_NOBODY);
	learn();
	reload(NAR);
	reload(PAR);
	leave();
	assert_string_equal(scene.mn->report[0].text, "ready to leave");
	detach();
	sim_run(&scene.sim, 50);
	attach(&nar_ap);
	una_opens();
	sim_run(&scene.sim, 50);
	expect_tunnelled();
}

/* What the operator says of the first link does not hold for the next one. */
static void the_operator_is_not_asked_again(void **state)
{
	struct mn *mn = scene.mn->engine.mn;

	(void)state;
	assert_memory_equal(&mn->router.address, &(struct in6_addr[]){ address(PAR) }, 16);
	mn->router = (struct mn_router){};
	reload(PAR);
	assert_int_equal(mn->router.source, MN_NOBODY);
	reload(NAR);
	assert_memory_equal(&mn->router.address, &(struct in6_addr[]){ address(NAR) }, 16);
	mn->router.source = MN_TOLD;
	reload(PAR);
	assert_memory_equal(&mn->router.address, &(struct in6_addr[]){ address(NAR) }, 16);
}

static void *copy(const void *from, size_t size)
{
	void *to = malloc(size);

	assert_non_null(to);
	if (size)
		memcpy(to, from, size);
	return to;
}

/* As config_load() makes it: nothing in it is another's. */
static struct config *clone(const struct config *from)
{
	struct config *c = copy(from, sizeof(*c));
	struct config_interface *interface;
	size_t i;

	c->interfaces = copy(c->interfaces, c->interfaces_count * sizeof(*c->interfaces));
	c->neighbours = copy(c->neighbours, c->neighbours_count * sizeof(*c->neighbours));
	c->keys = copy(c->keys, c->keys_count * sizeof(*c->keys));
	for (i = 0; i < c->interfaces_count; i++) {
		interface = &c->interfaces[i];
		interface->prefixes = copy(interface->prefixes, interface->prefixes_count *
					   sizeof(*interface->prefixes));
		interface->aps = copy(interface->aps,
				      interface->aps_count * sizeof(*interface->aps));
	}
	for (i = 0; i < c->neighbours_count; i++) {
		c->neighbours[i].name = copy(c->neighbours[i].name, 4);
		c->neighbours[i].prefixes = copy(c->neighbours[i].prefixes,
						 sizeof(struct config_prefix));
		c->neighbours[i].aps = copy(c->neighbours[i].aps, sizeof(struct lla));
	}
	return c;
}

static void discard(const struct config *config)
{
	size_t i;

	for (i = 0; i < config->interfaces_count; i++) {
		free(config->interfaces[i].prefixes);
		free(config->interfaces[i].aps);
	}
	for (i = 0; i < config->neighbours_count; i++) {
		free((char *)config->neighbours[i].name);
		free(config->neighbours[i].prefixes);
		free(config->neighbours[i].aps);
	}
	free(config->interfaces);
	free(config->neighbours);
	free(config->keys);
	free((void *)config);
}

static void reload_all_often(unsigned int times)
{
	struct sim_node *nodes[] = { scene.par, scene.nar, scene.mn };
	static const struct config *last[3];
	const struct config *before;
	unsigned int i;

	while (times--) {
		for (i = 0; i < 3; i++) {
			before = last[i];
			last[i] = clone(nodes[i]->engine.config);
			engine_configure(&nodes[i]->engine, last[i]);
			if (before)
				discard(before);
		}
		sim_run(&scene.sim, 1);
	}
}

/* Nothing of a handover that is under way is in the configuration it began with. */
static void the_configuration_is_read_again_and_again(void **state)
{
	(void)state;
	learn();
	reload_all_often(3);
	mn_move(scene.mn->engine.mn, mn_candidate_at(scene.mn->engine.mn, &nar_ap));
	reload_all_often(40);
	assert_string_equal(scene.mn->report[0].text, "ready to leave");
	detach();
	reload_all_often(50);
	attach(&nar_ap);
	una_opens();
	reload_all_often(50);
	expect_tunnelled();
	mn_complete(scene.mn->engine.mn);
	reload_all_often(50);
	assert_false(scene.mn->stays);
}

static void others_hear_of_the_new_link_after_the_router(void **state)
{
	struct in6_addr another = address("2001:db8:2::77");
	unsigned int before;

	(void)state;
	learn();
	leave();
	detach();
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.mn->arrivals, 0);
	before = scene.sim.sent;
	attach(&nar_ap);
	assert_int_equal(scene.mn->arrivals, 1);
	assert_true(scene.mn->arrived_after > before);
	assert_int_equal(scene.mn->arrival.ifindex, 1);
	assert_memory_equal(&scene.mn->arrival.ncoa, &scene.ncoa, sizeof(scene.ncoa));
	assert_int_equal(scene.mn->arrival.pcoas, 1);
	assert_memory_equal(&scene.mn->arrival.pcoa[0], &(struct in6_addr[]){ address(PCOA) }, 16);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.mn->arrivals, 1);
	mn_use(scene.mn->engine.mn, &another);
	assert_int_equal(scene.mn->arrivals, 2);
	assert_memory_equal(&scene.mn->arrival.ncoa, &another, sizeof(another));
}

static void there_and_back(void **state)
{
	(void)state;
	learn();
	leave();
	detach();
	sim_run(&scene.sim, 50);
	attach(&par_ap);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.par->engine.par->nodes->state, PAR_COPYING);
	assert_int_equal(sim_path(scene.par, PCOA)->target, PATH_ROUTE);
	assert_false(scene.mn->stays);
	assert_int_equal(scene.mn->arrivals, 0);
}

/* The messages of a handover without retransmissions, and some. */
#define FIRST_MESSAGES	10

/* What becomes of two of them. */
struct faults {
	unsigned int begin;
	unsigned int number[2];
	enum sim_fate fate[2];
};

static enum sim_fate faulty(void *context, unsigned int number, const struct message *m)
{
	const struct faults *f = context;
	int i;

	(void)m;
	for (i = 0; i < 2; i++)
		if (f->begin + f->number[i] == number)
			return f->fate[i];
	return SIM_ARRIVES;
}

static void hand_over(struct faults *f, bool predicted)
{
	learn();
	f->begin = scene.sim.sent;
	scene.sim.fate = faulty;
	scene.sim.context = f;
	if (predicted) {
		leave();
		sim_run(&scene.sim, 1000);
	}
	detach();
	sim_run(&scene.sim, 50);
	attach(&nar_ap);
	if (scene.nar->path[0].id)
		una_opens();
	sim_run(&scene.sim, 4000);
}

/* Whichever two messages are lost, come twice or come late, it ends well. */
static void any_two_faults(void **state, bool predicted)
{
	struct faults f;
	unsigned int n;

	for (n = 0; n < FIRST_MESSAGES * FIRST_MESSAGES * 9; n++) {
		f.number[0] = n / 9 / FIRST_MESSAGES;
		f.number[1] = n / 9 % FIRST_MESSAGES;
		f.fate[0] = SIM_LOST + n % 9 / 3;
		f.fate[1] = SIM_LOST + n % 3;
		hand_over(&f, predicted);
		expect_tunnelled();
		tear_down(state);
		set_up(state);
	}
}

static void any_two_faults_predictive(void **state)
{
	any_two_faults(state, true);
}

static void any_two_faults_reactive(void **state)
{
	any_two_faults(state, false);
}

static void a_silent_router_is_not_asked_for_ever(void **state)
{
	unsigned int before;

	(void)state;
	sim_leave(scene.par, 1);
	before = scene.sim.sent;
	mn_solicit(scene.mn->engine.mn, NULL);
	sim_run(&scene.sim, 999);
	assert_int_equal(scene.sim.sent - before, 3);
	sim_run(&scene.sim, 10000);
	assert_int_equal(scene.sim.sent - before, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(predictive),
		TEST(reactive),
		TEST(the_operator_names_the_router_later),
		TEST(the_operator_is_not_asked_again),
		TEST(the_configuration_is_read_again_and_again),
		TEST(others_hear_of_the_new_link_after_the_router),
		TEST(there_and_back),
		TEST(any_two_faults_predictive),
		TEST(any_two_faults_reactive),
		TEST(a_silent_router_is_not_asked_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
