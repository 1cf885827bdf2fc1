// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "secret.h"

#define NAME		"secret"
#define NEW_NAME	"secret.new"

static int read_it(int directory, uint8_t *secret, size_t len)
{
	int fd = openat(directory, NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got;
	uint8_t more;
	int err;

	if (fd < 0)
		return -errno;
	got = read(fd, secret, len);
	if (got < 0)
		err = -errno;
	else
		err = (size_t)got == len && !read(fd, &more, 1) ? 0 : -EINVAL;
	close(fd);
	return err;
}

static int draw(uint8_t *secret, size_t len)
{
	ssize_t got;

	do
		got = getrandom(secret, len, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	return (size_t)got == len ? 0 : -EIO;
}

static int write_new(int directory, const uint8_t *secret, size_t len)
{
	int fd = openat(directory, NEW_NAME,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	ssize_t put;
	int err = 0;

	if (fd < 0)
		return -errno;
	put = write(fd, secret, len);
	if (put < 0 || fsync(fd))
		err = -errno;
	else if ((size_t)put != len)
		err = -ENOSPC;
	close(fd);
	return err;
}

/* It is there whole, or not at all, whenever the power fails. */
static int make_it(int directory, uint8_t *secret, size_t len)
{
	int err = draw(secret, len);

	if (!err)
		err = write_new(directory, secret, len);
	if (err)
		return err;
	if (renameat(directory, NEW_NAME, directory, NAME) || fsync(directory))
		return -errno;
	return 0;
}

int secret_get(const char *directory, uint8_t *secret, size_t len)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = read_it(fd, secret, len);
	if (err == -ENOENT)
		err = make_it(fd, secret, len);
	close(fd);
	return err;
}
