#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Allocations fail: one by one in each request, in the loading of the module and
# in the making of a namespace, and every so many of those that are made for
# packets.  What is refused has changed nothing, what is granted is complete, and
# each packet is accounted for.

# shellcheck disable=SC2086,SC2154
# shellcheck source=../lib.sh
. "${BASH_SOURCE[0]%/*}/../lib.sh"

DEBUGFS=/sys/kernel/debug
KINDS=(failslab fail_page_alloc)
MAC=02:00:00:00:00:77
NODE=2001:db8:1::

# ---- which allocations fail ---------------------------------------------

# knob KIND NAME VALUE
knob() {
	echo "$3" >"$DEBUGFS/$1/$2" || bail "$1 has no $2"
}

# symbol NAME: where a function of the kernel begins, and where the next one does
declare -A BEGIN END
symbols() {
	local address type name before='' last=''

	while read -r address type name _; do
		[[ $type == [tT] ]] || continue
		[[ $last && $address != "$before" ]] && END[$last]=0x$address last=
		before=$address
		[[ " $* " == *" $name "* ]] || continue
		BEGIN[$name]=0x$address last=$name
	done < <(grep -A 1 -E " ($(tr ' ' '|' <<<"$*"))\$" /proc/kallsyms | grep -v '^--')
}

# within BEGIN END: of those only that are made below code in this range
within() {
	local kind

	for kind in "${KINDS[@]}"; do
		knob $kind require-start "$1"
		knob $kind require-end "$2"
	done
}

# without BEGIN END: and not below code in that one
without() {
	local kind

	for kind in "${KINDS[@]}"; do
		knob $kind reject-start "$1"
		knob $kind reject-end "$2"
	done
}

within_module() {
	local first last

	read -r first last < <(awk '$4 == "[fmip]" && $2 ~ /^[tT]$/ { print $1 }' /proc/kallsyms |
		sort | sed -n '1p;$p' | tr '\n' ' ')
	within "0x$first" "$(printf '0x%x' $((0x$last + 4096)))"
	# What kmemleak allocates to remember allocations by is not the module's.
	without "${BEGIN[__alloc_object]}" "${END[__alloc_object]}"
}

faults_ready() {
	local kind

	for kind in "${KINDS[@]}"; do
		[[ -d $DEBUGFS/$kind ]] || skip_all "this kernel cannot make allocations fail"
		knob $kind verbose 0
		knob $kind stacktrace-depth 32
		knob $kind ignore-gfp-wait N
		knob $kind probability 0
		knob $kind times -1
	done
	knob fail_page_alloc ignore-gfp-highmem N
	knob fail_page_alloc min-order 0
	symbols do_one_initcall __kmem_cache_create_args __alloc_object
}

# ---- beginnings ---------------------------------------------------------

# swept NAME COMMAND...: the test is ok if the command is; how many allocations
# failed is told in any case
swept() {
	check "$@"
	diag "$(<"$LIB_TMP/check")"
}

# A cache that cannot be made is a complaint of the kernel's, with a trace.
test_load() {
	within "${BEGIN[do_one_initcall]}" "${END[do_one_initcall]}"
	without "${BEGIN[__kmem_cache_create_args]}" "${END[__kmem_cache_create_args]}"
	swept "the module is loaded, or is not there" faults load "$FMIP_KO"
}

test_namespace() {
	swept "a namespace is made, or is not there" faults unshare
}

# ---- requests -----------------------------------------------------------

# recorded FILE WORDS...: what fmipctl sends for them
recorded() {
	faults record "$LIB_TMP/$1" fmipctl -n "$PAR" "${@:2}" >"$LIB_TMP/fmipctl" 2>&1 ||
		bail "fmipctl ${*:2}: $(<"$LIB_TMP/fmipctl")"
}

# request NAME WORDS...: one of those that the next sweep is of
request() {
	# Requests of one kind would be sent together.
	((${#NAMES[@]} == 0)) || echo stats >>"$LIB_TMP/lines"
	NAMES+=("$1")
	echo "${*:2}" >>"$LIB_TMP/lines"
}
NAMES=()

# adds NAME WORDS..., changes NAME WORDS...: of a binding
adds() {
	request "binding new, $1" binding add id 9 "${@:2}"
}

changes() {
	request "binding set, $1" binding change id 1 "${@:2}"
}

# sweep ARGUMENT...: no allocation that these requests make can fail without being
# told, or leave anything behind
sweep() {
	local file=$LIB_TMP/requests swept=() i

	rm -f "$file"
	recorded requests --force -b "$LIB_TMP/lines"
	faults sweep --look "$LIB_TMP/look" --reset "$LIB_TMP/reset" "$@" "$file" \
		>"$LIB_TMP/sweep" || diag "it has failed"
	mapfile -t swept <"$LIB_TMP/sweep"
	((${#swept[@]} == ${#NAMES[@]})) ||
		bail "${#NAMES[@]} requests, but ${#swept[@]} are swept: $(<"$LIB_TMP/fmipctl")"
	for i in "${!NAMES[@]}"; do
		check "${NAMES[i]}" [ "${swept[i]#not ok}" == "${swept[i]}" ]
		diag "${swept[i]}"
	done
	rm "$LIB_TMP/lines"
	NAMES=()
}

FULL_WORDS="dst ${NODE}1 dst ${NODE}2 dev up0 cookie 7 gate hold target tunnel 2 key 70
	target link dev out0 lladdr $MAC accept tunnel 1 from src accept tunnel 2 key 71 from dst
	proxy ${NODE}1 dev up0 proxy ${NODE}2 dev up0 attach una,data dev out0 action event
	limit packets 50 hold-time 1000s hold-expiry notify"
FULL_WORDS=${FULL_WORDS//[$'\n\t']/ }

prepare() {
	printf '%s\n' "binding flush" "tunnel flush" \
		"config set netns-bytes 64M proxies-max 4096 exempt-mark 0/0" >"$LIB_TMP/batch"
	recorded reset -b "$LIB_TMP/batch"
	printf '%s\n' "binding show" "tunnel show" "config show" >"$LIB_TMP/batch"
	recorded look -b "$LIB_TMP/batch"
	cat >"$LIB_TMP/batch" <<-END
		tunnel add id 1 local $OUT_ADDR remote $END_ADDR
		tunnel add id 2 local $OUT_ADDR remote $END_ADDR encap gre6
		tunnel add id 3 local $OUT_ADDR4 remote $END_ADDR4 encap udp4
	END
	recorded tunnels -b "$LIB_TMP/batch"
	cat >>"$LIB_TMP/batch" <<-END
		binding add id 1 $FULL_WORDS
		binding add id 2 dst ${NODE}3 target tunnel 1
	END
	recorded full --force -b "$LIB_TMP/batch"
	TUNNELS=$LIB_TMP/tunnels FULL=$LIB_TMP/full
}

test_new() {
	request "tunnel new" tunnel add id 9 local $OUT_ADDR remote 2001:db8:f2::9 \
		dev out0 mark 5 flowlabel hash encaplimit 4
	request "tunnel replace, a new one" \
		tunnel replace id 9 local $OUT_ADDR4 remote 203.0.113.9 encap tlv4
	adds "that only holds" dst ${NODE}9 gate hold
	adds "with a target tunnel" dst ${NODE}9 target tunnel 1
	adds "with a target tunnel and a key" dst ${NODE}9 target tunnel 2 key 70
	adds "with a target link" dst ${NODE}9 gate hold target link dev out0
	adds "with a target route, that copies" dst ${NODE}9 gate copy target route limit age 5s
	adds "with several targets" dst ${NODE}9 target tunnel 1 target tunnel 3 lifetime 1000s \
		target link dev out0 lladdr $MAC
	adds "with matches from interfaces and VRFs" dst ${NODE}/80 dev up0 dst ${NODE}/80 vrf vrf1 \
		src ${NODE}/96 dev up0 dst 10.0.0.0/24 target tunnel 1
	adds "with matches out of tunnels" src ${NODE}9 from-tunnel 2 key 5 \
		src ${NODE}9 from-tunnel 1 target tunnel 3
	adds "that accepts" dst ${NODE}9 dst 10.0.0.9 target tunnel 1 accept tunnel 1 from src \
		accept tunnel 2 key 7 from dst lifetime 1000s
	adds "that guards" dst ${NODE}9 gate guard guard-idle 100s target link dev out0 \
		accept tunnel 1 from src
	adds "that proxies and attaches" dst ${NODE}9 gate hold target link dev up0 \
		proxy ${NODE}9 dev up0 announce lifetime 1000s proxy 10.0.0.9 dev up0 override \
		attach una,na,dad-ns,data dev up0 lladdr $MAC
	adds "with limits and times" dst ${NODE}9 cookie 5 local gate hold target tunnel 1 \
		limit packets 9 limit bytes 64k limit age 9s overflow head hold-time 1000s \
		hold-expiry open release rate 7 lifetime 1000s
	adds "with all of it" $FULL_WORDS
	sweep --netns "$PAR" --before "$TUNNELS"
}

test_change() {
	request "tunnel replace, one that there is" \
		tunnel replace id 1 local $OUT_ADDR remote 2001:db8:f2::9 encap ip6
	request "tunnel set" tunnel change id 1 remote 2001:db8:f2::9
	changes "its matches" dst ${NODE}4/126 dst ${NODE}5 vrf vrf1
	changes "its targets" target tunnel 3 target tunnel 1
	changes "its accepts" accept tunnel 3 from src lifetime 1000s
	changes "its proxies" proxy ${NODE}2 dev up0 proxy ${NODE}4 dev out0
	changes "its matches and proxies" dst ${NODE}1 dst ${NODE}0/120 dev up0 \
		proxy ${NODE}4 dev up0 proxy ${NODE}5 dev up0
	changes "its evidence of arrival" attach na dev up0 lladdr $MAC action event
	changes "its limits and times" limit bytes 1M cookie 8 hold-time 2000s lifetime 1000s
	changes "its gate" gate open
	request "binding set, the first queue" binding change id 2 gate hold
	request "binding replace, one that there is" binding replace id 1 dst ${NODE}1 \
		target tunnel 1 proxy ${NODE}8 dev up0
	request "binding replace, a new one" binding replace id 9 dst ${NODE}9 \
		target tunnel 1 accept tunnel 1 from src proxy ${NODE}9 dev up0
	sweep --netns "$PAR" --before "$FULL"
}

# What allocates next to nothing in the module: whatever the request allocates.
test_others() {
	within 0 0xffffffffffffffff
	request "binding get" binding show id 1
	request "binding dump" binding show
	request "binding dump, filtered" binding show tunnel 2
	request "binding del" binding del id 1
	request "binding flush, filtered" binding flush tunnel 2
	request "binding flush" binding flush
	request "tunnel get" tunnel show id 1
	request "tunnel dump" tunnel show
	request "tunnel flush" tunnel flush
	request "config set" config set netns-bytes 1M proxies-max 9 exempt-mark 1/1
	request "config get" config show
	request "stats get" stats
	sweep --netns "$PAR" --before "$FULL"
	within_module
}

# batch NAME: the lines of a batch that are one request
batch() {
	NAMES+=("$1")
	cat >"$LIB_TMP/lines"
}

test_bulk() {
	local i

	batch "bindings new, in bulk" < <(printf "binding add id %d dst ${NODE}%d gate hold\\n" \
		21 21 22 22 23 23)
	sweep --netns "$PAR" --before "$TUNNELS"
	batch "bindings del, in bulk" < <(printf 'binding del id %d\n' 1 2)
	sweep --netns "$PAR" --before "$FULL"
	for ((i = 1; i <= 140; i++)); do
		echo "tunnel add id $i local $OUT_ADDR remote 2001:db8:f3::$i"
	done >"$LIB_TMP/batch"
	recorded many -b "$LIB_TMP/batch"
	batch "tunnels del, whose results take several messages" < \
		<(printf 'tunnel del id %d\n' {1..140})
	sweep --netns "$PAR" --before "$LIB_TMP/many"
}

# In a namespace of its own a binding is the first, with the device and the hooks.
test_first() {
	request "binding new, the first of a namespace" \
		binding add id 1 dst ${NODE}1 dst 10.0.0.1 gate hold
	sweep --fresh
}

# ---- packets ------------------------------------------------------------

BATCH=30	# packets to each binding in each round
declare -A SENT=()
BACK=0		# that have come out of a tunnel

# Those that must do without sleeping, below the code of the module: every Nth.
fail_every() {
	knob "$1" interval "$2"
	knob "$1" probability 100
}

fail_none() {
	knob failslab probability 0
	knob fail_page_alloc probability 0
}

# packets ID...: a batch to each of these bindings
packets() {
	local id pids=()

	for id; do
		background ip netns exec "$CN" udplog send --to $NODE$id --port 17000 \
			--first "${SENT[$id]:-0}" --count $BATCH --log "$LIB_TMP/sent.$id"
		pids+=($!)
		((SENT[$id] += BATCH))
	done
	wait "${pids[@]}"
}

# conserved: whatever was sent to a binding, and copies of it, have been received,
# and that is what is sent, buffered or dropped
conserved() {
	local id sent=''

	for id in "${!SENT[@]}"; do
		sent+="${sent:+, }\"$id\": ${SENT[$id]}"
	done
	fmipctl -n "$PAR" -j -s binding show >"$LIB_TMP/bindings" || return
	jq -r --argjson to "{$sent}" '.[] | select($to["\(.id)"]) | .stats + {id, to: $to["\(.id)"]} |
		.lost = ([.dropped // {} | .[]] | add // 0) |
		if .to + (.copied // 0) == .received.packets and
			.received.packets == .sent.packets + .buffered.packets + .lost
		then "conserved" else "not conserved" end +
		" by \(.id): \(.to) came, and \(.copied // 0) copies; received \(.received.packets)," +
		" sent \(.sent.packets), buffered \(.buffered.packets), dropped \(.dropped // {})"' \
		"$LIB_TMP/bindings" >"$LIB_TMP/conserved"
	[[ -s $LIB_TMP/conserved ]] && ! grep -q "^not" "$LIB_TMP/conserved"
}

all_conserved() {
	busywait "$WAIT_MS" conserved
	cat "$LIB_TMP/conserved"
	counters "$PAR"
	echo "all: $(counts)"
	balanced && conserved
}

# dropped_for REASON: some were, and it was counted
dropped_for() {
	[[ " ${COUNT[drops]} " == *" $1 "* ]]
}

# bind: bindings 1 to 3 into tunnels of three kinds, 4 to two of them, 5 holds,
# 6 is drained, and 7 keeps copies; what 8 accepts comes out of a tunnel, and what
# the CN answers to that goes into it
bind() {
	local limit="limit packets 100000 limit bytes 64M"

	faults replay --netns "$PAR" "$LIB_TMP/reset" "$TUNNELS" || bail "flush"
	par -b - <<-END
		binding add id 1 dst ${NODE}1 target tunnel 1
		binding add id 2 dst ${NODE}2 target tunnel 2 key 70
		binding add id 3 dst ${NODE}3 target tunnel 3
		binding add id 4 dst ${NODE}4 target tunnel 1 target tunnel 2 key 70
		binding add id 5 dst ${NODE}5 gate hold target tunnel 1 $limit
		binding add id 6 dst ${NODE}6 gate hold target tunnel 2 key 70 release rate 500 $limit
		binding add id 7 dst ${NODE}7 gate copy target tunnel 1 $limit limit age 1000s
		binding add id 8 dst ${NODE}8 target tunnel 1 accept tunnel 1 from src
	END
	SENT=()
}

# rounds KIND N...: every Nth allocation of that kind fails, while packets go
# through, are held, drained, copied and sent once more, and come out of a tunnel
rounds() {
	local kind=$1 n

	shift
	bind
	packets 6
	for n; do
		par binding change id 6 gate hold
		packets 6
		fail_every "$kind" "$n"
		fmipctl -n "$PAR" binding change id 6 gate open || bail "it does not open"
		packets 1 2 3 4 5 7
		in_ns "$FAR" udplog send --to $CN_ADDR --bind ${NODE}8 --port 9 --count $BATCH \
			--log "$LIB_TMP/back"
		((BACK += BATCH))
		wait_counted "COUNT[buffered] == 0" "$PAR" id 6
		fail_none
	done
	fail_every "$kind" 2
	fmipctl -n "$PAR" -b - <<-END || bail "they do not open"
		binding change id 7 gate open replay last 1000s release immediate
		binding change id 5 gate open release immediate
	END
	wait_counted "COUNT[buffered] == 0" "$PAR"
	fail_none
}

# decapsulated: what came out of the tunnel was accepted, or dropped for a reason
# that is for what reaches no binding, as is what the far end has to say to its link
decapsulated() {
	counters "$PAR"
	echo "$BACK came: decap ${COUNT[decap]} ${COUNT[drops]}"
	((COUNT[decap] <= BACK && COUNT[decap] + $(unaccepted) >= BACK))
}

unaccepted() {
	local drops n=0

	read -r -a drops <<<"${COUNT[drops]}"
	while ((${#drops[@]})); do
		case ${drops[0]} in
		not-accepted | malformed | checksum | fragment | ecn) ((n += drops[1])) ;;
		esac
		drops=("${drops[@]:2}")
	done
	echo $n
}

test_packets() {
	ip -n "$FAR" -batch - <<-END || bail "the far end has no such devices"
		link add name t1 type ip6tnl mode any local $END_ADDR remote $OUT_ADDR encaplimit none
		link set t1 up
		addr add ${NODE}8/128 dev t1 nodad
		route add $CN_ADDR/128 dev t1
	END
	within_module
	for kind in "${KINDS[@]}"; do
		knob $kind ignore-gfp-wait Y
	done
	rounds failslab 1 2 3 5
	check "what comes out of a tunnel is accepted, or dropped for a reason" \
		busywait "$WAIT_MS" decapsulated
	check "every so many allocations for packets fail: all are accounted for" all_conserved
	diag "$(<"$LIB_TMP/check")"
	check "and some were dropped for want of memory" dropped_for no-memory
	rounds fail_page_alloc 1 2
	check "so they are if pages cannot be had" all_conserved
	diag "$(<"$LIB_TMP/check")"
	packets 1 2 3 4 5 6 7
	check "once memory is there again, all is as before" all_conserved
}

test_end() {
	par binding flush
	par tunnel flush
	counters "$PAR"
	is "after a flush nothing is left" \
		"${COUNT[bindings]} ${COUNT[tunnels]} ${COUNT[buffered]} ${COUNT[bytes]}" "0 0 0 0"
	topo_down
	check "and the module can be unloaded" rmmod fmip
}

need ip fmipctl udplog faults
mountpoint -q $DEBUGFS || mount -t debugfs debugfs $DEBUGFS 2>/dev/null
faults_ready
[[ ${FMIP_KO-} ]] && test_load
load_module
within_module
test_namespace
topo_tunnel
lib_batch -n "$PAR" <<<"link add name vrf1 type vrf table 10"
prepare
test_new
test_change
test_others
test_bulk
test_first
test_packets
test_end
tap_done
