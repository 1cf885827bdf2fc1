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
		"Usage: fmipctl tunnel { add | replace } [ id N ] local ADDR remote ADDR [ OPTION ... ]\n"
		"       fmipctl tunnel change id N [ local ADDR ] [ remote ADDR ] [ OPTION ... ]\n"
		"       fmipctl tunnel del id N\n"
		"       fmipctl tunnel show [ id N | FILTER ... ]\n"
		"       fmipctl tunnel flush [ FILTER ... ]\n"
		"OPTION := { encap { ip6 | ip4 | gre6 | gre4 | udp4 | tlv4 } | dev IF | mark N |\n"
		"            ttl { N | route } | dscp { N | inherit } | encaplimit { N | none } |\n"
		"            flowlabel { N | inherit | hash } | fragment { on | off } |\n"
		"            udp-csum { on | off } | sport N | dport N }\n"
		"FILTER := { dev IF | within PREFIX }";

	puts(usage);
}

/* @arg: not NULL for a member of a list. */
static enum outcome print_tunnel(struct nlmsghdr *nlh, void *arg)
{
	struct tunnel tunnel;
	struct json_object *object;

	if (!attrs_get_tunnel(nlh, &tunnel))
		return wrong("the kernel's tunnel makes no sense to this fmipctl");
	if (!output.json) {
		show_tunnel(stdout, &tunnel, output.stats);
		return DONE;
	}
	object = json_tunnel(&tunnel);
	if (arg)
		output_list_member(object);
	else
		output_object(object);
	return DONE;
}

static enum outcome ask(int cmd, int flags, const struct tunnel *tunnel,
			genl_reader reader, void *arg)
{
	struct nl_msg *msg = genl_request(cmd, flags);

	if (!msg)
		return WRONG;
	if (!attrs_put_tunnel(msg, tunnel)) {
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
	    !attrs_put_filter(msg, FMIP_TUNNEL_A_FILTER, filter)) {
		nlmsg_free(msg);
		return wrong("the request is too long");
	}
	return bulk_ask(msg, flags ? print_tunnel : NULL, &output);
}

static bool put(struct nl_msg *msg, const void *tunnel)
{
	return attrs_put_tunnel(msg, tunnel);
}

/* What has been made, with the id that it got, is of interest to programs. */
static enum outcome make(int cmd, const struct tunnel *tunnel)
{
	if (output.json)
		return ask(cmd, NLM_F_ECHO, tunnel, print_tunnel, NULL);
	return bulk_add(cmd, tunnel, put);
}

static enum outcome show(struct args *args)
{
	struct tunnel tunnel;
	struct filter filter;
	bool one = parse_names_tunnel(args);
	enum outcome outcome;

	if (one ? parse_tunnel(args, VERB_SHOW, &tunnel)
		: parse_filter(args, true, &filter))
		return WRONG;
	outcome = bulk_flush();
	if (outcome)
		return outcome;
	if (output.json)
		output_list_start();
	outcome = one ? ask(FMIP_CMD_TUNNEL_GET, 0, &tunnel, print_tunnel, &output)
		      : ask_many(FMIP_CMD_TUNNEL_GET, NLM_F_DUMP, &filter);
	if (output.json)
		output_list_end();
	return outcome;
}

static enum outcome flush(struct args *args)
{
	struct filter filter;

	if (parse_filter(args, true, &filter))
		return WRONG;
	return ask_many(FMIP_CMD_TUNNEL_FLUSH, 0, &filter);
}

static enum outcome run(struct args *args, enum verb verb)
{
	struct tunnel tunnel;

	if (parse_tunnel(args, verb, &tunnel))
		return WRONG;
	switch (verb) {
	case VERB_ADD:
		return make(FMIP_CMD_TUNNEL_NEW, &tunnel);
	case VERB_REPLACE:
		return make(FMIP_CMD_TUNNEL_REPLACE, &tunnel);
	case VERB_CHANGE:
		return bulk_add(FMIP_CMD_TUNNEL_SET, &tunnel, put);
	default:
		return bulk_add(FMIP_CMD_TUNNEL_DEL, &tunnel, put);
	}
}

enum outcome command_tunnel(struct args *args)
{
	int verb = VERB_SHOW;

	if (args_verb(args, "tunnel", verbs, &verb))
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
