#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Many requests, right, wrong by one thing, and random, while packets flow:
#
#	fuzz.sh [COUNT [SEED]]
#
# as root from two processes, as the root of a user namespace, in the initial
# namespace, as nobody; beside them lists and flushes. Whatever is asked, it is
# granted or refused with an error that is documented, and nothing stays. What of
# the module was run goes to $FMIP_OUT/fuzz. Documentation/testing.rst has more.
#
# shellcheck disable=SC2154

# shellcheck source=../lib.sh
. "${BASH_SOURCE[0]%/*}/../lib.sh"

MESSAGES=${1:-50000}
SEED=${2:-1}
DOC=$LIB_DIR/../Documentation/netlink.rst
OUT=${FMIP_OUT:-$LIB_TMP}/fuzz
ROUTER=router-$LIB_TAG
FAR=far-$LIB_TAG
DEVICES=(-d eth0 -d eth1 -d vrf0 -d lo)
RUNS=()
KCOV=$LIB_TMP/debugfs/kcov	# ip netns exec takes /sys/kernel/debug away
# What the kernel refuses before the module is asked comes without a sentence, and
# so does what is no fault of the request.
SILENT="EPERM EOPNOTSUPP ENOMEM EAGAIN"

network() {
	lib_batch <<-END
		netns add $ROUTER
		netns add $FAR
		link add name eth0 netns $ROUTER type veth peer name far0 netns $FAR
		link add name eth1 netns $ROUTER type veth peer name far1 netns $FAR
	END
	at_exit ip netns del "$ROUTER"
	at_exit ip netns del "$FAR"
	lib_batch -n "$ROUTER" <<-END
		link set lo up
		link set eth0 up
		link set eth1 up
		link add vrf0 type vrf table 10
		link set vrf0 up
		addr add 2001:db8:c::1/64 dev eth0 nodad
		addr add 2001:db8:a::1/64 dev eth1 nodad
		route add 2001:db8:b::/64 via 2001:db8:c::2 dev eth0
	END
	ip -4 -n "$ROUTER" -batch - <<-END || bail "the network could not be set up"
		addr add 198.51.100.1/24 dev eth0
		addr add 192.0.2.1/24 dev eth1
	END
	lib_settings "$ROUTER" ipv6/conf/all/forwarding=1 ipv4/ip_forward=1
	lib_batch -n "$FAR" <<-END
		link set lo up
		link set far0 up
		link set far1 up
		addr add 2001:db8:c::2/64 dev far0 nodad
		addr add 2001:db8:b::2/128 dev far0 nodad
		route add 2001:db8:a::/64 via 2001:db8:c::1 dev far0
		link add name tunnel0 type ip6tnl mode any local 2001:db8:b::2 remote 2001:db8:a::1 encaplimit none
		link set tunnel0 up
		addr add 2001:db8:a::10/128 dev tunnel0 nodad
		route add 2001:db8:d::/64 dev tunnel0
	END
}

# Packets to three nodes, and from one of them out of a tunnel.
traffic() {
	local to

	for to in 2001:db8:a::11 2001:db8:a::12 2001:db8:a::13 2001:db8:d::1; do
		background in_ns "$FAR" udplog send --to $to --port 7100 --rate 10 --time 86400 \
			--log /dev/null
		SENDERS+=($!)
	done
}

quiet() {
	local pid

	for pid in "${SENDERS[@]}"; do
		stop "$pid" KILL
	done
}

# run NAME COMMAND...: starts a fuzzer, whose report is called NAME
run() {
	background "${@:2}" "$LIB_TMP/reports/$1"
	RUNS+=($!)
}

nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# The interfaces are those that the initial network namespace does not have.
in_user_namespace() {
	nobody unshare -Urn bash -c '
		ip -batch - <<-END || exit
			link set lo up
			link add eth0 type veth peer name eth1
			link set eth0 up
			link set eth1 up
			link add vrf0 type vrf table 10
			addr add 2001:db8:a::1/64 dev eth1 nodad
			addr add 192.0.2.1/24 dev eth1
		END
		exec nlfuzz "$@"' bash "$@"
}

# part PERCENT: sets N to that of all messages
part() {
	N=$((MESSAGES * $1 / 100))
}

fuzz() {
	local beside pid status=0 say=$((MESSAGES >= 1000000 ? 10000 : 0))

	part 40
	run first in_ns "$ROUTER" nlfuzz -p $say -s "$SEED" -n $N "${DEVICES[@]}" \
		-k "$KCOV" -c "$LIB_TMP/reports/first.pc"
	run second in_ns "$ROUTER" nlfuzz -s $((SEED + 1)) -n $N "${DEVICES[@]}" \
		-k "$KCOV" -c "$LIB_TMP/reports/second.pc"
	part 12
	run user in_user_namespace -s $((SEED + 2)) -n $N "${DEVICES[@]}"
	part 6
	run initial nlfuzz -s $((SEED + 3)) -n $N -d lo -k "$KCOV" -c "$LIB_TMP/reports/initial.pc"
	background in_ns "$ROUTER" nlfuzz -r -n 0 -s $((SEED + 4)) "${DEVICES[@]}" \
		-k "$KCOV" -c "$LIB_TMP/reports/beside.pc" "$LIB_TMP/reports/beside"
	beside=$!
	for pid in "${RUNS[@]}"; do
		wait "$pid" || status=$?
	done
	stop $beside || status=$?
	return $status
}

# something: what nobody may change
something() {
	fmipctl -n "$ROUTER" -b - <<-END
		config set proxies-max 100
		tunnel add id 1 local 2001:db8:a::1 remote 2001:db8:b::2 ttl 7
		binding add id 1 dst 2001:db8:a::10 cookie 1 gate hold
		binding add id 2 dst 192.0.2.10 target tunnel 1 accept tunnel 1 from src
		binding add id 3 dst 2001:db8:a::11 target link dev eth1 proxy 2001:db8:a::11 dev eth1
	END
}

state() {
	fmipctl -n "$ROUTER" -s binding show
	fmipctl -n "$ROUTER" -s tunnel show
	fmipctl -n "$ROUTER" config
}

fuzz_as_nobody() {
	part 2
	in_ns "$ROUTER" setpriv --reuid 65534 --regid 65534 --clear-groups \
		nlfuzz -u -s $((SEED + 5)) -n $N "${DEVICES[@]}" "$LIB_TMP/reports/nobody"
}

# sum REPORT...: adds up
sum() {
	awk '{ n[$1 " " $2] += $3 } END { for (what in n) print what, n[what] }' "$@" | sort
}

# fact NAME: the number
fact() {
	awk -v name="$1" '$1 == "count" && $2 == name { print $3 }' "$OUT/report"
}

# none KIND: those of which there are none
none() {
	awk -v kind="$1" '$1 == kind && $3 == 0 { print $2 }' "$OUT/report" | paste -s -d ' '
}

# some KIND: those of which there are some
some() {
	awk -v kind="$1" '$1 == kind && $3 > 0 { print $2 }' "$OUT/report" | paste -s -d ' '
}

# except "WORD..." "WORD...": those of the latter that are not among the former
except() {
	local word words

	read -r -a words <<<"$2"
	for word in "${words[@]}"; do
		[[ " $1 " == *" $word "* ]] || echo "$word"
	done | paste -s -d ' '
}

documented() {
	sed -n '/^What is refused/,/^Commands/s/^``\(E[A-Z0-9]*\)``.*/\1/p' "$DOC" | paste -s -d ' '
}

# Which functions were run, as "OBJECT FUNCTION PLACES", PLACES being how many
# places of its code were; a static name may be that of several, in the order in
# which they were linked.  (_sub_* is KASAN's.)
functions() {
	local objects=${FMIP_KO%.ko}.functions

	{
		awk '$4 == "[fmip]" && $2 ~ /[tT]/ && $3 !~ /^_sub_/ { print $1, $3 }' /proc/kallsyms
		sort -u "$LIB_TMP"/reports/*.pc
	} | LC_ALL=C sort >"$LIB_TMP/places"
	awk -v objects="$objects" '
		function flush() {
			if (name == "")
				return
			split(of[name], o, " ")
			object = o[++nth[name]]
			print object == "" ? "-" : object, name, n
		}
		BEGIN {
			while ((getline line <objects) > 0) {
				split(line, word, " ")
				of[word[2]] = of[word[2]] " " word[1]
			}
		}
		NF == 2 { flush(); name = $2; n = 0; next }
		{ n++ }
		END { flush() }' "$LIB_TMP/places"
}

# coverage: for each object how much of it, and what of it was not
coverage() {
	functions >"$OUT/functions"
	echo "$(sort -u "$LIB_TMP"/reports/*.pc | wc -l) places"
	awk '{ all[$1]++; places[$1] += $3 }
		$3 { reached[$1]++ }
		!$3 { not[$1] = not[$1] " " $2 }
		END { for (o in all)
			printf "%s: %d of %d functions, %d places%s\n", o, reached[o], all[o],
				places[o], not[o] == "" ? "" : "; not" not[o] }' \
		"$OUT/functions" | sort
}

# What a command or a list ends in.
handlers_missed() {
	awk '$2 ~ /^fmip_netlink_(binding|tunnel|stats|config)_(new|set|del|get|dump|flush)$/ {
			n++
			if (!$3)
				print $2
		}
		END { if (n < 15) print "only", n, "handlers" }' "$OUT/functions" | paste -s -d ' '
}

# What reads requests and writes answers; the compiler may have put aside parts of it
# that are hardly ever run.
requests_missed() {
	awk '$1 ~ /^(request.*|netlink_(binding|bulk|config|filter|put|stats|tunnel))\.o$/ {
			n++
			if (!$3 && $2 !~ /\.cold/)
				print $2
		}
		END { if (n < 50) print "only", n, "functions" }' "$OUT/functions" | paste -s -d ' '
}

digest_of() {
	in_ns "$ROUTER" nlfuzz -s 7 -n 300 "${DEVICES[@]}" "$LIB_TMP/digest" &&
		awk '$1 == "digest" { print $2 }' "$LIB_TMP/digest"
}

adds_up() {
	counters "$ROUTER" && balanced
}

# flushed [OPTION]...: nothing is left in a namespace
flushed() {
	fmipctl "$@" binding flush && fmipctl "$@" tunnel flush &&
		fmipctl "$@" -j stats | jq -e '.bindings == 0 and .tunnels == 0 and
			.buffered.packets == 0 and .buffered.bytes == 0'
}

need ip nlfuzz fmipctl setpriv unshare jq
[[ -e /sys/kernel/debug/kcov ]] || skip_all "needs a kernel with KCOV"
load_module
dmesg_mark
mkdir -p "$OUT"
chmod 755 "$LIB_TMP"
mkdir -m 1777 "$LIB_TMP/reports"
mkdir "$LIB_TMP/debugfs"
at_exit umount "$LIB_TMP/debugfs"
mount -t debugfs debugfs "$LIB_TMP/debugfs"
at_exit eval "echo $(</proc/sys/net/core/rmem_max) >/proc/sys/net/core/rmem_max"
echo 4194304 >/proc/sys/net/core/rmem_max
network
traffic
diag "$MESSAGES messages, seed $SEED"

fuzz
is "the messages were sent, by four at once" $? 0
quiet
check "what was received is accounted for" busywait "$WAIT_MS" adds_up
check "after a flush nothing is left" flushed -n "$ROUTER"
check "nor in the initial namespace" flushed
something || bail "the bindings were refused"
before=$(state)
fuzz_as_nobody
is "nobody may ask, too" $? 0
is "but has changed nothing" "$(state)" "$before"
sum "$LIB_TMP"/reports/nobody >"$OUT/report"
is "and is refused for want of privilege" "$(fact trespasses)" 0
is "and reads the lists" "$(none command-dumped)" ""
sum "$LIB_TMP"/reports/{first,second,user,initial,beside,nobody} >"$OUT/report"
coverage >"$OUT/coverage"
cp "$LIB_TMP"/reports/* "$OUT"

is "each message was answered" "$(fact unanswered)" 0
is "no answer was malformed, named a wrong place or was nobody's" "$(fact strange)" 0
is "each error is documented" "$(except "$(documented)" "$(some refused)")" ""
is "each refusal says why" "$(except "$SILENT" "$(some untold)")" ""
is "each command was granted" "$(none command-accepted)" ""
is "each attribute was" "$(none attribute)" ""
is "but those that are output only" "$(some output-only)" ""
is "each handler was reached" "$(handlers_missed)" ""
is "so was all that reads requests" "$(requests_missed)" ""
is "the same seed gives the same messages" "$(digest_of)" "$(digest_of)"
check "the module unloads" unload_module
check "the kernel has not complained" dmesg_clean
diag "$(fact sent) sent, $(fact accepted) granted, $(head -n 1 "$OUT/coverage")"

tap_done
