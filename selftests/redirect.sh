#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The way of a packet through a binding with a tunnel: what the outer header is,
# what is left of the inner packet, which packets are taken and which are not,
# and what becomes of those that cannot be sent.
#
# The node is behind the NAR all the time.  Every packet that is made by hand has
# a UDP destination port of its own, by which it is found in a capture of all
# that the PAR received and sent.

# shellcheck disable=SC2034
CN_DELAY=0 AR_DELAY=0
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

PCOA2=2001:db8:1::11
PCOA3=2001:db8:1::12
NCOA2=2001:db8:2::11
PAR_CORE=2001:db8:f1::2		# the PAR's address towards the core
NAR_CORE=2001:db8:f2::2
CORE_CN=2001:db8:c::1
PAR_PCAP=$LIB_TMP/par.pcap
MN_PCAP=$LIB_TMP/mn.pcap

par() {
	fmipctl -n "$PAR" "$@" || bail "the PAR refused: $*"
}

# from_cn PORT [IPV6-FIELDS [EXTENSION-HEADERS [PAYLOAD-BYTES]]]: it is the core
# that sends it, so that it comes to the PAR as it was made
from_cn() {
	inject "$CORE" "IPv6(**dict(dict(src='$CN_ADDR',dst='$PCOA')${2:+,$2}))/${3:+$3/}" \
		"UDP(sport=9,dport=$1)/Raw(b'f'*${4:-64})"
}

# settle: all that was sent to the PAR before is through it, and what it sent on
# is through the NAR.  Neither ping goes by a binding.
settle() {
	in_ns "$CN" ping -q -c 1 -W 5 $PAR_CORE >/dev/null || bail "no answer from the PAR"
	in_ns "$CN" ping -q -c 1 -W 5 $NCOA >/dev/null || bail "no answer from the node"
}

# ---- what the capture says ----------------------------------------------

# inner_unchanged PORT: the packet within the outer header is the one that came,
# all bytes of it, with a hop limit that is lower by one
inner_unchanged() {
	local came went wanted

	# The fmip device shows the inner packet, too.
	came=$(hex "$PAR_PCAP" "inbound and udp port $1")
	went=$(hex "$PAR_PCAP" "ip6[6] == 41 and ip6[82:2] == $1")
	printf -v wanted '%s%02x%s' "${came:0:14}" $((16#${came:14:2} - 1)) "${came:16}"
	is "$2" "${went:80}" "$wanted"
}

# ---- packets made by hand -----------------------------------------------

send_headers() {
	from_cn 20001 "fl=0x12345"
	from_cn 20002 "tc=0xb9"
	from_cn 20003 "tc=0x03"
	from_cn 20004 "hlim=1"
	from_cn 20005 "hlim=2"
	from_cn 20006 "" "" 1412	# 1460 bytes
	from_cn 20007 "" "" 1413
	from_cn 20008 "" "IPv6ExtHdrHopByHop(options=[PadN(optdata=b'\0\0\0\0')])"
	from_cn 20009 "" "IPv6ExtHdrDestOpt(options=[PadN(optdata=b'\0\0\0\0')])"
	# forwarded Mobility Header: a Binding Error without options
	inject "$CORE" "IPv6(src='$CN_ADDR',dst='$PCOA',nh=135)/Raw(bytes.fromhex('3b02070000000100')+b'\0'*16)"
	settle
	par tunnel change id 1 dscp 10 ttl 33
	from_cn 20011 "tc=0xb9"
	settle
	par tunnel replace id 1 local $PAR_ADDR remote $NCOA
	from_cn 20012 "tc=0xb9"
	settle
}

check_headers() {
	seen "the outer header is from one end of the tunnel to the other" \
		20001 "up0 out" src=$PAR_ADDR,$CN_ADDR dst=$NCOA,$PCOA
	seen "nothing is between it and the inner header" 20001 "up0 out" nxt=41,17
	seen "its payload is the inner packet" 20001 "up0 out" plen=112,72
	seen "its hop limit is the route's" 20001 "up0 out" hlim=64,63
	seen "its flow label is 0" 20001 "up0 out" flow=0x000000,0x012345
	inner_unchanged 20001 "the inner packet is unchanged but for its hop limit"
	seen "the outer DSCP and ECN are the inner ones" 20002 "up0 out" \
		tclass=0x000000b9,0x000000b9
	seen "congestion that was experienced shows outside" 20003 "up0 out" \
		tclass=0x00000003,0x00000003
	seen "a tunnel's own DSCP and hop limit are used, with the inner ECN" 20011 "up0 out" \
		tclass=0x00000029,0x000000b9 hlim=33,63
	seen "and no longer when they are taken back" 20012 "up0 out" \
		tclass=0x000000b9,0x000000b9 hlim=64,63
	inner_unchanged 20006 "a packet as large as the tunnel's MTU goes through"
	seen "one that is larger is answered with Packet Too Big" 20007 "up0 out error" \
		type=2 mtu=1460 src=$PAR_CORE,$CN_ADDR dst=$CN_ADDR,$PCOA
	seen_times "and not sent" 20007 "up0 out" 0
	seen "hop limit 1 is answered with Time Exceeded" 20004 "up0 out error" \
		type=3 code=0 src=$PAR_CORE,$CN_ADDR dst=$CN_ADDR,$PCOA
	seen_times "and not sent" 20004 "up0 out" 0
	seen "hop limit 2 is enough" 20005 "up0 out" dst=$NCOA,$PCOA hlim=64,1
	is "the node has it" "$(tcpdump -n -r "$MN_PCAP" udp port 20005 2>/dev/null | wc -l)" 1
	seen "a hop-by-hop option that asks for nothing goes along" 20008 "up0 out" nxt=41,0
	seen "destination options go along" 20009 "up0 out" nxt=41,60
	is "a Mobility Header message is redirected as any packet" \
		"$(hex "$PAR_PCAP" "ip6[6] == 41 and ip6[46] == 135" | wc -l)" 1
}

send_prefixes() {
	par tunnel add id 2 local $PAR_ADDR remote $NAR_CORE
	par tunnel add id 3 local $PAR_ADDR remote $CORE_CN
	par binding add id 2 dst 2001:db8:1::/64 target tunnel 2
	par binding add id 3 dst 2001:db8:1::/120 target tunnel 3
	from_cn 20021
	from_cn 20022 "dst='2001:db8:1::99'"
	from_cn 20023 "dst='2001:db8:1::1:99'"
	check "the router's own address within a bound prefix is still its own" \
		in_ns "$CN" ping -q -c 1 -W 5 $PAR_ADDR
	is "and its packets are not the binding's" \
		"$(counter "$PAR" received.packets id 2) $(counter "$PAR" received.packets id 3)" "1 1"
	par binding del id 1
	from_cn 20024
	settle
	par binding del id 3
	from_cn 20025
	settle
	par binding del id 2
	BOUND=$(counter "$PAR" received.packets)
	from_cn 20026
	settle
	UNBOUND=$(counter "$PAR" received.packets)
	# Several outer packets went to routers that are no end of a tunnel.
	par tunnel flush
}

check_prefixes() {
	seen "of nested prefixes a /128 wins" 20021 "up0 out" dst=$NCOA,$PCOA
	seen "then a /120" 20022 "up0 out" dst=$CORE_CN,2001:db8:1::99
	seen "then a /64" 20023 "up0 out" dst=$NAR_CORE,2001:db8:1::1:99
	seen "without the /128 the /120 has its packets" 20024 "up0 out" dst=$CORE_CN,$PCOA
	seen "without that the /64" 20025 "up0 out" dst=$NAR_CORE,$PCOA
	seen_times "and without any binding" 20026 "up0 out" 0
	seen "the routing table" 20026 "acc0 out" src=$CN_ADDR dst=$PCOA hlim=63
	is "which is not counted" "$UNBOUND" "$BOUND"
}

# Everything is bound, and these packets are left alone all the same.
send_exempt() {
	par tunnel add id 1 local $PAR_ADDR remote $NCOA
	par binding add id 4 dst ::/0 target tunnel 1
	par config set exempt-mark 0x42/0xff
	in_ns "$PAR" nft -f - <<-END || bail "nft refused the rules"
		table ip6 exempt {
			chain prerouting {
				type filter hook prerouting priority mangle
				udp dport 20032 meta mark set 0x142
				udp dport 20033 meta mark set 0x143
			}
		}
	END
	from_cn 20031
	from_cn 20032
	from_cn 20033
	from_cn 20034 "" "IPv6ExtHdrHopByHop(options=[RouterAlert()])"
	from_cn 20035 "dst='ff0e::1'"
	from_cn 20036 "src='::'"
	from_cn 20037 "src='fe80::9'"
	settle
	check "packets to a link-local address are not taken" \
		in_ns "$CORE" ping -q -c 1 -W 5 fe80::2%par0
	check "nor are those to a multicast group" \
		in_ns "$CORE" ping -q -c 1 -W 5 -I par0 ff02::1
	busywait "$WAIT_MS" counter_is 4 "$PAR" received.packets id 4
	is "what is taken or refused is counted, and nothing else" \
		"$(counter "$PAR" received.packets id 4) $(counter "$PAR" dropped.source id 4)" "4 2"
	in_ns "$PAR" nft delete table ip6 exempt
	par config set exempt-mark 0/0
	par binding del id 4
}

check_exempt() {
	seen "the binding of everything takes what has no exemption" 20031 "up0 out" dst=$NCOA,$PCOA
	seen_times "a packet with the exempt mark passes by" 20032 "up0 out" 0
	seen "and goes where its route leads" 20032 "acc0 out" dst=$PCOA
	seen "one with another mark does not" 20033 "up0 out" dst=$NCOA,$PCOA
	seen_times "one with a router alert passes by" 20034 "up0 out" 0
	seen "and goes where its route leads" 20034 "acc0 out" dst=$PCOA
	seen_times "one to a routable multicast group is not taken" 20035 "up0 out" 0
	seen_times "one without a source goes nowhere" 20036 "up0 out" 0
	seen_times "a link-local source does not go into the tunnel" 20037 "up0 out" 0
}

send_impossible() {
	par binding add id 5 dst $PCOA target tunnel 1
	lib_settings "$PAR" ipv6/conf/all/forwarding=0
	from_cn 20041
	busywait "$WAIT_MS" counter_is 1 "$PAR" dropped.not-forwarding id 5
	is "where nothing is forwarded, neither is it to a binding, and it counts" \
		"$(counter "$PAR" dropped.not-forwarding id 5) $(counter "$PAR" sent.packets id 5)" "1 0"
	lib_settings "$PAR" ipv6/conf/all/forwarding=1
	lib_batch -n "$PAR" <<-END
		route add unreachable 2001:db8:dead::/48
	END
	par tunnel change id 1 remote 2001:db8:dead::1
	from_cn 20042
	busywait "$WAIT_MS" counter_is 1 "$PAR" dropped.no-route id 5
	is "without a route to the other end packets are dropped, and it counts" \
		"$(counter "$PAR" dropped.no-route id 5) $(counter "$PAR" sent.packets id 5)" "1 0"
	settle
	lib_batch -n "$PAR" <<-END
		route del unreachable 2001:db8:dead::/48
	END
	from_cn 20043
	busywait "$WAIT_MS" counter_is 1 "$PAR" sent.packets id 5
	is "a route that comes is used at once" "$(counter "$PAR" sent.packets id 5)" 1
	settle
	par tunnel change id 1 remote $NCOA
}

check_impossible() {
	seen_times "nothing leaves while forwarding is off" 20041 "up0 out" 0
	seen "the sender is told that there is no way" 20042 "up0 out error" \
		type=1 code=3 src=$PAR_CORE,$CN_ADDR dst=$CN_ADDR,$PCOA
	seen_times "and that is all" 20042 "up0 out" 0
	seen "the packet after it goes to the other end" 20043 "up0 out" dst=2001:db8:dead::1,$PCOA
}

# from_par PORT
from_par() {
	inject "$PAR" "IPv6(src='$PAR_ADDR',dst='$PCOA')/UDP(sport=9,dport=$1)/Raw(b'f'*64)"
}

send_local() {
	from_par 20051
	par binding change id 5 local
	from_par 20052
	inject "$PAR" "IPv6(src='$PAR_ADDR',dst='$PCOA',nh=135)/Raw(bytes.fromhex('3b02070000000100')+b'\0'*16)"
	# a unicast Neighbour Solicitation
	lib_batch -n "$PAR" <<-END
		neigh replace $PCOA lladdr $MN_MAC dev acc0 nud probe
	END
	busywait "$WAIT_MS" probed
	check "with \"local\" the router itself reaches the node" \
		in_ns "$PAR" ping -q -c 1 -W 5 -I $PAR_ADDR $PCOA
	lib_batch -n "$PAR" <<-END
		neigh replace $PCOA lladdr $MN_MAC dev acc0 nud permanent
	END
	par binding change id 5 local off
	from_par 20053
	settle
}

probed() {
	[[ $(hex "$PAR_PCAP" "icmp6 and ip6[40] == 135 and dst $PCOA") ]]
}

check_local() {
	seen_times "the router's own packets are not redirected" 20051 "up0 out" 0
	seen_times "they go where its route leads" 20051 "acc0 out" 1
	seen "with \"local\" they are" 20052 "up0 out" \
		src=$PAR_ADDR,$PAR_ADDR dst=$NCOA,$PCOA hlim=64,64
	seen_times "and no longer when it is taken back" 20053 "up0 out" 0
	is "its own Mobility Header message never is" \
		"$(hex "$PAR_PCAP" "ip6[6] == 135 and src $PAR_ADDR and dst $PCOA" | wc -l) $(
		hex "$PAR_PCAP" "ip6[6] == 41 and ip6[46] == 135 and ip6[48:4] == 0x20010db8 and
			ip6[52:4] == 0x00010000" | wc -l)" "1 0"
	is "nor is its own Neighbour Discovery" \
		"$(hex "$PAR_PCAP" "ip6[6] == 41 and ip6[46] == 58 and ip6[80] == 135" | wc -l)" 0
}

# ---- many packets -------------------------------------------------------

# destinations PCOA: of the outer packets for it in order, repetitions left out
destinations() {
	tcpdump -n -r "$LIB_TMP/retarget.pcap" 2>/dev/null |
		awk -v to="$1.17000:" '$6 == "IP6" && $9 == to && $5 != last {
			last = $5
			print substr($5, 1, length($5) - 1)
		}'
}

passed() {
	(($(counter "$PAR" sent.packets id 6) >= $1))
}

test_retarget() {
	local first=$LIB_TMP/first second=$LIB_TMP/second senders=()

	par binding add id 6 dst $PCOA2 target tunnel 1
	capture_start "$PAR" up0 "$LIB_TMP/retarget.pcap" "ip6[6] == 41"
	receiver "$first" "$MN" $PCOA
	receiver "$second" "$MN" $PCOA2
	background numbered $PCOA 0 2000 400
	senders+=($!)
	background numbered $PCOA2 0 2000 400
	senders+=($!)
	busywait "$WAIT_MS" passed 100
	par tunnel change id 1 remote $NCOA2
	wait "${senders[@]}" || bail "the datagrams could not be sent"
	settle
	fence "$first" $PCOA
	fence "$second" $PCOA2
	capture_stop "$LIB_TMP/retarget.pcap"
	is "a new remote loses nothing, and keeps the order" \
		"$(arrived "$first"), $(arrived "$second")" "0-1999 fence, 0-1999 fence"
	is "it retargets all bindings at once" \
		"$(destinations $PCOA | tr '\n' ' ')$(destinations $PCOA2 | tr '\n' ' ')" \
		"$NCOA $NCOA2 $NCOA $NCOA2 "
	par tunnel change id 1 remote $NCOA
	par binding del id 6
}

# stream COUNT RATE [UDPLOG-OPTION]...: to the node; sets ARRIVED
stream() {
	receiver "$LIB_TMP/stream" "$MN" $PCOA
	numbered $PCOA 0 "$@" || bail "the datagrams could not be sent"
	fence "$LIB_TMP/stream" $PCOA
	ARRIVED=$(arrived "$LIB_TMP/stream")
}

test_sizes() {
	stream 10 200 --size 4000
	stream 100 200 --size 4000
	is "large datagrams arrive once the path's MTU is known" "$ARRIVED" "0-99 fence"
}

# bad_sums: segments and datagrams with a wrong checksum that the node received
bad_sums() {
	in_ns "$MN" awk '$1 ~ /InCsumErrors/ { n += $2 } END { print n + 0 }' /proc/net/snmp6
	in_ns "$MN" awk '/^Tcp:/ { v = $NF } END { print v + 0 }' /proc/net/snmp
}

test_tcp() {
	web_start "$CN" $CN_ADDR 4000000
	capture_start "$PAR" up0 "$LIB_TMP/gso.pcap" -Q out "ip6[6] == 41 and ip6[46] == 6"
	check "a file comes through the tunnel by TCP" download "$MN" $PCOA 4000000
	capture_stop "$LIB_TMP/gso.pcap"
	is "packets of several segments stay together in the tunnel" \
		"$(tcpdump -n -c 1 -r "$LIB_TMP/gso.pcap" "ip6[4:2] > 1460" 2>/dev/null | wc -l)" 1
	# Now the PAR has to cut and to sum itself, and the node to check it.
	in_ns "$PAR" ethtool -K up0 tx off >/dev/null || bail "ethtool failed"
	check "also if the PAR's interface cannot help" download "$MN" $PCOA 1000000
	par binding change id 5 local
	CN=$PAR stream 50 500
	is "the router's own datagrams arrive" "$ARRIVED" "0-49 fence"
	par binding change id 5 local off
	is "no checksum was wrong" "$(bad_sums | tr '\n' ' ')" "0 0 "
	in_ns "$PAR" ethtool -K up0 tx on >/dev/null || bail "ethtool failed"
}

# The MTU of the underlay is 1280, that of the tunnel less than IPv6 allows.
test_fragments() {
	lib_settings "$PAR" ipv6/conf/up0/mtu=1280
	capture_start "$PAR" up0 "$LIB_TMP/small.pcap" "ip6[6] == 44 or icmp6"
	stream 20 200 --size 1232
	is "through an underlay of 1280 bytes packets of 1280 bytes arrive" "$ARRIVED" "0-19 fence"
	capture_stop "$LIB_TMP/small.pcap"
	is "in two outer fragments each" \
		"$(tcpdump -n -r "$LIB_TMP/small.pcap" "src $PAR_ADDR and dst $NCOA" 2>/dev/null |
		wc -l)" 40
	is "and nobody is told to send smaller ones" \
		"$(tcpdump -n -r "$LIB_TMP/small.pcap" "icmp6[0] == 2" 2>/dev/null | wc -l)" 0
	check "a file comes through it by TCP" download "$MN" $PCOA 200000
}

# While the stack asks for the next hop it keeps what is sent, but three packets at
# most here; and when it has the answer, others may overtake them.
test_next_hop() {
	local gate=(gate hold release immediate)

	lib_settings "$PAR" ipv6/neigh/up0/unres_qlen=3
	receiver "$LIB_TMP/hop" "$MN" $PCOA3
	par binding add id 7 dst $PCOA3 target tunnel 1 "${gate[@]}"
	numbered $PCOA3 0 40 1000
	wait_counted "COUNT[buffered] == 40" "$PAR" id 7
	ip -n "$PAR" neigh flush dev up0
	par binding change id 7 gate open
	fence "$LIB_TMP/hop" $PCOA3
	is "a release waits for a next hop that is not resolved" "$(arrived "$LIB_TMP/hop")" \
		"0-39 fence"
	par binding del id 7
}

need ip tc fmipctl jq tcpdump tshark nft curl lighttpd ethtool udplog
inject_start
load_module
topo_up
node_moved
lib_batch -n "$MN" <<-END
	addr add $PCOA2/128 dev wlan0 nodad
	addr add $PCOA3/128 dev wlan0 nodad
	addr add $NCOA2/128 dev wlan0 nodad preferred_lft 0
	link add name fast1 type ip6tnl mode any local $NCOA2 remote $PAR_ADDR encaplimit none
	link set fast1 addrgenmode none
	link set fast1 up
END
# The NAR would drop what comes in a burst while it looks for the node's link-layer
# address.
lib_batch -n "$NAR" <<-END
	neigh replace $NCOA2 lladdr $MN_MAC dev acc0 nud permanent
END
# What is not redirected shall be seen to leave, although nobody is there.
lib_batch -n "$PAR" <<-END
	neigh replace $PCOA lladdr $MN_MAC dev acc0 nud permanent
END
par tunnel add id 1 local $PAR_ADDR remote $NCOA
par binding add id 1 dst $PCOA target tunnel 1

capture_start "$PAR" any "$PAR_PCAP" ip6
capture_start "$MN" fast0 "$MN_PCAP" ip6
send_headers
counters "$PAR" id 1
check "the counters of a binding add up" balanced
is "and say what became of each packet" "$(for name in received.packets sent.packets \
	dropped.hop-limit dropped.too-big; do counter "$PAR" $name id 1; done | tr '\n' ' ')" "12 10 1 1 "
send_prefixes
send_exempt
send_impossible
send_local
capture_stop "$PAR_PCAP"
capture_stop "$MN_PCAP"
read_capture "$PAR_PCAP" "$PAR" up0 acc0
check_headers
check_prefixes
check_exempt
check_impossible
check_local
test_retarget
test_next_hop
test_sizes
test_tcp
test_fragments
counters "$PAR"
check "the counters of the namespace add up" balanced
tap_done
