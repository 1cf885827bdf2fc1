#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# all.sh PROGRAM... - run the programs, each of which prints TAP, as one test.
set -u

total=0 failed=0

result() { # ok|not-ok NAME
	((total++))
	if [[ $1 = ok ]]; then
		echo "ok $total $2"
	else
		failed=1
		echo "not ok $total $2"
	fi
}

run() { # PROGRAM
	local name=${1##*/} line seen=0 bad=0 planned=none status=

	while IFS= read -r line; do
		case $line in
		'not ok '*)
			result not-ok "$name: ${line#not ok * }"
			((seen++, bad++))
			;;
		'ok '*)
			result ok "$name: ${line#ok * }"
			((seen++))
			;;
		1..*) planned=${line#1..} ;;
		'status '*) status=${line#status } ;;
		'TAP version'*) ;;
		*) echo "# ${line#\# }" ;;
		esac
	done < <(CMOCKA_MESSAGE_OUTPUT=TAP "$1" 2>&1; echo "status $?")

	[[ $seen = "$planned" ]] ||
		result not-ok "$name: ran $seen tests, planned $planned"
	[[ $status = 0 || $bad != 0 ]] || result not-ok "$name: exit status $status"
}

echo "TAP version 13"
for program; do
	run "$program"
done
echo "1..$total"
exit $failed
