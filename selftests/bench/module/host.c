// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hosts: 2001:db8:1:0:<splitmix64(i)>, spread as addresses of nodes are,
 * and i can be had back from the address, so that the sink can check it.
 */
#include <net/ipv6.h>

#include "bench.h"

#define GOLDEN	0x9E3779B97F4A7C15ull
#define FIRST	0xBF58476D1CE4E5B9ull
#define SECOND	0x94D049BB133111EBull

static u64 mix(u64 index)
{
	u64 z = (index + 1) * GOLDEN;

	z = (z ^ (z >> 30)) * FIRST;
	z = (z ^ (z >> 27)) * SECOND;
	return z ^ (z >> 31);
}

/* The inverse of an odd number modulo 2^64, by Newton's method. */
static u64 inverse(u64 a)
{
	u64 x = a;
	int i;

	for (i = 0; i < 6; i++)
		x *= 2 - a * x;
	return x;
}

/* z = x ^ (x >> shift), for x */
static u64 unshift(u64 z, int shift)
{
	u64 x = z;
	int i;

	for (i = 0; i < 64 / shift + 1; i++)
		x = z ^ (x >> shift);
	return x;
}

static u64 unmix(u64 z)
{
	z = unshift(z, 31) * inverse(SECOND);
	z = unshift(z, 27) * inverse(FIRST);
	z = unshift(z, 30) * inverse(GOLDEN);
	return z - 1;
}

u64 bench_random(u64 *state)
{
	return mix((*state)++);
}

void bench_host_addr(struct in6_addr *addr, u64 index)
{
	u64 id = mix(index);

	ipv6_addr_set(addr, htonl(0x20010db8), htonl(0x00010000), htonl(id >> 32),
		      htonl((u32)id));
}

bool bench_host_index(const struct in6_addr *addr, u64 *index)
{
	*index = unmix((u64)ntohl(addr->s6_addr32[2]) << 32 | ntohl(addr->s6_addr32[3]));
	return addr->s6_addr32[0] == htonl(0x20010db8) && addr->s6_addr32[1] == htonl(0x00010000);
}
