// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mobility options of RFC 5568, and those of others that come with them.
 */
#include "mobopt.h"

/* The enterprise number and the Sub-Type. */
#define VENDOR_HEAD	5

static enum fault_kind altcoa_decode(struct reader *body, struct mobopt *option)
{
	reader_bytes(body, &option->care_of, sizeof(option->care_of));
	return FAULT_NONE;
}

static enum fault_kind altcoa_encode(struct writer *w, const struct mobopt *option)
{
	writer_bytes(w, &option->care_of, sizeof(option->care_of));
	return FAULT_NONE;
}

static enum fault_kind lla_decode(struct reader *body, struct mobopt *option)
{
	struct coded_lla *lla = &option->lla;

	lla->code = reader_u8(body);
	lla->lla.len = reader_left(body);
	reader_bytes(body, lla->lla.bytes, lla->lla.len);
	return FAULT_NONE;
}

static enum fault_kind lla_encode(struct writer *w, const struct mobopt *option)
{
	const struct coded_lla *lla = &option->lla;

	if (!lla->lla.len || lla->lla.len > LLA_MAX)
		return FAULT_OPTION_LENGTH;
	writer_u8(w, lla->code);
	writer_bytes(w, lla->lla.bytes, lla->lla.len);
	return FAULT_NONE;
}

static enum fault_kind vendor_decode(struct reader *body, struct mobopt *option)
{
	struct mobopt_vendor *vendor = &option->vendor;

	vendor->id = reader_u32(body);
	vendor->subtype = reader_u8(body);
	vendor->len = reader_left(body);
	vendor->data = body->data + body->pos;
	reader_skip(body, vendor->len);
	return FAULT_NONE;
}

static enum fault_kind vendor_encode(struct writer *w, const struct mobopt *option)
{
	const struct mobopt_vendor *vendor = &option->vendor;

	if (vendor->len > UINT8_MAX - VENDOR_HEAD)
		return FAULT_OPTION_LENGTH;
	writer_u32(w, vendor->id);
	writer_u8(w, vendor->subtype);
	writer_bytes(w, vendor->data, vendor->len);
	return FAULT_NONE;
}

static enum fault_kind badf_decode(struct reader *body, struct mobopt *option)
{
	struct mobopt_badf *badf = &option->badf;

	badf->spi = reader_u32(body);
	badf->len = reader_left(body);
	reader_bytes(body, badf->authenticator, badf->len);
	return FAULT_NONE;
}

static enum fault_kind badf_encode(struct writer *w, const struct mobopt *option)
{
	const struct mobopt_badf *badf = &option->badf;

	if (badf->len < BADF_AUTH_MIN || badf->len > BADF_AUTH_MAX)
		return FAULT_OPTION_LENGTH;
	writer_u32(w, badf->spi);
	writer_bytes(w, badf->authenticator, badf->len);
	return FAULT_NONE;
}

static enum fault_kind address_decode(struct reader *body, struct mobopt *option)
{
	struct coded_address *address = &option->address;

	address->code = reader_u8(body);
	address->prefixlen = reader_u8(body);
	if (address->prefixlen > 128)
		return FAULT_OPTION_VALUE;
	reader_bytes(body, &address->address, sizeof(address->address));
	if (address->code == ADDRESS_NAR_PREFIX)
		prefix_clear(&address->address, address->prefixlen);
	return FAULT_NONE;
}

static enum fault_kind address_encode(struct writer *w,
				      const struct mobopt *option)
{
	struct coded_address address = option->address;

	if (address.prefixlen > 128)
		return FAULT_OPTION_VALUE;
	if (address.code == ADDRESS_NAR_PREFIX)
		prefix_clear(&address.address, address.prefixlen);
	writer_u8(w, address.code);
	writer_u8(w, address.prefixlen);
	writer_bytes(w, &address.address, sizeof(address.address));
	return FAULT_NONE;
}

static const struct mobopt_type types[] = {
	{
		.type = MOBOPT_ALTCOA,
		.align = 8, .offset = 6, .min = 16, .max = 16,
		.decode = altcoa_decode, .encode = altcoa_encode,
	}, {
		.type = MOBOPT_LLA,
		.align = 1, .min = 1 + 1, .max = 1 + LLA_MAX,
		.decode = lla_decode, .encode = lla_encode,
	}, {
		.type = MOBOPT_VENDOR,
		.align = 4, .offset = 2, .min = VENDOR_HEAD, .max = UINT8_MAX,
		.decode = vendor_decode, .encode = vendor_encode,
	}, {
		.type = MOBOPT_BADF,
		.framing = MOBOPT_LAST, .min = BADF_SPI_SIZE + BADF_AUTH_MIN,
		.max = BADF_SPI_SIZE + BADF_AUTH_MAX,
		.decode = badf_decode, .encode = badf_encode,
	}, {
		.type = MOBOPT_ADDRESS,
		.align = 8, .offset = 4, .min = 18, .max = 18,
		.decode = address_decode, .encode = address_encode,
	}, {
		.type = MOBOPT_MULTICAST,
		.framing = MOBOPT_WORDS,
	}, {
		.type = MOBOPT_MULTICAST_ACK,
		.framing = MOBOPT_WORDS,
	},
};

void mobopt_set_down(struct mobopt *option, uint32_t vendor,
		     uint8_t octets[MOBOPT_DOWN_SIZE], const struct mobopt_down *down)
{
	struct writer w;

	writer_init(&w, octets, MOBOPT_DOWN_SIZE);
	writer_u16(&w, down->identifier);
	writer_u32(&w, down->ms);
	*option = (struct mobopt){
		.type = MOBOPT_VENDOR,
		.vendor = { vendor, MOBOPT_VENDOR_DOWN, MOBOPT_DOWN_SIZE, octets },
	};
}

bool mobopts_down(const struct mobopts *options, uint32_t vendor,
		  struct mobopt_down *down)
{
	const struct mobopt *option;
	struct reader r;
	unsigned int i;

	for (i = 0; i < options->count; i++) {
		option = &options->option[i];
		if (option->type != MOBOPT_VENDOR ||
		    option->vendor.id != vendor ||
		    option->vendor.subtype != MOBOPT_VENDOR_DOWN ||
		    option->vendor.len != MOBOPT_DOWN_SIZE)
			continue;
		reader_init(&r, option->vendor.data, MOBOPT_DOWN_SIZE);
		down->identifier = reader_u16(&r);
		down->ms = reader_u32(&r);
		return true;
	}
	return false;
}

const struct mobopt_table mobopt_fmip6 = {
	types, sizeof(types) / sizeof(types[0])
};
