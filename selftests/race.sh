#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Both processors bring packets, and all the while several processes at once change
# what is done with them: gates, targets, tunnels, matches, proxies, bindings that
# come and go, dumps, hooks and routes.  Nothing may be lost, doubled or out of
# order that need not be, and all else must have been counted.  Then the module
# goes, and then the namespace, in the midst of that.
#
# RACE_SECONDS is how long, ROUNDS how often the module goes; RACE_SEED, which the
# script tells, what is asked for.
#
# shellcheck disable=SC2086,SC2153,SC2154

: "${WAIT_MS:=60000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

# A kernel that checks itself gets through a third of it in the same time.
case ${FMIP_KERNEL-} in
kcsan) : "${RACE_SECONDS:=60}" "${ROUNDS:=1}" ;;
debug) : "${RACE_SECONDS:=30}" "${ROUNDS:=1}" ;;
*) : "${RACE_SECONDS:=10}" "${ROUNDS:=2}" ;;
esac
: "${RACE_SEED:=$((${EPOCHREALTIME/[.,]/} % 32768))}"

LINES=100		# that a process asks for before it begins anew
RATE=80			# of a stream, packets per second
RATES=([1]=250 [2]=250 [5]=250)	# of those to nodes whose gates move most
NET=2001:db8:5:		# ${NET}C::N is node N, whose packets processor C takes in
SINK=2001:db8:6::1	# which a node sends to, by a tunnel
REST=2001:db8:f:	# of bindings that no packet is for
END=2001:db8:3::1	# of the tunnels, this one; the others of the second one:
ENDS=(2001:db8:3::3 2001:db8:3::4)
LINK="target link dev acc0 lladdr $MN_MAC"
ROOM="limit packets 50000 limit bytes 64M"
MONITOR=$LIB_TMP/events
ENOUGH=$LIB_TMP/enough

# A stream has the number of its node, and one more digit: 0 and 1 come from CN and are
# taken in by one processor and the other, 2 comes out of a tunnel, or from a node.
MANY=10000000		# the packets of stream S are numbered from S times that
PLACES=("$LIB_TMP/mn" "$LIB_TMP/far" "$LIB_TMP/cn")

# ---- the network --------------------------------------------------------

# addresses NODE...: those that packets from CN go to, by either way
addresses() {
	local n

	for n; do
		printf "addr add $NET%d::$n/128 dev wlan0 nodad\n" 0 1
	done
}

# slow_probes NETNS DEV...: a neighbour that is known remains so
slow_probes() {
	local dev settings=()

	for dev in "${@:2}"; do
		settings+=("ipv6/neigh/$dev/delay_first_probe_time=1000")
	done
	lib_settings "$1" "${settings[@]}"
}

# The ends of the tunnels say nothing by themselves, which would be counted.
network() {
	topo_router
	slow_probes "$NAR" acc0 acc1 up0
	slow_probes "$CN" eth0 eth1
	slow_probes "$FAR" wlan0
	lib_batch -n "$MN" <<-END
		$(addresses 1 2 5 7 8 9)
		addr add ${NET}2::5/128 dev wlan0 nodad
	END
	lib_batch -n "$FAR" <<-END
		$(addresses 2 3 4 7 8)
		addr add $SINK/128 dev wlan0 nodad
		addr add ${ENDS[0]}/128 dev wlan0 nodad
		addr add ${ENDS[1]}/128 dev wlan0 nodad
		link set far0 down
		link set far0 addrgenmode none
		link set far0 up
		link add name far1 type ip6tnl mode any local :: remote $END encaplimit none
		link set far1 addrgenmode none
		link set far1 up
		route add $CN_ADDR/128 dev far0
		route add ${NET}2::5/128 dev far0
	END
	lib_batch -n "$CN" <<<"route add ${NET}1::/64 via 2001:db8:d::1 dev eth1"
	# What no binding takes goes to MN and to the sink.
	lib_batch -n "$NAR" <<-END
		neigh replace $MN_LL lladdr $MN_MAC dev acc0 nud permanent
		neigh replace $FAR_ADDR lladdr $FAR_MAC dev acc1 nud permanent
		neigh replace ${ENDS[0]} lladdr $FAR_MAC dev acc1 nud permanent
		neigh replace ${ENDS[1]} lladdr $FAR_MAC dev acc1 nud permanent
		route add $NET:/48 via $MN_LL dev acc0
		route add $SINK/128 via $FAR_ADDR dev acc1
	END
	# What comes by these, the other processor takes in.
	in_ns "$NAR" bash -c 'echo 2 | tee /sys/class/net/{up1,acc1}/queues/rx-0/rps_cpus' >/dev/null
	in_ns "$FAR" ping -q -c 1 -W 5 $END >/dev/null || bail "the router does not answer FAR"
	in_ns "$CN" ping -q -c 1 -W 5 2001:db8:d::1 >/dev/null ||
		bail "the router does not answer CN"
}

# dst NODE: the matches for it
dst() {
	echo "dst ${NET}0::$1 dst ${NET}1::$1"
}

# What stays.  Binding 7 comes and goes.
populate() {
	fmipctl -n "$NAR" -b - <<-END || bail "the bindings were refused"
		config set netns-bytes 256M
		tunnel add id 1 local $END remote $FAR_ADDR
		tunnel add id 2 local $END remote ${ENDS[0]}
		binding add id 1 $(dst 1) target link dev acc0 attach una dev acc0 $ROOM
		binding add id 2 $(dst 2) $LINK $ROOM
		binding add id 3 $(dst 3) target tunnel 2 $ROOM
		binding add id 4 dst ${NET}0::4 target tunnel 1 accept tunnel 1 from src
		binding add id 5 $(dst 5) dst ${NET}2::5 $LINK accept tunnel 1 from dst $ROOM
		binding add id 6 src ${NET}0::1 dev acc0 target tunnel 1
		binding add id 8 $(dst 8) target tunnel 1 $LINK $ROOM
		binding add id 9 $(dst 9) $LINK limit packets 5 limit age 30ms hold-time 50ms hold-expiry open
	END
}

announce() {
	in_ns "$MN" ndsend una --dev wlan0 --target "$1"
}

# ---- packets ------------------------------------------------------------

SENDERS=()

# stream NUMBER NETNS PROCESSOR ADDRESS [UDPLOG-ARGUMENT]...: until quiet
stream() {
	background in_ns "$2" taskset -c "$3" udplog send --to "$4" --port 17000 --rate $RATE \
		--first $(($1 * MANY)) --time 3000 --log "$LIB_TMP/sent.$1" "${@:5}" 2>/dev/null
	SENDERS+=($!)
}

# streams: to all nodes by both ways, and those out of a tunnel and from MN
streams() {
	local n

	for n in 1 2 3 5 7 8 9; do
		stream ${n}0 "$CN" 0 ${NET}0::$n --rate ${RATES[n]-$RATE}
		stream ${n}1 "$CN" 1 ${NET}1::$n --rate ${RATES[n]-$RATE}
	done
	stream 42 "$FAR" 1 $CN_ADDR --bind ${NET}0::4
	stream 52 "$FAR" 1 ${NET}2::5
	stream 62 "$MN" 0 $SINK --bind ${NET}0::1
	stream 72 "$FAR" 1 $CN_ADDR --bind ${NET}0::7
}

quiet() {
	local pid

	for pid in "${SENDERS[@]}"; do
		stop "$pid"
	done
	SENDERS=()
}

listen() {
	receiver "${PLACES[0]}" "$MN" ::
	receiver "${PLACES[1]}" "$FAR" ::
	receiver "${PLACES[2]}" "$CN" ::
}

unheard() {
	local place pid

	for place in "${PLACES[@]}"; do
		pid=LIB_RECEIVER_${place//[!A-Za-z0-9]/_}
		stop "${!pid}" || bail "a receiver could not keep up"
		unset "$pid"
	done
}

# taken_in: how many packets the receivers have had
taken_in() {
	local ns

	for ns in "$MN" "$FAR" "$CN"; do
		in_ns "$ns" cat /proc/net/snmp6
	done | awk '$1 == "Udp6InDatagrams" { n += $2 } END { print n }'
}

# settled: no more come
settled() {
	local before=${TAKEN_IN-}

	TAKEN_IN=$(taken_in)
	[[ $before == "$TAKEN_IN" ]]
}

# ---- what is asked for --------------------------------------------------

# pick WORDS...: one of them becomes $PICK
pick() {
	local n=$((RANDOM % $# + 1))

	PICK=${!n}
}

# Lines of one kind go to the kernel together, others one by one: both happens.
gate_lines() {
	local i b

	for ((i = 0; i < LINES; i++)); do
		pick 1 1 2 2 3 5 5 8 9
		b=$PICK
		case $b in
		5) pick open hold guard guard copy ;;
		8) pick copy copy "open replay last 200ms" "hold replay last 200ms" hold open ;;
		*) pick open hold hold copy ;;
		esac
		echo "binding change id $b gate $PICK"
		pick - - "release immediate" "release rate 1000" "release rfc5568" "speedup 4"
		[[ $PICK == - ]] || echo "binding change id $b $PICK"
		pick 0 1
		((PICK)) && echo "binding show id $b"
	done
}

plan_lines() {
	local i

	for ((i = 0; i < LINES; i++)); do
		pick "binding change id 2 $LINK" "binding change id 2 target tunnel 1" \
			"binding change id 2 $LINK limit age 60s" \
			"tunnel change id 2 remote ${ENDS[0]}" "tunnel change id 2 remote ${ENDS[1]}" \
			"tunnel change id 2 dscp 46" "tunnel change id 2 dscp inherit ttl 64" \
			"binding change id 1 proxy ${NET}0::1 dev acc0" "binding change id 1 proxies none" \
			"binding change id 1 attach una,data dev acc0" "binding change id 1 attach none" \
			"binding change id 1 attach una dev acc0 action open" \
			"binding change id 4 dst ${NET}0::4" \
			"binding change id 4 dst ${NET}0::4 dst 2001:db8:e::4" \
			"binding change id 5 accept tunnel 2 from dst accept tunnel 1 from dst" \
			"binding change id 5 accept tunnel 1 from dst guard-idle 10ms" \
			"binding change id 5 guard-idle none"
		echo "$PICK"
	done
}

rest_lines() {
	local i n

	for ((i = 1; i <= LINES / 10; i++)); do
		for n in {10..19}; do
			echo "binding add id 10$n dst $REST:$n gate hold target link dev acc0"
		done
		echo "tunnel add id 1$i local $END remote $CN_ADDR"
		pick "guarantee 64k" "guarantee 16k" "exempt-mark 7/0xff" "exempt-mark 0/0"
		echo "config set $PICK"
		echo "tunnel del id 1$i"
		echo "binding flush within $REST:/64"
	done
}

# Two processes ask for these, and often for what the other has undone.
visitor_lines() {
	local i what

	for ((i = 0; i < LINES; i++)); do
		pick "target tunnel 1" "$LINK" "target link dev acc0"
		what="$PICK accept tunnel 1 from src"
		pick hold hold open copy guard
		what+=" gate $PICK"
		pick "lifetime 30ms" "hold-time 20ms hold-expiry delete" "limit packets 3" ""
		what+=" $PICK"
		pick "binding add id 7 $(dst 7) $what" "binding replace id 7 $(dst 7) $what" \
			"binding change id 7 $what" "binding change id 7 gate hold" \
			"binding change id 7 gate open" "binding del id 7" "binding del dst ${NET}1::7" \
			"tunnel show id 1"
		echo "$PICK"
	done
}

dump_lines() {
	local i

	for ((i = 0; i < LINES / 10; i++)); do
		printf '%s\n' "binding show" "stats" "tunnel show" "binding show gate hold" \
			"config" "binding show within $REST:/64" "tunnel show dev acc1"
	done
}

# What is known of routes changes, and a device comes and goes that nothing names.
route_lines() {
	cat <<-END
		route add 2001:db8:9::/64 dev acc1
		addr add 2001:db8:9::1/128 dev up1 nodad
		route del 2001:db8:9::/64 dev acc1
		addr del 2001:db8:9::1/128 dev up1
		link add name dummy9 type dummy
		link del dummy9
	END
}

hook_lines() {
	cat <<-END
		add table ip6 stranger
		add chain ip6 stranger forward { type filter hook forward priority 0; }
		add chain ip6 stranger postrouting { type filter hook postrouting priority 0; }
		delete table ip6 stranger
	END
}

lines() {
	RANDOM=$RACE_SEED
	gate_lines >"$LIB_TMP/gates.lines"
	plan_lines >"$LIB_TMP/plans.lines"
	rest_lines >"$LIB_TMP/rest.lines"
	visitor_lines >"$LIB_TMP/visitors.lines"
	visitor_lines >"$LIB_TMP/others.lines"
	dump_lines >"$LIB_TMP/dumps.lines"
	route_lines >"$LIB_TMP/routes.lines"
	hook_lines >"$LIB_TMP/hooks.lines"
	: >"$LIB_TMP/nodes.lines"
}

# over_and_over NAME COMMAND...: until it is enough; what it complains of is kept
over_and_over() {
	local rounds=0

	until [[ -e $ENOUGH ]]; do
		"${@:2}" <"$LIB_TMP/$1.lines" >/dev/null 2>>"$LIB_TMP/$1.said"
		((++rounds))
	done
	echo $rounds >"$LIB_TMP/$1.rounds"
}

CONTROLS=()

control() {
	background over_and_over "$@"
	CONTROLS+=($!)
}

controls() {
	local name

	rm -f "$ENOUGH" "$LIB_TMP"/*.said
	events_start "$NAR" "$MONITOR"
	LISTENER=$!
	for name in gates plans rest visitors others dumps; do
		control $name fmipctl -s -n "$NAR" -force -b -
	done
	control routes ip -6 -n "$NAR" -batch -
	control hooks ip netns exec "$NAR" nft -f -
	control nodes announce ${NET}0::1
}

no_more() {
	: >"$ENOUGH"
	wait "${CONTROLS[@]}"
	CONTROLS=()
	stop "$LISTENER"
}

# ---- what must hold -----------------------------------------------------

# verdicts: for each stream how many packets were sent, and of these how many are
# missing, came more than once, and came after a later one at the same place
declare -A SENT LOST TWICE LATE
verdicts() {
	local stream sent lost twice late

	while read -r stream sent lost twice late; do
		SENT[$stream]=$sent LOST[$stream]=$lost TWICE[$stream]=$twice LATE[$stream]=$late
	done < <(awk -F, -v many=$MANY '
		FNR == 1 { place++; next }
		{ stream = int($1 / many) }
		FILENAME ~ /sent/ { sent[stream]++; next }
		{
			if (seen[$1]++)
				twice[stream]++
			else
				came[stream]++
			late[stream] += $1 < last[place, stream]
			last[place, stream] = $1
		}
		END {
			for (s in sent)
				print s, sent[s], sent[s] - came[s], twice[s] + 0, late[s] + 0
		}' "$LIB_TMP"/sent.?? "${PLACES[@]}")
}

# unique NODE...: none of its packets has arrived twice
unique() {
	local n s

	for n; do
		for s in "$n"{0..2}; do
			[[ -e $LIB_TMP/sent.$s ]] || continue
			echo "stream $s: sent ${SENT[$s]=0} lost ${LOST[$s]} twice ${TWICE[$s]} late ${LATE[$s]}"
			((SENT[$s] && !TWICE[$s])) || return
		done
	done
}

# whole NODE: and none is missing or out of order
whole() {
	local s

	unique "$1" || return
	for s in "$1"{0..2}; do
		((!LOST[$s] && !LATE[$s])) || return
	done
}

# accounted: what was sent, and each copy, has arrived or is counted as dropped
accounted() {
	local n

	counters "$NAR" || return
	SENT_ALL=$(awk 'FNR > 1' "$LIB_TMP"/sent.?? | wc -l)
	COPIED=$(counter "$NAR" copied)
	ARRIVED=$(taken_in)
	DROPPED=0
	while read -r _ n; do
		((DROPPED += n))
	done < <(xargs -r -n 2 <<<"${COUNT[drops]}")
	((SENT_ALL + COPIED == ARRIVED + DROPPED))
}

adds_up() {
	counters "$NAR" "$@" && balanced || ! counts
}

# all_add_up: so do the bindings that are always there
all_add_up() {
	local id

	for id in {1..6} 8 9; do
		adds_up id $id || return
	done
	adds_up
}

# as_asked NAME [REFUSAL]...: nothing was refused, but for that
as_asked() {
	[[ -s $LIB_TMP/$1.rounds ]] || return
	! grep -v -F "$(printf '%s\n' "no refusal" "${@:2}")" "$LIB_TMP/$1.said"
}

# each_done NAME: of each kind that was asked for some has been done
each_done() {
	awk -v rounds="$(<"$LIB_TMP/$1.rounds")" '
		FILENAME ~ /lines$/ { kind[FNR] = $1 " " $2; next }
		match($0, /-:[0-9]+/) { refused[substr($0, RSTART + 2, RLENGTH - 2)]++ }
		END {
			for (i in kind)
				done[kind[i]] += rounds - refused[i]
			for (k in done)
				if (!done[k])
					bad = bad " " k
			print bad
			exit bad != ""
		}' "$LIB_TMP/$1.lines" "$LIB_TMP/$1.said"
}

flushed() {
	fmipctl -n "$NAR" binding flush && fmipctl -n "$NAR" tunnel flush &&
		counted "COUNT[bindings] + COUNT[tunnels] + COUNT[buffered] + COUNT[bytes] == 0" "$NAR"
}

# ---- all at once --------------------------------------------------------

# begin: what stays is there, packets come, and all is asked for
begin() {
	populate
	announce ${NET}0::1 && announce ${NET}1::1
	wait_counted "COUNT[attached] == 2" "$NAR" id 1 || bail "the node is not heard"
	listen
	streams
	controls
	wait_counted "COUNT[received] >= 300" "$NAR" || bail "no packets reach the bindings"
}

# finish: nothing is asked for any more, nothing is sent, and all gates open
finish() {
	local id

	no_more
	quiet
	for id in 1 2 3 5 7 8 9; do
		echo "binding change id $id gate open release immediate"
	done | fmipctl -n "$NAR" -force -b - 2>/dev/null
	wait_counted "COUNT[buffered] == 0" "$NAR"
}

# finished COMMAND...: until it succeeds packets may still be on their way
finished() {
	busywait "$WAIT_MS" "$@"
	unheard
	verdicts
}

test_requests() {
	local name

	begin
	pause_ms $((RACE_SECONDS * 1000))
	finish
	finished accounted
	tap_start
	diag "seed $RACE_SEED: $SENT_ALL packets, $COPIED copies, and so often each list of requests:" \
		"$(cd "$LIB_TMP" && grep . -- *.rounds | sed 's/\.rounds:/ /' | tr '\n' ' ')"
	for name in plans rest routes hooks nodes; do
		check "all is done that is asked for: $name" as_asked $name
	done
	check "all is done that is asked for: gates" as_asked gates "there is nothing to replay"
	check "all can be listed meanwhile" as_asked dumps "something changed during the listing"
	for name in visitors others; do
		check "what comes and goes can be changed while it is there: $name" \
			as_asked $name "no such binding" "with this id exists"
		check "and some of each kind is done: $name" each_done $name
	done
	check "to gates that move, and open for the node, all arrives, once and in order" whole 1
	check "to targets that change, it does" whole 2
	check "into a tunnel whose end moves, it does" whole 3
	check "out of a tunnel, it does" whole 4
	check "by the new path and the old one past a guard, it does" whole 5
	check "from a node, it does" whole 6
	check "to bindings that come and go, or hold few, nothing arrives twice" unique 7 9
	is "what was sent, and each copy, has arrived or is counted as dropped" \
		$((SENT_ALL + COPIED)) $((ARRIVED + DROPPED))
	check "by each binding, too" all_add_up
	counters "$NAR" id 9
	is "what one has dropped is what did not arrive" "${COUNT[dropped]}" \
		$((LOST[90] + LOST[91]))
	counters "$NAR"
	check "some was released, copied, dropped and taken out of a tunnel" \
		test "${COUNT[released]}" -gt 0 -a "$COPIED" -gt 0 -a "$DROPPED" -gt 0 -a "${COUNT[decap]}" -gt 0
	check "and told" test "$(events "$MONITOR" released)" -gt 0
	check "a flush leaves nothing" flushed
}

# A dump that is under way keeps the module for a moment.
module_goes() {
	busywait "$WAIT_MS" rmmod fmip
}

test_module() {
	local round

	begin
	for ((round = 1; round <= ROUNDS; round++)); do
		check "the module goes in the midst of it ($round)" module_goes || return
		load_module
		populate
		check "and is of use when it is back ($round)" \
			wait_counted "COUNT[received] >= 300" "$NAR"
	done
	finish
	check "what it has counted since adds up" adds_up
	finished settled
	check "nothing has arrived twice" unique {1..7} 9
	check "and a flush leaves nothing" flushed
}

link_gone() {
	! ip -n "$MN" link show wlan0 >/dev/null 2>&1
}

test_namespace() {
	begin
	check "the namespace goes in the midst of it" ip netns del "$NAR"
	no_more
	check "with its links" busywait "$WAIT_MS" link_gone
	quiet
	finished settled
	check "and nothing has arrived twice" unique {1..7} 9
}

need ip nft fmipctl udplog ndsend taskset
(($(nproc) > 1)) || skip_all "there is one processor"
dmesg_mark
load_module
lines
network
test_requests
test_module
test_namespace
topo_down
network
test_namespace
check "the module goes" rmmod fmip
check "the kernel has nothing to say" dmesg_clean
tap_done
