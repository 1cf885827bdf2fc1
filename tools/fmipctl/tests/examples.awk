# SPDX-License-Identifier: GPL-2.0-only
#
# The commands of the manual's examples, one a line, from its source.
/^\.Sh / { examples = $2 == "EXAMPLES" }
/^\.Bd -literal/ { literal = examples; next }
/^\.Ed/ { literal = 0 }
literal {
	joined = sub(/ \\e$/, "")
	gsub(/\\e/, "\\")
	sub(/^ +/, line == "" ? "" : " ")
	line = line $0
	if (!joined) {
		print line
		line = ""
	}
}
