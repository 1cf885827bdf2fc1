// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attrs.h"
#include "bulk.h"
#include "command.h"
#include "genl.h"
#include "show_json.h"
#include "output.h"
#include "show.h"
#include "value.h"

enum word {
	M_COUNT, M_TIMEOUT, M_UNTIL, M_BINDING, M_READY_FD, M_HELP,
};

static const struct name words[] = {
	{ "count", M_COUNT }, { "timeout", M_TIMEOUT }, { "until", M_UNTIL },
	{ "binding", M_BINDING }, { "ready-fd", M_READY_FD },
	{ "help", M_HELP },
	{ }
};

/* When to end; a field that is not given asks for nothing. */
struct watch {
	uint32_t count;
	uint32_t timeout;
	int event;
	uint32_t binding;
	int ready_fd;
	bool has_timeout;
	bool help;

	uint32_t seen;
	bool met;
};

static void help(void)
{
	puts("Usage: fmipctl monitor [ count N ] [ until EVENT [ binding N ] ] [ timeout TIME ]\n"
	     "                       [ ready-fd FD ]\n"
	     "EVENT := { attached | released | expired | overflow | rejected | duplicate | removed }");
}

static enum outcome parse_ready_fd(struct args *args, struct watch *watch)
{
	uint32_t fd;

	if (args_u32(args, "ready-fd", &fd))
		return WRONG;
	if (fd > INT32_MAX)
		return wrong("there is no descriptor %u", fd);
	watch->ready_fd = fd;
	return DONE;
}

static enum outcome parse_watch(struct args *args, struct watch *watch)
{
	while (args_peek(args)) {
		enum outcome outcome = DONE;
		int word = args_keyword(args, words);

		if (word < 0)
			return args_unknown(args, words);
		args_next(args);
		switch (word) {
		case M_COUNT:
			outcome = args_u32(args, "count", &watch->count);
			break;
		case M_TIMEOUT:
			watch->has_timeout = true;
			outcome = args_time(args, "timeout", &watch->timeout);
			break;
		case M_UNTIL:
			outcome = args_name(args, "until", names_event,
					    &watch->event);
			break;
		case M_BINDING:
			outcome = args_u32(args, "binding", &watch->binding);
			break;
		case M_READY_FD:
			outcome = parse_ready_fd(args, watch);
			break;
		case M_HELP:
			watch->help = true;
			break;
		}
		if (outcome)
			return outcome;
	}
	if (watch->binding && watch->event < 0)
		return wrong("'binding' needs 'until' before it");
	return DONE;
}

static enum outcome print_event(struct nlmsghdr *nlh, void *arg)
{
	struct watch *watch = arg;
	struct event event;

	if (!attrs_get_event(nlh, &event))
		return wrong("the kernel's event makes no sense to this fmipctl");
	if (watch->met)
		return DONE;

	if (output.json)
		output_object(json_event(&event));
	else
		show_event(stdout, &event, output.stats);
	/* Whoever reads this acts on it at once. */
	fflush(stdout);

	watch->seen++;
	if (watch->count && watch->seen >= watch->count)
		watch->met = true;
	if (watch->event == event.event &&
	    (!watch->binding || watch->binding == event.binding))
		watch->met = true;
	return DONE;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static enum outcome timed_out(const struct watch *watch)
{
	char buf[TEXT_SIZE];

	/* Nothing was waited for, but time itself. */
	if (!watch->count && watch->event < 0)
		return DONE;
	return wrong("what was waited for has not come within %s",
		     text_time(watch->timeout, buf));
}

static enum outcome follow(struct watch *watch, int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	uint64_t end = now_ms() + watch->timeout;

	while (!watch->met) {
		enum outcome outcome;
		uint64_t now = now_ms();
		int wait = -1, n;

		if (watch->has_timeout) {
			if (now >= end)
				return timed_out(watch);
			wait = end - now > INT32_MAX ? INT32_MAX : end - now;
		}
		n = poll(&poll_fd, 1, wait);
		if (n < 0 && errno != EINTR)
			return wrong("poll: %s", strerror(errno));
		if (n <= 0)
			continue;
		outcome = genl_receive(print_event, watch);
		if (outcome)
			return outcome;
	}
	return DONE;
}

enum outcome command_monitor(struct args *args)
{
	struct watch watch = { .event = -1, .ready_fd = -1 };
	enum outcome outcome;
	int fd;

	report_command("monitor", NULL);
	if (parse_watch(args, &watch))
		return WRONG;
	if (watch.help) {
		help();
		return DONE;
	}
	outcome = bulk_flush();
	if (outcome)
		return outcome;
	outcome = genl_subscribe(&fd);
	if (outcome)
		return outcome;
	if (watch.ready_fd >= 0 && write(watch.ready_fd, "\n", 1) != 1)
		return wrong("ready-fd %d: %s", watch.ready_fd,
			     strerror(errno));
	return follow(&watch, fd);
}
