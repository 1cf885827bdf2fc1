/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses: what can be asked of them, and those with an Option-Code, which options of
 * Neighbour Discovery and of the Mobility Header share (RFC 5568 6.4.1 to 6.4.4).
 */
#ifndef FMIPD_ADDRESS_H
#define FMIPD_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* The longest link-layer address that Linux has. */
#define LLA_MAX	32

/**
 * struct lla - a link-layer address
 * @len: octets; 0 if there is none
 * @bytes: the address, and zeros behind it
 */
struct lla {
	uint8_t len;
	uint8_t bytes[LLA_MAX];
};

/**
 * enum lla_code - whose link-layer address, or what of it (RFC 5568 6.4.3)
 * @LLA_WILDCARD: every access point nearby; there is no address
 * @LLA_NEW_AP: of the new access point
 * @LLA_MN: of the mobile node
 * @LLA_NAR: of the new access router
 * @LLA_SENDER: of the sender of this message
 * @LLA_AP_SAME: of an access point on the same interface of the router
 * @LLA_AP_UNKNOWN: of an access point without prefix information
 * @LLA_AP_NO_SUPPORT: of an access point without fast handovers
 */
enum lla_code {
	LLA_WILDCARD,
	LLA_NEW_AP,
	LLA_MN,
	LLA_NAR,
	LLA_SENDER,
	LLA_AP_SAME,
	LLA_AP_UNKNOWN,
	LLA_AP_NO_SUPPORT,
};

/**
 * struct coded_lla - a link-layer address, and whose it is
 * @code: &enum lla_code, or what a later text defines
 * @lla: the address
 */
struct coded_lla {
	uint8_t code;
	struct lla lla;
};

/**
 * enum address_code - which address (RFC 5568 6.4.1, 6.4.2)
 * @ADDRESS_PCOA: the old care-of address
 * @ADDRESS_NCOA: the new care-of address
 * @ADDRESS_NAR: the new access router's
 * @ADDRESS_NAR_PREFIX: the new access router's prefix
 */
enum address_code {
	ADDRESS_PCOA = 1,
	ADDRESS_NCOA,
	ADDRESS_NAR,
	ADDRESS_NAR_PREFIX,
};

/**
 * struct coded_address - an address or prefix, and which one it is
 * @code: &enum address_code, or what a later text defines
 * @prefixlen: bits, at most 128.  That of ADDRESS_NAR may be the prefix that
 *	the router is on, whose option may then be missing (RFC 5568 6.1.2).
 * @address: the address; of ADDRESS_NAR_PREFIX the bits behind @prefixlen
 *	are 0
 */
struct coded_address {
	uint8_t code;
	uint8_t prefixlen;
	struct in6_addr address;
};

/**
 * lla_equal() - whether two link-layer addresses are the same
 * @a: one
 * @b: the other
 *
 * Return: true if so.
 */
bool lla_equal(const struct lla *a, const struct lla *b);

/**
 * lla_copy() - make a link-layer address a part of a key, of which all octets count
 * @to: becomes the address, with zeros behind it
 * @from: the address, whatever is behind it
 */
void lla_copy(struct lla *to, const struct lla *from);

/**
 * address_is_unicast() - whether an address can be one of a node or a router
 * @address: the address
 *
 * Return: whether it is neither unspecified nor of a link, a group or the host itself.
 */
bool address_is_unicast(const struct in6_addr *address);

/**
 * prefix_clear() - make the bits behind a prefix 0
 * @address: the prefix
 * @len: bits that stay, at most 128
 */
void prefix_clear(struct in6_addr *address, uint8_t len);

#endif
