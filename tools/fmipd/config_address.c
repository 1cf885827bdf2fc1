// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values that are addresses, prefixes and keys.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <libconfig.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "config_value.h"

/* That other nodes can reach, and that is of one node. */
static bool is_global(const struct in6_addr *address)
{
	return !IN6_IS_ADDR_UNSPECIFIED(address) && !IN6_IS_ADDR_LOOPBACK(address) &&
	       !IN6_IS_ADDR_MULTICAST(address) && !IN6_IS_ADDR_LINKLOCAL(address) &&
	       !IN6_IS_ADDR_V4MAPPED(address) && !IN6_IS_ADDR_V4COMPAT(address);
}

static bool address_parse(const struct setting *row, const char *text, void *field,
			  char *wrong)
{
	struct in6_addr address;

	(void)row;
	if (inet_pton(AF_INET6, text, &address) != 1)
		return false;
	if (!is_global(&address)) {
		snprintf(wrong, WRONG_SIZE, "%s is not a global unicast address", text);
		return false;
	}
	memcpy(field, &address, sizeof(address));
	return true;
}

/* The length behind the slash, 1 to 128; 0 if there is none. */
static uint8_t prefix_length(const char *text)
{
	unsigned int len = 0;

	if (!isdigit((unsigned char)*text) || *text == '0')
		return 0;
	for (; isdigit((unsigned char)*text) && len <= 128; text++)
		len = len * 10 + (*text - '0');
	return *text || len > 128 ? 0 : len;
}

static bool prefix_parse(const struct setting *row, const char *text, void *field,
			 char *wrong)
{
	struct config_prefix prefix = { 0 };
	const char *slash = strchr(text, '/');
	char address[INET6_ADDRSTRLEN];
	struct in6_addr clear;

	(void)row;
	if (!slash || (size_t)(slash - text) >= sizeof(address))
		return false;
	memcpy(address, text, slash - text);
	address[slash - text] = '\0';
	prefix.len = prefix_length(slash + 1);
	if (!prefix.len || inet_pton(AF_INET6, address, &prefix.address) != 1)
		return false;
	clear = prefix.address;
	prefix_clear(&clear, prefix.len);
	if (!IN6_ARE_ADDR_EQUAL(&clear, &prefix.address)) {
		inet_ntop(AF_INET6, &clear, address, sizeof(address));
		snprintf(wrong, WRONG_SIZE, "%s has bits behind its length; %s/%u has not",
			 text, address, prefix.len);
		return false;
	}
	if (!is_global(&prefix.address)) {
		snprintf(wrong, WRONG_SIZE, "%s is not of global unicast addresses", text);
		return false;
	}
	memcpy(field, &prefix, sizeof(prefix));
	return true;
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return found ? found - digits : -1;
}

/* Two digits; -1 if there are none. */
static int octet(const char *text)
{
	int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

	return low < 0 ? -1 : high << 4 | low;
}

static bool lla_parse(const struct setting *row, const char *text, void *field,
		      char *wrong)
{
	static const struct lla zeros;
	struct lla lla = { 0 };
	int value;

	(void)row;
	do {
		value = octet(text);
		if (value < 0 || lla.len == LLA_MAX)
			return false;
		lla.bytes[lla.len++] = value;
		text += 2;
	} while (*text == ':' && *++text);
	if (*text || text[-1] == ':')
		return false;
	if (!memcmp(lla.bytes, zeros.bytes, LLA_MAX) ||
	    (lla.len == 6 && lla.bytes[0] & 1)) {
		snprintf(wrong, WRONG_SIZE, "is not the address of one station");
		return false;
	}
	memcpy(field, &lla, sizeof(lla));
	return true;
}

/* Whether it is long enough is known with the MAC: see config_check.c. */
static bool key_parse(const struct setting *row, const char *text, void *field,
		      char *wrong)
{
	struct config_key *key = field;
	int value;

	(void)row;
	if (!*text) {
		snprintf(wrong, WRONG_SIZE, "is empty");
		return false;
	}
	for (; *text; text += 2) {
		value = octet(text);
		if (value < 0)
			return false;
		if (key->len == sizeof(key->bytes)) {
			snprintf(wrong, WRONG_SIZE, "is longer than %zu octets",
				 sizeof(key->bytes));
			return false;
		}
		key->bytes[key->len++] = value;
	}
	return true;
}

const struct value_type value_address = {
	.name = "address", .expected = "an IPv6 address", .kind = CONFIG_TYPE_STRING,
	.parse = address_parse,
};

const struct value_type value_prefix = {
	.name = "prefix", .expected = "a prefix such as \"2001:db8:1::/64\"",
	.kind = CONFIG_TYPE_STRING, .parse = prefix_parse,
};

const struct value_type value_lla = {
	.name = "lladdr",
	.expected = "a link-layer address such as \"02:00:5e:00:00:01\"",
	.kind = CONFIG_TYPE_STRING, .parse = lla_parse,
};

const struct value_type value_key = {
	.name = "octets", .expected = "hexadecimal digits, two for each octet",
	.kind = CONFIG_TYPE_STRING, .secret = true, .parse = key_parse,
};
