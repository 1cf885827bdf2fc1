// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel that is not there.
 */
#include <netlink/socket.h>

#include "kernel.h"
#include "test.h"

static void (*told)(void *arg);
static void *told_arg;

int __wrap_netlink_open(int protocol, struct nl_sock **sock)
{
	(void)protocol;
	*sock = nl_socket_alloc();
	assert_non_null(*sock);
	return 0;
}

int __wrap_netlink_listen(int protocol, const int *groups, struct nl_sock **sock)
{
	(void)groups;
	return __wrap_netlink_open(protocol, sock);
}

struct loop_watch *__wrap_loop_watch(struct loop *loop, int fd, void (*ready)(void *arg),
				     void *arg)
{
	(void)loop;
	(void)fd;
	told = ready;
	told_arg = arg;
	return (struct loop_watch *)&told;
}

void __wrap_loop_forget(struct loop_watch *watch)
{
	(void)watch;
}

void kernel_tells(void)
{
	told(told_arg);
}
