#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# packages.sh [extra] - install the packages of debian-packages that are missing,
# or, when not root, print the one command that does.
set -u

here=$(cd "$(dirname "$0")" && pwd)

command -v dpkg-query >/dev/null || {
	echo "packages.sh: this is not Debian; selftests/qemu/debian-packages lists what is needed" >&2
	exit 1
}

mapfile -t wanted < <(sed 's/#.*//' "$here/debian-packages" |
	awk -v extra="${1-}" 'NF && ($2 != "extra" || extra) { print $1 }')
mapfile -t missing < <(
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
		awk '$1 == "installed" { print $2 }' |
		sort - <(printf '%s\n' "${wanted[@]}" "${wanted[@]}") |
		uniq -c | awk '$1 == 2 { print $2 }')

[ ${#missing[@]} -gt 0 ] || exit 0

install=(apt-get install -y --no-install-recommends "${missing[@]}")
if [ "$(id -u)" != 0 ]; then
	echo "Packages are missing. Run:" >&2
	echo "sudo apt-get update && sudo ${install[*]}" >&2
	exit 1
fi

echo "# installing ${#missing[@]} packages: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >&2 && "${install[@]}" >&2 || {
	echo "packages.sh: apt-get could not install: ${missing[*]}" >&2
	exit 1
}
