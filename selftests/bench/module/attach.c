// SPDX-License-Identifier: GPL-2.0-only
/* A node arrives on bench1, and says so. */
#include "bench.h"

/* host=N: which; the answer has the time at which the router got to know. */
int bench_attach(struct bench_reply *r, const char *command)
{
	struct sk_buff *skb = bench_frame_una(bench_arg(command, "host", 0));
	u64 start, end;

	if (!skb)
		return -ENOMEM;
	bench_mark(BENCH_MARK_CLEAR);
	local_bh_disable();
	bench_mark(BENCH_MARK_START);
	start = rdtsc_ordered();
	netif_receive_skb(skb);
	local_bh_enable();
	end = rdtsc_ordered();
	bench_reply(r, "received=%llu done=%llu\n", start, end);
	return 0;
}
