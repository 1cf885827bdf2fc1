// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "give.h"
#include "parse.h"

#define DSCP_MAX	63
#define FLOWLABEL_MAX	0xfffff

enum tunnel_word {
	T_ID, T_LOCAL, T_REMOTE, T_ENCAP, T_DEV, T_MARK, T_TTL, T_DSCP,
	T_ENCAPLIMIT, T_FLOWLABEL, T_FRAGMENT, T_UDP_CSUM, T_SPORT, T_DPORT,
};

static const struct name tunnel_words[] = {
	{ "id", T_ID }, { "local", T_LOCAL }, { "remote", T_REMOTE },
	{ "encap", T_ENCAP }, { "dev", T_DEV }, { "mark", T_MARK },
	{ "ttl", T_TTL }, { "dscp", T_DSCP }, { "encaplimit", T_ENCAPLIMIT },
	{ "flowlabel", T_FLOWLABEL }, { "fragment", T_FRAGMENT },
	{ "udp-csum", T_UDP_CSUM }, { "sport", T_SPORT }, { "dport", T_DPORT },
	{ }
};

/* What the numbers that are no numbers are called. */
static const struct name ttl_words[] = {
	{ "route", 0 }, { "auto", 0 },
	{ }
};

static const struct name dscp_words[] = {
	{ "inherit", FMIP_DSCP_INHERIT },
	{ }
};

static const struct name encaplimit_words[] = {
	{ "none", FMIP_ENCAPLIMIT_NONE },
	{ }
};

/* A number, or a word that stands for one. */
static enum outcome parse_or_word(struct args *args, const char *word,
				  const struct name *table,
				  struct tunnel *tunnel, unsigned int attr,
				  uint8_t max, uint8_t *value)
{
	const char *text = args->argv[1];
	uint64_t number;
	int named = text ? name_value(table, text) : NAME_UNKNOWN;

	if (named >= 0) {
		args->argv += 2;
		*value = named;
		return give(&tunnel->given, attr, word);
	}
	if (give_number(args, word, &tunnel->given, attr, max, &number))
		return WRONG;
	*value = number;
	return DONE;
}

static enum outcome parse_port(struct args *args, const char *word,
			       struct tunnel *tunnel, unsigned int attr,
			       uint16_t *port)
{
	uint64_t number;

	if (give_number(args, word, &tunnel->given, attr, UINT16_MAX, &number))
		return WRONG;
	*port = number;
	return DONE;
}

static enum outcome give_flags(struct tunnel *tunnel, const char *word,
			       uint32_t selector, uint32_t flags)
{
	if (tunnel->flags_selector & selector)
		return wrong("'%s' is given twice", word);
	tunnel->given |= GIVEN(FMIP_TUNNEL_A_FLAGS);
	tunnel->flags_selector |= selector;
	tunnel->flags |= flags;
	return DONE;
}

static enum outcome parse_switch(struct args *args, const char *word,
				 struct tunnel *tunnel, uint32_t flag)
{
	int on;

	args_next(args);
	if (args_name(args, word, names_switch, &on))
		return WRONG;
	return give_flags(tunnel, word, flag, on ? flag : 0);
}

/* A number takes the place of both flags, and a flag that of the other. */
static enum outcome parse_flowlabel(struct args *args, struct tunnel *tunnel)
{
	const char *text = args->argv[1];
	uint64_t number;
	int flag = text ? name_value(names_flowlabel, text) : NAME_UNKNOWN;

	if (give_flags(tunnel, "flowlabel", FLOW_FLAGS, flag >= 0 ? flag : 0))
		return WRONG;
	if (flag >= 0) {
		args->argv += 2;
		return DONE;
	}
	if (give_number(args, "flowlabel", &tunnel->given,
			FMIP_TUNNEL_A_FLOWLABEL, FLOWLABEL_MAX, &number))
		return WRONG;
	tunnel->flowlabel = number;
	return DONE;
}

static enum outcome parse_word(struct args *args, struct tunnel *t)
{
	switch (args_keyword(args, tunnel_words)) {
	case T_ID:
		return give_u32(args, "id", &t->given, FMIP_TUNNEL_A_ID,
				&t->id);
	case T_LOCAL:
		return give_address(args, "local", &t->given,
				    FMIP_TUNNEL_A_LOCAL, &t->local);
	case T_REMOTE:
		return give_address(args, "remote", &t->given,
				    FMIP_TUNNEL_A_REMOTE, &t->remote);
	case T_ENCAP:
		return give_name(args, "encap", &t->given, FMIP_TUNNEL_A_ENCAP,
				 names_encap, &t->encap);
	case T_DEV:
		return give_iface(args, "dev", &t->given,
				  FMIP_TUNNEL_A_IFINDEX, &t->ifindex);
	case T_MARK:
		return give_u32(args, "mark", &t->given, FMIP_TUNNEL_A_MARK,
				&t->mark);
	case T_TTL:
		return parse_or_word(args, "ttl", ttl_words, t,
				     FMIP_TUNNEL_A_TTL, UINT8_MAX, &t->ttl);
	case T_DSCP:
		return parse_or_word(args, "dscp", dscp_words, t,
				     FMIP_TUNNEL_A_DSCP, DSCP_MAX, &t->dscp);
	case T_ENCAPLIMIT:
		return parse_or_word(args, "encaplimit", encaplimit_words, t,
				     FMIP_TUNNEL_A_ENCAPLIMIT, UINT8_MAX - 1,
				     &t->encaplimit);
	case T_FLOWLABEL:
		return parse_flowlabel(args, t);
	case T_FRAGMENT:
		return parse_switch(args, "fragment", t,
				    FMIP_TUNNEL_F_FRAGMENT);
	case T_UDP_CSUM:
		return parse_switch(args, "udp-csum", t,
				    FMIP_TUNNEL_F_UDP_CSUM);
	case T_SPORT:
		return parse_port(args, "sport", t, FMIP_TUNNEL_A_SPORT,
				  &t->sport);
	case T_DPORT:
		return parse_port(args, "dport", t, FMIP_TUNNEL_A_DPORT,
				  &t->dport);
	default:
		return args_unknown(args, tunnel_words);
	}
}

bool parse_names_tunnel(const struct args *args)
{
	return args_keyword(args, tunnel_words) == T_ID;
}

static enum outcome need(const struct tunnel *tunnel, unsigned int attr,
			 const char *word)
{
	if (!(tunnel->given & GIVEN(attr)))
		return wrong("'%s' is missing", word);
	return DONE;
}

enum outcome parse_tunnel(struct args *args, enum verb verb,
			  struct tunnel *tunnel)
{
	memset(tunnel, 0, sizeof(*tunnel));
	while (args_peek(args)) {
		const char *word = args_peek(args);

		if ((verb == VERB_DEL || verb == VERB_SHOW) &&
		    args_keyword(args, tunnel_words) != T_ID)
			return wrong("\"%s\" is too much, 'id' is enough", word);
		if (parse_word(args, tunnel))
			return WRONG;
	}
	switch (verb) {
	case VERB_ADD:
	case VERB_REPLACE:
		if (need(tunnel, FMIP_TUNNEL_A_LOCAL, "local"))
			return WRONG;
		return need(tunnel, FMIP_TUNNEL_A_REMOTE, "remote");
	default:
		return need(tunnel, FMIP_TUNNEL_A_ID, "id");
	}
}
