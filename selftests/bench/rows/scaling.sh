# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Two processors instead of one, by the clock, and only as a ratio: the same
# packets on each, with plain forwarding and fmip taking turns.
# paths: scaling2 plain_scaling2
# cpus: 2
# icount: 0
# alone: 1
# profile: 0

TIMES=5

# rate CPUS: sets REPLY to batches per 10^12 ticks of all together
rate() {
	local line total=0

	while IFS= read -r line; do
		value med "$line" || return
		total=$((total + 1000000000000 / REPLY))
	done < <(fmip-bench parallel "$1" run n=$((4 * PACKETS)) hosts=1000)
	REPLY=$total
	((total > 0))
}

# speedup: sets REPLY to thousandths
speedup() {
	local one

	rate 1 || return
	one=$REPLY
	rate 2 || return
	REPLY=$((REPLY * 1000 / one))
}

# one_round: SPEEDUPS of plain forwarding, and of fmip
one_round() {
	speedup || return
	plain+=("$REPLY")
	load_fmip
	tunnel
	bind 0 1000 tunnel=1
	look scaling2 ip6ip6 1000 1 || return
	speedup || return
	fmip+=("$REPLY")
	rmmod fmip
}

# middle PATH NUMBER...: reports the median
middle() {
	local path=$1 sorted

	shift
	mapfile -t sorted < <(printf '%s\n' "$@" | sort -n)
	say "spread path=$path of=${sorted[*]}"
	REPLY=${sorted[$# / 2]}
	result "$path" 1000 speedup "$(printf '%d.%03d' $((REPLY / 1000)) $((REPLY % 1000)))"
}

group() {
	local i plain=() fmip=()

	for ((i = 0; i < TIMES; i++)); do
		one_round || {
			wrong scaling2 "a run on two processors fails"
			return
		}
	done
	middle plain_scaling2 "${plain[@]}"
	middle scaling2 "${fmip[@]}"
}
