#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# udplog: the arithmetic of its report, on logs whose figures are known, and a
# stream over the loopback interface.

# shellcheck source=../lib.sh
. "${BASH_SOURCE[0]%/*}/../lib.sh"

sent=$LIB_TMP/sent
received=$LIB_TMP/received
ms=1000000

# sent_log FIRST COUNT: one datagram each millisecond
sent_log() {
	local i

	echo seq,sent_ns
	for ((i = 0; i < $2; i++)); do
		printf '%u,%d\n' $(($1 + i)) $((i * ms))
	done
} >"$sent"

# received_log SEQ:SENT_MS:RECEIVED_MS...
received_log() {
	local r seq at arrived

	echo seq,sent_ns,received_ns
	for r; do
		IFS=: read -r seq at arrived <<<"$r"
		printf '%s,%d,%d\n' "$seq" $((at * ms)) $((arrived * ms))
	done
} >"$received"

field() { # field NAME [OPTION]...
	local name=$1 key value

	shift
	while read -r key value; do
		[[ $key == "$name" ]] && echo "$value"
	done < <(udplog report --sent "$sent" --received "$received" "$@")
}

figures() {
	echo "$(field sent) $(field lost) $(field duplicated) $(field reordered) $(field foreign)"
}

seq_arrivals() { # FROM TO DELAY_MS: in order
	local i

	for ((i = $1; i <= $2; i++)); do
		echo "$i:$i:$((i + $3))"
	done
}

sent_log 0 5
received_log 0:0:10 1:1:11 2:2:12 3:3:13 4:4:14
is "nothing amiss" "$(figures)" "5 0 0 0 0"
is "delay of all" "$(field delay_after_ns)" $((10 * ms))

received_log 0:0:10 1:1:11 4:4:14
is "lost" "$(figures)" "5 2 0 0 0"

received_log
is "all lost" "$(figures)" "5 5 0 0 0"
is "no silence without arrivals" "$(field silence_ns)" 0

received_log 0:0:10 1:1:11 1:1:12 2:2:12 3:3:13 1:1:14 4:4:14
is "duplicated, twice the same" "$(figures)" "5 0 2 0 0"

received_log 0:0:10 2:2:11 1:1:12 4:4:13 3:3:14
is "reordered" "$(figures)" "5 0 0 2 0"

received_log 4:4:10 0:0:11 1:1:12 2:2:13 3:3:14
is "one that overtook four: four are late" "$(figures)" "5 0 0 4 0"

received_log 0:0:10 4:4:11 4:4:12 1:1:13 1:1:14
is "a duplicate out of order counts once" "$(figures)" "5 2 2 1 0"

received_log 0:0:10 1:1:11 2:2:12 3:3:2004 4:4:2005
is "what comes 2 s after the end is lost" "$(figures)" "5 1 0 0 0"

received_log 0:0:10 7:7:11 1:1:12
is "what was never sent is foreign" "$(figures)" "5 3 0 0 1"

sent_log 18446744073709551614 4
received_log 18446744073709551614:0:10 18446744073709551615:1:11 0:2:12 1:3:13
is "past the largest number" "$(figures)" "4 0 0 0 0"
received_log 18446744073709551614:0:10 0:2:12 18446744073709551615:1:13
is "past the largest number, out of order" "$(figures)" "4 1 0 1 0"

# The delay is 10 ms.  From 400 ms on, those from number 100 on arrive, two each
# millisecond, so that at number 669, 684 ms, the delay is back at 15 ms, and at
# number 680 at 10 ms.
sent_log 0 1200
mapfile -t before < <(seq_arrivals 0 99 10)
draining=()
for ((i = 100; i < 680; i++)); do
	draining+=("$i:$i:$((400 + (i - 100) / 2))")
done
mapfile -t after < <(seq_arrivals 680 1199 10)
received_log "${before[@]}" "${draining[@]}" "${after[@]}"
is "silence" "$(field silence_ns)" $((291 * ms))
is "silence begins with the last arrival" "$(field silence_begin_ns)" $((109 * ms))
is "silence ends with the next" "$(field silence_end_ns)" $((400 * ms))
is "first number after it" "$(field silence_seq)" 100
is "delay before" "$(field delay_before_ns)" $((10 * ms))
is "delay after" "$(field delay_after_ns)" $((10 * ms))
is "recovery from link-up" "$(field recovery_ns --link-up $((390 * ms)))" $((294 * ms))
is "recovery from the end of the silence" "$(field recovery_ns)" $((284 * ms))

received_log "${before[@]}" "${draining[@]:0:500}"
is "no recovery" "$(field recovery_ns)" -1

# One of 10 ms is no recovery when 40 ms follow.
mapfile -t late < <(seq_arrivals 151 200 40)
together=()
for ((i = 201; i <= 231; i++)); do
	together+=("$i:$i:241")
done
mapfile -t after < <(seq_arrivals 232 400 10)
received_log "${before[@]}" 150:150:160 "${late[@]}" "${together[@]}" "${after[@]}"
is "one quick arrival is no recovery" "$(field recovery_ns)" $((81 * ms))

sent_log 0 5
received_log 0:0:10 1:1:11 4:4:14
check "JSON" jq -e '.sent == 5 and .lost == 2 and .silence_ns == 3000000' \
	<(udplog report --json --sent "$sent" --received "$received")

echo seq,sent_ns,received_ns >"$received"
echo 1,2 >>"$received"
check_fails "a log with a field missing is refused" udplog report --sent "$sent" --received "$received"
check_fails "a log of the wrong kind is refused" udplog report --sent "$received" --received "$received"
check_fails "an empty log is refused" udplog report --sent /dev/null --received /dev/null
check_fails "a bad address is refused" udplog send --to 2001:db8::x --port 9 --log "$sent"
check_fails "a bad number is refused" udplog send --to ::1 --port 65536 --log "$sent"

: >"$LIB_TMP/ready"
background udplog recv --bind ::1 --port 17017 --id 7 --count 2000 --log "$received" >"$LIB_TMP/ready"
receiver=$!
wait_line "$WAIT_MS" "$LIB_TMP/ready" ready
check "a stream is sent" udplog send --to ::1 --port 17017 --id 7 --rate 10000 --count 2000 \
	--first 18446744073709551000 --log "$sent"
check "and received" wait "$receiver"
is "completely, once, and in order" "$(figures)" "2000 0 0 0 0"
((last = $(field last_sent_ns) - $(field first_sent_ns)))
check "at the rate that was asked for" test "$last" -ge $((100 * ms)) -a "$last" -le $((2000 * ms))

tap_done
