/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A keyword that is the next word, and the value behind it: these pass both,
 * and mark the attribute as given, which it may be once.
 */
#ifndef FMIPCTL_GIVE_H
#define FMIPCTL_GIVE_H

#include "args.h"
#include "object.h"

/**
 * give() - mark an attribute as given, which it may be once
 * @given: gets the mark
 * @attr: is marked
 * @word: names it in the message
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome give(uint64_t *given, unsigned int attr, const char *word);

/**
 * give_u32() - take a number of 32 bits
 * @args: the words
 * @word: the keyword
 * @given: gets the mark
 * @attr: is marked
 * @value: becomes it
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome give_u32(struct args *args, const char *word, uint64_t *given,
		      unsigned int attr, uint32_t *value);

/**
 * give_number() - take a number
 * @args: the words
 * @word: the keyword
 * @given: gets the mark
 * @attr: is marked
 * @max: the largest
 * @number: becomes it
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome give_number(struct args *args, const char *word, uint64_t *given,
			 unsigned int attr, uint64_t max, uint64_t *number);

/**
 * give_time() - take a duration
 * @args: the words
 * @word: the keyword
 * @given: gets the mark
 * @attr: is marked
 * @ms: becomes it, in milliseconds
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome give_time(struct args *args, const char *word, uint64_t *given,
		       unsigned int attr, uint32_t *ms);

/**
 * give_iface() - take an interface
 * @args: the words
 * @word: the keyword
 * @given: gets the mark
 * @attr: is marked
 * @index: becomes its index
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome give_iface(struct args *args, const char *word, uint64_t *given,
			unsigned int attr, uint32_t *index);

/**
 * give_name() - take a name of a table
 * @args: the words
 * @word: the keyword
 * @given: gets the mark
 * @attr: is marked
 * @table: the names
 * @value: becomes what it stands for
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome give_name(struct args *args, const char *word, uint64_t *given,
		       unsigned int attr, const struct name *table,
		       uint8_t *value);

/**
 * give_lladdr() - take a link-layer address
 * @args: the words
 * @given: gets the mark
 * @attr: is marked
 * @lladdr: becomes it
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome give_lladdr(struct args *args, uint64_t *given,
			 unsigned int attr, struct lladdr *lladdr);

/**
 * give_address() - take an address
 * @args: the words
 * @word: the keyword
 * @given: gets the mark
 * @attr: is marked
 * @address: becomes it
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome give_address(struct args *args, const char *word, uint64_t *given,
			  unsigned int attr, struct address *address);

#endif
