/* SPDX-License-Identifier: GPL-2.0-only */
/* What udplog, radio, ndsend and arpsend share. */
#ifndef _FMIP_SELFTESTS_TOOL_H
#define _FMIP_SELFTESTS_TOOL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC	1000000000LL
#define NSEC_PER_MSEC	1000000LL

static inline void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static inline int64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static inline int64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static inline void sleep_until_ns(int64_t when)
{
	struct timespec ts = { when / NSEC_PER_SEC, when % NSEC_PER_SEC };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

static inline uint64_t parse_number(const char *what, const char *text, uint64_t min, uint64_t max)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno || *text < '0' || *text > '9' || *end || n < min || n > max)
		die("%s \"%s\" is not a number from %" PRIu64 " to %" PRIu64, what, text, min, max);
	return n;
}

static inline struct in6_addr parse_address(const char *what, const char *text)
{
	struct in6_addr addr;

	if (inet_pton(AF_INET6, text, &addr) != 1)
		die("%s \"%s\" is not an IPv6 address", what, text);
	return addr;
}

static inline unsigned int parse_device(const char *what, const char *text)
{
	unsigned int ifindex = if_nametoindex(text);

	if (!ifindex)
		die("%s \"%s\": there is no such interface", what, text);
	return ifindex;
}

static inline void enter_netns(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("network namespace \"%s\": %s", name, strerror(errno));
	close(fd);
}

/*
 * A program that does one thing at one time must not queue behind those that
 * work.  Without the privilege it does as well as it can.  It is nothing for a
 * stream: that would come before the kernel's own threads that forward it.
 */
static inline void run_before_others(void)
{
	struct sched_param param = { .sched_priority = 1 };

	sched_setscheduler(0, SCHED_FIFO, &param);
}

/*
 * An event is a line "NANOSECONDS NAME", in one write, so that several
 * programs can log to one file.
 */
static inline void log_event(const char *path, int64_t when, const char *name)
{
	int fd;

	if (!path)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0 || dprintf(fd, "%" PRId64 " %s\n", when, name) < 0)
		die("%s: %s", path, strerror(errno));
	close(fd);
}

#endif
