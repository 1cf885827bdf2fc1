// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "agent.h"
#include "agent_show.h"
#include "command.h"
#include "output.h"
#include "value.h"

enum neighbor_verb {
	NEIGHBOR_SHOW, NEIGHBOR_ADVERTISE, NEIGHBOR_HELP,
};

static const struct name verbs[] = {
	{ "show", NEIGHBOR_SHOW }, { "list", NEIGHBOR_SHOW }, { "ls", NEIGHBOR_SHOW },
	{ "advertise", NEIGHBOR_ADVERTISE }, { "help", NEIGHBOR_HELP },
	{ }
};

static void print_all(struct json_object *all)
{
	size_t i, n = json_object_array_length(all);

	if (output.json)
		output_list_start();
	for (i = 0; i < n; i++) {
		struct json_object *neighbor = json_object_array_get_idx(all, i);

		if (output.json)
			output_list_member(json_object_get(neighbor));
		else
			show_neighbor(stdout, neighbor);
	}
	if (output.json)
		output_list_end();
}

static enum outcome show(struct args *args)
{
	struct json_object *all;
	enum outcome outcome;

	if (args_end(args))
		return WRONG;
	outcome = agent_ask(agent_request("show neighbours"), &all);
	if (!outcome)
		print_all(all);
	json_object_put(all);
	return outcome;
}

enum advertise_word {
	ADVERTISE_NODE, ADVERTISE_DEV, ADVERTISE_AP,
};

static const struct name advertise_words[] = {
	{ "node", ADVERTISE_NODE }, { "dev", ADVERTISE_DEV }, { "ap", ADVERTISE_AP },
	{ }
};

static enum outcome put_advertise(struct json_object *request, int word, const char *value)
{
	struct address address;

	switch (word) {
	case ADVERTISE_NODE:
		if (value_address(value, "node", &address))
			return WRONG;
		agent_put(request, "node", value);
		return DONE;
	case ADVERTISE_DEV:
		agent_put(request, "interface", value);
		return DONE;
	default:
		return agent_put_lladdr(request, "ap", value);
	}
}

static enum outcome parse_advertise(struct args *args, struct json_object *request)
{
	unsigned int given;

	if (args_words(args, advertise_words, put_advertise, request, &given))
		return WRONG;
	if (!(given & 1u << ADVERTISE_NODE) == !(given & 1u << ADVERTISE_DEV))
		return wrong("either 'node' or 'dev' is needed");
	return DONE;
}

static enum outcome advertise(struct args *args)
{
	struct json_object *request = agent_request("advertise");

	if (!parse_advertise(args, request))
		return agent_tell(request);
	json_object_put(request);
	return WRONG;
}

enum outcome command_neighbor(struct args *args)
{
	int verb = NEIGHBOR_SHOW;

	if (args_verb(args, "neighbor", verbs, &verb))
		return WRONG;

	switch (verb) {
	case NEIGHBOR_SHOW:
		return show(args);
	case NEIGHBOR_ADVERTISE:
		return advertise(args);
	default:
		puts("Usage: fmipctl neighbor [ show ]\n"
		     "       fmipctl neighbor advertise { node ADDR | dev IF } [ ap LLADDR ]");
		return args_end(args);
	}
}
