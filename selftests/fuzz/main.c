// SPDX-License-Identifier: GPL-2.0-only
/*
 * nlfuzz - send requests to the generic netlink family of fmip, right and wrong
 *
 *	nlfuzz [OPTION]... REPORT
 *
 *	-s SEED		the same seed gives the same messages, if there are the
 *			same interfaces (1)
 *	-n COUNT	so many messages (1000); 0: until SIGTERM
 *	-d DEV		an interface that may be named; several may be given
 *	-r		only lists and flushes, and a pause between them, so that others
 *			have the lock
 *	-u		without privilege: all that changes something must be
 *			refused for that
 *	-k KCOV		trace which code of the module is run, by this file of debugfs
 *	-c FILE		gets the addresses of that
 *	-p COUNT	say after each so many messages how far it is
 *
 * REPORT gets what became of the messages.
 */
#include "fuzz.h"

#include <signal.h>

#define READING_PAUSE	(50 * NSEC_PER_MSEC)

struct options {
	uint64_t seed;
	uint64_t count;
	uint64_t progress;
	const char *kcov;
	const char *cover;
	bool reading;
};

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

static void make(struct request *req, const struct options *options)
{
	uint32_t n = below(100);

	if (options->reading) {
		request_reading(req);
	} else if (n < 3) {
		request_noise(req);
	} else if (n < 10) {
		request_by_policy(req);
	} else {
		request_sensible(req);
		if (n < 40)
			request_spoil(req);
	}
}

static void run(const struct options *options)
{
	static struct request req;
	int64_t start = now_ns();

	for (uint64_t i = 1; !ended && (!options->count || i <= options->count); i++) {
		make(&req, options);
		exchange_send(&req);
		if (options->reading)
			sleep_until_ns(now_ns() + READING_PAUSE);
		if (options->progress && i % options->progress == 0) {
			printf("# %" PRIu64 " of %" PRIu64 " messages, %" PRIu64 " accepted, %"
			       PRId64 " s\n", i, options->count, tally.accepted,
			       (int64_t)((now_ns() - start) / NSEC_PER_SEC));
			fflush(stdout);
		}
	}
	exchange_flush();
}

static void usage(void)
{
	die("usage: nlfuzz [-ru] [-s SEED] [-n COUNT] [-d DEV]... [-k KCOV -c FILE] [-p COUNT] "
	    "REPORT");
}

int main(int argc, char **argv)
{
	struct options options = { .seed = 1, .count = 1000 };
	int option;

	while ((option = getopt(argc, argv, "s:n:d:ruk:c:p:")) != -1) {
		switch (option) {
		case 's':
			options.seed = parse_number("seed", optarg, 0, UINT64_MAX);
			break;
		case 'n':
			options.count = parse_number("count", optarg, 0, UINT64_MAX);
			break;
		case 'd':
			value_device(optarg);
			break;
		case 'r':
			options.reading = true;
			break;
		case 'u':
			exchange_unprivileged();
			break;
		case 'k':
			options.kcov = optarg;
			break;
		case 'c':
			options.cover = optarg;
			break;
		case 'p':
			options.progress = parse_number("count", optarg, 0, UINT64_MAX);
			break;
		default:
			usage();
		}
	}
	if (optind != argc - 1)
		usage();
	signal(SIGTERM, end);
	chance_seed(options.seed);
	family_read();
	exchange_open();
	if (options.kcov)
		cover_open(options.kcov);
	run(&options);
	if (options.cover)
		cover_write(options.cover);
	report_write(argv[optind]);
	return 0;
}
