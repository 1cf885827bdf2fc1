/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the state machines know, as JSON.
 */
#ifndef FMIPD_SHOW_H
#define FMIPD_SHOW_H

#include <json-c/json.h>

#include "control.h"
#include "history.h"
#include "schedule.h"

/*
 * So many are shown at once: whoever wants to see more asks again, and nobody who waits
 * for something else has to wait for all of them.
 */
#define SHOW_PAGE	200

/**
 * struct show_page - a part of what there is to see
 * @visitor: what is wanted
 * @engine: whose
 * @from: the number of the first one of the page, from 0
 * @seen: how many there are up to here
 * @more: there are more behind the page
 * @array: what is on the page is added to it
 */
struct show_page {
	struct engine_visitor visitor;
	struct engine *engine;
	uint32_t from;
	uint32_t seen;
	bool more;
	struct json_object *array;
};

/**
 * show_handovers() - the nodes that there is state for
 * @page: the page
 */
void show_handovers(struct show_page *page);

/**
 * show_history() - handovers that are over
 * @entry: the first one, or NULL
 * @page: the page
 */
void show_history(const struct history_entry *entry, struct show_page *page);

/**
 * show_schedule() - handovers that are to start
 * @entry: the first one, or NULL
 * @page: the page
 */
void show_schedule(const struct schedule_entry *entry, struct show_page *page);

/**
 * show_scheduled() - a handover that is to start
 * @entry: the handover
 *
 * Return: an object.
 */
struct json_object *show_scheduled(const struct schedule_entry *entry);

/**
 * show_report() - something that has happened
 * @report: what
 * @realtime_ns: when
 *
 * Return: an object.
 */
struct json_object *show_report(const struct report *report, uint64_t realtime_ns);

/**
 * show_counters() - what is counted of messages
 * @e: the node that has
 *
 * Return: an object.
 */
struct json_object *show_counters(const struct engine *e);

/**
 * show_neighbours() - the routers near this one
 * @host: the node whose neighbours they are
 *
 * Return: an array.
 */
struct json_object *show_neighbours(const struct control_host *host);

#endif
