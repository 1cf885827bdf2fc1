// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which code was run for what this process has asked (KCOV).  Nothing of the kernel
 * is traced but the module.
 */
#include "fuzz.h"

#include <linux/kcov.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define TRACE_WORDS	(1 << 18)
#define SEEN_BITS	18

static unsigned long *trace;
/* Open addressing; a place without an address is free. */
static unsigned long seen[1 << SEEN_BITS];
static unsigned int n_seen;

void cover_open(const char *kcov)
{
	int fd = open(kcov, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", kcov, strerror(errno));
	if (ioctl(fd, KCOV_INIT_TRACE, (unsigned long)TRACE_WORDS))
		die("KCOV_INIT_TRACE: %s", strerror(errno));
	trace = mmap(NULL, TRACE_WORDS * sizeof(*trace), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (trace == MAP_FAILED)
		die("kcov: %s", strerror(errno));
	if (ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		die("KCOV_ENABLE: %s", strerror(errno));
	trace[0] = 0;
}

static void note(unsigned long pc)
{
	uint32_t i = pc * 0x9e3779b97f4a7c15 >> (64 - SEEN_BITS);

	while (seen[i] && seen[i] != pc)
		i = (i + 1) % (1 << SEEN_BITS);
	if (seen[i])
		return;
	if (++n_seen > 1 << (SEEN_BITS - 1))
		die("more code than there is room for");
	seen[i] = pc;
}

/* Take in what has been run since the last time. */
void cover_take(void)
{
	unsigned long n;

	if (!trace)
		return;
	n = __atomic_load_n(&trace[0], __ATOMIC_RELAXED);
	for (unsigned long i = 1; i <= n; i++)
		note(trace[i]);
	__atomic_store_n(&trace[0], 0, __ATOMIC_RELAXED);
}

/* The addresses, one a line, as /proc/kallsyms has them. */
void cover_write(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		die("%s: %s", path, strerror(errno));
	for (size_t i = 0; i < sizeof(seen) / sizeof(*seen); i++)
		if (seen[i])
			fprintf(file, "%016lx\n", seen[i]);
	if (fclose(file))
		die("%s: %s", path, strerror(errno));
}
