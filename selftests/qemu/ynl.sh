#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ynl.sh - print the directory of the kernel's own netlink tools, tools/net/ynl
# of Debian's linux-source-6.12, which are unpacked once.
set -u

cache=${FMIP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fmip}
tarball=/usr/src/linux-source-6.12.tar.xz
version=$(dpkg-query -W -f '${Version}' linux-source-6.12 2>/dev/null)

[ -n "$version" ] && [ -e $tarball ] || {
	echo "ynl.sh: linux-source-6.12 is not installed" >&2
	exit 1
}
dir=$cache/ynl/$version
mkdir -p "$dir" || exit 1
exec 9>"$dir/.lock"
flock 9
if ! [ -e "$dir/done" ]; then
	echo "# unpacking ynl" >&2
	tar -C "$dir" --strip-components=4 --wildcards -xf $tarball '*/tools/net/ynl/*' || exit 1
	touch "$dir/done"
fi
echo "$dir"
