# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Buffering in a plug qdisc, which has one queue for all of an interface.
# paths: tc_plug_hold tc_plug_release
# peer: 1

group() {
	modprobe sch_plug
	tc qdisc add dev bench1 root handle 1: plug limit 100000000
	module sink look=1 hosts=1000
	inject n=$HELD hosts=1000
	value packets "$SEEN"
	((REPLY == 0)) || wrong tc_plug_hold "$REPLY packets were not held"
	median
	result tc_plug_hold 1 instructions "$REPLY"
	profile_of tc_plug_hold 1 "$INJECTED"
	module sink stamp=1 look=1 hosts=1000 want=$HELD
	tc qdisc change dev bench1 root handle 1: plug release_indefinite
	idle_ms 1000
	SEEN=$(module stat)
	right tc_plug_release plain 1 || return
	inject_held || return
	between tc_plug_release
}

# The same once more, without looking: that would be in the figure.
inject_held() {
	tc qdisc del dev bench1 root
	tc qdisc add dev bench1 root handle 1: plug limit 100000000
	module sink stamp=1 want=$HELD
	inject n=$HELD hosts=1000
	tc qdisc change dev bench1 root handle 1: plug release_indefinite
	idle_ms 1000
	SEEN=$(module stat)
	value packets "$SEEN"
	((REPLY == HELD)) || {
		wrong tc_plug_release "$REPLY of $HELD packets"
		return 1
	}
}
