# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# What the tests and the demo share: TAP, waiting, captures, and the network.
# To be sourced; needs root, iproute2, and udplog, radio, ndsend and fmipctl on
# the PATH (beside this file or in ../build they are found as well).
#
#                         +------+
#                         |  cn  |  2001:db8:c::2
#                         +------+
#                      eth0  |  CN_DELAY
#                       cn0  |
#                         +------+
#                         | core |
#                         +------+
#                   par0  /      \  nar0
#               AR_DELAY /        \ AR_DELAY
#                  up0  /          \  up0
#               +------+            +------+
#               | par  |            | nar  |
#               +------+            +------+
#   2001:db8:1::1  | acc0        acc0  |  2001:db8:2::1
#                  |                   |
#              ap1 |                   | ap2       air: the access points
#               [ br1 ]             [ br2 ]        are bridges, and the radio
#                   \                 .            is a port of the one that
#                    radio . . . . . .             the node hears
#                      |
#                   wlan0  2001:db8:1::10 (PCoA)
#                  +------+
#                  |  mn  |  (NCoA: 2001:db8:2::10)
#                  +------+

set -u

: "${CN_DELAY:=20ms}"		# each way; 0 for none
: "${AR_DELAY:=1ms}"
: "${MN_MTU:=1500}"		# of the node's routes, as if its routers announced it
: "${GAP_MS:=300}"		# how long the node is without any link
: "${WAIT_MS:=10000}"		# patience with what should happen soon

CN_ADDR=2001:db8:c::2
PAR_ADDR=2001:db8:1::1
NAR_ADDR=2001:db8:2::1
PAR_LL=fe80::1:1
NAR_LL=fe80::2:1
MN_LL=fe80::10
PCOA=2001:db8:1::10
NCOA=2001:db8:2::10
PAR_MAC=02:00:00:00:01:01
NAR_MAC=02:00:00:00:02:01
MN_MAC=02:00:00:00:00:10
PCOA_TABLE=100			# the mobile node's routes for what the PCoA sends

KSFT_SKIP=4

LIB_DIR=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
PATH=$PATH:$LIB_DIR:$LIB_DIR/../build/selftests:$LIB_DIR/../build:/usr/sbin:/sbin
LIB_TMP=$(mktemp -d "${TMPDIR:-/tmp}/fmip.XXXXXX")
LIB_TAG=$$
LIB_TESTS=0
LIB_FAILED=0
LIB_PLANNED=
LIB_AT_EXIT=()
LIB_PIDS=()
LIB_GO=()
LIB_NAMESPACES=()

# ---- TAP ----------------------------------------------------------------

tap_start() {
	[[ $LIB_TESTS != 0 || $LIB_PLANNED ]] && return
	echo "TAP version 13"
	LIB_PLANNED=at-end
}

# tap_plan N: says beforehand how many tests there are
tap_plan() {
	tap_start
	echo "1..$1"
	LIB_PLANNED=$1
}

# diag TEXT...: each line becomes a comment
diag() {
	local line

	while IFS= read -r line; do
		echo "# $line"
	done <<<"$*"
}

ok() {
	tap_start
	echo "ok $((++LIB_TESTS)) $1"
}

# not_ok NAME [WHY]
not_ok() {
	tap_start
	echo "not ok $((++LIB_TESTS)) $1"
	LIB_FAILED=$((LIB_FAILED + 1))
	[[ ${2-} ]] && diag "$2"
	return 0
}

# skip NAME WHY
skip() {
	tap_start
	echo "ok $((++LIB_TESTS)) $1 # SKIP $2"
}

# check NAME COMMAND...: the test is ok if the command succeeds.  It runs in
# this shell; what it prints is shown if it fails.  Returns its status.
check() {
	local name=$1 status

	shift
	"$@" >"$LIB_TMP/check" 2>&1
	status=$?
	if ((status == 0)); then
		ok "$name"
	else
		not_ok "$name" "$* (status $status)"
		[[ -s $LIB_TMP/check ]] && diag "$(<"$LIB_TMP/check")"
	fi
	return "$status"
}

# check_fails NAME COMMAND...: the test is ok if the command fails
check_fails() {
	local name=$1

	shift
	if "$@" >"$LIB_TMP/check" 2>&1; then
		not_ok "$name" "$* (succeeded)"
		[[ -s $LIB_TMP/check ]] && diag "$(<"$LIB_TMP/check")"
		return 1
	fi
	ok "$name"
}

# is NAME GOT WANTED
is() {
	if [[ $2 == "$3" ]]; then
		ok "$1"
	else
		not_ok "$1" "got \"$2\", not \"$3\""
		return 1
	fi
}

# tap_done: prints the plan unless tap_plan did, and ends the script
tap_done() {
	tap_start
	[[ $LIB_PLANNED == at-end ]] && echo "1..$LIB_TESTS"
	((LIB_FAILED == 0)) && exit 0
	exit 1
}

# skip_all WHY: for a machine that cannot run these tests
skip_all() {
	echo "TAP version 13"
	echo "1..0 # SKIP $1"
	exit "$KSFT_SKIP"
}

# bail WHY: the tests cannot go on
bail() {
	echo "Bail out! $1"
	exit 1
}

# need PROGRAM...: skips everything if one is missing, or if this is not root
need() {
	local program

	((EUID == 0)) || skip_all "needs root"
	for program; do
		command -v "$program" >/dev/null || skip_all "needs $program"
	done
}

# ---- waiting and ending -------------------------------------------------

# A pause without a process: nobody ever writes to this descriptor.
mkfifo "$LIB_TMP/never"
exec {LIB_NEVER}<>"$LIB_TMP/never"

pause_ms() {
	local s=$(($1 / 1000)) ms=$(($1 % 1000))

	read -r -t "$(printf '%d.%03d' "$s" "$ms")" -u "$LIB_NEVER"
	return 0
}

# busywait MS COMMAND...: until the command succeeds; fails after MS
busywait() {
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000))

	shift
	until "$@"; do
		((${EPOCHREALTIME/[.,]/} > end)) && return 1
		read -r -t 0.01 -u "$LIB_NEVER"
	done
	return 0
}

# wait_line MS FILE TEXT: until FILE contains TEXT
wait_line() {
	busywait "$1" file_has "$2" "$3"
}

file_has() {
	[[ -e $1 && $(<"$1") == *"$2"* ]]
}

# background COMMAND...: starts it; it does not outlive us.  $! is the program
# itself, behind in_ns too.  Its redirections are made here, so that one to a
# FIFO would wait for the other end.
background() {
	[[ $1 == in_ns ]] && set -- ip netns exec "${@:2}"
	lib_child "$@" &
	LIB_PIDS+=($!)
}

# What is held open to give a waiting process its word is no child's to hold.
lib_child() {
	local fd

	for fd in "${LIB_GO[@]}"; do
		exec {fd}>&-
	done
	[[ $(type -t "$1") == file ]] && exec "$@"
	"$@"
}

# stop PID [SIGNAL]: ends it, and waits until it has ended; returns its status
stop() {
	kill -s "${2:-TERM}" "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# verdict_start NETNS QUEUE: what user space says of the packets of an nft queue goes
# to VERDICT_IN, what becomes of them is in $LIB_TMP/verdict
verdict_start() {
	mkfifo "$LIB_TMP/verdict.in"
	: >"$LIB_TMP/verdict"
	in_ns "$1" verdict "$2" <"$LIB_TMP/verdict.in" >"$LIB_TMP/verdict" &
	LIB_PIDS+=($!)
	exec {VERDICT_IN}>"$LIB_TMP/verdict.in"
	wait_line "$WAIT_MS" "$LIB_TMP/verdict" ready || bail "there is no queue to user space"
}

# at_exit COMMAND...: the last one that was named runs first
at_exit() {
	LIB_AT_EXIT=("$(printf '%q ' "$@")" "${LIB_AT_EXIT[@]}")
}

lib_exit() {
	local status=$? command pid

	trap - EXIT
	for command in "${LIB_AT_EXIT[@]}"; do
		eval "$command"
	done
	for pid in "${LIB_PIDS[@]}"; do
		kill "$pid" 2>/dev/null
	done
	topo_down
	rm -rf "$LIB_TMP"
	exit "$status"
}
trap lib_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# now: microseconds of CLOCK_MONOTONIC, without a process after the first
now_us() {
	[[ ${LIB_CLOCK-} ]] || LIB_CLOCK=$(($(udplog clock) / 1000))
	NOW_US=$((${EPOCHREALTIME/[.,]/} + LIB_CLOCK))
}

# mark FILE EVENT: logs "NANOSECONDS EVENT", as radio and ndsend do
mark() {
	now_us
	echo "${NOW_US}000 $2" >>"$1"
}

# event_ns FILE EVENT: prints the time of the last such event
event_ns() {
	local ns event found=

	while read -r ns event; do
		[[ $event == "$2" ]] && found=$ns
	done <"$1"
	[[ $found ]] && echo "$found"
}

# ---- module and kernel log ----------------------------------------------

# load_module [PARAMETER=VALUE]...: $FMIP_KO if given, else what modprobe finds
load_module() {
	[[ -d /sys/module/fmip ]] && return
	if [[ ${FMIP_KO-} ]]; then
		insmod "$FMIP_KO" "$@" 2>"$LIB_TMP/insmod"
	else
		modprobe fmip "$@" 2>"$LIB_TMP/insmod"
	fi || skip_all "the fmip module cannot be loaded: $(<"$LIB_TMP/insmod")"
	at_exit unload_module
}

unload_module() {
	[[ -d /sys/module/fmip ]] || return 0
	rmmod fmip
}

# dmesg_mark [NAME], dmesg_since: prints what the kernel has logged since then
dmesg_mark() {
	LIB_DMESG="fmip selftest ${1:-$0} $LIB_TAG.$RANDOM"
	echo "$LIB_DMESG" >/dev/kmsg
}

dmesg_since() {
	dmesg | sed "1,/$(printf '%s' "$LIB_DMESG" | sed 's/[].[*^$\/]/\\&/g')/d"
}

# dmesg_clean: fails if the kernel has complained since dmesg_mark; whose the data
# races are that KCSAN reports, the runner of the tests knows
dmesg_clean() {
	! dmesg_since | grep -v 'BUG: KCSAN:' | grep -E 'WARNING:|BUG:|Oops|Call Trace|KASAN|refcount_t:|possible circular|suspicious RCU|inconsistent lock|rcu: INFO|blocked for more than|unregister_netdevice: waiting'
}

# ---- captures -----------------------------------------------------------

# capture_start NETNS DEV FILE [FILTER]...: returns when packets are captured
capture_start() {
	local ns=$1 dev=$2 file=$3

	shift 3
	: >"$file.log"
	# A slot of the kernel's ring has room for the longest packet that is asked for.
	background ip netns exec "$ns" tcpdump -Z root -n -U --immediate-mode -s 2048 -B 8192 \
		-i "$dev" -w "$file" "$@" 2>"$file.log"
	printf -v "LIB_CAPTURE_${file//[!A-Za-z0-9]/_}" %d $!
	wait_line "$WAIT_MS" "$file.log" "listening on" ||
		bail "tcpdump on $dev: $(<"$file.log")"
}

# capture_stop FILE: takes in what has been captured, and ends the capture
capture_stop() {
	local pid=LIB_CAPTURE_${1//[!A-Za-z0-9]/_} before=-1 size

	size=$(stat -c %s "$1")
	while [[ $size != "$before" ]]; do
		pause_ms 50
		before=$size
		size=$(stat -c %s "$1")
	done
	stop "${!pid}" INT
	unset "$pid"
	return 0
}

# dissect FILE FILTER FIELD...: what tshark reads, a line for each packet
dissect() {
	local file=$1 filter=$2 field fields=()

	shift 2
	for field; do
		fields+=(-e "$field")
	done
	tshark -n -r "$file" -Y "$filter" -T fields "${fields[@]}" 2>/dev/null
}

# ---- numbered packets ---------------------------------------------------

FENCE=1000000000		# the number of the last packet of a stream

# receiver FILE NETNS ADDR: takes what comes for ADDR until the fence
receiver() {
	: >"$1.ready"
	background ip netns exec "$2" udplog recv --bind "$3" --port 17000 --first $FENCE \
		--count 1 --idle $((2 * WAIT_MS)) --wait 60000 --log "$1" >"$1.ready"
	printf -v "LIB_RECEIVER_${1//[!A-Za-z0-9]/_}" %d $!
	wait_line "$WAIT_MS" "$1.ready" ready || bail "udplog does not listen on $3"
}

# numbered ADDR FIRST COUNT RATE [UDPLOG-OPTION]...: sends them from $CN
numbered() {
	ip netns exec "$CN" udplog send --to "$1" --port 17000 --first "$2" --count "$3" \
		--rate "$4" --log "$LIB_TMP/numbered.$1" "${@:5}"
}

# fence FILE ADDR [UDPLOG-OPTION]...: sends a last packet after the others, over the
# same way, and waits until it, and so all that is not lost, has arrived
fence() {
	local pid=LIB_RECEIVER_${1//[!A-Za-z0-9]/_}

	numbered "$2" $FENCE 1 1000 "${@:3}"
	wait "${!pid}"
	unset "$pid"
}

# arrived FILE: the numbers, in the order in which they came, as "0-99 fence"
arrived() {
	awk -F, -v fence=$FENCE '
		function flush() {
			if (first == "")
				return
			printf "%s%s", sep, first == last ? first : first "-" last
			sep = " "
		}
		NR == 1 { next }
		$1 == fence { flush(); first = last = "fence"; next }
		first != "" && $1 == last + 1 { last = $1; next }
		{ flush(); first = last = $1 }
		END { flush(); print "" }' "$1"
}

# ---- counters and events ------------------------------------------------

declare -A COUNT

# counters NETNS [BINDING-SELECTOR]...: reads those of a binding, or of the
# namespace, into $COUNT: gate received sent released buffered bytes peak decap
# attached rejected answers first_release, bindings tunnels, dropped (how many),
# and drops, as in "limit-packets 150 aged 2"
counters() {
	local ns=$1 line gate

	shift
	if (($#)); then
		fmipctl -n "$ns" -s binding show "$@"
	else
		fmipctl -n "$ns" stats
	fi >"$LIB_TMP/counters" || return
	COUNT=([drops]='' [dropped]=0 [gate]='')
	while read -r -a line; do
		case ${line[0]} in
		id) gate=" ${line[*]} " gate=${gate#* gate } COUNT[gate]=${gate%% *} ;;
		received) COUNT[received]=${line[2]} ;;
		sent) COUNT[sent]=${line[2]} COUNT[released]=${line[6]} ;;
		buffered) COUNT[buffered]=${line[2]} COUNT[bytes]=${line[4]} COUNT[peak]=${line[6]} ;;
		decap) COUNT[decap]=${line[2]} ;;
		attached)
			COUNT[attached]=${line[1]} COUNT[rejected]=${line[3]}
			COUNT[answers]=${line[5]} COUNT[first_release]=${line[7]-}
			COUNT[first_release]=${COUNT[first_release]%ns}
			;;
		bindings) COUNT[bindings]=${line[1]} COUNT[tunnels]=${line[3]} ;;
		dropped) count_drops "${line[@]:1}" ;;
		esac
	done <"$LIB_TMP/counters"
}

# What came out of a tunnel for no binding was not received by one.
count_drops() {
	COUNT[drops]=$*
	while (($#)); do
		case $1 in
		not-accepted | malformed | checksum | fragment | ecn) ;;
		*) ((COUNT[dropped] += $2)) ;;
		esac
		shift 2
	done
}

# counts: what was read, in words
counts() {
	echo "${COUNT[gate]:+${COUNT[gate]} }received ${COUNT[received]} sent ${COUNT[sent]}" \
		"buffered ${COUNT[buffered]}${COUNT[drops]:+ ${COUNT[drops]}}"
}

# balanced: each packet that was received has gone somewhere
balanced() {
	((COUNT[received] == COUNT[sent] + COUNT[buffered] + COUNT[dropped]))
}

# counted CONDITION NETNS [BINDING-SELECTOR]...: reads them; is it true, as in
# "COUNT[received] >= 100"?
counted() {
	counters "${@:2}" && (($1))
}

# wait_counted: the same, as soon as it is
wait_counted() {
	busywait "$WAIT_MS" counted "$@"
}

# counter NETNS NAME [MATCH]...: of the namespace, or of the binding that is
# named; NAME as in fmipctl's JSON, for example sent.packets or dropped.xfrm
counter() {
	local ns=$1 name=${2//./'"."'} select=.

	shift 2
	if (($#)); then
		set -- -s binding show "$@"
		select='.[0].stats'
	else
		set -- stats
	fi
	fmipctl -n "$ns" -j "$@" | jq -r "$select | .\"$name\" // 0"
}

# counter_is WANTED NETNS NAME [MATCH]...
counter_is() {
	[[ $(counter "${@:2}") == "$1" ]]
}

# events_start NETNS FILE: FILE gets a line for each event from now on
events_start() {
	: >"$2.ready"
	background fmipctl -n "$1" monitor ready-fd 3 3>"$2.ready" >"$2"
	busywait "$WAIT_MS" test -s "$2.ready" || bail "fmipctl monitor does not listen"
}

# events FILE EVENT [TEXT]: how many there were, TEXT being a part of the line
events() {
	local line n=0

	while read -r line; do
		[[ $line == "$2 "* && $line == *"${3-}"* ]] && ((++n))
	done <"$1"
	echo $n
}

events_reach() {
	(($(events "${@:2}") >= $1))
}

# wait_events N FILE EVENT [TEXT]: until there have been so many
wait_events() {
	busywait "$WAIT_MS" events_reach "$@"
}

# ---- what a capture says ------------------------------------------------

# read_capture FILE NETNS DEV...: reads a capture of "any" in NETNS.  A packet is
# known by its UDP destination port, and by WHERE it was: "DEV in" or "DEV out", or
# "DEV out error" for an ICMPv6 error about it.  SEEN["PORT WHERE n"] is how many
# there were, SEEN["PORT WHERE FIELD"] a field of the last one, with a value for
# each of its IPv6 headers, from the outside to the inside.
declare -A SEEN
read_capture() {
	local fields=(ipv6.src ipv6.dst ipv6.nxt ipv6.hlim ipv6.tclass ipv6.flow ipv6.plen
		icmpv6.type icmpv6.code icmpv6.mtu)
	local -A name=()
	local dev row key i

	for dev in "${@:3}"; do
		name[$(in_ns "$2" cat "/sys/class/net/$dev/ifindex")]=$dev
	done
	while IFS='|' read -r -a row; do
		[[ ${name[${row[0]}]-} ]] || continue
		key="${row[2]##*,} ${name[${row[0]}]}"
		[[ ${row[1]} == 4 ]] && key+=" out" || key+=" in"
		[[ ${row[10]-} ]] && key+=" error"
		SEEN["$key n"]=$((${SEEN["$key n"]-0} + 1))
		for i in "${!fields[@]}"; do
			SEEN["$key ${fields[i]#*.}"]=${row[i + 3]-}
		done
	done < <(dissect "$1" "ipv6 and udp" sll.ifindex sll.pkttype udp.dstport "${fields[@]}" |
		tr '\t' '|')
}

# seen NAME PORT WHERE FIELD=WANTED...: the test is ok if all of them are so
seen() {
	local name=$1 key="$2 $3" got=() wanted=("${@:4}") pair

	for pair in "${wanted[@]}"; do
		got+=("${pair%%=*}=${SEEN["$key ${pair%%=*}"]-}")
	done
	is "$name" "${got[*]}" "${wanted[*]}"
}

# seen_times NAME PORT WHERE WANTED
seen_times() {
	is "$1" "${SEEN["$2 $3 n"]-0}" "$4"
}

# hex FILE FILTER: the packets, from their IP headers on, in hexadecimal digits,
# one a line
hex() {
	tcpdump -n -x -r "$1" "$2" 2>/dev/null |
		awk '/^\t0x/ { for (i = 2; i <= NF; i++) line = line $i; next }
			line { print line; line = "" } END { if (line) print line }'
}

# ---- network ------------------------------------------------------------

# in_ns NETNS COMMAND...
in_ns() {
	ip netns exec "$@"
}

lib_batch() { # lib_batch [-n NETNS]: ip commands from standard input
	ip -6 "$@" -batch - || bail "the network could not be set up"
}

lib_delay() { # lib_delay NETNS DELAY DEV...
	local ns=$1 delay=$2 dev

	shift 2
	[[ $delay == 0 ]] && return
	for dev; do
		echo "qdisc add dev $dev root netem delay $delay limit 100000"
	done | tc -n "$ns" -batch - || bail "netem: no delay can be had on $* of $ns"
}

lib_router() { # lib_router NETNS ACC_ADDR ACC_LL ACC_MAC UP_ADDR UP_GW
	lib_batch -n "$1" <<-END
		link set lo up
		link set acc0 addrgenmode none
		link set acc0 address $4 up
		link set up0 addrgenmode none
		link set up0 up
		addr add $2/64 dev acc0 nodad
		addr add $3/64 dev acc0 nodad
		addr add $5/64 dev up0 nodad
		addr add fe80::2/64 dev up0 nodad
		route add default via $6 dev up0
	END
	lib_settings "$1" ipv6/conf/all/forwarding=1
}

# lib_settings NETNS SETTING=VALUE...: below /proc/sys/net.  And one processor
# takes in all that a link brings, so that it is a wire, which keeps the order;
# what a veth brings comes in wherever its sender happens to run.  And no clean-up
# of routes comes between: every half minute it would forget the path MTU behind a
# gateway that is not known as a router yet.
lib_settings() {
	local ns=$1

	shift
	in_ns "$ns" bash -c '
		for setting; do
			echo "${setting#*=}" >"/proc/sys/net/${setting%%=*}" || exit
		done
		echo 3600 >/proc/sys/net/ipv6/route/gc_interval || exit
		for rps in /sys/class/net/*/queues/rx-0/rps_cpus; do
			echo 1 >"$rps" || exit
		done' bash "$@" || bail "$ns cannot be set up"
}

# topo_up: makes the network, with $CN $CORE $PAR $NAR $MN $AIR.  It may be
# called again, for another network; topo_down takes all of them away.
#
# Link-local addresses are given by hand.  The kernel must be told in a request
# before the one that brings the interface up, or it has made its own already.
topo_up() {
	local suffix=$LIB_TAG-$((${#LIB_NAMESPACES[@]} / 6))

	CN=cn-$suffix CORE=core-$suffix PAR=par-$suffix NAR=nar-$suffix MN=mn-$suffix AIR=air-$suffix
	export CN CORE PAR NAR MN AIR
	LIB_NAMESPACES+=("$CN" "$CORE" "$PAR" "$NAR" "$MN" "$AIR")
	# A carrier change is told at once only if the two ends of a link have
	# different numbers, as far as the kernel can tell.
	lib_batch <<-END
		netns add $CN
		netns add $CORE
		netns add $PAR
		netns add $NAR
		netns add $MN
		netns add $AIR
		link add name eth0 netns $CN type veth peer name cn0 netns $CORE
		link add name par0 netns $CORE type veth peer name up0 netns $PAR
		link add name nar0 netns $CORE type veth peer name up0 netns $NAR
		link add name acc0 netns $PAR index 20 type veth peer name ap1 index 21 netns $AIR
		link add name acc0 netns $NAR index 22 type veth peer name ap2 index 23 netns $AIR
		link add name wlan0 netns $MN index 24 type veth peer name radio index 25 netns $AIR
		link add name br1 netns $AIR type bridge stp_state 0 mcast_snooping 0
		link add name br2 netns $AIR type bridge stp_state 0 mcast_snooping 0
	END
	lib_batch -n "$AIR" <<-END
		link set br1 addrgenmode none
		link set br1 up
		link set br2 addrgenmode none
		link set br2 up
		link set ap1 addrgenmode none
		link set ap1 master br1 up
		link set ap2 addrgenmode none
		link set ap2 master br2 up
		link set radio addrgenmode none
		link set radio master br1 up
	END
	lib_batch -n "$CN" <<-END
		link set lo up
		link set eth0 addrgenmode none
		link set eth0 up
		addr add $CN_ADDR/64 dev eth0 nodad
		addr add fe80::2/64 dev eth0 nodad
		route add default via 2001:db8:c::1 dev eth0
	END
	lib_batch -n "$CORE" <<-END
		link set lo up
		link set cn0 addrgenmode none
		link set cn0 up
		link set par0 addrgenmode none
		link set par0 up
		link set nar0 addrgenmode none
		link set nar0 up
		addr add 2001:db8:c::1/64 dev cn0 nodad
		addr add 2001:db8:f1::1/64 dev par0 nodad
		addr add 2001:db8:f2::1/64 dev nar0 nodad
		addr add fe80::1/64 dev cn0 nodad
		addr add fe80::1/64 dev par0 nodad
		addr add fe80::1/64 dev nar0 nodad
		route add 2001:db8:1::/64 via 2001:db8:f1::2 dev par0
		route add 2001:db8:2::/64 via 2001:db8:f2::2 dev nar0
	END
	lib_settings "$CN"
	lib_settings "$AIR"
	lib_settings "$CORE" ipv6/conf/all/forwarding=1
	lib_router "$PAR" $PAR_ADDR $PAR_LL $PAR_MAC 2001:db8:f1::2 2001:db8:f1::1
	lib_router "$NAR" $NAR_ADDR $NAR_LL $NAR_MAC 2001:db8:f2::2 2001:db8:f2::1
	topo_mn
	lib_delay "$CN" "$CN_DELAY" eth0
	lib_delay "$CORE" "$CN_DELAY" cn0
	lib_delay "$CORE" "$AR_DELAY" par0 nar0
	lib_delay "$PAR" "$AR_DELAY" up0
	lib_delay "$NAR" "$AR_DELAY" up0
	# The routers get to know each other, on both ways to the node.
	na_ready $PCOA || bail "$CN_ADDR cannot reach $PCOA"
	na_ready $NAR_ADDR || bail "$CN_ADDR cannot reach $NAR_ADDR"
}

# The node knows both routers, as one that has had a Proxy Router Advertisement
# does, and holds its addresses as /128: nothing but its router is on its link.
topo_mn() {
	lib_settings "$MN" ipv6/conf/wlan0/accept_ra=0
	lib_batch -n "$MN" <<-END
		link set lo up
		link set wlan0 addrgenmode none
		link set wlan0 address $MN_MAC up
		addr add $MN_LL/64 dev wlan0 nodad
		addr add $PCOA/128 dev wlan0 nodad
		neigh add $PAR_LL lladdr $PAR_MAC dev wlan0 nud permanent
		neigh add $NAR_LL lladdr $NAR_MAC dev wlan0 nud permanent
		rule add from $PCOA lookup $PCOA_TABLE priority 100
		route add default via $PAR_LL dev wlan0 mtu $MN_MTU
	END
}

# What waits for a processor is not for the tests to lose: on one that stood
# still for a while, all that came in the meantime waits in one queue.
lib_backlog() {
	local setting=/proc/sys/net/core/netdev_max_backlog

	at_exit eval "echo $(<$setting) >$setting"
	echo 100000 >$setting
}

# topo_router: a smaller network, and quicker: one router with two links on
# either side, no delays, and nothing that moves.
#
#	$CN eth0 ---- up0 +------+ acc0 ---- wlan0 $MN	NCoA, 2001:db8:2::11
#	    eth1 ---- up1 | $NAR | acc1 ---- wlan0 $FAR	2001:db8:3::2
#			  +------+
#
# FAR, too, has the NCoA, and takes it out of a tunnel from 2001:db8:3::1.
NCOA2=2001:db8:2::11
FAR_ADDR=2001:db8:3::2
FAR_MAC=02:00:00:00:00:20

topo_router() {
	CN=cn-$LIB_TAG NAR=nar-$LIB_TAG MN=mn-$LIB_TAG FAR=far-$LIB_TAG
	export CN NAR MN FAR
	LIB_NAMESPACES+=("$CN" "$NAR" "$MN" "$FAR")
	lib_backlog
	lib_batch <<-END
		netns add $CN
		netns add $NAR
		netns add $MN
		netns add $FAR
		link add name eth0 netns $CN type veth peer name up0 netns $NAR
		link add name eth1 netns $CN type veth peer name up1 netns $NAR
		link add name acc0 netns $NAR index 20 type veth peer name wlan0 index 21 netns $MN
		link add name acc1 netns $NAR index 22 type veth peer name wlan0 index 23 netns $FAR
	END
	lib_router "$NAR" $NAR_ADDR $NAR_LL $NAR_MAC 2001:db8:c::1 $CN_ADDR
	lib_batch -n "$NAR" <<-END
		link set up1 up
		link set acc1 up
		addr add 2001:db8:d::1/64 dev up1 nodad
		addr add 2001:db8:3::1/64 dev acc1 nodad
	END
	lib_batch -n "$CN" <<-END
		link set lo up
		link set eth0 up
		link set eth1 up
		addr add $CN_ADDR/64 dev eth0 nodad
		addr add 2001:db8:d::2/64 dev eth1 nodad
		route add default via 2001:db8:c::1 dev eth0
	END
	lib_batch -n "$MN" <<-END
		link set lo up
		link set wlan0 addrgenmode none
		link set wlan0 address $MN_MAC up
		addr add $MN_LL/64 dev wlan0 nodad
		addr add $NCOA/128 dev wlan0 nodad
		addr add $NCOA2/128 dev wlan0 nodad
		neigh add $NAR_LL lladdr $NAR_MAC dev wlan0 nud permanent
		route add default via $NAR_LL dev wlan0
	END
	lib_batch -n "$FAR" <<-END
		link set lo up
		link set wlan0 address $FAR_MAC up
		addr add $FAR_ADDR/64 dev wlan0 nodad
		addr add $NCOA/128 dev wlan0 nodad
		route add default via 2001:db8:3::1 dev wlan0
		link add name far0 type ip6tnl mode any local $FAR_ADDR remote 2001:db8:3::1 encaplimit none
		link set far0 up
	END
	lib_settings "$CN"
	lib_settings "$MN"
	lib_settings "$FAR"
	busywait "$WAIT_MS" in_ns "$CN" ping -q -c 1 -W 1 $NAR_ADDR >/dev/null 2>&1 ||
		bail "$CN_ADDR cannot reach $NAR_ADDR"
}

# topo_router_ipv4: gives what topo_router has made IPv4 as well, but the node
# its address only when it is to be there: NODE4 belongs on its wlan0.
CN4=198.51.100.2
NAR4=192.0.2.1
NODE4=192.0.2.10

topo_router_ipv4() {
	ip -4 -n "$NAR" -batch - <<-END || bail "the router has no IPv4"
		addr add $NAR4/24 dev acc0
		addr add 198.51.100.1/24 dev up0
		addr add 203.0.113.1/24 dev up1
	END
	ip -4 -n "$CN" -batch - <<-END || bail "the correspondent node has no IPv4"
		addr add $CN4/24 dev eth0
		addr add 203.0.113.2/24 dev eth1
		route add default via 198.51.100.1
	END
	ip -4 -n "$MN" route add default via $NAR4 dev wlan0 onlink || bail "the node has no IPv4"
	lib_settings "$NAR" ipv4/ip_forward=1
	busywait "$WAIT_MS" in_ns "$CN" ping -q -c 1 -W 1 $NAR4 >/dev/null 2>&1 ||
		bail "$CN4 cannot reach $NAR4"
}

# topo_tunnel: a network for tunnels over IPv6 and IPv4, with a router between
# their ends, and no delays.
#
#	$CN eth0 ---- up0 $PAR out0 ---- in0 $CORE out0 ---- eth0 $FAR
#	   c::2    c::1       f1::1    f1::2      f2::2    f2::1	2001:db8:
#	192.0.2.2  .1   198.51.100.1    .2  203.0.113.2    .1
#
# The node is in FAR.  Its addresses, $NODE6 followed by a number of one digit,
# and $NODE4 likewise, are local there, and not routed to by CORE.
CN_ADDR4=192.0.2.2
OUT_ADDR=2001:db8:f1::1		# the ends of the tunnels
OUT_ADDR4=198.51.100.1
END_ADDR=2001:db8:f2::1
END_ADDR4=203.0.113.1

topo_tunnel() {
	CN=cn-$LIB_TAG PAR=par-$LIB_TAG CORE=core-$LIB_TAG FAR=far-$LIB_TAG
	NODE6=2001:db8:1:: NODE4=10.0.0.
	export CN PAR CORE FAR
	LIB_NAMESPACES+=("$CN" "$PAR" "$CORE" "$FAR")
	lib_backlog
	lib_batch <<-END
		netns add $CN
		netns add $PAR
		netns add $CORE
		netns add $FAR
		link add name eth0 netns $CN type veth peer name up0 netns $PAR
		link add name out0 netns $PAR type veth peer name in0 netns $CORE
		link add name out0 netns $CORE type veth peer name eth0 netns $FAR
	END
	lib_end "$CN" eth0 $CN_ADDR/64 $CN_ADDR4/24 2001:db8:c::1 192.0.2.1
	lib_end "$FAR" eth0 $END_ADDR/64 $END_ADDR4/24 2001:db8:f2::2 203.0.113.2
	lib_end "$PAR" up0 2001:db8:c::1/64 192.0.2.1/24
	lib_end "$PAR" out0 $OUT_ADDR/64 $OUT_ADDR4/24 2001:db8:f1::2 198.51.100.2
	lib_end "$CORE" in0 2001:db8:f1::2/64 198.51.100.2/24 $OUT_ADDR $OUT_ADDR4
	lib_end "$CORE" out0 2001:db8:f2::2/64 203.0.113.2/24
	lib_settings "$CN" && lib_settings "$FAR"
	lib_settings "$PAR" ipv6/conf/all/forwarding=1 ipv4/ip_forward=1
	lib_settings "$CORE" ipv6/conf/all/forwarding=1 ipv4/ip_forward=1
	busywait "$WAIT_MS" in_ns "$CN" ping -q -c 1 -W 1 $END_ADDR >/dev/null 2>&1 ||
		bail "$CN_ADDR cannot reach $END_ADDR"
	busywait "$WAIT_MS" in_ns "$CN" ping -q -c 1 -W 1 $END_ADDR4 >/dev/null 2>&1 ||
		bail "$CN_ADDR4 cannot reach $END_ADDR4"
}

lib_end() { # lib_end NETNS DEV ADDR6 ADDR4 [GATEWAY6 GATEWAY4]
	lib_batch -n "$1" <<-END
		link set lo up
		link set $2 addrgenmode none
		link set $2 up
		addr add $3 dev $2 nodad
		addr add fe80::${3##*:} dev $2 nodad
	END
	ip -n "$1" addr add "$4" dev "$2" || bail "$4 cannot be added"
	[[ ${5-} ]] || return 0
	ip -n "$1" -6 route add default via "$5" && ip -n "$1" route add default via "$6" ||
		bail "$1 has no default route"
}

# na_ready ADDR: waits until the correspondent node's packets reach ADDR and
# answers come back
na_ready() {
	busywait "$WAIT_MS" in_ns "$CN" ping -q -c 1 -W 1 -I $CN_ADDR "$1" >/dev/null 2>&1
}

# topo_down: takes every network away that topo_up has made
topo_down() {
	local ns pids=()

	((${#LIB_NAMESPACES[@]})) || return 0
	for ns in "${LIB_NAMESPACES[@]}"; do
		mapfile -t -O "${#pids[@]}" pids < <(ip netns pids "$ns" 2>/dev/null)
	done
	if ((${#pids[@]})); then
		kill -KILL "${pids[@]}" 2>/dev/null
		wait "${pids[@]}" 2>/dev/null	# takes in silence what the shell would tell
	fi
	printf 'netns del %s\n' "${LIB_NAMESPACES[@]}" | ip -force -batch - 2>/dev/null
	LIB_NAMESPACES=()
	return 0
}

# ---- a predictive handover, scripted ------------------------------------

# HANDOVER_LOG, if set, gets the events, each with its time.

lib_mark() {
	[[ ${HANDOVER_LOG-} ]] && mark "$HANDOVER_LOG" "$1"
	return 0
}

# handover_prepare [BINDING-ARGUMENT]...: what HI, HAck and FBack settle.  The
# NAR holds what comes for the NCoA (the arguments are added to its binding),
# and the node has the NCoA, and a tunnel to the PAR whose queue is plugged.
handover_prepare() {
	fmipctl -n "$NAR" binding add dst $NCOA gate hold target link dev acc0 \
		proxy $NCOA dev acc0 attach una dev acc0 "$@" || bail "the NAR refused the binding"
	lib_batch -n "$MN" <<-END
		addr add $NCOA/128 dev wlan0 nodad preferred_lft 0
		link add name fast0 type ip6tnl mode any local $NCOA remote $PAR_ADDR encaplimit none
		link set fast0 addrgenmode none
		link set fast0 mtu $((MN_MTU - 40)) txqueuelen 10000 up
	END
	tc -n "$MN" qdisc add dev fast0 root plug limit 4000000 || bail "the uplink has no plug"
	lib_mark prepared
}

# lib_arm NAME COMMAND...: starts a program that waits for its standard input;
# lib_tell NAME LINE... gives it all of that; lib_done NAME waits for its end.
lib_arm() {
	local name=$1

	shift
	rm -f "$LIB_TMP/$name.go"
	mkfifo "$LIB_TMP/$name.go"
	lib_child "$@" <"$LIB_TMP/$name.go" >"$LIB_TMP/$name" &
	LIB_PIDS+=($!)
	printf -v "LIB_ARMED_$name" %d $!
	exec {LIB_FD}>"$LIB_TMP/$name.go"
	LIB_GO[$!]=$LIB_FD
}

lib_armed() {
	local pid=LIB_ARMED_$1

	[[ ${!pid-} ]]
}

lib_tell() {
	local pid=LIB_ARMED_$1 fd

	fd=${LIB_GO[${!pid}]}
	unset "LIB_GO[${!pid}]"
	shift
	printf '%s\n' "$@" >&"$fd"
	exec {fd}>&-
}

lib_done() {
	local armed=LIB_ARMED_$1 pid

	pid=${!armed}
	unset "$armed"
	wait "$pid"
}

lib_arm_redirect() {
	lib_arm par fmipctl -n "$PAR" -b -
	lib_arm mn ip -6 -n "$MN" -batch -
}

lib_arm_move() { # lib_arm_move [to BRIDGE]
	: >"$LIB_TMP/announcer"
	background in_ns "$MN" ndsend una --wait-carrier --dev wlan0 --target $NCOA \
		${HANDOVER_LOG:+--log "$HANDOVER_LOG"} --unplug fast0 >"$LIB_TMP/announcer"
	LIB_ANNOUNCER=$!
	lib_arm radio radio move --on-line --netns "$AIR" --port radio --to "${2:-br2}" \
		--gap "$GAP_MS" --echo "$MN,wlan0,$PAR_LL" \
		${HANDOVER_LOG:+--log "$HANDOVER_LOG"}
	wait_line "$WAIT_MS" "$LIB_TMP/announcer" ready || bail "ndsend does not wait for the carrier"
	wait_line "$WAIT_MS" "$LIB_TMP/radio" ready || bail "radio does not wait for the word"
}

# handover_arm [to BRIDGE]: starts the processes that the next two need, so that
# these wait for none to start.  It may be left out.
handover_arm() {
	lib_arm_redirect
	lib_arm_move "$@"
}

# handover_redirect [BINDING-ARGUMENT]...: what the FBU asks of the PAR.  From
# now on the node's packets go to the NAR, and its own wait in its tunnel.
handover_redirect() {
	lib_armed par || lib_arm_redirect
	lib_mark redirect
	lib_tell par "tunnel add id 1 local $PAR_ADDR remote $NCOA" \
		"binding add dst $PCOA target tunnel 1 accept tunnel 1 from src $*"
	lib_tell mn "route replace default dev fast0 table $PCOA_TABLE" \
		"route replace default via $NAR_LL dev wlan0 mtu $MN_MTU"
	lib_done par || bail "the PAR refused the binding"
	lib_done mn || bail "the node's routes are amiss"
	lib_mark redirected
}

# handover_move [to BRIDGE]: when all that it has sent has reached the PAR, the
# node loses its link, and $GAP_MS later it has another one, where it announces
# itself and lets its own packets go.
handover_move() {
	lib_armed radio || lib_arm_move "$@"
	lib_tell radio move
	lib_done radio || bail "the radio did not move"
	wait "$LIB_ANNOUNCER" || bail "the node could not announce itself"
	lib_mark moved
}

# node_moved: the node is on the NAR's link, with the NCoA and a tunnel to the
# PAR, as if it had been handed over; what it sends itself goes by the NAR
node_moved() {
	lib_batch -n "$AIR" <<-END
		link set radio master br2
	END
	lib_batch -n "$MN" <<-END
		addr add $NCOA/128 dev wlan0 nodad preferred_lft 0
		link add name fast0 type ip6tnl mode any local $NCOA remote $PAR_ADDR encaplimit none
		link set fast0 addrgenmode none
		link set fast0 up
		route replace default via $NAR_LL dev wlan0
	END
	na_ready $NCOA || bail "$CN_ADDR cannot reach $NCOA"
}

# ---- a node that arrives ------------------------------------------------

BURST=12		# packets held in each case
CASE=0			# those of case N go to port 7000 + N

# node_is_deaf: the node of topo_router does not answer whoever asks where it is,
# and need not prove that it is reachable for a while.  By its link-local address
# it takes part in round_trip.
node_is_deaf() {
	in_ns "$MN" nft -f - <<-END || bail "nft refused the rules"
		table ip6 deaf {
			chain input {
				type filter hook input priority 0
				icmpv6 type nd-neighbor-solicit drop
			}
		}
	END
	lib_settings "$MN" ipv4/conf/all/arp_ignore=8
	lib_settings "$NAR" ipv6/neigh/acc0/delay_first_probe_time=1000 \
		ipv4/neigh/acc0/delay_first_probe_time=1000
	lib_batch -n "$NAR" <<<"neigh replace $MN_LL lladdr $MN_MAC dev acc0 nud permanent"
}

# round_trip: what the node has sent to the router has been looked at
round_trip() {
	in_ns "$MN" ping -q -c 1 -W 10 $NAR_LL%wlan0 >/dev/null || bail "the router is silent"
}

# burst ADDR: $BURST packets from $CN
burst() {
	in_ns "$CN" udplog send --to "$1" --port $((7000 + CASE)) --count $BURST \
		--log "$LIB_TMP/burst.sent"
}

# burst_wait ADDR: the node listens for them
burst_wait() {
	background in_ns "$MN" udplog recv --port $((7000 + CASE)) --count $BURST --wait 60000 \
		--bind "$1" --log "$LIB_TMP/burst" >"$LIB_TMP/burst.ready"
	LIB_BURST=$!
	wait_line "$WAIT_MS" "$LIB_TMP/burst.ready" ready || bail "udplog does not listen"
}

# burst_arrived: it has got all of them, in order
burst_arrived() {
	wait "$LIB_BURST"
	[[ $(sed '1d; s/,.*//' "$LIB_TMP/burst" | tr '\n' ' ') == "$(seq -s ' ' 0 $((BURST - 1))) " ]]
}

# ---- packets made by hand -----------------------------------------------

# inject_start: gets ready for inject; takes seconds, so call it early
inject_start() {
	local fifo=$LIB_TMP/inject

	mkfifo "$fifo.in" "$fifo.out"
	/usr/bin/python3 "$LIB_DIR/inject.py" <"$fifo.in" >"$fifo.out" &
	LIB_PIDS+=($!)
	exec {LIB_INJECT_IN}>"$fifo.in" {LIB_INJECT_OUT}<"$fifo.out"
}

# inject NETNS EXPRESSION: sends a packet, which scapy understands, from there
inject() {
	local answer=

	echo "$*" >&"$LIB_INJECT_IN"
	read -r -t 60 -u "$LIB_INJECT_OUT" answer
	[[ $answer == sent ]] || bail "$2: ${answer:-no answer}"
}

# ---- tunnels of every kind ----------------------------------------------

# In the network of topo_tunnel: an encapsulation, with a key or without, is a row,
# and number N of the node's addresses of each family is bound to row N.
#	name		tunnel	key out	key in	overhead
ROWS=(
	"ip6		1	-	-	40"
	"ip4		2	-	-	20"
	"gre6		3	-	-	44"
	"gre6-key	3	70	1070	48"
	"gre4		4	-	-	24"
	"gre4-key	4	71	1071	28"
	"udp4		5	-	-	28"
	"tlv4		6	-	-	32"
	"tlv4-key	6	72	1072	40"
)
TLV_SPORT=5438 TLV_DPORT=5439

# par ARGUMENT...: fmipctl at the PAR
par() {
	fmipctl -n "$PAR" "$@" || bail "the PAR refused: $*"
}

# row N: reads a row into NAME TUNNEL KEY KEY_IN, with the outer FAMILY
row() {
	# shellcheck disable=SC2086
	set -- ${ROWS[$1 - 1]}
	NAME=$1 TUNNEL=$2 KEY=$3 KEY_IN=$4 OVERHEAD=$5
	[[ $NAME == *6* ]] && FAMILY=6 || FAMILY=4
}

# tunnels: those of the rows; bindings: one for each row
tunnels() {
	par tunnel add id 1 local $OUT_ADDR remote $END_ADDR
	par tunnel add id 2 local $OUT_ADDR4 remote $END_ADDR4 encap ip4
	par tunnel add id 3 local $OUT_ADDR remote $END_ADDR encap gre6
	par tunnel add id 4 local $OUT_ADDR4 remote $END_ADDR4 encap gre4
	par tunnel add id 5 local $OUT_ADDR4 remote $END_ADDR4 encap udp4
	par tunnel add id 6 local $OUT_ADDR4 remote $END_ADDR4 encap tlv4 \
		sport $TLV_SPORT dport $TLV_DPORT
}

bindings() {
	local i

	for i in "${!ROWS[@]}"; do
		row $((++i))
		[[ $KEY == - ]] && KEY='' KEY_IN=''
		par binding add id "$i" dst $NODE6$i dst $NODE4$i \
			target tunnel "$TUNNEL" ${KEY:+key $KEY} \
			accept tunnel "$TUNNEL" ${KEY_IN:+key $KEY_IN} from src
	done
}

# settle: what has been sent has arrived
settle() {
	in_ns "$CN" ping -q -c 1 -W 5 $END_ADDR >/dev/null || bail "no answer from the far end"
	in_ns "$FAR" ping -q -c 1 -W 5 $CN_ADDR >/dev/null || bail "no answer from the CN"
}

# to_node N FAMILY PORT [FIELDS [EXTENSION-HEADERS]]: the words for a packet from
# the CN to the node
to_node() {
	local ip="IPv6(**dict(dict(src='$CN_ADDR',dst='$NODE6$1')${4:+,$4}))"

	[[ $2 == 4 ]] && ip="IP(**dict(dict(src='$CN_ADDR4',dst='$NODE4$1')${4:+,$4}))"
	echo "$ip/${5:+$5/}UDP(sport=9,dport=$3)/Raw(b'f'*64)"
}

# from_node N FAMILY PORT [FIELDS]: and from the node to the CN
from_node() {
	local ip="IPv6(**dict(dict(src='$NODE6$1',dst='$CN_ADDR')${4:+,$4}))"

	[[ $2 == 4 ]] && ip="IP(**dict(dict(src='$NODE4$1',dst='$CN_ADDR4')${4:+,$4}))"
	echo "$ip/UDP(sport=9,dport=$3)/Raw(b'f'*64)"
}

# outer6 [FIELDS], outer4 [FIELDS]: the header of a packet from the far end
outer6() {
	echo "IPv6(**dict(dict(src='$END_ADDR',dst='$OUT_ADDR')${1:+,$1}))"
}

outer4() {
	echo "IP(**dict(dict(src='$END_ADDR4',dst='$OUT_ADDR4')${1:+,$1}))"
}

# outer N FAMILY [FIELDS]: all that is around a packet of that family, as the
# other end of that row would send it
outer() {
	local number=41 proto=0x86dd gre

	[[ $2 == 4 ]] && number=4 proto=0x0800
	row "$1"
	gre="GRE(proto=$proto)"
	[[ $KEY_IN == - ]] || gre="GRE(proto=$proto,key_present=1,key=$KEY_IN)"
	case $NAME in
	ip6) outer6 "nh=$number${3:+,$3}" ;;
	ip4) outer4 "proto=$number${3:+,$3}" ;;
	gre6*) echo "$(outer6 "nh=47${3:+,$3}")/$gre" ;;
	gre4*) echo "$(outer4 "proto=47${3:+,$3}")/$gre" ;;
	udp4) echo "$(outer4 "${3-}")/UDP(sport=5437,dport=5437)" ;;
	esac
}

# tunnelled N FAMILY PORT [FIELDS [OUTER-FIELDS]]: a packet from the node as the
# other end sends it
tunnelled() {
	local inner tlv=000029 gre=000086dd

	inner=$(from_node "$1" "$2" "$3" "${4-}")
	[[ $2 == 4 ]] && tlv=000004 gre=00000800
	row "$1"
	case $NAME in
	tlv4) tlv "$2" "$inner" "${5-}" ;;
	tlv4-key) tlv 47 "GRE(proto=0x${gre:4},key_present=1,key=$KEY_IN)/$inner" "${5-}" ;;
	*) echo "$(outer "$1" "$2" "${5-}")/$inner" ;;
	esac
}

# tlv FAMILY-OR-47 WORDS [OUTER-FIELDS [LENGTH-ERROR [FIRST-BYTE]]]: behind a TLV header
tlv() {
	local number=$1

	[[ $1 == 6 ]] && number=41
	echo "(lambda p: $(outer4 "${3-}")/UDP(sport=$TLV_DPORT,dport=$TLV_SPORT)/" \
		"Raw(bytes([${5:-0},$number])+(len(p)+${4:-0}).to_bytes(2,'big')+p))(bytes($2))"
}

# far_device N DEVICE FAMILY...: what the node has at N of these families is
# reached by the device, and answers by it
far_device() {
	local n=$1 dev=$2 family

	shift 2
	lib_batch -n "$FAR" <<<"link set $dev up"
	for family; do
		if [[ $family == 6 ]]; then
			ip -n "$FAR" addr add $NODE6$n/128 dev "$dev" nodad
			ip -n "$FAR" -6 rule add from $NODE6$n lookup $((100 + n))
			ip -n "$FAR" -6 route add default dev "$dev" table $((100 + n))
		else
			ip -n "$FAR" addr add $NODE4$n/32 dev "$dev"
			ip -n "$FAR" rule add from $NODE4$n lookup $((200 + n))
			ip -n "$FAR" route add default dev "$dev" table $((200 + n))
		fi || bail "$dev cannot be used"
	done
}

# far_devices: the kernel's own devices are the far ends of the rows 1 to 6
far_devices() {
	local six="local $END_ADDR remote $OUT_ADDR" four="local $END_ADDR4 remote $OUT_ADDR4"

	ip -n "$FAR" -batch - <<-END || bail "the far end has no such devices"
		link add name t1 type ip6tnl mode any $six
		link add name t2 type sit $four
		link add name t2i type ipip $four
		link add name t3 type ip6gre $six
		link add name t4 type ip6gre $six ikey 70 okey 1070
		link add name t5 type gre $four
		link add name t6 type gre $four ikey 71 okey 1071
	END
	far_device 1 t1 6 4
	far_device 2 t2 6
	far_device 2 t2i 4
	far_device 3 t3 6 4
	far_device 4 t4 6 4
	far_device 5 t5 6 4
	far_device 6 t6 6 4
}

# far_udp FAMILY: a device of row 2 becomes that of row 7, foo over UDP, for packets
# of one family
far_udp() {
	local dev=t2 kind=sit number=41

	[[ $1 == 4 ]] && dev=t2i kind=ipip number=4
	modprobe fou
	ip -n "$FAR" fou del port 5437 2>/dev/null
	ip -n "$FAR" fou add port 5437 ipproto $number &&
		ip -n "$FAR" link set $dev type $kind encap fou encap-sport 5437 encap-dport 5437 ||
		bail "no foo over UDP"
	far_device 7 $dev "$1"
}

# far_fmip: fmip itself is the far end of row 9; the CN is $CN_TOO and $CN_TOO4 to it
CN_TOO=2001:db8:c::3
CN_TOO4=192.0.2.3
far_fmip() {
	row 9
	# By itself the CN shall not prefer it.
	lib_batch -n "$CN" <<<"addr add $CN_TOO/64 dev eth0 nodad preferred_lft 0"
	lib_batch -n "$FAR" <<<"addr add ${NODE6}9/128 dev lo nodad"
	ip -n "$CN" addr add $CN_TOO4/24 dev eth0 && ip -n "$FAR" addr add ${NODE4}9/32 dev lo ||
		bail "no more addresses"
	lib_settings "$FAR" ipv6/conf/all/forwarding=1 ipv4/ip_forward=1
	fmipctl -n "$FAR" -b - <<-END || bail "the far end refused"
		tunnel add id 6 local $END_ADDR4 remote $OUT_ADDR4 encap tlv4 sport $TLV_DPORT dport $TLV_SPORT
		binding add id 9 local dst $CN_TOO dst $CN_TOO4 target tunnel 6 key $KEY_IN accept tunnel 6 key $KEY from src
	END
}

# reaches ADDR [PING-ARGUMENT]...: does the node answer the CN?
reaches() {
	in_ns "$CN" ping -q -c 3 -i 0.05 -W 5 "${@:2}" "$1"
}

# ---- a file over TCP ----------------------------------------------------

# web_start NETNS ADDR BYTES: something to download
web_start() {
	WEB_URL="http://[$2]:8080/file"
	mkdir -p "$LIB_TMP/web"
	head -c "$3" /dev/urandom >"$LIB_TMP/web/random"
	cp "$LIB_TMP/web/random" "$LIB_TMP/web/file"
	cat >"$LIB_TMP/web.conf" <<-END
		server.document-root = "$LIB_TMP/web"
		server.port = 8080
		server.bind = "[$2]"
		server.modules = ()
		server.stat-cache-engine = "disable"
	END
	background in_ns "$1" lighttpd -D -f "$LIB_TMP/web.conf" >"$LIB_TMP/web.log" 2>&1
	busywait "$WAIT_MS" in_ns "$1" curl -s -o /dev/null "$WEB_URL" ||
		bail "lighttpd: $(<"$LIB_TMP/web.log")"
}

# download NETNS SOURCE-ADDR BYTES: so much of it; is it the same?
download() {
	head -c "$3" "$LIB_TMP/web/random" >"$LIB_TMP/web/file"
	in_ns "$1" curl -s -S --max-time 60 --interface "$2" -o "$LIB_TMP/download" "$WEB_URL" ||
		return
	cmp "$LIB_TMP/web/file" "$LIB_TMP/download"
}
