// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon waits for.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <event2/event.h>

#include "log.h"
#include "loop.h"

#define SECOND	1000000000ull

struct loop {
	struct event_base *base;
};

struct loop_watch {
	struct event *event;
	void (*call)(void *arg);
	void *arg;
};

struct timer {
	struct event *event;
	struct alarm *alarm;
	uint64_t at_ns;
};

uint64_t loop_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

struct loop *loop_open(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	struct event_config *config;

	if (!loop)
		return NULL;
	config = event_config_new();
	if (config) {
		/* A time from before a long callback would make alarms ring early. */
		event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER |
					      EVENT_BASE_FLAG_NO_CACHE_TIME);
		loop->base = event_base_new_with_config(config);
		event_config_free(config);
	}
	if (!loop->base) {
		free(loop);
		return NULL;
	}
	return loop;
}

void loop_close(struct loop *loop)
{
	if (!loop)
		return;
	/* A connection that has been ended is freed by the loop. */
	event_base_loop(loop->base, EVLOOP_NONBLOCK);
	event_base_free(loop->base);
	free(loop);
}

struct event_base *loop_base(struct loop *loop)
{
	return loop->base;
}

int loop_run(struct loop *loop)
{
	return event_base_dispatch(loop->base) < 0 ? -EIO : 0;
}

void loop_stop(struct loop *loop)
{
	event_base_loopbreak(loop->base);
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *watch = arg;

	(void)fd;
	(void)what;
	watch->call(watch->arg);
}

static struct loop_watch *watch_new(struct loop *loop, int fd, short what,
				    void (*call)(void *arg), void *arg)
{
	struct loop_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->call = call;
	watch->arg = arg;
	watch->event = event_new(loop->base, fd, what | EV_PERSIST, on_watch, watch);
	if (!watch->event || event_add(watch->event, NULL)) {
		loop_forget(watch);
		return NULL;
	}
	return watch;
}

struct loop_watch *loop_watch(struct loop *loop, int fd, void (*ready)(void *arg),
			      void *arg)
{
	return watch_new(loop, fd, EV_READ, ready, arg);
}

struct loop_watch *loop_signal(struct loop *loop, int number, void (*came)(void *arg),
			       void *arg)
{
	return watch_new(loop, number, EV_SIGNAL, came, arg);
}

void loop_forget(struct loop_watch *watch)
{
	if (!watch)
		return;
	if (watch->event)
		event_free(watch->event);
	free(watch);
}

/* Without its alarms the state of nodes would stay for ever. */
static void __attribute__((noreturn)) no_memory(void)
{
	log_error("loop", "alarm", -ENOMEM);
	abort();
}

/* Rounded up: never early. */
static void start(struct timer *timer)
{
	uint64_t now = loop_now();
	uint64_t us = timer->at_ns > now ? (timer->at_ns - now + 999) / 1000 : 0;
	struct timeval wait = { us / 1000000, us % 1000000 };

	if (event_add(timer->event, &wait))
		no_memory();
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct timer *timer = arg;
	struct alarm *alarm = timer->alarm;

	(void)fd;
	(void)what;
	if (loop_now() < timer->at_ns) {
		start(timer);
		return;
	}
	/* It may be freed by whom it calls. */
	loop_alarm_stop(alarm);
	alarm->ring(alarm);
}

void loop_alarm_set(struct loop *loop, struct alarm *alarm, uint64_t at_ns)
{
	struct timer *timer = alarm->handle;

	if (!timer) {
		timer = calloc(1, sizeof(*timer));
		if (!timer)
			no_memory();
		timer->event = evtimer_new(loop->base, on_timer, timer);
		if (!timer->event)
			no_memory();
		timer->alarm = alarm;
		alarm->handle = timer;
	}
	timer->at_ns = at_ns;
	start(timer);
}

void loop_alarm_stop(struct alarm *alarm)
{
	struct timer *timer = alarm->handle;

	if (!timer)
		return;
	event_free(timer->event);
	free(timer);
	alarm->handle = NULL;
}
