// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "mobopt.h"

/* The type and the Length octet. */
#define HEAD_SIZE	2

static const struct mobopt_table *const tables[] = {
	&mobopt_fmip6,
};

static const struct mobopt_type *row_of(uint8_t type)
{
	size_t i, n;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (n = 0; n < tables[i]->count; n++)
			if (tables[i]->types[n].type == type)
				return &tables[i]->types[n];
	return NULL;
}

/* How many octets follow a Length octet; @left of them are in the message. */
static size_t body_size(const struct mobopt_type *row, uint8_t length,
			size_t left)
{
	enum mobopt_framing framing = row ? row->framing : MOBOPT_TLV;

	switch (framing) {
	case MOBOPT_WORDS:
		return 2 + 4 * (size_t)length;
	case MOBOPT_LAST:
		return (size_t)length + BADF_SPI_SIZE == left ? left : length;
	case MOBOPT_TLV:
		break;
	}
	return length;
}

static enum fault_kind check_size(const struct mobopt_type *row, size_t size,
				  size_t left)
{
	if (size > left)
		return FAULT_OPTION_OVERRUN;
	if (row && row->framing == MOBOPT_LAST && size < left)
		return FAULT_OPTION_ORDER;
	if (row && row->decode && (size < row->min || size > row->max))
		return FAULT_OPTION_LENGTH;
	return FAULT_NONE;
}

static enum fault_kind read_body(const struct mobopt_type *row, uint8_t length,
				 struct reader *body, struct mobopt *option)
{
	enum fault_kind kind;

	if (!row) {
		option->raw.len = length;
		option->raw.data = body->data + body->pos;
		return FAULT_NONE;
	}
	kind = row->decode(body, option);
	if (row->framing == MOBOPT_LAST)
		option->badf.bare_length = length == option->badf.len;
	return kind;
}

static struct fault read_option(struct reader *r, struct mobopts *options)
{
	const struct mobopt_type *row;
	enum fault_kind kind;
	struct mobopt *option;
	struct reader body;
	size_t at = r->pos;
	uint8_t type = reader_u8(r), length;
	size_t size;

	if (type == MOBOPT_PAD1)
		return fault_at(FAULT_NONE, at);
	length = reader_u8(r);
	if (r->overrun)
		return fault_at(FAULT_OPTION_OVERRUN, at);
	row = row_of(type);
	size = body_size(row, length, reader_left(r));
	kind = check_size(row, size, reader_left(r));
	if (kind)
		return fault_at(kind, at + 1);
	body = reader_part(r, size);
	if (type == MOBOPT_PADN || (row && !row->decode))
		return fault_at(FAULT_NONE, at);
	if (options->count == MOBOPTS_MAX)
		return fault_at(FAULT_OPTION_COUNT, at);

	option = &options->option[options->count++];
	memset(option, 0, sizeof(*option));
	option->type = type;
	kind = read_body(row, length, &body, option);
	return fault_at(kind, body.pos - 1);
}

struct fault mobopts_decode(struct reader *r, struct mobopts *options)
{
	struct fault fault = fault_at(FAULT_NONE, 0);

	options->count = 0;
	while (!fault.kind && reader_left(r))
		fault = read_option(r, options);
	return fault;
}

static void write_padding(struct writer *w, size_t len)
{
	if (!len)
		return;
	writer_u8(w, len == 1 ? MOBOPT_PAD1 : MOBOPT_PADN);
	if (len == 1)
		return;
	writer_u8(w, len - HEAD_SIZE);
	writer_zeros(w, len - HEAD_SIZE);
}

/* So that the next octet lies at a multiple of @align plus @offset. */
static void align(struct writer *w, size_t align, size_t offset)
{
	write_padding(w, (align + offset - w->pos % align) % align);
}

static enum fault_kind write_raw(struct writer *w, const struct mobopt *option)
{
	if (option->type == MOBOPT_PAD1 || option->type == MOBOPT_PADN)
		return FAULT_OPTION_TYPE;
	writer_u8(w, option->type);
	writer_u8(w, option->raw.len);
	writer_bytes(w, option->raw.data, option->raw.len);
	return FAULT_NONE;
}

/* Where the last option of a message begins for it to end with the message. */
static size_t last_offset(const struct mobopt *option)
{
	return -(HEAD_SIZE + BADF_SPI_SIZE + (size_t)option->badf.len) % 8;
}

static enum fault_kind write_option(struct writer *w, const struct mobopt *option,
				    bool last)
{
	const struct mobopt_type *row = row_of(option->type);
	enum fault_kind kind;
	size_t at, size;

	if (!row)
		return write_raw(w, option);
	if (!row->encode)
		return FAULT_OPTION_TYPE;
	if (row->framing == MOBOPT_LAST) {
		if (!last)
			return FAULT_OPTION_ORDER;
		align(w, 8, last_offset(option));
	} else {
		align(w, row->align, row->offset);
	}

	writer_u8(w, option->type);
	at = w->pos;
	writer_u8(w, 0);
	kind = row->encode(w, option);
	size = w->pos - at - 1;
	if (row->framing == MOBOPT_LAST && option->badf.bare_length)
		size -= BADF_SPI_SIZE;
	writer_change(w, at, size);
	return kind;
}

enum fault_kind mobopts_encode(struct writer *w, const struct mobopts *options)
{
	enum fault_kind kind;
	unsigned int i;

	if (options->count > MOBOPTS_MAX)
		return FAULT_OPTION_COUNT;
	for (i = 0; i < options->count; i++) {
		kind = write_option(w, &options->option[i],
				    i == options->count - 1);
		if (kind)
			return kind;
	}
	align(w, 8, 0);
	return FAULT_NONE;
}

const struct mobopt *mobopts_find(const struct mobopts *options, uint8_t type)
{
	unsigned int i;

	for (i = 0; i < options->count; i++)
		if (options->option[i].type == type)
			return &options->option[i];
	return NULL;
}

const struct in6_addr *mobopts_address(const struct mobopts *options,
				       enum address_code code)
{
	const struct mobopt *option;
	unsigned int i;

	for (i = 0; i < options->count; i++) {
		option = &options->option[i];
		if (option->type == MOBOPT_ADDRESS &&
		    option->address.code == code)
			return &option->address.address;
	}
	return NULL;
}
