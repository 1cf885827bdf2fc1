// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value.h"

enum outcome value_number(const char *word, const char *what, uint64_t max,
			  uint64_t *number)
{
	char *end;

	/* strtoull() would take spaces, and make something of a minus sign. */
	if (!isdigit((unsigned char)word[0]))
		return wrong("\"%s\" is not a number for '%s'", word, what);

	errno = 0;
	*number = strtoull(word, &end, 0);
	if (*end)
		return wrong("\"%s\" is not a number for '%s'", word, what);
	if (errno || *number > max)
		return wrong("\"%s\" is too large for '%s', which ends at %" PRIu64,
			     word, what, max);
	return DONE;
}

enum outcome value_u32(const char *word, const char *what, uint32_t *number)
{
	uint64_t wide;

	if (value_number(word, what, UINT32_MAX, &wide))
		return WRONG;
	*number = wide;
	return DONE;
}

/*
 * Reads digits with at most @places decimal places, which are exact, unlike a
 * double: the number times 10 to the power of @places.  NULL if there is none.
 */
static const char *read_decimal(const char *word, unsigned int places,
				uint64_t *number)
{
	uint64_t n = 0;
	bool point = false;

	if (!isdigit((unsigned char)*word))
		return NULL;
	for (; isdigit((unsigned char)*word) || (*word == '.' && !point); word++) {
		if (*word == '.') {
			point = true;
			continue;
		}
		if (point && !places--)
			return NULL;
		if (n > UINT32_MAX * 1000ULL)
			return NULL;
		n = n * 10 + (*word - '0');
	}
	if (word[-1] == '.')
		return NULL;
	while (places--)
		n *= 10;
	*number = n;
	return word;
}

enum outcome value_time(const char *word, const char *what, uint32_t *ms)
{
	uint64_t n;
	const char *unit;

	/* In microseconds first: "0.5ms" is then known to be too fine. */
	unit = read_decimal(word, 3, &n);
	if (!unit)
		goto bad;
	if (!strcmp(unit, "s") || !strcmp(unit, "sec"))
		n *= 1000;
	else if (*unit && strcmp(unit, "ms") && strcmp(unit, "msec"))
		goto bad;
	if (n % 1000)
		return wrong("\"%s\" is finer than a millisecond for '%s'",
			     word, what);
	n /= 1000;
	if (n > UINT32_MAX)
		return wrong("\"%s\" is too long a time for '%s'", word, what);
	*ms = n;
	return DONE;
bad:
	return wrong("\"%s\" is not a time for '%s', such as 300ms or 1.5s",
		     word, what);
}

enum outcome value_size(const char *word, const char *what, uint64_t max,
			uint64_t *bytes)
{
	static const char units[] = "kmg";
	unsigned int shift = 0;
	const char *unit;
	char *end;

	if (!isdigit((unsigned char)word[0]))
		goto bad;
	errno = 0;
	*bytes = strtoull(word, &end, 0);
	if (*end) {
		unit = strchr(units, tolower((unsigned char)*end));
		if (!unit || end[1])
			goto bad;
		shift = 10 * (unit - units + 1);
	}
	if (errno || *bytes > max >> shift)
		return wrong("\"%s\" is too large a size for '%s'", word, what);
	*bytes <<= shift;
	return DONE;
bad:
	return wrong("\"%s\" is not a size for '%s', such as 4096, 64k or 4M",
		     word, what);
}

enum outcome value_speedup(const char *word, uint32_t *percent)
{
	uint64_t n;
	const char *end = read_decimal(word, 2, &n);

	if (!end || *end || n > UINT32_MAX)
		return wrong("\"%s\" is not a speed-up, such as 2 or 1.5", word);
	*percent = n;
	return DONE;
}

static bool read_address(const char *word, struct address *address)
{
	if (inet_pton(AF_INET6, word, address->bytes) == 1)
		address->len = 16;
	else if (inet_pton(AF_INET, word, address->bytes) == 1)
		address->len = 4;
	else
		return false;
	return true;
}

enum outcome value_address(const char *word, const char *what,
			   struct address *address)
{
	if (!read_address(word, address))
		return wrong("\"%s\" is not an address for '%s'", word, what);
	return DONE;
}

static bool has_host_bits(const struct address *address, unsigned int len)
{
	unsigned int i = len / 8;

	if (i < address->len && address->bytes[i] & (0xff >> len % 8))
		return true;
	for (i++; i < address->len; i++)
		if (address->bytes[i])
			return true;
	return false;
}

enum outcome value_prefix(const char *word, struct address *address,
			  uint8_t *len)
{
	const char *slash = strchr(word, '/');
	char host[INET6_ADDRSTRLEN];
	size_t size = slash ? (size_t)(slash - word) : strlen(word);
	uint64_t n;

	if (size >= sizeof(host))
		return wrong("\"%s\" is not a prefix", word);
	memcpy(host, word, size);
	host[size] = '\0';
	if (!read_address(host, address))
		return wrong("\"%s\" is not a prefix", word);

	*len = 8 * address->len;
	if (!slash)
		return DONE;

	if (!isdigit((unsigned char)slash[1]) ||
	    strspn(slash + 1, "0123456789") != strlen(slash + 1))
		return wrong("\"%s\" has no length behind the slash", word);
	errno = 0;
	n = strtoull(slash + 1, NULL, 10);
	if (errno || n > *len)
		return wrong("\"%s\" is longer than the %u bits of its address",
			     word, *len);
	*len = n;
	if (has_host_bits(address, *len))
		return wrong("\"%s\" has bits set beyond its length", word);
	return DONE;
}

static int hex_digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0'
					 : tolower((unsigned char)c) - 'a' + 10;
}

enum outcome value_lladdr(const char *word, struct lladdr *lladdr)
{
	const char *c = word;

	for (lladdr->len = 0; lladdr->len < FMIP_LLADDR_MAX; c++) {
		int n = hex_digit(*c);

		if (n < 0)
			break;
		if (hex_digit(c[1]) >= 0)
			n = n * 16 + hex_digit(*++c);
		lladdr->bytes[lladdr->len++] = n;
		if (!*++c)
			return DONE;
		if (*c != ':')
			break;
	}
	return wrong("\"%s\" is not a link-layer address", word);
}

const char *text_time(uint32_t ms, char *buf)
{
	if (ms && ms % 1000 == 0)
		snprintf(buf, TEXT_SIZE, "%" PRIu32 "s", ms / 1000);
	else
		snprintf(buf, TEXT_SIZE, "%" PRIu32 "ms", ms);
	return buf;
}

const char *text_size(uint64_t bytes, char *buf)
{
	static const char *const units[] = { "", "k", "M", "G" };
	unsigned int i = 0;

	while (i < 3 && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		i++;
	}
	snprintf(buf, TEXT_SIZE, "%" PRIu64 "%s", bytes, units[i]);
	return buf;
}

const char *text_speedup(uint32_t percent, char *buf)
{
	uint32_t whole = percent / 100, rest = percent % 100;

	if (!rest)
		snprintf(buf, TEXT_SIZE, "%" PRIu32, whole);
	else if (rest % 10 == 0)
		snprintf(buf, TEXT_SIZE, "%" PRIu32 ".%" PRIu32, whole, rest / 10);
	else
		snprintf(buf, TEXT_SIZE, "%" PRIu32 ".%02" PRIu32, whole, rest);
	return buf;
}

const char *text_address(const struct address *address, char *buf)
{
	int family = address->len == 4 ? AF_INET : AF_INET6;

	if (!address->len || !inet_ntop(family, address->bytes, buf, TEXT_SIZE))
		snprintf(buf, TEXT_SIZE, "none");
	return buf;
}

const char *text_prefix(const struct address *address, uint8_t len, char *buf)
{
	size_t used;

	text_address(address, buf);
	used = strlen(buf);
	snprintf(buf + used, TEXT_SIZE - used, "/%u", len);
	return buf;
}

const char *text_lladdr(const struct lladdr *lladdr, char *buf)
{
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < lladdr->len; i++)
		snprintf(buf + 3 * i - (i > 0), TEXT_SIZE - 3 * i, "%s%02x",
			 i ? ":" : "", lladdr->bytes[i]);
	return buf;
}
