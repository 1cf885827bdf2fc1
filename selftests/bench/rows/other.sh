# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What packets of other nodes pay.
# paths: no_binding unmatched

group() {
	reference plain 1 plain
	load_fmip
	HOSTS=1 row no_binding 0 plain
	tunnel
	# hosts to which nothing is sent
	if bind 1000000000000 100000 tunnel=1; then
		HOSTS=1000 row unmatched 100000 plain
	else
		not_measured unmatched "$WHY"
	fi
}
