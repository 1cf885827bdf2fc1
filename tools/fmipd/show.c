// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the state machines know, as JSON.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "show.h"

static void add_text(struct json_object *o, const char *key, const char *value)
{
	if (value)
		json_object_object_add(o, key, json_object_new_string(value));
}

static void add_number(struct json_object *o, const char *key, uint64_t value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

static void add_address(struct json_object *o, const char *key, const struct in6_addr *value)
{
	char text[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_UNSPECIFIED(value))
		return;
	inet_ntop(AF_INET6, value, text, sizeof(text));
	add_text(o, key, text);
}

static void add_lla(struct json_object *o, const char *key, const struct lla *value)
{
	char text[3 * LLA_MAX + 1] = "";
	unsigned int i;

	for (i = 0; i < value->len; i++)
		sprintf(text + (i ? 3 * i - 1 : 0), i ? ":%02x" : "%02x", value->bytes[i]);
	if (value->len)
		add_text(o, key, text);
}

static void add_interface(struct json_object *o, const struct engine *e,
			  unsigned int ifindex)
{
	size_t i;

	for (i = 0; i < e->config->interfaces_count; i++)
		if (ifindex &&
		    e->ops->ifindex_of(e->world, e->config->interfaces[i].name) == ifindex)
			add_text(o, "interface", e->config->interfaces[i].name);
}

static void add_duration(struct json_object *o, const char *key, int64_t ns)
{
	if (ns >= 0)
		add_number(o, key, ns);
}

static struct json_object *show_steps(const struct record *record)
{
	struct json_object *steps = json_object_new_array(), *o;
	unsigned int i;

	for (i = 0; i < record->steps; i++) {
		o = json_object_new_object();
		add_text(o, "what", record->step[i].what);
		json_object_object_add(o, "sent",
				       json_object_new_boolean(record->step[i].sent));
		add_number(o, "ns", record->step[i].ns);
		json_object_array_add(steps, o);
	}
	return steps;
}

static void add_left_out(struct json_object *o, const struct record *record)
{
	struct json_object *left_out;

	if (!record->left_out)
		return;
	left_out = json_object_new_object();
	add_number(left_out, "behind", RECORD_STEPS_FIRST);
	add_number(left_out, "steps", record->left_out);
	json_object_object_add(o, "left_out", left_out);
}

static struct json_object *show_parts(const struct record *record)
{
	static const struct { const char *key, *from, *to; } parts[] = {
		{ "link_gap", "link down", "link up" },
		{ "link_up_to_una", "link up", "una" },
		{ "link_down_to_fbu", "link down", "fbu" },
		{ "fbu_to_fback", "fbu", "fback" },
		{ "hi_to_hack", "hi", "hack" },
		{ "una_to_released", "arrived", "released" },
	};
	struct json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		add_duration(o, parts[i].key,
			     record_between(record, parts[i].from, parts[i].to));
	return o;
}

static struct json_object *show_packets(const struct record_packets *packets)
{
	struct json_object *o = json_object_new_object();

	add_number(o, "received", packets->received);
	add_number(o, "buffered", packets->buffered);
	add_number(o, "buffered_most", packets->buffered_most);
	add_number(o, "released", packets->released);
	add_number(o, "overflow", packets->overflow);
	add_number(o, "dropped", packets->dropped);
	return o;
}

static void add_record(struct json_object *o, const struct record *record)
{
	struct json_object *r;

	if (!record->steps)
		return;
	r = json_object_new_object();
	add_text(r, "mode", record->mode);
	add_address(r, "peer", &record->peer);
	json_object_object_add(r, "steps", show_steps(record));
	add_left_out(r, record);
	add_duration(r, "silence_ns", record_silence(record));
	json_object_object_add(r, "parts_ns", show_parts(record));
	if (record->counted)
		json_object_object_add(r, "packets", show_packets(&record->packets));
	json_object_object_add(o, "record", r);
}

/* Whether the next one is on the page; if it is behind that, there is more. */
static bool is_next(struct show_page *page)
{
	uint32_t number = page->seen++;

	page->more |= number >= page->from && number - page->from >= SHOW_PAGE;
	return number >= page->from && !page->more;
}

static void show_handover(struct engine_visitor *visitor, const struct engine_handover *h)
{
	struct show_page *page = (struct show_page *)((char *)visitor -
				offsetof(struct show_page, visitor));
	struct json_object *o;

	if (!is_next(page))
		return;
	o = json_object_new_object();
	add_text(o, "role", h->role);
	add_text(o, "state", h->state);
	add_address(o, "pcoa", &h->pcoa);
	add_address(o, "ncoa", &h->ncoa);
	add_address(o, "par", &h->par);
	add_address(o, "nar", &h->nar);
	add_lla(o, "ap", &h->ap);
	add_interface(o, page->engine, h->ifindex);
	add_lla(o, "link_layer_address", &h->lla);
	if (h->record)
		add_record(o, h->record);
	json_object_array_add(page->array, o);
}

void show_handovers(struct show_page *page)
{
	page->visitor.visit = show_handover;
	engine_show(page->engine, &page->visitor);
}

static void add_report(struct json_object *o, const struct report *report)
{
	add_text(o, "role", report->role);
	add_text(o, "text", report->text);
	add_address(o, "pcoa", &report->pcoa);
	add_address(o, "ncoa", &report->ncoa);
	add_text(o, "peer", report->peer);
	add_address(o, "from", &report->from);
	if (report->kind == REPORT_DONE && report->record)
		add_record(o, report->record);
}

static bool is_about(const struct show_page *page, const struct in6_addr *pcoa,
		     const struct in6_addr *ncoa)
{
	return engine_is_wanted(&page->visitor, pcoa) ||
	       engine_is_wanted(&page->visitor, ncoa);
}

void show_history(const struct history_entry *entry, struct show_page *page)
{
	struct json_object *o;

	for (; entry && !page->more; entry = entry->next) {
		if (!is_about(page, &entry->report.pcoa, &entry->report.ncoa) ||
		    !is_next(page))
			continue;
		o = json_object_new_object();
		add_text(o, "state", "finished");
		add_number(o, "realtime_ns", entry->realtime_ns);
		add_report(o, &entry->report);
		json_object_array_add(page->array, o);
	}
}

struct json_object *show_scheduled(const struct schedule_entry *entry)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "state", "scheduled");
	add_number(o, "id", entry->id);
	add_number(o, "at_ns", entry->at_ns);
	add_address(o, "pcoa", &entry->order.node);
	add_lla(o, "ap", &entry->order.ap);
	return o;
}

void show_schedule(const struct schedule_entry *entry, struct show_page *page)
{
	for (; entry && !page->more; entry = entry->next)
		if (is_about(page, &entry->order.node, &entry->order.node) && is_next(page))
			json_object_array_add(page->array, show_scheduled(entry));
}

struct json_object *show_report(const struct report *report, uint64_t realtime_ns)
{
	static const char *const events[] = {
		[REPORT_ALARM] = "alarm",
		[REPORT_STATE] = "state",
		[REPORT_DONE] = "finished",
		[REPORT_REFUSED] = "refused",
	};
	struct json_object *o = json_object_new_object();

	add_text(o, "event", events[report->kind]);
	add_number(o, "realtime_ns", realtime_ns);
	add_report(o, report);
	return o;
}

struct json_object *show_counters(const struct engine *e)
{
	static const char *const names[] = {
		[COUNT_RECEIVED] = "received",
		[COUNT_MALFORMED] = "malformed",
		[COUNT_UNWANTED] = "unwanted",
		[COUNT_FLOOD] = "flood",
		[COUNT_LIMIT] = "limit",
		[COUNT_NO_HOME] = "no_home",
		[COUNT_NO_KEY] = "no_key",
		[COUNT_BAD_AUTH] = "bad_authenticator",
		[COUNT_STALE] = "stale",
		[COUNT_STRANGER] = "stranger",
		[COUNT_CLEARTEXT] = "cleartext",
		[COUNT_UNMATCHED] = "unmatched",
		[COUNT_INCOMPLETE] = "incomplete",
		[COUNT_CONFLICT] = "conflict",
		[COUNT_UNTOLD] = "untold",
		[COUNT_SENT] = "sent",
		[COUNT_AGAIN] = "again",
	};
	struct json_object *o = json_object_new_object();
	unsigned int i;

	_Static_assert(sizeof(names) / sizeof(names[0]) == COUNT_KINDS, "each has a name");
	for (i = 0; i < COUNT_KINDS; i++)
		add_number(o, names[i], e->count[i]);
	return o;
}

struct json_object *show_neighbours(const struct control_host *host)
{
	struct json_object *all = json_object_new_array(), *o;
	const struct config *config = host->engine->config;
	const struct config_neighbour *n;
	bool secure;
	size_t i;

	for (i = 0; i < config->neighbours_count; i++) {
		n = &config->neighbours[i];
		o = json_object_new_object();
		add_text(o, "name", n->name);
		add_address(o, "address", &n->address);
		add_lla(o, "link_layer_address", &n->lla);
		json_object_object_add(o, "fmip", json_object_new_boolean(n->fmip));
		secure = host->protects(host->arg, &n->address);
		json_object_object_add(o, "protected", json_object_new_boolean(secure));
		json_object_array_add(all, o);
	}
	return all;
}
