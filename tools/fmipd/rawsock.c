// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages on the wire.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>

#include "hao.h"
#include "log.h"
#include "policy.h"
#include "rawsock.h"

/* ICMPv6 type of RtSolPr and PrRtAdv (RFC 5568 6.1). */
#define ICMP6_EXPERIMENTAL_MOBILITY	154

#define HOP_LIMIT	64

/* What may come at once, so that a flood of one socket does not starve the others. */
#define BURST	64

#define RECEIVE_BYTES	(1 << 20)

/* No more messages than this are in it: the kernel counts what each takes of its memory. */
#define QUEUED_MAX	(2 * RECEIVE_BYTES / 512)

/* The longest that IPv6 has, without a jumbo payload. */
#define MESSAGE_MAX	65535

#define CONTROL_MAX	1024

struct input {
	struct rawsock *rawsock;
	uint8_t next_header;
	int fd;
	struct loop_watch *watch;
};

struct rawsock {
	struct input mh;
	struct input icmp6;
	int mh_out;
	int packet;
	void (*received)(void *arg, const struct message *m);
	void *arg;
	uint8_t data[MESSAGE_MAX];
};

/* Larger than struct sockaddr_ll, whose address has no room for all that there are. */
union link_address {
	struct sockaddr_ll ll;
	uint8_t room[offsetof(struct sockaddr_ll, sll_addr) + LLA_MAX];
};

union control {
	struct cmsghdr align;
	uint8_t room[CONTROL_MAX];
};

static int set_flag(int fd, int level, int option)
{
	int on = 1;

	return setsockopt(fd, level, option, &on, sizeof(on)) ? -errno : 0;
}

static int ask_for_headers(int fd)
{
	static const int options[] = {
		IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVDSTOPTS,
	};
	size_t i;
	int err;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		err = set_flag(fd, IPPROTO_IPV6, options[i]);
		if (err)
			return err;
	}
	return 0;
}

static int filter_icmp6(int fd)
{
	struct icmp6_filter filter;

	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &filter);
	ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &filter);
	ICMP6_FILTER_SETPASS(ICMP6_EXPERIMENTAL_MOBILITY, &filter);
	return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) ?
	       -errno : 0;
}

/* The home address, where the kernel has exchanged it with that in the header. */
static void read_destination_options(const struct cmsghdr *c, struct message *m)
{
	struct in6_addr home = m->ends.source;
	struct hao hao;

	if (hao_parse(CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0), &hao).kind || !hao.present)
		return;
	m->has_home = true;
	m->home = home;
	m->ends.source = hao.home;
}

static void read_control(struct msghdr *msg, struct message *m)
{
	struct in6_pktinfo info;
	struct cmsghdr *c;
	int hops;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != IPPROTO_IPV6)
			continue;
		switch (c->cmsg_type) {
		case IPV6_PKTINFO:
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			m->ifindex = info.ipi6_ifindex;
			m->ends.destination = info.ipi6_addr;
			break;
		case IPV6_HOPLIMIT:
			memcpy(&hops, CMSG_DATA(c), sizeof(hops));
			m->hop_limit = hops;
			break;
		case IPV6_DSTOPTS:
			read_destination_options(c, m);
			break;
		}
	}
}

static bool receive(struct input *in)
{
	struct rawsock *rawsock = in->rawsock;
	struct iovec iov = { rawsock->data, sizeof(rawsock->data) };
	struct message m = { .next_header = in->next_header };
	struct sockaddr_in6 from;
	union control control;
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(in->fd, &msg, MSG_DONTWAIT);

	if (len < 0) {
		if (errno != EAGAIN && errno != EINTR)
			log_error("receive", NULL, -errno);
		return false;
	}
	/* Without all of its headers it would be taken for something else. */
	if (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return true;
	m.ends.source = from.sin6_addr;
	m.data = rawsock->data;
	m.len = len;
	read_control(&msg, &m);
	rawsock->received(rawsock->arg, &m);
	return true;
}

static void on_input(void *arg)
{
	unsigned int left = BURST;

	while (left-- && receive(arg))
		;
}

static int open_raw(uint8_t next_header)
{
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, next_header);

	return fd < 0 ? -errno : fd;
}

static int open_input(struct input *in, struct rawsock *rawsock, struct loop *loop,
		      uint8_t next_header)
{
	int bytes = RECEIVE_BYTES, err;

	in->rawsock = rawsock;
	in->next_header = next_header;
	in->fd = open_raw(next_header);
	if (in->fd < 0)
		return in->fd;
	err = ask_for_headers(in->fd);
	if (!err)
		err = next_header == IPPROTO_ICMPV6 ? filter_icmp6(in->fd) :
		      policies_apply(in->fd);
	if (err)
		return err;
	if (setsockopt(in->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(in->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	in->watch = loop_watch(loop, in->fd, on_input, in);
	return in->watch ? 0 : -ENOMEM;
}

/* A socket that is not read must not fill up. */
static int refuse_input(int fd)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { 1, &drop };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ?
	       -errno : 0;
}

/*
 * The kernel would compute a checksum of the addresses in the header, which is wrong
 * behind a type 2 routing header; and on a socket where it does not it checks none.
 */
static int open_mh_out(void)
{
	int none = -1, fd = open_raw(IPPROTO_MH), err;

	if (fd < 0)
		return fd;
	err = refuse_input(fd);
	if (!err && setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, &none, sizeof(none)))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

static int open_sockets(struct rawsock *r, struct loop *loop)
{
	int err = open_input(&r->mh, r, loop, IPPROTO_MH);

	if (!err)
		err = open_input(&r->icmp6, r, loop, IPPROTO_ICMPV6);
	if (err)
		return err;
	r->mh_out = open_mh_out();
	if (r->mh_out < 0)
		return r->mh_out;
	/* Of no protocol: it receives nothing. */
	r->packet = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return r->packet < 0 ? -errno : 0;
}

int rawsock_open(struct loop *loop,
		 void (*received)(void *arg, const struct message *m), void *arg,
		 struct rawsock **rawsock)
{
	struct rawsock *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->received = received;
	r->arg = arg;
	r->mh.fd = -1;
	r->icmp6.fd = -1;
	r->mh_out = -1;
	r->packet = -1;
	err = open_sockets(r, loop);
	if (err) {
		rawsock_close(r);
		return err;
	}
	*rawsock = r;
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void rawsock_close(struct rawsock *rawsock)
{
	if (!rawsock)
		return;
	loop_forget(rawsock->mh.watch);
	loop_forget(rawsock->icmp6.watch);
	close_fd(rawsock->mh.fd);
	close_fd(rawsock->icmp6.fd);
	close_fd(rawsock->mh_out);
	close_fd(rawsock->packet);
	free(rawsock);
}

void rawsock_discard(struct rawsock *rawsock)
{
	unsigned int left = QUEUED_MAX;

	while (left-- && recv(rawsock->mh.fd, NULL, 0, MSG_DONTWAIT | MSG_TRUNC) >= 0)
		;
}

int rawsock_join(struct rawsock *rawsock, unsigned int ifindex)
{
	struct ipv6_mreq group = { .ipv6mr_interface = ifindex };

	inet_pton(AF_INET6, "ff02::2", &group.ipv6mr_multiaddr);
	if (setsockopt(rawsock->icmp6.fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group,
		       sizeof(group)) && errno != EADDRINUSE)
		return -errno;
	return 0;
}

static void add_control(struct msghdr *msg, int type, const void *data, size_t len)
{
	struct cmsghdr *c = (void *)((uint8_t *)msg->msg_control + msg->msg_controllen);

	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	msg->msg_controllen += CMSG_SPACE(len);
}

/*
 * The kernel wants the last destination for an address, and the first hop in the
 * routing header, and exchanges them (RFC 3542 section 7).
 */
static void add_routing(struct msghdr *msg, struct sockaddr_in6 *to,
			const struct message *m)
{
	uint8_t rh2[RH2_SIZE];

	rh2_build(rh2, m->next_header, &m->ends.destination);
	to->sin6_addr = m->home;
	add_control(msg, IPV6_RTHDR, rh2, sizeof(rh2));
}

static void add_home(struct msghdr *msg, const struct message *m)
{
	uint8_t hao[HAO_SIZE];

	hao_build(hao, m->next_header, &m->home);
	add_control(msg, IPV6_DSTOPTS, hao, sizeof(hao));
}

static int send_routed(int fd, const struct message *m)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_addr = m->ends.destination,
		.sin6_scope_id = m->ifindex,
	};
	struct in6_pktinfo info = { m->ends.source, m->ifindex };
	struct iovec iov = { (void *)m->data, m->len };
	union control control = {};
	struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
	};
	int hops = m->hop_limit;

	add_control(&msg, IPV6_PKTINFO, &info, sizeof(info));
	if (hops)
		add_control(&msg, IPV6_HOPLIMIT, &hops, sizeof(hops));
	if (m->has_home)
		add_home(&msg, m);
	if (m->routed)
		add_routing(&msg, &to, m);
	return sendmsg(fd, &msg, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static void fill_header(struct ip6_hdr *ip, const struct message *m, size_t payload)
{
	*ip = (struct ip6_hdr){
		.ip6_src = m->ends.source,
		.ip6_dst = m->ends.destination,
	};
	ip->ip6_flow = htonl(6u << 28);
	ip->ip6_plen = htons(payload);
	ip->ip6_nxt = m->routed ? IPPROTO_ROUTING : m->next_header;
	ip->ip6_hlim = m->hop_limit ?: HOP_LIMIT;
}

static int send_to_node(int fd, const struct message *m)
{
	size_t routing = m->routed ? RH2_SIZE : 0;
	union link_address to = {
		.ll.sll_family = AF_PACKET,
		.ll.sll_protocol = htons(ETH_P_IPV6),
		.ll.sll_ifindex = m->ifindex,
		.ll.sll_halen = m->lla.len,
	};
	uint8_t rh2[RH2_SIZE];
	struct ip6_hdr ip;
	struct iovec iov[] = {
		{ &ip, sizeof(ip) }, { rh2, routing }, { (void *)m->data, m->len },
	};
	struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = iov,
		.msg_iovlen = 3,
	};

	memcpy(to.room + offsetof(struct sockaddr_ll, sll_addr), m->lla.bytes, m->lla.len);
	fill_header(&ip, m, routing + m->len);
	if (routing)
		rh2_build(rh2, m->next_header, &m->home);
	return sendmsg(fd, &msg, MSG_DONTWAIT) < 0 ? -errno : 0;
}

int rawsock_send(struct rawsock *rawsock, const struct message *m)
{
	if (m->lla.len)
		return send_to_node(rawsock->packet, m);
	return send_routed(m->next_header == IPPROTO_MH ? rawsock->mh_out :
			   rawsock->icmp6.fd, m);
}
