#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# arpsend: what tshark reads in the packets.

# shellcheck source=../lib.sh
. "${BASH_SOURCE[0]%/*}/../lib.sh"

need ip tcpdump tshark
ns=arpsend-$$
capture=$LIB_TMP/arp.pcap
clean_up() {
	ip netns del "$ns"
}
ip netns add "$ns" || skip_all "no network namespace can be made"
at_exit clean_up
ip -n "$ns" -batch - <<-END || skip_all "the link of the test cannot be made"
	link add name node address 02:00:00:00:00:10 type veth peer name port
	link set node up
	link set port up
END

send() {
	in_ns "$ns" arpsend "$@" --dev node
}

# sees NAME FILTER VALUE...: the frame and the packet with that filter
sees() {
	is "$1" "$(dissect "$capture" "$2" eth.src eth.dst arp.opcode arp.src.hw_mac \
		arp.src.proto_ipv4 arp.dst.hw_mac arp.dst.proto_ipv4)" \
		"$(printf '%s\t' "${@:3}" | sed 's/\t$//')"
}

mac=02:00:00:00:00:10
router=02:00:00:00:02:01
all=ff:ff:ff:ff:ff:ff
none=00:00:00:00:00:00

capture_start "$ns" port "$capture" arp
send announce --target 192.0.2.10
send probe --target 192.0.2.11
send request --src 192.0.2.12 --target 192.0.2.1
send reply --src 192.0.2.13 --target 192.0.2.1 --target-lladdr $router --eth-dst $router
send request --src 192.0.2.14 --target 192.0.2.1 --lladdr 02:00:00:00:00:99 \
	--eth-src 02:00:00:00:00:98
send request --src 192.0.2.15 --target 192.0.2.1 --operation 8
send request --src 192.0.2.16 --target 192.0.2.1 --truncate 20
capture_stop "$capture"

sees "an announcement" "arp.src.proto_ipv4 == 192.0.2.10" \
	$mac $all 1 $mac 192.0.2.10 $none 192.0.2.10
sees "a probe" "arp.dst.proto_ipv4 == 192.0.2.11" $mac $all 1 $mac 0.0.0.0 $none 192.0.2.11
sees "a request" "arp.src.proto_ipv4 == 192.0.2.12" \
	$mac $all 1 $mac 192.0.2.12 $none 192.0.2.1
sees "a reply" "arp.src.proto_ipv4 == 192.0.2.13" \
	$mac $router 2 $mac 192.0.2.13 $router 192.0.2.1
sees "one with another sender, in the packet and the frame" "arp.src.proto_ipv4 == 192.0.2.14" \
	02:00:00:00:00:98 $all 1 02:00:00:00:00:99 192.0.2.14 $none 192.0.2.1
is "another operation" "$(dissect "$capture" "arp.src.proto_ipv4 == 192.0.2.15" arp.opcode)" 8
is "one cut short" "$(dissect "$capture" "frame.len == 34" frame.len)" 34
check_fails "an address that is none is refused" send probe --target 192.0.2
check_fails "a request needs a sender" send request --target 192.0.2.1
tap_done
