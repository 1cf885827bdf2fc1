/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel says when it refuses. */
#ifndef FMIPCTL_EXTACK_H
#define FMIPCTL_EXTACK_H

#include <stdbool.h>
#include <stdint.h>

#include <netlink/msg.h>

struct refusal {
	int error;		/* an errno, positive */
	char text[256];		/* "" if the kernel gave none */
	char path[128];		/* names of attributes, "" if none is to blame */
	bool missing;		/* the last name of the path is not there */
};

/*
 * Reads the answer @nlh, an NLMSG_ERROR or an NLMSG_DONE, to @request.
 * False if it refuses nothing.
 */
bool extack_read(struct nlmsghdr *nlh, struct nlmsghdr *request,
		 struct refusal *refusal);

/* The name of an attribute of requests @cmd, NULL if there is none. */
const char *extack_name(uint8_t cmd, unsigned int attr);

#endif
