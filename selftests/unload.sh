#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Namespaces and the module go at the same time. The module is told no more that
# devices go while namespaces still may: whatever refers to a device must have gone
# with the namespace, or neither ever ends.
#
# shellcheck disable=SC2034

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

ROUNDS=3
BINDINGS=3000
DEVICES=16

# While the module lets go of all that is here, namespaces queue up to be taken down.
busy_namespace() {
	local i

	BUSY=busy-$LIB_TAG
	ip netns add "$BUSY"
	for ((i = 0; i < DEVICES; i++)); do
		echo "link add name dummy$i type dummy"
	done | ip -n "$BUSY" -batch - || bail "no devices"
}

fill() {
	local i

	for ((i = 1; i <= BINDINGS; i++)); do
		printf 'binding add dst 2001:db8:5::%x gate hold\n' $i
	done | fmipctl -n "$BUSY" -b - || bail "the bindings were refused"
}

# The hooks see packets that go into a tunnel, with a route by the fmip device.
forwarded() {
	fmipctl -n "$NAR" -b - <<-END || bail "the binding was refused"
		tunnel add id 1 local 2001:db8:3::1 remote $FAR_ADDR
		binding add id 1 dst $NCOA target tunnel 1
	END
	in_ns "$NAR" nft -f - <<-END || bail "no rule"
		table ip6 stranger {
			chain forward {
				type filter hook forward priority 0
			}
		}
	END
	in_ns "$CN" udplog send --to $NCOA --port 7100 --count 5 --log /dev/null
	wait_counted "COUNT[sent] == 5" "$NAR"
}

module_gone() {
	[[ ! -d /sys/module/fmip ]]
}

go_together() {
	background rmmod fmip
	ip -batch - <<-END
		netns del $MN
		netns del $CN
		netns del $NAR
		netns del $FAR
	END
	busywait 30000 module_gone
}

need ip nft fmipctl udplog
dmesg_mark
busy_namespace
at_exit ip netns del "$BUSY"
for ((round = 1; round <= ROUNDS; round++)); do
	load_module
	topo_router
	fill
	check "packets are forwarded ($round)" forwarded
	check "the namespace and the module go at the same time ($round)" go_together || break
	LIB_NAMESPACES=()
done
check "the kernel has nothing to say" dmesg_clean
tap_done
