/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the routers and nodes of tests have decided, but for what a test decides itself.
 */
#ifndef FMIPD_SETTINGS_H
#define FMIPD_SETTINGS_H

#include "config.h"

/**
 * settings_router() - the configuration of an access router, without IPsec
 * @own: its address
 * @interface: where nodes are
 * @neighbours: other routers
 * @count: how many
 * @key: the one that it has
 *
 * Return: the configuration, which refers to all of them.
 */
struct config settings_router(const char *own, struct config_interface *interface,
			      struct config_neighbour *neighbours, size_t count,
			      struct config_key *key);

/**
 * settings_node() - the configuration of a mobile node
 * @par: the address of its router
 * @interface: its interface
 * @key: the one that it has
 *
 * Return: the same.
 */
struct config settings_node(const char *par, struct config_interface *interface,
			    struct config_key *key);

#endif
