#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh SERIES - print the newest of Debian's cloud kernels of a series,
# 6.1 or 6.12, that can both be booted and built against.
set -u

case ${1-} in
6.1 | 6.12) ;;
*)
	echo "kernel.sh: no kernel called \"${1-}\": 6.1 or 6.12" >&2
	exit 1
	;;
esac

for kver in $(cd /lib/modules 2>/dev/null && printf '%s\n' "$1".*-cloud-amd64 | sort -rV); do
	if [ -r "/boot/vmlinuz-$kver" ] && [ -d "/lib/modules/$kver/kernel" ] &&
		[ -e "/lib/modules/$kver/build/Makefile" ]; then
		echo "$kver"
		exit 0
	fi
done
echo "kernel.sh: no cloud kernel $1 with its headers; make deps installs it" >&2
exit 1
