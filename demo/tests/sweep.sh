#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# sweep.py: the table, sweep.json and the exit status, from runs whose figures are known.

# shellcheck source=../../selftests/lib.sh
. "${BASH_SOURCE[0]%/*}/../../selftests/lib.sh"

sweep=$LIB_DIR/../demo/sweep.py
out=$LIB_TMP/sweep
ms=1000000

# handover RUN GAP MODE LOST DUPLICATED REORDERED SILENCE RECOVERY [UNSENT]: 10 datagrams
# from the node, of which UNSENT and one more were sent without a link
handover() {
	local dir=$out/runs/$1-$2-$3 i

	mkdir -p "$dir"
	printf '%d %s\n' 3000000 detach 4000000 link-down 8000000 link-up >"$dir/steps"
	printf '{"run": %d, "gap_ms": %d, "mode": "%s", "phase_us": 7}\n' "$1" "$2" "$3" >"$dir/run.json"
	figures "$dir/down" "$4" "$5" "$6" $(($7 * ms)) "$8"
	figures "$dir/up" "${9-0}" 0 0 0 0
	echo seq,sent_ns >"$dir/up.sent"
	echo seq,sent_ns,received_ns >"$dir/up.received"
	for i in {0..9}; do
		echo "$i,${i}000000" >>"$dir/up.sent"
		((i >= 3 && i < 3 + ${9-0})) ||
			echo "$i,${i}000000,$((i + 20))000000" >>"$dir/up.received"
	done
}

figures() { # figures FILE LOST DUPLICATED REORDERED SILENCE RECOVERY
	printf '{"first_sent_ns":0,"last_sent_ns":9000000,"sent":100,"received":%d,"lost":%d,"duplicated":%d,"reordered":%d,
		"silence_ns":%d,"delay_before_ns":0,"delay_after_ns":0,"recovery_ns":%d}\n' \
		$((100 - $2)) "${@:2}" >"$1.json"
}

sweep_again() {
	"$sweep" "$out" >"$LIB_TMP/table" 2>"$LIB_TMP/errors"
}

# row NAME GAP MODE CELL...
row() {
	is "$1" "$(awk -v gap="$2" -v mode="$3" '$1 == gap && $2 == mode {
		$1 = $2 = ""; $0 = $0; $1 = $1; print }' "$LIB_TMP/table")" "${*:4}"
}

make_runs() {
	rm -rf "$out"
	mkdir -p "$out"
	echo '{"seed": 42, "runs": 4, "detach_ms": 20}' >"$out/parameters.json"
	handover 1 300 none 310 0 0 340 -1
	handover 2 300 none 305 0 0 330 $((5 * ms))
	handover 3 300 none 321 0 0 350 $((7 * ms))
	handover 10 300 none 300 0 0 331 $((6 * ms))
	handover 1 50 reactive 0 4 0 90 $((60 * ms)) 3
	handover 1 50 predictive 0 0 0 80 $((50 * ms))
}

make_runs
check "handovers without a fault are a success" sweep_again
is "and nothing is complained of" "$(<"$LIB_TMP/errors")" ""
is "the table says how it was made" "$(head -n 1 "$LIB_TMP/table")" \
	"Minimum / median / maximum of 4 runs, seed 42; (n): of n of them"
row "the median is of all, a recovery of those that there were" 300 none \
	300/307.5/321 0/0/0 0/0/0 330/336/350 5/6/7 "(3)"
row "what the node sends without a link is no loss" 50 reactive \
	0/0/0 4/4/4 0/0/0 90/90/90 60/60/60
is "gaps and modes are in order" "$(awk 'NR > 2 { printf "%s %s ", $1, $2 }' "$LIB_TMP/table")" \
	"50 predictive 50 reactive 300 none "
check "JSON: a summary" jq -e '.summary[2] | .mode == "none" and .gap_ms == 300 and .runs == 4 and
	.lost == {min: 300, median: 307.5, max: 321, of: 4} and .recovery_ms.of == 3' "$out/sweep.json"
check "JSON: each handover" jq -e '.handovers | length == 6 and
	(.[] | select(.mode == "reactive") | .duplicated == 4 and .without_link == 3 and
	.phase_us == 7 and .faults == []) and (map(.run) == [1, 1, 1, 2, 3, 10])' "$out/sweep.json"
check "JSON: the seed" jq -e '.parameters.seed == 42' "$out/sweep.json"

# fault MODE LOST DUPLICATED REORDERED COMPLAINT
fault() {
	make_runs
	handover 2 50 "$1" "$2" "$3" "$4" 80 0
	check_fails "$1: $5 is a failure" sweep_again
	is "$1: and says so" "$(<"$LIB_TMP/errors")" "sweep.py: run 2, 50 ms, $1: $5"
	check "$1: the table is there for all that" grep -q predictive "$LIB_TMP/table"
}
fault predictive 1 0 0 "1 lost"
fault predictive 0 1 0 "1 duplicated"
fault predictive 0 0 1 "1 reordered"
fault reactive 2 0 0 "2 lost"
fault reactive 0 0 3 "3 reordered"

make_runs
sed -i 's/9000000/7000000/' "$out/runs/1-50-reactive/up.json"
check_fails "a handover without traffic shows nothing" sweep_again
is "and is told of" "$(<"$LIB_TMP/errors")" \
	"sweep.py: left out: $out/runs/1-50-reactive: the datagrams did not go on while the node moved"
row "it is left out" 50 reactive
for ((run = 11; run <= 60; run++)); do
	handover $run 300 none 310 0 0 340 -1
done
check "among fifty others it is no failure" sweep_again
check "JSON: it is told of there, too" jq -e '.left_out | length == 1' "$out/sweep.json"

make_runs
rm "$out/runs/2-300-none/steps"
check_fails "what is missing is named" sweep_again
is "in a sentence" "$(<"$LIB_TMP/errors")" \
	"sweep.py: left out: $out/runs/2-300-none/steps: No such file or directory"
rm -r "$out/runs"
check_fails "without handovers there is nothing to tell" sweep_again
is "and that is told" "$(<"$LIB_TMP/errors")" "sweep.py: $out/runs: there is none"

tap_done
