// SPDX-License-Identifier: GPL-2.0-only
/*
 * The surroundings of a test: see testbed.h.
 *
 * Packets take the way that they have in the module, from the gate to the outer
 * header.  What would be the stack's ends at routes of the test's own, which are
 * cached in its paths and always hold.
 */
#include <kunit/resource.h>
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "binding.h"
#include "icmp.h"
#include "queue.h"
#include "testbed.h"
#include "tunnel.h"

/* Where packets are numbered: behind the header. */
#define NUMBER_AT6	sizeof(struct ipv6hdr)
#define NUMBER_AT4	sizeof(struct iphdr)

#define HEADROOM	128

static u64 now(void)
{
	struct testbed *bed = kunit_get_current_test()->priv;

	return bed->now;
}

static void told_mtu(struct fmip_net *fn, struct sk_buff *skb, unsigned int mtu)
{
	struct testbed *bed = container_of(fn, struct testbed, fn);

	bed->told++;
	bed->told_mtu = mtu;
}

/*
 * The device and the routes are a suite's: to wait until nobody has them any more
 * takes longer than a test.
 */
static struct net_device *dev;
static struct dst_entry *dst6, *dst4;

/* The end of the way of an outer packet. */
static int keep(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct kunit *test = kunit_get_current_test();
	struct testbed *bed;

	/* A timer has run that no test has run: its packets are missed. */
	if (!test) {
		kfree_skb(skb);
		return NET_XMIT_DROP;
	}
	bed = test->priv;
	skb->tstamp = ns_to_ktime(bed->now);
	skb_queue_tail(&bed->sent, skb);
	return 0;
}

static int set_metrics(struct dst_entry *dst)
{
	struct dst_metrics *metrics = kzalloc(sizeof(*metrics), GFP_KERNEL);

	if (!metrics)
		return -ENOMEM;
	metrics->metrics[RTAX_HOPLIMIT - 1] = TESTBED_HOPLIMIT;
	refcount_set(&metrics->refcnt, 1);
	ip_dst_init_metrics(dst, metrics);
	/* The route has its own use of them, and is the only one. */
	refcount_dec(&metrics->refcnt);
	return 0;
}

/* Make a route end here; whoever asks is told that it holds. */
static int redirect(struct dst_entry *dst)
{
	dst->output = keep;
	dst->obsolete = DST_OBSOLETE_NONE;
	return set_metrics(dst);
}

static int make_routes(void)
{
	struct rt6_info *rt6 = ip6_dst_alloc(&init_net, dev, DST_NOCOUNT);
	struct rtable *rt4 = rt_dst_alloc(dev, 0, RTN_UNICAST, true);

	dst6 = rt6 ? &rt6->dst : NULL;
	dst4 = rt4 ? &rt4->dst : NULL;
	if (!rt6 || !rt4)
		return -ENOMEM;
	return redirect(dst6) ?: redirect(dst4);
}

/**
 * testbed_suite_exit() - undo testbed_suite_init()
 * @suite: the suite
 */
void testbed_suite_exit(struct kunit_suite *suite)
{
	/* The paths, and with them their uses of the routes. */
	rcu_barrier();
	dst_release(dst6);
	dst_release(dst4);
	/* The routes, and with them their uses of the device. */
	rcu_barrier();
	free_netdev(dev);
}

/**
 * testbed_suite_init() - make what the tests of a suite share
 * @suite: the suite
 *
 * Return: 0 or -ENOMEM.
 */
int testbed_suite_init(struct kunit_suite *suite)
{
	int err;

	dev = alloc_netdev(0, "fmip-test", NET_NAME_UNKNOWN, ether_setup);
	if (!dev)
		return -ENOMEM;
	err = make_routes();
	if (err)
		testbed_suite_exit(suite);
	return err;
}

static int make_tables(struct fmip_net *fn)
{
	int err = fmip_match_table_init(&fn->matches);

	if (err)
		return err;
	err = fmip_tunnel_table_init(fn);
	if (err)
		goto err_matches;
	err = fmip_plan_tables_init(fn);
	if (err)
		goto err_tunnels;
	return 0;

err_tunnels:
	fmip_tunnel_table_destroy(fn);
err_matches:
	fmip_match_table_destroy(&fn->matches);
	return err;
}

static void destroy_tables(struct fmip_net *fn)
{
	fmip_plan_tables_destroy(fn);
	fmip_tunnel_table_destroy(fn);
	fmip_match_table_destroy(&fn->matches);
	xa_destroy(&fn->bindings);
}

static int make_net(struct fmip_net *fn)
{
	int err;

	fn->net = &init_net;
	fn->stats = netdev_alloc_pcpu_stats(struct fmip_pcpu_stats);
	if (!fn->stats)
		return -ENOMEM;
	err = make_tables(fn);
	if (err) {
		free_percpu(fn->stats);
		return err;
	}
	mutex_init(&fn->lock);
	xa_init_flags(&fn->bindings, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	init_llist_head(&fn->reap_bindings);
	init_llist_head(&fn->prune_bindings);
	fmip_room_init(&fn->room, fn->net);
	fmip_spent_init(&fn->spent);
	/* It has no hooks that would have to be unregistered. */
	fn->closing = true;
	return 0;
}

static void end_net(struct fmip_net *fn)
{
	mutex_lock(&fn->lock);
	fmip_binding_flush(fn, FMIP_DROP_DELETED);
	fmip_tunnel_flush(fn);
	mutex_unlock(&fn->lock);
	fmip_spent_end(&fn->spent);
}

/**
 * testbed_init() - set up the surroundings of a test
 * @test: the test; its priv is a &struct testbed afterwards
 *
 * Return: 0 or -ENOMEM.
 */
int testbed_init(struct kunit *test)
{
	struct testbed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);
	int err;

	if (!bed)
		return -ENOMEM;
	skb_queue_head_init(&bed->sent);
	bed->now = NSEC_PER_SEC;
	err = make_net(&bed->fn);
	if (err)
		return err;
	bed->dst6 = dst6;
	bed->dst4 = dst4;
	testbed_set_mtu(dst6, TESTBED_MTU);
	testbed_set_mtu(dst4, TESTBED_MTU);
	test->priv = bed;
	bed->module_left = testbed_module_left(test);
	kunit_activate_static_stub(test, fmip_queue_now, now);
	kunit_activate_static_stub(test, fmip_icmp_tell_mtu, told_mtu);
	return 0;
}

/**
 * testbed_exit() - take down what testbed_init() has set up
 * @test: the test
 *
 * What the test has left behind is ended, and must have left nothing itself.
 */
void testbed_exit(struct kunit *test)
{
	struct testbed *bed = test->priv;

	if (!bed)
		return;
	end_net(&bed->fn);
	KUNIT_EXPECT_EQ(test, bed->fn.n_bindings, 0);
	KUNIT_EXPECT_EQ(test, bed->fn.n_tunnels, 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&bed->fn.buffered_packets), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&bed->fn.buffered_bytes), 0);
	KUNIT_EXPECT_EQ(test, bed->fn.room.guaranteed, 0);
	KUNIT_EXPECT_EQ(test, bed->fn.room.shared, 0);
	KUNIT_EXPECT_EQ(test, testbed_module_left(test), bed->module_left);
	skb_queue_purge(&bed->sent);
	destroy_tables(&bed->fn);
	free_percpu(bed->fn.stats);
}

/**
 * testbed_address() - read an address as the tables have it
 * @addr: result; IPv4 in the first four bytes
 * @family: AF_INET6 or AF_INET
 * @text: the address
 */
void testbed_address(struct in6_addr *addr, u8 family, const char *text)
{
	*addr = (struct in6_addr) {};
	if (family == AF_INET6)
		in6_pton(text, -1, addr->s6_addr, -1, NULL);
	else
		in4_pton(text, -1, addr->s6_addr, -1, NULL);
}

/**
 * testbed_set_mtu() - change the MTU of a route
 * @dst: one of the test's routes
 * @mtu: bytes
 */
void testbed_set_mtu(struct dst_entry *dst, u32 mtu)
{
	dst_metrics_ptr(dst)[RTAX_MTU - 1] = mtu;
}

/**
 * testbed_path() - make a path that nobody can see yet
 * @test: test
 * @encap: enum fmip_encap
 *
 * Return: the path, from the local to the remote end, with a route.
 */
struct fmip_path *testbed_path(struct kunit *test, u8 encap)
{
	struct fmip_path *path = fmip_path_alloc();
	struct testbed *bed = test->priv;
	struct fmip_path_key *key;
	bool ip6;

	KUNIT_ASSERT_NOT_NULL(test, path);
	key = &path->key;
	path->encap = encap;
	key->family = fmip_encap_family(encap);
	key->carrier = fmip_encap_carrier(encap);
	if (key->carrier == FMIP_CARRIER_UDP) {
		key->sport = htons(TESTBED_SPORT);
		key->dport = htons(TESTBED_DPORT);
	}
	ip6 = key->family == AF_INET6;
	testbed_address(&key->local, key->family,
			ip6 ? TESTBED_LOCAL6 : TESTBED_LOCAL4);
	testbed_address(&key->remote, key->family,
			ip6 ? TESTBED_REMOTE6 : TESTBED_REMOTE4);
	RCU_INIT_POINTER(path->dst, dst_clone(ip6 ? bed->dst6 : bed->dst4));
	return path;
}

/**
 * testbed_tunnel() - make a tunnel
 * @test: test
 * @encap: enum fmip_encap
 *
 * Return: the tunnel, which ends with the test.
 */
struct fmip_tunnel *testbed_tunnel(struct kunit *test, u8 encap)
{
	struct fmip_path *path = testbed_path(test, encap);
	struct testbed *bed = test->priv;
	struct fmip_tunnel *t;

	mutex_lock(&bed->fn.lock);
	t = fmip_tunnel_create(&bed->fn, 0, path, NULL);
	mutex_unlock(&bed->fn.lock);
	if (IS_ERR(t))
		fmip_path_free(path);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	return t;
}

/**
 * testbed_policy() - a policy that limits nothing
 *
 * Return: the policy, for a test to change.
 */
struct fmip_policy testbed_policy(void)
{
	struct fmip_policy policy;

	/* Policies are compared with their padding. */
	memset(&policy, 0, sizeof(policy));
	policy.limit_packets = U32_MAX;
	policy.limit_bytes = U32_MAX;
	policy.pace.release = FMIP_RELEASE_IMMEDIATE;
	policy.pace.speedup = 200;
	policy.pace.rate = 100;
	return policy;
}

/**
 * testbed_plan() - make a plan
 * @test: test
 * @policy: how to buffer
 * @target: where to
 * @accept: from where packets with a matching destination are accepted, or NULL
 *
 * Return: the plan, for a binding.
 */
struct fmip_plan *testbed_plan(struct kunit *test,
			       const struct fmip_policy *policy,
			       struct fmip_tunnel *target,
			       struct fmip_tunnel *accept)
{
	struct testbed *bed = test->priv;
	struct fmip_plan *draft, *plan;

	draft = kunit_kzalloc(test, struct_size(draft, target, 1) +
			      sizeof(struct fmip_accept), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, draft);
	draft->n_targets = 1;
	draft->target[0].type = FMIP_TARGET_TUNNEL;
	draft->target[0].tunnel = target;
	draft->n_accepts = !!accept;
	if (accept)
		fmip_plan_accepts(draft)[0].tunnel = accept;
	mutex_lock(&bed->fn.lock);
	plan = fmip_plan_make(&bed->fn, draft, policy);
	mutex_unlock(&bed->fn.lock);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, plan);
	return plan;
}

/**
 * testbed_unpublished() - make a binding that packets do not find yet
 * @test: test
 * @plan: its plan
 * @host: its match is the destination 2001:db8:2::@host
 *
 * Return: the binding, which the caller owns; it has a queue.
 */
struct fmip_binding *testbed_unpublished(struct kunit *test,
					 struct fmip_plan *plan, u32 host)
{
	struct testbed *bed = test->priv;
	struct fmip_binding *b;
	int err;

	b = fmip_binding_alloc(&bed->fn);
	KUNIT_ASSERT_NOT_NULL(test, b);
	RCU_INIT_POINTER(b->plan, plan);
	testbed_address(&b->first.key.addr, AF_INET6, "2001:db8:2::");
	b->first.key.addr.s6_addr32[3] = htonl(host);
	b->first.key.prefixlen = 128;
	b->first.key.family = AF_INET6;
	mutex_lock(&bed->fn.lock);
	err = fmip_queue_make(b);
	if (err)
		fmip_binding_free(b);
	mutex_unlock(&bed->fn.lock);
	KUNIT_ASSERT_EQ(test, err, 0);
	return b;
}

static struct fmip_binding *make_binding(struct kunit *test,
					 const struct fmip_policy *policy,
					 struct fmip_tunnel *t, u32 host)
{
	struct fmip_plan *plan = testbed_plan(test, policy, t, NULL);
	struct fmip_binding *b = testbed_unpublished(test, plan, host);
	struct testbed *bed = test->priv;
	int err;

	mutex_lock(&bed->fn.lock);
	err = fmip_binding_publish(b, 0, NULL);
	if (err)
		fmip_binding_free(b);
	mutex_unlock(&bed->fn.lock);
	KUNIT_ASSERT_EQ(test, err, 0);
	return b;
}

/**
 * testbed_binding() - make a binding with a tunnel over IPv6
 * @test: test, which has no other tunnel, nor such a binding
 * @policy: how it buffers
 *
 * Return: the binding, which ends with the test.
 */
struct fmip_binding *testbed_binding(struct kunit *test,
				     const struct fmip_policy *policy)
{
	return make_binding(test, policy, testbed_tunnel(test, FMIP_ENCAP_IP6), 2);
}

/**
 * testbed_second_binding() - make one more, with the same tunnel
 * @test: test
 * @policy: how it buffers
 *
 * Return: the binding, which ends with the test.
 */
struct fmip_binding *testbed_second_binding(struct kunit *test,
					    const struct fmip_policy *policy)
{
	struct testbed *bed = test->priv;

	return make_binding(test, policy, xa_load(&bed->fn.tunnels, 1), 3);
}

static struct sk_buff *make_packet(struct kunit *test, unsigned int len)
{
	struct sk_buff *skb;
	unsigned int i;
	u8 *data;

	skb = alloc_skb(HEADROOM + len, GFP_ATOMIC);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, HEADROOM);
	skb_reset_network_header(skb);
	skb->dev = dev;
	data = skb_put(skb, len);
	for (i = 0; i < len; i++)
		data[i] = i;
	return skb;
}

/**
 * testbed_ip6() - make an inner IPv6 packet
 * @test: test
 * @number: what testbed_number() reads
 * @len: bytes, from 44 on
 *
 * Return: the packet, which the caller owns.
 */
struct sk_buff *testbed_ip6(struct kunit *test, u32 number, unsigned int len)
{
	struct sk_buff *skb = make_packet(test, len);
	struct ipv6hdr *ip6h = ipv6_hdr(skb);

	skb->protocol = htons(ETH_P_IPV6);
	ip6_flow_hdr(ip6h, 0, 0);
	ip6h->payload_len = htons(len - sizeof(*ip6h));
	ip6h->nexthdr = NEXTHDR_NONE;
	ip6h->hop_limit = 63;
	testbed_address(&ip6h->saddr, AF_INET6, "2001:db8:1::1");
	testbed_address(&ip6h->daddr, AF_INET6, "2001:db8:2::2");
	put_unaligned_be32(number, skb->data + NUMBER_AT6);
	return skb;
}

/**
 * testbed_ip4() - make an inner IPv4 packet that must not be fragmented
 * @test: test
 * @number: what testbed_number() reads
 * @len: bytes, from 24 on
 *
 * Return: the packet, which the caller owns.
 */
struct sk_buff *testbed_ip4(struct kunit *test, u32 number, unsigned int len)
{
	struct sk_buff *skb = make_packet(test, len);
	struct iphdr *iph = ip_hdr(skb);

	skb->protocol = htons(ETH_P_IP);
	*iph = (struct iphdr) {
		.version = 4,
		.ihl = 5,
		.tot_len = htons(len),
		.frag_off = htons(IP_DF),
		.ttl = 63,
		.protocol = 253,
		.saddr = in_aton("203.0.113.1"),
		.daddr = in_aton("203.0.113.2"),
	};
	ip_send_check(iph);
	put_unaligned_be32(number, skb->data + NUMBER_AT4);
	return skb;
}

/**
 * testbed_pass() - a packet reaches a binding's gate
 * @test: test
 * @b: binding
 * @skb: packet; consumed
 */
void testbed_pass(struct kunit *test, struct fmip_binding *b,
		  struct sk_buff *skb)
{
	rcu_read_lock();
	local_bh_disable();
	fmip_queue_pass(b, skb, 0);
	local_bh_enable();
	rcu_read_unlock();
}

/**
 * testbed_hold() - have a binding buffer from now on
 * @b: binding
 */
void testbed_hold(struct fmip_binding *b)
{
	rcu_read_lock();
	fmip_queue_hold(b, FMIP_REPLAY_NONE);
	rcu_read_unlock();
}

/**
 * testbed_open() - have a binding release what it buffers, then let pass
 * @b: binding
 */
void testbed_open(struct fmip_binding *b)
{
	rcu_read_lock();
	fmip_queue_open(b, fmip_queue_now(), FMIP_REPLAY_NONE);
	rcu_read_unlock();
}

/**
 * testbed_run_timer() - have a queue's timer expire now
 * @b: binding with a queue
 *
 * Context: bottom halves off, so that it does not run by itself.
 */
void testbed_run_timer(struct fmip_binding *b)
{
	b->queue->timer.function(&b->queue->timer);
}

/**
 * testbed_number() - the number of an IPv6 packet
 * @skb: packet that has been sent into a tunnel over IPv6, without options
 *
 * Return: the number.
 */
u32 testbed_number(const struct sk_buff *skb)
{
	return get_unaligned_be32(skb->data + sizeof(struct ipv6hdr) + NUMBER_AT6);
}

/**
 * testbed_expect_sent() - check what has been sent since the last time
 * @test: test
 * @first: number of the first packet that must have been
 * @n: how many, their numbers going up by one
 */
void testbed_expect_sent(struct kunit *test, u32 first, u32 n)
{
	struct testbed *bed = test->priv;
	struct sk_buff *skb;

	KUNIT_EXPECT_EQ(test, skb_queue_len(&bed->sent), n);
	while ((skb = skb_dequeue(&bed->sent))) {
		KUNIT_EXPECT_EQ(test, testbed_number(skb), first++);
		kfree_skb(skb);
	}
}

/* All that a room asks of a namespace is whose it is. */
static const struct net of_the_host = { .user_ns = &init_user_ns };
static const struct net of_others;

/**
 * testbed_room() - make the room of a namespace that is not the initial one
 * @test: test
 * @foreign: it is of a user namespace that is not the host's
 *
 * Return: the room, without a share of the module's, and gone with the test.
 */
struct fmip_room *testbed_room(struct kunit *test, bool foreign)
{
	struct fmip_room *room = kunit_kzalloc(test, sizeof(*room), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, room);
	fmip_room_init(room, foreign ? &of_others : &of_the_host);
	return room;
}

/**
 * testbed_take() - take of what is shared, as a queue does
 * @room: room
 * @bytes: how much
 *
 * Return: what fmip_room_take() returns.
 */
enum fmip_drop testbed_take(struct fmip_room *room, long bytes)
{
	enum fmip_drop why;

	local_bh_disable();
	why = fmip_room_take(room, bytes);
	local_bh_enable();
	return why;
}

/**
 * testbed_give() - give that back
 * @room: room
 * @bytes: how much
 */
void testbed_give(struct fmip_room *room, long bytes)
{
	local_bh_disable();
	fmip_room_give(room, bytes);
	local_bh_enable();
}

/**
 * testbed_module_left() - how much a namespace without a share could take
 * @test: test
 *
 * Return: bytes; found out by taking them for a moment.
 */
long testbed_module_left(struct kunit *test)
{
	struct fmip_room *room = testbed_room(test, false);
	long bytes = 1L << 40, left = 0;

	fmip_room_set(room, LONG_MAX, 0);
	for (; bytes; bytes >>= 1)
		if (!testbed_take(room, bytes))
			left += bytes;
	testbed_give(room, left);
	return left;
}

MODULE_DESCRIPTION("Tests of fmip");
MODULE_AUTHOR("The fmip authors");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
