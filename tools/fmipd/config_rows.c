// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that may be set: its name, type, default and range, and where it goes.
 * The manual page has the same, and a test compares them.
 */
#include <sys/un.h>

#include "config.h"
#include "config_rows.h"

#define FIELD(type, member)	.offset = offsetof(type, member)

#define ELEMENTS(type, member, element) \
	.offset = offsetof(type, member), .size = sizeof(element), \
	.count_offset = offsetof(type, member##_count)

#define MINUTE	(60 * 1000)
#define HOUR	(60 * MINUTE)

static const char *const role_words[] = { "ar", "mn", NULL };
static const char *const ipsec_words[] = { "required", "off", NULL };
static const char *const errors_words[] = { "all", "others", "none", NULL };
static const char *const copying_words[] = { "never", "rtsolpr", "always", NULL };
static const char *const addressing_words[] = { "proposed", "assigned", "pcoa", NULL };
static const char *const unusable_words[] = { "other", "pcoa", "none", NULL };
static const char *const iid_words[] = { "stable", "eui64", NULL };
static const char *const una_words[] = { "all-nodes", "nar", NULL };
static const char *const triggers_words[] = { "all", "link", "none", NULL };
static const char *const mac_words[] = {
	"hmac-sha1-96", "hmac-sha256-128", "hmac-sha256", NULL
};

#define FIRST(time) { \
	.name = "first", .type = &value_time, .fallback = (time), .min = 10, \
	.max = MINUTE, FIELD(struct config_retry, first), \
}

#define RETRIES(number) { \
	.name = "retries", .type = &value_number, .fallback = (number), .max = 10, \
	FIELD(struct config_retry, retries), \
}

#define RATE(number) { \
	.name = "per_second", .type = &value_number, .fallback = (number), \
	.max = 1000000, FIELD(struct config_retry, per_second), \
}

#define PACKETS(number) { \
	.name = "packets", .type = &value_number, .fallback = (number), .min = 1, \
	.max = 1000000, FIELD(struct config_buffer, packets), \
}

#define BYTES(size) { \
	.name = "bytes", .type = &value_size, .fallback = (size), .min = 4096, \
	.max = 1 << 30, FIELD(struct config_buffer, bytes), \
}

#define AGE(time) { \
	.name = "age", .type = &value_time, .fallback = (time), .max = HOUR, \
	FIELD(struct config_buffer, age), \
}

/* Those that RFC 5568 section 9 lists are 3; RFC 6275 has the rate of FBUs. */
static const struct setting hi_rows[] = {
	FIRST("100ms"), RETRIES("3"), RATE("0"), { 0 }
};

static const struct setting rtsolpr_rows[] = {
	FIRST("100ms"), RETRIES("3"), RATE("3"), { 0 }
};

static const struct setting fbu_rows[] = {
	FIRST("100ms"), RETRIES("3"), RATE("3"), { 0 }
};

static const struct setting una_rows[] = {
	FIRST("1s"), RETRIES("2"), RATE("0"), { 0 }
};

static const struct setting window_rows[] = {
	PACKETS("500"), BYTES("1M"), AGE("500ms"), { 0 }
};

/* The module's own. */
static const struct setting buffer_rows[] = {
	PACKETS("1000"), BYTES("4M"), AGE("0s"), { 0 }
};

static const struct setting interface_rows[] = {
	{
		.name = "name", .type = &value_interface, .required = true,
		FIELD(struct config_interface, name),
	}, {
		.name = "triggers", .type = &value_word, .words = triggers_words,
		.fallback = "all", FIELD(struct config_interface, triggers),
	}, {
		.name = "access_points", .shape = SETTING_ARRAY, .type = &value_lla,
		.roles = CONFIG_AR, ELEMENTS(struct config_interface, aps, struct lla),
	}, {
		.name = "prefixes", .shape = SETTING_ARRAY, .type = &value_prefix,
		.roles = CONFIG_AR,
		ELEMENTS(struct config_interface, prefixes, struct config_prefix),
	}, {
		.name = "pool", .type = &value_prefix, .roles = CONFIG_AR,
		FIELD(struct config_interface, pool),
	}, {
		.name = "dad_probe", .type = &value_flag, .roles = CONFIG_AR,
		.fallback = "false", FIELD(struct config_interface, dad_probe),
	}, {
		.name = "dad_wait", .type = &value_time, .roles = CONFIG_AR,
		.fallback = "1s", .min = 10, .max = MINUTE,
		FIELD(struct config_interface, dad_wait),
	}, { 0 }
};

static const struct setting neighbour_rows[] = {
	{
		.name = "name", .type = &value_name, .required = true, .max = 63,
		FIELD(struct config_neighbour, name),
	}, {
		.name = "address", .type = &value_address,
		FIELD(struct config_neighbour, address),
	}, {
		.name = "link_layer_address", .type = &value_lla,
		FIELD(struct config_neighbour, lla),
	}, {
		.name = "access_points", .shape = SETTING_ARRAY, .type = &value_lla,
		ELEMENTS(struct config_neighbour, aps, struct lla),
	}, {
		.name = "prefixes", .shape = SETTING_ARRAY, .type = &value_prefix,
		ELEMENTS(struct config_neighbour, prefixes, struct config_prefix),
	}, {
		.name = "fmip", .type = &value_flag, .fallback = "true",
		FIELD(struct config_neighbour, fmip),
	}, {
		.name = "dhcp", .type = &value_flag, .fallback = "false",
		FIELD(struct config_neighbour, dhcp),
	}, {
		.name = "hi_timeout", .type = &value_time, .min = 10, .max = MINUTE,
		FIELD(struct config_neighbour, hi_timeout),
	}, {
		.name = "reqid", .type = &value_number, .min = 1, .max = UINT32_MAX,
		FIELD(struct config_neighbour, reqid),
	}, { 0 }
};

const struct setting config_key_rows[] = {
	{
		.name = "pcoa", .type = &value_prefix, .required = true,
		FIELD(struct config_key, pcoa),
	}, {
		/* 0 is that of a key which comes from SEND (RFC 5269). */
		.name = "spi", .type = &value_number, .required = true, .min = 1,
		.max = UINT32_MAX, FIELD(struct config_key, spi),
	}, {
		.name = "mac", .type = &value_word, .words = mac_words,
		.fallback = "hmac-sha1-96", FIELD(struct config_key, mac),
	}, {
		.name = "key", .type = &value_key, .required = true,
	}, { 0 }
};

static const struct setting ar_rows[] = {
	{
		.name = "address", .type = &value_address, .required = true,
		FIELD(struct config_ar, address),
	}, {
		.name = "hi", .shape = SETTING_GROUP, .rows = hi_rows,
		FIELD(struct config_ar, hi),
	}, {
		.name = "copying", .type = &value_word, .words = copying_words,
		.fallback = "rtsolpr", FIELD(struct config_ar, copying),
	}, {
		.name = "window", .shape = SETTING_GROUP, .rows = window_rows,
		FIELD(struct config_ar, window),
	}, {
		.name = "buffer", .shape = SETTING_GROUP, .rows = buffer_rows,
		FIELD(struct config_ar, buffer),
	}, {
		.name = "hold", .type = &value_time, .fallback = "0s", .max = HOUR,
		FIELD(struct config_ar, hold),
	}, {
		/* The module's range. */
		.name = "speedup", .type = &value_number, .fallback = "200",
		.min = 101, .max = 10000, FIELD(struct config_ar, speedup),
	}, {
		.name = "lifetime_max", .type = &value_seconds, .fallback = "60s",
		.min = 1, .max = UINT16_MAX, FIELD(struct config_ar, lifetime_max),
	}, {
		.name = "addressing", .type = &value_word, .words = addressing_words,
		.fallback = "proposed", FIELD(struct config_ar, addressing),
	}, {
		.name = "unusable", .type = &value_word, .words = unusable_words,
		.fallback = "pcoa", FIELD(struct config_ar, unusable),
	}, {
		.name = "proxy_nd_lifetime", .type = &value_time, .fallback = "1500ms",
		.min = 100, .max = HOUR, FIELD(struct config_ar, proxy_nd_lifetime),
	}, {
		.name = "una_memory", .type = &value_time, .fallback = "5s",
		.max = MINUTE, FIELD(struct config_ar, una_memory),
	}, {
		.name = "rh2", .type = &value_flag, .fallback = "false",
		FIELD(struct config_ar, rh2),
	}, {
		.name = "fback_to_pcoa", .type = &value_flag, .fallback = "true",
		FIELD(struct config_ar, fback_to_pcoa),
	}, {
		.name = "badf_bare_length", .type = &value_flag, .fallback = "false",
		FIELD(struct config_ar, badf_bare_length),
	}, {
		.name = "accept_fna", .type = &value_flag, .fallback = "false",
		FIELD(struct config_ar, accept_fna),
	}, {
		.name = "ask_to_buffer", .type = &value_flag, .fallback = "true",
		FIELD(struct config_ar, ask_to_buffer),
	}, {
		.name = "assign", .type = &value_flag, .fallback = "false",
		FIELD(struct config_ar, assign),
	}, {
		.name = "defend_pcoa", .type = &value_flag, .fallback = "true",
		FIELD(struct config_ar, defend_pcoa),
	}, {
		.name = "linger", .type = &value_time, .fallback = "10s", .max = HOUR,
		FIELD(struct config_ar, linger),
	}, { 0 }
};

static const struct setting mn_rows[] = {
	{
		.name = "rtsolpr", .shape = SETTING_GROUP, .rows = rtsolpr_rows,
		FIELD(struct config_mn, rtsolpr),
	}, {
		.name = "fbu", .shape = SETTING_GROUP, .rows = fbu_rows,
		FIELD(struct config_mn, fbu),
	}, {
		.name = "una", .shape = SETTING_GROUP, .rows = una_rows,
		FIELD(struct config_mn, una),
	}, {
		.name = "lifetime", .type = &value_seconds, .fallback = "30s",
		.min = 1, .max = UINT16_MAX, FIELD(struct config_mn, lifetime),
	}, {
		.name = "iid", .type = &value_word, .words = iid_words,
		.fallback = "stable", FIELD(struct config_mn, iid),
	}, {
		.name = "una_to", .type = &value_word, .words = una_words,
		.fallback = "all-nodes", FIELD(struct config_mn, una_to),
	}, {
		.name = "par", .type = &value_address, FIELD(struct config_mn, par),
	}, {
		.name = "reverse_tunnel", .type = &value_flag, .fallback = "true",
		FIELD(struct config_mn, reverse_tunnel),
	}, {
		.name = "fback_wait", .type = &value_time, .fallback = "300ms",
		.max = MINUTE, FIELD(struct config_mn, fback_wait),
	}, {
		.name = "complete", .type = &value_program,
		FIELD(struct config_mn, complete),
	}, {
		.name = "hold_bytes", .type = &value_size, .fallback = "1M",
		.max = 1 << 30, FIELD(struct config_mn, hold_bytes),
	}, {
		.name = "badf_bare_length", .type = &value_flag, .fallback = "false",
		FIELD(struct config_mn, badf_bare_length),
	}, {
		.name = "tell_link_down", .type = &value_flag, .fallback = "true",
		FIELD(struct config_mn, tell_link_down),
	}, { 0 }
};

static const struct setting limit_rows[] = {
	{
		.name = "nodes", .type = &value_number, .fallback = "10000",
		.min = 1, .max = 1000000, FIELD(struct config_limits, nodes),
	}, {
		.name = "addresses", .type = &value_number, .fallback = "8",
		.min = 1, .max = 1000, FIELD(struct config_limits, addresses),
	}, {
		.name = "una", .type = &value_number, .fallback = "1000",
		.min = 1, .max = 1000000, FIELD(struct config_limits, una),
	}, {
		.name = "messages", .type = &value_number, .fallback = "500",
		.min = 1, .max = 1000000, FIELD(struct config_limits, messages),
	}, {
		.name = "strangers", .type = &value_number, .fallback = "1000",
		.min = 1, .max = 1000000, FIELD(struct config_limits, strangers),
	}, {
		.name = "log", .type = &value_number, .fallback = "10",
		.min = 1, .max = 10000, FIELD(struct config_limits, log),
	}, {
		.name = "records", .type = &value_number, .fallback = "1000",
		.max = 1000000, FIELD(struct config_limits, records),
	}, { 0 }
};

const struct setting config_rows[] = {
	{
		.name = "roles", .shape = SETTING_SET, .type = &value_word,
		.words = role_words, .required = true, FIELD(struct config, roles),
	}, {
		.name = "control", .type = &value_path, .fallback = "/run/fmipd/control",
		.max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1,
		FIELD(struct config, control),
	}, {
		.name = "state", .type = &value_path, .fallback = "/var/lib/fmipd",
		FIELD(struct config, state),
	}, {
		.name = "keys_directory", .type = &value_path,
		FIELD(struct config, keys_directory),
	}, {
		.name = "ipsec", .type = &value_word, .words = ipsec_words,
		.roles = CONFIG_AR, .fallback = "required", FIELD(struct config, ipsec),
	}, {
		.name = "binding_errors", .type = &value_word, .words = errors_words,
		.fallback = "all", FIELD(struct config, binding_errors),
	}, {
		.name = "vendor_id", .type = &value_number, .fallback = "32473",
		.min = 1, .max = UINT32_MAX, FIELD(struct config, vendor_id),
	}, {
		.name = "interfaces", .shape = SETTING_LIST, .required = true,
		.rows = interface_rows,
		ELEMENTS(struct config, interfaces, struct config_interface),
	}, {
		.name = "neighbours", .shape = SETTING_LIST, .roles = CONFIG_AR,
		.rows = neighbour_rows,
		ELEMENTS(struct config, neighbours, struct config_neighbour),
	}, {
		.name = "keys", .shape = SETTING_LIST, .rows = config_key_rows,
		ELEMENTS(struct config, keys, struct config_key),
	}, {
		.name = "ar", .shape = SETTING_GROUP, .rows = ar_rows,
		.roles = CONFIG_AR, FIELD(struct config, ar),
	}, {
		.name = "mn", .shape = SETTING_GROUP, .rows = mn_rows,
		.roles = CONFIG_MN, FIELD(struct config, mn),
	}, {
		.name = "limits", .shape = SETTING_GROUP, .rows = limit_rows,
		FIELD(struct config, limits),
	}, { 0 }
};
