#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What may happen to a router while one binding holds numbered packets and
# another one is being drained, with more of them coming: interfaces, carriers,
# MTUs, addresses, routes, neighbours and processors go and return.  After each
# of these every packet that was sent is accounted for, and what should have gone
# on has.

# shellcheck disable=SC2154
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

NET=2001:db8:5:		# the nodes' addresses, routed nowhere
LOCAL=2001:db8:4::1	# of a tunnel, and nothing else
REMOTE=2001:db8:6::1	# of a tunnel, which two nodes have
RATE=200		# packets per second, to each
CASE=0
EVENTS=$LIB_TMP/events

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

# noroutes: how many packets the router has had no route for
noroutes() {
	# shellcheck disable=SC2016
	in_ns "$NAR" awk '$1 == "Ip6InNoRoutes" { print $2 }' /proc/net/snmp6
}

# unrouted COUNT: so many since NO_ROUTES, at least
unrouted() {
	(($(noroutes) - NO_ROUTES >= $1))
}

# listen FILE NETNS ADDRESS, unheard FILE: without a fence, until told
listen() {
	receiver "$LIB_TMP/$1" "$2" "$3"
}

unheard() {
	local file=$LIB_TMP/$1
	local pid=LIB_RECEIVER_${file//[!A-Za-z0-9]/_}

	stop "${!pid}"
	unset "$pid"
}

# stream_to ADDRESS, quiet: a stream each, until told; SENT is how many there were
stream_to() {
	background ip netns exec "$CN" udplog send --to "$1" --port 17000 --rate $RATE \
		--time 3000 --log "$LIB_TMP/sent.$1"
	SENDERS+=($!)
}

declare -A SENT
quiet() {
	local pid address

	for pid in "${SENDERS[@]}"; do
		stop "$pid"
	done
	SENDERS=()
	for address in "$HOLD" "$DRAIN"; do
		SENT[$address]=$(($(wc -l <"$LIB_TMP/sent.$address") - 1))
	done
}

# begin WORDS...: two bindings, the rest of which the words are, with packets
# that come all the time; the one for HOLD holds them, the one for DRAIN sends them
# on, much slower than they come
begin() {
	fmip -b - <<-END
		binding add id ${CASE}1 dst $HOLD${SCOPE:+ $SCOPE} gate hold limit packets 100000 limit bytes 64M $*
		binding add id ${CASE}2 dst $DRAIN${SCOPE:+ $SCOPE} gate hold limit packets 100000 limit bytes 64M release rate 10 $*
	END
	stream_to "$HOLD"
	stream_to "$DRAIN"
	wait_counted "COUNT[buffered] >= 40" "$NAR" id ${CASE}2 &&
		wait_counted "COUNT[buffered] >= 40" "$NAR" id ${CASE}1 ||
		bail "the packets do not reach the bindings: $(counts)"
	"${OPEN[@]}" fmipctl -n "$NAR" binding change id ${CASE}2 gate open || bail "it does not open"
	wait_counted "COUNT[sent] >= 5" "$NAR" id ${CASE}2 || bail "nothing is released: $(counts)"
}
OPEN=()

# received N ID: so many have reached the binding, or there was no route
received() {
	counters "$NAR" id "$2" && ((COUNT[received] == $1))
}

# finish: no more packets come, and both gates open, as fast as can be
finish() {
	quiet
	busywait "$WAIT_MS" received "$((SENT[$HOLD] + ${MORE:-0}))" ${CASE}1
	is "$EVENT: each packet reached the binding that holds" \
		"${COUNT[gate]} ${COUNT[received]}" "hold $((SENT[$HOLD] + ${MORE:-0}))"
	is "$EVENT: which kept it" "${COUNT[buffered]}" "${COUNT[received]}"
	busywait "$WAIT_MS" received "$((SENT[$DRAIN] + ${MORE:-0}))" ${CASE}2
	is "$EVENT: each packet reached the binding that is drained" \
		"${COUNT[gate]} ${COUNT[received]}" "draining $((SENT[$DRAIN] + ${MORE:-0}))"
	fmip -b - <<-END
		binding change id ${CASE}1 gate open release immediate
		binding change id ${CASE}2 release immediate
	END
	wait_counted "COUNT[buffered] == 0" "$NAR" id ${CASE}1
	wait_counted "COUNT[buffered] == 0" "$NAR" id ${CASE}2
}

# complete WHERE: both addresses have got there all that was sent, in order
complete() {
	local address

	for address in "$HOLD" "$DRAIN"; do
		fence "$LIB_TMP/$address" "$address"
	done
	is "$EVENT: what was held arrives, all of it and in order" \
		"$(arrived "$LIB_TMP/$HOLD")" "0-$((SENT[$HOLD] - 1)) fence"
	is "$EVENT: so does what was being drained" \
		"$(arrived "$LIB_TMP/$DRAIN")" "0-$((SENT[$DRAIN] - 1)) fence"
}

# all_sent [DROPS [DROPS]]: the counters of both say so, but for what was dropped
all_sent() {
	local id drops n

	for id in ${CASE}1 ${CASE}2; do
		drops=${1-} n=${drops##* }
		wait_counted "COUNT[buffered] == 0" "$NAR" id $id
		is "$EVENT: and binding ${id: -1} has counted them" \
			"$(counts)" "open received ${COUNT[received]} sent $((COUNT[received] - ${n:-0})) buffered 0${drops:+ $drops}"
		shift $(($# > 0))
	done
}

# end: they go, and leave nothing
end() {
	fmip binding flush
	fmip tunnel flush
	counters "$NAR"
	check "$EVENT: the namespace's counters add up" balanced
	is "$EVENT: and nothing is left" \
		"${COUNT[bindings]} ${COUNT[tunnels]} ${COUNT[buffered]} ${COUNT[bytes]}" "0 0 0 0"
}

# both NETNS: who listens to both addresses there
both() {
	receiver "$LIB_TMP/$HOLD" "$1" "$HOLD"
	receiver "$LIB_TMP/$DRAIN" "$1" "$DRAIN"
}

# next: the case that comes next, and its addresses
next() {
	((++CASE))
	HOLD=$NET:$CASE:1 DRAIN=$NET:$CASE:2
}

# ---- interfaces that go -------------------------------------------------

# removed BINDING FILTER: that was told, once, with such statistics
removed() {
	busywait "$WAIT_MS" grep -q "\"removed\".*\"binding\":$1," "$EVENTS" &&
		jq -es "map(select(.event == \"removed\" and .binding == $1)) |
			length == 1 and (.[0].stats | $2)" "$EVENTS" || ! cat "$EVENTS"
}

# sums_to COUNT: so many have reached the bindings, or else had no route
sums_to() {
	local received

	received=$(jq -s "map(select(.event == \"removed\" and
		(.binding == ${CASE}1 or .binding == ${CASE}2)) | .stats.received.packets) | add // 0" "$EVENTS")
	echo "received $received, no route $(($(noroutes) - NO_ROUTES)), in all $1"
	((received + $(noroutes) - NO_ROUTES == $1))
}

# gone: both bindings have, and with them what they kept
gone() {
	check "$EVENT: what was held is dropped with it, and told" removed ${CASE}1 \
		'.buffered.packets == 0 and .sent.packets == 0 and
		 .dropped == {device: .received.packets} and .received.packets >= 40'
	check "$EVENT: so is what was left to drain" removed ${CASE}2 \
		'.buffered.packets == 0 and .sent.packets >= 5 and .dropped.device >= 1 and
		 .received.packets == .sent.packets + .dropped.device'
}

# prefix FILE: what has arrived is all that was sent, but for what was on the wire
prefix() {
	local sent last

	sent=$(jq -s "map(select(.event == \"removed\" and .binding == ${CASE}2))[0].stats.sent.packets" \
		"$EVENTS")
	last=$(arrived "$1")
	echo "$last of $sent"
	[[ $last == 0-$((sent - 1)) || $last == 0-$((sent - 2)) ]]
}

# extra_link NAME FAR-NAME NETNS
extra_link() {
	lib_batch <<<"link add name $1 netns $NAR type veth peer name $2 netns $3"
	lib_batch -n "$NAR" <<<"link set $1 up"
	lib_batch -n "$3" <<<"link set $2 up"
}

target_unregistered() {
	EVENT="the target's link is unregistered"
	next
	NO_ROUTES=$(noroutes)
	extra_link acc2 far2 "$FAR"
	listen drained "$FAR" "$DRAIN"
	begin target link dev acc2 lladdr "$(in_ns "$FAR" cat /sys/class/net/far2/address)"
	lib_batch -n "$NAR" <<<"link del acc2"
	gone
	quiet
	check "$EVENT: what comes later has no route, and the sum is right" \
		busywait "$WAIT_MS" sums_to $((SENT[$HOLD] + SENT[$DRAIN]))
	unheard drained
	check "$EVENT: what was sent before arrived in order" prefix "$LIB_TMP/drained"
	end
}

# reached: how many packets came to the router, by whichever interface
reached() {
	in_ns "$NAR" nft -j list table ip6 seen |
		jq '[.nftables[].rule?.expr[]?.counter?.packets // empty] | add'
}

sums_to_reached() {
	sums_to "$(reached)"
}

match_unregistered() {
	EVENT="the match's interface is unregistered"
	next
	NO_ROUTES=$(noroutes)
	extra_link up2 eth2 "$CN"
	lib_batch -n "$NAR" <<<"addr add 2001:db8:e::1/64 dev up2 nodad"
	lib_batch -n "$CN" <<-END
		addr add 2001:db8:e::2/64 dev eth2 nodad
		route add $HOLD via 2001:db8:e::1 dev eth2
		route add $DRAIN via 2001:db8:e::1 dev eth2
	END
	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table ip6 seen {
			chain prerouting {
				type filter hook prerouting priority raw
				udp dport 17000 counter
			}
		}
	END
	listen drained "$MN" "$DRAIN"
	SCOPE="dev up2" begin target link dev acc0 lladdr $MN_MAC
	lib_batch -n "$NAR" <<<"link del up2"
	gone
	# Those that come by the other interface now show that all before have come.
	check "$EVENT: what comes later comes by another way" \
		busywait "$WAIT_MS" unrouted 40
	quiet
	check "$EVENT: and has no route, and the sum is right" \
		busywait "$WAIT_MS" sums_to_reached
	check "$EVENT: no packet came that was not sent" \
		[ "$(reached)" -le $((SENT[$HOLD] + SENT[$DRAIN])) ]
	in_ns "$NAR" nft delete table ip6 seen
	unheard drained
	check "$EVENT: what was sent before arrived in order" prefix "$LIB_TMP/drained"
	end
}

# ---- links that are down for a while ------------------------------------

# lost_on_wire: what the link took when its other end had gone already
lost_on_wire() {
	in_ns "$NAR" cat /sys/class/net/acc0/statistics/tx_dropped
}

# own_packets: what the router itself has had to say, to anybody
own_packets() {
	in_ns "$NAR" awk '$1 == "Ip6OutRequests" { print $2 }' /proc/net/snmp6
}

# in_order FILE: how many numbers there are; fails if they do not increase
in_order() {
	awk -F, 'NR > 1 { if ($1 + 0 <= last + 0 && NR > 2) bad = 1; last = $1; n++ }
		END { print n; exit bad }' "$1"
}

# flap NETNS DEV UP-COMMANDS: a link that is down, and up again
flap() {
	local lost own sent got refused

	next
	both "$MN"
	begin target link dev acc0 lladdr $MN_MAC
	lost=$(lost_on_wire) own=$(own_packets)
	lib_batch -n "$1" <<<"link set $2 down"
	counters "$NAR" id ${CASE}2
	# While its other end goes the link refuses what it is given.
	sent=${COUNT[sent]} refused=${COUNT[drops]}
	check "$EVENT: at most what was on the wire is dropped" \
		[ "${refused:-xmit $(($(lost_on_wire) - lost))}" = "xmit $(($(lost_on_wire) - lost))" ]
	check "$EVENT: what was being drained waits" \
		wait_counted "COUNT[buffered] >= ${COUNT[buffered]} + 40" "$NAR" id ${CASE}2
	is "$EVENT: and none of it is sent or dropped" \
		"${COUNT[gate]} ${COUNT[sent]} ${COUNT[drops]}" "draining $sent $refused"
	lib_batch -n "$1" <<<"$3"
	check "$EVENT: with the link it goes on by itself" \
		wait_counted "COUNT[sent] > $sent + 2" "$NAR" id ${CASE}2
	finish
	fence "$LIB_TMP/$HOLD" "$HOLD"
	fence "$LIB_TMP/$DRAIN" "$DRAIN"
	is "$EVENT: what was held arrives, all of it and in order" \
		"$(arrived "$LIB_TMP/$HOLD")" "0-$((SENT[$HOLD] - 1)) fence"
	check "$EVENT: so does what was being drained, in order" in_order "$LIB_TMP/$DRAIN"
	got=$(in_order "$LIB_TMP/$DRAIN")
	lost=$(($(lost_on_wire) - lost)) own=$(($(own_packets) - own))
	check "$EVENT: all but what was on the wire" [ $((SENT[$DRAIN] + 1 - got)) -le $lost ]
	check "$EVENT: of which only the router's own may not be missed" \
		[ $((SENT[$DRAIN] + 1 - got)) -ge $((lost - own)) ]
	all_sent "" "$refused"
	end
}

carrier_flaps() {
	EVENT="the carrier is lost and returns"
	flap "$MN" wlan0 "link set wlan0 up"
}

link_flaps() {
	EVENT="the link is set down and up"
	flap "$NAR" acc0 "link set acc0 up
addr replace $NAR_ADDR/64 dev acc0 nodad
addr replace $NAR_LL/64 dev acc0 nodad"
}

# ---- packets that fit for a while ---------------------------------------

# shrink DEV NETNS WORDS...: the link's MTU does, to less than some packets that
# wait, and recovers
shrink() {
	local address dev=$1 ns=$2

	shift 2
	next
	both "$ns"
	begin "$@"
	for address in "$HOLD" "$DRAIN"; do
		in_ns "$CN" udplog send --to "$address" --port 17001 --count 5 --size 1400 \
			--log "$LIB_TMP/big"
	done
	lib_batch -n "$NAR" <<<"link set $dev mtu 1300"
	fmip binding change id ${CASE}2 release rate 150
	check "$EVENT: what does not fit is dropped when it is to be sent" \
		wait_counted "COUNT[dropped] >= 5" "$NAR" id ${CASE}2
	lib_batch -n "$NAR" <<<"link set $dev mtu 1500"
	MORE=5 finish
	complete
	all_sent "" "too-big 5"
	end
}

link_shrinks() {
	EVENT="the link's MTU shrinks and recovers"
	shrink acc0 "$MN" target link dev acc0 lladdr $MN_MAC
}

underlay_shrinks() {
	EVENT="the underlay's MTU shrinks and recovers"
	fmip tunnel add id 1 local 2001:db8:3::1 remote $FAR_ADDR
	shrink acc1 "$FAR" target tunnel 1
}

# ---- tunnels whose ground moves -----------------------------------------

address_removed() {
	EVENT="the tunnel's local address goes and returns"
	next
	lib_batch -n "$NAR" <<<"addr add $LOCAL/128 dev lo"
	lib_batch -n "$FAR" <<-END
		link add name far1 type ip6tnl mode any local $FAR_ADDR remote $LOCAL encaplimit none
		link set far1 up
	END
	fmip tunnel add id 1 local $LOCAL remote $FAR_ADDR
	both "$FAR"
	begin target tunnel 1
	lib_batch -n "$NAR" <<<"addr del $LOCAL/128 dev lo"
	check "$EVENT: the release goes on without it" \
		wait_counted "COUNT[sent] >= ${COUNT[sent]} + 5" "$NAR" id ${CASE}2
	lib_batch -n "$NAR" <<<"addr add $LOCAL/128 dev lo"
	finish
	complete
	all_sent
	end
}

# routed_to_two: both nodes are the far end of a tunnel, but the route goes to one
routed_to_two() {
	lib_batch -n "$FAR" <<-END
		addr add $REMOTE/128 dev lo
		link add name far2 type ip6tnl mode any local $REMOTE remote 2001:db8:3::1 encaplimit none
		link set far2 up
	END
	lib_batch -n "$MN" <<-END
		addr add $REMOTE/128 dev lo
		link add name mn2 type ip6tnl mode any local $REMOTE remote 2001:db8:3::1 encaplimit none
		link set mn2 up
	END
	lib_batch -n "$NAR" <<-END
		neigh replace $MN_LL lladdr $MN_MAC dev acc0 nud permanent
		route add $REMOTE via $FAR_ADDR dev acc1
	END
}

# divided FILE FILE BEFORE AFTER: the first has the numbers up to one of those that
# were sent between these counts, and the other one all the others
divided() {
	local old new last

	old=$(arrived "$1") new=$(arrived "$2")
	echo "$old, then $new; $3 to $4 had been sent"
	last=${old#0-}
	[[ $old == 0-* && $new == "$((last + 1))-$((SENT[$DRAIN] - 1)) fence" ]] &&
		((last + 1 >= $3 && last + 1 <= $4))
}

route_changed() {
	local before

	EVENT="the route changes under a tunnel"
	next
	routed_to_two
	fmip tunnel add id 1 local 2001:db8:3::1 remote $REMOTE
	both "$MN"
	listen old.hold "$FAR" "$HOLD"
	listen old.drain "$FAR" "$DRAIN"
	begin target tunnel 1
	counters "$NAR" id ${CASE}2
	before=${COUNT[sent]}
	lib_batch -n "$NAR" <<<"route replace $REMOTE via $MN_LL dev acc0"
	counters "$NAR" id ${CASE}2
	set -- "$before" "${COUNT[sent]}"
	wait_counted "COUNT[sent] >= $2 + 5" "$NAR" id ${CASE}2
	finish
	fence "$LIB_TMP/$HOLD" "$HOLD"
	fence "$LIB_TMP/$DRAIN" "$DRAIN"
	unheard old.hold
	unheard old.drain
	is "$EVENT: nothing of what was held goes the old way" "$(arrived "$LIB_TMP/old.hold")" ""
	is "$EVENT: but all of it the new one, in order" \
		"$(arrived "$LIB_TMP/$HOLD")" "0-$((SENT[$HOLD] - 1)) fence"
	check "$EVENT: what is being drained goes the new way at once, and is complete" \
		divided "$LIB_TMP/old.drain" "$LIB_TMP/$DRAIN" "$1" "$2"
	all_sent
	end
}

# ---- neighbours ---------------------------------------------------------

# An address is asked for only where it is the interface's own.
neighbour_removed() {
	EVENT="the node's neighbour entry is removed"
	next
	HOLD=$NCOA DRAIN=$NCOA2
	both "$MN"
	begin target link dev acc0
	in_ns "$NAR" ip neigh del "$DRAIN" dev acc0 || bail "there is no neighbour entry"
	check "$EVENT: the release goes on when the node has been found again" \
		wait_counted "COUNT[sent] >= ${COUNT[sent]} + 5" "$NAR" id ${CASE}2
	finish
	complete
	all_sent
	end
}

next_hop_removed() {
	EVENT="the next hop's neighbour entry is removed"
	next
	fmip tunnel add id 1 local 2001:db8:3::1 remote $FAR_ADDR
	both "$FAR"
	begin target tunnel 1
	in_ns "$NAR" ip neigh del $FAR_ADDR dev acc1 || bail "there is no neighbour entry"
	check "$EVENT: the release goes on" \
		wait_counted "COUNT[sent] >= ${COUNT[sent]} + 5" "$NAR" id ${CASE}2
	finish
	complete
	all_sent
	end
}

# ---- processors ---------------------------------------------------------

cpu() {
	echo "$1" >/sys/devices/system/cpu/cpu1/online || bail "the processor stays"
}

# The release begins on the one that goes, and so does its timer.
processor_goes() {
	EVENT="a processor goes and returns"
	next
	both "$MN"
	at_exit cpu 1
	OPEN=(taskset -c 1)
	begin target link dev acc0 lladdr $MN_MAC
	cpu 0
	check "$EVENT: the release goes on without it" \
		wait_counted "COUNT[sent] >= ${COUNT[sent]} + 5" "$NAR" id ${CASE}2
	cpu 1
	finish
	complete
	all_sent
	end
}

# nodes: both have the addresses of all cases, whichever way they are reached
nodes() {
	local ns i

	for ns in "$MN" "$FAR"; do
		for i in {1..11}; do
			echo "addr add $NET:$i:1/128 dev lo nodad"
			echo "addr add $NET:$i:2/128 dev lo nodad"
		done | ip -6 -n "$ns" -batch - || bail "the nodes have no addresses"
	done
	lib_batch -n "$NAR" <<<"route add unreachable $NET:/64"
}

need ip udplog fmipctl jq nft taskset
load_module
topo_router
nodes
exec {READY}<> <(:)
background fmipctl -j -s -n "$NAR" monitor ready-fd "$READY" >"$EVENTS"
read -r -t 10 -u "$READY" || bail "fmipctl monitor does not listen"
# A node that has been off its link has lost its addresses there.
neighbour_removed
next_hop_removed
target_unregistered
match_unregistered
carrier_flaps
link_flaps
link_shrinks
underlay_shrinks
address_removed
route_changed
if [[ -w /sys/devices/system/cpu/cpu1/online ]]; then
	processor_goes
else
	skip "a processor goes and returns" "there is none that can"
fi
topo_down
check "and the module can be unloaded" rmmod fmip
tap_done
