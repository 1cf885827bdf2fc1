#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What changes about a binding while it holds packets: its target, its matches,
# all of it.  And delivery on a link: to a given address without Neighbour
# Discovery, to one that is looked up only when the gate opens, without a
# carrier, and of packets that are larger than the link takes at once.
#
# shellcheck disable=SC2034,SC2086,SC2119,SC2154

: "${WAIT_MS:=30000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

EVENTS=$LIB_TMP/events
CAPTURE=$LIB_TMP/link.pcap
LINK="target link dev acc0 lladdr $MN_MAC"

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

at_mn() {
	receiver "$LIB_TMP/mn" "$MN" $NCOA
}

at_far() {
	receiver "$LIB_TMP/far" "$FAR" $NCOA
}

# held TOTAL: until the binding has that many
held() {
	wait_counted "COUNT[buffered] == $1" "$NAR" id 1
}

# none_at FILE: ends a receiver that has got nothing
none_at() {
	local pid=LIB_RECEIVER_${1//[!A-Za-z0-9]/_}

	stop "${!pid}"
	[[ $(arrived "$1") == "" ]]
}

# The tunnel ends at FAR, which has the same address as MN.
new_target() {
	fmip tunnel add id 1 local 2001:db8:3::1 remote $FAR_ADDR
	fmip binding add id 1 dst $NCOA gate hold $LINK
	at_mn
	at_far
	numbered $NCOA 0 100 2000
	held 100
	fmip binding change id 1 target tunnel 1
	counters "$NAR" id 1
	is "a new target leaves the queue alone" "$(counts)" "hold received 100 sent 0 buffered 100"
	numbered $NCOA 100 50 2000
	held 150
	fmip binding change id 1 gate open
	fence "$LIB_TMP/far" $NCOA
	is "all of it goes to the new target, a tunnel" "$(arrived "$LIB_TMP/far")" "0-149 fence"
	check "and nothing to the old one" none_at "$LIB_TMP/mn"

	at_mn
	at_far
	fmip binding change id 1 gate hold
	numbered $NCOA 0 100 2000
	held 100
	fmip tunnel add id 2 local 2001:db8:3::1 remote 2001:db8:3::3
	fmip binding change id 1 target tunnel 2
	fmip binding change id 1 $LINK gate open
	fence "$LIB_TMP/mn" $NCOA
	is "whatever was set before, the target at the opening counts" \
		"$(arrived "$LIB_TMP/mn")" "0-99 fence"
	check "and no other gets anything" none_at "$LIB_TMP/far"
	counters "$NAR" id 1
	is "all went out" "$(counts)" "open received 252 sent 252 buffered 0"
	fmip binding del id 1
	fmip tunnel flush
}

# The path of a tunnel changes under the queue.
new_path() {
	fmip tunnel add id 1 local 2001:db8:3::1 remote 2001:db8:3::3
	fmip binding add id 1 dst $NCOA gate hold target tunnel 1
	at_far
	numbered $NCOA 0 50 2000
	held 50
	fmip tunnel change id 1 remote $FAR_ADDR
	fmip binding change id 1 gate open
	fence "$LIB_TMP/far" $NCOA
	is "a tunnel's new far end gets what is held" "$(arrived "$LIB_TMP/far")" "0-49 fence"
	fmip binding del id 1
	fmip tunnel del id 1
}

new_target_under_traffic() {
	local sender n to

	fmip tunnel add id 1 local 2001:db8:3::1 remote $FAR_ADDR
	fmip binding add id 1 dst $NCOA $LINK
	at_mn
	at_far
	background ip netns exec "$CN" udplog send --to $NCOA --port 17000 --rate 1000 \
		--time 1000 --log "$LIB_TMP/sent"
	sender=$!
	for n in 1 2 3; do
		for to in "target tunnel 1" "$LINK"; do
			counters "$NAR" id 1
			wait_counted "COUNT[received] >= ${COUNT[received]} + 100" "$NAR" id 1
			fmip binding change id 1 $to
		done
	done
	stop $sender
	fence "$LIB_TMP/mn" $NCOA
	fmip binding change id 1 target tunnel 1
	fence "$LIB_TMP/far" $NCOA
	n=$(wc -l <"$LIB_TMP/sent")
	is "a target that changes under traffic costs no packet" \
		"$(both | wc -l) of $(both | sort -u | wc -l)" "$((n + 1)) of $n"
	counters "$NAR" id 1
	is "and none is dropped" "$(counts)" "open received $((n + 1)) sent $((n + 1)) buffered 0"
	fmip binding del id 1
	fmip tunnel del id 1
}

# both: the numbers that have arrived at either end
both() {
	awk -F, 'FNR > 1 { print $1 }' "$LIB_TMP/mn" "$LIB_TMP/far"
}

new_matches() {
	fmip binding add id 1 dst $NCOA gate hold $LINK
	at_mn
	receiver "$LIB_TMP/mn2" "$MN" $NCOA2
	numbered $NCOA 0 50 2000
	held 50
	fmip binding change id 1 dst $NCOA2
	counters "$NAR" id 1
	is "new matches leave the queue alone" "$(counts)" "hold received 50 sent 0 buffered 50"
	numbered $NCOA 50 10 2000
	numbered $NCOA2 0 30 2000
	held 80
	is "they are what is held from then on" "$(counts)" "hold received 80 sent 0 buffered 80"
	fmip binding change id 1 gate open
	wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	fence "$LIB_TMP/mn" $NCOA
	fence "$LIB_TMP/mn2" $NCOA2
	is "what is no longer matched goes its usual way at once, what was held later" \
		"$(arrived "$LIB_TMP/mn")" "50-59 0-49 fence"
	is "what is matched now goes out" "$(arrived "$LIB_TMP/mn2")" "0-29 fence"
	fmip binding del id 1
}

replaced() {
	fmip binding add id 1 cookie 5 dst $NCOA gate hold target link dev acc1 lladdr $FAR_MAC \
		hold-time 100s limit packets 30
	at_mn
	numbered $NCOA 0 40 2000
	held 30
	fmip binding replace id 1 dst $NCOA dst $NCOA2 gate hold $LINK
	counters "$NAR" id 1
	is "replacing it all leaves queue and counters alone" "$(counts)" \
		"hold received 40 sent 0 buffered 30 limit-packets 10"
	numbered $NCOA2 0 20 2000
	numbered $NCOA 40 20 2000
	held 70
	is "but not the limit that it had" "$(counts)" \
		"hold received 80 sent 0 buffered 70 limit-packets 10"
	check_fails "nor its other settings" grep -qE "cookie 5|hold-time 100s" "$LIB_TMP/counters"
	fmip binding replace id 1 dst $NCOA $LINK
	fence "$LIB_TMP/mn" $NCOA
	is "replaced by an open one, it lets go" "$(arrived "$LIB_TMP/mn")" "0-29 40-59 fence"
	wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	is "all of it" "$(counts)" "open received 81 sent 71 buffered 0 limit-packets 10"
	fmip binding del id 1
}

refuses_to_open() {
	! fmipctl -n "$NAR" binding change id 1 gate open
}

no_target_yet() {
	fmip binding add id 1 dst $NCOA gate hold
	at_mn
	numbered $NCOA 0 50 2000
	held 50
	check "without a target it does not open" refuses_to_open
	counters "$NAR" id 1
	is "but holds" "$(counts)" "hold received 50 sent 0 buffered 50"
	fmip binding change id 1 $LINK gate open
	fence "$LIB_TMP/mn" $NCOA
	is "and delivers to the one that it is given" "$(arrived "$LIB_TMP/mn")" "0-49 fence"
	fmip binding del id 1
}

# solicitations FILE: of the router, for the node
solicitations() {
	tcpdump -n -r "$1" "ether src $NAR_MAC and icmp6 and ip6[40] == 135" 2>/dev/null | wc -l
}

# With and without the node's link-layer address; the router has forgotten it.
discovery() {
	ip -n "$NAR" neigh flush dev acc0
	capture_start "$NAR" acc0 "$CAPTURE" icmp6
	fmip binding add id 1 dst $NCOA gate hold $LINK
	at_mn
	numbered $NCOA 0 50 2000
	held 50
	fmip binding change id 1 gate open
	fence "$LIB_TMP/mn" $NCOA
	is "delivery to a given address" "$(arrived "$LIB_TMP/mn")" "0-49 fence"
	fmip binding del id 1
	fmip binding add id 1 dst $NCOA gate hold target link dev acc0
	numbered $NCOA 0 50 2000
	held 50
	capture_stop "$CAPTURE"
	is "solicits nobody, nor does a hold without one" "$(solicitations "$CAPTURE")" 0

	at_mn
	capture_start "$NAR" acc0 "$CAPTURE.open" icmp6
	fmip binding change id 1 gate open
	wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	fence "$LIB_TMP/mn" $NCOA
	capture_stop "$CAPTURE.open"
	check "the address is looked up at its opening" test "$(solicitations "$CAPTURE.open")" -ge 1
	# What waits for the neighbour may be overtaken as it is found: the
	# neighbour's queue is the stack's, not ours.
	is "which loses nothing" "$(sed 1d "$LIB_TMP/mn" | cut -d, -f1 | sort -un | wc -l)" 51
	fmip binding del id 1
}

# acc0_says TEXT: does ip show that, as in NO-CARRIER?
acc0_says() {
	[[ $(ip -n "$NAR" link show dev acc0) == *"$1"* ]]
}

carrier() {
	# The link has a carrier before the addresses that are on it are back.
	lib_settings "$MN" ipv6/conf/wlan0/keep_addr_on_down=1
	ip -n "$MN" addr add $NCOA/128 dev lo nodad || bail "no address on lo"
	fmip binding add id 1 dst $NCOA $LINK
	at_mn
	numbered $NCOA 0 10 2000
	wait_counted "COUNT[received] == 10" "$NAR" id 1
	ip -n "$MN" link set wlan0 down
	busywait "$WAIT_MS" acc0_says NO-CARRIER || bail "acc0 has a carrier"
	numbered $NCOA 10 20 2000
	wait_counted "COUNT[received] == 30" "$NAR" id 1
	is "what a link without a carrier would lose is counted" "$(counts)" \
		"open received 30 sent 10 buffered 0 xmit 20"
	fmip binding change id 1 gate hold
	numbered $NCOA 30 20 2000
	held 20
	fmip binding change id 1 gate open
	numbered $NCOA 50 20 2000
	wait_counted "COUNT[received] == 70" "$NAR" id 1
	is "what is held when it is without one stays, and more comes behind it" "$(counts)" \
		"draining received 70 sent 10 buffered 40 xmit 20"
	ip -n "$MN" link set wlan0 up
	busywait "$WAIT_MS" acc0_says LOWER_UP || bail "acc0 has no carrier"
	wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	fence "$LIB_TMP/mn" $NCOA
	is "until it has one again" "$(arrived "$LIB_TMP/mn")" "0-9 30-69 fence"
	fmip binding del id 1
}

# Behind a prefix somebody has sent to addresses that nobody has: each would take the
# stack three seconds to find out.
strangers() {
	local i

	fmip binding add id 1 dst 2001:db8:2::/64 gate hold target link dev acc0
	at_mn
	for ((i = 1; i <= 12; i++)); do
		in_ns "$CN" udplog send --to "2001:db8:2::bad:$i" --port 7000 --count 1 --log /dev/null
	done
	numbered $NCOA 0 20 2000
	held 32
	fmip binding change id 1 gate open
	check "what is sent to addresses that nobody has keeps no node waiting" \
		wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	fence "$LIB_TMP/mn" $NCOA
	is "for the neighbours of which nothing is lost" \
		"$(sed 1d "$LIB_TMP/mn" | cut -d, -f1 | sort -un | wc -l)" 21
	fmip binding del id 1
}

# Beyond the link there is a tunnel of the kernel's own, and its outer packets are the
# binding's, too: so is the question for a neighbour, while that is waited for.
asks_itself() {
	ip -n "$NAR" link add tap0 type ip6gretap local $NAR_ADDR remote 2001:db8:99::1 &&
		ip -n "$NAR" link set tap0 up &&
		ip -n "$NAR" route add 2001:db8:99::/48 dev acc0 || bail "no link behind a tunnel"
	fmip binding add id 1 dst 2001:db8:99::/48 local gate hold target link dev tap0
	in_ns "$CN" udplog send --to 2001:db8:99:1::5 --port 7000 --count 5 --log /dev/null
	wait_counted "COUNT[buffered] >= 5" "$NAR" id 1
	N=${COUNT[received]}
	check "where the question for a neighbour is the binding's own, a release begins" \
		timeout 30 fmipctl -n "$NAR" binding change id 1 gate open
	check "the question waits with what it is for" wait_counted "COUNT[received] > N" "$NAR" id 1
	check "and does not keep it waiting for ever" wait_counted "COUNT[sent] >= 5" "$NAR" id 1
	fmip binding del id 1
	ip -n "$NAR" route del 2001:db8:99::/48 dev acc0
	ip -n "$NAR" link del tap0
}

# holds_more PID: what is held of a download goes out, and more of it is held.
# The client stands still while the gate is open, so that there is more to come.
holds_more() {
	kill -STOP "$1"
	fmip binding change id 1 gate open
	wait_counted "COUNT[buffered] == 0 && COUNT[sent] > 0" "$NAR" id 1
	fmip binding change id 1 gate hold
	kill -CONT "$1"
	wait_counted "COUNT[buffered] >= 3" "$NAR" id 1
}

# on_link: packets on the wire that are larger than its MTU
on_link() {
	tcpdump -n -r "$CAPTURE.large" 2>/dev/null | wc -l
}

# A download, with packets that are larger than the link takes at once.
large() {
	local sum client held=0 n passed

	head -c 4M /dev/urandom >"$LIB_TMP/file"
	sum=$(sha256sum <"$LIB_TMP/file")
	printf '%s\n' "server.document-root = \"$LIB_TMP\"" "server.bind = \"[$CN_ADDR]\"" \
		"server.port = 8080" >"$LIB_TMP/web.conf"
	background ip netns exec "$CN" lighttpd -D -f "$LIB_TMP/web.conf" >"$LIB_TMP/web" 2>&1
	busywait "$WAIT_MS" in_ns "$CN" curl -s -o /dev/null "http://[$CN_ADDR]:8080/" ||
		bail "lighttpd: $(<"$LIB_TMP/web")"
	fmip binding add id 1 dst $NCOA gate hold $LINK limit bytes 64M
	capture_start "$NAR" acc0 "$CAPTURE.large" -s 96 "tcp and greater 1600"
	background ip netns exec "$MN" curl -s --interface $NCOA -o "$LIB_TMP/copy" \
		"http://[$CN_ADDR]:8080/file"
	client=$!
	wait_counted "COUNT[buffered] > 0" "$NAR" id 1
	for n in 1 2 3; do
		holds_more $client && ((++held))
	done
	capture_stop "$CAPTURE.large"
	is "a download is held now and again" $held 3
	check "its packets are held, and leave, as large as they came" \
		test "$(on_link)" -ge 3
	fmip binding change id 1 gate open
	check "it ends" wait $client
	is "with the right content" "$(sha256sum <"$LIB_TMP/copy")" "$sum"
	wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	is "none is dropped" "${COUNT[gate]} ${COUNT[buffered]} ${COUNT[drops]}" "open 0 "
	fmip binding del id 1
}

need ip udplog fmipctl tcpdump curl lighttpd
load_module
topo_router
new_target
new_path
new_target_under_traffic
new_matches
replaced
no_target_yet
discovery
strangers
asks_itself
large
carrier
counters "$NAR"
check "the namespace's counters add up" balanced
tap_done
