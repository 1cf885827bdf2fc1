# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What misses in the model of the caches, with 100,000 nodes.
# paths: par_ip6ip6 par_ip6ip6_misses plain_hosts_misses
# plugin: 1

group() {
	# bench.sh makes misses of the figures of these
	case $PATHS in
	*misses* | '') PATHS="par_ip6ip6 plain_hosts" ;;
	esac
	load_fmip
	tunnel
	bind 0 100000 tunnel=1 && row par_ip6ip6 100000 ip6ip6
	rmmod fmip
	wanted plain_hosts || return 0
	fmip-bench route 0 100000 dev=bench1 via=$FAR >/dev/null
	row plain_hosts 100000 plain
}
