/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This node, as the state machines see it: struct world_ops on Linux.
 */
#ifndef FMIPD_HOST_H
#define FMIPD_HOST_H

#include "disk.h"
#include "engine.h"
#include "hook.h"
#include "keyring.h"
#include "link.h"
#include "loop.h"
#include "path.h"
#include "policy.h"
#include "probe.h"
#include "rawsock.h"
#include "router.h"
#include "stay.h"
#include "store.h"
#include "wifi.h"

/**
 * struct host - this node
 * @config: what its operator has decided
 * @loop: what it waits for
 * @store: sequence numbers
 * @disk: has them on the disk
 * @link: links, addresses and neighbours
 * @wifi: access points and stations
 * @rawsock: messages
 * @paths: the data path of an access router, or NULL
 * @policies: XFRM
 * @router: its Router Advertisements
 * @probes: addresses that are being asked for
 * @stays: how it lives on a link as a mobile node, or NULL
 * @hook: runs what wants to know of that, or NULL
 * @engine: the state machines
 * @running: @engine is started
 * @leaves: it ends, and what the kernel does for nodes goes on without it
 * @keyring: keys that were given since
 * @told: is told what has happened, too, or NULL
 * @told_arg: for @told
 */
struct host {
	struct config *config;
	struct loop *loop;
	struct store *store;
	struct disk *disk;
	struct link *link;
	struct wifi *wifi;
	struct rawsock *rawsock;
	struct paths *paths;
	struct policies *policies;
	struct router *router;
	struct probes *probes;
	struct stays *stays;
	struct hook *hook;
	struct engine engine;
	bool running;
	bool leaves;
	struct keyring *keyring;
	void (*told)(void *arg, const struct report *report);
	void *told_arg;
};

/**
 * host_open() - begin
 * @host: the node, which is filled in
 * @loop: what it waits for
 * @config: what its operator has decided; it is the node's from here on
 *
 * What fails is logged.
 *
 * Return: 0 or a negative errno, and then @config is freed.
 */
int host_open(struct host *host, struct loop *loop, struct config *config);

/**
 * host_close() - end, with the handovers that are under way
 * @host: the node
 */
void host_close(struct host *host);

/**
 * host_leave() - end, but have the kernel go on with the handovers of a router, for as
 * long as the bindings live: the next daemon takes them over
 * @host: the node
 */
void host_leave(struct host *host);

/**
 * host_configure() - go on with another configuration
 * @host: the node
 * @config: what its operator has decided now; it is the node's if it is taken
 *
 * Return: NULL; or the setting that cannot change while the daemon runs.
 */
const char *host_configure(struct host *host, struct config *config);

/**
 * host_forget() - forget the sequence numbers of a key that is deleted
 * @host: the node
 * @key: the key
 */
void host_forget(struct host *host, const struct config_key *key);

#endif
