// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "give.h"
#include "parse.h"

enum filter_word {
	F_TUNNEL, F_GATE, F_DEV, F_SCOPE, F_COOKIE, F_WITHIN,
};

static const struct name filter_words[] = {
	{ "tunnel", F_TUNNEL }, { "gate", F_GATE }, { "dev", F_DEV },
	{ "scope", F_SCOPE }, { "cookie", F_COOKIE }, { "within", F_WITHIN },
	{ }
};

/* What a tunnel has, too. */
static const struct name tunnel_filter_words[] = {
	{ "dev", F_DEV }, { "within", F_WITHIN },
	{ }
};

/* One end of a range, which may be absent: @len characters. */
static enum outcome parse_end(const char *text, size_t len, uint64_t *number)
{
	char word[32];

	if (len >= sizeof(word))
		return wrong("\"%s\" is not a number for 'cookie'", text);
	memcpy(word, text, len);
	word[len] = '\0';
	return value_number(word, "cookie", UINT64_MAX, number);
}

/* "5", "5-9", "5-" and "-9". */
static enum outcome parse_range(struct args *args, struct filter *filter)
{
	const char *text, *dash;

	args_next(args);
	if (filter->given & (GIVEN(FMIP_FILTER_A_COOKIE_MIN) |
			     GIVEN(FMIP_FILTER_A_COOKIE_MAX)))
		return wrong("'cookie' is given twice");
	if (args_value(args, "cookie", &text))
		return WRONG;
	dash = strchr(text, '-');
	if (!dash)
		dash = text + strlen(text);
	if (dash != text || !dash[0] || !dash[1]) {
		filter->given |= GIVEN(FMIP_FILTER_A_COOKIE_MIN);
		if (parse_end(text, dash - text, &filter->cookie_min))
			return WRONG;
	}
	if (dash[0] && !dash[1])
		return DONE;
	filter->given |= GIVEN(FMIP_FILTER_A_COOKIE_MAX);
	filter->cookie_max = filter->cookie_min;
	if (dash[0] && parse_end(dash + 1, strlen(dash + 1), &filter->cookie_max))
		return WRONG;
	if (filter->cookie_max < filter->cookie_min)
		return wrong("\"%s\" ends before it begins", text);
	return DONE;
}

static enum outcome parse_within(struct args *args, struct filter *filter)
{
	const char *prefix;

	args_next(args);
	if (give(&filter->given, FMIP_FILTER_A_ADDR, "within") ||
	    args_value(args, "within", &prefix))
		return WRONG;
	filter->given |= GIVEN(FMIP_FILTER_A_PREFIXLEN);
	return value_prefix(prefix, &filter->address, &filter->prefixlen);
}

static enum outcome parse_word(struct args *args, const struct name *words,
			       struct filter *f)
{
	switch (args_keyword(args, words)) {
	case F_TUNNEL:
		return give_u32(args, "tunnel", &f->given,
				FMIP_FILTER_A_TUNNEL, &f->tunnel);
	case F_GATE:
		return give_name(args, "gate", &f->given, FMIP_FILTER_A_GATE,
				 names_gate, &f->gate);
	case F_DEV:
		return give_iface(args, "dev", &f->given,
				  FMIP_FILTER_A_IFINDEX, &f->ifindex);
	case F_SCOPE:
		return give_name(args, "scope", &f->given, FMIP_FILTER_A_SCOPE,
				 names_scope, &f->scope);
	case F_COOKIE:
		return parse_range(args, f);
	case F_WITHIN:
		return parse_within(args, f);
	default:
		return args_unknown(args, words);
	}
}

enum outcome parse_filter(struct args *args, bool tunnels,
			  struct filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	while (args_peek(args))
		if (parse_word(args, tunnels ? tunnel_filter_words
					     : filter_words, filter))
			return WRONG;
	return DONE;
}
