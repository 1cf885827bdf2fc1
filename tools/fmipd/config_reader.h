/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What reads and checks a configuration.
 */
#ifndef FMIPD_CONFIG_READER_H
#define FMIPD_CONFIG_READER_H

#include <libconfig.h>

#include "config.h"
#include "config_rows.h"
#include "config_text.h"

/**
 * struct config_document - a file, with those that it includes
 * @lib: libconfig's; each of its settings leads here
 * @text: what it was read from
 * @next: the next one that was read, or NULL
 */
struct config_document {
	config_t lib;
	struct config_text text;
	struct config_document *next;
};

/**
 * struct config_reader - what reads a configuration
 * @config: what has been read
 * @error: where the first error goes
 * @main: the configuration, then the files of keys in their order
 * @last: of these
 */
struct config_reader {
	struct config *config;
	struct config_error *error;
	struct config_document *main;
	struct config_document *last;
};

/**
 * setting_wrong() - say what is wrong with a setting
 * @reader: its reader
 * @setting: the setting
 * @format: of what is wrong with it
 *
 * Return: false, always.
 */
__attribute__((format(printf, 3, 4)))
bool setting_wrong(struct config_reader *reader, const config_setting_t *setting,
		   const char *format, ...);

/**
 * setting_place() - where a setting is, for an error about another
 * @setting: the setting
 * @text: where "FILE:LINE" goes
 * @size: room there
 */
void setting_place(const config_setting_t *setting, char *text, size_t size);

/**
 * setting_member() - a setting of a group
 * @group: the group, or NULL
 * @name: of the setting
 *
 * Return: the setting or NULL.
 */
const config_setting_t *setting_member(const config_setting_t *group, const char *name);

/**
 * root_member() - a setting that is in no group
 * @reader: which has read it
 * @name: of the setting
 *
 * Return: the setting or NULL.
 */
const config_setting_t *root_member(const struct config_reader *reader,
				    const char *name);

/**
 * list_element() - a group of a list
 * @reader: which has read it
 * @list: name of the list
 * @i: index
 *
 * Return: the group.
 */
const config_setting_t *list_element(const struct config_reader *reader,
				     const char *list, size_t i);

/**
 * document_read() - read a file
 * @reader: gets it as its last one
 * @path: of the file
 *
 * Return: the document, or NULL.
 */
struct config_document *document_read(struct config_reader *reader, const char *path);

/**
 * documents_free() - forget all files
 * @reader: which read them
 */
void documents_free(struct config_reader *reader);

/**
 * group_read() - read settings
 * @reader: the reader
 * @group: the settings, or NULL for the defaults
 * @rows: those that there are
 * @base: the struct where they go
 *
 * Return: whether nothing is wrong.
 */
bool group_read(struct config_reader *reader, const config_setting_t *group,
		const struct setting *rows, void *base);

/**
 * group_free() - free what group_read() made, the keys first
 * @rows: the settings
 * @base: the struct where they are; not freed itself
 */
void group_free(const struct setting *rows, void *base);

/**
 * element_add() - one more element
 * @row: an array or list
 * @base: the struct that has it
 *
 * Elements that there were may move.
 *
 * Return: the element, zeros; NULL if there is no memory.
 */
void *element_add(const struct setting *row, void *base);

/**
 * keys_read() - read the directory of keys
 * @reader: the reader
 *
 * Return: whether nothing is wrong.
 */
bool keys_read(struct config_reader *reader);

/**
 * struct key_walk - goes along the settings of keys
 * @list: those of the configuration, or NULL
 * @listed: how many there are in it
 * @next: index of the next one of them
 * @document: the file of the one behind these that was last
 */
struct key_walk {
	const config_setting_t *list;
	int listed;
	int next;
	const struct config_document *document;
};

/**
 * key_walk() - begin with the first key
 * @reader: which has read them
 *
 * Return: for key_walk_next().
 */
struct key_walk key_walk(const struct config_reader *reader);

/**
 * key_walk_next() - go to the next key
 * @walk: where it is; it must not be behind the last one
 *
 * Return: the group of its settings.
 */
const config_setting_t *key_walk_next(struct key_walk *walk);

/**
 * exposed() - whether others can come at a file or directory
 * @mode: its permissions
 * @owner: whose it is
 * @forbidden: what others may not have
 * @why: what is wrong with it, if anything
 * @size: room there
 *
 * Return: whether they can.
 */
bool exposed(mode_t mode, uid_t owner, mode_t forbidden, char *why, size_t size);

/**
 * config_check() - check what more than one setting decides
 * @reader: which has read them all
 *
 * Return: whether nothing is wrong.
 */
bool config_check(struct config_reader *reader);

/**
 * check_distinct() - check that there is nothing twice
 * @reader: which has read them all
 *
 * Return: whether there is not.
 */
bool check_distinct(struct config_reader *reader);

/**
 * check_paths() - check what there is already of what the configuration names
 * @reader: which has read them all
 *
 * Return: whether nothing is wrong.
 */
bool check_paths(struct config_reader *reader);

/**
 * prefix_compare() - an order of prefixes, the longest first
 * @a: one
 * @b: another
 *
 * Return: less than 0, 0 or more.
 */
int prefix_compare(const struct config_prefix *a, const struct config_prefix *b);

/**
 * key_compare() - an order of keys: of their prefixes, then of their SPIs
 * @a: one
 * @b: another
 *
 * Return: less than 0, 0 or more.
 */
int key_compare(const struct config_key *a, const struct config_key *b);

/**
 * keys_sort() - put keys into the order in which config_key_of() wants them
 * @config: which has them
 */
void keys_sort(struct config *config);

#endif
