// SPDX-License-Identifier: GPL-2.0-only
/*
 * verdict - keep the packets of an NFQUEUE, and let them go on request
 *
 *	verdict QUEUE
 *
 * Writes "ready" to standard output when it has the queue, and "queued N" for
 * the Nth packet.  The words "accept" and "drop" on standard input are the
 * verdict on all that wait, in the order in which they came; the answer is
 * "accepted N" or "dropped N", the Nth being the last of these.  At the end of
 * its input it ends, and with it what still waits.
 */
#include "tool.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdbool.h>

#define WAITING_MAX	1024
#define LINE_SIZE	64

struct queue {
	struct nl_sock *sock;
	uint16_t number;
	uint32_t waiting[WAITING_MAX];
	unsigned int n_waiting;
	unsigned int n_ever;
};

static void check(const char *what, int err)
{
	if (err < 0)
		die("%s: %s", what, nl_geterror(err));
}

static struct nl_msg *request(const struct queue *q, uint8_t type)
{
	struct nfgenmsg header = {
		.nfgen_family = AF_UNSPEC,
		.version = NFNETLINK_V0,
		.res_id = htons(q->number),
	};
	struct nl_msg *msg = nlmsg_alloc_simple(NFNL_SUBSYS_QUEUE << 8 | type, 0);

	if (!msg || nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO))
		die("out of memory");
	return msg;
}

static void configure(struct queue *q, int attr, const void *data, int len)
{
	struct nl_msg *msg = request(q, NFQNL_MSG_CONFIG);

	check("netlink", nla_put(msg, attr, len, data));
	check("the queue", nl_send_sync(q->sock, msg));
}

static int on_packet(struct nl_msg *msg, void *arg)
{
	struct nfqnl_msg_packet_hdr *header;
	struct queue *q = arg;
	struct nlattr *attr;

	attr = nlmsg_find_attr(nlmsg_hdr(msg), sizeof(struct nfgenmsg), NFQA_PACKET_HDR);
	if (!attr)
		return NL_OK;
	if (q->n_waiting == WAITING_MAX)
		die("more than %d packets wait", WAITING_MAX);
	header = nla_data(attr);
	q->waiting[q->n_waiting++] = ntohl(header->packet_id);
	printf("queued %u\n", ++q->n_ever);
	return NL_OK;
}

static void decide(struct queue *q, uint32_t verdict)
{
	unsigned int i;

	for (i = 0; i < q->n_waiting; i++) {
		struct nfqnl_msg_verdict_hdr header = {
			.verdict = htonl(verdict),
			.id = htonl(q->waiting[i]),
		};
		struct nl_msg *msg = request(q, NFQNL_MSG_VERDICT);

		check("netlink", nla_put(msg, NFQA_VERDICT_HDR, sizeof(header), &header));
		check("the verdict", nl_send_auto(q->sock, msg));
		nlmsg_free(msg);
	}
	printf("%s %u\n", verdict == NF_ACCEPT ? "accepted" : "dropped", q->n_ever);
	q->n_waiting = 0;
}

static void open_queue(struct queue *q)
{
	struct nfqnl_msg_config_cmd bind = { .command = NFQNL_CFG_CMD_BIND };
	struct nfqnl_msg_config_params params = { .copy_mode = NFQNL_COPY_META };

	q->sock = nl_socket_alloc();
	if (!q->sock)
		die("out of memory");
	check("netlink", nl_connect(q->sock, NETLINK_NETFILTER));
	configure(q, NFQA_CFG_CMD, &bind, sizeof(bind));
	configure(q, NFQA_CFG_PARAMS, &params, sizeof(params));
	nl_socket_disable_auto_ack(q->sock);
	nl_socket_disable_seq_check(q->sock);
	nl_socket_modify_cb(q->sock, NL_CB_VALID, NL_CB_CUSTOM, on_packet, q);
}

/* Returns false at the end of the input. */
static bool obey(struct queue *q)
{
	char line[LINE_SIZE];

	if (!fgets(line, sizeof(line), stdin))
		return false;
	if (!strcmp(line, "accept\n"))
		decide(q, NF_ACCEPT);
	else if (!strcmp(line, "drop\n"))
		decide(q, NF_DROP);
	else
		die("\"%.*s\" is neither accept nor drop", (int)strcspn(line, "\n"), line);
	return true;
}

int main(int argc, char **argv)
{
	struct queue q = { 0 };
	struct pollfd fds[2] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .events = POLLIN } };

	if (argc != 2)
		die("one argument is needed, the number of the queue");
	q.number = parse_number("queue", argv[1], 0, UINT16_MAX);
	setvbuf(stdin, NULL, _IONBF, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	open_queue(&q);
	fds[1].fd = nl_socket_get_fd(q.sock);
	puts("ready");
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			die("poll: %s", strerror(errno));
		if (fds[1].revents)
			check("netlink", nl_recvmsgs_default(q.sock));
		if (fds[0].revents && !obey(&q))
			break;
	}
	nl_socket_free(q.sock);
	return 0;
}
