// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "attrs.h"
#include "bulk.h"
#include "command.h"
#include "genl.h"
#include "show_json.h"
#include "output.h"
#include "parse.h"
#include "show.h"

static const struct name verbs[] = {
	{ "show", VERB_SHOW }, { "list", VERB_SHOW }, { "ls", VERB_SHOW },
	{ "help", VERB_HELP },
	{ }
};

static enum outcome print_stats(struct nlmsghdr *nlh, void *arg)
{
	struct stats stats;

	(void)arg;
	if (!attrs_get_stats(nlh, &stats))
		return wrong("the kernel's statistics make no sense to this fmipctl");
	if (output.json)
		output_object(json_stats(&stats));
	else
		show_stats(stdout, &stats, "");
	return DONE;
}

enum outcome command_stats(struct args *args)
{
	int verb = VERB_SHOW;
	struct nl_msg *msg;

	report_command("stats", NULL);
	if (args_peek(args)) {
		verb = args_keyword(args, verbs);
		if (verb < 0)
			return args_unknown(args, verbs);
		args_next(args);
	}
	report_command("stats", name_of(verbs, verb));

	if (args_end(args))
		return WRONG;
	if (verb == VERB_HELP) {
		puts("Usage: fmipctl stats [ show ]");
		return DONE;
	}
	msg = genl_request(FMIP_CMD_STATS_GET, 0);
	return msg ? bulk_ask(msg, print_stats, NULL) : WRONG;
}
