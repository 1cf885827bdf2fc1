/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rows that say what may be set, and what a value may be.
 */
#ifndef FMIPD_CONFIG_VALUE_H
#define FMIPD_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for what is wrong with a value. */
#define WRONG_SIZE	256

struct setting;

/**
 * struct value_type - what a value may be
 * @name: in the manual page
 * @expected: in an error; may be NULL if @parse always says what is wrong
 * @kind: CONFIG_TYPE_* of libconfig
 * @secret: never quoted, and its file must not be readable by others
 * @allocated: the field is a pointer to a text of its own
 * @parse: puts what @text says into @field.  False if that cannot be; @wrong then
 *	has what is wrong, or is empty if the value is none of this type at all.
 *	@field is a bool for flags, a uint16_t for seconds, a uint32_t for other
 *	numbers and for words.
 * @format: the text of a number, or NULL if the type has no range
 */
struct value_type {
	const char *name;
	const char *expected;
	int kind;
	bool secret;
	bool allocated;
	bool (*parse)(const struct setting *row, const char *text, void *field,
		      char *wrong);
	void (*format)(uint64_t number, char *text, size_t size);
};

/**
 * enum setting_shape - how many values a setting has
 * @SETTING_VALUE: one
 * @SETTING_SET: an array of words; each is a bit
 * @SETTING_ARRAY: an array of values
 * @SETTING_GROUP: settings
 * @SETTING_LIST: a list of groups
 */
enum setting_shape {
	SETTING_VALUE,
	SETTING_SET,
	SETTING_ARRAY,
	SETTING_GROUP,
	SETTING_LIST,
};

/**
 * struct setting - a setting
 * @name: of it; NULL behind the last one of a group
 * @shape: how many values it has
 * @type: of the values
 * @required: it must be there
 * @roles: it has a meaning for these only; 0 for all
 * @fallback: what it is if it is not there, or NULL for zeros
 * @words: those it may be, or the names of bits; NULL behind the last one
 * @min: the least number
 * @max: the greatest number, or length of a text
 * @offset: of where it goes in the struct of its group
 * @size: octets of an element of an array or list
 * @count_offset: of how many elements there are
 * @rows: what is in the group, or in each one of the list
 */
struct setting {
	const char *name;
	enum setting_shape shape;
	const struct value_type *type;
	bool required;
	unsigned int roles;
	const char *fallback;
	const char *const *words;
	uint64_t min;
	uint64_t max;
	size_t offset;
	size_t size;
	size_t count_offset;
	const struct setting *rows;
};

extern const struct value_type value_flag;
extern const struct value_type value_number;
extern const struct value_type value_time;
extern const struct value_type value_seconds;
extern const struct value_type value_size;
extern const struct value_type value_word;
extern const struct value_type value_name;
extern const struct value_type value_path;
extern const struct value_type value_program;
extern const struct value_type value_interface;
extern const struct value_type value_address;
extern const struct value_type value_prefix;
extern const struct value_type value_lla;
extern const struct value_type value_key;

/**
 * value_range() - the range of a number in words
 * @row: the setting
 * @text: where they go, "MIN to MAX"
 * @size: room there
 */
void value_range(const struct setting *row, char *text, size_t size);

/**
 * value_words() - the words that a setting may be
 * @row: the setting
 * @quote: around each
 * @between: two of them
 * @last: between the last two
 * @text: where they go
 * @size: room there
 */
void value_words(const struct setting *row, const char *quote, const char *between,
		 const char *last, char *text, size_t size);

#endif
