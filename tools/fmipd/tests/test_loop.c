// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "loop.h"
#include "test.h"

#define MS	1000000ull

static struct loop *loop;
static unsigned int rung;
static uint64_t rung_at;

static int begin(void **state)
{
	(void)state;
	rung = 0;
	loop = loop_open();
	return !loop;
}

static int end(void **state)
{
	(void)state;
	loop_close(loop);
	return 0;
}

static void ring(struct alarm *alarm)
{
	assert_null(alarm->handle);
	rung++;
	rung_at = loop_now();
	loop_stop(loop);
}

static void ring_and_free(struct alarm *alarm)
{
	ring(alarm);
	free(alarm);
}

static void rings_once_and_not_early(void **state)
{
	struct alarm alarm = { .ring = ring };
	uint64_t at = loop_now() + 3 * MS + 1;

	(void)state;
	loop_alarm_set(loop, &alarm, loop_now() + MS);
	loop_alarm_set(loop, &alarm, at);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(rung, 1);
	assert_true(rung_at >= at);
}

static void rings_what_is_past(void **state)
{
	struct alarm *alarm = calloc(1, sizeof(*alarm));

	(void)state;
	alarm->ring = ring_and_free;
	loop_alarm_set(loop, alarm, 0);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(rung, 1);
}

static void does_not_ring_when_stopped(void **state)
{
	struct alarm first = { .ring = ring }, second = { .ring = ring };

	(void)state;
	loop_alarm_set(loop, &first, loop_now() + MS);
	loop_alarm_set(loop, &second, loop_now() + 5 * MS);
	loop_alarm_stop(&first);
	loop_alarm_stop(&first);
	assert_null(first.handle);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(rung, 1);
	assert_null(second.handle);
}

static void came(void *arg)
{
	++*(unsigned int *)arg;
	loop_stop(loop);
}

static void tells_of_files_and_signals(void **state)
{
	unsigned int files = 0, signals = 0;
	struct loop_watch *file, *usr1;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	file = loop_watch(loop, fds[0], came, &files);
	usr1 = loop_signal(loop, SIGUSR1, came, &signals);
	assert_non_null(file);
	assert_non_null(usr1);
	raise(SIGUSR1);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(signals, 1);
	assert_int_equal(write(fds[1], "", 1), 1);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(files, 1);
	loop_forget(file);
	loop_forget(usr1);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rings_once_and_not_early, begin, end),
		cmocka_unit_test_setup_teardown(rings_what_is_past, begin, end),
		cmocka_unit_test_setup_teardown(does_not_ring_when_stopped, begin, end),
		cmocka_unit_test_setup_teardown(tells_of_files_and_signals, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
