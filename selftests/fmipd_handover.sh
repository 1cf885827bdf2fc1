#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whole handovers by fmipd's own protocol: a mobile node and two access routers, where
# nothing is scripted but the movement.  What arrives is what was sent, in that order, in
# both directions: what the node sends while it has no link waits.
#
# shellcheck disable=SC2034,SC2086,SC2154

CN_DELAY=17.5ms AR_DELAY=2.5ms
# A kernel with checkers takes minutes over a handover: what holds the packets is to have room
# for all that come in that time, nothing is to expire, and nobody to give up.
case ${FMIP_KERNEL-} in
debug)
	: "${WAIT_MS:=120000}"
	RATE=40 LIFETIME=600s AGE=120s ANSWER=5s
	;;
*)
	: "${WAIT_MS:=30000}"
	RATE=200 LIFETIME=60s AGE=10s ANSWER=100ms
	;;
esac
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=fmipd-lib.sh
. "$LIB_DIR/fmipd-lib.sh"

# begin [SETTINGS-OF-THE-NODE]: a new network, with daemons on the three of them.  The PAR
# has copies for longer than it takes an emulated node to come back.
begin() {
	local window="window = { packets = 5000; age = \"$AGE\"; };"
	local first="{ first = \"$ANSWER\"; }"

	topo_down
	rm -rf "$LIB_TMP"/fmipd.*
	topo_up
	fmipd_node "lifetime = \"$LIFETIME\"; rtsolpr = $first; fbu = $first; ${1-}"
	fmipd_config "$PAR" "ar.linger = \"300ms\"; lifetime_max = \"$LIFETIME\"; $window"
	fmipd_config "$NAR" 'ar.linger = "300ms";'
	fmipd_start "$PAR"
	fmipd_start "$NAR"
	fmipd_start "$MN"
	tells "$MN" up wlan0 ap $PAR_AP
}

# traffic: to the node, until "all_arrive", and from it, until "all_have_left"
traffic() {
	receiver "$LIB_TMP/mn" "$MN" $PCOA
	receiver "$LIB_TMP/cn" "$CN" $CN_ADDR
	background ip netns exec "$CN" udplog send --bind $CN_ADDR --to $PCOA --port 17000 \
		--rate $RATE --time 600 --log "$LIB_TMP/sent"
	SENDER=$!
	background ip netns exec "$MN" udplog send --bind $PCOA --to $CN_ADDR --port 17000 \
		--rate $RATE --time 600 --log "$LIB_TMP/sent.mn"
	NODE_SENDER=$!
}

# up_fence: as "fence", from the node
up_fence() {
	local pid=LIB_RECEIVER_${LIB_TMP//[!A-Za-z0-9]/_}_cn

	in_ns "$MN" udplog send --bind $PCOA --to $CN_ADDR --port 17000 --first $FENCE --count 1 \
		--log "$LIB_TMP/fence.mn"
	wait "${!pid}"
}

# all_have_left MODE: what the node has sent has arrived
all_have_left() {
	stop "$NODE_SENDER"
	up_fence
	is "$1: all that the node sends arrives, in order, and none twice" \
		"$(arrived "$LIB_TMP/cn")" "0-$(($(wc -l <"$LIB_TMP/sent.mn") - 2)) fence" ||
		diag "$(<"$LIB_TMP/fmipd.$MN/log")"
}

# all_arrive MODE: and a fence behind what was sent
all_arrive() {
	stop "$SENDER"
	fence "$LIB_TMP/mn" $PCOA
	is "$1: all arrive, in order, and none twice" "$(arrived "$LIB_TMP/mn")" \
		"0-$(($(wc -l <"$LIB_TMP/sent") - 2)) fence"
}

# none_lost MODE: where the PAR sends copies, some may come twice
none_lost() {
	stop "$SENDER"
	fence "$LIB_TMP/mn" $PCOA
	is "$1: none is lost, nor out of order" "$(udplog report --json --sent "$LIB_TMP/sent" \
		--received "$LIB_TMP/mn" | jq -r '"\(.lost) \(.reordered)"')" "0 0" ||
		diag "what has arrived: $(arrived "$LIB_TMP/mn")" "$(fmipctl -n "$PAR" stats)"
}

# says NETNS TEXT: waits until the daemon there has logged that
says() {
	wait_line "$WAIT_MS" "$LIB_TMP/fmipd.$1/log" "$2" ||
		bail "fmipd of $1 does not say $2: $(<"$LIB_TMP/fmipd.$1/log")"
}

# move BRIDGE AP [RADIO-OPTION]...: the node's radio goes there, and its driver knows where
move() {
	lib_arm radio radio move --on-line --netns "$AIR" --port radio --to "$1" --gap "$GAP_MS" \
		"${@:3}" --carrier "$MN,wlan0" --tell \
		"$LIB_TMP/fmipd.$MN/control,{\"command\":\"link\",\"change\":\"up\",\"interface\":\"wlan0\",\"ap\":\"$2\",\"ns\":%}"
	wait_line "$WAIT_MS" "$LIB_TMP/radio" ready || bail "radio does not wait for the word"
	lib_tell radio move
	lib_done radio || bail "the radio did not move"
}

# tells NETNS CHANGE WORDS...: as who controls the radios tells a daemon of them
tells() {
	agent "$1" link "$2" dev "$3" "${@:4}" || bail "fmipd of $1 is not told"
}

# at_home ADDRESS: how the node has it: its prefix, whether it is an old one, and the table
# for what it sends
at_home() {
	ip -n "$MN" -j -6 addr show dev wlan0 | jq -r --arg address "$1" '.[].addr_info[] |
		select(.local == $address) | "/\(.prefixlen) \(if .deprecated then "old" else "new" end)"'
	ip -n "$MN" -6 rule show | awk -v from="$1" '$3 == from { print "detour" }'
}

ncoa() {
	agent "$MN" -j handover show | jq -r '.[] | select(.state == "there") | .ncoa'
}

# Tunnels that are ahead lead to where nobody is.
nothing_left() {
	ip -n "$MN" -6 rule show | grep -c " proto 102"
	ip -n "$MN" -j -d link show type ip6tnl | jq '[.[] |
		select(.linkinfo.info_data.remote | startswith("100::") | not) |
		select(.ifname | startswith("fmip-par"))] | length'
}

# gone: the node knows that its link is, before it is: all that it sends from then on waits
gone() {
	tells "$MN" down wlan0
}

predictive() {
	local ncoa

	begin
	traffic
	agent "$MN" handover start ap $NAR_AP || bail "no handover can be started"
	says "$MN" "ready to leave"
	gone
	move br2 $NAR_AP
	says "$NAR" "kind=handover role=nar"
	ncoa=$(ncoa)
	all_arrive "predictive"
	all_have_left "predictive"
	is "by way of a new address, and the old one is kept" "$(at_home "$ncoa") $(at_home $PCOA)" \
		"/64 new /64 old"$'\n'detour
	reversed $PCOA
	agent "$MN" handover complete || bail "it cannot be completed"
	is "when that is over, so is the detour" "$(nothing_left)" "0"$'\n'0
	is "and the old address" "$(at_home "$ncoa")$(at_home $PCOA)" "/64 new"
	check "the node has a route yet" in_ns "$MN" ping -q -c 1 -W 5 -I "$ncoa" $CN_ADDR
	is "a record of it is left" "$(agent "$MN" -j handover show |
		jq -r '.[] | select(.state == "finished") | "\(.text) \(.record.mode)"')" \
		"complete predictive"
}

# The PAR has copies since it was asked for access points, and is told when the node is
# gone, as an access point tells it.
reactive() {
	begin
	tells "$MN" fade wlan0
	busywait "$WAIT_MS" knows_nar || bail "the node does not know of $NAR_AP"
	traffic
	pause_ms 300
	gone
	move br2 $NAR_AP --tell-down \
		"$LIB_TMP/fmipd.$PAR/control,{\"command\":\"link\",\"change\":\"down\",\"interface\":\"acc0\",\"lla\":\"$MN_MAC\",\"ns\":%}"
	says "$PAR" "what=redirected"
	none_lost "reactive"
	all_have_left "reactive"
	is "and the PAR knows how it was" "$(agent "$PAR" -j handover show |
		jq -r '.[] | select(.role == "par" and .state == "redirected") | .record.mode')" reactive
}

knows_nar() {
	(($(fmipd_count "$MN" received) >= 1))
}

# The node has two addresses, and keeps both.
several() {
	local other=2001:db8:1::11 formed=2001:db8:2::ff:fe00:10 address

	begin 'iid = "eui64"; una_to = "nar";'
	lib_batch -n "$MN" <<<"addr add $other/64 dev wlan0 nodad valid_lft 3600 preferred_lft 1800"
	na_ready $other || bail "$CN_ADDR cannot reach $other"
	capture_start "$NAR" acc0 "$LIB_TMP/una" "icmp6 and src host $formed"
	agent "$MN" handover start ap $NAR_AP || bail "no handover can be started"
	says "$MN" "ready to leave"
	is "several: the PAR redirects each of the addresses" "$(agent "$PAR" -j handover show |
		jq -r '[.[] | select(.role == "par" and .state == "redirected") | "\(.pcoa) \(.ncoa)"] |
			sort[]')" "$PCOA $formed"$'\n'"$other $formed"
	move br2 $NAR_AP
	says "$NAR" "kind=handover role=nar"
	is "by way of one that was formed from the link-layer address" \
		"$(at_home $formed)" "/64 new"
	is "what has either for its source has a table of its own" \
		"$(ip -n "$MN" -6 rule show | awk '/ proto 102/ { print $3, $5 }' | sort)" \
		"$PCOA 5568"$'\n'"$other 5569"
	for address in $PCOA $other; do
		is "$address is kept" "$(at_home $address)" "/64 old"$'\n'detour
		check "and reached" na_ready $address
		reversed $address
	done
	agent "$MN" handover complete || bail "it cannot be completed"
	is "when that is over, so are both detours" "$(nothing_left)" "0"$'\n'0
	is "and both addresses" "$(at_home $PCOA)$(at_home $other)$(at_home $formed)" "/64 new"
	capture_stop "$LIB_TMP/una"
	is "the UNA went to the NAR alone" "$(dissect "$LIB_TMP/una" \
		"icmpv6.nd.na.flag.s == 0 && icmpv6.nd.na.flag.o == 0" ipv6.dst | sort -u)" $NAR_ADDR
}

# reversed ADDRESS: the PAR takes what has it for its source out of a tunnel
reversed() {
	local before

	before=$(counter "$PAR" decap.packets dst "$1")
	check "what the node sends from it goes by way of the PAR" \
		in_ns "$MN" ping -q -c 3 -i 0.2 -I "$1" $CN_ADDR
	check "which is where it comes out of the tunnel" \
		test "$(counter "$PAR" decap.packets dst "$1")" -ge $((before + 3))
}

# What the NAR holds cannot come back: the PAR has copies.
returning() {
	# By the carrier alone the node would be taken to be where it was going.
	local NODE_INTERFACE='triggers = "none";'

	begin
	traffic
	agent "$MN" handover start ap $NAR_AP || bail "no handover can be started"
	says "$MN" "ready to leave"
	gone
	move br1 $PAR_AP
	says "$MN" "what=returned"
	none_lost "back again"
	check "what has waited for a tunnel is lost, and that is logged" \
		grep -q '^<5>kind=lost what="packets that waited for a tunnel" par=2001:db8:1::1 packets=' \
		"$LIB_TMP/fmipd.$MN/log"
	stop "$NODE_SENDER"
	up_fence
	is "what the node sends then is not" "$(arrived "$LIB_TMP/cn" | sed 's/.*-//')" \
		"$(($(wc -l <"$LIB_TMP/sent.mn") - 2)) fence"
	is "with the address as it was" "$(at_home $PCOA)" "/64 new"
	is "and nothing else" "$(nothing_left)" "0"$'\n'0
}

need ip udplog radio fmipctl fmipd jq python3 tcpdump tshark
load_module
wire_start
predictive
reactive
several
returning
tap_done
