#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Much of everything: a million matches, a hundred thousand handovers one after
# another, a thousand at once.  Nothing is lost, left behind, or out of bounds.
#
# shellcheck disable=SC2034,SC2086,SC2119,SC2154

: "${WAIT_MS:=60000}"
# shellcheck source=../lib.sh
. "${BASH_SOURCE[0]%/*}/../lib.sh"

MATCHES=1000000
PER_BINDING=4		# matches of each binding that expires
LIFETIME=15000		# ms
HANDOVERS=100000
WARM=10000		# of these, after which nothing grows any more
AT_ONCE=1000
PACKETS=10		# for each of these
SLACK=4096		# kB that slabs may keep of what they had
GROWTH=2048		# kB that (HANDOVERS - WARM) handovers may cost; 23 bytes each

TRACING=/sys/kernel/tracing
NEIGH=/proc/sys/net/ipv6/neigh/default

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

# many ARGUMENT...: what the nodes program does in the router
many() {
	nodes "$1" --netns "$NAR" "${@:2}" || bail "nodes $*"
}

progress() {
	now_us
	diag "$(((NOW_US - BEGAN) / 1000000)) s: $*"
}

# memory: kB of what the kernel has allocated and cannot give back
memory() {
	awk '$1 ~ /^(SUnreclaim|VmallocUsed|Percpu|KernelStack):$/ { n += $2 } END { print n }' \
		/proc/meminfo
}

# memory_back KB MORE: it is what it was, or not much more
memory_back() {
	MEMORY=$(memory)
	((MEMORY <= $1 + $2))
}

bindings_are() {
	counters "$NAR" && ((COUNT[bindings] == $1))
}

# looked_up NODE [COUNT]: the router takes a packet for that node, or COUNT
looked_up() {
	local before

	counters "$NAR"
	before=${COUNT[received]}
	in_ns "$CN" nodes send --first "$1"
	in_ns "$CN" ping -q -c 1 -W 10 $NAR_ADDR >/dev/null || bail "the router is silent"
	counters "$NAR"
	((COUNT[received] == before + ${2:-1}))
}

a_million() {
	local before

	many add --count 1000 --tunnel 1
	fmip binding flush
	before=$(memory)
	many add --count $MATCHES --tunnel 1
	MEMORY=$(memory)
	is "a million bindings can be made" "$(fmipctl -n "$NAR" -j stats | jq .bindings)" $MATCHES
	progress "made; $(((MEMORY - before) * 1024 / MATCHES)) bytes each"
	is "they are dumped, each once" "$(many dump)" $MATCHES
	progress "dumped"
	check "a packet finds the first" looked_up 1
	check "and one in the middle" looked_up $((MATCHES / 2))
	check "and the last" looked_up $MATCHES
	check "but none that is not there" looked_up $((MATCHES + 1)) 0
	fmip binding flush
	counters "$NAR"
	is "they are flushed" "${COUNT[bindings]}" 0
	check "and their memory is free" busywait "$WAIT_MS" memory_back "$before" $SLACK
	progress "flushed; $((MEMORY - before)) kB more than before"
}

a_million_expire() {
	local before

	before=$(memory)
	many add --count $((MATCHES / PER_BINDING)) --matches $PER_BINDING --tunnel 1 \
		--lifetime $LIFETIME
	check "a million matches of bindings that are going to expire are found" \
		looked_up $((MATCHES / PER_BINDING))
	progress "made"
	check "all of them expire" busywait "$WAIT_MS" bindings_are 0
	check "a packet finds none" looked_up 1 0
	check "and their memory is free" busywait "$WAIT_MS" memory_back "$before" $SLACK
	progress "expired; $((MEMORY - before)) kB more than before"
}

# ---- one after another ------------------------------------------------------

# Every function through which hooks come and go, that can be probed.
watch_hooks() {
	local name

	mountpoint -q $TRACING || mount -t tracefs tracefs $TRACING 2>/dev/null
	for name in nf_register_net_hook nf_register_net_hooks __nf_register_net_hook \
		nf_unregister_net_hook nf_unregister_net_hooks __nf_unregister_net_hook; do
		echo "p:load/$name $name" >>$TRACING/kprobe_events
	done 2>/dev/null
	at_exit unwatch_hooks
	echo 1 >$TRACING/events/load/enable || bail "no kprobes"
}

unwatch_hooks() {
	echo 0 >$TRACING/events/load/enable
	echo >$TRACING/kprobe_events
}

# hooks: how often any of them was called since the last time
hooks() {
	grep -c "_net_hook" $TRACING/trace
	echo >$TRACING/trace
}

# A stranger keeps packets in user space, in the router.
stranger_start() {
	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table ip6 stranger {
			chain forward {
				type filter hook forward priority 0
				udp dport 7600 queue num 5
			}
		}
	END
	mkfifo "$LIB_TMP/word"
	exec {WORD}<>"$LIB_TMP/word"
	: >"$LIB_TMP/queue"
	in_ns "$NAR" verdict 5 <"$LIB_TMP/word" >"$LIB_TMP/queue" &
	LIB_PIDS+=($!)
	wait_line "$WAIT_MS" "$LIB_TMP/queue" ready || bail "no queue"
	background in_ns "$MN" udplog recv --bind $NCOA --port 7600 --count 20 --wait 600000 \
		--log "$LIB_TMP/kept" >"$LIB_TMP/kept.ready"
	KEPT=$!
	wait_line "$WAIT_MS" "$LIB_TMP/kept.ready" ready || bail "udplog does not listen"
	in_ns "$CN" udplog send --to $NCOA --port 7600 --count 20 --log "$LIB_TMP/kept.sent"
	wait_line "$WAIT_MS" "$LIB_TMP/queue" "queued 20" || bail "the queue has no packets"
}

handovers() { # handovers FIRST COUNT
	many handovers --from "$CN" --local 2001:db8:3::1 --first "$1" --count "$2"
}

one_after_another() {
	local before i step=$(((HANDOVERS - WARM) / 3))

	stranger_start
	handovers 1 $WARM
	progress "$WARM handovers"
	# What was freed a grace period ago is back, too.
	pause_ms 2000
	before=$(memory)
	hooks >/dev/null
	for i in 0 1 2; do
		handovers $((WARM + 1 + i * step)) $step
		progress "$((WARM + (i + 1) * step)) handovers"
	done
	is "in $((HANDOVERS - WARM)) handovers no hook comes or goes" "$(hooks)" 0
	check "nor does memory" busywait "$WAIT_MS" memory_back "$before" $GROWTH
	diag "$((MEMORY - before)) kB more than after $WARM"
	counters "$NAR"
	is "no packet of a handover is lost" "$((COUNT[received] - COUNT[sent])) ${COUNT[drops]}" "0 "
	is "nothing is left" \
		"${COUNT[buffered]} ${COUNT[bytes]} ${COUNT[bindings]} ${COUNT[tunnels]} $(counter "$NAR" guaranteed)" \
		"0 0 0 1 0"
	echo accept >&"$WORD"
	wait "$KEPT"
	is "what a stranger has kept in user space meanwhile arrives" "$(arrived "$LIB_TMP/kept")" 0-19
	in_ns "$NAR" nft delete table ip6 stranger
	check "a hook that goes would have been seen" test "$(hooks)" -gt 0
}

# ---- at once ------------------------------------------------------------------

# at_once FIRST: so many nodes, for each of which packets are held
at_once() {
	many add --first "$1" --count $AT_ONCE --hold --dev acc0 --una
	counters "$NAR"
	RECEIVED=${COUNT[received]}
	: >"$LIB_TMP/recv"
	background in_ns "$MN" nodes recv --first "$1" --count $AT_ONCE --packets $PACKETS \
		>"$LIB_TMP/recv"
	RECEIVER=$!
	wait_line "$WAIT_MS" "$LIB_TMP/recv" ready || bail "nodes does not listen"
	in_ns "$CN" nodes send --first "$1" --count $AT_ONCE --packets $PACKETS
	wait_counted "COUNT[received] == RECEIVED + AT_ONCE * PACKETS" "$NAR"
}

# arrive FIRST: all of them say where they are
arrive() {
	in_ns "$MN" nodes una --dev wlan0 --first "$1" --count $AT_ONCE || bail "no announcements"
	wait_counted "COUNT[buffered] == 0" "$NAR"
	wait "$RECEIVER"
}

thousand() {
	local limit bytes

	lib_batch -n "$MN" <<<"route add local 2001:db8:a::/48 dev lo"
	# Entries that are younger than five seconds are not given up for new ones.
	at_exit eval "echo $(<$NEIGH/gc_thresh3) >$NEIGH/gc_thresh3"
	echo 256 >$NEIGH/gc_thresh3
	at_once 1
	limit=$(fmipctl -n "$NAR" -j config | jq .netns_bytes)
	is "$AT_ONCE handovers hold all their packets" "${COUNT[buffered]} ${COUNT[drops]}" \
		"$((AT_ONCE * PACKETS)) "
	check "within the namespace's memory" test "${COUNT[bytes]}" -le "$limit"
	is "which is what bindings have, to the byte" \
		"$(fmipctl -n "$NAR" -s -j binding show | jq '[.[].stats.buffered.bytes] | add')" \
		"${COUNT[bytes]}"
	progress "$AT_ONCE handovers at once, in a neighbour table of 256"
	arrive 1
	counters "$NAR"
	diag "${COUNT[drops]}; $(<"$LIB_TMP/recv")"
	check "with too small a neighbour table some are lost, and counted as refused" \
		grep -qE '^xmit [1-9][0-9]*$' <<<"${COUNT[drops]}"
	check "it all adds up" balanced
	fmip binding flush
	in_ns "$NAR" ip -6 neigh flush dev acc0 nud stale nud delay nud probe nud reachable

	BEFORE=${COUNT[dropped]}
	echo $((AT_ONCE + 1024)) >$NEIGH/gc_thresh3
	progress "the same in one of $((AT_ONCE + 1024))"
	at_once $((AT_ONCE + 1))
	arrive $((AT_ONCE + 1))
	is "with one that is large enough all arrive, in order at each node" \
		"$(sed 1d "$LIB_TMP/recv")" "received $((AT_ONCE * PACKETS)) duplicated 0 reordered 0"
	counters "$NAR"
	is "and none is dropped" "$((COUNT[dropped] - BEFORE))" 0
	is "nothing is buffered then, nor guaranteed" "${COUNT[bytes]} $(counter "$NAR" guaranteed)" "0 0"
	fmip binding flush
}

# A namespace with less memory than they need.
bounded() {
	local limit=$((4 << 20)) most=0 i

	fmip config set netns-bytes $limit guarantee 2k
	many add --first 5001 --count $AT_ONCE --hold --dev acc0
	counters "$NAR"
	RECEIVED=${COUNT[received]}
	in_ns "$CN" nodes send --first 5001 --count $AT_ONCE --packets $PACKETS &
	LIB_PIDS+=($!)
	for i in {1..20}; do
		counters "$NAR"
		((COUNT[bytes] > most)) && most=${COUNT[bytes]}
	done
	wait_counted "COUNT[received] == RECEIVED + AT_ONCE * PACKETS" "$NAR"
	((COUNT[bytes] > most)) && most=${COUNT[bytes]}
	check "a limit of $limit bytes is kept while $AT_ONCE bindings need more ($most)" \
		test $most -le $limit -a $most -gt $((limit / 2))
	check "what does not fit is counted" grep -q limit-netns <<<"${COUNT[drops]}"
	is "and each has what it is guaranteed" \
		"$(fmipctl -n "$NAR" -s -j binding show | jq '[.[].stats.buffered.packets] | min >= 2')" true
	check "it adds up" balanced
	fmip binding flush
	counters "$NAR"
	is "it is all given back" "${COUNT[bytes]} $(counter "$NAR" guaranteed)" "0 0"
	progress "done"
}

need ip udplog nodes verdict fmipctl jq nft
now_us
BEGAN=$NOW_US
load_module
topo_router
watch_hooks
lib_batch -n "$NAR" <<-END
	route add blackhole 2001:db8:a::/48
	route add 2001:db8:4::/48 via $FAR_ADDR dev acc1
END
lib_batch -n "$FAR" <<<"route add blackhole 2001:db8:4::/48"
in_ns "$NAR" ping -q -c 1 -W 10 $FAR_ADDR >/dev/null || bail "no answer from the far end"
fmip tunnel add id 4000000 local 2001:db8:3::1 remote $FAR_ADDR
one_after_another
thousand
bounded
fmip config set netns-bytes 4M guarantee 32k
fmip tunnel add id 1 local 2001:db8:3::1 remote 2001:db8:4:ffff::1
a_million
a_million_expire
tap_done
