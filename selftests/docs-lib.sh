# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The commands that the documents show, run as they stand there, beside lib.sh, which is
# to be sourced first.  A comment right before each literal block says what it is:
# <!-- test --> in Markdown, and in reStructuredText, before a line with nothing but "::"
# or a code-block,
#
#	.. test			commands for the script that runs the document
#	.. test by SCRIPT	commands for another one
#	.. file NAME		a file, which the commands use
#	.. not run: REASON	what no guest can run, or what is no command, and why
#
# In a block that is to be run a line that begins with "# " is a command, and what is below
# it is what it prints, without empty lines; "..." stands for anything.  A command with
# nothing below it prints nothing and succeeds.
#
# The examples of fmipctl(8) have no marks: see "examples".

TOP=${LIB_DIR%/*}

# blocks FILE [MARK]: the lines of the blocks that are to be run, or that have that mark
blocks() {
	awk -v mark="${2:-test}" '
	$0 == "<!-- " mark " -->" || $0 == ".. " mark { marked = 1; next }
	marked && /^```/ { marked = 0; inside = "md"; next }
	marked && /^(::|\.\. code-block:: console)$/ { marked = 0; inside = "rst"; next }
	inside == "md" && /^```$/ || inside == "rst" && /^[^ \t]/ { inside = ""; next }
	inside == "rst" { sub(/^\t|^ +/, "") }
	inside && NF' "$1"
}

# unmarked FILE: the first line of each literal block of which nothing says what it is
unmarked() {
	awk '
	function end_of_block() { inside = first = ""; marked = 0 }
	inside == "md" && /^```$/ || inside == "rst" && /^[^ \t]/ { end_of_block(); if (/^```/) next }
	inside { if (first && NF) { if (!marked) print; first = "" } next }
	/^<!-- (test( by .+)?|not run: .+) -->$/ { marked = 1; next }
	/^\.\. (test( by .+)?|file .+|not run: .+)$/ { marked = 1; next }
	/^```/ { inside = "md"; first = 1; next }
	/^\.\. code-block::/ || /::$/ && !/^ *\.\. / { inside = "rst"; first = 1
		if (!/^(::|\.\. code-block:: .*)$/) marked = 0
		next }
	# the reason may be longer than its line
	NF && !/^[ \t]/ { marked = 0 }' "$1"
}

# pattern TEXT: sets PATTERN to what matches it, "..." being anything
pattern() {
	PATTERN=${1//\\/\\\\}
	PATTERN=${PATTERN//[/\\[}
	PATTERN=${PATTERN//\*/\\*}
	PATTERN=${PATTERN//\?/\\?}
	PATTERN=${PATTERN//.../*}
}

# trim TEXT: sets TRIMMED to it without empty lines and blanks at the ends of lines
trim() {
	local line

	TRIMMED=
	while IFS= read -r line; do
		line=${line%"${line##*[![:space:]]}"}
		[[ $line ]] && TRIMMED+=${TRIMMED:+$'\n'}$line
	done <<<"$1"
}

# try DOCUMENT COMMAND OUTPUT: before_command, if there is such a function, is given the
# command first, and may wait for what a reader would not be quick enough to miss
try() {
	local got status

	[[ $(type -t before_command) ]] && before_command "$2"
	got=$(eval "$2" 2>&1 </dev/null)
	status=$?
	trim "$got"
	pattern "$3"
	# shellcheck disable=SC2053 # it is a pattern
	if [[ $TRIMMED != $PATTERN ]]; then
		not_ok "$1: $2" "it prints"
		diag "$got"
	elif [[ ! $3 && $status != 0 ]]; then
		not_ok "$1: $2" "status $status"
	else
		ok "$1: $2"
	fi
}

# run_document DOCUMENT [MARK]: a test for each of its commands
run_document() {
	local line command='' output='' more=

	while IFS= read -r line; do
		if [[ $more ]]; then
			command+=" ${line#"${line%%[![:space:]]*}"}"
		elif [[ $line == '# '* ]]; then
			[[ $command ]] && try "$1" "$command" "$output"
			command=${line#'# '} output=
		else
			output+=${output:+$'\n'}${line%"${line##*[![:space:]]}"}
			continue
		fi
		more=
		[[ $command == *\\ ]] && more=1 command=${command%?}
	done < <(blocks "$TOP/$1" "${2-}")
	[[ $command ]] || bail "$1 has no command that is to be run"
	try "$1" "$command" "$output"
}

# examples module|fmipd: the commands of the examples in fmipctl(8) that ask that, one a
# line; what one of the two does not have, the other has
examples() {
	local -A which=([module]=-vE [fmipd]=-E)

	awk -f "$TOP/tools/fmipctl/tests/examples.awk" "$TOP/tools/fmipctl/fmipctl.8" |
		grep "${which[$1]}" '^fmipctl (-[^ ]+ )*(handover|neighbor|key|link|agent)( |$)'
}

# unpack DOCUMENT: makes the files that it shows, below ".. file NAME"
unpack() {
	local name

	while read -r name; do
		mkdir -p "${name%/*}"
	done < <(sed -n 's/^\.\. file \(.*\/.*\)$/\1/p' "$TOP/$1")
	awk '
	/^\.\. file / { name = $3; next }
	name && /^::$/ { inside = 1; next }
	inside && /^[^ \t]/ { inside = 0; name = "" }
	inside { sub(/^\t/, ""); print >name }' "$TOP/$1"
}
