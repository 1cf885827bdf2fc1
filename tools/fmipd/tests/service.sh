#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# service.sh - fmipd.service: the lines that keep the daemon in, what systemd says of
# it, and that it starts what is installed. FMIPD is the daemon.
set -u

here=$(cd "$(dirname "$0")/.." && pwd)
unit=$here/fmipd.service
fmipd=$(realpath "$FMIPD")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
total=0 failed=0

result() { # STATUS NAME
	((total++))
	if [[ $1 = 0 ]]; then
		echo "ok $total $2"
		return
	fi
	failed=1
	echo "not ok $total $2"
	sed 's/^/# /' "$tmp/out"
}

skip() { # NAME REASON
	echo "ok $((++total)) $1 # SKIP $2"
}

# All that the daemon may do, and where it may write.
bounds='CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW
NoNewPrivileges=yes
ProtectHome=yes
ProtectKernelTunables=yes
ProtectSystem=strict
ReadWritePaths=/proc/sys/net/ipv6/conf
RestrictAddressFamilies=AF_INET6 AF_NETLINK AF_PACKET AF_UNIX
RuntimeDirectory=fmipd
StateDirectory=fmipd
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources'

echo "TAP version 13"

grep -E '^((Capability|Ambient)|(Configuration|Runtime|State)Directory=|NoNew|Protect(Home|KernelT|Sys)|Read|RestrictAddress|SystemCallFilter)' \
	"$unit" | sort >"$tmp/found"
diff "$tmp/found" - <<<"$bounds" >"$tmp/out"
result $? "what fmipd may do"

# What the configuration says if it says nothing must lie where the unit lets it.
"$fmipd" -h >"$tmp/usage"
grep -q '/etc/fmip/fmipd.conf' "$tmp/usage" &&
	grep -q '^\.It Cm control .*Pq /run/fmipd/' "$here/fmipd.conf.5" &&
	grep -q '^\.It Cm state .*Pq /var/lib/fmipd$' "$here/fmipd.conf.5" >"$tmp/out"
result $? "its directories are those that are there by default"

# With a daemon that is there, as where it is installed.
sed "s|/usr/sbin/fmipd|$fmipd|" "$unit" >"$tmp/fmipd.service"
if command -v systemd-analyze >/dev/null; then
	systemd-analyze verify --man=no "$tmp/fmipd.service" >"$tmp/out" 2>&1 && [[ ! -s $tmp/out ]]
	result $? "systemd understands it"
else
	skip "systemd understands it" "no systemd-analyze"
fi

if systemd-analyze security --help 2>/dev/null | grep -q -- --offline; then
	systemd-analyze security --no-pager --offline=true --threshold=25 \
		"$tmp/fmipd.service" >"$tmp/out" 2>&1
	result $? "systemd finds it little exposed"
else
	skip "systemd finds it little exposed" "no systemd-analyze that can say so"
fi

make -s -C "$here" install DESTDIR="$tmp/root" PREFIX=/opt/x OUT="${fmipd%/*}" >"$tmp/out" 2>&1 &&
	grep '^Exec.*/fmipd' "$tmp/root/opt/x/lib/systemd/system/fmipd.service" |
		sed 's/.*=//; s/ .*//' | sort -u >"$tmp/out" &&
	[[ $(<"$tmp/out") = /opt/x/sbin/fmipd && -x $tmp/root/opt/x/sbin/fmipd ]]
result $? "the unit that is installed starts what is installed"

echo "1..$total"
exit $failed
