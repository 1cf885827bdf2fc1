// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bindings and tunnels as attributes.
 */
#include <errno.h>
#include <string.h>

#include <linux/fmip.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "binding.h"
#include "netlink.h"

static int put_address(struct nl_msg *msg, int type, const struct in6_addr *address)
{
	return nla_put(msg, type, sizeof(*address), address);
}

static int put_flags(struct nl_msg *msg, int type, uint32_t flags)
{
	struct nla_bitfield32 bits = { flags, flags };

	return nla_put(msg, type, sizeof(bits), &bits);
}

static int put_lla(struct nl_msg *msg, int type, const struct lla *lla)
{
	return lla->len ? nla_put(msg, type, lla->len, lla->bytes) : 0;
}

static int put_match(struct nl_msg *msg, const struct path_match *match)
{
	struct nlattr *nest = nla_nest_start(msg, 1);
	int err = !nest;

	err = err ?: nla_put_u8(msg, FMIP_MATCH_A_DIRECTION,
				match->source ? FMIP_DIRECTION_SRC : FMIP_DIRECTION_DST);
	err = err ?: put_address(msg, FMIP_MATCH_A_ADDR, &match->prefix.address);
	err = err ?: nla_put_u8(msg, FMIP_MATCH_A_PREFIXLEN, match->prefix.len);
	if (match->ifindex) {
		err = err ?: nla_put_u8(msg, FMIP_MATCH_A_SCOPE, FMIP_SCOPE_INTERFACE);
		err = err ?: nla_put_u32(msg, FMIP_MATCH_A_IFINDEX, match->ifindex);
	}
	return err ?: nla_nest_end(msg, nest);
}

static int put_target(struct nl_msg *msg, const struct binding *b)
{
	struct nlattr *nest = nla_nest_start(msg, 1);
	int err = !nest;

	switch (b->path.target) {
	case PATH_LINK:
		err = err ?: nla_put_u8(msg, FMIP_TARGET_A_TYPE, FMIP_TARGET_LINK);
		err = err ?: nla_put_u32(msg, FMIP_TARGET_A_IFINDEX, b->path.ifindex);
		err = err ?: put_lla(msg, FMIP_TARGET_A_LLADDR, &b->path.lla);
		break;
	case PATH_TUNNEL:
		err = err ?: nla_put_u8(msg, FMIP_TARGET_A_TYPE, FMIP_TARGET_TUNNEL);
		err = err ?: nla_put_u32(msg, FMIP_TARGET_A_TUNNEL, b->tunnel[0]);
		break;
	case PATH_ROUTE:
		err = err ?: nla_put_u8(msg, FMIP_TARGET_A_TYPE, FMIP_TARGET_ROUTE);
		break;
	}
	return err ?: nla_nest_end(msg, nest);
}

static int put_accept(struct nl_msg *msg, const struct path_accept *accept, uint32_t tunnel)
{
	struct nlattr *nest = nla_nest_start(msg, 1);
	int err = !nest;

	err = err ?: nla_put_u32(msg, FMIP_ACCEPT_A_TUNNEL, tunnel);
	err = err ?: nla_put_u8(msg, FMIP_ACCEPT_A_DIRECTION,
				accept->source ? FMIP_DIRECTION_SRC : FMIP_DIRECTION_DST);
	return err ?: nla_nest_end(msg, nest);
}

static int put_proxy(struct nl_msg *msg, const struct path_proxy *proxy)
{
	struct nlattr *nest = nla_nest_start(msg, 1);
	int err = !nest;

	err = err ?: put_address(msg, FMIP_PROXY_A_ADDR, &proxy->address);
	err = err ?: nla_put_u32(msg, FMIP_PROXY_A_IFINDEX, proxy->ifindex);
	if (proxy->announce)
		err = err ?: put_flags(msg, FMIP_PROXY_A_FLAGS,
				       FMIP_PROXY_F_OVERRIDE | FMIP_PROXY_F_ANNOUNCE);
	if (proxy->lifetime)
		err = err ?: nla_put_u32(msg, FMIP_PROXY_A_LIFETIME, proxy->lifetime);
	return err ?: nla_nest_end(msg, nest);
}

static int put_attach(struct nl_msg *msg, const struct path_attach *attach)
{
	/* C-22: a node that asks whether its address is in use is there. */
	uint32_t on = FMIP_ATTACH_ON_UNA |
		      (attach->lla.len ? FMIP_ATTACH_ON_DAD_NS : 0) |
		      (attach->data ? FMIP_ATTACH_ON_DATA : 0);
	struct nlattr *nest;
	int err;

	if (!attach->ifindex)
		return 0;
	nest = nla_nest_start(msg, FMIP_BINDING_A_ATTACH);
	err = !nest;
	err = err ?: nla_put_u32(msg, FMIP_ATTACH_A_IFINDEX, attach->ifindex);
	err = err ?: put_lla(msg, FMIP_ATTACH_A_LLADDR, &attach->lla);
	err = err ?: put_flags(msg, FMIP_ATTACH_A_ON, on);
	err = err ?: nla_put_u8(msg, FMIP_ATTACH_A_ACTION,
				attach->open ? FMIP_ATTACH_OPEN : FMIP_ATTACH_EVENT);
	return err ?: nla_nest_end(msg, nest);
}

static int put_lists(struct nl_msg *msg, const struct binding *b)
{
	struct nlattr *nest = nla_nest_start(msg, FMIP_BINDING_A_MATCHES);
	const struct path *path = &b->path;
	int err = !nest;
	unsigned int i;

	for (i = 0; i < path->matches; i++)
		err = err ?: put_match(msg, &path->match[i]);
	err = err ?: nla_nest_end(msg, nest);
	nest = err ? NULL : nla_nest_start(msg, FMIP_BINDING_A_TARGETS);
	err = nest ? put_target(msg, b) : -1;
	err = err ?: nla_nest_end(msg, nest);
	nest = err ? NULL : nla_nest_start(msg, FMIP_BINDING_A_ACCEPTS);
	err = !nest;
	for (i = 0; i < path->accepts; i++)
		err = err ?: put_accept(msg, &path->accept[i], b->tunnel[i + 1]);
	err = err ?: nla_nest_end(msg, nest);
	nest = err ? NULL : nla_nest_start(msg, FMIP_BINDING_A_PROXIES);
	err = !nest;
	for (i = 0; i < path->proxies; i++)
		err = err ?: put_proxy(msg, &path->proxy[i]);
	return err ?: nla_nest_end(msg, nest);
}

static int put_buffering(struct nl_msg *msg, const struct path *path)
{
	static const uint8_t gates[] = {
		[PATH_OPEN] = FMIP_GATE_OPEN,
		[PATH_HOLD] = FMIP_GATE_HOLD,
		[PATH_COPY] = FMIP_GATE_COPY,
	};
	int err = nla_put_u8(msg, FMIP_BINDING_A_GATE, gates[path->gate]);

	if (path->replay_ns != UINT64_MAX)
		err = err ?: nla_put_u64(msg, FMIP_BINDING_A_REPLAY_NS, path->replay_ns);
	if (path->buffer.packets)
		err = err ?: nla_put_u32(msg, FMIP_BINDING_A_LIMIT_PACKETS,
					 path->buffer.packets);
	if (path->buffer.bytes)
		err = err ?: nla_put_u32(msg, FMIP_BINDING_A_LIMIT_BYTES,
					 path->buffer.bytes);
	err = err ?: nla_put_u32(msg, FMIP_BINDING_A_LIMIT_AGE, path->buffer.age);
	if (path->speedup)
		err = err ?: nla_put_u32(msg, FMIP_BINDING_A_SPEEDUP, path->speedup);
	err = err ?: nla_put_u32(msg, FMIP_BINDING_A_HOLD_TIME, path->hold);
	return err ?: nla_put_u32(msg, FMIP_BINDING_A_LIFETIME, path->lifetime);
}

int binding_put(struct nl_msg *msg, const struct binding *b)
{
	int err = 0;

	if (b->path.id)
		err = nla_put_u32(msg, FMIP_BINDING_A_ID, b->path.id);
	err = err ?: nla_put_u64(msg, FMIP_BINDING_A_COOKIE, b->path.cookie);
	err = err ?: put_lists(msg, b);
	err = err ?: put_attach(msg, &b->path.attach);
	return err || put_buffering(msg, &b->path) ? -EMSGSIZE : 0;
}

static uint32_t get_u32(struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

static uint8_t get_u8(struct nlattr *attr)
{
	return attr ? nla_get_u8(attr) : 0;
}

static void get_address(struct nlattr *attr, struct in6_addr *address)
{
	*address = (struct in6_addr){};
	if (attr && nla_len(attr) == sizeof(*address))
		memcpy(address, nla_data(attr), sizeof(*address));
}

static uint32_t get_flags(struct nlattr *attr)
{
	struct nla_bitfield32 bits = {};

	if (attr && nla_len(attr) >= (int)sizeof(bits))
		memcpy(&bits, nla_data(attr), sizeof(bits));
	return bits.value;
}

/* Longer lists than this daemon makes are cut. */
static void read_list(struct nlattr *list, unsigned int max, int attrs_max,
		      void (*read)(struct binding *b, struct nlattr **attrs),
		      struct binding *b)
{
	struct nlattr *attrs[FMIP_BINDING_A_MAX + 1], *member;
	int left;

	if (!list)
		return;
	nla_for_each_nested(member, list, left) {
		if (!max--)
			return;
		if (!nla_parse_nested(attrs, attrs_max, member, NULL))
			read(b, attrs);
	}
}

static void read_match(struct binding *b, struct nlattr **attrs)
{
	struct path_match *match = &b->path.match[b->path.matches++];

	match->source = get_u8(attrs[FMIP_MATCH_A_DIRECTION]) == FMIP_DIRECTION_SRC;
	get_address(attrs[FMIP_MATCH_A_ADDR], &match->prefix.address);
	match->prefix.len = attrs[FMIP_MATCH_A_PREFIXLEN] ?
			    nla_get_u8(attrs[FMIP_MATCH_A_PREFIXLEN]) : 128;
	match->ifindex = get_u32(attrs[FMIP_MATCH_A_IFINDEX]);
}

static void read_target(struct binding *b, struct nlattr **attrs)
{
	switch (get_u8(attrs[FMIP_TARGET_A_TYPE])) {
	case FMIP_TARGET_LINK:
		b->path.target = PATH_LINK;
		b->path.ifindex = get_u32(attrs[FMIP_TARGET_A_IFINDEX]);
		netlink_lla(attrs[FMIP_TARGET_A_LLADDR], &b->path.lla);
		break;
	case FMIP_TARGET_TUNNEL:
		b->path.target = PATH_TUNNEL;
		b->tunnel[0] = get_u32(attrs[FMIP_TARGET_A_TUNNEL]);
		break;
	default:
		b->path.target = PATH_ROUTE;
	}
}

static void read_accept(struct binding *b, struct nlattr **attrs)
{
	unsigned int i = b->path.accepts++;

	b->path.accept[i].source =
		get_u8(attrs[FMIP_ACCEPT_A_DIRECTION]) == FMIP_DIRECTION_SRC;
	b->tunnel[i + 1] = get_u32(attrs[FMIP_ACCEPT_A_TUNNEL]);
}

static void read_proxy(struct binding *b, struct nlattr **attrs)
{
	struct path_proxy *proxy = &b->path.proxy[b->path.proxies++];

	get_address(attrs[FMIP_PROXY_A_ADDR], &proxy->address);
	proxy->ifindex = get_u32(attrs[FMIP_PROXY_A_IFINDEX]);
	proxy->lifetime = get_u32(attrs[FMIP_PROXY_A_LIFETIME]);
	proxy->announce = get_flags(attrs[FMIP_PROXY_A_FLAGS]) & FMIP_PROXY_F_ANNOUNCE;
}

static void read_attach(struct nlattr *nest, struct path_attach *attach)
{
	struct nlattr *attrs[FMIP_ATTACH_A_MAX + 1];

	if (!nest || nla_parse_nested(attrs, FMIP_ATTACH_A_MAX, nest, NULL))
		return;
	attach->ifindex = get_u32(attrs[FMIP_ATTACH_A_IFINDEX]);
	netlink_lla(attrs[FMIP_ATTACH_A_LLADDR], &attach->lla);
	attach->open = get_u8(attrs[FMIP_ATTACH_A_ACTION]) == FMIP_ATTACH_OPEN;
	attach->data = get_flags(attrs[FMIP_ATTACH_A_ON]) & FMIP_ATTACH_ON_DATA;
}

static enum path_gate read_gate(struct nlattr *attr)
{
	switch (get_u8(attr)) {
	case FMIP_GATE_HOLD:
		return PATH_HOLD;
	case FMIP_GATE_COPY:
		return PATH_COPY;
	case FMIP_GATE_DRAINING:
		return PATH_DRAINING;
	default:
		return PATH_OPEN;
	}
}

int binding_read(struct nlmsghdr *nlh, struct binding *b)
{
	struct nlattr *attrs[FMIP_BINDING_A_MAX + 1];
	struct path *path = &b->path;

	*b = (struct binding){};
	if (genlmsg_parse(nlh, 0, attrs, FMIP_BINDING_A_MAX, NULL) ||
	    !attrs[FMIP_BINDING_A_ID])
		return -EBADMSG;
	path->id = nla_get_u32(attrs[FMIP_BINDING_A_ID]);
	if (attrs[FMIP_BINDING_A_COOKIE])
		path->cookie = nla_get_u64(attrs[FMIP_BINDING_A_COOKIE]);
	read_list(attrs[FMIP_BINDING_A_MATCHES], WORLD_MATCHES_MAX, FMIP_MATCH_A_MAX,
		  read_match, b);
	read_list(attrs[FMIP_BINDING_A_TARGETS], 1, FMIP_TARGET_A_MAX, read_target, b);
	read_list(attrs[FMIP_BINDING_A_ACCEPTS], WORLD_ACCEPTS_MAX, FMIP_ACCEPT_A_MAX,
		  read_accept, b);
	read_list(attrs[FMIP_BINDING_A_PROXIES], WORLD_PROXIES_MAX, FMIP_PROXY_A_MAX,
		  read_proxy, b);
	read_attach(attrs[FMIP_BINDING_A_ATTACH], &path->attach);
	path->gate = read_gate(attrs[FMIP_BINDING_A_GATE]);
	path->replay_ns = UINT64_MAX;
	path->buffer.packets = get_u32(attrs[FMIP_BINDING_A_LIMIT_PACKETS]);
	path->buffer.bytes = get_u32(attrs[FMIP_BINDING_A_LIMIT_BYTES]);
	path->buffer.age = get_u32(attrs[FMIP_BINDING_A_LIMIT_AGE]);
	path->speedup = get_u32(attrs[FMIP_BINDING_A_SPEEDUP]);
	path->hold = get_u32(attrs[FMIP_BINDING_A_HOLD_LEFT] ?:
			     attrs[FMIP_BINDING_A_HOLD_TIME]);
	path->lifetime = get_u32(attrs[FMIP_BINDING_A_LIFETIME]);
	return 0;
}

static uint64_t get_u64(struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static bool is_overflow(uint8_t reason)
{
	return reason >= FMIP_DROP_LIMIT_PACKETS && reason <= FMIP_DROP_LIMIT_MODULE;
}

/* What had been buffered by then. */
static bool was_buffered(uint8_t reason)
{
	return reason >= FMIP_DROP_AGED && reason <= FMIP_DROP_DEVICE;
}

static void read_dropped(struct nlattr *list, struct path_figures *figures)
{
	struct nlattr *attrs[FMIP_DROPPED_A_MAX + 1], *member;
	uint64_t packets;
	int left;

	if (!list)
		return;
	nla_for_each_nested(member, list, left) {
		if (nla_parse_nested(attrs, FMIP_DROPPED_A_MAX, member, NULL))
			continue;
		packets = get_u64(attrs[FMIP_DROPPED_A_PACKETS]);
		figures->dropped += packets;
		if (is_overflow(get_u8(attrs[FMIP_DROPPED_A_REASON])))
			figures->overflow += packets;
		if (was_buffered(get_u8(attrs[FMIP_DROPPED_A_REASON])))
			figures->buffered += packets;
	}
}

int binding_read_figures(struct nlmsghdr *nlh, struct path_figures *figures)
{
	struct nlattr *attrs[FMIP_BINDING_A_MAX + 1], *stats[FMIP_STATS_A_MAX + 1];

	*figures = (struct path_figures){};
	if (genlmsg_parse(nlh, 0, attrs, FMIP_BINDING_A_MAX, NULL) ||
	    !attrs[FMIP_BINDING_A_STATS] ||
	    nla_parse_nested(stats, FMIP_STATS_A_MAX, attrs[FMIP_BINDING_A_STATS], NULL))
		return -EBADMSG;
	figures->received = get_u64(stats[FMIP_STATS_A_RECEIVED_PACKETS]);
	figures->buffered_most = get_u64(stats[FMIP_STATS_A_PEAK_PACKETS]);
	figures->released = get_u64(stats[FMIP_STATS_A_RELEASED_PACKETS]);
	figures->buffered = figures->released +
			    get_u64(stats[FMIP_STATS_A_BUFFERED_PACKETS]);
	read_dropped(stats[FMIP_STATS_A_DROPPED], figures);
	return 0;
}

int tunnel_put(struct nl_msg *msg, const struct ip6_ends *ends)
{
	if (nla_put_u8(msg, FMIP_TUNNEL_A_ENCAP, FMIP_ENCAP_IP6) ||
	    put_address(msg, FMIP_TUNNEL_A_LOCAL, &ends->source) ||
	    put_address(msg, FMIP_TUNNEL_A_REMOTE, &ends->destination))
		return -EMSGSIZE;
	return 0;
}

int tunnel_read(struct nlmsghdr *nlh, uint32_t *id, struct ip6_ends *ends)
{
	struct nlattr *attrs[FMIP_TUNNEL_A_MAX + 1];

	if (genlmsg_parse(nlh, 0, attrs, FMIP_TUNNEL_A_MAX, NULL) ||
	    !attrs[FMIP_TUNNEL_A_ID])
		return -EBADMSG;
	if (get_u8(attrs[FMIP_TUNNEL_A_ENCAP]) != FMIP_ENCAP_IP6)
		return -EPROTONOSUPPORT;
	*id = nla_get_u32(attrs[FMIP_TUNNEL_A_ID]);
	get_address(attrs[FMIP_TUNNEL_A_LOCAL], &ends->source);
	get_address(attrs[FMIP_TUNNEL_A_REMOTE], &ends->destination);
	return 0;
}

/* The end of a proxy, which has been asked for, is no news. */
static int read_change(struct nlattr **attrs, enum path_change *change, bool *ended)
{
	*ended = false;
	switch (get_u8(attrs[FMIP_EVENT_A_EVENT])) {
	case FMIP_EVENT_ATTACHED:
		*change = PATH_ATTACHED;
		return 0;
	case FMIP_EVENT_RELEASED:
		*change = PATH_RELEASED;
		return 0;
	case FMIP_EVENT_EXPIRED:
		if (get_u8(attrs[FMIP_EVENT_A_TIMER]) > FMIP_TIMER_HOLD)
			return -ENOMSG;
		*change = PATH_EXPIRED;
		*ended = true;
		return 0;
	case FMIP_EVENT_REMOVED:
		*change = PATH_EXPIRED;
		*ended = true;
		return 0;
	case FMIP_EVENT_OVERFLOW:
		*change = PATH_OVERFLOW;
		return 0;
	case FMIP_EVENT_REJECTED:
		*change = PATH_REJECTED;
		return 0;
	case FMIP_EVENT_DUPLICATE:
		*change = PATH_DUPLICATE;
		return 0;
	default:
		return -ENOMSG;
	}
}

int event_read(struct nlmsghdr *nlh, struct path_event *event, bool *ended)
{
	struct nlattr *attrs[FMIP_EVENT_A_MAX + 1];

	*event = (struct path_event){};
	if (genlmsg_parse(nlh, 0, attrs, FMIP_EVENT_A_MAX, NULL))
		return -EBADMSG;
	event->id = get_u32(attrs[FMIP_EVENT_A_BINDING]);
	event->cookie = get_u64(attrs[FMIP_EVENT_A_COOKIE]);
	event->ns = get_u64(attrs[FMIP_EVENT_A_TIME_NS]);
	netlink_lla(attrs[FMIP_EVENT_A_LLADDR], &event->lla);
	return read_change(attrs, &event->change, ended);
}
