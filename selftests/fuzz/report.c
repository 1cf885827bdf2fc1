// SPDX-License-Identifier: GPL-2.0-only
/* What became of the messages, a fact a line: numbers are to be added up. */
#include "fuzz.h"

static void write_errors(FILE *file, const char *name, const uint64_t *counts)
{
	const char *error;

	for (int i = 1; i < 256; i++) {
		error = strerrorname_np(i);
		if (counts[i])
			fprintf(file, "%s %s %" PRIu64 "\n", name, error ? error : "unknown",
				counts[i]);
	}
}

static void write_commands(FILE *file)
{
	for (int i = 0; i < COMMANDS_MAX; i++) {
		const struct command *command = &family.command[i];

		if (!command->exists)
			continue;
		fprintf(file, "command-sent %d %" PRIu64 "\n", i, command->sent);
		fprintf(file, "command-accepted %d %" PRIu64 "\n", i, command->accepted);
		if (command->dump)
			fprintf(file, "command-dumped %d %" PRIu64 "\n", i, command->dumped);
	}
}

static void write_attributes(FILE *file)
{
	for (unsigned int i = 0; i < family.policies; i++) {
		const struct policy *policy = &family.policy[i];

		for (unsigned int type = 0; type <= policy->max; type++)
			if (policy->attr[type].type)
				fprintf(file, "%s %s.%u %" PRIu64 "\n",
					attr_is_output(policy->kind, type) ? "output-only" :
					"attribute", kind_name(policy->kind), type,
					policy->attr[type].accepted);
	}
}

void report_write(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		die("%s: %s", path, strerror(errno));
	fprintf(file, "digest %016" PRIx64 " 1\n", tally.digest);
	fprintf(file, "count sent %" PRIu64 "\n", tally.sent);
	fprintf(file, "count accepted %" PRIu64 "\n", tally.accepted);
	fprintf(file, "count unanswered %" PRIu64 "\n", tally.unanswered);
	fprintf(file, "count strange %" PRIu64 "\n", tally.strange);
	fprintf(file, "count trespasses %" PRIu64 "\n", tally.trespasses);
	write_errors(file, "refused", tally.error);
	write_errors(file, "untold", tally.untold);
	write_errors(file, "placeless", tally.placeless);
	write_commands(file);
	write_attributes(file);
	if (fclose(file))
		die("%s: %s", path, strerror(errno));
}
