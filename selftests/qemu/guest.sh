#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Process 1 of the guest, after init: runs the scripts listed in /fmip/vm/job
# one after another and hands back what they leave, on the second disk.
# Lines that begin with the token of this run are for run.sh.
set -u

export PATH=/fmip/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root TERM=${TERM:-linux} LANG=C.UTF-8
export FMIP_KO=/fmip/fmip.ko FMIP_OUT=/run/out FMIP_KERNEL FMIP_VM=1
tty=/dev/ttyS1
# shellcheck source=/dev/null
. /fmip/vm/env

mark() { # WORD... - to run.sh, and into the kernel's log
	echo "$TOKEN $*" >$tty
	echo "<6>$TOKEN $*" >/dev/kmsg
}

set_up() {
	mount -t sysfs sys /sys
	mount -t tmpfs run /run
	mount -t tmpfs tmp /tmp
	mkdir -p /dev/pts /dev/shm /run/netns $FMIP_OUT
	mount -t devpts devpts /dev/pts
	mount -t tmpfs shm /dev/shm
	mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
	mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
	ln -sf /proc/self/fd /dev/fd
	ln -sf /proc/self/fd/0 /dev/stdin
	ln -sf /proc/self/fd/1 /dev/stdout
	ln -sf /proc/self/fd/2 /dev/stderr
	hostname fmip
	ip link set lo up
	# what tests write into the kernel's log is all kept
	echo on >/proc/sys/kernel/printk_devkmsg
	[ -e $FMIP_KO ] || unset FMIP_KO
	local modules
	modules=/lib/modules/$(uname -r)
	if ! [ -d "$modules" ]; then # everything is built in: modprobe has nothing to do
		mkdir -p "$modules"
		cp /fmip/vm/modules.* "$modules" 2>/dev/null
		depmod 2>/dev/null
	fi
	stty -F $tty raw -echo -onlcr 2>/dev/null
}

# What one script leaves must not reach the next.
clean_up() {
	kill -KILL -1 2>/dev/null
	wait
	local ns
	for ns in $(ip netns list | cut -d' ' -f1); do
		echo "# left behind: network namespace $ns" >$tty
		ip netns del "$ns"
	done
	if [ -d /sys/module/fmip ]; then
		rmmod fmip || echo "# left behind: module fmip" >$tty
	fi
}

blocked_tasks() {
	echo w >/proc/sysrq-trigger 2>/dev/null
}

run_script() { # SCRIPT [ARG...]
	local script=$1 status
	shift
	mark begin "$script"
	cd "$(dirname "/fmip/$script")" || return
	if [ "$INTERACTIVE" = 1 ]; then
		stty -F $tty sane
		[ -z "$WINDOW" ] || stty -F $tty rows "${WINDOW% *}" cols "${WINDOW#* }"
		setsid -c -w bash "/fmip/$script" "$@" <$tty >$tty 2>&1
		status=$?
		stty -F $tty raw -echo -onlcr
	else
		setsid -w timeout -k 5 "$SCRIPT_TIMEOUT" bash "/fmip/$script" "$@" \
			</dev/null >$tty 2>&1
		status=$?
	fi
	cd /
	case $status in
	124 | 137)
		echo "# $script: not done in $SCRIPT_TIMEOUT s" >$tty
		blocked_tasks
		;;
	esac
	clean_up
	mark end "$script" $status
}

leaks() {
	[ -e /sys/kernel/debug/kmemleak ] || return
	# an object is only suspected when it is 5 s old
	echo scan >/sys/kernel/debug/kmemleak
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	sed 's/^/<4>kmemleak: /' /sys/kernel/debug/kmemleak >/dev/kmsg
}

hand_back() {
	mkdir -p $FMIP_OUT/.vm
	# one record a read; there is no end of file, only "would block"
	dd if=/dev/kmsg of=$FMIP_OUT/.vm/kmsg bs=8192 iflag=nonblock status=none 2>/dev/null
	tar -C $FMIP_OUT -cf /dev/vdb .
	sync
}

set_up
mark boot "$(uname -r)"
while IFS= read -r line <&3; do
	eval "run_script $line"
done 3</fmip/vm/job
leaks
mark done
hand_back
echo "$TOKEN saved" >$tty
exec /fmip/vm/busybox reboot -f
