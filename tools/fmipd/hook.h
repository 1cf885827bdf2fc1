/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program that is run when a mobile node has come to another link: mn.complete of
 * fmipd.conf(5).
 */
#ifndef FMIPD_HOOK_H
#define FMIPD_HOOK_H

#include "loop.h"

struct hook;

/**
 * struct hook_facts - what the program is told, in its environment
 * @interface: FMIP_INTERFACE: the link
 * @control: FMIP_CONTROL: the path of the control socket
 * @stay: FMIP_NCOA, FMIP_ROUTER and FMIP_PCOA: how the node lives there
 */
struct hook_facts {
	const char *interface;
	const char *control;
	const struct stay *stay;
};

/**
 * hook_open() - be able to run programs
 * @loop: waits for their end
 * @most_ms: how long one may run
 * @hook: becomes that
 *
 * Return: 0 or -ENOMEM.
 */
int hook_open(struct loop *loop, uint32_t most_ms, struct hook **hook);

/**
 * hook_close() - end it, and the program that is running
 * @hook: what hook_open() gave, or NULL
 */
void hook_close(struct hook *hook);

/**
 * hook_run() - run a program
 * @hook: what hook_open() gave
 * @program: its path
 * @facts: what it is told
 *
 * There is one at a time: what still runs is about a link that the node has left, and
 * is killed.  What fails is logged.
 */
void hook_run(struct hook *hook, const char *program, const struct hook_facts *facts);

#endif
