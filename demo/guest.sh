#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's side of the demo: the same traffic across the same loss of link,
# once without any buffering (none) and once with fmip (fast).  What was seen
# goes to $FMIP_OUT, a directory for each mode, for report.py.
#
# shellcheck disable=SC2034,SC2086

MN_MTU=1460	# leaves room for the tunnel: 1460 + 40 = 1500

# shellcheck source=../selftests/lib.sh
. "${BASH_SOURCE[0]%/*}/../selftests/lib.sh"

SECONDS_OF_TRAFFIC=${SECONDS_OF_TRAFFIC:-10}
HANDOVER_AFTER_MS=${HANDOVER_AFTER_MS:-4000}
RATE=1000		# datagrams a second, in each direction
TCP_RATE=4M		# bits a second
DOWNLOAD_RATE=500000	# bytes a second
TRAFFIC=()

say() {
	echo "demo: $*"
}

# listen NETNS FILE TEXT COMMAND...: starts a server; waits until it writes TEXT
listen() {
	local ns=$1 file=$2 text=$3

	shift 3
	: >"$file"
	background in_ns "$ns" "$@" >"$file" 2>&1
	wait_line "$WAIT_MS" "$file" "$text" || bail "$1: $(<"$file")"
}

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
	listen "$MN" "$1/down.ready" ready udplog recv --port 17000 --id 1 --wait 120000 \
		--log "$1/down.received"
	TRAFFIC+=($!)
	listen "$CN" "$1/up.ready" ready udplog recv --port 17000 --id 2 --wait 120000 \
		--log "$1/up.received"
	TRAFFIC+=($!)
	listen "$MN" "$1/iperf3.server" "Server listening" iperf3 -s -1 -B $PCOA --forceflush
	web_server
}

clients() { # clients OUT
	background in_ns "$CN" udplog send --to $PCOA --port 17000 --id 1 --rate $RATE \
		--time "$SECONDS_OF_TRAFFIC" --log "$1/down.sent"
	TRAFFIC+=($!)
	background in_ns "$MN" udplog send --to $CN_ADDR --bind $PCOA --port 17000 --id 2 \
		--rate $RATE --time "$SECONDS_OF_TRAFFIC" --log "$1/up.sent"
	TRAFFIC+=($!)
	background in_ns "$CN" iperf3 -c $PCOA -b $TCP_RATE -l 8K -t "$SECONDS_OF_TRAFFIC" -J \
		>"$1/iperf3.json"
	TRAFFIC+=($!)
	background in_ns "$CN" ping -i 0.05 -c $((SECONDS_OF_TRAFFIC * 20)) -W 2 $PCOA >"$1/ping"
	TRAFFIC+=($!)
	background in_ns "$MN" curl -s -S --interface $PCOA --limit-rate $DOWNLOAD_RATE \
		-o "$LIB_TMP/download" "http://[$CN_ADDR]:8080/file"
	TRAFFIC+=($!)
}

# The baseline has everything that does not need a buffer: the NAR's entry for
# the node and its route are there before it comes, and the radio itself
# switches the core's route and the node's at the moment the link is up.
prepare_none() {
	lib_batch -n "$NAR" <<-END
		neigh add $PCOA lladdr $MN_MAC dev acc0 nud permanent
		route add $PCOA/128 dev acc0
	END
	lib_arm radio radio move --on-line --netns "$AIR" --port radio --to br2 --gap "$GAP_MS" \
		--log "$HANDOVER_LOG" --route "$MN,default,$NAR_LL,wlan0" \
		--route "$CORE,$PCOA,2001:db8:f2::2,nar0"
}

handover_none() {
	lib_tell radio move
	lib_done radio || bail "the radio did not move"
}

prepare_fast() { # prepare_fast OUT
	: >"$1/events.ready"
	background in_ns "$NAR" fmipctl -j monitor ready-fd 3 3>"$1/events.ready" >"$1/events"
	busywait "$WAIT_MS" test -s "$1/events.ready" || bail "fmipctl monitor does not listen"
	capture_start "$NAR" acc0 "$LIB_TMP/nar.pcap" -c 100 \
		"(dst $NCOA and ip6 proto 41) or (src $NCOA and icmp6 and ip6[40] == 136)"
	handover_prepare limit packets 10000 limit bytes 64M
	handover_arm
}

handover_fast() {
	handover_redirect
	handover_move
}

after_fast() { # after_fast OUT
	capture_stop "$LIB_TMP/nar.pcap"
	tcpdump -n -tt -r "$LIB_TMP/nar.pcap" 2>/dev/null >"$1/nar.capture"
	fmipctl -n "$NAR" -j -s binding show >"$1/nar.binding" || bail "the NAR shows no binding"
	fmipctl -n "$PAR" -j -s binding show >"$1/par.binding" || bail "the PAR shows no binding"
}

run_mode() { # run_mode MODE
	local out=$FMIP_OUT/$1 pid

	mkdir -p "$out"
	HANDOVER_LOG=$out/steps
	TRAFFIC=()
	say "$1: network"
	topo_down
	topo_up
	say "$1: traffic for $SECONDS_OF_TRAFFIC s, the link is away for $GAP_MS ms"
	servers "$out"
	"prepare_$1" "$out"
	clients "$out"
	pause_ms "$HANDOVER_AFTER_MS"
	"handover_$1"
	say "$1: handed over"
	for pid in "${TRAFFIC[@]}"; do
		wait "$pid" || say "$1: a program of the traffic ended with status $?"
	done
	[[ $1 == fast ]] && after_fast "$out"
	sha256sum <"$LIB_TMP/web/file" >"$out/file.sha256"
	sha256sum <"$LIB_TMP/download" >"$out/download.sha256"
	for pid in down up; do
		udplog report --json --sent "$out/$pid.sent" --received "$out/$pid.received" \
			--link-up "$(event_ns "$HANDOVER_LOG" link-up)" >"$out/$pid.json" ||
			bail "$1: no report on $pid"
	done
	rm -f "$LIB_TMP/download" "$out"/*.ready "$out/iperf3.server"
}

need ip tc udplog radio ndsend tcpdump iperf3 curl lighttpd ping
# What an emulated processor cannot take in at once must wait: the network of the
# demo may be slow, but loses nothing of its own.
echo 10000 >/proc/sys/net/core/netdev_max_backlog || bail "the backlog cannot be set"
mkdir -p "$LIB_TMP/web"
head -c $((DOWNLOAD_RATE * (SECONDS_OF_TRAFFIC - 1))) /dev/urandom >"$LIB_TMP/web/file"
(($#)) || set -- none fast
for mode; do
	[[ $mode == fast ]] && load_module
	run_mode "$mode"
done
