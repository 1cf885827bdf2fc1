#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does the runner notice what it has to? Each case is a script that misbehaves
# in a guest of its own, or a TAP stream or kernel log that is judged directly.
set -u

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0

result() { # STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		sed 's/^/# /' "$work/said"
	fi
}

tap() { # "PASSED FAILED SKIPPED" NAME, TAP of one script on stdin
	{ echo "T begin x"; cat; echo "T end x ${3:-0}"; } |
		awk -v token=T -v prefix=x -v score="$work/score" -v need_tap=1 -f "$here/tap.awk" \
			>"$work/said"
	[ "$(cat "$work/score")" = "$1" ]
	result $? "$2"
}

log() { # STATUS NAME, a line of the kernel's log on stdin
	awk -v token=T -f "$here/klog.awk" >"$work/said"
	[ $? = "$1" ]
	result $? "$2"
}

echo "TAP version 13"

tap "2 0 0" "passes are counted" <<<$'1..2\nok 1 a\nok 2 b'
tap "1 1 0" "a failed test fails" <<<$'1..2\nok 1 a\nnot ok 2 b' 1
tap "1 0 1" "a skipped test is not a passed one" <<<$'1..2\nok 1 a\nok 2 b # SKIP no'
tap "1 1 0" "a test that is missing fails" <<<$'1..2\nok 1 a'
tap "1 1 0" "a plan that is missing fails" <<<$'ok 1 a'
tap "1 1 0" "an exit status without a failed test fails" <<<$'1..1\nok 1 a' 3
tap "0 1 0" "silence fails" <<<''
tap "0 0 1" "exit status 4 skips" <<<'# no module' 4
printf 'T begin x\n1..1\nok 1 a\n' |
	awk -v token=T -v prefix=x -v score="$work/score" -f "$here/tap.awk" >"$work/said"
[ "$(cat "$work/score")" = "1 1 0" ]
result $? "a script that never ends fails"

log 0 "an ordinary kernel log is good" <<'END'
[    1.000000] br1: port 1(ap1) entered forwarding state
[    1.500000] kcsan: non-strict mode configured - use CONFIG_KCSAN_STRICT=y to see all data races
[    2.000000] fmip: loading out-of-tree module taints kernel.
END
while IFS='|' read -r name line; do
	log 1 "noticed in the kernel log: $name" <<<"[    9.0] $line"
done <<'END'
WARN_ON|WARNING: CPU: 0 PID: 1 at net/core/dev.c:1 f+0x1/0x2
BUG|BUG: sleeping function called from invalid context at mm/slab.h:1
oops|Oops: 0002 [#1] PREEMPT SMP
KASAN|BUG: KASAN: slab-use-after-free in f+0x1/0x2
lockdep|WARNING: possible circular locking dependency detected
RCU|WARNING: suspicious RCU usage
refcount|refcount_t: underflow; use-after-free.
stall|rcu: INFO: rcu_preempt self-detected stall on CPU
hung task|INFO: task rmmod:99 blocked for more than 120 seconds.
device|unregister_netdevice: waiting for lo to become free. Usage count = 2
out of memory|bash invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0
leak|kmemleak: 1 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
END

race() { # FRAME... - a report of KCSAN with these, the first for the other processor
	local frame
	echo "[    9.0] =================================================================="
	echo "[    9.0] BUG: KCSAN: data-race in ${1%+*} / ${*: -1}"
	for frame; do
		printf '[    9.0] \n[    9.0] read to 0xffff888 of 8 bytes by task 9 on cpu 0:\n'
		printf '[    9.0]  %s\n[    9.0]  do_softirq+0x1/0x2\n' "$frame"
	done
	echo "[    9.0] Reported by Kernel Concurrency Sanitizer on:"
	echo "[    9.0] =================================================================="
}
log 0 "a data race of others is none of ours" < <(race neigh_update+0x1/0x2 ip6_output+0x1/0x2)
log 1 "a data race with the module is noticed" < <(race neigh_update+0x1/0x2 "drain+0x1/0x2 [fmip]")
log 1 "on the other processor, too" < <(race "drain+0x1/0x2 [fmip]" neigh_update+0x1/0x2)
log 1 "and after one of others" < <(race a+0x1/0x2 b+0x1/0x2; race "drain+0x1/0x2 [fmip]" b+0x1/0x2)
log 0 "what comes after a data race of others is not held against it" \
	< <(race a+0x1/0x2 b+0x1/0x2; echo "[    9.1]  drain+0x1/0x2 [fmip]")
log 1 "a warning in the midst of one is noticed" \
	< <(race a+0x1/0x2 b+0x1/0x2 | sed '3a [    9.0] WARNING: CPU: 0 PID: 1 at x.c:1 f+0x1/0x2')

# In the guest: one script that hides, one that is good, one that kills it all.
runs() { # SCRIPT... - in a guest
	"$here/run.sh" -a -T -m 768 -t 120 -o "$work/out" -S "$work/score" "$@" >"$work/said" 2>&1
}

rm -f "$work/score"
runs "$here/tests/hides.sh" "$here/tests/good.sh"
status=$?
[ $status = 1 ] && [ "$(cat "$work/score")" = "3 1 0" ] &&
	grep -q 'kernel log (selftests/qemu/tests/hides.sh)' "$work/said" &&
	grep -q 'WARNING: this line must not escape' "$work/said"
result $? "a kernel warning fails the run though the script clears the log"
cmp -s "$work/out/blob" <(seq 1 200000)
result $? "what a script leaves in FMIP_OUT arrives whole"

rm -f "$work/score"
runs "$here/tests/panics.sh"
status=$?
[ $status = 1 ] && grep -q 'sysrq triggered crash' "$work/said"
result $? "a guest that crashes fails the run and shows the crash"

rm -f "$work/score"
runs -s 15 "$here/tests/hangs.sh" "$here/tests/good.sh"
status=$?
[ $status = 1 ] && [ "$(cat "$work/score")" = "2 1 0" ]
result $? "a script that hangs is ended in time, and the next one runs"

"$here/run.sh" -a -m 768 -t 15 "$here/tests/hangs.sh" >"$work/said" 2>&1
status=$?
[ $status = 1 ] && grep -q 'did not end within 15 s' "$work/said"
result $? "a guest that hangs is ended in time"

echo "1..$n"
