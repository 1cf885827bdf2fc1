#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make demo: the guest runs the handovers, the report is made here. What comes
# out of it is in build/demo: the table on the terminal, demo.json and
# handover.svg. The exit status is 1 if a handover by fmipd lost or reordered a
# thing, or a predictive one repeated one.
#
#   GAP     milliseconds without any link (300)
#   DETACH  milliseconds from the FBack to the loss of the old link (20)
set -u

top=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
out=$top/build/demo
kernel=${KERNEL:-6.12}

"$top/selftests/qemu/packages.sh" || exit
rm -rf "$out"
mkdir -p "$out" || exit
echo "Linux $kernel boots in QEMU, without KVM; the four handovers take about two minutes."
if ! "$top/selftests/qemu/run.sh" -k "$kernel" -t 600 -s 540 -o "$out" \
	demo/guest.sh "GAP_MS=${GAP:-300}" "DETACH_MS=${DETACH:-20}"; then
	echo "demo.sh: the guest did not get through the handovers; its output is above" >&2
	exit 1
fi
echo
"$top/demo/report.py" "$out"
status=$?
echo
echo "build/demo/handover.svg: the four in one picture; build/demo/demo.json: the figures"
exit $status
