// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <linux/fmip.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "binding.h"
#include "test.h"

static struct nl_msg *msg;

static int begin(void **state)
{
	(void)state;
	msg = nlmsg_alloc_size(8192);
	return !msg || !genlmsg_put(msg, 0, 0, 0x20, 0, 0, FMIP_CMD_BINDING_GET, 1);
}

static int end(void **state)
{
	(void)state;
	nlmsg_free(msg);
	return 0;
}

/* All that there is of it, so that what is left out is missed. */
static struct binding full(void)
{
	struct lla lla = { 6, { 2, 0, 0, 0, 0, 0x10 } };
	struct binding b = {
		.path = {
			.id = 7,
			.cookie = 0x7061725f00000009ull,
			.match = {
				{ false, { 128, address("2001:db8:1::10") }, 0 },
				{ true, { 64, address("2001:db8:2::") }, 3 },
			},
			.matches = 2,
			.accept = { { .source = true }, { .source = false } },
			.accepts = 2,
			.proxy = {
				{ address("2001:db8:1::10"), 3, 0, true },
				{ address("2001:db8:1::11"), 4, 1500, false },
			},
			.proxies = 2,
			.attach = { 3, lla, true, true },
			.gate = PATH_COPY,
			.replay_ns = UINT64_MAX,
			.buffer = { 100, 1 << 20, 250 },
			.speedup = 150,
			.hold = 4000,
			.lifetime = 40000,
		},
		.tunnel = { 0, 21, 22 },
	};

	return b;
}

static void assert_read(const struct binding *wanted)
{
	struct binding found;

	assert_int_equal(binding_put(msg, wanted), 0);
	assert_int_equal(binding_read(nlmsg_hdr(msg), &found), 0);
	assert_memory_equal(&found.path.match, &wanted->path.match, sizeof(found.path.match));
	assert_memory_equal(&found.path.proxy, &wanted->path.proxy, sizeof(found.path.proxy));
	assert_memory_equal(&found, wanted, sizeof(found));
}

static void goes_to_a_link(void **state)
{
	struct binding b = full();

	(void)state;
	b.path.target = PATH_LINK;
	b.path.ifindex = 3;
	b.path.lla = b.path.attach.lla;
	assert_read(&b);
}

static void goes_to_a_tunnel(void **state)
{
	struct binding b = full();

	(void)state;
	b.path.target = PATH_TUNNEL;
	b.path.gate = PATH_HOLD;
	b.tunnel[0] = 20;
	assert_read(&b);
}

static void is_simple(void **state)
{
	struct binding b = {
		.path = {
			.id = 1,
			.match = { { false, { 128, address("2001:db8:1::10") }, 0 } },
			.matches = 1,
			.target = PATH_ROUTE,
			.replay_ns = UINT64_MAX,
		},
	};

	(void)state;
	assert_read(&b);
}

static uint32_t attaches_on(void)
{
	struct nlattr *attrs[FMIP_BINDING_A_MAX + 1], *attach[FMIP_ATTACH_A_MAX + 1];
	struct nla_bitfield32 bits;

	assert_int_equal(genlmsg_parse(nlmsg_hdr(msg), 0, attrs, FMIP_BINDING_A_MAX, NULL), 0);
	assert_int_equal(nla_parse_nested(attach, FMIP_ATTACH_A_MAX,
					  attrs[FMIP_BINDING_A_ATTACH], NULL), 0);
	memcpy(&bits, nla_data(attach[FMIP_ATTACH_A_ON]), sizeof(bits));
	return bits.value;
}

/* It may have lost its UNA; but anybody can probe who is not known by anything else. */
static void a_probe_of_the_node_is_its_arrival(void **state)
{
	struct binding b = full();

	b.path.attach.data = false;
	assert_int_equal(binding_put(msg, &b), 0);
	assert_int_equal(attaches_on(), FMIP_ATTACH_ON_UNA | FMIP_ATTACH_ON_DAD_NS);
	end(state);
	assert_int_equal(begin(state), 0);
	b.path.attach.lla.len = 0;
	assert_int_equal(binding_put(msg, &b), 0);
	assert_int_equal(attaches_on(), FMIP_ATTACH_ON_UNA);
}

/* As with its lifetime, what is left is what counts. */
static void waits_no_longer_than_it_did(void **state)
{
	struct binding b = full(), found;

	(void)state;
	assert_int_equal(binding_put(msg, &b), 0);
	nla_put_u32(msg, FMIP_BINDING_A_HOLD_LEFT, 1500);
	assert_int_equal(binding_read(nlmsg_hdr(msg), &found), 0);
	assert_int_equal(found.path.hold, 1500);
}

/* What it has held is not all out. */
static void drains(void **state)
{
	struct binding found;

	(void)state;
	nla_put_u32(msg, FMIP_BINDING_A_ID, 1);
	nla_put_u8(msg, FMIP_BINDING_A_GATE, FMIP_GATE_DRAINING);
	assert_int_equal(binding_read(nlmsg_hdr(msg), &found), 0);
	assert_int_equal(found.path.gate, PATH_DRAINING);
}

static void counts(void **state)
{
	static const struct { uint8_t reason; uint64_t packets; } drops[] = {
		{ FMIP_DROP_LIMIT_PACKETS, 3 }, { FMIP_DROP_HOP_LIMIT, 4 },
		{ FMIP_DROP_AGED, 5 },
	};
	struct path_figures figures;
	struct nlattr *stats, *list, *member;
	size_t i;

	(void)state;
	stats = nla_nest_start(msg, FMIP_BINDING_A_STATS);
	nla_put_u64(msg, FMIP_STATS_A_RECEIVED_PACKETS, 100);
	nla_put_u64(msg, FMIP_STATS_A_BUFFERED_PACKETS, 6);
	nla_put_u64(msg, FMIP_STATS_A_PEAK_PACKETS, 50);
	nla_put_u64(msg, FMIP_STATS_A_RELEASED_PACKETS, 40);
	list = nla_nest_start(msg, FMIP_STATS_A_DROPPED);
	for (i = 0; i < sizeof(drops) / sizeof(drops[0]); i++) {
		member = nla_nest_start(msg, i + 1);
		nla_put_u8(msg, FMIP_DROPPED_A_REASON, drops[i].reason);
		nla_put_u64(msg, FMIP_DROPPED_A_PACKETS, drops[i].packets);
		nla_nest_end(msg, member);
	}
	nla_nest_end(msg, list);
	nla_nest_end(msg, stats);
	assert_int_equal(binding_read_figures(nlmsg_hdr(msg), &figures), 0);
	assert_int_equal(figures.received, 100);
	assert_int_equal(figures.buffered, 40 + 6 + 5);
	assert_int_equal(figures.buffered_most, 50);
	assert_int_equal(figures.released, 40);
	assert_int_equal(figures.overflow, 3);
	assert_int_equal(figures.dropped, 12);
}

static int read_event(uint8_t what, uint8_t timer, struct path_event *event, bool *ended)
{
	end(NULL);
	begin(NULL);
	nla_put_u8(msg, FMIP_EVENT_A_EVENT, what);
	nla_put_u8(msg, FMIP_EVENT_A_TIMER, timer);
	nla_put_u32(msg, FMIP_EVENT_A_BINDING, 9);
	nla_put_u64(msg, FMIP_EVENT_A_TIME_NS, 12345);
	return event_read(nlmsg_hdr(msg), event, ended);
}

static void tells(void **state)
{
	struct path_event event;
	bool ended;

	(void)state;
	assert_int_equal(read_event(FMIP_EVENT_ATTACHED, 0, &event, &ended), 0);
	assert_int_equal(event.change, PATH_ATTACHED);
	assert_int_equal(event.id, 9);
	assert_int_equal(event.ns, 12345);
	assert_false(ended);
	assert_int_equal(read_event(FMIP_EVENT_EXPIRED, FMIP_TIMER_HOLD, &event, &ended), 0);
	assert_int_equal(event.change, PATH_EXPIRED);
	assert_true(ended);
	assert_int_not_equal(read_event(FMIP_EVENT_EXPIRED, FMIP_TIMER_PROXY, &event, &ended),
			     0);
	assert_int_equal(read_event(FMIP_EVENT_REMOVED, 0, &event, &ended), 0);
	assert_true(ended);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(goes_to_a_link, begin, end),
		cmocka_unit_test_setup_teardown(goes_to_a_tunnel, begin, end),
		cmocka_unit_test_setup_teardown(is_simple, begin, end),
		cmocka_unit_test_setup_teardown(a_probe_of_the_node_is_its_arrival, begin, end),
		cmocka_unit_test_setup_teardown(waits_no_longer_than_it_did, begin, end),
		cmocka_unit_test_setup_teardown(drains, begin, end),
		cmocka_unit_test_setup_teardown(counts, begin, end),
		cmocka_unit_test_setup_teardown(tells, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
