// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands of the operator.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <utlist.h>

#include "command.h"
#include "control.h"
#include "log.h"

/* No command is longer. */
#define LINE_MAX_OCTETS	4096

#define CLIENTS_MAX	16

/* An answer that nobody reads is not kept for ever. */
#define TIMEOUT_SECONDS	60

/* What is kept for who is told of all that happens, in octets. */
#define QUEUE_MAX	(1u << 20)

/**
 * struct client - who has connected
 * @control: to what
 * @io: the connection
 * @monitor: is told what happens
 * @ends: nothing more is read from it; what there is to write still is
 * @prev: another one
 * @next: another one
 */
struct client {
	struct control *control;
	struct bufferevent *io;
	bool monitor;
	bool ends;
	struct client *prev;
	struct client *next;
};

struct control {
	struct commands commands;
	char *path;
	struct evconnlistener *listener;
	struct client *clients;
	unsigned int clients_count;
};

static void end_client(struct client *client)
{
	DL_DELETE(client->control->clients, client);
	client->control->clients_count--;
	bufferevent_free(client->io);
	free(client);
}

static void say(struct client *client, struct json_object *o)
{
	evbuffer_add_printf(bufferevent_get_output(client->io), "%s\n",
			    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
						JSON_C_TO_STRING_NOSLASHESCAPE));
}

static struct json_object *complaint(const char *text)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "error", json_object_new_string(text));
	return o;
}

/* The last that it hears. */
static void cut_off(struct client *client, const char *text)
{
	struct json_object *o = complaint(text);

	bufferevent_disable(client->io, EV_READ);
	client->monitor = false;
	client->ends = true;
	say(client, o);
	json_object_put(o);
}

static void answer(struct client *client, char *line, size_t len)
{
	struct json_object *o = command_run(&client->control->commands, line, len,
					    &client->monitor);

	/* There may be a key in it. */
	explicit_bzero(line, len);
	say(client, o);
	json_object_put(o);
}

/* Who does not read the answers is not asked for more until it does. */
static bool has_to_read(const struct client *client)
{
	return evbuffer_get_length(bufferevent_get_output(client->io));
}

static void serve(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->io);
	char *line = NULL;
	size_t len;

	while (!client->ends && !has_to_read(client) &&
	       (line = evbuffer_readln(input, &len, EVBUFFER_EOL_LF))) {
		answer(client, line, len);
		free(line);
	}
	/* There is never more of it than one octet: see on_accept(). */
	if (!client->ends && !has_to_read(client) &&
	    evbuffer_get_length(input) > LINE_MAX_OCTETS)
		cut_off(client, "a line is longer than 4096 octets");
}

static void on_read(struct bufferevent *io, void *arg)
{
	(void)io;
	serve(arg);
}

/* Who has asked, and closed its end of the way there, still gets the answers. */
static void on_written(struct bufferevent *io, void *arg)
{
	struct client *client = arg;

	serve(client);
	if (!has_to_read(client) &&
	    (client->ends || !(bufferevent_get_enabled(io) & EV_READ)))
		end_client(client);
}

static void on_event(struct bufferevent *io, short what, void *arg)
{
	struct client *client = arg;

	if (what & BEV_EVENT_EOF && has_to_read(client)) {
		bufferevent_disable(io, EV_READ);
		return;
	}
	end_client(client);
}

static void refuse_client(int fd)
{
	static const char line[] = "{\"error\":\"there are 16 clients already\"}\n";

	/* A socket that is new has room for it. */
	if (send(fd, line, sizeof(line) - 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_error("control", "refuse", -errno);
	close(fd);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
		      struct sockaddr *from, int len, void *arg)
{
	static const struct timeval timeout = { TIMEOUT_SECONDS, 0 };
	struct control *control = arg;
	struct client *client = NULL;

	(void)from;
	(void)len;
	if (control->clients_count == CLIENTS_MAX) {
		refuse_client(fd);
		return;
	}
	client = calloc(1, sizeof(*client));
	if (!client) {
		close(fd);
		return;
	}
	client->control = control;
	client->io = bufferevent_socket_new(evconnlistener_get_base(listener), fd,
					    BEV_OPT_CLOSE_ON_FREE);
	if (!client->io) {
		close(fd);
		free(client);
		return;
	}
	DL_APPEND(control->clients, client);
	control->clients_count++;
	bufferevent_setcb(client->io, on_read, on_written, on_event, client);
	bufferevent_set_timeouts(client->io, NULL, &timeout);
	/* No more is taken from the socket than can be one line. */
	bufferevent_setwatermark(client->io, EV_READ, 0, LINE_MAX_OCTETS + 1);
	bufferevent_enable(client->io, EV_READ | EV_WRITE);
}

static void tell(struct client *client, struct json_object *o)
{
	if (evbuffer_get_length(bufferevent_get_output(client->io)) < QUEUE_MAX)
		say(client, o);
	else
		cut_off(client, "more has happened than was read: cut off");
}

void control_report(struct control *control, const struct report *report)
{
	uint64_t now = realtime_now();
	struct client *client;
	struct json_object *o;

	if (report->kind == REPORT_DONE && report->record)
		history_add(control->commands.history, report, now,
			    control->commands.host.engine->config->limits.records);
	o = show_report(report, now);
	DL_FOREACH(control->clients, client)
		if (client->monitor)
			tell(client, o);
	json_object_put(o);
}

/* Whether somebody answers, or a killed daemon has left it. */
static bool is_alive(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive;

	if (fd < 0)
		return true;
	alive = !connect(fd, (const void *)address, sizeof(*address)) ||
		(errno != ECONNREFUSED && errno != ENOENT);
	close(fd);
	return alive;
}

/* Makes room for the socket: only what a killed daemon has left is taken away. */
static int clear_path(const struct sockaddr_un *address)
{
	struct stat st;

	if (lstat(address->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	if (is_alive(address))
		return -EADDRINUSE;
	return unlink(address->sun_path) ? -errno : 0;
}

/* That of the socket; what is wrong with it is seen by bind(). */
static void make_directory(const char *path)
{
	char directory[PATH_MAX];
	size_t len = strrchr(path, '/') - path;

	if (!len || len >= sizeof(directory))
		return;
	memcpy(directory, path, len);
	directory[len] = '\0';
	mkdir(directory, 0755);
}

static int bind_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	make_directory(path);
	err = clear_path(&address);
	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0177);
	err = bind(fd, (void *)&address, sizeof(address)) ? -errno : 0;
	umask(mask);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

int control_open(struct loop *loop, const struct control_host *host, const char *path,
		 struct control **control)
{
	struct control *c = calloc(1, sizeof(*c));
	int fd, err;

	if (!c)
		return -ENOMEM;
	err = commands_open(&c->commands, loop, host);
	if (err) {
		free(c);
		return err;
	}
	fd = bind_to(path);
	if (fd < 0) {
		control_close(c);
		return fd;
	}
	c->path = strdup(path);
	c->listener = evconnlistener_new(loop_base(loop), on_accept, c,
					 LEV_OPT_CLOSE_ON_FREE, CLIENTS_MAX, fd);
	if (!c->path || !c->listener) {
		if (!c->listener)
			close(fd);
		control_close(c);
		return -ENOMEM;
	}
	*control = c;
	return 0;
}

/* Who has ordered the end is answered, too. */
static void write_last(struct client *client)
{
	struct evbuffer *output = bufferevent_get_output(client->io);

	evbuffer_unfreeze(output, 1);
	evbuffer_write(output, bufferevent_getfd(client->io));
}

void control_close(struct control *control)
{
	struct client *client, *next;

	if (!control)
		return;
	DL_FOREACH_SAFE(control->clients, client, next) {
		write_last(client);
		end_client(client);
	}
	if (control->listener)
		evconnlistener_free(control->listener);
	if (control->path)
		unlink(control->path);
	commands_close(&control->commands);
	free(control->path);
	free(control);
}
