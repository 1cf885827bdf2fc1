#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The system is suspended, as far as it can be without hardware that does it,
# while one binding holds packets and another is drained at a fixed rate, and
# while timers run.  No packet is lost or overtaken by that, and as the clock
# of all of it stands still meanwhile, nothing is older afterwards.

# shellcheck disable=SC2034,SC2086,SC2154
# shellcheck source=../lib.sh
. "${BASH_SOURCE[0]%/*}/../lib.sh"

LINK="target link dev acc0 lladdr $MN_MAC"
POWER=/sys/power
DELAY=/sys/module/suspend/parameters/pm_test_delay
SLEEP=10		# seconds
EVENTS=$LIB_TMP/events

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

# clocks: milliseconds of CLOCK_MONOTONIC, which stands still in the meantime, and
# of CLOCK_BOOTTIME, which does not
clocks() {
	local up

	LIB_CLOCK=''	# the system's clock, which now_us goes by, is set
	now_us
	MONOTONIC=$((NOW_US / 1000))
	read -r up _ </proc/uptime
	BOOTTIME=$((10#${up/./} * 10))
}

# left ID FIELD: how many milliseconds a timer of a binding has left
left() {
	fmipctl -n "$NAR" -j binding show id "$1" | jq ".[0].$2"
}

# held ADDRESS COUNT: so many packets from 0 on, which its binding holds
held() {
	numbered "$1" 0 "$2" 1000
	wait_counted "COUNT[buffered] == $2" "$NAR" dst "$1" || bail "they are not held: $(counts)"
}

suspend() {
	echo core >$POWER/pm_test && echo mem >$POWER/state
}

restore() {
	echo none >$POWER/pm_test
	echo "$1" >$DELAY
}

# limit: an age that what is held has not, but would have if the clock had gone on
limit() {
	clocks
	echo $((MONOTONIC - FILLED + SLEEP * 500))
}

# slept: all clocks but one stood still, to within the second that a CMOS clock tells
slept() {
	echo "$((BOOTTIME - BEFORE_BOOTTIME)) ms, of which $((MONOTONIC - BEFORE)) awake"
	((BOOTTIME - BEFORE_BOOTTIME - (MONOTONIC - BEFORE) >= (SLEEP - 1) * 1000))
}

# no_older BEFORE AFTER: that is what a timer had left, when less time had passed
# since than there has been by now
no_older() {
	clocks
	echo "$1 ms left, then $2 ms, $((MONOTONIC - BEFORE)) ms later"
	(($2 > 0 && $1 - $2 <= MONOTONIC - BEFORE + 20))
}

# even SENT: no more has been released than is due at 10 a second
even() {
	clocks
	echo "$1 sent, then ${COUNT[sent]}, $((MONOTONIC - BEFORE)) ms later"
	# a timer may have been late before, and makes up for that
	((COUNT[sent] - $1 <= (MONOTONIC - BEFORE) / 100 + 5))
}

prepare() {
	fmip -b - <<-END
		binding add id 1 dst $NCOA gate hold $LINK limit age 1000s
		binding add id 2 dst $NCOA2 gate hold $LINK release rate 10
	END
	receiver "$LIB_TMP/held" "$MN" $NCOA
	receiver "$LIB_TMP/drained" "$MN" $NCOA2
	held $NCOA2 200
	clocks
	FILLED=$MONOTONIC
	held $NCOA 100
	fmip -b - <<-END
		binding change id 2 gate open
		binding add id 3 dst 2001:db8:2::3 gate hold lifetime 1000s
		binding add id 4 dst 2001:db8:2::4 gate hold hold-time 1000s hold-expiry notify
	END
	wait_counted "COUNT[sent] >= 3" "$NAR" id 2
}

test_suspend() {
	local sent lifetime hold

	prepare
	clocks
	BEFORE=$MONOTONIC BEFORE_BOOTTIME=$BOOTTIME
	counters "$NAR" id 2
	sent=${COUNT[sent]}
	lifetime=$(left 3 lifetime) hold=$(left 4 hold_left)
	check "the system is suspended, and returns" suspend
	clocks
	check "while the clock of timers stood still" slept
	counters "$NAR" id 2
	check "what is released at a fixed rate does not make up for that" even "$sent"
	check "a binding has as long to live as before" no_older "$lifetime" "$(left 3 lifetime)"
	check "a hold lasts as long as before" no_older "$hold" "$(left 4 hold_left)"
	fmip binding change id 1 limit age "$(limit)ms" gate open release immediate
	wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	fence "$LIB_TMP/held" $NCOA
	is "what was held is not too old, and arrives in order" \
		"$(arrived "$LIB_TMP/held")" "0-99 fence"
	fmip -b - <<-END
		binding change id 3 lifetime 100ms
		binding change id 4 hold-time 100ms
	END
	counters "$NAR" id 2
	check "the release goes on by itself" \
		wait_counted "COUNT[sent] >= ${COUNT[sent]} + 3" "$NAR" id 2
	check "timers that are set then end" wait_events 1 "$EVENTS" expired "binding 3 "
	check "both of them" wait_events 1 "$EVENTS" expired "binding 4 "
	fmip binding change id 2 release immediate
	wait_counted "COUNT[buffered] == 0" "$NAR" id 2
	fence "$LIB_TMP/drained" $NCOA2
	is "and what was being released has arrived in order" \
		"$(arrived "$LIB_TMP/drained")" "0-199 fence"
}

test_end() {
	counters "$NAR"
	check "the counters add up, and nothing was dropped" \
		eval 'balanced && ((COUNT[dropped] == 0 && COUNT[received] == 302))' || diag "$(counts)"
	fmip binding flush
	counters "$NAR"
	is "after a flush nothing is left" "${COUNT[bindings]} ${COUNT[buffered]} ${COUNT[bytes]}" \
		"0 0 0"
	topo_down
	check "and the module can be unloaded" rmmod fmip
}

need ip fmipctl udplog jq
[[ -w $POWER/pm_test && -e $DELAY && $(<$POWER/mem_sleep) == *deep* ]] ||
	skip_all "this kernel cannot be suspended for a test"
load_module
topo_router
at_exit restore "$(<$DELAY)"
echo deep >$POWER/mem_sleep
echo $SLEEP >$DELAY
events_start "$NAR" "$EVENTS"
test_suspend
test_end
tap_done
