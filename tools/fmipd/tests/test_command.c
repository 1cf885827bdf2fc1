// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands of the control socket, without the socket: a mobile node and two
 * routers in virtual time, and one schedule, in real time.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "mn.h"
#include "par.h"
#include "scene.h"
#include "test.h"

#define KEY20	"000102030405060708090a0b0c0d0e0f10111213"
#define OTHER20	"ff0102030405060708090a0b0c0d0e0f10111213"

static struct scene scene;
static struct loop *loop;
static struct keyring *keyring;
static struct commands commands;
static struct json_object *answer;
static unsigned int forgotten, ended;
static bool monitors;

static bool protects(void *arg, const struct in6_addr *peer)
{
	struct in6_addr nar = address(SCENE_NAR);

	(void)arg;
	return IN6_ARE_ADDR_EQUAL(peer, &nar);
}

static void end(void *arg)
{
	(void)arg;
	ended++;
}

static void forget(void *arg, const struct config_key *key)
{
	(void)arg;
	(void)key;
	forgotten++;
}

/* The commands are about one node at a time. */
static void at(struct sim_node *node)
{
	commands.host.engine = &node->engine;
	((struct config *)node->engine.config)->keyring = keyring;
}

static int set_up(void **state)
{
	struct control_host host = {
		.protects = protects, .end = end, .forget = forget,
	};

	(void)state;
	forgotten = 0;
	ended = 0;
	monitors = false;
	answer = NULL;
	scene_begin(&scene);
	loop = loop_open();
	keyring = keyring_open();
	host.keyring = keyring;
	host.engine = &scene.par->engine;
	if (!loop || !keyring || commands_open(&commands, loop, &host))
		return -1;
	at(scene.par);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	json_object_put(answer);
	commands_close(&commands);
	keyring_close(keyring);
	loop_close(loop);
	scene_end(&scene);
	return 0;
}

static struct json_object *run(const char *line)
{
	json_object_put(answer);
	answer = command_run(&commands, line, strlen(line), &monitors);
	assert_non_null(answer);
	return answer;
}

static const char *member(struct json_object *o, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(o, name, &value) ? json_object_get_string(value) :
							    "";
}

static void wrong(const char *line, const char *errno_name, const char *text)
{
	run(line);
	assert_string_equal(member(answer, "error"), text);
	assert_string_equal(member(answer, "errno"), errno_name);
	assert_false(json_object_object_get_ex(answer, "result", NULL));
}

/* Its result; NULL where the command has done what it says, and there is no more. */
static struct json_object *right(const char *line)
{
	struct json_object *result;

	run(line);
	assert_string_equal(member(answer, "error"), "");
	assert_true(json_object_object_get_ex(answer, "result", &result));
	return result;
}

static void hostile_lines(void **state)
{
	static const struct { const char *line, *text; } lines[] = {
		{ "", "not JSON: unexpected end of data" },
		{ "x", "not JSON: unexpected character" },
		{ "{", "not JSON: unexpected end of data" },
		{ "{}}", "not JSON: unexpected character" },
		{ "{\"command\":\"monitor\"} x", "not JSON: unexpected character" },
		{ "{'command':'monitor'}", "not JSON: unexpected character" },
		{ "[[[[[[[[]]]]]]]]", "not JSON: nesting too deep" },
		{ "{\"command\":[[]]}", "not JSON: nesting too deep" },
		{ "null", "not a JSON object with a \"command\"" },
		{ "7", "not a JSON object with a \"command\"" },
		{ "[]", "not a JSON object with a \"command\"" },
		{ "{}", "not a JSON object with a \"command\"" },
		{ "{\"command\":7}", "not a JSON object with a \"command\"" },
		{ "{\"command\":null}", "not a JSON object with a \"command\"" },
		{ "{\"command\":\"monitor\\u0000\"}",
		  "not a JSON object with a \"command\"" },
		{ "{\"command\":\"reboot\"}", "\"reboot\": there is no such command" },
		{ "{\"command\":\"monitor\",\"x\":1}", "\"x\": there is no such argument" },
		{ "{\"command\":\"cancel\"}", "\"id\" is missing" },
		{ "{\"command\":\"cancel\",\"id\":\"1\"}", "id: expected a whole number" },
		{ "{\"command\":\"cancel\",\"id\":{}}", "id: expected a whole number" },
		{ "{\"command\":\"cancel\",\"id\":1.5}", "id: expected a whole number" },
		{ "{\"command\":\"cancel\",\"id\":null}", "id: expected a whole number" },
		{ "{\"command\":\"cancel\",\"id\":-1}",
		  "id: -1 is out of range, which is 1 to 4294967295" },
		{ "{\"command\":\"cancel\",\"id\":4294967296}",
		  "id: 4294967296 is out of range, which is 1 to 4294967295" },
		{ "{\"command\":\"start\"}", "\"ap\" is missing" },
		{ "{\"command\":\"start\",\"ap\":\"02:zz\"}",
		  "ap: expected a link-layer address such as \"02:00:5e:00:00:01\"" },
		{ "{\"command\":\"start\",\"ap\":\"02:00:00:00:aa:02\\u0000\"}",
		  "ap: expected a link-layer address such as \"02:00:5e:00:00:01\"" },
		{ "{\"command\":\"start\",\"ap\":\"02:00:00:00:aa:02\",\"node\":\"::zz\"}",
		  "node: expected an IPv6 address" },
		{ "{\"command\":\"start\",\"ap\":\"02:00:00:00:aa:02\",\"at\":1}",
		  "at: that moment is in the past" },
		{ "{\"command\":\"link\",\"change\":\"up\",\"interface\":\"eth7\"}",
		  "interface: \"eth7\" is none of the configuration" },
		{ "{\"command\":\"link\",\"change\":\"off\",\"interface\":\"link1\"}",
		  "change: expected \"up\", \"down\" or \"fade\", not \"off\"" },
		{ "{\"command\":\"link\",\"change\":\"up\",\"interface\":\"link1\","
		  "\"ns\":9223372036854775807}", "ns: that moment is in the future" },
	};
	unsigned int before = scene.sim.sent;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		run(lines[i].line);
		assert_string_equal(member(answer, "error"), lines[i].text);
	}
	assert_int_equal(scene.sim.sent, before);
	assert_false(monitors);
}

static void octets_that_are_no_text(void **state)
{
	static const char nul[] = "{\"command\":\"monitor\"}\0{", bad[] = "{\"command\":\"\xff\"}";

	(void)state;
	answer = command_run(&commands, nul, sizeof(nul) - 1, &monitors);
	assert_string_equal(member(answer, "error"), "not JSON: unexpected character");
	json_object_put(answer);
	answer = command_run(&commands, bad, sizeof(bad) - 1, &monitors);
	assert_string_equal(member(answer, "error"), "not JSON: invalid utf-8 string");
}

static void start_now(void **state)
{
	const struct in6_addr pcoa = address(SCENE_PCOA);
	const struct lla lla = sim_lla(0x10);
	struct json_object *all, *o;

	(void)state;
	engine_neighbour(&scene.par->engine, 1, &pcoa, &lla);
	assert_null(right("{\"command\":\"start\",\"node\":\"" SCENE_PCOA "\","
			  "\"ap\":\"02:00:00:00:aa:02\"}"));
	sim_run(&scene.sim, 60);
	all = right("{\"command\":\"show handovers\"}");
	assert_int_equal(json_object_array_length(all), 1);
	o = json_object_array_get_idx(all, 0);
	assert_string_equal(member(o, "role"), "par");
	assert_string_equal(member(o, "state"), "redirected");
	assert_string_equal(member(o, "pcoa"), SCENE_PCOA);
	assert_string_equal(member(o, "interface"), "link1");
	wrong("{\"command\":\"start\",\"node\":\"" SCENE_PCOA "\","
	      "\"ap\":\"02:00:00:00:aa:02\"}", "EBUSY",
	      "a handover of the node is under way");
	at(scene.mn);
	all = right("{\"command\":\"show handovers\"}");
	o = json_object_array_get_idx(all, 0);
	assert_string_equal(member(o, "state"), "leaving");
	assert_string_equal(member(o, "ap"), "02:00:00:00:aa:02");
}

#define INVITE(node, lla, router) \
	"{\"command\":\"invite\",\"node\":\"" node "\",\"lla\":\"" lla "\"," \
	"\"router\":\"" router "\"}"

static void invite(void **state)
{
	unsigned int sent = scene.sim.sent;

	(void)state;
	at(scene.nar);
	wrong(INVITE(SCENE_PCOA, "02:00:00:00:00:10", "2001:db8:9::1"), "ENOENT",
	      "no neighbour that speaks RFC 5568 has that address");
	wrong(INVITE("2001:db8:2::17", "02:00:00:00:00:10", SCENE_PAR), "EINVAL",
	      "the node's address is of a link of this router");
	wrong(INVITE("ff02::1", "02:00:00:00:00:10", SCENE_PAR), "EINVAL",
	      "node: ff02::1 is not a global unicast address");
	wrong("{\"command\":\"invite\",\"node\":\"" SCENE_PCOA "\",\"router\":\"" SCENE_PAR
	      "\"}", "EINVAL", "\"lla\" is missing");
	assert_int_equal(scene.sim.sent, sent);
	assert_null(right(INVITE(SCENE_PCOA, "02:00:00:00:00:10", SCENE_PAR)));
	assert_int_equal(scene.sim.sent, sent + 1);
	at(scene.mn);
	wrong(INVITE(SCENE_PCOA, "02:00:00:00:00:10", SCENE_PAR), "EOPNOTSUPP",
	      "this node has no role that could do so");
}

#define ADVERTISE(arguments) "{\"command\":\"advertise\"" arguments "}"

/* Who is told of another router knows it, and stays. */
static void advertise(void **state)
{
	unsigned int sent = scene.sim.sent;

	(void)state;
	wrong(ADVERTISE(""), "EINVAL", "one of \"node\" and \"interface\" is needed");
	wrong(ADVERTISE(",\"node\":\"" SCENE_PCOA "\",\"interface\":\"link1\""), "EINVAL",
	      "one of \"node\" and \"interface\" is needed");
	wrong(ADVERTISE(",\"interface\":\"link9\""), "ENODEV",
	      "interface: \"link9\" is none of the configuration");
	wrong(ADVERTISE(",\"node\":\"2001:db8:1::99\""), "ENOENT",
	      "no link of this router has a node with that address");
	wrong(ADVERTISE(",\"interface\":\"link1\",\"ap\":\"02:00:00:00:aa:01\""), "EINVAL",
	      "the access point is one of this router's own");
	wrong(ADVERTISE(",\"interface\":\"link1\",\"ap\":\"02:00:00:00:aa:09\""), "ENOENT",
	      "no neighbour has that access point");
	assert_int_equal(scene.sim.sent, sent);
	assert_null(mn_candidate_at(scene.mn->engine.mn, &scene_nar_ap));
	assert_null(right(ADVERTISE(",\"interface\":\"link1\"")));
	assert_int_equal(scene.sim.sent, sent + 1);
	sim_run(&scene.sim, 20);
	assert_non_null(mn_candidate_at(scene.mn->engine.mn, &scene_nar_ap));
	assert_int_equal(scene.mn->engine.mn->state, MN_HERE);
	assert_null(right(ADVERTISE(",\"node\":\"" SCENE_PCOA "\","
				    "\"ap\":\"02:00:00:00:aa:02\"")));
	assert_int_equal(scene.sim.sent, sent + 2);
	scene_detach(&scene);
	wrong(ADVERTISE(",\"interface\":\"link1\""), "EADDRNOTAVAIL",
	      "this router has no link-local address on the link");
	at(scene.mn);
	wrong(ADVERTISE(",\"interface\":\"link1\""), "EOPNOTSUPP",
	      "this node has no role that could do so");
}

static void the_daemon_is_stopped(void **state)
{
	(void)state;
	wrong("{\"command\":\"stop agent\",\"node\":\"::1\"}", "EINVAL",
	      "\"node\": there is no such argument");
	assert_int_equal(ended, 0);
	right("{\"command\":\"stop agent\"}");
	assert_int_equal(ended, 1);
}

static void link_events(void **state)
{
	(void)state;
	scene_learn(&scene);
	at(scene.mn);
	right("{\"command\":\"link\",\"change\":\"down\",\"interface\":\"link1\",\"ns\":5}");
	assert_int_equal(scene.mn->engine.mn->state, MN_AWAY);
	assert_int_equal(scene.mn->engine.mn->record.step[0].ns, 5);
	right("{\"command\":\"link\",\"change\":\"up\",\"interface\":\"link1\","
	      "\"ap\":\"02:00:00:00:aa:02\"}");
	assert_int_equal(scene.mn->engine.mn->state, MN_THERE);
	right("{\"command\":\"complete\"}");
	assert_int_equal(scene.mn->engine.mn->state, MN_HERE);
	wrong("{\"command\":\"complete\"}", "ENOENT", "there is no handover to complete");
}

static void fade_makes_copies(void **state)
{
	const struct in6_addr pcoa = address(SCENE_PCOA);
	const struct lla lla = sim_lla(0x10);

	(void)state;
	engine_neighbour(&scene.par->engine, 1, &pcoa, &lla);
	right("{\"command\":\"link\",\"change\":\"fade\",\"interface\":\"link1\","
	      "\"lla\":\"02:00:00:00:00:10\"}");
	assert_non_null(sim_path(scene.par, SCENE_PCOA));
	assert_int_equal(sim_path(scene.par, SCENE_PCOA)->gate, PATH_COPY);
}

#define LEAVES	"{\"command\":\"link\",\"change\":\"down\",\"interface\":\"link1\"," \
		"\"lla\":\"02:00:00:00:00:10\""

/* It has gone then, or at some time before now, and gets all that it may have missed. */
static void leaves_at_a_moment(void **state)
{
	fade_makes_copies(state);
	right(LEAVES ",\"ns\":5}");
	assert_int_equal(sim_path(scene.par, SCENE_PCOA)->gate, PATH_HOLD);
	assert_int_equal(sim_path(scene.par, SCENE_PCOA)->replay_ns, 5);
}

static void leaves_at_some_time(void **state)
{
	fade_makes_copies(state);
	right(LEAVES "}");
	assert_int_equal(sim_path(scene.par, SCENE_PCOA)->gate, PATH_HOLD);
	assert_int_equal(sim_path(scene.par, SCENE_PCOA)->replay_ns, 0);
}

static const char *start_at(const char *node, uint64_t at)
{
	static char line[256];

	snprintf(line, sizeof(line), "{\"command\":\"start\",\"node\":\"%s\","
		 "\"ap\":\"02:00:00:00:aa:02\",\"at\":%llu}", node, (unsigned long long)at);
	return line;
}

static void start_later(void **state)
{
	uint64_t hour = 3600 * 1000 * MS, now = realtime_now();
	struct json_object *o, *all;

	(void)state;
	o = right(start_at(SCENE_PCOA, now + 2 * hour));
	assert_string_equal(member(o, "state"), "scheduled");
	assert_string_equal(member(o, "id"), "1");
	right(start_at(SCENE_PCOA, now + hour));
	/* In the order in which they are to start. */
	all = right("{\"command\":\"show handovers\"}");
	assert_int_equal(json_object_array_length(all), 2);
	assert_string_equal(member(json_object_array_get_idx(all, 0), "id"), "2");
	assert_string_equal(member(json_object_array_get_idx(all, 1), "id"), "1");
	right("{\"command\":\"cancel\",\"id\":2}");
	wrong("{\"command\":\"cancel\",\"id\":2}", "ENOENT",
	      "id: no handover 2 is scheduled");
	all = right("{\"command\":\"show handovers\"}");
	assert_int_equal(json_object_array_length(all), 1);
}

static void on_told(struct sim_node *node, const struct report *report)
{
	(void)node;
	(void)report;
	loop_stop(loop);
}

/* Two, one after the other; who listens is told of the second, which is refused. */
static void what_is_scheduled_starts(void **state)
{
	uint64_t at = realtime_now() + 20 * MS;
	unsigned int before = scene.sim.sent;

	(void)state;
	right(start_at("2001:db8:1::99", at + MS));
	right(start_at(SCENE_PCOA, at));
	scene.par->told = on_told;
	assert_int_equal(scene.sim.sent, before);
	assert_int_equal(loop_run(loop), 0);
	assert_true(realtime_now() >= at + MS);
	assert_int_equal(scene.sim.sent, before + 1);
	assert_int_equal(scene.par->reports, 1);
	assert_int_equal(scene.par->report[0].kind, REPORT_REFUSED);
	assert_string_equal(scene.par->report[0].role, "operator");
	assert_string_equal(scene.par->report[0].text,
			    "no link of this router has a node with that address");
	assert_int_equal(json_object_array_length(right("{\"command\":\"show handovers\"}")), 0);
}

static void too_many_starts(void **state)
{
	uint64_t later = realtime_now() + 3600 * 1000 * MS;
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		right(start_at(SCENE_PCOA, later + i));
	wrong(start_at(SCENE_PCOA, later), "ENOSPC",
	      "as many handovers are scheduled as limits.nodes allows");
}

static const char *key_line(const char *command, const char *pcoa, const char *octets)
{
	static char line[256];

	snprintf(line, sizeof(line), "{\"command\":\"%s\",\"pcoa\":\"%s\",\"spi\":256,"
		 "\"key\":\"%s\"}", command, pcoa, octets);
	return line;
}

static int first_octet(const char *pcoa)
{
	struct in6_addr a = address(pcoa);
	const struct config_key *key = config_key_of(scene.par->engine.config, &a, 256);

	return key ? key->bytes[0] : -1;
}

static void keys(void **state)
{
	(void)state;
	assert_int_equal(first_octet(SCENE_PCOA), 't');
	assert_null(right(key_line("add key", SCENE_PCOA "/128", OTHER20)));
	assert_int_equal(first_octet(SCENE_PCOA), 0xff);
	assert_int_equal(first_octet("2001:db8:1::11"), 't');
	wrong(key_line("add key", SCENE_PCOA "/128", KEY20), "EEXIST",
	      "there is such a key already");
	wrong(key_line("add key", "2001:db8:1::/64", KEY20), "EEXIST",
	      "the configuration has such a key");
	assert_int_equal(forgotten, 0);
	right(key_line("replace key", SCENE_PCOA "/128", OTHER20));
	/* It is the same one: old FBUs stay old. */
	assert_int_equal(forgotten, 0);
	right(key_line("replace key", SCENE_PCOA "/128", KEY20));
	assert_int_equal(forgotten, 1);
	assert_int_equal(first_octet(SCENE_PCOA), 0);
	right("{\"command\":\"delete key\",\"pcoa\":\"" SCENE_PCOA "/128\",\"spi\":256}");
	assert_int_equal(forgotten, 2);
	assert_int_equal(first_octet(SCENE_PCOA), 't');
	wrong("{\"command\":\"delete key\",\"pcoa\":\"" SCENE_PCOA "/128\",\"spi\":256}",
	      "ENOENT", "there is no such key");
	wrong("{\"command\":\"delete key\",\"pcoa\":\"2001:db8:1::/64\",\"spi\":256}",
	      "EPERM", "the key is one of the configuration");
	assert_int_equal(forgotten, 2);
	right(key_line("replace key", "2001:db8:1::/64", OTHER20));
	assert_int_equal(first_octet(SCENE_PCOA), 0xff);
}

static void keys_that_are_wrong(void **state)
{
	(void)state;
	wrong(key_line("add key", SCENE_PCOA "/128", "00"), "EINVAL",
	      "key: has 1 octets, but its mac wants 20 (RFC 6275 section 5.2.5)");
	wrong(key_line("add key", SCENE_PCOA "/128", "0g"), "EINVAL",
	      "key: expected hexadecimal digits, two for each octet");
	wrong(key_line("add key", "2001:db8:1::10/64", KEY20), "EINVAL",
	      "pcoa: 2001:db8:1::10/64 has bits behind its length; 2001:db8:1::/64 has not");
	wrong("{\"command\":\"add key\",\"pcoa\":\"2001:db8::1/128\",\"spi\":0,"
	      "\"key\":\"" KEY20 "\"}", "EINVAL",
	      "spi: 0 is out of range, which is 1 to 4294967295");
	wrong("{\"command\":\"add key\",\"pcoa\":\"2001:db8::1/128\",\"spi\":1,"
	      "\"mac\":\"md5\",\"key\":\"" KEY20 "\"}", "EINVAL",
	      "mac: expected \"hmac-sha1-96\", \"hmac-sha256-128\" or \"hmac-sha256\", "
	      "not \"md5\"");
	assert_int_equal(keyring_count(keyring), 0);
}

static void too_many_keys(void **state)
{
	char pcoa[64];
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		snprintf(pcoa, sizeof(pcoa), "2001:db8:1::%x/128", i + 0x100);
		right(key_line("add key", pcoa, KEY20));
	}
	wrong(key_line("add key", SCENE_PCOA "/128", KEY20), "ENOSPC",
	      "there are as many keys as limits.nodes allows");
	wrong(key_line("replace key", SCENE_PCOA "/128", KEY20), "ENOSPC",
	      "there are as many keys as limits.nodes allows");
	right(key_line("replace key", pcoa, OTHER20));
}

static void keep(struct sim_node *node, const struct report *report)
{
	if (report->kind == REPORT_DONE)
		history_add(commands.history, report, 1000,
			    node->engine.config->limits.records);
}

static int64_t number(struct json_object *o, const char *name)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(o, name, &value));
	return json_object_get_int64(value);
}

/* A node leaves, and comes 50 ms later. */
static void a_record_is_left(void **state)
{
	struct json_object *all, *o, *record, *parts, *packets;

	(void)state;
	scene.par->told = keep;
	scene.mn->told = keep;
	scene_learn(&scene);
	at(scene.mn);
	right("{\"command\":\"start\",\"ap\":\"02:00:00:00:aa:02\"}");
	sim_run(&scene.sim, 40);
	scene_detach(&scene);
	sim_run(&scene.sim, 50);
	scene_attach(&scene);
	sim_run(&scene.sim, 50);
	right("{\"command\":\"complete\"}");
	all = right("{\"command\":\"show handovers\"}");
	assert_int_equal(json_object_array_length(all), 2);
	o = json_object_array_get_idx(all, 1);
	assert_string_equal(member(o, "state"), "finished");
	assert_string_equal(member(o, "role"), "mn");
	assert_string_equal(member(o, "text"), "complete");
	assert_int_equal(number(o, "realtime_ns"), 1000);
	assert_true(json_object_object_get_ex(o, "record", &record));
	assert_string_equal(member(record, "mode"), "predictive");
	assert_string_equal(member(record, "peer"), SCENE_PAR);
	assert_int_equal(number(record, "silence_ns"), 50 * MS);
	assert_true(json_object_object_get_ex(record, "parts_ns", &parts));
	assert_int_equal(number(parts, "link_gap"), 50 * MS);
	assert_int_equal(number(parts, "link_up_to_una"), 0);
	/* FBU, HI, HAck and FBack take 5 ms each. */
	assert_int_equal(number(parts, "fbu_to_fback"), 20 * MS);
	sim_run(&scene.sim, 60000);
	at(scene.par);
	all = right("{\"command\":\"show handovers\"}");
	o = json_object_array_get_idx(all, json_object_array_length(all) - 1);
	assert_string_equal(member(o, "role"), "par");
	assert_string_equal(member(o, "peer"), "nar");
	assert_true(json_object_object_get_ex(o, "record", &record));
	assert_string_equal(member(record, "peer"), SCENE_NAR);
	assert_true(json_object_object_get_ex(record, "parts_ns", &parts));
	assert_int_equal(number(parts, "hi_to_hack"), 10 * MS);
	assert_true(json_object_object_get_ex(record, "packets", &packets));
	assert_int_equal(number(packets, "overflow"), 0);
}

static void one_node_only(void **state)
{
	uint64_t later = realtime_now() + 3600 * 1000 * MS;
	const struct in6_addr other = address("2001:db8:1::11");
	const struct lla lla = sim_lla(0x11);
	struct json_object *all;

	(void)state;
	scene_learn(&scene);
	engine_neighbour(&scene.par->engine, 1, &other, &lla);
	right(start_at(SCENE_PCOA, later));
	right(start_at("2001:db8:1::11", later));
	assert_int_equal(json_object_array_length(right("{\"command\":\"show handovers\"}")), 3);
	all = right("{\"command\":\"show handovers\",\"all\":true}");
	assert_int_equal(json_object_array_length(all), 4);
	all = right("{\"command\":\"show handovers\",\"node\":\"2001:db8:1::11\"}");
	assert_int_equal(json_object_array_length(all), 2);
	assert_string_equal(member(json_object_array_get_idx(all, 0), "pcoa"),
			    "2001:db8:1::11");
	assert_string_equal(member(json_object_array_get_idx(all, 1), "pcoa"),
			    "2001:db8:1::11");
	assert_string_equal(member(json_object_array_get_idx(all, 1), "state"), "scheduled");
	all = right("{\"command\":\"show handovers\",\"node\":\"2001:db8:1::12\"}");
	assert_int_equal(json_object_array_length(all), 0);
}

#define PAGE(from) "{\"command\":\"show handovers\",\"all\":true,\"from\":" from "}"

/* Who asks for all has to ask again and again, and gets each once. */
static void there_is_an_end_to_an_answer(void **state)
{
	struct json_object *all;
	char last[64];

	(void)state;
	scene_crowd(&scene, 300);
	all = right("{\"command\":\"show handovers\"}");
	assert_int_equal(json_object_array_length(all), 0);
	assert_false(json_object_object_get_ex(answer, "next", NULL));
	all = right("{\"command\":\"show handovers\",\"all\":true}");
	assert_int_equal(json_object_array_length(all), 200);
	assert_int_equal(number(answer, "next"), 200);
	snprintf(last, sizeof(last), "%s", member(json_object_array_get_idx(all, 199), "pcoa"));
	all = right(PAGE("199"));
	assert_int_equal(json_object_array_length(all), 101);
	assert_string_equal(member(json_object_array_get_idx(all, 0), "pcoa"), last);
	assert_false(json_object_object_get_ex(answer, "next", NULL));
	assert_int_equal(json_object_array_length(right(PAGE("100"))), 200);
	assert_false(json_object_object_get_ex(answer, "next", NULL));
	assert_int_equal(json_object_array_length(right(PAGE("300"))), 0);
	wrong("{\"command\":\"show handovers\",\"all\":1}", "EINVAL",
	      "all: expected true or false");
	wrong(PAGE("-1"), "EINVAL", "from: -1 is out of range, which is 0 to 4294967095");
}

static void times_between_steps(void **state)
{
	static const struct record record = {
		.steps = 6,
		.step = {
			{ 30, "hi", true }, { 40, "fbu", false }, { 20, "link down", false },
			{ 10, "hack", false }, { 35, "hack", false }, { 50, "released", false },
		},
	};

	(void)state;
	assert_int_equal(record_between(&record, "hi", "hack"), 5);
	assert_int_equal(record_between(&record, "link down", "fbu"), 20);
	assert_int_equal(record_between(&record, "released", "hi"), -1);
	assert_int_equal(record_between(&record, "una", "hi"), -1);
	assert_int_equal(record_between(&record, "hi", "una"), -1);
	assert_int_equal(record_silence(&record), 30);
}

/* A handover that is refreshed for long: how it began and ended is there. */
static void the_middle_of_a_record_is_left_out(void **state)
{
	struct record record = { .mode = "reactive" };
	struct report done = {
		.kind = REPORT_DONE, .role = "par", .text = "returned", .record = &record,
	};
	struct json_object *o, *steps, *left_out;
	unsigned int i;

	(void)state;
	record_step(&record, 0, "link down", false);
	for (i = 1; i < RECORD_STEPS_MAX; i++)
		record_step(&record, i, "fbu again", false);
	assert_int_equal(record.left_out, 0);
	for (; i < 100; i++)
		record_step(&record, i, "fback", true);
	record_step(&record, 100, "released", false);
	assert_int_equal(record_silence(&record), 100);
	keep(scene.par, &done);
	o = json_object_array_get_idx(right("{\"command\":\"show handovers\"}"), 0);
	assert_true(json_object_object_get_ex(o, "record", &o));
	assert_true(json_object_object_get_ex(o, "steps", &steps));
	assert_int_equal(json_object_array_length(steps), RECORD_STEPS_MAX);
	assert_true(json_object_object_get_ex(o, "left_out", &left_out));
	assert_int_equal(number(left_out, "steps"), 101 - RECORD_STEPS_MAX);
	assert_int_equal(number(left_out, "behind"), RECORD_STEPS_FIRST);
	for (i = 0; i < RECORD_STEPS_MAX; i++)
		assert_int_equal(number(json_object_array_get_idx(steps, i), "ns"),
				 i < RECORD_STEPS_FIRST ? i : i + 101 - RECORD_STEPS_MAX);
	assert_string_equal(member(json_object_array_get_idx(steps, RECORD_STEPS_MAX - 1),
				   "what"), "released");
}

static void only_the_last_records_are_kept(void **state)
{
	struct record record = { .mode = "reactive", .steps = 1, .step = { { 1, "fbu", 0 } } };
	char peer[] = "a";
	struct report done = {
		.kind = REPORT_DONE, .role = "par", .text = "expired", .peer = peer,
		.record = &record,
	};
	struct json_object *all;

	(void)state;
	for (; *peer < 'e'; ++*peer)
		keep(scene.par, &done);
	all = right("{\"command\":\"show handovers\"}");
	assert_int_equal(json_object_array_length(all), 2);
	assert_string_equal(member(json_object_array_get_idx(all, 0), "peer"), "c");
	assert_string_equal(member(json_object_array_get_idx(all, 1), "peer"), "d");
}

static void neighbours_and_counters(void **state)
{
	struct json_object *all, *o;

	(void)state;
	all = right("{\"command\":\"show neighbours\"}");
	assert_int_equal(json_object_array_length(all), 2);
	o = json_object_array_get_idx(all, 0);
	assert_string_equal(member(o, "name"), "nar");
	assert_string_equal(member(o, "address"), SCENE_NAR);
	assert_string_equal(member(o, "protected"), "true");
	o = json_object_array_get_idx(all, 1);
	assert_string_equal(member(o, "fmip"), "false");
	assert_string_equal(member(o, "protected"), "false");
	scene_learn(&scene);
	o = right("{\"command\":\"show counters\"}");
	assert_int_equal(number(o, "received"), 1);
	assert_int_equal(number(o, "sent"), 1);
}

static void who_monitors(void **state)
{
	(void)state;
	right("{\"command\":\"show counters\"}");
	assert_false(monitors);
	right("{\"command\":\"monitor\"}");
	assert_true(monitors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(hostile_lines),
		TEST(octets_that_are_no_text),
		TEST(start_now),
		TEST(invite),
		TEST(advertise),
		TEST(the_daemon_is_stopped),
		TEST(link_events),
		TEST(fade_makes_copies),
		TEST(leaves_at_a_moment),
		TEST(leaves_at_some_time),
		TEST(start_later),
		TEST(what_is_scheduled_starts),
		TEST(too_many_starts),
		TEST(keys),
		TEST(keys_that_are_wrong),
		TEST(too_many_keys),
		TEST(a_record_is_left),
		TEST(one_node_only),
		TEST(there_is_an_end_to_an_answer),
		TEST(times_between_steps),
		TEST(the_middle_of_a_record_is_left_out),
		TEST(only_the_last_records_are_kept),
		TEST(neighbours_and_counters),
		TEST(who_monitors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
