#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# debug-kernel.sh [debug|kcsan] - build Debian's linux-source-6.12 with
# guest.config and debug.config or kcsan.config, once for each version of any of
# them, and print the directory that holds it:
#
#   bzImage   the kernel
#   build/    the tree to build modules against
set -u

here=$(cd "$(dirname "$0")" && pwd)
cache=${FMIP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fmip}
name=${1:-debug}
configs=("$here/guest.config" "$here/$name.config")
tarball=/usr/src/linux-source-6.12.tar.xz

die() {
	echo "debug-kernel.sh: $*" >&2
	exit 1
}

[ -r $tarball ] || die "$tarball is missing; make deps installs it"
[ -r "${configs[1]}" ] || die "no kernel called \"$name\": debug or kcsan"
version=$(dpkg-query -W -f '${Version}' linux-source-6.12) || exit 1
key=$({ echo "$version"; cat "${configs[@]}" "$here/debug-kernel.sh"; } | sha256sum | cut -c1-16)
dir=$cache/debug-kernel/$name-$key
mkdir -p "$dir" || die "cannot create $dir"
exec 9>"$dir/.lock"
flock 9

missing_options() {
	local option
	while read -r option; do
		grep -qxF "$option" "$dir/build/.config" || echo "$option"
	done < <(grep -hE '^CONFIG_[A-Z0-9_]+=' "${configs[@]}")
}

build() {
	local missing
	rm -rf "$dir/source" "$dir/build"
	mkdir "$dir/source" "$dir/build" || return
	echo "# unpacking linux-source-6.12 $version" >&3
	tar -C "$dir/source" --strip-components=1 -xf $tarball || return
	local make=(make -C "$dir/source" "O=$dir/build")
	"${make[@]}" -s tinyconfig || return
	(cd "$dir/source" && scripts/kconfig/merge_config.sh -m -O "$dir/build" \
		"$dir/build/.config" "${configs[@]}") || return
	"${make[@]}" -s olddefconfig || return
	missing=$(missing_options)
	[ -z "$missing" ] || {
		echo "options of ${configs[*]##*/} that this kernel does not take:" $missing
		return 1
	}
	echo "# building it: some 10 minutes on 2 processors, log in $dir/log" >&3
	"${make[@]}" -s -j"$(nproc)" bzImage modules || return
	# what a module needs is headers, scripts and symbols
	find "$dir/build" -name '*.o' -not -path '*/scripts/*' -not -path '*/tools/*' -delete
	find "$dir/build" -name '*.a' -delete
	rm -f "$dir/build/vmlinux" "$dir/build/.tmp_vmlinux"*
	find "$dir/source" \( -name '*.c' -o -name '*.S' -o -name '*.rst' \) \
		-not -path '*/scripts/*' -not -path '*/tools/*' -delete
	cp "$dir/build/arch/x86/boot/bzImage" "$dir/bzImage"
	# those of other versions can never be asked for again
	find "$cache/debug-kernel" -mindepth 1 -maxdepth 1 -mmin +1440 -name "$name-*" \
		! -name "$name-$key" -exec rm -rf {} +
}

if ! [ -e "$dir/bzImage" ]; then
	build 3>&2 >"$dir/log" 2>&1 || {
		tail -n 20 "$dir/log" >&2
		die "the build failed; its log is $dir/log"
	}
fi
echo "$dir"
