#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# No work grows with the number of bindings: none for a packet, none for a request
# about one binding, and none while nothing happens.
#
# The times are those of an emulated machine that others slow down, so that the
# least of several counts, and what would be 30,000 times the work is looked for.
#
# shellcheck disable=SC2034,SC2086,SC2154

: "${WAIT_MS:=30000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

MANY=30000
FEW=2000		# requests, each time
PINGS=1000
MOST=5			# times as much is still the same

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

# least COMMAND...: sets TOOK to its microseconds, the least of three times
least() {
	local begin took

	TOOK=0
	for _ in 1 2 3; do
		begin=${EPOCHREALTIME/[.,]/}
		"$@" >/dev/null || bail "$*"
		took=$((${EPOCHREALTIME/[.,]/} - begin))
		((TOOK == 0 || took < TOOK)) && TOOK=$took
	done
	return 0
}

changes() {
	fmip -b "$LIB_TMP/changes"
}

packets() {
	in_ns "$CN" ping -q -f -c $PINGS $NCOA
}

# bindings FIRST COUNT: the words for so many
bindings() {
	awk -v first="$1" -v n="$2" 'BEGIN {
		for (i = first; i < first + n; i++)
			printf "binding add id %d dst 2001:db8:a::%x:%x gate hold lifetime 3000s " \
				"hold-time 2000s target tunnel 1\n", 1000 + i, i / 65536, i % 65536
	}'
}

# FEW of them, which go again
some_more() {
	fmip -b "$LIB_TMP/more"
	fmip -b "$LIB_TMP/less"
}

# same NAME BEFORE AFTER: that is no more, as far as can be told
same() {
	diag "$2 us before, $3 us after"
	check "$1" test "$3" -le $(($2 * MOST))
}

# busy: the share of both processors' time, in percent, of two seconds
busy() {
	local before after

	read -r -a before </proc/stat
	pause_ms 2000
	read -r -a after </proc/stat
	awk -v before="${before[*]:1:8}" -v after="${after[*]:1:8}" 'BEGIN {
		split(before, b); split(after, a)
		for (i = 1; i <= 8; i++)
			all += a[i] - b[i]
		idle = a[4] - b[4] + a[5] - b[5]
		printf "%d\n", 100 * (all - idle) / all
	}'
}

need ip fmipctl ping
load_module
topo_router
fmip tunnel add id 1 local 2001:db8:3::1 remote $FAR_ADDR
fmip binding add id 1 dst $NCOA target link dev acc0 lladdr $MN_MAC
for ((i = 1; i <= FEW; i++)); do
	echo "binding change id 1 cookie $i"
done >"$LIB_TMP/changes"
bindings 100000 $FEW >"$LIB_TMP/more"
sed -E 's/add (id [0-9]+) .*/del \1/' "$LIB_TMP/more" >"$LIB_TMP/less"
packets >/dev/null || bail "no answer from the node"

least changes
CHANGES=$TOOK
least packets
PACKETS=$TOOK
least some_more
MADE=$TOOK
bindings 0 $MANY | fmip -b -
is "there are many bindings" "$(fmipctl -n "$NAR" -j stats | jq .bindings)" $((MANY + 1))
least changes
same "with $MANY bindings a change of one takes the time that it took" "$CHANGES" "$TOOK"
least some_more
same "so does making and deleting one" "$MADE" "$TOOK"
least packets
same "so does a packet" "$PACKETS" "$TOOK"
BUSY=$(busy)
check "and while nothing happens there is nothing to do ($BUSY percent)" test "$BUSY" -le 40
fmip binding flush
is "all of them go" "$(fmipctl -n "$NAR" -j stats | jq .bindings)" 0
tap_done
