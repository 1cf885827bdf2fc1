# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The node says that it is there: until the first buffered packet is at the driver.
# paths: una_to_first

TIMES=9

# As an agent makes it for a node whose link-layer address it does not know.
await() {
	fmipctl binding add id 1 dst "$1" gate hold target link dev bench1 \
		proxy "$1" dev bench1 attach una dev bench1
}

# arrival HOST: sets REPLY to the instructions of one arrival, a node that was
# never seen before
arrival() {
	local received

	await "$1" || return
	idle_ms 100	# groups are joined later
	module sink look=0
	inject n=64 hosts=1 size=64
	value packets "$SEEN"
	((REPLY == 0)) || return
	module sink stamp=1 want=1
	received=$(module una host=0)
	idle_ms 2000
	SEEN=$(module stat)
	fmipctl binding del id 1
	ip neigh del "$1" dev bench1 2>/dev/null
	value packets "$SEEN"
	((REPLY == 64)) || return
	value received "$received"
	received=$REPLY
	value first "$SEEN"
	REPLY=$((REPLY - received))
}

group() {
	local host i times=()

	load_fmip
	host=$(fmip-bench hosts 0 1 %s)
	for ((i = 0; i < TIMES; i++)); do
		arrival "$host" || {
			wrong una_to_first "not 64 packets that were held and then released: $SEEN"
			return
		}
		times+=("$REPLY")
	done
	mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
	result una_to_first 1 instructions "${times[TIMES / 2]}"
	value run "$SEEN"
	profile_of una_to_first 1 "run=$REPLY sent=1"
}
