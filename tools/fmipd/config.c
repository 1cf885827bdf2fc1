// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "config_reader.h"

static bool read_all(struct config_reader *reader, const char *path)
{
	const struct config_document *document = document_read(reader, path);

	return document &&
	       group_read(reader, config_root_setting(&document->lib), config_rows,
			  reader->config) &&
	       keys_read(reader) && config_check(reader);
}

struct config *config_load(const char *path, struct config_error *error)
{
	struct config_reader reader = { .error = error };
	bool good;

	reader.config = calloc(1, sizeof(*reader.config));
	if (!reader.config) {
		config_wrong(error, path, 0, "out of memory");
		return NULL;
	}
	good = read_all(&reader, path);
	documents_free(&reader);
	if (!good) {
		config_free(reader.config);
		return NULL;
	}
	keys_sort(reader.config);
	return reader.config;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	group_free(config_rows, config);
	free(config);
}
