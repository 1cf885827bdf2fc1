// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "give.h"
#include "parse.h"

enum word {
	W_ID, W_COOKIE, W_DST, W_SRC, W_SCOPE_ANY, W_DEV, W_VRF, W_FROM_TUNNEL,
	W_KEY, W_LOCAL, W_GATE, W_TARGET, W_LLADDR, W_LIFETIME, W_ACCEPT,
	W_TUNNEL, W_FROM, W_PROXY, W_OVERRIDE, W_ANNOUNCE, W_ATTACH, W_ACTION,
	W_RELEASE, W_SPEEDUP, W_LIMIT, W_PACKETS, W_BYTES, W_AGE, W_OVERFLOW,
	W_HOLD_TIME, W_HOLD_EXPIRY, W_TARGETS, W_ACCEPTS, W_PROXIES, W_MATCH,
	W_GUARD_IDLE, W_REPLAY,
};

/*
 * One table for all levels of the grammar: a word, and what it may be
 * abbreviated to, then mean the same wherever they stand.
 */
static const struct name binding_words[] = {
	{ "id", W_ID }, { "cookie", W_COOKIE }, { "dst", W_DST },
	{ "src", W_SRC }, { "scope-any", W_SCOPE_ANY }, { "dev", W_DEV },
	{ "vrf", W_VRF }, { "from-tunnel", W_FROM_TUNNEL }, { "key", W_KEY },
	{ "local", W_LOCAL }, { "gate", W_GATE }, { "target", W_TARGET },
	{ "lladdr", W_LLADDR }, { "lifetime", W_LIFETIME },
	{ "accept", W_ACCEPT }, { "tunnel", W_TUNNEL }, { "from", W_FROM },
	{ "proxy", W_PROXY }, { "override", W_OVERRIDE },
	{ "announce", W_ANNOUNCE }, { "attach", W_ATTACH },
	{ "action", W_ACTION }, { "release", W_RELEASE },
	{ "speedup", W_SPEEDUP }, { "limit", W_LIMIT },
	{ "packets", W_PACKETS }, { "bytes", W_BYTES }, { "age", W_AGE },
	{ "overflow", W_OVERFLOW }, { "hold-time", W_HOLD_TIME },
	{ "hold-expiry", W_HOLD_EXPIRY }, { "targets", W_TARGETS },
	{ "accepts", W_ACCEPTS }, { "proxies", W_PROXIES },
	{ "match", W_MATCH }, { "guard-idle", W_GUARD_IDLE },
	{ "replay", W_REPLAY },
	{ }
};

enum since {
	SINCE_TIME, SINCE_LAST,
};

static const struct name since_words[] = {
	{ "since", SINCE_TIME }, { "last", SINCE_LAST },
	{ }
};

static enum outcome give_scope(struct match *match, uint8_t scope)
{
	if (match->given & GIVEN(FMIP_MATCH_A_SCOPE))
		return wrong("a prefix takes one of scope-any, dev, vrf and from-tunnel");
	match->scope = scope;
	match->given |= GIVEN(FMIP_MATCH_A_SCOPE);
	return DONE;
}

static enum outcome parse_scope(struct args *args, int word,
				struct match *match)
{
	switch (word) {
	case W_SCOPE_ANY:
		args_next(args);
		return give_scope(match, FMIP_SCOPE_ANY);
	case W_DEV:
		if (give_scope(match, FMIP_SCOPE_INTERFACE))
			return WRONG;
		return give_iface(args, "dev", &match->given,
				  FMIP_MATCH_A_IFINDEX, &match->ifindex);
	case W_VRF:
		if (give_scope(match, FMIP_SCOPE_VRF))
			return WRONG;
		return give_iface(args, "vrf", &match->given,
				  FMIP_MATCH_A_IFINDEX, &match->ifindex);
	case W_FROM_TUNNEL:
	case W_TUNNEL:
		if (give_scope(match, FMIP_SCOPE_TUNNEL))
			return WRONG;
		return give_u32(args, "from-tunnel", &match->given,
				FMIP_MATCH_A_TUNNEL, &match->tunnel);
	default:
		if (match->scope != FMIP_SCOPE_TUNNEL)
			return wrong("'key' of a prefix needs 'from-tunnel' before it");
		return give_u32(args, "key", &match->given, FMIP_MATCH_A_KEY,
				&match->key);
	}
}

static enum outcome parse_match(struct args *args, uint8_t direction,
				struct match *match)
{
	const char *prefix;

	*match = (struct match){
		.direction = direction,
		.given = GIVEN(FMIP_MATCH_A_DIRECTION) |
			 GIVEN(FMIP_MATCH_A_ADDR) |
			 GIVEN(FMIP_MATCH_A_PREFIXLEN),
	};
	args_next(args);
	if (args_value(args, name_of(names_direction, direction), &prefix) ||
	    value_prefix(prefix, &match->address, &match->prefixlen))
		return WRONG;

	for (;;) {
		int word = args_keyword(args, binding_words);

		switch (word) {
		case W_SCOPE_ANY:
		case W_DEV:
		case W_VRF:
		case W_FROM_TUNNEL:
		case W_TUNNEL:
		case W_KEY:
			if (parse_scope(args, word, match))
				return WRONG;
			break;
		default:
			return DONE;
		}
	}
}

static enum outcome parse_target_options(struct args *args,
					 struct target *target)
{
	for (;;) {
		enum outcome outcome;

		switch (args_keyword(args, binding_words)) {
		case W_KEY:
			if (target->type != FMIP_TARGET_TUNNEL)
				return wrong("only 'target tunnel' takes 'key'");
			outcome = give_u32(args, "key", &target->given,
					   FMIP_TARGET_A_KEY, &target->key);
			break;
		case W_DEV:
			if (target->type != FMIP_TARGET_LINK)
				return wrong("only 'target link' takes 'dev'");
			outcome = give_iface(args, "dev", &target->given,
					     FMIP_TARGET_A_IFINDEX,
					     &target->ifindex);
			break;
		case W_LLADDR:
			if (target->type != FMIP_TARGET_LINK)
				return wrong("only 'target link' takes 'lladdr'");
			outcome = give_lladdr(args, &target->given,
					      FMIP_TARGET_A_LLADDR,
					      &target->lladdr);
			break;
		case W_LIFETIME:
			outcome = give_time(args, "lifetime", &target->given,
					    FMIP_TARGET_A_LIFETIME,
					    &target->lifetime);
			break;
		default:
			return DONE;
		}
		if (outcome)
			return outcome;
	}
}

static enum outcome parse_target(struct args *args, struct target *target)
{
	int type;

	*target = (struct target){ .given = GIVEN(FMIP_TARGET_A_TYPE) };
	args_next(args);
	if (args_name(args, "target", names_target, &type))
		return WRONG;
	target->type = type;

	if (type == FMIP_TARGET_TUNNEL) {
		target->given |= GIVEN(FMIP_TARGET_A_TUNNEL);
		if (args_u32(args, "target tunnel", &target->tunnel))
			return WRONG;
	}
	if (parse_target_options(args, target))
		return WRONG;
	if (type == FMIP_TARGET_LINK &&
	    !(target->given & GIVEN(FMIP_TARGET_A_IFINDEX)))
		return wrong("'target link' needs 'dev'");
	return DONE;
}

/* Without "from", where the direction does not stand yet. */
static enum outcome parse_bare_direction(struct args *args, int word,
					 struct accept *accept)
{
	args_next(args);
	accept->given |= GIVEN(FMIP_ACCEPT_A_DIRECTION);
	accept->direction = word == W_SRC ? FMIP_DIRECTION_SRC
					  : FMIP_DIRECTION_DST;
	return DONE;
}

static enum outcome parse_accept(struct args *args, struct accept *accept)
{
	*accept = (struct accept){ };
	args_next(args);
	for (;;) {
		int word = args_keyword(args, binding_words);
		enum outcome outcome;

		switch (word) {
		case W_TUNNEL:
			outcome = give_u32(args, "tunnel", &accept->given,
					   FMIP_ACCEPT_A_TUNNEL,
					   &accept->tunnel);
			break;
		case W_KEY:
			outcome = give_u32(args, "key", &accept->given,
					   FMIP_ACCEPT_A_KEY, &accept->key);
			break;
		case W_FROM:
			outcome = give_name(args, "from", &accept->given,
					    FMIP_ACCEPT_A_DIRECTION,
					    names_direction,
					    &accept->direction);
			break;
		case W_SRC:
		case W_DST:
			/* A second one is a prefix. */
			if (accept->given & GIVEN(FMIP_ACCEPT_A_DIRECTION))
				goto end;
			outcome = parse_bare_direction(args, word, accept);
			break;
		case W_LIFETIME:
			outcome = give_time(args, "lifetime", &accept->given,
					    FMIP_ACCEPT_A_LIFETIME,
					    &accept->lifetime);
			break;
		default:
			goto end;
		}
		if (outcome)
			return outcome;
	}
end:
	if (!(accept->given & GIVEN(FMIP_ACCEPT_A_TUNNEL)))
		return wrong("'accept' needs 'tunnel'");
	if (!(accept->given & GIVEN(FMIP_ACCEPT_A_DIRECTION)))
		return wrong("'accept' needs 'from src' or 'from dst'");
	return DONE;
}

static enum outcome parse_proxy_flag(struct args *args, struct proxy *proxy,
				     const char *word, uint32_t flag)
{
	args_next(args);
	if (proxy->flags & flag)
		return wrong("'%s' is given twice", word);
	proxy->flags |= flag;
	proxy->given |= GIVEN(FMIP_PROXY_A_FLAGS);
	return DONE;
}

static enum outcome parse_proxy(struct args *args, struct proxy *proxy)
{
	*proxy = (struct proxy){ };
	if (give_address(args, "proxy", &proxy->given, FMIP_PROXY_A_ADDR,
			 &proxy->address))
		return WRONG;
	for (;;) {
		enum outcome outcome;

		switch (args_keyword(args, binding_words)) {
		case W_DEV:
			outcome = give_iface(args, "dev", &proxy->given,
					     FMIP_PROXY_A_IFINDEX,
					     &proxy->ifindex);
			break;
		case W_OVERRIDE:
			outcome = parse_proxy_flag(args, proxy, "override",
						   FMIP_PROXY_F_OVERRIDE);
			break;
		case W_ANNOUNCE:
			outcome = parse_proxy_flag(args, proxy, "announce",
						   FMIP_PROXY_F_ANNOUNCE);
			break;
		case W_LIFETIME:
			outcome = give_time(args, "lifetime", &proxy->given,
					    FMIP_PROXY_A_LIFETIME,
					    &proxy->lifetime);
			break;
		default:
			goto end;
		}
		if (outcome)
			return outcome;
	}
end:
	if (!(proxy->given & GIVEN(FMIP_PROXY_A_IFINDEX)))
		return wrong("'proxy' needs 'dev'");
	return DONE;
}

static enum outcome parse_evidence(const char *list, uint32_t *on)
{
	char word[16], names[64];
	size_t len;
	int bit;

	do {
		len = strcspn(list, ",");
		if (len >= sizeof(word))
			len = sizeof(word) - 1;
		memcpy(word, list, len);
		word[len] = '\0';
		bit = name_value(names_evidence, word);
		if (bit < 0)
			return wrong("\"%s\" is nothing for 'attach', which takes none or %s",
				     word, name_list(names_evidence, names,
						     sizeof(names)));
		*on |= bit;
		list += len;
	} while (*list++ == ',');
	return DONE;
}

static enum outcome parse_attach(struct args *args, struct attach *attach)
{
	const char *list;

	args_next(args);
	if (args_value(args, "attach", &list))
		return WRONG;
	if (!strcmp(list, "none"))
		return DONE;
	attach->given = GIVEN(FMIP_ATTACH_A_ON);
	if (parse_evidence(list, &attach->on))
		return WRONG;
	for (;;) {
		enum outcome outcome;

		switch (args_keyword(args, binding_words)) {
		case W_DEV:
			outcome = give_iface(args, "dev", &attach->given,
					     FMIP_ATTACH_A_IFINDEX,
					     &attach->ifindex);
			break;
		case W_LLADDR:
			outcome = give_lladdr(args, &attach->given,
					      FMIP_ATTACH_A_LLADDR,
					      &attach->lladdr);
			break;
		case W_ACTION:
			outcome = give_name(args, "action", &attach->given,
					    FMIP_ATTACH_A_ACTION, names_action,
					    &attach->action);
			break;
		default:
			goto end;
		}
		if (outcome)
			return outcome;
	}
end:
	if (!(attach->given & GIVEN(FMIP_ATTACH_A_IFINDEX)))
		return wrong("'attach' needs 'dev'");
	return DONE;
}

static enum outcome parse_limit(struct args *args, struct binding *binding)
{
	const char *word;
	uint64_t bytes;

	switch (args_keyword(args, binding_words)) {
	case W_PACKETS:
		return give_u32(args, "limit packets", &binding->given,
				FMIP_BINDING_A_LIMIT_PACKETS,
				&binding->limit_packets);
	case W_BYTES:
		args_next(args);
		if (give(&binding->given, FMIP_BINDING_A_LIMIT_BYTES,
			 "limit bytes") ||
		    args_value(args, "limit bytes", &word) ||
		    value_size(word, "limit bytes", UINT32_MAX, &bytes))
			return WRONG;
		binding->limit_bytes = bytes;
		return DONE;
	case W_AGE:
		return give_time(args, "limit age", &binding->given,
				 FMIP_BINDING_A_LIMIT_AGE, &binding->limit_age);
	default:
		return wrong("'limit' takes packets, bytes or age");
	}
}

static enum outcome parse_release(struct args *args, struct binding *binding)
{
	if (give_name(args, "release", &binding->given, FMIP_BINDING_A_RELEASE,
		      names_release, &binding->release))
		return WRONG;
	if (binding->release != FMIP_RELEASE_RATE)
		return DONE;
	if (give(&binding->given, FMIP_BINDING_A_RATE, "release rate"))
		return WRONG;
	return args_u32(args, "release rate", &binding->rate);
}

static enum outcome parse_local(struct args *args, struct binding *binding)
{
	args_next(args);
	if (give(&binding->given, FMIP_BINDING_A_FLAGS, "local"))
		return WRONG;
	binding->flags = FMIP_BINDING_F_LOCAL;
	if (args_peek(args) && !strcmp(args_peek(args), "off")) {
		args_next(args);
		binding->flags = 0;
	}
	return DONE;
}

static enum outcome parse_gate(struct args *args, struct binding *binding)
{
	if (give_name(args, "gate", &binding->given, FMIP_BINDING_A_GATE,
		      names_gate, &binding->gate))
		return WRONG;
	/* What is shown can be added: an empty queue has been drained. */
	if (binding->gate == FMIP_GATE_DRAINING)
		binding->gate = FMIP_GATE_OPEN;
	return DONE;
}

static enum outcome parse_speedup(struct args *args, struct binding *binding)
{
	const char *word;

	args_next(args);
	if (give(&binding->given, FMIP_BINDING_A_SPEEDUP, "speedup") ||
	    args_value(args, "speedup", &word))
		return WRONG;
	return value_speedup(word, &binding->speedup);
}

static enum outcome parse_cookie(struct args *args, struct binding *binding)
{
	const char *word;

	args_next(args);
	if (give(&binding->given, FMIP_BINDING_A_COOKIE, "cookie") ||
	    args_value(args, "cookie", &word))
		return WRONG;
	return value_number(word, "cookie", UINT64_MAX, &binding->cookie);
}

/* What has been copied from an instant on, or lately. */
static enum outcome parse_replay(struct args *args, struct binding *binding)
{
	struct timespec now;
	const char *word;
	uint32_t ms;
	int since;

	args_next(args);
	if (give(&binding->given, FMIP_BINDING_A_REPLAY_NS, "replay") ||
	    args_name(args, "replay", since_words, &since))
		return WRONG;
	if (since == SINCE_TIME) {
		if (args_value(args, "replay since", &word))
			return WRONG;
		return value_number(word, "replay since", UINT64_MAX,
				    &binding->replay_ns);
	}
	if (args_time(args, "replay last", &ms))
		return WRONG;
	clock_gettime(CLOCK_MONOTONIC, &now);
	binding->replay_ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
	if (binding->replay_ns < ms * 1000000ULL)
		binding->replay_ns = 0;
	else
		binding->replay_ns -= ms * 1000000ULL;
	return DONE;
}

/* "targets none" and the like: the list is there, and empty. */
static enum outcome parse_empty(struct args *args, const char *word,
				struct binding *binding, unsigned int attr)
{
	args_next(args);
	if (give(&binding->given, attr, word))
		return WRONG;
	if (!args_peek(args) || strcmp(args_peek(args), "none"))
		return wrong("'%s' takes none", word);
	args_next(args);
	return DONE;
}

static enum outcome room(unsigned int n, unsigned int max, const char *what)
{
	if (n >= max)
		return wrong("more than %u %s", max, what);
	return DONE;
}

/* The words that open a member of a list. */
static enum outcome parse_member(struct args *args, int word,
				 struct binding *b)
{
	switch (word) {
	case W_DST:
	case W_SRC:
		if (room(b->n_matches, FMIP_MATCHES_MAX, "prefixes"))
			return WRONG;
		b->given |= GIVEN(FMIP_BINDING_A_MATCHES);
		return parse_match(args, word == W_SRC ? FMIP_DIRECTION_SRC
						       : FMIP_DIRECTION_DST,
				   &b->matches[b->n_matches++]);
	case W_TARGET:
		if (room(b->n_targets, FMIP_TARGETS_MAX, "targets"))
			return WRONG;
		b->given |= GIVEN(FMIP_BINDING_A_TARGETS);
		return parse_target(args, &b->targets[b->n_targets++]);
	case W_ACCEPT:
		if (room(b->n_accepts, FMIP_ACCEPTS_MAX, "accepts"))
			return WRONG;
		b->given |= GIVEN(FMIP_BINDING_A_ACCEPTS);
		return parse_accept(args, &b->accepts[b->n_accepts++]);
	case W_PROXY:
		if (room(b->n_proxies, FMIP_PROXIES_MAX, "proxies"))
			return WRONG;
		b->given |= GIVEN(FMIP_BINDING_A_PROXIES);
		return parse_proxy(args, &b->proxies[b->n_proxies++]);
	case W_TARGETS:
		return parse_empty(args, "targets", b, FMIP_BINDING_A_TARGETS);
	case W_ACCEPTS:
		return parse_empty(args, "accepts", b, FMIP_BINDING_A_ACCEPTS);
	default:
		return parse_empty(args, "proxies", b, FMIP_BINDING_A_PROXIES);
	}
}

static enum outcome parse_timer(struct args *args, int word,
				struct binding *b)
{
	switch (word) {
	case W_LIFETIME:
		return give_time(args, "lifetime", &b->given,
				 FMIP_BINDING_A_LIFETIME, &b->lifetime);
	case W_HOLD_TIME:
		return give_time(args, "hold-time", &b->given,
				 FMIP_BINDING_A_HOLD_TIME, &b->hold_time);
	case W_HOLD_EXPIRY:
		return give_name(args, "hold-expiry", &b->given,
				 FMIP_BINDING_A_HOLD_EXPIRY, names_expiry,
				 &b->hold_expiry);
	case W_GUARD_IDLE:
		return give_time(args, "guard-idle", &b->given,
				 FMIP_BINDING_A_GUARD_IDLE, &b->guard_idle);
	default:
		return args_unknown(args, binding_words);
	}
}

static enum outcome parse_word(struct args *args, struct binding *b)
{
	int word = args_keyword(args, binding_words);

	switch (word) {
	case W_ID:
		return give_u32(args, "id", &b->given, FMIP_BINDING_A_ID,
				&b->id);
	case W_COOKIE:
		return parse_cookie(args, b);
	case W_MATCH:
		args_next(args);
		word = args_keyword(args, binding_words);
		if (word != W_DST && word != W_SRC)
			return wrong("'match' needs 'dst' or 'src' behind it");
		return parse_member(args, word, b);
	case W_DST:
	case W_SRC:
	case W_TARGET:
	case W_ACCEPT:
	case W_PROXY:
	case W_TARGETS:
	case W_ACCEPTS:
	case W_PROXIES:
		return parse_member(args, word, b);
	case W_LOCAL:
		return parse_local(args, b);
	case W_GATE:
		return parse_gate(args, b);
	case W_ATTACH:
		if (give(&b->given, FMIP_BINDING_A_ATTACH, "attach"))
			return WRONG;
		return parse_attach(args, &b->attach);
	case W_RELEASE:
		return parse_release(args, b);
	case W_SPEEDUP:
		return parse_speedup(args, b);
	case W_LIMIT:
		args_next(args);
		return parse_limit(args, b);
	case W_PACKETS:
	case W_BYTES:
	case W_AGE:
		return wrong("\"%s\" needs 'limit' before it", args_peek(args));
	case W_OVERFLOW:
		return give_name(args, "overflow", &b->given,
				 FMIP_BINDING_A_OVERFLOW, names_overflow,
				 &b->overflow);
	case W_REPLAY:
		return parse_replay(args, b);
	default:
		return parse_timer(args, word, b);
	}
}

bool parse_names_binding(const struct args *args)
{
	switch (args_keyword(args, binding_words)) {
	case W_ID:
	case W_DST:
	case W_SRC:
	case W_MATCH:
		return true;
	default:
		return false;
	}
}

/* The prefixes of a command that is about a binding which exists already. */
static enum outcome name_binding(struct binding *b, enum verb verb)
{
	if (b->given & GIVEN(FMIP_BINDING_A_ID)) {
		if (verb != VERB_CHANGE && b->n_matches)
			return wrong("takes 'id' or a prefix, not both");
		return DONE;
	}
	if (!b->n_matches)
		return wrong("which binding? 'id', 'dst' or 'src' is needed");
	if (b->n_matches > 1)
		return wrong("one prefix names the binding; to change them, name it by 'id'");
	b->match = b->matches[0];
	b->n_matches = 0;
	b->given |= GIVEN(FMIP_BINDING_A_MATCH);
	b->given &= ~GIVEN(FMIP_BINDING_A_MATCHES);
	return DONE;
}

enum outcome parse_binding(struct args *args, enum verb verb,
			   struct binding *binding)
{
	const uint64_t names = GIVEN(FMIP_BINDING_A_ID) |
			       GIVEN(FMIP_BINDING_A_MATCHES);

	memset(binding, 0, sizeof(*binding));
	while (args_peek(args)) {
		const char *word = args_peek(args);

		if (parse_word(args, binding))
			return WRONG;
		if ((verb == VERB_DEL || verb == VERB_SHOW) &&
		    binding->given & ~names)
			return wrong("\"%s\" is too much, 'id', 'dst' or 'src' is enough",
				     word);
	}
	if (verb == VERB_ADD && binding->given & GIVEN(FMIP_BINDING_A_REPLAY_NS))
		return wrong("'replay' is for 'change' and 'replace'");
	if (verb == VERB_ADD || verb == VERB_REPLACE) {
		if (!binding->n_matches)
			return wrong("no prefix is given, 'dst' or 'src' is needed");
		return DONE;
	}
	return name_binding(binding, verb);
}

enum config_word {
	C_NETNS_BYTES, C_MODULE_BYTES, C_GUARANTEE, C_EXEMPT_MARK, C_PROXIES_MAX,
};

static const struct name config_words[] = {
	{ "netns-bytes", C_NETNS_BYTES }, { "module-bytes", C_MODULE_BYTES },
	{ "guarantee", C_GUARANTEE }, { "exempt-mark", C_EXEMPT_MARK },
	{ "proxies-max", C_PROXIES_MAX },
	{ }
};

static enum outcome give_size(struct args *args, const char *word,
			      struct config *config, unsigned int attr,
			      uint64_t *bytes)
{
	const char *text;

	args_next(args);
	if (give(&config->given, attr, word) || args_value(args, word, &text))
		return WRONG;
	return value_size(text, word, UINT64_MAX, bytes);
}

static enum outcome parse_exempt(struct args *args, struct config *config)
{
	const char *text, *slash;
	char mark[32];
	size_t len;

	args_next(args);
	if (give(&config->given, FMIP_CONFIG_A_EXEMPT_MARK, "exempt-mark") ||
	    args_value(args, "exempt-mark", &text))
		return WRONG;
	config->given |= GIVEN(FMIP_CONFIG_A_EXEMPT_MASK);
	config->exempt_mask = UINT32_MAX;

	slash = strchr(text, '/');
	if (!slash)
		return value_u32(text, "exempt-mark", &config->exempt_mark);
	len = slash - text;
	if (len >= sizeof(mark))
		return wrong("\"%s\" is not a mark", text);
	memcpy(mark, text, len);
	mark[len] = '\0';
	if (value_u32(mark, "exempt-mark", &config->exempt_mark))
		return WRONG;
	return value_u32(slash + 1, "exempt-mark", &config->exempt_mask);
}

enum outcome parse_config(struct args *args, struct config *config)
{
	memset(config, 0, sizeof(*config));
	if (!args_peek(args))
		return wrong("what is to be set? see 'help'");
	while (args_peek(args)) {
		enum outcome outcome;

		switch (args_keyword(args, config_words)) {
		case C_NETNS_BYTES:
			outcome = give_size(args, "netns-bytes", config,
					    FMIP_CONFIG_A_NETNS_BYTES,
					    &config->netns_bytes);
			break;
		case C_MODULE_BYTES:
			outcome = give_size(args, "module-bytes", config,
					    FMIP_CONFIG_A_MODULE_BYTES,
					    &config->module_bytes);
			break;
		case C_GUARANTEE:
			outcome = give_size(args, "guarantee", config,
					    FMIP_CONFIG_A_GUARANTEE,
					    &config->guarantee);
			break;
		case C_EXEMPT_MARK:
			outcome = parse_exempt(args, config);
			break;
		case C_PROXIES_MAX:
			outcome = give_u32(args, "proxies-max", &config->given,
					   FMIP_CONFIG_A_PROXIES_MAX,
					   &config->proxies_max);
			break;
		default:
			outcome = args_unknown(args, config_words);
		}
		if (outcome)
			return outcome;
	}
	return DONE;
}
