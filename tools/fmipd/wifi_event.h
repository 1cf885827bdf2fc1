/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nl80211 tells, and what that is to the state machines.  Nothing here has a
 * socket.
 */
#ifndef FMIPD_WIFI_EVENT_H
#define FMIPD_WIFI_EVENT_H

#include <netlink/msg.h>
#include <uthash.h>

#include "engine.h"

/* Of one of nl80211's: another access point is a link down and another one up. */
#define WIFI_CHANGES_MAX	2

/**
 * enum wifi_kind - what has happened
 * @WIFI_JOINED: the interface is with an access point
 * @WIFI_LEFT: it is with none
 * @WIFI_FADES: the signal is weak; of a station, it does not hear much
 * @WIFI_STATION_CAME: a station is with this access point
 * @WIFI_STATION_WENT: it is not any more
 */
enum wifi_kind {
	WIFI_JOINED,
	WIFI_LEFT,
	WIFI_FADES,
	WIFI_STATION_CAME,
	WIFI_STATION_WENT,
};

/**
 * struct wifi_event - what nl80211 tells
 * @kind: what has happened
 * @ifindex: the interface
 * @lla: the access point, or the station; of no length if there is none
 */
struct wifi_event {
	enum wifi_kind kind;
	unsigned int ifindex;
	struct lla lla;
};

/**
 * struct wifi_link - an interface of a station that has a carrier
 * @joined: the state machines believe that it is with an access point
 * @ap: with which; of no length if unknown
 */
struct wifi_link {
	bool joined;
	struct lla ap;
};

/**
 * struct wifi_station - one that is with an access point, as far as that was told
 * @hh: by @lla
 * @lla: its link-layer address, with zeros behind it
 * @told: the state machines know it
 * @listed: the kernel has it in the list that is being read
 */
struct wifi_station {
	UT_hash_handle hh;
	struct lla lla;
	bool told;
	bool listed;
};

/**
 * wifi_event_read() - read what is told
 * @nlh: a message of the multicast group "mlme"
 * @event: becomes it
 *
 * Return: 0 or a negative errno: the message is malformed, or none that matters.
 */
int wifi_event_read(struct nlmsghdr *nlh, struct wifi_event *event);

/**
 * wifi_bss_read() - read one of the answers to NL80211_CMD_GET_SCAN
 * @nlh: the message
 * @ap: becomes the access point
 *
 * Return: 0 or a negative errno: it is malformed, or the interface is not with it.
 */
int wifi_bss_read(struct nlmsghdr *nlh, struct lla *ap);

/**
 * wifi_interface_read() - read one of the answers to NL80211_CMD_GET_INTERFACE
 * @nlh: the message
 * @ifindex: becomes the interface
 * @type: becomes its type, of &enum nl80211_iftype
 *
 * Return: 0 or a negative errno: it is malformed, or of a device without an interface.
 */
int wifi_interface_read(struct nlmsghdr *nlh, unsigned int *ifindex, uint32_t *type);

/**
 * wifi_link_changes() - what an event is to the state machines of a mobile node
 * @link: the interface, which is changed
 * @event: of it
 * @changes: becomes what is told them, without the interface and the time
 *
 * Return: how many there are.
 */
unsigned int wifi_link_changes(struct wifi_link *link, const struct wifi_event *event,
			       struct link_event changes[WIFI_CHANGES_MAX]);

/**
 * wifi_station_changes() - what an event is to those of an access router
 * @event: of an interface that is an access point
 * @change: becomes what is told them, without the time
 *
 * Return: whether it is anything.
 */
bool wifi_station_changes(const struct wifi_event *event, struct link_event *change);

/**
 * wifi_stations_note() - the state machines are told of a station
 * @stations: those of its access point
 * @event: that it came, or went; others change nothing
 */
void wifi_stations_note(struct wifi_station **stations, const struct wifi_event *event);

/**
 * wifi_stations_list() - the kernel's list of an access point's stations begins
 * @stations: those that are known
 */
void wifi_stations_list(struct wifi_station **stations);

/**
 * wifi_stations_listed() - there is one in it
 * @stations: those that are known
 * @event: that it is there, as if it came
 */
void wifi_stations_listed(struct wifi_station **stations, const struct wifi_event *event);

/**
 * wifi_stations_differ() - what the state machines have missed, by that list
 * @stations: those that are known
 * @ifindex: the access point
 * @differs: is told what has happened to each of them, when it is noted
 * @arg: for @differs
 */
void wifi_stations_differ(struct wifi_station **stations, unsigned int ifindex,
			  void (*differs)(void *arg, const struct wifi_event *event),
			  void *arg);

/**
 * wifi_stations_forget() - forget all of an access point's
 * @stations: those that are known
 */
void wifi_stations_forget(struct wifi_station **stations);

#endif
