#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The program $FMIPCTL as a shell sees it, on a machine that has no
# fmip module loaded.  What it does to a kernel is tested by kernel.sh.
set -u

fmipctl=$(realpath "${FMIPCTL:?}")
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
total=0 failed=0
not_loaded="the fmip module is not loaded (family fmip not found)"

result() { # STATUS NAME
	((total++))
	if (($1 == 0)); then
		echo "ok $total $2"
		return
	fi
	failed=1
	echo "not ok $total $2"
	sed 's/^/# /' "$tmp/out" "$tmp/err"
}

# gives NAME STATUS STDERR ARG...: and nothing on stdout
gives() {
	local name=$1 status=$2 err=$3
	shift 3

	"$fmipctl" "$@" >"$tmp/out" 2>"$tmp/err"
	[[ $? = "$status" && ! -s $tmp/out && $(<"$tmp/err") = "$err" ]]
	result $? "$name"
}

# prints NAME STATUS PATTERN ARG...: on stdout, and nothing on stderr
prints() {
	local name=$1 status=$2 pattern=$3
	shift 3

	"$fmipctl" "$@" >"$tmp/out" 2>"$tmp/err"
	# shellcheck disable=SC2053 # it is a pattern
	[[ $? = "$status" && ! -s $tmp/err && $(<"$tmp/out") = $pattern ]]
	result $? "$name"
}

prints "no argument" 1 "Usage: fmipctl *"
prints "-help" 0 "Usage: fmipctl *" -help
prints "help" 0 "Usage: fmipctl *" help
prints "-V" 0 "fmipctl [0-9]*.[0-9]*" -V
prints "--Version" 0 "fmipctl [0-9]*.[0-9]*" --Version
for object in binding tunnel stats config monitor version handover neighbor key link agent; do
	prints "$object help" 0 "Usage: fmipctl $object*" $object help
done

gives "unknown object" 1 'fmipctl: "route" is unknown, see '"'help'" route show
gives "unknown option" 1 'fmipctl: the option "-x" is unknown, see '"'help'" -x
gives "no netns" 1 'fmipctl: network namespace "none-such": No such file or directory' \
	-n none-such binding show
gives "netns with a path" 1 'fmipctl: "../x" is not the name of a network namespace' -n ../x stats
gives "-n without a name" 1 "fmipctl: '-netns' needs a value" -n
gives "unknown interface" 1 'fmipctl: binding add: there is no interface "none-such"' \
	binding add dst 2001:db8::1 target link dev none-such
gives "unknown ifN" 2 "fmipctl: binding add: $not_loaded" \
	binding add dst 2001:db8::1 target link dev if4711

none="no fmipd answers at $tmp/none: No such file or directory"
gives "handover without a daemon" 2 "fmipctl: handover show: $none" -c "$tmp/none" handover
gives "neighbor without a daemon" 2 "fmipctl: neighbor show: $none" -c "$tmp/none" neighbor
gives "link without a daemon" 2 "fmipctl: link up: $none" -c "$tmp/none" link up dev eth0
gives "-c without a path" 1 "fmipctl: '-control' needs a value" -c
gives "a handover to nowhere" 1 "fmipctl: handover start: an access point is needed: 'ap'" \
	handover start node 2001:db8::1
gives "a handover at no moment" 1 "fmipctl: handover start: \"soon\" is not a moment for 'at', \
such as +90s, @1795341600.5 or 2026-11-22T10:00:00Z" handover start ap 02:00:00:00:00:01 at soon
gives "two access points" 1 "fmipctl: handover start: 'ap' is given twice" \
	handover start ap 02:00:00:00:00:01 ap 02:00:00:00:00:01
gives "nobody to invite from" 1 "fmipctl: handover invite: 'router' is needed" \
	handover invite node 2001:db8::1 lladdr 02:00:00:00:00:01
gives "nobody to advertise to" 1 "fmipctl: neighbor advertise: either 'node' or 'dev' is needed" \
	neighbor advertise ap 02:00:00:00:00:01
gives "too many to advertise to" 1 "fmipctl: neighbor advertise: either 'node' or 'dev' is needed" \
	neighbor advertise node 2001:db8::1 dev eth0
gives "two links to advertise to" 1 "fmipctl: neighbor advertise: 'dev' is given twice" \
	neighbor advertise dev eth0 dev eth1
gives "nothing to cancel" 1 "fmipctl: handover cancel: which one is needed: 'id'" handover cancel
gives "a key for nobody" 1 "fmipctl: key add: 'pcoa' is missing" key add spi 1 key 00
gives "no key" 1 "fmipctl: key add: 'key' is missing" key add pcoa 2001:db8::1 spi 1
gives "a key to delete" 1 "fmipctl: key del: 'key' is not for 'del'" \
	key del pcoa 2001:db8::1 spi 1 key 00
gives "a key for a strange mac" 1 "fmipctl: key add: \"md5\" is nothing for 'mac', which takes \
hmac-sha1-96, hmac-sha256-128, hmac-sha256" key add pcoa 2001:db8::1 spi 1 mac md5 key 00
gives "a link without an interface" 1 "fmipctl: link up: an interface is needed: 'dev'" link up

prints "version" 0 "fmipctl * fmip module not loaded" version
prints "-j version" 0 '{"fmipctl":"*","family":null}' -j version
gives "binding show" 2 "fmipctl: binding show: $not_loaded" binding show
gives "tunnel del" 2 "fmipctl: tunnel del: $not_loaded" tunnel del id 1
gives "stats" 2 "fmipctl: stats show: $not_loaded" stats
gives "monitor" 2 "fmipctl: monitor: $not_loaded" monitor count 1
gives "config set" 2 "fmipctl: config set: $not_loaded" config set proxies-max 1

printf 'tunnel flush\nstats\n' >"$tmp/batch"
gives "batch" 2 "fmipctl: $tmp/batch:1: tunnel flush: $not_loaded" -b "$tmp/batch"
gives "batch -force" 2 "fmipctl: $tmp/batch:1: tunnel flush: $not_loaded
fmipctl: $tmp/batch:2: stats show: $not_loaded" -force -b "$tmp/batch"
gives "no such batch" 1 "fmipctl: $tmp/none: No such file or directory" -b "$tmp/none"
gives "a directory as batch" 1 "fmipctl: $tmp: Is a directory" -b "$tmp"
gives "batch and a command" 1 'fmipctl: "stats" is too much, see '"'help'" -b "$tmp/batch" stats
gives "batch from stdin" 1 'fmipctl: -:1: "bogus" is unknown, see '"'help'" -b - <<<"bogus"

"$fmipctl" help >/dev/full 2>"$tmp/err"
[[ $? = 1 && $(<"$tmp/err") = "fmipctl: what was to be printed could not be written" ]]
result $? "a full disk is noticed"

# In a namespace whose one interface has the name that the examples use.
cat >"$tmp/run" <<-'END'
	ip link set lo name eth1 || exit
	while IFS= read -r line; do
		[[ $line = fmipctl* ]] || continue
		bash -c "$line" 2>&1
		printf 'status %s: %s\n' "$?" "$line"
	done
END
export PATH=$tmp:$PATH
ln -s "$fmipctl" "$tmp/fmipctl"
if unshare -rn true 2>/dev/null; then
	awk -f "$here/examples.awk" "$here/../fmipctl.8" >"$tmp/examples"
	(cd "$tmp" && unshare -rn bash "$tmp/run" <"$tmp/examples" >out 2>err)
	: >"$tmp/err"
	# each gets as far as asking the kernel; sed ends well, and so does an empty batch
	[[ $(grep -c '^fmipctl' "$tmp/examples") -ge 14 ]] &&
		! grep '^status' "$tmp/out" | grep -vE '^status 2|^status 0: .*sed|^status 0: .*-batch' &&
		! grep -v '^status' "$tmp/out" |
			grep -vF -e "$not_loaded" -e "no fmipd answers at /run/fmipd/control"
	result $? "the examples of the manual are well-formed"
else
	echo "ok $((++total)) the examples of the manual are well-formed # SKIP no namespaces"
fi

for object in binding tunnel; do
	"$here/roundtrip" $object <"$here/${object}s.json" >"$tmp/out" 2>"$tmp/err" &&
		diff "$here/${object}s.batch" "$tmp/out" >"$tmp/err"
	result $? "JSON of a $object becomes a command again"
done

if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning "$here/../fmipctl.8" >"$tmp/out" 2>"$tmp/err"
	result $? "the manual is well-formed"
else
	echo "ok $((++total)) the manual is well-formed # SKIP no mandoc"
fi

echo "1..$total"
exit $failed
