// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include <linux/netlink.h>

#include "attrs.h"
#include "bulk.h"
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
		"       fmipctl binding show [ id N | MATCH | FILTER ... ]\n"
		"       fmipctl binding flush [ FILTER ... ]\n"
		"MATCH := [ match ] { dst | src } PREFIX\n"
		"         [ scope-any | dev IF | vrf IF | from-tunnel N [ key K ] ]\n"
		"OPTION := { local [ off ] | gate { open | hold | copy | guard } | TARGET | ACCEPT |\n"
		"            PROXY | ATTACH | targets none | accepts none | proxies none |\n"
		"            release { rfc5568 | immediate | rate N } | speedup X |\n"
		"            limit packets N | limit bytes SIZE | limit age TIME |\n"
		"            overflow { tail | head } | lifetime TIME | hold-time TIME |\n"
		"            hold-expiry { delete | open | notify } | guard-idle TIME |\n"
		"            replay since NS | replay last TIME }\n"
		"TARGET := target { tunnel N [ key K ] | link dev IF [ lladdr LLADDR ] | route }\n"
		"          [ lifetime TIME ]\n"
		"ACCEPT := accept tunnel N [ key K ] [ from ] { src | dst } [ lifetime TIME ]\n"
		"PROXY := proxy ADDR dev IF [ override ] [ announce ] [ lifetime TIME ]\n"
		"ATTACH := { attach { una | na | dad-ns | data }[,...] dev IF [ lladdr LLADDR ]\n"
		"            [ action { open | event } ] | attach none }\n"
		"FILTER := { tunnel N | gate GATE | dev IF | cookie { A | A-B | A- | -B } |\n"
		"            scope { any | vrf | interface | tunnel } | within PREFIX }\n"
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
	return bulk_ask(msg, reader, arg);
}

/* All of them, or those that a filter selects. */
static enum outcome ask_many(int cmd, int flags, const struct filter *filter)
{
	struct nl_msg *msg = genl_request(cmd, flags);

	if (!msg)
		return WRONG;
	if (filter->given &&
	    !attrs_put_filter(msg, FMIP_BINDING_A_FILTER, filter)) {
		nlmsg_free(msg);
		return wrong("the request is too long");
	}
	return bulk_ask(msg, flags ? print_binding : NULL, &output);
}

static bool put(struct nl_msg *msg, const void *binding)
{
	return attrs_put_binding(msg, binding);
}

/* What has been made, with the id that it got, is of interest to programs. */
static enum outcome make(int cmd, const struct binding *binding)
{
	if (output.json)
		return ask(cmd, NLM_F_ECHO, binding, print_binding, NULL);
	return bulk_add(cmd, binding, put);
}

static enum outcome show(struct args *args)
{
	struct binding binding;
	struct filter filter;
	bool one = parse_names_binding(args);
	enum outcome outcome;

	if (one ? parse_binding(args, VERB_SHOW, &binding)
		: parse_filter(args, false, &filter))
		return WRONG;
	outcome = bulk_flush();
	if (outcome)
		return outcome;
	if (output.json)
		output_list_start();
	outcome = one ? ask(FMIP_CMD_BINDING_GET, 0, &binding, print_binding, &output)
		      : ask_many(FMIP_CMD_BINDING_GET, NLM_F_DUMP, &filter);
	if (output.json)
		output_list_end();
	return outcome;
}

static enum outcome flush(struct args *args)
{
	struct filter filter;

	if (parse_filter(args, false, &filter))
		return WRONG;
	return ask_many(FMIP_CMD_BINDING_FLUSH, 0, &filter);
}

static enum outcome run(struct args *args, enum verb verb)
{
	struct binding binding;

	if (parse_binding(args, verb, &binding))
		return WRONG;
	switch (verb) {
	case VERB_ADD:
		return make(FMIP_CMD_BINDING_NEW, &binding);
	case VERB_REPLACE:
		return make(FMIP_CMD_BINDING_REPLACE, &binding);
	case VERB_CHANGE:
		return bulk_add(FMIP_CMD_BINDING_SET, &binding, put);
	default:
		return bulk_add(FMIP_CMD_BINDING_DEL, &binding, put);
	}
}

enum outcome command_binding(struct args *args)
{
	int verb = VERB_SHOW;

	if (args_verb(args, "binding", verbs, &verb))
		return WRONG;

	switch (verb) {
	case VERB_HELP:
		help();
		return DONE;
	case VERB_SHOW:
		return show(args);
	case VERB_FLUSH:
		return flush(args);
	default:
		return run(args, verb);
	}
}
