// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "test.h"
#include "traffic.h"

/* So many are released in a millisecond: more than come. */
#define PACE	5

/* The world has one, which tells of its data paths without saying whom. */
static struct traffic *traffic;

static int router_at(const struct traffic *t, const struct in6_addr *address)
{
	int i;

	for (i = 0; i < ROAM_ROUTERS; i++)
		if (mn_in_prefix(&t->roam->prefix[i], address))
			return i;
	return -1;
}

static void append(struct traffic_queue *queue, const struct traffic_packet *packet)
{
	assert_true(queue->count < TRAFFIC_MAX);
	queue->packet[queue->count++] = *packet;
}

static struct traffic_packet take(struct traffic_queue *queue)
{
	struct traffic_packet first = queue->packet[0];

	queue->count--;
	memmove(queue->packet, queue->packet + 1, queue->count * sizeof(first));
	return first;
}

/* Those in front go first. */
static void put_in_front(struct traffic_queue *queue, const struct traffic_queue *front,
			 uint64_t since_ns)
{
	struct traffic_queue all = {};
	unsigned int i;

	for (i = 0; i < front->count; i++)
		if (front->packet[i].ns > since_ns)
			append(&all, &front->packet[i]);
	for (i = 0; i < queue->count; i++)
		append(&all, &queue->packet[i]);
	*queue = all;
}

static void on_link(struct traffic *t, int router, const struct traffic_packet *packet)
{
	if (t->roam->at != router)
		return;
	assert_true(t->arrivals < TRAFFIC_MAX);
	t->arrived[t->arrivals++] = packet->number;
}

static void transmit(struct traffic *t, int router, const struct path *path,
		     struct traffic_packet packet)
{
	if (path->target != PATH_TUNNEL) {
		on_link(t, router, &packet);
		return;
	}
	/* Or it goes round. */
	assert_true(++packet.depth < TRAFFIC_DEPTH);
	packet.to = path->tunnel.destination;
	packet.ns = t->roam->sim.now + t->roam->sim.latency;
	append(&t->flying, &packet);
}

static int find(const struct traffic *t, int router, const struct in6_addr *to)
{
	const struct path *path = t->roam->router[router]->path;
	int i;

	for (i = 0; i < SIM_PATHS; i++)
		if (path[i].id && !path[i].match[0].source &&
		    IN6_ARE_ADDR_EQUAL(&path[i].match[0].prefix.address, to))
			return i;
	return -1;
}

static void receive(struct traffic *t, int router, struct traffic_packet packet)
{
	int i = find(t, router, &packet.to);
	const struct path *path;

	packet.ns = t->roam->sim.now;
	if (i < 0) {
		on_link(t, router, &packet);
		return;
	}
	path = &t->roam->router[router]->path[i];
	if (path->gate == PATH_HOLD || t->held[router][i].count) {
		append(&t->held[router][i], &packet);
		return;
	}
	if (path->gate == PATH_COPY)
		append(&t->copies[router][i], &packet);
	transmit(t, router, path, packet);
}

/* What is there goes on as the new state has it; copies go in front, or nowhere. */
static void on_set(struct sim_node *node, unsigned int number, const struct path *after)
{
	struct traffic *t = traffic;
	struct path *before = &node->path[number];
	struct traffic_queue *held, *copies;
	int router;

	for (router = 0; t->roam->router[router] != node; router++)
		;
	held = &t->held[router][number];
	copies = &t->copies[router][number];
	if (!after || before->id != after->id) {
		held->count = 0;
		copies->count = 0;
		t->releases[router][number] = false;
		return;
	}
	if (before->gate == PATH_COPY && after->gate != PATH_COPY) {
		if (after->replay_ns != UINT64_MAX)
			put_in_front(held, copies, after->replay_ns);
		copies->count = 0;
	}
	t->releases[router][number] = after->gate != PATH_HOLD &&
		(t->releases[router][number] || before->gate == PATH_HOLD ||
		 after->replay_ns != UINT64_MAX);
}

static void release(struct traffic *t, int router, unsigned int number)
{
	struct sim_node *node = t->roam->router[router];
	struct path_event event = { .change = PATH_RELEASED, .ns = node->sim->now };
	struct traffic_queue *held = &t->held[router][number];
	struct path *path = &node->path[number];
	unsigned int i;

	if (!path->id || path->gate == PATH_HOLD)
		return;
	/* The data path has opened by itself. */
	t->releases[router][number] |= held->count;
	for (i = 0; i < PACE && held->count; i++)
		transmit(t, router, path, take(held));
	if (held->count || !t->releases[router][number])
		return;
	t->releases[router][number] = false;
	node->drains[number] = false;
	event.id = path->id;
	engine_path(&node->engine, &event);
}

static void land(struct traffic *t)
{
	struct traffic_packet packet;

	while (t->flying.count && t->flying.packet[0].ns <= t->roam->sim.now) {
		packet = take(&t->flying);
		receive(t, router_at(t, &packet.to), packet);
	}
}

static bool accepts(const struct path *path, const struct in6_addr *from,
		    const struct ip6_ends *tunnel)
{
	unsigned int i;

	for (i = 0; i < path->accepts; i++)
		if (path->accept[i].source &&
		    IN6_ARE_ADDR_EQUAL(&path->match[0].prefix.address, from) &&
		    IN6_ARE_ADDR_EQUAL(&path->accept[i].tunnel.source, &tunnel->destination) &&
		    IN6_ARE_ADDR_EQUAL(&path->accept[i].tunnel.destination, &tunnel->source))
			return true;
	return false;
}

static bool is_nodes(const struct traffic *t)
{
	const struct sim_node *mn = t->roam->mn;
	unsigned int i;

	for (i = 0; i < mn->addresses; i++)
		if (IN6_ARE_ADDR_EQUAL(&mn->address[i].address, &t->to))
			return true;
	return false;
}

/* On the link of its address it sends as anybody, elsewhere into a tunnel. */
static bool is_let_through(struct traffic *t)
{
	const struct stay *stay = &t->roam->mn->stay;
	int home = router_at(t, &t->to), number;
	unsigned int i;

	if (t->roam->at == home)
		return true;
	for (i = 0; i < stay->pcoas; i++)
		if (IN6_ARE_ADDR_EQUAL(&stay->pcoa[i], &t->to) && stay->into[i]) {
			number = find(t, home, &t->to);
			return number >= 0 &&
			       accepts(&t->roam->router[home]->path[number], &t->to,
				       &stay->via[i]);
		}
	return false;
}

static void tick(struct alarm *alarm)
{
	struct traffic *t = (struct traffic *)((char *)alarm - offsetof(struct traffic, tick));
	int router;
	unsigned int i;

	land(t);
	for (router = 0; router < ROAM_ROUTERS; router++)
		for (i = 0; i < SIM_PATHS; i++)
			release(t, router, i);
	if (t->sends)
		receive(t, router_at(t, &t->to),
			(struct traffic_packet){ .number = t->sent++, .to = t->to });
	if (t->sends && t->roam->at >= 0 && is_nodes(t)) {
		t->answers++;
		t->answered += is_let_through(t);
	}
	sim_ring(t->roam->mn, &t->tick, 1);
}

void traffic_begin(struct traffic *t, struct roam *r, const char *to)
{
	memset(t, 0, sizeof(*t));
	traffic = t;
	t->roam = r;
	t->to = address(to);
	t->sends = true;
	t->tick.ring = tick;
	r->sim.sets = on_set;
	sim_ring(r->mn, &t->tick, 1);
}

void traffic_end(struct traffic *t)
{
	t->sends = false;
	sim_run(&t->roam->sim, 500);
}

void assert_all_arrived(const struct traffic *t)
{
	unsigned int times[TRAFFIC_MAX] = {}, i;

	for (i = 0; i < t->arrivals; i++)
		times[t->arrived[i]]++;
	for (i = 0; i < t->sent; i++)
		if (times[i] != 1)
			fail_msg("%u of %u arrives %u times", i, t->sent, times[i]);
}

void assert_in_order(const struct traffic *t)
{
	unsigned int i;

	for (i = 1; i < t->arrivals; i++)
		if (t->arrived[i] < t->arrived[i - 1])
			fail_msg("after %u comes %u", t->arrived[i - 1], t->arrived[i]);
}
