// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/fmip.h>
#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/family.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "extack.h"
#include "genl.h"

/* A binding with all its lists full takes less than 4 KiB. */
#define REQUEST_SIZE	8192

/* The length of an attribute has 16 bits. */
#define LONG_REQUEST_SIZE	(1 << 16)

/* So that a burst of events, or of a dump, finds room. */
#define RECEIVE_BYTES	(4 << 20)

static struct nl_sock *requests;
static struct nl_sock *events;
static int family;

static enum outcome failed(const char *what, int error)
{
	return wrong("%s: %s", what, nl_geterror(error));
}

/* Options that an old kernel lacks only make its answers poorer. */
static void enrich_answers(struct nl_sock *sock)
{
	static const int options[] = {
		NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK,
	};
	int fd = nl_socket_get_fd(sock), on = 1;
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		setsockopt(fd, SOL_NETLINK, options[i], &on, sizeof(on));
}

static enum outcome open_socket(struct nl_sock **sock)
{
	int error;

	*sock = nl_socket_alloc();
	if (!*sock)
		return wrong("out of memory");
	error = genl_connect(*sock);
	if (error) {
		nl_socket_free(*sock);
		*sock = NULL;
		return failed("no generic netlink socket", error);
	}
	nl_socket_set_buffer_size(*sock, RECEIVE_BYTES, 0);
	enrich_answers(*sock);
	return DONE;
}

static enum outcome not_loaded(void)
{
	wrong("the fmip module is not loaded (family %s not found)",
	      FMIP_GENL_NAME);
	return REFUSED;
}

static enum outcome open_requests(void)
{
	if (requests)
		return family > 0 ? DONE : not_loaded();
	if (open_socket(&requests))
		return WRONG;
	family = genl_ctrl_resolve(requests, FMIP_GENL_NAME);
	if (family < 0)
		return not_loaded();
	return DONE;
}

static struct nl_msg *make_request(size_t size, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(size);

	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, 0, 0, flags, cmd,
			       FMIP_GENL_VERSION))
		return msg;
	nlmsg_free(msg);
	wrong("out of memory");
	return NULL;
}

struct nl_msg *genl_request(int cmd, int flags)
{
	return make_request(REQUEST_SIZE, cmd, flags);
}

struct nl_msg *genl_long_request(int cmd)
{
	return make_request(LONG_REQUEST_SIZE, cmd, 0);
}

struct answer {
	struct nlmsghdr *request;
	genl_reader reader;
	void *arg;
	bool ended;
	enum outcome outcome;
};

static void refused(struct nlmsghdr *nlh, struct answer *answer)
{
	struct refusal r;

	if (!extack_read(nlh, answer->request, &r))
		return;
	if (!r.text[0])
		strncpy(r.text, strerror(r.error), sizeof(r.text) - 1);
	if (r.path[0])
		wrong("%s (%sattribute %s)", r.text,
		      r.missing ? "missing " : "", r.path);
	else
		wrong("%s", r.text);
	answer->outcome = REFUSED;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct answer *answer = arg;

	/* After a failure the rest is read all the same, to be out of the way. */
	if (answer->reader && answer->outcome == DONE)
		answer->outcome = answer->reader(nlmsg_hdr(msg), answer->arg);
	return NL_OK;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct answer *answer = arg;

	(void)msg;
	answer->ended = true;
	return NL_STOP;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	struct answer *answer = arg;

	refused(nlmsg_hdr(msg), answer);
	answer->ended = true;
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct nlmsghdr *nlh = (void *)((char *)error - NLMSG_HDRLEN);
	struct answer *answer = arg;

	(void)from;
	refused(nlh, answer);
	answer->ended = true;
	return NL_SKIP;
}

static enum outcome read_answer(struct nl_cb *cb, struct answer *answer)
{
	int error;

	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, answer);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, answer);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, answer);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, answer);

	while (!answer->ended) {
		error = nl_recvmsgs(requests, cb);
		if (error == -NLE_DUMP_INTR) {
			/*
			 * What was there all the time has been listed once; to
			 * start again would list it twice.
			 */
			warn("something changed during the listing, which may lack what is new");
			continue;
		}
		if (error < 0)
			return failed("no answer from the kernel", error);
	}
	return answer->outcome;
}

enum outcome genl_ask(struct nl_msg *msg, genl_reader reader, void *arg)
{
	struct answer answer = {
		.request = nlmsg_hdr(msg),
		.reader = reader,
		.arg = arg,
	};
	enum outcome outcome = open_requests();
	struct nl_cb *cb;
	int error;

	if (outcome)
		goto out_free;
	answer.request->nlmsg_type = family;
	error = nl_send_auto(requests, msg);
	if (error < 0) {
		outcome = failed("the request could not be sent", error);
		goto out_free;
	}
	cb = nl_cb_alloc(NL_CB_DEFAULT);
	if (!cb) {
		outcome = wrong("out of memory");
		goto out_free;
	}
	outcome = read_answer(cb, &answer);
	nl_cb_put(cb);
out_free:
	nlmsg_free(msg);
	return outcome;
}

int genl_version(void)
{
	struct genl_family *found;
	struct nl_cache *cache;
	int version = 0;

	if (!requests && open_socket(&requests))
		return 0;
	if (genl_ctrl_alloc_cache(requests, &cache))
		return 0;
	found = genl_ctrl_search_by_name(cache, FMIP_GENL_NAME);
	if (found) {
		version = genl_family_get_version(found);
		genl_family_put(found);
	}
	nl_cache_free(cache);
	return version;
}

enum outcome genl_subscribe(int *fd)
{
	enum outcome outcome = open_requests();
	int group, error;

	if (outcome)
		return outcome;
	group = genl_ctrl_resolve_grp(requests, FMIP_GENL_NAME,
				      FMIP_GENL_MCGRP_EVENTS);
	if (group < 0)
		return failed("no group for the events", group);
	if (open_socket(&events))
		return WRONG;
	nl_socket_disable_seq_check(events);
	nl_socket_set_nonblocking(events);
	error = nl_socket_add_membership(events, group);
	if (error)
		return failed("the events cannot be subscribed to", error);
	*fd = nl_socket_get_fd(events);
	return DONE;
}

enum outcome genl_receive(genl_reader reader, void *arg)
{
	struct answer answer = { .reader = reader, .arg = arg };
	int error;

	nl_socket_modify_cb(events, NL_CB_VALID, NL_CB_CUSTOM, on_valid,
			    &answer);
	error = nl_recvmsgs_default(events);
	if (error == -NLE_NOMEM) {
		warn("events came faster than they could be read, some are lost");
		return DONE;
	}
	if (error < 0 && error != -NLE_AGAIN)
		return failed("the events cannot be read", error);
	return answer.outcome;
}

void genl_close(void)
{
	nl_socket_free(events);
	nl_socket_free(requests);
	events = NULL;
	requests = NULL;
}
