/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text of a configuration file with those that it includes, and which line
 * of it comes from where.
 *
 * libconfig is given the whole text at once.  Left to itself libconfig 1.5 ends
 * the process if a directory is included, cuts integers to 32 bits and strings at
 * a NUL, all without a word.
 */
#ifndef FMIPD_CONFIG_TEXT_H
#define FMIPD_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config.h"

/**
 * struct config_file - a file that was read
 * @name: of it
 * @mode: its permissions
 * @owner: whose it is
 */
struct config_file {
	char *name;
	mode_t mode;
	uid_t owner;
};

/**
 * struct config_line - where a line comes from
 * @file: index of the file
 * @number: of the line in it
 */
struct config_line {
	size_t file;
	unsigned int number;
};

/**
 * struct config_text - the text
 * @text: what libconfig reads
 * @len: octets, without the NUL
 * @size: room
 * @lines: where its lines come from
 * @lines_count: how many
 * @lines_size: room
 * @files: those it is made of, the first one first
 * @files_count: how many
 */
struct config_text {
	char *text;
	size_t len;
	size_t size;
	struct config_line *lines;
	size_t lines_count;
	size_t lines_size;
	struct config_file *files;
	size_t files_count;
};

/**
 * config_wrong() - say what is wrong
 * @error: where to
 * @file: in which it is
 * @line: of the file; 0 if it is the file as a whole
 * @format: of the text
 *
 * Return: false, always.
 */
__attribute__((format(printf, 4, 5)))
bool config_wrong(struct config_error *error, const char *file, unsigned int line,
		  const char *format, ...);

/**
 * config_text_read() - read a file and those that it includes
 * @text: zeros; for config_text_free(), whatever happens
 * @path: of the file
 * @error: says what is wrong, if anything
 *
 * Return: whether it could be read.
 */
bool config_text_read(struct config_text *text, const char *path,
		      struct config_error *error);

/**
 * config_text_free() - forget it
 * @text: what config_text_read() made
 */
void config_text_free(struct config_text *text);

#endif
