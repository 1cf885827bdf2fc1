// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets as a Mobility Header, and every beginning of them; also as the
 * extension headers that may come before one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "badf.h"
#include "hao.h"
#include "stable.h"

static void require(const char *wrong)
{
	if (!wrong)
		return;
	fprintf(stderr, "%s\n", wrong);
	abort();
}

/* In memory of just this length: a sanitizer sees what is read beyond. */
static void other_readers(const uint8_t *data, size_t len)
{
	static const struct badf_ends ends;
	static const uint8_t bytes[1];
	struct badf_key key = { 0, sizeof(bytes), bytes };
	uint8_t *copy = malloc(len ? len : 1);
	struct hao hao;

	require(copy ? NULL : "no memory");
	if (len)
		memcpy(copy, data, len);
	hao_parse(copy, len, &hao);
	rh2_parse(copy, len, &hao);
	for (key.mac = 0; badf_size(key.mac); key.mac++) {
		badf_verify(copy, len, &key, &ends);
		if (!badf_sign(copy, len, &key, &ends) &&
		    badf_verify(copy, len, &key, &ends))
			require("what was signed does not verify");
	}
	free(copy);
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
	size_t end;

	for (end = 0; end <= len; end++)
		require(mh_unstable(data, end));
	other_readers(data, len);
	return 0;
}
