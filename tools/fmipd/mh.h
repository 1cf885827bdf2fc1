/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Mobility Header (RFC 6275 6.1) and the messages in it.
 *
 * A message is sent by mh_encode(), badf_sign() if it has an authenticator,
 * and mh_set_checksum(), in this order.
 */
#ifndef FMIPD_MH_H
#define FMIPD_MH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checksum.h"
#include "fault.h"
#include "mobopt.h"
#include "wire.h"

/* What the Header Len octet can say, in octets. */
#define MH_SIZE_MAX	2048

/**
 * enum mh_number - the types of messages
 * @MH_BE: Binding Error (RFC 6275 6.1.9)
 * @MH_FBU: Fast Binding Update (RFC 5568 6.2.2)
 * @MH_FBACK: Fast Binding Acknowledgment (RFC 5568 6.2.3)
 * @MH_FNA: Fast Neighbor Advertisement, obsolete (RFC 4068), received only:
 *	its source is the NCoA, its MOBOPT_LLA the node's
 * @MH_HI: Handover Initiate (RFC 5568 6.2.1.1)
 * @MH_HACK: Handover Acknowledge (RFC 5568 6.2.1.2)
 */
enum mh_number {
	MH_BE = 7,
	MH_FBU = 8,
	MH_FBACK = 9,
	MH_FNA = 10,
	MH_HI = 14,
	MH_HACK = 15,
};

/* Binding Error, Status: an unknown message type (RFC 6275 6.1.9). */
#define MH_BE_UNKNOWN_TYPE	2

/* The flags of an FBU.  A and H are always set (RFC 5568 6.2.2). */
#define MH_FBU_A	0x8000
#define MH_FBU_H	0x4000
#define MH_FBU_L	0x2000
#define MH_FBU_K	0x1000
#define MH_FBU_FLAGS	(MH_FBU_A | MH_FBU_H | MH_FBU_L | MH_FBU_K)

/* The flag of an FBack. */
#define MH_FBACK_K	0x80

/* The flags of HI; P and F are those of RFC 5949. */
#define MH_HI_S		0x80
#define MH_HI_U		0x40
#define MH_HI_P		0x20
#define MH_HI_F		0x10
#define MH_HI_FLAGS	(MH_HI_S | MH_HI_U | MH_HI_P | MH_HI_F)

/* HAck has no S, and the others one bit to the left (RFC 5949 6.1.2). */
#define MH_HACK_U	0x80
#define MH_HACK_P	0x40
#define MH_HACK_F	0x20
#define MH_HACK_FLAGS	(MH_HACK_U | MH_HACK_P | MH_HACK_F)

/**
 * enum mh_fback_status - of an FBack (RFC 5568 6.2.3); 128 and more refuse
 * @MH_FBACK_ACCEPTED: accepted
 * @MH_FBACK_USE_ALTCOA: accepted, but the NCoA is that of the AltCoA option
 * @MH_FBACK_UNSPECIFIED: refused
 * @MH_FBACK_PROHIBITED: refused by the administrator
 * @MH_FBACK_NO_RESOURCES: insufficient resources
 * @MH_FBACK_IID_LENGTH: incorrect interface identifier length
 * @MH_FBACK_BAD_SEQUENCE: sequence number out of window; RFC 5568 has none for
 *	this, so it is that of RFC 6275 6.1.8
 */
enum mh_fback_status {
	MH_FBACK_ACCEPTED,
	MH_FBACK_USE_ALTCOA,
	MH_FBACK_UNSPECIFIED = 128,
	MH_FBACK_PROHIBITED,
	MH_FBACK_NO_RESOURCES,
	MH_FBACK_IID_LENGTH,
	MH_FBACK_BAD_SEQUENCE = 135,
};

/**
 * enum mh_hi_code - the Code of HI (RFC 5568 6.2.1.1)
 * @MH_HI_FROM_PCOA: the FBU came from the PCoA
 * @MH_HI_FROM_ELSEWHERE: it did not
 */
enum mh_hi_code {
	MH_HI_FROM_PCOA,
	MH_HI_FROM_ELSEWHERE,
};

/**
 * enum mh_hack_code - the Code of HAck (RFC 5568 6.2.1.2); 128 and more refuse
 * @MH_HACK_NCOA_VALID: accepted with this NCoA
 * @MH_HACK_NCOA_INVALID: accepted, but this NCoA is in use or not valid
 * @MH_HACK_NCOA_ASSIGNED: accepted with the NCoA that is in the message
 * @MH_HACK_USE_PCOA: accepted; the PCoA goes on being used
 * @MH_HACK_UNSOLICITED: not an answer
 * @MH_HACK_REFUSED: not accepted, for no reason that is told
 * @MH_HACK_PROHIBITED: by the administrator
 * @MH_HACK_NO_RESOURCES: insufficient resources
 */
enum mh_hack_code {
	MH_HACK_NCOA_VALID,
	MH_HACK_NCOA_INVALID,
	MH_HACK_NCOA_ASSIGNED,
	MH_HACK_USE_PCOA,
	MH_HACK_UNSOLICITED,
	MH_HACK_REFUSED = 128,
	MH_HACK_PROHIBITED,
	MH_HACK_NO_RESOURCES,
};

/**
 * struct mh_be - Binding Error
 * @status: e.g. MH_BE_UNKNOWN_TYPE
 * @home: the Home Address option of what is answered, or the unspecified
 *	address
 */
struct mh_be {
	uint8_t status;
	struct in6_addr home;
};

/**
 * struct mh_fbu - Fast Binding Update
 * @sequence: compared modulo 2^16
 * @flags: MH_FBU_*
 * @lifetime: seconds, unlike that of a Binding Update; 0 ends the binding
 */
struct mh_fbu {
	uint16_t sequence;
	uint16_t flags;
	uint16_t lifetime;
};

/**
 * struct mh_fback - Fast Binding Acknowledgment
 * @status: &enum mh_fback_status
 * @flags: MH_FBACK_K
 * @sequence: that of the FBU
 * @lifetime: granted, in seconds
 */
struct mh_fback {
	uint8_t status;
	uint8_t flags;
	uint16_t sequence;
	uint16_t lifetime;
};

/**
 * struct mh_handover - Handover Initiate and Handover Acknowledge
 * @sequence: of HI; a HAck has that of its HI
 * @flags: MH_HI_* or MH_HACK_*
 * @code: &enum mh_hi_code or &enum mh_hack_code
 */
struct mh_handover {
	uint16_t sequence;
	uint8_t flags;
	uint8_t code;
};

/**
 * struct mh - a message
 * @type: &enum mh_number
 * @be: of MH_BE
 * @fbu: of MH_FBU
 * @fback: of MH_FBACK
 * @hi: of MH_HI
 * @hack: of MH_HACK
 * @options: its mobility options
 *
 * What the text reserves is neither here nor, but as zeros, on the wire.
 */
struct mh {
	uint8_t type;
	union {
		struct mh_be be;
		struct mh_fbu fbu;
		struct mh_fback fback;
		struct mh_handover hi;
		struct mh_handover hack;
	};
	struct mobopts options;
};

/**
 * struct mh_type - how messages of one type are read and written
 * @type: the type
 * @min: octets up to the options, with the six of the header
 * @may_carry: the Payload Proto may announce a packet behind the header
 * @decode: reads what is between the header and the options
 * @encode: writes it; NULL for a type that is not sent
 */
struct mh_type {
	uint8_t type;
	uint8_t min;
	bool may_carry;
	void (*decode)(struct reader *r, struct mh *mh);
	void (*encode)(struct writer *w, const struct mh *mh);
};

/**
 * struct mh_table - the messages of one protocol
 * @types: a row for each
 * @count: how many
 */
struct mh_table {
	const struct mh_type *types;
	size_t count;
};

extern const struct mh_table mh_fmip6;

/**
 * enum mh_reply - what a node sends about a message that it cannot use
 * @MH_REPLY_NONE: nothing
 * @MH_REPLY_BINDING_ERROR: a Binding Error, Status MH_BE_UNKNOWN_TYPE
 * @MH_REPLY_PARAMETER_PROBLEM: ICMPv6 Parameter Problem, Code 0, whose Pointer
 *	is where the Mobility Header begins in the packet plus the fault's offset
 */
enum mh_reply {
	MH_REPLY_NONE,
	MH_REPLY_BINDING_ERROR,
	MH_REPLY_PARAMETER_PROBLEM,
};

/**
 * mh_decode() - read a Mobility Header
 * @data: from its Payload Proto on; what is behind its end does not matter
 * @len: octets
 * @ends: the addresses to check the checksum with, or NULL if the kernel has
 *	done so
 * @mh: the message, of use only if nothing is wrong; its unknown options point
 *	into @data
 *
 * The checks come in the order of RFC 6275 9.2.
 *
 * Return: what is wrong first: FAULT_TRUNCATED, _CHECKSUM, _TYPE, _PROTO,
 *	_TOO_SHORT, or what mobopts_decode() says; or no fault.
 */
struct fault mh_decode(const uint8_t *data, size_t len,
		       const struct ip6_ends *ends, struct mh *mh);

/**
 * mh_reply() - how a fault of a received message is answered (RFC 6275 9.2)
 * @fault: of mh_decode()
 *
 * Return: the answer, mostly none.
 */
enum mh_reply mh_reply(const struct fault *fault);

/**
 * mh_encode() - write a Mobility Header whose checksum is 0
 * @mh: the message
 * @data: where it goes
 * @size: the room there, in octets; MH_SIZE_MAX is always enough
 * @len: becomes its length in octets
 *
 * Return: FAULT_SPACE, _TYPE, _NOT_SENT, or what mobopts_encode() says, with
 *	@len unchanged; else FAULT_NONE.
 */
enum fault_kind mh_encode(const struct mh *mh, uint8_t *data, size_t size,
			  size_t *len);

/**
 * mh_set_checksum() - complete a Mobility Header (RFC 6275 6.1.1)
 * @data: the message
 * @len: octets, as mh_encode() gave them
 * @ends: the addresses
 */
void mh_set_checksum(uint8_t *data, size_t len, const struct ip6_ends *ends);

/**
 * mh_is_newer() - whether a sequence number comes after another
 * @sequence: the number
 * @than: the other one
 *
 * Modulo 2 to the power of 16, as RFC 6275 section 9.5.1 has it.
 *
 * Return: true if so.
 */
bool mh_is_newer(uint16_t sequence, uint16_t than);

#endif
