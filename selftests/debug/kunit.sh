#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The unit tests inside the kernel: loads fmip_test.ko, which runs them, and says
# what KUnit says of each case.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

# A suite that is not listed here, or is here and nowhere else, is a failure.
SUITES="fmip_binding fmip_encap fmip_match fmip_pace fmip_queue fmip_room fmip_tunnel"
RESULTS=/sys/kernel/debug/kunit

need insmod
[[ -d $RESULTS ]] || skip_all "this kernel has no KUnit, or no debugfs"
load_module
[[ ${FMIP_KO-} ]] && TEST_KO=${FMIP_KO%.ko}_test.ko || TEST_KO=

# load_tests: returns when they have run
load_tests() {
	if [[ $TEST_KO ]]; then
		insmod "$TEST_KO"
	else
		modprobe fmip_test
	fi
}

# told SUITE CASE: the comments that KUnit has made on a case
told() {
	awk -v name="$2" '
		/^    (not )?ok / { if ($NF == name || $0 ~ " " name " #") printf "%s", told; told = ""; next }
		{ told = told $0 "\n" }' "$RESULTS/$1/results"
}

# report_suite SUITE: a test for each of its cases
report_suite() {
	local line name plan='' n=0

	while IFS= read -r line; do
		case $line in
		"    1.."*) plan=${line#*1..} ;;
		"    ok "*)
			name=${line#    ok * }
			if [[ $name == *"# SKIP"* ]]; then
				not_ok "$1: ${name%% *}" "it was skipped: ${name#*# SKIP}"
			else
				ok "$1: $name"
			fi
			((++n))
			;;
		"    not ok "*)
			name=${line#    not ok * }
			not_ok "$1: ${name%% *}" "$(told "$1" "${name%% *}")"
			((++n))
			;;
		esac
	done <"$RESULTS/$1/results"
	((n > 0 && n == plan)) || not_ok "$1 has run" "$n of ${plan:-no} cases have a result"
}

# stray_suites: those of the module that this script does not know of
stray_suites() {
	local dir name

	for dir in "$RESULTS"/fmip_*; do
		name=${dir##*/}
		[[ -d $dir && " $SUITES " != *" $name "* ]] && echo "$name"
	done
}

# Before the module, which it uses, and also if this script is cut short.
unload_tests() {
	[[ ! -d /sys/module/fmip_test ]] || rmmod fmip_test
}

at_exit unload_tests
check "the tests can be loaded" load_tests || tap_done
for suite in $SUITES; do
	if [[ -r $RESULTS/$suite/results ]]; then
		report_suite "$suite"
	else
		not_ok "$suite has run" "there are no results of it"
	fi
done
is "and there is no other suite" "$(stray_suites)" ""
check "the tests can be unloaded" unload_tests
tap_done
