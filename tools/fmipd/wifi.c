// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a wireless link tells of its nodes and access points.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include <linux/nl80211.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/family.h>
#include <netlink/genl/genl.h>
#include <uthash.h>

#include "log.h"
#include "netlink.h"
#include "wifi.h"
#include "wifi_event.h"

#define DUMP_TRIES	5

/* What is still there to be read when something is lost: more than a buffer holds. */
#define DRAIN_TRIES	1000

/* Of a station, while it has a carrier. */
struct interface {
	UT_hash_handle hh;
	unsigned int ifindex;
	struct wifi_link link;
};

/* An interface that is one, with its stations: while it has any, or is looked at. */
struct access_point {
	UT_hash_handle hh;
	unsigned int ifindex;
	struct wifi_station *stations;
	bool listed;
};

struct wifi {
	struct nl_sock *ask;
	struct nl_sock *told;
	struct loop *loop;
	struct loop_watch *watch;
	int family;
	void (*changed)(void *arg, const struct link_event *event);
	void *arg;
	struct interface *interfaces;
	struct access_point *aps;
};

/* What an answer was, for the readers of several messages. */
struct bss {
	bool found;
	struct lla ap;
};

static struct interface *find(const struct wifi *wifi, unsigned int ifindex)
{
	struct interface *i;

	HASH_FIND(hh, wifi->interfaces, &ifindex, sizeof(ifindex), i);
	return i;
}

static struct interface *add(struct wifi *wifi, unsigned int ifindex)
{
	struct interface *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	i->ifindex = ifindex;
	HASH_ADD(hh, wifi->interfaces, ifindex, sizeof(i->ifindex), i);
	return i;
}

static void drop(struct wifi *wifi, struct interface *i)
{
	HASH_DEL(wifi->interfaces, i);
	free(i);
}

static struct access_point *find_ap(const struct wifi *wifi, unsigned int ifindex)
{
	struct access_point *ap;

	HASH_FIND(hh, wifi->aps, &ifindex, sizeof(ifindex), ap);
	return ap;
}

static struct access_point *add_ap(struct wifi *wifi, unsigned int ifindex)
{
	struct access_point *ap = calloc(1, sizeof(*ap));

	if (!ap)
		return NULL;
	ap->ifindex = ifindex;
	HASH_ADD(hh, wifi->aps, ifindex, sizeof(ap->ifindex), ap);
	return ap;
}

static void drop_ap(struct wifi *wifi, struct access_point *ap)
{
	HASH_DEL(wifi->aps, ap);
	wifi_stations_forget(&ap->stations);
	free(ap);
}

/* Questions. */

static int ask(struct wifi *wifi, uint8_t command, int flags, unsigned int ifindex,
	       netlink_reader reader, void *arg)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, wifi->family, 0, flags,
				 command, 0) ||
		    (ifindex && nla_put_u32(msg, NL80211_ATTR_IFINDEX, ifindex)))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return netlink_ask(wifi->ask, msg, reader, arg);
}

/* A scan, or who comes and goes, changes what is listed: then it is begun again. */
static int list(struct wifi *wifi, uint8_t command, unsigned int ifindex,
		void (*begin)(void *arg), netlink_reader reader, void *arg)
{
	int err, left = DUMP_TRIES;

	do {
		begin(arg);
		err = ask(wifi, command, NLM_F_DUMP, ifindex, reader, arg);
	} while (err == -EINTR && --left);
	return err;
}

static void on_type(struct nlmsghdr *nlh, void *arg)
{
	unsigned int ifindex;

	wifi_interface_read(nlh, &ifindex, arg);
}

static uint32_t type_of(struct wifi *wifi, unsigned int ifindex)
{
	uint32_t type = NL80211_IFTYPE_UNSPECIFIED;

	ask(wifi, NL80211_CMD_GET_INTERFACE, 0, ifindex, on_type, &type);
	return type;
}

static bool is_station(struct wifi *wifi, unsigned int ifindex)
{
	uint32_t type = type_of(wifi, ifindex);

	return type == NL80211_IFTYPE_STATION || type == NL80211_IFTYPE_P2P_CLIENT;
}

static bool has_stations(uint32_t type)
{
	return type == NL80211_IFTYPE_AP || type == NL80211_IFTYPE_AP_VLAN ||
	       type == NL80211_IFTYPE_P2P_GO;
}

static void begin_bss(void *arg)
{
	*(struct bss *)arg = (struct bss){};
}

static void on_bss(struct nlmsghdr *nlh, void *arg)
{
	struct bss *bss = arg;

	if (!wifi_bss_read(nlh, &bss->ap))
		bss->found = true;
}

static struct bss bss_of(struct wifi *wifi, unsigned int ifindex)
{
	struct bss bss;

	list(wifi, NL80211_CMD_GET_SCAN, ifindex, begin_bss, on_bss, &bss);
	return bss;
}

/* What is told. */

static void tell(struct wifi *wifi, struct interface *i, const struct wifi_event *event,
		 uint64_t ns)
{
	struct link_event changes[WIFI_CHANGES_MAX];
	unsigned int n, count = wifi_link_changes(&i->link, event, changes);

	for (n = 0; n < count; n++) {
		changes[n].ifindex = event->ifindex;
		changes[n].ns = ns;
		changes[n].late = true;
		wifi->changed(wifi->arg, &changes[n]);
	}
}

static void tell_station(struct wifi *wifi, const struct wifi_event *event, uint64_t ns)
{
	struct link_event change;

	if (!wifi_station_changes(event, &change))
		return;
	change.ns = ns;
	change.late = true;
	wifi->changed(wifi->arg, &change);
}

/* An interface that is gone cannot be asked what it was when its last stations went. */
static void on_station(struct wifi *wifi, const struct wifi_event *event, uint64_t ns)
{
	struct access_point *ap = find_ap(wifi, event->ifindex);
	struct link_event change;

	if (!wifi_station_changes(event, &change) ||
	    (!ap && !has_stations(type_of(wifi, event->ifindex))))
		return;
	ap = ap ?: add_ap(wifi, event->ifindex);
	if (ap)
		wifi_stations_note(&ap->stations, event);
	if (ap && !ap->stations)
		drop_ap(wifi, ap);
	tell_station(wifi, event, ns);
}

static void on_message(struct nlmsghdr *nlh, void *arg)
{
	uint64_t now = loop_now();
	struct wifi_event event;
	struct wifi *wifi = arg;
	struct interface *i;

	if (wifi_event_read(nlh, &event))
		return;
	i = find(wifi, event.ifindex);
	if (i)
		tell(wifi, i, &event, now);
	else
		on_station(wifi, &event, now);
}

static void begin_interfaces(void *arg)
{
	struct wifi *wifi = arg;
	struct access_point *ap, *next;

	HASH_ITER(hh, wifi->aps, ap, next)
		ap->listed = false;
}

static void on_interface(struct nlmsghdr *nlh, void *arg)
{
	struct wifi *wifi = arg;
	struct access_point *ap;
	unsigned int ifindex;
	uint32_t type;

	if (wifi_interface_read(nlh, &ifindex, &type) || !has_stations(type))
		return;
	ap = find_ap(wifi, ifindex) ?: add_ap(wifi, ifindex);
	if (ap)
		ap->listed = true;
}

static void begin_stations(void *arg)
{
	struct access_point *ap = arg;

	wifi_stations_list(&ap->stations);
}

static void on_listed(struct nlmsghdr *nlh, void *arg)
{
	struct access_point *ap = arg;
	struct wifi_event event;

	if (!wifi_event_read(nlh, &event))
		wifi_stations_listed(&ap->stations, &event);
}

static void on_missed(void *arg, const struct wifi_event *event)
{
	tell_station(arg, event, loop_now());
}

static void on_found(void *arg, const struct wifi_event *event)
{
	(void)arg;
	(void)event;
}

/* None of the stations of one that is none any more is there. */
static void look_at_access_point(struct wifi *wifi, struct access_point *ap, bool tells)
{
	int err = 0;

	if (ap->listed)
		err = list(wifi, NL80211_CMD_GET_STATION, ap->ifindex, begin_stations,
			   on_listed, ap);
	else
		begin_stations(ap);
	if (err)
		log_error("nl80211", "stations", err);
	else
		wifi_stations_differ(&ap->stations, ap->ifindex,
				     tells ? on_missed : on_found, wifi);
	if (!ap->stations)
		drop_ap(wifi, ap);
}

static void look_at_stations(struct wifi *wifi, bool tells)
{
	struct access_point *ap, *next;
	int err;

	err = list(wifi, NL80211_CMD_GET_INTERFACE, 0, begin_interfaces, on_interface, wifi);
	if (err) {
		log_error("nl80211", "interfaces", err);
		return;
	}
	HASH_ITER(hh, wifi->aps, ap, next)
		look_at_access_point(wifi, ap, tells);
}

/* What was not read is seen from where the interfaces are now. */
static void look_again(struct wifi *wifi)
{
	struct interface *i, *next;
	struct wifi_event event;
	struct bss bss;

	HASH_ITER(hh, wifi->interfaces, i, next) {
		bss = bss_of(wifi, i->ifindex);
		event = (struct wifi_event){
			.kind = bss.found ? WIFI_JOINED : WIFI_LEFT,
			.ifindex = i->ifindex,
			.lla = bss.ap,
		};
		tell(wifi, i, &event, loop_now());
	}
	look_at_stations(wifi, true);
}

/* What was told before something was lost must not be taken for news after that. */
static void drain(struct wifi *wifi)
{
	struct pollfd told = { .fd = nl_socket_get_fd(wifi->told), .events = POLLIN };
	int left = DRAIN_TRIES;

	while (left-- && poll(&told, 1, 0) > 0)
		netlink_receive(wifi->told, on_message, wifi);
}

static void on_told(void *arg)
{
	struct wifi *wifi = arg;
	int err = netlink_receive(wifi->told, on_message, wifi);

	if (err)
		log_error("nl80211", err == -ENOBUFS ? "events lost" : NULL, err);
	if (err != -ENOBUFS)
		return;
	drain(wifi);
	look_again(wifi);
}

/* A list of what is there, as to ask for it by name would load it. */
static bool is_loaded(struct wifi *wifi)
{
	struct genl_family *family;
	struct nl_cache *cache;
	bool found;

	if (genl_ctrl_alloc_cache(wifi->ask, &cache))
		return false;
	family = genl_ctrl_search_by_name(cache, NL80211_GENL_NAME);
	found = family;
	if (family) {
		wifi->family = genl_family_get_id(family);
		genl_family_put(family);
	}
	nl_cache_free(cache);
	return found;
}

static int listen_to(struct wifi *wifi)
{
	int groups[2] = {}, err;

	groups[0] = genl_ctrl_resolve_grp(wifi->ask, NL80211_GENL_NAME,
					  NL80211_MULTICAST_GROUP_MLME);
	if (groups[0] < 0)
		return -ENOENT;
	err = netlink_listen(NETLINK_GENERIC, groups, &wifi->told);
	if (err)
		return err;
	wifi->watch = loop_watch(wifi->loop, nl_socket_get_fd(wifi->told), on_told, wifi);
	if (wifi->watch) {
		look_at_stations(wifi, false);
		return 0;
	}
	nl_socket_free(wifi->told);
	wifi->told = NULL;
	return -ENOMEM;
}

static bool is_there(struct wifi *wifi)
{
	int err;

	if (wifi->told)
		return true;
	if (!is_loaded(wifi))
		return false;
	err = listen_to(wifi);
	if (err)
		log_error("nl80211", NULL, err);
	return !err;
}

int wifi_open(struct loop *loop, void (*changed)(void *arg, const struct link_event *event),
	      void *arg, struct wifi **wifi)
{
	struct wifi *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->loop = loop;
	w->changed = changed;
	w->arg = arg;
	err = netlink_open(NETLINK_GENERIC, &w->ask);
	if (err) {
		free(w);
		return err;
	}
	is_there(w);
	*wifi = w;
	return 0;
}

void wifi_close(struct wifi *wifi)
{
	struct access_point *ap, *next_ap;
	struct interface *i, *next;

	if (!wifi)
		return;
	loop_forget(wifi->watch);
	nl_socket_free(wifi->told);
	nl_socket_free(wifi->ask);
	HASH_ITER(hh, wifi->interfaces, i, next)
		drop(wifi, i);
	HASH_ITER(hh, wifi->aps, ap, next_ap)
		drop_ap(wifi, ap);
	free(wifi);
}

static void comes_up(struct wifi *wifi, struct interface *i, const struct lla *ap,
		     uint64_t ns)
{
	struct wifi_event event = { WIFI_JOINED, i->ifindex, *ap };

	i->link = (struct wifi_link){};
	tell(wifi, i, &event, ns);
}

void wifi_look(struct wifi *wifi, unsigned int ifindex)
{
	struct interface *i;
	struct bss bss;

	if (find(wifi, ifindex) || !is_there(wifi) || !is_station(wifi, ifindex))
		return;
	bss = bss_of(wifi, ifindex);
	i = bss.found ? add(wifi, ifindex) : NULL;
	if (i)
		comes_up(wifi, i, &bss.ap, loop_now());
}

static bool goes_down(struct wifi *wifi, const struct link_event *event)
{
	struct wifi_event left = { .kind = WIFI_LEFT, .ifindex = event->ifindex };
	struct interface *i = find(wifi, event->ifindex);

	if (!i)
		return false;
	tell(wifi, i, &left, event->ns);
	drop(wifi, i);
	return true;
}

bool wifi_carrier(struct wifi *wifi, const struct link_event *event)
{
	struct interface *i;
	struct bss bss;

	if (event->change == LINK_DOWN)
		return goes_down(wifi, event);
	if (!is_there(wifi) || !is_station(wifi, event->ifindex))
		return false;
	i = find(wifi, event->ifindex) ?: add(wifi, event->ifindex);
	if (!i)
		return false;
	bss = bss_of(wifi, event->ifindex);
	comes_up(wifi, i, &bss.ap, event->ns);
	return true;
}
