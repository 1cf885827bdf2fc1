// SPDX-License-Identifier: GPL-2.0-only
/*
 * fmipd: the signalling of fast handovers for mobile IPv6 (RFC 5568).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "control.h"
#include "host.h"
#include "log.h"

#define DEFAULT_FILE	"/etc/fmip/fmipd.conf"

static const char usage[] =
	"usage: fmipd [-c FILE] [-t] [-s] [-V] [-h]\n"
	"  -c FILE  the configuration, instead of " DEFAULT_FILE "\n"
	"  -t       check the configuration, and do nothing else\n"
	"  -s       write to syslog, instead of stderr\n"
	"  -V       print the version\n"
	"  -h       print this\n";

struct options {
	const char *file;
	bool check;
	bool syslog;
};

struct daemon {
	const char *file;
	struct loop *loop;
	bool leaves;
	struct host host;
};

static void log_config(const struct config_error *error)
{
	struct log_line line;

	log_begin(&line, LOG_ERR, "configuration", loop_now());
	log_text(&line, "error", error->text);
	log_end(&line);
}

static void refuse_change(const char *setting)
{
	struct log_line line;

	log_begin(&line, LOG_ERR, "configuration", loop_now());
	log_text(&line, "error", "cannot change without a restart");
	log_text(&line, "setting", setting);
	log_end(&line);
}

static void on_hangup(void *arg)
{
	struct daemon *daemon = arg;
	struct config_error error;
	struct config *config = config_load(daemon->file, &error);
	struct log_line line;
	const char *setting;

	if (!config) {
		log_config(&error);
		return;
	}
	setting = host_configure(&daemon->host, config);
	if (setting) {
		refuse_change(setting);
		config_free(config);
		return;
	}
	log_begin(&line, LOG_NOTICE, "configuration", loop_now());
	log_text(&line, "what", "read again");
	log_end(&line);
}

static void on_end(void *arg)
{
	loop_stop(((struct daemon *)arg)->loop);
}

/* A supervisor that wants another program in its place says no more than this. */
static void on_leave(void *arg)
{
	struct daemon *daemon = arg;

	daemon->leaves = true;
	on_end(daemon);
}

static void on_ordered(void *arg)
{
	loop_stop(((struct host *)arg)->loop);
}

static bool on_protects(void *arg, const struct in6_addr *peer)
{
	return policies_protect(((struct host *)arg)->policies, peer);
}

static void on_forget(void *arg, const struct config_key *key)
{
	host_forget(arg, key);
}

static void on_told(void *arg, const struct report *report)
{
	control_report(arg, report);
}

static int open_control(struct daemon *daemon, struct control **control)
{
	struct host *host = &daemon->host;
	struct control_host about = {
		.engine = &host->engine,
		.keyring = host->keyring,
		.protects = on_protects,
		.end = on_ordered,
		.forget = on_forget,
		.arg = host,
	};
	int err = control_open(daemon->loop, &about, host->config->control, control);

	if (err) {
		log_error("start", host->config->control, err);
		return err;
	}
	host->told = on_told;
	host->told_arg = *control;
	return 0;
}

static int run_watched(struct daemon *daemon)
{
	struct loop_watch *hup, *term, *interrupt;
	int err = -ENOMEM;

	hup = loop_signal(daemon->loop, SIGHUP, on_hangup, daemon);
	term = loop_signal(daemon->loop, SIGTERM, on_leave, daemon);
	interrupt = loop_signal(daemon->loop, SIGINT, on_end, daemon);
	if (hup && term && interrupt)
		err = loop_run(daemon->loop);
	loop_forget(interrupt);
	loop_forget(term);
	loop_forget(hup);
	return err;
}

static int run(const char *file, struct config *config)
{
	struct daemon daemon = { .file = file };
	struct control *control;
	int err;

	daemon.loop = loop_open();
	if (!daemon.loop) {
		config_free(config);
		return -ENOMEM;
	}
	err = host_open(&daemon.host, daemon.loop, config);
	if (err)
		goto out_loop;
	err = open_control(&daemon, &control);
	if (err)
		goto out_host;
	err = run_watched(&daemon);
	daemon.host.told = NULL;
	control_close(control);
	if (daemon.leaves) {
		host_leave(&daemon.host);
		goto out_loop;
	}
out_host:
	host_close(&daemon.host);
out_loop:
	loop_close(daemon.loop);
	return err;
}

static int parse(int argc, char **argv, struct options *options)
{
	int c;

	while ((c = getopt(argc, argv, "c:tsVh")) != -1) {
		switch (c) {
		case 'c':
			options->file = optarg;
			break;
		case 't':
			options->check = true;
			break;
		case 's':
			options->syslog = true;
			break;
		case 'V':
			puts("fmipd " FMIPD_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		default:
			return -EINVAL;
		}
	}
	return optind == argc ? 0 : -EINVAL;
}

int main(int argc, char **argv)
{
	struct options options = { .file = DEFAULT_FILE };
	struct config_error error;
	struct config *config;

	if (parse(argc, argv, &options)) {
		fputs(usage, stderr);
		return 2;
	}
	config = config_load(options.file, &error);
	if (!config) {
		fprintf(stderr, "fmipd: %s\n", error.text);
		return EXIT_FAILURE;
	}
	if (options.check) {
		config_free(config);
		return EXIT_SUCCESS;
	}
	signal(SIGPIPE, SIG_IGN);
	if (options.syslog) {
		openlog("fmipd", LOG_PID, LOG_DAEMON);
		log_to(log_syslog);
	}
	return run(options.file, config) ? EXIT_FAILURE : EXIT_SUCCESS;
}
