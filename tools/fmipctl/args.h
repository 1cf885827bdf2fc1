/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_ARGS_H
#define FMIPCTL_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "names.h"
#include "report.h"

/**
 * struct args - the words of a command that have not been read yet
 * @argv: the next one, and those behind it up to NULL
 */
struct args {
	char **argv;
};

/**
 * args_peek() - look at the next word
 * @args: the words
 *
 * Return: it, or NULL; it stays the next one.
 */
static inline const char *args_peek(const struct args *args)
{
	return *args->argv;
}

/**
 * args_next() - take the next word
 * @args: the words
 *
 * Return: it, which is passed, or NULL.
 */
static inline const char *args_next(struct args *args)
{
	return *args->argv ? *args->argv++ : NULL;
}

/**
 * args_value() - take the value behind a word that has been passed
 * @args: the words
 * @what: that word
 * @value: becomes the value
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome args_value(struct args *args, const char *what, const char **value);

/**
 * args_name() - take a value that is a name of a table
 * @args: the words
 * @what: the word before it
 * @table: the names
 * @value: becomes what the name stands for
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome args_name(struct args *args, const char *what,
		       const struct name *table, int *value);

/**
 * args_u32() - take a value that is a number of 32 bits
 * @args: the words
 * @what: the word before it
 * @number: becomes the value
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome args_u32(struct args *args, const char *what, uint32_t *number);

/**
 * args_time() - take a value that is a duration
 * @args: the words
 * @what: the word before it
 * @ms: becomes the value in milliseconds
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome args_time(struct args *args, const char *what, uint32_t *ms);

/**
 * args_iface() - take a value that is an interface
 * @args: the words
 * @what: the word before it
 * @index: becomes its index
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome args_iface(struct args *args, const char *what, uint32_t *index);

/**
 * args_keyword() - read the next word as a keyword, without passing it
 * @args: the words
 * @table: the keywords
 *
 * Return: its value, or NAME_UNKNOWN or NAME_AMBIGUOUS.
 */
int args_keyword(const struct args *args, const struct name *table);

/**
 * args_unknown() - say why the next word is no keyword
 * @args: the words
 * @table: the keywords
 *
 * Return: WRONG.
 */
enum outcome args_unknown(const struct args *args, const struct name *table);

/**
 * args_verb() - read the verb of a command, and report what follows as its
 * @args: the words behind the object
 * @object: it
 * @verbs: its verbs
 * @verb: the one that is meant if there is none; becomes the one that is read
 *
 * Return: DONE, or WRONG after the error was reported.
 */
enum outcome args_verb(struct args *args, const char *object, const struct name *verbs,
		       int *verb);

struct json_object;

/**
 * args_words() - take words with a value each, to the end of the command
 * @args: the words
 * @words: those that there are; in any order, none of them twice
 * @put: does what a word is for
 * @request: for @put
 * @given: become those that were there, as bits
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome args_words(struct args *args, const struct name *words,
			enum outcome (*put)(struct json_object *request, int word,
					    const char *value),
			struct json_object *request, unsigned int *given);

/**
 * args_end() - refuse words that are left over
 * @args: the words
 *
 * Return: DONE if there are none, else WRONG.
 */
enum outcome args_end(const struct args *args);

#endif
