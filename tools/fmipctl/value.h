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

struct address {
	uint8_t len;		/* 4 or 16, 0 if there is none */
	uint8_t bytes[16];
};

struct lladdr {
	uint8_t len;
	uint8_t bytes[FMIP_LLADDR_MAX];
};

enum outcome value_number(const char *word, const char *what, uint64_t max,
			  uint64_t *number);
enum outcome value_u32(const char *word, const char *what, uint32_t *number);
enum outcome value_time(const char *word, const char *what, uint32_t *ms);
enum outcome value_size(const char *word, const char *what, uint64_t max,
			uint64_t *bytes);
enum outcome value_speedup(const char *word, uint32_t *percent);
enum outcome value_address(const char *word, const char *what,
			   struct address *address);
enum outcome value_prefix(const char *word, struct address *address,
			  uint8_t *len);
enum outcome value_lladdr(const char *word, struct lladdr *lladdr);

const char *text_time(uint32_t ms, char *buf);
const char *text_size(uint64_t bytes, char *buf);
const char *text_speedup(uint32_t percent, char *buf);
const char *text_address(const struct address *address, char *buf);
const char *text_prefix(const struct address *address, uint8_t len, char *buf);
const char *text_lladdr(const struct lladdr *lladdr, char *buf);

#endif
