/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one handover was like, as one of the nodes has seen it.
 */
#ifndef FMIPD_RECORD_H
#define FMIPD_RECORD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * More steps than a handover has that loses every message as often as it may.  One that
 * is refreshed for long has more: then the first of them are kept, and the last.
 */
#define RECORD_STEPS_MAX	48
#define RECORD_STEPS_FIRST	32

/**
 * struct record_step - a message, or a change of state
 * @ns: when, CLOCK_MONOTONIC
 * @what: in a word: "fbu", "hi", "hi again", "redirected"; a string that stays
 * @sent: it was sent by this node, where it is a message
 */
struct record_step {
	uint64_t ns;
	const char *what;
	bool sent;
};

/**
 * struct record_packets - what the data path has counted
 * @received: packets for the node
 * @buffered: those that were buffered, whatever became of them
 * @buffered_most: the most that were at once
 * @released: those of the buffered ones that were sent
 * @overflow: those that there was no room for
 * @dropped: all that were dropped
 */
struct record_packets {
	uint64_t received;
	uint64_t buffered;
	uint64_t buffered_most;
	uint64_t released;
	uint64_t overflow;
	uint64_t dropped;
};

/**
 * struct record - all of it
 * @mode: "predictive" or "reactive"; "unknown" of one that began before a restart
 * @peer: the address of the other router, or the unspecified one
 * @counted: @packets is known
 * @packets: what became of the packets, when it was over
 * @steps: how many of @step
 * @left_out: how many there were between the first RECORD_STEPS_FIRST and the next
 * @step: in the order of time
 * @before: what the binding had counted when it began
 */
struct record {
	const char *mode;
	struct in6_addr peer;
	bool counted;
	struct record_packets packets;
	unsigned int steps;
	unsigned int left_out;
	struct record_step step[RECORD_STEPS_MAX];
	struct record_packets before;
};

/**
 * record_step() - note a step
 * @record: of the handover
 * @ns: when it was
 * @what: what it was; a string that stays
 * @sent: it is a message that was sent
 */
void record_step(struct record *record, uint64_t ns, const char *what, bool sent);

/**
 * record_between() - how long it took from one step to another
 * @record: of the handover
 * @from: the first one of that name
 * @to: the first one of that name which is not before it
 *
 * Return: nanoseconds, or -1 if there are not both.
 */
int64_t record_between(const struct record *record, const char *from, const char *to);

/**
 * record_silence() - how long nothing could come to the node, as far as was seen
 * @record: of the handover
 *
 * From when the link went down until what was buffered had been sent; to a mobile node,
 * which does not see that, until it had said that it has come.
 *
 * Return: nanoseconds, or -1 if that was not seen.
 */
int64_t record_silence(const struct record *record);

#endif
