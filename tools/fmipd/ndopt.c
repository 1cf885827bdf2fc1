// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "ndopt.h"

/* A length counts these. */
#define UNIT	8

static const struct ndopt_table *const tables[] = {
	&ndopt_fmip6,
};

static const struct ndopt_type *row_of(uint8_t type)
{
	size_t i, n;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (n = 0; n < tables[i]->count; n++)
			if (tables[i]->types[n].type == type)
				return &tables[i]->types[n];
	return NULL;
}

struct ndopt *ndopts_add(struct ndopts *options, uint8_t type)
{
	struct ndopt *option;

	if (options->count >= NDOPTS_MAX)
		return NULL;
	option = &options->option[options->count++];
	memset(option, 0, sizeof(*option));
	option->type = type;
	return option;
}

static struct fault read_option(struct reader *r, uint8_t lla_len,
				struct ndopts *options)
{
	const struct ndopt_type *row;
	size_t at = r->pos;
	struct reader body = *r;
	uint8_t type = reader_u8(&body), length = reader_u8(&body);
	struct ndopt *option;
	enum fault_kind kind;

	if (body.overrun)
		return fault_at(FAULT_OPTION_OVERRUN, at);
	if (!length)
		return fault_at(FAULT_OPTION_LENGTH, at + 1);
	body = reader_part(r, length * UNIT);
	if (body.overrun)
		return fault_at(FAULT_OPTION_OVERRUN, at + 1);
	row = row_of(type);
	if (!row)
		return fault_at(FAULT_NONE, at);
	if (length < row->min || length > row->max)
		return fault_at(FAULT_OPTION_LENGTH, at + 1);
	option = ndopts_add(options, type);
	if (!option)
		return fault_at(FAULT_OPTION_COUNT, at);

	reader_skip(&body, 2);
	kind = row->decode(&body, lla_len, option);
	if (kind == FAULT_OPTION_LENGTH || body.overrun)
		return fault_at(FAULT_OPTION_LENGTH, at + 1);
	return fault_at(kind, body.pos - 1);
}

struct fault ndopts_decode(struct reader *r, uint8_t lla_len,
			   struct ndopts *options)
{
	struct fault fault = fault_at(FAULT_NONE, 0);

	options->count = 0;
	while (!fault.kind && reader_left(r))
		fault = read_option(r, lla_len, options);
	return fault;
}

static enum fault_kind write_option(struct writer *w, const struct ndopt *option)
{
	const struct ndopt_type *row = row_of(option->type);
	enum fault_kind kind;
	size_t at = w->pos;

	if (!row)
		return FAULT_OPTION_TYPE;
	writer_u8(w, option->type);
	writer_u8(w, 0);
	kind = row->encode(w, option);
	writer_zeros(w, -(w->pos - at) % UNIT);
	writer_change(w, at + 1, (w->pos - at) / UNIT);
	return kind;
}

enum fault_kind ndopts_encode(struct writer *w, const struct ndopts *options)
{
	enum fault_kind kind;
	unsigned int i;

	if (options->count > NDOPTS_MAX)
		return FAULT_OPTION_COUNT;
	for (i = 0; i < options->count; i++) {
		kind = write_option(w, &options->option[i]);
		if (kind)
			return kind;
	}
	return FAULT_NONE;
}

const struct ndopt *ndopts_find(const struct ndopts *options, uint8_t type)
{
	unsigned int i;

	for (i = 0; i < options->count; i++)
		if (options->option[i].type == type)
			return &options->option[i];
	return NULL;
}

const struct lla *ndopts_lla(const struct ndopts *options, enum lla_code code)
{
	unsigned int i;

	for (i = 0; i < options->count; i++)
		if (options->option[i].type == NDOPT_LLA &&
		    options->option[i].lla.code == code)
			return &options->option[i].lla.lla;
	return NULL;
}

const struct in6_addr *ndopts_naack_address(const struct ndopts *options)
{
	const struct ndopt *option = ndopts_find(options, NDOPT_NAACK);
	const struct ndopt *end = options->option + options->count;

	if (!option)
		return NULL;
	if (option->naack.supplied)
		return &option->naack.address;
	while (++option < end)
		if (option->type == NDOPT_ADDRESS &&
		    option->address.code == ADDRESS_NCOA)
			return &option->address.address;
	return NULL;
}
