# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Buffering by a daemon at an NFQUEUE: what it takes until it has the packet, and
# from its verdict to the driver.
# paths: nfqueue_hold nfqueue_release
# peer: 1

rules() {
	nft -f - <<-END
		table ip6 bench {
			chain before {
				type filter hook prerouting priority -300;
				iifname bench0 ip6 daddr 2001:db8:1::/64 queue num 5
			}
		}
	END
}

# daemon: starts it, and waits until it has the queue
daemon() {
	: >/run/daemon
	fmip-bench nfqueue 5 $HELD >/run/daemon &
	DAEMON=$!
	until grep -q ready /run/daemon; do
		kill -0 $DAEMON || return
		idle_ms 50
	done
}

# field KEY: of the line of the daemon that has it, "KEY=N instructions=N"
field() {
	local line

	line=$(grep "^$1=" /run/daemon)
	value instructions "$line"
}

group() {
	local in

	rules
	daemon || return
	module sink look=1 hosts=1000
	inject n=$HELD hosts=1000
	value packets "$SEEN"
	((REPLY == 0)) || wrong nfqueue_hold "$REPLY packets were not held"
	value cost "$INJECTED"
	in=$REPLY
	kill -USR1 $DAEMON
	wait $DAEMON
	idle_ms 100
	SEEN=$(module stat)
	right nfqueue_release plain 1 || return
	field held
	result nfqueue_hold 1 instructions $(((in + REPLY) / HELD))
	field released
	result nfqueue_release 1 instructions $((REPLY / HELD))
}
