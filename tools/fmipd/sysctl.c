// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may be set of IPv6 on an interface.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sysctl.h"

static int open_sysctl(const char *interface, const char *name, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", interface, name);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int sysctl_read(const char *interface, const char *name, char *value, size_t size)
{
	int fd = open_sysctl(interface, name, O_RDONLY), err = 0;
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read(fd, value, size - 1);
	if (len < 0)
		err = -errno;
	close(fd);
	if (err)
		return err;
	value[len] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return 0;
}

int sysctl_write(const char *interface, const char *name, const char *value)
{
	int fd = open_sysctl(interface, name, O_WRONLY);
	ssize_t len = strlen(value);
	int err = 0;

	if (fd < 0)
		return fd;
	if (write(fd, value, len) != len)
		err = -errno;
	close(fd);
	return err;
}
