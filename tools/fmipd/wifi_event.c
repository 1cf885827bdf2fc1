// SPDX-License-Identifier: GPL-2.0-only
/*
 * What nl80211 tells, and what that is to the state machines.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/nl80211.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "netlink.h"
#include "wifi_event.h"

#define ADDRESS_LEN	6

static struct nla_policy policy[NL80211_ATTR_MAX + 1] = {
	[NL80211_ATTR_IFINDEX] = { .type = NLA_U32 },
	[NL80211_ATTR_IFTYPE] = { .type = NLA_U32 },
	[NL80211_ATTR_MAC] = { .minlen = ADDRESS_LEN, .maxlen = ADDRESS_LEN },
	[NL80211_ATTR_STATUS_CODE] = { .type = NLA_U16 },
	[NL80211_ATTR_CQM] = { .type = NLA_NESTED },
	[NL80211_ATTR_BSS] = { .type = NLA_NESTED },
};

static struct nla_policy cqm_policy[NL80211_ATTR_CQM_MAX + 1] = {
	[NL80211_ATTR_CQM_RSSI_THRESHOLD_EVENT] = { .type = NLA_U32 },
};

static struct nla_policy bss_policy[NL80211_BSS_MAX + 1] = {
	[NL80211_BSS_BSSID] = { .minlen = ADDRESS_LEN, .maxlen = ADDRESS_LEN },
	[NL80211_BSS_MLD_ADDR] = { .minlen = ADDRESS_LEN, .maxlen = ADDRESS_LEN },
	[NL80211_BSS_STATUS] = { .type = NLA_U32 },
};

static int parse(struct nlmsghdr *nlh, struct nlattr **attrs)
{
	if (genlmsg_parse(nlh, 0, attrs, NL80211_ATTR_MAX, policy))
		return -EBADMSG;
	return 0;
}

static bool is_weak(struct nlattr **cqm)
{
	struct nlattr *threshold = cqm[NL80211_ATTR_CQM_RSSI_THRESHOLD_EVENT];

	return cqm[NL80211_ATTR_CQM_BEACON_LOSS_EVENT] ||
	       cqm[NL80211_ATTR_CQM_PKT_LOSS_EVENT] ||
	       (threshold &&
		nla_get_u32(threshold) == NL80211_CQM_RSSI_THRESHOLD_EVENT_LOW);
}

static int read_quality(struct nlattr **attrs)
{
	struct nlattr *cqm[NL80211_ATTR_CQM_MAX + 1];

	if (!attrs[NL80211_ATTR_CQM] ||
	    nla_parse_nested(cqm, NL80211_ATTR_CQM_MAX, attrs[NL80211_ATTR_CQM], cqm_policy))
		return -EBADMSG;
	return is_weak(cqm) ? 0 : -ENOMSG;
}

/* An attempt that has failed has left the old one, too. */
static int read_attempt(struct nlattr **attrs, struct wifi_event *event)
{
	struct nlattr *status = attrs[NL80211_ATTR_STATUS_CODE];

	if (!status)
		return -EBADMSG;
	event->kind = nla_get_u16(status) || attrs[NL80211_ATTR_TIMED_OUT] ? WIFI_LEFT :
									    WIFI_JOINED;
	return 0;
}

static int read_kind(uint8_t command, struct nlattr **attrs, struct wifi_event *event)
{
	switch (command) {
	case NL80211_CMD_CONNECT:
		return read_attempt(attrs, event);
	case NL80211_CMD_ROAM:
		event->kind = WIFI_JOINED;
		return 0;
	case NL80211_CMD_DISCONNECT:
		event->kind = WIFI_LEFT;
		return 0;
	case NL80211_CMD_NOTIFY_CQM:
		event->kind = WIFI_FADES;
		return read_quality(attrs);
	case NL80211_CMD_NEW_STATION:
		event->kind = WIFI_STATION_CAME;
		return event->lla.len ? 0 : -EBADMSG;
	case NL80211_CMD_DEL_STATION:
		event->kind = WIFI_STATION_WENT;
		return event->lla.len ? 0 : -EBADMSG;
	}
	return -ENOMSG;
}

int wifi_event_read(struct nlmsghdr *nlh, struct wifi_event *event)
{
	struct nlattr *attrs[NL80211_ATTR_MAX + 1];
	int err = parse(nlh, attrs);

	if (err)
		return err;
	/* Some are of a device without an interface. */
	if (!attrs[NL80211_ATTR_IFINDEX])
		return -ENOMSG;
	event->ifindex = nla_get_u32(attrs[NL80211_ATTR_IFINDEX]);
	netlink_lla(attrs[NL80211_ATTR_MAC], &event->lla);
	return read_kind(genlmsg_hdr(nlh)->cmd, attrs, event);
}

int wifi_bss_read(struct nlmsghdr *nlh, struct lla *ap)
{
	struct nlattr *attrs[NL80211_ATTR_MAX + 1], *bss[NL80211_BSS_MAX + 1];
	int err = parse(nlh, attrs);

	if (err)
		return err;
	if (!attrs[NL80211_ATTR_BSS] ||
	    nla_parse_nested(bss, NL80211_BSS_MAX, attrs[NL80211_ATTR_BSS], bss_policy))
		return -EBADMSG;
	if (!bss[NL80211_BSS_STATUS] ||
	    nla_get_u32(bss[NL80211_BSS_STATUS]) != NL80211_BSS_STATUS_ASSOCIATED)
		return -ENOENT;
	/* Of several links with one access point, what all of them have is its own. */
	netlink_lla(bss[NL80211_BSS_MLD_ADDR] ?: bss[NL80211_BSS_BSSID], ap);
	return ap->len ? 0 : -EBADMSG;
}

int wifi_interface_read(struct nlmsghdr *nlh, unsigned int *ifindex, uint32_t *type)
{
	struct nlattr *attrs[NL80211_ATTR_MAX + 1];
	int err = parse(nlh, attrs);

	if (err)
		return err;
	if (!attrs[NL80211_ATTR_IFTYPE] || !attrs[NL80211_ATTR_IFINDEX])
		return -EBADMSG;
	*ifindex = nla_get_u32(attrs[NL80211_ATTR_IFINDEX]);
	*type = nla_get_u32(attrs[NL80211_ATTR_IFTYPE]);
	return 0;
}

/* One that was unknown may be the one that is known now. */
static unsigned int joins(struct wifi_link *link, const struct lla *ap,
			  struct link_event *changes)
{
	unsigned int count = 0;

	if (link->joined && lla_equal(&link->ap, ap))
		return 0;
	if (link->joined && link->ap.len)
		changes[count++] = (struct link_event){ .change = LINK_DOWN };
	changes[count++] = (struct link_event){ .change = LINK_UP, .ap = *ap };
	link->joined = true;
	link->ap = *ap;
	return count;
}

static unsigned int leaves(struct wifi_link *link, struct link_event *changes)
{
	bool joined = link->joined;

	changes[0] = (struct link_event){ .change = LINK_DOWN };
	*link = (struct wifi_link){};
	return joined;
}

unsigned int wifi_link_changes(struct wifi_link *link, const struct wifi_event *event,
			       struct link_event changes[WIFI_CHANGES_MAX])
{
	switch (event->kind) {
	case WIFI_JOINED:
		return joins(link, &event->lla, changes);
	case WIFI_LEFT:
		return leaves(link, changes);
	case WIFI_FADES:
		changes[0] = (struct link_event){ .change = LINK_FADES };
		return link->joined;
	default:
		/* For a station its access point is one, too. */
		return 0;
	}
}

bool wifi_station_changes(const struct wifi_event *event, struct link_event *change)
{
	*change = (struct link_event){ .ifindex = event->ifindex, .lla = event->lla };
	switch (event->kind) {
	case WIFI_STATION_CAME:
		change->change = LINK_UP;
		return true;
	case WIFI_STATION_WENT:
		change->change = LINK_DOWN;
		return true;
	case WIFI_FADES:
		change->change = LINK_FADES;
		return event->lla.len;
	default:
		return false;
	}
}

static struct wifi_station *find(struct wifi_station *stations, const struct lla *lla)
{
	struct lla key = {};
	struct wifi_station *s;

	lla_copy(&key, lla);
	HASH_FIND(hh, stations, &key, sizeof(key), s);
	return s;
}

static struct wifi_station *get(struct wifi_station **stations, const struct lla *lla)
{
	struct wifi_station *s = find(*stations, lla);

	if (s)
		return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	lla_copy(&s->lla, lla);
	HASH_ADD(hh, *stations, lla, sizeof(s->lla), s);
	return s;
}

static void drop(struct wifi_station **stations, struct wifi_station *s)
{
	HASH_DEL(*stations, s);
	free(s);
}

void wifi_stations_note(struct wifi_station **stations, const struct wifi_event *event)
{
	struct wifi_station *s;

	if (event->kind == WIFI_STATION_CAME) {
		s = get(stations, &event->lla);
		if (s)
			s->told = true;
	} else if (event->kind == WIFI_STATION_WENT) {
		s = find(*stations, &event->lla);
		if (s)
			drop(stations, s);
	}
}

void wifi_stations_list(struct wifi_station **stations)
{
	struct wifi_station *s, *next;

	HASH_ITER(hh, *stations, s, next)
		s->listed = false;
}

void wifi_stations_listed(struct wifi_station **stations, const struct wifi_event *event)
{
	struct wifi_station *s;

	if (event->kind != WIFI_STATION_CAME)
		return;
	s = get(stations, &event->lla);
	if (s)
		s->listed = true;
}

void wifi_stations_differ(struct wifi_station **stations, unsigned int ifindex,
			  void (*differs)(void *arg, const struct wifi_event *event),
			  void *arg)
{
	struct wifi_station *s, *next;
	struct wifi_event event;
	bool differ;

	HASH_ITER(hh, *stations, s, next) {
		differ = s->told != s->listed;
		event = (struct wifi_event){
			s->listed ? WIFI_STATION_CAME : WIFI_STATION_WENT, ifindex, s->lla,
		};
		s->told = s->listed;
		if (!s->listed)
			drop(stations, s);
		if (differ)
			differs(arg, &event);
	}
}

void wifi_stations_forget(struct wifi_station **stations)
{
	struct wifi_station *s, *next;

	HASH_ITER(hh, *stations, s, next)
		drop(stations, s);
}
