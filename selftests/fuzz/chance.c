// SPDX-License-Identifier: GPL-2.0-only
/* Numbers that only depend on the seed (splitmix64, S. Vigna, public domain). */
#include "fuzz.h"

static uint64_t state;

void chance_seed(uint64_t seed)
{
	state = seed;
}

uint64_t chance(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* A number from 0 to N - 1. */
uint32_t below(uint32_t n)
{
	return (chance() >> 32) * n >> 32;
}

bool one_in(uint32_t n)
{
	return !below(n);
}
