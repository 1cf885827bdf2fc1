/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects, to and from the attributes of uapi/linux/fmip.h. */
#ifndef FMIPCTL_ATTRS_H
#define FMIPCTL_ATTRS_H

#include <stdbool.h>

#include <netlink/msg.h>

#include "object.h"

/* False if the message has no room left. */
bool attrs_put_binding(struct nl_msg *msg, const struct binding *binding);
bool attrs_put_tunnel(struct nl_msg *msg, const struct tunnel *tunnel);
bool attrs_put_filter(struct nl_msg *msg, int attr, const struct filter *filter);
bool attrs_put_config(struct nl_msg *msg, const struct config *config);

/* False if the message is not what the contract says. */
bool attrs_get_binding(struct nlmsghdr *nlh, struct binding *binding);
bool attrs_get_tunnel(struct nlmsghdr *nlh, struct tunnel *tunnel);
bool attrs_get_stats(struct nlmsghdr *nlh, struct stats *stats);
bool attrs_get_config(struct nlmsghdr *nlh, struct config *config);
bool attrs_get_event(struct nlmsghdr *nlh, struct event *event);

/*
 * Hands the members of the list @attr of an answer to @each, in order, until
 * it returns false; false then, too.
 */
bool attrs_get_results(struct nlmsghdr *nlh, int attr,
		       bool (*each)(const struct result *result, void *arg),
		       void *arg);

#endif
