/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink sockets.  Nothing else in fmipctl opens one. */
#ifndef FMIPCTL_GENL_H
#define FMIPCTL_GENL_H

#include <netlink/msg.h>

#include "report.h"

/* Called for each message of an answer until it returns anything but DONE. */
typedef enum outcome (*genl_reader)(struct nlmsghdr *nlh, void *arg);

/**
 * genl_request() - make a request
 * @cmd: its command
 * @flags: of its netlink header
 *
 * Return: it, which the caller hands to genl_ask(); NULL has been reported.
 */
struct nl_msg *genl_request(int cmd, int flags);

/**
 * genl_long_request() - make a request as long as attributes can be
 * @cmd: its command
 *
 * Return: as genl_request().
 */
struct nl_msg *genl_long_request(int cmd);

/**
 * genl_ask() - send a request and read the answer to its end
 * @msg: the request, which is freed
 * @reader: is called for each message of the answer
 * @arg: for @reader
 *
 * Return: DONE, or what went wrong, which has been reported; what the kernel refuses,
 * too.
 */
enum outcome genl_ask(struct nl_msg *msg, genl_reader reader, void *arg);

/**
 * genl_version() - ask which version of the family the kernel has
 *
 * Return: it, or 0 if there is none.
 */
int genl_version(void);

/**
 * genl_subscribe() - join the group of events
 * @fd: becomes what can be polled
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome genl_subscribe(int *fd);

/**
 * genl_receive() - read the events that have come
 * @reader: is called for each of them
 * @arg: for @reader
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome genl_receive(genl_reader reader, void *arg);

/**
 * genl_close() - close the sockets
 */
void genl_close(void);

#endif
