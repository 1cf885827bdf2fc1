#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# image.sh KVER - build what a guest boots from, out of the host's own Debian
# packages, and print the directory that holds it:
#
#   root.erofs       the files of the packages marked "vm" in debian-packages,
#                    the libraries they need, and the modules of every kernel
#   boot-KVER.cpio   busybox, the modules that reach root.erofs, and ./init
#
# KVER is a directory of /lib/modules, or "debug" for a kernel without modules.
# The result is cached and built anew when a package of the host changes.
set -u

kver=${1:?usage: image.sh KVER}
here=$(cd "$(dirname "$0")" && pwd)
cache=${FMIP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fmip}
PATH=$PATH:/usr/sbin:/sbin

# Whole trees of modules; single drivers would be guesses about future tests.
module_dirs=(net drivers/net drivers/block drivers/virtio drivers/char/hw_random
	crypto lib arch/x86/crypto fs/erofs fs/overlayfs fs/netfs fs/fscache)
boot_modules=(virtio_pci virtio_blk virtio_rng erofs overlay)

die() {
	echo "image.sh: $*" >&2
	exit 1
}

key=$({ cat /var/lib/dpkg/status "$here/image.sh" "$here/debian-packages"
	ls /lib/modules; } | sha256sum | cut -c1-16)
dir=$cache/vm/$key
mkdir -p "$dir" || die "cannot create $dir"
exec 9>"$dir/.lock"
flock 9

stage=
trap '[ -z "$stage" ] || rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM

# Paths with the directories that Debian merged into /usr spelled out.
merged() {
	sed -E 's,^/(bin|sbin|lib|lib64)/,/usr/\1/,'
}

package_files() {
	local packages
	mapfile -t packages < <(sed 's/#.*//' "$here/debian-packages" |
		awk '$2 == "vm" { print $1 }')
	dpkg -L "${packages[@]}" | merged |
		grep -E '^/(usr/(s?bin|lib|lib64|share)|etc)/' |
		grep -vE '^/usr/share/(doc|man|locale|info|lintian|bash-completion|bug|perl5|zsh|vim|icons|applications|pixmaps|mime|metainfo|menu)/' |
		grep -vE '/(idlelib|lib2to3|ensurepip|turtledemo|pydoc_data)/'
	# what maintainer scripts made
	find /etc/alternatives /etc/ld.so.conf* /etc/ssl/openssl.cnf /usr/share/nftables 2>/dev/null
	find /usr/lib/python3/dist-packages/scapy /usr/lib/python3.11 -name __pycache__ -prune -exec find {} \;
	printf '%s\n' /usr/bin/awk /usr/bin/python3 /usr/bin/sh
}

libraries() {
	grep -E '/s?bin/|\.so' | tr '\n' '\0' | xargs -0 ldd 2>/dev/null |
		sed -nE 's/.*(=> |^\t)(\/[^ ]+) \(.*/\2/p' | sort -u | merged
}

put_modules() { # KVER
	local v=$1 d
	local from=/lib/modules/$v to=$stage/usr/lib/modules/$v
	mkdir -p "$to"
	for d in "${module_dirs[@]}"; do
		[ -d "$from/kernel/$d" ] || continue
		mkdir -p "$to/kernel/$d"
		cp -r "$from/kernel/$d/." "$to/kernel/$d"
	done
	cp "$from"/modules.{builtin,builtin.modinfo,order} "$to"
	# not to be unpacked one by one by an emulated processor
	find "$to" -name '*.ko.xz' -print0 | xargs -0r -n 64 xz -d -q
	depmod -b "$stage/usr" "$v"
}

put_etc() {
	local e=$stage/etc
	mkdir -p "$e"
	printf '%s\n' root:x:0:0:root:/root:/bin/bash nobody:x:65534:65534::/:/bin/sh \
		tcpdump:x:100:100::/:/bin/sh www-data:x:33:33::/:/bin/sh >"$e/passwd"
	printf '%s\n' root:x:0: nogroup:x:65534: tcpdump:x:100: www-data:x:33: >"$e/group"
	printf '%s\n' 'passwd: files' 'group: files' 'hosts: files' >"$e/nsswitch.conf"
	printf '%s\n' '127.0.0.1 localhost' '::1 localhost' >"$e/hosts"
	echo fmip >"$e/hostname"
	cp /etc/protocols /etc/services "$e" 2>/dev/null
	ln -sf /proc/self/mounts "$e/mtab"
	: >"$e/fstab"
}

build_root() {
	echo "# building the guest's file system (once, until a package changes)" >&2
	mkdir -p "$stage"/{usr/{bin,sbin,lib,lib64},etc,proc,sys,dev,run,tmp,root,var,fmip}
	local d
	for d in bin sbin lib lib64; do
		ln -s "usr/$d" "$stage/$d"
	done
	ln -s ../run "$stage/var/run"
	ln -s ../tmp "$stage/var/tmp"
	package_files | sort -u >"$dir/files"
	libraries <"$dir/files" >"$dir/libraries"
	# a library's name is often a link to its file
	{ cat "$dir/files" "$dir/libraries"; xargs -d '\n' readlink -f <"$dir/libraries"; } |
		sort -u | sed 's,^/,,' |
		tar -C / --no-recursion --ignore-failed-read -T - -cf - 2>/dev/null |
		tar -C "$stage" -xf - --no-same-owner --keep-directory-symlink ||
		die "cannot copy the packages' files"
	put_etc
	ldconfig -r "$stage" 2>/dev/null || true
	local v
	for v in /lib/modules/*/kernel; do
		put_modules "$(basename "$(dirname "$v")")"
	done
	mkfs.erofs --quiet --all-root -x-1 "$dir/root.tmp" "$stage" >/dev/null ||
		die "mkfs.erofs failed"
	mv "$dir/root.tmp" "$dir/root.erofs"
}

boot_module_files() {
	local m
	for m in "${boot_modules[@]}"; do
		modprobe -d "$stage/usr" -S "$kver" --show-depends "$m" 2>/dev/null
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

build_boot() {
	local root=$stage/boot n=0 ko
	mkdir -p "$root"/{bin,proc,dev,lower,upper,root,modules}
	cp "$(command -v busybox)" "$root/bin/busybox"
	ln -s busybox "$root/bin/sh"
	cp "$here/init" "$root/init"
	if [ "$kver" != debug ]; then
		put_modules "$kver"
		for ko in $(boot_module_files); do
			n=$((n + 1))
			cp "$ko" "$root/modules/$(printf %02d $n)-$(basename "$ko")"
		done
		[ $n -gt 0 ] || die "no modules of $kver to boot with"
	fi
	(cd "$root" && find . | cpio -o -H newc -R 0:0 --quiet) >"$dir/boot.tmp" ||
		die "cpio failed"
	mv "$dir/boot.tmp" "$dir/boot-$kver.cpio"
}

if ! [ -e "$dir/root.erofs" ]; then
	stage=$(mktemp -d "$dir/stage.XXXXXX") || die "no room in $dir"
	build_root
	rm -rf "$stage"
	# older ones can never be asked for again
	find "$cache/vm" -mindepth 1 -maxdepth 1 ! -name "$key" -mmin +60 -exec rm -rf {} +
fi
if ! [ -e "$dir/boot-$kver.cpio" ] || [ "$here/init" -nt "$dir/boot-$kver.cpio" ]; then
	stage=$(mktemp -d "$dir/stage.XXXXXX") || die "no room in $dir"
	build_boot
fi
echo "$dir"
