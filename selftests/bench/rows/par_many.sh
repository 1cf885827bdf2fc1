# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The anchor, for as many nodes as there may be.
# paths: par_ip6ip6
# memory: 4096
# profile: 0

# more FIRST COUNT: binds more hosts, and measures with all of them
more() {
	if bind "$1" "$2" tunnel=1; then
		row par_ip6ip6 $(($1 + $2)) ip6ip6
	else
		not_measured par_ip6ip6 "$WHY"
	fi
}

group() {
	load_fmip
	tunnel
	bind 0 1 tunnel=1
	reference par_ip6ip6 1 ip6ip6
	more 1 99999
	more 100000 900000
}
