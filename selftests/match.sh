#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which binding a packet is for: the longest prefix, the narrowest scope, the
# destination before the source; which packets are for none; nodes that have the
# same IPv4 address; and a change of matches under traffic.
#
# Every binding sends into the same tunnel with a GRE key of its own, and every
# packet has a UDP destination port of its own, so that one capture of what
# leaves for the far end says which packet went by which binding.
#
# shellcheck disable=SC2034,SC2086,SC2154

: "${WAIT_MS:=30000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

CAPTURE=$LIB_TMP/match.pcap
ROUTER=2001:db8:c::1		# the router towards the correspondent node
SOMEWHERE=2001:db8:7::1		# routed to the far end without any binding
BASE6=2001:db8:5:5555:aaaa:3333:cccc:5a5a
BASE4=10.85.170.51

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

batch() {
	fmipctl -n "$NAR" -b - || bail "a batch was refused"
}

# settle: all that was sent before is through the router
settle() {
	in_ns "$CN" ping -q -c 1 -W 5 $ROUTER >/dev/null || bail "no answer from the router"
}

# ---- what is wanted, and what was seen ----------------------------------

PORT=30000
WANTED=()

# try NAME KEY EXPRESSION: sends a packet, @ being its port, which shall leave
# with that key; with "routed", by its route; with "none", not at all
try() {
	local payload

	WANTED+=("$((++PORT)) $2 $1")
	payload="UDP(sport=9,dport=$PORT)/Raw(16*b'f')"
	inject "$CN" "${3//@/"$payload"}"
}

declare -A KEY

read_keys() {
	local port key

	while IFS=$'\t' read -r port key; do
		KEY[$port]=${key:-routed}
	done < <(dissect "$CAPTURE" udp udp.dstport gre.key)
}

check_wanted() {
	local line port key name got

	for line in "${WANTED[@]}"; do
		read -r port key name <<<"$line"
		got=${KEY[$port]-none}
		[[ $got == 0x* ]] && got=$((got))
		is "$name" "$got" "$key"
	done
}

# keys FROM TO: of the packets with these ports, "-" for what has none
keys() {
	local port key got=()

	for ((port = $1; port <= $2; port++)); do
		key=${KEY[$port]--}
		[[ $key == 0x* ]] && key=$((key))
		got+=("$key")
	done
	echo "${got[*]}"
}

# ---- every length -------------------------------------------------------

# The Nth of these addresses has N bits in common with the base and no more.
addresses() { # addresses BASE
	python3 -c '
import ipaddress, sys
base = ipaddress.ip_address(sys.argv[1])
for bit in range(base.max_prefixlen):
    print(type(base)(int(base) ^ 1 << (base.max_prefixlen - 1 - bit)), end=" ")
print(base)' "$1"
}

# prefixes BASE: each that the base is in, the shortest first
prefixes() {
	python3 -c '
import ipaddress, sys
base = ipaddress.ip_address(sys.argv[1])
for n in range(base.max_prefixlen + 1):
    print(ipaddress.ip_network((base, n), strict=False))' "$1"
}

# lengths dst|src BASE PORT: a binding for each length of prefix, and a packet for
# each; then once more without those of even length
lengths() {
	local direction=$1 base=$2 port=$3 scope='' n=0 prefix packet list
	local -a all

	[[ $direction == src ]] && scope="dev up0"
	mapfile -t all < <(prefixes "$base")
	for prefix in "${all[@]}"; do
		echo "binding add id $((1000 + n)) $direction $prefix $scope" \
			"target tunnel 1 key $((1000 + n++))"
	done | batch
	case $direction$base in
	dst*:*) packet="IPv6(src='$CN_ADDR',dst=a)" ;;
	src*:*) packet="IPv6(src=a,dst='$SOMEWHERE')" ;;
	dst*) packet="IP(src='10.255.0.2',dst=a)" ;;
	src*) packet="IP(src=a,dst='10.255.7.1')" ;;
	esac
	list=$(addresses "$base")
	inject "$CN" "[$packet/UDP(sport=9,dport=$port+n) for n, a in enumerate('$list'.split())]"
	settle
	for ((n = 0; n < ${#all[@]}; n += 2)); do
		echo "binding del id $((1000 + n))"
	done | batch
	inject "$CN" "[$packet/UDP(sport=9,dport=$port+500+n) for n, a in enumerate('$list'.split())]"
	settle
	fmip binding flush
}

# check_lengths NAME PORT BITS NONE
check_lengths() {
	local n all=() odd=("$4")

	for ((n = 0; n <= $3; n++)); do
		all+=($((1000 + n)))
		((n)) && odd+=($((1000 + (n % 2 ? n : n - 1))))
	done
	is "$1: the longest prefix wins, of all $(($3 + 1)) lengths" \
		"$(keys "$2" $(($2 + $3)))" "${all[*]}"
	is "$1: without those of even length, the next shorter ones" \
		"$(keys $(($2 + 500)) $(($2 + 500 + $3)))" "${odd[*]}"
}

# ---- scopes -------------------------------------------------------------

# in_tunnel [KEY]: what a packet is put into
in_tunnel() {
	echo "IPv6(src='$CN_ADDR',dst='$ROUTER')/GRE(proto=0x86dd${1:+,key_present=1,key=$1})"
}

# by_up1 NAME KEY: from the correspondent node's other interface
by_up1() {
	WANTED+=("$((++PORT)) $2 $1")
	numbered $SOMEWHERE 0 1 1000 --bind 2001:db8:d::2 --port $PORT
	in_ns "$CN" ping -q -c 1 -W 5 -I 2001:db8:d::2 2001:db8:d::1 >/dev/null ||
		bail "no answer from the VRF"
}

scopes() {
	local packet="IPv6(src='$CN_ADDR',dst='$SOMEWHERE')/@" id

	fmip tunnel add id 5 local $ROUTER remote $CN_ADDR encap gre6
	batch <<-END
		binding add id 11 dst $SOMEWHERE target tunnel 1 key 11 accept tunnel 5 from dst accept tunnel 5 key 7 from dst
		binding add id 12 dst $SOMEWHERE vrf red target tunnel 1 key 12
		binding add id 13 dst $SOMEWHERE dev up0 target tunnel 1 key 13
		binding add id 14 dst $SOMEWHERE from-tunnel 5 target tunnel 1 key 14
		binding add id 15 dst $SOMEWHERE from-tunnel 5 key 7 target tunnel 1 key 15
		binding add id 18 dst $SOMEWHERE dev up1 target tunnel 1 key 18
		binding add id 19 dst 2001:db8:7::/64 from-tunnel 5 key 7 target tunnel 1 key 19
	END
	try "a tunnel with its key goes before all else" 15 "$(in_tunnel 7)/$packet"
	try "a tunnel without key goes before an interface" 14 "$(in_tunnel)/$packet"
	try "an interface goes before any" 13 "$packet"
	by_up1 "an interface goes before its VRF" 18
	try "a key that no binding accepts lets nobody in" none "$(in_tunnel 8)/$packet"
	settle
	is "and counts" "$(counter "$NAR" dropped.not-accepted)" 1
	for id in 13 14 15 18; do
		echo "binding del id $id"
	done | batch
	try "a longer prefix goes before a narrower scope" 11 "$(in_tunnel 7)/$packet"
	try "what no scope is for, any is for" 11 "$(in_tunnel)/$packet"
	try "one interface's match is not another's" 11 "$packet"
	by_up1 "a VRF goes before any" 12
	settle
	fmip binding del id 12
	by_up1 "so is what comes by a VRF" 11
	settle
	fmip binding flush
	fmip tunnel del id 5
}

directions() {
	local packet="IPv6(src='$CN_ADDR',dst='$SOMEWHERE')/@"

	batch <<-END
		binding add id 21 src $CN_ADDR dev up0 target tunnel 1 key 21
		binding add id 22 dst ::/0 target tunnel 1 key 22
	END
	try "a destination of any length goes before a source" 22 "$packet"
	settle
	fmip binding del id 22
	try "then the source" 21 "$packet"
	settle
	fmip binding change id 21 src $CN_ADDR dev up1
	try "but not if it came by another interface" routed "$packet"
	settle
	check_fails "a source needs a scope" \
		fmipctl -n "$NAR" binding add src 2001:db8:c::9 target tunnel 1
	check_fails "a VRF is none" \
		fmipctl -n "$NAR" binding add src 2001:db8:c::9 vrf red target tunnel 1
	fmip binding flush
	batch <<-END
		binding add id 23 dst 2001:db8:5::/48 dst 2001:db8:6::1 dst 10.1.0.0/16 src 10.2.0.0/16 dev up0 target tunnel 1 key 23
	END
	try "several matches: the first" 23 "IPv6(src='$CN_ADDR',dst='2001:db8:5::9')/@"
	try "several matches: the second" 23 "IPv6(src='$CN_ADDR',dst='2001:db8:6::1')/@"
	try "several matches: IPv4" 23 "IP(src='10.255.0.2',dst='10.1.2.3')/@"
	try "several matches: a source" 23 "IP(src='10.2.3.4',dst='10.255.7.1')/@"
	try "and no others" routed "IPv6(src='$CN_ADDR',dst='$SOMEWHERE')/@"
	settle
	counters "$NAR" id 23
	is "all count for one" "$(counts)" "open received 4 sent 4 buffered 0"
	check_fails "nobody else may have one of them" \
		fmipctl -n "$NAR" binding add dst 2001:db8:8::1 dst 10.1.0.0/16 target tunnel 1
	try "nor the one before it, in that case" routed "IPv6(src='$CN_ADDR',dst='2001:db8:8::1')/@"
	settle
	fmip binding flush
}

# ---- what is for nobody -------------------------------------------------

exemptions() {
	local to6="IPv6(src='$CN_ADDR',dst='$SOMEWHERE'" to4="IP(src='10.255.0.2',dst='10.255.7.1'"

	fmip config set exempt-mark 0x40/0xf0
	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table inet exempt {
			chain prerouting {
				type filter hook prerouting priority mangle
				ip6 hoplimit 33 meta mark set 0x49
				ip ttl 33 meta mark set 0x49
				ip6 hoplimit 34 meta mark set 0x59
			}
		}
	END
	batch <<-END
		binding add id 30 dst ::/0 target tunnel 1 key 30
		binding add id 31 dst 0.0.0.0/0 target tunnel 1 key 31
	END
	try "IPv6 without an exemption is taken" 30 "$to6)/@"
	try "IPv4 without an exemption is taken" 31 "$to4)/@"
	try "IPv6 with a router alert is routed" routed \
		"$to6)/IPv6ExtHdrHopByHop(options=[RouterAlert()])/@"
	try "IPv4 with a router alert is routed" routed "$to4,options=[IPOption_Router_Alert()])/@"
	try "IPv6 with another hop-by-hop option is taken" 30 \
		"$to6)/IPv6ExtHdrHopByHop(options=[PadN(optdata=b'\0\0\0\0')])/@"
	try "IPv6 with the mark is routed" routed "$to6,hlim=33)/@"
	try "IPv4 with the mark is routed" routed "$to4,ttl=33)/@"
	try "with another mark it is taken" 30 "$to6,hlim=34)/@"
	try "IPv6 multicast is left alone" none "IPv6(src='$CN_ADDR',dst='ff0e::7')/@"
	try "IPv4 multicast is left alone" none "IP(src='10.255.0.2',dst='239.1.1.1')/@"
	try "a subnet's broadcast address is left alone" none "IP(src='10.255.0.2',dst='10.255.3.255')/@"
	settle
	check "a link-local address is the router's" in_ns "$CN" ping -q -c 1 -W 5 fe80::2%eth0
	check "its own addresses within the prefix are" in_ns "$CN" ping -q -c 1 -W 5 $NAR_ADDR
	check "in IPv4, too" in_ns "$CN" ping -q -c 1 -W 5 10.255.3.1
	check "it still speaks Neighbour Discovery" in_ns "$NAR" ping -q -c 1 -W 5 $FAR_ADDR
	inject "$CN" "IPv6(src='$CN_ADDR',dst='$SOMEWHERE',hlim=255)/ICMPv6ND_NS(tgt='$SOMEWHERE')"
	settle
	is "but a solicitation for a node goes nowhere" "$(counter "$NAR" dropped.nd)" 1
	counters "$NAR" id 30
	is "what is exempt does not count" "$(counts)" "open received 3 sent 3 buffered 0"
	counters "$NAR" id 31
	is "nor in IPv4" "$(counts)" "open received 1 sent 1 buffered 0"
	in_ns "$NAR" nft delete table inet exempt
	fmip config set exempt-mark 0/0
	fmip binding flush
}

# The router's own addresses are those of the VRF where a packet is.
own_in_vrf() {
	local to="IP(src='10.255.13.2',dst" from="IP(dst='198.18.0.1',src"
	local to6="IPv6(src='2001:db8:d::2',dst"

	ip -n "$NAR" addr add 10.255.13.1/24 dev up1 || bail "no IPv4 in the VRF"
	ip -n "$CN" -batch - <<-END || bail "the network could not be set up"
		addr add 10.255.13.2/24 dev eth1
		route add 198.18.0.1 via 10.255.13.1
		route add 10.255.3.1 via 10.255.13.1
		route add $NAR_ADDR via 2001:db8:d::1
	END
	batch <<-END
		binding add id 30 dst ::/0 target tunnel 1 key 30
		binding add id 31 dst 0.0.0.0/0 target tunnel 1 key 31
	END
	try "in a VRF IPv4 is taken" 31 "$to='198.18.0.1')/@"
	try "its address in the VRF is the router's" none "$to='10.255.13.1')/@"
	try "its addresses elsewhere are not" 31 "$to='10.255.3.1')/@"
	try "nobody else sends from the one" none "$from='10.255.13.1')/@"
	try "anybody may send from the others" 31 "$from='10.255.3.1')/@"
	try "IPv6: its address in the VRF is the router's" none "$to6='2001:db8:d::1')/@"
	try "its addresses elsewhere are not" 30 "$to6='$NAR_ADDR')/@"
	check "and it answers there" in_ns "$CN" ping -q -c 1 -W 5 2001:db8:d::1
	check "in IPv4, too" in_ns "$CN" ping -q -c 1 -W 5 10.255.13.1
	is "what nobody else sends is counted" "$(counter "$NAR" dropped.source id 31)" 1
	fmip binding flush
	ip -n "$CN" -batch - <<-END
		route del 10.255.3.1 via 10.255.13.1
		route del $NAR_ADDR via 2001:db8:d::1
	END
}

# ---- the same IPv4 address twice ----------------------------------------

# node NUMBER: one behind the far end, known by its key, whose correspondent node
# is known by a key, too
node() {
	local ns=node$1-$LIB_TAG

	LIB_NAMESPACES+=("$ns")
	ip netns add "$ns"
	ip -n "$CN" -batch - <<-END || bail "no node $1"
		link add name down$1 type gre local 10.255.0.2 remote 10.255.0.1 key 7$1
		link set down$1 up
		addr add 192.0.2.$1/32 dev down$1
		rule add from 192.0.2.$1 lookup 7$1
		route add default dev down$1 table 7$1
	END
	ip -n "$FAR" -batch - <<-END || bail "no node $1"
		link add name node$1 type gre local 10.255.3.2 remote 10.255.3.1 key 8$1
		link set node$1 netns $ns
	END
	ip -n "$ns" -batch - <<-END || bail "no node $1"
		link set lo up
		link set node$1 up
		addr add 10.0.0.1/32 dev node$1
		route add default dev node$1
	END
	batch <<-END
		binding add id 7$1 dst 10.0.0.1 from-tunnel 7 key 7$1 target tunnel 8 key 8$1 accept tunnel 7 key 7$1 from dst
		binding add id 8$1 src 10.0.0.1 from-tunnel 8 key 8$1 target tunnel 7 key 7$1 accept tunnel 8 key 8$1 from src
	END
	receiver "$LIB_TMP/node$1" "$ns" ::ffff:10.0.0.1
}

overlapping() {
	local n senders=()

	batch <<-END
		tunnel add id 7 local 10.255.0.1 remote 10.255.0.2 encap gre4
		tunnel add id 8 local 10.255.3.1 remote 10.255.3.2 encap gre4
	END
	node 1
	node 2
	for n in 1 2; do
		background numbered ::ffff:10.0.0.1 $((n * 1000)) 300 500 --bind ::ffff:192.0.2.$n
		senders+=($!)
	done
	wait "${senders[@]}"
	for n in 1 2; do
		fence "$LIB_TMP/node$n" ::ffff:10.0.0.1 --bind ::ffff:192.0.2.$n
		is "of two nodes with the same address, number $n has its own packets" \
			"$(arrived "$LIB_TMP/node$n")" "${n}000-${n}299 fence"
		check "and is answered" in_ns "node$n-$LIB_TAG" ping -q -c 1 -W 5 -I 10.0.0.1 192.0.2.$n
		counters "$NAR" id 7$n
		is "number $n: down" "$(counts)" "open received 302 sent 302 buffered 0"
		counters "$NAR" id 8$n
		is "number $n: up" "$(counts)" "open received 1 sent 1 buffered 0"
	done
	check_fails "one node's packets are not let in with the key of nobody" \
		in_ns "$CN" ping -q -c 1 -W 1 -I 192.0.2.3 10.0.0.1
	fmip binding flush
	fmip tunnel del id 7
	fmip tunnel del id 8
}

# ---- under traffic ------------------------------------------------------

# What the binding does not take is lost.
changes() {
	local sender n sent

	ip -6 -n "$NAR" route add blackhole $NCOA || bail "no blackhole"
	fmip binding add id 1 dst $NCOA target link dev acc0 lladdr $MN_MAC
	receiver "$LIB_TMP/changes" "$MN" $NCOA
	background ip netns exec "$CN" udplog send --to $NCOA --port 17000 --rate 1000 \
		--time 1000 --log "$LIB_TMP/sent"
	sender=$!
	wait_counted "COUNT[received] >= 100" "$NAR" id 1
	for n in {1..200}; do
		echo "binding change id 1 dst $NCOA dst $NCOA2"
		echo "binding change id 1 dst 2001:db8:2::/64"
		echo "binding change id 1 dst 2001:db8:2::/65 dst $NCOA"
		echo "binding change id 1 dst $NCOA dev up0"
		echo "binding change id 1 dst ::/1 dst 10.0.0.0/8"
		echo "binding change id 1 dst $NCOA"
	done | batch
	for n in {1..20}; do
		fmip binding change id 1 dst 2001:db8:2::/64
		fmip binding change id 1 dst $NCOA
	done
	wait_counted "COUNT[received] >= 2000" "$NAR" id 1
	stop $sender
	fence "$LIB_TMP/changes" $NCOA
	sent=$(($(wc -l <"$LIB_TMP/sent") - 1))
	is "1,240 changes of matches under traffic lose no packet" \
		"$(arrived "$LIB_TMP/changes")" "0-$((sent - 1)) fence"
	counters "$NAR" id 1
	is "and all are counted" "$(counts)" "open received $((sent + 1)) sent $((sent + 1)) buffered 0"
	fmip binding flush
	ip -6 -n "$NAR" route del blackhole $NCOA
}

set_up() {
	topo_router
	ip -n "$CN" -batch - <<-END || bail "the network could not be set up"
		addr add 10.255.0.2/24 dev eth0
		route add default via 10.255.0.1
	END
	lib_batch -n "$CN" <<-END
		rule add from 2001:db8:d::2 lookup 20
		route add default via 2001:db8:d::1 dev eth1 table 20
	END
	ip -n "$FAR" -batch - <<-END || bail "the network could not be set up"
		addr add 10.255.3.2/24 dev wlan0
		route add default via 10.255.3.1
	END
	ip -n "$NAR" -batch - <<-END || bail "the network could not be set up"
		addr add 10.255.0.1/24 dev up0
		addr add 10.255.3.1/24 dev acc1
		route add 10.255.7.0/24 via 10.255.3.2
	END
	lib_batch -n "$NAR" <<-END
		route add 2001:db8:7::/48 via $FAR_ADDR
		route add 2001:db8:8::/48 via $FAR_ADDR
		link add name red type vrf table 10
		link set red up
		link set up1 master red
		addr add 2001:db8:d::1/64 dev up1 nodad
	END
	lib_settings "$NAR" ipv4/ip_forward=1
	# What reaches the far end shall go no further.
	lib_settings "$FAR" ipv4/ip_forward=0
	in_ns "$NAR" ping -q -c 1 -W 5 10.255.3.2 >/dev/null || bail "the far end has no IPv4"
	in_ns "$NAR" ping -q -c 1 -W 5 $FAR_ADDR >/dev/null || bail "the far end has no IPv6"
}

# A router that has no IPv4 address itself has no table that tells which are its own.
unnumbered() {
	local ns=bare-$LIB_TAG

	LIB_NAMESPACES+=("$ns")
	ip netns add "$ns" || bail "no namespace"
	check "a router without any IPv4 address can have IPv4 nodes" \
		fmipctl -n "$ns" binding add id 1 dst 10.0.0.1 gate hold
	check "and tunnels over IPv4" \
		fmipctl -n "$ns" tunnel add id 1 local 10.1.0.1 remote 10.1.0.2 encap ip4
	check_fails "but the broadcast address is no node's" \
		fmipctl -n "$ns" binding add id 2 dst 255.255.255.255 gate hold
}

need ip udplog fmipctl tcpdump tshark nft jq python3
modprobe -q vrf || skip_all "needs VRFs"
inject_start
load_module
set_up
fmip tunnel add id 1 local 2001:db8:3::1 remote $FAR_ADDR encap gre6
capture_start "$NAR" acc1 "$CAPTURE" -Q out "udp or ip6[6] == 47 or ip6[6] == 0"
lengths dst $BASE6 20000
lengths dst $BASE4 21000
lengths src $BASE6 22000
lengths src $BASE4 23000
scopes
directions
exemptions
own_in_vrf
capture_stop "$CAPTURE"
read_keys
check_lengths "IPv6 destination" 20000 128 -
check_lengths "IPv4 destination" 21000 32 -
check_lengths "IPv6 source" 22000 128 routed
check_lengths "IPv4 source" 23000 32 routed
check_wanted
overlapping
unnumbered
changes
counters "$NAR"
check "the namespace's counters add up" balanced
is "nothing is buffered in the end" "${COUNT[buffered]}" 0
tap_done
