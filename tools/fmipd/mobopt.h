/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mobility options (RFC 6275 6.2), which follow the fixed part of a Mobility
 * Header.
 */
#ifndef FMIPD_MOBOPT_H
#define FMIPD_MOBOPT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "fault.h"
#include "wire.h"

/* A message with more than these, padding apart, is refused. */
#define MOBOPTS_MAX	32

/* The authenticator of RFC 5568 6.4.5: HMAC-SHA1-96 to all of HMAC-SHA256. */
#define BADF_AUTH_MIN	12
#define BADF_AUTH_MAX	32
#define BADF_SPI_SIZE	4

/**
 * enum mobopt_number - the types of mobility options
 * @MOBOPT_PAD1: one octet of padding; put in by the encoder
 * @MOBOPT_PADN: two or more; put in by the encoder
 * @MOBOPT_ALTCOA: Alternate Care-of Address (RFC 6275 6.2.5)
 * @MOBOPT_LLA: Mobility Header Link-Layer Address (RFC 5568 6.4.4)
 * @MOBOPT_VENDOR: Vendor-Specific Mobility Option (RFC 5094)
 * @MOBOPT_BADF: Binding Authorization Data for FMIPv6 (RFC 5568 6.4.5)
 * @MOBOPT_ADDRESS: Mobility Header IPv6 Address/Prefix: 34 (RFC 5568 11), not
 *	the 17 of 6.4.2, which is DNS-UPDATE
 * @MOBOPT_MULTICAST: Multicast (RFC 7411 5.3); passed over
 * @MOBOPT_MULTICAST_ACK: Multicast Acknowledgment (RFC 7411 5.4); passed over
 */
enum mobopt_number {
	MOBOPT_PAD1,
	MOBOPT_PADN,
	MOBOPT_ALTCOA = 3,
	MOBOPT_LLA = 7,
	MOBOPT_VENDOR = 19,
	MOBOPT_BADF = 21,
	MOBOPT_ADDRESS = 34,
	MOBOPT_MULTICAST = 60,
	MOBOPT_MULTICAST_ACK = 61,
};

/**
 * struct mobopt_badf - who says so
 * @spi: which key; 0 is a handover key made with SEND
 * @bare_length: the Option Length counts the authenticator alone, as RFC 5568
 *	6.4.5 says, rather than all that follows, as RFC 6275 6.2.1 does
 * @len: octets of the authenticator, BADF_AUTH_MIN to BADF_AUTH_MAX
 * @authenticator: the authenticator, and zeros behind it
 */
struct mobopt_badf {
	uint32_t spi;
	bool bare_length;
	uint8_t len;
	uint8_t authenticator[BADF_AUTH_MAX];
};

/*
 * Of MOBOPT_VENDOR, with a Vendor ID that both ends are configured with: fmipd has no
 * enterprise number of its own, and begins with 32473, which RFC 5612 keeps for examples.
 * That is good between one's own nodes only, as another's examples may use it, too.  Its
 * one Sub-Type: the 16 bits of the Identifier of a PrRtAdv, and 32 bits of milliseconds
 * from when that came to when the node's old link went down.
 */
#define MOBOPT_VENDOR_DOWN	1

/* The octets of that. */
#define MOBOPT_DOWN_SIZE	6

/**
 * struct mobopt_down - when a node's old link went down
 * @identifier: of the last PrRtAdv that it had asked for over that link
 * @ms: so many milliseconds after that had come
 *
 * The clocks of two nodes differ, and how long it takes until the router hears of this
 * is not known.  But it knows when it sent that PrRtAdv, which was not after it came.
 */
struct mobopt_down {
	uint16_t identifier;
	uint32_t ms;
};

/**
 * struct mobopt_vendor - what somebody has agreed on with himself
 * @id: an enterprise number
 * @subtype: which option of theirs
 * @len: octets of its data
 * @data: where they are: in the message that was decoded
 */
struct mobopt_vendor {
	uint32_t id;
	uint8_t subtype;
	uint8_t len;
	const uint8_t *data;
};

/**
 * struct mobopt_raw - the content of an option that is not known here
 * @len: octets
 * @data: where they are: in the message that was decoded
 */
struct mobopt_raw {
	uint8_t len;
	const uint8_t *data;
};

/**
 * struct mobopt - one mobility option
 * @type: &enum mobopt_number, or another one
 * @care_of: of MOBOPT_ALTCOA
 * @lla: of MOBOPT_LLA
 * @vendor: of MOBOPT_VENDOR
 * @badf: of MOBOPT_BADF
 * @address: of MOBOPT_ADDRESS
 * @raw: of a type that is not known here
 */
struct mobopt {
	uint8_t type;
	union {
		struct in6_addr care_of;
		struct coded_lla lla;
		struct mobopt_vendor vendor;
		struct mobopt_badf badf;
		struct coded_address address;
		struct mobopt_raw raw;
	};
};

/**
 * struct mobopts - the options of a message, in their order, without padding
 * @count: how many
 * @option: the options
 */
struct mobopts {
	unsigned int count;
	struct mobopt option[MOBOPTS_MAX];
};

/**
 * enum mobopt_framing - what the Length octet of an option counts
 * @MOBOPT_TLV: all octets that follow (RFC 6275 6.2.1)
 * @MOBOPT_WORDS: units of 32 bits behind the first four octets (RFC 7411 5.3)
 * @MOBOPT_LAST: all octets or the authenticator alone; which of the two shows
 *	in that the option ends where the message does (RFC 5568 6.4.5)
 */
enum mobopt_framing {
	MOBOPT_TLV,
	MOBOPT_WORDS,
	MOBOPT_LAST,
};

/**
 * struct mobopt_type - how options of one type are read and written
 * @type: the type
 * @framing: what its Length counts
 * @align: it begins at a multiple of this, in octets ...
 * @offset: ... plus this
 * @min: the octets behind the Length octet, at least
 * @max: and at most
 * @decode: reads those octets; the fault is in the last one read.  NULL: the
 *	option is passed over.
 * @encode: writes them
 */
struct mobopt_type {
	uint8_t type;
	enum mobopt_framing framing;
	uint8_t align;
	uint8_t offset;
	uint8_t min;
	uint8_t max;
	enum fault_kind (*decode)(struct reader *body, struct mobopt *option);
	enum fault_kind (*encode)(struct writer *w, const struct mobopt *option);
};

/**
 * struct mobopt_table - the options of one protocol
 * @types: a row for each
 * @count: how many
 */
struct mobopt_table {
	const struct mobopt_type *types;
	size_t count;
};

extern const struct mobopt_table mobopt_fmip6;

/**
 * mobopts_decode() - read options up to the end of a message
 * @r: reads the message, with the options next
 * @options: what they are; those not known are raw octets
 *
 * Raw octets stay where they are: the message must outlive @options.
 *
 * Return: FAULT_OPTION_OVERRUN, _LENGTH, _VALUE, _ORDER or _COUNT, with the
 *	place of it, or no fault.
 */
struct fault mobopts_decode(struct reader *r, struct mobopts *options);

/**
 * mobopts_encode() - write options, aligned, to the end of a message
 * @w: writes the message from its beginning
 * @options: in the order wanted; a MOBOPT_BADF is the last one
 *
 * Padding goes before each option as it needs it, and behind the last one to
 * a multiple of 8 octets (RFC 6275 6.2.1).  One not known here is written
 * wherever it comes.
 *
 * Return: FAULT_OPTION_ORDER, _VALUE, _LENGTH, _COUNT or _TYPE if such options
 *	cannot be sent, else FAULT_NONE; an overrun shows in @w.
 */
enum fault_kind mobopts_encode(struct writer *w, const struct mobopts *options);

/**
 * mobopts_find() - the first option of a type
 * @options: of a message
 * @type: &enum mobopt_number
 *
 * Return: the option, or NULL.
 */
const struct mobopt *mobopts_find(const struct mobopts *options, uint8_t type);

/**
 * mobopts_address() - an address in a MOBOPT_ADDRESS option
 * @options: of a message
 * @code: which one
 *
 * Return: the first one, or NULL.
 */
const struct in6_addr *mobopts_address(const struct mobopts *options,
				       enum address_code code);

/**
 * mobopt_set_down() - say when the old link went down
 * @option: becomes a MOBOPT_VENDOR
 * @vendor: its Vendor ID
 * @octets: room for its data
 * @down: when that was
 */
void mobopt_set_down(struct mobopt *option, uint32_t vendor,
		     uint8_t octets[MOBOPT_DOWN_SIZE], const struct mobopt_down *down);

/**
 * mobopts_down() - when the old link of the sender went down
 * @options: of the message
 * @vendor: the Vendor ID; the options of others are passed over
 * @down: becomes that
 *
 * Return: whether it says so.
 */
bool mobopts_down(const struct mobopts *options, uint32_t vendor,
		  struct mobopt_down *down);

#endif
