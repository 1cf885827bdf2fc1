// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program that is run when a mobile node has come to another link.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hook.h"
#include "log.h"

/* Of the environment, beside what the daemon has itself, but for what begins so. */
#define FACTS	5
#define OURS	"FMIP_"

struct hook {
	struct loop *loop;
	struct loop_watch *watch;
	struct alarm late;
	uint32_t most_ms;
	pid_t pid;
};

/* A string "NAME=...", of which the caller adds the rest; NULL without memory. */
static char *fact(const char *name, size_t room)
{
	char *text = malloc(strlen(name) + room + 1);

	return text ? strcpy(text, name) : NULL;
}

static char *fact_text(const char *name, const char *value)
{
	char *text = fact(name, strlen(value));

	return text ? strcat(text, value) : NULL;
}

static char *fact_addresses(const char *name, const struct in6_addr *address, unsigned int n)
{
	char *text = fact(name, n * INET6_ADDRSTRLEN);
	char one[INET6_ADDRSTRLEN];
	unsigned int i;

	for (i = 0; text && i < n; i++) {
		if (i)
			strcat(text, " ");
		strcat(text, inet_ntop(AF_INET6, &address[i], one, sizeof(one)));
	}
	return text;
}

static void free_facts(char **environment)
{
	unsigned int i;

	for (i = 0; environment && i < FACTS; i++)
		free(environment[i]);
	free(environment);
}

static char **make_environment(const struct hook_facts *facts)
{
	const struct stay *stay = facts->stay;
	size_t i, n = 0;
	char **all;

	while (environ[n])
		n++;
	all = calloc(FACTS + n + 1, sizeof(*all));
	if (!all)
		return NULL;
	n = FACTS;
	for (i = 0; environ[i]; i++)
		if (strncmp(environ[i], OURS, strlen(OURS)))
			all[n++] = environ[i];
	all[0] = fact_text("FMIP_INTERFACE=", facts->interface);
	all[1] = fact_text("FMIP_CONTROL=", facts->control);
	all[2] = fact_addresses("FMIP_NCOA=", &stay->ncoa, 1);
	all[3] = fact_addresses("FMIP_ROUTER=", &stay->router, 1);
	all[4] = fact_addresses("FMIP_PCOA=", stay->pcoa, stay->pcoas);
	for (i = 0; i < FACTS; i++)
		if (!all[i]) {
			free_facts(all);
			return NULL;
		}
	return all;
}

/* It gets none of the daemon's sockets, and is the first of a group of processes. */
static int spawn(const char *program, char **environment, pid_t *pid)
{
	char *argv[2] = { (char *)program, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t ignored;
	int err;

	sigemptyset(&ignored);
	sigaddset(&ignored, SIGPIPE);
	if (posix_spawnattr_init(&attr))
		return -ENOMEM;
	if (posix_spawn_file_actions_init(&files)) {
		posix_spawnattr_destroy(&attr);
		return -ENOMEM;
	}
	err = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
	err = err ?: posix_spawnattr_setsigdefault(&attr, &ignored);
	err = err ?: posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
						      O_RDONLY, 0);
	err = err ?: posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	err = err ?: posix_spawn(pid, program, &files, &attr, argv, environment);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return -err;
}

static void complain(const char *what, const char *key, uint64_t number)
{
	struct log_line line;

	log_begin(&line, LOG_WARNING, "hook", loop_now());
	log_text(&line, "what", what);
	if (key)
		log_number(&line, key, number);
	log_end(&line);
}

/* On SIGCHLD it is reaped, as what was killed before it is. */
static void kill_running(struct hook *hook)
{
	loop_alarm_stop(&hook->late);
	kill(-hook->pid, SIGKILL);
	hook->pid = 0;
}

static void on_late(struct alarm *alarm)
{
	struct hook *hook = (struct hook *)((char *)alarm - offsetof(struct hook, late));

	complain("mn.complete has run for too long", "ms", hook->most_ms);
	kill_running(hook);
}

static void on_end(struct hook *hook, int status)
{
	loop_alarm_stop(&hook->late);
	hook->pid = 0;
	if (WIFSIGNALED(status))
		complain("mn.complete was killed", "signal", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		complain("mn.complete has failed", "status", WEXITSTATUS(status));
}

static void on_child(void *arg)
{
	struct hook *hook = arg;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == hook->pid)
			on_end(hook, status);
}

int hook_open(struct loop *loop, uint32_t most_ms, struct hook **hook)
{
	struct hook *h = calloc(1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	h->loop = loop;
	h->most_ms = most_ms;
	h->late.ring = on_late;
	h->watch = loop_signal(loop, SIGCHLD, on_child, h);
	if (!h->watch) {
		free(h);
		return -ENOMEM;
	}
	*hook = h;
	return 0;
}

void hook_close(struct hook *hook)
{
	if (!hook)
		return;
	if (hook->pid)
		kill_running(hook);
	loop_forget(hook->watch);
	free(hook);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

void hook_run(struct hook *hook, const char *program, const struct hook_facts *facts)
{
	char **environment;
	int err = -ENOMEM;

	if (hook->pid) {
		complain("mn.complete was still running when the node moved on", NULL, 0);
		kill_running(hook);
	}
	environment = make_environment(facts);
	if (environment)
		err = spawn(program, environment, &hook->pid);
	free_facts(environment);
	if (err) {
		hook->pid = 0;
		log_error("hook", program, err);
		return;
	}
	loop_alarm_set(hook->loop, &hook->late, loop_now() + hook->most_ms * 1000000ull);
}
