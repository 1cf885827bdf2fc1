# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Plain forwarding with a route for each host.
# paths: plain_hosts
# peer: 1

group() {
	fmip-bench route 0 100000 dev=bench1 via=$FAR >/dev/null
	row plain_hosts 100000 plain
}
