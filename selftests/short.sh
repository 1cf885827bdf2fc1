#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A packet about which nothing is unusual takes a short way through the module.
# Here it does, and takes the long way, too: what leaves is the same, and so is
# what the firewall sees and can do, what is buffered, and what is counted.
#
# What comes by a veth has not enough room in front of it for the short way, so
# that packets are written into a tap.  An exempt mark that none of them has sends
# all of them the long way.
#
# shellcheck disable=SC2034,SC2086,SC2154

: "${WAIT_MS:=30000}"
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"

CAPTURE=$LIB_TMP/short.pcap
TRACING=/sys/kernel/tracing
TAP_MAC=02:00:00:00:00:40
N=20			# packets, each time
FEW=2			# of them may find that what is remembered is to be renewed
PORT=20000

fmip() {
	fmipctl -n "$NAR" "$@" || bail "fmipctl: $*"
}

# feed [ADDR]: N packets for the node come in by tap0, to a port of their own
feed() {
	in_ns "$NAR" python3 -S -E - $TAP_MAC $CN_ADDR ${1-$NCOA} $N $((++PORT)) <<-'END' || bail "no tap"
		import fcntl, os, socket, struct, sys

		mac = bytes.fromhex(sys.argv[1].replace(":", ""))
		addresses = b"".join(socket.inet_pton(socket.AF_INET6, a) for a in sys.argv[2:4])
		tap = os.open("/dev/net/tun", os.O_RDWR)
		fcntl.ioctl(tap, 0x400454ca, struct.pack("16sH22x", b"tap0", 0x1002))
		for i in range(int(sys.argv[4])):
		    udp = struct.pack("!HHHHI", 9, int(sys.argv[5]), 72, 0xffff, i) + 60 * b"f"
		    os.write(tap, mac + 6 * b"\x02" + b"\x86\xdd" +
		             struct.pack("!IHBB", 0x6b912345, len(udp), 17, 9) + addresses + udp)
	END
}

# settle: what has been sent is on the link
settle() {
	in_ns "$NAR" ping -q -c 1 -W 5 $FAR_ADDR >/dev/null || bail "no answer from the far end"
}

# way short|long: what the next packets take
way() {
	local mask=0/0

	[[ $1 == long ]] && mask=0x100/0x100
	fmip config set exempt-mark $mask
}

# on_long_way: how many packets have been on it
on_long_way() {
	awk '$1 == "fmip_long" { print $2 }' $TRACING/kprobe_profile
}

watch_long_way() {
	mountpoint -q $TRACING || mount -t tracefs tracefs $TRACING 2>/dev/null
	echo 'p:fmip_long fmip_forward' >>$TRACING/kprobe_events || skip_all "needs kprobes"
	at_exit no_probe
	echo 1 >$TRACING/events/kprobes/fmip_long/enable
}

no_probe() {
	[[ -e $TRACING/events/kprobes/fmip_long ]] || return 0
	echo 0 >$TRACING/events/kprobes/fmip_long/enable
	echo '-:fmip_long' >>$TRACING/kprobe_events
}

# wire DEV SKIP COMMAND...: what left by DEV while the command ran, in hexadecimal
# digits without the UDP port, which comes behind so many of them
wire() {
	capture_start "$NAR" "$1" "$CAPTURE" -Q out \
		"ip6[6] == 17 or ip6[6] == 41 or ip6[6] == 47"
	"${@:3}"
	settle
	capture_stop "$CAPTURE"
	hex "$CAPTURE" ip6 | sed -E "s/^(.{$2})..../\1/"
}

# alike NAME DEV HEADERS: both ways the same packets leave by DEV, with so many
# bytes in front of the inner one
alike() {
	local was short long skip=$((2 * $3 + 84))

	# The first packet finds the way that the others take.
	feed
	was=$(on_long_way)
	short=$(wire "$2" $skip feed)
	check "$1: the way is short" test $(($(on_long_way) - was)) -le $FEW
	way long
	was=$(on_long_way)
	long=$(wire "$2" $skip feed)
	is "$1: and the other one is long" $(($(on_long_way) - was)) $N
	way short
	is "$1: all packets leave" "$(grep -c . <<<"$short")" $N
	is "$1: the same either way" "$short" "$long"
}

tunnels() {
	fmip binding add id 1 dst $NCOA target tunnel 1
	alike "IPv6" acc1 40
	fmip tunnel change id 1 ttl 33 dscp 10 flowlabel 0xabcde
	alike "its own hop limit, DSCP and flow label" acc1 40
	fmip tunnel replace id 1 local 2001:db8:3::1 remote $FAR_ADDR
	fmip binding change id 1 target tunnel 2
	alike "GRE" acc1 44
	fmip binding change id 1 target tunnel 2 key 70
	alike "GRE with a key" acc1 48
	fmip binding change id 1 target link dev acc0 lladdr $MN_MAC
	alike "a link" acc0 0
	fmip binding change id 1 target tunnel 1
}

gate() {
	local was

	feed
	was=$(on_long_way)
	counters "$NAR" id 1
	set -- "${COUNT[received]}" "${COUNT[sent]}"
	fmip binding change id 1 gate hold
	feed
	counters "$NAR" id 1
	is "a gate on hold keeps them" \
		"$((COUNT[received] - $1)) $((COUNT[sent] - $2)) ${COUNT[buffered]}" "$N 0 $N"
	fmip binding change id 1 release immediate gate open
	wait_counted "COUNT[buffered] == 0" "$NAR" id 1
	feed
	counters "$NAR" id 1
	is "and lets them go" "$(counts)" "open received $(($1 + 2 * N)) sent $(($2 + 2 * N)) buffered 0"
	check "all by the short way" test $(($(on_long_way) - was)) -le $FEW
}

# seen: what the rules have counted, by now
seen() {
	in_ns "$NAR" nft -j list counters | jq -c '[.nftables[].counter // empty | .packets]'
}

# drops HOOK RULE: what is dropped there is the firewall's, and counted
drops() {
	local before

	before=$(counter "$NAR" dropped.firewall id 1)
	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table ip6 drops {
			chain c {
				type filter hook $1 priority filter + 10
				$2 drop
			}
		}
	END
	feed
	in_ns "$NAR" nft delete table ip6 drops
	echo $(($(counter "$NAR" dropped.firewall id 1) - before))
}

firewall() {
	local was

	in_ns "$NAR" nft -f - <<-END || bail "nft refused the rules"
		table ip6 seen {
			counter forward { }
			counter inner { }
			counter output { }
			counter outer { }
			chain forward {
				type filter hook forward priority filter
				iifname tap0 oifname fmip0 meta l4proto udp counter name forward
			}
			chain postrouting {
				type filter hook postrouting priority filter
				oifname fmip0 meta l4proto udp counter name inner
				oifname acc1 meta l4proto 41 counter name outer
			}
			chain output {
				type filter hook output priority filter
				oifname acc1 meta l4proto 41 counter name output
			}
		}
	END
	was=$(on_long_way)
	feed
	is "the hooks of the inner and of the outer packet see each" "$(seen)" "[$N,$N,$N,$N]"
	is "inner FORWARD can drop" "$(drops forward "oifname fmip0 meta l4proto udp")" $N
	is "inner POSTROUTING can" "$(drops postrouting "oifname fmip0 meta l4proto udp")" $N
	is "outer OUTPUT can" "$(drops output "meta l4proto 41")" $N
	is "outer POSTROUTING can" "$(drops postrouting "oifname acc1 meta l4proto 41")" $N
	check "all that by the short way" test $(($(on_long_way) - was)) -le $((5 * FEW))
	in_ns "$NAR" nft delete table ip6 seen
}

# sees COMMAND...: how many packets it sends by acc1, and to whom
sees() {
	capture_start "$NAR" acc1 "$CAPTURE" -Q out "ip6[6] == 41"
	"$@"
	settle
	capture_stop "$CAPTURE"
	dissect "$CAPTURE" udp eth.dst | sort | uniq -c | xargs
}

elsewhere() {
	ip -6 -n "$NAR" route add $FAR_ADDR via 2001:db8:d::2 dev up1 || bail "no route"
	feed
	ip -6 -n "$NAR" route del $FAR_ADDR via 2001:db8:d::2 dev up1
	feed
}

readdressed() {
	lib_batch -n "$NAR" <<<"neigh replace $FAR_ADDR lladdr 02:00:00:00:00:31 dev acc1 nud permanent"
	feed
	lib_batch -n "$NAR" <<<"neigh replace $FAR_ADDR lladdr $FAR_MAC dev acc1 nud reachable"
}

# What is remembered of the way must not be used when it is wrong.
routes() {
	local was

	was=$(on_long_way)
	feed
	is "a new route is used at once, and the old one when that has gone" \
		"$(sees elsewhere)" "$N $FAR_MAC"
	is "a new link-layer address of the next hop is, too" \
		"$(sees readdressed)" "$N 02:00:00:00:00:31"
	is "by the short way, but for the first of them" $(($(on_long_way) - was < N)) 1
}

# A policy about the inner packet is for the long way.
policies() {
	local was before

	was=$(on_long_way)
	before=$(counter "$NAR" dropped.xfrm id 1)
	fmip binding add id 2 dst $NCOA2 target tunnel 1
	ip -n "$NAR" xfrm policy add dir fwd src ::/0 dst $NCOA/128 action block || bail "no policy"
	# Routes are looked up anew; these find them for the others.
	feed $NCOA2
	feed
	ip -n "$NAR" xfrm policy del dir fwd src ::/0 dst $NCOA/128
	feed
	is "a policy of IPsec that blocks is obeyed, and counted" \
		$(($(counter "$NAR" dropped.xfrm id 1) - before)) $N
	check "without it the way is short again" test $(($(on_long_way) - was)) -le $((2 * N + FEW))
	fmip binding del id 2
}

need ip udplog fmipctl tcpdump tshark nft jq python3
modprobe -q tun
[[ -e /dev/net/tun ]] || { mkdir -p /dev/net && mknod /dev/net/tun c 10 200; }
load_module
topo_router
ip -n "$NAR" tuntap add dev tap0 mode tap || skip_all "needs taps"
lib_batch -n "$NAR" <<-END
	link set tap0 addrgenmode none
	link set tap0 address $TAP_MAC up
	neigh replace 2001:db8:d::2 lladdr 02:00:00:00:00:30 dev up1 nud permanent
END
settle
watch_long_way
fmip tunnel add id 1 local 2001:db8:3::1 remote $FAR_ADDR
fmip tunnel add id 2 local 2001:db8:3::1 remote $FAR_ADDR encap gre6
tunnels
gate
firewall
policies
routes
counters "$NAR"
check "the counters add up" balanced
tap_done
