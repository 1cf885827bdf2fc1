// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one handover was like.
 */
#include <string.h>

#include "record.h"

static void leave_one_out(struct record *record)
{
	struct record_step *gap = record->step + RECORD_STEPS_FIRST;

	record->steps--;
	record->left_out++;
	memmove(gap, gap + 1, (record->steps - RECORD_STEPS_FIRST) * sizeof(*gap));
}

void record_step(struct record *record, uint64_t ns, const char *what, bool sent)
{
	if (record->steps == RECORD_STEPS_MAX)
		leave_one_out(record);
	record->step[record->steps++] = (struct record_step){ ns, what, sent };
}

int64_t record_between(const struct record *record, const char *from, const char *to)
{
	const struct record_step *step = record->step, *end = step + record->steps;
	uint64_t ns;

	while (step < end && strcmp(step->what, from))
		step++;
	if (step == end)
		return -1;
	ns = step->ns;
	/* Who tells of a link may tell late, so that it is noted behind what came later. */
	for (step = record->step; step < end; step++)
		if (!strcmp(step->what, to) && step->ns >= ns)
			return step->ns - ns;
	return -1;
}

int64_t record_silence(const struct record *record)
{
	int64_t ns = record_between(record, "link down", "released");

	return ns < 0 ? record_between(record, "link down", "una") : ns;
}
