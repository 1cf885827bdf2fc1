#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Proxied IPv4 addresses: which ARP packets the router answers for them and in
# which words, which it leaves unanswered, what ends the defence, and what it
# tells of others who claim them.
#
# Every request comes from a host of its own, so that at the end one look at the
# capture says which was answered.

. "$(dirname "$0")/lib.sh"

PEER_MAC=02:00:00:00:00:30
PEER=192.0.2.30
NET=192.0.2.		# with "N" a host on the link
LIVE=$LIB_TMP/live
UPSTREAM=$LIB_TMP/upstream
EVENTS=$LIB_TMP/events
CAPTURE=$LIB_TMP/link.pcap

fmip() {
	fmipctl -n "$NAR" "$@"
}

# Another node of the link.  The mobile node is away.
add_peer() {
	HOST=host-$LIB_TAG
	lib_batch <<<"netns add $HOST"
	LIB_NAMESPACES+=("$HOST")
	lib_batch -n "$MN" <<<"link add name eth0 link wlan0 netns $HOST type macvlan mode bridge"
	ip -4 -n "$HOST" -batch - <<-END || bail "there is no other node"
		link set eth0 address $PEER_MAC up
		addr add $PEER/24 dev eth0
	END
	lib_settings "$HOST"
}

listen() {
	background in_ns "$NAR" tcpdump -Z root -n -l -e -i acc0 arp >"$LIVE" 2>"$LIVE.err"
	background in_ns "$NAR" tcpdump -Z root -n -l -e -i up1 arp >"$UPSTREAM" 2>"$UPSTREAM.err"
	events_start "$NAR" "$EVENTS"
	wait_line "$WAIT_MS" "$LIVE.err" "listening on" || bail "tcpdump: $(<"$LIVE.err")"
	wait_line "$WAIT_MS" "$UPSTREAM.err" "listening on" || bail "tcpdump: $(<"$UPSTREAM.err")"
	capture_start "$NAR" acc0 "$CAPTURE" "arp or udp"
}

# say NAME [ARPSEND-ARGUMENT]...: on the link
say() {
	in_ns "$HOST" arpsend "$@" --dev eth0 || bail "arpsend: $*"
}

# host N: its link-layer address; its address ends in N, too, which is hexadecimal
host() {
	echo "02:00:00:00:f0:$1"
}

# ask N [ARPSEND-ARGUMENT]...: host N of the link asks who has the node's address
ask() {
	say request --src $NET$((16#$1)) --lladdr "$(host "$1")" --target $NODE4 "${@:2}"
}

# replied FILE MAC ADDRESS: it has been told who has the address
replied() {
	grep "> $2, .* Reply $3 is-at" "$1"
}

# told N [ADDRESS]: host N has had an answer
told() {
	busywait "$WAIT_MS" replied "$LIVE" "$(host "$1")" "${2-$NODE4}"
}

# synced: what was sent before has been dealt with, because the router answers
# for an address of its own
SYNCS=0
synced() {
	local mac

	printf -v mac 02:00:00:00:f1:%02x $((++SYNCS))
	say request --src ${NET}254 --lladdr "$mac" --target $NAR4
	busywait "$WAIT_MS" replied "$LIVE" "$mac" $NAR4 >/dev/null ||
		bail "the router does not answer for its own address"
}

# silent N [ADDRESS]: the router has seen what host N asked, and says nothing
silent() {
	synced
	! replied "$LIVE" "$(host "$1")" "${2-$NODE4}"
}

unasked() { # unasked ADDRESS: nobody has been told who has it
	synced
	! replied "$LIVE" .* "$1"
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

neighbour() { # neighbour NETNS DEV ADDRESS TEXT: the entry has it
	[[ $(ip -n "$1" -4 neigh show "$3" dev "$2") == *" $4"* ]]
}

# hold ID N [BINDING-ARGUMENT]...: a binding that holds for host N, which is away
hold() {
	fmip binding add id "$1" dst "$NET$2" gate hold target link dev acc0 "${@:3}" ||
		bail "the binding was refused"
}

# ---- what is answered ---------------------------------------------------

test_answers() {
	ask a1
	check "an address that is not proxied is not answered for" silent a1
	hold 10 10 proxy $NODE4 dev acc0 attach una dev acc0
	ask a2
	check "a request is answered" told a2
	check "its sender is learnt" \
		neighbour "$NAR" acc0 ${NET}162 "lladdr $(host a2) STALE"
	ask a3 --eth-dst $NAR_MAC
	check "a unicast request is answered" told a3
	say probe --target $NODE4 --lladdr "$(host a4)"
	check "a probe is answered" told a4
	in_ns "$HOST" ping -q -c 1 -W 1 $NODE4 >/dev/null
	check "a node of the link is led to the router" \
		neighbour "$HOST" eth0 $NODE4 "lladdr $NAR_MAC"
	fmip binding change id 10 proxy $NODE4 dev acc0 override
	ask a5
	check "one is answered after a change of flags" told a5
	fmip binding change id 10 proxy $NODE4 dev acc0
}

announced() {
	grep "$NAR_MAC > ff:ff:ff:ff:ff:ff, .* $1[, ]" "$LIVE"
}

test_announce() {
	hold 11 11 proxy ${NET}11 dev acc0 announce
	check "an announcement is made" busywait "$WAIT_MS" announced ${NET}11
	hold 12 12 proxy ${NET}12 dev acc0
	synced
	check_fails "without being asked for, none is" announced ${NET}12
	fmip binding del id 11
	fmip binding del id 12
}

# ---- what is not --------------------------------------------------------

test_others() {
	local mac

	ask a6 --target ${NET}99
	check "another address is not answered for" silent a6 ${NET}99
	mac=$(in_ns "$CN" cat /sys/class/net/eth1/address)
	in_ns "$CN" arpsend request --dev eth1 --src 203.0.113.2 --target $NODE4
	in_ns "$CN" arpsend request --dev eth1 --src 203.0.113.2 --target 203.0.113.1
	check "the router answers on the other interface for itself" \
		busywait "$WAIT_MS" replied "$UPSTREAM" "$mac" 203.0.113.1
	check_fails "on another interface the address is not answered for" \
		replied "$UPSTREAM" "$mac" $NODE4
}

test_own() {
	hold 13 13 proxy ${NET}13 dev acc0 attach una dev acc0 lladdr $PEER_MAC
	say probe --target ${NET}13
	check "the node's own probe is not answered" unasked ${NET}13
	say request --src $PEER --target ${NET}13
	check "nor is its own request" unasked ${NET}13
	say probe --target ${NET}13 --lladdr "$(host a7)"
	check "the probe of another node is" told a7 ${NET}13
	say probe --target ${NET}13 --eth-src "$(host a8)"
	check "so is one with the node's address, but not in the frame" \
		busywait "$WAIT_MS" replied "$LIVE" $PEER_MAC ${NET}13
}

test_echo() {
	local before

	before=$(answers)
	say request --src $NAR4 --lladdr $NAR_MAC --target ${NET}13
	say announce --lladdr $NAR_MAC --target ${NET}13
	synced
	is "what comes back from the router itself is not answered" "$(answers)" "$before"
	is "and is no claim" "$(events "$EVENTS" duplicate "lladdr $NAR_MAC")" 0
}

test_malformed() {
	local before

	before=$(answers)
	ask b1 --truncate 20
	ask b2 --hardware 32
	ask b3 --protocol 0x86dd
	ask b4 --lengths 0x0804
	ask b5 --operation 8
	ask b6 --src 224.0.0.1
	ask b7 --src 127.0.0.1
	ask b8 --src 255.255.255.255
	ask b9 --hardware 6
	check "the like of them but valid is answered" told b9
	check "a request that is cut short is ignored" silent b1
	check "one of other hardware is ignored" silent b2
	check "one of another protocol is ignored" silent b3
	check "one with other lengths is ignored" silent b4
	check "another operation is ignored" silent b5
	check "one from a multicast address is ignored" silent b6
	check "one from a loopback address is ignored" silent b7
	check "one from the broadcast address is ignored" silent b8
	is "none of them counts as answered" "$(answers)" $((before + 1))
}

test_firewall() {
	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table arp selftest {
			chain input {
				type filter hook input priority 0
				arp saddr ip ${NET}169 drop
			}
		}
	END
	ask a9
	check "a request that a rule drops is not answered" silent a9
	in_ns "$NAR" nft delete table arp selftest
	ask aa
	check "and again when the rule is gone" told aa
}

# ---- what is refused ----------------------------------------------------

test_refused() {
	check "an address that another binding proxies is refused" \
		refused "another binding proxies this address" \
		fmip binding add dst ${NET}14 gate hold proxy $NODE4 dev acc0
	check "the same address twice in one binding is refused" refused "twice" \
		fmip binding add dst ${NET}14 gate hold proxy ${NET}14 dev acc0 \
		proxy ${NET}14 dev acc0
	check "one of the router's own addresses is refused" refused "this router's own" \
		fmip binding add dst ${NET}14 gate hold proxy $NAR4 dev acc0
	check "a multicast address is refused" refused "unicast" \
		fmip binding add dst ${NET}14 gate hold proxy 224.0.0.1 dev acc0
	check "the broadcast address is refused" refused "unicast" \
		fmip binding add dst ${NET}14 gate hold proxy 255.255.255.255 dev acc0
	ip -n "$NAR" link set acc1 arp off
	check "an interface without ARP is refused" refused "no ARP on this interface" \
		fmip binding add dst ${NET}14 gate hold proxy ${NET}14 dev acc1
	fmip config set proxies-max 2
	check "more than proxies-max are refused" refused "too many addresses" \
		fmip binding add dst ${NET}14 gate hold proxy ${NET}14 dev acc0
	check "but those that there are may be changed" \
		fmip binding change id 10 proxy $NODE4 dev acc0 override
	fmip config set proxies-max 4096
	check_fails "what was refused has left no binding" fmip binding show dst ${NET}14
	fmip binding change id 10 proxy $NODE4 dev acc0
	ask ab
	check "and the other is still defended" told ab
}

# ---- what is told -------------------------------------------------------

# claim NAME MAC [ARPSEND-ARGUMENT]...: by host MAC, of the address of binding 13
claim() {
	say "$1" --lladdr "$2" "${@:3}"
	wait_events 1 "$EVENTS" duplicate "binding 13 addr ${NET}13 dev acc0 lladdr $2"
}

test_duplicate() {
	say announce --target ${NET}13 --lladdr 02:00:00:00:00:71
	check "an announcement by another node is an arrival that is rejected" wait_events 1 \
		"$EVENTS" rejected "binding 13 addr ${NET}13 dev acc0 lladdr 02:00:00:00:00:71 on una"
	fmip binding change id 13 attach data dev acc0 lladdr $PEER_MAC
	check "where it is not waited for, it is told as a claim" \
		claim announce 02:00:00:00:00:75 --target ${NET}13
	check "that it answers for it is told" \
		claim reply 02:00:00:00:00:72 --src ${NET}13 --target $NAR4 --eth-dst $NAR_MAC
	check "that it probes for it is told" claim probe 02:00:00:00:00:73 --target ${NET}13
	check "that it asks with it is told" \
		claim request 02:00:00:00:00:74 --src ${NET}13 --target ${NET}99
	ask ac --target ${NET}13
	check "and the defence goes on" told ac ${NET}13
	is "what the node itself has probed for is not" \
		"$(events "$EVENTS" duplicate "lladdr $PEER_MAC")" 1	# with another frame
}

# ---- what ends it -------------------------------------------------------

# ended ADDRESS N: host N is not answered any more
ended() {
	ask "$2" --target "$1" && silent "$2" "$1"
}

test_told_to_stop() {
	fmip binding change id 10 proxies none
	check "told to stop, the router answers no more" ended $NODE4 c1
	check "the binding has stayed" fmip binding show id 10
	fmip binding del id 10
	hold 15 15 proxy ${NET}15 dev acc0
	fmip binding del id 15
	check "with its binding a defence ends" ended ${NET}15 c2
}

test_timer() {
	hold 16 16 proxy ${NET}16 dev acc0 lifetime 60s
	ask c3 --target ${NET}16
	check "one with a lifetime is answered for" told c3 ${NET}16
	fmip binding change id 16 proxy ${NET}16 dev acc0 lifetime 200ms
	check "its end is told" wait_events 1 "$EVENTS" expired "binding 16 "
	is "as that of a proxy" \
		"$(events "$EVENTS" expired "timer proxy addr ${NET}16 dev acc0")" 1
	check "then it ends" ended ${NET}16 c4
	check "and the binding stays" fmip binding show id 16
	check_fails "without it" grep -q proxy <(fmip binding show id 16)
}

test_announcing_node() {
	hold 17 17 proxy ${NET}17 dev acc0 attach data dev acc0
	say announce --target ${NET}17
	check "the node's announcement ends the defence, also if it is not waited for" \
		ended ${NET}17 c5
	check "and leaves the gate alone" grep -q "gate hold" <(fmip binding show id 17)
}

test_two_interfaces() {
	local mac

	mac=$(in_ns "$CN" cat /sys/class/net/eth1/address)
	hold 18 18 proxy ${NET}18 dev acc0 proxy ${NET}18 dev up1
	ask c6 --target ${NET}18
	in_ns "$CN" arpsend request --dev eth1 --src 203.0.113.2 --target ${NET}18
	check "of two interfaces one is answered on" told c6 ${NET}18
	check "and the other" busywait "$WAIT_MS" replied "$UPSTREAM" "$mac" ${NET}18
	check "with its own link-layer address" grep -q \
		"Reply ${NET}18 is-at $(in_ns "$NAR" cat /sys/class/net/up1/address)" "$UPSTREAM"
	fmip binding change id 18 proxy ${NET}18 dev up1
	check "on one of them the defence may end" ended ${NET}18 c7
	check "and go on on the other" grep -q "proxy ${NET}18 dev up1" <(fmip binding show id 18)
}

# ---- the node arrives ---------------------------------------------------

test_arrival() {
	# Nor need it ask soon.
	lib_settings "$NAR" ipv4/neigh/acc0/delay_first_probe_time=1000
	hold 10 10 proxy $NODE4 dev acc0 attach una dev acc0
	background in_ns "$MN" udplog recv --port 7001 --id 1 --count 10 --wait 60000 \
		--log "$LIB_TMP/cn.csv" >"$LIB_TMP/recv"
	FROM_CN=$!
	wait_line "$WAIT_MS" "$LIB_TMP/recv" ready || bail "udplog does not listen"
	in_ns "$CN" udplog send --to ::ffff:$NODE4 --port 7001 --id 1 --count 10 \
		--log "$LIB_TMP/cn.sent"
	check "what comes for the node is held" \
		wait_counted "COUNT[buffered] == 10" "$NAR" id 10
	ip -n "$MN" -4 addr add $NODE4/32 dev wlan0
	in_ns "$MN" arpsend announce --dev wlan0 --target $NODE4
	wait "$FROM_CN"
	is "when it announces itself, it gets all of it in order" \
		"$(sed '1d; s/,.*//' "$LIB_TMP/cn.csv" | tr '\n' ' ')" "0 1 2 3 4 5 6 7 8 9 "
	check "the router knows where it is" neighbour "$NAR" acc0 $NODE4 "lladdr $MN_MAC "
	check "and has told" wait_events 1 "$EVENTS" attached \
		"binding 10 addr $NODE4 dev acc0 lladdr $MN_MAC on una"
	ip -n "$MN" -4 addr del $NODE4/32 dev wlan0
	check "its arrival ends the defence" ended $NODE4 c8
	fmip binding flush
}

# ---- the capture --------------------------------------------------------

# Replies by the link-layer address that they go to, "OPCODE SENDER-MAC SENDER
# TARGET-MAC TARGET" each; announcements by their address.
declare -A REPLY ANNOUNCEMENT

read_link() {
	local to opcode sha sip tha tip

	capture_stop "$CAPTURE"
	ASKED=
	while IFS=$'\t' read -r to opcode sha sip tha tip; do
		if [[ $opcode == 2 ]]; then
			REPLY[$to]+="${REPLY[$to]:+;}$sha $sip $tha $tip"
		elif [[ $sip == "$tip" ]]; then
			ANNOUNCEMENT[$sip]+="${ANNOUNCEMENT[$sip]:+;}$to $sha $tha"
		elif [[ $tip == "$NODE4" ]]; then
			ASKED+=" $sip"
		fi
	done < <(dissect "$CAPTURE" "arp && eth.src == $NAR_MAC && !(arp.src.proto_ipv4 == $NAR4 &&
			arp.opcode == 2)" eth.dst arp.opcode arp.src.hw_mac arp.src.proto_ipv4 \
		arp.dst.hw_mac arp.dst.proto_ipv4)
}

test_capture() {
	read_link
	is "a reply says who has it, to who asked" \
		"${REPLY[$(host a2)]-}" "$NAR_MAC $NODE4 $(host a2) ${NET}162"
	is "so does one to a unicast request" \
		"${REPLY[$(host a3)]-}" "$NAR_MAC $NODE4 $(host a3) ${NET}163"
	is "one to a probe goes to nobody's address" \
		"${REPLY[$(host a4)]-}" "$NAR_MAC $NODE4 $(host a4) 0.0.0.0"
	is "the O flag makes no difference" \
		"${REPLY[$(host a5)]-}" "$NAR_MAC $NODE4 $(host a5) ${NET}165"
	is "an announcement is a request to all from the address for itself, once" \
		"${ANNOUNCEMENT[${NET}11]-}" "ff:ff:ff:ff:ff:ff $NAR_MAC 00:00:00:00:00:00"
	is "a reply is, byte for byte" \
		"$(hex "$CAPTURE" "arp and ether dst $(host a2) and arp[6:2] = 2")" \
		0001080006040002020000000201c000020a02000000f0a2c00002a2
	is "the router itself asked nobody where the node is" "$ASKED" ""
}

load_module
topo_router
topo_router_ipv4
add_peer
listen
test_answers
test_announce
test_others
test_own
test_echo
test_malformed
test_firewall
test_refused
test_duplicate
test_told_to_stop
test_timer
test_announcing_node
test_two_interfaces
test_arrival
test_capture
tap_done
