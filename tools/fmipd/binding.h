/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bindings and tunnels as attributes of the generic netlink family "fmip".
 */
#ifndef FMIPD_BINDING_H
#define FMIPD_BINDING_H

#include <netlink/msg.h>

#include "engine.h"

/* The target's, and one for each accept. */
#define BINDING_TUNNELS_MAX	(1 + WORLD_ACCEPTS_MAX)

/**
 * struct binding - a binding of the kernel's
 * @path: what it does; its tunnels have no ends if they were read
 * @tunnel: the numbers of its tunnels: that of the target, or 0, and then those of
 *	its accepts
 */
struct binding {
	struct path path;
	uint32_t tunnel[BINDING_TUNNELS_MAX];
};

/**
 * binding_put() - write a binding
 * @msg: the request
 * @b: the binding; a @path.id of 0 is for the kernel to choose
 *
 * Return: 0 or -EMSGSIZE.
 */
int binding_put(struct nl_msg *msg, const struct binding *b);

/**
 * binding_read() - read a binding
 * @nlh: FMIP_CMD_BINDING_GET of the kernel's
 * @b: becomes the binding
 *
 * What this daemon does not use is passed over.
 *
 * Return: 0 or a negative errno.
 */
int binding_read(struct nlmsghdr *nlh, struct binding *b);

/**
 * binding_read_figures() - read what it has counted
 * @nlh: FMIP_CMD_BINDING_GET of the kernel's
 * @figures: become what it has
 *
 * Return: 0 or a negative errno.
 */
int binding_read_figures(struct nlmsghdr *nlh, struct path_figures *figures);

/**
 * tunnel_put() - write a tunnel
 * @msg: the request
 * @ends: its ends
 *
 * Return: 0 or -EMSGSIZE.
 */
int tunnel_put(struct nl_msg *msg, const struct ip6_ends *ends);

/**
 * tunnel_read() - read a tunnel
 * @nlh: FMIP_CMD_TUNNEL_GET of the kernel's
 * @id: becomes its number
 * @ends: become its ends
 *
 * Return: 0; -EPROTONOSUPPORT if it is not IPv6 in IPv6; or another negative errno.
 */
int tunnel_read(struct nlmsghdr *nlh, uint32_t *id, struct ip6_ends *ends);

/**
 * event_read() - read what the kernel tells
 * @nlh: FMIP_CMD_EVENT
 * @event: becomes what it is, with the kernel's number of the binding
 * @ended: becomes whether the binding is gone
 *
 * Return: 0; -ENOMSG if it is of no interest; or another negative errno.
 */
int event_read(struct nlmsghdr *nlh, struct path_event *event, bool *ended);

#endif
