/* SPDX-License-Identifier: GPL-2.0-only */
/* The control socket of fmipd.  Nothing else in fmipctl connects to it. */
#ifndef FMIPCTL_AGENT_H
#define FMIPCTL_AGENT_H

#include <json-c/json.h>

#include "report.h"

/* As fmipd.conf(5) has it. */
#define AGENT_PATH	"/run/fmipd/control"

/**
 * agent_at() - look for the control socket elsewhere
 * @path: where it is, instead of AGENT_PATH; it outlives the program's commands
 */
void agent_at(const char *path);

/**
 * agent_request() - begin a request
 * @command: what is asked for
 *
 * Return: the request, with no arguments yet.
 */
struct json_object *agent_request(const char *command);

/**
 * agent_put() - add an argument that is a text
 * @request: it gets it
 * @name: of the argument
 * @text: its value
 */
void agent_put(struct json_object *request, const char *name, const char *text);

/**
 * agent_put_number() - add an argument that is a number
 * @request: it gets it
 * @name: of the argument
 * @number: its value
 */
void agent_put_number(struct json_object *request, const char *name, uint64_t number);

/**
 * agent_put_lladdr() - add an argument that is a link-layer address
 * @request: it gets it
 * @name: of the argument
 * @word: its value as it was given
 *
 * Return: DONE, or WRONG after the error was reported.
 */
enum outcome agent_put_lladdr(struct json_object *request, const char *name, const char *word);

/**
 * agent_ask() - ask fmipd, behind what is pending for the kernel
 * @request: what is asked, which is put
 * @result: becomes the answer, which may be NULL; it is to be put
 *
 * Return: DONE, or what went wrong, which has been reported; what the daemon refuses,
 * too.
 */
enum outcome agent_ask(struct json_object *request, struct json_object **result);

/**
 * agent_ask_part() - ask fmipd where one answer may not have all
 * @request: what is asked, which is put
 * @result: becomes the answer, to be put
 * @next: becomes the number of what comes behind it, to be asked for with "from", or 0
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome agent_ask_part(struct json_object *request, struct json_object **result,
			    uint32_t *next);

/**
 * agent_tell() - ask fmipd where the answer says nothing
 * @request: what is asked, which is put
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome agent_tell(struct json_object *request);

/**
 * agent_next() - wait for what a request to monitor is told of
 * @ms: for how long; for ever if it is negative
 * @event: becomes the next event, to be put; NULL if there was none in that time
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome agent_next(int ms, struct json_object **event);

/**
 * agent_close() - end the connection, if there is one
 */
void agent_close(void);

#endif
