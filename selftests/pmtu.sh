#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packets that do not fit a tunnel, packets that get lost in it, fragments, and
# packets that are still to be segmented.
#
# What is made by hand has a UDP destination port of its own, by which it is found
# in what leaves for the tunnel and in the errors that the correspondent node gets.

# shellcheck disable=SC2034
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

# settled: what has been sent has come to the middle of the tunnel, and what that
# has to say of it has come back
settled() {
	in_ns "$CN" ping -q -c 1 -W 5 2001:db8:f1::2 >/dev/null || bail "no answer from the core"
}

# big N FAMILY PORT LENGTH [IPv4-FLAGS]: the words for a packet of that length from
# the CN to the node
big() {
	local header=48 ip="IPv6(src='$CN_ADDR',dst='$NODE6$1')"

	[[ $2 == 4 ]] && header=28 &&
		ip="IP(src='$CN_ADDR4',dst='$NODE4$1',id=7,flags='${5-DF}')"
	echo "$ip/UDP(sport=9,dport=$3)/Raw(b'f'*$(($4 - header)))"
}

# What the CN is told it shall not heed, as it would send no more such packets; and
# the far end has nothing to say.
watch_start() {
	in_ns "$CN" nft -f - <<-END || bail "nft refused the rules"
		table inet deaf {
			chain input {
				type filter hook input priority 0
				icmpv6 type packet-too-big drop
				icmp type destination-unreachable drop
			}
		}
	END
	in_ns "$FAR" nft -f - <<-END || bail "nft refused the rules"
		table inet mute {
			chain input {
				type filter hook input priority 0
				meta l4proto != { icmp, icmpv6 } drop
			}
		}
	END
	capture_start "$PAR" up0 "$LIB_TMP/told.pcap" -Q out "icmp or icmp6"
	capture_start "$PAR" out0 "$LIB_TMP/left.pcap" -Q out "not icmp and not icmp6"
}

# watch_stop: reads what the CN was told, as in TOLD[PORT]="2 0 1460", type, code
# and MTU, and the length of the outer packets that have left, as in LEFT[PORT]
declare -A TOLD=() LEFT=()
watch_stop() {
	local port value line

	capture_stop "$LIB_TMP/told.pcap"
	capture_stop "$LIB_TMP/left.pcap"
	in_ns "$CN" nft delete table inet deaf
	in_ns "$FAR" nft delete table inet mute
	TOLD=() LEFT=()
	while read -r port value; do
		TOLD[$port]+="${TOLD[$port]:+, }${value% }"
	done < <(dissect "$LIB_TMP/told.pcap" udp.dstport udp.dstport icmpv6.type icmpv6.code \
		icmpv6.mtu icmp.type icmp.code icmp.mtu | tr -s '\t' ' ')
	while read -r line; do
		[[ $line =~ 0009(....)........(66)+$ ]] || continue
		port=$((16#${BASH_REMATCH[1]}))
		LEFT[$port]+="${LEFT[$port]:+, }$((${#line} / 2))"
	done < <(hex "$LIB_TMP/left.pcap" "ip or ip6")
}

# answer FAMILY MTU: as in TOLD
answer() {
	[[ $1 == 6 ]] && echo "2 0 $2" || echo "3 4 $2"
}

# ---- what the PAR knows by itself ---------------------------------------

send_fitting() {
	local i family port mtu words

	for i in "${!ROWS[@]}"; do
		row $((++i))
		mtu=$((1500 - OVERHEAD)) words=
		for family in 6 4; do
			port=$((21000 + i * 100 + family * 10))
			words+="$(big $i $family $port $mtu),"
			words+="$(big $i $family $((port + 1)) $((mtu + 1))),"
		done
		inject "$CN" "[$words]"
	done
	settled
	par tunnel change id 1 encaplimit 4
	inject "$CN" "[$(big 1 6 21001 1452),$(big 1 6 21002 1453)]"
	settled
	par tunnel change id 1 encaplimit none
}

check_fitting() {
	local i family port mtu

	for i in "${!ROWS[@]}"; do
		row $((++i))
		mtu=$((1500 - OVERHEAD))
		for family in 6 4; do
			port=$((21000 + i * 100 + family * 10))
			is "$NAME: IPv$family of $mtu bytes goes through as one of 1500" \
				"${LEFT[$port]-} ${TOLD[$port]-}" "1500 "
			is "$NAME: one byte more, and the sender is told" \
				"${LEFT[$((port + 1))]-} ${TOLD[$((port + 1))]-}" \
				" $(answer $family $mtu)"
		done
	done
	is "an encapsulation limit takes eight bytes" \
		"${LEFT[21001]-} ${TOLD[21001]-} ${LEFT[21002]-} ${TOLD[21002]-}" \
		"1500   $(answer 6 1452)"
}

# ---- what it learns from a router in the middle -------------------------

# narrow MTU: of the second half of the way to the other end; wide: none
narrow() {
	ip -n "$CORE" route replace $END_ADDR/128 dev out0 mtu lock "$1"
	ip -n "$CORE" route replace $END_ADDR4/32 dev out0 mtu lock "$1"
}

wide() {
	ip -n "$CORE" route del $END_ADDR/128
	ip -n "$CORE" route del $END_ADDR4/32
	forget
}

#	row, family of the inner packet
LEARNING="1/6 1/4 2/6 2/4 3/4 4/6 5/6 6/4 7/6 8/4 9/6"

forget() {
	ip -n "$PAR" -6 route flush cache
	ip -n "$PAR" -4 route flush cache
}

send_learning() {
	local pair i family port

	narrow 1400
	for pair in $LEARNING; do
		i=${pair%/*} family=${pair#*/}
		row "$i"
		port=$((22000 + i * 100 + family * 10))
		forget
		inject "$CN" "$(big "$i" "$family" $port $((1500 - OVERHEAD)))"
		settled
		inject "$CN" "[$(big "$i" "$family" $((port + 1)) $((1401 - OVERHEAD))),$(
			)$(big "$i" "$family" $((port + 2)) $((1400 - OVERHEAD)))]"
		settled
	done
	wide
}

check_learning() {
	local pair i family port mtu

	for pair in $LEARNING; do
		i=${pair%/*} family=${pair#*/}
		row "$i"
		port=$((22000 + i * 100 + family * 10))
		mtu=$((1400 - OVERHEAD))
		is "$NAME: an error about the outer packet is one about IPv$family inside" \
			"${LEFT[$port]-} ${TOLD[$port]-}" "1500 $(answer "$family" $mtu)"
		is "$NAME: the next one goes no farther than the router" \
			"${LEFT[$((port + 1))]-} ${TOLD[$((port + 1))]-}" \
			" $(answer "$family" $mtu)"
		is "$NAME: what fits goes through" \
			"${LEFT[$((port + 2))]-} ${TOLD[$((port + 2))]-}" "1400 "
	done
}

# An IPv6 packet of 1280 bytes must get through, so that it is fragmented outside.
test_small() {
	narrow 1300
	check "ip6: a path with less than it takes for 1280 bytes gets fragments" \
		in_ns "$CN" ping -q -c 3 -i 0.2 -W 5 -s 1232 ${NODE6}1
	check "ip4: so does one over IPv4" in_ns "$CN" ping -q -c 3 -i 0.2 -W 5 -s 1232 ${NODE6}2
	wide
	check "ip6: IPv4 that may be fragmented is, outside" \
		in_ns "$CN" ping -q -c 1 -W 5 -M dont -s 1472 ${NODE4}1
	check "ip4: over IPv4 too" in_ns "$CN" ping -q -c 1 -W 5 -M dont -s 1472 ${NODE4}2
}

# ---- what does not get there --------------------------------------------

# Where there is IP in IP, "reject" believes that its checksum is wrong.
send_lost() {
	local i

	in_ns "$CORE" nft -f - <<-END || bail "nft refused the rules"
		table inet nobody {
			chain forward {
				type filter hook forward priority 0
				ip6 daddr $END_ADDR reject with icmpv6 addr-unreachable
				ip daddr $END_ADDR4 reject with icmp host-unreachable
			}
		}
	END
	for i in 4 6 7 9; do
		inject "$CN" "[$(big $i 6 $((23060 + i)) 100),$(big $i 4 $((23040 + i)) 100)]"
	done
	settled
	in_ns "$CORE" nft delete table inet nobody
	for i in 1 2; do
		par tunnel change id $i ttl 1
		inject "$CN" "[$(big $i 6 $((23060 + i)) 100),$(big $i 4 $((23040 + i)) 100)]"
		settled
		par tunnel change id $i ttl route
	done
	ip -n "$PAR" -6 route del default
	ip -n "$PAR" -4 route del default
	inject "$CN" "[$(big 1 6 23003 100),$(big 2 4 23004 100)]"
	settled
	ip -n "$PAR" -6 route add default via 2001:db8:f1::2
	ip -n "$PAR" -4 route add default via 198.51.100.2
}

check_lost() {
	local i

	for i in 1 2 4 6 7 9; do
		row $i
		is "$NAME: what does not get to the other end does not get to the node" \
			"${TOLD[$((23060 + i))]-}, ${TOLD[$((23040 + i))]-}" "1 3, 3 1"
	done
	is "nor does it without a route" "${LEFT[23003]-}${LEFT[23004]-}${TOLD[23003]-}, ${TOLD[23004]-}" \
		"1 3, 3 1"
}

# ---- fragments ----------------------------------------------------------

# The far end's outer packets come in pieces, the last one first.
test_fragments() {
	local six="fragment6(IPv6(src='$END_ADDR',dst='$OUT_ADDR')/IPv6ExtHdrFragment(id=77,nh=41)"
	local capture=$LIB_TMP/whole.pcap

	capture_start "$PAR" up0 "$capture" -Q out "udp"
	inject "$CORE" "$six/$(node_packet 1 24001), 600)[::-1]"
	inject "$CORE" "fragment($(outer4 "proto=41,id=78")/$(node_packet 2 24002), 600)[::-1]"
	inject "$CORE" "fragment($(outer4 "proto=47,id=79")/GRE(proto=0x86dd)/$(node_packet 5 24003), 600)"
	inject "$CORE" "${six/77/80}/$(node_packet 1 24004), 600)[1:]"
	settled
	inject "$CORE" "$(outer6 nh=41)/$(node_packet 1 24005)"
	settled
	capture_stop "$capture"
	is "outer fragments are put together, and what is not whole is not taken" \
		"$(dissect "$capture" udp udp.dstport udp.length | tr '\t\n' ' ,')" \
		"24001 1208,24002 1208,24003 1208,24005 1208,"
	is "and nothing but the packet comes out" \
		"$(hex "$capture" udp | grep -c "^6000000004b8113f.*5dc.04b8....\(66\)\{1200\}$")" 4
}

# node_packet N PORT: IPv6 from the node with 1200 bytes of payload
node_packet() {
	echo "IPv6(src='$NODE6$1',dst='$CN_ADDR')/UDP(sport=9,dport=$2)/Raw(b'f'*1200)"
}

# ---- packets that are still to be segmented -----------------------------

# large FILE: how many frames were more than a link takes
large() {
	tcpdump -n -r "$1" greater 1600 2>/dev/null | wc -l
}

# bulk N CN-ADDRESS: a file each way through the tunnel of the row
SIZE=600000
bulk() {
	row "$1"
	capture_start "$PAR" out0 "$LIB_TMP/into.pcap" -Q out
	WEB_URL="http://[$2]:8080/file"
	check "$NAME: a file gets to the node" download "$FAR" "$NODE6$1" $SIZE
	capture_stop "$LIB_TMP/into.pcap"
	capture_start "$PAR" up0 "$LIB_TMP/out.pcap" -Q out
	WEB_URL="http://[$NODE6$1]:8080/file"
	check "$NAME: and from it" download "$CN" "$2" $SIZE
	capture_stop "$LIB_TMP/out.pcap"
	check "$NAME: not segmented on the way out of the tunnel" test "$(large "$LIB_TMP/out.pcap")" -gt 5
	[[ $NAME == tlv* ]] && return
	check "$NAME: nor into it" test "$(large "$LIB_TMP/into.pcap")" -gt 5
}

# datagrams: how many the sockets of the other end have got
datagrams() {
	in_ns "$FAR" awk '$1 == "Udp6InDatagrams" { print $2 }' /proc/net/snmp6
}

datagrams_are() {
	[[ $(datagrams) == "$1" ]]
}

# segmented ADDR: 20 datagrams of 1000 bytes that are one for the sender
segmented() {
	in_ns "$CN" python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_UDP, 103, 1000)	# UDP_SEGMENT
s.sendto(bytes(20000), (sys.argv[1], 9))' "$1"
}

test_gso() {
	local i before

	web_start "$FAR" :: $SIZE
	web_start "$CN" :: $SIZE
	for i in 1 2 4 6; do
		bulk $i $CN_ADDR
	done
	far_udp 6
	bulk 7 $CN_ADDR
	far_fmip
	bulk 9 $CN_TOO
	capture_start "$PAR" out0 "$LIB_TMP/udp.pcap" -Q out
	background in_ns "$FAR" udplog recv --port 9 --count 100 --wait 60000 \
		--log "$LIB_TMP/datagrams" >"$LIB_TMP/ready"
	wait_line "$WAIT_MS" "$LIB_TMP/ready" ready || bail "udplog does not listen"
	before=$(datagrams)
	segmented ${NODE6}1
	check "ip6: datagrams that are one for the sender arrive" \
		busywait "$WAIT_MS" datagrams_are $((before + 20))
	capture_stop "$LIB_TMP/udp.pcap"
	is "and are one on the way into the tunnel" "$(large "$LIB_TMP/udp.pcap")" 1
	segmented ${NODE6}6
	check "gre4-key: so it is there" busywait "$WAIT_MS" datagrams_are $((before + 40))
}

need ip fmipctl nft tcpdump tshark curl lighttpd python3
inject_start
load_module
topo_tunnel
lib_settings "$PAR" ipv6/icmp/ratelimit=0 ipv4/icmp_ratelimit=0
lib_settings "$CORE" ipv6/icmp/ratelimit=0 ipv4/icmp_ratelimit=0
tunnels
bindings
watch_start
send_fitting
send_learning
send_lost
watch_stop
check_fitting
check_learning
check_lost
test_fragments
far_devices
test_small
test_gso
counters "$PAR"
check "the counters add up" balanced
tap_done
