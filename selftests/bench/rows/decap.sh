# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Out of a tunnel: at the anchor what the node sends, checked by its inner source
# and forwarded; at the new router what comes for the node, to its link.
# paths: decap_forward decap_link

forward() { # forward N
	if bind 0 "$1" tunnel=1 accept=1 from=src; then
		row decap_forward "$1" plain outer=1 from_host=1
	else
		not_measured decap_forward "$WHY"
	fi
	fmipctl binding flush
}

# The routing table would have sent them to the far router.
to_the_node() { # to_the_node N
	look decap_link plain "$1" 1 outer=1 || return
	[[ " $SEEN " == *" mac=$NODE_MAC "* ]] || {
		wrong decap_link "not to the node: $SEEN"
		return 1
	}
}

link() { # link N
	if bind 0 "$1" link=bench1 lladdr=$NODE_MAC accept=1 from=dst; then
		to_the_node "$1" && row decap_link "$1" plain outer=1
	else
		not_measured decap_link "$WHY"
	fi
	fmipctl binding flush
}

group() {
	local n

	reference plain 1 plain
	load_fmip
	tunnel
	for n in 1 1000 100000; do
		! wanted decap_forward || forward $n
		! wanted decap_link || link $n
	done
}
