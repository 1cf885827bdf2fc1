# SPDX-License-Identifier: GPL-2.0-only
#
# Prints what the kernel complains of in its log, each complaint with what
# follows it and with the script that ran; exit status 1 if there is any.

$0 ~ token " (begin|end|boot|done)" {
	running = ""
	for (i = 1; i < NF; i++)
		if ($i == token && $(i + 1) == "begin")
			running = $(i + 2)
	left = 0
	next
}

/WARNING:|BUG:|Oops|Call Trace|KASAN|KCSAN|UBSAN|possible (circular|recursive) locking/ ||
/suspicious RCU|inconsistent lock state|refcount_t:|rcu: INFO: .* stall|hung task/ ||
/blocked for more than|unregister_netdevice: waiting for|new suspected memory leak/ ||
/ODEBUG|general protection fault|Kernel panic|Bad page state|possible irq lock inversion/ ||
/invoked oom-killer|unable to handle|Invalid wait context|Voluntary context switch within RCU/ {
	if (!left)
		print "# kernel log" (running == "" ? "" : " (" running ")") ":"
	left = 40
	bad = 1
}

left > 0 {
	print "#   " $0
	left--
}

END { exit bad }
