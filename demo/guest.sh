#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's side of the demo: the same traffic across the same loss of link, in each
# of the modes that modes.sh has.  What was seen goes to $FMIP_OUT, a directory for each
# mode, for report.py.
#
#	guest.sh [NAME=VALUE]... [MODE]...
#
# shellcheck disable=SC2034,SC2086

while [[ ${1-} == *=* ]]; do
	export "${1?}"
	shift
done

# shellcheck source=modes.sh
. "${BASH_SOURCE[0]%/*}/modes.sh"

SECONDS_OF_TRAFFIC=${SECONDS_OF_TRAFFIC:-10}
HANDOVER_AFTER_MS=${HANDOVER_AFTER_MS:-4000}
TCP_RATE=4M		# bits a second
DOWNLOAD_RATE=500000	# bytes a second
# What TCP cannot do in that time it will not do at all.
PATIENCE=$((SECONDS_OF_TRAFFIC + 30))

web_server() {
	cat >"$LIB_TMP/web.conf" <<-END
		server.document-root = "$LIB_TMP/web"
		server.port = 8080
		server.bind = "[$CN_ADDR]"
		server.modules = ()
	END
	background in_ns "$CN" lighttpd -D -f "$LIB_TMP/web.conf" >"$LIB_TMP/web.log" 2>&1
	busywait "$WAIT_MS" in_ns "$CN" curl -s -o /dev/null "http://[$CN_ADDR]:8080/" ||
		bail "lighttpd: $(<"$LIB_TMP/web.log")"
}

servers() { # servers OUT
	listen "$MN" "$1/iperf3.server" "Server listening" iperf3 -s -1 -B $PCOA --forceflush
	web_server
}

CLIENTS=()

clients() { # clients OUT
	background in_ns "$CN" timeout $PATIENCE iperf3 -c $PCOA -b $TCP_RATE -l 8K \
		-t "$SECONDS_OF_TRAFFIC" -J >"$1/iperf3.json"
	CLIENTS+=($!)
	background in_ns "$CN" ping -i 0.05 -c $((SECONDS_OF_TRAFFIC * 20)) -W 2 $PCOA >"$1/ping"
	CLIENTS+=($!)
	background in_ns "$MN" curl -s -S --max-time $PATIENCE --interface $PCOA \
		--limit-rate $DOWNLOAD_RATE -o "$LIB_TMP/download" "http://[$CN_ADDR]:8080/file"
	CLIENTS+=($!)
}

wait_clients() {
	local pid

	for pid in "${CLIENTS[@]}"; do
		wait "$pid" || say "a program of the traffic ended with status $?"
	done
	CLIENTS=()
}

run_mode() { # run_mode MODE
	local out=$FMIP_OUT/$1

	mkdir -p "$out"
	HANDOVER_LOG=$out/steps
	say "$1: network"
	topo_down
	topo_up
	say "$1: traffic for $SECONDS_OF_TRAFFIC s, the link is away for $GAP_MS ms"
	servers "$out"
	"prepare_$1" "$out"
	datagrams_start "$out"
	clients "$out"
	pause_ms "$HANDOVER_AFTER_MS"
	"handover_$1" "$out"
	say "$1: handed over"
	wait_clients
	datagrams_stop
	"after_$1" "$out"
	sha256sum <"$LIB_TMP/web/file" >"$out/file.sha256"
	: >>"$LIB_TMP/download"
	sha256sum <"$LIB_TMP/download" >"$out/download.sha256"
	datagram_reports "$out"
	rm -f "$LIB_TMP/download" "$out/iperf3.server"
}

need ip tc udplog radio tcpdump iperf3 curl lighttpd ping jq
no_loss_of_its_own
mkdir -p "$LIB_TMP/web"
head -c $((DOWNLOAD_RATE * (SECONDS_OF_TRAFFIC - 1))) /dev/urandom >"$LIB_TMP/web/file"
cat >"$FMIP_OUT/parameters.json" <<-END
	{"gap_ms": $GAP_MS, "detach_ms": $DETACH_MS, "datagrams_per_second": $RATE,
	 "round_trip_ms": {"correspondent_node": 40, "home_agent": 40, "routers": 10}}
END
(($#)) || set -- none mipv6 predictive reactive
for mode; do
	run_mode "$mode"
done
