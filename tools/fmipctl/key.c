// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "agent.h"
#include "command.h"
#include "value.h"

enum key_verb {
	KEY_ADD, KEY_REPLACE, KEY_DEL, KEY_HELP,
};

static const struct name verbs[] = {
	{ "add", KEY_ADD }, { "replace", KEY_REPLACE }, { "del", KEY_DEL },
	{ "delete", KEY_DEL }, { "help", KEY_HELP },
	{ }
};

enum key_word {
	KEY_PCOA, KEY_SPI, KEY_MAC, KEY_OCTETS,
};

static const struct name words[] = {
	{ "pcoa", KEY_PCOA }, { "spi", KEY_SPI }, { "mac", KEY_MAC },
	{ "key", KEY_OCTETS },
	{ }
};

/* The values are those of enum badf_mac in fmipd; only the names are sent. */
static const struct name macs[] = {
	{ "hmac-sha1-96", 0 }, { "hmac-sha256-128", 1 }, { "hmac-sha256", 2 },
	{ }
};

/* More than the longest key, in hexadecimal digits. */
#define LINE_SIZE	256

static void help(void)
{
	puts("Usage: fmipctl key { add | replace } pcoa PREFIX spi N [ mac MAC ]\n"
	     "                                         key { OCTETS | - }\n"
	     "       fmipctl key del pcoa PREFIX spi N\n"
	     "MAC := { hmac-sha1-96 | hmac-sha256-128 | hmac-sha256 }");
}

/* What is on the command line all others on the machine can see. */
static enum outcome put_octets(struct json_object *request, const char *octets)
{
	char line[LINE_SIZE];

	if (strcmp(octets, "-")) {
		agent_put(request, "key", octets);
		return DONE;
	}
	if (!fgets(line, sizeof(line), stdin))
		return wrong("there is no key on the standard input");
	line[strcspn(line, "\n")] = '\0';
	agent_put(request, "key", line);
	explicit_bzero(line, sizeof(line));
	return DONE;
}

static enum outcome put_pcoa(struct json_object *request, const char *word)
{
	struct address address;
	char buf[TEXT_SIZE];
	uint8_t len;

	if (value_prefix(word, &address, &len))
		return WRONG;
	agent_put(request, "pcoa", text_prefix(&address, len, buf));
	return DONE;
}

static enum outcome put(struct json_object *request, struct args *args, int word)
{
	const char *value;
	uint32_t spi;
	int mac;

	switch (word) {
	case KEY_SPI:
		if (args_u32(args, "spi", &spi))
			return WRONG;
		agent_put_number(request, "spi", spi);
		return DONE;
	case KEY_MAC:
		if (args_name(args, "mac", macs, &mac))
			return WRONG;
		agent_put(request, "mac", name_of(macs, mac));
		return DONE;
	case KEY_PCOA:
		return args_value(args, "pcoa", &value) ? WRONG : put_pcoa(request, value);
	default:
		return args_value(args, "key", &value) ? WRONG : put_octets(request, value);
	}
}

static enum outcome parse(struct args *args, int verb, struct json_object *request)
{
	static const unsigned int needed = 1u << KEY_PCOA | 1u << KEY_SPI;
	unsigned int given = 0;
	int word;

	while (args_peek(args)) {
		word = args_keyword(args, words);
		if (word < 0)
			return args_unknown(args, words);
		if (verb == KEY_DEL && !(needed & 1u << word))
			return wrong("'%s' is not for 'del'", name_of(words, word));
		args_next(args);
		if (given & 1u << word)
			return wrong("'%s' is given twice", name_of(words, word));
		given |= 1u << word;
		if (put(request, args, word))
			return WRONG;
	}
	for (word = KEY_PCOA; word <= KEY_OCTETS; word++)
		if (!(given & 1u << word) && word != KEY_MAC &&
		    (verb != KEY_DEL || needed & 1u << word))
			return wrong("'%s' is missing", name_of(words, word));
	return DONE;
}

enum outcome command_key(struct args *args)
{
	static const char *const commands[] = {
		[KEY_ADD] = "add key",
		[KEY_REPLACE] = "replace key",
		[KEY_DEL] = "delete key",
	};
	struct json_object *request;
	int verb = KEY_HELP;

	if (args_verb(args, "key", verbs, &verb))
		return WRONG;
	if (verb == KEY_HELP) {
		help();
		return DONE;
	}
	request = agent_request(commands[verb]);
	if (parse(args, verb, request)) {
		json_object_put(request);
		return WRONG;
	}
	return agent_tell(request);
}
