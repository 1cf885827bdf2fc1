// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may buffer how much: rooms by themselves, without a queue, and what they
 * take of the module's.
 *
 * No other namespace has a share meanwhile, but for the initial one, which has it
 * always.
 */
#include <kunit/test.h>
#include <net/net_namespace.h>

#include "net.h"
#include "room.h"
#include "testbed.h"

#define HALF	1000L

/* A limit of the module's: a share is 2048 of it, and the shared half 32768. */
#define MODULE_LIMIT	65536L
#define MODULE_HALF	(MODULE_LIMIT / 2)
#define SHARE		(MODULE_LIMIT / 32)
#define HALF_SHARE	(SHARE / 2)

/* The module's limit, and what was left of it, before the test. */
static long module_limit, module_left;

static int room_test_init(struct kunit *test)
{
	module_limit = fmip_room_module_limit();
	module_left = testbed_module_left(test);
	return 0;
}

static void room_test_exit(struct kunit *test)
{
	fmip_room_set_module(module_limit);
	KUNIT_EXPECT_EQ(test, testbed_module_left(test), module_left);
}

KUNIT_DEFINE_ACTION_WRAPPER(leave, fmip_room_leave, struct fmip_room *);

/* A room that has no share after the test, either. */
static struct fmip_room *make_room(struct kunit *test, bool foreign)
{
	struct fmip_room *room = testbed_room(test, foreign);

	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, leave, room), 0);
	return room;
}

/* A room whose halves are of HALF bytes. */
static struct fmip_room *small_room(struct kunit *test, long guarantee)
{
	struct fmip_room *room = make_room(test, false);

	fmip_room_set(room, 2 * HALF, guarantee);
	return room;
}

/* A room that nothing limits but the module, which has the limit MODULE_LIMIT. */
static struct fmip_room *large_room(struct kunit *test, long guarantee)
{
	struct fmip_room *room = make_room(test, false);

	fmip_room_set_module(MODULE_LIMIT);
	fmip_room_set(room, LONG_MAX, guarantee);
	return room;
}

static long guarantee(struct fmip_room *room, long most, long held)
{
	long bytes;

	local_bh_disable();
	bytes = fmip_room_guarantee(room, most, held);
	local_bh_enable();
	return bytes;
}

static void end_guarantee(struct fmip_room *room, long bytes)
{
	local_bh_disable();
	fmip_room_end_guarantee(room, bytes);
	local_bh_enable();
}

static void expect_taken(struct kunit *test, const struct fmip_room *room,
			 long guaranteed, long shared)
{
	KUNIT_EXPECT_EQ(test, room->guaranteed, guaranteed);
	KUNIT_EXPECT_EQ(test, room->shared, shared);
}

/* What rooms have of what namespaces share. */
static void expect_of_module(struct kunit *test, long bytes)
{
	KUNIT_EXPECT_EQ(test, MODULE_HALF - testbed_module_left(test), bytes);
}

static void the_shared_half_is_limited_to_the_byte(struct kunit *test)
{
	struct fmip_room *room = small_room(test, 1);

	KUNIT_EXPECT_EQ(test, testbed_take(room, HALF + 1), FMIP_DROP_LIMIT_NETNS);
	expect_taken(test, room, 0, 0);
	KUNIT_EXPECT_EQ(test, testbed_take(room, HALF - 1), FMIP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 2), FMIP_DROP_LIMIT_NETNS);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 1), FMIP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 1), FMIP_DROP_LIMIT_NETNS);
	expect_taken(test, room, 0, HALF);
	testbed_give(room, 1);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 1), FMIP_DROP_NONE);
	testbed_give(room, HALF);
	expect_taken(test, room, 0, 0);
}

static void the_guaranteed_half_is_limited_to_the_byte(struct kunit *test)
{
	struct fmip_room *room = small_room(test, 400);

	KUNIT_EXPECT_EQ(test, guarantee(room, HALF, 0), 400);
	KUNIT_EXPECT_EQ(test, guarantee(room, HALF, 0), 400);
	/* All or nothing: the next would have half of one. */
	KUNIT_EXPECT_EQ(test, guarantee(room, HALF, 0), 0);
	KUNIT_EXPECT_EQ(test, guarantee(room, 201, 0), 0);
	KUNIT_EXPECT_EQ(test, guarantee(room, 200, 0), 200);
	KUNIT_EXPECT_EQ(test, guarantee(room, 1, 0), 0);
	expect_taken(test, room, HALF, 0);
	end_guarantee(room, 400);
	KUNIT_EXPECT_EQ(test, guarantee(room, HALF, 0), 400);
	end_guarantee(room, 400);
	end_guarantee(room, 400);
	end_guarantee(room, 200);
	expect_taken(test, room, 0, 0);
}

/* The limit can be lowered by itself, below what the guarantee was made for. */
static void a_guarantee_is_at_most_the_half(struct kunit *test)
{
	struct fmip_room *room = small_room(test, HALF + 1);

	KUNIT_EXPECT_EQ(test, guarantee(room, LONG_MAX, 0), HALF);
	KUNIT_EXPECT_EQ(test, guarantee(room, LONG_MAX, 0), 0);
	expect_taken(test, room, HALF, 0);
	end_guarantee(room, HALF);
	fmip_room_set(room, HALF, 0);
	KUNIT_EXPECT_EQ(test, guarantee(room, LONG_MAX, 0), HALF / 2);
	end_guarantee(room, HALF / 2);
	expect_taken(test, room, 0, 0);
}

static void neither_half_takes_of_the_other(struct kunit *test)
{
	struct fmip_room *room = small_room(test, HALF);

	KUNIT_EXPECT_EQ(test, testbed_take(room, HALF), FMIP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, guarantee(room, HALF, 0), HALF);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 1), FMIP_DROP_LIMIT_NETNS);
	testbed_give(room, HALF);
	KUNIT_EXPECT_EQ(test, guarantee(room, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, testbed_take(room, HALF), FMIP_DROP_NONE);
	testbed_give(room, HALF);
	end_guarantee(room, HALF);
}

static void the_odd_byte_of_a_limit_is_nobodys(struct kunit *test)
{
	struct fmip_room *room = small_room(test, HALF + 1);

	fmip_room_set(room, 2 * HALF + 1, 0);
	KUNIT_EXPECT_EQ(test, testbed_take(room, HALF + 1), FMIP_DROP_LIMIT_NETNS);
	KUNIT_EXPECT_EQ(test, guarantee(room, HALF + 1, 0), HALF);
	KUNIT_EXPECT_EQ(test, guarantee(room, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, testbed_take(room, HALF), FMIP_DROP_NONE);
	testbed_give(room, HALF);
	end_guarantee(room, HALF);
}

static void what_was_shared_becomes_guaranteed(struct kunit *test)
{
	struct fmip_room *room = small_room(test, 300);

	KUNIT_EXPECT_EQ(test, testbed_take(room, 500), FMIP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, guarantee(room, HALF, 400), 300);
	expect_taken(test, room, 300, 200);
	/* Another one has taken less than it is guaranteed now. */
	KUNIT_EXPECT_EQ(test, guarantee(room, HALF, 100), 300);
	expect_taken(test, room, 600, 100);
	/* Where nothing is guaranteed, all stays as it is. */
	fmip_room_set(room, 0, HALF);
	KUNIT_EXPECT_EQ(test, guarantee(room, HALF, 100), 0);
	expect_taken(test, room, 600, 100);
	end_guarantee(room, 300);
	end_guarantee(room, 300);
	testbed_give(room, 100);
	expect_taken(test, room, 0, 0);
}

static void new_limits_are_for_what_comes_next(struct kunit *test)
{
	struct fmip_room *room = small_room(test, 400);

	KUNIT_EXPECT_EQ(test, testbed_take(room, HALF), FMIP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, guarantee(room, HALF, 0), 400);
	fmip_room_set(room, HALF, 300);
	expect_taken(test, room, 400, HALF);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 1), FMIP_DROP_LIMIT_NETNS);
	KUNIT_EXPECT_EQ(test, guarantee(room, HALF, 0), 0);
	KUNIT_EXPECT_EQ(test, guarantee(room, 100, 0), 100);
	testbed_give(room, HALF / 2 + 1);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 2), FMIP_DROP_LIMIT_NETNS);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 1), FMIP_DROP_NONE);
	end_guarantee(room, 400);
	KUNIT_EXPECT_EQ(test, guarantee(room, HALF, 0), 300);
	/* One of the two by itself leaves the other as it was. */
	fmip_room_set(room, 2 * HALF, 0);
	KUNIT_EXPECT_EQ(test, guarantee(room, HALF, 0), 300);
	KUNIT_EXPECT_EQ(test, testbed_take(room, HALF / 2), FMIP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 1), FMIP_DROP_LIMIT_NETNS);
	testbed_give(room, HALF);
	end_guarantee(room, 100);
	end_guarantee(room, 300);
	end_guarantee(room, 300);
	expect_taken(test, room, 0, 0);
}

static void without_a_share_all_is_of_the_modules_shared_half(struct kunit *test)
{
	struct fmip_room *room = large_room(test, 700), *other = large_room(test, 1);

	expect_of_module(test, 0);
	KUNIT_EXPECT_EQ(test, guarantee(room, LONG_MAX, 0), 700);
	expect_of_module(test, 700);
	KUNIT_EXPECT_EQ(test, testbed_take(room, MODULE_HALF - 699), FMIP_DROP_LIMIT_MODULE);
	expect_of_module(test, 700);
	KUNIT_EXPECT_EQ(test, testbed_take(room, MODULE_HALF - 700), FMIP_DROP_NONE);
	expect_taken(test, room, 700, MODULE_HALF - 700);
	KUNIT_EXPECT_EQ(test, testbed_take(other, 1), FMIP_DROP_LIMIT_MODULE);
	KUNIT_EXPECT_EQ(test, guarantee(other, 1, 0), 0);
	end_guarantee(room, 700);
	expect_of_module(test, MODULE_HALF - 700);
	testbed_give(room, MODULE_HALF - 700);
	expect_of_module(test, 0);
}

static void each_half_begins_with_half_of_the_share(struct kunit *test)
{
	struct fmip_room *room = large_room(test, HALF_SHARE);

	fmip_room_join(room);
	KUNIT_EXPECT_EQ(test, room->share, SHARE);
	KUNIT_EXPECT_EQ(test, testbed_take(room, HALF_SHARE), FMIP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, guarantee(room, LONG_MAX, 0), HALF_SHARE);
	expect_of_module(test, 0);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 50), FMIP_DROP_NONE);
	expect_of_module(test, 50);
	KUNIT_EXPECT_EQ(test, guarantee(room, 30, 0), 30);
	expect_of_module(test, 80);
	/* The last that is taken is the first that is given back. */
	testbed_give(room, 60);
	expect_of_module(test, 30);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 11), FMIP_DROP_NONE);
	expect_of_module(test, 31);
	end_guarantee(room, HALF_SHARE);
	expect_of_module(test, 1);
	end_guarantee(room, 30);
	testbed_give(room, HALF_SHARE + 1);
	expect_taken(test, room, 0, 0);
	expect_of_module(test, 0);
}

static void a_flood_leaves_other_namespaces_their_share(struct kunit *test)
{
	struct fmip_room *flood = large_room(test, 1), *room = large_room(test, HALF_SHARE);

	fmip_room_join(flood);
	fmip_room_join(room);
	KUNIT_EXPECT_EQ(test, testbed_take(flood, HALF_SHARE + MODULE_HALF), FMIP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, testbed_take(flood, 1), FMIP_DROP_LIMIT_MODULE);
	expect_of_module(test, MODULE_HALF);
	KUNIT_EXPECT_EQ(test, guarantee(room, LONG_MAX, 0), HALF_SHARE);
	KUNIT_EXPECT_EQ(test, testbed_take(room, HALF_SHARE + 1), FMIP_DROP_LIMIT_MODULE);
	KUNIT_EXPECT_EQ(test, testbed_take(room, HALF_SHARE), FMIP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 1), FMIP_DROP_LIMIT_MODULE);
	KUNIT_EXPECT_EQ(test, guarantee(room, 1, 0), 0);
	testbed_give(flood, 1);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 1), FMIP_DROP_NONE);
	testbed_give(flood, HALF_SHARE + MODULE_HALF - 1);
	testbed_give(room, HALF_SHARE + 1);
	end_guarantee(room, HALF_SHARE);
	expect_of_module(test, 0);
}

/* A namespace's own limit is told before the module's. */
static void the_nearest_limit_is_the_reason(struct kunit *test)
{
	struct fmip_room *room = large_room(test, 1);

	fmip_room_set(room, 2 * (MODULE_HALF + 1), 0);
	KUNIT_EXPECT_EQ(test, testbed_take(room, MODULE_HALF + 1), FMIP_DROP_LIMIT_MODULE);
	KUNIT_EXPECT_EQ(test, testbed_take(room, MODULE_HALF + 2), FMIP_DROP_LIMIT_NETNS);
	expect_taken(test, room, 0, 0);
	expect_of_module(test, 0);
}

static void what_is_taken_already_is_of_a_new_share(struct kunit *test)
{
	struct fmip_room *room = large_room(test, 100);

	KUNIT_EXPECT_EQ(test, testbed_take(room, HALF_SHARE + 500), FMIP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, guarantee(room, 100, 0), 100);
	expect_of_module(test, HALF_SHARE + 600);
	fmip_room_join(room);
	expect_of_module(test, 500);
	/* A second time changes nothing. */
	fmip_room_join(room);
	expect_of_module(test, 500);
	fmip_room_leave(room);
	KUNIT_EXPECT_EQ(test, room->share, 0);
	expect_of_module(test, HALF_SHARE + 600);
	fmip_room_leave(room);
	expect_of_module(test, HALF_SHARE + 600);
	end_guarantee(room, 100);
	testbed_give(room, HALF_SHARE + 500);
	expect_of_module(test, 0);
}

static bool has_share(struct fmip_room *room)
{
	fmip_room_join(room);
	return room->joined && room->share;
}

static void shares_are_for_so_many_and_fewer_of_others(struct kunit *test)
{
	const int own = FMIP_ROOM_SHARES - FMIP_ROOM_FOREIGN_SHARES;
	struct fmip_room *foreign[FMIP_ROOM_FOREIGN_SHARES + 1];
	struct fmip_room *room[FMIP_ROOM_SHARES];
	int i;

	for (i = 0; i < ARRAY_SIZE(foreign); i++) {
		foreign[i] = make_room(test, true);
		KUNIT_EXPECT_EQ(test, has_share(foreign[i]), i < FMIP_ROOM_FOREIGN_SHARES);
	}
	for (i = 0; i < ARRAY_SIZE(room); i++) {
		room[i] = make_room(test, false);
		KUNIT_EXPECT_EQ(test, has_share(room[i]), i < own);
	}
	/* One that has none gives none back. */
	fmip_room_leave(room[own]);
	KUNIT_EXPECT_FALSE(test, has_share(room[own]));
	/* What one of the host's leaves is for others of the host's. */
	fmip_room_leave(room[0]);
	KUNIT_EXPECT_FALSE(test, has_share(foreign[FMIP_ROOM_FOREIGN_SHARES]));
	KUNIT_EXPECT_TRUE(test, has_share(room[own]));
	/* And what a foreign one leaves is for any. */
	fmip_room_leave(foreign[0]);
	KUNIT_EXPECT_TRUE(test, has_share(foreign[FMIP_ROOM_FOREIGN_SHARES]));
	fmip_room_leave(foreign[1]);
	KUNIT_EXPECT_TRUE(test, has_share(room[own + 1]));
	KUNIT_EXPECT_FALSE(test, has_share(foreign[0]));
}

static void all_shares_are_the_guaranteed_half(struct kunit *test)
{
	struct fmip_room initial, *room;
	long shares;
	int i;

	fmip_room_set_module(MODULE_LIMIT);
	fmip_room_init(&initial, &init_net);
	KUNIT_EXPECT_EQ(test, initial.share, MODULE_LIMIT / 4);
	/* It keeps its share. */
	fmip_room_leave(&initial);
	shares = initial.share;
	KUNIT_EXPECT_EQ(test, shares, MODULE_LIMIT / 4);
	for (i = 0; i < FMIP_ROOM_SHARES; i++) {
		room = make_room(test, false);
		fmip_room_join(room);
		shares += room->share;
	}
	KUNIT_EXPECT_EQ(test, shares, MODULE_LIMIT - MODULE_HALF);
}

static void a_limit_of_the_module_sets_all_shares(struct kunit *test)
{
	struct fmip_room *room = large_room(test, 1);
	const struct fmip_room *initial = &fmip_net(&init_net)->room;

	KUNIT_EXPECT_EQ(test, fmip_room_module_limit(), MODULE_LIMIT);
	KUNIT_EXPECT_EQ(test, initial->share, MODULE_LIMIT / 4);
	fmip_room_set_module(2 * MODULE_LIMIT);
	KUNIT_EXPECT_EQ(test, fmip_room_module_limit(), 2 * MODULE_LIMIT);
	KUNIT_EXPECT_EQ(test, initial->share, 2 * MODULE_LIMIT / 4);
	KUNIT_EXPECT_EQ(test, testbed_module_left(test), 2 * MODULE_HALF);
	fmip_room_join(room);
	KUNIT_EXPECT_EQ(test, room->share, 2 * SHARE);
	/* Where more is taken than there is, nobody takes more until it is given back. */
	fmip_room_leave(room);
	KUNIT_EXPECT_EQ(test, testbed_take(room, MODULE_HALF + 100), FMIP_DROP_NONE);
	fmip_room_set_module(MODULE_LIMIT);
	KUNIT_EXPECT_EQ(test, testbed_module_left(test), 0);
	KUNIT_EXPECT_EQ(test, testbed_take(room, 1), FMIP_DROP_LIMIT_MODULE);
	testbed_give(room, 101);
	KUNIT_EXPECT_EQ(test, testbed_module_left(test), 1);
	testbed_give(room, MODULE_HALF - 1);
	expect_of_module(test, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_shared_half_is_limited_to_the_byte),
	KUNIT_CASE(the_guaranteed_half_is_limited_to_the_byte),
	KUNIT_CASE(a_guarantee_is_at_most_the_half),
	KUNIT_CASE(neither_half_takes_of_the_other),
	KUNIT_CASE(the_odd_byte_of_a_limit_is_nobodys),
	KUNIT_CASE(what_was_shared_becomes_guaranteed),
	KUNIT_CASE(new_limits_are_for_what_comes_next),
	KUNIT_CASE(without_a_share_all_is_of_the_modules_shared_half),
	KUNIT_CASE(each_half_begins_with_half_of_the_share),
	KUNIT_CASE(a_flood_leaves_other_namespaces_their_share),
	KUNIT_CASE(the_nearest_limit_is_the_reason),
	KUNIT_CASE(what_is_taken_already_is_of_a_new_share),
	KUNIT_CASE(shares_are_for_so_many_and_fewer_of_others),
	KUNIT_CASE(all_shares_are_the_guaranteed_half),
	KUNIT_CASE(a_limit_of_the_module_sets_all_shares),
	{}
};

static struct kunit_suite room_suite = {
	.name = "fmip_room",
	.init = room_test_init,
	.exit = room_test_exit,
	.test_cases = cases,
};

kunit_test_suite(room_suite);
