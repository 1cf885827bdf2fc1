// SPDX-License-Identifier: GPL-2.0-only
/*
 * What nl80211 tells: messages as the kernel makes them, whole, cut off and wrong.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/nl80211.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "test.h"
#include "wifi_event.h"

#define FAMILY	0x23
#define WLAN0	7

static const struct lla ap1 = { 6, { 2, 0, 0x5e, 0, 1, 1 } };
static const struct lla ap2 = { 6, { 2, 0, 0x5e, 0, 2, 1 } };
static const struct lla no_ap;

static struct nl_msg *msg;

static void begin(uint8_t command)
{
	nlmsg_free(msg);
	msg = nlmsg_alloc_size(4096);
	assert_non_null(msg);
	assert_non_null(genlmsg_put(msg, 0, 0, FAMILY, 0, 0, command, 1));
	nla_put_u32(msg, NL80211_ATTR_WIPHY, 0);
}

/* On an interface, about a link-layer address. */
static void begin_on(uint8_t command, const struct lla *lla)
{
	begin(command);
	nla_put_u32(msg, NL80211_ATTR_IFINDEX, WLAN0);
	if (lla->len)
		nla_put(msg, NL80211_ATTR_MAC, lla->len, lla->bytes);
}

static int setup(void **state)
{
	(void)state;
	msg = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nlmsg_free(msg);
	return 0;
}

static void assert_event(enum wifi_kind kind, const struct lla *lla)
{
	struct wifi_event event;

	assert_int_equal(wifi_event_read(nlmsg_hdr(msg), &event), 0);
	assert_int_equal(event.kind, kind);
	assert_int_equal(event.ifindex, WLAN0);
	assert_memory_equal(&event.lla, lla, sizeof(*lla));
}

static void assert_nothing(void)
{
	struct wifi_event event;

	assert_int_not_equal(wifi_event_read(nlmsg_hdr(msg), &event), 0);
}

static void put_connect(const struct lla *ap, uint16_t status)
{
	begin_on(NL80211_CMD_CONNECT, ap);
	nla_put_u16(msg, NL80211_ATTR_STATUS_CODE, status);
}

static void a_node_joins_and_leaves(void **state)
{
	(void)state;
	put_connect(&ap1, 0);
	assert_event(WIFI_JOINED, &ap1);
	begin_on(NL80211_CMD_ROAM, &ap2);
	assert_event(WIFI_JOINED, &ap2);
	begin_on(NL80211_CMD_DISCONNECT, &no_ap);
	nla_put_u16(msg, NL80211_ATTR_REASON_CODE, 3);
	assert_event(WIFI_LEFT, &no_ap);
}

/* 17: the access point has too many stations. */
static void an_attempt_that_fails_has_left(void **state)
{
	(void)state;
	put_connect(&ap1, 17);
	assert_event(WIFI_LEFT, &ap1);
	put_connect(&ap1, 0);
	nla_put_flag(msg, NL80211_ATTR_TIMED_OUT);
	assert_event(WIFI_LEFT, &ap1);
	begin_on(NL80211_CMD_CONNECT, &ap1);
	assert_nothing();
}

static void put_quality(int type, bool has_value, uint32_t value)
{
	struct nlattr *cqm;

	begin_on(NL80211_CMD_NOTIFY_CQM, &no_ap);
	cqm = nla_nest_start(msg, NL80211_ATTR_CQM);
	if (has_value)
		nla_put_u32(msg, type, value);
	else
		nla_put_flag(msg, type);
	nla_nest_end(msg, cqm);
}

static void the_signal_fades(void **state)
{
	(void)state;
	put_quality(NL80211_ATTR_CQM_RSSI_THRESHOLD_EVENT, true,
		    NL80211_CQM_RSSI_THRESHOLD_EVENT_LOW);
	assert_event(WIFI_FADES, &no_ap);
	put_quality(NL80211_ATTR_CQM_BEACON_LOSS_EVENT, false, 0);
	assert_event(WIFI_FADES, &no_ap);
	put_quality(NL80211_ATTR_CQM_PKT_LOSS_EVENT, true, 50);
	assert_event(WIFI_FADES, &no_ap);
	put_quality(NL80211_ATTR_CQM_RSSI_THRESHOLD_EVENT, true,
		    NL80211_CQM_RSSI_THRESHOLD_EVENT_HIGH);
	assert_nothing();
	put_quality(NL80211_ATTR_CQM_TXE_RATE, true, 5);
	assert_nothing();
	begin_on(NL80211_CMD_NOTIFY_CQM, &no_ap);
	assert_nothing();
}

static void stations_come_and_go(void **state)
{
	(void)state;
	begin_on(NL80211_CMD_NEW_STATION, &ap1);
	assert_event(WIFI_STATION_CAME, &ap1);
	begin_on(NL80211_CMD_DEL_STATION, &ap1);
	assert_event(WIFI_STATION_WENT, &ap1);
	begin_on(NL80211_CMD_NEW_STATION, &no_ap);
	assert_nothing();
	begin_on(NL80211_CMD_DEL_STATION, &no_ap);
	assert_nothing();
}

static void what_does_not_matter(void **state)
{
	(void)state;
	begin_on(NL80211_CMD_NEW_SCAN_RESULTS, &no_ap);
	assert_nothing();
	begin_on(NL80211_CMD_UNPROT_DEAUTHENTICATE, &ap1);
	assert_nothing();
	/* Of a device without an interface. */
	begin(NL80211_CMD_DISCONNECT);
	nla_put_u64(msg, NL80211_ATTR_WDEV, 1);
	assert_nothing();
}

static void what_is_too_short(void **state)
{
	(void)state;
	begin(NL80211_CMD_DISCONNECT);
	nla_put_u16(msg, NL80211_ATTR_IFINDEX, WLAN0);
	assert_nothing();
	begin(NL80211_CMD_ROAM);
	nla_put_u32(msg, NL80211_ATTR_IFINDEX, WLAN0);
	nla_put(msg, NL80211_ATTR_MAC, 5, ap1.bytes);
	assert_nothing();
	begin(NL80211_CMD_ROAM);
	nla_put_u32(msg, NL80211_ATTR_IFINDEX, WLAN0);
	nla_put(msg, NL80211_ATTR_MAC, LLA_MAX, ap1.bytes);
	assert_nothing();
	begin_on(NL80211_CMD_CONNECT, &ap1);
	nla_put_u8(msg, NL80211_ATTR_STATUS_CODE, 0);
	assert_nothing();
	put_quality(NL80211_ATTR_CQM_RSSI_THRESHOLD_EVENT, false, 0);
	assert_nothing();
}

/* Each in memory of its own, so that a look beyond its end is seen. */
static void read_all(const struct nlmsghdr *whole, size_t len)
{
	struct nlmsghdr *cut = malloc(len);
	struct wifi_event event;
	unsigned int ifindex;
	uint32_t type;
	struct lla ap;

	assert_non_null(cut);
	memcpy(cut, whole, len);
	cut->nlmsg_len = len;
	wifi_event_read(cut, &event);
	wifi_bss_read(cut, &ap);
	wifi_interface_read(cut, &ifindex, &type);
	free(cut);
}

static void put_bss(uint32_t status, const struct lla *mld)
{
	struct nlattr *bss;

	begin_on(NL80211_CMD_NEW_SCAN_RESULTS, &no_ap);
	bss = nla_nest_start(msg, NL80211_ATTR_BSS);
	nla_put(msg, NL80211_BSS_BSSID, ap1.len, ap1.bytes);
	nla_put_u32(msg, NL80211_BSS_FREQUENCY, 2412);
	if (status != UINT32_MAX)
		nla_put_u32(msg, NL80211_BSS_STATUS, status);
	if (mld)
		nla_put(msg, NL80211_BSS_MLD_ADDR, mld->len, mld->bytes);
	nla_nest_end(msg, bss);
}

static void what_is_cut_off_or_wrong(void **state)
{
	struct nlmsghdr *nlh;
	uint8_t *octets;
	size_t i, len;

	(void)state;
	put_bss(NL80211_BSS_STATUS_ASSOCIATED, &ap2);
	nla_put_u32(msg, NL80211_ATTR_IFTYPE, NL80211_IFTYPE_STATION);
	nlh = nlmsg_hdr(msg);
	octets = (uint8_t *)nlh;
	len = nlh->nlmsg_len;
	for (i = NLMSG_HDRLEN; i <= len; i++)
		read_all(nlh, i);
	for (i = NLMSG_HDRLEN; i < len; i++) {
		octets[i] ^= 0xff;
		read_all(nlh, len);
		octets[i] ^= 0xff;
	}
}

static void the_access_point_of_now(void **state)
{
	struct lla ap;

	(void)state;
	put_bss(NL80211_BSS_STATUS_ASSOCIATED, NULL);
	assert_int_equal(wifi_bss_read(nlmsg_hdr(msg), &ap), 0);
	assert_memory_equal(&ap, &ap1, sizeof(ap));
	put_bss(NL80211_BSS_STATUS_ASSOCIATED, &ap2);
	assert_int_equal(wifi_bss_read(nlmsg_hdr(msg), &ap), 0);
	assert_memory_equal(&ap, &ap2, sizeof(ap));
	put_bss(NL80211_BSS_STATUS_AUTHENTICATED, NULL);
	assert_int_not_equal(wifi_bss_read(nlmsg_hdr(msg), &ap), 0);
	put_bss(UINT32_MAX, NULL);
	assert_int_not_equal(wifi_bss_read(nlmsg_hdr(msg), &ap), 0);
	begin_on(NL80211_CMD_NEW_SCAN_RESULTS, &no_ap);
	assert_int_not_equal(wifi_bss_read(nlmsg_hdr(msg), &ap), 0);
}

static void the_type_of_an_interface(void **state)
{
	unsigned int ifindex = 0;
	uint32_t type = 0;

	(void)state;
	begin_on(NL80211_CMD_NEW_INTERFACE, &ap1);
	assert_int_not_equal(wifi_interface_read(nlmsg_hdr(msg), &ifindex, &type), 0);
	nla_put_u32(msg, NL80211_ATTR_IFTYPE, NL80211_IFTYPE_AP);
	assert_int_equal(wifi_interface_read(nlmsg_hdr(msg), &ifindex, &type), 0);
	assert_int_equal(type, NL80211_IFTYPE_AP);
	assert_int_equal(ifindex, WLAN0);
	/* One that is to find others has no interface. */
	begin(NL80211_CMD_NEW_INTERFACE);
	nla_put_u32(msg, NL80211_ATTR_IFTYPE, NL80211_IFTYPE_P2P_DEVICE);
	assert_int_not_equal(wifi_interface_read(nlmsg_hdr(msg), &ifindex, &type), 0);
}

static void assert_told(struct wifi_link *link, enum wifi_kind kind, const struct lla *lla,
			const char *wanted)
{
	static const char letters[] = { [LINK_UP] = 'U', [LINK_DOWN] = 'D', [LINK_FADES] = 'F' };
	struct wifi_event event = { kind, WLAN0, *lla };
	struct link_event changes[WIFI_CHANGES_MAX];
	unsigned int n, count = wifi_link_changes(link, &event, changes);
	char told[8] = "";
	size_t len = 0;

	for (n = 0; n < count; n++) {
		told[len++] = letters[changes[n].change];
		assert_int_equal(changes[n].lla.len, 0);
		if (changes[n].change == LINK_UP)
			told[len++] = '0' + changes[n].ap.bytes[4];
		else
			assert_int_equal(changes[n].ap.len, 0);
	}
	assert_string_equal(told, wanted);
}

static void a_link_is_told_of_once(void **state)
{
	struct wifi_link link = {};

	(void)state;
	assert_told(&link, WIFI_FADES, &no_ap, "");
	assert_told(&link, WIFI_LEFT, &no_ap, "");
	assert_told(&link, WIFI_JOINED, &ap1, "U1");
	assert_told(&link, WIFI_JOINED, &ap1, "");
	assert_told(&link, WIFI_STATION_CAME, &ap1, "");
	assert_told(&link, WIFI_STATION_WENT, &ap1, "");
	assert_told(&link, WIFI_FADES, &no_ap, "F");
	assert_told(&link, WIFI_JOINED, &ap2, "DU2");
	assert_told(&link, WIFI_LEFT, &no_ap, "D");
	assert_told(&link, WIFI_LEFT, &no_ap, "");
	assert_told(&link, WIFI_JOINED, &ap2, "U2");
}

/* The driver that lists none may tell later. */
static void an_access_point_becomes_known(void **state)
{
	struct wifi_link link = {};

	(void)state;
	assert_told(&link, WIFI_JOINED, &no_ap, "U0");
	assert_told(&link, WIFI_JOINED, &no_ap, "");
	assert_told(&link, WIFI_JOINED, &ap1, "U1");
	assert_told(&link, WIFI_LEFT, &no_ap, "D");
}

static void assert_station(enum wifi_kind kind, const struct lla *lla, int wanted)
{
	struct wifi_event event = { kind, WLAN0, *lla };
	struct link_event change;

	if (wanted < 0) {
		assert_false(wifi_station_changes(&event, &change));
		return;
	}
	assert_true(wifi_station_changes(&event, &change));
	assert_int_equal(change.change, wanted);
	assert_int_equal(change.ifindex, WLAN0);
	assert_int_equal(change.ap.len, 0);
	assert_memory_equal(&change.lla, lla, sizeof(*lla));
}

static void an_access_point_tells_of_stations(void **state)
{
	(void)state;
	assert_station(WIFI_STATION_CAME, &ap1, LINK_UP);
	assert_station(WIFI_STATION_WENT, &ap1, LINK_DOWN);
	assert_station(WIFI_FADES, &ap1, LINK_FADES);
	assert_station(WIFI_FADES, &no_ap, -1);
	assert_station(WIFI_JOINED, &ap1, -1);
	assert_station(WIFI_LEFT, &no_ap, -1);
}

/* What the state machines have missed. */
static struct wifi_event missed[4];
static unsigned int misses;

static void on_missed(void *arg, const struct wifi_event *event)
{
	(void)arg;
	assert_int_equal(event->ifindex, WLAN0);
	assert_true(misses < 4);
	missed[misses++] = *event;
}

static void find_missed(struct wifi_station **stations, unsigned int wanted)
{
	misses = 0;
	wifi_stations_differ(stations, WLAN0, on_missed, NULL);
	assert_int_equal(misses, wanted);
}

static void assert_missed(unsigned int n, enum wifi_kind kind, const struct lla *lla)
{
	assert_int_equal(missed[n].kind, kind);
	assert_memory_equal(&missed[n].lla, lla, sizeof(*lla));
}

static void what_was_missed_of_stations_is_found(void **state)
{
	const struct lla sta1 = { 6, { 2, 0, 0, 0, 0, 1 } }, sta2 = { 6, { 2, 0, 0, 0, 0, 2 } };
	struct wifi_event came1 = { WIFI_STATION_CAME, WLAN0, sta1 };
	struct wifi_event came2 = { WIFI_STATION_CAME, WLAN0, sta2 };
	struct wifi_station *stations = NULL;

	(void)state;
	wifi_stations_note(&stations, &came1);
	/* As it was told. */
	wifi_stations_list(&stations);
	wifi_stations_listed(&stations, &came1);
	find_missed(&stations, 0);
	/* One has gone, and another has come. */
	wifi_stations_list(&stations);
	wifi_stations_listed(&stations, &came2);
	find_missed(&stations, 2);
	assert_missed(0, WIFI_STATION_WENT, &sta1);
	assert_missed(1, WIFI_STATION_CAME, &sta2);
	find_missed(&stations, 0);
	/* It is known from then on. */
	wifi_stations_list(&stations);
	find_missed(&stations, 1);
	assert_missed(0, WIFI_STATION_WENT, &sta2);
	find_missed(&stations, 0);
	/* Who has gone, as was told, is not missed. */
	wifi_stations_note(&stations, &came1);
	wifi_stations_note(&stations, &(struct wifi_event){ WIFI_STATION_WENT, WLAN0, sta1 });
	wifi_stations_note(&stations, &(struct wifi_event){ WIFI_FADES, WLAN0, sta1 });
	wifi_stations_list(&stations);
	find_missed(&stations, 0);
	wifi_stations_forget(&stations);
	assert_null(stations);
}

#define test(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_node_joins_and_leaves),
		test(an_attempt_that_fails_has_left),
		test(the_signal_fades),
		test(stations_come_and_go),
		test(what_does_not_matter),
		test(what_is_too_short),
		test(what_is_cut_off_or_wrong),
		test(the_access_point_of_now),
		test(the_type_of_an_interface),
		test(a_link_is_told_of_once),
		test(an_access_point_becomes_known),
		test(an_access_point_tells_of_stations),
		test(what_was_missed_of_stations_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
