// SPDX-License-Identifier: GPL-2.0-only
/*
 * Injects batches of packets and times them.
 *
 * What is timed is what a driver's poll does: from the first packet that is
 * handed up to the end of local_bh_enable(), which runs what the batch has
 * raised (the cells of a tunnel's GRO, a queueing discipline).  The packets are
 * built before, so the figure is the router's alone and nothing is subtracted.
 */
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include "bench.h"

#define BATCH_MAX	1024

enum how { HOW_SINGLE, HOW_LIST, HOW_GRO };

struct run {
	struct bench_shape shape;
	enum how how;
	u64 packets, hosts, random;
	u32 batch;
	bool in_order;		/* one host after the other, not at random */

	struct sk_buff *skbs[BATCH_MAX];
	u64 *costs;		/* of each full batch */
	u64 n_costs, done, cost, sum, payload;
};

unsigned int bench_runs;

/* A NAPI instance of bench0, as a driver has, for what is received with GRO. */
static struct napi_struct napi;
static struct sk_buff_head napi_queue;

static int poll(struct napi_struct *n, int budget)
{
	struct sk_buff *skb;
	int work = 0;

	while (work < budget && (skb = __skb_dequeue(&napi_queue))) {
		napi_gro_receive(n, skb);
		work++;
	}
	if (work < budget)
		napi_complete_done(n, work);
	return work;
}

static void hand_up(struct run *run, u32 n)
{
	LIST_HEAD(list);
	u32 i;

	switch (run->how) {
	case HOW_SINGLE:
		for (i = 0; i < n; i++)
			netif_receive_skb(run->skbs[i]);
		break;
	case HOW_LIST:
		for (i = 0; i < n; i++)
			list_add_tail(&run->skbs[i]->list, &list);
		netif_receive_skb_list(&list);
		break;
	case HOW_GRO:
		for (i = 0; i < n; i++)
			__skb_queue_tail(&napi_queue, run->skbs[i]);
		napi_schedule(&napi);
		break;
	}
}

/* The host of a packet; TCP segments of a batch are of one connection. */
static u64 host_of(struct run *run, u32 i)
{
	u64 at = run->done + i;

	if (run->shape.tcp)
		at = div_u64(at, run->batch);
	if (run->in_order || run->shape.tcp) {
		u64 index;

		div64_u64_rem(at, run->hosts, &index);
		return index;
	}
	return mul_u64_u64_shr(bench_random(&run->random), run->hosts, 64);
}

static int build(struct run *run, u32 n)
{
	u32 tcp = run->shape.gso ?: run->shape.size - 60;
	u32 i;

	for (i = 0; i < n; i++) {
		u64 host = host_of(run, i);
		u64 sequence = run->done + i;

		if (run->shape.tcp) {
			sequence *= tcp;
			run->payload += tcp;
		}
		run->skbs[i] = bench_frame(&run->shape, host, sequence);
		if (!run->skbs[i]) {
			while (i--)
				kfree_skb(run->skbs[i]);
			return -ENOMEM;
		}
		run->sum += host;
	}
	return 0;
}

static void time_batch(struct run *run, u32 n)
{
	u64 start, end;

	local_bh_disable();
	bench_mark(BENCH_MARK_START);
	start = rdtsc_ordered();
	hand_up(run, n);
	local_bh_enable();
	end = rdtsc_ordered();
	bench_mark(BENCH_MARK_STOP);
	run->cost += end - start;
	if (n == run->batch)
		run->costs[run->n_costs++] = end - start;
	run->done += n;
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static int run_all(struct run *run)
{
	bench_mark(BENCH_MARK_CLEAR);
	while (run->done < run->packets) {
		u32 n = min_t(u64, run->batch, run->packets - run->done);
		int err = build(run, n);

		if (err)
			return err;
		time_batch(run, n);
		cond_resched();
	}
	bench_runs++;
	bench_mark(BENCH_MARK_REPORT);
	return 0;
}

static void read_args(struct run *run, const char *command)
{
	run->packets = bench_arg(command, "n", 1);
	run->hosts = bench_arg(command, "hosts", 1);
	run->random = bench_arg(command, "seed", 1) << 40;
	run->batch = bench_arg(command, "batch", 64);
	run->in_order = bench_arg(command, "in_order", 0);
	run->how = bench_arg(command, "how", HOW_SINGLE);
	run->shape.size = bench_arg(command, "size", 64);
	run->shape.gso = bench_arg(command, "gso", 0);
	run->shape.headroom = bench_arg(command, "headroom", 0);
	run->shape.outer = bench_arg(command, "outer", 0);
	run->shape.from_host = bench_arg(command, "from_host", 0);
	run->shape.tcp = bench_arg(command, "tcp", 0);
}

static bool good_args(const struct run *run)
{
	const struct bench_shape *shape = &run->shape;

	return run->packets && run->hosts && run->batch && run->batch <= BATCH_MAX &&
	       run->how <= HOW_GRO && shape->size >= 64 && shape->size <= 8000 &&
	       shape->gso <= 65000 && shape->headroom <= 1024 && (shape->tcp || !shape->gso);
}

static void report(struct bench_reply *r, struct run *run)
{
	u64 n = run->n_costs;

	if (n)
		sort(run->costs, n, sizeof(*run->costs), compare, NULL);
	bench_reply(r,
		    "run=%u sent=%llu sum=%llu payload=%llu cost=%llu batch=%u min=%llu med=%llu max=%llu\n",
		    bench_runs, run->done, run->sum, run->payload, run->cost, run->batch,
		    n ? run->costs[0] : 0, n ? run->costs[n / 2] : 0, n ? run->costs[n - 1] : 0);
}

/*
 * n=PACKETS hosts=HOSTS batch=PACKETS seed=N in_order=1 how=0|1|2 (single, list,
 * GRO) and the members of struct bench_shape
 */
int bench_inject(struct bench_reply *r, const char *command)
{
	struct run *run = kzalloc(sizeof(*run), GFP_KERNEL);
	int err = -EINVAL;

	if (!run)
		return -ENOMEM;
	read_args(run, command);
	if (!good_args(run))
		goto out;
	err = -ENOMEM;
	run->costs = vmalloc(array_size(DIV_ROUND_UP_ULL(run->packets, run->batch),
					sizeof(*run->costs)));
	if (!run->costs)
		goto out;
	err = run_all(run);
	if (!err)
		report(r, run);
out:
	vfree(run->costs);
	kfree(run);
	return err;
}

void bench_inject_init(void)
{
	__skb_queue_head_init(&napi_queue);
	netif_napi_add(bench_in, &napi, poll);
	napi_enable(&napi);
}

void bench_inject_exit(void)
{
	napi_disable(&napi);
	netif_napi_del(&napi);
	__skb_queue_purge(&napi_queue);
}
