// SPDX-License-Identifier: GPL-2.0-only
/*
 * What there is already where the configuration says: nothing of it may be another's.
 *
 * What cannot be looked at, by who checks a configuration without privileges, is not
 * complained of: the daemon will see.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "config_reader.h"

/* The setting may have its default. */
static bool path_wrong(struct config_reader *reader, const char *name, const char *path,
		       const char *why)
{
	const config_setting_t *setting = root_member(reader, name);

	if (setting)
		return setting_wrong(reader, setting, "%.200s: %s", path, why);
	return setting_wrong(reader, config_root_setting(&reader->main->lib),
			     "%s: %.200s: %s", name, path, why);
}

static bool check_control(struct config_reader *reader)
{
	const char *path = reader->config->control;
	struct stat st;

	if (lstat(path, &st) || S_ISSOCK(st.st_mode))
		return true;
	return path_wrong(reader, "control", path, "it is no socket");
}

/* Who can write there can have an old FBU taken for a new one. */
static bool check_state(struct config_reader *reader)
{
	const char *path = reader->config->state;
	char why[WRONG_SIZE];
	struct stat st;

	if (stat(path, &st))
		return true;
	if (!S_ISDIR(st.st_mode))
		return path_wrong(reader, "state", path, "it is no directory");
	return !exposed(st.st_mode, st.st_uid, 022, why, sizeof(why)) ||
	       path_wrong(reader, "state", path, why);
}

/* Where others can put another in its place; not so in one that is sticky. */
static bool check_directory_of(struct config_reader *reader,
			       const config_setting_t *setting, const char *path)
{
	int len = strrchr(path, '/') - path;
	char directory[PATH_MAX], why[WRONG_SIZE];
	struct stat st;

	snprintf(directory, sizeof(directory), "%.*s", len ? len : 1, path);
	if (stat(directory, &st) ||
	    !exposed(st.st_mode, st.st_uid, st.st_mode & S_ISVTX ? 0 : 022, why,
		     sizeof(why)))
		return true;
	return setting_wrong(reader, setting, "%.200s: %s", directory, why);
}

/* Whoever can change it, or put another in its place, would run it as the daemon. */
static bool check_program(struct config_reader *reader)
{
	const config_setting_t *setting =
		setting_member(root_member(reader, "mn"), "complete");
	const char *path = reader->config->mn.complete;
	char why[WRONG_SIZE];
	struct stat st;

	if (!setting || stat(path, &st))
		return true;
	if (!S_ISREG(st.st_mode))
		return setting_wrong(reader, setting, "%.200s: it is not a regular file",
				     path);
	if (exposed(st.st_mode, st.st_uid, 022, why, sizeof(why)))
		return setting_wrong(reader, setting, "%.200s: %s", path, why);
	return check_directory_of(reader, setting, path);
}

bool check_paths(struct config_reader *reader)
{
	return check_control(reader) && check_state(reader) && check_program(reader);
}
