// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any octets as a configuration: it is refused with one line that says where, or
 * what was read is whole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

static void require(bool good, const char *wrong)
{
	if (good)
		return;
	fprintf(stderr, "%s\n", wrong);
	abort();
}

static void check_neighbours(const struct config *config)
{
	const struct config_neighbour *neighbour;
	size_t i, j;

	for (i = 0; i < config->neighbours_count; i++) {
		neighbour = &config->neighbours[i];
		require(!neighbour->fmip || neighbour->prefixes_count, "no prefix");
		require(!neighbour->fmip ||
			config_peer(config, &neighbour->address) == neighbour,
			"not found by its address");
		for (j = 0; j < neighbour->aps_count; j++)
			require(config_neighbour_at(config, &neighbour->aps[j]) == neighbour,
				"not found by its access point");
		for (j = 0; j < neighbour->prefixes_count; j++)
			require(config_neighbour_of(config, &neighbour->prefixes[j].address),
				"not found by its prefix");
	}
}

static void check_keys(const struct config *config)
{
	const struct config_key *key, *found;
	size_t i;

	for (i = 0; i < config->keys_count; i++) {
		key = &config->keys[i];
		require(key->len && key->len <= CONFIG_KEY_MAX, "a key of no length");
		found = config_key_of(config, &key->pcoa.address, key->spi);
		require(found && found->spi == key->spi &&
			found->pcoa.len >= key->pcoa.len, "a key is not found");
	}
}

/**
 * __lsan_default_suppressions() - what LeakSanitizer asks for
 *
 * libconfig 1.5 forgets a string at which it finds a syntax error.
 *
 * Return: leaks that are not ours.
 */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex";
}

/**
 * LLVMFuzzerTestOneInput() - what libFuzzer calls with octets
 * @data: the octets
 * @len: how many
 *
 * Return: 0; what is wrong ends the program.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int fd = memfd_create("fmipd.conf", MFD_CLOEXEC);
	struct config_error error = { "" };
	struct config *config;
	char path[32];

	require(fd >= 0 && !fchmod(fd, 0600) && write(fd, data, len) == (ssize_t)len,
		"no file");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	config = config_load(path, &error);
	close(fd);
	if (!config) {
		require(*error.text == '/' && strstr(error.text, ": ") &&
			!strchr(error.text, '\n'), "an error that does not say where");
		return 0;
	}
	require(config->roles && config->interfaces_count, "no role or interface");
	check_neighbours(config);
	check_keys(config);
	config_free(config);
	return 0;
}
