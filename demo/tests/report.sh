#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# report.py: the table, demo.json, the picture and the exit status, from logs
# whose figures are known.

# shellcheck source=../../selftests/lib.sh
. "${BASH_SOURCE[0]%/*}/../../selftests/lib.sh"

report=$LIB_DIR/../demo/report.py
out=$LIB_TMP/demo
ms=1000000

/usr/bin/python3 -c 'import matplotlib' 2>/dev/null || skip_all "needs matplotlib"

# stream DIR NAME FROM TO: 1400 datagrams, one each millisecond, that arrive 20
# ms later, but for those from FROM to TO.  With "held" these arrive at twice
# that pace from 820 ms on.
stream() {
	awk -v dir="$1" -v name="$2" -v from="$3" -v to="$4" -v held="${5-}" 'BEGIN {
		sent = dir "/" name ".sent"; received = dir "/" name ".received"
		print "seq,sent_ns" >sent
		print "seq,sent_ns,received_ns" >received
		for (i = 0; i < 1400; i++) {
			printf "%d,%d000000\n", i, i >sent
			at = i + 20
			if (i >= from && i <= to) {
				if (!held)
					continue
				at = 820 + (i - from) / 2
			}
			printf "%d,%d000000,%d\n", i, i, at * 1000000 >received
		}
	}'
	udplog report --json --sent "$1/$2.sent" --received "$1/$2.received" \
		--link-up $((800 * ms)) >"$1/$2.json"
}

# A link that is away from 500 to 800 ms.
make_modes() {
	local mode

	rm -rf "$out"
	for mode in none fast; do
		mkdir -p "$out/$mode"
		printf '%d %s\n' $((500 * ms)) link-down $((800 * ms)) link-up >"$out/$mode/steps"
		echo '{"end":{"sum_sent":{"retransmits":3},"sum_received":{"bits_per_second":4000000}}}' \
			>"$out/$mode/iperf3.json"
		echo "200 packets transmitted, 200 received, 0% packet loss" >"$out/$mode/ping"
		echo same | tee "$out/$mode/file.sha256" >"$out/$mode/download.sha256"
	done
	stream "$out/none" down 480 779
	stream "$out/none" up 500 799
	stream "$out/fast" down 450 1149 held
	stream "$out/fast" up 480 1119 held
	echo $((810 * ms)) una-sent >>"$out/fast/steps"
	echo '[{"stats":{"peak":{"packets":350,"bytes":448000},"released":420,"dropped":{},
		"first_release_ns":250000}}]' >"$out/fast/nar.binding"
	cat >"$out/fast/nar.capture" <<-END
		1000.100000 IP6 2001:db8:2::10 > ff02::1: ICMP6, neighbor advertisement, tgt is 2001:db8:2::10
		1000.100500 IP6 2001:db8:1::1 > 2001:db8:2::10: IP6 2001:db8:c::2 > 2001:db8:1::10: UDP
	END
}

run_report() {
	"$report" "$out" >"$LIB_TMP/table" 2>"$LIB_TMP/errors"
}

json() { # json NAME FILTER
	check "$1" jq -e "$2" "$out/demo.json"
}

row() { # row NAME LABEL VALUE...: the first such row of the table
	local name=$1 label=$2 got

	shift 2
	got=$(awk -v label="$label" 'index($0, label) == 1 {
		$0 = substr($0, length(label) + 1); $1 = $1; print; exit }' "$LIB_TMP/table")
	is "$name" "$got" "$*"
}

make_modes
check "a handover without a loss is a success" run_report
json "totals of both directions" '.modes.none | .sent == 2800 and .lost == 600 and .duplicated == 0'
json "none: silence" '.modes.none.longest_silence_ms == 301'
json "none: parts of the silence" '.modes.none.silence_parts ==
	{last_packet_to_link_down_ms: 1, link_gap_ms: 300, link_up_to_first_packet_ms: 0}'
json "none: nothing is buffered" '.modes.none.buffer == null'
json "fast: nothing lost" '.modes.fast | .sent == 2800 and .lost == 0 and .reordered == 0'
json "fast: parts of the silence" '.modes.fast.silence_parts ==
	{last_packet_to_link_down_ms: 31, link_gap_ms: 300, link_up_to_una_ms: 10,
	 una_to_first_packet_ms: 10}'
json "fast: the parts are the whole" '.modes.fast |
	([.silence_parts[]] | add) == .longest_silence_ms'
json "fast: buffer" '.modes.fast.buffer | .peak_packets == 350 and .released == 420 and
	.una_to_first_buffered_ms == 0.25 and .una_to_first_buffered_wire_ms == 0.5'
json "fast: recovery" '.modes.fast.recovery_ms | . == 365'
json "the rest" '.modes.fast | .tcp.goodput_mbit_s == 4 and .tcp.retransmissions == 3 and
	.ping.lost == 0 and .download_ok'
row "table: sent" "  sent" 1400 1400
row "table: lost" "  lost" 300 0
row "table: what does not apply is a dash" "Most buffered, packets" - 350
check "the picture is SVG" grep -q '<svg' "$out/handover.svg"
check "the picture has text" grep -q 'none' "$out/handover.svg"

make_modes
stream "$out/fast" up 500 500
check_fails "one lost is a failure" run_report
is "and says so" "$(<"$LIB_TMP/errors")" "report.py: fast: 1 lost"

make_modes
sed -i '$p' "$out/fast/down.received"
udplog report --json --sent "$out/fast/down.sent" --received "$out/fast/down.received" \
	>"$out/fast/down.json"
check_fails "one duplicated is a failure" run_report
is "and says so" "$(<"$LIB_TMP/errors")" "report.py: fast: 1 duplicated"

make_modes
echo other >"$out/fast/download.sha256"
check_fails "a damaged download is a failure" run_report
is "and says so" "$(<"$LIB_TMP/errors")" "report.py: fast: the downloaded file is damaged"

make_modes
rm "$out/fast/ping"
check_fails "what is missing is named" run_report
is "in a sentence" "$(<"$LIB_TMP/errors")" "report.py: $out/fast/ping: No such file or directory"

tap_done
