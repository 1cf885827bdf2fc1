// SPDX-License-Identifier: GPL-2.0-only
/*
 * conf FILE - print what fmipd makes of a configuration, as JSON and without the
 * keys; what is wrong with it goes to the standard error.
 * conf -s - print all settings as the manual page has them, with their defaults.
 */
#include <arpa/inet.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "config_rows.h"
#include "json.h"

static void put(struct json_object *object, const char *name, uint32_t number)
{
	json_object_object_add(object, name, json_object_new_int64(number));
}

static void put_flag(struct json_object *object, const char *name, bool flag)
{
	json_object_object_add(object, name, json_object_new_boolean(flag));
}

static void put_text(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, text ? json_object_new_string(text) : NULL);
}

static void put_address(struct json_object *object, const char *name,
			const struct in6_addr *address)
{
	json_object_object_add(object, name, address_json(address));
}

static struct json_object *prefix_json(const struct config_prefix *prefix)
{
	char address[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 4];

	inet_ntop(AF_INET6, &prefix->address, address, sizeof(address));
	snprintf(text, sizeof(text), "%s/%u", address, prefix->len);
	return json_object_new_string(text);
}

static void put_prefixes(struct json_object *object,
			 const struct config_prefix *prefixes, size_t count)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_object_array_add(array, prefix_json(&prefixes[i]));
	json_object_object_add(object, "prefixes", array);
}

static struct json_object *lla_json(const struct lla *lla)
{
	return hex_json(lla->bytes, lla->len);
}

static void put_aps(struct json_object *object, const struct lla *aps, size_t count)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_object_array_add(array, lla_json(&aps[i]));
	json_object_object_add(object, "access_points", array);
}

static void put_retry(struct json_object *object, const char *name,
		      const struct config_retry *retry)
{
	struct json_object *group = json_object_new_object();

	put(group, "first", retry->first);
	put(group, "retries", retry->retries);
	put(group, "per_second", retry->per_second);
	json_object_object_add(object, name, group);
}

static void put_buffer(struct json_object *object, const char *name,
		       const struct config_buffer *buffer)
{
	struct json_object *group = json_object_new_object();

	put(group, "packets", buffer->packets);
	put(group, "bytes", buffer->bytes);
	put(group, "age", buffer->age);
	json_object_object_add(object, name, group);
}

static struct json_object *interface_json(const struct config_interface *interface)
{
	struct json_object *object = json_object_new_object();

	put_text(object, "name", interface->name);
	put(object, "triggers", interface->triggers);
	put_aps(object, interface->aps, interface->aps_count);
	put_prefixes(object, interface->prefixes, interface->prefixes_count);
	json_object_object_add(object, "pool", prefix_json(&interface->pool));
	put_flag(object, "dad_probe", interface->dad_probe);
	put(object, "dad_wait", interface->dad_wait);
	return object;
}

static struct json_object *neighbour_json(const struct config_neighbour *neighbour)
{
	struct json_object *object = json_object_new_object();

	put_text(object, "name", neighbour->name);
	put_address(object, "address", &neighbour->address);
	json_object_object_add(object, "link_layer_address", lla_json(&neighbour->lla));
	put_aps(object, neighbour->aps, neighbour->aps_count);
	put_prefixes(object, neighbour->prefixes, neighbour->prefixes_count);
	put_flag(object, "fmip", neighbour->fmip);
	put_flag(object, "dhcp", neighbour->dhcp);
	put(object, "hi_timeout", neighbour->hi_timeout);
	put(object, "reqid", neighbour->reqid);
	return object;
}

static struct json_object *key_json(const struct config_key *key)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "pcoa", prefix_json(&key->pcoa));
	put(object, "spi", key->spi);
	put(object, "mac", key->mac);
	put(object, "octets", key->len);
	return object;
}

static struct json_object *ar_json(const struct config_ar *ar)
{
	struct json_object *object = json_object_new_object();

	put_address(object, "address", &ar->address);
	put_retry(object, "hi", &ar->hi);
	put(object, "copying", ar->copying);
	put_buffer(object, "window", &ar->window);
	put_buffer(object, "buffer", &ar->buffer);
	put(object, "hold", ar->hold);
	put(object, "speedup", ar->speedup);
	put(object, "lifetime_max", ar->lifetime_max);
	put(object, "addressing", ar->addressing);
	put(object, "unusable", ar->unusable);
	put(object, "proxy_nd_lifetime", ar->proxy_nd_lifetime);
	put(object, "una_memory", ar->una_memory);
	put_flag(object, "rh2", ar->rh2);
	put_flag(object, "fback_to_pcoa", ar->fback_to_pcoa);
	put_flag(object, "badf_bare_length", ar->badf_bare_length);
	put_flag(object, "accept_fna", ar->accept_fna);
	put_flag(object, "ask_to_buffer", ar->ask_to_buffer);
	put_flag(object, "assign", ar->assign);
	put_flag(object, "defend_pcoa", ar->defend_pcoa);
	put(object, "linger", ar->linger);
	return object;
}

static struct json_object *mn_json(const struct config_mn *mn)
{
	struct json_object *object = json_object_new_object();

	put_retry(object, "rtsolpr", &mn->rtsolpr);
	put_retry(object, "fbu", &mn->fbu);
	put_retry(object, "una", &mn->una);
	put(object, "lifetime", mn->lifetime);
	put(object, "iid", mn->iid);
	put(object, "una_to", mn->una_to);
	put_address(object, "par", &mn->par);
	put_flag(object, "reverse_tunnel", mn->reverse_tunnel);
	put(object, "fback_wait", mn->fback_wait);
	put_text(object, "complete", mn->complete);
	put(object, "hold_bytes", mn->hold_bytes);
	put_flag(object, "badf_bare_length", mn->badf_bare_length);
	put_flag(object, "tell_link_down", mn->tell_link_down);
	return object;
}

static struct json_object *limits_json(const struct config_limits *limits)
{
	struct json_object *object = json_object_new_object();

	put(object, "nodes", limits->nodes);
	put(object, "addresses", limits->addresses);
	put(object, "una", limits->una);
	put(object, "messages", limits->messages);
	put(object, "strangers", limits->strangers);
	put(object, "log", limits->log);
	put(object, "records", limits->records);
	return object;
}

static void put_lists(struct json_object *object, const struct config *config)
{
	struct json_object *interfaces = json_object_new_array();
	struct json_object *neighbours = json_object_new_array();
	struct json_object *keys = json_object_new_array();
	size_t i;

	for (i = 0; i < config->interfaces_count; i++)
		json_object_array_add(interfaces, interface_json(&config->interfaces[i]));
	for (i = 0; i < config->neighbours_count; i++)
		json_object_array_add(neighbours, neighbour_json(&config->neighbours[i]));
	for (i = 0; i < config->keys_count; i++)
		json_object_array_add(keys, key_json(&config->keys[i]));
	json_object_object_add(object, "interfaces", interfaces);
	json_object_object_add(object, "neighbours", neighbours);
	json_object_object_add(object, "keys", keys);
}

static struct json_object *config_json(const struct config *config)
{
	struct json_object *object = json_object_new_object();

	put(object, "roles", config->roles);
	put_text(object, "control", config->control);
	put_text(object, "state", config->state);
	put_text(object, "keys_directory", config->keys_directory);
	put(object, "ipsec", config->ipsec);
	put(object, "binding_errors", config->binding_errors);
	put(object, "vendor_id", config->vendor_id);
	put_lists(object, config);
	json_object_object_add(object, "ar", ar_json(&config->ar));
	json_object_object_add(object, "mn", mn_json(&config->mn));
	json_object_object_add(object, "limits", limits_json(&config->limits));
	return object;
}

static void print_row(const struct setting *row, const char *before)
{
	const char *mark = "", *space = " Pq ";
	char text[128];

	printf(".It Cm %s%s Ar ", before, row->name);
	if (row->words)
		value_words(row, "", " | ", " | ", text, sizeof(text));
	printf("%s", row->words ? text : row->type->name);
	if (row->shape != SETTING_VALUE)
		printf(" ...");
	if (row->fallback || row->required) {
		printf("%s%s", space, row->fallback ? row->fallback : "no default");
		space = "";
		mark = "; ";
	}
	if (row->type->format) {
		value_range(row, text, sizeof(text));
		printf("%s%s%s", space, mark, text);
	}
	putchar('\n');
}

static void print_rows(const struct setting *rows, const char *before)
{
	const struct setting *row;
	char path[128];

	for (row = rows; row->name; row++) {
		if (!row->rows) {
			print_row(row, before);
			continue;
		}
		snprintf(path, sizeof(path), "%s%s%s.", before, row->name,
			 row->shape == SETTING_LIST ? "[]" : "");
		print_rows(row->rows, path);
	}
}

static int print_config(const char *path)
{
	struct config_error error;
	struct json_object *object;
	struct config *config;

	config = config_load(path, &error);
	if (!config) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	object = config_json(config);
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	config_free(config);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: conf FILE | -s\n");
		return 2;
	}
	if (strcmp(argv[1], "-s"))
		return print_config(argv[1]);
	print_rows(config_rows, "");
	return 0;
}
