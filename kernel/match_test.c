// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of matches: which of several goes first, what is refused, and what
 * is left in the end.
 */
#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "match.h"
#include "match_lookup.h"
#include "testbed.h"

#define IFINDEX		7
#define TUNNEL		3
#define KEY		0x01020304
#define SWAPS		300

static const char *const address6 = "2001:db8:2:3:4:5:6:7";
static const char *const address4 = "203.0.113.7";

/**
 * struct way - which address is looked at
 * @name: of the way
 * @family: AF_INET6 or AF_INET
 * @direction: enum fmip_direction
 * @accept: an accept's
 */
struct way {
	const char *name;
	u8 family;
	u8 direction;
	bool accept;
};

static const struct way ways[] = {
	{ "IPv6 destination", AF_INET6, FMIP_DIRECTION_DST },
	{ "IPv6 source", AF_INET6, FMIP_DIRECTION_SRC },
	{ "IPv4 destination", AF_INET, FMIP_DIRECTION_DST },
	{ "IPv4 source", AF_INET, FMIP_DIRECTION_SRC },
	{ "accepted IPv6 destination", AF_INET6, FMIP_DIRECTION_DST, true },
	{ "accepted IPv6 source", AF_INET6, FMIP_DIRECTION_SRC, true },
	{ "accepted IPv4 destination", AF_INET, FMIP_DIRECTION_DST, true },
	{ "accepted IPv4 source", AF_INET, FMIP_DIRECTION_SRC, true },
};

static void way_name(const struct way *way, char *name)
{
	strscpy(name, way->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(way, ways, way_name);

/* Those without the accepts, which have no scopes but tunnels. */
static const void *match_gen_params(const void *prev, char *name)
{
	const struct way *way = way_gen_params(prev, name);

	return way && !way->accept ? way : NULL;
}

KUNIT_DEFINE_ACTION_WRAPPER(free_list, kfree, const void *);

static const struct way *const dst6 = &ways[0];

/* How much of an address there is. */
static unsigned int bits(const struct way *way)
{
	return way->family == AF_INET6 ? 128 : 32;
}

static struct in6_addr address(const struct way *way)
{
	struct in6_addr addr;

	testbed_address(&addr, way->family,
			way->family == AF_INET6 ? address6 : address4);
	return addr;
}

/* An address that has just the first @same bits in common with that. */
static struct in6_addr neighbour(const struct way *way, unsigned int same)
{
	struct in6_addr addr = address(way);

	if (same < bits(way))
		addr.s6_addr[same / 8] ^= 0x80 >> same % 8;
	return addr;
}

static struct fmip_match_key key_of(const struct way *way, unsigned int prefixlen)
{
	struct fmip_match_key key = {
		.scope = way->accept ? FMIP_SCOPE_ACCEPT : FMIP_SCOPE_ANY,
		.scope_id = way->accept ? TUNNEL : 0,
		.prefixlen = prefixlen,
		.direction = way->direction,
		.family = way->family,
	};
	struct in6_addr addr = address(way);

	ipv6_addr_prefix(&key.addr, &addr, prefixlen);
	return key;
}

static struct fmip_match_list *new_list(struct kunit *test, unsigned int n)
{
	struct fmip_match_list *l = fmip_match_list_alloc(n);

	KUNIT_ASSERT_NOT_NULL(test, l);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_list, l), 0);
	return l;
}

static struct fmip_match *add(struct kunit *test, struct fmip_match_key key)
{
	struct fmip_match_table *t = test->priv;
	struct fmip_match_list *l = new_list(test, 1);

	l->match[0].key = key;
	KUNIT_ASSERT_EQ(test, fmip_match_swap(t, NULL, 0, l->match, 1), 0);
	return l->match;
}

static void take_out(struct kunit *test, struct fmip_match *m)
{
	struct fmip_match_table *t = test->priv;

	KUNIT_EXPECT_EQ(test, fmip_match_swap(t, m, 1, NULL, 0), 0);
}

static struct fmip_match *look_up_from(struct kunit *test, const struct way *way,
				       const struct in6_addr *addr,
				       const struct fmip_from *from)
{
	struct fmip_match_table *t = test->priv;
	struct fmip_match *m;

	rcu_read_lock();
	m = way->accept ?
	    fmip_match_accept(t, way->family, addr, way->direction, from) :
	    fmip_match_lookup(t, way->family, addr, way->direction, from);
	rcu_read_unlock();
	return m;
}

static struct fmip_match *look_up(struct kunit *test, const struct way *way,
				  struct in6_addr addr)
{
	const struct fmip_from from = { .tunnel = way->accept ? TUNNEL : 0 };

	return look_up_from(test, way, &addr, &from);
}

/* How many kinds of match a lookup probes for, in all. */
static unsigned int probed(struct kunit *test)
{
	struct fmip_match_table *t = test->priv;
	struct fmip_probes *probes;
	unsigned int i, n = 0;

	for (i = 0; i < FMIP_MATCH_CLASSES; i++) {
		probes = rcu_dereference_protected(t->probes[i], true);
		n += probes ? probes->n : 0;
	}
	return n;
}

/* The prefix lengths that are nested: all the edges, and some between. */
static const u8 nested[] = {
	0, 1, 7, 8, 9, 16, 24, 31, 32, 33, 48, 63, 64, 65, 96, 127, 128,
};

static unsigned int n_nested(const struct way *way)
{
	unsigned int n = 0;

	while (n < ARRAY_SIZE(nested) && nested[n] <= bits(way))
		n++;
	return n;
}

/* Put them in, in no order. */
static void nest(struct kunit *test, const struct way *way,
		 struct fmip_match **m)
{
	unsigned int i, at, n = n_nested(way);

	for (i = 0; i < n; i++) {
		/* There are 17 of IPv6, and 9 of IPv4. */
		at = i * 5 % n;
		m[at] = add(test, key_of(way, nested[at]));
	}
}

static void the_longest_of_nested_prefixes_is_found(struct kunit *test)
{
	const struct way *way = test->param_value;
	struct fmip_match *m[ARRAY_SIZE(nested)];
	unsigned int i, same;

	nest(test, way, m);
	for (i = 0; i < n_nested(way); i++) {
		/* As far as this one goes, and as far as the next does not. */
		same = nested[i];
		KUNIT_EXPECT_PTR_EQ_MSG(test, look_up(test, way, neighbour(way, same)),
					m[i], "%u bits in common", same);
		same = i + 1 < n_nested(way) ? nested[i + 1] - 1 : bits(way);
		KUNIT_EXPECT_PTR_EQ_MSG(test, look_up(test, way, neighbour(way, same)),
					m[i], "%u bits in common", same);
	}
}

static void what_is_taken_out_uncovers_the_next(struct kunit *test)
{
	const struct way *way = test->param_value;
	struct fmip_match *m[ARRAY_SIZE(nested)];
	unsigned int n = n_nested(way);

	nest(test, way, m);
	while (n--) {
		KUNIT_EXPECT_EQ(test, probed(test), n + 1);
		KUNIT_EXPECT_PTR_EQ(test, look_up(test, way, address(way)), m[n]);
		take_out(test, m[n]);
	}
	KUNIT_EXPECT_NULL(test, look_up(test, way, address(way)));
	KUNIT_EXPECT_EQ(test, probed(test), 0);
	KUNIT_EXPECT_FALSE(test, fmip_match_in_use(test->priv, way->family,
						   way->direction));
}

static void ways_do_not_meet(struct kunit *test)
{
	const struct way *way = test->param_value, *other;

	add(test, key_of(way, 0));
	for (other = ways; other < ways + ARRAY_SIZE(ways); other++)
		KUNIT_EXPECT_EQ_MSG(test, other == way,
				    !!look_up(test, other, address(other)), "%s",
				    other->name);
}

static void a_whole_address_is_no_other(struct kunit *test)
{
	const struct way *way = test->param_value;
	struct fmip_match *m = add(test, key_of(way, bits(way)));
	unsigned int i;

	KUNIT_EXPECT_TRUE(test, fmip_match_whole(&m->key));
	KUNIT_EXPECT_PTR_EQ(test, look_up(test, way, address(way)), m);
	for (i = 0; i < bits(way); i++)
		KUNIT_EXPECT_NULL(test, look_up(test, way, neighbour(way, i)));
}

/* Where a packet comes from that is in each of the scopes but the keys'. */
static struct net_device *vrf(struct kunit *test)
{
	struct net_device *dev = kunit_kzalloc(test, sizeof(*dev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, dev);
	dev->ifindex = IFINDEX;
	dev->priv_flags = IFF_L3MDEV_MASTER;
	return dev;
}

static struct fmip_match_key scoped(const struct way *way, unsigned int prefixlen,
				    u8 scope)
{
	struct fmip_match_key key = key_of(way, prefixlen);

	key.scope = scope;
	switch (scope) {
	case FMIP_SCOPE_VRF:
	case FMIP_SCOPE_INTERFACE:
		key.scope_id = IFINDEX;
		break;
	case FMIP_SCOPE_KEY:
	case FMIP_SCOPE_ACCEPT_KEY:
		key.key = KEY;
		fallthrough;
	case FMIP_SCOPE_TUNNEL:
	case FMIP_SCOPE_ACCEPT:
		key.scope_id = TUNNEL;
		break;
	}
	return key;
}

static void the_narrowest_scope_is_found(struct kunit *test)
{
	static const u8 order[] = {
		FMIP_SCOPE_TUNNEL, FMIP_SCOPE_ANY, FMIP_SCOPE_INTERFACE,
		FMIP_SCOPE_VRF,
	};
	const struct way *way = test->param_value;
	struct fmip_from from = { .in = vrf(test), .tunnel = TUNNEL };
	struct fmip_match *m[ARRAY_SIZE(order)];
	struct in6_addr addr = address(way);
	int i;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		m[order[i]] = add(test, scoped(way, bits(way), order[i]));
	for (i = FMIP_SCOPE_TUNNEL; i >= FMIP_SCOPE_ANY; i--) {
		KUNIT_EXPECT_PTR_EQ_MSG(test, look_up_from(test, way, &addr, &from),
					m[i], "scope %d", i);
		take_out(test, m[i]);
	}
}

static void a_longer_prefix_goes_before_a_narrower_scope(struct kunit *test)
{
	const struct way *way = test->param_value;
	struct fmip_from from = { .in = vrf(test), .tunnel = TUNNEL };
	struct in6_addr addr = address(way);
	struct fmip_match *longer;

	add(test, scoped(way, bits(way) - 1, FMIP_SCOPE_TUNNEL));
	add(test, scoped(way, bits(way) - 1, FMIP_SCOPE_INTERFACE));
	longer = add(test, scoped(way, bits(way), FMIP_SCOPE_ANY));
	KUNIT_EXPECT_PTR_EQ(test, look_up_from(test, way, &addr, &from), longer);
}

static void another_scope_is_not_found(struct kunit *test)
{
	struct fmip_from from = { .in = vrf(test), .tunnel = TUNNEL };
	struct net_device *other = vrf(test);
	struct in6_addr addr = address(dst6);

	add(test, scoped(dst6, 64, FMIP_SCOPE_VRF));
	add(test, scoped(dst6, 64, FMIP_SCOPE_INTERFACE));
	add(test, scoped(dst6, 64, FMIP_SCOPE_TUNNEL));
	KUNIT_EXPECT_NOT_NULL(test, look_up_from(test, dst6, &addr, &from));
	other->ifindex++;
	from.in = other;
	from.tunnel++;
	KUNIT_EXPECT_NULL(test, look_up_from(test, dst6, &addr, &from));
	from.in = NULL;
	from.tunnel = 0;
	KUNIT_EXPECT_NULL(test, look_up_from(test, dst6, &addr, &from));
}

/* Overlapping addresses of two sessions, one with a key, one without. */
static void keys_tell_sessions_apart(struct kunit *test)
{
	const struct way *way = test->param_value;
	struct fmip_from from = { .tunnel = TUNNEL };
	struct fmip_match *with, *without;
	struct in6_addr addr = address(way);

	with = add(test, scoped(way, 32, way->accept ? FMIP_SCOPE_ACCEPT_KEY :
						       FMIP_SCOPE_KEY));
	without = add(test, scoped(way, 32, way->accept ? FMIP_SCOPE_ACCEPT :
							  FMIP_SCOPE_TUNNEL));
	KUNIT_EXPECT_PTR_EQ(test, look_up_from(test, way, &addr, &from), without);
	from.has_key = true;
	KUNIT_EXPECT_NULL(test, look_up_from(test, way, &addr, &from));
	from.key = KEY;
	KUNIT_EXPECT_PTR_EQ(test, look_up_from(test, way, &addr, &from), with);
	from.tunnel++;
	KUNIT_EXPECT_NULL(test, look_up_from(test, way, &addr, &from));
}

static void what_is_taken_is_refused_and_nothing_changed(struct kunit *test)
{
	const struct way *way = test->param_value;
	struct fmip_match *first = add(test, key_of(way, 24));
	struct fmip_match_list *l = new_list(test, 3);

	l->match[0].key = key_of(way, 32);
	l->match[1].key = key_of(way, 24);
	l->match[2].key = key_of(way, 0);
	KUNIT_EXPECT_EQ(test, fmip_match_swap(test->priv, NULL, 0, l->match, 3),
			-EEXIST);
	KUNIT_EXPECT_PTR_EQ(test, look_up(test, way, address(way)), first);
	KUNIT_EXPECT_NULL(test, look_up(test, way, neighbour(way, 0)));
	KUNIT_EXPECT_EQ(test, probed(test), 1);
	take_out(test, first);
	KUNIT_EXPECT_EQ(test, probed(test), 0);
}

/* The refused one has a match in common with what it would replace. */
static void a_refused_replacement_puts_back_what_was(struct kunit *test)
{
	struct fmip_match *taken = add(test, key_of(dst6, 48));
	struct fmip_match_list *was = new_list(test, 2), *new = new_list(test, 3);

	was->match[0].key = key_of(dst6, 64);
	was->match[1].key = key_of(dst6, 128);
	KUNIT_ASSERT_EQ(test, fmip_match_swap(test->priv, NULL, 0, was->match, 2), 0);
	new->match[0].key = key_of(dst6, 128);
	new->match[1].key = key_of(dst6, 96);
	new->match[2].key = key_of(dst6, 48);
	KUNIT_EXPECT_EQ(test, fmip_match_swap(test->priv, was->match, 2, new->match, 3),
			-EEXIST);
	KUNIT_EXPECT_PTR_EQ(test, look_up(test, dst6, neighbour(dst6, 128)),
			    &was->match[1]);
	KUNIT_EXPECT_PTR_EQ(test, look_up(test, dst6, neighbour(dst6, 100)),
			    &was->match[0]);
	KUNIT_EXPECT_PTR_EQ(test, look_up(test, dst6, neighbour(dst6, 50)), taken);
	KUNIT_EXPECT_EQ(test, probed(test), 3);
}

static void replacing_finds_the_new_and_not_the_old(struct kunit *test)
{
	struct fmip_match_list *was = new_list(test, 2), *new = new_list(test, 2);

	was->match[0].key = key_of(dst6, 64);
	was->match[1].key = key_of(dst6, 128);
	KUNIT_ASSERT_EQ(test, fmip_match_swap(test->priv, NULL, 0, was->match, 2), 0);
	new->match[0].key = key_of(dst6, 32);
	new->match[1].key = key_of(dst6, 128);
	KUNIT_EXPECT_EQ(test, fmip_match_swap(test->priv, was->match, 2, new->match, 2), 0);
	KUNIT_EXPECT_PTR_EQ(test, look_up(test, dst6, address(dst6)), &new->match[1]);
	KUNIT_EXPECT_PTR_EQ(test, look_up(test, dst6, neighbour(dst6, 100)),
			    &new->match[0]);
	KUNIT_EXPECT_NULL(test, fmip_match_find(test->priv, &was->match[0].key));
	KUNIT_EXPECT_EQ(test, probed(test), 2);
	KUNIT_EXPECT_EQ(test, fmip_match_swap(test->priv, new->match, 2, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, probed(test), 0);
}

static void a_prefix_length_is_in_use_until_its_last_match_goes(struct kunit *test)
{
	struct fmip_match_key key = key_of(dst6, 128);
	struct fmip_match *one, *two;

	one = add(test, key);
	key.addr.s6_addr[15]++;
	two = add(test, key);
	KUNIT_EXPECT_EQ(test, probed(test), 1);
	take_out(test, one);
	KUNIT_EXPECT_EQ(test, probed(test), 1);
	KUNIT_EXPECT_PTR_EQ(test, look_up(test, dst6, key.addr), two);
	take_out(test, two);
	KUNIT_EXPECT_EQ(test, probed(test), 0);
}

/* What the short way asks first agrees with the whole lookup, or says nothing. */
static void the_plain_lookup_agrees(struct kunit *test)
{
	struct fmip_match_table *t = test->priv;
	struct in6_addr addr = address(dst6), other = neighbour(dst6, 0);
	struct fmip_match *m, *source, *narrow;

	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, fmip_match_plain(t, &addr));
	rcu_read_unlock();
	m = add(test, key_of(dst6, 64));
	source = add(test, key_of(&ways[1], 64));
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, fmip_match_plain(t, &addr), m);
	KUNIT_EXPECT_TRUE(test, IS_ERR(fmip_match_plain(t, &other)));
	rcu_read_unlock();
	take_out(test, source);
	narrow = add(test, scoped(dst6, 64, FMIP_SCOPE_INTERFACE));
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, IS_ERR(fmip_match_plain(t, &addr)));
	rcu_read_unlock();
	take_out(test, narrow);
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, fmip_match_plain(t, &other));
	rcu_read_unlock();
}

/**
 * struct reader - looks an address up for as long as it is let
 * @test: test
 * @looked: how often it did
 * @missed: how often nothing was found
 * @ready: it has begun
 */
struct reader {
	struct kunit *test;
	unsigned long looked;
	unsigned long missed;
	struct completion ready;
};

static int read_on(void *data)
{
	struct reader *r = data;

	while (!kthread_should_stop()) {
		r->missed += !look_up(r->test, dst6, address(dst6));
		if (!r->looked++)
			complete(&r->ready);
		cond_resched();
	}
	return 0;
}

static struct fmip_match_list *numbered_list(unsigned int i)
{
	struct fmip_match_list *l = fmip_match_list_alloc(2);

	if (l) {
		l->match[0].key = key_of(dst6, i % 128);
		l->match[1].key = key_of(dst6, 128);
	}
	return l;
}

/* Replace a list by others, of which each has one match in common with it. */
static struct fmip_match_list *swap_on(struct kunit *test,
				       struct fmip_match_list *old)
{
	struct fmip_match_list *new;
	unsigned int i;

	for (i = 0; i < SWAPS; i++) {
		new = numbered_list(i);
		if (!new || fmip_match_swap(test->priv, old->match, 2, new->match, 2)) {
			kfree(new);
			KUNIT_FAIL(test, "swap %u failed", i);
			break;
		}
		kfree_rcu(old, rcu);
		old = new;
	}
	return old;
}

static void a_lookup_under_way_misses_nothing(struct kunit *test)
{
	struct reader reader = { .test = test };
	struct fmip_match_list *l = numbered_list(0);
	struct task_struct *task;

	KUNIT_ASSERT_NOT_NULL(test, l);
	KUNIT_ASSERT_EQ(test, fmip_match_swap(test->priv, NULL, 0, l->match, 2), 0);
	init_completion(&reader.ready);
	task = kthread_run(read_on, &reader, "fmip_match_test");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	wait_for_completion(&reader.ready);
	l = swap_on(test, l);
	KUNIT_EXPECT_EQ(test, kthread_stop(task), 0);
	KUNIT_EXPECT_GT(test, reader.looked, 1);
	KUNIT_EXPECT_EQ(test, reader.missed, 0);
	KUNIT_EXPECT_EQ(test, fmip_match_swap(test->priv, l->match, 2, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, probed(test), 0);
	kfree_rcu(l, rcu);
}

static int match_test_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct fmip_match_table), GFP_KERNEL);
	return test->priv ? fmip_match_table_init(test->priv) : -ENOMEM;
}

static void match_test_exit(struct kunit *test)
{
	if (test->priv)
		fmip_match_table_destroy(test->priv);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(the_longest_of_nested_prefixes_is_found, way_gen_params),
	KUNIT_CASE_PARAM(what_is_taken_out_uncovers_the_next, way_gen_params),
	KUNIT_CASE_PARAM(ways_do_not_meet, way_gen_params),
	KUNIT_CASE_PARAM(a_whole_address_is_no_other, way_gen_params),
	KUNIT_CASE_PARAM(the_narrowest_scope_is_found, match_gen_params),
	KUNIT_CASE_PARAM(a_longer_prefix_goes_before_a_narrower_scope, match_gen_params),
	KUNIT_CASE(another_scope_is_not_found),
	KUNIT_CASE_PARAM(keys_tell_sessions_apart, way_gen_params),
	KUNIT_CASE_PARAM(what_is_taken_is_refused_and_nothing_changed, way_gen_params),
	KUNIT_CASE(a_refused_replacement_puts_back_what_was),
	KUNIT_CASE(replacing_finds_the_new_and_not_the_old),
	KUNIT_CASE(a_prefix_length_is_in_use_until_its_last_match_goes),
	KUNIT_CASE(the_plain_lookup_agrees),
	KUNIT_CASE(a_lookup_under_way_misses_nothing),
	{}
};

static struct kunit_suite match_suite = {
	.name = "fmip_match",
	.init = match_test_init,
	.exit = match_test_exit,
	.test_cases = cases,
};

kunit_test_suite(match_suite);
