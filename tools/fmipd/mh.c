// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "mh.h"

/* Where the fields of the header are, and where the message data begins. */
#define PAYLOAD_PROTO	0
#define HEADER_LEN	1
#define TYPE		2
#define CHECKSUM	4
#define MESSAGE_DATA	6

/* Header Len counts these, without the first. */
#define UNIT		8

static const struct mh_table *const tables[] = {
	&mh_fmip6,
};

static const struct mh_type *row_of(uint8_t type)
{
	size_t i, n;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (n = 0; n < tables[i]->count; n++)
			if (tables[i]->types[n].type == type)
				return &tables[i]->types[n];
	return NULL;
}

static bool proto_is_right(const struct mh_type *row, uint8_t proto)
{
	return proto == IPPROTO_NONE ||
	       (row->may_carry && proto == IPPROTO_IPV6);
}

/* What RFC 6275 9.2 asks of every message; @size becomes its length. */
static struct fault check_header(const uint8_t *data, size_t len,
				 const struct ip6_ends *ends, size_t *size)
{
	const struct mh_type *row;

	if (len < UNIT)
		return fault_at(FAULT_TRUNCATED, len);
	*size = (data[HEADER_LEN] + 1) * UNIT;
	if (*size > len)
		return fault_at(FAULT_TRUNCATED, HEADER_LEN);
	if (ends && ip6_checksum(ends, IPPROTO_MH, data, *size))
		return fault_at(FAULT_CHECKSUM, CHECKSUM);
	row = row_of(data[TYPE]);
	if (!row)
		return fault_at(FAULT_TYPE, TYPE);
	if (!proto_is_right(row, data[PAYLOAD_PROTO]))
		return fault_at(FAULT_PROTO, PAYLOAD_PROTO);
	if (*size < row->min)
		return fault_at(FAULT_TOO_SHORT, HEADER_LEN);
	return fault_at(FAULT_NONE, 0);
}

struct fault mh_decode(const uint8_t *data, size_t len,
		       const struct ip6_ends *ends, struct mh *mh)
{
	struct fault fault;
	struct reader r;
	size_t size;

	fault = check_header(data, len, ends, &size);
	if (fault.kind)
		return fault;
	memset(mh, 0, offsetof(struct mh, options));
	mh->type = data[TYPE];
	reader_init(&r, data, size);
	reader_skip(&r, MESSAGE_DATA);
	row_of(mh->type)->decode(&r, mh);
	return mobopts_decode(&r, &mh->options);
}

enum mh_reply mh_reply(const struct fault *fault)
{
	switch (fault->kind) {
	case FAULT_TYPE:
		return MH_REPLY_BINDING_ERROR;
	case FAULT_PROTO:
	case FAULT_TOO_SHORT:
		return MH_REPLY_PARAMETER_PROBLEM;
	default:
		return MH_REPLY_NONE;
	}
}

enum fault_kind mh_encode(const struct mh *mh, uint8_t *data, size_t size,
			  size_t *len)
{
	const struct mh_type *row = row_of(mh->type);
	enum fault_kind kind;
	struct writer w;

	if (!row)
		return FAULT_TYPE;
	if (!row->encode)
		return FAULT_NOT_SENT;
	writer_init(&w, data, size < MH_SIZE_MAX ? size : MH_SIZE_MAX);
	writer_u8(&w, IPPROTO_NONE);
	writer_u8(&w, 0);
	writer_u8(&w, mh->type);
	writer_zeros(&w, MESSAGE_DATA - CHECKSUM + 1);
	row->encode(&w, mh);
	kind = mobopts_encode(&w, &mh->options);
	if (kind)
		return kind;
	if (w.overrun)
		return FAULT_SPACE;
	writer_change(&w, HEADER_LEN, w.pos / UNIT - 1);
	*len = w.pos;
	return FAULT_NONE;
}

void mh_set_checksum(uint8_t *data, size_t len, const struct ip6_ends *ends)
{
	uint16_t sum;

	memset(data + CHECKSUM, 0, sizeof(sum));
	sum = ip6_checksum(ends, IPPROTO_MH, data, len);
	data[CHECKSUM] = sum >> 8;
	data[CHECKSUM + 1] = sum;
}

bool mh_is_newer(uint16_t sequence, uint16_t than)
{
	return (int16_t)(sequence - than) > 0;
}
