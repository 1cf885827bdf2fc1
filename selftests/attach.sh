#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The node's arrival: which advertisement opens the gate, and which does not,
# whatever the neighbour table said before; that what was buffered then goes to
# the node in order without a solicitation, and before anybody is told.
#
# The node does not answer solicitations: a router that asks has lost.

. "$(dirname "$0")/lib.sh"

OTHER_MAC=02:00:00:00:00:99
OTHER=$NCOA2		# another binding's address
EVENTS=$LIB_TMP/events
CAPTURE=$LIB_TMP/link.pcap

fmip() {
	fmipctl -n "$NAR" "$@"
}

listen() {
	exec {READY}<> <(:)
	background fmipctl -j -s -n "$NAR" monitor ready-fd "$READY" >"$EVENTS"
	read -r -t 10 -u "$READY" || bail "fmipctl monitor does not listen"
	capture_start "$MN" wlan0 "$CAPTURE" "icmp6 or udp"
}

# held [ADDRESS]: all that was sent is
held() {
	wait_counted "COUNT[buffered] == BURST" "$NAR" dst "${1-$NCOA}" ||
		bail "the packets are not held: $(counts)"
}

gate_is() { # gate_is GATE [ADDRESS]
	counters "$NAR" dst "${2-$NCOA}" && [[ ${COUNT[gate]} == "$1" ]]
}

neighbour() { # neighbour: the entry of the NCoA
	ip -n "$NAR" -6 neigh show $NCOA dev acc0
}

# hold [ADDRESS [BINDING-ARGUMENT]...]: a binding with $BURST packets in it
hold() {
	local addr=${1-$NCOA}

	fmip binding add dst "$addr" gate hold target link dev acc0 attach una dev acc0 "${@:2}" ||
		bail "the binding was refused"
	burst "$addr"
	held "$addr"
}

una() {
	in_ns "$MN" ndsend una --dev wlan0 --target $NCOA "$@" || bail "ndsend: $*"
}

# ---- what opens the gate ------------------------------------------------

set_state() { # set_state STATE: of the neighbour entry
	ip -n "$NAR" -6 neigh del $NCOA dev acc0 2>/dev/null
	case $1 in
	none) ;;
	incomplete)
		# What the router itself sends is not for the binding.
		in_ns "$NAR" ping -q -c 1 -W 1 $NCOA >/dev/null 2>&1 &
		LIB_PIDS+=($!)
		busywait "$WAIT_MS" neighbour_is INCOMPLETE
		;;
	failed) ip -n "$NAR" -6 neigh add $NCOA dev acc0 nud failed ;;
	*) ip -n "$NAR" -6 neigh add $NCOA lladdr $OTHER_MAC dev acc0 nud "$1" ;;
	esac || bail "the neighbour entry cannot be made $1"
}

neighbour_is() {
	[[ $(neighbour) == *" $1"* ]]
}

# Sent to at once, a STALE entry is in DELAY.
learnt() {
	neighbour | grep -E "lladdr $MN_MAC (STALE|DELAY)" || ! neighbour
}

# told EVENT BINDING LLADDR: there has been such an event; prints it
told() {
	grep "\"event\":\"$1\",.*\"binding\":$2,.*\"address\":\"$NCOA\",.*\"lladdr\":\"$3\"" "$EVENTS"
}

is_told() {
	busywait "$WAIT_MS" told "$@"
}

# told_late BINDING: by the time of the event packets had been sent to the node
told_late() {
	is_told attached "$1" $MN_MAC && told attached "$1" ".*" | head -n 1 | grep '"sent":{"packets":[1-9]'
}

# opens STATE-BEFORE HOW [NDSEND-ARGUMENT]...
opens() {
	local before=$1 how=$2 id

	shift 2
	CASE=$((CASE + 1))
	id=$((100 + CASE))
	hold $NCOA id $id
	burst_wait $NCOA
	set_state "$before"
	una "$@"
	check "a UNA to $how, the entry being $before: all arrive in order" burst_arrived
	check "and the gate is open, and the router knows where the node is" \
		eval 'busywait "$WAIT_MS" gate_is open && learnt'
	check "and has told, after the first packet" told_late $id
	check "and how long that one took" counted "COUNT[first_release] > 0" "$NAR" id $id
	fmip binding del id $id
}

test_opens() {
	opens none "all nodes"
	opens none "the router" --dst $NAR_ADDR --eth-dst $NAR_MAC
	opens incomplete "all nodes"
	opens reachable "all nodes"
	opens stale "the router's link-local address" --dst $NAR_LL --eth-dst $NAR_MAC
	opens failed "all nodes"
	opens probe "all nodes"
}

test_permanent() {
	CASE=$((CASE + 1))
	hold
	set_state permanent
	una
	check "a permanent entry does not keep the gate closed" busywait "$WAIT_MS" gate_is open
	check "and stays, as the operator made it" \
		grep -q "lladdr $OTHER_MAC PERMANENT" <(neighbour)
	fmip binding del dst $NCOA

	CASE=$((CASE + 1))
	hold $NCOA lladdr $MN_MAC
	burst_wait $NCOA
	una
	check "unless the binding names the node: then all arrive" burst_arrived
	check "and it has given way" learnt
	fmip binding del dst $NCOA
}

test_named() {
	CASE=$((CASE + 1))
	fmip binding add dst $NCOA gate hold target link dev acc0 lladdr $MN_MAC \
		attach una dev acc0 lladdr $MN_MAC
	set_state none
	burst $NCOA
	held
	burst_wait $NCOA
	una
	check "to a target with a link-layer address all arrive in order" burst_arrived
	fmip binding del dst $NCOA
}

# ---- what does not ------------------------------------------------------

# shellcheck disable=SC2154
# still REJECTED: nothing has happened, but that so many have been rejected
still() {
	round_trip
	counters "$NAR" id 50
	echo "$(counts) attached ${COUNT[attached]} rejected ${COUNT[rejected]}"
	neighbour
	[[ ${COUNT[gate]} == hold && ${COUNT[attached]} == 0 && ${COUNT[rejected]} == "$1" &&
		! $(neighbour) =~ $MN_MAC|$OTHER_MAC ]] && ((COUNT[buffered] == BURST))
}

ignored() { # ignored NAME [NDSEND-ARGUMENT]...
	una "${@:2}"
	check "$1: ignored" still $REJECTED
}

rejected() { # rejected NAME [NDSEND-ARGUMENT]...
	una "${@:2}"
	check "$1: rejected, and counted" still $((++REJECTED))
}

test_invalid() {
	local mac

	CASE=$((CASE + 1))
	REJECTED=0
	set_state none
	fmip binding add id 50 dst $NCOA gate hold target link dev acc0 attach una dev acc0 \
		lladdr $MN_MAC proxy $NCOA dev acc0
	burst $NCOA
	held

	ignored "no target link-layer address" --no-lladdr
	ignored "hop limit 64" --hop-limit 64
	ignored "a bad checksum" --bad-checksum
	ignored "cut short" --truncate 20
	ignored "cut within its option" --truncate 30
	ignored "S flag, from another node" --flags s --lladdr $OTHER_MAC
	ignored "O flag, from another node" --flags o --lladdr $OTHER_MAC
	ignored "R flag, from another node" --flags r --lladdr $OTHER_MAC
	rejected "from another address" --src $MN_LL
	rejected "a multicast link-layer address" --lladdr 33:33:00:00:00:01
	rejected "a link-layer address of zeros" --lladdr 00:00:00:00:00:00
	rejected "not the link-layer address that was named" --lladdr $OTHER_MAC
	check "which is told" \
		is_told rejected 50 $OTHER_MAC

	check "through all of this the address was defended" \
		grep -q " proxy $NCOA dev acc0" <(fmip binding show id 50)
	mac=$(in_ns "$NAR" cat /sys/class/net/up1/address)
	in_ns "$CN" ndsend una --dev eth1 --target $NCOA --lladdr $MN_MAC \
		--dst 2001:db8:d::1 --eth-dst "$mac"
	in_ns "$CN" ping -q -c 1 -W 10 2001:db8:d::1 >/dev/null
	check "on another interface: rejected, and counted" still $((++REJECTED))

	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table ip6 selftest {
			chain input {
				type filter hook input priority 0
				icmpv6 type nd-neighbor-advert drop
			}
		}
	END
	una
	check "a UNA that INPUT drops does nothing" still $REJECTED
	in_ns "$NAR" nft delete table ip6 selftest
	check "none of these was believed" eval '! told attached 50 ".*"'

	test_flags
	burst_wait $NCOA
	una
	check "after all that the right one opens the gate" burst_arrived
	check "and ends the defence" eval '! grep proxy <(fmip binding show id 50)'
	una
	una
	check "sent again it is harmless" eval 'round_trip; gate_is open && ((COUNT[attached] == 3))'
	is "and no news" "$(told attached 50 $MN_MAC | wc -l)" 1
	fmip binding del id 50
}

# From the node itself, which does not mean its arrival by it.
test_flags() {
	una --flags s
	check "S flag: the gate stays closed" eval 'round_trip; gate_is hold && ((COUNT[attached] == 0))'
	una --flags r
	check "R flag: the gate stays closed" eval 'round_trip; gate_is hold && ((COUNT[attached] == 0))'
	una --flags o
	check "O flag: the gate stays closed" eval 'round_trip; gate_is hold && ((COUNT[attached] == 0))'
	check "and all is still held" [ "${COUNT[buffered]}" -eq $BURST ]
	fmip binding change id 50 proxy $NCOA dev acc0
}

# ---- other ways ---------------------------------------------------------

test_event_only() {
	CASE=$((CASE + 1))
	set_state none
	fmip binding add id 60 dst $NCOA gate hold target link dev acc0 \
		attach una dev acc0 action event proxy $NCOA dev acc0
	burst $NCOA
	held
	una
	check "with action event it is told" is_told attached 60 $MN_MAC
	check "and that is all" eval 'round_trip; gate_is hold && ((COUNT[buffered] == BURST))'
	check "the defence goes on" grep -q " proxy $NCOA dev acc0" <(fmip binding show id 60)
	check "and no entry is made" eval '[[ $(neighbour) != *"$MN_MAC"* ]]'
	burst_wait $NCOA
	fmip binding change id 60 gate open target link dev acc0 lladdr $MN_MAC
	check "told to open, all arrive in order" burst_arrived
	fmip binding del id 60
}

test_two() {
	CASE=$((CASE + 1))
	set_state none
	hold $OTHER
	hold $NCOA
	burst_wait $NCOA
	una
	check "of two bindings one opens" burst_arrived
	check "the other stays closed" gate_is hold $OTHER
	check "with all that it holds" [ "${COUNT[buffered]}" -eq $BURST ]
	burst_wait $OTHER
	in_ns "$MN" ndsend una --dev wlan0 --target $OTHER
	check "until its own node is there" burst_arrived
	fmip binding flush
}

# The agent has seen the UNA, and makes a binding that is open.
test_before() {
	CASE=$((CASE + 1))
	set_state none
	una
	round_trip
	fmip binding add dst $NCOA gate open target link dev acc0 lladdr $MN_MAC
	burst_wait $NCOA
	burst $NCOA
	check "a UNA before its binding: made open, it delivers at once" burst_arrived
	check "without buffering" counted "COUNT[peak] == 0" "$NAR" dst $NCOA
	fmip binding del dst $NCOA

	CASE=$((CASE + 1))
	ip -n "$NAR" -6 neigh replace $NCOA lladdr $MN_MAC dev acc0 nud reachable
	fmip binding add dst $NCOA gate open target link dev acc0
	burst_wait $NCOA
	burst $NCOA
	check "so it does by the neighbour table" burst_arrived
	fmip binding del dst $NCOA
}

flood() { # flood N: advertisements with a wrong link-layer address
	in_ns "$MN" python3 -S -E - "$MN_MAC" $NCOA "$1" <<-'END'
		import socket, struct, sys, time

		mac = bytes.fromhex(sys.argv[1].replace(":", ""))
		target = socket.inet_pton(socket.AF_INET6, sys.argv[2])
		nodes = socket.inet_pton(socket.AF_INET6, "ff02::1")
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("wlan0", 0))
		for i in range(int(sys.argv[3])):
		    body = (b"\x88\0\0\0\0\0\0\0" + target + b"\x02\x01\x02\0\0\0" +
		            struct.pack("!H", 0x1000 + i))
		    data = target + nodes + struct.pack("!II", len(body), 58) + body
		    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
		    total = (total & 0xffff) + (total >> 16)
		    check = ~((total & 0xffff) + (total >> 16)) & 0xffff
		    s.send(b"\x33\x33\0\0\0\x01" + mac + b"\x86\xdd\x60\0\0\0" +
		           struct.pack("!HBB", len(body), 58, 255) + target + nodes +
		           body[:2] + struct.pack("!H", check) + body[4:])
		    if i % 50 == 0:
		        time.sleep(0.002)
	END
}

# At most 100 a second are told, of which the first may have begun before.
test_flood() {
	local events most begin

	CASE=$((CASE + 1))
	set_state none
	hold $NCOA lladdr $MN_MAC id 70
	begin=${EPOCHREALTIME/[.,]/}
	flood 1000
	check "of a flood of 1000 each is rejected, and counted" \
		wait_counted "COUNT[rejected] == 1000" "$NAR" id 70
	most=$((((${EPOCHREALTIME/[.,]/} - begin) / 1000000 + 2) * 100))
	burst_wait $NCOA
	una
	check "the right one opens the gate all the same" burst_arrived
	check "and is told" is_told attached 70 $MN_MAC
	events=$(told rejected 70 ".*" | wc -l)
	diag "$events of the flood are told, and may be up to $most"
	is "but not each of the flood is told" "$((events > 0 && events <= most))" 1
	fmip binding del id 70
}

# ---- the capture --------------------------------------------------------

read_link() {
	local from to type target port asked=

	capture_stop "$CAPTURE"
	ASKED=
	PACKETS=0
	ELSEWHERE=0
	while IFS=$'\t' read -r from to type target port; do
		if [[ $from == "$MN_MAC" ]]; then
			asked=
		elif [[ $type == 135 ]]; then
			asked=$target
		elif [[ $port != - ]]; then
			PACKETS=$((PACKETS + 1))
			[[ $to == "$OTHER_MAC" ]] && ELSEWHERE=$((ELSEWHERE + 1))
			[[ $asked ]] && ASKED+=" $asked (case $((port - 7000)))"
		fi
	done < <(tshark -n -r "$CAPTURE" -Y "(icmpv6.nd.na.target_address == $NCOA ||
			icmpv6.nd.na.target_address == $OTHER) && eth.src == $MN_MAC ||
			(icmpv6.nd.ns.target_address == $NCOA ||
			icmpv6.nd.ns.target_address == $OTHER) && eth.src == $NAR_MAC ||
			udp.dstport > 7000 && udp.dstport < 7100 && eth.src == $NAR_MAC" \
		-T fields -e eth.src -e eth.dst -e icmpv6.type -e icmpv6.nd.ns.target_address \
		-e udp.dstport 2>/dev/null | sed ':a; s/\t\t/\t-\t/; ta; s/\t$/\t-/')
}

test_capture() {
	read_link
	is "between an arrival and its packets the router asked nobody" "$ASKED" ""
	is "as many packets were on the link as were sent" "$PACKETS" $((BURST * (CASE + 1)))
	is "those to the operator's entry went there" "$ELSEWHERE" $BURST
}

load_module
topo_router
listen
node_is_deaf
test_opens
test_permanent
test_named
test_invalid
test_event_only
test_two
test_before
test_flood
test_capture
tap_done
