// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "wire.h"

void reader_init(struct reader *r, const uint8_t *data, size_t len)
{
	*r = (struct reader){ .data = data, .end = len };
}

size_t reader_left(const struct reader *r)
{
	return r->overrun ? 0 : r->end - r->pos;
}

/* The next octets, which are passed, or NULL. */
static const uint8_t *take(struct reader *r, size_t len)
{
	const uint8_t *taken;

	if (len > reader_left(r)) {
		r->overrun = true;
		return NULL;
	}
	taken = r->data + r->pos;
	r->pos += len;
	return taken;
}

struct reader reader_part(struct reader *r, size_t len)
{
	struct reader part = *r;

	if (take(r, len))
		part.end = r->pos;
	else
		part.overrun = true;
	return part;
}

void reader_skip(struct reader *r, size_t len)
{
	take(r, len);
}

/* Numbers of up to four octets. */
static uint32_t take_number(struct reader *r, size_t len)
{
	const uint8_t *from = take(r, len);
	uint32_t number = 0;

	while (from && len--)
		number = number << 8 | *from++;
	return number;
}

uint8_t reader_u8(struct reader *r)
{
	return take_number(r, 1);
}

uint16_t reader_u16(struct reader *r)
{
	return take_number(r, 2);
}

uint32_t reader_u32(struct reader *r)
{
	return take_number(r, 4);
}

void reader_bytes(struct reader *r, void *to, size_t len)
{
	const uint8_t *from = take(r, len);

	if (!len)
		return;
	if (from)
		memcpy(to, from, len);
	else
		memset(to, 0, len);
}

void writer_init(struct writer *w, uint8_t *data, size_t size)
{
	*w = (struct writer){ .data = data, .size = size };
}

/* Room for the next octets, or NULL. */
static uint8_t *room(struct writer *w, size_t len)
{
	uint8_t *to;

	if (w->overrun || len > w->size - w->pos) {
		w->overrun = true;
		return NULL;
	}
	to = w->data + w->pos;
	w->pos += len;
	return to;
}

static void put_number(struct writer *w, uint32_t number, size_t len)
{
	uint8_t *to = room(w, len);

	while (to && len--) {
		to[len] = number;
		number >>= 8;
	}
}

void writer_u8(struct writer *w, uint8_t number)
{
	put_number(w, number, 1);
}

void writer_u16(struct writer *w, uint16_t number)
{
	put_number(w, number, 2);
}

void writer_u32(struct writer *w, uint32_t number)
{
	put_number(w, number, 4);
}

void writer_bytes(struct writer *w, const void *from, size_t len)
{
	uint8_t *to = room(w, len);

	if (to && len)
		memcpy(to, from, len);
}

void writer_zeros(struct writer *w, size_t len)
{
	uint8_t *to = room(w, len);

	if (to && len)
		memset(to, 0, len);
}

void writer_change(struct writer *w, size_t pos, uint8_t octet)
{
	if (pos < w->pos)
		w->data[pos] = octet;
}
