#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fmipctl and the module together: each command does what it says, and what is
# shown makes it again; what is refused has its exit status and its sentence and
# changes nothing; who may do what; namespaces do not see each other; events;
# the fmip device; the examples of the manual.
#
#   far eth0 ------------ eth0 router eth1 ------------ eth0 node
#   2001:db8:1::2  2001:db8:1::1    2001:db8:2::1  2001:db8:2::10

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=docs-lib.sh
. "$LIB_DIR/docs-lib.sh"

need fmipctl udplog ndsend ip jq setpriv unshare
load_module
dmesg_mark

router=router-$LIB_TAG
other=other-$LIB_TAG
far=far-$LIB_TAG
node=node-$LIB_TAG
export CN=$far	# who sends numbered packets
node_mac=02:00:00:00:00:10
tool_dir=$LIB_DIR/../tools/fmipctl

network_up() {
	local ns

	lib_backlog
	for ns in "$router" "$other" "$far" "$node"; do
		echo "netns add $ns"
	done | lib_batch
	lib_batch <<-END
		link add name eth0 netns $far type veth peer name eth0 netns $router
		link add name eth0 netns $node type veth peer name eth1 netns $router
		link add name extra0 netns $router type veth peer name extra1 netns $router
	END
	lib_batch -n "$router" <<-END
		link set lo up
		link set eth0 addrgenmode none
		link set eth1 addrgenmode none
		link set eth0 address $PAR_MAC up
		link set eth1 address $NAR_MAC up
		link set extra0 up
		addr add 2001:db8:1::1/64 dev eth0 nodad
		addr add 2001:db8:2::1/64 dev eth1 nodad
		addr add fe80::1/64 dev eth0 nodad
		addr add fe80::1/64 dev eth1 nodad
	END
	lib_batch -n "$far" <<-END
		link set eth0 addrgenmode none
		link set eth0 up
		addr add 2001:db8:1::2/64 dev eth0 nodad
		neigh add 2001:db8:1::1 lladdr $PAR_MAC dev eth0 nud permanent
		route add default via 2001:db8:1::1 dev eth0
	END
	lib_batch -n "$node" <<-END
		link set eth0 addrgenmode none
		link set eth0 address $node_mac up
		addr add 2001:db8:2::10/64 dev eth0 nodad
		addr add fe80::10/64 dev eth0 nodad
		route add default via 2001:db8:2::1 dev eth0
	END
	lib_settings "$router" ipv6/conf/all/forwarding=1
	lib_settings "$far"
	lib_settings "$node"
}

network_down() {
	local ns

	for ns in "$router" "$other" "$far" "$node"; do
		echo "netns del $ns"
	done | ip -batch -
}

ctl() {
	fmipctl -n "$router" "$@"
}

# state: all that a refused command must leave as it is
state() {
	printf 'binding show\ntunnel show\nconfig\n' | ctl -j -b -
}

# json FILTER ARG...: what jq makes of what is shown
json() {
	local filter=$1

	shift
	ctl -j "$@" | jq -c "$filter"
}

# gives STATUS TEXT ARG...: the command ends so, and says so, in one sentence
gives() {
	local status=$1 text=$2

	shift 2
	ctl "$@" >"$LIB_TMP/out" 2>"$LIB_TMP/err"
	is "fmipctl $*" "$?:$(<"$LIB_TMP/out"):$(<"$LIB_TMP/err")" "$status::$text"
}

# refused STATUS TEXT ARG...: the same, and all is as it was at refusals_start
refusals_start() {
	BEFORE=$(state)
}

refused() {
	local now

	gives "$1" "fmipctl: $3 $4: $2" "${@:3}"
	now=$(state)
	[[ $now == "$BEFORE" ]] || not_ok "... changes nothing" "it was $BEFORE, it is $now"
}

# ---- the module, its device and who may not make one ------------------------

devices() {
	ip -n "$1" -o link show type fmip | cut -d: -f2
}

the_device() {
	is "no fmip device before the first binding" "$(devices "$router")" ""
	ctl binding add id 1 dst 2001:db8:2::10 gate hold || bail "no binding can be made"
	is "one with it" "$(devices "$router")" " fmip0"
	is "... in that namespace only" "$(devices "$other")" ""
	check_fails "another cannot be made" ip -n "$router" link add fmip9 type fmip
	check_fails "... nor can it be deleted" ip -n "$router" link del fmip0
	check_fails "... nor moved" ip -n "$router" link set fmip0 netns "$other"
	ctl binding flush
	is "it stays when the last binding goes" "$(devices "$router")" " fmip0"
}

# ---- what is asked for is there ----------------------------------------------

commands() {
	check "version" grep -q "^fmipctl .*, kernel family version 1$" <(ctl version)
	is "version as JSON" "$(json .family version)" 1
	is "nothing is there at first" "$(ctl binding show)$(json . binding show)" "[]"

	is "tunnel add -j tells what was made" \
		"$(ctl -j tunnel add local 2001:db8:1::1 remote 2001:db8:2::10 |
			jq -c '[.id, .local, .remote, .encap, .users, .mtu]')" \
		'[1,"2001:db8:1::1","2001:db8:2::10","ip6",0,1460]'
	gives 0 "" tunnel add id 7 local 2001:db8:1::1 remote 2001:db8:7::7 ttl 9 mark 5 dscp 46 dev eth1
	is "tunnel show id" "$(ctl tunnel show id 7)" \
		"id 7 local 2001:db8:1::1 remote 2001:db8:7::7 encap ip6 dev eth1 mark 0x5 ttl 9 dscp 46"
	gives 0 "" tunnel change id 7 remote 2001:db8:7::8 ttl 10
	is "... changes that and nothing else" "$(ctl tunnel show id 7)" \
		"id 7 local 2001:db8:1::1 remote 2001:db8:7::8 encap ip6 dev eth1 mark 0x5 ttl 10 dscp 46"
	gives 0 "" tunnel replace id 7 local 2001:db8:1::1 remote 2001:db8:7::9
	is "... leaves nothing of what there was" "$(ctl tunnel show id 7)" \
		"id 7 local 2001:db8:1::1 remote 2001:db8:7::9 encap ip6"
	gives 0 "" tunnel replace id 8 local 2001:db8:1::1 remote 2001:db8:8::8
	is "... makes what is not there" "$(json 'map(.id)' tunnel show)" "[1,7,8]"
	gives 0 "" tunnel del id 8
	is "... and it is gone" "$(json 'map(.id)' tunnel show)" "[1,7]"

	is "binding add -j tells what was made" \
		"$(ctl -j binding add dst 2001:db8:1::10 target tunnel 1 accept tunnel 1 from src |
			jq -c '[.id, .gate, .targets, .accepts]')" \
		'[1,"open",[{"type":"tunnel","tunnel":1}],[{"tunnel":1,"from":"src"}]]'
	is "binding show id" "$(ctl binding show id 1)" \
		"id 1 dst 2001:db8:1::10/128 gate open target tunnel 1 accept tunnel 1 from src \
release rfc5568 speedup 2 limit packets 1000 limit bytes 4M limit age none overflow tail \
hold-time none hold-expiry delete"
	gives 0 "" binding add id 9 cookie 18446744073709551615 dst 2001:db8:2::10 \
		dst 2001:db8:22::/48 local gate hold target link dev eth1 lladdr $node_mac \
		proxy 2001:db8:2::10 dev eth1 override attach una dev eth1 lladdr $node_mac \
		action event release rate 500 speedup 1.5 limit packets 7 limit bytes 64k \
		overflow head hold-expiry open
	is "binding show by the second prefix" "$(ctl binding show dst 2001:db8:22::/48)" \
		"$(ctl binding show id 9)"
	is "users of the tunnel" "$(json '.[0].users' tunnel show id 1)" 2
	gives 0 "" binding add id 2 dst 2001:db8:1::11 target tunnel 1
	gives 0 "" binding add id 3 dst 2001:db8:1::12 target tunnel 1
	is "... each binding for itself, however alike they are" \
		"$(json '.[0].users' tunnel show id 1)" 4
	gives 0 "" binding change id 3 target link dev eth1
	gives 0 "" binding del id 2
	is "... and no longer than it names it" "$(json '.[0].users' tunnel show id 1)" 2
	gives 0 "" binding del id 3
	gives 0 "" tunnel flush
	is "... passes over what is used" "$(json 'map(.id)' tunnel show)" "[1]"
	ctl -j binding show id 9 | jq 'del(.[0].limit.packets)' >"$LIB_TMP/before"
	gives 0 "" binding change dst 2001:db8:2::10 limit packets 8
	check "... changes that and nothing else" diff "$LIB_TMP/before" \
		<(ctl -j binding show id 9 | jq 'del(.[0].limit | select(.packets == 8).packets)')
	gives 0 "" binding change id 9 proxies none attach none
	is "... empties the lists" "$(json '.[0] | [.proxies, .attach]' binding show id 9)" '[[],null]'
	gives 0 "" binding change id 9 dst 2001:db8:2::11 local off
	is "... gives other prefixes" \
		"$(json '.[0] | [(.matches | map(.prefix)), .local]' binding show id 9)" \
		'[["2001:db8:2::11/128"],null]'
	gives 0 "" binding replace dst 2001:db8:2::11 target link dev eth1
	is "... by its prefix, with defaults for the rest" \
		"$(json '.[0] | [.id, .cookie, .gate, .limit.packets, .release]' binding show id 9)" \
		'[9,0,"open",1000,"rfc5568"]'
	gives 0 "" binding replace id 11 dst 2001:db8:11::1 gate hold
	is "... makes what is not there" "$(json 'map(.id)' binding show)" "[1,9,11]"
	gives 0 "" binding del dst 2001:db8:11::1
	gives 0 "" binding del id 9
	is "... and they are gone" "$(json 'map(.id)' binding show)" "[1]"
	is "statistics of a binding" \
		"$(json '.[0].stats | [.received.packets, .dropped]' -s binding show id 1)" '[0,{}]'
	is "statistics of the namespace" "$(json '[.bindings, .tunnels]' stats)" '[1,1]'
	gives 0 "" binding flush
	gives 0 "" tunnel flush
	is "nothing is left" "$(ctl binding show; ctl tunnel show; json '[.bindings, .tunnels]' stats)" "[0,0]"
}

configuration() {
	local saved

	saved=$(ctl config | sed 's/module-bytes [^ ]* //')
	gives 0 "" config set netns-bytes 3M guarantee 1M exempt-mark 0x1f/0xf0 proxies-max 5
	is "... does, and cuts the mark to its mask" \
		"$(json '[.netns_bytes, .guarantee, .exempt_mark, .exempt_mask, .proxies_max]' config)" \
		"[3145728,1048576,16,240,5]"
	refusals_start
	refused 2 "with a limit of 0 nothing could be buffered (attribute FMIP_CONFIG_A_NETNS_BYTES)" \
		config set proxies-max 6 netns-bytes 0
	refused 2 "at most half of what the namespace may buffer can be guaranteed (attribute FMIP_CONFIG_A_GUARANTEE)" \
		config set guarantee 1537k
	refused 2 "only the initial namespace sets this limit (attribute FMIP_CONFIG_A_MODULE_BYTES)" \
		config set module-bytes 1M
	# shellcheck disable=SC2086 # words
	gives 0 "" config set $saved
	is "... sets back what config had printed" "$(ctl config | sed 's/module-bytes [^ ]* //')" "$saved"
	saved=$(fmipctl -j config | jq .module_bytes)
	check "the initial namespace sets the module's limit" fmipctl config set module-bytes 128M
	is "... for all" "$(json .module_bytes config)" 134217728
	fmipctl config set module-bytes "$saved"
}

# ---- what is refused --------------------------------------------------------

refusals() {
	local free="dst 2001:db8:99::1" to_link="target link dev eth1" what

	ctl -b - <<-END || bail "what the refusals need cannot be made"
		tunnel add id 1 local 2001:db8:1::1 remote 2001:db8:2::10
		tunnel add id 2 local 2001:db8:1::1 remote 2001:db8:3::10
		binding add id 1 dst 2001:db8:1::10 target tunnel 1 accept tunnel 1 from src
		binding add id 2 dst 2001:db8:2::10 gate hold $to_link proxy 2001:db8:2::10 dev eth1
	END
	refusals_start
	# What fmipctl sees itself, with nothing sent: status 1.
	refused 1 "\"2001:db8::zz\" is not a prefix" binding add dst 2001:db8::zz gate hold
	refused 1 "\"nonsense\" is not an address for 'remote'" \
		tunnel add local 2001:db8:1::1 remote nonsense
	refused 1 "'remote' is missing" tunnel add local 2001:db8:1::1
	refused 1 "no prefix is given, 'dst' or 'src' is needed" binding add gate hold
	refused 1 "there is no interface \"none0\"" binding add dst 2001:db8:99::1 target link dev none0
	refused 1 "\"2001:db8:99::1/64\" has bits set beyond its length" \
		binding add dst 2001:db8:99::1/64 gate hold
	refused 1 "\"bogus\" is unknown, see 'help'" binding add dst 2001:db8:99::1 bogus
	refused 1 "'gate' is given twice" binding add dst 2001:db8:99::1 gate hold gate open
	# What the kernel refuses: status 2.
	# shellcheck disable=SC2086 # words
	{
		refused 2 "no such interface (attribute FMIP_BINDING_A_TARGETS/FMIP_TARGET_A_IFINDEX)" \
			binding add $free target link dev if4711
		refused 2 "a tunnel cannot lead to itself (attribute FMIP_TUNNEL_A_REMOTE)" \
			tunnel add local 2001:db8:1::1 remote 2001:db8:1::1
		refused 2 "the remote address is this router's own (attribute FMIP_TUNNEL_A_REMOTE)" \
			tunnel change id 2 remote 2001:db8:2::1
		refused 2 "with a limit of 0 nothing could be buffered (attribute FMIP_BINDING_A_LIMIT_PACKETS)" \
			binding add $free gate hold limit packets 0
		refused 2 "with a limit of 0 nothing could be buffered (attribute FMIP_BINDING_A_LIMIT_BYTES)" \
			binding change id 1 limit bytes 0
		refused 2 "a match is named twice (attribute FMIP_BINDING_A_MATCHES)" \
			binding add $free $free gate hold
		refused 2 "this match belongs to another binding (attribute FMIP_BINDING_A_MATCHES)" \
			binding add $free dst 2001:db8:2::10 gate hold
		refused 2 "a binding with this id exists (attribute FMIP_BINDING_A_ID)" \
			binding add id 1 $free gate hold
		refused 2 "no such tunnel (attribute FMIP_BINDING_A_TARGETS/FMIP_TARGET_A_TUNNEL)" \
			binding change id 1 target tunnel 4711
		refused 2 "bindings use this tunnel (attribute FMIP_TUNNEL_A_ID)" tunnel del id 1
		refused 2 "no such binding (attribute FMIP_BINDING_A_ID)" binding del id 4711
		refused 2 "no such binding (attribute FMIP_BINDING_A_MATCH)" binding show dst 2001:db8:2::/64
		refused 2 "a gate that is not on hold needs a target (attribute FMIP_BINDING_A_GATE)" \
			binding add $free gate open
		refused 2 "the address is this router's own (attribute FMIP_BINDING_A_PROXIES/FMIP_PROXY_A_ADDR)" \
			binding replace id 2 $free gate hold proxy 2001:db8:2::1 dev eth1
		refused 2 "attach with action open needs a link target on the same interface \
(attribute FMIP_BINDING_A_ATTACH)" binding add $free target link dev eth0 attach una dev eth1
		refused 2 "the link-layer address does not fit the interface \
(attribute FMIP_BINDING_A_TARGETS/FMIP_TARGET_A_LLADDR)" \
			binding add $free $to_link lladdr 02:00:00:00:10
		refused 2 "a match of the source needs the scope interface or tunnel \
(attribute FMIP_BINDING_A_MATCHES/FMIP_MATCH_A_DIRECTION)" binding add src 2001:db8:99::1 $to_link
		refused 2 "this interface is not a VRF \
(attribute FMIP_BINDING_A_MATCHES/FMIP_MATCH_A_IFINDEX)" binding add $free vrf eth0 $to_link
		refused 2 "no such tunnel (attribute FMIP_BINDING_A_MATCHES/FMIP_MATCH_A_TUNNEL)" \
			binding add $free from-tunnel 4711 $to_link
		refused 2 "loopback, broadcast and multicast packets are never forwarded \
(attribute FMIP_BINDING_A_MATCHES/FMIP_MATCH_A_ADDR)" binding add dst 224.0.0.1 $to_link
		refused 2 "a target is named twice (attribute FMIP_BINDING_A_TARGETS)" \
			binding add $free target tunnel 1 target tunnel 1
		refused 2 "the tunnel's encapsulation has no key \
(attribute FMIP_BINDING_A_TARGETS/FMIP_TARGET_A_KEY)" binding add $free target tunnel 1 key 5
		refused 2 "a guard needs an accept, for whose packets it waits \
(attribute FMIP_BINDING_A_GATE)" binding add $free $to_link gate guard
		refused 2 "this encapsulation has IPv6 addresses outside (attribute FMIP_TUNNEL_A_LOCAL)" \
			tunnel add local 192.0.2.1 remote 192.0.2.2
		for what in ip4 gre4 udp4 tlv4; do
			refused 2 "this encapsulation has IPv4 addresses outside (attribute FMIP_TUNNEL_A_LOCAL)" \
				tunnel add local 2001:db8:1::1 remote 2001:db8:9::9 encap $what
		done
		refused 2 "only an IPv6 header limits encapsulation (attribute FMIP_TUNNEL_A_ENCAPLIMIT)" \
			tunnel add local 192.0.2.1 remote 192.0.2.2 encap ip4 encaplimit 4
	}
	ctl binding flush
	ctl tunnel flush
}

# ---- who may do what ---------------------------------------------------------

permissions() {
	local nobody="setpriv --reuid 65534 --regid 65534 --clear-groups" command before

	ctl binding add id 1 dst 2001:db8:2::10 gate hold
	before=$(state)
	# shellcheck disable=SC2086 # words
	for command in "binding flush" "binding del id 1" "binding change id 1 cookie 1" \
		"tunnel add local 2001:db8:1::1 remote 2001:db8:2::10" "config set proxies-max 1"; do
		set -- $command
		is "nobody may not $command" "$(in_ns "$router" $nobody fmipctl $command 2>&1; echo $?)" \
			"fmipctl: $1 $2: Operation not permitted
2"
	done
	# shellcheck disable=SC2086 # words
	is "... but may look" "$(printf 'binding show\ntunnel show\nconfig\n' |
		in_ns "$router" $nobody fmipctl -j -b -)" "$before"
	is "nor may root of a user namespace that the network is not part of" \
		"$(in_ns "$router" unshare -Ur fmipctl binding flush 2>&1; echo $?)" \
		"fmipctl: binding flush: Operation not permitted
2"
	is "nothing changed" "$(state)" "$before"

	unshare -Urn bash -c '
		fmipctl tunnel add id 1 local 2001:db8:1::1 remote 2001:db8:2::10 &&
		fmipctl binding add id 1 dst 2001:db8:1::10 target tunnel 1 &&
		fmipctl config set netns-bytes 1M proxies-max 3 && fmipctl -j binding show' \
		>"$LIB_TMP/out" 2>&1
	is "root of a user namespace may, in a network of its own" \
		"$?:$(jq -c 'map([.id, .targets])' "$LIB_TMP/out")" '0:[[1,[{"type":"tunnel","tunnel":1}]]]'
	is "... but not raise what it may take of the host's memory" \
		"$(unshare -Urn fmipctl config set netns-bytes 1G 2>&1; echo $?)" \
		"fmipctl: config set: only the host's administrator raises this limit \
(attribute FMIP_CONFIG_A_NETNS_BYTES)
2"
	is "... nor set the limit of all" \
		"$(unshare -Urn fmipctl config set module-bytes 1M 2>&1; echo $?)" \
		"fmipctl: config set: only the initial namespace sets this limit \
(attribute FMIP_CONFIG_A_MODULE_BYTES)
2"
	ctl binding flush
}

isolation() {
	local ours

	ctl -b - <<-END
		tunnel add id 1 local 2001:db8:1::1 remote 2001:db8:2::10
		binding add id 1 cookie 1 dst 2001:db8:1::10 target tunnel 1
		config set proxies-max 11
	END
	ours=$(state)
	check "another namespace takes the same ids, ends and prefixes" fmipctl -n "$other" -b - <<-END
		tunnel add id 1 local 2001:db8:1::1 remote 2001:db8:2::10 ttl 5
		binding add id 1 cookie 2 dst 2001:db8:1::10 gate hold
		config set proxies-max 22
	END
	is "... and is not seen here" "$(state)" "$ours"
	is "... nor does it see this one" "$(fmipctl -n "$other" -j binding show |
		jq -c 'map([.id, .cookie, .gate])')" '[[1,2,"hold"]]'
	printf 'binding flush\ntunnel flush\n' | fmipctl -n "$other" -b -
	is "... nor takes anything away by its flush" "$(state)" "$ours"
	printf 'binding flush\ntunnel flush\nconfig set proxies-max 4096\n' | ctl -b -
}

# ---- there and back ----------------------------------------------------------

texts() {
	ctl tunnel show | sed 's/^/tunnel add /'
	ctl binding show | sed 's/^/binding add /'
}

# What is there, but for what time and traffic change.
lasting() {
	state | jq -S 'if type == "array" then map(del(.lifetime, .hold_left, .users, .mtu) |
		((.proxies, .targets, .accepts)[]? |= del(.lifetime))) else . end'
}

# remake FORM FILE: from nothing by the commands of a file
remake() {
	printf 'binding flush\ntunnel flush\n' | ctl -b -
	is "all is deleted" "$(texts)" ""
	check "what was shown as $1 is made again" ctl -b "$2"
	lasting >"$LIB_TMP/remade"
	check "... the same as it was" diff "$LIB_TMP/lasting" "$LIB_TMP/remade"
}

there_and_back() {
	local left

	ip -n "$router" link add vrf0 type vrf table 100
	ctl -b - <<-END || bail "what is to be shown cannot be made"
		tunnel add id 1 local 2001:db8:1::1 remote 2001:db8:2::10
		tunnel add id 9 local 2001:db8:1::1 remote 2001:db8:3::10 dev eth0 mark 7 ttl 3 dscp 46
		binding add id 1 cookie 18446744073709551615 dst 2001:db8:1::10 target tunnel 1 \\
			accept tunnel 1 from src accept tunnel 9 from dst release immediate
		binding add id 5 dst 2001:db8:2::10 dst 2001:db8:22::/48 local gate hold lifetime 3600s \\
			target link dev eth1 lladdr $node_mac \\
			proxy 2001:db8:2::10 dev eth1 override lifetime 3600s proxy fe80::10 dev eth1 \\
			attach una dev eth1 lladdr $node_mac release rate 500 speedup 1.5 \\
			limit packets 7 limit bytes 64k limit age 1500ms overflow head \\
			hold-time 7200s hold-expiry notify
		binding add id 6 dst ::/0 gate hold attach una dev eth1 action event hold-expiry open
		tunnel add id 10 local 192.0.2.1 remote 192.0.2.2 encap ip4 fragment on
		tunnel add id 11 local 2001:db8:1::1 remote 2001:db8:9::9 encap gre6 encaplimit 4 flowlabel 5
		tunnel add id 12 local 192.0.2.1 remote 192.0.2.2 encap gre4
		tunnel add id 13 local 192.0.2.1 remote 192.0.2.2 encap udp4 sport 5000 dport 6000 udp-csum on
		tunnel add id 14 local 192.0.2.1 remote 192.0.2.2 encap tlv4
		binding add id 10 dst 2001:db8:99::1 dev eth0 src 2001:db8:99::1 dev eth1 \\
			dst 192.0.2.9 vrf vrf0 dst 192.0.2.9 from-tunnel 10 dst 192.0.2.9 from-tunnel 12 key 7 \\
			gate copy target tunnel 12 key 8 lifetime 3600s target tunnel 13 target route \\
			accept tunnel 12 key 9 from src lifetime 3600s accept tunnel 14 from dst
		binding add id 11 dst 192.0.2.11 gate guard target link dev eth1 accept tunnel 10 from dst \\
			attach una,na,dad-ns,data dev eth1 guard-idle 3600s
	END
	is "matches, targets and accepts of all kinds" \
		"$(ctl binding show id 10 | sed 's/ lifetime [0-9.ms]*//g; s/ release .*//')" \
		"id 10 dst 2001:db8:99::1/128 dev eth0 src 2001:db8:99::1/128 dev eth1 \
dst 192.0.2.9/32 vrf vrf0 dst 192.0.2.9/32 from-tunnel 10 dst 192.0.2.9/32 from-tunnel 12 key 7 \
gate copy target tunnel 12 key 8 target tunnel 13 target route \
accept tunnel 12 key 9 from src accept tunnel 14 from dst"
	is "gates, evidence and encapsulations of all kinds" \
		"$(json 'map(.gate) | unique' binding show)$(json '.[0].attach.on' binding show id 11
		)$(json 'map(.encap) | unique' tunnel show)" \
		'["copy","guard","hold","open"]["una","na","dad-ns","data"]["gre4","gre6","ip4","ip6","tlv4","udp4"]'
	left=$(json '.[1] | .lifetime, .hold_left, .proxies[0].lifetime' binding show)
	check "what is left of times" jq -es '
		(.[0] > 3500000 and .[0] <= 3600000) and (.[1] > 7100000 and .[1] <= 7200000) and
		(.[2] > 3500000 and .[2] <= 3600000)' <<<"$left"
	lasting >"$LIB_TMP/lasting"
	texts >"$LIB_TMP/texts"
	{
		ctl -j tunnel show | python3 "$tool_dir/tests/roundtrip" tunnel
		ctl -j binding show | python3 "$tool_dir/tests/roundtrip" binding
	} >"$LIB_TMP/jsons"
	remake text "$LIB_TMP/texts"
	remake JSON "$LIB_TMP/jsons"
	printf 'binding flush\ntunnel flush\n' | ctl -b -
	ip -n "$router" link del vrf0
}

batches() {
	local file=$LIB_TMP/batch

	cat >"$file" <<-'END'
		# a comment, and a line that goes on

		tunnel add id 1 local 2001:db8:1::1 \
			remote "2001:db8:2::10"
		binding add id 1 dst 2001:db8:1::10 target tunnel 1 # not the last
		binding del id 2
		tunnel change id 1 ttl 9	# what is of one kind is sent together
		binding del id 1
	END
	gives 2 "fmipctl: $file:6: binding del: no such binding (attribute FMIP_BINDING_A_ID)" -b "$file"
	is "... and the rest is not done" "$(json '[.bindings, .tunnels]' stats)" "[1,1]"
	sed -i '/add/d; /remote/d' "$file"
	gives 2 "fmipctl: $file:3: binding del: no such binding (attribute FMIP_BINDING_A_ID)" \
		-force -b "$file"
	is "... and the rest is done" "$(json '[.bindings, .tunnels]' stats)" "[0,1]"
	gives 1 "fmipctl: -:2: tunnel: \"bogus\" is unknown, see 'help'" -b - <<-END
		tunnel flush
		tunnel bogus
	END
	is "... and what stood before is done" "$(json .tunnels stats)" 0
	gives 1 "fmipctl: network namespace \"none0\": No such file or directory" -n none0 stats
}

# ---- replacing what packets go through ---------------------------------------

buffered() {
	json '.[0] | [.id, .gate, .stats.received.packets, .stats.buffered.packets,
		.stats.peak.packets]' -s binding show id "$1"
}

replacing() {
	local i prefixes link="target link dev eth1 lladdr $node_mac"

	ctl binding add id 5 dst 2001:db8:2::10 gate hold
	receiver "$LIB_TMP/parked" "$node" 2001:db8:2::10
	numbered 2001:db8:2::10 0 20 1000
	wait_counted "COUNT[buffered] == 20" "$router" id 5
	is "a queue" "$(buffered 5)" '[5,"hold",20,20,20]'
	# shellcheck disable=SC2086 # words
	gives 0 "" binding replace dst 2001:db8:2::10 dst 2001:db8:2::11 cookie 3 gate hold $link \
		limit packets 30
	is "... and the id and the counters stay when all else is replaced" "$(buffered 5)" \
		'[5,"hold",20,20,20]'
	gives 2 "fmipctl: binding replace: no such tunnel \
(attribute FMIP_BINDING_A_ACCEPTS/FMIP_ACCEPT_A_TUNNEL)" \
		binding replace id 5 dst 2001:db8:2::10 gate open target link dev eth1 \
		accept tunnel 4711 from src
	is "... and when a replacement is refused" "$(buffered 5)" '[5,"hold",20,20,20]'
	gives 0 "" binding change id 5 gate open
	fence "$LIB_TMP/parked" 2001:db8:2::10
	is "... and all of it arrives once the gate opens" "$(arrived "$LIB_TMP/parked")" "0-19 fence"

	# Many prefixes, so that it takes its time, and the node's at either end.
	prefixes=$(printf ' dst 2001:db8:2::%x' {32..46})
	for ((i = 0; i < 500; i++)); do
		echo "binding replace id 5 dst 2001:db8:2::10 $prefixes $link cookie $i"
		echo "binding replace id 5 $prefixes dst 2001:db8:2::10 local $link limit packets $((i + 1))"
	done >"$LIB_TMP/replaces"
	receiver "$LIB_TMP/replaced" "$node" 2001:db8:2::10
	background numbered 2001:db8:2::10 0 6000 1500
	i=$!
	wait_counted "COUNT[received] > 50" "$router" id 5
	check "1000 replacements while packets pass" ctl -b "$LIB_TMP/replaces"
	counters "$router" id 5
	diag "${COUNT[received]} packets had passed by then"
	wait "$i"
	fence "$LIB_TMP/replaced" 2001:db8:2::10
	is "... lose, double and reorder none" "$(arrived "$LIB_TMP/replaced")" "0-5999 fence"
	is "... and all were the binding's" \
		"$(json '.[0].stats | [.received.packets, .sent.packets, .dropped]' -s binding show id 5)" \
		"[6022,6022,{}]"
	ctl binding flush
}

# ---- events ------------------------------------------------------------------

# monitor NETNS FILE OPTION...: returns when no event can be missed any more
monitor() {
	local ns=$1 file=$2

	shift 2
	[[ -p $LIB_TMP/monitors ]] || mkfifo "$LIB_TMP/monitors"
	exec {MONITORS}<>"$LIB_TMP/monitors"
	background fmipctl -n "$ns" -j monitor "$@" ready-fd "$MONITORS" >"$file" 2>"$file.err"
	MONITOR=$!
	read -r -t $((WAIT_MS / 1000)) -u "$MONITORS" || bail "no monitor: $(<"$file.err")"
	exec {MONITORS}>&-
}

# after TEXT COMMAND...: waits until the event has come that the command makes
after() {
	"${@:2}" || diag "$* failed"
	wait_line "$WAIT_MS" "$LIB_TMP/events" "$1" || diag "after $*: no $1"
}

announce() {
	in_ns "$node" ndsend una --dev eth0 --target 2001:db8:2::10 "$@"
}

told() {
	local theirs there here

	monitor "$other" "$LIB_TMP/elsewhere"
	there=$MONITOR
	monitor "$router" "$LIB_TMP/events" until removed binding 38 timeout $((6 * WAIT_MS))ms
	here=$MONITOR
	ctl binding add id 31 cookie 77 dst 2001:db8:2::10 gate hold limit packets 2 \
		target link dev eth1 lladdr $node_mac proxy 2001:db8:2::10 dev eth1 \
		attach una dev eth1 lladdr $node_mac
	after '"overflow"' numbered 2001:db8:2::10 0 5 1000
	after '"rejected"' announce --lladdr 02:00:00:00:00:66
	after '"duplicate"' in_ns "$node" ndsend na --dev eth0 --target 2001:db8:2::10 \
		--dst ff02::1 --flags o --lladdr 02:00:00:00:00:66
	after '"released"' announce
	after '"binding":32' ctl binding add id 32 dst 2001:db8:32::1 gate hold lifetime 20ms
	after '"binding":33' ctl binding add id 33 dst 2001:db8:33::1 gate hold hold-time 20ms hold-expiry notify
	after '"binding":34' ctl binding add id 34 dst 2001:db8:34::1 gate hold hold-time 20ms hold-expiry delete
	after '"binding":35' ctl binding add id 35 dst 2001:db8:35::1 gate hold \
		proxy 2001:db8:2::35 dev eth1 lifetime 20ms
	ctl binding add id 36 dst 2001:db8:36::1 gate hold target link dev eth1
	after '"binding":36' ctl binding change id 36 gate open
	ctl binding add id 38 dst 2001:db8:38::1 target link dev extra0
	ip -n "$router" link del extra0
	wait "$here"
	is "the monitor ends with what it was to wait for" "$?:$(<"$LIB_TMP/events.err")" "0:"
	is "the events, in the order of their times" \
		"$(jq -cs 'sort_by(.time_ns)[] | [.event, .binding, .timer // .address, .lladdr // .dev]' "$LIB_TMP/events")" \
		'["overflow",31,null,null]
["rejected",31,"2001:db8:2::10","02:00:00:00:00:66"]
["duplicate",31,"2001:db8:2::10","02:00:00:00:00:66"]
["attached",31,"2001:db8:2::10","'$node_mac'"]
["released",31,null,null]
["expired",32,"binding",null]
["expired",33,"hold",null]
["expired",34,"hold",null]
["expired",35,"proxy","eth1"]
["released",36,null,null]
["removed",38,null,null]'
	is "... with the cookie" "$(jq -s 'map(.cookie) | unique' -c "$LIB_TMP/events")" "[0,77]"
	is "... and the interface" \
		"$(jq -c 'select(.event == "attached") | .dev' "$LIB_TMP/events")" '"eth1"'
	is "what expired or was removed is gone, and nothing else" "$(json 'map(.id)' binding show)" \
		"[31,33,35,36]"
	theirs=$(<"$LIB_TMP/elsewhere")
	stop "$there"
	is "another namespace hears nothing of it" "$theirs" ""
	ctl binding flush
	gives 1 "fmipctl: monitor: what was waited for has not come within 20ms" \
		monitor until released timeout 20ms
}

# ---- the manual --------------------------------------------------------------

# Each of the examples, in their order, but for those that ask fmipd, which fmipd_operator.sh
# runs.  The node announces itself for the one that waits for it, and there is something to save
# for those that save.
manual() {
	local line status

	examples module >"$LIB_TMP/examples"
	cd "$LIB_TMP" || bail "no directory"
	while IFS= read -r line <&3; do
		case $line in
		*"monitor until attached"*)
			ctl binding add id 50 dst 2001:db8:2::10 gate hold attach una dev eth1 action event
			background in_ns "$node" bash -c 'while read -r -t 0.1; [[ $? -gt 128 ]]; do
				ndsend una --dev eth0 --target 2001:db8:2::10; done' \
				<>"$LIB_TMP/monitors" 3<&-
			;;
		*"tunnel show |"*)
			ctl tunnel add id 3 local 2001:db8:1::1 remote 2001:db8:2::10
			ctl binding add id 50 dst 2001:db8:2::10 target tunnel 3
			state >before
			;;
		esac
		in_ns "$router" bash -c "$line" >out 2>&1 3<&-
		status=$?
		[[ $line == *"monitor until attached"* ]] && { stop $!; ctl binding flush; }
		is "$line" "$status" 0 || diag "$(<out)"
	done 3<"$LIB_TMP/examples"
	is "what the last examples saved is restored" "$(state)" "$(<before)"
	is "there were examples" "$(($(wc -l <"$LIB_TMP/examples") >= 14))" 1
	ctl binding flush
	ctl tunnel flush
	cd / || return
}

main() {
	network_up
	at_exit network_down
	the_device
	commands
	configuration
	refusals
	permissions
	isolation
	batches
	replacing
	told
	if [[ -d $tool_dir ]]; then
		there_and_back
		manual
	else
		skip "what is shown makes it again" "the source of fmipctl is not here"
		skip "the examples of the manual" "the source of fmipctl is not here"
	fi
	check "the kernel has not complained" dmesg_clean
	tap_done
}

main
