// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "command.h"
#include "genl.h"
#include "show_json.h"
#include "output.h"

enum object {
	OBJECT_BINDING, OBJECT_TUNNEL, OBJECT_STATS, OBJECT_CONFIG,
	OBJECT_MONITOR, OBJECT_HANDOVER, OBJECT_NEIGHBOR, OBJECT_KEY, OBJECT_LINK,
	OBJECT_AGENT, OBJECT_VERSION, OBJECT_HELP,
};

static const struct name objects[] = {
	{ "binding", OBJECT_BINDING }, { "tunnel", OBJECT_TUNNEL },
	{ "stats", OBJECT_STATS }, { "config", OBJECT_CONFIG },
	{ "monitor", OBJECT_MONITOR }, { "handover", OBJECT_HANDOVER },
	{ "neighbor", OBJECT_NEIGHBOR }, { "neighbour", OBJECT_NEIGHBOR },
	{ "key", OBJECT_KEY }, { "link", OBJECT_LINK },
	{ "agent", OBJECT_AGENT }, { "version", OBJECT_VERSION }, { "help", OBJECT_HELP },
	{ }
};

void command_help(void)
{
	puts("Usage: fmipctl [ OPTIONS ] OBJECT { COMMAND | help }\n"
	     "       fmipctl [ -force ] -batch FILE\n"
	     "where  OBJECT := { binding | tunnel | stats | config | monitor | version |\n"
	     "                   handover | neighbor | key | link | agent }\n"
	     "       OPTIONS := { -j[son] | -p[retty] | -s[tatistics] | -n[etns] NAME |\n"
	     "                    -c[ontrol] PATH | -V[ersion] | -h[elp] }");
}

enum outcome command_version(struct args *args)
{
	struct json_object *object;
	int family;

	report_command("version", NULL);
	if (args_peek(args) && name_value(objects, args_peek(args)) == OBJECT_HELP) {
		puts("Usage: fmipctl version");
		return DONE;
	}
	if (args_end(args))
		return WRONG;

	family = genl_version();
	if (output.json) {
		object = json_object_new_object();
		json_object_object_add(object, "fmipctl",
				       json_object_new_string(FMIPCTL_VERSION));
		json_object_object_add(object, "family",
				       family ? json_object_new_int(family)
					      : NULL);
		output_object(object);
		return DONE;
	}
	printf("fmipctl %s, ", FMIPCTL_VERSION);
	if (family)
		printf("kernel family version %d\n", family);
	else
		puts("fmip module not loaded");
	return DONE;
}

enum outcome command_run(struct args *args)
{
	int object = args_keyword(args, objects);

	report_command(NULL, NULL);
	if (object < 0)
		return args_unknown(args, objects);
	args_next(args);

	switch (object) {
	case OBJECT_BINDING:
		return command_binding(args);
	case OBJECT_TUNNEL:
		return command_tunnel(args);
	case OBJECT_STATS:
		return command_stats(args);
	case OBJECT_CONFIG:
		return command_config(args);
	case OBJECT_MONITOR:
		return command_monitor(args);
	case OBJECT_HANDOVER:
		return command_handover(args);
	case OBJECT_NEIGHBOR:
		return command_neighbor(args);
	case OBJECT_KEY:
		return command_key(args);
	case OBJECT_LINK:
		return command_link(args);
	case OBJECT_AGENT:
		return command_agent(args);
	case OBJECT_VERSION:
		return command_version(args);
	default:
		command_help();
		return DONE;
	}
}
