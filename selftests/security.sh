#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who may change what, what no packet can change, and that no way around the firewall
# leads through a binding.  Documentation/security.rst says what is meant by that, and
# which of it other scripts show: what is refused byte by byte in cli.sh and netlink.sh,
# verdicts and NFQUEUE in firewall.sh, messages that are not believed in attach.sh,
# evidence.sh, ndproxy.sh and arpproxy.sh.
#
# One router: the correspondent node is on one side, the node and FAR, which sends
# through a tunnel, are on the other.  The firewall has had its rules before there was
# any binding: what goes to port WALL is dropped, wherever it comes by.
#
# shellcheck disable=SC2034,SC2154

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

OTHER_MAC=02:00:00:00:00:99
STRANGER_MAC=02:00:00:00:00:98
TUNNEL_ADDR=2001:db8:3::1
WALL=6666
OPEN=7777
BACK=7778		# of what FAR sends
FEW=4
CAPTURE=$LIB_TMP/link.pcap
FAR_CAPTURE=$LIB_TMP/far.pcap

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

# state: all that requests can change
state() {
	printf 'binding show\ntunnel show\nconfig\n' | fmipctl -j -n "$NAR" -b - || bail "no state"
}

# ---- privileges ----------------------------------------------------------

# One line each, all that changes anything.
commands() {
	cat <<-END
		binding add id 9 dst 2001:db8:2::99 gate hold
		binding replace id 1 dst $NCOA gate hold
		binding change id 1 cookie 1
		binding change id 1 gate open
		binding change id 1 target tunnel 1 replay last 1s
		binding del id 1
		binding flush
		tunnel add id 9 local $TUNNEL_ADDR remote 2001:db8:3::99
		tunnel replace id 1 local $TUNNEL_ADDR remote 2001:db8:3::99
		tunnel change id 1 remote 2001:db8:3::99
		tunnel del id 1
		tunnel flush
		config set netns-bytes 1M
		config set module-bytes 1M
		config set exempt-mark 1/1
		config set proxies-max 1
	END
}

# refused NAME COMMAND...: a user of that kind may change nothing
refused() {
	local name=$1 before wanted

	shift
	before=$(state)
	wanted=$(commands | wc -l)
	is "$name may do none of it" "$(commands | in_ns "$NAR" "$@" bash -c \
		'while read -r -a words; do fmipctl "${words[@]}" </dev/null; done' 2>&1 |
		grep -c ': Operation not permitted$')" "$wanted"
	commands | in_ns "$NAR" "$@" fmipctl -force -b - >"$LIB_TMP/batch" 2>&1
	check "... nor many at once" grep -q "Operation not permitted" "$LIB_TMP/batch"
	is "... and nothing has changed" "$(state)" "$before"
}

test_privileges() {
	local nobody="--reuid 65534 --regid 65534 --clear-groups"

	# shellcheck disable=SC2086 # words
	refused "nobody" setpriv $nobody
	# shellcheck disable=SC2086 # words
	refused "who may send raw packets, and no more," \
		setpriv $nobody --inh-caps +net_raw --ambient-caps +net_raw
	refused "root without CAP_NET_ADMIN" setpriv --bounding-set -net_admin --inh-caps -all
	refused "root of a user namespace, in a network that is not of it," unshare -Ur
	# shellcheck disable=SC2086 # words
	check "who has CAP_NET_ADMIN may" in_ns "$NAR" setpriv $nobody --inh-caps +net_admin \
		--ambient-caps +net_admin fmipctl binding change id 1 cookie 5
}

# Root of a user namespace, in a network of its own: a link to itself, by which
# packets come for a binding that may keep as many as it likes.
test_module_limit() {
	local before

	before=$(fmipctl -j config | jq .module_bytes)
	fmipctl config set module-bytes 100k || bail "the limit cannot be set"
	unshare -Urn bash -c '
		set -e
		ip link add name in0 type veth peer name out0
		ip link set lo up
		ip link set in0 address 02:00:00:00:00:01 up
		ip link set out0 up
		echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
		fmipctl tunnel add id 1 local 2001:db8::1 remote 2001:db8::2
		fmipctl binding add id 1 dst 2001:db8:9::9 gate hold target tunnel 1 \
			limit packets 100000 limit bytes 64M
		fmipctl config set module-bytes 64M 2>/dev/null && exit 1
		python3 -S -E - <<-"END"
			import socket, struct

			s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
			s.bind(("out0", 0))
			to = b"\x02\0\0\0\0\1\x02\0\0\0\0\2\x86\xdd"
			six = struct.pack("!IHBB", 0x60000000, 1008, 17, 64)
			ends = [socket.inet_pton(socket.AF_INET6, a) for a in ("2001:db8:8::8", "2001:db8:9::9")]
			for i in range(300):
			    s.send(to + six + b"".join(ends) + struct.pack("!HHHH", 9, 9, 1008, 1) + bytes(1000))
		END
		for i in {1..200}; do
			fmipctl -j stats >"$1"
			[[ $(jq .received.packets "$1") == 300 ]] && exit
			read -r -t 0.02 <> <(:) || :
		done
		exit 1' bash "$LIB_TMP/theirs"
	check "root of a user namespace has a network of its own, and bindings" test $? == 0
	check "and may not keep more than the module may" eval \
		'(($(jq .buffered.bytes "$LIB_TMP/theirs") <= 102400))'
	check "what would be more is dropped, and counted as that" eval \
		'(($(jq ".dropped.\"limit-module\" // 0" "$LIB_TMP/theirs") > 100 &&
		$(jq ".buffered.packets" "$LIB_TMP/theirs") > 0))'
	is "nor has it set that limit" "$(fmipctl -j config | jq .module_bytes)" 102400
	fmipctl config set module-bytes "$before" || bail "the limit cannot be set"
}

# ---- the firewall --------------------------------------------------------

wall_up() {
	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table inet wall {
			chain forward {
				type filter hook forward priority filter
				udp dport $WALL drop
			}
		}
	END
}

# some PORT [ADDRESS]: packets to the node, and all of them have been dealt with
some() {
	in_ns "$CN" udplog send --to "${2-$NCOA}" --port "$1" --count $FEW --log "$LIB_TMP/some" ||
		bail "the packets could not be sent"
	in_ns "$CN" ping -q -c 1 -W 5 $NAR_ADDR >/dev/null || bail "the router is silent"
}

# walled NAME [ADDRESS]: of what the firewall drops nothing is sent or kept, and all
# is counted as that
walled() {
	local received dropped buffered

	counters "$NAR" id 1
	received=${COUNT[received]} buffered=${COUNT[buffered]} dropped=${COUNT[dropped]}
	some $WALL "${2-$NCOA}"
	counters "$NAR" id 1
	is "$1: the firewall's drop is final" "$((COUNT[received] - received)) $((
		COUNT[buffered] - buffered)) $((COUNT[dropped] - dropped)) ${COUNT[drops]%% *}" \
		"$FEW 0 $FEW firewall"
	check "$1: and all is counted" balanced
}

# way short|long: what is not unusual takes it
way() {
	WAY=$1
	[[ $1 == short ]] && fmip config set exempt-mark 0/0 || fmip config set exempt-mark 0x100/0x100
}

every_gate() {
	local link="target link dev acc0 lladdr $MN_MAC"

	fmip binding add id 1 dst $NCOA $link accept tunnel 1 from dst
	walled "$WAY, gate open"
	fmip binding change id 1 gate copy
	walled "$WAY, gate copy"
	is "$WAY, gate copy: nor is anything kept to be sent once more" \
		"$(counter "$NAR" window id 1)" 0
	fmip binding change id 1 target tunnel 1 gate open replay last 60s
	walled "$WAY, after a replay into a tunnel"
	fmip binding change id 1 $link target tunnel 1
	walled "$WAY, two targets"
	is "$WAY, two targets: no copy is made" "$(counter "$NAR" copied id 1)" 0
	fmip binding change id 1 $link gate guard
	walled "$WAY, gate guard"
	fmip binding change id 1 gate hold
	walled "$WAY, gate hold"
	some $OPEN
	check "$WAY: what may pass is held" wait_counted "COUNT[buffered] == FEW" "$NAR" id 1
	some $OPEN
	# The last of them is due in eight seconds.
	fmip binding change id 1 release rate 1 gate open
	walled_draining
	fmip binding del id 1
	fmip binding add id 1 dst $NCOA target route
	walled "$WAY, by the routing table"
	fmip binding del id 1
}

walled_draining() {
	local gate

	counters "$NAR" id 1
	gate=${COUNT[gate]}
	some $WALL
	is "$WAY: a release is under way" "$gate" draining
	check "$WAY, gate draining: what is dropped is not released either" \
		busywait "$WAIT_MS" eval 'counters "$NAR" id 1 && balanced'
	fmip binding change id 1 release immediate
	fmip binding change id 1 gate open
	check "$WAY: what had been held is sent" wait_counted "COUNT[buffered] == 0" "$NAR" id 1
}

test_forward() {
	way short
	every_gate
	way long
	every_gate
	fmip binding add id 1 dst $NODE4 target link dev acc0 lladdr $MN_MAC
	walled "IPv4, gate open" ::ffff:$NODE4
	fmip binding change id 1 gate hold
	walled "IPv4, gate hold" ::ffff:$NODE4
	fmip binding del id 1
	way short
}

# A verdict in user space is one of many: the rules behind it still count.
test_reinjected() {
	local before

	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table inet ask {
			chain forward {
				type filter hook forward priority filter - 5
				udp dport { $WALL, $OPEN } queue num 5
			}
			chain input {
				type filter hook input priority filter - 5
				meta l4proto 41 queue num 5
			}
			chain behind {
				type filter hook input priority filter + 5
			}
		}
	END
	verdict_start "$NAR" 5
	fmip binding add id 1 dst $NCOA target link dev acc0 lladdr $MN_MAC accept tunnel 1 from src
	some $WALL
	some $OPEN
	wait_line "$WAIT_MS" "$LIB_TMP/verdict" "queued $((2 * FEW))" || bail "nothing was queued"
	echo accept >&"$VERDICT_IN"
	check "of what user space accepts the rest may pass" \
		wait_counted "COUNT[sent] == FEW" "$NAR" id 1
	is "and what a later rule drops may not" "${COUNT[received]}" $FEW

	before=$(counter "$NAR" decap.packets)
	in_ns "$NAR" nft add rule inet ask behind meta l4proto 41 drop
	from_far
	wait_line "$WAIT_MS" "$LIB_TMP/verdict" "queued $((3 * FEW))" || bail "nothing was queued"
	echo accept >&"$VERDICT_IN"
	wait_line "$WAIT_MS" "$LIB_TMP/verdict" "accepted $((3 * FEW))"
	in_ns "$FAR" ping -q -c 1 -W 5 $TUNNEL_ADDR >/dev/null || bail "the router is silent"
	is "so it is with INPUT: what a later rule drops is not decapsulated" \
		"$(counter "$NAR" decap.packets)" "$before"
	in_ns "$NAR" nft flush chain inet ask behind
	from_far
	wait_line "$WAIT_MS" "$LIB_TMP/verdict" "queued $((4 * FEW))" || bail "nothing was queued"
	is "nor is what waits for its verdict" "$(counter "$NAR" decap.packets)" "$before"
	echo drop >&"$VERDICT_IN"
	wait_line "$WAIT_MS" "$LIB_TMP/verdict" "dropped $((4 * FEW))"
	in_ns "$NAR" nft delete table inet ask
	is "nor what user space drops" "$(counter "$NAR" decap.packets)" "$before"
	from_far
	check "and what nobody minds is" wait_counted "COUNT[decap] == FEW" "$NAR" id 1
	fmip binding del id 1
}

# from_far: packets that FAR sends through its tunnel
from_far() {
	in_ns "$FAR" udplog send --bind $NCOA --to $CN_ADDR --port $BACK --count $FEW \
		--log "$LIB_TMP/far" || bail "the packets could not be sent"
}

# A rule that comes and goes while packets come out of a tunnel, each way.
test_input() {
	local before

	fmip binding add id 1 dst $NCOA target link dev acc0 lladdr $MN_MAC accept tunnel 1 from src
	for way in short long; do
		way $way
		before=$(counter "$NAR" decap.packets)
		from_far
		wait_counted "COUNT[decap] >= $before + FEW" "$NAR" || bail "nothing came out of the tunnel"
		in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
			table inet gone {
				chain input {
					type filter hook input priority filter
					meta l4proto 41 counter drop
				}
			}
		END
		from_far
		in_ns "$FAR" ping -q -c 1 -W 5 $TUNNEL_ADDR >/dev/null || bail "the router is silent"
		is "$way: when INPUT drops nothing comes out of a tunnel any more" \
			"$(counter "$NAR" decap.packets)" $((before + FEW))
		# The far end's tunnel may speak for itself, too.
		check "$way: INPUT has seen it" \
			test "$(in_ns "$NAR" nft -j list chain inet gone input |
				jq '[.. | .counter? // empty | .packets] | add')" -ge $FEW
		in_ns "$NAR" nft delete table inet gone
		from_far
		check "$way: and it does when the rule has gone" \
			wait_counted "COUNT[decap] == $before + 2 * FEW" "$NAR"
	done
	way short
	fmip binding del id 1
}

# ---- what no packet can do -----------------------------------------------

# The node's binding, and that of another one on the same link; both are away.
two_nodes() {
	fmip binding add id 1 dst $NCOA dst $NODE4 gate hold target link dev acc0 lladdr $MN_MAC \
		attach una,na,dad-ns dev acc0 lladdr $MN_MAC \
		proxy $NCOA dev acc0 proxy $NODE4 dev acc0 accept tunnel 1 from src \
		accept tunnel 1 from dst
	fmip binding add id 2 dst $NCOA2 dst ${NODE4}1 gate hold target link dev acc0 lladdr $OTHER_MAC \
		attach una,na,dad-ns dev acc0 lladdr $OTHER_MAC \
		proxy $NCOA2 dev acc0 proxy ${NODE4}1 dev acc0
	some $OPEN
	wait_counted "COUNT[buffered] == FEW" "$NAR" id 1 || bail "nothing is held"
	REJECTED=0
}

nd() {
	in_ns "$MN" ndsend "$@" || bail "ndsend: $*"
}

arp() {
	in_ns "$MN" arpsend "$@" || bail "arpsend: $*"
}

# refuses NAME REJECTED COMMAND...: it opens neither gate, ends no defence, and teaches
# the router nothing; so many more of its signs are rejected
refuses() {
	local name=$1 wanted="$((REJECTED + $2)) hold hold 4"

	shift 2
	"$@"
	# What is ignored shall have been, and what is not may be yet to come.
	in_ns "$MN" ping -q -c 1 -W 10 $NAR_LL%wlan0 >/dev/null || bail "the router is silent"
	busywait 3000 stands "$wanted"
	is "$name" "$STANDS" "$wanted" || start_over
	REJECTED=${STANDS%% *}
	is "... and the router knows nothing new" "$(known)" "" || start_over
}

# stands WANTED: sets STANDS to how many signs both have rejected, their gates, and how
# many addresses are defended
stands() {
	STANDS=$(fmipctl -n "$NAR" -s -j binding show | jq -r '[(map(.stats.rejected) | add),
		map(.gate)[], (map(.proxies // [] | length) | add)] | join(" ")')
	[[ $STANDS == "$1" ]]
}

# known: what the router says of who has the addresses of the nodes
known() {
	ip -n "$NAR" neigh show dev acc0 |
		grep -E "^($NCOA|$NCOA2|$NODE4|${NODE4}1) .*($MN_MAC|$OTHER_MAC)"
}

# Nothing that was before is held against what comes next.
start_over() {
	fmip binding flush
	ip -n "$NAR" -6 neigh flush dev acc0 nud all
	ip -n "$NAR" -4 neigh flush dev acc0 nud all
	lib_batch -n "$NAR" <<<"neigh replace $MN_LL lladdr $MN_MAC dev acc0 nud permanent"
	two_nodes
	STANDS=0
}

test_takeover() {
	local una="una --dev wlan0 --target $NCOA"

	refuses "another node announces the address, with its own link-layer address" 1 \
		nd $una --lladdr $OTHER_MAC --eth-src $OTHER_MAC
	refuses "and from its own address" 1 \
		nd $una --lladdr $OTHER_MAC --eth-src $OTHER_MAC --src $NCOA2
	refuses "and with the node's link-layer address, from its own" 1 \
		nd $una --lladdr $MN_MAC --eth-src $OTHER_MAC
	refuses "and with the flag for a router" 1 \
		nd $una --lladdr $OTHER_MAC --eth-src $OTHER_MAC --flags r
	refuses "and with the flag that overrides" 1 \
		nd $una --lladdr $MN_MAC --eth-src $OTHER_MAC --flags o
	refuses "it advertises it to the router, as if it had been asked" 1 \
		nd na --dev wlan0 --target $NCOA --dst $NAR_ADDR --eth-dst $NAR_MAC \
		--lladdr $OTHER_MAC --eth-src $OTHER_MAC
	refuses "it probes for it" 1 nd dad --dev wlan0 --target $NCOA --eth-src $OTHER_MAC
	refuses "the node announces what another binding has" 1 \
		nd una --dev wlan0 --target $NCOA2 --src $NCOA
	refuses "the message was forwarded" 0 nd $una --hop-limit 254
	refuses "it comes from a group" 0 nd $una --src ff02::1
	refuses "its target is a group" 0 nd una --dev wlan0 --target ff02::1 --src $NCOA
	refuses "its link-layer address is that of a group" 1 \
		nd $una --lladdr 33:33:00:00:00:01 --eth-src $MN_MAC
	refuses "its link-layer address is the broadcast one" 1 nd $una --lladdr ff:ff:ff:ff:ff:ff
	refuses "its frame comes from a group" 1 nd $una --eth-src 33:33:00:00:00:10
}

test_arp_takeover() {
	refuses "ARP: another node announces the address" 1 \
		arp announce --dev wlan0 --target $NODE4 --lladdr $OTHER_MAC
	refuses "ARP: with the node's link-layer address, from its own" 1 \
		arp announce --dev wlan0 --target $NODE4 --eth-src $OTHER_MAC
	refuses "ARP: it claims it in a reply" 1 \
		arp reply --dev wlan0 --src $NODE4 --target $NAR4 --lladdr $OTHER_MAC --eth-dst $NAR_MAC
	refuses "ARP: it claims it in a request" 1 \
		arp request --dev wlan0 --src $NODE4 --target 192.0.2.99 --lladdr $OTHER_MAC
	refuses "ARP: it probes for it" 1 arp probe --dev wlan0 --target $NODE4 --lladdr $OTHER_MAC
	refuses "ARP: the node announces what another binding has" 1 \
		arp announce --dev wlan0 --target ${NODE4}1
	refuses "ARP: the sender is a group" 0 \
		arp announce --dev wlan0 --target 224.0.0.10
}

# The same words, right for the node, where it is not.
test_elsewhere() {
	refuses "by another interface" 1 \
		in_ns "$FAR" ndsend una --dev wlan0 --target $NCOA --lladdr $MN_MAC --eth-src $MN_MAC
	refuses "by another interface, ARP" 1 \
		in_ns "$FAR" arpsend announce --dev wlan0 --target $NODE4 --lladdr $MN_MAC
	vlan 7
	refuses "in a VLAN that the router has not" 0 nd una --dev vlan7 --target $NCOA
	ip -n "$NAR" link add name acc7 link acc0 up type vlan id 7 || bail "no VLAN"
	refuses "in a VLAN that it has" 1 nd una --dev vlan7 --target $NCOA
	refuses "in a VLAN that it has, ARP" 1 arp announce --dev vlan7 --target $NODE4
	ip -n "$NAR" link del acc7
}

vlan() {
	lib_batch -n "$MN" <<-END
		link add name vlan$1 link wlan0 type vlan id $1
		link set vlan$1 addrgenmode none
		link set vlan$1 up
	END
}

# Neighbour Discovery has no business in a tunnel.
test_tunnelled() {
	local outer="IPv6(src='$FAR_ADDR',dst='$TUNNEL_ADDR',nh=41)" lladdr

	lladdr="ICMPv6NDOptDstLLAddr(lladdr='$MN_MAC')"
	refuses "out of a tunnel, to all nodes" 1 inject "$FAR" \
		"$outer/IPv6(src='$NCOA',dst='ff02::1',hlim=255)/ICMPv6ND_NA(R=0,S=0,O=0,tgt='$NCOA')/$lladdr"
	refuses "out of a tunnel, to the router" 1 inject "$FAR" \
		"$outer/IPv6(src='$NCOA',dst='$NAR_ADDR',hlim=255)/ICMPv6ND_NA(R=0,S=0,O=0,tgt='$NCOA')/$lladdr"
	refuses "out of a tunnel, to the node itself" 1 inject "$FAR" \
		"$outer/IPv6(src='$NCOA2',dst='$NCOA',hlim=255)/ICMPv6ND_NA(R=0,S=0,O=0,tgt='$NCOA')/$lladdr"
	refuses "a solicitation out of a tunnel" 0 inject "$FAR" \
		"$outer/IPv6(src='$NCOA',dst='$NAR_ADDR',hlim=255)/ICMPv6ND_NS(tgt='$NCOA2')"
	is "which nobody answers" "$(counter "$NAR" answers)" "$ANSWERS"
}

# All of it at once, by who is neither of them, with what is asked of a router, and
# out of tunnels that it has not.
barrage() {
	local addr

	for addr in $NCOA $NCOA2 2001:db8:2::77; do
		nd una --dev wlan0 --target $addr --lladdr $STRANGER_MAC --eth-src $STRANGER_MAC
		nd na --dev wlan0 --target $addr --dst $NAR_ADDR --eth-dst $NAR_MAC \
			--lladdr $STRANGER_MAC --eth-src $STRANGER_MAC
		nd ns --dev wlan0 --src 2001:db8:2::66 --target $addr --eth-src $STRANGER_MAC
		nd dad --dev wlan0 --target $addr --eth-src $STRANGER_MAC
	done
	for addr in $NODE4 ${NODE4}1 192.0.2.77; do
		arp announce --dev wlan0 --target $addr --lladdr $STRANGER_MAC
		arp request --dev wlan0 --src 192.0.2.66 --target $addr
	done
	inject "$MN" "IPv6(src='fe80::10',dst='ff02::2',hlim=255)/ICMPv6ND_RS()"
	inject "$FAR" "[IPv6(src='2001:db8:3::%d'%i,dst='$TUNNEL_ADDR',nh=41)/" \
		"IPv6(src='2001:db8:2::%d'%i,dst='$CN_ADDR')/UDP() for i in range(2,22)]"
	inject "$FAR" "[IPv6(src='2001:db8:3::%d'%i,dst='$TUNNEL_ADDR',nh=47)/GRE(proto=0x86dd)/" \
		"IPv6(src='2001:db8:2::%d'%i,dst='$CN_ADDR')/UDP() for i in range(2,22)]"
}

test_no_state() {
	local before

	before=$(state)
	barrage
	in_ns "$FAR" ping -q -c 1 -W 5 $TUNNEL_ADDR >/dev/null || bail "the router is silent"
	is "nothing of all that has made, changed or ended any object" "$(state)" "$before"
	nd una --dev wlan0 --target $NCOA
	check "what the node itself says does" wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	is "and only for its own binding" "$(fmipctl -n "$NAR" -j binding show id 2 |
		jq -r '.[] | "\(.gate) \(.proxies // [] | length)"')" "hold 2"
}

# ---- what was seen -------------------------------------------------------

captures_start() {
	capture_start "$MN" wlan0 "$CAPTURE" "udp port $WALL or udp port $OPEN"
	capture_start "$FAR" wlan0 "$FAR_CAPTURE" "ip6[6] == 41 and ip6[82:2] == $WALL"
}

test_captures() {
	capture_stop "$CAPTURE"
	capture_stop "$FAR_CAPTURE"
	is "nothing that the firewall drops was ever on the node's link" \
		"$(dissect "$CAPTURE" "udp.dstport == $WALL" frame.number | wc -l)" 0
	check "though other packets were" \
		test "$(dissect "$CAPTURE" "udp.dstport == $OPEN" frame.number | wc -l)" -gt $FEW
	is "nor in the tunnel" "$(dissect "$FAR_CAPTURE" "udp.dstport == $WALL" frame.number | wc -l)" 0
}

need ip tc ethtool fmipctl jq nft setpriv unshare udplog ndsend arpsend verdict tcpdump tshark
inject_start
load_module
topo_router
topo_router_ipv4
lib_batch -n "$FAR" <<<"route add $CN_ADDR/128 dev far0"
lib_batch -n "$NAR" <<<"neigh replace $MN_LL lladdr $MN_MAC dev acc0 nud permanent"
# With its checksum left to the driver a packet takes the long way.
in_ns "$CN" ethtool -K eth0 tx off >/dev/null || bail "ethtool failed"
wall_up
fmip tunnel add id 1 local $TUNNEL_ADDR remote $FAR_ADDR
fmip binding add id 1 dst $NCOA gate hold
test_privileges
fmip binding del id 1
test_module_limit
captures_start
test_forward
test_input
test_reinjected
in_ns "$NAR" nft delete table inet wall
start_over
test_takeover
test_arp_takeover
test_elsewhere
ANSWERS=$(counter "$NAR" answers)
test_tunnelled
test_no_state
test_captures
counters "$NAR"
check "the counters add up" balanced
tap_done
