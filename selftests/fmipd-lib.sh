# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
#
# What the tests with the signalling daemon share, beside lib.sh, which is to be sourced
# first: fmipd on the two routers of topo_up, and who speaks to it: as a node or a
# router on the wire, and by its control socket.
#
# The routers know each other, and each has the access point that its bridge is.

PAR_AP=02:00:00:00:01:a1
NAR_AP=02:00:00:00:02:a1
LONE_AP=02:00:00:00:03:a1	# of a router that does not speak RFC 5568
POOL=2001:db8:2:0:8000::/80	# of the NAR
SPI=256
KEY=000102030405060708090a0b0c0d0e0f10111213
MAC=hmac-sha1-96

# Far longer than an answer takes here, so that what is sent again is asked for.
: "${HI_FIRST:=5s}"

# ---- the daemon -----------------------------------------------------------

# fmipd_config NETNS [SETTINGS]: writes the configuration of $PAR or $NAR; SETTINGS
# are lines of fmipd.conf(5), of which those of the group "ar" begin with "ar.", those
# of the interface with "interface.", and those of the other router with "neighbour."
fmipd_config() {
	local dir=$LIB_TMP/fmipd.$1 own=$PAR_ADDR ap=$PAR_AP pool='' line ar='' acc='' near='' other=''
	local peer=nar peer_addr=$NAR_ADDR peer_mac=$NAR_MAC peer_ap=$NAR_AP

	[[ $1 == "$NAR" ]] && own=$NAR_ADDR ap=$NAR_AP pool="pool = \"$POOL\";" peer=par \
		peer_addr=$PAR_ADDR peer_mac=$PAR_MAC peer_ap=$PAR_AP
	while IFS= read -r line; do
		case $line in
		ar.*) ar+="${line#ar.} " ;;
		interface.*) acc+="${line#interface.} " ;;
		neighbour.*) near+="${line#neighbour.} " ;;
		*) other+=$line$'\n' ;;
		esac
	done <<<"${2-}"
	[[ $other == *ipsec* ]] || other+='ipsec = "off";'
	mkdir -p "$dir/state"
	cat >"$dir/conf" <<-END
		roles = [ "ar" ];
		control = "$dir/control";
		state = "$dir/state";
		$other
		interfaces = ( {
			name = "acc0";
			access_points = [ "$ap" ];
			prefixes = [ "${own%::1}::/64" ];
			$pool $acc
		} );
		neighbours = ( {
			name = "$peer";
			address = "$peer_addr";
			link_layer_address = "$peer_mac";
			access_points = [ "$peer_ap" ];
			prefixes = [ "${peer_addr%::1}::/64" ];
			$near
		}, {
			name = "lone";
			fmip = false;
			access_points = [ "$LONE_AP" ];
		} );
		keys = ( { pcoa = "2001:db8:1::/64"; spi = $SPI; key = "$KEY"; mac = "$MAC"; } );
		ar = { address = "$own"; hi = { first = "$HI_FIRST"; retries = 3; }; $ar };
	END
	chmod 600 "$dir/conf"
}

# fmipd_node [SETTINGS]: writes the configuration of $MN, a node that has its PCoA as
# hosts have their addresses, and takes away what topo_up has made for it to move with;
# SETTINGS are of the group "mn", and $NODE_INTERFACE of the interface
fmipd_node() {
	local dir=$LIB_TMP/fmipd.$MN

	lib_batch -n "$MN" <<-END
		rule del from $PCOA lookup $PCOA_TABLE priority 100
		addr del $PCOA/128 dev wlan0
		addr add $PCOA/64 dev wlan0 nodad valid_lft 3600 preferred_lft 1800
		neigh del $NAR_LL dev wlan0
	END
	mkdir -p "$dir/state"
	cat >"$dir/conf" <<-END
		roles = [ "mn" ];
		control = "$dir/control";
		state = "$dir/state";
		interfaces = ( { name = "wlan0"; ${NODE_INTERFACE-} } );
		keys = ( { pcoa = "2001:db8:1::/64"; spi = $SPI; key = "$KEY"; } );
		mn = { par = "$PAR_ADDR"; ${1-} };
	END
	chmod 600 "$dir/conf"
}

# fmipd_start NETNS: with its configuration; returns when it answers
fmipd_start() {
	local dir=$LIB_TMP/fmipd.$1

	# By appending, so that what was logged before a restart stays.
	background in_ns "$1" fmipd -c "$dir/conf" 2>>"$dir/log"
	printf -v "LIB_FMIPD_${1//-/_}" %d $!
	busywait "$WAIT_MS" fmipd_answers "$1" || bail "fmipd of $1: $(<"$dir/log")"
}

# fmipd_pid NETNS: prints its number
fmipd_pid() {
	local pid=LIB_FMIPD_${1//-/_}

	echo "${!pid}"
}

# fmipd_stop NETNS [SIGNAL]: ends it, and returns its status
fmipd_stop() {
	stop "$(fmipd_pid "$1")" "${2:-TERM}"
}

# fmipd_kill NETNS: it has no time for last words
fmipd_kill() {
	fmipd_stop "$1" KILL
	return 0
}

# fmipd_reload NETNS: has it read its configuration again
fmipd_reload() {
	local log=$LIB_TMP/fmipd.$1/log n

	n=$(grep -c 'read again' "$log")
	kill -HUP "$(fmipd_pid "$1")"
	busywait "$WAIT_MS" fmipd_reread "$log" "$n" || bail "fmipd of $1: $(<"$log")"
}

fmipd_reread() {
	(($(grep -c 'read again' "$1") > $2))
}

# fmipd_complaints NETNS [EXPECTED]: prints what its log has of warnings and worse, and of
# the compiler's checkers, but for lines that match EXPECTED; fails if there are any
fmipd_complaints() {
	! grep -E '^<[0-4]>|Sanitizer|runtime error|^fmipd:' "$LIB_TMP/fmipd.$1/log" |
		grep -vE "${2:-^$}"
}

# fmipd_logs: what both have logged, for who looks into a failure
fmipd_logs() {
	local ns

	for ns in "$PAR" "$NAR"; do
		diag "$ns"$'\n'"$(<"$LIB_TMP/fmipd.$ns/log")"
	done
}

# ---- its control socket -----------------------------------------------------

# fmipd_ask NETNS COMMAND: prints the answer, JSON
fmipd_ask() {
	wire "ask $LIB_TMP/fmipd.$1/control $2" && echo "$WIRE"
}

fmipd_answers() {
	wire "ask $LIB_TMP/fmipd.$1/control show counters" && [[ $WIRE == '{"result"'* ]]
}

# agent NETNS ARGUMENT...: fmipctl, of the daemon there
agent() {
	fmipctl -c "$LIB_TMP/fmipd.$1/control" "${@:2}"
}

# fmipd_state NETNS ROLE [PCOA]: prints how far the handover of that address is
fmipd_state() {
	fmipd_ask "$1" "show handovers all" | jq -r --arg role "$2" --arg pcoa "${3:-$PCOA}" \
		'[.result[] | select(.role == $role and .pcoa == $pcoa and .state != "finished") |
			.state] | join(" ")'
}

fmipd_is() {
	[[ $(fmipd_state "$1" "$2") == "$3" ]]
}

# fmipd_wait NETNS ROLE STATE: until it is so far
fmipd_wait() {
	busywait "$WAIT_MS" fmipd_is "$@"
}

# fmipd_count NETNS COUNTER
fmipd_count() {
	fmipd_ask "$1" "show counters" | jq ".result.$2"
}

fmipd_counted() {
	(($(fmipd_count "$1" "$2") >= $3))
}

# fmipd_wait_count NETNS COUNTER N: until it has come to that
fmipd_wait_count() {
	busywait "$WAIT_MS" fmipd_counted "$@"
}

# bindings NETNS: what they match, in words
bindings() {
	fmipctl -n "$1" binding show | sed -n 's,.* dst \([^ ]*\)/128 gate \([a-z]*\) .*,\1 \2,p'
}

# fmipd_ncoa: the one that the NAR has given the node
fmipd_ncoa() {
	fmipd_ask "$NAR" "show handovers" | jq -r '.result[] |
		select(.role == "nar" and .state != "finished") | .ncoa'
}

# ---- a node that fmipd.py speaks for -----------------------------------------

# node_prepares: what a FBack tells it to have ready
node_prepares() {
	lib_batch -n "$MN" <<-END
		addr replace $NCOA/128 dev wlan0 nodad preferred_lft 0
		link add name fast0 type ip6tnl mode any local $NCOA remote $PAR_ADDR encaplimit none
		link set fast0 addrgenmode none
		link set fast0 mtu $((MN_MTU - 40)) up
		route replace default dev fast0 table $PCOA_TABLE
		route replace default via $NAR_LL dev wlan0 mtu $MN_MTU
	END
}

node_returns() {
	lib_batch -n "$MN" <<-END
		link del fast0
		addr del $NCOA/128 dev wlan0
		route replace default via $PAR_LL dev wlan0 mtu $MN_MTU
	END
}

move_to() {
	radio move --netns "$AIR" --port radio --to "$1" --gap "$GAP_MS" >/dev/null ||
		bail "the radio does not move"
}

# ---- the wire ----------------------------------------------------------------

# wire_start: gets ready for the others below; takes seconds, so call it early
wire_start() {
	local fifo=$LIB_TMP/wire

	mkfifo "$fifo.in" "$fifo.out"
	/usr/bin/python3 -B "$LIB_DIR/fmipd.py" serve <"$fifo.in" >"$fifo.out" &
	LIB_PIDS+=($!)
	exec {LIB_WIRE_IN}>"$fifo.in" {LIB_WIRE_OUT}<"$fifo.out"
}

# wire REQUEST: of fmipd.py; its answer is in $WIRE
wire() {
	echo "$1" >&"$LIB_WIRE_IN"
	read -r -t 60 -u "$LIB_WIRE_OUT" WIRE || bail "fmipd.py does not answer to $1"
	[[ $WIRE != error* ]]
}

# send NETNS EXPRESSION: sends a message that fmipd.py understands from there
send() {
	wire "send $1 $2" || bail "$2: $WIRE"
}

# wire_capture NETNS: all that comes and goes there, from now on
wire_capture() {
	capture_start "$1" any "$LIB_TMP/wire.$1" "ip6 proto 135 or icmp6 or ip6 proto 60 or ip6 proto 43 or ip6 proto 50"
	: >"$LIB_TMP/wire.$1.meant"
}

# sent NETNS NAME EXPRESSION: the daemon there is to send this next
sent() {
	echo "$2"$'\t'"$3" >>"$LIB_TMP/wire.$1.meant"
}

# answer NETNS EXPRESSION: sends that from there as soon as $MN has sent what it was to
# send last, which is "seen" in it
answer() {
	local file=$LIB_TMP/wire.$MN

	wire "answer $1 $file $(wc -l <"$file.meant") $2" || bail "$2: $WIRE"
}

# heard: waits until $MN has sent what it was to send last
heard() {
	answer "$MN" "[]"
}

# wire_check NETNS: a test for each message that was to be sent: it was, in that order,
# and nothing else; octet by octet, and as tshark reads it
wire_check() {
	local verdict name

	capture_stop "$LIB_TMP/wire.$1"
	while IFS=$'\t' read -r verdict name; do
		case $verdict in
		ok) ok "$name" ;;
		'not ok') not_ok "$name" ;;
		*) diag "$verdict" ;;
		esac
	done < <(/usr/bin/python3 -B "$LIB_DIR/fmipd.py" check "$LIB_TMP/wire.$1" "${1%%-*}" \
		<"$LIB_TMP/wire.$1.meant" 2>&1)
}
