// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets as the length of a link's addresses and a message of Neighbour
 * Discovery on it, and every beginning of that; and the tuples in it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "stable.h"
#include "tuple.h"

#define TUPLES	8

static void require(const char *wrong)
{
	if (!wrong)
		return;
	fprintf(stderr, "%s\n", wrong);
	abort();
}

static void tuples(const uint8_t *data, size_t len, uint8_t lla_len)
{
	const struct nd_link link = { NULL, ND_HOP_LIMIT, lla_len };
	struct tuple found[TUPLES], again[TUPLES];
	struct ndopts options = { 0 };
	unsigned int i, count;
	struct nd nd;

	if (nd_decode(data, len, &link, &nd).kind)
		return;
	ndopts_naack_address(&nd.options);
	count = tuples_read(&nd.options, found, TUPLES);
	for (i = 0; i < count; i++)
		require(tuple_add(&options, &found[i]) ? "tuples do not fit" :
							 NULL);
	require(tuples_read(&options, again, TUPLES) == count ?
		NULL : "other tuples");
}

/**
 * LLVMFuzzerTestOneInput() - what libFuzzer calls with octets
 * @data: the octets
 * @len: how many
 *
 * Return: 0; what is wrong ends the program.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t lla_len;
	size_t end;

	if (!len)
		return 0;
	lla_len = *data++ % (LLA_MAX + 1);
	len--;
	for (end = 0; end <= len; end++)
		require(nd_unstable(data, end, lla_len));
	tuples(data, len, lla_len);
	return 0;
}
