#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz.sh - each fuzzer for so many runs, always the same ones: without entropic
# schedules and reloads, which depend on time, and with addresses that stay, which
# it compares, where that is allowed. FUZZERS is where they are.
set -u

cd "$(dirname "$0")/.." || exit 1
declare -A runs=([config]=15000 [mh]=90000 [nd]=45000)
declare -A seeds=([config]=tests/config/broken [mh]=fuzz/corpus/mh [nd]=fuzz/corpus/nd)
fuzzers=(config mh nd)
fixed=(setarch -R)
"${fixed[@]}" true 2>/dev/null || fixed=()
failed=0

echo "TAP version 13"
echo "1..${#fuzzers[@]}"
for i in "${!fuzzers[@]}"; do
	name=${fuzzers[i]}
	corpus=$(mktemp -d)
	log=$corpus.log
	echo "# fuzz_$name: ${runs[$name]} runs"
	if "${fixed[@]}" "$FUZZERS/fuzz_$name" -seed=1 -runs="${runs[$name]}" -max_len=512 \
		-entropic=0 -reload=0 -artifact_prefix="$FUZZERS/$name-" \
		"$corpus" "${seeds[$name]}" >"$log" 2>&1; then
		echo "ok $((i + 1)) fuzz $name"
		grep -E 'DONE|Done' "$log" | sed 's/^/# /'
	else
		failed=1
		echo "not ok $((i + 1)) fuzz $name"
		tail -n 30 "$log" | sed 's/^/# /'
	fi
	rm -rf "$corpus" "$log"
done
exit $failed
