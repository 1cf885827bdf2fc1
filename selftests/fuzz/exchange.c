// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends many messages at once, and finds the answers of each.  The kernel has
 * carried out all of them when it has taken them; a list is read to its end before
 * anything else is sent.
 */
#include "fuzz.h"

#include <sys/socket.h>

#define BATCH_MAX	48
#define BATCH_BYTES	(1 << 16)
#define BUFFER		(1 << 20)
#define FINDINGS	2
#define FINDING_BYTES	256

/**
 * struct pending - a message that has been sent
 * @offset: where it begins
 * @len: so long it is
 * @results: so many of its entries have a result
 * @cmd: FMIP_CMD_*, or what is none
 * @dump: it asks for a list
 * @bad_header: it may be refused for its headers
 * @last: it need not be answered
 * @answered: it was
 */
struct pending {
	size_t offset;
	size_t len;
	unsigned int results;
	uint8_t cmd;
	bool dump;
	bool bad_header;
	bool last;
	bool answered;
};

static uint8_t batch[BATCH_BYTES + MESSAGE_MAX] __attribute__((aligned(8)));
static struct pending pending[BATCH_MAX];
static unsigned int n_pending;
static size_t batch_len;
static uint32_t seq;
static bool unprivileged;
static int sock = -1, events = -1;

static int open_socket(int buffer)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), on = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)))
		die("netlink: %s", strerror(errno));
	/* As much as the administrator of the host allows. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	return fd;
}

/* Somebody must listen to events, or they are not made. */
void exchange_open(void)
{
	sock = open_socket(4 * BUFFER);
	events = open_socket(BUFFER);
	if (setsockopt(events, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &family.group,
		       sizeof(family.group)))
		die("events: %s", strerror(errno));
}

void exchange_unprivileged(void)
{
	unprivileged = true;
}

static void digest(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		tally.digest = (tally.digest ^ data[i]) * 0x100000001b3;
}

/*
 * The first few times that an answer is wrong, say to which message.  In one write,
 * since others may have something to say, too.
 */
static void finding(const struct pending *p, const char *why)
{
	char hex[FINDING_BYTES / 4 * 9 + 1] = "";
	static unsigned int told;
	size_t at = 0;

	if (told++ >= FINDINGS)
		return;
	for (size_t i = 0; i < p->len && i < FINDING_BYTES; i++)
		at += sprintf(hex + at, "%s%02x", i % 4 ? "" : " ", batch[p->offset + i]);
	dprintf(STDERR_FILENO, "# message %u, %s:%s%s\n",
		(unsigned int)(seq - n_pending + (p - pending)), why, hex,
		p->len > FINDING_BYTES ? " ..." : "");
}

static void strange(const struct pending *p, const char *why)
{
	tally.strange++;
	finding(p, why);
}

/* What must be refused for want of privilege was not, or was for another reason. */
static void judge_privilege(const struct pending *p, int error)
{
	if (!unprivileged || p->cmd >= COMMANDS_MAX || !family.command[p->cmd].admin || p->dump)
		return;
	if (error && (error == -EPERM || p->bad_header))
		return;
	tally.trespasses++;
	finding(p, "which needs a privilege, was not refused for want of it");
}

/* What is too short for its headers is refused by the core, and silently. */
static void judge_refusal(const struct pending *p, int error, const void *attrs, size_t len)
{
	if (!answer_refused(error, attrs, len, p->len, p->last))
		strange(p, "refused for something outside of it");
}

static void end_message(struct pending *p, int error, const void *attrs, size_t len)
{
	const uint8_t *message = batch + p->offset;

	if (p->answered)
		strange(p, "answered twice");
	p->answered = true;
	judge_privilege(p, error);
	if (error) {
		judge_refusal(p, error, attrs, len);
		return;
	}
	if (p->results != answer_entries(message, p->len))
		strange(p, "which has entries that have no result, or the reverse");
	answer_accepted(message, p->len);
	if (p->cmd < COMMANDS_MAX) {
		family.command[p->cmd].accepted++;
		family.command[p->cmd].dumped += p->dump;
	}
}

static bool well_formed(const uint8_t *data, size_t len)
{
	const struct nlattr *attr;
	size_t seen = 0;

	for_each_attr(attr, data, len)
		seen += attr_total(attr);
	return seen == NLA_ALIGN(len);
}

static void take_content(struct pending *p, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genlh = NLMSG_DATA(nlh);

	if (!well_formed((const uint8_t *)genlh + GENL_HDRLEN,
			 nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN))
		strange(p, "answered with what is not well-formed");
	if (answer_entries(batch + p->offset, p->len))
		p->results = answer_results(batch + p->offset, p->len, nlh, p->results);
}

/* What follows the error is the beginning of the message, and then attributes. */
static void take_answer(const struct nlmsghdr *nlh)
{
	uint32_t i = nlh->nlmsg_seq - (seq - n_pending);
	size_t head = nlh->nlmsg_type == NLMSG_ERROR ? sizeof(struct nlmsgerr) : sizeof(int);
	struct pending *p = &pending[i];

	if (i >= n_pending) {
		/* A message with a wrong length may have had another behind it. */
		if (!pending[n_pending - 1].last)
			strange(pending, "and those after it: there is an answer to none of them");
		return;
	}
	if (nlh->nlmsg_type != NLMSG_ERROR && nlh->nlmsg_type != NLMSG_DONE)
		take_content(p, nlh);
	else if (nlh->nlmsg_len < NLMSG_HDRLEN + head)
		strange(p, "answered too briefly");
	else
		end_message(p, *(int *)NLMSG_DATA(nlh), (uint8_t *)NLMSG_DATA(nlh) + head,
			    nlh->nlmsg_len - NLMSG_HDRLEN - head);
}

static void take_answers(void)
{
	static uint8_t buffer[1 << 16] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	ssize_t len;

	/* That answers were lost shows in those that are missing. */
	while ((len = recv(sock, buffer, sizeof(buffer), MSG_DONTWAIT)) >= 0 || errno == ENOBUFS)
		for (nlh = (struct nlmsghdr *)buffer; len > 0 && NLMSG_OK(nlh, len);
		     nlh = NLMSG_NEXT(nlh, len))
			take_answer(nlh);
	while (recv(events, buffer, sizeof(buffer), MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
		;
}

void exchange_flush(void)
{
	if (!n_pending)
		return;
	if (send(sock, batch, batch_len, 0) < 0)
		die("the messages cannot be sent: %s", strerror(errno));
	take_answers();
	for (unsigned int i = 0; i < n_pending; i++) {
		if (pending[i].answered || pending[i].last)
			continue;
		tally.unanswered++;
		finding(&pending[i], "not answered");
	}
	cover_take();
	n_pending = 0;
	batch_len = 0;
}

void exchange_send(const struct request *req)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)(batch + batch_len);
	struct pending *p = &pending[n_pending];

	memset(p, 0, sizeof(*p));
	p->offset = batch_len;
	p->len = req->len;
	p->bad_header = req->bad_header;
	p->last = req->last;
	memcpy(nlh, req->data, req->len);
	nlh->nlmsg_seq = seq++;
	p->dump = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	p->cmd = ((struct genlmsghdr *)NLMSG_DATA(nlh))->cmd;
	n_pending++;
	batch_len += NLMSG_ALIGN(req->len);
	digest((uint8_t *)nlh, req->len);
	tally.sent++;
	if (p->cmd < COMMANDS_MAX)
		family.command[p->cmd].sent++;
	if (p->dump || p->last || n_pending == BATCH_MAX || batch_len > BATCH_BYTES / 2)
		exchange_flush();
}
