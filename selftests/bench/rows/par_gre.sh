# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The anchor with GRE and the key of the session.
# paths: par_gre_key

group() {
	load_fmip
	tunnel
	bind 0 1 tunnel=1
	reference par_ip6ip6 1 ip6ip6
	fmipctl binding flush
	fmipctl tunnel flush
	if WHY=$(tunnel gre6 2>&1) && bind 0 1 tunnel=1 key=7; then
		row par_gre_key 1 gre+key
	else
		not_measured par_gre_key "$WHY"
	fi
}
