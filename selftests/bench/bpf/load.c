// SPDX-License-Identifier: GPL-2.0-only
/*
 * fmip-bench-bpf PROGRAM FIRST COUNT - attach a program of peer.bpf.o to bench0,
 * in place of the one before, with a map of the hosts FIRST to FIRST+COUNT-1;
 * prints "ops=N instructions=N", of filling the map.
 *
 * The far router, and the interface to it, are those of lib.sh.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

#define BATCH	1024

static const struct egress far_router = { .mtu = 1500, .dst = { 2, 0, 0, 0, 0, 2 } };

static void die(const char *what)
{
	fprintf(stderr, "fmip-bench-bpf: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a" (low), "=d" (high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* As bench_host_addr() of the module. */
static void host_addr(struct in6_addr *addr, uint64_t index)
{
	uint64_t z = (index + 1) * 0x9E3779B97F4A7C15ull;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
	z ^= z >> 31;
	addr->s6_addr32[0] = htonl(0x20010db8);
	addr->s6_addr32[1] = htonl(0x00010000);
	addr->s6_addr32[2] = htonl(z >> 32);
	addr->s6_addr32[3] = htonl((uint32_t)z);
}

static uint64_t fill(int map, uint64_t first, uint64_t count)
{
	static struct in6_addr keys[BATCH];
	static struct outer values[BATCH];
	uint64_t start, done;
	uint32_t i, n;

	for (i = 0; i < BATCH; i++) {
		inet_pton(AF_INET6, "2001:db8:f::1", &values[i].src);
		inet_pton(AF_INET6, "2001:db8:f::2", &values[i].dst);
	}
	start = tsc();
	for (done = 0; done < count; done += n) {
		n = count - done < BATCH ? count - done : BATCH;
		for (i = 0; i < n; i++)
			host_addr(&keys[i], first + done + i);
		if (bpf_map_update_batch(map, keys, values, &n, NULL))
			die("the map");
	}
	return tsc() - start;
}

/* The file, with nothing but the program that is wanted. */
static struct bpf_object *open_object(const char *name, struct bpf_program **wanted)
{
	struct bpf_object *object = bpf_object__open_file("/fmip/bin/peer.bpf.o", NULL);
	struct bpf_program *program;

	if (!object)
		die("peer.bpf.o");
	*wanted = NULL;
	bpf_object__for_each_program(program, object) {
		bool is = !strcmp(bpf_program__name(program), name);

		bpf_program__set_autoload(program, is);
		if (is)
			*wanted = program;
	}
	if (!*wanted)
		die(name);
	return object;
}

static void set_egress(struct bpf_object *object)
{
	struct egress egress = far_router;
	FILE *file = fopen("/sys/class/net/bench1/address", "r");
	uint8_t *m = egress.src;
	uint32_t key = 0;

	if (!file || fscanf(file, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", m, m + 1, m + 2, m + 3, m + 4,
			    m + 5) != 6)
		die("the address of bench1");
	fclose(file);
	egress.ifindex = if_nametoindex("bench1");
	if (bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "egresses"), &key,
				&egress, 0))
		die("the egress");
}

static void attach(int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = if_nametoindex("bench0"),
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = 1, .prog_fd = program,
		    .flags = BPF_TC_F_REPLACE);
	int err = bpf_tc_hook_create(&hook);

	if (err && err != -EEXIST)
		die("the hook");
	if (bpf_tc_attach(&hook, &opts))
		die("attach");
}

/* An interpreter is no peer. */
static void check_jit(int program)
{
	struct bpf_prog_info info = {};
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(program, &info, &len) || !info.jited_prog_len)
		die("the program is not compiled");
}

int main(int argc, char **argv)
{
	struct bpf_program *program;
	struct bpf_object *object;
	uint64_t count, instructions;

	if (argc != 4)
		die("PROGRAM FIRST COUNT");
	count = strtoull(argv[3], NULL, 0);
	object = open_object(argv[1], &program);
	if (bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "hosts"), count) ||
	    bpf_object__load(object))
		die("load");
	instructions = fill(bpf_object__find_map_fd_by_name(object, "hosts"),
			    strtoull(argv[2], NULL, 0), count);
	set_egress(object);
	check_jit(bpf_program__fd(program));
	attach(bpf_program__fd(program));
	printf("ops=%llu instructions=%llu\n", (unsigned long long)count,
	       (unsigned long long)instructions);
	return 0;
}
