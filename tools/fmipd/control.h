/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of the operator: a UNIX socket, on which each line is a JSON object with
 * a member "command", and each answer another one, with "result" or "error".
 */
#ifndef FMIPD_CONTROL_H
#define FMIPD_CONTROL_H

#include "engine.h"
#include "keyring.h"
#include "loop.h"

struct control;

/**
 * struct control_host - what commands are about
 * @engine: the state machines
 * @keyring: the keys that may be changed
 * @protects: whether the kernel lets nothing in from a router but ESP
 * @end: end the daemon, and all handovers with it
 * @forget: forget the sequence numbers of a key that is deleted
 * @arg: for all of them
 */
struct control_host {
	struct engine *engine;
	struct keyring *keyring;
	bool (*protects)(void *arg, const struct in6_addr *peer);
	void (*end)(void *arg);
	void (*forget)(void *arg, const struct config_key *key);
	void *arg;
};

/**
 * control_open() - begin to take commands
 * @loop: waits for them
 * @host: what they are about
 * @path: where the socket is to be
 * @control: becomes the socket
 *
 * A socket that a killed daemon has left is replaced.
 *
 * Return: 0; -EADDRINUSE if somebody answers there; or another negative errno.
 */
int control_open(struct loop *loop, const struct control_host *host, const char *path,
		 struct control **control);

/**
 * control_close() - end it
 * @control: the socket, or NULL
 */
void control_close(struct control *control);

/**
 * control_report() - tell who wants to know
 * @control: the socket
 * @report: what has happened
 *
 * A handover that is over is kept, too, to be shown.
 */
void control_report(struct control *control, const struct report *report);

#endif
