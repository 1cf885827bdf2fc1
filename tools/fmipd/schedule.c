// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handovers that are to start later.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <utlist.h>

#include "log.h"
#include "schedule.h"

#define SECOND	1000000000ull

struct schedule {
	struct schedule_entry *entries;
	uint32_t count;
	uint32_t last_id;
	/* The loop's own alarms are of a clock that nobody sets. */
	int fd;
	struct loop_watch *watch;
	void (*due)(void *arg, const struct schedule_entry *entry);
	void *arg;
};

uint64_t realtime_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

static void wait_for_first(struct schedule *s)
{
	struct itimerspec wait = {};

	if (s->entries) {
		wait.it_value.tv_sec = s->entries->at_ns / SECOND;
		wait.it_value.tv_nsec = s->entries->at_ns % SECOND;
	}
	if (timerfd_settime(s->fd, TFD_TIMER_ABSTIME, &wait, NULL))
		log_error("schedule", "timer", -errno);
}

static void forget(struct schedule *s, struct schedule_entry *entry)
{
	DL_DELETE(s->entries, entry);
	s->count--;
	free(entry);
}

static void on_timer(void *arg)
{
	struct schedule *s = arg;
	struct schedule_entry entry;
	uint64_t times;

	/* Nothing may be there: the clock can be set back between the two. */
	if (read(s->fd, &times, sizeof(times)) < 0 && errno != EAGAIN)
		log_error("schedule", "timer", -errno);
	while (s->entries && s->entries->at_ns <= realtime_now()) {
		entry = *s->entries;
		forget(s, s->entries);
		s->due(s->arg, &entry);
	}
	wait_for_first(s);
}

int schedule_open(struct loop *loop,
		  void (*due)(void *arg, const struct schedule_entry *entry), void *arg,
		  struct schedule **schedule)
{
	struct schedule *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->due = due;
	s->arg = arg;
	s->fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (s->fd < 0) {
		err = -errno;
		free(s);
		return err;
	}
	s->watch = loop_watch(loop, s->fd, on_timer, s);
	if (!s->watch) {
		schedule_close(s);
		return -ENOMEM;
	}
	*schedule = s;
	return 0;
}

void schedule_close(struct schedule *s)
{
	if (!s)
		return;
	while (s->entries)
		forget(s, s->entries);
	loop_forget(s->watch);
	close(s->fd);
	free(s);
}

static int by_time(const struct schedule_entry *a, const struct schedule_entry *b)
{
	return a->at_ns < b->at_ns ? -1 : a->at_ns > b->at_ns;
}

const struct schedule_entry *schedule_add(struct schedule *s,
					  const struct engine_order *order,
					  uint64_t at_ns, uint32_t most)
{
	struct schedule_entry *entry;

	if (s->count >= most) {
		errno = ENOSPC;
		return NULL;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->id = ++s->last_id;
	entry->at_ns = at_ns;
	entry->order = *order;
	DL_INSERT_INORDER(s->entries, entry, by_time);
	s->count++;
	wait_for_first(s);
	return entry;
}

int schedule_cancel(struct schedule *s, uint32_t id)
{
	struct schedule_entry *entry;

	DL_FOREACH(s->entries, entry) {
		if (entry->id != id)
			continue;
		forget(s, entry);
		wait_for_first(s);
		return 0;
	}
	return -ENOENT;
}

const struct schedule_entry *schedule_first(const struct schedule *s)
{
	return s->entries;
}
