// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <time.h>

#include "agent.h"
#include "agent_show.h"
#include "command.h"
#include "output.h"
#include "value.h"

enum handover_verb {
	HANDOVER_SHOW, HANDOVER_MONITOR, HANDOVER_START, HANDOVER_CANCEL,
	HANDOVER_COMPLETE, HANDOVER_INVITE, HANDOVER_COUNTERS, HANDOVER_HELP,
};

static const struct name verbs[] = {
	{ "show", HANDOVER_SHOW }, { "list", HANDOVER_SHOW }, { "ls", HANDOVER_SHOW },
	{ "monitor", HANDOVER_MONITOR }, { "start", HANDOVER_START },
	{ "cancel", HANDOVER_CANCEL }, { "complete", HANDOVER_COMPLETE },
	{ "invite", HANDOVER_INVITE },
	{ "counters", HANDOVER_COUNTERS }, { "help", HANDOVER_HELP },
	{ }
};

static void help(void)
{
	puts("Usage: fmipctl handover [ show [ node ADDR | all ] ]\n"
	     "       fmipctl handover start [ node ADDR ] ap LLADDR [ at MOMENT ]\n"
	     "       fmipctl handover cancel id N\n"
	     "       fmipctl handover complete\n"
	     "       fmipctl handover invite node ADDR lladdr LLADDR router ADDR\n"
	     "       fmipctl handover monitor [ count N ] [ timeout TIME ]\n"
	     "       fmipctl handover counters\n"
	     "MOMENT := { +TIME | @SECONDS | YYYY-MM-DDThh:mm:ss[.n][Z|+hh:mm|-hh:mm] }");
}

static void print(struct json_object *handover)
{
	if (output.json)
		output_object(json_object_get(handover));
	else
		show_handover(stdout, handover, output.stats);
}

static void print_all(struct json_object *all)
{
	size_t i, n = json_object_array_length(all);

	for (i = 0; i < n; i++) {
		struct json_object *handover = json_object_array_get_idx(all, i);

		if (output.json)
			output_list_member(json_object_get(handover));
		else
			show_handover(stdout, handover, output.stats);
	}
}

/* A word and a value to the end of the command, or neither: then @value is NULL. */
static enum outcome parse_only(struct args *args, const char *word, const char **value)
{
	const struct name words[] = { { word, 0 }, { } };

	*value = NULL;
	if (!args_peek(args))
		return DONE;
	if (args_keyword(args, words) < 0)
		return args_unknown(args, words);
	args_next(args);
	return args_value(args, word, value) ? WRONG : args_end(args);
}

struct wanted {
	const char *node;
	bool all;
};

static enum outcome parse_show(struct args *args, struct wanted *wanted)
{
	static const struct name words[] = { { "all", 0 }, { } };
	struct address address;

	if (args_keyword(args, words) >= 0) {
		args_next(args);
		wanted->all = true;
		return args_end(args);
	}
	if (parse_only(args, "node", &wanted->node))
		return WRONG;
	return wanted->node ? value_address(wanted->node, "node", &address) : DONE;
}

static enum outcome ask_for_part(const struct wanted *wanted, uint32_t from,
				 struct json_object **part, uint32_t *next)
{
	struct json_object *request = agent_request("show handovers");

	if (wanted->node)
		agent_put(request, "node", wanted->node);
	if (wanted->all)
		json_object_object_add(request, "all", json_object_new_boolean(true));
	if (from)
		agent_put_number(request, "from", from);
	return agent_ask_part(request, part, next);
}

static enum outcome show(struct args *args)
{
	struct wanted wanted = { };
	struct json_object *part;
	enum outcome outcome;
	uint32_t next;

	if (parse_show(args, &wanted))
		return WRONG;
	outcome = ask_for_part(&wanted, 0, &part, &next);
	if (outcome)
		return outcome;
	if (output.json)
		output_list_start();
	while (!outcome) {
		print_all(part);
		json_object_put(part);
		if (!next)
			break;
		outcome = ask_for_part(&wanted, next, &part, &next);
	}
	if (output.json)
		output_list_end();
	return outcome;
}

static enum outcome counters(struct args *args)
{
	struct json_object *numbers;
	enum outcome outcome;

	if (args_end(args))
		return WRONG;
	outcome = agent_ask(agent_request("show counters"), &numbers);
	if (!outcome && output.json)
		output_object(json_object_get(numbers));
	else if (!outcome)
		show_numbers(stdout, numbers);
	json_object_put(numbers);
	return outcome;
}

enum start_word {
	START_NODE, START_AP, START_AT,
};

static const struct name start_words[] = {
	{ "node", START_NODE }, { "ap", START_AP }, { "at", START_AT },
	{ }
};

static enum outcome put_start(struct json_object *request, int word, const char *value)
{
	struct address address;
	uint64_t ns;

	switch (word) {
	case START_NODE:
		if (value_address(value, "node", &address))
			return WRONG;
		agent_put(request, "node", value);
		return DONE;
	case START_AP:
		return agent_put_lladdr(request, "ap", value);
	default:
		if (value_moment(value, "at", &ns))
			return WRONG;
		agent_put_number(request, "at", ns);
		return DONE;
	}
}

static enum outcome parse_start(struct args *args, struct json_object *request)
{
	unsigned int given;

	if (args_words(args, start_words, put_start, request, &given))
		return WRONG;
	if (!(given & 1u << START_AP))
		return wrong("an access point is needed: 'ap'");
	return DONE;
}

/* One that is to start later has a number, by which it can be cancelled. */
static enum outcome start(struct args *args)
{
	struct json_object *request = agent_request("start"), *scheduled;
	enum outcome outcome;

	if (parse_start(args, request)) {
		json_object_put(request);
		return WRONG;
	}
	outcome = agent_ask(request, &scheduled);
	if (scheduled)
		print(scheduled);
	json_object_put(scheduled);
	return outcome;
}

static enum outcome cancel(struct args *args)
{
	struct json_object *request;
	const char *word;
	uint32_t id;

	if (parse_only(args, "id", &word))
		return WRONG;
	if (!word)
		return wrong("which one is needed: 'id'");
	if (value_u32(word, "id", &id))
		return WRONG;
	request = agent_request("cancel");
	agent_put_number(request, "id", id);
	return agent_tell(request);
}

static enum outcome complete(struct args *args)
{
	return args_end(args) ? WRONG : agent_tell(agent_request("complete"));
}

enum invite_word {
	INVITE_NODE, INVITE_LLADDR, INVITE_ROUTER, INVITE_WORDS,
};

static const struct name invite_words[] = {
	{ "node", INVITE_NODE }, { "lladdr", INVITE_LLADDR }, { "router", INVITE_ROUTER },
	{ }
};

static enum outcome put_invite(struct json_object *request, int word, const char *value)
{
	const char *name = name_of(invite_words, word);
	struct address address;

	if (word == INVITE_LLADDR)
		return agent_put_lladdr(request, "lla", value);
	if (value_address(value, name, &address))
		return WRONG;
	agent_put(request, name, value);
	return DONE;
}

static enum outcome parse_invite(struct args *args, struct json_object *request)
{
	unsigned int given;
	int word;

	if (args_words(args, invite_words, put_invite, request, &given))
		return WRONG;
	for (word = 0; word < INVITE_WORDS; word++)
		if (!(given & 1u << word))
			return wrong("'%s' is needed", name_of(invite_words, word));
	return DONE;
}

static enum outcome invite(struct args *args)
{
	struct json_object *request = agent_request("invite");

	if (!parse_invite(args, request))
		return agent_tell(request);
	json_object_put(request);
	return WRONG;
}

/* When to end; 0 for never. */
struct watch {
	uint32_t count;
	uint32_t timeout;
	bool has_timeout;
};

enum watch_word {
	WATCH_COUNT, WATCH_TIMEOUT,
};

static enum outcome parse_watch(struct args *args, struct watch *watch)
{
	static const struct name words[] = {
		{ "count", WATCH_COUNT }, { "timeout", WATCH_TIMEOUT },
		{ }
	};
	int word;

	while (args_peek(args)) {
		word = args_keyword(args, words);
		if (word < 0)
			return args_unknown(args, words);
		args_next(args);
		watch->has_timeout |= word == WATCH_TIMEOUT;
		if (word == WATCH_COUNT ? args_u32(args, "count", &watch->count) :
					  args_time(args, "timeout", &watch->timeout))
			return WRONG;
	}
	return DONE;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* How long to wait for the next event; -1 for ever. */
static int time_left(const struct watch *watch, uint64_t end)
{
	uint64_t now = now_ms();

	if (!watch->has_timeout)
		return -1;
	if (now >= end)
		return 0;
	return end - now > INT32_MAX ? INT32_MAX : end - now;
}

static enum outcome timed_out(const struct watch *watch)
{
	char buf[TEXT_SIZE];

	/* Nothing was waited for, but time itself. */
	if (!watch->count)
		return DONE;
	return wrong("what was waited for has not come within %s",
		     text_time(watch->timeout, buf));
}

static enum outcome follow(const struct watch *watch)
{
	uint64_t end = now_ms() + watch->timeout;
	struct json_object *event;
	enum outcome outcome;
	uint32_t seen = 0;

	for (;;) {
		outcome = agent_next(time_left(watch, end), &event);
		if (outcome)
			return outcome;
		if (!event && !time_left(watch, end))
			return timed_out(watch);
		if (!event)
			continue;
		print(event);
		/* Whoever reads this acts on it at once. */
		fflush(stdout);
		json_object_put(event);
		if (watch->count && ++seen == watch->count)
			return DONE;
	}
}

static enum outcome monitor(struct args *args)
{
	struct watch watch = { };
	enum outcome outcome;

	if (parse_watch(args, &watch))
		return WRONG;
	outcome = agent_tell(agent_request("monitor"));
	if (!outcome)
		outcome = follow(&watch);
	/* The rest of it is for nobody: least of all for the next command. */
	agent_close();
	return outcome;
}

enum outcome command_handover(struct args *args)
{
	int verb = HANDOVER_SHOW;

	if (args_verb(args, "handover", verbs, &verb))
		return WRONG;

	switch (verb) {
	case HANDOVER_SHOW:
		return show(args);
	case HANDOVER_MONITOR:
		return monitor(args);
	case HANDOVER_START:
		return start(args);
	case HANDOVER_CANCEL:
		return cancel(args);
	case HANDOVER_COMPLETE:
		return complete(args);
	case HANDOVER_INVITE:
		return invite(args);
	case HANDOVER_COUNTERS:
		return counters(args);
	default:
		help();
		return DONE;
	}
}
