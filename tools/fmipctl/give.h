/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A keyword that is the next word, and the value behind it: these pass both,
 * and mark the attribute as given, which it may be once.
 */
#ifndef FMIPCTL_GIVE_H
#define FMIPCTL_GIVE_H

#include "args.h"
#include "object.h"

/* The mark alone. */
enum outcome give(uint64_t *given, unsigned int attr, const char *word);

enum outcome give_u32(struct args *args, const char *word, uint64_t *given,
		      unsigned int attr, uint32_t *value);
enum outcome give_number(struct args *args, const char *word, uint64_t *given,
			 unsigned int attr, uint64_t max, uint64_t *number);
enum outcome give_time(struct args *args, const char *word, uint64_t *given,
		       unsigned int attr, uint32_t *ms);
enum outcome give_iface(struct args *args, const char *word, uint64_t *given,
			unsigned int attr, uint32_t *index);
enum outcome give_name(struct args *args, const char *word, uint64_t *given,
		       unsigned int attr, const struct name *table,
		       uint8_t *value);
enum outcome give_lladdr(struct args *args, uint64_t *given,
			 unsigned int attr, struct lladdr *lladdr);
enum outcome give_address(struct args *args, const char *word, uint64_t *given,
			  unsigned int attr, struct address *address);

#endif
