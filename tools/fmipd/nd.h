/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of Neighbour Discovery (RFC 4861 4), with those that RFC 5568 6.1
 * adds to it.
 *
 * A message is sent by nd_encode() and nd_set_checksum(), the latter unless
 * the kernel does it, with a Hop Limit of 255.
 */
#ifndef FMIPD_ND_H
#define FMIPD_ND_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checksum.h"
#include "fault.h"
#include "ndopt.h"
#include "wire.h"

/* What the messages here are sent with, and must have when they arrive. */
#define ND_HOP_LIMIT	255

/**
 * enum nd_number - the messages
 * @ND_RA: Router Advertisement
 * @ND_NS: Neighbor Solicitation
 * @ND_NA: Neighbor Advertisement; a UNA is one without flags (RFC 5568 6.3)
 * @ND_RTSOLPR: Router Solicitation for Proxy Advertisement (RFC 5568 6.1.1)
 * @ND_PRRTADV: Proxy Router Advertisement (RFC 5568 6.1.2)
 */
enum nd_number {
	ND_RA,
	ND_NS,
	ND_NA,
	ND_RTSOLPR,
	ND_PRRTADV,
};

/* The flags of RA: as RFC 4861, 6275, 4191 (two bits) and 4389 have them. */
#define ND_RA_MANAGED		0x80
#define ND_RA_OTHER		0x40
#define ND_RA_HOME_AGENT	0x20
#define ND_RA_PREFERENCE	0x18
#define ND_RA_PROXY		0x04
#define ND_RA_FLAGS		(ND_RA_MANAGED | ND_RA_OTHER | ND_RA_HOME_AGENT | \
				 ND_RA_PREFERENCE | ND_RA_PROXY)

/* The flags of NA; a UNA has none. */
#define ND_NA_ROUTER		0x80
#define ND_NA_SOLICITED		0x40
#define ND_NA_OVERRIDE		0x20
#define ND_NA_FLAGS		(ND_NA_ROUTER | ND_NA_SOLICITED | ND_NA_OVERRIDE)

/**
 * enum nd_prrtadv_code - the Code of PrRtAdv (RFC 5568 6.1.2)
 * @PRRTADV_SOLICITED: tuples, as asked for
 * @PRRTADV_HANDOVER: unsolicited: move
 * @PRRTADV_NOTHING: no information about new routers
 * @PRRTADV_PARTIAL: information about some of the access points
 * @PRRTADV_NEIGHBOURHOOD: unsolicited: tuples, but not to move
 * @PRRTADV_DHCP: tuples to detect movement with; DHCP at the new router
 */
enum nd_prrtadv_code {
	PRRTADV_SOLICITED,
	PRRTADV_HANDOVER,
	PRRTADV_NOTHING,
	PRRTADV_PARTIAL,
	PRRTADV_NEIGHBOURHOOD,
	PRRTADV_DHCP,
};

/**
 * struct nd_ra - Router Advertisement
 * @hop_limit: for the hosts to use, 0 if it is not told
 * @flags: ND_RA_*
 * @lifetime: seconds as a default router, 0 if it is none
 * @reachable: milliseconds, 0 if it is not told
 * @retrans: milliseconds, 0 if it is not told
 */
struct nd_ra {
	uint8_t hop_limit;
	uint8_t flags;
	uint16_t lifetime;
	uint32_t reachable;
	uint32_t retrans;
};

/**
 * struct nd_neighbour - Neighbor Solicitation and Advertisement
 * @flags: of an Advertisement: ND_NA_*
 * @target: the address it is about; not a multicast one
 */
struct nd_neighbour {
	uint8_t flags;
	struct in6_addr target;
};

/**
 * struct nd_proxy - RtSolPr and PrRtAdv
 * @code: of PrRtAdv: &enum nd_prrtadv_code
 * @multicast: of PrRtAdv: the router takes part in RFC 7411
 * @identifier: chosen by who solicits and repeated in the answer; 0 in one
 *	that nobody solicited
 */
struct nd_proxy {
	uint8_t code;
	bool multicast;
	uint16_t identifier;
};

/**
 * struct nd - a message
 * @type: which one
 * @ra: of ND_RA
 * @neighbour: of ND_NS and ND_NA
 * @proxy: of ND_RTSOLPR and ND_PRRTADV
 * @options: its known options
 */
struct nd {
	enum nd_number type;
	union {
		struct nd_ra ra;
		struct nd_neighbour neighbour;
		struct nd_proxy proxy;
	};
	struct ndopts options;
};

/**
 * struct nd_link - how a message has come
 * @ends: the addresses to check the checksum with, or NULL if the kernel has
 *	done so
 * @hop_limit: of the IPv6 header
 * @lla_len: the length of the link's addresses in octets, at most LLA_MAX
 */
struct nd_link {
	const struct ip6_ends *ends;
	uint8_t hop_limit;
	uint8_t lla_len;
};

/**
 * struct nd_type - how messages of one type are read and written
 * @type: which one
 * @icmp_type: its ICMPv6 type
 * @subtype: its subtype, if @has_subtype
 * @has_subtype: the message shares its ICMPv6 type with others
 * @max_code: the greatest Code that it can have
 * @min: octets up to the options
 * @decode: reads what is between the checksum and the options
 * @encode: writes it
 */
struct nd_type {
	enum nd_number type;
	uint8_t icmp_type;
	uint8_t subtype;
	bool has_subtype;
	uint8_t max_code;
	uint8_t min;
	void (*decode)(struct reader *r, struct nd *nd);
	void (*encode)(struct writer *w, const struct nd *nd);
};

/**
 * nd_decode() - read a message of Neighbour Discovery
 * @data: from the ICMPv6 type on
 * @len: octets
 * @link: how it has come
 * @nd: the message, of use only if nothing is wrong
 *
 * No fault is answered: such a message is dropped (RFC 4861 6.1, 7.1).
 *
 * Return: what is wrong first: FAULT_TOO_SHORT, _HOP_LIMIT, _CHECKSUM, _TYPE,
 *	_CODE, _ADDRESS for a multicast target, or what ndopts_decode() says; or
 *	no fault.
 */
struct fault nd_decode(const uint8_t *data, size_t len,
		       const struct nd_link *link, struct nd *nd);

/**
 * nd_encode() - write a message whose checksum is 0
 * @nd: the message
 * @data: where it goes
 * @size: the room there, in octets
 * @len: becomes its length in octets
 *
 * Return: FAULT_SPACE, _TYPE, _CODE, or what ndopts_encode() says, with @len
 *	unchanged; else FAULT_NONE.
 */
enum fault_kind nd_encode(const struct nd *nd, uint8_t *data, size_t size,
			  size_t *len);

/**
 * nd_set_checksum() - complete a message (RFC 4443 2.3)
 * @data: the message
 * @len: octets, as nd_encode() gave them
 * @ends: the addresses
 */
void nd_set_checksum(uint8_t *data, size_t len, const struct ip6_ends *ends);

#endif
