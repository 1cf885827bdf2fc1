#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An access router's fmipd is killed, and started again, in each state that a handover
# can be in, while numbered packets come for the node.  The kernel goes on alone, and
# whoever is started finds what there is: what is buffered stays so, who asks again is
# answered, who has come meanwhile is known, and what is over goes away.  Bindings of
# others stay as they are.  The mobile node is fmipd.py.
#
# shellcheck disable=SC2016,SC2034,SC2086,SC2154

CN_DELAY=0
: "${WAIT_MS:=20000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=fmipd-lib.sh
. "${BASH_SOURCE[0]%/*}/fmipd-lib.sh"

STRANGER=2001:db8:1::77
STRANGER_MARK=0x1234		# neither router's cookie

# ids NETNS [ADDRESS]: numbers and gates of the bindings there, which no restart changes
ids() {
	fmipctl -n "$1" binding show | sed -n "s,^id \([0-9]*\) .* dst \(${2:-2[^ ]*}\)/128 gate \([a-z]*\) .*,\1 \3,p"
}

# at NETNS ROLE: how far the handover is; a NAR that was killed does not know its PCoA
at() {
	fmipd_ask "$1" "show handovers" |
		jq -r --arg role "$2" '[.result[] | select(.role == $role and .state != "finished") | .state] | join(" ")'
}

at_is() {
	[[ $(at "$1" "$2") == "$3" ]]
}

gate_opens() {
	counters "$1" dst "$2" && [[ ${COUNT[gate]} != hold ]]
}

# killed NETNS ROLE STATE WHEN [COMMAND...]: kills the daemon there, has the command run
# without it, and starts it; then the handover is in that state
killed() {
	local before

	before=$(ids "$1")
	fmipd_kill "$1"
	((CHANGES)) || is "$4: its death changes nothing" "$(ids "$1")" "$before"
	"${@:5}"
	fmipd_start "$1"
	check "$4: it knows how far the handover is" busywait "$WAIT_MS" at_is "$1" "$2" "$3"
	((CHANGES)) || is "$4: it goes on with the same binding" "$(ids "$1")" "$before"
}
CHANGES=0			# the command, or the daemon that is started, changes something

# answered NETNS NAME: another message has been sent
answered() {
	check "$2" fmipd_wait_count "$1" sent $((SENT + 1))
}

# about_to NETNS: what it has sent so far
about_to() {
	SENT=$(fmipd_count "$1" sent)
}

# hi_number: of the HI that the NAR has accepted; it is in the cookie of its binding
hi_number() {
	local cookie

	# Numbers of JSON are too small for it.
	cookie=$(fmipctl -n "$NAR" binding show dst $NCOA | sed -n 's/.* cookie \([0-9]*\) .*/\1/p')
	echo $((cookie & 0xffff))
}

# traffic: numbered packets for the node, until "all_of_it"
traffic() {
	receiver "$LIB_TMP/$1" "$MN" $PCOA
	background ip netns exec "$CN" udplog send --bind $CN_ADDR --to $PCOA --port 17000 \
		--rate 20 --time 120 --log "$LIB_TMP/sent"
	SENDER=$!
}

# all_arrive FILE NAME: what was sent, once, in order
all_arrive() {
	stop "$SENDER"
	fence "$LIB_TMP/$1" $PCOA
	is "$2" "$(arrived "$LIB_TMP/$1")" "0-$(($(wc -l <"$LIB_TMP/sent") - 2)) fence"
}

# back SEQUENCE: the node is on its old link again, and nothing is left
back() {
	node_returns
	move_to br1
	send "$MN" "to_par(fbu($1, lifetime=0))"
	check "back: the PAR redirects no more" fmipd_wait "$PAR" par copying
	check "back: what comes for the PCoA reaches the node on its old link" na_ready $PCOA
	check "back: the NAR forgets the node" busywait "$WAIT_MS" at_is "$NAR" nar ""
	is "back: and its bindings" "$(bindings "$NAR")" "$STRANGER hold"
}

# ---- a predictive handover -------------------------------------------------------

predictive() {
	traffic a
	send "$MN" "to_par(solicit(0x1001, NAR_AP))"
	check "the PAR keeps copies for a node that asks about access points" \
		fmipd_wait "$PAR" par copying
	killed "$PAR" par copying "PAR, before the FBU"
	fmipd_kill "$NAR"
	send "$MN" "to_par(fbu(1, 60))"
	check "the NAR's fmipd is dead: its answer is outstanding" fmipd_wait "$PAR" par asking
	killed "$PAR" par copying "PAR, HI outstanding"
	send "$MN" "to_par(fbu(1, 60))"
	fmipd_wait_count "$PAR" stale 1
	is "an FBU that was accepted before is not accepted again" \
		"$(fmipd_count "$PAR" stale) $(fmipd_state "$PAR" par)" "1 copying"
	send "$MN" "to_par(fbu(2, 60))"
	check "the node asks again" fmipd_wait "$PAR" par asking
	fmipd_start "$NAR"
	check "and now the NAR expects it" busywait "$WAIT_MS" at_is "$NAR" nar expected
	check "and the PAR redirects" fmipd_wait "$PAR" par redirected
	redirected
	expected
}

redirected() {
	killed "$PAR" par redirected "PAR, redirected"
	about_to "$PAR"
	send "$MN" "to_par(fbu(2, 60))"
	answered "$PAR" "PAR, redirected: the same FBU is answered"
	send "$MN" "to_par(fbu(3, 60))"
	check "PAR, redirected: a newer one, too" fmipd_wait_count "$PAR" sent $((SENT + 4))
	is "PAR, redirected: without another HI" "$(fmipd_count "$NAR" received)" 1
}

expected() {
	local n

	node_prepares
	move_to br2
	check "packets are buffered" wait_counted "COUNT[buffered] >= 20" "$NAR" dst $NCOA
	killed "$NAR" nar expected "NAR, expecting"
	n=$(hi_number)
	about_to "$NAR"
	send "$CORE" "Routed(handover_initiate($n))"
	answered "$NAR" "NAR, expecting: the same HI is answered"
	is "NAR, expecting: the node is expected still" "$(at "$NAR" nar)" expected
	CHANGES=1 killed "$NAR" nar arrived "NAR, expecting, while the node comes" arrives_alone
	check "the NAR knows the node" eval \
		'ip -n "$NAR" neigh show $NCOA dev acc0 | grep -q "lladdr $MN_MAC"'
	about_to "$NAR"
	send "$CORE" "Routed(handover_initiate($n))"
	answered "$NAR" "NAR, arrived: the same HI is answered"
	is "NAR, arrived: the node is not expected again" "$(at "$NAR" nar)" arrived
	CHANGES=1 killed "$PAR" par redirected "PAR, the node has arrived"
	check "the node answers through its tunnel to the PAR" na_ready $PCOA
	all_arrive a "predictive: all packets arrive once, and in order"
	check "the NAR forgets a node that has come while it was dead" busywait "$WAIT_MS" at_is "$NAR" nar ""
	is "and its bindings" "$(bindings "$NAR")" "$STRANGER hold"
}

arrives_alone() {
	send "$MN" "to_nar(una())"
	check "the UNA opens the gate without a daemon" \
		busywait "$WAIT_MS" gate_opens "$NAR" $NCOA
}

# ---- what is being released ----------------------------------------------------------

# held_back NUMBER: so many packets, at a rate at which they are still being released
# when the daemon is started again
held_back() {
	numbered $PCOA "$1" 150 50
}

draining_nar() {
	receiver "$LIB_TMP/b" "$MN" $PCOA
	send "$MN" "to_par(fbu(11, 60))"
	check "the PAR redirects" fmipd_wait "$PAR" par redirected
	node_prepares
	move_to br2
	held_back 0
	send "$MN" "to_nar(una())"
	check "the UNA opens the gate" busywait "$WAIT_MS" at_is "$NAR" nar arrived
	CHANGES=1 killed "$NAR" nar arrived "NAR, draining"
	send "$CORE" "Routed(handover_initiate($(hi_number)))"
	numbered $PCOA 150 20 100
	fence "$LIB_TMP/b" $PCOA
	is "NAR, draining: all packets arrive once, and in order" "$(arrived "$LIB_TMP/b")" \
		"0-169 fence"
	check "NAR, draining: it did so yet" busywait "$WAIT_MS" has_seen_release "$NAR" nar
}

# has_seen_release NETNS ROLE: the daemon that runs there has been told of the end of one
has_seen_release() {
	[[ $(fmipd_ask "$1" "show handovers" | jq -r --arg role "$2" '.result[] |
		select(.role == $role) | .record.steps[]? | .what') == *released* ]]
}

# ---- a reactive handover ----------------------------------------------------------

# lost_link: a radio that is out of reach, as the kernel tells, but not since when: there
# are no copies of what the node has got, which would all be sent once more
lost_link() {
	ip -n "$AIR" link set ap1 down
}

# lost_node: the same, and its access point tells since when
lost_node() {
	now_us
	agent "$PAR" link down dev acc0 lladdr $MN_MAC ns "${NOW_US}000" ||
		bail "fmipd of the PAR is not told"
	lost_link
}

reactive() {
	receiver "$LIB_TMP/c" "$MN" $PCOA
	lost_node
	check "the PAR holds what comes for a node whose link is down" \
		fmipd_wait "$PAR" par holding
	held_back 0
	killed "$PAR" par holding "PAR, holding"
	node_prepares
	move_to br2
	fmipd_kill "$NAR"
	send "$MN" "to_nar(una())"
	send "$MN" "to_nar(fbu(13, 60, source=NCOA), hops=64)"
	check "the FBU from the new link reaches the PAR" fmipd_wait "$PAR" par asking
	killed "$PAR" par holding "PAR, holding and HI outstanding"
	fmipd_start "$NAR"
	send "$MN" "to_nar(fbu(14, 60, source=NCOA), hops=64)"
	check "the node asks again, and the PAR redirects" fmipd_wait "$PAR" par redirected
	CHANGES=1 killed "$PAR" par redirected "PAR, draining"
	about_to "$PAR"
	send "$MN" "to_nar(fbu(14, 60, source=NCOA), hops=64)"
	answered "$PAR" "PAR, draining: the same FBU is answered"
	send "$MN" "to_nar(fbu(15, 60, source=NCOA), hops=64)"
	check "PAR, draining: a newer one, too" fmipd_wait_count "$PAR" sent $((SENT + 2))
	numbered $PCOA 150 20 100
	fence "$LIB_TMP/c" $PCOA
	ip -n "$AIR" link set ap1 up
	is "reactive: all packets arrive once, and in order" "$(arrived "$LIB_TMP/c")" \
		"0-169 fence"
	check "the node answers through its tunnel to the PAR" na_ready $PCOA
}

# ---- what a daemon has missed -----------------------------------------------------------

# The node leaves its link, which nobody sees, and asks from the new one.
unseen_leaving() {
	receiver "$LIB_TMP/d" "$MN" $PCOA
	send "$MN" "to_par(solicit(0x1002, NAR_AP))"
	CHANGES=1 killed "$PAR" par holding "PAR, before the FBU, while the link goes down" leaves_alone
	numbered $PCOA 10 50 500
	node_prepares
	move_to br2
	send "$MN" "to_nar(una())"
	send "$MN" "to_nar(fbu(17, 60, source=NCOA), hops=64)"
	check "the PAR redirects" fmipd_wait "$PAR" par redirected
	fence "$LIB_TMP/d" $PCOA
	ip -n "$AIR" link set ap1 up
	is "all packets arrive once, those that nobody saw coming among them" \
		"$(arrived "$LIB_TMP/d")" "0-59 fence"
}

leaves_alone() {
	lost_link
	numbered $PCOA 0 10 500
}

# The link comes back, with the node on it, which is then not on its way.
returns() {
	receiver "$LIB_TMP/e" "$MN" $PCOA
	lost_link
	check "the PAR holds" fmipd_wait "$PAR" par holding
	numbered $PCOA 0 20 500
	killed "$PAR" par holding "PAR, holding for who returns"
	numbered $PCOA 20 20 500
	ip -n "$AIR" link set ap1 up
	check "who is back is not waited for" fmipd_wait "$PAR" par copying
	fence "$LIB_TMP/e" $PCOA
	is "and gets what was held" "$(arrived "$LIB_TMP/e")" "0-39 fence"
}

unseen_return() {
	receiver "$LIB_TMP/f" "$MN" $PCOA
	lost_node
	check "the PAR holds again" fmipd_wait "$PAR" par holding
	numbered $PCOA 0 20 500
	CHANGES=1 killed "$PAR" par copying "PAR, holding, while the link comes back" \
		ip -n "$AIR" link set ap1 up
	fence "$LIB_TMP/f" $PCOA
	is "who came back when nobody saw it gets what was held" "$(arrived "$LIB_TMP/f")" \
		"0-19 fence"
}

# ---- --------------------------------------------------------------------------------

# strangers: bindings like a router's own, but for the cookie
strangers() {
	local ns

	for ns in "$PAR" "$NAR"; do
		fmipctl -n "$ns" tunnel add id 77 local 2001:db8:77::1 remote 2001:db8:77::2 ||
			bail "no tunnel of a stranger"
		fmipctl -n "$ns" binding add id 7777 cookie $STRANGER_MARK dst $STRANGER gate hold ||
			bail "no binding of a stranger"
	done
}

# configure SPEEDUP: of what is released; more is held than is kept of copies.  The node
# leaves again while there are copies from its return.
configure() {
	fmipd_config "$PAR" \
		$'ar.window = { packets = 30; age = "10s"; };\nar.linger = "60s";\nar.speedup = '"$1;"
	fmipd_config "$NAR" $'ar.linger = "4s";\nar.speedup = '"$1;"
}

# slowly COMMAND: what is held is released as fast as it came, so that there is time to be
# killed in; what comes then can never catch up
slowly() {
	configure 101
	fmipd_reload "$PAR"
	fmipd_reload "$NAR"
	"$1"
	configure 1000
	fmipd_reload "$PAR"
	fmipd_reload "$NAR"
}

left() {
	fmipctl -n "$1" binding show | awk '{ print $1, $2 }' | grep '^id'
	fmipctl -n "$1" tunnel show | awk '{ print $1, $2 }' | grep '^id'
}

need fmipd fmipctl jq tcpdump tshark udplog radio /usr/bin/python3
# shellcheck disable=SC2119
load_module
wire_start
topo_up
strangers
configure 1000
fmipd_start "$PAR"
fmipd_start "$NAR"

predictive
back 10
slowly draining_nar
back 12
slowly reactive
back 16
unseen_leaving
back 18
returns
unseen_return

# ---- to be ended is no accident -------------------------------------------------------

had=$(left "$PAR")
check "the PAR's fmipd ends well when another is to follow" fmipd_stop "$PAR" TERM
is "and leaves what it has" "$(left "$PAR")" "$had"
fmipd_start "$PAR"
check "which the other knows" busywait "$WAIT_MS" at_is "$PAR" par copying
check "the PAR's fmipd ends well for good" fmipd_stop "$PAR" INT
check "the NAR's fmipd ends well for good" fmipd_stop "$NAR" INT
is "the PAR has what is of strangers, and nothing else" "$(left "$PAR")" $'id 7777\nid 77'
is "the NAR has what is of strangers, and nothing else" "$(left "$NAR")" $'id 7777\nid 77'
check "the PAR's log has no complaint" fmipd_complaints "$PAR"
check "the NAR's log has no complaint" fmipd_complaints "$NAR"
((LIB_FAILED)) && fmipd_logs
tap_done
