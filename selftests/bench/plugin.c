// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of QEMU: what the timed part of a run executes, and what it would
 * miss in the caches of a simple model.
 *
 *	-plugin plugin.so,out=FILE
 *
 * It counts between the marks of the module (bench_mark() in module/bench.h);
 * programs are one block, at address 0.
 * Each run appends to FILE
 *
 *	RUN instructions=N accesses=N l1i=N l1d=N l2=N l3=N
 *	BLOCK ADDRESS INSTRUCTIONS TIMES	for each block of instructions
 *
 * The model: L1I 32K/8, L1D 32K/8, L2 1M/16, L3 16M/16, lines of 64 bytes, least
 * recently used, no prefetching, no TLB.  Packets are built outside of what is
 * counted, so their lines are as warm as the router's own last use left them.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

EXPORT int qemu_plugin_version = 1;

#define LINE_BITS	6
#define MEM_RW		3

enum mark { START = 1, STOP, CLEAR, REPORT };

struct cache {
	uint64_t sets, ways;
	uint64_t *lines;	/* of each set, the last used first */
	uint64_t misses;
};

struct block {
	uint64_t first, end;	/* addresses */
	uint64_t instructions, times;
	struct block *next;
};

static struct cache l1i, l1d, l2, l3;
static struct block *blocks;
static bool counting;
static uint64_t instructions, accesses;
static FILE *out;

static void cache_init(struct cache *c, uint64_t size, uint64_t ways)
{
	c->ways = ways;
	c->sets = (size >> LINE_BITS) / ways;
	c->lines = calloc(c->sets * ways, sizeof(*c->lines));
	if (!c->lines)
		abort();
}

static bool cache_hit(struct cache *c, uint64_t line)
{
	uint64_t *set = c->lines + (line & (c->sets - 1)) * c->ways;
	uint64_t i = 0;
	bool hit;

	while (i < c->ways - 1 && set[i] != line)
		i++;
	hit = set[i] == line;
	memmove(set + 1, set, i * sizeof(*set));
	set[0] = line;
	c->misses += !hit;
	return hit;
}

static void touch(struct cache *l1, uint64_t line)
{
	if (!cache_hit(l1, line) && !cache_hit(&l2, line))
		cache_hit(&l3, line);
}

static void on_memory(unsigned int vcpu, uint32_t info, uint64_t vaddr, void *data)
{
	(void)vcpu;
	(void)info;
	(void)data;
	if (!counting)
		return;
	accesses++;
	touch(&l1d, vaddr >> LINE_BITS);
}

static void on_block(unsigned int vcpu, void *data)
{
	struct block *b = data;
	uint64_t line;

	(void)vcpu;
	if (!counting)
		return;
	b->times++;
	instructions += b->instructions;
	for (line = b->first >> LINE_BITS; line <= (b->end - 1) >> LINE_BITS; line++)
		touch(&l1i, line);
}

static void clear(void)
{
	struct block *b;

	for (b = blocks; b; b = b->next)
		b->times = 0;
	instructions = 0;
	accesses = 0;
	l1i.misses = 0;
	l1d.misses = 0;
	l2.misses = 0;
	l3.misses = 0;
}

static void report(void)
{
	const struct block *b;

	fprintf(out, "RUN instructions=%" PRIu64 " accesses=%" PRIu64 " l1i=%" PRIu64
		" l1d=%" PRIu64 " l2=%" PRIu64 " l3=%" PRIu64 "\n",
		instructions, accesses, l1i.misses, l1d.misses, l2.misses, l3.misses);
	for (b = blocks; b; b = b->next)
		if (b->times)
			fprintf(out, "BLOCK %" PRIx64 " %" PRIu64 " %" PRIu64 "\n", b->first,
				b->instructions, b->times);
	fflush(out);
}

static void on_mark(unsigned int vcpu, void *data)
{
	(void)vcpu;
	switch ((enum mark)(intptr_t)data) {
	case START:
		counting = true;
		break;
	case STOP:
		counting = false;
		break;
	case REPORT:
		report();
		clear();
		break;
	case CLEAR:
		clear();
		break;
	}
}

/* nopl 0x4c4142XX(%rax), XX being the mark; 0 if it is none */
static int mark_of(const struct qemu_plugin_insn *insn)
{
	const uint8_t *code = qemu_plugin_insn_data(insn);

	if (qemu_plugin_insn_size(insn) != 7 || memcmp(code, "\x0f\x1f\x80", 3) ||
	    memcmp(code + 4, "BAL", 3))
		return 0;
	return code[3];
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;
	uint64_t first = qemu_plugin_tb_vaddr(tb);
	struct block *b;

	(void)id;
	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	b->first = first >> 63 ? first : 0;
	b->end = 1;
	b->instructions = n;
	b->next = blocks;
	blocks = b;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		int mark = mark_of(insn);

		if (b->first)
			b->end = qemu_plugin_insn_vaddr(insn) + qemu_plugin_insn_size(insn);
		if (mark)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, 0,
							       (void *)(intptr_t)mark);
		else
			qemu_plugin_register_vcpu_mem_cb(insn, on_memory, 0, MEM_RW, NULL);
	}
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, 0, b);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	const char *name = NULL;
	int i;

	(void)info;
	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			name = argv[i] + 4;
	out = name ? fopen(name, "w") : NULL;
	if (!out)
		return -1;
	cache_init(&l1i, 32 << 10, 8);
	cache_init(&l1d, 32 << 10, 8);
	cache_init(&l2, 1 << 20, 16);
	cache_init(&l3, 16 << 20, 16);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
