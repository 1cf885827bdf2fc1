# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# What the rows share.  A file in rows/ is a group of rows that one guest
# measures.  It says which ones in a line "# paths: NAME...", and defines
# group(), which calls row() for each.
#
# The router has two interfaces:
#
#	injector -> bench0 | router | bench1 -> sink
#
#	hosts		2001:db8:1:0:<scattered>
#	correspondent	2001:db8:2::1 (their packets come from there)
#	router		2001:db8:f::1 on bench1
#	far router	2001:db8:f::2, and a second one 2001:db8:f::3

ROUTER=2001:db8:f::1
FAR=2001:db8:f::2
FAR2=2001:db8:f::3
FAR_MAC=02:00:00:00:00:02
NODE_MAC=02:00:00:00:00:01
PACKETS=16384		# of each point
WARM=2048		# before it
HELD=10000		# packets in the queue of rows that buffer
SORT=row		# or reference: not a figure of its own

# ---- what bench.sh reads -------------------------------------------------

say() {
	echo "@$*"
}

# result PATH BINDINGS UNIT VALUE
result() {
	say "$SORT path=$1 bindings=$2 $3=$4"
}

# not_measured PATH WHY: what cannot be had here
not_measured() {
	say "none path=$1 why=${2//[$'\n\r']/; }"
}

# wrong PATH WHY: a figure that must not be believed
wrong() {
	say "wrong path=$1 why=${2//[$'\n\r']/; }"
}

# ---- small things --------------------------------------------------------

# value KEY "KEY=VALUE...": sets REPLY
value() {
	local word

	REPLY=
	for word in $2; do
		[[ $word == "$1="* ]] && REPLY=${word#*=} && return
	done
	return 1
}

# idle_ms MS: lets work run that was put off; time in which nothing runs is free
idle_ms() {
	sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"
}

module() {
	fmip-bench module "$@"
}

# wanted PATH: is it among those that were asked for?
wanted() {
	[[ -z $PATHS || " $PATHS " == *" $1 "* ]]
}

# ---- the network ---------------------------------------------------------

# The limits of Linux for neighbours and routes are far below what is measured.
raise_limits() {
	local n

	for n in 1 2 3; do
		sysctl -qw net.ipv6.neigh.default.gc_thresh$n=4000000
	done
	sysctl -qw net.ipv6.route.max_size=4000000 net.ipv6.route.gc_thresh=4000000
}

set_up() {
	local dev

	ip link set lo up
	sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.default.accept_ra=0
	raise_limits
	insmod /fmip/fmip_bench.ko || return
	for dev in bench0 bench1; do
		ip link set $dev addrgenmode none up || return
	done
	ip addr add 2001:db8:2::ffff/64 dev bench0 nodad
	ip addr add $ROUTER/64 dev bench1 nodad
	ip neigh add $FAR lladdr $FAR_MAC dev bench1 nud permanent
	# where the hosts are for plain forwarding, and where they send to
	ip route add 2001:db8:1::/64 via $FAR dev bench1
	ip route add 2001:db8:3::/64 via $FAR dev bench1
}

load_fmip() {
	modprobe nf_defrag_ipv6	# what it needs
	insmod /fmip/fmip.ko
}

# What is queued is not to meet a limit.
no_limits() {
	fmipctl config set netns-bytes 4G module-bytes 4G
}

# empty_chains: the hook points of forwarding have entries, which do nothing
empty_chains() {
	nft -f - <<-END
		table ip6 bench {
			chain forward { type filter hook forward priority 0; }
			chain output { type filter hook output priority 0; }
		}
	END
}

# stateful_ruleset: what an operator has on an access router
stateful_ruleset() {
	nft -f - <<-END
		table ip6 bench {
			chain input {
				type filter hook input priority 0; policy drop;
				ct state vmap { established : accept, related : accept, invalid : drop }
				iifname lo accept
				meta l4proto ipv6-icmp accept
				ip6 saddr $FAR accept
			}
			chain forward {
				type filter hook forward priority 0; policy drop;
				ct state vmap { established : accept, related : accept, invalid : drop }
				ip6 daddr 2001:db8:1::/64 udp dport 9 accept
			}
			chain output {
				type filter hook output priority 0; policy accept;
			}
		}
	END
}

no_firewall() {
	nft flush ruleset
}

# ---- bindings ------------------------------------------------------------

# An anchor has one tunnel that all share.
tunnel() { # tunnel [OPTION...]
	fmipctl tunnel add id 1 local $ROUTER remote $FAR encap "${1:-ip6}"
}

# bind FIRST COUNT KEY=VALUE...: bindings for hosts, in bulk where the module can;
# sets INSTALLED, or WHY if it refuses
bind() {
	WHY=
	INSTALLED=$(fmip-bench bindings "$@" entries=1 2>/dev/null) && return
	INSTALLED=$(fmip-bench bindings "$@" 2>/run/why) && return
	WHY=$(</run/why)
	return 1
}

# per_op PATH COUNT "ops=N instructions=N"
per_op() {
	local ops

	value ops "$3" || return
	ops=$REPLY
	value instructions "$3"
	result "$1" "$2" instructions $((REPLY / ops))
	profile_of "$1" "$2" "$3"
}

# ---- measuring -----------------------------------------------------------

# inject ARG...: one run; sets INJECTED, and SEEN after it
inject() {
	INJECTED=$(module run "$@") || return
	SEEN=$(module stat)
}

# look PATH KIND HOSTS PER-PACKET ARG...: every packet of a short run must be
# what the row says it is: of that kind, of the right length, to a host that
# has a binding, to each host that was drawn, in order.
look() {
	local path=$1 kind=$2 hosts=$3 copies=$4 n=4096

	shift 4
	module sink look=1 hosts="$hosts"
	inject n=$n hosts="$hosts" seed=9 "$@" || {
		wrong "$path" "the injector fails"
		return 1
	}
	module sink look=0
	right "$path" "$kind" "$copies"
}

# reference PATH BINDINGS KIND ARG...: what rows of this guest are held against.
# Two boots differ by up to 20 instructions: by what shares a chain of a hash.
reference() {
	local PATHS='' SORT=reference

	[[ $PLUGIN == 1 ]] || row "$@"
}

# right PATH KIND COPIES: judges INJECTED and SEEN
right() {
	local sent good sum seen

	value sent "$INJECTED"
	sent=$REPLY
	value sum "$INJECTED"
	sum=$REPLY
	value good "$SEEN"
	good=$REPLY
	value sum "$SEEN"
	seen=$REPLY
	if [[ $2 == none ]]; then
		value packets "$SEEN"
		[[ $REPLY == 0 ]] && return
	elif ((good == sent * $3 && seen == sum * $3)) && all_good "$2"; then
		return 0
	fi
	wrong "$1" "expected $2 x $3: sent $INJECTED, at the sink $SEEN"
	return 1
}

# all_good KIND: nothing in SEEN that is not such a packet, or that is late
all_good() {
	[[ " $SEEN " == *" kind=$1 "* && " $SEEN " == *" bad=0 "* && " $SEEN " == *" disorder=0 "* ]]
}

# median: instructions per packet of the median batch of INJECTED
median() {
	local med batch

	value med "$INJECTED"
	med=$REPLY
	value batch "$INJECTED"
	batch=$REPLY
	REPLY=$(((med * 10 / batch + 5) / 10))
}

# warm HOSTS ARG...: a packet to each, which is what fills caches of routes
warm() {
	local n=$1

	((n >= WARM)) || n=$WARM
	inject n="$n" hosts="$1" in_order=1 "${@:2}"
}

# row PATH BINDINGS KIND ARG...: verifies and measures one point; COPIES is how
# many of each packet arrive, HOSTS how many are sent to
row() {
	local path=$1 bindings=$2 kind=$3 copies=${COPIES:-1} hosts=${HOSTS:-$2} sent

	shift 3
	wanted "$path" || return 0
	look "$path" "$kind" "$hosts" "$copies" "$@" || return
	warm "$hosts" "$@"
	module sink look=0
	inject n=$PACKETS hosts="$hosts" seed=1 "$@"
	[[ $kind == none ]] && copies=0
	value sent "$INJECTED"
	sent=$REPLY
	value packets "$SEEN"
	if ((REPLY != sent * copies)); then
		wrong "$path" "sent $sent, at the sink $REPLY"
		return
	fi
	median
	result "$path" "$bindings" instructions "$REPLY"
	profile_of "$path" "$bindings" "$INJECTED"
}

# between PATH: result of the packets that SEEN has stamped, the HELD of a queue:
# from the first at the sink to the last, and freed
between() {
	local first

	value first "$SEEN"
	first=$REPLY
	value last "$SEEN"
	result "$1" 1 instructions $(((REPLY - first) / (HELD - 1)))
	value run "$SEEN"
	profile_of "$1" 1 "run=$REPLY sent=$HELD"
}

# row_tcp PATH KIND PIECES ARG...: the same for TCP, in instructions per byte of it;
# PIECES is 1 if large packets must leave in one piece, 0 if they must not
row_tcp() {
	local path=$1 kind=$2 pieces=$3 payload

	shift 3
	wanted "$path" || return 0
	module sink look=1 hosts=1
	inject hosts=1 tcp=1 "$@" || {
		wrong "$path" "the injector fails"
		return
	}
	right_tcp "$path" "$kind" "$pieces" || return
	module sink look=0
	inject hosts=1 tcp=1 "$@"
	value payload "$INJECTED"
	payload=$REPLY
	value sent "$INJECTED"
	payload=$((payload / REPLY))
	median
	# of an instruction per byte, thousandths
	REPLY=$(((REPLY * 10000 / payload + 5) / 10))
	result "$path" 1 instructions "$(printf '%d.%03d' $((REPLY / 1000)) $((REPLY % 1000)))"
	profile_of "$path" 1 "$INJECTED"
}

# right_tcp PATH KIND PIECES: every byte has arrived
right_tcp() {
	local payload

	value payload "$INJECTED"
	payload=$REPLY
	value payload "$SEEN"
	if ((payload == REPLY)) && all_good "$2"; then
		value gso "$SEEN"
		(($3 == (REPLY > 0))) && return
	fi
	wrong "$1" "expected $2: sent $INJECTED, at the sink $SEEN"
	return 1
}

# profile_of PATH BINDINGS ANSWER: tells which run of the plugin is this row's; the
# answer of whatever was run has run=N and, of the packets, sent=N
profile_of() {
	local run

	[[ $PLUGIN == 1 ]] && value run "$3" || return 0
	run=$REPLY
	value sent "$3"
	say "profile path=$1 bindings=$2 run=$run packets=$REPLY"
}

# Symbols for the host's profile go to the second disk.
save_symbols() {
	[[ $PLUGIN == 1 ]] || return 0
	grep ' [tTwW] ' /proc/kallsyms >/dev/vdb
	sync
}

# New interfaces have things to say, for some seconds.
settle() {
	if [[ $ICOUNT == 1 ]]; then
		idle_ms 20000
		calibrate
	else
		idle_ms 3000
	fi
}

# A nanosecond of the guest must be an instruction.
calibrate() {
	local n

	n=$(fmip-bench calibrate)
	((n > 2970000 && n < 3030000)) || wrong "$GROUP" "a loop of 3000000 instructions took $n"
}

# What the kernel has to complain about makes every figure doubtful.
complaints() {
	local line

	while IFS= read -r line; do
		wrong "$GROUP" "the kernel says: $line"
	done < <(dmesg | grep -E 'WARNING|BUG|Oops|cache is full|Call Trace' | head -n 5)
}

bench_group() {
	say "begin group=$GROUP kernel=$(uname -r)"
	if set_up; then
		settle
		group
		save_symbols
	else
		wrong "$GROUP" "the network cannot be set up"
	fi
	complaints
	say "end group=$GROUP"
}
