// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "batch.h"
#include "command.h"
#include "genl.h"
#include "output.h"

enum option {
	OPTION_JSON, OPTION_PRETTY, OPTION_STATS, OPTION_NETNS, OPTION_BATCH,
	OPTION_FORCE, OPTION_CONTROL, OPTION_VERSION, OPTION_HELP,
};

static const struct name option_names[] = {
	{ "json", OPTION_JSON }, { "pretty", OPTION_PRETTY },
	{ "statistics", OPTION_STATS }, { "stats", OPTION_STATS },
	{ "netns", OPTION_NETNS }, { "batch", OPTION_BATCH },
	{ "force", OPTION_FORCE }, { "control", OPTION_CONTROL }, { "Version", OPTION_VERSION },
	{ "help", OPTION_HELP },
	{ }
};

struct options {
	const char *batch;
	bool force;
	bool version;
	bool help;
};

/* As ip(8) has it: a name that "ip netns add" gave. */
static enum outcome enter_netns(const char *name)
{
	char path[256];
	int fd, error;

	if (!*name || strchr(name, '/') ||
	    snprintf(path, sizeof(path), "/run/netns/%s", name) >= (int)sizeof(path))
		return wrong("\"%s\" is not the name of a network namespace",
			     name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return wrong("network namespace \"%s\": %s", name,
			     strerror(errno));
	error = setns(fd, CLONE_NEWNET) ? errno : 0;
	close(fd);
	if (error)
		return wrong("network namespace \"%s\": %s", name,
			     strerror(error));
	return DONE;
}

static enum outcome use_control(struct args *args)
{
	const char *path;

	if (args_value(args, "-control", &path))
		return WRONG;
	agent_at(path);
	return DONE;
}

static enum outcome parse_option(struct args *args, int option,
				 struct options *options)
{
	switch (option) {
	case OPTION_JSON:
		output.json = true;
		break;
	case OPTION_PRETTY:
		output.pretty = true;
		break;
	case OPTION_STATS:
		output.stats = true;
		break;
	case OPTION_NETNS:
		if (args_value(args, "-netns", &output.netns))
			return WRONG;
		return enter_netns(output.netns);
	case OPTION_BATCH:
		return args_value(args, "-batch", &options->batch);
	case OPTION_CONTROL:
		return use_control(args);
	case OPTION_FORCE:
		options->force = true;
		break;
	case OPTION_VERSION:
		options->version = true;
		break;
	case OPTION_HELP:
		options->help = true;
		break;
	}
	return DONE;
}

static enum outcome parse_options(struct args *args, struct options *options)
{
	while (args_peek(args) && args_peek(args)[0] == '-') {
		const char *word = args_next(args);
		const char *name = word + 1 + (word[1] == '-');
		int option = name_value(option_names, name);

		if (option < 0)
			return wrong("the option \"%s\" is %s, see 'help'", word,
				     option == NAME_AMBIGUOUS ? "ambiguous"
							      : "unknown");
		if (parse_option(args, option, options))
			return WRONG;
	}
	return DONE;
}

static enum outcome run_batch(const struct options *options)
{
	enum outcome outcome;
	int fd;

	if (!strcmp(options->batch, "-"))
		return batch_run(STDIN_FILENO, "-", options->force);
	fd = open(options->batch, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return wrong("%s: %s", options->batch, strerror(errno));
	outcome = batch_run(fd, options->batch, options->force);
	close(fd);
	return outcome;
}

static enum outcome run(struct args *args)
{
	struct options options = { };

	if (parse_options(args, &options))
		return WRONG;
	if (options.version) {
		printf("fmipctl %s\n", FMIPCTL_VERSION);
		return DONE;
	}
	if (options.help) {
		command_help();
		return DONE;
	}
	if (options.batch) {
		if (args_end(args))
			return WRONG;
		return run_batch(&options);
	}
	if (!args_peek(args)) {
		command_help();
		return WRONG;
	}
	return command_run(args);
}

int main(int argc, char **argv)
{
	struct args args = { .argv = argv + (argc > 0) };
	enum outcome outcome = run(&args);

	agent_close();
	genl_close();
	if (fflush(stdout) || ferror(stdout))
		return wrong("what was to be printed could not be written");
	return outcome;
}
