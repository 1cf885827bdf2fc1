# SPDX-License-Identifier: GPL-2.0-only
#
# Passes on what the scripts of a guest print and counts their results.
#
#   token     begins the lines by which the guest says where it is
#   prefix    stands before each line that is passed on
#   score     the file that gets "PASSED FAILED SKIPPED"
#   need_tap  a script without a plan has failed

function say(line) {
	print prefix, (script == "" ? "" : script ": ") line
	fflush()
}

function begin(name) {
	script = name
	plan = -1
	tests = bad = 0
	skip_all = 0
}

function fail(why) {
	failed++
	say("not ok - " why)
}

function end(status, seconds,	tap) {
	if (seconds != "")
		say("# " seconds " s")
	tap = plan >= 0 || tests > 0
	if (skip_all || (status == 4 && tests == 0))
		skipped++
	else if (!tap && need_tap)
		fail("printed no TAP, exit status " status)
	else if (!tap && status == 0)
		passed++
	else if (!tap)
		fail("exit status " status)
	else if (plan != tests)
		fail("planned " (plan < 0 ? "nothing" : plan) ", ran " tests ", exit status " status)
	else if (status != 0 && status != 4 && bad == 0)
		fail("exit status " status " with no test failed")
	script = ""
}

BEGIN {
	passed = failed = skipped = 0
	if (token == "") { # plain TAP, not out of a guest
		begin("")
		token = "\1"
		plain = 1
	}
}

{ sub(/\r$/, "") }

$1 == token {
	if ($2 == "begin")
		begin($3)
	else if ($2 == "end")
		end($4, $5)
	else if ($2 == "fault")
		fail(substr($0, length($1 $2) + 3))
	next
}

/^1\.\.[0-9]+/ {
	n = substr($1, 4) + 0
	plan = plain && plan >= 0 ? plan + n : n
	if (n == 0)
		skip_all = 1
}

/^(not )?ok( |$)/ {
	tests++
	if (toupper($0) ~ /# SKIP/)
		skipped++
	else if ($1 == "not") {
		failed++
		bad++
	} else
		passed++
}

{ say($0) }

END {
	if (script != "")
		fail("did not end")
	else if (plain && plan != tests)
		fail("planned " (plan < 0 ? "nothing" : plan) ", ran " tests)
	print passed, failed, skipped >score
}
