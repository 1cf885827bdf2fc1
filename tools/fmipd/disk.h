/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Has what is written to a file put on the disk, now and then, while the loop goes on:
 * a disk may take longer for that than a router waits for an answer.
 */
#ifndef FMIPD_DISK_H
#define FMIPD_DISK_H

#include <stdint.h>

#include "loop.h"

struct disk;

/**
 * disk_open() - begin with a file
 * @loop: what goes on meanwhile
 * @fd: the file; it may be closed before disk_close()
 * @delay_ns: so long what has changed may wait for what changes next
 * @disk: becomes what does it
 *
 * A disk that fails is logged.
 *
 * Return: 0 or a negative errno.
 */
int disk_open(struct loop *loop, int fd, uint64_t delay_ns, struct disk **disk);

/**
 * disk_changed() - something was written to the file
 * @disk: what puts it on the disk
 */
void disk_changed(struct disk *disk);

/**
 * disk_close() - end it, when the disk has what it is being given
 * @disk: what does it, or NULL
 *
 * What has changed since then is left to who closes the file.
 */
void disk_close(struct disk *disk);

#endif
