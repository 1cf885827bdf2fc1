#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# IPsec between the two ends of a tunnel: ESP in transport mode around the tunnel
# packets.  The cipher is the null one, so that the wire shows what is inside.

# shellcheck disable=SC2034
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

KEY_BYTES=0x$(printf '5a%.0s' {1..20})
SPI_OUT=0x1001 SPI_BACK=0x2002

# xfrm NETNS: batched commands
xfrm() {
	ip -n "$1" -batch - || bail "$1 has no such IPsec"
}

states() { # states NETNS VERB: of both directions, over IPv6 and IPv4
	local how="mode transport auth hmac(sha1) $KEY_BYTES enc ecb(cipher_null) \"\""

	[[ $2 == add ]] || how=
	xfrm "$1" <<-END
		xfrm state $2 src $OUT_ADDR dst $END_ADDR proto esp spi $SPI_OUT $how
		xfrm state $2 src $END_ADDR dst $OUT_ADDR proto esp spi $SPI_BACK $how
		xfrm state $2 src $OUT_ADDR4 dst $END_ADDR4 proto esp spi $SPI_OUT $how
		xfrm state $2 src $END_ADDR4 dst $OUT_ADDR4 proto esp spi $SPI_BACK $how
	END
}

# policy NETNS VERB DIRECTION FROM TO [FROM TO]...: what is between these is to be ESP
policy() {
	local ns=$1 verb=$2 dir=$3 tmpl="tmpl proto esp mode transport"

	[[ $verb == add ]] || tmpl=
	shift 3
	while (($#)); do
		echo "xfrm policy $verb src $1 dst $2 dir $dir $tmpl"
		shift 2
	done | xfrm "$ns"
}

# forth NETNS VERB DIRECTION, and back: from the PAR to the far end, and vice versa
forth() {
	policy "$@" $OUT_ADDR $END_ADDR $OUT_ADDR4 $END_ADDR4
}

back() {
	policy "$@" $END_ADDR $OUT_ADDR $END_ADDR4 $OUT_ADDR4
}

# between FILE FILTER: how many packets of the two ends; ESP may follow the options
# of an IPv6 header
between() {
	dissect "$1" "(ipv6.addr == $OUT_ADDR && ipv6.addr == $END_ADDR ||
		ip.addr == $OUT_ADDR4 && ip.addr == $END_ADDR4) && $2" frame.number | wc -l
}

# inside FILE FILTER FIELD...: what tshark sees in ESP
inside() {
	local file=$1 filter=$2 field fields=()

	shift 2
	for field; do
		fields+=(-e "$field")
	done
	tshark -n -r "$file" -o esp.enable_null_encryption_decode_heuristic:TRUE \
		-d udp.port==5437,ip -Y "esp && $filter" -T fields "${fields[@]}" 2>/dev/null
}

test_both_ways() {
	local i capture=$LIB_TMP/esp.pcap

	capture_start "$CORE" in0 "$capture" "ip or ip6"
	for i in 1 2 4 6 7; do
		row $i
		[[ $i == 7 ]] && far_udp 6
		check "$NAME: through ESP to the kernel's device and back" reaches $NODE6$i
	done
	check "ip6: so does IPv4" reaches ${NODE4}1
	check "tlv4-key: and to fmip" reaches ${NODE6}9 -I $CN_TOO
	capture_stop "$capture"
	is "nothing is on the wire but ESP" "$(between "$capture" "!esp")" 0
	is "in both directions" "$(between "$capture" esp)" 42
	for i in 1 2 4 6 7; do
		row $i
		is "$NAME: ESP has the tunnel packet inside, at both ends" \
			"$(inside "$capture" "ipv6.addr == $NODE6$i" esp.spi icmpv6.type | sort | uniq -c |
				tr -s ' \t\n' ' ')" \
			" 3 0x00001001 128 3 0x00002002 129 "
	done
	is "gre6-key: with its key" \
		"$(inside "$capture" "ipv6.dst == ${NODE6}4" gre.key | sort -u)" 0x00000046
}

test_required() {
	local capture=$LIB_TMP/clear.pcap drops

	drops=$(counter "$PAR" dropped.not-accepted)
	capture_start "$PAR" up0 "$capture" -Q out udp
	inject "$CORE" "$(tunnelled 1 6 26001)"
	inject "$CORE" "$(tunnelled 2 6 26002)"
	inject "$CORE" "$(tunnelled 4 6 26003)"
	settle
	is "where ESP is required what comes without is dropped" \
		"$(counter "$PAR" dropped.not-accepted)" $((drops + 3))
	back "$PAR" del in
	inject "$CORE" "$(tunnelled 1 6 26004)"
	settle
	capture_stop "$capture"
	is "where it is not, it is taken out of the tunnel" \
		"$(dissect "$capture" udp udp.dstport)" 26004
}

# What goes out may be no more than what is left beside ESP.
test_mtu() {
	local told=$LIB_TMP/told.pcap wire=$LIB_TMP/mtu.pcap mtu

	capture_start "$PAR" up0 "$told" -Q out icmp6
	capture_start "$CORE" in0 "$wire" -Q in "proto 50"
	inject "$CN" "$(sized 1 26101 1500)"
	settle
	capture_stop "$told"
	mtu=$(dissect "$told" icmpv6.mtu icmpv6.mtu)
	inject "$CN" "$(sized 1 26102 "${mtu:-1280}")"
	settle
	capture_stop "$wire"
	check "the MTU leaves room for ESP" test "${mtu:-1500}" -lt 1440
	is "and a packet of that size is not fragmented" \
		"$(dissect "$wire" esp ipv6.nxt | cut -d, -f1)" 50
	check "nor could it be much larger" test "$(dissect "$wire" esp frame.len)" -gt 1500
}

sized() { # sized N PORT LENGTH
	echo "IPv6(src='$CN_ADDR',dst='$NODE6$1')/UDP(sport=9,dport=$2)/Raw(b'f'*($3-48))"
}

test_no_state() {
	local capture=$LIB_TMP/none.pcap sent

	states "$PAR" del
	sent=$(counter "$PAR" sent.packets)
	capture_start "$CORE" in0 "$capture" -Q in "ip or ip6"
	inject "$CN" "[$(to_node 1 6 26201),$(to_node 2 4 26202)]"
	settle
	capture_stop "$capture"
	is "without a state nothing leaves" "$(between "$capture" frame)" 0
	is "nor counts as sent" "$(counter "$PAR" sent.packets)" "$sent"
	forth "$PAR" del out
	capture_start "$CORE" in0 "$capture" -Q in "ip or ip6"
	inject "$CN" "[$(to_node 1 6 26203),$(to_node 2 4 26204)]"
	settle
	capture_stop "$capture"
	is "without a policy they go as they are" "$(between "$capture" "!esp")" 2
}

need ip fmipctl tcpdump tshark
inject_start
load_module
topo_tunnel
tunnels
bindings
far_devices
far_fmip
# The routes are known before there is a policy.
check "without IPsec the node is reached" reaches ${NODE6}1
for ns in "$PAR" "$FAR"; do
	states "$ns" add
done
forth "$PAR" add out
back "$PAR" add in
back "$FAR" add out
forth "$FAR" add in
test_both_ways
test_required
test_mtu
test_no_state
counters "$PAR"
check "the counters add up" balanced
tap_done
