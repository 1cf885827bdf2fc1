#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What an operator does while fmipd runs: keys that are given, a reload, an address for an
# interface, a node that is asked for, and the program that is to end a handover.
#
# shellcheck disable=SC2016,SC2034,SC2086,SC2154

CN_DELAY=0
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=fmipd-lib.sh
. "${BASH_SOURCE[0]%/*}/fmipd-lib.sh"
# shellcheck source=docs-lib.sh
. "$LIB_DIR/docs-lib.sh"

# starts: the routers' daemons, anew
starts() {
	fmipd_config "$PAR"
	fmipd_config "$NAR"
	# It is to know its link from its own address.
	sed -i '/access_points = .*'$NAR_AP'/,/} );/ { /prefixes/d; /pool/d }' \
		"$LIB_TMP/fmipd.$NAR/conf"
	fmipd_start "$PAR"
	fmipd_start "$NAR"
}

stops() {
	check "the PAR's fmipd ends well $1" fmipd_stop "$PAR"
	check "the NAR's fmipd ends well $1" fmipd_stop "$NAR"
}

logged() {
	busywait "$WAIT_MS" grep -q "$2" "$LIB_TMP/fmipd.$1/log"
}

invitation() {
	fmipd_config "$PAR"
	fmipd_config "$NAR"
	fmipd_start "$PAR"
	fmipd_start "$NAR"
	wire_capture "$PAR"
	wire_capture "$NAR"
	send "$MN" "to_par(solicit(1))"
	fmipd_wait_count "$PAR" received 1 || bail "the PAR does not know the node"
	agent "$NAR" handover invite node $PCOA lladdr $MN_MAC router $PAR_ADDR ||
		bail "no node can be asked for"
	sent "$NAR" "HAck that nobody has asked for names the node" "invites(number(seen))"
	sent "$PAR" "HI asks for an address for it" \
		"handover_initiate(number(seen), ncoa=None, flags=0xc0)"
	sent "$NAR" "HAck assigns one" "acknowledge(number(seen), 2, drawn(seen))"
	sent "$PAR" "PrRtAdv has the node go there, with that address" \
		"sends_away([*layout.router(NAR_AP), nd_address(2, 128, drawn(seen, -16))])"
	check "the node is told to go" fmipd_wait_count "$PAR" sent 2
	# Told to end for good, it leaves no bindings to the one after it.
	fmipd_stop "$PAR" INT
	fmipd_stop "$NAR" INT
	wire_check "$PAR"
	wire_check "$NAR"
}

# refused N: the Nth FBU is, since its key is not the one for its address
refused() {
	send "$MN" "to_par(fbu($1))"
	fmipd_wait_count "$PAR" bad_authenticator "$1"
}

given_keys() {
	agent "$PAR" key add pcoa $PCOA spi $SPI key "ff$KEY" || bail "no key can be given"
	check "a key for the very address goes before that of its prefix" refused 1
	fmipd_reload "$PAR"
	check "a key that was given outlives a reload" refused 2
	agent "$PAR" key del pcoa $PCOA spi $SPI || bail "the key cannot be taken away"
	send "$MN" "to_par(fbu(3))"
	check "without it that of the prefix is good again" fmipd_wait "$PAR" par redirected
}

# misorders: what cannot be done when its time comes, again and again; who monitors is told
misorders() {
	while :; do
		# A machine that is slow may find that moment to be in the past.
		agent "$PAR" handover start node $CN_ADDR ap $NAR_AP at +100ms
		pause_ms 50
	done
}

# wanted COMMAND: sets WANTED to what it is to print here
wanted() {
	local refused='refused operator "no link of this router has a node with that address"'

	case $1 in
	*" handover start "*)
		WANTED="scheduled id ... pcoa ${1#* handover start node }"
		WANTED=${WANTED%Z}.000000000Z
		SCHEDULED=$WANTED
		;;
	*" handover monitor count 3 "*) WANTED="$refused...$refused...$refused..." ;;
	*" -s handover show") WANTED="par redirected pcoa $PCOA ...$SCHEDULED..." ;;
	*) WANTED="what nobody has said" ;;
	esac
}

# The examples of the manual that ask fmipd: that of the PAR, which is where a reader has it.
manual() {
	local command

	mkdir -p /run/fmipd
	ln -s "$LIB_TMP/fmipd.$PAR/control" /run/fmipd/control ||
		bail "/run/fmipd/control is somebody's"
	at_exit rm /run/fmipd/control
	examples fmipd >"$LIB_TMP/examples"
	background misorders >"$LIB_TMP/misorders" 2>&1
	while IFS= read -r command <&3; do
		wanted "$command"
		try fmipctl.8 "$command" "$WANTED"
	done 3<"$LIB_TMP/examples"
	stop $!
	is "there were examples" "$(($(wc -l <"$LIB_TMP/examples") >= 3))" 1
}

own_prefixes() {
	check "the prefix of an address of the interface is one for nodes" \
		fmipd_is "$NAR" nar expected
	lib_batch -n "$NAR" <<-END
		addr del $NAR_ADDR/64 dev acc0
		addr add $NAR_ADDR/128 dev acc0 nodad
	END
	send "$MN" "to_par(fbu(4, ncoa='2001:db8:2::77'))"
	check "it is not once the address is no more" logged "$PAR" "kind=refused"
	lib_batch -n "$NAR" <<-END
		addr del $NAR_ADDR/128 dev acc0
		addr add $NAR_ADDR/64 dev acc0 nodad
	END
}

completion() {
	cat >"$LIB_TMP/complete" <<-'END'
		#!/bin/bash
		echo "$FMIP_INTERFACE $FMIP_PCOA" >"${0%/*}/completed"
		fmipctl -c "$FMIP_CONTROL" handover complete
	END
	chmod 755 "$LIB_TMP/complete"
	fmipd_node "complete = \"$LIB_TMP/complete\";"
	fmipd_start "$MN"
	agent "$MN" handover start ap $NAR_AP || bail "no handover can be started"
	logged "$MN" "ready to leave" || bail "$(<"$LIB_TMP/fmipd.$MN/log")"
	ip -n "$AIR" link set radio down
	ip -n "$AIR" link set radio master br2 up
	check "mn.complete ends the handover when the node has come" \
		busywait "$WAIT_MS" eval '[[ $(agent "$MN" handover) == *"mn finished complete"* ]]'
	is "it was told where that is, and of the old address" \
		"$(cat "$LIB_TMP/completed")" "wlan0 $PCOA"
	check "the node's log has no complaint" fmipd_complaints "$MN"
}

need fmipd fmipctl jq tcpdump tshark /usr/bin/python3
# shellcheck disable=SC2119
load_module
wire_start
topo_up
invitation
starts
given_keys
own_prefixes
manual
stops "while it redirects"
starts
completion
((LIB_FAILED)) && fmipd_logs
tap_done
