/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The checksum over a message and a pseudo-header (RFC 8200 8.1), as the
 * Mobility Header (RFC 6275 6.1.1) and ICMPv6 (RFC 4443 2.3) have it.
 */
#ifndef FMIPD_CHECKSUM_H
#define FMIPD_CHECKSUM_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct ip6_ends - the addresses of the pseudo-header
 * @source: of the IPv6 header, or of the Home Address option if there is one
 * @destination: of the IPv6 header, or of the type 2 routing header if there
 *	is one
 */
struct ip6_ends {
	struct in6_addr source;
	struct in6_addr destination;
};

/**
 * ip6_checksum() - the sum for a message
 * @ends: the addresses
 * @next_header: the protocol
 * @data: the message
 * @len: its length in octets
 *
 * Return: what belongs into the checksum field, in host byte order, if that is
 *	0 in @data; 0 if @data has the right one.
 */
uint16_t ip6_checksum(const struct ip6_ends *ends, uint8_t next_header,
		      const uint8_t *data, size_t len);

#endif
