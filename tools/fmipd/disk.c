// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread that calls fdatasync(), and nothing else: it shares a descriptor and two
 * flags with the loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "disk.h"
#include "log.h"

struct disk {
	struct loop *loop;
	uint64_t delay_ns;
	struct alarm alarm;
	bool waits;
	struct loop_watch *watch;
	int fd;
	int wanted;
	int failed;
	pthread_t thread;
	atomic_bool ends;
	atomic_int err;
};

static void *work(void *arg)
{
	struct disk *disk = arg;
	eventfd_t times;

	while (!eventfd_read(disk->wanted, &times) && !atomic_load(&disk->ends)) {
		if (!fdatasync(disk->fd))
			continue;
		atomic_store(&disk->err, errno);
		eventfd_write(disk->failed, 1);
	}
	return NULL;
}

static void on_failed(void *arg)
{
	struct disk *disk = arg;
	eventfd_t times;

	eventfd_read(disk->failed, &times);
	log_error("store", "fdatasync", -atomic_load(&disk->err));
}

static void on_alarm(struct alarm *alarm)
{
	struct disk *disk = (struct disk *)((char *)alarm - offsetof(struct disk, alarm));

	disk->waits = false;
	eventfd_write(disk->wanted, 1);
}

/* The signals are for the loop. */
static int start_thread(struct disk *disk)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&disk->thread, NULL, work, disk);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

static void release(struct disk *disk)
{
	loop_forget(disk->watch);
	if (disk->failed >= 0)
		close(disk->failed);
	if (disk->wanted >= 0)
		close(disk->wanted);
	if (disk->fd >= 0)
		close(disk->fd);
	free(disk);
}

static int open_files(struct disk *disk, int fd)
{
	disk->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	disk->wanted = eventfd(0, EFD_CLOEXEC);
	disk->failed = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (disk->fd < 0 || disk->wanted < 0 || disk->failed < 0)
		return -errno;
	disk->watch = loop_watch(disk->loop, disk->failed, on_failed, disk);
	return disk->watch ? 0 : -ENOMEM;
}

int disk_open(struct loop *loop, int fd, uint64_t delay_ns, struct disk **disk)
{
	struct disk *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	d->loop = loop;
	d->delay_ns = delay_ns;
	d->alarm.ring = on_alarm;
	err = open_files(d, fd);
	if (!err)
		err = start_thread(d);
	if (err) {
		release(d);
		return err;
	}
	*disk = d;
	return 0;
}

/* Not each change by itself: a disk is slower than many nodes. */
void disk_changed(struct disk *disk)
{
	if (disk->waits)
		return;
	disk->waits = true;
	loop_alarm_set(disk->loop, &disk->alarm, loop_now() + disk->delay_ns);
}

void disk_close(struct disk *disk)
{
	if (!disk)
		return;
	loop_alarm_stop(&disk->alarm);
	atomic_store(&disk->ends, true);
	eventfd_write(disk->wanted, 1);
	pthread_join(disk->thread, NULL);
	release(disk);
}
