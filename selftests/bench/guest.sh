#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Process 1 of the guest of the benchmark, after selftests/qemu/init.  Lines
# that begin with "@" are for bench.sh.
set -u

export PATH=/fmip/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LANG=C.UTF-8
exec </dev/null >/dev/ttyS0 2>&1

mount -t sysfs sys /sys
mount -t tmpfs run /run
mount -t tmpfs tmp /tmp
mkdir -p /run/netns
ln -sf /proc/self/fd /dev/fd
# shellcheck source=/dev/null
. /fmip/vm/env
# shellcheck source=lib.sh
. /fmip/bench/lib.sh
# shellcheck source=/dev/null
. "/fmip/bench/rows/$GROUP.sh"

bench_group
exec /fmip/vm/busybox poweroff -f
