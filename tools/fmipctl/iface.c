// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>

#include "iface.h"

enum outcome iface_index(const char *name, uint32_t *index)
{
	char end;

	*index = if_nametoindex(name);
	if (*index)
		return DONE;
	if (sscanf(name, "if%" SCNu32 "%c", index, &end) == 1 && *index)
		return DONE;
	return wrong("there is no interface \"%s\"", name);
}

const char *iface_name(uint32_t index)
{
	/* A long dump asks for few interfaces, each many times over. */
	static struct {
		uint32_t index;
		char name[IF_NAMESIZE];
	} seen[64];
	unsigned int slot = index % 64;

	if (seen[slot].index == index && index)
		return seen[slot].name;
	if (!if_indextoname(index, seen[slot].name))
		snprintf(seen[slot].name, IF_NAMESIZE, "if%" PRIu32, index);
	seen[slot].index = index;
	return seen[slot].name;
}
