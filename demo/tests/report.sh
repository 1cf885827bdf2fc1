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

# pcap FILE: a capture with messages, by CLOCK_REALTIME, which is 100 s ahead of the other
pcap() {
	awk '{ printf "%.3f %s\n", $1 + 100000, $2 }' | /usr/bin/python3 "$LIB_DIR/../demo/tests/pcap.py" "$1"
}

# A link that is away from 500 to 800 ms.
make_scripted() { # make_scripted MODE
	mkdir -p "$out/$1"
	printf '%d %s\n' $((499 * ms)) detach $((500 * ms)) link-down $((800 * ms)) link-up \
		$((815 * ms)) routes-switched >"$out/$1/steps"
	echo '{"end":{"sum_sent":{"retransmits":3},"sum_received":{"bits_per_second":4000000}}}' \
		>"$out/$1/iperf3.json"
	echo "200 packets transmitted, 200 received, 0% packet loss" >"$out/$1/ping"
	echo same | tee "$out/$1/file.sha256" >"$out/$1/download.sha256"
}

handovers() { # handovers MODE ROLE PARTS
	echo "[{\"role\":\"$2\",\"record\":{\"parts_ns\":$3}},{\"role\":\"other\"}]" \
		>"$out/$1/$2.handovers"
}

make_fmipd() { # make_fmipd MODE
	local router

	make_scripted "$1"
	sed -i /routes/d "$out/$1/steps"
	echo -100000000000 >"$out/$1/clock"
	for router in par nar; do
		echo '[{"stats":{"peak":{"packets":350,"bytes":448000},"released":420,"dropped":{},
			"first_release_ns":250000}}]' >"$out/$1/$router.binding"
	done
	handovers "$1" mn '{"link_gap":299000000,"link_up_to_una":9500000}'
	handovers "$1" par '{"hi_to_hack":10500000}'
	handovers "$1" nar '{}'
	printf '%s\n' "809 NA" "810 UNA" "810.5 tunnelled" "811 tunnelled" | pcap "$out/$1/nar.pcap"
	stream "$out/$1" down 450 1149 held
	stream "$out/$1" up 480 1119 held
}

make_modes() {
	local mode

	rm -rf "$out"
	for mode in none mipv6; do
		make_scripted $mode
		stream "$out/$mode" down 480 779
		stream "$out/$mode" up 490 805
	done
	make_fmipd predictive
	make_fmipd reactive
	printf '%s\n' "400 RtSolPr" "406 PrRtAdv" "440 FBU" "475 FBack" "803 NA-of-other" "804 RA" \
		"810 UNA" "812 short" "814.5 NAACK" | pcap "$out/predictive/mn.pcap"
	echo "[]" >"$out/reactive/nar.binding"
	printf '%s\n' "445 HI" "456 HAck" | pcap "$out/predictive/par.pcap"
	printf '%s\n' "810 UNA" "811 FBU" "845 FBack" | pcap "$out/reactive/mn.pcap"
	printf '%s\n' "822 HI" "833 HAck" | pcap "$out/reactive/par.pcap"
	echo '{"gap_ms":300}' >"$out/parameters.json"
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

# again MODE: what udplog says of a downlink that has been changed
again() {
	udplog report --json --sent "$out/$1/down.sent" --received "$out/$1/down.received" \
		--link-up $((800 * ms)) >"$out/$1/down.json"
}

make_modes
check "a handover without a loss is a success" run_report
is "and nothing is complained of" "$(<"$LIB_TMP/errors")" ""
json "what it was like is told" '.parameters == {gap_ms: 300}'
json "totals of both directions" '.modes.none |
	.sent == 2800 and .lost == 315 and .without_link == 301 and .duplicated == 0'
json "what the node sends without a link is no loss of the network" '.modes.none |
	.downlink.lost == 300 and .uplink.lost == 15'
json "none: silence" '.modes.none.longest_silence_ms == 301'
json "none: parts of the silence, the first packet being quicker than the switch is told" \
	'.modes.none.silence_parts == {last_packet_to_link_down_ms: 1,
	link_down_to_link_up_ms: 300, link_up_to_first_packet_ms: 0}'
json "none: no protocol" '.modes.none | has("buffers") or has("signalling") | not'
json "predictive: nothing lost" '.modes.predictive |
	.sent == 2800 and .lost == 0 and .without_link == 0 and .reordered == 0 and .faults == []'
json "predictive: parts of the silence" '.modes.predictive.silence_parts ==
	{last_packet_to_link_down_ms: 31, link_down_to_link_up_ms: 300, link_up_to_una_ms: 10,
	 una_to_first_packet_ms: 10}'
json "the parts are the whole" '[.modes[] | ([.silence_parts[]] | add) == .longest_silence_ms] | all'
json "predictive: signalling" '.modes.predictive.signalling |
	.rtsolpr_to_prrtadv_ms == 6 and .fbu_to_fback_ms == 35 and .hi_to_hack_ms == 11 and
	.fback_to_detach_ms == 24 and .link_up_to_una_ms == 10 and .una_to_first_tunnelled_ms == 0.5'
json "predictive: each message" '.modes.predictive.signalling.messages |
	map("\(.ms) \(.seen_at) \(.name)") == ["-100 mn RtSolPr", "-94 mn PrRtAdv", "-60 mn FBU",
	"-55 par HI", "-44 par HAck", "-25 mn FBack", "310 mn UNA", "310 nar UNA", "314.5 mn NAACK"]'
json "reactive: there is no FBack before it leaves" '.modes.reactive.signalling |
	.fback_to_detach_ms == null and .fbu_to_fback_ms == 34 and .hi_to_hack_ms == 11'
json "fmipd's own record" '.modes.predictive.fmipd_record ==
	{mn: {link_gap_ms: 299, link_up_to_una_ms: 9.5}, par: {hi_to_hack_ms: 10.5}, nar: {}}'
json "buffers" '.modes.predictive.buffers.nar | .peak_packets == 350 and .released == 420 and
	.attached_to_first_released_ms == 0.25'
json "recovery" '.modes.predictive.recovery_ms == 365'
json "the rest" '.modes.predictive | .tcp.goodput_mbit_s == 4 and .tcp.retransmissions == 3 and
	.ping.lost == 0 and .download_ok'
row "table: the modes" "" none mipv6 predictive reactive
row "table: sent" "  sent" 1400 1400 1400 1400
row "table: lost" "  lost" 300 300 0 0
row "table: without a link" "  by a node without a link" 301 301 0 0
row "table: what does not apply is a dash" "  at the new router" - - 350 -
row "table: a part of the silence" "  UNA to first packet" - - 10.0 10.0
row "table: from fmipd's record" "  HI to HAck" - - 11.0 11.0
check_fails "table: a row that applies to no mode is left out" \
	grep -q "routes switched" "$LIB_TMP/table"
check "the picture is SVG" grep -q '<svg' "$out/handover.svg"
for mode in none mipv6 predictive reactive; do
	check "the picture has $mode" grep -q "<!-- $mode: " "$out/handover.svg"
done
check "the picture counts what is lost" grep -q "<!-- 300 never arrive" "$out/handover.svg"
check "the picture shows the UNA" grep -q "<!-- UNA" "$out/handover.svg"

# A switch that is late is a part of the silence.
make_modes
stream "$out/mipv6" down 480 839
check "a late switch" run_report
json "is a part of the silence" '.modes.mipv6.silence_parts ==
	{last_packet_to_link_down_ms: 1, link_down_to_link_up_ms: 300, link_up_to_switch_ms: 15,
	 switch_to_first_packet_ms: 45}'
row "and in the table" "  link up to routes switched" - 15.0 - -

for mode in predictive reactive; do
	make_modes
	stream "$out/$mode" up 495 495
	check_fails "$mode: one lost on a link is a failure" run_report
	is "and says so" "$(<"$LIB_TMP/errors")" "report.py: $mode: 1 lost"

	make_modes
	stream "$out/$mode" up 500 799
	check "$mode: what the node sends without a link is none" run_report

	make_modes
	stream "$out/$mode" down 500 500
	check_fails "$mode: but what is sent to it is" run_report

	make_modes
	sed -i '10{h;d};11{G}' "$out/$mode/down.received"
	again "$mode"
	check_fails "$mode: one reordered is a failure" run_report
	is "and says so" "$(<"$LIB_TMP/errors")" "report.py: $mode: 1 reordered"

	make_modes
	echo other >"$out/$mode/download.sha256"
	check_fails "$mode: a damaged download is a failure" run_report
	is "and says so" "$(<"$LIB_TMP/errors")" "report.py: $mode: the downloaded file is damaged"

	make_modes
	sed -i '$p' "$out/$mode/down.received"
	again "$mode"
	run_report
	is "$mode: one duplicated" "$? $(<"$LIB_TMP/errors")" \
		"$([[ $mode == reactive ]] && echo "0 " || echo "1 report.py: $mode: 1 duplicated")"
	check "$mode: the picture counts it" grep -q "<!-- all arrive.*1 arrive twice" <(tr '\n' ' ' \
		<"$out/handover.svg")
done

make_modes
rm "$out/predictive/ping"
check_fails "what is missing is named" run_report
is "in a sentence" "$(<"$LIB_TMP/errors")" \
	"report.py: $out/predictive/ping: No such file or directory"

make_modes
printf '%048d' 0 >"$out/predictive/mn.pcap"
check_fails "what is no capture is named" run_report
is "in a sentence, too" "$(<"$LIB_TMP/errors")" \
	"report.py: $out/predictive/mn.pcap: not a capture of an Ethernet link"

tap_done
