// SPDX-License-Identifier: GPL-2.0-only
/*
 * faults - requests, one allocation of which fails
 *
 *	faults record FILE COMMAND [ARG]...
 *	faults replay --netns NAME FILE...
 *	faults sweep --netns NAME|--fresh --look FILE [--reset FILE] [--before FILE]
 *		     FILE...
 *	faults load MODULE
 *	faults unshare
 *
 * record runs a command, whatever becomes of it, and adds the requests that it
 * sends to families of generic netlink to a file.  One for statistics is left out
 * unless it is the last: in a batch it keeps those apart that fmipctl would send
 * as a list.  replay sends what is in such files once more.
 *
 * sweep takes one request after another, and sends each again and again: at first
 * as it is, then with its first allocation failing, the second, and so on, until
 * it comes to its end without having made so many.  Before each the requests of
 * --reset and --before are sent; with --fresh each has a network namespace of its
 * own.  The requests of --look show the state.  After a refusal it must be what
 * it was, otherwise what it is after the request that nothing was kept from; of a
 * list of requests as many must have been carried out as were said to be.
 *
 * load does so with the loading of a module, and unshare with the making of a
 * network namespace.
 *
 * For each a line tells how many allocations failed, and how many of these were
 * the end of what was asked for, or "not ok" and why.  Which allocations count is
 * for the filters of failslab and fail_page_alloc below debugfs.
 */
#include "tool.h"

#include <getopt.h>
#include <linux/fmip.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define ALLOCATIONS_MAX	10000	/* that a request may need */
#define ANSWER_MAX	65536
#define PATIENCE_S	60

struct buffer {
	uint8_t *data;
	size_t len;
};

/* What has come back for one or more requests. */
struct answer {
	struct buffer text;	/* what of it does not change by itself */
	unsigned int messages;
	unsigned int granted;	/* of a list of requests */
	int error;
	bool lost;		/* it is not known what became of the last */
	bool fired;
};

struct sweep {
	const char *netns;
	bool fresh;
	struct buffer look, reset, before;
};

struct tally {
	unsigned int failed, refused;
};

static int fail_nth = -1;

static void append(struct buffer *b, const void *data, size_t len)
{
	b->data = realloc(b->data, b->len + len);
	if (!b->data && b->len + len)
		die("out of memory");
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static bool same(const struct buffer *a, const struct buffer *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static struct buffer read_file(const char *path)
{
	struct buffer b = { };
	uint8_t part[4096];
	size_t n;
	FILE *f = fopen(path, "re");

	if (!f)
		die("%s: %s", path, strerror(errno));
	while ((n = fread(part, 1, sizeof(part), f)))
		append(&b, part, n);
	fclose(f);
	return b;
}

/* ---- failing ---------------------------------------------------------- */

static void arm(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (fail_nth < 0)
		fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0 || pwrite(fail_nth, text, len, 0) != len)
		die("/proc/thread-self/fail-nth: %s", strerror(errno));
}

/* Has the allocation come that was to fail? */
static bool disarm(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		die("/proc/thread-self/fail-nth: %s", strerror(errno));
	arm(0);
	return !strtoul(text, NULL, 10);
}

/* ---- recording -------------------------------------------------------- */

static void peek(int mem, uint64_t where, void *data, size_t len)
{
	if (pread(mem, data, len, where) != (ssize_t)len)
		die("the memory of the command: %s", strerror(errno));
}

static bool is_for_statistics(const struct buffer *message)
{
	const struct genlmsghdr *genl = NLMSG_DATA((const struct nlmsghdr *)message->data);

	return genl->cmd == FMIP_CMD_STATS_GET;
}

static void record_message(struct buffer *out, int mem, uint64_t where)
{
	static bool left_out;
	const struct nlmsghdr *nlh;
	struct buffer message = { };
	struct msghdr msg;
	struct iovec iov;
	uint8_t *part;

	peek(mem, where, &msg, sizeof(msg));
	for (size_t i = 0; i < msg.msg_iovlen; i++) {
		peek(mem, (uintptr_t)&msg.msg_iov[i], &iov, sizeof(iov));
		part = malloc(iov.iov_len + 1);
		if (!part)
			die("out of memory");
		peek(mem, (uintptr_t)iov.iov_base, part, iov.iov_len);
		append(&message, part, iov.iov_len);
		free(part);
	}
	nlh = (const void *)message.data;
	if (message.len >= NLMSG_LENGTH(GENL_HDRLEN) && nlh->nlmsg_type > GENL_ID_CTRL) {
		if (left_out)
			out->len -= NLMSG_LENGTH(GENL_HDRLEN);
		append(out, message.data, NLMSG_ALIGN(nlh->nlmsg_len));
		left_out = is_for_statistics(&message);
	}
	free(message.data);
}

static pid_t start_traced(char **command)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execvp(*command, command);
		die("%s: %s", *command, strerror(errno));
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))
		die("%s cannot be traced", *command);
	return pid;
}

static int run_record(const char *path, char **command)
{
	struct __ptrace_syscall_info info;
	pid_t pid = start_traced(command);
	int signal = 0, status, mem;
	struct buffer out = { };
	char proc[32];
	FILE *f;

	snprintf(proc, sizeof(proc), "/proc/%d/mem", pid);
	mem = open(proc, O_RDONLY | O_CLOEXEC);
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, (long)signal) ||
		    waitpid(pid, &status, 0) != pid)
			die("%s: %s", *command, strerror(errno));
		if (!WIFSTOPPED(status))
			break;
		signal = WSTOPSIG(status);
		if (signal != (SIGTRAP | 0x80))
			continue;
		signal = 0;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
		    info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_sendmsg)
			record_message(&out, mem, info.entry.args[1]);
	}
	close(mem);
	if (!out.len)
		die("%s has sent nothing", *command);
	f = fopen(path, "ae");
	if (!f || fwrite(out.data, 1, out.len, f) != out.len || fclose(f))
		die("%s: %s", path, strerror(errno));
	free(out.data);
	return 0;
}

/* ---- what an answer says ---------------------------------------------- */

/* Attributes of what, by cmd or by list, change by themselves; 0 ends them. */
static const uint16_t binding_changing[] = {
	FMIP_BINDING_A_STATS, FMIP_BINDING_A_LIFETIME, FMIP_BINDING_A_HOLD_LEFT, 0
};

static const uint16_t target_changing[] = { FMIP_TARGET_A_LIFETIME, 0 };
static const uint16_t accept_changing[] = { FMIP_ACCEPT_A_LIFETIME, 0 };
static const uint16_t proxy_changing[] = { FMIP_PROXY_A_LIFETIME, 0 };
static const uint16_t tunnel_changing[] = { FMIP_TUNNEL_A_MTU, 0 };

static struct nlattr *first_attr(void *data)
{
	return data;
}

static bool attr_ok(const struct nlattr *a, size_t left)
{
	return left >= sizeof(*a) && a->nla_len >= sizeof(*a) && a->nla_len <= left;
}

static struct nlattr *next_attr(struct nlattr *a, size_t *left)
{
	size_t step = NLA_ALIGN(a->nla_len);

	*left -= step < *left ? step : *left;
	return (struct nlattr *)((uint8_t *)a + step);
}

static void *attr_data(struct nlattr *a)
{
	return (uint8_t *)a + NLA_HDRLEN;
}

static size_t attr_len(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}

static uint16_t attr_type(const struct nlattr *a)
{
	return a->nla_type & NLA_TYPE_MASK;
}

static void blank(struct nlattr *a, size_t left, const uint16_t *changing)
{
	for (; attr_ok(a, left); a = next_attr(a, &left))
		for (const uint16_t *type = changing; *type; type++)
			if (attr_type(a) == *type)
				memset(attr_data(a), 0, attr_len(a));
}

static void blank_list(struct nlattr *list, const uint16_t *changing)
{
	struct nlattr *item = first_attr(attr_data(list));
	size_t left = attr_len(list);

	for (; attr_ok(item, left); item = next_attr(item, &left))
		blank(first_attr(attr_data(item)), attr_len(item), changing);
}

static void blank_binding(struct nlattr *attrs, size_t left)
{
	blank(attrs, left, binding_changing);
	for (struct nlattr *a = attrs; attr_ok(a, left); a = next_attr(a, &left)) {
		if (attr_type(a) == FMIP_BINDING_A_TARGETS)
			blank_list(a, target_changing);
		else if (attr_type(a) == FMIP_BINDING_A_ACCEPTS)
			blank_list(a, accept_changing);
		else if (attr_type(a) == FMIP_BINDING_A_PROXIES)
			blank_list(a, proxy_changing);
	}
}

/* How many members of a list say that they have been carried out. */
static unsigned int count_granted(struct nlattr *attrs, size_t left, uint16_t results)
{
	struct nlattr *a = attrs, *item, *field;
	size_t in_list, in_item;
	unsigned int n = 0;

	while (attr_ok(a, left) && attr_type(a) != results)
		a = next_attr(a, &left);
	if (!attr_ok(a, left))
		return 0;
	in_list = attr_len(a);
	for (item = attr_data(a); attr_ok(item, in_list); item = next_attr(item, &in_list)) {
		in_item = attr_len(item);
		for (field = attr_data(item); attr_ok(field, in_item);
		     field = next_attr(field, &in_item))
			n += attr_type(field) == FMIP_RESULT_A_ERROR && !*(int *)attr_data(field);
	}
	return n;
}

static void take_message(struct answer *answer, struct nlmsghdr *nlh)
{
	struct genlmsghdr *genl = NLMSG_DATA(nlh);
	struct nlattr *attrs = first_attr((uint8_t *)genl + GENL_HDRLEN);
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;

	answer->messages++;
	switch (genl->cmd) {
	case FMIP_CMD_BINDING_GET:
		blank_binding(attrs, len);
		break;
	case FMIP_CMD_TUNNEL_GET:
		blank(attrs, len, tunnel_changing);
		break;
	case FMIP_CMD_BINDING_NEW:
	case FMIP_CMD_BINDING_DEL:
		answer->granted += count_granted(attrs, len, FMIP_BINDING_A_RESULTS);
		break;
	case FMIP_CMD_TUNNEL_NEW:
	case FMIP_CMD_TUNNEL_DEL:
		answer->granted += count_granted(attrs, len, FMIP_TUNNEL_A_RESULTS);
		break;
	}
	append(&answer->text, genl, nlh->nlmsg_len - NLMSG_HDRLEN);
}

/* Takes what has come; true if that was the last of it. */
static bool take_answer(struct answer *answer, uint8_t *data, int len)
{
	for (struct nlmsghdr *nlh = (void *)data; NLMSG_OK(nlh, (unsigned int)len);
	     nlh = NLMSG_NEXT(nlh, len)) {
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			die("somebody else changes what is looked at");
		if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
			/* Both begin with it. */
			answer->error = -*(int *)NLMSG_DATA(nlh);
			return true;
		}
		take_message(answer, nlh);
	}
	return false;
}

/* ---- requests --------------------------------------------------------- */

static int open_netlink(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), on = 1;
	struct timeval patience = { .tv_sec = PATIENCE_S };

	if (fd < 0 || setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		die("netlink: %s", strerror(errno));
	return fd;
}

/* Sends a request, the nth allocation of which fails, unless that is 0. */
static void request(struct answer *answer, struct nlmsghdr *nlh, unsigned int nth)
{
	static uint8_t data[ANSWER_MAX];
	int fd = open_netlink();
	ssize_t n;

	nlh->nlmsg_pid = 0;
	if (!(nlh->nlmsg_flags & NLM_F_DUMP))
		nlh->nlmsg_flags |= NLM_F_ACK;
	if (nth)
		arm(nth);
	n = send(fd, nlh, nlh->nlmsg_len, 0);
	if (n < 0)
		answer->error = errno;
	while (n >= 0) {
		n = recv(fd, data, sizeof(data), 0);
		answer->lost = n < 0;
		if (n < 0)
			answer->error = errno;
		else if (take_answer(answer, data, n))
			break;
	}
	if (nth)
		answer->fired = disarm();
	close(fd);
	if (answer->error == EAGAIN)
		die("there is no answer");
}

/* Sends all of them; what they answer is one answer. */
static struct answer request_all(struct buffer *requests)
{
	struct nlmsghdr *nlh = (void *)requests->data;
	struct answer answer = { };
	size_t left = requests->len;

	while (NLMSG_OK(nlh, left)) {
		request(&answer, nlh, 0);
		if (answer.error)
			die("a request is refused: %s", strerror(answer.error));
		nlh = NLMSG_NEXT(nlh, left);
	}
	return answer;
}

static void request_each(struct buffer *requests)
{
	struct answer answer = request_all(requests);

	free(answer.text.data);
}

static int run_replay(const char *netns, char **files)
{
	struct buffer requests;

	enter_netns(netns);
	for (; *files; files++) {
		requests = read_file(*files);
		request_each(&requests);
		free(requests.data);
	}
	return 0;
}

/* ---- sweeps ----------------------------------------------------------- */

static void begin(struct sweep *s)
{
	if (s->fresh && unshare(CLONE_NEWNET))
		die("unshare: %s", strerror(errno));
	request_each(&s->reset);
	request_each(&s->before);
}

static struct answer send_failing(struct nlmsghdr *nlh, unsigned int nth)
{
	struct answer answer = { };

	request(&answer, nlh, nth);
	return answer;
}

static bool is_memory_error(int error)
{
	return error == ENOMEM || error == ENOBUFS;
}

static unsigned int distance(unsigned int a, unsigned int b)
{
	return a > b ? a - b : b - a;
}

/*
 * What is wrong with @got, where @good would have come if no allocation had failed.
 * The first binding of a namespace needs a device: device_add() calls one that could
 * not get its name invalid.
 */
static const char *judge(const struct sweep *s, const struct answer *got,
			 const struct answer *good, const struct answer *was,
			 const struct answer *is, const struct answer *shall)
{
	if (got->error && !is_memory_error(got->error) && !(s->fresh && got->error == EINVAL))
		return "it is refused for another reason than memory";
	if (got->error && !got->fired)
		return "it is refused although nothing fails";
	if (good->granted)
		return distance(is->messages, was->messages) == got->granted ? NULL :
			"not as many are carried out as are said to be";
	if (got->lost && same(&is->text, &shall->text))
		return NULL;
	if (got->error)
		return same(&is->text, &was->text) ? NULL :
			"it is refused, but the state has changed";
	if (!same(&is->text, &shall->text))
		return "it is granted, but the state is not what it should be";
	return same(&got->text, &good->text) ? NULL : "it is granted, but its answer is another";
}

static void tell(const struct tally *t)
{
	printf("%u allocations failed, %u of them for good\n", t->failed, t->refused);
}

/* Lets one allocation after another fail; returns what is wrong at the last, or NULL. */
static const char *fail_each(struct sweep *s, struct nlmsghdr *nlh, struct tally *tally)
{
	struct answer was, is, shall, good, got = { .fired = true };
	bool changed = true;
	const char *why;

	begin(s);
	was = request_all(&s->look);
	good = send_failing(nlh, 0);
	shall = request_all(&s->look);
	why = good.error ? strerror(good.error) : NULL;
	for (unsigned int nth = 1; !why && got.fired && nth < ALLOCATIONS_MAX; nth++) {
		if (s->fresh || changed)
			begin(s);
		got = send_failing(nlh, nth);
		is = request_all(&s->look);
		why = judge(s, &got, &good, &was, &is, &shall);
		changed = !same(&is.text, &was.text);
		tally->failed += got.fired;
		tally->refused += got.error != 0;
		free(got.text.data);
		free(is.text.data);
	}
	free(was.text.data);
	free(good.text.data);
	free(shall.text.data);
	return why;
}

static int run_sweep(struct sweep *s, char **files)
{
	const char *why;
	int status = 0;

	if (s->netns)
		enter_netns(s->netns);
	for (; *files; files++) {
		struct buffer requests = read_file(*files);
		struct nlmsghdr *nlh = (void *)requests.data;
		size_t left = requests.len;

		for (; NLMSG_OK(nlh, left); nlh = NLMSG_NEXT(nlh, left)) {
			struct tally tally = { };

			why = fail_each(s, nlh, &tally);
			if (why)
				printf("not ok at allocation %u: %s\n", tally.failed, why);
			else
				tell(&tally);
			status |= !!why;
		}
		free(requests.data);
	}
	return status;
}

/* ---- system calls ----------------------------------------------------- */

static int load_module(int fd)
{
	return syscall(SYS_finit_module, fd, "", 0);
}

static int unload_module(void)
{
	return syscall(SYS_delete_module, "fmip", O_NONBLOCK);
}

static int run_load(const char *path)
{
	struct tally tally = { };
	int fd, error;
	bool fired;

	for (unsigned int nth = 1; nth < ALLOCATIONS_MAX; nth++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			die("%s: %s", path, strerror(errno));
		arm(nth);
		error = load_module(fd) ? errno : 0;
		fired = disarm();
		close(fd);
		if (error && !is_memory_error(error))
			die("allocation %u: the module cannot be loaded: %s", nth, strerror(error));
		if (!error && unload_module())
			die("allocation %u: the module stays: %s", nth, strerror(errno));
		if (!access("/sys/module/fmip", F_OK))
			die("allocation %u: the module is still there", nth);
		tally.failed += fired;
		tally.refused += error != 0;
		if (!fired)
			break;
	}
	tell(&tally);
	return 0;
}

static int run_unshare(void)
{
	struct tally tally = { };
	bool fired;
	int error;

	for (unsigned int nth = 1; nth < ALLOCATIONS_MAX; nth++) {
		arm(nth);
		error = unshare(CLONE_NEWNET) ? errno : 0;
		fired = disarm();
		if (error && !is_memory_error(error))
			die("allocation %u: no namespace: %s", nth, strerror(error));
		tally.failed += fired;
		tally.refused += error != 0;
		if (!fired)
			break;
	}
	tell(&tally);
	return 0;
}

/* ---- arguments -------------------------------------------------------- */

static void __attribute__((noreturn)) usage(void)
{
	fputs("Usage: faults record FILE COMMAND [ARG]...\n"
	      "       faults replay --netns NAME FILE...\n"
	      "       faults sweep --netns NAME|--fresh --look FILE [--reset FILE]\n"
	      "                    [--before FILE] FILE...\n"
	      "       faults load MODULE\n"
	      "       faults unshare\n", stderr);
	exit(2);
}

static void parse_options(struct sweep *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "netns", required_argument, NULL, 'n' },
		{ "fresh", no_argument, NULL, 'f' },
		{ "look", required_argument, NULL, 'l' },
		{ "reset", required_argument, NULL, 'r' },
		{ "before", required_argument, NULL, 'b' },
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			s->netns = optarg;
			break;
		case 'f':
			s->fresh = true;
			break;
		case 'l':
			s->look = read_file(optarg);
			break;
		case 'r':
			s->reset = read_file(optarg);
			break;
		case 'b':
			s->before = read_file(optarg);
			break;
		default:
			usage();
		}
	}
}

int main(int argc, char **argv)
{
	struct sweep s = { };
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "record") && argc > 3)
		return run_record(argv[2], argv + 3);
	if (!strcmp(what, "load") && argc == 3)
		return run_load(argv[2]);
	if (!strcmp(what, "unshare") && argc == 2)
		return run_unshare();
	if (argc > 1)
		parse_options(&s, argc - 1, argv + 1);
	argc -= optind + 1;
	argv += optind + 1;
	if (!strcmp(what, "replay") && s.netns && argc > 0)
		return run_replay(s.netns, argv);
	if (strcmp(what, "sweep") || argc < 1 || !s.look.len || !s.netns == !s.fresh)
		usage();
	return run_sweep(&s, argv);
}
