#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The generic netlink contract, byte by byte: every refusal of a malformed or
# contradictory request with its error, its sentence and the offset of the
# attribute that is to blame, and nothing changed by it; what a request that is
# granted says and leaves; long lists while others come and go.
#
# netlink.py asks, in one process, so that it can place every byte and every
# change; what fmipctl makes of the same is in cli.sh.

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

need ip python3
load_module
dmesg_mark

router=router-$LIB_TAG
lib_batch <<-END
	netns add $router
	link add name eth0 netns $router type veth peer name far0 netns $router
	link add name eth1 netns $router type veth peer name far1 netns $router
	link add name noarp0 netns $router type veth peer name far2 netns $router
END
at_exit ip netns del "$router"
lib_batch -n "$router" <<-END
	link set lo up
	link set eth0 addrgenmode none
	link set eth1 addrgenmode none
	link set noarp0 addrgenmode none
	link set noarp0 arp off
	link set eth0 up
	link set eth1 up
	link set noarp0 up
	addr add 2001:db8:1::1/64 dev eth0 nodad
	addr add 2001:db8:2::1/64 dev eth1 nodad
	link add vrf0 type vrf table 10
END
ip -4 -n "$router" -batch - <<-END || bail "the network could not be set up"
	addr add 192.0.2.1/24 broadcast + dev eth0
	addr add 198.51.100.1/24 broadcast + dev eth1
END

ended=no
while IFS=$'\t' read -r result why; do
	case $result in
	"ok "*) ok "${result#ok }" ;;
	"not ok "*) not_ok "${result#not ok }" "$why" ;;
	"done") ended=yes ;;
	*) diag "$result $why" ;;
	esac
done < <(in_ns "$router" python3 -I -S "$LIB_DIR/netlink.py" 2>&1)
is "all was asked" "$ended" yes
check "the kernel has not complained" dmesg_clean

tap_done
