# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# tc/eBPF, which goes around netfilter.
# paths: tc_bpf_fib tc_bpf_neigh tc_bpf_mac tc_bpf_unmatched tc_bpf_map_add
# peer: 1

program() { # program PATH N
	INSTALLED=$(fmip-bench-bpf "$1" 0 "$2") || {
		wrong "$1" "cannot be loaded"
		return
	}
	row "$1" "$2" ip6ip6
}

group() {
	local name

	command -v fmip-bench-bpf >/dev/null || {
		not_measured tc_bpf_mac "built without clang or libbpf"
		return
	}
	modprobe -a sch_ingress cls_bpf
	sysctl -qw net.core.bpf_jit_enable=1
	for name in tc_bpf_fib tc_bpf_neigh tc_bpf_mac; do
		! wanted $name || program $name 1
	done
	program tc_bpf_mac 100000
	per_op tc_bpf_map_add 100000 "$INSTALLED"
	fmip-bench-bpf tc_bpf_fib 1000000000000 100000 >/dev/null
	HOSTS=1000 row tc_bpf_unmatched 100000 plain
}
