/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers, times, sizes and addresses, to and from text.  The value_*
 * functions say what is wrong and return an outcome; the text_* functions
 * write into @buf and return it.
 */
#ifndef FMIPCTL_VALUE_H
#define FMIPCTL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/fmip.h>

#include "report.h"

/* Enough for every text_* function. */
#define TEXT_SIZE	128

/**
 * struct address - an address of IPv6 or IPv4
 * @len: 4 or 16, 0 if there is none
 * @bytes: in network byte order
 */
struct address {
	uint8_t len;
	uint8_t bytes[16];
};

/**
 * struct lladdr - a link-layer address
 * @len: how many octets it has, 0 if there is none
 * @bytes: these
 */
struct lladdr {
	uint8_t len;
	uint8_t bytes[FMIP_LLADDR_MAX];
};

/**
 * value_number() - read a number
 * @word: the text
 * @what: names it in the message
 * @max: the largest
 * @number: becomes it
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome value_number(const char *word, const char *what, uint64_t max,
			  uint64_t *number);

/**
 * value_u32() - read a number of 32 bits
 * @word: the text
 * @what: names it in the message
 * @number: becomes it
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome value_u32(const char *word, const char *what, uint32_t *number);

/**
 * value_time() - read a duration
 * @word: the text
 * @what: names it in the message
 * @ms: becomes it, in milliseconds
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome value_time(const char *word, const char *what, uint32_t *ms);

/**
 * value_size() - read a number of bytes
 * @word: the text
 * @what: names it in the message
 * @max: the largest
 * @bytes: becomes it
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome value_size(const char *word, const char *what, uint64_t max,
			uint64_t *bytes);

/**
 * value_speedup() - read how much faster than it came in something leaves
 * @word: the text
 * @percent: becomes it
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome value_speedup(const char *word, uint32_t *percent);

/**
 * value_address() - read an address
 * @word: the text
 * @what: names it in the message
 * @address: becomes it
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome value_address(const char *word, const char *what,
			   struct address *address);

/**
 * value_prefix() - read a prefix
 * @word: the text
 * @address: becomes its address
 * @len: becomes its length
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome value_prefix(const char *word, struct address *address,
			  uint8_t *len);

/**
 * value_lladdr() - read a link-layer address
 * @word: the text
 * @lladdr: becomes it
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome value_lladdr(const char *word, struct lladdr *lladdr);

/**
 * value_moment() - read a moment
 * @word: the text
 * @what: names it in the message
 * @ns: becomes it, of CLOCK_REALTIME, in nanoseconds
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome value_moment(const char *word, const char *what, uint64_t *ns);

/**
 * text_moment() - write a moment
 * @ns: of CLOCK_REALTIME
 * @buf: of TEXT_SIZE, where to
 *
 * Return: @buf.
 */
const char *text_moment(uint64_t ns, char *buf);

/**
 * text_time() - write a duration
 * @ms: in milliseconds
 * @buf: of TEXT_SIZE, where to
 *
 * Return: @buf.
 */
const char *text_time(uint32_t ms, char *buf);

/**
 * text_size() - write a number of bytes
 * @bytes: the number
 * @buf: of TEXT_SIZE, where to
 *
 * Return: @buf.
 */
const char *text_size(uint64_t bytes, char *buf);

/**
 * text_speedup() - write how much faster something leaves
 * @percent: how much
 * @buf: of TEXT_SIZE, where to
 *
 * Return: @buf.
 */
const char *text_speedup(uint32_t percent, char *buf);

/**
 * text_address() - write an address
 * @address: what is written
 * @buf: of TEXT_SIZE, where to
 *
 * Return: @buf.
 */
const char *text_address(const struct address *address, char *buf);

/**
 * text_prefix() - write a prefix
 * @address: its address
 * @len: its length
 * @buf: of TEXT_SIZE, where to
 *
 * Return: @buf.
 */
const char *text_prefix(const struct address *address, uint8_t len, char *buf);

/**
 * text_lladdr() - write a link-layer address
 * @lladdr: what is written
 * @buf: of TEXT_SIZE, where to
 *
 * Return: @buf.
 */
const char *text_lladdr(const struct lladdr *lladdr, char *buf);

#endif
