// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hao.h"
#include "names.h"
#include "samples.h"

#define SAMPLES_MAX	64

#define PCOA		"2001:db8:1::10"
#define NCOA		"2001:db8:2::10"
#define OTHER		"2001:db8:2::77"
#define PAR		"2001:db8:1::1"
#define NAR		"2001:db8:2::1"
#define NAR_B		"2001:db8:3::1"
#define PREFIX		"2001:db8:2::"
#define PREFIX_B	"2001:db8:3::"
#define MN_LINK		"fe80::5eff:fe00:5301"
#define PAR_LINK	"fe80::1"
#define NAR_LINK	"fe80::2"
#define ALL_NODES	"ff02::1"
#define ALL_ROUTERS	"ff02::2"
#define NCOA_GROUP	"ff02::1:ff00:10"

/* The last octets of link-layer addresses. */
#define MN		0x01
#define AP_A		0xa1
#define AP_B		0xa2
#define AP_C		0xa3
#define PAR_LLA		0xfd
#define NAR_LLA		0xfe
#define NAR_B_LLA	0xff

static struct sample samples[SAMPLES_MAX];
static size_t sample_count;

static const uint8_t key_bytes[20] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19
};

static void die(const char *name, const char *why)
{
	fprintf(stderr, "sample %s: %s\n", name, why);
	exit(1);
}

static struct in6_addr address(const char *text)
{
	struct in6_addr a;

	if (inet_pton(AF_INET6, text, &a) != 1)
		die(text, "no address");
	return a;
}

static struct lla ethernet(uint8_t last)
{
	return (struct lla){ 6, { 0x02, 0, 0x5e, 0, 0x53, last } };
}

static struct sample *add(const char *name, const char *source,
			  const char *destination)
{
	struct sample *s = &samples[sample_count];

	if (sample_count++ == SAMPLES_MAX)
		die(name, "SAMPLES_MAX is too small");
	s->name = name;
	s->ip.source = address(source);
	s->ip.destination = address(destination);
	s->home = address(PCOA);
	s->lla_len = 6;
	return s;
}

static struct sample *add_mh(const char *name, const char *source,
			     const char *destination, uint8_t type)
{
	struct sample *s = add(name, source, destination);

	s->is_mh = true;
	s->mh.type = type;
	return s;
}

static struct mobopt *mh_option(struct sample *s, uint8_t type)
{
	struct mobopt *option = &s->mh.options.option[s->mh.options.count++];

	option->type = type;
	return option;
}

static void mh_altcoa(struct sample *s, const char *text)
{
	mh_option(s, MOBOPT_ALTCOA)->care_of = address(text);
}

static void mh_lla(struct sample *s)
{
	mh_option(s, MOBOPT_LLA)->lla = (struct coded_lla){ LLA_MN, ethernet(MN) };
}

static void mh_address(struct sample *s, uint8_t code, uint8_t prefixlen,
		       const char *text)
{
	mh_option(s, MOBOPT_ADDRESS)->address = (struct coded_address){
		code, prefixlen, address(text)
	};
}

static void mh_badf(struct sample *s, enum badf_mac mac, const char *care_of)
{
	struct mobopt_badf *badf = &mh_option(s, MOBOPT_BADF)->badf;

	badf->spi = 0x100;
	badf->len = badf_size(mac);
	s->key = (struct badf_key){ mac, sizeof(key_bytes), key_bytes };
	s->signs.care_of = address(care_of);
	s->signs.par = address(PAR);
}

static struct sample *add_fbu(const char *name, const char *source,
			      uint16_t sequence, uint16_t lifetime)
{
	struct sample *s = add_mh(name, source, PAR, MH_FBU);

	s->has_hao = true;
	s->mh.fbu.sequence = sequence;
	s->mh.fbu.flags = MH_FBU_A | MH_FBU_H;
	s->mh.fbu.lifetime = lifetime;
	return s;
}

static void add_fbus(void)
{
	static const struct mobopt_down down = { 0x5678, 1234 };
	static uint8_t octets[MOBOPT_DOWN_SIZE];
	struct sample *s;

	s = add_fbu("fbu-par-link", PCOA, 1, 10);
	mh_altcoa(s, NCOA);
	mh_badf(s, BADF_HMAC_SHA1_96, NCOA);

	s = add_fbu("fbu-par-link-lla", PCOA, 65535, 65535);
	s->mh.fbu.flags |= MH_FBU_L | MH_FBU_K;
	mh_altcoa(s, NCOA);
	mh_lla(s);
	mh_badf(s, BADF_HMAC_SHA1_96, NCOA);

	s = add_fbu("fbu-nar-link", NCOA, 2, 10);
	mh_badf(s, BADF_HMAC_SHA1_96, NCOA);

	s = add_fbu("fbu-release", PCOA, 3, 0);
	mh_altcoa(s, NCOA);
	mh_badf(s, BADF_HMAC_SHA1_96, PCOA);

	s = add_fbu("fbu-down", NCOA, 7, 10);
	mh_altcoa(s, NCOA);
	mh_lla(s);
	mobopt_set_down(mh_option(s, MOBOPT_VENDOR), 32473, octets, &down);
	mh_badf(s, BADF_HMAC_SHA1_96, NCOA);

	s = add_fbu("fbu-bare-length", NCOA, 4, 10);
	mh_badf(s, BADF_HMAC_SHA1_96, NCOA);
	s->mh.options.option[0].badf.bare_length = true;

	s = add_fbu("fbu-sha256-128", PCOA, 5, 30);
	mh_altcoa(s, NCOA);
	mh_badf(s, BADF_HMAC_SHA256_128, NCOA);

	s = add_fbu("fbu-sha256", PCOA, 6, 30);
	mh_altcoa(s, NCOA);
	mh_badf(s, BADF_HMAC_SHA256, NCOA);
}

static struct sample *add_fback(const char *name, const char *destination,
				uint8_t status, uint16_t lifetime)
{
	struct sample *s = add_mh(name, PAR, destination, MH_FBACK);

	s->mh.fback.status = status;
	s->mh.fback.sequence = 1;
	s->mh.fback.lifetime = lifetime;
	return s;
}

static void add_fbacks(void)
{
	struct sample *s;

	s = add_fback("fback-accepted", NCOA, MH_FBACK_ACCEPTED, 10);
	mh_badf(s, BADF_HMAC_SHA1_96, NCOA);

	s = add_fback("fback-altcoa", PCOA, MH_FBACK_USE_ALTCOA, 8);
	mh_altcoa(s, OTHER);
	mh_badf(s, BADF_HMAC_SHA1_96, OTHER);

	s = add_fback("fback-refused", PCOA, MH_FBACK_NO_RESOURCES, 0);
	s->mh.fback.flags = MH_FBACK_K;
	mh_badf(s, BADF_HMAC_SHA256_128, NCOA);

	s = add_fback("fback-rh2", NCOA, MH_FBACK_ACCEPTED, 10);
	s->has_rh2 = true;
	mh_badf(s, BADF_HMAC_SHA256, NCOA);
}

static struct sample *add_hi(const char *name, uint16_t sequence, uint8_t flags,
			     uint8_t code)
{
	struct sample *s = add_mh(name, PAR, NAR, MH_HI);

	s->mh.hi = (struct mh_handover){ sequence, flags, code };
	mh_lla(s);
	return s;
}

static void add_his(void)
{
	static const uint8_t unknown[] = { 0xde, 0xad, 0xbe, 0xef, 0x01 };
	struct sample *s;

	s = add_hi("hi", 0x1234, MH_HI_U, MH_HI_FROM_PCOA);
	mh_address(s, ADDRESS_PCOA, 128, PCOA);
	mh_address(s, ADDRESS_NCOA, 128, NCOA);

	s = add_hi("hi-assign", 0x1235, MH_HI_S | MH_HI_U, MH_HI_FROM_PCOA);
	mh_address(s, ADDRESS_PCOA, 128, PCOA);

	s = add_hi("hi-reactive", 0x1236, 0, MH_HI_FROM_ELSEWHERE);
	mh_address(s, ADDRESS_NCOA, 128, NCOA);
	mh_address(s, ADDRESS_PCOA, 128, PCOA);

	s = add_hi("hi-proxy-flags", 0x1237, MH_HI_P | MH_HI_F, 0);
	mh_address(s, ADDRESS_NAR, 64, NAR);
	mh_address(s, ADDRESS_NAR_PREFIX, 64, PREFIX);

	s = add_hi("hi-unknown-option", 0x1238, 0, 0);
	mh_option(s, 200)->raw = (struct mobopt_raw){ sizeof(unknown), unknown };
	mh_address(s, ADDRESS_PCOA, 128, PCOA);
}

static struct sample *add_hack(const char *name, uint8_t flags, uint8_t code)
{
	struct sample *s = add_mh(name, NAR, PAR, MH_HACK);

	s->mh.hack = (struct mh_handover){ 0x1234, flags, code };
	return s;
}

static void add_hacks(void)
{
	struct sample *s;

	add_hack("hack", 0, MH_HACK_NCOA_VALID);
	add_hack("hack-refused", 0, MH_HACK_NO_RESOURCES);
	add_hack("hack-proxy-flags", MH_HACK_FLAGS, 5);

	s = add_hack("hack-assigned", 0, MH_HACK_NCOA_ASSIGNED);
	mh_address(s, ADDRESS_NCOA, 128, OTHER);

	s = add_hack("hack-unsolicited", 0, MH_HACK_UNSOLICITED);
	mh_lla(s);
	mh_address(s, ADDRESS_PCOA, 128, PCOA);
}

static void add_binding_error(void)
{
	struct sample *s = add_mh("be", PAR, NCOA, MH_BE);

	s->mh.be.status = MH_BE_UNKNOWN_TYPE;
	s->mh.be.home = address(PCOA);
}

static struct sample *add_nd(const char *name, const char *source,
			     const char *destination, enum nd_number type)
{
	struct sample *s = add(name, source, destination);

	s->nd.type = type;
	return s;
}

static void nd_lla(struct sample *s, uint8_t code, uint8_t last)
{
	ndopts_add(&s->nd.options, NDOPT_LLA)->lla = (struct coded_lla){
		code, ethernet(last)
	};
}

static void nd_address(struct sample *s, uint8_t code, uint8_t prefixlen,
		       const char *text)
{
	ndopts_add(&s->nd.options, NDOPT_ADDRESS)->address =
		(struct coded_address){ code, prefixlen, address(text) };
}

static void add_rtsolprs(void)
{
	struct sample *s;
	struct coded_lla *lla;

	s = add_nd("rtsolpr", MN_LINK, ALL_ROUTERS, ND_RTSOLPR);
	s->nd.proxy.identifier = 0xbeef;
	nd_lla(s, LLA_SENDER, MN);
	nd_lla(s, LLA_NEW_AP, AP_A);
	nd_lla(s, LLA_NEW_AP, AP_B);

	s = add_nd("rtsolpr-wildcard", MN_LINK, PAR_LINK, ND_RTSOLPR);
	s->nd.proxy.identifier = 1;
	nd_lla(s, LLA_SENDER, MN);
	lla = &ndopts_add(&s->nd.options, NDOPT_LLA)->lla;
	lla->code = LLA_WILDCARD;
	lla->lla.len = 6;

	s = add_nd("rtsolpr-eui64", MN_LINK, PAR_LINK, ND_RTSOLPR);
	s->lla_len = 8;
	s->nd.proxy.identifier = 2;
	lla = &ndopts_add(&s->nd.options, NDOPT_LLA)->lla;
	*lla = (struct coded_lla){
		LLA_NEW_AP, { 8, { 0x02, 0, 0x5e, 0xff, 0xfe, 0, 0x53, 0xa1 } }
	};
}

static struct sample *add_prrtadv(const char *name, uint8_t code, uint16_t id)
{
	struct sample *s = add_nd(name, PAR_LINK, MN_LINK, ND_PRRTADV);

	s->nd.proxy.code = code;
	s->nd.proxy.identifier = id;
	nd_lla(s, LLA_SENDER, PAR_LLA);
	return s;
}

static void nd_router(struct sample *s, uint8_t ap)
{
	nd_lla(s, LLA_NEW_AP, ap);
	nd_lla(s, LLA_NAR, NAR_LLA);
	nd_address(s, ADDRESS_NAR, 64, NAR);
	nd_address(s, ADDRESS_NAR_PREFIX, 64, PREFIX);
}

static void add_prrtadvs(void)
{
	struct sample *s;

	s = add_prrtadv("prrtadv", PRRTADV_SOLICITED, 0xbeef);
	nd_router(s, AP_A);
	nd_lla(s, LLA_NEW_AP, AP_B);
	nd_lla(s, LLA_NAR, NAR_B_LLA);
	nd_address(s, ADDRESS_NAR, 128, NAR_B);
	nd_address(s, ADDRESS_NAR_PREFIX, 60, PREFIX_B);

	s = add_prrtadv("prrtadv-handover", PRRTADV_HANDOVER, 0);
	nd_router(s, AP_A);
	nd_address(s, ADDRESS_NCOA, 128, NCOA);

	s = add_prrtadv("prrtadv-nothing", PRRTADV_NOTHING, 7);
	nd_lla(s, LLA_AP_SAME, AP_A);
	nd_lla(s, LLA_AP_UNKNOWN, AP_B);
	nd_lla(s, LLA_AP_NO_SUPPORT, AP_C);

	s = add_prrtadv("prrtadv-partial", PRRTADV_PARTIAL, 8);
	nd_lla(s, LLA_AP_NO_SUPPORT, AP_C);
	nd_router(s, AP_A);
	nd_lla(s, LLA_AP_UNKNOWN, AP_B);

	s = add_prrtadv("prrtadv-neighbourhood", PRRTADV_NEIGHBOURHOOD, 0);
	s->nd.proxy.multicast = true;
	nd_router(s, AP_A);

	s = add_prrtadv("prrtadv-dhcp", PRRTADV_DHCP, 9);
	nd_router(s, AP_A);
}

static void add_neighbours(void)
{
	struct sample *s;

	s = add_nd("una", NCOA, ALL_NODES, ND_NA);
	s->nd.neighbour.target = address(NCOA);
	ndopts_add(&s->nd.options, NDOPT_TARGET_LLA)->link = ethernet(MN);

	s = add_nd("na-router", NAR_LINK, MN_LINK, ND_NA);
	s->nd.neighbour.flags = ND_NA_FLAGS;
	s->nd.neighbour.target = address(NAR);
	ndopts_add(&s->nd.options, NDOPT_TARGET_LLA)->link = ethernet(NAR_LLA);

	s = add_nd("ns-dad", "::", NCOA_GROUP, ND_NS);
	s->nd.neighbour.target = address(NCOA);

	s = add_nd("ns", MN_LINK, NCOA_GROUP, ND_NS);
	s->nd.neighbour.target = address(NCOA);
	ndopts_add(&s->nd.options, NDOPT_SOURCE_LLA)->link = ethernet(MN);
}

static struct sample *add_ra(const char *name, uint8_t status)
{
	struct sample *s = add_nd(name, NAR_LINK, NCOA, ND_RA);

	s->nd.ra = (struct nd_ra){
		.hop_limit = 64, .flags = ND_RA_OTHER, .lifetime = 1800,
		.reachable = 30000, .retrans = 1000,
	};
	ndopts_add(&s->nd.options, NDOPT_SOURCE_LLA)->link = ethernet(NAR_LLA);
	ndopts_add(&s->nd.options, NDOPT_NAACK)->naack.status = status;
	return s;
}

static void add_ras(void)
{
	struct sample *s;
	struct ndopt_naack *naack;

	add_ra("ra-naack", NAACK_AUTOCONFIGURE);

	s = add_ra("ra-naack-address", NAACK_USE_SUPPLIED);
	naack = &s->nd.options.option[1].naack;
	naack->supplied = true;
	naack->address = address(OTHER);

	s = add_ra("ra-all-options", NAACK_LLA_UNKNOWN);
	s->nd.ra.flags = ND_RA_FLAGS;
	ndopts_add(&s->nd.options, NDOPT_MTU)->mtu = 1492;
	ndopts_add(&s->nd.options, NDOPT_PREFIX)->prefix = (struct ndopt_prefix){
		64, NDOPT_PREFIX_FLAGS, 86400, 14400, address(NAR)
	};
	ndopts_add(&s->nd.options, NDOPT_PREFIX)->prefix = (struct ndopt_prefix){
		60, NDOPT_PREFIX_L, UINT32_MAX, 0, address(PREFIX_B)
	};
}

const struct sample *samples_get(size_t *count)
{
	if (!sample_count) {
		add_fbus();
		add_fbacks();
		add_his();
		add_hacks();
		add_binding_error();
		add_rtsolprs();
		add_prrtadvs();
		add_neighbours();
		add_ras();
	}
	*count = sample_count;
	return samples;
}

const struct sample *sample_find(const char *name)
{
	size_t i, count;
	const struct sample *s = samples_get(&count);

	for (i = 0; i < count; i++)
		if (!strcmp(s[i].name, name))
			return &s[i];
	die(name, "not there");
	return NULL;
}

struct ip6_ends sample_ends(const struct sample *sample)
{
	struct ip6_ends ends = sample->ip;

	if (sample->has_hao)
		ends.source = sample->home;
	if (sample->has_rh2)
		ends.destination = sample->home;
	return ends;
}

size_t sample_encode(const struct sample *sample, uint8_t *data)
{
	struct ip6_ends ends = sample_ends(sample);
	enum fault_kind kind;
	size_t len = 0;

	if (sample->is_mh)
		kind = mh_encode(&sample->mh, data, SAMPLE_SIZE, &len);
	else
		kind = nd_encode(&sample->nd, data, SAMPLE_SIZE, &len);
	if (kind)
		die(sample->name, fault_text(kind));
	if (sample->key.len &&
	    badf_sign(data, len, &sample->key, &sample->signs))
		die(sample->name, "not signed");
	if (sample->is_mh)
		mh_set_checksum(data, len, &ends);
	else
		nd_set_checksum(data, len, &ends);
	return len;
}

size_t sample_packet(const struct sample *sample, uint8_t *data)
{
	uint8_t proto = sample->is_mh ? IPPROTO_MH : IPPROTO_ICMPV6;
	uint8_t message[SAMPLE_SIZE], header[HAO_SIZE];
	bool extended = sample->has_hao || sample->has_rh2;
	size_t len = sample_encode(sample, message);
	struct writer w;

	writer_init(&w, data, SAMPLE_SIZE);
	writer_u32(&w, 6U << 28);
	writer_u16(&w, len + (extended ? sizeof(header) : 0));
	if (sample->has_hao)
		writer_u8(&w, IPPROTO_DSTOPTS);
	else
		writer_u8(&w, sample->has_rh2 ? IPPROTO_ROUTING : proto);
	writer_u8(&w, ND_HOP_LIMIT);
	writer_bytes(&w, &sample->ip, sizeof(sample->ip));
	if (sample->has_hao)
		hao_build(header, proto, &sample->home);
	if (sample->has_rh2)
		rh2_build(header, proto, &sample->home);
	if (extended)
		writer_bytes(&w, header, sizeof(header));
	writer_bytes(&w, message, len);
	return w.pos;
}
