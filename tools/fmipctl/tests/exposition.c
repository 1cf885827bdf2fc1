// SPDX-License-Identifier: GPL-2.0-only
/*
 * exposition [NETNS] - what "fmipctl [-n NETNS] stats --prometheus" prints of
 * statistics that have a number of their own everywhere, for prometheus.py.
 */
#include "prometheus.h"

int main(int argc, char **argv)
{
	struct stats stats = {
		.received_packets = UINT64_MAX,
		.received_bytes = 2,
		.sent_packets = 3,
		.sent_bytes = 4,
		.buffered_packets = 5,
		.buffered_bytes = 6,
		.released_packets = 7,
		.decap_packets = 8,
		.decap_bytes = 9,
		.dropped = { [FMIP_DROP_HOP_LIMIT] = 10, [200] = 11 },
		.attached = 12,
		.rejected = 13,
		.proxy_answers = 14,
		.bindings = 15,
		.tunnels = 16,
		.copied_packets = 17,
	};

	prometheus_stats(stdout, &stats, argc > 1 ? argv[1] : NULL);
	return 0;
}
