/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be wrong with a message, on receipt and on sending.
 */
#ifndef FMIPD_FAULT_H
#define FMIPD_FAULT_H

#include <stddef.h>

/**
 * enum fault_kind - what is wrong
 * @FAULT_NONE: nothing
 * @FAULT_TRUNCATED: the octets end before the header says that it ends
 * @FAULT_TOO_SHORT: shorter than what its type has at least
 * @FAULT_PROTO: the Payload Proto field is not "no next header"
 * @FAULT_CHECKSUM: the checksum is wrong
 * @FAULT_TYPE: a message of no known type
 * @FAULT_CODE: a Code that the message does not have
 * @FAULT_HOP_LIMIT: not 255, so it may come from another link
 * @FAULT_ADDRESS: an address that cannot stand there
 * @FAULT_OPTION_OVERRUN: an option reaches beyond the end of the message
 * @FAULT_OPTION_LENGTH: a length that an option of its type cannot have
 * @FAULT_OPTION_VALUE: a value in an option is out of range
 * @FAULT_OPTION_ORDER: an option stands behind the one that must be the last
 * @FAULT_OPTION_COUNT: more options than a message may have here
 * @FAULT_OPTION_TYPE: an option that may not be ignored, or not be sent
 * @FAULT_SPACE: the message is longer than its buffer or than a header can be
 * @FAULT_NOT_SENT: a type that is received only
 * @FAULT_KINDS: how many there are
 */
enum fault_kind {
	FAULT_NONE,
	FAULT_TRUNCATED,
	FAULT_TOO_SHORT,
	FAULT_PROTO,
	FAULT_CHECKSUM,
	FAULT_TYPE,
	FAULT_CODE,
	FAULT_HOP_LIMIT,
	FAULT_ADDRESS,
	FAULT_OPTION_OVERRUN,
	FAULT_OPTION_LENGTH,
	FAULT_OPTION_VALUE,
	FAULT_OPTION_ORDER,
	FAULT_OPTION_COUNT,
	FAULT_OPTION_TYPE,
	FAULT_SPACE,
	FAULT_NOT_SENT,
	FAULT_KINDS
};

/**
 * struct fault - what is wrong with a received message, and where
 * @kind: what
 * @offset: octets from the beginning of the message to the field in question;
 *	0 if nothing is wrong
 */
struct fault {
	enum fault_kind kind;
	size_t offset;
};

/**
 * fault_at() - a fault of a received message
 * @kind: what is wrong, which may be nothing
 * @offset: where, in octets from the beginning of the message
 *
 * Return: the fault.
 */
static inline struct fault fault_at(enum fault_kind kind, size_t offset)
{
	return (struct fault){ kind, kind ? offset : 0 };
}

#endif
