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
	{ "set", VERB_SET }, { "help", VERB_HELP },
	{ }
};

static void help(void)
{
	puts("Usage: fmipctl config [ show ]\n"
	     "       fmipctl config set [ netns-bytes SIZE ] [ module-bytes SIZE ]\n"
	     "                          [ guarantee SIZE ] [ exempt-mark MARK[/MASK] ]\n"
	     "                          [ proxies-max N ]\n"
	     "SIZE := N[k|M|G]");
}

static enum outcome print_config(struct nlmsghdr *nlh, void *arg)
{
	struct config config;

	(void)arg;
	if (!attrs_get_config(nlh, &config))
		return wrong("the kernel's configuration makes no sense to this fmipctl");
	if (output.json)
		output_object(json_config(&config));
	else
		show_config(stdout, &config);
	return DONE;
}

static enum outcome show(void)
{
	struct nl_msg *msg = genl_request(FMIP_CMD_CONFIG_GET, 0);

	return msg ? bulk_ask(msg, print_config, NULL) : WRONG;
}

static enum outcome set(struct args *args)
{
	struct config config;
	struct nl_msg *msg;

	if (parse_config(args, &config))
		return WRONG;
	msg = genl_request(FMIP_CMD_CONFIG_SET, 0);
	if (!msg)
		return WRONG;
	if (!attrs_put_config(msg, &config)) {
		nlmsg_free(msg);
		return wrong("the request is too long");
	}
	return bulk_ask(msg, NULL, NULL);
}

enum outcome command_config(struct args *args)
{
	int verb = VERB_SHOW;

	if (args_verb(args, "config", verbs, &verb))
		return WRONG;

	if (verb == VERB_SET)
		return set(args);
	if (args_end(args))
		return WRONG;
	if (verb == VERB_SHOW)
		return show();
	help();
	return DONE;
}
