// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel is asked for, with a kernel that is not there.
 */
#include <errno.h>

#include <linux/fmip.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "binding.h"
#include "cookie.h"
#include "kernel.h"
#include "path.h"
#include "test.h"

#define MAX	4

static struct paths *paths;
static struct path_event event[MAX];
static unsigned int events;

/* Its bindings: those with an id of 0 are not there. */
static struct binding kernel[MAX];
static uint32_t last_id;
static unsigned int requests;
static bool drains;

__typeof__(genl_ctrl_resolve) __wrap_genl_ctrl_resolve;
__typeof__(genl_ctrl_resolve_grp) __wrap_genl_ctrl_resolve_grp;
__typeof__(netlink_receive) __wrap_netlink_receive;
__typeof__(netlink_ask) __wrap_netlink_ask;

int __wrap_genl_ctrl_resolve(struct nl_sock *sock, const char *name)
{
	(void)sock;
	(void)name;
	return 0x20;
}

int __wrap_genl_ctrl_resolve_grp(struct nl_sock *sock, const char *name, const char *group)
{
	(void)sock;
	(void)name;
	(void)group;
	return 1;
}

/* Something is lost. */
int __wrap_netlink_receive(struct nl_sock *sock, netlink_reader reader, void *arg)
{
	(void)sock;
	(void)reader;
	(void)arg;
	return -ENOBUFS;
}

static struct binding *find(uint32_t id)
{
	struct binding *b;

	for (b = kernel; b < kernel + MAX; b++)
		if (b->path.id == id)
			return b;
	return NULL;
}

static void show(const struct binding *b, netlink_reader reader, void *arg)
{
	struct nl_msg *msg = nlmsg_alloc_size(8192);

	assert_non_null(msg);
	assert_non_null(genlmsg_put(msg, 0, 0, 0x20, 0, 0, FMIP_CMD_BINDING_GET, 1));
	assert_int_equal(binding_put(msg, b), 0);
	/* The last one counts. */
	if (drains)
		nla_put_u8(msg, FMIP_BINDING_A_GATE, FMIP_GATE_DRAINING);
	reader(nlmsg_hdr(msg), arg);
	nlmsg_free(msg);
}

static int answer(struct nlmsghdr *nlh, netlink_reader reader, void *arg)
{
	uint8_t cmd = genlmsg_hdr(nlh)->cmd;
	struct binding wanted, *b;

	requests++;
	if (cmd == FMIP_CMD_BINDING_GET && nlh->nlmsg_flags & NLM_F_DUMP) {
		for (b = kernel; b < kernel + MAX; b++)
			if (b->path.id)
				show(b, reader, arg);
		return 0;
	}
	if (binding_read(nlh, &wanted))
		wanted.path.id = 0;
	b = find(cmd == FMIP_CMD_BINDING_NEW ? 0 : wanted.path.id);
	if (!b || (cmd != FMIP_CMD_BINDING_NEW && !b->path.id))
		return -ENOENT;
	if (cmd == FMIP_CMD_BINDING_DEL) {
		b->path.id = 0;
		return 0;
	}
	if (cmd == FMIP_CMD_BINDING_GET) {
		show(b, reader, arg);
		return 0;
	}
	if (cmd == FMIP_CMD_BINDING_NEW)
		wanted.path.id = ++last_id;
	*b = wanted;
	if (reader)
		show(b, reader, arg);
	return 0;
}

/* binding_read() wants a number, which one that is new has not. */
int __wrap_netlink_ask(struct nl_sock *sock, struct nl_msg *msg, netlink_reader reader,
		       void *arg)
{
	int err;

	(void)sock;
	assert_non_null(msg);
	if (genlmsg_hdr(nlmsg_hdr(msg))->cmd == FMIP_CMD_BINDING_NEW)
		nla_put_u32(msg, FMIP_BINDING_A_ID, 0);
	err = answer(nlmsg_hdr(msg), reader, arg);
	nlmsg_free(msg);
	return err;
}

static void changed(void *arg, const struct path_event *e)
{
	(void)arg;
	assert_true(events < MAX);
	event[events++] = *e;
}

static int begin(void **state)
{
	(void)state;
	events = 0;
	requests = 0;
	last_id = 0;
	drains = false;
	for (int i = 0; i < MAX; i++)
		kernel[i] = (struct binding){};
	return paths_open(NULL, changed, NULL, &paths);
}

static int end(void **state)
{
	(void)state;
	paths_close(paths);
	return 0;
}

static struct path hold(uint32_t id)
{
	struct path path = {
		.id = id,
		.cookie = cookie_make(COOKIE_PAR, 0),
		.match = { { .prefix = { 128, address("2001:db8:1::10") } } },
		.matches = 1,
		.target = PATH_ROUTE,
		.gate = PATH_HOLD,
		.replay_ns = UINT64_MAX,
	};

	path.match[0].prefix.address.s6_addr[15] = id;
	return path;
}

/* That it has ended by itself has not been heard of here. */
static void what_has_ended_is_made_anew(void **state)
{
	struct path path = hold(7);

	(void)state;
	assert_int_equal(paths_set(paths, &path), 0);
	kernel[0].path.id = 0;
	path.gate = PATH_COPY;
	assert_int_equal(paths_set(paths, &path), 0);
	assert_int_equal(kernel[0].path.id, 2);
	assert_int_equal(kernel[0].path.gate, PATH_COPY);
	paths_end(paths, 7);
	assert_int_equal(kernel[0].path.id, 0);
}

/* One request tells what has become of all of them. */
static void what_is_lost_is_looked_up_at_once(void **state)
{
	struct path path[3] = { hold(7), hold(8), hold(9) };
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_int_equal(paths_set(paths, &path[i]), 0);
	for (i = 1; i < 3; i++) {
		path[i].gate = PATH_OPEN;
		assert_int_equal(paths_set(paths, &path[i]), 0);
	}
	kernel[1].path.id = 0;
	requests = 0;
	drains = false;
	kernel_tells();
	assert_int_equal(requests, 1);
	assert_int_equal(events, 2);
	for (i = 0; i < 2; i++)
		assert_int_equal(event[i].change, event[i].id == 8 ? PATH_EXPIRED :
								     PATH_RELEASED);
	/* Once is enough. */
	kernel_tells();
	assert_int_equal(events, 2);
}

static void what_still_drains_is_not_released(void **state)
{
	struct path path = hold(7);

	(void)state;
	assert_int_equal(paths_set(paths, &path), 0);
	path.gate = PATH_OPEN;
	assert_int_equal(paths_set(paths, &path), 0);
	drains = true;
	kernel_tells();
	assert_int_equal(events, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_has_ended_is_made_anew, begin, end),
		cmocka_unit_test_setup_teardown(what_is_lost_is_looked_up_at_once, begin, end),
		cmocka_unit_test_setup_teardown(what_still_drains_is_not_released, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
