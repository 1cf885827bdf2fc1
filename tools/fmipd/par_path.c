// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the data path of a PAR does for an address of a node (RFC 5568 section 4).
 */
#include "cookie.h"
#include "par.h"

static void to_node(const struct par_node *n, struct path *path)
{
	path->target = PATH_ROUTE;
	path->gate = PATH_OPEN;
	path->replay_ns = n->down_ns ? n->left_ns : UINT64_MAX;
	path->buffer = n->engine->config->ar.buffer;
	/* It is ended here before that: this is for when nobody is left to do so. */
	path->lifetime = 2 * n->engine->config->ar.lifetime_max * 1000u;
}

/*
 * Nobody is there to get them.  What came since is lost on the link, so that its
 * copies are the first to wait.
 */
static void hold(const struct par_node *n, struct path *path)
{
	path->target = PATH_ROUTE;
	path->gate = PATH_HOLD;
	path->replay_ns = n->down_ns ? n->left_ns : par_was_here(n);
	path->buffer = n->engine->config->ar.buffer;
	path->hold = n->engine->config->ar.hold;
	/* Who never comes back is not waited for without end (section 10). */
	path->lifetime = n->engine->config->ar.lifetime_max * 1000u;
}

static void to_tunnel(const struct par_node *n, struct path *path)
{
	struct engine *e = n->engine;
	uint64_t now = e->ops->now(e->world);

	path->target = PATH_TUNNEL;
	path->tunnel = n->tunnel;
	path->accept[path->accepts++] = (struct path_accept){ true, n->tunnel };
	path->gate = PATH_OPEN;
	/* The copies of what has been sent into the tunnel are for a return only. */
	path->replay_ns = n->down_ns && !n->tunnelled ? n->left_ns : UINT64_MAX;
	path->buffer = e->config->ar.buffer;
	path->lifetime = n->end_ns > now ? (n->end_ns - now + 999999) / 1000000 : 1;
}

/* RFC 6275 section 10.4.1 has a home agent do so; the node defends it itself until
 * it has left.
 */
static void defend(const struct par_node *n, struct path *path)
{
	if (n->down_ns && n->engine->config->ar.defend_pcoa)
		path->proxy[path->proxies++] = (struct path_proxy){
			.address = n->pcoa,
			.ifindex = n->ifindex,
			.announce = true,
		};
}

/* It has left, as the link or the node itself has told, or where its FBU came in. */
static bool is_gone(const struct par_node *n)
{
	return n->state == PAR_HOLDING ||
	       (n->state == PAR_ASKING && (n->down_ns || !n->request.on_link));
}

/* Of all that the new router has said only the code cannot be seen from the rest. */
static uint32_t note_of(const struct par_node *n)
{
	return (uint32_t)n->code << 16 | n->hi_sequence;
}

static void compose(const struct par_node *n, struct path *path)
{
	*path = (struct path){
		.id = n->path_id,
		.cookie = cookie_make(COOKIE_PAR, note_of(n)),
		.match = { { .prefix = { 128, n->pcoa } } },
		.matches = 1,
		.speedup = n->engine->config->ar.speedup,
		.replay_ns = UINT64_MAX,
	};
	if (n->state == PAR_REDIRECTED)
		to_tunnel(n, path);
	else if (is_gone(n))
		hold(n, path);
	else
		to_node(n, path);
	if (n->state != PAR_COPYING)
		defend(n, path);
}

static bool wants_path(const struct par_node *n)
{
	bool copies = n->engine->config->ar.copying != CONFIG_COPY_NEVER;

	switch (n->state) {
	case PAR_KNOWN:
		return false;
	case PAR_ASKING:
		return copies || is_gone(n);
	default:
		return true;
	}
}

/* A node that has come from another router goes on: there is a binding already. */
static uint32_t offered(struct par_node *n)
{
	return nar_offer(n->engine, &n->pcoa,
			 n->state == PAR_ASKING || n->state == PAR_REDIRECTED, &n->held);
}

/* What is to be kept of what is there: the kernel refuses to send more than it has. */
static int set(struct par_node *n, struct path *path)
{
	struct engine *e = n->engine;
	uint64_t now = e->ops->now(e->world);
	int err;

	if (!n->copies)
		path->replay_ns = UINT64_MAX;
	err = e->ops->path_set(e->world, path);
	if (err)
		return err;
	if (path->gate == PATH_HOLD || path->replay_ns != UINT64_MAX) {
		n->held = true;
		n->set_ns = now;
	}
	n->copies = path->gate == PATH_COPY && !n->held;
	return 0;
}

/*
 * What comes from here on may still be wanted elsewhere, and what came before, too: to
 * open a gate that copies forgets that.  Only to send it once more needs that, and a gate
 * that holds, or the kernel may not tell that all is out.  While the gate releases what
 * it has held, that is kept within the bounds of copies, too, and would be lost by them.
 */
static int keep_copies(struct par_node *n, struct path *path)
{
	bool opens = n->held || (n->copies && path->replay_ns != UINT64_MAX);
	int err;

	err = opens ? set(n, path) : 0;
	if (err)
		return err;
	path->gate = PATH_COPY;
	path->replay_ns = UINT64_MAX;
	if (!n->held)
		path->buffer = n->engine->config->ar.window;
	err = set(n, path);
	/* Without copies it is what was asked for, too. */
	return opens ? 0 : err;
}

static int apply(struct par_node *n, struct path *path)
{
	if (path->gate == PATH_OPEN && n->engine->config->ar.copying != CONFIG_COPY_NEVER)
		return keep_copies(n, path);
	return set(n, path);
}

static int make_path(struct par_node *n, struct path *path)
{
	struct engine *e = n->engine;
	uint32_t id = offered(n);
	int err;

	path->id = id ?: engine_path_id(e);
	err = apply(n, path);
	if (err) {
		n->held = false;
		return err;
	}
	if (id)
		nar_yield(e, &n->pcoa);
	par_bind(n, path->id);
	return 0;
}

int par_path(struct par_node *n)
{
	struct engine *e = n->engine;
	struct path path;
	int err;

	if (!wants_path(n)) {
		if (n->path_id)
			e->ops->path_end(e->world, n->path_id);
		par_unbind(n);
		return 0;
	}
	compose(n, &path);
	err = n->path_id ? apply(n, &path) : make_path(n, &path);
	if (!err)
		n->tunnelled = path.target == PATH_TUNNEL;
	return err;
}

/* The end of a release that was over before the gate was closed again is no news. */
void par_released(struct par_node *n, uint64_t ns)
{
	if (!n->held || ns < n->set_ns)
		return;
	n->held = false;
	par_path(n);
	if (n->lingers)
		par_enter(n, n->state);
}

/* Even if it has asked for another router since. */
static bool is_redirected(const struct par_node *n)
{
	return n->state == PAR_REDIRECTED ||
	       (n->state == PAR_ASKING && n->before == PAR_REDIRECTED);
}

/* The other router says who it is, and the node itself has said that it went there. */
static bool is_same(const struct par_node *n, const struct nar_request *request)
{
	if (n->lla.len && lla_equal(&n->lla, &request->lla))
		return true;
	return is_redirected(n) && request->has_pcoa &&
	       IN6_ARE_ADDR_EQUAL(&n->kept.nar, &request->par) &&
	       IN6_ARE_ADDR_EQUAL(&n->kept.ncoa, &request->pcoa);
}

bool par_agrees(struct engine *e, const struct in6_addr *address,
		const struct nar_request *request)
{
	const struct par_node *n = par_find(e, address);

	return !n || n->state == PAR_KNOWN || is_same(n, request);
}

bool par_gives_way(struct engine *e, const struct in6_addr *address,
		   const struct nar_request *request)
{
	const struct par_node *n = par_find(e, address);

	return !(n && n->state == PAR_ASKING) && par_agrees(e, address, request);
}

const struct par_node *par_offer(struct engine *e, const struct in6_addr *address)
{
	const struct par_node *n = par_find(e, address);

	return n && n->path_id && n->state != PAR_ASKING ? n : NULL;
}

void par_yield(struct engine *e, const struct in6_addr *address)
{
	struct par_node *n = par_find(e, address);

	engine_count(e, &n->record, n->path_id);
	par_unbind(n);
	par_over(n, "returned");
}

/*
 * What the other router has held since it left must not come twice.  What it has asked for
 * meanwhile it takes back itself, if at all.
 */
void par_is_back(struct engine *e, const struct in6_addr *address)
{
	struct par_node *n = par_find(e, address);

	if (!n || n->state < PAR_HOLDING || n->state == PAR_ASKING)
		return;
	if (n->state == PAR_REDIRECTED)
		n->down_ns = 0;
	par_return(n);
}
