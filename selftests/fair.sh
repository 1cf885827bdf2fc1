#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who may buffer how much, while one binding is flooded: each hold has what it is
# guaranteed, a namespace never more than its limit, and all namespaces together
# never more than the module's.
#
# shellcheck disable=SC2034,SC2086,SC2154

: "${WAIT_MS:=30000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

LINK="target link dev acc0 lladdr $MN_MAC"
ROOM="limit packets 1000000 limit bytes 1G"
NETNS=$((1 << 20))
GUARANTEE=$((32 << 10))
HELD=15			# others that hold; with the flooded one, all that can be guaranteed
FEW=25			# packets that a guarantee has room for, at most 1280 bytes each

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

node() { # node N: the address of the Nth
	printf '2001:db8:2::%x' $((256 + $1))
}

# flood NETNS ADDR: more than anybody takes, until it is stopped
flood() {
	background ip netns exec "$1" udplog send --to "$2" --port 17000 --rate 4000 --time 1000 \
		--log "$LIB_TMP/flood.$1"
}

# numbers EXPRESSION: of what "binding show" says of all
numbers() {
	fmipctl -n "$NAR" -s -j binding show | jq -r "$1"
}

# watch_bytes COUNT: reads the namespace's statistics so often; sets MOST
watch_bytes() {
	local i

	MOST=0
	for ((i = 0; i < $1; i++)); do
		counters "$NAR"
		((COUNT[bytes] > MOST)) && MOST=${COUNT[bytes]}
	done
}

of_namespace() {
	local i flooding size

	fmip config set netns-bytes $NETNS guarantee $GUARANTEE
	fmip binding add id 1000 dst $NCOA gate hold $LINK $ROOM
	flood "$CN" $NCOA
	flooding=$!
	wait_counted "COUNT[dropped] >= 100" "$NAR" id 1000
	is "a flood takes no more than the half that is shared, and its guarantee" \
		"${COUNT[drops]% *} $((COUNT[bytes] <= NETNS / 2 + GUARANTEE))" "limit-netns 1"
	size=$((COUNT[bytes] / COUNT[buffered]))
	check "and not less" test $((COUNT[bytes] + size)) -gt $((NETNS / 2 + GUARANTEE))

	for ((i = 1; i <= HELD + 1; i++)); do
		echo "binding add id $i dst $(node $i) gate hold $LINK"
	done | fmip -b -
	is "holds that begin during the flood are guaranteed as much, as long as half lasts" \
		"$(numbers '[.[].stats.guaranteed] | map(tostring) | unique_by(.) | join(" ")')" "0 $GUARANTEE"
	is "and one more is not, which can be seen" \
		"$(counter "$NAR" guaranteed id $((HELD + 1)))" 0
	for ((i = 1; i <= HELD + 1; i++)); do
		numbered "$(node $i)" 0 $FEW 100000 &
	done
	watch_bytes 20
	for ((i = 1; i <= HELD + 1; i++)); do
		wait_counted "COUNT[received] == $FEW" "$NAR" id $i
	done
	is "of what is for these nothing is lost" \
		"$(numbers "[.[] | select(.id <= $HELD) | .stats | .buffered.packets, (.dropped | length)] | unique | map(tostring) | join(\" \")")" \
		"0 $FEW"
	is "what has no guarantee shares" "$(numbers ".[] | select(.id == $HELD + 1) | .stats.buffered.packets < $FEW")" true
	watch_bytes 5
	check "never are there more bytes than the namespace may have ($MOST)" test "$MOST" -le $NETNS
	stop $flooding
	udp_is_through
	counters "$NAR"
	is "what bindings have is what the namespace has" \
		"$(numbers '[.[].stats.buffered] | "\(map(.packets) | add) \(map(.bytes) | add)"')" \
		"${COUNT[buffered]} ${COUNT[bytes]}"
	is "so are the guarantees" "$(numbers '[.[].stats.guaranteed] | add')" "$(counter "$NAR" guaranteed)"
}

# Nothing of the flood is on its way any more.
udp_is_through() {
	in_ns "$CN" ping -q -c 1 -W 10 $NAR_ADDR >/dev/null || bail "the router is silent"
}

all_open() {
	local i

	receiver "$LIB_TMP/flooded" "$MN" $NCOA
	fmip config set guarantee 1k
	for ((i = 1; i <= HELD + 1; i++)); do
		echo "binding change id $i gate open"
	done | fmip -b -
	fmip binding change id 1000 release immediate gate open
	wait_counted "COUNT[buffered] == 0" "$NAR"
	fence "$LIB_TMP/flooded" $NCOA
	check "what the flooded one has kept goes out from the first on" \
		grep -qE '^0-[0-9]+ fence$' <<<"$(arrived "$LIB_TMP/flooded")"
	check "nothing is lost on the way" balanced
	is "nothing is taken any more, nor guaranteed" \
		"${COUNT[bytes]} $(counter "$NAR" guaranteed)" "0 0"
	fmip binding add id 2000 dst "$(node 2000)" gate hold $LINK
	is "a guarantee that is changed is that of the next hold" \
		"$(counter "$NAR" guaranteed id 2000)" 1024
	fmip binding flush
}

# hog NETNS: floods a binding there with what that namespace sends itself
hog() {
	fmipctl -n "$1" binding add id 1 local dst 2001:db8:77::/48 gate hold target route $ROOM ||
		bail "$1 refused the binding"
	flood "$1" 2001:db8:77::1
}

host() {
	fmipctl "$@" || bail "fmipctl: $*"
}

# bytes_of: how much each of the three namespaces buffers, and all together
bytes_of() {
	local n

	BYTES=() ALL=0
	for n in "$MN" "$FAR" "$NAR"; do
		counters "$n"
		BYTES+=("${COUNT[bytes]}")
		((ALL += COUNT[bytes]))
	done
	n=$(fmipctl -j stats | jq .buffered.bytes)
	BYTES+=("$n")
	((ALL += n))
}

of_module() {
	local hogs=() i most=0

	host config set module-bytes 1M
	hog "$MN"
	hogs+=($!)
	hog "$FAR"
	hogs+=($!)
	wait_counted "COUNT[dropped] >= 100" "$MN"
	wait_counted "COUNT[dropped] >= 100" "$FAR"
	is "two namespaces that flood are stopped by the module's limit" \
		"${COUNT[drops]% *}" limit-module

	# A share is 32 KiB, half of it for guarantees; the initial one's is 256 KiB.
	fmip config set guarantee 4k
	for i in 1 2 3 4 5; do
		echo "binding add id $i dst $(node $i) gate hold $LINK"
	done | fmip -b -
	is "a third one has its share for guarantees, and no more" \
		"$(numbers '[.[].stats.guaranteed] | map(tostring) | join(" ")')" "4096 4096 4096 4096 0"
	for i in 1 2 3 4; do
		numbered "$(node $i)" 0 5 100000
		wait_counted "COUNT[received] == 5" "$NAR" id $i
	done
	is "of which nothing is lost" "$(numbers '[.[].stats.buffered.packets] | map(tostring) | join(" ")')" \
		"5 5 5 5 0"
	ip link add name fair0 type veth peer name fair1 || bail "no veth"
	at_exit ip link del fair0
	lib_batch <<-END
		link set lo up
		link set fair0 up
		link set fair1 up
		addr add 2001:db8:76::1/64 dev fair0 nodad
		route add 2001:db8:77::/48 via 2001:db8:76::2 dev fair0
	END
	for i in 1 2 3 4; do
		host binding add id $i local dst 2001:db8:77::$i gate hold target route
		udplog send --to 2001:db8:77::$i --port 17000 --count $FEW --log "$LIB_TMP/host"
	done
	is "the initial namespace has what it is guaranteed, whoever came first" \
		"$(fmipctl -s -j binding show | jq -c '[.[].stats | .guaranteed, .buffered.packets] | unique')" \
		"[$FEW,$GUARANTEE]"
	for i in 1 2 3 4 5; do
		bytes_of
		((ALL > most)) && most=$ALL
	done
	check "all together never have more than the module may ($most)" test $most -le $((1 << 20))
	stop "${hogs[0]}"
	stop "${hogs[1]}"
	bytes_of
	check "the two that flood have the half that is shared, and their shares" \
		test $((BYTES[0] + BYTES[1])) -le $(((512 + 2 * 32) << 10)) -a \
		$((BYTES[0] + BYTES[1])) -gt $(((512 + 16) << 10))
	shares_of_users
	host binding flush
	for i in "$MN" "$FAR" "$NAR"; do
		fmipctl -n "$i" binding flush
	done
	bytes_of
	is "it all comes back" "${BYTES[*]}" "0 0 0 0"
	is "all guarantees end" "$(fmipctl -j stats | jq .guaranteed)" 0
	host config set module-bytes 256M
}

# While what is shared is used up, who has no share is guaranteed nothing.  With
# those of the test, six more namespaces are too many, and of users four are.
shares_of_users() {
	local i fd users=()

	for i in {1..5}; do
		mkfifo "$LIB_TMP/user.$i"
		unshare -Urn bash -c 'fmipctl config set guarantee 4k
			fmipctl binding add id 1 dst 2001:db8:77::1 gate hold
			fmipctl -s -j binding show | jq ".[].stats.guaranteed"
			read -r' <"$LIB_TMP/user.$i" >"$LIB_TMP/user.$i.out" 2>&1 &
		LIB_PIDS+=($!)
		exec {fd}>"$LIB_TMP/user.$i"
		users+=("$fd")
		busywait "$WAIT_MS" test -s "$LIB_TMP/user.$i.out"
	done
	is "four namespaces of users have a share, the fifth has not" \
		"$(cat "$LIB_TMP"/user.?.out | tr '\n' ' ')" "4096 4096 4096 4096 0 "
	for fd in "${users[@]}"; do
		exec {fd}>&-
	done
}

need ip udplog fmipctl jq unshare
load_module
topo_router
of_namespace
all_open
of_module
tap_done
