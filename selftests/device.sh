#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Interfaces and addresses go while they are used: with packets parked, released
# and forwarded.  Nothing may hang, what names an interface goes with it, and is
# told and counted, and a link that is down costs nothing.  And the fmip device
# shows and counts what goes through tunnels.

. "$(dirname "$0")/lib.sh"

NET=2001:db8:2:		# with ":N" a node of the router
TUNNEL_ADDR=2001:db8:3::1
SENDERS=()

# soon COMMAND...: it ends, well, and before anything can be said to hang
soon() {
	timeout -k 1 60 "$@"
}

# The counters are not read in one instant, so that it is asked again while
# packets are on their way.
adds_up() {
	busywait "$WAIT_MS" eval 'counters "$NAR" && balanced' || ! counts
}

# stream NETNS ADDRESS [UDPLOG-ARGUMENT]...: packets to it until quiet
stream() {
	background in_ns "$1" udplog send --to "$2" --port 7100 --rate 40 --time 3000 \
		--log /dev/null "${@:3}"
	SENDERS+=($!)
}

quiet() {
	local pid

	for pid in "${SENDERS[@]}"; do
		stop "$pid" KILL
	done
	SENDERS=()
}

# fill ADDRESS PORT COUNT [UDPLOG-ARGUMENT]...: so many packets to it
fill() {
	in_ns "$CN" udplog send --to "$1" --port "$2" --count "$3" --log "$LIB_TMP/fill" "${@:4}"
}

# ---- access interfaces --------------------------------------------------

# access N: another access interface, accN, with five bindings that name it and
# one that does not.  All but the third have parked 20 packets.
access() {
	local i

	lib_batch <<<"link add name acc$1 netns $NAR type veth peer name far$1 netns $FAR"
	lib_batch -n "$FAR" <<-END
		link set far$1 addrgenmode none
		link set far$1 up
	END
	lib_batch -n "$NAR" <<-END
		link set acc$1 addrgenmode none
		link set acc$1 up
		addr add fe80::2:$1/64 dev acc$1 nodad
	END
	fmipctl -n "$NAR" -b - <<-END || bail "the bindings were refused"
		tunnel add id $1 local $TUNNEL_ADDR remote $FAR_ADDR
		binding add id ${1}1 dst $NET:${1}1 gate hold target link dev acc$1 proxy $NET:${1}1 dev acc$1 attach una dev acc$1
		binding add id ${1}2 dst $NET:${1}2 gate hold target link dev acc$1 lladdr $MN_MAC release rate 1
		binding add id ${1}3 dst $NET:${1}3 target link dev acc$1 lladdr $MN_MAC
		binding add id ${1}4 dst $NET:${1}4 gate hold target tunnel $1 proxy $NET:${1}4 dev acc$1
		binding add id ${1}5 dst $NET:${1}5 gate hold attach una dev acc$1 action event
		binding add id ${1}6 dst $NET:${1}6 gate hold target link dev acc0 proxy $NET:${1}6 dev acc0
	END
	for i in 1 2 4 5 6; do
		fill $NET:$1$i 7200 20
	done
	wait_counted "COUNT[buffered] == 100" "$NAR" || bail "the packets are not parked: $(counts)"
	stream "$CN" $NET:${1}3
	fmipctl -n "$NAR" binding change id ${1}2 gate open
	wait_counted "COUNT[sent] > 5" "$NAR" id ${1}3 || bail "the packets are not forwarded"
}

# removed BINDING FILTER: that was told, once, with such statistics
removed() {
	jq -es "map(select(.event == \"removed\" and .binding == $1)) |
		length == 1 and (.[0].stats | $2)" "$EVENTS" || ! cat "$EVENTS"
}

held_removed() { # held_removed BINDING...
	local id

	for id; do
		removed "$id" '.buffered.packets == 0 and .dropped == {device: 20}' || return
	done
}

# after_access N: what must be when accN is no more
after_access() {
	local i

	is "what names it goes, and nothing else" \
		"$(fmipctl -n "$NAR" binding show | cut -d " " -f 2)" "${1}6"
	for i in 3 5; do
		busywait "$WAIT_MS" grep -q "\"removed\".*\"binding\":$1$i," "$EVENTS"
	done
	check "that is told, and what it held counted" held_removed "${1}1" "${1}4" "${1}5"
	check "so it is for one that was draining" removed "${1}2" \
		'.buffered.packets == 0 and .sent.packets + .dropped.device == 20'
	check "and for one that was open" removed "${1}3" '.buffered.packets == 0'
	check "what does not name it keeps what it holds" \
		counted "COUNT[buffered] == 20" "$NAR" id "${1}6"
	quiet
	check "the counters add up" adds_up
	fmipctl -n "$NAR" -b - <<<$'binding flush\ntunnel flush'
}

test_access() {
	access 3
	check "an access interface goes" soon ip -n "$NAR" link del acc3
	after_access 3
	access 4
	check "an access interface moves to another namespace" \
		soon ip -n "$NAR" link set acc4 netns "$CN"
	after_access 4
	check "and is usable there" \
		eval 'ip -n "$CN" link set acc4 up && soon ip -n "$CN" link del acc4'
}

# ---- a link that is down, and one that has shrunk -----------------------

listen() { # listen NETNS ADDRESS PORT COUNT: takes so many packets
	background in_ns "$1" udplog recv --bind "$2" --port "$3" --count "$4" --wait 60000 \
		--log "$LIB_TMP/received" >"$LIB_TMP/ready"
	RECEIVER=$!
	wait_line "$WAIT_MS" "$LIB_TMP/ready" ready || bail "udplog does not listen"
}

test_link_down() {
	fmipctl -n "$NAR" binding add id 10 dst $NCOA gate hold target link dev acc0 \
		proxy $NCOA dev acc0 attach una dev acc0
	fill $NCOA 7300 20
	wait_counted "COUNT[buffered] == 20" "$NAR" id 10
	ip -n "$NAR" link set acc0 down
	fill $NCOA 7300 20 --first 20
	check "with the link down packets are still parked" \
		wait_counted "COUNT[buffered] == 40" "$NAR" id 10
	lib_batch -n "$NAR" <<-END
		link set acc0 up
		addr replace $NAR_ADDR/64 dev acc0 nodad
		addr replace $NAR_LL/64 dev acc0 nodad
	END
	in_ns "$MN" ndsend dad --dev wlan0 --target $NCOA --eth-src 02:00:00:00:00:77
	check "with the link up again the address is still defended" \
		wait_counted "COUNT[answers] == 1" "$NAR" id 10
	listen "$MN" $NCOA 7300 40
	in_ns "$MN" ndsend una --dev wlan0 --target $NCOA
	wait "$RECEIVER"
	is "and the node gets all in order" "$(arrived "$LIB_TMP/received")" 0-39

	ip -n "$NAR" link set acc0 down
	fill $NCOA 7300 5
	check "sent to a link that is down, packets are counted as dropped" \
		wait_counted "COUNT[dropped] == 5" "$NAR" id 10
	is "as the interface's" "${COUNT[drops]}" "xmit 5"
	lib_batch -n "$NAR" <<-END
		link set acc0 up
		addr replace $NAR_ADDR/64 dev acc0 nodad
		addr replace $NAR_LL/64 dev acc0 nodad
	END
	fmipctl -n "$NAR" binding del id 10
}

test_mtu() {
	fmipctl -n "$NAR" binding add id 11 dst $NCOA gate hold target link dev acc0 \
		attach una dev acc0
	fill $NCOA 7301 5 --size 1400
	fill $NCOA 7302 5
	wait_counted "COUNT[buffered] == 10" "$NAR" id 11
	ip -n "$NAR" link set acc0 mtu 1280
	listen "$MN" $NCOA 7302 5
	in_ns "$MN" ndsend una --dev wlan0 --target $NCOA
	wait "$RECEIVER"
	is "parked when the MTU was larger: what fits arrives" "$(arrived "$LIB_TMP/received")" 0-4
	counters "$NAR" id 11
	is "what does not is counted" "$(counts)" "open received 10 sent 5 buffered 0 too-big 5"
	# The socket that sent is closed; what has come is counted all the same.
	check "and its sender told the MTU" busywait "$WAIT_MS" in_ns "$CN" \
		grep -q "^Icmp6InPktTooBigs[[:space:]]*[1-9]" /proc/net/snmp6
	fmipctl -n "$NAR" binding del id 11
	ip -n "$NAR" link set acc0 mtu 1500
}

# ---- the underlay -------------------------------------------------------

test_underlay() {
	lib_batch <<<"link add name up2 netns $NAR type veth peer name eth2 netns $CN"
	lib_batch -n "$CN" <<-END
		link set eth2 addrgenmode none
		link set eth2 up
		addr add 2001:db8:e::2/64 dev eth2 nodad
	END
	lib_batch -n "$NAR" <<-END
		link set up2 addrgenmode none
		link set up2 up
		addr add 2001:db8:e::1/64 dev up2 nodad
		route add unreachable 2001:db8:e::/64 metric 5000
		route add 2001:db8:d::2 via 2001:db8:e::2 dev up2
	END
	fmipctl -n "$NAR" -b - <<-END || bail "the bindings were refused"
		tunnel add id 7 local $TUNNEL_ADDR remote 2001:db8:e::2
		tunnel add id 8 local $TUNNEL_ADDR remote 2001:db8:d::2 dev up2
		binding add id 71 dst $NET:71 target tunnel 7
		binding add id 72 dst $NET:72 gate hold target tunnel 7
		binding add id 73 dst $NET:73 gate hold target tunnel 7 release rate 1
		binding add id 74 dst $NET:74 gate hold target tunnel 8
	END
	stream "$CN" $NET:71
	fill $NET:72 7400 20
	fill $NET:73 7400 20
	fill $NET:74 7400 20
	wait_counted "COUNT[sent] > 5 && COUNT[buffered] == 60" "$NAR" ||
		bail "the packets do not reach the bindings: $(counts)"
	fmipctl -n "$NAR" binding change id 73 gate open
	check "the underlay's interface goes" soon ip -n "$NAR" link del up2
	check "what comes is dropped for want of a route" \
		eval 'wait_counted "COUNT[dropped] > 5" "$NAR" id 71 && [[ ${COUNT[drops]} == no-route* ]]'
	check "what was parked stays" counted "COUNT[buffered] == 20" "$NAR" id 72
	fmipctl -n "$NAR" -b - <<-END
		binding change id 72 gate open release immediate
		binding change id 74 gate open release immediate
	END
	wait_counted "COUNT[buffered] == 0" "$NAR" id 72
	is "until it is released, and dropped as well" "$(counts)" \
		"open received 20 sent 0 buffered 0 no-route 20"
	wait_counted "COUNT[buffered] == 0" "$NAR" id 74
	is "a tunnel bound to the interface takes no other" "$(counts)" \
		"open received 20 sent 0 buffered 0 no-route 20"
	quiet
	check "the counters add up" adds_up
	fmipctl -n "$NAR" -b - <<<$'binding flush\ntunnel flush'
}

test_local_address() {
	local received decap

	lib_batch -n "$FAR" <<-END
		addr add $NET:24/128 dev wlan0 nodad
		route add $CN_ADDR/128 dev far0
	END
	fmipctl -n "$NAR" -b - <<-END || bail "the bindings were refused"
		tunnel add id 1 local $TUNNEL_ADDR remote $FAR_ADDR
		binding add id 24 dst $NET:24 target tunnel 1 accept tunnel 1 from src
	END
	stream "$CN" $NET:24
	stream "$FAR" $CN_ADDR --bind $NET:24
	wait_counted "COUNT[sent] > 10 && COUNT[decap] > 10" "$NAR" id 24 ||
		bail "the tunnel carries nothing: $(counts)"
	lib_batch -n "$NAR" <<<"addr del $TUNNEL_ADDR/64 dev acc1"
	received=${COUNT[received]}
	check "without the tunnel's address the binding stays" \
		wait_counted "COUNT[received] > $received + 10" "$NAR" id 24
	received=${COUNT[received]} decap=${COUNT[decap]}
	check "and nothing comes out of the tunnel" \
		eval 'wait_counted "COUNT[received] > $received + 20" "$NAR" id 24 &&
			((COUNT[decap] == decap))'
	lib_batch -n "$NAR" <<<"addr add $TUNNEL_ADDR/64 dev acc1 nodad"
	check "with it something does again" \
		wait_counted "COUNT[decap] > $decap" "$NAR" id 24
	listen "$FAR" $NET:24 7500 10
	fill $NET:24 7500 10
	wait "$RECEIVER"
	is "and what is sent into it arrives" "$(arrived "$LIB_TMP/received")" 0-9
	quiet
	check "the counters add up" adds_up
}

# ---- the fmip device ----------------------------------------------------

# device_stats: packets and bytes, in and out
device_stats() {
	ip -n "$NAR" -s -j link show dev fmip0 |
		jq -r '.[0].stats64 | "\(.rx.packets) \(.rx.bytes) \(.tx.packets) \(.tx.bytes)"'
}

# back_and_forth NAME: ten packets into the tunnel and seven out of it, which the
# device has counted
back_and_forth() {
	local before after i

	read -r -a before <<<"$(device_stats)"
	listen "$FAR" $NET:24 7600 10
	fill $NET:24 7600 10 --size 100
	wait "$RECEIVER"
	listen "$CN" $CN_ADDR 7601 7
	in_ns "$FAR" udplog send --to $CN_ADDR --bind $NET:24 --port 7601 --count 7 --size 200 \
		--log "$LIB_TMP/fill"
	wait "$RECEIVER"
	read -r -a after <<<"$(device_stats)"
	for i in "${!after[@]}"; do
		((after[i] -= before[i]))
	done
	is "$1" "${after[*]}" "7 $((7 * 248)) 10 $((10 * 148))"
}

# captured in|out: how many packets, to which port, their hop limit and length
captured() {
	dissect "$LIB_TMP/$1.pcap" ipv6 udp.dstport ipv6.hlim frame.len | sort | uniq -c |
		tr -s ' \t' ' '
}

test_fmip_device() {
	back_and_forth "the fmip device counts the inner packets"
	capture_start "$NAR" fmip0 "$LIB_TMP/in.pcap" -Q in
	capture_start "$NAR" fmip0 "$LIB_TMP/out.pcap" -Q out
	back_and_forth "also when somebody looks at them"
	capture_stop "$LIB_TMP/in.pcap"
	capture_stop "$LIB_TMP/out.pcap"
	is "what comes out of a tunnel is received on it" "$(captured in)" " 7 7601 64 248"
	is "what goes into one is sent on it" "$(captured out)" " 10 7600 63 148"
}

load_module
dmesg_mark
topo_router
EVENTS=$LIB_TMP/events
exec {READY}<> <(:)
background fmipctl -j -s -n "$NAR" monitor ready-fd "$READY" >"$EVENTS"
read -r -t 10 -u "$READY" || bail "fmipctl monitor does not listen"
test_access
test_link_down
test_mtu
test_underlay
test_local_address
test_fmip_device
check "the kernel has nothing to say" dmesg_clean
tap_done
