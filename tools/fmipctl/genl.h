/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink sockets.  Nothing else in fmipctl opens one. */
#ifndef FMIPCTL_GENL_H
#define FMIPCTL_GENL_H

#include <netlink/msg.h>

#include "report.h"

/* Called for each message of an answer until it returns anything but DONE. */
typedef enum outcome (*genl_reader)(struct nlmsghdr *nlh, void *arg);

/* A request that the caller hands to genl_ask(); NULL has been reported. */
struct nl_msg *genl_request(int cmd, int flags);

/* The same for one as long as attributes can be. */
struct nl_msg *genl_long_request(int cmd);

/*
 * Sends a request, frees it, and reads the answer to its end.  What the
 * kernel refuses has been reported.
 */
enum outcome genl_ask(struct nl_msg *msg, genl_reader reader, void *arg);

/* The version of the family that the kernel has, 0 if it has none. */
int genl_version(void);

/* Joins the group of events; @fd can be polled. */
enum outcome genl_subscribe(int *fd);

/* Reads the events that have come. */
enum outcome genl_receive(genl_reader reader, void *arg);

void genl_close(void);

#endif
