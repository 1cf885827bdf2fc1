#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# HI and HAck between access routers in ESP only (RFC 5568 section 10): fmipd has the
# kernel demand it.  The security associations are made by hand first, with the null
# cipher, so that the wire shows what is inside; then by strongSwan, with the file of the
# users' guide.
#
# shellcheck disable=SC2016,SC2034,SC2086,SC2154

CN_DELAY=0
HI_FIRST=200ms			# nobody answers at first
: "${WAIT_MS:=15000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=fmipd-lib.sh
. "${BASH_SOURCE[0]%/*}/fmipd-lib.sh"
# shellcheck source=docs-lib.sh
. "${BASH_SOURCE[0]%/*}/docs-lib.sh"

RIVAL='kind=xfrm what="a policy with priority 0'
KEY_BYTES=0x$(printf '5a%.0s' {1..20})

# states NETNS: security associations of both directions
states() {
	local how="mode transport auth hmac(sha1) $KEY_BYTES enc ecb(cipher_null) \"\""

	ip -n "$1" -batch - <<-END || bail "$1 has no such IPsec"
		xfrm state add src $PAR_ADDR dst $NAR_ADDR proto esp spi 0x1001 $how
		xfrm state add src $NAR_ADDR dst $PAR_ADDR proto esp spi 0x2002 $how
	END
}

# vpn_up: what the core sends to the NAR goes through a tunnel, out of which comes what
# has another's address; an interface of XFRM has policies of its own
vpn_up() {
	local tunnel="src 2001:db8:f2::1 dst $NAR_ADDR proto esp"
	local how="spi 0x3003 mode tunnel auth hmac(sha1) $KEY_BYTES enc ecb(cipher_null) \"\""

	ip -n "$NAR" -batch - <<-END || bail "no interfaces of XFRM"
		link add vpn0 type xfrm if_id 9
		link set vpn0 up
		xfrm state add $tunnel $how if_id 9
		xfrm policy add src ::/0 dst ::/0 dir in if_id 9 tmpl $tunnel mode tunnel
	END
	ip -n "$CORE" -batch - <<-END || bail "no tunnels of XFRM"
		xfrm state add $tunnel $how
		xfrm policy add src ::/0 dst $NAR_ADDR/128 dir out tmpl $tunnel mode tunnel
	END
}

vpn_down() {
	ip -n "$CORE" xfrm policy flush
	ip -n "$CORE" xfrm state flush
	ip -n "$NAR" -batch - <<-END
		xfrm policy delete src ::/0 dst ::/0 dir in if_id 9
		xfrm state delete src 2001:db8:f2::1 dst $NAR_ADDR proto esp spi 0x3003
		link del vpn0
	END
}

# demands NETNS PEER: how many policies let nothing but ESP pass between both
demands() {
	ip -n "$1" xfrm policy |
		awk -v peer="$2/128" '/^src/ { ours = / proto mobility-header / && index($0, peer) }
			ours && /proto esp .*mode transport/ { n++ } END { print n + 0 }'
}

# on_wire FILTER: how many packets the routers have exchanged
on_wire() {
	dissect "$LIB_TMP/wire.$CORE" "ipv6.addr == $PAR_ADDR && ipv6.addr == $NAR_ADDR && $1" \
		frame.number | wc -l
}

refused_in_kernel() {
	in_ns "$NAR" awk '$1 ~ /^XfrmIn(TmplMismatch|NoPols|PolError)$/ { n += $2 }
		END { print n + 0 }' /proc/net/xfrm_stat
}

# any_state NETNS: of handovers of the NAR's, also of those whose PCoA is not known again
any_state() {
	fmipd_ask "$1" "show handovers" | jq -r '.result[] | select(.role == "nar") | .state'
}

# kernel_bindings NETNS: how many there are, whoever cares for them
kernel_bindings() {
	fmipctl -j -n "$1" binding show | jq length
}

# queued NETNS: how many sockets have Mobility Headers there that nobody has read
queued() {
	in_ns "$1" awk '$2 ~ /:0087$/ && $5 !~ /:00000000$/ { n++ } END { print n + 0 }' \
		/proc/net/raw6
}

# protected NETNS: whether the operator is told that the other router is
protected() {
	agent "$1" neighbor | grep -q 'address 2001:db8:.* protected'
}

unprotected() {
	! protected "$1"
}

# gave_up: how often the PAR has
gave_up() {
	grep -c 'kind=refused .*what="no answer"' "$LIB_TMP/fmipd.$PAR/log"
}

# refuses WHEN: a HI in cleartext, as if the PAR had sent it.  The kernel counts it for
# each socket that would have got it.
refuses() {
	local before

	before=$(refused_in_kernel)
	send "$CORE" "Routed(handover_initiate(0x3000))"
	check "a HI in cleartext is refused and counted by the kernel $1" \
		busywait "$WAIT_MS" eval "((\$(refused_in_kernel) > $before))"
}

# numbered REQID: settings by which security associations are that one's
numbered() {
	printf '%s\n' 'ipsec = "required";' "neighbour.reqid = $1;"
}

by_hand() {
	local again before bindings

	fmipd_config "$PAR" 'ipsec = "required";'
	fmipd_config "$NAR" "$(numbered 7)"
	fmipd_start "$PAR"
	fmipd_start "$NAR"
	is "the PAR demands ESP of the NAR, in and out" "$(demands "$PAR" $NAR_ADDR)" 2
	is "the NAR demands ESP of the PAR, in and out" "$(demands "$NAR" $PAR_ADDR)" 2

	wire_capture "$CORE"
	refuses "without a security association"
	is "nothing of it reaches the daemon" "$(fmipd_count "$NAR" received)" 0
	send "$CN" "Routed(handover_initiate(0x3100, source=CN))"
	check "one of a router of which no ESP is demanded is refused and counted by the daemon" \
		fmipd_wait_count "$NAR" cleartext 1
	send "$CN" "Routed(with_home(handover_initiate(0x3300), CN))"
	check "one with a Home Address option, which only policies for nodes see, is refused and counted" \
		fmipd_wait_count "$NAR" unwanted 1
	send "$CORE" "Routed(acknowledge(0x3200, 0))"
	send "$MN" "to_par(fbu(1))"
	check "without a security association the PAR gives up" \
		busywait "$WAIT_MS" eval '[[ $(fmipd_state "$PAR" par) == known ]]'
	is "and has tried as often as it should" "$(fmipd_count "$PAR" again)" 3
	is "the NAR has answered nobody" "$(fmipd_count "$NAR" sent)" 0

	states "$PAR"
	states "$NAR"
	before=$(refused_in_kernel)
	send "$MN" "to_par(fbu(2))"
	check "a HI in ESP of a security association without the number that the NAR demands is refused" \
		busywait "$WAIT_MS" eval '(($(refused_in_kernel) > before))'
	check "the PAR has given up" busywait "$WAIT_MS" eval '(($(gave_up) == 2))'
	fmipd_config "$NAR" 'ipsec = "required";'
	fmipd_reload "$NAR"

	ip -n "$PAR" xfrm policy add src ::/0 dst ::/0 dir out priority 0
	check "a policy that may let out cleartext is known to protect nobody" \
		busywait "$WAIT_MS" unprotected "$PAR"
	send "$MN" "to_par(fbu(3))"
	check "with it the PAR gives up, too" \
		busywait "$WAIT_MS" eval '(($(gave_up) == 3))'
	ip -n "$PAR" xfrm policy delete src ::/0 dst ::/0 dir out
	check "without it the other router is protected" busywait "$WAIT_MS" protected "$PAR"

	before=$(fmipd_count "$PAR" again)
	send "$MN" "to_par(fbu(4, lifetime=60))"
	check "with security associations the PAR redirects" fmipd_wait "$PAR" par redirected
	check "and the NAR expects the node" fmipd_is "$NAR" nar expected
	refuses "with security associations, too"
	# On a slow machine the PAR asks again before it has the answer.
	again=$(($(fmipd_count "$PAR" again) - before))
	is "the daemon has got HI in ESP, and the two strangers'" "$(fmipd_count "$NAR" received)" \
		$((3 + again))

	before=$(fmipd_count "$NAR" sent)
	kill -STOP "$(fmipd_pid "$NAR")"
	ip -n "$NAR" xfrm policy flush
	send "$CORE" "Routed(handover_initiate(0x3400))"
	check "without policies a HI in cleartext comes in" \
		busywait "$WAIT_MS" eval '[[ $(queued "$NAR") != 0 ]]'
	kill -CONT "$(fmipd_pid "$NAR")"
	check "policies that somebody has flushed are put back" \
		busywait "$WAIT_MS" eval '[[ $(demands "$NAR" $PAR_ADDR) == 2 ]]'
	is "what has come in without them is not answered" "$(fmipd_count "$NAR" sent)" "$before"
	refuses "with policies that are back"

	in_ns "$NAR" sysctl -q -w net.ipv6.conf.all.disable_policy=1
	refuses "where disable_policy spares others"
	in_ns "$NAR" sysctl -q -w net.ipv6.conf.all.disable_policy=0

	before=$(fmipd_count "$NAR" cleartext)
	vpn_up
	send "$CORE" "Routed(handover_initiate(0x3600))"
	check "one that comes by an interface of a VPN is refused and counted by the daemon" \
		fmipd_wait_count "$NAR" cleartext $((before + 1))
	vpn_down

	bindings=$(kernel_bindings "$NAR")
	check "the PAR's fmipd ends well" fmipd_stop "$PAR"
	check "the NAR's fmipd ends well" fmipd_stop "$NAR"
	is "the NAR's kernel goes on with the handover" "$(kernel_bindings "$NAR")" "$bindings"
	ip -n "$NAR" xfrm policy add src ::/0 dst ::/0 dir in priority 0
	fmipd_start "$NAR"
	check "the next daemon takes it over" busywait "$WAIT_MS" eval '[[ $(any_state "$NAR") == expected ]]'
	check "a policy that lets in cleartext is known to protect nobody" unprotected "$NAR"
	send "$CORE" "Routed(handover_initiate(0x3500))"
	check "what that lets in is refused and counted by the daemon" \
		fmipd_wait_count "$NAR" cleartext 1
	ip -n "$NAR" xfrm policy delete src ::/0 dst ::/0 dir in
	check "without it the neighbour is protected again" busywait "$WAIT_MS" protected "$NAR"
	refuses "without it"
	check "it can be ordered to end" agent "$NAR" agent stop
	check "ordered to end, it ends well" wait "$(fmipd_pid "$NAR")"
	is "and takes the bindings away" "$(kernel_bindings "$NAR")" 0
	is "the PAR demands ESP no more" "$(demands "$PAR" $NAR_ADDR)" 0
	is "the NAR demands ESP no more" "$(demands "$NAR" $PAR_ADDR)" 0

	capture_stop "$LIB_TMP/wire.$CORE"
	# Each comes into the core and leaves it; and those four HI that were refused.
	is "HI and HAck were in ESP" "$(on_wire esp)" $((2 * 4 + 4 * (1 + again)))
	is "nothing was in cleartext but seven HI and a HAck that were made here" \
		"$(on_wire "ipv6.nxt == 135")" 8
	check "the NAR's log has no complaint but of such a policy" \
		fmipd_complaints "$NAR" "$RIVAL"
	check "the PAR's log has no complaint but of such a policy, and of HI that it stops" \
		fmipd_complaints "$PAR" "$RIVAL|kind=send .*permitted"
	((LIB_FAILED)) && fmipd_logs
}

# becomes_neighbour: the NAR's fmipd hears that the PAR is one while more HI of it wait
# than are read at once, which were let in when it was none
becomes_neighbour() {
	local before i log=$LIB_TMP/fmipd.$NAR/log read

	fmipd_config "$NAR" "$(numbered 1)"
	sed -i "s/\"$PAR_ADDR\"/\"2001:db8:f::1\"/" "$LIB_TMP/fmipd.$NAR/conf"
	fmipd_start "$NAR"
	fmipd_config "$NAR" "$(numbered 1)"
	before=$(fmipd_count "$NAR" sent)
	read=$(grep -c 'read again' "$log")
	kill -STOP "$(fmipd_pid "$NAR")"
	for i in {1..70}; do
		send "$CORE" "Routed(handover_initiate($((0x4000 + i))))"
	done
	check "a HI in cleartext of a router that is no neighbour comes in" \
		busywait "$WAIT_MS" eval '[[ $(queued "$NAR") != 0 ]]'
	kill -HUP "$(fmipd_pid "$NAR")"
	kill -CONT "$(fmipd_pid "$NAR")"
	check "the router becomes a neighbour" busywait "$WAIT_MS" fmipd_reread "$log" "$read"
	is "what it had sent in cleartext is not answered" "$(fmipd_count "$NAR" sent)" "$before"
	is "and begins nothing" "$(any_state "$NAR")" ""
}

# ---- strongSwan ------------------------------------------------------------------

# charon NETNS: strongSwan of that router, with its swanctl.conf; returns when it answers
charon() {
	local dir=$LIB_TMP/swan.$1

	cat >"$dir/strongswan.conf" <<-END
		charon-systemd {
			load_modular = yes
			plugins {
				include /etc/strongswan.d/charon/*.conf
				vici {
					socket = unix://$dir/vici
				}
			}
			filelog {
				log {
					path = $dir/log
					flush_line = yes
				}
			}
		}
	END
	STRONGSWAN_CONF=$dir/strongswan.conf background in_ns "$1" charon-systemd 2>>"$dir/err"
	printf -v "CHARON_${1//-/_}" %d $!
	busywait "$WAIT_MS" swan "$1" --stats || bail "charon of $1: $(cat "$dir"/{err,log})"
	swan "$1" --load-all || bail "swanctl of $1: $(<"$dir/swanctl")"
}

charon_stop() {
	local pid=CHARON_${1//-/_}

	stop "${!pid}" TERM
}

# swan NETNS ARGUMENT...: swanctl, of the charon there
swan() {
	local dir=$LIB_TMP/swan.$1

	STRONGSWAN_CONF=$dir/strongswan.conf SWANCTL_DIR=$dir \
		swanctl "${@:2}" --uri "unix://$dir/vici" >"$dir/swanctl" 2>&1
}

# guide: the file of west, and its mirror image for east, as the guide wants it
guide() {
	mkdir -p "$LIB_TMP/guide" "$LIB_TMP/swan.$PAR" "$LIB_TMP/swan.$NAR"
	(cd "$LIB_TMP/guide" && unpack Documentation/fmipd.rst)
	cp "$LIB_TMP/guide/west/swanctl.conf" "$LIB_TMP/swan.$PAR"
	sed -E "s/west|$PAR_ADDR/@&/g; s/east|$NAR_ADDR/%&/g
		s/@west/east/g; s/%east/west/g; s/@$PAR_ADDR/$NAR_ADDR/g; s/%$NAR_ADDR/$PAR_ADDR/g
		s/trap\|start/trap/" \
		"$LIB_TMP/guide/west/swanctl.conf" >"$LIB_TMP/swan.$NAR/swanctl.conf"
}

# negotiated NETNS: the SPIs of its security associations of the guide's kind
negotiated() {
	ip -n "$1" xfrm state | awk '
		/^src/ { spi = "" }
		/proto esp .* reqid 1 .*mode transport/ { spi = $4 }
		/aead rfc4106\(gcm\(aes\)\)/ && spi { print spi }' | sort
}

# agreed [OTHER]: both have the same ones, for both directions, and not those
agreed() {
	local here

	here=$(negotiated "$PAR")
	(($(wc -w <<<"$here") >= 2)) && [[ $here == "$(negotiated "$NAR")" && $here != "${1-}" ]]
}

unagreed() {
	[[ ! $(negotiated "$PAR")$(negotiated "$NAR") ]]
}

# policies NETNS: how many there are, but for those of sockets
policies() {
	ip -n "$1" xfrm policy | grep -c '^[[:space:]]*dir'
}

swan_logs() {
	local ns

	fmipd_logs
	for ns in "$PAR" "$NAR"; do
		diag "$ns"$'\n'"$(cat "$LIB_TMP/swan.$ns"/{err,log}
			ip -n "$ns" xfrm state; ip -n "$ns" xfrm policy)"
	done
}

# wants SEQUENCE NCOA: the PAR's node asks to go there instead
wants() {
	send "$MN" "to_par(fbu($1, lifetime=60, ncoa='$2'))"
}

moves() {
	wants "$@"
	busywait "$WAIT_MS" moved_to "$2"
}

moved_to() {
	[[ $(fmipd_ask "$PAR" "show handovers" |
		jq -r '.result[] | select(.state == "redirected") | .ncoa') == "$1" ]]
}

by_strongswan() {
	local before spis

	ip -n "$PAR" xfrm state flush
	ip -n "$NAR" xfrm state flush
	fmipctl -n "$PAR" binding flush
	fmipd_config "$PAR" "$(numbered 1)"
	fmipd_start "$PAR"
	becomes_neighbour
	before=$(policies "$PAR")
	wire_capture "$CORE"
	guide
	charon "$NAR"
	charon "$PAR"
	# The kernel tests its ciphers first.
	check "strongSwan: both routers have negotiated security associations" \
		busywait 60000 agreed
	is "strongSwan: the policies are fmipd's alone" "$(policies "$PAR")" "$before"
	before=$(fmipd_count "$NAR" cleartext)
	check "strongSwan: the PAR redirects" moves 5 2001:db8:2::70
	check "strongSwan: and the NAR expects the node" fmipd_is "$NAR" nar expected
	is "strongSwan: the NAR knows that the HI was protected" "$(fmipd_count "$NAR" cleartext)" \
		"$before"
	refuses "with strongSwan's security associations, too"

	spis=$(negotiated "$PAR")
	check "strongSwan: there are new keys" swan "$PAR" --rekey --child signalling
	check "strongSwan: both have them" busywait "$WAIT_MS" agreed "$spis"
	check "strongSwan: the next handover is under the new keys" moves 6 2001:db8:2::71

	swan "$NAR" --terminate --ike fmip-west
	check "strongSwan: without its key exchange there is no security association" \
		busywait "$WAIT_MS" unagreed
	# On a slow machine they come after HI has given up.
	wants 7 2001:db8:2::72
	check "strongSwan: HI has new ones made" busywait 60000 agreed
	check "strongSwan: and the next handover is under them" moves 8 2001:db8:2::73

	charon_stop "$PAR"
	charon "$PAR"
	check "strongSwan: after a restart there are new ones" busywait 60000 agreed
	check "strongSwan: and handovers go on" moves 9 2001:db8:2::74

	capture_stop "$LIB_TMP/wire.$CORE"
	is "strongSwan: nothing was in cleartext but the HI that was made here" \
		"$(on_wire "ipv6.nxt == 135")" 1
	check "strongSwan: HI and HAck were in ESP" eval '(($(on_wire esp) >= 4 * 4))'
	check "strongSwan: the NAR's log has no other complaint" fmipd_complaints "$NAR" "$RIVAL"
	check "strongSwan: the PAR's log has no other complaint" \
		fmipd_complaints "$PAR" "$RIVAL|kind=send .*permitted"
	swan_logs
}

need fmipd fmipctl jq tcpdump tshark charon-systemd swanctl /usr/bin/python3
# shellcheck disable=SC2119
load_module
wire_start
topo_up
by_hand
by_strongswan
tap_done
