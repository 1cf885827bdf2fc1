#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fmipctl and the module: what is asked for is there, what is printed makes it
# again, what is refused is named, and nothing of it has been done.

# shellcheck source=../../../selftests/lib.sh
. "${BASH_SOURCE[0]%/*}/../../../selftests/lib.sh"
# shellcheck source=../../../selftests/docs-lib.sh
. "$LIB_DIR/docs-lib.sh"

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
many=3000

need fmipctl jq ip setpriv prlimit
# shellcheck disable=SC2119
load_module

router=router-$LIB_TAG
other=other-$LIB_TAG
for ns in "$router" "$other"; do
	ip netns add "$ns" || bail "no namespace"
	at_exit ip netns del "$ns"
done
ip -n "$router" link add eth1 type veth peer name far
ip -n "$router" link set far up
ip -n "$router" link set eth1 up
ip -n "$router" addr add 2001:db8:1::1/64 dev eth1 nodad
ip -n "$router" addr add 192.0.2.1/24 dev eth1
mac=02:00:00:00:00:10

ctl() {
	fmipctl -n "$router" "$@"
}

# refused NAME TEXT ARG...: by the kernel, in these words, and nothing changed
refused() {
	local name=$1 text=$2 before status

	shift 2
	before=$(ctl binding show; ctl tunnel show; ctl config)
	ctl "$@" >"$LIB_TMP/out" 2>"$LIB_TMP/err"
	status=$?
	is "$name: refused" "$status:$(<"$LIB_TMP/out"):$(<"$LIB_TMP/err")" \
		"2::fmipctl: $1 $2: $text"
	is "$name: nothing changed" "$(ctl binding show; ctl tunnel show; ctl config)" "$before"
}

# same NAME FILE FILE
same() {
	check "$1" diff "$2" "$3"
}

# ---- what is there --------------------------------------------------------

check "version" grep -q "^fmipctl .*, kernel family version 1$" <(ctl version)
is "version as JSON" "$(ctl -j version | jq .family)" 1
is "no binding" "$(ctl binding show)" ""
is "no binding as JSON" "$(ctl -j binding show)" "[]"

is "a tunnel that is made is told of" \
	"$(ctl -j tunnel add local 2001:db8:1::1 remote 2001:db8:2::10 | jq -c '[.id, .remote, .encap]')" \
	'[1,"2001:db8:2::10","ip6"]'
is "... and only then" "$(ctl tunnel add id 7 local 2001:db8:1::1 remote 2001:db8:7::7 ttl 9 mark 5 dscp 46 dev eth1)" ""
is "the tunnel" "$(ctl tunnel show id 7)" \
	"id 7 local 2001:db8:1::1 remote 2001:db8:7::7 encap ip6 dev eth1 mark 0x5 ttl 9 dscp 46"

id=$(ctl -j binding add dst 2001:db8:1::10 target tunnel 1 accept tunnel 1 from src | jq .id)
is "a binding that is made is told of" "$id" 1
is "the binding" "$(ctl binding show id 1)" \
	"id 1 dst 2001:db8:1::10/128 gate open target tunnel 1 accept tunnel 1 from src \
release rfc5568 speedup 2 limit packets 1000 limit bytes 4M limit age none overflow tail \
hold-time none hold-expiry delete"
check "another, with all that there is" ctl binding add id 9 cookie 18446744073709551615 \
	dst 2001:db8:2::10 dst 2001:db8:22::/48 local gate hold \
	target link dev eth1 lladdr $mac proxy 2001:db8:2::10 dev eth1 override \
	attach una dev eth1 lladdr $mac action event release rate 500 speedup 1.5 \
	limit packets 7 limit bytes 64k overflow head hold-expiry open
is "by one of its prefixes" "$(ctl binding show dst 2001:db8:22::/48)" \
	"$(ctl binding show id 9)"
is "the matches" "$(ctl -j binding show id 9 | jq -c '.[0].matches | map(.prefix)')" \
	'["2001:db8:2::10/128","2001:db8:22::/48"]'
is "the hold" "$(ctl -j binding show id 9 | jq -c '.[0] | [.gate, .cookie == 18446744073709551615]')" \
	'["hold",true]'
is "statistics of a binding" \
	"$(ctl -j -s binding show id 9 | jq -c '.[0].stats | [.received.packets, .dropped]')" '[0,{}]'
is "statistics of the namespace" "$(ctl -j stats | jq -c '[.bindings, .tunnels]')" '[2,2]'
is "users of a tunnel" "$(ctl -j tunnel show id 1 | jq -c '.[0].users')" 2
check "statistics as text" grep -q "^    received packets 0 bytes 0$" <(ctl -s binding show)

is "another namespace has none of it" \
	"$(fmipctl -n "$other" binding show; fmipctl -n "$other" tunnel show)" ""

# ---- there and back -------------------------------------------------------

save() {
	ctl tunnel show | sed 's/^/tunnel add /'
	ctl binding show | sed 's/^/binding add /'
}

save >"$LIB_TMP/saved"
{ ctl -j tunnel show | "$here/roundtrip" tunnel
	ctl -j binding show | "$here/roundtrip" binding; } >"$LIB_TMP/saved.json"
for form in saved saved.json; do
	check "flush" ctl binding flush
	check "flush of tunnels" ctl tunnel flush
	is "... leaves nothing" "$(save)" ""
	check "restored from $form" ctl -b "$LIB_TMP/$form"
	save >"$LIB_TMP/restored"
	same "... as it was" "$LIB_TMP/saved" "$LIB_TMP/restored"
done

# ---- changes --------------------------------------------------------------

check "change" ctl binding change dst 2001:db8:2::10 limit packets 8 speedup 3
is "... changes that" "$(ctl -j binding show id 9 | jq -c '.[0] | [.limit.packets, .speedup]')" "[8,3]"
ctl binding show | sed 's/limit packets 8/limit packets 7/; s/speedup 3/speedup 1.5/' >"$LIB_TMP/back"
same "... and that only" <(grep ^binding "$LIB_TMP/saved" | sed 's/^binding add //') "$LIB_TMP/back"
check "lists are emptied" ctl binding change id 9 proxies none attach none
is "... they are" "$(ctl -j binding show id 9 | jq -c '.[0] | [.proxies, .attach]')" "[[],null]"
check "the prefixes are changed" ctl binding change id 9 dst 2001:db8:2::11
is "... they are" "$(ctl -j binding show id 9 | jq -c '.[0].matches | map(.prefix)')" \
	'["2001:db8:2::11/128"]'
check "replace" ctl binding replace id 9 dst 2001:db8:2::12 target link dev eth1
is "... with defaults for the rest" \
	"$(ctl -j binding show id 9 | jq -c '.[0] | [.cookie, .limit.packets, .release]')" \
	'[0,1000,"rfc5568"]'
check "replace makes what is not there" ctl binding replace id 11 dst 2001:db8:11::1 gate hold
check "the tunnel is moved" ctl tunnel change id 1 remote 2001:db8:3::3
is "... and stays otherwise" "$(ctl tunnel show id 1)" \
	"id 1 local 2001:db8:1::1 remote 2001:db8:3::3 encap ip6"
check "deleted by prefix" ctl binding del dst 2001:db8:11::1
is "... it is" "$(ctl -j binding show | jq -c 'map(.id)')" "[1,9]"

# ---- refusals -------------------------------------------------------------

refused "no such binding" "no such binding (attribute FMIP_BINDING_A_ID)" \
	binding del id 4711
refused "no such prefix" "no such binding (attribute FMIP_BINDING_A_MATCH)" \
	binding show dst 2001:db8:99::1
refused "no such tunnel" "no such tunnel (attribute FMIP_BINDING_A_TARGETS/FMIP_TARGET_A_TUNNEL)" \
	binding add dst 2001:db8:99::1 target tunnel 4711
refused "no such interface" "no such interface (attribute FMIP_BINDING_A_PROXIES/FMIP_PROXY_A_IFINDEX)" \
	binding add dst 2001:db8:99::1 gate hold proxy 2001:db8:99::1 dev if4711
refused "a tunnel to oneself" "a tunnel cannot lead to itself (attribute FMIP_TUNNEL_A_REMOTE)" \
	tunnel add local 2001:db8:1::1 remote 2001:db8:1::1
refused "a tunnel in use" "bindings use this tunnel (attribute FMIP_TUNNEL_A_ID)" tunnel del id 1
refused "a prefix that is taken" \
	"this match belongs to another binding (attribute FMIP_BINDING_A_MATCHES)" \
	binding add dst 2001:db8:1::10 target tunnel 1

setpriv --reuid 65534 --regid 65534 --clear-groups fmipctl binding flush 2>"$LIB_TMP/err"
is "without privilege" "$?:$(<"$LIB_TMP/err")" "2:fmipctl: binding flush: Operation not permitted"
check "... one may look" setpriv --reuid 65534 --regid 65534 --clear-groups fmipctl binding show

# ---- configuration --------------------------------------------------------

saved=$(ctl config | sed 's/module-bytes [^ ]* //')
check "configuration" ctl config set netns-bytes 3M exempt-mark 0x10/0xf0 proxies-max 5
is "... is set" "$(ctl -j config | jq -c '[.netns_bytes, .exempt_mark, .exempt_mask, .proxies_max]')" \
	"[3145728,16,240,5]"
# shellcheck disable=SC2086 # words
check "... and set back as printed" ctl config set $saved
is "... it is" "$(ctl config | sed 's/module-bytes [^ ]* //')" "$saved"

# ---- events ---------------------------------------------------------------

mkfifo "$LIB_TMP/ready"
exec {ready}<>"$LIB_TMP/ready"

# monitor FILE OPTION...: returns when no event can be missed any more
monitor() {
	local file=$1

	shift
	background fmipctl -n "$router" -j monitor "$@" ready-fd "$ready" \
		timeout "${WAIT_MS}ms" >"$file" 2>"$file.err"
	monitor=$!
	read -r -t $((WAIT_MS / 1000)) -u "$ready" || bail "no monitor: $(<"$file.err")"
}

monitor "$LIB_TMP/events" until expired binding 22
check "two that expire" ctl -b - <<-END
	binding add id 21 cookie 5 dst 2001:db8:21::1 gate hold lifetime 20ms
	binding add id 22 dst 2001:db8:21::2 gate hold lifetime 200ms
END
wait "$monitor"
is "the monitor ends with the second" "$?:$(<"$LIB_TMP/events.err")" "0:"
is "... and has told of both" \
	"$(jq -c '[.event, .timer, .binding, .cookie]' "$LIB_TMP/events")" \
	'["expired","binding",21,5]
["expired","binding",22,0]'
is "... which are gone" "$(ctl -j binding show | jq -c 'map(.id)')" "[1,9]"

monitor "$LIB_TMP/events" count 1
ctl binding add id 23 dst 2001:db8:21::3 gate hold hold-time 10ms hold-expiry notify
wait "$monitor"
is "count" "$?:$(jq -c '[.event, .timer, .binding]' "$LIB_TMP/events")" '0:["expired","hold",23]'
ctl monitor until released timeout 20ms >"$LIB_TMP/events" 2>&1
is "nothing comes" "$?:$(<"$LIB_TMP/events")" \
	"1:fmipctl: monitor: what was waited for has not come within 20ms"

# ---- many -----------------------------------------------------------------

ctl binding flush
for ((i = 1; i <= many; i++)); do
	printf 'binding add id %d dst 2001:db8:%x::/48 target tunnel 1\n' "$i" "$i"
done >"$LIB_TMP/batch"
check "a batch of $many" ctl -b "$LIB_TMP/batch"
# A list that were gathered before it is printed would not fit.
prlimit --data=$((6 << 20)) fmipctl -n "$router" -j -s binding show >"$LIB_TMP/json" 2>"$LIB_TMP/err"
is "... is listed as it comes" "$?:$(<"$LIB_TMP/err")" "0:"
is "... each once, in order" "$(jq -c 'map(.id) == [range(1; $n + 1)]' --argjson n "$many" "$LIB_TMP/json")" true
prlimit --data=$((6 << 20)) fmipctl -n "$router" -j -s binding show | head -c 100 >/dev/null
is "a reader who leaves ends it" "${PIPESTATUS[0]}" 141

printf 'binding del id 1\nbinding del id 1\nbinding del id 2\n' >"$LIB_TMP/batch"
ctl -b "$LIB_TMP/batch" 2>"$LIB_TMP/err"
is "a batch names the line that fails" "$?:$(<"$LIB_TMP/err"):$(ctl -j stats | jq .bindings)" \
	"2:fmipctl: $LIB_TMP/batch:2: binding del: no such binding (attribute FMIP_BINDING_A_ID):$((many - 2))"
printf 'binding del id 1\nbinding change id 3 gate hold\nbinding del id 4\n' >"$LIB_TMP/batch"
ctl -b "$LIB_TMP/batch" 2>/dev/null
is "... and ends there" "$?:$(ctl -j -b - <<<$'binding show id 3\nstats' | jq -s -c '[.[0][0].gate, .[1].bindings]')" \
	"2:[\"open\",$((many - 2))]"
ctl -force -b "$LIB_TMP/batch" 2>/dev/null
is "... or goes on" "$?:$(ctl -j -b - <<<$'binding show id 3\nstats' | jq -s -c '[.[0][0].gate, .[1].bindings]')" \
	"2:[\"hold\",$((many - 3))]"

# Those that stay while others come and go are listed once.
for ((i = many + 1; i <= many + 300; i++)); do
	printf 'binding add id %d dst 2001:db8:%x::/48 gate hold\nbinding del id %d\n' "$i" "$i" "$i"
done >"$LIB_TMP/churn"
background ctl -b "$LIB_TMP/churn"
churn=$!
ctl -j binding show >"$LIB_TMP/json"
check "a list while others come and go" wait "$churn"
is "... has those that stay, once" \
	"$(jq -c 'map(.id) | map(select(. <= $n)) == [3, range(5; $n + 1)]' --argjson n "$many" "$LIB_TMP/json")" true

# ---- the manual -----------------------------------------------------------

ctl binding flush
ctl tunnel flush
examples module >"$LIB_TMP/examples"
cd "$LIB_TMP" || bail "no directory"
while IFS= read -r line <&3; do
	# the one that waits for a node waits in vain, but not for long
	line=${line/timeout 5s/timeout 5ms}
	ip netns exec "$router" bash -c "$line" >"$LIB_TMP/out" 2>&1 3<&-
	status=$?
	[[ $line == *monitor* ]] && status=$((status - 1))
	is "${line%% >*}" "$status" 0 || diag "$(<"$LIB_TMP/out")"
done 3<"$LIB_TMP/examples"

tap_done
