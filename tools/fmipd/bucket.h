/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A token bucket: so many messages in a second, and at most those of a second at once.
 */
#ifndef FMIPD_BUCKET_H
#define FMIPD_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#define BUCKET_SECOND	1000000000ull

/**
 * struct bucket - how much of it is left
 * @full_ns: when it will be full again; it is from the beginning
 */
struct bucket {
	uint64_t full_ns;
};

/**
 * bucket_take() - take a token
 * @bucket: the bucket
 * @now: what time it is
 * @per_second: how many there are; 0 for as many as are wanted
 *
 * Return: false if there is none.
 */
static inline bool bucket_take(struct bucket *bucket, uint64_t now, uint32_t per_second)
{
	uint64_t token = per_second ? BUCKET_SECOND / per_second : 0;

	if (bucket->full_ns < now)
		bucket->full_ns = now;
	if (bucket->full_ns + token > now + BUCKET_SECOND)
		return false;
	bucket->full_ns += token;
	return true;
}

/**
 * bucket_give() - give a token back
 * @bucket: the bucket it was taken from
 * @per_second: as then
 */
static inline void bucket_give(struct bucket *bucket, uint32_t per_second)
{
	if (per_second)
		bucket->full_ns -= BUCKET_SECOND / per_second;
}

#endif
