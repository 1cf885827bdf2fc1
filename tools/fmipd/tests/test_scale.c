// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much more a message costs where there are many nodes: nothing.  Counted are the
 * basic blocks that the state machines run through, not time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "badf.h"
#include "nar.h"
#include "par.h"
#include "test.h"

#define FEW		100
#define MANY		10000

/* Tables of other sizes have chains of other lengths: that much may differ. */
#define TOLERANCE	2

static struct config_prefix here, there;
static struct config_interface interface;
static struct config_neighbour peer;
static struct config_key key;
static struct config config;
static struct engine engine;
static uint64_t now_ns;
static unsigned int sent, room;
static struct mh last;

/* A world in which everything works and nothing is kept. */

static uint64_t now(void *world)
{
	(void)world;
	return now_ns;
}

static void send_message(void *world, const struct message *m)
{
	(void)world;
	sent++;
	assert_int_equal(mh_decode(m->data, m->len, NULL, &last).kind, FAULT_NONE);
}

static int path_set(void *world, const struct path *path)
{
	(void)world;
	(void)path;
	return 0;
}

static void path_end(void *world, uint32_t id)
{
	(void)world;
	(void)id;
}

static int path_figures(void *world, uint32_t id, struct path_figures *figures)
{
	(void)world;
	(void)id;
	*figures = (struct path_figures){};
	return 0;
}

static void alarm_set(void *world, struct alarm *alarm, uint64_t at_ns)
{
	(void)world;
	(void)alarm;
	(void)at_ns;
}

static void alarm_stop(void *world, struct alarm *alarm)
{
	(void)world;
	(void)alarm;
}

static int lla_of(void *world, unsigned int ifindex, const struct in6_addr *address,
		  struct lla *lla)
{
	(void)world;
	(void)ifindex;
	(void)address;
	(void)lla;
	return -ENOENT;
}

static unsigned int ifindex_of(void *world, const char *name)
{
	(void)world;
	(void)name;
	return 1;
}

static bool is_own(void *world, const struct in6_addr *address)
{
	(void)world;
	(void)address;
	return false;
}

static int own_address(void *world, unsigned int ifindex, bool global,
		       struct in6_addr *address)
{
	(void)world;
	(void)ifindex;
	(void)global;
	(void)address;
	return -ENOENT;
}

static int own_lla(void *world, unsigned int ifindex, struct lla *lla)
{
	(void)world;
	(void)ifindex;
	*lla = (struct lla){ 6, { 2, 0xff } };
	return 0;
}

static void neighbour_set(void *world, unsigned int ifindex,
			  const struct in6_addr *address, const struct lla *lla)
{
	(void)world;
	(void)ifindex;
	(void)address;
	(void)lla;
}

static void remember(void *world, const struct in6_addr *pcoa, uint32_t spi,
		     uint16_t sequence)
{
	(void)world;
	(void)pcoa;
	(void)spi;
	(void)sequence;
}

static int recall(void *world, const struct in6_addr *pcoa, uint32_t spi,
		  uint16_t *sequence)
{
	(void)world;
	(void)pcoa;
	(void)spi;
	(void)sequence;
	return -ENOENT;
}

static void random_octets(void *world, void *octets, size_t len)
{
	(void)world;
	memset(octets, 0x5a, len);
}

static void report(void *world, const struct report *r)
{
	(void)world;
	(void)r;
}

static const struct world_ops ops = {
	.now = now,
	.send = send_message,
	.path_set = path_set,
	.path_end = path_end,
	.path_figures = path_figures,
	.alarm_set = alarm_set,
	.alarm_stop = alarm_stop,
	.lla_of = lla_of,
	.ifindex_of = ifindex_of,
	.is_own = is_own,
	.own_address = own_address,
	.own_lla = own_lla,
	.neighbour_set = neighbour_set,
	.remember = remember,
	.recall = recall,
	.random = random_octets,
	.report = report,
};

/* The address of a node on one of the links. */
static struct in6_addr numbered(const struct config_prefix *prefix, unsigned int n)
{
	struct in6_addr a = prefix->address;

	a.s6_addr[14] = n >> 8;
	a.s6_addr[15] = n;
	a.s6_addr[8] = 1;
	return a;
}

static struct lla lla(unsigned int n)
{
	return (struct lla){ 6, { 2, 0, 0, 1, n >> 8, n } };
}

static void begin(void)
{
	here = (struct config_prefix){ 64, address("2001:db8:1::") };
	there = (struct config_prefix){ 64, address("2001:db8:2::") };
	interface = (struct config_interface){
		.name = "link1", .prefixes = &here, .prefixes_count = 1,
	};
	peer = (struct config_neighbour){
		.name = "peer", .address = address("2001:db8:2::1"),
		.prefixes = &there, .prefixes_count = 1, .fmip = true,
	};
	key = (struct config_key){ .pcoa = here, .spi = 0x100, .len = 20 };
	config = (struct config){
		.roles = CONFIG_AR,
		.ipsec = CONFIG_IPSEC_OFF,
		.interfaces = &interface, .interfaces_count = 1,
		.neighbours = &peer, .neighbours_count = 1,
		.keys = &key, .keys_count = 1,
		.ar = {
			.address = address("2001:db8:1::1"),
			.hi = { 100, 3, 0 },
			.copying = CONFIG_COPY_ALWAYS,
			.lifetime_max = 60,
			.una_memory = 60000,
		},
		.limits = { .nodes = MANY, .addresses = 8, .una = MANY },
	};
	now_ns = 1000000000;
	assert_int_equal(engine_start(&engine, &config, &ops, NULL), 0);
}

static void neighbour(unsigned int n)
{
	struct in6_addr a = numbered(&here, n);
	struct lla l = lla(n);

	engine_neighbour(&engine, 1, &a, &l);
}

static void link_change(unsigned int n, enum link_change change)
{
	struct link_event event = {
		.change = change, .ifindex = 1, .lla = lla(n), .ns = now_ns,
	};

	engine_link(&engine, &event);
}

static void receive_mh(struct mh *mh, const struct ip6_ends *ends, unsigned int node,
		       bool signs)
{
	struct badf_key k = { key.mac, key.len, key.bytes };
	uint8_t data[256];
	struct message m = {
		.ends = *ends, .next_header = IPPROTO_MH, .data = data,
		.has_home = signs, .home = numbered(&here, node),
	};
	struct badf_ends covers = { numbered(&there, node), ends->destination };

	assert_int_equal(mh_encode(mh, data, sizeof(data), &m.len), FAULT_NONE);
	if (signs)
		assert_int_equal(badf_sign(data, m.len, &k, &covers), 0);
	engine_receive(&engine, &m);
}

static void fbu(unsigned int n, uint16_t sequence)
{
	struct ip6_ends ends = { numbered(&there, n), config.ar.address };
	struct mh mh = {
		.type = MH_FBU,
		.fbu = { sequence, MH_FBU_A | MH_FBU_H, 30 },
		.options = { 2, {
			{ .type = MOBOPT_ALTCOA, .care_of = numbered(&there, n) },
			{ .type = MOBOPT_BADF, .badf = { .spi = 0x100, .len = 12 } },
		} },
	};

	receive_mh(&mh, &ends, n, true);
}

static void hack(unsigned int n)
{
	struct in6_addr a = numbered(&here, n);
	struct par_node *node = par_find(&engine, &a);
	struct ip6_ends ends = { peer.address, config.ar.address };
	struct mh mh = { .type = MH_HACK };

	assert_non_null(node);
	mh.hack.sequence = node->hi_sequence;
	receive_mh(&mh, &ends, n, false);
}

static void hi(unsigned int n, uint16_t sequence, uint8_t code)
{
	struct ip6_ends ends = { peer.address, config.ar.address };
	struct mh mh = {
		.type = MH_HI,
		.hi = { sequence, code ? 0 : MH_HI_U, code },
		.options = { 3, {
			{ .type = MOBOPT_LLA, .lla = { LLA_MN, lla(n) } },
			{ .type = MOBOPT_ADDRESS,
			  .address = { ADDRESS_PCOA, 128, numbered(&there, n) } },
			{ .type = MOBOPT_ADDRESS,
			  .address = { ADDRESS_NCOA, 128, numbered(&here, n) } },
		} },
	};

	receive_mh(&mh, &ends, n, false);
}

static void una(unsigned int n)
{
	struct nd nd = { .type = ND_NA, .neighbour = { 0, numbered(&here, n) } };
	uint8_t data[128];
	struct message m = {
		.ends = { numbered(&here, n), config.ar.address },
		.ifindex = 1, .next_header = IPPROTO_ICMPV6, .hop_limit = 255,
		.data = data,
	};

	ndopts_add(&nd.options, NDOPT_TARGET_LLA)->link = lla(n);
	assert_int_equal(nd_encode(&nd, data, sizeof(data), &m.len), FAULT_NONE);
	engine_receive(&engine, &m);
}

static void tell(uint32_t id, enum path_change change)
{
	struct path_event event = { .change = change, .id = id, .ns = now_ns };

	engine_path(&engine, &event);
}

/* What a handover away from here is made of. */
static void leave(unsigned int n)
{
	struct in6_addr a = numbered(&here, n);

	neighbour(n);
	link_change(n, LINK_FADES);
	link_change(n, LINK_DOWN);
	fbu(n, 1);
	hack(n);
	assert_int_equal(last.type, MH_FBACK);
	assert_int_equal(last.fback.status, MH_FBACK_ACCEPTED);
	tell(par_find(&engine, &a)->path_id, PATH_RELEASED);
	fbu(n, 2);
	assert_int_equal(par_find(&engine, &a)->state, PAR_REDIRECTED);
}

/* And one to here. */
static void come(unsigned int n)
{
	struct in6_addr a = numbered(&here, n);

	hi(n, n, MH_HI_FROM_PCOA);
	assert_int_equal(last.type, MH_HACK);
	assert_int_equal(last.hack.code, MH_HACK_NCOA_VALID);
	hi(n, n, MH_HI_FROM_PCOA);
	una(n);
	tell(nar_find(&engine, &a)->path_id, PATH_ATTACHED);
	hi(n, n, MH_HI_FROM_ELSEWHERE);
}

/* As many come, and one more: what does that take? */
static unsigned long cost(void (*act)(unsigned int n), unsigned int nodes)
{
	unsigned long before, least = 0;
	unsigned int n;

	begin();
	room = nodes - 60;
	for (n = 0; n < nodes - 50; n++)
		act(n);
	/* Not one that happens to have a table grow. */
	for (; n < nodes; n++) {
		before = steps;
		act(n);
		if (!least || steps - before < least)
			least = steps - before;
	}
	engine_stop(&engine);
	return least;
}

static void assert_flat(void (*act)(unsigned int n))
{
	unsigned long few = cost(act, FEW), many = cost(act, MANY);

	assert_true(few > 20);
	if (many > few * TOLERANCE)
		fail_msg("%lu steps with %d nodes, %lu with %d", few, FEW, many, MANY);
}

static void who_leaves_is_found(void **state)
{
	(void)state;
	assert_flat(leave);
}

static void who_comes_is_found(void **state)
{
	(void)state;
	assert_flat(come);
}

static void who_is_unknown_is_found(void **state)
{
	(void)state;
	assert_flat(una);
}

/* There is no room for more: the one that goes is found, too. */
static void passer_by(unsigned int n)
{
	config.ar.copying = CONFIG_COPY_NEVER;
	config.limits.nodes = room;
	config.limits.addresses = 1;
	neighbour(n);
}

static void who_goes_is_found(void **state)
{
	(void)state;
	assert_flat(passer_by);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_leaves_is_found),
		cmocka_unit_test(who_comes_is_found),
		cmocka_unit_test(who_is_unknown_is_found),
		cmocka_unit_test(who_goes_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
