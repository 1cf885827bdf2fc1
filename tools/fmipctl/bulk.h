/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests that change something, gathered as long as they are of one kind and
 * sent as one message.  A batch turns this on; otherwise, and for what is not
 * to be gathered, each request is sent as it comes.
 */
#ifndef FMIPCTL_BULK_H
#define FMIPCTL_BULK_H

#include <stdbool.h>

#include "genl.h"

/* Most requests in a message, and most bytes. */
#define BULK_MAX	500
#define BULK_BYTES	(60 << 10)

/* Begins to gather; after a failure nothing more is sent unless @force. */
void bulk_start(bool force);

/* Sends what is pending, and gathers no more; returns the first failure. */
enum outcome bulk_end(void);

/* Counts a failure of something that was not taken up. */
void bulk_fail(enum outcome outcome);

/* Has something failed, so that nothing more is to be sent? */
bool bulk_stopped(void);

/*
 * Takes a request up, or sends it if nothing is gathered.  What fails later
 * is reported with the place that it comes from.
 */
enum outcome bulk_add(int cmd, const void *object,
		      bool (*put)(struct nl_msg *msg, const void *object));

/* Sends what is pending; not DONE if nothing more is to be sent. */
enum outcome bulk_flush(void);

/* genl_ask(), behind what is pending; not at all if that has failed. */
enum outcome bulk_ask(struct nl_msg *msg, genl_reader reader, void *arg);

#endif
