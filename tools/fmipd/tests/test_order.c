// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of the orders of an operator, and keys that come at run time.
 */
#include <errno.h>
#include <string.h>

#include "keyring.h"
#include "mn.h"
#include "par.h"
#include "scene.h"
#include "test.h"

static struct scene scene;

static int set_up(void **state)
{
	(void)state;
	scene_begin(&scene);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scene_end(&scene);
	return 0;
}

static void refused(struct sim_node *node, const struct engine_order *order, int err,
		    const char *sentence)
{
	unsigned int before = scene.sim.sent;
	const char *why = NULL;

	assert_int_equal(engine_order(&node->engine, order, &why), err);
	assert_string_equal(why, sentence);
	assert_int_equal(scene.sim.sent, before);
}

static void taken(struct sim_node *node, const struct engine_order *order)
{
	const char *why = "";

	if (engine_order(&node->engine, order, &why))
		fail_msg("refused: %s", why);
}

static struct engine_order start(const char *node, const struct lla *ap)
{
	struct engine_order order = { .kind = ORDER_START, .ap = *ap };

	if (node)
		order.node = address(node);
	return order;
}

/* The node has sent an FBU, and its PAR has redirected what comes. */
static void assert_redirected(void)
{
	struct path *path = sim_path(scene.par, SCENE_PCOA);

	assert_non_null(path);
	assert_int_equal(path->target, PATH_TUNNEL);
	assert_memory_equal(&path->tunnel.destination,
			    &(struct in6_addr[]){ address(SCENE_NCOA) }, 16);
}

static void a_node_goes_where_it_knows(void **state)
{
	struct engine_order order = start(NULL, &scene_nar_ap);

	(void)state;
	scene_learn(&scene);
	taken(scene.mn, &order);
	sim_run(&scene.sim, 40);
	assert_redirected();
	refused(scene.mn, &order, -EBUSY, "a handover of this node is under way");
}

static void a_node_asks_first_where_it_does_not(void **state)
{
	struct engine_order order = start(SCENE_PCOA, &scene_nar_ap);

	(void)state;
	taken(scene.mn, &order);
	assert_int_equal(scene.mn->engine.mn->state, MN_HERE);
	sim_run(&scene.sim, 60);
	assert_redirected();
}

static void expect_report(struct sim_node *node, const char *text)
{
	assert_int_equal(node->reports, 1);
	assert_int_equal(node->report[0].kind, REPORT_REFUSED);
	assert_string_equal(node->report[0].text, text);
}

static void an_answer_may_be_no(void **state)
{
	struct engine_order order = start(NULL, &scene_old_ap);

	(void)state;
	taken(scene.mn, &order);
	sim_run(&scene.sim, 60);
	assert_int_equal(scene.mn->engine.mn->state, MN_HERE);
	expect_report(scene.mn,
		      "no router that speaks RFC 5568 is known behind the access point");
	/* It is known now. */
	refused(scene.mn, &order, -EPROTONOSUPPORT,
		"no router that speaks RFC 5568 is known behind the access point");
}

static void there_may_be_no_answer(void **state)
{
	struct engine_order order = start(NULL, &scene_nar_ap);

	(void)state;
	sim_leave(scene.par, 1);
	taken(scene.mn, &order);
	sim_run(&scene.sim, 10000);
	assert_int_equal(scene.mn->engine.mn->state, MN_HERE);
	expect_report(scene.mn, "no router has told of the access point");
	/* What comes much later is no answer to it. */
	sim_address(scene.par, 1, "fe80::1", 1);
	scene_learn(&scene);
	assert_int_equal(scene.mn->engine.mn->state, MN_HERE);
}

static void a_node_knows_its_own_link(void **state)
{
	struct engine_order order = start(NULL, &scene_par_ap);

	(void)state;
	taken(scene.mn, &order);
	sim_run(&scene.sim, 60);
	expect_report(scene.mn, "the access point is on the link of this node");
	order = start("2001:db8:1::11", &scene_nar_ap);
	refused(scene.mn, &order, -ENOENT, "this node has no such address");
	scene.mn->addresses--;
	order = start(NULL, &scene_nar_ap);
	refused(scene.mn, &order, -ENOKEY, "there is no key for any address of this node");
}

static void complete(void **state)
{
	struct engine_order order = start(NULL, &scene_nar_ap);
	struct engine_order end = { .kind = ORDER_COMPLETE };

	(void)state;
	refused(scene.mn, &end, -ENOENT, "there is no handover to complete");
	taken(scene.mn, &order);
	sim_run(&scene.sim, 60);
	refused(scene.mn, &end, -ENOENT, "there is no handover to complete");
	scene_detach(&scene);
	sim_run(&scene.sim, 50);
	scene_attach(&scene);
	sim_run(&scene.sim, 50);
	assert_true(scene.mn->stays);
	taken(scene.mn, &end);
	assert_false(scene.mn->stays);
	refused(scene.par, &end, -EOPNOTSUPP, "this node has no role that could do so");
}

/* RFC 5568 section 3.3: the node does the rest. */
static void a_router_sends_a_node_away(void **state)
{
	struct engine_order order = start(SCENE_PCOA, &scene_nar_ap);

	(void)state;
	taken(scene.par, &order);
	sim_run(&scene.sim, 60);
	assert_redirected();
	refused(scene.par, &order, -EBUSY, "a handover of the node is under way");
}

static void a_router_copies_for_whom_it_sends_away(void **state)
{
	struct engine_order order = start(SCENE_PCOA, &scene_nar_ap);
	const struct in6_addr pcoa = address(SCENE_PCOA);
	const struct lla lla = sim_lla(0x10);

	(void)state;
	engine_neighbour(&scene.par->engine, 1, &pcoa, &lla);
	assert_null(sim_path(scene.par, SCENE_PCOA));
	taken(scene.par, &order);
	assert_non_null(sim_path(scene.par, SCENE_PCOA));
	assert_int_equal(sim_path(scene.par, SCENE_PCOA)->gate, PATH_COPY);
}

static void a_router_refuses(void **state)
{
	const struct in6_addr pcoa = address(SCENE_PCOA);
	const struct lla lla = sim_lla(0x10);
	struct engine_order order;

	(void)state;
	order = start("2001:db8:1::11", &scene_nar_ap);
	refused(scene.par, &order, -ENOENT,
		"no link of this router has a node with that address");
	order = start(SCENE_PCOA, &scene_no_ap);
	refused(scene.par, &order, -ENOENT, "no neighbour has that access point");
	order = start(SCENE_PCOA, &scene_par_ap);
	refused(scene.par, &order, -EINVAL,
		"the access point is one of this router's own");
	order = start(SCENE_PCOA, &scene_old_ap);
	refused(scene.par, &order, -EPROTONOSUPPORT,
		"the neighbour with that access point does not speak RFC 5568");
	order = start(NULL, &scene_nar_ap);
	refused(scene.par, &order, -EOPNOTSUPP, "this node has no role that could do so");
	engine_neighbour(&scene.par->engine, 1, &pcoa, &lla);
	scene_detach(&scene);
	order = start(SCENE_PCOA, &scene_nar_ap);
	refused(scene.par, &order, -EHOSTDOWN, "the node has left its link");
}

static void a_changed_key_begins_anew(void **state)
{
	struct engine_order order = { .kind = ORDER_KEY_CHANGED };
	struct in6_addr pcoa;
	struct par_node *n;

	(void)state;
	scene_learn(&scene);
	mn_move(scene.mn->engine.mn,
		mn_candidate_at(scene.mn->engine.mn, &scene_nar_ap));
	sim_run(&scene.sim, 40);
	pcoa = address(SCENE_PCOA);
	n = par_find(&scene.par->engine, &pcoa);
	assert_non_null(n);
	assert_true(n->has_sequence);
	order.nodes = (struct config_prefix){ 64, address("2001:db8:9::") };
	taken(scene.par, &order);
	assert_true(n->has_sequence);
	order.nodes = (struct config_prefix){ 128, address(SCENE_PCOA) };
	taken(scene.par, &order);
	assert_false(n->has_sequence);
}

static struct config_key key(const char *pcoa, uint8_t len, uint32_t spi, uint8_t octet)
{
	return (struct config_key){
		.pcoa = { len, address(pcoa) }, .spi = spi, .len = 1, .bytes = { octet },
	};
}

static int found(const struct config *config, const char *pcoa, uint32_t spi)
{
	struct in6_addr a = address(pcoa);
	const struct config_key *k = config_key_of(config, &a, spi);

	return k ? k->bytes[0] : -1;
}

static void keys_at_run_time(void **state)
{
	struct config_key read[] = { key("2001:db8::5", 128, 2, 1), key("2001:db8::", 64, 1, 2) };
	struct config config = { .keys = read, .keys_count = 2 };
	struct keyring *keyring = keyring_open();
	struct config_key k;

	(void)state;
	assert_non_null(keyring);
	config.keyring = keyring;
	assert_int_equal(found(&config, "2001:db8::5", 1), 2);
	k = key("2001:db8::", 48, 1, 3);
	assert_int_equal(keyring_set(keyring, &k), 0);
	assert_int_equal(found(&config, "2001:db8::5", 1), 2);
	assert_int_equal(found(&config, "2001:db8:0:1::5", 1), 3);
	k = key("2001:db8::5", 128, 1, 4);
	assert_int_equal(keyring_set(keyring, &k), 0);
	assert_int_equal(found(&config, "2001:db8::5", 1), 4);
	assert_int_equal(found(&config, "2001:db8::6", 1), 2);
	/* As long as one that was read, and of the same index. */
	k = key("2001:db8::5", 128, 2, 5);
	assert_int_equal(keyring_set(keyring, &k), 0);
	assert_int_equal(found(&config, "2001:db8::5", 2), 5);
	k.bytes[0] = 6;
	assert_int_equal(keyring_set(keyring, &k), 0);
	assert_int_equal(keyring_count(keyring), 3);
	assert_int_equal(found(&config, "2001:db8::5", 2), 6);
	assert_int_equal(keyring_remove(keyring, &k.pcoa, 3), -ENOENT);
	assert_int_equal(keyring_remove(keyring, &k.pcoa, 2), 0);
	assert_int_equal(found(&config, "2001:db8::5", 2), 1);
	assert_ptr_equal(config_key_at(&config, &k.pcoa, 2), &read[0]);
	assert_null(config_key_at(&config, &k.pcoa, 1));
	assert_int_equal(config_key_any(&config, &k.pcoa.address)->bytes[0], 4);
	keyring_close(keyring);
}

/* As who derives them from the node's admission to the network gives them. */
static void give(struct sim_node *node, struct keyring *keyring, uint32_t spi)
{
	struct config_key k = *config_key_at(scene.par->engine.config,
		&(struct config_prefix){ 64, address("2001:db8:1::") }, 0x100);

	k.spi = spi;
	((struct config *)node->engine.config)->keyring = keyring;
	assert_int_equal(keyring_set(keyring, &k), 0);
}

static void a_node_gets_its_key_later(void **state)
{
	struct engine_order order = start(NULL, &scene_nar_ap);
	struct keyring *keyring = keyring_open();

	(void)state;
	((struct config *)scene.mn->engine.config)->keys_count = 0;
	scene_learn(&scene);
	refused(scene.mn, &order, -ENOKEY, "there is no key for any address of this node");
	give(scene.mn, keyring, 0x100);
	taken(scene.mn, &order);
	sim_run(&scene.sim, 40);
	assert_redirected();
	keyring_close(keyring);
}

/* An address that was taken along before has that one for its next handover. */
static void a_node_gets_another_key(void **state)
{
	struct engine_order there = start(NULL, &scene_nar_ap);
	struct keyring *keyring = keyring_open();

	(void)state;
	scene_learn(&scene);
	taken(scene.mn, &there);
	sim_run(&scene.sim, 40);
	/* It has stayed, and what it has asked for is over. */
	sim_run(&scene.sim, 40000);
	assert_int_equal(scene.mn->engine.mn->state, MN_HERE);
	((struct config *)scene.mn->engine.config)->keys_count = 0;
	give(scene.mn, keyring, 0x200);
	((struct config *)scene.par->engine.config)->keys_count = 0;
	((struct config *)scene.par->engine.config)->keyring = keyring;
	scene_learn(&scene);
	taken(scene.mn, &there);
	sim_run(&scene.sim, 40);
	assert_redirected();
	keyring_close(keyring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_node_goes_where_it_knows),
		TEST(a_node_asks_first_where_it_does_not),
		TEST(an_answer_may_be_no),
		TEST(there_may_be_no_answer),
		TEST(a_node_knows_its_own_link),
		TEST(complete),
		TEST(a_router_sends_a_node_away),
		TEST(a_router_copies_for_whom_it_sends_away),
		TEST(a_router_refuses),
		TEST(a_changed_key_begins_anew),
		TEST(keys_at_run_time),
		TEST(a_node_gets_its_key_later),
		TEST(a_node_gets_another_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
