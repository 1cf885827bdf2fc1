/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handovers that are over: the last ones, as far as the configuration says.
 */
#ifndef FMIPD_HISTORY_H
#define FMIPD_HISTORY_H

#include "world.h"

/* Room for the name of a neighbour. */
#define HISTORY_PEER	64

struct history;

/**
 * struct history_entry - a handover that is over
 * @prev: the one before it
 * @next: the one after it, or NULL
 * @report: what was told; nothing in it is another's
 * @record: of the handover
 * @peer: the name of the other router
 * @realtime_ns: when it was told, CLOCK_REALTIME
 */
struct history_entry {
	struct history_entry *prev;
	struct history_entry *next;
	struct report report;
	struct record record;
	char peer[HISTORY_PEER];
	uint64_t realtime_ns;
};

/**
 * history_open() - begin without any
 *
 * Return: the history, or NULL without memory.
 */
struct history *history_open(void);

/**
 * history_close() - forget it
 * @history: the history, or NULL
 */
void history_close(struct history *history);

/**
 * history_add() - a handover is over
 * @history: the history
 * @report: a REPORT_DONE with its record
 * @realtime_ns: when
 * @most: keep so many, the last ones
 */
void history_add(struct history *history, const struct report *report,
		 uint64_t realtime_ns, uint32_t most);

/**
 * history_first() - begin to go through it
 * @history: the history
 *
 * Return: the oldest one, or NULL.
 */
const struct history_entry *history_first(const struct history *history);

#endif
