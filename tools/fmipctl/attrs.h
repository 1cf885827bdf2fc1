/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects, to and from the attributes of uapi/linux/fmip.h. */
#ifndef FMIPCTL_ATTRS_H
#define FMIPCTL_ATTRS_H

#include <stdbool.h>

#include <netlink/msg.h>

#include "object.h"

/**
 * attrs_put_binding() - write a binding as attributes
 * @msg: where to
 * @binding: what of it is given
 *
 * Return: whether the message had room for it.
 */
bool attrs_put_binding(struct nl_msg *msg, const struct binding *binding);

/**
 * attrs_put_tunnel() - write a tunnel as attributes
 * @msg: where to
 * @tunnel: what of it is given
 *
 * Return: whether the message had room for it.
 */
bool attrs_put_tunnel(struct nl_msg *msg, const struct tunnel *tunnel);

/**
 * attrs_put_filter() - write a filter as a nested attribute
 * @msg: where to
 * @attr: the type of that
 * @filter: what of it is given
 *
 * Return: whether the message had room for it.
 */
bool attrs_put_filter(struct nl_msg *msg, int attr, const struct filter *filter);

/**
 * attrs_put_config() - write settings as attributes
 * @msg: where to
 * @config: what of them is given
 *
 * Return: whether the message had room for it.
 */
bool attrs_put_config(struct nl_msg *msg, const struct config *config);

/**
 * attrs_get_binding() - read a binding
 * @nlh: a message of the kernel's
 * @binding: becomes what it tells of
 *
 * Return: whether the message is what the contract says.
 */
bool attrs_get_binding(struct nlmsghdr *nlh, struct binding *binding);

/**
 * attrs_get_tunnel() - read a tunnel
 * @nlh: a message of the kernel's
 * @tunnel: becomes what it tells of
 *
 * Return: whether the message is what the contract says.
 */
bool attrs_get_tunnel(struct nlmsghdr *nlh, struct tunnel *tunnel);

/**
 * attrs_get_stats() - read statistics
 * @nlh: a message of the kernel's
 * @stats: becomes what it tells of
 *
 * Return: whether the message is what the contract says.
 */
bool attrs_get_stats(struct nlmsghdr *nlh, struct stats *stats);

/**
 * attrs_get_config() - read settings
 * @nlh: a message of the kernel's
 * @config: becomes what it tells of
 *
 * Return: whether the message is what the contract says.
 */
bool attrs_get_config(struct nlmsghdr *nlh, struct config *config);

/**
 * attrs_get_event() - read an event
 * @nlh: a message of the kernel's
 * @event: becomes what it tells of
 *
 * Return: whether the message is what the contract says.
 */
bool attrs_get_event(struct nlmsghdr *nlh, struct event *event);

/**
 * attrs_get_results() - read a list of results, in order
 * @nlh: an answer
 * @attr: the type of the list
 * @each: is handed each result, until it returns false
 * @arg: for @each
 *
 * Return: false if the list is malformed, or if @each returned false.
 */
bool attrs_get_results(struct nlmsghdr *nlh, int attr,
		       bool (*each)(const struct result *result, void *arg),
		       void *arg);

#endif
