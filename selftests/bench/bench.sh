#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Measures fmip and what else Linux has, in instructions of an emulated processor
# that are counted and not timed.  See Documentation/performance.rst.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
qemu_dir=$top/selftests/qemu
PATH=$PATH:/usr/sbin:/sbin

usage() {
	cat >&2 <<-END
	usage: bench.sh [OPTION]... [PATH]...
	  -k KERNEL   6.1 or 6.12 (default: \$KERNEL, else 6.1)
	  -j N        guests at a time (2)
	  -p          do not measure: profile. Lists the instructions of each function,
	              and what a model of the caches misses
	  -o DIR      where the results go (build/bench)
	  -a WORDS    further words for the kernel's command line
	PATH is the name of a row of the table; without any, all are measured.
	END
	exit 2
}

die() {
	echo "bench.sh: $*" >&2
	exit 1
}

kernel=${KERNEL:-6.1} jobs=2 profile=0 out=$top/build/bench append='' limit=900
while getopts k:j:po:a:h o; do
	case $o in
	k) kernel=$OPTARG ;;
	j) jobs=$OPTARG ;;
	p) profile=1 limit=3600 ;;
	o) out=$OPTARG ;;
	a) append=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))

kver=$("$qemu_dir/kernel.sh" "$kernel") || exit 1
ko=$top/build/kernel-$kernel/fmip.ko
[ -f "$ko" ] || die "no $ko: make modules KERNEL=$kernel"
[ -x "$top/build/fmipctl" ] || die "no build/fmipctl: make tools"
image=$("$qemu_dir/image.sh" "$kver") || exit 1
mkdir -p "$out" || exit 1
out=$(cd "$out" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/fmip-bench.XXXXXX") || exit 1
cleanup() {
	local pid
	for pid in $(cat "$work"/*.pid 2>/dev/null); do
		kill "$pid" 2>/dev/null
	done
	wait
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- which rows ----------------------------------------------------------

option_of() { # GROUP NAME DEFAULT: of a line "# NAME: VALUE"
	local value
	value=$(sed -n "s/^# $2: //p" "$here/rows/$1.sh")
	echo "${value:-$3}"
}

groups=()
choose_groups() { # [PATH]...
	local file group path
	for file in "$here"/rows/*.sh; do
		group=$(basename "$file" .sh)
		[ $profile = 0 ] || [ "$(option_of "$group" profile 1)" = 1 ] || continue
		if [ $# = 0 ]; then
			groups+=("$group")
			continue
		fi
		for path; do
			case " $(option_of "$group" paths '') " in
			*" $path "*) groups+=("$group"); break ;;
			esac
		done
	done
	[ ${#groups[@]} -gt 0 ] || die "no row called $*"
}
choose_groups "$@"
paths=$*

# ---- what the guests boot ------------------------------------------------

make -s -C "$here" OUT="$out/$kernel" KDIR="/lib/modules/$kver/build" || die "cannot build"

plugin_for() { # GROUP
	if [ $profile = 1 ]; then
		echo 1
	else
		option_of "$1" plugin 0
	fi
}

initrd() { # GROUP
	local tree=$work/$1/fmip
	mkdir -p "$tree"/{bin,vm,bench/rows}
	cp "$here/guest.sh" "$tree/vm/"
	cp "$here/lib.sh" "$here/memory.sh" "$tree/bench/"
	cp "$here"/rows/*.sh "$tree/bench/rows/"
	cp "$top/build/fmipctl" "$out/$kernel"/bin/* "$tree/bin/"
	cp "$ko" "$out/$kernel/module/fmip_bench.ko" "$tree/"
	printf 'GROUP=%q\nPATHS=%q\nPLUGIN=%q\nICOUNT=%q\n' "$1" "$paths" "$(plugin_for "$1")" \
		"$(option_of "$1" icount 1)" >"$tree/vm/env"
	(cd "$work/$1" && find fmip | cpio -o -H newc -R 0:0 --quiet) >"$work/$1.cpio" ||
		die "cannot pack the tree"
	cat "$image/boot-$kver.cpio" "$work/$1.cpio" >"$work/$1.initrd"
	rm -rf "${work:?}/$1" "$work/$1.cpio"
}

# One instruction is one nanosecond, and one tick of the time stamp counter; a
# processor that idles takes no time.  Without ERMS and FSRM the kernel copies by
# words: "rep movsb" counts one for each byte here, as no processor does.
accelerator() { # GROUP: sets accelerator
	accelerator=(-accel "tcg,thread=multi")
	[ "$(option_of "$1" icount 1)" = 0 ] ||
		accelerator=(-accel tcg -icount "shift=0,sleep=off")
}

boot() { # GROUP
	local words args accelerator
	accelerator "$1"
	words="console=ttyS0 quiet panic=-1 oops=panic nokaslr mitigations=off tsc=reliable"
	words+=" random.trust_cpu=on net.ifnames=0 $append"
	truncate -s 64M "$work/$1.img"
	args=(-M q35 -cpu "max,la57=off,-erms,-fsrm" "${accelerator[@]}"
		-smp "$(option_of "$1" cpus 1)" -m "$(option_of "$1" memory 2048)"
		-nic none -display none -no-reboot -nodefaults
		-rtc "base=2026-01-01,clock=vm"
		-drive "file=$image/root.erofs,format=raw,if=virtio,readonly=on"
		-drive "file=$work/$1.img,format=raw,if=virtio,cache=unsafe"
		-kernel "/boot/vmlinuz-$kver" -initrd "$work/$1.initrd" -append "$words"
		-serial "file:$work/$1.log")
	[ "$(plugin_for "$1")" = 0 ] || args+=(-plugin "$out/$kernel/plugin.so,out=$work/$1.blocks")
	timeout -k 5 $limit qemu-system-x86_64 "${args[@]}" >"$work/$1.qemu" 2>&1 &
	echo $! >"$work/$1.pid"
	wait $!
	local status=$?
	rm -f "$work/$1.pid"
	return $status
}

guest() { # GROUP
	local start=$SECONDS status
	initrd "$1"
	boot "$1"
	status=$?
	tr -d '\r' <"$work/$1.log" >"$work/$1.console"
	if [ $status != 0 ] || ! grep -q "^@end group=$1\$" "$work/$1.console"; then
		echo "@wrong path=$1 why=the guest did not finish (qemu: $status)" \
			"$(head -c 300 "$work/$1.qemu" | tr '\n' ' ')" >>"$work/$1.console"
	fi
	cp "$work/$1.console" "$out/$1.log"
	echo "# $1: $((SECONDS - start)) s" >&2
	[ "$(plugin_for "$1")" = 0 ] || profile_of "$1"
}

# The figures of a group that is only run under the plugin are its misses.
profile_of() { # GROUP
	"$here/profile.py" --lines "$work/$1.misses" "$work/$1.console" "$work/$1.blocks" \
		"$work/$1.img" >"$out/$1.profile"
	[ "$(option_of "$1" plugin 0)" = 1 ] || return
	{
		grep -v '^@row ' "$work/$1.console"
		cat "$work/$1.misses"
	} >"$work/$1.both"
	mv "$work/$1.both" "$work/$1.console"
}

# ---- all of them ---------------------------------------------------------

start=$SECONDS
alone=()
echo "# Linux $kver, $(qemu-system-x86_64 --version | head -n 1); logs in $out" >&2
for group in "${groups[@]}"; do
	if [ "$(option_of "$group" alone 0)" = 1 ]; then
		alone+=("$group")
		continue
	fi
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n
	done
	guest "$group" &
done
wait
for group in "${alone[@]}"; do
	guest "$group"
done

if [ $profile = 1 ]; then
	for group in "${groups[@]}"; do
		cat "$out/$group.profile"
		grep -E '^@(wrong|none)' "$work/$group.console" >&2
	done
	exit 0
fi
for group in "${groups[@]}"; do
	cat "$work/$group.console"
done | grep '^@' >"$work/lines"
"$here/report.py" --kernel "$kver" --json "$out/bench.json" "$work/lines"
status=$?
echo "# $((SECONDS - start)) s"
exit $status
