// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be asked on the control socket: a row for each command, with the arguments
 * that it takes.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "config_rows.h"

/* An object with what is in it: no request has more. */
#define DEPTH	2

#define FIELD(type, member)	.offset = offsetof(type, member)

struct show {
	struct in6_addr node;
	bool all;
	uint32_t from;
};

struct start {
	struct in6_addr node;
	struct lla ap;
	uint64_t at;
};

struct invite {
	struct in6_addr node;
	struct lla lla;
	struct in6_addr router;
};

struct advertise {
	struct in6_addr node;
	char interface[IFNAMSIZ];
	struct lla ap;
};

struct link {
	uint32_t change;
	char interface[IFNAMSIZ];
	struct lla lla;
	struct lla ap;
	uint64_t ns;
};

union arguments {
	struct show show;
	struct start start;
	struct invite invite;
	struct advertise advertise;
	uint32_t id;
	struct link link;
	struct config_key key;
};

/* What a command gives: a result, and where it goes on if that is not all, or an error. */
struct answer {
	struct json_object *result;
	uint32_t next;
	int err;
	char error[REQUEST_WRONG];
	bool monitor;
};

__attribute__((format(printf, 3, 4)))
static void refuse(struct answer *a, int err, const char *format, ...)
{
	va_list ap;

	a->err = err;
	va_start(ap, format);
	vsnprintf(a->error, sizeof(a->error), format, ap);
	va_end(ap);
}

static void show_all(struct commands *c, const union arguments *in, struct answer *a)
{
	struct show_page page = {
		.visitor = { .node = in->show.node, .all = in->show.all },
		.engine = c->host.engine,
		.from = in->show.from,
		.array = json_object_new_array(),
	};

	show_handovers(&page);
	show_schedule(schedule_first(c->schedule), &page);
	show_history(history_first(c->history), &page);
	a->result = page.array;
	if (page.more)
		a->next = page.from + SHOW_PAGE;
}

static void show_counts(struct commands *c, const union arguments *in, struct answer *a)
{
	(void)in;
	a->result = show_counters(c->host.engine);
}

static void show_near(struct commands *c, const union arguments *in, struct answer *a)
{
	(void)in;
	a->result = show_neighbours(&c->host);
}

static void order(struct commands *c, const struct engine_order *order, struct answer *a)
{
	const char *why;
	int err = engine_order(c->host.engine, order, &why);

	if (err)
		refuse(a, err, "%s", why);
}

static void start_later(struct commands *c, const struct engine_order *order, uint64_t at,
			struct answer *a)
{
	uint32_t most = c->host.engine->config->limits.nodes;
	const struct schedule_entry *entry;

	if (at <= realtime_now()) {
		refuse(a, -EINVAL, "at: that moment is in the past");
		return;
	}
	entry = schedule_add(c->schedule, order, at, most);
	if (entry)
		a->result = show_scheduled(entry);
	else
		refuse(a, -errno, errno == ENOSPC ?
		       "as many handovers are scheduled as limits.nodes allows" :
		       "out of memory");
}

static void start(struct commands *c, const union arguments *in, struct answer *a)
{
	struct engine_order start = {
		.kind = ORDER_START,
		.node = in->start.node,
		.ap = in->start.ap,
	};

	if (in->start.at)
		start_later(c, &start, in->start.at, a);
	else
		order(c, &start, a);
}

static void cancel(struct commands *c, const union arguments *in, struct answer *a)
{
	int err = schedule_cancel(c->schedule, in->id);

	if (err)
		refuse(a, err, "id: no handover %u is scheduled", in->id);
}

static void complete(struct commands *c, const union arguments *in, struct answer *a)
{
	(void)in;
	order(c, &(struct engine_order){ .kind = ORDER_COMPLETE }, a);
}

static void stop_agent(struct commands *c, const union arguments *in, struct answer *a)
{
	(void)in;
	(void)a;
	c->host.end(c->host.arg);
}

static void invite(struct commands *c, const union arguments *in, struct answer *a)
{
	struct engine_order invite = {
		.kind = ORDER_INVITE,
		.node = in->invite.node,
		.lla = in->invite.lla,
		.router = in->invite.router,
	};

	order(c, &invite, a);
}

static const char *const change_words[] = { "up", "down", "fade", NULL };

static bool is_configured(const struct engine *e, const char *name)
{
	size_t i;

	for (i = 0; i < e->config->interfaces_count; i++)
		if (!strcmp(e->config->interfaces[i].name, name))
			return true;
	return false;
}

/* 0 if it is refused. */
static unsigned int find_interface(struct commands *c, const char *name, struct answer *a)
{
	struct engine *e = c->host.engine;
	unsigned int ifindex = e->ops->ifindex_of(e->world, name);

	if (!is_configured(e, name)) {
		refuse(a, -ENODEV, "interface: \"%s\" is none of the configuration", name);
		return 0;
	}
	if (!ifindex)
		refuse(a, -ENODEV, "interface: there is no \"%s\"", name);
	return ifindex;
}

static void advertise(struct commands *c, const union arguments *in, struct answer *a)
{
	struct engine_order advertise = {
		.kind = ORDER_ADVERTISE,
		.node = in->advertise.node,
		.ap = in->advertise.ap,
	};
	bool one = !IN6_IS_ADDR_UNSPECIFIED(&in->advertise.node);

	if (one == !!*in->advertise.interface)
		refuse(a, -EINVAL, "one of \"node\" and \"interface\" is needed");
	else if (!one)
		advertise.ifindex = find_interface(c, in->advertise.interface, a);
	if (!a->err)
		order(c, &advertise, a);
}

static void link_changes(struct commands *c, const union arguments *in, struct answer *a)
{
	static const enum link_change changes[] = { LINK_UP, LINK_DOWN, LINK_FADES };
	const struct link *link = &in->link;
	struct engine *e = c->host.engine;
	struct link_event event = {
		.change = changes[link->change],
		.ifindex = find_interface(c, link->interface, a),
		.lla = link->lla,
		.ap = link->ap,
		.ns = link->ns ?: e->ops->now(e->world),
		.late = !link->ns,
	};

	if (!event.ifindex)
		return;
	if (event.ns > e->ops->now(e->world))
		refuse(a, -EINVAL, "ns: that moment is in the future");
	else
		engine_link(e, &event);
}

/* Who had a number under a key that is no more has none. */
static void key_changed(struct commands *c, const struct config_key *key)
{
	struct engine_order changed = { .kind = ORDER_KEY_CHANGED, .nodes = key->pcoa };
	const char *why;

	c->host.forget(c->host.arg, key);
	/* A node that is no PAR knows none. */
	engine_order(c->host.engine, &changed, &why);
}

static bool is_long_enough(const struct config_key *key, struct answer *a)
{
	const char *source;
	size_t least = config_key_least(key->mac, &source);

	if (key->len >= least)
		return true;
	refuse(a, -EINVAL, "key: has %zu octets, but its mac wants %zu (%s)", key->len,
	       least, source);
	return false;
}

static void set_key(struct commands *c, const struct config_key *key, struct answer *a)
{
	int err = keyring_set(c->host.keyring, key);

	if (err)
		refuse(a, err, "out of memory");
}

static void add_key(struct commands *c, const union arguments *in, struct answer *a)
{
	const struct engine *e = c->host.engine;
	const struct config_key *key = &in->key;

	if (!is_long_enough(key, a))
		return;
	if (keyring_at(c->host.keyring, &key->pcoa, key->spi))
		refuse(a, -EEXIST, "there is such a key already");
	else if (config_key_at(e->config, &key->pcoa, key->spi))
		refuse(a, -EEXIST, "the configuration has such a key");
	else if (keyring_count(c->host.keyring) >= e->config->limits.nodes)
		refuse(a, -ENOSPC, "there are as many keys as limits.nodes allows");
	else
		set_key(c, key, a);
}

/* The same key again must not let old FBUs in: numbers live as long as their key. */
static void replace_key(struct commands *c, const union arguments *in, struct answer *a)
{
	const struct config_key *key = &in->key;
	const struct config_key *old = keyring_at(c->host.keyring, &key->pcoa, key->spi);

	if (!is_long_enough(key, a) || (old && config_key_same(old, key)))
		return;
	if (!old && keyring_count(c->host.keyring) >= c->host.engine->config->limits.nodes) {
		refuse(a, -ENOSPC, "there are as many keys as limits.nodes allows");
		return;
	}
	if (old) {
		keyring_remove(c->host.keyring, &key->pcoa, key->spi);
		key_changed(c, key);
	}
	set_key(c, key, a);
}

static void delete_key(struct commands *c, const union arguments *in, struct answer *a)
{
	const struct config_key *key = &in->key;

	if (!keyring_remove(c->host.keyring, &key->pcoa, key->spi))
		key_changed(c, key);
	else if (config_key_at(c->host.engine->config, &key->pcoa, key->spi))
		refuse(a, -EPERM, "the key is one of the configuration");
	else
		refuse(a, -ENOENT, "there is no such key");
}

static void monitor(struct commands *c, const union arguments *in, struct answer *a)
{
	(void)c;
	(void)in;
	a->monitor = true;
}

static const struct setting none[] = { { 0 } };

static const struct setting show_rows[] = {
	{
		.name = "node", .type = &value_address, FIELD(struct show, node),
	}, {
		.name = "all", .type = &value_flag, FIELD(struct show, all),
	}, {
		.name = "from", .type = &value_number, .max = UINT32_MAX - SHOW_PAGE,
		FIELD(struct show, from),
	}, { 0 }
};

static const struct setting start_rows[] = {
	{
		.name = "node", .type = &value_address, FIELD(struct start, node),
	}, {
		.name = "ap", .type = &value_lla, .required = true, FIELD(struct start, ap),
	}, {
		.name = "at", .type = &value_ns, .min = 1, .max = INT64_MAX,
		FIELD(struct start, at),
	}, { 0 }
};

static const struct setting cancel_rows[] = {
	{
		.name = "id", .type = &value_number, .required = true, .min = 1,
		.max = UINT32_MAX,
	}, { 0 }
};

static const struct setting invite_rows[] = {
	{
		.name = "node", .type = &value_address, .required = true,
		FIELD(struct invite, node),
	}, {
		.name = "lla", .type = &value_lla, .required = true,
		FIELD(struct invite, lla),
	}, {
		.name = "router", .type = &value_address, .required = true,
		FIELD(struct invite, router),
	}, { 0 }
};

static const struct setting advertise_rows[] = {
	{
		.name = "node", .type = &value_address, FIELD(struct advertise, node),
	}, {
		.name = "interface", .type = &value_interface,
		FIELD(struct advertise, interface),
	}, {
		.name = "ap", .type = &value_lla, FIELD(struct advertise, ap),
	}, { 0 }
};

static const struct setting link_rows[] = {
	{
		.name = "change", .type = &value_word, .required = true,
		.words = change_words, FIELD(struct link, change),
	}, {
		.name = "interface", .type = &value_interface, .required = true,
		FIELD(struct link, interface),
	}, {
		.name = "lla", .type = &value_lla, FIELD(struct link, lla),
	}, {
		.name = "ap", .type = &value_lla, FIELD(struct link, ap),
	}, {
		.name = "ns", .type = &value_ns, .min = 1, .max = INT64_MAX,
		FIELD(struct link, ns),
	}, { 0 }
};

static const struct setting key_name_rows[] = {
	{
		.name = "pcoa", .type = &value_prefix, .required = true,
		FIELD(struct config_key, pcoa),
	}, {
		.name = "spi", .type = &value_number, .required = true, .min = 1,
		.max = UINT32_MAX, FIELD(struct config_key, spi),
	}, { 0 }
};

static const struct {
	const char *name;
	const struct setting *rows;
	void (*run)(struct commands *c, const union arguments *in, struct answer *a);
} commands[] = {
	{ "show handovers", show_rows, show_all },
	{ "show counters", none, show_counts },
	{ "show neighbours", none, show_near },
	{ "start", start_rows, start },
	{ "cancel", cancel_rows, cancel },
	{ "complete", none, complete },
	{ "stop agent", none, stop_agent },
	{ "invite", invite_rows, invite },
	{ "advertise", advertise_rows, advertise },
	{ "link", link_rows, link_changes },
	{ "add key", config_key_rows, add_key },
	{ "replace key", config_key_rows, replace_key },
	{ "delete key", key_name_rows, delete_key },
	{ "monitor", none, monitor },
};

#define N_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void run(struct commands *c, struct json_object *request, struct answer *a)
{
	union arguments arguments = {};
	struct json_object *name;
	size_t i;

	if (!json_object_is_type(request, json_type_object) ||
	    !json_object_object_get_ex(request, "command", &name) ||
	    !json_object_is_type(name, json_type_string) ||
	    strlen(json_object_get_string(name)) !=
	    (size_t)json_object_get_string_len(name)) {
		refuse(a, -EINVAL, "not a JSON object with a \"command\"");
		return;
	}
	for (i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].name, json_object_get_string(name)))
			break;
	if (i == N_COMMANDS)
		refuse(a, -EINVAL, "\"%.40s\": there is no such command",
		       json_object_get_string(name));
	else if (request_read(request, commands[i].rows, &arguments, a->error))
		commands[i].run(c, &arguments, a);
	else
		a->err = -EINVAL;
	explicit_bzero(&arguments, sizeof(arguments));
}

static struct json_object *parse(const char *line, size_t len, struct answer *a)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH);
	struct json_object *request = NULL;
	enum json_tokener_error error;

	if (!tokener) {
		refuse(a, -ENOMEM, "out of memory");
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* With the NUL behind it, which ends a number. */
	request = json_tokener_parse_ex(tokener, line, len + 1);
	error = json_tokener_get_error(tokener);
	if (error == json_tokener_success && json_tokener_get_parse_end(tokener) < len)
		error = json_tokener_error_parse_unexpected;
	if (error != json_tokener_success) {
		refuse(a, -EINVAL, "not JSON: %s", json_tokener_error_desc(error));
		json_object_put(request);
		request = NULL;
	}
	json_tokener_free(tokener);
	return request;
}

static struct json_object *compose(struct answer *a)
{
	struct json_object *o = json_object_new_object();

	if (!a->err) {
		json_object_object_add(o, "result", a->result);
		if (a->next)
			json_object_object_add(o, "next", json_object_new_int64(a->next));
		return o;
	}
	json_object_object_add(o, "error", json_object_new_string(a->error));
	json_object_object_add(o, "errno",
			       json_object_new_string(strerrorname_np(-a->err)));
	return o;
}

struct json_object *command_run(struct commands *c, const char *line, size_t len,
				bool *monitor)
{
	struct answer a = {};
	struct json_object *request = parse(line, len, &a);

	if (!a.err)
		run(c, request, &a);
	json_object_put(request);
	*monitor |= a.monitor;
	return compose(&a);
}

/* Nobody waits for an answer any more. */
static void on_due(void *arg, const struct schedule_entry *entry)
{
	struct commands *c = arg;
	struct report refused = {
		.kind = REPORT_REFUSED,
		.role = "operator",
		.pcoa = entry->order.node,
	};

	if (engine_order(c->host.engine, &entry->order, &refused.text))
		engine_report(c->host.engine, &refused);
}

int commands_open(struct commands *c, struct loop *loop, const struct control_host *host)
{
	int err;

	*c = (struct commands){ .host = *host };
	c->history = history_open();
	if (!c->history)
		return -ENOMEM;
	err = schedule_open(loop, on_due, c, &c->schedule);
	if (err)
		history_close(c->history);
	return err;
}

void commands_close(struct commands *c)
{
	schedule_close(c->schedule);
	history_close(c->history);
}
