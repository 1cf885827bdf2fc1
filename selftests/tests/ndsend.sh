#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ndsend and radio: what tshark reads in the messages, and when they come.

# shellcheck source=../lib.sh
. "${BASH_SOURCE[0]%/*}/../lib.sh"

need ip tcpdump tshark
ns=ndsend-$$
capture=$LIB_TMP/nd.pcap
events=$LIB_TMP/events
clean_up() {
	ip netns del "$ns"
}
ip netns add "$ns" || skip_all "no network namespace can be made"
at_exit clean_up
ip -n "$ns" -batch - <<-END || skip_all "the links of the test cannot be made"
	link add name node index 10 address 02:00:00:00:00:10 type veth peer name port index 11
	link add name old index 12 type bridge stp_state 0 mcast_snooping 0
	link add name new index 13 type bridge stp_state 0 mcast_snooping 0
	link set old addrgenmode none
	link set old up
	link set new addrgenmode none
	link set new up
	link set node addrgenmode none
	link set node up
	link set port addrgenmode none
	link set port master old up
END

send() {
	in_ns "$ns" ndsend "$@" --dev node
}

# sees NAME FILTER FIELD... -- VALUE...: of the one message with that filter
sees() {
	local name=$1 filter=$2 fields=()

	shift 2
	while [[ $1 != -- ]]; do
		fields+=("$1")
		shift
	done
	shift
	is "$name" "$(dissect "$capture" "$filter" "${fields[@]}")" "$(printf '%s\t' "$@" | sed 's/\t$//')"
}

frame=(eth.src eth.dst ipv6.src ipv6.dst ipv6.hlim icmpv6.checksum.status)
advert=(icmpv6.nd.na.flag.r icmpv6.nd.na.flag.s icmpv6.nd.na.flag.o icmpv6.nd.na.target_address)
target=2001:db8:2::10
mac=02:00:00:00:00:10
router=02:00:00:00:02:01

capture_start "$ns" port "$capture" icmp6
send una --target $target
send una --target $target --src 2001:db8:2::11 --dst fe80::2:1 --eth-dst $router --flags rso \
	--lladdr 02:00:00:00:00:99 --eth-src 02:00:00:00:00:98 --hop-limit 64
send una --target $target --src 2001:db8:2::12 --no-lladdr
send una --target $target --src 2001:db8:2::13 --bad-checksum
send una --target $target --src 2001:db8:2::14 --truncate 20
send na --target $target --src 2001:db8:2::15 --dst fe80::2:1 --eth-dst $router
send ns --target $target --src 2001:db8:2::16
send dad --target 2001:db8:2::17
capture_stop "$capture"

sees "una: the frame" "ipv6.src == $target" "${frame[@]}" -- \
	$mac 33:33:00:00:00:01 $target ff02::1 255 1
sees "una: the message" "ipv6.src == $target" icmpv6.type "${advert[@]}" icmpv6.opt.type \
	icmpv6.opt.linkaddr -- 136 0 0 0 $target 2 $mac
sees "una, other: the frame" "ipv6.src == 2001:db8:2::11" "${frame[@]}" -- \
	02:00:00:00:00:98 $router 2001:db8:2::11 fe80::2:1 64 1
sees "una, other: the message" "ipv6.src == 2001:db8:2::11" "${advert[@]}" icmpv6.opt.linkaddr -- \
	1 1 1 $target 02:00:00:00:00:99
sees "una without a link-layer address" "ipv6.src == 2001:db8:2::12" ipv6.plen icmpv6.opt.type \
	icmpv6.checksum.status -- 24 "" 1
sees "una with a bad checksum" "ipv6.src == 2001:db8:2::13" icmpv6.checksum.status -- 0
sees "una cut short" "ipv6.src == 2001:db8:2::14" ipv6.plen -- 20
sees "na" "ipv6.src == 2001:db8:2::15" eth.dst ipv6.dst "${advert[@]}" icmpv6.opt.type -- \
	$router fe80::2:1 0 1 1 $target 2
sees "ns" "ipv6.src == 2001:db8:2::16" "${frame[@]}" icmpv6.type icmpv6.nd.ns.target_address \
	icmpv6.opt.type icmpv6.opt.linkaddr -- \
	$mac 33:33:ff:00:00:10 2001:db8:2::16 ff02::1:ff00:10 255 1 135 $target 1 $mac
sees "dad" "ipv6.src == ::" "${frame[@]}" icmpv6.type icmpv6.nd.ns.target_address ipv6.plen -- \
	$mac 33:33:ff:00:00:17 :: ff02::1:ff00:17 255 1 135 2001:db8:2::17 24

check_fails "a bad address is refused" send una --target 2001:db8::x
check_fails "a bad link-layer address is refused" send una --target $target --lladdr 02:00
check_fails "an interface that is not there is refused" in_ns "$ns" ndsend una --dev none \
	--target $target
check_fails "a unicast destination needs a link-layer address" send una --target $target \
	--dst fe80::2:1
check_fails "a bridge that is not there is refused" radio move --netns "$ns" --port port --to none

# The node announces itself on the link that it comes to, at once.
capture_start "$ns" new "$capture" icmp6
background send una --target $target --wait-carrier --log "$events" >"$LIB_TMP/ready"
announcer=$!
wait_line "$WAIT_MS" "$LIB_TMP/ready" ready
check "the radio moves" radio move --netns "$ns" --port port --to new --gap 200 --log "$events"
check "the node announces itself" wait "$announcer"
capture_stop "$capture"
sees "on the new link" icmpv6.type==136 ipv6.src eth.src -- $target $mac
gap=$(($(event_ns "$events" link-up) - $(event_ns "$events" link-down)))
check "the gap is as asked for, $gap ns" test $gap -ge 200000000 -a $gap -lt 300000000
check "not before the carrier" test "$(event_ns "$events" una-sent)" -ge "$(event_ns "$events" carrier-up)"

# Who controls the radio tells others of it, when the node can use its link.
cat >"$LIB_TMP/daemon.py" <<-END
	import socket, sys
	server = socket.socket(socket.AF_UNIX)
	server.bind("$LIB_TMP/daemon")
	server.listen()
	print("ready", flush=True)
	told = [server.accept()[0] for _ in range(2)]
	for client in told:
	    print(client.makefile().readline().strip(), flush=True)
	    try:
	        client.sendall(sys.argv[1].encode() + b"\\n")
	    except BrokenPipeError:
	        pass
END
# daemon ANSWER: takes two lines, and answers to them
daemon() {
	rm -f "$LIB_TMP/daemon"
	: >"$LIB_TMP/told"
	background /usr/bin/python3 "$LIB_TMP/daemon.py" "$1" >"$LIB_TMP/told"
	wait_line "$WAIT_MS" "$LIB_TMP/told" ready
}
moves() { # moves BRIDGE ARGUMENT...
	radio move --netns "$ns" --port port --to "$1" --gap 50 --log "$events" "${@:2}"
}

rm "$events"
daemon '{"result":null}'
check "the radio moves, and tells" moves old --tell-down "$LIB_TMP/daemon,{\"down\":%}" \
	--carrier "$ns,node" --tell "$LIB_TMP/daemon,{\"up\":true}"
is "what it tells" "$(<"$LIB_TMP/told")" "ready
{\"down\":$(event_ns "$events" detach)}
{\"up\":true}"
check "it lets go before the link is down" test "$(event_ns "$events" detach)" -le \
	"$(event_ns "$events" link-down)"
check_fails "without routes none is switched" event_ns "$events" routes-switched
daemon '{"error":"no"}'
check_fails "an error is one" moves new --tell-down "$LIB_TMP/daemon,x" --tell "$LIB_TMP/daemon,y"
check_fails "a daemon that is not there is refused" moves new --tell "$LIB_TMP/none,x"

tap_done
