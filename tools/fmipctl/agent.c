// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent.h"
#include "bulk.h"
#include "value.h"

#define READ_BYTES	(16 << 10)

static struct {
	const char *path;
	int fd;			/* -1 if it is not connected */
	char *buf;
	size_t len;
	size_t size;
} agent = { .path = AGENT_PATH, .fd = -1 };

void agent_at(const char *path)
{
	agent_close();
	agent.path = path;
}

void agent_close(void)
{
	if (agent.fd >= 0)
		close(agent.fd);
	free(agent.buf);
	agent.fd = -1;
	agent.buf = NULL;
	agent.len = 0;
	agent.size = 0;
}

static enum outcome refused(const char *why)
{
	wrong("no fmipd answers at %s: %s", agent.path, why);
	agent_close();
	return REFUSED;
}

static enum outcome connect_to_agent(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (agent.fd >= 0)
		return DONE;
	if (strlen(agent.path) >= sizeof(address.sun_path))
		return wrong("\"%s\" is too long for the path of a socket", agent.path);
	strcpy(address.sun_path, agent.path);
	agent.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (agent.fd < 0)
		return wrong("socket: %s", strerror(errno));
	if (connect(agent.fd, (void *)&address, sizeof(address)))
		return refused(strerror(errno));
	return DONE;
}

static enum outcome send_line(const char *text)
{
	size_t len = strlen(text), sent = 0;
	ssize_t n;

	while (sent < len) {
		n = send(agent.fd, text + sent, len - sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		/* What it has said before it closed the connection says more. */
		if (n < 0 && errno == EPIPE)
			return DONE;
		if (n < 0)
			return refused(strerror(errno));
		sent += n;
	}
	return DONE;
}

static bool make_room(void)
{
	char *buf;

	if (agent.size - agent.len >= READ_BYTES)
		return true;
	buf = realloc(agent.buf, agent.len + 2 * READ_BYTES + agent.size);
	if (!buf)
		return false;
	agent.buf = buf;
	agent.size += agent.len + 2 * READ_BYTES;
	return true;
}

static enum outcome read_more(void)
{
	ssize_t n;

	if (!make_room())
		return wrong("out of memory");
	do
		n = read(agent.fd, agent.buf + agent.len, READ_BYTES);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return refused(n ? strerror(errno) : "it has closed the connection");
	agent.len += n;
	return DONE;
}

/* The line that is in the buffer, if one is. */
static bool take_line(struct json_object **object)
{
	char *end = agent.len ? memchr(agent.buf, '\n', agent.len) : NULL;
	size_t len;

	if (!end)
		return false;
	len = end + 1 - agent.buf;
	*end = '\0';
	*object = json_tokener_parse(agent.buf);
	memmove(agent.buf, agent.buf + len, agent.len - len);
	agent.len -= len;
	return true;
}

static enum outcome check(struct json_object *answer)
{
	struct json_object *error;

	if (!json_object_is_type(answer, json_type_object))
		return wrong("what fmipd says makes no sense to this fmipctl");
	if (!json_object_object_get_ex(answer, "error", &error))
		return DONE;
	wrong("%s", json_object_get_string(error));
	return REFUSED;
}

/* @ms: how long to wait; less than 0 for ever. */
static enum outcome read_line(int ms, struct json_object **object)
{
	struct pollfd poll_fd = { .fd = agent.fd, .events = POLLIN };
	enum outcome outcome;
	int n;

	*object = NULL;
	while (!take_line(object)) {
		n = poll(&poll_fd, 1, ms);
		if (n < 0 && errno != EINTR)
			return wrong("poll: %s", strerror(errno));
		if (!n)
			return DONE;
		outcome = n > 0 ? read_more() : DONE;
		if (outcome)
			return outcome;
	}
	outcome = check(*object);
	if (outcome) {
		json_object_put(*object);
		*object = NULL;
	}
	return outcome;
}

struct json_object *agent_request(const char *command)
{
	struct json_object *request = json_object_new_object();

	agent_put(request, "command", command);
	return request;
}

void agent_put(struct json_object *request, const char *name, const char *text)
{
	json_object_object_add(request, name, json_object_new_string(text));
}

void agent_put_number(struct json_object *request, const char *name, uint64_t number)
{
	json_object_object_add(request, name, json_object_new_uint64(number));
}

enum outcome agent_put_lladdr(struct json_object *request, const char *name, const char *word)
{
	struct lladdr lladdr;
	char buf[TEXT_SIZE];

	if (value_lladdr(word, &lladdr))
		return WRONG;
	agent_put(request, name, text_lladdr(&lladdr, buf));
	return DONE;
}

static enum outcome exchange(struct json_object *request, struct json_object **answer)
{
	enum outcome outcome = bulk_flush();

	if (!outcome)
		outcome = connect_to_agent();
	if (!outcome)
		outcome = send_line(json_object_to_json_string_ext(request,
								   JSON_C_TO_STRING_PLAIN));
	if (!outcome)
		outcome = send_line("\n");
	return outcome ? outcome : read_line(-1, answer);
}

enum outcome agent_ask_part(struct json_object *request, struct json_object **result,
			    uint32_t *next)
{
	struct json_object *answer = NULL, *number;
	enum outcome outcome = exchange(request, &answer);

	json_object_put(request);
	*result = NULL;
	*next = 0;
	if (!outcome && json_object_object_get_ex(answer, "result", result))
		json_object_get(*result);
	if (!outcome && json_object_object_get_ex(answer, "next", &number))
		*next = json_object_get_int64(number);
	json_object_put(answer);
	return outcome;
}

enum outcome agent_ask(struct json_object *request, struct json_object **result)
{
	uint32_t next;

	return agent_ask_part(request, result, &next);
}

enum outcome agent_tell(struct json_object *request)
{
	struct json_object *result;
	enum outcome outcome = agent_ask(request, &result);

	json_object_put(result);
	return outcome;
}

enum outcome agent_next(int ms, struct json_object **event)
{
	return read_line(ms, event);
}
