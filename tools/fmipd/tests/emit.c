// SPDX-License-Identifier: GPL-2.0-only
/*
 * emit values          the samples, one JSON object a line: what is meant, and
 *                      the octets of the message and of its packet
 * emit pcap FILE       their packets
 * emit corpus DIR      a file for each message below DIR/mh and DIR/nd
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "samples.h"

/* The link type of packets that begin with an IP header. */
#define LINKTYPE_RAW	101

static int bad(const char *what)
{
	perror(what);
	return 1;
}

static void print_values(const struct sample *s)
{
	struct json_object *object = s->is_mh ? mh_json(&s->mh) : nd_json(&s->nd);
	uint8_t data[SAMPLE_SIZE];
	size_t len = sample_encode(s, data);

	json_object_object_add(object, "name", json_object_new_string(s->name));
	json_object_object_add(object, "is_mh", json_object_new_boolean(s->is_mh));
	json_object_object_add(object, "source", address_json(&s->ip.source));
	json_object_object_add(object, "destination",
			       address_json(&s->ip.destination));
	json_object_object_add(object, "lla_len",
			       json_object_new_int(s->lla_len));
	if (s->has_hao)
		json_object_object_add(object, "hao", address_json(&s->home));
	if (s->has_rh2)
		json_object_object_add(object, "rh2", address_json(&s->home));
	json_object_object_add(object, "octets", hex_json(data, len));
	len = sample_packet(s, data);
	json_object_object_add(object, "packet", hex_json(data, len));
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
	json_object_put(object);
}

static int write_pcap(const char *path, const struct sample *s, size_t count)
{
	const uint32_t header[] = {
		0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, LINKTYPE_RAW
	};
	uint8_t data[SAMPLE_SIZE];
	FILE *file = fopen(path, "wb");
	size_t i;

	if (!file)
		return bad(path);
	fwrite(header, sizeof(header), 1, file);
	for (i = 0; i < count; i++) {
		uint32_t len = sample_packet(&s[i], data);
		uint32_t record[] = { i, 0, len, len };

		fwrite(record, sizeof(record), 1, file);
		fwrite(data, len, 1, file);
	}
	return fclose(file) ? bad(path) : 0;
}

/* The length of the link's addresses comes first for who fuzzes the latter. */
static int write_seed(const char *dir, const struct sample *s)
{
	char path[4096];
	uint8_t data[SAMPLE_SIZE];
	size_t len = sample_encode(s, data);
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s/%s", dir, s->is_mh ? "mh" : "nd",
		 s->name);
	file = fopen(path, "wb");
	if (!file)
		return bad(path);
	if (!s->is_mh)
		fputc(s->lla_len, file);
	fwrite(data, len, 1, file);
	return fclose(file) ? bad(path) : 0;
}

int main(int argc, char **argv)
{
	size_t i, count;
	const struct sample *s = samples_get(&count);
	int ret = 0;

	if (argc == 3 && !strcmp(argv[1], "pcap"))
		return write_pcap(argv[2], s, count);
	if (argc == 3 && !strcmp(argv[1], "corpus")) {
		for (i = 0; i < count && !ret; i++)
			ret = write_seed(argv[2], &s[i]);
		return ret;
	}
	if (argc == 2 && !strcmp(argv[1], "values")) {
		for (i = 0; i < count; i++)
			print_values(&s[i]);
		return 0;
	}
	fputs("usage: emit values | pcap FILE | corpus DIR\n", stderr);
	return 2;
}
