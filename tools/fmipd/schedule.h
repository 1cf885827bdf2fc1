/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handovers that are to start at a moment that is known in advance, such as the end of
 * a satellite's pass.
 */
#ifndef FMIPD_SCHEDULE_H
#define FMIPD_SCHEDULE_H

#include "engine.h"
#include "loop.h"

struct schedule;

/**
 * struct schedule_entry - a handover that is to start
 * @prev: one that starts no later
 * @next: one that starts no earlier, or NULL
 * @id: its number
 * @at_ns: when, CLOCK_REALTIME: it stays that moment where the clock is set
 * @order: an ORDER_START
 */
struct schedule_entry {
	struct schedule_entry *prev;
	struct schedule_entry *next;
	uint32_t id;
	uint64_t at_ns;
	struct engine_order order;
};

/**
 * schedule_open() - begin without any
 * @loop: waits for the moments
 * @due: is given each when its time has come; it is forgotten then
 * @arg: for @due
 * @schedule: becomes it
 *
 * Return: 0 or a negative errno.
 */
int schedule_open(struct loop *loop,
		  void (*due)(void *arg, const struct schedule_entry *entry), void *arg,
		  struct schedule **schedule);

/**
 * schedule_close() - forget them all
 * @schedule: the schedule, or NULL
 */
void schedule_close(struct schedule *schedule);

/**
 * schedule_add() - one more
 * @schedule: the schedule
 * @order: what is to be done
 * @at_ns: when, CLOCK_REALTIME
 * @most: as many there may be
 *
 * Return: the one, or NULL with errno set: ENOSPC if there are as many.
 */
const struct schedule_entry *schedule_add(struct schedule *schedule,
					  const struct engine_order *order,
					  uint64_t at_ns, uint32_t most);

/**
 * schedule_cancel() - one less
 * @schedule: the schedule
 * @id: which one
 *
 * Return: 0 or -ENOENT.
 */
int schedule_cancel(struct schedule *schedule, uint32_t id);

/**
 * schedule_first() - begin to go through it
 * @schedule: the schedule
 *
 * Return: the next one that is to start, or NULL.
 */
const struct schedule_entry *schedule_first(const struct schedule *schedule);

/**
 * realtime_now() - what time it is
 *
 * Return: nanoseconds of CLOCK_REALTIME.
 */
uint64_t realtime_now(void);

#endif
