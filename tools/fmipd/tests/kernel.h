/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel that is not there, for what asks it and hears it by netlink: its sockets, and
 * what waits for them.  What it says is the test's.
 */
#ifndef FMIPD_KERNEL_H
#define FMIPD_KERNEL_H

#include "loop.h"
#include "netlink.h"

__typeof__(netlink_open) __wrap_netlink_open;
__typeof__(netlink_listen) __wrap_netlink_listen;
__typeof__(loop_watch) __wrap_loop_watch;
__typeof__(loop_forget) __wrap_loop_forget;

/**
 * kernel_tells() - there is something to be read on the socket that is waited for
 */
void kernel_tells(void);

#endif
