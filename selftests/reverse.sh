#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The way back: what the node sends through its tunnel to the PAR.  Which packets
# are decapsulated, what becomes of the others, what netfilter sees of both, and
# that another driver's tunnel with the same ends is left alone.
#
# Packets that are made by hand come from the core, as from the node, and each has
# a UDP destination port of its own.

# shellcheck disable=SC2034
CN_DELAY=0 AR_DELAY=0
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

OTHER=2001:db8:1::20		# another node's PCoA,
OTHER_NCOA=2001:db8:2::20	# and its NCoA
PAR_CORE=2001:db8:f1::2
PCAP=$LIB_TMP/par.pcap

par() {
	fmipctl -n "$PAR" "$@" || bail "the PAR refused: $*"
}

# outer FIELDS NEXT...: a packet for the PAR's end of the tunnel, from the NCoA
# if FIELDS do not say otherwise
outer() {
	inject "$CORE" "IPv6(**dict(dict(src='$NCOA',dst='$PAR_ADDR')${1:+,$1}))/${*:2}"
}

# from_mn PORT [INNER-FIELDS [OUTER-FIELDS]]
from_mn() {
	outer "${3-}" "IPv6(**dict(dict(src='$PCOA',dst='$CN_ADDR')${2:+,$2}))/" \
		"UDP(sport=9,dport=$1)/Raw(b'r'*64)"
}

# settle: all that the core sent to the PAR before is through it, and what the
# PAR sent on has been captured
settle() {
	in_ns "$CORE" ping -q -c 1 -W 5 $PAR_CORE >/dev/null || bail "no answer from the PAR"
	in_ns "$PAR" ping -q -c 1 -W 5 $CN_ADDR >/dev/null || bail "no answer to the PAR"
}

# drops: those of packets out of a tunnel
drops() {
	fmipctl -n "$PAR" -j stats |
		jq -r '.dropped | "\(.["not-accepted"] // 0) \(.malformed // 0) \(.ecn // 0)"'
}

# decapsulated: by each of the two bindings
decapsulated() {
	echo "$(counter "$PAR" decap.packets id 1) $(counter "$PAR" decap.packets id 2)"
}

# passes NAME PORT, stays NAME PORT: it was sent on to the CN, or it was not
passes() {
	seen "$1" "$2" "up0 out" src="${3:-$PCOA}" dst=$CN_ADDR
}

stays() {
	seen_times "$1" "$2" "up0 out" 0
}

# ---- packets made by hand -----------------------------------------------

send_accepted() {
	from_mn 21001
	from_mn 21002 "src='$OTHER'" "src='$OTHER_NCOA'"
	# The encapsulation limit is a destination option; this is one without it.
	outer "" "IPv6ExtHdrDestOpt(options=[PadN(optdata=b'\0\0\0\0')])/" \
		"IPv6(src='$PCOA',dst='$CN_ADDR')/UDP(sport=9,dport=21003)/Raw(b'r'*64)"
	settle
	is "each binding counts what it accepts" "$(decapsulated)" "2 1"
	is "and the namespace all of it" "$(counter "$PAR" decap.packets)" 3
	is "nothing has been dropped" "$(drops)" "0 0 0"
}

check_accepted() {
	seen "what the binding accepts goes on without the outer header" 21001 "up0 out" \
		src=$PCOA dst=$CN_ADDR nxt=17 plen=72
	seen "with a hop limit that is lower by one" 21001 "up0 out" hlim=63
	seen "so does what another binding accepts from another tunnel" 21002 "up0 out" \
		src=$OTHER dst=$CN_ADDR
	passes "destination options are passed over" 21003
}

send_not_accepted() {
	from_mn 21011 "src='2001:db8:1::66'"
	from_mn 21012 "src='$PCOA'" "src='$OTHER_NCOA'"
	from_mn 21013 "src='$OTHER'"
	from_mn 21014 "src='$NCOA'"
	settle
	is "an inner source that is not the tunnel's is dropped, and counted" "$(drops)" "4 0 0"
	from_mn 21015 "" "src='2001:db8:2::66'"
	from_mn 21016 "" "dst='$PAR_CORE'"
	settle
	is "what is out of no tunnel is left to the stack" "$(drops)" "4 0 0"
	is "and no binding counts any of it" "$(decapsulated)" "2 1"
}

check_not_accepted() {
	stays "an inner source that nobody has goes nowhere" 21011
	stays "nor does the PCoA out of another node's tunnel" 21012
	stays "nor another node's PCoA out of this one" 21013
	stays "nor the NCoA" 21014
	stays "nor anything from elsewhere" 21015
	stays "or to another address of the router" 21016
}

send_malformed() {
	outer "nh=41" "Raw(b'')"
	outer "nh=41" "Raw(bytes.fromhex('6000000000083b40')+b'\0'*12)"
	outer "nh=41" "Raw(bytes.fromhex('4500002800000000')+b'\0'*32)"
	# the option goes on behind the end of the packet, which is for the stack to find
	outer "nh=60" "Raw(bytes.fromhex('2901010400000000'))"
	settle
	is "what is no IPv6 packet is dropped, and counted" "$(drops)" "4 3 0"
	# it ends before its own header says so, which is for the stack to find
	outer "nh=41" "Raw(bytes(IPv6(src='$PCOA',dst='$CN_ADDR',plen=500)/" \
		"UDP(sport=9,dport=21021)/Raw(b'r'*64)))"
	settle
}

send_ecn() {
	from_mn 21031 "tc=0x02" "tc=0x03"
	from_mn 21032 "tc=0x01" "tc=0x03"
	from_mn 21033 "tc=0x03" "tc=0x00"
	from_mn 21034 "tc=0x02" "tc=0x01"
	from_mn 21035 "tc=0x01" "tc=0x02"
	from_mn 21036 "tc=0x29" "tc=0xba"
	settle
	is "none of these marks is a reason to drop" "$(drops)" "4 3 0"
	from_mn 21037 "tc=0x00" "tc=0x03"
	settle
	is "congestion that the inner packet cannot show drops it, and is counted" "$(drops)" "4 3 1"
}

check_ecn() {
	seen "congestion on the way of the outer packet shows in the inner one" 21031 "up0 out" \
		tclass=0x00000003
	seen "for ECT(1) too" 21032 "up0 out" tclass=0x00000003
	seen "what the inner one shows stays" 21033 "up0 out" tclass=0x00000003
	seen "an outer ECT(1) replaces ECT(0)" 21034 "up0 out" tclass=0x00000001
	seen "and not the other way round" 21035 "up0 out" tclass=0x00000001
	seen "the inner DSCP stays" 21036 "up0 out" tclass=0x00000029
	stays "what was dropped went nowhere" 21037
}

# What comes out of nobody's tunnel is for the driver that has one.
send_stock() {
	local before

	par binding change id 1 accepts none
	from_mn 21051
	settle
	lib_batch -n "$PAR" <<-END
		link add name stock0 type ip6tnl mode any local $PAR_ADDR remote $NCOA
		link set stock0 addrgenmode none
		link set stock0 up
	END
	from_mn 21052
	settle
	is "without an accept the stock tunnel with these ends has the packets" "$(stock_packets)" 1
	par binding change id 1 accept tunnel 1 from src
	before=$(counter "$PAR" decap.packets id 1)
	from_mn 21053
	from_mn 21054 "src='2001:db8:1::66'"
	settle
	is "with it the binding has them" \
		"$(($(counter "$PAR" decap.packets id 1) - before)) $(stock_packets)" "1 1"
	par binding del id 1
	from_mn 21055
	settle
	is "without the binding the stock tunnel has them again" "$(stock_packets)" 2
	lib_batch -n "$PAR" <<-END
		link del stock0
	END
	par binding add id 1 dst $PCOA target tunnel 1 accept tunnel 1 from src
}

stock_packets() {
	in_ns "$PAR" cat /sys/class/net/stock0/statistics/rx_packets
}

check_stock() {
	stays "without an accept nothing is decapsulated" 21051
	passes "the stock tunnel's packets go on" 21052
	passes "those of the binding too" 21053
	stays "what the binding does not accept does not get out by the stock tunnel" 21054
	passes "nor does the stock tunnel miss anything afterwards" 21055
}

# ---- many packets, and netfilter ----------------------------------------

# rule COUNTER: how many packets it has counted
rule() {
	in_ns "$PAR" nft -j list counter ip6 reverse "$1" | jq '.nftables[-1].counter.packets'
}

nft_rules() {
	in_ns "$PAR" nft -f - <<-END || bail "nft refused the rules"
		table ip6 reverse {
			counter outer_pre { }
			counter outer_in { }
			counter outer_fwd { }
			counter inner_pre { }
			counter inner_in { }
			counter inner_fwd { }
			chain prerouting {
				type filter hook prerouting priority filter
				iifname up0 meta l4proto 41 counter name outer_pre
				iifname fmip0 ip6 saddr $PCOA udp dport 17000 counter name inner_pre
			}
			chain input {
				type filter hook input priority filter
				iifname up0 meta l4proto 41 counter name outer_in
				udp dport 17000 counter name inner_in
			}
			chain forward {
				type filter hook forward priority filter
				meta l4proto 41 counter name outer_fwd
				iifname fmip0 oifname up0 ip6 saddr $PCOA udp dport 17000 counter name inner_fwd
			}
		}
	END
}

# upstream N: the node sends N datagrams, and a last one, through its tunnel; sets
# ARRIVED
upstream() {
	receiver "$LIB_TMP/up" "$CN" $CN_ADDR
	CN=$MN numbered $CN_ADDR 0 "$1" 500 --bind $PCOA || bail "the node cannot send"
	CN=$MN fence "$LIB_TMP/up" $CN_ADDR --bind $PCOA
	ARRIVED=$(arrived "$LIB_TMP/up")
}

test_netfilter() {
	nft_rules
	upstream 300
	is "what the node sends through its tunnel arrives" "$ARRIVED" "0-299 fence"
	is "INPUT sees the outer packets as protocol 41" "$(rule outer_pre) $(rule outer_in)" "301 301"
	is "FORWARD does not" "$(rule outer_fwd)" 0
	is "the inner ones come in by fmip0, and are forwarded" \
		"$(rule inner_pre) $(rule inner_fwd) $(rule inner_in)" "301 301 0"
	drop_input
}

drop_input() {
	local before

	before=$(counter "$PAR" decap.packets)
	in_ns "$PAR" nft add rule ip6 reverse input meta l4proto 41 drop ||
		bail "nft refused the rule"
	from_mn 21061
	settle
	is "INPUT can drop the outer packet" "$(counter "$PAR" decap.packets)" "$before"
	in_ns "$PAR" nft delete table ip6 reverse
}

# The node's tunnel with an encapsulation limit, as ip6_tunnel has it by default.
test_encaplimit() {
	lib_batch -n "$MN" <<-END
		link set fast0 type ip6tnl mode any local $NCOA remote $PAR_ADDR encaplimit 4
	END
	capture_start "$PAR" up0 "$LIB_TMP/limit.pcap" "ip6[6] == 60 and ip6[40] == 41 and ip6[42] == 4"
	upstream 20
	is "packets with the option for the encapsulation limit are accepted" "$ARRIVED" "0-19 fence"
	capture_stop "$LIB_TMP/limit.pcap"
	is "which all of them had" "$(hex "$LIB_TMP/limit.pcap" ip6 | wc -l)" 21
	lib_batch -n "$MN" <<-END
		link set fast0 type ip6tnl mode any local $NCOA remote $PAR_ADDR encaplimit none
	END
}

test_both_ways() {
	par binding change id 1 local
	check "the node reaches the router itself" \
		in_ns "$MN" ping -q -c 1 -W 5 -I $PCOA $PAR_ADDR
	par binding change id 1 local off
	web_start "$MN" $PCOA 2000000
	check "a file comes by TCP from the node" download "$CN" $CN_ADDR 2000000
}

need ip tc fmipctl jq tcpdump tshark nft curl lighttpd udplog
inject_start
load_module
topo_up
node_moved
lib_batch -n "$MN" <<-END
	route replace default dev fast0 table $PCOA_TABLE
END
par tunnel add id 1 local $PAR_ADDR remote $NCOA
par tunnel add id 2 local $PAR_ADDR remote $OTHER_NCOA
par binding add id 1 dst $PCOA target tunnel 1 accept tunnel 1 from src
par binding add id 2 dst $OTHER target tunnel 2 accept tunnel 2 from src

capture_start "$PAR" any "$PCAP" ip6
send_accepted
send_not_accepted
send_malformed
send_ecn
send_stock
capture_stop "$PCAP"
read_capture "$PCAP" "$PAR" up0
check_accepted
check_not_accepted
stays "a packet that has no end goes nowhere" 21021
check_ecn
check_stock
test_netfilter
test_encaplimit
test_both_ways
counters "$PAR"
check "the counters add up" balanced
tap_done
