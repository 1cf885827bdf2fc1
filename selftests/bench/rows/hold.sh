# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The new router: into the queue, and out of it when the gate opens.
# paths: hold release_immediate

# fill LOOK: HELD packets into the queue; none may leave
fill() {
	module sink look="${1:-0}" hosts=1
	inject n=$HELD hosts=1 size=64
	value packets "$SEEN"
	((REPLY == 0)) || {
		wrong hold "$REPLY packets left a gate that holds"
		return 1
	}
}

# all_released: what comes out is what went in, in order
all_released() {
	SEEN=$(module stat)
	right release_immediate plain 1
}

open_gate() {
	fmipctl binding change id 1 gate open
	idle_ms 1000
}

close_gate() {
	fmipctl binding change id 1 gate hold
}

measure_hold() {
	fill || return
	median
	result hold 1 instructions "$REPLY"
	profile_of hold 1 "$INJECTED"
}

measure_release() {
	module sink stamp=1 want=$HELD
	open_gate
	SEEN=$(module stat)
	value packets "$SEEN"
	((REPLY == HELD)) || {
		wrong release_immediate "$REPLY of $HELD packets were released"
		return
	}
	between release_immediate
	module sink look=0
}

group() {
	reference plain 1 plain
	module drop on=1
	reference receive_drop 1 none
	module drop on=0
	load_fmip
	no_limits
	fmipctl binding add id 1 dst "$(fmip-bench hosts 0 1 %s)" gate hold release immediate \
		target link dev bench1 lladdr $FAR_MAC limit packets 100000 limit bytes 1G
	fill 1 || return
	module sink look=1 hosts=1
	open_gate
	all_released || return
	close_gate
	measure_hold
	measure_release
}
