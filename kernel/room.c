// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may buffer how much.
 *
 * The room of a namespace has two halves, and so has that of the module.  From
 * the one half each hold is given its guarantee when it begins, if there is any
 * left; nobody else takes of it.  What queues need beyond that comes from the
 * other half, for whoever comes first.  So a queue that is flooded has at most
 * its guarantee and the shared half, and another hold gets its guarantee as if
 * there were no flood.
 *
 * The module keeps a share for each namespace in the same way, and both halves
 * of the namespace's room begin with half of that share.  What is beyond it
 * comes from the shared half of the module's room.
 *
 * Within a guarantee a packet touches nothing of this.
 */
#include <linux/minmax.h>
#include <linux/rtnetlink.h>
#include <linux/rwsem.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "net.h"
#include "room.h"

#define DEFAULT_LIMIT		(64L << 20)
#define DEFAULT_GUARANTEE	(32L << 10)
#define DEFAULT_MODULE_LIMIT	(256L << 20)

/* Parts of the module's room; with all shares this is the guaranteed half. */
#define INITIAL_SHARE		4
#define OTHER_SHARE		32

/**
 * struct module_room - the memory that all queues may take
 * @lock: all of this; inside the locks of namespaces' rooms
 * @limit: most of it
 * @shared: what namespaces have taken beyond their shares
 * @n_shares: namespaces with a share, the initial one not counted
 * @n_foreign: those of them that are not of the host's user namespace
 */
static struct module_room {
	spinlock_t lock; /* all of this */
	long limit;
	long shared;
	unsigned int n_shares;
	unsigned int n_foreign;
} module_room = {
	.lock = __SPIN_LOCK_UNLOCKED(module_room.lock),
	.limit = DEFAULT_MODULE_LIMIT,
};

/**
 * fmip_room_init() - begin with an empty room
 * @room: the room of a namespace
 * @net: the namespace
 *
 * Context: process.
 */
void fmip_room_init(struct fmip_room *room, const struct net *net)
{
	*room = (struct fmip_room) {
		.limit = DEFAULT_LIMIT,
		.guarantee = DEFAULT_GUARANTEE,
		.initial = net_eq(net, &init_net),
		.foreign = net->user_ns != &init_user_ns,
	};
	spin_lock_init(&room->lock);
	if (room->initial)
		fmip_room_join(room);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_room_init);

/* What is taken of one half beyond that half of the share. */
static long beyond(const struct fmip_room *room, long taken)
{
	return max(taken - room->share / 2, 0L);
}

static bool take_of_module(long bytes)
{
	bool fits;

	spin_lock(&module_room.lock);
	fits = bytes <= module_room.limit / 2 - module_room.shared;
	if (fits)
		module_room.shared += bytes;
	spin_unlock(&module_room.lock);
	return fits;
}

static void give_to_module(long bytes)
{
	spin_lock(&module_room.lock);
	module_room.shared -= bytes;
	spin_unlock(&module_room.lock);
}

/* Take of one half.  Called with @room->lock held. */
static enum fmip_drop take(struct fmip_room *room, long *half, long bytes)
{
	long more = beyond(room, *half + bytes) - beyond(room, *half);

	lockdep_assert_held(&room->lock);
	if (bytes > room->limit / 2 - *half)
		return FMIP_DROP_LIMIT_NETNS;
	if (more && !take_of_module(more))
		return FMIP_DROP_LIMIT_MODULE;
	/* Statistics read it without the lock. */
	WRITE_ONCE(*half, *half + bytes);
	return FMIP_DROP_NONE;
}

static void give(struct fmip_room *room, long *half, long bytes)
{
	long less = beyond(room, *half) - beyond(room, *half - bytes);

	lockdep_assert_held(&room->lock);
	WRITE_ONCE(*half, *half - bytes);
	if (less)
		give_to_module(less);
}

/**
 * fmip_room_take() - take of what is shared
 * @room: room
 * @bytes: how much
 *
 * Context: bottom halves off.
 * Return: FMIP_DROP_NONE, or which limit there is no room under.
 */
enum fmip_drop fmip_room_take(struct fmip_room *room, long bytes)
{
	enum fmip_drop why;

	spin_lock(&room->lock);
	why = take(room, &room->shared, bytes);
	spin_unlock(&room->lock);
	return why;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_room_take);

/**
 * fmip_room_give() - give back what fmip_room_take() has given
 * @room: room
 * @bytes: how much
 *
 * Context: bottom halves off.
 */
void fmip_room_give(struct fmip_room *room, long bytes)
{
	spin_lock(&room->lock);
	give(room, &room->shared, bytes);
	spin_unlock(&room->lock);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_room_give);

/**
 * fmip_room_guarantee() - guarantee room to a queue
 * @room: room
 * @most: it will not need more
 * @held: what it has taken of what is shared; as much of that as is guaranteed
 *	now is given back
 *
 * Context: bottom halves off.
 * Return: how much is guaranteed; 0 if too much is already.
 */
long fmip_room_guarantee(struct fmip_room *room, long most, long held)
{
	long bytes;

	spin_lock(&room->lock);
	/* The limit may have been lowered since the guarantee was set. */
	bytes = min3(room->guarantee, most, room->limit / 2);
	if (take(room, &room->guaranteed, bytes))
		bytes = 0;
	else
		give(room, &room->shared, min(bytes, held));
	spin_unlock(&room->lock);
	return bytes;
}
EXPORT_SYMBOL_IF_KUNIT(fmip_room_guarantee);

/**
 * fmip_room_end_guarantee() - a queue that is empty needs no guarantee any more
 * @room: room
 * @bytes: what fmip_room_guarantee() returned
 *
 * Context: bottom halves off.
 */
void fmip_room_end_guarantee(struct fmip_room *room, long bytes)
{
	spin_lock(&room->lock);
	give(room, &room->guaranteed, bytes);
	spin_unlock(&room->lock);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_room_end_guarantee);

/**
 * fmip_room_set() - change a namespace's limits
 * @room: room
 * @limit: most of it, or 0: as it is
 * @guarantee: of holds that begin from now on, or 0: as it is
 *
 * Context: process.
 */
void fmip_room_set(struct fmip_room *room, long limit, long guarantee)
{
	spin_lock_bh(&room->lock);
	if (limit)
		WRITE_ONCE(room->limit, limit);
	if (guarantee)
		WRITE_ONCE(room->guarantee, guarantee);
	spin_unlock_bh(&room->lock);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_room_set);

/* Called with @room->lock and the module's held. */
static void set_share(struct fmip_room *room, long share)
{
	module_room.shared -= beyond(room, room->guaranteed) +
			      beyond(room, room->shared);
	room->share = share;
	module_room.shared += beyond(room, room->guaranteed) +
			      beyond(room, room->shared);
}

static long share_of(const struct fmip_room *room)
{
	return module_room.limit / (room->initial ? INITIAL_SHARE : OTHER_SHARE);
}

/* Count a namespace among those with a share, if there is one for it. */
static bool admit(const struct fmip_room *room)
{
	if (room->initial)
		return true;
	if (module_room.n_shares == FMIP_ROOM_SHARES ||
	    (room->foreign &&
	     module_room.n_foreign == FMIP_ROOM_FOREIGN_SHARES))
		return false;
	module_room.n_shares++;
	module_room.n_foreign += room->foreign;
	return true;
}

/**
 * fmip_room_join() - have the module keep a share for a namespace
 * @room: its room
 *
 * It is not an error if there is none left: the namespace uses what is shared.
 *
 * Context: process.
 */
void fmip_room_join(struct fmip_room *room)
{
	if (READ_ONCE(room->joined))
		return;
	spin_lock_bh(&room->lock);
	spin_lock(&module_room.lock);
	if (!room->joined && admit(room)) {
		WRITE_ONCE(room->joined, true);
		set_share(room, share_of(room));
	}
	spin_unlock(&module_room.lock);
	spin_unlock_bh(&room->lock);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_room_join);

/**
 * fmip_room_leave() - let another namespace have the share
 * @room: room of one that is not the initial one
 *
 * Context: process.
 */
void fmip_room_leave(struct fmip_room *room)
{
	spin_lock_bh(&room->lock);
	spin_lock(&module_room.lock);
	if (room->joined && !room->initial) {
		WRITE_ONCE(room->joined, false);
		set_share(room, 0);
		module_room.n_shares--;
		module_room.n_foreign -= room->foreign;
	}
	spin_unlock(&module_room.lock);
	spin_unlock_bh(&room->lock);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_room_leave);

/**
 * fmip_room_module_limit() - what all namespaces may buffer
 *
 * Context: any.
 * Return: bytes.
 */
long fmip_room_module_limit(void)
{
	return READ_ONCE(module_room.limit);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_room_module_limit);

/**
 * fmip_room_set_module() - change that, and all shares with it
 * @limit: bytes
 *
 * A namespace that joins meanwhile either takes the new limit or is found.
 *
 * Context: process.
 */
void fmip_room_set_module(long limit)
{
	struct fmip_room *room;
	struct net *net;

	spin_lock_bh(&module_room.lock);
	WRITE_ONCE(module_room.limit, limit);
	spin_unlock_bh(&module_room.lock);

	down_read(&net_rwsem);
	for_each_net(net) {
		room = &fmip_net(net)->room;
		spin_lock_bh(&room->lock);
		spin_lock(&module_room.lock);
		if (room->joined)
			set_share(room, share_of(room));
		spin_unlock(&module_room.lock);
		spin_unlock_bh(&room->lock);
	}
	up_read(&net_rwsem);
}
EXPORT_SYMBOL_IF_KUNIT(fmip_room_set_module);
