// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "address.h"

bool lla_equal(const struct lla *a, const struct lla *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

void lla_copy(struct lla *to, const struct lla *from)
{
	*to = (struct lla){ .len = from->len };
	memcpy(to->bytes, from->bytes, from->len);
}

bool address_is_unicast(const struct in6_addr *address)
{
	return !IN6_IS_ADDR_MULTICAST(address) && !IN6_IS_ADDR_UNSPECIFIED(address) &&
	       !IN6_IS_ADDR_LOOPBACK(address) && !IN6_IS_ADDR_LINKLOCAL(address);
}

void prefix_clear(struct in6_addr *address, uint8_t len)
{
	unsigned int i = len / 8;

	if (len % 8)
		address->s6_addr[i++] &= 0xff << (8 - len % 8);
	while (i < sizeof(address->s6_addr))
		address->s6_addr[i++] = 0;
}
