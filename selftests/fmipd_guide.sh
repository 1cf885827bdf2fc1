#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The users' guide of fmipd, Documentation/fmipd.rst: its files, and each of its commands,
# run as they stand there, from nothing to the end of a handover, which is under traffic.

# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=docs-lib.sh
. "$LIB_DIR/docs-lib.sh"

GUIDE=Documentation/fmipd.rst
PCOA=2001:db8:1::ff:fe00:10
PINGS=50

# says DAEMON TEXT: fmipctl handover of it has that
says() {
	[[ $(fmipctl -c "/run/fmipd/$1" handover 2>&1) == *$2* ]]
}

answers() {
	fmipctl -c "$1" handover counters >/dev/null 2>&1
}

has_address() {
	[[ $(ip -n "$MN" -6 addr show dev wlan0 scope global -tentative) == *$PCOA/64* ]]
}

# before_command COMMAND: who types has waited for what the one before has begun
before_command() {
	local socket=${1#fmipctl -c } before=${COMMAND-}

	COMMAND=$1
	[[ $1 == 'fmipctl -c '* ]] && busywait "$WAIT_MS" answers "${socket%% *}"
	[[ $1 == *addr\ show* ]] && busywait 30000 has_address
	if [[ $1 == *radio\ down ]]; then
		wait_line "$WAIT_MS" node/log "ready to leave"
		ip netns exec "$CN" ping -i 0.1 -c $PINGS -w 60 $PCOA >pinged </dev/null &
		PING=$!
	fi
	[[ $1 == *handover\ complete ]] && wait "$PING"
	[[ $before == *handover\ start* ]] && busywait "$WAIT_MS" says east expected
	[[ $before == *radio\ master* ]] && busywait "$WAIT_MS" says node there
}

# ended: what the daemons of the guide leave behind is for nobody
ended() {
	topo_down
	rm -rf /run/fmipd /var/lib/fmipd-{west,east,node}
}

need fmipd fmipctl radvd nft ping
[[ -e $TOP/$GUIDE ]] || skip_all "$GUIDE is not there"
# shellcheck disable=SC2119
load_module
cd "$LIB_TMP" || bail "no directory to work in"
is "every command of $GUIDE is run" "$(unmarked "$TOP/$GUIDE")" ""
topo_up
unpack "$GUIDE"
mkdir -p /var/lib		# a guest may be without
run_document "$GUIDE"

check "what was sent to the node while it moved has arrived, all of it" \
	grep "$PINGS received" pinged
((LIB_FAILED)) && diag "$(<pinged)"
for daemon in west east node; do
	check_fails "the log of $daemon has no complaint" grep -E '^<[0-4]>|^fmipd:' $daemon/log
	((LIB_FAILED)) && diag "$(<$daemon/log)"
done
ended
tap_done
