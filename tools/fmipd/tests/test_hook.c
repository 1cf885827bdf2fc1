// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hook.h"
#include "log.h"
#include "test.h"

#define MOST_MS	60000

static char directory[32] = "/tmp/fmipd-hook.XXXXXX";
static struct loop *loop;
static struct hook *hook;
static struct loop_watch *watch;
static struct stay stay;
static struct hook_facts facts = { "wlan0", "/run/x/control", &stay };
static char logged[LOG_LINE_MAX], told[1024];
static unsigned int lines;
static int fifo;

static void on_log(int priority, const char *text)
{
	assert_true(priority <= LOG_WARNING);
	snprintf(logged, sizeof(logged), "%s", text);
	lines++;
	loop_stop(loop);
}

static void on_told(void *arg)
{
	ssize_t len = read(fifo, told, sizeof(told) - 1);

	(void)arg;
	assert_true(len > 0);
	told[len] = '\0';
	loop_stop(loop);
}

static const char *path(const char *name)
{
	static char buffer[64];

	snprintf(buffer, sizeof(buffer), "%s/%s", directory, name);
	return buffer;
}

/* A program that goes on with these lines. */
static const char *program(const char *script)
{
	FILE *file = fopen(path("program"), "w");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\nfifo=%s/fifo\n%s\n", directory, script);
	assert_int_equal(fchmod(fileno(file), 0700), 0);
	fclose(file);
	return path("program");
}

static void open_with(uint32_t most_ms)
{
	assert_int_equal(hook_open(loop, most_ms, &hook), 0);
}

static int begin(void **state)
{
	(void)state;
	log_limit(0);
	log_to(on_log);
	lines = 0;
	loop = loop_open();
	if (!loop || mkfifo(path("fifo"), 0600))
		return -1;
	/* For writing, too, so that it does not end with its first writer. */
	fifo = open(path("fifo"), O_RDWR | O_CLOEXEC);
	watch = loop_watch(loop, fifo, on_told, NULL);
	stay = (struct stay){ .ncoa = address("2001:db8:2::10"), .pcoas = 2 };
	stay.router = address("fe80::1");
	stay.pcoa[0] = address("2001:db8:1::10");
	stay.pcoa[1] = address("2001:db8:1::11");
	return fifo < 0 || !watch;
}

/* However it went there is nobody left to be reaped. */
static int end(void **state)
{
	(void)state;
	hook_close(hook);
	hook = NULL;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	loop_forget(watch);
	close(fifo);
	loop_close(loop);
	unlink(path("fifo"));
	unlink(path("program"));
	return 0;
}

static void the_program_is_told(void **state)
{
	(void)state;
	open_with(MOST_MS);
	setenv("FMIP_NCOA", "what somebody else has set", 1);
	hook_run(hook, program("read x\n"
			       "echo $# \"$x\" $FMIP_INTERFACE $FMIP_CONTROL $FMIP_NCOA "
			       "$FMIP_ROUTER $FMIP_PCOA >$fifo"), &facts);
	unsetenv("FMIP_NCOA");
	loop_run(loop);
	assert_string_equal(told, "0  wlan0 /run/x/control 2001:db8:2::10 fe80::1 "
				  "2001:db8:1::10 2001:db8:1::11\n");
}

/* Descriptors would be sockets of the daemon; 3 may be the shell's own by then. */
static void the_program_gets_no_files(void **state)
{
	int fd = fcntl(fifo, F_DUPFD, 100);

	(void)state;
	open_with(MOST_MS);
	hook_run(hook, program("[ -e /dev/fd/100 ] && echo open >$fifo || echo closed >$fifo"),
		 &facts);
	loop_run(loop);
	assert_string_equal(told, "closed\n");
	close(fd);
}

static void a_broken_pipe_ends_it(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	open_with(MOST_MS);
	hook_run(hook, program("kill -PIPE $$; echo alive >$fifo"), &facts);
	loop_run(loop);
	signal(SIGPIPE, SIG_DFL);
	assert_string_equal(logged, "kind=hook what=\"mn.complete was killed\" signal=13");
}

static void a_failure_is_logged(void **state)
{
	(void)state;
	open_with(MOST_MS);
	hook_run(hook, program("exit 3"), &facts);
	loop_run(loop);
	assert_string_equal(logged, "kind=hook what=\"mn.complete has failed\" status=3");
}

static void what_is_not_there_is_logged(void **state)
{
	char expected[256];

	(void)state;
	open_with(MOST_MS);
	unlink(path("program"));
	hook_run(hook, path("program"), &facts);
	assert_int_equal(lines, 1);
	snprintf(expected, sizeof(expected),
		 "kind=hook what=%s error=\"No such file or directory\"", path("program"));
	assert_string_equal(logged, expected);
}

static void on_tick(struct alarm *alarm)
{
	(void)alarm;
	loop_stop(loop);
}

/*
 * It is killed some time before it is gone: who is a child is reaped by the loop then, and
 * who is none by another.
 */
static void expect_gone(pid_t pid)
{
	struct alarm tick = { .ring = on_tick };

	while (!kill(pid, 0)) {
		loop_alarm_set(loop, &tick, loop_now() + 1000000);
		loop_run(loop);
	}
	loop_alarm_stop(&tick);
	assert_int_equal(errno, ESRCH);
}

static void who_runs_for_too_long_is_killed(void **state)
{
	(void)state;
	open_with(300);
	hook_run(hook, program("sleep 1000 & echo $! >$fifo; wait"), &facts);
	loop_run(loop);
	loop_run(loop);
	assert_string_equal(logged, "kind=hook what=\"mn.complete has run for too long\" ms=300");
	expect_gone(atoi(told));
}

static void there_is_one_at_a_time(void **state)
{
	const char *script = program("echo $$ $FMIP_INTERFACE >$fifo; "
				     "[ $FMIP_INTERFACE = wlan1 ] || sleep 1000; exit 4");
	struct hook_facts other = facts;
	pid_t first;

	(void)state;
	open_with(MOST_MS);
	hook_run(hook, script, &facts);
	loop_run(loop);
	first = atoi(told);
	other.interface = "wlan1";
	hook_run(hook, script, &other);
	assert_string_equal(logged, "kind=hook what=\"mn.complete was still running when "
				    "the node moved on\"");
	/* Of the first nothing more is told. */
	while (lines < 2)
		loop_run(loop);
	assert_string_equal(logged, "kind=hook what=\"mn.complete has failed\" status=4");
	expect_gone(first);
}

static void who_is_running_ends_with_the_daemon(void **state)
{
	(void)state;
	open_with(MOST_MS);
	hook_run(hook, program("echo $$ >$fifo; sleep 1000"), &facts);
	loop_run(loop);
	hook_close(hook);
	hook = NULL;
	assert_int_equal(kill(atoi(told), 0), -1);
	assert_int_equal(lines, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_program_is_told, begin, end),
		cmocka_unit_test_setup_teardown(the_program_gets_no_files, begin, end),
		cmocka_unit_test_setup_teardown(a_broken_pipe_ends_it, begin, end),
		cmocka_unit_test_setup_teardown(a_failure_is_logged, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_there_is_logged, begin, end),
		cmocka_unit_test_setup_teardown(who_runs_for_too_long_is_killed, begin, end),
		cmocka_unit_test_setup_teardown(there_is_one_at_a_time, begin, end),
		cmocka_unit_test_setup_teardown(who_is_running_ends_with_the_daemon, begin, end),
	};
	int failed;

	if (!mkdtemp(directory))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(directory);
	return failed;
}
