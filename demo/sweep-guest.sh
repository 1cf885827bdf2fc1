#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's side of the sweep: many short handovers in a network that is new for each,
# with datagrams both ways only.
#
#	sweep-guest.sh SEED RUNS GAP,... MODE,... DETACH_MS
#
# When the node leaves, as the datagrams go, is drawn from SEED.  The order is such that
# each RUN has all gaps and modes.  $FMIP_OUT/runs gets a directory for each handover.
#
# shellcheck disable=SC2034

SEED=$1 RUNS=$2 DETACH_MS=$5

# shellcheck source=modes.sh
. "${BASH_SOURCE[0]%/*}/modes.sh"

BEFORE_MS=800		# of traffic before the handover begins
AFTER_MS=2000		# and after it, when what has waited can be through
PHASES_US=20000		# 20 times the time from one datagram to the next

IFS=, read -ra GAPS <<<"$3"
IFS=, read -ra MODES <<<"$4"
ALL=$((RUNS * ${#GAPS[@]} * ${#MODES[@]}))
DONE=0

# How far it is, how long that took, and how long the rest will take.
progress() {
	local left=$((SECONDS * (ALL - DONE) / DONE))

	say "$DONE of $ALL after $((SECONDS / 60)) min $((SECONDS % 60)) s," \
		"about $((left / 60 + 1)) min to go: $*"
}

# figures OUT: what udplog says of a handover, in short
figures() {
	jq -r -s '"to the node \(.[0].lost) lost, \(.[0].duplicated) duplicated, " +
		"\(.[0].reordered) reordered, silence \(.[0].silence_ns / 1e6 | floor) ms; " +
		"from the node \(.[1].lost) lost"' "$1/down.json" "$1/up.json"
}

run_once() { # run_once RUN MODE, with GAP_MS and PHASE_US
	local out=$FMIP_OUT/runs/$1-$GAP_MS-$2

	mkdir -p "$out"
	HANDOVER_LOG=$out/steps
	topo_down
	topo_up
	"prepare_$2" "$out"
	datagrams_start "$out"
	pause_ms $BEFORE_MS
	"handover_$2" "$out"
	# What waited leaves twice as fast as it came.
	pause_ms $((AFTER_MS + GAP_MS))
	datagrams_stop
	"after_$2" "$out"
	datagram_reports "$out"
	echo "{\"run\": $1, \"gap_ms\": $GAP_MS, \"mode\": \"$2\", \"phase_us\": $PHASE_US}" \
		>"$out/run.json"
	((++DONE))
	progress "run $1, $GAP_MS ms, $2: $(figures "$out")"
}

need ip tc udplog radio tcpdump jq
no_loss_of_its_own
RANDOM=$SEED
say "seed $SEED"
echo "{\"seed\": $SEED, \"runs\": $RUNS, \"detach_ms\": $DETACH_MS}" >"$FMIP_OUT/parameters.json"
for ((run = 1; run <= RUNS; run++)); do
	for GAP_MS in "${GAPS[@]}"; do
		for mode in "${MODES[@]}"; do
			PHASE_US=$((RANDOM % PHASES_US))
			run_once "$run" "$mode"
		done
	done
done
