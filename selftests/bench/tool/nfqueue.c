// SPDX-License-Identifier: GPL-2.0-only
/*
 * A daemon that buffers in an NFQUEUE: it withholds all verdicts, and then
 * gives them.  It says "ready", and waits for SIGUSR1, so that its own
 * instructions and those of the injector do not mix; then "held=N
 * instructions=N" and "released=N instructions=N", the latter with the
 * forwarding of the packets.
 */
#include "bench.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <signal.h>
#include <sys/socket.h>

#define SPARE	1000

static char room[1 << 20];

static void begin(struct requests *r, int type, int flags, unsigned int queue)
{
	struct nfgenmsg g = { .nfgen_family = AF_UNSPEC, .res_id = htons(queue) };

	nl_begin(r, NFNL_SUBSYS_QUEUE << 8 | type, flags, &g, sizeof(g));
}

static void bind_queue(struct requests *r, unsigned int queue, uint32_t count)
{
	struct nfqnl_msg_config_cmd command = { .command = NFQNL_CFG_CMD_BIND };
	struct nfqnl_msg_config_params params = { .copy_mode = NFQNL_COPY_META };
	uint32_t max = htonl(count + SPARE);

	begin(r, NFQNL_MSG_CONFIG, NLM_F_ACK, queue);
	nl_put(r, NFQA_CFG_CMD, &command, sizeof(command));
	nl_send(r);
	nl_receive(r, room, sizeof(room));
	begin(r, NFQNL_MSG_CONFIG, NLM_F_ACK, queue);
	nl_put(r, NFQA_CFG_PARAMS, &params, sizeof(params));
	nl_put(r, NFQA_CFG_QUEUE_MAXLEN, &max, sizeof(max));
	nl_send(r);
	nl_receive(r, room, sizeof(room));
}

static void wait_for_word(void)
{
	sigset_t set;
	int got;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	printf("ready\n");
	fflush(stdout);
	sigwait(&set, &got);
}

static uint32_t packet_id(const struct nlmsghdr *n)
{
	size_t skip = NLMSG_ALIGN(sizeof(struct nfgenmsg));
	const struct nlattr *a = nl_find((const char *)NLMSG_DATA(n) + skip,
					 n->nlmsg_len - NLMSG_LENGTH(0) - skip, NFQA_PACKET_HDR);
	const struct nfqnl_msg_packet_hdr *h;

	if (!a)
		die("a packet without its number");
	h = (const struct nfqnl_msg_packet_hdr *)((const char *)a + NLA_HDRLEN);
	return h->packet_id;
}

static void hold(struct requests *r, uint32_t *ids, uint32_t count)
{
	uint64_t start = tsc();
	uint32_t got = 0;

	while (got < count) {
		int len = nl_receive(r, room, sizeof(room));
		const struct nlmsghdr *n;

		for (n = (const struct nlmsghdr *)room; NLMSG_OK(n, len); n = NLMSG_NEXT(n, len))
			if (got < count)
				ids[got++] = packet_id(n);
	}
	printf("held=%u instructions=%llu\n", got, (unsigned long long)(tsc() - start));
	fflush(stdout);
}

static void release(struct requests *r, unsigned int queue, const uint32_t *ids, uint32_t count)
{
	uint64_t start = tsc();
	uint32_t i;

	for (i = 0; i < count; i++) {
		struct nfqnl_msg_verdict_hdr verdict = { htonl(NF_ACCEPT), ids[i] };

		begin(r, NFQNL_MSG_VERDICT, 0, queue);
		nl_put(r, NFQA_VERDICT_HDR, &verdict, sizeof(verdict));
		nl_send(r);
	}
	printf("released=%u instructions=%llu\n", count, (unsigned long long)(tsc() - start));
}

int command_nfqueue(unsigned int queue, uint32_t count)
{
	static struct requests r;
	uint32_t *ids = calloc(count, sizeof(*ids));
	int rcv = 256 << 20;

	if (!ids)
		die("out of memory");
	nl_open(&r, NETLINK_NETFILTER);
	if (setsockopt(r.fd, SOL_SOCKET, SO_RCVBUFFORCE, &rcv, sizeof(rcv)))
		die("the receive buffer: %s", strerror(errno));
	bind_queue(&r, queue, count);
	wait_for_word();
	hold(&r, ids, count);
	release(&r, queue, ids, count);
	free(ids);
	return 0;
}
