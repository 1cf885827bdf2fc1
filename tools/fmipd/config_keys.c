// SPDX-License-Identifier: GPL-2.0-only
/*
 * The directory of keys, and who may read what has keys in it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_reader.h"

bool exposed(mode_t mode, uid_t owner, mode_t forbidden, char *why, size_t size)
{
	if (owner && owner != geteuid())
		snprintf(why, size, "it belongs to user %u", owner);
	else if (mode & forbidden)
		snprintf(why, size, "its mode is %04o: chmod %s it", mode & 07777,
			 forbidden & 044 ? "go=" : "go-w");
	else
		return false;
	return true;
}

struct key_walk key_walk(const struct config_reader *reader)
{
	const config_setting_t *list = root_member(reader, "keys");

	return (struct key_walk){
		list, list ? config_setting_length(list) : 0, 0, reader->main
	};
}

const config_setting_t *key_walk_next(struct key_walk *walk)
{
	if (walk->next < walk->listed)
		return config_setting_get_elem(walk->list, walk->next++);
	walk->document = walk->document->next;
	return config_root_setting(&walk->document->lib);
}

static int is_key(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool file_read(struct config_reader *reader, const char *path)
{
	struct config *config = reader->config;
	struct config_document *document = document_read(reader, path);
	const struct setting *row = config_rows;
	void *key;

	if (!document)
		return false;
	while (row->rows != config_key_rows)
		row++;
	key = element_add(row, config);
	if (!key)
		return config_wrong(reader->error, path, 0, "out of memory");
	return group_read(reader, config_root_setting(&document->lib), row->rows, key);
}

static bool files_read(struct config_reader *reader, const char *directory,
		       struct dirent **names, int count)
{
	char *path;
	bool good;
	int i;

	for (i = 0; i < count; i++) {
		if (asprintf(&path, "%s/%s", directory, names[i]->d_name) < 0)
			return config_wrong(reader->error, directory, 0, "out of memory");
		good = file_read(reader, path);
		free(path);
		if (!good)
			return false;
	}
	return true;
}

/* Who can write there can put keys in. */
static bool directory_check(struct config_reader *reader, const char *directory,
			    const config_setting_t *setting)
{
	char why[WRONG_SIZE];
	struct stat st;

	if (stat(directory, &st))
		return setting_wrong(reader, setting, "%.200s: %s", directory,
				     strerror(errno));
	if (S_ISDIR(st.st_mode) &&
	    exposed(st.st_mode, st.st_uid, 022, why, sizeof(why)))
		return setting_wrong(reader, setting, "%.200s: %s", directory, why);
	return true;
}

bool keys_read(struct config_reader *reader)
{
	const char *directory = reader->config->keys_directory;
	const config_setting_t *setting;
	struct dirent **names;
	int i, count;
	bool good;

	if (!directory)
		return true;
	setting = root_member(reader, "keys_directory");
	if (!directory_check(reader, directory, setting))
		return false;
	count = scandir(directory, &names, is_key, by_name);
	if (count < 0)
		return setting_wrong(reader, setting, "%.200s: %s", directory,
				     strerror(errno));
	good = files_read(reader, directory, names, count);
	for (i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return good;
}
