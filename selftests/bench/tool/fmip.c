// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bindings and tunnels for many hosts.
 *
 *	entries=1	one request for many of them, FMIP_*_A_ENTRIES; else one
 *			each, many in a send()
 *	batch=N		how many in a send()
 *
 * Bindings:
 *	tunnel=ID key=K second=ID	targets
 *	own=BASE			target is tunnel BASE + host
 *	link=DEV lladdr=MAC		a target
 *	route=1				a target
 *	accept=ID from=src|dst
 *	gate=N release=N packets=N	numbers of the netlink interface
 *
 * Tunnels, one for each host:
 *	local=ADDR id=BASE		to 2001:db8:f:0:<host's identifier>
 */
#include "bench.h"

#include <linux/fmip.h>
#include <linux/genetlink.h>
#include <net/if.h>

#define SEND_SIZE	(60 * 1024)

struct spec {
	uint32_t tunnel, second, key, own, link, accept, base;
	uint32_t packets;
	int gate, release;
	bool has_key, route, from_src;
	uint8_t lladdr[6];
	bool has_lladdr;
	struct in6_addr local;
};

/* One kind of object. */
struct kind {
	uint8_t command;
	int entries, results;
	void (*put)(struct requests *r, const struct spec *s, uint64_t index);
};

static void put_tunnel_target(struct requests *r, const struct spec *s, uint32_t tunnel)
{
	struct nlattr *target = nl_nest(r, 1);

	nl_put_u8(r, FMIP_TARGET_A_TYPE, FMIP_TARGET_TUNNEL);
	nl_put_u32(r, FMIP_TARGET_A_TUNNEL, tunnel);
	if (s->has_key)
		nl_put_u32(r, FMIP_TARGET_A_KEY, s->key);
	nl_nest_end(r, target);
}

static void put_link_target(struct requests *r, const struct spec *s)
{
	struct nlattr *target = nl_nest(r, 1);

	nl_put_u8(r, FMIP_TARGET_A_TYPE, FMIP_TARGET_LINK);
	nl_put_u32(r, FMIP_TARGET_A_IFINDEX, s->link);
	if (s->has_lladdr)
		nl_put(r, FMIP_TARGET_A_LLADDR, s->lladdr, sizeof(s->lladdr));
	nl_nest_end(r, target);
}

static void put_route_target(struct requests *r)
{
	struct nlattr *target = nl_nest(r, 1);

	nl_put_u8(r, FMIP_TARGET_A_TYPE, FMIP_TARGET_ROUTE);
	nl_nest_end(r, target);
}

static void put_targets(struct requests *r, const struct spec *s, uint64_t index)
{
	struct nlattr *targets = nl_nest(r, FMIP_BINDING_A_TARGETS);

	if (s->own)
		put_tunnel_target(r, s, s->own + index);
	if (s->tunnel)
		put_tunnel_target(r, s, s->tunnel);
	if (s->second)
		put_tunnel_target(r, s, s->second);
	if (s->link)
		put_link_target(r, s);
	if (s->route)
		put_route_target(r);
	nl_nest_end(r, targets);
}

static void put_match(struct requests *r, uint64_t index)
{
	struct nlattr *matches = nl_nest(r, FMIP_BINDING_A_MATCHES);
	struct nlattr *match = nl_nest(r, 1);
	struct in6_addr addr;

	host_addr(&addr, index);
	nl_put(r, FMIP_MATCH_A_ADDR, &addr, sizeof(addr));
	nl_nest_end(r, match);
	nl_nest_end(r, matches);
}

static void put_accept(struct requests *r, const struct spec *s)
{
	struct nlattr *accepts = nl_nest(r, FMIP_BINDING_A_ACCEPTS);
	struct nlattr *accept = nl_nest(r, 1);

	nl_put_u32(r, FMIP_ACCEPT_A_TUNNEL, s->accept);
	nl_put_u8(r, FMIP_ACCEPT_A_DIRECTION,
		  s->from_src ? FMIP_DIRECTION_SRC : FMIP_DIRECTION_DST);
	nl_nest_end(r, accept);
	nl_nest_end(r, accepts);
}

static void put_binding(struct requests *r, const struct spec *s, uint64_t index)
{
	put_match(r, index);
	put_targets(r, s, index);
	if (s->accept)
		put_accept(r, s);
	if (s->gate)
		nl_put_u8(r, FMIP_BINDING_A_GATE, s->gate);
	if (s->release)
		nl_put_u8(r, FMIP_BINDING_A_RELEASE, s->release);
	if (s->packets)
		nl_put_u32(r, FMIP_BINDING_A_LIMIT_PACKETS, s->packets);
}

static void put_tunnel(struct requests *r, const struct spec *s, uint64_t index)
{
	struct in6_addr remote;

	host_addr(&remote, index);
	remote.s6_addr16[2] = htons(0xf);
	nl_put_u32(r, FMIP_TUNNEL_A_ID, s->base + index);
	nl_put(r, FMIP_TUNNEL_A_LOCAL, &s->local, sizeof(s->local));
	nl_put(r, FMIP_TUNNEL_A_REMOTE, &remote, sizeof(remote));
}

static void check_result(const struct nlattr *result, unsigned int entry)
{
	const struct nlattr *error = nl_find((const char *)result + NLA_HDRLEN,
					     result->nla_len - NLA_HDRLEN, FMIP_RESULT_A_ERROR);
	int32_t err = error ? *(const int32_t *)((const char *)error + NLA_HDRLEN) : 0;

	if (err)
		die("entry %u is refused: %s", entry, strerror(-err));
}

/* Each entry must have been accepted; the answer is as many messages as it takes. */
static void check_results(struct requests *r, const struct kind *kind, unsigned int count)
{
	static char room[256 * 1024];
	const struct nlmsghdr *n = (const struct nlmsghdr *)room;
	unsigned int good = 0;

	while (good < count) {
		const struct nlattr *list;
		const char *at, *end;

		nl_receive(r, room, sizeof(room));
		list = nl_find((const char *)NLMSG_DATA(n) + GENL_HDRLEN,
			       n->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN), kind->results);
		if (!list)
			die("no results");
		end = (const char *)list + list->nla_len;
		for (at = (const char *)list + NLA_HDRLEN; at < end;) {
			const struct nlattr *result = (const struct nlattr *)at;

			check_result(result, good++);
			at += NLA_ALIGN(result->nla_len);
		}
	}
	if (good != count)
		die("%u results of %u entries", good, count);
}

static uint64_t in_entries(struct requests *r, int family, const struct kind *kind,
			   const struct spec *s, uint64_t first, unsigned int count)
{
	struct genlmsghdr g = { .cmd = kind->command, .version = FMIP_GENL_VERSION };
	struct nlattr *list, *entry;
	uint64_t i;

	nl_begin(r, family, 0, &g, sizeof(g));
	list = nl_nest(r, kind->entries);
	for (i = first; i < first + count && !nl_full(r, SEND_SIZE); i++) {
		entry = nl_nest(r, 1);
		kind->put(r, s, i);
		nl_nest_end(r, entry);
	}
	nl_nest_end(r, list);
	nl_send(r);
	check_results(r, kind, i - first);
	return i - first;
}

static uint64_t one_by_one(struct requests *r, int family, const struct kind *kind,
			   const struct spec *s, uint64_t first, unsigned int count)
{
	struct genlmsghdr g = { .cmd = kind->command, .version = FMIP_GENL_VERSION };
	uint64_t i;

	for (i = first; i < first + count && !nl_full(r, SEND_SIZE); i++) {
		nl_begin(r, family, 0, &g, sizeof(g));
		kind->put(r, s, i);
	}
	nl_send(r);
	nl_check(r);
	return i - first;
}

static int install(const struct kind *kind, const struct spec *s, uint64_t first, uint64_t count,
		   char **args)
{
	static struct requests r;
	bool entries = number_of(args, "entries", 0);
	uint64_t batch = number_of(args, "batch", 512), done = 0, start;
	int family = genl_family(FMIP_GENL_NAME);

	nl_open(&r, NETLINK_GENERIC);
	start = begin_ops();
	while (done < count) {
		uint64_t left = count - done;
		unsigned int n = left < batch ? left : batch;

		done += (entries ? in_entries : one_by_one)(&r, family, kind, s, first + done, n);
	}
	end_ops(count, start);
	return 0;
}

static uint32_t interface(const char *name)
{
	uint32_t index = if_nametoindex(name);

	if (!index)
		die("there is no %s", name);
	return index;
}

int command_bindings(uint64_t first, uint64_t count, char **args)
{
	static const struct kind kind = {
		FMIP_CMD_BINDING_NEW, FMIP_BINDING_A_ENTRIES, FMIP_BINDING_A_RESULTS, put_binding,
	};
	const char *from = value_of(args, "from"), *lladdr = value_of(args, "lladdr");
	uint8_t *l;
	struct spec s = {
		.tunnel = number_of(args, "tunnel", 0),
		.second = number_of(args, "second", 0),
		.key = number_of(args, "key", 0),
		.has_key = value_of(args, "key"),
		.own = number_of(args, "own", 0),
		.link = value_of(args, "link") ? interface(value_of(args, "link")) : 0,
		.route = number_of(args, "route", 0),
		.accept = number_of(args, "accept", 0),
		.from_src = from && !strcmp(from, "src"),
		.gate = number_of(args, "gate", FMIP_GATE_OPEN),
		.release = number_of(args, "release", FMIP_RELEASE_RFC5568),
		.packets = number_of(args, "packets", 0),
		.has_lladdr = lladdr,
	};

	l = s.lladdr;
	if (lladdr && sscanf(lladdr, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", l, l + 1, l + 2, l + 3,
			     l + 4, l + 5) != 6)
		die("lladdr= must be a MAC address");
	return install(&kind, &s, first, count, args);
}

int command_tunnels(uint64_t first, uint64_t count, char **args)
{
	static const struct kind kind = {
		FMIP_CMD_TUNNEL_NEW, FMIP_TUNNEL_A_ENTRIES, FMIP_TUNNEL_A_RESULTS, put_tunnel,
	};
	struct spec s = { .base = number_of(args, "id", 1000) };

	address_of(args, "local", &s.local);
	return install(&kind, &s, first, count, args);
}
