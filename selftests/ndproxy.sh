#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Proxied addresses: what the router answers for them and in which words, what
# it leaves unanswered, what ends the defence, and that Neighbour Discovery of
# the router's own goes on as ever.
#
# Every solicitation comes from an address of its own, or asks for one, so that
# at the end one look at the capture says which was answered.

. "$(dirname "$0")/lib.sh"

PEER_MAC=02:00:00:00:00:30
PEER_ADDR=2001:db8:2::30
NET=2001:db8:2:		# with ":N" a host on the link
LIVE=$LIB_TMP/live
UPSTREAM=$LIB_TMP/upstream
EVENTS=$LIB_TMP/events
CAPTURE=$LIB_TMP/link.pcap

fmip() {
	fmipctl -n "$NAR" "$@"
}

# Another node of the link.  The mobile node is away.
add_peer() {
	PEER=peer-$LIB_TAG
	lib_batch <<<"netns add $PEER"
	LIB_NAMESPACES+=("$PEER")
	lib_batch -n "$MN" <<-END
		addr del $NCOA/128 dev wlan0
		link add name eth0 link wlan0 netns $PEER type macvlan mode bridge
	END
	lib_batch -n "$PEER" <<-END
		link set eth0 addrgenmode none
		link set eth0 address $PEER_MAC up
		addr add $PEER_ADDR/64 dev eth0 nodad
		addr add fe80::30/64 dev eth0 nodad
	END
}

listen() {
	background in_ns "$NAR" tcpdump -Z root -n -l -e -v -i acc0 icmp6 >"$LIVE" 2>"$LIVE.err"
	background in_ns "$NAR" tcpdump -Z root -n -l -e -v -i up1 icmp6 >"$UPSTREAM" 2>"$UPSTREAM.err"
	events_start "$NAR" "$EVENTS"
	wait_line "$WAIT_MS" "$LIVE.err" "listening on" || bail "tcpdump: $(<"$LIVE.err")"
	wait_line "$WAIT_MS" "$UPSTREAM.err" "listening on" || bail "tcpdump: $(<"$UPSTREAM.err")"
	capture_start "$NAR" acc0 "$CAPTURE" "icmp6 or udp"
}

# ask N [NDSEND-ARGUMENT]...: host N of the link asks who has the NCoA
ask() {
	in_ns "$PEER" ndsend ns --dev eth0 --src "$NET:$1" --target "$NCOA" "${@:2}" ||
		bail "ndsend: $*"
}

# told N: host N has had an answer
told() {
	busywait "$WAIT_MS" grep -q "> $NET:$1: .*neighbor advertisement" "$LIVE"
}

# told_all ADDRESS: all nodes have had one about ADDRESS
told_all() {
	busywait "$WAIT_MS" grep -q "> ff02::1: .*neighbor advertisement.* tgt is $1," "$LIVE"
}

# synced N: what was sent before has been dealt with, because the router answers
# host N, who asks for an address of the router's
synced() {
	in_ns "$PEER" ndsend ns --dev eth0 --src "$NET:$1" --target $NAR_ADDR
	told "$1" || bail "the router does not answer for its own address"
}

# silent N: the router has seen what host N asked, and says nothing
silent() {
	synced "f$1"
	! grep "> $NET:$1: .*neighbor advertisement" "$LIVE"
}

unasked() { # unasked ADDRESS: nobody has said who has ADDRESS
	synced "$2"
	! grep "neighbor advertisement.* tgt is $1," "$LIVE"
}

member() { # member GROUP
	[[ $(ip -n "$NAR" -6 maddr show dev acc0) == *"$1"* ]]
}

not_member() {
	! member "$1"
}

leaves() {
	busywait "$WAIT_MS" not_member "$1"
}

answers() {
	counters "$NAR" && echo "${COUNT[answers]}"
}

refused() { # refused TEXT COMMAND...: the kernel refuses it in these words
	local text=$1 status

	shift
	"$@" 2>"$LIB_TMP/refused"
	status=$?
	cat "$LIB_TMP/refused"
	[[ $status == 2 && $(<"$LIB_TMP/refused") == *"$text"* ]]
}

tentative() { # tentative WORD ADDRESS: how far the peer's own DAD has come
	local shown

	shown=$(ip -n "$PEER" -6 -o addr show dev eth0 to "$2")
	case $1 in
	failed) [[ $shown == *dadfailed* ]] ;;
	over) [[ $shown && $shown != *tentative* ]] ;;
	esac
}

peer_takes() { # peer_takes ADDRESS: as any node would
	ip -n "$PEER" -6 addr add "$1/128" dev eth0
}

peer_drops() {
	ip -n "$PEER" -6 addr del "$1/128" dev eth0
}

neighbour() { # neighbour NETNS DEV ADDRESS STATE
	[[ $(ip -n "$1" -6 neigh show "$3" dev "$2") == *" $4"* ]]
}

probe_works() { # probe_works NETNS DEV ADDRESS MAC: NUD ends well
	ip -n "$1" -6 neigh replace "$3" lladdr "$4" dev "$2" nud probe &&
		busywait "$WAIT_MS" neighbour "$1" "$2" "$3" REACHABLE
}

# Solicitations that ndsend does not make: each SOURCE OPTION-IN-HEX
ask_raw() {
	in_ns "$PEER" python3 -S -E - "$PEER_MAC" "$NCOA" "$@" <<-'END'
		import socket, struct, sys

		def frame(source, option):
		    src = socket.inet_pton(socket.AF_INET6, source)
		    dst = bytes.fromhex("ff0200000000000000000001ff") + target[13:]
		    body = b"\x87\0\0\0\0\0\0\0" + target + bytes.fromhex(option)
		    data = src + dst + struct.pack("!II", len(body), 58) + body
		    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
		    total = (total & 0xffff) + (total >> 16)
		    check = ~((total & 0xffff) + (total >> 16)) & 0xffff
		    body = body[:2] + struct.pack("!H", check) + body[4:]
		    return (b"\x33\x33" + dst[12:] + mac + b"\x86\xdd\x60\0\0\0" +
		            struct.pack("!HBB", len(body), 58, 255) + src + dst + body)

		mac = bytes.fromhex(sys.argv[1].replace(":", ""))
		target = socket.inet_pton(socket.AF_INET6, sys.argv[2])
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		for source, option in zip(sys.argv[3::2], sys.argv[4::2]):
		    s.send(frame(source, option))
	END
}

# ---- what is answered ---------------------------------------------------

test_answers() {
	ask a1
	check "an address that is not proxied is not answered for" silent a1

	fmip binding add dst $NCOA gate hold target link dev acc0 proxy $NCOA dev acc0 \
		attach una dev acc0 || bail "the binding was refused"
	check "the router joins the solicited-node group" member ff02::1:ff00:10
	ask a2
	check "a multicast solicitation is answered" told a2
	ask a3 --dst $NCOA --eth-dst $NAR_MAC
	check "a unicast solicitation is answered" told a3
	ask 30 --dst $NCOA --eth-dst $NAR_MAC --no-lladdr
	check "one without a link-layer address is answered too" told 30
	in_ns "$PEER" ndsend dad --dev eth0 --target $NCOA
	check "a probe for duplicates is answered" told_all $NCOA
	peer_takes $NCOA
	check "a node that wants the address finds that it has an owner" \
		busywait "$WAIT_MS" tentative failed $NCOA
	peer_drops $NCOA
	fmip binding change dst $NCOA proxy $NCOA dev acc0 override
	ask a4
	check "one is answered after a change of flags" told a4
	fmip binding change dst $NCOA proxy $NCOA dev acc0
}

test_announce() {
	fmip binding add dst $NET:11 gate hold target link dev acc0 proxy $NET:11 dev acc0 announce
	check "an announcement is made" told_all $NET:11
	fmip binding add dst $NET:12 gate hold target link dev acc0 \
		proxy $NET:12 dev acc0 override announce
	check "an announcement with override is made" told_all $NET:12
	fmip binding flush
	fmip binding add dst $NCOA gate hold target link dev acc0 proxy $NCOA dev acc0 \
		attach una dev acc0
}

# ---- what is not --------------------------------------------------------

test_others() {
	local mac

	ask a5 --target $NET:99
	check "another address is not answered for" silent a5

	in_ns "$CN" ndsend ns --dev eth1 --src 2001:db8:d::aa --target $NCOA
	mac=$(in_ns "$NAR" cat /sys/class/net/up1/address)
	in_ns "$CN" ndsend ns --dev eth1 --src 2001:db8:d::ab --target $NCOA \
		--dst $NCOA --eth-dst "$mac"
	in_ns "$CN" ndsend ns --dev eth1 --src 2001:db8:d::ac --target 2001:db8:d::1
	check "the router answers on the other interface for itself" \
		busywait "$WAIT_MS" grep -q "> 2001:db8:d::ac: .*advertisement" "$UPSTREAM"
	check_fails "on another interface the address is not answered for" \
		grep "advertisement.* tgt is $NCOA," "$UPSTREAM"
}

test_own_dad() {
	fmip binding add dst $NET:13 gate hold target link dev acc0 proxy $NET:13 dev acc0 \
		attach una dev acc0 lladdr $PEER_MAC
	in_ns "$PEER" ndsend dad --dev eth0 --target $NET:13
	check "the node's own probe for duplicates is not answered" unasked $NET:13 e1
	peer_takes $NET:13
	check "so that it gets its address" busywait "$WAIT_MS" tentative over $NET:13
	peer_drops $NET:13
	in_ns "$PEER" ndsend dad --dev eth0 --target $NET:13 --eth-src 02:00:00:00:00:77
	check "the probe of another node is" told_all $NET:13
}

test_malformed() {
	local before

	before=$(answers)
	ask b1 --hop-limit 64
	ask b2 --bad-checksum
	ask b3 --truncate 20
	ask b4 --hop-limit 64 --dst $NCOA --eth-dst $NAR_MAC
	ask_raw $NET:b5 0100"${PEER_MAC//:/}" $NET:b6 0102"${PEER_MAC//:/}"0000000000000000 \
		$NET:b7 0101"${PEER_MAC//:/}"0e01000000000000
	check "the like of them but valid is answered" told b7
	check "a solicitation with hop limit 64 is ignored" silent b1
	check "one with a bad checksum is ignored" silent b2
	check "one that is cut short is ignored" silent b3
	check "a unicast one with hop limit 64 is ignored" silent b4
	check "one with an option of length 0 is ignored" silent b5
	check "one whose link-layer address has the wrong length is ignored" silent b6
	is "none of them counts as answered" "$(answers)" $((before + 1))
}

test_firewall() {
	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table ip6 selftest {
			chain input {
				type filter hook input priority 0
				ip6 saddr { $NET:a6, $NET:a9 } icmpv6 type nd-neighbor-solicit drop
			}
		}
	END
	ask a6
	check "a solicitation that INPUT drops is not answered" silent a6
	ask a9 --dst $NCOA --eth-dst $NAR_MAC
	check "nor a unicast one" silent a9
	in_ns "$NAR" nft delete table ip6 selftest
	ask a7
	check "and again when the rule is gone" told a7
}

# ---- what is refused ----------------------------------------------------

test_refused() {
	check "an address that another binding proxies is refused" \
		refused "another binding proxies this address" \
		fmip binding add dst $NET:14 gate hold proxy $NCOA dev acc0
	check "the same address twice in one binding is refused" \
		refused "twice" \
		fmip binding add dst $NET:24 gate hold proxy $NET:24 dev acc0 proxy $NET:24 dev acc0
	fmip binding del dst $NET:24 2>/dev/null
	check "one of the router's own addresses is refused" \
		refused "this router's own" \
		fmip binding add dst $NET:14 gate hold proxy $NAR_ADDR dev acc0
	check "a multicast address is refused" \
		refused "unicast" fmip binding add dst $NET:14 gate hold proxy ff02::1 dev acc0
	fmip config set proxies-max 2
	check "more than proxies-max are refused" \
		refused "too many addresses" \
		fmip binding add dst $NET:14 gate hold proxy $NET:14 dev acc0
	check "but those that there are may be changed" \
		fmip binding change dst $NCOA proxy $NCOA dev acc0 override
	fmip config set proxies-max 4096
	check_fails "what was refused has left no binding" fmip binding show dst $NET:14
	check "nor a group" not_member ff02::1:ff00:14
	fmip binding change dst $NCOA proxy $NCOA dev acc0
	ask a8
	check "and the other is still defended" told a8
}

# ---- what ends it -------------------------------------------------------

# ended ADDRESS N: its group is left, and host N is not answered any more
ended() {
	leaves "ff02::1:ff00:${1##*:}" && ask "$2" --target "$1" && silent "$2"
}

test_told_to_stop() {
	# The group of ::10 is that of ::1:0:10 too.
	fmip binding add dst $NET:1:0:10 gate hold proxy $NET:1:0:10 dev acc0
	fmip binding change dst $NCOA proxies none
	check "told to stop, the router answers no more" \
		eval 'ask c1 && silent c1'
	check "a group that two addresses share is kept for the other" member ff02::1:ff00:10
	ask c2 --target $NET:1:0:10
	check "the other of them is still defended" told c2
	fmip binding del dst $NET:1:0:10
	check "with the last of them the group is left" leaves ff02::1:ff00:10
	check "the binding has stayed" fmip binding show dst $NCOA

	fmip binding add dst $NET:15 gate hold proxy $NET:15 dev acc0
	fmip binding del dst $NET:15
	check "with its binding a defence ends" ended $NET:15 c3
}

test_timer() {
	fmip binding add id 16 dst $NET:16 gate hold proxy $NET:16 dev acc0 lifetime 60s
	ask c4 --target $NET:16
	check "one with a lifetime is answered for" told c4
	fmip binding change id 16 proxy $NET:16 dev acc0 lifetime 200ms
	check "its end is told" \
		wait_events 1 "$EVENTS" expired "binding 16 "
	is "as that of a proxy" "$(events "$EVENTS" expired "timer proxy addr $NET:16 dev acc0")" 1
	check "then it ends" ended $NET:16 c5
	check "and the binding stays" fmip binding show id 16
	check_fails "without it" grep -q proxy <(fmip binding show id 16)
}

test_override_flag() {
	fmip binding add id 17 dst $NET:17 gate hold target link dev acc0 \
		proxy $NET:17 dev acc0 attach una dev acc0
	in_ns "$PEER" ndsend na --dev eth0 --target $NET:17 --src $NET:17 --dst ff02::1 --flags o
	check "the node's advertisement with the O flag ends the defence" ended $NET:17 c6
	check "and leaves the gate alone" grep -q "gate hold" <(fmip binding show id 17)
}

test_duplicate() {
	in_ns "$PEER" ndsend na --dev eth0 --target $NET:13 --src $NET:13 --dst ff02::1 --flags o \
		--eth-src 02:00:00:00:00:77 --lladdr 02:00:00:00:00:77
	check "that another node claims the address is told" \
		wait_events 1 "$EVENTS" duplicate "addr $NET:13 dev acc0 lladdr 02:00:00:00:00:77"
	ask c7 --target $NET:13 --eth-src 02:00:00:00:00:77
	check "and the defence goes on" told c7
}

# ---- the node arrives ---------------------------------------------------

test_arrival() {
	fmip binding del dst $NCOA
	fmip binding add id 10 dst $NCOA gate hold target link dev acc0 proxy $NCOA dev acc0 \
		attach una dev acc0
	background in_ns "$MN" udplog recv --port 7001 --id 1 --count 10 --wait 60000 --log "$LIB_TMP/cn.csv" \
		>"$LIB_TMP/recv"
	FROM_CN=$!
	background in_ns "$MN" udplog recv --port 7002 --id 2 --count 10 --wait 60000 --log "$LIB_TMP/peer.csv" \
		>"$LIB_TMP/recv2"
	FROM_PEER=$!
	wait_line "$WAIT_MS" "$LIB_TMP/recv" ready || bail "udplog does not listen"
	wait_line "$WAIT_MS" "$LIB_TMP/recv2" ready || bail "udplog does not listen"
	in_ns "$CN" udplog send --to $NCOA --port 7001 --id 1 --count 10 --log "$LIB_TMP/cn.sent"
	in_ns "$PEER" udplog send --to $NCOA --port 7002 --id 2 --count 10 --log "$LIB_TMP/peer.sent"
	check "what comes from afar and what a neighbour sends is held" \
		wait_counted "COUNT[buffered] == 20" "$NAR" dst $NCOA
	synced e2
	lib_batch -n "$MN" <<<"addr add $NCOA/128 dev wlan0 nodad"
	in_ns "$MN" ndsend una --dev wlan0 --target $NCOA
	wait "$FROM_CN" "$FROM_PEER"
	is "the node gets all that came from afar, in order" \
		"$(sed '1d; s/,.*//' "$LIB_TMP/cn.csv" | tr '\n' ' ')" "0 1 2 3 4 5 6 7 8 9 "
	# Its own stack may let them overtake while it finds the address.
	is "and all that its neighbour sent" \
		"$(sed '1d; s/,.*//' "$LIB_TMP/peer.csv" | sort -n | tr '\n' ' ')" "0 1 2 3 4 5 6 7 8 9 "
	check "its arrival ends the defence" ended $NCOA c8
	lib_batch -n "$MN" <<<"addr del $NCOA/128 dev wlan0"
	peer_takes $NCOA
	check "then a node that wants the address gets it" \
		busywait "$WAIT_MS" tentative over $NCOA
	peer_drops $NCOA
	fmip binding flush
}

# ---- the router's own ---------------------------------------------------

test_own_nd() {
	fmip binding add id 64 dst $NET:/64 gate hold target link dev acc0 ||
		bail "the binding was refused"
	ip -n "$PEER" -6 neigh flush dev eth0
	ip -n "$NAR" -6 neigh flush dev acc0
	check "below a binding for its prefix the router resolves a neighbour" \
		in_ns "$NAR" ping -q -c 1 -W 5 $PEER_ADDR
	check "and is resolved" in_ns "$PEER" ping -q -c 1 -W 5 $NAR_ADDR
	check "it finds that a neighbour is reachable" \
		probe_works "$NAR" acc0 $PEER_ADDR $PEER_MAC
	check "and is found to be" probe_works "$PEER" eth0 $NAR_ADDR $NAR_MAC
	fmip binding change id 64 local
	check "also if the binding is for what the router sends" \
		probe_works "$NAR" acc0 $PEER_ADDR $PEER_MAC
	check "nothing of this has been held" counted "COUNT[received] == 0" "$NAR" id 64
	in_ns "$CN" udplog send --to $NET:55 --port 7003 --count 1 --log "$LIB_TMP/sent"
	check "as something for another host is" \
		wait_counted "COUNT[buffered] == 1" "$NAR" id 64
	fmip binding del id 64
}

# ---- the capture --------------------------------------------------------

# Answers by "DESTINATION TARGET", each "R S O HOP-LIMIT CHECKSUM LLADDR FROM TO",
# those to one destination about one target with ";" between them.
declare -A ANSWER

read_link() {
	local from to src dst hlim port target r s o lladdr sum key

	capture_stop "$CAPTURE"
	ANSWERS=0
	STRANGE=
	EARLY=
	UDP=0
	while IFS=$'\t' read -r from to src dst hlim port target r s o lladdr sum; do
		if [[ $port != - ]]; then
			[[ $from == "$NAR_MAC" && $dst == "$NCOA" ]] && UDP=$((UDP + 1))
			continue
		fi
		if [[ $from == "$MN_MAC" ]]; then
			[[ $target == "$NCOA" ]] && : "${EARLY:=$UDP}"
			continue
		fi
		[[ $from == "$NAR_MAC" && $target == "$NET"* && $target != "$NAR_ADDR" ]] || continue
		[[ $src == "$NAR_ADDR" || $src == "$NAR_LL" ]] || STRANGE+=" $src"
		key="$dst $target"
		ANSWER[$key]+="${ANSWER[$key]:+;}${r/False/0} ${s/False/0} ${o/False/0} $hlim $sum $lladdr $to"
		[[ $dst == ff02::1 && ($target == "$NET:11" || $target == "$NET:12") ]] ||
			ANSWERS=$((ANSWERS + 1))
	done < <(tshark -n -r "$CAPTURE" -Y "icmpv6.type == 136 || udp" -T fields \
		-e eth.src -e eth.dst -e ipv6.src -e ipv6.dst -e ipv6.hlim -e udp.dstport \
		-e icmpv6.nd.na.target_address -e icmpv6.nd.na.flag.r -e icmpv6.nd.na.flag.s \
		-e icmpv6.nd.na.flag.o -e icmpv6.opt.linkaddr -e icmpv6.checksum.status \
		2>/dev/null | sed 's/True/1/g; s/False/0/g; :a; s/\t\t/\t-\t/; ta; s/\t$/\t-/')
}

test_capture() {
	local one="255 1 $NAR_MAC" all=33:33:00:00:00:01

	read_link
	is "an answer is one: S, not O, not R, hop limit 255, to who asked" \
		"${ANSWER[$NET:a2 $NCOA]-}" "0 1 0 $one $PEER_MAC"
	is "so is one to a unicast solicitation" \
		"${ANSWER[$NET:a3 $NCOA]-}" "0 1 0 $one $PEER_MAC"
	is "and one to a solicitation without link-layer address" \
		"${ANSWER[$PEER_ADDR $NCOA]-}" "0 1 0 $one $PEER_MAC;0 1 0 $one $PEER_MAC"
	is "with override it has the O flag" \
		"${ANSWER[$NET:a4 $NCOA]-}" "0 1 1 $one $PEER_MAC"
	is "a probe for duplicates is answered to all nodes, without S" \
		"${ANSWER[ff02::1 $NCOA]-}" "0 0 0 $one $all;0 0 0 $one $all"
	is "an announcement goes to all nodes, without flags" \
		"${ANSWER[ff02::1 $NET:11]-}" "0 0 0 $one $all"
	is "with override it has the O flag" "${ANSWER[ff02::1 $NET:12]-}" "0 0 1 $one $all"
	is "answers come from an address of the router" "$STRANGE" ""
	is "before the node arrives nothing for it is on the link" "$EARLY" 0
	is "all of it is afterwards" "$UDP" 20
	is "as many answers are counted as there are" "$(answers)" "$ANSWERS"
}

load_module
topo_router
add_peer
listen
test_answers
test_announce
test_others
test_own_dad
test_malformed
test_firewall
test_refused
test_override_flag
test_duplicate
test_told_to_stop
test_timer
test_arrival
test_own_nd
test_capture
tap_done
