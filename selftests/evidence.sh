#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What else counts as the node's arrival, where a binding asks for it: other
# advertisements than in attach.sh, probes, packets, and those of ARP; what of it
# is not believed; and what it does to a gate that is not on hold.
#
# The node does not answer who asks where it is: a router that asks has lost.

. "$(dirname "$0")/lib.sh"

OTHER_MAC=02:00:00:00:00:99
EVENTS=$LIB_TMP/events
CAPTURE=$LIB_TMP/link.pcap

fmip() {
	fmipctl -n "$NAR" "$@"
}

listen() {
	exec {READY}<> <(:)
	background fmipctl -j -n "$NAR" monitor ready-fd "$READY" >"$EVENTS"
	read -r -t 10 -u "$READY" || bail "fmipctl monitor does not listen"
	capture_start "$MN" wlan0 "$CAPTURE" "icmp6 or udp or arp"
}

node_has_ipv4() {
	ip -n "$MN" -4 -batch - <<-END || bail "the node has no address"
		addr add $NODE4/32 dev wlan0
		neigh add $NAR4 lladdr $NAR_MAC dev wlan0 nud permanent
	END
	in_ns "$CN" nft -f - <<-END || bail "nft refused the rules"
		table ip quiet {
			chain input {
				type filter hook input priority 0
				ip protocol 253 drop
			}
		}
	END
}

gate_is() { # gate_is GATE [ADDRESS]
	counters "$NAR" dst "${2-$NCOA}" && [[ ${COUNT[gate]} == "$1" ]]
}

forget() { # forget ADDRESS: the router does not know where it is
	ip -n "$NAR" neigh del "$1" dev acc0 2>/dev/null
}

neighbour() { # neighbour: the entry of the NCoA
	ip -n "$NAR" -6 neigh show $NCOA dev acc0
}

# shellcheck disable=SC2120
una() {
	in_ns "$MN" ndsend una --dev wlan0 --target $NCOA "$@" || bail "ndsend: $*"
}

# ---- what arrives -------------------------------------------------------

# add ID ADDRESS ON [BINDING-ARGUMENT]...: a binding that waits for the evidence ON
add() {
	fmip binding add id "$1" dst "$2" gate hold target link dev acc0 attach "$3" dev acc0 "${@:4}" ||
		bail "the binding was refused"
}

# full ID: all that was sent is held
full() {
	wait_counted "COUNT[buffered] == BURST" "$NAR" id "$1" ||
		bail "the packets are not held: $(counts)"
}

# told EVENT BINDING: prints such events
told() {
	grep "\"event\":\"$1\",.*\"binding\":$2," "$EVENTS"
}

# told_on BINDING EVENT ON: there has been such an event, of that evidence
told_on() {
	busywait "$WAIT_MS" grep "\"event\":\"$2\",.*\"binding\":$1,.*\"on\":\[\"$3\"\]" "$EVENTS"
}

knows() { # knows ADDRESS: the router knows where the node is
	ip -n "$NAR" neigh show "$1" dev acc0 | grep -E "lladdr $MN_MAC (router )?(STALE|DELAY|REACHABLE)"
}

# arrives NAME ON COMMAND...: what the command sends opens the gate, as ON.  $MORE
# is added to the binding.
MORE=()
arrives() {
	local name=$1 on=$2 id

	shift 2
	CASE=$((CASE + 1))
	id=$((100 + CASE))
	forget $NCOA
	add $id $NCOA "$on" "${MORE[@]}"
	burst $NCOA
	full $id
	burst_wait $NCOA
	"$@"
	check "$name: all arrive in order" burst_arrived
	check "the gate is open, and the router knows where the node is" \
		eval 'busywait "$WAIT_MS" gate_is open && knows $NCOA'
	check "and has told what it was" told_on $id attached "$on"
	is "without proxying any more" "$(fmip binding show id $id | grep -c proxy)" 0
	is "or having answered" "$(counter "$NAR" answers id $id)" 0
	fmip binding del id $id
}

na() {
	in_ns "$MN" ndsend na --dev wlan0 --target $NCOA --dst $NAR_ADDR --eth-dst $NAR_MAC "$@" ||
		bail "ndsend: $*"
}

dad() {
	in_ns "$MN" ndsend dad --dev wlan0 --target $NCOA "$@" || bail "ndsend: $*"
}

# data [NETNS DEV FROM-MAC TO-MAC [SOURCE [COUNT]]]: packets that nobody answers
data() {
	in_ns "${1-$MN}" python3 -S -E - "${2-wlan0}" "${3-$MN_MAC}" "${4-$NAR_MAC}" \
		"${5-$NCOA}" "${6-1}" $CN_ADDR $CN4 <<-'END' || bail "data: $*"
		import socket, struct, sys

		def packet(source):
		    if ":" in source:
		        return (b"\x86\xdd\x60\0\0\0\0\0\x3b\x40" +
		                socket.inet_pton(socket.AF_INET6, source) +
		                socket.inet_pton(socket.AF_INET6, sys.argv[6]))
		    head = (b"\x45\0\0\x14\0\0\0\0\x40\xfd\0\0" + socket.inet_aton(source) +
		            socket.inet_aton(sys.argv[7]))
		    total = sum(struct.unpack("!10H", head))
		    total = (total & 0xffff) + (total >> 16)
		    return b"\x08\0" + head[:10] + struct.pack("!H", ~total & 0xffff) + head[12:]

		macs = bytes.fromhex((sys.argv[3] + sys.argv[2]).replace(":", ""))
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[1], 0))
		for i in range(int(sys.argv[5])):
		    s.send(macs + packet(sys.argv[4]))
	END
}

test_na() {
	arrives "a UNA" una una
	arrives "an NA with S and O" na na
	arrives "one without flags, from its link-local address" na na --flags "" --src $MN_LL
	arrives "one with R" na na --flags r
	arrives "one without a link-layer address" na na --no-lladdr
	arrives "a UNA, where any NA counts" na una
	MORE=(lladdr "$MN_MAC" proxy "$NCOA" dev acc0)
	arrives "one that is named, and proxied" na na
}

test_dad() {
	MORE=(proxy "$NCOA" dev acc0)
	arrives "its own probe" dad-ns dad
	MORE=(lladdr "$MN_MAC" proxy "$NCOA" dev acc0)
	arrives "its own probe, it being named" dad-ns dad
}

test_data() {
	MORE=()
	arrives "a packet from it" data data
	MORE=(lladdr "$MN_MAC" proxy "$NCOA" dev acc0)
	arrives "a packet from it, it being named, and proxied" data data
}

# unmoved ID REJECTED: nothing has happened, but that so many have been rejected
unmoved() {
	round_trip
	counters "$NAR" id "$1"
	echo "$(counts) attached ${COUNT[attached]} rejected ${COUNT[rejected]}"
	neighbour
	[[ ${COUNT[gate]} == hold && ${COUNT[attached]} == 0 && ${COUNT[rejected]} == "$2" &&
		! $(neighbour) =~ $MN_MAC|$OTHER_MAC ]]
}

# An advertisement from the address is a packet from it, too.
test_others() {
	forget $NCOA
	add 80 $NCOA na,dad-ns lladdr $MN_MAC proxy $NCOA dev acc0
	na --lladdr $OTHER_MAC
	check "an NA with another link-layer address: rejected" unmoved 80 1
	na --no-lladdr --eth-src $OTHER_MAC
	check "one without, in a frame of another node: rejected" unmoved 80 2
	dad --eth-src $OTHER_MAC
	check "the probe of another node: rejected" unmoved 80 3
	is "and answered" "${COUNT[answers]}" 1
	na --hop-limit 64
	check "an NA with hop limit 64: ignored" unmoved 80 3
	fmip binding change id 80 attach data dev acc0 lladdr $MN_MAC
	data "$MN" wlan0 $OTHER_MAC
	check "a packet from another node: rejected" unmoved 80 4
	check "all of which is told" eval 'told_on 80 rejected na && told_on 80 rejected dad-ns &&
		told_on 80 rejected data'
	data "$CN" eth1 "$(in_ns "$CN" cat /sys/class/net/eth1/address)" \
		"$(in_ns "$NAR" cat /sys/class/net/up1/address)"
	check "a packet by another interface: ignored" unmoved 80 4
	data
	check "the right one opens the gate" told_on 80 attached data
	data
	check "after that, packets count for nothing" \
		eval 'round_trip; counted "COUNT[attached] == 1" "$NAR" id 80'
	is "and are no news" "$(told attached 80 | wc -l)" 1
	fmip binding del id 80
}

test_not_asked_for() {
	forget $NCOA
	add 81 $NCOA una
	na
	dad
	data
	check "what is not asked for is ignored" unmoved 81 0
	fmip binding del id 81
}

test_event_data() {
	local events

	forget $NCOA
	add 82 $NCOA data,na action event
	data "$MN" wlan0 $MN_MAC $NAR_MAC $NCOA 100
	check "with action event each packet is counted" \
		wait_counted "COUNT[attached] == 100 && COUNT[rejected] == 0" "$NAR" id 82
	check "and it is told" told_on 82 attached data
	events=$(told attached 82 | wc -l)
	diag "$events of 100 packets are told"
	is "but not of each" "$((events < 50))" 1
	na
	check "an NA is told besides" told_on 82 attached na
	check "and that is all" eval 'gate_is hold && [[ $(neighbour) != *"$MN_MAC"* ]]'
	fmip binding del id 82
}

test_prefix() {
	CASE=$((CASE + 1))
	forget $NCOA
	add 83 $NCOA/124 data,una
	burst $NCOA
	full 83
	burst_wait $NCOA
	data
	check "a packet from an address of the prefix: all arrive in order" burst_arrived
	check "and it is that address that is known" knows $NCOA
	fmip binding del id 83
}

# What has no link to open to may at least tell.
test_uplink() {
	forget $NCOA
	fmip binding add id 84 src $NCOA dev acc0 gate hold target route \
		attach data dev acc0 action event || bail "the binding was refused"
	data
	check "a binding for what the node sends: its packet is told of" told_on 84 attached data
	check "and held" wait_counted "COUNT[buffered] == 1" "$NAR" id 84
	fmip binding change id 84 gate open attach na dev acc0 action event
	na
	check "its NA is, too" told_on 84 attached na
	check "what was held is on its way" wait_counted "COUNT[sent] == 1" "$NAR" id 84
	fmip binding del id 84
}

test_copy() {
	forget $NCOA
	fmip binding add id 85 dst $NCOA gate copy target link dev acc0 \
		attach una,data dev acc0 proxy $NCOA dev acc0 || bail "the binding was refused"
	una
	data
	round_trip
	counters "$NAR" id 85
	is "on copy, an arrival leaves the gate" "${COUNT[gate]}" copy
	is "but is counted" "${COUNT[attached]} ${COUNT[rejected]}" "1 0"
	check "it does not end the defence" grep -q " proxy $NCOA dev acc0" <(fmip binding show id 85)
	is "nor is it told" "$(told attached 85 | wc -l)" 0
	check "no entry is made" eval '[[ $(neighbour) != *"$MN_MAC"* ]]'
	fmip binding del id 85
}

test_guard() {
	CASE=$((CASE + 1))
	forget $NCOA
	fmip tunnel add id 9 local 2001:db8:3::1 remote $FAR_ADDR
	fmip binding add id 86 dst $NCOA gate guard target link dev acc0 \
		accept tunnel 9 from dst attach data dev acc0 || bail "the binding was refused"
	burst $NCOA
	full 86
	burst_wait $NCOA
	data
	check "on guard, a packet from the node: all arrive in order" burst_arrived
	fmip binding del id 86
	fmip tunnel del id 9
}

# blocked NAME COMMAND...: what the command sends is no sign while a policy of IPsec
# blocks it
blocked() {
	local policy="dir in src ::/0 dst ::/0 proto 58 type 136"

	forget $NCOA
	add 87 $NCOA una,na
	# shellcheck disable=SC2086 # words
	ip -n "$NAR" xfrm policy add $policy action block || bail "no policy"
	"${@:2}"
	check "$1, which a policy of IPsec blocks: ignored" unmoved 87 0
	# shellcheck disable=SC2086 # words
	ip -n "$NAR" xfrm policy del $policy
	"${@:2}"
	check "without the policy it opens the gate" busywait "$WAIT_MS" gate_is open
	fmip binding del id 87
}

test_policy() {
	blocked "a UNA" una
	blocked "an NA" na
	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table ip6 minds {
			chain input {
				type filter hook input priority 0
			}
		}
	END
	blocked "a UNA where there is a firewall" una
	in_ns "$NAR" nft delete table ip6 minds
}

# A verdict that takes its time is one all the same.
test_queued() {
	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table ip6 ask {
			chain input {
				type filter hook input priority 0
				icmpv6 type nd-neighbor-advert queue num 5
			}
		}
	END
	verdict_start "$NAR" 5
	forget $NCOA
	add 88 $NCOA una
	una
	wait_line "$WAIT_MS" "$LIB_TMP/verdict" "queued 1" || bail "nothing was queued"
	check "a UNA that waits for its verdict does nothing" unmoved 88 0
	echo drop >&"$VERDICT_IN"
	wait_line "$WAIT_MS" "$LIB_TMP/verdict" "dropped 1" || bail "no verdict"
	check "nor does one that user space drops" unmoved 88 0
	una
	wait_line "$WAIT_MS" "$LIB_TMP/verdict" "queued 2" || bail "nothing was queued"
	echo accept >&"$VERDICT_IN"
	check "one that it accepts opens the gate" busywait "$WAIT_MS" gate_is open
	round_trip
	is "once" "$(counter "$NAR" attached id 88) $(told attached 88 | wc -l)" "1 1"
	exec {VERDICT_IN}>&-
	in_ns "$NAR" nft delete table ip6 ask
	fmip binding del id 88
}

# ---- the same for IPv4 --------------------------------------------------

# arrives4 NAME ON COMMAND...
arrives4() {
	local name=$1 on=$2 id

	shift 2
	CASE=$((CASE + 1))
	id=$((100 + CASE))
	forget $NODE4
	add $id $NODE4 "$on" "${MORE[@]}"
	burst ::ffff:$NODE4
	full $id
	burst_wait ::ffff:$NODE4
	"$@"
	check "$name: all arrive in order" burst_arrived
	check "the gate is open, and the router knows where the node is" \
		eval 'busywait "$WAIT_MS" gate_is open $NODE4 && knows $NODE4'
	check "and has told what it was" told_on $id attached "$on"
	is "without proxying any more" "$(fmip binding show id $id | grep -c proxy)" 0
	is "or having answered" "$(counter "$NAR" answers id $id)" 0
	fmip binding del id $id
}

arp() {
	in_ns "$MN" arpsend "$@" --dev wlan0 || bail "arpsend: $*"
}

test_ipv4() {
	MORE=()
	arrives4 "an ARP announcement" una arp announce --target $NODE4
	arrives4 "an announcement, where any ARP counts" na arp announce --target $NODE4
	arrives4 "an ARP reply from it" na \
		arp reply --src $NODE4 --target $NAR4 --target-lladdr $NAR_MAC --eth-dst $NAR_MAC
	arrives4 "an ARP request from it" na arp request --src $NODE4 --target $NAR4
	arrives4 "its ARP probe" dad-ns arp probe --target $NODE4
	arrives4 "an IPv4 packet from it" data data "$MN" wlan0 $MN_MAC $NAR_MAC $NODE4
	MORE=(lladdr "$MN_MAC" proxy "$NODE4" dev acc0)
	arrives4 "an announcement, it being named, and proxied" una arp announce --target $NODE4
	arrives4 "its probe, it being named, and proxied" dad-ns arp probe --target $NODE4
	arrives4 "its packet, it being named, and proxied" data \
		data "$MN" wlan0 $MN_MAC $NAR_MAC $NODE4
	MORE=(proxy "$NODE4" dev acc0)
	arrives4 "its probe, it being proxied" dad-ns arp probe --target $NODE4
}

# unmoved4 ID REJECTED
unmoved4() {
	unmoved "$@" && ! ip -n "$NAR" neigh show $NODE4 dev acc0 | grep -E "$MN_MAC|$OTHER_MAC"
}

test_ipv4_others() {
	forget $NCOA
	forget $NODE4
	add 90 $NODE4 una
	arp request --src $NODE4 --target 192.0.2.99
	arp reply --src $NODE4 --target $NAR4 --eth-dst $NAR_MAC
	arp probe --target $NODE4
	data "$MN" wlan0 $MN_MAC $NAR_MAC $NODE4
	check "ARP that is no announcement: ignored" unmoved4 90 0
	arp announce --target $NODE4 --eth-src $OTHER_MAC
	check "an announcement in a frame of another node: rejected" unmoved4 90 1
	arp announce --target $NODE4 --lladdr 33:33:00:00:00:01 --eth-src $MN_MAC
	check "one with a multicast link-layer address: rejected" unmoved4 90 2
	in_ns "$CN" arpsend announce --dev eth1 --target $NODE4
	in_ns "$CN" ping -q -c 1 -W 10 2001:db8:d::1 >/dev/null
	check "one on another interface: rejected" unmoved4 90 3
	fmip binding change id 90 attach una,na,dad-ns,data dev acc0 lladdr $MN_MAC
	arp announce --target $NODE4 --lladdr $OTHER_MAC
	arp probe --target $NODE4 --lladdr $OTHER_MAC
	data "$MN" wlan0 $OTHER_MAC $NAR_MAC $NODE4
	check "those of another node: rejected" unmoved4 90 6
	check "which is told" eval 'told_on 90 rejected una && told_on 90 rejected dad-ns &&
		told_on 90 rejected data'
	fmip binding change id 90 attach una dev acc0 action event
	arp announce --target $NODE4
	check "with action event the right one is told" told_on 90 attached una
	check "and that is all" eval '! knows $NODE4 && gate_is hold $NODE4'
	fmip binding del id 90
}

# ---- the capture --------------------------------------------------------

test_capture() {
	capture_stop "$CAPTURE"
	is "the router asked nobody for the address" "$(dissect "$CAPTURE" \
		"icmpv6.nd.ns.target_address == $NCOA && eth.src == $NAR_MAC" frame.number)" ""
	is "nor for the one of IPv4" "$(dissect "$CAPTURE" \
		"arp.opcode == 1 && eth.src == $NAR_MAC && arp.dst.proto_ipv4 == $NODE4" frame.number)" ""
	is "as many packets were on the link as were sent" "$(dissect "$CAPTURE" \
		"udp.dstport > 7000 && udp.dstport < 7100 && eth.src == $NAR_MAC" frame.number |
		wc -l)" $((BURST * CASE))
}

load_module
topo_router
topo_router_ipv4
listen
node_is_deaf
node_has_ipv4
test_na
test_dad
test_data
test_others
test_not_asked_for
test_event_data
test_prefix
test_uplink
test_copy
test_guard
test_policy
test_queued
test_ipv4
test_ipv4_others
test_capture
tap_done
