#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tracepoints, as ftrace shows them.

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

TRACING=/sys/kernel/tracing

quiet() {
	echo 0 >$TRACING/events/fmip/enable
}

# traced PATTERN: there is such a line
traced() {
	grep -qE "$1" $TRACING/trace
}

need ip fmipctl
load_module
topo_router
mountpoint -q $TRACING || mount -t tracefs tracefs $TRACING 2>/dev/null
at_exit quiet
echo 1 >$TRACING/tracing_on
echo 1 >$TRACING/events/fmip/enable
fmipctl -n "$NAR" binding add id 7 dst 2001:db8:77::1 gate hold || bail "the binding was refused"
check "a binding that is made is traced" traced "binding: .*binding=7 .*made"
fmipctl -n "$NAR" binding change id 7 target link dev acc0 gate open || bail "the gate was refused"
check "so is its gate" traced "gate: .*binding=7 was=hold now=(open|draining)"
fmipctl -n "$NAR" binding del id 7 || bail "the binding stays"
check "and its end" traced "binding: .*binding=7 .*gone"
tap_done
