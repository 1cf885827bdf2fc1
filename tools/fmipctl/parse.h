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

enum outcome parse_binding(struct args *args, enum verb verb,
			   struct binding *binding);
enum outcome parse_tunnel(struct args *args, enum verb verb,
			  struct tunnel *tunnel);

/* Selects tunnels if @tunnels, else bindings. */
enum outcome parse_filter(struct args *args, bool tunnels,
			  struct filter *filter);

/* Does the next word name one object, rather than select several? */
bool parse_names_binding(const struct args *args);
bool parse_names_tunnel(const struct args *args);

enum outcome parse_config(struct args *args, struct config *config);

#endif
