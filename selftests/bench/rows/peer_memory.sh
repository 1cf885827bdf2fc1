# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a host route takes when it is installed, and when a packet has used it.
# paths: route_memory route_memory_used route_memory_nexthop
# cpus: 2
# icount: 0
# memory: 1024
# profile: 0
# peer: 1

# shellcheck source=../memory.sh
. /fmip/bench/memory.sh

use_all() {
	fmip-bench route 0 $MEMORY_COUNT dev=tnl0 && module run n=$MEMORY_COUNT \
		hosts=$MEMORY_COUNT in_order=1
}

# A device without routes is what is there before, each time.
device() {
	ip link del tnl0 2>/dev/null
	ip link add tnl0 type ip6tnl mode ip6ip6 local $ROUTER remote $FAR dev bench1 encaplimit none
	ip link set tnl0 addrgenmode none up
	idle_ms 1000
}

group() {
	few_free_pages
	modprobe ip6_tunnel
	device
	memory_row route_memory fmip-bench route 0 $MEMORY_COUNT dev=tnl0
	device
	memory_row route_memory_used use_all
	device
	ip addr add fe80::1/64 dev tnl0 nodad
	ip -6 nexthop add id 1 via fe80::2 dev tnl0
	memory_row route_memory_nexthop fmip-bench route 0 $MEMORY_COUNT nexthop=1
}
