// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "iface.h"
#include "names.h"
#include "show.h"

static void show_u32(FILE *out, const char *word, uint64_t given, int attr,
		     uint32_t value)
{
	if (given & GIVEN(attr))
		fprintf(out, " %s %" PRIu32, word, value);
}

static void show_some(FILE *out, const char *word, uint32_t value,
		      uint32_t none)
{
	if (value != none)
		fprintf(out, " %s %" PRIu32, word, value);
}

static void show_time(FILE *out, const char *word, uint64_t given, int attr,
		      uint32_t ms)
{
	char buf[TEXT_SIZE];

	if (given & GIVEN(attr))
		fprintf(out, " %s %s", word, ms ? text_time(ms, buf) : "none");
}

static void show_iface(FILE *out, const char *word, uint64_t given, int attr,
		       uint32_t ifindex)
{
	if (given & GIVEN(attr))
		fprintf(out, " %s %s", word, iface_name(ifindex));
}

static void show_name(FILE *out, const char *word, uint64_t given, int attr,
		      const struct name *table, uint8_t value)
{
	char buf[16];

	if (given & GIVEN(attr))
		fprintf(out, " %s %s", word, name_or_number(table, value, buf));
}

static void show_lladdr(FILE *out, uint64_t given, int attr,
			const struct lladdr *lladdr)
{
	char buf[TEXT_SIZE];

	if (given & GIVEN(attr) && lladdr->len)
		fprintf(out, " lladdr %s", text_lladdr(lladdr, buf));
}

static void show_match(FILE *out, const struct match *match)
{
	char name[16], buf[TEXT_SIZE];

	fprintf(out, " %s %s",
		name_or_number(names_direction, match->direction, name),
		text_prefix(&match->address, match->prefixlen, buf));
	switch (match->scope) {
	case FMIP_SCOPE_ANY:
		break;
	case FMIP_SCOPE_VRF:
		fprintf(out, " vrf %s", iface_name(match->ifindex));
		break;
	case FMIP_SCOPE_INTERFACE:
		fprintf(out, " dev %s", iface_name(match->ifindex));
		break;
	case FMIP_SCOPE_TUNNEL:
		fprintf(out, " from-tunnel %" PRIu32, match->tunnel);
		show_u32(out, "key", match->given, FMIP_MATCH_A_KEY,
			 match->key);
		break;
	}
}

static void show_target(FILE *out, const struct target *target)
{
	uint64_t given = target->given;
	char name[16];

	fprintf(out, " target %s",
		name_or_number(names_target, target->type, name));
	if (target->type == FMIP_TARGET_TUNNEL)
		fprintf(out, " %" PRIu32, target->tunnel);
	show_u32(out, "key", given, FMIP_TARGET_A_KEY, target->key);
	show_iface(out, "dev", given, FMIP_TARGET_A_IFINDEX, target->ifindex);
	show_lladdr(out, given, FMIP_TARGET_A_LLADDR, &target->lladdr);
	show_time(out, "lifetime", given, FMIP_TARGET_A_LIFETIME,
		  target->lifetime);
}

static void show_accept(FILE *out, const struct accept *accept)
{
	uint64_t given = accept->given;
	char name[16];

	fprintf(out, " accept tunnel %" PRIu32, accept->tunnel);
	show_u32(out, "key", given, FMIP_ACCEPT_A_KEY, accept->key);
	fprintf(out, " from %s",
		name_or_number(names_direction, accept->direction, name));
	show_time(out, "lifetime", given, FMIP_ACCEPT_A_LIFETIME,
		  accept->lifetime);
}

static void show_proxy(FILE *out, const struct proxy *proxy)
{
	uint64_t given = proxy->given;
	char buf[TEXT_SIZE];

	fprintf(out, " proxy %s", text_address(&proxy->address, buf));
	show_iface(out, "dev", given, FMIP_PROXY_A_IFINDEX, proxy->ifindex);
	if (proxy->flags & FMIP_PROXY_F_OVERRIDE)
		fprintf(out, " override");
	if (proxy->flags & FMIP_PROXY_F_ANNOUNCE)
		fprintf(out, " announce");
	show_time(out, "lifetime", given, FMIP_PROXY_A_LIFETIME,
		  proxy->lifetime);
}

static void show_evidence(FILE *out, const char *word, uint32_t on)
{
	const struct name *name;
	char before = ' ';

	if (on)
		fprintf(out, " %s", word);
	for (name = names_evidence; name->name; name++) {
		if (!(on & name->value))
			continue;
		fprintf(out, "%c%s", before, name->name);
		before = ',';
	}
}

static void show_attach(FILE *out, const struct attach *attach)
{
	uint64_t given = attach->given;

	if (!given)
		return;
	show_evidence(out, "attach", attach->on);
	show_iface(out, "dev", given, FMIP_ATTACH_A_IFINDEX, attach->ifindex);
	show_lladdr(out, given, FMIP_ATTACH_A_LLADDR, &attach->lladdr);
	show_name(out, "action", given, FMIP_ATTACH_A_ACTION, names_action,
		  attach->action);
}

static void show_lists(FILE *out, const struct binding *b)
{
	unsigned int i;

	for (i = 0; i < b->n_targets; i++)
		show_target(out, &b->targets[i]);
	for (i = 0; i < b->n_accepts; i++)
		show_accept(out, &b->accepts[i]);
	for (i = 0; i < b->n_proxies; i++)
		show_proxy(out, &b->proxies[i]);
	show_attach(out, &b->attach);
}

static void show_release(FILE *out, const struct binding *b)
{
	char buf[TEXT_SIZE];

	show_name(out, "release", b->given, FMIP_BINDING_A_RELEASE,
		  names_release, b->release);
	if (b->given & GIVEN(FMIP_BINDING_A_RELEASE) &&
	    b->release == FMIP_RELEASE_RATE)
		fprintf(out, " %" PRIu32, b->rate);
	if (b->given & GIVEN(FMIP_BINDING_A_SPEEDUP))
		fprintf(out, " speedup %s", text_speedup(b->speedup, buf));
}

static void show_limits(FILE *out, const struct binding *b)
{
	char buf[TEXT_SIZE];

	show_u32(out, "limit packets", b->given, FMIP_BINDING_A_LIMIT_PACKETS,
		 b->limit_packets);
	if (b->given & GIVEN(FMIP_BINDING_A_LIMIT_BYTES))
		fprintf(out, " limit bytes %s", text_size(b->limit_bytes, buf));
	show_time(out, "limit age", b->given, FMIP_BINDING_A_LIMIT_AGE,
		  b->limit_age);
	show_name(out, "overflow", b->given, FMIP_BINDING_A_OVERFLOW,
		  names_overflow, b->overflow);
	show_time(out, "hold-time", b->given, FMIP_BINDING_A_HOLD_TIME,
		  b->hold_time);
	show_name(out, "hold-expiry", b->given, FMIP_BINDING_A_HOLD_EXPIRY,
		  names_expiry, b->hold_expiry);
	if (b->guard_idle)
		show_time(out, "guard-idle", b->given,
			  FMIP_BINDING_A_GUARD_IDLE, b->guard_idle);
}

void show_binding(FILE *out, const struct binding *b, bool stats)
{
	unsigned int i;

	fprintf(out, "id %" PRIu32, b->id);
	if (b->cookie)
		fprintf(out, " cookie %" PRIu64, b->cookie);
	for (i = 0; i < b->n_matches; i++)
		show_match(out, &b->matches[i]);
	if (b->flags & FMIP_BINDING_F_LOCAL)
		fprintf(out, " local");
	show_name(out, "gate", b->given, FMIP_BINDING_A_GATE, names_gate,
		  b->gate);
	/* Ahead of the lists: behind a target it would be the target's. */
	show_time(out, "lifetime", b->given, FMIP_BINDING_A_LIFETIME,
		  b->lifetime);
	show_lists(out, b);
	show_release(out, b);
	show_limits(out, b);
	fputc('\n', out);

	if (!stats)
		return;
	if (b->given & GIVEN(FMIP_BINDING_A_HOLD_LEFT)) {
		fprintf(out, "   ");
		show_time(out, "hold-left", b->given, FMIP_BINDING_A_HOLD_LEFT,
			  b->hold_left);
		fputc('\n', out);
	}
	show_stats(out, &b->stats, "    ");
}

/* What the outer packets have; what is as it is by default goes unsaid. */
static void show_outer(FILE *out, const struct tunnel *t)
{
	const char *flow = name_of(names_flowlabel, t->flags & FLOW_FLAGS);

	show_some(out, "ttl", t->ttl, 0);
	if (t->given & GIVEN(FMIP_TUNNEL_A_DSCP))
		show_some(out, "dscp", t->dscp, FMIP_DSCP_INHERIT);
	if (t->given & GIVEN(FMIP_TUNNEL_A_ENCAPLIMIT))
		show_some(out, "encaplimit", t->encaplimit,
			  FMIP_ENCAPLIMIT_NONE);
	if (flow)
		fprintf(out, " flowlabel %s", flow);
	else if (t->flowlabel)
		fprintf(out, " flowlabel 0x%05" PRIx32, t->flowlabel);
	if (t->flags & FMIP_TUNNEL_F_FRAGMENT)
		fprintf(out, " fragment on");
	if (t->flags & FMIP_TUNNEL_F_UDP_CSUM)
		fprintf(out, " udp-csum on");
	show_some(out, "sport", t->sport, 0);
	show_some(out, "dport", t->dport, 0);
}

void show_tunnel(FILE *out, const struct tunnel *t, bool stats)
{
	char local[TEXT_SIZE], remote[TEXT_SIZE];
	uint64_t given = t->given;

	fprintf(out, "id %" PRIu32 " local %s remote %s", t->id,
		text_address(&t->local, local),
		text_address(&t->remote, remote));
	show_name(out, "encap", given, FMIP_TUNNEL_A_ENCAP, names_encap,
		  t->encap);
	if (t->ifindex)
		fprintf(out, " dev %s", iface_name(t->ifindex));
	if (t->mark)
		fprintf(out, " mark 0x%" PRIx32, t->mark);
	show_outer(out, t);
	fputc('\n', out);

	if (!stats)
		return;
	fprintf(out, "   ");
	show_u32(out, "users", given, FMIP_TUNNEL_A_USERS, t->users);
	show_u32(out, "mtu", given, FMIP_TUNNEL_A_MTU, t->mtu);
	fputc('\n', out);
}

void show_config(FILE *out, const struct config *c)
{
	char netns[TEXT_SIZE], module[TEXT_SIZE], guarantee[TEXT_SIZE];

	fprintf(out, "netns-bytes %s module-bytes %s",
		text_size(c->netns_bytes, netns),
		text_size(c->module_bytes, module));
	if (c->given & GIVEN(FMIP_CONFIG_A_GUARANTEE))
		fprintf(out, " guarantee %s", text_size(c->guarantee, guarantee));
	fprintf(out, " exempt-mark 0x%" PRIx32 "/0x%" PRIx32,
		c->exempt_mark, c->exempt_mask);
	fprintf(out, " proxies-max %" PRIu32 "\n", c->proxies_max);
}

static void show_dropped(FILE *out, const struct stats *s, const char *indent)
{
	const char *before = "dropped";
	char name[16];
	int i;

	for (i = 0; i < 256; i++) {
		if (!s->dropped[i])
			continue;
		fprintf(out, "%s%s %s %" PRIu64,
			before[0] == 'd' ? indent : "", before,
			name_or_number(names_drop, i, name), s->dropped[i]);
		before = "";
	}
	if (!before[0])
		fputc('\n', out);
}

void show_stats(FILE *out, const struct stats *s, const char *indent)
{
	fprintf(out, "%sreceived packets %" PRIu64 " bytes %" PRIu64 "\n",
		indent, s->received_packets, s->received_bytes);
	fprintf(out, "%ssent packets %" PRIu64 " bytes %" PRIu64
		" released %" PRIu64 "\n", indent, s->sent_packets,
		s->sent_bytes, s->released_packets);
	fprintf(out, "%sbuffered packets %" PRIu64 " bytes %" PRIu64
		" peak-packets %" PRIu64 " peak-bytes %" PRIu64, indent,
		s->buffered_packets, s->buffered_bytes, s->peak_packets,
		s->peak_bytes);
	if (s->given & GIVEN(FMIP_STATS_A_GUARANTEED_BYTES))
		fprintf(out, " guaranteed %" PRIu64, s->guaranteed_bytes);
	fputc('\n', out);
	fprintf(out, "%sdecap packets %" PRIu64 " bytes %" PRIu64 "\n",
		indent, s->decap_packets, s->decap_bytes);
	fprintf(out, "%sattached %" PRIu64 " rejected %" PRIu64
		" proxy-answers %" PRIu64, indent, s->attached, s->rejected,
		s->proxy_answers);
	if (s->given & GIVEN(FMIP_STATS_A_FIRST_RELEASE_NS))
		fprintf(out, " first-release %" PRIu64 "ns",
			s->first_release_ns);
	fputc('\n', out);
	if (s->copied_packets || s->window_packets)
		fprintf(out, "%scopied packets %" PRIu64 " window %" PRIu64 "\n",
			indent, s->copied_packets, s->window_packets);
	if (s->given & GIVEN(FMIP_STATS_A_BINDINGS))
		fprintf(out, "%sbindings %" PRIu32 " tunnels %" PRIu32 "\n",
			indent, s->bindings, s->tunnels);
	show_dropped(out, s, indent);
}

void show_event(FILE *out, const struct event *e, bool stats)
{
	uint64_t given = e->given;
	char buf[TEXT_SIZE];

	fprintf(out, "%s", name_or_number(names_event, e->event, buf));
	if (given & GIVEN(FMIP_EVENT_A_TIME_NS))
		fprintf(out, " time %" PRIu64 ".%09" PRIu64,
			e->time_ns / 1000000000, e->time_ns % 1000000000);
	show_u32(out, "binding", given, FMIP_EVENT_A_BINDING, e->binding);
	if (e->cookie)
		fprintf(out, " cookie %" PRIu64, e->cookie);
	show_name(out, "timer", given, FMIP_EVENT_A_TIMER, names_timer,
		  e->timer);
	if (given & GIVEN(FMIP_EVENT_A_ADDR))
		fprintf(out, " addr %s", text_address(&e->address, buf));
	show_iface(out, "dev", given, FMIP_EVENT_A_IFINDEX, e->ifindex);
	show_lladdr(out, given, FMIP_EVENT_A_LLADDR, &e->lladdr);
	show_evidence(out, "on", e->on);
	fputc('\n', out);
	if (stats && given & GIVEN(FMIP_EVENT_A_STATS))
		show_stats(out, &e->stats, "    ");
}
