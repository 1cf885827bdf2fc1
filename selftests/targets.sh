#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where packets go: to several targets at once, of any kind, each of which gets
# each packet; to one, without a copy; as long as a target or an accept lasts; to
# a tunnel's new end; from one tunnel into another; and not round in circles.
#
# What goes into a tunnel is known in a capture by its GRE key.
#
# shellcheck disable=SC2034,SC2086,SC2154

: "${WAIT_MS:=30000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

EVENTS=$LIB_TMP/events
CAPTURE=$LIB_TMP/targets.pcap
TRACING=/sys/kernel/tracing
ROUTER=2001:db8:c::1		# the router towards the correspondent node
LINK="target link dev acc0 lladdr $MN_MAC"

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

# settle: all that was sent before is through the router
settle() {
	in_ns "$CN" ping -q -c 1 -W 5 $ROUTER >/dev/null || bail "no answer from the router"
}

# sent_on FIRST COUNT COPIES: numbered packets, each of which counts so often
sent_on() {
	counters "$NAR" id 1
	set -- "$1" "$2" "$((COUNT[received] + $2 * $3))"
	numbered $NCOA "$1" "$2" 2000
	wait_counted "COUNT[received] >= $3" "$NAR" id 1
}

capture() {
	capture_start "$NAR" "$1" "$CAPTURE" -Q out "ip6"
}

# left [FILTER]: "KEY: NUMBERS" for each key, of the numbered packets that left
left() {
	local key payload keys=()

	rm -f "$LIB_TMP"/key.*
	# Without a key the field is empty, and must be the last one.
	while IFS=$'\t' read -r payload key; do
		key=$((key))
		[[ -e $LIB_TMP/key.$key ]] || { keys+=("$key"); echo seq >"$LIB_TMP/key.$key"; }
		echo "$((16#${payload:16:16}))," >>"$LIB_TMP/key.$key"
	done < <(dissect "$CAPTURE" "udp.dstport == 17000" udp.payload gre.key)
	for key in "${keys[@]}"; do
		echo "$key: $(arrived "$LIB_TMP/key.$key")"
	done | sort -n | tr '\n' ' '
}

# ---- several at once ----------------------------------------------------

bicast() {
	local n i targets='' wanted=''

	for n in 1 2 3 4; do
		targets+=" target tunnel 1 key $n"
		wanted+="$n: 0-199 "
		fmip binding add id 1 dst $NCOA $targets
		capture acc1
		sent_on 0 200 $n
		settle
		capture_stop "$CAPTURE"
		is "of $n targets each gets each packet, in order" "$(left)" "$wanted"
		counters "$NAR" id 1
		is "$n targets: it all counts" "$(counts) copied $(counter "$NAR" copied id 1)" \
			"open received $((200 * n)) sent $((200 * n)) buffered 0 copied $((200 * (n - 1)))"
		fmip binding del id 1
	done
}

every_kind() {
	ip -6 -n "$NAR" route add $NCOA via 2001:db8:d::2 dev up1 || bail "no route"
	nft_count
	fmip binding add id 1 dst $NCOA target tunnel 2 $LINK target route
	receiver "$LIB_TMP/mn" "$MN" $NCOA
	receiver "$LIB_TMP/far" "$FAR" $NCOA
	capture up1
	sent_on 0 100 3
	numbered $NCOA $FENCE 1 1000
	wait_counted "COUNT[received] == 303" "$NAR" id 1
	settle
	capture_stop "$CAPTURE"
	wait_receiver "$LIB_TMP/mn"
	wait_receiver "$LIB_TMP/far"
	is "a tunnel, a link and a route: the tunnel" "$(arrived "$LIB_TMP/far")" "0-99 fence"
	is "a tunnel, a link and a route: the link" "$(arrived "$LIB_TMP/mn")" "0-99 fence"
	is "a tunnel, a link and a route: the route" "$(left)" "0: 0-99 fence "
	is "the firewall has seen each packet once" "$(seen_by forward post)" "101 101"
	counters "$NAR" id 1
	is "and all count" "$(counts) copied $(counter "$NAR" copied id 1)" \
		"open received 303 sent 303 buffered 0 copied 202"
	fmip binding del id 1

	in_ns "$NAR" nft reset counters >/dev/null
	fmip binding add id 1 dst $NCOA target route
	capture up1
	sent_on 0 100 1
	settle
	capture_stop "$CAPTURE"
	is "a route alone" "$(left)" "0: 0-99 "
	is "the firewall sees where it leads, once" "$(seen_by forward post routed)" "100 100 100"
	fmip binding del id 1
	in_ns "$NAR" nft delete table ip6 count
	ip -6 -n "$NAR" route del $NCOA via 2001:db8:d::2 dev up1
}

wait_receiver() {
	local pid=LIB_RECEIVER_${1//[!A-Za-z0-9]/_}

	wait "${!pid}"
}

nft_count() {
	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table ip6 count {
			counter forward { }
			counter post { }
			counter routed { }
			chain forward {
				type filter hook forward priority filter
				udp dport 17000 counter name forward
				udp dport 17000 oifname up1 counter name routed
			}
			chain post {
				type filter hook postrouting priority filter
				udp dport 17000 counter name post
			}
		}
	END
}

seen_by() {
	in_ns "$NAR" nft -j list counters | jq -r --arg names "$*" '
		[.nftables[].counter // empty | {(.name): .packets}] | add as $n |
		[$names | split(" ")[] | $n[.]] | join(" ")'
}

# clones: how often the kernel has cloned a packet
clones() {
	awk '$1 == "fmip_clone" { print $2 }' $TRACING/kprobe_profile
}

# One target: the packet itself leaves.
no_copy() {
	local before one two

	mountpoint -q $TRACING || mount -t tracefs tracefs $TRACING 2>/dev/null
	if ! echo 'p:fmip_clone skb_clone' >>$TRACING/kprobe_events; then
		skip "one target makes no copy" "needs kprobes"
		return
	fi
	at_exit no_probe
	echo 1 >$TRACING/events/kprobes/fmip_clone/enable
	fmip binding add id 1 dst $NCOA target tunnel 1 key 1
	before=$(clones)
	sent_on 0 1000 1
	one=$(($(clones) - before))
	fmip binding change id 1 target tunnel 1 key 1 target tunnel 1 key 2
	before=$(clones)
	sent_on 0 1000 2
	two=$(($(clones) - before))
	diag "1000 packets: $one clones with one target, $two with two"
	check "one target makes no copy" test "$one" -lt 200
	check "a second one makes one" test "$two" -ge 1000 -a "$two" -lt 1200
	fmip binding del id 1
	no_probe
}

no_probe() {
	[[ -e $TRACING/events/kprobes/fmip_clone ]] || return 0
	echo 0 >$TRACING/events/kprobes/fmip_clone/enable
	echo '-:fmip_clone' >>$TRACING/kprobe_events
}

# ---- lifetimes ----------------------------------------------------------

# stream: starts to send until SENDER is stopped
stream() {
	background ip netns exec "$CN" udplog send --bind $CN_ADDR --to $NCOA --port 17000 \
		--rate 1000 --time 1000 --log "$LIB_TMP/sent"
	SENDER=$!
}

# last_of KEY: when the last packet with it left, microseconds of the clock
last_of() {
	dissect "$CAPTURE" "gre.key == $1" frame.time_epoch | tail -n 1 |
		awk '{ printf "%.0f\n", $1 * 1000000 }'
}

of_targets() {
	local started changed last n

	: >"$EVENTS"
	fmip binding add id 1 dst $NCOA target tunnel 1 key 1
	capture acc1
	stream
	wait_counted "COUNT[received] >= 100" "$NAR" id 1
	started=${EPOCHREALTIME/[.,]/}
	fmip binding change id 1 target tunnel 1 key 1 target tunnel 1 key 2 lifetime 1s
	changed=${EPOCHREALTIME/[.,]/}
	check "the end of a target is told" wait_events 1 "$EVENTS" expired "binding 1 timer target"
	counters "$NAR" id 1
	wait_counted "COUNT[received] >= ${COUNT[received]} + 100" "$NAR" id 1
	stop "$SENDER"
	settle
	capture_stop "$CAPTURE"
	n=$(($(wc -l <"$LIB_TMP/sent") - 1))
	last=$(last_of 2)
	check "it is used until then, and no longer ($((last - started)) us)" \
		test "$last" -ge $((started + 900000)) -a "$last" -le $((changed + 1200000))
	is "the other goes on" "$(left | tr ' ' '\n' | sed -n 2p)" "0-$((n - 1))"
	check_fails "and is all that is left" grep -q "key 2" <(fmipctl -n "$NAR" binding show id 1)
	fmip binding change id 1 target tunnel 1 key 1 lifetime 300ms
	check "the end of the last is, too" wait_events 2 "$EVENTS" expired "binding 1 timer target"
	numbered $NCOA 0 10 1000
	wait_counted "COUNT[dropped] == 10" "$NAR" id 1
	is "then there is no target, and that counts" "${COUNT[drops]}" "no-target 10"
	check "it adds up" balanced
	fmip binding del id 1
}

of_accepts() {
	local started n last

	: >"$EVENTS"
	ip -6 -n "$CN" route add $NCOA dev tun0 || bail "no route"
	fmip binding add id 1 dst $NCOA $LINK accept tunnel 3 from dst
	fmip binding add id 2 dst $NCOA2 $LINK accept tunnel 3 from dst
	receiver "$LIB_TMP/mn" "$MN" $NCOA
	stream
	wait_counted "COUNT[received] >= 100" "$NAR" id 1
	now_us
	started=$NOW_US
	fmip binding change id 1 accept tunnel 3 from dst lifetime 1s
	now_us
	check "the end of an accept is told" wait_events 1 "$EVENTS" expired "binding 1 timer accept"
	busywait "$WAIT_MS" not_accepted 100
	stop "$SENDER"
	ip -6 -n "$CN" route del $NCOA dev tun0
	settle
	fence "$LIB_TMP/mn" $NCOA
	n=$(counter "$NAR" decap.packets id 1)
	is "what came until then is let in, and no more" "$(arrived "$LIB_TMP/mn")" "0-$((n - 1)) fence"
	last=$(awk -F, -v fence=$FENCE '$1 != fence && NR > 1 { last = $3 }
		END { printf "%.0f\n", last / 1000 }' "$LIB_TMP/mn")
	check "until that instant ($((last - started)) us)" \
		test "$last" -ge $((started + 900000)) -a "$last" -le $((NOW_US + 1200000))
	is "the rest is counted" "$(counter "$NAR" dropped.not-accepted)" \
		"$(($(wc -l <"$LIB_TMP/sent") - 1 - n))"
	fmip binding flush
}

not_accepted() {
	(($(counter "$NAR" dropped.not-accepted) >= $1))
}

# ---- a tunnel's new end -------------------------------------------------

retarget() {
	local senders=() n ends

	lib_batch -n "$NAR" <<-END
		neigh replace 2001:db8:3::3 lladdr $FAR_MAC dev acc1 nud permanent
	END
	for n in 1 2 3; do
		fmip binding add id $n dst 2001:db8:2::10$n target tunnel 1 key $n
	done
	capture acc1
	for n in 1 2 3; do
		background ip netns exec "$CN" udplog send --to 2001:db8:2::10$n --port 17000 \
			--rate 500 --count 500 --log "$LIB_TMP/sent$n"
		senders+=($!)
	done
	wait_counted "COUNT[received] >= 100" "$NAR" id 3
	fmip tunnel change id 1 remote 2001:db8:3::3
	wait "${senders[@]}"
	settle
	capture_stop "$CAPTURE"
	is "a tunnel that moves loses nothing of any binding" "$(left)" "1: 0-499 2: 0-499 3: 0-499 "
	ends=$(dissect "$CAPTURE" gre ipv6.dst | cut -d, -f1 | uniq | tr '\n' ' ')
	is "and moves all of them at once" "$ends" "$FAR_ADDR 2001:db8:3::3 "
	fmip tunnel change id 1 remote $FAR_ADDR
	fmip binding flush
}

# The way to the end of a tunnel is remembered, and must not be when it is wrong.
new_route() {
	local other=02:00:00:00:00:31

	fmip binding add id 1 dst $NCOA target tunnel 1 key 1
	sent_on 0 20 1
	capture up1
	ip -6 -n "$NAR" route add $FAR_ADDR via 2001:db8:d::2 dev up1 || bail "no route"
	sent_on 20 20 1
	settle
	capture_stop "$CAPTURE"
	is "a new route to the end of a tunnel is used at once" "$(left)" "1: 20-39 "
	capture acc1
	ip -6 -n "$NAR" route del $FAR_ADDR via 2001:db8:d::2 dev up1
	sent_on 40 20 1
	lib_batch -n "$NAR" <<<"neigh replace $FAR_ADDR lladdr $other dev acc1 nud permanent"
	sent_on 60 20 1
	settle
	capture_stop "$CAPTURE"
	is "and the old one when that has gone" "$(left)" "1: 40-79 "
	is "so is a new link-layer address on the way" \
		"$(dissect "$CAPTURE" gre eth.dst | uniq | tr '\n' ' ')" "$FAR_MAC $other "
	lib_batch -n "$NAR" <<<"neigh replace $FAR_ADDR lladdr $FAR_MAC dev acc1 nud reachable"
	fmip binding del id 1
}

# ---- one tunnel after another, and within another -----------------------

# outer PORT: the destinations of a packet that left, from the outside to the inside
outer() {
	dissect "$CAPTURE" "udp.dstport == $1" ipv6.dst
}

chains() {
	local node=2001:db8:9::1

	capture acc1
	fmip tunnel add id 5 local $ROUTER remote $CN_ADDR encap gre6
	fmip binding add id 1 src $node from-tunnel 5 key 70 target tunnel 1 key 9 \
		accept tunnel 5 key 70 from src
	inject "$CN" "IPv6(src='$CN_ADDR',dst='$ROUTER')/GRE(proto=0x86dd,key_present=1,key=70)/IPv6(src='$node',dst='2001:db8:7::1',hlim=9)/UDP(sport=9,dport=20001)/Raw(16*b'f')"
	settle
	counters "$NAR" id 1
	is "out of one tunnel and into another" "$(counts)" "open received 1 sent 1 buffered 0"
	fmip binding del id 1
	fmip tunnel del id 5

	fmip tunnel add id 11 local $NAR_ADDR remote $NCOA
	fmip binding add id 1 dst $node target tunnel 11
	fmip binding add id 2 dst $NCOA target tunnel 1 key 5
	inject "$CN" "IPv6(src='$CN_ADDR',dst='$node')/UDP(sport=9,dport=20002)/Raw(16*b'f')"
	settle
	fmip binding change id 2 local
	inject "$CN" "IPv6(src='$CN_ADDR',dst='$node')/UDP(sport=9,dport=20003)/Raw(16*b'f')"
	settle
	capture_stop "$CAPTURE"
	is "from the one to the other it is a packet like any other" \
		"$(dissect "$CAPTURE" "udp.dstport == 20001" ipv6.dst ipv6.hlim gre.key)" \
		$'2001:db8:3::2,2001:db8:7::1\t64,8\t0x00000009'
	is "an outer packet is not for a binding of this router" "$(outer 20002)" ""
	is "unless that binding says so" "$(outer 20003)" "$FAR_ADDR,$NCOA,$node"
	counters "$NAR" id 2
	is "which has one packet more then" "$(counts)" "open received 1 sent 1 buffered 0"
	fmip binding flush
	fmip tunnel del id 11
}

# ---- circles ------------------------------------------------------------

# Each of five tunnels leads to what the next one is for.
too_deep() {
	local n

	for n in 1 2 3 4 5; do
		fmip tunnel add id 2$n local 2001:db8:3::1 remote 2001:db8:7::$((n + 1))
		fmip binding add id $n dst 2001:db8:7::$n local target tunnel 2$n
	done
	capture acc1
	inject "$CN" "IPv6(src='$CN_ADDR',dst='2001:db8:7::2')/UDP(sport=9,dport=20011)/Raw(16*b'f')"
	inject "$CN" "IPv6(src='$CN_ADDR',dst='2001:db8:7::1')/UDP(sport=9,dport=20012)/Raw(16*b'f')"
	settle
	capture_stop "$CAPTURE"
	is "four tunnels may be one within another" "$(outer 20011)" \
		"2001:db8:7::6,2001:db8:7::5,2001:db8:7::4,2001:db8:7::3,2001:db8:7::2"
	is "not five" "$(outer 20012)" ""
	is "that counts" "$(counter "$NAR" dropped.nesting id 5)" 1
	fmip binding flush
	for n in 1 2 3 4 5; do
		fmip tunnel del id 2$n
	done
}

# Two tunnels, each of which leads to what the other is for.
each_other() {
	local a=2001:db8:7::a b=2001:db8:7::b

	fmip tunnel add id 21 local 2001:db8:3::1 remote $b
	fmip tunnel add id 22 local 2001:db8:3::1 remote $a
	fmip binding add id 1 dst $a local target tunnel 21
	fmip binding add id 2 dst $b local target tunnel 22
	capture acc1
	inject "$CN" "IPv6(src='$CN_ADDR',dst='$a')/UDP(sport=9,dport=20021)/Raw(16*b'f')"
	settle
	capture_stop "$CAPTURE"
	is "of two tunnels that lead to each other each is gone into once" "$(outer 20021)" "$a,$b,$a"
	counters "$NAR"
	check "it adds up" balanced
	fmip binding flush
	fmip tunnel del id 21
	fmip tunnel del id 22
}

X=2001:db8:9::9

# Each router holds that the node is at the other.
disagree() {
	lib_settings "$FAR" ipv6/conf/all/forwarding=1
	fmip binding add id 1 dst $X target tunnel 2 accept tunnel 2 from dst
	fmipctl -n "$FAR" tunnel add id 31 local $FAR_ADDR remote 2001:db8:3::1
	fmipctl -n "$FAR" binding add id 1 dst $X target tunnel 31 accept tunnel 31 from dst
	numbered $X 0 10 1000
	wait_counted "COUNT[received] == 10" "$FAR" id 1
	is "what comes for a node does not go back to where it came from" "$(counts)" \
		"open received 10 sent 0 buffered 0 nesting 10"
	counters "$NAR" id 1
	is "and has been there once" "$(counts)" "open received 10 sent 10 buffered 0"
	fmipctl -n "$FAR" binding flush
	fmipctl -n "$FAR" tunnel flush
	fmip binding flush
}

# Three of them, in a circle: the hop limit ends it.
circle() {
	local ns

	lib_settings "$CN" ipv6/conf/all/forwarding=1
	ip -6 -n "$CN" route replace default via $ROUTER dev eth0
	fmip binding add id 1 dst $X target tunnel 2 accept tunnel 3 from dst
	fmipctl -n "$FAR" tunnel add id 31 local $FAR_ADDR remote 2001:db8:3::1
	fmipctl -n "$FAR" tunnel add id 32 local $FAR_ADDR remote $CN_ADDR
	fmipctl -n "$FAR" binding add id 1 dst $X target tunnel 32 accept tunnel 31 from dst
	fmipctl -n "$CN" tunnel add id 32 local $CN_ADDR remote $FAR_ADDR
	fmipctl -n "$CN" tunnel add id 33 local $CN_ADDR remote $ROUTER
	fmipctl -n "$CN" binding add id 1 dst $X target tunnel 33 accept tunnel 32 from dst
	inject "$MN" "IPv6(src='$NCOA',dst='$X',hlim=31)/UDP(sport=9,dport=20031)/Raw(16*b'f')"
	wait_counted "COUNT[dropped] == 1" "$NAR" id 1
	is "the hop limit ends a circle: the first router" "$(counts)" \
		"open received 11 sent 10 buffered 0 hop-limit 1"
	counters "$FAR" id 1
	is "the second" "$(counts)" "open received 10 sent 10 buffered 0"
	counters "$CN" id 1
	is "the third" "$(counts)" "open received 10 sent 10 buffered 0"
	for ns in "$CN" "$FAR" "$NAR"; do
		fmipctl -n "$ns" binding flush
	done
}

# Two nodes are at the far end of the same tunnel.
hairpin() {
	local a=2001:db8:9::a b=2001:db8:9::b

	lib_settings "$FAR" ipv6/conf/all/forwarding=0
	fmip binding add id 1 dst $a target tunnel 2 accept tunnel 2 from src
	fmip binding add id 2 dst $b target tunnel 2 accept tunnel 2 from src
	capture acc1
	inject "$FAR" "IPv6(src='$FAR_ADDR',dst='2001:db8:3::1')/IPv6(src='$a',dst='$b')/UDP(sport=9,dport=20041)/Raw(16*b'f')"
	wait_counted "COUNT[received] == 1" "$NAR" id 2
	is "from one node behind a tunnel to another" "$(counts)" "open received 1 sent 1 buffered 0"
	is "let in for its source" "$(counter "$NAR" decap.packets id 1)" 1
	fmip binding change id 2 accept tunnel 2 from dst
	inject "$FAR" "IPv6(src='$FAR_ADDR',dst='2001:db8:3::1')/IPv6(src='$CN_ADDR',dst='$b')/UDP(sport=9,dport=20042)/Raw(16*b'f')"
	wait_counted "COUNT[received] == 2" "$NAR" id 2
	is "one that was let in for its destination does not go back" "$(counts)" \
		"open received 2 sent 1 buffered 0 nesting 1"
	settle
	capture_stop "$CAPTURE"
	is "that is what leaves" "$(outer 20041) $(outer 20042)" "$FAR_ADDR,$b "
	fmip binding flush
}

need ip udplog fmipctl tcpdump tshark nft jq python3
inject_start
load_module
topo_router
lib_batch -n "$NAR" <<-END
	route add 2001:db8:7::/48 via $FAR_ADDR
	neigh replace 2001:db8:d::2 lladdr 02:00:00:00:00:30 dev up1 nud permanent
END
lib_batch -n "$CN" <<-END
	link add name tun0 type ip6tnl mode any local $CN_ADDR remote $ROUTER encaplimit none
	link set tun0 addrgenmode none
END
# It would solicit routers, with or without an address of its own.
lib_settings "$CN" ipv6/conf/tun0/router_solicitations=0
ip -n "$CN" link set tun0 up || bail "no tunnel"
in_ns "$NAR" ping -q -c 1 -W 5 $FAR_ADDR >/dev/null || bail "no answer from the far end"
events_start "$NAR" "$EVENTS"
fmip tunnel add id 1 local 2001:db8:3::1 remote $FAR_ADDR encap gre6
fmip tunnel add id 2 local 2001:db8:3::1 remote $FAR_ADDR
fmip tunnel add id 3 local $ROUTER remote $CN_ADDR
bicast
every_kind
no_copy
of_targets
of_accepts
retarget
new_route
chains
too_deep
each_other
disagree
circle
hairpin
counters "$NAR"
check "the namespace's counters add up" balanced
is "with nothing buffered in the end" "${COUNT[buffered]}" 0
tap_done
