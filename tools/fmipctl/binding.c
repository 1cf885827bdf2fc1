// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include <linux/netlink.h>

#include "attrs.h"
#include "command.h"
#include "genl.h"
#include "show_json.h"
#include "output.h"
#include "parse.h"
#include "show.h"

static const struct name verbs[] = {
	{ "add", VERB_ADD }, { "change", VERB_CHANGE },
	{ "replace", VERB_REPLACE }, { "del", VERB_DEL },
	{ "delete", VERB_DEL }, { "show", VERB_SHOW }, { "list", VERB_SHOW },
	{ "ls", VERB_SHOW }, { "flush", VERB_FLUSH }, { "help", VERB_HELP },
	{ }
};

static void help(void)
{
	static const char usage[] =
		"Usage: fmipctl binding { add | replace } [ id N ] [ cookie N ] MATCH ... OPTION ...\n"
		"       fmipctl binding change { id N [ MATCH ... ] | MATCH } OPTION ...\n"
		"       fmipctl binding del { id N | MATCH }\n"
		"       fmipctl binding show [ id N | MATCH ]\n"
		"       fmipctl binding flush\n"
		"MATCH := { dst | src } PREFIX [ scope-any | dev IF | vrf IF | from-tunnel N [ key K ] ]\n"
		"OPTION := { local [ off ] | gate { open | hold } | TARGET | ACCEPT | PROXY | ATTACH |\n"
		"            targets none | accepts none | proxies none |\n"
		"            release { rfc5568 | immediate | rate N } | speedup X |\n"
		"            limit packets N | limit bytes SIZE | limit age TIME |\n"
		"            overflow { tail | head } | lifetime TIME | hold-time TIME |\n"
		"            hold-expiry { delete | open | notify } }\n"
		"TARGET := { target tunnel N [ key K ] [ lifetime TIME ] |\n"
		"            target link dev IF [ lladdr LLADDR ] [ lifetime TIME ] | target route }\n"
		"ACCEPT := accept tunnel N [ key K ] from { src | dst } [ lifetime TIME ]\n"
		"PROXY := proxy ADDR dev IF [ override ] [ announce ] [ lifetime TIME ]\n"
		"ATTACH := { attach { una | na | dad-ns | data }[,...] dev IF [ lladdr LLADDR ]\n"
		"            [ action { open | event } ] | attach none }\n"
		"TIME := { N | Nms | Ns | none }, SIZE := N[k|M|G]\n"
		"lifetime behind a target, accept or proxy is theirs; the binding's goes before.";

	puts(usage);
}

/* @arg: not NULL for a member of a list. */
static enum outcome print_binding(struct nlmsghdr *nlh, void *arg)
{
	struct binding binding;
	struct json_object *object;

	if (!attrs_get_binding(nlh, &binding))
		return wrong("the kernel's binding makes no sense to this fmipctl");
	if (!output.json) {
		show_binding(stdout, &binding, output.stats);
		return DONE;
	}
	object = json_binding(&binding, output.stats);
	if (arg)
		output_list_member(object);
	else
		output_object(object);
	return DONE;
}

static enum outcome ask(int cmd, int flags, const struct binding *binding,
			genl_reader reader, void *arg)
{
	struct nl_msg *msg = genl_request(cmd, flags);

	if (!msg)
		return WRONG;
	if (!attrs_put_binding(msg, binding)) {
		nlmsg_free(msg);
		return wrong("the request is too long");
	}
	return genl_ask(msg, reader, arg);
}

static enum outcome show(const struct binding *binding)
{
	enum outcome outcome;

	if (output.json)
		output_list_start();
	outcome = ask(FMIP_CMD_BINDING_GET, binding->given ? 0 : NLM_F_DUMP,
		      binding, print_binding, &output);
	if (output.json)
		output_list_end();
	return outcome;
}

/* What has been made, with the id that it got, is of interest to programs. */
static enum outcome make(uint8_t cmd, const struct binding *binding)
{
	return ask(cmd, output.json ? NLM_F_ECHO : 0, binding,
		   output.json ? print_binding : NULL, NULL);
}

enum outcome command_binding(struct args *args)
{
	struct binding binding = { };
	int verb = VERB_SHOW;

	report_command("binding", NULL);
	if (args_peek(args)) {
		verb = args_keyword(args, verbs);
		if (verb < 0)
			return args_unknown(args, verbs);
		args_next(args);
	}
	report_command("binding", name_of(verbs, verb));

	if (verb == VERB_HELP) {
		help();
		return DONE;
	}
	if (verb == VERB_FLUSH) {
		if (args_end(args))
			return WRONG;
		return ask(FMIP_CMD_BINDING_FLUSH, 0, &binding, NULL, NULL);
	}
	if (parse_binding(args, verb, &binding))
		return WRONG;

	switch (verb) {
	case VERB_ADD:
		return make(FMIP_CMD_BINDING_NEW, &binding);
	case VERB_REPLACE:
		return make(FMIP_CMD_BINDING_REPLACE, &binding);
	case VERB_CHANGE:
		return ask(FMIP_CMD_BINDING_SET, 0, &binding, NULL, NULL);
	case VERB_DEL:
		return ask(FMIP_CMD_BINDING_DEL, 0, &binding, NULL, NULL);
	default:
		return show(&binding);
	}
}
