// SPDX-License-Identifier: GPL-2.0-only
/*
 * decode - what messages say. A line of input is
 *
 *   mh SOURCE DESTINATION OCTETS
 *   nd SOURCE DESTINATION OCTETS HOP-LIMIT LLA-LENGTH
 *
 * with the addresses that the checksum covers and hexadecimal digits. A line
 * of output is a JSON object: the message, or "fault" and "offset".
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "names.h"

#define LINE_SIZE	8192

static size_t octets(const char *text, uint8_t *data)
{
	char digits[3] = "";
	size_t len;

	for (len = 0; text[2 * len] && text[2 * len + 1]; len++) {
		memcpy(digits, text + 2 * len, 2);
		data[len] = strtoul(digits, NULL, 16);
	}
	return len;
}

static struct json_object *fault_json(struct fault fault)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "fault",
			       json_object_new_string(fault_text(fault.kind)));
	json_object_object_add(object, "offset",
			       json_object_new_int64(fault.offset));
	return object;
}

static struct json_object *decode(const char *kind, const char *text,
				  const struct nd_link *link)
{
	uint8_t data[LINE_SIZE];
	size_t len = octets(text, data);
	static struct mh mh;
	static struct nd nd;
	struct fault fault;

	if (!strcmp(kind, "mh")) {
		fault = mh_decode(data, len, link->ends, &mh);
		return fault.kind ? fault_json(fault) : mh_json(&mh);
	}
	fault = nd_decode(data, len, link, &nd);
	return fault.kind ? fault_json(fault) : nd_json(&nd);
}

int main(void)
{
	char line[LINE_SIZE], kind[3], from[64], to[64], text[LINE_SIZE];
	unsigned int hop_limit, lla_len;
	struct json_object *object;
	struct ip6_ends ends;
	struct nd_link link;

	while (fgets(line, sizeof(line), stdin)) {
		hop_limit = 0;
		lla_len = 0;
		if (sscanf(line, "%2s %63s %63s %8191s %u %u", kind, from, to,
			   text, &hop_limit, &lla_len) < 4 ||
		    inet_pton(AF_INET6, from, &ends.source) != 1 ||
		    inet_pton(AF_INET6, to, &ends.destination) != 1) {
			fprintf(stderr, "decode: wrong line: %s", line);
			return 2;
		}
		link = (struct nd_link){ &ends, hop_limit, lla_len };
		object = decode(kind, text, &link);
		puts(json_object_to_json_string_ext(object,
						    JSON_C_TO_STRING_PLAIN));
		json_object_put(object);
	}
	return 0;
}
