// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_reader.h"

#define PATH_SIZE	128
#define VALUE_SIZE	64

static const struct config_file *file_of(const config_setting_t *setting,
					 unsigned int *line)
{
	const struct config_document *document = (const void *)setting->config;
	const struct config_text *text = &document->text;
	struct config_line at = { 0, 1 };

	/* The whole has no line of its own. */
	if (setting->line && setting->line <= text->lines_count)
		at = text->lines[setting->line - 1];
	if (line)
		*line = at.number;
	return &text->files[at.file];
}

static void setting_path(const config_setting_t *setting, char *path, size_t size)
{
	size_t len;

	if (!setting->parent) {
		*path = '\0';
		return;
	}
	setting_path(setting->parent, path, size);
	len = strlen(path);
	if (setting->name)
		snprintf(path + len, size - len, "%s%s", len ? "." : "", setting->name);
	else
		snprintf(path + len, size - len, "[%d]", config_setting_index(setting));
}

bool setting_wrong(struct config_reader *reader, const config_setting_t *setting,
		   const char *format, ...)
{
	const struct config_file *file;
	char path[PATH_SIZE], text[384];
	unsigned int line;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	setting_path(setting, path, sizeof(path));
	file = file_of(setting, &line);
	return config_wrong(reader->error, file->name, line, "%s%s%s", path,
			    *path ? ": " : "", text);
}

void setting_place(const config_setting_t *setting, char *text, size_t size)
{
	unsigned int line;
	const struct config_file *file = file_of(setting, &line);

	snprintf(text, size, "%s:%u", file->name, line);
}

const config_setting_t *setting_member(const config_setting_t *group, const char *name)
{
	/* It does not change the group, but does not say so. */
	return group ? config_setting_get_member((config_setting_t *)group, name) : NULL;
}

const config_setting_t *root_member(const struct config_reader *reader,
				    const char *name)
{
	return setting_member(config_root_setting(&reader->main->lib), name);
}

const config_setting_t *list_element(const struct config_reader *reader,
				     const char *list, size_t i)
{
	return config_setting_get_elem(root_member(reader, list), i);
}

static bool document_parse(struct config_reader *reader,
			   struct config_document *document)
{
	const struct config_text *text = &document->text;
	struct config_line at = { 0, 1 };
	unsigned int line;

	if (config_read_string(&document->lib, text->text))
		return true;
	/* What ends too early is only seen behind the end. */
	line = config_error_line(&document->lib);
	if (line > text->lines_count)
		line = text->lines_count;
	if (line)
		at = text->lines[line - 1];
	return config_wrong(reader->error, text->files[at.file].name, at.number, "%s",
			    config_error_text(&document->lib));
}

/* Who can change it decides where traffic goes, and what the daemon runs. */
static bool check_files(struct config_reader *reader, const struct config_text *text)
{
	char why[WRONG_SIZE];
	size_t i;

	for (i = 0; i < text->files_count; i++)
		if (exposed(text->files[i].mode, text->files[i].owner, 022, why,
			    sizeof(why)))
			return config_wrong(reader->error, text->files[i].name, 0, "%s",
					    why);
	return true;
}

struct config_document *document_read(struct config_reader *reader, const char *path)
{
	struct config_document *document = calloc(1, sizeof(*document));

	if (!document) {
		config_wrong(reader->error, path, 0, "out of memory");
		return NULL;
	}
	config_init(&document->lib);
	if (reader->last)
		reader->last->next = document;
	else
		reader->main = document;
	reader->last = document;
	if (!config_text_read(&document->text, path, reader->error) ||
	    !check_files(reader, &document->text) ||
	    !document_parse(reader, document))
		return NULL;
	return document;
}

/* libconfig frees its copies of keys as they are. */
static void strings_wipe(config_setting_t *setting)
{
	int i;

	if (setting->type == CONFIG_TYPE_STRING && setting->value.sval)
		explicit_bzero(setting->value.sval, strlen(setting->value.sval));
	if (!config_setting_is_aggregate(setting))
		return;
	for (i = 0; i < config_setting_length(setting); i++)
		strings_wipe(config_setting_get_elem(setting, i));
}

void documents_free(struct config_reader *reader)
{
	struct config_document *document, *next;

	for (document = reader->main; document; document = next) {
		next = document->next;
		strings_wipe(document->lib.root);
		config_destroy(&document->lib);
		config_text_free(&document->text);
		free(document);
	}
}

static const char *shape_name(const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_GROUP:
		return "a group";
	case CONFIG_TYPE_ARRAY:
		return "an array";
	case CONFIG_TYPE_LIST:
		return "a list";
	default:
		return "a single value";
	}
}

/* The value as text, for its type or an error. */
static const char *value_text(const config_setting_t *setting, char *text, size_t size)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(setting) ? "true" : "false";
	case CONFIG_TYPE_STRING:
		return config_setting_get_string(setting);
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		snprintf(text, size, "%lld", config_setting_get_int64(setting));
		return text;
	case CONFIG_TYPE_FLOAT:
		snprintf(text, size, "%g", config_setting_get_float(setting));
		return text;
	default:
		return shape_name(setting);
	}
}

static bool not_of_type(struct config_reader *reader, const config_setting_t *setting,
			const struct value_type *type)
{
	const char *quote = "";
	char text[VALUE_SIZE];

	if (type->secret)
		return setting_wrong(reader, setting, "expected %s", type->expected);
	if (config_setting_type(setting) == CONFIG_TYPE_STRING)
		quote = "\"";
	return setting_wrong(reader, setting, "expected %s, not %s%.*s%s",
			     type->expected, quote, VALUE_SIZE,
			     value_text(setting, text, sizeof(text)), quote);
}

static bool check_secret(struct config_reader *reader, const config_setting_t *setting)
{
	const struct config_file *file = file_of(setting, NULL);
	char why[WRONG_SIZE];

	if (!exposed(file->mode, file->owner, 077, why, sizeof(why)))
		return true;
	return setting_wrong(reader, setting, "%s has a key in it, but %s", file->name,
			     why);
}

static bool value_read(struct config_reader *reader, const config_setting_t *setting,
		       const struct setting *row, void *field)
{
	char text[VALUE_SIZE], wrong[WRONG_SIZE] = "";
	const struct value_type *type = row->type;

	if (config_setting_type(setting) != type->kind)
		return not_of_type(reader, setting, type);
	if (type->secret && !check_secret(reader, setting))
		return false;
	if (type->parse(row, value_text(setting, text, sizeof(text)), field, wrong))
		return true;
	if (*wrong)
		return setting_wrong(reader, setting, "%s", wrong);
	return not_of_type(reader, setting, type);
}

static bool is_shape(struct config_reader *reader, const config_setting_t *setting,
		     int type, const char *expected)
{
	if (config_setting_type(setting) == type)
		return true;
	return setting_wrong(reader, setting, "expected %s, not %s", expected,
			     shape_name(setting));
}

static bool is_array(struct config_reader *reader, const config_setting_t *setting)
{
	return is_shape(reader, setting, CONFIG_TYPE_ARRAY, "an array: [ ..., ... ]");
}

static bool set_read(struct config_reader *reader, const config_setting_t *setting,
		     const struct setting *row, void *field)
{
	const config_setting_t *word;
	unsigned int bits = 0, bit;
	int i;

	if (!is_array(reader, setting))
		return false;
	for (i = 0; i < config_setting_length(setting); i++) {
		word = config_setting_get_elem(setting, i);
		if (!value_read(reader, word, row, &bit))
			return false;
		if (bits & 1U << bit)
			return setting_wrong(reader, word, "is there already");
		bits |= 1U << bit;
	}
	if (!bits)
		return setting_wrong(reader, setting, "is empty");
	memcpy(field, &bits, sizeof(bits));
	return true;
}

static size_t *count_of(const struct setting *row, void *base)
{
	return (size_t *)((char *)base + row->count_offset);
}

void *element_add(const struct setting *row, void *base)
{
	size_t *count = count_of(row, base), used = *count * row->size;
	char **array = (char **)((char *)base + row->offset);
	char *larger;

	/* It has room for the next power of two; realloc() would leave keys behind. */
	if (!(*count & (*count - 1))) {
		larger = calloc(*count ? 2 * *count : 1, row->size);
		if (!larger)
			return NULL;
		if (used) {
			memcpy(larger, *array, used);
			explicit_bzero(*array, used);
		}
		free(*array);
		*array = larger;
	}
	++*count;
	return *array + used;
}

static bool elements_read(struct config_reader *reader, const config_setting_t *setting,
			  const struct setting *row, void *base)
{
	const config_setting_t *element;
	void *field;
	int i;

	for (i = 0; i < config_setting_length(setting); i++) {
		element = config_setting_get_elem(setting, i);
		field = element_add(row, base);
		if (!field)
			return setting_wrong(reader, element, "out of memory");
		if (row->shape == SETTING_ARRAY) {
			if (!value_read(reader, element, row, field))
				return false;
		} else if (!is_shape(reader, element, CONFIG_TYPE_GROUP,
				     "a group: { ... }") ||
			   !group_read(reader, element, row->rows, field)) {
			return false;
		}
	}
	return true;
}

static bool setting_read(struct config_reader *reader, const config_setting_t *setting,
			 const struct setting *row, void *base)
{
	void *field = (char *)base + row->offset;

	switch (row->shape) {
	case SETTING_VALUE:
		return value_read(reader, setting, row, field);
	case SETTING_SET:
		return set_read(reader, setting, row, field);
	case SETTING_GROUP:
		return is_shape(reader, setting, CONFIG_TYPE_GROUP, "a group: { ... }") &&
		       group_read(reader, setting, row->rows, field);
	case SETTING_ARRAY:
		return is_array(reader, setting) &&
		       elements_read(reader, setting, row, base);
	case SETTING_LIST:
		return is_shape(reader, setting, CONFIG_TYPE_LIST,
				"a list: ( {...}, {...} )") &&
		       elements_read(reader, setting, row, base);
	}
	return false;
}

static bool default_read(struct config_reader *reader, const config_setting_t *group,
			 const struct setting *row, void *base)
{
	void *field = (char *)base + row->offset;
	char wrong[WRONG_SIZE] = "";

	if (row->shape == SETTING_GROUP)
		return group_read(reader, NULL, row->rows, field);
	if (!row->fallback || row->type->parse(row, row->fallback, field, wrong))
		return true;
	if (!group)
		group = config_root_setting(&reader->main->lib);
	return setting_wrong(reader, group, "%s: %s", row->name, wrong);
}

static const struct setting *row_of(const struct setting *rows, const char *name)
{
	for (; rows->name; rows++)
		if (!strcmp(rows->name, name))
			return rows;
	return NULL;
}

bool group_read(struct config_reader *reader, const config_setting_t *group,
		const struct setting *rows, void *base)
{
	int i, count = group ? config_setting_length(group) : 0;
	const config_setting_t *setting;
	const struct setting *row;

	for (i = 0; i < count; i++) {
		setting = config_setting_get_elem(group, i);
		row = row_of(rows, setting->name);
		if (!row)
			return setting_wrong(reader, setting, "there is no such setting");
		if (!setting_read(reader, setting, row, base))
			return false;
	}
	for (row = rows; row->name; row++) {
		if (group && setting_member(group, row->name))
			continue;
		if (group && row->required)
			return setting_wrong(reader, group, "\"%s\" is missing", row->name);
		if (!default_read(reader, group, row, base))
			return false;
	}
	return true;
}

static void elements_free(const struct setting *row, void *base)
{
	char *array = *(char **)((char *)base + row->offset);
	size_t i, count = *count_of(row, base);

	for (i = 0; row->rows && i < count; i++)
		group_free(row->rows, array + i * row->size);
	if (array)
		explicit_bzero(array, count * row->size);
	free(array);
}

void group_free(const struct setting *rows, void *base)
{
	const struct setting *row;
	void *field;

	for (row = rows; row->name; row++) {
		field = (char *)base + row->offset;
		if (row->shape == SETTING_GROUP)
			group_free(row->rows, field);
		else if (row->shape == SETTING_ARRAY || row->shape == SETTING_LIST)
			elements_free(row, base);
		else if (row->shape == SETTING_VALUE && row->type->allocated)
			free(*(char **)field);
	}
}
