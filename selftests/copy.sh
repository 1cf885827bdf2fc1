#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The gate copy: what is sent is kept as well, as many, as large and as old as the
# limits say; what is newer than a given instant is sent once more, to a new target
# or to the link on return, in order and before all that comes later; and nothing
# else is ever sent twice, or counted as lost.
#
# FAR has the node's address, too, and takes it out of a tunnel.
#
# shellcheck disable=SC2034,SC2086,SC2154

: "${WAIT_MS:=30000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

EVENTS=$LIB_TMP/events
LINK="target link dev acc0 lladdr $MN_MAC"
ROOM="limit packets 20000 limit bytes 64M"

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

at_mn() {
	receiver "$LIB_TMP/mn" "$MN" $NCOA
}

at_far() {
	receiver "$LIB_TMP/far" "$FAR" $NCOA
}

# only FILE: what has arrived where no fence comes
only() {
	local pid=LIB_RECEIVER_${1//[!A-Za-z0-9]/_}

	stop "${!pid}"
	arrived "$1"
}

# sent_on FIRST COUNT: numbered packets, and waits until they are dealt with
sent_on() {
	counters "$NAR" id 1
	set -- "$1" "$2" "${COUNT[received]}"
	numbered $NCOA "$1" "$2" 2000
	wait_counted "COUNT[received] == $3 + $2" "$NAR" id 1
}

# copies: those that are kept, and those that were sent
copies() {
	echo "window $(counter "$NAR" window id 1) copied $(counter "$NAR" copied id 1)"
}

# instant: sets T, nanoseconds of CLOCK_MONOTONIC
instant() {
	now_us
	T=${NOW_US}000
}

window_of_packets() {
	fmip binding add id 1 dst $NCOA gate copy $LINK limit packets 50
	at_mn
	at_far
	sent_on 0 200
	is "while it copies, a gate lets pass" "$(counts)" "copy received 200 sent 200 buffered 0"
	is "and keeps as many copies as the limit says" "$(copies)" "window 50 copied 0"
	fmip binding change id 1 target tunnel 1 gate open replay last 60s
	fence "$LIB_TMP/far" $NCOA
	is "the latest are those that it kept" "$(arrived "$LIB_TMP/far")" "150-199 fence"
	is "the old target has what it had" "$(only "$LIB_TMP/mn")" "0-199"
	counters "$NAR" id 1
	is "each copy that is sent is a packet" "$(counts)" "open received 251 sent 251 buffered 0"
	is "and is known as a copy" "$(copies)" "window 0 copied 50"
	is "what the window has let go of is no loss" \
		"$(events "$EVENTS" overflow) $(counter "$NAR" dropped.limit-packets)" "0 0"
	fmip binding del id 1
}

# The node says again that it is there, while what was held for it goes out.
is_there_already() {
	fmip binding add id 1 dst $NCOA gate hold $LINK attach una dev acc0 release rate 5
	at_mn
	sent_on 0 12
	fmip binding change id 1 gate copy
	wait_counted "COUNT[sent] >= 5" "$NAR" id 1
	is "before it copies, a gate releases what it holds" "${COUNT[gate]}" draining
	in_ns "$MN" ndsend una --dev wlan0 --target $NCOA || bail "ndsend"
	wait_counted "COUNT[attached] == 1" "$NAR" id 1
	fmip binding change id 1 release immediate
	wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	is "an announcement meanwhile does not keep it from copying" "${COUNT[gate]}" copy
	sent_on 12 3
	is "what it does then" "$(copies)" "window 3 copied 0"
	fence "$LIB_TMP/mn" $NCOA
	is "the node has got all of it, in order" "$(arrived "$LIB_TMP/mn")" "0-14 fence"
	fmip binding del id 1
}

# bytes_full LIMIT: one more of the size of those would be too many
bytes_full() {
	local n

	n=$(counter "$NAR" window id 1)
	((n > 1 && COUNT[bytes] <= $1 && COUNT[bytes] + COUNT[bytes] / n > $1))
}

window_of_bytes() {
	local n

	fmip binding add id 1 dst $NCOA gate copy $LINK limit bytes 64k
	at_far
	sent_on 0 200
	check "copies are as large as the limit says" bytes_full 65536
	n=$(counter "$NAR" window id 1)
	fmip binding change id 1 target tunnel 1 gate open replay since 0
	fence "$LIB_TMP/far" $NCOA
	is "and the latest that there are" "$(arrived "$LIB_TMP/far")" "$((200 - n))-199 fence"
	fmip binding del id 1
}

window_of_time() {
	fmip binding add id 1 dst $NCOA gate copy $LINK limit age 3s
	sent_on 0 20
	pause_ms 3200
	sent_on 20 20
	is "copies are no older than the limit says" "$(copies)" "window 20 copied 0"
	pause_ms 3200
	at_far
	fmip binding change id 1 target tunnel 1 gate open replay last 60s
	fence "$LIB_TMP/far" $NCOA
	is "nor are they when they are asked for" "$(arrived "$LIB_TMP/far")" fence
	counters "$NAR" id 1
	is "which is no loss" "$(counts)" "open received 41 sent 41 buffered 0"
	fmip binding del id 1
}

since() {
	fmip binding add id 1 dst $NCOA gate copy $LINK
	at_mn
	at_far
	sent_on 0 100
	instant
	sent_on 100 50
	fmip binding change id 1 target tunnel 1 gate open replay since $T
	sent_on 150 50
	fence "$LIB_TMP/far" $NCOA
	is "what is newer than the instant goes to the new target, then what comes" \
		"$(arrived "$LIB_TMP/far")" "100-199 fence"
	is "the link has had all up to then" "$(only "$LIB_TMP/mn")" "0-149"
	counters "$NAR" id 1
	is "which adds up" "$(counts)" "open received 251 sent 251 buffered 0"

	# The node returns before it has been there.
	at_mn
	at_far
	fmip binding change id 1 gate copy
	sent_on 200 50
	instant
	sent_on 250 50
	fmip binding change id 1 $LINK gate open replay since $T
	sent_on 300 20
	fence "$LIB_TMP/mn" $NCOA
	is "on return the link has what the tunnel has had since" \
		"$(arrived "$LIB_TMP/mn")" "250-319 fence"
	is "the tunnel has had all up to then" "$(only "$LIB_TMP/far")" "200-299"
	is "and that is all that there is twice" "$(copies)" "window 0 copied 100"

	at_mn
	fmip binding change id 1 gate copy
	sent_on 320 20
	fmip binding change id 1 gate open
	sent_on 340 20
	fence "$LIB_TMP/mn" $NCOA
	is "without a replay nothing is sent twice" "$(arrived "$LIB_TMP/mn")" "320-359 fence"
	is "and nothing is kept" "$(copies)" "window 0 copied 100"
	check_fails "what does not copy has nothing to replay" \
		fmipctl -n "$NAR" binding change id 1 gate open replay last 1s
	fmip binding change id 1 gate copy
	check_fails "nor is there a replay without an end of the copying" \
		fmipctl -n "$NAR" binding change id 1 replay last 1s
	fmip binding del id 1
}

to_hold() {
	fmip binding add id 1 dst $NCOA gate copy $LINK
	at_mn
	at_far
	sent_on 0 50
	instant
	sent_on 50 30
	fmip binding change id 1 gate hold replay since $T
	counters "$NAR" id 1
	is "a hold can begin with what was sent before" "$(counts)" \
		"hold received 110 sent 80 buffered 30"
	sent_on 80 20
	is "and go on" "$(counts)" "hold received 130 sent 80 buffered 50"
	fmip binding change id 1 target tunnel 1 gate open
	fence "$LIB_TMP/far" $NCOA
	is "all of it goes out in order" "$(arrived "$LIB_TMP/far")" "50-99 fence"
	is "and once to each" "$(only "$LIB_TMP/mn")" "0-79"
	wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	is "which adds up" "$(counts)" "open received 131 sent 131 buffered 0"

	at_mn
	fmip binding change id 1 $LINK gate copy
	sent_on 100 20
	fmip binding change id 1 gate hold
	counters "$NAR" id 1
	is "or with nothing" "$(counts)" "hold received 151 sent 151 buffered 0"
	sent_on 120 20
	fmip binding change id 1 gate copy
	wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	busywait "$WAIT_MS" gate_is copy
	sent_on 140 20
	is "what was held goes out before the copying begins" \
		"$(counts), $(copies)" "copy received 191 sent 191 buffered 0, window 20 copied 30"
	fence "$LIB_TMP/mn" $NCOA
	is "in order" "$(arrived "$LIB_TMP/mn")" "100-159 fence"
	fmip binding del id 1
	is "copies that go with their binding are no loss" \
		"$(counter "$NAR" dropped.deleted) $(counter "$NAR" buffered.bytes)" "0 0"
}

gate_is() {
	counters "$NAR" id 1 && [[ ${COUNT[gate]} == "$1" ]]
}

# limited NAME BYTES: by what bindings have in common, which is so much
limited() {
	local n

	fmip binding add id 1 dst $NCOA gate copy $LINK
	sent_on 0 200
	is "$1: the limit stops no packet of a copying gate" "$(counts)" \
		"copy received 200 sent 200 buffered 0"
	check "$1: and holds for copies" bytes_full "$2"
	n=$(counter "$NAR" window id 1)
	at_far
	fmip binding change id 1 target tunnel 1 gate open replay since 0
	fence "$LIB_TMP/far" $NCOA
	is "$1: those that are kept are the latest" "$(arrived "$LIB_TMP/far")" \
		"$((200 - n))-199 fence"
	fmip binding add id 2 dst $NCOA2 gate hold $LINK
	numbered $NCOA2 0 20 2000
	wait_counted "COUNT[received] == 20" "$NAR" id 2
	is "$1: then there is room again" "$(counts)" "hold received 20 sent 0 buffered 20"
	is "$1: nobody is told of an overflow" "$(events "$EVENTS" overflow)" 0
	fmip binding flush
}

shared_limits() {
	# Copies are guaranteed nothing: they have the half that is shared.
	fmip config set netns-bytes 128k
	limited namespace 65536
	fmip config set netns-bytes 64M
	if fmipctl config set module-bytes 128k; then
		limited module $((64 * 1024 + 2 * 1024))
		fmipctl config set module-bytes 256M
	else
		not_ok "the module's limit can be set"
	fi
}

# The stack delivers, while the window is kept.
routed() {
	fmip binding add id 1 dst $NCOA gate copy target route
	in_ns "$NAR" ping -q -c 1 -W 5 $NCOA >/dev/null || bail "no answer from the node"
	at_mn
	at_far
	sent_on 0 100
	instant
	sent_on 100 20
	fmip binding change id 1 target tunnel 1 gate open replay since $T
	fence "$LIB_TMP/far" $NCOA
	is "copied by the way of the routing table" "$(only "$LIB_TMP/mn")" "0-119"
	is "replayed into a tunnel" "$(arrived "$LIB_TMP/far")" "100-119 fence"
	fmip binding del id 1
}

# increasing FILE: no number twice, none out of order
increasing() {
	awk -F, 'NR > 2 && $1 <= last { print $1 " after " last; bad = 1 }
		{ last = $1 } END { exit bad }' "$1"
}

# both: the numbers that have arrived at either end
both() {
	awk -F, 'FNR > 1 { print $1 }' "$LIB_TMP/mn" "$LIB_TMP/far"
}

# newest_before: the number of the last packet that had been sent before T, and that
# of the first that arrived at the node after T
around() {
	local before after

	before=$(awk -F, -v t=$T 'NR > 1 && $2 < t { n = $1 } END { print n }' "$LIB_TMP/sent")
	after=$(awk -F, -v t=$T 'NR > 1 && $3 > t { print $1; exit }' "$LIB_TMP/mn")
	echo "$before $after"
}

# The node goes to and fro while packets keep coming.  Each end gets what it has
# missed since the copying began, then what comes, and nothing twice.
under_traffic() {
	local sender cycle n copied to first before after

	fmip binding add id 1 dst $NCOA $LINK $ROOM release immediate
	at_mn
	at_far
	background ip netns exec "$CN" udplog send --to $NCOA --port 17000 --rate 3000 \
		--time 1000 --log "$LIB_TMP/sent"
	sender=$!
	for cycle in {1..20}; do
		to="target tunnel 1"
		((cycle % 2)) || to=$LINK
		fmip binding change id 1 gate copy
		counters "$NAR" id 1
		wait_counted "COUNT[received] >= ${COUNT[received]} + 100" "$NAR" id 1
		instant
		((cycle == 1)) && first=$T
		wait_counted "COUNT[received] >= ${COUNT[received]} + 100" "$NAR" id 1
		fmip binding change id 1 $to gate open replay since $T
		wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	done
	stop $sender
	fence "$LIB_TMP/mn" $NCOA
	fmip binding change id 1 target tunnel 1
	fence "$LIB_TMP/far" $NCOA
	check "under traffic the one end has nothing twice and all in order" \
		increasing "$LIB_TMP/mn"
	check "nor has the other" increasing "$LIB_TMP/far"
	n=$(wc -l <"$LIB_TMP/sent")
	is "together they have all" "$(both | sort -u | wc -l)" "$n"
	copied=$(counter "$NAR" copied id 1)
	# The fence is there twice as well.
	is "twice is what was replayed, and nothing else" \
		"$(($(both | wc -l) - 1))" "$((n + copied))"
	counters "$NAR" id 1
	is "which adds up" "$(counts)" \
		"open received $((n + 1 + copied)) sent $((n + 1 + copied)) buffered 0"
	T=$first
	read -r before after < <(around)
	n=$(awk -F, 'NR == 2 { print $1 }' "$LIB_TMP/far")
	check "the replay begins with the first that came after the instant" \
		test "$n" -ge "$before" -a "$n" -le "$after"
	fmip binding del id 1
}

# The same, as fast as it can be told: what is on its way to the one end when the
# other becomes the target must not be seen at both, or out of order.  A replay is
# over before the next turn, unless this machine stands still for 64 packets.
quick_turns() {
	local sender n copied

	fmip binding add id 1 dst $NCOA $LINK $ROOM release immediate
	at_mn
	at_far
	background ip netns exec "$CN" udplog send --to $NCOA --port 17000 --rate 3000 \
		--time 1000 --log "$LIB_TMP/sent"
	sender=$!
	wait_counted "COUNT[received] >= 100" "$NAR" id 1
	for n in {1..500}; do
		echo "binding change id 1 gate copy"
		echo "binding change id 1 target tunnel 1 gate open replay since 0"
		echo "binding change id 1 gate copy"
		echo "binding change id 1 $LINK gate open replay since 0"
	done | fmip -b -
	wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	stop $sender
	fence "$LIB_TMP/mn" $NCOA
	fmip binding change id 1 target tunnel 1
	fence "$LIB_TMP/far" $NCOA
	check "quick turns: the one end has nothing twice and all in order" increasing "$LIB_TMP/mn"
	check "quick turns: nor has the other" increasing "$LIB_TMP/far"
	n=$(wc -l <"$LIB_TMP/sent")
	copied=$(counter "$NAR" copied id 1)
	is "quick turns: together they have all" "$(both | sort -u | wc -l)" "$n"
	is "quick turns: twice is what was replayed" "$(($(both | wc -l) - 1))" "$((n + copied))"
	fmip binding del id 1
}

need ip udplog fmipctl jq
load_module
topo_router
events_start "$NAR" "$EVENTS"
fmip tunnel add id 1 local 2001:db8:3::1 remote $FAR_ADDR
is_there_already
window_of_packets
window_of_bytes
window_of_time
since
to_hold
shared_limits
routed
under_traffic
quick_turns
counters "$NAR"
check "the namespace's counters add up" balanced
is "with nothing buffered in the end" "${COUNT[buffered]} ${COUNT[bytes]}" "0 0"
tap_done
