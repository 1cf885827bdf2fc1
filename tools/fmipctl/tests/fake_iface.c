// SPDX-License-Identifier: GPL-2.0-only
/* Interfaces eth0 to eth7 with the indices 10 to 17, wherever a test runs. */
#include <stdio.h>

#include "iface.h"

enum outcome iface_index(const char *name, uint32_t *index)
{
	unsigned int n;
	char end;

	if (sscanf(name, "eth%u%c", &n, &end) != 1 || n > 7)
		return wrong("there is no interface \"%s\"", name);
	*index = 10 + n;
	return DONE;
}

const char *iface_name(uint32_t index)
{
	static char name[16];

	snprintf(name, sizeof(name), "eth%u", index - 10);
	return name;
}
