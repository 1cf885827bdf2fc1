/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be asked on the control socket.
 */
#ifndef FMIPD_COMMAND_H
#define FMIPD_COMMAND_H

#include "request.h"
#include "show.h"

/**
 * struct commands - what they need
 * @host: what they are about
 * @history: handovers that are over
 * @schedule: those that are to start
 */
struct commands {
	struct control_host host;
	struct history *history;
	struct schedule *schedule;
};

/**
 * commands_open() - make ready for them
 * @commands: is filled in
 * @loop: waits for what is to start
 * @host: what they are about
 *
 * Return: 0 or a negative errno.
 */
int commands_open(struct commands *commands, struct loop *loop,
		  const struct control_host *host);

/**
 * commands_close() - end it
 * @commands: what commands_open() has filled in
 */
void commands_close(struct commands *commands);

/**
 * command_run() - do what a line says
 * @commands: what it needs
 * @line: the line
 * @len: octets
 * @monitor: becomes true if who asks wants to be told of what happens
 *
 * Return: the answer: an object with "result", or with "error" and perhaps "errno".
 */
struct json_object *command_run(struct commands *commands, const char *line, size_t len,
				bool *monitor);

#endif
