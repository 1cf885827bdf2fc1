# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The anchor: the inner destination is bound to a tunnel.
# paths: par_ip6ip6 par_hooked par_list par_stateful

group() {
	reference plain 1 plain
	reference plain_list 1 plain how=1
	empty_chains
	reference plain_hooked 1 plain
	no_firewall
	stateful_ruleset
	HOSTS=1000 reference plain_stateful 1 plain
	no_firewall
	load_fmip
	tunnel
	bind 0 1 tunnel=1
	row par_ip6ip6 1 ip6ip6
	row par_list 1 ip6ip6 how=1
	empty_chains
	row par_hooked 1 ip6ip6
	no_firewall
	bind 1 999 tunnel=1
	row par_ip6ip6 1000 ip6ip6
	stateful_ruleset
	row par_stateful 1000 ip6ip6
	no_firewall
}
