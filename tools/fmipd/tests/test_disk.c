// SPDX-License-Identifier: GPL-2.0-only
/*
 * That the loop goes on while a file is put on the disk, with a disk that takes as long
 * as it is told to.
 */
#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"
#include "log.h"
#include "test.h"

#define MS	1000000ull

static struct loop *loop;
static struct disk *disk;
static sem_t begun, may_end;
static atomic_uint synced;
static atomic_int fails;
static atomic_bool is_own;
static char logged[LOG_LINE_MAX];

__typeof__(fdatasync) __wrap_fdatasync;

/* One that nobody lets go on is at its end some time, too, so that the test fails. */
int __wrap_fdatasync(int fd)
{
	struct timespec late;

	is_own = fd != STDIN_FILENO;
	clock_gettime(CLOCK_REALTIME, &late);
	late.tv_sec += 20;
	sem_post(&begun);
	sem_timedwait(&may_end, &late);
	synced++;
	errno = fails;
	return fails ? -1 : 0;
}

static void write_down(int priority, const char *line)
{
	(void)priority;
	snprintf(logged, sizeof(logged), "%s", line);
	loop_stop(loop);
}

static int begin(void **state)
{
	(void)state;
	synced = 0;
	fails = 0;
	logged[0] = '\0';
	log_to(write_down);
	sem_init(&begun, 0, 0);
	sem_init(&may_end, 0, 0);
	loop = loop_open();
	return !loop || disk_open(loop, STDIN_FILENO, MS, &disk);
}

static int end(void **state)
{
	(void)state;
	loop_close(loop);
	sem_destroy(&begun);
	sem_destroy(&may_end);
	return 0;
}

static void ring(struct alarm *alarm)
{
	(void)alarm;
	loop_stop(loop);
}

static void run(unsigned int ms)
{
	struct alarm alarm = { .ring = ring };

	loop_alarm_set(loop, &alarm, loop_now() + ms * MS);
	assert_int_equal(loop_run(loop), 0);
}

static void the_loop_goes_on(void **state)
{
	(void)state;
	disk_changed(disk);
	run(2);
	sem_wait(&begun);
	run(2);
	assert_int_equal(synced, 0);
	sem_post(&may_end);
	disk_close(disk);
	assert_int_equal(synced, 1);
	assert_true(is_own);
	assert_string_equal(logged, "");
}

static void changes_go_together(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 100; i++)
		disk_changed(disk);
	run(2);
	sem_wait(&begun);
	/* What comes while it is written is for the next time. */
	for (i = 0; i < 100; i++)
		disk_changed(disk);
	run(2);
	sem_post(&may_end);
	sem_wait(&begun);
	sem_post(&may_end);
	disk_close(disk);
	assert_int_equal(synced, 2);
}

static void an_error_is_logged(void **state)
{
	(void)state;
	fails = EIO;
	sem_post(&may_end);
	disk_changed(disk);
	/* Until the log has it. */
	assert_int_equal(loop_run(loop), 0);
	assert_non_null(strstr(logged, "kind=store what=fdatasync error=\"Input/output error\""));
	disk_close(disk);
}

static void nothing_is_written_that_has_not_changed(void **state)
{
	(void)state;
	run(3);
	disk_close(disk);
	assert_int_equal(synced, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
		TEST(the_loop_goes_on),
		TEST(changes_go_together),
		TEST(an_error_is_logged),
		TEST(nothing_is_written_that_has_not_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
