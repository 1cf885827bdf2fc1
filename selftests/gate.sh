#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The gate of a binding under traffic: order and completeness through hold,
# drain and open, the pace of a release on the wire, a link that is lost again
# while draining, and two processors that send at once.
#
# shellcheck disable=SC2086

: "${WAIT_MS:=30000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

EVENTS=$LIB_TMP/events
CAPTURE=$LIB_TMP/pace.pcap
LINK="target link dev acc0 lladdr $MN_MAC"
ROOM="limit packets 20000 limit bytes 256M"

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

# wait_held N: until the gate is on hold with N packets
wait_held() {
	wait_counted "COUNT[buffered] >= $1" "$NAR" id 1 && [[ ${COUNT[gate]} == hold ]]
}

una() {
	in_ns "$MN" ndsend una --dev wlan0 --target $NCOA || bail "ndsend"
}

# stream ADDR LOG RATE [PROGRAM]...: starts to send, until SENDER is stopped
stream() {
	background ip netns exec "$CN" "${@:4}" udplog send --to "$1" --port 17000 --rate "$3" \
		--time 1000 --log "$2"
	SENDER=$!
}

# all_of LOG: what arrives of what was sent if everything does
all_of() {
	echo "0-$(($(wc -l <"$1") - 2)) fence"
}

# One stream of at least 10,000 packets, 1,000 a second.  The gate closes four
# times while they come, and opens while more come.
keeps_order() {
	local log=$LIB_TMP/order cycle opened=0 held=0 n

	fmip binding add id 1 dst $NCOA $LINK $ROOM attach una dev acc0
	receiver "$log" "$MN" $NCOA
	stream $NCOA "$LIB_TMP/sent" 1000
	wait_counted "COUNT[sent] >= 500" "$NAR" id 1
	for cycle in 1 2 3 4; do
		fmip binding change id 1 gate hold
		wait_held 200 && ((++held))
		if ((cycle % 2)); then
			una
		else
			fmip binding change id 1 gate open
		fi
		wait_events $cycle "$EVENTS" released && ((++opened))
	done
	WAIT_MS=200000 wait_counted "COUNT[received] >= 10000" "$NAR" id 1
	stop "$SENDER"
	fence "$log" $NCOA
	n=$(($(wc -l <"$LIB_TMP/sent") - 1))
	is "a gate that is told to hold buffers" $held 4
	is "it opens, each time, while packets keep coming" $opened 4
	check "10,000 packets" test "$n" -ge 10000
	is "arrive, each once, in order" "$(arrived "$log")" "0-$((n - 1)) fence"
	counters "$NAR" id 1
	is "and are counted" "$(counts)" "open received $((n + 1)) sent $((n + 1)) buffered 0"
	check "some of them as released" test "${COUNT[released]}" -ge 800
	is "of the arrivals, those that were announced" "${COUNT[attached]}" 2
	is "each opening is told once" "$(events "$EVENTS" released)" 4
	fmip binding del id 1
}

# paced PORT COUNT RATE ARGUMENT...: holds so many packets, and releases them
paced() {
	fmip binding add id 1 dst $NCOA gate hold $LINK $ROOM "${@:4}"
	numbered $NCOA 0 "$2" "$3" --port "$1"
	wait_counted "COUNT[buffered] == $2" "$NAR" id 1
	: >"$EVENTS"
	fmip binding change id 1 gate open
	wait_events 1 "$EVENTS" released || diag "no end of the release on port $1"
	fmip binding del id 1
}

# pace PORT: packets on the wire, those within 1 ms of the first, and the
# milliseconds from the first to the last
pace() {
	tcpdump -n -tt -r "$CAPTURE" "udp dst port $1" 2>/dev/null | awk '
		{
			t = $1 * 1000
			if (!n++)
				first = t
			one += t - first <= 1
		}
		END { printf "%d %d %d\n", n, one, t - first }'
}

# sent_for: the milliseconds from the first to the last that numbered has sent
sent_for() {
	awk -F, 'NR == 2 { first = $2 } END { printf "%d\n", ($2 - first) / 1000000 }' \
		"$LIB_TMP/numbered.$NCOA"
}

# RFC 5568 section 5.4: 300 packets that came within 300 ms may be sent five at
# once and then, at twice that rate, one every half millisecond.  A timer may
# be late, so that there is no upper bound for the whole; and a sender that is
# late makes up for it.
is_paced() {
	local n one took came

	capture_start "$NAR" acc0 "$CAPTURE" -s 128 "udp and dst host $NCOA"
	paced 17001 300 1000
	came=$(sent_for)
	paced 17002 60 50 release immediate
	paced 17003 100 1000 release rate 500
	paced 17004 60 50 speedup 1.1
	capture_stop "$CAPTURE"

	read -r n one took < <(pace 17001)
	is "all that was held is released" "$n" 300
	check "at most 5 packets leave at once, and more only as they came" test "$one" -le 8
	check "which is twice as fast as they came" \
		test "$came" -ge 100 -a "$took" -ge $((came * 11 / 30))
	read -r n one took < <(pace 17004)
	check "or as fast as is asked for" test "$n" = 60 -a "$took" -ge 700
	read -r n one took < <(pace 17002)
	check "immediately, if that is asked for" test "$n" = 60 -a "$took" -le 275
	read -r n one took < <(pace 17003)
	check "or at a given rate" test "$n" = 100 -a "$one" -le 6 -a "$took" -ge 185
}

# 200 packets at 5 a second would take 39 seconds.
is_paced_anew() {
	: >"$EVENTS"
	fmip binding add id 1 dst $NCOA gate hold $LINK $ROOM release rate 5
	numbered $NCOA 0 200 1000
	wait_counted "COUNT[buffered] == 200" "$NAR" id 1
	now_us
	STARTED=$NOW_US
	fmip binding change id 1 gate open
	wait_counted "COUNT[sent] >= 5" "$NAR" id 1
	is "a slow release goes on" "${COUNT[gate]}" draining
	fmip binding change id 1 release immediate
	wait_events 1 "$EVENTS" released
	now_us
	check "until it is told to be quick" test $((NOW_US - STARTED)) -lt 30000000
	fmip binding del id 1
}

# still N: nothing is sent while N more packets come
still() {
	local sent received

	counters "$NAR" id 1
	sent=${COUNT[sent]} received=${COUNT[received]}
	wait_counted "COUNT[received] >= $received + $1" "$NAR" id 1 &&
		((COUNT[sent] == sent))
}

# The link is lost again while draining, and comes back.
holds_again() {
	local log=$LIB_TMP/again n

	: >"$EVENTS"
	fmip binding add id 1 dst $NCOA gate hold $LINK $ROOM speedup 1.1 attach una dev acc0
	receiver "$log" "$MN" $NCOA
	stream $NCOA "$LIB_TMP/sent" 1000
	wait_held 500
	fmip binding change id 1 gate open
	wait_counted "COUNT[released] >= 50" "$NAR" id 1
	is "a gate with packets left is draining" "${COUNT[gate]}" draining
	una
	wait_counted "COUNT[attached] >= 1" "$NAR" id 1
	is "another announcement is no matter then" "${COUNT[gate]}" draining
	fmip binding change id 1 gate hold
	counters "$NAR" id 1
	is "it can be told to hold again" "${COUNT[gate]}" hold
	check "and does hold again" busywait "$WAIT_MS" still 50
	is "which is no release" "$(events "$EVENTS" released)" 0
	fmip binding change id 1 speedup 2
	una
	check "it opens in the end" wait_events 1 "$EVENTS" released
	stop "$SENDER"
	fence "$log" $NCOA
	is "nothing is lost, doubled or out of order" "$(arrived "$log")" "$(all_of "$LIB_TMP/sent")"
	counters "$NAR" id 1
	n=$(wc -l <"$LIB_TMP/sent")
	is "and all is counted" "$(counts)" "open received $n sent $n buffered 0"
	fmip binding del id 1
}

# Two links bring packets for one binding, each to a processor of its own.
two_processors() {
	local -a addr=("$NCOA" "$NCOA2") pids=()
	local cycle opened=0 n

	if (($(nproc) < 2)); then
		skip "two processors" "there is one"
		return
	fi
	: >"$EVENTS"
	in_ns "$NAR" bash -c 'echo 2 >/sys/class/net/up1/queues/rx-0/rps_cpus'
	ip -n "$CN" route add $NCOA2 via 2001:db8:d::1 dev eth1
	fmip binding add id 1 dst $NCOA dst $NCOA2 $LINK $ROOM
	for n in 0 1; do
		# An unresolved neighbour on the way would hand over its packets late.
		in_ns "$CN" ping -q -c 1 -W 1 ${addr[n]} >/dev/null
		receiver "$LIB_TMP/flow$n" "$MN" ${addr[n]}
		stream ${addr[n]} "$LIB_TMP/sent$n" 700 taskset -c $n
		pids+=("$SENDER")
	done
	for ((cycle = 1; cycle <= 20; cycle++)); do
		fmip binding change id 1 gate hold
		wait_held 40
		fmip binding change id 1 gate open
		wait_events $cycle "$EVENTS" released && ((++opened))
	done
	stop "${pids[0]}"
	stop "${pids[1]}"
	is "two processors: 20 times hold and open" $opened 20
	for n in 0 1; do
		fence "$LIB_TMP/flow$n" ${addr[n]}
		is "two processors: flow $n is complete and in order" \
			"$(arrived "$LIB_TMP/flow$n")" "$(all_of "$LIB_TMP/sent$n")"
	done
	counters "$NAR" id 1
	check "two processors: the counters add up" balanced
	is "two processors: nothing is dropped" "${COUNT[gate]} ${COUNT[drops]}" "open "
	fmip binding del id 1
}

need ip udplog ndsend fmipctl tcpdump taskset
load_module
topo_router
events_start "$NAR" "$EVENTS"
keeps_order
is_paced
is_paced_anew
holds_again
two_processors
counters "$NAR"
check "the namespace's counters add up" balanced
is "and say that nothing was dropped" "${COUNT[drops]}" ""
tap_done
