// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <linux/fmip.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "attrs.h"
#include "bulk.h"
#include "extack.h"

/* A binding with all its lists full takes less. */
#define ENTRY_BYTES	4096

static struct {
	bool on;
	bool force;
	enum outcome outcome;

	/* What is pending: @msg with the list @list, @n long, or NULL. */
	struct nl_msg *msg;
	struct nlattr *list;
	int cmd;
	unsigned int n;
	unsigned int answered;
	struct place places[BULK_MAX];
} bulk;

static bool is_tunnel(int cmd)
{
	return cmd >= FMIP_CMD_TUNNEL_NEW && cmd <= FMIP_CMD_TUNNEL_FLUSH;
}

void bulk_start(bool force)
{
	bulk.on = true;
	bulk.force = force;
	bulk.outcome = DONE;
}

enum outcome bulk_end(void)
{
	enum outcome outcome;

	bulk_flush();
	outcome = bulk.outcome;
	bulk.on = false;
	bulk.outcome = DONE;
	return outcome;
}

bool bulk_stopped(void)
{
	return bulk.outcome && !bulk.force;
}

void bulk_fail(enum outcome outcome)
{
	if (!bulk.outcome)
		bulk.outcome = outcome;
}

static bool read_result(const struct result *result, void *arg)
{
	const char *text = result->message, *name;

	(void)arg;
	if (bulk.answered == bulk.n)
		return false;
	report_give(&bulk.places[bulk.answered++]);
	if (!result->error)
		return true;
	if (!text[0])
		text = strerror(-result->error);
	name = extack_name(bulk.cmd, result->attr);
	if (name)
		wrong("%s (attribute %s)", text, name);
	else
		wrong("%s", text);
	bulk_fail(REFUSED);
	return true;
}

static enum outcome read_results(struct nlmsghdr *nlh, void *arg)
{
	int attr = is_tunnel(bulk.cmd) ? FMIP_TUNNEL_A_RESULTS
				       : FMIP_BINDING_A_RESULTS;

	if (attrs_get_results(nlh, attr, read_result, arg))
		return DONE;
	return wrong("the kernel's results make no sense to this fmipctl");
}

/* Whatever is said about all of them names the first and the last line. */
static void report_all(void)
{
	struct place all = bulk.places[0];

	if (bulk.n > 1)
		all.last_line = bulk.places[bulk.n - 1].line;
	report_give(&all);
}

static enum outcome send_list(struct nl_msg *msg)
{
	enum outcome outcome;

	nla_nest_end(msg, bulk.list);
	bulk.answered = 0;
	outcome = genl_ask(msg, read_results, NULL);
	if (outcome || bulk.answered == bulk.n)
		return outcome;
	report_all();
	return wrong("the kernel has not told what became of all of these");
}

/* One alone is sent as it would be outside a batch: its answer says more. */
static enum outcome send_alone(struct nl_msg *list_msg)
{
	struct nlattr *entry = nla_data(bulk.list);
	struct nl_msg *msg = genl_request(bulk.cmd, 0);
	int error = -1;

	if (msg)
		error = nlmsg_append(msg, nla_data(entry), nla_len(entry), 0);
	nlmsg_free(list_msg);
	if (!error)
		return genl_ask(msg, NULL, NULL);
	nlmsg_free(msg);
	return msg ? wrong("the request is too long") : WRONG;
}

enum outcome bulk_flush(void)
{
	struct place place = report_take();
	struct nl_msg *msg = bulk.msg;

	if (msg) {
		bulk.msg = NULL;
		report_all();
		bulk_fail(bulk.n > 1 ? send_list(msg) : send_alone(msg));
		report_give(&place);
	}
	return bulk_stopped() ? bulk.outcome : DONE;
}

static bool has_room(int cmd)
{
	return bulk.cmd == cmd && bulk.n < BULK_MAX &&
	       nlmsg_hdr(bulk.msg)->nlmsg_len + ENTRY_BYTES <= BULK_BYTES;
}

static bool start_list(int cmd)
{
	int attr = is_tunnel(cmd) ? FMIP_TUNNEL_A_ENTRIES
				  : FMIP_BINDING_A_ENTRIES;

	bulk.msg = genl_long_request(cmd);
	if (!bulk.msg)
		return false;
	bulk.cmd = cmd;
	bulk.n = 0;
	bulk.list = nla_nest_start(bulk.msg, NLA_F_NESTED | attr);
	return true;
}

static enum outcome send_now(int cmd, const void *object,
			     bool (*put)(struct nl_msg *msg, const void *object))
{
	struct nl_msg *msg = genl_request(cmd, 0);

	if (!msg)
		return WRONG;
	if (!put(msg, object)) {
		nlmsg_free(msg);
		return wrong("the request is too long");
	}
	return genl_ask(msg, NULL, NULL);
}

enum outcome bulk_add(int cmd, const void *object,
		      bool (*put)(struct nl_msg *msg, const void *object))
{
	struct nlattr *entry;

	if (!bulk.on)
		return send_now(cmd, object, put);
	if (bulk.msg && !has_room(cmd) && bulk_flush())
		return bulk.outcome;
	if (!bulk.msg && !start_list(cmd))
		return WRONG;
	/* There is room for the longest. */
	entry = nla_nest_start(bulk.msg, NLA_F_NESTED | (bulk.n + 1));
	put(bulk.msg, object);
	nla_nest_end_keep_empty(bulk.msg, entry);
	bulk.places[bulk.n++] = report_take();
	return DONE;
}

enum outcome bulk_ask(struct nl_msg *msg, genl_reader reader, void *arg)
{
	if (!bulk_flush())
		return genl_ask(msg, reader, arg);
	nlmsg_free(msg);
	return bulk.outcome;
}
