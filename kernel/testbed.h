/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the module are done with: a namespace that is found in no
 * list, and routes that keep what is sent by them.
 */
#ifndef _FMIP_TESTBED_H
#define _FMIP_TESTBED_H

#include <linux/skbuff.h>

#include "net.h"
#include "plan.h"

struct kunit;
struct kunit_suite;

/* Ends of tunnels, and what the far end's routes are like unless a test says. */
#define TESTBED_LOCAL6		"2001:db8:a::1"
#define TESTBED_REMOTE6		"2001:db8:b::2"
#define TESTBED_LOCAL4		"192.0.2.1"
#define TESTBED_REMOTE4		"198.51.100.2"
#define TESTBED_SPORT		5437
#define TESTBED_DPORT		5438
#define TESTBED_MTU		1500
#define TESTBED_HOPLIMIT	64

/**
 * struct testbed - the surroundings of one test, in kunit.priv
 * @fn: a namespace as the module has them, of which only the tests know.  It is
 *	the initial one as far as the stack is concerned.
 * @dst6: a route over IPv6, of the whole suite
 * @dst4: the same over IPv4
 * @sent: what was sent by either, with its outer header complete; skb->tstamp is
 *	@now of that moment
 * @now: the clock of the queues, in nanoseconds; only a test moves it
 * @told: how many senders have been told of an MTU
 * @told_mtu: the last one
 * @module_left: testbed_module_left() before the test
 */
struct testbed {
	struct fmip_net fn;
	struct dst_entry *dst6;
	struct dst_entry *dst4;
	struct sk_buff_head sent;
	u64 now;
	unsigned int told;
	unsigned int told_mtu;
	long module_left;
};

int testbed_suite_init(struct kunit_suite *suite);
void testbed_suite_exit(struct kunit_suite *suite);
int testbed_init(struct kunit *test);
void testbed_exit(struct kunit *test);
void testbed_address(struct in6_addr *addr, u8 family, const char *text);
void testbed_set_mtu(struct dst_entry *dst, u32 mtu);
struct fmip_path *testbed_path(struct kunit *test, u8 encap);
struct fmip_tunnel *testbed_tunnel(struct kunit *test, u8 encap);
struct fmip_policy testbed_policy(void);
struct fmip_plan *testbed_plan(struct kunit *test,
			       const struct fmip_policy *policy,
			       struct fmip_tunnel *target,
			       struct fmip_tunnel *accept);
struct fmip_binding *testbed_unpublished(struct kunit *test,
					 struct fmip_plan *plan, u32 host);
struct fmip_binding *testbed_binding(struct kunit *test,
				     const struct fmip_policy *policy);
struct fmip_binding *testbed_second_binding(struct kunit *test,
					    const struct fmip_policy *policy);
struct sk_buff *testbed_ip6(struct kunit *test, u32 number, unsigned int len);
struct sk_buff *testbed_ip4(struct kunit *test, u32 number, unsigned int len);
void testbed_pass(struct kunit *test, struct fmip_binding *b,
		  struct sk_buff *skb);
void testbed_hold(struct fmip_binding *b);
void testbed_open(struct fmip_binding *b);
void testbed_run_timer(struct fmip_binding *b);
u32 testbed_number(const struct sk_buff *skb);
void testbed_expect_sent(struct kunit *test, u32 first, u32 n);
struct fmip_room *testbed_room(struct kunit *test, bool foreign);
enum fmip_drop testbed_take(struct fmip_room *room, long bytes);
void testbed_give(struct fmip_room *room, long bytes);
long testbed_module_left(struct kunit *test);

#endif /* _FMIP_TESTBED_H */
