# SPDX-License-Identifier: GPL-2.0-only
#
# Prints what the kernel complains of in its log, each complaint with what
# follows it and with the script that ran; exit status 1 if there is any.
#
# A data race that KCSAN reports, down to a line of "=", counts only if a function of
# the module is in one of its stacks: the rest of the kernel has races of its own.

function heading() {
	print "# kernel log" (running == "" ? "" : " (" running ")") ":"
}

function end_race() {
	if (race ~ /\[fmip(_test)?\]/) {
		heading()
		printf "%s", race
		bad = 1
	}
	race = ""
}

$0 ~ token " (begin|end|boot|done)" {
	end_race()
	running = ""
	for (i = 1; i < NF; i++)
		if ($i == token && $(i + 1) == "begin")
			running = $(i + 2)
	left = 0
	next
}

/BUG: KCSAN: / {
	end_race()
	left = 0
	race = "#   " $0 "\n"
	next
}

/WARNING:|BUG:|Oops|Call Trace|KASAN|UBSAN|possible (circular|recursive) locking/ ||
/suspicious RCU|inconsistent lock state|refcount_t:|rcu: INFO: .* stall|hung task/ ||
/blocked for more than|unregister_netdevice: waiting for|new suspected memory leak/ ||
/ODEBUG|general protection fault|Kernel panic|Bad page state|possible irq lock inversion/ ||
/invoked oom-killer|unable to handle|Invalid wait context|Voluntary context switch within RCU/ {
	end_race()
	if (!left)
		heading()
	left = 40
	bad = 1
}

race != "" {
	race = race "#   " $0 "\n"
	if (/=====/)
		end_race()
}

left > 0 {
	print "#   " $0
	left--
}

END {
	end_race()
	exit bad
}
