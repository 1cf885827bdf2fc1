# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Linux's own tunnel, with a route for each host.
# paths: ip6_tunnel ip6_tunnel_hooked ip6_tunnel_stateful ip6_tunnel_decap route_add
# peer: 1

# more FIRST COUNT: routes for more hosts
more() {
	INSTALLED=$(fmip-bench route "$1" "$2" dev=tnl0) || wrong ip6_tunnel "routes"
}

group() {
	modprobe ip6_tunnel
	ip link add tnl0 type ip6tnl mode ip6ip6 local $ROUTER remote $FAR dev bench1 encaplimit none
	ip link set tnl0 addrgenmode none up
	row ip6_tunnel_decap 1 plain outer=1 from_host=1
	row ip6_tunnel_decap 1000 plain outer=1 from_host=1
	more 0 1
	row ip6_tunnel 1 ip6ip6
	empty_chains
	row ip6_tunnel_hooked 1 ip6ip6
	no_firewall
	more 1 999
	row ip6_tunnel 1000 ip6ip6
	stateful_ruleset
	row ip6_tunnel_stateful 1000 ip6ip6
	no_firewall
	more 1000 99000
	per_op route_add 100000 "$INSTALLED"
	row ip6_tunnel 100000 ip6ip6
}
