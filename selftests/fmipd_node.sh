#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The signalling of a mobile node on the wire (RFC 5568), with fmipd as MN, and what it
# makes of the addresses and routes of its kernel.  The routers are fmipd.py, which lays
# out what they say and what the daemon is to answer byte by byte, as in fmipd_wire.sh;
# none of them has a daemon, nor the kernel module.
#
# shellcheck disable=SC2016,SC2034,SC2086,SC2154

CN_DELAY=0 AR_DELAY=0
: "${WAIT_MS:=15000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=fmipd-lib.sh
. "${BASH_SOURCE[0]%/*}/fmipd-lib.sh"

FORMED=2001:db8:2::ff:fe00:10		# from the node's link-layer address
SUPPLIED=2001:db8:2:0:8000::42
FAR_AP=02:00:00:00:04:a1		# of which the node has not been told yet
HOME_ONLY="address $PCOA/64 new"

# ---- what the kernel has ----------------------------------------------------------

# kernel: the node's addresses, where what has one of them for its source goes, and its
# default route, as far as these are not as they were made by hand
kernel() {
	local from table

	ip -n "$MN" -j -6 addr show dev wlan0 scope global | jq -r '.[].addr_info[] |
		select(.local) | "address \(.local)/\(.prefixlen) \(
			if .deprecated then "old" else "new" end)"' | sort
	while read -r from table; do
		echo "from $from by $(way_of "$table")"
	done < <(ip -n "$MN" -6 rule show | awk '/ proto 102/ { print $3, $5 }' | sort)
	[[ $(ip -n "$MN" -6 route show default proto 102) ]] &&
		echo "default by $(way_of main proto 102)"
	tunnels | sed 's/^/tunnel /'
	return 0
}

# way_of TABLE [SELECTOR]...: where its default route leads
way_of() {
	ip -n "$MN" -j -6 route show default table "$@" |
		jq -r '[.[] | .gateway // .dev] | join(" ")'
}

# tunnels: the device and the ends of each that is used
tunnels() {
	ip -n "$MN" -j -d link show type ip6tnl | jq -r '.[] |
		select(.ifname | startswith("fmip-par")) |
		"\(.ifname) \(.linkinfo.info_data | "\(.local) \(.remote)")"' |
		grep " $PAR_ADDR\$"
}

# lives WHERE LINE...: so it is there, or soon will be
lives() {
	local wanted

	wanted=$(printf '%s\n' "${@:2}")
	busywait "$WAIT_MS" eval 'KERNEL=$(kernel); [[ $KERNEL == "$wanted" ]]'
	is "$1" "$KERNEL" "$wanted"
}

# tunnelled NAME NCOA: so does a node that is reached by way of it
tunnelled() {
	lives "$1" "address $PCOA/64 old" "address $2/64 new" \
		"from $PCOA by fmip-par0" "default by $NAR_ADDR" \
		"tunnel fmip-par0 $2 $PAR_ADDR"
}

# narrow NAME NCOA: and so one that uses its PCoA there, without a tunnel
narrow() {
	lives "$1" "address $PCOA/64 old" "address $2/64 new" \
		"from $PCOA by $NAR_ADDR" "default by $NAR_ADDR"
}

# ---- what the daemon is told -----------------------------------------------------------

tells() {
	agent "$MN" link "$1" dev wlan0 "${@:2}" || bail "fmipd is not told"
}

says() {
	busywait "$WAIT_MS" eval "((\$(grep -c '$1' $LIB_TMP/fmipd.$MN/log) >= $2))" ||
		bail "fmipd does not say $1: $(<"$LIB_TMP/fmipd.$MN/log")"
}

# moves BRIDGE AP [NS]: to another link, which it left then
moves() {
	tells down ${3:+ns $3}
	ip -n "$AIR" link set radio master "$1"
	tells up ap "$2"
}

# ncoa: the address that it has on the NAR's link
ncoa() {
	agent "$MN" -j handover show | jq -r '[.[] | select(.state == "there") | .ncoa][0]'
}

# alone NAME ADDRESS: nobody else has it, which the node tells when the kernel knows
alone() {
	sent "$MN" "NA with O: nobody else has the address that $1" "una('$2', flags=0x20)"
	heard
}

# ---- to the NAR, and back ------------------------------------------------------------------

READY=0
# leaves NCOA STATUS OPTIONS CARE-OF: it is to have sent an FBU, and is answered so
leaves() {
	answer "$PAR" "to_mn(fback(PCOA, $2, number(seen), 30, $3, '$4'))"
	says "ready to leave" $((++READY))
	moves br2 $NAR_AP
}

# invited NCOA: the PAR has the node go
invited() {
	send "$PAR" "to_mn(prrtadv(1, 0, [*layout.router(NAR_AP), nd_address(2, 128, '$1')]))"
	sent "$MN" "FBU at the PAR's word (PrRtAdv Code 1), with the NCoA that it supplies" \
		"asks(seen, PCOA, '$1')"
}

# back CARE-OF: it is on its old link again, and says what was bound
back() {
	moves br1 $PAR_AP
	sent "$MN" "FBU with a lifetime of 0" "asks(seen, PCOA, '$1', lifetime=0)"
	answer "$PAR" "to_mn(fback(PCOA, 0, number(seen), 0, [padn(2)], PCOA))"
	lives "on the old link all is as it was" "$HOME_ONLY"
}

# naack STATUS-AND-ADDRESS: the NAR knows better
naack() {
	send "$NAR" "to_mn(naacks([naack($1)], to='$(ncoa)'))"
}

# bound CARE-OF [FIELD=VALUE]: the FBU from the new link is accepted
bound() {
	answer "$NAR" "to_mn(fback('$1', 0, number(seen), 30, [padn(2)], '$1'${2:+, $2}))"
}

# answers: FBacks that it has taken
answers() {
	agent "$MN" -j handover show | jq '[.[].record.steps[]? | select(.what == "fback")] | length'
}

# ---- the handovers ------------------------------------------------------------------------

# The PAR's address it has from the Router Advertisement alone: its configuration has none.
learned() {
	send "$PAR" "to_mn(advertise_par(0xe0))"
	fmipd_wait_count "$MN" received 1 || bail "no Router Advertisement is heard"
	agent "$MN" handover start ap $NAR_AP || bail "no handover can be started"
	sent "$MN" "RtSolPr names the access point" "solicit(number(seen), NAR_AP)"
	answer "$PAR" "to_mn(prrtadv(0, number(seen), layout.router(NAR_AP)))"
	sent "$MN" "FBU from the old link, to the address that the PAR has advertised (R)" \
		"asks(seen, PCOA, '$FORMED')"
}

# The kernel takes its time here to find out whether somebody else has the address.
optimistic() {
	lib_settings "$MN" ipv6/neigh/wlan0/retrans_time_ms=4000
	leaves "$FORMED" 0 "[padn(2)]" "$FORMED"
	sent "$MN" "UNA from the new link" "una('$FORMED')"
	heard
	is "the NCoA is used before the kernel knows that nobody else has it" \
		"$(ip -n "$MN" -j addr show dev wlan0 to $FORMED |
			jq -r '.[].addr_info[] | select(.local) | "\(.tentative) \(.optimistic)"')" \
		"true true"
	alone "was formed" $FORMED
	lib_settings "$MN" ipv6/neigh/wlan0/retrans_time_ms=200
	tunnelled "an NCoA that was accepted is the end of a tunnel to the PAR" $FORMED
}

autoconfigured() {
	naack 1
	sent "$MN" "UNA with another address that it has made" "una(made(seen[8:24], '$FORMED'))"
	sent "$MN" "FBU with that, from there" \
		"asks(seen, made(seen[16:32], '$FORMED'), made(seen[16:32], '$FORMED'))"
	heard
	OTHER=$(ncoa)
	bound $OTHER
	alone "was made" $OTHER
	tunnelled "NAACK 1: another NCoA" $OTHER
}

supplied() {
	local before

	naack "2, '$SUPPLIED'"
	sent "$MN" "UNA with the address that was supplied" "una('$SUPPLIED')"
	sent "$MN" "FBU with that, from there" "asks(seen, '$SUPPLIED', '$SUPPLIED')"
	before=$(answers)
	bound $SUPPLIED rh2=PCOA
	check "an FBack behind a routing header with the PCoA is heard" \
		busywait "$WAIT_MS" eval '(($(answers) > before))'
	alone "was supplied" $SUPPLIED
	tunnelled "NAACK 2: the NCoA that was supplied" $SUPPLIED
}

by_router() {
	naack 3
	sent "$MN" "FBU with the address of the NAR" "asks(seen, '$SUPPLIED', NAR)"
	answer "$NAR" "to_mn(fback('$SUPPLIED', 0, number(seen), 30, [padn(2)], NAR))"
	narrow "NAACK 3: the PCoA is used without a tunnel" $SUPPLIED
	back $NAR_ADDR
}

use_pcoa() {
	ip -n "$AIR" addr add $NCOA/64 dev br2 nodad || bail "nobody can have $NCOA"
	invited $NCOA
	leaves $NCOA 1 "[padn(2), altcoa(PCOA), padn(6)]" $PCOA
	sent "$MN" "UNA with the PCoA, as the FBack has said" "una(PCOA)"
	# The NAR had its reasons.
	sent "$MN" "and again, with the NCoA that is made as the other is somebody's" "una(PCOA)"
	heard
	OTHER=$(ncoa)
	alone "was made" $OTHER
	narrow "FBack with the PCoA: it is used without a tunnel" $OTHER
	ip -n "$AIR" addr del $NCOA/64 dev br2
	back $NCOA
}

told_pcoa() {
	invited $NCOA
	leaves $NCOA 0 "[padn(2)]" $NCOA
	sent "$MN" "UNA with the NCoA that was supplied" "una(NCOA)"
	alone "was supplied" $NCOA
	tunnelled "the NCoA that the PAR has supplied" $NCOA
	naack "4, PCOA"
	sent "$MN" "UNA with the PCoA, and no FBU" "una(PCOA)"
	heard
	narrow "NAACK 4: the PCoA is used without a tunnel" $NCOA
	back $NCOA
}

# is_here: it is not about to leave
is_here() {
	agent "$MN" -j handover show | jq -e 'any(.[]; .state == "here")'
}

# Who is told of an access point, and no more, need not ask for it.
neighbourhood() {
	send "$PAR" "to_mn(prrtadv(4, 0, layout.router(FAR_AP)))"
	fmipd_wait_count "$MN" received $(($1 + 1)) || bail "no advertisement is heard"
	check "PrRtAdv Code 4: the node stays" is_here
	agent "$MN" handover start ap $FAR_AP || bail "no handover can be started"
	sent "$MN" "FBU, and no RtSolPr, where a PrRtAdv with Code 4 has told of the router" \
		"asks(seen, PCOA, '$FORMED')"
	answer "$PAR" "to_mn(fback(PCOA, 130, number(seen), 0, [padn(2)], '$FORMED'))"
	check "a node stays that the PAR refuses to redirect" busywait "$WAIT_MS" is_here
}

# Between these two it was told of the access points, and left.
reactive() {
	local asked left

	tells fade
	sent "$MN" "RtSolPr for all access points when the link fades" \
		"rtsolpr(ALL_ROUTERS, number(seen), [nd_lla(4, MN_MAC), nd_lla(0, '0' * 12)])"
	heard
	now_us
	asked=$NOW_US
	answer "$PAR" "to_mn(prrtadv(5, number(seen), layout.router(NAR_AP)))"
	fmipd_wait_count "$MN" received $(($1 + 1)) || bail "no answer is heard"
	pause_ms 50
	now_us
	left=$NOW_US
	moves br2 $NAR_AP ${left}000
	sent "$MN" "UNA from a link of which it has not spoken with its PAR" "una('$FORMED')"
	sent "$MN" "FBU from the new link says when the old one went down" \
		"asks(seen, '$FORMED', '$FORMED', left=left(seen, before, $(((left - asked) / 1000))))"
	bound $FORMED
	alone "was formed" $FORMED
	says "addresses are had by DHCP here" 1
	lives "PrRtAdv Code 5: the PCoA is used until there is an address by DHCP" \
		"address $PCOA/64 new" "address $FORMED/64 old" \
		"from $PCOA by fmip-par0" "default by $NAR_ADDR" \
		"tunnel fmip-par0 $FORMED $PAR_ADDR"
}

unrecognized() {
	naack 128
	sent "$MN" "UNA with another address, where it is not recognized" \
		"una(made(seen[8:24], '$FORMED'))"
	heard
	busywait "$WAIT_MS" eval '[[ $(kernel) != *"$PCOA"* ]]'
	is "NAACK 128: neither of the addresses remains" \
		"$(kernel | sed "s,address 2001:db8:2:[^ ]* ,address another ,")" \
		"address another old"$'\n'"default by $NAR_ADDR"
}

need fmipd fmipctl jq tcpdump tshark /usr/bin/python3
wire_start
topo_up
# What is sent is not sent again, since all of it is answered; a UNA is, by nobody.
fmipd_node 'iid = "eui64"; rtsolpr = { first = "60s"; }; fbu = { first = "60s"; };
	una = { first = "60s"; retries = 0; };'
sed -i 's/par = "[^"]*"; //' "$LIB_TMP/fmipd.$MN/conf"
fmipd_start "$MN"
tells up ap $PAR_AP
wire_capture "$MN"
lib_settings "$MN" ipv6/conf/wlan0/router_solicitation_delay=0

learned
optimistic
autoconfigured
supplied
by_router
use_pcoa
told_pcoa
neighbourhood "$(fmipd_count "$MN" received)"
reactive "$(fmipd_count "$MN" received)"
unrecognized

check "fmipd ends well" fmipd_stop "$MN"
wire_check "$MN"
check "its log has no complaint" fmipd_complaints "$MN" "not recognized"
((LIB_FAILED)) && diag "$(<"$LIB_TMP/fmipd.$MN/log")"
tap_done
