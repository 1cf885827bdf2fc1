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
	[ "$INTERACTIVE" = 1 ] || echo "$TOKEN $*" >$tty
	echo "<6>$TOKEN $*" >/dev/kmsg
}

fault() { # WHY - counts as a failure
	echo "$TOKEN fault $*" >$tty
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
	mkfifo /run/never
	hostname fmip
	ip link set lo up
	# what tests write into the kernel's log is all kept
	echo on >/proc/sys/kernel/printk_devkmsg
	# a scan takes a minute of an emulated processor; leaks() asks for those it needs
	[ ! -e /sys/kernel/debug/kmemleak ] || echo scan=off >/sys/kernel/debug/kmemleak
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

# The kernel patches its own code, which all processors run, when the first one wants
# timestamps of packets or a hook of netfilter, and when the last one has gone; while it
# boots it does so a lot.  Under QEMU 7.2 a processor was seen to meet the breakpoint that
# is there in the meantime when it had gone already ("Oops: int3").  So the guest boots
# with one processor (run.sh), and both stay wanted for as long as it runs.
more_processors() {
	local cpu hook
	for cpu in /sys/devices/system/cpu/cpu[1-9]*/online; do
		[ ! -e "$cpu" ] || echo 1 >"$cpu" || fault "no more processors: $cpu"
	done
	[ "$(nproc)" -gt 1 ] || return
	exec 9<>/dev/udp/127.0.0.1/9
	python3 -c 'import socket
socket.socket(fileno=9).setsockopt(socket.SOL_SOCKET, 29, 1)	# SO_TIMESTAMP' ||
		fault "nobody wants timestamps"
	for hook in prerouting input forward output postrouting; do
		echo "add chain inet patched $hook { type filter hook $hook priority 0; }"
	done | sed '1i add table inet patched' | nft -f - || fault "no hooks are wanted"
}

# A module that does not load must not turn into tests that are skipped.
probe_module() {
	local needed why
	[ -n "${FMIP_KO-}" ] || return
	needed=$(modinfo -F depends $FMIP_KO | tr , ' ')
	# shellcheck disable=SC2086
	[ -z "$needed" ] || modprobe -a $needed
	why=$(insmod $FMIP_KO 2>&1 && rmmod fmip 2>&1) ||
		fault "the module cannot be loaded and unloaded: $why"
}

# Loading a module that has state per namespace waits for the namespaces that
# are being taken down; so a device that never goes is seen here.
wait_for_namespaces() {
	[ -n "${FMIP_KO-}" ] || return
	local probe tries=0
	{ insmod $FMIP_KO && rmmod fmip; } >/dev/null 2>&1 &
	probe=$!
	while kill -0 $probe 2>/dev/null; do
		if [ $((tries += 1)) -gt 600 ]; then
			blocked_tasks
			fault "network namespaces do not go away"
			return
		fi
		read -r -t 0.05 <>/run/never
	done
	wait $probe
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
	[ ! -d /sys/module/fmip_test ] || rmmod fmip_test
	if [ -d /sys/module/fmip ]; then
		rmmod fmip || fault "the module cannot be unloaded"
	fi
	wait_for_namespaces
}

blocked_tasks() {
	echo w >/proc/sysrq-trigger 2>/dev/null
}

run_script() { # SCRIPT [ARG...]
	local script=$1 status began=$SECONDS
	shift
	mark begin "$script"
	cd "$(dirname "/fmip/$script")" || return
	if [ "$INTERACTIVE" = 1 ]; then
		stty -F $tty sane
		[ -z "$WINDOW" ] || stty -F $tty rows "${WINDOW% *}" cols "${WINDOW#* }"
		setsid -c -w bash "/fmip/$script" "$@" <$tty >$tty 2>&1 9>&-
		status=$?
		stty -F $tty raw -echo -onlcr
	else
		setsid -w timeout -k 5 "$SCRIPT_TIMEOUT" bash "/fmip/$script" "$@" \
			</dev/null >$tty 2>&1 9>&-
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
	mark end "$script" $status $((SECONDS - began))
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
more_processors
probe_module
while IFS= read -r line <&3; do
	eval "run_script $line"
done 3</fmip/vm/job
leaks
mark 'done'
hand_back
exec /fmip/vm/busybox reboot -f
