// SPDX-License-Identifier: GPL-2.0-only
/* The same command to the module on several processors, begun together. */
#include "bench.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>

static void one(int cpu, int cpus, int *ready, const char *command)
{
	char answer[1024];
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("processor %d: %s", cpu, strerror(errno));
	__atomic_add_fetch(ready, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(ready, __ATOMIC_SEQ_CST) < cpus)
		sched_yield();
	module_command(command, answer, sizeof(answer));
	fputs(answer, stdout);
	exit(0);
}

int command_parallel(int cpus, const char *command)
{
	int *ready = mmap(NULL, sizeof(*ready), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int cpu, status, bad = 0;

	if (ready == MAP_FAILED)
		die("out of memory");
	for (cpu = 0; cpu < cpus; cpu++)
		if (fork() == 0)
			one(cpu, cpus, ready, command);
	while (wait(&status) > 0)
		bad |= status;
	return bad != 0;
}
