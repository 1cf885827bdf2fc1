// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects made at random, as a request and as the answer to it: what is
 * printed of the answer makes the same request again, byte for byte.  And
 * answers that are damaged at random are refused or printed, and no more.
 */
#include <stdio.h>
#include <string.h>

#include <linux/fmip.h>

#include "attrs.h"
#include "fake_genl.h"
#include "object.h"
#include "run.h"

#define ROUNDS	3000

static uint32_t seed = 20260;

/* A fixed sequence, so that a failure comes again. */
static uint32_t pick(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint64_t)(seed >> 4) * n >> 28;
}

static bool maybe(uint64_t *given, int attr)
{
	if (pick(2))
		return false;
	*given |= GIVEN(attr);
	return true;
}

static uint32_t any_u32(void)
{
	static const uint32_t ends[] = { 0, 1, 1000, 4 << 20, UINT32_MAX };

	return pick(2) ? ends[pick(5)] : pick(1 << 28);
}

static void any_address(struct address *address)
{
	unsigned int i;

	address->len = pick(2) ? 16 : 4;
	for (i = 0; i < address->len; i++)
		address->bytes[i] = pick(3) ? pick(256) : 0;
}

static void any_lladdr(struct lladdr *lladdr)
{
	unsigned int i;

	lladdr->len = 1 + pick(FMIP_LLADDR_MAX);
	for (i = 0; i < lladdr->len; i++)
		lladdr->bytes[i] = pick(256);
}

static void any_match(struct match *match)
{
	unsigned int bit;

	match->given = GIVEN(FMIP_MATCH_A_DIRECTION) | GIVEN(FMIP_MATCH_A_ADDR) |
		       GIVEN(FMIP_MATCH_A_PREFIXLEN);
	match->direction = pick(2);
	any_address(&match->address);
	match->prefixlen = pick(8 * match->address.len + 1);
	for (bit = match->prefixlen; bit < 8U * match->address.len; bit++)
		match->address.bytes[bit / 8] &= ~(0x80 >> bit % 8);

	match->scope = pick(4);
	if (match->scope == FMIP_SCOPE_ANY)
		return;
	match->given |= GIVEN(FMIP_MATCH_A_SCOPE);
	if (match->scope != FMIP_SCOPE_TUNNEL) {
		match->given |= GIVEN(FMIP_MATCH_A_IFINDEX);
		match->ifindex = 10 + pick(8);
		return;
	}
	match->given |= GIVEN(FMIP_MATCH_A_TUNNEL);
	match->tunnel = any_u32();
	if (maybe(&match->given, FMIP_MATCH_A_KEY))
		match->key = any_u32();
}

static void any_target(struct target *target)
{
	target->given = GIVEN(FMIP_TARGET_A_TYPE);
	target->type = pick(3);
	switch (target->type) {
	case FMIP_TARGET_TUNNEL:
		target->given |= GIVEN(FMIP_TARGET_A_TUNNEL);
		target->tunnel = any_u32();
		if (maybe(&target->given, FMIP_TARGET_A_KEY))
			target->key = any_u32();
		break;
	case FMIP_TARGET_LINK:
		target->given |= GIVEN(FMIP_TARGET_A_IFINDEX);
		target->ifindex = 10 + pick(8);
		if (maybe(&target->given, FMIP_TARGET_A_LLADDR))
			any_lladdr(&target->lladdr);
		break;
	}
	if (maybe(&target->given, FMIP_TARGET_A_LIFETIME))
		target->lifetime = any_u32();
}

static void any_accept(struct accept *accept)
{
	accept->given = GIVEN(FMIP_ACCEPT_A_TUNNEL) |
			GIVEN(FMIP_ACCEPT_A_DIRECTION);
	accept->tunnel = any_u32();
	accept->direction = pick(2);
	if (maybe(&accept->given, FMIP_ACCEPT_A_KEY))
		accept->key = any_u32();
	if (maybe(&accept->given, FMIP_ACCEPT_A_LIFETIME))
		accept->lifetime = any_u32();
}

static void any_proxy(struct proxy *proxy)
{
	proxy->given = GIVEN(FMIP_PROXY_A_ADDR) | GIVEN(FMIP_PROXY_A_IFINDEX);
	any_address(&proxy->address);
	proxy->ifindex = 10 + pick(8);
	if (maybe(&proxy->given, FMIP_PROXY_A_FLAGS))
		proxy->flags = 1 + pick(3);
	if (maybe(&proxy->given, FMIP_PROXY_A_LIFETIME))
		proxy->lifetime = any_u32();
}

static void any_attach(struct attach *attach)
{
	attach->given = GIVEN(FMIP_ATTACH_A_ON) | GIVEN(FMIP_ATTACH_A_IFINDEX);
	attach->on = 1 + pick(15);
	attach->ifindex = 10 + pick(8);
	if (maybe(&attach->given, FMIP_ATTACH_A_LLADDR))
		any_lladdr(&attach->lladdr);
	if (maybe(&attach->given, FMIP_ATTACH_A_ACTION))
		attach->action = pick(2);
}

static void any_lists(struct binding *b)
{
	unsigned int i;

	b->n_matches = 1 + pick(FMIP_MATCHES_MAX);
	b->n_targets = pick(FMIP_TARGETS_MAX + 1);
	b->n_accepts = pick(FMIP_ACCEPTS_MAX + 1);
	b->n_proxies = pick(FMIP_PROXIES_MAX + 1);
	for (i = 0; i < b->n_matches; i++)
		any_match(&b->matches[i]);
	for (i = 0; i < b->n_targets; i++)
		any_target(&b->targets[i]);
	for (i = 0; i < b->n_accepts; i++)
		any_accept(&b->accepts[i]);
	for (i = 0; i < b->n_proxies; i++)
		any_proxy(&b->proxies[i]);

	b->given |= GIVEN(FMIP_BINDING_A_MATCHES);
	if (b->n_targets)
		b->given |= GIVEN(FMIP_BINDING_A_TARGETS);
	if (b->n_accepts)
		b->given |= GIVEN(FMIP_BINDING_A_ACCEPTS);
	if (b->n_proxies)
		b->given |= GIVEN(FMIP_BINDING_A_PROXIES);
}

static void any_numbers(struct binding *b)
{
	static const uint8_t gates[] = {
		FMIP_GATE_OPEN, FMIP_GATE_HOLD, FMIP_GATE_COPY, FMIP_GATE_GUARD,
	};
	uint64_t *g = &b->given;

	if (maybe(g, FMIP_BINDING_A_COOKIE))
		b->cookie = (uint64_t)any_u32() << 32 | any_u32() | 1;
	if (maybe(g, FMIP_BINDING_A_FLAGS))
		b->flags = FMIP_BINDING_F_LOCAL;
	if (maybe(g, FMIP_BINDING_A_GATE))
		b->gate = gates[pick(4)];
	if (maybe(g, FMIP_BINDING_A_RELEASE))
		b->release = pick(3);
	if (*g & GIVEN(FMIP_BINDING_A_RELEASE) &&
	    b->release == FMIP_RELEASE_RATE) {
		*g |= GIVEN(FMIP_BINDING_A_RATE);
		b->rate = any_u32();
	}
	if (maybe(g, FMIP_BINDING_A_SPEEDUP))
		b->speedup = pick(10001);
	if (maybe(g, FMIP_BINDING_A_LIMIT_PACKETS))
		b->limit_packets = any_u32();
	if (maybe(g, FMIP_BINDING_A_LIMIT_BYTES))
		b->limit_bytes = any_u32();
	if (maybe(g, FMIP_BINDING_A_LIMIT_AGE))
		b->limit_age = any_u32();
	if (maybe(g, FMIP_BINDING_A_OVERFLOW))
		b->overflow = pick(2);
	if (maybe(g, FMIP_BINDING_A_LIFETIME))
		b->lifetime = any_u32();
	if (maybe(g, FMIP_BINDING_A_HOLD_TIME))
		b->hold_time = any_u32();
	if (maybe(g, FMIP_BINDING_A_HOLD_EXPIRY))
		b->hold_expiry = pick(3);
	if (maybe(g, FMIP_BINDING_A_GUARD_IDLE))
		b->guard_idle = any_u32() | 1;
}

static struct nl_msg *any_binding(void)
{
	struct nl_msg *msg = fake_message(FMIP_CMD_BINDING_GET);
	struct binding b = { .id = 1 + pick(100), .given = GIVEN(FMIP_BINDING_A_ID) };

	any_lists(&b);
	any_numbers(&b);
	if (maybe(&b.given, FMIP_BINDING_A_ATTACH))
		any_attach(&b.attach);
	assert_true(attrs_put_binding(msg, &b));
	return msg;
}

/* What is as it is by default would go unsaid, and not be asked for again. */
static void any_outer(struct tunnel *t)
{
	static const uint32_t flows[] = {
		FMIP_TUNNEL_F_FLOW_INHERIT, FMIP_TUNNEL_F_FLOW_HASH,
	};

	if (maybe(&t->given, FMIP_TUNNEL_A_IFINDEX))
		t->ifindex = 10 + pick(8);
	if (maybe(&t->given, FMIP_TUNNEL_A_MARK))
		t->mark = any_u32() | 1;
	if (maybe(&t->given, FMIP_TUNNEL_A_TTL))
		t->ttl = 1 + pick(255);
	if (maybe(&t->given, FMIP_TUNNEL_A_DSCP))
		t->dscp = pick(64);
	if (maybe(&t->given, FMIP_TUNNEL_A_ENCAPLIMIT))
		t->encaplimit = pick(255);
	if (maybe(&t->given, FMIP_TUNNEL_A_SPORT))
		t->sport = 1 + pick(65535);
	if (maybe(&t->given, FMIP_TUNNEL_A_DPORT))
		t->dport = 1 + pick(65535);
	t->flags = pick(4);
	t->flags_selector = t->flags;
	if (maybe(&t->given, FMIP_TUNNEL_A_FLOWLABEL)) {
		t->flowlabel = 1 + pick(0xfffff);
		t->flags_selector |= FLOW_FLAGS;
	} else if (pick(2)) {
		t->flags |= flows[pick(2)];
		t->flags_selector |= FLOW_FLAGS;
	}
	if (t->flags_selector)
		t->given |= GIVEN(FMIP_TUNNEL_A_FLAGS);
}

static struct nl_msg *any_tunnel(void)
{
	struct nl_msg *msg = fake_message(FMIP_CMD_TUNNEL_GET);
	struct tunnel t = {
		.given = GIVEN(FMIP_TUNNEL_A_ID) | GIVEN(FMIP_TUNNEL_A_LOCAL) |
			 GIVEN(FMIP_TUNNEL_A_REMOTE),
	};

	t.id = any_u32();
	any_address(&t.local);
	any_address(&t.remote);
	if (maybe(&t.given, FMIP_TUNNEL_A_ENCAP))
		t.encap = pick(6);
	any_outer(&t);
	assert_true(attrs_put_tunnel(msg, &t));
	return msg;
}

/* Shows what @msg tells of, adds what is shown, and compares the attributes. */
static void round_trip(struct nl_msg *msg, const char *object)
{
	char line[16384], payload[8192];
	size_t len = nlmsg_datalen(nlmsg_hdr(msg));

	memcpy(payload, nlmsg_data(nlmsg_hdr(msg)), len);
	fake_reset();
	fake_answer(msg);
	snprintf(line, sizeof(line), "%s show", object);
	assert_int_equal(run(line), DONE);
	snprintf(line, sizeof(line), "%s add %s", object, run_out);
	if (run(line) != DONE)
		fail_msg("%s refused: %s", line, run_err);

	/* The generic netlink header has another command in it. */
	assert_int_equal(nlmsg_datalen(nlmsg_hdr(fake_sent)), len);
	assert_memory_equal((char *)nlmsg_data(nlmsg_hdr(fake_sent)) + 4,
			    payload + 4, len - 4);
}

static void bindings(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++)
		round_trip(any_binding(), "binding");
}

static void tunnels(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++)
		round_trip(any_tunnel(), "tunnel");
}

static void damage(struct nl_msg *msg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	unsigned char *data = nlmsg_data(nlh);
	unsigned int n = 1 + pick(4);

	while (n--)
		data[4 + pick(nlmsg_datalen(nlh) - 4)] = pick(2) ? pick(256)
								 : pick(8);
	if (!pick(4))
		nlh->nlmsg_len = NLMSG_HDRLEN + 4 +
				 pick(nlmsg_datalen(nlh) - 3);
}

static void damaged(void **state)
{
	static const char *const commands[] = {
		"binding show", "tunnel show", "config show", "stats show",
		"monitor count 1",
	};
	unsigned int done = 0;
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		struct nl_msg *msg = i % 2 ? any_binding() : any_tunnel();
		unsigned int command = pick(3) ? !(i % 2) : 2 + pick(3);

		fake_reset();
		damage(msg);
		fake_answer(msg);
		run_with(pick(2), pick(2), pick(2));
		done += run(commands[command]) == DONE;
	}
	/* Else the damage is such that the decoder never got far. */
	assert_in_range(done, ROUNDS / 10, ROUNDS - ROUNDS / 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, run_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bindings),
		TEST(tunnels),
		TEST(damaged),
	};

	return cmocka_run_group_tests_name("round trip", tests, NULL, NULL);
}
