// SPDX-License-Identifier: GPL-2.0-only
/*
 * udplog - numbered and timed UDP datagrams, and what became of them
 *
 *	udplog send --to ADDR --port P --log FILE [--bind ADDR] [--id N]
 *		    [--rate PPS] [--count N | --time SECONDS] [--size BYTES]
 *		    [--first SEQ]
 *	udplog recv --port P --log FILE [--bind ADDR] [--id N] [--idle MS]
 *		    [--wait MS] [--count N]
 *	udplog report --sent FILE --received FILE [--link-up NS] [--json]
 *	udplog clock		CLOCK_MONOTONIC less CLOCK_REALTIME
 *
 * Each datagram carries a stream id, a sequence number of 64 bits and the time
 * at which it was sent.  All times are nanoseconds of CLOCK_MONOTONIC, so the
 * two ends must run on one machine.  Logs are CSV: "seq,sent_ns" and
 * "seq,sent_ns,received_ns", one line for each datagram in the order in which
 * they were sent or received.
 *
 * send keeps to an absolute schedule: when it was late it sends several at
 * once, and skips none.  What the kernel refuses to send counts as sent (a node
 * without a link loses what it sends), and is told at the end.
 *
 * recv writes "ready" to standard output when it listens.  It ends --idle
 * milliseconds after the last datagram (default 2000), --wait milliseconds
 * after its start if there was none (default 10000), on SIGTERM or SIGINT, or,
 * with --count, as soon as N different numbers have arrived and 100 ms have
 * brought no more.  Arrival is when the kernel received the datagram; the
 * system's clock must not be set meanwhile.  It fails if its own socket buffer
 * overflowed, because the network would be blamed for it.
 *
 * report prints
 *	sent		datagrams sent
 *	lost		never received, judged two seconds after the last was
 *			sent: what comes later is lost
 *	duplicated	receptions, less the numbers received
 *	reordered	first arrivals below the highest number seen before
 *			(RFC 4737 section 3.3)
 *	foreign		receptions of what was never sent
 *	silence		the longest time between two successive first arrivals,
 *			with its begin and end, and the first number after it
 *	delay		median, before: of the last 500 arrivals up to the
 *			silence, after: of the last 500 arrivals of all
 *	recovery	time from --link-up, or without it from the end of the
 *			silence, to the first arrival since whose delay is within
 *			5 ms of the one before, as is the median of it and the
 *			next 49; -1 if there is none
 */
#include "tool.h"

#include <endian.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>

#define MAGIC		0x666d6970	/* "fmip" */
#define SOCKET_BUFFER	(64 << 20)
#define LINGER_MS	100
#define JUDGED_AFTER_NS	(2 * NSEC_PER_SEC)
#define DELAY_SAMPLES	500
#define RECOVERY_NS	(5 * NSEC_PER_MSEC)
#define RECOVERY_WINDOW	50

struct datagram {
	uint32_t magic;
	uint32_t id;
	uint64_t seq;
	uint64_t sent_ns;
};

struct args {
	const char *to, *bind, *log, *sent, *received;
	uint16_t port;
	uint32_t id;
	uint64_t rate, count, seconds, size, first, idle_ms, wait_ms;
	int64_t link_up;
	bool json;
};

struct record {
	uint64_t seq;
	int64_t sent_ns, received_ns;
};

struct log {
	struct record *records;
	size_t n, room;
};

struct report {
	uint64_t sent, received, receptions, lost, duplicated, reordered, foreign;
	int64_t first_sent, last_sent;
	int64_t silence, silence_begin, silence_end;
	uint64_t silence_seq;
	int64_t delay_before, delay_after, recovery;
};

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

static void usage(FILE *to)
{
	fputs("Usage: udplog send --to ADDR --port P --log FILE [--bind ADDR] [--id N]\n"
	      "                   [--rate PPS] [--count N | --time SECONDS] [--size BYTES]\n"
	      "                   [--first SEQ]\n"
	      "       udplog recv --port P --log FILE [--bind ADDR] [--id N] [--idle MS]\n"
	      "                   [--wait MS] [--count N]\n"
	      "       udplog report --sent FILE --received FILE [--link-up NS] [--json]\n"
	      "       udplog clock\n", to);
}

static FILE *open_log(const char *path, const char *header)
{
	FILE *log = fopen(path, "we");

	if (!log || setvbuf(log, NULL, _IOFBF, 1 << 20) || fprintf(log, "%s\n", header) < 0)
		die("%s: %s", path, strerror(errno));
	return log;
}

static void close_log(const char *path, FILE *log)
{
	if (ferror(log) || fclose(log))
		die("%s: not all of the log was written", path);
}

static int open_socket(const struct args *args, uint16_t port)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (args->bind)
		addr.sin6_addr = parse_address("--bind", args->bind);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("UDP port %u of %s: %s", port, args->bind ? args->bind : "any address",
		    strerror(errno));
	return fd;
}

/* Being told to stop while the socket is full, it sends what it has begun to. */
static bool send_one(int fd, const void *payload, size_t size, const struct sockaddr_in6 *to)
{
	ssize_t sent;

	do {
		sent = sendto(fd, payload, size, 0, (const struct sockaddr *)to, sizeof(*to));
	} while (sent < 0 && errno == EINTR);
	return sent >= 0;
}

static int run_send(const struct args *args)
{
	uint64_t count = args->count ? args->count : args->seconds * args->rate;
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(args->port) };
	uint8_t *payload = calloc(1, args->size);
	struct datagram *datagram = (void *)payload;
	FILE *log = open_log(args->log, "seq,sent_ns");
	uint64_t i, refused = 0;
	int64_t start, now;
	int fd, why = 0;

	if (!payload)
		die("out of memory");
	to.sin6_addr = parse_address("--to", args->to);
	fd = open_socket(args, 0);
	datagram->magic = htobe32(MAGIC);
	datagram->id = htobe32(args->id);
	start = now_ns();
	for (i = 0; i < count && !stopped; i++) {
		sleep_until_ns(start + i / args->rate * NSEC_PER_SEC +
			       i % args->rate * NSEC_PER_SEC / args->rate);
		now = now_ns();
		datagram->seq = htobe64(args->first + i);
		datagram->sent_ns = htobe64(now);
		if (!send_one(fd, payload, args->size, &to)) {
			refused++;
			why = errno;
		}
		fprintf(log, "%" PRIu64 ",%" PRId64 "\n", args->first + i, now);
	}
	close_log(args->log, log);
	close(fd);
	free(payload);
	if (refused)
		fprintf(stderr, "udplog: %" PRIu64 " of %" PRIu64 " could not be sent: %s\n",
			refused, i, strerror(why));
	return i == refused;
}

static void demand_option(int fd, int option, int value, const char *what)
{
	if (setsockopt(fd, SOL_SOCKET, option, &value, sizeof(value)))
		die("%s: %s", what, strerror(errno));
}

static int open_receiver(const struct args *args)
{
	int fd = open_socket(args, args->port), size = SOCKET_BUFFER;

	/* Without the privilege as much as the administrator allows must do. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		demand_option(fd, SO_RCVBUF, size, "receive buffer");
	demand_option(fd, SO_TIMESTAMPNS, 1, "receive time stamps");
	demand_option(fd, SO_RXQ_OVFL, 1, "overflow count");
	return fd;
}

struct receiver {
	const struct args *args;
	FILE *log;
	int fd;
	uint8_t *seen;		/* with --count: a bit for each number */
	uint64_t distinct;
	uint32_t overflowed;
	bool any;
	int64_t offset;		/* of the kernel's time stamps */
};

/*
 * What has to be added to CLOCK_REALTIME to make it CLOCK_MONOTONIC.  Of some
 * readings the quickest is the best: in it the clocks were read together.
 */
static int64_t clock_offset(void)
{
	int64_t before, real, after, offset = 0, quickest = INT64_MAX;

	for (int i = 0; i < 20; i++) {
		before = now_ns();
		real = clock_ns(CLOCK_REALTIME);
		after = now_ns();
		if (after - before < quickest) {
			quickest = after - before;
			offset = before + quickest / 2 - real;
		}
	}
	return offset;
}

static bool is_new(struct receiver *r, uint64_t seq)
{
	uint64_t i = seq - r->args->first;
	bool is_new;

	if (!r->seen || i >= r->args->count)
		return false;
	is_new = !(r->seen[i / 8] & 1 << i % 8);
	r->seen[i / 8] |= 1 << i % 8;
	return is_new;
}

static void take_datagram(struct receiver *r, struct msghdr *msg, const struct datagram *datagram)
{
	int64_t received_ns = 0;
	struct cmsghdr *cmsg;
	struct timespec ts;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET)
			continue;
		if (cmsg->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&ts, CMSG_DATA(cmsg), sizeof(ts));
			received_ns = ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec + r->offset;
		} else if (cmsg->cmsg_type == SO_RXQ_OVFL) {
			memcpy(&r->overflowed, CMSG_DATA(cmsg), sizeof(r->overflowed));
		}
	}
	r->any = true;
	r->distinct += is_new(r, be64toh(datagram->seq));
	fprintf(r->log, "%" PRIu64 ",%" PRIu64 ",%" PRId64 "\n", be64toh(datagram->seq),
		be64toh(datagram->sent_ns), received_ns);
}

/* Takes all that has arrived. */
static void drain_socket(struct receiver *r)
{
	char control[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t))];
	struct datagram datagram;
	struct iovec iov = { &datagram, sizeof(datagram) };
	ssize_t n;

	for (;;) {
		struct msghdr msg = {
			.msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = control, .msg_controllen = sizeof(control),
		};

		n = recvmsg(r->fd, &msg, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			die("receive: %s", strerror(errno));
		if (n == sizeof(datagram) && be32toh(datagram.magic) == MAGIC &&
		    be32toh(datagram.id) == r->args->id)
			take_datagram(r, &msg, &datagram);
	}
}

static void receive_until_end(struct receiver *r)
{
	const struct args *args = r->args;
	struct pollfd pfd = { .fd = r->fd, .events = POLLIN };
	sigset_t unblocked;
	uint64_t ms;
	int n;

	sigprocmask(SIG_SETMASK, NULL, &unblocked);
	sigdelset(&unblocked, SIGTERM);
	sigdelset(&unblocked, SIGINT);
	do {
		if (args->count && r->distinct == args->count)
			ms = LINGER_MS;
		else
			ms = r->any ? args->idle_ms : args->wait_ms;
		n = ppoll(&pfd, 1, &(struct timespec){ ms / 1000, ms % 1000 * NSEC_PER_MSEC },
			  &unblocked);
		if (n < 0 && errno != EINTR)
			die("poll: %s", strerror(errno));
		drain_socket(r);
	} while (n && !stopped);
}

static int run_recv(const struct args *args)
{
	struct receiver r = { .args = args, .offset = clock_offset() };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	if (args->count) {
		r.seen = calloc(1, args->count / 8 + 1);
		if (!r.seen)
			die("out of memory");
	}
	r.fd = open_receiver(args);
	r.log = open_log(args->log, "seq,sent_ns,received_ns");
	puts("ready");
	fflush(stdout);
	receive_until_end(&r);
	close_log(args->log, r.log);
	close(r.fd);
	free(r.seen);
	if (r.overflowed)
		die("the socket buffer overflowed %u times", r.overflowed);
	return 0;
}

static void append_record(struct log *log, struct record record)
{
	if (log->n == log->room) {
		log->room = log->room ? 2 * log->room : 4096;
		log->records = realloc(log->records, log->room * sizeof(*log->records));
		if (!log->records)
			die("out of memory");
	}
	log->records[log->n++] = record;
}

static struct log read_log(const char *path, const char *header, int fields)
{
	FILE *f = fopen(path, "re");
	struct log log = { };
	char line[128];
	size_t number = 1;

	if (!f)
		die("%s: %s", path, strerror(errno));
	if (!fgets(line, sizeof(line), f) || strncmp(line, header, strlen(header)) ||
	    line[strlen(header)] != '\n')
		die("%s: line 1 is not \"%s\"", path, header);
	while (fgets(line, sizeof(line), f)) {
		struct record record = { };
		char end;

		number++;
		if (fields == 2 ?
		    sscanf(line, "%" SCNu64 ",%" SCNd64 "%c", &record.seq, &record.sent_ns,
			   &end) != 3 :
		    sscanf(line, "%" SCNu64 ",%" SCNd64 ",%" SCNd64 "%c", &record.seq,
			   &record.sent_ns, &record.received_ns, &end) != 4)
			end = 0;
		if (end != '\n')
			die("%s: line %zu is not \"%s\"", path, number, header);
		append_record(&log, record);
	}
	fclose(f);
	return log;
}

static int compare_ns(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t median_delay(const struct record *records, size_t n)
{
	int64_t delays[DELAY_SAMPLES];

	if (!n)
		return 0;
	for (size_t i = 0; i < n; i++)
		delays[i] = records[i].received_ns - records[i].sent_ns;
	qsort(delays, n, sizeof(*delays), compare_ns);
	return n % 2 ? delays[n / 2] : (delays[n / 2 - 1] + delays[n / 2]) / 2;
}

/*
 * Numbers are counted from the first that was sent, modulo 2^64, so that a
 * stream may pass the largest number.  Returns the first arrivals.
 */
static struct log count(const struct log *sent, const struct log *received, struct report *report)
{
	uint64_t first = sent->n ? sent->records[0].seq : 0, i, highest = 0;
	uint8_t *seen = calloc(1, sent->n / 8 + 1);
	struct log arrivals = { };

	if (!seen)
		die("out of memory");
	for (size_t k = 0; k < received->n; k++) {
		i = received->records[k].seq - first;
		if (i >= sent->n) {
			report->foreign++;
			continue;
		}
		if (received->records[k].received_ns > report->last_sent + JUDGED_AFTER_NS)
			continue;
		report->receptions++;
		if (seen[i / 8] & 1 << i % 8)
			continue;
		seen[i / 8] |= 1 << i % 8;
		if (i < highest)
			report->reordered++;
		else
			highest = i;
		append_record(&arrivals, received->records[k]);
	}
	free(seen);
	report->received = arrivals.n;
	report->lost = report->sent - report->received;
	report->duplicated = report->receptions - report->received;
	return arrivals;
}

/* Returns the index of the first arrival after the silence. */
static size_t find_silence(const struct log *arrivals, struct report *report)
{
	size_t after = 0;

	for (size_t i = 1; i < arrivals->n; i++) {
		const struct record *r = &arrivals->records[i];
		int64_t silence = r->received_ns - r[-1].received_ns;

		if (after && silence <= report->silence)
			continue;
		after = i;
		report->silence = silence;
		report->silence_begin = r[-1].received_ns;
		report->silence_end = r->received_ns;
		report->silence_seq = r->seq;
	}
	return after;
}

static size_t at_most(size_t n, size_t max)
{
	return n < max ? n : max;
}

static void find_recovery(const struct log *arrivals, size_t after, int64_t link_up,
			  struct report *report)
{
	int64_t limit = report->delay_before + RECOVERY_NS;

	report->recovery = -1;
	for (size_t i = after; after && i < arrivals->n; i++) {
		const struct record *r = &arrivals->records[i];

		if (r->received_ns - r->sent_ns <= limit &&
		    median_delay(r, at_most(arrivals->n - i, RECOVERY_WINDOW)) <= limit) {
			report->recovery = r->received_ns -
					   (link_up ? link_up : report->silence_end);
			return;
		}
	}
}

static void print_field(bool json, const char *name, int64_t value, bool last)
{
	if (json)
		printf("\"%s\":%" PRId64 "%s", name, value, last ? "}\n" : ",");
	else
		printf("%s %" PRId64 "\n", name, value);
}

static void print_report(const struct report *r, bool json)
{
	if (json)
		putchar('{');
	print_field(json, "sent", r->sent, false);
	print_field(json, "received", r->received, false);
	print_field(json, "lost", r->lost, false);
	print_field(json, "duplicated", r->duplicated, false);
	print_field(json, "reordered", r->reordered, false);
	print_field(json, "foreign", r->foreign, false);
	print_field(json, "first_sent_ns", r->first_sent, false);
	print_field(json, "last_sent_ns", r->last_sent, false);
	print_field(json, "silence_ns", r->silence, false);
	print_field(json, "silence_begin_ns", r->silence_begin, false);
	print_field(json, "silence_end_ns", r->silence_end, false);
	print_field(json, "silence_seq", r->silence_seq, false);
	print_field(json, "delay_before_ns", r->delay_before, false);
	print_field(json, "delay_after_ns", r->delay_after, false);
	print_field(json, "recovery_ns", r->recovery, true);
}

static int run_report(const struct args *args)
{
	struct log sent = read_log(args->sent, "seq,sent_ns", 2);
	struct log received = read_log(args->received, "seq,sent_ns,received_ns", 3);
	struct report report = { .sent = sent.n };
	struct log arrivals;
	size_t after, n;

	if (!sent.n)
		die("%s: nothing was sent", args->sent);
	report.first_sent = sent.records[0].sent_ns;
	report.last_sent = sent.records[sent.n - 1].sent_ns;
	arrivals = count(&sent, &received, &report);
	after = find_silence(&arrivals, &report);
	n = at_most(after, DELAY_SAMPLES);
	report.delay_before = median_delay(arrivals.records + after - n, n);
	n = at_most(arrivals.n - after, DELAY_SAMPLES);
	report.delay_after = median_delay(arrivals.records + arrivals.n - n, n);
	find_recovery(&arrivals, after, args->link_up, &report);
	print_report(&report, args->json);
	free(sent.records);
	free(received.records);
	free(arrivals.records);
	return 0;
}

static int run_clock(void)
{
	printf("%" PRId64 "\n", clock_offset());
	return 0;
}

static const struct option options[] = {
	{ "to", required_argument, NULL, 't' },
	{ "bind", required_argument, NULL, 'b' },
	{ "port", required_argument, NULL, 'p' },
	{ "log", required_argument, NULL, 'l' },
	{ "id", required_argument, NULL, 'i' },
	{ "rate", required_argument, NULL, 'r' },
	{ "count", required_argument, NULL, 'c' },
	{ "time", required_argument, NULL, 'T' },
	{ "size", required_argument, NULL, 's' },
	{ "first", required_argument, NULL, 'f' },
	{ "idle", required_argument, NULL, 'I' },
	{ "wait", required_argument, NULL, 'w' },
	{ "sent", required_argument, NULL, 'S' },
	{ "received", required_argument, NULL, 'R' },
	{ "link-up", required_argument, NULL, 'u' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static void take_number(struct args *args, int option)
{
	switch (option) {
	case 'p':
		args->port = parse_number("--port", optarg, 1, UINT16_MAX);
		break;
	case 'i':
		args->id = parse_number("--id", optarg, 0, UINT32_MAX);
		break;
	case 'r':
		args->rate = parse_number("--rate", optarg, 1, 1000000);
		break;
	case 'c':
		args->count = parse_number("--count", optarg, 1, 1000000000);
		break;
	case 'T':
		args->seconds = parse_number("--time", optarg, 1, 86400);
		break;
	case 's':
		args->size = parse_number("--size", optarg, sizeof(struct datagram), 65000);
		break;
	case 'f':
		args->first = parse_number("--first", optarg, 0, UINT64_MAX);
		break;
	case 'I':
		args->idle_ms = parse_number("--idle", optarg, 1, 3600000);
		break;
	case 'w':
		args->wait_ms = parse_number("--wait", optarg, 1, 3600000);
		break;
	case 'u':
		args->link_up = parse_number("--link-up", optarg, 1, INT64_MAX);
		break;
	}
}

static void take_option(struct args *args, int option)
{
	switch (option) {
	case 't':
		args->to = optarg;
		break;
	case 'b':
		args->bind = optarg;
		break;
	case 'l':
		args->log = optarg;
		break;
	case 'S':
		args->sent = optarg;
		break;
	case 'R':
		args->received = optarg;
		break;
	case 'j':
		args->json = true;
		break;
	default:
		take_number(args, option);
	}
}

int main(int argc, char **argv)
{
	struct args args = {
		.id = 1, .rate = 1000, .seconds = 10, .size = 200,
		.idle_ms = 2000, .wait_ms = 10000,
	};
	const struct sigaction action = { .sa_handler = on_signal };
	const char *verb;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h' || c == '?') {
			usage(c == 'h' ? stdout : stderr);
			return c == '?';
		}
		take_option(&args, c);
	}
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	verb = argc - optind == 1 ? argv[optind] : "";
	if (!strcmp(verb, "send") && args.to && args.port && args.log)
		return run_send(&args);
	if (!strcmp(verb, "recv") && args.port && args.log)
		return run_recv(&args);
	if (!strcmp(verb, "report") && args.sent && args.received)
		return run_report(&args);
	if (!strcmp(verb, "clock"))
		return run_clock();
	usage(stderr);
	return 1;
}
