#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh unit|vm|debug|checked|load... - build what the tests need, run them, and end with what
# failed, if anything did, and the line "N passed, N failed", and ", N skipped"
# if any were. build/check/summary has that end, build/check/log everything.
#
#   unit     what needs no guest
#   vm       selftests/*.sh, on each kernel; DAEMON_PROGS of selftests/Makefile on the
#            last one only
#   debug    selftests/debug/*.sh, on the kernel with the checkers
#   checked  some of selftests/*.sh there, too: CHECKED_PROGS of selftests/Makefile
#   load     selftests/load/*.sh, on the newest of the kernels
#
#   KERNELS  those of "vm", one guest each ("6.1 6.12")
#   TESTS    the scripts of "vm" (all TEST_PROGS of selftests/Makefile)
#   LIMIT    seconds for one guest (3600)
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
	unit fmipd make -s --no-print-directory -C tools/fmipd check
	unit selftests make -s --no-print-directory -C selftests check-unit
	unit runner selftests/qemu/selftest.sh
}

listed() { # LIST - the scripts that selftests/Makefile lists
	make -s -C selftests "$1" | sed 's, *\([^ ]\+\),selftests/\1 ,g'
}

guest() { # OUT KERNEL SECONDS-FOR-A-SCRIPT SCRIPT...
	local out=$results/$1 kernel=$2 one=$3
	shift 3
	selftests/qemu/run.sh -a -T -k "$kernel" -s "$one" -t "${LIMIT:-3600}" \
		-o "$out" -S $scores "$@" ||
		[ $? = 1 ] || add_failure "the guest with Linux $kernel"
}

# Stages that run side by side need the same.
built() { # KERNEL... - what the scripts need
	flock $results make -s tools test-programs "${@/#/module-}" && return
	add_failure "the build"
	return 1
}

# An emulated processor with the checkers is five times slower, or more.
patience() { # KERNEL
	local seconds
	seconds=$(sed -n 's/^timeout=//p' selftests/settings)
	case $1 in
	debug | kcsan) echo $((5 * seconds)) ;;
	*) echo "$seconds" ;;
	esac
}

# A guest keeps one processor busy, and sometimes two.
alongside() {
	[ "$(nproc)" -gt 1 ] || wait
}

# The tests of one kernel among several.
tests_of() { # KERNEL
	if [ "${TESTS-}" ]; then
		echo "$TESTS"
	elif [ "$1" = "${kernels[-1]}" ]; then
		listed list
	else
		comm -23 <(listed list | tr ' ' '\n' | sort) \
			<(listed list-daemon | tr ' ' '\n' | sort) | tr '\n' ' '
	fi
}

vm_tests() {
	local kernel tests
	built "${kernels[@]}" || return
	for kernel in "${kernels[@]}"; do
		read -ra tests < <(tests_of "$kernel")
		guest "$kernel" "$kernel" "$(patience "$kernel")" "${tests[@]}" &
		alongside
	done
	wait
}

debug_tests() {
	local tests
	read -ra tests < <(listed list-debug)
	! built debug || guest debug-only debug "$(patience debug)" "${tests[@]}"
}

checked_tests() {
	local tests
	read -ra tests < <(listed list-checked)
	! built debug || guest debug debug "$(patience debug)" "${tests[@]}"
}

load_tests() {
	local tests
	read -ra tests < <(listed list-load)
	! built "${kernels[-1]}" || guest load "${kernels[-1]}" "$(patience debug)" "${tests[@]}"
}

# The guests in the background do not hear an interrupt themselves.
trap 'trap - TERM; kill 0' INT TERM
for stage; do
	case $stage in
	unit | vm | debug | checked | load) ;;
	*)
		echo "check.sh: no tests called \"$stage\": unit, vm, debug, checked or load" >&2
		exit 2
		;;
	esac
done
{
	for stage; do
		case $stage in
		unit) unit_tests ;;
		vm) vm_tests ;;
		debug) debug_tests & ;;
		checked) checked_tests & ;;
		load) load_tests & ;;
		esac
		alongside
	done
	wait
} | tee $results/log

# What a test says of its failure follows it.
{
	awk '/(^|: |\] )not ok( |$)/ { print "# failed:", $0; told[$1] = 20; next }
		/: # |^# / && told[$1]-- > 0 { print; next }
		{ told[$1] = 0 }' $results/log
	awk '{ p += $1; f += $2; s += $3 }
		END { printf "%d passed, %d failed%s\n", p, f, s ? ", " s " skipped" : ""
			exit f > 0 || p == 0 }' $scores
} >$results/summary
status=$?
cat $results/summary
exit $status
