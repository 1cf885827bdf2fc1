// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data path.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/fmip.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <uthash.h>

#include "binding.h"
#include "cookie.h"
#include "log.h"
#include "netlink.h"
#include "path.h"

/* A binding with all its lists full takes less. */
#define REQUEST_SIZE	8192

struct tunnel {
	UT_hash_handle hh;
	struct ip6_ends ends;
	uint32_t id;
	unsigned int users;
	bool foreign;
};

struct entry {
	UT_hash_handle hh;
	UT_hash_handle by_kernel;
	uint32_t id;
	uint32_t kernel_id;
	enum path_gate gate;
	bool opens;
	bool releases;
	bool found;
	enum path_gate found_gate;
	uint64_t cookie;
	struct tunnel *tunnel[BINDING_TUNNELS_MAX];
};

struct paths {
	struct nl_sock *ask;
	struct nl_sock *told;
	struct loop_watch *watch;
	int family;
	void (*changed)(void *arg, const struct path_event *event);
	void *arg;
	struct entry *entries;
	struct entry *kernel_entries;
	struct tunnel *tunnels;
};

static bool is_ours(uint64_t cookie)
{
	return cookie_is_of(cookie, COOKIE_PAR) || cookie_is_of(cookie, COOKIE_NAR);
}

static struct nl_msg *request(const struct paths *paths, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(REQUEST_SIZE);

	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, paths->family, 0, flags,
			       cmd, FMIP_GENL_VERSION))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static struct nl_msg *request_about(const struct paths *paths, int cmd, int attr,
				    uint32_t id)
{
	struct nl_msg *msg = request(paths, cmd, 0);

	if (!msg || !nla_put_u32(msg, attr, id))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/* Tunnels. */

struct tunnel_search {
	struct ip6_ends ends;
	uint32_t id;
};

static void read_id(struct nlmsghdr *nlh, void *arg)
{
	struct tunnel_search *search = arg;
	struct ip6_ends ends;

	tunnel_read(nlh, &search->id, &ends);
}

static void read_ends(struct nlmsghdr *nlh, void *arg)
{
	struct tunnel_search *search = arg;
	uint32_t id;

	tunnel_read(nlh, &id, &search->ends);
}

static void compare_ends(struct nlmsghdr *nlh, void *arg)
{
	struct tunnel_search *search = arg;
	struct ip6_ends ends;
	uint32_t id;

	if (!tunnel_read(nlh, &id, &ends) && !memcmp(&ends, &search->ends, sizeof(ends)))
		search->id = id;
}

static int make_tunnel(struct paths *paths, struct tunnel *t)
{
	struct tunnel_search search = { .ends = t->ends };
	struct nl_msg *msg = request(paths, FMIP_CMD_TUNNEL_NEW, NLM_F_ECHO);
	int err;

	if (msg && tunnel_put(msg, &t->ends)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	err = netlink_ask(paths->ask, msg, read_id, &search);
	if (err == -EEXIST) {
		t->foreign = true;
		err = netlink_ask(paths->ask,
				  request(paths, FMIP_CMD_TUNNEL_GET, NLM_F_DUMP),
				  compare_ends, &search);
		if (!err && !search.id)
			err = -EEXIST;
	}
	t->id = search.id;
	return err;
}

static struct tunnel *find_tunnel(const struct paths *paths, const struct ip6_ends *ends)
{
	struct tunnel *t;

	HASH_FIND(hh, paths->tunnels, ends, sizeof(*ends), t);
	return t;
}

static int get_tunnel(struct paths *paths, const struct ip6_ends *ends, struct tunnel **tunnel)
{
	struct tunnel *t = find_tunnel(paths, ends);
	int err;

	if (!t) {
		t = calloc(1, sizeof(*t));
		if (!t)
			return -ENOMEM;
		t->ends = *ends;
		err = make_tunnel(paths, t);
		if (err) {
			free(t);
			return err;
		}
		HASH_ADD(hh, paths->tunnels, ends, sizeof(t->ends), t);
	}
	t->users++;
	*tunnel = t;
	return 0;
}

static void put_tunnel(struct paths *paths, struct tunnel *t)
{
	int err;

	if (!t || --t->users)
		return;
	HASH_DEL(paths->tunnels, t);
	if (!t->foreign) {
		err = netlink_ask(paths->ask, request_about(paths, FMIP_CMD_TUNNEL_DEL,
							    FMIP_TUNNEL_A_ID, t->id),
				  NULL, NULL);
		/* Somebody else has come to use it. */
		if (err && err != -EBUSY && err != -ENOENT)
			log_error("tunnel", "delete", err);
	}
	free(t);
}

static void put_tunnels(struct paths *paths, struct tunnel **tunnel)
{
	unsigned int i;

	for (i = 0; i < BINDING_TUNNELS_MAX; i++) {
		put_tunnel(paths, tunnel[i]);
		tunnel[i] = NULL;
	}
}

static int get_tunnels(struct paths *paths, const struct path *path, struct tunnel **tunnel)
{
	unsigned int i;
	int err = 0;

	if (path->target == PATH_TUNNEL)
		err = get_tunnel(paths, &path->tunnel, &tunnel[0]);
	for (i = 0; !err && i < path->accepts; i++)
		err = get_tunnel(paths, &path->accept[i].tunnel, &tunnel[i + 1]);
	if (err)
		put_tunnels(paths, tunnel);
	return err;
}

/* Bindings. */

static struct entry *find(const struct paths *paths, uint32_t id)
{
	struct entry *e;

	HASH_FIND(hh, paths->entries, &id, sizeof(id), e);
	return e;
}

static struct entry *find_kernel(const struct paths *paths, uint32_t kernel_id)
{
	struct entry *e;

	HASH_FIND(by_kernel, paths->kernel_entries, &kernel_id, sizeof(kernel_id), e);
	return e;
}

static void add_entry(struct paths *paths, struct entry *e)
{
	HASH_ADD(hh, paths->entries, id, sizeof(e->id), e);
	HASH_ADD(by_kernel, paths->kernel_entries, kernel_id, sizeof(e->kernel_id), e);
}

/* Of what the kernel has not, or shall keep. */
static void forget(struct paths *paths, struct entry *e)
{
	HASH_DELETE(hh, paths->entries, e);
	HASH_DELETE(by_kernel, paths->kernel_entries, e);
	free(e);
}

static void read_kernel_id(struct nlmsghdr *nlh, void *arg)
{
	uint32_t *kernel_id = arg;
	struct binding b;

	if (!binding_read(nlh, &b))
		*kernel_id = b.path.id;
}

static int tell_kernel(struct paths *paths, const struct path *path,
		       struct tunnel *const *tunnel, struct entry *e)
{
	uint32_t *kernel_id = &e->kernel_id;
	struct binding b = { .path = *path };
	struct nl_msg *msg;
	unsigned int i;

	for (i = 0; i < BINDING_TUNNELS_MAX; i++)
		b.tunnel[i] = tunnel[i] ? tunnel[i]->id : 0;
	b.path.id = *kernel_id;
	if (*kernel_id)
		msg = request(paths, FMIP_CMD_BINDING_REPLACE, 0);
	else
		msg = request(paths, FMIP_CMD_BINDING_NEW, NLM_F_ECHO);
	if (msg && binding_put(msg, &b)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return netlink_ask(paths->ask, msg, *kernel_id ? NULL : read_kernel_id, kernel_id);
}

/* It has ended by itself, and this daemon has not heard of it yet. */
static int make_anew(struct paths *paths, const struct path *path,
		     struct tunnel *const *tunnel, struct entry *e)
{
	uint32_t ended = e->kernel_id;
	int err;

	HASH_DELETE(by_kernel, paths->kernel_entries, e);
	e->kernel_id = 0;
	err = tell_kernel(paths, path, tunnel, e);
	if (err)
		e->kernel_id = ended;
	HASH_ADD(by_kernel, paths->kernel_entries, kernel_id, sizeof(e->kernel_id), e);
	return err;
}

/* If it has more to release than it has told, that goes before all else. */
static int set_binding(struct paths *paths, const struct path *path,
		       struct tunnel *const *tunnel, struct entry *e)
{
	struct path without = *path;
	int err = tell_kernel(paths, path, tunnel, e);

	without.replay_ns = UINT64_MAX;
	if (err == -EINVAL && path->replay_ns != UINT64_MAX)
		return tell_kernel(paths, &without, tunnel, e);
	if (err == -ENOENT && e->kernel_id)
		return make_anew(paths, &without, tunnel, e);
	return err;
}

static void note(struct entry *e, const struct path *path)
{
	e->releases = path->gate != PATH_HOLD &&
		      (e->releases || e->gate == PATH_HOLD ||
		       path->gate == PATH_DRAINING || path->replay_ns != UINT64_MAX);
	e->gate = path->gate;
	e->opens = path->attach.ifindex && path->attach.open;
	e->cookie = path->cookie;
}

int paths_set(struct paths *paths, const struct path *path)
{
	struct tunnel *tunnel[BINDING_TUNNELS_MAX] = {};
	struct entry *e = find(paths, path->id), *made = NULL;
	int err;

	if (!e) {
		made = calloc(1, sizeof(*made));
		if (!made)
			return -ENOMEM;
		e = made;
		e->id = path->id;
	}
	err = get_tunnels(paths, path, tunnel);
	if (err)
		goto undo;
	err = set_binding(paths, path, tunnel, e);
	if (err) {
		put_tunnels(paths, tunnel);
		goto undo;
	}
	put_tunnels(paths, e->tunnel);
	memcpy(e->tunnel, tunnel, sizeof(tunnel));
	note(e, path);
	if (made)
		add_entry(paths, e);
	return 0;

undo:
	free(made);
	return err;
}

static void end_binding(struct paths *paths, struct entry *e)
{
	int err = netlink_ask(paths->ask, request_about(paths, FMIP_CMD_BINDING_DEL,
							FMIP_BINDING_A_ID, e->kernel_id),
			      NULL, NULL);

	if (err && err != -ENOENT)
		log_error("binding", "delete", err);
	put_tunnels(paths, e->tunnel);
	forget(paths, e);
}

void paths_end(struct paths *paths, uint32_t id)
{
	struct entry *e = find(paths, id);

	if (e)
		end_binding(paths, e);
}

struct figures_reader {
	struct path_figures *figures;
	int err;
};

static void read_figures(struct nlmsghdr *nlh, void *arg)
{
	struct figures_reader *reader = arg;

	reader->err = binding_read_figures(nlh, reader->figures);
}

int paths_figures(struct paths *paths, uint32_t id, struct path_figures *figures)
{
	struct figures_reader reader = { figures, -ENOENT };
	struct entry *e = find(paths, id);
	int err;

	if (!e)
		return -ENOENT;
	err = netlink_ask(paths->ask, request_about(paths, FMIP_CMD_BINDING_GET,
						    FMIP_BINDING_A_ID, e->kernel_id),
			  read_figures, &reader);
	return err ?: reader.err;
}

/* What the kernel tells. */

static void tell(struct paths *paths, struct path_event *event, bool ended)
{
	struct entry *e = find_kernel(paths, event->id);

	if (!e)
		return;
	event->id = e->id;
	if (event->change == PATH_ATTACHED && e->opens && e->gate == PATH_HOLD) {
		e->gate = PATH_OPEN;
		e->releases = true;
	}
	if (event->change == PATH_RELEASED)
		e->releases = false;
	if (ended) {
		put_tunnels(paths, e->tunnel);
		forget(paths, e);
	}
	paths->changed(paths->arg, event);
}

static void on_event(struct nlmsghdr *nlh, void *arg)
{
	struct path_event event;
	bool ended;

	if (!event_read(nlh, &event, &ended))
		tell(arg, &event, ended);
}

static void find_again(struct nlmsghdr *nlh, void *arg)
{
	struct binding b;
	struct entry *e;

	if (binding_read(nlh, &b))
		return;
	e = find_kernel(arg, b.path.id);
	if (!e)
		return;
	e->found = true;
	e->found_gate = b.path.gate;
}

/* What it may have told about a binding, by how that is now. */
static void look_at(struct paths *paths, uint32_t kernel_id)
{
	struct entry *e = find_kernel(paths, kernel_id);
	struct path_event event = { .id = kernel_id, .ns = loop_now() };
	bool out;

	if (!e)
		return;
	event.cookie = e->cookie;
	if (!e->found) {
		event.change = PATH_EXPIRED;
		tell(paths, &event, true);
		return;
	}
	out = e->found_gate == PATH_OPEN || e->found_gate == PATH_COPY;
	if (e->opens && e->gate == PATH_HOLD && e->found_gate != PATH_HOLD) {
		event.change = PATH_ATTACHED;
		tell(paths, &event, false);
		e = find_kernel(paths, kernel_id);
	}
	event.id = kernel_id;
	event.change = PATH_RELEASED;
	if (e && e->releases && out)
		tell(paths, &event, false);
}

/* Events are lost.  Whoever is told may make and end bindings. */
static void look_at_all(struct paths *paths)
{
	unsigned int count = HASH_COUNT(paths->entries), i = 0;
	uint32_t *ids = calloc(count + 1, sizeof(*ids));
	struct entry *e, *next;
	int err;

	log_error("binding", "events lost", -ENOBUFS);
	if (!ids)
		return;
	HASH_ITER(hh, paths->entries, e, next) {
		ids[i++] = e->kernel_id;
		e->found = false;
	}
	err = netlink_ask(paths->ask, request(paths, FMIP_CMD_BINDING_GET, NLM_F_DUMP),
			  find_again, paths);
	/* What is there all the time is listed even if something else is not. */
	if (err && err != -EINTR)
		log_error("binding", "list", err);
	else
		for (i = 0; i < count; i++)
			look_at(paths, ids[i]);
	free(ids);
}

static void on_told(void *arg)
{
	struct paths *paths = arg;
	int err = netlink_receive(paths->told, on_event, paths);

	if (err == -ENOBUFS)
		look_at_all(paths);
	else if (err)
		log_error("binding", "events", err);
}

/* From before a restart. */

struct found {
	struct binding *bindings;
	size_t count;
	int err;
};

static void add_found(struct nlmsghdr *nlh, void *arg)
{
	struct binding b, *bindings;
	struct found *found = arg;

	if (found->err || binding_read(nlh, &b) || !is_ours(b.path.cookie))
		return;
	bindings = realloc(found->bindings, (found->count + 1) * sizeof(b));
	if (!bindings) {
		found->err = -ENOMEM;
		return;
	}
	bindings[found->count++] = b;
	found->bindings = bindings;
}

static int adopt_tunnel(struct paths *paths, uint32_t id, struct ip6_ends *ends,
			struct tunnel **tunnel)
{
	struct tunnel_search search = {};
	struct tunnel *t;
	int err;

	err = netlink_ask(paths->ask, request_about(paths, FMIP_CMD_TUNNEL_GET,
						    FMIP_TUNNEL_A_ID, id),
			  read_ends, &search);
	if (err)
		return err;
	t = find_tunnel(paths, &search.ends);
	if (!t) {
		t = calloc(1, sizeof(*t));
		if (!t)
			return -ENOMEM;
		t->ends = search.ends;
		t->id = id;
		HASH_ADD(hh, paths->tunnels, ends, sizeof(t->ends), t);
	}
	t->users++;
	*ends = t->ends;
	*tunnel = t;
	return 0;
}

static int adopt_tunnels(struct paths *paths, struct binding *b, struct entry *e)
{
	unsigned int i;
	int err = 0;

	if (b->tunnel[0])
		err = adopt_tunnel(paths, b->tunnel[0], &b->path.tunnel, &e->tunnel[0]);
	for (i = 0; !err && i < b->path.accepts; i++)
		err = adopt_tunnel(paths, b->tunnel[i + 1], &b->path.accept[i].tunnel,
				   &e->tunnel[i + 1]);
	return err;
}

/* The engine takes the kernel's number; its next ones are greater. */
static int adopt_one(struct paths *paths, struct binding *b,
		     bool (*adopt)(void *arg, const struct path *path), void *arg)
{
	struct entry *e = calloc(1, sizeof(*e));
	int err;

	if (!e)
		return -ENOMEM;
	e->id = b->path.id;
	e->kernel_id = b->path.id;
	note(e, &b->path);
	add_entry(paths, e);
	err = adopt_tunnels(paths, b, e);
	if (err || !adopt(arg, &b->path))
		paths_end(paths, b->path.id);
	return 0;
}

int paths_adopt(struct paths *paths,
		bool (*adopt)(void *arg, const struct path *path), void *arg)
{
	struct found found = {};
	int err;
	size_t i;

	err = netlink_ask(paths->ask, request(paths, FMIP_CMD_BINDING_GET, NLM_F_DUMP),
			  add_found, &found);
	/* What was there all the time has been listed. */
	if (err == -EINTR)
		err = 0;
	err = err ?: found.err;
	for (i = 0; !err && i < found.count; i++)
		err = adopt_one(paths, &found.bindings[i], adopt, arg);
	free(found.bindings);
	return err;
}

static int open_sockets(struct paths *p)
{
	int groups[2] = {}, err;

	err = netlink_open(NETLINK_GENERIC, &p->ask);
	if (err)
		return err;
	p->family = genl_ctrl_resolve(p->ask, FMIP_GENL_NAME);
	groups[0] = genl_ctrl_resolve_grp(p->ask, FMIP_GENL_NAME, FMIP_GENL_MCGRP_EVENTS);
	if (p->family < 0 || groups[0] < 0)
		return -ENOENT;
	return netlink_listen(NETLINK_GENERIC, groups, &p->told);
}

int paths_open(struct loop *loop,
	       void (*changed)(void *arg, const struct path_event *event), void *arg,
	       struct paths **paths)
{
	struct paths *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->changed = changed;
	p->arg = arg;
	err = open_sockets(p);
	if (!err) {
		p->watch = loop_watch(loop, nl_socket_get_fd(p->told), on_told, p);
		err = p->watch ? 0 : -ENOMEM;
	}
	if (err) {
		paths_close(p);
		return err;
	}
	*paths = p;
	return 0;
}

void paths_close(struct paths *paths)
{
	struct tunnel *t, *next_t;
	struct entry *e, *next_e;

	if (!paths)
		return;
	loop_forget(paths->watch);
	nl_socket_free(paths->told);
	nl_socket_free(paths->ask);
	HASH_ITER(hh, paths->entries, e, next_e)
		forget(paths, e);
	HASH_ITER(hh, paths->tunnels, t, next_t) {
		HASH_DEL(paths->tunnels, t);
		free(t);
	}
	free(paths);
}
