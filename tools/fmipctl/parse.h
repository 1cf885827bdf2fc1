/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of a command, turned into the object that they describe. */
#ifndef FMIPCTL_PARSE_H
#define FMIPCTL_PARSE_H

#include <stdbool.h>

#include "args.h"
#include "object.h"

enum verb {
	VERB_ADD,
	VERB_CHANGE,
	VERB_REPLACE,
	VERB_DEL,
	VERB_SHOW,
	VERB_FLUSH,
	VERB_SET,
	VERB_HELP,
};

/**
 * parse_binding() - read the words about a binding
 * @args: the words
 * @verb: of the command
 * @binding: becomes what they say
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome parse_binding(struct args *args, enum verb verb,
			   struct binding *binding);

/**
 * parse_tunnel() - read the words about a tunnel
 * @args: the words
 * @verb: of the command
 * @tunnel: becomes what they say
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome parse_tunnel(struct args *args, enum verb verb,
			  struct tunnel *tunnel);

/**
 * parse_filter() - read which objects are meant
 * @args: the words
 * @tunnels: select tunnels, else bindings
 * @filter: becomes what they say
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome parse_filter(struct args *args, bool tunnels,
			  struct filter *filter);

/**
 * parse_names_binding() - ask whether the next word names one binding, rather than select
 *	several
 * @args: the words
 *
 * Return: whether it does.
 */
bool parse_names_binding(const struct args *args);

/**
 * parse_names_tunnel() - ask whether the next word names one tunnel, rather than select
 *	several
 * @args: the words
 *
 * Return: whether it does.
 */
bool parse_names_tunnel(const struct args *args);

/**
 * parse_config() - read the words about settings
 * @args: the words
 * @config: becomes what they say
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome parse_config(struct args *args, struct config *config);

#endif
