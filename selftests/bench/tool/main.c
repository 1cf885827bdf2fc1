// SPDX-License-Identifier: GPL-2.0-only
/*
 * fmip-bench - what the benchmark needs in the guest beside a shell
 *
 *	fmip-bench tsc
 *		the time stamp counter, that is, instructions
 *	fmip-bench calibrate
 *		what it says of a loop of 3,000,000 instructions
 *	fmip-bench module COMMAND...
 *		one command to the module fmip_bench; prints the answer
 *	fmip-bench hosts FIRST COUNT FORMAT
 *		prints FORMAT for each host, with its address for %s
 *	fmip-bench route FIRST COUNT KEY=VALUE...
 *	fmip-bench bindings FIRST COUNT KEY=VALUE...
 *	fmip-bench tunnels FIRST COUNT KEY=VALUE...
 *		installs, and prints "ops=N instructions=N"
 *	fmip-bench nfqueue QUEUE COUNT
 *		holds packets, and accepts them
 *	fmip-bench parallel CPUS COMMAND...
 *		the same command to the module on several processors at once
 */
#include "bench.h"

#include <fcntl.h>
#include <stdarg.h>

#define FILE_NAME "/proc/fmip_bench"

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "fmip-bench: ");
	vfprintf(stderr, format, args);
	fprintf(stderr, "\n");
	va_end(args);
	exit(1);
}

uint64_t tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a" (low), "=d" (high) : : "memory");
	return (uint64_t)high << 32 | low;
}

uint64_t number(const char *text)
{
	char *end;
	uint64_t n;

	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno || end == text || *end)
		die("\"%s\" is not one", text);
	return n;
}

const char *value_of(char **args, const char *key)
{
	size_t len = strlen(key);

	for (; *args; args++)
		if (!strncmp(*args, key, len) && (*args)[len] == '=')
			return *args + len + 1;
	return NULL;
}

uint64_t number_of(char **args, const char *key, uint64_t otherwise)
{
	const char *value = value_of(args, key);

	return value ? number(value) : otherwise;
}

void address_of(char **args, const char *key, struct in6_addr *addr)
{
	const char *value = value_of(args, key);

	if (!value || inet_pton(AF_INET6, value, addr) != 1)
		die("%s= must be an IPv6 address", key);
}

/* As bench_host_addr() of the module. */
void host_addr(struct in6_addr *addr, uint64_t index)
{
	uint64_t z = (index + 1) * 0x9E3779B97F4A7C15ull;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
	z ^= z >> 31;
	addr->s6_addr32[0] = htonl(0x20010db8);
	addr->s6_addr32[1] = htonl(0x00010000);
	addr->s6_addr32[2] = htonl(z >> 32);
	addr->s6_addr32[3] = htonl(z);
}

/* The module marks for a profile where the operations begin and end. */
uint64_t begin_ops(void)
{
	char answer[64];

	module_command("begin", answer, sizeof(answer));
	return tsc();
}

void end_ops(uint64_t ops, uint64_t begun)
{
	uint64_t instructions = tsc() - begun;
	char answer[64];

	module_command("end", answer, sizeof(answer));
	printf("ops=%llu instructions=%llu sent=%llu %s", (unsigned long long)ops,
	       (unsigned long long)instructions, (unsigned long long)ops, answer);
}

void module_command(const char *command, char *answer, size_t size)
{
	int fd = open(FILE_NAME, O_RDWR);
	ssize_t n;

	if (fd < 0)
		die(FILE_NAME ": %s", strerror(errno));
	if (write(fd, command, strlen(command)) < 0)
		die("%s: %s", command, strerror(errno));
	n = read(fd, answer, size - 1);
	answer[n < 0 ? 0 : n] = 0;
	close(fd);
}

static const char *join(char **words)
{
	static char line[256];
	size_t len = 0;

	for (; *words; words++)
		len += snprintf(line + len, sizeof(line) - len, "%s ", *words);
	if (len >= sizeof(line))
		die("the command is too long");
	return line;
}

/* The least disturbed of five. */
static int calibrate(void)
{
	uint64_t best = UINT64_MAX;
	int i;

	for (i = 0; i < 5; i++) {
		uint64_t n = 1000000, start = tsc();

		__asm__ volatile("1: add $1, %%rax; sub $1, %0; jnz 1b"
				 : "+r" (n) : : "rax", "cc");
		start = tsc() - start;
		if (start < best)
			best = start;
	}
	printf("%llu\n", (unsigned long long)best);
	return 0;
}

static int hosts(uint64_t first, uint64_t count, const char *format)
{
	const char *at = strstr(format, "%s");
	uint64_t i;

	if (!at)
		die("no %%s in \"%s\"", format);
	for (i = first; i < first + count; i++) {
		struct in6_addr addr;
		char text[INET6_ADDRSTRLEN];

		host_addr(&addr, i);
		inet_ntop(AF_INET6, &addr, text, sizeof(text));
		printf("%.*s%s%s\n", (int)(at - format), format, text, at + 2);
	}
	return 0;
}

static int to_module(char **words)
{
	char answer[1024];

	module_command(join(words), answer, sizeof(answer));
	fputs(answer, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "tsc"))
		return printf("%llu\n", (unsigned long long)tsc()) < 0;
	if (!strcmp(what, "calibrate"))
		return calibrate();
	if (!strcmp(what, "module") && argc > 2)
		return to_module(argv + 2);
	if (argc < 4)
		die("usage: see the source");
	if (!strcmp(what, "parallel"))
		return command_parallel(number(argv[2]), join(argv + 3));
	if (!strcmp(what, "nfqueue"))
		return command_nfqueue(number(argv[2]), number(argv[3]));
	if (!strcmp(what, "hosts") && argc > 4)
		return hosts(number(argv[2]), number(argv[3]), argv[4]);
	if (!strcmp(what, "route"))
		return command_route(number(argv[2]), number(argv[3]), argv + 4);
	if (!strcmp(what, "bindings"))
		return command_bindings(number(argv[2]), number(argv[3]), argv + 4);
	if (!strcmp(what, "tunnels"))
		return command_tunnels(number(argv[2]), number(argv[3]), argv + 4);
	die("what is \"%s\"?", what);
}
