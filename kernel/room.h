/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FMIP_ROOM_H
#define _FMIP_ROOM_H

#include <linux/fmip.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct net;

/* Namespaces that the module keeps a share for, beside the initial one. */
#define FMIP_ROOM_SHARES		8

/* How many of these may be those of other user namespaces than the host's. */
#define FMIP_ROOM_FOREIGN_SHARES	4

/**
 * struct fmip_room - the memory that the queues of a namespace may take
 * @lock: all of this; inside the locks of bindings
 * @limit: most of it; one half can be guaranteed, the other one is shared
 * @guarantee: what each hold is to be guaranteed
 * @guaranteed: what holds have been, whether they use it or not
 * @shared: what queues have taken beyond that
 * @share: what the module keeps for this namespace, for each of the two a half
 * @joined: the module does
 * @initial: of the initial namespace, whose share is larger
 * @foreign: of a user namespace that is not the host's
 */
struct fmip_room {
	spinlock_t lock; /* all of this */
	long limit;
	long guarantee;
	long guaranteed;
	long shared;
	long share;
	bool joined;
	bool initial;
	bool foreign;
};

void fmip_room_init(struct fmip_room *room, const struct net *net);
void fmip_room_join(struct fmip_room *room);
void fmip_room_leave(struct fmip_room *room);
enum fmip_drop fmip_room_take(struct fmip_room *room, long bytes);
void fmip_room_give(struct fmip_room *room, long bytes);
long fmip_room_guarantee(struct fmip_room *room, long most, long held);
void fmip_room_end_guarantee(struct fmip_room *room, long bytes);
void fmip_room_set(struct fmip_room *room, long limit, long guarantee);
long fmip_room_module_limit(void);
void fmip_room_set_module(long limit);

#endif /* _FMIP_ROOM_H */
