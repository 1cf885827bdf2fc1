#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# UMIP's mip6d beside fmipd: it answers each message that it does not know with a Binding
# Error of Status 2, and mip6d.nft, of the users' guide and of tools/fmipd/examples, keeps
# that from leaving the host.  Here something smaller does so on both routers.
#
# shellcheck disable=SC2016,SC2034,SC2086,SC2154

CN_DELAY=0
# shellcheck source=lib.sh
. "${BASH_SOURCE[0]%/*}/lib.sh"
# shellcheck source=fmipd-lib.sh
. "${BASH_SOURCE[0]%/*}/fmipd-lib.sh"
# shellcheck source=docs-lib.sh
. "${BASH_SOURCE[0]%/*}/docs-lib.sh"

# What mip6d does with FBU, FBack, HI and HAck; the kernel fills in the checksum.
cat >"$LIB_TMP/mip6d" <<'END'
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 135)
print("ready", flush=True)
while True:
    message, source = s.recvfrom(2048)
    if message[2] in (8, 9, 14, 15):
        try:
            s.sendto(bytes((59, 2, 7, 0, 0, 0, 2, 0)) + bytes(16), source)
            print(message[2], flush=True)
        except PermissionError:
            print(message[2], "dropped", flush=True)
END

mip6d() { # mip6d NETNS
	background in_ns "$1" /usr/bin/python3 "$LIB_TMP/mip6d" >"$LIB_TMP/mip6d.$1"
	wait_line "$WAIT_MS" "$LIB_TMP/mip6d.$1" ready || bail "nobody answers as mip6d does"
}

# errors: how many Binding Errors the node and the core have seen
errors() {
	local ns

	for ns in "$MN" "$CORE"; do
		capture_stop "$LIB_TMP/wire.$ns"
		dissect "$LIB_TMP/wire.$ns" "mip6.mhtype == 7" frame.number
	done | wc -l
}

redirected_to() {
	fmipd_ask "$PAR" "show handovers" | jq -r '.result[] | select(.state == "redirected") | .ncoa'
}

need fmipd fmipctl jq nft tcpdump tshark /usr/bin/python3
# shellcheck disable=SC2119
load_module
wire_start
(cd "$LIB_TMP" && unpack Documentation/fmipd.rst)
topo_up
fmipd_config "$PAR"
fmipd_config "$NAR"
fmipd_start "$PAR"
fmipd_start "$NAR"
mip6d "$PAR"
mip6d "$NAR"

wire_capture "$MN"
wire_capture "$CORE"
send "$MN" "to_par(fbu(1))"
check "without the rule the PAR redirects" fmipd_wait "$PAR" par redirected
wait_line "$WAIT_MS" "$LIB_TMP/mip6d.$PAR" 15 || bail "mip6d has not heard the HAck"
check "and its peers are told that it knows nothing of that" eval '(($(errors) >= 3))'

for router in "$PAR" "$NAR"; do
	check "the rule is taken" in_ns "$router" nft -f "$LIB_TMP/mip6d.nft"
done
wire_capture "$MN"
wire_capture "$CORE"
send "$MN" "to_par(fbu(2, ncoa='2001:db8:2::77'))"
check "with the rule mip6d's answer to the FBU is dropped" \
	wait_line "$WAIT_MS" "$LIB_TMP/mip6d.$PAR" "8 dropped"
check "and that to the HI" wait_line "$WAIT_MS" "$LIB_TMP/mip6d.$NAR" "14 dropped"
check "and that to the HAck" wait_line "$WAIT_MS" "$LIB_TMP/mip6d.$PAR" "15 dropped"
check "the handover goes on" busywait "$WAIT_MS" eval \
	'[[ $(redirected_to) == 2001:db8:2::77 ]]'
is "nobody is told that this is not known" "$(errors)" 0
check "the PAR's log has no complaint" fmipd_complaints "$PAR"
check "the NAR's log has no complaint" fmipd_complaints "$NAR"
((LIB_FAILED)) && fmipd_logs
tap_done
