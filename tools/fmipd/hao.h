/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a mobile node's own address is while another one routes the packet:
 * the Home Address option in a Destination Options header (RFC 6275 6.3) and
 * the type 2 routing header (RFC 6275 6.4).
 */
#ifndef FMIPD_HAO_H
#define FMIPD_HAO_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

/* What either header is long if it has nothing else in it, in octets. */
#define HAO_SIZE	24
#define RH2_SIZE	24

/**
 * struct hao - what an extension header says
 * @next_header: the protocol behind it
 * @size: its length in octets
 * @present: a Home Address option is in it
 * @home: that address: the PCoA
 */
struct hao {
	uint8_t next_header;
	size_t size;
	bool present;
	struct in6_addr home;
};

/**
 * hao_build() - write a Destination Options header with a Home Address option
 * @data: HAO_SIZE octets that it goes to
 * @next_header: the protocol behind it
 * @home: the address
 */
void hao_build(uint8_t *data, uint8_t next_header, const struct in6_addr *home);

/**
 * hao_parse() - read a Destination Options header
 * @data: the header
 * @len: octets; what is behind its end does not matter
 * @hao: what it says
 *
 * Return: no fault; FAULT_TRUNCATED; FAULT_OPTION_OVERRUN; FAULT_OPTION_LENGTH
 *	and FAULT_ADDRESS of a Home Address that is no unicast one with a scope
 *	beyond the link (RFC 6275 9.3.1); FAULT_OPTION_ORDER of a second one; or
 *	FAULT_OPTION_TYPE of an unknown option that forbids to go on (RFC 8200
 *	4.2).
 */
struct fault hao_parse(const uint8_t *data, size_t len, struct hao *hao);

/**
 * rh2_build() - write a type 2 routing header
 * @data: RH2_SIZE octets that it goes to
 * @next_header: the protocol behind it
 * @home: the final destination: the PCoA
 */
void rh2_build(uint8_t *data, uint8_t next_header, const struct in6_addr *home);

/**
 * rh2_parse() - read a type 2 routing header
 * @data: the header
 * @len: octets; what is behind its end does not matter
 * @hao: what it says, with @present set
 *
 * Segments Left is 1 on the wire, and 0 where the kernel has done what it
 * asks for before handing the header to a socket.  Whether the address is the
 * node's own is for the caller to check.
 *
 * Return: no fault; FAULT_TRUNCATED; FAULT_TYPE of another routing header;
 *	FAULT_OPTION_LENGTH; FAULT_OPTION_VALUE of Segments Left; FAULT_ADDRESS
 *	as hao_parse() has it.
 */
struct fault rh2_parse(const uint8_t *data, size_t len, struct hao *hao);

#endif
