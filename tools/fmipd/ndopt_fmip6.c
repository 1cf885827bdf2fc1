// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options of RFC 5568, and those of RFC 4861 that come with them.
 */
#include "ndopt.h"

/* What a NAACK is long, without and with an address, and with an option. */
#define NAACK_BARE	1
#define NAACK_ADDRESS	3
#define NAACK_OPTION	4
#define ADDRESS_UNITS	3

static enum fault_kind link_decode(struct reader *body, uint8_t lla_len,
				   struct ndopt *option)
{
	struct lla *lla = &option->link;

	/* Padding of 8 octets or more would be another link's address. */
	if (reader_left(body) >= lla_len + 8U)
		return FAULT_OPTION_LENGTH;
	lla->len = lla_len;
	reader_bytes(body, lla->bytes, lla_len);
	return FAULT_NONE;
}

static enum fault_kind link_encode(struct writer *w, const struct ndopt *option)
{
	const struct lla *lla = &option->link;

	if (lla->len > LLA_MAX)
		return FAULT_OPTION_LENGTH;
	writer_bytes(w, lla->bytes, lla->len);
	return FAULT_NONE;
}

static enum fault_kind lla_decode(struct reader *body, uint8_t lla_len,
				  struct ndopt *option)
{
	struct coded_lla *lla = &option->lla;

	lla->code = reader_u8(body);
	lla->lla.len = lla_len;
	if (lla->code == LLA_WILDCARD)
		return FAULT_NONE;
	reader_bytes(body, lla->lla.bytes, lla_len);
	return FAULT_NONE;
}

static enum fault_kind lla_encode(struct writer *w, const struct ndopt *option)
{
	const struct coded_lla *lla = &option->lla;

	if (lla->lla.len > LLA_MAX)
		return FAULT_OPTION_LENGTH;
	writer_u8(w, lla->code);
	if (lla->code == LLA_WILDCARD)
		writer_zeros(w, lla->lla.len);
	else
		writer_bytes(w, lla->lla.bytes, lla->lla.len);
	return FAULT_NONE;
}

/* The bits behind the prefix mean nothing (RFC 4861 4.6.2). */
static void prefix_normalize(struct ndopt_prefix *prefix)
{
	prefix->flags &= NDOPT_PREFIX_FLAGS;
	if (!(prefix->flags & NDOPT_PREFIX_R))
		prefix_clear(&prefix->prefix, prefix->len);
}

static enum fault_kind prefix_decode(struct reader *body, uint8_t lla_len,
				     struct ndopt *option)
{
	struct ndopt_prefix *prefix = &option->prefix;

	(void)lla_len;
	prefix->len = reader_u8(body);
	if (prefix->len > 128)
		return FAULT_OPTION_VALUE;
	prefix->flags = reader_u8(body);
	prefix->valid = reader_u32(body);
	prefix->preferred = reader_u32(body);
	reader_skip(body, 4);
	reader_bytes(body, &prefix->prefix, sizeof(prefix->prefix));
	prefix_normalize(prefix);
	return FAULT_NONE;
}

static enum fault_kind prefix_encode(struct writer *w, const struct ndopt *option)
{
	struct ndopt_prefix prefix = option->prefix;

	if (prefix.len > 128)
		return FAULT_OPTION_VALUE;
	prefix_normalize(&prefix);
	writer_u8(w, prefix.len);
	writer_u8(w, prefix.flags);
	writer_u32(w, prefix.valid);
	writer_u32(w, prefix.preferred);
	writer_zeros(w, 4);
	writer_bytes(w, &prefix.prefix, sizeof(prefix.prefix));
	return FAULT_NONE;
}

static enum fault_kind mtu_decode(struct reader *body, uint8_t lla_len,
				  struct ndopt *option)
{
	(void)lla_len;
	reader_skip(body, 2);
	option->mtu = reader_u32(body);
	return FAULT_NONE;
}

static enum fault_kind mtu_encode(struct writer *w, const struct ndopt *option)
{
	writer_zeros(w, 2);
	writer_u32(w, option->mtu);
	return FAULT_NONE;
}

static enum fault_kind address_decode(struct reader *body, uint8_t lla_len,
				      struct ndopt *option)
{
	struct coded_address *address = &option->address;

	(void)lla_len;
	address->code = reader_u8(body);
	address->prefixlen = reader_u8(body);
	if (address->prefixlen > 128)
		return FAULT_OPTION_VALUE;
	reader_skip(body, 4);
	reader_bytes(body, &address->address, sizeof(address->address));
	if (address->code == ADDRESS_NAR_PREFIX)
		prefix_clear(&address->address, address->prefixlen);
	return FAULT_NONE;
}

static enum fault_kind address_encode(struct writer *w, const struct ndopt *option)
{
	struct coded_address address = option->address;

	if (address.prefixlen > 128)
		return FAULT_OPTION_VALUE;
	if (address.code == ADDRESS_NAR_PREFIX)
		prefix_clear(&address.address, address.prefixlen);
	writer_u8(w, address.code);
	writer_u8(w, address.prefixlen);
	writer_zeros(w, 4);
	writer_bytes(w, &address.address, sizeof(address.address));
	return FAULT_NONE;
}

/* An IP Address option in the place of an address. */
static enum fault_kind naack_option(struct reader *body)
{
	if (reader_u8(body) != NDOPT_ADDRESS ||
	    reader_u8(body) != ADDRESS_UNITS)
		return FAULT_OPTION_VALUE;
	reader_skip(body, 6);
	return FAULT_NONE;
}

static enum fault_kind naack_decode(struct reader *body, uint8_t lla_len,
				    struct ndopt *option)
{
	struct ndopt_naack *naack = &option->naack;
	size_t units = (2 + reader_left(body)) / 8;
	enum fault_kind kind = FAULT_NONE;

	(void)lla_len;
	reader_skip(body, 1);
	naack->status = reader_u8(body);
	reader_skip(body, 4);
	if (units == NAACK_BARE)
		return FAULT_NONE;
	if (units == NAACK_OPTION)
		kind = naack_option(body);
	else if (units != NAACK_ADDRESS)
		kind = FAULT_OPTION_LENGTH;
	if (kind)
		return kind;
	naack->supplied = true;
	reader_bytes(body, &naack->address, sizeof(naack->address));
	return FAULT_NONE;
}

static enum fault_kind naack_encode(struct writer *w, const struct ndopt *option)
{
	const struct ndopt_naack *naack = &option->naack;

	writer_u8(w, 0);
	writer_u8(w, naack->status);
	writer_zeros(w, 4);
	if (naack->supplied)
		writer_bytes(w, &naack->address, sizeof(naack->address));
	return FAULT_NONE;
}

static const struct ndopt_type types[] = {
	{
		.type = NDOPT_SOURCE_LLA,
		.min = 1, .max = UINT8_MAX,
		.decode = link_decode, .encode = link_encode,
	}, {
		.type = NDOPT_TARGET_LLA,
		.min = 1, .max = UINT8_MAX,
		.decode = link_decode, .encode = link_encode,
	}, {
		.type = NDOPT_PREFIX,
		.min = 4, .max = 4,
		.decode = prefix_decode, .encode = prefix_encode,
	}, {
		.type = NDOPT_MTU,
		.min = 1, .max = 1,
		.decode = mtu_decode, .encode = mtu_encode,
	}, {
		.type = NDOPT_ADDRESS,
		.min = ADDRESS_UNITS, .max = ADDRESS_UNITS,
		.decode = address_decode, .encode = address_encode,
	}, {
		.type = NDOPT_LLA,
		.min = 1, .max = UINT8_MAX,
		.decode = lla_decode, .encode = lla_encode,
	}, {
		.type = NDOPT_NAACK,
		.min = NAACK_BARE, .max = NAACK_OPTION,
		.decode = naack_decode, .encode = naack_encode,
	},
};

const struct ndopt_table ndopt_fmip6 = {
	types, sizeof(types) / sizeof(types[0])
};
