// SPDX-License-Identifier: GPL-2.0-only
/*
 * The addresses of a mobile node: which it makes, and which it takes along.
 */
#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

#include "mn.h"

/* RFC 7217 section 7: IDGEN_RETRIES. */
#define TRIES_MAX	3

bool mn_is_global(const struct in6_addr *address)
{
	return address_is_unicast(address);
}

bool mn_in_prefix(const struct config_prefix *prefix, const struct in6_addr *address)
{
	return config_prefix_has(prefix, address);
}

/* RFC 4291 appendix A. */
static int form_eui64(const struct lla *own, struct in6_addr *ncoa)
{
	uint8_t *iid = &ncoa->s6_addr[8];

	if (own->len != 6)
		return -EINVAL;
	memcpy(iid, own->bytes, 3);
	iid[0] ^= 2;
	iid[3] = 0xff;
	iid[4] = 0xfe;
	memcpy(&iid[5], &own->bytes[3], 3);
	return 0;
}

/*
 * RFC 5453: the subnet's routers, IANA's Ethernet addresses, of which one is that of all
 * routers of PMIPv6 (RFC 6543), and anycast addresses (RFC 2526).
 */
static bool is_reserved(const struct in6_addr *ncoa)
{
	static const uint8_t routers[8], iana[5] = { 2, 0, 0x5e, 0xff, 0xfe },
			     anycast[7] = { 0xfd, 255, 255, 255, 255, 255, 255 };
	const uint8_t *iid = &ncoa->s6_addr[8];

	return !memcmp(iid, routers, sizeof(routers)) || !memcmp(iid, iana, sizeof(iana)) ||
	       (!memcmp(iid, anycast, sizeof(anycast)) && iid[7] & 0x80);
}

/* RFC 7217 section 5, with SHA-256 for F(). */
static int form_stable(const struct mn *mn, const struct lla *own, struct in6_addr *ncoa)
{
	uint8_t digest[EVP_MAX_MD_SIZE], input[8 + LLA_MAX + 1 + MN_SECRET] = {};
	size_t len = 0;

	memcpy(input, ncoa->s6_addr, 8);
	memcpy(&input[8], own->bytes, own->len);
	len = 8 + own->len;
	input[len++] = mn->tries_at_form;
	memcpy(&input[len], mn->secret, MN_SECRET);
	len += MN_SECRET;
	if (!EVP_Digest(input, len, digest, NULL, EVP_sha256(), NULL))
		return -EIO;
	memcpy(&ncoa->s6_addr[8], digest, 8);
	return 0;
}

int mn_form(struct mn *mn, const struct config_prefix *prefix, struct in6_addr *ncoa)
{
	struct engine *e = mn->engine;
	struct lla own;
	int err;

	if (prefix->len != 64)
		return -EINVAL;
	err = e->ops->own_lla(e->world, mn->ifindex, &own);
	if (err)
		return err;
	*ncoa = prefix->address;
	if (e->config->mn.iid == CONFIG_IID_EUI64 && !mn->tries_at_form)
		return form_eui64(&own, ncoa);
	err = form_stable(mn, &own, ncoa);
	return !err && is_reserved(ncoa) ? mn_form_another(mn, prefix, ncoa) : err;
}

int mn_form_another(struct mn *mn, const struct config_prefix *prefix,
		    struct in6_addr *ncoa)
{
	if (mn->tries_at_form >= TRIES_MAX)
		return -EADDRINUSE;
	mn->tries_at_form++;
	return mn_form(mn, prefix, ncoa);
}

int mn_choose(struct mn *mn)
{
	mn->tries_at_form = 0;
	if (!mn->target.has_ncoa)
		return mn_form(mn, &mn->target.prefix, &mn->proposed);
	mn->proposed = mn->target.ncoa;
	return 0;
}

struct mn_binding *mn_binding_next(struct mn *mn, struct mn_binding *b)
{
	for (b = b ? b + 1 : mn->binding; b < mn->binding + WORLD_PCOAS_MAX; b++)
		if (b->used)
			return b;
	return NULL;
}

static struct mn_binding *find(struct mn *mn, const struct in6_addr *pcoa)
{
	struct mn_binding *b;

	mn_each(mn, b)
		if (IN6_ARE_ADDR_EQUAL(&b->pcoa, pcoa))
			return b;
	return NULL;
}

void mn_drop(struct mn_binding *b)
{
	struct engine *e = b->engine;

	e->ops->alarm_stop(e->world, &b->retry);
	e->ops->alarm_stop(e->world, &b->end);
	b->used = false;
}

/* The numbers go on where those with that key ended. */
static void sign_with(struct mn_binding *b, const struct config_key *key)
{
	struct engine *e = b->engine;

	b->spi = key->spi;
	if (e->ops->recall(e->world, &b->pcoa, b->spi, &b->sequence))
		e->ops->random(e->world, &b->sequence, sizeof(b->sequence));
}

/* Without a key nobody believes whose address it is (section 10). */
static void take(struct mn *mn, const struct in6_addr *address)
{
	const struct config_key *key = config_key_any(mn->engine->config, address);
	struct engine *e = mn->engine;
	struct mn_binding *b = mn->binding;

	while (b < mn->binding + WORLD_PCOAS_MAX && b->used)
		b++;
	if (!key || b == mn->binding + WORLD_PCOAS_MAX)
		return;
	*b = (struct mn_binding){
		.engine = e,
		.used = true,
		.age = mn->taken++,
		.pcoa = *address,
		.par = mn->router.address,
		.ap = mn->ap,
		.here = true,
		.retry.ring = mn_bind_again,
		.end.ring = mn_ended,
	};
	sign_with(b, key);
}

static bool has(const struct in6_addr *address, unsigned int n,
		const struct in6_addr *wanted)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (IN6_ARE_ADDR_EQUAL(&address[i], wanted))
			return true;
	return false;
}

/* The router, and the key, may have become known only after the address. */
static void look_again(struct mn *mn, struct mn_binding *b)
{
	const struct config *config = mn->engine->config;
	const struct config_key *key;

	b->ap = mn->ap;
	if (b->outstanding || !IN6_IS_ADDR_UNSPECIFIED(&b->bound))
		return;
	b->par = mn->router.address;
	key = config_key_any(config, &b->pcoa);
	if (key && !config_key_of(config, &b->pcoa, b->spi))
		sign_with(b, key);
}

void mn_take_along(struct mn *mn)
{
	struct in6_addr address[WORLD_PCOAS_MAX];
	struct engine *e = mn->engine;
	struct mn_binding *b;
	unsigned int i, n;

	n = e->ops->own_globals(e->world, mn->ifindex, address, WORLD_PCOAS_MAX);
	mn_each(mn, b) {
		if (b->here && !has(address, n, &b->pcoa))
			mn_drop(b);
		else if (b->here)
			look_again(mn, b);
	}
	for (i = 0; i < n && mn_is_global(&mn->router.address); i++)
		if (!find(mn, &address[i]))
			take(mn, &address[i]);
}
