// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a tunnel: who counts as its user, what is refused, and where its
 * packets go when its path is replaced.
 */
#include <kunit/test.h>
#include <net/dst.h>
#include <net/ipv6.h>

#include "binding.h"
#include "testbed.h"
#include "tunnel.h"

static struct fmip_tunnel *create(struct kunit *test, u32 id, struct fmip_path *path)
{
	struct testbed *bed = test->priv;
	struct fmip_tunnel *t;

	mutex_lock(&bed->fn.lock);
	t = fmip_tunnel_create(&bed->fn, id, path, NULL);
	mutex_unlock(&bed->fn.lock);
	if (IS_ERR(t))
		fmip_path_free(path);
	return t;
}

static int move(struct kunit *test, struct fmip_tunnel *t, struct fmip_path *path)
{
	struct testbed *bed = test->priv;
	int err;

	mutex_lock(&bed->fn.lock);
	err = fmip_tunnel_move(&bed->fn, t, path, NULL);
	mutex_unlock(&bed->fn.lock);
	if (err)
		fmip_path_free(path);
	return err;
}

static void flush(struct kunit *test)
{
	struct testbed *bed = test->priv;

	mutex_lock(&bed->fn.lock);
	fmip_tunnel_flush(&bed->fn);
	mutex_unlock(&bed->fn.lock);
}

/* The tunnel of what is received from a far end, or NULL. */
static struct fmip_tunnel *from(struct kunit *test, struct fmip_path_key key)
{
	struct testbed *bed = test->priv;
	struct fmip_tunnel *t = NULL;
	struct fmip_path *path;

	rcu_read_lock();
	path = fmip_path_find(&bed->fn, &key);
	if (path)
		t = path->tunnel;
	rcu_read_unlock();
	return t;
}

static struct fmip_path *path_to(struct kunit *test, const char *remote)
{
	struct fmip_path *path = testbed_path(test, FMIP_ENCAP_IP6);

	testbed_address(&path->key.remote, AF_INET6, remote);
	return path;
}

static u64 drops(struct testbed *bed)
{
	struct fmip_stats stats;
	u64 n = 0;
	int i;

	fmip_stats_read_net(&bed->fn, &stats);
	for (i = 0; i < __FMIP_DROP_MAX; i++)
		n += stats.dropped[i];
	return n;
}

static void taken_ids_and_ends_are_refused(struct kunit *test)
{
	struct testbed *bed = test->priv;
	struct fmip_path *path = path_to(test, "2001:db8:b::3");
	struct fmip_path_key key = path->key;
	struct fmip_tunnel *t = create(test, 5, path);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	KUNIT_EXPECT_TRUE(test, IS_ERR(create(test, 5, path_to(test, "2001:db8:b::4"))));
	KUNIT_EXPECT_EQ(test, PTR_ERR(create(test, 6, path_to(test, "2001:db8:b::3"))),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, bed->fn.n_tunnels, 1);
	KUNIT_EXPECT_NULL(test, xa_load(&bed->fn.tunnels, 6));
	KUNIT_EXPECT_PTR_EQ(test, from(test, key), t);
	testbed_address(&key.remote, AF_INET6, "2001:db8:b::4");
	KUNIT_EXPECT_NULL(test, from(test, key));
}

/* One pair of addresses may have a tunnel for each way to encapsulate. */
static void carriers_and_ports_tell_tunnels_apart(struct kunit *test)
{
	struct fmip_tunnel *ip6 = testbed_tunnel(test, FMIP_ENCAP_IP6);
	struct fmip_tunnel *gre6 = testbed_tunnel(test, FMIP_ENCAP_GRE6);
	struct fmip_tunnel *udp = testbed_tunnel(test, FMIP_ENCAP_UDP4);
	struct fmip_path *path = testbed_path(test, FMIP_ENCAP_UDP4);
	struct fmip_path_key key = path->key;
	struct fmip_tunnel *other;

	KUNIT_EXPECT_PTR_NE(test, ip6, gre6);
	KUNIT_EXPECT_PTR_EQ(test, from(test, key), udp);
	path->key.dport = htons(TESTBED_DPORT + 1);
	key = path->key;
	other = create(test, 0, path);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	KUNIT_EXPECT_PTR_EQ(test, from(test, key), other);
}

static void targets_accepts_and_matches_are_users(struct kunit *test)
{
	struct fmip_tunnel *t = testbed_tunnel(test, FMIP_ENCAP_IP6);
	struct fmip_policy policy = testbed_policy();
	struct testbed *bed = test->priv;
	struct fmip_plan *plan, *same, *accepting;

	KUNIT_EXPECT_EQ(test, t->users, 0);
	plan = testbed_plan(test, &policy, t, NULL);
	KUNIT_EXPECT_EQ(test, t->users, 1);
	/* Equal plans are one, but each of their bindings is a user. */
	same = testbed_plan(test, &policy, t, NULL);
	KUNIT_EXPECT_PTR_EQ(test, plan, same);
	KUNIT_EXPECT_EQ(test, t->users, 2);
	accepting = testbed_plan(test, &policy, t, t);
	KUNIT_EXPECT_EQ(test, t->users, 4);
	KUNIT_EXPECT_EQ(test, t->accepts, 1);
	KUNIT_EXPECT_EQ(test, bed->fn.receivers, 1);

	mutex_lock(&bed->fn.lock);
	fmip_plan_put(&bed->fn, accepting);
	KUNIT_EXPECT_EQ(test, t->users, 2);
	KUNIT_EXPECT_EQ(test, t->accepts, 0);
	KUNIT_EXPECT_EQ(test, bed->fn.receivers, 0);
	fmip_plan_put(&bed->fn, same);
	KUNIT_EXPECT_EQ(test, t->users, 1);
	fmip_plan_put(&bed->fn, plan);
	KUNIT_EXPECT_EQ(test, t->users, 0);
	mutex_unlock(&bed->fn.lock);
}

static void a_flush_passes_over_what_is_used(struct kunit *test)
{
	struct fmip_tunnel *used = testbed_tunnel(test, FMIP_ENCAP_IP6);
	struct fmip_policy policy = testbed_policy();
	struct testbed *bed = test->priv;
	u32 id = used->id, unused = testbed_tunnel(test, FMIP_ENCAP_IP4)->id;
	struct fmip_plan *plan = testbed_plan(test, &policy, used, NULL);

	flush(test);
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&bed->fn.tunnels, id), used);
	KUNIT_EXPECT_NULL(test, xa_load(&bed->fn.tunnels, unused));
	mutex_lock(&bed->fn.lock);
	fmip_plan_put(&bed->fn, plan);
	mutex_unlock(&bed->fn.lock);
	flush(test);
	KUNIT_EXPECT_NULL(test, xa_load(&bed->fn.tunnels, id));
	KUNIT_EXPECT_EQ(test, bed->fn.n_tunnels, 0);
}

/* Who has found it in time may use it to the end of the grace period. */
static void what_is_destroyed_is_not_found_but_still_there(struct kunit *test)
{
	struct fmip_path *path = testbed_path(test, FMIP_ENCAP_IP6), *reader;
	struct fmip_path_key key = path->key;
	struct fmip_tunnel *t = create(test, 5, path);
	struct testbed *bed = test->priv;
	int uses;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	/* What earlier tests have left gives up its uses of the route. */
	rcu_barrier();
	uses = rcuref_read(&bed->dst6->__rcuref);
	mutex_lock(&bed->fn.lock);
	rcu_read_lock();
	reader = fmip_path_find(&bed->fn, &key);
	KUNIT_EXPECT_PTR_EQ(test, reader, path);
	fmip_tunnel_destroy(&bed->fn, t);
	KUNIT_EXPECT_NULL(test, fmip_path_find(&bed->fn, &key));
	KUNIT_EXPECT_NULL(test, xa_load(&bed->fn.tunnels, 5));
	/* KASAN would tell if one of them had been freed. */
	KUNIT_EXPECT_EQ(test, reader->tunnel->id, 5);
	KUNIT_EXPECT_PTR_EQ(test, rcu_dereference(reader->dst), bed->dst6);
	rcu_read_unlock();
	mutex_unlock(&bed->fn.lock);
	rcu_barrier();
	/* And then its use of the route is given back. */
	KUNIT_EXPECT_EQ(test, rcuref_read(&bed->dst6->__rcuref), uses - 1);
}

static void a_packet_in_the_tunnel(struct kunit *test, struct fmip_binding *b,
				   const char *remote, u8 hop_limit)
{
	struct testbed *bed = test->priv;
	struct in6_addr addr;
	struct sk_buff *skb;

	testbed_address(&addr, AF_INET6, remote);
	testbed_pass(test, b, testbed_ip6(test, 1, 100));
	skb = skb_dequeue(&bed->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&ipv6_hdr(skb)->daddr, &addr));
	KUNIT_EXPECT_EQ(test, ipv6_hdr(skb)->hop_limit, hop_limit);
	kfree_skb(skb);
}

static void a_new_remote_holds_for_those_who_use_it(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = testbed_binding(test, &policy);
	struct testbed *bed = test->priv;
	struct fmip_tunnel *t = xa_load(&bed->fn.tunnels, 1);
	struct fmip_path *path = path_to(test, "2001:db8:b::3");
	struct fmip_path_key was, is = path->key;

	was = rcu_dereference_protected(t->path, true)->key;
	a_packet_in_the_tunnel(test, b, TESTBED_REMOTE6, TESTBED_HOPLIMIT);
	KUNIT_EXPECT_EQ(test, move(test, t, path), 0);
	KUNIT_EXPECT_EQ(test, t->users, 1);
	KUNIT_EXPECT_NULL(test, from(test, was));
	KUNIT_EXPECT_PTR_EQ(test, from(test, is), t);
	a_packet_in_the_tunnel(test, b, "2001:db8:b::3", TESTBED_HOPLIMIT);
	/* The same ends, and something else that is new. */
	path = path_to(test, "2001:db8:b::3");
	path->ttl = 7;
	KUNIT_EXPECT_EQ(test, move(test, t, path), 0);
	KUNIT_EXPECT_PTR_EQ(test, from(test, is), t);
	a_packet_in_the_tunnel(test, b, "2001:db8:b::3", 7);
	KUNIT_EXPECT_EQ(test, drops(bed), 0);
}

static void buffered_packets_go_to_the_new_remote(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = testbed_binding(test, &policy);
	struct testbed *bed = test->priv;
	struct fmip_tunnel *t = xa_load(&bed->fn.tunnels, 1);
	struct in6_addr addr;
	struct sk_buff *skb;

	testbed_hold(b);
	testbed_pass(test, b, testbed_ip6(test, 1, 100));
	KUNIT_EXPECT_EQ(test, move(test, t, path_to(test, "2001:db8:b::3")), 0);
	testbed_open(b);
	skb = skb_peek(&bed->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	testbed_address(&addr, AF_INET6, "2001:db8:b::3");
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&ipv6_hdr(skb)->daddr, &addr));
	testbed_expect_sent(test, 1, 1);
}

static void a_refused_move_changes_nothing(struct kunit *test)
{
	struct fmip_policy policy = testbed_policy();
	struct fmip_binding *b = testbed_binding(test, &policy);
	struct testbed *bed = test->priv;
	struct fmip_tunnel *t = xa_load(&bed->fn.tunnels, 1), *other;
	struct fmip_path *path = path_to(test, "2001:db8:b::3");
	struct fmip_path_key taken = path->key, own;

	own = rcu_dereference_protected(t->path, true)->key;
	other = create(test, 0, path);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	KUNIT_EXPECT_EQ(test, move(test, t, path_to(test, "2001:db8:b::3")), -EEXIST);
	KUNIT_EXPECT_PTR_EQ(test, from(test, own), t);
	KUNIT_EXPECT_PTR_EQ(test, from(test, taken), other);
	a_packet_in_the_tunnel(test, b, TESTBED_REMOTE6, TESTBED_HOPLIMIT);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(taken_ids_and_ends_are_refused),
	KUNIT_CASE(carriers_and_ports_tell_tunnels_apart),
	KUNIT_CASE(targets_accepts_and_matches_are_users),
	KUNIT_CASE(a_flush_passes_over_what_is_used),
	KUNIT_CASE(what_is_destroyed_is_not_found_but_still_there),
	KUNIT_CASE(a_new_remote_holds_for_those_who_use_it),
	KUNIT_CASE(buffered_packets_go_to_the_new_remote),
	KUNIT_CASE(a_refused_move_changes_nothing),
	{}
};

static struct kunit_suite tunnel_suite = {
	.name = "fmip_tunnel",
	.suite_init = testbed_suite_init,
	.suite_exit = testbed_suite_exit,
	.init = testbed_init,
	.exit = testbed_exit,
	.test_cases = cases,
};

kunit_test_suite(tunnel_suite);
