// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bindings in the tables of their namespace: what is refused, what is replaced,
 * and a walk over them while they go.
 */
#include <kunit/test.h>
#include <net/ipv6.h>

#include "binding.h"
#include "testbed.h"
#include "tunnel.h"

#define BINDINGS	8

static struct fmip_binding *unpublished(struct kunit *test, u32 host)
{
	struct fmip_policy policy = testbed_policy();
	struct testbed *bed = test->priv;
	struct fmip_tunnel *t = xa_load(&bed->fn.tunnels, 1) ?:
				testbed_tunnel(test, FMIP_ENCAP_IP6);

	return testbed_unpublished(test, testbed_plan(test, &policy, t, NULL), host);
}

/* Publish a binding; if that fails it is freed. */
static int publish(struct kunit *test, struct fmip_binding *b, u32 id)
{
	struct testbed *bed = test->priv;
	int err;

	mutex_lock(&bed->fn.lock);
	err = fmip_binding_publish(b, id, NULL);
	if (err)
		fmip_binding_free(b);
	mutex_unlock(&bed->fn.lock);
	return err;
}

static bool remove(struct kunit *test, struct fmip_binding *b)
{
	struct testbed *bed = test->priv;
	bool won;

	mutex_lock(&bed->fn.lock);
	won = fmip_binding_remove(b, FMIP_DROP_DELETED);
	mutex_unlock(&bed->fn.lock);
	return won;
}

/* Whose are packets to a host, out of a tunnel or not? */
static u32 found(struct kunit *test, u32 host, u32 tunnel)
{
	const struct fmip_from from = { .tunnel = tunnel };
	struct testbed *bed = test->priv;
	struct in6_addr addr;
	struct fmip_match *m;
	u32 id;

	testbed_address(&addr, AF_INET6, "2001:db8:2::");
	addr.s6_addr32[3] = htonl(host);
	rcu_read_lock();
	m = fmip_match_lookup(&bed->fn.matches, AF_INET6, &addr,
			      FMIP_DIRECTION_DST, &from);
	id = m ? m->binding->id : 0;
	rcu_read_unlock();
	return id;
}

static void a_taken_match_is_refused(struct kunit *test)
{
	struct testbed *bed = test->priv;

	KUNIT_ASSERT_EQ(test, publish(test, unpublished(test, 2), 5), 0);
	KUNIT_EXPECT_EQ(test, publish(test, unpublished(test, 2), 6), -EEXIST);
	KUNIT_EXPECT_EQ(test, found(test, 2, 0), 5);
	KUNIT_EXPECT_NULL(test, xa_load(&bed->fn.bindings, 6));
	KUNIT_EXPECT_EQ(test, bed->fn.n_bindings, 1);
}

static void a_taken_id_is_refused(struct kunit *test)
{
	struct testbed *bed = test->priv;

	KUNIT_ASSERT_EQ(test, publish(test, unpublished(test, 2), 5), 0);
	KUNIT_EXPECT_NE(test, publish(test, unpublished(test, 3), 5), 0);
	KUNIT_EXPECT_EQ(test, found(test, 2, 0), 5);
	KUNIT_EXPECT_EQ(test, found(test, 3, 0), 0);
	KUNIT_EXPECT_EQ(test, bed->fn.n_bindings, 1);
}

static void chosen_ids_are_free_ones(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, publish(test, unpublished(test, 2), 1), 0);
	KUNIT_ASSERT_EQ(test, publish(test, unpublished(test, 3), 2), 0);
	KUNIT_ASSERT_EQ(test, publish(test, unpublished(test, 4), 0), 0);
	KUNIT_EXPECT_EQ(test, found(test, 4, 0), 3);
}

static void set_dying(struct fmip_binding *b, bool dying)
{
	spin_lock_bh(&b->lock);
	b->dying = dying;
	spin_unlock_bh(&b->lock);
}

static void one_that_is_dying_is_left_to_who_ends_it(struct kunit *test)
{
	struct testbed *bed = test->priv;
	struct fmip_binding *b = unpublished(test, 2);

	KUNIT_ASSERT_EQ(test, publish(test, b, 1), 0);
	set_dying(b, true);
	KUNIT_EXPECT_FALSE(test, remove(test, b));
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&bed->fn.bindings, 1), b);
	set_dying(b, false);
	KUNIT_EXPECT_TRUE(test, remove(test, b));
	KUNIT_EXPECT_NULL(test, xa_load(&bed->fn.bindings, 1));
	KUNIT_EXPECT_EQ(test, found(test, 2, 0), 0);
}

static int set_matches(struct kunit *test, struct fmip_binding *b,
		       const struct fmip_match_key *keys, unsigned int n)
{
	struct fmip_match_list *l = fmip_match_list_alloc(n);
	struct testbed *bed = test->priv;
	unsigned int i;
	int err;

	KUNIT_ASSERT_NOT_NULL(test, l);
	for (i = 0; i < n; i++)
		l->match[i].key = keys[i];
	mutex_lock(&bed->fn.lock);
	err = fmip_binding_set_matches(b, l);
	mutex_unlock(&bed->fn.lock);
	if (err)
		kfree(l);
	return err;
}

static void replaced_matches_count_as_uses_of_tunnels(struct kunit *test)
{
	struct fmip_binding *b = unpublished(test, 2), *other = unpublished(test, 3);
	struct testbed *bed = test->priv;
	struct fmip_tunnel *t = xa_load(&bed->fn.tunnels, 1);
	struct fmip_match_key keys[2] = { b->first.key, b->first.key };

	KUNIT_ASSERT_EQ(test, publish(test, b, 1), 0);
	KUNIT_ASSERT_EQ(test, publish(test, other, 2), 0);
	KUNIT_EXPECT_EQ(test, t->users, 2);
	keys[0].scope = FMIP_SCOPE_TUNNEL;
	keys[0].scope_id = t->id;
	keys[1].addr.s6_addr32[3] = htonl(4);
	KUNIT_EXPECT_EQ(test, set_matches(test, b, keys, 2), 0);
	KUNIT_EXPECT_EQ(test, t->users, 3);
	KUNIT_EXPECT_EQ(test, found(test, 2, t->id), 1);
	KUNIT_EXPECT_EQ(test, found(test, 2, 0), 0);
	KUNIT_EXPECT_EQ(test, found(test, 4, 0), 1);
	/* One that the other binding has: nothing changes. */
	keys[1].addr.s6_addr32[3] = htonl(3);
	KUNIT_EXPECT_EQ(test, set_matches(test, b, keys, 2), -EEXIST);
	KUNIT_EXPECT_EQ(test, t->users, 3);
	KUNIT_EXPECT_EQ(test, found(test, 3, 0), 2);
	KUNIT_EXPECT_EQ(test, found(test, 4, 0), 1);
	KUNIT_EXPECT_EQ(test, set_matches(test, b, keys, 1), 0);
	KUNIT_EXPECT_EQ(test, found(test, 4, 0), 0);
	KUNIT_EXPECT_TRUE(test, remove(test, b));
	KUNIT_EXPECT_EQ(test, t->users, 1);
}

static void an_accept_is_looked_up_apart(struct kunit *test)
{
	struct fmip_tunnel *t = testbed_tunnel(test, FMIP_ENCAP_IP6);
	struct fmip_policy policy = testbed_policy();
	struct fmip_plan *plan = testbed_plan(test, &policy, t, t);
	struct fmip_binding *b = testbed_unpublished(test, plan, 2);
	struct fmip_from from = { .tunnel = t->id };
	struct testbed *bed = test->priv;
	struct fmip_match_list *l;
	struct fmip_match *m;

	KUNIT_ASSERT_EQ(test, publish(test, b, 1), 0);
	mutex_lock(&bed->fn.lock);
	l = fmip_binding_match_list(&b->first, 1, plan);
	KUNIT_EXPECT_EQ(test, l ? fmip_binding_set_matches(b, l) : -ENOMEM, 0);
	mutex_unlock(&bed->fn.lock);
	rcu_read_lock();
	m = fmip_match_accept(&bed->fn.matches, AF_INET6, &b->first.key.addr,
			      FMIP_DIRECTION_DST, &from);
	KUNIT_EXPECT_PTR_EQ(test, m ? m->binding : NULL, b);
	from.has_key = true;
	m = fmip_match_accept(&bed->fn.matches, AF_INET6, &b->first.key.addr,
			      FMIP_DIRECTION_DST, &from);
	KUNIT_EXPECT_NULL(test, m);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, found(test, 2, 0), 1);
}

/*
 * A dump goes from id to id, and gives up the lock in between.  What is there
 * all the time is seen once, whatever comes and goes around it.
 */
static void a_walk_sees_once_what_stays(struct kunit *test)
{
	struct fmip_binding *b[BINDINGS + 1], *at;
	unsigned int seen[BINDINGS + 2] = {};
	struct testbed *bed = test->priv;
	unsigned long id = 0;
	u32 i;

	for (i = 1; i <= BINDINGS; i++) {
		b[i] = unpublished(test, i);
		KUNIT_ASSERT_EQ(test, publish(test, b[i], i), 0);
	}
	while ((at = xa_find_after(&bed->fn.bindings, &id, U32_MAX, XA_PRESENT))) {
		KUNIT_ASSERT_LE(test, id, BINDINGS);
		seen[id]++;
		if (id == 3) {
			/* The one that is behind, itself, and the next. */
			KUNIT_EXPECT_TRUE(test, remove(test, b[2]));
			KUNIT_EXPECT_TRUE(test, remove(test, at));
			KUNIT_EXPECT_TRUE(test, remove(test, b[4]));
			KUNIT_EXPECT_EQ(test, publish(test, unpublished(test, 99), 2), 0);
		}
		if (id == BINDINGS)
			KUNIT_EXPECT_TRUE(test, remove(test, at));
	}
	for (i = 1; i <= BINDINGS; i++)
		KUNIT_EXPECT_EQ_MSG(test, seen[i], i == 4 ? 0 : 1, "id %u", i);
}

static void a_flush_leaves_no_match(struct kunit *test)
{
	struct testbed *bed = test->priv;
	u32 i;

	for (i = 1; i <= BINDINGS; i++)
		KUNIT_ASSERT_EQ(test, publish(test, unpublished(test, i), 0), 0);
	mutex_lock(&bed->fn.lock);
	fmip_binding_flush(&bed->fn, FMIP_DROP_DELETED);
	mutex_unlock(&bed->fn.lock);
	KUNIT_EXPECT_EQ(test, bed->fn.n_bindings, 0);
	KUNIT_EXPECT_TRUE(test, xa_empty(&bed->fn.bindings));
	KUNIT_EXPECT_FALSE(test, fmip_match_in_use(&bed->fn.matches, AF_INET6,
						   FMIP_DIRECTION_DST));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_taken_match_is_refused),
	KUNIT_CASE(a_taken_id_is_refused),
	KUNIT_CASE(chosen_ids_are_free_ones),
	KUNIT_CASE(one_that_is_dying_is_left_to_who_ends_it),
	KUNIT_CASE(replaced_matches_count_as_uses_of_tunnels),
	KUNIT_CASE(an_accept_is_looked_up_apart),
	KUNIT_CASE(a_walk_sees_once_what_stays),
	KUNIT_CASE(a_flush_leaves_no_match),
	{}
};

static struct kunit_suite binding_suite = {
	.name = "fmip_binding",
	.suite_init = testbed_suite_init,
	.suite_exit = testbed_suite_exit,
	.init = testbed_init,
	.exit = testbed_exit,
	.test_cases = cases,
};

kunit_test_suite(binding_suite);
