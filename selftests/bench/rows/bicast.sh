# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Simultaneous bindings: every packet to both care-of addresses.
# paths: bicast2

# The far routers end in 2 and 3: each has its copies.
one_to_each() {
	look bicast2 ip6ip6 1 2 || return
	value ends "$SEEN"
	((REPLY == 4096 * (2 + 3))) || wrong bicast2 "the copies are not one for each: $SEEN"
}

group() {
	load_fmip
	tunnel
	bind 0 1 tunnel=1
	reference par_ip6ip6 1 ip6ip6
	fmipctl binding flush
	ip neigh add $FAR2 lladdr 02:00:00:00:00:03 dev bench1 nud permanent
	fmipctl tunnel add id 2 local $ROUTER remote $FAR2 encap ip6
	if bind 0 1 tunnel=1 second=2; then
		one_to_each && COPIES=2 row bicast2 1 ip6ip6
	else
		not_measured bicast2 "$WHY"
	fi
}
