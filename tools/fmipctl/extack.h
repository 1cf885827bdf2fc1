/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel says when it refuses. */
#ifndef FMIPCTL_EXTACK_H
#define FMIPCTL_EXTACK_H

#include <stdbool.h>
#include <stdint.h>

#include <netlink/msg.h>

/**
 * struct refusal - what the kernel says when it refuses
 * @error: an errno, positive
 * @text: "" if the kernel gave none
 * @path: names of attributes, "" if none is to blame
 * @missing: the last name of the path is not there
 */
struct refusal {
	int error;
	char text[256];
	char path[128];
	bool missing;
};

/**
 * extack_read() - read an answer to a request
 * @nlh: the answer, an NLMSG_ERROR or an NLMSG_DONE
 * @request: what was asked
 * @refusal: becomes why it was refused
 *
 * Return: false if nothing was refused.
 */
bool extack_read(struct nlmsghdr *nlh, struct nlmsghdr *request,
		 struct refusal *refusal);

/**
 * extack_name() - name an attribute of requests
 * @cmd: of these
 * @attr: its type
 *
 * Return: its name, or NULL if there is none.
 */
const char *extack_name(uint8_t cmd, unsigned int attr);

#endif
