// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdio.h>

#include "json.h"
#include "names.h"

static void put(struct json_object *object, const char *name, uint32_t number)
{
	json_object_object_add(object, name, json_object_new_int64(number));
}

static void put_flag(struct json_object *object, const char *name, bool flag)
{
	json_object_object_add(object, name, json_object_new_boolean(flag));
}

static void put_name(struct json_object *object, const char *name)
{
	json_object_object_add(object, "message", json_object_new_string(name));
}

static void put_address(struct json_object *object, const char *name,
			const struct in6_addr *address)
{
	json_object_object_add(object, name, address_json(address));
}

static void put_hex(struct json_object *object, const char *name,
		    const uint8_t *data, size_t len)
{
	json_object_object_add(object, name, hex_json(data, len));
}

struct json_object *hex_json(const uint8_t *data, size_t len)
{
	char text[2 * MH_SIZE_MAX + 1] = "";
	size_t i;

	for (i = 0; i < len && i < MH_SIZE_MAX; i++)
		snprintf(text + 2 * i, 3, "%02x", data[i]);
	return json_object_new_string(text);
}

struct json_object *address_json(const struct in6_addr *address)
{
	char text[INET6_ADDRSTRLEN];

	return json_object_new_string(inet_ntop(AF_INET6, address, text,
						sizeof(text)));
}

static void put_lla(struct json_object *object, const struct coded_lla *lla)
{
	put(object, "code", lla->code);
	put_hex(object, "lla", lla->lla.bytes, lla->lla.len);
}

static void put_coded_address(struct json_object *object,
			      const struct coded_address *address)
{
	put(object, "code", address->code);
	put(object, "prefixlen", address->prefixlen);
	put_address(object, "address", &address->address);
}

static struct json_object *mobopt_json(const struct mobopt *option)
{
	struct json_object *object = json_object_new_object();

	put(object, "type", option->type);
	switch (option->type) {
	case MOBOPT_ALTCOA:
		put_address(object, "address", &option->care_of);
		break;
	case MOBOPT_LLA:
		put_lla(object, &option->lla);
		break;
	case MOBOPT_VENDOR:
		put(object, "vendor", option->vendor.id);
		put(object, "subtype", option->vendor.subtype);
		put_hex(object, "data", option->vendor.data, option->vendor.len);
		break;
	case MOBOPT_BADF:
		put(object, "spi", option->badf.spi);
		put_flag(object, "bare_length", option->badf.bare_length);
		put_hex(object, "authenticator", option->badf.authenticator,
			option->badf.len);
		break;
	case MOBOPT_ADDRESS:
		put_coded_address(object, &option->address);
		break;
	default:
		put_hex(object, "data", option->raw.data, option->raw.len);
	}
	return object;
}

static void put_handover(struct json_object *object,
			 const struct mh_handover *handover)
{
	put(object, "sequence", handover->sequence);
	put(object, "flags", handover->flags);
	put(object, "code", handover->code);
}

static void put_mh(struct json_object *object, const struct mh *mh)
{
	switch (mh->type) {
	case MH_BE:
		put(object, "status", mh->be.status);
		put_address(object, "home", &mh->be.home);
		break;
	case MH_FBU:
		put(object, "sequence", mh->fbu.sequence);
		put(object, "flags", mh->fbu.flags);
		put(object, "lifetime", mh->fbu.lifetime);
		break;
	case MH_FBACK:
		put(object, "status", mh->fback.status);
		put(object, "flags", mh->fback.flags);
		put(object, "sequence", mh->fback.sequence);
		put(object, "lifetime", mh->fback.lifetime);
		break;
	case MH_HI:
		put_handover(object, &mh->hi);
		break;
	case MH_HACK:
		put_handover(object, &mh->hack);
		break;
	}
}

struct json_object *mh_json(const struct mh *mh)
{
	struct json_object *object = json_object_new_object();
	struct json_object *options = json_object_new_array();
	unsigned int i;

	put_name(object, mh_name(mh->type));
	put_mh(object, mh);
	for (i = 0; i < mh->options.count; i++)
		json_object_array_add(options, mobopt_json(&mh->options.option[i]));
	json_object_object_add(object, "options", options);
	return object;
}

static void put_prefix(struct json_object *object,
		       const struct ndopt_prefix *prefix)
{
	put(object, "prefixlen", prefix->len);
	put(object, "flags", prefix->flags);
	put(object, "valid", prefix->valid);
	put(object, "preferred", prefix->preferred);
	put_address(object, "prefix", &prefix->prefix);
}

static struct json_object *ndopt_json(const struct ndopt *option)
{
	struct json_object *object = json_object_new_object();

	put(object, "type", option->type);
	switch (option->type) {
	case NDOPT_SOURCE_LLA:
	case NDOPT_TARGET_LLA:
		put_hex(object, "lla", option->link.bytes, option->link.len);
		break;
	case NDOPT_PREFIX:
		put_prefix(object, &option->prefix);
		break;
	case NDOPT_MTU:
		put(object, "mtu", option->mtu);
		break;
	case NDOPT_ADDRESS:
		put_coded_address(object, &option->address);
		break;
	case NDOPT_LLA:
		put_lla(object, &option->lla);
		break;
	case NDOPT_NAACK:
		put(object, "status", option->naack.status);
		if (option->naack.supplied)
			put_address(object, "address", &option->naack.address);
		break;
	}
	return object;
}

static void put_nd(struct json_object *object, const struct nd *nd)
{
	switch (nd->type) {
	case ND_RA:
		put(object, "hop_limit", nd->ra.hop_limit);
		put(object, "flags", nd->ra.flags);
		put(object, "lifetime", nd->ra.lifetime);
		put(object, "reachable", nd->ra.reachable);
		put(object, "retrans", nd->ra.retrans);
		break;
	case ND_NA:
		put(object, "flags", nd->neighbour.flags);
		put_address(object, "target", &nd->neighbour.target);
		break;
	case ND_NS:
		put_address(object, "target", &nd->neighbour.target);
		break;
	case ND_PRRTADV:
		put(object, "code", nd->proxy.code);
		put_flag(object, "multicast", nd->proxy.multicast);
		put(object, "identifier", nd->proxy.identifier);
		break;
	case ND_RTSOLPR:
		put(object, "identifier", nd->proxy.identifier);
		break;
	}
}

struct json_object *nd_json(const struct nd *nd)
{
	struct json_object *object = json_object_new_object();
	struct json_object *options = json_object_new_array();
	unsigned int i;

	put_name(object, nd_name(nd->type));
	put_nd(object, nd);
	for (i = 0; i < nd->options.count; i++)
		json_object_array_add(options, ndopt_json(&nd->options.option[i]));
	json_object_object_add(object, "options", options);
	return object;
}
