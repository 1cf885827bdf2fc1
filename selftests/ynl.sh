#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The family as the kernel's own Python client sees it, which knows nothing but
# Documentation/netlink/specs/fmip.yaml: what it asks is done, what it is told
# makes sense to it, and what is refused it can name.
#
# YNL is the directory tools/net/ynl of a kernel's source; ynl.py asks.

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

for dir in "${YNL-}" "$LIB_DIR/../ynl" "$LIB_DIR/../../../../net/ynl" "$LIB_DIR/../../../net/ynl"; do
	[[ $dir && -e $dir/lib/ynl.py ]] && break
done
[[ -e $dir/lib/ynl.py ]] || skip_all "the kernel's ynl is not there"
spec=$LIB_DIR/../Documentation/netlink/specs/fmip.yaml
[[ -e $spec ]] || skip_all "$spec is not there"
python3 -c 'import yaml' 2>/dev/null || skip_all "there is no python3-yaml"

need ip python3
load_module
dmesg_mark

router=router-$LIB_TAG
lib_batch <<-END
	netns add $router
	link add name eth0 netns $router type veth peer name far0 netns $router
END
at_exit ip netns del "$router"
lib_batch -n "$router" <<-END
	link set lo up
	link set eth0 addrgenmode none
	link set eth0 up
	addr add 2001:db8:1::1/64 dev eth0 nodad
END

ip -n "$router" addr add 192.0.2.1/24 dev eth0 || bail "no IPv4 address"

ended=no
while IFS=$'\t' read -r result why; do
	case $result in
	"ok "*) ok "${result#ok }" ;;
	"not ok "*) not_ok "${result#not ok }" "$why" ;;
	"done") ended=yes ;;
	*) diag "$result $why" ;;
	esac
done < <(in_ns "$router" python3 -B "$LIB_DIR/ynl.py" "$dir" "$spec" 2>&1)
is "all was asked" "$ended" yes
check "the kernel has not complained" dmesg_clean

tap_done
