/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading and writing octets within bounds, numbers in network byte order.
 *
 * What would go beyond the end is not done and is remembered: from then on a
 * reader gives zeros and a writer writes nothing.  So a whole message may be
 * read or written, and asked about once.
 */
#ifndef FMIPD_WIRE_H
#define FMIPD_WIRE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct reader - a place in octets that are read
 * @data: the beginning of the message, which the caller keeps
 * @pos: how many octets of it have been read or lie before a part of it
 * @end: where the message, or the part, ends
 * @overrun: more was asked for than there is
 */
struct reader {
	const uint8_t *data;
	size_t pos;
	size_t end;
	bool overrun;
};

/**
 * struct writer - a place in octets that are written
 * @data: where the message begins, which the caller keeps
 * @pos: how many octets have been written
 * @size: how many there is room for
 * @overrun: more was written than there is room for
 */
struct writer {
	uint8_t *data;
	size_t pos;
	size_t size;
	bool overrun;
};

/**
 * reader_init() - begin to read
 * @r: what reads
 * @data: what is read; may be NULL if @len is 0
 * @len: octets
 */
void reader_init(struct reader *r, const uint8_t *data, size_t len);

/**
 * reader_left() - what has not been read yet
 * @r: what reads
 *
 * Return: octets, 0 after an overrun.
 */
size_t reader_left(const struct reader *r);

/**
 * reader_part() - take some octets as something to be read by itself
 * @r: what reads, which goes on behind the part
 * @len: octets
 *
 * Return: a reader whose @pos still counts from the beginning of the message;
 *	with @overrun set if @r has not as much.
 */
struct reader reader_part(struct reader *r, size_t len);

/**
 * reader_skip() - pass octets
 * @r: what reads
 * @len: octets
 */
void reader_skip(struct reader *r, size_t len);

/**
 * reader_u8() - read a number of one octet
 * @r: what reads
 *
 * Return: the number, 0 at the end.
 */
uint8_t reader_u8(struct reader *r);

/**
 * reader_u16() - read a number of two octets
 * @r: what reads
 *
 * Return: the number, 0 at the end.
 */
uint16_t reader_u16(struct reader *r);

/**
 * reader_u32() - read a number of four octets
 * @r: what reads
 *
 * Return: the number, 0 at the end.
 */
uint32_t reader_u32(struct reader *r);

/**
 * reader_bytes() - read octets as they are
 * @r: what reads
 * @to: where they go; zeros at the end
 * @len: how many
 */
void reader_bytes(struct reader *r, void *to, size_t len);

/**
 * writer_init() - begin to write
 * @w: what writes
 * @data: where to
 * @size: the room there, in octets
 */
void writer_init(struct writer *w, uint8_t *data, size_t size);

/**
 * writer_u8() - write a number of one octet
 * @w: what writes
 * @number: the number
 */
void writer_u8(struct writer *w, uint8_t number);

/**
 * writer_u16() - write a number of two octets
 * @w: what writes
 * @number: the number
 */
void writer_u16(struct writer *w, uint16_t number);

/**
 * writer_u32() - write a number of four octets
 * @w: what writes
 * @number: the number
 */
void writer_u32(struct writer *w, uint32_t number);

/**
 * writer_bytes() - write octets as they are
 * @w: what writes
 * @from: the octets; may be NULL if @len is 0
 * @len: how many
 */
void writer_bytes(struct writer *w, const void *from, size_t len);

/**
 * writer_zeros() - write octets that are 0
 * @w: what writes
 * @len: how many
 */
void writer_zeros(struct writer *w, size_t len);

/**
 * writer_change() - put another octet where one has been written
 * @w: what writes
 * @pos: where, in octets from the beginning
 * @octet: the octet; nothing happens if none has been written there
 */
void writer_change(struct writer *w, size_t pos, uint8_t octet);

#endif
