#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make demo: the guest runs the handovers, the report is made here. What comes
# out of it is in build/demo: the table on the terminal, demo.json and
# handover.svg. The exit status is 1 if fast lost, repeated or reordered a thing.
set -u

top=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
out=$top/build/demo
kernel=${KERNEL:-6.12}

"$top/selftests/qemu/packages.sh" || exit
rm -rf "$out"
mkdir -p "$out" || exit
echo "Linux $kernel boots in QEMU, without KVM; the two handovers take about a minute."
if ! "$top/selftests/qemu/run.sh" -k "$kernel" -t 300 -o "$out" demo/guest.sh; then
	echo "demo.sh: the guest did not get through the handovers; its output is above" >&2
	exit 1
fi
echo
"$top/demo/report.py" "$out"
status=$?
echo
echo "build/demo/handover.svg: both runs in one picture; build/demo/demo.json: the figures"
exit $status
