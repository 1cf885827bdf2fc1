// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whole handovers between two routers, with a node that does what each test says.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "badf.h"
#include "mh.h"
#include "par.h"
#include "nar.h"
#include "settings.h"
#include "sim.h"
#include "test.h"

#define PAR	"2001:db8:1::1"
#define NAR	"2001:db8:2::1"
#define PCOA	"2001:db8:1::10"
#define NCOA	"2001:db8:2::10"
#define MN_LLA	0x10

static const uint8_t key[] = "twenty octets of key";

static struct lla par_ap = { 6, { 2, 0, 0, 0, 1, 1 } };
static struct lla nar_ap = { 6, { 2, 0, 0, 0, 2, 1 } };
static struct config_prefix par_prefix, nar_prefix;
static struct config_neighbour par_neighbour, nar_neighbour;
static struct config_interface par_interface, nar_interface;
static struct config_key node_key;
static struct config par_config, nar_config;

/* What a router of these tests has decided. */
static struct config router(const char *own, struct config_interface *interface,
			    struct config_neighbour *neighbour)
{
	struct config config = settings_router(own, interface, neighbour, 1, &node_key);

	config.ar.window = (struct config_buffer){ 500, 1 << 20, 500 };
	config.ar.speedup = 200;
	return config;
}

static struct config_neighbour neighbour(const char *name, const char *own,
					 struct lla *ap, struct config_prefix *prefix)
{
	return (struct config_neighbour){
		.name = name,
		.address = address(own),
		.aps = ap,
		.aps_count = 1,
		.prefixes = prefix,
		.prefixes_count = 1,
		.fmip = true,
	};
}

/* One node, two routers; and what the node has got. */
struct scene {
	struct sim sim;
	struct sim_node *par;
	struct sim_node *nar;
	struct sim_node *mn;
	uint16_t sequence;
	unsigned int fbacks;
	struct mh fback;
	bool authentic;
	bool forgetful;
	struct in6_addr fback_home;
	unsigned int adverts;
	struct nd advert;
};

static struct scene scene;

/* The flags of the FBUs, and the number of their key. */
static uint16_t fbu_flags = MH_FBU_A | MH_FBU_H;
static uint32_t fbu_spi = 0x100;

static void got_advert(const struct message *m)
{
	struct nd_link link = { &m->ends, m->hop_limit, 6 };

	assert_int_equal(nd_decode(m->data, m->len, &link, &scene.advert).kind, FAULT_NONE);
	scene.adverts++;
}

static void got(struct sim_node *node, const struct message *m)
{
	struct ip6_ends ends = m->ends;
	struct badf_key k = { node_key.mac, node_key.len, node_key.bytes };
	struct badf_ends signs = { address(NCOA), m->ends.source };
	const struct mobopt *care_of;
	struct mh mh;

	(void)node;
	if (m->next_header == IPPROTO_ICMPV6) {
		got_advert(m);
		return;
	}
	if (m->routed)
		ends.destination = m->home;
	scene.fback_home = m->routed ? m->home : in6addr_any;
	assert_int_equal(mh_decode(m->data, m->len, &ends, &mh).kind, FAULT_NONE);
	assert_int_equal(mh.type, MH_FBACK);
	care_of = mobopts_find(&mh.options, MOBOPT_ALTCOA);
	if (care_of)
		signs.care_of = care_of->care_of;
	/* This number, or a later one, was accepted: that is no news. */
	if (mh.fback.status == MH_FBACK_BAD_SEQUENCE &&
	    mh.fback.sequence <= scene.sequence && !scene.forgetful)
		return;
	scene.authentic = !badf_verify(m->data, m->len, &k, &signs);
	scene.fback = mh;
	scene.fbacks++;
}

static int set_up(void **state)
{
	par_prefix = (struct config_prefix){ 64, address("2001:db8:1::") };
	nar_prefix = (struct config_prefix){ 64, address("2001:db8:2::") };
	par_neighbour = neighbour("par", PAR, &par_ap, &par_prefix);
	nar_neighbour = neighbour("nar", NAR, &nar_ap, &nar_prefix);
	par_interface = (struct config_interface){
		.name = "link1",
		.aps = &par_ap,
		.aps_count = 1,
		.prefixes = &par_prefix,
		.prefixes_count = 1,
	};
	nar_interface = (struct config_interface){
		.name = "link2",
		.aps = &nar_ap,
		.aps_count = 1,
		.prefixes = &nar_prefix,
		.prefixes_count = 1,
	};
	node_key = (struct config_key){ .pcoa = { 64, address("2001:db8:1::") },
					.spi = 0x100, .len = 20 };
	memcpy(node_key.bytes, key, 20);
	par_config = router(PAR, &par_interface, &nar_neighbour);
	nar_config = router(NAR, &nar_interface, &par_neighbour);

	fbu_spi = 0x100;
	memset(&scene, 0, sizeof(scene));
	sim_init(&scene.sim);
	scene.par = sim_add(&scene.sim, "par", &par_config);
	scene.nar = sim_add(&scene.sim, "nar", &nar_config);
	scene.mn = sim_add(&scene.sim, "mn", NULL);
	scene.mn->received = got;
	sim_address(scene.par, 1, PAR, 1);
	sim_address(scene.nar, 2, NAR, 2);
	sim_address(scene.mn, 1, PCOA, MN_LLA);
	*state = &scene;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sim_end(&scene.sim);
	return 0;
}

static void send_fbu_for(const char *pcoa, const char *from, const char *ncoa,
			 uint16_t lifetime)
{
	struct badf_ends signs = { .par = address(PAR) };
	struct ip6_ends whole = { address(pcoa), address(PAR) };
	struct badf_key k = { node_key.mac, node_key.len, node_key.bytes };
	struct mh mh = {
		.type = MH_FBU,
		.fbu = { ++scene.sequence, fbu_flags, lifetime },
		.options = { 2, {
			{ .type = MOBOPT_ALTCOA, .care_of = address(ncoa) },
			{ .type = MOBOPT_BADF, .badf = { .spi = fbu_spi, .len = 12 } },
		} },
	};
	uint8_t data[256];
	struct message m = {
		.ends = { address(from), address(PAR) },
		.ifindex = strcmp(from, pcoa) ? 0 : 1,
		.next_header = IPPROTO_MH,
		.has_home = true,
		.home = address(pcoa),
		.data = data,
	};

	assert_int_equal(mh_encode(&mh, data, sizeof(data), &m.len), FAULT_NONE);
	signs.care_of = *badf_fbu_care_of(&mh, &m.ends.source, &m.home);
	assert_int_equal(badf_sign(data, m.len, &k, &signs), 0);
	mh_set_checksum(data, m.len, &whole);
	sim_send(scene.mn, &m);
}

/* An FBU from the old link, or from the new one. */
static void send_fbu(const char *from, const char *ncoa, uint16_t lifetime)
{
	send_fbu_for(PCOA, from, ncoa, lifetime);
}

static void link_down(void)
{
	struct link_event event = {
		.change = LINK_DOWN, .ifindex = 1, .lla = sim_lla(MN_LLA), .ns = scene.sim.now,
	};

	sim_leave(scene.mn, 1);
	engine_link(&scene.par->engine, &event);
}

static void link_up(void)
{
	struct link_event event = {
		.change = LINK_UP, .ifindex = 1, .lla = sim_lla(MN_LLA), .ns = scene.sim.now,
	};

	engine_link(&scene.par->engine, &event);
}

static const struct lla mn_lla = { 6, { 2, 0, 0, 0, 0, MN_LLA } };

/* The PAR sees the node on its link. */
static void meet(void)
{
	const struct in6_addr pcoa = address(PCOA);

	engine_neighbour(&scene.par->engine, 1, &pcoa, &mn_lla);
}

static void expect_redirected(void)
{
	struct path *path = sim_path(scene.par, PCOA);

	assert_non_null(path);
	assert_int_equal(path->target, PATH_TUNNEL);
	assert_memory_equal(&path->tunnel.destination, &(struct in6_addr[]){ address(NCOA) },
			    sizeof(struct in6_addr));
	assert_memory_equal(&path->tunnel.source, &(struct in6_addr[]){ address(PAR) },
			    sizeof(struct in6_addr));
	assert_int_equal(path->accepts, 1);
}

static void expect_awaited(void)
{
	struct path *path = sim_path(scene.nar, NCOA);

	assert_non_null(path);
	assert_int_equal(path->target, PATH_LINK);
	assert_int_equal(path->gate, PATH_HOLD);
	assert_int_equal(path->proxies, 1);
	assert_int_equal(path->proxy[0].lifetime, 1500);
	assert_true(path->attach.open);
	assert_int_equal(path->attach.lla.bytes[5], MN_LLA);
}

static void predictive(void **state)
{
	(void)state;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 7);
	assert_int_equal(scene.fbacks, 0);
	assert_null(sim_path(scene.nar, NCOA));
	sim_run(&scene.sim, 5);
	expect_awaited();
	sim_run(&scene.sim, 10);
	expect_redirected();
	assert_int_equal(scene.fbacks, 1);
	assert_true(scene.authentic);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_ACCEPTED);
	assert_int_equal(scene.fback.fback.sequence, 1);
	assert_int_equal(scene.fback.fback.lifetime, 30);
}

/* The messages of a handover without retransmissions, and some. */
#define FIRST_MESSAGES	8

/* What becomes of two of them. */
struct faults {
	unsigned int number[2];
	enum sim_fate fate[2];
};

static enum sim_fate faulty(void *context, unsigned int number, const struct message *m)
{
	const struct faults *f = context;
	int i;

	(void)m;
	for (i = 0; i < 2; i++)
		if (f->number[i] == number)
			return f->fate[i];
	return SIM_ARRIVES;
}

/* The node asks again as long as it has no answer. */
static void persist(const char *from)
{
	unsigned int tries;

	for (tries = 0; tries < 4 && !scene.fbacks; tries++) {
		send_fbu(from, NCOA, 30);
		sim_run(&scene.sim, 300);
	}
	sim_run(&scene.sim, 1000);
}

static void try_faults(void **state, struct faults *f, bool reacts)
{
	scene.sim.fate = faulty;
	scene.sim.context = f;
	if (reacts) {
		link_down();
		sim_address(scene.mn, 2, NCOA, MN_LLA);
	}
	persist(reacts ? NCOA : PCOA);
	assert_true(scene.fbacks && scene.authentic);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_ACCEPTED);
	expect_redirected();
	if (!reacts)
		expect_awaited();
	tear_down(state);
	set_up(state);
}

/*
 * Whichever two messages are lost, come twice or come late, the node has an answer in
 * the end, and that is true.
 */
static void any_two_faults(void **state, bool reacts)
{
	struct faults f;
	unsigned int n;

	for (n = 0; n < FIRST_MESSAGES * FIRST_MESSAGES * 9; n++) {
		f.number[0] = n / 9 / FIRST_MESSAGES;
		f.number[1] = n / 9 % FIRST_MESSAGES;
		f.fate[0] = SIM_LOST + n % 9 / 3;
		f.fate[1] = SIM_LOST + n % 3;
		try_faults(state, &f, reacts);
	}
}

static void any_two_faults_predictive(void **state)
{
	any_two_faults(state, false);
}

static void any_two_faults_reactive(void **state)
{
	any_two_faults(state, true);
}

static void reactive(void **state)
{
	struct path *path;

	(void)state;
	send_fbu(PCOA, "2001:db8:9::1", 30);
	sim_run(&scene.sim, 20);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_UNSPECIFIED);
	link_down();
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	scene.fbacks = 0;
	send_fbu(NCOA, NCOA, 30);
	sim_run(&scene.sim, 6);
	path = sim_path(scene.par, PCOA);
	assert_non_null(path);
	assert_int_equal(path->gate, PATH_HOLD);
	sim_run(&scene.sim, 20);
	expect_redirected();
	assert_int_equal(scene.fbacks, 1);
	assert_true(scene.authentic);
	assert_int_equal(sim_path(scene.par, PCOA)->proxies, 1);
	assert_null(sim_path(scene.nar, NCOA));
}

/* What was sent once may be sent by anybody later. */
static void replayed(void **state)
{
	struct path before;

	(void)state;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	before = *sim_path(scene.par, PCOA);
	scene.forgetful = true;
	scene.sequence = 0;
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.par->engine.count[COUNT_STALE], 1);
	assert_memory_equal(sim_path(scene.par, PCOA), &before, sizeof(before));
	assert_int_equal(scene.fback.fback.status, MH_FBACK_BAD_SEQUENCE);
	assert_int_equal(scene.fback.fback.sequence, 2);
}

/* What was copied since is for whoever comes back, and has been sent on already. */
static void asked_again(void **state)
{
	(void)state;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	link_down();
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(sim_path(scene.par, PCOA)->target, PATH_TUNNEL);
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_COPY);
	assert_true(sim_path(scene.par, PCOA)->replay_ns == UINT64_MAX);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_ACCEPTED);
}

static void forged(void **state)
{
	(void)state;
	node_key.bytes[0] ^= 1;
	send_fbu(PCOA, NCOA, 30);
	node_key.bytes[0] ^= 1;
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.par->engine.count[COUNT_BAD_AUTH], 1);
	assert_null(sim_path(scene.par, PCOA));
	assert_int_equal(scene.fbacks, 0);
}

static void returned(void **state)
{
	(void)state;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	link_down();
	assert_int_equal(sim_path(scene.par, PCOA)->proxies, 1);
	sim_address(scene.mn, 1, PCOA, MN_LLA);
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 50);
	assert_int_equal(sim_path(scene.par, PCOA)->target, PATH_ROUTE);
	assert_int_equal(sim_path(scene.par, PCOA)->proxies, 0);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_ACCEPTED);
	assert_int_equal(scene.fback.fback.lifetime, 0);
}

static void ends(void **state)
{
	(void)state;
	send_fbu(PCOA, NCOA, 3);
	sim_run(&scene.sim, 50);
	expect_redirected();
	sim_run(&scene.sim, 3000);
	assert_null(sim_path(scene.par, PCOA));
}

static void silent_router(void **state)
{
	unsigned int before;

	(void)state;
	sim_leave(scene.nar, 2);
	before = scene.sim.sent;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 3000);
	/* the FBU, four HI, an FBack */
	assert_int_equal(scene.sim.sent - before, 6);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_UNSPECIFIED);
	assert_null(sim_path(scene.par, PCOA));
}

/* While the daemon is away, for so long. */
#define AWAY	20

/*
 * A router's daemon is killed at some moment of a handover, and starts again: the node
 * has an answer in the end, and that is true.
 */
static void killed_at(void **state, unsigned int ms, bool reacts, bool is_par)
{
	struct sim_node *router;

	if (reacts) {
		link_down();
		sim_address(scene.mn, 2, NCOA, MN_LLA);
	}
	send_fbu(reacts ? NCOA : PCOA, NCOA, 30);
	sim_run(&scene.sim, ms);
	router = is_par ? scene.par : scene.nar;
	sim_kill(router);
	sim_run(&scene.sim, AWAY);
	sim_revive(router);
	persist(reacts ? NCOA : PCOA);
	assert_true(scene.fbacks && scene.authentic);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_ACCEPTED);
	expect_redirected();
	if (!reacts)
		expect_awaited();
	tear_down(state);
	set_up(state);
}

static void par_is_killed_at_any_moment(void **state)
{
	unsigned int ms;

	for (ms = 0; ms < 40; ms++) {
		killed_at(state, ms, false, true);
		killed_at(state, ms, true, true);
	}
}

static void nar_is_killed_at_any_moment(void **state)
{
	unsigned int ms;

	for (ms = 0; ms < 40; ms++) {
		killed_at(state, ms, false, false);
		killed_at(state, ms, true, false);
	}
}

static void a_redirection_survives(void **state)
{
	struct path before;
	unsigned int sent;

	(void)state;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 10000);
	before = *sim_path(scene.par, PCOA);
	sim_kill(scene.par);
	sim_run(&scene.sim, 1000);
	sim_revive(scene.par);
	assert_memory_equal(sim_path(scene.par, PCOA), &before, sizeof(before));
	/* What the node repeats needs nobody else: the FBU, and an FBack to each link. */
	sent = scene.sim.sent;
	scene.fbacks = 0;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.sim.sent - sent, 3);
	assert_int_equal(scene.fbacks, 1);
	assert_true(scene.authentic);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_ACCEPTED);
	assert_int_equal(scene.fback.fback.lifetime, 30);
	expect_redirected();
}

static void an_old_redirection_ends_in_time(void **state)
{
	(void)state;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 20000);
	sim_kill(scene.par);
	sim_run(&scene.sim, 1000);
	sim_revive(scene.par);
	sim_run(&scene.sim, 8900);
	expect_redirected();
	sim_run(&scene.sim, 200);
	assert_null(sim_path(scene.par, PCOA));
}

static void an_old_redirection_can_be_ended(void **state)
{
	(void)state;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	link_down();
	sim_kill(scene.par);
	sim_revive(scene.par);
	assert_int_equal(sim_path(scene.par, PCOA)->proxies, 1);
	sim_address(scene.mn, 1, PCOA, MN_LLA);
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 50);
	assert_int_equal(sim_path(scene.par, PCOA)->target, PATH_ROUTE);
	assert_int_equal(sim_path(scene.par, PCOA)->proxies, 0);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_ACCEPTED);
	assert_int_equal(scene.fback.fback.lifetime, 0);
}

/* A recorded FBU is no better because the daemon has forgotten. */
static void a_restart_lets_nothing_be_replayed(void **state)
{
	struct path before;

	(void)state;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	before = *sim_path(scene.par, PCOA);
	sim_kill(scene.par);
	sim_revive(scene.par);
	scene.forgetful = true;
	scene.sequence = 0;
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.par->engine.count[COUNT_STALE], 1);
	assert_memory_equal(sim_path(scene.par, PCOA), &before, sizeof(before));
}

static void expect_fback(uint32_t spi, uint16_t sequence, uint8_t status)
{
	unsigned int stale = scene.par->engine.count[COUNT_STALE];

	scene.fbacks = 0;
	fbu_spi = spi;
	scene.sequence = sequence - 1;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.fbacks, 1);
	assert_int_equal(scene.fback.fback.status, status);
	assert_int_equal(scene.par->engine.count[COUNT_STALE] - stale,
			 status == MH_FBACK_BAD_SEQUENCE);
}

/* While a key takes the place of another both are there, each with its own numbers. */
static void each_key_has_its_numbers(void **state)
{
	static struct config_key both[2];

	(void)state;
	both[0] = node_key;
	both[1] = node_key;
	both[1].spi = 0x101;
	par_config.keys = both;
	par_config.keys_count = 2;
	scene.forgetful = true;
	expect_fback(0x100, 7, MH_FBACK_ACCEPTED);
	expect_fback(0x101, 1, MH_FBACK_ACCEPTED);
	expect_fback(0x100, 6, MH_FBACK_BAD_SEQUENCE);
	assert_int_equal(scene.fback.fback.sequence, 7);
	expect_fback(0x101, 2, MH_FBACK_ACCEPTED);
	expect_fback(0x101, 1, MH_FBACK_BAD_SEQUENCE);
	assert_int_equal(scene.fback.fback.sequence, 2);
	sim_kill(scene.par);
	sim_revive(scene.par);
	expect_fback(0x100, 6, MH_FBACK_BAD_SEQUENCE);
	expect_fback(0x101, 1, MH_FBACK_BAD_SEQUENCE);
	expect_fback(0x101, 3, MH_FBACK_ACCEPTED);
	expect_fback(0x100, 8, MH_FBACK_ACCEPTED);
	/* What comes twice is answered as that which was accepted last, or not at all. */
	scene.fbacks = 0;
	fbu_spi = 0x101;
	scene.sequence = 2;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.fbacks, 0);
}

/* Packets that wait for a HAck go on waiting. */
static void what_is_held_is_held_on(void **state)
{
	struct path *path;

	(void)state;
	link_down();
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	send_fbu(NCOA, NCOA, 30);
	sim_run(&scene.sim, 6);
	path = sim_path(scene.par, PCOA);
	assert_non_null(path);
	assert_int_equal(path->gate, PATH_HOLD);
	sim_kill(scene.par);
	sim_run(&scene.sim, 1);
	sim_revive(scene.par);
	assert_ptr_equal(sim_path(scene.par, PCOA), path);
	sim_run(&scene.sim, 30);
	assert_int_equal(scene.par->engine.count[COUNT_UNMATCHED], 1);
	assert_int_equal(path->gate, PATH_HOLD);
	persist(NCOA);
	expect_redirected();
}

/* What a PAR is told of a link when it starts, and its node is not to be found. */
static void revive(enum link_change change)
{
	const struct link_event event = { .change = change, .ifindex = 1 };

	sim_kill(scene.par);
	sim_leave(scene.mn, 1);
	sim_revive(scene.par);
	engine_link(&scene.par->engine, &event);
}

/* From then on there are copies. */
static struct path *link_fades(void)
{
	const struct link_event event = { .change = LINK_FADES, .ifindex = 1,
					  .lla = sim_lla(MN_LLA) };

	engine_neighbour(&scene.par->engine, 1, (struct in6_addr[]){ address(PCOA) },
			 &event.lla);
	engine_link(&scene.par->engine, &event);
	assert_non_null(sim_path(scene.par, PCOA));
	return sim_path(scene.par, PCOA);
}

static void who_left_unseen_is_waited_for(void **state)
{
	struct path *path = link_fades();

	(void)state;
	assert_int_equal(path->gate, PATH_COPY);
	revive(LINK_DOWN);
	assert_ptr_equal(sim_path(scene.par, PCOA), path);
	assert_int_equal(path->gate, PATH_HOLD);
	/* When it left is not known: there is no copy that it may not have missed. */
	assert_int_equal(path->replay_ns, 0);
}

static void who_came_back_unseen_is_not(void **state)
{
	struct path *path = link_fades();

	(void)state;
	link_down();
	assert_int_equal(path->gate, PATH_HOLD);
	revive(LINK_UP);
	assert_ptr_equal(sim_path(scene.par, PCOA), path);
	assert_int_equal(path->gate, PATH_COPY);
}

/* A node that asks for more than it may have keeps what it has. */
static void a_refusal_leaves_what_was(void **state)
{
	struct path before;

	(void)state;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	link_down();
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	before = *sim_path(scene.par, PCOA);
	sim_kill(scene.nar);
	scene.fbacks = 0;
	send_fbu(NCOA, "2001:db8:2::77", 30);
	sim_run(&scene.sim, 3000);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_UNSPECIFIED);
	expect_redirected();
	assert_int_equal(before.tunnel.destination.s6_addr[15],
			 sim_path(scene.par, PCOA)->tunnel.destination.s6_addr[15]);
	sim_revive(scene.nar);
	sim_run(&scene.sim, 27000);
	assert_null(sim_path(scene.par, PCOA));
}

/* Who is not the node it claims to be takes nothing from that one. */
static void forgeries_are_not_the_nodes(void **state)
{
	unsigned int i;

	(void)state;
	par_config.limits.messages = 5;
	par_config.limits.strangers = 20;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	node_key.bytes[0] ^= 1;
	for (i = 0; i < 20; i++)
		send_fbu(PCOA, NCOA, 0);
	node_key.bytes[0] ^= 1;
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.par->engine.count[COUNT_BAD_AUTH], 20);
	assert_int_equal(scene.par->engine.count[COUNT_FLOOD], 0);
	scene.fbacks = 0;
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.fbacks, 1);
	assert_int_equal(sim_path(scene.par, PCOA)->target, PATH_ROUTE);
}

/* Each has to be verified, which is not done without end for any PCoA. */
static void forgeries_are_limited(void **state)
{
	unsigned int i;

	(void)state;
	par_config.limits.messages = 5;
	par_config.limits.strangers = 20;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 1000);
	node_key.bytes[0] ^= 1;
	for (i = 0; i < 100; i++)
		send_fbu(PCOA, NCOA, 0);
	node_key.bytes[0] ^= 1;
	sim_run(&scene.sim, 1000);
	assert_int_equal(scene.par->engine.count[COUNT_BAD_AUTH], 25);
	assert_int_equal(scene.par->engine.count[COUNT_FLOOD], 75);
	scene.fbacks = 0;
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.fbacks, 1);
}

/* More of them than strangers may send, from anywhere, are not from the node's link. */
static void forgeries_from_elsewhere_do_not_silence_a_node(void **state)
{
	unsigned int i;

	(void)state;
	par_config.limits.messages = 5;
	par_config.limits.strangers = 20;
	meet();
	node_key.bytes[0] ^= 1;
	for (i = 0; i < 100; i++)
		send_fbu(NCOA, NCOA, 30);
	node_key.bytes[0] ^= 1;
	sim_run(&scene.sim, 10);
	assert_int_equal(scene.par->engine.count[COUNT_BAD_AUTH], 25);
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	expect_redirected();
	/* Nor is it heard less from elsewhere because of those on its link. */
	sim_run(&scene.sim, 1000);
	node_key.bytes[0] ^= 1;
	for (i = 0; i < 100; i++)
		send_fbu(PCOA, NCOA, 0);
	node_key.bytes[0] ^= 1;
	sim_run(&scene.sim, 10);
	scene.fbacks = 0;
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	send_fbu(NCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.fbacks, 1);
}

/* Nor does who uses the address of a router of the neighbourhood, too. */
static void forgeries_from_a_router_are_not_the_nodes(void **state)
{
	(void)state;
	par_config.limits.messages = 5;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 2000);
	node_key.bytes[0] ^= 1;
	send_fbu(NAR, NCOA, 0);
	send_fbu(NAR, NCOA, 0);
	node_key.bytes[0] ^= 1;
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.par->engine.count[COUNT_BAD_AUTH], 2);
	scene.fbacks = 0;
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.par->engine.count[COUNT_FLOOD], 0);
	assert_int_equal(scene.fbacks, 1);
}

/* Its FBUs take nothing from what the router itself may send. */
static void fbus_are_not_the_routers(void **state)
{
	unsigned int i;

	(void)state;
	par_config.limits.messages = 5;
	node_key.bytes[0] ^= 1;
	for (i = 0; i < 20; i++)
		send_fbu(NAR, NCOA, 30);
	node_key.bytes[0] ^= 1;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	expect_redirected();
}

static void a_node_that_floods_is_heard_less(void **state)
{
	unsigned int i;

	(void)state;
	par_config.limits.messages = 5;
	for (i = 0; i < 100; i++)
		send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	/* The first one was from a stranger. */
	assert_int_equal(scene.par->engine.count[COUNT_FLOOD], 94);
	expect_redirected();
}

/* Nothing is kept of who is nobody. */
static void strangers_leave_nothing(void **state)
{
	unsigned int i;

	(void)state;
	par_config.limits.strangers = 20;
	node_key.bytes[0] ^= 1;
	for (i = 0; i < 100; i++)
		send_fbu(PCOA, NCOA, 30);
	node_key.bytes[0] ^= 1;
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.par->engine.count[COUNT_BAD_AUTH], 20);
	assert_int_equal(scene.par->engine.count[COUNT_FLOOD], 80);
	assert_null(scene.par->engine.par->nodes);
	assert_null(scene.par->engine.routers);
}

/* The binding has been there before, and has counted. */
static void what_it_was_like_is_recorded(void **state)
{
	static const char *const steps[] = {
		"fbu", "asking", "hi", "hi again", "hack", "redirected", "fback", "link down",
		"returned",
	};
	struct faults f = { { 3, 0x100 }, { SIM_LOST, SIM_LOST } };
	size_t i;

	(void)state;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	scene.par->figures = (struct path_figures){ 90, 25, 20, 20, 1, 1 };
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 50);
	f.number[0] = scene.sim.sent + 1;
	scene.sim.fate = faulty;
	scene.sim.context = &f;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 200);
	link_down();
	scene.par->figures = (struct path_figures){ 190, 75, 40, 55, 3, 3 };
	sim_address(scene.mn, 1, PCOA, MN_LLA);
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.par->record.packets.buffered, 50);
	assert_int_equal(scene.par->record.packets.buffered_most, 40);
	assert_int_equal(scene.par->record.packets.released, 35);
	assert_int_equal(scene.par->record.packets.overflow, 2);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (!sim_has_step(&scene.par->record, steps[i]))
			fail_msg("%s is not recorded", steps[i]);
}

/* An NCoA that the PAR has not heard of is that of the new router's pool. */
static void a_router_asks_for_a_node(void **state)
{
	struct in6_addr pcoa = address(PCOA), par = address(PAR);
	struct lla lla = sim_lla(MN_LLA);
	char text[INET6_ADDRSTRLEN];
	const struct ndopt *ncoa;

	(void)state;
	nar_interface.pool = (struct config_prefix){ 112, address("2001:db8:2::aa:0") };
	sim_address(scene.par, 1, "fe80::1", 1);
	engine_neighbour(&scene.par->engine, 1, &pcoa, &lla);
	nar_invite(&scene.nar->engine, &par, &pcoa, &lla);
	sim_run(&scene.sim, 100);
	assert_int_equal(scene.adverts, 1);
	assert_int_equal(scene.advert.proxy.code, PRRTADV_HANDOVER);
	assert_int_equal(scene.fbacks, 0);
	/* Nothing of its packets has changed. */
	assert_null(sim_path(scene.par, PCOA));
	ncoa = ndopts_find(&scene.advert.options, NDOPT_ADDRESS);
	while (ncoa->address.code != ADDRESS_NCOA)
		ncoa++;
	inet_ntop(AF_INET6, &ncoa->address.address, text, sizeof(text));
	assert_int_equal(sim_path(scene.nar, text)->gate, PATH_HOLD);
	send_fbu(PCOA, text, 30);
	sim_run(&scene.sim, 100);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_ACCEPTED);
	assert_int_equal(sim_path(scene.par, PCOA)->target, PATH_TUNNEL);
	assert_int_equal(sim_path(scene.nar, text)->id, 1);
}

static void nobody_is_given_away(void **state)
{
	struct in6_addr pcoa = address(PCOA), par = address(PAR);
	struct lla lla = sim_lla(MN_LLA), other = sim_lla(0x33);

	(void)state;
	nar_invite(&scene.nar->engine, &par, &pcoa, &lla);
	sim_run(&scene.sim, 100);
	engine_neighbour(&scene.par->engine, 1, &pcoa, &lla);
	nar_invite(&scene.nar->engine, &par, &pcoa, &other);
	sim_run(&scene.sim, 100);
	assert_int_equal(scene.par->engine.count[COUNT_UNMATCHED], 2);
	par_config.neighbours_count = 0;
	nar_invite(&scene.nar->engine, &par, &pcoa, &lla);
	sim_run(&scene.sim, 100);
	assert_int_equal(scene.par->engine.count[COUNT_STRANGER], 1);
	assert_int_equal(scene.sim.sent, 3);
	par_config.neighbours_count = 1;
}

/* A router that does not want it, and a node that is told nothing of all that. */
static void who_is_asked_for_need_not_be_taken(void **state)
{
	struct in6_addr pcoa = address(PCOA), par = address(PAR);
	struct lla lla = sim_lla(MN_LLA);

	(void)state;
	engine_neighbour(&scene.par->engine, 1, &pcoa, &lla);
	nar_invite(&scene.nar->engine, &par, &pcoa, &lla);
	sim_run(&scene.sim, 100);
	assert_int_equal(scene.fbacks, 0);
	assert_int_equal(scene.adverts, 0);
	assert_int_equal(scene.par->report[0].kind, REPORT_REFUSED);
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 100);
	expect_redirected();
}

static void expect_refusal(uint8_t status, const char *why)
{
	scene.fbacks = 0;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 2000);
	assert_int_equal(scene.fbacks, 1);
	assert_int_equal(scene.fback.fback.status, status);
	assert_int_equal(scene.fback.fback.lifetime, 0);
	assert_string_equal(scene.par->report[scene.par->reports - 1].text, why);
	assert_null(sim_path(scene.par, PCOA));
}

static void refusals_have_a_cause(void **state)
{
	(void)state;
	scene.nar->path_errno = -12;
	expect_refusal(MH_FBACK_NO_RESOURCES, "no resources there");
	scene.nar->path_errno = 0;
	nar_config.neighbours_count = 0;
	expect_refusal(MH_FBACK_PROHIBITED, "prohibited");
	nar_config.neighbours_count = 1;
	nar_config.interfaces_count = 0;
	expect_refusal(MH_FBACK_UNSPECIFIED, "refused");
	nar_config.interfaces_count = 1;
	nar_config.ar.unusable = CONFIG_UNUSABLE_NONE;
	sim_address(scene.mn, 2, NCOA, 0x33);
	expect_refusal(MH_FBACK_UNSPECIFIED, "no usable NCoA");
	sim_leave(scene.mn, 2);
	sim_leave(scene.nar, 2);
	expect_refusal(MH_FBACK_UNSPECIFIED, "no answer");
	par_config.neighbours_count = 0;
	expect_refusal(MH_FBACK_UNSPECIFIED, "the NCoA is of no router of the neighbourhood");
	par_config.neighbours_count = 1;
}

static void an_answer_in_cleartext_is_none(void **state)
{
	(void)state;
	par_config.ipsec = CONFIG_IPSEC_REQUIRED;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.par->engine.count[COUNT_CLEARTEXT], 1);
	assert_int_equal(scene.fbacks, 0);
	par_config.ipsec = CONFIG_IPSEC_OFF;
}

static void a_routing_header_is_sent_where_wanted(void **state)
{
	(void)state;
	par_config.ar.fback_to_pcoa = false;
	link_down();
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	send_fbu(NCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.fbacks, 1);
	assert_true(IN6_IS_ADDR_UNSPECIFIED(&scene.fback_home));
	par_config.ar.rh2 = true;
	send_fbu(NCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.fbacks, 2);
	assert_true(scene.authentic);
	assert_memory_equal(&scene.fback_home, &(struct in6_addr[]){ address(PCOA) }, 16);
}

/* To the old link only, and with the PCoA: there is no other number for it (C-07). */
static void the_pcoa_goes_on(void **state)
{
	const struct mobopt *care_of;
	struct path *path;

	(void)state;
	nar_config.ar.addressing = CONFIG_NCOA_PCOA;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.fbacks, 1);
	assert_true(scene.authentic);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_USE_ALTCOA);
	care_of = mobopts_find(&scene.fback.options, MOBOPT_ALTCOA);
	assert_memory_equal(&care_of->care_of, &(struct in6_addr[]){ address(PCOA) }, 16);
	path = sim_path(scene.par, PCOA);
	assert_int_equal(path->target, PATH_TUNNEL);
	assert_memory_equal(&path->tunnel.destination, &(struct in6_addr[]){ address(NAR) },
			    16);
	sim_kill(scene.par);
	sim_revive(scene.par);
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_USE_ALTCOA);
	assert_int_equal(sim_path(scene.par, PCOA)->target, PATH_TUNNEL);
}

/* What the new router assigns is elsewhere. */
static void nobody_is_sent_to_a_third(void **state)
{
	(void)state;
	nar_interface.pool = (struct config_prefix){ 112, address("2001:db8:9::aa:0") };
	nar_config.ar.addressing = CONFIG_NCOA_ASSIGNED;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_UNSPECIFIED);
	assert_null(sim_path(scene.par, PCOA));
}

static void who_wants_no_answer_gets_none(void **state)
{
	(void)state;
	fbu_flags = MH_FBU_H;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	fbu_flags = MH_FBU_A | MH_FBU_H;
	assert_int_equal(scene.fbacks, 0);
	expect_redirected();
}

/* As the new router sends it to the HI that is outstanding. */
static void send_hack(uint8_t code, const char *ncoa)
{
	struct mh mh = {
		.type = MH_HACK,
		.options = { 1, {
			{ .type = MOBOPT_ADDRESS,
			  .address = { ADDRESS_NCOA, 128, address(ncoa) } },
		} },
	};
	uint8_t data[64];
	struct message m = {
		.ends = { address(NAR), address(PAR) },
		.next_header = IPPROTO_MH,
		.data = data,
	};

	mh.hack.sequence = scene.par->engine.par->hi_sequence;
	mh.hack.code = code;
	assert_int_equal(mh_encode(&mh, data, sizeof(data), &m.len), FAULT_NONE);
	mh_set_checksum(data, m.len, &m.ends);
	sim_send(scene.nar, &m);
}

/* That it comes with an address is no reason not to say which. */
static void an_accepted_address_is_the_one_that_is_told(void **state)
{
	const struct mobopt *care_of;
	char text[INET6_ADDRSTRLEN];

	(void)state;
	scene.sim.fate = faulty;
	scene.sim.context = &(struct faults){ { 2, 0x100 }, { SIM_LOST, SIM_LOST } };
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 20);
	assert_int_equal(scene.fbacks, 0);
	send_hack(0, "2001:db8:2::77");
	sim_run(&scene.sim, 20);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_USE_ALTCOA);
	care_of = mobopts_find(&scene.fback.options, MOBOPT_ALTCOA);
	inet_ntop(AF_INET6, &care_of->care_of, text, sizeof(text));
	assert_string_equal(text, "2001:db8:2::77");
}

static void nobody_comes(void **state)
{
	(void)state;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	link_down();
	sim_run(&scene.sim, 10000);
	assert_null(sim_path(scene.nar, NCOA));
	assert_string_equal(scene.nar->report[scene.nar->reports - 1].text, "nobody came");
	sim_run(&scene.sim, 20000);
	assert_null(sim_path(scene.par, PCOA));
}

/*
 * What was held is being released when the node is back: there are no copies to send
 * once more, and to ask for that would have the whole request refused.
 */
static void who_is_back_while_it_drains_is_delivered_to(void **state)
{
	(void)state;
	meet();
	par_may_leave(&scene.par->engine, 1, &mn_lla);
	link_down();
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_HOLD);
	assert_true(sim_path(scene.par, PCOA)->replay_ns == scene.sim.now);
	sim_run(&scene.sim, 1000);
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	send_fbu(NCOA, NCOA, 30);
	sim_run(&scene.sim, 30);
	expect_redirected();
	sim_leave(scene.mn, 2);
	sim_address(scene.mn, 1, PCOA, MN_LLA);
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 30);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_ACCEPTED);
	assert_int_equal(sim_path(scene.par, PCOA)->target, PATH_ROUTE);
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_COPY);
}

/* The same of a release of copies, and of one that is over. */
static void who_leaves_while_it_drains_is_waited_for(void **state)
{
	(void)state;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	sim_release(scene.par, PCOA);
	link_down();
	sim_run(&scene.sim, 50);
	sim_address(scene.mn, 1, PCOA, MN_LLA);
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 50);
	link_down();
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_HOLD);
	assert_true(sim_path(scene.par, PCOA)->replay_ns == UINT64_MAX);
	link_up();
	sim_release(scene.par, PCOA);
	link_down();
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_HOLD);
	assert_true(sim_path(scene.par, PCOA)->replay_ns == scene.sim.now);
}

/* What its link was like before says nothing of what it does now. */
static void who_was_away_once_is_there_again(void **state)
{
	(void)state;
	meet();
	link_down();
	sim_run(&scene.sim, 100);
	sim_address(scene.mn, 1, PCOA, MN_LLA);
	link_up();
	sim_run(&scene.sim, 1000);
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 7);
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_COPY);
	assert_int_equal(sim_path(scene.par, PCOA)->proxies, 0);
}

static void a_node_may_leave_twice(void **state)
{
	(void)state;
	meet();
	link_down();
	sim_run(&scene.sim, 100);
	link_up();
	par_may_leave(&scene.par->engine, 1, &mn_lla);
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_COPY);
	sim_run(&scene.sim, 100);
	link_down();
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_HOLD);
	assert_true(sim_path(scene.par, PCOA)->replay_ns == scene.sim.now);
}

/* What has gone into the tunnel is wanted if the node comes back. */
static void asking_once_more_costs_no_copies(void **state)
{
	const struct path *path;
	uint64_t since;

	(void)state;
	meet();
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	link_down();
	path = sim_path(scene.par, PCOA);
	since = scene.par->copies_ns[path - scene.par->path];
	sim_run(&scene.sim, 100);
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	send_fbu(NCOA, NCOA, 30);
	sim_run(&scene.sim, 20);
	expect_redirected();
	assert_int_equal(path->gate, PATH_COPY);
	assert_int_equal(path->buffer.packets, par_config.ar.window.packets);
	assert_int_equal(scene.par->copies_ns[path - scene.par->path], since);
}

/* The first HI, to be asked while the node is on its old link still. */
static enum sim_fate no_hi_arrives(void *context, unsigned int number,
				   const struct message *m)
{
	(void)context;
	(void)number;
	return m->next_header == IPPROTO_MH && m->data[2] == MH_HI ? SIM_LOST : SIM_ARRIVES;
}

/* The link tells nothing; but the node says it itself, by where it asks from. */
static void who_has_left_while_it_asks_is_waited_for(void **state)
{
	(void)state;
	meet();
	scene.sim.fate = no_hi_arrives;
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 20);
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_COPY);
	sim_leave(scene.mn, 1);
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	send_fbu(NCOA, NCOA, 30);
	sim_run(&scene.sim, 20);
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_HOLD);
	scene.sim.fate = NULL;
	sim_run(&scene.sim, 300);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_ACCEPTED);
	expect_redirected();
}

/* The redirection is superseded; its end comes before the router has answered. */
static void an_old_end_does_not_end_what_has_begun(void **state)
{
	(void)state;
	meet();
	send_fbu(PCOA, NCOA, 1);
	sim_run(&scene.sim, 50);
	link_down();
	sim_run(&scene.sim, 900);
	scene.sim.fate = no_hi_arrives;
	sim_address(scene.mn, 2, "2001:db8:2::11", MN_LLA);
	send_fbu("2001:db8:2::11", "2001:db8:2::11", 30);
	sim_run(&scene.sim, 150);
	assert_non_null(sim_path(scene.par, PCOA));
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_HOLD);
	scene.sim.fate = NULL;
	sim_run(&scene.sim, 1000);
	assert_int_equal(scene.par->engine.count[COUNT_UNMATCHED], 0);
	assert_non_null(sim_path(scene.par, PCOA));
	assert_int_equal(sim_path(scene.par, PCOA)->target, PATH_TUNNEL);
	assert_int_equal(sim_path(scene.par, PCOA)->tunnel.destination.s6_addr[15], 0x11);
}

/* Nor does a binding that ends by itself; and what is then refused leaves nothing. */
static void nothing_is_left_of_what_has_ended_and_is_refused(void **state)
{
	(void)state;
	meet();
	send_fbu(PCOA, NCOA, 1);
	sim_run(&scene.sim, 950);
	scene.sim.fate = no_hi_arrives;
	send_fbu(NCOA, "2001:db8:2::11", 30);
	sim_run(&scene.sim, 3000);
	assert_null(sim_path(scene.par, PCOA));
}

/* To have no memory for a moment is no reason to take what a node has. */
static void a_redirection_outlives_a_refresh_that_fails(void **state)
{
	(void)state;
	meet();
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	link_down();
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	scene.par->path_errno = -ENOBUFS;
	send_fbu(NCOA, NCOA, 60);
	sim_run(&scene.sim, 20);
	scene.par->path_errno = 0;
	assert_int_equal(scene.fback.fback.status, MH_FBACK_NO_RESOURCES);
	expect_redirected();
	assert_int_equal(scene.par->report[1].kind, REPORT_REFUSED);
	send_fbu(NCOA, NCOA, 60);
	sim_run(&scene.sim, 20);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_ACCEPTED);
	sim_run(&scene.sim, 59000);
	expect_redirected();
	sim_run(&scene.sim, 1000);
	assert_null(sim_path(scene.par, PCOA));
}

/* Nor is what a node has what it was refused: that it asks again does not change it. */
static void what_was_refused_is_refused_again(void **state)
{
	int i;

	(void)state;
	meet();
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	sim_leave(scene.nar, 2);
	for (i = 0; i < 2; i++) {
		scene.fback.fback.status = 0;
		send_fbu(PCOA, "2001:db8:2::77", 30);
		sim_run(&scene.sim, 3000);
		assert_int_equal(scene.fback.fback.status, MH_FBACK_UNSPECIFIED);
		scene.fback.fback.status = 0;
		send_fbu(PCOA, "2001:db8:9::1", 30);
		sim_run(&scene.sim, 50);
		assert_int_equal(scene.fback.fback.status, MH_FBACK_UNSPECIFIED);
		expect_redirected();
	}
	/* What it has needs nobody else to be asked for once more. */
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_ACCEPTED);
	expect_redirected();
}

static void what_is_superseded_leaves_a_record(void **state)
{
	(void)state;
	meet();
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	send_fbu(NCOA, "2001:db8:2::77", 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.par->report[1].kind, REPORT_DONE);
	assert_string_equal(scene.par->report[1].text, "superseded");
	assert_string_equal(scene.par->report[1].peer, "nar");
	assert_memory_equal(&scene.par->report[1].ncoa, &(struct in6_addr[]){ address(NCOA) },
			    16);
	assert_string_equal(scene.par->record.mode, "predictive");
}

/* What is still to be released is more than copies may be. */
static void what_drains_keeps_its_room_through_a_restart(void **state)
{
	const struct path *path;

	(void)state;
	link_down();
	sim_address(scene.mn, 2, NCOA, MN_LLA);
	send_fbu(NCOA, NCOA, 30);
	sim_run(&scene.sim, 30);
	expect_redirected();
	sim_kill(scene.par);
	sim_revive(scene.par);
	send_fbu(NCOA, NCOA, 30);
	sim_run(&scene.sim, 30);
	path = sim_path(scene.par, PCOA);
	assert_int_equal(path->gate, PATH_COPY);
	assert_int_equal(path->buffer.packets, par_config.ar.buffer.packets);
	sim_release(scene.par, PCOA);
	assert_int_equal(path->buffer.packets, par_config.ar.window.packets);
}

/* Who says that he leaves, and stays, takes no room for good. */
static void copies_are_kept_for_a_while(void **state)
{
	struct in6_addr pcoa = address(PCOA);
	uint8_t i;

	(void)state;
	par_config.limits.nodes = 2;
	par_config.limits.addresses = 2;
	for (i = 0x20; i < 0x24; i++) {
		const struct lla lla = sim_lla(i);

		pcoa.s6_addr[15] = i;
		engine_neighbour(&scene.par->engine, 1, &pcoa, &lla);
		par_may_leave(&scene.par->engine, 1, &lla);
	}
	sim_run(&scene.sim, 30000);
	/* One says so again. */
	par_may_leave(&scene.par->engine, 1, &(struct lla){ 6, { 2, 0, 0, 0, 0, 0x23 } });
	sim_run(&scene.sim, 40000);
	assert_null(sim_path(scene.par, "2001:db8:1::20"));
	assert_non_null(sim_path(scene.par, "2001:db8:1::23"));
	meet();
	par_may_leave(&scene.par->engine, 1, &mn_lla);
	assert_non_null(sim_path(scene.par, PCOA));
	sim_run(&scene.sim, 50000);
	assert_null(sim_path(scene.par, "2001:db8:1::23"));
	sim_kill(scene.par);
	sim_revive(scene.par);
	sim_run(&scene.sim, 60000);
	assert_null(sim_path(scene.par, PCOA));
}

/* Always is as long as the node is on the link. */
static void copies_are_kept_of_who_is_there(void **state)
{
	const struct path *path;
	unsigned int i, age;

	(void)state;
	par_config.ar.copying = CONFIG_COPY_ALWAYS;
	meet();
	path = sim_path(scene.par, PCOA);
	for (i = 0; i < 200; i++) {
		sim_run(&scene.sim, 1000);
		assert_ptr_equal(sim_path(scene.par, PCOA), path);
		/* The kernel ends it only if nobody is there to say that it is wanted. */
		age = (scene.sim.now - scene.par->path_ns[path - scene.par->path]) / MS;
		assert_true(path->lifetime > age + 1000);
	}
	sim_leave(scene.mn, 1);
	sim_run(&scene.sim, 61000);
	assert_null(sim_path(scene.par, PCOA));
}

/*
 * The router has been asked, and does not answer; before that is known the node leaves
 * its link, or comes back to it.
 */
static void who_leaves_while_it_asks_is_waited_for_on(void **state)
{
	(void)state;
	meet();
	par_may_leave(&scene.par->engine, 1, &mn_lla);
	sim_leave(scene.nar, 2);
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 20);
	link_down();
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_HOLD);
	sim_run(&scene.sim, 3000);
	/* What was refused does not bring it back. */
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_HOLD);
	sim_address(scene.mn, 1, PCOA, MN_LLA);
	link_up();
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_COPY);
}

static void who_comes_back_while_it_asks_is_delivered_to(void **state)
{
	(void)state;
	meet();
	par_may_leave(&scene.par->engine, 1, &mn_lla);
	link_down();
	sim_leave(scene.nar, 2);
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 20);
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_HOLD);
	sim_address(scene.mn, 1, PCOA, MN_LLA);
	link_up();
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_COPY);
	sim_run(&scene.sim, 3000);
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_COPY);
	link_down();
	assert_int_equal(sim_path(scene.par, PCOA)->gate, PATH_HOLD);
}

/* The kernel ends it by itself. */
static void expire(void)
{
	struct path *path = sim_path(scene.par, PCOA);
	struct path_event event = { .change = PATH_EXPIRED, .id = path->id };

	path->id = 0;
	engine_path(&scene.par->engine, &event);
}

/* It has not waited for a daemon that was away for long. */
static void copies_of_who_is_there_begin_again(void **state)
{
	(void)state;
	par_config.ar.copying = CONFIG_COPY_ALWAYS;
	meet();
	expire();
	assert_non_null(sim_path(scene.par, PCOA));
	sim_leave(scene.mn, 1);
	expire();
	assert_null(sim_path(scene.par, PCOA));
}

/* A redirection has a node that is elsewhere, whatever the neighbour cache says still. */
static void an_end_of_a_redirection_begins_no_copies(void **state)
{
	(void)state;
	par_config.ar.copying = CONFIG_COPY_ALWAYS;
	meet();
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	expect_redirected();
	expire();
	assert_null(sim_path(scene.par, PCOA));
}

/* What it was like before is no part of what is asked for now. */
static void a_record_has_the_steps_of_one_handover(void **state)
{
	unsigned int i, redirected = 0;

	(void)state;
	meet();
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	scene.sim.fate = no_hi_arrives;
	send_fbu(NCOA, "2001:db8:2::77", 30);
	sim_run(&scene.sim, 20);
	scene.sim.fate = NULL;
	/* It changes its mind before there is an answer. */
	send_fbu(NCOA, "2001:db8:2::78", 30);
	sim_run(&scene.sim, 50);
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 50);
	for (i = 0; i < scene.par->record.steps; i++)
		redirected += !strcmp(scene.par->record.step[i].what, "redirected");
	assert_int_equal(redirected, 1);
}

/* A key may be that of a whole link: the router's address is there, too. */
static void nobody_takes_the_routers_address(void **state)
{
	(void)state;
	send_fbu_for(PAR, NCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_null(sim_path(scene.par, PAR));
	assert_int_equal(scene.par->engine.count[COUNT_CONFLICT], 1);
	assert_int_equal(scene.fbacks, 0);
}

/* There are only so many numbers, and all of them are waiting for this router. */
static void there_is_an_end_to_numbers(void **state)
{
	struct in6_addr pcoa = address("2001:db8:1:0:1::");
	struct par_node *n;
	unsigned int i;

	(void)state;
	par_config.limits.nodes = 100000;
	for (i = 0; i <= UINT16_MAX; i++) {
		pcoa.s6_addr[14] = i >> 8;
		pcoa.s6_addr[15] = i;
		n = par_get(&scene.par->engine, &pcoa);
		assert_non_null(n);
		n->nar = nar_neighbour.address;
		n->hi_sequence = i;
		par_enter(n, PAR_ASKING);
	}
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	assert_int_equal(scene.fback.fback.status, MH_FBACK_NO_RESOURCES);
	assert_null(sim_path(scene.par, PCOA));
	par_forget(n);
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	expect_redirected();
}

/* Of one that is there to stay, as far as anybody knows. */
static void come_back(void)
{
	send_fbu(PCOA, NCOA, 30);
	sim_run(&scene.sim, 50);
	link_down();
	sim_run(&scene.sim, 100);
	sim_address(scene.mn, 1, PCOA, MN_LLA);
	send_fbu(PCOA, NCOA, 0);
	sim_run(&scene.sim, 20);
	assert_int_equal(sim_path(scene.par, PCOA)->target, PATH_ROUTE);
}

/* Section 5.6: who goes to and fro may do so again, but not for ever. */
static void copies_end_some_time_after_a_return(void **state)
{
	(void)state;
	meet();
	come_back();
	sim_release(scene.par, PCOA);
	sim_run(&scene.sim, par_config.ar.linger - 100);
	assert_non_null(sim_path(scene.par, PCOA));
	sim_run(&scene.sim, 200);
	assert_null(sim_path(scene.par, PCOA));
	/* It says that it may leave again, and nobody has to return for that to count. */
	par_may_leave(&scene.par->engine, 1, &mn_lla);
	sim_run(&scene.sim, 2 * par_config.ar.linger);
	assert_non_null(sim_path(scene.par, PCOA));
}

static void what_is_sent_once_more_is_waited_for(void **state)
{
	(void)state;
	par_config.ar.linger = 0;
	meet();
	come_back();
	sim_run(&scene.sim, 5000);
	assert_non_null(sim_path(scene.par, PCOA));
	sim_release(scene.par, PCOA);
	sim_run(&scene.sim, 1);
	assert_null(sim_path(scene.par, PCOA));
}

static void who_asks_after_a_return_is_copied_for(void **state)
{
	(void)state;
	meet();
	come_back();
	sim_release(scene.par, PCOA);
	par_may_leave(&scene.par->engine, 1, &mn_lla);
	sim_run(&scene.sim, 2 * par_config.ar.linger);
	assert_non_null(sim_path(scene.par, PCOA));
}

static void copies_of_all_do_not_end_with_a_return(void **state)
{
	(void)state;
	par_config.ar.copying = CONFIG_COPY_ALWAYS;
	meet();
	come_back();
	sim_release(scene.par, PCOA);
	sim_run(&scene.sim, 200000);
	assert_non_null(sim_path(scene.par, PCOA));
}

/* Nothing is kept then, but what comes back has to be sent before its binding goes. */
static void a_return_without_copies_leaves_nothing(void **state)
{
	(void)state;
	par_config.ar.copying = CONFIG_COPY_NEVER;
	meet();
	come_back();
	sim_run(&scene.sim, par_config.ar.linger);
	assert_null(sim_path(scene.par, PCOA));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(predictive, set_up, tear_down),
		cmocka_unit_test_setup_teardown(any_two_faults_predictive, set_up, tear_down),
		cmocka_unit_test_setup_teardown(any_two_faults_reactive, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reactive, set_up, tear_down),
		cmocka_unit_test_setup_teardown(replayed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(asked_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(returned, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(silent_router, set_up, tear_down),
		cmocka_unit_test_setup_teardown(par_is_killed_at_any_moment, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nar_is_killed_at_any_moment, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_redirection_survives, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_old_redirection_ends_in_time, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_old_redirection_can_be_ended, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_restart_lets_nothing_be_replayed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(each_key_has_its_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_held_is_held_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_left_unseen_is_waited_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_came_back_unseen_is_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_refusal_leaves_what_was, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgeries_are_not_the_nodes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgeries_are_limited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgeries_from_elsewhere_do_not_silence_a_node,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgeries_from_a_router_are_not_the_nodes, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(fbus_are_not_the_routers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_node_that_floods_is_heard_less, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(strangers_leave_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_it_was_like_is_recorded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_router_asks_for_a_node, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_is_given_away, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_is_asked_for_need_not_be_taken, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(refusals_have_a_cause, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_answer_in_cleartext_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_routing_header_is_sent_where_wanted, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_pcoa_goes_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_is_sent_to_a_third, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_wants_no_answer_gets_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_accepted_address_is_the_one_that_is_told,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_comes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_is_back_while_it_drains_is_delivered_to,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_leaves_while_it_drains_is_waited_for,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_was_away_once_is_there_again,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_node_may_leave_twice,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(asking_once_more_costs_no_copies,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_has_left_while_it_asks_is_waited_for,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_old_end_does_not_end_what_has_begun,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_left_of_what_has_ended_and_is_refused,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_redirection_outlives_a_refresh_that_fails,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_refused_is_refused_again,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_superseded_leaves_a_record,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_drains_keeps_its_room_through_a_restart,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(copies_are_kept_for_a_while,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(copies_are_kept_of_who_is_there,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(copies_end_some_time_after_a_return,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_sent_once_more_is_waited_for,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_asks_after_a_return_is_copied_for,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(copies_of_all_do_not_end_with_a_return,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_return_without_copies_leaves_nothing,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_leaves_while_it_asks_is_waited_for_on,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_comes_back_while_it_asks_is_delivered_to,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(copies_of_who_is_there_begin_again,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_record_has_the_steps_of_one_handover,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_takes_the_routers_address,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(there_is_an_end_to_numbers,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_end_of_a_redirection_begins_no_copies,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
