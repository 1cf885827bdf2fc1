#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a binding on hold keeps and what it drops: its limits, those of the
# namespace and of the module, age, expiry, deletion, and its neighbours.
#
# shellcheck disable=SC2034,SC2086,SC2154

: "${WAIT_MS:=30000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

EVENTS=$LIB_TMP/events
LINK="target link dev acc0 lladdr $MN_MAC"

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

# held ADDR FIRST COUNT: sends so many to a binding on hold, and waits until
# they have been dealt with
held() {
	numbered "$1" "$2" "$3" 2000
	wait_counted "COUNT[received] >= HELD + $3" "$NAR" dst "$1"
	HELD=${COUNT[received]}
}
HELD=0

# new ADDR ARGUMENT...: a binding on hold, and who listens behind it
new() {
	: >"$EVENTS"
	HELD=0
	fmip binding add id ${ID:=1} dst "$1" gate hold $LINK "${@:2}"
	receiver "$LIB_TMP/$1" "$MN" "$1"
}

# let_go ADDR: opens, and takes what there is to the end
let_go() {
	fmip binding change dst "$1" gate open
	wait_counted "COUNT[buffered] == 0" "$NAR" dst "$1"
	fence "$LIB_TMP/$1" "$1"
}

# survivors ADDR: what arrived of what was held
survivors() {
	arrived "$LIB_TMP/$1"
}

limit_of_packets() {
	new $NCOA limit packets 100
	held $NCOA 0 250
	is "100 packets fit, the rest is dropped" "$(counts)" \
		"hold received 250 sent 0 buffered 100 limit-packets 150"
	check "the peak is known" test "${COUNT[peak]}" = 100
	is "the first of them is told" "$(events "$EVENTS" overflow "binding 1")" 1
	let_go $NCOA
	is "those that came first go out" "$(survivors $NCOA)" "0-99 fence"
	counters "$NAR" id 1
	is "which is counted" "$(counts)" \
		"open received 251 sent 101 buffered 0 limit-packets 150"

	receiver "$LIB_TMP/$NCOA" "$MN" $NCOA
	fmip binding change id 1 gate hold overflow head
	HELD=251
	held $NCOA 1000 250
	is "dropping the oldest keeps as many" "$(counts)" \
		"hold received 501 sent 101 buffered 100 limit-packets 300"
	is "each hold tells once" "$(events "$EVENTS" overflow)" 2
	let_go $NCOA
	is "those that came last go out" "$(survivors $NCOA)" "1150-1249 fence"
	fmip binding del id 1
}

# full LIMIT: not one more packet of the size of those would fit
full() {
	local size=$((COUNT[bytes] / COUNT[buffered]))

	((COUNT[bytes] <= $1 && COUNT[bytes] + size > $1))
}

limit_of_bytes() {
	local n

	new $NCOA limit bytes 64k
	held $NCOA 0 200
	n=${COUNT[buffered]}
	is "the limit of bytes drops" "${COUNT[drops]}" "limit-bytes $((200 - n))"
	check "as soon as it is reached" full 65536
	let_go $NCOA
	is "bytes: those that came first go out" "$(survivors $NCOA)" "0-$((n - 1)) fence"

	receiver "$LIB_TMP/$NCOA" "$MN" $NCOA
	fmip binding change id 1 gate hold overflow head
	HELD=201
	held $NCOA 0 200
	is "dropping the oldest, as many fit" "${COUNT[buffered]}" $n
	let_go $NCOA
	is "bytes: those that came last go out" "$(survivors $NCOA)" "$((200 - n))-199 fence"
	fmip binding del id 1
}

# shared NAME REASON BYTES: so much is there for one binding that came first
shared() {
	local n

	ID=1 new $NCOA
	held $NCOA 0 300
	n=${COUNT[buffered]}
	is "$1: drops" "$(counts)" "hold received 300 sent 0 buffered $n $2 $((300 - n))"
	check "$1: as soon as it is reached" full "$3"
	HELD=0
	fmip binding add id 2 dst $NCOA2 gate hold $LINK
	held $NCOA2 0 10
	is "$1: counts for all together" "$(counts)" "hold received 10 sent 0 buffered 0 $2 10"
	is "$1: each binding tells" "$(events "$EVENTS" overflow)" 2
	let_go $NCOA
	is "$1: those that came first go out" "$(survivors $NCOA)" "0-$((n - 1)) fence"
	HELD=10
	held $NCOA2 0 5
	is "$1: and make room for others" "$(counts)" "hold received 15 sent 0 buffered 5 $2 10"
	fmip binding flush
}

limit_of_namespace() {
	fmip config set netns-bytes 64k
	shared "namespace" limit-netns 65536
	fmip config set netns-bytes 64M
}

limit_of_module() {
	if ! fmipctl config set module-bytes 256k; then
		not_ok "the module's limit can be set"
		return
	fi
	# Half of the module's is shared, and 1/32 is this namespace's share.
	shared "module" limit-module $((128 * 1024 + 8 * 1024))
	fmipctl config set module-bytes 256M
}

neighbours() {
	new $NCOA limit packets 50
	fmip binding add id 2 dst $NCOA2 $LINK
	receiver "$LIB_TMP/$NCOA2" "$MN" $NCOA2
	background numbered $NCOA 0 500 1000
	numbered $NCOA2 0 500 1000
	fence "$LIB_TMP/$NCOA2" $NCOA2
	is "beside one that overflows, another is open as ever" \
		"$(survivors $NCOA2)" "0-499 fence"
	wait_counted "COUNT[received] == 500" "$NAR" id 1
	is "and that one overflows" "$(counts)" \
		"hold received 500 sent 0 buffered 50 limit-packets 450"
	counters "$NAR" id 2
	is "neither counts for the other" "$(counts)" "open received 501 sent 501 buffered 0"
	let_go $NCOA
	is "nor gets the other's packets" "$(survivors $NCOA)" "0-49 fence"
	fmip binding flush
}

limit_of_age() {
	new $NCOA limit age 3s
	held $NCOA 0 20
	pause_ms 3200
	held $NCOA 20 20
	is "what has waited for too long makes room" "$(counts)" \
		"hold received 40 sent 0 buffered 20 aged 20"
	let_go $NCOA
	is "and what has not goes out" "$(survivors $NCOA)" "20-39 fence"

	receiver "$LIB_TMP/$NCOA" "$MN" $NCOA
	fmip binding change id 1 gate hold
	HELD=41
	held $NCOA 0 20
	pause_ms 3200
	let_go $NCOA
	is "nothing that is too old goes out" "$(survivors $NCOA)" fence
	counters "$NAR" id 1
	is "but is counted" "$(counts)" "open received 62 sent 22 buffered 0 aged 40"
	fmip binding del id 1
}

# time_of EVENT TEXT: when it was, in microseconds
time_of() {
	local line time

	while read -r line; do
		[[ $line == "$1 time "*"$2"* ]] || continue
		time=${line#"$1 time "} time=${time%% *}
		echo $((10#${time/./} / 1000))
	done <"$EVENTS"
}

# timed ARGUMENT...: a binding on hold, with 20 packets, and then the argument,
# at some time from STARTED to SET
timed() {
	new $NCOA
	held $NCOA 0 20
	now_us
	STARTED=$NOW_US
	fmip binding change id 1 "$@"
	now_us
	SET=$NOW_US
}

# expires TIMER: it does, neither before its time, of 700 ms, nor much later.
# The timer counts from the last tick, which an emulated processor may have got late: on
# a machine with too many guests one was 22 ms early.
expires() {
	local time

	wait_events 1 "$EVENTS" expired "binding 1" || return
	time=$(time_of expired "timer $1")
	echo "$((time - STARTED)) us after the request, $((time - SET)) us after the answer"
	((time >= STARTED + 650000 && time <= SET + 2000000))
}

gone() {
	! fmipctl -n "$NAR" binding show id 1 2>/dev/null
}

# dropped REASON: how many the namespace has dropped for it
dropped() {
	counters "$NAR"
	[[ " ${COUNT[drops]} " == *" $1 "* ]] || echo 0
	[[ " ${COUNT[drops]} " =~ " $1 "([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

expiry() {
	local before

	before=$(dropped expired)
	timed hold-time 700ms hold-expiry delete
	check "a hold has its time" expires hold
	check "then the binding is deleted" busywait "$WAIT_MS" gone
	is "what it held is counted as expired" "$(dropped expired)" $((before + 20))
	stop_receiver

	timed hold-time 700ms hold-expiry open
	check "or the gate opens, in time" expires hold
	wait_events 1 "$EVENTS" released
	fence "$LIB_TMP/$NCOA" $NCOA
	is "and lets go what is held" "$(survivors $NCOA)" "0-19 fence"
	counters "$NAR" id 1
	is "none of it is dropped" "$(counts)" "open received 21 sent 21 buffered 0"
	fmip binding del id 1

	timed hold-time 700ms hold-expiry notify
	check "or it is told, in time" expires hold
	counters "$NAR" id 1
	is "and that is all" "$(counts)" "hold received 20 sent 0 buffered 20"
	is "it is told once" "$(events "$EVENTS" expired)" 1
	let_go $NCOA
	is "nothing is lost by that" "$(survivors $NCOA)" "0-19 fence"
	fmip binding del id 1

	before=$(dropped expired)
	timed lifetime 700ms
	check "a binding has its time" expires binding
	check "then it is gone" busywait "$WAIT_MS" gone
	is "with what it held" "$(dropped expired)" $((before + 20))
	stop_receiver
}

# What was for the binding goes its usual way now that it is gone, so that the
# fence arrives; nothing else does.
stop_receiver() {
	fence "$LIB_TMP/$NCOA" $NCOA
	is "none of it arrives" "$(survivors $NCOA)" fence
}

# While packets go out slowly and more come, and go the usual way afterwards.
deletion() {
	local sender before received sent deleted

	deleted=$(dropped deleted)
	counters "$NAR"
	before=("${COUNT[received]}" "${COUNT[sent]}")
	new $NCOA release rate 50 limit packets 100000 limit bytes 256M
	background ip netns exec "$CN" udplog send --to $NCOA --port 17000 --rate 500 \
		--time 1000 --log "$LIB_TMP/sent"
	sender=$!
	wait_counted "COUNT[buffered] >= 200" "$NAR" id 1
	fmip binding change id 1 gate open
	wait_counted "COUNT[sent] >= 20" "$NAR" id 1
	is "halfway through a release" "${COUNT[gate]}" draining
	fmip binding del id 1
	counters "$NAR"
	received=$((COUNT[received] - before[0])) sent=$((COUNT[sent] - before[1]))
	check "deletion ends it" test "$sent" -ge 20 -a "$sent" -lt "$received"
	is "nothing is buffered then" "${COUNT[buffered]}" 0
	is "what was left is counted as deleted" "$(dropped deleted)" \
		$((deleted + received - sent))
	stop $sender
	fence "$LIB_TMP/$NCOA" $NCOA
	is "what was sent, and what came later, arrives" "$(survivors $NCOA)" \
		"0-$((sent - 1)) $received-$(($(wc -l <"$LIB_TMP/sent") - 2)) fence"
}

need ip udplog fmipctl
load_module
topo_router
events_start "$NAR" "$EVENTS"
limit_of_packets
limit_of_bytes
limit_of_namespace
limit_of_module
neighbours
limit_of_age
expiry
deletion
counters "$NAR"
check "the namespace's counters add up" balanced
is "with nothing buffered in the end" "${COUNT[buffered]}" 0
tap_done
