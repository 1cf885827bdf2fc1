// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "agent.h"
#include "command.h"

enum agent_verb {
	AGENT_STOP, AGENT_HELP,
};

static const struct name verbs[] = {
	{ "stop", AGENT_STOP }, { "help", AGENT_HELP },
	{ }
};

enum outcome command_agent(struct args *args)
{
	int verb = AGENT_HELP;

	if (args_verb(args, "agent", verbs, &verb))
		return WRONG;

	if (args_end(args))
		return WRONG;
	if (verb == AGENT_HELP) {
		puts("Usage: fmipctl agent stop");
		return DONE;
	}
	return agent_tell(agent_request("stop agent"));
}
