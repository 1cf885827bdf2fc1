// SPDX-License-Identifier: GPL-2.0-only
/*
 * serve DIRECTORY: a mobile node and two routers in virtual time, each with its
 * control socket in the directory: par, nar and mn.
 *
 * Time passes, and the node moves, by order of the standard input, one word or a
 * number of milliseconds a line; each line is answered with one when it is done.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "loop.h"
#include "scene.h"
#include "test.h"

struct server {
	struct sim_node *node;
	struct keyring *keyring;
	struct control *control;
};

static struct scene scene;
static struct loop *loop;
static struct server server[3];

static bool protects(void *arg, const struct in6_addr *peer)
{
	(void)arg;
	(void)peer;
	return false;
}

static void end(void *arg)
{
	(void)arg;
}

static void forget(void *arg, const struct config_key *key)
{
	(void)key;
	((struct sim_node *)arg)->numbers = 0;
}

static void told(struct sim_node *node, const struct report *report)
{
	size_t i;

	/* Others than the tests of the state machines need not look at them. */
	node->reports = 0;
	for (i = 0; i < 3; i++)
		if (server[i].node == node && server[i].control)
			control_report(server[i].control, report);
}

static void serve(struct server *s, struct sim_node *node, const char *directory)
{
	struct control_host host = {
		.engine = &node->engine,
		.keyring = keyring_open(),
		.protects = protects,
		.end = end,
		.forget = forget,
		.arg = node,
	};
	char path[128];
	int err;

	snprintf(path, sizeof(path), "%s/%s", directory, node->name);
	s->node = node;
	s->keyring = host.keyring;
	((struct config *)node->engine.config)->keyring = s->keyring;
	err = control_open(loop, &host, path, &s->control);
	if (err) {
		fprintf(stderr, "serve: %s: %s\n", path, strerror(-err));
		exit(1);
	}
	node->told = told;
}

/* As if many handovers came to an end at once. */
static void flood(void)
{
	struct record record = { .mode = "reactive" };
	struct report done = {
		.kind = REPORT_DONE, .role = "par", .text = "expired", .record = &record,
	};
	int i;

	for (i = 0; i < RECORD_STEPS_MAX + 5; i++)
		record_step(&record, i, "hi again", true);
	for (i = 0; i < 1000; i++)
		told(scene.par, &done);
}

static void obey(const char *line)
{
	if (!strcmp(line, "learn"))
		scene_learn(&scene);
	else if (!strcmp(line, "detach"))
		scene_detach(&scene);
	else if (!strcmp(line, "attach"))
		scene_attach(&scene);
	else if (!strcmp(line, "crowd"))
		scene_crowd(&scene, 300);
	else if (!strcmp(line, "flood"))
		flood();
	else
		sim_run(&scene.sim, atoi(line));
}

static void on_input(void *arg)
{
	char line[32] = "";
	size_t len = 0;

	(void)arg;
	while (len + 1 < sizeof(line) && read(STDIN_FILENO, line + len, 1) == 1 &&
	       line[len] != '\n')
		len++;
	if (!len) {
		loop_stop(loop);
		return;
	}
	line[len] = '\0';
	obey(line);
	puts("");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct loop_watch *input;
	int i;

	if (argc != 2)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	loop = loop_open();
	scene_begin(&scene);
	serve(&server[0], scene.par, argv[1]);
	serve(&server[1], scene.nar, argv[1]);
	serve(&server[2], scene.mn, argv[1]);
	input = loop_watch(loop, STDIN_FILENO, on_input, NULL);
	puts("");
	fflush(stdout);
	loop_run(loop);
	loop_forget(input);
	for (i = 0; i < 3; i++)
		control_close(server[i].control);
	scene_end(&scene);
	for (i = 0; i < 3; i++)
		keyring_close(server[i].keyring);
	loop_close(loop);
	return 0;
}
