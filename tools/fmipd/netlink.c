// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink sockets.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netlink.h>
#include <netlink/errno.h>

#include "log.h"
#include "loop.h"
#include "netlink.h"

/* So that a burst finds room. */
#define RECEIVE_BYTES	(4 << 20)

/* Reads at once; the loop calls again. */
#define BURST	64

struct answer {
	netlink_reader reader;
	void *arg;
	bool ended;
	int err;
};

static int to_errno(int error)
{
	switch (-error) {
	case 0:
		return 0;
	case NLE_NOMEM:
		return -ENOBUFS;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_INTR:
	case NLE_DUMP_INTR:
		return -EINTR;
	case NLE_PERM:
		return -EPERM;
	case NLE_PROTO_MISMATCH:
		return -EPROTONOSUPPORT;
	default:
		return -EIO;
	}
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct answer *answer = arg;

	if (answer->reader)
		answer->reader(nlmsg_hdr(msg), answer->arg);
	return NL_OK;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct answer *answer = arg;

	(void)msg;
	answer->ended = true;
	return NL_STOP;
}

/* A listing that fails says so where it ends. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct answer *answer = arg;

	if (nlmsg_datalen(nlh) >= (int)sizeof(int))
		memcpy(&answer->err, nlmsg_data(nlh), sizeof(int));
	return on_ack(msg, arg);
}

static int pass(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

/* The kernel's own words, behind a request that it may have left out. */
static void log_refusal(const struct nlmsghdr *nlh, const struct nlmsgerr *error)
{
	int skip = sizeof(*error);
	const struct nlattr *attr;
	struct log_line line;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += error->msg.nlmsg_len - sizeof(error->msg);
	attr = nlmsg_find_attr((struct nlmsghdr *)nlh, NLMSG_ALIGN(skip), NLMSGERR_ATTR_MSG);
	if (!attr)
		return;
	/* What has expired a moment ago is missed by nobody but who asks. */
	log_begin(&line, error->error == -ENOENT ? LOG_DEBUG : LOG_WARNING, "netlink",
		  loop_now());
	log_text(&line, "error", strerror(-error->error));
	log_text(&line, "why", nla_get_string(attr));
	log_end(&line);
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct answer *answer = arg;

	(void)from;
	log_refusal((void *)((char *)error - NLMSG_HDRLEN), error);
	answer->err = error->error;
	answer->ended = true;
	return NL_SKIP;
}

static int open_socket(int protocol, struct nl_sock **sock)
{
	struct nl_sock *s = nl_socket_alloc();
	int on = 1, bytes = RECEIVE_BYTES, error;

	if (!s)
		return -ENOMEM;
	error = nl_connect(s, protocol);
	if (error) {
		nl_socket_free(s);
		return to_errno(error);
	}
	nl_socket_set_buffer_size(s, RECEIVE_BYTES, 0);
	/* That is cut off at net.core.rmem_max, which is a twentieth of it. */
	setsockopt(nl_socket_get_fd(s), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	/* Poorer answers are all that an old kernel without it gives. */
	setsockopt(nl_socket_get_fd(s), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	*sock = s;
	return 0;
}

int netlink_open(int protocol, struct nl_sock **sock)
{
	return open_socket(protocol, sock);
}

int netlink_listen(int protocol, const int *groups, struct nl_sock **sock)
{
	struct nl_sock *s;
	int err = open_socket(protocol, &s);

	if (err)
		return err;
	nl_socket_set_nonblocking(s);
	for (; !err && *groups; groups++)
		err = to_errno(nl_socket_add_membership(s, *groups));
	if (err) {
		nl_socket_free(s);
		return err;
	}
	*sock = s;
	return 0;
}

static struct nl_cb *make_cb(struct answer *answer)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	if (!cb)
		return NULL;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, answer);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, answer);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, answer);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, answer);
	return cb;
}

static int read_answer(struct nl_sock *sock, struct answer *answer)
{
	struct nl_cb *cb = make_cb(answer);
	int error, changed = 0;

	if (!cb)
		return -ENOMEM;
	while (!answer->ended) {
		error = nl_recvmsgs(sock, cb);
		if (error == -NLE_DUMP_INTR) {
			changed = -EINTR;
			continue;
		}
		if (error < 0 && !answer->ended) {
			answer->err = to_errno(error);
			break;
		}
	}
	nl_cb_put(cb);
	return answer->err ?: changed;
}

int netlink_ask(struct nl_sock *sock, struct nl_msg *msg, netlink_reader reader, void *arg)
{
	struct answer answer = { .reader = reader, .arg = arg };
	int error;

	if (!msg)
		return -ENOMEM;
	error = nl_send_auto(sock, msg);
	nlmsg_free(msg);
	return error < 0 ? to_errno(error) : read_answer(sock, &answer);
}

int netlink_do(struct nl_sock *sock, int built, struct nl_msg **msg)
{
	return built < 0 ? to_errno(built) : netlink_ask(sock, *msg, NULL, NULL);
}

struct nl_addr *netlink_address(const struct in6_addr *address, unsigned int len)
{
	struct nl_addr *a = nl_addr_build(AF_INET6, address, sizeof(*address));

	if (a)
		nl_addr_set_prefixlen(a, len);
	return a;
}

int netlink_receive(struct nl_sock *sock, netlink_reader reader, void *arg)
{
	struct answer answer = { .reader = reader, .arg = arg };
	struct nl_cb *cb = make_cb(&answer);
	unsigned int left = BURST;
	int error = 0;

	if (!cb)
		return -ENOMEM;
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, pass, NULL);
	while (left-- && error >= 0)
		error = nl_recvmsgs(sock, cb);
	nl_cb_put(cb);
	if (error >= 0 || error == -NLE_AGAIN)
		return 0;
	return to_errno(error);
}

void netlink_lla(const struct nlattr *attr, struct lla *lla)
{
	*lla = (struct lla){};
	if (!attr || nla_len(attr) > LLA_MAX)
		return;
	lla->len = nla_len(attr);
	memcpy(lla->bytes, nla_data(attr), lla->len);
}
