// SPDX-License-Identifier: GPL-2.0-only
/*
 * This node, as the state machines see it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "host.h"
#include "log.h"
#include "secret.h"

/* By then a home agent that does not answer was asked six times (RFC 6275 11.8). */
#define HOOK_MS	60000

/* No more of the sequence numbers than those of that time are lost with the power. */
#define SYNC_NS		5000000000ull

static const struct config_interface *configured(const struct host *host,
						 unsigned int ifindex)
{
	const char *name = link_name(host->link, ifindex);
	size_t i;

	for (i = 0; name && i < host->config->interfaces_count; i++)
		if (!strcmp(host->config->interfaces[i].name, name))
			return &host->config->interfaces[i];
	return NULL;
}

static bool is_configured(const struct host *host, unsigned int ifindex)
{
	return configured(host, ifindex);
}

/* What the state machines ask for. */

static uint64_t now(void *world)
{
	(void)world;
	return loop_now();
}

/* To a router nothing is sent that would go in cleartext. */
static bool may_leave(const struct host *host, const struct message *m)
{
	return host->config->ipsec != CONFIG_IPSEC_REQUIRED ||
	       m->next_header != IPPROTO_MH ||
	       !config_peer(host->config, &m->ends.destination) ||
	       policies_protect(host->policies, &m->ends.destination);
}

static void send_message(void *world, const struct message *m)
{
	struct host *host = world;
	struct log_line line;
	int err = may_leave(host, m) ? rawsock_send(host->rawsock, m) : -EPERM;

	if (!err)
		return;
	log_begin(&line, LOG_WARNING, "send", loop_now());
	log_address(&line, "source", &m->ends.source);
	log_address(&line, "destination", &m->ends.destination);
	log_text(&line, "interface", link_name(host->link, m->ifindex));
	log_text(&line, "error", strerror(-err));
	log_end(&line);
}

static int path_set(void *world, const struct path *path)
{
	return paths_set(((struct host *)world)->paths, path);
}

/* All of them have a lifetime: none that is left stays for ever. */
static void path_end(void *world, uint32_t id)
{
	struct host *host = world;

	if (!host->leaves)
		paths_end(host->paths, id);
}

static int path_figures(void *world, uint32_t id, struct path_figures *figures)
{
	return paths_figures(((struct host *)world)->paths, id, figures);
}

static void alarm_set(void *world, struct alarm *alarm, uint64_t at_ns)
{
	loop_alarm_set(((struct host *)world)->loop, alarm, at_ns);
}

static void alarm_stop(void *world, struct alarm *alarm)
{
	(void)world;
	loop_alarm_stop(alarm);
}

static int lla_of(void *world, unsigned int ifindex, const struct in6_addr *address,
		  struct lla *lla)
{
	return link_lla_of(((struct host *)world)->link, ifindex, address, lla);
}

static unsigned int ifindex_of(void *world, const char *name)
{
	return link_ifindex(((struct host *)world)->link, name);
}

static bool is_own(void *world, const struct in6_addr *address)
{
	return link_is_own(((struct host *)world)->link, address);
}

static int own_address(void *world, unsigned int ifindex, bool global,
		       struct in6_addr *address)
{
	return link_own_address(((struct host *)world)->link, ifindex, global, address);
}

static bool is_on_link(void *world, unsigned int ifindex, const struct in6_addr *address)
{
	return link_is_on(((struct host *)world)->link, ifindex, address);
}

static int own_lla(void *world, unsigned int ifindex, struct lla *lla)
{
	return link_own_lla(((struct host *)world)->link, ifindex, lla);
}

static unsigned int mtu(void *world, unsigned int ifindex)
{
	return link_mtu(((struct host *)world)->link, ifindex);
}

static void neighbour_set(void *world, unsigned int ifindex,
			  const struct in6_addr *address, const struct lla *lla)
{
	struct host *host = world;
	int err = link_neighbour_set(host->link, ifindex, address, lla);

	if (err)
		log_error("neighbour", link_name(host->link, ifindex), err);
}

static int router(void *world, unsigned int ifindex, struct nd_ra *ra)
{
	return router_advertises(((struct host *)world)->router, ifindex, ra);
}

static void probe(void *world, unsigned int ifindex, const struct in6_addr *address,
		  uint32_t ms)
{
	struct host *host = world;
	int err = probe_start(host->probes, ifindex, address, ms);

	if (!err)
		return;
	log_error("probe", link_name(host->link, ifindex), err);
	/* Nobody has answered, and who waits for that is not kept waiting. */
	engine_probed(&host->engine, ifindex, address, NULL);
}

static void remember(void *world, const struct in6_addr *pcoa, uint32_t spi,
		     uint16_t sequence)
{
	struct host *host = world;
	int err = store_set(host->store, pcoa, spi, sequence);

	if (err)
		log_error("store", "remember", err);
	else
		disk_changed(host->disk);
}

static int recall(void *world, const struct in6_addr *pcoa, uint32_t spi,
		  uint16_t *sequence)
{
	return store_get(((struct host *)world)->store, pcoa, spi, sequence);
}

/* It fails only where the kernel has no random numbers at all. */
static void random_octets(void *world, void *octets, size_t len)
{
	(void)world;
	while (getrandom(octets, len, 0) != (ssize_t)len)
		if (errno != EINTR)
			abort();
}

static int secret(void *world, void *octets, size_t len)
{
	const char *directory = ((struct host *)world)->config->state;
	int err = secret_get(directory, octets, len);

	if (err)
		log_error("secret", directory, err);
	return err;
}

static unsigned int own_globals(void *world, unsigned int ifindex,
				struct in6_addr *addresses, unsigned int max)
{
	return link_own_globals(((struct host *)world)->link, ifindex, addresses, max);
}

static void prepare(void *world, const struct stay *how)
{
	stays_prepare(((struct host *)world)->stays, how);
}

static void away(void *world, const struct stay *how)
{
	stays_away(((struct host *)world)->stays, how);
}

static int stay(void *world, const struct stay *how)
{
	return stays_set(((struct host *)world)->stays, how);
}

static int release(void *world, const struct stay *how)
{
	return stays_release(((struct host *)world)->stays, how);
}

static void arrived(void *world, const struct stay *how)
{
	struct host *host = world;
	struct hook_facts facts = {
		.interface = link_name(host->link, how->ifindex),
		.control = host->config->control,
		.stay = how,
	};

	if (host->config->mn.complete && facts.interface)
		hook_run(host->hook, host->config->mn.complete, &facts);
}

static void settle(void *world)
{
	stays_settle(((struct host *)world)->stays);
}

static void back(void *world)
{
	stays_undo(((struct host *)world)->stays);
}

static void log_record(struct log_line *line, const struct record *record)
{
	unsigned int i;

	log_text(line, "mode", record->mode);
	if (record->counted) {
		log_number(line, "received", record->packets.received);
		log_number(line, "buffered", record->packets.buffered);
		log_number(line, "buffered_most", record->packets.buffered_most);
		log_number(line, "released", record->packets.released);
		log_number(line, "overflow", record->packets.overflow);
		log_number(line, "dropped", record->packets.dropped);
	}
	for (i = 0; i < record->steps; i++) {
		if (i == RECORD_STEPS_FIRST && record->left_out)
			log_number(line, "steps_left_out", record->left_out);
		log_text(line, record->step[i].sent ? "sent" : "step",
			 record->step[i].what);
		log_number(line, "us", (record->step[i].ns - record->step[0].ns) / 1000);
	}
}

static void report(void *world, const struct report *r)
{
	static const struct { const char *kind; int priority; } kinds[] = {
		[REPORT_ALARM] = { "alarm", LOG_WARNING },
		[REPORT_STATE] = { "state", LOG_DEBUG },
		[REPORT_DONE] = { "handover", LOG_INFO },
		[REPORT_REFUSED] = { "refused", LOG_NOTICE },
	};
	struct host *host = world;
	struct log_line line;

	if (host->told)
		host->told(host->told_arg, r);
	log_begin(&line, kinds[r->kind].priority, kinds[r->kind].kind, loop_now());
	log_text(&line, "role", r->role);
	log_text(&line, "what", r->text);
	log_address(&line, "pcoa", &r->pcoa);
	log_address(&line, "ncoa", &r->ncoa);
	log_text(&line, "peer", r->peer);
	log_address(&line, "from", &r->from);
	if (r->kind == REPORT_DONE && r->record)
		log_record(&line, r->record);
	log_end(&line);
}

static const struct world_ops ops = {
	.now = now,
	.send = send_message,
	.path_set = path_set,
	.path_end = path_end,
	.path_figures = path_figures,
	.alarm_set = alarm_set,
	.alarm_stop = alarm_stop,
	.lla_of = lla_of,
	.ifindex_of = ifindex_of,
	.is_own = is_own,
	.own_address = own_address,
	.is_on_link = is_on_link,
	.own_lla = own_lla,
	.mtu = mtu,
	.neighbour_set = neighbour_set,
	.router = router,
	.probe = probe,
	.remember = remember,
	.recall = recall,
	.random = random_octets,
	.secret = secret,
	.own_globals = own_globals,
	.prepare = prepare,
	.away = away,
	.stay = stay,
	.release = release,
	.arrived = arrived,
	.settle = settle,
	.back = back,
	.report = report,
};

/* What the state machines are told.  Before they run nothing of it matters. */

static void on_message(void *arg, const struct message *m)
{
	struct message message = *m;
	struct host *host = arg;
	struct lla own = {};

	if (!host->running)
		return;
	if (m->next_header == IPPROTO_ICMPV6) {
		if (!is_configured(host, m->ifindex))
			return;
		link_own_lla(host->link, m->ifindex, &own);
		router_heard(host->router, host->link, m);
		probe_heard(host->probes, m, own.len);
	} else {
		/* The policy that XFRM has applied is that of the home address. */
		message.protected = !m->has_home && link_is_plain(host->link, m->ifindex) &&
				    policies_protect(host->policies, &m->ends.source);
	}
	engine_receive(&host->engine, &message);
}

static void on_probed(void *arg, unsigned int ifindex, const struct in6_addr *address,
		      const struct lla *lla)
{
	struct host *host = arg;

	if (host->running)
		engine_probed(&host->engine, ifindex, address, lla);
}

static void on_path(void *arg, const struct path_event *event)
{
	struct host *host = arg;

	if (host->running)
		engine_path(&host->engine, event);
}

static void on_link(void *arg, const struct link_event *event)
{
	struct host *host = arg;
	const struct config_interface *i = configured(host, event->ifindex);

	if (!host->running || !i || i->triggers == CONFIG_TRIGGERS_NONE)
		return;
	if (event->lla.len || i->triggers == CONFIG_TRIGGERS_LINK ||
	    !wifi_carrier(host->wifi, event))
		engine_link(&host->engine, event);
}

/* An access point that is a port of a bridge has its stations on that. */
static void on_wifi(void *arg, const struct link_event *event)
{
	const struct config_interface *i;
	struct link_event e = *event;
	struct host *host = arg;

	e.port = e.ifindex;
	if (e.lla.len && !is_configured(host, e.ifindex))
		e.ifindex = link_master(host->link, e.ifindex);
	i = configured(host, e.ifindex);
	if (host->running && i && i->triggers == CONFIG_TRIGGERS_ALL)
		engine_link(&host->engine, &e);
}

static void on_neighbour(void *arg, unsigned int ifindex, const struct in6_addr *address,
			 const struct lla *lla)
{
	struct host *host = arg;

	if (host->running && is_configured(host, ifindex) && !IN6_IS_ADDR_LINKLOCAL(address))
		engine_neighbour(&host->engine, ifindex, address, lla);
}

/* Of the other node nothing is known but that there is one. */
static void on_own_probed(void *arg, unsigned int ifindex, const struct in6_addr *address,
			  bool duplicate)
{
	static const struct lla somebody = {};

	on_probed(arg, ifindex, address, duplicate ? &somebody : NULL);
}

static void join(struct host *host, unsigned int ifindex)
{
	int err = rawsock_join(host->rawsock, ifindex);

	if (err)
		log_error("join", link_name(host->link, ifindex), err);
	router_ask(host->rawsock, host->link, ifindex);
}

static void on_appeared(void *arg, unsigned int ifindex)
{
	struct host *host = arg;

	if (host->rawsock && is_configured(host, ifindex))
		join(host, ifindex);
}

static const struct link_ops link_ops = {
	.appeared = on_appeared,
	.changed = on_link,
	.neighbour = on_neighbour,
	.probed = on_own_probed,
};

static bool on_adopt(void *arg, const struct path *path)
{
	return engine_adopt(&((struct host *)arg)->engine, path);
}

/* One that is not there yet is joined when it appears. */
static void join_all(struct host *host)
{
	unsigned int ifindex;
	size_t i;

	for (i = 0; i < host->config->interfaces_count; i++) {
		ifindex = link_ifindex(host->link, host->config->interfaces[i].name);
		if (!ifindex)
			continue;
		join(host, ifindex);
		if (host->config->interfaces[i].triggers == CONFIG_TRIGGERS_ALL)
			wifi_look(host->wifi, ifindex);
	}
}

/*
 * A mobile node is told what it would be if its link came up now.  A router may have
 * missed that one went down, or came back.
 */
static void tell_links(struct host *host)
{
	bool mn = host->config->roles & CONFIG_MN;
	struct link_event event = { .ns = mn ? loop_now() : 0 };
	bool up;
	size_t i;

	for (i = 0; i < host->config->interfaces_count; i++) {
		event.ifindex = link_ifindex(host->link, host->config->interfaces[i].name);
		up = link_is_up(host->link, event.ifindex);
		event.change = up ? LINK_UP : LINK_DOWN;
		if (event.ifindex && (up || !mn))
			on_link(host, &event);
	}
}

static int failed(const char *what, int err)
{
	log_error("start", what, err);
	return err;
}

static int open_files(struct host *host)
{
	int err = store_open(host->config->state, &host->store);

	if (!err)
		err = disk_open(host->loop, store_file(host->store), SYNC_NS, &host->disk);
	if (err)
		return failed(host->config->state, err);
	host->router = router_open();
	return host->router ? 0 : failed("router advertisements", -ENOMEM);
}

/* What a router has, and what a mobile node has, on whatever kernel it is. */
static int open_data_path(struct host *host)
{
	int err = 0;

	if (host->config->roles & CONFIG_MN)
		err = stays_open(host->loop, host->link, host->config->mn.hold_bytes,
				 &host->stays);
	if (err)
		return failed("addresses and routes", err);
	if (host->config->roles & CONFIG_MN)
		err = hook_open(host->loop, HOOK_MS, &host->hook);
	if (err)
		return failed("mn.complete", err);
	if (host->config->roles & ~CONFIG_MN)
		err = paths_open(host->loop, on_path, host, &host->paths);
	return err ? failed("data path: is the fmip module loaded?", err) : 0;
}

static void on_exposed(void *arg)
{
	struct host *host = arg;

	if (host->rawsock)
		rawsock_discard(host->rawsock);
}

static int open_sockets(struct host *host)
{
	int err = link_open(host->loop, &link_ops, host, &host->link);

	if (err)
		return failed("rtnetlink", err);
	err = wifi_open(host->loop, on_wifi, host, &host->wifi);
	if (err)
		return failed("nl80211", err);
	err = open_data_path(host);
	if (err)
		return err;
	/* Before there is a socket for what they shall keep out. */
	err = policies_open(host->loop, host->config, on_exposed, host, &host->policies);
	if (err)
		return failed("xfrm policies", err);
	err = rawsock_open(host->loop, on_message, host, &host->rawsock);
	if (err)
		return failed("raw sockets", err);
	err = probes_open(host->loop, on_probed, host, &host->probes);
	return err ? failed("probe socket", err) : 0;
}

static int start(struct host *host)
{
	int err = engine_start(&host->engine, host->config, &ops, host);

	if (err)
		return failed("state machines", err);
	host->running = true;
	err = host->paths ? paths_adopt(host->paths, on_adopt, host) : 0;
	if (err)
		return failed("bindings from before", err);
	link_each_neighbour(host->link, on_neighbour, host);
	join_all(host);
	tell_links(host);
	return 0;
}

/* A mobile node then has no handovers until it gets one. */
static void miss_keys(const struct config *config)
{
	struct log_line line;

	if (!(config->roles & CONFIG_MN) || config->keys_count)
		return;
	log_begin(&line, LOG_NOTICE, "keys", loop_now());
	log_text(&line, "what", "there is none, until one is given: fmipctl key add");
	log_end(&line);
}

int host_open(struct host *host, struct loop *loop, struct config *config)
{
	int err;

	*host = (struct host){ .config = config, .loop = loop };
	log_limit(config->limits.log);
	miss_keys(config);
	host->keyring = keyring_open();
	config->keyring = host->keyring;
	err = host->keyring ? open_files(host) : failed("keys", -ENOMEM);
	if (!err)
		err = open_sockets(host);
	if (!err)
		err = start(host);
	if (err)
		host_close(host);
	return err;
}

void host_close(struct host *host)
{
	if (host->running)
		engine_stop(&host->engine);
	host->running = false;
	probes_close(host->probes);
	rawsock_close(host->rawsock);
	policies_close(host->policies);
	paths_close(host->paths);
	stays_close(host->stays);
	hook_close(host->hook);
	wifi_close(host->wifi);
	link_close(host->link);
	router_close(host->router);
	disk_close(host->disk);
	store_close(host->store);
	config_free(host->config);
	keyring_close(host->keyring);
}

void host_leave(struct host *host)
{
	host->leaves = true;
	host_close(host);
}

void host_forget(struct host *host, const struct config_key *key)
{
	store_forget(host->store, host->config, key);
	disk_changed(host->disk);
}

const char *host_configure(struct host *host, struct config *config)
{
	const char *setting = config_fixed(host->config, config);
	struct config *old = host->config;
	int err;

	if (setting)
		return setting;
	host->config = config;
	config->keyring = host->keyring;
	log_limit(config->limits.log);
	err = policies_configure(host->policies, config);
	if (err)
		log_error("xfrm", "some neighbours are not protected", err);
	if (host->stays)
		stays_limit(host->stays, config->mn.hold_bytes);
	engine_configure(&host->engine, config);
	store_forget_changed(host->store, old, config);
	disk_changed(host->disk);
	config_free(old);
	join_all(host);
	return NULL;
}
