#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a stateful firewall sees of packets that go by a binding, and what it can
# do: it sees the inner packet in FORWARD and POSTROUTING and the outer one in
# OUTPUT and POSTROUTING, conntrack confirms every flow, each hook can drop, queue
# to user space and change a packet, and buffering repeats no verdict.
#
# The firewall of the PAR lets the correspondent node open connections to the
# mobile node, and not the other way round.

# shellcheck disable=SC2034
CN_DELAY=0 AR_DELAY=0
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

NCOA2=2001:db8:2::11

par() {
	fmipctl -n "$PAR" "$@" || bail "the PAR refused: $*"
}

nft_in() { # nft_in NETNS: rules from standard input
	in_ns "$1" nft -f - || bail "nft refused the rules"
}

# rules NETNS COUNTER...: how many packets each of them has counted
rules() {
	local ns=$1

	shift
	in_ns "$ns" nft -j list counters | jq -r --arg names "$*" '
		[.nftables[].counter // empty | {(.name): .packets}] | add as $n |
		[$names | split(" ")[] | $n[.]] | join(" ")'
}

# stream COUNT [RATE]: from the CN to the node, and a last one; sets ARRIVED
stream() {
	receiver "$LIB_TMP/stream" "$MN" $PCOA
	numbered $PCOA 0 "$1" "${2:-500}" || bail "the datagrams could not be sent"
	fence "$LIB_TMP/stream" $PCOA
	ARRIVED=$(arrived "$LIB_TMP/stream")
}

# one: a single datagram to the node
one() {
	numbered $PCOA 0 1 1000
}

# ---- what is seen -------------------------------------------------------

par_rules() {
	nft_in "$PAR" <<-END
		table inet fw {
			counter fwd_down { }
			counter fwd_up { }
			counter fwd_outer { }
			counter post_down { }
			counter post_up { }
			counter post_outer { }
			counter out_inner { }
			counter out_outer { }
			counter new_up { }
			counter invalid { }
			chain early {
				type filter hook forward priority filter - 10
			}
			chain forward {
				type filter hook forward priority filter; policy drop
				ct state invalid counter name invalid
				iifname up0 oifname fmip0 udp dport 17000 counter name fwd_down
				iifname fmip0 oifname up0 udp dport 17001 counter name fwd_up
				meta l4proto 41 counter name fwd_outer
				ct state established,related accept
				iifname up0 oifname fmip0 ct state new accept
				iifname fmip0 ct state new counter name new_up
			}
			chain postrouting {
				type filter hook postrouting priority filter
				oifname fmip0 udp dport 17000 counter name post_down
				oifname up0 udp dport 17001 counter name post_up
				oifname up0 meta l4proto 41 counter name post_outer
			}
			chain output {
				type filter hook output priority filter
				udp dport 17000 counter name out_inner
				oifname up0 meta l4proto 41 counter name out_outer
			}
		}
	END
}

# tracked NETNS WORD...: conntrack's entries with all of these words in them
tracked() {
	local ns=$1 lines word

	shift
	lines=$(in_ns "$ns" conntrack -f ipv6 -L 2>/dev/null)
	for word; do
		lines=$(grep -F -- "$word" <<<"$lines")
	done
	grep -c . <<<"$lines"
}

# insert_failed NETNS: flows that conntrack could not confirm
insert_failed() {
	in_ns "$1" conntrack -S | sed -E 's/.* insert_failed=([0-9]+) .*/\1/' | awk '{ n += $1 } END { print n }'
}

# answer: the node answers what comes from port 17001; sets ARRIVED
answer() {
	receiver "$LIB_TMP/answer" "$CN" $CN_ADDR
	ip netns exec "$MN" udplog send --bind $PCOA --to $CN_ADDR --port 17001 --count 1 \
		--log "$LIB_TMP/answer.sent"
}

test_seen() {
	stream 300
	is "a stream passes the firewall" "$ARRIVED" "0-299 fence"
	is "FORWARD sees the inner packets on their way to the fmip device" \
		"$(rules "$PAR" fwd_down)" 301
	is "POSTROUTING sees them too, and OUTPUT does not" \
		"$(rules "$PAR" post_down out_inner)" "301 0"
	is "OUTPUT and POSTROUTING see the outer ones, and FORWARD does not" \
		"$(rules "$PAR" out_outer post_outer fwd_outer)" "301 301 0"
	check "what the node answers comes back" in_ns "$CN" ping -q -c 1 -W 5 $PCOA
	check_fails "what it begins does not" in_ns "$MN" ping -q -c 1 -W 1 -I $PCOA $CN_ADDR
	is "because FORWARD sees it as new, in by the fmip device" "$(rules "$PAR" new_up)" 1
	web_start "$MN" $PCOA 1000000
	check "a file comes by TCP from the node" download "$CN" $CN_ADDR 1000000
}

test_tracked() {
	is "conntrack has confirmed the datagrams' flow" \
		"$(tracked "$PAR" udp "src=$CN_ADDR dst=$PCOA" dport=17000)" 2
	check "and the TCP connections, as established ones" \
		test "$(tracked "$PAR" tcp "src=$CN_ADDR dst=$PCOA" dport=8080 ASSURED)" -ge 1
	check "and the outer packets'" \
		test "$(tracked "$PAR" "src=$PAR_ADDR dst=$NCOA")" -ge 1
	is "there is none that it could not confirm" \
		"$(insert_failed "$PAR") $(in_ns "$PAR" conntrack -L unconfirmed 2>/dev/null | wc -l)" "0 0"
	is "no packet was out of order for it" "$(rules "$PAR" invalid)" 0
}

# ---- what it can do -----------------------------------------------------

par_passed() {
	(($(counter "$PAR" sent.packets id 1) >= $1))
}

par_dropped() {
	(($(counter "$PAR" dropped.firewall id 1) >= $1))
}

test_drop_midflow() {
	local sender dropped before

	before=$(counter "$PAR" sent.packets id 1)
	receiver "$LIB_TMP/midflow" "$MN" $PCOA
	background numbered $PCOA 0 2000 200
	sender=$!
	busywait "$WAIT_MS" par_passed $((before + 100))
	in_ns "$PAR" nft add rule inet fw early udp dport 17000 drop || bail "nft refused the rule"
	busywait "$WAIT_MS" par_dropped 100
	in_ns "$PAR" nft flush chain inet fw early
	wait "$sender"
	fence "$LIB_TMP/midflow" $PCOA
	dropped=$(counter "$PAR" dropped.firewall id 1)
	is "a rule that comes drops the packets of a flow until it goes" \
		"$(arrived "$LIB_TMP/midflow" | sed -E 's/^0-([0-9]+) ([0-9]+)-1999 fence$/\1 \2/' |
			while read -r last next; do echo $((next - last - 1)); done)" "$dropped"
	counters "$PAR" id 1
	check "each of them is counted, as the firewall's" balanced
}

# drop_in HOOK RULE: is a datagram that the rule drops counted?
drop_in() {
	local before

	before=$(counter "$PAR" dropped.firewall id 1)
	nft_in "$PAR" <<-END
		table inet fw_drop {
			chain c {
				type filter hook $1 priority filter - 5
				$2
			}
		}
	END
	one
	busywait "$WAIT_MS" par_dropped $((before + 1))
	in_ns "$PAR" nft delete table inet fw_drop
	counter_is $((before + 1)) "$PAR" dropped.firewall id 1
}

test_drop() {
	check "the inner POSTROUTING drops" drop_in postrouting "oifname fmip0 drop"
	check "the outer OUTPUT drops" drop_in output "meta l4proto 41 drop"
	check "the outer POSTROUTING drops" drop_in postrouting "oifname up0 meta l4proto 41 drop"
	capture_start "$CN" eth0 "$LIB_TMP/reject.pcap" "icmp6[0] == 1 and icmp6[1] == 1"
	check "FORWARD rejects" drop_in forward "udp dport 17000 reject with icmpv6 admin-prohibited"
	check "and the sender is told" \
		busywait "$WAIT_MS" eval '(($(stat -c %s "$LIB_TMP/reject.pcap") > 24))'
	capture_stop "$LIB_TMP/reject.pcap"
}

# The MTU that a packet's route shows is the tunnel's, not the interface's.
test_mss() {
	nft_in "$PAR" <<-END
		table inet fw_mss {
			chain c {
				type filter hook forward priority mangle
				tcp flags syn tcp option maxseg size set rt mtu
			}
		}
	END
	lib_settings "$PAR" ipv6/conf/up0/mtu=1400
	capture_start "$MN" fast0 "$LIB_TMP/mss.pcap" "ip6[6] == 6 and ip6[53] & 2 != 0"
	in_ns "$CN" curl -s -o /dev/null --max-time 20 "$WEB_URL"
	capture_stop "$LIB_TMP/mss.pcap"
	is "a clamp of the segment size knows the tunnel's MTU" \
		"$(tcpdump -n -r "$LIB_TMP/mss.pcap" "dst $PCOA" 2>/dev/null |
		sed -nE 's/.*mss ([0-9]+).*/\1/p')" 1300
	lib_settings "$PAR" ipv6/conf/up0/mtu=1500
	in_ns "$PAR" nft delete table inet fw_mss
}

# ---- a queue to user space ----------------------------------------------

queue_start() {
	verdict_start "$PAR" 5
	QUEUED=0
}

# queue_rules CHAIN-HOOK RULE: replaces what is queued
queue_rules() {
	nft_in "$PAR" <<-END
		table inet fw_queue
		delete table inet fw_queue
		table inet fw_queue {
			chain c {
				type filter hook $1 priority filter - 5
				$2 queue num 5
			}
		}
	END
}

# queue_some N: the CN sends so many datagrams, which then wait for a verdict
queue_some() {
	receiver "$LIB_TMP/queue" "$MN" $PCOA
	numbered $PCOA 0 "$1" 1000
	queue_waits "$1"
}

queue_waits() {
	QUEUED=$((QUEUED + $1))
	wait_line "$WAIT_MS" "$LIB_TMP/verdict" "queued $QUEUED" || bail "nothing was queued"
}

# queue_accept: all that wait
queue_accept() {
	echo accept >&"$VERDICT_IN"
	wait_line "$WAIT_MS" "$LIB_TMP/verdict" "accepted $QUEUED" || bail "no verdict"
}

# queue_arrived: what has come to the node in the end; the fence is not queued
queue_arrived() {
	in_ns "$PAR" nft flush chain inet fw_queue c
	fence "$LIB_TMP/queue" $PCOA
	ARRIVED=$(arrived "$LIB_TMP/queue")
}

test_queue() {
	local before

	queue_rules forward "oifname fmip0 udp dport 17000"
	before=$(counter "$PAR" received.packets)
	queue_some 5
	is "a packet in user space is not counted yet" "$(counter "$PAR" received.packets)" "$before"
	queue_accept
	queue_arrived
	is "packets that were queued in FORWARD go on through their binding" "$ARRIVED" "0-4 fence"
	is "and are counted" "$(counter "$PAR" received.packets)" $((before + 6))

	queue_rules postrouting "oifname fmip0 udp dport 17000"
	queue_some 5
	queue_accept
	queue_arrived
	is "so do those from POSTROUTING" "$ARRIVED" "0-4 fence"

	queue_rules prerouting "iifname up0 udp dport 17000"
	queue_some 5
	queue_accept
	queue_arrived
	is "and those from PREROUTING" "$ARRIVED" "0-4 fence"
}

test_queue_changed() {
	local before

	queue_rules forward "oifname fmip0 udp dport 17000"
	capture_start "$PAR" up0 "$LIB_TMP/changed.pcap" "ip6[6] == 41 and ip6[82:2] == 17000"
	queue_some 3
	par binding change id 1 target tunnel 2
	queue_accept
	queue_arrived
	capture_stop "$LIB_TMP/changed.pcap"
	is "if the binding has changed meanwhile they take the new way" "$ARRIVED" "0-2 fence"
	is "and no other" "$(tcpdump -n -r "$LIB_TMP/changed.pcap" 2>/dev/null |
		awk '{ print $5 }' | uniq -c | xargs)" "4 $NCOA2:"
	par binding change id 1 target tunnel 1

	queue_rules forward "oifname fmip0 udp dport 17000"
	queue_some 3
	par binding change id 1 gate hold
	queue_accept
	check "if it holds meanwhile they are buffered" \
		busywait "$WAIT_MS" counter_is 3 "$PAR" buffered.packets id 1
	par binding change id 1 gate open
	queue_arrived
	is "and released with it" "$ARRIVED" "0-2 fence"

	queue_rules forward "oifname fmip0 udp dport 17000"
	before=$(counter "$PAR" dropped.no-target)
	queue_some 3
	par binding del id 1
	queue_accept
	check "if it has gone they are dropped, and counted" \
		busywait "$WAIT_MS" counter_is $((before + 3)) "$PAR" dropped.no-target
	par_binding
	queue_arrived
	is "and go nowhere" "$ARRIVED" fence

	queue_rules forward "oifname fmip0 udp dport 17000"
	queue_some 3
	par binding del id 1
	par_binding
	queue_accept
	queue_arrived
	is "if there is another one now, they go through that" "$ARRIVED" "0-2 fence"
}

# Outer packets from the node, whose tunnel's binding goes while they wait.
test_queue_input() {
	queue_rules input "meta l4proto 41"
	receiver "$LIB_TMP/back" "$CN" $CN_ADDR
	nft_in "$PAR" <<-END
		insert rule inet fw forward iifname fmip0 accept
	END
	CN=$MN numbered $CN_ADDR 0 3 1000 --bind $PCOA
	queue_waits 3
	queue_accept
	CN=$MN numbered $CN_ADDR 3 3 1000 --bind $PCOA
	queue_waits 3
	# A tunnel from which nobody accepts anything is left to the kernel.
	par binding add id 2 dst 2001:db8:1::20 gate hold accept tunnel 1 from src
	par binding change id 1 accepts none
	queue_accept
	check "outer packets that INPUT queued are looked at afresh" \
		busywait "$WAIT_MS" counter_is 3 "$PAR" dropped.not-accepted
	par binding change id 1 accept tunnel 1 from src
	par binding del id 2
	in_ns "$PAR" nft flush chain inet fw_queue c
	CN=$MN fence "$LIB_TMP/back" $CN_ADDR --bind $PCOA
	is "those that still are accepted come out of the tunnel" \
		"$(arrived "$LIB_TMP/back")" "0-2 fence"
}

# ---- the node that buffers ----------------------------------------------

test_nar() {
	nft_in "$NAR" <<-END
		table inet fw {
			counter forwarded { }
			counter posted { }
			chain forward {
				type filter hook forward priority filter; policy drop
				iifname up0 oifname acc0 udp dport 17000 counter name forwarded
				ct state established,related,new accept
			}
			chain postrouting {
				type filter hook postrouting priority filter
				oifname acc0 udp dport 17000 counter name posted
			}
		}
	END
	fmipctl -n "$NAR" binding add id 1 dst $NCOA gate hold target link dev acc0 lladdr $MN_MAC \
		release immediate || bail "the NAR refused the binding"
	receiver "$LIB_TMP/held" "$MN" $NCOA
	numbered $NCOA 0 100 500
	check "what the NAR forwards to a link waits in the buffer" \
		busywait "$WAIT_MS" counter_is 100 "$NAR" buffered.packets id 1
	is "FORWARD and POSTROUTING have seen it on its way to that link" \
		"$(rules "$NAR" forwarded posted)" "100 100"
	is "conntrack has confirmed its flow" \
		"$(tracked "$NAR" udp "src=$CN_ADDR dst=$NCOA" dport=17000) $(insert_failed "$NAR")" "1 0"
	fmipctl -n "$NAR" binding change id 1 gate open || bail "the NAR does not open"
	fence "$LIB_TMP/held" $NCOA
	is "when it is released all of it arrives" "$(arrived "$LIB_TMP/held")" "0-99 fence"
	is "and no hook has seen it again" "$(rules "$NAR" forwarded posted)" "101 101"
	counters "$NAR" id 1
	check "the NAR's counters add up" balanced
}

par_binding() {
	par binding add id 1 dst $PCOA target tunnel 1 accept tunnel 1 from src
}

need ip tc fmipctl jq tcpdump nft conntrack curl lighttpd udplog verdict
load_module
topo_up
node_moved
lib_batch -n "$MN" <<-END
	addr add $NCOA2/128 dev wlan0 nodad preferred_lft 0
	link add name fast1 type ip6tnl mode any local $NCOA2 remote $PAR_ADDR encaplimit none
	link set fast1 addrgenmode none
	link set fast1 up
	route replace default dev fast0 table $PCOA_TABLE
END
par tunnel add id 1 local $PAR_ADDR remote $NCOA
par tunnel add id 2 local $PAR_ADDR remote $NCOA2
par_rules
par_binding
test_seen
test_tracked
test_drop_midflow
test_drop
test_mss
queue_start
test_queue
test_queue_changed
test_queue_input
test_nar
is "conntrack of the PAR has confirmed every flow in the end" "$(insert_failed "$PAR")" 0
counters "$PAR"
check "the PAR's counters add up" balanced
tap_done
