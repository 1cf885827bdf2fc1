#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The prompt of make shell: the module loaded, the topology up.

# shellcheck source=../lib.sh
. /fmip/selftests/lib.sh

load_module
topo_up

cat <<END
Network namespaces: $(ip netns list | awk '{ printf "%s ", $1 }')
Try: ip netns exec $MN ping -c 3 2001:db8:c::2
     fmipctl -n $NAR help
Leave with exit, or Ctrl-a x.
END
PS1='fmip \w # ' bash --norc -i
