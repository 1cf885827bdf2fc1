// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include <linux/fmip.h>

#include "names.h"

const struct name names_direction[] = {
	{ "dst", FMIP_DIRECTION_DST },
	{ "src", FMIP_DIRECTION_SRC },
	{ }
};

const struct name names_scope[] = {
	{ "any", FMIP_SCOPE_ANY },
	{ "vrf", FMIP_SCOPE_VRF },
	{ "interface", FMIP_SCOPE_INTERFACE },
	{ "tunnel", FMIP_SCOPE_TUNNEL },
	{ }
};

const struct name names_target[] = {
	{ "tunnel", FMIP_TARGET_TUNNEL },
	{ "link", FMIP_TARGET_LINK },
	{ "route", FMIP_TARGET_ROUTE },
	{ }
};

const struct name names_gate[] = {
	{ "open", FMIP_GATE_OPEN },
	{ "hold", FMIP_GATE_HOLD },
	{ "draining", FMIP_GATE_DRAINING },
	{ "copy", FMIP_GATE_COPY },
	{ "guard", FMIP_GATE_GUARD },
	{ }
};

const struct name names_release[] = {
	{ "rfc5568", FMIP_RELEASE_RFC5568 },
	{ "immediate", FMIP_RELEASE_IMMEDIATE },
	{ "rate", FMIP_RELEASE_RATE },
	{ }
};

const struct name names_overflow[] = {
	{ "tail", FMIP_OVERFLOW_TAIL },
	{ "head", FMIP_OVERFLOW_HEAD },
	{ }
};

const struct name names_expiry[] = {
	{ "delete", FMIP_EXPIRY_DELETE },
	{ "open", FMIP_EXPIRY_OPEN },
	{ "notify", FMIP_EXPIRY_NOTIFY },
	{ }
};

const struct name names_evidence[] = {
	{ "una", FMIP_ATTACH_ON_UNA },
	{ "na", FMIP_ATTACH_ON_NA },
	{ "dad-ns", FMIP_ATTACH_ON_DAD_NS },
	{ "data", FMIP_ATTACH_ON_DATA },
	{ }
};

const struct name names_action[] = {
	{ "open", FMIP_ATTACH_OPEN },
	{ "event", FMIP_ATTACH_EVENT },
	{ }
};

const struct name names_encap[] = {
	{ "ip6", FMIP_ENCAP_IP6 },
	{ "ip4", FMIP_ENCAP_IP4 },
	{ "gre6", FMIP_ENCAP_GRE6 },
	{ "gre4", FMIP_ENCAP_GRE4 },
	{ "udp4", FMIP_ENCAP_UDP4 },
	{ "tlv4", FMIP_ENCAP_TLV4 },
	{ }
};

const struct name names_flowlabel[] = {
	{ "inherit", FMIP_TUNNEL_F_FLOW_INHERIT },
	{ "hash", FMIP_TUNNEL_F_FLOW_HASH },
	{ }
};

const struct name names_event[] = {
	{ "attached", FMIP_EVENT_ATTACHED },
	{ "released", FMIP_EVENT_RELEASED },
	{ "expired", FMIP_EVENT_EXPIRED },
	{ "overflow", FMIP_EVENT_OVERFLOW },
	{ "rejected", FMIP_EVENT_REJECTED },
	{ "duplicate", FMIP_EVENT_DUPLICATE },
	{ "removed", FMIP_EVENT_REMOVED },
	{ }
};

const struct name names_timer[] = {
	{ "binding", FMIP_TIMER_BINDING },
	{ "hold", FMIP_TIMER_HOLD },
	{ "proxy", FMIP_TIMER_PROXY },
	{ "target", FMIP_TIMER_TARGET },
	{ "accept", FMIP_TIMER_ACCEPT },
	{ }
};

const struct name names_drop[] = {
	{ "not-forwarding", FMIP_DROP_NOT_FORWARDING },
	{ "hop-limit", FMIP_DROP_HOP_LIMIT },
	{ "source", FMIP_DROP_SOURCE },
	{ "xfrm", FMIP_DROP_XFRM },
	{ "too-big", FMIP_DROP_TOO_BIG },
	{ "firewall", FMIP_DROP_FIREWALL },
	{ "limit-packets", FMIP_DROP_LIMIT_PACKETS },
	{ "limit-bytes", FMIP_DROP_LIMIT_BYTES },
	{ "limit-netns", FMIP_DROP_LIMIT_NETNS },
	{ "limit-module", FMIP_DROP_LIMIT_MODULE },
	{ "aged", FMIP_DROP_AGED },
	{ "expired", FMIP_DROP_EXPIRED },
	{ "deleted", FMIP_DROP_DELETED },
	{ "device", FMIP_DROP_DEVICE },
	{ "no-target", FMIP_DROP_NO_TARGET },
	{ "no-route", FMIP_DROP_NO_ROUTE },
	{ "nesting", FMIP_DROP_NESTING },
	{ "xmit", FMIP_DROP_XMIT },
	{ "no-memory", FMIP_DROP_NO_MEMORY },
	{ "not-accepted", FMIP_DROP_NOT_ACCEPTED },
	{ "malformed", FMIP_DROP_MALFORMED },
	{ "ecn", FMIP_DROP_ECN },
	{ "nd", FMIP_DROP_ND },
	{ "checksum", FMIP_DROP_CHECKSUM },
	{ "fragment", FMIP_DROP_FRAGMENT },
	{ }
};

const struct name names_switch[] = {
	{ "off", 0 },
	{ "on", 1 },
	{ }
};

int name_value(const struct name *table, const char *word)
{
	size_t len = strlen(word);
	int found = NAME_UNKNOWN;

	for (; table->name; table++) {
		if (strncmp(table->name, word, len))
			continue;
		if (!table->name[len])
			return table->value;
		if (!len || (found >= 0 && found != table->value))
			found = NAME_AMBIGUOUS;
		else if (found == NAME_UNKNOWN)
			found = table->value;
	}
	return found;
}

const char *name_of(const struct name *table, int value)
{
	for (; table->name; table++)
		if (table->value == value)
			return table->name;
	return NULL;
}

const char *name_or_number(const struct name *table, int value, char *buf)
{
	const char *name = name_of(table, value);

	if (name)
		return name;
	snprintf(buf, 16, "%d", value);
	return buf;
}

char *name_list(const struct name *table, char *buf, size_t size)
{
	size_t used = 0;
	int last = NAME_UNKNOWN;

	buf[0] = '\0';
	for (; table->name && used < size; table++) {
		if (table->value == last)
			continue;
		last = table->value;
		used += snprintf(buf + used, size - used, "%s%s",
				 used ? ", " : "", table->name);
	}
	return buf;
}
