// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <linux/fmip.h>
#include <netlink/genl/genl.h>

#include "fake_genl.h"

struct nl_msg *fake_sent;
unsigned int fake_requests;
enum outcome fake_outcome;

static struct nl_msg *answers[64];
static unsigned int n_answers;
static int ready = -1;

static fake_hook hook;

struct nl_msg *fake_message(int cmd)
{
	struct nl_msg *msg = nlmsg_alloc_size(1 << 16);

	assert(msg && genlmsg_put(msg, 1, 1, FAKE_FAMILY, 0, 0, cmd, 1));
	return msg;
}

void fake_answer(struct nl_msg *msg)
{
	assert(n_answers < sizeof(answers) / sizeof(answers[0]));
	answers[n_answers++] = msg;
}

void fake_reset(void)
{
	while (n_answers)
		nlmsg_free(answers[--n_answers]);
	nlmsg_free(fake_sent);
	fake_sent = NULL;
	fake_requests = 0;
	fake_outcome = DONE;
	hook = NULL;
}

void fake_answer_with(fake_hook each)
{
	hook = each;
}

static enum outcome deliver(genl_reader reader, void *arg, unsigned int max)
{
	enum outcome outcome = DONE;
	unsigned int i;

	if (max > n_answers)
		max = n_answers;
	for (i = 0; i < max; i++) {
		if (reader && outcome == DONE)
			outcome = reader(nlmsg_hdr(answers[i]), arg);
		nlmsg_free(answers[i]);
	}
	n_answers -= max;
	for (i = 0; i < n_answers; i++)
		answers[i] = answers[i + max];
	return outcome;
}

struct nl_msg *genl_request(int cmd, int flags)
{
	struct nl_msg *msg = fake_message(cmd);

	nlmsg_hdr(msg)->nlmsg_flags = flags;
	return msg;
}

struct nl_msg *genl_long_request(int cmd)
{
	return genl_request(cmd, 0);
}

enum outcome genl_ask(struct nl_msg *msg, genl_reader reader, void *arg)
{
	enum outcome outcome = DONE;

	if (hook)
		outcome = hook(nlmsg_hdr(msg));
	if (!outcome)
		outcome = deliver(reader, arg, n_answers);
	nlmsg_free(fake_sent);
	fake_sent = msg;
	fake_requests++;
	return outcome ? outcome : fake_outcome;
}

int genl_version(void)
{
	return 1;
}

enum outcome genl_subscribe(int *fd)
{
	/* Readable as long as a test has events left. */
	if (ready < 0)
		ready = eventfd(n_answers > 0, EFD_CLOEXEC);
	*fd = ready;
	return fake_outcome;
}

enum outcome genl_receive(genl_reader reader, void *arg)
{
	enum outcome outcome = deliver(reader, arg, 1);

	if (!n_answers)
		genl_close();
	return outcome;
}

void genl_close(void)
{
	if (ready >= 0)
		close(ready);
	ready = -1;
}
