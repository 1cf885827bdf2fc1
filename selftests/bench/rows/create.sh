# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What it takes to make a binding that shares a tunnel.
# paths: binding_create_bulk binding_create_messages

COUNT=100000
[[ $PLUGIN == 0 ]] || COUNT=10000

create() { # create PATH KEY=VALUE...
	local path=$1

	shift
	wanted "$path" || return 0
	if INSTALLED=$(fmip-bench bindings 0 $COUNT tunnel=1 "$@" 2>/run/why); then
		per_op "$path" $COUNT "$INSTALLED"
		HOSTS=$COUNT look "$path" ip6ip6 $COUNT 1
	else
		not_measured "$path" "$(</run/why)"
	fi
	fmipctl binding flush
	idle_ms 1000
}

group() {
	load_fmip
	tunnel
	create binding_create_bulk entries=1
	create binding_create_messages
}
