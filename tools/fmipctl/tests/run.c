// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "command.h"
#include "fake_genl.h"
#include "output.h"
#include "run.h"

char *run_out;
char *run_err;

static void forget_output(void)
{
	free(run_out);
	free(run_err);
	run_out = NULL;
	run_err = NULL;
}

enum outcome run(const char *line)
{
	FILE *real_out = stdout, *real_err = stderr;
	char *words[512], *copy = strdup(line);
	struct args args = { .argv = words };
	size_t out_size, err_size;
	enum outcome outcome;
	int n;

	forget_output();
	stdout = open_memstream(&run_out, &out_size);
	stderr = open_memstream(&run_err, &err_size);
	n = batch_split(copy, words, 511);
	assert_true(n >= 0);
	words[n] = NULL;
	outcome = command_run(&args);
	report_command(NULL, NULL);
	fclose(stdout);
	fclose(stderr);
	stdout = real_out;
	stderr = real_err;
	free(copy);
	return outcome;
}

void run_with(bool json, bool pretty, bool stats)
{
	output = (struct output){ json, pretty, stats, NULL };
}

int run_setup(void **state)
{
	(void)state;
	fake_reset();
	run_with(false, false, false);
	return 0;
}

int run_teardown(void **state)
{
	(void)state;
	fake_reset();
	genl_close();
	forget_output();
	return 0;
}

void assert_wrong(const char *line, const char *message)
{
	char expected[512];

	fake_reset();
	snprintf(expected, sizeof(expected), "fmipctl: %s\n", message);
	assert_int_equal(run(line), WRONG);
	assert_string_equal(run_err, expected);
	assert_string_equal(run_out, "");
	assert_int_equal(fake_requests, 0);
}
