#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bindings, the module and the namespace go while packets are parked, released,
# forwarded and decapsulated.  Nothing may be left behind, nothing may hang, what
# had been buffered is counted, and others of the namespace lose nothing.

. "$(dirname "$0")/lib.sh"

NET=2001:db8:2:		# with ":N" a node of the router
TUNNEL_ADDR=2001:db8:3::1
ROUNDS=200
SENDERS=()

# soon COMMAND...: it ends, well, and before anything can be said to hang
soon() {
	timeout -k 1 60 "$@"
}

# The counters are not read in one instant, so that it is asked again while
# packets are on their way.
adds_up() {
	busywait "$WAIT_MS" eval 'counters "$NAR" && balanced' || ! counts
}

# stream NETNS ADDRESS [UDPLOG-ARGUMENT]...: packets to it until quiet
stream() {
	background in_ns "$1" udplog send --to "$2" --port 7100 --rate 40 --time 3000 \
		--log /dev/null "${@:3}"
	SENDERS+=($!)
}

quiet() {
	local pid

	for pid in "${SENDERS[@]}"; do
		stop "$pid" KILL
	done
	SENDERS=()
}

# fill ADDRESS PORT COUNT [UDPLOG-ARGUMENT]...: so many packets to it
fill() {
	in_ns "$CN" udplog send --to "$1" --port "$2" --count "$3" --log "$LIB_TMP/fill" "${@:4}"
}

# FAR has what is sent into the tunnel, and sends into it.
far_sends() {
	lib_batch -n "$FAR" <<-END
		addr add $NET:24/128 dev wlan0 nodad
		route add $CN_ADDR/128 dev far0
	END
}

streams() {
	local n

	for n in 21 22 23 24 25 26; do
		stream "$CN" $NET:$n
	done
	stream "$FAR" $CN_ADDR --bind $NET:24
}

# Bindings with their gates on hold, draining and open, to a link and a tunnel.
populate() {
	fmipctl -n "$NAR" -b - <<-END || bail "the bindings were refused"
		tunnel add id 1 local $TUNNEL_ADDR remote $FAR_ADDR
		binding add id 21 dst $NET:21 gate hold target link dev acc0 proxy $NET:21 dev acc0 attach una dev acc0 limit packets 100000
		binding add id 22 dst $NET:22 gate hold target link dev acc0 lladdr $MN_MAC release rate 5
		binding add id 23 dst $NET:23 target link dev acc0 lladdr $MN_MAC
		binding add id 24 dst $NET:24 target tunnel 1 accept tunnel 1 from src
		binding add id 25 dst $NET:25 gate hold target tunnel 1 limit packets 100000
		binding add id 26 dst $NET:26 gate hold target tunnel 1 release rate 5
	END
	wait_counted "COUNT[buffered] > 30" "$NAR" id 22 &&
		wait_counted "COUNT[buffered] > 30" "$NAR" id 26 ||
		bail "no traffic reaches the bindings: $(counts)"
	fmipctl -n "$NAR" -b - <<<$'binding change id 22 gate open\nbinding change id 26 gate open'
}

# used ID GATE CONDITION
used() {
	wait_counted "$3" "$NAR" id "$1"
	echo "$1: $(counts) decap ${COUNT[decap]}"
	[[ ${COUNT[gate]} == "$2" ]] && (($3))
}

all_used() {
	used 21 hold "COUNT[buffered] > 10" && used 22 draining "COUNT[buffered] > 10" &&
		used 23 open "COUNT[sent] > 10" &&
		used 24 open "COUNT[sent] > 10 && COUNT[decap] > 10" &&
		used 25 hold "COUNT[buffered] > 10" && used 26 draining "COUNT[buffered] > 10"
}

# ---- others of the namespace --------------------------------------------

# nfqueue NETNS NUMBER COUNT FD: takes in so many packets, says "held", and
# accepts them all when there is a word on FD
nfqueue() {
	exec ip netns exec "$1" python3 -S -E - "${@:2}" <<-'END'
		import os, socket, struct, sys

		number, count, word = map(int, sys.argv[1:])
		s = socket.socket(16, socket.SOCK_RAW, 12)
		s.bind((0, 0))

		def request(kind, attr, flags=1):
		    attr = struct.pack("=HH", len(attr) + 2, 0)[:2] + attr
		    attr += b"\0" * (-len(attr) % 4)
		    s.send(struct.pack("=IHHII", 20 + len(attr), 3 << 8 | kind, flags, 0, 0) +
		           struct.pack("=BBH", 10, 0, socket.htons(number)) + attr)

		request(2, struct.pack("=HBBH", 1, 1, 0, 0), 5)
		if struct.unpack_from("=i", s.recv(4096), 16)[0]:
		    sys.exit("the queue is not to be had")
		request(2, struct.pack("=H", 2) + struct.pack("!IB", 64, 1))
		print("ready", flush=True)
		ids = []
		while len(ids) < count:
		    data = s.recv(65536)
		    if struct.unpack_from("=H", data, 4)[0] == 3 << 8:
		        ids.append(struct.unpack_from("!I", data, 24)[0])
		print("held", flush=True)
		os.read(word, 1)
		for i in ids:
		    request(1, struct.pack("=H", 2) + struct.pack("!II", 1, i))
		print("accepted", flush=True)
	END
}

# queue PORT: packets to it are taken to user space, which keeps 10
queue() {
	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table ip6 stranger {
			chain forward {
				type filter hook forward priority 0
				udp dport $1 queue num 5
			}
		}
	END
	rm -f "$LIB_TMP/word"
	mkfifo "$LIB_TMP/word"
	exec {WORD}<>"$LIB_TMP/word"
	background nfqueue "$NAR" 5 10 "$WORD" >"$LIB_TMP/queue"
	wait_line "$WAIT_MS" "$LIB_TMP/queue" ready || bail "no queue"
}

queued() {
	wait_line "$WAIT_MS" "$LIB_TMP/queue" held || bail "the queue has no packets"
}

# Before the first binding of the namespace, so that this sees the hooks come.
test_stranger() {
	local i

	queue 7600
	background in_ns "$FAR" udplog recv --port 7600 --count 10 --wait 60000 \
		--log "$LIB_TMP/received" >"$LIB_TMP/ready"
	RECEIVER=$!
	wait_line "$WAIT_MS" "$LIB_TMP/ready" ready || bail "udplog does not listen"
	fill $FAR_ADDR 7600 10
	queued
	for ((i = 0; i < 20; i++)); do
		echo "tunnel add id 1 local $TUNNEL_ADDR remote $CN_ADDR"
		echo "binding add id 1 dst $NET:99 local target tunnel 1"
		echo "binding del id 1"
		echo "tunnel del id 1"
	done | fmipctl -n "$NAR" -b - || bail "a command was refused"
	echo >&"$WORD"
	wait "$RECEIVER"
	is "what a stranger keeps in user space while bindings come and go arrives" \
		"$(arrived "$LIB_TMP/received")" 0-9
	in_ns "$NAR" nft delete table ip6 stranger
}

# ---- bindings -----------------------------------------------------------

test_flush() {
	local parked deleted

	streams
	populate
	check "packets are parked, released, forwarded and decapsulated" all_used
	fmipctl -n "$NAR" tunnel flush
	check "a flush of the tunnels passes over one that is used" \
		counted "COUNT[tunnels] == 1" "$NAR"
	parked=${COUNT[buffered]}
	check "a flush ends all bindings" fmipctl -n "$NAR" binding flush
	check "and nothing is buffered" \
		counted "COUNT[bindings] == 0 && COUNT[buffered] == 0 && COUNT[bytes] == 0" "$NAR"
	deleted=${COUNT[drops]#*deleted }
	check "what was is counted as deleted" [ "${deleted%% *}" -ge $((parked / 2)) ]
	check "the counters add up" adds_up
	fmipctl -n "$NAR" tunnel flush
	check "then the tunnel may go" counted "COUNT[tunnels] == 0" "$NAR"
	quiet
}

# Objects in use, after what waits to be freed has been, and what is only kept
# for reuse has been given back.
objects() {
	local shrink

	echo 2 >/proc/sys/vm/drop_caches
	for shrink in /sys/kernel/slab/*/shrink; do
		echo 1 >"$shrink"
	done 2>/dev/null
	awk '$1 ~ /^kmalloc-|^skbuff_|^ip6_dst/ { n[$1] = $2 }
		END { for (c in n) print c, n[c] }' /proc/slabinfo | sort
}

# none_left: no cache has as many more as one object for every other round
none_left() {
	objects >"$LIB_TMP/after"
	join "$LIB_TMP/before" "$LIB_TMP/after" |
		awk -v most=$((ROUNDS / 2)) '$3 - $2 >= most { print; bad = 1 } END { exit bad }'
}

go_round() {
	local i

	for ((i = 0; i < ROUNDS; i++)); do
		cat <<-END
			tunnel add id 9 local $NAR_ADDR remote $CN_ADDR
			binding add id 91 dst $NET:91 gate hold target link dev acc0 proxy $NET:91 dev acc0 announce attach una dev acc0 lifetime 60s hold-time 30s
			binding add id 92 dst $NET:92 target tunnel 9 accept tunnel 9 from dst
			binding change id 91 proxy $NET:91 dev acc0 proxy $NET:93 dev acc0 gate open
			binding change id 91 gate hold
			tunnel change id 9 remote 2001:db8:d::2
			binding del id 91
			binding del id 92
			tunnel del id 9
		END
	done | fmipctl -n "$NAR" -b -
}

test_over_and_over() {
	local users

	users=$(</sys/module/fmip/refcnt)
	objects >"$LIB_TMP/before"
	stream "$CN" $NET:91 --rate 300
	stream "$CN" $NET:92 --rate 100
	check "bindings come and go $ROUNDS times under traffic" go_round
	quiet
	is "the module has as many users as before" "$(</sys/module/fmip/refcnt)" "$users"
	if [[ -e /sys/kernel/debug/kmemleak ]]; then
		skip "no objects are left" "freed objects are in quarantine, and kmemleak looks"
	else
		check "no objects are left" busywait $((WAIT_MS * 2)) none_left
	fi
	check "the counters add up" adds_up
}

# contended: 1000 bindings that end sooner or later, all of which a flush would end
contended() {
	local i

	for ((i = 1; i <= 1000; i++)); do
		printf 'binding add dst %s:5:%x gate hold lifetime %dms target tunnel 9\n' \
			$NET $i $((RANDOM % 200 + 10))
	done
	echo "binding flush"
}

# Timers and a flush contend for each of them.
test_contended() {
	local n

	fmipctl -n "$NAR" tunnel add id 9 local $NAR_ADDR remote $CN_ADDR
	for n in {1..10}; do
		contended | fmipctl -n "$NAR" -b - || bail "the bindings were refused"
	done
	is "bindings that are deleted as they expire go once" \
		"$(fmipctl -n "$NAR" -j stats | jq .bindings)" 0
	is "and let go of their tunnel once" \
		"$(fmipctl -n "$NAR" -j tunnel show id 9 | jq '.[].users')" 0
	fmipctl -n "$NAR" tunnel del id 9
}

# ---- the module ---------------------------------------------------------

test_rmmod() {
	streams
	populate
	queue 7601
	fill $NET:23 7601 10
	queued
	check "all is in use" all_used
	check "the module goes" soon rmmod fmip
	check_fails "and is gone" [ -d /sys/module/fmip ]
	check_fails "with its device" ip -n "$NAR" link show fmip0
	echo >&"$WORD"
	check "what user space kept of its packets comes back to nobody" \
		wait_line "$WAIT_MS" "$LIB_TMP/queue" accepted
	in_ns "$NAR" nft delete table ip6 stranger
	load_module
	check "it can be loaded again, and knows nothing of before" \
		counted "COUNT[bindings] == 0 && COUNT[received] == 0" "$NAR"
	populate
	check "and all is in use again" all_used
}

# ---- the namespace ------------------------------------------------------

link_gone() { # link_gone NETNS DEV: as the other end of it
	! ip -n "$1" link show "$2" >/dev/null 2>&1
}

test_netns() {
	check "the namespace is deleted" soon ip netns del "$NAR"
	check "and does go" busywait 60000 eval \
		'link_gone "$MN" wlan0 && link_gone "$FAR" wlan0 && link_gone "$CN" eth0'
	quiet
	check "then the module goes" soon rmmod fmip
	check "the kernel has nothing to say" dmesg_clean
}

load_module
dmesg_mark
topo_router
far_sends
test_stranger
test_flush
test_over_and_over
test_contended
test_rmmod
test_netns
tap_done
