// SPDX-License-Identifier: GPL-2.0-only
#include "hao.h"
#include "problem.h"
#include "wire.h"

#define PARAMETER_PROBLEM	4
#define ERRONEOUS_FIELD		0
#define IP6_HEADER		40

/* The least that every link carries, less the headers of the answer itself. */
#define PACKET_MAX		(1280 - IP6_HEADER - 8)

/*
 * The packet as it was, as far as is told of it: without traffic class and flow label,
 * and without extension headers other than the one with the home address.
 */
static void write_packet(struct writer *w, const struct message *m, size_t before)
{
	size_t len = before + m->len < PACKET_MAX ? m->len : PACKET_MAX - before;
	uint8_t hao[HAO_SIZE];

	writer_u32(w, 6u << 28);
	writer_u16(w, before - IP6_HEADER + m->len);
	writer_u8(w, m->has_home ? IPPROTO_DSTOPTS : m->next_header);
	writer_u8(w, m->hop_limit);
	writer_bytes(w, &m->ends.source, sizeof(m->ends.source));
	writer_bytes(w, &m->ends.destination, sizeof(m->ends.destination));
	if (m->has_home) {
		hao_build(hao, m->next_header, &m->home);
		writer_bytes(w, hao, sizeof(hao));
	}
	writer_bytes(w, m->data, len);
}

void problem_send(struct engine *e, const struct message *m, size_t offset)
{
	size_t before = IP6_HEADER + (m->has_home ? HAO_SIZE : 0);
	uint8_t data[8 + PACKET_MAX];
	struct message answer = {
		.ends = { m->ends.destination, m->ends.source },
		.ifindex = m->ifindex,
		.next_header = IPPROTO_ICMPV6,
		.data = data,
	};
	struct writer w;

	writer_init(&w, data, sizeof(data));
	writer_u8(&w, PARAMETER_PROBLEM);
	writer_u8(&w, ERRONEOUS_FIELD);
	writer_u16(&w, 0);
	writer_u32(&w, before + offset);
	write_packet(&w, m, before);
	answer.len = w.pos;
	nd_set_checksum(data, answer.len, &answer.ends);
	e->count[COUNT_SENT]++;
	e->ops->send(e->world, &answer);
}
