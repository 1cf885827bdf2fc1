// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may be there once only.
 */
#include <stdlib.h>
#include <string.h>

#include "config_reader.h"

/* A value that no other setting may have, and where it is set. */
struct item {
	const void *value;
	const config_setting_t *setting;
	size_t index;
};

struct items {
	struct item *item;
	size_t count;
	size_t size;
	bool failed;
};

static void collect(struct items *items, const void *value,
		    const config_setting_t *setting)
{
	struct item *larger;
	size_t size;

	if (items->count == items->size) {
		size = items->size ? 2 * items->size : 64;
		larger = reallocarray(items->item, size, sizeof(*larger));
		if (!larger) {
			items->failed = true;
			return;
		}
		items->item = larger;
		items->size = size;
	}
	items->item[items->count] = (struct item){ value, setting, items->count };
	items->count++;
}

typedef int compare_fn(const void *a, const void *b);

static int by_value(const void *a, const void *b, void *compare)
{
	const struct item *one = a, *other = b;
	int order = ((compare_fn *)compare)(one->value, other->value);

	return order ? order : one->index < other->index ? -1 : 1;
}

/* Says which is the first that there is already, if any; forgets the items. */
static bool distinct(struct config_reader *reader, struct items *items,
		     compare_fn *compare)
{
	const struct item *item, *first = NULL, *again = NULL;
	char place[256];
	size_t i;

	if (items->failed) {
		free(items->item);
		return config_wrong(reader->error, reader->main->text.files[0].name, 0,
				    "out of memory");
	}
	if (items->count)
		qsort_r(items->item, items->count, sizeof(*item), by_value,
			(void *)compare);
	for (i = 1; i < items->count; i++) {
		item = &items->item[i];
		if (!compare(item[-1].value, item->value) &&
		    (!again || item->index < again->index)) {
			first = &item[-1];
			again = item;
		}
	}
	if (again) {
		setting_place(first->setting, place, sizeof(place));
		setting_wrong(reader, again->setting, "is there already, in %s", place);
	}
	free(items->item);
	return !again;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int by_address(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct in6_addr));
}

static int by_lla(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct lla));
}

static int by_prefix(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static int by_key(const void *a, const void *b)
{
	return key_compare(a, b);
}

static void gather_interfaces(const struct config_reader *reader, struct items *items)
{
	const struct config *config = reader->config;
	size_t i;

	for (i = 0; i < config->interfaces_count; i++)
		collect(items, config->interfaces[i].name,
			setting_member(list_element(reader, "interfaces", i), "name"));
}

static void gather_names(const struct config_reader *reader, struct items *items)
{
	const struct config *config = reader->config;
	size_t i;

	for (i = 0; i < config->neighbours_count; i++)
		collect(items, config->neighbours[i].name,
			setting_member(list_element(reader, "neighbours", i), "name"));
}

static void gather_addresses(const struct config_reader *reader, struct items *items)
{
	const struct config *config = reader->config;
	const config_setting_t *setting;
	size_t i;

	setting = setting_member(root_member(reader, "ar"), "address");
	if (setting)
		collect(items, &config->ar.address, setting);
	for (i = 0; i < config->neighbours_count; i++) {
		setting = setting_member(list_element(reader, "neighbours", i), "address");
		if (setting)
			collect(items, &config->neighbours[i].address, setting);
	}
}

/* The elements of an array of the list's element @i. */
static void collect_array(const struct config_reader *reader, struct items *items,
			  const char *list, size_t i, const char *name,
			  const void *array, size_t count, size_t size)
{
	const config_setting_t *setting =
		setting_member(list_element(reader, list, i), name);
	size_t j;

	for (j = 0; j < count; j++)
		collect(items, (const char *)array + j * size,
			config_setting_get_elem(setting, j));
}

static void gather_aps(const struct config_reader *reader, struct items *items)
{
	const struct config *config = reader->config;
	const struct config_neighbour *neighbour;
	const struct config_interface *interface;
	size_t i;

	for (i = 0; i < config->interfaces_count; i++) {
		interface = &config->interfaces[i];
		collect_array(reader, items, "interfaces", i, "access_points",
			      interface->aps, interface->aps_count, sizeof(struct lla));
	}
	for (i = 0; i < config->neighbours_count; i++) {
		neighbour = &config->neighbours[i];
		collect_array(reader, items, "neighbours", i, "access_points",
			      neighbour->aps, neighbour->aps_count, sizeof(struct lla));
	}
}

static void gather_prefixes(const struct config_reader *reader, struct items *items)
{
	const struct config *config = reader->config;
	const struct config_neighbour *neighbour;
	const struct config_interface *interface;
	size_t i;

	for (i = 0; i < config->interfaces_count; i++) {
		interface = &config->interfaces[i];
		collect_array(reader, items, "interfaces", i, "prefixes",
			      interface->prefixes, interface->prefixes_count,
			      sizeof(struct config_prefix));
	}
	for (i = 0; i < config->neighbours_count; i++) {
		neighbour = &config->neighbours[i];
		collect_array(reader, items, "neighbours", i, "prefixes",
			      neighbour->prefixes, neighbour->prefixes_count,
			      sizeof(struct config_prefix));
	}
}

static void gather_keys(const struct config_reader *reader, struct items *items)
{
	const struct config *config = reader->config;
	struct key_walk walk = key_walk(reader);
	size_t i;

	for (i = 0; i < config->keys_count; i++)
		collect(items, &config->keys[i],
			setting_member(key_walk_next(&walk), "pcoa"));
}

bool check_distinct(struct config_reader *reader)
{
	static const struct {
		void (*gather)(const struct config_reader *reader, struct items *items);
		compare_fn *compare;
	} kinds[] = {
		{ gather_interfaces, by_name }, { gather_names, by_name },
		{ gather_addresses, by_address }, { gather_aps, by_lla },
		{ gather_prefixes, by_prefix }, { gather_keys, by_key },
	};
	struct items items;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		items = (struct items){ 0 };
		kinds[i].gather(reader, &items);
		if (!distinct(reader, &items, kinds[i].compare))
			return false;
	}
	return true;
}
