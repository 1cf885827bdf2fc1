#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The signalling of an access router on the wire where its configuration asks for
# something else than fmipd_wire.sh has: another way to sign, a routing header, a look at
# the link before a NCoA is accepted, assigned addresses, the use of the PCoA.  What is
# sent is judged as it is there.
#
# shellcheck disable=SC2016,SC2034,SC2086,SC2154

CN_DELAY=0
: "${WAIT_MS:=15000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=fmipd-lib.sh
. "${BASH_SOURCE[0]%/*}/fmipd-lib.sh"

KEY+=1415161718191a1b1c1d1e1f
MAC=hmac-sha256-128
TAKEN=2001:db8:2::22		# on the NAR's link, by another node
SEQ="int.from_bytes(seen[6:8])"

# fbacks NAME STATUS SEQUENCE CARE-OF [OPTION]: to the old link, and to the new one by
# way of the PCoA
fbacks() {
	local options="[padn(6)]"

	[[ ${5-} ]] && options="[padn(2), $5, padn(2)]"
	sent "$PAR" "FBack $1, to the old link" \
		"fback(PCOA, $2, $3, 30, $options, $4, mac=SHA256)"
	sent "$PAR" "FBack $1, to the new link behind a routing header with the PCoA" \
		"fback($4, $2, $3, 30, $options, $4, mac=SHA256, rh2=PCOA)"
}

# back SEQUENCE: the node is on its old link again
back() {
	move_to br1
	send "$MN" "to_par(fbu($1, lifetime=0, mac=SHA256))"
	sent "$PAR" "FBack for an FBU with a lifetime of 0 ($1)" \
		"fback(PCOA, 0, $1, 0, [padn(6)], PCOA, mac=SHA256)"
	check "the PAR redirects no more ($1)" busywait "$WAIT_MS" redirects_not
	check "the NAR forgets the node ($1)" busywait "$WAIT_MS" knows_nobody
}

redirects_not() {
	[[ $(fmipd_state "$PAR" par) == known || $(fmipd_state "$PAR" par) == copying ]]
}

knows_nobody() {
	[[ -z $(bindings "$NAR") ]]
}

# ---- the node's messages ---------------------------------------------------------------

signed() {
	send "$MN" "to_par(forged(fbu(1, mac=SHA256)))"
	send "$MN" "to_par(fbu(1))"
	check "an FBU signed in another way, or wrongly, is counted" \
		fmipd_wait_count "$PAR" bad_authenticator 2
	is "and nothing else comes of it" "$(fmipd_count "$PAR" sent)" 0
	send "$MN" "to_par(fbu(1, mac=SHA256))"
	sent "$PAR" "HI for an FBU with HMAC-SHA256-128" "handover_initiate($SEQ)"
	sent "$NAR" "HAck accepts an NCoA about which nobody on the link has said a word" \
		"acknowledge($SEQ, 0)"
	fbacks "is signed in the same way" 0 1 NCOA
	check "the PAR redirects" fmipd_wait "$PAR" par redirected
}

announced() {
	move_to br2
	send "$MN" "to_nar(una(), hops=254)"
	check "a UNA from beyond the link is counted" fmipd_wait_count "$NAR" malformed 1
	is "and opens no gate" "$(fmipd_state "$NAR" nar) $(bindings "$NAR")" "expected $NCOA hold"
	send "$NAR" "Looped('acc0', advertise())"
	send "$MN" "to_nar(una(lla=THIEF_MAC))"
	sent "$NAR" "NAACK for who says to have it, but is not the one that is to come" \
		"naacks([naack(128)])"
	check "somebody else's UNA is answered" fmipd_wait_count "$NAR" sent 2
	is "and opens no gate" "$(fmipd_state "$NAR" nar) $(bindings "$NAR")" "expected $NCOA hold"
	send "$MN" "to_nar(fna(), hops=64)"
	check "an FNA of nobody who is known on the link is counted" \
		fmipd_wait_count "$NAR" unmatched 1
	is "and opens no gate" "$(fmipd_state "$NAR" nar) $(bindings "$NAR")" "expected $NCOA hold"
	lib_batch -n "$NAR" <<<"neigh replace $NCOA lladdr $MN_MAC dev acc0 nud stale"
	send "$MN" "to_nar(fna(), hops=64)"
	check "an FNA of RFC 4068 opens the gate" fmipd_wait "$NAR" nar arrived
	check "which the kernel has heard of" busywait "$WAIT_MS" \
		eval '[[ $(bindings "$NAR") == "$NCOA open" ]]'
}

# ---- assigned addresses ------------------------------------------------------------------

assigned() {
	local ncoa

	configure_par $'ar.assign = true;'
	fmipd_reload "$PAR"
	send "$MN" "to_par(fbu(3, mac=SHA256))"
	sent "$PAR" "HI asks for an address (S)" "handover_initiate($SEQ, flags=0xc0)"
	sent "$NAR" "HAck assigns one out of the pool" "acknowledge($SEQ, 2, drawn(seen))"
	fbacks "tells it" 1 3 "drawn(seen)" "altcoa(drawn(seen))"
	check "the PAR redirects to it" fmipd_wait "$PAR" par redirected
	ncoa=$(fmipd_ncoa)
	move_to br2
	send "$MN" "to_nar(una('$ncoa'))"
	check "a UNA with it opens the gate" fmipd_wait "$NAR" nar arrived
	configure_par
	fmipd_reload "$PAR"
}

# ---- what the PAR says of itself -----------------------------------------------------------

told() {
	local n

	n=$(fmipd_count "$PAR" sent)
	configure_par 'neighbour.dhcp = true;'
	fmipd_reload "$PAR"
	send "$MN" "to_par(solicit(0x1001, NAR_AP))"
	sent "$PAR" "PrRtAdv for an access point where addresses are had by DHCP has Code 5" \
		"prrtadv(5, 0x1001, layout.router(NAR_AP))"
	fmipd_wait_count "$PAR" sent $((n + 1))
	configure_par
	fmipd_reload "$PAR"
	agent "$PAR" handover start node $PCOA ap $NAR_AP || bail "no node can be sent away"
	sent "$PAR" "PrRtAdv that has the node go has Code 1" "sends_away(layout.router(NAR_AP))"
	send "$MN" "to_par(bare(99))"
	sent "$PAR" "Binding Error for a message of a type that is not known" "binding_error()"
	send "$MN" "to_par(bare(8))"
	sent "$PAR" "Parameter Problem for one that is too short, at its length" \
		"problem(bare(8), 1)"
	check "each is answered" fmipd_wait_count "$PAR" sent $((n + 4))
}

# ---- an address that is another's -----------------------------------------------------------

unknown() {
	move_to br2
	lib_batch -n "$NAR" <<<"neigh replace $TAKEN lladdr 02:00:00:00:00:66 dev acc0 nud reachable"
	send "$NAR" "Looped('acc0', advertise())"
	send "$MN" "to_nar(una('$TAKEN'))"
	sent "$NAR" "NAACK tells who has come with another's address to bind to the router" \
		"naacks([naack(3)], to='$TAKEN')"
	check "it is answered" fmipd_wait_count "$NAR" sent 4
	configure_nar 'ar.unusable = "none";'
	fmipd_reload "$NAR"
	send "$MN" "to_nar(una('$TAKEN'))"
	sent "$NAR" "NAACK tells it to make another, where the router offers nothing" \
		"naacks([naack(1)], to='$TAKEN')"
	check "that is answered, too" fmipd_wait_count "$NAR" sent 5
	configure_nar
	fmipd_reload "$NAR"
	move_to br1
}

# The node may use its PCoA there, since somebody on the link answers for the NCoA.
use_pcoa() {
	ip -n "$AIR" addr add $NCOA/64 dev br2 nodad || bail "nobody can have $NCOA"
	send "$MN" "to_par(fbu(5, mac=SHA256))"
	sent "$PAR" "HI for an NCoA that is another's" "handover_initiate($SEQ)"
	sent "$NAR" "HAck lets the node use its PCoA" "acknowledge($SEQ, 3)"
	sent "$PAR" "FBack tells it, and only where it is now" \
		"fback(PCOA, 1, 5, 30, [padn(2), altcoa(PCOA), padn(2)], PCOA, mac=SHA256)"
	check "the PAR redirects to the NAR" fmipd_wait "$PAR" par redirected
	ip -n "$AIR" addr del $NCOA/64 dev br2
	receiver "$LIB_TMP/a" "$MN" $PCOA
	numbered $PCOA 0 50 500
	move_to br2
	lib_batch -n "$MN" <<<"route replace default via $NAR_LL dev wlan0 mtu $MN_MTU"
	send "$NAR" "Looped('acc0', advertise())"
	send "$MN" "to_nar(una())"
	sent "$NAR" "NAACK tells who has not heard of it" "naacks([naack(4, PCOA)])"
	check "that is told" fmipd_wait_count "$NAR" sent 7
	send "$MN" "to_nar(una(PCOA))"
	fence "$LIB_TMP/a" $PCOA
	is "the node gets what was sent to its PCoA, on the new link" \
		"$(arrived "$LIB_TMP/a")" "0-49 fence"
	check "and answers by way of both routers" na_ready $PCOA
}

# probes: how often the NAR has asked its link who has the NCoA
probes() {
	dissect "$LIB_TMP/wire.$NAR" \
		"icmpv6.type == 135 && ipv6.src == :: && icmpv6.nd.ns.target_address == $NCOA" \
		frame.number | sort -u | wc -l
}

configure_nar() {
	fmipd_config "$NAR" $'ar.accept_fna = true;\nar.linger = "3s";\ninterface.dad_probe = true;\ninterface.dad_wait = "300ms";\n'"${1-}"
}

configure_par() {
	fmipd_config "$PAR" $'ar.rh2 = true;\n'"${1-}"
}

need fmipd fmipctl jq tcpdump tshark udplog radio /usr/bin/python3
# shellcheck disable=SC2119
load_module
wire_start
topo_up
configure_par
configure_nar
fmipd_start "$PAR"
fmipd_start "$NAR"
wire_capture "$PAR"
wire_capture "$NAR"

signed
announced
back 2
assigned
back 4
told
unknown
use_pcoa

# Told to end for good; when terminated it leaves its bindings to the one after it.
check "the PAR's fmipd ends well" fmipd_stop "$PAR" INT
check "the NAR's fmipd ends well" fmipd_stop "$NAR" INT
is "the PAR has no binding left" "$(bindings "$PAR")" ""
is "the NAR has no binding left" "$(bindings "$NAR")" ""
wire_check "$PAR"
wire_check "$NAR"
is "the NAR has asked its link about each NCoA that was proposed" "$(probes)" 2
check "the PAR's log has no complaint" fmipd_complaints "$PAR"
check "the NAR's log has no complaint" fmipd_complaints "$NAR" "the NCoA|the one that is to come"
((LIB_FAILED)) && fmipd_logs
tap_done
