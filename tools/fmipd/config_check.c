// SPDX-License-Identifier: GPL-2.0-only
/*
 * What more than one setting decides.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_reader.h"

/* A pool of fewer addresses would soon give one node what another has just left. */
#define POOL_LEN_MAX	120

static bool check_roles(struct config_reader *reader, const config_setting_t *group,
			const struct setting *rows);

static bool check_role(struct config_reader *reader, const config_setting_t *setting,
		       const struct setting *row)
{
	unsigned int role;
	int i;

	if (row->roles && !(row->roles & reader->config->roles)) {
		role = __builtin_ctz(row->roles);
		return setting_wrong(reader, setting, "only with the role \"%s\"",
				     config_rows[0].words[role]);
	}
	if (row->shape == SETTING_GROUP)
		return check_roles(reader, setting, row->rows);
	for (i = 0; row->shape == SETTING_LIST && i < config_setting_length(setting); i++)
		if (!check_roles(reader, config_setting_get_elem(setting, i), row->rows))
			return false;
	return true;
}

/* What has no meaning for the node is not passed over. */
static bool check_roles(struct config_reader *reader, const config_setting_t *group,
			const struct setting *rows)
{
	const config_setting_t *setting;
	const struct setting *row;
	int i;

	for (i = 0; i < config_setting_length(group); i++) {
		setting = config_setting_get_elem(group, i);
		for (row = rows; strcmp(row->name, setting->name); row++)
			;
		if (!check_role(reader, setting, row))
			return false;
	}
	return true;
}

static bool contains(const struct config_prefix *prefix,
		     const struct config_prefix *part)
{
	return part->len >= prefix->len && config_prefix_has(prefix, &part->address);
}

static bool check_pool(struct config_reader *reader, const config_setting_t *setting,
		       const struct config_interface *interface)
{
	size_t i;

	for (i = 0; i < interface->prefixes_count; i++)
		if (contains(&interface->prefixes[i], &interface->pool))
			break;
	if (i == interface->prefixes_count)
		return setting_wrong(reader, setting,
				     "is in none of the interface's prefixes");
	if (interface->pool.len > POOL_LEN_MAX)
		return setting_wrong(reader, setting, "is too small, /%u is the least",
				     POOL_LEN_MAX);
	return true;
}

/* @why is what needs a pool, or NULL. */
static bool check_interface(struct config_reader *reader, size_t i, const char *why)
{
	const struct config_interface *interface = &reader->config->interfaces[i];
	const config_setting_t *group = list_element(reader, "interfaces", i);
	const config_setting_t *wait = setting_member(group, "dad_wait");

	if (wait && !interface->dad_probe)
		return setting_wrong(reader, wait, "only with dad_probe = true");
	if (interface->pool.len)
		return check_pool(reader, setting_member(group, "pool"), interface);
	if (why)
		return setting_wrong(reader, group, "\"pool\" is missing, which %s needs",
				     why);
	return true;
}

static const char *pool_user(const struct config *config)
{
	if (config->ar.addressing == CONFIG_NCOA_ASSIGNED)
		return "ar.addressing = \"assigned\"";
	return config->ar.unusable == CONFIG_UNUSABLE_OTHER ?
	       "ar.unusable = \"other\"" : NULL;
}

static bool check_interfaces(struct config_reader *reader)
{
	const struct config *config = reader->config;
	const char *why = pool_user(config);
	size_t i;

	if (!config->interfaces_count)
		return setting_wrong(reader, root_member(reader, "interfaces"),
				     "is empty");
	if (config->roles & CONFIG_MN && config->interfaces_count > 1)
		return setting_wrong(reader, list_element(reader, "interfaces", 1),
				     "\"mn\" has one interface only");
	for (i = 0; i < config->interfaces_count; i++)
		if (!check_interface(reader, i, why))
			return false;
	return true;
}

static bool check_speaker(struct config_reader *reader, const config_setting_t *group,
			  const struct config_neighbour *neighbour)
{
	const config_setting_t *reqid = setting_member(group, "reqid");
	const char *missing = NULL;

	if (reqid && reader->config->ipsec != CONFIG_IPSEC_REQUIRED)
		return setting_wrong(reader, reqid, "only with ipsec = \"required\"");
	if (!setting_member(group, "address"))
		missing = "address";
	else if (!neighbour->lla.len)
		missing = "link_layer_address";
	else if (!neighbour->prefixes_count)
		missing = "prefixes";
	if (!missing)
		return true;
	return setting_wrong(reader, group, "\"%s\" is missing, which fmip = true needs",
			     missing);
}

/* Its access points are known so that nodes hear that it does not (PrRtAdv Code 2). */
static bool check_silent(struct config_reader *reader, const config_setting_t *group,
			 const struct config_neighbour *neighbour)
{
	const config_setting_t *extra = setting_member(group, "hi_timeout");

	if (neighbour->reqid)
		extra = setting_member(group, "reqid");
	if (neighbour->dhcp)
		extra = setting_member(group, "dhcp");
	if (extra)
		return setting_wrong(reader, extra, "only with fmip = true");
	if (!neighbour->aps_count)
		return setting_wrong(reader, group,
				     "\"access_points\" is missing (fmip = false)");
	return true;
}

static bool check_neighbours(struct config_reader *reader)
{
	const struct config *config = reader->config;
	const struct config_neighbour *neighbour;
	const config_setting_t *group;
	size_t i;

	for (i = 0; i < config->neighbours_count; i++) {
		neighbour = &config->neighbours[i];
		group = list_element(reader, "neighbours", i);
		if (neighbour->fmip ? !check_speaker(reader, group, neighbour) :
				      !check_silent(reader, group, neighbour))
			return false;
	}
	return true;
}

/* It stands in a group that may be left out otherwise. */
static bool check_own_address(struct config_reader *reader)
{
	if (!(reader->config->roles & CONFIG_AR) || root_member(reader, "ar"))
		return true;
	return setting_wrong(reader, root_member(reader, "roles"),
			     "\"ar\" needs ar.address");
}

static bool check_ar(struct config_reader *reader)
{
	const config_setting_t *ar = root_member(reader, "ar");
	const config_setting_t *window = setting_member(ar, "window");
	const config_setting_t *unusable = setting_member(ar, "unusable");
	const struct config *config = reader->config;

	if (window && config->ar.copying == CONFIG_COPY_NEVER)
		return setting_wrong(reader, window, "not with copying = \"never\"");
	if (unusable && config->ar.addressing != CONFIG_NCOA_PROPOSED)
		return setting_wrong(reader, unusable,
				     "only with addressing = \"proposed\"");
	return true;
}

static bool check_key(struct config_reader *reader, const config_setting_t *group,
		      const struct config_key *key)
{
	const char *source;
	size_t least = config_key_least(key->mac, &source);

	if (key->len >= least)
		return true;
	return setting_wrong(reader, setting_member(group, "key"),
			     "has %zu octets, but its mac wants %zu (%s)", key->len,
			     least, source);
}

static bool check_keys(struct config_reader *reader)
{
	struct key_walk walk = key_walk(reader);
	const struct config *config = reader->config;
	size_t i;

	for (i = 0; i < config->keys_count; i++)
		if (!check_key(reader, key_walk_next(&walk), &config->keys[i]))
			return false;
	return true;
}

/* The routers of a link that the node moves with are no nodes which have come. */
static bool check_company(struct config_reader *reader)
{
	if (reader->config->roles != (CONFIG_AR | CONFIG_MN))
		return true;
	return setting_wrong(reader, root_member(reader, "roles"),
			     "\"ar\" and \"mn\" are not for one node: each would take all "
			     "interfaces for its own");
}

bool config_check(struct config_reader *reader)
{
	const config_setting_t *root = config_root_setting(&reader->main->lib);

	return check_company(reader) && check_roles(reader, root, config_rows) &&
	       check_ar(reader) &&
	       check_interfaces(reader) && check_neighbours(reader) &&
	       check_keys(reader) && check_distinct(reader) &&
	       check_own_address(reader) && check_paths(reader);
}
