// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/icmp6.h>
#include <string.h>

#include "nd.h"

/* Where fields are; the subtype is that of RFC 5568. */
#define TYPE		0
#define CODE		1
#define CHECKSUM	2
#define SUBTYPE		4

#define ICMP6_FMIP6	154
#define SUBTYPE_RTSOLPR	2
#define SUBTYPE_PRRTADV	3
#define PRRTADV_M	0x80

/* Every message has at least so much. */
#define MIN_SIZE	8

static void ra_decode(struct reader *r, struct nd *nd)
{
	nd->ra.hop_limit = reader_u8(r);
	nd->ra.flags = reader_u8(r) & ND_RA_FLAGS;
	nd->ra.lifetime = reader_u16(r);
	nd->ra.reachable = reader_u32(r);
	nd->ra.retrans = reader_u32(r);
}

static void ra_encode(struct writer *w, const struct nd *nd)
{
	writer_u8(w, nd->ra.hop_limit);
	writer_u8(w, nd->ra.flags & ND_RA_FLAGS);
	writer_u16(w, nd->ra.lifetime);
	writer_u32(w, nd->ra.reachable);
	writer_u32(w, nd->ra.retrans);
}

static void ns_decode(struct reader *r, struct nd *nd)
{
	reader_skip(r, 4);
	reader_bytes(r, &nd->neighbour.target, sizeof(nd->neighbour.target));
}

static void ns_encode(struct writer *w, const struct nd *nd)
{
	writer_zeros(w, 4);
	writer_bytes(w, &nd->neighbour.target, sizeof(nd->neighbour.target));
}

static void na_decode(struct reader *r, struct nd *nd)
{
	nd->neighbour.flags = reader_u8(r) & ND_NA_FLAGS;
	reader_skip(r, 3);
	reader_bytes(r, &nd->neighbour.target, sizeof(nd->neighbour.target));
}

static void na_encode(struct writer *w, const struct nd *nd)
{
	writer_u8(w, nd->neighbour.flags & ND_NA_FLAGS);
	writer_zeros(w, 3);
	writer_bytes(w, &nd->neighbour.target, sizeof(nd->neighbour.target));
}

static void rtsolpr_decode(struct reader *r, struct nd *nd)
{
	reader_skip(r, 2);
	nd->proxy.identifier = reader_u16(r);
}

static void rtsolpr_encode(struct writer *w, const struct nd *nd)
{
	writer_u8(w, SUBTYPE_RTSOLPR);
	writer_u8(w, 0);
	writer_u16(w, nd->proxy.identifier);
}

static void prrtadv_decode(struct reader *r, struct nd *nd)
{
	nd->proxy.code = r->data[CODE];
	reader_skip(r, 1);
	nd->proxy.multicast = reader_u8(r) & PRRTADV_M;
	nd->proxy.identifier = reader_u16(r);
}

static void prrtadv_encode(struct writer *w, const struct nd *nd)
{
	writer_change(w, CODE, nd->proxy.code);
	writer_u8(w, SUBTYPE_PRRTADV);
	writer_u8(w, nd->proxy.multicast ? PRRTADV_M : 0);
	writer_u16(w, nd->proxy.identifier);
}

static const struct nd_type types[] = {
	{ .type = ND_RA, .icmp_type = ND_ROUTER_ADVERT, .min = 16,
	  .decode = ra_decode, .encode = ra_encode },
	{ .type = ND_NS, .icmp_type = ND_NEIGHBOR_SOLICIT, .min = 24,
	  .decode = ns_decode, .encode = ns_encode },
	{ .type = ND_NA, .icmp_type = ND_NEIGHBOR_ADVERT, .min = 24,
	  .decode = na_decode, .encode = na_encode },
	{ .type = ND_RTSOLPR, .icmp_type = ICMP6_FMIP6, .min = MIN_SIZE,
	  .subtype = SUBTYPE_RTSOLPR, .has_subtype = true,
	  .decode = rtsolpr_decode, .encode = rtsolpr_encode },
	{ .type = ND_PRRTADV, .icmp_type = ICMP6_FMIP6, .min = MIN_SIZE,
	  .subtype = SUBTYPE_PRRTADV, .has_subtype = true,
	  .max_code = PRRTADV_DHCP,
	  .decode = prrtadv_decode, .encode = prrtadv_encode },
};

#define TYPES	(sizeof(types) / sizeof(types[0]))

static const struct nd_type *row_of(enum nd_number type)
{
	size_t i;

	for (i = 0; i < TYPES; i++)
		if (types[i].type == type)
			return &types[i];
	return NULL;
}

static const struct nd_type *row_of_data(const uint8_t *data)
{
	size_t i;

	for (i = 0; i < TYPES; i++)
		if (types[i].icmp_type == data[TYPE] &&
		    (!types[i].has_subtype || types[i].subtype == data[SUBTYPE]))
			return &types[i];
	return NULL;
}

static struct fault check_header(const uint8_t *data, size_t len,
				 const struct nd_link *link)
{
	const struct nd_type *row;

	if (len < MIN_SIZE)
		return fault_at(FAULT_TOO_SHORT, len);
	if (link->hop_limit != ND_HOP_LIMIT)
		return fault_at(FAULT_HOP_LIMIT, TYPE);
	if (link->ends && ip6_checksum(link->ends, IPPROTO_ICMPV6, data, len))
		return fault_at(FAULT_CHECKSUM, CHECKSUM);
	row = row_of_data(data);
	if (!row)
		return fault_at(FAULT_TYPE, TYPE);
	if (data[CODE] > row->max_code)
		return fault_at(FAULT_CODE, CODE);
	if (len < row->min)
		return fault_at(FAULT_TOO_SHORT, len);
	return fault_at(FAULT_NONE, 0);
}

static bool has_target(const struct nd *nd)
{
	return nd->type == ND_NS || nd->type == ND_NA;
}

struct fault nd_decode(const uint8_t *data, size_t len,
		       const struct nd_link *link, struct nd *nd)
{
	const struct nd_type *row;
	struct fault fault;
	struct reader r;

	fault = check_header(data, len, link);
	if (fault.kind)
		return fault;
	row = row_of_data(data);
	memset(nd, 0, offsetof(struct nd, options));
	nd->type = row->type;
	reader_init(&r, data, len);
	reader_skip(&r, SUBTYPE);
	row->decode(&r, nd);
	if (has_target(nd) && IN6_IS_ADDR_MULTICAST(&nd->neighbour.target))
		return fault_at(FAULT_ADDRESS,
				r.pos - sizeof(nd->neighbour.target));
	return ndopts_decode(&r, link->lla_len, &nd->options);
}

enum fault_kind nd_encode(const struct nd *nd, uint8_t *data, size_t size,
			  size_t *len)
{
	const struct nd_type *row = row_of(nd->type);
	enum fault_kind kind;
	struct writer w;

	if (!row)
		return FAULT_TYPE;
	if (nd->type == ND_PRRTADV && nd->proxy.code > row->max_code)
		return FAULT_CODE;
	writer_init(&w, data, size);
	writer_u8(&w, row->icmp_type);
	writer_zeros(&w, SUBTYPE - CODE);
	row->encode(&w, nd);
	kind = ndopts_encode(&w, &nd->options);
	if (kind)
		return kind;
	if (w.overrun)
		return FAULT_SPACE;
	*len = w.pos;
	return FAULT_NONE;
}

void nd_set_checksum(uint8_t *data, size_t len, const struct ip6_ends *ends)
{
	uint16_t sum;

	memset(data + CHECKSUM, 0, sizeof(sum));
	sum = ip6_checksum(ends, IPPROTO_ICMPV6, data, len);
	data[CHECKSUM] = sum >> 8;
	data[CHECKSUM + 1] = sum;
}
