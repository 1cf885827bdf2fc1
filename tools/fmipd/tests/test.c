// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "test.h"

size_t hex(const char *text, uint8_t *data, size_t size)
{
	char octet[3] = "", *end;
	size_t len = 0;

	for (; *text; text++) {
		if (isspace((unsigned char)*text))
			continue;
		octet[0] = *text++;
		octet[1] = *text;
		assert_true(len < size);
		data[len++] = strtoul(octet, &end, 16);
		assert_ptr_equal(end, octet + 2);
	}
	return len;
}

static void show(const char *what, const uint8_t *data, size_t len)
{
	size_t i;

	printf("# %s", what);
	for (i = 0; i < len; i++)
		printf("%s%02x", i % 8 ? "" : " ", data[i]);
	printf("\n");
}

void assert_octets(const uint8_t *data, size_t len, const char *text)
{
	uint8_t wanted[2048];
	size_t wanted_len = hex(text, wanted, sizeof(wanted));

	if (len == wanted_len && !memcmp(data, wanted, len))
		return;
	show("there are ", data, len);
	show("instead of", wanted, wanted_len);
	fail();
}

void assert_fault(struct fault fault, enum fault_kind kind, size_t offset)
{
	if (fault.kind == kind && fault.offset == offset)
		return;
	printf("# %s at %zu instead of %s at %zu\n", fault_text(fault.kind),
	       fault.offset, fault_text(kind), offset);
	fail();
}

struct in6_addr address(const char *text)
{
	struct in6_addr a;

	assert_int_equal(inet_pton(AF_INET6, text, &a), 1);
	return a;
}

unsigned long steps;

/* The compiler has this called in every basic block. */
void __sanitizer_cov_trace_pc(void)
{
	steps++;
}
