/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages on the wire: raw sockets for the Mobility Header and ICMPv6, and a packet
 * socket for what goes to a node without asking where it is.
 */
#ifndef FMIPD_RAWSOCK_H
#define FMIPD_RAWSOCK_H

#include "loop.h"

struct rawsock;

/**
 * rawsock_open() - begin to listen
 * @loop: waits for messages
 * @received: is given each
 * @arg: for @received
 * @rawsock: becomes the sockets
 *
 * Return: 0 or a negative errno.
 */
int rawsock_open(struct loop *loop,
		 void (*received)(void *arg, const struct message *m), void *arg,
		 struct rawsock **rawsock);

/**
 * rawsock_close() - end it
 * @rawsock: the sockets, or NULL
 */
void rawsock_close(struct rawsock *rawsock);

/**
 * rawsock_discard() - forget the Mobility Headers that have come, and were not read
 * @rawsock: the sockets
 */
void rawsock_discard(struct rawsock *rawsock);

/**
 * rawsock_join() - listen to what is sent to all routers of a link
 * @rawsock: the sockets
 * @ifindex: the link
 *
 * To be all nodes is not asked for: every interface is one of them.
 *
 * Return: 0, also where it does already, or a negative errno.
 */
int rawsock_join(struct rawsock *rawsock, unsigned int ifindex);

/**
 * rawsock_send() - send a message
 * @rawsock: the sockets
 * @m: the message
 *
 * Return: 0 or a negative errno.
 */
int rawsock_send(struct rawsock *rawsock, const struct message *m);

#endif
