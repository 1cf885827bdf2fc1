# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# seg6 with one segment, which is IPv6 in IPv6 without a device.
# paths: seg6_red seg6_red_hooked seg6_red_nexthop route_add_nexthop
# peer: 1

group() {
	ip sr tunsrc set $ROUTER
	fmip-bench route 0 1 dev=bench1 encap=seg6 to=$FAR >/dev/null
	row seg6_red 1 ip6ip6
	empty_chains
	row seg6_red_hooked 1 ip6ip6
	no_firewall
	fmip-bench route 1 999 dev=bench1 encap=seg6 to=$FAR >/dev/null
	row seg6_red 1000 ip6ip6
	fmip-bench route 1000 99000 dev=bench1 encap=seg6 to=$FAR >/dev/null
	row seg6_red 100000 ip6ip6
	ip -6 route flush proto static
	ip route add 2001:db8:1::/64 via $FAR dev bench1
	ip -6 nexthop add id 1 encap seg6 mode encap.red segs $FAR via $FAR dev bench1
	per_op route_add_nexthop 100000 "$(fmip-bench route 0 100000 nexthop=1)"
	row seg6_red_nexthop 100000 ip6ip6
}
