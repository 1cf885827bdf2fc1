#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh unit|vm... - build what the tests need, run them, and end with what
# failed, if anything did, and the line "N passed, N failed", and ", N skipped"
# if any were. build/check/summary has that end, build/check/log everything.
#
#   KERNELS  those that the scripts run on, one guest each ("6.1 6.12")
#   TESTS    the scripts (all TEST_PROGS of selftests/Makefile)
#   LIMIT    seconds for one guest (1800)
set -u

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
read -ra kernels <<<"${KERNELS:-6.1 6.12}"
results=build/check
mkdir -p $results
scores=$results/scores
: >$scores

add_failure() { # WHY
	echo "not ok - $1"
	echo "0 1 0" >>$scores
}

# A program that prints TAP; "no test failed" and "bad exit status" are a failure too.
unit() { # NAME COMMAND...
	local name=$1 status
	shift
	"$@" 2>&1 | awk -v prefix="[$name]" -v score=$results/score -f "$here/tap.awk"
	status=${PIPESTATUS[0]}
	cat $results/score >>$scores
	[ "$status" = 0 ] || [ "$(cut -d' ' -f2 $results/score)" != 0 ] ||
		add_failure "[$name] exit status $status"
}

unit_tests() {
	unit fmipctl make -s --no-print-directory -C tools/fmipctl check
	unit selftests make -s --no-print-directory -C selftests check-unit
	[ ! -e kernel/tests/Makefile ] ||
		unit kernel make -s --no-print-directory -C kernel/tests check
	unit runner selftests/qemu/selftest.sh
}

vm_tests() {
	local kernel tests
	read -ra tests <<<"${TESTS:-$(make -s -C selftests list | sed 's, *\([^ ]\+\),selftests/\1 ,g')}"
	if ! make -s tools test-programs "${kernels[@]/#/module-}"; then
		add_failure "the build"
		return
	fi
	for kernel in "${kernels[@]}"; do
		selftests/qemu/run.sh -a -T -k "$kernel" -t "${LIMIT:-1800}" -o "$results/$kernel" \
			-S $scores "${tests[@]}" || [ $? = 1 ] || add_failure "the guest with Linux $kernel"
	done
}

trap 'exit 130' INT TERM
for stage; do
	case $stage in
	unit | vm) ;;
	*)
		echo "check.sh: no tests called \"$stage\": unit or vm" >&2
		exit 2
		;;
	esac
done
for stage; do
	"${stage}_tests"
done | tee $results/log

# What a test says of its failure follows it.
{
	awk '/(^|: |\] )not ok( |$)/ { print "# failed:", $0; told = 20; next }
		/: # |^# / && told-- > 0 { print; next }
		{ told = 0 }' $results/log
	awk '{ p += $1; f += $2; s += $3 }
		END { printf "%d passed, %d failed%s\n", p, f, s ? ", " s " skipped" : ""
			exit f > 0 || p == 0 }' $scores
} >$results/summary
status=$?
cat $results/summary
exit $status
