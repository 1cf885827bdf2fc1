#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The roles that the protocols know, each as the bindings that it is made of: the
# routers of FMIPv6 (RFC 5568), with a new address and with the old one, those of
# PFMIPv6 (RFC 5949) and of FMIPv4 (RFC 4988), and the MAP of HMIPv6 (RFC 5380).
# What each of the parts does in detail is in the other tests.
#
# The router of the tests' PAR is the PMAG and the MAP, too, that of the NAR the
# NMAG, and the correspondent node is the LMA and the home agent.
#
# shellcheck disable=SC2015,SC2034,SC2086,SC2119,SC2154

CN_DELAY=0 AR_DELAY=0
: "${WAIT_MS:=30000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

PAR_UP=2001:db8:f1::2
NAR_UP=2001:db8:f2::2
LINK="target link dev acc0 lladdr $MN_MAC"
ROOM="limit packets 20000 limit bytes 64M"

par() {
	fmipctl -n "$PAR" "$@" || bail "the PAR refused: $*"
}

nar() {
	fmipctl -n "$NAR" "$@" || bail "the NAR refused: $*"
}

# start_over: forgets all of a role
start_over() {
	local ns

	for ns in "$PAR" "$NAR"; do
		fmipctl -n "$ns" -b - <<<$'binding flush\ntunnel flush' || bail "$ns keeps something"
	done
}

# node_at par|nar: whose link the node is on; it knows its router, and nothing else
node_at() {
	local bridge=br1 router=$PAR_LL

	[[ $1 == nar ]] && bridge=br2 router=$NAR_LL
	lib_batch -n "$AIR" <<<"link set radio master $bridge"
	lib_batch -n "$MN" <<<"route replace default via $router dev wlan0"
	ip -n "$MN" -4 route replace default via inet6 $router dev wlan0 || bail "no default route"
}

# held NETNS N [ID]: until a binding buffers so many
held() {
	wait_counted "COUNT[buffered] == $2" "$1" id "${3-1}"
}

# asked FILE ADDR: how often the router asked for the node's link-layer address
asked() {
	capture_stop "$1"
	dissect "$1" "icmpv6.nd.ns.target_address == $2 || arp.opcode == 1 && arp.dst.proto_ipv4 == $2" \
		frame.number | wc -l
}

# sent_up NAME SOURCE DESTINATION: what the node sends arrives in order
sent_up() {
	receiver "$LIB_TMP/up" "$CN" "$3"
	CN=$MN numbered "$3" 0 50 500 --bind "$2"
	CN=$MN fence "$LIB_TMP/up" "$3" --bind "$2"
	is "$1" "$(arrived "$LIB_TMP/up")" "0-49 fence"
}

# ---- FMIPv6, with a new address -----------------------------------------

# RFC 5568, D-02, D-08, D-09: packets come for the PCoA all the time.
test_fmipv6() {
	local sender n

	handover_prepare $ROOM
	handover_arm
	receiver "$LIB_TMP/down" "$MN" $PCOA
	background ip netns exec "$CN" udplog send --to $PCOA --port 17000 --rate 200 \
		--time 1000 --log "$LIB_TMP/sent"
	sender=$!
	busywait "$WAIT_MS" lines 50 "$LIB_TMP/down"
	handover_redirect
	handover_move
	wait_counted "COUNT[received] >= 50 && COUNT[buffered] == 0" "$NAR"
	stop $sender
	fence "$LIB_TMP/down" $PCOA
	n=$(($(wc -l <"$LIB_TMP/sent") - 1))
	is "FMIPv6: a handover loses, doubles and reorders nothing" \
		"$(arrived "$LIB_TMP/down")" "0-$((n - 1)) fence"
	counters "$NAR"
	check "FMIPv6: the NAR has buffered packets that stayed in their tunnel" \
		test "${COUNT[released]}" -gt 0 -a "${COUNT[decap]}" = 0
	check "FMIPv6: its counters add up" balanced
	counters "$PAR"
	check "FMIPv6: so do the PAR's" balanced
	sent_up "FMIPv6: what the node sends through its tunnel arrives" $PCOA $CN_ADDR
}

lines() {
	[[ -e $2 ]] && (($(wc -l <"$2") >= $1))
}

# ---- FMIPv6, with the old address ---------------------------------------

# RFC 5568, D-03, D-06, D-10, D-11: HAck with code 3.
test_use_pcoa() {
	node_at nar
	par tunnel add id 1 local $PAR_ADDR remote $NAR_UP
	par binding add id 1 dst $PCOA target tunnel 1 accept tunnel 1 from src \
		proxy $PCOA dev acc0
	nar tunnel add id 1 local $NAR_UP remote $PAR_ADDR
	nar binding add id 1 dst $PCOA gate hold target link dev acc0 accept tunnel 1 from dst \
		attach una dev acc0 $ROOM
	nar binding add id 2 src $PCOA dev acc0 target tunnel 1
	capture_start "$NAR" acc0 "$LIB_TMP/asked.pcap" icmp6
	receiver "$LIB_TMP/down" "$MN" $PCOA
	numbered $PCOA 0 100 500
	held "$NAR" 100
	is "use PCoA: the NAR takes packets out of their tunnel, and holds them" \
		"$(counts), decap ${COUNT[decap]}" "hold received 100 sent 0 buffered 100, decap 100"
	is "use PCoA: it does not ask where the node is" "$(asked "$LIB_TMP/asked.pcap" $PCOA)" 0
	in_ns "$MN" ndsend una --dev wlan0 --target $PCOA || bail "ndsend"
	fence "$LIB_TMP/down" $PCOA
	is "use PCoA: when the node is there all arrive in order" \
		"$(arrived "$LIB_TMP/down")" "0-99 fence"
	sent_up "use PCoA: what it sends from the PCoA arrives" $PCOA $CN_ADDR
	is "use PCoA: by way of the PAR" \
		"$(counter "$NAR" sent.packets id 2) $(counter "$PAR" decap.packets id 1)" "51 51"
	start_over
}

# ---- PFMIPv6 ------------------------------------------------------------

HNP1=2001:db8:11::/64 NODE1=2001:db8:11::10
HNP2=2001:db8:12::/64 NODE2=2001:db8:12::10
HOA=10.11.0.1
LMA4=192.0.2.2			# a correspondent node's address for IPv4

# The LMA's tunnel to a MAG is the stock kernel's.
lma() { # lma NAME ADDR
	lib_batch -n "$CN" <<-END
		link add name $1 type ip6tnl mode any local $CN_ADDR remote $2 encaplimit none
		link set $1 addrgenmode none
		link set $1 up
	END
}

lma_sends_by() { # lma_sends_by NAME
	lib_batch -n "$CN" <<-END
		route replace $HNP1 dev $1
		route replace $HNP2 dev $1
	END
	ip -n "$CN" route replace $HOA dev $1 src $LMA4 || bail "no route to $HOA"
}

set_up_pfmipv6() {
	node_at par
	lib_batch -n "$MN" <<-END
		addr add $NODE1/128 dev wlan0 nodad
		addr add $NODE2/128 dev wlan0 nodad
	END
	ip -n "$MN" addr add $HOA/32 dev wlan0 && ip -n "$CN" addr add $LMA4/32 dev lo ||
		bail "no IPv4"
	lib_settings "$PAR" ipv4/ip_forward=1
	lib_settings "$NAR" ipv4/ip_forward=1
	lma pmag0 $PAR_UP
	lma_sends_by pmag0
	par tunnel add id 1 local $PAR_UP remote $CN_ADDR
	par tunnel add id 2 local $PAR_UP remote $NAR_UP encap gre6
	nar tunnel add id 2 local $NAR_UP remote $PAR_UP encap gre6
}

PFMIPV6="dst $HNP1 dst $HNP2 dst $HOA"

# The NMAG's key for what comes down is 70, the PMAG's for what comes up 71.
test_pfmipv6() {
	set_up_pfmipv6
	par binding add id 1 $PFMIPV6 $LINK accept tunnel 1 from dst gate copy
	receiver "$LIB_TMP/down" "$MN" $NODE1
	receiver "$LIB_TMP/down2" "$MN" $NODE2
	receiver "$LIB_TMP/down4" "$MN" ::ffff:$HOA
	numbered $NODE1 0 50 500 --bind $CN_ADDR
	wait_counted "COUNT[received] == 50" "$PAR" id 1
	is "PFMIPv6: while the node is attached the PMAG delivers and copies" \
		"$(counts), window $(counter "$PAR" window id 1)" \
		"copy received 50 sent 50 buffered 0, window 50"
	par binding change id 1 gate hold
	node_at nar
	numbered $NODE1 50 50 500 --bind $CN_ADDR
	numbered $NODE2 0 50 500 --bind $CN_ADDR
	numbered ::ffff:$HOA 0 50 500
	held "$PAR" 150
	is "PFMIPv6: when it is detached it buffers, for all of its prefixes" "$(counts)" \
		"hold received 200 sent 50 buffered 150"

	nar binding add id 1 $PFMIPV6 gate hold $LINK accept tunnel 2 key 70 from dst $ROOM
	nar binding add id 2 src $HNP1 dev acc0 src $HNP2 dev acc0 src $HOA dev acc0 \
		gate hold target tunnel 2 key 71
	par binding change id 1 target tunnel 2 key 70 gate open release immediate \
		accept tunnel 1 from dst accept tunnel 2 key 71 from src
	par binding add id 2 src $HNP1 from-tunnel 2 key 71 src $HNP2 from-tunnel 2 key 71 \
		src $HOA from-tunnel 2 key 71 target tunnel 1
	held "$NAR" 150
	is "PFMIPv6: forwarding begins with what is buffered, by the NMAG's key" \
		"$(counts), decap ${COUNT[decap]}" "hold received 150 sent 0 buffered 150, decap 150"
	wrong_key
	early_uplink
	nar binding change id 1 gate open
	fence "$LIB_TMP/down" $NODE1 --bind $CN_ADDR
	fence "$LIB_TMP/down2" $NODE2 --bind $CN_ADDR
	fence "$LIB_TMP/down4" ::ffff:$HOA
	is "PFMIPv6: opened by the agent, it delivers all of the first prefix" \
		"$(arrived "$LIB_TMP/down")" "0-99 fence"
	is "PFMIPv6: and of the second" "$(arrived "$LIB_TMP/down2")" "0-49 fence"
	is "PFMIPv6: and of the IPv4 home address" "$(arrived "$LIB_TMP/down4")" "0-49 fence"
	sent_up "PFMIPv6: what the node sends arrives" $NODE2 $CN_ADDR
	sent_up "PFMIPv6: from its IPv4 address, too" ::ffff:$HOA ::ffff:$LMA4
	counters "$PAR" id 2
	is "PFMIPv6: out of the one tunnel of the PMAG and into the other" "$(counts)" \
		"open received 113 sent 113 buffered 0"
	counters "$PAR"
	check "PFMIPv6: the PMAG's counters add up" balanced
	after_pba
}

# What has another key is another session's.
wrong_key() {
	par binding change id 1 target tunnel 2 key 99
	numbered $NODE1 900 10 500 --bind $CN_ADDR
	busywait "$WAIT_MS" counter_is 10 "$NAR" dropped.not-accepted
	counters "$NAR" id 1
	is "PFMIPv6: what has another key is dropped" \
		"$(counter "$NAR" dropped.not-accepted) ${COUNT[buffered]}" "10 150"
	par binding change id 1 target tunnel 2 key 70
}

# Before the HAck the node's packets wait.
early_uplink() {
	receiver "$LIB_TMP/early" "$CN" $CN_ADDR
	CN=$MN numbered $CN_ADDR 0 10 500 --bind $NODE1
	held "$NAR" 10 2
	is "PFMIPv6: what the node sends can wait, too" "$(counts)" \
		"hold received 10 sent 0 buffered 10"
	nar binding change id 2 gate open
	CN=$MN fence "$LIB_TMP/early" $CN_ADDR --bind $NODE1
	is "PFMIPv6: and goes out in order" "$(arrived "$LIB_TMP/early")" "0-9 fence"
}

# The LMA has a new binding: what the node sends goes there at once, what comes
# does so by two ways for a while, and then by the PMAG no more.  The NMAG's tunnel
# from the LMA is the stock kernel's, because a guard takes for the old path every
# tunnel that the binding accepts from.
after_pba() {
	local before

	lma nmag0 $NAR_UP
	lib_batch -n "$NAR" <<-END
		link add name lma0 type ip6tnl mode any local $NAR_UP remote $CN_ADDR encaplimit none
		link set lma0 addrgenmode none
		link set lma0 up
	END
	nar tunnel add id 3 local $NAR_UP remote $CN_ADDR
	receiver "$LIB_TMP/down" "$MN" $NODE1
	numbered $NODE1 0 50 500 --bind $CN_ADDR
	before=$(counter "$PAR" decap.packets id 2)
	nar binding change id 1 gate guard
	nar binding change id 2 target tunnel 3
	lma_sends_by nmag0
	numbered $NODE1 50 50 500 --bind $CN_ADDR
	wait_counted "COUNT[buffered] == 50" "$NAR" id 1
	is "PFMIPv6: the new path waits for the old one" "${COUNT[gate]} ${COUNT[buffered]}" "guard 50"
	nar binding change id 1 guard-idle 200ms
	fence "$LIB_TMP/down" $NODE1 --bind $CN_ADDR
	is "PFMIPv6: all arrive in order" "$(arrived "$LIB_TMP/down")" "0-99 fence"
	sent_up "PFMIPv6: what the node sends goes to the LMA" $NODE1 $CN_ADDR
	is "PFMIPv6: and not to the PMAG" "$(counter "$PAR" decap.packets id 2)" "$before"
	lma_sends_by pmag0
	nar binding change id 1 accept tunnel 2 key 70 from dst lifetime 200ms
	busywait "$WAIT_MS" no_accepts || bail "the accept does not end"
	before=$(counter "$NAR" decap.packets id 1)
	numbered $NODE1 800 10 500 --bind $CN_ADDR
	wait_counted "COUNT[sent] == COUNT[received]" "$PAR" id 1
	in_ns "$PAR" ping -q -c 1 -W 5 $NAR_UP >/dev/null || bail "no answer from the NMAG"
	is "PFMIPv6: when its time is over nothing comes from the PMAG any more" \
		"$(counter "$NAR" decap.packets id 1)" "$before"
	start_over
	lib_batch -n "$NAR" <<<"link del lma0"
}

# no_accepts: the NMAG's binding has none
no_accepts() {
	[[ $(fmipctl -n "$NAR" binding show id 1) != *accept* ]]
}

# ---- FMIPv4 -------------------------------------------------------------

CN4=198.18.0.2
PAR4=198.51.100.2
NAR4=203.0.113.2
NODE=10.1.0.10

ip4() { # ip4 NETNS: commands from standard input
	ip -4 -n "$1" -batch - || bail "$1 has no IPv4"
}

set_up_fmipv4() {
	ip4 "$CN" <<-END
		addr add $CN4/24 dev eth0
		route add default via 198.18.0.1
	END
	ip4 "$CORE" <<-END
		addr add 198.18.0.1/24 dev cn0
		addr add 198.51.100.1/24 dev par0
		addr add 203.0.113.1/24 dev nar0
		route add 10.1.0.0/24 via $PAR4
	END
	ip4 "$PAR" <<-END
		addr add $PAR4/24 dev up0
		addr add 10.1.0.1/24 dev acc0
		route add default via 198.51.100.1
	END
	ip4 "$NAR" <<-END
		addr add $NAR4/24 dev up0
		route add default via 203.0.113.1
	END
	ip4 "$MN" <<<"addr add $NODE/32 dev wlan0"
	lib_settings "$CORE" ipv4/ip_forward=1
	# The PCoA does not belong on the NAR's link.
	lib_settings "$NAR" ipv4/conf/acc0/rp_filter=1
	# Who is on the way is known, so that nothing waits for an answer of ARP.
	in_ns "$PAR" ping -q -c 1 -W 5 $NAR4 >/dev/null || bail "no answer from the NAR"
	in_ns "$CN" ping -q -c 1 -W 5 $PAR4 >/dev/null || bail "no answer from the PAR"
	par tunnel add id 1 local $PAR4 remote $NAR4 encap ip4
	nar tunnel add id 1 local $NAR4 remote $PAR4 encap ip4
}

# RFC 4988 D-01, D-03 to D-05, D-07, D-08: a co-located care-of address.
test_fmipv4() {
	set_up_fmipv4
	par binding add id 1 dst $NODE gate hold proxy $NODE dev acc0 accept tunnel 1 from src
	capture_start "$NAR" acc0 "$LIB_TMP/asked.pcap" arp
	receiver "$LIB_TMP/down" "$MN" ::ffff:$NODE
	numbered ::ffff:$NODE 0 100 500
	held "$PAR" 100
	is "FMIPv4: until the NAR has agreed the PAR buffers" "$(counts)" \
		"hold received 100 sent 0 buffered 100"
	nar binding add id 1 dst $NODE local gate hold $LINK accept tunnel 1 from dst \
		attach data dev acc0 $ROOM
	nar binding add id 2 src $NODE dev acc0 target tunnel 1
	par binding change id 1 target tunnel 1 gate open release immediate
	held "$NAR" 100
	is "FMIPv4: then the NAR does" "$(counts), decap ${COUNT[decap]}" \
		"hold received 100 sent 0 buffered 100, decap 100"
	CN=$NAR numbered ::ffff:$NODE 100 1 500
	held "$NAR" 101
	is "FMIPv4: what the NAR itself sends to the node waits with the rest" \
		"${COUNT[buffered]}" 101
	CN=$MN numbered ::ffff:$NAR4 0 1 500 --bind ::ffff:$NODE --port 434
	fence "$LIB_TMP/down" ::ffff:$NODE
	is "FMIPv4: with the node's FBU all goes out in order" \
		"$(arrived "$LIB_TMP/down")" "0-100 fence"
	is "FMIPv4: without ARP" "$(asked "$LIB_TMP/asked.pcap" $NODE)" 0
	sent_up "FMIPv4: what the node sends arrives" ::ffff:$NODE ::ffff:$CN4
	is "FMIPv4: by way of the PAR" \
		"$(counter "$PAR" decap.packets id 1)" "$(counter "$NAR" sent.packets id 2)"
	nar binding del id 2
	check_fails "FMIPv4: without a binding the NAR's ingress filter drops it" \
		in_ns "$MN" ping -q -c 1 -W 1 -I $NODE $CN4
	nar binding add id 2 src $NODE dev acc0 target tunnel 1
	foreign_agent
	start_over
}

# RFC 4988 D-02, D-03: with the care-of address of a foreign agent, and a reverse
# tunnel to the home agent.
foreign_agent() {
	local decap

	ip -n "$CN" -batch - <<-END || bail "no home agent"
		link add name ha0 type ipip local $CN4 remote $PAR4
		link set ha0 up
		route add $NODE dev ha0 src $CN4
	END
	par tunnel add id 2 local $PAR4 remote $CN4 encap ip4
	par binding change id 1 accept tunnel 1 from src accept tunnel 2 from dst
	par binding add id 2 src $NODE from-tunnel 1 target tunnel 2
	decap=$(counter "$PAR" decap.packets id 1)
	receiver "$LIB_TMP/down" "$MN" ::ffff:$NODE
	numbered ::ffff:$NODE 0 50 500
	fence "$LIB_TMP/down" ::ffff:$NODE
	is "FMIPv4: out of the home agent's tunnel and into the one to the NAR" \
		"$(arrived "$LIB_TMP/down"), $(($(counter "$PAR" decap.packets id 1) - decap))" \
		"0-49 fence, 51"
	sent_up "FMIPv4: and all the way back" ::ffff:$NODE ::ffff:$CN4
	counters "$PAR" id 2
	is "FMIPv4: which is the home agent's tunnel" "$(counts)" \
		"open received 51 sent 51 buffered 0"
	counters "$PAR"
	check "FMIPv4: the PAR's counters add up" balanced
}

# ---- HMIPv6 -------------------------------------------------------------

RCOA=2001:db8:1::77
LCOA2=2001:db8:2::11
NEIGHBOUR=2001:db8:1::30	# on the MAP's own link
RCOA_TABLE=101

set_up_hmipv6() {
	lib_batch -n "$MN" <<-END
		addr add $RCOA/128 dev wlan0 nodad
		addr add $NCOA/128 dev wlan0 nodad
		addr add $LCOA2/128 dev wlan0 nodad
		link add name map0 type ip6tnl mode any local $NCOA remote $PAR_ADDR encaplimit none
		link add name map1 type ip6tnl mode any local $LCOA2 remote $PAR_ADDR encaplimit none
		link set map0 addrgenmode none
		link set map1 addrgenmode none
		link set map0 up
		link set map1 up
		rule add from $RCOA lookup $RCOA_TABLE priority 99
		route add default dev map0 table $RCOA_TABLE
	END
	lib_batch -n "$AIR" <<<"addr add $NEIGHBOUR/64 dev br1 nodad"
	na_ready $NCOA && na_ready $LCOA2 || bail "$CN_ADDR cannot reach the node"
	events_start "$PAR" "$LIB_TMP/events"
	par tunnel add id 1 local $PAR_ADDR remote $NCOA
	par tunnel add id 2 local $PAR_ADDR remote $LCOA2
}

# down NAME [ARGUMENT]...: what is sent to the RCoA arrives in order
down() {
	receiver "$LIB_TMP/down" "$MN" $RCOA
	numbered $RCOA 0 50 500 "${@:2}"
	fence "$LIB_TMP/down" $RCOA "${@:2}"
	is "$1" "$(arrived "$LIB_TMP/down")" "0-49 fence"
}

by() { # by TUNNEL: what has come to the node by it
	in_ns "$MN" cat "/sys/class/net/$1/statistics/rx_packets"
}

# A stack may let packets overtake those that wait for the neighbour's answer.
finds() { # finds ADDR: the neighbour knows where that is, and is answered
	in_ns "$AIR" ping -q -c 1 -W 5 -I $NEIGHBOUR "$1" >/dev/null
}

# RFC 4140 D-01, D-03, D-04.
test_hmipv6() {
	local decap map0

	set_up_hmipv6
	par binding add id 1 dst $RCOA target tunnel 1 accept tunnel 1 from src \
		proxy $RCOA dev acc0 override announce
	down "HMIPv6: what comes for the RCoA goes to the LCoA" --bind $CN_ADDR
	is "HMIPv6: through the tunnel" "$(by map0) $(by map1)" "51 0"
	check "HMIPv6: a neighbour finds it, too" finds $RCOA
	map0=$(by map0)
	CN=$AIR down "HMIPv6: what it sends goes there" --bind $NEIGHBOUR
	is "HMIPv6: through the tunnel" "$(by map0) $(by map1)" "$((map0 += 51)) 0"
	sent_up "HMIPv6: what the node sends arrives" $RCOA $CN_ADDR
	par binding change id 1 target tunnel 2 \
		accept tunnel 2 from src accept tunnel 1 from src lifetime 5s
	down "HMIPv6: after a move it goes to the new LCoA" --bind $CN_ADDR
	is "HMIPv6: all of it" "$(by map0) $(by map1)" "$map0 51"
	sent_up "HMIPv6: what comes from the old LCoA is good for a while" $RCOA $CN_ADDR
	wait_events 1 "$LIB_TMP/events" expired "binding 1 timer accept"
	decap=$(counter "$PAR" decap.packets id 1)
	CN=$MN numbered $CN_ADDR 0 10 500 --bind $RCOA
	in_ns "$MN" ping -q -c 1 -W 5 -I $NCOA $PAR_ADDR >/dev/null || bail "no answer from the MAP"
	is "HMIPv6: and then no more" "$(counter "$PAR" decap.packets id 1)" "$decap"
	lib_batch -n "$MN" <<<"route replace default dev map1 table $RCOA_TABLE"
	sent_up "HMIPv6: while what comes from the new one is" $RCOA $CN_ADDR
	counters "$PAR"
	check "HMIPv6: the MAP's counters add up" balanced
}

need ip tc udplog radio ndsend fmipctl jq tcpdump tshark
load_module
topo_up
test_fmipv6
topo_down
topo_up
test_use_pcoa
test_pfmipv6
test_fmipv4
test_hmipv6
tap_done
