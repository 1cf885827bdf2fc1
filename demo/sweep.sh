#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make demo-sweep: every mode of the demo, over gaps and again and again.  The table is
# printed, and is in build/demo-sweep/sweep.json.  The exit status is 1 if a handover by
# fmipd was not without fault.
#
#   RUNS   of each mode and gap (20)
#   GAPS   milliseconds (50,300,1500)
#   MODES  (none,mipv6,predictive,reactive)
#   DETACH milliseconds from the FBack to the loss of the old link (20)
#   SEED   of when the node leaves, to do again what was done (drawn)
set -u

top=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
out=$top/build/demo-sweep
kernel=${KERNEL:-6.12}
seed=${SEED:-$((SRANDOM % 32768))}
runs=${RUNS:-20}
gaps=${GAPS:-50,300,1500}
modes=${MODES:-none,mipv6,predictive,reactive}

"$top/selftests/qemu/packages.sh" || exit
rm -rf "$out"
mkdir -p "$out" || exit
echo "Linux $kernel boots in QEMU, without KVM; each of the handovers takes some seconds," \
	"all of them an hour or so. SEED=$seed"
if ! "$top/selftests/qemu/run.sh" -k "$kernel" -t 21600 -s 21000 -m 2048 -o "$out" \
	demo/sweep-guest.sh "$seed" "$runs" "$gaps" "$modes" "${DETACH:-20}"; then
	echo "sweep.sh: the guest did not get through the handovers; its output is above" >&2
	exit 1
fi
echo
"$top/demo/sweep.py" "$out"
