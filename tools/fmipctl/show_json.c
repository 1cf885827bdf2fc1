// SPDX-License-Identifier: GPL-2.0-only
#include "iface.h"
#include "show_json.h"
#include "names.h"

static void add_string(struct json_object *o, const char *key,
		       const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static void add_true(struct json_object *o, const char *key)
{
	json_object_object_add(o, key, json_object_new_boolean(true));
}

static void add_u64(struct json_object *o, const char *key, uint64_t value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

static void add_given(struct json_object *o, const char *key, uint64_t given,
		      int attr, uint64_t value)
{
	if (given & GIVEN(attr))
		add_u64(o, key, value);
}

static void add_some(struct json_object *o, const char *key, uint64_t value,
		     uint64_t none)
{
	if (value != none)
		add_u64(o, key, value);
}

static void add_name(struct json_object *o, const char *key,
		     const struct name *table, int value)
{
	char buf[16];

	add_string(o, key, name_or_number(table, value, buf));
}

static void add_given_name(struct json_object *o, const char *key,
			   uint64_t given, int attr, const struct name *table,
			   int value)
{
	if (given & GIVEN(attr))
		add_name(o, key, table, value);
}

static void add_iface(struct json_object *o, uint64_t given, int attr,
		      uint32_t ifindex)
{
	if (given & GIVEN(attr))
		add_string(o, "dev", iface_name(ifindex));
}

static void add_lladdr(struct json_object *o, uint64_t given, int attr,
		       const struct lladdr *lladdr)
{
	char buf[TEXT_SIZE];

	if (given & GIVEN(attr) && lladdr->len)
		add_string(o, "lladdr", text_lladdr(lladdr, buf));
}

static void add_address(struct json_object *o, const char *key,
			const struct address *address)
{
	char buf[TEXT_SIZE];

	add_string(o, key, text_address(address, buf));
}

static struct json_object *json_match(const void *member)
{
	const struct match *match = member;
	struct json_object *o = json_object_new_object();
	char buf[TEXT_SIZE];

	add_name(o, "direction", names_direction, match->direction);
	add_string(o, "prefix",
		   text_prefix(&match->address, match->prefixlen, buf));
	add_name(o, "scope", names_scope, match->scope);
	add_iface(o, match->given, FMIP_MATCH_A_IFINDEX, match->ifindex);
	add_given(o, "tunnel", match->given, FMIP_MATCH_A_TUNNEL,
		  match->tunnel);
	add_given(o, "key", match->given, FMIP_MATCH_A_KEY, match->key);
	return o;
}

static struct json_object *json_target(const void *member)
{
	const struct target *target = member;
	struct json_object *o = json_object_new_object();
	uint64_t given = target->given;

	add_name(o, "type", names_target, target->type);
	add_given(o, "tunnel", given, FMIP_TARGET_A_TUNNEL, target->tunnel);
	add_given(o, "key", given, FMIP_TARGET_A_KEY, target->key);
	add_iface(o, given, FMIP_TARGET_A_IFINDEX, target->ifindex);
	add_lladdr(o, given, FMIP_TARGET_A_LLADDR, &target->lladdr);
	add_given(o, "lifetime", given, FMIP_TARGET_A_LIFETIME,
		  target->lifetime);
	return o;
}

static struct json_object *json_accept(const void *member)
{
	const struct accept *accept = member;
	struct json_object *o = json_object_new_object();
	uint64_t given = accept->given;

	add_u64(o, "tunnel", accept->tunnel);
	add_given(o, "key", given, FMIP_ACCEPT_A_KEY, accept->key);
	add_name(o, "from", names_direction, accept->direction);
	add_given(o, "lifetime", given, FMIP_ACCEPT_A_LIFETIME,
		  accept->lifetime);
	return o;
}

static struct json_object *json_proxy(const void *member)
{
	const struct proxy *proxy = member;
	struct json_object *o = json_object_new_object();

	add_address(o, "address", &proxy->address);
	add_iface(o, proxy->given, FMIP_PROXY_A_IFINDEX, proxy->ifindex);
	if (proxy->flags & FMIP_PROXY_F_OVERRIDE)
		add_true(o, "override");
	if (proxy->flags & FMIP_PROXY_F_ANNOUNCE)
		add_true(o, "announce");
	add_given(o, "lifetime", proxy->given, FMIP_PROXY_A_LIFETIME,
		  proxy->lifetime);
	return o;
}

static void add_evidence(struct json_object *o, uint32_t evidence)
{
	struct json_object *on = json_object_new_array();
	const struct name *name;

	for (name = names_evidence; name->name; name++)
		if (evidence & name->value)
			json_object_array_add(on, json_object_new_string(name->name));
	json_object_object_add(o, "on", on);
}

static struct json_object *json_attach(const struct attach *attach)
{
	struct json_object *o = json_object_new_object();

	add_evidence(o, attach->on);
	add_iface(o, attach->given, FMIP_ATTACH_A_IFINDEX, attach->ifindex);
	add_lladdr(o, attach->given, FMIP_ATTACH_A_LLADDR, &attach->lladdr);
	add_given_name(o, "action", attach->given, FMIP_ATTACH_A_ACTION,
		       names_action, attach->action);
	return o;
}

static void add_list(struct json_object *o, const char *key,
		     const void *members, size_t size, unsigned int n,
		     struct json_object *(*json)(const void *member))
{
	struct json_object *list = json_object_new_array_ext(n);
	unsigned int i;

	for (i = 0; i < n; i++)
		json_object_array_add(list,
				      json((const char *)members + i * size));
	json_object_object_add(o, key, list);
}

static void add_lists(struct json_object *o, const struct binding *b)
{
	add_list(o, "targets", b->targets, sizeof(b->targets[0]), b->n_targets,
		 json_target);
	add_list(o, "accepts", b->accepts, sizeof(b->accepts[0]), b->n_accepts,
		 json_accept);
	add_list(o, "proxies", b->proxies, sizeof(b->proxies[0]), b->n_proxies,
		 json_proxy);
	if (b->attach.given)
		json_object_object_add(o, "attach", json_attach(&b->attach));
}

static void add_release(struct json_object *o, const struct binding *b)
{
	struct json_object *speedup;
	char buf[TEXT_SIZE];

	add_given_name(o, "release", b->given, FMIP_BINDING_A_RELEASE,
		       names_release, b->release);
	if (b->release == FMIP_RELEASE_RATE)
		add_given(o, "rate", b->given, FMIP_BINDING_A_RATE, b->rate);
	if (!(b->given & GIVEN(FMIP_BINDING_A_SPEEDUP)))
		return;
	/* With its own text: 1.1 as a double is printed 1.1000000000000001. */
	text_speedup(b->speedup, buf);
	speedup = json_object_new_double_s(b->speedup / 100.0, buf);
	json_object_object_add(o, "speedup", speedup);
}

static void add_limits(struct json_object *o, const struct binding *b)
{
	struct json_object *limit = json_object_new_object();
	uint64_t given = b->given;

	add_given(limit, "packets", given, FMIP_BINDING_A_LIMIT_PACKETS,
		  b->limit_packets);
	add_given(limit, "bytes", given, FMIP_BINDING_A_LIMIT_BYTES,
		  b->limit_bytes);
	add_given(limit, "age", given, FMIP_BINDING_A_LIMIT_AGE, b->limit_age);
	json_object_object_add(o, "limit", limit);
	add_given_name(o, "overflow", given, FMIP_BINDING_A_OVERFLOW,
		       names_overflow, b->overflow);
	add_given(o, "hold_time", given, FMIP_BINDING_A_HOLD_TIME,
		  b->hold_time);
	add_given_name(o, "hold_expiry", given, FMIP_BINDING_A_HOLD_EXPIRY,
		       names_expiry, b->hold_expiry);
	add_given(o, "hold_left", given, FMIP_BINDING_A_HOLD_LEFT,
		  b->hold_left);
	if (b->guard_idle)
		add_u64(o, "guard_idle", b->guard_idle);
}

struct json_object *json_binding(const struct binding *b, bool stats)
{
	struct json_object *o = json_object_new_object();

	add_u64(o, "id", b->id);
	add_given(o, "cookie", b->given, FMIP_BINDING_A_COOKIE, b->cookie);
	add_list(o, "matches", b->matches, sizeof(b->matches[0]), b->n_matches,
		 json_match);
	if (b->flags & FMIP_BINDING_F_LOCAL)
		add_true(o, "local");
	add_given_name(o, "gate", b->given, FMIP_BINDING_A_GATE, names_gate,
		       b->gate);
	add_given(o, "lifetime", b->given, FMIP_BINDING_A_LIFETIME,
		  b->lifetime);
	add_lists(o, b);
	add_release(o, b);
	add_limits(o, b);
	if (stats && b->given & GIVEN(FMIP_BINDING_A_STATS))
		json_object_object_add(o, "stats", json_stats(&b->stats));
	return o;
}

/* What is as it is by default is left out, as in the text. */
static void add_outer(struct json_object *o, const struct tunnel *t)
{
	const char *flow = name_of(names_flowlabel, t->flags & FLOW_FLAGS);

	add_some(o, "ttl", t->ttl, 0);
	if (t->given & GIVEN(FMIP_TUNNEL_A_DSCP))
		add_some(o, "dscp", t->dscp, FMIP_DSCP_INHERIT);
	if (t->given & GIVEN(FMIP_TUNNEL_A_ENCAPLIMIT))
		add_some(o, "encaplimit", t->encaplimit, FMIP_ENCAPLIMIT_NONE);
	if (flow)
		add_string(o, "flowlabel", flow);
	else
		add_some(o, "flowlabel", t->flowlabel, 0);
	if (t->flags & FMIP_TUNNEL_F_FRAGMENT)
		add_true(o, "fragment");
	if (t->flags & FMIP_TUNNEL_F_UDP_CSUM)
		add_true(o, "udp_csum");
	add_some(o, "sport", t->sport, 0);
	add_some(o, "dport", t->dport, 0);
}

struct json_object *json_tunnel(const struct tunnel *t)
{
	struct json_object *o = json_object_new_object();
	uint64_t given = t->given;

	add_u64(o, "id", t->id);
	add_address(o, "local", &t->local);
	add_address(o, "remote", &t->remote);
	add_given_name(o, "encap", given, FMIP_TUNNEL_A_ENCAP, names_encap,
		       t->encap);
	if (t->ifindex)
		add_string(o, "dev", iface_name(t->ifindex));
	add_some(o, "mark", t->mark, 0);
	add_outer(o, t);
	add_given(o, "users", given, FMIP_TUNNEL_A_USERS, t->users);
	add_given(o, "mtu", given, FMIP_TUNNEL_A_MTU, t->mtu);
	return o;
}

struct json_object *json_config(const struct config *c)
{
	struct json_object *o = json_object_new_object();
	uint64_t given = c->given;

	add_given(o, "netns_bytes", given, FMIP_CONFIG_A_NETNS_BYTES,
		  c->netns_bytes);
	add_given(o, "module_bytes", given, FMIP_CONFIG_A_MODULE_BYTES,
		  c->module_bytes);
	add_given(o, "guarantee", given, FMIP_CONFIG_A_GUARANTEE,
		  c->guarantee);
	add_given(o, "exempt_mark", given, FMIP_CONFIG_A_EXEMPT_MARK,
		  c->exempt_mark);
	add_given(o, "exempt_mask", given, FMIP_CONFIG_A_EXEMPT_MASK,
		  c->exempt_mask);
	add_given(o, "proxies_max", given, FMIP_CONFIG_A_PROXIES_MAX,
		  c->proxies_max);
	return o;
}

static void add_counts(struct json_object *o, const char *key,
		       uint64_t packets, uint64_t bytes)
{
	struct json_object *counts = json_object_new_object();

	add_u64(counts, "packets", packets);
	add_u64(counts, "bytes", bytes);
	json_object_object_add(o, key, counts);
}

static void add_dropped(struct json_object *o, const struct stats *s)
{
	struct json_object *dropped = json_object_new_object();
	char buf[16];
	int i;

	for (i = 0; i < 256; i++)
		if (s->dropped[i])
			add_u64(dropped, name_or_number(names_drop, i, buf),
				s->dropped[i]);
	json_object_object_add(o, "dropped", dropped);
}

struct json_object *json_stats(const struct stats *s)
{
	struct json_object *o = json_object_new_object();
	uint64_t given = s->given;

	add_counts(o, "received", s->received_packets, s->received_bytes);
	add_counts(o, "sent", s->sent_packets, s->sent_bytes);
	add_counts(o, "buffered", s->buffered_packets, s->buffered_bytes);
	add_counts(o, "peak", s->peak_packets, s->peak_bytes);
	add_u64(o, "released", s->released_packets);
	add_counts(o, "decap", s->decap_packets, s->decap_bytes);
	add_dropped(o, s);
	add_u64(o, "attached", s->attached);
	add_u64(o, "rejected", s->rejected);
	add_u64(o, "proxy_answers", s->proxy_answers);
	add_given(o, "bindings", given, FMIP_STATS_A_BINDINGS, s->bindings);
	add_given(o, "tunnels", given, FMIP_STATS_A_TUNNELS, s->tunnels);
	add_given(o, "first_release_ns", given,
		  FMIP_STATS_A_FIRST_RELEASE_NS, s->first_release_ns);
	add_given(o, "copied", given, FMIP_STATS_A_COPIED_PACKETS,
		  s->copied_packets);
	add_given(o, "window", given, FMIP_STATS_A_WINDOW_PACKETS,
		  s->window_packets);
	add_given(o, "guaranteed", given, FMIP_STATS_A_GUARANTEED_BYTES,
		  s->guaranteed_bytes);
	return o;
}

struct json_object *json_event(const struct event *e)
{
	struct json_object *o = json_object_new_object();
	uint64_t given = e->given;

	add_name(o, "event", names_event, e->event);
	add_given(o, "time_ns", given, FMIP_EVENT_A_TIME_NS, e->time_ns);
	add_given(o, "binding", given, FMIP_EVENT_A_BINDING, e->binding);
	add_given(o, "cookie", given, FMIP_EVENT_A_COOKIE, e->cookie);
	add_given_name(o, "timer", given, FMIP_EVENT_A_TIMER, names_timer,
		       e->timer);
	if (given & GIVEN(FMIP_EVENT_A_ADDR))
		add_address(o, "address", &e->address);
	add_iface(o, given, FMIP_EVENT_A_IFINDEX, e->ifindex);
	add_lladdr(o, given, FMIP_EVENT_A_LLADDR, &e->lladdr);
	if (given & GIVEN(FMIP_EVENT_A_ON))
		add_evidence(o, e->on);
	if (given & GIVEN(FMIP_EVENT_A_STATS))
		json_object_object_add(o, "stats", json_stats(&e->stats));
	return o;
}
