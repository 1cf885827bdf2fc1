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

/**
 * bulk_start() - begin to gather requests
 * @force: go on to send after a failure
 */
void bulk_start(bool force);

/**
 * bulk_end() - send what is pending, and gather no more
 *
 * Return: the first failure, or DONE.
 */
enum outcome bulk_end(void);

/**
 * bulk_fail() - count a failure of something that was not taken up
 * @outcome: what it ended with
 */
void bulk_fail(enum outcome outcome);

/**
 * bulk_stopped() - ask whether something has failed, so that nothing more is to be sent
 *
 * Return: whether it is so.
 */
bool bulk_stopped(void);

/**
 * bulk_add() - take a request up, or send it if nothing is gathered
 * @cmd: its command
 * @object: what it is about
 * @put: writes the object as attributes
 *
 * What fails later is reported with the place that it comes from.
 *
 * Return: DONE, or what went wrong, which has been reported.
 */
enum outcome bulk_add(int cmd, const void *object,
		      bool (*put)(struct nl_msg *msg, const void *object));

/**
 * bulk_flush() - send what is pending
 *
 * Return: DONE, unless nothing more is to be sent.
 */
enum outcome bulk_flush(void);

/**
 * bulk_ask() - call genl_ask() behind what is pending
 * @msg: the request, which is freed
 * @reader: is called for each message of the answer
 * @arg: for @reader
 *
 * Return: DONE, or what went wrong, which has been reported; it is not asked if what was
 * pending has failed.
 */
enum outcome bulk_ask(struct nl_msg *msg, genl_reader reader, void *arg);

#endif
