// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "agent_show.h"
#include "value.h"

/* A member, and the word in front of it, if there is one. */
struct field {
	const char *key;
	const char *word;
};

static const struct field handover_fields[] = {
	{ "event", NULL }, { "role", NULL }, { "state", NULL }, { "text", NULL },
	{ "id", "id" }, { "pcoa", "pcoa" }, { "ncoa", "ncoa" }, { "par", "par" },
	{ "nar", "nar" }, { "peer", "peer" }, { "from", "from" }, { "ap", "ap" },
	{ "interface", "dev" }, { "link_layer_address", "lladdr" },
	{ }
};

static const struct field neighbor_fields[] = {
	{ "name", NULL }, { "address", "address" }, { "link_layer_address", "lladdr" },
	{ }
};

static void show_word(FILE *out, const char *word)
{
	fprintf(out, strchr(word, ' ') ? "\"%s\"" : "%s", word);
}

static void show_fields(FILE *out, struct json_object *o, const struct field *field)
{
	struct json_object *value;
	const char *space = "";

	for (; field->key; field++) {
		if (!json_object_object_get_ex(o, field->key, &value))
			continue;
		fputs(space, out);
		if (field->word)
			fprintf(out, "%s ", field->word);
		show_word(out, json_object_get_string(value));
		space = " ";
	}
}

static void show_moment(FILE *out, struct json_object *o, const char *key, const char *word)
{
	struct json_object *value;
	char buf[TEXT_SIZE];

	if (json_object_object_get_ex(o, key, &value))
		fprintf(out, " %s %s", word,
			text_moment(json_object_get_uint64(value), buf));
}

/* In milliseconds, and to the microsecond. */
static void show_ns(FILE *out, const char *word, int64_t ns)
{
	fprintf(out, " %s %" PRId64 ".%03" PRId64 "ms", word, ns / 1000000,
		ns / 1000 % 1000);
}

static void show_parts(FILE *out, struct json_object *parts)
{
	json_object_object_foreach(parts, name, value)
		show_ns(out, name, json_object_get_int64(value));
}

static void show_packets(FILE *out, struct json_object *packets)
{
	json_object_object_foreach(packets, name, value)
		fprintf(out, " %s %" PRIu64, name, json_object_get_uint64(value));
}

static int64_t number(struct json_object *o, const char *name)
{
	return json_object_get_int64(json_object_object_get(o, name));
}

static void show_steps(FILE *out, struct json_object *steps, struct json_object *left_out)
{
	size_t i, n = json_object_array_length(steps);
	int64_t behind = left_out ? number(left_out, "behind") : -1;
	struct json_object *step, *sent;
	int64_t first = 0;

	for (i = 0; i < n; i++) {
		step = json_object_array_get_idx(steps, i);
		if ((int64_t)i == behind)
			fprintf(out, "\n    ... %" PRId64 " left out",
				number(left_out, "steps"));
		if (!i)
			first = number(step, "ns");
		fprintf(out, "\n   ");
		show_ns(out, "at", number(step, "ns") - first);
		sent = json_object_object_get(step, "sent");
		fprintf(out, " %s%s", json_object_get_boolean(sent) ? "send " : "",
			json_object_get_string(json_object_object_get(step, "what")));
	}
}

static void show_record(FILE *out, struct json_object *record, bool steps)
{
	struct json_object *value;

	if (json_object_object_get_ex(record, "mode", &value))
		fprintf(out, " mode %s", json_object_get_string(value));
	if (json_object_object_get_ex(record, "silence_ns", &value))
		show_ns(out, "silence", json_object_get_int64(value));
	if (json_object_object_get_ex(record, "parts_ns", &value))
		show_parts(out, value);
	if (json_object_object_get_ex(record, "packets", &value))
		show_packets(out, value);
	if (steps && json_object_object_get_ex(record, "steps", &value))
		show_steps(out, value, json_object_object_get(record, "left_out"));
}

void show_handover(FILE *out, struct json_object *handover, bool steps)
{
	struct json_object *record;

	show_fields(out, handover, handover_fields);
	show_moment(out, handover, "at_ns", "at");
	show_moment(out, handover, "realtime_ns", "time");
	if (json_object_object_get_ex(handover, "record", &record))
		show_record(out, record, steps);
	fputc('\n', out);
}

void show_neighbor(FILE *out, struct json_object *neighbor)
{
	show_fields(out, neighbor, neighbor_fields);
	if (!json_object_get_boolean(json_object_object_get(neighbor, "fmip")))
		fputs(" no-fmip", out);
	if (json_object_get_boolean(json_object_object_get(neighbor, "protected")))
		fputs(" protected", out);
	fputc('\n', out);
}

void show_numbers(FILE *out, struct json_object *numbers)
{
	json_object_object_foreach(numbers, name, value)
		fprintf(out, "%s %" PRIu64 "\n", name, json_object_get_uint64(value));
}
