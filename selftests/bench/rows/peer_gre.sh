# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Linux's own GRE device, which has one key.
# paths: ip6gre
# peer: 1

group() {
	modprobe ip6_gre
	ip link add gre6 type ip6gre local $ROUTER remote $FAR key 7 dev bench1 encaplimit none
	ip link set gre6 addrgenmode none up
	fmip-bench route 0 1 dev=gre6 >/dev/null
	row ip6gre 1 gre+key
	fmip-bench route 1 999 dev=gre6 >/dev/null
	row ip6gre 1000 gre+key
}
