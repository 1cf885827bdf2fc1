// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "test.h"

/* What is to happen: an alarm, or a message arrives. */
struct sim_event {
	struct sim_event *next;
	uint64_t at;
	struct alarm *alarm;
	struct sim_node *to;
	struct message m;
	uint8_t data[ENGINE_MESSAGE_MAX];
};

static void schedule(struct sim *sim, struct sim_event *event)
{
	struct sim_event **p = &sim->events;

	while (*p && (*p)->at <= event->at)
		p = &(*p)->next;
	event->next = *p;
	*p = event;
}

static void cancel(struct sim *sim, struct sim_event *event)
{
	struct sim_event **p = &sim->events;

	while (*p != event)
		p = &(*p)->next;
	*p = event->next;
	free(event);
}

static uint64_t now(void *world)
{
	return ((struct sim_node *)world)->sim->now;
}

static void alarm_stop(void *world, struct alarm *alarm)
{
	struct sim_node *node = world;

	if (alarm->handle)
		cancel(node->sim, alarm->handle);
	alarm->handle = NULL;
}

static void alarm_set(void *world, struct alarm *alarm, uint64_t at_ns)
{
	struct sim_node *node = world;
	struct sim_event *event = calloc(1, sizeof(*event));

	assert_non_null(event);
	alarm_stop(world, alarm);
	event->at = at_ns;
	event->alarm = alarm;
	event->to = node;
	alarm->handle = event;
	schedule(node->sim, event);
}

static bool has(const struct sim_node *node, const struct message *m)
{
	unsigned int i;

	for (i = 0; i < node->addresses; i++)
		if ((IN6_IS_ADDR_MULTICAST(&m->ends.destination) ||
		     IN6_ARE_ADDR_EQUAL(&node->address[i].address, &m->ends.destination)) &&
		    (!m->ifindex || m->ifindex == node->address[i].ifindex))
			return true;
	return false;
}

static const struct sim_address *on_link(const struct sim_node *node, unsigned int ifindex)
{
	unsigned int i;

	for (i = 0; i < node->addresses; i++)
		if (node->address[i].ifindex == ifindex)
			return &node->address[i];
	return NULL;
}

/* All that goes farther goes by the router of the link, which is to be on it. */
static bool has_way(const struct sim_node *node, const struct message *m)
{
	const struct message to_router = {
		.ends.destination = node->stay.router, .ifindex = node->stay.ifindex,
	};
	unsigned int i;

	if (m->ifindex)
		return on_link(node, m->ifindex);
	for (i = 0; node->stays && i < node->sim->nodes; i++)
		if (has(&node->sim->node[i], &to_router))
			return true;
	return !node->stays;
}

/* Of a message for which its sender left that to the routing table. */
static unsigned int arrives_at(const struct sim_node *from, const struct sim_node *to,
			       const struct in6_addr *source)
{
	const struct sim_address *a;

	for (a = from->address; a < from->address + from->addresses; a++)
		if (IN6_ARE_ADDR_EQUAL(&a->address, source) && on_link(to, a->ifindex))
			return a->ifindex;
	return SIM_UPLINK;
}

static void deliver(const struct sim_node *from, struct sim_node *to,
		    const struct message *m, uint64_t at)
{
	struct sim_event *event = calloc(1, sizeof(*event));

	assert_non_null(event);
	assert_true(m->len <= sizeof(event->data));
	memcpy(event->data, m->data, m->len);
	event->m = *m;
	event->m.data = event->data;
	if (!m->ifindex)
		event->m.ifindex = arrives_at(from, to, &m->ends.source);
	event->at = at;
	event->to = to;
	schedule(to->sim, event);
}

void sim_send(struct sim_node *node, const struct message *m)
{
	struct sim *sim = node->sim;
	enum sim_fate fate = SIM_ARRIVES;
	unsigned int i;

	if (sim->fate)
		fate = sim->fate(sim->context, sim->sent, m);
	sim->sent++;
	if (fate == SIM_LOST || (sim->faithful && !has_way(node, m)))
		return;
	for (i = 0; i < sim->nodes; i++) {
		if (&sim->node[i] == node || !has(&sim->node[i], m))
			continue;
		deliver(node, &sim->node[i], m, sim->now + sim->latency +
			(fate == SIM_LATE ? 25 * MS : 0));
		if (fate == SIM_TWICE)
			deliver(node, &sim->node[i], m, sim->now + sim->latency + MS);
	}
}

static void send_message(void *world, const struct message *m)
{
	sim_send(world, m);
}

static struct path *find_path(struct sim_node *node, uint32_t id)
{
	unsigned int i;

	for (i = 0; i < SIM_PATHS; i++)
		if (node->path[i].id == id)
			return &node->path[i];
	return NULL;
}

static bool has_match(const struct path *path, const struct path_match *match)
{
	unsigned int i;

	for (i = 0; i < path->matches; i++)
		if (path->match[i].source == match->source &&
		    path->match[i].ifindex == match->ifindex &&
		    path->match[i].prefix.len == match->prefix.len &&
		    IN6_ARE_ADDR_EQUAL(&path->match[i].prefix.address,
				       &match->prefix.address))
			return true;
	return false;
}

/* The kernel's fmip_match_swap(), in short: two bindings have no match in common. */
static bool is_taken(const struct sim_node *node, const struct path *path)
{
	const struct path *p;
	unsigned int i;

	for (p = node->path; p < node->path + SIM_PATHS; p++)
		for (i = 0; p->id && p->id != path->id && i < path->matches; i++)
			if (has_match(p, &path->match[i]))
				return true;
	return false;
}

static bool has_proxy(const struct path *path, const struct path_proxy *proxy)
{
	unsigned int i;

	for (i = 0; i < path->proxies; i++)
		if (path->proxy[i].ifindex == proxy->ifindex &&
		    IN6_ARE_ADDR_EQUAL(&path->proxy[i].address, &proxy->address))
			return true;
	return false;
}

/* The same of what is defended: see fmip_request_read_proxies(). */
static bool is_defended(const struct sim_node *node, const struct path *path)
{
	const struct path *p;
	unsigned int i;

	for (p = node->path; p < node->path + SIM_PATHS; p++)
		for (i = 0; p->id && p->id != path->id && i < path->proxies; i++)
			if (has_proxy(p, &path->proxy[i]))
				return true;
	return false;
}

/* Its check_attach(): who opens the gate is who is sent what comes out of it. */
static void check_attach(const struct path *path)
{
	if (!path->attach.ifindex || !path->attach.open)
		return;
	assert_int_equal(path->target, PATH_LINK);
	assert_int_equal(path->ifindex, path->attach.ifindex);
	assert_true(lla_equal(&path->lla, &path->attach.lla));
}

/* The kernel's read_replay(): only a gate that copies, and drains nothing, has copies. */
static bool may_replay(const struct sim_node *node, const struct path *p,
		       const struct path *path)
{
	return path->replay_ns == UINT64_MAX ||
	       (p->id == path->id && p->gate == PATH_COPY && path->gate != PATH_COPY &&
		!node->drains[p - node->path]);
}

/* Nothing has a queue here: where there may be one, it takes until sim_release(). */
static bool drains(const struct sim_node *node, const struct path *p,
		   const struct path *path)
{
	if (p->id != path->id || path->gate == PATH_HOLD)
		return false;
	return node->drains[p - node->path] || p->gate == PATH_HOLD ||
	       path->replay_ns != UINT64_MAX;
}

static int path_set(void *world, const struct path *path)
{
	struct sim_node *node = world;
	struct path *p = find_path(node, path->id) ?: find_path(node, 0);

	assert_int_not_equal(path->id, 0);
	/* Or it would stay in the kernel for ever if the daemon were gone. */
	assert_int_not_equal(path->lifetime, 0);
	if (node->path_errno)
		return node->path_errno;
	check_attach(path);
	if (is_taken(node, path) || is_defended(node, path))
		return -EEXIST;
	assert_non_null(p);
	/* The kernel tells of the end of a release only if there is something, or it opens. */
	assert_false(p->id == path->id && p->gate == PATH_HOLD && path->gate == PATH_COPY);
	if (!may_replay(node, p, path))
		return -EINVAL;
	if (node->sim->sets)
		node->sim->sets(node, p - node->path, path);
	node->drains[p - node->path] = drains(node, p, path);
	if (p->id != path->id || p->gate != PATH_COPY)
		node->copies_ns[p - node->path] = node->sim->now;
	if (path->replay_ns != UINT64_MAX)
		node->replayed_ns = path->replay_ns;
	*p = *path;
	node->path_ns[p - node->path] = node->sim->now;
	return 0;
}

static void path_end(void *world, uint32_t id)
{
	struct sim_node *node = world;
	struct path *p = find_path(node, id);

	assert_non_null(p);
	if (node->killed)
		return;
	if (node->sim->sets)
		node->sim->sets(node, p - node->path, NULL);
	p->id = 0;
}

static int path_figures(void *world, uint32_t id, struct path_figures *figures)
{
	*figures = ((struct sim_node *)world)->figures;
	return find_path(world, id) ? 0 : -ENOENT;
}

static int lla_of(void *world, unsigned int ifindex, const struct in6_addr *address,
		  struct lla *lla)
{
	struct sim *sim = ((struct sim_node *)world)->sim;
	const struct sim_address *a;
	unsigned int i, j;

	for (i = 0; i < sim->nodes; i++)
		for (j = 0; j < sim->node[i].addresses; j++) {
			a = &sim->node[i].address[j];
			if (a->ifindex != ifindex ||
			    !IN6_ARE_ADDR_EQUAL(&a->address, address))
				continue;
			*lla = a->lla;
			return 0;
		}
	return -ENOENT;
}

static unsigned int ifindex_of(void *world, const char *name)
{
	(void)world;
	return atoi(name + strlen("link"));
}

static int router(void *world, unsigned int ifindex, struct nd_ra *ra)
{
	const struct sim_node *node = world;

	(void)ifindex;
	if (node->silent)
		return -ENOENT;
	*ra = (struct nd_ra){ .lifetime = 1800 };
	return 0;
}

static bool is_own(void *world, const struct in6_addr *address)
{
	struct message m = { .ends.destination = *address };

	return has(world, &m);
}

static int own_address(void *world, unsigned int ifindex, bool global,
		       struct in6_addr *address)
{
	const struct sim_node *node = world;
	const struct sim_address *a;

	for (a = node->address; a < node->address + node->addresses; a++) {
		if (a->ifindex != ifindex ||
		    IN6_IS_ADDR_LINKLOCAL(&a->address) == global)
			continue;
		*address = a->address;
		return 0;
	}
	return -ENOENT;
}

/* All prefixes are of 64 bits. */
static bool is_on_link(void *world, unsigned int ifindex, const struct in6_addr *address)
{
	const struct sim_node *node = world;
	const struct sim_address *a;

	for (a = node->address; a < node->address + node->addresses; a++)
		if (a->ifindex == ifindex && !IN6_IS_ADDR_LINKLOCAL(&a->address) &&
		    !memcmp(&a->address, address, 8))
			return true;
	return false;
}

static int own_lla(void *world, unsigned int ifindex, struct lla *lla)
{
	const struct sim_address *a = on_link(world, ifindex);

	if (!a)
		return -ENOENT;
	*lla = a->lla;
	return 0;
}

static unsigned int mtu(void *world, unsigned int ifindex)
{
	(void)world;
	(void)ifindex;
	return 1500;
}

static void neighbour_set(void *world, unsigned int ifindex,
			  const struct in6_addr *address, const struct lla *lla)
{
	(void)world;
	(void)ifindex;
	(void)address;
	(void)lla;
}

static void probe(void *world, unsigned int ifindex, const struct in6_addr *address,
		  uint32_t ms)
{
	struct sim_node *node = world;

	(void)ms;
	node->probes++;
	if (node->deaf)
		engine_probed(&node->engine, ifindex, address, NULL);
}

static struct sim_number *find_number(struct sim_node *node, const struct in6_addr *pcoa,
				      uint32_t spi)
{
	unsigned int i;

	for (i = 0; i < node->numbers; i++)
		if (node->number[i].spi == spi &&
		    IN6_ARE_ADDR_EQUAL(&node->number[i].pcoa, pcoa))
			return &node->number[i];
	return NULL;
}

static void remember(void *world, const struct in6_addr *pcoa, uint32_t spi,
		     uint16_t sequence)
{
	struct sim_node *node = world;
	struct sim_number *number = find_number(node, pcoa, spi);

	if (!number) {
		assert_true(node->numbers < SIM_NUMBERS);
		number = &node->number[node->numbers++];
	}
	*number = (struct sim_number){ *pcoa, spi, sequence };
}

static int recall(void *world, const struct in6_addr *pcoa, uint32_t spi,
		  uint16_t *sequence)
{
	const struct sim_number *number = find_number(world, pcoa, spi);

	if (!number)
		return -ENOENT;
	*sequence = number->sequence;
	return 0;
}

static void random_octets(void *world, void *octets, size_t len)
{
	(void)world;
	memset(octets, 0x5a, len);
}

static int secret(void *world, void *octets, size_t len)
{
	const struct sim_node *node = world;

	memset(octets, 0xa5 ^ (node - node->sim->node), len);
	return 0;
}

static unsigned int own_globals(void *world, unsigned int ifindex,
				struct in6_addr *addresses, unsigned int max)
{
	const struct sim_node *node = world;
	unsigned int i, n = 0;

	for (i = 0; i < node->addresses && n < max; i++)
		if (node->address[i].ifindex == ifindex &&
		    !IN6_IS_ADDR_LINKLOCAL(&node->address[i].address))
			addresses[n++] = node->address[i].address;
	return n;
}

static void remove_address(struct sim_node *node, const struct in6_addr *address)
{
	unsigned int i = 0;

	while (i < node->addresses) {
		if (IN6_ARE_ADDR_EQUAL(&node->address[i].address, address))
			node->address[i] = node->address[--node->addresses];
		else
			i++;
	}
}

static void add_address(struct sim_node *node, unsigned int ifindex,
			const struct in6_addr *address)
{
	struct sim_address a = { *address, ifindex, {} };

	if (own_lla(node, ifindex, &a.lla) || IN6_IS_ADDR_UNSPECIFIED(address))
		return;
	remove_address(node, address);
	assert_true(node->addresses < SIM_ADDRESSES);
	node->address[node->addresses++] = a;
}

static void prepare(void *world, const struct stay *how)
{
	struct sim_node *node = world;

	node->prepared = *how;
}

static void away(void *world, const struct stay *how)
{
	struct sim_node *node = world;

	node->waits = *how;
}

static int stay(void *world, const struct stay *how)
{
	struct sim_node *node = world;
	unsigned int i;

	if (node->stays)
		remove_address(node, &node->stay.ncoa);
	add_address(node, how->ifindex, &how->ncoa);
	for (i = 0; i < how->pcoas; i++)
		add_address(node, how->ifindex, &how->pcoa[i]);
	node->stay = *how;
	node->first_stay = *how;
	node->stays = true;
	return node->stay_errno;
}

/* Of a stay that has been, only where what waits goes is another. */
static int release(void *world, const struct stay *how)
{
	struct sim_node *node = world;
	struct stay expected = *how;

	assert_true(node->stays);
	memcpy(expected.waits, node->stay.waits, sizeof(expected.waits));
	memcpy(expected.into, node->stay.into, sizeof(expected.into));
	expected.tunnel = node->stay.tunnel;
	expected.tunnelled = node->stay.tunnelled;
	assert_memory_equal(&expected, &node->stay, sizeof(expected));
	node->stay = *how;
	node->releases++;
	node->released_after = node->sim->sent;
	return 0;
}

static void arrived(void *world, const struct stay *how)
{
	struct sim_node *node = world;

	node->arrivals++;
	node->arrived_after = node->sim->sent;
	node->arrival = *how;
}

static void settle(void *world)
{
	struct sim_node *node = world;
	unsigned int i;

	for (i = 0; node->stays && i < node->stay.pcoas; i++)
		remove_address(node, &node->stay.pcoa[i]);
	node->stays = false;
}

static void back(void *world)
{
	struct sim_node *node = world;

	if (node->stays)
		remove_address(node, &node->stay.ncoa);
	node->stays = false;
	node->back_after = node->sim->sent;
}

static void report(void *world, const struct report *r)
{
	struct sim_node *node = world;

	if (node->told)
		node->told(node, r);
	assert_true(node->reports < SIM_REPORTS);
	if (r->record)
		node->record = *r->record;
	node->report[node->reports] = *r;
	node->report[node->reports++].record = NULL;
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
	.router = router,
	.is_own = is_own,
	.own_address = own_address,
	.is_on_link = is_on_link,
	.own_lla = own_lla,
	.mtu = mtu,
	.neighbour_set = neighbour_set,
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

void sim_init(struct sim *sim)
{
	*sim = (struct sim){ .now = 1000 * MS, .latency = 5 * MS };
}

void sim_end(struct sim *sim)
{
	unsigned int i;

	for (i = 0; i < sim->nodes; i++)
		if (sim->node[i].engine.config)
			engine_stop(&sim->node[i].engine);
	while (sim->events)
		cancel(sim, sim->events);
}

struct sim_node *sim_add(struct sim *sim, const char *name, const struct config *config)
{
	struct sim_node *node = &sim->node[sim->nodes++];

	assert_true(sim->nodes <= SIM_NODES);
	node->sim = sim;
	node->name = name;
	if (config)
		assert_int_equal(engine_start(&node->engine, config, &ops, node), 0);
	return node;
}

struct lla sim_lla(uint8_t last)
{
	return (struct lla){ 6, { 2, 0, 0, 0, 0, last } };
}

void sim_address(struct sim_node *node, unsigned int ifindex, const char *text,
		 uint8_t lla)
{
	assert_true(node->addresses < SIM_ADDRESSES);
	node->address[node->addresses++] = (struct sim_address){
		address(text), ifindex, sim_lla(lla),
	};
}

void sim_leave(struct sim_node *node, unsigned int ifindex)
{
	unsigned int i = 0;

	while (i < node->addresses) {
		if (node->address[i].ifindex == ifindex)
			node->address[i] = node->address[--node->addresses];
		else
			i++;
	}
}

/* The kernel's fmip_attach_advertised(), in short. */
static void look_for_una(struct sim_node *node, const struct message *m)
{
	struct path_event event = { .change = PATH_ATTACHED, .ns = node->sim->now };
	struct path *p;

	if (!node->sim->faithful || m->next_header != IPPROTO_ICMPV6 || m->data[0] != 136 ||
	    m->data[4] || memcmp(&m->data[8], &m->ends.source, 16))
		return;
	for (p = node->path; p < node->path + SIM_PATHS; p++)
		if (p->id && p->attach.ifindex &&
		    !memcmp(&p->match[0].prefix.address, &m->data[8], 16)) {
			event.id = p->id;
			p->gate = p->attach.open ? PATH_OPEN : p->gate;
		}
	if (event.id)
		engine_path(&node->engine, &event);
}

static void happen(struct sim_event *event)
{
	struct sim_node *node = event->to;

	if (event->alarm) {
		event->alarm->handle = NULL;
		event->alarm->ring(event->alarm);
	} else if (node->engine.config) {
		look_for_una(node, &event->m);
		engine_receive(&node->engine, &event->m);
	} else if (node->received) {
		node->received(node, &event->m);
	}
	free(event);
}

void sim_run(struct sim *sim, unsigned int ms)
{
	uint64_t end = sim->now + ms * MS;
	struct sim_event *event;

	while (sim->events && sim->events->at <= end) {
		event = sim->events;
		sim->events = event->next;
		sim->now = event->at;
		happen(event);
	}
	sim->now = end;
}

void sim_kill(struct sim_node *node)
{
	node->killed = node->engine.config;
	engine_stop(&node->engine);
	node->engine.config = NULL;
}

/* What is left of a time, as the kernel shows it. */
static uint32_t left(uint32_t ms, uint64_t ns)
{
	return ms > ns / MS ? ms - ns / MS : 0;
}

static void show_path(struct sim_node *node, unsigned int i)
{
	uint64_t age = node->sim->now - node->path_ns[i];
	struct path path = node->path[i];

	path.lifetime = left(path.lifetime, age);
	path.hold = left(path.hold, age);
	path.replay_ns = UINT64_MAX;
	if (node->drains[i])
		path.gate = PATH_DRAINING;
	if (!engine_adopt(&node->engine, &path))
		node->path[i].id = 0;
}

void sim_revive(struct sim_node *node)
{
	const struct config *config = node->killed;
	unsigned int i;

	assert_non_null(config);
	node->killed = NULL;
	assert_int_equal(engine_start(&node->engine, config, &ops, node), 0);
	for (i = 0; i < SIM_PATHS; i++)
		if (node->path[i].id)
			show_path(node, i);
}

void sim_ring(struct sim_node *node, struct alarm *alarm, unsigned int ms)
{
	alarm_set(node, alarm, node->sim->now + ms * MS);
}

void sim_release(struct sim_node *node, const char *text)
{
	struct path *p = sim_path(node, text);
	struct path_event event = { .change = PATH_RELEASED, .ns = node->sim->now };

	assert_non_null(p);
	event.id = p->id;
	event.cookie = p->cookie;
	node->drains[p - node->path] = false;
	engine_path(&node->engine, &event);
}

bool sim_has_step(const struct record *record, const char *what)
{
	unsigned int i;

	for (i = 0; i < record->steps; i++)
		if (!strcmp(record->step[i].what, what))
			return true;
	return false;
}

struct path *sim_path(struct sim_node *node, const char *text)
{
	struct in6_addr wanted = address(text);
	unsigned int i;

	for (i = 0; i < SIM_PATHS; i++)
		if (node->path[i].id && node->path[i].matches &&
		    IN6_ARE_ADDR_EQUAL(&node->path[i].match[0].prefix.address, &wanted))
			return &node->path[i];
	return NULL;
}
