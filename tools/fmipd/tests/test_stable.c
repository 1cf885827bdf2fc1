// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "samples.h"
#include "stable.h"
#include "test.h"

static const char *unstable(const struct sample *s, const uint8_t *data,
			    size_t len)
{
	return s->is_mh ? mh_unstable(data, len) :
			  nd_unstable(data, len, s->lla_len);
}

/* encode(decode(encode(m))) is encode(m). */
static void samples_are_stable(void **state)
{
	uint8_t once[SAMPLE_SIZE], twice[SAMPLE_SIZE];
	struct ip6_ends ends;
	struct nd_link link = { &ends, ND_HOP_LIMIT, 0 };
	size_t i, count, len, again;
	const struct sample *s = samples_get(&count);
	static struct mh mh;
	static struct nd nd;

	(void)state;
	for (i = 0; i < count; i++, s++) {
		len = sample_encode(s, once);
		ends = sample_ends(s);
		link.lla_len = s->lla_len;
		if (s->is_mh) {
			assert_fault(mh_decode(once, len, &ends, &mh),
				     FAULT_NONE, 0);
			assert_int_equal(mh_encode(&mh, twice, sizeof(twice),
						   &again), FAULT_NONE);
			mh_set_checksum(twice, again, &ends);
		} else {
			assert_fault(nd_decode(once, len, &link, &nd),
				     FAULT_NONE, 0);
			assert_int_equal(nd_encode(&nd, twice, sizeof(twice),
						   &again), FAULT_NONE);
			nd_set_checksum(twice, again, &ends);
		}
		assert_int_equal(len, again);
		assert_memory_equal(once, twice, len);
		assert_null(unstable(s, once, len));
	}
}

/* Whether a message of Neighbour Discovery may end there: between options. */
static bool nd_may_end(const struct sample *s, const uint8_t *data, size_t len)
{
	size_t at = s->nd.type == ND_RA ? 16 : 24;

	if (s->nd.type == ND_RTSOLPR || s->nd.type == ND_PRRTADV)
		at = 8;
	while (at < len)
		at += 8 * data[at + 1];
	return at == len;
}

/* Every message, cut off at every length, is refused, or is a whole one. */
static void cut_off(void **state)
{
	uint8_t data[SAMPLE_SIZE];
	struct nd_link link = { NULL, ND_HOP_LIMIT, 0 };
	size_t i, count, len, whole;
	const struct sample *s = samples_get(&count);
	static struct mh mh;
	static struct nd nd;
	struct fault fault;

	(void)state;
	for (i = 0; i < count; i++, s++) {
		whole = sample_encode(s, data);
		link.lla_len = s->lla_len;
		for (len = 0; len < whole; len++) {
			assert_null(unstable(s, data, len));
			fault = s->is_mh ? mh_decode(data, len, NULL, &mh) :
					   nd_decode(data, len, &link, &nd);
			if (s->is_mh)
				assert_int_equal(fault.kind, FAULT_TRUNCATED);
			else
				assert_int_equal(!fault.kind,
						 nd_may_end(s, data, len));
		}
	}
}

/* The same with the length in the header right for what is left. */
static void shortened(void **state)
{
	uint8_t data[SAMPLE_SIZE];
	size_t i, count, len, whole;
	const struct sample *s = samples_get(&count);

	(void)state;
	for (i = 0; i < count; i++, s++) {
		whole = sample_encode(s, data);
		for (len = 8; s->is_mh && len < whole; len += 8) {
			data[1] = len / 8 - 1;
			assert_null(mh_unstable(data, len));
		}
	}
}

/* Every octet of every message with every other value. */
static void corrupted(void **state)
{
	uint8_t data[SAMPLE_SIZE], octet;
	size_t i, n, count, len;
	const struct sample *s = samples_get(&count);
	const char *what;
	unsigned int add;

	(void)state;
	for (i = 0; i < count; i++, s++) {
		len = sample_encode(s, data);
		for (n = 0; n < len; n++) {
			octet = data[n];
			for (add = 1; add < 256; add++) {
				data[n] = octet + add;
				what = unstable(s, data, len);
				if (what) {
					printf("# %s, octet %zu: %s\n", s->name,
					       n, what);
					fail();
				}
			}
			data[n] = octet;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_stable),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(shortened),
		cmocka_unit_test(corrupted),
	};

	return cmocka_run_group_tests_name("stability", tests, NULL, NULL);
}
