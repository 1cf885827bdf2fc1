// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "agent.h"
#include "command.h"
#include "value.h"

enum link_verb {
	LINK_UP, LINK_DOWN, LINK_FADE, LINK_HELP,
};

static const struct name verbs[] = {
	{ "up", LINK_UP }, { "down", LINK_DOWN }, { "fade", LINK_FADE },
	{ "help", LINK_HELP },
	{ }
};

enum link_word {
	WORD_DEV, WORD_LLADDR, WORD_AP, WORD_NS,
};

static const struct name words[] = {
	{ "dev", WORD_DEV }, { "lladdr", WORD_LLADDR }, { "ap", WORD_AP },
	{ "ns", WORD_NS },
	{ }
};

static enum outcome put(struct json_object *request, int word, const char *value)
{
	uint64_t ns;

	switch (word) {
	case WORD_DEV:
		agent_put(request, "interface", value);
		return DONE;
	case WORD_LLADDR:
		return agent_put_lladdr(request, "lla", value);
	case WORD_AP:
		return agent_put_lladdr(request, "ap", value);
	default:
		if (value_number(value, "ns", INT64_MAX, &ns))
			return WRONG;
		agent_put_number(request, "ns", ns);
		return DONE;
	}
}

static enum outcome parse(struct args *args, struct json_object *request)
{
	unsigned int given;

	if (args_words(args, words, put, request, &given))
		return WRONG;
	return given & 1u << WORD_DEV ? DONE : wrong("an interface is needed: 'dev'");
}

enum outcome command_link(struct args *args)
{
	struct json_object *request;
	int verb = LINK_HELP;

	if (args_verb(args, "link", verbs, &verb))
		return WRONG;
	if (verb == LINK_HELP) {
		puts("Usage: fmipctl link { up | down | fade } dev IF [ lladdr LLADDR ]\n"
		     "                    [ ap LLADDR ] [ ns N ]");
		return DONE;
	}
	request = agent_request("link");
	agent_put(request, "change", name_of(verbs, verb));
	if (parse(args, request)) {
		json_object_put(request);
		return WRONG;
	}
	return agent_tell(request);
}
