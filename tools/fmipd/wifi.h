/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a wireless link tells of its nodes and access points, by nl80211.
 *
 * rtnetlink says when a link can be used; this says with whom, and what it does not
 * see: another access point without a moment's loss of carrier, a signal that fades,
 * stations that come and go.  The kernel puts no time on it: the moment at which it is
 * read counts.
 */
#ifndef FMIPD_WIFI_H
#define FMIPD_WIFI_H

#include "engine.h"
#include "loop.h"

struct wifi;

/**
 * wifi_open() - begin to listen
 * @loop: waits for changes
 * @changed: is told about them, not before this returns
 * @arg: for @changed
 * @wifi: becomes what listens
 *
 * A kernel that has no wireless interfaces may have none later: it is asked again in
 * wifi_look() and wifi_carrier().
 *
 * Return: 0 or a negative errno.
 */
int wifi_open(struct loop *loop, void (*changed)(void *arg, const struct link_event *event),
	      void *arg, struct wifi **wifi);

/**
 * wifi_close() - end it
 * @wifi: what listens, or NULL
 */
void wifi_close(struct wifi *wifi);

/**
 * wifi_look() - find out with which access point an interface is
 * @wifi: what listens; it tells that the link is up, if there is one
 * @ifindex: an interface, wireless or not
 */
void wifi_look(struct wifi *wifi, unsigned int ifindex);

/**
 * wifi_carrier() - rtnetlink tells that a link is up or down
 * @wifi: what listens; it tells about a link of a station, with its access point
 * @event: LINK_UP or LINK_DOWN, of the link as a whole
 *
 * Return: whether it is such a link; of others it tells nothing.
 */
bool wifi_carrier(struct wifi *wifi, const struct link_event *event);

#endif
