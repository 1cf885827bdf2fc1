/* SPDX-License-Identifier: GPL-2.0-only */
/* Stands in for genl.c: keeps what was sent and answers what a test has laid out. */
#ifndef FMIPCTL_FAKE_GENL_H
#define FMIPCTL_FAKE_GENL_H

#include "genl.h"

#define FAKE_FAMILY	0x1f

/* The last request, NULL if there was none; and how many there were. */
extern struct nl_msg *fake_sent;
extern unsigned int fake_requests;

/* What the next requests end with. */
extern enum outcome fake_outcome;

/* Queues a message that the next request, or the monitor, reads; takes it. */
void fake_answer(struct nl_msg *msg);

/* A message with nothing in it yet. */
struct nl_msg *fake_message(int cmd);

/*
 * Called with each request, to look at it and to lay out the answer; anything
 * but DONE refuses it.
 */
typedef enum outcome (*fake_hook)(struct nlmsghdr *nlh);
void fake_answer_with(fake_hook hook);

/* Forgets all of the above. */
void fake_reset(void);

#endif
