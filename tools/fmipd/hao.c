// SPDX-License-Identifier: GPL-2.0-only
#include "address.h"
#include "hao.h"
#include "wire.h"

#define OPTION_PAD1	0
#define OPTION_PADN	1
#define OPTION_HAO	201

/* The bits of an option's type that say what becomes of it if it is unknown. */
#define OPTION_ACTION	0xc0

#define RH2_TYPE	2
#define RH2_LEN		2	/* in units of 8 octets behind the first */

void hao_build(uint8_t *data, uint8_t next_header, const struct in6_addr *home)
{
	struct writer w;

	writer_init(&w, data, HAO_SIZE);
	writer_u8(&w, next_header);
	writer_u8(&w, HAO_SIZE / 8 - 1);
	/* The option lies at 8n + 6. */
	writer_u8(&w, OPTION_PADN);
	writer_u8(&w, 2);
	writer_zeros(&w, 2);
	writer_u8(&w, OPTION_HAO);
	writer_u8(&w, sizeof(*home));
	writer_bytes(&w, home, sizeof(*home));
}

static struct fault read_home(struct reader *body, size_t at, struct hao *hao)
{
	if (hao->present)
		return fault_at(FAULT_OPTION_ORDER, at);
	if (reader_left(body) != sizeof(hao->home))
		return fault_at(FAULT_OPTION_LENGTH, at + 1);
	reader_bytes(body, &hao->home, sizeof(hao->home));
	/* RFC 6275 6.3: a unicast routable address. */
	if (!address_is_unicast(&hao->home))
		return fault_at(FAULT_ADDRESS, at + 2);
	hao->present = true;
	return fault_at(FAULT_NONE, 0);
}

static struct fault read_option(struct reader *r, struct hao *hao)
{
	size_t at = r->pos;
	uint8_t type = reader_u8(r);
	struct reader body;

	if (type == OPTION_PAD1)
		return fault_at(FAULT_NONE, at);
	body = reader_part(r, reader_u8(r));
	if (r->overrun)
		return fault_at(FAULT_OPTION_OVERRUN, at);
	if (type == OPTION_HAO)
		return read_home(&body, at, hao);
	return fault_at(type & OPTION_ACTION ? FAULT_OPTION_TYPE : FAULT_NONE,
			at);
}

/* The next header and the length, which all extension headers begin with. */
static struct fault read_head(struct reader *r, const uint8_t *data, size_t len,
			      struct hao *hao)
{
	*hao = (struct hao){ 0 };
	reader_init(r, data, len);
	hao->next_header = reader_u8(r);
	hao->size = (reader_u8(r) + 1) * 8;
	if (r->overrun || hao->size > len)
		return fault_at(FAULT_TRUNCATED, len < 2 ? len : 1);
	r->end = hao->size;
	return fault_at(FAULT_NONE, 0);
}

struct fault hao_parse(const uint8_t *data, size_t len, struct hao *hao)
{
	struct fault fault;
	struct reader r;

	fault = read_head(&r, data, len, hao);
	while (!fault.kind && reader_left(&r))
		fault = read_option(&r, hao);
	return fault;
}

void rh2_build(uint8_t *data, uint8_t next_header, const struct in6_addr *home)
{
	struct writer w;

	writer_init(&w, data, RH2_SIZE);
	writer_u8(&w, next_header);
	writer_u8(&w, RH2_LEN);
	writer_u8(&w, RH2_TYPE);
	writer_u8(&w, 1);
	writer_zeros(&w, 4);
	writer_bytes(&w, home, sizeof(*home));
}

struct fault rh2_parse(const uint8_t *data, size_t len, struct hao *hao)
{
	struct fault fault;
	struct reader r;

	fault = read_head(&r, data, len, hao);
	if (fault.kind)
		return fault;
	if (reader_u8(&r) != RH2_TYPE)
		return fault_at(FAULT_TYPE, 2);
	if (hao->size != RH2_SIZE)
		return fault_at(FAULT_OPTION_LENGTH, 1);
	if (reader_u8(&r) > 1)
		return fault_at(FAULT_OPTION_VALUE, 3);
	reader_skip(&r, 4);
	reader_bytes(&r, &hao->home, sizeof(hao->home));
	/* RFC 6275 6.3: a unicast routable address. */
	if (!address_is_unicast(&hao->home))
		return fault_at(FAULT_ADDRESS, 8);
	hao->present = true;
	return fault_at(FAULT_NONE, 0);
}
