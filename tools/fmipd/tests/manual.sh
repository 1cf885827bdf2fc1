#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# manual.sh - fmipd(8): its options, files and exit status are those of the program,
# and both manuals are well-formed. FMIPD is the daemon.
set -u

here=$(cd "$(dirname "$0")/.." && pwd)
manual=$here/fmipd.8
fmipd=$(realpath "$FMIPD")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
total=0 failed=0
cd "$tmp" || exit 1

result() { # STATUS NAME
	((total++))
	if [[ $1 = 0 ]]; then
		echo "ok $total $2"
		return
	fi
	failed=1
	echo "not ok $total $2"
	sed 's/^/# /' out err
}

# ends NAME STATUS OUT ERR ARGUMENT...: OUT and ERR are patterns
ends() {
	local name=$1 status=$2 out=$3 err=$4

	shift 4
	"$fmipd" "$@" >out 2>err
	# shellcheck disable=SC2053 # they are patterns
	[[ $? = "$status" && $(<out) = $out && $(<err) = $err ]]
	result $? "$name"
}

# section NAME: the lines of a section of the manual
section() {
	awk -v name="$1" '/^\.Sh / { inside = substr($0, 5) == name } inside' "$manual"
}

echo "TAP version 13"
: >out
: >err

"$fmipd" -h | sed -nE 's/^ +-(.)( [A-Z]+)? .*/\1\2/p' | sort >program
section OPTIONS | sed -n 's/^\.It Fl \(.\) Ar /\1 /p; s/^\.It Fl \(.\)$/\1/p' | sort >manual
[[ $(wc -l <program) -ge 5 ]] && diff program manual >out
result $? "its options are those of the program"

section FILES | sed -n 's/^\.It Pa //p' >files
{
	"$fmipd" -h | grep -o '/etc/.*conf'
	sed -nE 's/^\.It Cm (control|state) .* Pq //p' "$here/fmipd.conf.5"
} | diff - files >out
result $? "its files are those that are used by default"

echo 'roles = [ "mn" ];' >none.conf
# Nothing can be made there, so that it does not get far.
printf '%s\n' 'roles = [ "mn" ]; interfaces = ( { name = "wlan0"; } );' \
	'control = "/proc/none/control"; state = "/proc/none";' >keyless.conf
cp "$here/examples/mn.conf" mn.conf
chmod 600 mn.conf
section "EXIT STATUS" | sed -n 's/^\.It //p' | tr '\n' ' ' >out
[[ $(<out) = "0 1 2 " ]]
result $? "it has three exit statuses"
ends "nothing is wrong: 0" 0 "" "" -t -c mn.conf
ends "a wrong configuration: 1" 1 "" "fmipd: none.conf:1: \"interfaces\" is missing" -t -c none.conf
ends "a wrong configuration to start with: 1" 1 "" "fmipd: none.conf:1: \"interfaces\" is missing" -c none.conf
ends "a mobile node without a key is told of, and tries to start: 1" 1 "" \
	$'<5>kind=keys what="there is none, until one is given: fmipctl key add"\n*kind=start what=/proc/none *' \
	-c keyless.conf
ends "no configuration: 1" 1 "" "fmipd: x: cannot be read: *" -c x
ends "a wrong option: 2" 2 "" "*usage: fmipd *" -z
ends "an argument: 2" 2 "" "usage: fmipd *" -t x
ends "the version: 0" 0 "fmipd [0-9]*" "" -V

if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning "$manual" "$here/fmipd.conf.5" >out 2>err
	result $? "the manuals are well-formed"
else
	echo "ok $((++total)) the manuals are well-formed # SKIP no mandoc"
fi

echo "1..$total"
exit $failed
