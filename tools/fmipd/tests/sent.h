/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a node has sent, octet for octet and with the time, in the order of time.
 */
#ifndef FMIPD_SENT_H
#define FMIPD_SENT_H

#include "sim.h"

#define SENT_MAX	64

/* The type of the Mobility Header, or that of ICMPv6 and the subtype. */
enum sent_kind {
	SENT_BE = 7,
	SENT_FBU = 8,
	SENT_FBACK = 9,
	SENT_HI = 14,
	SENT_HACK = 15,
	SENT_PROBLEM = 4 << 8,
	SENT_RA = 134 << 8,
	SENT_NA = 136 << 8,
	SENT_RTSOLPR = 154 << 8 | 2,
	SENT_PRRTADV = 154 << 8 | 3,
};

/**
 * struct sent_message - a message that was sent
 * @m: the message, with its data
 * @kind: what it is: SENT_*
 * @ns: when it was sent
 * @number: of all that were, which
 * @data: the octets of @m
 */
struct sent_message {
	struct message m;
	unsigned int kind;
	uint64_t ns;
	unsigned int number;
	uint8_t data[ENGINE_MESSAGE_MAX];
};

/**
 * struct sent - all of them
 * @sim: where they are sent
 * @count: how many
 * @message: the messages
 */
struct sent {
	struct sim *sim;
	unsigned int count;
	struct sent_message message[SENT_MAX];
};

/**
 * sent_begin() - keep all that is sent from now on; it arrives nevertheless
 * @sent: where
 * @sim: the world
 */
void sent_begin(struct sent *sent, struct sim *sim);

/**
 * sent_clear() - forget what was sent until now
 * @sent: where
 */
void sent_clear(struct sent *sent);

/**
 * sent_count() - how often a kind of message was sent
 * @sent: where
 * @kind: the kind
 *
 * Return: how often.
 */
unsigned int sent_count(const struct sent *sent, enum sent_kind kind);

/**
 * sent_get() - a message of a kind
 * @sent: where
 * @kind: the kind
 * @n: which of them, from 0; if there are not so many the test fails
 *
 * Return: the message.
 */
const struct sent_message *sent_get(const struct sent *sent, enum sent_kind kind,
				    unsigned int n);

/**
 * assert_sent() - a message is the one wanted, whatever its checksum and, of one of
 *	the Mobility Header with a BADF of 12 octets at its end, its authenticator
 * @t: the message
 * @text: what is wanted, as hex() takes it, with zeros in those places
 */
void assert_sent(const struct sent_message *t, const char *text);

/**
 * assert_ends() - a message is from one address to another, else the test fails
 * @t: the message
 * @source: from this one
 * @destination: to that one
 */
void assert_ends(const struct sent_message *t, const char *source,
		 const char *destination);

/**
 * assert_address() - an address is the one wanted, else the test fails
 * @found: the address
 * @text: what is wanted
 */
void assert_address(const struct in6_addr *found, const char *text);

#endif
