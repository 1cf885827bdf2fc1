// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handovers that are over.
 */
#include <stdio.h>
#include <stdlib.h>

#include <utlist.h>

#include "history.h"

struct history {
	struct history_entry *entries;
	uint32_t count;
};

struct history *history_open(void)
{
	return calloc(1, sizeof(struct history));
}

static void forget_oldest(struct history *history)
{
	struct history_entry *oldest = history->entries;

	DL_DELETE(history->entries, oldest);
	history->count--;
	free(oldest);
}

void history_close(struct history *history)
{
	if (!history)
		return;
	while (history->count)
		forget_oldest(history);
	free(history);
}

void history_add(struct history *history, const struct report *report,
		 uint64_t realtime_ns, uint32_t most)
{
	struct history_entry *entry = most ? calloc(1, sizeof(*entry)) : NULL;

	if (entry) {
		entry->report = *report;
		entry->record = *report->record;
		entry->report.record = &entry->record;
		entry->realtime_ns = realtime_ns;
		if (report->peer) {
			snprintf(entry->peer, sizeof(entry->peer), "%s", report->peer);
			entry->report.peer = entry->peer;
		}
		DL_APPEND(history->entries, entry);
		history->count++;
	}
	while (history->count > most)
		forget_oldest(history);
}

const struct history_entry *history_first(const struct history *history)
{
	return history->entries;
}
