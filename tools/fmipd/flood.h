/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who pays for a message to be looked at.
 *
 * A router of the neighbourhood, for its HIs and HAcks, and a node that is known have a
 * bucket each, so that one that floods is heard less and all others as before.  All
 * strangers on a link share one for Neighbour Discovery and one for the Mobility Header;
 * nothing is kept of them.
 *
 * Who somebody is can be forged before it is verified.  All is paid for before that, as to
 * verify a message is work, and of that there is an end for everybody.  One that turns out
 * to be forged is paid for by the strangers in the end, and not by who it claims to be
 * from, as long as those can.  So whoever would silence a node has to forge more in a
 * second than strangers and that node together may send; and a node has a bucket on its
 * own link that nobody elsewhere can empty.
 */
#ifndef FMIPD_FLOOD_H
#define FMIPD_FLOOD_H

#include "engine.h"

/**
 * flood_admits() - whether a message is looked at
 * @e: the node, which counts it if not
 * @m: the message
 * @node: the bucket of the node that it says it is from; NULL if it is none that is
 *	known
 *
 * Return: true if so; then somebody has paid.
 */
bool flood_admits(struct engine *e, const struct message *m, struct bucket *node);

/**
 * flood_forged() - a message was not from who it said
 * @e: the node
 * @m: the message
 * @node: the bucket of that one, or NULL: then strangers have paid already
 */
void flood_forged(struct engine *e, const struct message *m, struct bucket *node);

/**
 * flood_forget() - forget the routers
 * @e: the node
 */
void flood_forget(struct engine *e);

#endif
