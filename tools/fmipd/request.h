/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a request of the control socket says: the members of a JSON object, which are
 * of the same types as the settings of fmipd.conf(5).
 */
#ifndef FMIPD_REQUEST_H
#define FMIPD_REQUEST_H

#include <json-c/json.h>

#include "config_value.h"

/* Room for what is wrong with a request. */
#define REQUEST_WRONG	(WRONG_SIZE + 64)

/* A moment, or a time, in nanoseconds: a uint64_t. */
extern const struct value_type value_ns;

/**
 * request_read() - read the arguments of a command
 * @request: the request; what is secret in it is wiped out
 * @rows: the arguments that there are
 * @base: the struct where they go, which is all zeros
 * @wrong: what is wrong, if anything
 *
 * The member "command" is passed over.
 *
 * Return: whether nothing is wrong.
 */
bool request_read(struct json_object *request, const struct setting *rows, void *base,
		  char wrong[REQUEST_WRONG]);

#endif
