#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The gate guard: a node's packets come through a tunnel, and from some moment on
# by a shorter path.  Those that come out of the tunnel pass, the others wait until
# nothing is left on its way through it: nothing is reordered by the switch.
#
# The tunnel is the correspondent node's, and slow.
#
# shellcheck disable=SC2034,SC2086,SC2154

: "${WAIT_MS:=30000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

EVENTS=$LIB_TMP/events
LINK="target link dev acc0 lladdr $MN_MAC"
ROOM="limit packets 20000 limit bytes 256M"
RELEASE="release immediate"
OLD_DELAY=300ms

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

by_old_path() {
	ip -6 -n "$CN" route replace $NCOA dev old0 || bail "no old path"
}

by_new_path() {
	ip -6 -n "$CN" route replace $NCOA via 2001:db8:c::1 dev eth0 || bail "no new path"
}

# begin ARGUMENT...: a binding, and a stream for it that comes through the tunnel
begin() {
	: >"$EVENTS"
	by_old_path
	fmip binding add id 1 dst $NCOA accept tunnel 1 from dst $LINK $ROOM $RELEASE "$@"
	receiver "$LIB_TMP/mn" "$MN" $NCOA
	background ip netns exec "$CN" udplog send --bind $CN_ADDR --to $NCOA --port 17000 \
		--rate 1000 --time 1000 --log "$LIB_TMP/sent"
	SENDER=$!
	wait_counted "COUNT[received] >= 300" "$NAR" id 1
}

# more N: until so many more have been received
more() {
	counters "$NAR" id 1
	wait_counted "COUNT[received] >= ${COUNT[received]} + $1" "$NAR" id 1
}

# old_path_empty: all that was sent by it before has come out of it
old_path_empty() {
	in_ns "$CN" ping -q -c 1 -W 10 2001:db8:d::1 >/dev/null || bail "the old path is gone"
}

finish() {
	stop "$SENDER"
	fence "$LIB_TMP/mn" $NCOA --bind $CN_ADDR
	SENT=$(($(wc -l <"$LIB_TMP/sent") - 1))
}

# in_order NAME: all that was sent has arrived, each once, none out of order
in_order() {
	finish
	is "$1: nothing is lost, doubled or reordered" \
		"$(arrived "$LIB_TMP/mn")" "0-$((SENT - 1)) fence"
	counters "$NAR" id 1
	is "$1: all is counted" "$(counts)" "open received $((SENT + 1)) sent $((SENT + 1)) buffered 0"
	fmip binding del id 1
}

# reported NAME: what udplog has to say
reported() {
	udplog report --sent "$LIB_TMP/sent" --received "$LIB_TMP/all" --json | jq ".$1"
}

without_guard() {
	local reordered

	begin
	by_new_path
	more 600
	old_path_empty
	finish
	grep -v "^$FENCE," "$LIB_TMP/mn" >"$LIB_TMP/all"
	reordered=$(reported reordered)
	diag "without a guard $reordered of $SENT are reordered"
	check "without a guard a shorter path overtakes" test "$reordered" -ge 50
	is "which is all that it does" "$(reported lost) $(reported duplicated)" "0 0"
	fmip binding del id 1
}

until_idle() {
	local sent

	begin
	fmip binding change id 1 gate guard guard-idle 1s
	more 2500
	is "while packets come out of the tunnel, a guard stays" "${COUNT[gate]}" guard
	is "and lets them pass" "${COUNT[buffered]} $((COUNT[received] - COUNT[sent]))" "0 0"
	sent=${COUNT[sent]}
	by_new_path
	wait_counted "COUNT[buffered] >= 10" "$NAR" id 1
	is "what comes by the new path waits" "${COUNT[gate]}" guard
	wait_counted "COUNT[sent] > $sent + 50" "$NAR" id 1
	is "while the rest of the old path's still passes" "${COUNT[gate]}" guard
	check "when nothing has come for a while, the guard ends" \
		wait_events 1 "$EVENTS" released "binding 1"
	in_order "until idle"
}

until_told() {
	begin gate guard
	by_new_path
	old_path_empty
	counters "$NAR" id 1
	is "a guard without an end goes on" "${COUNT[gate]}" guard
	check "and keeps what has come by the new path" test "${COUNT[buffered]}" -ge 50
	fmip binding change id 1 gate open
	more 100
	in_order "until told"
}

until_time() {
	begin
	fmip binding change id 1 gate guard hold-time 2s hold-expiry delete
	by_new_path
	check "a guard ends with its hold time" wait_events 1 "$EVENTS" expired "binding 1 timer hold"
	check "by letting go, and never drops" wait_events 1 "$EVENTS" released "binding 1"
	more 100
	in_order "until its time is over"
}

# Nothing comes by the old path at all.
unused() {
	: >"$EVENTS"
	by_new_path
	fmip binding add id 1 dst $NCOA accept tunnel 1 from dst $LINK $ROOM $RELEASE \
		gate guard guard-idle 300ms
	check "a guard for nothing ends" wait_events 1 "$EVENTS" released "binding 1"
	fmip binding change id 1 gate guard guard-idle none
	counters "$NAR" id 1
	is "it can be on guard again" "${COUNT[gate]}" guard
	fmip binding change id 1 guard-idle 300ms
	check "and be told later how long" wait_events 2 "$EVENTS" released "binding 1"
	fmip binding change id 1 gate guard guard-idle 3600s
	fmip binding change id 1 guard-idle 300ms
	check "or that it shall be less" wait_events 3 "$EVENTS" released "binding 1"
	fmip binding change id 1 gate guard guard-idle 3600s
	fmip binding replace id 1 dst $NCOA accept tunnel 1 from dst $LINK $ROOM $RELEASE \
		gate guard guard-idle 300ms
	check "also by being replaced" wait_events 4 "$EVENTS" released "binding 1"
	check_fails "a guard needs an accept" \
		fmipctl -n "$NAR" binding add id 2 dst $NCOA2 $LINK gate guard
	fmip binding del id 1
}

# The node has arrived, what was held for it is still on its way out, and now the
# path changes.
while_draining() {
	local RELEASE="release rfc5568 speedup 1.1"

	begin gate hold
	fmip binding change id 1 gate open
	wait_counted "COUNT[released] >= 20" "$NAR" id 1
	is "a release is under way" "${COUNT[gate]}" draining
	fmip binding change id 1 gate guard guard-idle 2s speedup 4
	by_new_path
	wait_events 1 "$EVENTS" released "binding 1"
	in_order "a guard during a release"
}

after_hold() {
	begin gate hold
	more 200
	fmip binding change id 1 gate guard guard-idle 2s
	by_new_path
	wait_events 1 "$EVENTS" released "binding 1"
	in_order "a guard after a hold"
}

need ip tc udplog fmipctl jq
load_module
topo_router
lib_batch -n "$CN" <<-END
	link add name old0 type ip6tnl mode any local 2001:db8:d::2 remote 2001:db8:d::1 encaplimit none
	link set old0 addrgenmode none
	link set old0 up
END
lib_delay "$CN" $OLD_DELAY eth1
old_path_empty
events_start "$NAR" "$EVENTS"
fmip tunnel add id 1 local 2001:db8:d::1 remote 2001:db8:d::2
without_guard
until_idle
until_told
until_time
unused
after_hold
while_draining
counters "$NAR"
check "the namespace's counters add up" balanced
is "and say that nothing was dropped" "${COUNT[drops]}" ""
tap_done
