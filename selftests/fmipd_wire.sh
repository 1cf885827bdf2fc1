#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The signalling of an access router on the wire (RFC 5568), with fmipd as PAR and as NAR.
# The mobile node, the stranger and the liar are fmipd.py, which lays out what they send
# and what the daemon is to answer byte by byte: each message that it sends is compared
# with that, and tshark must find in it what is meant.  Where tshark 4.0 is wrong is listed
# with the sections that settle it in tools/fmipd/tests/wireshark.py; those octets are
# compared with the layout alone.
#
# shellcheck disable=SC2016,SC2034,SC2086,SC2154

CN_DELAY=0
: "${WAIT_MS:=15000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=fmipd-lib.sh
. "${BASH_SOURCE[0]%/*}/fmipd-lib.sh"

SEQ="int.from_bytes(seen[6:8])"		# which its sender chooses

# unchanged NAME NETNS ROLE STATE COUNTER N: the handover is where it was, there are as
# many bindings, and the counter says why
unchanged() {
	local name=$1

	shift
	fmipd_wait_count "$1" "$4" "$5"
	is "$name: $4 is counted" "$(fmipd_count "$1" "$4")" "$5"
	is "$name: nothing has changed" "$(fmipd_state "$1" "$2") $(bindings "$1")" "$3"
}

received() {
	fmipd_wait_count "$1" received "$2"
}

# ---- PrRtAdv ------------------------------------------------------------------

solicitations() {
	send "$MN" "to_par(solicit(0x1001, NAR_AP))"
	sent "$PAR" "PrRtAdv for an access point of the NAR has all that is known of it" \
		"prrtadv(0, 0x1001, layout.router(NAR_AP))"
	send "$MN" "to_par(wildcard(0x1002))"
	sent "$PAR" "PrRtAdv for all access points names those of routers that take part" \
		"prrtadv(0, 0x1002, layout.router(NAR_AP))"
	send "$MN" "to_par(solicit(0x1003, LONE_AP, NAR_AP, FAR_AP))"
	sent "$PAR" "PrRtAdv for some that are not known has Code 3, and why for each" \
		"prrtadv(3, 0x1003, [nd_lla(7, LONE_AP), *layout.router(NAR_AP), nd_lla(6, FAR_AP)])"
	send "$MN" "to_par(solicit(0x1004, PAR_AP, FAR_AP))"
	sent "$PAR" "PrRtAdv for none that leads elsewhere has Code 2" \
		"prrtadv(2, 0x1004, [nd_lla(5, PAR_AP), nd_lla(6, FAR_AP)])"
	send "$MN" "to_par(solicit(0x1005, LONE_AP, to=PAR_LL))"
	sent "$PAR" "PrRtAdv for one whose router has no fast handovers, asked for by unicast" \
		"prrtadv(2, 0x1005, [nd_lla(7, LONE_AP)])"
	received "$PAR" 5
	is "each RtSolPr is answered" "$(fmipd_count "$PAR" sent)" 5
	send "$MN" "to_par(solicit(0x1006, NAR_AP), hops=254)"
	unchanged "a RtSolPr from beyond the link" "$PAR" par "copying $PCOA copy" malformed 1
	send "$MN" "to_par(bad_checksum(solicit(0x1007, NAR_AP)))"
	send "$MN" "to_par(solicit(0x1008))"
	unchanged "a RtSolPr that asks for nothing" "$PAR" par "copying $PCOA copy" incomplete 1
}

# Unasked: of one access point to one node, of all to all that are on the link.
neighbourhood() {
	agent "$PAR" neighbor advertise node $PCOA ap $NAR_AP || bail "no node can be told"
	sent "$PAR" "PrRtAdv with Code 4 tells a node of an access point" \
		"tells_of(layout.router(NAR_AP), PCOA)"
	agent "$PAR" neighbor advertise dev acc0 || bail "the nodes of a link cannot be told"
	sent "$PAR" "PrRtAdv with Code 4 tells all nodes of those of routers that take part" \
		"tells_of(layout.router(NAR_AP), ALL_NODES)"
}

# ---- what a PAR refuses -----------------------------------------------------------

fbu_refused() { # NAME COUNTER N EXPRESSION
	send "$MN" "to_par($4)"
	unchanged "an FBU $1" "$PAR" par "copying $PCOA copy" "$2" "$3"
}

false_fbus() {
	fbu_refused "with an authenticator that is wrong" bad_authenticator 1 "forged(fbu(1))"
	fbu_refused "without one" bad_authenticator 2 "unsigned(fbu(1))"
	fbu_refused "signed for another NCoA" bad_authenticator 3 "fbu(1, signed=CN)"
	fbu_refused "without a Home Address option" no_home 1 "without_home(fbu(1))"
	fbu_refused "with a key that there is not" no_key 1 "other_key(fbu(1))"
	fbu_refused "of an address without a key" no_key 2 "fbu(1, pcoa=CN)"
	send "$MN" "to_par(bad_checksum(fbu(1)))"
}

# ---- what a NAR refuses -----------------------------------------------------------

# hi_refused NAME NETNS EXPRESSION CODE TO [COUNTER N]
HIS=0
hi_refused() {
	send "$2" "Routed($3)"
	sent "$NAR" "HAck for a HI $1" "acknowledge(0x2001, $4, to=$5)"
	received "$NAR" $((++HIS))
	is "a HI $1: nothing has changed" "$(fmipd_state "$NAR" nar) $(bindings "$NAR")" " "
	[[ ${6-} ]] && is "a HI $1: $6 is counted" "$(fmipd_count "$NAR" "$6")" "$7"
}

false_his() {
	hi_refused "of a stranger" "$CN" "handover_initiate(0x2001, source=CN)" 129 CN stranger 1
	hi_refused "without a link-layer address" "$CORE" \
		"handover_initiate(0x2001, lla=None)" 128 PAR incomplete 1
	hi_refused "for an address of another link" "$CORE" \
		"handover_initiate(0x2001, ncoa='2001:db8:3::10')" 128 PAR
	hi_refused "for the router's own address" "$CORE" \
		"handover_initiate(0x2001, ncoa=NAR, code=1)" 129 PAR conflict 1
	send "$CORE" "Routed(acknowledge(0x2001, 0))"
	unchanged "a HAck that nobody has asked for" "$PAR" par "copying $PCOA copy" unmatched 4
}

# ---- a predictive handover -----------------------------------------------------------

predictive() {
	receiver "$LIB_TMP/a" "$MN" $PCOA
	numbered $PCOA 0 50 500
	send "$MN" "to_par(fbu(1))"
	sent "$PAR" "HI asks the NAR to buffer, and names the node" "handover_initiate($SEQ)"
	sent "$NAR" "HAck accepts the NCoA" "acknowledge($SEQ, 0)"
	sent "$PAR" "FBack accepts the FBU, to the old link" "fback(PCOA, 0, 1, 30, [padn(2)], NCOA)"
	sent "$PAR" "FBack accepts the FBU, to the new link" "fback(NCOA, 0, 1, 30, [padn(2)], NCOA)"
	check "the PAR redirects" fmipd_wait "$PAR" par redirected
	check "the NAR expects the node" fmipd_is "$NAR" nar expected
	check "the kernel tunnels to the NCoA" eval \
		'fmipctl -n "$PAR" binding show dst $PCOA | grep -q "target tunnel"'
	node_prepares
	numbered $PCOA 50 100 500
	check "what comes for the PCoA is buffered at the NAR" \
		wait_counted "COUNT[buffered] >= 101" "$NAR" dst $NCOA
	move_to br2
	send "$MN" "to_nar(una())"
	check "the UNA opens the gate" fmipd_wait "$NAR" nar arrived
	numbered $PCOA 150 50 500
	fence "$LIB_TMP/a" $PCOA
	is "all packets arrive once, and in order" "$(arrived "$LIB_TMP/a")" "0-199 fence"
	check "the node answers through its tunnel to the PAR" na_ready $PCOA
}

again() {
	local n

	send "$CORE" "Routed(fbu(1))"
	sent "$PAR" "FBack for an FBU that comes again is the same, to the old link" \
		"fback(PCOA, 0, 1, 30, [padn(2)], NCOA)"
	sent "$PAR" "and to the new link" "fback(NCOA, 0, 1, 30, [padn(2)], NCOA)"
	unchanged "an FBU that comes again" "$PAR" par "redirected $PCOA copy" stale 1
	send "$CORE" "Routed(fbu(0))"
	sent "$PAR" "FBack for an older one says which was the last" \
		"fback(PCOA, 135, 1, 0, [padn(2)], NCOA)"
	unchanged "an older FBU" "$PAR" par "redirected $PCOA copy" stale 2
	n=$(fmipd_count "$PAR" sent)
	send "$MN" "to_nar(fbu(2, source=NCOA), hops=64)"
	sent "$PAR" "FBack for a newer one from the new link goes there" \
		"fback(NCOA, 0, 2, 30, [padn(2)], NCOA)"
	check "a newer FBU is answered" fmipd_wait_count "$PAR" sent $((n + 1))
}

# ---- the way back -------------------------------------------------------------------

# back SEQUENCE: the node is on its old link, and says so
back() {
	node_returns
	move_to br1
	send "$MN" "to_par(fbu($1, lifetime=0))"
	sent "$PAR" "FBack for an FBU with a lifetime of 0 ($1)" "fback(PCOA, 0, $1, 0, [padn(2)], PCOA)"
	check "the PAR redirects no more" fmipd_wait "$PAR" par copying
	check "what comes for the PCoA reaches the node on its old link" na_ready $PCOA
	check "the NAR forgets the node some time after it has come" fmipd_wait "$NAR" nar ""
	is "and its binding" "$(bindings "$NAR")" ""
}

# ---- a reactive handover ------------------------------------------------------------

reactive() {
	local n

	fmipd_stop "$NAR" || not_ok "the NAR's fmipd ends well"
	send "$MN" "to_par(solicit(0x1009, NAR_AP))"
	sent "$PAR" "PrRtAdv for a node that may leave again" \
		"prrtadv(0, 0x1009, layout.router(NAR_AP))"
	receiver "$LIB_TMP/b" "$MN" $PCOA
	ip -n "$AIR" link set ap1 down
	check "the PAR holds what comes for a node whose link is down" \
		fmipd_wait "$PAR" par holding
	numbered $PCOA 0 100 500
	node_prepares
	move_to br2
	send "$MN" "to_nar(una())"
	send "$MN" "to_nar(fbu(4, source=NCOA), hops=64)"
	sent "$PAR" "HI Code 1 for an FBU from the new link" "handover_initiate($SEQ, code=1)"
	check "an FBU from the new link reaches the PAR without the NAR's fmipd" \
		fmipd_wait "$PAR" par asking
	fmipd_start "$NAR"
	sent "$PAR" "the same HI again, as it was not answered" "handover_initiate($SEQ, code=1)"
	sent "$NAR" "HAck accepts a node that is there" "acknowledge($SEQ, 0)"
	sent "$PAR" "FBack to the new link alone" "fback(NCOA, 0, 4, 30, [padn(2)], NCOA)"
	check "the PAR redirects" fmipd_wait "$PAR" par redirected
	is "a retransmission is counted" "$(fmipd_count "$PAR" again)" 1
	check "the NAR knows the node" eval \
		'ip -n "$NAR" neigh show $NCOA dev acc0 | grep -q "lladdr $MN_MAC"'
	check "the PAR lets go what it has held, and keeps copies from then on" \
		busywait "$WAIT_MS" eval '[[ $(bindings "$PAR") == "$PCOA copy" ]]'
	numbered $PCOA 100 50 500
	n=$(fmipd_count "$PAR" sent)
	send "$MN" "to_nar(fbu(5, source=NCOA), hops=64)"
	sent "$PAR" "FBack for one that asks for more time" "fback(NCOA, 0, 5, 30, [padn(2)], NCOA)"
	check "it is answered" fmipd_wait_count "$PAR" sent $((n + 1))
	fence "$LIB_TMP/b" $PCOA
	ip -n "$AIR" link set ap1 up
	is "all packets since the link went down arrive once, and in order" \
		"$(arrived "$LIB_TMP/b")" "0-149 fence"
	check "the node answers through its tunnel to the PAR" na_ready $PCOA
}

# ---- NAACK --------------------------------------------------------------------------

# taken: another node has the NCoA, as far as the NAR knows
taken() {
	lib_batch -n "$NAR" <<<"neigh replace $NCOA lladdr 02:00:00:00:00:66 dev acc0 nud reachable"
}

supplied() {
	send "$NAR" "Looped('acc0', advertise())"
	taken
	send "$MN" "to_par(fbu(7))"
	sent "$PAR" "HI for an NCoA that is another's" "handover_initiate($SEQ)"
	sent "$NAR" "HAck supplies an address out of the pool" "acknowledge($SEQ, 1, drawn(seen))"
	sent "$PAR" "FBack tells it" \
		"fback(PCOA, 1, 7, 30, [padn(2), altcoa(drawn(seen)), padn(6)], drawn(seen))"
	sent "$PAR" "on both links" \
		"fback(drawn(seen), 1, 7, 30, [padn(2), altcoa(drawn(seen)), padn(6)], drawn(seen))"
	check "the PAR redirects to the address that was supplied" fmipd_wait "$PAR" par redirected
	node_prepares
	move_to br2
	send "$MN" "to_nar(una())"
	sent "$NAR" "NAACK supplies it to who has not heard of it" \
		"naacks([naack(2, '$(fmipd_ncoa)')])"
	fmipd_wait_count "$NAR" sent 4
	send "$MN" "to_nar(una('$(fmipd_ncoa)'))"
	check "a UNA with it opens the gate" fmipd_wait "$NAR" nar arrived
}

need fmipd fmipctl jq tcpdump tshark /usr/bin/python3
# shellcheck disable=SC2119
load_module
wire_start
topo_up
# Copies live for less than it takes until a HI is sent again, which what is held must
# survive, and for longer than it takes to ask for more time.
fmipd_config "$PAR" "ar.window = { age = \"4s\"; };"
fmipd_config "$NAR" $'ar.linger = "1s";\nar.unusable = "other";'
fmipd_start "$PAR"
fmipd_start "$NAR"
wire_capture "$PAR"
wire_capture "$NAR"

solicitations
neighbourhood
false_fbus
false_his
predictive
again
back 3
reactive
back 6
supplied
back 8

check "the PAR keeps no copies for long of a node that is back" \
	busywait "$WAIT_MS" eval '[[ ! $(bindings "$PAR") ]]'
check "the PAR's fmipd ends well" fmipd_stop "$PAR"
check "the NAR's fmipd ends well" fmipd_stop "$NAR"
is "the PAR has no binding left" "$(bindings "$PAR")" ""
is "the NAR has no binding left" "$(bindings "$NAR")" ""
wire_check "$PAR"
wire_check "$NAR"
check "the PAR's log has no complaint" fmipd_complaints "$PAR"
check "the NAR's log has no complaint" fmipd_complaints "$NAR" "the NCoA"
((LIB_FAILED)) && fmipd_logs
tap_done
