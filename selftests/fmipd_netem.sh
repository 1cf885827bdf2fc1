#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whole handovers by fmipd's own protocol where the signalling suffers: each of RtSolPr,
# PrRtAdv, FBU, FBack, HI and HAck may be lost, come twice, or be overtaken on each link;
# the packets for the node do not, so that what becomes of them is the handover's doing.
#
# What is asserted, and why:
#
#   - However the signalling fares, the handover ends where it should, since whoever is
#     not answered asks again, more often than this loss can defeat: the PAR redirects to
#     where the node is, the NAR has nothing buffered any more, and what is sent to the
#     PCoA reaches the node and is answered, through the tunnel to the PAR.
#   - If the PAR redirected before the node left, no packet is lost, none comes twice, and
#     they come in order: all that could be on the old link is there before the node
#     leaves, and the rest is buffered at the NAR.  Whether the FBack came through does not
#     matter: the UNA opens the gate.
#   - If it did not, no router has seen that the node is gone: no packet is lost even so,
#     and those that arrive for the first time arrive in order.  What comes twice is out of
#     the PAR's copies, all of them, or those that are newer than when the node's link went
#     down, where that is known.  How many these are is printed.
#   - If the node never arrives, both routers end what they have for it when the lifetime
#     is over that it has been granted.
#
# Which handover suffers what is drawn from a seed, which is printed: SEED=n repeats it.
# The dice for each packet are the kernel's own, as its netem takes no seed before Linux 6.6.
#
# shellcheck disable=SC2016,SC2034,SC2086,SC2154

CN_DELAY=0 AR_DELAY=0
HI_FIRST=100ms
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=fmipd-lib.sh
. "${BASH_SOURCE[0]%/*}/fmipd-lib.sh"

: "${SEED:=5568}"
: "${HANDOVERS:=6}"
RATE=100
UNSPOILT=0

# ---- the links ------------------------------------------------------------------------

# faults: what the signalling suffers in this handover
faults() {
	FAULTS="delay $((1 + RANDOM % 10))ms 5ms loss $((RANDOM % 4 * 5))% duplicate $((RANDOM % 4 * 10))%"
}

# spoil NETNS DEV SELECTOR...: what goes out there, of packets with these u32 matches
spoil() {
	local ns=$1 dev=$2 match

	shift 2
	{
		echo "qdisc add dev $dev root handle 1: prio bands 2 priomap 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0"
		echo "qdisc add dev $dev parent 1:1 pfifo limit 10000"
		echo "qdisc add dev $dev parent 1:2 netem $FAULTS"
		for match; do
			echo "filter add dev $dev parent 1: protocol ipv6 u32 $match flowid 1:2"
		done
	} | tc -n "$ns" -batch - || bail "netem: no faults can be had on $dev of $ns"
}

# An FBU is behind its Home Address option.
FBU="match u8 60 0xff at 6"
MH="match u8 135 0xff at 6"
ND="match u8 58 0xff at 6 match u8 154 0xff at 40"

spoil_all() {
	spoil "$MN" wlan0 "$FBU" "$MH" "$ND"
	spoil "$PAR" acc0 "$MH" "$ND"
	spoil "$NAR" acc0 "$MH"
	spoil "$PAR" up0 "$MH match ip6 dst $NAR_ADDR/128"
	spoil "$NAR" up0 "$MH match ip6 dst $PAR_ADDR/128"
}

# suffered: how many of the packets that were to suffer have been lost
suffered() {
	local where

	for where in "$MN wlan0" "$PAR acc0" "$NAR acc0" "$PAR up0" "$NAR up0"; do
		tc -n ${where% *} -s qdisc show dev ${where#* } | grep -A1 netem
	done | awk '/dropped/ { sent += $4; lost += $7 } END { print sent " sent, " lost + 0 " lost" }'
}

# ---- a handover ----------------------------------------------------------------------

# begin [SETTINGS]: a new network; SETTINGS are of both routers
begin() {
	topo_down
	rm -rf "$LIB_TMP"/fmipd.*
	topo_up
	fmipd_node "rtsolpr = { retries = 5; }; fbu = { retries = 7; }; fback_wait = \"2s\";"
	fmipd_config "$PAR" $'ar.window = { age = "30s"; packets = 5000; };\n'"${1-}"
	fmipd_config "$NAR" $'ar.linger = "300ms";\n'"${1-}"
	fmipd_start "$PAR"
	fmipd_start "$NAR"
	fmipd_start "$MN"
	faults
	spoil_all
}

traffic() {
	receiver "$LIB_TMP/mn" "$MN" $PCOA
	packets
}

packets() {
	background ip netns exec "$CN" udplog send --bind $CN_ADDR --to $PCOA --port 17000 \
		--rate $RATE --time 60 --log "$LIB_TMP/sent"
	SENDER=$!
}

# leaves [RADIO-OPTION]...
leaves() {
	lib_arm radio radio move --on-line --netns "$AIR" --port radio --to br2 --gap "$GAP_MS" \
		"$@" --carrier "$MN,wlan0" --tell \
		"$LIB_TMP/fmipd.$MN/control,{\"command\":\"link\",\"change\":\"up\",\"interface\":\"wlan0\",\"ap\":\"$NAR_AP\",\"ns\":%}"
	wait_line "$WAIT_MS" "$LIB_TMP/radio" ready || bail "radio does not wait for the word"
	BEFORE=$(fmipd_state "$PAR" par)
	lib_tell radio move
	lib_done radio || bail "the radio did not move"
}

# ready: the node has its answer, or has waited for it long enough
ready() {
	file_has "$LIB_TMP/fmipd.$MN/log" "leaves without an answer" ||
		file_has "$LIB_TMP/fmipd.$MN/log" "ready to leave"
}

# knows_nar: the PrRtAdv has come through
knows_nar() {
	(($(fmipd_count "$MN" received) >= 1))
}

# there: the address that the node says it has come to, if that has been answered
there() {
	agent "$MN" -j handover show | jq -r '.[] | select(.state == "there") | .ncoa'
}

# comes N: so many packets have come for the node
comes() {
	counters "$PAR" dst $PCOA && ((COUNT[received] >= $1))
}

# over: all three are where they should be in the end
over() {
	local ncoa

	ncoa=$(there)
	[[ $ncoa && $(fmipd_state "$PAR" par) == redirected ]] &&
		fmipctl -n "$PAR" binding show dst $PCOA | grep -q "target tunnel" &&
		fmipctl -n "$PAR" tunnel show | grep -q "remote $ncoa" &&
		[[ $(bindings "$NAR") != *" hold"* && $(bindings "$NAR") != *" draining"* ]]
}

# judge NAME
judge() {
	local got all twice

	stop "$SENDER"
	fence "$LIB_TMP/mn" $PCOA
	got=$(arrived "$LIB_TMP/mn")
	all="0-$(($(wc -l <"$LIB_TMP/sent") - 2)) fence"
	if [[ $BEFORE == redirected ]]; then
		((++UNSPOILT))
		is "$1: the PAR redirected before the node left: all arrive, in order, none twice" \
			"$got" "$all"
		return
	fi
	read -r got twice < <(udplog report --json --sent "$LIB_TMP/sent" \
		--received "$LIB_TMP/mn" | jq -r '"\(.lost),\(.reordered) \(.duplicated)"')
	is "$1: the PAR was $BEFORE when the node left: none is lost, nor out of order" "$got" 0,0
	diag "$1: $twice of $(($(wc -l <"$LIB_TMP/sent") - 1)) come twice"
}

# told_when: who controls the radio tells the node since when it is away
told_when() {
	echo "$LIB_TMP/fmipd.$MN/control,{\"command\":\"link\",\"change\":\"down\",\"interface\":\"wlan0\",\"ns\":%}"
}

# handover NUMBER predictive|reactive|told
handover() {
	local name="$1 ($2)" options=()

	begin
	diag "$name: $FAULTS"
	if [[ $2 == predictive ]]; then
		traffic
		agent "$MN" handover start ap $NAR_AP || bail "no handover can be started"
		busywait "$WAIT_MS" ready || diag "$name: the node never got ready"
	else
		agent "$MN" link fade dev wlan0 || bail "the node is not told of its link"
		busywait "$WAIT_MS" knows_nar || diag "$name: no router has answered the node"
		traffic
		check "$name: packets come" busywait "$WAIT_MS" comes $RATE
		[[ $2 == told ]] && options=(--tell-down "$(told_when)")
	fi
	leaves "${options[@]}"
	check "$name: it ends in the right state" busywait "$WAIT_MS" over
	check "$name: the node can be reached by its PCoA, and answers" na_ready $PCOA
	judge "$name"
	diag "$name: signalling $(suffered)"
	for ns in "$PAR" "$NAR" "$MN"; do
		check "$name: the log of $ns has no complaint" fmipd_complaints "$ns"
	done
	((LIB_FAILED)) && { fmipd_logs; diag "$(<"$LIB_TMP/fmipd.$MN/log")"; }
	return 0
}

# gone NETNS ROLE STATE: it has nothing for the node any more
gone() {
	[[ ! $(bindings "$1") && ! $(fmipctl -n "$1" tunnel show) ]] && fmipd_is "$@"
}

never_arrives() {
	local name="never arrives" ncoa

	begin 'ar.lifetime_max = "5s";'
	diag "$name: $FAULTS"
	packets
	agent "$MN" handover start ap $NAR_AP || bail "no handover can be started"
	check "$name: the PAR redirects" fmipd_wait "$PAR" par redirected
	ncoa=$(fmipd_ncoa)
	ip -n "$AIR" link set radio down
	check "$name: packets are buffered" wait_counted "COUNT[buffered] >= 20" "$NAR" dst "$ncoa"
	check "$name: the PAR has nothing of it in the end" busywait "$WAIT_MS" gone "$PAR" par known
	check "$name: nor has the NAR" busywait "$WAIT_MS" gone "$NAR" nar ""
	stop "$SENDER"
	for ns in "$PAR" "$NAR" "$MN"; do
		check "$name: the log of $ns has no complaint" fmipd_complaints "$ns"
	done
	((LIB_FAILED)) && { fmipd_logs; diag "$(<"$LIB_TMP/fmipd.$MN/log")"; }
	return 0
}

need ip tc udplog radio fmipctl fmipd jq /usr/bin/python3
# shellcheck disable=SC2119
load_module
wire_start
RANDOM=$SEED
diag "seed $SEED"
for ((i = 1; i <= HANDOVERS; i++)); do
	case $((i % 6)) in
	3) handover "$i" reactive ;;
	0) handover "$i" told ;;
	*) handover "$i" predictive ;;
	esac
done
never_arrives
check "some were predictive" test "$UNSPOILT" -gt 0
tap_done
