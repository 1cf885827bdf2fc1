# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# TCP in full packets, beside ip6_tunnel: into the tunnel packets of 60 KB, which
# the interface cuts after it (gso_tx) or a card that knows tunnels (gso_tx_whole);
# out of it segments, merged by the card's GRO before (gro_rx) or by the
# tunnel's after it (gro_rx_cells).
# paths: gso_tx gso_tx_whole gro_rx gro_rx_cells ip6_tunnel_gso_tx ip6_tunnel_gso_tx_whole ip6_tunnel_gro_rx ip6_tunnel_gro_rx_cells plain_gso_tx plain_gro_rx

LARGE="n=512 batch=8 size=1440 gso=60000"
SEGMENTS="n=8192 batch=64 size=1440"

into() { # into PREFIX KIND
	# shellcheck disable=SC2086
	row_tcp "$1gso_tx" "$2" 0 $LARGE
	module offload on=1
	# shellcheck disable=SC2086
	row_tcp "$1gso_tx_whole" "$2" 1 $LARGE
	module offload on=0
}

out_of() { # out_of PREFIX ARG...
	local prefix=$1

	shift
	# shellcheck disable=SC2086
	row_tcp "${prefix}gro_rx" plain 1 $SEGMENTS how=2 "$@"
	# shellcheck disable=SC2086
	row_tcp "${prefix}gro_rx_cells" plain 1 $SEGMENTS outer=1
}

ip6_tunnel() {
	modprobe ip6_tunnel
	ip link add tnl0 type ip6tnl mode ip6ip6 local $ROUTER remote $FAR dev bench1 encaplimit none
	ip link set tnl0 addrgenmode none up
	out_of ip6_tunnel_ outer=1
	ip route replace 2001:db8:1::/64 dev tnl0
	into ip6_tunnel_ ip6ip6
	ip route replace 2001:db8:1::/64 via $FAR dev bench1
	ip link del tnl0
	modprobe -r ip6_tunnel
}

group() {
	local path

	# what a row is held against comes with it
	for path in $PATHS; do
		PATHS+=" ip6_tunnel_$path"
	done
	# shellcheck disable=SC2086
	row_tcp plain_gso_tx plain 1 $LARGE
	# shellcheck disable=SC2086
	row_tcp plain_gro_rx plain 1 $SEGMENTS how=2
	ip6_tunnel
	load_fmip
	tunnel
	bind 0 1 tunnel=1
	into "" ip6ip6
	fmipctl binding flush
	bind 0 1 link=bench1 lladdr=$NODE_MAC accept=1 from=dst
	out_of "" outer=1
}
