// SPDX-License-Identifier: GPL-2.0-only
#include "checksum.h"

static uint64_t add(uint64_t sum, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? data[i] : (uint64_t)data[i] << 8;
	return sum;
}

uint16_t ip6_checksum(const struct ip6_ends *ends, uint8_t next_header,
		      const uint8_t *data, size_t len)
{
	uint64_t sum = next_header + (uint64_t)len;

	sum = add(sum, ends->source.s6_addr, sizeof(ends->source));
	sum = add(sum, ends->destination.s6_addr, sizeof(ends->destination));
	sum = add(sum, data, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}
