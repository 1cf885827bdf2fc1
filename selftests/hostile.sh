#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packets that nobody should send: cut short, too long, in fragments, with options and
# routing headers, in tunnels of every kind and in too many of them, from addresses
# that are not the sender's; what becomes of each, where it is counted, and that a
# good packet that follows it gets through.  And tunnels that lead to each other.
#
# hostile.py makes the packets, and says what becomes of them, in one process.

# shellcheck disable=SC2034
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

HELD=2001:db8:c::40
HELD4=192.0.2.40
BY_DST=2001:db8:c::41
BY_DST4=192.0.2.41
STRANGER=2001:db8:9::9
STRANGER4=198.18.0.9
NODE_MAC=02:00:00:00:00:41

mac() { # mac NETNS DEV
	in_ns "$1" cat "/sys/class/net/$2/address"
}

# Nobody answers what gets through: an answer would be counted, too.
quiet() {
	in_ns "$CN" nft -f - <<-END || bail "nft refused the rules"
		table inet quiet {
			chain input {
				type filter hook input priority 0
				meta l4proto != { icmp, icmpv6 } drop
			}
		}
	END
	in_ns "$CORE" nft -f - <<-END || bail "nft refused the rules"
		table inet quiet {
			chain forward {
				type filter hook forward priority 0; policy drop
			}
		}
	END
}

loud() {
	in_ns "$CN" nft delete table inet quiet
	in_ns "$CORE" nft delete table inet quiet
}

more_bindings() {
	# What is released at the rate at which it came would take as long as the tests.
	par binding add id 20 dst $HELD dst $HELD4 gate hold release immediate target link dev up0 \
		proxy $HELD dev up0 proxy $HELD4 dev up0 attach una dev up0
	par binding add id 21 dst $BY_DST dst $BY_DST4 accept tunnel 1 from dst \
		target link dev up0 lladdr "$(mac "$CN" eth0)"
	par binding add id 22 src $END_ADDR dev up0 src $END_ADDR4 dev up0 target route \
		accept tunnel 1 from src accept tunnel 2 from src accept tunnel 5 from src
}

too_big() { # too_big [FIELD]: from a router on the way
	echo "IPv6(src='2001:db8:f1::2',dst='$OUT_ADDR')/ICMPv6PacketTooBig(mtu=1300${1:+,$1})"
}

mtus() {
	fmipctl -n "$PAR" -j tunnel show | jq -c 'map(.mtu)'
}

# What hostile.py has to know.
knowledge() {
	local i rows='' family inner

	inner=$(to_node 1 6 20000)
	echo "router $PAR"
	echo "core $CORE"
	echo "cn $CN"
	echo "mac_core $(mac "$PAR" out0)"
	echo "mac_cn $(mac "$PAR" up0)"
	echo "node6 $NODE6"
	echo "node4 $NODE4"
	echo "stranger6 $STRANGER"
	echo "stranger4 $STRANGER4"
	echo "out6 $OUT_ADDR"
	echo "out4 $OUT_ADDR4"
	echo "end6 $END_ADDR"
	echo "end4 $END_ADDR4"
	echo "cn6 $CN_ADDR"
	echo "cn4 $CN_ADDR4"
	echo "router6 2001:db8:c::1"
	echo "router4 192.0.2.1"
	echo "held6 $HELD"
	echo "held4 $HELD4"
	for i in "${!ROWS[@]}"; do
		row $((++i))
		rows+="$i:$((OVERHEAD - (FAMILY == 6 ? 40 : 20))):$NAME "
		for family in 6 4; do
			echo "packet row$i-$family $(tunnelled $i $family 20000)"
		done
	done
	echo "rows $rows"
	echo "packet mark-udp $(tunnelled 1 6 9001)"
	echo "packet mark-tcp $(tunnelled 1 6 9002 | sed 's,/UDP(,/TCP(,')"
	echo "packet mark-node-udp $(to_node 1 6 9001)"
	echo "packet mark-node-tcp $(to_node 1 6 9002 | sed 's,/UDP(,/TCP(,')"
	echo "packet node1-6 $(to_node 1 6 20000)"
	echo "packet node2-4 $(to_node 2 4 20000)"
	echo "packet held-6 $(to_node 1 6 20000 "dst='$HELD'")"
	echo "packet held-4 $(to_node 1 4 20000 "dst='$HELD4'")"
	echo "packet bydst-6 $(tunnelled 1 6 20000 "src='$STRANGER',dst='$BY_DST'")"
	echo "packet error-stranger $(too_big)/IPv6(src='$OUT_ADDR',dst='$STRANGER',nh=41)/$inner"
	echo "packet error-source $(too_big)/IPv6(src='$STRANGER',dst='$END_ADDR',nh=41)/$inner"
	echo "packet error-nothing $(too_big)"
	echo "packet error-checksum $(too_big cksum=1)/IPv6(src='$OUT_ADDR',dst='$END_ADDR',nh=41)/$inner"
	echo "packet bydst-4 $(tunnelled 1 4 20000 "src='$STRANGER4',dst='$BY_DST4'")"
}

# test_packets PREFIX [TEST]...: of the names of the tests; and which, if not all
test_packets() {
	local ended=no result why before

	before=$(mtus)
	while IFS=$'\t' read -r result why; do
		case $result in
		"ok "*) ok "${result#ok }" ;;
		"not ok "*) not_ok "${result#not ok }" "$why" ;;
		"done") ended=yes ;;
		*) diag "$result $why" ;;
		esac
	done < <(knowledge | /usr/bin/python3 -B "$LIB_DIR/hostile.py" "$@" 2>&1)
	is "$1all was tried" "$ended" yes
	is "$1errors that are not about a tunnel's packets change no tunnel's MTU" "$(mtus)" "$before"
}

# ---- tunnels that lead to each other --------------------------------------

LOOP=2001:db8:1::50
ROUND=2001:db8:f1::9	# with a digit behind: addresses that the PAR gets later

# once ADDRESS: one packet to it
once() {
	in_ns "$CN" udplog send --to "$1" --port 20001 --count 1 --log "$LIB_TMP/once"
}

# hop_limits: how many packets have come to their end, at either router
hop_limits() {
	echo $(($(counter "$PAR" dropped.hop-limit) + $(counter "$FAR" dropped.hop-limit)))
}

hop_limits_are() {
	(($(hop_limits) == $1))
}

far() {
	fmipctl -n "$FAR" "$@" || bail "the far end refused: $*"
}

test_two_routers() {
	local ends

	lib_settings "$FAR" ipv6/conf/all/forwarding=1
	far tunnel add id 1 local $END_ADDR remote $OUT_ADDR
	far tunnel add id 3 local $END_ADDR remote $OUT_ADDR encap gre6
	far binding add id 50 dst $LOOP target tunnel 1 accept tunnel 1 from dst
	par binding add id 50 dst $LOOP target tunnel 1 accept tunnel 3 from dst
	once $LOOP
	check "what comes out of a tunnel does not go back there" \
		busywait "$WAIT_MS" counter_is 1 "$FAR" dropped.nesting
	far binding change id 50 target tunnel 3
	ends=$(hop_limits)
	once $LOOP
	check "what goes round by two routers and two tunnels comes to its end" \
		busywait "$WAIT_MS" hop_limits_are $((ends + 1))
	counters "$FAR"
	check "and all of its rounds are counted" balanced
	par binding del id 50
	far binding del id 50
}

# The other end has become an address of the router's own.
test_one_router() {
	local before

	par tunnel add id 50 local ${ROUND}1 remote ${ROUND}2
	par tunnel add id 51 local ${ROUND}2 remote ${ROUND}1
	lib_batch -n "$PAR" <<-END
		addr add ${ROUND}1/128 dev lo nodad
		addr add ${ROUND}2/128 dev lo nodad
	END
	par binding add id 50 dst $LOOP target tunnel 50 accept tunnel 51 from dst
	before=$(counter "$PAR" dropped.no-route)
	once $LOOP
	check "there is no way by which a router would send to itself" \
		busywait "$WAIT_MS" counter_is $((before + 1)) "$PAR" dropped.no-route
	par binding del id 50
}

# Each outer packet is for the next binding.
test_chain() {
	local i nesting

	for i in 1 2 3 4 5 6; do
		par tunnel add id 6$i local $OUT_ADDR remote 2001:db8:f2::a$((i + 1))
		par binding add id 6$i local dst 2001:db8:f2::a$i target tunnel 6$i
	done
	nesting=$(counter "$PAR" dropped.nesting)
	once 2001:db8:f2::a3
	check "four tunnels around a packet are sent" counter_is 1 "$PAR" sent.packets id 66
	is "which are none too many" "$(counter "$PAR" dropped.nesting)" "$nesting"
	once 2001:db8:f2::a2
	check "a fifth is not" busywait "$WAIT_MS" counter_is $((nesting + 1)) "$PAR" dropped.nesting
}

# ---- what is held, in the end ---------------------------------------------

test_held() {
	counters "$PAR" id 20
	is "nothing of all this has opened a gate" "${COUNT[gate]} ${COUNT[attached]}" "hold 0"
	check "and an address that is held is still defended" \
		grep -q "proxy $HELD dev up0" <(fmipctl -n "$PAR" binding show id 20)
	lib_batch -n "$CN" <<<"addr add $HELD/128 dev eth0 nodad"
	ip -n "$CN" addr add $HELD4/32 dev eth0 || bail "the node has no IPv4"
	in_ns "$CN" ndsend una --dev eth0 --target $HELD || bail "ndsend"
	check "its node gets in, and nothing stays behind" \
		wait_counted "COUNT[buffered] == 0" "$PAR" id 20
	check "all of it being counted" balanced
}

# What comes out of a tunnel is in a VRF, which has the tunnels' ends, too.
test_vrf() {
	modprobe -q vrf || {
		skip "in a VRF" "needs VRFs"
		return
	}
	ip -n "$PAR" -batch - <<-END || bail "there is no VRF"
		link add name red type vrf table 10
		link set red up
		link set fmip0 master red
		route add local $OUT_ADDR4 dev red table 10
		route add 192.0.2.0/24 dev up0 table 10
		route add local $OUT_ADDR dev red table 10
		route add 2001:db8:c::/64 dev up0 table 10
	END
	test_packets "in a VRF: " nested nested_fragments
	ip -n "$PAR" link del red
}

need ip tc fmipctl jq nft udplog ndsend
# What an earlier script's IPsec may have left, and with which AH is no unknown protocol.
for module in xfrm_interface ah6; do
	modprobe -q -r "$module"
done
load_module
topo_tunnel
# What goes wrong is told each time, and what is not whole waits for longer than we do.
lib_settings "$PAR" ipv6/icmp/ratelimit=0 ipv4/icmp_ratelimit=0 ipv6/ip6frag_time=3600 \
	ipv4/ipfrag_time=3600 ipv4/ipfrag_max_dist=0 netfilter/nf_conntrack_frag6_timeout=3600
tunnels
bindings
more_bindings
quiet
test_packets ""
# Then tunnel packets pass INPUT before they are looked at, and what is in them
# PREROUTING, by way of the fmip device.
in_ns "$PAR" nft -f - <<-END || bail "nft refused the rules"
	table inet listening {
		chain prerouting {
			type filter hook prerouting priority filter
		}
		chain input {
			type filter hook input priority filter
		}
	}
END
test_packets "with a firewall: "
in_ns "$PAR" nft delete table inet listening
test_vrf
loud
test_two_routers
test_one_router
test_chain
test_held
counters "$PAR"
check "the counters add up" balanced
tap_done
