// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "attrs.h"
#include "bulk.h"
#include "command.h"
#include "genl.h"
#include "show_json.h"
#include "output.h"
#include "prometheus.h"
#include "show.h"

enum stats_verb {
	STATS_SHOW, STATS_PROMETHEUS, STATS_HELP,
};

static const struct name verbs[] = {
	{ "show", STATS_SHOW }, { "list", STATS_SHOW }, { "ls", STATS_SHOW },
	{ "--prometheus", STATS_PROMETHEUS }, { "-prometheus", STATS_PROMETHEUS },
	{ "help", STATS_HELP },
	{ }
};

/* @arg: not NULL for the format of Prometheus. */
static enum outcome print_stats(struct nlmsghdr *nlh, void *arg)
{
	struct stats stats;

	if (!attrs_get_stats(nlh, &stats))
		return wrong("the kernel's statistics make no sense to this fmipctl");
	if (arg)
		prometheus_stats(stdout, &stats, output.netns);
	else if (output.json)
		output_object(json_stats(&stats));
	else
		show_stats(stdout, &stats, "");
	return DONE;
}

static enum outcome ask(int verb)
{
	struct nl_msg *msg;

	if (verb == STATS_PROMETHEUS && output.json)
		return wrong("JSON and the format of Prometheus exclude each other");
	msg = genl_request(FMIP_CMD_STATS_GET, 0);
	if (!msg)
		return WRONG;
	return bulk_ask(msg, print_stats,
			verb == STATS_PROMETHEUS ? &output : NULL);
}

enum outcome command_stats(struct args *args)
{
	int verb = STATS_SHOW;

	report_command("stats", NULL);
	if (args_peek(args)) {
		verb = args_keyword(args, verbs);
		if (verb < 0)
			return args_unknown(args, verbs);
		args_next(args);
	}
	report_command("stats", verb == STATS_HELP ? "help" : "show");

	if (args_end(args))
		return WRONG;
	if (verb == STATS_HELP) {
		puts("Usage: fmipctl stats [ show | --prometheus ]");
		return DONE;
	}
	return ask(verb);
}
