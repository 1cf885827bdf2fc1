#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Boots a Debian kernel in QEMU, without KVM, and runs scripts of this tree in
# it as root. See Documentation/testing.rst.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
PATH=$PATH:/usr/sbin:/sbin

usage() {
	cat >&2 <<-END
	usage: run.sh [OPTION]... SCRIPT [ARG]... [-- SCRIPT [ARG]...]...
	  -k KERNEL   6.1, 6.12, debug or kcsan (default: \$KERNEL, else 6.12)
	  -c CPUS     virtual processors (2)
	  -m MB       memory (1536; debug and kcsan 2048)
	  -t SECONDS  for the whole run (1200)
	  -s SECONDS  for one script (selftests/settings)
	  -o DIR      where what the scripts put into \$FMIP_OUT arrives, with the
	              kernel's log as kernel.log
	  -S FILE     append "PASSED FAILED SKIPPED" of this run to FILE
	  -T          every script must speak TAP
	  -i          interactive: SCRIPT has the terminal; Ctrl-a x ends the guest
	Several scripts are given with -a: run.sh -a SCRIPT... runs each without arguments.
	END
	exit 2
}

die() {
	echo "run.sh: $*" >&2
	exit 1
}

kernel=${KERNEL:-6.12} cpus=2 mem='' limit=1200 out='' score='' tap=0 interactive=0 all=0
script_limit=$(sed -n 's/^timeout=//p' "$here/../settings" 2>/dev/null)
while getopts k:c:m:t:s:o:S:Tiah o; do
	case $o in
	k) kernel=$OPTARG ;;
	c) cpus=$OPTARG ;;
	m) mem=$OPTARG ;;
	t) limit=$OPTARG ;;
	s) script_limit=$OPTARG ;;
	o) out=$OPTARG ;;
	S) score=$OPTARG ;;
	T) tap=1 ;;
	i) interactive=1 ;;
	a) all=1 ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage
command -v qemu-system-x86_64 >/dev/null ||
	die "qemu-system-x86_64 is missing; selftests/qemu/packages.sh installs what is needed"

# ---- which kernel ------------------------------------------------------
case $kernel in
debug | kcsan)
	kdir=$("$here/debug-kernel.sh" "$kernel") || exit 1
	kver=debug vmlinuz=$kdir/bzImage
	: "${mem:=2048}"
	;;
6.1 | 6.12)
	kver=$("$here/kernel.sh" "$kernel") || exit 1
	vmlinuz=/boot/vmlinuz-$kver
	;;
*) die "no kernel called \"$kernel\": 6.1, 6.12, debug or kcsan" ;;
esac
image=$("$here/image.sh" "$kver") || exit 1

# ---- what this run adds to the image -----------------------------------
work=$(mktemp -d "${TMPDIR:-/tmp}/fmip-vm.XXXXXX") || exit 1
qemu='' reader=''
keep=0
cleanup() {
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null
	[ -z "$reader" ] || kill "$reader" 2>/dev/null
	wait
	[ $keep = 1 ] || rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

token=@fmip-$RANDOM$RANDOM$RANDOM

job_line() { # SCRIPT [ARG...]
	local script
	script=$(realpath -e --relative-to="$top" "$1" 2>/dev/null) && [ -f "$top/$script" ] ||
		die "no such script: $1"
	case $script in
	../*) die "$1 is outside of the tree" ;;
	esac
	scripts+=("$script")
	shift
	printf '%q ' "$script" "$@"
	echo
}

scripts=()
write_job() {
	local one=() word
	for word; do
		if [ "$word" = -- ]; then
			[ ${#one[@]} -eq 0 ] || job_line "${one[@]}"
			one=()
		else
			one+=("$word")
			[ $all = 0 ] || { job_line "${one[@]}"; one=(); }
		fi
	done
	[ ${#one[@]} -eq 0 ] || job_line "${one[@]}"
}

tree=$work/tree/fmip
mkdir -p "$tree"/{bin,vm}
write_job "$@" >"$tree/vm/job"
{
	printf 'TOKEN=%q\nFMIP_KERNEL=%q\nINTERACTIVE=%q\nSCRIPT_TIMEOUT=%q\n' \
		"$token" "$kernel" "$interactive" "${script_limit:-300}"
	printf 'WINDOW=%q\n' "$([ $interactive = 0 ] || stty size 2>/dev/null)"
} >"$tree/vm/env"
cp "$here/guest.sh" "$tree/vm/"
cp -r "$top/selftests" "$tree/"
[ ! -d "$top/demo" ] || cp -r "$top/demo" "$tree/"
cp -r "$top"/README.md "$top"/Documentation "$tree/"
for f in "${scripts[@]}"; do
	mkdir -p "$tree/$(dirname "$f")"
	cp "$top/$f" "$tree/$f"
done
mkdir -p "$tree/tools/fmipd"
[ ! -e "$top/tools/fmipd/fmipd.service" ] || cp "$top/tools/fmipd/fmipd.service" "$tree/tools/fmipd/"
for f in tools/fmipctl tools/fmipd/tests; do
	[ ! -d "$top/$f" ] || cp -r "$top/$f" "$tree/${f%/*}/"
done
ynl=$("$here/ynl.sh") && {
	mkdir -p "$tree/ynl"
	cp -r "$ynl/lib" "$tree/ynl/"
}
for f in "$top"/build/fmipctl "$top"/build/fmipd "$top"/build/selftests/*; do
	[ -f "$f" ] && [ -x "$f" ] && cp "$f" "$tree/bin/"
done
if [ -f "$top/build/kernel-$kernel/fmip.ko" ]; then
	cp "$top/build/kernel-$kernel/fmip.ko" "$tree/"
	[ ! -f "$top/build/kernel-$kernel/fmip_test.ko" ] ||
		cp "$top/build/kernel-$kernel/fmip_test.ko" "$tree/"
	# which object a function is in: /proc/kallsyms of the guest does not say
	xargs -a "$top/build/kernel-$kernel/fmip.mod" nm -A -n --defined-only |
		awk -F '[/: ]' '$(NF - 1) ~ /^[tT]$/ { print $(NF - 3), $NF }' >"$tree/fmip.functions"
else
	echo "# no build/kernel-$kernel/fmip.ko: the guest has no module (make modules KERNEL=$kernel)" >&2
fi
[ $kver != debug ] || cp "$kdir"/build/modules.{builtin,builtin.modinfo,order} "$tree/vm/" 2>/dev/null
(cd "$work/tree" && find fmip | cpio -o -H newc -R 0:0 --quiet) >"$work/tree.cpio" ||
	die "cannot pack the tree"
cat "$image/boot-$kver.cpio" "$work/tree.cpio" >"$work/initrd"
rm -rf "$work/tree" "$work/tree.cpio"
truncate -s 1G "$work/out.img"

# ---- the guest ---------------------------------------------------------
# oops=panic: what comes after an oops proves nothing. The limits on stalls are
# those of a processor that is emulated by a busy machine.
append="console=ttyS0 loglevel=5 log_buf_len=16M panic=-1 oops=panic mitigations=off"
append+=" tsc=reliable rcupdate.rcu_cpu_stall_timeout=60 watchdog_thresh=30"
append+=" random.trust_cpu=on net.ifnames=0"
append+=" maxcpus=1" # the others come later: see guest.sh
[ "$kernel" != debug ] || append+=" mac80211_hwsim.radios=3"
# An emulated processor is slow to get to what races with the other one, and KCSAN
# sees that only as long as it has it wait.
[ "$kernel" != kcsan ] || append+=" kcsan.skip_watch=2000 kcsan.udelay_task=200\
 kcsan.udelay_interrupt=100 kcsan.interrupt_watcher=1"
# Without CMPXCHG16B, which the kernel's allocator then does without, too: once an
# interrupt came right behind one, and found flags that were an operand's bits (QEMU
# 7.2), and the kernel died of a double fault.
cpu="max,la57=off,cx16=off"
command=(qemu-system-x86_64 -M q35 -accel "tcg,thread=multi,tb-size=512" -cpu "$cpu"
	-smp "$cpus" -m "${mem:-1536}" -nic none -display none -no-reboot -nodefaults
	-device virtio-rng-pci
	-drive "file=$image/root.erofs,format=raw,if=virtio,readonly=on"
	-drive "file=$work/out.img,format=raw,if=virtio,cache=unsafe"
	-kernel "$vmlinuz" -initrd "$work/initrd" -append "$append"
	-serial "file:$work/console.log")

echo "# booting Linux $kver, $cpus CPUs, ${mem:-1536} MB" >&2
start=$SECONDS
if [ $interactive = 1 ]; then
	# not in the background: the terminal belongs to the guest
	"${command[@]}" -chardev stdio,id=tty,mux=on,signal=off -serial chardev:tty -mon chardev=tty
	status=$?
else
	mkfifo "$work/tty"
	# mawk would wait for a buffer full of lines
	awk=(awk)
	! awk -W version 2>&1 </dev/null | grep -q '^mawk' || awk+=(-W interactive)
	"${awk[@]}" -v token="$token" -v prefix="[$kernel]" -v score="$work/score" -v need_tap=$tap \
		-f "$here/tap.awk" <"$work/tty" &
	reader=$!
	timeout -k 5 "$limit" "${command[@]}" -chardev stdio,id=tty,signal=off -serial chardev:tty \
		</dev/null >"$work/tty" 2>"$work/qemu.err" &
	qemu=$!
	wait $qemu
	status=$?
	qemu=''
	wait $reader
	reader=''
fi

# ---- the verdict -------------------------------------------------------
failures=()
[ $status != 124 ] || failures+=("the guest did not end within $limit s")
[ $status = 0 ] || [ $status = 124 ] || failures+=("qemu ended with status $status: $(head -c 500 "$work/qemu.err" 2>/dev/null)")

mkdir -p "$work/out"
tar -C "$work/out" -xf "$work/out.img" 2>/dev/null
tr -d '\r' <"$work/console.log" >"$work/console"
log=$work/console
if [ -s "$work/out/.vm/kmsg" ]; then
	log=$work/out/.vm/kernel.log
	# "6,339,5140900,-;text"; further lines of a record begin with a space
	awk -F, '/^[0-9]+,[0-9]+,[0-9]+,/ {
			t = $3; text = substr($0, index($0, ";") + 1)
			printf "[%5d.%06d] %s\n", t / 1000000, t % 1000000, text }' \
		"$work/out/.vm/kmsg" >"$log"
	head -n 1 "$work/out/.vm/kmsg" | grep -q '^[0-9]*,0,' ||
		failures+=("the kernel's log overran: its beginning is lost")
	grep -qF "$token done" "$log" || failures+=("the guest did not finish its scripts")
elif [ $status = 0 ]; then
	failures+=("the guest ended before its time")
fi
awk -v token="$token" -f "$here/klog.awk" "$log" >"$work/klog" ||
	failures+=("the kernel complained")
[ $interactive = 1 ] || read -r passed failed skipped <"$work/score" ||
	die "nothing came back from the guest"

if [ -n "$out" ]; then
	mkdir -p "$out" && cp -r "$work/out/." "$out/" || die "cannot write to $out"
	rm -rf "$out/.vm"
	cp "$log" "$out/kernel.log"
	cp "$work/console" "$out/console.log"
fi

cat "$work/klog"
for f in "${failures[@]}"; do
	echo "not ok - [$kernel] $f"
done
if [ ${#failures[@]} -gt 0 ] && ! [ -s "$work/klog" ]; then
	echo "# last lines of the console:"
	tail -n 25 "$work/console" | sed 's/^/#   /'
fi
[ $interactive = 0 ] || exit $((${#failures[@]} > 0))

failed=$((failed + ${#failures[@]}))
[ -z "$score" ] || echo "$passed $failed $skipped" >>"$score"
echo "# [$kernel] $passed passed, $failed failed, $skipped skipped in $((SECONDS - start)) s"
[ "$failed" -eq 0 ]
