#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fmipd and nl80211: the access routers' links with the node are radios of mac80211_hwsim,
# with an access point of hostapd's on each of the routers.  Nobody tells a daemon
# anything of a link: the node is moved by iw, and what the daemons know of that the
# kernel has told them.
#
# shellcheck disable=SC2034,SC2086,SC2154

CN_DELAY=0 AR_DELAY=0
: "${WAIT_MS:=30000}"
# shellcheck source=../lib.sh
. "${BASH_SOURCE[0]%/*}/../lib.sh"
# shellcheck source=../fmipd-lib.sh
. "$LIB_DIR/fmipd-lib.sh"

PAR_AP=$PAR_MAC NAR_AP=$NAR_MAC	# the routers are the access points
PAR_MHZ=2412 NAR_MHZ=2437
RADIOS=/sys/class/ieee80211
RATE=50
WINDOW='window = { packets = 5000; age = "10s"; };'

# ---- the radios -------------------------------------------------------------

# radio_to PHY NETNS NAME: instead of the veth that has this name there
radio_to() {
	local net

	net=$(ls "$RADIOS/$1/device/net")
	ip -n "$2" link del "$3" && ip link set "$net" down name "fmip-$1" &&
		iw phy "$1" set netns name "$2" &&
		ip -n "$2" link set "fmip-$1" name "$3" addrgenmode none ||
		bail "$1 cannot be had in $2"
}

# access_point NETNS CHANNEL BSSID ADDRESS...: hostapd takes the link down and up
access_point() {
	local dir=$LIB_TMP/hostapd.$1 address

	ip -n "$1" link set acc0 address "$3" || bail "acc0 cannot be $3"
	cat >"$dir.conf" <<-END
		interface=acc0
		driver=nl80211
		ssid=fmip
		hw_mode=g
		channel=$2
	END
	background in_ns "$1" hostapd -f "$dir.log" "$dir.conf"
	wait_line "$WAIT_MS" "$dir.log" AP-ENABLED || bail "hostapd of $1: $(<"$dir.log")"
	for address in "${@:4}"; do
		ip -n "$1" addr add "$address/64" dev acc0 nodad || bail "$1 cannot be $address"
	done
}

# radios: instead of the links with the node that topo_up has made
radios() {
	local phys

	mapfile -t phys < <(ls $RADIOS)
	radio_to "${phys[0]}" "$PAR" acc0
	radio_to "${phys[1]}" "$NAR" acc0
	ip -n "$MN" -6 rule del from $PCOA lookup $PCOA_TABLE
	radio_to "${phys[2]}" "$MN" wlan0
	access_point "$PAR" 1 $PAR_AP $PAR_ADDR $PAR_LL
	access_point "$NAR" 6 $NAR_AP $NAR_ADDR $NAR_LL
	topo_mn
}

# join MHZ BSSID
join() {
	in_ns "$MN" iw dev wlan0 connect -w fmip "$1" "$2" >"$LIB_TMP/join" ||
		bail "the node does not come to $2: $(<"$LIB_TMP/join")"
}

leave() {
	in_ns "$MN" iw dev wlan0 disconnect || bail "the node cannot leave"
}

# roam MHZ BSSID
roam() {
	leave
	join "$@"
}

# ---- what the daemons know ----------------------------------------------------

# node_state: the node's own: how far it is, and with which access point
node_state() {
	agent "$MN" -j handover show | jq -r '.[] |
		select(.role == "mn" and .state != "finished") | "\(.state) \(.ap // "-")"'
}

node_is() {
	[[ $(node_state) == "$1" ]]
}

# node WANTED NAME: it is so, or soon will be
node() {
	busywait "$WAIT_MS" node_is "$1"
	is "$2" "$(node_state)" "$1"
}

# router STATE NAME: what the PAR knows of the node
router() {
	fmipd_wait "$PAR" par "$1"
	is "$2" "$(fmipd_state "$PAR" par)" "$1"
}

# ---- the tests ------------------------------------------------------------------

# An emulated processor with the checkers takes longer than the 30 s of a redirection.
begin() {
	topo_up
	radios
	fmipd_node 'iid = "eui64"; lifetime = "300s";'
	fmipd_config "$PAR" "ar.copying = \"always\"; lifetime_max = \"300s\"; $WINDOW"
	fmipd_config "$NAR"
	fmipd_start "$PAR"
	fmipd_start "$NAR"
	fmipd_start "$MN"
}

# By its carrier alone, the node would have to ask which link it is that it comes back to.
come_and_go() {
	join $PAR_MHZ $PAR_AP
	na_ready $PCOA || bail "$CN_ADDR cannot reach $PCOA"
	router copying "a station is there"
	leave
	node "away -" "disconnected: the node knows"
	router holding "and the access router knows that its station has left"
	join $PAR_MHZ $PAR_AP
	node "here -" "connected: the node knows that this is its link"
	router copying "and the access router knows that its station is back"
	check "they reach each other" na_ready $PCOA
}

# traffic: to the node, of which its router has copies by now
traffic() {
	receiver "$LIB_TMP/mn" "$MN" $PCOA
	background ip netns exec "$CN" udplog send --bind $CN_ADDR --to $PCOA --port 17000 \
		--rate $RATE --time 60 --log "$LIB_TMP/sent"
	SENDER=$!
	counters "$PAR" dst $PCOA
	wait_counted "COUNT[received] >= ${COUNT[received]} + 20" "$PAR" dst $PCOA ||
		bail "the node gets nothing"
}

# none_lost NAME: where the PAR sends copies, some may come twice; for the order see
# fmipd_handover.sh
none_lost() {
	stop "$SENDER"
	fence "$LIB_TMP/mn" $PCOA
	is "$1" "$(udplog report --json --sent "$LIB_TMP/sent" --received "$LIB_TMP/mn" |
		jq .lost)" 0 || diag "what has arrived: $(arrived "$LIB_TMP/mn")"
}

# was MODE: how the node has come to where it is, and how long it had no link
was() {
	local record

	record=$(agent "$MN" -j handover show | jq '.[] | select(.state == "there") | .record')
	is "$1: it was that" "$(jq -r .mode <<<"$record")" "$1"
	diag "no link for $(jq '.parts_ns.link_gap / 1000000 | floor' <<<"$record") ms"
}

# power MBM: with which the PAR's access point sends
power() {
	in_ns "$PAR" iw dev acc0 set txpower fixed "$1" || bail "its power cannot be set"
}

# The node asks about other access points when the kernel tells that the signal is weak.
fades() {
	in_ns "$MN" iw dev wlan0 cqm rssi -40 2 || bail "nobody watches the signal"
	power 0
	check "the signal fades: the node asks, and is told" \
		fmipd_wait_count "$MN" received $(($1 + 1))
}

reactive() {
	fades "$(fmipd_count "$MN" received)"
	traffic
	roam $NAR_MHZ $NAR_AP
	node "there $NAR_AP" "reactive: the node knows where it is"
	router redirected "its packets go there"
	none_lost "none is lost"
	was reactive
}

# back: to the link where it is at home
back() {
	power 2000
	in_ns "$MN" iw dev wlan0 cqm rssi off
	roam $PAR_MHZ $PAR_AP
	node "here -" "back: the node knows that this is its link"
	router copying "and so does the access router"
	check "they reach each other" na_ready $PCOA
}

# Before it is told where to go, the node has looked what there is, as it does in life.
predictive() {
	in_ns "$MN" iw dev wlan0 scan freq $NAR_MHZ >"$LIB_TMP/scan" &&
		grep -q "^BSS $NAR_AP" "$LIB_TMP/scan" || bail "$NAR_AP is not found"
	traffic
	agent "$MN" handover start ap $NAR_AP || bail "no handover can be started"
	router redirected "predictive: its packets go there before it does"
	wait_line "$WAIT_MS" "$LIB_TMP/fmipd.$MN/log" "ready to leave" ||
		bail "the node is not ready to leave"
	roam $NAR_MHZ $NAR_AP
	node "there $NAR_AP" "the node knows where it is"
	none_lost "none is lost"
	was predictive
}

need ip udplog fmipctl fmipd jq python3 hostapd iw
(($(ls $RADIOS 2>/dev/null | wc -l) >= 3)) || skip_all "needs three radios of mac80211_hwsim"
load_module
wire_start
begin
come_and_go
reactive
back
predictive
for ns in "$PAR" "$NAR" "$MN"; do
	check "fmipd of ${ns%%-*} has nothing to complain of" fmipd_complaints "$ns"
done
((LIB_FAILED)) && fmipd_logs && diag "$(<"$LIB_TMP/fmipd.$MN/log")"
tap_done
