// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this node's Router Advertisements say.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

#include <netinet/icmp6.h>
#include <uthash.h>

#include "loop.h"
#include "router.h"

/* The most that MaxRtrAdvInterval can be, twice, since one may be lost. */
#define SILENCE_NS	(2 * 1800 * 1000000000ull)

struct said {
	UT_hash_handle hh;
	unsigned int ifindex;
	struct nd_ra ra;
	uint64_t ns;
};

struct router {
	struct said *said;
};

struct router *router_open(void)
{
	return calloc(1, sizeof(struct router));
}

void router_close(struct router *router)
{
	struct said *said, *next;

	if (!router)
		return;
	HASH_ITER(hh, router->said, said, next) {
		HASH_DEL(router->said, said);
		free(said);
	}
	free(router);
}

void router_ask(struct rawsock *rawsock, const struct link *link, unsigned int ifindex)
{
	static const struct nd_router_solicit solicit = {
		.nd_rs_type = ND_ROUTER_SOLICIT,
	};
	struct message m = {
		.ifindex = ifindex,
		.next_header = IPPROTO_ICMPV6,
		.hop_limit = ND_HOP_LIMIT,
		.data = (const uint8_t *)&solicit,
		.len = sizeof(solicit),
	};

	if (link_own_address(link, ifindex, false, &m.ends.source))
		return;
	inet_pton(AF_INET6, "ff02::2", &m.ends.destination);
	/* It will advertise by itself some time, asked or not. */
	rawsock_send(rawsock, &m);
}

static struct said *find(const struct router *router, unsigned int ifindex)
{
	struct said *said;

	HASH_FIND(hh, router->said, &ifindex, sizeof(ifindex), said);
	return said;
}

static bool is_own(const struct link *link, const struct message *m)
{
	struct in6_addr own;

	return !link_own_address(link, m->ifindex, false, &own) &&
	       IN6_ARE_ADDR_EQUAL(&own, &m->ends.source);
}

void router_heard(struct router *router, const struct link *link, const struct message *m)
{
	struct nd_link how = { .hop_limit = m->hop_limit };
	struct said *said;
	struct lla lla;
	struct nd nd;

	if (!link_own_lla(link, m->ifindex, &lla))
		how.lla_len = lla.len;
	if (!m->len || m->data[0] != ND_ROUTER_ADVERT || !is_own(link, m) ||
	    nd_decode(m->data, m->len, &how, &nd).kind)
		return;
	/* One of this daemon's is no news. */
	if (ndopts_find(&nd.options, NDOPT_NAACK))
		return;
	said = find(router, m->ifindex);
	if (!said) {
		said = calloc(1, sizeof(*said));
		if (!said)
			return;
		said->ifindex = m->ifindex;
		HASH_ADD(hh, router->said, ifindex, sizeof(said->ifindex), said);
	}
	said->ra = nd.ra;
	said->ns = loop_now();
}

int router_advertises(const struct router *router, unsigned int ifindex, struct nd_ra *ra)
{
	const struct said *said = find(router, ifindex);

	if (!said || loop_now() - said->ns > SILENCE_NS)
		return -ENOENT;
	*ra = said->ra;
	return 0;
}
