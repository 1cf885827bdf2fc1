#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# However much is buffered, and by however many bindings, no run of a softirq sends or
# drops more packets of it than the budget.  The tracepoints are counted.
#
# shellcheck disable=SC2034,SC2086,SC2119,SC2154

: "${WAIT_MS:=30000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

TRACING=/sys/kernel/tracing
LINK="target link dev acc0 lladdr $MN_MAC"
BUDGET=64		# FMIP_GATE_BUDGET
RUN=256			# FMIP_GATE_RUN
MANY=40			# bindings
EACH=25			# packets of each
LONG=2000		# packets of one more

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

quiet() {
	echo 0 >$TRACING/events/enable
	echo 1408 >$TRACING/buffer_size_kb
	echo 1 >$TRACING/tracing_on
}

trace_start() {
	echo >$TRACING/trace
	echo 1 >$TRACING/tracing_on
}

# runs EVENT: of what has been traced, the most packets in one run of a softirq, those
# in all runs, the most in one go elsewhere, and those elsewhere
runs() {
	echo 0 >$TRACING/tracing_on
	awk -v event="$1:" '
		{
			cpu = ""
			for (i = 1; i <= NF && cpu == ""; i++)
				if ($i ~ /^\[[0-9]+\]$/)
					cpu = $i
		}
		/ softirq_entry: / { running[cpu] = 1; sum[cpu] = 0 }
		/ softirq_exit: / { running[cpu] = 0 }
		index($0, " " event " ") && match($0, /packets=[0-9]+/) {
			n = substr($0, RSTART + 8, RLENGTH - 8)
			if (running[cpu]) {
				sum[cpu] += n
				all += n
				most = sum[cpu] > most ? sum[cpu] : most
			} else {
				others += n
				one = n > one ? n : one
			}
		}
		END { print most + 0, all + 0, one + 0, others + 0 }' $TRACING/trace
}

# held ADDR COUNT [RATE]: sends so many, which are held
held() {
	numbered "$1" 0 "$2" "${3:-100000}"
	wait_counted "COUNT[received] == $2" "$NAR" dst "$1"
}

node() { # node N: the address of the Nth
	printf '2001:db8:2::%x' $((256 + $1))
}

# Those of all bindings, opened by requests, and by the end of their hold.
released() { # released NAME CHANGE...
	local i most all one others

	for ((i = 1; i <= MANY; i++)); do
		echo "binding add id $i dst $(node $i) gate hold release immediate $LINK"
	done | fmip -b -
	fmip binding add id 100 dst $NCOA gate hold release immediate limit packets 100000 \
		limit bytes 256M $LINK
	for ((i = 1; i <= MANY; i++)); do
		numbered "$(node $i)" 0 $EACH 100000
	done
	held $NCOA $LONG
	wait_counted "COUNT[buffered] == $LONG + $MANY * $EACH" "$NAR"
	receiver "$LIB_TMP/node" "$MN" $NCOA
	trace_start
	for ((i = 1; i <= MANY; i++)); do
		echo "binding change id $i ${*:2}"
	done | { echo "binding change id 100 ${*:2}"; cat; } | fmip -b -
	wait_counted "COUNT[buffered] == 0" "$NAR"
	read -r most all one others < <(runs release)
	diag "$1: $all packets in softirqs, at most $most in one; $others elsewhere, at most $one at once"
	check "$1: no run of a softirq sends more than $RUN packets" test "$most" -le $RUN
	check "$1: nor does a request send more than $BUDGET" test "$one" -le $BUDGET
	is "$1: all that was held is seen" $((all + others)) $((LONG + MANY * EACH))
	fence "$LIB_TMP/node" $NCOA
	is "$1: nothing is lost or out of order" "$(arrived "$LIB_TMP/node")" "0-$((LONG - 1)) fence"
	fmip binding flush
}

# dropped NAME OPTION...: what is buffered has become too much at once, and one more
# packet comes
dropped() {
	local most all

	fmip binding add id 100 dst $NCOA gate hold overflow head limit packets 100000 \
		limit bytes 256M $LINK
	held $NCOA $LONG
	fmip binding change id 100 "${@:2}"
	trace_start
	numbered $NCOA $LONG 1 100000
	wait_counted "COUNT[received] == $LONG + 1" "$NAR" id 100
	read -r most all _ < <(runs drop)
	# beside itself
	check "$1: one packet drops no more than $BUDGET" test "$most" -le $((BUDGET + 1)) -a "$most" -gt 0
	receiver "$LIB_TMP/node" "$MN" $NCOA
	trace_start
	fmip binding change id 100 release immediate gate open
	wait_counted "COUNT[buffered] == 0" "$NAR" id 100
	read -r most all _ < <(runs drop)
	check "$1: nor does the release drop more than $RUN" test "$most" -le $RUN
	check "$1: it all counts" balanced
	fence "$LIB_TMP/node" $NCOA
	fmip binding flush
}

need ip udplog fmipctl
load_module
topo_router
mountpoint -q $TRACING || mount -t tracefs tracefs $TRACING 2>/dev/null
at_exit quiet
echo 8192 >$TRACING/buffer_size_kb
for event in fmip/release fmip/drop irq/softirq_entry irq/softirq_exit; do
	echo 1 >$TRACING/events/$event/enable || bail "$event cannot be traced"
done
released "open" gate open
released "expiry" hold-time 200ms hold-expiry open
dropped "too many" limit packets 100
dropped "too old" limit age 1ms
is "nothing is buffered in the end" "$(counter "$NAR" buffered.bytes)" 0
tap_done
