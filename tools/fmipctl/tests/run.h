/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FMIPCTL_RUN_H
#define FMIPCTL_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report.h"

/* What the last run printed. */
extern char *run_out;
extern char *run_err;

/* Carries out a command as a line of a batch file, with what it prints kept. */
enum outcome run(const char *line);

/* Options -j, -p and -s of the runs that follow. */
void run_with(bool json, bool pretty, bool stats);

/* For cmocka: a clean state before and after each test. */
int run_setup(void **state);
int run_teardown(void **state);

/* The line is wrong, says so in exactly these words, and sends nothing. */
void assert_wrong(const char *line, const char *message);

#endif
