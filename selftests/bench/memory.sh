# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The rows of memory/.

MEMORY_COUNT=100000

# What a processor keeps of free pages for itself is not "available": all is done
# by one, and it keeps little.
few_free_pages() {
	taskset -cp 0 $$ >/dev/null
	sysctl -qw vm.percpu_pagelist_high_fraction=100000
}

# available: sets REPLY to the bytes that are, without caches
available() {
	idle_ms 2000
	echo 3 >/proc/sys/vm/drop_caches
	idle_ms 500
	REPLY=$(($(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo) * 1024))
}

# installed COMMAND...: its exit status; sets REPLY to the bytes that it took
installed() {
	local before

	available
	before=$REPLY
	"$@" >/dev/null 2>/run/why || return
	available
	REPLY=$((before - REPLY))
}

# memory_row PATH COMMAND...: bytes of each of MEMORY_COUNT, which must be there
memory_row() {
	local path=$1

	shift
	wanted "$path" || return 0
	installed "$@" || {
		not_measured "$path" "$(</run/why)"
		return 1
	}
	result "$path" $MEMORY_COUNT bytes $(((REPLY + MEMORY_COUNT / 2) / MEMORY_COUNT))
}

shared_bindings() {
	bind 0 $MEMORY_COUNT tunnel=1 || {
		echo "$WHY" >&2
		return 1
	}
}

# A tunnel of its own for each, to an address of its own.
own_tunnels() {
	fmip-bench tunnels 0 $MEMORY_COUNT id=1000 local=$ROUTER entries=1 2>/dev/null ||
		fmip-bench tunnels 0 $MEMORY_COUNT id=1000 local=$ROUTER || return
	bind 0 $MEMORY_COUNT own=1000 || {
		echo "$WHY" >&2
		return 1
	}
}

# memory_rows SUFFIX
memory_rows() {
	few_free_pages
	load_fmip
	tunnel
	# what there is once, before anything is counted
	bind 0 1000 tunnel=1
	fmipctl binding flush
	memory_row "binding_memory_shared$1" shared_bindings &&
		HOSTS=$MEMORY_COUNT look "binding_memory_shared$1" ip6ip6 $MEMORY_COUNT 1
	fmipctl binding flush
	idle_ms 3000
	memory_row "binding_memory_own$1" own_tunnels
	fmipctl binding flush
	fmipctl tunnel flush
}
