// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/fmip.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "batch.h"
#include "fake_genl.h"
#include "run.h"

static char *batch_err;

/* What each request was, and how many were in it. */
static struct {
	int cmd;
	unsigned int n;
} sent[64];

static unsigned int n_sent;

/* Of the next lists: the entries, from 1, that are refused, up to a 0. */
static const unsigned int *refusals;

/* How many results are missing from the answers. */
static unsigned int forgotten;

/* How many results fit into a message. */
static unsigned int answer_size = 1000;

/* What lists, and those that are sent alone, end with. */
static enum outcome list_outcome, alone_outcome;

static int list_attr(int cmd, bool results)
{
	if (cmd >= FMIP_CMD_TUNNEL_NEW)
		return results ? FMIP_TUNNEL_A_RESULTS : FMIP_TUNNEL_A_ENTRIES;
	return results ? FMIP_BINDING_A_RESULTS : FMIP_BINDING_A_ENTRIES;
}

static void put_result(struct nl_msg *msg, unsigned int i)
{
	struct nlattr *nest = nla_nest_start(msg, i);

	if (refusals && *refusals == i) {
		refusals++;
		nla_put_s32(msg, FMIP_RESULT_A_ERROR, i % 2 ? -EEXIST : -EINVAL);
		if (i % 2)
			nla_put_string(msg, FMIP_RESULT_A_MESSAGE, "it is taken");
		if (i % 3)
			nla_put_u16(msg, FMIP_RESULT_A_ATTR, FMIP_BINDING_A_MATCHES);
	} else {
		nla_put_s32(msg, FMIP_RESULT_A_ERROR, 0);
		nla_put_u32(msg, FMIP_RESULT_A_ID, i);
	}
	nla_nest_end(msg, nest);
}

/* As the kernel answers a list. */
static enum outcome answer(struct nlmsghdr *nlh)
{
	int cmd = ((struct genlmsghdr *)nlmsg_data(nlh))->cmd, rest;
	struct nlattr *entries = nlmsg_find_attr(nlh, GENL_HDRLEN,
						 list_attr(cmd, false));
	struct nlattr *entry, *list;
	struct nl_msg *msg;
	unsigned int n = 0;

	assert_true(n_sent < 64);
	sent[n_sent].cmd = cmd;
	sent[n_sent++].n = 1;
	if (!entries)
		return alone_outcome;
	assert_true(entries->nla_type & NLA_F_NESTED);
	assert_true(nlh->nlmsg_len <= 60 << 10);
	msg = fake_message(cmd);
	list = nla_nest_start(msg, list_attr(cmd, true));
	nla_for_each_nested(entry, entries, rest) {
		assert_int_equal(nla_type(entry), ++n);
		if (n > forgotten)
			put_result(msg, n - forgotten);
		if (n % answer_size)
			continue;
		nla_nest_end(msg, list);
		fake_answer(msg);
		msg = fake_message(cmd);
		list = nla_nest_start(msg, list_attr(cmd, true));
	}
	/* Without members it would be taken away. */
	nla_nest_end_keep_empty(msg, list);
	sent[n_sent - 1].n = n;
	if (list_outcome) {
		nlmsg_free(msg);
		return list_outcome;
	}
	fake_answer(msg);
	return DONE;
}

static void start(const char *text, int *fd)
{
	n_sent = 0;
	fake_reset();
	fake_answer_with(answer);
	*fd = memfd_create("batch", 0);
	assert_int_equal(write(*fd, text, strlen(text)), strlen(text));
	lseek(*fd, 0, SEEK_SET);
}

static enum outcome batch(const char *text, bool force)
{
	FILE *real = stderr;
	enum outcome outcome;
	size_t size;
	int fd;

	start(text, &fd);
	free(batch_err);
	stderr = open_memstream(&batch_err, &size);
	outcome = batch_run(fd, "setup", force);
	fclose(stderr);
	stderr = real;
	close(fd);
	return outcome;
}

static void assert_sent(unsigned int i, int cmd, unsigned int n)
{
	assert_true(i < n_sent);
	assert_int_equal(sent[i].cmd, cmd);
	assert_int_equal(sent[i].n, n);
}

static void assert_split(const char *line, int n, const char *const *expected)
{
	char copy[128], *words[5];
	int i;

	strcpy(copy, line);
	assert_int_equal(batch_split(copy, words, 5), n);
	for (i = 0; i < n; i++)
		assert_string_equal(words[i], expected[i]);
}

static void split(void **state)
{
	(void)state;
	assert_split("", 0, NULL);
	assert_split(" \t\r\n", 0, NULL);
	assert_split("# all of it", 0, NULL);
	assert_split("a b", 2, (const char *[]){ "a", "b" });
	assert_split(" a\tb # c\n", 2, (const char *[]){ "a", "b" });
	assert_split("a#b", 1, (const char *[]){ "a#b" });
	assert_split("\"a b\" 'c \"d' '' \"#\"", 4,
		     (const char *[]){ "a b", "c \"d", "", "#" });
	assert_split("a b c d e", 5, (const char *[]){ "a", "b", "c", "d", "e" });
	assert_split("a b c d e f", -1, NULL);
	assert_split("a \"b", -1, NULL);
}

static void in_order(void **state)
{
	static const char text[] =
		"# a comment\n"
		"\n"
		"binding add dst 2001:db8::1\n"
		"tunnel flush # another\n"
		"  stats";

	(void)state;
	assert_int_equal(batch(text, false), DONE);
	assert_int_equal(fake_requests, 3);
	assert_string_equal(batch_err, "");
}

static void joined(void **state)
{
	(void)state;
	assert_int_equal(batch("binding add \\\n dst \\\n2001:db8::1\nfrob\n", true),
			 WRONG);
	assert_int_equal(fake_requests, 1);
	assert_string_equal(batch_err, "fmipctl: setup:4: \"frob\" is unknown, see 'help'\n");
	/* Nothing follows that could be joined. */
	assert_int_equal(batch("binding flush \\\n", false), WRONG);
	assert_int_equal(fake_requests, 0);
}

/* Many lines joined to one that is longer than what getline() gave at first. */
static void joined_long(void **state)
{
	char text[4096] = "binding add";
	int i;

	(void)state;
	for (i = 0; i < 16; i++)
		sprintf(text + strlen(text), " \\\n   dst 2001:db8:%x::/64   \\\n", i);
	strcat(text, "gate hold");
	assert_int_equal(batch(text, false), DONE);
	assert_int_equal(fake_requests, 1);
}

static void first_error(void **state)
{
	static const char text[] =
		"binding flush\nbinding add dst 2001:db8::1/64\nbinding flush\n";

	(void)state;
	assert_int_equal(batch(text, false), WRONG);
	assert_int_equal(fake_requests, 1);
	assert_string_equal(batch_err,
			    "fmipctl: setup:2: binding add: \"2001:db8::1/64\" has bits set beyond its length\n");
	assert_int_equal(batch(text, true), WRONG);
	assert_int_equal(fake_requests, 2);
	assert_int_equal(batch("binding del \"id\n", false), WRONG);
	assert_string_equal(batch_err,
			    "fmipctl: setup:1: a quote is not closed, or there are too many words\n");
}

/* What is of one kind goes together, and nothing changes places. */
static void gathered(void **state)
{
	static const char text[] =
		"binding add dst 2001:db8::1\n"
		"binding add id 7 dst 2001:db8::2 target link dev eth0\n"
		"binding add dst 2001:db8::3\n"
		"binding del id 7\n"
		"tunnel add local ::1 remote ::2\n"
		"tunnel add local ::1 remote ::3\n"
		"tunnel change id 1 ttl 3\n"
		"tunnel del id 1\n"
		"tunnel del id 2\n"
		"stats\n"
		"tunnel del id 3\n";

	(void)state;
	assert_int_equal(batch(text, false), DONE);
	assert_string_equal(batch_err, "");
	assert_int_equal(n_sent, 7);
	assert_sent(0, FMIP_CMD_BINDING_NEW, 3);
	assert_sent(1, FMIP_CMD_BINDING_DEL, 1);
	assert_sent(2, FMIP_CMD_TUNNEL_NEW, 2);
	assert_sent(3, FMIP_CMD_TUNNEL_SET, 1);
	assert_sent(4, FMIP_CMD_TUNNEL_DEL, 2);
	assert_sent(5, FMIP_CMD_STATS_GET, 1);
	assert_sent(6, FMIP_CMD_TUNNEL_DEL, 1);
}

/* An entry is what the request would have been, and so is one alone. */
static void entries(void **state)
{
	static const char line[] = "binding change dst 2001:db8::1 targets none gate hold\n";
	struct nlattr *list, *entry;
	char text[256], *alone;
	size_t len;

	(void)state;
	assert_int_equal(run(line), DONE);
	len = genlmsg_attrlen(nlmsg_data(nlmsg_hdr(fake_sent)), 0);
	alone = malloc(len);
	memcpy(alone, genlmsg_attrdata(nlmsg_data(nlmsg_hdr(fake_sent)), 0), len);

	assert_int_equal(batch(line, false), DONE);
	assert_int_equal(genlmsg_attrlen(nlmsg_data(nlmsg_hdr(fake_sent)), 0), len);
	assert_memory_equal(genlmsg_attrdata(nlmsg_data(nlmsg_hdr(fake_sent)), 0),
			    alone, len);

	snprintf(text, sizeof(text), "%s%s", line, line);
	assert_int_equal(batch(text, false), DONE);
	list = nlmsg_find_attr(nlmsg_hdr(fake_sent), GENL_HDRLEN,
			       FMIP_BINDING_A_ENTRIES);
	entry = nla_data(list);
	assert_true(entry->nla_type & NLA_F_NESTED);
	assert_int_equal(nla_len(entry), len);
	assert_memory_equal(nla_data(entry), alone, len);
	free(alone);
}

static char *many(unsigned int n, const char *rest)
{
	char *text = malloc(n * (strlen(rest) + 64) + 1);
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		used += sprintf(text + used, "binding add id %u dst 2001:db8::%x%s\n",
				i + 1, i, rest);
	return text;
}

static void limits(void **state)
{
	char *text = many(1201, "");
	unsigned int i, total = 0;

	(void)state;
	assert_int_equal(batch(text, false), DONE);
	assert_int_equal(n_sent, 3);
	assert_sent(0, FMIP_CMD_BINDING_NEW, 500);
	assert_sent(1, FMIP_CMD_BINDING_NEW, 500);
	assert_sent(2, FMIP_CMD_BINDING_NEW, 201);
	free(text);

	/* Fewer of those that are long; answer() looks at the bytes. */
	text = many(500, " proxy 2001:db8::1 dev eth0 proxy 2001:db8::2 dev eth0"
			 " proxy 2001:db8::3 dev eth0");
	assert_int_equal(batch(text, false), DONE);
	assert_in_range(n_sent, 2, 6);
	for (i = 0; i < n_sent; i++)
		total += sent[i].n;
	assert_int_equal(total, 500);
	free(text);
}

/* Each line that is refused is named; nothing of what is behind is sent. */
static void refused(void **state)
{
	static const unsigned int two_and_three[] = { 2, 3, 0 };
	static const char text[] =
		"binding add dst 2001:db8::1\n"
		"binding add dst 2001:db8::2\n"
		"# between\n"
		"binding add dst 2001:db8::3\n"
		"binding add dst 2001:db8::4\n"
		"binding del id 1\n"
		"stats\n";
	static const char said[] =
		"fmipctl: setup:2: binding add: Invalid argument (attribute FMIP_BINDING_A_MATCHES)\n"
		"fmipctl: setup:4: binding add: it is taken\n";

	(void)state;
	refusals = two_and_three;
	assert_int_equal(batch(text, false), REFUSED);
	assert_string_equal(batch_err, said);
	assert_int_equal(n_sent, 1);
	assert_sent(0, FMIP_CMD_BINDING_NEW, 4);

	refusals = two_and_three;
	assert_int_equal(batch(text, true), REFUSED);
	assert_string_equal(batch_err, said);
	assert_int_equal(n_sent, 3);

	/* The answer may come in parts. */
	answer_size = 2;
	refusals = two_and_three;
	assert_int_equal(batch(text, false), REFUSED);
	assert_string_equal(batch_err, said);
	answer_size = 1000;
	refusals = NULL;
}

/* A line that is wrong stops what is behind it, not what is before. */
static void wrong_behind(void **state)
{
	static const unsigned int second[] = { 2, 0 };
	static const char text[] =
		"binding add dst 2001:db8::1\n"
		"binding add dst 2001:db8::2\n"
		"binding add dst nowhere\n"
		"binding add dst 2001:db8::4\n"
		"monitor timeout 1\n";

	(void)state;
	assert_int_equal(batch(text, false), WRONG);
	assert_string_equal(batch_err,
			    "fmipctl: setup:3: binding add: \"nowhere\" is not a prefix\n");
	assert_int_equal(n_sent, 1);
	assert_sent(0, FMIP_CMD_BINDING_NEW, 2);

	/* The first that failed decides how it ends. */
	refusals = second;
	assert_int_equal(batch(text, false), REFUSED);
	refusals = second;
	assert_int_equal(batch(text, true), REFUSED);
	assert_int_equal(n_sent, 2);
	refusals = NULL;
}

/* A message that fails as a whole names the lines that are in it. */
static void failed(void **state)
{
	static const char text[] =
		"tunnel del id 1\ntunnel del id 2\n\ntunnel del id 3\nbinding del id 1\n";

	(void)state;
	list_outcome = REFUSED;
	assert_int_equal(batch(text, false), REFUSED);
	assert_int_equal(n_sent, 1);
	assert_int_equal(batch(text, true), REFUSED);
	assert_int_equal(n_sent, 2);
	list_outcome = DONE;
	alone_outcome = REFUSED;
	assert_int_equal(batch(text, false), REFUSED);
	assert_int_equal(n_sent, 2);
	alone_outcome = DONE;

	forgotten = 1;
	assert_int_equal(batch(text, false), WRONG);
	assert_string_equal(batch_err,
			    "fmipctl: setup:1-4: tunnel del: the kernel has not told what became of all of these\n");
	forgotten = 0;
}

/* What is asked for at once is not sent ahead of what was before it. */
static void stopped(void **state)
{
	static const unsigned int first[] = { 1, 0 };
	static const char *const later[] = {
		"stats", "binding show", "tunnel show id 1", "config",
		"monitor timeout 1", "binding flush", "binding add dst ::1",
		"tunnel add local ::1 remote ::2", "config set proxies-max 1",
	};
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		snprintf(text, sizeof(text), "tunnel del id 1\ntunnel del id 1\n%s\n",
			 later[i]);
		refusals = first;
		assert_int_equal(batch(text, false), REFUSED);
		assert_int_equal(n_sent, 1);
		assert_string_equal(batch_err,
				    "fmipctl: setup:1: tunnel del: it is taken (attribute FMIP_TUNNEL_A_REMOTE)\n");
	}
	refusals = NULL;
}

/* Programs want each object that is made, with its id, as its line is run. */
static void echoed(void **state)
{
	static const char text[] =
		"binding add dst 2001:db8::1\nbinding add dst 2001:db8::2\n"
		"binding del id 1\nbinding del id 2\n";

	(void)state;
	run_with(true, false, false);
	assert_int_equal(batch(text, false), DONE);
	assert_int_equal(n_sent, 3);
	assert_sent(2, FMIP_CMD_BINDING_DEL, 2);
}

/* A writer who says more when what it has said before was asked for, and what that is. */
static const char *const *parts;
static int writes;

static void say_more(void)
{
	const char *part = *parts;

	if (!part)
		return;
	assert_int_equal(write(writes, part, strlen(part)), strlen(part));
	if (!*++parts)
		close(writes);
}

static enum outcome answer_and_more(struct nlmsghdr *nlh)
{
	enum outcome outcome = answer(nlh);

	say_more();
	return outcome;
}

/* A pipe whose writer waits: what has come is sent before more is waited for. */
static void piped(void **state)
{
	static const char *const all[] = {
		"binding del id 1\nbinding del id 2\nbinding",
		" del id 3\n", "binding del id 4", NULL,
	};
	int fds[2];

	(void)state;
	n_sent = 0;
	fake_reset();
	fake_answer_with(answer_and_more);
	assert_int_equal(pipe(fds), 0);
	parts = all;
	writes = fds[1];
	say_more();
	/* Of one who waits for the other there is an end, too. */
	alarm(20);
	assert_int_equal(batch_run(fds[0], "-", false), DONE);
	alarm(0);
	close(fds[0]);
	assert_int_equal(n_sent, 3);
	assert_sent(0, FMIP_CMD_BINDING_DEL, 2);
	assert_sent(1, FMIP_CMD_BINDING_DEL, 1);
	assert_sent(2, FMIP_CMD_BINDING_DEL, 1);
}

/* Lines across what is read at once, and one longer than that. */
static void long_file(void **state)
{
	char *text = many(9000, ""), *line;
	unsigned int i, total = 0;

	(void)state;
	assert_int_equal(batch(text, false), DONE);
	for (i = 0; i < n_sent; i++)
		total += sent[i].n;
	assert_int_equal(total, 9000);
	free(text);

	line = malloc(400000);
	memset(line, ' ', 400000);
	memcpy(line, "binding", 7);
	strcpy(line + 390000, "del \\\nid\\\n 1\nbogus");
	assert_int_equal(batch(line, false), WRONG);
	assert_int_equal(n_sent, 1);
	assert_string_equal(batch_err, "fmipctl: setup:4: \"bogus\" is unknown, see 'help'\n");
	free(line);
}

static int teardown(void **state)
{
	free(batch_err);
	batch_err = NULL;
	return run_teardown(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(split),
		TEST(in_order),
		TEST(joined),
		TEST(joined_long),
		TEST(first_error),
		TEST(gathered),
		TEST(entries),
		TEST(limits),
		TEST(refused),
		TEST(wrong_behind),
		TEST(failed),
		TEST(stopped),
		TEST(echoed),
		TEST(piped),
		TEST(long_file),
	};

	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
