# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2086
#
# The ways in which the mobile node may change its router, for guest.sh and sweep.sh,
# which source this.  Each has prepare_MODE OUT, handover_MODE OUT and after_MODE OUT;
# OUT is the directory for what is seen.
#
#   none		routes switch by themselves when the new link is up
#   mipv6		what a tuned Mobile IPv6 node would get
#   predictive	fmipd: the node says on its old link where it goes
#   reactive	fmipd: it says so on the new one
#
# What the node has between its links is the same for all of them.  With fmipd nothing
# is scripted but the movement: the radio, and what the driver of a real one would tell
# fmipd of it.

# Each way: 40 ms to the correspondent node and back from either router, as to the home
# agent, whose place in the network it has; 10 ms from router to router and back.
: "${CN_DELAY:=17.5ms}"
: "${AR_DELAY:=2.5ms}"
MN_MTU=1460		# leaves room for the tunnel: 1460 + 40 = 1500

# shellcheck source=../selftests/lib.sh
. "${BASH_SOURCE[0]%/*}/../selftests/lib.sh"

RATE=1000			# datagrams a second, in each direction
: "${DETACH_MS:=20}"		# from the router's last answer to the loss of the link
PHASE_US=0			# and so much more
PAR_AP=02:00:00:00:01:a1
NAR_AP=02:00:00:00:02:a1
SPI=256
KEY=000102030405060708090a0b0c0d0e0f10111213

say() {
	echo "demo: $*"
}

# ---- the movement -------------------------------------------------------

pause_us() {
	read -r -t "$(printf '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000)))" -u "$LIB_NEVER"
	return 0
}

# What was sent before the node leaves has arrived: a radio would have it confirmed, or
# send it again.
arm_radio() { # arm_radio [RADIO-OPTION]...
	lib_arm radio radio move --on-line --netns "$AIR" --port radio --to br2 --gap "$GAP_MS" \
		--log "$HANDOVER_LOG" --echo "$MN,wlan0,$PAR_LL" "$@"
	wait_line "$WAIT_MS" "$LIB_TMP/radio" ready || bail "the radio does not wait for the word"
}

move() {
	pause_us $((DETACH_MS * 1000 + PHASE_US))
	lib_tell radio move
	lib_done radio || bail "the radio did not move"
}

# ---- without fmipd ------------------------------------------------------

# All that needs no buffer: the new router's entries for the node and its route are
# there before it comes.
await_node() {
	lib_batch -n "$NAR" <<-END
		neigh add $PCOA lladdr $MN_MAC dev acc0 nud permanent
		neigh add $NCOA lladdr $MN_MAC dev acc0 nud permanent
		neigh add $MN_LL lladdr $MN_MAC dev acc0 nud permanent
		route add $PCOA/128 dev acc0
	END
}

NODE_SWITCHES="default,$NAR_LL,wlan0"
CORE_SWITCHES="$PCOA,2001:db8:f2::2,nar0"

# The radio itself switches the node's route and the core's.
prepare_none() {
	await_node
	arm_radio --route "$MN,$NODE_SWITCHES" --route "$CORE,$CORE_SWITCHES"
}

# Echo requests stand in for the solicitation of the router, and for the binding update
# to the home agent; the address that this comes from has been there all the time, as if
# nobody waited to see whether it is unique.
prepare_mipv6() {
	await_node
	lib_batch -n "$MN" <<<"addr add $NCOA/128 dev wlan0 nodad preferred_lft 0"
	arm_radio --carrier "$MN,wlan0" --ask "$MN,wlan0,$NAR_LL" --route "$MN,$NODE_SWITCHES" \
		--ask "$MN,wlan0,$CN_ADDR,$NCOA" --route "$CORE,$CORE_SWITCHES"
}

handover_none() {
	move
}

handover_mipv6() {
	move
}

after_none() {
	:
}

after_mipv6() {
	:
}

# ---- with fmipd ---------------------------------------------------------

# socket NETNS: where its fmipd takes commands
socket() {
	echo "$LIB_TMP/fmipd.$1/control"
}

# agent NETNS WORD...: fmipctl about its fmipd
agent() {
	fmipctl -c "$(socket "$1")" "${@:2}"
}

# order NETNS WORD...: one that is not refused
order() {
	agent "$@" >"$LIB_TMP/answer" 2>&1 || bail "fmipd refuses ${*:2}: $(<"$LIB_TMP/answer")"
}

# configure NETNS: standard input is the configuration of its fmipd
configure() {
	local dir=$LIB_TMP/fmipd.$1

	mkdir -p "$dir/state"
	{
		printf 'control = "%s"; state = "%s";\n' "$dir/control" "$dir/state"
		printf 'keys = ( { pcoa = "2001:db8:1::/64"; spi = %s; key = "%s"; } );\n' $SPI $KEY
		cat
	} >"$dir/conf"
	chmod 600 "$dir/conf"
}

# configure_router NETNS ADDR AP NAME-OF-OTHER ADDR-OF-OTHER MAC-OF-OTHER AP-OF-OTHER
configure_router() {
	configure "$1" <<-END
		roles = [ "ar" ];
		ipsec = "off";
		interfaces = ( {
			name = "acc0";
			access_points = [ "$3" ];
			prefixes = [ "${2%::1}::/64" ];
		} );
		neighbours = ( {
			name = "$4";
			address = "$5";
			link_layer_address = "$6";
			access_points = [ "$7" ];
			prefixes = [ "${5%::1}::/64" ];
		} );
		ar = {
			address = "$2";
			copying = "rtsolpr";
			window = { packets = 20000; bytes = "64M"; age = "5s"; };
			buffer = { packets = 20000; bytes = "64M"; };
			linger = "60s";
		};
	END
}

configure_node() {
	configure "$MN" <<-END
		roles = [ "mn" ];
		interfaces = ( { name = "wlan0"; } );
		mn = { par = "$PAR_ADDR"; lifetime = "60s"; };
	END
}

FMIPD=()		# and who listens for it

start_fmipd() { # start_fmipd NETNS
	local dir=$LIB_TMP/fmipd.$1

	background in_ns "$1" fmipd -c "$dir/conf" 2>"$dir/log"
	FMIPD+=($!)
	busywait "$WAIT_MS" test -S "$dir/control" || bail "fmipd of $1: $(<"$dir/log")"
}

# hear FILE FILTER: FILE gets a line for each such packet of the node
hear() {
	background in_ns "$MN" tcpdump -n -l --immediate-mode -i wlan0 "$2" >"$1" 2>"$1.log"
	FMIPD+=($!)
	wait_line "$WAIT_MS" "$1.log" "listening on" || bail "tcpdump: $(<"$1.log")"
}

# heard FILE WHAT: until there is one
heard() {
	busywait "$WAIT_MS" test -s "$1" || bail "the node gets no $2"
}

# prepare_fmipd OUT
prepare_fmipd() {
	load_module
	configure_router "$PAR" $PAR_ADDR $PAR_AP nar $NAR_ADDR $NAR_MAC $NAR_AP
	configure_router "$NAR" $NAR_ADDR $NAR_AP par $PAR_ADDR $PAR_MAC $PAR_AP
	configure_node
	start_fmipd "$PAR"
	start_fmipd "$NAR"
	start_fmipd "$MN"
	udplog clock >"$1/clock"
	capture_start "$MN" wlan0 "$1/mn.pcap" \
		"ip6 proto 135 or ip6[6] == 60 or
		(icmp6 and (ip6[40] == 134 or ip6[40] == 136 or ip6[40] == 154))"
	capture_start "$PAR" up0 "$1/par.pcap" "ip6 proto 135"
	capture_start "$NAR" acc0 "$1/nar.pcap" -c 100 \
		"(ip6 proto 41 and dst net 2001:db8:2::/64) or (icmp6 and ip6[40] == 136)"
}

# What the driver of a radio sees: which access point it is at.  The controller of the
# access points tells the router which node they have lost.
prepare_predictive() {
	prepare_fmipd "$1"
	hear "$LIB_TMP/fback" "ip6 proto 135 and ip6[42] == 9"
	arm_radio --carrier "$MN,wlan0" --tell "$(socket "$MN"),$(link_is_up)"
}

prepare_reactive() {
	prepare_fmipd "$1"
	hear "$LIB_TMP/prrtadv" "icmp6 and ip6[40] == 154 and ip6[44] == 3"
	arm_radio --tell-down "$(socket "$PAR"),$(link_is_down)" \
		--carrier "$MN,wlan0" --tell "$(socket "$MN"),$(link_is_up)"
}

link_is_up() {
	echo "{\"command\":\"link\",\"change\":\"up\",\"interface\":\"wlan0\",\"ap\":\"$NAR_AP\"}"
}

link_is_down() {
	echo "{\"command\":\"link\",\"change\":\"down\",\"interface\":\"acc0\"," \
		"\"lla\":\"$MN_MAC\",\"ap\":\"$PAR_AP\",\"ns\":%}"
}

handover_predictive() {
	order "$MN" handover start ap $NAR_AP
	heard "$LIB_TMP/fback" FBack
	move
}

# The old link is told to fade, for which the node asks its router about others, but it
# goes before the node has said where it goes.
handover_reactive() {
	order "$MN" link fade dev wlan0
	heard "$LIB_TMP/prrtadv" PrRtAdv
	move
}

# record OUT NETNS ROLE: what its fmipd makes of the handover
record() {
	agent "$2" -j -s handover show >"$1/$3.handovers" ||
		bail "fmipd of $2 shows no handovers"
	cp "$LIB_TMP/fmipd.$2/log" "$1/$3.log"
}

after_fmipd() { # after_fmipd OUT
	local name

	for name in mn par nar; do
		capture_stop "$1/$name.pcap"
	done
	fmipctl -n "$NAR" -j -s binding show >"$1/nar.binding" || bail "the NAR shows no binding"
	fmipctl -n "$PAR" -j -s binding show >"$1/par.binding" || bail "the PAR shows no binding"
	record "$1" "$MN" mn
	record "$1" "$PAR" par
	record "$1" "$NAR" nar
	order "$MN" handover complete
	for name in "${FMIPD[@]}"; do
		stop "$name"
	done
	FMIPD=()
}

after_predictive() {
	after_fmipd "$@"
}

after_reactive() {
	after_fmipd "$@"
}

# ---- datagrams ----------------------------------------------------------

# listen NETNS FILE TEXT COMMAND...: starts a server; waits until it writes TEXT
listen() {
	local ns=$1 file=$2 text=$3

	shift 3
	: >"$file"
	background in_ns "$ns" "$@" >"$file" 2>&1
	wait_line "$WAIT_MS" "$file" "$text" || bail "$1: $(<"$file")"
}

# Senders go on until they are stopped, however long a handover takes.
SENDERS=() RECEIVERS=()
MOST=10000000

datagrams_start() { # datagrams_start OUT
	listen "$MN" "$1/down.ready" ready udplog recv --port 17000 --id 1 --wait 120000 \
		--idle 120000 --log "$1/down.received"
	RECEIVERS+=($!)
	listen "$CN" "$1/up.ready" ready udplog recv --port 17000 --id 2 --wait 120000 \
		--idle 120000 --log "$1/up.received"
	RECEIVERS+=($!)
	background in_ns "$CN" udplog send --to $PCOA --port 17000 --id 1 --rate $RATE \
		--count $MOST --log "$1/down.sent"
	SENDERS+=($!)
	background in_ns "$MN" udplog send --to $CN_ADDR --bind $PCOA --port 17000 --id 2 \
		--rate $RATE --count $MOST --log "$1/up.sent"
	SENDERS+=($!)
}

# What is not there two seconds after the last one was sent is lost.
datagrams_stop() {
	local pid

	for pid in "${SENDERS[@]}"; do
		stop "$pid" || bail "nothing could be sent"
	done
	pause_ms 2000
	for pid in "${RECEIVERS[@]}"; do
		stop "$pid" || bail "not all could be received"
	done
	SENDERS=() RECEIVERS=()
}

datagram_reports() { # datagram_reports OUT
	local name

	for name in down up; do
		udplog report --json --sent "$1/$name.sent" --received "$1/$name.received" \
			--link-up "$(event_ns "$HANDOVER_LOG" link-up)" >"$1/$name.json" ||
			bail "no report on $1/$name.received"
	done
	rm -f "$1"/*.ready
}

# What an emulated processor cannot take in at once must wait: the network of the demo
# may be slow, but loses nothing of its own.
no_loss_of_its_own() {
	echo 100000 >/proc/sys/net/core/netdev_max_backlog || bail "the backlog cannot be set"
}
