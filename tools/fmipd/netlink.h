/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netlink sockets: one that asks and waits for the answer, and one that is told.
 */
#ifndef FMIPD_NETLINK_H
#define FMIPD_NETLINK_H

#include <netinet/in.h>
#include <netlink/addr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "address.h"

/**
 * typedef netlink_reader - is given each message of an answer, or of what is told
 * @nlh: the message
 * @arg: its own
 */
typedef void (*netlink_reader)(struct nlmsghdr *nlh, void *arg);

/**
 * netlink_open() - open a socket that asks
 * @protocol: NETLINK_*
 * @sock: becomes the socket, for nl_socket_free()
 *
 * Return: 0 or a negative errno.
 */
int netlink_open(int protocol, struct nl_sock **sock);

/**
 * netlink_listen() - open a socket that is told
 * @protocol: NETLINK_*
 * @groups: which multicast groups, up to 0
 * @sock: becomes the socket, for nl_socket_free()
 *
 * Return: 0 or a negative errno.
 */
int netlink_listen(int protocol, const int *groups, struct nl_sock **sock);

/**
 * netlink_ask() - send a request, and read the answer to its end
 * @sock: of netlink_open()
 * @msg: the request, which is freed; NULL is taken for no memory
 * @reader: is given the messages of the answer, or NULL
 * @arg: for @reader
 *
 * A refusal that says more than its errno is logged.
 *
 * Return: 0; -EINTR if what was listed has changed meanwhile; or another negative
 *	errno.
 */
int netlink_ask(struct nl_sock *sock, struct nl_msg *msg, netlink_reader reader,
		void *arg);

/**
 * netlink_do() - send a request that libnl-route has built, and wait for the answer
 * @sock: of netlink_open()
 * @built: what the function that was to build it has returned
 * @msg: the request, which is freed; a pointer to it, since it need not be built yet
 *	when the arguments of this are looked at
 *
 * Return: as netlink_ask().
 */
int netlink_do(struct nl_sock *sock, int built, struct nl_msg **msg);

/**
 * netlink_address() - an IPv6 address as libnl-route wants it
 * @address: the address
 * @len: how many bits of it count
 *
 * Return: the address, for nl_addr_put(), or NULL without memory.
 */
struct nl_addr *netlink_address(const struct in6_addr *address, unsigned int len);

/**
 * netlink_receive() - read what has been told
 * @sock: of netlink_listen()
 * @reader: is given the messages
 * @arg: for @reader
 *
 * Return: 0; -ENOBUFS if something is lost; or another negative errno.
 */
int netlink_receive(struct nl_sock *sock, netlink_reader reader, void *arg);

/**
 * netlink_lla() - read a link-layer address
 * @attr: the attribute, or NULL
 * @lla: becomes what is in it; of no length if that is none
 */
void netlink_lla(const struct nlattr *attr, struct lla *lla);

#endif
