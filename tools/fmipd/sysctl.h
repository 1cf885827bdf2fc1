/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may be set of IPv6 on an interface: /proc/sys/net/ipv6/conf.
 */
#ifndef FMIPD_SYSCTL_H
#define FMIPD_SYSCTL_H

#include <stddef.h>

/**
 * sysctl_read() - read a setting
 * @interface: of which interface
 * @name: which one
 * @value: becomes it, without a newline
 * @size: octets of @value
 *
 * Return: 0 or a negative errno.
 */
int sysctl_read(const char *interface, const char *name, char *value, size_t size);

/**
 * sysctl_write() - change a setting
 * @interface: of which interface
 * @name: which one
 * @value: what it shall be
 *
 * Return: 0 or a negative errno.
 */
int sysctl_write(const char *interface, const char *name, const char *value);

#endif
