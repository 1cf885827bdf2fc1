/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options of Neighbour Discovery (RFC 4861 4.6), whose length is counted in
 * units of 8 octets.
 */
#ifndef FMIPD_NDOPT_H
#define FMIPD_NDOPT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "fault.h"
#include "wire.h"

/* A message with more known options is refused; 1500 octets hold 181 at most. */
#define NDOPTS_MAX	192

/**
 * enum ndopt_number - the types of options
 * @NDOPT_SOURCE_LLA: Source Link-Layer Address (RFC 4861 4.6.1)
 * @NDOPT_TARGET_LLA: Target Link-Layer Address (RFC 4861 4.6.1)
 * @NDOPT_PREFIX: Prefix Information (RFC 4861 4.6.2, RFC 6275 7.2)
 * @NDOPT_MTU: MTU (RFC 4861 4.6.4)
 * @NDOPT_ADDRESS: IP Address/Prefix (RFC 5568 6.4.1)
 * @NDOPT_LLA: Link-Layer Address (RFC 5568 6.4.3)
 * @NDOPT_NAACK: Neighbor Advertisement Acknowledgment (RFC 5568 6.4.6)
 */
enum ndopt_number {
	NDOPT_SOURCE_LLA = 1,
	NDOPT_TARGET_LLA = 2,
	NDOPT_PREFIX = 3,
	NDOPT_MTU = 5,
	NDOPT_ADDRESS = 17,
	NDOPT_LLA = 19,
	NDOPT_NAACK = 20,
};

/* The flags of Prefix Information: on link, autonomous, a router's address. */
#define NDOPT_PREFIX_L		0x80
#define NDOPT_PREFIX_A		0x40
#define NDOPT_PREFIX_R		0x20
#define NDOPT_PREFIX_FLAGS	(NDOPT_PREFIX_L | NDOPT_PREFIX_A | NDOPT_PREFIX_R)

/**
 * enum ndopt_naack_status - what became of a UNA (RFC 5568 6.4.6)
 * @NAACK_AUTOCONFIGURE: the NCoA is not valid; configure one
 * @NAACK_USE_SUPPLIED: not valid; use the one supplied
 * @NAACK_USE_NAR: not valid; use the router's address as NCoA in the FBU
 * @NAACK_PCOA: the PCoA is supplied; send no FBU
 * @NAACK_LLA_UNKNOWN: the link-layer address is not recognized
 */
enum ndopt_naack_status {
	NAACK_AUTOCONFIGURE = 1,
	NAACK_USE_SUPPLIED,
	NAACK_USE_NAR,
	NAACK_PCOA,
	NAACK_LLA_UNKNOWN = 128,
};

/**
 * struct ndopt_prefix - a prefix of a link
 * @len: bits, at most 128
 * @flags: NDOPT_PREFIX_*
 * @valid: seconds; 0xffffffff is for ever
 * @preferred: seconds, likewise
 * @prefix: the prefix; with NDOPT_PREFIX_R the whole address of the router,
 *	else the bits behind @len are 0
 */
struct ndopt_prefix {
	uint8_t len;
	uint8_t flags;
	uint32_t valid;
	uint32_t preferred;
	struct in6_addr prefix;
};

/**
 * struct ndopt_naack - the answer to a UNA
 * @status: &enum ndopt_naack_status
 * @supplied: there is an @address
 * @address: the one to be used, else the unspecified address
 */
struct ndopt_naack {
	uint8_t status;
	bool supplied;
	struct in6_addr address;
};

/**
 * struct ndopt - one option
 * @type: &enum ndopt_number
 * @link: of NDOPT_SOURCE_LLA and NDOPT_TARGET_LLA
 * @prefix: of NDOPT_PREFIX
 * @mtu: of NDOPT_MTU, in octets
 * @address: of NDOPT_ADDRESS
 * @lla: of NDOPT_LLA; that of a wildcard is as long as any, and all zeros
 * @naack: of NDOPT_NAACK
 */
struct ndopt {
	uint8_t type;
	union {
		struct lla link;
		struct ndopt_prefix prefix;
		uint32_t mtu;
		struct coded_address address;
		struct coded_lla lla;
		struct ndopt_naack naack;
	};
};

/**
 * struct ndopts - the known options of a message, in their order
 * @count: how many
 * @option: the options
 */
struct ndopts {
	unsigned int count;
	struct ndopt option[NDOPTS_MAX];
};

/**
 * struct ndopt_type - how options of one type are read and written
 * @type: the type
 * @min: the whole option, at least, in units of 8 octets
 * @max: and at most
 * @decode: reads what is behind the Length, for a link whose addresses have so
 *	many octets; the fault is in the last octet read.  To read beyond the
 *	option is one, too.
 * @encode: writes it; the padding to 8 octets is put behind it
 */
struct ndopt_type {
	uint8_t type;
	uint8_t min;
	uint8_t max;
	enum fault_kind (*decode)(struct reader *body, uint8_t lla_len,
				  struct ndopt *option);
	enum fault_kind (*encode)(struct writer *w, const struct ndopt *option);
};

/**
 * struct ndopt_table - the options of one protocol
 * @types: a row for each
 * @count: how many
 */
struct ndopt_table {
	const struct ndopt_type *types;
	size_t count;
};

extern const struct ndopt_table ndopt_fmip6;

/**
 * ndopts_decode() - read options up to the end of a message
 * @r: reads the message, with the options next
 * @lla_len: the length of the link's addresses, which no option tells, in
 *	octets; at most LLA_MAX
 * @options: the known ones; the others are passed over (RFC 5568 6.1.1)
 *
 * Return: FAULT_OPTION_OVERRUN, _LENGTH, _VALUE or _COUNT, with the place of
 *	it, or no fault.
 */
struct fault ndopts_decode(struct reader *r, uint8_t lla_len,
			   struct ndopts *options);

/**
 * ndopts_encode() - write options, each padded to a multiple of 8 octets
 * @w: writes the message
 * @options: in the order wanted
 *
 * Return: FAULT_OPTION_TYPE, _LENGTH, _VALUE or _COUNT if such options cannot
 *	be sent, else FAULT_NONE; an overrun shows in @w.
 */
enum fault_kind ndopts_encode(struct writer *w, const struct ndopts *options);

/**
 * ndopts_add() - append an option
 * @options: what it is appended to
 * @type: &enum ndopt_number
 *
 * Return: the option, with zeros for its content, or NULL if there are
 *	NDOPTS_MAX already.
 */
struct ndopt *ndopts_add(struct ndopts *options, uint8_t type);

/**
 * ndopts_find() - the first option of a type
 * @options: of a message
 * @type: &enum ndopt_number
 *
 * Return: the option, or NULL.
 */
const struct ndopt *ndopts_find(const struct ndopts *options, uint8_t type);

/**
 * ndopts_lla() - the first link-layer address of a kind
 * @options: of a message
 * @code: whose
 *
 * Return: the address, of no length with LLA_WILDCARD; or NULL.
 */
const struct lla *ndopts_lla(const struct ndopts *options, enum lla_code code);

/**
 * ndopts_naack_address() - the address that comes with a NAACK
 * @options: of a Router Advertisement
 *
 * RFC 5568 6.4.6 can be read in three ways: the address is in the NAACK, or an
 * IP Address option with it is, or follows.  All are understood.
 *
 * Return: the address, or NULL if there is none or no NAACK.
 */
const struct in6_addr *ndopts_naack_address(const struct ndopts *options);

#endif
