#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the signalling daemon of a mobile node makes of its kernel: addresses, routes,
# rules, tunnels, and what waits before those; what it finds there that is not its own, and
# what it leaves.  There is only the node, and a wire on which two routers say by turns that
# they are there: nobody answers it.
#
# shellcheck disable=SC2016,SC2034,SC2086,SC2154

: "${WAIT_MS:=20000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=fmipd-lib.sh
. "${BASH_SOURCE[0]%/*}/fmipd-lib.sh"

HERE=2001:db8:1::ff:fe00:10	# of its MAC, in the prefix of either router
THERE=2001:db8:2::ff:fe00:10
NETWORKS=0

# begin [SETTINGS]: a node on the link of the first router, with an address as hosts make
# them; SETTINGS are of the group "mn".  The network before is left: who speaks for the
# routers is in it.
begin() {
	((NETWORKS == 0)) || fmipd_stop "$MN"
	MN=mn-$LIB_TAG-$NETWORKS FAR=far-$LIB_TAG-$((NETWORKS++))
	LIB_NAMESPACES+=("$MN" "$FAR")
	lib_batch <<-END
		netns add $MN
		netns add $FAR
		link add name wlan0 netns $MN index 24 type veth peer name far0 netns $FAR index 25
	END
	lib_settings "$MN" ipv6/conf/wlan0/accept_dad=0 ipv6/conf/all/addr_gen_mode=0
	lib_batch -n "$FAR" <<-END
		link set far0 addrgenmode none
		link set far0 up
	END
	lib_batch -n "$MN" <<-END
		link set lo up
		link set wlan0 address $MN_MAC up
	END
	configure "${1-}"
	busywait "$WAIT_MS" hears_routers || bail "the node makes no address"
}

configure() {
	local dir=$LIB_TMP/fmipd.$MN

	mkdir -p "$dir/state"
	cat >"$dir/conf" <<-END
		roles = [ "mn" ];
		control = "$dir/control";
		state = "$dir/state";
		interfaces = ( { name = "wlan0"; } );
		keys = ( { pcoa = "2001:db8:1::/64"; spi = $SPI; key = "$KEY"; } );
		mn = {
			par = "$PAR_ADDR";
			iid = "eui64";
			fbu = { first = "10ms"; retries = 0; };
			$1
		};
	END
	chmod 600 "$dir/conf"
}

# first_says, second_says [LIFETIME]: a Router Advertisement; both are called fe80::1
first_says() {
	send "$FAR" "router_of('2001:db8:1::', PAR_MAC)"
}

second_says() {
	send "$FAR" "router_of('2001:db8:2::', NAR_MAC${1:+, $1})"
}

hears_routers() {
	first_says
	ip -n "$MN" -6 addr show dev wlan0 | grep -q "$HERE/64" &&
		ip -n "$MN" -6 route show default | grep -q "proto ra"
}

start() {
	fmipd_start "$MN"
	agent "$MN" link up dev wlan0 ap $PAR_AP || bail "fmipd is not told where it is"
}

leaves() {
	agent "$MN" link down dev wlan0 || bail "fmipd is not told that its link is gone"
}

# comes [LIFETIME]: to the second router
comes() {
	leaves
	agent "$MN" link up dev wlan0 ap $NAR_AP || bail "fmipd is not told of its link"
	second_says "${1-}"
	busywait "$WAIT_MS" is_there || bail "the node does not come to the second router"
}

returns() {
	agent "$MN" link up dev wlan0 ap $PAR_AP || bail "fmipd is not told of its link"
}

is_there() {
	agent "$MN" -j handover show | jq -e 'any(.[]; .state == "there")' >/dev/null
}

completes() {
	agent "$MN" handover complete || bail "the handover cannot be completed"
}

routes() { # routes WORD...: in short
	ip -n "$MN" -6 route show "$@" | sed 's/ *$//; s/ hoplimit.*//; s/ pref.*//; s/ expires.*//'
}

own_default() {
	routes default proto 102
}

rules() {
	ip -n "$MN" -6 rule show | awk '/lookup 55/ { print $3, $NF }'
}

has_no_own_default() {
	[[ ! $(own_default) ]]
}

# plug FIELD: of the tunnel that is used first
plug() {
	in_ns "$MN" tc -j -s qdisc show dev fmip-par0 | jq ".[] | select(.kind == \"plug\") | .$1"
}

# ---- the tests ------------------------------------------------------------------------

moves() {
	begin
	background in_ns "$MN" ip -6 -o monitor route rule >"$LIB_TMP/monitor"
	start
	comes
	is "old neighbours are no neighbours any more" "$(routes 2001:db8:1::/64)" ""
	is "what is sent from the old address is looked up by itself" \
		"$(rules)" "$HERE 102"
	is "before there is another default route" "$(sed -n \
		'/^Deleted/d; s/.*from [0-9].* lookup 5568.*/rule/p; s/^default via 2001.*/default/p
		s/^default via fe80::1 .*proto 102.*/default/p' "$LIB_TMP/monitor" | head -2 |
		paste -sd' ')" "rule default"
	is "optimistic_dad is what it was" \
		"$(in_ns "$MN" cat /proc/sys/net/ipv6/conf/wlan0/optimistic_dad)" 0
	is "the old address is for nothing new" "$(ip -n "$MN" -j -6 addr show dev wlan0 |
		jq -c --arg address $HERE '[.[].addr_info[] | select(.local == $address) |
			.preferred_life_time]')" "[0]"
	second_says
	completes
	is "the new router is not forgotten for an old one that has its name" \
		"$(routes default)" "default via fe80::1 dev wlan0 proto ra metric 1024"
	is "no rule is left" "$(rules)" ""
	check_fails "nor the old address" has_address $HERE
}

has_address() {
	ip -n "$MN" -6 addr show dev wlan0 | grep -q "$1/"
}

# Of those who have made them the kernel notes only the last.
addresses() {
	in_ns "$MN" ip -6 -o addr show dev wlan0 scope global |
		sed 's/valid_lft.*//; s/ proto [a-z_]*//'
}

comes_back() {
	local before

	begin
	before=$(addresses)
	start
	comes
	leaves
	returns
	is "back again, the address is as it was" "$(addresses)" "$before"
	is "and has its neighbours" "$(routes 2001:db8:1::/64)" \
		"2001:db8:1::/64 dev wlan0 proto kernel metric 256"
	check "for as long as it has an end itself" test -n \
		"$(ip -n "$MN" -6 route show 2001:db8:1::/64 | grep expires)"
	is "the default route is the old one" "$(routes default)" \
		"default via fe80::1 dev wlan0 proto ra metric 1024"
	is "and there is no rule" "$(rules)" ""
}

# The second router says that it is no default, and so for the one that has its name.
default_route() {
	begin
	start
	comes 0
	completes
	is "the only default route stays when a handover is complete" \
		"$(own_default)" "default via fe80::1 dev wlan0 metric 64 onlink"
	second_says
	check "and goes when the router has advertised itself" \
		busywait "$WAIT_MS" has_no_own_default
	is "which is the default then" "$(routes default)" \
		"default via fe80::1 dev wlan0 proto ra metric 1024"
}

# killed: the daemon leaves all that there is on a new link
killed() {
	begin
	start
	comes 0
	fmipd_kill "$MN"
	lib_batch -n "$MN" <<-END
		rule add from 2001:db8:9::1 lookup 5569 priority 5568 protocol static
		route add default dev wlan0 table 5570 metric 64 protocol static
		link add name fmip-par7 type bridge
	END
	fmipd_start "$MN"
	is "rules of a killed daemon are removed, and others are not" "$(rules)" \
		"2001:db8:9::1 static"
	is "nor routes of others" "$(routes default table 5570)" \
		"default dev wlan0 proto static metric 64"
	is "routes of its own are" "$(routes table all proto 102)" \
		"default via fe80::1 dev wlan0 metric 64 onlink"
	check "a device of another kind is not a tunnel of its own" \
		ip -n "$MN" link show fmip-par7
	second_says
	check "the default route goes as if it had not been killed" \
		busywait "$WAIT_MS" has_no_own_default
}

killed_after_that() {
	begin
	start
	comes
	fmipd_kill "$MN"
	fmipd_start "$MN"
	is "where there is another default route, none of a killed daemon is left" \
		"$(own_default)" ""
}

others_routes() {
	begin
	lib_batch -n "$MN" <<<"route add default via fe80::77 dev wlan0 metric 64 proto static"
	start
	comes
	is "a route that is as good is not overwritten" "$(routes default proto static)" \
		"default via fe80::77 dev wlan0 metric 64"
	is "the daemon's own is better" "$(own_default)" \
		"default via fe80::1 dev wlan0 metric 63 onlink"
	second_says
	completes
	is "and goes alone" "$(routes default proto static)$(own_default)" \
		"default via fe80::77 dev wlan0 metric 64"
}

# That tunnel is somebody else's already.
cannot_have_it() {
	begin
	lib_batch -n "$MN" <<-END
		link add name other type ip6tnl mode ip6ip6 local $THERE remote $PAR_ADDR dev wlan0
	END
	start
	leaves
	agent "$MN" link up dev wlan0 ap $NAR_AP || bail "fmipd is not told of its link"
	second_says
	check "a handover whose tunnel cannot be had has failed" \
		busywait "$WAIT_MS" has_failed
	check "for a reason that is logged" grep -q '^<3>kind=stay.*tunnel.*File exists' \
		"$LIB_TMP/fmipd.$MN/log"
	is "nothing of it is left" "$(rules)" ""
}

has_failed() {
	agent "$MN" -j handover show |
		jq -e 'any(.[]; .state == "finished" and .text == "failed")' >/dev/null
}

# sends COUNT: from the old address, as who has no other
sends() {
	in_ns "$MN" udplog send --bind $HERE --to $CN_ADDR --port 17000 --rate 1000 \
		--size 1000 --count "$1" --log "$LIB_TMP/sent"
}

waits() {
	begin 'hold_bytes = "8k";'
	start
	is "a tunnel is there before it is needed, and leads nowhere" \
		"$(ip -n "$MN" -j -d link show fmip-par0 | jq -r '.[].linkinfo.info_data |
			"\(.local) \(.remote)"')" "100::1 100::2"
	leaves
	sends 3
	is "what is sent without a link waits" "$(plug qlen)" 3
	sends 10
	is "as far as there is room for it" "$(plug qlen) $(plug drops)" "7 6"
	returns
	is "what has waited is lost where the node is back" "$(plug qlen) $(plug drops)" "0 0"
	check "and counted" grep -q \
		'^<5>kind=lost what="packets that waited for a tunnel" par=2001:db8:1::1 packets=13$' \
		"$LIB_TMP/fmipd.$MN/log"
	sed -i 's/hold_bytes = "8k"/hold_bytes = "0"/' "$LIB_TMP/fmipd.$MN/conf"
	fmipd_reload "$MN"
	leaves
	is "nothing waits if that is not wanted" "$(rules)" ""
}

# By now all else is loaded.
without_the_qdisc() {
	local modprobe

	begin
	modprobe=$(</proc/sys/kernel/modprobe)
	if ! modprobe -r sch_plug 2>/dev/null || [[ -e /sys/module/sch_plug ]]; then
		skip "without sch_plug" "it is a part of this kernel"
		return
	fi
	echo /bin/false >/proc/sys/kernel/modprobe
	at_exit restore_modprobe "$modprobe"
	start
	is "one line says that nothing can wait" "$(grep -c '^<[0-9]>kind=sch_plug' \
		"$LIB_TMP/fmipd.$MN/log")" 1
	comes
	is "a handover is as it would be otherwise" "$(rules)" "$HERE 102"
	completes
	echo "$modprobe" >/proc/sys/kernel/modprobe
}

restore_modprobe() {
	echo "$1" >/proc/sys/kernel/modprobe
}

need ip tc udplog fmipctl fmipd jq python3
wire_start
moves
comes_back
default_route
killed
killed_after_that
others_routes
cannot_have_it
waits
without_the_qdisc
topo_down
tap_done
