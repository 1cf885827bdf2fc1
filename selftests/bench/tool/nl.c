// SPDX-License-Identifier: GPL-2.0-only
/* Netlink without a library, whose instructions would be in the figures. */
#include "bench.h"

#include <linux/genetlink.h>
#include <sys/socket.h>

#define SNDBUF	(4 << 20)
#define RCVBUF	(64 << 20)

void nl_open(struct requests *r, int protocol)
{
	int snd = SNDBUF, rcv = RCVBUF;

	r->fd = socket(AF_NETLINK, SOCK_RAW, protocol);
	if (r->fd < 0)
		die("netlink: %s", strerror(errno));
	r->len = 0;
	r->seq = 0;
	if (setsockopt(r->fd, SOL_SOCKET, SO_SNDBUFFORCE, &snd, sizeof(snd)) ||
	    setsockopt(r->fd, SOL_SOCKET, SO_RCVBUFFORCE, &rcv, sizeof(rcv)))
		die("netlink: buffers: %s", strerror(errno));
}

struct nlmsghdr *nl_begin(struct requests *r, int type, int flags, const void *header, size_t len)
{
	struct nlmsghdr *n = (struct nlmsghdr *)(r->room + r->len);

	memset(n, 0, NLMSG_SPACE(len));
	n->nlmsg_type = type;
	n->nlmsg_flags = NLM_F_REQUEST | flags;
	n->nlmsg_seq = ++r->seq;
	n->nlmsg_len = NLMSG_SPACE(len);
	memcpy(NLMSG_DATA(n), header, len);
	r->len += n->nlmsg_len;
	r->last = n;
	return n;
}

struct nlattr *nl_put(struct requests *r, int type, const void *data, size_t len)
{
	struct nlattr *a = (struct nlattr *)(r->room + r->len);
	size_t size = NLA_HDRLEN + NLA_ALIGN(len);

	if (r->len + size > sizeof(r->room))
		die("netlink: the request is too long");
	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)a + NLA_HDRLEN, data, len);
	memset((char *)a + a->nla_len, 0, size - a->nla_len);
	r->len += size;
	r->last->nlmsg_len += size;
	return a;
}

void nl_put_u8(struct requests *r, int type, uint8_t value)
{
	nl_put(r, type, &value, sizeof(value));
}

void nl_put_u32(struct requests *r, int type, uint32_t value)
{
	nl_put(r, type, &value, sizeof(value));
}

struct nlattr *nl_nest(struct requests *r, int type)
{
	return nl_put(r, type | NLA_F_NESTED, NULL, 0);
}

void nl_nest_end(struct requests *r, struct nlattr *nest)
{
	size_t len = r->room + r->len - (char *)nest;

	if (len > UINT16_MAX)
		die("netlink: the list is too long");
	nest->nla_len = len;
}

bool nl_full(const struct requests *r, size_t size)
{
	return r->len + 512 > size;
}

void nl_send(struct requests *r)
{
	if (send(r->fd, r->room, r->len, 0) != (ssize_t)r->len)
		die("netlink: send: %s", strerror(errno));
	r->len = 0;
}

/* Requests that want no acknowledgment are only answered if they are refused. */
void nl_check(struct requests *r)
{
	char room[8192];
	const struct nlmsghdr *n = (const struct nlmsghdr *)room;
	ssize_t len = recv(r->fd, room, sizeof(room), MSG_DONTWAIT);

	if (len <= 0)
		return;
	if (n->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *e = NLMSG_DATA(n);

		die("the kernel refuses request %u: %s", n->nlmsg_seq, strerror(-e->error));
	}
	die("netlink: an answer that was not asked for");
}

/* The answer to one request; an error ends the program. */
size_t nl_receive(struct requests *r, void *room, size_t size)
{
	const struct nlmsghdr *n = room;
	ssize_t len = recv(r->fd, room, size, 0);
	int err = 0;

	if (len < (ssize_t)sizeof(*n))
		die("netlink: recv: %s", strerror(errno));
	if (n->nlmsg_type == NLMSG_ERROR)
		err = -((const struct nlmsgerr *)NLMSG_DATA(n))->error;
	if (err)
		die("the kernel refuses: %s", strerror(err));
	return len;
}

const struct nlattr *nl_find(const void *attrs, size_t len, int type)
{
	const char *at = attrs, *end = at + len;

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *a = (const struct nlattr *)at;

		if (a->nla_len < NLA_HDRLEN || at + a->nla_len > end)
			return NULL;
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a;
		at += NLA_ALIGN(a->nla_len);
	}
	return NULL;
}

int genl_family(const char *name)
{
	static struct requests r;
	struct genlmsghdr g = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	char room[16384];
	const struct nlmsghdr *n = (const struct nlmsghdr *)room;
	const struct nlattr *id;

	nl_open(&r, NETLINK_GENERIC);
	nl_begin(&r, GENL_ID_CTRL, 0, &g, sizeof(g));
	nl_put(&r, CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
	nl_send(&r);
	nl_receive(&r, room, sizeof(room));
	close(r.fd);
	id = nl_find((const char *)NLMSG_DATA(n) + GENL_HDRLEN,
		     n->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), CTRL_ATTR_FAMILY_ID);
	if (!id)
		die("the family has no number");
	return *(const uint16_t *)((const char *)id + NLA_HDRLEN);
}
